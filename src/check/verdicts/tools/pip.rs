//! pip.

use super::{foreign_token, gone, indexes_beside, links, own_token, refused, settings, stranger};
use crate::check::evidence::tools::ToolSeen;
use crate::check::{Evidence, Verdict};
use crate::tools::effective::Origin;
use crate::tools::effective::pip::PipSettings;
use crate::tools::{AuthMode, Tool};

fn seen(evidence: &Evidence) -> Option<&ToolSeen<PipSettings>> {
    evidence.tools.pip.as_ref()
}

/// Whether pip can read its files.
pub fn files(evidence: &Evidence) -> Option<Verdict> {
    let pip = seen(evidence)?;
    Some(match &pip.settings {
        Ok(_) => Verdict::ok(format!("{} reads all of its files", pip.program.path)),
        Err(bad) => refused(Tool::Pip, bad),
    })
}

/// Whether this pip knows the helper.
pub fn version(evidence: &Evidence) -> Option<Verdict> {
    let pip = seen(evidence).filter(|pip| pip.login.auth == AuthMode::Helper)?;
    let path = &pip.program.path;
    Some(
        match (&pip.program.version, pip.program.is_at_least(23, 1)) {
            (Some(version), Some(false)) => Verdict::failed(format!(
                "{path} is pip {version}, which never asks a credential helper: 23.1 is the first that does"
            )),
            (Some(version), _) => Verdict::ok(format!("{path} is pip {version}")),
            (None, _) => Verdict::unknown(format!("the version of {path} is not known")),
        },
    )
}

/// Whether `pip install` goes to the repository.
pub fn index(evidence: &Evidence) -> Option<Verdict> {
    let Some(pip) = seen(evidence) else {
        return stranger(evidence, Tool::Pip);
    };
    let settings = settings(pip)?;
    let file = &pip.login.file;
    if let Some(origin) = &settings.no_index {
        let verdict = Verdict::failed(format!("no-index ({origin}) keeps pip from every index"));
        return Some(gone(verdict, origin, Tool::Pip, ""));
    }
    let index = &settings.index;
    if pip.login.is_ours(&index.value, "simple/") {
        return Some(Verdict::ok(format!(
            "{} ({})",
            index.value.url, index.origin
        )));
    }
    let verdict = Verdict::failed(format!(
        "pip goes to {}, as {} says",
        index.value.url, index.origin
    ));
    Some(match (settings.leaves_out_user, &index.origin) {
        // Whatever counts then, counts because of it.
        (Some(variable), origin) if !matches!(origin, Origin::Variable(_)) => {
            let hidden = Origin::Variable(variable.to_owned());
            let detail = format!(
                "pip goes to {}: ${variable} makes it leave {file} out",
                index.value.url
            );
            gone(Verdict::failed(detail), &hidden, Tool::Pip, file)
        }
        (_, origin) if is_own_place(origin, file) => gone(verdict, origin, Tool::Pip, file),
        (_, origin) => gone(verdict, origin, Tool::Pip, ""),
    })
}

/// Whether `login` puts its own value there.
fn is_own_place(origin: &Origin, file: &str) -> bool {
    matches!(origin, Origin::Lines(lines) if lines.path == file && lines.section.as_deref() == Some("global"))
}

/// How pip gets its token.
pub fn helper(evidence: &Evidence) -> Option<Verdict> {
    let pip = seen(evidence)?;
    let settings = settings(pip)?;
    let own = |verdict, origin: &Origin| gone(verdict, origin, Tool::Pip, &pip.login.file);
    let index = &settings.index;
    Some(match (pip.login.auth, &pip.held) {
        (AuthMode::Token, Some(held)) => own_token(Tool::Pip, held, evidence),
        (AuthMode::Token, None) => own(
            Verdict::failed(format!("{} holds no token", index.origin)),
            &Origin::Default,
        ),
        (AuthMode::Helper, Some(held)) => {
            own(foreign_token(Tool::Pip, held, evidence), &held.origin)
        }
        (AuthMode::Helper, None) => match user_trouble(pip, settings) {
            Some(verdict) => own(verdict, &index.origin),
            None => provider(pip, settings),
        },
    })
}

/// Whom the address names: pip before 26.2 asks for nobody's password, and the helper answers for `aws` alone.
fn user_trouble(pip: &ToolSeen<PipSettings>, settings: &PipSettings) -> Option<Verdict> {
    let index = &settings.index;
    match index.value.user.as_deref() {
        Some("aws") => None,
        None if pip.program.is_at_least(26, 2) != Some(false) => None,
        None => Some(Verdict::failed(format!(
            "the address in {} names no user; pip before 26.2 asks the helper for `aws@` alone",
            index.origin
        ))),
        Some(_) => Some(Verdict::failed(format!(
            "the address in {} names another user than aws, for whom the helper has no token",
            index.origin
        ))),
    }
}

fn provider(pip: &ToolSeen<PipSettings>, settings: &PipSettings) -> Verdict {
    let provider = &settings.provider;
    let says = format!(
        "keyring-provider is {} ({})",
        provider.value, provider.origin
    );
    let is_own =
        is_own_place(&provider.origin, &pip.login.file) || provider.origin == Origin::Default;
    let file = if is_own { pip.login.file.as_str() } else { "" };
    let mended = |verdict| gone(verdict, &provider.origin, Tool::Pip, file);
    let has_keyring = pip.program.has_keyring;
    match provider.value.as_str() {
        "subprocess" => Verdict::ok(says),
        "import" if has_keyring => mended(Verdict::warning(format!(
            "{says}: pip asks the Python package keyring beside it, which asks studio-mirror if nobody else answers first"
        ))),
        "import" => mended(Verdict::failed(format!(
            "{says}, and there is no such package beside {}",
            pip.program.path
        ))),
        "auto" if settings.no_input.is_none() => mended(Verdict::warning(format!(
            "{says}: pip asks whatever it finds, and nobody where --no-input is set"
        ))),
        "auto" => {
            let who = settings.no_input.as_ref().map(ToString::to_string);
            mended(Verdict::failed(format!(
                "{says}, which asks nobody since {} sets no-input",
                who.unwrap_or_default()
            )))
        }
        _ => mended(Verdict::failed(format!(
            "{says}: pip does not ask the helper"
        ))),
    }
}

/// What stands between pip and the repository.
pub fn connection(evidence: &Evidence) -> Option<Verdict> {
    Some(links::judge(Tool::Pip, &seen(evidence)?.links))
}

/// The indexes beside ours.
pub fn extra(evidence: &Evidence) -> Option<Verdict> {
    let pip = seen(evidence)?;
    settings(pip)?;
    Some(indexes_beside(Tool::Pip, &pip.beside, &pip.login))
}
