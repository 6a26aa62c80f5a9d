//! Whose credentials a login uses: told once, then kept, so that a helper call
//! in another terminal speaks for the same identity.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::files;
use crate::places::Places;
use crate::settings::{Setting, Source, parse_aws_file};
use crate::studio::Metadata;

/// The place that AWS credentials come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "from")]
pub enum CredentialSource {
    /// `AWS_ACCESS_KEY_ID` and its companions.
    Environment {
        /// The key's public half: another key is another identity.
        access_key_id: String,
    },
    /// A profile of `~/.aws`: keys, SSO, `credential_process`, an assumed role.
    Profile {
        /// Its name.
        name: String,
        /// What it says about whom it stands for: another key or role is another identity.
        #[serde(default)]
        stands_for: Vec<String>,
    },
    /// `AWS_WEB_IDENTITY_TOKEN_FILE` with `AWS_ROLE_ARN`.
    WebIdentity {
        /// The role.
        role_arn: String,
    },
    /// The container's credentials endpoint: what a Studio space has.
    Container {
        /// The variables that lead there, kept for processes that do not inherit them (cron).
        variables: BTreeMap<String, String>,
        /// The role, where Studio tells it.
        role_arn: Option<String>,
    },
    /// The instance's metadata service.
    Instance,
    /// Whatever the process that asks has: what a login of all users says, until one of them asks.
    Caller,
}

/// Variables that lead to container credentials.
const CONTAINER_VARIABLES: [&str; 3] = [
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
];

/// Keys of a profile that give credentials; one that only names a region gives none.
const CREDENTIAL_KEYS: [&str; 9] = [
    "aws_access_key_id",
    "role_arn",
    "credential_source",
    "credential_process",
    "web_identity_token_file",
    "sso_session",
    "sso_start_url",
    "sso_account_id",
    "login_session",
];

impl CredentialSource {
    /// Finds the source in the order of the SDK's default chain, except that a `--profile` flag wins
    /// over keys in the environment, as it does for the AWS CLI.
    ///
    /// `shared_files` are the texts of `~/.aws/config` and `~/.aws/credentials`.
    pub fn find(
        profile: Option<&Setting>,
        environment: &BTreeMap<String, String>,
        shared_files: &[String],
        role_arn: Option<&str>,
    ) -> Self {
        let variable = |name: &str| environment.get(name).filter(|value| !value.is_empty());
        if let Some(profile) = profile
            && matches!(profile.source, Source::Flag(_))
        {
            return Self::profile(&profile.value, shared_files);
        }
        if let (Some(key), Some(_)) = (
            variable("AWS_ACCESS_KEY_ID"),
            variable("AWS_SECRET_ACCESS_KEY"),
        ) {
            return Self::Environment {
                access_key_id: key.clone(),
            };
        }
        if let Some(profile) = profile {
            return Self::profile(&profile.value, shared_files);
        }
        if shared_files
            .iter()
            .any(|text| default_profile_has_credentials(text))
        {
            return Self::profile("default", shared_files);
        }
        if let (Some(_), Some(role_arn)) = (
            variable("AWS_WEB_IDENTITY_TOKEN_FILE"),
            variable("AWS_ROLE_ARN"),
        ) {
            return Self::WebIdentity {
                role_arn: role_arn.clone(),
            };
        }
        let variables: BTreeMap<String, String> = CONTAINER_VARIABLES
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), variable(name)?.clone())))
            .collect();
        if variables.keys().any(|name| name.ends_with("_URI")) {
            return Self::Container {
                variables,
                role_arn: role_arn.map(str::to_owned),
            };
        }
        Self::Instance
    }

    /// The source of a process with this environment that no settings of ours tell more of.
    pub fn of_caller(places: &Places, environment: &BTreeMap<String, String>) -> Self {
        let named = environment.get("AWS_PROFILE");
        let profile = named.filter(|name| !name.is_empty()).map(|name| Setting {
            value: name.clone(),
            source: Source::Environment("AWS_PROFILE"),
        });
        let files = shared_aws_files(places, environment);
        let studio = Metadata::read();
        Self::find(profile.as_ref(), environment, &files, studio.role())
    }

    fn profile(name: &str, shared_files: &[String]) -> Self {
        Self::Profile {
            name: name.to_owned(),
            stands_for: shared_files
                .iter()
                .flat_map(|text| identity_of_profile(text, name))
                .collect(),
        }
    }

    /// A line that differs whenever the identity does; part of the token cache's key.
    pub fn identity(&self) -> String {
        match self {
            Self::Environment { access_key_id } => format!("environment {access_key_id}"),
            Self::Profile { name, stands_for } => format!("profile {name} {stands_for:?}"),
            Self::WebIdentity { role_arn } => format!("web-identity {role_arn}"),
            Self::Container {
                role_arn: Some(role),
                ..
            } => format!("container {role}"),
            Self::Container { variables, .. } => format!("container {variables:?}"),
            Self::Instance => "instance".to_owned(),
            Self::Caller => "caller".to_owned(),
        }
    }

    /// Whether STS gives these for another identity's word; an SSO session, a process and keys of a file need no STS.
    pub fn is_exchanged_at_sts(&self) -> bool {
        match self {
            Self::WebIdentity { .. } => true,
            Self::Profile { stands_for, .. } => {
                let is_role = |word: &String| word.starts_with("arn:") && word.contains(":role/");
                stands_for.iter().any(is_role)
            }
            _ => false,
        }
    }

    /// The same in words.
    pub fn describe(&self) -> String {
        match self {
            Self::Environment { access_key_id } => {
                format!("access key {access_key_id} in the environment")
            }
            Self::Profile { name, .. } => format!("profile {name}"),
            Self::WebIdentity { role_arn } => format!("web identity for {role_arn}"),
            Self::Container {
                role_arn: Some(role),
                ..
            } => format!("the container's credentials, {role}"),
            Self::Container { .. } => "the container's credentials".to_owned(),
            Self::Instance => "the instance's role".to_owned(),
            Self::Caller => "those of whoever asks".to_owned(),
        }
    }
}

