//! The commands, one file each.

mod bootstrap;
mod check;
mod completions;
pub mod diff;
mod exec;
pub mod login;
mod logout;
mod overruled;
mod refresh;
mod session;
mod sharers;
mod status;
mod token;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

use crate::cli::{CheckArgs, Cli, Command};
use crate::error::{Explained, Usage, explain, with_hint};
use crate::helper;
use crate::output::{Format, Printer, Verbosity};
use session::Session;

/// Parses the command line and does what it says. Exit: 0 done, 1 it failed, 2 wrong usage.
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return refused(&error),
    };
    let printer = Printer {
        format: cli.global.output,
        verbosity: match (cli.global.quiet, cli.global.verbose) {
            (true, _) => Verbosity::Quiet,
            (_, true) => Verbosity::Verbose,
            _ => Verbosity::Normal,
        },
    };
    let is_check = matches!(cli.command, Command::Check(_));
    let done =
        match &cli.command {
            _ if printer.format == Format::Markdown && !is_check => Err(with_hint(
                Usage("--output markdown is for `check` alone".to_owned()),
                "use text or json",
            )),
            Command::Keyring(args) => return helper::run(args.arguments.clone(), false),
            Command::Completions { shell } => completions::run(printer, *shell),
            Command::Login(args) => match args.system {
                true => Session::open_for_all(&cli.global, args.values(), printer),
                false => Session::open_at_home(&cli.global, args.values(), printer),
            }
            .and_then(|s| login::run(s, args)),
            Command::Logout(args) => logout::run(printer, args),
            Command::Status => Session::open(&cli.global, Default::default(), printer)
                .and_then(|s| status::run(&s)),
            Command::Exec(args) => Session::open(&cli.global, Default::default(), printer)
                .and_then(|s| exec::run(s, args)),
            Command::Refresh(args) => refresh::run(printer, args),
            Command::Check(CheckArgs {
                explain: Some(id), ..
            }) => check::explained(printer, id),
            Command::Check(args) => match Session::open(&cli.global, Default::default(), printer) {
                Ok(session) => check::run(&session, args),
                Err(error) => check::without_settings(printer, args, error),
            },
            Command::Bootstrap(args) => Session::open(&cli.global, Default::default(), printer)
                .and_then(|s| bootstrap::run(&s, &cli.global, args)),
            Command::Token(args) => Session::open(&cli.global, Default::default(), printer)
                .and_then(|s| token::run(&s, args)),
        };
    match done {
        Ok(code) => code,
        Err(error) => {
            let explained = explain(&error);
            printer.failure(&explained);
            ExitCode::from(explained.exit_code)
        }
    }
}

/// Shows help, or what clap has against the command line; as a document too, where one was asked for.
fn refused(error: &clap::Error) -> ExitCode {
    // There is nobody to be told that a stream is gone.
    let _ = error.print();
    let words: Vec<OsString> = std::env::args_os()
        .take_while(|word| word != "--")
        .collect();
    let asks = |pair: &[OsString]| pair[0] == "--output" && pair[1] == "json";
    let asks_for_document =
        words.windows(2).any(asks) || words.iter().any(|word| word == "--output=json");
    if error.use_stderr() && asks_for_document {
        let said = error.render().to_string();
        let sentence = said.lines().next().unwrap_or_default();
        let document = Explained {
            error: sentence.trim_start_matches("error: ").to_owned(),
            causes: Vec::new(),
            hint: Some("see `studio-mirror --help`".to_owned()),
            exit_code: 2,
        };
        Printer::default().failure_document(&document);
    }
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}
