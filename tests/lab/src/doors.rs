//! The doors: what listens at each host's address, and what happens to whoever knocks. Behind all of them is the emulator.

use crate::certificates::{Authorities, Shown};
use crate::place::Host;
use anyhow::Result;
use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::copy_bidirectional;
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

impl Keeper {
    async fn receive(&self, mut visitor: TcpStream) -> io::Result<()> {
        match (&self.acceptor, self.door) {
            (Some(acceptor), _) => self.translate(acceptor, visitor).await,
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
