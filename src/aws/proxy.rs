//! The proxy variables, read in one way by the calls to AWS and by `check`.

mod address;

use std::ffi::OsString;

use anyhow::anyhow;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};

use self::address::is_proxy;
use crate::error::with_hint;
use crate::secret::Secret;

/// What `NO_PROXY` holds.
pub fn excepted_hosts() -> Option<String> {
    excepted_in(&of_process)
}

/// Whether `NO_PROXY` keeps every host away from the proxy.
pub(super) fn excepts_all() -> bool {
    has_star(excepted_hosts().as_deref())
}

fn excepted_in(environment: &Environment) -> Option<String> {
    ["NO_PROXY", "no_proxy"]
        .into_iter()
        .find_map(|variable| environment(variable)?.into_string().ok())
}

fn has_star(excepted: Option<&str>) -> bool {
    excepted.is_some_and(|hosts| hosts.split(',').any(|host| host.trim() == "*"))
}

/// A variable's value.
type Environment<'a> = dyn Fn(&str) -> Option<OsString> + 'a;

fn of_process(variable: &str) -> Option<OsString> {
    std::env::var_os(variable)
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
    between(url, &of_process).ok().flatten()
}

/// The variable that should name the proxy between here and `url` and names none: the calls' matcher would pass over it in
/// silence. Variables that no call to `url` asks are nobody's trouble.
pub fn unreadable_for(url: &str) -> Option<&'static str> {
    between(url, &of_process).err()
}

/// What to tell about such a variable. Its value may hold a password; its name is enough.
pub fn unreadable(variable: &str) -> anyhow::Error {
    with_hint(
        anyhow!("${variable} is not a proxy's URL"),
        format!("set it like {variable}=http://proxy.example:3128, or unset it"),
    )
}

/// The proxy between here and `url`; an error is the variable that should name it.
fn between(url: &str, environment: &Environment) -> Result<Option<Proxy>, &'static str> {
    if !wants_proxy(url, environment) {
        return Ok(None);
    }
    let Some((variable, value)) = winner(environment) else {
        return Ok(None);
    };
    let proxy = value.to_str().and_then(Proxy::of).ok_or(variable)?;
    Ok(Some(Proxy { variable, ..proxy }))
}

/// Whether a call to `url` goes through a proxy where one is named.
fn wants_proxy(url: &str, environment: &Environment) -> bool {
    let excepted = excepted_in(environment);
    // In a CGI script a request's header could be the proxy variable.
    if has_star(excepted.as_deref()) || environment("REQUEST_METHOD").is_some() {
        return false;
    }
    let matcher = Matcher::builder()
        .https("http://proxy.invalid")
        .no(excepted.unwrap_or_default())
        .build();
    url.parse()
        .is_ok_and(|url| matcher.intercept(&url).is_some())
}

/// Variables that name a proxy for TLS connections; the second pair counts where the first says nothing.
const PROXY_VARIABLES: [[&str; 2]; 2] =
    [["HTTPS_PROXY", "https_proxy"], ["ALL_PROXY", "all_proxy"]];

/// The variable that the calls' matcher takes, and its value. Of a pair it takes the first that is set, be it empty, but
/// passes over bytes that are no text; alone, those are told.
fn winner(environment: &Environment) -> Option<(&'static str, OsString)> {
    PROXY_VARIABLES.into_iter().find_map(|pair| {
        let set = || {
            pair.into_iter()
                .filter_map(|variable| Some((variable, environment(variable)?)))
        };
        set()
            .find(|(_, value)| value.to_str().is_some())
            .or_else(|| set().next())
            .filter(|(_, value)| !value.is_empty())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::ffi::OsStringExt;

    const API: &str = "https://codeartifact.us-east-1.amazonaws.com/";

    /// The variable and the host of the proxy to the API, or the variable at fault.
    fn found(variables: &[(&str, &str)]) -> Result<Option<String>, &'static str> {
        let environment = |name: &str| {
            let (_, value) = variables.iter().find(|(variable, _)| *variable == name)?;
            let bytes = value.replace('\u{e9}', "\u{0}").into_bytes();
            let latin = bytes
                .iter()
                .map(|byte| if *byte == 0 { 0xe9 } else { *byte });
            Some(OsString::from_vec(latin.collect()))
        };
        let proxy = between(API, &environment)?;
        Ok(proxy.map(|proxy| format!("{} {}", proxy.variable, proxy.host)))
    }

    #[track_caller]
    fn leads(variables: &[(&str, &str)], to: &str) {
        assert_eq!(found(variables), Ok(Some(to.to_owned())), "{variables:?}");
    }

    #[test]
    fn the_variable_that_the_matcher_takes_is_the_only_one_that_counts() {
        let good = "http://good.example:3128";
        let bad = "socks://127.0.0.1:1080/";
        leads(
            &[
                ("HTTPS_PROXY", good),
                ("https_proxy", bad),
                ("ALL_PROXY", bad),
                ("all_proxy", bad),
            ],
            "HTTPS_PROXY good.example",
        );
        leads(
            &[("https_proxy", good), ("ALL_PROXY", bad)],
            "https_proxy good.example",
        );
        leads(
            &[("ALL_PROXY", good), ("all_proxy", bad)],
            "ALL_PROXY good.example",
        );
        // An empty one stands before its namesake and says nothing.
        leads(
            &[
                ("HTTPS_PROXY", ""),
                ("https_proxy", bad),
                ("all_proxy", good),
            ],
            "all_proxy good.example",
        );
        assert_eq!(
            found(&[("HTTPS_PROXY", ""), ("https_proxy", good)]),
            Ok(None)
        );
        leads(
            &[("HTTPS_PROXY", "\u{e9}"), ("https_proxy", good)],
            "https_proxy good.example",
        );
        for (variables, at_fault) in [
            (
                &[
                    ("HTTPS_PROXY", bad),
                    ("https_proxy", good),
                    ("ALL_PROXY", good),
                ][..],
                "HTTPS_PROXY",
            ),
            (&[("ALL_PROXY", bad)], "ALL_PROXY"),
            (&[("HTTPS_PROXY", ""), ("all_proxy", bad)], "all_proxy"),
            (
                &[("HTTPS_PROXY", "\u{e9}"), ("ALL_PROXY", good)],
                "HTTPS_PROXY",
            ),
        ] {
            assert_eq!(found(variables), Err(at_fault), "{variables:?}");
        }
    }

    #[test]
    fn a_variable_counts_only_where_its_proxy_would_be_used() {
        for excepted in [
            "*",
            "codeartifact.us-east-1.amazonaws.com",
            ".amazonaws.com",
        ] {
            for name in ["NO_PROXY", "no_proxy"] {
                let variables = [("ALL_PROXY", "socks://127.0.0.1:1080/"), (name, excepted)];
                assert_eq!(found(&variables), Ok(None), "{variables:?}");
            }
        }
        let bad = ("ALL_PROXY", "socks://127.0.0.1:1080/");
        assert_eq!(
            found(&[bad, ("NO_PROXY", "other.example")]),
            Err("ALL_PROXY")
        );
        assert_eq!(found(&[bad, ("REQUEST_METHOD", "GET")]), Ok(None));
        let environment = |name: &str| (name == bad.0).then(|| bad.1.into());
        assert!(between("http://127.0.0.1:9/", &environment).is_ok_and(|proxy| proxy.is_none()));
    }
}
