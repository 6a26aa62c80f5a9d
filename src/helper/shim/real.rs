//! The command that would have run without us.

use std::ffi::OsString;
use std::os::unix::process::parent_id;
use std::path::PathBuf;

use crate::helper::install::programs_on_path;
use crate::places::{Places, this_program};

/// What this process has become, as `GENERATION PROCESS PATH:PATH`. A program that itself looks for the next of its name on PATH
/// finds us, and we would find it again for ever.
const BECAME: &str = "STUDIO_MIRROR_BECAME";

/// A process that became one of these can only be such a program. A child may be one, or a script's npm in an npm: so many, each
/// the child of the one before, are no scripts.
const LIMIT: u32 = 16;

/// The command, and what it is to find in [`BECAME`].
pub struct Real {
    /// Where it is.
    pub program: PathBuf,
    /// The variable and its value.
    pub became: (&'static str, OsString),
}

/// The first on PATH that is not this program: another copy of it would look for it for ever.
pub fn the_real(command: &str) -> Option<Real> {
    let own = this_program()
        .ok()
        .and_then(|own| std::fs::canonicalize(own).ok());
    let shims = Places::of_system().bin;
    let before = Became::so_far();
    let path = std::env::var_os("PATH")?;
    let program = programs_on_path(&path, command)
        .filter(|candidate| !candidate.starts_with(&shims) && !before.rules_out(candidate))
        .find(|candidate| std::fs::canonicalize(candidate).ok() != own)?;
    let became = (BECAME, before.and(&program));
    Some(Real { program, became })
}

/// Programs that one process has become, or one and its child and its child's child.
#[derive(Default)]
struct Became {
    generation: u32,
    in_this_process: bool,
    programs: Vec<PathBuf>,
}

impl Became {
    fn so_far() -> Self {
        let told = std::env::var(BECAME).unwrap_or_default();
        let mut parts = told.splitn(3, ' ');
        let mut number = || parts.next()?.parse::<u32>().ok();
        let (Some(generation), Some(process)) = (number(), number()) else {
            return Self::default();
        };
        let in_this_process = process == std::process::id();
        if !in_this_process && process != parent_id() {
            return Self::default();
        }
        let programs = parts.next().unwrap_or_default();
        Self {
            generation: generation.saturating_add(u32::from(!in_this_process)),
            in_this_process,
            programs: std::env::split_paths(programs).collect(),
        }
    }

    fn rules_out(&self, candidate: &PathBuf) -> bool {
        (self.in_this_process || self.generation >= LIMIT) && self.programs.contains(candidate)
    }

    fn and(self, program: &PathBuf) -> OsString {
        let mut programs = self.programs;
        if !programs.contains(program) {
            programs.push(program.clone());
        }
        let mut told = OsString::from(format!("{} {} ", self.generation, std::process::id()));
        // They come out of PATH, and so go in again.
        told.push(std::env::join_paths(programs).unwrap_or_default());
        told
    }
}
