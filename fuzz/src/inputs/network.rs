//! What hosts answer, byte for byte: nameservers, whoever speaks HTTP, whoever shows a certificate.

use studio_mirror::check::evidence::{Answer, Role, Said};
use studio_mirror::check::probes::{certificate, dns, http};
use studio_mirror::check::verdicts::repository;

use super::steers_nothing;

/// A packet of DNS, the beginning of an answer in HTTP, a name in a certificate.
pub fn network_answers(bytes: &[u8]) {
    packet(bytes);
    head(bytes);
    if let Some(name) = certificate::display_name(bytes) {
        steers_nothing(&name);
        assert!(name.chars().count() < 128);
    }
}

fn packet(bytes: &[u8]) {
    let id = bytes.first_chunk().map_or(0, |id| u16::from_be_bytes(*id));
    assert!(
        dns::read_answer(bytes, !id).is_none(),
        "an answer to another question"
    );
    let Some((said, is_cut)) = dns::read_answer(bytes, id) else {
        return;
    };
    assert!(bytes[2] & 0x80 != 0, "a question is no answer");
    assert!(!is_cut || said == Said::NoAddress);
    match said {
        // A record with an address has at least sixteen bytes.
        Said::Addresses(addresses) => assert!((1..=bytes.len() / 15).contains(&addresses.len())),
        Said::Fault(code) => {
            steers_nothing(&code);
            assert!(!code.is_empty());
        }
        other => assert!(other.is_answer(), "{other:?}"),
    }
}

/// What is told of a refusal's body, whatever is in it.
fn refusal(body: &str) {
    let told = repository::refused("team", body);
    assert!(told.detail.chars().count() < 700, "{}", told.detail);
    steers_nothing(&told.detail);
    told.fix
        .iter()
        .flat_map(|fix| fix.lines())
        .for_each(steers_nothing);
}

fn head(bytes: &[u8]) {
    let answer = http::read(bytes);
    if let Answer::Http {
        status,
        location,
        body,
        ..
    } = &answer
    {
        assert!((100..1_000).contains(status), "{status}");
        refusal(body);
        assert!(
            location
                .as_deref()
                .is_none_or(|to| !to.contains(['\r', '\n', '\0']))
        );
        for role in [Role::Api, Role::Repositories, Role::Assets, Role::Sts] {
            let _ = answer.is_foreign(role);
        }
    }
    // What is enough stays enough, and says no other status when more comes. At every byte: short ones alone.
    if bytes.len() > 600 {
        return;
    }
    for with_body in [false, true] {
        let first = (0..=bytes.len()).find(|length| http::is_enough(&bytes[..*length], with_body));
        let Some(first) = first else { continue };
        assert_eq!(http::read(&bytes[..first]).status(), answer.status());
        for more in [first + 1, (first + bytes.len()) / 2, bytes.len()] {
            assert!(more > bytes.len() || http::is_enough(&bytes[..more], with_body));
        }
    }
}
