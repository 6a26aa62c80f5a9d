//! SageMaker, as far as it tells where a Studio domain's spaces are. JSON asks and answers.

use aws_sdk_codeartifact::error::ErrorMetadata;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use serde::Deserialize;

use super::call::{Api, Caller, Message};
use super::explain::AwsError;
use super::service::Service;

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
    /// An [`AwsError`] that says why there is no answer.
    pub async fn domain(&self, id: &str) -> Result<StudioDomain, AwsError> {
        const OPERATION: &str = "DescribeDomain";
        let message = Message {
            headers: vec![
                ("content-type", "application/x-amz-json-1.1".to_owned()),
                ("x-amz-target", format!("SageMaker.{OPERATION}")),
            ],
            body: serde_json::json!({ "DomainId": id }).to_string(),
        };
        let text = self.api.send(OPERATION, message).await?;
        serde_json::from_str(&text).map_err(|why| self.api.not_aws(OPERATION, &why.to_string()))
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
