//! What is printed for others instead of being done: `--iam print`, `--attach print`.

use super::choices::{AttachWay, Choices, IamWay};
use super::decide::{ByHand, Decision};
use super::export::attach_lines;
use super::found::Found;
use super::policies::ConsumerPolicy;

/// `text` as one word of a shell, whatever is in it.
pub fn word(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+@:=,%".contains(c);
    match !text.is_empty() && text.chars().all(is_plain) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
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
