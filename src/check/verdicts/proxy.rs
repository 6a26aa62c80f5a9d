//! The proxy.

use super::list;
use crate::check::evidence::{HostSeen, ProxySeen, Reached, Tunnel};
use crate::check::{Evidence, Mender, Verdict};

/// Whether the proxy variables can be used.
pub fn settings(evidence: &Evidence) -> Option<Verdict> {
    let Some(proxy) = &evidence.proxy else {
        return Some(Verdict::ok("no proxy"));
    };
    if let Some(trouble) = &proxy.trouble {
        let mend = trouble.mend.clone().unwrap_or_default();
        let has_command = mend.contains("\n$ ");
        let more = match has_command {
            true => String::new(),
            false => format!(":\n$ unset {}", proxy.variable),
        };
        return Some(Verdict::failed(trouble.what.clone()).fix(format!("{mend}{more}")));
    }
    let excepted = match proxy.excepted.as_deref() {
        None | Some("") => "NO_PROXY exempts nothing".to_owned(),
        Some(hosts) => format!("NO_PROXY={hosts}"),
    };
    Some(Verdict::ok(format!(
        "{} leads to {}; {excepted}",
        proxy.variable, proxy.address
    )))
}

/// The hosts that matter and go through the proxy, and what it answered for each.
fn asked(evidence: &Evidence) -> Vec<(&HostSeen, &Tunnel)> {
    [&evidence.api, &evidence.repositories, &evidence.assets]
        .into_iter()
        .flatten()
        .filter_map(|host| Some((host, host.tunnel.as_ref()?)))
        .collect()
}

/// Whether the proxy is there. It has no object where every host is reached without it.
pub fn reach(evidence: &Evidence) -> Option<Verdict> {
    let ProxySeen {
        address, variable, ..
    } = evidence.proxy.as_ref()?;
    let asked = asked(evidence);
    asked.first()?;
    let unreached = asked.iter().find_map(|(_, tunnel)| match tunnel {
        Tunnel::Unreached(reached) => Some(reached),
        _ => None,
    });
    let why = match unreached {
        None | Some(Reached::Open) => return Some(Verdict::ok(address.clone())),
        Some(Reached::TimedOut) => "does not answer",
        Some(Reached::Refused) => "refuses the connection",
        Some(Reached::Reset) => "cuts the connection",
        Some(Reached::Unreachable) => "cannot be reached: there is no route",
        Some(Reached::NoName) => "has a name without an address",
        Some(Reached::Other(why)) => why,
    };
    let verdict = Verdict::failed(format!("the proxy {address} (${variable}) {why}"));
    Some(without_it(verdict, evidence))
}

/// Whether the proxy lets CodeArtifact through.
pub fn tunnel(evidence: &Evidence) -> Option<Verdict> {
    let proxy = evidence.proxy.as_ref()?;
    let asked = asked(evidence);
    asked.first()?;
    let Some((_, first)) = asked.iter().find(|(_, tunnel)| **tunnel != Tunnel::Open) else {
        let through = list(asked.iter().map(|(host, _)| host.host.clone()));
        let address = &proxy.address;
        return Some(Verdict::ok(format!("through {address} to {through}")));
    };
    let stopped = list(
        asked
            .iter()
            .filter(|(_, tunnel)| tunnel == first)
            .map(|(host, _)| host.host.clone()),
    );
    let address = &proxy.address;
    let detail = match first {
        Tunnel::Refused(407) if proxy.has_login => format!(
            "the proxy {address} does not accept the user name and password in ${} (407)",
            proxy.variable
        ),
        Tunnel::Refused(407) => {
            format!("the proxy {address} wants a user name and a password (407)")
        }
        Tunnel::Refused(status) => format!("the proxy {address} refuses {stopped} ({status})"),
        Tunnel::TimedOut => format!("the proxy {address} does not get through to {stopped}"),
        Tunnel::Broken(why) => {
            format!("the proxy {address} gives no tunnel to {stopped}: {why}")
        }
        Tunnel::Open | Tunnel::Unreached(_) => return Some(Verdict::waits_for("proxy.reach")),
    };
    let wants_password = **first == Tunnel::Refused(407);
    let verdict = without_it(Verdict::failed(detail), evidence);
    let variable = proxy.variable;
    Some(
        if wants_password && verdict.mender == Some(Mender::PlatformTeam) {
            verdict.by(Mender::You).fix(format!(
                "Give the proxy what it wants:\n$ export {variable}=http://USER:PASSWORD@{{proxy}}"
            ))
        } else {
            verdict
        },
    )
}

/// Where the hosts are there without the proxy, NO_PROXY is the whole mend; else the proxy must be mended.
fn without_it(verdict: Verdict, evidence: &Evidence) -> Verdict {
    let asked = asked(evidence);
    let mut direct = asked.iter().filter_map(|(host, _)| host.direct);
    if direct.any(|there| there) {
        let detail = format!("{}; without the proxy it can be reached", verdict.detail);
        let fix = format!("Reach them without the proxy:\n$ {}", exception(&asked));
        return Verdict { detail, ..verdict }.by(Mender::You).fix(fix);
    }
    verdict.by(Mender::PlatformTeam).fix(format!(
        "The proxy must be there and let these hosts through, port 443: {}.\n\
         In a VPC with interface endpoints for CodeArtifact no proxy is needed:\n\
         $ {}",
        list(asked.iter().map(|(host, _)| host.host.clone())),
        exception(&asked)
    ))
}

/// The command that excepts the hosts. Entries begin with a dot: curl, Python, Node and Go all take that for the domain
/// and everything below it.
fn exception(asked: &[(&HostSeen, &Tunnel)]) -> String {
    let mut entries: Vec<&str> = Vec::new();
    for (host, _) in asked {
        let known = [".amazonaws.com", ".on.aws", ".api.aws"];
        let entry = known
            .into_iter()
            .find(|domain| host.host.ends_with(domain))
            .unwrap_or(&host.host);
        if !entries.contains(&entry) {
            entries.push(entry);
        }
    }
    format!(
        "export NO_PROXY=\"${{NO_PROXY:+$NO_PROXY,}}{}\"",
        entries.join(",")
    )
}
