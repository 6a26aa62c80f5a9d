//! `check`: what is broken, why, and how to mend it.
//!
//! Three steps, each of which can be looked at alone. [`probes`] do all the input and output and
//! return an [`Evidence`], which holds observations and no opinion. The [`catalogue`] holds the
//! checks as data: each an assertion with a pure function from evidence to [`Verdict`] (in
//! [`verdicts`]). [`judge`] puts them together into one [`Report`]: what a failed check makes
//! meaningless is skipped, and of several that one cause fails, the first stays. [`render`] shows it.

pub mod catalogue;
pub mod evidence;
pub mod explain;
pub mod fill;
pub mod judge;
pub mod observed;
pub mod probes;
mod progress;
pub mod render;
pub mod report;
pub mod run;
pub mod verdicts;
pub mod vpc;

pub use evidence::Evidence;
pub use judge::judge;
pub use report::{Finding, Report};
pub use run::{run, run_with_vpc};

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::aws::RefusedBy;

/// An assertion about the set-up.
#[derive(Debug)]
pub struct Check {
    /// Stable name, `topic.subject`: what `--explain` and programs go by.
    pub id: &'static str,
    /// The assertion in words.
    pub title: &'static str,
    /// Checks that must hold for this one to mean anything.
    pub needs: &'static [&'static str],
    /// What it is at worst.
    pub severity: Severity,
    /// How long its probe may take; zero where nothing outside is asked.
    pub limit: Duration,
    /// Who can usually mend it.
    pub mender: Mender,
    /// What it looks at, why that matters, what usually breaks it.
    pub explanation: &'static str,
    /// The usual mend: prose, lines `$ command`, policy statements. `{words}` are filled from the evidence.
    pub fix: &'static str,
    /// The verdict that evidence leads to; `None` where the check has no object in this set-up.
    pub judge: fn(&Evidence) -> Option<Verdict>,
}

/// What a check that does not hold means for the packages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Packages can be had all the same.
    Warning,
    /// Packages cannot be had.
    Failure,
}

/// Who can mend it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mender {
    /// Whoever reads this.
    You,
    /// Who runs the network and the endpoints.
    PlatformTeam,
    /// Who writes roles and policies.
    IdentityTeam,
}

impl fmt::Display for Mender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Mender::You => "you",
            Mender::PlatformTeam => "your platform team",
            Mender::IdentityTeam => "your identity team",
        })
    }
}

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It holds.
    Ok,
    /// It does not quite hold; packages can be had.
    Warning,
    /// It does not hold.
    Failed,
    /// It could not be judged.
    Skipped,
}

/// What one thing can fail several checks. The first of those in the catalogue's order stays, the others are skipped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The resolvers, or their disagreement.
    Resolver,
    /// A nameserver that fails for some names: how.
    Names(String),
    /// STS is not reached.
    Sts,
    /// This machine's clock.
    Clock,
    /// Certificates of this issuer are not trusted.
    Issuer(String),
    /// Hosts answer with this status: the service itself, or something in front of all.
    Unavailable(u16),
    /// Connections are cut before TLS: something between here and AWS.
    CutTls,
    /// Nobody can be connected to there.
    Address(SocketAddr),
    /// The API and the repositories are lost in the same way: which.
    Both(Loss),
    /// TLS does not come about: how.
    NoTls(String),
    /// Somebody else answers in CodeArtifact's place.
    Foreign,
    /// The token that login wrote into files is over.
    Token,
    /// A variable, or a line of a file, that several tools read.
    Setting(String),
    /// AWS does not take these credentials.
    Credentials,
    /// The same policy refuses several calls, by not allowing or by denying them.
    Policy(RefusedBy, bool),
    /// The rules of these security groups.
    SecurityGroups(Vec<String>),
    /// Packages cannot be read, whatever their format: how the repositories answer.
    Reading(String),
}

/// How hosts are lost on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Loss {
    /// Their names lead out of the VPC, where nothing can be reached.
    Outside,
    /// A connection to them ends so.
    Connection(evidence::Reached),
}

/// What the evidence says of one check.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// How it came out.
    pub status: Status,
    /// What was seen.
    pub detail: String,
    /// The mend, where the evidence tells a better one than the check's own.
    pub fix: Option<String>,
    /// Who can mend it, where the evidence tells.
    pub mender: Option<Mender>,
    /// What else the same thing fails.
    pub cause: Option<Cause>,
    /// The check that this one waits for.
    pub waits_for: Option<&'static str>,
    /// What is worth a word although it holds. Boxed, as verdicts are errors, too.
    pub remark: Option<Box<str>>,
}

impl Verdict {
    fn new(status: Status, detail: impl Into<String>) -> Self {
        Self {
            status,
            detail: detail.into(),
            fix: None,
            mender: None,
            cause: None,
            waits_for: None,
            remark: None,
        }
    }

    /// It holds; `detail` says what was seen.
    pub fn ok(detail: impl Into<String>) -> Self {
        Self::new(Status::Ok, detail)
    }

    /// It does not quite hold.
    pub fn warning(detail: impl Into<String>) -> Self {
        Self::new(Status::Warning, detail)
    }

    /// It does not hold.
    pub fn failed(detail: impl Into<String>) -> Self {
        Self::new(Status::Failed, detail)
    }

    /// It cannot be judged, for a reason that is no check's.
    pub fn unknown(detail: impl Into<String>) -> Self {
        Self::new(Status::Skipped, detail)
    }

    /// It cannot be judged before `check` holds.
    pub fn waits_for(check: &'static str) -> Self {
        let mut verdict = Self::unknown(format!("waits for {check}"));
        verdict.waits_for = Some(check);
        verdict
    }

    /// With this mend.
    #[must_use]
    pub fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = Some(fix.into());
        self
    }

    /// To be mended by `mender`.
    #[must_use]
    pub fn by(mut self, mender: Mender) -> Self {
        self.mender = Some(mender);
        self
    }

    /// With this word beside it.
    #[must_use]
    pub fn remark(mut self, remark: impl Into<Box<str>>) -> Self {
        self.remark = Some(remark.into());
        self
    }

    /// Brought about by `cause`.
    #[must_use]
    pub fn because(mut self, cause: Cause) -> Self {
        self.cause = Some(cause);
        self
    }
}
