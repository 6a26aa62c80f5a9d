//! Several starts in one home at one time: apps of one space, or homes that spaces share.

use super::*;
use support::studio_space::possible;

#[test]
fn starts_at_one_time_do_each_other_no_harm() {
    if !possible() {
        return;
    }
    let space = Space::with_binary(None);
    let version = Version::stand_in("1.0.0");
    quick_client(&space, &version);
    let path = script_path();
    space.put_program(&path, script(&version, None).as_bytes());
    for _ in 0..5 {
        space.put_program(CACHED, &stranger());
        space.sh(&format!("rm -rf {VERSIONS}")).success();
        let all: Vec<Finished> = std::thread::scope(|scope| {
            let starts: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| start_with(&space, &[])))
                .collect();
            let ended = starts.into_iter().map(|start| start.join());
            ended.map(|ended| ended.expect("a start in time")).collect()
        });
        for started in &all {
            assert_says(started, &[": logged in"]);
        }
        wait_for_the_end(&space);
        let ran = ran(&space);
        assert!(ran.iter().all(|line| line.starts_with("1.0.0 ")), "{ran:?}");
        let logins = ran.iter().filter(|line| *line == "1.0.0 login");
        assert_eq!(logins.count(), 8);
        assert_eq!(space.read(CACHED).into_bytes(), version.program);
        assert_eq!(kept(&space), [version.pin.sha256.as_str()]);
        let left = space.sh(&format!("ls {CACHED}*")).success();
        assert_eq!(left.stdout.trim(), CACHED, "copies are left behind");
    }
}

#[test]
fn what_other_starts_run_is_there_at_every_moment() {
    if !possible() {
        return;
    }
    let space = Space::with_binary(None);
    let [others, ours] = ["1.0.0", "2.0.0"].map(Version::stand_in);
    space.put_program(CACHED, &others.program);
    space.put_program(&ours.path(), &ours.program);
    // The step that replaces it looks whether there is still something to replace.
    let ln =
        format!("#!/bin/bash\n[ -e {CACHED} ] || echo gap >>~/gaps\nexec /usr/bin/ln \"$@\"\n");
    space.put_program("/opt/conda/bin/ln", ln.as_bytes());
    let started = start(&space, &script(&ours, None));
    assert_says(&started, &["none of those pinned here", ": logged in"]);
    wait_for_the_end(&space);
    let ran = ran(&space);
    assert!(ran.iter().all(|line| line.starts_with("2.0.0 ")), "{ran:?}");
    assert_eq!(space.read(CACHED).into_bytes(), ours.program);
    space.sh("[ ! -e ~/gaps ]").success();
}
