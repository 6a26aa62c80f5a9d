//! What the two stacks are to hold: what a plan decides, and what the templates are filled with.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::slot::App;

/// Seconds that CodeArtifact's longest token lives (`durationSeconds`), which is also the one that it gives unasked.
pub const LONGEST_TOKEN: u32 = 43_200;

/// Tags of everything that a stack makes.
pub type Tags = BTreeMap<String, String>;

/// The stack of the account that owns the packages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackagesStack {
    /// Region of the domain.
    pub region: String,
    /// Account that owns the domain.
    pub owner: String,
    /// CodeArtifact domain.
    pub domain: String,
    /// Whether the stack holds the domain; else it was there, and another looks after its policy.
    pub has_domain: bool,
    /// Key of the domain's assets; AWS's own without one. Cannot be changed later.
    pub kms_key_arn: Option<String>,
    /// The repository that spaces use.
    pub repository: String,
    /// Whether the stack holds it; else it was there.
    pub has_repository: bool,
    /// Repository with the external connection public:pypi.
    pub pypi_store: String,
    /// Repository with the external connection public:npmjs.
    pub npm_store: String,
    /// Whether the stack holds the first of the two stores.
    pub has_pypi_store: bool,
    /// Whether it holds the second.
    pub has_npm_store: bool,
    /// The repository of the binary.
    pub binary_repository: String,
    /// Whether the stack holds it.
    pub has_binary_repository: bool,
    /// Who may read: ARNs of roles or account roots, account numbers.
    pub readers: Vec<String>,
    /// The organisation whose accounts may read.
    pub organization: Option<String>,
    /// Who may publish internal packages to the repository.
    pub publishers: Vec<String>,
    /// Names that never come from outside.
    pub internal: Vec<NamePattern>,
    /// What may come from outside.
    pub public: Public,
    /// Packages are read through these VPCs alone, but by publishers; from anywhere if there are none.
    pub vpc_ids: Vec<String>,
    /// Role for machines that publish; none is made without it.
    pub publisher_role: Option<PublisherRole>,
    /// Tags.
    pub tags: Tags,
}

/// A role for machines that publish.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublisherRole {
    /// Its name.
    pub name: String,
    /// Who may assume it: ARNs of roles, account numbers.
    pub trusted: Vec<String>,
    /// Its permissions boundary.
    pub permissions_boundary: Option<String>,
}

/// The names of internal packages, as `--internal` takes them: `acme-*`, `acme-billing`, `@acme/*`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NamePattern(pub String);

/// What may come in from outside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Public {
    /// Everything that is not internal.
    All,
    /// Nothing.
    None,
    /// These names alone; each with its format, `pypi` or `npm`.
    Only(Vec<PublicName>),
}

/// A package, or a prefix of names, that may come in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicName {
    /// `pypi` or `npm`.
    pub format: String,
    /// Its name or pattern.
    pub name: NamePattern,
}

/// The stack of an account whose spaces use the packages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsumerStack {
    /// Region of the VPC and of the domain: there are no calls across regions.
    pub region: String,
    /// Account of the spaces.
    pub account: String,
    /// CodeArtifact domain.
    pub domain: String,
    /// Account that owns it.
    pub domain_owner: String,
    /// The repository that spaces use.
    pub repository: String,
    /// The repository of the binary.
    pub binary_repository: String,
    /// The object of S3 that is the binary, where it comes from there.
    pub binary_object_arn: Option<String>,
    /// The asset buckets' ARNs that npm's packages come from.
    pub asset_bucket_arn: Option<String>,
    /// VPC of the spaces.
    pub vpc_id: String,
    /// Subnets for interface endpoints, one a zone.
    pub subnet_ids: Vec<String>,
    /// Route tables for the S3 gateway: those of the spaces' subnets.
    pub route_table_ids: Vec<String>,
    /// Security groups of the spaces.
    pub space_group_ids: Vec<String>,
    /// Which endpoints the stack holds. What is not here exists already, or is not wanted.
    pub endpoints: Vec<Endpoint>,
    /// What the endpoints of CodeArtifact let through.
    pub endpoint_policy: EndpointPolicy,
    /// Endpoints that others made and that spaces use too, for conditions on where a request comes from.
    pub other_endpoint_ids: Vec<String>,
    /// Whether the interface endpoints get private DNS names.
    pub private_dns: bool,
    /// Names of the execution roles.
    pub role_names: Vec<String>,
    /// Whether policies are attached to the roles; else they are printed for whoever looks after them.
    pub attach_policies: bool,
    /// Longest life of a token in seconds; no cap from [`LONGEST_TOKEN`] on.
    pub longest_token: Option<u32>,
    /// Whether requests must come through the VPC's endpoints.
    pub only_through_vpc: bool,
    /// What the names of its lifecycle configurations begin with.
    pub name: String,
    /// The lifecycle script; none if spaces get the login another way.
    pub lifecycle_script: Option<String>,
    /// The apps whose lifecycle configuration the stack holds. One that is there already, left by an upgrade that was taken back,
    /// cannot be made again.
    pub held_lifecycles: Vec<App>,
    /// Tags.
    pub tags: Tags,
}

