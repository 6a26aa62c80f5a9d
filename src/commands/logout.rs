//! `logout`: gives back what `login` found.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde::Serialize;

use crate::changes;
use crate::cli::LogoutArgs;
use crate::error::explain;
use crate::helper;
use crate::output::{Printer, Report};
use crate::places::Places;
use crate::settings::Field;
use crate::state::{Part, State};
use crate::token::{Store, TokenRequest};
use crate::tools::Tool;

/// Takes the named tools' changes back, or everything.
pub fn run(printer: Printer, args: &LogoutArgs) -> anyhow::Result<ExitCode> {
    let places = Places::find()?;
    let _lock = State::lock(&places.state)?;
    let mut state = State::read(&places.state)?;
    let before = state.clone();
    let tools: BTreeSet<Tool> = match args.tool.as_slice() {
        [] => Tool::ALL.into_iter().collect(),
        named => named.iter().copied().collect(),
    };
    let mut undo = Undo {
        places: &places,
        report: LogoutReport::default(),
        errors: Vec::new(),
    };
    for tool in &tools {
        undo.tool(&mut state, *tool);
    }
    if state.helper_tools().next().is_none() {
        undo.helper(&mut state);
    }
    forget(&before, &mut state, &tools, &places);
    if state != before {
        state.write(&places.state)?;
    }
    for error in &undo.errors {
        printer.error(error);
    }
    printer.report(&undo.report)?;
    Ok(if undo.errors.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Forgets tokens that no tool uses any more, and what was told once nobody is logged in.
fn forget(before: &State, state: &mut State, tools: &BTreeSet<Tool>, places: &Places) {
    let still_used: Vec<&TokenRequest> = state.tools.values().map(|login| &login.token).collect();
    let store = Store::new(before.cache.as_ref().unwrap_or(&places.cache));
    for login in before.tools.values() {
        if !still_used.contains(&&login.token) {
            store.forget(&login.token);
        }
    }
    changes::remove_empty_folders(state);
    if tools.contains(&Tool::Npm) {
        state.told.remove(&Field::Namespace);
    }
    if state.tools.is_empty() && state.changes.is_empty() {
        store.forget_all();
        *state = State::default();
    }
}

struct Undo<'a> {
    places: &'a Places,
    report: LogoutReport,
    errors: Vec<String>,
}

impl Undo<'_> {
    fn tool(&mut self, state: &mut State, tool: Tool) {
        let Some(login) = state.tools.get(&tool).cloned() else {
            return;
        };
        let url = login.endpoint.url();
        let done = self.part(state, Part::Tool(tool), |text, _| {
            Ok(tool.unconfigure(text, url)?)
        });
        if done {
            state.tools.remove(&tool);
            self.report.tools.push(tool);
        }
    }

    fn helper(&mut self, state: &mut State) {
        let keyringrc = "keyringrc.cfg";
        let folder = helper::module_folder(self.places);
        let folder = folder.to_string_lossy();
        // Links and keyringrc.cfg first: nothing may lead to a module that is gone.
        let ours = paths_of(state, Part::Helper);
        let (first, last): (Vec<_>, Vec<_>) = ours
            .into_iter()
            .partition(|path| path.file_name().is_some_and(|name| name == keyringrc));
        for path in first.iter().chain(&last) {
            let is_keyringrc = first.contains(path);
            self.path(state, path, |text, original| match is_keyringrc {
                true => helper::unconfigure_keyringrc(text, original, &folder),
                // Our own module: whatever somebody made of it, nothing leads there any more.
                false => Ok(String::new()),
            });
        }
    }

    /// Takes back every change made for `part`; whether all of it is gone.
    fn part(
        &mut self,
        state: &mut State,
        part: Part,
        unconfigure: impl Fn(&str, &str) -> anyhow::Result<String>,
    ) -> bool {
        let mut done = true;
        for path in paths_of(state, part) {
            done &= self.path(state, &path, &unconfigure);
        }
        done
    }

    fn path(
        &mut self,
        state: &mut State,
        path: &Path,
        unconfigure: impl FnOnce(&str, &str) -> anyhow::Result<String>,
    ) -> bool {
        let shown = self.places.shown(path);
        match changes::take_back(state, path, unconfigure) {
            Ok(()) => {
                self.report.given_back.push(shown);
                true
            }
            Err(error) => {
                let error = error.context(format!("`{shown}` could not be given back"));
                self.errors.push(explain(&error).to_string());
                false
            }
        }
    }
}

fn paths_of(state: &State, part: Part) -> Vec<PathBuf> {
    state
        .changes
        .iter()
        .filter(|(_, change)| change.part == part)
        .map(|(path, _)| path.clone())
        .collect()
}

#[derive(Debug, Default, Serialize)]
struct LogoutReport {
    tools: Vec<Tool>,
    given_back: Vec<String>,
}

impl Report for LogoutReport {
    fn text(&self) -> String {
        if self.given_back.is_empty() {
            return "Nothing to log out of.\n".to_owned();
        }
        let names: Vec<&str> = self.tools.iter().map(|tool| tool.as_str()).collect();
        let mut text = format!("Logged out: {}.\n", names.join(", "));
        for path in &self.given_back {
            text += &format!("  given back: {path}\n");
        }
        text
    }
}
