//! Repositories of other domains and regions.

use super::repository::{is_read, unread};
use super::{aws, names, network, tls};
use crate::aws::Kind;
use crate::check::catalogue::{self, hops};
use crate::check::evidence::{HostSeen, OtherRepository, Outcome, Role, SettingsSeen};
use crate::check::{Evidence, Mender, Status, Verdict};

/// Whether each can be read with a token of its own. No object where there are none.
pub fn read(evidence: &Evidence) -> Option<Verdict> {
    evidence.others.first()?;
    let broken = |other| Some((other, verdict(evidence, other)?));
    let broken: Vec<_> = evidence.others.iter().filter_map(broken).collect();
    let Some((_, first)) = broken.first() else {
        let names = evidence.others.iter().map(|other| {
            format!(
                "{} of {} in {}",
                other.repository, other.domain, other.region
            )
        });
        return Some(Verdict::ok(super::list(names)));
    };
    let details = broken.iter().map(|(other, verdict)| {
        format!(
            "the repository {} of domain {} in {}: {}",
            other.repository, other.domain, other.region, verdict.detail
        )
    });
    let fixes: Vec<String> = broken
        .iter()
        .map(|(other, verdict)| {
            let fix = verdict.fix.as_deref().unwrap_or(catalogue::STATEMENT);
            let fix = in_words_of(other, fix);
            match broken.len() {
                1 => fix,
                _ => format!(
                    "For {} of domain {}:\n{fix}",
                    other.repository, other.domain
                ),
            }
        })
        .collect();
    Some(Verdict {
        detail: details.collect::<Vec<_>>().join("; "),
        fix: Some(fixes.join("\n")),
        cause: None,
        ..first.clone()
    })
}

/// Not the words of the main repository.
fn in_words_of(other: &OtherRepository, fix: &str) -> String {
    fix.replace("{domain}", &other.domain)
        .replace("{region}", &other.region)
        .replace("{repository}", &other.repository)
        .replace("{account}", other.owner.as_deref().unwrap_or("<account>"))
        .replace("{repositories_host}", &host_of(other))
}

fn host_of(other: &OtherRepository) -> String {
    match &other.outcome {
        Outcome::Unreached(host) => host.host.clone(),
        _ => format!(
            "{}-<account>.d.codeartifact.{}.amazonaws.com",
            other.domain, other.region
        ),
    }
}

/// What is wrong with one, `None` if it is read.
fn verdict(evidence: &Evidence, other: &OtherRepository) -> Option<Verdict> {
    match &other.outcome {
        Outcome::Answered(answer) if is_read(answer) => None,
        Outcome::Answered(answer) => Some(unread(&other.repository, answer)),
        Outcome::Refused(refusal) => {
            let is_about_the_way = matches!(
                refusal.kind,
                Some(Kind::Name | Kind::Timeout | Kind::NoRoute)
            );
            let verdict = aws::refused(refusal, None);
            Some(match is_about_the_way && is_elsewhere(evidence, other) {
                true => verdict.by(Mender::PlatformTeam).fix(ELSEWHERE),
                false => verdict,
            })
        }
        Outcome::Unreached(host) if is_elsewhere(evidence, other) => Some(
            hop(evidence, other, host)
                .by(Mender::PlatformTeam)
                .fix(ELSEWHERE),
        ),
        Outcome::Unreached(host) => Some(hop(evidence, other, host)),
    }
}

/// The mend for what is not reached in another region.
const ELSEWHERE: &str = "A VPC endpoint leads to its own region alone: CodeArtifact of {region} needs a way out of this VPC (a proxy that \
    HTTPS_PROXY names, a NAT gateway), or one to a VPC of {region} that has the endpoints. Without a way leave its [[repository]] out of \
    the settings:\n$ studio-mirror status";

fn is_elsewhere(evidence: &Evidence, other: &OtherRepository) -> bool {
    evidence.settings.region.as_ref() != Some(&other.region)
}

/// The first hop on the way to its host that fails.
fn hop(evidence: &Evidence, other: &OtherRepository, host: &HostSeen) -> Verdict {
    let alone = Evidence {
        settings: SettingsSeen {
            region: Some(other.region.clone()),
            ..SettingsSeen::default()
        },
        roots: evidence.roots.clone(),
        repositories: Some(host.clone()),
        now: evidence.now,
        ..Evidence::default()
    };
    let checks = hops(Role::Repositories);
    type Hop = fn(&Evidence, Role) -> Option<Verdict>;
    let hops: [(Hop, &str); 3] = [
        (names::resolves, checks.dns.fix),
        (network::accepts, checks.tcp.fix),
        (tls::proves, checks.tls.fix),
    ];
    let first = hops.iter().find_map(|(hop, fix)| {
        let verdict = hop(&alone, Role::Repositories)?;
        let is_broken = verdict.status == Status::Failed;
        let own = verdict.fix.clone().unwrap_or_else(|| (*fix).to_owned());
        is_broken.then(|| verdict.fix(own))
    });
    first.unwrap_or_else(|| Verdict::failed(format!("{} is not reached", host.host)))
}
