//! The doors: what listens at each host's address, and what happens to whoever knocks. Behind all of them is the emulator.

use crate::certificates::{Authorities, Shown};
use crate::place::Host;
use anyhow::Result;
use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// What happens at a door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Door {
    /// Through to the emulator.
    Open,
    /// Nobody listens.
    Shut,
    /// Reset, once the client has said something.
    Resets,
    /// Nothing is ever said.
    Hangs,
    /// This is said to whatever is said, and no more.
    Says(&'static str),
    /// The same, behind TLS by a certificate that is in order.
    SaysInTls(&'static str),
    /// Through, by a TLS connection of the door's own.
    Shows(Shown),
}

/// Where the emulator really is, host by host.
#[derive(Clone, Debug)]
pub(crate) struct Behind {
    pub(crate) http: SocketAddr,
    pub(crate) https: SocketAddr,
    pub(crate) assets: SocketAddr,
}

impl Behind {
    fn of(&self, host: Host) -> SocketAddr {
        match host {
            Host::Credentials => self.http,
            Host::Assets => self.assets,
            Host::Api | Host::Repositories | Host::Sts => self.https,
        }
    }
}

/// All doors as they are now.
pub(crate) struct Doors {
    authorities: Arc<Authorities>,
    behind: Behind,
    now: BTreeMap<Host, (Door, Vec<JoinHandle<()>>)>,
}

impl Doors {
    pub(crate) fn new(authorities: Arc<Authorities>, behind: Behind) -> Doors {
        Doors {
            authorities,
            behind,
            now: BTreeMap::new(),
        }
    }

    /// Makes a door this one, at all of its host's addresses, unless it is already.
    pub(crate) async fn set(&mut self, host: Host, door: Door) -> Result<()> {
        if self.now.get(&host).is_some_and(|(now, _)| *now == door) {
            return Ok(());
        }
        for listener in self.now.remove(&host).into_iter().flat_map(|(_, all)| all) {
            listener.abort();
            // The address is free only when the listener is gone.
            let _ = listener.await;
        }
        let mut listeners = Vec::new();
        if door != Door::Shut {
            let keeper = Keeper {
                door,
                acceptor: match door {
                    Door::Shows(shown) => Some(self.authorities.acceptor(shown)?),
                    Door::SaysInTls(_) => Some(self.authorities.acceptor(Shown::Right)?),
                    _ => None,
                },
                authorities: self.authorities.clone(),
                behind: self.behind.of(host),
            };
            for address in host.addresses() {
                let listener = TcpListener::bind((address, host.port())).await?;
                listeners.push(tokio::spawn(keep(listener, keeper.clone())));
            }
        }
        self.now.insert(host, (door, listeners));
        Ok(())
    }
}

/// Who stands at one door.
#[derive(Clone)]
struct Keeper {
    door: Door,
    acceptor: Option<TlsAcceptor>,
    authorities: Arc<Authorities>,
    behind: SocketAddr,
}

async fn keep(listener: TcpListener, keeper: Keeper) {
    loop {
        // A client that is gone before it was let in is no reason to close.
        if let Ok((stream, _)) = listener.accept().await {
            let keeper = keeper.clone();
            // What goes wrong with one visitor is that visitor's.
            tokio::spawn(async move { keeper.receive(stream).await });
        }
    }
}

/// Hears what there is to hear at once, and says `words`.
async fn say(
    visitor: &mut (impl AsyncRead + AsyncWrite + Unpin),
    words: &'static str,
) -> io::Result<()> {
    let _ = visitor.read(&mut [0; 4096]).await?;
    visitor.write_all(words.as_bytes()).await?;
    visitor.shutdown().await
}

/// A TLS alert of the kind handshake_failure.
pub(crate) const ALERT: &str = "\u{15}\u{3}\u{3}\0\u{2}\u{2}\u{28}";
/// A server that expects no TLS.
pub(crate) const PLAIN: &str =
    "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
/// Whom a portal has not seen yet.
pub(crate) const PORTAL: &str = "HTTP/1.1 302 Found\r\nLocation: https://login.corp.internal/?from=here\r\n\
                                 Content-Length: 0\r\nConnection: close\r\n\r\n";
/// What a filter does not let through.
pub(crate) const BLOCK_PAGE: &str = "HTTP/1.1 403 Forbidden\r\nContent-Type: text/html\r\nContent-Length: 29\r\n\
                                     Connection: close\r\n\r\n<html>Corp Web Filter</html>\n";
/// S3's answer for the bucket of another region.
pub(crate) const ELSEWHERE: &str = "HTTP/1.1 301 Moved Permanently\r\nx-amz-bucket-region: eu-west-1\r\n\
                                    Content-Length: 0\r\nConnection: close\r\n\r\n";

impl Keeper {
    async fn receive(&self, mut visitor: TcpStream) -> io::Result<()> {
        match (&self.acceptor, self.door) {
            (Some(acceptor), Door::SaysInTls(words)) => {
                say(&mut acceptor.accept(visitor).await?, words).await
            }
            (Some(acceptor), _) => self.translate(acceptor, visitor).await,
            (None, Door::Says(words)) => say(&mut visitor, words).await,
            (None, Door::Hangs) => {
                // Until the visitor gives up.
                tokio::io::copy(&mut visitor, &mut tokio::io::sink()).await?;
                Ok(())
            }
            (None, Door::Resets) => {
                visitor.readable().await?;
                // Closing a socket that may not linger sends RST.
                visitor.set_zero_linger()
            }
            (None, _) => {
                let mut inside = TcpStream::connect(self.behind).await?;
                copy_bidirectional(&mut visitor, &mut inside).await?;
                Ok(())
            }
        }
    }

    /// Ends the visitor's TLS here and begins another, as a firewall that inspects does.
    async fn translate(&self, acceptor: &TlsAcceptor, visitor: TcpStream) -> io::Result<()> {
        let mut visitor = acceptor.accept(visitor).await?;
        let inside = TcpStream::connect(self.behind).await?;
        let name = self.behind.ip().into();
        let mut inside = self.authorities.connector().connect(name, inside).await?;
        copy_bidirectional(&mut visitor, &mut inside).await?;
        Ok(())
    }
}
