//! What happens: a home made ready, the command that runs in it, and how both end undisturbed.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use crate::ending::{Ending, ending};
use crate::support::binary_under_test;
use crate::support::home::{Finished, Home};
use crate::support::mirror::{Mirror, TEAM};
use crate::support::own_files::FILES;
use crate::support::tree::{Entry, picture};

/// A question to the helper; the address follows.
pub const KEYRING: [&str; 2] = ["keyring", "get"];

/// What was done in a home before.
pub type Prepare = fn(&Mirror, &Home);

/// A command and the home that it starts from.
pub struct Scene {
    /// The home as the command finds it; only ever copied.
    home: Home,
    arguments: Vec<String>,
    /// How a home looks that never saw us.
    pub original: Ending,
    /// How the home looks before the command and after it.
    pub before: Ending,
    pub after: Ending,
}

impl Scene {
    /// Makes a home with a person's `own` things ready and runs the command once, undisturbed, in a copy.
    pub fn new(mirror: &Mirror, arguments: &[&str], own: fn(&Home), prepare: Prepare) -> Scene {
        let home = Home::new();
        own(&home);
        let original = ending(&home);
        prepare(mirror, &home);
        let mut arguments: Vec<String> = arguments.iter().map(|&word| word.to_owned()).collect();
        if arguments[0] == KEYRING[0] {
            arguments.extend([mirror.endpoint("pypi", TEAM), "aws".to_owned()]);
        }
        let before = ending(&home);
        let mut scene = Scene {
            home,
            arguments,
            original: original.clone(),
            before,
            after: original,
        };
        let home = scene.copy();
        scene.run(mirror, &home).success();
        scene.after = ending(&home);
        scene
    }

    /// Another home that looks like this one, as if everything had been done there.
    pub fn copy(&self) -> Home {
        let copy = Home::new();
        let pairs: Vec<_> = self
            .home
            .folders()
            .into_iter()
            .zip(copy.folders())
            .collect();
        let renamed = |bytes: &[u8]| {
            pairs.iter().fold(bytes.to_vec(), |bytes, (from, to)| {
                replaced(&bytes, from, to)
            })
        };
        for (from, to) in &pairs {
            // A folder comes before what is in it.
            for (below, entry) in picture(from) {
                let path = to.join(below);
                match entry {
                    Entry::Folder { mode } => {
                        fs::create_dir(&path).expect("a folder in the scratch home");
                        fs::set_permissions(&path, Permissions::from_mode(mode)).expect("ours");
                    }
                    Entry::File { mode, bytes, .. } => {
                        fs::write(&path, renamed(&bytes)).expect("a file in the scratch home");
                        fs::set_permissions(&path, Permissions::from_mode(mode)).expect("ours");
                    }
                    Entry::Link { target } => {
                        std::os::unix::fs::symlink(target, &path).expect("a link");
                    }
                    Entry::Other => panic!("what is {}?", path.display()),
                }
            }
        }
        copy
    }

    /// The command, in that home, undisturbed.
    pub fn run(&self, mirror: &Mirror, home: &Home) -> Finished {
        home.run_unheard(told(mirror, &mut home.command(binary_under_test())).args(&self.arguments))
    }

    /// The command under strace, which is told `words`.
    pub fn run_traced(
        &self,
        mirror: &Mirror,
        home: &Home,
        log: &Path,
        words: &[String],
    ) -> Finished {
        let mut strace = home.command("strace");
        strace.args(["-f", "-qq", "-o"]).arg(log).args(words);
        strace.arg(binary_under_test()).args(&self.arguments);
        home.run_unheard(told(mirror, &mut strace))
    }

    /// Whether the command's answer is a token.
    pub fn answers_with_a_token(&self) -> bool {
        self.arguments[0] == KEYRING[0]
    }
}

/// The same bytes with one path in the place of another.
pub fn replaced(bytes: &[u8], from: &Path, to: &Path) -> Vec<u8> {
    let text = String::from_utf8_lossy(bytes);
    text.replace(&*from.to_string_lossy(), &to.to_string_lossy())
        .into_bytes()
}

fn told<'a>(mirror: &Mirror, command: &'a mut Command) -> &'a mut Command {
    command
        .env("STUDIO_MIRROR_API_ENDPOINT", mirror.emulator.http_url())
        .env("STUDIO_MIRROR_DOMAIN", "corp")
        .env("STUDIO_MIRROR_DOMAIN_OWNER", "111122223333")
}

/// `studio-mirror` with these arguments; it must succeed.
pub fn run(mirror: &Mirror, home: &Home, arguments: &[&str]) {
    let mut command = home.command(binary_under_test());
    home.run_unheard(told(mirror, &mut command).args(arguments))
        .success();
}

/// A person's own files.
pub fn own_files(home: &Home) {
    for (path, text) in FILES {
        home.write(path, text);
    }
}

/// A person's own folders, with nothing in them.
pub fn own_folders(home: &Home) {
    fs::create_dir_all(home.join(".config/pip")).expect("a folder in the scratch home");
}

/// The cached token was minted a day ago.
pub fn let_cached_token_end(home: &Home) {
    let [_, runtime] = home.folders();
    let cache = runtime.join("studio-mirror");
    let tokens = fs::read_dir(cache).expect("the cache");
    let is_token = |path: &std::path::PathBuf| path.extension().is_some_and(|end| end == "json");
    let paths = tokens.map(|file| file.expect("an entry").path());
    for path in paths.filter(is_token) {
        let text = fs::read(&path).expect("a cached token");
        let mut token: serde_json::Value = serde_json::from_slice(&text).expect("JSON");
        for key in ["minted_at", "expires_at"] {
            token[key] = (token[key].as_u64().expect("seconds") - 86_400).into();
        }
        fs::write(&path, token.to_string()).expect("our own file");
    }
}
