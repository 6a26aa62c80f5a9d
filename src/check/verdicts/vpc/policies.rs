//! Whether the endpoints' policies allow the calls that are made through them.

use super::{endpoint, list, seen};
use crate::aws::ec2::VpcEndpoint;
use crate::check::evidence::Role;
use crate::check::verdicts::denial::{for_principal, statement};
use crate::check::vpc::VpcSeen;
use crate::check::vpc::policy::{Answer, Policy, Principal, Question};
use crate::check::{Evidence, Verdict, catalogue};

/// A call through an endpoint.
struct Call {
    action: &'static str,
    resource: String,
}

/// Whether the policy of the endpoint in this role allows what spaces do. No object where there is none.
pub fn allows(evidence: &Evidence, role: Role) -> Option<Verdict> {
    let seen = seen(evidence)?;
    let endpoint = match endpoint(evidence, role)? {
        Ok(endpoint) => endpoint,
        Err(verdict) => return Some(verdict),
    };
    let Some(calls) = calls(evidence, role) else {
        return Some(Verdict::unknown("domain, owner or repository is not known"));
    };
    if is_seen_to_work(seen, role) {
        return Some(Verdict::ok(format!(
            "{} lets the space's calls through",
            endpoint.id
        )));
    }
    Some(judged(seen, role, &endpoint, &calls))
}

/// The calls, with their resources.
fn calls(evidence: &Evidence, role: Role) -> Option<Vec<Call>> {
    let settings = &evidence.settings;
    let (region, domain) = (settings.region.as_ref()?, settings.domain.as_ref()?);
    let (owner, repository) = (settings.owner.as_ref()?, settings.repository.as_ref()?);
    let call = |action, resource: String| Call { action, resource };
    let at_repository =
        format!("arn:aws:codeartifact:{region}:{owner}:repository/{domain}/{repository}");
    Some(match role {
        Role::Api => vec![
            call(
                "codeartifact:GetAuthorizationToken",
                format!("arn:aws:codeartifact:{region}:{owner}:domain/{domain}"),
            ),
            call("codeartifact:GetRepositoryEndpoint", at_repository),
            call("sts:GetServiceBearerToken", "*".to_owned()),
        ],
        _ => vec![call("codeartifact:ReadFromRepository", at_repository)],
    })
}

fn is_seen_to_work(seen: &VpcSeen, role: Role) -> bool {
    let wire = &seen.wire;
    match role {
        Role::Api => wire.holds("token.mint") && wire.holds("repository.endpoint"),
        _ => {
            let formats = &wire.observed.formats;
            let reads = formats
                .iter()
                .map(|format| format!("repository.read.{format}"));
            !formats.is_empty()
                && reads.into_iter().all(|id| wire.holds(&id))
                && !wire.fails("auth.challenge")
        }
    }
}

fn judged(seen: &VpcSeen, role: Role, endpoint: &VpcEndpoint, calls: &[Call]) -> Verdict {
    let policy = match read(endpoint) {
        Ok(Some(policy)) => policy,
        Ok(None) => return Verdict::ok(format!("{} has none: everything is allowed", endpoint.id)),
        Err(verdict) => return verdict,
    };
    let known = role_of_spaces(seen);
    let principal = known.map_or(Principal::Unknown, Principal::Role);
    let mut refused = Vec::new();
    let mut unclear = None;
    for call in calls {
        match ask(&policy, call, principal) {
            Answer::Allowed => {}
            Answer::Denied(by) => {
                refused.push((call.action, format!("{by} denies {}", call.action)))
            }
            Answer::NotAllowed => {
                refused.push((call.action, format!("nothing allows {}", call.action)));
            }
            Answer::Unclear(why) => unclear = Some(why),
        }
    }
    if !refused.is_empty() {
        let statements: Vec<String> = refused
            .iter()
            .map(|(action, _)| statement(action))
            .collect();
        return Verdict::failed(format!(
            "in the policy of {}, {}",
            endpoint.id,
            list(refused.iter().map(|(_, why)| why))
        ))
        .fix(mend(
            endpoint,
            &for_principal(&statements.join("\n"), "\"*\""),
        ));
    }
    if let Some(why) = unclear {
        return Verdict::unknown(format!(
            "what the policy of {} says cannot be told: {why}",
            endpoint.id
        ));
    }
    let asks_anonymously = role == Role::Repositories && !seen.wire.holds("auth.challenge");
    if asks_anonymously && ask(&policy, &calls[0], Principal::Anyone) != Answer::Allowed {
        let detail = format!(
            "the policy of {} lets only those it names read: pip's first request, which has no token yet, may be refused with 403, \
             and its helper never asked",
            endpoint.id
        );
        // Whether AWS does so is seen on the wire.
        let verdict = match seen.wire.fails("auth.challenge") {
            true => Verdict::failed(detail),
            false => Verdict::warning(detail),
        };
        return verdict.fix(mend(
            endpoint,
            &for_principal(&statement(calls[0].action), "\"*\""),
        ));
    }
    Verdict::ok(format!(
        "the policy of {} allows the space's calls",
        endpoint.id
    ))
}

