//! The editors against the parsers that count: Python's RawConfigParser with pip's spelling rule, npm's own ini, and uv.
//! Files are generated, edited here, and given to the oracle in one batch before and after.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value};
use studio_mirror::edit::configparser::ConfigFile;
use studio_mirror::edit::npmrc::NpmrcFile;
use studio_mirror::secret::Secret;
use studio_mirror::tools::{Auth, Registry, npm, pip, uv};

#[path = "../fuzz/src/properties.rs"]
#[allow(dead_code)]
mod properties;
use properties::{NPM, PYPI, TOKEN};

const CASES: usize = 1000;
const HOST: &str = "corp-111122223333.d.codeartifact.us-east-1.amazonaws.com";

/// Texts of up to eight of these lines, each with one of the three line ends (mostly one kind a file), the last perhaps
/// without.
fn files(lines: BoxedStrategy<String>) -> Vec<String> {
    let end = prop_oneof![12 => Just("\n"), 3 => Just("\r\n"), 1 => Just("\r")];
    let mixed = prop::collection::vec((lines.clone(), end), 0..9).prop_map(|lines| {
        lines
            .into_iter()
            .map(|(line, end)| line + end)
            .collect::<String>()
    });
    let windows = prop::collection::vec(lines.clone(), 0..9).prop_map(|lines| {
        lines
            .into_iter()
            .map(|line| line + "\r\n")
            .collect::<String>()
    });
    let unterminated = prop::collection::vec(lines, 1..9).prop_map(|lines| lines.join("\n"));
    let file = prop_oneof![3 => mixed, 2 => windows, 3 => unterminated];
    let mut runner = TestRunner::deterministic();
    (0..CASES)
        .map(|_| {
            file.new_tree(&mut runner)
                .expect("a strategy without filters")
                .current()
        })
        .collect()
}

fn one_of(lines: &'static [&'static str]) -> BoxedStrategy<String> {
    prop::sample::select(lines)
        .prop_map(|line| line.replace("HOST", HOST))
        .boxed()
}

/// Gives every text to an oracle program and takes its answers.
fn ask(program: &str, script: &str, texts: &[String]) -> Vec<Value> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/oracles")
        .join(script);
    let mut child = Command::new(program)
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("the oracle needs {program}: {error}"));
    let mut stdin = child.stdin.take().expect("a pipe");
    let questions: String = texts
        .iter()
        .map(|text| Value::from(text.as_str()).to_string() + "\n")
        .collect();
    let writer = std::thread::spawn(move || stdin.write_all(questions.as_bytes()));
    let output = child.wait_with_output().expect("the oracle ends");
    writer
        .join()
        .expect("no panic")
        .expect("the oracle reads all");
    let answers: Vec<Value> = String::from_utf8(output.stdout)
        .expect("UTF-8")
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(answers.len(), texts.len(), "one answer a question");
    answers
}

fn pip_lines() -> BoxedStrategy<String> {
    let ordinary = one_of(&[
        "[global]",
        "[global]",
        "[global]",
        "[install]",
        "[download]",
        "[x]",
        "",
        "",
        "# comment",
        "; comment",
        "   # indented comment",
        "timeout = 60",
        "retries: 3",
        "index-url = https://pypi.corp/simple",
        "index_url=https://pypi.corp/simple/",
        "Index-Url : https://a/",
        "extra-index-url = https://b/simple https://c/",
        "extra-index-url =",
        "    https://d/simple",
        "  continued",
        "\tcontinued # not a comment",
        "keyring-provider = import",
        "keyring_provider: subprocess",
        "no-index = false",
        "trusted-host = a",
        "    b",
        "index-url = https://aws:eyJ0@HOST/pypi/team/simple/",
        "index-url = https://aws@HOST/pypi/team/simple/",
        "cert=/etc/ca.pem",
        "extra-index-url = https://aws:eyJ0@HOST/pypi/old/simple/ https://e/",
        "    https://aws:eyJ0@HOST/pypi/old/simple/",
        "format = columns",
        "proxy =",
        "user = %(home)s",
        "find-links = ",
    ]);
    let odd = one_of(&[
        "[DEFAULT]",
        "  [indented]",
        "[a]b]",
        "[]",
        "[",
        "no value",
        "= x",
        ": x",
        "--index-url = https://f/",
        "--",
        "--=x",
        "\u{feff}[global]",
        "\u{a0}x = y",
        "\u{1c}z = 1",
        "   k = v",
        "      deep : w",
        "a\u{85}b = c",
        "x=\u{2028}",
        "[global] # tail",
        "[ global ]",
        "ÄÖ = ü",
        "\u{c}",
    ]);
    prop_oneof![40 => ordinary, 1 => odd, 1 => "[ a-c=:#\\[\\];]{0,8}".boxed()].boxed()
}

