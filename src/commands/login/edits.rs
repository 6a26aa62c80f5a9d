//! The tools' files: what a login changes in each, tool by tool, so that one odd file fails its own tool alone.

use anyhow::{Context, anyhow};

use super::fetch::Fetched;
use super::targets::Target;
use crate::changes::{self, Edit};
use crate::commands::session::Session;
use crate::error::with_hint;
use crate::files::Mode;
use crate::output::Printer;
use crate::secret::Secret;
use crate::state::{Part, State, ToolLogin};
use crate::tools::{Auth, AuthMode, Registry, Tool};

/// One tool's edit, or why there is none.
#[derive(Debug)]
pub struct Planned {
    /// The tool.
    pub tool: Tool,
    /// What is remembered of it.
    pub login: ToolLogin,
    /// The edit.
    pub edit: anyhow::Result<Edit>,
}

/// All of them.
#[derive(Debug)]
pub struct Edits {
    /// In the order of the tools.
    pub planned: Vec<Planned>,
    /// What may surprise, a sentence each.
    pub warnings: Vec<String>,
}

impl Edits {
    /// Works them out; nothing is written.
    pub fn plan(session: &Session, state: &State, targets: &[Target], fetched: &Fetched) -> Self {
        let mut edits = Self {
            planned: Vec::new(),
            warnings: Vec::new(),
        };
        for target in targets {
            if let Some(planned) = edits.plan_tool(session, state, target, fetched) {
                edits.planned.push(planned);
            }
            edits.warn_of_variables(session, target);
        }
        edits
    }

    fn plan_tool(
        &mut self,
        session: &Session,
        state: &State,
        target: &Target,
        fetched: &Fetched,
    ) -> Option<Planned> {
        let tool = target.tool;
        let endpoint = fetched.endpoint(target)?;
        let path = tool.config_file(&session.places, &session.environment);
        if target.helper_refused {
            self.warnings.push(format!(
                "{tool} has no credential helper; its token is in {} and a new `studio-mirror login` renews it",
                session.places.shown(&path)
            ));
        }
        // Without a token this is --dry-run, which shows none, or a tool that will not be written.
        let token = fetched.token.as_ref().map(|token| token.token.clone());
        let token = token.unwrap_or_else(|| Secret::new("***"));
        let token_is_missing = target.auth == AuthMode::Token && fetched.no_token_yet.is_some();
        let registry = Registry {
            url: endpoint.url(),
            auth: match target.auth {
                AuthMode::Helper => Auth::Helper,
                AuthMode::Token => Auth::Token(&token),
            },
            namespace: target.namespace.as_deref(),
        };
        let mode = match target.auth {
            AuthMode::Helper => Mode::Keep,
            AuthMode::Token => Mode::Private,
        };
        let last_url = state
            .tools
            .get(&tool)
            .map_or(endpoint.url(), |last| last.endpoint.url());
        let mut warnings = Vec::new();
        let edit = changes::plan(
            state,
            &path,
            Part::Tool(tool),
            mode,
            |text| {
                let configured = tool.configure(text, &registry)?;
                warnings = configured.warnings;
                Ok(configured.text)
            },
            |text, _| Ok(tool.unconfigure(text, last_url)?),
        )
        .with_context(|| {
            let path = session.places.shown(&path);
            format!("{tool} is not configured: `{path}` is left as it is")
        })
        .map_err(|error| {
            let mend = format!("mend that file, then run `studio-mirror login --tool {tool}`");
            with_hint(error, mend)
        });
        self.warnings.extend(warnings);
        let edit = match token_is_missing {
            true => Err(without_token(tool)),
            false => edit,
        };
        Some(Planned {
            tool,
            login: ToolLogin {
                told_repository: target.told_repository.clone(),
                told_auth: target.told_auth,
                repository: target.repository.clone(),
                auth: target.auth,
                namespace: target.namespace.clone(),
                endpoint: endpoint.clone(),
                token: fetched.request.clone(),
            },
            edit,
        })
    }

    fn warn_of_variables(&mut self, session: &Session, target: &Target) {
        let tool = target.tool;
        for variable in tool.overriding_variables(&session.environment) {
            self.warnings.push(format!(
                "${variable} is set and wins over {tool}'s configuration: unset it to use the repository"
            ));
        }
    }

    /// Whether any tool, of this login or an earlier one, asks the helper.
    pub fn needs_helper(&self, state: &State) -> bool {
        let is_replaced = |tool| self.planned.iter().any(|planned| planned.tool == tool);
        self.planned
            .iter()
            .any(|planned| planned.login.auth == AuthMode::Helper && planned.edit.is_ok())
            || state.helper_tools().any(|(tool, _)| !is_replaced(tool))
    }

    /// A tool must not be sent to a helper that is not there.
    pub fn fail_helper_tools(&mut self, error: &anyhow::Error) {
        for planned in &mut self.planned {
            if planned.login.auth == AuthMode::Helper && planned.edit.is_ok() {
                let causes: Vec<String> = error.chain().map(ToString::to_string).collect();
                planned.edit = Err(anyhow!(causes.join(": ")).context(format!(
                    "{} is not configured: no credential helper",
                    planned.tool
                )));
            }
        }
    }

    /// Remembers what will be done in `state`. A tool whose file is refused is remembered too, unless
    /// an earlier login of it stands: the next `login` tries it again without being told.
    pub fn remember(&self, state: &mut State) {
        for planned in &self.planned {
            let login = planned.login.clone();
            match &planned.edit {
                Ok(edit) => {
                    edit.remember(state);
                    state.tools.insert(planned.tool, login);
                }
                Err(_) => {
                    state.tools.entry(planned.tool).or_insert(login);
                }
            }
        }
    }

    /// Lets `state` say again what `before` said of tools that an earlier login configured and that kept their files.
    pub fn keep_earlier_logins(&self, before: &State, state: &mut State) {
        let kept = self.planned.iter().filter(|planned| planned.edit.is_err());
        for planned in kept {
            let Some(login) = before.tools.get(&planned.tool) else {
                continue;
            };
            state.tools.insert(planned.tool, login.clone());
            let changes = before.changes.iter();
            let own = changes.filter(|(_, change)| change.part == Part::Tool(planned.tool));
            state
                .changes
                .extend(own.map(|(path, change)| (path.clone(), change.clone())));
        }
    }

    /// Makes every edit; one that fails becomes its tool's failure.
    pub fn make(&mut self, printer: Printer) {
        for planned in &mut self.planned {
            if let Ok(edit) = &planned.edit {
                printer.detail(&format!("writing {}", edit.path.display()));
                if let Err(error) = edit.make() {
                    planned.edit =
                        Err(error.context(format!("{} is not configured", planned.tool)));
                }
            }
        }
    }
}

fn without_token(tool: Tool) -> anyhow::Error {
    with_hint(
        anyhow!("{tool} is not configured: there is no token yet to put into its file"),
        format!("run `studio-mirror login --tool {tool}` in a minute"),
    )
}
