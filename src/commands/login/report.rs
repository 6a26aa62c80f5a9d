//! What a login did, for people and for programs.

use std::process::ExitCode;

use serde::Serialize;

use super::edits::{Edits, Planned};
use super::fetch::Fetched;
use crate::commands::session::Session;
use crate::error::{Explained, explain};
use crate::output::{Printer, Report};
use crate::timestamp::{rfc3339, span};
use crate::token::now;
use crate::tools::{AuthMode, Tool};

/// The result of `login`.
#[derive(Debug, Serialize)]
pub struct LoginReport {
    domain: String,
    domain_owner: Option<String>,
    region: String,
    token_expires_at: Option<String>,
    token_expires_in_seconds: Option<u64>,
    /// Why there is no token yet, where trying again later may help.
    token_failure: Option<Explained>,
    tools: Vec<ToolReport>,
    /// A sentence each.
    pub warnings: Vec<String>,
}

#[derive(Debug, Serialize)]
struct ToolReport {
    tool: Tool,
    ok: bool,
    auth: AuthMode,
    repository: String,
    namespace: Option<String>,
    endpoint: String,
    files: Vec<String>,
    failure: Option<Explained>,
}

impl LoginReport {
    /// Sums up what was made.
    pub fn new(
        session: &Session,
        fetched: &Fetched,
        edits: Edits,
        helper_warnings: Vec<String>,
    ) -> Self {
        let tools = edits
            .planned
            .iter()
            .map(|planned| tool_report(session, planned))
            .collect();
        let token = fetched.token.as_ref();
        Self {
            domain: fetched.request.domain.clone(),
            domain_owner: fetched.owner().map(str::to_owned),
            region: fetched.request.region.clone(),
            token_expires_at: token.map(|token| rfc3339(token.expires_at)),
            token_expires_in_seconds: token.map(|token| token.remaining(now())),
            token_failure: fetched.no_token_yet.as_ref().map(explain),
            tools,
            warnings: [edits.warnings, helper_warnings].concat(),
        }
    }

    /// Says what failed, and the exit code.
    pub fn conclude(&self, printer: Printer) -> ExitCode {
        let failures: Vec<&Explained> = self
            .token_failure
            .iter()
            .chain(self.tools.iter().filter_map(|tool| tool.failure.as_ref()))
            .collect();
        for failure in &failures {
            printer.error(&failure.to_string());
        }
        if failures.is_empty() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}

fn tool_report(session: &Session, planned: &Planned) -> ToolReport {
    let login = &planned.login;
    ToolReport {
        tool: planned.tool,
        ok: planned.files.is_ok(),
        auth: login.auth,
        repository: login.main.repository.clone(),
        namespace: login.main.namespace.clone(),
        endpoint: login.main.endpoint.url().to_owned(),
        files: planned
            .files
            .iter()
            .flatten()
            .map(|file| session.places.shown(file))
            .collect(),
        failure: planned.files.as_ref().err().map(explain),
    }
}

impl Report for LoginReport {
    fn text(&self) -> String {
        let owner = self.domain_owner.as_deref().unwrap_or("your account");
        let done = match self.tools.iter().any(|tool| tool.ok) {
            true => "Logged in",
            false => "NOT logged in",
        };
        let mut text = format!(
            "{done} to CodeArtifact domain {} ({owner}, {}).\n",
            self.domain, self.region
        );
        for tool in &self.tools {
            let way = match (tool.ok, tool.auth) {
                (false, _) => "NOT configured".to_owned(),
                (true, AuthMode::Helper) => "asks studio-mirror for its token".to_owned(),
                (true, AuthMode::Token) => match self.token_expires_in_seconds {
                    Some(seconds) => format!("holds a token for {}", span(seconds)),
                    None => "holds a token".to_owned(),
                },
            };
            let file = tool.files.first().map_or("-", String::as_str);
            let scope = match &tool.namespace {
                Some(scope) => format!("  (@{} only)", scope.trim_start_matches('@')),
                None => String::new(),
            };
            text += &format!(
                "  {:<6}  {:<12}  {file:<26}  {way}{scope}\n",
                tool.tool.as_str(),
                tool.repository
            );
            for file in tool.files.iter().skip(1) {
                text += &format!("  {:<6}  {:<12}  {file}\n", "", "");
            }
        }
        text
    }
}
