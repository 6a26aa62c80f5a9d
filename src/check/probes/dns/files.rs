//! What the C libraries read before they ask anybody: resolv.conf and /etc/hosts.

use std::net::IpAddr;

/// The nameservers of resolv.conf's text.
pub fn nameservers(resolv_conf: &str) -> Vec<IpAddr> {
    let mut servers: Vec<IpAddr> = Vec::new();
    for line in resolv_conf.split('\n') {
        // Neither glibc nor musl knows the keyword where a blank stands before it.
        let Some(named) = line.strip_prefix("nameserver") else {
            continue;
        };
        if !named.starts_with([' ', '\t']) {
            continue;
        }
        // Nothing but these ends a word to glibc: in a file of Windows' lines no address is one.
        let word = named.split([' ', '\t']).find(|word| !word.is_empty());
        // A scope (`fe80::1%eth0`) cannot be kept in an address; the rest of it can be asked.
        let address = word.and_then(|word| word.split('%').next());
        servers.extend(address.and_then(|address| address.parse::<IpAddr>().ok()));
    }
    // The C libraries look at three.
    servers.truncate(3);
    servers
}

/// The addresses that /etc/hosts' text gives `host`.
pub fn in_hosts_file(hosts: &str, host: &str) -> Vec<IpAddr> {
    hosts
        .lines()
        .filter_map(|line| {
            let line = line.split('#').next().unwrap_or_default();
            let mut words = line.split_whitespace();
            let address = words.next()?.parse().ok()?;
            words
                .any(|name| name.eq_ignore_ascii_case(host))
                .then_some(address)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resolv_conf_and_hosts_are_read_as_the_c_libraries_do() {
        let text = "# x\nsearch a.example\nnameserver 10.0.0.2\n nameserver 10.0.0.3\n\tnameserver 10.0.0.4\n\
                    nameserver10.0.0.5\nnameservers 10.0.0.6\nnameserver\t fe80::1%eth0 x\nnameserver x\nnameserver\n";
        assert_eq!(
            nameservers(text),
            ["10.0.0.2", "fe80::1"].map(|address| address.parse::<IpAddr>().unwrap())
        );
        assert!(nameservers("").is_empty());
        // To glibc a carriage return is a letter of the address, which is none then.
        assert!(nameservers("nameserver 10.0.0.2\r\nnameserver 10.0.0.3\r\n").is_empty());
        let hosts =
            "127.0.0.1 localhost\n10.0.0.5\tother API.example # api2.example\n::9 api.example\n";
        assert_eq!(
            in_hosts_file(hosts, "api.example"),
            ["10.0.0.5", "::9"].map(|address| address.parse::<IpAddr>().unwrap())
        );
        assert!(in_hosts_file(hosts, "api2.example").is_empty());
    }
}
