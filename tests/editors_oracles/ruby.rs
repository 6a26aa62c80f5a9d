//! gem's .gemrc and file of keys, judged by Psych; bundler's configuration, judged by bundler's own reader.

use std::io::Write;
use std::path::Path;

use proptest::prelude::*;
use serde_json::{Map, Value};
use studio_mirror::secret::Secret;
use studio_mirror::tools::gem::{BundleConfig, Credentials, Gemrc};
use studio_mirror::tools::{Auth, Editor};

use crate::generated::{CASES, files, one_of};
use crate::oracle::ask;
use crate::properties::{TOKEN, registry};

const RUBY: &str = "https://corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/ruby/team/";

fn lines() -> BoxedStrategy<String> {
    let ordinary = one_of(&[
        "---",
        "# comment",
        "  # c",
        "",
        ":verbose: true",
        ":backtrace: false # why",
        "gem: --no-document",
        "install: \"--no-document --user-install\"",
        ":sources:",
        "- https://rubygems.org/",
        "- https://gems.example/ # theirs",
        "- 'https://q.example/'",
        "- \"https://aws:eyJ0@HOST/ruby/team/\"",
        "- https://aws:eyJ0@HOST/ruby/other/",
        "BUNDLE_JOBS: \"4\"",
        "BUNDLE_PATH: vendor",
        "BUNDLE_WITHOUT: development:test",
        "BUNDLE_MIRROR__HTTPS://RUBYGEMS__ORG/: \"https://old.example/\"",
        "BUNDLE_MIRROR__HTTPS://RUBYGEMS__ORG: https://older.example",
        "BUNDLE_MIRROR__HTTPS://RUBYGEMS__ORG/: \"https://old.example/\" # why",
        "BUNDLE_GEMS__EXAMPLE: \"me:secret\"",
        ":rubygems_api_key: rubygems_x",
        "https://HOST/ruby/team: \"Bearer eyJ0\"",
        "https://HOST/ruby/team/: Bearer eyJ0",
    ]);
    let odd = one_of(&[
        ":sources: []",
        ":sources: [https://a.example/]",
        "  - https://deep.example/",
        "- a: 1",
        "- - x",
        "-",
        "key: |",
        "  text: here",
        "key: \"open",
        "key: *alias",
        "a: b: c",
        "- \"open",
        "? q",
        "{}",
        "...",
        "\ttab: 1",
        "x: 'it''s'",
        ": y",
        "plain",
    ]);
    prop_oneof![12 => ordinary, 2 => odd, 1 => "[ a-c:#\"'-]{0,8}".boxed()].boxed()
}

/// A text that an editor takes, and what Ruby reads before and after the edit.
struct Edited {
    text: String,
    before: Map<String, Value>,
    after: Map<String, Value>,
}

/// Every text that `editor` takes, as `reader` reads it.
fn edited(editor: &dyn Editor, reader: &str) -> Vec<Edited> {
    if !Path::new("/usr/bin/bundle").is_file() {
        let said = "\n***** SKIPPED how Ruby reads our files: bundle is not installed (scripts/clients) *****\n";
        let _ = std::io::stderr().write_all(said.as_bytes());
        return Vec::new();
    }
    let secret = Secret::new(TOKEN);
    let registry = registry(RUBY, Auth::Token(&secret));
    let (before, after): (Vec<String>, Vec<String>) = files(lines())
        .into_iter()
        .filter_map(|text| {
            let done = editor.configure(&text, &[registry]).ok()?;
            Some((text, done.text))
        })
        .unzip();
    assert!(before.len() > CASES / 20, "only {} are taken", before.len());
    let answers = ask("ruby", "ruby.rb", &before)
        .into_iter()
        .zip(ask("ruby", "ruby.rb", &after));
    let read = |answer: Value, text: &String| match &answer[reader] {
        Value::Object(read) => read.clone(),
        _ => panic!("{reader} does not read this, which was taken: {text:?}"),
    };
    answers
        .zip(before.iter().zip(&after))
        .map(|((old, new), (text, done))| Edited {
            text: text.clone(),
            before: read(old, text),
            after: read(new, done),
        })
        .collect()
}

#[test]
fn gemrc_after_the_edit_says_what_it_should_and_the_rest_as_before() {
    for Edited {
        text,
        mut before,
        mut after,
    } in edited(&Gemrc, "gem")
    {
        let ours = RUBY.replace("://", &format!("://aws:{TOKEN}@"));
        let sources = after.remove(":sources").expect("sources");
        let sources = sources.as_str().expect("an array, inspected");
        assert!(
            sources.contains(&ours) && !sources.contains("rubygems.org"),
            "{text:?}: {sources}"
        );
        assert!(!sources.contains("eyJ0"), "{text:?}: {sources}");
        let others = before.remove(":sources").unwrap_or_default();
        let theirs = others.as_str().unwrap_or_default();
        for other in [
            "https://gems.example/",
            "https://q.example/",
            "https://deep.example/",
        ] {
            assert_eq!(
                theirs.contains(other),
                sources.contains(other),
                "{text:?}: {sources}"
            );
        }
        assert_eq!(before, after, "{text:?}");
    }
}

#[test]
fn keys_to_push_with_are_found_and_the_rest_is_as_before() {
    for Edited {
        text,
        mut before,
        mut after,
    } in edited(&Credentials, "gem")
    {
        let key = RUBY.trim_end_matches('/');
        let ours = after.remove(key);
        assert_eq!(ours, Some(format!("\"Bearer {TOKEN}\"").into()), "{text:?}");
        before.retain(|name, _| name.trim_end_matches('/') != key);
        assert_eq!(before, after, "{text:?}");
    }
}

#[test]
fn bundler_finds_its_mirror_and_login_and_the_rest_is_as_before() {
    for Edited {
        text,
        mut before,
        mut after,
    } in edited(&BundleConfig, "bundler")
    {
        let mirror = "BUNDLE_MIRROR__HTTPS://RUBYGEMS__ORG/";
        assert_eq!(
            after.remove(mirror),
            Some(format!("\"{RUBY}\"").into()),
            "{text:?}"
        );
        let key = RUBY.to_uppercase().replace('.', "__").replace('-', "___");
        let login = after.remove(&format!("BUNDLE_{key}"));
        assert_eq!(login, Some(format!("\"aws:{TOKEN}\"").into()), "{text:?}");
        before.remove(mirror);
        assert_eq!(before, after, "{text:?}");
    }
}

/// From 3.5 on gem reads its own files with that reader too.
#[test]
fn newer_gems_find_the_source_and_the_key() {
    let source = RUBY.replace("://", &format!("://aws:{TOKEN}@"));
    for Edited { text, after, .. } in edited(&Gemrc, "bundler") {
        let sources = after[":sources"].as_str().unwrap_or_default();
        assert!(sources.contains(&format!("\"{source}\"")), "{text:?}");
    }
    for Edited { text, after, .. } in edited(&Credentials, "bundler") {
        let key = RUBY.replace('.', "__");
        assert_eq!(after[&key], format!("\"Bearer {TOKEN}\""), "{text:?}");
    }
}
