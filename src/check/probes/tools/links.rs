//! Whether the repository is reached by what a tool's own settings put between.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rustls_pki_types::CertificateDer;

use super::ask::silence;
use super::program::every;
use crate::aws::{Proxy, Roots, certificates_in};
use crate::check::catalogue::REPOSITORIES;
use crate::check::evidence::tools::{LinkSeen, Program, ToolSeen};
use crate::check::evidence::{Distrust, Handshake};
use crate::check::probes::host::Way;
use crate::check::probes::http::Credentials;
use crate::check::probes::tls::Trust;
use crate::tools::Tool;
use crate::tools::effective::links::{Link, LinkKind};

/// The links that `settings` name, and the CAs that `tool` trusts where none of them names any.
pub fn of(links: &[Link]) -> Vec<LinkSeen> {
    let names_roots = links
        .iter()
        .any(|link| !matches!(link.kind, LinkKind::Proxy | LinkKind::Identity));
    let named = links.iter().cloned().map(Some);
    let own = (!names_roots).then_some(None);
    named
        .chain(own)
        .map(|link| LinkSeen {
            link,
            trouble: None,
            store: None,
        })
        .collect()
}

/// Tries each of them at the tool's endpoint.
pub async fn try_all<S>(
    tool: Tool,
    seen: &mut ToolSeen<S>,
    environment: &BTreeMap<String, String>,
    way: Way<'_>,
) {
    let url = seen.login.endpoint.as_str();
    for one in &mut seen.links {
        let link = one.link.as_ref();
        one.trouble = match link {
            Some(link) if link.kind == LinkKind::Proxy => through(&link.told.value, url, way).await,
            _ => match roots_of(tool, &seen.program, link, environment) {
                Err(why) => Some(why),
                Ok(None) => None,
                Ok(Some(roots)) => vouched(roots, url, way).await,
            },
        };
        if link.is_none() && one.trouble.is_some() {
            one.store = store_that_vouches(url, way).await;
        }
    }
}

/// The CAs that count because of `link`, or with nobody's help; `None` where none are to be tried.
fn roots_of(
    tool: Tool,
    program: &Program,
    link: Option<&Link>,
    environment: &BTreeMap<String, String>,
) -> Result<Option<Vec<CertificateDer<'static>>>, String> {
    let Some(link) = link else {
        return Ok(by_itself(tool, program, environment));
    };
    let value = link.told.value.as_str();
    match link.kind {
        LinkKind::Identity => readable(Path::new(value)).map(|_| None),
        LinkKind::Roots => {
            let mut roots = roots_in(tool, Path::new(value))?;
            // A newer pip trusts the system's store beside them.
            if let (Tool::Pip, Some(roots)) = (tool, &mut roots)
                && program.trusts_system() != Some(false)
            {
                roots.extend(Roots::of_system());
            }
            Ok(roots)
        }
        LinkKind::RootsInside => certificates_in(value.replace("\\n", "\n").as_bytes())
            .map(Some)
            .map_err(|error| error.to_string()),
        LinkKind::Store => Ok(Some(Roots::of_system())),
        LinkKind::Proxy | LinkKind::Unproved => Ok(None),
    }
}

/// Where distributions keep all CAs of the system's store in one file.
const STORES: &[&str] = &[
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
];

/// The file of the system's store, if the CA that signs for the repository is in it.
async fn store_that_vouches(url: &str, way: Way<'_>) -> Option<String> {
    let store = STORES.iter().find(|path| Path::new(path).is_file())?;
    let roots = certificates_in(&readable(Path::new(store)).ok()?).ok()?;
    vouched(roots, url, way)
        .await
        .is_none()
        .then(|| (*store).to_owned())
}

fn readable(path: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        _ => format!("it cannot be read: {error}"),
    })
}

/// The CAs of a file, or of a folder's files; `None` for what the tool passes over.
fn roots_in(tool: Tool, path: &Path) -> Result<Option<Vec<CertificateDer<'static>>>, String> {
    // npm takes one that is not there for none.
    if tool == Tool::Npm && !path.exists() {
        return Ok(None);
    }
    if path.is_dir() {
        return Ok(None);
    }
    let roots = certificates_in(&readable(path)?).map_err(|error| error.to_string())?;
    Ok(Some(roots))
}

/// What a tool trusts with nobody's help. uv, an older pip and Node bring Mozilla's list along.
fn by_itself(
    tool: Tool,
    program: &Program,
    environment: &BTreeMap<String, String>,
) -> Option<Vec<CertificateDer<'static>>> {
    let mozillas = || webpki_root_certs::TLS_SERVER_ROOT_CERTS.to_vec();
    let value = |name: &str| environment.get(name).map_or("", String::as_str);
    match tool {
        Tool::Pip => Some(match program.trusts_system()? {
            true => Roots::of_system(),
            false => mozillas(),
        }),
        Tool::Npm => {
            let uses_system = value("NODE_OPTIONS").contains("system-ca")
                || value("NODE_OPTIONS").contains("openssl-ca")
                || value("NODE_USE_SYSTEM_CA") == "1"
                || is_distributions(environment)
                || value("NODE_TLS_REJECT_UNAUTHORIZED") == "0";
            let extra = std::fs::read(value("NODE_EXTRA_CA_CERTS")).unwrap_or_default();
            let extra = certificates_in(&extra).unwrap_or_default();
            (!uses_system).then(|| mozillas().into_iter().chain(extra).collect())
        }
        Tool::Uv => Some(mozillas()),
        _ => None,
    }
}

/// Distributions build their Node to trust the system's store.
fn is_distributions(environment: &BTreeMap<String, String>) -> bool {
    let node: Option<PathBuf> = every("node", environment).next();
    node.and_then(|node| std::fs::canonicalize(node).ok())
        .is_none_or(|node| node.starts_with("/usr/bin"))
}

/// Why the repository is not reached through `proxy`.
async fn through(proxy: &str, url: &str, way: Way<'_>) -> Option<String> {
    let Some(proxy) = Proxy::of(proxy) else {
        return Some("that is no proxy's URL".to_owned());
    };
    let way = Way {
        proxy: Some(&proxy),
        ..way
    };
    let seen = way
        .look_at(url, "/", Credentials::None, &REPOSITORIES)
        .await?;
    silence(&seen)
}

/// Why the repository's certificate is not trusted with these roots.
async fn vouched(roots: Vec<CertificateDer<'static>>, url: &str, way: Way<'_>) -> Option<String> {
    let trust = Trust::in_certificates(roots);
    let way = Way {
        trust: trust.as_ref(),
        ..way
    };
    let seen = way
        .look_at(url, "/", Credentials::None, &REPOSITORIES)
        .await?;
    match seen.handshake? {
        Handshake::Done {
            issuer,
            trust: Err(Distrust::UnknownIssuer | Distrust::Other(_)),
        } => Some(format!(
            "{issuer}, who signs for {}, is not among them",
            seen.host
        )),
        _ => None,
    }
}
