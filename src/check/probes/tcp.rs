//! Connections: which addresses accept one, and what the others do instead.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::net::TcpStream;

use super::Deadline;
use crate::check::evidence::Reached;

/// Connects to all of `addresses` at once. The first that accepts, in their order, is kept.
pub async fn connect(
    addresses: &[SocketAddr],
    limit: Duration,
    deadline: Deadline,
) -> (Vec<(SocketAddr, Reached)>, Option<TcpStream>) {
    let tries = addresses.iter().map(|address| async move {
        match deadline.within(limit, TcpStream::connect(*address)).await {
            Some(Ok(stream)) => (*address, Reached::Open, Some(stream)),
            Some(Err(error)) => (*address, reached(&error), None),
            None => (*address, Reached::TimedOut, None),
        }
    });
    let mut kept = None;
    let mut seen = Vec::new();
    for (address, reached, stream) in join_all(tries).await {
        seen.push((address, reached));
        kept = kept.or(stream);
    }
    (seen, kept)
}

fn reached(error: &io::Error) -> Reached {
    use io::ErrorKind as Kind;
    match error.kind() {
        Kind::ConnectionRefused => Reached::Refused,
        Kind::ConnectionReset | Kind::ConnectionAborted => Reached::Reset,
        Kind::TimedOut => Reached::TimedOut,
        Kind::HostUnreachable | Kind::NetworkUnreachable | Kind::AddrNotAvailable => {
            Reached::Unreachable
        }
        // A packet filter of this very machine: EPERM.
        Kind::PermissionDenied => Reached::Other("this machine's own packet filter".to_owned()),
        _ => Reached::Other(error.to_string()),
    }
}
