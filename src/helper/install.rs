//! Where the helper is put so that package clients find it: a `keyring` in ~/.local/bin, and a
//! backend for the Python package keyring.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::backend::{BACKEND_FILE, BACKEND_NAME, LAST, backend_source};
use super::install_system;
use crate::changes::{self, Edit};
use crate::files::{self, Mode};
use crate::places::{Places, Scope, this_program};
use crate::state::{Change, ChangeKind, Part, State};
use crate::tools::keyringrc;

/// What installing the helper comes to.
#[derive(Debug)]
pub struct Installation {
    /// The files to write.
    pub edits: Vec<Edit>,
    /// Symlinks to this program and where they lead, where nothing else stands there.
    pub links: Vec<(PathBuf, PathBuf)>,
    /// What may surprise, a sentence each.
    pub warnings: Vec<String>,
    /// For whom.
    pub scope: Scope,
}

impl Installation {
    /// Works it out for this very program, for the user or the machine that `places` are of. `environment` is asked for PATH.
    ///
    /// # Errors
    /// When keyringrc.cfg cannot be read or understood.
    pub fn plan(
        state: &State,
        places: &Places,
        environment: &BTreeMap<String, String>,
    ) -> anyhow::Result<Self> {
        let program = this_program()?;
        if places.scope == Scope::System {
            return install_system::plan(state, places, environment, program);
        }
        let folder = module_folder(places);
        let module_folder = folder.to_string_lossy().into_owned();
        let mut previous = (None, None);
        let keyringrc = changes::plan(
            state,
            &keyringrc_path(places),
            BTreeSet::from([Part::Helper]),
            Mode::Keep,
            |text| {
                let configured = keyringrc::configure(text, BACKEND_NAME, &module_folder)?;
                previous = (configured.previous_backend, configured.previous_path);
                Ok(configured.text)
            },
            |text, original| unconfigure_keyringrc(text, original, &module_folder),
        )
        .with_context(|| {
            let path = places.shown(&keyringrc_path(places));
            format!("`{path}` cannot be edited and is left as it is")
        })?;
        let (backend, path) = previous;
        let source = backend_source(program, backend.as_deref(), path.as_deref(), LAST);
        let module = changes::plan(
            state,
            &folder.join(BACKEND_FILE),
            BTreeSet::from([Part::Helper]),
            Mode::Keep,
            |_| Ok(source.clone()),
            |_, _| Ok(String::new()),
        )?;
        let mut installation = Self {
            // The module first: keyringrc.cfg must never name one that is not there.
            edits: vec![module, keyringrc],
            links: Vec::new(),
            warnings: Vec::new(),
            scope: Scope::User,
        };
        installation.plan_link(state, places, program, environment);
        Ok(installation)
    }

    fn plan_link(
        &mut self,
        state: &State,
        places: &Places,
        program: &Path,
        environment: &BTreeMap<String, String>,
    ) {
        let link = places.bin.join("keyring");
        match may_link(state, &link) {
            true => self.links.push((link, program.to_owned())),
            // One that leads here already, or is this very program, is somebody's own doing and stays too.
            false if is_this_program(&link) => {}
            false => self.warnings.push(format!(
                "{} is another program and stays; a Python keyring there reaches studio-mirror by its backend",
                places.shown(&link)
            )),
        }
        let path = environment
            .get("PATH")
            .map(String::as_str)
            .unwrap_or_default();
        let first = first_keyring(OsStr::new(path));
        // As on a machine that is set up for all users: whatever its folder, it is the one that is to be asked.
        let is_asked = first.as_deref().is_some_and(is_this_program);
        if !is_asked && !std::env::split_paths(path).any(|folder| folder == places.bin) {
            let instead = match first {
                Some(other) => format!("{} if that is Python's", places.shown(&other)),
                None => "nothing".to_owned(),
            };
            self.warnings.push(format!(
                "{} is not on PATH, so pip and uv ask {instead} for credentials; \
                 add it, in ~/.bashrc as well: `export PATH=\"$PATH:$HOME/.local/bin\"`",
                places.shown(&places.bin)
            ));
        }
    }

    /// Remembers everything in `state`, before anything is made.
    pub fn remember(&self, state: &mut State) {
        for edit in &self.edits {
            edit.remember(state);
        }
        for (link, target) in &self.links {
            remember_link(state, link, target.clone(), Part::Helper);
        }
    }

