//! The real clients publish, set up by hand, and install back what they published.

mod support;

use serde_json::json;
use std::path::PathBuf;
use std::process::{Command, Output};
use support::packages::{altered, put, wheel};
use support::{World, run};

/// A world with clients on PATH, the last one first, and a token for them.
struct Publisher {
    world: World,
    token: String,
}

impl Publisher {
    fn with(clients: &[&str]) -> Publisher {
        let mut world = World::new();
        let token = world.token();
        for client in clients {
            world.first_on_path(client);
        }
        Publisher { world, token }
    }

    fn endpoint(&self, format: &str) -> String {
        let base = self.world.emulator.http_url();
        format!("{base}/{format}/d/corp-111122223333/team/")
    }

    /// A folder of a project of its own.
    fn folder(&self, name: &str) -> PathBuf {
        let folder = self.world.home.path().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        folder
    }

    fn wheel(&self, version: &str) -> PathBuf {
        put(&self.folder("dist"), wheel("mine", version))
    }

    fn twine(&self, file: &PathBuf) -> Command {
        let mut twine = self.world.command("twine");
        twine
            .args(["upload", "--non-interactive", "--disable-progress-bar"])
            .arg(file)
            .env("TWINE_REPOSITORY_URL", self.endpoint("pypi"))
            .env("TWINE_USERNAME", "aws")
            .env("TWINE_PASSWORD", &self.token);
        twine
    }

    /// Has pip fetch a version from the repository; the wheel has to be the one that was published.
    fn assert_pip_gets(&self, version: &str, bytes: &[u8]) {
        let index = self
            .endpoint("pypi")
            .replace("http://", &format!("http://aws:{}@", self.token));
        let to = self.folder("fetched");
        let mut pip = self.world.command("pip");
        pip.args(["download", "--no-deps", "--no-cache-dir"])
            .arg(format!("mine=={version}"))
            .arg("--dest")
            .arg(&to)
            .env("PIP_INDEX_URL", format!("{index}simple/"))
            .env("PIP_DISABLE_PIP_VERSION_CHECK", "1");
        run(&mut pip);
        let file = to.join(format!("mine-{version}-py3-none-any.whl"));
        assert_eq!(std::fs::read(file).unwrap(), bytes);
    }

    fn npm(&self, folder: &str, arguments: &[&str]) -> Command {
        let registry = self.endpoint("npm");
        let place = registry.strip_prefix("http:").unwrap();
        let text = format!("registry={registry}\n{place}:_authToken={}\n", self.token);
        std::fs::write(self.world.home.path().join(".npmrc"), text).unwrap();
        let mut npm = self.world.command("npm");
        npm.args(arguments)
            .current_dir(self.folder(folder))
            .env("NPM_CONFIG_UPDATE_NOTIFIER", "false");
        npm
    }

    fn npm_package(&self, version: &str) {
        let manifest = json!({ "name": "@acme/mine", "version": version, "license": "MIT" });
        let folder = self.folder("package");
        std::fs::write(folder.join("package.json"), manifest.to_string()).unwrap();
        std::fs::write(folder.join("index.js"), "module.exports = 1\n").unwrap();
    }
}

fn fails(mut command: Command, words: &str) {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    let told = [stdout, stderr].concat();
    let told = String::from_utf8_lossy(&told);
    assert!(!status.success() && told.contains(words), "{told}");
}

fn twine_publishes(client: &str) {
    let publisher = Publisher::with(&[client, "pip-newest"]);
    let file = publisher.wheel("1.0");
    run(&mut publisher.twine(&file));
    let bytes = std::fs::read(&file).unwrap();
    publisher.assert_pip_gets("1.0", &bytes);
    // The same file again is nothing new; another of its name is a conflict.
    run(&mut publisher.twine(&file));
    std::fs::write(&file, altered(bytes.clone())).unwrap();
    fails(publisher.twine(&file), "409");
    publisher.assert_pip_gets("1.0", &bytes);
    assert_eq!(publisher.world.emulator.count("PypiUpload"), 3);
    publisher.world.emulator.set_token_clock(13 * 3600);
    fails(publisher.twine(&publisher.wheel("2.0")), "401");
}

#[test]
fn twine_5_publishes() {
    twine_publishes("twine-5");
}

#[test]
fn the_newest_twine_publishes() {
    twine_publishes("twine-newest");
}

#[test]
fn uv_publishes() {
    let publisher = Publisher::with(&["uv-newest", "pip-newest"]);
    let uv = |file: &PathBuf| {
        let mut uv = publisher.world.command("uv");
        uv.arg("publish")
            .arg(file)
            .env("UV_NO_CONFIG", "1")
            .env("UV_PUBLISH_URL", publisher.endpoint("pypi"))
            .env("UV_PUBLISH_USERNAME", "aws")
            .env("UV_PUBLISH_PASSWORD", &publisher.token);
        uv
    };
    let file = publisher.wheel("1.0");
    run(&mut uv(&file));
    let bytes = std::fs::read(&file).unwrap();
    publisher.assert_pip_gets("1.0", &bytes);
    run(&mut uv(&file));
    assert_eq!(publisher.world.emulator.count("PypiUpload"), 2);
    std::fs::write(&file, altered(bytes.clone())).unwrap();
    fails(uv(&file), "409");
    publisher.assert_pip_gets("1.0", &bytes);
}

#[test]
fn npm_publishes_and_tags() {
    let publisher = Publisher::with(&["npm-newest"]);
    publisher.npm_package("1.0.0");
    run(&mut publisher.npm("package", &["ping"]));
    run(&mut publisher.npm("package", &["publish"]));
    run(&mut publisher.npm("user", &["install", "@acme/mine"]));
    let installed = publisher
        .folder("user")
        .join("node_modules/@acme/mine/package.json");
    let installed = || std::fs::read_to_string(&installed).unwrap();
    assert!(installed().contains("\"1.0.0\""), "{}", installed());
    fails(
        publisher.npm("package", &["publish"]),
        "cannot publish over the previously published versions",
    );
    publisher.npm_package("2.0.0");
    run(&mut publisher.npm("package", &["publish", "--tag", "next"]));
    let tag = |arguments: &[&str]| {
        let whole = [&["dist-tag"], arguments].concat();
        run(&mut publisher.npm("package", &whole))
    };
    assert_eq!(tag(&["ls"]).trim(), "latest: 1.0.0\nnext: 2.0.0");
    tag(&["add", "@acme/mine@2.0.0", "latest"]);
    tag(&["rm", "@acme/mine", "next"]);
    assert_eq!(tag(&["ls"]).trim(), "latest: 2.0.0");
    run(&mut publisher.npm("user", &["install", "@acme/mine@latest"]));
    assert!(installed().contains("\"2.0.0\""), "{}", installed());
    // What CodeArtifact does not have, npm does not get.
    fails(publisher.npm("package", &["whoami"]), "404");
    publisher.world.emulator.set_token_clock(13 * 3600);
    publisher.npm_package("3.0.0");
    fails(publisher.npm("package", &["publish"]), "401");
}
