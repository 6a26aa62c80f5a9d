//! The decision: an explicit deny anywhere wins; then every layer that is there has to allow.

use super::condition::Context;
use super::document::{Document, Named, Who};

/// What is asked for.
#[derive(Clone, Debug)]
pub(crate) struct Question<'a> {
    /// `service:Action`.
    pub(crate) action: &'a str,
    pub(crate) resource: &'a str,
    /// The account that the resource belongs to.
    pub(crate) owner: &'a str,
    /// Who asks; nobody for a request without credentials.
    pub(crate) who: Option<&'a Who>,
    pub(crate) context: &'a Context,
}

/// The policies that have a say.
#[derive(Clone, Debug, Default)]
pub(crate) struct Policies {
    /// Whether who asks is the root of their account, which its own account's policies do not bind.
    pub(crate) is_root: bool,
    pub(crate) identity: Vec<Document>,
    pub(crate) boundary: Option<Document>,
    pub(crate) service_control: Vec<Document>,
    pub(crate) resource: Vec<Document>,
    /// The policy of the VPC endpoint that the request came through, if it came through one.
    pub(crate) endpoint: Option<Document>,
}

/// Why not: the end of AWS's sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Denied(pub(crate) String);

/// What policies say.
///
/// # Errors
/// When they deny. The outer error is a policy that holds something that is not played.
pub(crate) fn decide(
    question: &Question<'_>,
    policies: &Policies,
) -> Result<Result<(), Denied>, String> {
    let action = question.action;
    for (documents, layer, resource_based) in [
        (
            policies.service_control.as_slice(),
            "a service control policy",
            false,
        ),
        (&policies.identity, "an identity-based policy", false),
        (
            policies.boundary.as_slice(),
            "a permissions boundary",
            false,
        ),
        (&policies.resource, "a resource-based policy", true),
        (policies.endpoint.as_slice(), "a VPC endpoint policy", true),
    ] {
        if speaks(question, documents, false, resource_based)?.is_some() {
            return Ok(Err(Denied(format!("with an explicit deny in {layer}"))));
        }
    }
    let missing = |layer: &str| {
        Ok(Err(Denied(format!(
            "because no {layer} allows the {action} action"
        ))))
    };
    if let Some(endpoint) = &policies.endpoint
        && speaks(question, std::slice::from_ref(endpoint), true, true)?.is_none()
    {
        return missing("VPC endpoint policy");
    }
    let Some(who) = question.who else {
        return Ok(Ok(()));
    };
    if !policies.service_control.is_empty()
        && speaks(question, &policies.service_control, true, false)?.is_none()
    {
        return missing("service control policy");
    }
    let by_resource = speaks(question, &policies.resource, true, true)?;
    let by_identity =
        policies.is_root || speaks(question, &policies.identity, true, false)?.is_some();
    let is_bounded = match &policies.boundary {
        Some(boundary) => speaks(question, std::slice::from_ref(boundary), true, false)?.is_none(),
        None => false,
    };
    match who.account == question.owner {
        // Naming a principal itself is enough within its account.
        true if by_resource == Some(Named::Directly) && !is_bounded => Ok(Ok(())),
        _ if !by_identity => missing("identity-based policy"),
        _ if is_bounded => missing("permissions boundary"),
        false if by_resource.is_none() => missing("resource-based policy"),
        _ => Ok(Ok(())),
    }
}

/// Whether a statement of this effect is about the question, and how it names who asks.
fn speaks(
    question: &Question<'_>,
    documents: &[Document],
    allows: bool,
    resource_based: bool,
) -> Result<Option<Named>, String> {
    let mut found = None;
    for statement in documents.iter().flat_map(|document| &document.statements) {
        if statement.allows != allows {
            continue;
        }
        let named = match resource_based {
            true => statement.names(question.who),
            false => Some(Named::Directly),
        };
        if named.is_some()
            && statement.is_about(question.action, question.resource, question.context)?
        {
            found = found.max(named);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const ARN: &str = "arn:aws:codeartifact:eu-west-1:111122223333:repository/acme/team";

    fn document(statements: Value) -> Document {
        Document::read(&json!({"Version": "2012-10-17", "Statement": statements})).unwrap()
    }

    fn said(account: &str, policies: &Policies) -> String {
        let who = Who {
            arn: format!("arn:aws:sts::{account}:assumed-role/Studio/s"),
            principal: format!("arn:aws:iam::{account}:role/Studio"),
            account: account.into(),
        };
        let question = Question {
            action: "codeartifact:ReadFromRepository",
            resource: ARN,
            owner: "111122223333",
            who: Some(&who),
            context: &Context::default(),
        };
        match decide(&question, policies).unwrap() {
            Ok(()) => "allowed".into(),
            Err(Denied(why)) => why,
        }
    }

    #[test]
    fn every_layer_has_its_say() {
        let allow =
            document(json!([{"Effect": "Allow", "Action": "codeartifact:Read*", "Resource": ARN}]));
        let grant = |principal: &str| {
            document(
                json!([{"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "codeartifact:*", "Resource": "*"}]),
            )
        };
        let deny =
            document(json!([{"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}]));
        let (own, other) = ("111122223333", "222233334444");
        let mut policies = Policies::default();
        assert!(said(own, &policies).contains("no identity-based policy"));
        policies.identity = vec![allow.clone()];
        assert_eq!(said(own, &policies), "allowed");
        assert!(said(other, &policies).contains("no resource-based policy"));
        policies.resource = vec![grant(other)];
        assert_eq!(said(other, &policies), "allowed");
        policies.endpoint = Some(document(json!([])));
        assert!(said(own, &policies).contains("no VPC endpoint policy"));
        policies.endpoint = Some(grant("*"));
        policies.resource = vec![deny];
        assert_eq!(
            said(own, &policies),
            "with an explicit deny in a resource-based policy"
        );
        // Without an identity's own: the role by name is enough at home, its account is not, and nothing is abroad.
        let by_resource = |principal: &str| Policies {
            resource: vec![grant(principal)],
            ..Policies::default()
        };
        assert_eq!(
            said(own, &by_resource("arn:aws:iam::111122223333:role/Studio")),
            "allowed"
        );
        assert!(said(own, &by_resource(own)).contains("no identity-based policy"));
        assert!(said(other, &by_resource("*")).contains("no identity-based policy"));
        let bounded = Policies {
            identity: vec![allow],
            boundary: Some(document(
                json!([{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]),
            )),
            ..Policies::default()
        };
        assert!(said(own, &bounded).contains("no permissions boundary"));
    }
}
