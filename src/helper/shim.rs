//! A command that finds no token by itself, on a machine that is set up for all users: this program stands before it on PATH
//! under its name, and becomes it with the token in the environment.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::Duration;

use super::fresh::fresh_token_within;
use super::install::programs_on_path;
use crate::environment;
use crate::error::explain;
use crate::output::Printer;
use crate::places::{Places, this_program};
use crate::secret::Secret;
use crate::state::{State, ToolLogin};
use crate::system_login;
use crate::tools::compose::{Tokens, registries};
use crate::tools::{AuthMode, Installed, Shim, Tool};

/// A command that is kept waiting longer than a login may take would be taken for one that hangs.
const LIMIT: Duration = Duration::from_secs(6);

/// What a shell answers for a command that is not there (POSIX, 2.8.2), and for one that cannot be run.
const NOT_FOUND: u8 = 127;
const NOT_EXECUTABLE: u8 = 126;

/// Becomes the command. Whatever is wrong with the token, it runs: it may do without.
pub fn run(tool: Tool, shim: Shim, arguments: &[OsString]) -> ExitCode {
    let printer = Printer::default();
    let command = shim.command;
    let Some(program) = the_real(command) else {
        printer.error(&format!(
            "error: {command}: command not found\nhint: studio-mirror gives {command} its token, and there is no other \
             {command} on PATH; install it"
        ));
        return ExitCode::from(NOT_FOUND);
    };
    let variables = match variables(tool, shim.asks.for_call(arguments), printer) {
        Ok(variables) => variables,
        Err(error) => {
            say(printer, tool, &error);
            Vec::new()
        }
    };
    let mut child = Command::new(&program);
    child.args(arguments);
    for (name, value) in &variables {
        child.env(name, value.expose());
    }
    let error = child.exec();
    printer.error(&format!(
        "error: cannot run `{}`: {error}",
        program.display()
    ));
    ExitCode::from(NOT_EXECUTABLE)
}

/// The command that would have run without us. Another copy of this program would look for it for ever.
fn the_real(command: &str) -> Option<PathBuf> {
    let own = this_program()
        .ok()
        .and_then(|own| std::fs::canonicalize(own).ok());
    let shims = Places::of_system().bin;
    let path = std::env::var_os("PATH")?;
    programs_on_path(&path, command)
        .filter(|candidate| !candidate.starts_with(&shims))
        .find(|candidate| std::fs::canonicalize(candidate).ok() != own)
}

/// What the command gets: nothing where the user is logged in, or named a registry; then their word counts.
fn variables(tool: Tool, asks: bool, printer: Printer) -> anyhow::Result<Vec<(String, Secret)>> {
    let environment = environment::read();
    let places = Places::find().unwrap_or_else(|_| Places::of_nobody());
    let own = State::read(&places.state)?;
    if own.tools.contains_key(&tool) || tool.overriding_variables(&environment).next().is_some() {
        return Ok(Vec::new());
    }
    let everybodys = system_login::read_for_caller(&places, &environment)?.unwrap_or_default();
    let Some(login) = everybodys.tools.get(&tool) else {
        return Ok(Vec::new());
    };
    let tokens = match asks {
        true => tokens(login, &own, &places, tool, printer),
        false => Tokens::default(),
    };
    let auth = match tokens.0.is_empty() {
        true => AuthMode::Helper,
        false => AuthMode::Token,
    };
    let login = ToolLogin {
        auth,
        ..login.clone()
    };
    let nowhere = Installed {
        program: "",
        helpers: "",
    };
    let variables = tool
        .client()
        .shim_environment(&registries(&login, &tokens, nowhere));
    Ok(variables
        .into_iter()
        .filter(|(name, _)| !is_set(&environment, name))
        .collect())
}

/// The tokens of all its repositories that can be had.
fn tokens(login: &ToolLogin, own: &State, places: &Places, tool: Tool, printer: Printer) -> Tokens {
    let mut tokens = Tokens::default();
    for known in login.repositories() {
        if tokens.get(&known.token).is_some() {
            continue;
        }
        match fresh_token_within(LIMIT, &known.token, own, places) {
            Ok(token) => tokens.insert(&known.token, token.token),
            Err(error) => say(printer, tool, &error),
        }
    }
    tokens
}

fn say(printer: Printer, tool: Tool, error: &anyhow::Error) {
    let explained = explain(error);
    let mut said = format!("{tool} runs without a token: {}", explained.error);
    for cause in &explained.causes {
        said += &format!(": {cause}");
    }
    printer.warning(&said);
}

/// Whether a variable is set, in whatever letters: npm takes `NPM_CONFIG_X` for `npm_config_x`.
fn is_set(environment: &BTreeMap<String, String>, name: &str) -> bool {
    environment
        .keys()
        .any(|known| known.eq_ignore_ascii_case(name))
}
