//! Our merge of pip's files and variables against pip's own word, for generated mixes of both.

use std::collections::BTreeMap;
use std::path::Path;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use studio_mirror::secret::Secret;
use studio_mirror::tools::effective::ReadFile;
use studio_mirror::tools::effective::pip::{Folders, PipSettings, files, merge};

use crate::support::home::Home;

/// pip's own merge for `pip install`: of each line of stdin, a list of variables; one line an answer.
const ORACLE: &str = r#"
import json, os, sys
from pip._internal.commands import create_command
for line in sys.stdin:
    question = json.loads(line)
    for path, text in question["files"].items():
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)
    for name in [name for name in os.environ if name.startswith("PIP_") or name == "XDG_CONFIG_DIRS"]:
        del os.environ[name]
    os.environ.update(question["variables"])
    o, _ = create_command("install").parse_args([])
    for path in question["files"]:
        os.remove(path)
    print(json.dumps({
        "index": o.index_url, "extra": sorted(o.extra_index_urls), "no_index": bool(o.no_index),
        "provider": o.keyring_provider, "no_input": bool(o.no_input),
    }), flush=True)
"#;

const PLACES: [&str; 6] = [
    "xdg/pip/pip.conf",
    ".pip/pip.conf",
    ".config/pip/pip.conf",
    "venv/pip.conf",
    "named.conf",
    "xdg2/pip/pip.conf",
];

#[derive(Clone, Debug)]
struct Mix {
    files: BTreeMap<&'static str, String>,
    variables: BTreeMap<String, String>,
}

fn entry() -> impl Strategy<Value = (&'static str, String)> {
    let url = (0..4u8).prop_map(|n| format!("http://127.0.0.{n}/simple/"));
    let blank = Just(String::new());
    prop_oneof![
        4 => (Just("index-url"), prop_oneof![5 => url.clone(), 1 => blank]),
        2 => (Just("extra-index-url"), prop::collection::vec(url, 1..3).prop_map(|urls| urls.join("\n    "))),
        1 => (Just("no-index"), prop::sample::select(vec!["true", "0", "no", "on"]).prop_map(str::to_owned)),
        2 => (Just("keyring-provider"), prop::sample::select(vec!["auto", "subprocess", "disabled", "import"]).prop_map(str::to_owned)),
        1 => (Just("no-input"), prop::sample::select(vec!["true", "false"]).prop_map(str::to_owned)),
    ]
}

fn file() -> impl Strategy<Value = String> {
    let section = prop::sample::select(vec!["global", "install", "DEFAULT", "download"]);
    let entries = prop::collection::btree_map(
        section,
        prop::collection::btree_map(entry().prop_map(|(key, _)| key), entry(), 0..3),
        0..4,
    );
    entries.prop_map(|sections| {
        let mut text = String::new();
        for (section, entries) in sections {
            text += &format!("[{section}]\n");
            let by_key: BTreeMap<&str, String> = entries.into_values().collect();
            for (at, (key, value)) in by_key.into_iter().enumerate() {
                // pip knows a key by any of its spellings.
                let key = if at == 1 {
                    key.replace('-', "_").to_uppercase()
                } else {
                    key.to_owned()
                };
                text += &format!("{key} = {value}\n");
            }
        }
        text
    })
}

fn mix() -> impl Strategy<Value = Mix> {
    let files = prop::collection::btree_map(prop::sample::select(PLACES.to_vec()), file(), 1..5);
    let variables = prop::collection::vec(entry(), 0..3);
    (files, variables, any::<u8>()).prop_map(|(files, variables, dice)| {
        let named = variables.into_iter().map(|(key, value)| {
            let name = format!("PIP_{}", key.to_uppercase().replace('-', "_"));
            (name, value.split_whitespace().collect::<Vec<_>>().join(" "))
        });
        let mut variables: BTreeMap<String, String> = named.collect();
        match dice % 6 {
            0 | 1 => drop(variables.insert("PIP_CONFIG_FILE".into(), "named.conf".into())),
            2 if dice % 4 == 0 => {
                drop(variables.insert("PIP_CONFIG_FILE".into(), "/dev/null".into()))
            }
            _ => {}
        }
        Mix { files, variables }
    })
}

