//! CodeArtifact's control plane: a signed call is read by the service's model, permitted, and answered by its topic.

mod assets;
mod domains;
mod groups;
mod packages;
mod permissions;
mod repositories;
mod tags;
mod token;
mod versions;

use crate::access::{Way, Wish};
use crate::account::{Domain, Repository, no_domain};
use crate::canonical;
use crate::connection::Arrival;
use crate::credentials::Caller;
use crate::error::{AwsError, respond};
use crate::faults::Action;
use crate::model::{self, Input, Operation};
use crate::paging::page;
use crate::shared::Shared;
use crate::signature::{Refusal, Request};
use axum::response::Response;
use serde_json::{Value, json};
use time::OffsetDateTime;

/// What a call comes to.
enum Answer {
    Json(Value),
    /// A file, with headers of its own.
    File(Response),
}

impl From<Value> for Answer {
    fn from(value: Value) -> Answer {
        Answer::Json(value)
    }
}

type Outcome = Result<Answer, AwsError>;

/// Answers a signed call.
pub(crate) async fn answer(
    shared: &Shared,
    operation: Option<&Operation>,
    arrival: Arrival,
    request: Request<'_>,
    fault: Option<&Action>,
) -> Response {
    let caller = match caller(shared, request, fault) {
        Ok(caller) => caller,
        Err(error) => return error.into_rest_json(),
    };
    let Some(operation) = operation else {
        return AwsError::unknown_operation().into_rest_json();
    };
    let header = |name: &str| canonical::header(request.headers, name);
    let input = model::codeartifact().rest_input(operation, request.query, header, request.body);
    let outcome = match input {
        Ok(input) => {
            let call = Call {
                shared,
                arrival,
                caller: &caller,
                fault,
                operation,
                request,
                input,
            };
            call.answer().await
        }
        Err(error) => Err(error),
    };
    match outcome {
        Ok(Answer::Json(answer)) => {
            let faults = model::codeartifact().faults_of_answer(operation, &answer);
            match faults.is_empty() {
                true => respond(200, "application/json", answer.to_string()),
                // The emulator would teach what AWS does not say.
                false => respond(500, "text/plain", faults.join("\n")),
            }
        }
        Ok(Answer::File(response)) => response,
        Err(error) => error.into_rest_json(),
    }
}

fn caller(
    shared: &Shared,
    request: Request<'_>,
    fault: Option<&Action>,
) -> Result<Caller, AwsError> {
    let now = shared.clocks.signing_now();
    let regions = shared.regions(request.headers);
    let caller = shared
        .credentials
        .authenticate(request, "codeartifact", &regions, now);
    if matches!(fault, Some(Action::Expired)) {
        return Err(refusal(Refusal::Expired));
    }
    caller.map_err(refusal)
}

/// How a service that is asked in JSON words a refused signature.
pub(crate) fn refusal(refusal: Refusal) -> AwsError {
    match refusal {
        Refusal::Missing => AwsError::new(
            403,
            "MissingAuthenticationTokenException",
            "Missing Authentication Token",
        ),
        Refusal::Incomplete(message) => AwsError::new(403, "IncompleteSignatureException", message),
        Refusal::UnknownKey => AwsError::new(
            403,
            "UnrecognizedClientException",
            "The security token included in the request is invalid.",
        ),
        Refusal::Expired => AwsError::new(
            403,
            "ExpiredTokenException",
            "The security token included in the request is expired",
        ),
        Refusal::Wrong(message) => AwsError::new(403, "InvalidSignatureException", message),
    }
}

/// A call whose members are as the model has them.
struct Call<'a> {
    shared: &'a Shared,
    arrival: Arrival,
    caller: &'a Caller,
    fault: Option<&'a Action>,
    operation: &'a Operation,
    request: Request<'a>,
    input: Input,
}

