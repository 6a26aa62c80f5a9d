//! What only the network tells: whether what stands beside our repository answers, and whether tokens of unknown age are
//! still taken.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::{join, join_all, join4};

use super::links::try_all;
use crate::check::catalogue::REPOSITORIES;
use crate::check::evidence::tools::{Held, ToolSeen, ToolsSeen};
use crate::check::evidence::{Answer, Handshake, HostSeen, Names, Reached, Tunnel};
use crate::check::probes::host::Way;
use crate::check::probes::http::Credentials;
use crate::check::run::probe;
use crate::endpoint::Format;
use crate::secret::Secret;
use crate::tools::Tool;

/// How long a token may take to be judged.
const TOKEN_LIMIT: Duration = Duration::from_millis(2_000);

/// Asks all of it at once, and writes it into `seen`.
pub async fn ask(seen: &mut ToolsSeen, environment: &BTreeMap<String, String>, way: Way<'_>) {
    let pip = async {
        if let Some(pip) = &mut seen.pip {
            ask_around(pip, probe(Format::Pypi), way).await;
            try_all(Tool::Pip, pip, environment, way).await;
        }
    };
    let uv = async {
        if let Some(uv) = &mut seen.uv {
            ask_around(uv, probe(Format::Pypi), way).await;
            try_all(Tool::Uv, uv, environment, way).await;
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
            try_all(Tool::Npm, npm, environment, way).await;
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
pub(super) fn silence(seen: &HostSeen) -> Option<String> {
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
