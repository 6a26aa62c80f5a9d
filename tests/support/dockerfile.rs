//! As much of the Dockerfile format as ours uses, turned into a shell script for `image.sh`; anything else is refused.

use std::collections::BTreeMap;
use std::fmt::Write;

/// The steps of a Dockerfile, and the environment that it leaves to containers.
pub struct Steps {
    /// A script that calls `in_image` and `copy`.
    pub script: String,
    /// `ENV`
    pub environment: BTreeMap<String, String>,
    /// The last `USER`.
    pub user: String,
}

/// Takes `text` apart, with these `--build-arg`s, on a base image with this environment.
pub fn steps(text: &str, arguments: &[(&str, &str)], base: &[(&str, &str)]) -> Steps {
    let given = |name: &str| arguments.iter().find(|(known, _)| *known == name);
    let mut environment: BTreeMap<String, String> = base
        .iter()
        .map(|(name, value)| ((*name).into(), (*value).into()))
        .collect();
    let mut declared: BTreeMap<String, String> = BTreeMap::new();
    let mut script = String::from("set -e\n");
    let mut user = "root".to_owned();
    for line in logical_lines(text) {
        let (instruction, rest) = line.split_once(' ').expect("an instruction and its words");
        let rest = rest.trim();
        match instruction {
            "FROM" => {}
            "ARG" => {
                let (name, default) = rest.split_once('=').unwrap_or((rest, ""));
                let value = given(name).map_or(default, |(_, value)| value);
                declared.insert(name.to_owned(), value.to_owned());
            }
            "ENV" => {
                let (name, value) = rest.split_once('=').expect("NAME=VALUE");
                let value = expanded(value.trim_matches('"'), &declared, &environment);
                environment.insert(name.to_owned(), value);
            }
            "USER" => user = expanded(rest, &declared, &environment),
            "COPY" => {
                let words: Vec<&str> = rest.split_whitespace().collect();
                let [owner, mode, from, to] = words[..] else {
                    panic!("not a COPY that this test knows: {rest}");
                };
                assert_eq!(owner, "--chown=0:0");
                let mode = mode.strip_prefix("--chmod=").expect("a mode");
                writeln!(script, "copy {mode} {from} {to}").expect("a String takes all");
            }
            "RUN" => {
                // Arguments of the build are in a step's environment (Dockerfile reference, ARG).
                let all = declared.iter().chain(&environment);
                let variables: Vec<String> = all
                    .map(|(name, value)| quoted(&format!("{name}={value}")))
                    .collect();
                let command = quoted(rest);
                writeln!(
                    script,
                    "in_image {user} {} -- sh -c {command}",
                    variables.join(" ")
                )
                .expect("a String takes all");
            }
            other => panic!("this test does not know {other}"),
        }
    }
    Steps {
        script,
        environment,
        user,
    }
}

/// Lines without comments, those that end in a backslash joined to the next.
fn logical_lines(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let is_said = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    for part in text.lines().filter(is_said) {
        match part.strip_suffix('\\') {
            Some(part) => line += part,
            None => lines.push(std::mem::take(&mut line) + part),
        }
    }
    lines
}

/// `$NAME` and `${NAME}` replaced.
fn expanded(
    text: &str,
    declared: &BTreeMap<String, String>,
    environment: &BTreeMap<String, String>,
) -> String {
    let mut text = text.to_owned();
    // Longer names first: $PATH is no $P.
    let mut all: Vec<(&String, &String)> = declared.iter().chain(environment).collect();
    all.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
    for (name, value) in all {
        text = text.replace(&format!("${{{name}}}"), value);
        text = text.replace(&format!("${name}"), value);
    }
    text
}

fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}
