//! Whatever is in the way of the first download: the space starts in time, its log says what to do, nothing unknown is run, and the
//! next start after the mend logs in.

use super::*;
use support::studio_space::{DEAD_API, possible};

/// A space with a published version, one start of which fails.
pub struct Failing {
    pub space: Space,
    version: Version,
}

impl Failing {
    pub fn new() -> Option<Failing> {
        if !possible() {
            return None;
        }
        let space = Space::with_binary(None);
        let version = Version::stand_in("1.0.0");
        publish(&space, &version);
        space.put_program(&script_path(), script(&version, None).as_bytes());
        Some(Failing { space, version })
    }

    /// Starts within the limits, then with time for the log to say all this.
    #[track_caller]
    pub fn fails(&self, variables: &[(&str, &str)], said: &[&str]) {
        let script = self.space.read(&script_path());
        self.space
            .put_program(&script_path(), in_time(&script).as_bytes());
        let started = start_with(&self.space, variables);
        assert_says(&started, &["NOT logged in", "hint: "]);
        assert!(ran(&self.space).is_empty());
        self.space.end_what_stayed();
        self.space.put_program(&script_path(), script.as_bytes());
        let started = start_with(&self.space, variables);
        assert_says(&started, said);
        assert_says(&started, &["NOT logged in", "hint: "]);
        assert!(ran(&self.space).is_empty());
    }

    /// The container is over; the next one logs in.
    #[track_caller]
    pub fn mended(&self) {
        self.space.end_what_stayed();
        let started = start(&self.space, &script(&self.version, None));
        assert_says(&started, &[": logged in"]);
        let ran = ran(&self.space);
        let of_it = |line: &String| line.starts_with("1.0.0 ");
        assert!(!ran.is_empty() && ran.iter().all(of_it), "ran: {ran:?}");
    }

    fn faults(&self, action: &str) {
        let faults = format!(r#"[{{"operation":"GetPackageVersionAsset","action":{action}}}]"#);
        self.space.admin("faults", &faults);
    }
}

#[test]
fn no_aws_command() {
    let Some(failing) = Failing::new() else {
        return;
    };
    failing.space.sh("mv /opt/conda/bin/aws ~").success();
    failing.fails(&[], &["no aws command", "put it into the image"]);
    failing.space.sh("mv ~/aws /opt/conda/bin").success();
    failing.mended();
}

#[test]
fn no_sha256sum() {
    let Some(failing) = Failing::new() else {
        return;
    };
    failing
        .space
        .root("mount --bind /dev/null /usr/bin/sha256sum");
    failing.fails(&[], &["no sha256sum"]);
    failing.space.put_program(CACHED, &stranger());
    failing.fails(&[], &["no sha256sum"]);
    failing.space.root("umount /usr/bin/sha256sum");
    failing.mended();
}

#[test]
fn a_full_disk() {
    let Some(failing) = Failing::new() else {
        return;
    };
    failing.space.sh("mkdir ~/.cache").success();
    failing.space.root(&format!(
        "mount -t tmpfs -o size=64k,uid=1000,gid=100 tmpfs {HOME}/.cache"
    ));
    failing
        .space
        .sh("! head -c 128k /dev/zero >~/.cache/fill")
        .success();
    failing.fails(&[], &["the home is full"]);
    failing.space.sh("rm ~/.cache/fill").success();
    failing.mended();
}

#[test]
fn a_home_with_room_for_one_copy() {
    let Some(failing) = Failing::new() else {
        return;
    };
    let space = &failing.space;
    let mut program = failing.version.program.clone();
    program.extend(b"exit\n");
    program.resize(600 * 1_024, b'#');
    let large = Version::new("1.0.1", program);
    publish(space, &large);
    space.sh("mkdir ~/.cache").success();
    space.root(&format!(
        "mount -t tmpfs -o size=1m,uid=1000,gid=100 tmpfs {HOME}/.cache"
    ));
    let started = start(space, &script(&large, None));
    assert_says(&started, &[": logged in"]);
    wait_for_the_end(space);
    assert_eq!(space.read(CACHED).into_bytes(), large.program);
    assert_eq!(downloads(space), 1);
}

#[test]
fn a_read_only_home() {
    let Some(failing) = Failing::new() else {
        return;
    };
    failing.space.root("mount -o remount,ro /home");
    let started = start_with(&failing.space, &[]);
    assert_says(
        &started,
        &["cannot write into", "read-only", "NOT logged in"],
    );
    failing.space.root("mount -o remount,rw /home");
    failing.mended();
}

#[test]
fn a_throttled_account() {
    let Some(failing) = Failing::new() else {
        return;
    };
    failing.faults(r#"{"kind":"throttle"}"#);
    failing.fails(&[], &["ThrottlingException", "many spaces ask at once"]);
    failing.space.end_faults();
    failing.mended();
}

#[test]
fn a_role_that_may_not() {
    let Some(failing) = Failing::new() else {
        return;
    };
    failing.faults(r#"{"kind":"deny","layer":"vpce"}"#);
    failing.fails(
        &[],
        &[
            "no VPC endpoint policy allows",
            "codeartifact:GetPackageVersionAsset (or",
        ],
    );
    failing.space.end_faults();
    failing.mended();
}

#[test]
fn nothing_published() {
    let Some(failing) = Failing::new() else {
        return;
    };
    let other = Version::stand_in("9.9.9");
    failing
        .space
        .put_program(&script_path(), script(&other, None).as_bytes());
    failing.fails(&[], &["ResourceNotFoundException", "bootstrap publish"]);
    failing.mended();
}

#[test]
fn a_dead_network() {
    let Some(failing) = Failing::new() else {
        return;
    };
    let dead = script(&failing.version, None).replace(API, DEAD_API);
    failing.space.put_program(&script_path(), dead.as_bytes());
    failing.fails(&[], &["codeartifact.api", "port 443"]);
    failing.mended();
}

#[test]
fn credentials_that_nobody_knows() {
    let Some(failing) = Failing::new() else {
        return;
    };
    let wrong = [
        ("AWS_ACCESS_KEY_ID", "AKIAWRONG"),
        ("AWS_SECRET_ACCESS_KEY", "wrong"),
    ];
    failing.fails(&wrong, &["security token", "execution role"]);
    failing.mended();
}

#[test]
fn a_connection_that_breaks() {
    let Some(failing) = Failing::new() else {
        return;
    };
    failing.faults(r#"{"kind":"reset"}"#);
    failing.fails(&[], &["did not get version 1.0.0"]);
    failing.space.end_faults();
    failing.mended();
}
