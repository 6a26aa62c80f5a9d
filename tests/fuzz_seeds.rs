//! Every seed of the fuzz targets, and every input that once broke one, through the same properties.

use std::fs;
use std::path::Path;

use proptest::test_runner::{Config, TestRunner};

#[path = "../fuzz/src/coming_and_going.rs"]
mod coming_and_going;
#[path = "../fuzz/src/inputs/mod.rs"]
mod inputs;
#[path = "../fuzz/src/properties.rs"]
mod properties;

fn replay(target: &str, property: fn(&str)) {
    replay_bytes(target, |bytes| {
        // As the fuzzer itself does: what is UTF-8 of it.
        let valid = bytes.utf8_chunks().next().map_or("", |chunk| chunk.valid());
        property(valid);
    });
}

fn replay_bytes(target: &str, property: impl Fn(&[u8]) + std::panic::RefUnwindSafe) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/seeds")
        .join(target);
    let mut count = 0;
    for seed in fs::read_dir(&folder).expect("the seeds are in the repository") {
        let path = seed.expect("a readable folder").path();
        let bytes = fs::read(&path).expect("a readable seed");
        let outcome = std::panic::catch_unwind(|| property(&bytes));
        assert!(
            outcome.is_ok(),
            "the seed {} breaks a property",
            path.display()
        );
        count += 1;
    }
    assert!(count > 0, "no seeds in {}", folder.display());
}

#[test]
fn pip_conf_seeds_hold_the_properties() {
    replay("edit_pip", properties::pip);
}

#[test]
fn npmrc_seeds_hold_the_properties() {
    replay("edit_npmrc", properties::npmrc);
}

#[test]
fn uv_toml_seeds_hold_the_properties() {
    replay("edit_uv", properties::uv);
}

#[test]
fn endpoint_seeds_hold_the_properties() {
    replay("endpoint", inputs::endpoint);
}

#[test]
fn token_cache_seeds_hold_the_properties() {
    replay_bytes("cache", inputs::cache);
}

#[test]
fn state_seeds_hold_the_properties() {
    replay_bytes("state", inputs::state);
}

#[test]
fn keyring_query_seeds_hold_the_properties() {
    replay_bytes("keyring_query", inputs::keyring_query);
}

#[test]
fn cargo_question_seeds_hold_the_properties() {
    replay("cargo_question", inputs::cargo_question);
}

#[test]
fn config_file_seeds_hold_the_properties() {
    replay("config_file", inputs::config_file);
}

#[test]
fn studio_metadata_seeds_hold_the_properties() {
    replay("studio_metadata", inputs::studio_metadata);
}

#[test]
fn dry_run_mask_seeds_hold_the_properties() {
    replay("dry_run_mask", inputs::dry_run_mask);
}

#[test]
fn aws_ini_seeds_hold_the_properties() {
    replay("aws_ini", inputs::aws_ini);
}

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

#[test]
fn edit_settings_xml_seeds_hold_the_properties() {
    replay("edit_settings_xml", coming_and_going::settings_xml);
}

#[test]
fn edit_nuget_config_seeds_hold_the_properties() {
    replay("edit_nuget_config", coming_and_going::nuget_config);
}

#[test]
fn edit_tables_seeds_hold_the_properties() {
    replay("edit_tables", coming_and_going::tables);
}

#[test]
fn edit_pypirc_seeds_hold_the_properties() {
    replay("edit_pypirc", coming_and_going::pypirc);
}

#[test]
fn edit_yarnrc_seeds_hold_the_properties() {
    replay("edit_yarnrc", coming_and_going::yarnrc);
}

#[test]
fn edit_gem_seeds_hold_the_properties() {
    replay("edit_gem", coming_and_going::gem);
}

#[test]
fn edit_swift_seeds_hold_the_properties() {
    replay("edit_swift", coming_and_going::swift);
}

#[test]
fn edit_netrc_seeds_hold_the_properties() {
    replay("edit_netrc", coming_and_going::netrc);
}

#[test]
fn edit_pnpm_seeds_hold_the_properties() {
    replay("edit_pnpm", coming_and_going::pnpm_and_yarn);
}
