//! What CodeArtifact answers an administrator, the parts that matter here. A member that is not there, or of another kind, is empty.

use serde_json::Value;

/// A domain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DomainSeen {
    /// Its ARN.
    pub arn: String,
    /// The bucket that its assets lie in; npm fetches from there.
    pub bucket_arn: String,
    /// The key of its assets.
    pub key_arn: String,
    /// `Active` or `Deleted`.
    pub status: String,
}

impl DomainSeen {
    /// From `DescribeDomain`.
    pub fn read(answer: &Value) -> Self {
        let domain = &answer["domain"];
        Self {
            arn: text(&domain["arn"]),
            bucket_arn: text(&domain["s3BucketArn"]),
            key_arn: text(&domain["encryptionKey"]),
            status: text(&domain["status"]),
        }
    }

    /// Whether it is still listed, and gone.
    pub fn is_deleted(&self) -> bool {
        self.status == "Deleted"
    }
}

/// A repository.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RepositorySeen {
    /// Where it looks for what it has not got.
    pub upstreams: Vec<String>,
    /// The public repository that it is connected to.
    pub external: Option<String>,
}

impl RepositorySeen {
    /// From `DescribeRepository`.
    pub fn read(answer: &Value) -> Self {
        let repository = &answer["repository"];
        let upstreams = repository["upstreams"].as_array().into_iter().flatten();
        let external = &repository["externalConnections"][0]["externalConnectionName"];
        Self {
            upstreams: upstreams.map(|one| text(&one["repositoryName"])).collect(),
            external: external.as_str().map(str::to_owned),
        }
    }
}

/// The SHA-256 of an asset in `ListPackageVersionAssets`, in lower-case hex.
pub fn asset_sha256_in(asset: &str, answer: &Value) -> Option<String> {
    let mut assets = answer["assets"].as_array()?.iter();
    let found = assets.find(|known| known["name"] == asset)?;
    Some(found["hashes"]["SHA-256"].as_str()?.to_ascii_lowercase())
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
