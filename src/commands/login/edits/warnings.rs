//! What may surprise in a set of edits, for people to read.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::Edits;
use crate::commands::login::targets::Target;
use crate::commands::overruled::{by_pips_other_files, overruled};
use crate::commands::session::Session;
use crate::places::Scope;
use crate::state::State;
use crate::tools::{AuthMode, Tool};

impl Edits {
    /// Says which tools were told to ask a helper, or to hold their token, and cannot.
    pub fn warn_of_refused_auth(&mut self, session: &Session, targets: &[Target]) {
        for target in targets.iter().filter(|target| target.auth_refused) {
            let tool = target.tool;
            if target.auth == AuthMode::Helper {
                self.warnings.push(format!(
                    "{tool} asks the credential helper all the same: a token in its file would go to any address that a \
                     project gives our name"
                ));
                continue;
            }
            let planned = self.planned.iter().find(|planned| planned.tool == tool);
            let files = planned.and_then(|planned| planned.files.as_ref().ok());
            let file = files.and_then(|files| files.first());
            self.warnings.push(format!(
                "{tool} has no credential helper; its token is in {} and `studio-mirror refresh` renews it",
                file.map_or("its file".to_owned(), |file| session.places.shown(file))
            ));
        }
    }

    /// Says which variables win over what was written, or add to it.
    pub(super) fn warn_of_variables(&mut self, session: &Session) {
        for planned in &self.planned {
            let tool = planned.tool;
            for variable in tool.overriding_variables(&session.environment) {
                self.warnings.push(format!(
                    "${variable} is set and wins over {tool}'s configuration: unset it to use the repository"
                ));
            }
            for variable in tool.adding_variables(&session.environment) {
                self.warnings.push(format!(
                    "${variable} is set: {tool} takes packages from there beside CodeArtifact, so whoever publishes there can replace \
                     an internal package"
                ));
            }
        }
    }

    /// Says which other files win over what was written.
    pub(super) fn warn_of_winning_files(&mut self, session: &Session) {
        let (places, environment) = (&session.places, &session.environment);
        // Each Python has a file of its own. `check` knows which one counts for one's own login; all users may run any of them.
        let prefixes = match places.scope {
            Scope::System => prefixes_with_pip_conf(environment),
            Scope::User => BTreeSet::new(),
        };
        for planned in self.planned.iter().filter(|planned| planned.files.is_ok()) {
            // Each user has files of their own.
            if places.scope == Scope::User {
                let warnings = overruled(planned.tool, &planned.login, places, environment);
                self.warnings.extend(warnings);
            }
            if planned.tool == Tool::Pip {
                let edits = &self.edits;
                let new = |path: &Path| {
                    let edit = edits.iter().find(|edit| edit.path == path);
                    edit.map(|edit| edit.text.clone())
                };
                let login = &planned.login;
                let every = [None]
                    .into_iter()
                    .chain(prefixes.iter().map(PathBuf::as_path).map(Some));
                let said: BTreeSet<String> = every
                    .flat_map(|prefix| by_pips_other_files(login, places, environment, prefix, new))
                    .collect();
                self.warnings.extend(said);
            }
        }
    }

    /// Says which tool, of this login or an earlier one, another's entries mislead.
    pub(super) fn warn_of_neighbours(&mut self, state: &State) {
        let planned: BTreeSet<Tool> = self.planned.iter().map(|planned| planned.tool).collect();
        let known = |tool: &Tool| planned.contains(tool) || state.tools.contains_key(tool);
        for tool in Tool::all().filter(known) {
            if let Some((other, said)) = tool.client().misleads()
                && known(&other)
                && (planned.contains(&tool) || planned.contains(&other))
            {
                self.warnings.push(said.to_owned());
            }
        }
    }
}

/// The prefixes of PATH's folders that have a file for pip of their own, which wins over /etc/pip.conf.
fn prefixes_with_pip_conf(environment: &BTreeMap<String, String>) -> BTreeSet<PathBuf> {
    let path = environment.get("PATH").map_or("", String::as_str);
    std::env::split_paths(path)
        .filter_map(|folder| Some(folder.parent()?.to_owned()))
        .filter(|prefix| prefix.join("pip.conf").is_file())
        .collect()
}
