//! One file's plan: its sharers' editors composed on the text without us; and the ways in which a tool is left out of it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::anyhow;

use super::edits::Wish;
use crate::changes::{self, Edit};
use crate::commands::session::Session;
use crate::commands::sharers::remembered;
use crate::error::{copied, explain, with_hint};
use crate::files::Mode;
use crate::places::{Scope, this_program};
use crate::settings::{Field, Source};
use crate::state::{Part, State, ToolLogin};
use crate::tools::compose::{self, Sharer, Tokens};
use crate::tools::{AuthMode, Found, Installed, Shim, Tool};

/// Whether none of its tools needs anything in a file.
pub fn is_unneeded(edit: &Edit, sharers: &[Sharer]) -> bool {
    sharers.iter().all(|sharer| {
        let url = sharer.login.main.endpoint.url();
        sharer.editor.inspect(&edit.text, url) == Ok(Found::Unneeded)
    })
}

/// The links to this program that a tool needs: its files name them, or they stand before its commands.
pub fn links_of(session: &Session, wish: &Wish, tokens: &Tokens) -> Vec<PathBuf> {
    if session.places.scope == Scope::System {
        let all = wish.tool.client().system();
        let shims = all.map_or(&[] as &[Shim], |all| all.shims);
        let path = |shim: &Shim| session.places.bin.join(shim.command);
        return shims.iter().map(path).collect();
    }
    let helpers = session.places.helpers();
    let installed = Installed {
        program: "",
        helpers: &helpers.to_string_lossy(),
    };
    let registries = compose::registries(&wish.login, tokens, installed);
    wish.tool.client().links(&registries)
}

/// This program's own file. A login has asked for it at its beginning, and goes no further without.
pub fn program() -> PathBuf {
    this_program().map(Path::to_owned).unwrap_or_default()
}

/// Plans `path` for its sharers, with what may surprise. `tokens` are those that go into files.
///
/// # Errors
/// When the file cannot be read, or a sharer cannot read its text.
pub fn plan_file(
    session: &Session,
    state: &State,
    path: &Path,
    sharers: &[Sharer],
    tokens: &Tokens,
) -> anyhow::Result<(Edit, Vec<String>)> {
    let program = this_program()?;
    let helpers = session.places.helpers();
    let (program, helpers) = (program.to_string_lossy(), helpers.to_string_lossy());
    let installed = Installed {
        program: &program,
        helpers: &helpers,
    };
    let tokens = with_kept(tokens, state, path);
    let holds_token = |sharer: &Sharer| sharer.login.auth == AuthMode::Token;
    let mode = match sharers.iter().any(holds_token) {
        true => Mode::Private,
        false if session.places.scope == Scope::System => Mode::Shared,
        false => Mode::Keep,
    };
    let parts = sharers.iter().map(|sharer| Part::Tool(sharer.tool));
    // Where nothing is remembered, a login whose memory was lost may still have written the same.
    let before = match state.changes.contains_key(path) {
        true => remembered(state, path, &session.places, &session.environment),
        false => sharers.to_vec(),
    };
    let mut warnings = Vec::new();
    let mut edit = changes::plan(
        state,
        path,
        parts.collect(),
        mode,
        |text| {
            let composed = compose::configure(text, sharers, &tokens, installed)?;
            warnings = composed.warnings;
            Ok(composed.text)
        },
        |text, _| Ok(compose::unconfigure(text, &before)?),
    )?;
    edit.tokens = tokens.held_by(sharers, &edit.text);
    if session.places.scope == Scope::System {
        // pip's own command edits the user's file unless it is told.
        let unset = |said: String| said.replace("`pip config ", "`pip config --global ");
        warnings = warnings.into_iter().map(unset).collect();
    }
    Ok((edit, warnings))
}

/// `tokens`, and those that tools have which share the file at `path` and are not asked about now.
pub fn with_kept(tokens: &Tokens, state: &State, path: &Path) -> Tokens {
    let mut tokens = tokens.clone();
    let change = state.changes.get(path).into_iter();
    for (request, token) in change.flat_map(|change| change.tokens()) {
        tokens
            .0
            .entry(request.clone())
            .or_insert_with(|| token.clone());
    }
    tokens
}

/// Why each of `tools` is left out.
pub fn refusals(
    session: &Session,
    tools: &[Tool],
    path: &Path,
    error: anyhow::Error,
) -> BTreeMap<Tool, anyhow::Error> {
    let path = session.places.shown(path);
    let refusal = |tool: &Tool, error: anyhow::Error| {
        let error = error.context(format!(
            "{tool} is not configured: `{path}` is left as it is"
        ));
        let mend = explain(&error).hint;
        let mend = mend.unwrap_or_else(|| "mend that file".to_owned());
        let again = session.places.scope.command("login");
        let mend = format!("{mend}, then run `{again} --tool {tool}`");
        (*tool, with_hint(error, mend))
    };
    let mut refusals: BTreeMap<Tool, anyhow::Error> = tools
        .iter()
        .skip(1)
        .map(|tool| refusal(tool, copied(&error)))
        .collect();
    refusals.extend(tools.first().map(|tool| refusal(tool, error)));
    refusals
}

/// Why a tool is not configured that has no such scope as it is to use.
pub fn unfit_scope(session: &Session, tool: Tool, login: &ToolLogin) -> Option<anyhow::Error> {
    let scopes = login
        .repositories()
        .filter_map(|one| one.namespace.as_ref());
    let broken = |namespace: &String| {
        let scope = namespace.trim_start_matches('@');
        let rule = tool.client().broken_scope_rule(scope)?;
        Some((namespace.clone(), rule))
    };
    let (namespace, rule) = scopes.filter_map(broken).next()?;
    let told = session.settings.setting(Field::Namespace);
    let source = told.filter(|told| told.value == namespace);
    let mut entries = session.settings.repository_entries();
    let entry = entries.find(|(entry, _)| entry.namespace.as_ref() == Some(&namespace));
    let (source, mend) = match (source.map(|told| &told.source), entry) {
        (Some(Source::File(path)), _) | (None, Some((_, path))) => {
            let path = session.places.shown(path);
            let mend = format!("mend it in `{path}`, then run `studio-mirror login --tool {tool}`");
            (path, mend)
        }
        (source, _) => {
            let source = source.map_or("--namespace".to_owned(), Source::to_string);
            let mend = format!("run `studio-mirror login --tool {tool} --namespace SCOPE`");
            (source, mend)
        }
    };
    Some(with_hint(
        anyhow!(
            "{tool} is not configured: the namespace `{namespace}` (from {source}) is no scope that it knows"
        ),
        format!("{rule}; {mend}"),
    ))
}

/// Why a tool that holds its token is not configured while there is none.
pub fn without_token(tool: Tool) -> anyhow::Error {
    with_hint(
        anyhow!("{tool} is not configured: there is no token yet to put into its file"),
        format!("run `studio-mirror login --tool {tool}` in a minute"),
    )
}

/// Why a tool that asks the helper is not configured while there is none.
pub fn without_helper(tool: Tool, error: &anyhow::Error) -> anyhow::Error {
    copied(error).context(format!("{tool} is not configured: no credential helper"))
}
