//! pnpm's `tokenHelper`: a program without arguments that prints an Authorization header. A link to this one for each token; its
//! name says which.
//!
//! pnpm sends what it prints to the registry whose key in the user's own file names the link; which host that is, this program is
//! not told. So it answers for tokens of the user's logins alone, and not for a name that a project makes up; pnpm in turn takes
//! a `tokenHelper` from the user's files only, never from a project's.

use std::process::ExitCode;

use anyhow::anyhow;

use super::fresh::fresh_token;
use crate::error::{explain, with_hint};
use crate::output::Printer;
use crate::places::Places;
use crate::state::{State, ToolLogin};
use crate::tools::token_helper_name;

/// Answers for the link `name`, by which this program was called.
pub fn run(name: &str) -> ExitCode {
    let printer = Printer::default();
    let answered = header(name).and_then(|header| printer.result(&header));
    match answered {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            printer.error(&explain(&error).to_string());
            ExitCode::FAILURE
        }
    }
}

fn header(name: &str) -> anyhow::Result<String> {
    let places = Places::find()?;
    let state = State::read(&places.state)?;
    let mut repositories = state.tools.values().flat_map(ToolLogin::repositories);
    let login = repositories
        .find(|known| token_helper_name(&known.token) == name)
        .ok_or_else(|| {
            let name = name.escape_debug();
            with_hint(
                anyhow!("no login has a token helper `{name}`"),
                "run `studio-mirror login --tool pnpm`",
            )
        })?;
    let token = fresh_token(&login.token, &state, &places)?;
    Ok(format!("Bearer {}\n", token.token.expose()))
}
