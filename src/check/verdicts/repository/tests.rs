//! What reading says, and what a refusal is mended by.

use super::*;
use crate::check::evidence::ReadSeen;
use crate::check::verdicts::sample::{answered, evidence, host};

fn reading(answer: Answer) -> Verdict {
    let mut evidence = evidence(host());
    evidence.settings.formats = vec![Format::Npm];
    evidence.reads = vec![ReadSeen {
        format: Format::Npm,
        repository: "team".into(),
        path: "is-number",
        answer,
    }];
    read(&evidence, Format::Npm).unwrap()
}

#[test]
fn found_and_not_found_both_mean_that_the_repository_is_read() {
    for (status, expected) in [
        (200, Status::Ok),
        (302, Status::Ok),
        (404, Status::Ok),
        (401, Status::Failed),
        (403, Status::Failed),
        (500, Status::Failed),
        (429, Status::Failed),
    ] {
        let verdict = reading(answered(status, None));
        assert_eq!(verdict.status, expected, "{status}: {verdict:?}");
        // An upstream may be missing, or none be meant to be there.
        assert_eq!(verdict.remark.is_some(), status == 404, "{verdict:?}");
    }
}

#[test]
fn a_refusal_is_mended_where_aws_says() {
    let refused = |reason: &str| {
        let sentence = format!(
            "User: u is not authorized to perform: codeartifact:ReadFromRepository {reason}"
        );
        reading(Answer::Http {
            status: 403,
            date: None,
            location: None,
            is_page: false,
            body: serde_json::json!({ "message": sentence }).to_string(),
        })
    };
    for (reason, mender, words) in [
        (
            "because no VPC endpoint policy allows it",
            Mender::PlatformTeam,
            "\"Principal\": \"*\"",
        ),
        (
            "because no identity-based policy allows it",
            Mender::IdentityTeam,
            "role's own policy",
        ),
        (
            "because no resource-based policy allows it",
            Mender::PlatformTeam,
            "get-repository-permissions-policy",
        ),
        (
            "with an explicit deny in a policy",
            Mender::IdentityTeam,
            "simulate-principal-policy",
        ),
    ] {
        let verdict = refused(reason);
        assert_eq!(verdict.mender, Some(mender), "{reason}");
        assert!(verdict.fix.unwrap().contains(words), "{reason}");
        assert!(verdict.detail.contains(reason), "{reason}");
    }
}

#[test]
fn a_long_refusal_is_shown_as_its_sentence_and_steers_no_terminal() {
    let action = "is not authorized to perform: codeartifact:ReadFromRepository";
    let resource = "long/".repeat(200);
    let sentence = format!(
        "User: \u{1b}[2Ju {action} on resource: {resource} because no VPC endpoint policy allows it"
    );
    let verdict = reading(Answer::Http {
        status: 403,
        date: None,
        location: None,
        is_page: false,
        body: serde_json::json!({ "code": "x", "message": sentence }).to_string(),
    });
    let begin = format!("the repository team refuses (403): User:  [2Ju {action}");
    assert!(verdict.detail.starts_with(&begin), "{verdict:?}");
    assert!(verdict.detail.len() < 700, "{verdict:?}");
    assert!(verdict.fix.unwrap().contains("VPC endpoint"));
}

#[test]
fn a_format_that_no_tool_reads_has_no_verdict() {
    assert_eq!(read(&evidence(host()), Format::Npm), None);
    assert_eq!(assets(&evidence(host())), None);
    assert_eq!(challenge(&evidence(host())), None);
}
