//! `exec`: the command finds fresh credentials in its environment; nothing is written, and nothing of ours stays.

mod support;

use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use support::home::{Finished, Home};
use support::leak_watch::LeakWatch;
use support::mirror::{Mirror, TEAM, status_with_token};
use support::tree::user_files;
use support::{binary_under_test, clients, wait_until};

/// As somebody who never logged in: the settings come with the environment.
fn told(home: Home, mirror: &Mirror) -> Home {
    home.env("STUDIO_MIRROR_API_ENDPOINT", mirror.emulator.http_url())
        .env("STUDIO_MIRROR_DOMAIN", "corp")
        .env("STUDIO_MIRROR_DOMAIN_OWNER", "111122223333")
        .env("STUDIO_MIRROR_REPOSITORY", TEAM)
}

fn exec(home: &Home, arguments: &[&str]) -> Command {
    let mut command = home.command(binary_under_test());
    command.arg("exec").args(arguments);
    command
}

fn run(home: &Home, arguments: &[&str]) -> Finished {
    home.run(&mut exec(home, arguments))
}

#[test]
fn npm_installs_without_a_login_and_nothing_is_written() {
    let mirror = Mirror::start();
    let home = told(Home::new(), &mirror).first_on_path(clients::bin("npm-newest"));
    let watch = LeakWatch::start(home.path());
    home.write(
        "project/package.json",
        "{\"name\":\"project\",\"version\":\"1.0.0\"}",
    );
    let before = user_files(home.path());
    let version = run(&home, &["npm", "--version"]).success();
    assert!(!version.stdout.is_empty());
    assert_eq!(user_files(home.path()), before);

    let mut npm = exec(&home, &["npm", "install", "mirror-left"]);
    home.run(npm.current_dir(home.join("project"))).success();
    assert!(home.join("project/node_modules/mirror-right").is_dir());
    // By way of a shell, which hands a variable on whatever its name is made of.
    let mut npm = exec(&home, &["--", "bash", "-c", "npm install mirror-again"]);
    home.run(npm.current_dir(home.join("project"))).success();
    home.assert_no_leak(&watch, &[]);
}

#[test]
fn pip_is_sent_to_the_helper_after_a_login_and_left_out_without_one() {
    let mirror = Mirror::start();
    let home = told(Home::new(), &mirror);
    let watch = LeakWatch::start(home.path());
    let show = ["sh", "-c", "echo ${PIP_INDEX_URL-none}"];
    let named = [["--tool", "pip", "--"].as_slice(), &show].concat();
    let finished = run(&home, &named).success();
    assert_eq!(finished.stdout, "none\n");
    assert!(
        finished.stderr.contains("warning: pip is left out"),
        "{finished}"
    );
    let finished = run(&home, &show).success();
    let said = (finished.stdout.as_str(), finished.stderr.as_str());
    assert_eq!(said, ("none\n", ""));
    mirror.login(&home, &["--tool", "pip"]).success();
    // Somebody's own file sends it elsewhere; the environment wins.
    home.write(
        ".config/pip/pip.conf",
        "[global]\nindex-url = http://127.0.0.1:9/simple\n",
    );
    let python = home.venv_with_pip("venv", "pip-newest");
    let python = python.to_str().expect("a path in UTF-8");
    // With a build, whose own pip gets its index in its command line.
    let install = [python, "-m", "pip", "install", "mirror-built"];
    let finished = run(&home, &install).success();
    assert_eq!(
        finished.stderr.matches("is left out").count(),
        0,
        "{finished}"
    );
    home.assert_no_leak(&watch, &[]);
}

/// There is no helper on PATH that its environment could send it to.
#[test]
fn a_tool_whose_token_is_in_its_file_goes_by_that_file() {
    let mirror = Mirror::start();
    let home = told(Home::new(), &mirror);
    let watch = LeakWatch::start(home.path());
    let login = ["--tool", "pip", "--auth", "token"];
    mirror.login(&home, &login).success();
    let python = home.venv_with_pip("venv", "pip-newest");
    let python = python.to_str().expect("a path in UTF-8");
    let install = [python, "-m", "pip", "install", "mirror-words"];
    run(&home, &install).success();
    home.assert_no_leak(&watch, &[]);
}

