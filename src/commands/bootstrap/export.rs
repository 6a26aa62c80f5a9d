//! `bootstrap export`: files that someone can keep without us.

use std::fs;
use std::path::{Path, absolute};
use std::process::ExitCode;

use anyhow::{Context, anyhow};
use serde::Serialize;

use crate::bootstrap::export::{File, cloudformation, left_open, terraform};
use crate::bootstrap::offline::{stacks, without_effect};
use crate::bootstrap::prepare::Told;
use crate::cli::{ExportArgs, ExportFormat};
use crate::commands::session::Session;
use crate::error::with_hint;
use crate::files::{Mode, write};
use crate::output::Report;

#[derive(Serialize)]
struct Exported {
    folder: String,
    files: Vec<String>,
}

impl Report for Exported {
    fn text(&self) -> String {
        let files = self
            .files
            .iter()
            .map(|file| format!("{}/{file}\n", self.folder));
        files.collect()
    }
}

/// Writes them.
pub fn run(session: &Session, told: &Told, args: &ExportArgs) -> anyhow::Result<ExitCode> {
    let idle = without_effect(told);
    if !idle.is_empty() {
        session.printer.warning(&format!(
            "files say nothing of {}: that is for `studio-mirror bootstrap attach` or for whoever deploys them, as their README.md says",
            idle.join(", ")
        ));
    }
    let (packages, consumer) = stacks(told, &session.settings)?;
    let (packages, consumer) = (packages.as_ref(), consumer.as_ref());
    let files = match args.format {
        ExportFormat::Cloudformation => cloudformation(packages, consumer)?,
        ExportFormat::Terraform => terraform(packages, consumer)?,
    };
    refuse_to_overwrite(&args.out, &files)?;
    write_all(&args.out, &files)?;
    session.printer.report(&Exported {
        folder: args.out.display().to_string(),
        files: files.into_iter().map(|(path, _)| path).collect(),
    })?;
    let open = consumer.map(left_open).unwrap_or_default();
    let open: Vec<_> = open
        .into_iter()
        .map(|open| match args.format {
            ExportFormat::Cloudformation => open.parameter,
            ExportFormat::Terraform => open.variable,
        })
        .collect();
    if !open.is_empty() {
        session.printer.note(&format!(
            "not told, and left open for whoever deploys it: {}",
            open.join(", ")
        ));
    }
    session.printer.note(&format!(
        "{} says how to deploy it, and what to type afterwards",
        args.out.join("README.md").display()
    ));
    Ok(ExitCode::SUCCESS)
}

/// All of them or none: what is half of a module would be taken for one, and stand in the way of the next export.
fn write_all(folder: &Path, all: &[File]) -> anyhow::Result<()> {
    let folder = absolute(folder).context("the folder of `--out` cannot be found")?;
    let mut made = Vec::new();
    for (path, text) in all {
        let path = folder.join(path);
        match write(&path, text.as_bytes(), Mode::Shared) {
            Ok(folders) => made.extend(folders.into_iter().chain([path])),
            Err(error) => {
                for path in made.iter().rev() {
                    // What cannot be taken back either is told by its error above.
                    let _ = fs::remove_file(path).or_else(|_| fs::remove_dir(path));
                }
                return Err(error);
            }
        }
    }
    Ok(())
}

/// People change what they were given: an export over it would take that back.
fn refuse_to_overwrite(folder: &Path, files: &[File]) -> anyhow::Result<()> {
    let there = files
        .iter()
        .map(|(path, _)| folder.join(path))
        .find(|path| path.exists());
    match there {
        None => Ok(()),
        Some(path) => Err(with_hint(
            anyhow!("{} is there already", path.display()),
            "name another folder with `--out`, or move it away",
        )),
    }
}
