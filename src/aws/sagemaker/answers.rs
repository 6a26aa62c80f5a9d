//! What SageMaker answers, the parts that matter here.

use aws_smithy_types::base64;
use serde::Deserialize;

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

impl LifecycleConfig {
    /// Its script; `None` if it is no text.
    pub fn script(&self) -> Option<String> {
        let bytes = base64::decode(&self.content).ok()?;
        String::from_utf8(bytes).ok()
    }
}

/// Why a call was refused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusal {
    /// `ValidationException`…; empty where nothing names it.
    pub code: String,
    /// The sentence.
    pub message: String,
}

impl Refusal {
    /// From the header `x-amzn-errortype`, or the body where there is none.
    pub fn read(header: Option<&str>, body: &str) -> Self {
        let read: ErrorBody = serde_json::from_str(body).unwrap_or_default();
        let code = header.unwrap_or(&read.kind);
        // `prefix#Code` and `Code:address` are both in use.
        let code = code.rsplit('#').next().unwrap_or_default();
        let code = code.split(':').next().unwrap_or_default();
        Self {
            code: code.to_owned(),
            message: read.message,
        }
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
