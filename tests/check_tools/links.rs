//! What the clients' own settings put between them and the repository.

use crate::bench::{Bench, NOBODY};
use crate::support::clients;
use crate::support::home::Finished;

fn pip() -> Bench {
    Bench::with_pip("pip-newest", &["--tool", "pip"])
}

fn pip_installs(bench: &Bench) -> Finished {
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

fn npm() -> Bench {
    Bench::new("npm", &[&clients::bin("npm-newest")])
}

fn npm_installs(bench: &Bench) -> Finished {
    let _ = std::fs::remove_dir_all(bench.home.join("n"));
    let mut npm = bench.command("npm");
    npm.args([
        "install",
        "--prefix",
        "n",
        "--no-audit",
        "--no-fund",
        "--fetch-retries=0",
    ]);
    npm.args(["--fetch-timeout=2000", "--prefer-online", "mirror-right"]);
    bench.home.run(&mut npm)
}

/// The client fails, `check` names the one cause, its mend mends it, the client installs.
#[track_caller]
fn one_failure(bench: &mut Bench, installs: fn(&Bench) -> Finished, id: &str, words: &[&str]) {
    installs(bench).failure();
    let (detail, fix) = bench.assert_one_failure(id);
    for word in words {
        assert!(
            detail.contains(word) || fix.contains(word),
            "{word} is not in:\n{detail}\n{fix}"
        );
    }
    installs(bench).success();
}

#[test]
fn a_proxy_of_pips_own_where_nobody_listens() {
    let mut bench = pip();
    bench.set("PIP_PROXY", NOBODY);
    // The variable that excepts hosts from the others' proxy excepts none from this.
    bench.set("NO_PROXY", "127.0.0.1");
    one_failure(
        &mut bench,
        pip_installs,
        "tools.pip.connection",
        &["$PIP_PROXY", "unset PIP_PROXY"],
    );
    let mut bench = pip();
    bench
        .home
        .write("venv/pip.conf", format!("[global]\nproxy = {NOBODY}\n"));
    one_failure(
        &mut bench,
        pip_installs,
        "tools.pip.connection",
        &["~/venv/pip.conf line 2", "sed -i '2d'"],
    );
}

#[test]
fn a_certificate_of_pips_own_that_is_not_there() {
    let mut bench = pip();
    bench.set("PIP_CLIENT_CERT", "/no/such.pem");
    let checked = bench.check(&[]);
    checked.assert_open(&["tools.pip.connection"], &[]);
    let (detail, fix) = checked.told("tools.pip.connection");
    assert!(detail.contains("there is no such file"), "{detail}");
    assert!(fix.contains("unset PIP_CLIENT_CERT"), "{fix}");
}

#[test]
fn a_proxy_of_npms_own_where_nobody_listens() {
    let mut bench = npm();
    bench.set("npm_config_proxy", NOBODY);
    one_failure(
        &mut bench,
        npm_installs,
        "tools.npm.connection",
        &["$npm_config_proxy", "unset npm_config_proxy"],
    );
    let mut bench = npm();
    bench.home.write("project/package.json", "{}");
    bench
        .home
        .write("project/.npmrc", format!("proxy={NOBODY}\n"));
    bench.go_to("project");
    let (detail, _) = bench.assert_one_failure("tools.npm.connection");
    assert!(detail.contains("~/project/.npmrc line 1"), "{detail}");
    // What excepts the host from it makes it harmless.
    bench.set("npm_config_proxy", NOBODY);
    bench.set("npm_config_noproxy", "127.0.0.1");
    bench.assert_fine();
}

fn uv_installs(bench: &Bench) -> Finished {
    let _ = std::fs::remove_dir_all(bench.home.join("u"));
    let mut uv = bench.command("uv");
    uv.env("UV_HTTP_RETRIES", "0").env("UV_HTTP_TIMEOUT", "2");
    uv.args(["pip", "install", "--no-cache", "--target", "u"]);
    bench.home.run(uv.arg("mirror-words"))
}

/// From 0.11 on uv has settings of its own for that.
#[test]
fn a_proxy_of_uvs_own_where_nobody_listens() {
    let mut bench = Bench::new("uv", &[&clients::bin("uv-newest")]);
    let own = bench.home.read(".config/uv/uv.toml");
    let proxied = |more: &str| format!("http-proxy = \"{NOBODY}\"\n{more}{own}");
    bench.home.write(".config/uv/uv.toml", proxied(""));
    // The variable that excepts hosts from the others' proxy excepts none from this.
    bench.set("NO_PROXY", "127.0.0.1");
    one_failure(
        &mut bench,
        uv_installs,
        "tools.uv.connection",
        &["~/.config/uv/uv.toml line 1", "sed -i '1d'"],
    );
    let excepted = proxied("no-proxy = [\"localhost\", \"127.0.0.1\"]\n");
    bench.home.write(".config/uv/uv.toml", excepted);
    uv_installs(&bench).success();
    bench.assert_fine();
    // What it would take for the repository over TLS does nothing here.
    let other = format!("https-proxy = \"{NOBODY}\"\n{own}");
    bench.home.write(".config/uv/uv.toml", other);
    uv_installs(&bench).success();
    bench.assert_fine();
}

#[test]
fn npm_that_stays_offline_or_reads_another_file() {
    let mut bench = npm();
    bench.set("npm_config_offline", "true");
    one_failure(
        &mut bench,
        npm_installs,
        "tools.npm.registry",
        &["offline", "unset npm_config_offline"],
    );
    // In the home itself, the user's file is the project's too.
    bench.home.write("project/package.json", "{}");
    bench.go_to("project");
    bench.set("npm_config_userconfig", "/no/such/npmrc");
    let (detail, _) = bench.assert_one_failure("tools.npm.registry");
    assert!(
        detail.contains("$npm_config_userconfig makes it leave ~/.npmrc out"),
        "{detail}"
    );
}

#[test]
fn a_scope_that_is_served_by_nobody() {
    let mut bench = npm();
    let own = bench.home.read(".npmrc");
    bench
        .home
        .write(".npmrc", format!("{own}@acme:registry={NOBODY}/\n"));
    crate::bench::close(&bench.home.join(".npmrc"));
    let (detail, fix) = bench.assert_one_warning("tools.npm.scopes");
    assert!(
        detail.contains("serves a scope and never answers"),
        "{detail}"
    );
    assert!(fix.contains("sed -i"), "{fix}");
}
