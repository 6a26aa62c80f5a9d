//! The tools of other languages: Maven, Gradle, gem and bundler, .NET, Swift. Where the client can be had, it is asked first.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use crate::bench::{Bench, NOBODY};
use crate::support::home::Finished;
use crate::support::{clients, tell_skipped};

/// Logged in, in a project's folder. Who cannot be had here is played by a program that does nothing: `check` reads files.
pub(super) fn bench(tool: &str, command: &str) -> Bench {
    let mut bench = Bench::without_login(&[]);
    let stub = bench.home.write(format!("bin/{command}"), "#!/bin/sh\n");
    std::fs::set_permissions(&stub, PermissionsExt::from_mode(0o755)).expect("a file of ours");
    let first = bench.home.join("bin");
    // Where it is there, the real one.
    bench.set("PATH", format!("{}:{}", bench.path(), first.display()));
    bench.mirror.login(&bench.home, &["--tool", tool]).success();
    bench.home.write("project/readme", "");
    bench.go_to("project");
    bench
}

/// Each tool: what a shell calls it, its check, the file with its address or token.
const TOOLS: [(&str, &str, &str, &str); 5] = [
    ("maven", "mvn", "tools.maven.repository", ".m2/settings.xml"),
    (
        "gradle",
        "gradle",
        "tools.gradle.repository",
        ".gradle/init.d/studio-mirror.gradle",
    ),
    ("gem", "gem", "tools.gem.source", ".gemrc"),
    (
        "dotnet",
        "dotnet",
        "tools.dotnet.source",
        ".nuget/NuGet/NuGet.Config",
    ),
    (
        "swift",
        "swift",
        "tools.swift.registry",
        ".swiftpm/configuration/registries.json",
    ),
];

#[test]
fn each_is_fine_after_a_login_and_missed_where_its_file_is_gone() {
    for (tool, command, id, file) in TOOLS {
        let mut bench = bench(tool, command);
        bench.check(&[]).assert_ok(id);
        bench.assert_fine();
        std::fs::remove_file(bench.home.join(file)).expect("login wrote it");
        let (detail, fix) = bench.assert_one_failure(id);
        assert!(
            detail.contains(file) && fix.contains(&format!("studio-mirror login --tool {tool}")),
            "{detail}\n{fix}"
        );
    }
}

#[test]
fn a_file_that_the_tool_cannot_read_is_named() {
    for (tool, command, id, file) in TOOLS {
        if tool == "gradle" {
            // Its script is a program.
            continue;
        }
        let bench = bench(tool, command);
        let broken = bench.home.read(file).replacen(['<', '{', ':'], "\u{1}", 1);
        crate::bench::close(&bench.home.write(file, broken));
        let checked = bench.check(&[]);
        checked.assert_open(&[id], &[]);
        let (detail, _) = checked.told(id);
        assert!(detail.contains(file), "{detail}");
    }
}

/// The token of the file is refused: by age, where we wrote it, by the repository's word elsewhere.
#[test]
fn a_token_that_is_over_is_one_cause() {
    for (tool, command, id, file) in TOOLS {
        if tool == "gradle" {
            continue;
        }
        let file = if tool == "swift" { ".netrc" } else { file };
        let mut bench = bench(tool, command);
        let token = bench.token();
        let stale = "eyJ2ZXIiOjF9.c3RhbGU.stale";
        let old = bench.home.read(file).replace(&token, stale);
        crate::bench::close(&bench.home.write(file, old));
        let checked = bench.check(&[]);
        checked.assert_open(&[id], &["files.old-tokens"][..0]);
        let (detail, fix) = checked.told(id);
        assert!(detail.contains("refuses the token"), "{detail}");
        bench.mend(&fix);
        bench.assert_fine();
    }
}

fn is_there(program: &str, files: &[&str]) -> bool {
    let runs = Command::new(program).arg("--version").output();
    let is_there = runs.is_ok_and(|output| output.status.success())
        && files.iter().all(|file| Path::new(file).exists());
    if !is_there {
        tell_skipped(program, "it is not installed; run scripts/clients as root");
    }
    is_there
}

/// Resolves the project's dependency from the repository, from nothing.
fn maven_fetches(bench: &Bench) -> Finished {
    let _ = std::fs::remove_dir_all(bench.home.join(".m2/repository/example"));
    let _ = std::fs::remove_dir_all(bench.home.join(".m2/repository/org"));
    let mut maven = bench.command("mvn");
    maven.args(["-B", "-ntp", "-q"]);
    maven.arg("org.apache.maven.plugins:maven-dependency-plugin:3.5.0:copy-dependencies");
    bench.home.run(&mut maven)
}

