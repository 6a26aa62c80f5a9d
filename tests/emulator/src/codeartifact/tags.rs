//! Tags of domains, repositories and package groups.

use super::{Call, Outcome};
use crate::account::{Estate, Tags};
use crate::error::AwsError;
use serde_json::{Value, json};

impl Call<'_> {
    /// The tags that a creating call gives.
    pub(super) fn tags(&self) -> Tags {
        let given = self.input.get("tags").and_then(Value::as_array);
        let pair = |tag: &Value| {
            let text = |name: &str| tag[name].as_str().unwrap_or("").to_owned();
            (text("key"), text("value"))
        };
        given.into_iter().flatten().map(pair).collect()
    }

    pub(super) fn tag_resource(&self) -> Outcome {
        self.permit(self.text("resourceArn"))?;
        let mut estate = self.shared.catalogue.account.write();
        tags_of(&mut estate, self.text("resourceArn"))?.extend(self.tags());
        Ok(json!({}).into())
    }

    pub(super) fn untag_resource(&self) -> Outcome {
        self.permit(self.text("resourceArn"))?;
        let keys = self.input.get("tagKeys").and_then(Value::as_array);
        let mut estate = self.shared.catalogue.account.write();
        let tags = tags_of(&mut estate, self.text("resourceArn"))?;
        for key in keys.into_iter().flatten().filter_map(Value::as_str) {
            tags.remove(key);
        }
        Ok(json!({}).into())
    }

    pub(super) fn list_tags(&self) -> Outcome {
        self.permit(self.text("resourceArn"))?;
        let mut estate = self.shared.catalogue.account.write();
        let tags = tags_of(&mut estate, self.text("resourceArn"))?;
        let tag = |(key, value): (&String, &String)| json!({ "key": key, "value": value });
        Ok(json!({ "tags": tags.iter().map(tag).collect::<Vec<_>>() }).into())
    }
}

/// The tags of what an ARN names: `…:OWNER:domain/NAME`, `…:repository/DOMAIN/NAME`, `…:package-group/DOMAIN/PATTERN`.
fn tags_of<'a>(estate: &'a mut Estate, arn: &str) -> Result<&'a mut Tags, AwsError> {
    let missing = || {
        let message = format!("Resource '{arn}' does not exist.");
        AwsError::not_found("resource", arn, message)
    };
    let parts: Vec<_> = arn.splitn(6, ':').collect();
    let &["arn", _, "codeartifact", _, owner, path] = parts.as_slice() else {
        return Err(missing());
    };
    let (kind, path) = path.split_once('/').ok_or_else(missing)?;
    let split = || path.split_once('/').ok_or_else(missing);
    match kind {
        "domain" => Ok(&mut estate.domain_mut(path, owner)?.tags),
        "repository" => {
            let (domain, name) = split()?;
            Ok(&mut estate.repository_mut(domain, owner, name)?.tags)
        }
        "package-group" => {
            let (domain, pattern) = split()?;
            let groups = &mut estate.domain_mut(domain, owner)?.groups;
            let group = groups.find_mut(&super::groups::pattern_of_arn(pattern));
            Ok(&mut group.ok_or_else(missing)?.tags)
        }
        _ => Err(missing()),
    }
}