/// The texts of `~/.aws/config` and `~/.aws/credentials`, or what stands in for them. What cannot be
/// read tells nothing here; the SDK will say so if it needs it.
pub fn shared_aws_files(places: &Places, environment: &BTreeMap<String, String>) -> Vec<String> {
    [
        ("AWS_CONFIG_FILE", ".aws/config"),
        ("AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials"),
    ]
    .into_iter()
    .filter_map(|(variable, usual)| {
        let path = match environment.get(variable).filter(|path| !path.is_empty()) {
            // As the SDK reads it.
            Some(path) => match path.strip_prefix("~/") {
                Some(below) => places.home.join(below),
                None => path.into(),
            },
            None => places.home.join(usual),
        };
        files::read_text(&path).ok().flatten()
    })
    .collect()
}

/// What the section of profile `name` says about whom it stands for; no keys but their public halves.
fn identity_of_profile(text: &str, name: &str) -> Vec<String> {
    const KEYS: [&str; 5] = [
        "aws_access_key_id",
        "role_arn",
        "sso_account_id",
        "sso_role_name",
        "credential_process",
    ];
    let Ok(file) = parse_aws_file(text) else {
        return Vec::new();
    };
    let sections = [name.to_owned(), format!("profile {name}")];
    sections
        .iter()
        .filter_map(|section| file.section(Some(section.as_str())))
        .flat_map(|keys| KEYS.iter().filter_map(|key| keys.get(key)))
        .map(str::to_owned)
        .collect()
}

fn default_profile_has_credentials(text: &str) -> bool {
    parse_aws_file(text).is_ok_and(|file| {
        [Some("default"), Some("profile default")]
            .into_iter()
            .filter_map(|section| file.section(section))
            .any(|keys| CREDENTIAL_KEYS.iter().any(|key| keys.contains_key(key)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Field, Layers, Settings};

    fn found(variables: &[(&str, &str)], shared: &str, flag: Option<&str>) -> CredentialSource {
        let environment: BTreeMap<String, String> = variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let layers = Layers {
            flags: flag
                .map(|p| (Field::Profile, p.to_owned()))
                .into_iter()
                .collect(),
            environment: environment.clone(),
            ..Layers::default()
        };
        let settings = Settings::resolve(&layers).unwrap();
        let profile = settings.setting(Field::Profile);
        CredentialSource::find(profile, &environment, &[shared.to_owned()], None)
    }

    const KEYS: [(&str, &str); 2] = [
        ("AWS_ACCESS_KEY_ID", "AKIA1"),
        ("AWS_SECRET_ACCESS_KEY", "s"),
    ];
    const CONTAINER: (&str, &str) = ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/x");

    #[test]
    fn chain_has_the_order_of_the_sdk() {
        let all = [KEYS[0], KEYS[1], ("AWS_PROFILE", "p"), CONTAINER];
        assert_eq!(found(&all, "", None).identity(), "environment AKIA1");
        assert_eq!(found(&all, "", Some("flag")).identity(), "profile flag []");
        assert_eq!(found(&all[2..], "", None).identity(), "profile p []");
        let keyed = "[default]\naws_access_key_id = AKIA2\n";
        assert_eq!(
            found(&all[3..], keyed, None).identity(),
            "profile default [\"AKIA2\"]"
        );
        let region_only = "[default]\nregion = us-east-1\n";
        assert!(matches!(
            found(&all[3..], region_only, None),
            CredentialSource::Container { .. }
        ));
        assert_eq!(found(&[], "", None), CredentialSource::Instance);
    }
}
