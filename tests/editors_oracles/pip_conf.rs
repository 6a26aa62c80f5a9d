//! pip.conf, judged by Python's RawConfigParser with pip's spelling rule.

use proptest::prelude::*;
use serde_json::{Map, Value};
use studio_mirror::edit::configparser::ConfigFile;
use studio_mirror::secret::Secret;
use studio_mirror::tools::{Auth, Editor, pip};

use crate::generated::{CASES, HOST, files, one_of};
use crate::oracle::ask;
use crate::properties::{self, PYPI, TOKEN};

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
        let registry = properties::registry(PYPI, auth);
        let edited: Vec<(String, String)> = files
            .iter()
            .filter_map(|text| {
                Some((
                    text.clone(),
                    pip::PipConf.configure(text, &[registry]).ok()?.text,
                ))
            })
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
