//! Settings: every layer that can name a value, and which one won.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail};
use serde::{Deserialize, Serialize};

use crate::config_file::ConfigFile;
use crate::endpoint::{self, EndpointType, PlainUrl};
use crate::error::{Usage, with_hint};
use crate::tools::{AuthMode, Tool};

/// One setting that people can make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// The CodeArtifact domain.
    Domain,
    /// The account that owns the domain.
    DomainOwner,
    /// The repository.
    Repository,
    /// The region of the domain.
    Region,
    /// The profile in `~/.aws/config` that credentials come from.
    Profile,
    /// `ipv4` or `dualstack`.
    EndpointType,
    /// Address of the CodeArtifact API, for VPC endpoints without private DNS.
    ApiEndpoint,
    /// Address of the repositories endpoint, likewise.
    RepositoryEndpoint,
    /// Lifetime of new tokens.
    DurationSeconds,
    /// The npm scope that the repository serves.
    Namespace,
}

/// Where a value of each field may come from, and what it must look like.
struct FieldRule {
    field: Field,
    name: &'static str,
    flag: &'static str,
    variables: &'static [&'static str],
    is_valid: fn(&str) -> bool,
    rule: &'static str,
}

/// Every field; variables in the order in which they win.
const FIELDS: &[FieldRule] = &[
    FieldRule {
        field: Field::Domain,
        name: "domain",
        flag: "--domain",
        variables: &["STUDIO_MIRROR_DOMAIN"],
        is_valid: endpoint::is_domain,
        rule: "a domain name has 2 to 50 lower-case letters, digits and hyphens, a letter first",
    },
    FieldRule {
        field: Field::DomainOwner,
        name: "domain owner",
        flag: "--domain-owner",
        variables: &["STUDIO_MIRROR_DOMAIN_OWNER"],
        is_valid: endpoint::is_account,
        rule: "an account number has 12 digits",
    },
    FieldRule {
        field: Field::Repository,
        name: "repository",
        flag: "--repository",
        variables: &["STUDIO_MIRROR_REPOSITORY"],
        is_valid: endpoint::is_repository,
        rule: "a repository name has 2 to 100 letters, digits, `.`, `_` and `-`, a letter or digit first (its name, not its ARN)",
    },
    FieldRule {
        field: Field::Region,
        name: "region",
        flag: "--region",
        variables: &["AWS_REGION", "AWS_DEFAULT_REGION"],
        is_valid: endpoint::is_region,
        rule: "a region looks like us-east-1",
    },
    FieldRule {
        field: Field::Profile,
        name: "profile",
        flag: "--profile",
        variables: &["AWS_PROFILE"],
        is_valid: |profile| !profile.is_empty() && !profile.contains(['\n', ']']),
        rule: "it must name a profile in ~/.aws/config",
    },
    FieldRule {
        field: Field::EndpointType,
        name: "endpoint type",
        flag: "--endpoint-type",
        variables: &["STUDIO_MIRROR_ENDPOINT_TYPE"],
        is_valid: |kind| kind == "ipv4" || kind == "dualstack",
        rule: "it is ipv4 or dualstack",
    },
    FieldRule {
        field: Field::ApiEndpoint,
        name: "API endpoint",
        flag: "",
        variables: &[
            "STUDIO_MIRROR_API_ENDPOINT",
            "AWS_ENDPOINT_URL_CODEARTIFACT",
            "AWS_ENDPOINT_URL",
        ],
        is_valid: is_base_url,
        rule: "it is a URL such as https://vpce-0a1b-2c3d.codeartifact.us-east-1.vpce.amazonaws.com",
    },
    FieldRule {
        field: Field::RepositoryEndpoint,
        name: "repository endpoint",
        flag: "",
        variables: &["STUDIO_MIRROR_REPOSITORY_ENDPOINT"],
        is_valid: is_base_url,
        rule: "it is a URL such as https://vpce-0a1b-2c3d.d.codeartifact.us-east-1.vpce.amazonaws.com",
    },
    FieldRule {
        field: Field::DurationSeconds,
        name: "token lifetime",
        flag: "--duration-seconds",
        variables: &[],
        is_valid: |seconds| {
            matches!(
                seconds.parse::<u32>(),
                Ok(0 | MIN_DURATION_SECONDS..=MAX_DURATION_SECONDS)
            )
        },
        rule: "it is 0 (as long as the role's credentials live) or 900 to 43200 seconds",
    },
    FieldRule {
        field: Field::Namespace,
        name: "namespace",
        flag: "--namespace",
        variables: &[],
        is_valid: is_npm_scope,
        rule: "an npm scope has lower-case letters, digits, `.`, `_` and `-`, with or without the @",
    },
];

