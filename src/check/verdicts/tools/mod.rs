//! What the tools really use, and whether it ends at our repository. Each conflict names who wins and how to be rid of it.

pub mod links;
pub mod machine;
pub mod npm;
pub mod others;
pub mod pip;
pub mod uv;

use super::list;
use crate::check::catalogue::read_of;
use crate::check::evidence::tools::{Beside, Held, LoginSeen, Program, ToolSeen};
use crate::check::{Cause, Evidence, Mender, Verdict};
use crate::timestamp::span;
use crate::tools::Tool;
use crate::tools::effective::{BadFile, Lines, Origin};

/// `verdict` with the way to be rid of what `origin` says; `login` writes `file` anew.
fn gone(verdict: Verdict, origin: &Origin, tool: Tool, file: &str) -> Verdict {
    match origin {
        Origin::Variable(name) => verdict.fix(unset(name)).by(Mender::You),
        Origin::Lines(lines) if lines.path != file => without(verdict, lines),
        Origin::Lines(_) | Origin::Default => verdict.fix(login(tool)).by(Mender::You),
    }
}

fn unset(name: &str) -> String {
    let is_of_shell = !name.starts_with(|c: char| c.is_ascii_digit())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    let command = match is_of_shell {
        true => format!("unset {name}"),
        // A shell hands on a name that is none for it, and cannot take it away.
        false => format!("exec env -u {} \"$SHELL\"", shell_path(name)),
    };
    format!(
        "Take it out of the environment, and out of what sets it there (~/.bashrc, the image, a notebook's %env):\n$ {command}"
    )
}

fn login(tool: Tool) -> String {
    format!("$ studio-mirror login --tool {tool}")
}

fn without(verdict: Verdict, lines: &Lines) -> Verdict {
    let which = match lines.last > lines.first {
        true => format!("{},{}", lines.first, lines.last),
        false => lines.first.to_string(),
    };
    let path = shell_path(&lines.path);
    let plural = if lines.last > lines.first { "s" } else { "" };
    if lines.is_own {
        let fix = format!("Take the line{plural} out:\n$ sed -i '{which}d' {path}");
        verdict.fix(fix).by(Mender::You)
    } else {
        let fix = format!(
            "The file is not yours. Whoever builds the image takes the line{plural} out:\n$ sudo sed -i '{which}d' {path}"
        );
        verdict.fix(fix).by(Mender::PlatformTeam)
    }
}

/// The mend of a file of which no line can go alone.
fn by_hand(verdict: Verdict, lines: &Lines) -> Verdict {
    let (mender, sudo) = match lines.is_own {
        true => (Mender::You, ""),
        false => (Mender::PlatformTeam, "sudo "),
    };
    let path = shell_path(&lines.path);
    let fix = format!("Take the entry out:\n$ {sudo}vi +{} {path}", lines.first);
    verdict.fix(fix).by(mender)
}

/// A path as a shell takes it; `~/` in front stays what it is.
fn shell_path(path: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+@~".contains(c);
    if path.chars().all(is_plain) {
        return path.to_owned();
    }
    let quoted = |path: &str| format!("'{}'", path.replace('\'', r"'\''"));
    match path.strip_prefix("~/") {
        Some(below) => format!("~/{}", quoted(below)),
        None => quoted(path),
    }
}

/// A file that the tool refuses.
fn refused(tool: Tool, bad: &BadFile) -> Verdict {
    let line = bad.error.line;
    let path = shell_path(&bad.path);
    Verdict::failed(format!("{tool} cannot read {}: {}", bad.path, bad.error))
        .fix(format!("Mend line {line}, or move the file out of the way:\n$ vi +{line} {path}\n$ mv {path} {path}.broken"))
}

/// The indexes beside ours.
fn indexes_beside(tool: Tool, beside: &[Beside], login: &LoginSeen) -> Verdict {
    for index in beside {
        let Some(Err(why)) = &index.answers else {
            continue;
        };
        let verdict = Verdict::failed(format!(
            "{} (from {}) never answers: {why}; {tool} waits for it with every install",
            index.url, index.origin
        ));
        return gone_from_list(verdict, index, login);
    }
    let Some(index) = beside.first() else {
        return Verdict::ok("no index beside CodeArtifact");
    };
    let all = beside
        .iter()
        .map(|index| format!("{} ({})", index.url, index.origin));
    let verdict = Verdict::warning(format!(
        "{tool} also takes packages from {}: whoever publishes there can replace an internal package",
        list(all)
    ));
    gone_from_list(verdict, index, login)
}

/// Even in login's own file the further index is the owner's, and no login takes it away.
fn gone_from_list(verdict: Verdict, index: &Beside, login: &LoginSeen) -> Verdict {
    match &index.origin {
        Origin::Lines(lines) => without(verdict, lines),
        origin => gone(verdict, origin, Tool::Pip, &login.file),
    }
}

/// Whether the time of a token that stands somewhere is over; `None` where nothing tells. What refuses it may be a policy,
/// which refuses a new one as well.
fn is_over(tool: Tool, held: &Held, evidence: &Evidence) -> Option<bool> {
    let format = tool.client().format();
    let mut reads = evidence.reads.iter();
    let fresh = reads.find(|read| read.format == format);
    let fresh = fresh.and_then(|read| read.answer.status());
    match (held.answer, fresh) {
        (Some(401 | 403), Some(401 | 403)) | (Some(403), None) => None,
        (Some(401 | 403), _) | (Some(404), Some(200..=299)) => Some(true),
        (Some(_), _) => Some(false),
        (None, _) => held.life.map(|life| life.ends <= evidence.now),
    }
}

