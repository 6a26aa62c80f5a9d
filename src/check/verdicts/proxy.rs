//! The proxy.

use super::list;
use super::network::KEPT;
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
        Some(Reached::Kept) => KEPT,
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

/// Hosts that are there without the proxy are mended by NO_PROXY; for the others the proxy must be mended.
fn without_it(verdict: Verdict, evidence: &Evidence) -> Verdict {
    let asked = asked(evidence);
    let shut = asked
        .iter()
        .filter(|(_, tunnel)| **tunnel != Tunnel::Open)
        .map(|(host, _)| *host);
    let (there, lost): (Vec<_>, Vec<_>) = shut.partition(|host| host.direct == Some(true));
    let names = |hosts: &[&HostSeen]| list(hosts.iter().map(|host| &host.host));
    let proxy = |lost: &[&HostSeen]| {
        format!(
            "The proxy must be there and let these hosts through, port 443: {}.\n\
             In a VPC with interface endpoints for CodeArtifact no proxy is needed:\n\
             $ {}",
            names(lost),
            exception(evidence, lost)
        )
    };
    if there.is_empty() {
        return verdict.by(Mender::PlatformTeam).fix(proxy(&lost));
    }
    let direct = format!(
        "Reach them without the proxy:\n$ {}",
        exception(evidence, &there)
    );
    let detail = verdict.detail.as_str();
    if lost.is_empty() {
        let detail = format!("{detail}; without the proxy it can be reached");
        return Verdict { detail, ..verdict }.by(Mender::You).fix(direct);
    }
    let there = names(&there);
    let detail = format!("{detail}; without the proxy {there} can be reached");
    let fix = format!("{direct}\n{}", proxy(&lost));
    Verdict { detail, ..verdict }
        .by(Mender::PlatformTeam)
        .fix(fix.replacen("them", &there, 1))
}

/// The command that excepts `hosts`: by their domain where every host we know is there without the proxy, else by their
/// names, since what goes through it now may have no other way. An entry that begins with a dot is to curl, Python, Node
/// and Go the domain and everything below it.
fn exception(evidence: &Evidence, hosts: &[&HostSeen]) -> String {
    let sts = evidence.sts.as_ref().and_then(|sts| sts.tunnel.as_ref());
    let is_whole = sts != Some(&Tunnel::Open)
        && asked(evidence)
            .iter()
            .all(|(host, _)| host.direct == Some(true));
    let mut entries: Vec<&str> = Vec::new();
    for host in hosts {
        let known = [".amazonaws.com", ".on.aws", ".api.aws"];
        let entry = known
            .into_iter()
            .find(|domain| is_whole && host.host.ends_with(domain))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::verdicts::sample::evidence;

    const API: &str = "codeartifact.us-east-1.amazonaws.com";
    const REPOSITORIES: &str = "corp-111122223333.d.codeartifact.us-east-1.amazonaws.com";

    fn through(name: &str, tunnel: Tunnel, direct: Option<bool>) -> HostSeen {
        HostSeen {
            tunnel: Some(tunnel),
            direct,
            ..HostSeen::of(&format!("https://{name}")).unwrap()
        }
    }

    /// The verdict where the API and the repositories are seen so.
    fn judged(api: HostSeen, repositories: HostSeen, sts: Option<HostSeen>) -> Verdict {
        let evidence = Evidence {
            proxy: Some(ProxySeen {
                variable: "HTTPS_PROXY",
                address: "proxy.example:3128".into(),
                ..ProxySeen::default()
            }),
            repositories: Some(repositories),
            sts,
            ..evidence(api)
        };
        tunnel(&evidence).unwrap()
    }

    #[test]
    fn only_what_is_there_without_the_proxy_is_excepted_from_it() {
        let refused = || Tunnel::Refused(403);
        let api = through(API, Tunnel::Open, None);
        let repositories = through(REPOSITORIES, refused(), Some(true));
        let verdict = judged(api, repositories, None);
        let fix = verdict.fix.unwrap();
        assert!(fix.ends_with(&format!(",}}{REPOSITORIES}\"")), "{fix}");
        assert_eq!(verdict.mender, Some(Mender::You));

        let api = through(API, refused(), Some(false));
        let repositories = through(REPOSITORIES, refused(), Some(true));
        let verdict = judged(api, repositories, None);
        let there = format!("; without the proxy {REPOSITORIES} can be reached");
        assert!(verdict.detail.ends_with(&there), "{verdict:?}");
        assert_eq!(verdict.mender, Some(Mender::PlatformTeam));
        let fix = verdict.fix.unwrap();
        assert!(fix.contains(&format!(",}}{REPOSITORIES}\"\n")), "{fix}");
        assert!(fix.contains(&format!("port 443: {API}.")), "{fix}");

        let all = || {
            let api = through(API, refused(), Some(true));
            (api, through(REPOSITORIES, refused(), Some(true)))
        };
        let (api, repositories) = all();
        let fix = judged(api, repositories, None).fix.unwrap();
        assert!(fix.ends_with(",}.amazonaws.com\""), "{fix}");
        // STS, which the proxy leads to, may have no other way.
        let sts = through("sts.us-east-1.amazonaws.com", Tunnel::Open, None);
        let (api, repositories) = all();
        let fix = judged(api, repositories, Some(sts)).fix.unwrap();
        assert!(
            fix.ends_with(&format!(",}}{API},{REPOSITORIES}\"")),
            "{fix}"
        );
    }
}
