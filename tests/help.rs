//! `--help` of every command: 80 columns, and examples that a shell and the parser take as they stand.

#[path = "support/mod.rs"]
mod support;

use clap::{CommandFactory, Parser};
use studio_mirror::cli::Cli;

use support::binary_under_test;
use support::home::Home;

/// In a shell that runs nothing: a file takes down what it would have called us with, one line a call.
const SHELL: &str = r#"
set -eu
cd "$HOME" && mkdir -p .config/fish/completions && touch token
studio-mirror() { printf '%q ' studio-mirror "$@" >&3; echo >&3; }
for other in pip curl; do eval "$other() { :; }"; done
. ./examples 3>calls
"#;

#[test]
fn every_command_has_examples_that_its_own_parser_takes() {
    for words in commands() {
        let examples = examples(&words);
        let calls = calls(&examples);
        assert!(
            calls.iter().any(|call| call.starts_with(&words)),
            "no example of {words:?} in:\n{examples}"
        );
        for call in calls {
            if let Err(refusal) = Cli::try_parse_from(&call) {
                // An example may itself ask for help.
                assert!(!refusal.use_stderr(), "{call:?}: {refusal}");
            }
        }
    }
}

/// The parser knows nothing of what an id or a pattern looks like.
#[test]
fn no_example_of_a_set_up_is_refused_for_what_it_says() {
    for words in commands() {
        if words.get(1).is_none_or(|word| word != "bootstrap") {
            continue;
        }
        for call in calls(&examples(&words)) {
            // Its token comes by stdin.
            if call.contains(&"--outside".to_owned()) {
                continue;
            }
            let home = Home::new();
            home.write("names.txt", "pypi:requests\n");
            let mut command = home.command(binary_under_test());
            command
                .args(&call[1..])
                .env("AWS_REGION", "eu-west-1")
                // `prove` asks for what a login was told.
                .env("STUDIO_MIRROR_DOMAIN", "corp")
                .env("STUDIO_MIRROR_DOMAIN_OWNER", "111122223333")
                .env("STUDIO_MIRROR_REPOSITORY", "team")
                .env("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
                .env("AWS_MAX_ATTEMPTS", "1")
                .current_dir(home.path());
            let told = home.run(&mut command);
            assert_ne!(told.code(), 2, "{call:?}: {told}");
        }
    }
}

#[test]
fn a_command_says_of_itself_what_the_list_says_of_it() {
    for words in commands() {
        let Some((name, above)) = words.split_last().filter(|(_, above)| !above.is_empty()) else {
            continue;
        };
        let own = help(&words);
        let own = own.lines().next().expect("a first line");
        let list = help(above);
        let listed = list
            .lines()
            .find(|line| line.starts_with(&format!("  {name} ")))
            .unwrap_or_else(|| panic!("no {name} in:\n{list}"));
        // A long sentence goes on below.
        let begins = listed.trim_start_matches(&format!("  {name}")).trim();
        assert!(own.starts_with(begins), "{words:?}: {own} | {listed}");
    }
}

#[test]
fn help_fits_into_eighty_columns() {
    for words in commands() {
        let help = help(&words);
        for line in help.lines() {
            assert!(line.chars().count() <= 80, "{words:?}: {line}");
        }
    }
}

/// The examples in the help of a command.
fn examples(words: &[String]) -> String {
    let help = help(words);
    let (_, examples) = help
        .split_once("\nExamples:\n")
        .unwrap_or_else(|| panic!("no examples in the help of {words:?}:\n{help}"));
    // Paragraphs after the examples are words again.
    let examples = examples.lines().take_while(|line| line.starts_with("  "));
    examples.flat_map(|line| [line, "\n"]).collect()
}

/// What `examples` call studio-mirror with, as a shell takes them apart.
fn calls(examples: &str) -> Vec<Vec<String>> {
    let home = Home::new();
    home.write("examples", examples);
    home.run(home.command("bash").args(["-c", SHELL])).success();
    home.read("calls")
        .lines()
        .map(|call| {
            let words = home.run(
                home.command("bash")
                    .args(["-c", &format!("printf '%s\\n' {call}")]),
            );
            words.success().stdout.lines().map(str::to_owned).collect()
        })
        .collect()
}

fn help(words: &[String]) -> String {
    let home = Home::new();
    let mut command = home.command(binary_under_test());
    command.args(&words[1..]).arg("--help").env("COLUMNS", "80");
    home.run(&mut command).success().stdout
}

/// Every command by its words, those of `bootstrap` too.
fn commands() -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let mut program = Cli::command().disable_help_subcommand(true);
    program.build();
    collect(&[], &program, &mut found);
    assert!(found.len() > 18, "{found:?}");
    found
}

fn collect(above: &[String], command: &clap::Command, into: &mut Vec<Vec<String>>) {
    let words = [above, &[command.get_name().to_owned()]].concat();
    for below in command.get_subcommands() {
        collect(&words, below, into);
    }
    into.push(words);
}
