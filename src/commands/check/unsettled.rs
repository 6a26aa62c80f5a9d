//! Settings that cannot be right, or a file of ours that cannot be read: the one check that says so, and all others wait.

use std::process::ExitCode;

use super::shown;
use crate::check::evidence::{SettingsSeen, Trouble};
use crate::check::{Evidence, catalogue, judge};
use crate::cli::CheckArgs;
use crate::environment;
use crate::error::{Explained, Usage, explain, find};
use crate::output::Printer;

/// The report of a machine whose settings end with `error`.
///
/// # Errors
/// With `error` itself where a flag is at fault, or where the report is another machine's.
pub fn without_settings(
    printer: Printer,
    args: &CheckArgs,
    error: anyhow::Error,
) -> anyhow::Result<ExitCode> {
    if args.place.join.is_some() || find::<Usage>(&error).is_some() {
        return Err(error);
    }
    let explained = explain(&error);
    let sentences = std::iter::once(&explained.error).chain(&explained.causes);
    let sentences: Vec<&str> = sentences.map(String::as_str).collect();
    let evidence = Evidence {
        settings: SettingsSeen {
            missing: Some(Trouble {
                what: sentences.join(": "),
                mend: Some(mend(&explained)),
            }),
            ..SettingsSeen::default()
        },
        ..Evidence::default()
    };
    let report = judge(catalogue::all(), &evidence);
    shown(printer, report, &environment::read())
}

/// The hint, and the command that follows from what is at fault: a variable or a file.
fn mend(explained: &Explained) -> String {
    let sentence = explained.error.as_str();
    let behind = |mark: &str| sentence.split_once(mark).map(|(_, rest)| rest);
    let variable = behind("(from $").and_then(|rest| rest.split_once(')'));
    let is_gone = sentence.ends_with("is not there");
    let config = explained.hint.as_deref().filter(|_| is_gone);
    let config = config.and_then(|hint| Some((hint.split_once('$')?.1, "")));
    let variable = variable.or(config);
    let file = behind("`/").and_then(|rest| rest.split_once('`'));
    let command = match (variable, file) {
        (Some((name, _)), _) => format!("$ unset {name}"),
        (None, Some((path, _))) if path.ends_with("state.json") => {
            format!("$ mv '/{path}' '/{path}.old'\n$ studio-mirror login")
        }
        (None, Some((path, _))) => format!("$ vi '/{path}'"),
        _ => "$ studio-mirror login".to_owned(),
    };
    match &explained.hint {
        // It names the command itself.
        Some(hint) if file.is_none() || !hint.contains("`mv ") => format!("{hint}:\n{command}"),
        _ => command,
    }
}
