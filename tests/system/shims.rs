//! Commands that find no token by themselves run behind ours, which must never be in anybody's way.

use std::time::{Duration, Instant};

use super::support::image::{Image, Who};

#[test]
fn npm_is_given_a_token_and_nothing_else_of_the_users_is_changed() {
    if !super::possible() {
        return;
    }
    let image = Image::build("npm");
    let scripts = [
        // The user's own registry, and a project's, win over the image's.
        (
            "echo 'registry=http://127.0.0.1:1/mine/' >~/.npmrc; npm config get registry; rm ~/.npmrc",
            "http://127.0.0.1:1/mine/\n",
        ),
        (
            "mkdir -p p && cd p && echo '{}' >package.json && echo 'registry=http://127.0.0.1:1/its/' >.npmrc; npm config get registry",
            "http://127.0.0.1:1/its/\n",
        ),
        (
            "npm_config_registry=http://127.0.0.1:1/now/ npm config get registry",
            "http://127.0.0.1:1/now/\n",
        ),
        (
            "npm config get registry",
            "http://127.0.0.1:8080/npm/d/corp-111122223333/team/\n",
        ),
        // What stands behind the command is the command's own, status included.
        (
            "mkdir -p s && cd s && echo '{\"scripts\":{\"x\":\"exit 7\"}}' >package.json && npm run --silent x || echo $?",
            "7\n",
        ),
        (
            "mkdir -p q && cd q && echo '{\"scripts\":{\"x\":\"echo $0 says $*\"}}' >package.json && npm run --silent x -- \"a b\"",
            "sh says a b\n",
        ),
    ];
    for (script, said) in scripts {
        let done = image.sh(Who::Space, &format!("cd; {script}"));
        assert_eq!(done.stdout, said, "{script}\n{done}");
    }
    let own = image.sh(
        Who::Space,
        "cd; studio-mirror login --tool npm --repository web; npm config get registry; studio-mirror logout",
    );
    assert!(
        own.stdout
            .contains("\nhttp://127.0.0.1:8080/npm/d/corp-111122223333/web/\n"),
        "{own}"
    );
    image.assert_no_leak();
}

#[test]
fn without_a_token_the_command_runs_all_the_same_and_soon() {
    if !super::possible() {
        return;
    }
    let image = Image::build("npm");
    image.admin(
        "faults",
        "[{\"path\":\"^/v1/\",\"action\":{\"kind\":\"hang\"}}]",
    );
    let begun = Instant::now();
    let local = image.sh(Who::Space, "npm --version; cd; mkdir -p r; cd r; echo '{\"scripts\":{\"x\":\"true\"}}' >package.json; npm run --silent x");
    assert_eq!(
        (local.status.code(), local.stderr.as_str()),
        (Some(0), ""),
        "{local}"
    );
    assert!(
        begun.elapsed() < Duration::from_secs(6),
        "it waited for a token that it does not need"
    );
    let begun = Instant::now();
    let asks = image.sh(Who::Space, "npm view mirror-left --fetch-retries 0");
    assert!(
        asks.stderr
            .starts_with("warning: npm runs without a token: "),
        "{asks}"
    );
    // The limit of the contract for whatever must not be held up, and npm's own start.
    assert!(begun.elapsed() < Duration::from_secs(10));
    let missing = image.sh(
        Who::Space,
        "rm -f /opt/conda/bin/npm; PATH=/usr/local/lib/studio-mirror/bin:/opt/conda/bin; npm install || echo $?",
    );
    assert_eq!(missing.stdout, "127\n", "{missing}");
    assert!(
        missing
            .stderr
            .starts_with("error: npm: command not found\nhint: "),
        "{missing}"
    );
}
