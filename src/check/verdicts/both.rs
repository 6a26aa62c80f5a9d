//! What befalls the API and the repositories alike: one cause, with one mend for both.

use super::list;
use crate::check::evidence::{HostSeen, Role};
use crate::check::{Cause, Evidence, Loss, Verdict};

/// `verdict`, that the host in `role` is lost as `loss` tells of it: if both endpoints are lost so, that is one thing, whose
/// mend is `mend`. STS and S3 can lack their endpoints while those of CodeArtifact are in order, so two others that are lost
/// alike are two things.
pub(super) fn told_once(
    verdict: Verdict,
    mend: Option<&str>,
    evidence: &Evidence,
    role: Role,
    loss: impl Fn(Role, &HostSeen) -> Option<Loss>,
) -> Verdict {
    let of = |role| loss(role, evidence.host(role)?);
    let own = of(role);
    if own.is_none() || own != of(Role::Api) || own != of(Role::Repositories) {
        return verdict;
    }
    let others = [Role::Api, Role::Repositories, Role::Assets, Role::Sts]
        .into_iter()
        .filter(|other| *other != role && of(*other) == own)
        .filter_map(|other| Some(&evidence.host(other)?.host));
    let mut verdict = Verdict {
        detail: format!("{}; so it is with {}", verdict.detail, list(others)),
        cause: own.map(Cause::Both),
        ..verdict
    };
    verdict.fix = mend.map(str::to_owned).or(verdict.fix);
    verdict
}
