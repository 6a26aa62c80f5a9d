//! What logins remember of each other: nothing is lost, nothing goes astray, nobody else has a say.

mod support;

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use studio_mirror_emulator::{Action, Fault};
use support::home::{Finished, Home};
use support::mirror::Mirror;
use support::{binary_under_test, wait_until};

const PIP_CONF: &str = ".config/pip/pip.conf";
const NPMRC: &str = ".npmrc";
const STATE: &str = ".local/state/studio-mirror/state.json";

/// `studio-mirror` in a shell with these variables set.
fn with_variables(home: &Home, variables: &[(&str, &str)], arguments: &[&str]) -> Finished {
    let mut command = home.command(binary_under_test());
    command.args(arguments).envs(variables.iter().copied());
    home.run(&mut command)
}

#[test]
fn a_tool_is_not_sent_to_another_domain_than_the_rest() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    mirror.login(&home, &[]).success();
    let before = home.read(PIP_CONF);
    let refused = home
        .studio_mirror(["login", "--tool", "pip", "--domain", "other"])
        .exit(2);
    assert_eq!(
        refused.stderr,
        "error: uv,npm would stay at another domain or region than other in us-east-1\n\
         hint: log in all tools by leaving out --tool, or first: studio-mirror logout --tool uv,npm; several domains at once go into [[repository]] of config.toml\n"
    );
    assert_eq!(home.read(PIP_CONF), before);
    home.studio_mirror(["login"]).success();
}

#[test]
fn logins_at_the_same_time_lose_nothing_that_either_was_told() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    mirror.login(&home, &["--tool", "uv"]).success();
    let slow_once = Fault {
        anonymous: None,
        operation: Some("GetRepositoryEndpoint".to_owned()),
        path: None,
        times: Some(1),
        action: Action::Delay { ms: 1_500 },
    };
    let told = mirror.emulator.add_faults(vec![slow_once]);
    told.expect("no path to get wrong");
    let asked_before = mirror.emulator.count("GetRepositoryEndpoint");
    std::thread::scope(|scope| {
        let slow = scope.spawn(|| home.studio_mirror(["login", "--tool", "pip"]).success());
        wait_until("the slow login to ask", Duration::from_secs(20), || {
            mirror.emulator.count("GetRepositoryEndpoint") > asked_before
        });
        home.studio_mirror(["login", "--tool", "npm", "--namespace", "acme"])
            .success();
        slow.join().expect("the slow login ends");
    });
    // Told nothing now: the scope must still be known.
    home.studio_mirror(["login", "--tool", "npm"]).success();
    let npmrc = home.read(NPMRC);
    assert!(npmrc.starts_with("@acme:registry="), "the scope is lost");
}

#[test]
fn a_way_to_authenticate_once_told_wins_over_the_configuration_file() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    home.write(
        ".config/studio-mirror/config.toml",
        "[tool.pip]\nauth = \"token\"\n",
    );
    mirror.login(&home, &[]).success();
    assert!(!home.read(PIP_CONF).contains("keyring-provider"));
    home.studio_mirror(["login", "--tool", "pip", "--auth", "helper"])
        .success();
    home.studio_mirror(["login"]).success();
    assert!(home.read(PIP_CONF).contains("keyring-provider"));
}

#[test]
fn a_repository_named_by_a_variable_for_one_tool_stays_its_own() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    mirror.login(&home, &[]).success();
    let variables = [("STUDIO_MIRROR_REPOSITORY", "web")];
    with_variables(&home, &variables, &["login", "--tool", "npm"]).success();
    home.studio_mirror(["login"]).success();
    assert!(home.read(NPMRC).contains("/web/"));
    assert!(home.read(PIP_CONF).contains("/team/"));
}

#[test]
fn status_tells_of_a_variable_that_wins_over_a_tools_file() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    mirror.login(&home, &[]).success();
    let variables = [
        ("PIP_INDEX_URL", "https://pypi.example/simple"),
        ("UV_KEYRING_PROVIDER", "disabled"),
    ];
    let status = with_variables(&home, &variables, &["status"]).success();
    for variable in ["$PIP_INDEX_URL", "$UV_KEYRING_PROVIDER"] {
        let sentence = format!("{variable} is set and wins over its file");
        assert!(status.words().contains(&sentence), "{status}");
    }
}

/// They win over what the helper would say.
#[test]
fn a_login_for_our_index_in_a_variable_is_told_of() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    mirror.login(&home, &["--tool", "uv,pdm"]).success();
    for (tool, variable) in [
        ("uv", "UV_INDEX_CODEARTIFACT_USERNAME"),
        ("uv", "UV_INDEX_CODEARTIFACT_PASSWORD"),
        ("pdm", "PDM_PYPI_USERNAME"),
        ("pdm", "PDM_PYPI_PASSWORD"),
        ("pdm", "PDM_PUBLISH_PASSWORD"),
    ] {
        let variables = [(variable, "mine")];
        let status = with_variables(&home, &variables, &["status"]).success();
        let said = format!("${variable} is set and wins over its file");
        assert!(status.words().contains(&said), "{status}");
        let login = with_variables(&home, &variables, &["login"]).success();
        let said = format!("${variable} is set and wins over {tool}'s configuration");
        assert!(login.stderr.contains(&said), "{login}");
    }
}

