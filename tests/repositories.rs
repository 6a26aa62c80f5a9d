//! `[[repository]]`: several repositories at once, of two domains, two owners and two regions; the helper picks by host.

mod support;

use std::path::Path;
use std::time::Duration;

use studio_mirror_emulator::{Emulator, Options, Setup};
use support::home::{Finished, Home};
use support::leak_watch::LeakWatch;
use support::mirror::{Mirror, answer_with_token};
use support::packages::Packages;
use support::tree::user_files;
use support::{binary_under_test, clients, wait_until};

const LIFE: i64 = 12;

const ELSEWHERE: &str = r#"
account = "222233334444"
region = "eu-west-1"
[[domain]]
name = "research"
[[repository]]
name = "models"
upstreams = ["store"]
[[repository]]
name = "store"
external-connection = "public:pypi"
[[principal]]
user = "emulator"
access-key = "AKIAEMULATOREXAMPLE"
secret-key = "emulator-secret-key"
"#;

/// Two regions, each with a folder of packages that the other has not.
struct TwoRegions {
    home: Emulator,
    away: Emulator,
    _folders: [tempfile::TempDir; 2],
}

impl TwoRegions {
    fn start() -> TwoRegions {
        let packages = Packages::build();
        let folders = [(); 2].map(|()| tempfile::tempdir().expect("a folder"));
        for entry in std::fs::read_dir(packages.path()).expect("the packages") {
            let path = entry.expect("a package").path();
            let name = path
                .file_name()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            if path.is_file() {
                let to = &folders[usize::from(name.starts_with("mirror_farewell"))];
                std::fs::copy(&path, to.path().join(&name)).expect("a copy");
            }
        }
        let start = |folder: &Path, setup: Setup| {
            let options = Options {
                packages: Some(folder.to_owned()),
                setup,
                ..Options::default()
            };
            let emulator = Emulator::start(options).expect("the emulator starts");
            emulator.set_token_lifetime(Some(LIFE));
            emulator
        };
        let setup = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(setup.path(), ELSEWHERE).expect("a setup");
        TwoRegions {
            home: start(folders[0].path(), Setup::default()),
            away: start(
                folders[1].path(),
                Setup::read(setup.path()).expect("a setup"),
            ),
            _folders: folders,
        }
    }

    fn configure(&self, home: &Home) {
        let config = format!(
            "domain = \"corp\"\ndomain_owner = \"111122223333\"\nregion = \"us-east-1\"\napi_endpoint = \"{}\"\n\
             [[repository]]\nname = \"team\"\n\
             [[repository]]\nname = \"models\"\ndomain = \"research\"\ndomain_owner = \"222233334444\"\n\
             region = \"eu-west-1\"\napi_endpoint = \"{}\"\n\
             [[repository]]\nname = \"web\"\nnamespace = \"acme\"\n",
            self.home.http_url(),
            self.away.http_url()
        );
        home.write(".config/studio-mirror/config.toml", config);
    }

    fn away_url(&self) -> String {
        let api = self.away.http_url();
        let api = api.trim_end_matches('/');
        format!("{api}/pypi/d/research-222233334444/models/simple/")
    }
}

fn login(home: &Home) -> Finished {
    home.run(home.command(binary_under_test()).arg("login"))
}

fn helper(home: &Home, url: &str) -> Finished {
    let mut ask = home.command(binary_under_test());
    home.run_unheard(ask.args(["keyring", "get", url, "aws"]))
}

#[test]
fn packages_come_from_both_domains_and_the_helper_tells_their_tokens_apart() {
    let regions = TwoRegions::start();
    let home = Home::new()
        .first_on_path(clients::bin("uv-newest"))
        .first_on_path(clients::bin("npm-newest"));
    let ours = home.join(".local/bin");
    let home = home.first_on_path(ours);
    let watch = LeakWatch::start(home.path());
    regions.configure(&home);
    let before = user_files(home.path());
    let finished = login(&home).success();
    assert!(
        finished
            .stdout
            .contains("domain research (222233334444, eu-west-1)"),
        "{finished}"
    );
    // A scope is nothing to Python's tools.
    for file in [".config/pip/pip.conf", ".config/uv/uv.toml"] {
        assert!(!home.read(file).contains("/web/"), "{file}");
    }
    let python = home.venv_with_pip("venv", "pip-newest");
    let python = python.to_str().expect("a path in UTF-8");
    let install = |again: &[&str]| {
        let both = ["mirror-greeting", "mirror-farewell"];
        let mut pip = home.command(python);
        pip.args(["-m", "pip", "install", "--no-cache-dir"])
            .args(again);
        home.run(pip.args(both)).success();
        let mut uv = home.command("uv");
        uv.args([
            "pip",
            "install",
            "--no-cache",
            "--reinstall",
            "--python",
            python,
        ]);
        home.run(uv.args(both)).success();
    };
    install(&[]);
    let url = regions.away_url();
    let old = helper(&home, &url).success().stdout.trim().to_owned();
    wait_until("the token to expire", Duration::from_secs(60), || {
        answer_with_token(&format!("{url}mirror-farewell/"), &old).contains(" 401 ")
    });
    install(&["--force-reinstall"]);
    // A token opens its own domain alone.
    let here = format!(
        "{}/pypi/d/corp-111122223333/team/simple/mirror-words/",
        regions.home.http_url().trim_end_matches('/')
    );
    let away = helper(&home, &url).success().stdout.trim().to_owned();
    let near = helper(&home, &here).success().stdout.trim().to_owned();
    assert!(answer_with_token(&here, &near).contains(" 200 "));
    assert!(answer_with_token(&here, &away).contains(" 401 "));

    home.write(
        "project/package.json",
        "{\"name\":\"project\",\"version\":\"1.0.0\"}",
    );
    home.run(
        home.command(binary_under_test())
            .args(["refresh", "--once"]),
    )
    .success();
    let mut npm = home.command("npm");
    npm.args(["install", "@acme/mirror-scoped", "mirror-again"]);
    home.run(npm.current_dir(home.join("project"))).success();
    let asked: Vec<String> = regions
        .home
        .requests()
        .into_iter()
        .map(|request| request.uri)
        .collect();
    assert!(
        asked.iter().any(|path| path.contains("/web/@acme")),
        "the scope's own repository"
    );
    assert!(asked.iter().any(|path| path.contains("/team/mirror-again")));
    home.assert_no_leak(&watch, &[".config/pip/pip.conf", ".config/uv/uv.toml"]);

    for made in ["venv", "project", ".npm", ".cache"] {
        let _ = std::fs::remove_dir_all(home.join(made));
    }
    home.run(home.command(binary_under_test()).arg("logout"))
        .success();
    let after = user_files(home.path());
    assert_eq!(
        after.get(Path::new(".npmrc")),
        before.get(Path::new(".npmrc"))
    );
    assert!(!home.join(".config/pip/pip.conf").exists());
    assert!(!home.join(".config/uv/uv.toml").exists());
}

