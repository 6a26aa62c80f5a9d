//! Over a whole session with every command and many failures, no token and no key of AWS's shows where it must not.

mod support;

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use studio_mirror_emulator::{Action, Fault, Layer};
use support::home::Home;
use support::leak_watch::{LeakWatch, holds_token};
use support::wire::{Api, login_at};
use support::{binary_under_test, tell_skipped};

const SECRET: &str = "emulator-secret-key";
const PIP_CONF: &str = ".config/pip/pip.conf";
const UV_TOML: &str = ".config/uv/uv.toml";

/// Panics if the text stands in what was printed or in any file of the home.
#[track_caller]
fn assert_nowhere(home: &Home, secret: &str) {
    assert_nowhere_printed(home, secret);
    let mut folders: Vec<PathBuf> = home.folders().into();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder)
            .expect("our own folder")
            .flatten()
        {
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                folders.push(entry.path());
            } else if let Ok(bytes) = std::fs::read(entry.path()) {
                let found = bytes
                    .windows(secret.len())
                    .any(|part| part == secret.as_bytes());
                assert!(!found, "{secret} in {}", entry.path().display());
            }
        }
    }
}

fn mode(path: &Path) -> u32 {
    path.metadata()
        .expect("the file is there")
        .permissions()
        .mode()
        & 0o777
}

fn deny(api: &Api) {
    api.emulator
        .add_faults(vec![Fault {
            anonymous: None,
            operation: Some("GetAuthorizationToken".into()),
            path: None,
            times: None,
            action: Action::Deny {
                layer: Layer::Identity,
            },
        }])
        .expect("no path to get wrong");
}

/// Files as `aws codeartifact login` leaves them: tokens in them, open to everybody.
fn leave_old_tokens(home: &Home) {
    let old = "eyJ2ZXIiOjEsImlzdSI6MX0.old";
    let host = "corp-111122223333.d.codeartifact.us-east-1.amazonaws.com";
    for (file, text) in [
        (
            PIP_CONF,
            format!("[global]\nindex-url = https://aws:{old}@{host}/pypi/team/simple/\n"),
        ),
        (
            UV_TOML,
            format!(
                "[[index]]\nname = \"old\"\nurl = \"https://aws:{old}@{host}/pypi/team/simple/\"\ndefault = true\n"
            ),
        ),
        (
            ".npmrc",
            format!("registry=https://{host}/npm/team/\n//{host}/npm/team/:_authToken={old}\n"),
        ),
    ] {
        let path = home.write(file, text);
        std::fs::set_permissions(path, PermissionsExt::from_mode(0o600)).expect("our own file");
    }
}

#[test]
fn a_whole_session_shows_no_token_and_no_key() {
    let api = Api::start();
    let home = Home::new();
    leave_old_tokens(&home);
    let watch = LeakWatch::start(home.path());
    // Dry runs over files that hold tokens, in every form.
    for flags in [
        &["--dry-run"][..],
        &["--dry-run", "-v"],
        &["--dry-run", "--output", "json"],
        &["--dry-run", "--auth", "token"],
        &["--dry-run", "--tool", "npm", "--namespace", "acme"],
    ] {
        api.login(&home, flags).success();
    }
    for flags in [
        &[][..],
        &["-v"],
        &["--output", "json", "-v"],
        &["--force", "-v"],
        &["--tool", "pip,uv,npm", "--auth", "token", "-v"],
        &["--dry-run"],
        &["--dry-run", "--auth", "helper", "--output", "json"],
        &["--tool", "pip,uv,npm", "--auth", "helper"],
        &["--tool", "npm", "--namespace", "acme"],
        &["-q"],
    ] {
        api.login(&home, flags).success();
        for words in [
            &["status"][..],
            &["status", "-v"],
            &["status", "--output", "json"],
        ] {
            home.studio_mirror(words).success();
        }
    }
    for words in [
        &["token"][..],
        &["token", "--format", "header"],
        &["token", "--format", "env"],
        &["token", "--format", "json"],
        &["token", "--output", "json"],
    ] {
        let token = home.run_unheard(&mut api.command(&home, words)).success();
        assert!(holds_token(token.stdout.as_bytes()), "{words:?}");
        assert!(!holds_token(token.stderr.as_bytes()), "{words:?}");
    }
    // Failures of each kind.
    deny(&api);
    for words in [
        &["login", "--force", "-v"][..],
        &["login", "--duration-seconds", "1"],
        &["login", "--repository", "arn:aws:x"],
        &["login", "--tool", "conda"],
        &["token", "--force", "-v"],
        &["keyring", "get", "https://other.example/", "aws"],
        &["nonsense"],
    ] {
        home.run(&mut api.command(&home, words)).failure();
    }
    login_at(&home, "http://127.0.0.1:9", &["--force", "-v"]).failure();
    home.assert_no_leak(&watch, &[PIP_CONF, UV_TOML]);
    home.studio_mirror(["logout", "--tool", "uv", "-v"])
        .success();
    home.studio_mirror(["logout", "--output", "json"]).success();
    home.studio_mirror(["status"]).success();
    home.assert_no_leak(&watch, &[]);
    assert_nowhere(&home, SECRET);
}

