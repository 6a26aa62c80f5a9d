//! What the stacks remember of the run that made them: in a template's own metadata, so that no other place can disagree with it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::choices::Choices;
use super::script::{Pinned, sha256};
use super::template::text;
use crate::aws::LifecycleConfig;

/// What is remembered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Memory {
    /// What was chosen.
    pub choices: Choices,
    /// The binary that the lifecycle script fetches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub binary: Option<Pinned>,
    /// SHA-256 of the one before it, which spaces run until they have the new one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_sha256: Option<String>,
    /// SHA-256 of the lifecycle scripts that were attached, in the order in which they were attached last: whoever may make lifecycle
    /// configurations can make one with our name and mark, and none is gone back to but these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scripts: Vec<String>,
    /// What stood in each slot before; empty for nothing. By [`super::slot::Slot::key`].
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub replaced: BTreeMap<String, String>,
}

/// More than are ever kept at once.
const SCRIPTS: usize = 8;

impl Memory {
    /// Adds a lifecycle script to those that were attached, as the last.
    pub fn attach(&mut self, script: &str) {
        let sha256 = sha256(script.as_bytes());
        self.scripts.retain(|known| *known != sha256);
        self.scripts.push(sha256);
        let surplus = self.scripts.len().saturating_sub(SCRIPTS);
        self.scripts.drain(..surplus);
    }

    /// When this lifecycle configuration, as it is now, was attached last: the greater, the later. `None` for never.
    pub fn attached(&self, lifecycle: &LifecycleConfig) -> Option<usize> {
        let sha256 = sha256(lifecycle.script()?.as_bytes());
        self.scripts.iter().position(|known| *known == sha256)
    }

    /// As one line of JSON.
    pub fn line(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// What the template `body` remembers.
    pub fn of_template(body: &str) -> Option<Self> {
        Self::read(&text::remembered(body)?)
    }

    /// Reads that line; what another version wrote and this one does not know is left out.
    pub fn read(line: &str) -> Option<Self> {
        serde_json::from_str(line).ok()
    }
}
