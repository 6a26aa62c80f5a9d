//! `exec`: what the clients find in their environment installs for them, whatever a project says, and its token goes to no
//! registry that a project names.

use crate::support::home::{Finished, Home};
use crate::support::leak_watch::LeakWatch;
use crate::support::mirror::{Mirror, TEAM};
use crate::support::wire::{Stub, http};
use crate::support::{binary_under_test, clients};

/// A home where nobody has logged in, with a project that sends everything, and a scope, elsewhere.
struct Stranger {
    mirror: Mirror,
    home: Home,
    watch: LeakWatch,
    elsewhere: Stub,
}

impl Stranger {
    fn new(client: &str) -> Stranger {
        let mirror = Mirror::start();
        let home = Home::new()
            .first_on_path(clients::bin(client))
            .env("CI", "1")
            .env("STUDIO_MIRROR_API_ENDPOINT", mirror.emulator.http_url())
            .env("STUDIO_MIRROR_DOMAIN", "corp")
            .env("STUDIO_MIRROR_DOMAIN_OWNER", "111122223333")
            .env("STUDIO_MIRROR_REPOSITORY", TEAM);
        let elsewhere = Stub::answering(|_| http("404 Not Found", &[], "{}"));
        let url = elsewhere.url();
        let npmrc = format!("registry={url}/\n@acme:registry={url}/\nfetch-retries=0\n");
        home.write("project/.npmrc", npmrc);
        home.write("project/package.json", "{\"name\":\"project\"}");
        Stranger {
            watch: LeakWatch::start(home.path()),
            mirror,
            home,
            elsewhere,
        }
    }

    fn exec(&self, command: &[&str]) -> Finished {
        let mut exec = self.home.command(binary_under_test());
        exec.arg("exec").args(command);
        self.home.run(exec.current_dir(self.home.join("project")))
    }

    fn has(&self, package: &str) -> bool {
        let package = format!("project/node_modules/{package}/package.json");
        self.home.join(package).is_file()
    }

    /// Asks for a package of the scope, which the project sends elsewhere.
    fn the_project_gets_no_token(&self, tool: &str) {
        self.exec(&[tool, "add", "@acme/mirror-scoped"]).failure();
        let heard = self.elsewhere.heard();
        assert!(!heard.is_empty(), "{tool} went elsewhere");
        let with_login = heard
            .iter()
            .find(|request| request.to_ascii_lowercase().contains("\r\nauthorization:"));
        assert_eq!(with_login, None);
        self.home.assert_no_leak(&self.watch, &[]);
        assert_eq!(self.mirror.emulator.count("GetAuthorizationToken"), 1);
    }
}

fn pnpm(client: &str) {
    let stranger = Stranger::new(client);
    // By way of a shell that hands on no variable with an odd name.
    let install = "pnpm add mirror-left";
    stranger.exec(&["sh", "-c", install]).success();
    assert!(stranger.has("mirror-left"));
    stranger.the_project_gets_no_token("pnpm");
}

#[test]
fn pnpm_11_installs_from_its_environment() {
    pnpm("pnpm-11");
}

#[test]
fn the_newest_pnpm_installs_from_its_environment() {
    pnpm("pnpm-newest");
}

fn bun(client: &str) {
    let stranger = Stranger::new(client);
    let install = "bun add mirror-left";
    stranger.exec(&["sh", "-c", install]).success();
    assert!(stranger.has("mirror-right"));
    stranger.the_project_gets_no_token("bun");
}

#[test]
fn bun_1_2_installs_from_its_environment() {
    bun("bun-1.2");
}

#[test]
fn the_newest_bun_installs_from_its_environment() {
    bun("bun-newest");
}

/// berry sends the token of its variable to the registry of every scope.
#[test]
fn yarn_finds_no_token_in_its_environment() {
    let stranger = Stranger::new("yarn-newest");
    let shown = stranger.exec(&["sh", "-c", "env | grep -c ^YARN_NPM"]);
    assert_eq!(shown.exit(1).stdout, "0\n");
    let refused = stranger.exec(&["--tool", "yarn", "true"]).exit(2);
    assert!(refused.stderr.contains("login --tool yarn"), "{refused}");
}