/// The role that spaces run as: the report's own, where a space made it; else the Studio domain's, since whoever runs
/// this need not be one.
fn role_of_spaces(seen: &VpcSeen) -> Option<&str> {
    let observed = &seen.wire.observed;
    let of_domain = || {
        let space = seen.asked.space.as_ref()?.as_ref().ok()?;
        space.role.as_deref()
    };
    let asked_as = observed.role.as_deref();
    match observed.studio_domain_id.is_some() {
        true => asked_as.or_else(of_domain),
        false => of_domain().or(asked_as),
    }
}

fn ask(policy: &Policy, call: &Call, principal: Principal<'_>) -> Answer {
    policy.answer(Question {
        action: call.action,
        resource: &call.resource,
        principal,
    })
}

/// The endpoint's policy; `None` where it has none.
fn read(endpoint: &VpcEndpoint) -> Result<Option<Policy>, Verdict> {
    if endpoint.policy.is_empty() {
        return Ok(None);
    }
    Policy::parse(&endpoint.policy).map(Some).map_err(|why| {
        Verdict::unknown(format!(
            "the policy of {} cannot be read: {why}",
            endpoint.id
        ))
    })
}

/// What goes into the policy, and how.
fn mend(endpoint: &VpcEndpoint, statements: &str) -> String {
    let id = &endpoint.id;
    format!(
        "Its policy needs this, and no statement that denies it:\n{statements}\n\
         $ aws ec2 describe-vpc-endpoints --region {{region}} --vpc-endpoint-ids {id} --query 'VpcEndpoints[0].PolicyDocument' --output text > policy.json\n\
         $ aws ec2 modify-vpc-endpoint --region {{region}} --vpc-endpoint-id {id} --policy-document file://policy.json"
    )
}

/// Whether the S3 endpoint's policy allows the asset bucket. Its requests are signed by CodeArtifact, not by the space's role.
pub fn allows_assets(evidence: &Evidence) -> Option<Verdict> {
    let seen = seen(evidence)?;
    let region = evidence.settings.region.as_deref()?;
    let endpoint = match super::s3::endpoint(evidence)? {
        Ok(endpoint) => endpoint,
        Err(verdict) => return Some(verdict),
    };
    let id = &endpoint.id;
    if seen.wire.holds(catalogue::ASSETS.http.id) {
        return Some(Verdict::ok(format!("{id} lets tarballs through")));
    }
    let host = seen.wire.host(Role::Assets);
    let of_host = host
        .and_then(|host| host.name.split_once(".s3."))
        .map(|(bucket, _)| bucket);
    let of_domain = match &seen.asked.domain {
        Some(Ok(Some(domain))) => domain.bucket_arn.rsplit(':').next(),
        _ => None,
    };
    let of_domain = of_domain.filter(|bucket| !bucket.is_empty());
    let Some(bucket) = of_host.or(of_domain).or(catalogue::bucket(region)) else {
        return Some(Verdict::unknown(
            "the bucket of this region is not known to this version",
        ));
    };
    let policy = match read(&endpoint) {
        Ok(Some(policy)) => policy,
        Ok(None) => return Some(Verdict::ok(format!("{id} has none: everything is allowed"))),
        Err(verdict) => return Some(verdict),
    };
    let call = Call {
        action: "s3:GetObject",
        resource: format!("arn:aws:s3:::{bucket}/object"),
    };
    let statement = format!(
        "{{ \"Effect\": \"Allow\", \"Principal\": \"*\", \"Action\": \"s3:GetObject\",\n  \"Resource\": \"arn:aws:s3:::{bucket}/*\" }}"
    );
    Some(match ask(&policy, &call, Principal::Anyone) {
        Answer::Allowed => Verdict::ok(format!("the policy of {id} allows {bucket}")),
        Answer::Unclear(why) => Verdict::unknown(format!(
            "what the policy of {id} says of {bucket} cannot be told: {why}"
        )),
        Answer::NotAllowed => Verdict::failed(format!(
            "in the policy of {id}, nothing allows s3:GetObject from {bucket}"
        ))
        .fix(mend(&endpoint, &statement)),
        Answer::Denied(by) => Verdict::failed(format!(
            "in the policy of {id}, {by} denies s3:GetObject from {bucket}"
        ))
        .fix(mend(&endpoint, &statement)),
    })
}
