//! One host, hop by hop: its name, a connection or the proxy's tunnel, the handshake, an answer.

use std::net::SocketAddr;

use tokio::net::TcpStream;

use super::http::{Credentials, Request};
use super::tls::{Line, Trust};
use super::{Deadline, dns, http, tcp};
use crate::aws::{Proxy, proxy_for};
use crate::check::catalogue::HostChecks;
use crate::check::evidence::{Answer, Handshake, HostSeen, Reached, Tunnel};
use crate::error::printable;

/// How hosts are reached from here.
#[derive(Clone, Copy, Debug)]
pub struct Way<'a> {
    /// The trusted roots; without them no TLS can be judged.
    pub trust: Option<&'a Trust>,
    /// The proxy of the one who asks; without one the variables tell.
    pub proxy: Option<&'a Proxy>,
    /// When everything must have ended.
    pub deadline: Deadline,
}

impl Way<'_> {
    /// Goes to the host of `url` as far as it gets, and asks it for `path` there.
    pub async fn look_at(
        self,
        url: &str,
        path: &str,
        credentials: Credentials<'_>,
        checks: &HostChecks,
    ) -> Option<HostSeen> {
        let mut seen = HostSeen::of(url)?;
        let line = self.reach(url, &mut seen, checks).await;
        if let Some(line) = line {
            let authority = authority(&seen);
            let request = Request {
                host: &authority,
                path,
                credentials,
                is_range: false,
            };
            let limit = checks.http.limit;
            seen.answer = Some(http::ask(line, request, limit, self.deadline).await);
        }
        Some(seen)
    }

    /// Asks the host of `url` again, which has been reached before, for all of `url`.
    pub async fn fetch(
        self,
        url: &str,
        credentials: Credentials<'_>,
        is_range: bool,
        checks: &HostChecks,
        limit: std::time::Duration,
    ) -> Option<(HostSeen, Option<Answer>)> {
        // What stands behind the authority, a query included.
        let (_, rest) = url.split_once("://")?;
        let path_at = rest.find('/').unwrap_or(rest.len());
        let (base, path) = url.split_at(url.len() - rest.len() + path_at);
        let mut seen = HostSeen::of(base)?;
        let line = self.reach(base, &mut seen, checks).await;
        let Some(line) = line else {
            return Some((seen, None));
        };
        let authority = authority(&seen);
        let request = Request {
            host: &authority,
            path: if path.is_empty() { "/" } else { path },
            credentials,
            is_range,
        };
        let answer = http::ask(line, request, limit, self.deadline).await;
        Some((seen, Some(answer)))
    }

    /// A line to the host, writing down every hop.
    async fn reach(self, url: &str, seen: &mut HostSeen, checks: &HostChecks) -> Option<Line> {
        let stream = match self.proxy.cloned().or_else(|| proxy_for(url)) {
            Some(proxy) => self.tunnel(&proxy, seen, checks).await?,
            None => self.connect(seen, checks).await?,
        };
        // Small questions, small answers.
        let _ = stream.set_nodelay(true);
        if !seen.tls {
            return Some(Line::Plain(stream));
        }
        let (handshake, line) = self
            .trust?
            .shake_hands(stream, &seen.host, checks.tls.limit, self.deadline)
            .await;
        seen.handshake = Some(handshake);
        line
    }

    async fn connect(self, seen: &mut HostSeen, checks: &HostChecks) -> Option<TcpStream> {
        let names = dns::look_up(&seen.host, checks.dns.limit, self.deadline).await;
        let addresses: Vec<SocketAddr> = names
            .addresses()
            .iter()
            .map(|address| SocketAddr::new(*address, seen.port))
            .collect();
        seen.names = Some(names);
        let (connections, stream) = tcp::connect(&addresses, checks.tcp.limit, self.deadline).await;
        seen.connections = connections;
        stream
    }

    async fn tunnel(
        self,
        proxy: &Proxy,
        seen: &mut HostSeen,
        checks: &HostChecks,
    ) -> Option<TcpStream> {
        let mut stream = match self.reach_proxy(proxy, checks).await {
            Ok(stream) => stream,
            Err(reached) => {
                seen.tunnel = Some(Tunnel::Unreached(reached));
                return None;
            }
        };
        let authority = format!("{}:{}", seen.host, seen.port);
        let authorization = proxy.authorization.as_ref().map_or(String::new(), |value| {
            format!("Proxy-Authorization: {}\r\n", value.expose())
        });
        let head =
            format!("CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n{authorization}\r\n");
        let asked = self
            .deadline
            .within(checks.tcp.limit, http::exchange(&mut stream, &head, false))
            .await;
        let tunnel = match asked {
            None => Tunnel::TimedOut,
            Some(Err(error)) => Tunnel::Broken(printable(&error.to_string())),
            Some(Ok(bytes)) => match http::read(&bytes).status() {
                Some(200..=299) => Tunnel::Open,
                Some(status) => Tunnel::Refused(status),
                None => Tunnel::Broken("it does not answer like an HTTP proxy".to_owned()),
            },
        };
        let is_open = tunnel == Tunnel::Open;
        seen.tunnel = Some(tunnel);
        is_open.then_some(stream)
    }

    async fn reach_proxy(self, proxy: &Proxy, checks: &HostChecks) -> Result<TcpStream, Reached> {
        let names = dns::look_up(&proxy.host, checks.dns.limit, self.deadline).await;
        let addresses: Vec<SocketAddr> = names
            .addresses()
            .iter()
            .map(|address| SocketAddr::new(*address, proxy.port))
            .collect();
        let (connections, stream) = tcp::connect(&addresses, checks.tcp.limit, self.deadline).await;
        stream.ok_or_else(|| {
            let first = connections.into_iter().next();
            first.map_or(Reached::NoName, |(_, reached)| reached)
        })
    }

    /// Whether the host is there without the proxy: name, connection, and a handshake that proves it.
    pub async fn is_there_directly(self, seen: &HostSeen, checks: &HostChecks) -> bool {
        let mut direct = HostSeen {
            tunnel: None,
            ..seen.clone()
        };
        let Some(stream) = self.connect(&mut direct, checks).await else {
            return false;
        };
        let Some(trust) = self.trust.filter(|_| seen.tls) else {
            return !seen.tls;
        };
        let shaking = trust.shake_hands(stream, &seen.host, checks.tls.limit, self.deadline);
        matches!(shaking.await.0, Handshake::Done { trust: Ok(()), .. })
    }
}

/// The `Host` header: the port where it is not the scheme's own.
fn authority(seen: &HostSeen) -> String {
    match (seen.tls, seen.port) {
        (true, 443) | (false, 80) => seen.host.clone(),
        (_, port) => format!("{}:{port}", seen.host),
    }
}
