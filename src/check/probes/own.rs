//! The addresses of this machine.

use std::net::{IpAddr, UdpSocket};

/// An address that no route but the usual one leads to (RFC 5737). Nothing is sent there.
const ELSEWHERE: &str = "192.0.2.1:9";

/// The address that connections to elsewhere come from: naming the other side of a UDP socket makes the
/// system choose, and sends nothing.
pub fn addresses() -> Vec<IpAddr> {
    let chosen = || {
        let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
        socket.connect(ELSEWHERE).ok()?;
        Some(socket.local_addr().ok()?.ip())
    };
    let is_told = |address: &IpAddr| !address.is_loopback() && !address.is_unspecified();
    chosen().filter(is_told).into_iter().collect()
}
