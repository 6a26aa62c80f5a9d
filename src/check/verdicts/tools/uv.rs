//! uv.

use super::{
    foreign_token, gone, indexes_beside, is_over, links, own_token, refused, settings, stranger,
};
use crate::check::evidence::tools::{Held, ToolSeen, UvViews};
use crate::check::{Evidence, Verdict};
use crate::tools::effective::Origin;
use crate::tools::effective::uv::UvSettings;
use crate::tools::{AuthMode, Tool};

fn seen(evidence: &Evidence) -> Option<&ToolSeen<UvViews>> {
    evidence.tools.uv.as_ref()
}

/// Whether uv can read its files.
pub fn files(evidence: &Evidence) -> Option<Verdict> {
    let uv = seen(evidence)?;
    Some(match &uv.settings {
        Ok(_) => Verdict::ok(format!("{} reads all of its files", uv.program.path)),
        Err(bad) => refused(Tool::Uv, bad),
    })
}

/// Whether this uv knows what login writes.
pub fn version(evidence: &Evidence) -> Option<Verdict> {
    let uv = seen(evidence)?;
    let path = &uv.program.path;
    Some(match (&uv.program.version, uv.program.is_at_least(0, 5)) {
        // 0.4.23 brought [[index]]; of 0.4 the third number counts.
        (Some(version), Some(false)) if is_older_than_0_4_23(version) => Verdict::failed(format!(
            "{path} is uv {version}, which knows no [[index]]: 0.4.23 is the first that does"
        )),
        (Some(version), _) => Verdict::ok(format!("{path} is uv {version}")),
        (None, _) => Verdict::unknown(format!("{path} does not say its version")),
    })
}

fn is_older_than_0_4_23(version: &str) -> bool {
    let numbers: Vec<u32> = version
        .split('.')
        .map_while(|number| number.parse().ok())
        .collect();
    numbers.as_slice() < [0, 4, 23].as_slice()
}

/// Whether packages come from the repository, in a project and with `uv pip`.
pub fn index(evidence: &Evidence) -> Option<Verdict> {
    let Some(uv) = seen(evidence) else {
        return stranger(evidence, Tool::Uv);
    };
    let views = settings(uv)?;
    let wrong = [("uv", &views.project), ("`uv pip`", &views.pip)]
        .into_iter()
        .find_map(|(who, settings)| wrong_index(who, settings, uv));
    let index = &views.project.index;
    Some(wrong.unwrap_or_else(|| Verdict::ok(format!("{} ({})", index.value.url, index.origin))))
}

fn wrong_index(who: &str, settings: &UvSettings, uv: &ToolSeen<UvViews>) -> Option<Verdict> {
    let file = &uv.login.file;
    if let Some(origin) = &settings.offline {
        let verdict = Verdict::failed(format!("{origin} keeps {who} off the network"));
        return Some(gone(verdict, origin, Tool::Uv, ""));
    }
    if let Some(origin) = &settings.no_index {
        let verdict = Verdict::failed(format!("no-index ({origin}) keeps {who} from every index"));
        return Some(gone(verdict, origin, Tool::Uv, ""));
    }
    let index = &settings.index;
    if uv.login.is_ours(&index.value, "simple/") {
        return None;
    }
    let url = &index.value.url;
    Some(match (settings.leaves_out_user, &index.origin) {
        (Some(variable), origin) if !matches!(origin, Origin::Variable(_)) => {
            let hidden = Origin::Variable(variable.to_owned());
            let detail = format!("{who} goes to {url}: ${variable} makes it leave {file} out");
            gone(Verdict::failed(detail), &hidden, Tool::Uv, file)
        }
        (_, origin) => {
            let verdict = Verdict::failed(format!("{who} goes to {url}, as {origin} says"));
            gone(verdict, origin, Tool::Uv, file)
        }
    })
}

