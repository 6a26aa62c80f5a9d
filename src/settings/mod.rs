//! Settings: every layer that can name a value, and which one won.

mod fields;
mod layers;
mod read;
mod repositories;

pub use fields::Field;
pub use layers::{Layers, Setting, Source};
pub(crate) use read::parse_aws_file;
pub use read::{profile_regions, read_config_files};
pub use repositories::{Repository, file_names};

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::config_file::RepositoryEntry;
use crate::endpoint::EndpointType;
use crate::error::{Usage, with_hint};
use crate::tools::{AuthMode, Tool};
use fields::{FIELDS, check, rule_of};

/// Values of one layer.
pub type Values = BTreeMap<Field, String>;

/// What every command works with.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    values: BTreeMap<Field, Setting>,
    repositories: BTreeMap<Tool, Setting>,
    auth: BTreeMap<Tool, AuthMode>,
    entries: Vec<(RepositoryEntry, PathBuf)>,
}

impl Settings {
    /// Lets the layers decide: flag > environment > last login > files > profile > Studio.
    ///
    /// # Errors
    /// When a winning value cannot be right; it is named with its source.
    pub fn resolve(layers: &Layers) -> anyhow::Result<Self> {
        let mut settings = Settings::default();
        for rule in FIELDS {
            if let Some(setting) = layers.find(rule) {
                check(rule, &setting)?;
                settings.values.insert(rule.field, setting);
            }
        }
        if !settings.values.contains_key(&Field::Region) {
            settings.region_of_profile(layers)?;
        }
        settings.entries = repositories::entries(layers)?;
        settings.forget_what_belongs_to_another_domain(layers);
        for tool in Tool::all() {
            if let Some(setting) = layers.find_repository(tool) {
                check(rule_of(Field::Repository), &setting)?;
                settings.repositories.insert(tool, setting);
            }
            let auth = layers.files.iter().find_map(|(_, file)| file.auth(tool));
            settings.auth.extend(auth.map(|auth| (tool, auth)));
        }
        Ok(settings)
    }

    /// The value of `field`.
    pub fn get(&self, field: Field) -> Option<&str> {
        self.values
            .get(&field)
            .map(|setting| setting.value.as_str())
    }

    /// The value of `field` with its source.
    pub fn setting(&self, field: Field) -> Option<&Setting> {
        self.values.get(&field)
    }

    /// Every setting made, in a fixed order, with the field's name.
    pub fn all(&self) -> impl Iterator<Item = (Field, &'static str, &Setting)> {
        self.values
            .iter()
            .map(|(field, setting)| (*field, rule_of(*field).name, setting))
    }

    /// The value of `field`, or an error that says every way to make it.
    ///
    /// # Errors
    /// When no layer names it.
    pub fn require(&self, field: Field) -> anyhow::Result<&str> {
        let rule = rule_of(field);
        self.get(field).ok_or_else(|| {
            let variable = rule.variables.first().copied().unwrap_or_default();
            let flag = rule.flag;
            let flag = match field {
                Field::Domain if self.get(Field::Repository).is_none() => {
                    "--domain NAME and --repository NAME (who looks after Studio knows them)".into()
                }
                Field::Domain | Field::Repository => {
                    format!("{flag} NAME (who looks after Studio knows it)")
                }
                _ => format!("{flag} VALUE"),
            };
            with_hint(
                Usage(format!("no {} is set", rule.name)),
                format!(
                    "give {flag}, set {variable}, or write it into ~/.config/studio-mirror/config.toml"
                ),
            )
        })
    }

    /// Repositories of single tools, with their sources.
    pub fn own_repositories(&self) -> impl Iterator<Item = (Tool, &Setting)> {
        self.repositories
            .iter()
            .map(|(tool, setting)| (*tool, setting))
    }

    /// How the configuration files want `tool` to authenticate.
    pub fn auth(&self, tool: Tool) -> Option<AuthMode> {
        self.auth.get(&tool).copied()
    }

    /// The endpoint type, ipv4 where none is set.
    pub fn endpoint_type(&self) -> EndpointType {
        match self.get(Field::EndpointType) {
            Some("dualstack") => EndpointType::Dualstack,
            _ => EndpointType::Ipv4,
        }
    }

    /// Lifetime of new tokens in seconds; `None` leaves it to CodeArtifact (12 hours).
    pub fn duration_seconds(&self) -> Option<u32> {
        self.get(Field::DurationSeconds)?.parse().ok()
    }

    /// What a `login` with these settings is told and must remember: values that a flag or a variable
    /// names. Those from files stay with the files.
    pub fn told(&self) -> Values {
        self.values
            .iter()
            .filter(|(_, setting)| {
                matches!(setting.source, Source::Flag(_) | Source::Environment(_))
            })
            .map(|(field, setting)| (*field, setting.value.clone()))
            .collect()
    }

    fn region_of_profile(&mut self, layers: &Layers) -> anyhow::Result<()> {
        let profile = self.get(Field::Profile).unwrap_or("default").to_owned();
        let named = layers.profile_regions.get(&profile).map(|region| Setting {
            value: region.clone(),
            source: Source::Profile(profile),
        });
        let studio = || {
            layers.studio.get(&Field::Region).map(|region| Setting {
                value: region.clone(),
                source: Source::Studio,
            })
        };
        if let Some(setting) = named.or_else(studio) {
            check(rule_of(Field::Region), &setting)?;
            self.values.insert(Field::Region, setting);
        }
        Ok(())
    }

