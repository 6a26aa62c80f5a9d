//! SageMaker, as far as it tells where a Studio domain's spaces are and what starts in them. JSON asks and answers.

use aws_sdk_codeartifact::error::ErrorMetadata;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use serde::Deserialize;
use serde_json::{Value, json};

use super::call::{Api, Caller, Message};
use super::explain::{AwsError, Kind};
use super::service::Service;

/// A Studio domain has at most some thousand profiles, a hundred a page.
const MOST_PAGES: usize = 200;

/// SageMaker's API.
#[derive(Clone, Debug)]
pub struct SageMaker {
    api: Api,
}

/// A Studio domain: where its spaces are and as whom they run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct StudioDomain {
    /// `VpcOnly` or `PublicInternetOnly`.
    pub app_network_access_type: String,
    /// The VPC.
    pub vpc_id: String,
    /// The subnets that spaces are put into.
    pub subnet_ids: Vec<String>,
    /// What its users' spaces get unless their profile says otherwise.
    pub default_user_settings: UserSettings,
}

/// What spaces get.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct UserSettings {
    /// The role they run as.
    pub execution_role: String,
    /// Their security groups.
    pub security_groups: Vec<String>,
}

/// A lifecycle configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct LifecycleConfig {
    /// Its ARN.
    #[serde(rename = "StudioLifecycleConfigArn")]
    pub arn: String,
    /// Its script in base64.
    #[serde(rename = "StudioLifecycleConfigContent")]
    pub content: String,
    /// `JupyterLab`, `CodeEditor`…
    #[serde(rename = "StudioLifecycleConfigAppType")]
    pub app: String,
}

impl SageMaker {
    /// At AWS's own address, or at `url`.
    pub fn new(caller: &Caller, url: Option<&str>) -> Self {
        Self {
            api: Api::new(caller, Service::SageMaker, url, read_error),
        }
    }

    /// `DescribeDomain`.
    ///
    /// # Errors
    /// Like all of these calls, an [`AwsError`] that says why there is no answer.
    pub async fn domain(&self, id: &str) -> Result<StudioDomain, AwsError> {
        const OPERATION: &str = "DescribeDomain";
        let answer = self.domain_as_it_is(id).await?;
        serde_json::from_value(answer).map_err(|why| self.api.not_aws(OPERATION, &why.to_string()))
    }

    /// `DescribeDomain`, the whole answer.
    ///
    /// # Errors
    /// As [`SageMaker::domain`].
    pub async fn domain_as_it_is(&self, id: &str) -> Result<Value, AwsError> {
        self.call("DescribeDomain", json!({ "DomainId": id })).await
    }

    /// The names of a Studio domain's user profiles.
    ///
    /// # Errors
    /// As [`SageMaker::domain`].
    pub async fn profiles(&self, domain: &str) -> Result<Vec<String>, AwsError> {
        let asked = json!({ "DomainIdEquals": domain, "MaxResults": 100 });
        self.names("ListUserProfiles", asked, "UserProfiles", "UserProfileName")
            .await
    }

    /// `DescribeUserProfile`, the whole answer.
    ///
    /// # Errors
    /// As [`SageMaker::domain`].
    pub async fn profile(&self, domain: &str, name: &str) -> Result<Value, AwsError> {
        let asked = json!({ "DomainId": domain, "UserProfileName": name });
        self.call("DescribeUserProfile", asked).await
    }

    /// `UpdateDomain` with `changed` alone: what a domain in VpcOnly mode is sent back of its own, it refuses.
    ///
    /// # Errors
    /// As [`SageMaker::domain`].
    pub async fn update_domain(&self, id: &str, changed: Value) -> Result<(), AwsError> {
        let mut asked = json!({ "DomainId": id });
        extend(&mut asked, changed);
        self.call("UpdateDomain", asked).await.map(drop)
    }

    /// `UpdateUserProfile` with `changed` alone.
    ///
    /// # Errors
    /// As [`SageMaker::domain`].
    pub async fn update_profile(
        &self,
        domain: &str,
        name: &str,
        changed: Value,
    ) -> Result<(), AwsError> {
        let mut asked = json!({ "DomainId": domain, "UserProfileName": name });
        extend(&mut asked, changed);
        self.call("UpdateUserProfile", asked).await.map(drop)
    }

