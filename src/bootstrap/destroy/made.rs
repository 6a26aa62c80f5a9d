//! What the packages' stack made in CodeArtifact, by the ARNs that CloudFormation keeps: the one thing that says which domain it was.

use std::fmt;

use anyhow::anyhow;
use serde::Serialize;

use crate::bootstrap::found::StackSeen;
use crate::error::with_hint;

/// A domain, or a repository in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Made {
    /// The account that owns it.
    pub owner: String,
    /// The domain.
    pub domain: String,
    /// The repository, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repository: Option<String>,
}

impl fmt::Display for Made {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.repository {
            Some(name) => write!(f, "{name} of domain {}", self.domain),
            None => f.write_str(&self.domain),
        }
    }
}

impl Made {
    /// As the plan names what stays.
    pub(super) fn kept(&self) -> String {
        let kind = match self.repository {
            Some(_) => "repository",
            None => "domain",
        };
        format!("{kind} {self}")
    }

    /// From an ARN of this account and region; `None` for another one.
    fn of_arn(arn: &str, account: &str, region: &str) -> Option<Self> {
        let (kind, name) = arn.split_once(":codeartifact:")?.1.split_once('/')?;
        let kind = kind.strip_prefix(&format!("{region}:{account}:"))?;
        let (domain, repository) = match (kind, name.split_once('/')) {
            ("domain", None) => (name, None),
            ("repository", Some((domain, name))) => (domain, Some(name.to_owned())),
            _ => return None,
        };
        Some(Self {
            owner: account.to_owned(),
            domain: domain.to_owned(),
            repository,
        })
    }
}

/// What `seen` made and is still there: what looks into another goes before it, the domain last.
///
/// # Errors
/// When a thing has no ARN of this account and region: a guess could delete another's.
pub(super) fn by(seen: &StackSeen, account: &str, region: &str) -> anyhow::Result<Vec<Made>> {
    let mut resources: Vec<_> = seen.resources.iter().collect();
    resources.retain(|resource| {
        let is_kept = matches!(
            resource.kind.as_str(),
            "AWS::CodeArtifact::Repository" | "AWS::CodeArtifact::Domain"
        );
        is_kept && resource.exists()
    });
    resources.sort_by_key(|resource| {
        let is_domain = resource.kind == "AWS::CodeArtifact::Domain";
        (is_domain, resource.logical_id != "Repository")
    });
    let read = resources.into_iter().map(|resource| {
        let arn = &resource.physical_id;
        Made::of_arn(arn, account, region).ok_or_else(|| {
            with_hint(
                anyhow!(
                    "the stack {} has `{arn}` as its {}, which is no ARN of account {account} in {region}",
                    seen.stack.name,
                    resource.logical_id
                ),
                "`aws cloudformation list-stack-resources` shows what it made; delete it by hand",
            )
        })
    });
    read.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_says_which_domain_it_was() {
        let of = |arn: &str| Made::of_arn(arn, "111122223333", "eu-west-1");
        let team = of("arn:aws:codeartifact:eu-west-1:111122223333:repository/corp/team");
        let team = team.expect("a repository");
        assert_eq!(team.to_string(), "team of domain corp");
        let corp = of("arn:aws:codeartifact:eu-west-1:111122223333:domain/corp");
        assert_eq!(corp.expect("a domain").kept(), "domain corp");
        for other in [
            "team",
            "arn:aws:codeartifact:eu-west-1:444455556666:domain/corp",
            "arn:aws:codeartifact:us-east-1:111122223333:domain/corp",
            "arn:aws:codeartifact:eu-west-1:111122223333:package/corp/team",
            "arn:aws:codeartifact:eu-west-1:111122223333:repository/corp",
        ] {
            assert_eq!(of(other), None, "{other}");
        }
    }
}
