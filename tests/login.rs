//! What `login` writes, what it remembers, whom it asks, and what it says when something is odd.

mod support;

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use support::binary_under_test;
use support::home::{Finished, Home};
use support::leak_watch::holds_token;
use support::mirror::Mirror;
use support::programs::copy_program;
use support::tree::picture;

const PIP_CONF: &str = ".config/pip/pip.conf";
const UV_TOML: &str = ".config/uv/uv.toml";
const NPMRC: &str = ".npmrc";
const STATE: &str = ".local/state/studio-mirror/state.json";
const MINT: &str = "GetAuthorizationToken";

fn mode(home: &Home, below: &str) -> u32 {
    std::fs::metadata(home.join(below))
        .expect("the file is there")
        .permissions()
        .mode()
        & 0o7777
}

fn set_mode(path: &Path, bits: u32) {
    std::fs::set_permissions(path, PermissionsExt::from_mode(bits)).expect("our own file");
}

/// The text with every token in it written `TOKEN`.
fn without_token(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("eyJ2ZX") {
        shown += &rest[..at];
        shown += "TOKEN";
        let end = rest[at..].find(['\n', '@', '"']);
        rest = end.map_or("", |end| &rest[at + end..]);
    }
    shown + rest
}

/// `studio-mirror` with `arguments` where the emulator is the API, told by the environment alone.
fn with_api(mirror: &Mirror, home: &Home, arguments: &[&str]) -> Finished {
    let mut command = home.command(binary_under_test());
    command
        .args(arguments)
        .env("STUDIO_MIRROR_API_ENDPOINT", mirror.emulator.http_url());
    home.run(&mut command)
}

fn status(home: &Home) -> serde_json::Value {
    let finished = home.studio_mirror(["status", "--output", "json"]).success();
    serde_json::from_str(&finished.stdout).expect("one JSON document")
}

/// Where `status` says that a setting came from, and its value.
fn setting(status: &serde_json::Value, name: &str) -> (String, String) {
    let settings = status["settings"].as_array().expect("a list");
    let found = settings
        .iter()
        .find(|setting| setting["name"] == name)
        .unwrap_or_else(|| panic!("no {name} in {status:#}"));
    let text = |key: &str| found[key].as_str().expect("a text").to_owned();
    (text("value"), text("source"))
}

#[test]
fn a_fresh_home_gets_exactly_these_files() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    let finished = mirror.login(&home, &[]).success();
    let (pypi, npm) = (
        mirror.endpoint("pypi", "team"),
        mirror.endpoint("npm", "team"),
    );
    let with_user = pypi.replace("http://", "http://aws@");
    assert_eq!(
        home.read(PIP_CONF),
        format!("[global]\nindex-url = {with_user}simple/\nkeyring-provider = subprocess\n")
    );
    assert_eq!(
        home.read(UV_TOML),
        format!(
            "keyring-provider = \"subprocess\"\n\n[[index]]\nname = \"codeartifact\"\nurl = \"{with_user}simple/\"\n\
             default = true\nauthenticate = \"always\"\n"
        )
    );
    let authority = npm.trim_start_matches("http:");
    assert_eq!(
        without_token(&home.read(NPMRC)),
        format!("registry={npm}\n{authority}:_authToken=TOKEN\n")
    );
    for file in [PIP_CONF, UV_TOML, NPMRC, STATE] {
        assert_eq!(mode(&home, file), 0o600, "{file}");
    }
    let link = std::fs::read_link(home.join(".local/bin/keyring")).expect("the helper's link");
    assert_eq!(
        link.canonicalize().unwrap(),
        binary_under_test().canonicalize().unwrap()
    );
    assert_eq!(finished.stderr, "");
    assert!(!holds_token(finished.stdout.as_bytes()));
}

#[test]
fn files_of_a_person_keep_their_comments_and_modes() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    let pip = home.write(
        PIP_CONF,
        "# mine\n[global]\ntimeout = 60 ; yes\n\n[install]\nno-compile = yes\n",
    );
    let uv = home.write(UV_TOML, "# mine\nnative-tls = true  # yes\n");
    let npm = home.write(
        NPMRC,
        "; mine\nfund = false\n@acme:registry=https://acme.example/\n",
    );
    for file in [&pip, &uv, &npm] {
        set_mode(file, 0o644);
    }
    mirror.login(&home, &[]).success();
    let pypi = mirror
        .endpoint("pypi", "team")
        .replace("http://", "http://aws@");
    assert_eq!(
        home.read(PIP_CONF),
        format!(
            "# mine\n[global]\ntimeout = 60 ; yes\nindex-url = {pypi}simple/\nkeyring-provider = subprocess\n\n\
             [install]\nno-compile = yes\n"
        )
    );
    assert!(
        home.read(UV_TOML)
            .starts_with("# mine\nnative-tls = true  # yes\n")
    );
    let npmrc = home.read(NPMRC);
    assert!(
        npmrc.starts_with("; mine\nfund = false\n@acme:registry=https://acme.example/\n"),
        "{npmrc}"
    );
    assert_eq!(mode(&home, PIP_CONF), 0o644, "no token in it");
    assert_eq!(mode(&home, UV_TOML), 0o644, "no token in it");
    assert_eq!(mode(&home, NPMRC), 0o600, "a token in it");
}

