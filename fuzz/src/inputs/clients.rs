//! Package clients' own settings, as `check` merges them: files, variables, and what stands beside them.

use std::collections::BTreeMap;
use std::path::Path;

use studio_mirror::secret::Secret;
use studio_mirror::tools::effective::links::{Link, LinkKind};
use studio_mirror::tools::effective::{Address, Origin, ReadFile, netrc, npm, pip, project, uv};
use studio_mirror::tools::npm::Npmrc;
use studio_mirror::tools::pip::PipConf;
use studio_mirror::tools::uv::UvToml;
use studio_mirror::tools::{Auth, Configured, Editor, Tool};

use super::parts;
use crate::properties::{NPM, PYPI, TOKEN, registry};

/// A file of the user's; behind `---` one of a project, and variables, a line each.
pub fn read_by_clients(text: &str) {
    let [user, project, variables] = parts(text);
    let environment: BTreeMap<String, String> = variables
        .lines()
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let files = [
        file("/home/me/settings", user),
        file("/home/me/project/settings", project),
    ];
    of_pip(&files, &environment);
    of_npm(&files, &environment);
    of_uv(&files, &environment);
    beside(&files[0]);
    of_projects(project);
    what_login_wrote(user);
}

fn file(path: &str, text: &str) -> ReadFile {
    ReadFile {
        path: path.to_owned(),
        text: Ok(Secret::new(text)),
        is_own: true,
    }
}

fn of_pip(files: &[ReadFile], environment: &BTreeMap<String, String>) {
    let Ok(read) = pip::merge(files, environment, |_| true) else {
        return;
    };
    let mut named = vec![&read.index.origin, &read.provider.origin];
    named.extend(read.no_index.iter().chain(&read.no_input));
    named.extend(read.trusted_hosts.iter().map(|hosts| &hosts.origin));
    named.extend(read.extra.iter().map(|extra| &extra.origin));
    for origin in named {
        is_there(origin, files);
    }
    let addresses = [&read.index].into_iter().chain(&read.extra);
    addresses.for_each(|address| shows_no_login(&address.value));
    shown(&read.links, files);
    let folders = pip::Folders {
        home: Path::new("/home/me"),
        config: Path::new("/home/me/.config"),
        prefix: None,
    };
    let _ = pip::files(&folders, environment, |_| true);
}

fn of_npm(files: &[ReadFile], environment: &BTreeMap<String, String>) {
    for scope in [None, Some("acme")] {
        let read = npm::merge(files, environment, scope);
        let mut named = vec![&read.registry.origin];
        named.extend(read.token.iter().map(|token| &token.origin));
        named.extend(read.other_login.iter().map(|login| &login.origin));
        named.extend(read.fatal.iter().map(|fatal| &fatal.origin));
        named.extend(&read.offline);
        for origin in named {
            is_there(origin, files);
        }
        let addresses = [&read.registry].into_iter().chain(&read.scopes);
        addresses.for_each(|address| shows_no_login(&address.value));
        shown(&read.links, files);
    }
}

fn of_uv(files: &[ReadFile], environment: &BTreeMap<String, String>) {
    for view in [uv::View::Project, uv::View::Pip] {
        let Ok(read) = uv::merge(files, environment, view) else {
            return;
        };
        let mut named = vec![&read.index.origin, &read.provider.origin];
        named.extend(read.no_index.iter().chain(&read.offline));
        named.extend(read.extra.iter().map(|extra| &extra.origin));
        for origin in named {
            is_there(origin, files);
        }
        let addresses = [&read.index].into_iter().chain(&read.extra);
        addresses.for_each(|address| shows_no_login(&address.value));
        shown(&read.links, files);
    }
    let _ = uv::leaves_out(environment);
}

/// ~/.netrc, and uv's own store.
fn beside(file: &ReadFile) {
    const HOST: &str = "corp-111122223333.d.codeartifact.us-east-1.amazonaws.com";
    for user in [None, Some("aws"), Some("")] {
        let named = netrc::in_netrc(file, HOST, user);
        let stored = netrc::in_uv_store(file, PYPI, user).ok().flatten();
        for found in named.iter().chain(&stored) {
            is_there(&found.origin, std::slice::from_ref(file));
        }
        // Who takes anybody's takes that user's.
        assert!(named.is_none() || netrc::in_netrc(file, HOST, None).is_some());
    }
}

