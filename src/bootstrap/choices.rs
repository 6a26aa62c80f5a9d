//! What an administrator chooses: by flags now, or by the flags of the run before, which the stacks remember.

mod ways;

pub use ways::{AttachWay, IamWay, WantedEndpoint, YesNo};

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::anyhow;
use clap::Args;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::stacks::{Endpoint, EndpointPolicy, PublicName};
use crate::error::{Usage, with_hint};

/// What `--public` is remembered as where it named a file.
pub const NAMES: &str = "names";

/// Everything that can be chosen; what is `None` or empty was not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Choices {
    /// Studio domain whose spaces shall have packages
    #[arg(long, value_name = "ID")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub studio_domain_id: Option<String>,
    /// VPC of the spaces [default: the Studio domain's]
    #[arg(long, value_name = "ID")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vpc_id: Option<String>,
    /// Subnets for the endpoints, with commas [default: the Studio domain's]
    #[arg(long, value_name = "ID,…", value_delimiter = ',')]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub subnet_ids: Vec<String>,
    /// Route tables for S3's gateway, with commas [default: those of the subnets]
    #[arg(long, value_name = "ID,…", value_delimiter = ',')]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub route_table_ids: Vec<String>,
    /// Security groups of the spaces, with commas [default: the Studio domain's and its profiles']
    #[arg(long, value_name = "ID,…", value_delimiter = ',')]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub security_group_ids: Vec<String>,
    /// Roles of the spaces, with commas [default: the Studio domain's and its profiles']
    #[arg(long, value_name = "ARN,…", value_delimiter = ',')]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub role_arn: Vec<String>,
    /// Endpoints that the VPC shall have, with commas; none where a hub has them [default: api,repositories,s3]
    #[arg(long, value_enum, value_name = "NAME,…", value_delimiter = ',')]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub endpoints: Vec<WantedEndpoint>,
    /// Endpoints of CodeArtifact that others made, a hub's for instance, with commas: ways in for --only-through-vpc [default: those that
    /// the VPC has]
    #[arg(long, value_name = "ID,…", value_delimiter = ',')]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub endpoint_ids: Vec<String>,
    /// Names of internal packages, which never come from outside, with commas: 'acme-*','@acme/*'
    #[arg(long, value_name = "PATTERN,…", value_delimiter = ',')]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub internal: Vec<String>,
    /// What may come from outside: all, none, or a file with one pypi:NAME or npm:NAME a line [default: all]
    #[arg(long, value_name = "all|none|FILE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public: Option<String>,
    /// Other accounts or roles that may read, with commas: account numbers or ARNs
    #[arg(long, value_name = "WHO,…", value_delimiter = ',')]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub readers: Vec<String>,
    /// AWS organization whose accounts may read
    #[arg(long, value_name = "ID")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
    /// Who may publish internal packages, with commas: ARNs
    #[arg(long, value_name = "ARN,…", value_delimiter = ',')]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub publishers: Vec<String>,
    /// Who may assume a role for machines that publish, with commas: ARNs or account numbers [default: no such role is made]
    #[arg(long, value_name = "WHO,…", value_delimiter = ',')]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub publisher_role_trust: Vec<String>,
    /// Packages are read through these VPCs alone, with commas [default: from anywhere]
    #[arg(long, value_name = "ID,…", value_delimiter = ',')]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reader_vpc_ids: Vec<String>,
    /// What the endpoints of CodeArtifact let through: every domain, or this one alone [default: shared]
    #[arg(long, value_enum)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint_policy: Option<EndpointPolicy>,
    /// KMS key of the packages; it cannot be changed later [default: AWS's own]
    #[arg(long, value_name = "ARN")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kms_key_arn: Option<String>,
    /// Repository for this program's binary [default: studio-mirror]
    #[arg(long, value_name = "NAME")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub binary_repository: Option<String>,
    /// Where spaces fetch the binary instead of that repository: s3://BUCKET/KEY
    #[arg(long, value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub binary_source: Option<String>,
    /// Whether the roles' policies are attached, or printed for whoever looks after the roles [default: attach]
    #[arg(long, value_enum)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iam: Option<IamWay>,
    /// Permissions boundary of roles that are made
    #[arg(long, value_name = "ARN")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permissions_boundary: Option<String>,
    /// Role that CloudFormation works as [default: your own rights]
    #[arg(long, value_name = "ARN")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cloudformation_role_arn: Option<String>,
    /// Longest life of a token, 900 to 43200 [default: 43200]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(900..=43200))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub longest_token: Option<u32>,
    /// Refuse the roles' requests that do not come through the VPC's endpoints [default: no]
    #[arg(long, value_enum, value_name = "yes|no", num_args = 0..=1, default_missing_value = "yes")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub only_through_vpc: Option<YesNo>,
    /// Whether the lifecycle configuration is attached to the Studio domain, or lines for Terraform and CloudFormation are printed [default:
    /// patch]
    #[arg(long, value_enum)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attach: Option<AttachWay>,
    /// Tags of everything that is made, with commas
    #[arg(long, value_name = "KEY=VALUE,…", value_delimiter = ',')]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// The names in the file of `--public`.
    #[arg(skip)]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub public_names: Vec<PublicName>,
    /// Domain, its owner and the repository: flags of every command.
    #[arg(skip)]
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub settings: BTreeMap<String, String>,
}