#[test]
fn token_mode_puts_the_token_into_a_private_pip_conf() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    set_mode(&home.write(PIP_CONF, "[global]\ntimeout = 9\n"), 0o644);
    mirror
        .login(&home, &["--tool", "pip", "--auth", "token"])
        .success();
    let pypi = mirror
        .endpoint("pypi", "team")
        .replace("http://", "http://aws:TOKEN@");
    assert_eq!(
        without_token(&home.read(PIP_CONF)),
        format!("[global]\ntimeout = 9\nindex-url = {pypi}simple/\n")
    );
    assert_eq!(mode(&home, PIP_CONF), 0o600);
    assert!(
        !home.join(".local/bin/keyring").exists(),
        "nobody asks a helper"
    );

    // And back again: the token goes, the helper comes; logout then restores the mode too.
    mirror
        .login(&home, &["--tool", "pip", "--auth", "helper"])
        .success();
    assert!(!holds_token(home.read(PIP_CONF).as_bytes()));
    home.studio_mirror(["logout"]).success();
    assert_eq!(home.read(PIP_CONF), "[global]\ntimeout = 9\n");
    assert_eq!(mode(&home, PIP_CONF), 0o644);
}

#[test]
fn a_second_login_touches_no_file() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    mirror.login(&home, &[]).success();
    let before = picture(home.path());
    mirror.login(&home, &[]).success();
    home.studio_mirror(["login"]).success();
    assert_eq!(picture(home.path()), before);
    assert_eq!(mirror.emulator.count(MINT), 1);
}

#[test]
fn settings_come_from_the_highest_layer_and_status_names_it() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    home.write(
        ".config/studio-mirror/config.toml",
        "domain = \"corp\"\nrepository = \"team\"\ndomain_owner = \"111122223333\"\n[tool.npm]\nrepository = \"web\"\n",
    );
    let from_file = status(&home);
    let file = home.join(".config/studio-mirror/config.toml");
    assert_eq!(
        setting(&from_file, "repository"),
        ("team".into(), file.display().to_string())
    );
    assert_eq!(setting(&from_file, "repository of npm").0, "web");
    with_api(&mirror, &home, &["login"]).success();
    assert!(home.read(NPMRC).contains("/npm/d/corp-111122223333/web/"));
    assert!(
        home.read(PIP_CONF)
            .contains("/pypi/d/corp-111122223333/team/")
    );

    // A flag is remembered and from then on wins over the file.
    with_api(&mirror, &home, &["login", "--repository", "lonely"]).success();
    let remembered = status(&home);
    assert_eq!(
        setting(&remembered, "repository"),
        ("lonely".into(), "the last login".into())
    );
    let text = home.studio_mirror(["status"]).success().stdout;
    assert!(
        text.lines()
            .any(|line| line.contains("repository") && line.ends_with("from the last login")),
        "{text}"
    );

    // The environment wins over what is remembered, a flag over the environment.
    let ask = |arguments: &[&str]| {
        let mut command = home.command(binary_under_test());
        command
            .args(["status", "--output", "json"])
            .args(arguments)
            .env("STUDIO_MIRROR_REPOSITORY", "from-environment");
        let stdout = home.run(&mut command).success().stdout;
        setting(&serde_json::from_str(&stdout).expect("JSON"), "repository")
    };
    assert_eq!(
        ask(&[]),
        (
            "from-environment".into(),
            "$STUDIO_MIRROR_REPOSITORY".into()
        )
    );
    assert_eq!(
        ask(&["--repository", "from-flag"]),
        ("from-flag".into(), "--repository".into())
    );
}

