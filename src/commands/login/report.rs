//! What a login did, for people and for programs.

use std::process::ExitCode;

use serde::Serialize;

use super::edits::{Edits, Planned};
use super::fetch::Fetched;
use crate::columns;
use crate::commands::session::Session;
use crate::error::{Explained, explain};
use crate::output::{Printer, Report};
use crate::places::Scope;
use crate::refresh::Running;
use crate::state::RepositoryLogin;
use crate::timestamp::{rfc3339, span};
use crate::token::now;
use crate::tools::{AuthMode, Tool};

/// `gets its token from studio-mirror`, the widest of the usual ways.
const WIDEST_WAY: usize = 33;

/// The result of `login`.
#[derive(Debug, Serialize)]
pub struct LoginReport {
    /// Whether it is for all users.
    system: bool,
    domain: String,
    domain_owner: Option<String>,
    region: String,
    token_expires_at: Option<String>,
    token_expires_in_seconds: Option<u64>,
    /// Why there is no token yet, where trying again later may help.
    token_failure: Option<Explained>,
    /// Whether a background process asks for it from now on.
    asks_again: bool,
    /// Why repositories beside the main one are left out.
    left_out: Vec<Explained>,
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
    extra: Vec<ExtraReport>,
    /// Whether it will be configured once there is a token.
    waits: bool,
    failure: Option<Explained>,
}

/// A repository of `[[repository]]`.
#[derive(Debug, Serialize)]
struct ExtraReport {
    name: String,
    repository: String,
    namespace: Option<String>,
    domain: String,
    domain_owner: Option<String>,
    region: String,
    endpoint: String,
}

impl LoginReport {
    /// Sums up what was made.
    pub fn new(
        session: &Session,
        fetched: &Fetched,
        edits: Edits,
        helper_warnings: Vec<String>,
    ) -> Self {
        let token_failure = fetched.no_token_yet(&fetched.request).map(explain);
        let is_kept = || Running::find(&fetched.cache, &session.places.home) != Running::No;
        let tools = edits
            .planned
            .iter()
            .map(|planned| tool_report(session, planned))
            .collect();
        let token = fetched.token();
        Self {
            system: session.places.scope == Scope::System,
            domain: fetched.request.domain.clone(),
            domain_owner: fetched.owner().map(str::to_owned),
            region: fetched.request.region.clone(),
            token_expires_at: token.map(|token| rfc3339(token.expires_at)),
            token_expires_in_seconds: token.map(|token| token.remaining(now())),
            asks_again: token_failure.is_some() && is_kept(),
            token_failure,
            left_out: fetched.left_out.iter().map(explain).collect(),
            tools,
            warnings: [edits.warnings, helper_warnings].concat(),
        }
    }

    /// Whether a tool's file holds a token, which has to be renewed.
    pub fn holds_token(&self) -> bool {
        let mut tools = self.tools.iter();
        tools.any(|tool| tool.ok && tool.auth == AuthMode::Token)
    }

    /// Says what failed, and the exit code.
    pub fn conclude(&self, printer: Printer) -> ExitCode {
        let is_final = |tool: &&ToolReport| !(self.asks_again && tool.waits);
        let of_tools = self.tools.iter().filter(is_final);
        let mut failures: Vec<&Explained> = self
            .left_out
            .iter()
            .chain(of_tools.filter_map(|tool| tool.failure.as_ref()))
            .collect();
        if let Some(failure) = &self.token_failure {
            match self.asks_again {
                true => printer.warning(&format!(
                    "{}; it is asked for again in the background",
                    failure.error
                )),
                false => failures.insert(0, failure),
            }
        }
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

impl LoginReport {
    /// Whether it cannot ask for its token, and runs behind a command of ours.
    fn has_shim(&self, tool: &ToolReport) -> bool {
        let all = tool.tool.client().system().filter(|_| self.system);
        all.is_some_and(|all| !all.shims.is_empty())
    }

    /// How it comes to its token, in words.
    fn way(&self, tool: &ToolReport) -> String {
        match (tool.ok, tool.auth) {
            (false, _) if self.asks_again && tool.waits => {
                "waits for its token, which comes in the background".to_owned()
            }
            (false, _) => "NOT configured".to_owned(),
            (true, AuthMode::Helper) if self.has_shim(tool) => {
                "gets its token from studio-mirror".to_owned()
            }
            (true, AuthMode::Helper) => "asks studio-mirror for its token".to_owned(),
            (true, AuthMode::Token) => match self.token_expires_in_seconds {
                Some(seconds) => format!("holds a token for {}", span(seconds)),
                None => "holds a token".to_owned(),
            },
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
        extra: login.extra.iter().map(extra_report).collect(),
        waits: planned.files.is_err() && login.waits,
        failure: planned.files.as_ref().err().map(explain),
    }
}

fn extra_report(extra: &RepositoryLogin) -> ExtraReport {
    let owner = extra.token.owner.as_deref();
    ExtraReport {
        name: extra.name.clone(),
        repository: extra.repository.clone(),
        namespace: extra.namespace.clone(),
        domain: extra.token.domain.clone(),
        domain_owner: owner.or(extra.endpoint.owner()).map(str::to_owned),
        region: extra.token.region.clone(),
        endpoint: extra.endpoint.url().to_owned(),
    }
}

fn scope(namespace: Option<&str>) -> String {
    namespace.map_or(String::new(), |scope| {
        format!(" (@{} only)", scope.trim_start_matches('@'))
    })
}

impl Report for LoginReport {
    fn text(&self) -> String {
        let owner = self.domain_owner.as_deref().unwrap_or("your account");
        let done = match (self.tools.iter().any(|tool| tool.ok), self.system) {
            (true, false) => "Logged in",
            (true, true) => "All users are logged in",
            (false, _) => "NOT logged in",
        };
        let mut text = format!(
            "{done} to CodeArtifact domain {} ({owner}, {}).\n",
            self.domain, self.region
        );
        // As wide as what stands there, so that a line fits into a terminal.
        let widest = |width: fn(&ToolReport) -> usize| self.tools.iter().map(width).max();
        let repository_width = widest(|tool| tool.repository.len()).unwrap_or_default();
        let file_width =
            widest(|tool| tool.files.first().map_or(1, String::len)).unwrap_or_default();
        let column = 14 + repository_width + file_width;
        // A longer file has the way below itself.
        let column = column.min(columns::WIDTH - WIDEST_WAY);
        for tool in &self.tools {
            let file = tool.files.first().map_or("-", String::as_str);
            let head = format!(
                "  {:<6}  {:<repository_width$}  {file}  ",
                tool.tool.as_str(),
                tool.repository
            );
            let way = self.way(tool) + &scope(tool.namespace.as_deref());
            text += &columns::beside(&head, column, &way);
            for file in tool.files.iter().skip(1) {
                text += &format!("  {:<6}  {:<repository_width$}  {file}\n", "", "");
            }
            for extra in &tool.extra {
                let owner = extra.domain_owner.as_deref().unwrap_or("your account");
                let scope = self::scope(extra.namespace.as_deref());
                text += &format!(
                    "  {:<6}  {:<repository_width$}  domain {} ({owner}, {}){scope}\n",
                    "", extra.repository, extra.domain, extra.region
                );
            }
        }
        text
    }
}
