//! What ARNs and names look like.

use crate::endpoint::is_account;

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

pub(super) fn is_principal(text: &str) -> bool {
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

pub(super) fn is_key(text: &str, region: &str) -> bool {
    arn(text, "kms").is_some_and(|(of, account, resource)| {
        of == region
            && is_account(account)
            && resource
                .strip_prefix("key/")
                .is_some_and(|id| !id.is_empty())
    })
}

pub(super) fn is_policy(text: &str) -> bool {
    arn(text, "iam").is_some_and(|(region, account, resource)| {
        region.is_empty()
            && (is_account(account) || account == "aws")
            && resource
                .strip_prefix("policy/")
                .is_some_and(|name| !name.is_empty())
    })
}

pub(super) fn is_bucket(text: &str) -> bool {
    arn(text, "s3").is_some_and(|(region, account, bucket)| {
        region.is_empty()
            && account.is_empty()
            && (3..=63).contains(&bucket.len())
            && bucket
                .bytes()
                .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-'))
    })
}

/// A key without what a policy, a parameter or a shell would read otherwise.
pub(super) fn is_object(text: &str) -> bool {
    text.split_once('/').is_some_and(|(bucket, key)| {
        is_bucket(bucket)
            && (1..=900).contains(&key.len())
            && key
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"._/=+@-".contains(&b))
    })
}

pub(super) fn is_organization(text: &str) -> bool {
    let id = text.strip_prefix("o-").unwrap_or_default();
    (10..=32).contains(&id.len())
        && id
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
}

/// `DomainId` of SageMaker: <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeDomain.html>
pub(super) fn is_studio_domain(text: &str) -> bool {
    let id = text.strip_prefix("d-").unwrap_or_default();
    (1..=61).contains(&id.len())
        && id
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !id.ends_with('-')
}

pub(super) fn is_role_name(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"+=.@_-".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_principal_is_one_account_or_one_identity() {
        for good in [
            "111122223333",
            "arn:aws:iam::111122223333:root",
            "arn:aws:iam::111122223333:role/service-role/spaces",
            "arn:aws:iam::111122223333:user/ann@example.com",
        ] {
            assert!(is_principal(good), "{good}");
        }
        for bad in [
            "*",
            "11112222333",
            "arn:aws:iam::*:role/x",
            "arn:aws:iam::111122223333:role/*",
            "arn:aws:iam::111122223333:role/",
            "arn:aws:iam::111122223333:rootless",
            "arn:aws:iam::111122223333:policy/x",
            "arn:aws:iam:eu-west-1:111122223333:role/x",
            "arn:aws:sts::111122223333:assumed-role/x/y",
            "arn:aws:iam::111122223333:role/a,arn:aws:iam::111122223333:role/b",
            "arn:aws:iam::111122223333:role/a\"b",
        ] {
            assert!(!is_principal(bad), "{bad}");
        }
    }

    #[test]
    fn a_key_is_one_of_the_domains_region_and_no_alias() {
        let key = |region: &str, key: &str| {
            is_key(
                &format!("arn:aws:kms:{region}:111122223333:{key}"),
                "eu-west-1",
            )
        };
        assert!(key("eu-west-1", "key/1234"));
        assert!(
            !key("us-east-1", "key/1234")
                && !key("eu-west-1", "alias/acme")
                && !key("eu-west-1", "key/")
        );
        assert!(!is_key("", "eu-west-1"));
    }

    #[test]
    fn other_names_are_awss() {
        assert!(
            is_studio_domain("d-abcdefghij12")
                && !is_studio_domain("d-")
                && !is_studio_domain("nonsense")
                && !is_studio_domain("d-ABC")
                && !is_studio_domain("d-abc/x")
        );
        assert!(
            is_organization("o-a1b2c3d4e5")
                && !is_organization("o-A1b2c3d4e5")
                && !is_organization("r-a1b2c3d4e5")
        );
        assert!(
            is_bucket("arn:aws:s3:::assets-1-eu")
                && !is_bucket("arn:aws:s3:::assets/*")
                && !is_bucket("assets")
        );
        assert!(
            is_policy("arn:aws:iam::aws:policy/PowerUserAccess")
                && !is_policy("arn:aws:iam::aws:role/x")
        );
        assert!(
            is_role_name("AmazonSageMaker-ExecutionRole-2026")
                && !is_role_name("a,b")
                && !is_role_name("path/role")
        );
    }
}