#[test]
fn pythons_tools_find_no_token_in_their_environment_and_ask_the_helper() {
    let mirror = Mirror::start();
    let home = Home::new().first_on_path(clients::bin("uv-newest"));
    let ours = home.join(".local/bin");
    let home = told(home.first_on_path(ours), &mirror);
    let watch = LeakWatch::start(home.path());
    mirror.login(&home, &["--tool", "pip"]).success();
    let named = ["--tool", "pip,uv,twine,poetry,pdm,hatch", "--"];
    // What a tool keeps a password for is a name, and a project gives names to addresses of its own.
    let passwords = "env | grep -E '^(PIP|UV|TWINE|POETRY|PDM|HATCH)_' | grep -c eyJ; :";
    let finished = run(&home, &[&named[..], &["sh", "-c", passwords]].concat()).success();
    assert_eq!(finished.stdout, "0\n");
    let python = clients::base_python();
    let venv = home.join("venv");
    let venv = venv.to_str().expect("a path in UTF-8");
    let python = python.to_str().expect("a path in UTF-8");
    run(&home, &["uv", "venv", "-q", "--python", python, venv]).success();
    run(
        &home,
        &["uv", "pip", "install", "--python", venv, "mirror-built"],
    )
    .success();
    home.write(
        "project/pyproject.toml",
        "[project]\nname = \"p\"\nversion = \"1\"\nrequires-python = \">=3.9\"\n",
    );
    let mut add = exec(&home, &["uv", "add", "mirror-greeting"]);
    add.env("UV_PYTHON", python)
        .current_dir(home.join("project"));
    home.run(&mut add).success();
    home.assert_no_leak(&watch, &["project/pyproject.toml", "project/uv.lock"]);
}

/// They would be sent to our address, with the user that we name.
#[test]
fn a_password_for_another_index_stays_out() {
    let mirror = Mirror::without_packages();
    let mut home = told(Home::new(), &mirror);
    let foreign = [
        "UV_PUBLISH_TOKEN",
        "UV_PUBLISH_PASSWORD",
        "UV_INDEX_CODEARTIFACT_USERNAME",
        "UV_INDEX_CODEARTIFACT_PASSWORD",
        "PDM_PYPI_USERNAME",
        "PDM_PYPI_PASSWORD",
        "PDM_PUBLISH_PASSWORD",
        "TWINE_PASSWORD",
        "HATCH_INDEX_AUTH",
    ];
    for name in foreign {
        home = home.env(name, "mine");
    }
    let count = ["sh", "-c", "env | grep -c =mine$"];
    // Nobody is sent anywhere yet.
    assert_eq!(run(&home, &count).success().stdout, "9\n");
    mirror.login(&home, &["--tool", "pip"]).success();
    let finished = run(&home, &count).exit(1);
    assert_eq!(finished.stdout, "0\n", "{finished}");
    for name in foreign {
        assert_eq!(finished.stderr.matches(name).count(), 1, "{finished}");
    }
    let twine = [&["--tool", "twine", "--"], &count[..]].concat();
    assert_eq!(run(&home, &twine).success().stdout, "8\n");
}

#[test]
fn it_becomes_the_command() {
    let mirror = Mirror::without_packages();
    let home = told(Home::new(), &mirror);
    run(&home, &["sh", "-c", "exit 42"]).exit(42);
    // The very process: what is sent to it, the command gets.
    let mut command = exec(&home, &["sh", "-c", "echo $$; exec sleep 600"]);
    let mut child = command.stdout(Stdio::piped()).spawn().expect("it starts");
    let pid = i32::try_from(child.id()).expect("a process id");
    let is_sleep = || {
        let name = std::fs::read_to_string(format!("/proc/{pid}/comm"));
        name.is_ok_and(|name| name == "sleep\n")
    };
    wait_until("the command", Duration::from_secs(20), is_sleep);
    let pid = Pid::from_raw(pid).expect("a process id");
    kill_process(pid, Signal::TERM).expect("it lives");
    let status = child.wait().expect("it ends");
    assert_eq!(status.signal(), Some(15));
}

