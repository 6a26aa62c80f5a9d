//! What an endpoint's policy says of a call. It answers yes or no only where the document alone tells;
//! what hangs on conditions, variables or excluded principals is unclear, and said to be.

use serde_json::Value;

/// A policy document.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Policy(Vec<Value>);

/// A call, as a policy sees it.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// `service:Operation`
    pub action: &'a str,
    /// The resource's ARN.
    pub resource: &'a str,
    /// Who calls.
    pub principal: Principal<'a>,
}

/// Who calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Principal<'a> {
    /// Nobody whom a policy could name: a request without credentials, or with those of a service.
    Anyone,
    /// This role or user.
    Role(&'a str),
    /// A role that is not known here.
    Unknown,
}

/// What the policy says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is allowed.
    Allowed,
    /// This statement denies it.
    Denied(String),
    /// No statement allows it.
    NotAllowed,
    /// It cannot be told from here, because of this.
    Unclear(String),
}

/// Whether a statement is about a call.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Applies {
    Yes,
    No,
    Perhaps(String),
}

impl Applies {
    fn and(self, other: impl FnOnce() -> Applies) -> Applies {
        match self {
            Applies::No => Applies::No,
            Applies::Yes => other(),
            Applies::Perhaps(why) => match other() {
                Applies::No => Applies::No,
                _ => Applies::Perhaps(why),
            },
        }
    }

    fn when(holds: bool) -> Applies {
        if holds { Applies::Yes } else { Applies::No }
    }
}

impl Policy {
    /// Reads a document.
    ///
    /// # Errors
    /// Why it is no policy.
    pub fn parse(text: &str) -> Result<Self, String> {
        let document: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        match &document["Statement"] {
            Value::Array(statements) => Ok(Self(statements.clone())),
            statement @ Value::Object(_) => Ok(Self(vec![statement.clone()])),
            _ => Err("it has no Statement".to_owned()),
        }
    }

    /// What it says of a call.
    pub fn answer(&self, question: Question<'_>) -> Answer {
        let mut allowed = Answer::NotAllowed;
        let mut perhaps_denied = None;
        for (index, statement) in self.0.iter().enumerate() {
            let allows = statement["Effect"] == "Allow";
            match (applies(statement, question), allows) {
                (Applies::No, _) => {}
                (Applies::Yes, true) => allowed = Answer::Allowed,
                (Applies::Yes, false) => return Answer::Denied(name(statement, index)),
                (Applies::Perhaps(why), true) => {
                    if allowed == Answer::NotAllowed {
                        allowed = Answer::Unclear(format!("{} {why}", name(statement, index)));
                    }
                }
                (Applies::Perhaps(why), false) => {
                    perhaps_denied = Some(format!("{} denies and {why}", name(statement, index)));
                }
            }
        }
        match (allowed, perhaps_denied) {
            (Answer::Allowed, Some(why)) => Answer::Unclear(why),
            (allowed, _) => allowed,
        }
    }
}

fn name(statement: &Value, index: usize) -> String {
    match statement["Sid"].as_str().filter(|sid| !sid.is_empty()) {
        Some(sid) => format!("the statement {}", sid.escape_debug()),
        None => format!("statement {}", index + 1),
    }
}

fn applies(statement: &Value, question: Question<'_>) -> Applies {
    let among = |name: &str, negated: &str, is_meant: &dyn Fn(&str) -> Applies| {
        if let Some(listed) = statement.get(name) {
            any(listed, is_meant)
        } else if let Some(listed) = statement.get(negated) {
            match any(listed, is_meant) {
                Applies::Yes => Applies::No,
                Applies::No => Applies::Yes,
                perhaps => perhaps,
            }
        } else {
            Applies::No
        }
    };
    let action = question.action.to_ascii_lowercase();
    let is_action = |pattern: &str| Applies::when(matches(&pattern.to_ascii_lowercase(), &action));
    let is_resource = |pattern: &str| match pattern.contains("${") {
        true => Applies::Perhaps("has a variable in its resource".to_owned()),
        false => Applies::when(matches(pattern, question.resource)),
    };
    among("Action", "NotAction", &is_action)
        .and(|| among("Resource", "NotResource", &is_resource))
        .and(|| is_principal(statement, question.principal))
        .and(|| meets_conditions(statement, question))
}

/// Whether any of `listed`, a text or a list of texts, is meant.
fn any(listed: &Value, is_meant: &dyn Fn(&str) -> Applies) -> Applies {
    let one = std::slice::from_ref(listed);
    let listed = listed.as_array().map_or(one, Vec::as_slice);
    let mut found = Applies::No;
    for pattern in listed.iter().filter_map(Value::as_str) {
        match is_meant(pattern) {
            Applies::Yes => return Applies::Yes,
            Applies::No => {}
            perhaps => found = perhaps,
        }
    }
    found
}

fn is_principal(statement: &Value, principal: Principal<'_>) -> Applies {
    let Some(listed) = statement.get("Principal") else {
        return Applies::Perhaps("excepts principals".to_owned());
    };
    if listed == "*" {
        return Applies::Yes;
    }
    let Some(listed) = listed.get("AWS") else {
        return Applies::No;
    };
    any(listed, &|named| match principal {
        _ if named == "*" => Applies::Yes,
        Principal::Anyone => Applies::No,
        Principal::Unknown => Applies::Perhaps(format!("is for {} alone", named.escape_debug())),
        Principal::Role(arn) => Applies::when(stands_for(named, arn)),
    })
}

/// Whether a principal named in a policy is the role of `arn`, or its whole account.
fn stands_for(named: &str, arn: &str) -> bool {
    let account = arn.split(':').nth(4).unwrap_or_default();
    named == arn || named == account || named == format!("arn:aws:iam::{account}:root")
}

fn meets_conditions(statement: &Value, question: Question<'_>) -> Applies {
    let Some(operators) = statement.get("Condition").and_then(Value::as_object) else {
        return Applies::Yes;
    };
    let mut all = Applies::Yes;
    for (operator, keys) in operators {
        for (key, values) in keys.as_object().into_iter().flatten() {
            let met = meets(operator, key, values, question);
            all = all.and(|| met);
        }
    }
    all
}

/// The conditions that the call itself answers; every other one needs to be in the VPC.
fn meets(operator: &str, key: &str, values: &Value, question: Question<'_>) -> Applies {
    let own = match (key.to_ascii_lowercase().as_str(), question.principal) {
        ("sts:awsservicename", _) if question.action == "sts:GetServiceBearerToken" => {
            Some("codeartifact.amazonaws.com")
        }
        ("aws:principalaccount", Principal::Role(arn)) => arn.split(':').nth(4),
        ("aws:principalarn", Principal::Role(arn)) => Some(arn),
        _ => None,
    };
    let by_pattern = matches!(operator, "StringLike" | "ArnLike" | "ArnEquals");
    match own {
        Some(own) if operator == "StringEquals" || by_pattern => any(values, &|value| {
            Applies::when(value == own || (by_pattern && matches(value, own)))
        }),
        _ => Applies::Perhaps(format!("depends on {}", key.escape_debug())),
    }
}

/// Whether `text` is as `pattern`, in which `*` stands for anything and `?` for one character.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut p, mut t) = (0, 0);
    // Where the last `*` is, and what it has eaten so far.
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(byte) if *byte == b'?' || *byte == text[t] => {
                p += 1;
                t += 1;
            }
            _ => match star {
                Some((at, eaten)) => {
                    star = Some((at, eaten + 1));
                    p = at + 1;
                    t = eaten + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests;
