//! npm.

use crate::bench::{Bench, NOBODY};
use crate::support::clients;
use crate::support::home::Finished;

fn logged_in() -> Bench {
    in_project(Bench::new("npm", &[&clients::bin("npm-newest")]))
}

fn in_project(mut bench: Bench) -> Bench {
    bench.home.write(
        "project/package.json",
        "{\"name\": \"project\", \"version\": \"1.0.0\"}",
    );
    bench.go_to("project");
    bench
}

fn install(bench: &Bench) -> Finished {
    let mut npm = bench.command("npm");
    npm.args([
        "install",
        "--no-save",
        "--fetch-retries=0",
        "--prefer-online",
        "mirror-left",
    ]);
    npm.arg(format!("--cache={}", bench.home.join("cache").display()));
    let _ = std::fs::remove_dir_all(bench.home.join("cache"));
    let _ = std::fs::remove_dir_all(bench.home.join("project/node_modules"));
    bench.home.run(&mut npm)
}

#[track_caller]
fn one_failure(bench: &mut Bench, id: &str, words: &[&str]) {
    install(bench).failure();
    let (detail, fix) = bench.assert_one_failure(id);
    for word in words {
        assert!(
            detail.contains(word) || fix.contains(word),
            "{word} is not in:\n{detail}\n{fix}"
        );
    }
    install(bench).success();
}

#[test]
fn a_healthy_npm_has_no_finding() {
    for client in ["npm-10", "npm-newest"] {
        let bench = in_project(Bench::new("npm", &[&clients::bin(client)]));
        install(&bench).success();
        bench.assert_fine();
        let checked = bench.check(&[]);
        for id in [
            "tools.npm.files",
            "tools.npm.registry",
            "tools.npm.token",
            "token.age",
            "daemon.running",
        ] {
            checked.assert_ok(id);
        }
    }
}

#[test]
fn a_variable_that_names_another_registry() {
    for variable in ["npm_config_registry", "NPM_CONFIG_REGISTRY"] {
        let mut bench = logged_in();
        bench.set(variable, format!("{NOBODY}/"));
        one_failure(
            &mut bench,
            "tools.npm.registry",
            &[&format!("${variable}"), &format!("unset {variable}")],
        );
    }
}

#[test]
fn a_projects_npmrc() {
    let mut bench = logged_in();
    bench.home.write(
        "project/.npmrc",
        format!("fund=false\nregistry = {NOBODY}/\n"),
    );
    one_failure(
        &mut bench,
        "tools.npm.registry",
        &["~/project/.npmrc line 2", "sed -i '2d' ~/project/.npmrc"],
    );
}

#[test]
fn a_projects_npmrc_above_the_folder() {
    let mut bench = logged_in();
    bench
        .home
        .write("project/.npmrc", "registry=${ELSEWHERE}\n");
    bench.set("ELSEWHERE", format!("{NOBODY}/"));
    bench.go_to("project/src");
    one_failure(
        &mut bench,
        "tools.npm.registry",
        &["~/project/.npmrc line 1", "127.0.0.1:9"],
    );
}

#[test]
fn a_registry_line_that_somebody_changed() {
    let mut bench = logged_in();
    let own = bench.home.read(".npmrc");
    let own: Vec<String> = own
        .lines()
        .map(|line| {
            if line.starts_with("registry") {
                format!("registry={NOBODY}/")
            } else {
                line.to_owned()
            }
        })
        .collect();
    bench.home.write(".npmrc", own.join("\n") + "\n");
    one_failure(
        &mut bench,
        "tools.npm.registry",
        &["studio-mirror login --tool npm"],
    );
}

#[test]
fn a_login_without_a_registry() {
    let mut bench = logged_in();
    bench.home.write("project/.npmrc", "_authToken=mine\n");
    one_failure(
        &mut bench,
        "tools.npm.files",
        &["`_authToken` (~/project/.npmrc line 1)"],
    );
}

#[test]
fn no_token() {
    let mut bench = logged_in();
    let own = bench.home.read(".npmrc");
    let own: Vec<&str> = own
        .lines()
        .filter(|line| !line.contains("_authToken"))
        .collect();
    bench.home.write(".npmrc", own.join("\n") + "\n");
    one_failure(
        &mut bench,
        "tools.npm.token",
        &["no token", "studio-mirror login --tool npm"],
    );
}

#[test]
fn a_projects_stale_token() {
    let mut bench = logged_in();
    let registry = bench.mirror.endpoint("npm", crate::support::mirror::TEAM);
    let key = registry.trim_start_matches("http:");
    let file = bench.home.write(
        "project/.npmrc",
        format!("{key}:_authToken=eyJ2ZXIiOjF9.stale\n"),
    );
    crate::bench::close(&file);
    one_failure(
        &mut bench,
        "tools.npm.token",
        &["~/project/.npmrc line 1", "sed -i '1d'"],
    );
}

