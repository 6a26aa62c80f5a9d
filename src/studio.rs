//! What Studio tells a process about itself.

use serde::Deserialize;

/// Where Studio puts it.
pub const METADATA_FILE: &str = "/opt/ml/metadata/resource-metadata.json";

/// The parts of resource-metadata.json that matter here; absent ones are `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Metadata {
    app_type: Option<String>,
    domain_id: Option<String>,
    space_name: Option<String>,
    user_profile_name: Option<String>,
    resource_arn: Option<String>,
    execution_role_arn: Option<String>,
}

impl Metadata {
    /// Parses the file's text; what is no such document counts as nothing told,
    /// since outside of Studio anything may stand there.
    pub fn parse(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }

    /// Reads the file, where there is one.
    pub fn read() -> Self {
        std::fs::read_to_string(METADATA_FILE)
            .map(|text| Self::parse(&text))
            .unwrap_or_default()
    }

    /// The region: 4th field of `ResourceArn`.
    pub fn region(&self) -> Option<&str> {
        self.resource_field(3)
    }

    /// The account: 5th field of `ResourceArn`.
    pub fn account(&self) -> Option<&str> {
        self.resource_field(4)
    }

    /// The Studio domain.
    pub fn domain_id(&self) -> Option<&str> {
        self.domain_id.as_deref()
    }

    /// The user profile; absent in some spaces.
    pub fn profile(&self) -> Option<&str> {
        self.user_profile_name.as_deref()
    }

    /// The role that the app runs as.
    pub fn role(&self) -> Option<&str> {
        self.execution_role_arn.as_deref()
    }

    /// The stream of CloudWatch, in the group /aws/sagemaker/studio, that a lifecycle configuration's output goes to.
    pub fn lifecycle_stream(&self) -> Option<String> {
        let (domain, space) = (self.domain_id.as_deref()?, self.space_name.as_deref()?);
        let app = self.app_type.as_deref()?;
        Some(format!(
            "{domain}/{space}/{app}/default/LifecycleConfigOnStart"
        ))
    }

    fn resource_field(&self, index: usize) -> Option<&str> {
        let field = self.resource_arn.as_deref()?.split(':').nth(index)?;
        (!field.is_empty()).then_some(field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn region_and_account_come_from_the_resource_arn() {
        let metadata = Metadata::parse(
            r#"{"AppType":"JupyterLab","DomainId":"d-1","SpaceName":"s",
                "ExecutionRoleArn":"arn:aws:iam::111122223333:role/r",
                "ResourceArn":"arn:aws:sagemaker:eu-west-1:111122223333:app/d-1/s/JupyterLab/default"}"#,
        );
        assert_eq!(metadata.region(), Some("eu-west-1"));
        assert_eq!(metadata.account(), Some("111122223333"));
        assert_eq!(metadata.domain_id(), Some("d-1"));
        assert_eq!(metadata.role(), Some("arn:aws:iam::111122223333:role/r"));
        assert_eq!(
            metadata.lifecycle_stream().as_deref(),
            Some("d-1/s/JupyterLab/default/LifecycleConfigOnStart")
        );
        assert_eq!(Metadata::parse("not json"), Metadata::default());
        assert_eq!(Metadata::parse(r#"{"ResourceArn":"odd"}"#).region(), None);
    }
}
