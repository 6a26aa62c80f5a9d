//! `logout` gives back what `login` found, byte for byte. What a person changed in between: `edited_since.rs`.
#![allow(clippy::print_stdout)] // figures

mod support;

#[path = "editors_oracles/generated.rs"]
#[allow(dead_code)]
mod generated;

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use generated::{files, one_of};
use studio_mirror_emulator::{Action, Fault};
use support::binary_under_test;
use support::home::Home;
use support::mirror::Mirror;
use support::tree::{litter, user_files};

const PIP_CONF: &str = ".config/pip/pip.conf";
const UV_TOML: &str = ".config/uv/uv.toml";
const NPMRC: &str = ".npmrc";

fn pip_files() -> Vec<String> {
    let lines = one_of(&[
        "[global]",
        "[install]",
        "",
        "# comment",
        "   ; indented comment",
        "timeout = 60",
        "retries: 3",
        "index-url = https://pypi.corp/simple",
        "Index_Url : https://a/",
        "extra-index-url = https://b/simple https://c/",
        "    https://d/simple",
        "\tcontinued # not a comment",
        "keyring-provider = import",
        "index-url = https://aws:eyJ0@HOST/pypi/team/simple/",
        "extra-index-url = https://aws:eyJ0@HOST/pypi/old/simple/ https://e/",
        "find-links = ",
    ]);
    let headers = ["", "[global]\n", "[install]\n", "# top\n[global]\r\n"]
        .into_iter()
        .cycle();
    files(lines)
        .into_iter()
        .zip(headers)
        .map(|(text, header)| format!("{header}{text}"))
        .collect()
}

fn npm_files() -> Vec<String> {
    files(one_of(&[
        "registry=https://npm.corp/",
        "registry = https://HOST/npm/old/",
        "//HOST/npm/old/:_authToken=eyJ0",
        "//npm.corp/:_authToken=${NPM_TOKEN}",
        "@acme:registry=https://acme.corp/",
        "; comment",
        "# comment",
        "",
        "fund = false ; no",
        "ca[]=one",
        "ca[]=two",
        "[section]",
        "always-auth",
        "email=\"a@b\"",
    ]))
}

fn uv_files() -> Vec<String> {
    let index = "[[index]]\nname = \"corp\"\nurl = \"https://u.corp/simple\" # why";
    let tops = files(one_of(&[
        "# comment",
        "",
        "native-tls = true # yes",
        "index-url = \"https://old.corp/simple\"",
        "keyring-provider = \"disabled\"",
        "extra-index-url = [\"https://x.corp/\"]",
        "cache-keys = [{ file = \"a\" }]",
    ]));
    let tails = ["", index, "[pip]\nno-build = true\n", index].into_iter();
    tops.into_iter()
        .zip(tails.cycle())
        .map(|(top, tail)| {
            // TOML knows no key twice.
            let mut seen = std::collections::BTreeSet::new();
            let once = |line: &&str| !line.contains('=') || seen.insert(line.trim().to_owned());
            let top: String = top.split_inclusive('\n').filter(once).collect();
            let end = if tail.is_empty() || top.ends_with('\n') {
                ""
            } else {
                "\n"
            };
            format!("{top}{end}{tail}")
        })
        .collect()
}

/// Logs in, and out again; how many tools took their files.
fn login_and_out(mirror: &Mirror, home: &Home, name: &str) -> usize {
    let before = user_files(home.path());
    let finished = mirror.login(home, &[]);
    let code = finished.status.code();
    assert!(code == Some(0) || code == Some(1), "{finished}");
    assert!(
        code == Some(0) || finished.stderr.contains("is left as it is"),
        "{finished}"
    );
    home.studio_mirror(["logout"]).success();
    assert_eq!(user_files(home.path()), before, "{name}: {finished}");
    3 - finished.stderr.matches("is left as it is").count()
}

