//! Resource policies of domains and repositories.

use super::{Call, Outcome};
use crate::account::{Estate, Policy};
use crate::error::AwsError;
use crate::random;
use serde_json::{Value, json};

impl Call<'_> {
    pub(super) fn get_policy(&self) -> Outcome {
        self.permit(&self.resource_of_policy())?;
        self.find_domain()?;
        let mut estate = self.shared.catalogue.account.write();
        match self.policy(&mut estate)? {
            Some(policy) => Ok(self.told(policy)),
            None => Err(self.no_policy()),
        }
    }

    pub(super) fn put_policy(&self) -> Outcome {
        self.permit(&self.resource_of_policy())?;
        self.find_domain()?;
        let document = self.text("policyDocument");
        if let Err(why) = check(document) {
            return Err(AwsError::validation(format!(
                "Invalid policy document: {why}"
            )));
        }
        let mut estate = self.shared.catalogue.account.write();
        let policy = self.policy(&mut estate)?;
        self.check_revision(policy.as_ref())?;
        let policy = policy.insert(Policy {
            document: document.into(),
            revision: random::base64(32),
        });
        Ok(self.told(policy))
    }

    pub(super) fn delete_policy(&self) -> Outcome {
        self.permit(&self.resource_of_policy())?;
        self.find_domain()?;
        let mut estate = self.shared.catalogue.account.write();
        let policy = self.policy(&mut estate)?;
        self.check_revision(policy.as_ref())?;
        match policy.take() {
            Some(policy) => Ok(self.told(&policy)),
            None => Err(self.no_policy()),
        }
    }

    fn is_of_repository(&self) -> bool {
        self.operation.name.contains("Repository")
    }

    fn resource_of_policy(&self) -> String {
        match self.is_of_repository() {
            true => self.repository_arn(),
            false => self.domain_arn(),
        }
    }

    fn policy<'a>(&self, estate: &'a mut Estate) -> Result<&'a mut Option<Policy>, AwsError> {
        let (domain, owner) = self.domain();
        match self.is_of_repository() {
            true => {
                let name = self.text("repository");
                Ok(&mut estate.repository_mut(domain, owner, name)?.policy)
            }
            false => Ok(&mut estate.domain_mut(domain, owner)?.policy),
        }
    }

    fn check_revision(&self, policy: Option<&Policy>) -> Result<(), AwsError> {
        let Some(given) = self.optional("policyRevision") else {
            return Ok(());
        };
        match policy.is_some_and(|policy| policy.revision == given) {
            true => Ok(()),
            false => {
                let message = "The policy revision is not the current one.";
                Err(AwsError::conflict(
                    "policy",
                    &self.resource_of_policy(),
                    message,
                ))
            }
        }
    }

    fn told(&self, policy: &Policy) -> super::Answer {
        let told = json!({ "policy": {
            "resourceArn": self.resource_of_policy(),
            "revision": policy.revision,
            "document": policy.document,
        }});
        told.into()
    }

    fn no_policy(&self) -> AwsError {
        let arn = self.resource_of_policy();
        AwsError::not_found(
            "policy",
            &arn,
            format!("There is no resource policy on {arn}."),
        )
    }
}

/// What makes a text no resource policy.
fn check(document: &str) -> Result<(), String> {
    let document: Value = serde_json::from_str(document).map_err(|e| e.to_string())?;
    let statements = match &document["Statement"] {
        Value::Array(statements) => statements.iter().collect(),
        statement @ Value::Object(_) => vec![statement],
        _ => return Err("it has no Statement".into()),
    };
    for statement in statements {
        if !matches!(statement["Effect"].as_str(), Some("Allow" | "Deny")) {
            return Err("a statement's Effect is neither Allow nor Deny".into());
        }
        for part in ["Principal", "Action", "Resource"] {
            if statement.get(part).is_none() && statement.get(format!("Not{part}")).is_none() {
                return Err(format!("a statement has no {part}"));
            }
        }
    }
    Ok(())
}