#[test]
fn tools_named_once_are_remembered_and_later_ones_added() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    mirror.login(&home, &["--tool", "npm"]).success();
    assert!(!home.join(PIP_CONF).exists());
    home.studio_mirror(["login"]).success();
    assert!(!home.join(PIP_CONF).exists(), "npm alone was asked for");
    home.studio_mirror(["login", "--tool", "pip"]).success();
    let said = home.studio_mirror(["login"]).success().stdout;
    assert!(
        said.contains("npm") && said.contains("pip") && !said.contains("uv "),
        "{said}"
    );
}

#[test]
fn a_tool_keeps_the_repository_it_was_told_alone() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    mirror.login(&home, &[]).success();
    home.studio_mirror(["login", "--tool", "npm", "--repository", "web"])
        .success();
    home.studio_mirror(["login"]).success();
    assert!(home.read(NPMRC).contains("/npm/d/corp-111122223333/web/"));
    assert!(home.read(PIP_CONF).contains("/team/"));
    assert_eq!(setting(&status(&home), "repository").0, "team");
}

#[test]
fn a_namespace_serves_its_scope_alone() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    home.write(NPMRC, "registry=https://npm.example/\n");
    mirror
        .login(&home, &["--tool", "npm", "--namespace", "@acme"])
        .success();
    let npm = mirror.endpoint("npm", "team");
    let authority = npm.trim_start_matches("http:").to_owned();
    let npmrc = without_token(&home.read(NPMRC));
    assert_eq!(
        npmrc,
        format!(
            "registry=https://npm.example/\n@acme:registry={npm}\n{authority}:_authToken=TOKEN\n"
        )
    );
    home.studio_mirror(["logout"]).success();
    assert_eq!(home.read(NPMRC), "registry=https://npm.example/\n");
}

#[test]
fn a_young_token_is_reused_an_older_one_is_not() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    mirror.login(&home, &[]).success();
    home.studio_mirror(["login"]).success();
    assert_eq!(mirror.emulator.count(MINT), 1);
    home.studio_mirror(["login", "--force"]).success();
    assert_eq!(mirror.emulator.count(MINT), 2);

    // Older by 7 of its 12 hours.
    let cache = status(&home)["token"]["cache"]
        .as_str()
        .expect("cached")
        .to_owned();
    let mut token: serde_json::Value =
        serde_json::from_slice(&std::fs::read(&cache).expect("the cached token")).expect("JSON");
    for key in ["minted_at", "expires_at"] {
        let seconds = token[key].as_u64().expect("seconds") - 7 * 3600;
        token[key] = seconds.into();
    }
    std::fs::write(&cache, token.to_string()).expect("our own file");
    home.studio_mirror(["login"]).success();
    assert_eq!(mirror.emulator.count(MINT), 3);
}

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
fn the_endpoint_type_goes_to_the_api() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    mirror
        .login(&home, &["--endpoint-type", "dualstack"])
        .success();
    let asked: Vec<_> = mirror
        .emulator
        .requests()
        .into_iter()
        .filter(|request| request.operation == "GetRepositoryEndpoint")
        .collect();
    assert!(!asked.is_empty());
    for request in asked {
        assert!(
            request.uri.contains("endpointType=dualstack"),
            "{}",
            request.uri
        );
    }
    let finished = mirror.login(&home, &["--endpoint-type", "ipv6"]).exit(2);
    assert!(finished.stderr.contains("ipv6"), "{finished}");
}

#[test]
fn a_repository_endpoint_without_private_dns_has_the_path_form() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    let mut command = home.command(binary_under_test());
    command
        .args([
            "login",
            "--domain",
            "corp",
            "--domain-owner",
            "111122223333",
            "--repository",
            "team",
        ])
        .env("STUDIO_MIRROR_API_ENDPOINT", mirror.emulator.http_url())
        .env(
            "STUDIO_MIRROR_REPOSITORY_ENDPOINT",
            "https://vpce-0a1b-2c3d.d.codeartifact.us-east-1.vpce.amazonaws.com",
        );
    home.run(&mut command).success();
    assert!(home.read(PIP_CONF).contains(
        "index-url = https://aws@vpce-0a1b-2c3d.d.codeartifact.us-east-1.vpce.amazonaws.com/pypi/d/corp-111122223333/team/simple/\n"
    ), "{}", home.read(PIP_CONF));
    assert!(home.read(NPMRC).contains(
        "registry=https://vpce-0a1b-2c3d.d.codeartifact.us-east-1.vpce.amazonaws.com/npm/d/corp-111122223333/team/\n"
    ));
    assert_eq!(
        mirror.emulator.count("GetRepositoryEndpoint"),
        0,
        "there is nothing to ask"
    );
    home.studio_mirror(["login"]).success();
    assert!(
        home.read(PIP_CONF).contains("vpce-0a1b"),
        "it is remembered"
    );
}