/// Mostly with a header at the top: without one, Python refuses nearly all.
fn pip_files() -> Vec<String> {
    let texts = files(pip_lines()).into_iter().enumerate();
    texts
        .map(|(at, text)| {
            if at % 4 == 0 {
                text
            } else {
                format!("[{}]\n{text}", ["install", "global", "wheel"][at % 3])
            }
        })
        .collect()
}

/// The oracle's settings without those that the edit is about.
fn without_index(settings: &Value) -> Map<String, Value> {
    let mut others = settings.as_object().cloned().unwrap_or_default();
    for section in others.values_mut().filter_map(Value::as_object_mut) {
        for key in ["index-url", "extra-index-url", "keyring-provider"] {
            section.remove(key);
        }
    }
    // An added [global] without anything else says nothing.
    others.retain(|name, section| {
        name != "global"
            || section
                .as_object()
                .is_some_and(|section| !section.is_empty())
    });
    others
}

fn words(settings: &Value) -> Vec<String> {
    let values = settings
        .as_object()
        .into_iter()
        .flat_map(|sections| sections.values())
        .filter_map(|section| section["extra-index-url"].as_str());
    values
        .flat_map(str::split_whitespace)
        .filter(|url| !url.contains("aws:eyJ0@"))
        .map(str::to_owned)
        .collect()
}

#[test]
fn pip_conf_is_refused_exactly_where_python_refuses_it_and_read_as_python_reads_it() {
    let files = pip_files();
    let mut accepted = 0;
    for (text, answer) in files.iter().zip(ask("python3", "pip_conf.py", &files)) {
        let normalize = |key: &str| {
            let key = key.to_lowercase().replace('_', "-");
            key.strip_prefix("--").map(str::to_owned).unwrap_or(key)
        };
        let ours = ConfigFile::parse(text, normalize);
        assert_eq!(
            ours.is_ok(),
            !answer.is_null(),
            "{text:?}: {:?}",
            ours.err()
        );
        let Ok(ours) = ours else { continue };
        accepted += 1;
        let mut read = Map::new();
        for entry in ours.entries() {
            let section = read
                .entry(entry.section)
                .or_insert_with(|| Map::new().into());
            section[entry.name] = entry.value.into();
        }
        let mut expected = answer.as_object().cloned().unwrap_or_default();
        expected.retain(|_, section| {
            section
                .as_object()
                .is_some_and(|section| !section.is_empty())
        });
        assert_eq!(read, expected, "{text:?}");
    }
    assert!(
        accepted > CASES / 5 && accepted < CASES,
        "{accepted} of {CASES} accepted: both kinds must come"
    );
}

#[test]
fn pip_conf_after_the_edit_says_what_it_should_and_the_rest_as_before() {
    let secret = Secret::new(TOKEN);
    let files = pip_files();
    for auth in [Auth::Helper, Auth::Token(&secret)] {
        let registry = Registry {
            url: PYPI,
            auth,
            namespace: None,
        };
        let edited: Vec<(String, String)> = files
            .iter()
            .filter_map(|text| Some((text.clone(), pip::configure(text, &registry).ok()?.text)))
            .collect();
        let (before, after): (Vec<_>, Vec<_>) = edited.into_iter().unzip();
        let answers = ask("python3", "pip_conf.py", &before).into_iter().zip(ask(
            "python3",
            "pip_conf.py",
            &after,
        ));
        for ((before, after), text) in answers.zip(&after) {
            let login = if matches!(auth, Auth::Helper) {
                "aws".to_owned()
            } else {
                format!("aws:{TOKEN}")
            };
            assert_eq!(
                after["global"]["index-url"],
                format!("https://{login}@{HOST}/pypi/team/simple/"),
                "{text:?}"
            );
            if matches!(auth, Auth::Helper) {
                assert_eq!(
                    after["global"]["keyring-provider"], "subprocess",
                    "{text:?}"
                );
            }
            assert_eq!(without_index(&before), without_index(&after), "{text:?}");
            assert_eq!(words(&before), words(&after), "{text:?}");
            // (A URL alone in a line is a key `https` to Python.)
            let sections = after
                .as_object()
                .into_iter()
                .flat_map(|sections| sections.values());
            // An index URL of two lines is none.
            let stale = sections
                .flat_map(|section| {
                    ["index-url", "extra-index-url"].map(|key| (key, &section[key]))
                })
                .filter_map(|(key, value)| Some((key, value.as_str()?)))
                .any(|(key, value)| {
                    value.contains("eyJ0") && (key == "extra-index-url" || !value.contains('\n'))
                });
            assert!(!stale, "a stale token is left: {text:?}");
        }
    }
    files.iter().for_each(|text| properties::pip(text));
}

