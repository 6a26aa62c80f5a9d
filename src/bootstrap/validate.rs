//! What AWS would refuse, or what would mean something else in a list or a policy, refused before it is asked.

use anyhow::anyhow;

use super::stacks::{ConsumerStack, PackagesStack, PublisherRole, Tags};
use crate::endpoint::{is_account, is_domain, is_region, is_repository};
use crate::error::with_hint;

/// Checks every name, number and ARN of a stack.
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
    if let Some(arn) = &stack.kms_key_arn {
        let wanted = format!("arn:aws:kms:{}:111122223333:key/…", stack.region);
        is(is_key(arn, &stack.region), "KMS key", arn, &wanted)?;
    }
    if let Some(id) = &stack.organization {
        is(is_organization(id), "organization", id, "o-a1b2c3d4e5")?;
    }
    principals("reader", &stack.readers)?;
    principals("publisher", &stack.publishers)?;
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
    if let Some(arn) = &stack.asset_bucket_arn {
        is(
            is_bucket(arn),
            "asset bucket",
            arn,
            "arn:aws:s3:::assets-111122223333-eu-west-1",
        )?;
    }
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
        .filter(|seconds| !(900..=43_200).contains(seconds))
    {
        is(
            false,
            "longest life of a token",
            &seconds.to_string(),
            "900 to 43200 seconds",
        )?;
    }
    tags(&stack.tags)
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
    match &role.permissions_boundary {
        Some(arn) => is(
            is_policy(arn),
            "permissions boundary",
            arn,
            "arn:aws:iam::111122223333:policy/…",
        ),
        None => Ok(()),
    }
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

fn is(fits: bool, what: &str, value: &str, wanted: &str) -> anyhow::Result<()> {
    if fits {
        return Ok(());
    }
    Err(with_hint(
        anyhow!("`{value}` is no {what}"),
        format!("it looks like this: {wanted}"),
    ))
}

/// The fields of an ARN of this service: region, account, resource.
fn arn<'a>(text: &'a str, service: &str) -> Option<(&'a str, &'a str, &'a str)> {
    let mut fields = text.splitn(6, ':');
    let begins =
        fields.next()? == "arn" && fields.next()?.starts_with("aws") && fields.next()? == service;
    let (region, account, resource) = (fields.next()?, fields.next()?, fields.next()?);
    (begins && is_plain(text)).then_some((region, account, resource))
}

/// Nothing that ends a value in a list, or means more than itself in a policy.
fn is_plain(text: &str) -> bool {
    text.bytes()
        .all(|b| b.is_ascii_alphanumeric() || b":/+=.@_-".contains(&b))
}

fn is_principal(text: &str) -> bool {
    let of_iam = |(region, account, resource): (&str, &str, &str)| {
        let kind = resource.split('/').next().unwrap_or_default();
        let named = resource.len() > kind.len() + 1;
        region.is_empty()
            && is_account(account)
            && match kind {
                "root" => resource == "root",
                "role" | "user" => named,
                _ => false,
            }
    };
    is_account(text) || arn(text, "iam").is_some_and(of_iam)
}

fn is_key(text: &str, region: &str) -> bool {
    arn(text, "kms").is_some_and(|(of, account, resource)| {
        of == region
            && is_account(account)
            && resource
                .strip_prefix("key/")
                .is_some_and(|id| !id.is_empty())
    })
}

fn is_policy(text: &str) -> bool {
    arn(text, "iam").is_some_and(|(region, account, resource)| {
        region.is_empty()
            && (is_account(account) || account == "aws")
            && resource
                .strip_prefix("policy/")
                .is_some_and(|name| !name.is_empty())
    })
}

fn is_bucket(text: &str) -> bool {
    arn(text, "s3").is_some_and(|(region, account, bucket)| {
        region.is_empty()
            && account.is_empty()
            && (3..=63).contains(&bucket.len())
            && bucket
                .bytes()
                .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-'))
    })
}

fn is_organization(text: &str) -> bool {
    let id = text.strip_prefix("o-").unwrap_or_default();
    (10..=32).contains(&id.len())
        && id
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
}

fn is_role_name(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"+=.@_-".contains(&b))
}
