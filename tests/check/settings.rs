//! Settings that cannot be right, files of ours that cannot be read, caches of elsewhere.

use crate::Set;
use crate::set::{Seen, bare};
use crate::support::home::Home;
use crate::support::wire::login_at;

const CONFIG: &str = ".config/studio-mirror/config.toml";
const STATE: &str = ".local/state/studio-mirror/state.json";

/// `check` says that the settings cannot be used, with these words in what it says, and all else waits.
#[track_caller]
fn one_root(home: &Home, words: &[&str]) {
    let seen = Seen::of(bare(home, &["check", "--output", "json"]));
    let seen = seen.assert_root("settings.complete", words);
    assert!(!seen.ids("skipped").is_empty(), "{}", seen.finished);
    for form in ["text", "markdown"] {
        let finished = bare(home, &["check", "--output", form]);
        assert_eq!(finished.status.code(), Some(1), "{finished}");
        assert!(finished.stdout.contains("settings.complete"), "{finished}");
        assert_eq!(finished.stderr, "", "{finished}");
    }
}

#[test]
fn a_file_of_settings_that_cannot_be_read_is_the_one_cause() {
    let home = Home::new();
    for (text, words) in [
        ("domain = ", "line 1"),
        ("domian = \"corp\"", "unknown field `domian`"),
        ("domain = 7", "expected a string"),
    ] {
        home.write(CONFIG, text);
        one_root(&home, &[words, "$ vi '", "config.toml'", "you"]);
    }
    std::fs::remove_file(home.join(CONFIG)).expect("our own file");
    std::fs::create_dir(home.join(CONFIG)).expect("a folder");
    one_root(&home, &["is not a regular file"]);
}

#[test]
fn a_variable_that_cannot_be_right_is_the_one_cause() {
    for (name, value) in [
        ("AWS_REGION", "us-east-1 "),
        ("STUDIO_MIRROR_DOMAIN", "Corp_1"),
        ("STUDIO_MIRROR_DOMAIN_OWNER", "12"),
        ("STUDIO_MIRROR_ENDPOINT_TYPE", "ipv6"),
        ("STUDIO_MIRROR_API_ENDPOINT", "codeartifact"),
    ] {
        let home = Home::new().env(name, value);
        let unset = format!("$ unset {name}");
        one_root(&home, &[value, "cannot be right", &unset]);
    }
    let home = Home::new().env("STUDIO_MIRROR_CONFIG", "/no/such");
    one_root(&home, &["`/no/such` is not there"]);
}

#[test]
fn a_state_of_another_version_or_torn_is_the_one_cause() {
    let set = Set::up();
    login_at(&set.home, set.url(), &[]).success();
    let state = set.home.read(STATE);
    let newer = state.replacen("\"schema_version\": ", "\"schema_version\": 9", 1);
    assert_ne!(newer, state);
    for text in [newer.as_str(), "{"] {
        set.home.write(STATE, text);
        one_root(
            &set.home,
            &["is damaged", "$ mv '", "$ studio-mirror login"],
        );
    }
}

#[test]
fn a_flag_that_cannot_be_right_is_wrong_usage() {
    let finished = bare(&Home::new(), &["check", "--tool", "pipp"]);
    assert_eq!(finished.status.code(), Some(2), "{finished}");
    assert!(finished.stderr.contains("pipp"), "{finished}");
}

#[test]
fn a_cached_token_that_the_repository_refuses() {
    let set = Set::up();
    login_at(&set.home, set.url(), &[]).success();
    set.report(&[]).assert_healthy();
    let [_, run] = set.home.folders();
    for file in std::fs::read_dir(run.join("studio-mirror")).expect("the cache") {
        let path = file.expect("an entry").path();
        if path.extension().is_some_and(|end| end == "json") {
            let text = std::fs::read_to_string(&path).expect("a token");
            let mut document: serde_json::Value = serde_json::from_str(&text).expect("JSON");
            for value in document.as_object_mut().expect("an object").values_mut() {
                let foreign = value.as_str().filter(|text| text.starts_with("eyJ"));
                if let Some(token) =
                    foreign.map(|token| token[..token.len() - 4].to_owned() + "AAAA")
                {
                    *value = token.into();
                }
            }
            std::fs::write(&path, document.to_string()).expect("writable");
        }
    }
    let words = [
        "accepts a new one",
        "$ studio-mirror token --force > /dev/null",
        "you",
    ];
    set.report(&[]).assert_root("token.cached", &words);
}