#[test]
fn a_dry_run_changes_nothing_asks_for_no_token_and_shows_none() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    home.write(NPMRC, "; mine\n//npm.example/:_authToken=npm_s3cr3t\n");
    home.write(
        PIP_CONF,
        "[global]\nindex-url = https://me:s3cr3t@pypi.example/simple\n",
    );
    let before = picture(home.path());
    let finished = mirror.login(&home, &["--dry-run"]).success();
    assert_eq!(picture(home.path()), before);
    assert_eq!(mirror.emulator.count(MINT), 0);
    for part in [
        "+++ ~/.npmrc",
        "+++ ~/.config/pip/pip.conf",
        "+++ ~/.config/uv/uv.toml",
        "_authToken=***",
    ] {
        assert!(finished.stdout.contains(part), "{part}: {finished}");
    }
    assert!(!finished.stdout.contains("s3cr3t"), "{finished}");

    // After a login, with the old token in the file that would get a new one.
    mirror.login(&home, &[]).success();
    let before = picture(home.path());
    let finished = home
        .studio_mirror(["login", "--dry-run", "--tool", "npm", "--repository", "web"])
        .success();
    assert!(finished.stdout.contains("-//"), "{finished}");
    assert!(!holds_token(finished.stdout.as_bytes()), "{finished}");
    assert_eq!(picture(home.path()), before);
}

#[test]
fn wrong_usage_exits_with_2_and_says_what_is_wrong() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    let wrong: [(&[&str], &str); 8] = [
        (&["login", "--tol", "pip"], "--tol"),
        (&["login", "--tool", "poetry"], "poetry"),
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
        finished
            .stderr
            .contains("no domain is set\nhint: give --domain"),
        "{finished}"
    );
    let finished = with_api(&mirror, &home, &["login", "--domain", "corp"]).exit(2);
    assert!(
        finished.stderr.contains("no repository is set\nhint: "),
        "{finished}"
    );
    assert_eq!(mirror.emulator.requests().len(), 0);
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

#[test]
fn empty_variables_count_as_unset() {
    let home = Home::new();
    let mut command = home.command(binary_under_test());
    command.arg("status");
    for variable in [
        "STUDIO_MIRROR_CONFIG",
        "STUDIO_MIRROR_DOMAIN",
        "AWS_REGION",
        "AWS_PROFILE",
        "XDG_CONFIG_HOME",
    ] {
        command.env(variable, "");
    }
    home.run(&mut command).success();
}

#[test]
fn what_the_aws_cli_logged_in_is_replaced_and_comes_back() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    // As `aws codeartifact login --tool pip` and `--tool npm` leave it (pip config set, npm config set).
    let old = "eyJ2ZXIiOjEsOLD";
    let pip = format!(
        "[global]\nindex-url = https://aws:{old}@corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/pypi/team/simple/\n\n"
    );
    let npm = format!(
        "registry=https://corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/npm/team/\n\
         //corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/npm/team/:_authToken={old}\n"
    );
    set_mode(&home.write(PIP_CONF, &pip), 0o644);
    set_mode(&home.write(NPMRC, &npm), 0o600);
    mirror.login(&home, &[]).success();
    assert!(
        !home.read(PIP_CONF).contains(old),
        "{}",
        home.read(PIP_CONF)
    );
    let index_urls = home.read(PIP_CONF).matches("index-url").count();
    assert_eq!(index_urls, 1);
    let npmrc = without_token(&home.read(NPMRC));
    assert_eq!(npmrc.matches("registry=").count(), 1, "{npmrc}");
    home.studio_mirror(["logout"]).success();
    assert_eq!(home.read(PIP_CONF), pip);
    assert_eq!(home.read(NPMRC), npm);
    assert_eq!((mode(&home, PIP_CONF), mode(&home, NPMRC)), (0o644, 0o600));
}