#[test]
fn a_file_that_takes_a_token_is_closed_to_others_and_opened_again_by_logout() {
    let api = Api::start();
    let home = Home::new();
    let watch = LeakWatch::start(home.path());
    let files = [PIP_CONF, UV_TOML, ".npmrc"];
    for (file, text) in files.iter().zip(["# mine\n", "# mine\n", "; mine\n"]) {
        let path = home.write(file, text);
        std::fs::set_permissions(path, PermissionsExt::from_mode(0o644)).expect("our own file");
    }
    api.login(&home, &["--auth", "token"]).success();
    for file in files {
        assert!(holds_token(home.read(file).as_bytes()), "{file}");
        assert_eq!(mode(&home.join(file)), 0o600, "{file}");
    }
    home.assert_no_leak(&watch, &[]);
    home.studio_mirror(["logout"]).success();
    for file in files {
        assert_eq!(mode(&home.join(file)), 0o644, "{file}");
        assert!(!holds_token(home.read(file).as_bytes()), "{file}");
    }
    home.assert_no_leak(&watch, &files);
}

#[test]
fn a_broken_file_is_refused_without_showing_the_token_in_it() {
    let api = Api::start();
    let token = "eyJ2ZXIiOjEsImlzdSI6MX0.old";
    let url = format!("https://aws:{token}@corp.example/pypi/team/simple/");
    for (file, text) in [
        (UV_TOML, format!("[[index]]\nurl = \"{url}\n")),
        (UV_TOML, format!("url = {url}\n")),
        (UV_TOML, format!("index = \"{url}\"\n")),
        (UV_TOML, format!("{url}\n")),
        (PIP_CONF, format!("index-url = {url}\n")),
        (
            PIP_CONF,
            format!("[global]\nindex-url = {url}\nindex-url = {url}\n"),
        ),
        (PIP_CONF, format!("[global\nindex-url = {url}\n")),
        (
            ".config/python_keyring/keyringrc.cfg",
            format!("[backend]\ndefault-keyring {token}\n"),
        ),
        (
            ".config/studio-mirror/config.toml",
            format!("domain = {token}\n"),
        ),
        (
            ".config/studio-mirror/config.toml",
            format!("domain = [\"{token}\"]\n"),
        ),
        (
            ".config/studio-mirror/config.toml",
            format!("{token} = \"{token}\n"),
        ),
        (
            ".local/state/studio-mirror/state.json",
            format!("{{\"schema_version\":1,\"changes\":\"{token}\"}}"),
        ),
        (
            ".local/state/studio-mirror/state.json",
            format!("{{\"schema_version\":\"{token}\"}}"),
        ),
        (
            ".local/state/studio-mirror/state.json",
            format!("{{\"schema_version\":2,\"changes\":{{\"/x\":{{\"parts\":[\"{token}\"]}}}}}}"),
        ),
    ] {
        let home = Home::new();
        let watch = LeakWatch::start(home.path());
        let path = home.write(file, &text);
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).expect("our own file");
        for folder in path
            .ancestors()
            .skip(1)
            .take_while(|folder| *folder != home.path())
        {
            std::fs::set_permissions(folder, PermissionsExt::from_mode(0o700)).expect("ours");
        }
        for words in [
            &["login", "--domain", "corp", "--repository", "team", "-v"][..],
            &[
                "login",
                "--domain",
                "corp",
                "--repository",
                "team",
                "--dry-run",
            ],
            &["status"],
            &["logout"],
        ] {
            home.run(&mut api.command(&home, words));
        }
        let said = home.transcript();
        assert!(
            said.contains("error: "),
            "{file} {text:?} was taken:\n{said}"
        );
        assert!(!said.contains("isu"), "{said}");
        assert!(!said.contains("panicked"), "{said}");
        assert_eq!(home.read(file), text);
        home.assert_no_leak(&watch, &[]);
    }
}

