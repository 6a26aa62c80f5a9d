//! The command line of `bootstrap`.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{ArgMatches, Args, Command, FromArgMatches, Subcommand, ValueEnum};

use super::examples;
use crate::bootstrap::choices::Choices;

/// `bootstrap`
#[derive(Debug)]
pub struct BootstrapArgs {
    /// What to do.
    pub action: BootstrapAction,
}

/// As clap derives it, but that the flags, more than those of all other commands, are put together for who calls
/// `bootstrap` alone: every login would pay for them.
impl Args for BootstrapArgs {
    fn augment_args(command: Command) -> Command {
        command
            .subcommand_required(true)
            .arg_required_else_help(true)
            .defer(BootstrapAction::augment_subcommands)
    }

    fn augment_args_for_update(command: Command) -> Command {
        command.defer(BootstrapAction::augment_subcommands_for_update)
    }
}

impl FromArgMatches for BootstrapArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        BootstrapAction::from_arg_matches(matches).map(|action| Self { action })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        self.action.update_from_arg_matches(matches)
    }
}

// The first line is what `bootstrap --help` begins with, as the list of commands has it.
/// Set everything up once, for everybody
#[derive(Debug, Subcommand)]
pub enum BootstrapAction {
    /// Show what would be made, changed and kept; change nothing
    #[command(after_help = examples::PLAN)]
    Plan(PlanArgs),
    /// Make and change what `plan` shows, publish the binary, attach the lifecycle configuration
    #[command(after_help = examples::APPLY)]
    Apply(ApplyArgs),
    /// Attach the lifecycle configuration of the version before again
    #[command(after_help = examples::ROLLBACK)]
    Rollback(RollbackArgs),
    /// Detach, delete the stacks, keep the packages
    #[command(after_help = examples::DESTROY)]
    Destroy(DestroyArgs),
    /// Attach the lifecycle configuration that a template or module of `export` made
    #[command(after_help = examples::ATTACH)]
    Attach(AttachArgs),
    /// Write the same as CloudFormation templates or Terraform modules, to deploy without this program; asks nobody
    #[command(after_help = examples::EXPORT)]
    Export(ExportArgs),
    /// Publish the binary and do nothing else
    #[command(after_help = examples::PUBLISH)]
    Publish(PublishArgs),
    /// In a space: show that what must work works, and that what must not is refused
    #[command(after_help = examples::PROVE)]
    Prove(ProveArgs),
}

/// Which set-up.
#[derive(Debug, Args)]
pub struct WhichArgs {
    /// What the names of stacks and lifecycle configurations begin with
    #[arg(long, value_name = "NAME", default_value = crate::bootstrap::names::BASE, value_parser = crate::bootstrap::names::base)]
    pub name: String,
}

/// What is to be set up.
#[derive(Debug, Args)]
pub struct SetupArgs {
    /// Which set-up.
    #[command(flatten)]
    pub which: WhichArgs,
    /// Which stack: packages, of the account that owns them; consumer, of an account whose spaces use them [default: both if it is one
    /// account, else consumer]
    #[arg(long, value_enum)]
    pub part: Option<Part>,
    /// The static x86_64 Linux binary that spaces get [default: this program]
    #[arg(long, value_name = "FILE")]
    pub binary: Option<PathBuf>,
    /// Attach ours where another lifecycle configuration is attached; destroy attaches that one again
    #[arg(long)]
    pub replace: bool,
    /// Attach to this user profile alone, to try it before everybody gets it
    #[arg(long, value_name = "PROFILE", value_parser = NonEmptyStringValueParser::new())]
    pub canary: Option<String>,
    /// What was chosen.
    #[command(flatten)]
    pub choices: Choices,
}

/// `--part`
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// domain, repositories, the binary
    Packages,
    /// endpoints, policies, the lifecycle configuration
    Consumer,
    /// both, in one account
    Both,
}

/// `bootstrap plan`
#[derive(Debug, Args)]
pub struct PlanArgs {
    /// What is to be set up.
    #[command(flatten)]
    pub setup: SetupArgs,
    /// Print the smallest IAM policy for whoever types these commands
    #[arg(long, conflicts_with = "scp")]
    pub permissions: bool,
    /// Print the guard rails as a service control policy
    #[arg(long)]
    pub scp: bool,
}

/// `bootstrap apply`
#[derive(Debug, Args)]
pub struct ApplyArgs {
    /// What is to be set up.
    #[command(flatten)]
    pub setup: SetupArgs,
    /// Do not ask
    #[arg(long)]
    pub yes: bool,
}

/// `bootstrap attach`
#[derive(Debug, Args)]
pub struct AttachArgs {
    /// As `apply`.
    #[command(flatten)]
    pub apply: ApplyArgs,
    /// As `export`.
    #[command(flatten)]
    pub before: BeforeArgs,
}

/// The version before, where no stack of ours remembers it.
#[derive(Debug, Args)]
pub struct BeforeArgs {
    /// The binary that spaces run now, or its SHA-256: they go on with it until they have the new one [default: they wait for the new one]
    #[arg(long, value_name = "FILE|SHA256")]
    pub previous_binary: Option<String>,
}

/// `bootstrap rollback`
#[derive(Debug, Args)]
pub struct RollbackArgs {
    /// Which set-up.
    #[command(flatten)]
    pub which: WhichArgs,
    /// Do not ask
    #[arg(long)]
    pub yes: bool,
}

/// `bootstrap destroy`
#[derive(Debug, Args)]
pub struct DestroyArgs {
    /// Which set-up.
    #[command(flatten)]
    pub which: WhichArgs,
    /// Delete the domain and its repositories too, with every package in them
    #[arg(long)]
    pub delete_packages: bool,
    /// Do not ask
    #[arg(long)]
    pub yes: bool,
}

/// `bootstrap publish`
#[derive(Debug, Args)]
pub struct PublishArgs {
    /// Set-up (--name of `apply`) whose domain and repository get it [default: as flags and settings say]
    #[arg(long, value_name = "NAME", value_parser = crate::bootstrap::names::base)]
    pub name: Option<String>,
    /// The static x86_64 Linux binary that spaces get [default: this program]
    #[arg(long, value_name = "FILE")]
    pub binary: Option<PathBuf>,
    /// Repository for it [default: studio-mirror]
    #[arg(long, value_name = "NAME")]
    pub binary_repository: Option<String>,
}

/// `bootstrap prove`
#[derive(Debug, Args)]
pub struct ProveArgs {
    /// Repository of the binary [default: studio-mirror]
    #[arg(long, value_name = "NAME")]
    pub binary_repository: Option<String>,
    /// Outside of the VPC: show that the token on stdin, a space's, is refused
    #[arg(long)]
    pub outside: bool,
}

/// `bootstrap export`
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// What is to be set up.
    #[command(flatten)]
    pub setup: SetupArgs,
    /// For which tool
    #[arg(long, value_enum)]
    pub format: ExportFormat,
    /// Folder for the files; it must not hold any of them yet
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// The version before.
    #[command(flatten)]
    pub before: BeforeArgs,
}

/// `--format` of `bootstrap export`
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// two templates
    Cloudformation,
    /// two modules
    Terraform,
}
