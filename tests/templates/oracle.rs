//! The programs that judge, and what they say.

use std::ffi::OsStr;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};
use studio_mirror::bootstrap::export::File;
use studio_mirror::bootstrap::template::Template;

use crate::support::{checkout, clients, tell_skipped};

/// A scratch folder that holds these files.
pub fn folder(files: &[File]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a scratch folder");
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }
    folder
}

/// What a script of `oracles/` says, run by the Python of `client`.
#[track_caller]
pub fn ask(client: &str, script: &str, arguments: &[&dyn AsRef<OsStr>], input: &Value) -> String {
    let script = checkout().join("tests/templates/oracles").join(script);
    let arguments = arguments.iter().map(|one| AsRef::<OsStr>::as_ref(*one));
    let mut running = Command::new(clients::bin(client).join("python"))
        .arg("-B")
        .arg(script)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("Python runs");
    let mut stdin = running.stdin.take().expect("a pipe");
    let input = input.to_string();
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let done = running.wait_with_output().expect("Python ends");
    let _ = writer.join();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{said}");
    String::from_utf8(done.stdout).expect("text")
}

/// What CloudFormation would make of it.
#[track_caller]
pub fn made(template: &Template) -> Value {
    made_all(std::slice::from_ref(template)).remove(0)
}

/// What it would make of each of them.
#[track_caller]
pub fn made_all(templates: &[Template]) -> Vec<Value> {
    let question = |template: &Template| {
        let parameters = template.parameters.iter();
        let parameters = parameters.map(|(name, value)| (name.clone(), json!(value)));
        json!({"body": template.body, "parameters": parameters.collect::<serde_json::Map<_, _>>()})
    };
    let questions: Vec<_> = templates.iter().map(question).collect();
    let answer = ask("cfn-lint", "cloudformation.py", &[], &json!(questions));
    serde_json::from_str(&answer).expect("JSON")
}

/// The resources of one type.
pub fn of_type<'a>(made: &'a Value, kind: &str) -> Vec<&'a Value> {
    let resources = made["resources"].as_object().expect("resources");
    resources
        .values()
        .filter(|one| one["Type"] == kind)
        .map(|one| &one["Properties"])
        .collect()
}

/// As many examples as asked for, the same at every run.
pub fn examples<T: std::fmt::Debug>(count: usize, strategy: impl Strategy<Value = T>) -> Vec<T> {
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let example = |_| {
        strategy
            .new_tree(&mut runner)
            .expect("an example")
            .current()
    };
    (0..count).map(example).collect()
}

/// Terraform, if this machine has it. No registry of packages has it: it is not among the clients.
pub fn terraform(test: &str) -> Option<PathBuf> {
    let found = std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|folder| folder.join("terraform"))
        .find(|path| path.is_file());
    if found.is_none() {
        tell_skipped(test, "there is no terraform on PATH");
    }
    found
}
