//! `token`: a fresh authorization token on stdout.

use std::process::ExitCode;
use std::time::Duration;

use serde::Serialize;
use tokio::time::Instant;

use super::session::Session;
use crate::aws::{self, CodeArtifact};
use crate::cli::{TokenArgs, TokenFormat};
use crate::error::{Usage, with_hint};
use crate::output::{Format, Report};
use crate::secret::Secret;
use crate::timestamp::rfc3339;
use crate::token::{Need, Store, Token, now, obtain};

/// As for the helper: somebody waits for this token and has nothing else to do.
const LIMIT: Duration = Duration::from_secs(30);

/// Prints it.
pub fn run(session: &Session, args: &TokenArgs) -> anyhow::Result<ExitCode> {
    let is_line = matches!(args.format, TokenFormat::Header | TokenFormat::Env);
    if is_line && session.printer.format == Format::Json {
        let message = "--format header and --format env are lines of text, not --output json";
        return Err(with_hint(Usage(message.into()), "take --format json"));
    }
    session.inherit_container_credentials()?;
    let request = session.token_request()?;
    let store = Store::new(session.cache_folder());
    let need = if args.force { Need::New } else { Need::Usable };
    let cached = (need == Need::Usable)
        .then(|| store.read(&request).filter(|token| token.is_usable(now())))
        .flatten();
    let token = match cached {
        Some(token) => token,
        None => {
            let deadline = Instant::now() + LIMIT;
            aws::block_on(obtain(&store, &request, need, deadline, now, async || {
                CodeArtifact::new(&request, deadline)
                    .authorization_token(&request)
                    .await
            }))?
        }
    };
    let mut printer = session.printer;
    let text = token.token.expose();
    match (args.format, printer.format) {
        (TokenFormat::Json, _) | (TokenFormat::Raw, Format::Json) => {
            printer.format = Format::Json;
            printer.report(&TokenReport::of(&token))?;
        }
        (TokenFormat::Raw, Format::Text | Format::Markdown) => {
            printer.result(&format!("{text}\n"))?
        }
        (TokenFormat::Header, _) => printer.result(&format!("Authorization: Bearer {text}\n"))?,
        (TokenFormat::Env, _) => {
            printer.result(&format!("export CODEARTIFACT_AUTH_TOKEN={text}\n"))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

#[derive(Serialize)]
struct TokenReport<'a> {
    token: &'a Secret,
    expires_at: String,
    expires_in_seconds: u64,
}

impl<'a> TokenReport<'a> {
    fn of(token: &'a Token) -> Self {
        Self {
            token: &token.token,
            expires_at: rfc3339(token.expires_at),
            expires_in_seconds: token.remaining(now()),
        }
    }
}

impl Report for TokenReport<'_> {
    fn text(&self) -> String {
        format!("{}\n", self.token.expose())
    }
}
