//! Hosts that refuse, hang, speak something else, or cannot prove who they are.

use crate::Set;
use crate::set::{LIMIT, Seen};
use crate::support::home::Home;
use crate::support::wire::{CORP, Stub, login_at};
use crate::support::{binary_under_test, tell_skipped};
use std::io::Write;
use std::net::TcpListener;
use std::process::Command;
use studio_mirror_emulator::{Action, RecordedRequest};

/// A port of loopback that nothing listens at.
fn closed() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("bound").port()
}

fn stranger() -> String {
    let certificate = webpki_root_certs::TLS_SERVER_ROOT_CERTS[0].as_ref();
    format!(
        "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
        aws_smithy_types::base64::encode(certificate)
    )
}

#[test]
fn nothing_listens() {
    let url = format!("http://127.0.0.1:{}", closed());
    let set = Set::up().at(url);
    let seen = set.report(&[]);
    assert_eq!(seen.ids("failed"), ["network.api.tcp"], "{}", seen.finished);
    let check = seen.check("network.api.tcp");
    assert!(
        check["detail"]
            .as_str()
            .expect("a text")
            .ends_with("refuses the connection")
    );
    assert!(
        check["fix"]
            .as_str()
            .expect("a text")
            .contains("$ aws ec2 describe-network-interfaces")
    );
}

#[test]
fn an_unknown_issuer_is_named_once_whatever_it_hits() {
    let set = Set::with_tls();
    // The login's endpoint is looked at beside the API.
    login_at(&set.home, set.url(), &[]).success();
    let before = set.api.requests();
    let other = set.home.write("other.pem", stranger());
    let set = set.env("AWS_CA_BUNDLE", &other);
    let seen = set.report(&[]);
    let trusted = format!("trusted: $AWS_CA_BUNDLE ({})", other.display());
    let words = [
        "issued by studio-mirror emulator CA, which is not trusted",
        &trusted,
        "NODE_EXTRA_CA_CERTS",
        // Those that are trusted today stay so.
        "$ cat \"$AWS_CA_BUNDLE\" <ca-file> > ~/ca-bundle.pem\n",
    ];
    seen.assert_root("network.api.tls", &words);
    let asked = set.api.emulator.requests().split_off(before);
    assert!(asked.len() >= 2, "both hosts tell the time: {asked:?}");
    let is_signed = |request: &RecordedRequest| {
        let header = request.headers.get("authorization");
        header.is_some_and(|value| value.contains("AWS4"))
    };
    assert!(
        !asked.iter().any(is_signed),
        "credentials went to a host that proved nothing"
    );
}

#[test]
fn a_certificate_for_another_name_is_told() {
    let set = Set::with_tls();
    let url = set.api.emulator.https_url().expect("asked for");
    // Loopback too, and not among the names of the emulator's certificate.
    let set = set.at(url.replace("127.0.0.1", "127.0.0.3"));
    let seen = set.report(&[]);
    assert!(
        seen.ids("failed") == ["network.api.tcp"] || seen.ids("failed") == ["network.api.tls"],
        "{}",
        seen.finished
    );
}

#[test]
fn a_damaged_bundle_is_the_root_of_all() {
    let set = Set::with_tls();
    let bundle = set.home.write("bundle.pem", "nothing in here\n");
    let set = set.env("AWS_CA_BUNDLE", &bundle);
    let seen = set.report(&[]);
    assert_eq!(seen.ids("failed"), ["trust.roots"], "{}", seen.finished);
    let detail = seen.check("trust.roots")["detail"]
        .as_str()
        .expect("a text")
        .to_owned();
    assert!(detail.contains("holds no certificate"), "{detail}");
}

#[test]
fn something_else_listens() {
    let stub = Stub::answering(|_| b"SSH-2.0-OpenSSH_9.2\r\n".to_vec());
    let seen = Set::up()
        .at(stub.url())
        .env("AWS_ENDPOINT_URL_STS", "")
        .report(&[]);
    assert!(
        seen.ids("failed") == ["network.api.http"],
        "{}",
        seen.finished
    );
    let plain = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("https://{}", plain.local_addr().expect("bound"));
    std::thread::spawn(move || {
        for mut stream in plain.incoming().flatten() {
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        }
    });
    let set = Set::with_tls().at(url);
    let seen = set.report(&[]);
    assert_eq!(seen.ids("failed"), ["network.api.tls"], "{}", seen.finished);
    let detail = seen.check("network.api.tls")["detail"]
        .as_str()
        .expect("a text")
        .to_owned();
    assert!(detail.contains("does not speak TLS"), "{detail}");
}

#[test]
fn a_connection_that_is_cut_is_told() {
    for action in [Action::Drop, Action::Reset] {
        let seen = Set::up().all_broken(action).report(&["--tool", "pip"]);
        assert_eq!(
            seen.ids("failed"),
            ["network.api.http"],
            "{}",
            seen.finished
        );
    }
}

#[test]
fn a_server_that_hangs_costs_no_more_than_the_limit() {
    let seen = Set::up().all_broken(Action::Hang).report(&[]);
    assert_eq!(
        seen.ids("failed"),
        ["network.api.http"],
        "{}",
        seen.finished
    );
    let silent = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("https://{}", silent.local_addr().expect("bound"));
    let seen = Set::with_tls().at(url).report(&[]);
    assert_eq!(seen.ids("failed"), ["network.api.tls"], "{}", seen.finished);
}

