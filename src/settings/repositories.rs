//! Which repositories a tool is to use: one for everything, and those of `[[repository]]` beside it.

use std::path::PathBuf;

use super::fields::{check, rule_of};
use super::{Field, Layers, Setting, Settings, Source};
use crate::config_file::RepositoryEntry;
use crate::tools::Tool;

/// A repository, with everything that leads to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repository {
    /// Its name.
    pub name: String,
    /// Its domain.
    pub domain: String,
    /// The domain's owner; `None` means the caller's own account.
    pub owner: Option<String>,
    /// The domain's region.
    pub region: String,
    /// Address of the CodeArtifact API, where it is not AWS's own name.
    pub api_endpoint: Option<String>,
    /// Address of the repositories endpoint, likewise.
    pub repository_endpoint: Option<String>,
    /// The npm scope that it serves instead of everything.
    pub namespace: Option<String>,
}

impl Repository {
    fn is_same(&self, other: &Self) -> bool {
        let place = |one: &Self| (one.name.clone(), one.domain.clone(), one.region.clone());
        place(self) == place(other)
    }
}

/// The entries of `[[repository]]` of the first file that has any, in their order.
///
/// # Errors
/// When a value cannot be right; it is named with its file.
pub(super) fn entries(layers: &Layers) -> anyhow::Result<Vec<(RepositoryEntry, PathBuf)>> {
    let found = layers
        .files
        .iter()
        .find(|(_, file)| !file.repositories().is_empty());
    let Some((path, file)) = found else {
        return Ok(Vec::new());
    };
    let mut entries = file.repositories().to_vec();
    entries.sort_by_key(|entry| entry.order);
    for entry in &entries {
        for (field, value) in [
            (Field::Repository, Some(&entry.name)),
            (Field::Domain, entry.domain.as_ref()),
            (Field::DomainOwner, entry.domain_owner.as_ref()),
            (Field::Region, entry.region.as_ref()),
            (Field::ApiEndpoint, entry.api_endpoint.as_ref()),
            (
                Field::RepositoryEndpoint,
                entry.repository_endpoint.as_ref(),
            ),
            (Field::Namespace, entry.namespace.as_ref()),
        ] {
            let Some(value) = value else { continue };
            let setting = Setting {
                value: value.clone(),
                source: Source::File(path.clone()),
            };
            check(rule_of(field), &setting)?;
        }
    }
    Ok(entries
        .into_iter()
        .map(|entry| (entry, path.clone()))
        .collect())
}

impl Settings {
    /// The repositories that `tool` is to use, the one for everything first. That one is named by a flag, a variable,
    /// the last login or a file, in this order; else it is the first `[[repository]]` for the tool.
    ///
    /// # Errors
    /// When there is none, or no domain or region.
    pub fn repositories(&self, tool: Tool) -> anyhow::Result<Vec<Repository>> {
        let mut entries: Vec<&RepositoryEntry> = self
            .entries
            .iter()
            .map(|(entry, _)| entry)
            .filter(|entry| entry.tools.is_empty() || entry.tools.contains(&tool))
            .collect();
        let own = self.repositories.get(&tool);
        let named = own.or_else(|| self.setting(Field::Repository));
        let main = match named {
            Some(setting) => self.common(&setting.value)?,
            None => {
                let for_everything = entries.iter().position(|entry| entry.namespace.is_none());
                match for_everything {
                    Some(at) => self.of_entry(entries.remove(at))?,
                    None => self.common(self.require(Field::Repository)?)?,
                }
            }
        };
        let scoped = tool.client().format().is_scoped();
        let mut repositories = vec![Repository {
            namespace: main.namespace.filter(|_| scoped),
            ..main
        }];
        for entry in entries {
            let expected = entry.namespace.is_some() == scoped;
            // Without `tools` an entry is for those that can take it; with them, what one cannot take is its to say.
            if entry.tools.is_empty() && !expected {
                continue;
            }
            let repository = self.of_entry(entry)?;
            let is_known = repositories.iter().any(|known| known.is_same(&repository));
            if !is_known || repository.namespace.is_some() {
                repositories.push(repository);
            }
        }
        Ok(repositories)
    }

    /// The entries of `[[repository]]` with their file.
    pub fn repository_entries(&self) -> impl Iterator<Item = &(RepositoryEntry, PathBuf)> {
        self.entries.iter()
    }

    fn common(&self, name: &str) -> anyhow::Result<Repository> {
        let owned = |field| self.get(field).map(str::to_owned);
        Ok(Repository {
            name: name.to_owned(),
            domain: self.require(Field::Domain)?.to_owned(),
            owner: owned(Field::DomainOwner),
            region: self.require(Field::Region)?.to_owned(),
            api_endpoint: owned(Field::ApiEndpoint),
            repository_endpoint: owned(Field::RepositoryEndpoint),
            namespace: owned(Field::Namespace),
        })
    }

    /// What an entry leaves out is as for all; but another domain has its own owner, and another
    /// region its own VPC endpoints.
    fn of_entry(&self, entry: &RepositoryEntry) -> anyhow::Result<Repository> {
        let common = self.common(&entry.name)?;
        let same_domain = entry
            .domain
            .as_ref()
            .is_none_or(|own| *own == common.domain);
        let same_region = entry
            .region
            .as_ref()
            .is_none_or(|own| *own == common.region);
        Ok(Repository {
            owner: entry
                .domain_owner
                .clone()
                .or(common.owner.filter(|_| same_domain)),
            domain: entry.domain.clone().unwrap_or(common.domain),
            api_endpoint: entry
                .api_endpoint
                .clone()
                .or(common.api_endpoint.filter(|_| same_region)),
            repository_endpoint: entry
                .repository_endpoint
                .clone()
                .or(common.repository_endpoint.filter(|_| same_region)),
            region: entry.region.clone().unwrap_or(common.region),
            namespace: entry.namespace.clone(),
            name: common.name,
        })
    }
}

