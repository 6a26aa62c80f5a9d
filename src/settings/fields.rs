//! The fields: which flags and variables name each, and what a value must look like.

use anyhow::anyhow;
use serde::{Deserialize, Serialize};

use super::layers::{Setting, Source};
use crate::endpoint::{self, PlainUrl};
use crate::error::{Usage, with_hint};

/// One setting that people can make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// The CodeArtifact domain.
    Domain,
    /// The account that owns the domain.
    DomainOwner,
    /// The repository.
    Repository,
    /// The region of the domain.
    Region,
    /// The profile in `~/.aws/config` that credentials come from.
    Profile,
    /// `ipv4` or `dualstack`.
    EndpointType,
    /// Address of the CodeArtifact API, for VPC endpoints without private DNS.
    ApiEndpoint,
    /// Address of the repositories endpoint, likewise.
    RepositoryEndpoint,
    /// Lifetime of new tokens.
    DurationSeconds,
    /// The npm scope that the repository serves.
    Namespace,
}

/// Where a value of each field may come from, and what it must look like.
pub(super) struct FieldRule {
    pub(super) field: Field,
    pub(super) name: &'static str,
    pub(super) flag: &'static str,
    pub(super) variables: &'static [&'static str],
    is_valid: fn(&str) -> bool,
    rule: &'static str,
}

/// Every field; variables in the order in which they win.
pub(super) const FIELDS: &[FieldRule] = &[
    FieldRule {
        field: Field::Domain,
        name: "domain",
        flag: "--domain",
        variables: &["STUDIO_MIRROR_DOMAIN"],
        is_valid: endpoint::is_domain,
        rule: "a domain name has 2 to 50 lower-case letters, digits and hyphens, a letter first",
    },
    FieldRule {
        field: Field::DomainOwner,
        name: "domain owner",
        flag: "--domain-owner",
        variables: &["STUDIO_MIRROR_DOMAIN_OWNER"],
        is_valid: endpoint::is_account,
        rule: "an account number has 12 digits",
    },
    FieldRule {
        field: Field::Repository,
        name: "repository",
        flag: "--repository",
        variables: &["STUDIO_MIRROR_REPOSITORY"],
        is_valid: endpoint::is_repository,
        rule: "a repository name has 2 to 100 letters, digits, `.`, `_` and `-`, a letter or digit first (its name, not its ARN)",
    },
    FieldRule {
        field: Field::Region,
        name: "region",
        flag: "--region",
        variables: &["AWS_REGION", "AWS_DEFAULT_REGION"],
        is_valid: endpoint::is_region,
        rule: "a region looks like us-east-1",
    },
    FieldRule {
        field: Field::Profile,
        name: "profile",
        flag: "--profile",
        variables: &["AWS_PROFILE"],
        is_valid: |profile| {
            !profile.is_empty() && !profile.contains(|c: char| c.is_control() || c == ']')
        },
        rule: "it must name a profile in ~/.aws/config",
    },
    FieldRule {
        field: Field::EndpointType,
        name: "endpoint type",
        flag: "--endpoint-type",
        variables: &["STUDIO_MIRROR_ENDPOINT_TYPE"],
        is_valid: |kind| kind == "ipv4" || kind == "dualstack",
        rule: "it is ipv4 or dualstack",
    },
    FieldRule {
        field: Field::ApiEndpoint,
        name: "API endpoint",
        flag: "",
        variables: &[
            "STUDIO_MIRROR_API_ENDPOINT",
            "AWS_ENDPOINT_URL_CODEARTIFACT",
            "AWS_ENDPOINT_URL",
        ],
        is_valid: is_base_url,
        rule: "it is a URL such as https://vpce-0a1b-2c3d.codeartifact.us-east-1.vpce.amazonaws.com",
    },
    FieldRule {
        field: Field::RepositoryEndpoint,
        name: "repository endpoint",
        flag: "",
        variables: &["STUDIO_MIRROR_REPOSITORY_ENDPOINT"],
        is_valid: is_base_url,
        rule: "it is a URL such as https://vpce-0a1b-2c3d.d.codeartifact.us-east-1.vpce.amazonaws.com",
    },
    FieldRule {
        field: Field::DurationSeconds,
        name: "token lifetime",
        flag: "--duration-seconds",
        variables: &["STUDIO_MIRROR_DURATION_SECONDS"],
        is_valid: |seconds| {
            matches!(
                seconds.parse::<u32>(),
                Ok(0 | MIN_DURATION_SECONDS..=MAX_DURATION_SECONDS)
            )
        },
        rule: "it is 0 (as long as the role's credentials live) or 900 to 43200 seconds",
    },
    FieldRule {
        field: Field::Namespace,
        name: "namespace",
        flag: "--namespace",
        variables: &[],
        is_valid: is_npm_scope,
        rule: "an npm scope has lower-case letters, digits, `.`, `_` and `-`, with or without the @",
    },
];

/// Shortest token that CodeArtifact makes (`GetAuthorizationToken`, `durationSeconds`).
const MIN_DURATION_SECONDS: u32 = 900;
/// Longest token that CodeArtifact makes.
const MAX_DURATION_SECONDS: u32 = 43_200;

fn is_base_url(url: &str) -> bool {
    PlainUrl::parse(url).is_ok_and(|plain| plain.user().is_none()) && !url.contains(['?', '#'])
}

fn is_npm_scope(scope: &str) -> bool {
    let name = scope.strip_prefix('@').unwrap_or(scope);
    !name.is_empty()
        && name.len() <= 213
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b))
        && !name.starts_with(['.', '_'])
}

/// The rule of `field`.
pub(super) fn rule_of(field: Field) -> &'static FieldRule {
    FIELDS
        .iter()
        .find(|rule| rule.field == field)
        .unwrap_or(&FIELDS[0])
}

/// Refuses a value that breaks its rule, naming it with its source.
pub(super) fn check(rule: &FieldRule, setting: &Setting) -> anyhow::Result<()> {
    if (rule.is_valid)(&setting.value) {
        return Ok(());
    }
    // A URL may carry a password; the place where it stands is enough to find it.
    let shown = match PlainUrl::parse(&setting.value) {
        Ok(plain) if plain.user().is_some() => "(a URL with a user name)".to_owned(),
        _ if setting.value.contains('@') && setting.value.contains("://") => {
            "(a URL with a user name)".to_owned()
        }
        _ => format!("`{}`", setting.value.escape_debug()),
    };
    let message = format!(
        "the {} {shown} (from {}) cannot be right",
        rule.name, setting.source
    );
    Err(match setting.source {
        Source::Flag(_) => with_hint(Usage(message), rule.rule),
        _ => with_hint(anyhow!(message), rule.rule),
    })
}
