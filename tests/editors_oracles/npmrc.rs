//! .npmrc, judged by npm's own ini.

use proptest::prelude::*;
use serde_json::Value;
use studio_mirror::edit::npmrc::NpmrcFile;
use studio_mirror::secret::Secret;
use studio_mirror::tools::{Auth, Editor, Registry, npm};

use crate::generated::{CASES, HOST, files, one_of};
use crate::oracle::ask;
use crate::properties::{self, NPM, TOKEN};

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
            namespace,
            ..properties::registry(NPM, Auth::Token(&secret))
        };
        let setting = namespace.map_or("registry".to_owned(), |scope| format!("{scope}:registry"));
        let edited: Vec<(String, String)> = files
            .iter()
            .filter_map(|text| {
                Some((
                    text.clone(),
                    npm::Npmrc.configure(text, &[registry]).ok()?.text,
                ))
            })
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
