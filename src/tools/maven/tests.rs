//! What becomes of a settings.xml.

use super::*;
use crate::tools::login_for_tests::Login;
use crate::tools::secret_name::secret_name;

const HOST: &str = "https://corp-111122223333.d.codeartifact.us-east-1.amazonaws.com";

fn configured(text: &str, repositories: &[&str]) -> Result<Configured, SyntaxError> {
    let login = Login::by("eyJ2ZXexample");
    let places: Vec<(String, String)> = repositories
        .iter()
        .enumerate()
        .map(|(at, name)| {
            let own = format!("codeartifact-{name}");
            let called = if at == 0 { "codeartifact" } else { &own };
            (called.to_owned(), format!("{HOST}/maven/{name}/"))
        })
        .collect();
    let registries: Vec<Registry> = places
        .iter()
        .map(|(name, url)| login.to(name, url))
        .collect();
    SettingsXml.configure(text, &registries)
}

const WHOLE: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<settings>
  <mirrors>
    <mirror>
      <id>MAIN</id>
      <url>HOST/maven/team/</url>
      <mirrorOf>central</mirrorOf>
    </mirror>
  </mirrors>
  <servers>
    <server>
      <id>MAIN</id>
      <username>aws</username>
      <password>eyJ2ZXexample</password>
    </server>
    <server>
      <id>MODELS</id>
      <username>aws</username>
      <password>eyJ2ZXexample</password>
    </server>
  </servers>
  <profiles>
    <profile>
      <id>codeartifact</id>
      <properties>
        <altDeploymentRepository>MAIN::default::HOST/maven/team/</altDeploymentRepository>
      </properties>
    </profile>
    <profile>
      <id>codeartifact-models</id>
      <properties>
        <altDeploymentRepository>MODELS::default::HOST/maven/models/</altDeploymentRepository>
      </properties>
    </profile>
    <profile>
      <id>from-codeartifact</id>
      <repositories>
        <repository>
          <id>central</id>
          <url>HOST/maven/team/</url>
        </repository>
        <repository>
          <id>MODELS</id>
          <url>HOST/maven/models/</url>
        </repository>
      </repositories>
      <pluginRepositories>
        <pluginRepository>
          <id>central</id>
          <url>HOST/maven/team/</url>
        </pluginRepository>
        <pluginRepository>
          <id>MODELS</id>
          <url>HOST/maven/models/</url>
        </pluginRepository>
      </pluginRepositories>
    </profile>
  </profiles>
  <activeProfiles>
    <activeProfile>from-codeartifact</activeProfile>
  </activeProfiles>
</settings>
"#;

#[test]
fn a_new_file_says_all_that_maven_needs() {
    let done = configured("", &["team", "models"]).unwrap();
    let id = |name| secret_name(name, &Secret::new("eyJ2ZXexample"));
    let whole = WHOLE.replace("HOST", HOST);
    let whole = whole.replace("MAIN", &id("codeartifact"));
    assert_eq!(
        done.text,
        whole.replace("MODELS", &id("codeartifact-models"))
    );
    assert!(done.warnings.is_empty(), "{:?}", done.warnings);
}

/// What AWS's documentation tells people to write, and more.
const MINE: &str = "<settings xmlns=\"http://maven.apache.org/SETTINGS/1.0.0\">\r
\t<!-- mine -->\r
\t<servers>\r
\t\t<server>\r
\t\t\t<id>codeartifact</id>\r
\t\t\t<username>aws</username>\r
\t\t\t<password>${env.CODEARTIFACT_AUTH_TOKEN}</password>\r
\t\t</server>\r
\t\t<server><id>nexus</id><password>{abc=}</password></server>\r
\t</servers>\r
\t<mirrors>\r
\t\t<mirror><id>nexus</id><mirrorOf>central</mirrorOf><url>https://nexus.example/</url></mirror>\r
\t\t<mirror><id>all</id><mirrorOf>*,!x</mirrorOf><url>https://all.example/</url></mirror>\r
\t</mirrors>\r
\t<profiles><profile><id>lab</id><repositories><repository><id>lab</id><url>https://me:pw@lab.example/m2</url></repository></repositories></profile>\r
\t</profiles>\r
</settings>";

#[test]
fn a_persons_own_entries_stay_and_what_may_surprise_is_said() {
    let done = configured(MINE, &["team", "models"]).unwrap();
    for kept in [
        "<password>${env.CODEARTIFACT_AUTH_TOKEN}</password>\r\n",
        "\t\t<server><id>nexus</id><password>{abc=}</password></server>\r\n",
        "\t<!-- mine -->\r\n",
        "<mirror><id>nexus</id>",
        "<profile><id>lab</id>",
    ] {
        assert!(done.text.contains(kept), "{kept:?} in {}", done.text);
    }
    assert!(
        !done.text.replace("\r\n", "").contains('\n'),
        "one kind of line end"
    );
    let of = |name: &str| done.text.find(&format!("<mirror>{name}")).unwrap();
    assert!(of("\r\n\t\t\t<id>codeartifact-") < of("<id>nexus"));
    assert_eq!(
        done.warnings,
        [
            "maven took Maven Central's packages from mirror `nexus`; it takes them from CodeArtifact now",
            "maven's mirror `all` stands for `*,!x`: it may take the place of the further repositories too",
            "maven takes packages from https://lab.example/m2 beside CodeArtifact where profile `lab` is active, so whoever \
             publishes there can replace an internal package",
        ]
    );
    let again = configured(&done.text, &["team", "models"]).unwrap();
    assert_eq!(again.text, done.text);
    let found = SettingsXml.inspect(&done.text, &format!("{HOST}/maven/team/"));
    assert_eq!(found, Ok(Found::Token(Secret::new("eyJ2ZXexample"))));
    let urls = ["team", "models"].map(|name| format!("{HOST}/maven/{name}/"));
    let urls = urls.each_ref().map(String::as_str);
    let undone = SettingsXml.unconfigure(&done.text, &urls).unwrap();
    assert_eq!(undone, MINE);
}

#[test]
fn what_maven_would_not_read_is_refused() {
    for text in [
        "<project/>",
        "<settings><servers/><servers/></settings>",
        "<settings>",
        "<!DOCTYPE settings><settings/>",
    ] {
        assert!(configured(text, &["team"]).is_err(), "{text}");
    }
}

#[test]
fn a_name_of_ours_for_another_host_leads_the_token_astray() {
    let text = configured("", &["team", "models"]).unwrap().text;
    let urls = ["team", "models"].map(|name| format!("{HOST}/maven/{name}/"));
    let urls: Vec<&str> = urls.iter().map(String::as_str).collect();
    let is_astray = |text: &str| SettingsXml.leads_astray(text, &urls).unwrap();
    assert!(!is_astray(&text));
    // Each address alone: but for that of `central`, which goes by the mirror.
    let places: Vec<usize> = text.match_indices(HOST).map(|(at, _)| at).collect();
    let astray = places.iter().filter(|at| {
        let (before, rest) = text.split_at(**at);
        is_astray(&format!(
            "{before}https://evil.example{}",
            &rest[HOST.len()..]
        ))
    });
    assert_eq!((places.len(), astray.count()), (7, 5));
    let theirs = "<mirrors><mirror><id>theirs</id><url>https://x.example/</url></mirror>";
    assert!(!is_astray(&text.replacen("<mirrors>", theirs, 1)));
}
