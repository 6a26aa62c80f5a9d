//! Who may do what, where policies are enforced: what is known of identities and VPC endpoints, and the questions that
//! requests come to. While nothing is enforced, everything is allowed.

use crate::account::{Estate, Policy};
use crate::connection::Arrival;
use crate::error::AwsError;
use crate::faults::denial;
use crate::policy::{Context, Denied, Document, Policies, Question, Who, decide};
use crate::shared::Shared;
use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The header by which a test says through which VPC endpoint its request comes. AWS has no such.
const THROUGH: &str = "via-vpc-endpoint";

/// What `POST /_admin/access` changes. What is not said stays.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AccessChange {
    /// Whether policies decide from now on.
    pub enforce: Option<bool>,
    /// Keys of users, or of sessions of roles.
    pub principals: Vec<PrincipalKeys>,
    /// The policies of users and roles, in place of those they had.
    pub identities: Vec<IdentityPolicies>,
    /// VPC endpoints, in place of those of the same id.
    pub endpoints: Vec<VpcEndpoint>,
}

/// Keys that requests may be signed with.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrincipalKeys {
    /// The user's ARN, or the role's.
    pub arn: String,
    /// The name of the role's session.
    pub session: Option<String>,
    /// The access key id.
    pub access_key: String,
    /// The secret key.
    pub secret_key: String,
    /// The session's token.
    pub session_token: Option<String>,
}

/// Everything that binds a user or a role.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IdentityPolicies {
    /// The user's ARN, or the role's, not its session's.
    pub arn: String,
    /// Its identity policies, managed and inline.
    pub policies: Vec<Value>,
    /// Its permissions boundary.
    pub boundary: Option<Value>,
    /// The service control policies of its account.
    pub service_control: Vec<Value>,
    /// The organisation of its account.
    pub organization: Option<String>,
}

/// A VPC endpoint that requests come through: those that say so, and all that reach a certain address.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VpcEndpoint {
    /// `vpce-…`
    pub id: String,
    /// `vpc-…`
    pub vpc: String,
    /// Its policy; without one it lets everything through.
    pub policy: Option<Value>,
    /// An address of the emulator's that stands for it.
    pub address: Option<SocketAddr>,
}

/// What is known now.
#[derive(Debug, Default)]
pub(crate) struct Access {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    enforced: bool,
    identities: HashMap<String, IdentityPolicies>,
    endpoints: Vec<VpcEndpoint>,
}

/// How a request came: by which address, under which headers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Way<'a> {
    pub(crate) arrival: Arrival,
    pub(crate) headers: &'a HeaderMap,
}

/// An action on a resource, by somebody or nobody.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wish<'a> {
    /// `service:Action`.
    pub(crate) action: &'a str,
    pub(crate) resource: &'a str,
    pub(crate) who: Option<&'a Who>,
    pub(crate) region: &'a str,
    /// Keys beside those that every request has.
    pub(crate) keys: &'a [(&'static str, String)],
}

impl Access {
    pub(crate) fn change(&self, change: AccessChange) {
        let mut state = self.state();
        state.enforced = change.enforce.unwrap_or(state.enforced);
        for identity in change.identities {
            state.identities.insert(identity.arn.clone(), identity);
        }
        for endpoint in change.endpoints {
            state.endpoints.retain(|known| known.id != endpoint.id);
            state.endpoints.push(endpoint);
        }
    }

    pub(crate) fn is_enforced(&self) -> bool {
        self.state().enforced
    }

    fn identity(&self, arn: &str) -> IdentityPolicies {
        self.state()
            .identities
            .get(arn)
            .cloned()
            .unwrap_or_default()
    }

