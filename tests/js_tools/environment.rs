//! `exec`: what the clients find in their environment installs for them, whatever a project says, and its token goes to no
//! registry that a project names.

use crate::support::home::{Finished, Home};
use crate::support::leak_watch::{LeakWatch, holds_token};
use crate::support::mirror::{Mirror, TEAM};
use crate::support::wire::{Stub, http};
use crate::support::{binary_under_test, clients};

/// What a project can say to send packages elsewhere.
struct Diversion {
    read_by: &'static [&'static str],
    file: &'static str,
    text: &'static str,
    publishes: bool,
}

const fn diversion(
    read_by: &'static [&'static str],
    file: &'static str,
    text: &'static str,
) -> Diversion {
    Diversion {
        read_by,
        file,
        text,
        publishes: false,
    }
}

const ALL: &[&str] = &["npm", "pnpm", "bun"];
const NPMRC: &str = ".npmrc";

const DIVERSIONS: [Diversion; 8] = [
    diversion(
        ALL,
        NPMRC,
        "registry=URL/\n@acme:registry=URL/\n//HOST/:_auth=bWluZTptaW5l\nfetch-retries=0\n",
    ),
    diversion(
        ALL,
        NPMRC,
        "registry=${npm_config_registry}\n@acme:registry=URL/\nfetch-retries=0\n",
    ),
    diversion(&["bun"], "bunfig.toml", "[install]\nregistry = \"URL/\"\n"),
    diversion(
        &["bun"],
        "bunfig.toml",
        "[install.scopes]\nacme = \"URL/\"\n",
    ),
    diversion(
        &["pnpm"],
        "pnpm-workspace.yaml",
        "registries:\n  default: URL/\n  '@acme': URL/\n",
    ),
    diversion(
        ALL,
        "package.json",
        "{\"dependencies\":{\"mirror-left\":\"URL/mirror-left/-/mirror-left-1.0.0.tgz\"}}",
    ),
    diversion(
        &["npm"],
        "package-lock.json",
        "{\"lockfileVersion\":3,\"packages\":{\"\":{\"dependencies\":{\"mirror-left\":\"1.0.0\"}},\
         \"node_modules/mirror-left\":{\"version\":\"1.0.0\",\"resolved\":\"URL/mirror-left/-/mirror-left-1.0.0.tgz\"}}}",
    ),
    Diversion {
        publishes: true,
        ..diversion(
            ALL,
            "package.json",
            "{\"name\":\"@acme/project\",\"version\":\"1.0.0\",\
             \"publishConfig\":{\"registry\":\"URL/\",\"@acme:registry\":\"URL/\"}}",
        )
    },
];

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
        self.elsewhere_got_no_token("a scope in .npmrc");
        for diversion in DIVERSIONS {
            if diversion.read_by.contains(&tool) {
                self.is_diverted(tool, &diversion);
            }
        }
        self.is_diverted_by_variables(tool);
        self.home.assert_no_leak(&self.watch, &[]);
        assert_eq!(self.mirror.emulator.count("GetAuthorizationToken"), 1);
    }

    #[track_caller]
    fn elsewhere_got_no_token(&self, by: &str) {
        // A login of the project's own is none of ours.
        let heard = self.elsewhere.heard();
        let with_token = heard.iter().find(|request| holds_token(request.as_bytes()));
        assert_eq!(with_token, None, "{by}");
    }

    /// The project once more, with something that sends its packages, or what it publishes, elsewhere.
    fn is_diverted(&self, tool: &str, diversion: &Diversion) {
        let _ = std::fs::remove_dir_all(self.home.join("project"));
        let (url, host) = (self.elsewhere.url(), self.elsewhere.authority());
        let text = diversion.text.replace("URL", &url).replace("HOST", &host);
        let manifest = "{\"name\":\"@acme/project\",\"version\":\"1.0.0\"}";
        self.home.write("project/package.json", manifest);
        self.home.write("project/.npmrc", "fetch-retries=0\n");
        self.home
            .write(format!("project/{}", diversion.file), &text);
        // What becomes of them is the project's business.
        self.exec(&[tool, "install"]);
        match diversion.publishes {
            true => self.exec(&[tool, "publish"]),
            false => self.exec(&[tool, "add", "mirror-left", "@acme/mirror-scoped"]),
        };
        self.elsewhere_got_no_token(&text);
    }

    fn is_diverted_by_variables(&self, tool: &str) {
        let url = self.elsewhere.url();
        for name in [
            "NPM_CONFIG_REGISTRY",
            "npm_config_@acme:registry",
            "BUN_CONFIG_REGISTRY",
            "PNPM_CONFIG_REGISTRY",
            "pnpm_config_@acme:registry",
        ] {
            let _ = std::fs::remove_dir_all(self.home.join("project"));
            let manifest = "{\"name\":\"project\"}";
            self.home.write("project/package.json", manifest);
            let mut exec = self.home.command(binary_under_test());
            exec.args(["exec", tool, "add", "mirror-left", "@acme/mirror-scoped"])
                .env(name, &url);
            self.home.run(exec.current_dir(self.home.join("project")));
            self.elsewhere_got_no_token(name);
        }
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

fn npm(client: &str) {
    let stranger = Stranger::new(client);
    stranger.exec(&["npm", "add", "mirror-left"]).success();
    assert!(stranger.has("mirror-right"));
    stranger.the_project_gets_no_token("npm");
}

#[test]
fn npm_10_gives_a_project_no_token_from_its_environment() {
    npm("npm-10");
}

#[test]
fn the_newest_npm_gives_a_project_no_token_from_its_environment() {
    npm("npm-newest");
}

fn bun(client: &str) {
    let stranger = Stranger::new(client);
    let install = "bun add mirror-left";
    stranger.exec(&["sh", "-c", install]).success();
    assert!(stranger.has("mirror-right"));
    stranger.the_project_gets_no_token("bun");
    // What this option names would get the token of the variable.
    let url = stranger.elsewhere.url();
    for option in [
        vec![format!("--registry={url}")],
        vec!["--registry".to_owned(), url],
    ] {
        for tool in [&[][..], &["--tool", "bun", "--"]] {
            let option = option.iter().map(String::as_str);
            let add = tool.iter().copied().chain(["bun", "add"]).chain(option);
            let add: Vec<&str> = add.chain(["mirror-elsewhere"]).collect();
            let finished = stranger.exec(&add).failure();
            let said = "warning: bun is left out: its arguments name another registry";
            assert!(finished.stderr.contains(said), "{finished}");
            stranger.elsewhere_got_no_token("--registry");
        }
    }
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
