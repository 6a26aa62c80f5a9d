//! What is refused: wrong usage, wrong values, odd files, a damaged state.

use std::os::unix::fs::PermissionsExt;

use crate::support::binary_under_test;
use crate::support::home::Home;
use crate::support::mirror::Mirror;
use crate::support::tree::{picture, user_files};
use crate::{NPMRC, PIP_CONF, STATE, UV_TOML, set_mode, with_api};

#[test]
fn durations_that_codeartifact_refuses_are_refused_before_asking() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    for bad in ["899", "43201", "1", "-1", "1h", ""] {
        let flag = format!("--duration-seconds={bad}");
        let finished = mirror.login(&home, &[&flag]).exit(2);
        assert!(finished.stderr.contains("--duration-seconds"), "{finished}");
        assert!(finished.stderr.contains("900 to 43200"), "{finished}");
    }
    assert_eq!(mirror.emulator.requests().len(), 0);
    let finished = mirror
        .login(&home, &["--duration-seconds", "900"])
        .success();
    assert!(
        finished.stdout.contains("15 min") || finished.stdout.contains("14 min"),
        "{finished}"
    );
}

#[test]
fn wrong_usage_exits_with_2_and_says_what_is_wrong() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    let wrong: [(&[&str], &str); 8] = [
        (&["login", "--tol", "pip"], "--tol"),
        (&["login", "--tool", "conda"], "conda"),
        (&["login", "--auth", "magic"], "magic"),
        (&["login", "-v", "-q"], "--quiet"),
        (&["frobnicate"], "frobnicate"),
        (
            &["login", "--domain", "Corp_", "--repository", "team"],
            "`Corp_` (from --domain)",
        ),
        (
            &["login", "--domain", "corp", "--repository", "arn:aws:x"],
            "`arn:aws:x` (from --repository)",
        ),
        (
            &["login", "--domain", "corp", "--domain-owner", "12"],
            "`12` (from --domain-owner)",
        ),
    ];
    for (arguments, named) in wrong {
        let finished = with_api(&mirror, &home, arguments).exit(2);
        assert!(finished.stderr.contains(named), "{named}: {finished}");
        assert_eq!(finished.stdout, "", "{finished}");
    }
    let finished = with_api(&mirror, &home, &["login"]).exit(2);
    assert!(
        finished.stderr.contains(
            "no domain is set\nhint: give --domain NAME and --repository NAME (who looks after"
        ),
        "{finished}"
    );
    let finished = with_api(&mirror, &home, &["login", "--domain", "corp"]).exit(2);
    assert!(
        finished.stderr.contains("no repository is set\nhint: "),
        "{finished}"
    );
    // It would be remembered, and move npm at its next login.
    let namespace = [
        "login",
        "--domain",
        "corp",
        "--repository",
        "team",
        "--namespace",
        "acme",
    ];
    let for_pip = [&namespace[..], &["--tool", "pip,uv"]].concat();
    let finished = with_api(&mirror, &home, &for_pip).exit(2);
    assert_eq!(
        finished.stderr,
        "error: pip, uv: no tool among these knows --namespace\n\
         hint: leave it out, or name one that does: npm, pnpm, yarn, bun, swift\n"
    );
    assert_eq!(mirror.emulator.requests().len(), 0);
}

#[test]
fn credentials_that_are_not_there_are_told_in_words_of_their_own() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    let finished = mirror.login(&home, &["--profile", "nope"]).exit(1);
    assert_eq!(
        finished.stderr,
        "error: GetAuthorizationToken: no AWS credentials from profile nope\n  \
         caused by: no file in ~/.aws has it, or it holds no credentials\n\
         hint: look at ~/.aws/config, `aws sso login --profile nope`, or leave --profile and AWS_PROFILE out: in Studio the space's \
         role gives credentials\n"
    );
    mirror.let_tokens_live(1);
    mirror.login(&home, &[]).success();
    let npmrc = home.read(NPMRC);
    let (_, token) = npmrc.split_once("_authToken=").expect("a token");
    mirror.wait_until_refused(token.trim());
    // Another terminal, which has no keys.
    let home = home.without("AWS_ACCESS_KEY_ID");
    let finished = home.studio_mirror(["refresh"]).exit(1);
    for words in [
        "caused by: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set here, as they were at the login\n",
        "hint: set both keys again, or `studio-mirror login`: it takes ",
    ] {
        assert!(finished.stderr.contains(words), "{finished}");
    }
    let status = home.studio_mirror(["status"]).success().stdout;
    assert!(
        status.contains("in the environment, at the\n                       login; not set here\n"),
        "{status}"
    );
}

