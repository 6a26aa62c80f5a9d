//! What is installed here and what it reads. Files first; then, over the network, whether what stands beside our
//! repository answers, and whether tokens of unknown age are still taken.

mod keyring;
mod machine;
mod npm;
mod others;
mod pip;
mod program;
mod uv;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures_util::future::{join, join_all, join4};

use super::host::Way;
use super::http::Credentials;
use crate::check::catalogue::REPOSITORIES;
use crate::check::evidence::tools::{Beside, Held, Life, LoginSeen, Program, ToolSeen, ToolsSeen};
use crate::check::evidence::{Answer, Handshake, HostSeen, Names, Reached, Tunnel};
use crate::check::run::probe;
use crate::edit::SyntaxError;
use crate::endpoint::Format;
use crate::places::Places;
use crate::secret::Secret;
use crate::state::ToolLogin;
use crate::tools::effective::{Address, Origin, ReadFile, Sourced};
use crate::tools::{AuthMode, Tool};

/// What is looked at.
#[derive(Clone, Debug)]
pub struct ToolsPlan {
    /// The tools in question; `None` for one that is not logged in.
    pub tools: BTreeMap<Tool, Option<ToolLogin>>,
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
}

/// How long a token may take to be judged.
const TOKEN_LIMIT: Duration = Duration::from_millis(2_000);

impl ToolsPlan {
    /// Looks at the machine, then asks over the network what it left open.
    pub async fn look(&self, way: Way<'_>) -> ToolsSeen {
        let plan = self.clone();
        let looked = tokio::task::spawn_blocking(move || plan.look_around()).await;
        let mut seen = looked.unwrap_or_default();
        let pip = async {
            if let Some(pip) = &mut seen.pip {
                ask_around(pip, probe(Format::Pypi), way).await;
            }
        };
        let uv = async {
            if let Some(uv) = &mut seen.uv {
                ask_around(uv, probe(Format::Pypi), way).await;
                let page = format!("{}{}", uv.login.endpoint, probe(Format::Pypi));
                if let Ok(views) = &mut uv.settings {
                    let shadows = [&mut views.netrc, &mut views.store];
                    join_all(
                        shadows
                            .into_iter()
                            .flatten()
                            .map(|held| judge(held, &page, way)),
                    )
                    .await;
                }
            }
        };
        let npm = async {
            if let Some(npm) = &mut seen.npm {
                ask_around(npm, probe(Format::Npm), way).await;
            }
        };
        let others = join_all(seen.others.iter_mut().map(|other| async {
            let page = format!(
                "{}{}",
                other.login.endpoint,
                probe(other.tool.client().format())
            );
            join_all(other.held.iter_mut().map(|held| judge(held, &page, way))).await;
        }));
        join4(pip, uv, npm, others).await;
        seen
    }

    fn look_around(&self) -> ToolsSeen {
        let strangers = self.tools.iter().filter(|(_, login)| login.is_none());
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
            strangers: strangers
                .map(|(tool, _)| *tool)
                .filter(|_| self.are_named)
                .collect(),
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
        let files = tool
            .client()
            .files(&self.places, &self.environment, login.auth);
        let url = |repository: &crate::state::RepositoryLogin| repository.endpoint.url().to_owned();
        LoginSeen {
            auth: login.auth,
            endpoint: url(&login.main),
            extra: login.extra.iter().map(url).collect(),
            namespace: login.main.namespace.clone(),
            file: files
                .first()
                .map(|file| self.places.shown(&file.path))
                .unwrap_or_default(),
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

    fn program(&self, path: &Path, version: Option<String>) -> Program {
        Program {
            path: self.places.shown(path),
            version,
            has_keyring: false,
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

/// Asks what only the network tells: about the indexes beside ours, and about a token of unknown age.
async fn ask_around<Settings>(tool: &mut ToolSeen<Settings>, probe: &str, way: Way<'_>) {
    let page = format!("{}{probe}", tool.login.endpoint);
    let answers = join_all(tool.beside.iter().map(|beside| answers(&beside.url, way)));
    let judged = async {
        if let Some(held) = &mut tool.held {
            judge(held, &page, way).await;
        }
    };
    let (answers, ()) = join(answers, judged).await;
    for (beside, answer) in tool.beside.iter_mut().zip(answers) {
        beside.answers = answer;
    }
}

/// Tries a token at the repository if nothing else tells whether it is over.
async fn judge(held: &mut Held, page: &str, way: Way<'_>) {
    if held.life.is_none() {
        held.answer = token_answer(page, &held.token, way).await;
    }
}

/// How our repository answers to a token that stands in a file.
async fn token_answer(page: &str, token: &Secret, way: Way<'_>) -> Option<u16> {
    let fetch = way.fetch(
        page,
        Credentials::Token(token),
        false,
        &REPOSITORIES,
        TOKEN_LIMIT,
    );
    fetch.await?.1?.status()
}

/// Whether anybody answers at `url`; `None` if it is no address.
async fn answers(url: &str, way: Way<'_>) -> Option<Result<(), String>> {
    let seen = way
        .look_at(url, "/", Credentials::None, &REPOSITORIES)
        .await?;
    Some(silence(&seen).map_or(Ok(()), Err))
}

/// Why a host says nothing, `None` if it does say something: whom it proves to be is its own clients' business.
fn silence(seen: &HostSeen) -> Option<String> {
    match &seen.tunnel {
        Some(Tunnel::Open) => {}
        Some(Tunnel::Refused(status)) => return Some(format!("the proxy answers {status}")),
        Some(_) => return Some("the proxy does not lead there".to_owned()),
        None => {
            if seen
                .names
                .as_ref()
                .is_some_and(|names: &Names| names.addresses().is_empty())
            {
                return Some(format!("{} has no address here", seen.host));
            }
            let reached = |(_, reached): &(_, Reached)| *reached == Reached::Open;
            if !seen.connections.iter().any(reached) {
                return Some(format!("{} cannot be reached from here", seen.host));
            }
        }
    }
    let is_silent = matches!(
        seen.handshake,
        Some(Handshake::TimedOut | Handshake::Cut(_))
    ) || matches!(seen.answer, Some(Answer::TimedOut));
    is_silent.then(|| format!("{} does not answer", seen.host))
}
