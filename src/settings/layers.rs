//! The layers: everything that can name a value, and which one wins.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use super::Values;
use super::fields::{Field, FieldRule, rule_of};
use crate::config_file::ConfigFile;
use crate::tools::Tool;

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

impl Layers {
    /// The value of a field that wins, and who named it.
    pub(super) fn find(&self, rule: &FieldRule) -> Option<Setting> {
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
    pub(super) fn find_repository(&self, tool: Tool) -> Option<Setting> {
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
