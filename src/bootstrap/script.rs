//! The lifecycle script that is attached: `lifecycle/on-start.sh`, the one that people fill in by hand, with every setting filled in.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::Usage;

const SCRIPT: &str = include_str!("../../lifecycle/on-start.sh");
/// What every script of ours says in its second line, and by which it is known as ours.
pub const MARK: &str = "studio-mirror for a SageMaker Studio space";

/// What SageMaker takes, in characters of base64.
const LONGEST: usize = 16_384;

/// The generic package that the script fetches: its namespace.
pub const NAMESPACE: &str = "studio-mirror";
/// Its name.
pub const PACKAGE: &str = "studio-mirror";
/// The file in it.
pub const ASSET: &str = "studio-mirror-x86_64-linux-musl";

/// What is filled in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Script {
    /// CodeArtifact domain.
    pub domain: String,
    /// Account that owns it.
    pub domain_owner: String,
    /// The repository that spaces use.
    pub repository: String,
    /// Region of the domain and the spaces.
    pub region: String,
    /// Address of the VPC endpoint of the API, if it has no private DNS.
    pub api_endpoint: Option<String>,
    /// Address of the VPC endpoint of repositories, likewise.
    pub repository_endpoint: Option<String>,
    /// Seconds that tokens are to live, if not as long as CodeArtifact lets them.
    pub duration_seconds: Option<u32>,
    /// Where the binary is.
    pub binary_source: BinarySource,
    /// The binary that spaces are to run.
    pub binary: Pinned,
    /// SHA-256 of the one before, which spaces run until they have the new one.
    pub previous_sha256: Option<String>,
}

/// Where spaces whose image has no binary get it from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BinarySource {
    /// A repository of the domain.
    Repository(String),
    /// `s3://bucket/key`.
    S3(String),
}

impl BinarySource {
    fn as_str(&self) -> &str {
        match self {
            Self::Repository(name) => name,
            Self::S3(url) => url,
        }
    }
}

/// A binary, to the bit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pinned {
    /// Its version, which is that of the package.
    pub version: String,
    /// Its SHA-256 in lower-case hex.
    pub sha256: String,
}

impl Script {
    /// Its text.
    ///
    /// # Errors
    /// When a value cannot stand in a script, or the whole is longer than SageMaker takes.
    pub fn text(&self) -> Result<String, Usage> {
        for sha256 in self.hashes() {
            if !is_sha256(sha256) {
                return Err(Usage(format!("`{sha256}` is no SHA-256 in lower-case hex")));
            }
        }
        if let BinarySource::S3(url) = &self.binary_source
            && !url.starts_with("s3://")
        {
            return Err(Usage(format!(
                "--binary-source: `{url}` does not begin with s3://"
            )));
        }
        let settings = self.settings();
        let mut text = String::with_capacity(SCRIPT.len() + 1_024);
        for line in SCRIPT.lines() {
            let name = line.strip_suffix("=''");
            let setting = settings.iter().find(|(known, _)| Some(*known) == name);
            match setting {
                Some((name, value)) => text += &format!("{name}={}\n", quoted(name, value)?),
                None => text += &format!("{line}\n"),
            }
        }
        if in_base64(&text) > LONGEST {
            text = without_comments(&text);
        }
        let length = in_base64(&text);
        if length > LONGEST {
            return Err(Usage(format!(
                "the lifecycle script has {length} characters in base64, more than the {LONGEST} that SageMaker takes: \
                 names or addresses are too long"
            )));
        }
        Ok(text)
    }

    fn hashes(&self) -> impl Iterator<Item = &str> {
        [&self.binary.sha256]
            .into_iter()
            .chain(&self.previous_sha256)
            .map(String::as_str)
    }

    fn settings(&self) -> [(&'static str, Cow<'_, str>); 11] {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let seconds = self.duration_seconds.map(|seconds| seconds.to_string());
        [
            ("domain", (&self.domain).into()),
            ("domain_owner", (&self.domain_owner).into()),
            ("repository", (&self.repository).into()),
            ("region", (&self.region).into()),
            ("api_endpoint", text(&self.api_endpoint).into()),
            (
                "repository_endpoint",
                text(&self.repository_endpoint).into(),
            ),
            ("duration_seconds", text(&seconds).into()),
            ("binary_source", self.binary_source.as_str().into()),
            ("version", (&self.binary.version).into()),
            ("sha256", (&self.binary.sha256).into()),
            ("previous_sha256", text(&self.previous_sha256).into()),
        ]
    }
}

/// The binary that a script of ours fetches and the one before it, by their SHA-256.
pub fn pins(text: &str) -> Option<(String, Option<String>)> {
    let value = |name| {
        let mut lines = text.lines();
        let value = lines.find_map(|line| line.strip_prefix(name)?.strip_suffix('\''));
        value.filter(|value| is_sha256(value)).map(str::to_owned)
    };
    Some((value("sha256='")?, value("previous_sha256='")))
}

/// How many characters it has in base64.
fn in_base64(text: &str) -> usize {
    text.len().div_ceil(3) * 4
}

