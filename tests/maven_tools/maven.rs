//! Maven.

use super::{Workplace, is_there};
use crate::support::binary_under_test;
use crate::support::home::Home;
use crate::support::leak_watch::holds_token;
use crate::support::mirror::Mirror;
use crate::support::tree::user_files;
use crate::support::wire::{Stub, http};

const PLUGINS: [&str; 3] = [
    "/usr/share/maven-repo/org/apache/maven/plugins/maven-deploy-plugin",
    "/usr/share/maven-repo/org/apache/maven/plugins/maven-dependency-plugin",
    "/usr/share/maven-repo/org/apache/maven/plugins/maven-surefire-plugin",
];
const COPY: &str = "org.apache.maven.plugins:maven-dependency-plugin:3.5.0:copy-dependencies";
const FILE: &str = ".m2/settings.xml";

/// A settings.xml as people have it.
const MINE: &str = "\u{feff}<?xml version='1.0' encoding='UTF-8'?>\r\n<!-- <mirrors>none</mirrors> -->\r\n\
<settings xmlns=\"http://maven.apache.org/SETTINGS/1.2.0\"\r\n          xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"\r\n          \
xsi:schemaLocation=\"http://maven.apache.org/SETTINGS/1.2.0 https://maven.apache.org/xsd/settings-1.2.0.xsd\">\r\n\
\t<interactiveMode>false</interactiveMode>\r\n\t<servers>\r\n\t\t<server><id>mine</id><username>me</username>\
<password><![CDATA[a<b&c]]></password></server> <!-- why -->\r\n\t</servers>\r\n\t<mirrors/>\r\n\t<profiles>\r\n\t\t<!-- none -->\r\n\
\t</profiles>\r\n</settings>";

fn project(home: &Home, folder: &str, coordinates: (&str, &str), needs: &str) {
    let (artifact, version) = coordinates;
    home.write(
        format!("{folder}/pom.xml"),
        format!(
            "<project xmlns=\"http://maven.apache.org/POM/4.0.0\"><modelVersion>4.0.0</modelVersion>\
             <groupId>example</groupId><artifactId>{artifact}</artifactId><version>{version}</version>\
             <properties><project.build.sourceEncoding>UTF-8</project.build.sourceEncoding></properties>\
             <dependencies><dependency>{needs}</dependency></dependencies></project>"
        ),
    );
}

/// Publishes a version and takes it back, with what it needs, from a machine that has neither.
fn publish_and_use(place: &Workplace, version: &str) {
    let forget = || {
        for folder in [".m2/repository/example", "project", "user"] {
            let _ = std::fs::remove_dir_all(place.home.join(folder));
        }
    };
    forget();
    let bread = "<groupId>example.mirror</groupId><artifactId>mirror-bread</artifactId><version>1.0.0</version>";
    project(&place.home, "project", ("mine", version), bread);
    let deploy = ["-B", "-ntp", "deploy", "-P", "codeartifact"];
    place.run("project", "mvn", &deploy).success();
    assert!(place.is_published(version));
    forget();
    let mine = format!(
        "<groupId>example</groupId><artifactId>mine</artifactId><version>{version}</version>"
    );
    project(&place.home, "user", ("user", "1"), &mine);
    place.run("user", "mvn", &["-B", "-ntp", COPY]).success();
    let names = std::fs::read_dir(place.home.join("user/target/dependency")).expect("jars");
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
    assert!(
        names[0] == "mine-".to_owned() + version + ".jar" || version.ends_with("SNAPSHOT"),
        "{names:?}"
    );
    assert_eq!(
        names[1..],
        ["mirror-bread-1.0.0.jar", "mirror-flour-1.0.0.jar"]
    );
}

#[test]
fn maven_builds_and_publishes_with_a_token_that_is_kept_fresh() {
    if !is_there("mvn", &PLUGINS) {
        return;
    }
    let home = Home::new();
    home.write(FILE, MINE);
    let place = Workplace::new(home, &["--tool", "maven"]);
    place.three_times(publish_and_use);
    publish_and_use(&place, "4.0.0-SNAPSHOT");
    // What a project says of its own counts where no profile is asked for.
    project(
        &place.home,
        "project",
        ("mine", "5.0.0"),
        "<groupId>example</groupId><artifactId>mine</artifactId><version>1.0.0</version>",
    );
    let refused = place
        .run("project", "mvn", &["-B", "-ntp", "deploy"])
        .failure();
    assert!(
        refused.stdout.contains("distributionManagement"),
        "{refused}"
    );
    place.home.assert_no_leak(&place.watch, &[]);
    place
        .home
        .run(place.home.command(binary_under_test()).arg("logout"))
        .success();
    assert_eq!(place.home.read(FILE), MINE);
}