/// Shortest token that CodeArtifact makes (`GetAuthorizationToken`, `durationSeconds`).
const MIN_DURATION_SECONDS: u32 = 900;
/// Longest token that CodeArtifact makes.
const MAX_DURATION_SECONDS: u32 = 43_200;

fn is_base_url(url: &str) -> bool {
    PlainUrl::parse(url).is_ok_and(|plain| plain.user().is_none()) && !url.contains(['?', '#'])
}

fn is_npm_scope(scope: &str) -> bool {
    let name = scope.strip_prefix('@').unwrap_or(scope);
    !name.is_empty()
        && name.len() <= 213
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b))
        && !name.starts_with(['.', '_'])
}

/// Values of one layer.
pub type Values = BTreeMap<Field, String>;

/// Who named a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A flag of this call.
    Flag(&'static str),
    /// A variable of the environment.
    Environment(&'static str),
    /// What an earlier `login` was told.
    Login,
    /// A configuration file of ours.
    File(PathBuf),
    /// A profile's section in `~/.aws/config`.
    Profile(String),
    /// Studio's resource-metadata.json.
    Studio,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Flag(flag) => f.write_str(flag),
            Source::Environment(variable) => write!(f, "${variable}"),
            Source::Login => f.write_str("the last login"),
            Source::File(path) => write!(f, "{}", path.display()),
            Source::Profile(profile) => write!(f, "profile {profile} in ~/.aws/config"),
            Source::Studio => f.write_str("Studio's resource-metadata.json"),
        }
    }
}

/// A value and who named it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The value, checked.
    pub value: String,
    /// Who named it.
    pub source: Source,
}

/// Everything that can name a value, as plain data: the edge fills it, this module decides.
#[derive(Clone, Debug, Default)]
pub struct Layers {
    /// Flags of this call.
    pub flags: Values,
    /// The environment.
    pub environment: BTreeMap<String, String>,
    /// What the last login was told.
    pub told: Values,
    /// What it was told for one tool.
    pub told_repositories: BTreeMap<Tool, String>,
    /// Configuration files, the winning one first.
    pub files: Vec<(PathBuf, ConfigFile)>,
    /// Region by profile, from `~/.aws/config`.
    pub profile_regions: BTreeMap<String, String>,
    /// What Studio's metadata tells.
    pub studio: Values,
}

