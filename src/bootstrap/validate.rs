//! What AWS would refuse, or what would mean something else in a list or a policy, refused before it is asked.

mod flags;
mod shapes;

pub use flags::flags;

use anyhow::anyhow;

use super::names;
use super::stacks::{ConsumerStack, Endpoint, LONGEST_TOKEN, PackagesStack, PublisherRole, Tags};
use crate::endpoint::{is_account, is_domain, is_region, is_repository};
use crate::error::with_hint;
use shapes::{
    is_bucket, is_key, is_object, is_organization, is_policy, is_principal, is_role_name,
};

/// What an object of S3 looks like.
const S3_OBJECT: &str = "s3://BUCKET/KEY; a key of letters, digits and . _ / = + @ -, for others would mean something else in a policy";

/// Checks every name, number and ARN of a stack: flags, which [`flags`] has judged one by one, and what was remembered or found.
///
/// # Errors
/// The first that is wrong, with what it should look like.
pub fn packages(stack: &PackagesStack) -> anyhow::Result<()> {
    place(&stack.region, &stack.owner, &stack.domain)?;
    repositories(&[
        &stack.repository,
        &stack.pypi_store,
        &stack.npm_store,
        &stack.binary_repository,
    ])?;
    key(&stack.kms_key_arn, Some(&stack.region))?;
    organization(&stack.organization)?;
    principals("reader (`--readers`)", &stack.readers)?;
    principals("publisher (`--publishers`)", &stack.publishers)?;
    ids("VPC", "vpc-", &stack.vpc_ids)?;
    if !stack.vpc_ids.is_empty() && !stack.has_repository {
        return Err(with_hint(
            anyhow!(
                "reading through given VPCs alone is a matter of the policy of `{}`, which is not this stack's",
                stack.repository
            ),
            "let the owner of the repository add that statement to its policy",
        ));
    }
    stack
        .publisher_role
        .as_ref()
        .map_or(Ok(()), publisher_role)?;
    tags(&stack.tags)
}

/// As [`packages`].
///
/// # Errors
/// As [`packages`].
pub fn consumer(stack: &ConsumerStack) -> anyhow::Result<()> {
    place(&stack.region, &stack.domain_owner, &stack.domain)?;
    is(
        is_account(&stack.account),
        "account",
        &stack.account,
        "111122223333",
    )?;
    repositories(&[&stack.repository, &stack.binary_repository])?;
    one(
        &stack.binary_object_arn,
        is_object,
        "S3 object (`--binary-source`)",
        S3_OBJECT,
    )?;
    one(
        &stack.asset_bucket_arn,
        is_bucket,
        "asset bucket",
        "arn:aws:s3:::assets-111122223333-eu-west-1",
    )?;
    ids("VPC", "vpc-", [&stack.vpc_id])?;
    ids("subnet", "subnet-", &stack.subnet_ids)?;
    ids("route table", "rtb-", &stack.route_table_ids)?;
    ids("security group", "sg-", &stack.space_group_ids)?;
    ids("VPC endpoint", "vpce-", &stack.other_endpoint_ids)?;
    for name in &stack.role_names {
        is(
            is_role_name(name),
            "role",
            name,
            "a role's name, without its path and without a comma",
        )?;
    }
    if let Some(seconds) = stack
        .longest_token
        .filter(|seconds| !(900..=LONGEST_TOKEN).contains(seconds))
    {
        is(
            false,
            "longest life of a token",
            &seconds.to_string(),
            "900 to 43200 seconds",
        )?;
    }
    way_in(stack)?;
    is(
        names::base(&stack.name).is_ok(),
        "name of lifecycle configurations",
        &stack.name,
        "1 to 36 lower-case letters, digits and single hyphens, a letter first",
    )?;
    tags(&stack.tags)
}

/// Roles that must come through endpoints need some to come through.
fn way_in(stack: &ConsumerStack) -> anyhow::Result<()> {
    let ours = [Endpoint::Api, Endpoint::Repositories];
    let has_ours = ours
        .iter()
        .all(|endpoint| stack.endpoints.contains(endpoint));
    if !stack.only_through_vpc || has_ours || !stack.other_endpoint_ids.is_empty() {
        return Ok(());
    }
    Err(with_hint(
        anyhow!(
            "requests must come through the VPC's endpoints, but no other endpoint of CodeArtifact is named"
        ),
        "name the endpoints that spaces use with --endpoint-ids, or let the stack make both of CodeArtifact's",
    ))
}

fn place(region: &str, owner: &str, domain: &str) -> anyhow::Result<()> {
    is(is_region(region), "region", region, "eu-west-1")?;
    is(
        is_account(owner),
        "owner of the domain",
        owner,
        "111122223333",
    )?;
    is(
        is_domain(domain),
        "domain",
        domain,
        "2 to 50 lower-case letters, digits and hyphens, a letter first",
    )
}

