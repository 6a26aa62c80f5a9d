//! A command that finds no token by itself, on a machine that is set up for all users: this program stands before it on PATH
//! under its name, and becomes it with the token: in a private file where the command reads one, else in its environment.

mod file;
mod project;
mod real;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Duration;

use self::file::{Machine, of_machine};
use self::project::{giving_away, named_registries};
use self::real::the_real;
use super::fresh::{fresh_token_within, login_cache};
use crate::environment;
use crate::error::explain;
use crate::output::Printer;
use crate::places::Places;
use crate::secret::Secret;
use crate::state::{State, ToolLogin};
use crate::system_login;
use crate::token::Store;
use crate::tools::compose::{Tokens, registries};
use crate::tools::{Auth, Installed, Registry, Shim, ShimFile, Tool, same_endpoint};

/// A command that is kept waiting longer than a login may take would be taken for one that hangs.
const LIMIT: Duration = Duration::from_secs(6);

/// What a shell answers for a command that is not there (POSIX, 2.8.2), and for one that cannot be run.
const NOT_FOUND: u8 = 127;
const NOT_EXECUTABLE: u8 = 126;

/// Becomes the command. Whatever is wrong with the token, it runs: it may do without.
pub fn run(tool: Tool, shim: Shim, arguments: &[OsString]) -> ExitCode {
    let printer = Printer::default();
    let command = shim.command;
    let Some(real) = the_real(command) else {
        printer.error(&format!(
            "error: {command}: command not found\nhint: studio-mirror gives {command} its token, and there is no other \
             {command} on PATH; install it"
        ));
        return ExitCode::from(NOT_FOUND);
    };
    let call = Call {
        tool,
        asks: shim.asks.for_call(arguments),
        arguments,
        program: &real.program,
        environment: environment::read(),
        printer,
    };
    let variables = call.variables().unwrap_or_else(|error| {
        call.say(&error);
        Vec::new()
    });
    let mut child = Command::new(&real.program);
    child.args(arguments).env(real.became.0, &real.became.1);
    for (name, value) in &variables {
        // Of two spellings a command takes the one that it comes upon last.
        if let Some((other, _)) = named(&call.environment, name) {
            child.env_remove(other);
        }
        child.env(name, value.expose());
    }
    let error = child.exec();
    printer.error(&format!(
        "error: cannot run `{}`: {error}",
        real.program.display()
    ));
    ExitCode::from(NOT_EXECUTABLE)
}

/// One call of the command.
struct Call<'a> {
    tool: Tool,
    /// Whether it asks its registry, or may.
    asks: bool,
    arguments: &'a [OsString],
    /// The command itself.
    program: &'a Path,
    environment: BTreeMap<String, String>,
    printer: Printer,
}

