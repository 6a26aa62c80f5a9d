//! dotnet: its NuGet.Config, read by Microsoft's own NuGet client (5.8, under mono: there is no .NET SDK to be had, and it has the
//! same NuGet in it). Packages come and go with a token that the background process keeps fresh.

mod support;

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use support::home::{Finished, Home};
use support::leak_watch::LeakWatch;
use support::mirror::{Mirror, TEAM};
use support::tree::user_files;
use support::wire::{Stub, http};
use support::{binary_under_test, clients, tell_skipped, wait_until};

/// Seconds that a token lives: 12 hours, so that an hour is five seconds.
const LIFE: i64 = 60;
const HOUR: Duration = Duration::from_secs(5);
const FILE: &str = ".nuget/NuGet/NuGet.Config";

/// What `dotnet` makes, and one source more.
const MINE: &str = "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n<configuration>\r\n  <packageSources>\r\n    \
<add key=\"nuget.org\" value=\"https://api.nuget.org/v3/index.json\" protocolVersion=\"3\" />\r\n    \
<!-- <add key=\"old\" value=\"x\" /> -->\r\n  </packageSources>\r\n  <packageRestore>\r\n    \
<add key=\"enabled\" value=\"True\" />\r\n  </packageRestore>\r\n</configuration>";

struct Workplace {
    mirror: Mirror,
    home: Home,
}

impl Workplace {
    /// None where mono is not there.
    fn new() -> Option<Workplace> {
        let mono = Command::new("mono").arg("--version").output();
        let is_there = mono.is_ok_and(|output| output.status.success())
            && Path::new("/usr/lib/mono/4.5/System.Net.Http.dll").exists();
        if !is_there {
            tell_skipped(
                "NuGet",
                "mono is not installed; run scripts/clients as root",
            );
            return None;
        }
        let home = Home::new().first_on_path(clients::bin("nuget-5"));
        home.write(FILE, MINE);
        let mirror = Mirror::start();
        mirror.let_tokens_live(LIFE);
        Some(Workplace { mirror, home })
    }

    /// NuGet with the file that `dotnet` reads: by itself this client has another place for it.
    fn nuget(&self, arguments: &[&str]) -> Finished {
        let mut command = self.home.command("nuget");
        command
            .args(arguments)
            .arg("-NonInteractive")
            .arg("-ConfigFile")
            .arg(self.home.join(FILE));
        self.home.run(&mut command)
    }

    fn install(&self, package: &str, version: &str) {
        for folder in [".nuget/packages", ".local/share/NuGet", "out"] {
            let _ = std::fs::remove_dir_all(self.home.join(folder));
        }
        let out = self.home.join("out").display().to_string();
        let install = [
            "install",
            package,
            "-Version",
            version,
            "-NoCache",
            "-OutputDirectory",
            &out,
        ];
        self.nuget(&install).success();
        assert!(self.home.join(format!("out/{package}.{version}")).is_dir());
    }

    fn publish(&self, version: &str) {
        let specification = format!(
            "<?xml version=\"1.0\"?><package><metadata><id>Mine</id><version>{version}</version><authors>me</authors>\
             <description>mine</description></metadata><files><file src=\"mine.txt\" target=\"content\" /></files></package>"
        );
        self.home.write("Mine.nuspec", specification);
        self.home.write("mine.txt", version);
        let pack = [
            "pack",
            "Mine.nuspec",
            "-NonInteractive",
            "-NoPackageAnalysis",
        ];
        self.home
            .run(self.home.command("nuget").args(pack))
            .success();
        // To the source that the file says is the usual one.
        self.nuget(&["push", &format!("Mine.{version}.nupkg"), "-ApiKey", "any"])
            .success();
        let published = self.mirror.emulator.published();
        assert!(published["corp/team"].contains(&format!("nuget:mine@{version}")));
    }

    fn token(&self) -> String {
        let mut ask = self.home.command(binary_under_test());
        let url = self.mirror.endpoint("nuget", TEAM);
        let answer = self
            .home
            .run_unheard(ask.args(["keyring", "get", &url, "aws"]));
        answer.success().stdout.trim().to_owned()
    }
}

impl Drop for Workplace {
    fn drop(&mut self) {
        let mut stop = self.home.command(binary_under_test());
        let _ = stop.args(["refresh", "--stop"]).output();
    }
}

