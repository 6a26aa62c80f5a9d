//! `exec`: a command that finds fresh credentials in its environment, and in no file.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Duration;

use anyhow::anyhow;
use tokio::time::Instant;

use super::login::fetch::{Fetched, fetch};
use super::login::targets::{self, Target};
use super::session::Session;
use crate::aws;
use crate::cli::ExecArgs;
use crate::error::{Usage, explain, with_hint};
use crate::output::Format;
use crate::secret::Secret;
use crate::settings::Field;
use crate::state::ToolLogin;
use crate::token::Need;
use crate::tools::compose::{Tokens, registries};
use crate::tools::{AuthMode, Installed, Tool};

/// As for the helper: somebody waits for this command and has nothing else to do.
const LIMIT: Duration = Duration::from_secs(30);

/// What a shell answers for a command that is not there, and for one that cannot be run (POSIX, 2.8.2).
const NOT_FOUND: u8 = 127;
const NOT_EXECUTABLE: u8 = 126;

/// The token, for files that name this variable as AWS's documentation does (Maven's settings.xml).
const TOKEN_VARIABLE: &str = "CODEARTIFACT_AUTH_TOKEN";

/// Becomes the command; returns only when that fails.
pub fn run(session: Session, args: &ExecArgs) -> anyhow::Result<ExitCode> {
    if session.printer.format == Format::Json {
        let message = "exec has no result of its own to show as JSON";
        return Err(with_hint(Usage(message.into()), "leave --output json out"));
    }
    session.settings.require(Field::Domain)?;
    session.inherit_container_credentials()?;
    let handed = handed(&session, &args.tool, &args.command)?;
    let Some((program, arguments)) = args.command.split_first() else {
        return Err(Usage("no command is named".into()).into());
    };
    let mut command = Command::new(program);
    command.args(arguments);
    for name in spellings(&session.environment, &handed.variables) {
        command.env_remove(name);
    }
    for name in &handed.taken_out {
        command.env_remove(name);
    }
    for (name, value) in &handed.variables {
        command.env(name, value.expose());
    }
    Ok(became_nothing(&session, program, &command.exec()))
}

/// What becomes of the environment on its way to the command.
#[derive(Default)]
struct Handed {
    /// What goes into it.
    variables: BTreeMap<String, Secret>,
    /// Somebody's own logins, which would go to our address.
    taken_out: BTreeSet<String>,
}

impl Handed {
    /// Takes those of `foreign` out that are there, and says so.
    fn take_out(&mut self, session: &Session, tool: Tool, foreign: Vec<String>) {
        let is_there = |name: &String| {
            session.environment.contains_key(name) && !self.variables.contains_key(name)
        };
        let there: Vec<String> = foreign.into_iter().filter(is_there).collect();
        if there.is_empty() {
            return;
        }
        let names: Vec<String> = there.iter().map(|name| format!("${name}")).collect();
        session.printer.warning(&format!(
            "the command does not get {}: {tool} goes to CodeArtifact here and would log in there with it",
            names.join(", ")
        ));
        self.taken_out.extend(there);
    }

    fn is_known(&self, name: &str) -> bool {
        let mut ours = self.variables.keys();
        self.taken_out.contains(name) || ours.any(|own| own.eq_ignore_ascii_case(name))
    }
}

/// What `named` tools, or all of them, find in their environment behind `command`.
fn handed(session: &Session, named: &[Tool], command: &[OsString]) -> anyhow::Result<Handed> {
    let has_variables = |tool: &Tool| tool.client().environment_auth().is_some();
    let tools: Vec<Tool> = match named {
        [] => Tool::all().filter(has_variables).collect(),
        named => named.to_vec(),
    };
    if let Some(tool) = tools.iter().find(|tool| !has_variables(tool)) {
        let message = format!("{tool} takes no credentials from its environment");
        let hint = format!("run `studio-mirror login --tool {tool}`");
        return Err(with_hint(Usage(message), hint));
    }
    let targets = targets::for_environment(session, &tools)?;
    let targets = without_unsaid(session, targets, !named.is_empty())?;
    let deadline = Instant::now() + LIMIT;
    // A job that starts now may run for hours.
    let fetched = aws::block_on(fetch(session, &targets, Some(Need::Young), deadline))?;
    for error in &fetched.left_out {
        session.printer.warning(&explain(error).error);
    }
    if let Some(error) = fetched.no_token_yet(&fetched.request) {
        return Err(crate::error::copied(error));
    }
    let tokens = fetched.tokens(&targets);
    let mut handed = Handed::default();
    for target in &targets {
        if leads_elsewhere(session, &fetched, target, command) {
            continue;
        }
        let (variables, foreign) = of_tool(session, &fetched, target, &tokens, !named.is_empty());
        handed.variables.extend(variables);
        handed.take_out(session, target.tool, foreign);
    }
    // Tools that ask the helper, and nothing else, have no use for what some clients send wherever a project's file says.
    let asks_helper = |tool: &Tool| tool.client().environment_auth() == Some(AuthMode::Helper);
    let needs_none = !named.is_empty() && named.iter().all(asks_helper);
    if let Some(token) = fetched.token().filter(|_| !needs_none) {
        let name = TOKEN_VARIABLE.to_owned();
        handed.variables.insert(name, token.token.clone());
    }
    let tools: Vec<Tool> = targets.iter().map(|target| target.tool).collect();
    warn_of_others(session, &tools, &handed);
    Ok(handed)
}

