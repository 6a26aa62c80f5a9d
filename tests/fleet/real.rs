//! Five hundred spaces for real: the shipped program, a home each, the emulator with AWS's quota on.

use std::os::unix::fs::{PermissionsExt, chown};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::service::QUOTA;
use crate::support::home::Home;
use crate::support::mirror::{Mirror, TEAM};
use crate::support::{binary_under_test, tell_skipped, wait_until};

const SPACES: usize = 500;
/// The kernel lets one user watch so many folders (`fs.inotify.max_user_instances` is 128), and each background process
/// watches one: so there are several users, as in real life each has a machine.
const OF_ONE_USER: usize = 100;
/// User ids that nobody has.
const FIRST_USER: u32 = 60_100;
/// What the contract gives a lifecycle script.
const START: Duration = Duration::from_secs(10);
/// Of the quota's own time, in all.
const SHARE: f64 = 1.25;

/// Spaces whose background processes end with the test.
struct Fleet {
    spaces: Vec<(Home, Option<u32>)>,
    /// The program, where every user can read it.
    program: PathBuf,
    _folder: tempfile::TempDir,
}

impl Fleet {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let open = PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(folder.path(), open).expect("our own folder");
        let program = folder.path().join("studio-mirror");
        std::fs::copy(binary_under_test(), &program).expect("a copy");
        let is_root = rustix::process::geteuid().is_root();
        let count = if is_root { SPACES } else { OF_ONE_USER };
        if !is_root {
            tell_skipped(
                "four of five spaces of the fleet",
                "only root can be several users",
            );
        }
        let spaces = (0..count).map(|number| {
            let home = Home::new();
            let group = u32::try_from(number / OF_ONE_USER).expect("a few");
            let user = is_root.then_some(FIRST_USER + group);
            for folder in home.folders() {
                chown(folder, user, user).expect("our own folder");
            }
            (home, user)
        });
        Self {
            spaces: spaces.collect(),
            program,
            _folder: folder,
        }
    }

    /// The program in a space, as its user.
    fn command(&self, (home, user): &(Home, Option<u32>)) -> Command {
        let Some(user) = user else {
            return home.command(&self.program);
        };
        let mut command = home.command("setpriv");
        command
            .arg(format!("--reuid={user}"))
            .arg(format!("--regid={user}"));
        command.args(["--clear-groups", "--"]).arg(&self.program);
        command
    }

    fn all(&self, arguments: &[&str]) -> Vec<Child> {
        let start = |space| {
            let mut command = self.command(space);
            command.args(arguments).stdout(Stdio::null());
            command.spawn().expect("it starts")
        };
        self.spaces.iter().map(start).collect()
    }

    fn login(&self, space: &(Home, Option<u32>), mirror: &Mirror) -> Child {
        let mut login = self.command(space);
        login
            .args([
                "login",
                "--domain",
                "corp",
                "--domain-owner",
                "111122223333",
            ])
            .args(["--repository", TEAM])
            .env("STUDIO_MIRROR_API_ENDPOINT", mirror.emulator.http_url())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        login.spawn().expect("it starts")
    }

    fn with_token(&self) -> usize {
        let has = |(home, _): &&(Home, Option<u32>)| {
            let npmrc = std::fs::read_to_string(home.join(".npmrc"));
            npmrc.is_ok_and(|text| text.contains(":_authToken="))
        };
        self.spaces.iter().filter(has).count()
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        for mut stop in self.all(&["refresh", "--stop"]) {
            let _ = stop.wait();
        }
    }
}

#[test]
fn five_hundred_real_spaces_start_at_once() {
    let mirror = Mirror::without_packages();
    let fleet = Fleet::new();
    for mut daemon in fleet.all(&["refresh", "--daemon"]) {
        assert!(daemon.wait().expect("our own child").success());
    }
    mirror.emulator.set_quota(u32::try_from(QUOTA).ok());
    let begun = Instant::now();
    let start = |space| (Instant::now(), fleet.login(space, &mirror));
    let logins: Vec<_> = fleet.spaces.iter().map(start).collect();
    let mut longest = Duration::ZERO;
    for (start, login) in logins {
        let ended = login.wait_with_output().expect("our own child");
        longest = longest.max(start.elapsed());
        let said = String::from_utf8_lossy(&ended.stderr);
        assert!(ended.status.success(), "{said}");
    }
    let (all, at_once) = (fleet.spaces.len(), fleet.with_token());
    wait_until("everybody's token", Duration::from_secs(120), || {
        fleet.with_token() == all
    });
    let total = begun.elapsed();
    #[expect(clippy::cast_precision_loss, reason = "some hundreds")]
    let ideal = Duration::from_secs_f64(all as f64 / QUOTA as f64);
    println!(
        "{all} processes: everybody's token in {total:.1?}, {:.2} of the quota's own {ideal:.1?}; {at_once} had theirs when the \
         last login ended; the longest login {longest:.1?}",
        total.as_secs_f64() / ideal.as_secs_f64()
    );
    assert!(longest < START, "{longest:?}");
    assert!(total < ideal.mul_f64(SHARE), "{total:?} of {ideal:?}");
}