#[test]
fn maven_takes_from_a_further_repository_what_the_first_has_not() {
    if !is_there("mvn", &PLUGINS) {
        return;
    }
    let place = Workplace::with_two("maven");
    let jam = "<groupId>example.mirror</groupId><artifactId>mirror-jam</artifactId><version>1.0.0</version>";
    project(&place.home, "user", ("user", "1"), jam);
    place.run("user", "mvn", &["-B", "-ntp", COPY]).success();
    for jar in ["mirror-jam-1.0.0.jar", "mirror-flour-1.0.0.jar"] {
        assert!(
            place
                .home
                .join("user/target/dependency")
                .join(jar)
                .is_file()
        );
    }
    // Publishing goes where the profile says.
    let flour = jam.replace("mirror-jam", "mirror-flour");
    project(&place.home, "project", ("mine", "1.0.0"), &flour);
    let deploy = ["-B", "-ntp", "deploy", "-P", "codeartifact-web"];
    place.run("project", "mvn", &deploy).success();
    let published = place.mirror.emulator.published();
    assert!(published["corp/web"].contains("maven:example:mine@1.0.0"));
    assert!(!published.contains_key("corp/team"));
}

#[test]
fn logout_gives_back_every_byte() {
    let mirror = Mirror::without_packages();
    for text in [
        MINE,
        "",
        "<settings/>\n",
        "<settings>\n  <servers>\n    <server>\n      <id>codeartifact</id>\n      <username>aws</username>\n      \
         <password>${env.CODEARTIFACT_AUTH_TOKEN}</password>\n    </server>\n  </servers>\n</settings>\n",
    ] {
        let home = Home::new();
        home.write(FILE, text);
        let before = user_files(home.path());
        let flags = ["--tool", "maven"];
        mirror.login(&home, &flags).success();
        let again = user_files(home.path());
        mirror.login(&home, &flags).success();
        assert_eq!(user_files(home.path()), again);
        home.studio_mirror(["logout"]).success();
        assert_eq!(user_files(home.path()), before, "{text:?}");
    }
}

#[test]
fn a_file_that_could_mean_anything_is_left_alone_with_its_line_named() {
    let mirror = Mirror::without_packages();
    for (text, line) in [
        (
            "<!DOCTYPE settings [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>\n<settings/>\n",
            "line 1: a DOCTYPE",
        ),
        (
            "<settings>\n  <servers>\n</settings>\n",
            "line 3: `settings` ends here",
        ),
        (
            "<settings>\n<mirrors/>\n<mirrors/>\n</settings>\n",
            "line 3: `mirrors` is there twice",
        ),
    ] {
        let home = Home::new();
        home.write(FILE, text);
        let refused = mirror.login(&home, &["--tool", "maven"]).exit(1);
        assert!(refused.stderr.contains(line), "{refused}");
        assert_eq!(home.read(FILE), text);
    }
}

/// A project of `folder` with a repository to take from and one to publish to, both called `codeartifact`.
fn project_with_names(home: &Home, folder: &str, needs: &str, url: &str) {
    project(home, folder, ("mine", "1.0.0"), needs);
    let pom = home.read(format!("{folder}/pom.xml"));
    let named = format!("<id>codeartifact</id><url>{url}/nexus/</url>");
    let ends = format!(
        "<repositories><repository>{named}</repository></repositories>\
         <distributionManagement><repository>{named}</repository></distributionManagement></project>"
    );
    home.write(
        format!("{folder}/pom.xml"),
        pom.replace("</project>", &ends),
    );
}

const FLOUR: &str = "<groupId>example.mirror</groupId><artifactId>mirror-flour</artifactId><version>1.0.0</version>";

#[test]
fn no_project_gets_the_token_by_a_name() {
    if !is_there("mvn", &PLUGINS) {
        return;
    }
    let place = Workplace::new(Home::new(), &["--tool", "maven"]);
    let stranger = Stub::answering(|_| {
        let basic = [("WWW-Authenticate", "Basic realm=\"x\"")];
        http("401 Unauthorized", &basic, "no")
    });
    project_with_names(&place.home, "project", FLOUR, &stranger.url());
    let deploy = place.run("project", "mvn", &["-B", "-ntp", "deploy"]);
    deploy.failure();
    let needs = FLOUR.replace("mirror-flour", "mirror-nowhere");
    project_with_names(&place.home, "project", &needs, &stranger.url());
    place.run("project", "mvn", &["-B", "-ntp", COPY]).failure();
    let heard = stranger.heard();
    for method in ["PUT ", "GET "] {
        assert!(
            heard.iter().any(|head| head.starts_with(method)),
            "{method}{heard:?}"
        );
    }
    for head in heard {
        assert!(!head.contains("Authorization"), "{head}");
        assert!(!holds_token(head.as_bytes()), "{head}");
    }
}

