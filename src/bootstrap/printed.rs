//! What is printed for others instead of being done: `--iam print`, `--attach print`, a binary that this run does not publish.

use super::choices::{AttachWay, Choices, IamWay};
use super::decide::{ByHand, Decision};
use super::export::attach_lines;
use super::found::Found;
use super::names::Names;
use super::policies::ConsumerPolicy;
use super::publish::Content;
use super::script::BinarySource;

/// `text` as one word of a shell, whatever is in it.
pub fn word(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+@:=,%".contains(c);
    match !text.is_empty() && text.chars().all(is_plain) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}

/// How the binary comes to where spaces fetch it.
pub fn binary(source: &BinarySource, content: &Content, names: &Names) -> ByHand {
    match source {
        BinarySource::S3(url) => ByHand {
            what: format!(
                "The binary has to be in S3, where nobody looks from here, before spaces start with it: put it there, and each new version. \
                 Spaces run nothing there but what has the SHA-256 {}",
                content.binary.sha256
            ),
            text: upload(content, url),
        },
        BinarySource::Repository(name) => ByHand {
            what: format!(
                "The binary was not seen in the repository {name}. Spaces need it there before they start with it: account {} publishes it",
                names.owner
            ),
            text: format!(
                "studio-mirror bootstrap publish --domain {} --binary-repository {name} --binary {}",
                names.domain,
                word(&content.path.to_string_lossy())
            ),
        },
    }
}

/// What puts the binary into S3.
pub fn upload(content: &Content, url: &str) -> String {
    let file = content.path.to_string_lossy();
    format!("aws s3 cp {} {}", word(&file), word(url))
}

/// The policies and lines that somebody else puts in their place.
pub fn printed(choices: &Choices, decision: &Decision, found: &Found) -> Vec<ByHand> {
    let Some(stack) = &decision.consumer else {
        return Vec::new();
    };
    let mut printed = Vec::new();
    if choices.iam.unwrap_or_default() == IamWay::Print {
        let outputs = found
            .consumer_stack
            .as_ref()
            .map(|seen| &seen.stack.outputs);
        let made: Vec<String> = ["ApiEndpointId", "RepositoriesEndpointId"]
            .iter()
            .filter_map(|name| outputs?.get(*name).cloned())
            .collect();
        for (policy, what) in [
            (ConsumerPolicy::Space, "The spaces' roles need this policy"),
            (
                ConsumerPolicy::GuardRails,
                "They need these guard rails too",
            ),
        ] {
            let document = policy.document(stack, &made);
            printed.extend(document.map(|document| ByHand {
                what: what.to_owned(),
                text: format!("{document:#}"),
            }));
        }
    }
    if choices.attach == Some(AttachWay::Print) {
        let lines = attach_lines(stack).into_iter();
        printed.extend(lines.map(|(tool, text)| ByHand {
            what: format!("The Studio domain, where {tool} looks after it"),
            text,
        }));
    }
    printed
}