#[test]
fn a_project_whose_maven_reads_other_settings() {
    let plugin = "/usr/share/maven-repo/org/apache/maven/plugins/maven-dependency-plugin";
    if !is_there("mvn", &[plugin]) {
        return;
    }
    let mut bench = bench("maven", "mvn");
    // Java takes the home from /etc/passwd; and what would go to a public repository all the same comes nowhere.
    let options = format!(
        "-Duser.home={} -Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort=9",
        bench.home.path().display()
    );
    bench.set("MAVEN_OPTS", options);
    let needs = "<groupId>example.mirror</groupId><artifactId>mirror-bread</artifactId><version>1.0.0</version>";
    bench.home.write(
        "project/pom.xml",
        format!(
            "<project xmlns=\"http://maven.apache.org/POM/4.0.0\"><modelVersion>4.0.0</modelVersion><groupId>example</groupId>\
             <artifactId>mine</artifactId><version>1</version><dependencies><dependency>{needs}</dependency></dependencies></project>"
        ),
    );
    bench.home.write("project/own.xml", "<settings/>");
    let config = "project/.mvn/maven.config";
    bench.home.write(config, "-T1\n--settings\nown.xml\n");
    maven_fetches(&bench).failure();
    let (detail, fix) = bench.assert_one_failure("tools.maven.repository");
    assert!(detail.contains("(own.xml)"), "{detail}");
    assert!(fix.contains(&format!("sed -i '2,3d' ~/{config}")), "{fix}");
    maven_fetches(&bench).success();
}

fn bundler_installs(bench: &Bench) -> Finished {
    for folder in ["project/vendor", "project/Gemfile.lock", ".bundle/cache"] {
        let path = bench.home.join(folder);
        let _ = std::fs::remove_dir_all(&path);
        let _ = std::fs::remove_file(&path);
    }
    let mut bundle = bench.command("bundle");
    bundle.env("BUNDLE_SILENCE_ROOT_WARNING", "1");
    bundle.env("GEM_HOME", bench.home.join("gems"));
    bundle.env("BUNDLE_RETRY", "0").env("BUNDLE_TIMEOUT", "3");
    bench.home.run(bundle.arg("install"))
}

#[test]
fn mirrors_of_bundler_that_win() {
    if !is_there("bundle", &[]) || !is_there("gem", &[]) {
        return;
    }
    let mut bench = bench("gem", "gem");
    let gemfile = "source 'https://rubygems.org'\ngem 'mirror-gem'\n";
    bench.home.write("project/Gemfile", gemfile);
    let path = "BUNDLE_PATH: vendor\n";
    bench.home.write("project/.bundle/config", path);
    bundler_installs(&bench).success();
    bench.assert_fine();
    for key in [
        "BUNDLE_MIRROR__ALL",
        "BUNDLE_MIRROR__HTTPS://RUBYGEMS__ORG/",
    ] {
        let config = format!("{path}{key}: \"{NOBODY}/\"\n");
        bench.home.write("project/.bundle/config", config);
        bundler_installs(&bench).failure();
        let (detail, fix) = bench.assert_one_failure("tools.gem.source");
        assert!(detail.contains(NOBODY), "{detail}");
        assert!(
            fix.contains("sed -i '2d' ~/project/.bundle/config"),
            "{fix}"
        );
        bundler_installs(&bench).success();
    }
    bench.set("BUNDLE_MIRROR__ALL", format!("{NOBODY}/"));
    bundler_installs(&bench).failure();
    let (_, fix) = bench.assert_one_failure("tools.gem.source");
    assert!(fix.contains("unset BUNDLE_MIRROR__ALL"), "{fix}");
    bundler_installs(&bench).success();
    bench.set(
        "GEMRC",
        bench.home.write("other.gemrc", "").display().to_string(),
    );
    let (_, fix) = bench.assert_one_failure("tools.gem.source");
    assert!(fix.contains("unset GEMRC"), "{fix}");
}

/// By itself this client has another place for the user's file than `dotnet`, and merges the same project's files with it.
fn nuget_installs(bench: &Bench) -> Finished {
    for folder in [".nuget/packages", ".local/share/NuGet", "out"] {
        let _ = std::fs::remove_dir_all(bench.home.join(folder));
    }
    let out = bench.home.join("out").display().to_string();
    let mut nuget = bench.command(clients::bin("nuget-5").join("nuget"));
    nuget.args(["install", "Mirror.Pen", "-NoCache", "-NonInteractive"]);
    nuget.args(["-OutputDirectory", &out]);
    bench.home.run(&mut nuget)
}