fn npmrc_lines() -> BoxedStrategy<String> {
    let ordinary = one_of(&[
        "registry=https://r.corp/npm/",
        "registry = https://r.corp/npm/ ; mirror",
        "@acme:registry=https://a.corp/",
        "@b:registry = https://b.corp/",
        "//r.corp/npm/:_authToken=npm_secret",
        "//HOST/npm/team/:_authToken=eyJ0",
        "//HOST/npm/team/:always-auth=true",
        "//HOST/npm/team:_authToken=eyJ0",
        "registry=https://HOST/npm/team/",
        "registry=https://HOST/npm/other/",
        "//HOST/npm/other/:_authToken=eyJ9",
        "; comment",
        "# comment",
        "  # c",
        "",
        "",
        "save-exact = true",
        "fund=false",
        "ca[]=\"-----BEGIN\\nX\"",
        "ca[]=two",
        "email",
        "loglevel = warn",
        "cache=${HOME}/.npm",
        "prefix=~/.local",
    ]);
    let odd = one_of(&[
        "[section]",
        "[registry]",
        "[a.b]",
        "[x] ",
        "[y]z",
        "registry[]=https://x/",
        "\"registry\" = 'https://q/'",
        "'@acme:registry' = \"https://q/\"",
        "registry",
        "registry ; c",
        "registry ; c = https://x/",
        "registry = a\\;b ; c",
        "=x",
        "\u{feff}registry=https://bom/",
        "reg\u{2028}=1",
        "a=b\u{2028}c",
        "\u{85}registry=1",
        "'[\"registry\"]'=1",
        "a.b=null",
        "__proto__=1",
        "x=\"",
        "\"=\"",
        "' = '",
        "k = 'it''s'",
        "__proto__",
        "[__proto__]",
        "5=6",
        "'5'=7",
    ]);
    prop_oneof![12 => ordinary, 2 => odd, 1 => "[ a-c=;#\"'\\[\\]]{0,8}".boxed()].boxed()
}

#[test]
fn npmrc_is_read_as_npm_reads_it() {
    let files = files(npmrc_lines());
    for (text, answer) in files.iter().zip(ask("node", "ini.cjs", &files)) {
        let Some(answer) = answer.as_object() else {
            continue;
        };
        let ours = NpmrcFile::parse(text);
        for (_, name, _) in ours.entries().filter(|(_, name, _)| *name != "__proto__") {
            let value = ours.value(name).expect("a name that was listed");
            match answer.get(name) {
                Some(Value::String(read)) => assert_eq!(value, read, "{name} in {text:?}"),
                Some(Value::Array(read)) => assert!(
                    read.iter()
                        .any(|read| read.as_str().map_or(read.to_string(), str::to_owned) == value),
                    "{name} in {text:?}"
                ),
                Some(Value::Object(_)) => {}
                Some(other) => assert_eq!(value, other.to_string(), "{name} in {text:?}"),
                None => assert!(
                    value == "null" && name.contains('.'),
                    "npm does not see {name} in {text:?}"
                ),
            }
        }
        for (name, read) in answer.iter().filter(|(_, read)| !read.is_object()) {
            assert!(
                ours.value(name).is_some(),
                "{name} = {read} is missed in {text:?}"
            );
        }
    }
}

