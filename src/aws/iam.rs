//! IAM, as far as it tells whether a role is there and what bounds it.

use super::call::Caller;
use super::explain::{AwsError, Kind};
use super::query::{self, Parameters, Query};
use super::service::Service;

/// The version of IAM's API.
const VERSION: &str = "2010-05-08";

/// A role.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IamRole {
    /// Its name, without a path.
    pub name: String,
    /// The policy that bounds what its others allow.
    pub boundary: Option<String>,
}

/// IAM's API.
#[derive(Clone, Debug)]
pub struct Iam {
    query: Query,
}

impl Iam {
    /// At AWS's own address, or at `url`.
    pub fn new(caller: &Caller, url: Option<&str>) -> Self {
        Self {
            query: Query::new(caller, Service::Iam, VERSION, query::IAM, url),
        }
    }

    /// The role of this name; `None` where there is none.
    ///
    /// # Errors
    /// An [`AwsError`] that says why there is no answer.
    pub async fn role(&self, name: &str) -> Result<Option<IamRole>, AwsError> {
        let parameters = Parameters::default().with("RoleName", name);
        let answer = match self.query.call("GetRole", &parameters).await {
            Ok(answer) => answer,
            Err(error) if error.kind == Kind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let role = answer.child("Role");
        let boundary = role
            .and_then(|role| role.child("PermissionsBoundary"))
            .map(|boundary| boundary.string("PermissionsBoundaryArn"));
        Ok(role.map(|role| IamRole {
            name: role.string("RoleName"),
            boundary,
        }))
    }
}
