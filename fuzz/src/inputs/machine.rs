//! What a machine tells about its network: resolv.conf, /etc/hosts, the proxy variables, a bundle of certificates.

use studio_mirror::aws::{Proxy, Roots, RootsFrom, certificates_in};
use studio_mirror::check::probes::dns::{in_hosts_file, nameservers};
use studio_mirror::tools::effective::links::is_excepted;

use super::is_readable;

/// Any of these files, or the value of such a variable.
pub fn machine_files(text: &str) {
    let servers = nameservers(text);
    assert!(servers.len() <= 3 && servers.len() <= text.matches("nameserver").count());
    for name in text.split_whitespace().take(20) {
        hosts(text, name);
        excepted(text, name);
        proxy(name);
    }
    proxy(text);
    certificates(text);
}

/// A name is found in every case of its letters, and where a line for it stands last.
fn hosts(text: &str, name: &str) {
    let found = in_hosts_file(text, name);
    assert!(found.len() <= text.lines().count());
    assert_eq!(in_hosts_file(text, &name.to_ascii_uppercase()), found);
    if !name.contains('#') {
        let more = in_hosts_file(&format!("{text}\n192.0.2.9 {name}"), name);
        assert_eq!(
            more.split_last(),
            Some((&"192.0.2.9".parse().expect("an address"), found.as_slice()))
        );
    }
}

/// A longer list excepts no fewer hosts, and nothing but a star excepts a host whose name it does not hold.
fn excepted(list: &str, host: &str) {
    let is_by_list = is_excepted(list, host);
    assert!(!is_by_list || is_excepted(&format!("{list},x.example"), host));
    assert!(
        is_excepted(&format!("{list},{host}"), host) || host.contains(',') || host.starts_with('.'),
        "{host:?}"
    );
    let ends = list
        .split(',')
        .map(|entry| entry.trim().trim_start_matches('.'));
    assert!(!is_by_list || list.contains('*') || ends.clone().any(|end| host.ends_with(end)));
}

fn proxy(address: &str) {
    let Some(proxy) = Proxy::of(address) else {
        return;
    };
    let Proxy { host, port, .. } = &proxy;
    let harmless = |c: char| c.is_ascii_alphanumeric() || "-._:[]".contains(c);
    assert!(
        !host.is_empty() && host.chars().all(harmless),
        "{host:?} of {address:?}"
    );
    assert!(
        address
            .to_ascii_lowercase()
            .contains(&host.to_ascii_lowercase()),
        "{host:?} of {address:?}"
    );
    if proxy.is_http {
        let again = Proxy::of(&format!("http://{host}:{port}")).expect("a proxy without its login");
        assert_eq!(
            (&again.host, again.port, again.is_http),
            (host, *port, true)
        );
        assert!(again.authorization.is_none());
    }
    // Where a parser by the book would go.
    if let Ok(judge) = url::Url::parse(address)
        && address.contains("://")
        && judge.scheme() == "http"
    {
        let named = judge.host_str().unwrap_or_default();
        assert!(
            named.parse::<std::net::Ipv4Addr>().is_ok() || named.eq_ignore_ascii_case(host),
            "{address:?}"
        );
        assert_eq!(judge.port_or_known_default(), Some(*port), "{address:?}");
    }
}

/// What was read is written and read again.
fn certificates(text: &str) {
    match certificates_in(text.as_bytes()) {
        Ok(certificates) => {
            assert!(!certificates.is_empty());
            let roots = Roots {
                certificates,
                from: RootsFrom::System,
            };
            let again =
                certificates_in(roots.to_pem().as_bytes()).expect("what was written can be read");
            assert_eq!(again, roots.certificates);
        }
        Err(error) => is_readable(&error),
    }
}
