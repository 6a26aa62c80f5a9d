//! What becomes of a NuGet.Config.

use super::*;
use crate::token::TokenRequest;
use crate::tools::Installed;

const URL: &str = "https://corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/nuget/team/";

fn configured(text: &str) -> Result<Configured, SyntaxError> {
    let token = Secret::new("eyJ2ZXexample");
    let request = TokenRequest {
        domain: "corp".into(),
        owner: None,
        region: "us-east-1".into(),
        api_endpoint: None,
        duration_seconds: None,
        credentials: crate::credentials::CredentialSource::Instance,
    };
    let main = Registry {
        name: "codeartifact",
        url: URL,
        auth: Auth::Token(&token),
        namespace: None,
        request: &request,
        installed: Installed {
            program: "",
            helpers: "",
        },
    };
    NugetConfig.configure(text, &[main])
}

fn section(name: &str, lines: &str) -> String {
    format!("  <{name}>\n{lines}  </{name}>\n")
}

const SOURCE: &str =
    "    <add key=\"codeartifact\" value=\"URLv3/index.json\" protocolVersion=\"3\" />\n";
const LOGIN: &str = "    <codeartifact>\n      <add key=\"Username\" value=\"aws\" />\n      \
                     <add key=\"ClearTextPassword\" value=\"eyJ2ZXexample\" />\n    </codeartifact>\n";
const OFF: &str = "    <add key=\"nuget.org\" value=\"true\" />\n";
const PUSHED: &str = "    <add key=\"defaultPushSource\" value=\"URLv3/index.json\" />\n";

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
    assert_eq!(done.text, whole.replace("URL", URL));
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
    let source = SOURCE.replace("URL", URL);
    let expected = text
        .replace("'/srv/packages' />\n", &format!("'/srv/packages' />\n{source}"))
        .replace("</corp_x002F_team>\n", &format!("</corp_x002F_team>\n{LOGIN}"))
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
            "dotnet's packageSourceMapping does not name source `codeartifact`, so no package comes from it",
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
