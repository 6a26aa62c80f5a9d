//! pip.

use crate::bench::{Bench, NOBODY, close};
use crate::support::home::Finished;
use crate::support::mirror::TEAM;

fn logged_in() -> Bench {
    Bench::with_pip("pip-newest", &["--tool", "pip"])
}

/// A pip that does not wait for what cannot come.
fn install(bench: &Bench) -> Finished {
    let mut pip = bench.command("python");
    pip.args([
        "-m",
        "pip",
        "install",
        "--no-cache-dir",
        "--force-reinstall",
        "mirror-words",
    ]);
    pip.args(["--retries", "0", "--timeout", "2"]);
    bench.home.run(&mut pip)
}

/// Real pip fails, `check` names the cause, its mend mends it, real pip installs.
#[track_caller]
fn one_failure(bench: &mut Bench, id: &str, names: &[&str]) {
    install(bench).failure();
    let (detail, fix) = bench.assert_one_failure(id);
    for name in names {
        assert!(
            detail.contains(name) || fix.contains(name),
            "{name} is not in:\n{detail}\n{fix}"
        );
    }
    install(bench).success();
}

#[test]
fn a_healthy_pip_has_no_finding() {
    let bench = logged_in();
    install(&bench).success();
    bench.assert_fine();
    let checked = bench.check(&[]);
    for id in ["files", "version", "index", "helper", "extra-index"] {
        checked.assert_ok(&format!("tools.pip.{id}"));
    }
    checked.assert_ok("keyring.first");
}

#[test]
fn a_variable_that_names_another_index() {
    let mut bench = logged_in();
    bench.set("PIP_INDEX_URL", format!("{NOBODY}/simple/"));
    one_failure(
        &mut bench,
        "tools.pip.index",
        &["$PIP_INDEX_URL", "unset PIP_INDEX_URL", "127.0.0.1:9"],
    );
}

#[test]
fn the_environments_own_pip_conf() {
    let mut bench = logged_in();
    bench.home.write(
        "venv/pip.conf",
        format!("# ours\n[global]\nindex-url = {NOBODY}/simple/\n"),
    );
    one_failure(
        &mut bench,
        "tools.pip.index",
        &[
            "~/venv/pip.conf line 3 in [global]",
            "sed -i '3d' ~/venv/pip.conf",
        ],
    );
}

#[test]
fn an_install_section_in_the_users_own_file() {
    let mut bench = logged_in();
    let own = bench.home.read(".config/pip/pip.conf");
    bench.home.write(
        ".config/pip/pip.conf",
        format!("{own}\n[install]\nindex-url = {NOBODY}/simple/\n"),
    );
    one_failure(
        &mut bench,
        "tools.pip.index",
        &["~/.config/pip/pip.conf line", "in [install]"],
    );
}

#[test]
fn an_install_section_in_the_old_place() {
    let mut bench = logged_in();
    bench.home.write(
        ".pip/pip.conf",
        format!("[install]\nindex-url =\n    {NOBODY}/simple/\n"),
    );
    one_failure(
        &mut bench,
        "tools.pip.index",
        &["~/.pip/pip.conf line 2 in [install]", "'2,3d'"],
    );
}

#[test]
fn a_default_section_counts_where_its_section_is() {
    let mut bench = logged_in();
    bench.home.write(
        ".pip/pip.conf",
        format!("[DEFAULT]\nindex-url = {NOBODY}/simple/\n[install]\nno-color = true\n"),
    );
    one_failure(
        &mut bench,
        "tools.pip.index",
        &["~/.pip/pip.conf line 2 in [DEFAULT]"],
    );
}

#[test]
fn a_variable_that_names_another_file() {
    let mut bench = logged_in();
    let other = bench.home.write(
        "other.conf",
        "[global]\ntimeout = 3\nindex-url = http://127.0.0.1:9/simple/\n",
    );
    bench.set("PIP_CONFIG_FILE", other.to_str().unwrap());
    one_failure(
        &mut bench,
        "tools.pip.index",
        &["$PIP_CONFIG_FILE", "unset PIP_CONFIG_FILE"],
    );
}

#[test]
fn no_index() {
    let mut bench = logged_in();
    bench.set("PIP_NO_INDEX", "yes");
    one_failure(&mut bench, "tools.pip.index", &["no-index ($PIP_NO_INDEX)"]);
}

#[test]
fn an_index_line_that_somebody_changed() {
    let mut bench = logged_in();
    let own = bench
        .home
        .read(".config/pip/pip.conf")
        .replace(TEAM, "other");
    bench.home.write(".config/pip/pip.conf", own);
    one_failure(
        &mut bench,
        "tools.pip.index",
        &["studio-mirror login --tool pip"],
    );
}

#[test]
fn a_file_that_pip_refuses() {
    let mut bench = logged_in();
    bench.home.write(
        ".pip/pip.conf",
        "[global]\ntimeout = 1\n[global]\nretries = 1\n",
    );
    one_failure(&mut bench, "tools.pip.files", &["~/.pip/pip.conf: line 3"]);
}

#[test]
fn a_file_that_is_not_utf_8() {
    let mut bench = logged_in();
    bench.home.write(".pip/pip.conf", b"[global]\n# caf\xe9\n");
    one_failure(
        &mut bench,
        "tools.pip.files",
        &["~/.pip/pip.conf: line 2", "UTF-8"],
    );
}

