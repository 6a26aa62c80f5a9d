//! The lifecycle script and what comes after it, in a Studio space: another user, conda's keyring first on PATH,
//! container credentials, no network but the endpoints.

mod support;

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;
use support::studio_space::{API, DEAD_API, HOME, LIFECYCLE, Space, possible};
use support::{checkout, wait_until};
use tempfile::TempDir;

/// Longer than a loaded machine takes for an install, short enough to wait for.
const SHORT_LIFE: u32 = 12;
/// Promise 5: a space never waits longer than this.
const HOLD_UP: Duration = Duration::from_secs(10);

/// What conda's and a venv's pip, with no keyring of their own and with one, and uv have to go through.
fn installs(space: &Space, package: &str) {
    let module = package.replace('-', "_");
    let scripts = [
        (
            "conda's pip",
            "/opt/conda/bin/pip install",
            "/opt/conda/bin/python",
        ),
        (
            "a venv's pip 26.1",
            "~/v26/bin/python -m pip install",
            "~/v26/bin/python",
        ),
        (
            "a venv's newest pip",
            "~/newest/bin/python -m pip install",
            "~/newest/bin/python",
        ),
        (
            "a venv's pip beside its own keyring",
            "~/keyring/bin/python -m pip install",
            "~/keyring/bin/python",
        ),
        (
            "uv",
            "uv pip install --python ~/uv/bin/python",
            "~/uv/bin/python",
        ),
        (
            "uv in a venv with its own keyring",
            "PATH=~/keyring/bin:$PATH uv pip install --reinstall --no-cache --python ~/uv2/bin/python",
            "~/uv2/bin/python",
        ),
    ];
    for (who, install, python) in scripts {
        let finished = space.sh(&format!(
            "{install} {package} && {python} -c 'import {module}'"
        ));
        assert!(finished.status.success(), "{who}:\n{finished}");
    }
}

/// Environments of the user, made before any of them needs the network.
fn make_venvs(space: &Space) {
    let clients = support::clients::all();
    let clients = clients.display();
    space
        .sh(&format!(
            "copy() {{ python -c 'import glob, shutil, sys\n\
             for name in sys.argv[3:]:\n  \
               for found in glob.glob(sys.argv[1] + \"/lib/python*/site-packages/\" + name):\n    \
                 shutil.copytree(found, glob.glob(sys.argv[2] + \"/lib/python*/site-packages\")[0] + \"/\" + found.rsplit(\"/\", 1)[1])' \"$@\"; }}\n\
             for venv in v26 newest keyring uv uv2; do python -m venv --without-pip ~/$venv; done\n\
             copy {clients}/pip-26.1 ~/v26 'pip*'\n\
             copy {clients}/pip-newest ~/newest 'pip*'\n\
             cp -r {clients}/keyring/lib/python*/site-packages/. ~/keyring/lib/python*/site-packages/\n\
             sed \"1s|.*|#!$HOME/keyring/bin/python|\" {clients}/keyring/bin/keyring >~/keyring/bin/keyring\n\
             chmod +x ~/keyring/bin/keyring"
        ))
        .success();
}

#[test]
fn a_space_that_started_installs_today_and_after_the_token_has_expired() {
    if !possible() {
        return;
    }
    let space = Space::open();
    make_venvs(&space);
    space.configure_api(API);
    space.admin("token-lifetime", &format!("{{\"seconds\":{SHORT_LIFE}}}"));
    let started = space.start().success();
    for told in [
        "logged in",
        "domain corp",
        "repository team",
        "region us-east-1",
        "/usr/local/bin/studio-mirror",
    ] {
        assert!(
            started.stdout.contains(told),
            "the log does not tell {told:?}:\n{started}"
        );
    }
    let token = space.token();
    installs(&space, "mirror-greeting");
    wait_until("the token to expire", Duration::from_secs(60), || {
        !space.accepts(&token)
    });
    installs(&space, "mirror-farewell");
    // npm asks no helper; what the script left running has renewed its token meanwhile.
    let npmrc = || {
        let text = space.read("/home/sagemaker-user/.npmrc");
        let (_, token) = text.split_once(":_authToken=").expect("a token");
        token.trim().to_owned()
    };
    assert!(space.accepts(&npmrc()));
    let status = space.sh("studio-mirror status --output json").success();
    let status: serde_json::Value = serde_json::from_str(&status.stdout).expect("a document");
    assert_eq!(status["refresh"]["running"], true, "{status:#}");
    space.assert_no_leak(&[
        "/home/sagemaker-user/.config/pip/pip.conf",
        "/home/sagemaker-user/.config/uv/uv.toml",
        "/home/sagemaker-user/on-start.sh",
    ]);
}

