//! From evidence to report. Pure: no input, no output, no clock.

use std::collections::BTreeMap;

use super::{Cause, Check, Evidence, Finding, Mender, Report, Severity, Status, Verdict};

/// Judges every check of `catalogue`, which is in an order where each comes after those it needs.
pub fn judge<'a>(catalogue: impl IntoIterator<Item = &'a Check>, evidence: &Evidence) -> Report {
    let mut bench = Bench::default();
    let mut findings = Vec::new();
    for check in catalogue {
        let Some(verdict) = bench.verdict(check, evidence) else {
            continue;
        };
        findings.push(finding(check, verdict, evidence));
    }
    Report::new(findings)
}

/// What the verdicts so far mean for those to come.
#[derive(Default)]
struct Bench {
    /// Checks that do not hold, and what each of them waits for: itself if it failed.
    broken: BTreeMap<&'static str, &'static str>,
    causes: Vec<(Cause, &'static str, Severity)>,
}

impl Bench {
    fn verdict(&mut self, check: &Check, evidence: &Evidence) -> Option<Verdict> {
        let mut verdict = (check.judge)(evidence)?;
        let missing = check
            .needs
            .iter()
            .copied()
            .chain(verdict.waits_for)
            .find_map(|need| self.broken.get(need).copied());
        if let Some(root) = missing {
            verdict = Verdict::waits_for(root);
        } else if verdict.status == Status::Failed
            && let Some(cause) = verdict.cause.clone()
        {
            // What is a warning at worst must not hide a failure.
            let first = self
                .causes
                .iter()
                .find(|(known, _, severity)| *known == cause && *severity >= check.severity);
            match first {
                Some((_, first, _)) => {
                    let detail = format!("{}; the same cause as {first}", verdict.detail);
                    verdict = Verdict::waits_for(first);
                    verdict.detail = detail;
                }
                None => self.causes.push((cause, check.id, check.severity)),
            }
        }
        match verdict.status {
            Status::Failed => {
                self.broken.insert(check.id, check.id);
            }
            Status::Skipped => {
                let root = verdict.waits_for.unwrap_or(check.id);
                self.broken.insert(check.id, root);
            }
            Status::Ok | Status::Warning => {}
        }
        if verdict.status == Status::Failed && check.severity == Severity::Warning {
            verdict.status = Status::Warning;
        }
        Some(verdict)
    }
}

fn finding(check: &Check, verdict: Verdict, evidence: &Evidence) -> Finding {
    let is_open = matches!(verdict.status, Status::Failed | Status::Warning);
    let fix = verdict.fix.as_deref().unwrap_or(check.fix);
    let mender: Mender = verdict.mender.unwrap_or(check.mender);
    Finding {
        id: check.id,
        title: check.title,
        status: verdict.status,
        detail: verdict.detail,
        fix: is_open.then(|| evidence.words().fill(fix)),
        mender: is_open.then_some(mender),
        waits_for: verdict.waits_for,
        remark: verdict.remark.map(|remark| evidence.words().fill(&remark)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const fn check(
        id: &'static str,
        needs: &'static [&'static str],
        severity: Severity,
        judge: fn(&Evidence) -> Option<Verdict>,
    ) -> Check {
        Check {
            id,
            title: "it holds",
            needs,
            severity,
            limit: Duration::ZERO,
            mender: Mender::You,
            explanation: "",
            fix: "mend {region}",
            judge,
        }
    }

    fn statuses(report: &Report) -> Vec<(&str, Status, Option<&str>)> {
        let line = |found: &Finding| (found.id, found.status, found.waits_for);
        report.checks.iter().map(line).collect()
    }

    #[test]
    fn what_waits_for_a_failed_check_is_skipped_and_names_the_root() {
        let failure = Severity::Failure;
        let checks = [
            check("a", &[], failure, |_| Some(Verdict::failed("broken"))),
            check("b", &["a"], failure, |_| Some(Verdict::ok(""))),
            check("c", &["b"], failure, |_| Some(Verdict::failed("of course"))),
            check("d", &[], failure, |_| None),
            check("e", &["d"], failure, |_| Some(Verdict::ok("fine"))),
        ];
        let report = judge(&checks, &Evidence::default());
        assert_eq!(
            statuses(&report),
            [
                ("a", Status::Failed, None),
                ("b", Status::Skipped, Some("a")),
                ("c", Status::Skipped, Some("a")),
                ("e", Status::Ok, None),
            ]
        );
        assert!(!report.ok);
        assert_eq!(report.checks[0].fix.as_deref(), Some("mend <region>"));
        assert_eq!(report.checks[1].fix, None);
    }

    #[test]
    fn one_cause_is_one_failed_check() {
        let clock = |_: &Evidence| Some(Verdict::failed("off").because(Cause::Clock));
        let checks = [
            check("a", &[], Severity::Failure, clock),
            check("b", &[], Severity::Failure, clock),
            check("c", &[], Severity::Failure, |_| {
                Some(Verdict::failed("x").because(Cause::Resolver))
            }),
        ];
        let report = judge(&checks, &Evidence::default());
        assert_eq!(
            statuses(&report),
            [
                ("a", Status::Failed, None),
                ("b", Status::Skipped, Some("a")),
                ("c", Status::Failed, None),
            ]
        );
    }

    #[test]
    fn a_warning_at_worst_still_silences_what_needs_it() {
        let checks = [
            check("a", &[], Severity::Warning, |_| Some(Verdict::failed("no"))),
            check("b", &["a"], Severity::Failure, |_| {
                Some(Verdict::failed("no"))
            }),
            check("c", &[], Severity::Failure, |_| {
                Some(Verdict::warning("so so"))
            }),
            check("d", &["c"], Severity::Failure, |_| Some(Verdict::ok(""))),
        ];
        let report = judge(&checks, &Evidence::default());
        assert_eq!(
            statuses(&report),
            [
                ("a", Status::Warning, None),
                ("b", Status::Skipped, Some("a")),
                ("c", Status::Warning, None),
                ("d", Status::Ok, None),
            ]
        );
        assert!(report.ok);
    }
}
