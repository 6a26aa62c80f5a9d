//! ~/.netrc, judged by Python's netrc.

use proptest::prelude::*;
use serde_json::{Value, json};
use studio_mirror::edit::netrc::NetrcFile;

use crate::generated::{CASES, HOST, files, one_of};
use crate::oracle::ask;
use crate::properties::TOKEN;

fn lines() -> BoxedStrategy<String> {
    let ordinary = one_of(&[
        "machine a.example login me password p",
        "machine b.example",
        "  login you",
        "\tpassword q",
        "machine HOST login token password eyJ0",
        "machine HOST login aws password eyJ9",
        "machine c.example login me account x password p machine d.example login e",
        "# comment",
        "",
        "",
    ]);
    let odd = one_of(&[
        "default login anonymous password x",
        "default",
        "macdef init",
        "machine",
        "login",
        "machine a.example port 21",
        "machine a.example login me # why",
        "password \"two words\"",
        "password a\\b",
        "user u",
        "#",
    ]);
    prop_oneof![10 => ordinary, 2 => odd, 1 => "[ a#\"\\\\]{0,6}".boxed()].boxed()
}

#[test]
fn netrc_is_read_as_python_reads_it_and_says_what_it_should() {
    let edited: Vec<(NetrcFile, String, String)> = files(lines())
        .into_iter()
        .filter_map(|text| {
            let before = NetrcFile::parse(&text).ok()?;
            let mut after = NetrcFile::parse(&text).ok()?;
            after
                .set(HOST, "token", TOKEN)
                .expect("what was read can be edited");
            Some((before, text, after.text().to_owned()))
        })
        .collect();
    assert!(edited.len() > CASES / 10, "only {} are taken", edited.len());
    let texts = |which: fn(&(NetrcFile, String, String)) -> &String| -> Vec<String> {
        edited.iter().map(which).cloned().collect()
    };
    let before = ask("python3", "netrc_file.py", &texts(|one| &one.1));
    let after = ask("python3", "netrc_file.py", &texts(|one| &one.2));
    for ((file, text, done), (old, new)) in edited.iter().zip(before.into_iter().zip(after)) {
        let Value::Object(mut old) = old else {
            // Python takes a comment behind a blank line for words; others do not.
            assert!(text.contains('#'), "Python does not read this: {text:?}");
            continue;
        };
        let Value::Object(mut new) = new else {
            panic!("Python does not read the edit: {text:?} to {done:?}");
        };
        assert_eq!(new.remove(HOST), Some(json!(["token", TOKEN])), "{text:?}");
        old.remove(HOST);
        assert_eq!(old, new, "{text:?}");
        for (name, read) in old.iter().filter(|(name, _)| *name != "default") {
            // Of two entries Python takes the last, others the first.
            let is_single = text.matches(&format!("machine {name}")).count() == 1;
            if is_single && let Some((login, password)) = file.login(name) {
                assert_eq!(*read, json!([login, password]), "{name} in {text:?}");
            }
        }
    }
}
