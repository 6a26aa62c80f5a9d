//! What is installed here and what it reads. Files first; then, over the network, whether what stands beside our
//! repository answers, and whether tokens of unknown age are still taken.

mod ask;
mod asked;
mod keyring;
mod links;
mod machine;
mod npm;
mod others;
mod pip;
mod program;
pub mod said;
mod uv;

pub use asked::Asked;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::host::Way;
use crate::check::evidence::tools::{Beside, Held, Life, LoginSeen, Program, ToolsSeen};
use crate::edit::SyntaxError;
use crate::helper::is_this_program;
use crate::places::Places;
use crate::secret::Secret;
use crate::state::ToolLogin;
use crate::tools::effective::{Address, Origin, ReadFile, Sourced};
use crate::tools::{AuthMode, Tool, ToolFile};

/// What is looked at.
#[derive(Clone, Debug)]
pub struct ToolsPlan {
    /// The tools in question; `None` for one that is not logged in.
    pub tools: BTreeMap<Tool, Option<ToolLogin>>,
    /// Those of them that only root's `login --system` sets up.
    pub of_everybody: BTreeSet<Tool>,
    /// Whether they were asked for by name.
    pub are_named: bool,
    /// The user's folders.
    pub places: Places,
    /// The environment.
    pub environment: BTreeMap<String, String>,
    /// Where tokens are cached.
    pub cache: PathBuf,
    /// The folder that tools would be run in.
    pub project: Option<PathBuf>,
    /// The tokens that are known, and how old they are.
    pub tokens: Vec<(Secret, Option<Life>)>,
    /// The clients that were asked so far.
    pub asked: Arc<Asked>,
}

impl ToolsPlan {
    /// Looks at the machine, then asks over the network what it left open.
    pub async fn look(&self, way: Way<'_>) -> ToolsSeen {
        let plan = self.clone();
        let looked = tokio::task::spawn_blocking(move || plan.look_around()).await;
        let mut seen = looked.unwrap_or_default();
        ask::ask(&mut seen, &self.environment, way).await;
        seen
    }

    fn look_around(&self) -> ToolsSeen {
        let mut seen = ToolsSeen {
            pip: self
                .login(Tool::Pip)
                .and_then(|login| pip::look(self, login)),
            uv: self.login(Tool::Uv).and_then(|login| uv::look(self, login)),
            npm: self
                .login(Tool::Npm)
                .and_then(|login| npm::look(self, login)),
            others: self
                .logins()
                .filter(|(tool, _)| ![Tool::Pip, Tool::Uv, Tool::Npm].contains(tool))
                .filter_map(|(tool, login)| others::look(self, tool, login))
                .collect(),
            keyrings: keyring::look(self),
            backend: keyring::backend(self),
            machine: machine::look(self),
            strangers: self.strangers(),
        };
        seen.machine.ages = seen
            .held()
            .filter(|(tool, held)| {
                held.is_ours
                    && self
                        .login(*tool)
                        .is_some_and(|login| login.auth == AuthMode::Token)
            })
            .map(|(tool, held)| (tool, held.life))
            .collect();
        seen
    }

    /// Tools that were asked for by name and cannot be looked at, and why.
    fn strangers(&self) -> Vec<(Tool, String)> {
        let why = |(tool, login): (&Tool, &Option<ToolLogin>)| {
            let is_installed = match tool {
                Tool::Pip => self.find_pip().is_some(),
                tool => self.find(command(*tool)).is_some(),
            };
            let why = match (is_installed, login) {
                (true, Some(_)) => return None,
                (false, _) => format!("{tool} is not on PATH"),
                (true, None) => {
                    format!("{tool} is not logged in; `studio-mirror login --tool {tool}` does it")
                }
            };
            Some((*tool, why))
        };
        let named = self.tools.iter().filter(|_| self.are_named);
        named.filter_map(why).collect()
    }

    fn find_pip(&self) -> Option<program::PythonTool> {
        program::find_pip(&self.places.home, &self.environment, &self.asked)
    }

    /// The tools that are logged in.
    fn logins(&self) -> impl Iterator<Item = (Tool, &ToolLogin)> {
        self.tools
            .iter()
            .filter_map(|(tool, login)| Some((*tool, login.as_ref()?)))
    }

