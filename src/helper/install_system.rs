//! The helper for all users of a machine: on PATH under the name `keyring`, before every tool that cannot ask by itself, and as a
//! backend in every Python on PATH that has the package keyring.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::anyhow;

use super::backend::{BACKEND_FILE, FIRST, backend_source};
use super::install::{Installation, is_this_program, may_link, programs_on_path};
use crate::changes::{self, Edit};
use crate::error::with_hint;
use crate::files::{self, Mode};
use crate::places::{Places, Scope};
use crate::state::{Part, State};

/// Two more folders for the `keyring`: pip looks past the one that it is installed in itself, and the first may be that.
const ON_PATH: [&str; 2] = ["/usr/local/bin", "/usr/bin"];

/// What the backend is called among a Python's installed distributions.
pub const DISTRIBUTION: &str = "studio_mirror_keyring";

/// What login shells read.
const PROFILE: &str = "/etc/profile.d/studio-mirror.sh";

/// What the shell reads that activates a conda environment, below its prefix.
const ACTIVATION: &str = "etc/conda/activate.d/studio-mirror.sh";

/// Works out the installation.
///
/// # Errors
/// When a file cannot be read.
pub fn plan(
    state: &State,
    places: &Places,
    environment: &BTreeMap<String, String>,
    program: &Path,
) -> anyhow::Result<Installation> {
    let mut installation = Installation {
        edits: Vec::new(),
        links: Vec::new(),
        warnings: Vec::new(),
        scope: Scope::System,
    };
    let path = environment.get("PATH").map_or("", String::as_str);
    let mut texts: Vec<(PathBuf, String)> = vec![(PROFILE.into(), path_line(places))];
    for folder in std::env::split_paths(path) {
        if let Some(prefix) = conda_prefix(&folder) {
            texts.push((prefix.join(ACTIVATION), path_line(places)));
        }
    }
    for python in pythons_with_keyring(path) {
        let found = files::as_owner(&python, || Ok(packages_folder(&python)));
        let owner = |path: &Path| files::owner_beside_root(path).map(|owner| owner.uid);
        // An interpreter of somebody's says nothing about places that are not theirs.
        let is_told =
            |folder: &PathBuf| owner(&python).is_none_or(|uid| owner(folder) == Some(uid));
        match found.unwrap_or_default().filter(is_told) {
            Some(folder) => texts.extend(backend_files(&folder, program)),
            None => installation.warnings.push(format!(
                "{} names no folder of its owner's for its packages: its keyring does not reach studio-mirror",
                python.display()
            )),
        }
    }
    let unique: BTreeMap<PathBuf, String> = texts.into_iter().collect();
    for (path, text) in unique {
        installation.edits.push(whole_file(state, &path, text)?);
    }
    let folders = [places.bin.as_path()]
        .into_iter()
        .chain(ON_PATH.map(Path::new));
    for link in folders.map(|folder| folder.join("keyring")) {
        // One that leads here and is not remembered is an earlier login's, whose memory was lost: only root could make it.
        let leads_here = std::fs::read_link(&link).is_ok_and(|target| target == program);
        if leads_here || may_link(state, &link) {
            installation.links.push((link, program.to_owned()));
        } else if !is_this_program(&link) {
            let link = link.display();
            let said = format!("{link} is another program and stays");
            installation.warnings.push(said);
        }
    }
    if std::env::split_paths(path).next().as_deref() != Some(&places.bin) {
        let bin = places.bin.display();
        installation.warnings.push(format!(
            "{bin} is not first on PATH; in a Dockerfile: ENV PATH={bin}:$PATH"
        ));
    }
    Ok(installation)
}

/// A file that is ours from its first byte to its last. An environment that it lies in may be a user's, as conda is in Studio's
/// images: what that user put there leads to nothing that is not theirs.
fn whole_file(state: &State, path: &Path, text: String) -> anyhow::Result<Edit> {
    let shown = path.display();
    if path.is_symlink() {
        return Err(with_hint(
            anyhow!("`{shown}` is a symlink, and none of studio-mirror's"),
            format!("look where it leads (`ls -l '{shown}'`), delete it, then run the same again"),
        ));
    }
    files::as_owner(path, || {
        changes::plan(
            state,
            path,
            BTreeSet::from([Part::Helper]),
            Mode::Shared,
            |_| Ok(text.clone()),
            |_, _| Ok(String::new()),
        )
    })
}

