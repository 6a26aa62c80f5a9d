//! What the tools depend on beside their own files: who may read those, tokens that others left, renewal, the last start.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

use aws_smithy_types::base64;

use super::{ToolsPlan, exists};
use crate::check::evidence::tools::{Life, LifecycleSeen, MachineSeen};
use crate::refresh::Running;
use crate::state::State;
use crate::studio::Metadata;
use crate::tools::effective::{Origin, ReadFile};
use crate::tools::{AuthMode, Tool};

/// CodeArtifact's longest token, and the one that is given where no other is asked for.
const LONGEST_LIFE: u64 = 12 * 3_600;

/// How every token of CodeArtifact begins. Not as a literal: whoever looks for tokens in files is not to find this program.
fn token_mark() -> String {
    let mut mark = base64::encode("{\"ver");
    mark.truncate(6);
    mark
}

/// Looks at all of it but the tokens' ages, which the tools' own files tell.
pub fn look(plan: &ToolsPlan) -> MachineSeen {
    let files = plan.read(secret_files(plan));
    let holds_tokens = plan
        .logins()
        .any(|(tool, login)| login.auth == AuthMode::Token && !plan.of_everybody.contains(&tool));
    MachineSeen {
        wide: files.iter().filter_map(|file| wide(plan, file)).collect(),
        old_tokens: files
            .iter()
            .flat_map(|file| old_tokens(plan, file))
            .collect(),
        ages: Vec::new(),
        last_written: last_written(plan),
        daemon: holds_tokens.then(|| Running::find(&plan.cache, &plan.places.home)),
        lifecycle: lifecycle(plan),
    }
}

/// A login and every renewal write the state, and whatever token they write is new then, or young.
fn last_written(plan: &ToolsPlan) -> Option<Life> {
    let begins = fs::metadata(State::path(&plan.places.state)).ok()?.mtime();
    let begins = u64::try_from(begins).ok()?;
    let lives = plan.logins().flat_map(|(_, login)| login.repositories());
    let lives = lives.map(|known| known.token.duration_seconds.map_or(LONGEST_LIFE, u64::from));
    Some(Life {
        begins,
        ends: begins + lives.min()?,
    })
}

/// Files of this home that may hold a login for packages.
fn secret_files(plan: &ToolsPlan) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = Tool::all()
        .flat_map(|tool| {
            let auth = tool.client().usual_auth();
            tool.client().files(&plan.places, &plan.environment, auth)
        })
        .map(|file| file.path)
        .collect();
    files.push(plan.places.home.join(".pip/pip.conf"));
    files.extend([plan.netrc(), plan.uv_store()]);
    files
}

/// The mode of a file with a secret in it that others may read.
fn wide(plan: &ToolsPlan, file: &ReadFile) -> Option<(String, u32)> {
    let text = file.text().ok()?;
    let is_secret =
        text.contains(&token_mark()) || text.contains("_authToken") || text.contains("password");
    let path = match file.path.strip_prefix("~/") {
        Some(below) => plan.places.home.join(below),
        None => PathBuf::from(&file.path),
    };
    let mode = fs::metadata(path).ok()?.mode() & 0o777;
    (is_secret && mode & 0o077 != 0).then(|| (file.path.clone(), mode))
}

/// Lines with a token of CodeArtifact that we did not write.
fn old_tokens(plan: &ToolsPlan, file: &ReadFile) -> Vec<Origin> {
    let mark = token_mark();
    let lines = file.text().unwrap_or_default().lines().enumerate();
    let foreign = lines.filter(|(_, line)| {
        line.contains(&mark)
            && !plan
                .tokens
                .iter()
                .any(|(token, _)| line.contains(token.expose()))
    });
    foreign
        .map(|(at, _)| file.lines(at + 1, at + 1, None))
        .collect()
}

/// What the lifecycle script left. Its whole output is in CloudWatch alone.
fn lifecycle(plan: &ToolsPlan) -> Option<LifecycleSeen> {
    let log = plan.places.home.join(".cache/studio-mirror/lifecycle.log");
    let stream = Metadata::read().lifecycle_stream();
    if stream.is_none() && !exists(&log) {
        return None;
    }
    Some(LifecycleSeen {
        // What a script prints may be in any charset, and a log may be cut within a letter.
        text: fs::read(&log)
            .ok()
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
        log: plan.places.shown(&log),
        stream,
    })
}
