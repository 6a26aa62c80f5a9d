//! The company's CONNECT proxy.

use crate::place::{Host, PROXY, PROXY_PORT};
use anyhow::Result;
use std::io;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// How the proxy behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// It leads to the host that was named.
    Leads,
    /// It answers so instead.
    Says(&'static str),
    /// It leads to all hosts but this one.
    Refuses(Host),
    /// It takes the connection and says nothing.
    Hangs,
}

/// The longest request for a tunnel that is read.
const LONGEST: usize = 8 * 1024;

/// The proxy as it is now; `None` while nobody listens.
#[derive(Default)]
pub(crate) struct ProxyServer {
    now: Option<(Manner, JoinHandle<()>)>,
}

impl ProxyServer {
    /// Makes the proxy behave so, or go away.
    pub(crate) async fn set(&mut self, manner: Option<Manner>) -> Result<()> {
        if self.now.as_ref().map(|(now, _)| *now) == manner {
            return Ok(());
        }
        if let Some((_, listener)) = self.now.take() {
            listener.abort();
            let _ = listener.await;
        }
        if let Some(manner) = manner {
            let listener = TcpListener::bind((PROXY, PROXY_PORT)).await?;
            self.now = Some((manner, tokio::spawn(keep(listener, manner))));
        }
        Ok(())
    }
}

async fn keep(listener: TcpListener, manner: Manner) {
    loop {
        if let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(attend(stream, manner));
        }
    }
}

async fn attend(mut client: TcpStream, manner: Manner) -> io::Result<()> {
    let request = read_head(&mut client).await?;
    match manner {
        Manner::Hangs => {
            tokio::io::copy(&mut client, &mut tokio::io::sink()).await?;
        }
        Manner::Says(answer) => client.write_all(answer.as_bytes()).await?,
        Manner::Refuses(host) if names(&request) == Some(host) => {
            client.write_all(REFUSES.as_bytes()).await?;
        }
        Manner::Leads | Manner::Refuses(_) => match target(&request) {
            Some(address) => {
                let mut host = TcpStream::connect(address).await?;
                client
                    .write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")
                    .await?;
                copy_bidirectional(&mut client, &mut host).await?;
            }
            None => client.write_all(CANNOT_REACH.as_bytes()).await?,
        },
    }
    Ok(())
}

/// What is said of a host that the proxy cannot reach.
pub(crate) const CANNOT_REACH: &str =
    "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
/// What is said where the proxy lets nobody through.
pub(crate) const REFUSES: &str =
    "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
/// What is said by a proxy that is out of order.
pub(crate) const UNAVAILABLE: &str =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
/// What is said to whoever brings no password.
pub(crate) const ASKS_WHO: &str = "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic \
                                   realm=\"corp\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

async fn read_head(client: &mut TcpStream) -> io::Result<String> {
    let mut head = Vec::new();
    let mut part = [0; 1024];
    while !head.ends_with(b"\r\n\r\n") && head.len() < LONGEST {
        match client.read(&mut part).await? {
            0 => break,
            read => head.extend_from_slice(&part[..read]),
        }
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

/// Whom a request for a tunnel names.
fn names(request: &str) -> Option<Host> {
    let place = request.strip_prefix("CONNECT ")?.split(' ').next()?;
    Host::of_name(place.rsplit_once(':')?.0)
}

/// Where `CONNECT name:443` leads: the proxy has its own way to every host.
fn target(request: &str) -> Option<SocketAddr> {
    let place = request.strip_prefix("CONNECT ")?.split(' ').next()?;
    let (name, port) = place.rsplit_once(':')?;
    let host = Host::of_name(name)?;
    (port.parse() == Ok(host.port())).then(|| (host.address(), host.port()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tunnel_leads_to_known_hosts_alone() {
        let to = |place: &str| target(&format!("CONNECT {place} HTTP/1.1\r\n\r\n"));
        assert_eq!(
            to("sts.us-east-1.amazonaws.com:443"),
            Some("10.0.1.12:443".parse().unwrap())
        );
        assert_eq!(to("sts.us-east-1.amazonaws.com:80"), None);
        assert_eq!(to("example.com:443"), None);
        assert_eq!(target("GET http://example.com/ HTTP/1.1\r\n\r\n"), None);
    }
}
