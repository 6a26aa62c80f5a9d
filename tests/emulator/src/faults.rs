//! Injected faults: what goes wrong, with which requests, how often.

use regex_lite::Regex;
use serde::{Deserialize, Serialize};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Something that goes wrong with matching requests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// The operation it befalls, as the request log names it (`GetAuthorizationToken`, `PypiSimple`, …); any when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// A regular expression that the request's path has to match; any path when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Whether it befalls only requests without a token (pip's first, that its helper waits for the answer to), or only
    /// those with one; all when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub anonymous: Option<bool>,
    /// How many requests it befalls before it is used up; all when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
    /// What happens.
    pub action: Action,
}

/// What a fault does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Action {
    /// Answers, but `ms` milliseconds later. Later faults still get their turn.
    Delay {
        /// Milliseconds.
        ms: u64,
    },
    /// Closes the connection without an answer.
    Drop,
    /// Breaks the connection with a TCP reset.
    Reset,
    /// Never answers.
    Hang,
    /// Answers with an error of this status and code.
    Status {
        /// The HTTP status.
        status: u16,
        /// The error code, `InternalServerException` when left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<String>,
        /// The sentence.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<String>,
        /// Seconds for `Retry-After`.
        #[serde(
            default,
            rename = "retryAfter",
            skip_serializing_if = "Option::is_none"
        )]
        retry_after: Option<u64>,
    },
    /// Answers with ThrottlingException, 429.
    Throttle {
        /// Seconds for `Retry-After`.
        #[serde(
            default,
            rename = "retryAfterSeconds",
            skip_serializing_if = "Option::is_none"
        )]
        retry_after_seconds: Option<u64>,
    },
    /// Refuses the (well signed) request as a policy would, 403.
    Deny {
        /// The policy that refuses.
        layer: Layer,
    },
    /// The caller's session (API) or authorization token (packages) counts as expired.
    Expired,
}

/// The policy that an AccessDenied message names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layer {
    /// No identity-based policy allows the action.
    Identity,
    /// No identity-based policy allows `sts:GetServiceBearerToken`.
    BearerToken,
    /// No VPC endpoint policy allows the action.
    Vpce,
    /// An identity-based policy denies the action.
    Explicit,
    /// No resource-based policy allows the action.
    Resource,
}

impl Layer {
    /// AWS's sentence for a request that this layer refuses.
    pub(crate) fn sentence(self, arn: &str, action: &str, resource: &str) -> String {
        let action = if self == Layer::BearerToken {
            "sts:GetServiceBearerToken"
        } else {
            action
        };
        let reason = match self {
            Layer::Identity | Layer::BearerToken => {
                format!("because no identity-based policy allows the {action} action")
            }
            Layer::Vpce => format!("because no VPC endpoint policy allows the {action} action"),
            Layer::Explicit => "with an explicit deny in an identity-based policy".into(),
            Layer::Resource => {
                format!("because no resource-based policy allows the {action} action")
            }
        };
        denial(arn, action, resource, &reason)
    }
}

/// AWS's sentence for a request that policies refuse.
pub(crate) fn denial(arn: &str, action: &str, resource: &str, reason: &str) -> String {
    format!("User: {arn} is not authorized to perform: {action} on resource: {resource} {reason}")
}

/// The faults in force, in the order in which they were given.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    list: Mutex<Vec<(Fault, Option<Regex>)>>,
}

impl Faults {
    /// Adds faults after those in force.
    ///
    /// # Errors
    /// When a path is no regular expression; nothing is added then.
    pub(crate) fn add(&self, faults: Vec<Fault>) -> Result<(), regex_lite::Error> {
        let mut compiled = Vec::new();
        for fault in faults {
            let path = fault.path.as_deref().map(Regex::new).transpose()?;
            compiled.push((fault, path));
        }
        self.list().extend(compiled);
        Ok(())
    }

    /// Ends all faults.
    pub(crate) fn clear(&self) {
        self.list().clear();
    }

    /// The faults in force.
    pub(crate) fn all(&self) -> Vec<Fault> {
        self.list().iter().map(|(fault, _)| fault.clone()).collect()
    }

    /// What befalls this request: delays, then at most one other action. Uses up their times.
    pub(crate) fn take(&self, operation: &str, path: &str, anonymous: bool) -> Vec<Action> {
        let mut list = self.list();
        let mut actions = Vec::new();
        for (fault, pattern) in list.iter_mut() {
            let named = fault
                .operation
                .as_deref()
                .is_none_or(|wanted| wanted == operation);
            let matched = pattern
                .as_ref()
                .is_none_or(|pattern| pattern.is_match(path));
            let meant = fault.anonymous.is_none_or(|wanted| wanted == anonymous);
            if !named || !matched || !meant || fault.times == Some(0) {
                continue;
            }
            fault.times = fault.times.map(|times| times - 1);
            actions.push(fault.action.clone());
            if !matches!(fault.action, Action::Delay { .. }) {
                break;
            }
        }
        list.retain(|(fault, _)| fault.times != Some(0));
        actions
    }

    fn list(&self) -> MutexGuard<'_, Vec<(Fault, Option<Regex>)>> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_befalls_its_operation_as_often_as_told() {
        let faults = Faults::default();
        let json = r#"[{"operation":"A","times":1,"action":{"kind":"drop"}},
                       {"path":"^/x","action":{"kind":"delay","ms":5}},
                       {"operation":"A","action":{"kind":"deny","layer":"vpce"}}]"#;
        faults.add(serde_json::from_str(json).unwrap()).unwrap();
        assert_eq!(faults.take("B", "/y", false), []);
        assert_eq!(faults.take("A", "/y", false), [Action::Drop]);
        assert_eq!(
            faults.take("A", "/x", false),
            [Action::Delay { ms: 5 }, Action::Deny { layer: Layer::Vpce }]
        );
        faults.clear();
        assert_eq!(faults.take("A", "/x", false), []);
    }

    #[test]
    fn a_fault_of_anonymous_requests_spares_those_with_a_token() {
        let faults = Faults::default();
        let json = r#"[{"anonymous":true,"action":{"kind":"drop"}}]"#;
        faults.add(serde_json::from_str(json).unwrap()).unwrap();
        assert_eq!(faults.take("A", "/x", false), []);
        assert_eq!(faults.take("A", "/x", true), [Action::Drop]);
    }
}
