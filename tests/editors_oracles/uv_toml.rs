//! uv.toml, judged by the TOML parser and by uv itself.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use studio_mirror::tools::{Auth, Editor, uv};

use crate::generated::{CASES, HOST, files, one_of};
use crate::properties::{self, PYPI};

fn uv_lines() -> BoxedStrategy<String> {
    one_of(&[
        "native-tls = true",
        "keyring-provider = \"disabled\" # none",
        "keyring-provider = \"subprocess\"",
        "index-url = \"https://old/simple\"",
        "extra-index-url = [\"https://x/\"]",
        "no-index = false",
        "# comment",
        "",
        "",
        "[[index]]",
        "[[index]]",
        "[[index]] # block",
        "[pip]",
        "[pip] # pip",
        "name = \"corp\"",
        "name = \"codeartifact\"",
        "url = \"https://u/simple\" # why",
        "url = 'https://aws@HOST/pypi/team/simple/'",
        "default = true",
        "default = false",
        "url = \"https://aws:eyJ0@HOST/pypi/team/simple/\"",
        "explicit = true",
        "authenticate = \"never\"",
        "publish-url = \"https://p/\"",
        "[index.cache-control]",
        "api = \"max-age=1\"",
        "index = [{ name = \"i\", url = \"https://i/\" }, { url = \"https://j/\", default = true }] # all",
        "index = []",
        "index = [\n  { url = \"https://k/\" }, # k\n]",
        "cache-control.api = \"x\"",
        "pip.strict = true",
        "compile-bytecode = true",
        "\"url\" = \"https://quoted/\"",
        "ignore-error-codes = [\n  403, # why\n]",
    ])
}

/// Lines in any order are mostly no TOML; these are files put together from whole parts.
fn uv_files() -> Vec<String> {
    let top = prop::sample::subsequence(
        vec![
            "native-tls = true # c",
            "keyring-provider = \"disabled\" # none",
            "index-url = \"https://old/simple\"",
            "# top",
            "",
            "extra-index-url = [\n  \"https://x/\", # x\n]",
        ],
        0..6,
    );
    let keys = vec![
        "name = \"corp\"",
        "url = \"https://u/simple\" # why",
        "# inside",
        "default = true",
        "authenticate = \"never\"",
        "explicit = false",
        "publish-url = \"https://p/\"",
        "ignore-error-codes = [\n  403, # why\n]",
        "[index.cache-control]\napi = \"max-age=1\"",
    ];
    let ours = Just(vec![
        "name = \"codeartifact\"",
        "url = \"https://aws:eyJ0@HOST/pypi/team/simple/\" # ours",
        "default = true",
        "authenticate = \"always\"",
    ]);
    let keys = prop_oneof![4 => prop::sample::subsequence(keys, 0..9), 1 => ours, 1 => Just(vec!["name = 'codeartifact'", "url = 'https://z/'"])];
    let block = keys.prop_map(|keys| [vec!["[[index]] # block"], keys, vec![""]].concat());
    let table = Just(vec!["# pip", "[pip]", "strict = true", ""]);
    let blocks = prop::collection::vec(prop_oneof![3 => block, 1 => table], 0..4);
    let inline = prop_oneof![3 => Just(""), 1 => Just("index = [{ name = \"i\", url = \"https://i/\" }, { url = \"https://j/\", default = true }] # all"), 1 => Just("index = [\n  { url = \"https://k/\" }, # k\n]"), 1 => Just("index = []")];
    let eol = prop_oneof![Just("\n"), Just("\r\n")];
    let file =
        (top, inline, blocks, eol, any::<bool>()).prop_map(|(top, inline, blocks, eol, end)| {
            let lines = [top, vec![inline], blocks.concat()]
                .concat()
                .join("\n")
                .replace("HOST", HOST);
            let text = if end { lines + "\n" } else { lines };
            text.replace('\n', eol)
        });
    let mut runner = TestRunner::deterministic();
    (0..CASES)
        .map(|_| {
            file.new_tree(&mut runner)
                .expect("a strategy without filters")
                .current()
        })
        .collect()
}

#[test]
fn uv_toml_keeps_everything_else() {
    let registry = properties::registry(PYPI, Auth::Helper);
    let files = [uv_files(), files(uv_lines())].concat();
    files.iter().for_each(|text| properties::uv(text));
    let accepted = files
        .iter()
        .filter(|text| uv::UvToml.configure(text, &[registry]).is_ok())
        .count();
    assert!(accepted > CASES / 3, "{accepted} were TOML");
}

/// Every uv that `STUDIO_MIRROR_CLIENTS` offers, a folder with one venv a version; by default what `.cache/clients` has,
/// which may be none.
fn uvs() -> Vec<PathBuf> {
    let offered = std::env::var_os("STUDIO_MIRROR_CLIENTS").map(PathBuf::from);
    let asked_for = offered.is_some();
    let clients =
        offered.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join(".cache/clients"));
    let folders = std::fs::read_dir(clients).into_iter().flatten().flatten();
    let found: Vec<PathBuf> = folders
        .map(|folder| folder.path().join("bin/uv"))
        .filter(|uv| uv.exists())
        .collect();
    assert!(
        !asked_for || !found.is_empty(),
        "STUDIO_MIRROR_CLIENTS has no uv"
    );
    found
}

/// What `uv` says its indexes are with this configuration, or why it does not take it. Nothing is fetched.
fn index_according_to(uv: &Path, home: &Path, config: &str) -> Result<String, String> {
    let file = home.join("uv.toml");
    std::fs::write(&file, config).expect("a writable folder");
    let output = Command::new(uv)
        .args(["--offline", "--no-cache", "--config-file"])
        .arg(&file)
        .args(["pip", "compile", "--no-header", "--emit-index-url", "-"])
        .env_clear()
        .env("HOME", home)
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .stdin(Stdio::null())
        .output()
        .expect("uv runs");
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

#[test]
fn what_uv_reads_before_the_edit_it_reads_after_it_with_our_index() {
    let url = "http://127.0.0.1:9/pypi/team/";
    let registry = properties::registry(url, Auth::Helper);
    let home = tempfile::tempdir().expect("a scratch folder");
    let files = uv_files();
    for uv in uvs() {
        let is_read = |text: &&String| index_according_to(&uv, home.path(), text).is_ok();
        let readable: Vec<&String> = files.iter().take(40).filter(is_read).take(6).collect();
        assert!(
            readable.len() > 2,
            "{} reads nothing of what was generated",
            uv.display()
        );
        for text in readable {
            let edited = uv::UvToml
                .configure(text, &[registry])
                .expect("uv reads it")
                .text;
            let said = index_according_to(&uv, home.path(), &edited)
                .unwrap_or_else(|error| panic!("{}: {error}\n{edited}", uv.display()));
            let ours = "--index-url http://aws@127.0.0.1:9/pypi/team/simple/";
            assert!(
                said.lines().any(|line| line == ours),
                "{}: {said}\n{edited}",
                uv.display()
            );
        }
    }
}
