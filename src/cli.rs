//! The command line: clap types, nothing else.

mod bootstrap;
mod examples;

pub use bootstrap::{
    ApplyArgs, AttachArgs, BeforeArgs, BootstrapAction, BootstrapArgs, DestroyArgs, ExportArgs,
    ExportFormat, Part, PlanArgs, ProveArgs, PublishArgs, RollbackArgs, SetupArgs,
};

use std::path::PathBuf;

use clap::builder::{OsStringValueParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::endpoint::EndpointType;
use crate::output::Format;
use crate::settings::{Field, Values};
use crate::tools::{AuthMode, Tool};

/// pip, uv, npm and their kin through AWS CodeArtifact, in a SageMaker Studio space without internet.
#[derive(Debug, Parser)]
#[command(
    name = "studio-mirror",
    version,
    propagate_version = true,
    after_help = examples::PROGRAM
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Flags of every command.
    #[command(flatten)]
    pub global: Global,
}

/// Flags of every command.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Settings")]
pub struct Global {
    /// CodeArtifact domain
    #[arg(long, global = true, value_name = "NAME")]
    pub domain: Option<String>,
    /// Account that owns the domain [default: your own]
    #[arg(long, global = true, value_name = "ACCOUNT")]
    pub domain_owner: Option<String>,
    /// CodeArtifact repository
    #[arg(long, global = true, value_name = "NAME")]
    pub repository: Option<String>,
    /// Region of the domain
    #[arg(long, global = true)]
    pub region: Option<String>,
    /// Profile in ~/.aws/config
    #[arg(long, global = true, value_name = "NAME")]
    pub profile: Option<String>,
    /// Which of AWS's host names to use
    #[arg(long, global = true, value_enum)]
    pub endpoint_type: Option<EndpointType>,
    /// Configuration file instead of ~/.config/studio-mirror/config.toml
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        // Unlike clap's parser for paths this takes an empty variable, which counts as unset.
        value_parser = OsStringValueParser::new().map(PathBuf::from),
        env = "STUDIO_MIRROR_CONFIG",
        hide_env = true
    )]
    pub config: Option<PathBuf>,
    /// How results are shown
    #[arg(long, global = true, value_enum, default_value_t)]
    pub output: Format,
    /// Say what is done, step by step
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// No warnings and notes: the result and errors alone
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
}

impl Global {
    /// The settings among the flags.
    pub fn values(&self) -> Values {
        let endpoint_type = self.endpoint_type.map(|kind| kind.as_str().to_owned());
        [
            (Field::Domain, &self.domain),
            (Field::DomainOwner, &self.domain_owner),
            (Field::Repository, &self.repository),
            (Field::Region, &self.region),
            (Field::Profile, &self.profile),
            (Field::EndpointType, &endpoint_type),
        ]
        .into_iter()
        .filter_map(|(field, value)| Some((field, value.clone()?)))
        .collect()
    }
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Point package clients at the repository, with credentials that stay fresh
    #[command(after_help = examples::LOGIN)]
    Login(LoginArgs),
    /// Give back what login found
    #[command(after_help = examples::LOGOUT)]
    Logout(LogoutArgs),
    /// Show settings, their sources, and what each tool is set to
    #[command(after_help = examples::STATUS)]
    Status,
    /// Run a command that you trust with fresh credentials in its environment, and in no file
    #[command(after_help = examples::EXEC)]
    Exec(ExecArgs),
    /// Renew the tokens that stand in tools' files
    #[command(after_help = examples::REFRESH)]
    Refresh(RefreshArgs),
    /// Say what is broken between here and CodeArtifact, and how to mend it
    #[command(after_help = examples::CHECK)]
    Check(CheckArgs),
    /// Set everything up once, for everybody
    #[command(after_help = examples::BOOTSTRAP)]
    Bootstrap(Box<BootstrapArgs>),
    /// Print a fresh authorization token
    #[command(after_help = examples::TOKEN)]
    Token(TokenArgs),
    /// Answer a tool's question for credentials (the credential helper)
    #[command(after_help = examples::KEYRING)]
    Keyring(KeyringArgs),
    /// Print a completion script
    #[command(after_help = examples::COMPLETIONS)]
    Completions {
        /// For which shell
        shell: clap_complete::Shell,
    },
}

/// `login`
#[derive(Debug, Args)]
pub struct LoginArgs {
    /// Tools to configure, with commas [default: those of the last login, else pip,uv,npm]
    #[arg(long, value_enum, value_delimiter = ',', value_name = "TOOL,…")]
    pub tool: Vec<Tool>,
    /// How the tools authenticate [default: helper where the tool has one]
    #[arg(long, value_enum)]
    pub auth: Option<AuthMode>,
    /// npm scope that the repository serves, instead of all packages
    #[arg(long, value_name = "SCOPE")]
    pub namespace: Option<String>,
    /// Lifetime of new tokens: 0 (as long as the role's credentials) or 900 to 43200 [default: CodeArtifact's, 12 hours]
    #[arg(long, value_name = "N")]
    pub duration_seconds: Option<String>,
    /// Show what would change, and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Ask for a new token even if the cached one is good
    #[arg(long)]
    pub force: bool,
    /// Set the machine or image up for all users: under /etc, with no token and no network. As root
    #[arg(long, conflicts_with = "force")]
    pub system: bool,
}

