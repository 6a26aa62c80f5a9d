//! Domains.

use super::{Call, Outcome, epoch};
use crate::account::Domain;
use crate::error::AwsError;
use serde_json::{Value, json};

impl Call<'_> {
    pub(super) fn create_domain(&self) -> Outcome {
        let (name, region) = (self.text("domain"), &self.caller.region);
        let owner = &self.caller.principal.account;
        self.permit(&self.domain_arn())?;
        let mut estate = self.shared.catalogue.account.write();
        if estate.domain(name, owner).is_ok() {
            let message = format!("Domain with name '{name}' already exists.");
            return Err(AwsError::conflict("domain", name, message));
        }
        let key = self.optional("encryptionKey");
        let mut domain = Domain::new(name, owner, region, key);
        domain.tags = self.tags();
        let answer = json!({ "domain": described(&domain, 0) });
        estate.domains.push(domain);
        Ok(answer.into())
    }

    pub(super) fn describe_domain(&self) -> Outcome {
        self.permit(&self.domain_arn())?;
        let domain = self.find_domain()?;
        Ok(json!({ "domain": described(&domain, self.repository_count(&domain)) }).into())
    }

    /// One that is not there is no error: the answer has no domain then.
    pub(super) fn delete_domain(&self) -> Outcome {
        self.permit(&self.domain_arn())?;
        let Ok(domain) = self.find_domain() else {
            return Ok(json!({}).into());
        };
        if self.repository_count(&domain) > 0 {
            let name = &domain.name;
            let message = format!("Domain '{name}' contains repositories. Delete them first.");
            return Err(AwsError::conflict("domain", name, message));
        }
        let mut estate = self.shared.catalogue.account.write();
        estate
            .domains
            .retain(|known| known.name != domain.name || known.owner != domain.owner);
        let mut described = described(&domain, 0);
        described["status"] = json!("Deleted");
        Ok(json!({ "domain": described }).into())
    }

    pub(super) fn list_domains(&self) -> Outcome {
        self.permit("*")?;
        let estate = self.shared.catalogue.account.read();
        let is_own = |domain: &&Domain| {
            domain.owner == self.caller.principal.account && domain.region == self.caller.region
        };
        let own = estate.domains.iter().filter(is_own);
        let summary = |domain: &Domain| {
            json!({
                "name": domain.name,
                "owner": domain.owner,
                "arn": domain.arn("domain", &domain.name),
                "status": "Active",
                "createdTime": epoch(domain.created),
                "encryptionKey": domain.encryption_key,
            })
        };
        let mut list: Vec<_> = own.map(summary).collect();
        list.sort_by_key(|domain| domain["name"].to_string());
        self.page("domains", list)
    }

    fn repository_count(&self, domain: &Domain) -> usize {
        let estate = self.shared.catalogue.account.read();
        estate.repositories_of(&domain.name, &domain.owner).count()
    }
}

fn described(domain: &Domain, repositories: usize) -> Value {
    json!({
        "name": domain.name,
        "owner": domain.owner,
        "arn": domain.arn("domain", &domain.name),
        "status": "Active",
        "createdTime": epoch(domain.created),
        "encryptionKey": domain.encryption_key,
        "repositoryCount": repositories,
        "assetSizeBytes": 0,
        "s3BucketArn": format!("arn:aws:s3:::{}", asset_bucket(&domain.region)),
    })
}

/// The bucket that a region's assets lie in (AWS, "Create the Amazon S3 gateway endpoint").
fn asset_bucket(region: &str) -> String {
    let account = match region {
        "us-east-1" => "193858265520",
        "us-east-2" => "250872398865",
        "us-west-2" => "787052242323",
        "eu-west-1" => "438097961670",
        "eu-west-2" => "247805302724",
        "eu-west-3" => "762466490029",
        "eu-north-1" => "611884512288",
        "eu-south-1" => "484130244270",
        "eu-central-1" => "769407342218",
        "ap-northeast-1" => "660291247815",
        "ap-southeast-1" => "421485864821",
        "ap-southeast-2" => "860415559748",
        "ap-south-1" => "681137435769",
        // No region that has CodeArtifact.
        _ => "000000000000",
    };
    format!("assets-{account}-{region}")
}
