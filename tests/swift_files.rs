//! Swift's package manager cannot be had on these machines: its files are held against its own source and documentation, and
//! against what the real `aws codeartifact login --tool swift` would write; ~/.netrc against its other readers too, which must
//! go on as before.

mod support;

use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use serde_json::{Value, json};
use studio_mirror_emulator::RepositorySetup;
use support::home::{Finished, Home};
use support::leak_watch::LeakWatch;
use support::mirror::{Mirror, TEAM};
use support::tree::user_files;
use support::wire::{Api, Stub, http};
use support::{binary_under_test, clients};

const NETRC: &str = ".netrc";
const REGISTRIES: &str = ".swiftpm/configuration/registries.json";

fn studio_mirror(home: &Home, arguments: &[&str]) -> Finished {
    home.run(home.command(binary_under_test()).args(arguments))
}

fn registries(home: &Home) -> Value {
    serde_json::from_str(&home.read(REGISTRIES)).expect("JSON")
}

/// The password of the one entry for this machine.
fn token(home: &Home) -> String {
    let netrc = home.read(NETRC);
    let entry = "machine 127.0.0.1 login token password ";
    assert_eq!(netrc.matches("machine 127.0.0.1 ").count(), 1, "{netrc:?}");
    let (_, rest) = netrc.split_once(entry).expect("our entry");
    rest.split_whitespace()
        .next()
        .expect("a password")
        .to_owned()
}

/// `host:port` of the emulator.
fn authority(mirror: &Mirror) -> String {
    let url = mirror.emulator.http_url().to_owned();
    url.trim_start_matches("http://")
        .trim_end_matches('/')
        .to_owned()
}

#[test]
fn the_files_are_those_of_aws_and_of_swift_itself() {
    let mirror = Mirror::without_packages();
    let home = Home::new()
        .env("AWS_ENDPOINT_URL", mirror.emulator.http_url())
        .env("AWS_DEFAULT_REGION", "us-east-1");
    let watch = LeakWatch::start(home.path());
    mirror.login(&home, &["--tool", "swift"]).success();
    let url = mirror.endpoint("swift", TEAM);
    // What the AWS CLI would do: an entry of .netrc, the registry, the address that `login` asks.
    let mut aws = home.command(clients::bin("aws").join("aws"));
    aws.args(["codeartifact", "login", "--tool", "swift", "--dry-run"]);
    aws.args(["--domain", "corp", "--repository", TEAM]);
    let said = home.run_unheard(&mut aws).success().stdout;
    let entry = said.lines().find(|line| line.starts_with("machine "));
    let entry = entry.expect("the entry of .netrc");
    let (entry, _) = entry.rsplit_once(' ').expect("a token");
    assert_eq!(home.read(NETRC), format!("{entry} {}\n", token(&home)));
    assert!(
        said.contains(&format!("swift package-registry set {url}\n")),
        "{said}"
    );
    assert!(
        said.contains(&format!("swift package-registry login {url}login\n")),
        "{said}"
    );
    let path = format!("/swift/d/corp-111122223333/{TEAM}/login");
    assert_eq!(
        registries(&home),
        json!({
            "authentication": { (authority(&mirror)): { "type": "token", "loginAPIPath": path } },
            "registries": { "[default]": { "url": url, "supportsAvailability": false } },
            "version": 1,
        })
    );
    let mode = std::fs::metadata(home.join(NETRC)).expect("it is there");
    assert_eq!(mode.permissions().mode() & 0o777, 0o600);
    let status = studio_mirror(&home, &["status"]).success().stdout;
    let line = status
        .lines()
        .find(|line| line.trim_start().starts_with("swift"));
    assert!(
        line.is_some_and(|line| line.trim_end().ends_with(" ok")),
        "{status}"
    );
    home.assert_no_leak(&watch, &[REGISTRIES]);
}

#[test]
fn readers_of_netrc_find_the_entry() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    home.write(
        NETRC,
        "machine other.example login me password mine\ndefault login anonymous password x\n",
    );
    let login = mirror.login(&home, &["--tool", "swift"]).success();
    let warning =
        "warning: netrc knows neither port nor scheme: whatever reads ~/.netrc (pip, uv, curl)";
    assert_eq!(login.stderr.matches(warning).count(), 1, "{login}");
    let token = token(&home);
    let read = "import json, netrc; n = netrc.netrc(); print(json.dumps([n.authenticators(h) for h in ('127.0.0.1', 'other.example', 'x')]))";
    let mut python = home.command(clients::base_python());
    let answer = home.run_unheard(python.args(["-I", "-c", read])).success();
    let answer: Value = serde_json::from_str(&answer.stdout).expect("JSON");
    let expected = json!([
        ["token", "", token],
        ["me", "", "mine"],
        ["anonymous", "", "x"]
    ]);
    assert_eq!(answer, expected);
    if Command::new("curl").arg("--version").output().is_err() {
        return support::tell_skipped("curl and .netrc", "curl is not installed");
    }
    let server = Stub::answering(|_| http("200 OK", &[], "{}"));
    let mut curl = home.command("curl");
    home.run_unheard(curl.args(["--netrc", "--silent", &server.url()]))
        .success();
    let heard = server.heard().concat();
    use base64::Engine;
    let login = base64::engine::general_purpose::STANDARD.encode(format!("token:{token}"));
    assert!(heard.contains(&format!("Authorization: Basic {login}\r\n")));
}

