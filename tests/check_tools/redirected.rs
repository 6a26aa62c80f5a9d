//! Files with login's address and token in which packages come from elsewhere all the same, or from a public place too.

use crate::bench::Bench;
use crate::support::binary_under_test;
use crate::{languages, others};

/// `check` and `status` say `what`, and login mends it.
#[track_caller]
fn is_said(bench: &mut Bench, tool: &str, id: &str, what: &str) {
    let status = bench.run(&binary_under_test().display().to_string(), &["status"]);
    let mend = format!("run `studio-mirror login --tool {tool}`");
    // It wraps what is long.
    let words: Vec<&str> = status.stdout.split_whitespace().collect();
    let said = words.join(" ");
    assert!(said.contains(what) && said.contains(&mend), "{status}");
    let (detail, fix) = bench.assert_one_failure(id);
    assert!(detail.contains(what), "{detail}");
    assert!(fix.contains(&format!("login --tool {tool}")), "{fix}");
}

fn without_line(bench: &Bench, file: &str, part: &str) {
    let text = bench.home.read(file);
    assert!(text.contains(part), "{part}: {text}");
    let lines = text.lines().filter(|line| !line.contains(part));
    let kept: String = lines.map(|line| format!("{line}\n")).collect();
    bench.home.write(file, kept);
}

#[test]
fn cargo_goes_to_crates_io() {
    let mut bench = others::bench("cargo", "");
    for (part, what) in [
        ("replace-with", "cargo takes packages from crates.io"),
        ("credential-provider", "cargo does not ask studio-mirror"),
    ] {
        without_line(&bench, ".cargo/config.toml", part);
        is_said(&mut bench, "cargo", "tools.cargo.registry", what);
    }
}

#[test]
fn yarn_goes_to_another_registry() {
    let mut bench = others::bench("yarn", "yarn-newest");
    let server = "https://registry.example.com";
    let set = ["config", "set", "--home", "npmRegistryServer", server];
    bench.run("yarn", &set).success();
    let what = format!("yarn takes packages from {server}");
    is_said(&mut bench, "yarn", "tools.yarn.registry", &what);
}

#[test]
fn gem_and_bundler_go_to_rubygems_too() {
    let mut bench = languages::bench("gem", "gem");
    let gemrc = bench.home.read(".gemrc");
    bench
        .home
        .write(".gemrc", format!("{gemrc}- https://rubygems.org/\n"));
    let what = "gem takes packages from https://rubygems.org/ beside CodeArtifact";
    is_said(&mut bench, "gem", "tools.gem.source", what);
    without_line(&bench, ".bundle/config", "BUNDLE_MIRROR__");
    let what = "bundler takes packages from rubygems.org";
    is_said(&mut bench, "gem", "tools.gem.source", what);
}

#[test]
fn dotnet_goes_to_nuget_org_too() {
    let mut bench = languages::bench("dotnet", "dotnet");
    let file = ".nuget/NuGet/NuGet.Config";
    without_line(&bench, file, "key=\"nuget.org\"");
    let public = "<add key=\"nuget.org\" value=\"https://api.nuget.org/v3/index.json\" protocolVersion=\"3\" />\n</packageSources>";
    let text = bench.home.read(file).replace("</packageSources>", public);
    bench.home.write(file, text);
    let what = "dotnet takes packages from source `nuget.org` beside CodeArtifact";
    is_said(&mut bench, "dotnet", "tools.dotnet.source", what);
}
