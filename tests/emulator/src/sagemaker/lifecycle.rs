//! Lifecycle configurations: made, read and deleted, never changed.

use super::settings::names_config;
use super::{Call, in_use, not_found};
use crate::codeartifact::epoch;
use crate::error::AwsError;
use serde_json::{Value, json};
use time::OffsetDateTime;

/// A lifecycle configuration, by its ARN.
#[derive(Clone, Debug)]
pub(super) struct Config {
    pub(super) arn: String,
    pub(super) name: String,
    pub(super) app_type: String,
    content: String,
    created: OffsetDateTime,
    pub(super) tags: Value,
}

impl Call<'_> {
    pub(super) fn create_lifecycle_config(&self) -> Result<Value, AwsError> {
        let arn = self.config_arn();
        self.permit(&arn)?;
        let mut studio = self.shared.studio.lock();
        if studio.configs.iter().any(|config| config.arn == arn) {
            return Err(in_use(format!(
                "StudioLifecycleConfig already exists: {arn}"
            )));
        }
        studio.configs.push(Config {
            arn: arn.clone(),
            name: self.text("StudioLifecycleConfigName").into(),
            app_type: self.text("StudioLifecycleConfigAppType").into(),
            content: self.text("StudioLifecycleConfigContent").into(),
            created: OffsetDateTime::now_utc(),
            tags: self.input.get("Tags").cloned().unwrap_or(json!([])),
        });
        Ok(json!({ "StudioLifecycleConfigArn": arn }))
    }

    pub(super) fn describe_lifecycle_config(&self) -> Result<Value, AwsError> {
        self.permit(&self.config_arn())?;
        let config = self.find_config()?;
        let mut described = summary(&config);
        described["StudioLifecycleConfigContent"] = json!(config.content);
        Ok(described)
    }

    /// Refused while anything names it that would start an app with it.
    pub(super) fn delete_lifecycle_config(&self) -> Result<Value, AwsError> {
        self.permit(&self.config_arn())?;
        let config = self.find_config()?;
        let mut studio = self.shared.studio.lock();
        let user = studio.records.iter().find(|record| {
            let is_over = record.value["Status"] == "Deleted";
            !is_over && names_config(&record.value, &config.arn)
        });
        if let Some(user) = user {
            let message = format!(
                "Unable to delete StudioLifecycleConfig {}: it is in use by {} {}.",
                config.arn,
                user.kind,
                user.name()
            );
            return Err(in_use(message));
        }
        studio.configs.retain(|known| known.arn != config.arn);
        Ok(json!({}))
    }

    pub(super) fn list_lifecycle_configs(&self) -> Result<Value, AwsError> {
        self.permit("*")?;
        let own = self.arn("studio-lifecycle-config/");
        let studio = self.shared.studio.lock();
        let is_meant = |config: &&Config| {
            config.arn.starts_with(&own)
                && config.name.contains(self.text("NameContains"))
                && self
                    .optional("AppTypeEquals")
                    .is_none_or(|wanted| wanted == config.app_type)
        };
        let mut configs: Vec<_> = studio.configs.iter().filter(is_meant).collect();
        match self.text("SortBy") {
            "Name" => configs.sort_by(|a, b| a.name.cmp(&b.name)),
            _ => configs.sort_by_key(|config| config.created),
        }
        // AWS's default is the newest first.
        if self
            .optional("SortOrder")
            .is_none_or(|order| order == "Descending")
        {
            configs.reverse();
        }
        self.page(
            "StudioLifecycleConfigs",
            configs.into_iter().map(summary).collect(),
        )
    }

    pub(super) fn list_tags(&self) -> Result<Value, AwsError> {
        let arn = self.text("ResourceArn");
        self.permit(arn)?;
        let studio = self.shared.studio.lock();
        let config = studio.configs.iter().find(|config| config.arn == arn);
        let record = studio.records.iter().find(|record| record.arn() == arn);
        let tags = config
            .map(|config| &config.tags)
            .or(record.map(|record| &record.tags));
        let tags = tags.ok_or_else(|| not_found(format!("{arn} does not exist.")))?;
        let tags = tags.as_array().cloned().unwrap_or_default();
        self.page("Tags", tags)
    }

    fn config_arn(&self) -> String {
        let name = self.text("StudioLifecycleConfigName");
        self.arn(&format!("studio-lifecycle-config/{name}"))
    }

    fn find_config(&self) -> Result<Config, AwsError> {
        let arn = self.config_arn();
        let studio = self.shared.studio.lock();
        let found = studio.configs.iter().find(|config| config.arn == arn);
        found
            .cloned()
            .ok_or_else(|| not_found(format!("StudioLifecycleConfig does not exist: {arn}")))
    }
}

fn summary(config: &Config) -> Value {
    json!({
        "StudioLifecycleConfigArn": config.arn,
        "StudioLifecycleConfigName": config.name,
        "CreationTime": epoch(config.created),
        "LastModifiedTime": epoch(config.created),
        "StudioLifecycleConfigAppType": config.app_type,
    })
}
