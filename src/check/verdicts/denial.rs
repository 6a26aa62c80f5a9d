//! What a refused call needs, by the policy that refused it.

use crate::aws::{Denial, RefusedBy};
use crate::check::{Mender, Verdict};

/// Where a call goes: whose endpoint and whose permissions policy it meets.
#[derive(Clone, Copy, Debug)]
pub enum Gate {
    /// The API: the domain's policy.
    Api,
    /// The repositories endpoint: the repository's.
    Repositories,
}

/// How every statement begins.
const ALLOW: &str = "{ \"Effect\": \"Allow\",";

/// `statements` for a policy that stands at a resource: with whom they are for.
pub fn for_principal(statements: &str, principal: &str) -> String {
    statements.replace(ALLOW, &format!("{ALLOW} \"Principal\": {principal},"))
}

/// The statement that allows `action`.
pub fn statement(action: &str) -> String {
    let (resource, condition) = match action {
        "sts:GetServiceBearerToken" => (
            "*",
            ",\n  \"Condition\": { \"StringEquals\":\n  { \"sts:AWSServiceName\": \"codeartifact.amazonaws.com\" } }",
        ),
        "codeartifact:GetAuthorizationToken" => (
            "arn:aws:codeartifact:{region}:{account}:domain/{domain}",
            "",
        ),
        _ => (
            "arn:aws:codeartifact:{region}:{account}:repository/{domain}/{repository}",
            "",
        ),
    };
    format!(
        "{{ \"Effect\": \"Allow\", \"Action\": \"{action}\",\n  \"Resource\": \"{resource}\"{condition} }}"
    )
}

/// The statements that are missing, or the one that is too many, where it belongs, and who can mend it.
pub fn mended(verdict: Verdict, denial: &Denial, statements: &str, gate: Gate) -> Verdict {
    let mender = match denial.by {
        RefusedBy::Endpoint | RefusedBy::Resource => Mender::PlatformTeam,
        _ => Mender::IdentityTeam,
    };
    let (policy, look) = policy(denial, gate);
    let fix = if denial.is_explicit {
        format!(
            "{policy} denies {} explicitly and must except this role: no statement that allows can win over it.\n{look}",
            denial.action
        )
    } else {
        let statements = match denial.by {
            RefusedBy::Endpoint => for_principal(statements, "\"*\""),
            RefusedBy::Resource => for_principal(statements, "{ \"AWS\": \"{role_arn}\" }"),
            _ => statements.to_owned(),
        };
        let also = match denial.by {
            RefusedBy::Boundary | RefusedBy::Organization | RefusedBy::Session => {
                " too, beside the role's own policy"
            }
            RefusedBy::Role if denial.action.starts_with("sts:") => {
                " (no policy of the domain can give it)"
            }
            _ => "",
        };
        match denial.by {
            // The role's name says where.
            RefusedBy::Role => format!("{policy} needs this{also}:\n{statements}"),
            _ => format!("{policy} needs this{also}:\n{statements}\n{look}"),
        }
    };
    let cap = match denial.may_be_a_cap() {
        true => {
            "\nOr it caps how long tokens live (sts:DurationSeconds); then ask for less:\n$ studio-mirror login --duration-seconds 3600"
        }
        false => "",
    };
    verdict.by(mender).fix(format!("{fix}{cap}"))
}

