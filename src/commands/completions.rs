//! `completions`: a completion script for the shell.

use std::process::ExitCode;

use clap::CommandFactory;

use crate::cli::Cli;
use crate::output::Printer;

/// Prints it.
pub fn run(printer: Printer, shell: clap_complete::Shell) -> anyhow::Result<ExitCode> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "studio-mirror", &mut script);
    printer.result(&String::from_utf8_lossy(&script))?;
    Ok(ExitCode::SUCCESS)
}
