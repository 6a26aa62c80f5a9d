//! Files of pnpm and bun that a login leaves alone and that win over those it writes: `login` and `status` point them out.

use crate::support::clients;
use crate::support::home::{Finished, Home};
use crate::support::leak_watch::LeakWatch;
use crate::support::mirror::Mirror;
use crate::support::wire::{Stub, http};
use crate::support::{binary_under_test, tree};

const WEB: &str = "[[repository]]\nname = \"web\"\nnamespace = \"acme\"\n";

/// `text` is what a person has in `file`, with URL where they send packages; it is said to win in these words.
struct Case {
    client: &'static str,
    tool: &'static str,
    file: &'static str,
    text: &'static str,
    package: &'static str,
    says: &'static str,
}

fn add(home: &Home, case: &Case) -> Finished {
    let _ = std::fs::remove_dir_all(home.join("project"));
    home.write("project/package.json", "{\"name\":\"project\"}");
    let mut add = home.command(case.tool);
    add.args(["add", case.package])
        .current_dir(home.join("project"));
    home.run(&mut add)
}

fn wins_and_is_said(case: Case) {
    let mirror = Mirror::start();
    let elsewhere = Stub::answering(|_| http("404 Not Found", &[], "{}"));
    let home = Home::new()
        .first_on_path(clients::bin(case.client))
        .env("CI", "1");
    let watch = LeakWatch::start(home.path());
    home.write(".config/studio-mirror/config.toml", WEB);
    let login = || mirror.login(&home, &["--tool", case.tool]).success();
    let status = || {
        let mut status = home.command(binary_under_test());
        home.run(status.arg("status")).success()
    };

    home.write(case.file, case.text.replace("URL", &elsewhere.url()));
    let before = tree::user_files(home.path());
    let told = login();
    assert!(told.stderr.contains(case.says), "{told}");
    let told = status();
    assert!(told.words().contains(case.says), "{told}");
    // It is true of the client.
    add(&home, &case).failure();
    let heard = elsewhere.heard();
    assert!(!heard.is_empty(), "{} did not go there", case.client);
    let with_login = heard.iter().find(|request| request.contains("eyJ2"));
    assert_eq!(with_login, None);
    let _ = std::fs::remove_dir_all(home.join("project"));
    let after = tree::user_files(home.path());
    let name = std::path::Path::new(case.file);
    assert_eq!(
        after.iter().find(|(path, _)| path.ends_with(name)),
        before.iter().find(|(path, _)| path.ends_with(name)),
        "the file stays as it is"
    );

    // Sent to ours, or not there, it is no matter.
    let web = mirror.endpoint("npm", "web");
    let team = mirror.endpoint("npm", "team");
    let ours = if case.package.starts_with('@') {
        web
    } else {
        team
    };
    let same = case.text.replace("URL/", &ours);
    for text in [same.as_str(), ""] {
        home.write(case.file, text);
        let told = login();
        assert!(!told.stderr.contains("wins"), "{told}");
        let told = status();
        assert!(!told.stdout.contains("wins"), "{told}");
    }
    add(&home, &case).success();
    home.assert_no_leak(&watch, &[]);
}

const PNPM: Case = Case {
    client: "pnpm-newest",
    tool: "pnpm",
    file: ".config/pnpm/config.yaml",
    text: "registries:\n  default: URL/ # mine\n",
    package: "mirror-left",
    says: "`registries: default` in ~/.config/pnpm/config.yaml (http://127.0.0.1:",
};

#[test]
fn registries_of_pnpm_11() {
    wins_and_is_said(Case {
        client: "pnpm-11",
        ..PNPM
    });
}

#[test]
fn registries_of_the_newest_pnpm() {
    wins_and_is_said(PNPM);
}

#[test]
fn one_registry_of_the_newest_pnpm() {
    wins_and_is_said(Case {
        text: "registry: \"URL/\"\n",
        says: "`registry` in ~/.config/pnpm/config.yaml (http://127.0.0.1:",
        ..PNPM
    });
}

#[test]
fn a_scope_of_the_newest_pnpm() {
    wins_and_is_said(Case {
        text: "registries:\n  '@acme': URL/\n",
        package: "@acme/mirror-scoped",
        says: "`registries: @acme` in ~/.config/pnpm/config.yaml (http://127.0.0.1:",
        ..PNPM
    });
}

#[test]
fn a_scope_of_the_newest_bun() {
    wins_and_is_said(Case {
        client: "bun-newest",
        tool: "bun",
        file: ".bunfig.toml",
        text: "[install.scopes]\nacme = \"URL/\"\n",
        package: "@acme/mirror-scoped",
        says: "`[install.scopes] acme` in ~/.bunfig.toml (http://127.0.0.1:",
    });
}