/// Every user runs it with a role's credentials: everybody must be able to, and only root may have had a hand in it.
///
/// # Errors
/// When not all users could run `program`, or others than root could replace it.
pub fn refuse_unfit(program: &Path) -> anyhow::Result<()> {
    let shown = program.display();
    let mend = format!(
        "install it for all users: install -m 755 '{shown}' /usr/local/bin/studio-mirror; then run that one"
    );
    for path in program.ancestors() {
        let Ok(kind) = std::fs::metadata(path) else {
            continue;
        };
        let what = if path == program { "run" } else { "reach" };
        let by = path.display();
        if kind.mode() & 0o001 == 0 {
            let error = anyhow!("not every user can {what} `{shown}`: look at `{by}`");
            return Err(with_hint(error, mend));
        }
        let is_sticky = kind.mode() & 0o1000 != 0;
        if kind.uid() != 0 || (kind.mode() & 0o022 != 0 && !is_sticky) {
            let error = anyhow!("others than root could replace `{shown}`: look at `{by}`");
            return Err(with_hint(error, mend));
        }
    }
    Ok(())
}

/// For shells: our folder first, once.
fn path_line(places: &Places) -> String {
    let bin = places.bin.display();
    format!(
        "# Written by `studio-mirror login --system`: before package clients that cannot ask for their token by themselves.\n\
         case \":$PATH:\" in\n    :{bin}:*) ;;\n    *) PATH=\"{bin}:$PATH\" ;;\nesac\nexport PATH\n"
    )
}

/// The prefix of the conda environment that has `folder` on PATH.
fn conda_prefix(folder: &Path) -> Option<PathBuf> {
    let prefix = folder.parent()?;
    (folder.ends_with("bin") && prefix.join("conda-meta").is_dir()).then(|| prefix.to_owned())
}

/// The interpreters beside every `keyring` on PATH that is not ours.
fn pythons_with_keyring(path: &str) -> Vec<PathBuf> {
    programs_on_path(path.as_ref(), "keyring")
        .filter(|keyring| !is_this_program(keyring))
        .map(|keyring| keyring.with_file_name("python3"))
        .filter(|python| python.exists())
        .collect()
}

/// Where an interpreter keeps its packages, by its own word.
fn packages_folder(python: &Path) -> Option<PathBuf> {
    let asked = Command::new(python)
        .args([
            "-I",
            "-c",
            "import sysconfig; print(sysconfig.get_path('purelib'))",
        ])
        .current_dir("/")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let told = String::from_utf8(asked.stdout).ok()?;
    let folder = PathBuf::from(told.trim());
    (folder.is_absolute() && folder.is_dir()).then_some(folder)
}

/// The backend as a distribution of its own, which keyring finds by its entry point and pip can list and remove
/// (<https://packaging.python.org/en/latest/specifications/recording-installed-packages/>).
fn backend_files(folder: &Path, program: &Path) -> Vec<(PathBuf, String)> {
    let version = env!("CARGO_PKG_VERSION");
    let about = format!("{DISTRIBUTION}-{version}.dist-info");
    let files = [
        (
            BACKEND_FILE.to_owned(),
            backend_source(program, None, None, FIRST),
        ),
        (
            format!("{about}/METADATA"),
            format!(
                "Metadata-Version: 2.1\nName: studio-mirror-keyring\nVersion: {version}\n\
                 Summary: Lets keyring ask studio-mirror for CodeArtifact tokens\n"
            ),
        ),
        (
            format!("{about}/entry_points.txt"),
            "[keyring.backends]\nstudio_mirror = studio_mirror_keyring\n".to_owned(),
        ),
        (format!("{about}/INSTALLER"), "studio-mirror\n".to_owned()),
    ];
    let names = files.iter().map(|(name, _)| format!("{name},,\n"));
    let record: String = names.chain([format!("{about}/RECORD,,\n")]).collect();
    let record = (format!("{about}/RECORD"), record);
    files
        .into_iter()
        .chain([record])
        .map(|(name, text)| (folder.join(name), text))
        .collect()
}
