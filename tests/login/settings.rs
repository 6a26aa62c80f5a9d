//! Where settings come from, what is remembered, and when a token is asked for.

use crate::support::home::Home;
use crate::support::leak_watch::holds_token;
use crate::support::mirror::{LOGIN, Mirror};
use crate::support::programs::copy_program;
use crate::support::tree::picture;
use crate::support::{binary_under_test, tell_skipped};
use crate::{MINT, NPMRC, PIP_CONF, setting, status, with_api};

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

/// What people keep where a login puts its own: each client's way of writing a password.
#[test]
fn a_dry_run_shows_nobodys_password() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    let gems = mirror.endpoint("ruby", "team");
    let gems = gems.trim_end_matches('/');
    let host = gems.trim_start_matches("http://").replace('.', "__");
    let bundler = host.replace('-', "___").to_uppercase();
    let files = [
        (
            ".netrc",
            "machine 127.0.0.1\nlogin token password hunter3\n".to_owned(),
        ),
        (
            ".config/hatch/config.toml",
            "[publish.index.repos.codeartifact]\nurl = \"https://h.example/\"\nauth = \"hunter4\"\n"
                .to_owned(),
        ),
        (
            ".bundle/config",
            format!("BUNDLE_HTTP://{bundler}/: \"me:hunter5\"\n"),
        ),
        (".gem/credentials", format!("{gems}: hunter6\n")),
        (
            ".pypirc",
            "[codeartifact]\nrepository = https://h.example/\npassword =\n  hunter7\n".to_owned(),
        ),
        (
            ".nuget/NuGet/NuGet.Config",
            "<configuration><packageSourceCredentials><codeartifact>\n\
             <add value=\"hunter8\" key=\"ClearTextPassword\" />\n\
             </codeartifact></packageSourceCredentials></configuration>\n"
                .to_owned(),
        ),
        (
            ".m2/settings.xml",
            "<settings><servers><server><id>codeartifact</id><configuration><httpHeaders>\n\
             <property><name>X-Api</name><value>hunter9</value></property></httpHeaders></configuration></server></servers></settings>\n"
                .to_owned(),
        ),
    ];
    for (file, text) in &files {
        home.write(file, text);
    }
    let tools = "swift,hatch,gem,twine,dotnet,maven";
    let flags = [
        "--dry-run",
        "--auth",
        "token",
        "--tool",
        tools,
        "--namespace",
        "acme",
    ];
    let shown = mirror.login(&home, &flags).success();
    assert!(!home.transcript().contains("hunter"), "{shown}");
    for (file, _) in &files {
        let head = format!("--- ~/{file}\n+++ ~/{file}\n");
        let (_, diff) = shown.stdout.split_once(&head).expect(file);
        let (diff, _) = diff.split_once("\n--- ").unwrap_or((diff, ""));
        let masked = |line: &str| line.starts_with('-') && line.contains("***");
        assert!(diff.lines().any(masked), "{file}: {shown}");
    }
    let registry = "-repository = https://h.example/\n";
    assert!(shown.stdout.contains(registry), "{shown}");
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
fn what_would_surprise_is_warned_of() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    home.write(
        PIP_CONF,
        "[global]\nextra-index-url = https://other.example/simple\n",
    );
    let mut command = home.command(binary_under_test());
    command
        .args(LOGIN)
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

/// The lowest layers, on a machine of their own: root's file, then what Studio tells.
#[test]
fn etc_ranks_below_the_users_file_and_studio_below_etc() {
    let home = Home::new();
    home.write(
        ".config/studio-mirror/config.toml",
        "repository = \"users\"\n",
    );
    let script = r#"
        mount -t tmpfs none /etc && mkdir /etc/studio-mirror
        printf 'domain = "etcs"\nrepository = "etcs"\ndomain_owner = "444455556666"\n' > /etc/studio-mirror/config.toml
        mount -t tmpfs none /opt && mkdir -p /opt/ml/metadata
        echo '{"ResourceArn":"arn:aws:sagemaker:eu-west-1:111122223333:app/d-1/s/JupyterLab/default"}' \
            > /opt/ml/metadata/resource-metadata.json
        unset AWS_REGION
        "$0" status --output json
        rm -r /etc/studio-mirror
        "$0" status --output json
    "#;
    // The program may lie below what is mounted over.
    let program = home.join("studio-mirror");
    copy_program(&binary_under_test(), &program);
    let mut command = home.command("unshare");
    command.args(["-rm", "sh", "-euc", script]).arg(&program);
    let finished = home.run(&mut command);
    if finished.stderr.contains("unshare:") {
        assert!(finished.stdout.is_empty(), "{finished}");
        return tell_skipped(
            "/etc and Studio's metadata",
            "this machine lets nobody mount",
        );
    }
    let stdout = finished.success().stdout;
    let mut documents =
        serde_json::Deserializer::from_str(&stdout).into_iter::<serde_json::Value>();
    let mut next = || documents.next().expect("a document").expect("JSON");
    let etc = "/etc/studio-mirror/config.toml".to_owned();
    let studio = "Studio's resource-metadata.json".to_owned();
    let with_etc = next();
    let users = home.join(".config/studio-mirror/config.toml");
    assert_eq!(
        setting(&with_etc, "repository"),
        ("users".into(), users.display().to_string())
    );
    assert_eq!(setting(&with_etc, "domain"), ("etcs".into(), etc.clone()));
    assert_eq!(
        setting(&with_etc, "domain owner"),
        ("444455556666".into(), etc)
    );
    assert_eq!(
        setting(&with_etc, "region"),
        ("eu-west-1".into(), studio.clone())
    );
    let without_etc = next();
    assert_eq!(
        setting(&without_etc, "domain owner"),
        ("111122223333".into(), studio)
    );
}
