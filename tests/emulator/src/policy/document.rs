//! A policy document, read.

use super::condition::{self, Context, texts};
use super::matches;
use serde_json::{Map, Value};

/// A policy: its statements.
#[derive(Clone, Debug, Default)]
pub(crate) struct Document {
    pub(super) statements: Vec<Statement>,
}

/// One statement.
#[derive(Clone, Debug)]
pub(super) struct Statement {
    pub(super) allows: bool,
    principals: Option<Principals>,
    actions: Patterns,
    resources: Option<Patterns>,
    conditions: Option<Value>,
}

#[derive(Clone, Debug)]
struct Patterns {
    list: Vec<String>,
    inverted: bool,
}

#[derive(Clone, Debug)]
struct Principals {
    list: Vec<String>,
    inverted: bool,
}

/// How a statement names a principal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Named {
    /// By its account, which has its own say then.
    Account,
    /// Itself, or everybody.
    Directly,
}

/// Who asks: the ARNs that a policy may know them by.
#[derive(Clone, Debug)]
pub(crate) struct Who {
    /// Their own ARN, of a session for instance.
    pub(crate) arn: String,
    /// The role or user behind it.
    pub(crate) principal: String,
    pub(crate) account: String,
}

impl Document {
    /// Reads a policy.
    ///
    /// # Errors
    /// When anything in it is not played: an element, an operator, a condition key.
    pub(crate) fn read(document: &Value) -> Result<Document, String> {
        let members = document.as_object().ok_or("a policy is no object")?;
        known(members, &["Version", "Id", "Statement"])?;
        let statements = match &document["Statement"] {
            Value::Array(statements) => statements.iter().map(Statement::read).collect(),
            statement @ Value::Object(_) => Ok(vec![Statement::read(statement)?]),
            _ => Err("a policy has no Statement".into()),
        };
        Ok(Document {
            statements: statements?,
        })
    }
}

impl Statement {
    fn read(value: &Value) -> Result<Statement, String> {
        let members = value.as_object().ok_or("a statement is no object")?;
        known(
            members,
            &[
                "Sid",
                "Effect",
                "Principal",
                "NotPrincipal",
                "Action",
                "NotAction",
                "Resource",
                "NotResource",
                "Condition",
            ],
        )?;
        let allows = match members.get("Effect").and_then(Value::as_str) {
            Some("Allow") => true,
            Some("Deny") => false,
            _ => return Err("a statement's Effect is neither Allow nor Deny".into()),
        };
        if let Some(conditions) = members.get("Condition") {
            condition::check(conditions)?;
        }
        Ok(Statement {
            allows,
            principals: Principals::read(members)?,
            actions: patterns(members, "Action", "NotAction")?
                .ok_or("a statement has no Action")?,
            resources: patterns(members, "Resource", "NotResource")?,
            conditions: members.get("Condition").cloned(),
        })
    }

    /// Whether the statement is about this request, principals aside.
    pub(super) fn is_about(
        &self,
        action: &str,
        resource: &str,
        context: &Context,
    ) -> Result<bool, String> {
        // Actions know no case.
        let action = action.to_lowercase();
        let is_meant =
            |list: &[String]| list.iter().any(|own| matches(&own.to_lowercase(), &action));
        if is_meant(&self.actions.list) == self.actions.inverted {
            return Ok(false);
        }
        if let Some(resources) = &self.resources
            && resources.list.iter().any(|own| matches(own, resource)) == resources.inverted
        {
            return Ok(false);
        }
        match &self.conditions {
            Some(conditions) => condition::hold(conditions, context),
            None => Ok(true),
        }
    }

    /// How the statement names who asks; `None` if it does not. Nobody in particular (`who` is none) is everybody's star alone.
    pub(super) fn names(&self, who: Option<&Who>) -> Option<Named> {
        let principals = self.principals.as_ref()?;
        let by = |text: &String| named_by(text, who);
        let named = principals.list.iter().filter_map(by).max();
        match (principals.inverted, named) {
            (false, named) => named,
            (true, None) => Some(Named::Directly),
            (true, Some(_)) => None,
        }
    }
}

impl Principals {
    fn read(members: &Map<String, Value>) -> Result<Option<Principals>, String> {
        let (value, inverted) = match (members.get("Principal"), members.get("NotPrincipal")) {
            (Some(value), None) => (value, false),
            (None, Some(value)) => (value, true),
            (None, None) => return Ok(None),
            _ => return Err("a statement has both Principal and NotPrincipal".into()),
        };
        let list = match value {
            Value::String(text) => vec![text.clone()],
            Value::Object(kinds) => {
                // A service's or an identity provider's principals are nobody that is played.
                known(kinds, &["AWS", "Service", "Federated"])?;
                kinds.get("AWS").map(texts).transpose()?.unwrap_or_default()
            }
            _ => return Err("a Principal is neither a text nor an object".into()),
        };
        Ok(Some(Principals { list, inverted }))
    }
}

fn named_by(text: &str, who: Option<&Who>) -> Option<Named> {
    if text == "*" {
        return Some(Named::Directly);
    }
    let who = who?;
    if text == who.arn || text == who.principal {
        return Some(Named::Directly);
    }
    let root = format!("arn:aws:iam::{}:root", who.account);
    (text == who.account || text == root).then_some(Named::Account)
}

fn patterns(
    members: &Map<String, Value>,
    name: &str,
    inverse: &str,
) -> Result<Option<Patterns>, String> {
    let (value, inverted) = match (members.get(name), members.get(inverse)) {
        (Some(value), None) => (value, false),
        (None, Some(value)) => (value, true),
        (None, None) => return Ok(None),
        _ => return Err(format!("a statement has both {name} and {inverse}")),
    };
    let list = texts(value)?;
    match list.iter().find(|text| text.contains("${")) {
        Some(variable) => Err(format!("the policy variable in {variable} is not played")),
        None => Ok(Some(Patterns { list, inverted })),
    }
}

fn known(members: &Map<String, Value>, names: &[&str]) -> Result<(), String> {
    match members.keys().find(|name| !names.contains(&name.as_str())) {
        Some(name) => Err(format!("the policy element {name} is not played")),
        None => Ok(()),
    }
}