/// `check` in a network of its own that `lay`, a shell script, lays; no packet leaves this machine.
fn in_a_network(lay: &str, flags: &[&str]) -> Option<Seen> {
    let able = Command::new("unshare")
        .args(["--net", "--mount", "true"])
        .status();
    if !able.is_ok_and(|status| status.success()) {
        tell_skipped("check without a network", "a network namespace needs root");
        return None;
    }
    let home = Home::new();
    let mut check = home.command("unshare");
    check
        .args(["--net", "--mount", "sh", "-euc"])
        .arg(format!("ip link set lo up; {lay}; exec \"$@\""))
        .arg("sh")
        .arg(binary_under_test())
        .args(["check", "--output", "json"])
        .args(CORP)
        .args(flags);
    let seen = Seen::of(home.run(&mut check));
    assert!(seen.finished.lasted < LIMIT, "{}", seen.finished);
    Some(seen)
}

/// Nothing but loopback: no packet finds a way.
fn cut_off(flags: &[&str]) -> Option<Seen> {
    in_a_network("true", flags)
}

/// A cable whose other end nobody reads: every packet is swallowed. `file` is laid over `place`.
fn dropped(place: &str, file: &[u8], flags: &[&str]) -> Option<Seen> {
    let cable = "ip link add hole type veth peer name far; ip link set far up; ip addr add 10.0.0.9/24 dev hole; \
                 ip link set hole up; ip route add default via 10.0.0.1; \
                 for last in 1 2 10 11 12; do ip neigh add 10.0.0.$last lladdr 02:00:00:00:00:01 dev hole; done";
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = folder.path().join("file");
    std::fs::write(&path, file).expect("a scratch file");
    let lay = format!("{cable}; mount --bind {} {place}", path.display());
    in_a_network(&lay, flags)
}

#[test]
fn with_every_packet_dropped_it_ends_in_time_with_one_root() {
    // The C libraries pass over the comment, whatever its charset, and the line that is indented.
    let resolver = b"# caf\xe9\n  nameserver 10.0.0.1\nnameserver 10.0.0.2\n";
    let Some(seen) = dropped("/etc/resolv.conf", resolver, &[]) else {
        return;
    };
    seen.assert_root("dns.resolver", &["10.0.0.2 does not answer"]);
}

#[test]
fn endpoints_that_drop_packets_are_one_failure_with_the_mend_of_both() {
    let hosts = b"# caf\xe9\n\
                 10.0.0.10 codeartifact.us-east-1.amazonaws.com\n\
                 10.0.0.11 corp-111122223333.d.codeartifact.us-east-1.amazonaws.com\n\
                 10.0.0.12 sts.us-east-1.amazonaws.com\n";
    let Some(seen) = dropped("/etc/hosts", hosts, &["--tool", "pip"]) else {
        return;
    };
    assert!(seen.ids("warning").is_empty(), "{}", seen.finished);
    seen.assert_root(
        "network.api.tcp",
        &[
            "so it is with corp-111122223333.d.codeartifact.us-east-1.amazonaws.com and sts.us-east-1.amazonaws.com",
            "codeartifact.api and codeartifact.repositories",
            "authorize-security-group-ingress --region us-east-1",
            "describe-network-acls",
        ],
    );
}

#[test]
fn what_this_machine_keeps_from_itself_is_its_users_to_mend() {
    let hosts = b"10.0.0.10 codeartifact.us-east-1.amazonaws.com\n\
                 10.0.0.11 corp-111122223333.d.codeartifact.us-east-1.amazonaws.com\n";
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = folder.path().join("hosts");
    std::fs::write(&path, hosts).expect("a scratch file");
    let lay = format!(
        "mount --bind {} /etc/hosts; ip route add prohibit 10.0.0.10; ip route add blackhole 10.0.0.11",
        path.display()
    );
    let Some(seen) = in_a_network(&lay, &["--tool", "pip"]) else {
        return;
    };
    let check = seen.check("network.api.tcp");
    let part = |name: &str| check[name].as_str().unwrap_or_default();
    assert!(
        part("detail").contains("(10.0.0.10:443) is kept from us by this machine's own"),
        "{}",
        seen.finished
    );
    assert!(
        part("detail").contains("; so it is with corp-1111"),
        "{}",
        seen.finished
    );
    assert!(
        part("fix").contains("$ ip route get 10.0.0.10"),
        "{}",
        seen.finished
    );
    assert_eq!(part("mender"), "you", "{}", seen.finished);
}

#[test]
fn nameservers_that_cannot_be_asked_are_one_failure() {
    let Some(seen) = cut_off(&[]) else { return };
    seen.assert_root(
        "dns.resolver",
        &["cannot be asked", "enableDnsSupport", "platform-team"],
    );
}

#[test]
fn a_region_without_codeartifact_is_told_before_its_name() {
    let Some(seen) = cut_off(&["--region", "us-gov-west-1"]) else {
        return;
    };
    seen.assert_root("settings.region", &["us-gov-west-1", "eu-west-1", "you"]);
}
