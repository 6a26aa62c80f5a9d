//! One root: what the VPC lacks explains what the wire showed.

use crate::check::{Finding, Status};

/// The checks of the VPC that explain a failure of this one, by its id.
fn roots(id: &str) -> &'static [&'static str] {
    match id {
        "network.api.dns" => &["vpc.api.endpoint", "vpc.dns", "vpc.api.names"],
        "network.api.tcp" => &[
            "vpc.api.endpoint",
            "vpc.dns",
            "vpc.api.names",
            "vpc.api.subnets",
            "vpc.api.ingress",
            "vpc.egress",
            "vpc.acls",
        ],
        "network.repositories.dns" => &[
            "vpc.repositories.endpoint",
            "vpc.dns",
            "vpc.repositories.names",
        ],
        "network.repositories.tcp" => &[
            "vpc.repositories.endpoint",
            "vpc.dns",
            "vpc.repositories.names",
            "vpc.repositories.subnets",
            "vpc.repositories.ingress",
            "vpc.egress",
            "vpc.acls",
        ],
        "dns.resolver" => &["vpc.dns"],
        "token.mint" | "repository.endpoint" => &["vpc.domain", "vpc.api.policy"],
        "auth.challenge" => &["vpc.repositories.policy"],
        "network.assets.tcp" => &["vpc.s3.gateway", "vpc.egress", "vpc.acls"],
        "network.assets.http" => &["vpc.s3.policy"],
        _ if id.starts_with("repository.read.") => &["vpc.repositories.policy"],
        _ => &[],
    }
}

/// The check of the VPC that failed and explains this one: one of its roots, or what that one waits for.
fn broken_root(vpc: &[Finding], id: &str) -> Option<&'static str> {
    let of_vpc = |id: &str| vpc.iter().find(|found| found.id == id);
    roots(id).iter().find_map(|root| {
        let found = of_vpc(root)?;
        let found = found.waits_for.and_then(of_vpc).unwrap_or(found);
        (found.status == Status::Failed).then_some(found.id)
    })
}

/// The findings of the wire and those of the VPC; a failure that one of the VPC's explains waits for it.
pub(super) fn fold(mut wire: Vec<Finding>, vpc: Vec<Finding>) -> Vec<Finding> {
    let mut explained: Vec<(&'static str, &'static str)> = Vec::new();
    for found in &mut wire {
        let is_open = matches!(found.status, Status::Failed | Status::Warning);
        let waits_for = |(symptom, _): &&(&str, &str)| found.waits_for == Some(*symptom);
        if let Some(root) = broken_root(&vpc, found.id).filter(|_| is_open) {
            explained.push((found.id, root));
            found.detail = format!("{}; the same cause as {root}", found.detail);
            wait_for(found, root);
        } else if let Some((_, root)) = explained.iter().find(waits_for) {
            wait_for(found, root);
        }
    }
    wire.extend(vpc);
    wire
}

fn wait_for(found: &mut Finding, root: &'static str) {
    found.status = Status::Skipped;
    found.fix = None;
    found.mender = None;
    found.waits_for = Some(root);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{Mender, catalogue};

    fn finding(id: &'static str, status: Status, waits_for: Option<&'static str>) -> Finding {
        let is_open = status == Status::Failed;
        Finding {
            id,
            title: "it holds",
            status,
            detail: "seen".to_owned(),
            fix: is_open.then(|| "mend".to_owned()),
            mender: is_open.then_some(Mender::PlatformTeam),
            waits_for,
            remark: None,
        }
    }

    #[test]
    fn a_root_in_the_vpc_silences_its_symptoms_and_what_waited_for_them() {
        let wire = vec![
            finding("network.api.dns", Status::Ok, None),
            finding("network.repositories.dns", Status::Failed, None),
            finding(
                "network.repositories.tcp",
                Status::Skipped,
                Some("network.repositories.dns"),
            ),
            finding("clock.skew", Status::Failed, None),
        ];
        let vpc = vec![finding("vpc.repositories.endpoint", Status::Failed, None)];
        let folded = fold(wire, vpc);
        let shown: Vec<_> = folded
            .iter()
            .map(|found| (found.id, found.status, found.waits_for))
            .collect();
        let root = Some("vpc.repositories.endpoint");
        assert_eq!(
            shown,
            [
                ("network.api.dns", Status::Ok, None),
                ("network.repositories.dns", Status::Skipped, root),
                ("network.repositories.tcp", Status::Skipped, root),
                ("clock.skew", Status::Failed, None),
                ("vpc.repositories.endpoint", Status::Failed, None),
            ]
        );
        assert_eq!(
            folded[1].detail,
            "seen; the same cause as vpc.repositories.endpoint"
        );
        assert_eq!(folded[1].fix, None);
    }

    #[test]
    fn a_root_that_has_a_root_of_its_own_leads_to_that_one() {
        let wire = vec![finding("network.repositories.tcp", Status::Failed, None)];
        let vpc = vec![
            finding("vpc.api.ingress", Status::Failed, None),
            finding(
                "vpc.repositories.ingress",
                Status::Skipped,
                Some("vpc.api.ingress"),
            ),
        ];
        assert_eq!(fold(wire, vpc)[0].waits_for, Some("vpc.api.ingress"));
    }

    #[test]
    fn a_warning_of_the_vpc_explains_nothing() {
        let wire = vec![finding("network.api.tcp", Status::Failed, None)];
        let vpc = vec![finding("vpc.api.subnets", Status::Warning, None)];
        assert_eq!(fold(wire, vpc)[0].status, Status::Failed);
    }

    #[test]
    fn every_symptom_and_every_root_is_a_check() {
        for check in catalogue::all() {
            for root in roots(check.id) {
                assert!(catalogue::find(root).is_some(), "{root}");
            }
        }
        let symptoms = catalogue::all().filter(|check| !roots(check.id).is_empty());
        assert_eq!(symptoms.count(), 17, "an id was renamed");
    }
}