impl Call<'_> {
    async fn answer(&self) -> Outcome {
        match self.operation.name.as_str() {
            "GetAuthorizationToken" => self.get_authorization_token(),
            "GetRepositoryEndpoint" => self.get_repository_endpoint(),
            "CreateDomain" => self.create_domain(),
            "DescribeDomain" => self.describe_domain(),
            "DeleteDomain" => self.delete_domain(),
            "ListDomains" => self.list_domains(),
            "GetDomainPermissionsPolicy" | "GetRepositoryPermissionsPolicy" => self.get_policy(),
            "PutDomainPermissionsPolicy" | "PutRepositoryPermissionsPolicy" => self.put_policy(),
            "DeleteDomainPermissionsPolicy" | "DeleteRepositoryPermissionsPolicy" => {
                self.delete_policy()
            }
            "CreateRepository" => self.create_repository(),
            "UpdateRepository" => self.update_repository(),
            "DescribeRepository" => self.describe_repository(),
            "DeleteRepository" => self.delete_repository(),
            "ListRepositories" | "ListRepositoriesInDomain" => self.list_repositories(),
            "AssociateExternalConnection" => self.associate_external_connection(),
            "DisassociateExternalConnection" => self.disassociate_external_connection(),
            "CreatePackageGroup" => self.create_package_group(),
            "DescribePackageGroup" => self.describe_package_group(),
            "UpdatePackageGroup" => self.update_package_group(),
            "UpdatePackageGroupOriginConfiguration" => self.update_package_group_origin(),
            "DeletePackageGroup" => self.delete_package_group(),
            "ListPackageGroups" | "ListSubPackageGroups" => self.list_package_groups(),
            "ListAllowedRepositoriesForGroup" => self.list_allowed_repositories(),
            "GetAssociatedPackageGroup" => self.get_associated_package_group(),
            "PublishPackageVersion" => self.publish_package_version(),
            "GetPackageVersionAsset" => self.get_package_version_asset().await,
            "ListPackageVersionAssets" => self.list_package_version_assets().await,
            "DescribePackageVersion" => self.describe_package_version().await,
            "ListPackageVersions" => self.list_package_versions(),
            "ListPackages" => self.list_packages(),
            "DescribePackage" => self.describe_package(),
            "PutPackageOriginConfiguration" => self.put_package_origin(),
            "DeletePackageVersions" => self.delete_package_versions(),
            "DisposePackageVersions" => self.dispose_package_versions(),
            "UpdatePackageVersionsStatus" => self.update_package_versions_status(),
            "CopyPackageVersions" => self.copy_package_versions(),
            "TagResource" => self.tag_resource(),
            "UntagResource" => self.untag_resource(),
            "ListTagsForResource" => self.list_tags(),
            _ => Err(AwsError::unknown_operation()),
        }
    }

    /// A member that the model requires.
    fn text(&self, name: &str) -> &str {
        self.optional(name).unwrap_or("")
    }

    fn optional(&self, name: &str) -> Option<&str> {
        self.input.get(name).and_then(Value::as_str)
    }

    /// The domain asked for, and its owner: the caller's account when none is named.
    fn domain(&self) -> (&str, &str) {
        let account = self.caller.principal.account.as_str();
        let owner = self.optional("domainOwner").unwrap_or(account);
        (self.text("domain"), owner)
    }

    /// The domain asked for, if it stands in the region that was asked.
    fn find_domain(&self) -> Result<Domain, AwsError> {
        let (name, owner) = self.domain();
        let domain = self.shared.catalogue.account.domain(name, owner)?;
        match domain.region == self.caller.region {
            true => Ok(domain),
            false => Err(no_domain(name, owner)),
        }
    }

    /// The repository asked for, under this member's name.
    fn find_repository(&self, member: &str) -> Result<Repository, AwsError> {
        self.find_domain()?;
        let (domain, owner) = self.domain();
        let estate = self.shared.catalogue.account.read();
        estate.repository(domain, owner, self.text(member)).cloned()
    }

    fn domain_arn(&self) -> String {
        self.arn("domain", self.domain().0)
    }

    fn repository_arn(&self) -> String {
        let path = format!("{}/{}", self.domain().0, self.text("repository"));
        self.arn("repository", &path)
    }

    /// The ARN of something in the domain asked for.
    fn arn(&self, kind: &str, path: &str) -> String {
        let (region, owner) = (&self.caller.region, self.domain().1);
        format!("arn:aws:codeartifact:{region}:{owner}:{kind}/{path}")
    }

    /// The page of `items` that was asked for, as member `name` of the answer.
    fn page(&self, name: &str, items: Vec<Value>) -> Outcome {
        let (page, next) = page(&self.input, ["nextToken", "maxResults"], items)?;
        let mut answer = json!({ name: page });
        if let Some(next) = next {
            answer["nextToken"] = json!(next);
        }
        Ok(answer.into())
    }

    /// Refuses the operation on a resource where a policy does, or a fault says that one does.
    fn permit(&self, resource: &str) -> Result<(), AwsError> {
        let action = format!("codeartifact:{}", self.operation.name);
        if let Some(Action::Deny { layer }) = self.fault {
            let who = &self.caller.principal.arn;
            return Err(AwsError::access_denied(
                layer.sentence(who, &action, resource),
            ));
        }
        self.permit_action(&action, resource, &[])?;
        match self.operation.name.starts_with("Create") && self.input.contains_key("tags") {
            true => self.permit_action("codeartifact:TagResource", resource, &[]),
            false => Ok(()),
        }
    }

    /// Refuses an action where a policy does.
    fn permit_action(
        &self,
        action: &str,
        resource: &str,
        keys: &[(&'static str, String)],
    ) -> Result<(), AwsError> {
        let way = Way {
            arrival: self.arrival,
            headers: self.request.headers,
        };
        let wish = Wish {
            action,
            resource,
            who: Some(&self.caller.principal.who()),
            region: &self.caller.region,
            keys,
        };
        self.shared.permit(way, wish)
    }
}

/// The wire form of a timestamp: seconds since 1970, with milliseconds.
pub(crate) fn epoch(at: OffsetDateTime) -> f64 {
    (at.unix_timestamp_nanos() / 1_000_000) as f64 / 1e3
}