/// Whether `command` is the tool's, and its arguments send what a variable holds to another registry; then it gets none.
fn leads_elsewhere(
    session: &Session,
    fetched: &Fetched,
    target: &Target,
    command: &[OsString],
) -> bool {
    let tool = target.tool;
    let Some((program, arguments)) = command.split_first() else {
        return false;
    };
    let name = Path::new(program).file_name().and_then(OsStr::to_str);
    let is_its = name
        .and_then(Tool::of_shim)
        .is_some_and(|(of, _)| of == tool);
    let Some(login) = fetched.login(target).filter(|_| is_its) else {
        return false;
    };
    let leads = tool
        .client()
        .leads_elsewhere(arguments, login.main.endpoint.url());
    if leads {
        let said = format!("{tool} is left out: its arguments name another registry");
        session.printer.warning(&said);
    }
    leads
}

/// `targets` without those that no variable can tell where a scope's packages are: half of the truth would send these to
/// the public registry. One that is asked for by name is an error.
fn without_unsaid(
    session: &Session,
    targets: Vec<Target>,
    is_named: bool,
) -> anyhow::Result<Vec<Target>> {
    let mut said = Vec::new();
    for target in targets {
        let Some(scope) = unsaid_scope(&target) else {
            said.push(target);
            continue;
        };
        let tool = target.tool;
        let why = format!(
            "no variable can tell {tool} the registry of @{scope}: it takes `_` there for `-`"
        );
        let instead = format!("run `studio-mirror login --tool {tool}`");
        if is_named {
            return Err(with_hint(Usage(why), instead));
        }
        let warning = format!("{tool} is left out, {why}; {instead}");
        session.printer.warning(&warning);
    }
    Ok(said)
}

/// A scope of its repositories that its environment cannot name.
fn unsaid_scope(target: &Target) -> Option<&str> {
    let scopes = target.repositories.iter().filter_map(|wanted| {
        let scope = wanted.repository.namespace.as_deref()?;
        Some(scope.trim_start_matches('@'))
    });
    let client = target.tool.client();
    scopes
        .into_iter()
        .find(|scope| !client.environment_takes_scope(scope))
}

/// What a tool needs in its environment, and what must not be there beside it.
fn of_tool(
    session: &Session,
    fetched: &Fetched,
    target: &Target,
    tokens: &Tokens,
    is_named: bool,
) -> (Vec<(String, Secret)>, Vec<String>) {
    let nothing = (Vec::new(), Vec::new());
    let Some(login) = fetched.login(target) else {
        return nothing;
    };
    let client = target.tool.client();
    let asks_helper = client.environment_auth() == Some(AuthMode::Helper);
    if asks_helper && !is_helped(session, &login) {
        let said = format!(
            "{} is left out: its environment must name the credential helper, which answers only after a login; \
             run `studio-mirror login --tool {} --auth helper` first",
            target.tool, target.tool
        );
        match is_named {
            true => session.printer.warning(&said),
            false => session.printer.detail(&said),
        }
        return nothing;
    }
    let nowhere = Installed {
        program: "",
        helpers: "",
    };
    let registries = registries(&login, tokens, nowhere);
    let variables = client.environment(&registries);
    if variables.is_empty() {
        session.printer.warning(&format!(
            "{0} is left out, no variable can tell {0} this repository: it goes on asking whom it asked; run `studio-mirror login --tool {0}`",
            target.tool
        ));
        return nothing;
    }
    (variables, client.foreign_logins(&registries))
}

/// Whether the helper is installed, and would answer for every repository of `login`.
fn is_helped(session: &Session, login: &ToolLogin) -> bool {
    let is_installed =
        session.state.helper_tools().next().is_some() || !session.system.tools.is_empty();
    if !is_installed {
        return false;
    }
    let mut repositories = login.repositories();
    repositories.all(|known| session.helper_answers(known.endpoint.url()))
}

/// Names in the environment that mean one of ours in other letters: npm takes `NPM_CONFIG_REGISTRY` for `npm_config_registry`.
fn spellings<'a>(
    environment: &'a BTreeMap<String, String>,
    ours: &BTreeMap<String, Secret>,
) -> Vec<&'a String> {
    let is_ours = |name: &&String| ours.keys().any(|own| own.eq_ignore_ascii_case(name));
    environment.keys().filter(is_ours).collect()
}

fn warn_of_others(session: &Session, tools: &[Tool], handed: &Handed) {
    for tool in tools {
        let environment = &session.environment;
        let winning = tool.overriding_variables(environment);
        for name in winning.filter(|name| !handed.is_known(name)) {
            let said = format!("${name} is set and may keep {tool} from the repository");
            session.printer.warning(&said);
        }
        let adding = tool.adding_variables(environment);
        for name in adding.filter(|name| !handed.is_known(name)) {
            session.printer.warning(&format!(
                "${name} is set: {tool} takes packages from there beside CodeArtifact, so whoever publishes there can replace \
                 an internal package"
            ));
        }
    }
}

/// Why the command did not start.
fn became_nothing(session: &Session, program: &OsString, error: &std::io::Error) -> ExitCode {
    let name = program.to_string_lossy();
    let (code, hint) = match error.kind() {
        std::io::ErrorKind::NotFound => (NOT_FOUND, "look at the name, and at PATH"),
        _ => (NOT_EXECUTABLE, "look at its permissions: ls -l"),
    };
    let failure = with_hint(anyhow!("cannot run `{name}`: {error}"), hint);
    session.printer.error(&explain(&failure).to_string());
    ExitCode::from(code)
}
