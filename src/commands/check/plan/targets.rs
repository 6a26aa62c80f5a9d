//! The repositories in question, and where each is.

use super::login_of;
use crate::check::run::{OtherTarget, Target, is_own_api};
use crate::commands::session::Session;
use crate::endpoint::RepositoryEndpoint;
use crate::settings::{Field, Repository};
use crate::tools::Tool;

/// The repositories of the tools' one domain, each in its formats.
pub(super) fn targets(
    session: &Session,
    tools: &[Tool],
    is_own_api: bool,
) -> anyhow::Result<Vec<Target>> {
    let settings = &session.settings;
    let domain = settings.require(Field::Domain)?;
    let region = settings.require(Field::Region)?;
    let mut targets: Vec<Target> = Vec::new();
    for tool in tools {
        for repository in settings.repositories(*tool)? {
            // Another domain has another token and another region other hosts.
            if repository.domain != domain || repository.region != region {
                continue;
            }
            let target = Target {
                format: tool.client().format(),
                endpoint: endpoint(session, *tool, &repository, is_own_api),
                repository: repository.name,
            };
            let is_known = targets.iter().any(|known| {
                (known.format, &known.repository) == (target.format, &target.repository)
            });
            if !is_known {
                targets.push(target);
            }
        }
    }
    Ok(targets)
}

/// The repositories of other domains and regions. Settings that are missing have been told of.
pub(super) fn others(session: &Session, tools: &[Tool]) -> Vec<OtherTarget> {
    let settings = &session.settings;
    let main = (settings.get(Field::Domain), settings.get(Field::Region));
    let mut others: Vec<OtherTarget> = Vec::new();
    for tool in tools {
        for repository in settings.repositories(*tool).unwrap_or_default() {
            if (
                Some(repository.domain.as_str()),
                Some(repository.region.as_str()),
            ) == main
            {
                continue;
            }
            let is_own = repository.api_endpoint.as_deref().is_some_and(is_own_api);
            let other = OtherTarget {
                request: session.request_for(&repository),
                format: tool.client().format(),
                endpoint: endpoint(session, *tool, &repository, is_own),
                repository: repository.name,
            };
            let is_known = others.iter().any(|known| {
                known.request == other.request && known.repository == other.repository
            });
            if !is_known {
                others.push(other);
            }
        }
    }
    others
}

/// Where a repository is: as its login was told, behind the VPC endpoint of the settings, or at AWS's own name.
/// An API that is not AWS's own says nothing of where its packages are.
fn endpoint(
    session: &Session,
    tool: Tool,
    repository: &Repository,
    is_own_api: bool,
) -> Option<RepositoryEndpoint> {
    let format = tool.client().format();
    let login = login_of(session, tool).and_then(|login| {
        login.repositories().find(|known| {
            known.repository == repository.name
                && known.token.domain == repository.domain
                && known.token.region == repository.region
                && known.token.api_endpoint == repository.api_endpoint
        })
    });
    if let Some(login) = login {
        return Some(login.endpoint.clone());
    }
    let owner = repository.owner.as_deref()?;
    let Repository {
        domain,
        region,
        name,
        ..
    } = repository;
    if let Some(base) = &repository.repository_endpoint {
        return RepositoryEndpoint::behind(base, format, domain, owner, name).ok();
    }
    if is_own_api {
        return None;
    }
    let host = session.settings.endpoint_type().host(domain, owner, region);
    RepositoryEndpoint::from_answer(&format!("https://{host}/{format}/{name}/")).ok()
}
