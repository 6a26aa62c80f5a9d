//! What `status` says of the tools that root's `login --system` set up for all users.

use serde::Serialize;

use crate::commands::session::Session;
use crate::places::Places;
use crate::system_login;
use crate::tools::Tool;

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
            })
        })
        .collect()
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
        let replaced = match tool.replaced {
            true => "your own login counts",
            false => "ok",
        };
        text += &format!("  {:<6} {place:<34} {replaced}\n", tool.tool.as_str());
        text += &format!("    {}\n", tool.endpoint);
    }
    text
}
