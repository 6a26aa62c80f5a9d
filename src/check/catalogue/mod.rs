//! The checks, as data: one file a topic, in the order in which they are judged and shown.

mod credentials;
mod machine;
mod network;
mod other_tools;
mod proxy;
mod repository;
mod settings;
mod tools;
mod vpc;

pub use credentials::{CALLER, FOUND, MOST_SKEW, TOKEN};
pub use network::{
    API, ASSETS, BOTH_NAMES, BOTH_PORTS, HostChecks, REPOSITORIES, STATUS_PAGE, STS, STS_PORT,
    TRUST,
};
pub use repository::{READ, STATEMENT, TARBALL, read_of};
pub use settings::{REGIONS, bucket};
pub use vpc::{ASKING, ASKING_ALONE, interface_service, s3_service};

use super::Check;
use super::evidence::Role;

/// Every check. One that needs another comes after it.
pub fn all() -> impl Iterator<Item = &'static Check> {
    settings::CHECKS
        .iter()
        .chain(proxy::CHECKS)
        .chain(network::RESOLVERS)
        .chain(credentials::BEFORE_NETWORK)
        .chain(network::of(&API))
        .chain(credentials::TOKENS)
        .chain(network::of(&REPOSITORIES))
        .chain(repository::CHECKS)
        .chain(network::of(&ASSETS))
        .chain([&STS.tcp, &CALLER])
        .chain(machine::BEFORE_TOOLS)
        .chain(tools::PIP)
        .chain(other_tools::UV)
        .chain(other_tools::NPM)
        .chain(other_tools::OTHERS)
        .chain(machine::AFTER_TOOLS)
        .chain(vpc())
}

/// The checks of `--vpc`.
pub fn vpc() -> impl Iterator<Item = &'static Check> {
    vpc::ACCESS
        .iter()
        .chain(vpc::DOMAIN)
        .chain(&vpc::API)
        .chain(&vpc::REPOSITORIES)
        .chain(vpc::REST)
}

/// The checks of the host in this role.
pub fn hops(role: Role) -> &'static HostChecks {
    match role {
        Role::Api => &API,
        Role::Repositories => &REPOSITORIES,
        Role::Assets => &ASSETS,
        Role::Sts => &STS,
    }
}

/// The check of this id.
pub fn find(id: &str) -> Option<&'static Check> {
    all().find(|check| check.id == id)
}

/// The ids that somebody who typed `id` may have meant: nearest first, at most three.
pub fn near(id: &str) -> Vec<&'static str> {
    let mut near: Vec<(usize, &'static str)> = all()
        .map(|check| (distance(id, check.id), check.id))
        .filter(|(distance, known)| {
            *distance <= known.len() / 3 + 1 || (id.len() > 2 && known.contains(id))
        })
        .collect();
    near.sort();
    near.into_iter().take(3).map(|(_, id)| id).collect()
}

/// How many letters must change to turn one into the other (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.bytes().enumerate() {
        let mut before = row[0];
        row[0] = i + 1;
        for (j, to) in b.bytes().enumerate() {
            let replaced = before + usize::from(from != to);
            before = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(before + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn ids_are_unique_and_each_check_comes_after_those_it_needs() {
        let mut seen = BTreeSet::new();
        for check in all() {
            for need in check.needs {
                assert!(
                    seen.contains(need),
                    "{} needs {need}, which is not before it",
                    check.id
                );
            }
            assert!(seen.insert(check.id), "{} is there twice", check.id);
        }
    }

    #[test]
    fn each_says_what_why_and_what_to_type() {
        for check in all() {
            assert!(check.title.len() <= 70, "{}: a long title", check.id);
            assert!(
                check.explanation.len() > 120,
                "{}: hardly explained",
                check.id
            );
            let names_a_step = ["$ ", "{\"", "{ \"", "console:"]
                .iter()
                .any(|mark| check.fix.lines().any(|line| line.starts_with(mark)));
            assert!(
                names_a_step,
                "{}: no command, console page or policy",
                check.id
            );
        }
    }

    #[test]
    fn a_mistyped_id_finds_its_neighbours() {
        assert_eq!(near("network.api.dsn")[0], "network.api.dns");
        assert!(near("token").contains(&"token.mint"));
        assert!(near("zzzzzz").is_empty());
    }
}
