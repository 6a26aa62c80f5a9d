//! Studio domains, user profiles, spaces and apps.

mod record;

pub(crate) use record::Record;

use super::lifecycle::Config;
use super::settings::{configs, merge};
use super::{Call, in_use, not_found};
use crate::codeartifact::epoch;
use crate::error::AwsError;
use crate::model;
use record::summary;
use serde_json::{Value, json};
use std::sync::{Mutex, MutexGuard, PoisonError};
use time::OffsetDateTime;

/// What stands in Studio now.
#[derive(Debug, Default)]
pub(crate) struct Studio {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
pub(crate) struct State {
    pub(super) configs: Vec<Config>,
    pub(super) records: Vec<Record>,
}

impl Studio {
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a record there, in place of one of the same ARN. What is not told of status and times is filled in.
    ///
    /// # Errors
    /// When it is nothing that AWS could answer.
    pub(crate) fn put(&self, mut record: Record) -> Result<(), String> {
        let (describe, status, arn) = match record.kind.as_str() {
            "domain" => ("DescribeDomain", "InService", "DomainArn"),
            "user-profile" => ("DescribeUserProfile", "InService", "UserProfileArn"),
            "space" => ("DescribeSpace", "InService", "SpaceArn"),
            "app" => ("DescribeApp", "InService", "AppArn"),
            other => return Err(format!("there is no kind {other}")),
        };
        let path = format!("{}/{}", record.kind, record.path());
        let Record {
            region, account, ..
        } = &record;
        let own_arn = format!("arn:aws:sagemaker:{region}:{account}:{path}");
        let now = epoch(OffsetDateTime::now_utc());
        let value = record
            .value
            .as_object_mut()
            .ok_or("its value is no object")?;
        value.entry("Status").or_insert(json!(status));
        value.entry("CreationTime").or_insert(json!(now));
        if record.kind != "app" {
            value.entry("LastModifiedTime").or_insert(json!(now));
        }
        value.insert(arn.into(), json!(own_arn));
        let operation = model::sagemaker()
            .operation(describe)
            .ok_or("an operation")?;
        let faults = model::sagemaker().faults_of_answer(operation, &record.value);
        if !faults.is_empty() {
            return Err(faults.join("; "));
        }
        let mut state = self.lock();
        state.records.retain(|known| known.arn() != own_arn);
        state.records.push(record);
        Ok(())
    }

