//! The tools whose files login's own editors inspect.

use std::path::PathBuf;
use std::process::Command;

use crate::bench::{Bench, NOBODY, close};
use crate::support::clients;
use crate::support::mirror::TEAM;

/// The toolchain's own cargo.
fn cargo() -> PathBuf {
    let asked = Command::new("rustc").args(["--print", "sysroot"]).output();
    let sysroot = asked.expect("rustc runs").stdout;
    PathBuf::from(String::from_utf8(sysroot).expect("UTF-8").trim()).join("bin")
}

pub(super) fn bench(tool: &str, client: &str) -> Bench {
    let folder = if tool == "cargo" {
        cargo()
    } else {
        clients::bin(client)
    };
    let mut bench = Bench::new(tool, &[&folder]);
    bench.set("CI", "1");
    bench
}

/// What wins over login's files, one each.
#[test]
fn variables_and_project_files_that_win() {
    let npmrc = format!("registry={NOBODY}/\n");
    let cases: [(&str, &str, &str, &str, &str, String); 7] = [
        (
            "pnpm",
            "pnpm-newest",
            "registry",
            "npm_config_registry",
            "project/.npmrc",
            npmrc.clone(),
        ),
        (
            "yarn",
            "yarn-newest",
            "registry",
            "YARN_NPM_REGISTRY_SERVER",
            "project/.yarnrc.yml",
            format!("npmRegistryServer: \"{NOBODY}/\"\n"),
        ),
        (
            "bun",
            "bun-newest",
            "registry",
            "BUN_CONFIG_REGISTRY",
            "project/bunfig.toml",
            format!("[install]\nregistry = \"{NOBODY}/\"\n"),
        ),
        (
            "pdm",
            "pdm-2.26",
            "index",
            "PDM_PYPI_URL",
            "project/pdm.toml",
            format!("[pypi]\nurl = \"{NOBODY}/simple/\"\n"),
        ),
        (
            "twine",
            "twine-newest",
            "repository",
            "TWINE_REPOSITORY_URL",
            "",
            String::new(),
        ),
        (
            "hatch",
            "hatch-newest",
            "repository",
            "HATCH_INDEX_REPO",
            "",
            String::new(),
        ),
        (
            "cargo",
            "",
            "registry",
            "CARGO_REGISTRY_DEFAULT",
            "project/.cargo/config.toml",
            "[source.crates-io]\nreplace-with = \"elsewhere\"\n".to_owned(),
        ),
    ];
    for (tool, client, subject, variable, place, text) in cases {
        let mut bench = bench(tool, client);
        bench.home.write("project/readme", "");
        bench.go_to("project");
        bench.assert_fine();
        let id = format!("tools.{tool}.{subject}");
        bench.check(&[]).assert_ok(&id);
        bench.set(variable, format!("{NOBODY}/"));
        let (detail, fix) = bench.assert_one_failure(&id);
        assert!(
            detail.contains(&format!("${variable}")) && fix.contains(&format!("unset {variable}")),
            "{detail}\n{fix}"
        );
        if !place.is_empty() {
            bench.home.write(place, text);
            let (detail, _) = bench.assert_one_failure(&id);
            assert!(detail.contains(&format!("~/{place} line")), "{detail}");
        }
    }
}

#[test]
fn one_variable_that_several_tools_read_is_one_failure() {
    let clients = ["npm-newest", "pnpm-newest", "yarn-newest"].map(clients::bin);
    let paths: Vec<_> = clients.iter().map(PathBuf::as_path).collect();
    let mut bench = Bench::new("npm,pnpm,yarn", &paths);
    bench.set("npm_config_registry", format!("{NOBODY}/"));
    bench.assert_one_failure("tools.npm.registry");
}

#[test]
fn a_poetry_project_names_its_source_itself() {
    let mut bench = bench("poetry", "poetry-newest");
    bench.assert_fine();
    let head = "[project]\nname = \"mine\"\nversion = \"1\"\nrequires-python = \">=3.10\"\n[tool.poetry]\npackage-mode = false\n";
    bench.home.write("project/pyproject.toml", head);
    bench.go_to("project");
    let (_, fix) = bench.assert_one_failure("tools.poetry.repository");
    let ours = bench.mirror.endpoint("pypi", TEAM);
    assert!(
        fix.contains(&format!(
            "poetry source add --priority=primary codeartifact {ours}simple/"
        )),
        "{fix}"
    );
}

#[test]
fn a_stale_login_of_poetry() {
    let mut bench = bench("poetry", "poetry-newest");
    let auth = "[http-basic.codeartifact]\nusername = \"aws\"\npassword = \"eyJ2ZXIiOjF9.stale\"\n";
    close(&bench.home.write(".config/pypoetry/auth.toml", auth));
    let (detail, _) = bench.assert_one_failure("tools.poetry.repository");
    assert!(detail.contains("auth.toml line 3"), "{detail}");
}

#[test]
fn a_backend_that_a_variable_chooses() {
    let mut bench = bench("twine", "twine-newest");
    bench.set("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring");
    let (detail, _) = bench.assert_one_failure("keyring.backend");
    assert!(detail.contains("$PYTHON_KEYRING_BACKEND"), "{detail}");
}

#[test]
fn a_file_that_lost_the_repository() {
    for (tool, client, subject, file) in [
        ("cargo", "", "registry", ".cargo/config.toml"),
        ("pdm", "pdm-2.26", "index", ".config/pdm/config.toml"),
        ("twine", "twine-newest", "repository", ".pypirc"),
        (
            "hatch",
            "hatch-newest",
            "repository",
            ".config/hatch/config.toml",
        ),
        ("pnpm", "pnpm-newest", "registry", ".config/pnpm/auth.ini"),
        ("yarn", "yarn-newest", "registry", ".yarnrc.yml"),
        ("bun", "bun-newest", "registry", ".npmrc"),
    ] {
        let mut bench = bench(tool, client);
        bench.home.write(file, "");
        let (detail, fix) = bench.assert_one_failure(&format!("tools.{tool}.{subject}"));
        assert!(
            detail.contains(file) && fix.contains("studio-mirror login"),
            "{detail}\n{fix}"
        );
    }
}

#[test]
fn a_project_that_sets_ours_is_fine() {
    let mut bench = bench("pnpm", "pnpm-newest");
    let ours = bench.mirror.endpoint("npm", TEAM);
    bench
        .home
        .write("project/.npmrc", format!("registry={ours}\n"));
    bench.go_to("project");
    bench.assert_fine();
    bench.set("npm_config_registry", ours);
    bench.assert_fine();
}

/// Tools without a helper: the repository's word about the token in their file, where nobody knows its age.
#[test]
fn a_token_that_is_over_is_one_cause() {
    for (tool, client, file) in [
        ("yarn", "yarn-newest", ".yarnrc.yml"),
        ("bun", "bun-newest", ".npmrc"),
    ] {
        let mut bench = bench(tool, client);
        let token = bench.token();
        let text = bench.home.read(file);
        assert!(text.contains(&token), "{tool} has its token elsewhere");
        close(
            &bench
                .home
                .write(file, text.replace(&token, "eyJ2ZXIiOjF9.c3RhbGU.stale")),
        );
        let (detail, _) = bench.assert_one_failure(&format!("tools.{tool}.registry"));
        assert!(detail.contains("refuses the token"), "{detail}");
    }
}
