//! The proxy variables, read in one way by the calls to AWS and by `check`.

use anyhow::anyhow;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};

use crate::error::with_hint;
use crate::secret::Secret;

/// What `NO_PROXY` holds.
pub fn excepted_hosts() -> Option<String> {
    ["NO_PROXY", "no_proxy"]
        .into_iter()
        .find_map(|variable| std::env::var(variable).ok())
}

/// Whether `NO_PROXY` keeps every host away from the proxy.
pub(super) fn excepts_all() -> bool {
    excepted_hosts().is_some_and(|hosts| hosts.split(',').any(|host| host.trim() == "*"))
}

/// A proxy that a connection goes through.
#[derive(Clone, Debug)]
pub struct Proxy {
    /// The variable that names it.
    pub variable: &'static str,
    /// Its host.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Whether it is an HTTP proxy: no other kind can be asked for a tunnel here.
    pub is_http: bool,
    /// The value for `Proxy-Authorization`, where the variable holds a password.
    pub authorization: Option<Secret>,
}

impl Proxy {
    /// The proxy that `address` names, as a tool's own settings spell it.
    pub fn of(address: &str) -> Option<Self> {
        if !is_proxy(address) {
            return None;
        }
        let anywhere: http::Uri = "https://proxied.invalid/".parse().ok()?;
        let matcher = Matcher::builder().https(address).build();
        Self::read("", &matcher.intercept(&anywhere)?)
    }

    fn read(variable: &'static str, intercept: &Intercept) -> Option<Self> {
        let address = intercept.uri();
        let scheme = address.scheme_str().unwrap_or("http");
        let authorization = intercept.basic_auth().and_then(|value| value.to_str().ok());
        Some(Self {
            variable,
            host: address.host()?.to_owned(),
            port: address.port_u16().unwrap_or(match scheme {
                "https" => 443,
                "http" => 80,
                _ => 1080,
            }),
            is_http: scheme == "http",
            authorization: authorization.map(Secret::new),
        })
    }
}

/// The proxy between here and `url`, by the very reading of the variables that the calls to AWS have.
/// Plain `http://` has none: it only ever leads to this machine.
pub fn proxy_for(url: &str) -> Option<Proxy> {
    let uri: http::Uri = url.parse().ok()?;
    if uri.scheme_str() != Some("https") || excepts_all() {
        return None;
    }
    let intercept = Matcher::from_env().intercept(&uri)?;
    let variable = PROXY_VARIABLES
        .into_iter()
        .find(|variable| is_set(variable));
    Proxy::read(variable.unwrap_or(PROXY_VARIABLES[0]), &intercept)
}

/// Variables that name a proxy for TLS connections, in the order in which they win.
const PROXY_VARIABLES: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

fn is_set(variable: &str) -> bool {
    std::env::var_os(variable).is_some_and(|value| !value.is_empty())
}

/// The proxy variables for TLS connections; a value that is no URL would be passed over in silence.
pub fn check_proxy_variables() -> anyhow::Result<()> {
    for variable in PROXY_VARIABLES {
        let Some(value) = std::env::var_os(variable).filter(|value| !value.is_empty()) else {
            continue;
        };
        if !value.to_str().is_some_and(is_proxy) {
            // The value may hold a password; the variable's name is enough.
            return Err(with_hint(
                anyhow!("${variable} is not a proxy's URL"),
                format!("set it like {variable}=http://proxy.example:3128, or unset it"),
            ));
        }
    }
    Ok(())
}

/// Whether `value` has the form `[scheme://][user:password@]host[:port]`.
fn is_proxy(value: &str) -> bool {
    let (scheme, rest) = value.split_once("://").unwrap_or(("http", value));
    // Where a `/` stands before the host, clients look for the host before it.
    let (login, address) = rest.rsplit_once('@').unwrap_or(("", rest));
    let address = address.trim_end_matches('/');
    let (host, port) = match address.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (address, None),
    };
    let named = |b: u8| b.is_ascii_alphanumeric() || b"-._".contains(&b);
    let is_ipv6 = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .is_some_and(|host| host.parse::<std::net::Ipv6Addr>().is_ok());
    matches!(scheme, "http" | "https" | "socks5" | "socks5h")
        && !value.contains(char::is_whitespace)
        && !login.contains(['/', '?', '#'])
        && (is_ipv6 || (!host.is_empty() && host.bytes().all(named)))
        && port.is_none_or(|port| port.parse::<u16>().is_ok())
}
