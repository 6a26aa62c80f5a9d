//! Credentials, clock, token, endpoint.

use super::denial::{Gate, mended, statement};
use super::nameservers;
use super::network::skew;
use crate::aws::{Denial, Kind};
use crate::check::catalogue::{MOST_SKEW, STS};
use crate::check::evidence::Refusal;
use crate::check::probes::aws::OUT_OF_TIME;
use crate::check::{Cause, Evidence, Mender, Status, Verdict};
use crate::timestamp::{rfc3339, span};

/// Whether there are credentials.
pub fn found(evidence: &Evidence) -> Option<Verdict> {
    Some(match evidence.credentials.as_ref()? {
        Ok(found) => Verdict::ok(format!("{} ({})", found.source, found.access_key_id)),
        Err(trouble) => {
            let what = trouble.what.clone();
            let source = what.strip_prefix(NONE_FROM).unwrap_or_default();
            // Where no packet is answered, that is the one thing to mend.
            if what.ends_with(OUT_OF_TIME) && nameservers::is_dead(evidence) {
                Verdict::failed(what).because(Cause::Resolver)
            } else if trouble.by_sts && asks_sts_in_vain(evidence, &what) {
                Verdict::failed(format!(
                    "{what}; it is STS that gives these, and STS is not reached"
                ))
                .because(Cause::Sts)
                .by(Mender::PlatformTeam)
                .fix(STS.tcp.fix)
            } else {
                let verdict = Verdict::failed(what.clone());
                match way_to(source) {
                    Some(fix) => verdict.fix(fix),
                    None => verdict,
                }
            }
        }
    })
}

/// How the trouble with credentials begins.
const NONE_FROM: &str = "no AWS credentials from ";

/// Whether STS, which was asked for the credentials, cannot be reached.
fn asks_sts_in_vain(evidence: &Evidence, what: &str) -> bool {
    let is_about_the_way = [
        OUT_OF_TIME,
        "dispatch failure",
        "timed out",
        "lookup",
        "connect",
    ]
    .iter()
    .any(|words| what.contains(words));
    is_about_the_way && evidence.sts.as_ref().is_some_and(|sts| !sts.is_open())
}

/// The mend for credentials of this source; `None` where only restarting the space helps.
fn way_to(source: &str) -> Option<String> {
    if let Some(rest) = source.strip_prefix("profile ") {
        let profile = rest.split(':').next()?;
        return Some(format!(
            "Look at what the profile says, log in to it again, or leave it out so that the space's role counts:\n\
             $ aws configure list --profile {profile}\n$ aws sso login --profile {profile}\n$ unset AWS_PROFILE"
        ));
    }
    source.starts_with("web identity ").then(|| {
        "The file must hold the token, or the variables must go so that the space's role counts:\n\
         $ ls -l \"$AWS_WEB_IDENTITY_TOKEN_FILE\"\n$ unset AWS_WEB_IDENTITY_TOKEN_FILE AWS_ROLE_ARN"
            .to_owned()
    })
}

/// Credentials that end sooner than this are worth a word.
const SOON: u64 = 10 * 60;

/// Whether the credentials have expired.
pub fn expiry(evidence: &Evidence) -> Option<Verdict> {
    let Ok(found) = evidence.credentials.as_ref()? else {
        return Some(Verdict::waits_for("credentials.found"));
    };
    let Some(end) = found.expires_at else {
        return Some(Verdict::ok("no end is known"));
    };
    // AWS's clock decides, where it is known.
    let skew = skew(evidence).unwrap_or_default();
    let now = evidence.now.saturating_add_signed(skew.saturating_neg());
    let left = end.saturating_sub(now);
    let at = rfc3339(end);
    Some(if left == 0 {
        let fix = renewal(&found.source);
        let verdict = Verdict::failed(format!("those of {} expired at {at}", found.source));
        verdict.because(Cause::Credentials).fix(fix)
    } else if left < SOON {
        Verdict::warning(format!("they expire in {}", span(left)))
    } else {
        Verdict::ok(format!("until {at}"))
    })
}

