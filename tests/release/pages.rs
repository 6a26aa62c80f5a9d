//! The manual pages, as man and mandoc read them.

use std::path::Path;

use clap::CommandFactory;

use super::{release, run};
use crate::support::home::Home;

#[test]
fn every_command_has_a_manual_page_that_nobody_warns_of() {
    let Some(release) = release("every_command_has_a_manual_page_that_nobody_warns_of") else {
        return;
    };
    let home = Home::new();
    let folder = release.join("man");
    let mut wanted = Vec::new();
    let mut program = studio_mirror::cli::Cli::command().disable_help_subcommand(true);
    // A command's own are put together when they are asked for.
    program.build();
    names("", &program, &mut wanted);
    assert!(
        wanted.contains(&"studio-mirror-bootstrap-plan".to_owned()),
        "{wanted:?}"
    );
    for name in &wanted {
        let page = folder.join(format!("{name}.1"));
        let page = page.to_str().expect("UTF-8");
        let shown = run(
            &home,
            "man",
            &["--warnings", "--encoding=UTF-8", "--local-file", page],
        )
        .success();
        assert_eq!(shown.stderr, "", "{shown}");
        assert!(shown.stdout.contains("SYNOPSIS"), "{shown}");
        run(&home, "mandoc", &["-T", "lint", "-W", "warning,stop", page]).success();
    }
    assert_eq!(count(&folder), wanted.len());
}

/// The names of the pages of a command and of those below it; `help` has none.
fn names(above: &str, command: &clap::Command, into: &mut Vec<String>) {
    let name = format!("{above}{}", command.get_name());
    for below in command
        .get_subcommands()
        .filter(|below| !below.is_hide_set())
    {
        names(&format!("{name}-"), below, into);
    }
    into.push(name);
}

fn count(folder: &Path) -> usize {
    std::fs::read_dir(folder).expect("the pages").count()
}