#[test]
fn every_keyring_of_the_space_reaches_the_helper() {
    if !possible() {
        return;
    }
    let space = Space::open();
    make_venvs(&space);
    space.configure_api(API);
    space.start().success();
    let token = space.token();
    assert!(
        space.accepts(&token),
        "the helper gave out what the index refuses"
    );
    for keyring in [
        "/opt/conda/bin/keyring",
        "~/keyring/bin/keyring",
        "~/.local/bin/keyring",
    ] {
        let url = format!("{API}/pypi/d/corp-111122223333/team/simple/");
        // Compared in the shell, so that no token comes into an output.
        space
            .sh(&format!("test \"$({keyring} get {url} aws | sha256sum)\" = \"$(studio-mirror keyring get {url} aws | sha256sum)\""))
            .success();
    }
    space.assert_no_leak(&[]);
}

#[test]
fn a_dead_network_does_not_hold_up_the_space() {
    if !possible() {
        return;
    }
    let space = Space::open();
    space.configure_api(DEAD_API);
    let started = space.start().success();
    assert!(
        started.lasted < HOLD_UP,
        "took {:?}:\n{started}",
        started.lasted
    );
    assert!(
        started.stdout.contains("NOT logged in") && started.stdout.contains("hint:"),
        "{started}"
    );
    assert!(
        started.stdout.contains("codeartifact.api"),
        "the log names no endpoint to look at:\n{started}"
    );
    // In login's own words: it must have come to its end before the script would stop it.
    assert!(started.stdout.contains("no answer from"), "{started}");
}

#[test]
fn a_space_without_any_route_starts_at_once() {
    if !possible() {
        return;
    }
    let space = Space::open();
    space.configure_api("https://192.0.2.1");
    let started = space.start().success();
    assert!(
        started.lasted < HOLD_UP,
        "took {:?}:\n{started}",
        started.lasted
    );
    assert!(
        started.stdout.contains("NOT logged in") && started.stdout.contains("hint:"),
        "{started}"
    );
}

#[test]
fn an_image_without_the_binary_starts_and_says_so() {
    if !possible() {
        return;
    }
    let space = Space::with_binary(None);
    let started = space.start().success();
    assert!(
        started
            .stdout
            .contains("no studio-mirror in /usr/local/bin"),
        "{started}"
    );
}

#[test]
fn a_binary_in_the_home_serves_where_the_image_has_none() {
    if !possible() {
        return;
    }
    let space = Space::with_binary(None);
    let fake = "#!/bin/sh\necho $0 $1";
    space.sh(&format!("mkdir -p ~/.local/bin; echo '{fake}' >~/.local/bin/studio-mirror; chmod 755 ~/.local/bin/studio-mirror")).success();
    let started = space.start().success();
    assert!(
        started
            .stdout
            .contains(&format!("{HOME}/.local/bin/studio-mirror login")),
        "{started}"
    );
    space.sh("mkdir -p ~/.cache/studio-mirror/bin; cp ~/.local/bin/studio-mirror ~/.cache/studio-mirror/bin").success();
    let started = space.start().success();
    assert!(
        started.stdout.contains(&format!(
            "{HOME}/.cache/studio-mirror/bin/studio-mirror login"
        )),
        "{started}"
    );
    space
        .sh("chmod 777 ~/.cache/studio-mirror/bin/studio-mirror")
        .success();
    let started = space.start().success();
    assert!(started.stdout.contains("chmod go-w"), "{started}");
    assert!(
        started
            .stdout
            .contains(&format!("{HOME}/.local/bin/studio-mirror login")),
        "{started}"
    );
}