/// How the policy is called, and the command that shows it.
fn policy(denial: &Denial, gate: Gate) -> (&'static str, String) {
    let action = &denial.action;
    let endpoints = "$ aws ec2 describe-vpc-endpoints --region {region} --query 'VpcEndpoints[].[ServiceName,PolicyDocument]'".to_owned();
    match (denial.by, gate) {
        (RefusedBy::Role, _) => (
            "The role's own policy",
            format!(
                "$ aws iam simulate-principal-policy --policy-source-arn {{role_arn}} --action-names {action}"
            ),
        ),
        (RefusedBy::Boundary, _) => (
            "The role's permissions boundary",
            "$ aws iam get-role --role-name {role_name} --query Role.PermissionsBoundary".to_owned(),
        ),
        (RefusedBy::Organization, _) => (
            "A control policy of your organisation, for the account {account} or above it,",
            "$ aws organizations list-policies-for-target --target-id {account} --filter SERVICE_CONTROL_POLICY".to_owned(),
        ),
        (RefusedBy::Session, _) => (
            "The session policy that was passed along when the role was assumed",
            "$ aws cloudtrail lookup-events --region {region} --lookup-attributes AttributeKey=EventName,AttributeValue=AssumeRole".to_owned(),
        ),
        (RefusedBy::Endpoint, Gate::Api) => (
            "The policy of the VPC endpoint codeartifact.api",
            endpoints,
        ),
        (RefusedBy::Endpoint, Gate::Repositories) => (
            "The policy of the VPC endpoint codeartifact.repositories",
            endpoints,
        ),
        (RefusedBy::Resource, Gate::Api) => (
            "The domain's permissions policy (its owner's)",
            "$ aws codeartifact get-domain-permissions-policy --domain {domain} --domain-owner {account} --region {region}".to_owned(),
        ),
        (RefusedBy::Resource, Gate::Repositories) => (
            "The repository's permissions policy",
            "$ aws codeartifact get-repository-permissions-policy --domain {domain} --domain-owner {account} --repository {repository} --region {region}".to_owned(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_policy_has_its_own_mend_and_its_own_people() {
        let not_allowed = |policy: &str| format!("because no {policy} allows the X action");
        let denied = |policy: &str| format!("with an explicit deny in a {policy}: arn:aws:x");
        for (reason, gate, mender, words) in [
            (
                not_allowed("identity-based policy"),
                Gate::Api,
                Mender::IdentityTeam,
                "The role's own policy needs this",
            ),
            (
                not_allowed("permissions boundary"),
                Gate::Api,
                Mender::IdentityTeam,
                "Role.PermissionsBoundary",
            ),
            (
                not_allowed("service control policy"),
                Gate::Api,
                Mender::IdentityTeam,
                "SERVICE_CONTROL_POLICY",
            ),
            (
                not_allowed("session policy"),
                Gate::Api,
                Mender::IdentityTeam,
                "AssumeRole",
            ),
            (
                not_allowed("VPC endpoint policy"),
                Gate::Api,
                Mender::PlatformTeam,
                "codeartifact.api needs this:\n{ \"Effect\": \"Allow\", \"Principal\": \"*\"",
            ),
            (
                not_allowed("VPC endpoint policy"),
                Gate::Repositories,
                Mender::PlatformTeam,
                "codeartifact.repositories needs this",
            ),
            (
                not_allowed("resource-based policy"),
                Gate::Api,
                Mender::PlatformTeam,
                "get-domain-permissions-policy",
            ),
            (
                not_allowed("resource-based policy"),
                Gate::Repositories,
                Mender::PlatformTeam,
                "get-repository-permissions-policy",
            ),
            (
                denied("identity-based policy"),
                Gate::Api,
                Mender::IdentityTeam,
                "simulate-principal-policy",
            ),
            (
                denied("resource control policy"),
                Gate::Api,
                Mender::IdentityTeam,
                "explicitly and must except this role",
            ),
            (
                denied("VPC endpoint policy"),
                Gate::Repositories,
                Mender::PlatformTeam,
                "codeartifact.repositories denies codeartifact:Read explicitly",
            ),
            (
                denied("resource-based policy"),
                Gate::Repositories,
                Mender::PlatformTeam,
                "The repository's permissions policy denies",
            ),
        ] {
            let sentence = format!(
                "User: session policy is not authorized to perform: codeartifact:Read on resource: r {reason}"
            );
            let denial = Denial::read("Read", &sentence);
            let verdict = mended(
                Verdict::failed(""),
                &denial,
                &statement(&denial.action),
                gate,
            );
            assert_eq!(verdict.mender, Some(mender), "{reason}");
            let fix = verdict.fix.unwrap();
            assert!(fix.contains(words), "{reason}:\n{fix}");
            let allows = fix.contains("\"Allow\"");
            assert_ne!(allows, reason.contains("explicit"), "{reason}:\n{fix}");
        }
    }
}
