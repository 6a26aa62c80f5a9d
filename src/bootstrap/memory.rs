//! What the stacks remember of the run that made them: in a template's own metadata, so that no other place can disagree with it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::choices::Choices;

/// The key of a template's metadata that holds the line.
pub const KEY: &str = "StudioMirror:";

/// What is remembered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Memory {
    /// What was chosen.
    pub choices: Choices,
    /// The binary that the lifecycle script fetches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub binary: Option<Binary>,
    /// The one before it, which spaces run until they have the new one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous: Option<Binary>,
    /// What stood in each slot before; empty for nothing. By [`super::slot::Slot::key`].
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub replaced: BTreeMap<String, String>,
}

/// A binary as the lifecycle script knows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Binary {
    /// The program's version.
    pub version: String,
    /// SHA-256 of the file, in lower-case hex.
    pub sha256: String,
}

impl Memory {
    /// As one line of JSON.
    pub fn line(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// What the template `body` remembers: the quoted text behind its key.
    pub fn of_template(body: &str) -> Option<Self> {
        let quoted = body
            .lines()
            .find_map(|line| line.trim_start().strip_prefix(KEY))?;
        let quoted = quoted.trim().strip_prefix('\'')?.strip_suffix('\'')?;
        Self::read(&quoted.replace("''", "'"))
    }

    /// Reads that line; what another version wrote and this one does not know is left out.
    pub fn read(line: &str) -> Option<Self> {
        serde_json::from_str(line).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_gives_back_what_it_was_given() {
        let memory = Memory {
            choices: Choices {
                public: Some("it's.txt".to_owned()),
                ..Choices::default()
            },
            replaced: [("domain/JupyterLab".to_owned(), String::new())].into(),
            ..Memory::default()
        };
        let quoted = memory.line().replace('\'', "''");
        let body = format!("Metadata:\n  StudioMirror: '{quoted}'\nResources:\n");
        assert_eq!(Memory::of_template(&body), Some(memory));
        assert_eq!(Memory::of_template("Resources: {}"), None);
    }
}