fn repositories(names: &[&String]) -> anyhow::Result<()> {
    for (at, name) in names.iter().enumerate() {
        is(
            is_repository(name),
            "repository",
            name,
            "2 to 100 letters, digits, dots, hyphens and underscores; a name, not an ARN",
        )?;
        if names[..at].contains(name) {
            return Err(with_hint(
                anyhow!("two repositories are called `{name}`"),
                "the repository of spaces, its stores and that of the program need different names",
            ));
        }
    }
    Ok(())
}

fn principals(what: &str, all: &[String]) -> anyhow::Result<()> {
    for one in all {
        is(
            is_principal(one),
            what,
            one,
            "an account's number, or the ARN of a role or user without a star",
        )?;
    }
    Ok(())
}

fn publisher_role(role: &PublisherRole) -> anyhow::Result<()> {
    is(
        is_role_name(&role.name),
        "role",
        &role.name,
        "a role's name, without its path and without a comma",
    )?;
    principals("principal that may assume the role", &role.trusted)?;
    if role.trusted.is_empty() {
        return Err(with_hint(
            anyhow!("nobody may assume the role `{}`", role.name),
            "name the accounts or roles that publish",
        ));
    }
    boundary(&role.permissions_boundary)
}

/// A KMS key, of this region where it is known.
fn key(arn: &Option<String>, region: Option<&str>) -> anyhow::Result<()> {
    let own = |arn: &str| arn.split(':').nth(3).unwrap_or_default().to_owned();
    one(
        arn,
        |arn| is_key(arn, region.unwrap_or(&own(arn))),
        "KMS key (`--kms-key-arn`)",
        &format!(
            "arn:aws:kms:{}:111122223333:key/…",
            region.unwrap_or("eu-west-1")
        ),
    )
}

fn organization(id: &Option<String>) -> anyhow::Result<()> {
    one(
        id,
        is_organization,
        "organization (`--organization`)",
        "o-a1b2c3d4e5",
    )
}

fn boundary(arn: &Option<String>) -> anyhow::Result<()> {
    one(
        arn,
        is_policy,
        "permissions boundary (`--permissions-boundary`)",
        "arn:aws:iam::111122223333:policy/…",
    )
}

fn ids<'a>(
    what: &str,
    prefix: &str,
    all: impl IntoIterator<Item = &'a String>,
) -> anyhow::Result<()> {
    for id in all {
        let rest = id.strip_prefix(prefix).unwrap_or_default();
        let fits = (8..=17).contains(&rest.len())
            && rest.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        is(fits, what, id, &format!("{prefix}0123456789abcdef0"))?;
    }
    Ok(())
}

fn tags(tags: &Tags) -> anyhow::Result<()> {
    for (key, value) in tags {
        let fits =
            |text: &str, most| text.chars().count() <= most && !text.chars().any(char::is_control);
        let reserved = key.to_ascii_lowercase().starts_with("aws:");
        is(
            !key.is_empty() && !reserved && fits(key, 128) && fits(value, 256),
            "tag",
            &format!("{key}={value}"),
            "a key of at most 128 characters that does not begin with aws:, a value of at most 256",
        )?;
    }
    Ok(())
}

fn one(
    value: &Option<String>,
    fits: impl Fn(&str) -> bool,
    what: &str,
    wanted: &str,
) -> anyhow::Result<()> {
    match value {
        Some(value) => is(fits(value), what, value, wanted),
        None => Ok(()),
    }
}

fn is(fits: bool, what: &str, value: &str, wanted: &str) -> anyhow::Result<()> {
    if fits {
        return Ok(());
    }
    Err(with_hint(
        anyhow!("`{value}` is no {what}"),
        format!("it looks like this: {wanted}"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::explain;

    #[test]
    fn an_id_is_of_its_kind() {
        let vpc = |id: &str| ids("VPC", "vpc-", [&id.to_owned()]).is_ok();
        assert!(vpc("vpc-0123456789abcdef0") && vpc("vpc-12345678"));
        assert!(
            !vpc("subnet-12345678")
                && !vpc("vpc-1234567")
                && !vpc("vpc-0123456789abcdeg0")
                && !vpc("vpc-")
        );
    }

    #[test]
    fn a_refusal_names_the_value_and_what_it_should_look_like() {
        let refusal = principals("reader", &["everybody".to_owned()]).unwrap_err();
        assert_eq!(
            explain(&refusal).to_string(),
            "error: `everybody` is no reader\n\
             hint: it looks like this: an account's number, or the ARN of a role or user without a star"
        );
    }
}