#[test]
fn a_thousand_generated_files_come_back_to_the_byte() {
    const FILES: usize = 1_000;
    let mirror = Mirror::without_packages();
    let (pip, uv, npm) = (pip_files(), uv_files(), npm_files());
    let modes = [0o600, 0o644, 0o640, 0o400, 0o666, 0o755, 0o664];
    let next = AtomicUsize::new(0);
    let edited = AtomicUsize::new(0);
    let work = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            if edited.load(Ordering::Relaxed) >= FILES {
                return;
            }
            let home = Home::new();
            for (path, text) in [(PIP_CONF, &pip[at]), (UV_TOML, &uv[at]), (NPMRC, &npm[at])] {
                let file = home.write(path, text);
                let mode = modes[at % modes.len()];
                std::fs::set_permissions(file, PermissionsExt::from_mode(mode))
                    .expect("our own file");
            }
            let taken = login_and_out(&mirror, &home, &format!("home {at}"));
            edited.fetch_add(taken, Ordering::Relaxed);
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(work);
        scope.spawn(work);
    });
    let (edited, homes) = (edited.into_inner(), next.into_inner());
    println!(
        "{edited} files edited and given back in {homes} homes; the others were refused and stayed as they were"
    );
    assert!(edited >= FILES);
}

/// A name, and how the home is furnished before the login.
type Arrangement<'a> = (&'a str, &'a dyn Fn(&Home));

#[test]
fn links_and_missing_files_come_back_as_they_were() {
    let arrangements: [Arrangement; 6] = [
        ("nothing", &|_| ()),
        ("relative links", &|home| {
            home.write("dotfiles/pip.conf", "[global]\ntimeout = 1\n");
            home.write(
                "dotfiles/npmrc",
                "fund=false\r\nregistry=https://npm.corp/\r\n",
            );
            std::fs::create_dir_all(home.join(".config/pip")).expect("a folder");
            symlink("../../dotfiles/pip.conf", home.join(PIP_CONF)).expect("a link");
            symlink("dotfiles/npmrc", home.join(NPMRC)).expect("a link");
        }),
        ("absolute links in a chain", &|home| {
            home.write("dotfiles/real", "fund=false");
            symlink("real", home.join("dotfiles/npmrc")).expect("a link");
            symlink(home.join("dotfiles/npmrc"), home.join(NPMRC)).expect("a link");
        }),
        ("a linked folder", &|home| {
            home.write("dotfiles/config/uv/uv.toml", "native-tls = true\n");
            symlink("dotfiles/config", home.join(".config")).expect("a link");
        }),
        ("a dangling link", &|home| {
            symlink("dotfiles/new/npmrc", home.join(NPMRC)).expect("a link");
        }),
        ("empty files", &|home| {
            for file in [PIP_CONF, UV_TOML, NPMRC] {
                home.write(file, "");
            }
        }),
    ];
    let mirror = Mirror::without_packages();
    for (name, arrange) in arrangements {
        let home = Home::new();
        arrange(&home);
        assert_eq!(login_and_out(&mirror, &home, name), 3, "{name}");
        // What a login made was made where the link leads, and a second logout finds nothing to do.
        let finished = home.studio_mirror(["logout"]).success();
        assert_eq!(finished.stdout, "Nothing to log out of.\n");
    }
}

#[test]
fn links_stay_links_while_logged_in() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    home.write("dotfiles/npmrc", "fund=false\n");
    symlink("dotfiles/npmrc", home.join(NPMRC)).expect("a link");
    mirror.login(&home, &[]).success();
    assert_eq!(
        std::fs::read_link(home.join(NPMRC)).expect("a link"),
        Path::new("dotfiles/npmrc")
    );
    let mode = std::fs::metadata(home.join("dotfiles/npmrc"))
        .expect("the target")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn one_tool_logs_out_alone() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    home.write(PIP_CONF, "[global]\ntimeout = 1\n");
    home.write(NPMRC, "fund=false\n");
    let before = user_files(home.path());
    mirror.login(&home, &[]).success();
    let uv = home.read(UV_TOML);
    home.studio_mirror(["logout", "--tool", "npm,pip"])
        .success();
    assert_eq!(home.read(PIP_CONF), "[global]\ntimeout = 1\n");
    assert_eq!(home.read(NPMRC), "fund=false\n");
    assert_eq!(home.read(UV_TOML), uv);
    assert!(
        home.join(".local/bin/keyring").exists(),
        "uv still asks the helper"
    );
    let url = mirror.endpoint("pypi", "team");
    home.run_unheard(
        home.command(binary_under_test())
            .args(["keyring", "get", &url, "aws"]),
    )
    .success();
    home.studio_mirror(["logout", "--tool", "uv"]).success();
    assert_eq!(user_files(home.path()), before);
}