#[test]
fn what_would_surprise_is_warned_of() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    home.write(
        PIP_CONF,
        "[global]\nextra-index-url = https://other.example/simple\n",
    );
    let mut command = home.command(binary_under_test());
    command
        .args([
            "login",
            "--domain",
            "corp",
            "--domain-owner",
            "111122223333",
            "--repository",
            "team",
        ])
        .env("STUDIO_MIRROR_API_ENDPOINT", mirror.emulator.http_url())
        .env("PIP_INDEX_URL", "https://elsewhere.example/simple")
        .env("PATH", "/usr/bin:/bin");
    let finished = home.run(&mut command).success();
    for warning in [
        "warning: $PIP_INDEX_URL is set and wins",
        "warning: `extra-index-url` in [global] (line 2)",
        "warning: ~/.local/bin is not on PATH",
    ] {
        assert!(finished.stderr.contains(warning), "{warning}: {finished}");
    }
    command.arg("--quiet");
    assert_eq!(home.run(&mut command).success().stderr, "");
}

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
    type Oddity<'a> = (&'a str, &'a dyn Fn(&Home), &'a str);
    let odd: [Oddity; 6] = [
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
    let version_9 = whole.replace("\"schema_version\": 1", "\"schema_version\": 9");
    let truncated = &whole[..whole.len() / 2];
    for (damaged, mode, cause) in [
        (truncated, 0o600, "is damaged"),
        ("", 0o600, "is damaged"),
        ("[]", 0o600, "is damaged"),
        (&version_9, 0o600, "version 9"),
        (&whole, 0o660, "is not private"),
        (&whole, 0o644, "is not private"),
    ] {
        set_mode(&home.write(STATE, damaged), mode);
        let before = picture(home.path());
        for command in ["login", "logout", "status", "token"] {
            let finished = home.studio_mirror([command]).exit(1);
            assert!(finished.stderr.contains(cause), "{finished}");
            assert!(
                finished.stderr.contains("state.json") && finished.stderr.contains("hint: "),
                "{finished}"
            );
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
fn state_that_is_no_file_hangs_nobody() {
    let home = Home::new();
    std::fs::create_dir_all(home.join(".local/state/studio-mirror")).expect("folders");
    let mut mkfifo = home.command("mkfifo");
    home.run(mkfifo.arg(home.join(STATE))).success();
    let finished = home.studio_mirror(["status"]).exit(1);
    assert!(finished.stderr.contains("state.json"), "{finished}");
}

#[test]
fn a_keyring_command_of_somebody_elses_making_stays() {
    let mirror = Mirror::without_packages();
    // A copy of the program by that very name, started through a link: nothing may replace it by a link to itself.
    let home = Home::new();
    std::fs::create_dir_all(home.join(".local/bin")).expect("a folder");
    let keyring = home.join(".local/bin/keyring");
    copy_program(&binary_under_test(), &keyring);
    std::os::unix::fs::symlink("keyring", home.join(".local/bin/studio-mirror")).expect("a link");
    let mut command = home.command(home.join(".local/bin/studio-mirror"));
    command
        .args([
            "login",
            "--domain",
            "corp",
            "--domain-owner",
            "111122223333",
            "--repository",
            "team",
        ])
        .env("STUDIO_MIRROR_API_ENDPOINT", mirror.emulator.http_url());
    home.run(&mut command).success();
    assert!(keyring.symlink_metadata().expect("still there").is_file());
    let mut command = home.command(home.join(".local/bin/studio-mirror"));
    home.run(command.arg("logout")).success();
    assert!(keyring.symlink_metadata().expect("still there").is_file());

    // A link that a person made to the program.
    let home = Home::new();
    std::fs::create_dir_all(home.join(".local/bin")).expect("a folder");
    let keyring = home.join(".local/bin/keyring");
    std::os::unix::fs::symlink(binary_under_test(), &keyring).expect("a link");
    mirror.login(&home, &[]).success();
    home.studio_mirror(["logout"]).success();
    assert!(
        keyring
            .symlink_metadata()
            .expect("still there")
            .is_symlink()
    );
}

#[test]
fn folders_made_on_the_way_are_closed_to_others_whatever_the_umask() {
    let mirror = Mirror::without_packages();
    for umask in ["000", "077"] {
        let home = Home::new();
        let mut shell = home.command("sh");
        shell
            .args(["-c", &format!("umask {umask}; exec \"$@\""), "sh"])
            .arg(binary_under_test())
            .args([
                "login",
                "--domain",
                "corp",
                "--domain-owner",
                "111122223333",
                "--repository",
                "team",
            ])
            .env("STUDIO_MIRROR_API_ENDPOINT", mirror.emulator.http_url());
        home.run(&mut shell).success();
        for (path, entry) in picture(home.path()) {
            let bits = match entry {
                support::tree::Entry::Folder { mode } | support::tree::Entry::File { mode, .. } => {
                    mode
                }
                _ => continue,
            };
            assert_eq!(
                bits & 0o077,
                0,
                "{} has mode {bits:o} under umask {umask}",
                path.display()
            );
        }
    }
}
