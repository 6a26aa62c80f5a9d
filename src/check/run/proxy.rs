//! What the proxy variables say; whether the proxy is there is found out with each host that goes through it.

use super::{Plan, trouble};
use crate::aws::{Proxy, excepted_hosts, proxy_for, unreadable, unreadable_for};
use crate::check::evidence::{ProxySeen, Trouble};
use crate::endpoint::PlainUrl;
use crate::tools::effective::links::is_excepted;

/// Looks at the variables.
pub(super) fn look(plan: &Plan) -> Option<ProxySeen> {
    let urls: Vec<&str> = std::iter::once(plan.api.as_str())
        .chain(
            plan.targets
                .iter()
                .filter_map(|target| Some(target.endpoint.as_ref()?.url())),
        )
        .collect();
    if let Some(variable) = urls.iter().find_map(|url| unreadable_for(url)) {
        return Some(ProxySeen {
            variable,
            trouble: Some(trouble(&unreadable(variable))),
            ..ProxySeen::default()
        });
    }
    // Where every host of ours is excepted, the variables are still worth telling.
    let used = urls.iter().find_map(|url| proxy_for(url));
    let is_used = used.is_some();
    let proxy = used.or_else(|| proxy_for("https://proxied.invalid/"))?;
    let hosts: Vec<String> = urls
        .iter()
        .filter_map(|url| Some(PlainUrl::parse(url).ok()?.host().to_owned()))
        .collect();
    let trouble = kind(&proxy)
        .filter(|_| is_used)
        .or_else(|| two_proxies().filter(|_| is_used))
        .or_else(|| two_exceptions(&hosts));
    Some(ProxySeen {
        variable: proxy.variable,
        address: format!("{}:{}", proxy.host, proxy.port),
        has_login: proxy.authorization.is_some(),
        excepted: excepted_hosts().map(without_logins),
        trouble,
    })
}

/// What NO_PROXY holds, for people: no host has an `@`, so before the last one a password may stand.
fn without_logins(hosts: String) -> String {
    match hosts.rsplit_once('@') {
        Some((_, rest)) => format!("***@{rest}"),
        None => hosts,
    }
}

/// A proxy that is asked by another protocol than HTTP.
fn kind(proxy: &Proxy) -> Option<Trouble> {
    let Proxy {
        variable,
        host,
        port,
        ..
    } = proxy;
    (!proxy.is_http).then(|| Trouble {
        what: format!(
            "${variable} names a proxy that is no http:// one; studio-mirror and most clients cannot go through it"
        ),
        mend: Some(format!(
            "name an HTTP proxy (for https:// addresses too it is asked by http://), or none:\n$ export {variable}=http://{host}:{port}"
        )),
    })
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The same variable in capitals and in small letters, where the two differ: programs do in which of them they take.
fn two_proxies() -> Option<Trouble> {
    let bare = |value: &String| {
        let address = value
            .split_once("://")
            .map_or(value.as_str(), |(_, rest)| rest);
        address.trim_end_matches('/').to_owned()
    };
    let (upper, lower) = (variable("HTTPS_PROXY")?, variable("https_proxy")?);
    (bare(&upper) != bare(&lower)).then(|| Trouble {
        what: "$HTTPS_PROXY and $https_proxy name different proxies, and programs differ in which they take (pip and npm the second)".to_owned(),
        mend: Some("keep one of them:\n$ export https_proxy=\"$HTTPS_PROXY\"".to_owned()),
    })
}

/// The same for NO_PROXY, where it makes a difference for a host of ours.
fn two_exceptions(hosts: &[String]) -> Option<Trouble> {
    let (upper, lower) = (variable("NO_PROXY")?, variable("no_proxy")?);
    let host = hosts
        .iter()
        .find(|host| is_excepted(&upper, host) != is_excepted(&lower, host))?;
    Some(Trouble {
        what: format!(
            "$NO_PROXY and $no_proxy differ about {host}, and programs in which they take (pip and npm the second)"
        ),
        mend: Some("keep one of them:\n$ export no_proxy=\"$NO_PROXY\"".to_owned()),
    })
}
