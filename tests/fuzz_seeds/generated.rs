//! Files that people could have written, through the properties of the fuzz targets.

use proptest::test_runner::{Config, TestRunner};

use crate::coming_and_going;

/// Files put together from lines that people write, and from pieces of them: thousands of them, new ones at every run.
fn generated(lines: &'static [&'static str], property: fn(&str)) {
    let line = proptest::sample::select(lines);
    let end = proptest::sample::select(&["\n", "\r\n", "\n\n", ""][..]);
    let file = proptest::collection::vec((line, end), 0..9);
    let mut runner = TestRunner::new(Config {
        cases: 4_000,
        failure_persistence: None,
        ..Config::default()
    });
    let outcome = runner.run(&file, |lines| {
        let text: String = lines.iter().flat_map(|(line, end)| [*line, *end]).collect();
        property(&text);
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
}

const PIECES: &[&str] = &[
    "",
    "# a comment",
    "  # set in",
    "[pypi]",
    "[pypi.codeartifact]",
    "[repository.codeartifact]",
    "[repositories]",
    "[registries.codeartifact]",
    "[registries]",
    "[registry]",
    "[source.crates-io]",
    "[publish.index.repos.codeartifact]",
    "[http-basic.codeartifact]",
    "[[pypi]]",
    "[distutils]",
    "[install]",
    "[install.registry]",
    "registry = { url = 'https://x.example/', username = \"me\" }",
    "install.registry = \"https://x.example/\"",
    "[codeartifact]",
    "index-servers =",
    "index-servers = pypi",
    "    codeartifact",
    "url = \"https://x.example/\" # why",
    "url = [",
    "url: https://y.example/",
    "repository = https://z.example/",
    "default = \"x\"",
    "replace-with = 'vendored'",
    "username = aws",
    "username = \"aws\"",
    "password = \"x\"",
    "token = \"\"",
    "npmRegistryServer: \"https://x.example\"",
    "npmRegistryServer:",
    "npmRegistries:",
    "npmRegistries: {}",
    "npmScopes:",
    "  \"https://x.example\":",
    "  '//corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/npm/team':",
    "    npmAuthToken: old",
    "  https://corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/npm/team: ",
    "- item",
    "machine corp-111122223333.d.codeartifact.us-east-1.amazonaws.com login token password old",
    "machine corp-111122223333.d.codeartifact.us-east-1.amazonaws.com",
    "machine a.example login me",
    "  password p",
    "default login me password p",
    "{",
    "}",
    "{}",
    "  \"registries\" : {",
    "  \"version\": 1,",
    "  \"[default]\": { \"url\": \"https:\\/\\/x.example\" },",
    "  },",
    ":sources:",
    ":sources: []",
    "- https://rubygems.org/",
    "- \"https://aws:old@corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/ruby/team\" # mine",
    "  - 'https://gems.example/'",
    "https://corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/ruby/team/: Bearer old",
    "BUNDLE_MIRROR__HTTPS://RUBYGEMS.ORG: https://old.example",
    "BUNDLE_MIRROR__HTTPS://RUBYGEMS__ORG/: \"https://corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/ruby/team/\"",
    "key: |",
    "registry=https://x.example/",
    "@acme:registry=https://corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/npm/team/",
    "//corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/npm/team/:tokenHelper=/x",
    "//corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/npm/team:_authToken=old",
    "\t",
    "=",
    "\"",
];

#[test]
fn generated_files_hold_the_properties() {
    for property in [
        coming_and_going::tables,
        coming_and_going::pypirc,
        coming_and_going::keyringrc_cfg,
        coming_and_going::yarnrc,
        coming_and_going::gem,
        coming_and_going::swift,
        coming_and_going::netrc,
        coming_and_going::pnpm_and_yarn,
        coming_and_going::init_script,
    ] {
        generated(PIECES, property);
    }
}

const ELEMENTS: &[&str] = &[
    "\u{feff}",
    "<?xml version='1.0' encoding='utf-8'?>",
    "<settings>",
    "<settings xmlns=\"http://maven.apache.org/SETTINGS/1.0.0\">",
    "</settings>",
    "<servers>",
    "</servers>",
    "\t<servers/>",
    "<mirrors>",
    "</mirrors>",
    "<mirrors />",
    "    <mirror><id>x</id><mirrorOf>central</mirrorOf><url>https://x.example/</url></mirror>",
    "<mirror><id>codeartifact</id><url>https://corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/maven/team</url></mirror>",
    "<server><id>codeartifact</id><password>old</password></server>",
    "<server><id>y</id><password><![CDATA[<&]]></password></server>",
    "<profiles>",
    "</profiles>",
    "<profile><id>from-codeartifact</id></profile>",
    "<profile><id>z</id></profile><!-- z -->",
    "<activeProfiles><activeProfile>z</activeProfile></activeProfiles>",
    "<activeProfiles/>",
    "<!-- a <mirrors> of old -->",
    "<!-- -->",
    "<?pi x?>",
    "  ",
    "text &amp; more",
    "&nbsp;",
    "<!DOCTYPE settings>",
    "<configuration>",
    "</configuration>",
    "<packageSources>",
    "</packageSources>",
    "  <add key=\"nuget.org\" value=\"https://api.nuget.org/v3/index.json\" protocolVersion=\"3\" />",
    "<add key='mine' value='https://x.example/'/>",
    "<clear />",
    "<packageSources/>",
    "<disabledPackageSources><add key=\"mine\" value=\"true\" /></disabledPackageSources>",
    "<packageSourceCredentials><codeartifact><add key=\"Username\" value=\"aws\" /></codeartifact></packageSourceCredentials>",
    "<config><add key='defaultPushSource' value='mine' /></config>",
];

/// Mostly whole files: an outermost element around the pieces.
fn generated_xml(root: &'static str, property: fn(&str)) {
    let piece = proptest::sample::select(ELEMENTS);
    let end = proptest::sample::select(&["\n", "\r\n", "\n\n", ""][..]);
    let file = (proptest::collection::vec((piece, end), 0..9), 0..8_u8);
    let mut runner = TestRunner::new(Config {
        cases: 3_000,
        failure_persistence: None,
        ..Config::default()
    });
    let outcome = runner.run(&file, |(pieces, kind)| {
        let inside: String = pieces
            .iter()
            .flat_map(|(piece, end)| [*piece, *end])
            .collect();
        match kind {
            0 => property(&inside),
            1 => property(&format!("<{root}>{inside}</{root}>")),
            2 => property(&format!(
                "\u{feff}<{root}>\r\n{}</{root}>",
                inside.replace("\r\n", "\n").replace('\n', "\r\n")
            )),
            _ => property(&format!(
                "<?xml version='1.0'?>\n<{root}>\n{inside}\n</{root}>\n"
            )),
        }
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn generated_xml_files_hold_the_properties() {
    generated_xml("settings", coming_and_going::settings_xml);
    generated_xml("configuration", coming_and_going::nuget_config);
}
