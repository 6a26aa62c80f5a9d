//! What ours are called in a settings.xml. Maven gives a server's password to whatever repository a project calls by the
//! server's name: so ours has one that no project can know.
//!
//! It stays until `logout`. Maven keeps by the mirror's name what it has fetched: under another one it fetches all of it anew,
//! and offline has nothing.

use super::{MIRRORS, PROFILES, SERVERS, deploys_to, has_id, read};
use crate::edit::SyntaxError;
use crate::edit::xml::{Element, XmlFile};
use crate::tools::secret_name::{is_secret_of, secret_name};
use crate::tools::tables::Keys;
use crate::tools::url::same_endpoint;
use crate::tools::{Auth, Registry};

/// The name for a registry: what the last login called it, else one that follows from its token.
pub(super) fn id(registry: &Registry) -> String {
    let Auth::Token(token) = registry.auth else {
        return registry.name.to_owned();
    };
    let before = registry.before.and_then(|text| read(text).ok());
    let servers = before.as_ref().map(|file| file.all(SERVERS, "server"));
    let servers = servers.into_iter().flatten().flatten();
    let mut known = servers.filter_map(|server| server.text_of("id"));
    let known = known.find(|id| is_secret_of(id, registry.name));
    known.map_or_else(|| secret_name(registry.name, token), str::to_owned)
}

/// Whether an id is one of [`id`], of any registry.
pub(super) fn is_ours(id: &str) -> bool {
    let name = id.rsplit_once('-').map(|(name, _)| name);
    name.is_some_and(|name| Keys::is_our_name(name) && is_secret_of(id, name))
}

/// The plain names that versions before these gave to what leads to `urls`.
pub(super) fn of_older_logins(file: &XmlFile, urls: &[&str]) -> Result<Vec<String>, SyntaxError> {
    let leads_there = |url: &str| urls.iter().any(|ours| same_endpoint(url, ours));
    let mirrors = file.all(MIRRORS, "mirror")?.into_iter();
    let of_mirrors = mirrors
        .filter(|mirror| mirror.text_of("url").is_some_and(leads_there))
        .filter_map(|mirror| mirror.text_of("id"));
    let profiles = file.all(PROFILES, "profile")?.into_iter();
    let of_profiles = profiles
        .filter_map(deploys_to)
        .filter(|(_, url)| leads_there(url))
        .map(|(id, _)| id);
    let all = of_mirrors.chain(of_profiles);
    Ok(all
        .filter(|id| Keys::is_our_name(id) && !is_ours(id))
        .map(str::to_owned)
        .collect())
}

/// Whether a server is what a login wrote; `older` as of [`of_older_logins`]. One that names a variable is its owner's.
pub(super) fn is_login(server: &Element, older: &[String]) -> bool {
    let is_token = |password: &str| !password.contains("${");
    let is_older = || {
        older.iter().any(|name| has_id(name)(server))
            && server.text_of("username") == Some("aws")
            && server.text_of("password").is_some_and(is_token)
    };
    server.text_of("id").is_some_and(is_ours) || is_older()
}