impl Call<'_> {
    /// What the command gets: nothing where the user is logged in, or named a registry; then their word counts.
    fn variables(&self) -> anyhow::Result<Vec<(String, Secret)>> {
        let places = Places::find().unwrap_or_else(|_| Places::of_nobody());
        let own = State::read(&places.state)?;
        if own.tools.contains_key(&self.tool) {
            return Ok(Vec::new());
        }
        let everybodys =
            system_login::read_for_caller(&places, &self.environment)?.unwrap_or_default();
        let Some(login) = everybodys.tools.get(&self.tool) else {
            return Ok(Vec::new());
        };
        if self.is_overruled(login) {
            return Ok(Vec::new());
        }
        let client = self.tool.client();
        if let Some(file) = client.shim_file() {
            return self.by_file(file, login, &own, &places);
        }
        if !self.asks || self.gives_it_away(login) {
            return Ok(Vec::new());
        }
        let tokens = self.tokens(login, &own, &places);
        let mut registries = all(login, &tokens);
        if let Some(known) = client.project_files() {
            let environment = &self.environment;
            let named = named_registries(self.tool, known, &places, environment, self.arguments);
            let stands = |one: &Registry| {
                let mut others = named.iter();
                !others.any(|named| named.overrules(one.namespace, one.url))
            };
            registries.retain(stands);
        }
        let variables = client.environment(&registries);
        let is_set = |name: &str| named(&self.environment, name).is_some();
        Ok(variables
            .into_iter()
            .filter(|(name, _)| !is_set(name))
            .collect())
    }

    /// Whether a variable leads elsewhere. npm tells its scripts the registry that it found in our file.
    fn is_overruled(&self, login: &ToolLogin) -> bool {
        let mut overruling = self.tool.overriding_variables(&self.environment);
        let ours = login.main.endpoint.url();
        overruling.any(|name| !same_endpoint(&self.environment[name], ours))
    }

    /// Whether the command would send the variable with the token elsewhere. Where an argument has it so, the user knows.
    fn gives_it_away(&self, login: &ToolLogin) -> bool {
        let (tool, client) = (self.tool, self.tool.client());
        if client.leads_elsewhere(self.arguments, login.main.endpoint.url()) {
            return true;
        }
        let known = client.project_files();
        let found = known.and_then(|known| {
            let variable = known.given_away?;
            Some((variable, giving_away(variable, known, self.arguments)?))
        });
        let Some((variable, file)) = found else {
            return false;
        };
        let file = file.display();
        self.printer.warning(&format!(
            "{tool} runs without a token: `{file}` names ${variable}, or spells what may be its name, and {tool} would send \
             the token where that file says"
        ));
        true
    }

    /// The path of a file with everything. Without a token and a file of the machine's own, that of all users says it.
    fn by_file(
        &self,
        file: ShimFile,
        login: &ToolLogin,
        own: &State,
        places: &Places,
    ) -> anyhow::Result<Vec<(String, Secret)>> {
        let variable = |path: &Path| {
            let path = Secret::new(path.to_string_lossy());
            Ok(vec![(file.variable.to_owned(), path)])
        };
        let machine = of_machine(file, self.program, &self.environment);
        if Machine::is_edited_by(file, self.arguments) {
            return variable(&machine.path);
        }
        let tokens = match self.asks {
            true => self.tokens(login, own, places),
            false => Tokens::default(),
        };
        if !tokens.0.is_empty() || !machine.is_empty() {
            let store = Store::new(login_cache(own, places));
            let warn = |what: &str| self.printer.warning(&format!("{} runs {what}", self.tool));
            match machine.with(file, self.tool, &all(login, &tokens), &store, warn) {
                Ok(path) => return variable(&path),
                Err(error) => self.say(&error),
            }
        }
        let everybodys = Places::of_system();
        let files = self.tool.files(&everybodys, &self.environment, login.auth);
        files
            .first()
            .map_or(Ok(Vec::new()), |file| variable(&file.path))
    }

    /// The tokens of all its repositories that can be had.
    fn tokens(&self, login: &ToolLogin, own: &State, places: &Places) -> Tokens {
        let mut tokens = Tokens::default();
        let mut failed = BTreeSet::new();
        for known in login.repositories() {
            let name = known.token.cache_name();
            if tokens.get(&known.token).is_some() || failed.contains(&name) {
                continue;
            }
            match fresh_token_within(LIMIT, &known.token, own, places) {
                Ok(token) => tokens.insert(&known.token, token.token),
                Err(error) => {
                    self.say(&error);
                    failed.insert(name);
                }
            }
        }
        tokens
    }

    fn say(&self, error: &anyhow::Error) {
        let explained = explain(error);
        let mut said = format!("{} runs without a token: {}", self.tool, explained.error);
        for cause in &explained.causes {
            said += &format!(": {cause}");
        }
        self.printer.warning(&said);
    }
}

/// Its registries, each with its token where there is one.
fn all<'a>(login: &'a ToolLogin, tokens: &'a Tokens) -> Vec<Registry<'a>> {
    let nowhere = Installed {
        program: "",
        helpers: "",
    };
    let mut all = registries(login, tokens, nowhere);
    for registry in &mut all {
        if let Some(token) = tokens.get(registry.request) {
            registry.auth = Auth::Token(token);
        }
    }
    all
}

/// A variable that is set, in whatever letters: npm takes `NPM_CONFIG_X` for `npm_config_x`.
fn named<'e>(environment: &'e BTreeMap<String, String>, name: &str) -> Option<(&'e str, &'e str)> {
    let mut all = environment.iter();
    let (known, value) = all.find(|(known, _)| known.eq_ignore_ascii_case(name))?;
    Some((known, value))
}
