//! Names by where they lead.

use super::*;
use crate::check::evidence::Reached;
use crate::check::verdicts::sample::{host, ip, names, said, seen};

#[test]
fn a_name_is_judged_by_where_it_leads_and_whether_that_is_reached() {
    let from_file = Names {
        hosts_file: vec![ip("52.94.1.1")],
        ..Names::default()
    };
    for (names, reached, status, words) in [
        (
            names([said(&["10.0.1.10"])]),
            Reached::Open,
            Status::Ok,
            "private",
        ),
        (
            names([said(&["10.0.1.10"])]),
            Reached::TimedOut,
            Status::Ok,
            "private",
        ),
        (
            names([said(&["54.1.1.1"])]),
            Reached::Open,
            Status::Ok,
            "public",
        ),
        (
            names([said(&["54.1.1.1"])]),
            Reached::TimedOut,
            Status::Failed,
            "the public address 54.1.1.1",
        ),
        (
            names([said(&["2600::1"])]),
            Reached::TimedOut,
            Status::Ok,
            "2600::1",
        ),
        (
            names([Said::NoSuchName]),
            Reached::Open,
            Status::Failed,
            "NXDOMAIN",
        ),
        (
            names([Said::NoAddress]),
            Reached::Open,
            Status::Failed,
            "has no address",
        ),
        (
            names([Said::Fault("SERVFAIL".into())]),
            Reached::Open,
            Status::Skipped,
            "dns.resolver",
        ),
        (
            names([Said::Silence]),
            Reached::Open,
            Status::Skipped,
            "dns.resolver",
        ),
        (from_file, Reached::TimedOut, Status::Failed, "(/etc/hosts)"),
    ] {
        let verdict = resolves(&seen(names.clone(), reached), Role::Api).unwrap();
        assert_eq!(verdict.status, status, "{names:?}: {verdict:?}");
        assert!(verdict.detail.contains(words), "{names:?}: {verdict:?}");
    }
}

#[test]
fn a_nameserver_that_fails_for_some_names_is_told_with_them() {
    let fault = names([Said::Fault("SERVFAIL".into())]);
    let mut evidence = seen(fault, Reached::Open);
    let mut other = host();
    other.names = Some(names([said(&["10.0.1.11"])]));
    evidence.repositories = Some(other);
    let verdict = resolves(&evidence, Role::Api).unwrap();
    assert_eq!(verdict.status, Status::Failed, "{verdict:?}");
    assert!(
        verdict.detail.contains("10.0.0.2 answers SERVFAIL"),
        "{verdict:?}"
    );
}

#[test]
fn etc_hosts_leads_astray_where_the_nameserver_knows_better() {
    let with = |known: Said, reached, trust| {
        let names = Names {
            hosts_file: vec![ip("10.9.1.10")],
            ..names([known])
        };
        let mut evidence = seen(names, reached);
        let api = evidence.api.as_mut().unwrap();
        api.handshake = Some(Handshake::Done {
            issuer: "Amazon".into(),
            trust,
        });
        resolves(&evidence, Role::Api).unwrap()
    };
    let wrong = || Err(Distrust::WrongName(Vec::new()));
    for (known, reached, trust, status) in [
        (
            said(&["10.0.1.10"]),
            Reached::TimedOut,
            wrong(),
            Status::Failed,
        ),
        (said(&["10.0.1.10"]), Reached::Open, wrong(), Status::Failed),
        // It may be another way to the same host.
        (said(&["10.0.1.10"]), Reached::Open, Ok(()), Status::Ok),
        (said(&["10.9.1.10"]), Reached::TimedOut, wrong(), Status::Ok),
        // A line in place of private DNS.
        (Said::NoSuchName, Reached::TimedOut, wrong(), Status::Ok),
    ] {
        let verdict = with(known.clone(), reached.clone(), trust);
        assert_eq!(verdict.status, status, "{known:?} {reached:?}: {verdict:?}");
    }
}

#[test]
fn the_first_nameserver_that_answers_counts_as_for_glibc() {
    let fault = || Said::Fault("SERVFAIL".into());
    let servers = names([fault(), said(&["10.0.1.10"])]);
    assert_eq!(servers.addresses(), [ip("10.0.1.10")]);
    let servers = names([Said::NoSuchName, said(&["10.0.1.10"])]);
    assert!(servers.addresses().is_empty());
}
