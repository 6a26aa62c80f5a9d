//! What a space tells of itself in its report, for whoever joins it to what AWS says (`--join`).

use std::net::IpAddr;

use anyhow::bail;
use serde::{Deserialize, Serialize};

use super::evidence::{Evidence, HostSeen, Role};
use crate::endpoint::{Format, is_account, is_domain, is_region, is_repository};

/// What was asked for, by whom, from where, and where it led.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Observed {
    /// The region.
    pub region: Option<String>,
    /// The CodeArtifact domain.
    pub domain: Option<String>,
    /// The account that owns it.
    pub domain_owner: Option<String>,
    /// The repository.
    pub repository: Option<String>,
    /// The formats that the tools in question read.
    pub formats: Vec<Format>,
    /// The Studio domain.
    pub studio_domain_id: Option<String>,
    /// The role that was asked as.
    pub role: Option<String>,
    /// The addresses of the machine itself.
    pub own_addresses: Vec<IpAddr>,
    /// Where the names led.
    pub hosts: Hosts,
}

/// The hosts that were looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Hosts {
    /// The API.
    pub api: Option<Host>,
    /// The packages.
    pub repositories: Option<Host>,
    /// npm's tarballs.
    pub assets: Option<Host>,
}

/// A host.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Host {
    /// Its name.
    pub name: String,
    /// The addresses that programs there use for it.
    pub addresses: Vec<IpAddr>,
}

impl Observed {
    /// What `evidence` holds of it.
    pub fn of(evidence: &Evidence) -> Self {
        let settings = &evidence.settings;
        let host = |role| evidence.host(role).map(Host::of);
        let caller = evidence
            .caller
            .as_ref()
            .and_then(|known| known.as_ref().ok());
        Self {
            region: settings.region.clone(),
            domain: settings.domain.clone(),
            domain_owner: settings.owner.clone(),
            repository: settings.repository.clone(),
            formats: settings.formats.clone(),
            studio_domain_id: settings.studio_domain_id.clone(),
            role: caller
                .map(|arn| role_of(arn))
                .or_else(|| settings.role.clone()),
            own_addresses: evidence.own_addresses.clone(),
            hosts: Hosts {
                api: host(Role::Api),
                repositories: host(Role::Repositories),
                assets: host(Role::Assets),
            },
        }
    }

    /// The host in this role.
    pub fn host(&self, role: Role) -> Option<&Host> {
        match role {
            Role::Api => self.hosts.api.as_ref(),
            Role::Repositories => self.hosts.repositories.as_ref(),
            Role::Assets => self.hosts.assets.as_ref(),
            Role::Sts => None,
        }
    }

    /// Whether every text is what it says it is: they end up in commands for people to type.
    ///
    /// # Errors
    /// Which is not.
    pub fn validate(&self) -> anyhow::Result<()> {
        let of = |letters: &'static str| {
            move |text: &str| {
                let is_one = |c: char| c.is_ascii_alphanumeric() || letters.contains(c);
                !text.is_empty() && text.chars().all(is_one)
            }
        };
        let (is_id, is_arn, is_host) = (of("-"), of(":/_+=,.@-"), of(".-:"));
        let text = |what: &str, value: &Option<String>, is_one: &dyn Fn(&str) -> bool| match value
            .as_deref()
            .filter(|value| !is_one(value))
        {
            Some(value) => bail!("`{}` is no {what}", value.escape_debug()),
            None => Ok(()),
        };
        text("region", &self.region, &is_region)?;
        text("domain", &self.domain, &is_domain)?;
        text("account", &self.domain_owner, &is_account)?;
        text("repository", &self.repository, &is_repository)?;
        text("Studio domain", &self.studio_domain_id, &is_id)?;
        text("ARN", &self.role, &is_arn)?;
        let hosts = &self.hosts;
        for host in [&hosts.api, &hosts.repositories, &hosts.assets] {
            let name = host.as_ref().map(|host| host.name.clone());
            text("host name", &name, &is_host)?;
        }
        Ok(())
    }
}

impl Host {
    fn of(seen: &HostSeen) -> Self {
        Self {
            name: seen.host.clone(),
            addresses: seen
                .names
                .as_ref()
                .map(|names| names.addresses().to_vec())
                .unwrap_or_default(),
        }
    }
}

/// The role behind a session: `arn:aws:sts::ACCOUNT:assumed-role/NAME/SESSION` is of `arn:aws:iam::ACCOUNT:role/NAME`.
/// A path of the role is not part of the session's ARN.
pub(super) fn role_of(arn: &str) -> String {
    let role = || {
        let (front, rest) = arn.split_once(":assumed-role/")?;
        let account = front.rsplit(':').next()?;
        let name = rest.split('/').next()?;
        Some(format!("arn:aws:iam::{account}:role/{name}"))
    };
    role().unwrap_or_else(|| arn.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_its_roles() {
        assert_eq!(
            role_of("arn:aws:sts::111122223333:assumed-role/studio/SageMaker"),
            "arn:aws:iam::111122223333:role/studio"
        );
        let user = "arn:aws:iam::111122223333:user/u";
        assert_eq!(role_of(user), user);
    }

    #[test]
    fn nothing_that_a_shell_would_read_otherwise_is_taken() {
        let good = Observed {
            region: Some("us-east-1".to_owned()),
            studio_domain_id: Some("d-abc".to_owned()),
            role: Some("arn:aws:iam::111122223333:role/a/b@c".to_owned()),
            ..Observed::default()
        };
        assert!(good.validate().is_ok());
        for bad in ["$(id)", "a b", "", "x;y", "a\nb"] {
            let bad = Some(bad.to_owned());
            let wrong = [
                Observed {
                    region: bad.clone(),
                    ..good.clone()
                },
                Observed {
                    role: bad.clone(),
                    ..good.clone()
                },
                Observed {
                    studio_domain_id: bad.clone(),
                    ..good.clone()
                },
                Observed {
                    hosts: Hosts {
                        api: Some(Host {
                            name: bad.clone().unwrap(),
                            addresses: Vec::new(),
                        }),
                        ..Hosts::default()
                    },
                    ..good.clone()
                },
            ];
            for observed in wrong {
                assert!(observed.validate().is_err(), "{observed:?}");
            }
        }
    }
}
