//! Writes a manual page a command into a folder: those of the command line that ships, which they must not make larger.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::{Command, CommandFactory};
use clap_mangen::Man;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, date] = arguments.as_slice() else {
        bail!("usage: studio-mirror-man FOLDER YYYY-MM-DD");
    };
    let mut command = studio_mirror::cli::Cli::command().disable_help_subcommand(true);
    // It gives commands their full names.
    command.build();
    write(&command, &PathBuf::from(folder), date)
}

/// The page of a command, and those of the commands below it.
fn write(command: &Command, folder: &Path, date: &str) -> Result<()> {
    for below in command
        .get_subcommands()
        .filter(|below| !below.is_hide_set())
    {
        write(below, folder, date)?;
    }
    let man = Man::new(command.clone())
        .date(date)
        .source(concat!("studio-mirror ", env!("CARGO_PKG_VERSION")))
        .manual("studio-mirror");
    let mut page = Vec::new();
    man.render(&mut page)?;
    let path = folder.join(man.get_filename());
    std::fs::write(&path, polished(&String::from_utf8(page)?))
        .with_context(|| format!("cannot write {}", path.display()))
}

/// What man and mandoc have nothing to say against, with the examples under their own name, line for line.
fn polished(page: &str) -> String {
    let page = page
        .replace("\n.br\n\n.br\n", "\n.sp\n")
        .replace(".SH EXTRA\nExamples:\n", ".SH EXAMPLES\n.nf\n")
        .replace(".SH EXTRA\nExample:\n", ".SH EXAMPLES\n.nf\n")
        .replace(".SH EXTRA\n", ".SH NOTES\n");
    if page.contains("\n.nf\n") {
        page.replace("\n.SH VERSION\n", "\n.fi\n.SH VERSION\n")
    } else {
        page
    }
}