#[test]
fn npmrc_after_the_edit_says_what_it_should_and_the_rest_as_before() {
    let secret = Secret::new(TOKEN);
    let files = files(npmrc_lines());
    for namespace in [None, Some("@acme")] {
        let registry = Registry {
            url: NPM,
            auth: Auth::Token(&secret),
            namespace,
        };
        let setting = namespace.map_or("registry".to_owned(), |scope| format!("{scope}:registry"));
        let edited: Vec<(String, String)> = files
            .iter()
            .filter_map(|text| Some((text.clone(), npm::configure(text, &registry).ok()?.text)))
            .collect();
        assert!(edited.len() > CASES * 9 / 10, "npm reads nearly everything");
        let (before, after): (Vec<_>, Vec<_>) = edited.into_iter().unzip();
        let answers = ask("node", "ini.cjs", &before)
            .into_iter()
            .zip(ask("node", "ini.cjs", &after));
        for ((before, after), text) in answers.zip(&after) {
            let (Value::Object(mut before), Value::Object(mut after)) = (before, after) else {
                continue;
            };
            assert_eq!(after[&setting], NPM, "{text:?}");
            assert_eq!(
                after[&format!("//{HOST}/npm/team/:_authToken")],
                TOKEN,
                "{text:?}"
            );
            // What stands behind a section's header npm does not read, and we do not touch.
            let stale = text.contains("eyJ0") && !text.contains('[');
            assert!(!stale, "a stale token is left: {text:?}");
            for settings in [&mut before, &mut after] {
                settings.retain(|name, _| {
                    *name != setting
                        && !(name.contains(HOST) && name.ends_with(":_authToken")
                            || name.ends_with("other/:always-auth"))
                });
            }
            assert_eq!(before, after, "{text:?}");
        }
    }
    files.iter().for_each(|text| properties::npmrc(text));
}

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
    let registry = Registry {
        url: PYPI,
        auth: Auth::Helper,
        namespace: None,
    };
    let files = [uv_files(), files(uv_lines())].concat();
    files.iter().for_each(|text| properties::uv(text));
    let accepted = files
        .iter()
        .filter(|text| uv::configure(text, &registry).is_ok())
        .count();
    assert!(accepted > CASES / 3, "{accepted} were TOML");
}

proptest! {
    #[test]
    fn no_text_makes_an_editor_panic(text in any::<String>()) {
        properties::pip(&text);
        properties::npmrc(&text);
        properties::uv(&text);
    }
}

/// Every uv that the environment offers: `STUDIO_MIRROR_CLIENTS`, a folder with one venv a version.
fn uvs() -> Vec<PathBuf> {
    let clients = std::env::var_os("STUDIO_MIRROR_CLIENTS").map(PathBuf::from);
    let clients =
        clients.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join(".cache/clients"));
    let folders = std::fs::read_dir(clients).into_iter().flatten().flatten();
    folders
        .map(|folder| folder.path().join("bin/uv"))
        .filter(|uv| uv.exists())
        .collect()
}

#[test]
fn real_uv_reads_the_edited_file_and_goes_to_our_index() {
    let registry = Registry {
        url: "http://127.0.0.1:9/pypi/team/",
        auth: Auth::Helper,
        namespace: None,
    };
    let folder = tempfile::tempdir().expect("a scratch folder");
    let config = folder.path().join("uv.toml");
    let known_to_old_uv = |text: &&String| {
        !text.contains("authenticate")
            && !text.contains("ignore-error-codes")
            && !text.contains("cache-control")
    };
    let files = uv_files();
    for uv in uvs() {
        let readable = files.iter().filter(known_to_old_uv).filter(|text| {
            !text.contains("[[index]] # block\n\n") && !text.contains("extra-index-url")
        });
        for text in readable
            .filter(|text| text.contains("[[index]]") == text.contains("url ="))
            .take(12)
        {
            let Ok(done) = uv::configure(text, &registry) else {
                continue;
            };
            std::fs::write(&config, &done.text).expect("a writable folder");
            let output = Command::new(&uv)
                .args(["--offline", "--no-cache", "--config-file"])
                .arg(&config)
                .args(["pip", "compile", "--no-header", "--emit-index-url", "-"])
                .env_clear()
                .env("HOME", folder.path())
                .env("PATH", std::env::var_os("PATH").unwrap_or_default())
                .stdin(Stdio::null())
                .output()
                .expect("uv runs");
            let said = String::from_utf8_lossy(&output.stdout);
            let complained = String::from_utf8_lossy(&output.stderr);
            assert!(
                output.status.success(),
                "{}: {complained}\n{}",
                uv.display(),
                done.text
            );
            assert!(
                said.contains("--index-url http://aws@127.0.0.1:9/pypi/team/simple")
                    || said.contains("--index-url http://127.0.0.1:9/pypi/team/simple")
                    || said.contains("--index-url http://aws:****@127.0.0.1:9"),
                "{}: {said}\n{}",
                uv.display(),
                done.text
            );
        }
    }
}
