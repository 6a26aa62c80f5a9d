//! What becomes of a NuGet.Config.

use super::*;
use crate::tools::login_for_tests::Login;
use crate::tools::secret_name::secret_name;

const URL: &str = "https://corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/nuget/team/";

fn configured(text: &str) -> Result<Configured, SyntaxError> {
    configured_with(text, "eyJ2ZXexample")
}

fn configured_with(text: &str, token: &str) -> Result<Configured, SyntaxError> {
    let login = Login::by(token);
    NugetConfig.configure(text, &[login.to("codeartifact", URL)])
}

fn section(name: &str, lines: &str) -> String {
    format!("  <{name}>\n{lines}  </{name}>\n")
}

const SOURCE: &str = "    <add key=\"NAME\" value=\"URLv3/index.json\" protocolVersion=\"3\" />\n";
const LOGIN: &str = "    <NAME>\n      <add key=\"Username\" value=\"aws\" />\n      \
                     <add key=\"ClearTextPassword\" value=\"eyJ2ZXexample\" />\n    </NAME>\n";
const OFF: &str = "    <add key=\"nuget.org\" value=\"true\" />\n";
const PUSHED: &str = "    <add key=\"defaultPushSource\" value=\"URLv3/index.json\" />\n";

fn filled(text: &str) -> String {
    let name = secret_name("codeartifact", &Secret::new("eyJ2ZXexample"));
    text.replace("URL", URL).replace("NAME", &name)
}

#[test]
fn a_new_file_says_all_that_nuget_needs() {
    let done = configured("").unwrap();
    let sections = [
        section("packageSources", SOURCE),
        section("packageSourceCredentials", LOGIN),
        section("disabledPackageSources", OFF),
        section("config", PUSHED),
    ]
    .concat();
    let whole = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<configuration>\n{sections}</configuration>\n"
    );
    assert_eq!(done.text, filled(&whole));
    assert!(done.warnings.is_empty(), "{:?}", done.warnings);
    let found = NugetConfig.inspect(&done.text, URL);
    assert_eq!(found, Ok(Found::Token(Secret::new("eyJ2ZXexample"))));
}

/// What `dotnet` makes, `aws codeartifact login --tool dotnet` adds, and people write.
const MINE: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<configuration>
  <packageSources>
    <clear />
    <add key="nuget.org" value="https://api.nuget.org/v3/index.json" protocolVersion="3" />
    <add key="public" value="https://API.nuget.org/v3/index.json" />
    <!-- ours -->
    <add key="corp/team" value="URLv3/index.json" />
    <add key='lab' value='https://lab.example/v3/index.json' />
    <add key='off' value='/srv/packages' />
  </packageSources>
  <packageSourceCredentials>
    <corp_x002F_team>
        <add key="Username" value="aws" />
        <add key="ClearTextPassword" value="stale" />
      </corp_x002F_team>
  </packageSourceCredentials>
  <disabledPackageSources>
    <add key="off" value="true" />
    <add key="CodeArtifact" value="true" />
  </disabledPackageSources>
  <packageSourceMapping><packageSource key="lab"><package pattern="*" /></packageSource></packageSourceMapping>
</configuration>
"#;

#[test]
fn a_persons_own_sources_stay_and_public_and_stale_ones_are_off() {
    let text = MINE.replace("URL", URL);
    let done = configured(&text).unwrap();
    let source = filled(SOURCE);
    let expected = text
        .replace("'/srv/packages' />\n", &format!("'/srv/packages' />\n{source}"))
        .replace("</corp_x002F_team>\n", &format!("</corp_x002F_team>\n{}", filled(LOGIN)))
        .replace(
            "    <add key=\"CodeArtifact\" value=\"true\" />\n",
            &format!(
                "{OFF}    <add key=\"public\" value=\"true\" />\n    <add key=\"corp/team\" value=\"true\" />\n"
            ),
        )
        .replace("</configuration>", &format!("{}</configuration>", section("config", &PUSHED.replace("URL", URL))));
    assert_eq!(done.text, expected);
    assert_eq!(
        done.warnings,
        [
            "dotnet takes packages from source `lab` beside CodeArtifact, so whoever publishes there can replace an internal package",
            "dotnet's packageSourceMapping does not name the source of `codeartifact`, whose name each login makes anew, so no package comes from it",
        ]
    );
    assert_eq!(configured(&done.text).unwrap().text, done.text);
    let undone = NugetConfig.unconfigure(&done.text, &[URL]).unwrap();
    assert_eq!(NugetConfig.inspect(&undone, URL), Ok(Found::NotConfigured));
    assert!(
        !undone.contains("eyJ2ZXexample") && undone.contains("corp_x002F_team"),
        "{undone}"
    );
}

/// As an older version wrote it: a project could call another address by this name, and got the token.
fn known_to_projects() -> String {
    let file = configured("").unwrap().text;
    file.replace(&filled("NAME"), "codeartifact")
}

#[test]
fn no_project_can_know_what_our_source_is_called() {
    let old = known_to_projects();
    let found = NugetConfig.inspect(&old, URL).unwrap();
    assert!(
        matches!(&found, Found::Amiss(what) if what.contains("`codeartifact`")),
        "{found:?}"
    );
    let mended = configured(&old).unwrap().text;
    assert_eq!(mended, configured("").unwrap().text);
    // The next login's token has another name, and the first one's is gone.
    let next = configured_with(&mended, "eyJ2ZXnext").unwrap().text;
    assert_eq!(next, configured_with("", "eyJ2ZXnext").unwrap().text);
    for text in [&old, &mended, &next] {
        let undone = NugetConfig.unconfigure(text, &[URL]).unwrap();
        assert!(!undone.contains("codeartifact"), "{undone}");
        assert!(!undone.contains("eyJ2ZX"), "{undone}");
    }
}

#[test]
fn a_public_source_that_is_on_again_is_amiss() {
    let done = configured(&MINE.replace("URL", URL)).unwrap().text;
    let found = NugetConfig.inspect(&done, URL);
    assert_eq!(found, Ok(Found::Token(Secret::new("eyJ2ZXexample"))));
    for key in ["nuget.org", "public"] {
        let off = format!("<add key=\"{key}\" value=\"true\" />");
        for on in ["", &off.replace("true", "false")] {
            let text = done.replace(&off, on);
            let found = NugetConfig.inspect(&text, URL);
            assert_eq!(found, Ok(Found::Amiss(beside(key))), "{text}");
            assert_eq!(configured(&text).unwrap().text.matches(&off).count(), 1);
        }
    }
}

#[test]
fn a_file_without_us_is_not_touched_by_going() {
    let text = "<configuration>\n  <disabledPackageSources>\n    <add key=\"nuget.org\" value=\"true\" />\n  </disabledPackageSources>\n\
                </configuration>\n";
    assert_eq!(NugetConfig.unconfigure(text, &[URL]).unwrap(), text);
}

#[test]
fn what_nuget_would_not_read_or_read_differently_is_refused() {
    for text in [
        "<settings/>",
        "<configuration><packageSources/><packageSources/></configuration>",
        "<configuration><packageSources></configuration>",
        "<!DOCTYPE configuration><configuration/>",
    ] {
        assert!(configured(text).is_err(), "{text}");
        assert!(NugetConfig.inspect(text, URL).is_err(), "{text}");
    }
}
