//! Gradle. Debian's is 4.4.1, whose maven-publish makes everything ready and then has nothing to send it with ("No transporter
//! factories registered", to a folder just as over HTTP). So a task of the project's own sends what the plugin made, to the
//! address and with the login of the repository that the plugin would have used.

use super::{Workplace, is_there};
use crate::support::binary_under_test;
use crate::support::home::Home;
use crate::support::hostile::hostile;
use crate::support::mirror::{Mirror, TEAM};
use crate::support::tree::user_files;
use crate::support::wire::Api;
use studio_mirror_emulator::EndpointStyle;

const FILE: &str = ".gradle/init.d/studio-mirror.gradle";

/// `gradle send`, in place of `gradle publishMinePublicationToCodeartifactRepository`.
const SEND: &str = r#"
task send {
    dependsOn 'generatePomFileForMinePublication', 'jar'
    doLast {
        def repository = publishing.repositories.getByName('codeartifact')
        assert tasks.findByName('publishMinePublicationToCodeartifactRepository') != null
        def login = repository.credentials.username + ':' + repository.credentials.password
        def put = { below, bytes ->
            def connection = new URL(repository.url.toString() + 'example/mine/' + below).openConnection()
            connection.requestMethod = 'PUT'
            connection.doOutput = true
            connection.setRequestProperty('Authorization', 'Basic ' + login.bytes.encodeBase64().toString())
            connection.outputStream << bytes
            assert connection.responseCode == 200
        }
        put("$version/mine-${version}.pom", file("$buildDir/publications/mine/pom-default.xml").bytes)
        put("$version/mine-${version}.jar", jar.archivePath.bytes)
        put('maven-metadata.xml', "<metadata><versioning><versions><version>$version</version></versions></versioning></metadata>".bytes)
    }
}
"#;

/// A project that names Maven Central as all do, by each of the ways there are.
fn project(home: &Home, name: &str, version: &str, needs: &str, repositories: &str) {
    let _ = std::fs::remove_dir_all(home.join("project"));
    home.write(
        "project/settings.gradle",
        format!("rootProject.name = '{name}'\n"),
    );
    home.write(
        "project/build.gradle",
        format!(
            "buildscript {{\n    repositories {{ maven {{ url 'https://repo1.maven.org/maven2' }} }}\n    \
             dependencies {{ classpath 'example.mirror:mirror-flour:1.0.0' }}\n}}\n\
             apply plugin: 'java'\napply plugin: 'maven-publish'\ngroup = 'example'\nversion = '{version}'\n\
             repositories {{ {repositories} }}\ndependencies {{ compile '{needs}' }}\n\
             task fetch(type: Copy) {{ from configurations.compile; into 'fetched' }}\n\
             publishing {{ publications {{ mine(MavenPublication) {{ from components.java }} }} }}\n{SEND}"
        ),
    );
}

fn gradle(place: &Workplace, arguments: &[&str]) -> crate::support::home::Finished {
    // Without a daemon that would outlive the test, and with nothing kept of what was fetched before.
    let _ = std::fs::remove_dir_all(place.home.join(".gradle/caches/modules-2"));
    let arguments = [&["--no-daemon", "--console=plain"], arguments].concat();
    place.run("project", "gradle", &arguments)
}

fn fetched(place: &Workplace) -> Vec<String> {
    let names = std::fs::read_dir(place.home.join("project/fetched")).expect("jars");
    let mut names: Vec<_> = names
        .map(|entry| {
            entry
                .expect("a jar")
                .file_name()
                .into_string()
                .expect("UTF-8")
        })
        .collect();
    names.sort();
    names
}

fn publish_and_use(place: &Workplace, version: &str) {
    project(
        &place.home,
        "mine",
        version,
        "example.mirror:mirror-bread:1.0.0",
        "mavenCentral()",
    );
    gradle(place, &["fetch", "send"]).success();
    assert_eq!(
        fetched(place),
        ["mirror-bread-1.0.0.jar", "mirror-flour-1.0.0.jar"]
    );
    assert!(place.is_published(version));
    let mine = format!("example:mine:{version}");
    project(&place.home, "user", "1", &mine, "jcenter()");
    gradle(place, &["fetch"]).success();
    let jar = format!("mine-{version}.jar");
    assert_eq!(
        fetched(place),
        [&jar, "mirror-bread-1.0.0.jar", "mirror-flour-1.0.0.jar"]
    );
}

#[test]
fn gradle_builds_and_publishes_with_a_fresh_token_every_time() {
    if !is_there("gradle", &[]) {
        return;
    }
    let place = Workplace::new(Home::new(), &["--tool", "gradle"]);
    place.three_times(publish_and_use);
    place.home.assert_no_leak(&place.watch, &[FILE]);
}

#[test]
fn gradle_builds_with_a_token_in_a_private_file_that_is_kept_fresh() {
    if !is_there("gradle", &[]) {
        return;
    }
    let place = Workplace::new(Home::new(), &["--tool", "gradle", "--auth", "token"]);
    let first = place.token();
    publish_and_use(&place, "1.0.0");
    place.mirror.wait_until_refused(&first);
    publish_and_use(&place, "2.0.0");
    place.home.assert_no_leak(&place.watch, &[]);
}

