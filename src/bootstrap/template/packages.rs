//! The template of the account that owns the packages.

use super::text::{filled, quoted};
use super::{PACKAGES, Template, assembled, finished, short_hash, without, yes_no};
use crate::bootstrap::package_groups::{PackageGroup, package_groups};
use crate::bootstrap::stacks::{PackagesStack, Public};
use crate::bootstrap::{policies, validate};
use crate::endpoint::is_account;

const PACKAGE_GROUP: &str = include_str!("../templates/fragments/package-group.yaml");
/// Whom the template names where nobody is meant.
const NOBODY: &str = "arn:aws:iam::000000000000:role/nobody";

/// What goes with the role: CloudFormation wants to be told of every role in a template, made or not.
const OF_ROLE: [&str; 7] = [
    "PublisherRoleName",
    "PublisherRoleTrust",
    "PermissionsBoundary",
    "CreatesPublisherRole",
    "HasPermissionsBoundary",
    "PublisherRoleArn",
    "PublisherRole",
];

/// The template and its parameters; `remembered` is one value of JSON that [`super::remembered`] gives back.
///
/// # Errors
/// When a name, number, ARN or pattern is wrong, or the whole too long for AWS.
pub fn packages(stack: &PackagesStack, remembered: &str) -> anyhow::Result<Template> {
    validate::packages(stack)?;
    let groups = package_groups(&stack.internal, &stack.public)?;
    policies::fit_packages(stack)?;
    let resources: String = groups.iter().map(resource).collect();
    let template = match stack.publisher_role {
        Some(_) => PACKAGES.to_owned(),
        None => without(PACKAGES, &OF_ROLE),
    };
    let body = assembled(&template, remembered, "", &resources)?;
    finished(
        body,
        parameters(stack),
        "the lists of internal and public names: one prefix covers many",
    )
}

/// What the template's parameters are for a stack.
pub(in crate::bootstrap) fn parameters(stack: &PackagesStack) -> Vec<(&'static str, String)> {
    let role = stack.publisher_role.as_ref();
    let boundary = role.and_then(|role| role.permissions_boundary.clone());
    vec![
        ("DomainName", stack.domain.clone()),
        ("CreateDomain", yes_no(stack.has_domain)),
        ("KmsKeyArn", stack.kms_key_arn.clone().unwrap_or_default()),
        ("RepositoryName", stack.repository.clone()),
        ("CreateRepository", yes_no(stack.has_repository)),
        ("PypiStoreName", stack.pypi_store.clone()),
        ("NpmStoreName", stack.npm_store.clone()),
        ("CreatePypiStore", yes_no(stack.has_pypi_store)),
        ("CreateNpmStore", yes_no(stack.has_npm_store)),
        ("BinaryRepositoryName", stack.binary_repository.clone()),
        (
            "CreateBinaryRepository",
            yes_no(stack.has_binary_repository),
        ),
        ("ReaderPrincipals", stack.readers.join(",")),
        (
            "OrganizationId",
            stack.organization.clone().unwrap_or_default(),
        ),
        ("PublisherPrincipals", stack.publishers.join(",")),
        ("VpcIds", stack.vpc_ids.join(",")),
        ("ReadAnywhereArns", read_anywhere(stack).join(",")),
        ("PublicPackages", public(&stack.public).to_owned()),
        (
            "PublisherRoleName",
            role.map(|role| role.name.clone()).unwrap_or_default(),
        ),
        (
            "PublisherRoleTrust",
            role.map(|role| role.trusted.join(",")).unwrap_or_default(),
        ),
        ("PermissionsBoundary", boundary.unwrap_or_default()),
    ]
}

/// Publishers read from outside of the VPCs too: their tools look first whether a version is there.
pub(in crate::bootstrap) fn read_anywhere(stack: &PackagesStack) -> Vec<String> {
    let everybody_of = |account: &str| format!("arn:aws:iam::{account}:*");
    let publishers = stack
        .publishers
        .iter()
        .map(|who| match who.strip_suffix(":root") {
            _ if is_account(who) => everybody_of(who),
            Some(arn) => everybody_of(arn.rsplit(':').next().unwrap_or_default()),
            None => who.clone(),
        });
    let role = stack.publisher_role.iter();
    let role = role.map(|role| format!("arn:aws:iam::{}:role/{}", stack.owner, role.name));
    let mut all: Vec<String> = publishers.chain(role).collect();
    if all.is_empty() {
        all.push(NOBODY.to_owned());
    }
    all
}

fn public(public: &Public) -> &'static str {
    match public {
        Public::All => "all",
        Public::None | Public::Only(_) => "none",
    }
}

fn resource(group: &PackageGroup) -> String {
    let (mode, reason) = match group.public {
        true => ("ALLOW", "May come in from outside"),
        false => ("BLOCK", "Internal - never from outside"),
    };
    filled(
        PACKAGE_GROUP,
        &[
            ("LOGICAL_ID", &logical_id(&group.pattern)),
            ("PATTERN", &quoted(&group.pattern)),
            ("REASON", reason),
            ("MODE", mode),
        ],
    )
}

/// By the pattern alone: a name that changes sides is changed in place, for there cannot be two groups of one pattern.
pub(in crate::bootstrap) fn logical_id(pattern: &str) -> String {
    format!("PackageGroup{}", short_hash(pattern))
}
