//! Reading packages.

use std::time::Duration;

use crate::check::verdicts::{others, repository as verdicts};
use crate::check::{Check, Mender, Severity};
use crate::endpoint::Format;

/// How long a package may take: the first time CodeArtifact asks the upstream itself.
pub const READ: Duration = Duration::from_millis(4_000);
/// How long the redirect to a tarball may take.
pub const TARBALL: Duration = READ;

/// The mend where the role may not read.
pub const STATEMENT: &str = "The role needs this statement, and the policy of the endpoint codeartifact.repositories must not be narrower:\n\
    { \"Effect\": \"Allow\", \"Action\": \"codeartifact:ReadFromRepository\",\n\
    \x20 \"Resource\": \"arn:aws:codeartifact:{region}:{account}:repository/{domain}/{repository}\" }";

macro_rules! read {
    ($format:expr, $name:literal) => {
        Check {
            id: concat!("repository.read.", $name),
            title: concat!($name, " packages can be read"),
            // Where nameservers disagree, one try may find the way and the next one not.
            needs: &["dns.agreement", "token.mint", "network.repositories.http"],
            severity: Severity::Failure,
            limit: READ,
            mender: Mender::IdentityTeam,
            explanation: "A package is asked for with the new token, as the format's clients do. 200 and 404 both mean that the repository is read: not \
                every repository has every package. 401 with a new token means that the address belongs to another domain, 403 that a policy \
                refuses codeartifact:ReadFromRepository: the role's, the repository's, or the repositories endpoint's.",
            fix: STATEMENT,
            judge: |evidence| verdicts::read(evidence, $format),
        }
    };
}

/// The check that packages can be read in a format.
pub fn read_of(format: Format) -> &'static str {
    match format {
        Format::Pypi => "repository.read.pypi",
        Format::Npm => "repository.read.npm",
        Format::Cargo => "repository.read.cargo",
        Format::Maven => "repository.read.maven",
        Format::Nuget => "repository.read.nuget",
        Format::Ruby => "repository.read.ruby",
        Format::Swift => "repository.read.swift",
    }
}

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "auth.challenge",
        title: "pip is told to ask its helper",
        needs: &["dns.agreement", "network.repositories.http"],
        severity: Severity::Failure,
        limit: Duration::ZERO,
        mender: Mender::PlatformTeam,
        explanation: "pip first asks without a password and runs its credential helper only after a 401. An endpoint policy that is bound to a role may \
            answer that first request with 403 instead: then pip never asks the helper, though the token would be good. uv and the token way \
            do not depend on it.",
        fix: "Keep Principal \"*\" in the policy of the endpoint codeartifact.repositories and narrow it by resource:\n\
            { \"Effect\": \"Allow\", \"Principal\": \"*\", \"Action\": \"codeartifact:ReadFromRepository\",\n\
            \x20 \"Resource\": \"arn:aws:codeartifact:{region}:{account}:repository/{domain}/*\" }\n\
            Until then give pip the token itself:\n\
            $ studio-mirror login --tool pip --auth token",
        judge: verdicts::challenge,
    },
    read!(Format::Pypi, "pypi"),
    read!(Format::Npm, "npm"),
    read!(Format::Cargo, "cargo"),
    read!(Format::Maven, "maven"),
    read!(Format::Nuget, "nuget"),
    read!(Format::Ruby, "ruby"),
    read!(Format::Swift, "swift"),
    Check {
        id: "repository.others",
        title: "repositories of other domains and regions can be read",
        needs: &["settings.complete", "token.mint"],
        severity: Severity::Failure,
        limit: READ,
        mender: Mender::IdentityTeam,
        explanation: "A [[repository]] of another domain needs a token of that domain, one of another region the endpoints of that region: a VPC endpoint \
            leads to its own region alone. Each is asked for a token and read with it, as the main one is.",
        fix: STATEMENT,
        judge: others::read,
    },
];