    /// Makes everything.
    ///
    /// # Errors
    /// When a file or the link cannot be written.
    pub fn make(&self) -> anyhow::Result<()> {
        for edit in &self.edits {
            match self.scope {
                Scope::User => edit.make()?,
                Scope::System => files::as_owner(&edit.path, || edit.make())?,
            }
        }
        for (link, target) in &self.links {
            make_link(link, target, self.scope)?;
        }
        Ok(())
    }
}

/// The folder of the backend's module, and of nothing else: it goes onto Python's path.
pub fn module_folder(places: &Places) -> PathBuf {
    places.data.join("python")
}

/// The configuration file of the Python package keyring.
fn keyringrc_path(places: &Places) -> PathBuf {
    places.config.join("python_keyring/keyringrc.cfg")
}

/// Takes our entries out of keyringrc.cfg; the user's own come back from `original`.
pub fn unconfigure_keyringrc(
    text: &str,
    original: &str,
    module_folder: &str,
) -> anyhow::Result<String> {
    let before = keyringrc::configure(original, BACKEND_NAME, module_folder)?;
    Ok(keyringrc::unconfigure(
        text,
        BACKEND_NAME,
        module_folder,
        before.previous_backend.as_deref(),
        before.previous_path.as_deref(),
    )?)
}

/// Whether a link of ours may stand at `link`: nothing is there, or ours is.
pub fn may_link(state: &State, link: &Path) -> bool {
    let is_ours = matches!(
        state.changes.get(link),
        Some(Change { kind: ChangeKind::Link { target }, .. })
            if std::fs::read_link(link).is_ok_and(|points_to| points_to == *target)
    );
    is_ours || std::fs::symlink_metadata(link).is_err()
}

/// Remembers a link that will be made.
pub fn remember_link(state: &mut State, link: &Path, target: PathBuf, part: Part) {
    let change = Change {
        parts: BTreeSet::from([part]),
        kind: ChangeKind::Link { target },
    };
    state.changes.insert(link.to_owned(), change);
    let missing = link
        .ancestors()
        .skip(1)
        .take_while(|folder| files::is_missing(folder));
    state.folders.extend(missing.map(Path::to_owned));
}

/// Replaces whatever link stands there, without a moment in which there is none.
///
/// # Errors
/// When it cannot be made.
pub fn make_link(link: &Path, target: &Path, scope: Scope) -> anyhow::Result<()> {
    let make = || {
        let temporary = files::temporary_name(link);
        let _ = std::fs::remove_file(&temporary);
        if std::fs::read_link(link).is_ok_and(|points_to| points_to == target) {
            return Ok(());
        }
        if let Some(folder) = link.parent() {
            files::make_folder(folder, scope.folder_mode())?;
        }
        std::os::unix::fs::symlink(target, &temporary)?;
        std::fs::rename(&temporary, link)
    };
    make().with_context(|| format!("cannot make the symlink `{}`", link.display()))
}

/// The first `keyring` on PATH that leads to none of the programs `asked`.
pub fn next_keyring(asked: &[PathBuf]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    keyrings(&path).find(|candidate| {
        std::fs::canonicalize(candidate).is_ok_and(|program| !asked.contains(&program))
    })
}

/// The first `keyring` on PATH: the one that package clients run.
pub fn first_keyring_on_path() -> Option<PathBuf> {
    first_keyring(&std::env::var_os("PATH")?)
}

fn first_keyring(path: &OsStr) -> Option<PathBuf> {
    keyrings(path).next()
}

fn keyrings(path: &OsStr) -> impl Iterator<Item = PathBuf> {
    programs_on_path(path, "keyring")
}

/// Every program of this name in the folders of `path`, in their order.
pub fn programs_on_path(path: &OsStr, name: &str) -> impl Iterator<Item = PathBuf> {
    use std::os::unix::fs::PermissionsExt;
    std::env::split_paths(path)
        .filter(|folder| folder.is_absolute())
        .map(move |folder| folder.join(name))
        .filter(|file| {
            file.metadata()
                .is_ok_and(|kind| kind.is_file() && kind.permissions().mode() & 0o111 != 0)
        })
}

/// Whether `path` leads to this very program, by whatever name.
pub fn is_this_program(path: &Path) -> bool {
    let real = |path: &Path| std::fs::canonicalize(path).ok();
    match (real(path), this_program().ok().and_then(real)) {
        (Some(path), Some(program)) => path == program,
        _ => false,
    }
}