#[test]
fn scopes_have_registries_of_their_own_and_a_host_has_one_token() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    home.write(
        ".config/studio-mirror/config.toml",
        "[[repository]]\nname = \"web\"\nnamespace = \"acme\"\n\
         [[repository]]\nname = \"lonely\"\ntools = [\"swift\"]\n",
    );
    home.write(
        REGISTRIES,
        "{\n  \"authentication\" : {\n    \"mine.example\" : {\n      \"type\" : \"basic\"\n    }\n  },\n  \"registries\" : {\n    \
         \"acme\" : {\n      \"url\" : \"https:\\/\\/old.example\\/\"\n    },\n    \"mine\" : {\n      \
         \"url\" : \"https:\\/\\/mine.example\"\n    }\n  },\n  \"version\" : 1\n}",
    );
    let before = home.read(REGISTRIES);
    let done = mirror.login(&home, &["--tool", "swift"]).success();
    let said = &done.stderr;
    assert!(said.contains("codeartifact-lonely is left out"), "{done}");
    assert!(
        said.contains("packages of acme from https://old.example/"),
        "{done}"
    );
    let found = registries(&home);
    assert_eq!(
        found["registries"]["acme"]["url"],
        mirror.endpoint("swift", "web")
    );
    assert_eq!(
        found["registries"]["[default]"]["url"],
        mirror.endpoint("swift", TEAM)
    );
    assert_eq!(found["registries"]["mine"]["url"], "https://mine.example");
    assert_eq!(
        found["authentication"]["mine.example"],
        json!({ "type": "basic" })
    );
    assert!(
        home.read(REGISTRIES)
            .contains("\"https:\\/\\/mine.example\"")
    );
    token(&home);
    studio_mirror(&home, &["logout"]).success();
    assert_eq!(home.read(REGISTRIES), before);
}

#[test]
fn a_second_domain_at_the_same_host_is_pointed_out() {
    let api = Api::with(|options| {
        options.setup.repositories.push(RepositorySetup {
            domain: Some("other".to_owned()),
            name: "far".to_owned(),
            upstreams: Vec::new(),
            external_connection: None,
        });
    });
    let home = Home::new();
    home.write(
        ".config/studio-mirror/config.toml",
        "[[repository]]\nname = \"far\"\ndomain = \"other\"\nnamespace = \"far\"\ntools = [\"swift\"]\n",
    );
    let done = api.login(&home, &["--tool", "swift"]).success();
    assert!(done.stderr.contains("one token a host"), "{done}");
    assert!(
        api.accepts(&token(&home)),
        "the one for the main repository"
    );
}

#[test]
fn an_expired_token_is_replaced_in_netrc_alone() {
    let mirror = Mirror::start();
    let home = Home::new();
    let watch = LeakWatch::start(home.path());
    home.write(NETRC, "machine other.example login me password mine");
    let before = user_files(home.path());
    mirror.let_tokens_live(12);
    mirror.login(&home, &["--tool", "swift"]).success();
    let (netrc, first) = (home.read(NETRC), token(&home));
    let others = home.read(REGISTRIES);
    mirror.wait_until_refused(&first);
    studio_mirror(&home, &["refresh", "--once"]).success();
    let second = token(&home);
    assert_ne!(second, first);
    assert!(mirror.emulator.token_is_valid(&second));
    assert_eq!(home.read(NETRC), netrc.replace(&first, &second));
    assert_eq!(home.read(REGISTRIES), others);
    home.assert_no_leak(&watch, &[REGISTRIES]);
    studio_mirror(&home, &["logout"]).success();
    assert_eq!(user_files(home.path()), before);
}

/// CodeArtifact's host is one for all formats: what stands in .netrc for Swift is seen by pip and uv too.
fn others_go_on_asking_the_helper(pip: &str, uv: &str) {
    let mirror = Mirror::start();
    mirror.let_tokens_live(12);
    let home = Home::new().first_on_path(clients::bin(uv));
    let ours = home.join(".local/bin");
    let home = home.first_on_path(ours);
    let watch = LeakWatch::start(home.path());
    mirror.login(&home, &["--tool", "pip,uv,swift"]).success();
    let python = home.venv_with_pip("venv", pip);
    let python = python.to_str().expect("a path in UTF-8");
    let install = |how: &[&str]| {
        let mut pip = home.command(python);
        pip.args(["-m", "pip", "install", "--no-cache-dir"])
            .args(how);
        home.run(pip.arg("mirror-greeting")).success();
        let mut uv = home.command("uv");
        uv.args([
            "pip",
            "install",
            "--no-cache",
            "--reinstall",
            "--python",
            python,
        ]);
        home.run(uv.arg("mirror-greeting")).success();
    };
    install(&[]);
    let stale = token(&home);
    mirror.wait_until_refused(&stale);
    install(&["--force-reinstall"]);
    assert_eq!(token(&home), stale, "nobody has renewed it");
    home.assert_no_leak(&watch, &[]);
}