/// A token that stands where the login put one.
fn own_token(tool: Tool, held: &Held, evidence: &Evidence) -> Verdict {
    let from = &held.origin;
    match (is_over(tool, held, evidence), held.life) {
        // A new token is refused too: it is not for its age.
        (None, _) if held.answer.is_some() => Verdict::waits_for(read_of(tool.client().format())),
        // Known by its age: the token's own check tells.
        (Some(true), Some(_)) if held.is_ours => Verdict::waits_for("token.age"),
        (Some(true), _) if held.is_ours => Verdict::failed(format!(
            "the repository refuses the token in {from}: it has expired"
        ))
        .fix(renew(tool))
        .because(Cause::Token),
        (Some(true), _) => Verdict::failed(format!(
            "the repository refuses the token in {from}, which is not the login's"
        ))
        .fix(login(tool)),
        (Some(false), _) if !held.is_ours => Verdict::ok(format!(
            "{from} holds a token that is not the login's, good for now"
        )),
        (_, Some(life)) => Verdict::ok(format!(
            "{from} holds a token for {}",
            span(life.ends.saturating_sub(evidence.now))
        )),
        (_, None) => Verdict::ok(format!("{from} holds a token")),
    }
}

fn renew(tool: Tool) -> String {
    format!(
        "$ studio-mirror login --tool {tool}\nand from then on, before it expires:\n$ studio-mirror refresh --daemon"
    )
}

/// A token that stands where the helper should be asked.
fn foreign_token(tool: Tool, held: &Held, evidence: &Evidence) -> Verdict {
    let detail = format!(
        "a token stands in {}, and {tool} does not ask the helper",
        held.origin
    );
    match is_over(tool, held, evidence) {
        Some(false) => Verdict::warning(format!(
            "{detail}; it is good today and expires within 12 hours"
        )),
        Some(true) => Verdict::failed(format!("{detail}; it has expired")),
        None => Verdict::failed(format!("{detail}; it expires within 12 hours")),
    }
}

/// A tool to which only our link before it on PATH gives a token, where that does not come first.
fn not_behind_us(tool: Tool, program: &Program, login: &LoginSeen) -> Option<Verdict> {
    (login.is_shimmed && !program.is_behind_us).then(|| {
        let detail = format!(
            "{} comes before studio-mirror's link of that name on PATH, which gives {tool} its token",
            program.path
        );
        Verdict::failed(detail).fix(
            "Let the folder of the links come first, in ~/.bashrc or the image as well:\n\
             $ export PATH=\"/usr/local/lib/studio-mirror/bin:$PATH\"",
        )
    })
}

/// The verdict about a tool that was asked for by name and cannot be looked at.
fn stranger(evidence: &Evidence, tool: Tool) -> Option<Verdict> {
    evidence.tools.stranger(tool).map(Verdict::unknown)
}

/// What a check of `tool` is about, where the tool can read its files.
fn settings<T>(seen: &ToolSeen<T>) -> Option<&T> {
    seen.settings.as_ref().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::evidence::tools::Life;
    use crate::check::evidence::{Answer, ReadSeen};
    use crate::endpoint::Format;
    use crate::secret::Secret;

    #[test]
    fn a_token_is_over_where_it_is_refused_and_a_new_one_is_not() {
        let long_ago = Life {
            begins: 0,
            ends: 10,
        };
        for (answer, fresh, life, over) in [
            (Some(401), Some(200), None, Some(true)),
            (Some(404), Some(200), None, Some(true)),
            (Some(403), Some(404), None, Some(true)),
            (Some(401), None, None, Some(true)),
            // A policy refuses the new one as well, or may.
            (Some(403), Some(403), None, None),
            (Some(403), None, None, None),
            (Some(200), Some(200), None, Some(false)),
            (Some(404), Some(404), None, Some(false)),
            (None, Some(200), Some(long_ago), Some(true)),
            (None, Some(200), None, None),
        ] {
            let held = Held {
                token: Secret::new("t"),
                origin: Origin::Default,
                is_ours: true,
                life,
                answer,
            };
            let read = fresh.map(|status| ReadSeen {
                format: Format::Npm,
                repository: "team".to_owned(),
                path: "is-number",
                answer: Answer::Http {
                    status,
                    date: None,
                    location: None,
                    is_page: false,
                    body: String::new(),
                },
            });
            let evidence = Evidence {
                reads: read.into_iter().collect(),
                now: 20,
                ..Evidence::default()
            };
            let seen = is_over(Tool::Npm, &held, &evidence);
            assert_eq!(seen, over, "{answer:?} beside {fresh:?}, {life:?}");
        }
    }

    #[test]
    fn paths_are_fit_for_a_shell() {
        assert_eq!(shell_path("~/.npmrc"), "~/.npmrc");
        assert_eq!(shell_path("~/my files/a'b"), r"~/'my files/a'\''b'");
        assert_eq!(shell_path("/etc/a b"), "'/etc/a b'");
    }
}