/// The script for names so long that they would leave no room: a space runs the same, and by its mark it is known for ours.
fn without_comments(script: &str) -> String {
    let is_needed = |line: &str| line.starts_with("#!") || line.contains(MARK);
    let is_comment = |line: &str| line.trim_start().starts_with('#') && !is_needed(line);
    let lines = script.lines().filter(|line| !is_comment(line));
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// SHA-256 in lower-case hex.
pub fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// Whether `text` is one.
pub fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// `value` as one word of a shell, whatever is in it.
fn quoted(name: &str, value: &str) -> Result<String, Usage> {
    if value.bytes().any(|byte| !matches!(byte, b' '..=b'~')) {
        let value = value.escape_debug();
        return Err(Usage(format!(
            "`{value}` cannot stand in the lifecycle script as its {name}"
        )));
    }
    Ok(format!("'{}'", value.replace('\'', r"'\''")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script() -> Script {
        Script {
            domain: "corp".into(),
            domain_owner: "111122223333".into(),
            repository: "team".into(),
            region: "us-east-1".into(),
            api_endpoint: None,
            repository_endpoint: None,
            duration_seconds: None,
            binary_source: BinarySource::Repository("studio-mirror".into()),
            binary: Pinned {
                version: "1.2.3".into(),
                sha256: "a".repeat(64),
            },
            previous_sha256: None,
        }
    }

    #[test]
    fn only_the_settings_differ_from_the_script_by_hand() {
        let text = script().text().expect("a script");
        let differing: Vec<(&str, &str)> = SCRIPT
            .lines()
            .zip(text.lines())
            .filter(|(by_hand, filled)| by_hand != filled)
            .collect();
        let pin = format!("sha256='{}'", "a".repeat(64));
        assert_eq!(
            differing,
            [
                ("domain=''", "domain='corp'"),
                ("domain_owner=''", "domain_owner='111122223333'"),
                ("repository=''", "repository='team'"),
                ("region=''", "region='us-east-1'"),
                ("binary_source=''", "binary_source='studio-mirror'"),
                ("version=''", "version='1.2.3'"),
                ("sha256=''", &pin),
            ]
        );
        assert_eq!(SCRIPT.lines().count(), text.lines().count());
    }

    #[test]
    fn every_setting_stands_in_the_script_once() {
        for (name, _) in script().settings() {
            let empty = format!("{name}=''");
            let lines = SCRIPT.lines().filter(|line| **line == empty);
            assert_eq!(lines.count(), 1, "{empty}");
        }
    }

    #[test]
    fn the_longest_names_of_aws_fit() {
        let address = |word: &str| {
            let zone = "vpce-0123456789abcdef0-abcdefgh-ap-southeast-2a";
            Some(format!(
                "https://{zone}.{word}.ap-southeast-2.vpce.amazonaws.com"
            ))
        };
        let script = Script {
            domain: "d".repeat(50),
            repository: "r".repeat(100),
            region: "ap-southeast-2".into(),
            api_endpoint: address("codeartifact"),
            repository_endpoint: address("d.codeartifact"),
            binary_source: BinarySource::Repository("b".repeat(100)),
            duration_seconds: Some(43_199),
            previous_sha256: Some("b".repeat(64)),
            ..script()
        };
        let text = script.text().expect("a script that fits");
        assert!(text.starts_with("#!/bin/bash\n") && text.contains(MARK));
        let (bare, commented) = (text.lines().count(), SCRIPT.lines().count());
        let comments = SCRIPT.lines().filter(|l| l.trim_start().starts_with("# "));
        // The line with the mark stays.
        assert_eq!(bare, commented - comments.count() + 1);
    }

    #[test]
    fn the_script_is_known_for_ours() {
        assert!(SCRIPT.contains(MARK));
    }

    /// With the addresses of both endpoints: whoever fills it in by hand has nobody to leave its comments out.
    #[test]
    fn the_script_by_hand_leaves_room_for_what_is_filled_in() {
        assert!(in_base64(&format!("{SCRIPT}{}", "v".repeat(260))) <= LONGEST);
    }

    #[test]
    fn what_would_not_work_in_a_space_is_refused_here() {
        let refused = |change: fn(&mut Script)| {
            let mut script = script();
            change(&mut script);
            script.text().expect_err("a refusal").0
        };
        let too_long = refused(|script| {
            script.binary_source = BinarySource::S3(format!("s3://bucket/{}", "k".repeat(4_096)));
        });
        assert!(too_long.contains("16384"), "{too_long}");
        let line_end = refused(|script| script.repository = "team\ndate".into());
        assert!(line_end.contains(r"team\ndate"), "{line_end}");
        let hash = refused(|script| script.binary.sha256 = "A".repeat(64));
        assert!(hash.contains("SHA-256"), "{hash}");
        let hash = refused(|script| script.previous_sha256 = Some(String::new()));
        assert!(hash.contains("SHA-256"), "{hash}");
        let url = refused(|script| script.binary_source = BinarySource::S3("bucket/key".into()));
        assert!(url.contains("s3://"), "{url}");
    }
}
