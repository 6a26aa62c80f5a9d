//! Connections: which addresses accept one, and what the others do instead.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::Deadline;
use crate::check::evidence::Reached;

/// How long the other addresses may take once one accepts: in a VPC all of them take milliseconds.
const GRACE: Duration = Duration::from_millis(800);

/// Connects to all of `addresses` at once. The first that accepts, in their order, is kept.
pub async fn connect(
    addresses: &[SocketAddr],
    limit: Duration,
    deadline: Deadline,
) -> (Vec<(SocketAddr, Reached)>, Option<TcpStream>) {
    let mut until = deadline.instant().min(std::time::Instant::now() + limit);
    let tries = addresses.iter().enumerate();
    let mut tries: FuturesUnordered<_> = tries
        .map(|(at, address)| async move { (at, TcpStream::connect(*address).await) })
        .collect();
    let mut ends: Vec<Option<io::Result<TcpStream>>> = addresses.iter().map(|_| None).collect();
    while let Ok(Some((at, end))) =
        tokio::time::timeout_at(Instant::from_std(until), tries.next()).await
    {
        if end.is_ok() {
            until = until.min(std::time::Instant::now() + GRACE);
        }
        ends[at] = Some(end);
    }
    let mut kept = None;
    let seen = addresses.iter().zip(ends).map(|(address, end)| {
        let reached = match end {
            Some(Ok(stream)) => {
                kept.get_or_insert(stream);
                Reached::Open
            }
            Some(Err(error)) => reached(&error),
            None => Reached::TimedOut,
        };
        (*address, reached)
    });
    (seen.collect(), kept)
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
        // EPERM of a packet filter, EACCES of a route `prohibit`, EINVAL of a `blackhole`.
        Kind::PermissionDenied | Kind::InvalidInput => Reached::Kept,
        _ => Reached::Other(format!("cannot be connected to: {error}")),
    }
}