/// How credentials that are over are renewed where they come from.
fn renewal(source: &str) -> String {
    if source.contains("environment") {
        return "Get new ones, or take them out so that the space's role counts:\n\
                $ unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN"
            .to_owned();
    }
    match source.strip_prefix("profile ") {
        Some(profile) => format!(
            "Log in again, or renew what the profile's credential_process gives:\n$ aws sso login --profile {profile}"
        ),
        None => {
            "AWS renews these by itself: restart the space, then\n$ studio-mirror check".to_owned()
        }
    }
}

/// Whether the clock is right. No object while no host has told the time.
pub fn clock(evidence: &Evidence) -> Option<Verdict> {
    let skew = skew(evidence)?;
    let by = skew.unsigned_abs();
    let direction = if skew > 0 { "ahead" } else { "behind" };
    Some(if by > MOST_SKEW.as_secs() {
        Verdict::failed(format!("this machine's clock is {} {direction}", span(by)))
            .because(Cause::Clock)
    } else {
        Verdict::ok(if by < 5 {
            "to the second".to_owned()
        } else {
            format!("{by} s {direction}")
        })
    })
}

/// Whether CodeArtifact gives a token.
pub fn token(evidence: &Evidence) -> Option<Verdict> {
    Some(match &evidence.token {
        None => Verdict::waits_for("network.api.http"),
        Some(Ok(token)) => Verdict::ok(format!("a new one, for {}", span(token.lives))),
        Some(Err(refusal)) => match &evidence.endpoint {
            Some(Err(other)) => refused(refusal, Some(other)),
            _ => refused(refusal, None),
        },
    })
}

/// Whether CodeArtifact knows the repository.
pub fn endpoint(evidence: &Evidence) -> Option<Verdict> {
    Some(match (&evidence.endpoint, &evidence.token) {
        (None, _) => Verdict::waits_for("network.api.http"),
        (Some(Ok(url)), _) => {
            let others = &evidence.unknown_repositories;
            match others.first() {
                None => Verdict::ok(url.clone()),
                Some((repository, refusal)) => of_another(repository, refusal, others),
            }
        }
        // What is not about this one permission has been told of the token.
        (Some(Err(refusal)), Some(Err(token)))
            if token.kind == refusal.kind && token.denial.is_none() =>
        {
            Verdict::waits_for("token.mint")
        }
        (Some(Err(refusal)), _) => refused(refusal, None),
    })
}

/// Other repositories than the first are not told of; the mend is that of the first among them.
fn of_another(repository: &str, refusal: &Refusal, all: &[(String, Refusal)]) -> Verdict {
    let verdict = refused(refusal, None);
    let details = all.iter().map(|(repository, refusal)| {
        format!("the repository {repository}: {}", refusal.trouble.what)
    });
    let fix = verdict
        .fix
        .map(|fix| fix.replace("{repository}", repository));
    Verdict {
        detail: details.collect::<Vec<_>>().join("; "),
        fix,
        ..verdict
    }
}

