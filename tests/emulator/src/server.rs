//! The listeners: accepting connections, TLS where the client begins with it, HTTP/1.1.

use crate::admin;
use crate::answer::{HangUp, answer};
use crate::connection::{Arrival, Breakable, ResetSwitch};
use crate::shared::Shared;
use axum::http::Request;
use axum::response::Response;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;

/// What a listener speaks.
#[derive(Clone)]
pub(crate) enum Protocol {
    Http,
    Https(TlsAcceptor),
    /// Whichever the client begins with.
    Either(TlsAcceptor),
}

/// Accepts connections until the runtime ends.
pub(crate) async fn serve(
    listener: TcpListener,
    protocol: Protocol,
    assets: bool,
    shared: Arc<Shared>,
) {
    loop {
        // Out of descriptors or a client gone before it was accepted: the next one may fare better.
        let Ok((stream, _)) = listener.accept().await else {
            tokio::task::yield_now().await;
            continue;
        };
        tokio::spawn(connection(stream, protocol.clone(), assets, shared.clone()));
    }
}

async fn connection(stream: TcpStream, protocol: Protocol, assets: bool, shared: Arc<Shared>) {
    let Ok(local) = stream.local_addr() else {
        return;
    };
    // Answers are small; waiting to fill a packet only slows tests down.
    let _ = stream.set_nodelay(true);
    let acceptor = match protocol {
        Protocol::Http => None,
        Protocol::Https(acceptor) => Some(acceptor),
        Protocol::Either(acceptor) => begins_tls(&stream).await.then_some(acceptor),
    };
    let reset = ResetSwitch::default();
    let stream = Breakable::new(stream, reset.clone());
    let arrival = Arrival {
        tls: acceptor.is_some(),
        local,
        assets,
    };
    match acceptor {
        None => http(stream, arrival, reset, shared).await,
        // A failed handshake is the client's to report.
        Some(acceptor) => {
            if let Ok(stream) = acceptor.accept(stream).await {
                http(stream, arrival, reset, shared).await;
            }
        }
    }
}

/// A TLS connection's first byte says "handshake", 22; no HTTP request begins so.
async fn begins_tls(stream: &TcpStream) -> bool {
    let mut first = [0];
    matches!(stream.peek(&mut first).await, Ok(1)) && first[0] == 22
}

async fn http(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    arrival: Arrival,
    reset: ResetSwitch,
    shared: Arc<Shared>,
) {
    let service = service_fn(|request| {
        let (shared, reset) = (shared.clone(), reset.clone());
        async move {
            let outcome = one(shared, arrival, request).await;
            if outcome.as_ref().err() == Some(&HangUp::Reset) {
                reset.store(true, Ordering::SeqCst);
            }
            outcome
        }
    });
    // An error here is a client that left or a fault that was asked for.
    let _ = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn one(
    shared: Arc<Shared>,
    arrival: Arrival,
    request: Request<Incoming>,
) -> Result<Response, HangUp> {
    let (parts, body) = request.into_parts();
    let Ok(body) = body.collect().await else {
        return Err(HangUp::Close);
    };
    let body = body.to_bytes();
    if parts.uri.path().starts_with("/_admin/") && !arrival.assets {
        let request = Request::from_parts(parts, axum::body::Body::from(body));
        return match admin::router(shared).oneshot(request).await {
            Ok(response) => Ok(response),
            Err(never) => match never {},
        };
    }
    answer(&shared, arrival, &parts, &body).await
}
