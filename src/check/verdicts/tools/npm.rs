//! npm.

use super::{gone, gone_from_list, links, not_behind_us, own_token, settings, stranger};
use crate::check::evidence::tools::ToolSeen;
use crate::check::{Cause, Evidence, Verdict};
use crate::tools::Tool;
use crate::tools::effective::Origin;
use crate::tools::effective::npm::NpmSettings;

fn seen(evidence: &Evidence) -> Option<&ToolSeen<NpmSettings>> {
    evidence.tools.npm.as_ref()
}

/// Whether npm starts with its files.
pub fn files(evidence: &Evidence) -> Option<Verdict> {
    let npm = seen(evidence)?;
    Some(match &settings(npm)?.fatal {
        None => Verdict::ok(format!("{} starts with its files", npm.program.path)),
        Some(fatal) => {
            let verdict = Verdict::failed(format!(
                "npm 9 and newer refuse to start because of `{}` ({}), which names no registry",
                fatal.value, fatal.origin
            ));
            gone(verdict, &fatal.origin, Tool::Npm, "")
        }
    })
}

/// Whether npm goes to the repository.
pub fn registry(evidence: &Evidence) -> Option<Verdict> {
    let Some(npm) = seen(evidence) else {
        return stranger(evidence, Tool::Npm);
    };
    if let Some(verdict) = not_behind_us(Tool::Npm, &npm.program, &npm.login) {
        return Some(verdict);
    }
    if let Some(origin) = &settings(npm)?.offline {
        let verdict = Verdict::failed(format!("offline ({origin}) keeps npm off the network"));
        return Some(gone(verdict, origin, Tool::Npm, ""));
    }
    let registry = &settings(npm)?.registry;
    if npm.login.is_ours(&registry.value, "") {
        return Some(Verdict::ok(format!(
            "{} ({})",
            registry.value.url, registry.origin
        )));
    }
    if let (Some(variable), false) = (
        &settings(npm)?.leaves_out_user,
        matches!(registry.origin, Origin::Variable(_)),
    ) {
        let verdict = Verdict::failed(format!(
            "npm goes to {}: ${variable} makes it leave ~/.npmrc out",
            registry.value.url
        ));
        let hidden = Origin::Variable(variable.clone());
        return Some(gone(verdict, &hidden, Tool::Npm, ""));
    }
    let verdict = Verdict::failed(format!(
        "npm goes to {}, as {} says",
        registry.value.url, registry.origin
    ))
    .because(Cause::Setting(registry.origin.to_string()));
    Some(gone(verdict, &registry.origin, Tool::Npm, &npm.login.file))
}

/// What stands between npm and the repository.
pub fn connection(evidence: &Evidence) -> Option<Verdict> {
    Some(links::judge(Tool::Npm, &seen(evidence)?.links))
}

/// Whether the registries of scopes answer. No object without any beside ours.
pub fn scopes(evidence: &Evidence) -> Option<Verdict> {
    let npm = seen(evidence)?;
    let first = npm.beside.first()?;
    let silent = npm.beside.iter().find_map(|beside| match &beside.answers {
        Some(Err(why)) => Some((beside, why)),
        _ => None,
    });
    Some(match silent {
        Some((beside, why)) => {
            let verdict = Verdict::warning(format!(
                "{} ({}) serves a scope and never answers: {why}; packages of that scope hang",
                beside.url, beside.origin
            ));
            gone_from_list(verdict, beside, &npm.login)
        }
        None => Verdict::ok(format!("{} ({}) answers", first.url, first.origin)),
    })
}

/// Whether npm has a token for the repository.
pub fn token(evidence: &Evidence) -> Option<Verdict> {
    let npm = seen(evidence)?;
    let settings = settings(npm)?;
    Some(match (&npm.held, &settings.other_login) {
        (None, _) if npm.login.is_shimmed => {
            Verdict::ok("studio-mirror, before it on PATH, gives it its token")
        }
        (Some(held), _) => {
            let verdict = own_token(Tool::Npm, held, evidence);
            // Login writes into one file, and variables and a project's file win over that.
            match &held.origin {
                _ if held.is_ours || verdict.fix.is_none() => verdict,
                origin => gone(verdict, origin, Tool::Npm, &npm.login.file),
            }
        }
        (None, Some(other)) => {
            let detail = format!(
                "npm takes another login for {}, from {}",
                other.value, other.origin
            );
            gone(Verdict::failed(detail), &other.origin, Tool::Npm, "")
        }
        (None, None) => gone(
            Verdict::failed("npm has no token for the repository"),
            &Origin::Default,
            Tool::Npm,
            "",
        ),
    })
}
