//! SageMaker, as far as it tells where a Studio domain's spaces are and what starts in them. JSON asks and answers.

mod answers;

pub use answers::{LifecycleConfig, Refusal, StudioDomain};

use aws_sdk_codeartifact::error::ErrorMetadata;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
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
        let message = Message::post(headers(operation), asked.to_string());
        let text = self.api.send(operation, message).await?;
        if text.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_str(&text).map_err(|why| self.api.not_aws(operation, &why.to_string()))
    }
}

/// What says that JSON comes, and for which operation.
pub(crate) fn headers(operation: &str) -> Vec<(&'static str, String)> {
    vec![
        ("content-type", "application/x-amz-json-1.1".to_owned()),
        ("x-amz-target", format!("SageMaker.{operation}")),
    ]
}

/// `asked` with the members of `more`.
fn extend(asked: &mut Value, more: Value) {
    if let (Some(asked), Value::Object(more)) = (asked.as_object_mut(), more) {
        asked.extend(more);
    }
}

pub(super) fn read_error(response: &HttpResponse, body: &str) -> ErrorMetadata {
    let refusal = Refusal::read(response.headers().get("x-amzn-errortype"), body);
    let mut metadata = ErrorMetadata::builder();
    if !refusal.code.is_empty() {
        metadata = metadata.code(refusal.code);
    }
    metadata.message(refusal.message).build()
}