#[test]
fn a_command_that_cannot_run_answers_as_in_a_shell() {
    let mirror = Mirror::without_packages();
    let home = told(Home::new(), &mirror);
    let finished = run(&home, &["no-such-command"]).exit(127);
    assert!(
        finished
            .stderr
            .contains("error: cannot run `no-such-command`"),
        "{finished}"
    );
    let file = home.write("text", "not a program");
    let file: PathBuf = file;
    let finished = run(&home, &[file.to_str().expect("a path in UTF-8")]).exit(126);
    assert!(finished.stderr.contains("hint: "), "{finished}");
    run(&home, &[]).exit(2);
    run(&home, &["--output", "json", "true"]).exit(2);
    // What follows the command is the command's.
    let finished = run(&home, &["echo", "--tool", "--output", "json"]).success();
    assert_eq!(finished.stdout, "--tool --output json\n");
    // Cargo's word for its credential provider, too.
    let finished = run(&home, &["--", "echo", "--cargo-plugin"]).success();
    assert_eq!(finished.stdout, "--cargo-plugin\n");
}

#[test]
fn other_spellings_of_our_variables_do_not_win() {
    let mirror = Mirror::start();
    let home = told(Home::new(), &mirror)
        .env("NPM_CONFIG_REGISTRY", "http://127.0.0.1:9/")
        .first_on_path(clients::bin("npm-10"));
    home.write(
        "package.json",
        "{\"name\":\"project\",\"version\":\"1.0.0\"}",
    );
    let mut npm = exec(&home, &["npm", "install", "mirror-again"]);
    home.run(npm.current_dir(home.path())).success();
    // Of two spellings a client takes the one that it comes upon last.
    let shown = run(&home, &["sh", "-c", "echo ${NPM_CONFIG_REGISTRY-none}"]);
    assert_eq!(shown.success().stdout, "none\n");
}

#[test]
fn the_token_itself_is_there_for_files_that_name_its_variable() {
    let mirror = Mirror::start();
    let home = told(Home::new(), &mirror);
    let mut show = exec(&home, &["sh", "-c", "echo $CODEARTIFACT_AUTH_TOKEN"]);
    let shown = home.run_unheard(&mut show).success();
    let page = format!("{}simple/mirror-words/", mirror.endpoint("pypi", TEAM));
    assert_eq!(status_with_token(&page, shown.stdout.trim()), 200);
}

/// A requirements file can send the value of any variable anywhere.
#[test]
fn tools_that_ask_the_helper_run_without_the_token_itself() {
    let mirror = Mirror::without_packages();
    let home = told(Home::new(), &mirror);
    mirror.login(&home, &["--tool", "pip"]).success();
    let count = ["--", "sh", "-c", "env | grep -c eyJ; :"];
    for (tools, held) in [("pip", "0\n"), ("pip,uv,twine", "0\n"), ("pip,bun", "2\n")] {
        let finished = run(&home, &[&["--tool", tools], &count[..]].concat()).success();
        assert_eq!(finished.stdout, held, "{tools}: {finished}");
    }
}

#[test]
fn without_a_token_nothing_is_started() {
    let mirror = Mirror::without_packages();
    let home = told(Home::new(), &mirror);
    let throttle = serde_json::json!({ "operation": "GetAuthorizationToken",
        "action": { "kind": "throttle", "retryAfterSeconds": 60 } });
    let fault = serde_json::from_value(throttle).expect("a fault");
    mirror.emulator.add_faults(vec![fault]).expect("a fault");
    let finished = run(&home, &["touch", "made"]).exit(1);
    assert!(finished.stderr.contains("too many requests"), "{finished}");
    assert!(!home.join("made").exists());
}

