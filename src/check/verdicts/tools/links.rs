//! What a tool's own settings put between it and the repository.

use super::gone;
use crate::check::evidence::tools::LinkSeen;
use crate::check::{Mender, Verdict};
use crate::tools::Tool;
use crate::tools::effective::links::{Link, LinkKind};

/// Whether `tool` reaches the repository by what its settings put between.
pub fn judge(tool: Tool, links: &[LinkSeen]) -> Verdict {
    let broken = links
        .iter()
        .find_map(|seen| Some((seen, seen.trouble.as_deref()?)));
    if let Some((seen, why)) = broken {
        return match &seen.link {
            Some(link) if link.kind != LinkKind::Store => gone(
                Verdict::failed(failure(tool, link, why)),
                link.origin(),
                tool,
                "",
            ),
            _ => untold(tool, seen, why),
        };
    }
    let links = links.iter().filter_map(|seen| seen.link.as_ref());
    let mut unproved = links.clone();
    if let Some(link) = unproved.find(|link| link.kind == LinkKind::Unproved) {
        let verdict = Verdict::warning(format!(
            "{} ({}) lets whoever answers in the repository's place have the token of {tool}",
            link.setting,
            link.origin()
        ));
        return gone(verdict, link.origin(), tool, "");
    }
    let named: Vec<String> = links
        .map(|link| format!("{} {} ({})", link.setting, link.shown(), link.origin()))
        .collect();
    Verdict::ok(match named.is_empty() {
        true => "nothing of its own in between".to_owned(),
        false => named.join(", "),
    })
}

fn failure(tool: Tool, link: &Link, why: &str) -> String {
    let (shown, origin) = (link.shown(), link.origin());
    match link.kind {
        LinkKind::Proxy => format!("{tool} goes through the proxy {shown} ({origin}): {why}"),
        LinkKind::Identity => format!("{tool} shows the certificate {shown} ({origin}): {why}"),
        _ => format!("{tool} trusts the CAs of {shown} ({origin}): {why}"),
    }
}

/// The CAs that a tool trusts with nobody's help, or those of the system's store, lack the one that signs here.
fn untold(tool: Tool, seen: &LinkSeen, why: &str) -> Verdict {
    let (whose, variable) = match tool {
        Tool::Npm => ("the list of CAs of Node", "NODE_EXTRA_CA_CERTS"),
        Tool::Uv => ("the list of CAs of its own", "SSL_CERT_FILE"),
        _ => ("the list of CAs of its own", "PIP_CERT"),
    };
    let whose = match &seen.link {
        Some(link) => format!("the system's store ({})", link.origin()),
        None => whose.to_owned(),
    };
    let which = match &seen.store {
        Some(_) => "use the system's store, which knows it",
        None => "trust the CA that signs here (PEM, from your platform team)",
    };
    let file = seen.store.as_deref().unwrap_or("{ca_file}");
    Verdict::failed(format!(
        "{whose}, which {tool} trusts, is not enough: {why}"
    ))
    .by(Mender::You)
    .fix(format!(
        "Let it {which}, in ~/.bashrc or the image as well:\n$ export {variable}={file}"
    ))
}