#[test]
fn a_login_killed_while_it_renews_the_token_is_taken_back_to_the_byte() {
    // Killed between its state and its files, as far as the files can tell: they are put back to what stood there.
    let mirror = Mirror::without_packages();
    let home = Home::new();
    home.write(NPMRC, "; mine\nregistry=https://npm.corp/\nfund=false\n");
    home.write(PIP_CONF, "[global]\nindex-url = https://pypi.corp/simple\n");
    let before = user_files(home.path());
    mirror.login(&home, &["--auth", "token"]).success();
    let earlier = [NPMRC, PIP_CONF, UV_TOML].map(|file| (file, home.read(file)));
    home.studio_mirror(["login", "--force", "--repository", "web"])
        .success();
    for (file, text) in earlier {
        assert_ne!(home.read(file), text);
        home.write(file, text);
    }
    home.studio_mirror(["logout"]).success();
    assert_eq!(user_files(home.path()), before);
}

#[test]
fn logout_needs_no_network_and_forgets_the_token() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    home.write(NPMRC, "save-exact=true\n");
    mirror.login(&home, &[]).success();
    let fault = Fault {
        anonymous: None,
        operation: None,
        path: None,
        times: None,
        action: Action::Drop,
    };
    mirror.emulator.add_faults(vec![fault]).expect("a fault");
    let asked = mirror.emulator.requests().len();
    let finished = home.studio_mirror(["logout"]).success();
    let told = "Logged out: pip, uv, npm.\n\
                \x20 removed:    ~/.config/pip/pip.conf\n\
                \x20 removed:    ~/.config/uv/uv.toml\n\
                \x20 given back: ~/.npmrc\n";
    assert!(finished.stdout.starts_with(told), "{finished}");
    assert_eq!(mirror.emulator.requests().len(), asked);
    assert_eq!(litter(home.path()).len(), 0);
    let url = mirror.endpoint("pypi", "team");
    let helper = home.studio_mirror(["keyring", "get", &url, "aws"]).exit(1);
    assert_eq!(helper.stdout, "", "who logged out gets no token");
}

#[test]
fn a_logout_that_fails_says_of_whom() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    mirror.login(&home, &["--tool", "pip,npm"]).success();
    let pip = home.read(PIP_CONF);
    home.write(
        PIP_CONF,
        pip.replace("http://", "https://zz.") + "broken\n[glo\n",
    );
    let finished = home.studio_mirror(["logout", "--tool", "pip"]).exit(1);
    assert!(
        finished.stdout.starts_with("NOT logged out: pip\n"),
        "{finished}"
    );
    assert!(!finished.stdout.contains("Nothing"), "{finished}");
    let json = ["logout", "--output", "json"];
    let finished = home.studio_mirror(json).exit(1);
    let report: serde_json::Value = serde_json::from_str(&finished.stdout).expect("JSON");
    assert_eq!(report["tools"], serde_json::json!(["npm"]));
    assert_eq!(report["not_logged_out"], serde_json::json!(["pip"]));
    let failure = report["failures"][0]["error"].as_str().expect("a failure");
    assert!(failure.contains("pip.conf"), "{finished}");
    let nothing = Home::new().studio_mirror(["logout"]).success();
    assert_eq!(nothing.stdout, "Nothing to log out of.\n");
}

#[test]
fn a_file_that_another_tool_goes_on_with_holds_no_token_any_more() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    mirror.login(&home, &["--tool", "npm,pnpm"]).success();
    home.studio_mirror(["logout", "--tool", "npm"]).success();
    assert!(!home.read(NPMRC).contains("_authToken"));
    let renewed = home
        .studio_mirror(["refresh", "--output", "json"])
        .success();
    assert!(!renewed.stdout.contains("edited"), "{renewed}");
    assert_eq!(renewed.stderr, "");
}

#[test]
fn logout_forgets_tokens_that_were_got_without_a_login() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    let [_, memory] = home.folders();
    let kept = || {
        let files = std::fs::read_dir(memory.join("studio-mirror"));
        let names = files
            .into_iter()
            .flatten()
            .flatten()
            .map(|file| file.path());
        names
            .filter(|path| path.extension().is_some_and(|end| end == "json"))
            .count()
    };
    let mut token = home.command(binary_under_test());
    token.args([
        "token",
        "--domain",
        "corp",
        "--domain-owner",
        "111122223333",
    ]);
    token.env("STUDIO_MIRROR_API_ENDPOINT", mirror.emulator.http_url());
    home.run_unheard(&mut token).success();
    assert_eq!(kept(), 1);
    home.studio_mirror(["logout"]).success();
    assert_eq!(kept(), 0);
}
