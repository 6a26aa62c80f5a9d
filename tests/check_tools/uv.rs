//! uv.

use crate::bench::{Bench, NOBODY, close};
use crate::support::clients;
use crate::support::home::Finished;
use crate::support::mirror::TEAM;

const UV_TOML: &str = ".config/uv/uv.toml";

fn logged_in() -> Bench {
    Bench::new("uv", &[&clients::bin("uv-newest")])
}

fn install(bench: &Bench) -> Finished {
    let target = bench.home.join("installed");
    let _ = std::fs::remove_dir_all(&target);
    let mut uv = bench.command("uv");
    uv.args(["pip", "install", "--no-cache", "mirror-words", "--target"])
        .arg(&target);
    bench
        .home
        .run(uv.env("UV_HTTP_RETRIES", "0").env("HTTPS_PROXY", NOBODY))
}

/// In a project: whether `uv lock` finds the package.
fn lock(bench: &Bench) -> Finished {
    let _ = std::fs::remove_file(bench.home.join("project/uv.lock"));
    let mut uv = bench.command("uv");
    uv.args(["lock", "--no-cache"]);
    bench
        .home
        .run(uv.env("UV_HTTP_RETRIES", "0").env("HTTPS_PROXY", NOBODY))
}

#[track_caller]
fn names(told: &(String, String), words: &[&str]) {
    for word in words {
        assert!(
            told.0.contains(word) || told.1.contains(word),
            "{word} is not in:\n{}\n{}",
            told.0,
            told.1
        );
    }
}

/// Real uv fails, `check` names the cause, its mend mends it, real uv installs.
#[track_caller]
fn one_failure(bench: &mut Bench, id: &str, words: &[&str]) {
    install(bench).failure();
    names(&bench.assert_one_failure(id), words);
    install(bench).success();
}

fn project(bench: &mut Bench, table: &str) {
    let head = "[project]\nname = \"mine\"\nversion = \"1\"\nrequires-python = \">=3.9\"\ndependencies = [\"mirror-words\"]\n";
    bench
        .home
        .write("project/pyproject.toml", format!("{head}{table}"));
    bench.go_to("project");
}

#[test]
fn a_healthy_uv_has_no_finding() {
    for client in ["uv-0.4.30", "uv-0.6", "uv-newest"] {
        let mut bench = Bench::new("uv", &[&clients::bin(client)]);
        install(&bench).success();
        bench.assert_fine();
        project(&mut bench, "");
        lock(&bench).success();
        bench.assert_fine();
        let checked = bench.check(&[]);
        for id in [
            "files",
            "version",
            "index",
            "helper",
            "netrc",
            "store",
            "extra-index",
        ] {
            checked.assert_ok(&format!("tools.uv.{id}"));
        }
    }
}

#[test]
fn a_variable_that_names_another_index() {
    for variable in ["UV_DEFAULT_INDEX", "UV_INDEX_URL"] {
        let mut bench = logged_in();
        bench.set(variable, format!("{NOBODY}/simple/"));
        one_failure(
            &mut bench,
            "tools.uv.index",
            &[&format!("${variable}"), "127.0.0.1:9"],
        );
    }
}

#[test]
fn a_project_with_an_index_of_its_own() {
    let mut bench = logged_in();
    project(
        &mut bench,
        &format!("[[tool.uv.index]]\nurl = \"{NOBODY}/simple/\"\ndefault = true\n"),
    );
    lock(&bench).failure();
    names(
        &bench.assert_one_failure("tools.uv.index"),
        &["~/project/pyproject.toml line 6", "'6,8d'"],
    );
    lock(&bench).success();
}

#[test]
fn a_projects_uv_toml_above_the_folder() {
    let mut bench = logged_in();
    bench.home.write("work/uv.toml", "no-index = true\n");
    bench.go_to("work/deep/er");
    one_failure(
        &mut bench,
        "tools.uv.index",
        &["no-index (~/work/uv.toml line 1)"],
    );
}

#[test]
fn a_variable_that_uv_does_not_know_is_none_to_check() {
    let mut bench = logged_in();
    bench.set("UV_NO_INDEX", "1");
    install(&bench).success();
    bench.assert_fine();
}

#[test]
fn a_projects_index_of_our_name_takes_ours_away() {
    let mut bench = logged_in();
    let other = bench.mirror.endpoint("pypi", "public");
    project(
        &mut bench,
        &format!("[[tool.uv.index]]\nname = \"codeartifact\"\nurl = \"{other}simple/\"\n"),
    );
    lock(&bench).failure();
    let checked = bench.check(&[]);
    checked.assert_open(&["tools.uv.index"], &[]);
}

#[test]
fn variables_that_leave_the_users_file_out() {
    let mut bench = logged_in();
    bench.home.write("other.toml", "");
    let other = bench.home.join("other.toml").display().to_string();
    for (variable, value) in [("UV_NO_CONFIG", "1"), ("UV_CONFIG_FILE", &other)] {
        bench.set(variable, value);
        one_failure(
            &mut bench,
            "tools.uv.index",
            &[&format!("${variable} makes"), &format!("unset {variable}")],
        );
    }
}

#[test]
fn offline() {
    let mut bench = logged_in();
    bench.set("UV_OFFLINE", "1");
    one_failure(&mut bench, "tools.uv.index", &["$UV_OFFLINE"]);
}

