//! Whose home it is, and whether there is one: all users are served, and nobody's own login is overlooked.

use super::support::image::{BUILDER, Image, Who};

const ASK: &str = "keyring get http://127.0.0.1:8080/pypi/d/corp-111122223333/team/ aws";

#[test]
fn a_home_that_is_somebody_elses_and_closed_counts_as_none() {
    if !super::possible() {
        return;
    }
    let image = Image::build("pip,npm");
    image.sh(BUILDER, "chmod 700 /root").success();
    // As an image leaves it with ENV HOME=/root, in which another user's process then runs.
    let asked = image.sh_unheard(Who::Stranger, &format!("HOME=/root {ASK}"));
    assert!(asked.success().stdout.len() > 100);
    let npm = "HOME=/root npm view mirror-left version --cache $(mktemp -d)";
    let npm = image.sh(Who::Stranger, npm);
    assert!(!npm.stderr.contains("runs without a token"), "{npm}");
    // A login of one's own that cannot be read is not to be taken for none.
    let state = "~/.local/state/studio-mirror";
    for (spoil, mend) in [
        ("echo '{' >{}/state.json", "is damaged"),
        ("chmod 0 {}", "let yourself in"),
    ] {
        let login =
            format!("chmod -f 700 {state} || true; studio-mirror login --tool pip >/tmp/out");
        image.sh(Who::Space, &login).success();
        let asked = image.sh_unheard(
            Who::Space,
            &format!("{}; ! {ASK}", spoil.replace("{}", state)),
        );
        let asked = asked.success();
        assert_eq!(asked.stdout, "");
        assert!(asked.stderr.contains(mend), "{spoil}: {}", asked.stderr);
        let clean = format!("chmod 700 {state}; rm -f {state}/state.json");
        image.sh(Who::Space, &clean).success();
    }
    image.assert_no_leak();
}

#[test]
fn without_a_home_every_command_that_needs_none_works() {
    if !super::possible() {
        return;
    }
    let image = Image::build("pip,npm");
    let token = image.sh_unheard(Who::Stranger, "studio-mirror token");
    assert!(token.success().stdout.len() > 100);
    let checked = "export AWS_ENDPOINT_URL_STS=http://127.0.0.1:8080; studio-mirror check";
    for script in [
        "studio-mirror status | grep -q 'Tools of all users'",
        "studio-mirror exec --tool npm -- env | grep -q _authToken",
        checked,
    ] {
        let done = image.sh(Who::Stranger, script);
        assert_eq!(done.status.code(), Some(0), "{script}\n{done}");
    }
    // What is to be written below a home needs one.
    let refused = image.sh(Who::Stranger, "studio-mirror login");
    assert_eq!(refused.status.code(), Some(1), "{refused}");
    assert!(
        refused.stderr.starts_with("error: HOME is not set"),
        "{refused}"
    );
    // Nobody is told to put a folder on PATH for a helper that is found already.
    let own = image.sh(Who::Space, "studio-mirror login --tool pip");
    assert_eq!(
        (own.status.code(), own.stderr.as_str()),
        (Some(0), ""),
        "{own}"
    );
    image.assert_no_leak();
}
