//! What the flags of now say, refused before AWS is asked: a typo waits for no network and needs no rights.

use super::shapes::{is_object, is_studio_domain};
use super::{S3_OBJECT, boundary, ids, is, key, one, organization, principals};
use crate::bootstrap::choices::{Choices, role_name};
use crate::bootstrap::package_groups::package_groups;
use crate::bootstrap::stacks::{NamePattern, Public};
use crate::error::as_usage;

/// Checks what can be judged by itself. An empty word takes back what was remembered, and is none to judge.
///
/// # Errors
/// Wrong usage: the first flag that is wrong, with what it should look like.
pub fn flags(now: &Choices) -> anyhow::Result<()> {
    shapes(&now.over(&Choices::default())).map_err(as_usage)
}

fn shapes(now: &Choices) -> anyhow::Result<()> {
    one(
        &now.studio_domain_id,
        is_studio_domain,
        "Studio domain (`--studio-domain-id`)",
        "d-abcdefghij12",
    )?;
    ids("VPC (`--vpc-id`)", "vpc-", &now.vpc_id)?;
    ids("subnet (`--subnet-ids`)", "subnet-", &now.subnet_ids)?;
    ids(
        "route table (`--route-table-ids`)",
        "rtb-",
        &now.route_table_ids,
    )?;
    ids(
        "security group (`--security-group-ids`)",
        "sg-",
        &now.security_group_ids,
    )?;
    ids(
        "VPC endpoint (`--endpoint-ids`)",
        "vpce-",
        &now.endpoint_ids,
    )?;
    ids("VPC (`--reader-vpc-ids`)", "vpc-", &now.reader_vpc_ids)?;
    let is_role = |arn: &str| role_name(arn).is_ok();
    let role = "arn:aws:iam::111122223333:role/…";
    for arn in &now.role_arn {
        is(is_role(arn), "role (`--role-arn`)", arn, role)?;
    }
    one(
        &now.cloudformation_role_arn,
        is_role,
        "role (`--cloudformation-role-arn`)",
        role,
    )?;
    boundary(&now.permissions_boundary)?;
    key(&now.kms_key_arn, None)?;
    organization(&now.organization)?;
    principals("reader (`--readers`)", &now.readers)?;
    principals("publisher (`--publishers`)", &now.publishers)?;
    principals(
        "publisher (`--publisher-role-trust`)",
        &now.publisher_role_trust,
    )?;
    let is_of_s3 = |_: &str| now.binary_object_arn().is_some_and(|arn| is_object(&arn));
    one(
        &now.binary_source,
        is_of_s3,
        "S3 object (`--binary-source`)",
        S3_OBJECT,
    )?;
    let internal: Vec<_> = now.internal.iter().cloned().map(NamePattern).collect();
    package_groups(&internal, &Public::All)?;
    now.wanted_endpoints()?;
    now.tag_map()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::explain;

    fn said(now: &Choices) -> String {
        let explained = explain(&flags(now).expect_err("it is wrong"));
        assert_eq!(explained.exit_code, 2, "{explained}");
        explained.error
    }

    fn some(word: &str) -> Option<String> {
        Some(word.to_owned())
    }

    #[test]
    fn a_flag_of_another_kind_is_named() {
        let wrong = [
            (
                Choices {
                    studio_domain_id: some("d-abc/x"),
                    ..Choices::default()
                },
                "`d-abc/x` is no Studio domain (`--studio-domain-id`)",
            ),
            (
                Choices {
                    reader_vpc_ids: vec!["subnet-12345678".to_owned()],
                    ..Choices::default()
                },
                "`subnet-12345678` is no VPC (`--reader-vpc-ids`)",
            ),
            (
                Choices {
                    kms_key_arn: some("alias/acme"),
                    ..Choices::default()
                },
                "`alias/acme` is no KMS key (`--kms-key-arn`)",
            ),
            (
                Choices {
                    binary_source: some("https://host/key"),
                    ..Choices::default()
                },
                "`https://host/key` is no S3 object (`--binary-source`)",
            ),
            (
                Choices {
                    tags: vec!["team".to_owned()],
                    ..Choices::default()
                },
                "--tags: `team` is no tag",
            ),
        ];
        for (now, sentence) in wrong {
            assert_eq!(said(&now), sentence);
        }
    }

    #[test]
    fn an_empty_word_takes_back_and_is_not_judged() {
        let now = Choices {
            vpc_id: some(""),
            internal: vec![String::new()],
            kms_key_arn: some(""),
            ..Choices::default()
        };
        flags(&now).expect("nothing is wrong");
    }
}
