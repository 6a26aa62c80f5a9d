//! A process that may open few files: at whichever the limit comes, it says so.

use crate::support::binary_under_test;
use crate::support::home::Home;
use crate::support::mirror::{Mirror, TEAM};

/// From less than a start needs to more than a login does.
const LIMITS: std::ops::Range<u32> = 3..40;

#[test]
fn a_login_that_may_open_no_more_files_fails_in_words() {
    let mirror = Mirror::without_packages();
    let (mut failed, mut done) = (0, 0);
    for limit in LIMITS {
        let home = Home::new();
        let mut login = home.command("sh");
        login
            .arg("-c")
            .arg(format!("ulimit -n {limit}; exec \"$0\" \"$@\""))
            .arg(binary_under_test())
            .args(["login", "--domain", "corp", "--repository", TEAM])
            .args(["--domain-owner", "111122223333"])
            .env("STUDIO_MIRROR_API_ENDPOINT", mirror.emulator.http_url());
        let ended = home.run(&mut login);
        assert!(!ended.stderr.contains("panicked"), "{limit}: {ended}");
        match ended.status.code() {
            Some(0) => done += 1,
            Some(1) => {
                assert!(ended.stderr.contains("error: "), "{limit}: {ended}");
                failed += 1;
            }
            // A loader without its libraries, which the shipped binary has none of.
            Some(127) if ended.stderr.contains("shared librar") => {}
            _ => panic!("{limit}: {ended}"),
        }
    }
    assert!(failed > 3 && done > 3, "{failed} failed, {done} went well");
}
