//! The file of a command that reads its registries and tokens from one: in the private folder of the tokens, where the cache is.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

use super::named;
use crate::files;
use crate::helper::install::programs_on_path;
use crate::token::Store;
use crate::tools::{Auth, Registry, ShimFile, Tool};

/// Longer than another process takes to write it.
const LIMIT: Duration = Duration::from_secs(2);

/// Begins our file; what follows is the machine's own, from which it was made.
const MARK: &str = "; studio-mirror made this, over ";

/// The machine's own file, and what it says.
pub struct Machine {
    /// Where it is.
    pub path: PathBuf,
    text: anyhow::Result<String>,
}

/// The file that the command would read without us.
pub fn of_machine(
    file: ShimFile,
    program: &Path,
    environment: &BTreeMap<String, String>,
) -> Machine {
    let named = named(environment, file.variable).map(|(_, path)| PathBuf::from(path));
    let usual = || prefix(file, program, environment).join(file.below_prefix);
    let mut path = named.unwrap_or_else(usual);
    let mut text = files::read_text(&path);
    // A script of a command that we led to our file.
    if let Ok(Some(ours)) = &text
        && let Some(over) = ours.lines().next().and_then(|line| line.strip_prefix(MARK))
    {
        path = over.into();
        text = files::read_text(&path);
    }
    let text = text.map(Option::unwrap_or_default);
    Machine { path, text }
}

/// Where the client is installed, as it finds out itself.
fn prefix(file: ShimFile, program: &Path, environment: &BTreeMap<String, String>) -> PathBuf {
    let mut variables = file.prefix_variables.iter();
    if let Some((_, prefix)) = variables.find_map(|name| named(environment, name)) {
        return prefix.into();
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let runs_on = programs_on_path(&path, file.runs_on).next();
    let runs_on = runs_on.and_then(|found| std::fs::canonicalize(found).ok());
    let program = runs_on.unwrap_or_else(|| program.to_owned());
    program.ancestors().nth(2).unwrap_or(&program).to_owned()
}

impl Machine {
    /// Whether this call is to change that very file.
    pub fn is_edited_by(file: ShimFile, arguments: &[OsString]) -> bool {
        let is_one_of = |argument: &OsString, words: &[&str]| {
            argument.to_str().is_some_and(|word| words.contains(&word))
        };
        let mut arguments = arguments.iter();
        arguments
            .next()
            .is_some_and(|first| is_one_of(first, file.edits))
            && arguments.any(|argument| is_one_of(argument, file.for_all))
    }

    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.text.as_ref().is_ok_and(String::is_empty)
    }

    /// Writes what it says, and `registries` over it, and says where. One that cannot be taken up must not keep the command from
    /// its token: `warn` is told what it runs without.
    ///
    /// # Errors
    /// When the private folder takes no file.
    pub fn with(
        &self,
        file: ShimFile,
        tool: Tool,
        registries: &[Registry],
        store: &Store,
        warn: impl Fn(&str),
    ) -> anyhow::Result<PathBuf> {
        let shown = self.path.display();
        let over = |text: &str| file.editor.configure(text, registries);
        let made = match &self.text {
            Ok(text) => over(text).map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        let configured = match made {
            Ok(configured) => configured,
            Err(why) => {
                warn(&format!("without the settings of `{shown}`: {why}"));
                over("")?
            }
        };
        let text = format!("{MARK}{shown}\n{}", configured.text);
        let name = format!("{tool}-{}", self.id(registries));
        store.keep_file(&name, &text, Instant::now() + LIMIT)
    }

    /// Two calls that mean other registries, or tokens of other credentials, have two files: each may be read at any time.
    fn id(&self, registries: &[Registry]) -> String {
        let mut hash = Sha256::new();
        hash.update(self.path.as_os_str().as_encoded_bytes());
        for registry in registries {
            let with_token = match registry.auth {
                Auth::Helper => "",
                Auth::Token(_) => "token",
            };
            for part in [
                registry.url,
                registry.namespace.unwrap_or_default(),
                &registry.request.cache_name(),
                with_token,
            ] {
                hash.update([0]);
                hash.update(part);
            }
        }
        hex::encode(&hash.finalize()[..16])
    }
}
