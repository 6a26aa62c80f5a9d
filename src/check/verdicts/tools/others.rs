//! The tools whose files login's own editors inspect.

use super::{by_hand, foreign_token, gone, login, not_behind_us, own_token, stranger};
use crate::check::{Cause, Evidence, Verdict};
use crate::tools::effective::Origin;
use crate::tools::{AuthMode, Tool};

/// Whether `tool` uses the repository, and has its token.
fn judge(evidence: &Evidence, tool: Tool) -> Option<Verdict> {
    let seen = evidence
        .tools
        .others
        .iter()
        .find(|other| other.tool == tool);
    let Some(seen) = seen else {
        return stranger(evidence, tool);
    };
    if let Some(wins) = &seen.wins {
        if let (Tool::Poetry, Origin::Default) = (tool, &wins.origin) {
            return Some(poetry_without_source(&seen.login.endpoint));
        }
        let what = match wins.value.as_str() {
            "" => String::new(),
            value => format!(" ({value})"),
        };
        let verdict = Verdict::failed(format!(
            "{}{what} wins over {}",
            wins.origin, seen.login.file
        ))
        .because(Cause::Setting(wins.origin.to_string()));
        return Some(match &wins.origin {
            // An entry is no line there.
            Origin::Lines(lines) if matches!(tool, Tool::Swift | Tool::Dotnet) => {
                by_hand(verdict, lines)
            }
            origin => gone(verdict, origin, tool, ""),
        });
    }
    if let Some(verdict) = not_behind_us(tool, &seen.program, &seen.login) {
        return Some(verdict);
    }
    if let Some(trouble) = &seen.trouble {
        return Some(Verdict::failed(trouble.clone()).fix(login(tool)));
    }
    let judged = seen.held.iter().map(|held| match seen.login.auth {
        AuthMode::Token => own_token(tool, held, evidence),
        AuthMode::Helper => {
            let verdict = foreign_token(tool, held, evidence);
            gone(verdict, &held.origin, tool, &seen.login.file)
        }
    });
    let ok = Verdict::ok(format!("{} ({})", seen.login.endpoint, seen.login.file));
    // The worst one counts: a warning over what is fine, a failure over both.
    Some(judged.fold(ok, |worst, verdict| {
        if rank(&verdict) > rank(&worst) {
            verdict
        } else {
            worst
        }
    }))
}

fn rank(verdict: &Verdict) -> u8 {
    use crate::check::Status;
    match verdict.status {
        Status::Ok => 0,
        Status::Skipped => 1,
        Status::Warning => 2,
        Status::Failed => 3,
    }
}

/// Only a project tells poetry where packages come from.
fn poetry_without_source(endpoint: &str) -> Verdict {
    Verdict::failed(
        "the project here names no source of ours: poetry goes to https://pypi.org/simple",
    )
    .fix(format!(
        "$ poetry source add --priority=primary codeartifact {endpoint}simple/"
    ))
}

macro_rules! judges {
    ($($name:ident => $tool:ident),*) => {$(
        #[doc = concat!("Whether ", stringify!($name), " uses the repository, and has its token.")]
        pub fn $name(evidence: &Evidence) -> Option<Verdict> {
            judge(evidence, Tool::$tool)
        }
    )*};
}

judges!(
    pnpm => Pnpm, yarn => Yarn, bun => Bun, twine => Twine, poetry => Poetry, pdm => Pdm, hatch => Hatch, cargo => Cargo,
    maven => Maven, gradle => Gradle, gem => Gem, dotnet => Dotnet, swift => Swift
);
