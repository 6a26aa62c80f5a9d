//! What an answer proves.

use serde::Serialize;

use super::attempts::Attempt;
use crate::aws::{AwsError, Kind, RefusedBy};
use crate::check::{Finding, Status, catalogue};

/// How a proof came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Proved {
    /// It holds.
    Ok,
    /// The contrary holds.
    Failed,
    /// Neither: nothing that could be judged was answered.
    Open,
}

/// One thing that is to hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Proof {
    /// Its name.
    pub id: String,
    /// What is to hold.
    pub title: String,
    /// `works` or `refused`.
    pub expected: &'static str,
    /// How it came out.
    pub status: Proved,
    /// The permission in question; of what `check` looks at none.
    pub action: Option<String>,
    /// What was answered.
    pub detail: String,
}

/// All of them, and of what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProofReport {
    /// Whether every one holds.
    pub ok: bool,
    /// When it was made, `2026-11-24T14:00:00Z`.
    pub made_at: String,
    /// Version of this program.
    pub program: &'static str,
    /// The role of the space, as far as it is known.
    pub role: Option<String>,
    /// The Studio domain.
    pub studio_domain: Option<String>,
    /// CodeArtifact domain, its owner, and the two repositories.
    pub domain: String,
    /// Account that owns it.
    pub domain_owner: String,
    /// The repository that spaces use.
    pub repository: String,
    /// The repository of the binary.
    pub binary_repository: String,
    /// The proofs.
    pub proofs: Vec<Proof>,
}

/// What the answer to `attempt` proves.
pub fn judge(attempt: &Attempt, answer: &Result<(), AwsError>) -> Proof {
    let (status, detail) = match answer {
        Ok(()) => (is_allowed(attempt), "it was done".to_owned()),
        Err(error) => (of_error(attempt, error), told(attempt, error)),
    };
    Proof {
        id: attempt.id.to_owned(),
        title: attempt.title.to_owned(),
        expected: if attempt.is_forbidden {
            "refused"
        } else {
            "works"
        },
        status,
        action: Some(format!(
            "{}:{}",
            attempt.call.service.name(),
            attempt.call.operation
        )),
        detail,
    }
}

fn is_allowed(attempt: &Attempt) -> Proved {
    match attempt.is_forbidden {
        true => Proved::Failed,
        false => Proved::Ok,
    }
}

fn of_error(attempt: &Attempt, error: &AwsError) -> Proved {
    match error.kind {
        // Elsewhere than behind this endpoint the same credentials may do it.
        Kind::Denied if is_endpoints(error) && attempt.is_forbidden => Proved::Open,
        Kind::Denied if attempt.is_forbidden => Proved::Ok,
        Kind::Denied => Proved::Failed,
        // Only who may is told.
        Kind::NotFound => is_allowed(attempt),
        _ if error.says("Conflict") || error.says("ResourceInUse") => is_allowed(attempt),
        _ => Proved::Open,
    }
}

fn is_endpoints(error: &AwsError) -> bool {
    let denial = error.denial.as_ref();
    denial.is_some_and(|denial| denial.by == RefusedBy::Endpoint)
}

fn told(attempt: &Attempt, error: &AwsError) -> String {
    let said = error.said();
    match (of_error(attempt, error), error.kind == Kind::Denied) {
        (Proved::Open, true) => format!(
            "refused by the endpoint's policy alone, which does not hold for these credentials elsewhere: {said}"
        ),
        (_, true) => said.to_owned(),
        (Proved::Failed, false) => format!("it is allowed, and found nothing to do: {said}"),
        (Proved::Ok, false) => format!("it is allowed: {said}"),
        (Proved::Open, false) => format!("the answer proves nothing: {said}"),
    }
}

/// What a finding of `check` proves.
pub fn of_check(found: &Finding) -> Proof {
    let status = match found.status {
        Status::Ok | Status::Warning => Proved::Ok,
        Status::Failed => Proved::Failed,
        Status::Skipped => Proved::Open,
    };
    let detail = match (status, found.waits_for) {
        (Proved::Open, Some(cause)) => {
            format!("{cause} does not hold: `studio-mirror check` says why")
        }
        _ => found.detail.clone(),
    };
    Proof {
        id: found.id.to_owned(),
        title: found.title.to_owned(),
        expected: "works",
        status,
        action: None,
        detail,
    }
}

/// What `check` could not look at.
pub fn not_checked(id: &str) -> Proof {
    Proof {
        id: id.to_owned(),
        title: catalogue::find(id)
            .map_or(id, |check| check.title)
            .to_owned(),
        expected: "works",
        status: Proved::Open,
        action: None,
        detail: "not checked: log in first, with `studio-mirror login`".to_owned(),
    }
}

/// What it proves that the repository answered a token of a space, sent from outside of its VPC, with `status`.
pub fn of_outside(status: Result<u16, String>) -> Proof {
    let (proved, detail) = match status {
        Ok(403) => (Proved::Ok, "the repository refuses it (403)".to_owned()),
        Ok(status) if status < 400 || status == 404 => (
            Proved::Failed,
            format!("the repository accepts it (HTTP {status})"),
        ),
        Ok(status) => (
            Proved::Open,
            format!("HTTP {status}: has the token run out? Take a new one"),
        ),
        Err(why) => (Proved::Open, format!("no answer: {why}")),
    };
    Proof {
        id: "token.outside".to_owned(),
        title: "a space's token is refused outside of its VPC".to_owned(),
        expected: "refused",
        status: proved,
        action: Some("codeartifact:ReadFromRepository".to_owned()),
        detail,
    }
}