#[test]
fn a_wrong_secret_is_told_without_the_canonical_request() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    let mut login = home.command(binary_under_test());
    login
        .args(["login", "--domain", "corp", "--repository", "team"])
        .env("STUDIO_MIRROR_API_ENDPOINT", mirror.emulator.http_url())
        .env("AWS_SECRET_ACCESS_KEY", "another");
    let finished = home.run(&mut login).exit(1);
    let cause =
        "caused by: InvalidSignatureException: The request signature we calculated does not match";
    assert!(finished.stderr.contains(cause), "{finished}");
    assert!(!finished.stderr.contains("x-amz-date"), "{finished}");
}

#[test]
fn a_wrong_region_is_no_matter_of_new_credentials() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    let finished = mirror.login(&home, &["--region", "eu-west-9"]).exit(1);
    for words in [
        "does not serve the region eu-west-9\n",
        "hint: is the region right? ",
    ] {
        assert!(finished.stderr.contains(words), "{words}: {finished}");
    }
}

#[test]
fn a_wrong_value_is_named_with_its_source() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    let config = home.write(".config/studio-mirror/config.toml", "region = \"Mars\"\n");
    let finished = home
        .run(
            home.command(binary_under_test())
                .arg("status")
                .env_remove("AWS_REGION"),
        )
        .exit(1);
    assert!(
        finished.stderr.contains(&format!(
            "the region `Mars` (from {}) cannot be right\nhint: ",
            config.display()
        )),
        "{finished}"
    );
    home.write(".config/studio-mirror/config.toml", "");
    let mut command = home.command(binary_under_test());
    command.arg("login").env("STUDIO_MIRROR_DOMAIN", "NO!");
    let finished = home.run(&mut command).exit(1);
    assert!(
        finished
            .stderr
            .contains("`NO!` (from $STUDIO_MIRROR_DOMAIN) cannot be right\nhint: "),
        "{finished}"
    );
    let mut command = home.command(binary_under_test());
    command.arg("status").env(
        "STUDIO_MIRROR_API_ENDPOINT",
        "https://me:s3cr3t@host.example",
    );
    let finished = home.run(&mut command).exit(1);
    assert!(!finished.stderr.contains("s3cr3t"), "{finished}");

    home.write(
        ".config/studio-mirror/config.toml",
        "domain = \"corp\"\nregoin = \"x\"\n",
    );
    let finished = with_api(&mirror, &home, &["login"]).exit(1);
    assert!(
        finished.stderr.contains("config.toml` line 2") && finished.stderr.contains("hint: keys: "),
        "{finished}"
    );
    let finished = with_api(&mirror, &home, &["login", "--config", "/nowhere.toml"]).exit(1);
    assert!(
        finished
            .stderr
            .contains("`/nowhere.toml` is not there\nhint: "),
        "{finished}"
    );
}

/// A name, what makes pip's file odd, and what the error says of it.
type OddFile<'a> = (&'a str, &'a dyn Fn(&Home), &'a str);

/// Each odd thing in place of one tool's file: that tool alone fails, by name, and the odd thing stays.
#[test]
fn an_odd_file_fails_its_own_tool_alone() {
    let broken = |home: &Home| {
        home.write(PIP_CONF, "[global]\ntimeout = 1\n what is\nthis\n");
    };
    let folder = |home: &Home| std::fs::create_dir_all(home.join(PIP_CONF)).expect("a folder");
    let pipe = |home: &Home| {
        std::fs::create_dir_all(home.join(".config/pip")).expect("a folder");
        let mut mkfifo = home.command("mkfifo");
        home.run(mkfifo.arg(home.join(PIP_CONF))).success();
    };
    let latin1 = |home: &Home| {
        home.write(PIP_CONF, b"[global]\n# caf\xe9\n");
    };
    let huge = |home: &Home| {
        home.write(PIP_CONF, "# x\n".repeat(1_300_000));
    };
    let looped = |home: &Home| {
        std::fs::create_dir_all(home.join(".config/pip")).expect("a folder");
        std::os::unix::fs::symlink("pip.conf", home.join(PIP_CONF)).expect("a link");
    };
    let odd: [OddFile; 6] = [
        ("broken", &broken, "line 4"),
        ("folder", &folder, "is not a regular file"),
        ("pipe", &pipe, "is not a regular file"),
        ("latin-1", &latin1, "line 2"),
        ("huge", &huge, "5200000 bytes"),
        ("loop", &looped, "pip.conf"),
    ];
    let mirror = Mirror::without_packages();
    for (name, prepare, cause) in odd {
        let home = Home::new();
        prepare(&home);
        let before = picture(&home.join(".config/pip"));
        let finished = mirror.login(&home, &[]).exit(1);
        assert!(
            finished.stderr.contains(
                "error: pip is not configured: `~/.config/pip/pip.conf` is left as it is"
            ),
            "{name}: {finished}"
        );
        assert!(finished.stderr.contains(cause), "{name}: {finished}");
        assert!(finished.stderr.contains("hint: "), "{name}: {finished}");
        assert_eq!(picture(&home.join(".config/pip")), before, "{name}");
        assert!(home.read(UV_TOML).contains("codeartifact"), "{name}");
        assert!(home.read(NPMRC).contains("_authToken"), "{name}");
        home.studio_mirror(["status"]).success();

        // Mended, the tool needs not be named again.
        let odd = home.join(PIP_CONF);
        let _ = std::fs::remove_file(&odd);
        let _ = std::fs::remove_dir(&odd);
        home.studio_mirror(["login"]).success();
        assert!(home.read(PIP_CONF).contains("index-url"), "{name}");
    }
}

