//! `logout`: gives back what `login` found.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::ExitCode;

use serde::Serialize;

use super::session::refuse_without_root;
use super::sharers::remembered;
use crate::changes::{self, Edit};
use crate::cli::LogoutArgs;
use crate::columns::beside;
use crate::environment;
use crate::error::{Explained, explain};
use crate::files::{self, Mode};
use crate::helper::{self, login_cache};
use crate::output::{Printer, Report};
use crate::places::{Places, Scope, this_program};
use crate::secret::Secret;
use crate::settings::Field;
use crate::state::{Part, State, ToolLogin};
use crate::system_login;
use crate::token::{Store, TokenRequest};
use crate::tools::compose::{self, Sharer, Tokens};
use crate::tools::{Installed, Tool};

/// Takes the named tools' changes back, or everything.
pub fn run(printer: Printer, args: &LogoutArgs) -> anyhow::Result<ExitCode> {
    let places = match args.system {
        true => {
            refuse_without_root()?;
            Places::of_system()
        }
        false => Places::find()?,
    };
    let _lock = State::lock(&places.state)?;
    let mut state = State::read(&places.state)?;
    let before = state.clone();
    let tools: BTreeSet<Tool> = match args.tool.as_slice() {
        [] => Tool::all().collect(),
        named => named.iter().copied().collect(),
    };
    let mut undo = Undo {
        places: &places,
        environment: environment::read(),
        report: LogoutReport::default(),
    };
    for tool in &tools {
        undo.tool(&mut state, *tool);
    }
    let is_needed = match places.scope {
        Scope::User => state.helper_tools().next().is_some(),
        Scope::System => !state.tools.is_empty(),
    };
    if !is_needed {
        undo.helper(&mut state);
    }
    forget(&before, &mut state, &tools, &places);
    if state != before {
        if args.system {
            system_login::publish(&state)?;
        }
        state.write(&places.state)?;
    }
    for failure in &undo.report.failures {
        printer.error(&failure.to_string());
    }
    printer.report(&undo.report)?;
    Ok(if undo.report.failures.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Forgets tokens that no tool uses any more, and what was told once nobody is logged in.
fn forget(before: &State, state: &mut State, tools: &BTreeSet<Tool>, places: &Places) {
    let requests = |state: &State| -> Vec<TokenRequest> {
        let repositories = state.tools.values().flat_map(ToolLogin::repositories);
        repositories.map(|known| known.token.clone()).collect()
    };
    let still_used = requests(state);
    let store = Store::new(match places.scope {
        // With no login, `token` and `exec` chose a folder by themselves.
        Scope::User => login_cache(before, places),
        Scope::System => places.cache.clone(),
    });
    for request in requests(before) {
        if !still_used.contains(&request) {
            store.forget(&request);
        }
    }
    changes::remove_empty_folders(state);
    let takes_scopes = |tool: &Tool| tool.client().format().is_scoped();
    if tools.iter().any(takes_scopes) && !state.tools.keys().any(takes_scopes) {
        state.told.remove(&Field::Namespace);
    }
    if state.tools.is_empty() && state.changes.is_empty() {
        store.forget_all();
        // What is left of them is for the next logout to delete.
        let folders = std::mem::take(&mut state.folders);
        *state = State::default();
        state.folders = folders;
    }
}

struct Undo<'a> {
    places: &'a Places,
    environment: BTreeMap<String, String>,
    report: LogoutReport,
}

impl Undo<'_> {
    fn tool(&mut self, state: &mut State, tool: Tool) {
        if !state.tools.contains_key(&tool) {
            return;
        }
        let mut done = true;
        for path in state.paths_of(Part::Tool(tool)) {
            done &= self.file(state, tool, &path);
        }
        if done {
            state.tools.remove(&tool);
            self.report.tools.push(tool);
        } else {
            self.report.not_logged_out.push(tool);
        }
    }

    fn helper(&mut self, state: &mut State) {
        let keyringrc = "keyringrc.cfg";
        let folder = helper::module_folder(self.places);
        let folder = folder.to_string_lossy();
        // Links and keyringrc.cfg first: nothing may lead to a module that is gone.
        let ours = state.paths_of(Part::Helper);
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

    /// Takes `tool` out of one of its files; whether it is out. Tools that share the file stay in it.
    fn file(&mut self, state: &mut State, tool: Tool, path: &Path) -> bool {
        let before = state.clone();
        let all = remembered(&before, path, self.places, &self.environment);
        let (_, staying): (Vec<Sharer>, Vec<Sharer>) =
            all.iter().partition(|sharer| sharer.tool == tool);
        if staying.is_empty() {
            return self.path(state, path, |text, _| Ok(compose::unconfigure(text, &all)?));
        }
        match without(self.places, &before, path, &all, &staying) {
            Ok(edit) => {
                edit.remember(state);
                self.given_back(path);
                true
            }
            Err(error) => self.failed(path, error),
        }
    }

    fn path(
        &mut self,
        state: &mut State,
        path: &Path,
        unconfigure: impl Fn(&str, &str) -> anyhow::Result<String> + Send,
    ) -> bool {
        let take_back = || changes::take_back(state, path, unconfigure);
        let done = match self.places.scope {
            Scope::User => take_back(),
            // What the login made there it made as that user, too.
            Scope::System => files::as_owner(path, take_back),
        };
        match done {
            Ok(()) => {
                self.given_back(path);
                true
            }
            Err(error) => self.failed(path, error),
        }
    }

    /// Says so once, however many tools shared the file.
    fn given_back(&mut self, path: &Path) {
        let shown = self.places.shown(path);
        if path.symlink_metadata().is_err() {
            self.report.gone.insert(shown.clone());
        }
        if !self.report.given_back.contains(&shown) {
            self.report.given_back.push(shown);
        }
    }

    fn failed(&mut self, path: &Path, error: anyhow::Error) -> bool {
        let shown = self.places.shown(path);
        let error = error.context(format!("`{shown}` could not be given back"));
        self.report.failures.push(explain(&error));
        false
    }
}

/// Writes `path` anew with the tools that stay, each with the token it has.
fn without(
    places: &Places,
    state: &State,
    path: &Path,
    all: &[Sharer],
    staying: &[Sharer],
) -> anyhow::Result<Edit> {
    let tokens: BTreeMap<String, Secret> = state
        .changes
        .get(path)
        .iter()
        .flat_map(|change| change.tokens())
        .map(|(request, token)| (request.clone(), token.clone()))
        .collect();
    let tokens = Tokens(tokens);
    let program = this_program()?;
    let helpers = places.helpers();
    let (program, helpers) = (program.to_string_lossy(), helpers.to_string_lossy());
    let installed = Installed {
        program: &program,
        helpers: &helpers,
    };
    let mut edit = changes::plan(
        state,
        path,
        staying
            .iter()
            .map(|sharer| Part::Tool(sharer.tool))
            .collect(),
        match places.scope {
            Scope::User => Mode::Keep,
            Scope::System => Mode::Shared,
        },
        |text| Ok(compose::configure(text, staying, &tokens, installed)?.text),
        |text, _| Ok(compose::unconfigure(text, all)?),
    )?;
    edit.tokens = tokens.held_by(staying, &edit.text);
    edit.make()?;
    Ok(edit)
}

#[derive(Debug, Default, Serialize)]
struct LogoutReport {
    tools: Vec<Tool>,
    given_back: Vec<String>,
    /// Those with a file that could not be given back: they are as they were, and `logout` may be run again.
    not_logged_out: Vec<Tool>,
    failures: Vec<Explained>,
    /// Those among them that login had made: giving back is to take them away.
    #[serde(skip)]
    gone: BTreeSet<String>,
}

impl Report for LogoutReport {
    fn text(&self) -> String {
        if self.given_back.is_empty() && self.failures.is_empty() {
            return "Nothing to log out of.\n".to_owned();
        }
        let names = |tools: &[Tool]| {
            let names: Vec<&str> = tools.iter().map(|tool| tool.as_str()).collect();
            names.join(", ")
        };
        let mut text = String::new();
        if !self.not_logged_out.is_empty() {
            text += &beside("NOT logged out:", 16, &names(&self.not_logged_out));
        }
        if !self.given_back.is_empty() {
            text += &beside("Logged out:", 12, &format!("{}.", names(&self.tools)));
        }
        for path in &self.given_back {
            let done = match self.gone.contains(path) {
                true => "removed:   ",
                false => "given back:",
            };
            text += &format!("  {done} {path}\n");
        }
        text
    }
}
