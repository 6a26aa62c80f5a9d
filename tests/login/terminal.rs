//! What login, status and logout say fits into a terminal of 80 columns, and stays whole in a log.

use crate::support::binary_under_test;
use crate::support::home::{Finished, Home};
use crate::support::mirror::Mirror;

const EVERY_TOOL: &str =
    "pip,uv,npm,pnpm,yarn,bun,twine,poetry,pdm,hatch,cargo,maven,gradle,dotnet,gem,swift";

/// No line is wider but for an address or a path, which nobody could break.
#[track_caller]
fn assert_fits(finished: &Finished) {
    for line in finished.stdout.lines().chain(finished.stderr.lines()) {
        let line = line.trim_end();
        let has_long_word = line.split(' ').any(|word| word.len() > 50);
        assert!(
            line.chars().count() <= 80 || has_long_word,
            "{line}\n{finished}"
        );
    }
}

#[test]
fn what_is_shown_of_every_tool_fits() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    assert_fits(&home.studio_mirror(["status"]).success());
    assert_fits(&mirror.login(&home, &["-q", "--tool", EVERY_TOOL]).success());
    assert_fits(&home.studio_mirror(["status"]).success());
    // Files that have something to be said about them.
    home.write(".npmrc", "registry=https://npm.example/\n");
    home.write(".config/pypoetry/config.toml", "");
    let status = home.studio_mirror(["status"]).success();
    assert_fits(&status);
    assert!(status.stdout.contains("`studio-mirror login`"), "{status}");
    assert_fits(&home.studio_mirror(["logout"]).success());
}

#[test]
fn a_message_is_broken_for_a_terminal_alone() {
    let home = Home::new();
    let log = home.studio_mirror(["token"]).exit(2);
    let hint = log.stderr.lines().last().expect("a hint");
    assert!(hint.starts_with("hint: ") && hint.len() > 100, "{log}");
    let mut terminal = home.command("script");
    let command = format!("{} token", binary_under_test().display());
    terminal.args(["--quiet", "--return", "--command", &command, "/dev/null"]);
    let shown = home.run(&mut terminal).exit(2);
    assert_fits(&shown);
    let words: Vec<&str> = shown.stdout.split_whitespace().collect();
    assert!(words.join(" ").ends_with(hint), "the same words: {words:?}");
}