impl Choices {
    /// These over those of the run before. An empty word (`--internal ''`) takes a list back.
    #[must_use]
    pub fn over(&self, remembered: &Self) -> Self {
        let mut merged = members(remembered);
        merged.extend(members(self));
        // Both are of this type: what comes out is, too.
        let mut merged: Self = serde_json::from_value(Value::Object(merged)).unwrap_or_default();
        for (name, value) in &remembered.settings {
            let setting = merged.settings.entry(name.clone());
            setting.or_insert_with(|| value.clone());
        }
        merged.without_empty_words()
    }

    fn without_empty_words(mut self) -> Self {
        for list in [
            &mut self.subnet_ids,
            &mut self.route_table_ids,
            &mut self.security_group_ids,
            &mut self.role_arn,
            &mut self.endpoint_ids,
            &mut self.internal,
            &mut self.readers,
            &mut self.publishers,
            &mut self.publisher_role_trust,
            &mut self.reader_vpc_ids,
            &mut self.tags,
        ] {
            list.retain(|word| !word.is_empty());
        }
        for word in [
            &mut self.studio_domain_id,
            &mut self.vpc_id,
            &mut self.organization,
            &mut self.kms_key_arn,
            &mut self.binary_source,
            &mut self.permissions_boundary,
            &mut self.cloudformation_role_arn,
        ] {
            word.take_if(|word| word.is_empty());
        }
        self
    }

    /// The endpoints that the VPC shall have. Without a word: what pip, uv and npm need.
    ///
    /// # Errors
    /// When `none` is asked for together with one.
    pub fn wanted_endpoints(&self) -> anyhow::Result<Vec<Endpoint>> {
        if self.endpoints.is_empty() {
            return Ok(vec![Endpoint::Api, Endpoint::Repositories, Endpoint::S3]);
        }
        if self.endpoints.len() > 1 && self.endpoints.contains(&WantedEndpoint::None) {
            return Err(with_hint(
                Usage("`--endpoints none` does not go with other endpoints".to_owned()),
                "name the endpoints that the VPC shall have, or none",
            ));
        }
        let wanted = self.endpoints.iter();
        let mut wanted: Vec<_> = wanted.filter_map(|one| one.endpoint()).collect();
        wanted.sort();
        wanted.dedup();
        Ok(wanted)
    }

    /// The tags.
    ///
    /// # Errors
    /// When one is no `KEY=VALUE`, or what AWS does not take.
    pub fn tag_map(&self) -> anyhow::Result<BTreeMap<String, String>> {
        let pair = |tag: &String| {
            let pair = tag.split_once('=').filter(|(key, value)| {
                // As AWS has them: https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
                (1..=128).contains(&key.chars().count())
                    && value.chars().count() <= 256
                    && !key.starts_with("aws:")
                    && tag
                        .chars()
                        .all(|c| c.is_alphanumeric() || " _.:/=+-@".contains(c))
            });
            let (key, value) = pair.ok_or_else(|| {
                with_hint(
                    Usage(format!("--tags: `{}` is no tag", tag.escape_debug())),
                    "KEY=VALUE with letters, digits, blanks and _ . : / = + - @, a key not beginning with aws:",
                )
            })?;
            Ok((key.to_owned(), value.to_owned()))
        };
        self.tags.iter().map(pair).collect()
    }

    /// The object of S3 that `--binary-source` means, if it means one.
    pub fn binary_object_arn(&self) -> Option<String> {
        let object = self.binary_source.as_ref()?.strip_prefix("s3://")?;
        Some(format!("arn:aws:s3:::{object}"))
    }

    /// The file of names that `--public` means, if it means one.
    pub fn public_file(&self) -> Option<PathBuf> {
        match self.public.as_deref() {
            None | Some("" | "all" | "none" | NAMES) => None,
            Some(file) => Some(PathBuf::from(file)),
        }
    }
}

/// The members that were chosen.
fn members(choices: &Choices) -> Map<String, Value> {
    match serde_json::to_value(choices) {
        Ok(Value::Object(members)) => members,
        _ => Map::new(),
    }
}

/// The name of the role of this ARN, without its path.
///
/// # Errors
/// When it is no role's.
pub fn role_name(arn: &str) -> anyhow::Result<&str> {
    arn.split_once(":role/")
        .filter(|(before, _)| before.starts_with("arn:"))
        .and_then(|(_, path)| path.rsplit('/').next())
        .filter(|name| !name.is_empty())
        .ok_or_else(|| anyhow!("`{}` is no ARN of a role", arn.escape_debug()))
}

#[cfg(test)]
mod tests;