/// What an endpoint of CodeArtifact lets through. Private names hold for the whole VPC, so it concerns everybody in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EndpointPolicy {
    /// every domain: whoever in the VPC uses another one goes on
    #[default]
    Shared,
    /// this domain and nothing else: no package leaves for somebody else's
    Domain,
}

/// An endpoint that the stack of a consuming account may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Endpoint {
    /// `codeartifact.api`: tokens.
    Api,
    /// `codeartifact.repositories`: packages.
    Repositories,
    /// `sts`: `aws sts get-caller-identity`, and roles that assume others.
    Sts,
    /// The gateway of S3, for npm's packages.
    S3,
    /// `sagemaker.api`, which Studio itself needs.
    SagemakerApi,
    /// `sagemaker.runtime`, likewise.
    SagemakerRuntime,
    /// `aws.sagemaker.<region>.studio`, likewise.
    Studio,
    /// `logs`: where lifecycle scripts' output goes.
    Logs,
}

impl Endpoint {
    /// All of them.
    pub const ALL: [Endpoint; 8] = [
        Endpoint::Api,
        Endpoint::Repositories,
        Endpoint::Sts,
        Endpoint::S3,
        Endpoint::SagemakerApi,
        Endpoint::SagemakerRuntime,
        Endpoint::Studio,
        Endpoint::Logs,
    ];

    /// The service that it leads to.
    pub fn service(self, region: &str) -> String {
        match self {
            Endpoint::Api => format!("com.amazonaws.{region}.codeartifact.api"),
            Endpoint::Repositories => format!("com.amazonaws.{region}.codeartifact.repositories"),
            Endpoint::Sts => format!("com.amazonaws.{region}.sts"),
            Endpoint::S3 => format!("com.amazonaws.{region}.s3"),
            Endpoint::SagemakerApi => format!("com.amazonaws.{region}.sagemaker.api"),
            Endpoint::SagemakerRuntime => format!("com.amazonaws.{region}.sagemaker.runtime"),
            Endpoint::Studio => format!("aws.sagemaker.{region}.studio"),
            Endpoint::Logs => format!("com.amazonaws.{region}.logs"),
        }
    }

    /// Its resource in the template.
    pub fn logical_id(self) -> &'static str {
        match self {
            Endpoint::Api => "ApiEndpoint",
            Endpoint::Repositories => "RepositoriesEndpoint",
            Endpoint::Sts => "StsEndpoint",
            Endpoint::S3 => "S3Endpoint",
            Endpoint::SagemakerApi => "SagemakerApiEndpoint",
            Endpoint::SagemakerRuntime => "SagemakerRuntimeEndpoint",
            Endpoint::Studio => "StudioEndpoint",
            Endpoint::Logs => "LogsEndpoint",
        }
    }

    /// Whether it is a route in tables; else it has addresses in subnets.
    pub fn is_gateway(self) -> bool {
        self == Endpoint::S3
    }
}