    fn endpoint(&self, way: Way<'_>) -> Result<Option<VpcEndpoint>, String> {
        let state = self.state();
        let named = way.headers.get(THROUGH).and_then(|id| id.to_str().ok());
        if let Some(id) = named {
            let known = state.endpoints.iter().find(|endpoint| endpoint.id == id);
            return known
                .cloned()
                .map(Some)
                .ok_or(format!("there is no VPC endpoint {id}"));
        }
        let stands = |endpoint: &&VpcEndpoint| endpoint.address == Some(way.arrival.local);
        Ok(state.endpoints.iter().find(stands).cloned())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    /// Refuses what the policies in force do not allow.
    pub(crate) fn permit(&self, way: Way<'_>, wish: Wish<'_>) -> Result<(), AwsError> {
        if !self.access.is_enforced() {
            return Ok(());
        }
        match self.judge(way, wish) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(Denied(why))) => {
                let who = wish.who.map_or("anonymous", |who| who.arn.as_str());
                let sentence = denial(who, wish.action, wish.resource, &why);
                Err(AwsError::access_denied(sentence))
            }
            // Nothing is allowed by what is not understood.
            Err(why) => Err(AwsError::new(
                500,
                "InternalServerException",
                format!("policy: {why}"),
            )),
        }
    }

    fn judge(&self, way: Way<'_>, wish: Wish<'_>) -> Result<Result<(), Denied>, String> {
        let endpoint = self.access.endpoint(way)?;
        let identity = wish.who.map(|who| self.access.identity(&who.principal));
        let identity = identity.unwrap_or_default();
        let owner = wish
            .resource
            .split(':')
            .nth(4)
            .filter(|owner| !owner.is_empty());
        let owner = owner
            .or(wish.who.map(|who| who.account.as_str()))
            .unwrap_or("");
        let context = context(way, wish, &identity, endpoint.as_ref(), owner);
        let all = |documents: &[Value]| -> Result<Vec<_>, String> {
            documents.iter().map(Document::read).collect()
        };
        let of_endpoint = endpoint.map(|endpoint| match &endpoint.policy {
            Some(policy) => Document::read(policy),
            None => Document::read(&everything()),
        });
        let policies = Policies {
            is_root: wish.who.is_some_and(|who| who.arn.ends_with(":root")),
            identity: all(&identity.policies)?,
            boundary: identity.boundary.as_ref().map(Document::read).transpose()?,
            service_control: all(&identity.service_control)?,
            resource: self.resource_policies(wish)?,
            endpoint: of_endpoint.transpose()?,
        };
        let question = Question {
            action: wish.action,
            resource: wish.resource,
            owner,
            who: wish.who,
            context: &context,
        };
        decide(&question, &policies)
    }

    /// The domain's policy and the repository's, as far as they have a say: of two, one that allows is enough, and who
    /// puts a policy is not bound by the one that it replaces.
    fn resource_policies(&self, wish: Wish<'_>) -> Result<Vec<Document>, String> {
        let parts: Vec<_> = wish.resource.splitn(6, ':').collect();
        let &["arn", _, "codeartifact", _, owner, path] = parts.as_slice() else {
            return Ok(Vec::new());
        };
        let mut path = path.split('/');
        let (kind, domain) = (path.next().unwrap_or(""), path.next().unwrap_or(""));
        let estate = self.catalogue.account.read();
        let mut policies = Vec::new();
        if wish.action != "codeartifact:PutDomainPermissionsPolicy" {
            policies.push(domain_policy(&estate, domain, owner));
        }
        if matches!(kind, "repository" | "package")
            && wish.action != "codeartifact:PutRepositoryPermissionsPolicy"
        {
            let name = path.next().unwrap_or("");
            let repository = estate.repository(domain, owner, name);
            policies.push(
                repository
                    .ok()
                    .and_then(|repository| repository.policy.clone()),
            );
        }
        let read = |policy: Policy| {
            let document = serde_json::from_str(&policy.document).map_err(|e| e.to_string())?;
            Document::read(&document)
        };
        policies.into_iter().flatten().map(read).collect()
    }
}

fn domain_policy(estate: &Estate, domain: &str, owner: &str) -> Option<Policy> {
    estate.domain(domain, owner).ok()?.policy.clone()
}

fn context(
    way: Way<'_>,
    wish: Wish<'_>,
    identity: &IdentityPolicies,
    endpoint: Option<&VpcEndpoint>,
    owner: &str,
) -> Context {
    let mut context = Context::default()
        .with("aws:SecureTransport", way.arrival.tls.to_string())
        .with("aws:RequestedRegion", wish.region)
        .with("aws:ResourceAccount", owner);
    if let Some(who) = wish.who {
        context = context
            .with("aws:PrincipalArn", &who.principal)
            .with("aws:PrincipalAccount", &who.account);
    }
    if let Some(organization) = &identity.organization {
        context = context.with("aws:PrincipalOrgID", organization);
    }
    // CodeArtifact itself asks STS for the bearer token, from nobody's VPC.
    if let Some(endpoint) = endpoint.filter(|_| !wish.action.starts_with("sts:")) {
        context = context
            .with("aws:SourceVpce", &endpoint.id)
            .with("aws:SourceVpc", &endpoint.vpc);
    }
    let add = |context: Context, (key, value): &(&'static str, String)| context.with(key, value);
    wish.keys.iter().fold(context, add)
}

/// The policy of an endpoint that was given none.
fn everything() -> Value {
    serde_json::json!({
        "Statement": [{ "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*" }]
    })
}
