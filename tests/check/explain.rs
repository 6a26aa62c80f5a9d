//! `--explain`: offline, for every id, and helpful about ids that are none.

use crate::set::bare;
use crate::support::binary_under_test;
use crate::support::home::Home;
use serde_json::Value;
use std::process::Command;

fn ids(home: &Home) -> Vec<String> {
    let list = bare(home, &["check", "--explain", "--output", "json"]).success();
    let list: Value = serde_json::from_str(&list.stdout).expect("JSON");
    let checks = list["checks"].as_array().expect("a list");
    let id = |check: &Value| check["id"].as_str().expect("a text").to_owned();
    checks.iter().map(id).collect()
}

#[test]
fn every_check_is_explained_with_who_mends_it_and_what_to_type() {
    let home = Home::new();
    let ids = ids(&home);
    assert!(ids.len() > 25, "{ids:?}");
    for id in ids {
        let said = bare(&home, &["check", "--explain", &id]).success();
        let text = &said.stdout;
        assert!(text.starts_with(&format!("{id}: ")), "{said}");
        let who = ["you", "your platform team", "your identity team"];
        let mended = who.map(|who| format!("\nMended by {who}:\n"));
        assert!(mended.iter().any(|line| text.contains(line)), "{said}");
        let (_, mend) = text.split_once("\nMended by ").expect("just seen");
        let tells = [
            "    aws ",
            "    studio-mirror ",
            "    export ",
            "    unset ",
            "    sudo ",
            "    dig ",
            "    pip ",
            "    uv ",
            "    npm ",
            "    vi ",
            "    chmod ",
            "console: https://",
            "{ \"Effect\"",
        ];
        assert!(tells.iter().any(|what| mend.contains(what)), "{said}");
        for line in text.lines() {
            assert!(line.chars().count() <= 80, "{id}: {line}");
        }
        assert_eq!(said.stderr, "");
    }
}

#[test]
fn an_explanation_needs_neither_home_nor_settings_nor_network() {
    let mut alone = Command::new(binary_under_test());
    alone.args(["check", "--explain", "token.mint"]).env_clear();
    let said = alone.output().expect("it runs");
    assert!(said.status.success());
    assert!(String::from_utf8_lossy(&said.stdout).contains("sts:GetServiceBearerToken"));
    let markdown = bare(
        &Home::new(),
        &["check", "--explain", "token.mint", "--output", "markdown"],
    );
    let markdown = markdown.success().stdout;
    assert!(
        markdown.contains("```json\n{ \"Version\": \"2012-10-17\""),
        "{markdown}"
    );
}

#[test]
fn an_unknown_id_is_wrong_usage_and_its_neighbours_are_named() {
    let said = bare(&Home::new(), &["check", "--explain", "network.api.dsn"]).exit(2);
    assert_eq!(
        said.stderr,
        "error: there is no check `network.api.dsn`\n\
         hint: did you mean network.api.dns, network.api.tcp, network.api.tls?\n"
    );
    let said = bare(&Home::new(), &["check", "--explain", "nonsense-of-mine"]).exit(2);
    assert_eq!(
        said.stderr,
        "error: there is no check `nonsense-of-mine`\n\
         hint: `studio-mirror check --explain` lists all of them\n"
    );
    let said = bare(&Home::new(), &["check", "--bogus"]).exit(2);
    assert!(said.stderr.contains("--bogus"), "{said}");
    let said = bare(&Home::new(), &["status", "--output", "markdown"]).exit(2);
    assert!(
        said.stderr
            .contains("--output markdown is for `check` alone"),
        "{said}"
    );
}

/// The table in docs/check.md stands between these marks and is what `check --explain --output markdown` prints.
#[test]
fn the_documents_table_is_the_catalogues() {
    let document = crate::support::checkout().join("docs/check.md");
    let document = std::fs::read_to_string(document).expect("docs/check.md is readable");
    let table = bare(
        &Home::new(),
        &["check", "--explain", "--output", "markdown"],
    );
    let table = table.success().stdout;
    let (_, rest) = document
        .split_once("<!-- checks -->\n")
        .expect("the mark of the table");
    let (shown, _) = rest.split_once("<!-- /checks -->").expect("the mark's end");
    assert_eq!(
        shown.trim(),
        table.trim(),
        "paste what `check --explain --output markdown` prints"
    );
}
