//! What to put where another tool looks after the Studio domain.

use crate::bootstrap::slot::App;
use crate::bootstrap::stacks::ConsumerStack;
use crate::bootstrap::template::{lifecycle_configurations, text::filled};

const TERRAFORM: &str = include_str!("../templates/attach.tf");
const CLOUDFORMATION: &str = include_str!("../templates/attach.yaml");

/// The lines for Terraform and for CloudFormation, each with the tool's name; none without a lifecycle configuration.
pub fn attach_lines(stack: &ConsumerStack) -> Vec<(&'static str, String)> {
    let configurations = lifecycle_configurations(stack);
    let arn = |app| {
        let configuration = configurations.iter().find(|one| one.app == app)?;
        Some(configuration.arn(stack))
    };
    let (Some(jupyterlab), Some(codeeditor)) = (arn(App::JupyterLab), arn(App::CodeEditor)) else {
        return Vec::new();
    };
    let values = [
        ("JUPYTERLAB_ARN", jupyterlab.as_str()),
        ("CODEEDITOR_ARN", codeeditor.as_str()),
    ];
    vec![
        ("Terraform", filled(TERRAFORM, &values)),
        ("CloudFormation", filled(CLOUDFORMATION, &values)),
    ]
}