fn of_projects(text: &str) {
    let names = ["codeartifact".to_owned()];
    for tool in Tool::all() {
        for name in project::files(tool) {
            let file = file(&format!("/home/me/project/{name}"), text);
            let found = project::wins(tool, &file, &names, |address| address.same_place(PYPI));
            let Some(found) = found else { continue };
            is_there(&found.origin, std::slice::from_ref(&file));
            // These name a source or a file, the others an address.
            if matches!(tool, Tool::Cargo | Tool::Maven | Tool::Dotnet) {
                continue;
            }
            shows_no_login(&Address::of(&found.value));
            let left = project::wins(tool, &file, &names, |_| true);
            let is_named = left.is_some_and(|left| left.origin != Origin::Default);
            assert!(
                !is_named,
                "where all is ours something wins over us: {text:?}"
            );
        }
    }
}

/// What a login writes into a file is what its client then uses, or the login says why not.
fn what_login_wrote(text: &str) {
    let token = Secret::new(TOKEN);
    let nobody = BTreeMap::new();
    let uses = |done: &Configured, used: &Address, ours: &str| {
        let is_ours = used.same_place(ours) || !done.warnings.is_empty();
        assert!(is_ours, "{used:?} in {:?}", done.text);
    };
    let simple = format!("{PYPI}simple/");
    if let Ok(done) = PipConf.configure(text, &[registry(PYPI, Auth::Helper)]) {
        let read = pip::merge(&[file("pip.conf", &done.text)], &nobody, |_| true);
        let read = read.expect("what was written can be read");
        uses(&done, &read.index.value, &simple);
    }
    if let Ok(done) = Npmrc.configure(text, &[registry(NPM, Auth::Token(&token))]) {
        let read = npm::merge(&[file(".npmrc", &done.text)], &nobody, None);
        uses(&done, &read.registry.value, NPM);
        assert_eq!(read.token.map(|token| token.value), Some(token.clone()));
    }
    if let Ok(done) = UvToml.configure(text, &[registry(PYPI, Auth::Helper)]) {
        let files = [file("uv.toml", &done.text)];
        let read = uv::merge(&files, &nobody, uv::View::Project);
        let read = read.expect("what was written can be read");
        uses(&done, &read.index.value, &simple);
    }
}

/// The lines that are named are lines of the file that is named.
fn is_there(origin: &Origin, files: &[ReadFile]) {
    let Origin::Lines(lines) = origin else { return };
    let file = files
        .iter()
        .find(|file| file.path == lines.path)
        .expect("a file that was read");
    let text = file.text().expect("a text");
    let count = text.split(['\n', '\r']).count();
    assert!(
        1 <= lines.first && lines.first <= lines.last && lines.last <= count,
        "{lines:?} of {text:?}"
    );
}

/// An address is fit to be shown: what stands between `//` and the host is no part of it.
fn shows_no_login(address: &Address) {
    let (is_url, rest) = match address.url.split_once("://") {
        Some((_, rest)) => (true, rest),
        None => (false, address.url.as_str()),
    };
    let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
    let has_login = |(login, _): (&str, &str)| is_url || login.contains(':');
    assert!(
        !authority.rsplit_once('@').is_some_and(has_login),
        "{address:?}"
    );
    // Behind a host no `@` either: what is taken for a path may be the end of a password.
    let is_place = is_url && !authority.is_empty();
    assert!(!is_place || !rest.contains('@'), "{address:?}");
    assert_eq!(Address::of(&address.url).url, address.url);
}

fn shown(links: &[Link], files: &[ReadFile]) {
    for link in links {
        is_there(link.origin(), files);
        assert!(
            link.kind != LinkKind::Proxy || !link.shown().contains('@'),
            "{link:?}"
        );
    }
}