/// A token in the second half of its life is good for an install all the same.
#[test]
fn a_token_at_hand_serves_while_aws_has_none_and_not_when_it_denies_one() {
    let mirror = Mirror::without_packages();
    let home = told(Home::new(), &mirror);
    mirror.login(&home, &["--tool", "npm"]).success();
    let [_, runtime] = home.folders();
    let mut files = std::fs::read_dir(runtime.join("studio-mirror")).expect("the cache");
    let cached = files.find_map(|file| {
        let path = file.expect("a file").path();
        path.extension()
            .is_some_and(|end| end == "json")
            .then_some(path)
    });
    let cached = cached.expect("the cached token");
    let text = std::fs::read_to_string(&cached).expect("the cached token");
    let mut token: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    for key in ["minted_at", "expires_at"] {
        token[key] = (token[key].as_u64().expect("seconds") - 7 * 3_600).into();
    }
    std::fs::write(&cached, token.to_string()).expect("our own file");
    let fault = |action: serde_json::Value| {
        mirror.emulator.clear_faults();
        let fault = serde_json::json!({ "operation": "GetAuthorizationToken", "action": action });
        let fault = serde_json::from_value(fault).expect("a fault");
        mirror.emulator.add_faults(vec![fault]).expect("a fault");
    };
    for action in [
        serde_json::json!({ "kind": "throttle" }),
        serde_json::json!({ "kind": "hang" }),
        serde_json::json!({ "kind": "reset" }),
    ] {
        fault(action);
        let finished = run(&home, &["true"]).success();
        assert!(finished.lasted < Duration::from_secs(10), "{finished}");
        home.studio_mirror(["login"]).success();
    }
    fault(serde_json::json!({ "kind": "deny", "layer": "identity" }));
    let denied = run(&home, &["touch", "made"]).exit(1);
    assert!(denied.stderr.contains("access denied"), "{denied}");
    assert!(!home.join("made").exists());
}

#[test]
fn a_failure_names_its_cause_and_starts_nothing() {
    let mirror = Mirror::without_packages();
    let home = told(Home::new(), &mirror);
    let deny = serde_json::json!({ "operation": "GetAuthorizationToken",
        "action": { "kind": "deny", "layer": "bearer-token" } });
    let fault = serde_json::from_value(deny).expect("a fault");
    mirror.emulator.add_faults(vec![fault]).expect("a fault");
    let finished = run(&home, &["touch", "made"]).exit(1);
    assert!(
        finished.stderr.contains("sts:GetServiceBearerToken"),
        "{finished}"
    );
    assert!(!home.join("made").exists());
}

/// npm takes `_` in a variable's name for `-`: told so, it would ask the public registry for @my_scope.
#[test]
fn npm_is_left_out_where_no_variable_can_name_its_scope() {
    let mirror = Mirror::without_packages();
    let home = told(Home::new(), &mirror).first_on_path(clients::bin("npm-newest"));
    let watch = LeakWatch::start(home.path());
    let config = ".config/studio-mirror/config.toml";
    let show = ["npm", "config", "get", "@my_scope:registry"];
    let beside = "[[repository]]\nname = \"web\"\nnamespace = \"my_scope\"\n";
    for text in ["namespace = \"@my_scope\"\n", beside] {
        home.write(config, text);
        let finished = run(
            &home,
            &["sh", "-c", "env | grep -ci ^npm_config_.*registry"],
        )
        .exit(1);
        assert_eq!(finished.stdout, "0\n", "{finished}");
        let said = "warning: npm is left out, no variable can tell npm the registry of @my_scope";
        assert_eq!(finished.stderr.matches(said).count(), 1, "{finished}");
        let named = [&["--tool", "npm", "--"], &show[..]].concat();
        let finished = run(&home, &named).exit(2);
        assert!(finished.stderr.contains("login --tool npm"), "{finished}");
        // Its file can say it.
        mirror.login(&home, &["--tool", "npm"]).success();
        let url = run(&home, &show).success().stdout;
        assert!(url.contains("/npm/"), "{url}");
        home.studio_mirror(["logout"]).success();
    }
    home.write(config, "namespace = \"my-scope\"\n");
    let shown = run(&home, &["npm", "config", "get", "@my-scope:registry"]).success();
    assert!(shown.stdout.contains("/npm/"), "{shown}");
    home.assert_no_leak(&watch, &[]);
}

/// bun knows one registry by its variables, that of everything.
#[test]
fn bun_is_told_to_be_left_out_where_the_repository_is_a_scopes() {
    let mirror = Mirror::without_packages();
    let home = told(Home::new(), &mirror);
    let asked = ["--tool", "bun", "--", "sh", "-c", "env | grep -c ^BUN_"];
    let finished = run(&home, &asked).success();
    assert_eq!(finished.stdout, "2\n", "{finished}");
    assert!(!finished.stderr.contains("left out"), "{finished}");
    home.write(
        ".config/studio-mirror/config.toml",
        "namespace = \"acme\"\n",
    );
    let finished = run(&home, &asked).exit(1);
    assert_eq!(finished.stdout, "0\n", "{finished}");
    let said = "bun is left out, no variable can tell bun this repository";
    assert!(finished.stderr.contains(said), "{finished}");
}