#[test]
fn what_a_person_calls_codeartifact_stays_theirs() {
    if !is_there("mvn", &PLUGINS) {
        return;
    }
    let own = Stub::answering(|head| match head.starts_with("PUT ") {
        true => http("201 Created", &[], ""),
        false => http("404 Not Found", &[], ""),
    });
    let url = own.url();
    let mine = format!(
        "<settings>\n  <servers>\n    <server><id>codeartifact</id><username>me</username><password>own</password></server>\n  \
         </servers>\n  <mirrors>\n    <mirror><id>codeartifact</id><url>{url}/all/</url><mirrorOf>*</mirrorOf></mirror>\n  \
         </mirrors>\n  <profiles>\n    <profile><id>codeartifact</id><repositories><repository><id>internal</id>\
         <url>{url}/internal/</url></repository></repositories></profile>\n  </profiles>\n  <activeProfiles>\n    \
         <activeProfile>codeartifact</activeProfile>\n  </activeProfiles>\n</settings>\n"
    );
    let home = Home::new();
    home.write(FILE, &mine);
    let place = Workplace::new(home, &["--tool", "maven"]);
    let text = place.home.read(FILE);
    for line in mine.lines().filter(|line| line.contains("<id>")) {
        assert!(text.contains(line), "{line}\n{text}");
    }
    let mut again = place.home.command(binary_under_test());
    let again = place.home.run(again.arg("login")).success();
    let told = again.stderr.replace("\n  ", " ");
    assert!(
        told.contains("maven's profile `codeartifact` is not login's: it stays"),
        "{again}"
    );
    assert!(
        told.contains(&format!("from {url}/internal/ beside CodeArtifact")),
        "{again}"
    );
    project_with_names(&place.home, "project", FLOUR, &url);
    place
        .run("project", "mvn", &["-B", "-ntp", "deploy"])
        .success();
    let heard = own.heard();
    let theirs = |head: &String| {
        head.starts_with("PUT /nexus/example/mine/")
            && head.contains("Authorization: Basic bWU6b3du")
    };
    assert!(heard.iter().any(theirs), "{heard:?}");
    assert!(!place.mirror.emulator.published().contains_key("corp/team"));
    place
        .home
        .run(place.home.command(binary_under_test()).arg("logout"))
        .success();
    assert_eq!(place.home.read(FILE), mine);
}

/// Maven keeps what it fetched by the name of the mirror.
#[test]
fn a_new_login_leaves_maven_what_it_has_fetched() {
    if !is_there("mvn", &PLUGINS) {
        return;
    }
    let place = Workplace::new(Home::new(), &["--tool", "maven"]);
    project(&place.home, "user", ("user", "1"), FLOUR);
    place.run("user", "mvn", &["-B", "-ntp", COPY]).success();
    let before = place.home.read(FILE);
    let mut again = place.home.command(binary_under_test());
    place.home.run(again.args(["login", "--force"])).success();
    assert_ne!(place.home.read(FILE), before);
    place.run("user", "mvn", &["-B", "-o", COPY]).success();
}

/// Versions before this one gave servers and mirrors names that any project can give.
#[test]
fn what_an_older_version_wrote_gives_way() {
    let mirror = Mirror::without_packages();
    let state = ".local/state/studio-mirror/state.json";
    for later in ["", "<!-- later -->\n"] {
        let home = Home::new();
        home.write(FILE, "<settings>\n</settings>\n");
        mirror.login(&home, &["--tool", "maven"]).success();
        let text = home.read(FILE);
        let (_, id) = text.split_once("<id>").expect("a mirror");
        let (id, _) = id.split_once("</id>").expect("its name");
        assert_eq!(id.len(), "codeartifact-".len() + 16, "{text}");
        home.write(FILE, text.replace(id, "codeartifact") + later);
        home.write(state, home.read(state).replace(id, "codeartifact"));
        let status = home.studio_mirror(["status", "--output", "json"]);
        assert!(
            status
                .stdout
                .contains("gives the token to whatever a project calls"),
            "{status}"
        );
        let fresh = home.studio_mirror(["refresh", "--once"]).success();
        assert!(!fresh.stdout.contains("was edited"), "{fresh}");
        mirror.login(&home, &["--tool", "maven"]).success();
        assert_eq!(home.read(FILE), text + later);
        home.studio_mirror(["logout"]).success();
        assert_eq!(home.read(FILE), format!("<settings>\n</settings>\n{later}"));
    }
}
