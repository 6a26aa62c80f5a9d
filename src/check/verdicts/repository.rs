//! Reading packages, and the redirect to tarballs.

use super::denial::{Gate, mended, statement};
use super::network::heard;
use super::tls::{cut, proves};
use crate::aws::Denial;
use crate::check::catalogue::{STATUS_PAGE, read_of};
use crate::check::evidence::{Answer, ReadSeen, Role, TarballSeen};
use crate::check::{Cause, Evidence, Mender, Status, Verdict};
use crate::endpoint::Format;
use crate::error::printable;

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
    for read in &reads {
        let repository = &read.repository;
        match &read.answer {
            Answer::Http {
                status: 200..=399, ..
            } => seen.push(repository.clone()),
            Answer::Http { status: 404, .. } => {
                seen.push(format!("{repository} (without {})", read.path));
            }
            answer => return Some(unread(repository, answer)),
        }
    }
    let verdict = Verdict::ok(seen.join(", "));
    let lacks = |read: &&&ReadSeen| read.answer.status() == Some(404);
    let lacking = reads.iter().filter(lacks).count();
    Some(match reads.first() {
        Some(first) if lacking == reads.len() => verdict.remark(without_package(first)),
        _ => verdict,
    })
}

/// What a repository without a package that everybody has may lack; one of internal packages alone lacks nothing.
fn without_package(read: &ReadSeen) -> String {
    let ReadSeen {
        repository, path, ..
    } = read;
    format!(
        "{repository} can be read but has no {path}. Are public packages to come from it, then has it an upstream with an external \
         connection, and do package groups let them in?\n\
         $ aws codeartifact describe-repository --domain {{domain}} --domain-owner {{account}} --repository {repository} --region {{region}}"
    )
}

/// Whether an answer means that the repository is read: not every one has every package.
pub(super) fn is_read(answer: &Answer) -> bool {
    matches!(answer.status(), Some(200..=399 | 404))
}

/// An answer without a package. What is not about one format befalls all of them.
pub(super) fn unread(repository: &str, answer: &Answer) -> Verdict {
    let failed = |what: &str| {
        Verdict::failed(format!("the repository {repository} {what}"))
            .because(Cause::Reading(what.to_owned()))
    };
    match answer {
        Answer::Http { status: 401, .. } => failed("does not accept a new token (401)").by(Mender::You).fix(
            "A token opens its own domain alone, and something on the way may drop the header Authorization. Look whether the \
             repository's address is of the same domain and owner:\n$ studio-mirror status",
        ),
        Answer::Http {
            status: 403, body, ..
        } => refused(repository, body),
        Answer::Http {
            status: status @ (402 | 429),
            ..
        } => failed(&format!("is asked too often by this account ({status})"))
            .by(Mender::PlatformTeam)
            .fix(
                "Try again in a minute. If it is always so, ask for more:\n\
                 console: https://console.aws.amazon.com/servicequotas/home/services/codeartifact/quotas",
            ),
        Answer::Http {
            status: status @ 500..,
            ..
        } => failed(&format!("answers {status}"))
            .because(Cause::Unavailable(*status))
            .by(Mender::PlatformTeam)
            .fix(STATUS_PAGE),
        Answer::Http { status, .. } => failed(&format!("answers {status}"))
            .by(Mender::You)
            .fix("Its address may be wrong. Where it was set:\n$ studio-mirror status"),
        Answer::TimedOut => failed("does not answer in time").by(Mender::PlatformTeam).fix(
            "The first request for a package waits for the upstream; try again:\n$ studio-mirror check",
        ),
        Answer::Cut(why) => failed(&format!("hangs up ({why})"))
            .by(Mender::PlatformTeam)
            .fix(cut("{repositories_host}")),
        Answer::NotHttp => failed("is behind something that does not speak HTTP")
            .by(Mender::PlatformTeam)
            .fix(cut("{repositories_host}")),
    }
}

/// A 403 with a good token: AWS's sentence, where it has one, says which policy.
pub fn refused(repository: &str, body: &str) -> Verdict {
    let Some(sentence) = aws_sentence(body) else {
        let verdict = Verdict::failed(format!("the repository {repository} refuses (403)"));
        return verdict.because(Cause::Reading("403".to_owned()));
    };
    let shown = printable(&sentence);
    let verdict = Verdict::failed(format!(
        "the repository {repository} refuses (403): {shown}"
    ));
    let denial = Denial::read("ReadFromRepository", &sentence);
    let verdict = verdict.because(Cause::Reading(format!("{:?}", denial.by)));
    mended(
        verdict,
        &denial,
        &statement(&denial.action),
        Gate::Repositories,
    )
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

/// S3 sends on to another region's bucket, or something on the way to its own page.
fn elsewhere(host: &str, status: u16, location: Option<&str>) -> Verdict {
    let to = location.map(|to| printable(to.split('?').next().unwrap_or_default()));
    let to = to.map_or_else(String::new, |to| format!(" and sends on to {to}"));
    Verdict::failed(format!("{host} does not hand the tarball out: it answers {status}{to}")).fix(format!(
        "The bucket is this region's, and S3 hands it out itself. Something between here and {host} answers in its place, or leads to another \
         region:\n$ curl -si https://{host}/ | head -n 20"
    ))
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
                // What was imported this moment may not be there for a second or two.
                Answer::Http { status: 404, .. } => Verdict::ok("the tarball is on its way (404)"),
                Answer::Http {
                    status: status @ 300..=499,
                    location,
                    ..
                } => elsewhere(&host.host, *status, location.as_deref()),
                answer => heard(host, answer),
            });
        }
        _ => {}
    }
    let Some(host) = evidence.assets.as_ref() else {
        let has_token = matches!(evidence.token, Some(Ok(_)));
        let is_unread = |read: &&ReadSeen| !is_read(&read.answer) && read.format != Format::Pypi;
        let unread = evidence.reads.iter().find(is_unread);
        return Some(match (has_token, evidence.reads.is_empty(), unread) {
            (false, ..) => Verdict::waits_for("token.mint"),
            (true, true, _) => Verdict::waits_for("network.repositories.http"),
            (true, _, Some(unread)) => Verdict::waits_for(read_of(unread.format)),
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
mod tests;