#[test]
fn neither_a_variable_nor_an_open_file_can_put_a_state_under_the_helper() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    mirror.login(&home, &[]).success();
    let theirs = home.read(STATE).replace(
        mirror.emulator.http_url().trim_end_matches('/'),
        "https://evil.example",
    );
    let project = home.write("project/studio-mirror/state.json", &theirs);
    std::fs::set_permissions(&project, PermissionsExt::from_mode(0o600)).expect("our own file");
    let folder = home.join("project");
    let variables = [("XDG_STATE_HOME", folder.to_str().expect("text"))];
    let url = "https://evil.example/pypi/d/corp-111122223333/team/simple/";
    let asked = with_variables(&home, &variables, &["keyring", "get", url, "aws"]).exit(1);
    assert_eq!(asked.stdout, "");

    let state = home.join(STATE);
    let folder = state.parent().expect("its folder");
    std::fs::set_permissions(folder, PermissionsExt::from_mode(0o755)).expect("our own folder");
    std::fs::set_permissions(&state, PermissionsExt::from_mode(0o644)).expect("our own file");
    let url = format!("{}simple/", mirror.endpoint("pypi", "team"));
    let asked = home.studio_mirror(["keyring", "get", &url, "aws"]).exit(1);
    assert_eq!(asked.stdout, "");
    for said in ["is not private", "chmod 600 ", "chmod go= "] {
        assert!(asked.stderr.contains(said), "{asked}");
    }
}

/// As after a restart of the space: what was cached in memory is gone, what the login remembered is not.
#[test]
fn status_knows_the_age_of_a_files_token_without_the_cache() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    let state_of_npm = || {
        let [_, runtime] = home.folders();
        std::fs::remove_dir_all(runtime.join("studio-mirror")).expect("the cache");
        let status = home.studio_mirror(["status", "--output", "json"]).success();
        let status: serde_json::Value = serde_json::from_str(&status.stdout).expect("JSON");
        assert!(status["token"].is_null(), "{status}");
        let tools = status["tools"].as_array().expect("the tools");
        let npm = tools.iter().find(|tool| tool["tool"] == "npm");
        npm.expect("npm")["state"]
            .as_str()
            .expect("text")
            .to_owned()
    };
    mirror.login(&home, &["--tool", "npm"]).success();
    assert_eq!(state_of_npm(), "ok");
    mirror.let_tokens_live(2);
    mirror.login(&home, &["--tool", "npm", "--force"]).success();
    let npmrc = home.read(NPMRC);
    let (_, token) = npmrc.split_once(":_authToken=").expect("a token");
    mirror.wait_until_refused(token.lines().next().expect("its line").trim());
    let state = state_of_npm();
    assert!(state.starts_with("its token has expired"), "{state}");
}

#[test]
fn a_full_logout_forgets_every_token() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    mirror.login(&home, &[]).success();
    home.studio_mirror(["token", "--domain", "other"]).success();
    let cached = || {
        let [_, runtime] = home.folders();
        let files = std::fs::read_dir(runtime.join("studio-mirror")).expect("the cache");
        files
            .filter(|file| {
                let path = file.as_ref().expect("our own folder").path();
                path.extension().is_some_and(|end| end == "json")
            })
            .count()
    };
    assert_eq!(cached(), 2);
    home.studio_mirror(["logout"]).success();
    assert_eq!(cached(), 0);
}

#[test]
fn a_token_that_comes_after_the_logout_does_not_stay() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    mirror.login(&home, &["--tool", "pip"]).success();
    let [_, runtime] = home.folders();
    let cached = || {
        let files = std::fs::read_dir(runtime.join("studio-mirror")).expect("the cache");
        let mut files = files.map(|file| file.expect("our own folder").path());
        files.find(|path| path.extension().is_some_and(|end| end == "json"))
    };
    std::fs::remove_file(cached().expect("a token")).expect("our own file");
    let slow_once = Fault {
        anonymous: None,
        operation: Some("GetAuthorizationToken".to_owned()),
        path: None,
        times: Some(1),
        action: Action::Delay { ms: 3_000 },
    };
    let told = mirror.emulator.add_faults(vec![slow_once]);
    told.expect("no path to get wrong");
    let url = mirror.endpoint("pypi", "team");
    std::thread::scope(|scope| {
        let slow = scope.spawn(|| {
            let mut ask = home.command(binary_under_test());
            home.run_unheard(ask.args(["keyring", "get", &url, "aws"]))
                .success()
        });
        wait_until("the helper to ask", Duration::from_secs(20), || {
            mirror.emulator.count("GetAuthorizationToken") == 2
        });
        home.studio_mirror(["logout"]).success();
        slow.join().expect("the helper answers");
    });
    assert_eq!(cached(), None);
}

#[test]
fn a_program_that_asked_for_a_document_gets_one_for_a_failure_too() {
    let home = Home::new();
    let refused = home
        .studio_mirror(["login", "--output", "json", "--domain", "Corp"])
        .exit(2);
    let document: serde_json::Value = serde_json::from_str(&refused.stdout).expect("JSON");
    assert_eq!(document["schema_version"], 1);
    assert_eq!(document["ok"], false);
    let error = document["failure"]["error"].as_str().expect("a sentence");
    assert!(
        error.contains("the domain `Corp` (from --domain)"),
        "{error}"
    );
    assert!(refused.stderr.starts_with("error: "), "{refused}");

    let mirror = Mirror::without_packages();
    home.write(PIP_CONF, "[global]\nno value\n");
    let partly = mirror.login(&home, &["--output", "json"]).exit(1);
    let document: serde_json::Value = serde_json::from_str(&partly.stdout).expect("JSON");
    let pip = &document["tools"][0];
    assert_eq!((&pip["tool"], &pip["ok"]), (&"pip".into(), &false.into()));
    let causes = pip["failure"]["causes"].to_string();
    assert!(causes.contains("line 2"), "{causes}");
    assert!(pip["failure"]["hint"].is_string());
}
