//! The two CloudFormation templates, filled with what the stacks are to hold: pure text, and the same for the same input.
//!
//! The templates are files that work without us; what varies is their parameters. Lists that no parameter can carry
//! (a rule for each security group, a package group for each name) are fragments at their end.

pub(super) mod consumer;
pub(super) mod packages;
pub mod text;

pub use consumer::{LifecycleConfiguration, consumer, lifecycle_configurations};
pub use packages::packages;

use anyhow::anyhow;
use sha2::{Digest, Sha256};

use crate::error::with_hint;

/// The template of the account that owns the packages, as it is in the program.
pub const PACKAGES: &str = include_str!("templates/packages.yaml");
/// The template of a consuming account.
pub const CONSUMER: &str = include_str!("templates/consumer.yaml");

/// The most that CloudFormation takes in a request.
const LARGEST_BODY: usize = 51_200;
/// The most that it takes as one parameter's value.
const LONGEST_PARAMETER: usize = 4_096;
/// The resource that remembers, as the templates have it, and its line.
const MEMORY: &str = "  Memory:\n";
const NOTHING_REMEMBERED: &str = "      StudioMirror: '{}'\n";
/// What that resource is in CloudFormation: nothing, and it costs nothing.
const MEMORY_TYPE: &str = "AWS::CloudFormation::WaitConditionHandle";

/// What CloudFormation is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// The template.
    pub body: String,
    /// Its parameters, all of them.
    pub parameters: Vec<(String, String)>,
}

impl Template {
    /// The value of a parameter.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let mut parameters = self.parameters.iter();
        let (_, value) = parameters.find(|(key, _)| key == name)?;
        Some(value)
    }

    /// The template with its parameters as defaults, so that it needs none.
    pub fn with_defaults(&self) -> String {
        let mut text = String::with_capacity(self.body.len());
        let mut in_parameters = false;
        for line in self.body.split_inclusive('\n') {
            if line.starts_with(|c: char| c.is_ascii_alphabetic()) {
                in_parameters = line == "Parameters:\n";
            }
            if in_parameters && line.starts_with("    Default: ") {
                continue;
            }
            text.push_str(line);
            let name = line
                .strip_prefix("  ")
                .and_then(|line| line.strip_suffix(":\n"));
            if let (true, Some(value)) = (in_parameters, name.and_then(|name| self.parameter(name)))
            {
                text.push_str(&format!("    Default: {}\n", text::quoted(value)));
            }
        }
        text
    }
}

/// The name of the resource that remembers `line`. It is made anew for every other line: CloudFormation does not promise to update one.
fn memory_id(line: &str) -> String {
    match line {
        "'{}'" => "Memory".to_owned(),
        line => format!("Memory{}", short_hash(line)),
    }
}

/// Whether a resource of this type is the one that remembers.
pub fn is_memory(kind: &str) -> bool {
    kind == MEMORY_TYPE
}

/// The first twelve digits of the SHA-256.
fn short_hash(text: &str) -> String {
    hex::encode(&Sha256::digest(text.as_bytes())[..6])
}

/// The parts put together: what is remembered in its place, `mappings` before the conditions, `resources` at the end.
fn assembled(
    template: &str,
    remembered: &str,
    mappings: &str,
    resources: &str,
) -> anyhow::Result<String> {
    let remembered = text::quoted_json(remembered)?;
    let memory = format!("  {}:\n", memory_id(&remembered));
    let remembered = format!("      StudioMirror: {remembered}\n");
    let conditions = format!("{mappings}Conditions:\n");
    let places = [
        ("Conditions:\n", conditions.as_str()),
        (MEMORY, &memory),
        (NOTHING_REMEMBERED, &remembered),
    ];
    Ok(text::filled(template, &places) + resources)
}

/// `template` without these parameters, conditions, outputs and resources, their comments included.
fn without(template: &str, names: &[&str]) -> String {
    let mut text = String::with_capacity(template.len());
    let mut before = String::new();
    let mut dropping = false;
    for line in template.split_inclusive('\n') {
        let entry = line
            .strip_prefix("  ")
            .filter(|rest| !rest.starts_with(' '));
        match entry {
            // It belongs to what follows.
            Some(comment) if comment.starts_with('#') => {
                before.push_str(line);
                continue;
            }
            Some(entry) => {
                let name = entry.split(':').next().unwrap_or_default();
                dropping = names.contains(&name);
            }
            None if !line.starts_with([' ', '\n']) => dropping = false,
            None => {}
        }
        if !dropping {
            text.push_str(&before);
            text.push_str(line);
        }
        before.clear();
    }
    text + &before
}

/// The parameters that the template has, and what is too long for CloudFormation refused.
fn finished(body: String, parameters: Vec<(&str, String)>, long: &str) -> anyhow::Result<Template> {
    if body.len() > LARGEST_BODY {
        return Err(with_hint(
            anyhow!(
                "the template is {} bytes long, and CloudFormation takes {LARGEST_BODY}",
                body.len()
            ),
            format!("shorten {long}"),
        ));
    }
    if let Some((name, value)) = parameters
        .iter()
        .find(|(_, value)| value.len() > LONGEST_PARAMETER)
    {
        return Err(with_hint(
            anyhow!(
                "the list {name} is {} bytes long, and CloudFormation takes {LONGEST_PARAMETER}",
                value.len()
            ),
            "name accounts or an organization instead of single roles, or shorten the list",
        ));
    }
    let parameters = parameters.into_iter();
    let known = parameters.filter(|(name, _)| body.contains(&format!("\n  {name}:\n")));
    let parameters: Vec<_> = known
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    Ok(Template { body, parameters })
}

fn yes_no(yes: bool) -> String {
    yes.to_string()
}
