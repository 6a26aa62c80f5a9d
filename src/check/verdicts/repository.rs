//! Reading packages, and the redirect to tarballs.

use super::network::{heard, proves};
use crate::aws::{Denial, RefusedBy};
use crate::check::evidence::{Answer, Role, TarballSeen};
use crate::check::verdicts::aws::{for_principal, statement};
use crate::check::{Cause, Evidence, Mender, Status, Verdict};
use crate::endpoint::Format;

/// Whether pip is told to ask its helper. No object where nothing waits for a 401.
pub fn challenge(evidence: &Evidence) -> Option<Verdict> {
    if !evidence.settings.helper_waits_for_401 {
        return None;
    }
    let Some(host) = evidence.repositories.as_ref() else {
        return Some(Verdict::waits_for("network.repositories.http"));
    };
    let Some(status) = host.answer.as_ref().and_then(Answer::status) else {
        return Some(Verdict::waits_for("network.repositories.http"));
    };
    Some(if status == 401 {
        Verdict::ok("401, which makes pip ask")
    } else {
        Verdict::failed(format!(
            "{} answers a request without a token with {status}, not 401: pip never asks its helper",
            host.host
        ))
    })
}

/// Whether packages of `format` can be read.
pub fn read(evidence: &Evidence, format: Format) -> Option<Verdict> {
    if !evidence.settings.formats.contains(&format) {
        return None;
    }
    let reads: Vec<_> = evidence
        .reads
        .iter()
        .filter(|read| read.format == format)
        .collect();
    if reads.is_empty() {
        return Some(Verdict::waits_for("token.mint"));
    }
    let mut seen = Vec::new();
    for read in reads {
        let repository = &read.repository;
        let verdict = match &read.answer {
            Answer::Http {
                status: 200..=399, ..
            } => {
                seen.push(repository.clone());
                continue;
            }
            Answer::Http { status: 404, .. } => {
                seen.push(format!("{repository} (without {})", read.path));
                continue;
            }
            Answer::Http {
                status: 401, ..
            } => Verdict::failed(format!(
                "the repository {repository} does not take a new token (401)"
            ))
            .by(Mender::You)
            .fix("A token opens its own domain alone. Look whether the repository's address is of the same domain and owner:\n$ studio-mirror status"),
            Answer::Http {
                status: 403, body, ..
            } => refused(repository, body),
            Answer::Http {
                status: status @ 500..,
                ..
            } => Verdict::failed(format!("the repository {repository} answers {status}"))
                .because(Cause::Unavailable(*status))
                .by(Mender::PlatformTeam)
                .fix("Try again in a minute; if it stays so, look whether AWS has an event in {region}:\nconsole: https://health.aws.amazon.com/health/status"),
            Answer::Http { status, .. } => Verdict::failed(format!(
                "the repository {repository} answers {status}"
            )),
            Answer::TimedOut => Verdict::failed(format!(
                "the repository {repository} does not answer in time"
            ))
            .by(Mender::PlatformTeam)
            .fix("The first request for a package waits for the upstream; try again:\n$ studio-mirror check"),
            Answer::Cut(why) => Verdict::failed(format!(
                "the repository {repository} hangs up ({why})"
            ))
            .by(Mender::PlatformTeam),
            Answer::NotHttp => Verdict::failed(format!(
                "what answers for {repository} does not speak HTTP"
            )),
        };
        return Some(verdict);
    }
    Some(Verdict::ok(seen.join(", ")))
}