    /// The lifecycle configuration of this name; `None` where there is none.
    ///
    /// # Errors
    /// As [`SageMaker::domain`].
    pub async fn lifecycle(&self, name: &str) -> Result<Option<LifecycleConfig>, AwsError> {
        const OPERATION: &str = "DescribeStudioLifecycleConfig";
        let asked = json!({ "StudioLifecycleConfigName": name });
        match self.call(OPERATION, asked).await {
            Ok(answer) => serde_json::from_value(answer)
                .map(Some)
                .map_err(|why| self.api.not_aws(OPERATION, &why.to_string())),
            Err(error) if error.kind == Kind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The names of the lifecycle configurations whose name contains `part`, the newest first.
    ///
    /// # Errors
    /// As [`SageMaker::domain`].
    pub async fn lifecycles(&self, part: &str) -> Result<Vec<String>, AwsError> {
        let asked = json!({
            "NameContains": part, "SortBy": "CreationTime", "SortOrder": "Descending", "MaxResults": 100,
        });
        self.names(
            "ListStudioLifecycleConfigs",
            asked,
            "StudioLifecycleConfigs",
            "StudioLifecycleConfigName",
        )
        .await
    }

    /// Deletes a lifecycle configuration that nothing names; whether it was so.
    ///
    /// # Errors
    /// As [`SageMaker::domain`].
    pub async fn delete_lifecycle(&self, name: &str) -> Result<bool, AwsError> {
        let asked = json!({ "StudioLifecycleConfigName": name });
        match self.call("DeleteStudioLifecycleConfig", asked).await {
            Ok(_) => Ok(true),
            Err(error) if error.kind == Kind::NotFound => Ok(true),
            Err(error) if error.says("ResourceInUse") => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// What `member` is called in each item of the list `list`, of all pages.
    async fn names(
        &self,
        operation: &'static str,
        asked: Value,
        list: &str,
        member: &str,
    ) -> Result<Vec<String>, AwsError> {
        let (mut names, mut page) = (Vec::new(), asked.clone());
        for _ in 0..MOST_PAGES {
            let answer = self.call(operation, page).await?;
            let items = answer[list].as_array().into_iter().flatten();
            names.extend(items.filter_map(|item| Some(item[member].as_str()?.to_owned())));
            let Some(next) = answer["NextToken"].as_str() else {
                return Ok(names);
            };
            page = asked.clone();
            page["NextToken"] = next.into();
        }
        Err(self.api.not_aws(operation, "its pages never end"))
    }

    async fn call(&self, operation: &'static str, asked: Value) -> Result<Value, AwsError> {
        let message = Message {
            headers: vec![
                ("content-type", "application/x-amz-json-1.1".to_owned()),
                ("x-amz-target", format!("SageMaker.{operation}")),
            ],
            body: asked.to_string(),
        };
        let text = self.api.send(operation, message).await?;
        if text.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_str(&text).map_err(|why| self.api.not_aws(operation, &why.to_string()))
    }
}

/// `asked` with the members of `more`.
fn extend(asked: &mut Value, more: Value) {
    if let (Some(asked), Value::Object(more)) = (asked.as_object_mut(), more) {
        asked.extend(more);
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ErrorBody {
    #[serde(rename = "__type")]
    kind: String,
    #[serde(alias = "Message")]
    message: String,
}

fn read_error(response: &HttpResponse, body: &str) -> ErrorMetadata {
    let read: ErrorBody = serde_json::from_str(body).unwrap_or_default();
    let code = match response.headers().get("x-amzn-errortype") {
        Some(code) => code,
        None => &read.kind,
    };
    // `prefix#Code` and `Code:address` are both in use.
    let code = code.rsplit('#').next().unwrap_or_default();
    let code = code.split(':').next().unwrap_or_default();
    let mut metadata = ErrorMetadata::builder();
    if !code.is_empty() {
        metadata = metadata.code(code);
    }
    metadata.message(read.message).build()
}
