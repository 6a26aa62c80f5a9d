//! Stacks to judge: two with everything in them, two with as little as can be, and any number of others.

use std::collections::BTreeMap;

use proptest::prelude::*;
use studio_mirror::bootstrap::slot::App;
use studio_mirror::bootstrap::stacks::{
    ConsumerStack, Endpoint, EndpointPolicy, NamePattern, PackagesStack, Public, PublicName,
    PublisherRole,
};

pub const SCRIPT: &str = "#!/bin/bash\n# It's a \"script\": {a: b}\n\n  set -u\n\techo \"${HOME}\" <<'EOF' # not a comment\n";

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn tags() -> BTreeMap<String, String> {
    BTreeMap::from([(
        "owner".to_owned(),
        "O'Brien & \"Söhne\": ${x} %{y}".to_owned(),
    )])
}

pub fn full_packages() -> PackagesStack {
    let name = |name: &str| NamePattern(name.to_owned());
    PackagesStack {
        region: "eu-west-1".into(),
        owner: "111122223333".into(),
        domain: "acme".into(),
        has_domain: true,
        kms_key_arn: Some(
            "arn:aws:kms:eu-west-1:111122223333:key/12345678-1234-1234-1234-123456789012".into(),
        ),
        repository: "team".into(),
        has_repository: true,
        pypi_store: "pypi-store".into(),
        npm_store: "npm-store".into(),
        has_pypi_store: true,
        has_npm_store: true,
        has_binary_repository: true,
        binary_repository: "studio-mirror".into(),
        readers: words(&["444455556666", "arn:aws:iam::777788889999:role/path/spaces"]),
        organization: Some("o-a1b2c3d4e5".into()),
        publishers: words(&["arn:aws:iam::444455556666:role/ci", "777788889999"]),
        internal: vec![name("acme-*"), name("acme-billing"), name("@acme/*")],
        public: Public::Only(vec![
            PublicName {
                format: "pypi".into(),
                name: name("numpy"),
            },
            PublicName {
                format: "npm".into(),
                name: name("@types/*"),
            },
        ]),
        vpc_ids: words(&["vpc-0123456789abcdef0"]),
        publisher_role: Some(PublisherRole {
            name: "publisher".into(),
            trusted: words(&["444455556666"]),
            permissions_boundary: Some("arn:aws:iam::111122223333:policy/boundary".into()),
        }),
        tags: tags(),
    }
}

pub fn bare_packages() -> PackagesStack {
    PackagesStack {
        has_domain: false,
        kms_key_arn: None,
        has_repository: false,
        has_pypi_store: false,
        has_npm_store: false,
        has_binary_repository: false,
        readers: Vec::new(),
        organization: None,
        publishers: Vec::new(),
        internal: Vec::new(),
        public: Public::All,
        vpc_ids: Vec::new(),
        publisher_role: None,
        tags: BTreeMap::new(),
        ..full_packages()
    }
}

pub fn full_consumer() -> ConsumerStack {
    ConsumerStack {
        region: "eu-west-1".into(),
        account: "111122223333".into(),
        domain: "acme".into(),
        domain_owner: "444455556666".into(),
        repository: "team".into(),
        binary_repository: "studio-mirror".into(),
        binary_object_arn: Some("arn:aws:s3:::acme-tools/studio-mirror/1.0@x86_64".into()),
        asset_bucket_arn: Some("arn:aws:s3:::assets-123456789012-eu-west-1".into()),
        vpc_id: "vpc-0123456789abcdef0".into(),
        subnet_ids: words(&["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]),
        route_table_ids: words(&["rtb-0123456789abcdef0"]),
        space_group_ids: words(&["sg-0123456789abcdef0", "sg-0123456789abcdef1"]),
        endpoints: Endpoint::ALL.into(),
        endpoint_policy: EndpointPolicy::Domain,
        other_endpoint_ids: words(&["vpce-0123456789abcdef0"]),
        private_dns: true,
        role_names: words(&["spaces", "more_spaces"]),
        attach_policies: true,
        longest_token: Some(3600),
        only_through_vpc: true,
        name: "studio-mirror".into(),
        lifecycle_script: Some(SCRIPT.into()),
        held_lifecycles: App::ALL.into(),
        tags: BTreeMap::new(),
    }
}

pub fn bare_consumer() -> ConsumerStack {
    ConsumerStack {
        binary_object_arn: None,
        asset_bucket_arn: None,
        endpoints: Vec::new(),
        endpoint_policy: EndpointPolicy::Shared,
        other_endpoint_ids: Vec::new(),
        attach_policies: false,
        longest_token: None,
        only_through_vpc: false,
        lifecycle_script: None,
        ..full_consumer()
    }
}

/// Any stack of a consuming account: each part of the full one there or not.
pub fn any_consumer() -> impl Strategy<Value = ConsumerStack> {
    let chosen = (
        proptest::sample::subsequence(Endpoint::ALL.to_vec(), 0..=8),
        proptest::sample::subsequence(full_consumer().space_group_ids, 0..=2),
        proptest::sample::subsequence(full_consumer().role_names, 0..=2),
        any::<[bool; 9]>(),
    );
    chosen.prop_map(|(endpoints, space_group_ids, role_names, on)| {
        let full = full_consumer();
        ConsumerStack {
            endpoints,
            space_group_ids,
            role_names,
            binary_object_arn: full.binary_object_arn.filter(|_| on[8]),
            asset_bucket_arn: full.asset_bucket_arn.filter(|_| on[0]),
            endpoint_policy: if on[1] {
                EndpointPolicy::Domain
            } else {
                EndpointPolicy::Shared
            },
            other_endpoint_ids: if on[2] {
                full.other_endpoint_ids
            } else {
                Vec::new()
            },
            private_dns: on[3],
            attach_policies: on[4],
            longest_token: full.longest_token.filter(|_| on[5]),
            // Without an endpoint to come through it is refused.
            only_through_vpc: on[6] && on[2],
            lifecycle_script: full.lifecycle_script.filter(|_| on[7]),
            ..full
        }
    })
}

/// Any stack of the account that owns the packages.
pub fn any_packages() -> impl Strategy<Value = PackagesStack> {
    let chosen = (
        proptest::sample::subsequence(full_packages().readers, 0..=2),
        proptest::sample::subsequence(full_packages().publishers, 0..=2),
        proptest::sample::subsequence(full_packages().internal, 0..=3),
        prop_oneof![
            Just(Public::All),
            Just(Public::None),
            Just(full_packages().public)
        ],
        any::<[bool; 9]>(),
    );
    chosen.prop_map(|(readers, publishers, internal, public, on)| {
        let full = full_packages();
        PackagesStack {
            readers,
            publishers,
            internal,
            public,
            has_domain: on[0],
            kms_key_arn: full.kms_key_arn.filter(|_| on[1]),
            has_repository: on[2],
            has_pypi_store: on[3],
            has_npm_store: on[7],
            has_binary_repository: on[8],
            organization: full.organization.filter(|_| on[4]),
            vpc_ids: if on[5] && on[2] {
                full.vpc_ids
            } else {
                Vec::new()
            },
            publisher_role: full.publisher_role.filter(|_| on[6]),
            ..full
        }
    })
}
