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
        let variable = proxy.variable;
        return Some(
            Verdict::failed(trouble.what.clone()).fix(format!("{mend}:\n$ unset {variable}")),
        );
    }
    let excepted = match proxy.excepted.as_deref() {
        None | Some("") => "NO_PROXY excepts nothing".to_owned(),
        Some(hosts) => format!("NO_PROXY={hosts}"),
    };
    Some(Verdict::ok(format!(
        "{} leads to {}; {excepted}",
        proxy.variable, proxy.address
    )))
}

/// Whether the proxy is there. It has no object where every host is reached without it.
pub fn reach(evidence: &Evidence) -> Option<Verdict> {
    let proxy = evidence.proxy.as_ref()?;
    let reached = proxy.reached.as_ref()?;
    let ProxySeen {
        address, variable, ..
    } = proxy;
    let why = match reached {
        Reached::Open => return Some(Verdict::ok(address.clone())),
        Reached::TimedOut => "does not answer",
        Reached::Refused => "refuses the connection",
        Reached::Reset => "cuts the connection",
        Reached::Unreachable => "cannot be reached: there is no route",
        Reached::NoName => "has a name without an address",
        Reached::Other(why) => why,
    };
    let verdict = Verdict::failed(format!("the proxy {address} (${variable}) {why}"));
    Some(without_it(verdict, evidence))
}

/// Whether the proxy lets CodeArtifact through.
pub fn tunnel(evidence: &Evidence) -> Option<Verdict> {
    let proxy = evidence.proxy.as_ref()?;
    proxy.reached.as_ref()?;
    let hosts = [&evidence.api, &evidence.repositories, &evidence.assets];
    let asked: Vec<(&HostSeen, &Tunnel)> = hosts
        .into_iter()
        .flatten()
        .filter_map(|host| Some((host, host.tunnel.as_ref()?)))
        .collect();
    let Some((_, first)) = asked.iter().find(|(_, tunnel)| **tunnel != Tunnel::Open) else {
        let through = list(asked.iter().map(|(host, _)| host.host.clone()));
        return Some(Verdict::ok(format!(
            "through {} to {through}",
            proxy.address
        )));
    };
    let stopped = list(
        asked
            .iter()
            .filter(|(_, tunnel)| tunnel == first)
            .map(|(host, _)| host.host.clone()),
    );
    let address = &proxy.address;
    let verdict = match first {
        Tunnel::Refused(407) => Verdict::failed(format!(
            "the proxy {address} wants a user name and a password (407)"
        )),
        Tunnel::Refused(status) => {
            Verdict::failed(format!("the proxy {address} refuses {stopped} ({status})"))
        }
        Tunnel::TimedOut => Verdict::failed(format!(
            "the proxy {address} does not get through to {stopped}"
        )),
        Tunnel::Broken(why) => Verdict::failed(format!(
            "the proxy {address} gives no tunnel to {stopped}: {why}"
        )),
        Tunnel::Open | Tunnel::Unreached => return Some(Verdict::waits_for("proxy.reach")),
    };
    Some(without_it(verdict, evidence))
}

/// Where the hosts are there without the proxy, NO_PROXY is the whole mend; else the proxy must be mended.
fn without_it(verdict: Verdict, evidence: &Evidence) -> Verdict {
    let hosts = [&evidence.api, &evidence.repositories, &evidence.assets];
    let direct: Vec<bool> = hosts
        .into_iter()
        .flatten()
        .filter_map(|host| host.direct)
        .collect();
    if direct.is_empty() {
        return verdict;
    }
    if direct.contains(&true) {
        let detail = format!("{}; without the proxy it can be reached", verdict.detail);
        return Verdict { detail, ..verdict }.by(Mender::You);
    }
    let is_password = verdict.detail.contains("(407)");
    let variable = evidence
        .proxy
        .as_ref()
        .map_or("HTTPS_PROXY", |proxy| proxy.variable);
    let detail = format!("{}; nor is there another way", verdict.detail);
    let verdict = Verdict { detail, ..verdict };
    if is_password {
        verdict.by(Mender::You).fix(format!(
            "Give the proxy what it wants:\n$ export {variable}=http://USER:PASSWORD@{{proxy}}"
        ))
    } else {
        verdict.by(Mender::PlatformTeam).fix(
            "The proxy must let these hosts through, port 443: {api_host}, {repositories_host}.\n\
             In a VPC with interface endpoints for CodeArtifact no proxy is needed:\n\
             $ export NO_PROXY=\"${NO_PROXY:+$NO_PROXY,}.amazonaws.com,.on.aws\"",
        )
    }
}
