//! The one result of a run, from which every form is made.

use serde::Serialize;

use super::observed::Observed;
use super::{Mender, Status};

/// How every check came out, in the catalogue's order.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// Whether nothing failed.
    pub ok: bool,
    /// The checks that had an object.
    pub checks: Vec<Finding>,
    /// Checks that failed elsewhere and that this version does not know.
    #[serde(skip)]
    pub unknown: Vec<String>,
    /// What the machine tells of itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed: Option<Observed>,
}

/// How one check came out.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// The check.
    pub id: &'static str,
    /// Its assertion.
    pub title: &'static str,
    /// How it came out.
    pub status: Status,
    /// What was seen.
    pub detail: String,
    /// How to mend it; `None` where nothing is to be mended.
    pub fix: Option<String>,
    /// Who can mend it.
    pub mender: Option<Mender>,
    /// The check that this one waits for, or whose cause is the same.
    pub waits_for: Option<&'static str>,
    /// What text says beside it although it holds.
    #[serde(skip)]
    pub remark: Option<String>,
}

impl Report {
    /// The report of `checks`.
    pub fn new(checks: Vec<Finding>) -> Self {
        Self {
            ok: checks.iter().all(|found| found.status != Status::Failed),
            checks,
            unknown: Vec::new(),
            observed: None,
        }
    }

    /// The findings that came out as `status`.
    pub fn with(&self, status: Status) -> impl Iterator<Item = &Finding> {
        self.checks
            .iter()
            .filter(move |found| found.status == status)
    }
}
