//! What every command starts from: the machine's facts, read once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::cli::Global;
use anyhow::anyhow;

use crate::config_file::ConfigFile;
use crate::credentials::{CredentialSource, shared_aws_files};
use crate::environment;
use crate::error::with_hint;
use crate::helper::{answers_for, inherit_container_credentials};
use crate::output::Printer;
use crate::places::{Places, SYSTEM_CONFIG, Scope};
use crate::settings::{
    Field, Layers, Repository, Settings, Values, profile_regions, read_config_files,
};
use crate::state::{State, ToolLogin};
use crate::studio::Metadata;
use crate::system_login;
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
    /// What root's login of all users says, for this process's credentials.
    pub system: State,
    /// The settings of this call.
    pub settings: Settings,
    /// The streams.
    pub printer: Printer,
    shared_aws_files: Vec<String>,
    /// What Studio tells of the space.
    pub metadata: Metadata,
}

impl Session {
    /// Reads everything; `command_flags` are the settings among the command's own flags. Without a home, the login of all users
    /// is enough, as it is for the helper.
    ///
    /// # Errors
    /// When the home is unknown and nobody set all users up, a file of ours is unreadable, or a setting cannot be right.
    pub fn open(global: &Global, command_flags: Values, printer: Printer) -> anyhow::Result<Self> {
        let places = Places::find().or_else(|error| match system_login::read()? {
            Some(_) => Ok(Places::of_nobody()),
            None => Err(error),
        })?;
        Self::open_in(places, global, command_flags, printer)
    }

    /// The same for what is to be written below the user's home.
    ///
    /// # Errors
    /// As [`Session::open`], and always when the home is unknown.
    pub fn open_at_home(
        global: &Global,
        command_flags: Values,
        printer: Printer,
    ) -> anyhow::Result<Self> {
        Self::open_in(Places::find()?, global, command_flags, printer)
    }

    /// The same for the machine as a whole: what root was told for all users counts, and nobody's own login or files.
    ///
    /// # Errors
    /// As [`Session::open`].
    pub fn open_for_all(
        global: &Global,
        command_flags: Values,
        printer: Printer,
    ) -> anyhow::Result<Self> {
        refuse_without_root()?;
        Self::open_in(Places::of_system(), global, command_flags, printer)
    }

    fn open_in(
        places: Places,
        global: &Global,
        command_flags: Values,
        printer: Printer,
    ) -> anyhow::Result<Self> {
        let environment = environment::read();
        let state = State::read(&places.state)?;
        let system = match places.scope {
            Scope::User => system_login::read_for_caller(&places, &environment)?,
            Scope::System => None,
        };
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
            files: config_files(global, &places, system.as_ref())?,
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
            system: system.unwrap_or_default(),
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
        if self.places.scope == Scope::System {
            return CredentialSource::Caller;
        }
        CredentialSource::find(
            self.settings.setting(Field::Profile),
            &self.environment,
            &self.shared_aws_files,
            self.metadata.role(),
        )
    }

    /// Where nothing here leads to credentials, those of the container that a login had: a process that did not inherit its
    /// variables (cron) starts over with them.
    ///
    /// # Errors
    /// When it cannot start over.
    pub fn inherit_container_credentials(&self) -> anyhow::Result<()> {
        if self.credential_source() != CredentialSource::Instance {
            return Ok(());
        }
        let repositories = self.state.tools.values().flat_map(ToolLogin::repositories);
        for known in repositories {
            inherit_container_credentials(&known.token.credentials)?;
        }
        Ok(())
    }

    /// The logins that the helper answers for: the user's own, then that of all users.
    pub fn logins(&self) -> impl Iterator<Item = &ToolLogin> {
        self.state.tools.values().chain(self.system.tools.values())
    }

    /// Whether the helper answers a client that asks about `url`.
    pub fn helper_answers(&self, url: &str) -> bool {
        answers_for(&self.state, url) || answers_for(&self.system, url)
    }

    /// Where tokens are cached: where the login put them, since another folder would mint them again.
    pub fn cache_folder(&self) -> PathBuf {
        let runtime_dir = self.environment.get("XDG_RUNTIME_DIR").map(Path::new);
        let known = self.state.cache.as_deref();
        cache_folder(known, runtime_dir, &self.places.cache)
    }
}

/// What all users use is root's to change.
///
/// # Errors
/// When somebody else runs this.
pub fn refuse_without_root() -> anyhow::Result<()> {
    if rustix::process::geteuid().is_root() {
        return Ok(());
    }
    Err(with_hint(
        anyhow!("--system changes what all users use, and only root may"),
        "run it with sudo; in a Dockerfile behind `USER root`",
    ))
}

/// Our configuration files, the winning one first; what the login of all users was told counts as one of root's.
fn config_files(
    global: &Global,
    places: &Places,
    system: Option<&State>,
) -> anyhow::Result<Vec<(PathBuf, ConfigFile)>> {
    let named = global.config.as_deref();
    let mut files = read_config_files(
        named.filter(|path| !path.as_os_str().is_empty()),
        &places.user_config(),
        Path::new(SYSTEM_CONFIG),
    )?;
    if let Some(system) = system {
        let roots = Path::new(SYSTEM_CONFIG);
        let at = files.iter().position(|(path, _)| path == roots);
        let login = (system_login::FILE.into(), ConfigFile::of_login(system));
        files.insert(at.unwrap_or(files.len()), login);
    }
    Ok(files)
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
