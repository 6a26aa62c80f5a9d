//! What the tools depend on beside their own files.

use std::collections::BTreeSet;

use super::{renew, shell_path, unset, without};
use crate::check::evidence::tools::{KeyringKind, NoBackend};
use crate::check::verdicts::list;
use crate::check::{Evidence, Mender, Verdict};
use crate::helper::DISTRIBUTION;
use crate::refresh::Running;
use crate::timestamp::span;
use crate::tools::effective::Origin;

/// Whether every `keyring` that a tool runs gives the token.
pub fn keyring(evidence: &Evidence) -> Option<Verdict> {
    let keyrings = &evidence.tools.keyrings;
    let bad = keyrings
        .iter()
        .find(|seen| !matches!(seen.kind, KeyringKind::Ours | KeyringKind::Answers));
    let Some(bad) = bad else {
        let paths = keyrings.iter().filter_map(|seen| seen.path.as_deref());
        return (!keyrings.is_empty()).then(|| Verdict::ok(list(paths)));
    };
    let tools = list(&bad.tools);
    let path = bad.path.as_deref().unwrap_or_default();
    let first = "Let ours come first, in ~/.bashrc as well, or take the other one away:\n$ export PATH=\"$HOME/.local/bin:$PATH\"";
    Some(match bad.kind {
        KeyringKind::Missing => Verdict::failed(format!(
            "there is no `keyring` on PATH that {tools} could ask for a token"
        ))
        .fix("Put ~/.local/bin on PATH, in ~/.bashrc as well, and let login make the link there:\n$ export PATH=\"$PATH:$HOME/.local/bin\"\n$ studio-mirror login"),
        KeyringKind::SomethingElse => Verdict::failed(format!(
            "{path}, which {tools} ask, gives another password than studio-mirror's token"
        ))
        .fix(first),
        _ => Verdict::failed(format!("{path}, which {tools} ask, gives no token")).fix(first),
    })
}

/// Whether the Python package keyring reaches us.
pub fn backend(evidence: &Evidence) -> Option<Verdict> {
    Some(match evidence.tools.backend.as_ref()? {
        Ok(file) => Verdict::ok(format!("{file} names studio-mirror's backend")),
        Err(NoBackend::NotInstalled(tool, prefix)) => Verdict::failed(format!(
            "the Python of {tool}, {prefix}, has no {DISTRIBUTION}, which all users' login puts into each Python on PATH that has keyring"
        ))
        .fix(format!("$ studio-mirror login --tool {tool}")),
        Err(NoBackend::Chosen(other)) => {
            let verdict = Verdict::failed(match &other.origin {
                Origin::Variable(name) => format!(
                    "${name} chooses the backend {}, which knows no token of ours",
                    other.value
                ),
                _ => format!(
                    "the backend in ~/.config/python_keyring/keyringrc.cfg is {}",
                    other.value
                ),
            });
            match &other.origin {
                Origin::Variable(name) => verdict.fix(unset(name)),
                _ => verdict.fix("$ studio-mirror login"),
            }
        }
    })
}

/// Whether the tokens in files are still good.
pub fn age(evidence: &Evidence) -> Option<Verdict> {
    let ages = &evidence.tools.machine.ages;
    let over: BTreeSet<_> = ages
        .iter()
        .filter(|(_, life)| life.is_some_and(|life| life.ends <= evidence.now))
        .map(|(tool, _)| *tool)
        .collect();
    if let Some(first) = over.first() {
        let fix = renew(*first).replace(&format!(" --tool {first}"), "");
        return Some(
            Verdict::failed(format!(
                "the token in the files of {} has expired",
                list(&over)
            ))
            .fix(fix),
        );
    }
    let soonest = ages
        .iter()
        .filter_map(|(_, life)| Some((*life)?.ends))
        .min()?;
    let left = span(soonest.saturating_sub(evidence.now));
    Some(Verdict::ok(format!(
        "the tokens in files are good for {left}"
    )))
}

/// Whether something renews the tokens in files.
pub fn daemon(evidence: &Evidence) -> Option<Verdict> {
    Some(match evidence.tools.machine.daemon.as_ref()? {
        // As long as it would not have renewed them either, all is well.
        Running::No if are_young(evidence) => Verdict::ok(
            "it does not run; the tokens are young yet, and `studio-mirror refresh --daemon` renews them in time",
        ),
        // Their age is in the cache.
        Running::No if evidence.cache.as_ref().is_some_and(|cache| cache.trouble.is_some() || cache.damaged) => {
            Verdict::waits_for("token.cache")
        }
        Running::No => Verdict::warning("nothing renews the tokens in files, which expire within 12 hours"),
        Running::Yes(None) => Verdict::ok("it is starting"),
        Running::Yes(Some(record)) => match record.last.as_ref().and_then(|last| last.error.as_ref()) {
            Some(error) => Verdict::warning(format!("its last renewal failed: {error}"))
                .fix("Once the checks above hold, it renews within minutes; or at once:\n$ studio-mirror refresh --once"),
            None => Verdict::ok(format!("process {}", record.pid)),
        },
    })
}