#[test]
fn a_projects_nuget_config_that_takes_our_source_away() {
    if !is_there("mono", &["/usr/lib/mono/4.5/System.Net.Http.dll"]) {
        return;
    }
    let bench = bench("dotnet", "dotnet");
    let own = bench.home.join(".config/NuGet");
    std::fs::create_dir_all(&own).expect("a folder");
    let file = bench.home.join(".nuget/NuGet/NuGet.Config");
    std::os::unix::fs::symlink(&file, own.join("NuGet.Config")).expect("a link");
    nuget_installs(&bench).success();
    let name = nuget_name(&bench.home.read(file));
    for (section, what) in [
        (
            "<packageSources>\n<clear />\n</packageSources>".to_owned(),
            "<clear />",
        ),
        (
            format!(
                "<disabledPackageSources>\n<add key=\"{name}\" value=\"true\" />\n</disabledPackageSources>"
            ),
            "disabledPackageSources",
        ),
        (
            format!(
                "<packageSources>\n<add key=\"{name}\" value=\"http://127.0.0.1:9/v3/index.json\" protocolVersion=\"3\" />\n</packageSources>"
            ),
            "(http://127.0.0.1:9/v3/index.json)",
        ),
    ] {
        let text = format!("<configuration>\n{section}\n</configuration>\n");
        bench.home.write("project/NuGet.Config", text);
        nuget_installs(&bench).failure();
        let checked = bench.check(&[]);
        checked.assert_open(&["tools.dotnet.source"], &[]);
        let (detail, fix) = checked.told("tools.dotnet.source");
        assert!(detail.contains(what), "{detail}");
        assert!(fix.contains("vi +3 ~/project/NuGet.Config"), "{fix}");
        // As whoever follows that does.
        let without = "<configuration>\n</configuration>\n";
        bench.home.write("project/NuGet.Config", without);
        nuget_installs(&bench).success();
        bench.assert_fine();
    }
    // One of our name and of an older protocol does not win.
    let older = format!(
        "<configuration><packageSources><add key=\"{name}\" value=\"http://127.0.0.1:9/\" /></packageSources></configuration>"
    );
    bench.home.write("project/NuGet.Config", older);
    nuget_installs(&bench).success();
    bench.assert_fine();
    // One that names ours again, by whatever name, has its login; not where it clears that away.
    let ours = bench.mirror.endpoint("nuget", crate::support::mirror::TEAM);
    let again = |clear: &str| {
        let source = format!("<add key=\"codeartifact\" value=\"{ours}v3/index.json\" />");
        let text = format!(
            "<configuration><packageSources>{clear}{source}</packageSources></configuration>"
        );
        bench.home.write("project/NuGet.Config", text);
    };
    again("");
    nuget_installs(&bench).success();
    bench.assert_fine();
    again("<clear />");
    nuget_installs(&bench).failure();
    bench.check(&[]).assert_open(&["tools.dotnet.source"], &[]);
}

/// What the user's file calls our source.
fn nuget_name(text: &str) -> String {
    let (_, rest) = text.split_once("<codeartifact-").expect("a login");
    let (secret, _) = rest.split_once('>').expect("an element");
    format!("codeartifact-{secret}")
}

/// The variable that moves a tool's folder hides what login wrote; login writes it there again.
#[test]
fn a_home_that_a_variable_moves() {
    for (tool, command, id, variable) in [
        (
            "gradle",
            "gradle",
            "tools.gradle.repository",
            "GRADLE_USER_HOME",
        ),
        ("dotnet", "dotnet", "tools.dotnet.source", "DOTNET_CLI_HOME"),
    ] {
        let mut bench = bench(tool, command);
        let elsewhere = bench.home.join("elsewhere").display().to_string();
        bench.set(variable, elsewhere);
        let checked = bench.check(&[]);
        checked.assert_open(&[id], &[]);
        let (detail, fix) = checked.told(id);
        assert!(detail.contains("~/elsewhere/"), "{detail}");
        assert!(fix.contains(&format!("login --tool {tool}")), "{fix}");
    }
}

#[test]
fn a_projects_registries_of_swift_that_win() {
    let bench = bench("swift", "swift");
    let file = "project/.swiftpm/configuration/registries.json";
    let text = |url: &str| {
        format!(
            "{{\n  \"registries\": {{\n    \"[default]\": {{ \"url\": \"{url}\" }}\n  }},\n  \"version\": 1\n}}\n"
        )
    };
    let ours = bench.mirror.endpoint("swift", crate::support::mirror::TEAM);
    bench.home.write(file, text(&ours));
    bench.assert_fine();
    bench.home.write(file, text(&format!("{NOBODY}/")));
    let checked = bench.check(&[]);
    checked.assert_open(&["tools.swift.registry"], &[]);
    let (detail, fix) = checked.told("tools.swift.registry");
    assert!(detail.contains("registries.json line 3"), "{detail}");
    assert!(fix.contains(&format!("vi +3 ~/{file}")), "{fix}");
}
