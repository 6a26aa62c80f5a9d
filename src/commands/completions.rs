//! `completions`: a completion script for the shell.

use std::process::ExitCode;

use clap::CommandFactory;

use crate::cli::Cli;
use crate::output::Printer;

/// Prints it.
pub fn run(printer: Printer, shell: clap_complete::Shell) -> anyhow::Result<ExitCode> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "studio-mirror", &mut script);
    // Its script for bash gives a command one name where it is recognised and another where its flags stand, if the program's name has
    // a hyphen (clap-rs/clap#6421): nothing behind a command is completed. No other script has that word.
    let script =
        String::from_utf8_lossy(&script).replace("studio__subcmd__mirror", "studio__mirror");
    printer.result(&script)?;
    Ok(ExitCode::SUCCESS)
}
