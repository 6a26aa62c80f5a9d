//! One TCP connection: how it arrived, and how it can be broken instead of answered.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// How a request arrived.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arrival {
    pub(crate) tls: bool,
    /// The address that the client connected to.
    pub(crate) local: SocketAddr,
    /// Whether it came to the asset host.
    pub(crate) assets: bool,
}

impl Arrival {
    pub(crate) fn scheme(self) -> &'static str {
        if self.tls { "https" } else { "http" }
    }
}

/// Set to have the connection end in a TCP reset.
pub(crate) type ResetSwitch = Arc<AtomicBool>;

/// A TCP stream that ends in a reset when its switch was set.
#[derive(Debug)]
pub(crate) struct Breakable {
    stream: TcpStream,
    reset: ResetSwitch,
}

impl Breakable {
    pub(crate) fn new(stream: TcpStream, reset: ResetSwitch) -> Breakable {
        Breakable { stream, reset }
    }

    fn broken(&self) -> bool {
        self.reset.load(Ordering::SeqCst)
    }
}

impl Drop for Breakable {
    fn drop(&mut self) {
        if self.broken() {
            // Closing a socket that may not linger sends RST. A socket that is gone already needs none.
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for Breakable {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Breakable {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.broken() {
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