#[test]
fn no_index_for_uv_pip_alone() {
    let mut bench = logged_in();
    let own = bench.home.read(UV_TOML);
    bench
        .home
        .write(UV_TOML, format!("{own}\n[pip]\nno-index = true\n"));
    one_failure(
        &mut bench,
        "tools.uv.index",
        &["`uv pip`", "~/.config/uv/uv.toml line"],
    );
}

#[test]
fn an_index_line_that_somebody_changed() {
    let mut bench = logged_in();
    let own = bench.home.read(UV_TOML).replace(TEAM, "other");
    bench.home.write(UV_TOML, own);
    one_failure(
        &mut bench,
        "tools.uv.index",
        &["studio-mirror login --tool uv"],
    );
}

#[test]
fn a_file_that_uv_refuses() {
    let mut bench = logged_in();
    bench.home.write("work/uv.toml", "no-index = \n");
    bench.go_to("work");
    one_failure(&mut bench, "tools.uv.files", &["~/work/uv.toml: line 1"]);
}

#[test]
fn a_named_file_that_is_not_there() {
    let mut bench = logged_in();
    bench.set("UV_CONFIG_FILE", "/nowhere/uv.toml");
    one_failure(
        &mut bench,
        "tools.uv.index",
        &["$UV_CONFIG_FILE makes", "unset UV_CONFIG_FILE"],
    );
}

#[test]
fn a_provider_that_asks_nobody() {
    let mut bench = logged_in();
    bench.set("UV_KEYRING_PROVIDER", "disabled");
    one_failure(&mut bench, "tools.uv.helper", &["$UV_KEYRING_PROVIDER"]);
    let own = bench.home.read(UV_TOML);
    bench.home.write(
        UV_TOML,
        format!("{own}\n[pip]\nkeyring-provider = \"disabled\"\n"),
    );
    one_failure(
        &mut bench,
        "tools.uv.helper",
        &["`uv pip`", "~/.config/uv/uv.toml line"],
    );
}

#[test]
fn a_password_for_our_index_in_a_variable() {
    let mut bench = logged_in();
    bench.set("UV_INDEX_CODEARTIFACT_PASSWORD", "eyJ2ZXIiOjF9.stale");
    one_failure(
        &mut bench,
        "tools.uv.helper",
        &["$UV_INDEX_CODEARTIFACT_PASSWORD"],
    );
}

#[test]
fn somebodys_token_in_the_address() {
    let mut bench = logged_in();
    let own = bench
        .home
        .read(UV_TOML)
        .replace("aws@", "aws:eyJ2ZXIiOjF9.stale@");
    close(&bench.home.write(UV_TOML, own));
    one_failure(
        &mut bench,
        "tools.uv.helper",
        &[
            "a token stands in ~/.config/uv/uv.toml",
            "studio-mirror login --tool uv",
        ],
    );
}

#[test]
fn a_stale_login_in_netrc() {
    let mut bench = logged_in();
    let netrc = "# mine\nmachine example.org login me password secret\nmachine 127.0.0.1\n  login aws\n  password stale\n";
    close(&bench.home.write(".netrc", netrc));
    one_failure(
        &mut bench,
        "tools.uv.netrc",
        &["~/.netrc line 3", "sed -i '3,5d' ~/.netrc", "refuses"],
    );
    assert!(bench.home.read(".netrc").ends_with("password secret\n"));
}

#[test]
fn a_netrc_elsewhere_with_a_default_entry() {
    let mut bench = logged_in();
    let elsewhere = bench
        .home
        .write("elsewhere", "default login aws password stale\n");
    close(&elsewhere);
    bench.set("NETRC", elsewhere.display().to_string());
    one_failure(&mut bench, "tools.uv.netrc", &["~/elsewhere line 1"]);
}

#[test]
fn another_users_login_in_netrc_is_no_matter() {
    let bench = logged_in();
    close(
        &bench
            .home
            .write(".netrc", "machine 127.0.0.1 login me password stale\n"),
    );
    install(&bench).success();
    bench.assert_fine();
}

#[test]
fn a_fresh_login_in_netrc_is_a_warning() {
    let mut bench = logged_in();
    let token = bench.token();
    close(&bench.home.write(
        ".netrc",
        format!("machine 127.0.0.1 login aws password {token}\n"),
    ));
    install(&bench).success();
    names(&bench.assert_one_warning("tools.uv.netrc"), &["good today"]);
}

#[test]
fn a_stale_login_in_uvs_own_store() {
    let mut bench = logged_in();
    let endpoint = bench.mirror.endpoint("pypi", TEAM);
    bench
        .run(
            "uv",
            &[
                "auth",
                "login",
                &endpoint,
                "--username",
                "aws",
                "--password",
                "stale",
            ],
        )
        .success();
    one_failure(
        &mut bench,
        "tools.uv.store",
        &["credentials.toml line", "uv auth logout"],
    );
}

#[test]
fn an_index_that_never_answers() {
    let mut bench = logged_in();
    bench.set("UV_INDEX", format!("{NOBODY}/simple/"));
    one_failure(
        &mut bench,
        "tools.uv.extra-index",
        &["$UV_INDEX", "never answers"],
    );
}

#[test]
fn an_index_that_answers_is_a_warning() {
    let mut bench = logged_in();
    let other = bench.mirror.endpoint("pypi", "public");
    project(
        &mut bench,
        &format!("[tool.uv]\nextra-index-url = [\n  \"{other}simple/\",\n]\n"),
    );
    names(
        &bench.assert_one_warning("tools.uv.extra-index"),
        &["whoever publishes there", "'7,9d'"],
    );
}
