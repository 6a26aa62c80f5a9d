//! A Studio domain, user profile, space or app, and what a list tells of it.

use serde::Deserialize;
use serde_json::{Map, Value, json};

/// A Studio domain, user profile, space or app, as the admin API puts it there.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Record {
    /// `domain`, `user-profile`, `space` or `app`.
    pub(in crate::sagemaker) kind: String,
    pub(super) account: String,
    pub(super) region: String,
    /// What its Describe call answers.
    pub(in crate::sagemaker) value: Value,
    #[serde(default)]
    pub(in crate::sagemaker) tags: Value,
}

impl Record {
    pub(in crate::sagemaker) fn arn(&self) -> &str {
        let member = match self.kind.as_str() {
            "domain" => "DomainArn",
            "user-profile" => "UserProfileArn",
            "space" => "SpaceArn",
            _ => "AppArn",
        };
        self.value[member].as_str().unwrap_or("")
    }

    /// What AWS calls it in a sentence.
    pub(in crate::sagemaker) fn name(&self) -> String {
        self.path()
    }

    pub(super) fn path(&self) -> String {
        let part = |name: &str| self.value[name].as_str().unwrap_or("").to_owned();
        let domain = part("DomainId");
        match self.kind.as_str() {
            "domain" => domain,
            "user-profile" => format!("{domain}/{}", part("UserProfileName")),
            "space" => format!("{domain}/{}", part("SpaceName")),
            _ => {
                let user = match self.value.get("SpaceName") {
                    Some(_) => part("SpaceName"),
                    None => part("UserProfileName"),
                };
                format!("{domain}/{user}/{}/{}", part("AppType"), part("AppName"))
            }
        }
    }
}

/// What a list tells of a record.
pub(super) fn summary(record: &Record) -> Value {
    let members: &[&str] = match record.kind.as_str() {
        "domain" => &[
            "DomainArn",
            "DomainId",
            "DomainName",
            "Status",
            "CreationTime",
            "LastModifiedTime",
            "Url",
        ],
        "user-profile" => &[
            "DomainId",
            "UserProfileName",
            "Status",
            "CreationTime",
            "LastModifiedTime",
        ],
        "space" => &[
            "DomainId",
            "SpaceName",
            "Status",
            "CreationTime",
            "LastModifiedTime",
            "SpaceDisplayName",
        ],
        _ => &[
            "DomainId",
            "UserProfileName",
            "SpaceName",
            "AppType",
            "AppName",
            "Status",
            "CreationTime",
            "ResourceSpec",
        ],
    };
    let mut summary = Map::new();
    for name in members {
        if let Some(value) = record.value.get(*name) {
            summary.insert((*name).into(), value.clone());
        }
    }
    if record.kind == "space" {
        let settings = &record.value["SpaceSettings"];
        if let Some(app_type) = settings.get("AppType") {
            summary.insert(
                "SpaceSettingsSummary".into(),
                json!({ "AppType": app_type }),
            );
        }
        for (from, to) in [
            ("OwnershipSettings", "OwnershipSettingsSummary"),
            ("SpaceSharingSettings", "SpaceSharingSettingsSummary"),
        ] {
            if let Some(value) = record.value.get(from) {
                summary.insert(to.into(), value.clone());
            }
        }
    }
    Value::Object(summary)
}