fn mixes(count: usize) -> Vec<Mix> {
    let mut runner = TestRunner::deterministic();
    let strategy = mix();
    (0..count)
        .map(|_| strategy.new_tree(&mut runner).expect("a mix").current())
        .collect()
}

fn ours(home: &Path, mix: &Mix) -> Value {
    let prefix = home.join("venv");
    let config = home.join(".config");
    let folders = Folders {
        home,
        config: &config,
        prefix: Some(&prefix),
    };
    let exists = |path: &Path| match path.strip_prefix(home) {
        Ok(below) => mix.files.contains_key(below.to_str().expect("UTF-8")),
        Err(_) => path.exists(),
    };
    let read = |path: std::path::PathBuf| {
        let below = path.strip_prefix(home).ok()?.to_str()?.to_owned();
        let text = mix.files.get(below.as_str())?;
        Some(ReadFile {
            path: below,
            text: Ok(Secret::new(text.clone())),
            is_own: true,
        })
    };
    let paths = files(&folders, &mix.variables, exists);
    let texts: Vec<ReadFile> = paths.into_iter().filter_map(read).collect();
    let PipSettings {
        index,
        extra,
        no_index,
        provider,
        no_input,
        ..
    } = merge(&texts, &mix.variables, exists).expect("files that pip reads");
    let mut extra: Vec<String> = extra.into_iter().map(|one| one.value.url).collect();
    extra.sort();
    json!({
        "index": index.value.url, "extra": extra, "no_index": no_index.is_some(),
        "provider": provider.value, "no_input": no_input.is_some(),
    })
}

#[test]
fn the_merge_is_the_one_that_pip_makes() {
    for client in ["pip-23.1", "pip-newest"] {
        let home = Home::new();
        let python = home.venv_with_pip("venv", client);
        let place = |mut mix: Mix| {
            mix.variables.insert(
                "XDG_CONFIG_DIRS".into(),
                ["xdg", "xdg2"]
                    .map(|folder| home.join(folder).display().to_string())
                    .join(":"),
            );
            if let Some(named) = mix.variables.get_mut("PIP_CONFIG_FILE")
                && !named.starts_with('/')
            {
                *named = home.join(&*named).display().to_string();
            }
            mix
        };
        let mixes: Vec<Mix> = mixes(300).into_iter().map(place).collect();
        let questions: String = mixes
            .iter()
            .map(|mix| {
                let files: BTreeMap<_, _> = mix
                    .files
                    .iter()
                    .map(|(below, text)| (home.join(below), text))
                    .collect();
                json!({ "files": files, "variables": mix.variables }).to_string() + "\n"
            })
            .collect();
        let asked = home.write("questions", questions);
        let script = home.write("oracle.py", ORACLE);
        let shell = format!(
            "'{}' '{}' < '{}'",
            python.display(),
            script.display(),
            asked.display()
        );
        let answers = home
            .run_unheard(home.command("sh").args(["-c", &shell]))
            .success();
        let answers: Vec<Value> = answers
            .stdout
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect();
        assert_eq!(answers.len(), mixes.len());
        for (mix, theirs) in mixes.iter().zip(&answers) {
            assert_eq!(&ours(home.path(), mix), theirs, "{client}: {mix:#?}");
        }
        // The mixes are worth their name: no setting is always the same.
        for name in ["index", "extra", "no_index", "provider", "no_input"] {
            let all: std::collections::BTreeSet<String> =
                answers.iter().map(|one| one[name].to_string()).collect();
            assert!(all.len() > 1, "{name} is always {all:?}");
        }
    }
}