impl LoginArgs {
    /// The settings among the flags.
    pub fn values(&self) -> Values {
        [
            (Field::Namespace, &self.namespace),
            (Field::DurationSeconds, &self.duration_seconds),
        ]
        .into_iter()
        .filter_map(|(field, value)| Some((field, value.clone()?)))
        .collect()
    }
}

/// `logout`
#[derive(Debug, Args)]
pub struct LogoutArgs {
    /// Tools to give back, with commas [default: all]
    #[arg(long, value_enum, value_delimiter = ',', value_name = "TOOL,…")]
    pub tool: Vec<Tool>,
    /// Give back what `login --system` found. As root
    #[arg(long)]
    pub system: bool,
}

/// `exec`
#[derive(Debug, Args)]
pub struct ExecArgs {
    /// Tools to set variables for, with commas [default: all that have some]
    #[arg(long, value_enum, value_delimiter = ',', value_name = "TOOL,…")]
    pub tool: Vec<Tool>,
    /// The command and its arguments
    #[arg(
        required = true,
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "COMMAND"
    )]
    pub command: Vec<std::ffi::OsString>,
}

/// `refresh`
#[derive(Debug, Args)]
#[group(multiple = false)]
pub struct RefreshArgs {
    /// Renew what is past half of its life now, and end [default]
    #[arg(long)]
    pub once: bool,
    /// Start the background process that renews well before the end, if none runs
    #[arg(long)]
    pub daemon: bool,
    /// End the background process
    #[arg(long)]
    pub stop: bool,
    /// The background process itself
    #[arg(long, hide = true)]
    pub serve: bool,
    /// Asked by the background process, which comes again: a busy account is left alone
    #[arg(long, hide = true)]
    pub comes_again: bool,
}

/// `check`
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Tools whose packages are in question, with commas [default: those of the last login, else pip,uv,npm]
    #[arg(long, value_enum, value_delimiter = ',', value_name = "TOOL,…")]
    pub tool: Vec<Tool>,
    /// Explain one check, or list all; asks nobody
    #[arg(long, value_name = "ID", num_args = 0..=1, default_missing_value = "")]
    pub explain: Option<String>,
    /// Ask AWS, too, what the VPC has; needs an administrator's credentials
    #[arg(long, conflicts_with = "explain")]
    pub vpc: bool,
    /// What an administrator says of the VPC.
    #[command(flatten)]
    pub place: PlaceArgs,
}

/// `check --vpc`: which space is meant
#[derive(Debug, Args)]
#[command(next_help_heading = "Options of --vpc")]
pub struct PlaceArgs {
    /// Judge the report that a space made with `check --output json`, instead of this machine
    #[arg(
        long,
        value_name = "REPORT.json",
        requires = "vpc",
        conflicts_with = "tool"
    )]
    pub join: Option<PathBuf>,
    /// Studio domain of the space [default: its own]
    #[arg(long, value_name = "ID", requires = "vpc")]
    pub studio_domain_id: Option<String>,
    /// VPC of the space [default: its network interface's, or its Studio domain's]
    #[arg(long, value_name = "ID", requires = "vpc")]
    pub vpc_id: Option<String>,
    /// Subnets of the space, with commas
    #[arg(long, value_delimiter = ',', value_name = "ID,…", requires = "vpc")]
    pub subnet_ids: Vec<String>,
    /// Security groups of the space, with commas
    #[arg(long, value_delimiter = ',', value_name = "ID,…", requires = "vpc")]
    pub security_group_ids: Vec<String>,
}

/// `token`
#[derive(Debug, Args)]
pub struct TokenArgs {
    /// What to print
    #[arg(long, value_enum, default_value = "raw")]
    pub format: TokenFormat,
    /// Ask for a new token even if the cached one is good
    #[arg(long)]
    pub force: bool,
}

/// How `token` prints it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TokenFormat {
    /// The token alone.
    Raw,
    /// `Authorization: Bearer TOKEN`
    Header,
    /// With its times.
    Json,
    /// `export CODEARTIFACT_AUTH_TOKEN=TOKEN`
    Env,
}

/// `keyring`; taken apart by the helper itself, which never waits for clap.
#[derive(Debug, Args)]
pub struct KeyringArgs {
    /// As for the command `keyring`: [--mode=creds] [--output=json] get URL [aws]
    #[arg(
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "ARGUMENT"
    )]
    pub arguments: Vec<std::ffi::OsString>,
}