#[test]
fn a_login_starts_no_other_program_that_could_show_its_arguments() {
    if std::process::Command::new("strace")
        .arg("--version")
        .output()
        .is_err()
    {
        return tell_skipped("programs of a login", "strace is not installed");
    }
    let api = Api::start();
    let home = Home::new();
    let log = home.join("execve.log");
    for words in [
        &["login", "--auth", "token"][..],
        &["login"],
        &["token"],
        &["status"],
        &["logout"],
    ] {
        let mut strace = home.command("strace");
        strace
            .args(["-f", "-qq", "--trace=execve", "-o"])
            .arg(&log)
            .arg(binary_under_test())
            .args(words)
            .env("STUDIO_MIRROR_API_ENDPOINT", api.emulator.http_url())
            .env("STUDIO_MIRROR_DOMAIN", "corp")
            .env("STUDIO_MIRROR_REPOSITORY", "team");
        home.run_unheard(&mut strace).success();
        assert_eq!(
            home.read("execve.log").matches("execve(").count(),
            1,
            "{words:?}"
        );
    }
}

#[test]
fn a_session_token_of_the_container_stays_in_memory() {
    let api = Api::start();
    let container = format!(
        "{}/_sagemaker-instance-credentials/{}",
        api.emulator.http_url(),
        "0123456789abcdef".repeat(4)
    );
    let home = Home::new()
        .without("AWS_ACCESS_KEY_ID")
        .without("AWS_SECRET_ACCESS_KEY")
        .env("AWS_CONTAINER_CREDENTIALS_FULL_URI", container);
    api.login(&home, &["-v"]).success();
    home.studio_mirror(["status", "--output", "json"]).success();
    deny(&api);
    api.login(&home, &["--force", "-v"]).failure();
    // How every session token of the emulator's (and of AWS's) begins, and every temporary key.
    assert_nowhere(&home, "IQoJb3JpZ2luX2Vj");
    assert_nowhere(&home, "ASIA");
}

#[test]
fn a_password_in_an_indexs_address_is_not_shown_however_it_is_written() {
    let api = Api::start();
    for end in ["/s", "?s", "#s", "@s"] {
        let url = format!("https://u:hunter2{end}@127.0.0.1:9/simple");
        for variables in [
            &["PIP_INDEX_URL", "UV_DEFAULT_INDEX", "npm_config_registry"][..],
            &["PIP_EXTRA_INDEX_URL", "UV_INDEX_URL"],
            &["PIP_FIND_LINKS", "UV_INDEX", "UV_FIND_LINKS"],
            &["UV_EXTRA_INDEX_URL", "NO_PROXY"],
            &[],
        ] {
            let home = Home::new();
            api.login(&home, &["--tool", "pip,uv,npm"]).success();
            if variables.is_empty() {
                home.write(PIP_CONF, format!("[global]\nextra-index-url = {url}\n"));
                home.write(UV_TOML, format!("extra-index-url = [\"{url}\"]\n"));
                home.write(".npmrc", format!("registry={url}\n"));
            }
            let forms: &[&[&str]] = &[
                &["check", "--output", "json"],
                &["check"],
                &["check", "--output", "markdown"],
                &["status"],
            ];
            // All forms show the same texts.
            let forms = if end == "/s" { forms } else { &forms[..1] };
            for words in forms {
                let mut command = api.command(&home, words);
                command.env("HTTPS_PROXY", "http://127.0.0.1:9");
                command.envs(variables.iter().map(|name| (name, &url)));
                home.run(&mut command);
            }
            assert_nowhere_printed(&home, "hunter2");
        }
    }
}

#[track_caller]
fn assert_nowhere_printed(home: &Home, secret: &str) {
    let said = home.transcript();
    assert!(!said.contains(secret), "{secret} was printed:\n{said}");
}
