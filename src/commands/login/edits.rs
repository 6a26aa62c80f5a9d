//! The tools' files: what a login changes in each, file by file, so that one odd file fails its own tools alone.

mod warnings;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::anyhow;

use super::one_file::{is_unneeded, links_of, plan_file, program, refusals, without_helper};
use super::one_place::agreeing;
use crate::changes::{self, Edit};
use crate::commands::session::Session;
use crate::commands::sharers::{editor_of, remembered};
use crate::error::{copied, find};
use crate::helper::{make_link, remember_link};
use crate::output::Printer;
use crate::places::Scope;
use crate::state::{ChangeKind, Part, State, ToolLogin};
use crate::tools::compose::{self, Refused, Sharer, Tokens};
use crate::tools::{Tool, ToolFile};

/// What a login wants for one tool.
#[derive(Debug)]
pub struct Wish {
    /// The tool.
    pub tool: Tool,
    /// What is to be remembered of it.
    pub login: ToolLogin,
    /// Why it cannot be configured now, whatever its files say.
    pub refusal: Option<anyhow::Error>,
}

/// One tool's part of the plan.
#[derive(Debug)]
pub struct Planned {
    /// The tool.
    pub tool: Tool,
    /// What is remembered of it.
    pub login: ToolLogin,
    /// Its files, or why they stay as they are.
    pub files: anyhow::Result<Vec<PathBuf>>,
}

/// All of it.
#[derive(Debug, Default)]
pub struct Edits {
    /// In the order of the tools.
    pub planned: Vec<Planned>,
    /// One a file.
    pub edits: Vec<Edit>,
    /// Links to this program that files name, and for which tool.
    links: Vec<(Tool, PathBuf)>,
    /// Files and links of an earlier login that no tool uses any more.
    unused: Vec<PathBuf>,
    /// Files that need nothing of us.
    unneeded: BTreeSet<PathBuf>,
    /// What may surprise, a sentence each.
    pub warnings: Vec<String>,
}

impl Edits {
    /// Works them out; nothing is written. `tokens` are those that go into files.
    pub fn plan(session: &Session, state: &State, wishes: Vec<Wish>, tokens: &Tokens) -> Self {
        let mut edits = Self::default();
        let mut wishes: Vec<(Wish, Vec<ToolFile>)> = wishes
            .into_iter()
            .map(|wish| {
                let files = wish
                    .tool
                    .files(&session.places, &session.environment, wish.login.auth);
                (wish, files)
            })
            .collect();
        // A file that fails fails its tools, whose other files must then be left to the rest: start over.
        while let Err(mut refusals) = edits.plan_files(session, state, &wishes, tokens) {
            for (wish, _) in &mut wishes {
                if let Some(refusal) = refusals.remove(&wish.tool) {
                    wish.refusal = Some(refusal);
                }
            }
        }
        edits.planned = wishes
            .into_iter()
            .map(|(wish, files)| Planned {
                tool: wish.tool,
                login: wish.login,
                files: match wish.refusal {
                    Some(refusal) => Err(refusal),
                    None => Ok(files
                        .into_iter()
                        .map(|file| file.path)
                        .filter(|path| !edits.unneeded.contains(path))
                        .collect()),
                },
            })
            .collect();
        edits.warn_of_variables(session);
        edits.warn_of_winning_files(session);
        edits.warn_of_neighbours(state);
        edits
    }

    /// Plans every file that a wish touches. Fails with the tools to be left out.
    fn plan_files(
        &mut self,
        session: &Session,
        state: &State,
        wishes: &[(Wish, Vec<ToolFile>)],
        tokens: &Tokens,
    ) -> Result<(), BTreeMap<Tool, anyhow::Error>> {
        *self = Self::default();
        let active = || wishes.iter().filter(|(wish, _)| wish.refusal.is_none());
        let paths: BTreeSet<PathBuf> = active()
            .flat_map(|(wish, files)| {
                let before = state.paths_of(Part::Tool(wish.tool));
                files.iter().map(|file| file.path.clone()).chain(before)
            })
            .collect();
        self.links = active()
            .flat_map(|(wish, _)| {
                let links = links_of(session, wish, tokens).into_iter();
                links.map(|link| (wish.tool, link))
            })
            .collect();
        for path in paths {
            let change = state.changes.get(&path);
            if change.is_some_and(|change| matches!(change.kind, ChangeKind::Link { .. })) {
                if !self.links.iter().any(|(_, link)| *link == path) {
                    self.unused.push(path);
                }
                continue;
            }
            let wanted: Vec<_> = active().collect();
            let sharers = sharers(session, state, &wanted, &path);
            let is_wanted = |tool| active().any(|(wish, _)| wish.tool == tool);
            let sharers = agreeing(session, state, &path, sharers, tokens, is_wanted)?;
            if sharers.is_empty() {
                self.unused.push(path);
                continue;
            }
            match plan_file(session, state, &path, &sharers, tokens) {
                Ok((edit, _)) if is_unneeded(&edit, &sharers) => {
                    self.unneeded.insert(path.clone());
                    self.unused.push(path);
                }
                Ok((edit, warnings)) => {
                    self.edits.push(edit);
                    let known = self.warnings.clone();
                    let new = warnings.into_iter().filter(|one| !known.contains(one));
                    self.warnings.extend(new);
                }
                Err(error) => {
                    let refused = find::<Refused>(&error).map(|refused| refused.tool);
                    let at_fault: Vec<Tool> = match refused.filter(|tool| is_wanted(*tool)) {
                        Some(tool) => vec![tool],
                        None => sharers.iter().map(|sharer| sharer.tool).collect(),
                    };
                    return Err(refusals(session, &at_fault, &path, error));
                }
            }
        }
        Ok(())
    }

