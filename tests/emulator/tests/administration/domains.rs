//! Domains.

use serde_json::{Value, json};

use super::support::expect;
use super::{CA, empty, repository};

#[test]
fn domains_are_made_once_and_deleted_empty() {
    let world = empty();
    let named = json!({"domain": "acme"});
    let policy = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": "*", "Action": "codeartifact:*", "Resource": "*",
    }]});
    let put_policy = |document: String, more: Value| {
        let mut keywords = json!({"domain": "acme", "policyDocument": document});
        keywords
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        keywords
    };
    let outcomes = expect(
        &world,
        &[
            (
                CA,
                "describe_domain",
                named.clone(),
                "404 ResourceNotFoundException",
            ),
            (
                CA,
                "create_domain",
                json!({"domain": "Acme"}),
                "400 ValidationException",
            ),
            (CA, "create_domain", json!({}), "400 ValidationException"),
            (
                CA,
                "create_domain",
                json!({"domain": "acme", "tags": [{"key": "a", "value": "b"}]}),
                "ok",
            ),
            (CA, "create_domain", named.clone(), "409 ConflictException"),
            (CA, "describe_domain", named.clone(), "ok"),
            (
                CA,
                "list_tags_for_resource",
                json!({"resourceArn": "arn:aws:codeartifact:us-east-1:222233334444:domain/acme"}),
                "ok",
            ),
            (
                CA,
                "get_domain_permissions_policy",
                named.clone(),
                "404 ResourceNotFoundException",
            ),
            (
                CA,
                "put_domain_permissions_policy",
                put_policy("{".into(), json!({})),
                "400 ValidationException",
            ),
            (
                CA,
                "put_domain_permissions_policy",
                put_policy("x".repeat(7169), json!({})),
                "400 ValidationException",
            ),
            (
                CA,
                "put_domain_permissions_policy",
                put_policy(policy.to_string(), json!({})),
                "ok",
            ),
            (
                CA,
                "put_domain_permissions_policy",
                put_policy(policy.to_string(), json!({"policyRevision": "old"})),
                "409 ConflictException",
            ),
            repository("team", &[]),
            (CA, "delete_domain", named.clone(), "409 ConflictException"),
            (
                CA,
                "delete_repository",
                json!({"domain": "acme", "repository": "team"}),
                "ok",
            ),
            (CA, "delete_domain", named.clone(), "ok"),
            (CA, "list_domains", json!({}), "ok"),
        ],
    );
    let described = &outcomes[5]["answer"]["domain"];
    assert_eq!(
        described["s3BucketArn"],
        "arn:aws:s3:::assets-193858265520-us-east-1"
    );
    assert_eq!(
        outcomes[6]["answer"]["tags"],
        json!([{"key": "a", "value": "b"}])
    );
    assert_eq!(outcomes[16]["answer"]["domains"], json!([]));
}