#[test]
fn a_stale_token_in_a_variable() {
    let mut bench = logged_in();
    let registry = bench.mirror.endpoint("npm", crate::support::mirror::TEAM);
    let name = format!(
        "npm_config_{}:_authToken",
        registry.trim_start_matches("http:")
    );
    bench.set(&name, "eyJ2ZXIiOjF9.stale");
    install(&bench).failure();
    let checked = bench.check(&[]);
    checked.assert_open(&["tools.npm.token"], &[]);
    let (detail, fix) = checked.told("tools.npm.token");
    assert!(
        detail.contains(&name) && fix.contains(&format!("env -u '{name}'")),
        "{detail}\n{fix}"
    );
}

#[test]
fn a_token_whose_time_is_over() {
    let bench = Bench::without_login(&[&clients::bin("npm-newest")]);
    bench.mirror.let_tokens_live(4);
    bench
        .mirror
        .login(&bench.home, &["--tool", "npm"])
        .success();
    let mut bench = in_project(bench);
    let own = bench.home.read(".npmrc");
    let token = own
        .lines()
        .find_map(|line| Some(line.split_once(":_authToken=")?.1));
    bench.mirror.wait_until_refused(token.expect("a token"));
    bench.mirror.let_tokens_live(3_600);
    install(&bench).failure();
    let checked = bench.check(&[]);
    checked.assert_open(&["token.age"], &[]);
    let (detail, fix) = checked.told("token.age");
    assert!(detail.contains("npm"), "{detail}");
    // Its second half starts the background process; the first is enough here.
    assert!(fix.contains("$ studio-mirror refresh --daemon"), "{fix}");
    bench.mend(fix.lines().next().expect("a command"));
    install(&bench).success();
    bench.assert_fine();
}

#[test]
fn a_token_whose_age_is_not_known_is_tried() {
    let bench = Bench::without_login(&[&clients::bin("npm-newest")]);
    bench.mirror.let_tokens_live(4);
    bench
        .mirror
        .login(&bench.home, &["--tool", "npm"])
        .success();
    let mut bench = in_project(bench);
    let own = bench.home.read(".npmrc");
    let token = own
        .lines()
        .find_map(|line| Some(line.split_once(":_authToken=")?.1));
    bench.mirror.wait_until_refused(token.expect("a token"));
    bench.mirror.let_tokens_live(3_600);
    // As after a restart of the space: the cache in memory is gone.
    bench.forget_tokens();
    install(&bench).failure();
    let checked = bench.check(&[]);
    checked.assert_open(&["tools.npm.token"], &[]);
    let (detail, fix) = checked.told("tools.npm.token");
    assert!(detail.contains("refuses"), "{detail}");
    bench.mend(fix.lines().next().expect("a command"));
    install(&bench).success();
    bench.assert_fine();
}

#[test]
fn the_merge_is_the_one_that_npm_makes() {
    use serde_json::Value;
    use studio_mirror::secret::Secret;
    use studio_mirror::tools::effective::ReadFile;
    use studio_mirror::tools::effective::npm::merge;

    let bench = logged_in();
    let values = [
        "registry=http://127.0.0.1:1/\n",
        "registry = \"http://127.0.0.1:2/a\"\n",
        "registry=${WHERE}/b/\n",
        "registry=\n",
        "; none\n",
        "[section]\nregistry=http://127.0.0.1:3/\n",
    ];
    let variables = [
        None,
        Some(("npm_config_registry", "http://127.0.0.1:4/")),
        Some(("Npm_Config_Registry", "http://127.0.0.1:5/c")),
        Some(("npm_config_registry", "")),
    ];
    let mut at = 0;
    for project in values {
        for user in values {
            // Every third one, turned so that each value meets each variable.
            at += 1;
            if at % 2 == 0 {
                continue;
            }
            let variable = variables[(at / 2) % variables.len()];
            bench.home.write("project/.npmrc", project);
            bench.home.write(".npmrc", user);
            let mut npm = bench.command("npm");
            npm.args(["config", "list", "--json"])
                .env("WHERE", "http://127.0.0.1:6")
                .envs(variable);
            let told = bench.home.run(&mut npm).success();
            let told: Value = serde_json::from_str(&told.stdout).expect("JSON");
            let read = |text: &str| ReadFile {
                path: String::new(),
                text: Ok(Secret::new(text)),
                is_own: true,
            };
            let mut environment = std::collections::BTreeMap::from([(
                "WHERE".to_owned(),
                "http://127.0.0.1:6".to_owned(),
            )]);
            environment.extend(variable.map(|(name, value)| (name.to_owned(), value.to_owned())));
            let ours = merge(&[read(project), read(user)], &environment, None);
            let theirs = told["registry"].as_str().expect("a registry");
            assert!(
                ours.registry.value.url.trim_end_matches('/') == theirs.trim_end_matches('/'),
                "{project}{user}{variable:?}: npm says {theirs}, we {}",
                ours.registry.value.url
            );
        }
    }
}
