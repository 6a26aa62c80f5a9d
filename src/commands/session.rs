//! What every command starts from: the machine's facts, read once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::cli::Global;
use crate::credentials::CredentialSource;
use crate::files;
use crate::output::Printer;
use crate::places::{Places, SYSTEM_CONFIG};
use crate::settings::{
    Field, Layers, Repository, Settings, Values, profile_regions, read_config_files,
};
use crate::state::State;
use crate::studio::Metadata;
use crate::token::{TokenRequest, cache_folder};

/// The facts and the settings that follow from them.
#[derive(Debug)]
pub struct Session {
    /// The environment.
    pub environment: BTreeMap<String, String>,
    /// The user's folders.
    pub places: Places,
    /// What earlier logins left.
    pub state: State,
    /// The settings of this call.
    pub settings: Settings,
    /// The streams.
    pub printer: Printer,
    shared_aws_files: Vec<String>,
    /// What Studio tells of the space.
    pub metadata: Metadata,
}

impl Session {
    /// Reads everything; `command_flags` are the settings among the command's own flags.
    ///
    /// # Errors
    /// When the home is unknown, a file of ours is unreadable, or a setting cannot be right.
    pub fn open(global: &Global, command_flags: Values, printer: Printer) -> anyhow::Result<Self> {
        let environment = environment();
        let places = Places::find()?;
        let state = State::read(&places.state)?;
        let metadata = Metadata::read();
        let shared_aws_files = shared_aws_files(&places, &environment);
        let mut flags = global.values();
        flags.extend(command_flags);
        let told_repositories = state
            .tools
            .iter()
            .filter_map(|(tool, login)| Some((*tool, login.told_repository.clone()?)))
            .collect();
        let layers = Layers {
            flags,
            environment: environment.clone(),
            told: state.told.clone(),
            told_repositories,
            files: read_config_files(
                global
                    .config
                    .as_deref()
                    .filter(|path| !path.as_os_str().is_empty()),
                &places.user_config(),
                Path::new(SYSTEM_CONFIG),
            )?,
            profile_regions: shared_aws_files
                .iter()
                .flat_map(|text| profile_regions(text))
                .collect(),
            studio: studio_values(&metadata),
        };
        Ok(Self {
            settings: Settings::resolve(&layers)?,
            environment,
            places,
            state,
            printer,
            shared_aws_files,
            metadata,
        })
    }

    /// The token that the settings lead to.
    ///
    /// # Errors
    /// When domain or region is not set.
    pub fn token_request(&self) -> anyhow::Result<TokenRequest> {
        let settings = &self.settings;
        Ok(TokenRequest {
            domain: settings.require(Field::Domain)?.to_owned(),
            owner: settings.get(Field::DomainOwner).map(str::to_owned),
            region: settings.require(Field::Region)?.to_owned(),
            api_endpoint: settings.get(Field::ApiEndpoint).map(str::to_owned),
            duration_seconds: settings.duration_seconds(),
            credentials: self.credential_source(),
        })
    }

    /// The token that opens `repository`.
    pub fn request_for(&self, repository: &Repository) -> TokenRequest {
        TokenRequest {
            domain: repository.domain.clone(),
            owner: repository.owner.clone(),
            region: repository.region.clone(),
            api_endpoint: repository.api_endpoint.clone(),
            duration_seconds: self.settings.duration_seconds(),
            credentials: self.credential_source(),
        }
    }

    /// Whose credentials this call uses.
    pub fn credential_source(&self) -> CredentialSource {
        CredentialSource::find(
            &self.settings,
            &self.environment,
            &self.shared_aws_files,
            self.metadata.role(),
        )
    }

    /// Where tokens are cached: where the login put them, since another folder would mint them again.
    pub fn cache_folder(&self) -> PathBuf {
        let runtime_dir = self.environment.get("XDG_RUNTIME_DIR").map(Path::new);
        let known = self.state.cache.as_deref();
        cache_folder(known, runtime_dir, &self.places.cache)
    }
}

/// The environment as text; a variable that is none cannot be one of ours.
pub fn environment() -> BTreeMap<String, String> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

/// The texts of `~/.aws/config` and `~/.aws/credentials`, or what stands in for them. What cannot be
/// read tells nothing here; the SDK will say so if it needs it.
fn shared_aws_files(places: &Places, environment: &BTreeMap<String, String>) -> Vec<String> {
    [
        ("AWS_CONFIG_FILE", ".aws/config"),
        ("AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials"),
    ]
    .into_iter()
    .filter_map(|(variable, usual)| {
        let path = match environment.get(variable).filter(|path| !path.is_empty()) {
            Some(path) => path.into(),
            None => places.home.join(usual),
        };
        files::read_text(&path).ok().flatten()
    })
    .collect()
}

fn studio_values(metadata: &Metadata) -> Values {
    [
        (Field::Region, metadata.region()),
        (Field::DomainOwner, metadata.account()),
    ]
    .into_iter()
    .filter_map(|(field, value)| Some((field, value?.to_owned())))
    .collect()
}
