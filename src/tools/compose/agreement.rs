//! Whether tools that share a file can all have what they want there: a file leads to one repository for everything, and to one
//! for each scope.

use super::{Sharer, Tokens, configure};
use crate::state::{RepositoryLogin, ToolLogin};
use crate::tools::{Found, Installed};

/// The repositories, of the one and of the other, that cannot both stand in the file that two tools share.
pub fn disagreement<'a>(
    one: &Sharer<'a>,
    other: &Sharer<'a>,
    tokens: &Tokens,
    installed: Installed,
) -> Option<(&'a RepositoryLogin, &'a RepositoryLogin)> {
    let differing = used(one.login).find_map(|wanted| {
        let of_scope = used(other.login).find(|known| scope(known) == scope(wanted))?;
        (!is_same(wanted, of_scope)).then_some((wanted, of_scope))
    })?;
    // Not every editor names its repositories in the file: pnpm keeps its own elsewhere.
    let both = configure("", &[*one, *other], tokens, installed).ok()?;
    let again = configure(&both.text, &[*one], tokens, installed).ok()?;
    (again.text != both.text).then_some(differing)
}

impl Sharer<'_> {
    /// Whether the file, as the last login wrote it, leads the tool to everything that it wants.
    pub fn is_followed(&self) -> bool {
        let is_there = |text: &str, wanted: &RepositoryLogin| {
            let found = self.editor.inspect(text, wanted.endpoint.url());
            !matches!(found, Ok(Found::NotConfigured) | Err(_))
        };
        let written = self.written;
        written.is_some_and(|text| used(self.login).all(|wanted| is_there(text, wanted)))
    }
}

/// What has a place in a file that leads to one repository for everything.
fn used(login: &ToolLogin) -> impl Iterator<Item = &RepositoryLogin> {
    let scoped = login.extra.iter().filter(|extra| extra.namespace.is_some());
    std::iter::once(&login.main).chain(scoped)
}

/// The scope that a repository serves, without its `@`; `None` for everything.
fn scope(repository: &RepositoryLogin) -> Option<&str> {
    let scope = repository.namespace.as_deref();
    scope.map(|scope| scope.trim_start_matches('@'))
}

/// Whether both are one repository. Its address may have another form: the next login of all of them makes it one.
fn is_same(one: &RepositoryLogin, other: &RepositoryLogin) -> bool {
    one.repository == other.repository
        && one.token.domain == other.token.domain
        && one.token.region == other.token.region
}