#[test]
fn the_newest_pip_and_uv_are_not_kept_from_the_helper() {
    others_go_on_asking_the_helper("pip-newest", "uv-newest");
}

#[test]
fn older_pip_and_uv_are_not_kept_from_the_helper() {
    others_go_on_asking_the_helper("pip-23.1", "uv-0.4.30");
}

#[test]
fn whoever_has_poetry_too_is_told_what_an_older_one_does_with_netrc() {
    let mirror = Mirror::without_packages();
    let said = |home: &Home, tools: &str| {
        let done = mirror.login(home, &["--tool", tools]).success();
        done.stderr.contains("poetry before 2.0")
    };
    let home = Home::new();
    assert!(!said(&home, "pip,swift"));
    assert!(said(&home, "poetry"), "beside an earlier login");
    assert!(!said(&home, "pip"), "it is nothing new");
    assert!(said(&Home::new(), "swift,poetry"));
}

#[test]
fn logout_gives_back_every_byte() {
    let mirror = Mirror::without_packages();
    for (file, text) in [
        (NETRC, "machine a.example\r\n\tlogin me\r\n\tpassword p\r\n"),
        (
            NETRC,
            "# mine\nmachine 127.0.0.1 login aws password old\n\ndefault login me password p",
        ),
        (
            REGISTRIES,
            "{\"registries\":{},\"version\":1,\"security\":{\"default\":{\"signing\":{\"onUnsigned\":\"error\"}}}}",
        ),
        (REGISTRIES, ""),
    ] {
        let home = Home::new();
        home.write(file, text);
        let before = user_files(home.path());
        let done = mirror.login(&home, &["--tool", "swift"]).success();
        let replaced = text.contains("login aws");
        assert_eq!(
            done.stderr.contains("gave way to Swift's"),
            replaced,
            "{done}"
        );
        let again = user_files(home.path());
        mirror.login(&home, &["--tool", "swift"]).success();
        assert_eq!(user_files(home.path()), again);
        studio_mirror(&home, &["logout"]).success();
        assert_eq!(user_files(home.path()), before, "{file}: {text:?}");
    }
}

#[test]
fn what_swift_would_not_read_is_refused_and_left_alone() {
    let mirror = Mirror::without_packages();
    for (file, text) in [
        (NETRC, "machine a.example login me password \"two words\"\n"),
        (NETRC, "macdef init\ncd /pub\n\n"),
        (REGISTRIES, "{\"version\": 1, // mine\n}"),
        (REGISTRIES, "{\"registries\": {}, \"version\": 2}"),
        (REGISTRIES, "{\"registries\": [], \"version\": 1}"),
    ] {
        let home = Home::new();
        home.write(file, text);
        let refused = mirror.login(&home, &["--tool", "swift"]).exit(1);
        let sentence = format!("`~/{file}` is left as it is");
        assert!(refused.stderr.contains(&sentence), "{refused}");
        assert_eq!(home.read(file), text);
    }
    let home = Home::new();
    let flags = ["--tool", "swift", "--namespace", "no_scope"];
    let refused = mirror.login(&home, &flags).exit(1);
    for said in [
        "the namespace `no_scope` (from --namespace) is no scope",
        "hint: a scope of Swift's has ",
        "--namespace SCOPE",
    ] {
        assert!(refused.stderr.contains(said), "{refused}");
    }
    assert!(!refused.stderr.contains("registries.json"), "{refused}");
    // One of a file, beside the main repository.
    let home = Home::new();
    let config = ".config/studio-mirror/config.toml";
    home.write(
        config,
        "[[repository]]\nname = \"team\"\n[[repository]]\nname = \"web\"\nnamespace = \"no.scope\"\n",
    );
    let refused = mirror.login_by_file(&home, &["--tool", "swift"]).exit(1);
    for said in ["`no.scope` (from ~/.config/", "mend it in"] {
        assert!(refused.stderr.contains(said), "{refused}");
    }
}

#[test]
fn another_place_for_configuration_is_found() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    let folder = home.join("settings");
    let home = home.env("XDG_CONFIG_HOME", folder);
    mirror.login(&home, &["--tool", "swift"]).success();
    let text = home.read("settings/swiftpm/configuration/registries.json");
    assert!(text.contains(&mirror.endpoint("swift", TEAM)));
}