    /// The netrc file that Python's clients read.
    fn netrc(&self) -> PathBuf {
        let named = self
            .environment
            .get("NETRC")
            .filter(|path| !path.is_empty());
        named.map_or_else(|| self.places.home.join(".netrc"), PathBuf::from)
    }

    /// Where uv keeps logins of its own.
    fn uv_store(&self) -> PathBuf {
        let named = self
            .environment
            .get("UV_CREDENTIALS_DIR")
            .filter(|path| !path.is_empty());
        let folder = named.map_or_else(
            || self.places.data.with_file_name("uv").join("credentials"),
            PathBuf::from,
        );
        folder.join("credentials.toml")
    }

    fn login(&self, tool: Tool) -> Option<&ToolLogin> {
        self.tools.get(&tool)?.as_ref()
    }

    fn login_seen(&self, tool: Tool, login: &ToolLogin) -> LoginSeen {
        let files = self.files(tool, login);
        let url = |repository: &crate::state::RepositoryLogin| repository.endpoint.url().to_owned();
        LoginSeen {
            auth: login.auth,
            endpoint: url(&login.main),
            extra: login.extra.iter().map(url).collect(),
            is_shimmed: self.of_everybody.contains(&tool)
                && tool
                    .client()
                    .system()
                    .is_some_and(|system| !system.shims.is_empty()),
            namespace: login.main.namespace.clone(),
            file: files
                .first()
                .map(|file| self.places.shown(&file.path))
                .unwrap_or_default(),
        }
    }

    /// The files that the tool's login wrote.
    fn files(&self, tool: Tool, login: &ToolLogin) -> Vec<ToolFile> {
        let system = tool
            .client()
            .system()
            .filter(|_| self.of_everybody.contains(&tool));
        match system {
            Some(system) => system.files,
            None => tool
                .client()
                .files(&self.places, &self.environment, login.auth),
        }
    }

    /// Those of `paths` that are there and can be read.
    fn read(&self, paths: impl IntoIterator<Item = PathBuf>) -> Vec<ReadFile> {
        let mut read: Vec<ReadFile> = Vec::new();
        for path in paths {
            let shown = self.places.shown(&path);
            // What the user may not read the tools do not read either, and few of them say so.
            let Ok(bytes) = fs::read(&path) else { continue };
            if read.iter().any(|known| known.path == shown) {
                continue;
            }
            read.push(ReadFile {
                path: shown,
                text: text(bytes),
                is_own: is_writable(&path),
            });
        }
        read
    }

    /// The program of this name that runs in the end, past our own links.
    fn find(&self, name: &str) -> Option<PathBuf> {
        program::every(name, &self.environment).find(|path| !is_this_program(path))
    }

    fn program(&self, path: &Path, version: Option<String>) -> Program {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let first = program::every(&name, &self.environment).next();
        Program {
            path: self.places.shown(path),
            version,
            has_keyring: false,
            is_of_old_python: false,
            is_behind_us: first.is_some_and(|first| is_this_program(&first)),
        }
    }

    /// What is known of a token that stands somewhere.
    fn held(&self, token: &Secret, origin: &Origin) -> Held {
        let known = self.tokens.iter().find(|(known, _)| known == token);
        Held {
            token: token.clone(),
            origin: origin.clone(),
            is_ours: known.is_some(),
            life: known.and_then(|(_, life)| *life),
            answer: None,
        }
    }
}

/// What a shell calls it.
fn command(tool: Tool) -> &'static str {
    match tool {
        Tool::Maven => "mvn",
        tool => tool.as_str(),
    }
}

/// Those of `addresses` that are not ours and lie across the network.
fn beside(addresses: &[Sourced<Address>], login: &LoginSeen, tail: &str) -> Vec<Beside> {
    let foreign = addresses
        .iter()
        .filter(|address| address.value.is_remote() && !login.is_ours(&address.value, tail));
    foreign
        .map(|address| Beside {
            url: address.value.url.clone(),
            origin: address.origin.clone(),
            answers: None,
        })
        .collect()
}

fn text(bytes: Vec<u8>) -> Result<Secret, SyntaxError> {
    String::from_utf8(bytes).map(Secret::new).map_err(|error| {
        let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        SyntaxError::new(line, "this is not UTF-8")
    })
}

fn is_writable(path: &Path) -> bool {
    rustix::fs::access(path, rustix::fs::Access::WRITE_OK).is_ok()
}

fn exists(path: &Path) -> bool {
    fs::metadata(path).is_ok()
}
