//! What `status` says of the tools that root's `login --system` set up for all users.

use std::path::Path;

use serde::Serialize;

use super::tools::{again, tool_state};
use crate::columns::beside;
use crate::commands::session::Session;
use crate::files;
use crate::helper::is_this_program;
use crate::places::{Places, Scope};
use crate::state::ToolLogin;
use crate::system_login;
use crate::tools::{SystemWide, Tool, ToolFile};

/// One of them.
#[derive(Debug, Serialize)]
pub struct EverybodysTool {
    tool: Tool,
    endpoint: String,
    files: Vec<String>,
    /// Commands of ours that stand before its own.
    commands: Vec<String>,
    /// Whether the user's own login stands before it.
    replaced: bool,
    /// `ok`, or what is wrong.
    state: String,
}

/// All of them.
pub fn tools(session: &Session) -> Vec<EverybodysTool> {
    let bin = Places::of_system().bin;
    let tools = session.system.tools.iter();
    tools
        .filter_map(|(tool, login)| {
            let all = tool.client().system()?;
            let shims = all.shims.iter();
            Some(EverybodysTool {
                tool: *tool,
                endpoint: login.main.endpoint.url().to_owned(),
                files: all
                    .files
                    .iter()
                    .map(|file| session.places.shown(&file.path))
                    .collect(),
                commands: shims
                    .map(|shim| bin.join(shim.command).display().to_string())
                    .collect(),
                replaced: session.state.tools.contains_key(tool),
                state: state(session, *tool, login, &all, &bin),
            })
        })
        .collect()
}

/// What its files say, and whether its commands lead to us.
fn state(session: &Session, tool: Tool, login: &ToolLogin, all: &SystemWide, bin: &Path) -> String {
    let again = again(Scope::System, None);
    let files = all.files.iter();
    let of_files = files.map(|file| match all.shims.is_empty() {
        true => tool_state(session, tool, file, login, None, Scope::System),
        false => state_without_token(tool, file, login, &again),
    });
    let links = all.shims.iter().map(|shim| bin.join(shim.command));
    let of_links = links
        .filter(|link| !is_this_program(link))
        .map(|link| format!("`{}` is not studio-mirror's; {again}", link.display()));
    let wrong = of_files.filter(|state| state != "ok").chain(of_links);
    wrong.into_iter().next().unwrap_or_else(|| "ok".to_owned())
}

/// What a file says that names the repository alone: its tool gets the token by a command of ours.
fn state_without_token(tool: Tool, file: &ToolFile, login: &ToolLogin, again: &str) -> String {
    let text = match files::read_text(&file.path) {
        Ok(text) => text.unwrap_or_default(),
        Err(error) => return format!("{error:#}"),
    };
    match file.editor.unconfigure(&text, &[login.main.endpoint.url()]) {
        Err(error) => format!("{tool} cannot read its file: {error}"),
        Ok(without) if without == text => {
            format!("its file no longer names the repository; {again}")
        }
        Ok(_) => "ok".to_owned(),
    }
}

/// For people.
pub fn text(tools: &[EverybodysTool]) -> String {
    if tools.is_empty() {
        return String::new();
    }
    let mut text = format!("Tools of all users ({})\n", system_login::FILE);
    for tool in tools {
        let places = || tool.files.iter().chain(&tool.commands);
        let place = places().next().map_or("the helper alone", String::as_str);
        let state = match (tool.replaced, tool.tool) {
            (false, _) => &tool.state,
            // The nearest file above a project wins, and the home's comes last (the Cargo Book, Configuration).
            (true, Tool::Cargo) => "your own login counts in projects below your home",
            (true, _) => "your own login counts",
        };
        let head = format!("  {:<6} {place:<34} ", tool.tool.as_str());
        text += &beside(&head, head.len(), state);
        text += &format!("    {}\n", tool.endpoint);
    }
    text
}
