//! Repositories, their upstreams and external connections.

use super::{Call, Outcome, epoch};
use crate::account::{Estate, Repository, RepositoryId};
use crate::error::AwsError;
use crate::names::{Connection, refused};
use serde_json::{Value, json};

/// How many direct upstreams a repository may have.
const UPSTREAMS: usize = 10;

impl Call<'_> {
    pub(super) fn create_repository(&self) -> Outcome {
        self.permit(&self.repository_arn())?;
        self.find_domain()?;
        let (domain, owner) = self.domain();
        let name = self.text("repository");
        self.permit_upstreams()?;
        let mut estate = self.shared.catalogue.account.write();
        if estate.repository(domain, owner, name).is_ok() {
            let message =
                format!("Repository with name '{name}' already exists in domain '{domain}'.");
            return Err(AwsError::conflict("repository", name, message));
        }
        let upstreams = self.upstreams(&estate)?.unwrap_or_default();
        let made = estate.add_repository(domain, owner, name);
        made.upstreams = upstreams;
        made.description = self.optional("description").map(Into::into);
        made.tags = self.tags();
        let made = made.clone();
        Ok(json!({ "repository": self.described(&estate, &made) }).into())
    }

    /// Sets what is given and leaves the rest; upstreams are replaced as a whole.
    pub(super) fn update_repository(&self) -> Outcome {
        self.permit(&self.repository_arn())?;
        self.find_domain()?;
        let (domain, owner) = self.domain();
        self.permit_upstreams()?;
        let mut estate = self.shared.catalogue.account.write();
        let upstreams = self.upstreams(&estate)?;
        let repository = estate.repository_mut(domain, owner, self.text("repository"))?;
        if let Some(upstreams) = upstreams {
            repository.upstreams = upstreams;
        }
        if let Some(description) = self.optional("description") {
            repository.description = Some(description.into());
        }
        let repository = repository.clone();
        Ok(json!({ "repository": self.described(&estate, &repository) }).into())
    }

    pub(super) fn describe_repository(&self) -> Outcome {
        self.permit(&self.repository_arn())?;
        let repository = self.find_repository("repository")?;
        let estate = self.shared.catalogue.account.read();
        Ok(json!({ "repository": self.described(&estate, &repository) }).into())
    }

    pub(super) fn delete_repository(&self) -> Outcome {
        self.permit(&self.repository_arn())?;
        let repository = self.find_repository("repository")?;
        let mut estate = self.shared.catalogue.account.write();
        if let Some(user) = estate
            .repositories
            .iter()
            .find(|other| other.upstreams.contains(&repository.id))
        {
            let message = format!(
                "Repository '{}' is an upstream of repository '{}'. Remove it from there first.",
                repository.name, user.name
            );
            return Err(AwsError::conflict("repository", &repository.name, message));
        }
        let answer = json!({ "repository": self.described(&estate, &repository) });
        estate
            .repositories
            .retain(|known| known.id != repository.id);
        Ok(answer.into())
    }

    /// Those of one domain, or all of the account's.
    pub(super) fn list_repositories(&self) -> Outcome {
        let of_domain = self.input.contains_key("domain");
        match of_domain {
            true => {
                self.permit(&self.domain_arn())?;
                self.find_domain()?;
            }
            false => self.permit("*")?,
        }
        let (domain, owner) = self.domain();
        let prefix = self.text("repositoryPrefix");
        let estate = self.shared.catalogue.account.read();
        let is_meant = |repository: &&Repository| {
            repository.owner == owner
                && (!of_domain || repository.domain == domain)
                && repository.name.starts_with(prefix)
                && estate
                    .domain(&repository.domain, owner)
                    .is_ok_and(|domain| domain.region == self.caller.region)
        };
        let summary = |repository: &Repository| {
            let mut summary = json!({
                "name": repository.name,
                "administratorAccount": repository.owner,
                "domainName": repository.domain,
                "domainOwner": repository.owner,
                "arn": self.arn("repository", &format!("{}/{}", repository.domain, repository.name)),
                "createdTime": epoch(repository.created),
            });
            if let Some(description) = &repository.description {
                summary["description"] = json!(description);
            }
            summary
        };
        let mut list: Vec<_> = estate
            .repositories
            .iter()
            .filter(is_meant)
            .map(summary)
            .collect();
        list.sort_by_key(|repository| repository["name"].to_string());
        self.page("repositories", list)
    }

    pub(super) fn associate_external_connection(&self) -> Outcome {
        self.permit(&self.repository_arn())?;
        let name = self.text("externalConnection");
        let connection = Connection::of(name).ok_or_else(|| {
            refused(
                name,
                "externalConnection",
                "Member must be a known connection",
            )
        })?;
        self.find_domain()?;
        let (domain, owner) = self.domain();
        let mut estate = self.shared.catalogue.account.write();
        let repository = estate.repository_mut(domain, owner, self.text("repository"))?;
        if repository.external.is_some() {
            let message = format!(
                "Repository '{}' already has an external connection.",
                repository.name
            );
            return Err(AwsError::conflict("repository", &repository.name, message));
        }
        repository.external = Some(connection);
        let repository = repository.clone();
        Ok(json!({ "repository": self.described(&estate, &repository) }).into())
    }

    pub(super) fn disassociate_external_connection(&self) -> Outcome {
        self.permit(&self.repository_arn())?;
        self.find_domain()?;
        let (domain, owner) = self.domain();
        let name = self.text("externalConnection");
        let mut estate = self.shared.catalogue.account.write();
        let repository = estate.repository_mut(domain, owner, self.text("repository"))?;
        if repository
            .external
            .is_none_or(|connection| connection.name != name)
        {
            let message = format!(
                "Repository '{}' is not connected to {name}.",
                repository.name
            );
            return Err(AwsError::not_found("repository", &repository.name, message));
        }
        repository.external = None;
        let repository = repository.clone();
        Ok(json!({ "repository": self.described(&estate, &repository) }).into())
    }

    /// Who puts a repository below others needs to be let by these.
    fn permit_upstreams(&self) -> Result<(), AwsError> {
        let named = self.input.get("upstreams").and_then(Value::as_array);
        for upstream in named.into_iter().flatten() {
            let name = upstream["repositoryName"].as_str().unwrap_or("");
            let arn = self.arn("repository", &format!("{}/{name}", self.domain().0));
            self.permit_action("codeartifact:AssociateWithDownstreamRepository", &arn, &[])?;
        }
        Ok(())
    }

    /// The repositories that the call names as upstreams.
    fn upstreams(&self, estate: &Estate) -> Result<Option<Vec<RepositoryId>>, AwsError> {
        let Some(named) = self.input.get("upstreams").and_then(Value::as_array) else {
            return Ok(None);
        };
        if named.len() > UPSTREAMS {
            let message = "A repository can have at most 10 upstream repositories.";
            return Err(AwsError::new(402, "ServiceQuotaExceededException", message));
        }
        let (domain, owner) = self.domain();
        let find = |upstream: &Value| {
            let name = upstream["repositoryName"].as_str().unwrap_or("");
            if name == self.text("repository") {
                let why = format!("Repository '{name}' cannot be its own upstream.");
                return Err(AwsError::validation(why));
            }
            Ok(estate.repository(domain, owner, name)?.id)
        };
        named.iter().map(find).collect::<Result<_, _>>().map(Some)
    }

    fn described(&self, estate: &Estate, repository: &Repository) -> Value {
        let name_of = |id: &RepositoryId| {
            let upstream = estate.repositories.iter().find(|known| known.id == *id)?;
            Some(json!({ "repositoryName": upstream.name }))
        };
        let connection = |connection: Connection| {
            json!({
                "externalConnectionName": connection.name,
                "packageFormat": connection.format.to_string(),
                "status": "Available",
            })
        };
        let Repository { domain, name, .. } = repository;
        let mut described = json!({
            "name": name,
            "administratorAccount": repository.owner,
            "domainName": domain,
            "domainOwner": repository.owner,
            "arn": self.arn("repository", &format!("{domain}/{name}")),
            "upstreams": repository.upstreams.iter().filter_map(name_of).collect::<Vec<_>>(),
            "externalConnections": repository.external.map(connection).into_iter().collect::<Vec<_>>(),
            "createdTime": epoch(repository.created),
        });
        if let Some(description) = &repository.description {
            described["description"] = json!(description);
        }
        described
    }
}
