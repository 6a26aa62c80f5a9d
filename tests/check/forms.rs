//! The three forms of one report, to the byte; colours, width, schema.

use crate::Set;
use crate::support::checkout;
use crate::support::home::Finished;
use serde_json::Value;
use std::process::Command;
use studio_mirror_emulator::{Action, Layer};

fn denied() -> Set {
    Set::with_tls().broken(
        "GetAuthorizationToken",
        Action::Deny {
            layer: Layer::BearerToken,
        },
    )
}

/// Compares with a file in tests/check/snapshots, or writes it when UPDATE_SNAPSHOTS says so.
#[track_caller]
fn assert_snapshot(name: &str, text: &str) {
    let path = checkout().join("tests/check/snapshots").join(name);
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
        std::fs::write(&path, text).expect("writable");
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(expected == text, "{name} is now\n{text}");
}

#[test]
fn text_json_and_markdown_of_one_report() {
    let set = denied();
    for (form, name) in [
        ("text", "denied.txt"),
        ("json", "denied.json"),
        ("markdown", "denied.md"),
    ] {
        let finished = set.check(&["--output", form]).exit(1);
        assert_eq!(finished.stderr, "");
        assert_snapshot(name, &set.steady(&finished.stdout));
    }
    let healthy = Set::up();
    let finished = healthy.check(&[]).success();
    assert_snapshot("healthy.txt", &healthy.steady(&finished.stdout));
    let finished = healthy.check(&["-v"]).success();
    assert_snapshot("healthy-v.txt", &healthy.steady(&finished.stdout));
}

#[test]
fn all_forms_show_the_same_findings() {
    let set = denied();
    let document: Value =
        serde_json::from_str(&set.check(&["--output", "json"]).stdout).expect("JSON");
    let text = set.check(&[]).stdout;
    let markdown = set.check(&["--output", "markdown"]).stdout;
    for check in document["checks"].as_array().expect("a list") {
        let id = check["id"].as_str().expect("a text");
        assert!(text.contains(id), "{id} is not in\n{text}");
        assert!(
            markdown.contains(&format!("`{id}`")),
            "{id} is not in\n{markdown}"
        );
    }
}

#[test]
fn every_document_is_as_the_published_schema_says() {
    let schema =
        std::fs::read_to_string(checkout().join("docs/check.schema.json")).expect("the schema");
    let schema: Value = serde_json::from_str(&schema).expect("JSON");
    assert!(jsonschema::meta::is_valid(&schema));
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let silent = Set::up().all_broken(Action::Hang);
    for set in [Set::up(), denied(), silent] {
        let finished = set.check(&["--output", "json"]);
        let document: Value = serde_json::from_str(&finished.stdout).expect("JSON");
        let wrong: Vec<String> = validator
            .iter_errors(&document)
            .map(|error| error.to_string())
            .collect();
        assert!(wrong.is_empty(), "{wrong:?}\n{finished}");
    }
    // The schema itself must be able to say no.
    let mut odd: Value =
        serde_json::from_str(&Set::up().check(&["--output", "json"]).stdout).expect("JSON");
    odd["checks"][0]["status"] = "fine".into();
    assert!(!validator.is_valid(&odd));
}

#[test]
fn lines_are_80_columns_wide_at_most() {
    let sets = [
        denied(),
        Set::up().all_broken(Action::Hang),
        Set::up().broken("GetObject", Action::Drop),
    ];
    for set in sets {
        for flags in [&[][..], &["-v"]] {
            let finished = set.check(flags);
            for line in finished.stdout.lines() {
                assert!(line.chars().count() <= 80, "{line}\nin\n{finished}");
            }
        }
    }
}

/// Runs it on a terminal of its own; what the terminal got.
fn on_a_terminal(set: &Set, variables: &[(&str, &str)], flags: &[&str]) -> Finished {
    let check = set.command(flags);
    let words = std::iter::once(check.get_program()).chain(check.get_args());
    let words: Vec<_> = words
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let mut terminal = set.home.command("script");
    terminal.args([
        "--quiet",
        "--return",
        "--command",
        &words.join(" "),
        "/dev/null",
    ]);
    for (name, value) in check.get_envs() {
        terminal.env(name, value.unwrap_or_default());
    }
    terminal.env("TERM", "xterm");
    for (name, value) in variables {
        terminal.env(name, value);
    }
    has_script();
    set.home.run(&mut terminal)
}

fn has_script() {
    let script = Command::new("script").arg("--version").output();
    assert!(
        script.is_ok(),
        "this test needs `script` (Debian: bsdutils)"
    );
}

#[test]
fn colours_and_progress_are_for_terminals_and_no_color_forbids_colours() {
    const RED: &str = "\u{1b}[31mFAILED\u{1b}[0m";
    let set = denied();
    let shown = on_a_terminal(&set, &[], &[]).exit(1);
    assert!(shown.stdout.contains(RED), "{shown}");
    assert!(shown.stdout.contains("\r\u{1b}[Kchecking "), "{shown}");
    let plain = on_a_terminal(&set, &[("NO_COLOR", "1")], &[]).exit(1);
    assert!(
        plain
            .stdout
            .contains("FAILED: expected that CodeArtifact gives a token"),
        "{plain}"
    );
    assert!(!plain.stdout.contains("\u{1b}[31m"), "{plain}");
    let empty = on_a_terminal(&set, &[("NO_COLOR", "")], &[]).exit(1);
    assert!(empty.stdout.contains(RED), "{empty}");
    let dumb = on_a_terminal(&set, &[("TERM", "dumb")], &["-q"]).exit(1);
    assert!(!dumb.stdout.contains('\u{1b}'), "{dumb}");
    let piped = set.check(&[]).exit(1);
    assert!(
        !piped.stdout.contains('\u{1b}') && piped.stderr.is_empty(),
        "{piped}"
    );
}
