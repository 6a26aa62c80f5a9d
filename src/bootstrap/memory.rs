//! What the stacks remember of the run that made them: in a template's own metadata, so that no other place can disagree with it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::choices::Choices;
use super::script::Pinned;
use super::template;

/// What is remembered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Memory {
    /// What was chosen.
    pub choices: Choices,
    /// The binary that the lifecycle script fetches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub binary: Option<Pinned>,
    /// The one before it, which spaces run until they have the new one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous: Option<Pinned>,
    /// What stood in each slot before; empty for nothing. By [`super::slot::Slot::key`].
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub replaced: BTreeMap<String, String>,
}

impl Memory {
    /// As one line of JSON.
    pub fn line(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// What the template `body` remembers.
    pub fn of_template(body: &str) -> Option<Self> {
        Self::read(&template::remembered(body)?)
    }

    /// Reads that line; what another version wrote and this one does not know is left out.
    pub fn read(line: &str) -> Option<Self> {
        serde_json::from_str(line).ok()
    }
}