#[test]
fn a_damaged_state_is_refused_with_the_mend() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    mirror.login(&home, &[]).success();
    let whole = home.read(STATE);
    let version_9 = whole.replace("\"schema_version\": 2", "\"schema_version\": 9");
    let truncated = &whole[..whole.len() / 2];
    for (damaged, mode, cause) in [
        (truncated, 0o600, "is damaged"),
        ("", 0o600, "is damaged"),
        ("[]", 0o600, "is damaged"),
        (&version_9, 0o600, "version 9"),
        (&whole, 0o660, "could have written it"),
    ] {
        let file = home.write(STATE, damaged);
        set_mode(&file, mode);
        set_mode(file.parent().expect("its folder"), mode | 0o100);
        let before = picture(home.path());
        for command in ["login", "logout", "status", "token"] {
            let finished = home.studio_mirror([command]).exit(1);
            let cause = match (command, mode) {
                // The first that it comes upon is the folder.
                ("logout", 0o660) => "chmod 700 '",
                _ => cause,
            };
            assert!(finished.stderr.contains(cause), "{finished}");
            let names = ".local/state/studio-mirror";
            assert!(
                finished.stderr.contains(names) && finished.stderr.contains("hint: "),
                "{finished}"
            );
            // It alone knows the way back.
            for lost in ["delete it", "rm "] {
                assert!(!finished.stderr.contains(lost), "{finished}");
            }
        }
        let url = mirror.endpoint("pypi", "team");
        let helper = home.studio_mirror(["keyring", "get", &url, "aws"]).exit(1);
        assert_eq!(helper.stdout, "");
        let changed: Vec<_> = picture(home.path())
            .into_iter()
            .filter(|(path, entry)| before.get(path) != Some(entry))
            .collect();
        assert!(changed.is_empty(), "{changed:?}");
    }
}

#[test]
fn a_state_with_an_open_mode_in_a_closed_folder_still_knows_the_way_back() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    home.write(NPMRC, "fund=false\n");
    let before = user_files(home.path());
    mirror.login(&home, &[]).success();
    let state = home.join(STATE);
    set_mode(&state, 0o664);
    let url = mirror.endpoint("pypi", "team");
    let mut ask = home.command(binary_under_test());
    home.run_unheard(ask.args(["keyring", "get", &url, "aws"]))
        .success();
    // Whatever is written next closes it.
    home.studio_mirror(["login", "--tool", "npm", "--force"])
        .success();
    let mode = std::fs::metadata(&state)
        .expect("it is there")
        .permissions();
    assert_eq!(mode.mode() & 0o777, 0o600);
    set_mode(&state, 0o664);
    home.studio_mirror(["logout"]).success();
    assert_eq!(user_files(home.path()), before);
}

#[test]
fn state_that_is_no_file_hangs_nobody() {
    let home = Home::new();
    std::fs::create_dir_all(home.join(".local/state/studio-mirror")).expect("folders");
    let mut mkfifo = home.command("mkfifo");
    home.run(mkfifo.arg(home.join(STATE))).success();
    let finished = home.studio_mirror(["status"]).exit(1);
    assert!(finished.stderr.contains("state.json"), "{finished}");
}

#[test]
fn wrong_usage_is_told_in_a_document_where_one_is_asked_for() {
    let home = Home::new();
    for words in [
        &["login", "--output", "json", "--bogus"][..],
        &["--output=json", "frobnicate"],
    ] {
        let finished = home.studio_mirror(words).exit(2);
        let document: serde_json::Value =
            serde_json::from_str(&finished.stdout).expect("one JSON document");
        assert_eq!(document["ok"], false);
        let error = document["failure"]["error"].as_str().expect("a sentence");
        assert!(error.contains(words.last().expect("a word")), "{finished}");
        assert!(finished.stderr.starts_with("error: "), "{finished}");
    }
    let words = ["exec", "--bogus", "--", "echo", "--output", "json"];
    let finished = home.studio_mirror(words).exit(2);
    assert_eq!(finished.stdout, "", "that is the command's");
    let help = home.studio_mirror(["login", "--output", "json", "--help"]);
    assert!(help.success().stdout.contains("Usage"));
}