/// What every command works with.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    values: BTreeMap<Field, Setting>,
    repositories: BTreeMap<Tool, Setting>,
    auth: BTreeMap<Tool, AuthMode>,
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
        settings.forget_what_belongs_to_another_domain(layers);
        for tool in Tool::ALL {
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
            with_hint(
                Usage(format!("no {} is set", rule.name)),
                format!(
                    "give {} VALUE, set {variable}, or write it into ~/.config/studio-mirror/config.toml",
                    rule.flag
                ),
            )
        })
    }

    /// The repository that `tool` reads from: its own, else the common one.
    ///
    /// # Errors
    /// When no layer names one.
    pub fn repository(&self, tool: Tool) -> anyhow::Result<&str> {
        match self.repositories.get(&tool) {
            Some(own) => Ok(&own.value),
            None => self.require(Field::Repository),
        }
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

    /// What a `login` with these settings must remember: values that a flag or a variable named,
    /// now or at an earlier login. Those from files stay with the files.
    pub fn told(&self) -> Values {
        self.values
            .iter()
            .filter(|(_, setting)| {
                matches!(
                    setting.source,
                    Source::Flag(_) | Source::Environment(_) | Source::Login
                )
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

impl Layers {
    fn find(&self, rule: &FieldRule) -> Option<Setting> {
        let told = |value: &String, source| Setting {
            value: value.clone(),
            source,
        };
        let flag = || {
            self.flags
                .get(&rule.field)
                .map(|value| told(value, Source::Flag(rule.flag)))
        };
        let environment = || {
            rule.variables.iter().find_map(|variable| {
                self.environment
                    .get(*variable)
                    .filter(|value| !value.is_empty())
                    .map(|value| told(value, Source::Environment(variable)))
            })
        };
        let login = || {
            self.told
                .get(&rule.field)
                .map(|value| told(value, Source::Login))
        };
        let files = || {
            self.files.iter().find_map(|(path, file)| {
                file.value(rule.field)
                    .map(|value| told(&value, Source::File(path.clone())))
            })
        };
        // The region has one more layer between files and Studio: the profile's.
        let studio = || {
            self.studio
                .get(&rule.field)
                .filter(|_| rule.field != Field::Region)
                .map(|value| told(value, Source::Studio))
        };
        flag()
            .or_else(environment)
            .or_else(login)
            .or_else(files)
            .or_else(studio)
    }

    /// A repository for `tool` alone. Flag and variable name one for all tools, so they win here too.
    fn find_repository(&self, tool: Tool) -> Option<Setting> {
        let common = self.find(rule_of(Field::Repository));
        if let Some(setting) = &common
            && matches!(setting.source, Source::Flag(_) | Source::Environment(_))
        {
            return common;
        }
        let login = self.told_repositories.get(&tool).map(|repository| Setting {
            value: repository.clone(),
            source: Source::Login,
        });
        if login.is_some() || common.is_some_and(|setting| setting.source == Source::Login) {
            return login;
        }
        self.files.iter().find_map(|(path, file)| {
            file.repository(tool).map(|repository| Setting {
                value: repository.to_owned(),
                source: Source::File(path.clone()),
            })
        })
    }
}

fn rule_of(field: Field) -> &'static FieldRule {
    FIELDS
        .iter()
        .find(|rule| rule.field == field)
        .unwrap_or(&FIELDS[0])
}

fn check(rule: &FieldRule, setting: &Setting) -> anyhow::Result<()> {
    if (rule.is_valid)(&setting.value) {
        return Ok(());
    }
    // A URL may carry a password; the place where it stands is enough to find it.
    let shown = match PlainUrl::parse(&setting.value) {
        Ok(plain) if plain.user().is_some() => "(a URL with a user name)".to_owned(),
        _ if setting.value.contains('@') && setting.value.contains("://") => {
            "(a URL with a user name)".to_owned()
        }
        _ => format!("`{}`", setting.value.escape_debug()),
    };
    let message = format!(
        "the {} {shown} (from {}) cannot be right",
        rule.name, setting.source
    );
    Err(match setting.source {
        Source::Flag(_) => with_hint(Usage(message), rule.rule),
        _ => with_hint(anyhow!(message), rule.rule),
    })
}

/// Region by profile out of the text of `~/.aws/config`; what is no INI file tells nothing.
pub fn profile_regions(text: &str) -> BTreeMap<String, String> {
    let Ok(file) = ini::Ini::load_from_str_noescape(text) else {
        return BTreeMap::new();
    };
    file.iter()
        .filter_map(|(section, keys)| {
            let section = section?.trim();
            let profile = section.strip_prefix("profile ").unwrap_or(section).trim();
            Some((profile.to_owned(), keys.get("region")?.trim().to_owned()))
        })
        .collect()
}

/// The configuration files to read, the winning one first. A file named by flag or variable stands
/// in for the user's own and must be there.
///
/// # Errors
/// When a file is named and missing, cannot be read, or does not parse.
pub fn read_config_files(
    named: Option<&Path>,
    user: &Path,
    system: &Path,
) -> anyhow::Result<Vec<(PathBuf, ConfigFile)>> {
    let mut files = Vec::new();
    for (path, must_exist) in [(named.unwrap_or(user), named.is_some()), (system, false)] {
        match crate::files::read_text(path)? {
            Some(text) => files.push((path.to_owned(), ConfigFile::parse(&text, path)?)),
            None if must_exist => bail!(with_hint(
                anyhow!("the configuration file `{}` is not there", path.display()),
                "look at --config and $STUDIO_MIRROR_CONFIG",
            )),
            None => {}
        }
    }
    Ok(files)
}