/// What a call says that AWS, or the way to it, did not let through. The sentences are those of every other command.
/// `other` is another call that failed at the same time: one policy that refuses both is mended at once.
pub(super) fn refused(refusal: &Refusal, other: Option<&Refusal>) -> Verdict {
    let verdict = Verdict::failed(refusal.trouble.what.clone());
    if let Some(denial) = &refusal.denial {
        let other = other
            .and_then(|other| other.denial.as_ref())
            .filter(|other| is_alike(other, denial) && other.action != denial.action);
        let statements = [Some(denial), other].into_iter().flatten();
        let statements: Vec<String> = statements.map(|one| statement(&one.action)).collect();
        let verdict = verdict.because(Cause::Policy(denial.by, denial.is_explicit));
        return mended(verdict, denial, &statements.join(",\n"), Gate::Api);
    }
    let mend = refusal.trouble.mend.clone().unwrap_or_default();
    let Some(kind) = &refusal.kind else {
        return verdict.by(Mender::You).fix(with_status(&mend));
    };
    match kind {
        Kind::ClockSkew => verdict
            .because(Cause::Clock)
            .by(Mender::PlatformTeam)
            .fix(format!("{mend}:\n$ sudo chronyd -q 'server 169.254.169.123 iburst'")),
        Kind::Rejected => verdict.because(Cause::Credentials).by(Mender::You).fix(format!(
            "{mend}\n$ aws sts get-caller-identity --region {{region}}"
        )),
        Kind::NotFound => verdict.by(Mender::You).fix(format!(
            "{mend}\n$ aws codeartifact list-repositories-in-domain --domain {{domain}} --domain-owner {{account}} --region {{region}}"
        )),
        Kind::Throttled => verdict.by(Mender::PlatformTeam).fix(format!(
            "{mend}. If it is always so, ask for more:\n\
             console: https://console.aws.amazon.com/servicequotas/home/services/codeartifact/quotas"
        )),
        Kind::ServerFault => verdict
            .because(Cause::Unavailable(503))
            .by(Mender::PlatformTeam)
            .fix(format!("{mend}:\nconsole: https://health.aws.amazon.com/health/status")),
        _ => verdict.by(Mender::You).fix(with_status(&mend)),
    }
}

fn is_alike(one: &Denial, other: &Denial) -> bool {
    (one.by, one.is_explicit) == (other.by, other.is_explicit)
}

fn with_status(mend: &str) -> String {
    format!("{mend}\n$ studio-mirror status")
}

fn waits_for_names(evidence: &Evidence) -> bool {
    nameservers::resolver(evidence).is_some_and(|verdict| verdict.status != Status::Ok)
}

/// Whether STS says who asks.
pub fn caller(evidence: &Evidence) -> Option<Verdict> {
    Some(match evidence.caller.as_ref() {
        None => Verdict::waits_for("network.sts"),
        Some(Ok(arn)) => Verdict::ok(arn.clone()),
        // The C library waits for a nameserver that is silent.
        Some(Err(why))
            if (why.contains("answer") || why.contains("lookup")) && waits_for_names(evidence) =>
        {
            Verdict::unknown("the look-up of its name takes too long")
        }
        Some(Err(why)) => {
            let verdict = Verdict::failed(format!("STS does not say it: {why}"));
            let is_off = skew(evidence).is_some_and(|off| off.unsigned_abs() > MOST_SKEW.as_secs());
            match &evidence.token {
                Some(Err(refusal)) if refusal.kind == Some(Kind::ClockSkew) => {
                    verdict.because(Cause::Clock)
                }
                Some(Err(refusal)) if refusal.kind == Some(Kind::Rejected) => {
                    verdict.because(Cause::Credentials)
                }
                // Without the API nobody else was asked for anything signed.
                _ if is_off && why.contains("Signature") => verdict.because(Cause::Clock),
                _ => verdict,
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::verdicts::sample::{answered, evidence, host};

    #[test]
    fn a_clock_that_sts_minds_is_the_clocks_fault_without_the_api() {
        let mut sts = host();
        sts.answer = Some(answered(302, Some(90_000)));
        let mut api = host();
        api.answer = None;
        let mut evidence = evidence(api);
        evidence.sts = Some(sts);
        let said = |why: &str, evidence: &mut Evidence| {
            evidence.caller = Some(Err(why.to_owned()));
            caller(evidence).unwrap().cause
        };
        let wrong = "SignatureDoesNotMatch: Signature not yet current";
        assert_eq!(said(wrong, &mut evidence), Some(Cause::Clock));
        assert_eq!(said("no answer in time", &mut evidence), None);
        assert_eq!(clock(&evidence).unwrap().cause, Some(Cause::Clock));
        evidence.now = 90_000;
        assert_eq!(said(wrong, &mut evidence), None);
    }
}