#[test]
fn a_provider_that_asks_nobody() {
    let mut bench = logged_in();
    bench.set("PIP_KEYRING_PROVIDER", "disabled");
    one_failure(&mut bench, "tools.pip.helper", &["$PIP_KEYRING_PROVIDER"]);
}

#[test]
fn a_provider_that_is_not_there() {
    let mut bench = logged_in();
    bench
        .home
        .write("venv/pip.conf", "[global]\nkeyring-provider = import\n");
    one_failure(
        &mut bench,
        "tools.pip.helper",
        &["import (~/venv/pip.conf line 2"],
    );
}

#[test]
fn the_default_provider_asks_nobody_without_input() {
    let mut bench = logged_in();
    let own = bench.home.read(".config/pip/pip.conf");
    let own: Vec<&str> = own
        .lines()
        .filter(|line| !line.starts_with("keyring-provider"))
        .collect();
    bench
        .home
        .write(".config/pip/pip.conf", own.join("\n") + "\n");
    let auto = bench.check(&[]);
    auto.assert_open(&[], &["tools.pip.helper"]);
    bench.set("PIP_NO_INPUT", "1");
    one_failure(
        &mut bench,
        "tools.pip.helper",
        &["auto", "$PIP_NO_INPUT", "studio-mirror login --tool pip"],
    );
}

#[test]
fn a_pip_that_knows_no_helper() {
    let mut bench = Bench::with_pip("pip-22.3.1", &["--tool", "pip"]);
    install(&bench).failure();
    let checked = bench.check(&[]);
    checked.assert_open(&["tools.pip.version"], &[]);
    let (detail, fix) = checked.told("tools.pip.version");
    assert!(detail.contains("pip 22.3.1"), "{detail}");
    bench.mend(
        fix.lines()
            .find(|line| line.contains("--auth token"))
            .expect("the token way"),
    );
    install(&bench).success();
    bench.assert_fine();
}

#[test]
fn an_address_without_a_user_is_enough_for_new_pips_alone() {
    for (client, is_enough) in [("pip-26.1", false), ("pip-newest", true)] {
        let mut bench = Bench::with_pip(client, &["--tool", "pip"]);
        let own = bench.home.read(".config/pip/pip.conf").replace("aws@", "");
        bench.home.write(".config/pip/pip.conf", own);
        if is_enough {
            install(&bench).success();
            bench.assert_fine();
        } else {
            one_failure(
                &mut bench,
                "tools.pip.helper",
                &["names no user", "studio-mirror login --tool pip"],
            );
        }
    }
}

#[test]
fn somebodys_token_in_the_address() {
    let mut bench = logged_in();
    let own = bench
        .home
        .read(".config/pip/pip.conf")
        .replace("aws@", "aws:eyJ2ZXIiOjF9.stale@");
    let file = bench.home.write(".config/pip/pip.conf", own);
    close(&file);
    one_failure(
        &mut bench,
        "tools.pip.helper",
        &[
            "a token stands in ~/.config/pip/pip.conf",
            "studio-mirror login --tool pip",
        ],
    );
}

#[test]
fn a_stale_netrc_is_no_matter_to_pip() {
    let bench = logged_in();
    let file = bench
        .home
        .write(".netrc", "machine 127.0.0.1 login aws password stale\n");
    close(&file);
    install(&bench).success();
    bench.assert_fine();
}

#[test]
fn an_index_that_never_answers() {
    let mut bench = logged_in();
    bench.set("PIP_EXTRA_INDEX_URL", format!("{NOBODY}/simple/"));
    let told = bench
        .run(
            "python",
            &["-m", "pip", "install", "--retries", "1", "mirror-words"],
        )
        .success();
    assert!(
        told.stderr.contains("Retrying") || told.stdout.contains("Retrying"),
        "{told}"
    );
    let (detail, _) = bench.assert_one_failure("tools.pip.extra-index");
    assert!(detail.contains("never answers"), "{detail}");
}

#[test]
fn an_index_that_answers_is_a_warning() {
    let mut bench = logged_in();
    let other = bench.mirror.endpoint("pypi", "public");
    bench.home.write(
        "venv/pip.conf",
        format!("[global]\nextra-index-url =\n  {other}simple/\n"),
    );
    let (detail, fix) = bench.assert_one_warning("tools.pip.extra-index");
    assert!(detail.contains("whoever publishes there"), "{detail}");
    assert!(fix.contains("sed -i '2,3d' ~/venv/pip.conf"), "{fix}");
}

#[test]
fn a_tool_that_is_not_installed_is_no_failure() {
    let bench = Bench::new("uv,twine", &[]);
    let checked = bench.check(&[]);
    checked.assert_open(&[], &[]);
    assert!(
        !checked.report.to_string().contains("tools."),
        "{:#}",
        checked.report
    );
    // Who asks for one by name is told why it is left out.
    let named = bench.check(&["--tool", "uv,pip"]);
    named.assert_open(&[], &[]);
    assert!(named.told("tools.uv.index").0.contains("uv is not on PATH"));
    assert!(
        named
            .told("tools.pip.index")
            .0
            .contains("pip is not on PATH")
    );
}

#[test]
fn the_distributions_own_pip_counts_where_it_is_told_to_install() {
    let mut bench = Bench::new("pip", &[]);
    bench.assert_fine();
    bench.set("PIP_BREAK_SYSTEM_PACKAGES", "1");
    let checked = bench.check(&[]);
    // Debian 12 has pip 23.0.1, newer ones one that knows the helper.
    assert!(
        checked.report.to_string().contains("tools.pip.version"),
        "{:#}",
        checked.report
    );
}