/// A 403 with a good token: AWS's sentence, where it has one, says which policy.
fn refused(repository: &str, body: &str) -> Verdict {
    let sentence = aws_sentence(body);
    let detail = match &sentence {
        Some(sentence) => format!("the repository {repository} refuses (403): {sentence}"),
        None => format!("the repository {repository} refuses (403)"),
    };
    let denial = sentence.map(|sentence| Denial::read("ReadFromRepository", &sentence));
    let by = denial.map(|denial| denial.by);
    let verdict = Verdict::failed(detail).because(Cause::Reading(by));
    let allow = statement("codeartifact:ReadFromRepository");
    match by {
        Some(RefusedBy::Endpoint) => verdict.by(Mender::PlatformTeam).fix(format!(
            "The policy of the VPC endpoint codeartifact.repositories needs this statement:\n{}",
            for_principal(&allow, "\"*\"")
        )),
        Some(RefusedBy::Resource) => verdict.by(Mender::PlatformTeam).fix(
            "The repository's permissions policy must allow codeartifact:ReadFromRepository for this role:\n\
             $ aws codeartifact get-repository-permissions-policy --domain {domain} --domain-owner {account} --repository {repository} --region {region}",
        ),
        Some(RefusedBy::ExplicitDeny) => verdict.by(Mender::IdentityTeam).fix(
            "A policy denies codeartifact:ReadFromRepository explicitly and must except this role:\n\
             $ aws iam simulate-principal-policy --policy-source-arn {role_arn} --action-names codeartifact:ReadFromRepository",
        ),
        Some(RefusedBy::Role) => verdict
            .by(Mender::IdentityTeam)
            .fix(format!("The role's own policy needs this statement:\n{allow}")),
        None => verdict,
    }
}

/// AWS's sentence in the body of a refusal: JSON with `message` or `Message`, or plain.
fn aws_sentence(body: &str) -> Option<String> {
    let from = body.find('{').unwrap_or(0);
    let json: Option<serde_json::Value> = serde_json::from_str(body[from..].trim()).ok();
    let in_json = json.as_ref().and_then(|json| {
        ["message", "Message"]
            .iter()
            .find_map(|key| json.get(key)?.as_str())
    });
    let sentence = in_json.unwrap_or(body);
    sentence
        .contains("is not authorized to perform")
        .then(|| sentence.trim().to_owned())
}

/// Whether a tool's packages come from the asset bucket: all but Python's and Swift's do (AWS, "Create the Amazon S3
/// gateway endpoint").
pub fn wants_assets(evidence: &Evidence) -> bool {
    let from_bucket = |format: &Format| !matches!(format, Format::Pypi | Format::Swift);
    evidence.settings.formats.iter().any(from_bucket)
}

/// Whether tarballs can be had.
pub fn assets(evidence: &Evidence) -> Option<Verdict> {
    if !wants_assets(evidence) {
        return None;
    }
    match &evidence.tarball {
        Some(TarballSeen::Served) => {
            return Some(Verdict::ok(
                "the repositories endpoint hands them out itself",
            ));
        }
        Some(TarballSeen::Redirected(Some(answer))) => {
            let host = evidence.assets.as_ref()?;
            return Some(match answer {
                Answer::Http { status: 403, .. } => Verdict::failed(format!(
                    "{} refuses the tarball that CodeArtifact redirects to (403)",
                    host.host
                )),
                answer => heard(host, answer),
            });
        }
        _ => {}
    }
    let Some(host) = evidence.assets.as_ref() else {
        let has_token = matches!(evidence.token, Some(Ok(_)));
        return Some(match (has_token, evidence.reads.is_empty()) {
            (false, _) => Verdict::waits_for("token.mint"),
            (true, true) => Verdict::waits_for("network.repositories.http"),
            _ => Verdict::unknown(
                "the repository has no is-number to try, and its bucket is not known",
            ),
        });
    };
    let verdict = proves(evidence, Role::Assets)?;
    Some(if verdict.status == Status::Ok && host.is_open() {
        Verdict::ok("reached; no package to try, so its policy is not known")
    } else {
        Verdict::waits_for("network.assets.tls")
    })
}

#[cfg(test)]
mod tests {
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
    fn a_format_that_no_tool_reads_has_no_verdict() {
        assert_eq!(read(&evidence(host()), Format::Npm), None);
        assert_eq!(assets(&evidence(host())), None);
        assert_eq!(challenge(&evidence(host())), None);
    }
}