    /// `login --domain other` must not go to the old domain's owner or VPC endpoint.
    fn forget_what_belongs_to_another_domain(&mut self, layers: &Layers) {
        let changed = layers
            .told
            .get(&Field::Domain)
            .is_some_and(|told| self.get(Field::Domain) != Some(told));
        if changed {
            for field in [Field::DomainOwner, Field::RepositoryEndpoint] {
                if self
                    .values
                    .get(&field)
                    .is_some_and(|s| s.source == Source::Login)
                {
                    self.values.remove(&field);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config_file::ConfigFile;
    use std::path::Path;

    fn values(field: Field, value: &str) -> Values {
        Values::from([(field, value.to_owned())])
    }

    fn layers() -> Layers {
        let file = |text: &str| ConfigFile::parse(text, Path::new("c.toml")).unwrap();
        Layers {
            flags: values(Field::Domain, "flag"),
            environment: BTreeMap::from([("STUDIO_MIRROR_DOMAIN".into(), "env".into())]),
            told: values(Field::Domain, "told"),
            told_repositories: BTreeMap::new(),
            files: vec![
                ("user.toml".into(), file("domain = \"user\"")),
                (
                    "etc.toml".into(),
                    file(
                        "domain = \"etc\"\nrepository = \"team\"\n[tool.npm]\nrepository = \"web\"",
                    ),
                ),
            ],
            profile_regions: BTreeMap::from([("default".into(), "eu-west-1".into())]),
            studio: values(Field::Region, "eu-west-2"),
        }
    }

    fn domain(layers: &Layers) -> (String, String) {
        let settings = Settings::resolve(layers).unwrap();
        let setting = settings.setting(Field::Domain).unwrap();
        (setting.value.clone(), setting.source.to_string())
    }

    #[test]
    fn each_layer_wins_over_those_below() {
        let mut layers = layers();
        assert_eq!(domain(&layers), ("flag".into(), "--domain".into()));
        layers.flags.clear();
        assert_eq!(
            domain(&layers),
            ("env".into(), "$STUDIO_MIRROR_DOMAIN".into())
        );
        layers.environment.clear();
        assert_eq!(domain(&layers), ("told".into(), "the last login".into()));
        layers.told.clear();
        assert_eq!(domain(&layers), ("user".into(), "user.toml".into()));
        layers.files.remove(0);
        assert_eq!(domain(&layers), ("etc".into(), "etc.toml".into()));
    }

    #[test]
    fn region_comes_from_the_profile_before_studio() {
        let mut layers = layers();
        let region = |layers: &Layers| {
            Settings::resolve(layers)
                .unwrap()
                .get(Field::Region)
                .map(str::to_owned)
        };
        assert_eq!(region(&layers).as_deref(), Some("eu-west-1"));
        layers.profile_regions.clear();
        assert_eq!(region(&layers).as_deref(), Some("eu-west-2"));
        layers
            .environment
            .insert("AWS_DEFAULT_REGION".into(), "us-east-2".into());
        assert_eq!(region(&layers).as_deref(), Some("us-east-2"));
        layers
            .environment
            .insert("AWS_REGION".into(), "us-east-1".into());
        assert_eq!(region(&layers).as_deref(), Some("us-east-1"));
    }

    #[test]
    fn a_tool_may_have_its_own_repository_until_a_flag_names_one_for_all() {
        let mut layers = layers();
        let npm = |layers: &Layers| {
            let settings = Settings::resolve(layers).unwrap();
            settings.repositories(Tool::Npm).unwrap()[0].name.clone()
        };
        assert_eq!(npm(&layers), "web");
        let settings = Settings::resolve(&layers).unwrap();
        assert_eq!(settings.repositories(Tool::Pip).unwrap()[0].name, "team");
        layers.told_repositories.insert(Tool::Npm, "told".into());
        assert_eq!(npm(&layers), "told");
        layers.flags.insert(Field::Repository, "all".into());
        assert_eq!(npm(&layers), "all");
    }

    #[test]
    fn another_domain_forgets_the_old_ones_owner_and_endpoint() {
        let mut layers = layers();
        layers
            .told
            .insert(Field::DomainOwner, "111122223333".into());
        layers
            .told
            .insert(Field::RepositoryEndpoint, "https://vpce.example".into());
        layers.told.insert(Field::Domain, "flag".into());
        assert!(
            Settings::resolve(&layers)
                .unwrap()
                .get(Field::DomainOwner)
                .is_some()
        );
        layers.told.insert(Field::Domain, "told".into());
        let settings = Settings::resolve(&layers).unwrap();
        assert_eq!(settings.get(Field::DomainOwner), None);
        assert_eq!(settings.get(Field::RepositoryEndpoint), None);
    }

    #[test]
    fn a_value_that_cannot_be_right_is_named_with_its_source_and_without_passwords() {
        let mut layers = layers();
        layers.flags.clear();
        layers
            .environment
            .insert("STUDIO_MIRROR_DOMAIN".into(), "Corp".into());
        let error = Settings::resolve(&layers).unwrap_err().to_string();
        assert_eq!(
            error,
            "the domain `Corp` (from $STUDIO_MIRROR_DOMAIN) cannot be right"
        );
        layers
            .environment
            .insert("STUDIO_MIRROR_DOMAIN".into(), "corp".into());
        layers.environment.insert(
            "AWS_ENDPOINT_URL".into(),
            "https://me:hunter2@h.example".into(),
        );
        let error = Settings::resolve(&layers).unwrap_err().to_string();
        assert!(
            error.contains("$AWS_ENDPOINT_URL") && !error.contains("hunter2"),
            "{error}"
        );
    }
}