#[test]
fn a_project_keeps_its_own_repositories_and_ours_get_a_login_by_address_alone() {
    if !is_there("gradle", &[]) {
        return;
    }
    let place = Workplace::new(Home::new(), &["--tool", "gradle"]);
    let endpoint = place.mirror.endpoint("maven", TEAM);
    let named = format!("maven {{ url '{}' }}", endpoint.trim_end_matches('/'));
    project(
        &place.home,
        "mine",
        "1.0.0",
        "example.mirror:mirror-bread:1.0.0",
        &named,
    );
    let build = place.home.read("project/build.gradle");
    let publishing =
        "publishing { repositories { maven { name = 'own'; url = 'https://own.example/' } } }\n";
    place.home.write("project/build.gradle", build + publishing);
    let told = gradle(&place, &["fetch", "tasks", "--all"]).success();
    assert!(told.stdout.contains("ToOwnRepository"), "{told}");
    assert!(!told.stdout.contains("ToCodeartifactRepository"), "{told}");
    // Another repository at the same host is not ours, and gets no token.
    let other = named.replace(&format!("/{TEAM}"), "/web");
    project(
        &place.home,
        "mine",
        "1.0.0",
        "example.mirror:mirror-bread:1.0.0",
        &other,
    );
    let refused = gradle(&place, &["fetch"]).failure();
    assert!(refused.stderr.contains("401"), "{refused}");
}

#[test]
fn gradle_takes_from_a_further_repository_what_the_first_has_not() {
    if !is_there("gradle", &[]) {
        return;
    }
    let place = Workplace::with_two("gradle");
    let jam = "example.mirror:mirror-jam:1.0.0";
    project(&place.home, "user", "1", jam, "mavenCentral()");
    gradle(&place, &["fetch"]).success();
    assert_eq!(
        fetched(&place),
        ["mirror-flour-1.0.0.jar", "mirror-jam-1.0.0.jar"]
    );
}

#[test]
fn without_a_token_gradle_says_so_and_offline_it_asks_for_none() {
    if !is_there("gradle", &[]) {
        return;
    }
    let place = Workplace::new(Home::new(), &["--tool", "gradle"]);
    let script = place.home.read(FILE);
    let program = binary_under_test().display().to_string();
    place
        .home
        .write(FILE, script.replace(&program, "/nowhere/studio-mirror"));
    project(
        &place.home,
        "mine",
        "1.0.0",
        "example.mirror:mirror-bread:1.0.0",
        "mavenCentral()",
    );
    let refused = gradle(&place, &["fetch"]).failure();
    assert!(
        refused
            .stdout
            .contains("studio-mirror has no credentials for"),
        "{refused}"
    );
    let offline = gradle(&place, &["--offline", "fetch"]).failure();
    assert!(
        !offline.stdout.contains("studio-mirror has no credentials"),
        "{offline}"
    );
}

#[test]
fn the_script_comes_and_goes_as_a_whole() {
    let mirror = Mirror::without_packages();
    for flags in [
        &["--tool", "gradle"][..],
        &["--tool", "gradle", "--auth", "token"],
    ] {
        let home = Home::new();
        home.write(".gradle/gradle.properties", "org.gradle.daemon=false\n");
        let before = user_files(home.path());
        mirror.login(&home, flags).success();
        let again = user_files(home.path());
        mirror.login(&home, flags).success();
        assert_eq!(user_files(home.path()), again);
        let status = home.studio_mirror(["status", "--output", "json"]).success();
        let status: serde_json::Value = serde_json::from_str(&status.stdout).expect("a document");
        let tools = status["tools"].as_array().expect("a list");
        let own = tools.iter().find(|one| one["tool"] == "gradle");
        assert_eq!(own.expect("gradle")["state"], "ok", "{flags:?}");
        home.studio_mirror(["logout"]).success();
        assert_eq!(user_files(home.path()), before);
    }
    let elsewhere = Home::new();
    let own = elsewhere.join("g");
    let elsewhere = elsewhere.env("GRADLE_USER_HOME", own);
    mirror.login(&elsewhere, &["--tool", "gradle"]).success();
    assert!(elsewhere.join("g/init.d/studio-mirror.gradle").is_file());
    let home = Home::new();
    home.write(FILE, "allprojects {}\n");
    let refused = mirror.login(&home, &["--tool", "gradle"]).exit(1);
    assert!(
        refused.stderr.contains("studio-mirror did not write this"),
        "{refused}"
    );
    assert_eq!(home.read(FILE), "allprojects {}\n");
}

#[test]
fn no_hostile_repository_gets_a_login() {
    if !is_there("gradle", &[]) {
        return;
    }
    let api = Api::with(|options| options.endpoint_style = EndpointStyle::Aws);
    let home = Home::new();
    let options = format!("-Duser.home={}", home.path().display());
    let home = home.env("GRADLE_OPTS", options);
    api.login(&home, &["--tool", "gradle"]).success();
    let own = "https://corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/maven/team/";
    let urls: Vec<String> = hostile()
        .into_iter()
        .map(|url| url.replace("/pypi/team/simple/", "/maven/team/"))
        .filter(|url| !url.contains(['\n', '\r']))
        .collect();
    home.write("project/urls.txt", format!("{}\n{own}\n", urls.join("\n")));
    home.write(
        "project/build.gradle",
        "new File(projectDir, 'urls.txt').eachLine('UTF-8') { line ->\n    \
         try { repositories.maven { repository -> repository.url = line } } catch (Exception noAddress) { }\n}\n\
         task show { doLast { repositories.each {\n    \
         try { println \"SHOWN ${it.credentials.username} ${it.url}\" } catch (Exception noAddress) { } } } }\n",
    );
    let mut command = home.command("gradle");
    command.args(["--no-daemon", "--console=plain", "show"]);
    let shown = home
        .run(command.current_dir(home.join("project")))
        .success();
    let with_login = shown
        .stdout
        .lines()
        .filter(|line| line.starts_with("SHOWN aws "));
    assert_eq!(with_login.collect::<Vec<_>>(), [format!("SHOWN aws {own}")]);
    let without = shown.stdout.matches("SHOWN null ").count();
    assert!(without > 40, "only {without} of {} were taken", urls.len());
}
