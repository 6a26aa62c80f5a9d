//! `bootstrap export`: files that someone can keep without us.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, anyhow};
use serde::Serialize;

use crate::bootstrap::export::{File, cloudformation, terraform};
use crate::bootstrap::offline::stacks;
use crate::bootstrap::prepare::Told;
use crate::cli::{ExportArgs, ExportFormat};
use crate::commands::session::Session;
use crate::error::with_hint;
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
    let (packages, consumer) = stacks(told, &session.settings)?;
    let (packages, consumer) = (packages.as_ref(), consumer.as_ref());
    let files = match args.format {
        ExportFormat::Cloudformation => cloudformation(packages, consumer)?,
        ExportFormat::Terraform => terraform(packages, consumer)?,
    };
    refuse_to_overwrite(&args.out, &files)?;
    for (path, text) in &files {
        let path = args.out.join(path);
        let written = path.parent().map_or(Ok(()), fs::create_dir_all);
        let written = written.and_then(|()| fs::write(&path, text));
        written.with_context(|| format!("cannot write {}", path.display()))?;
    }
    session.printer.report(&Exported {
        folder: args.out.display().to_string(),
        files: files.into_iter().map(|(path, _)| path).collect(),
    })?;
    Ok(ExitCode::SUCCESS)
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
            "name another folder, or move it away",
        )),
    }
}
