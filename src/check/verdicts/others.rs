//! Repositories of other domains and regions.

use super::repository::{is_read, unread};
use super::{aws, names, network, tls};
use crate::check::catalogue::hops;
use crate::check::evidence::{HostSeen, OtherRepository, Outcome, Role, SettingsSeen};
use crate::check::{Evidence, Status, Verdict};

/// Whether each can be read with a token of its own. No object where there are none.
pub fn read(evidence: &Evidence) -> Option<Verdict> {
    evidence.others.first()?;
    let broken = evidence
        .others
        .iter()
        .find_map(|other| Some((other, verdict(evidence, other)?)));
    let Some((other, verdict)) = broken else {
        let names = evidence.others.iter().map(|other| {
            format!(
                "{} of {} in {}",
                other.repository, other.domain, other.region
            )
        });
        return Some(Verdict::ok(super::list(names)));
    };
    let owner = other.owner.clone();
    let fix = verdict.fix.map(|fix| {
        // Not the words of the main repository.
        fix.replace("{domain}", &other.domain)
            .replace("{region}", &other.region)
            .replace("{repository}", &other.repository)
            .replace("{account}", owner.as_deref().unwrap_or("<account>"))
            .replace("{repositories_host}", &host_of(other))
    });
    Some(Verdict {
        detail: format!(
            "{} of domain {} in {}: {}",
            other.repository, other.domain, other.region, verdict.detail
        ),
        fix,
        cause: None,
        ..verdict
    })
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
        Outcome::Refused(refusal) => Some(aws::refused(refusal, None)),
        Outcome::Unreached(host) => Some(hop(evidence, other, host)),
    }
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