#[test]
fn nuget_installs_and_publishes_with_a_token_that_is_kept_fresh() {
    let Some(place) = Workplace::new() else {
        return;
    };
    let watch = LeakWatch::start(place.home.path());
    place.home.studio_mirror(["refresh", "--daemon"]).success();
    place
        .mirror
        .login(&place.home, &["--tool", "dotnet"])
        .success();
    let begun = Instant::now();
    let once = |version: &str| {
        let token = place.token();
        place.install("Mirror.Pen", "1.0.0");
        assert!(place.home.join("out/Mirror.Ink.1.0.0").is_dir());
        place.publish(version);
        place.install("Mine", version);
        token
    };
    let first = once("1.0.0");
    place.mirror.wait_until_refused(&first);
    let second = once("2.0.0");
    wait_until("13 hours", Duration::from_secs(180), || {
        begun.elapsed() > HOUR * 13
    });
    place.mirror.wait_until_refused(&second);
    once("3.0.0");
    place.home.assert_no_leak(&watch, &[]);
    place.home.studio_mirror(["logout"]).success();
    assert_eq!(place.home.read(FILE), MINE);
}

#[test]
fn nuget_sees_our_source_on_and_the_public_one_off() {
    let Some(place) = Workplace::new() else {
        return;
    };
    place
        .mirror
        .login(&place.home, &["--tool", "dotnet"])
        .success();
    let told = place.nuget(&["sources", "list"]).success().stdout;
    assert!(told.contains("nuget.org [Disabled]"), "{told}");
    assert!(
        told.contains("codeartifact-") && !told.contains("codeartifact ["),
        "{told}"
    );
    assert!(
        told.contains(&format!(
            "{}v3/index.json",
            place.mirror.endpoint("nuget", TEAM)
        )),
        "{told}"
    );
    place.home.studio_mirror(["logout"]).success();
    let told = place.nuget(&["sources", "list"]).success().stdout;
    assert!(
        told.contains("nuget.org [Enabled]") && !told.contains("codeartifact"),
        "{told}"
    );
}

#[test]
fn the_token_is_in_a_private_file_alone_and_logout_gives_back_every_byte() {
    let mirror = Mirror::without_packages();
    for text in [Some(MINE), Some("<configuration/>"), Some(""), None] {
        let home = Home::new();
        if let Some(text) = text {
            home.write(FILE, text);
        }
        let before = user_files(home.path());
        mirror.login(&home, &["--tool", "dotnet"]).success();
        let mode = std::fs::metadata(home.join(FILE))
            .expect("it is there")
            .permissions();
        assert_eq!(mode.mode() & 0o777, 0o600);
        let again = user_files(home.path());
        mirror.login(&home, &["--tool", "dotnet"]).success();
        assert_eq!(user_files(home.path()), again);
        home.studio_mirror(["logout"]).success();
        assert_eq!(user_files(home.path()), before, "{text:?}");
    }
}

/// NuGet takes a project's source for the user's of that name, and gives it the login of that name.
#[test]
fn a_project_that_calls_another_address_as_logins_do_gets_no_token() {
    let Some(place) = Workplace::new() else {
        return;
    };
    let elsewhere = Stub::answering(|_| {
        let basic = [("WWW-Authenticate", "Basic realm=\"nuget\"")];
        http("401 Unauthorized", &basic, "no")
    });
    let login = || place.mirror.login(&place.home, &["--tool", "dotnet"]);
    login().success();
    // By itself this client has another place for the user's file than `dotnet`.
    let own = place.home.join(".config/NuGet");
    std::fs::create_dir_all(&own).expect("a folder");
    std::os::unix::fs::symlink(place.home.join(FILE), own.join("NuGet.Config")).expect("a link");
    place.home.write(
        "project/NuGet.Config",
        format!(
            "<configuration><packageSources><add key=\"codeartifact\" value=\"{}/v3/index.json\" protocolVersion=\"3\" />\
             </packageSources></configuration>",
            elsewhere.url()
        ),
    );
    let install = || {
        let mut nuget = place.home.command("nuget");
        nuget.args(["install", "Mirror.Pen", "-NoCache", "-NonInteractive"]);
        nuget.current_dir(place.home.join("project"));
        place.home.run(&mut nuget).failure();
        // `aws:` and a token, in base64.
        elsewhere.heard().join("").contains("Basic YXdzO")
    };
    assert!(!install(), "{:?}", elsewhere.heard());
    assert!(!elsewhere.heard().is_empty());
    // As an older version wrote it: so this test would see a token, and the next login ends it.
    let text = place.home.read(FILE);
    let (_, secret) = text.split_once("<codeartifact-").expect("a login");
    let (secret, _) = secret.split_once('>').expect("an element");
    place
        .home
        .write(FILE, text.replace(&format!("-{secret}"), ""));
    assert!(install());
    let status = place.home.studio_mirror(["status"]);
    assert!(status.stdout.contains("calls `codeartifact`"), "{status}");
    login().success();
    assert!(!place.home.read(FILE).contains("\"codeartifact\""));
}