#[test]
fn the_copy_in_the_image_wins_over_one_in_the_home() {
    if !possible() {
        return;
    }
    let image = program("echo $0 $1");
    let space = Space::with_binary(Some(&image.path().join("program")));
    space
        .sh("mkdir -p ~/.local/bin; cp /usr/local/bin/studio-mirror ~/.local/bin")
        .success();
    let started = space.start().success();
    assert!(
        started
            .stdout
            .contains("/usr/local/bin/studio-mirror login"),
        "{started}"
    );
}

#[test]
fn a_binary_that_hangs_is_stopped_with_all_it_started() {
    if !possible() {
        return;
    }
    let hanging = program(
        "trap '' TERM HUP\n[ \"$1\" = login ] || { echo 0.0; exit; }\nsleep 4242 &\nwhile :; do sleep 1; done",
    );
    let space = Space::with_binary(Some(&hanging.path().join("program")));
    let started = space.start().success();
    assert!(
        started.lasted < HOLD_UP,
        "took {:?}:\n{started}",
        started.lasted
    );
    assert!(started.stdout.contains("NOT logged in"), "{started}");
    space
        .sh("! grep -lzs '^4242' /proc/[0-9]*/cmdline")
        .success();
}

#[test]
fn a_strange_home_does_not_keep_the_space_from_starting() {
    if !possible() {
        return;
    }
    let space = Space::open();
    space.configure_api(API);
    let none = space.run(&mut space.command_with(LIFECYCLE, &[])).success();
    assert!(none.stdout.contains("HOME is not set"), "{none}");
    let recovery = "/tmp/sagemaker-recovery-mode-home";
    space
        .sh(&format!("mkdir {recovery}; cp -r ~/.config {recovery}"))
        .success();
    let recovered = space.run(space.command_with("bash", &[("HOME", recovery)]).args([
        "-c",
        &format!("STUDIO_MIRROR_DOMAIN=corp STUDIO_MIRROR_REPOSITORY=team {LIFECYCLE}"),
    ]));
    let recovered = recovered.success();
    assert!(
        recovered.stdout.contains("recovery mode") && recovered.stdout.contains(": logged in"),
        "{recovered}"
    );
    let read_only = space
        .run(&mut space.command_with(LIFECYCLE, &[("HOME", "/usr/share")]))
        .success();
    assert!(
        read_only.stdout.contains("cannot write into /usr/share"),
        "{read_only}"
    );
    assert!(read_only.stdout.contains("NOT logged in"), "{read_only}");
}

#[test]
fn the_lifecycle_script_fits_into_a_lifecycle_configuration() {
    let script =
        std::fs::read(checkout().join("lifecycle/on-start.sh")).expect("the script is readable");
    assert!(
        script.starts_with(b"#!/bin/bash\n"),
        "the shebang is line 1"
    );
    assert!(!script.contains(&b'\r'), "CRLF keeps a space from starting");
    assert!(
        script.len().div_ceil(3) * 4 <= 16_384,
        "more base64 characters than Studio takes"
    );
    let mode = std::fs::metadata(checkout().join("lifecycle/on-start.sh"))
        .expect("the script is there")
        .permissions()
        .mode();
    assert!(mode & 0o111 != 0, "the script is executable");
}

/// A shell script in the place of studio-mirror.
fn program(body: &str) -> TempDir {
    let folder = TempDir::new().expect("a scratch folder");
    std::fs::write(
        folder.path().join("program"),
        format!("#!/bin/bash\n{body}\n"),
    )
    .expect("a scratch file");
    folder
}