/// How uv gets its token.
pub fn helper(evidence: &Evidence) -> Option<Verdict> {
    let uv = seen(evidence)?;
    let views = settings(uv)?;
    let own = |verdict, origin: &Origin| gone(verdict, origin, Tool::Uv, &uv.login.file);
    let index = &views.project.index;
    let is_named = index.value.user.is_some() || views.project.is_always_authenticated;
    Some(match (uv.login.auth, &uv.held) {
        (AuthMode::Token, Some(held)) => own_token(Tool::Uv, held, evidence),
        (AuthMode::Token, None) => own(
            Verdict::failed(format!("{} holds no token", index.origin)),
            &Origin::Default,
        ),
        (AuthMode::Helper, Some(held)) => {
            own(foreign_token(Tool::Uv, held, evidence), &held.origin)
        }
        (AuthMode::Helper, None) if !is_named => own(
            Verdict::failed(format!(
                "the address in {} names no user, and uv asks the helper for `aws@` alone",
                index.origin
            )),
            &index.origin,
        ),
        (AuthMode::Helper, None)
            if index
                .value
                .user
                .as_deref()
                .is_some_and(|user| user != "aws") =>
        {
            own(
                Verdict::failed(format!(
                    "the address in {} names another user than aws, for whom the helper has no token",
                    index.origin
                )),
                &index.origin,
            )
        }
        (AuthMode::Helper, None) => provider("uv", &views.project, uv)
            .or_else(|| provider("`uv pip`", &views.pip, uv))
            .unwrap_or_else(|| {
                Verdict::ok(format!(
                    "uv asks the helper ({})",
                    views.project.provider.origin
                ))
            }),
    })
}

fn provider(who: &str, settings: &UvSettings, uv: &ToolSeen<UvViews>) -> Option<Verdict> {
    let provider = &settings.provider;
    if provider.value == "subprocess" {
        return None;
    }
    let verdict = Verdict::failed(format!(
        "keyring-provider is {} ({}): {who} does not ask the helper",
        provider.value, provider.origin
    ));
    // In its own file a login puts the right value back; a table [pip] is the owner's.
    let file = if who == "uv" {
        uv.login.file.as_str()
    } else {
        ""
    };
    Some(gone(verdict, &provider.origin, Tool::Uv, file))
}

/// What stands between uv and the repository.
pub fn connection(evidence: &Evidence) -> Option<Verdict> {
    Some(links::judge(Tool::Uv, &seen(evidence)?.links))
}

/// The indexes beside ours.
pub fn extra(evidence: &Evidence) -> Option<Verdict> {
    let uv = seen(evidence)?;
    settings(uv)?;
    Some(indexes_beside(Tool::Uv, &uv.beside, &uv.login))
}

/// A login in netrc that uv takes before it asks the helper.
pub fn netrc(evidence: &Evidence) -> Option<Verdict> {
    let uv = seen(evidence).filter(|uv| uv.login.auth == AuthMode::Helper)?;
    Some(match &settings(uv)?.netrc {
        None => Verdict::ok("no login for the repository's host in netrc"),
        Some(held) => {
            let verdict = shadow(held, evidence);
            gone(verdict, &held.origin, Tool::Uv, "")
        }
    })
}

/// A login in uv's own store that it takes before it asks the helper.
pub fn store(evidence: &Evidence) -> Option<Verdict> {
    let uv = seen(evidence).filter(|uv| uv.login.auth == AuthMode::Helper)?;
    Some(match &settings(uv)?.store {
        None => Verdict::ok("no login for the repository in uv's store"),
        Some(held) => shadow(held, evidence).fix(format!(
            "$ uv auth logout {} --username aws",
            uv.login.endpoint
        )),
    })
}

fn shadow(held: &Held, evidence: &Evidence) -> Verdict {
    let detail = format!(
        "uv takes the login in {} and does not ask the helper",
        held.origin
    );
    match is_over(Tool::Uv, held, evidence) {
        Some(true) => Verdict::failed(format!("{detail}; the repository refuses it")),
        Some(false) => Verdict::warning(format!(
            "{detail}; it is good today and expires within 12 hours"
        )),
        None => Verdict::warning(format!(
            "{detail}; whether it is still good could not be asked"
        )),
    }
}