    /// Whether any tool, of this login or an earlier one, asks the helper; on a machine set up for all users, any user may.
    pub fn needs_helper(&self, session: &Session, state: &State) -> bool {
        if session.places.scope == Scope::System {
            return self.planned.iter().any(|planned| planned.files.is_ok());
        }
        let is_replaced = |tool| self.planned.iter().any(|planned| planned.tool == tool);
        self.planned
            .iter()
            .any(|planned| planned.tool.asks_keyring(&planned.login) && planned.files.is_ok())
            || state.helper_tools().any(|(tool, _)| !is_replaced(tool))
    }

    /// A tool must not be sent to a helper that is not there; nor can one be configured that shares a file with it.
    pub fn fail_helper_tools(&mut self, error: &anyhow::Error) {
        let asks = |planned: &&mut Planned| planned.tool.asks_keyring(&planned.login);
        for planned in self.planned.iter_mut().filter(asks) {
            if planned.files.is_ok() {
                planned.files = Err(without_helper(planned.tool, error));
            }
        }
    }

    /// Remembers what will be done in `state`. A tool whose file is refused is remembered too, unless
    /// an earlier login of it stands: the next `login` tries it again without being told.
    pub fn remember(&self, state: &mut State) {
        for planned in &self.planned {
            let login = planned.login.clone();
            match &planned.files {
                Ok(_) => drop(state.tools.insert(planned.tool, login)),
                Err(_) => {
                    let waits = login.waits;
                    state.tools.entry(planned.tool).or_insert(login).waits &= waits;
                }
            }
        }
        for edit in &self.edits {
            edit.remember(state);
        }
        for (tool, link) in &self.links {
            remember_link(state, link, program(), Part::Tool(*tool));
        }
    }

    /// Lets `state` say again what `before` said of tools that an earlier login configured and that kept their files.
    pub fn keep_earlier_logins(&self, before: &State, state: &mut State) {
        let kept = self.planned.iter().filter(|planned| planned.files.is_err());
        for planned in kept {
            let Some(login) = before.tools.get(&planned.tool) else {
                continue;
            };
            let mut login = login.clone();
            login.waits &= planned.login.waits;
            state.tools.insert(planned.tool, login);
            for path in before.paths_of(Part::Tool(planned.tool)) {
                let is_written = self.edits.iter().any(|edit| edit.path == path);
                if !is_written && let Some(change) = before.changes.get(&path) {
                    state.changes.insert(path, change.clone());
                }
            }
        }
    }

    /// Makes every link and edit; one that fails becomes its tools' failure and is dropped.
    pub fn make(&mut self, printer: Printer, scope: Scope) {
        for (tool, link) in &self.links {
            if let Err(error) = make_link(link, &program(), scope) {
                let failed = self
                    .planned
                    .iter_mut()
                    .filter(|planned| planned.tool == *tool);
                for planned in failed {
                    planned.files = Err(copied(&error));
                }
            }
        }
        for edit in std::mem::take(&mut self.edits) {
            let parts = edit.parts.clone();
            let mut sharing = self
                .planned
                .iter_mut()
                .filter(|planned| parts.contains(&Part::Tool(planned.tool)));
            if sharing.any(|planned| planned.files.is_err()) {
                self.fail(&edit, &anyhow!("a tool that shares its file has failed"));
                continue;
            }
            printer.detail(&format!("writing {}", edit.path.display()));
            match edit.make() {
                Ok(()) => self.edits.push(edit),
                Err(error) => self.fail(&edit, &error),
            }
        }
    }

    fn fail(&mut self, edit: &Edit, error: &anyhow::Error) {
        for planned in &mut self.planned {
            if planned.files.is_ok() && edit.parts.contains(&Part::Tool(planned.tool)) {
                let context = format!("{} is not configured", planned.tool);
                planned.files = Err(copied(error).context(context));
            }
        }
    }

    /// Gives back the files that an earlier login of these tools used and this one does not.
    pub fn give_back_unused(&mut self, session: &Session, state: &mut State, before: &State) {
        for path in &self.unused {
            let sharers = remembered(before, path, &session.places, &session.environment);
            let done = changes::take_back(state, path, |text, _| {
                Ok(compose::unconfigure(text, &sharers)?)
            });
            if let Err(error) = done {
                let path = session.places.shown(path);
                self.warnings.push(format!(
                    "`{path}` is not used any more and could not be given back: {error:#}"
                ));
            }
        }
    }
}

/// Who has entries in the file at `path`, in the order of the tools: those wished for now, and those of an earlier login.
fn sharers<'a>(
    session: &Session,
    state: &'a State,
    wanted: &[&'a (Wish, Vec<ToolFile>)],
    path: &Path,
) -> Vec<Sharer<'a>> {
    let written = state.written(path);
    let earlier = |tool: Tool| {
        let login = state.tools.get(&tool)?;
        let is_there = state.tools_of(path).contains(&tool);
        let editor = is_there
            .then(|| editor_of(tool, path, &session.places, &session.environment))
            .flatten()?;
        Some(Sharer {
            tool,
            login,
            editor,
            written,
        })
    };
    Tool::all()
        .filter_map(|tool| {
            let Some((wish, files)) = wanted.iter().find(|(wish, _)| wish.tool == tool) else {
                return earlier(tool);
            };
            let file = files.iter().find(|file| file.path == path)?;
            Some(Sharer {
                tool,
                login: &wish.login,
                editor: file.editor,
                written,
            })
        })
        .collect()
}