/// A token whose age nothing tells (the cache is gone with a restart) is as old as the last login or renewal.
fn are_young(evidence: &Evidence) -> bool {
    let machine = &evidence.tools.machine;
    let mut ages = machine.ages.iter();
    ages.all(|(_, life)| {
        let life = life.or(machine.last_written);
        life.is_some_and(|life| life.is_young(evidence.now))
    })
}

/// Whether others may read files with tokens in them.
pub fn modes(evidence: &Evidence) -> Option<Verdict> {
    let wide = &evidence.tools.machine.wide;
    if wide.is_empty() {
        return Some(Verdict::ok("nobody else may read a login"));
    }
    let files = wide
        .iter()
        .map(|(path, mode)| format!("{path} ({mode:04o})"));
    let paths: Vec<String> = wide.iter().map(|(path, _)| shell_path(path)).collect();
    let verdict = Verdict::warning(format!(
        "others may read or write {}, which hold logins",
        list(files)
    ));
    Some(verdict.fix(format!("$ chmod 600 {}", paths.join(" "))))
}

/// Whether tokens of earlier logins lie about. Those that a tool uses are that tool's check's.
pub fn old_tokens(evidence: &Evidence) -> Option<Verdict> {
    let tools = &evidence.tools;
    let views = tools.uv.as_ref().and_then(|uv| uv.settings.as_ref().ok());
    let shadows = views
        .into_iter()
        .flat_map(|views| [&views.netrc, &views.store])
        .flatten();
    let used: Vec<&Origin> = tools
        .held()
        .map(|(_, held)| &held.origin)
        .chain(shadows.map(|held| &held.origin))
        .collect();
    let is_used = |origin: &Origin| used.iter().any(|used| overlaps(used, origin));
    let old: Vec<&Origin> = tools
        .machine
        .old_tokens
        .iter()
        .filter(|origin| !is_used(origin))
        .collect();
    let Some(Origin::Lines(first)) = old.first() else {
        return Some(Verdict::ok("no token of an earlier login is left"));
    };
    let detail = format!(
        "{} hold a token that studio-mirror has not written, as `aws codeartifact login` leaves them",
        list(&old)
    );
    Some(without(Verdict::warning(detail), first))
}

fn overlaps(used: &Origin, old: &Origin) -> bool {
    match (used, old) {
        (Origin::Lines(used), Origin::Lines(old)) => {
            used.path == old.path
                && used.first <= old.last
                && (old.first <= used.last || used.path.ends_with("credentials.toml"))
        }
        _ => false,
    }
}

/// How the lifecycle configuration's last run went.
pub fn lifecycle(evidence: &Evidence) -> Option<Verdict> {
    let seen = evidence.tools.machine.lifecycle.as_ref()?;
    let whole = match &seen.stream {
        Some(stream) => format!(
            "$ aws logs get-log-events --log-group-name /aws/sagemaker/studio --log-stream-name {stream} --query 'events[].message' --output text"
        ),
        None => format!("$ cat {}", shell_path(&seen.log)),
    };
    let Some(text) = &seen.text else {
        return Some(Verdict::unknown(format!(
            "no run has left {}: no lifecycle configuration of studio-mirror is attached, or an older one; its output is in CloudWatch, {}",
            seen.log,
            seen.stream.as_deref().unwrap_or("/aws/sagemaker/studio")
        )));
    };
    let end = text
        .lines()
        .rev()
        .find_map(|line| line.strip_prefix("studio-mirror: ended with "));
    Some(match end.map(str::trim) {
        Some("0") => Verdict::ok(format!("{} ended well", seen.log)),
        end => {
            let error = text.lines().rev().find(|line| line.starts_with("error:"));
            let how = match end {
                Some(code) => format!("ended with {code}"),
                None => "was stopped before its end".to_owned(),
            };
            let why = error.map(|error| format!(": {error}")).unwrap_or_default();
            Verdict::warning(format!("the last start's login {how}{why}"))
                .fix(format!("See all of it, and what the checks above say; then log in by hand:\n{whole}\n$ studio-mirror login"))
                .by(Mender::You)
        }
    })
}