#[test]
fn in_a_file_every_address_has_the_token_of_its_own_domain() {
    let regions = TwoRegions::start();
    let home = Home::new();
    let watch = LeakWatch::start(home.path());
    regions.configure(&home);
    let mut login = home.command(binary_under_test());
    home.run(login.args(["login", "--tool", "pip", "--auth", "token"]))
        .success();
    let python = home.venv_with_pip("venv", "pip-newest");
    let mut pip = home.command(python);
    pip.args(["-m", "pip", "install", "--no-cache-dir"]);
    home.run(pip.args(["mirror-greeting", "mirror-farewell"]))
        .success();
    home.assert_no_leak(&watch, &[]);
}

#[test]
fn a_repository_that_cannot_be_had_is_left_out_and_said() {
    let regions = TwoRegions::start();
    let home = Home::new();
    regions.configure(&home);
    let deny = |operation: &str| {
        let fault = serde_json::json!({ "operation": operation,
            "action": { "kind": "deny", "layer": "identity" } });
        let fault = serde_json::from_value(fault).expect("a fault");
        regions.away.add_faults(vec![fault]).expect("a fault");
    };
    let said = "error: the repositories of domain research are left out";
    deny("GetRepositoryEndpoint");
    let mut dry_run = home.command(binary_under_test());
    let finished = home.run(dry_run.args(["login", "--dry-run"])).exit(1);
    let said_of_one = "error: the repository models is left out (pypi)";
    assert!(finished.stderr.contains(said_of_one), "{finished}");
    regions.away.clear_faults();
    deny("GetAuthorizationToken");
    let finished = login(&home).exit(1);
    assert!(finished.stderr.contains(said), "{finished}");
    assert!(finished.stdout.starts_with("Logged in"), "{finished}");
    assert!(!home.read(".config/pip/pip.conf").contains("models"));
    regions.away.clear_faults();
    login(&home).success();
    assert!(home.read(".config/pip/pip.conf").contains("models"));
}

#[test]
fn what_makes_dependency_confusion_possible_is_pointed_out() {
    let mirror = Mirror::start();
    let public = "https://pypi.example/simple/";
    let home = Home::new()
        .env("PIP_EXTRA_INDEX_URL", public)
        .env("UV_INDEX", public);
    home.write(
        ".config/pip/pip.conf",
        format!("[global]\nextra-index-url = {public}\n"),
    );
    home.write(
        ".config/uv/uv.toml",
        format!("[[index]]\nname = \"public\"\nurl = \"{public}\"\n"),
    );
    let finished = mirror.login(&home, &["--tool", "pip,uv"]).success();
    let warnings: Vec<&str> = finished
        .stderr
        .lines()
        .filter(|line| line.contains("publishes there"))
        .collect();
    assert_eq!(warnings.len(), 4, "{finished}");
}

/// In the file that login edits, and in those beside it.
#[test]
fn pages_of_links_and_pips_other_files_are_pointed_out() {
    let mirror = Mirror::start();
    let public = "https://pypi.example/simple/";
    let shared = Home::new();
    let home = Home::new().env("XDG_CONFIG_DIRS", shared.path());
    home.write(
        ".config/pip/pip.conf",
        format!("[wheel]\nfind-links = {public}\n"),
    );
    home.write(
        ".config/uv/uv.toml",
        format!("find-links = [\"{public}\"]\n[pip]\nfind-links = [\"{public}\"]\n"),
    );
    home.write(
        ".pip/pip.conf",
        format!("[global]\nindex-url = https://lost.example\nextra-index-url = {public}\n"),
    );
    let text = "[global]\nfind-links = https://links.example\n[install]\nindex-url = https://me:secret@won.example/simple\n";
    shared.write("pip/pip.conf", text);
    let finished = mirror.login(&home, &["--tool", "pip,uv"]).success();
    for said in [
        "`find-links` in [wheel] (line ",
        "uv takes packages from `find-links` beside",
        "`uv pip` takes packages from `find-links` in [pip] beside",
        "from https://pypi.example/simple/ (~/.pip/pip.conf line 3 in [global]) beside",
        "from https://links.example (",
        "pip/pip.conf line 4 in [install] (https://won.example/simple) wins for pip",
    ] {
        assert_eq!(
            finished.stderr.matches(said).count(),
            1,
            "{said}: {finished}"
        );
    }
    assert!(!finished.stderr.contains("lost.example"), "{finished}");
    assert!(!finished.stderr.contains("secret"), "{finished}");
}