/// What a tool's files call each of `repositories`: the first `codeartifact`, the others by their
/// own name, and by domain and number where that is not enough.
pub fn file_names(repositories: &[Repository]) -> Vec<String> {
    const MAIN: &str = "codeartifact";
    let mut names: Vec<String> = Vec::new();
    for (at, repository) in repositories.iter().enumerate() {
        let own = format!("{MAIN}-{}", repository.name);
        let with_domain = format!("{MAIN}-{}-{}", repository.domain, repository.name);
        let numbered = (2..).map(|number| format!("{with_domain}-{number}"));
        let candidates = [own, with_domain.clone()].into_iter().chain(numbered);
        let first = (at == 0).then(|| MAIN.to_owned());
        // An index name makes a variable's name, where these characters and cases are all one.
        let folded = |name: &str| name.to_ascii_lowercase().replace(['.', '_'], "-");
        let is_free = |name: &String| !names.iter().any(|taken| folded(taken) == folded(name));
        let name = first.into_iter().chain(candidates).find(is_free);
        names.extend(name);
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config_file::ConfigFile;
    use std::path::Path;

    fn settings(text: &str) -> Settings {
        let file = ConfigFile::parse(text, Path::new("c.toml")).unwrap();
        Settings::resolve(&Layers {
            files: vec![("c.toml".into(), file)],
            ..Layers::default()
        })
        .unwrap()
    }

    fn shown(settings: &Settings, tool: Tool) -> Vec<String> {
        let repositories = settings.repositories(tool).unwrap();
        let names = file_names(&repositories);
        repositories
            .iter()
            .zip(names)
            .map(|(one, name)| {
                let owner = one.owner.as_deref().unwrap_or("-");
                let scope = one.namespace.as_deref().unwrap_or("-");
                format!(
                    "{name}: {} {} {owner} {} {scope}",
                    one.name, one.domain, one.region
                )
            })
            .collect()
    }

    const MANY: &str = r#"
domain = "corp"
domain_owner = "111122223333"
region = "us-east-1"
[[repository]]
name = "late"
order = 5
[[repository]]
name = "team"
[[repository]]
name = "late"
domain = "research"
domain_owner = "222233334444"
region = "eu-west-1"
tools = ["uv"]
order = 9
[[repository]]
name = "web"
namespace = "acme"
"#;

    #[test]
    fn the_first_entry_is_for_everything_and_the_others_for_those_that_take_them() {
        let settings = settings(MANY);
        assert_eq!(
            shown(&settings, Tool::Uv),
            [
                "codeartifact: team corp 111122223333 us-east-1 -",
                "codeartifact-late: late corp 111122223333 us-east-1 -",
                "codeartifact-research-late: late research 222233334444 eu-west-1 -",
            ]
        );
        assert_eq!(shown(&settings, Tool::Pip).len(), 2);
        assert_eq!(
            shown(&settings, Tool::Npm),
            [
                "codeartifact: team corp 111122223333 us-east-1 -",
                "codeartifact-web: web corp 111122223333 us-east-1 acme",
            ]
        );
    }

    #[test]
    fn a_repository_named_elsewhere_is_for_everything_and_the_entries_stay_beside_it() {
        let mut layers = Layers {
            files: vec![(
                "c.toml".into(),
                ConfigFile::parse(MANY, Path::new("c.toml")).unwrap(),
            )],
            ..Layers::default()
        };
        layers.flags.insert(Field::Repository, "late".into());
        let settings = Settings::resolve(&layers).unwrap();
        assert_eq!(
            shown(&settings, Tool::Pip),
            [
                "codeartifact: late corp 111122223333 us-east-1 -",
                "codeartifact-team: team corp 111122223333 us-east-1 -",
            ]
        );
    }

    #[test]
    fn another_domain_or_region_inherits_neither_owner_nor_vpc_endpoints() {
        let settings = settings(
            "domain = \"corp\"\ndomain_owner = \"111122223333\"\nregion = \"us-east-1\"\nrepository_endpoint = \"https://vpce.example\"\n\
             [[repository]]\nname = \"team\"\n[[repository]]\nname = \"x1\"\ndomain = \"other\"\n\
             [[repository]]\nname = \"x2\"\nregion = \"eu-west-1\"\n",
        );
        let found = settings.repositories(Tool::Pip).unwrap();
        let places: Vec<_> = found
            .iter()
            .map(|one| (one.owner.is_some(), one.repository_endpoint.is_some()))
            .collect();
        assert_eq!(places, [(true, true), (false, true), (true, false)]);
    }

    #[test]
    fn an_entry_that_cannot_be_right_is_named_with_its_file() {
        let file = ConfigFile::parse("[[repository]]\nname = \"arn:x\"\n", Path::new("c.toml"));
        let layers = Layers {
            files: vec![("c.toml".into(), file.unwrap())],
            ..Layers::default()
        };
        let error = Settings::resolve(&layers).unwrap_err().to_string();
        assert_eq!(
            error,
            "the repository `arn:x` (from c.toml) cannot be right"
        );
    }
}