    /// Everything there: kind and what Describe answers.
    pub(crate) fn all(&self) -> Vec<Value> {
        let state = self.lock();
        let told = |record: &Record| json!({ "kind": record.kind, "account": record.account, "region": record.region, "value": record.value });
        state.records.iter().map(told).collect()
    }
}

impl Call<'_> {
    /// The record of this kind that the call's members name.
    fn find<'s>(&self, state: &'s mut State, kind: &str) -> Result<&'s mut Record, AwsError> {
        let members: &[&str] = match kind {
            "domain" => &["DomainId"],
            "user-profile" => &["DomainId", "UserProfileName"],
            "space" => &["DomainId", "SpaceName"],
            _ => &[
                "DomainId",
                "AppType",
                "AppName",
                "SpaceName",
                "UserProfileName",
            ],
        };
        let is_meant = |record: &&mut Record| {
            record.kind == kind
                && self.is_own(record)
                && members.iter().all(|name| {
                    self.input
                        .get(*name)
                        .is_none_or(|wanted| record.value[*name] == *wanted)
                })
        };
        let found = state.records.iter_mut().find(is_meant);
        found.ok_or_else(|| {
            let named: Vec<_> = members
                .iter()
                .filter_map(|name| self.optional(name))
                .collect();
            not_found(format!("{kind} [{}] does not exist.", named.join("/")))
        })
    }

    fn is_own(&self, record: &Record) -> bool {
        record.account == self.caller.principal.account && record.region == self.caller.region
    }

    pub(super) fn describe(&self, kind: &str) -> Result<Value, AwsError> {
        let mut state = self.shared.studio.lock();
        let record = self.find(&mut state, kind);
        // Whoever may not ask does not learn whether it is there.
        self.permit(record.as_ref().map_or("*", |record| record.arn()))?;
        Ok(record?.value.clone())
    }

    pub(super) fn list(&self, kind: &str) -> Result<Value, AwsError> {
        self.permit("*")?;
        let (name, member, contains) = match kind {
            "domain" => ("Domains", "DomainName", "-"),
            "user-profile" => ("UserProfiles", "UserProfileName", "UserProfileNameContains"),
            "space" => ("Spaces", "SpaceName", "SpaceNameContains"),
            _ => ("Apps", "AppName", "-"),
        };
        let state = self.shared.studio.lock();
        let is_meant = |record: &&Record| {
            let equals = |filter: &str, member: &str| {
                self.input
                    .get(filter)
                    .is_none_or(|wanted| record.value[member] == *wanted)
            };
            let own = record.value[member].as_str().unwrap_or("");
            record.kind == kind
                && self.is_own(record)
                && equals("DomainIdEquals", "DomainId")
                && equals("UserProfileNameEquals", "UserProfileName")
                && equals("SpaceNameEquals", "SpaceName")
                && own.contains(self.text(contains))
        };
        let listed = state.records.iter().filter(is_meant).map(summary);
        self.page(name, listed.collect())
    }

    pub(super) fn update_domain(&self) -> Result<Value, AwsError> {
        let mut state = self.shared.studio.lock();
        let configs = state.configs.clone();
        let record = self.find(&mut state, "domain");
        self.permit(record.as_ref().map_or("*", |record| record.arn()))?;
        let record = record?;
        self.check_update(record, &configs)?;
        for name in [
            "DefaultUserSettings",
            "DefaultSpaceSettings",
            "SubnetIds",
            "VpcId",
            "TagPropagation",
            "AppNetworkAccessType",
            "AppSecurityGroupManagement",
        ] {
            if let Some(change) = self.input.get(name) {
                merge(&mut record.value[name], change);
            }
        }
        if let Some(change) = self.input.get("DomainSettingsForUpdate") {
            merge(&mut record.value["DomainSettings"], change);
        }
        record.value["LastModifiedTime"] = json!(epoch(OffsetDateTime::now_utc()));
        Ok(json!({ "DomainArn": record.arn() }))
    }

    pub(super) fn update_user_profile(&self) -> Result<Value, AwsError> {
        let mut state = self.shared.studio.lock();
        let configs = state.configs.clone();
        let record = self.find(&mut state, "user-profile");
        self.permit(record.as_ref().map_or("*", |record| record.arn()))?;
        let record = record?;
        self.check_configs(&configs)?;
        if let Some(change) = self.input.get("UserSettings") {
            merge(&mut record.value["UserSettings"], change);
        }
        record.value["LastModifiedTime"] = json!(epoch(OffsetDateTime::now_utc()));
        Ok(json!({ "UserProfileArn": record.arn() }))
    }

    pub(super) fn delete_user_profile(&self) -> Result<Value, AwsError> {
        let mut state = self.shared.studio.lock();
        let record = self.find(&mut state, "user-profile");
        self.permit(record.as_ref().map_or("*", |record| record.arn()))?;
        let arn = record?.arn().to_owned();
        state.records.retain(|known| known.arn() != arn);
        Ok(json!({}))
    }

    fn check_update(&self, record: &Record, configs: &[Config]) -> Result<(), AwsError> {
        if record.value["Status"] != "InService" {
            let status = record.value["Status"].as_str().unwrap_or("");
            return Err(in_use(format!("Domain {} is {status}.", record.name())));
        }
        if record.value["AppNetworkAccessType"] == "VpcOnly" {
            for name in ["AppNetworkAccessType", "AppSecurityGroupManagement"] {
                if self.input.contains_key(name) {
                    let why = format!("{name} cannot be updated for a domain in VpcOnly mode.");
                    return Err(AwsError::new(400, "ValidationException", why));
                }
            }
        }
        if let Some(space) = self.input.get("DefaultSpaceSettings")
            && record.value.get("DefaultSpaceSettings").is_none()
            && space.get("ExecutionRole").is_none()
        {
            let why = "ExecutionRole is required in DefaultSpaceSettings.";
            return Err(AwsError::new(400, "ValidationException", why));
        }
        self.check_configs(configs)
    }

    /// Every lifecycle configuration that the call names must be there, and for that type of app.
    fn check_configs(&self, known: &[Config]) -> Result<(), AwsError> {
        for (arn, app_type) in configs(&Value::Object(self.input.clone())) {
            let config = known.iter().find(|config| config.arn == arn);
            let why = match config {
                None => format!("StudioLifecycleConfig does not exist: {arn}"),
                Some(config) if app_type.is_some_and(|wanted| wanted != config.app_type) => {
                    format!(
                        "StudioLifecycleConfig {arn} is of app type {}.",
                        config.app_type
                    )
                }
                Some(_) => continue,
            };
            return Err(AwsError::new(400, "ValidationException", why));
        }
        Ok(())
    }
}
