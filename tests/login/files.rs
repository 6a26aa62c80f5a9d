//! The texts and modes that a login leaves.

use crate::support::binary_under_test;
use crate::support::home::Home;
use crate::support::leak_watch::holds_token;
use crate::support::mirror::{LOGIN, Mirror};
use crate::support::programs::copy_program;
use crate::support::tree::{Entry, picture};
use crate::{MINT, NPMRC, PIP_CONF, STATE, UV_TOML, mode, set_mode, without_token};

#[test]
fn a_fresh_home_gets_exactly_these_files() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    let finished = mirror.login(&home, &[]).success();
    let (pypi, npm) = (
        mirror.endpoint("pypi", "team"),
        mirror.endpoint("npm", "team"),
    );
    let with_user = pypi.replace("http://", "http://aws@");
    assert_eq!(
        home.read(PIP_CONF),
        format!("[global]\nindex-url = {with_user}simple/\nkeyring-provider = subprocess\n")
    );
    assert_eq!(
        home.read(UV_TOML),
        format!(
            "keyring-provider = \"subprocess\"\n\n[[index]]\nname = \"codeartifact\"\nurl = \"{with_user}simple/\"\n\
             default = true\nauthenticate = \"always\"\npublish-url = \"{with_user}\"\n"
        )
    );
    let authority = npm.trim_start_matches("http:");
    assert_eq!(
        without_token(&home.read(NPMRC)),
        format!("registry={npm}\n{authority}:_authToken=TOKEN\n")
    );
    for file in [PIP_CONF, UV_TOML, NPMRC, STATE] {
        assert_eq!(mode(&home, file), 0o600, "{file}");
    }
    let link = std::fs::read_link(home.join(".local/bin/keyring")).expect("the helper's link");
    assert_eq!(
        link.canonicalize().unwrap(),
        binary_under_test().canonicalize().unwrap()
    );
    assert_eq!(
        finished.stderr,
        "note: `studio-mirror refresh --daemon` keeps the tokens in files fresh\n"
    );
    assert!(!holds_token(finished.stdout.as_bytes()));
}

#[test]
fn files_of_a_person_keep_their_comments_and_modes() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    let pip = home.write(
        PIP_CONF,
        "# mine\n[global]\ntimeout = 60 ; yes\n\n[install]\nno-compile = yes\n",
    );
    let uv = home.write(UV_TOML, "# mine\nnative-tls = true  # yes\n");
    let npm = home.write(
        NPMRC,
        "; mine\nfund = false\n@acme:registry=https://acme.example/\n",
    );
    for file in [&pip, &uv, &npm] {
        set_mode(file, 0o644);
    }
    mirror.login(&home, &[]).success();
    let pypi = mirror
        .endpoint("pypi", "team")
        .replace("http://", "http://aws@");
    assert_eq!(
        home.read(PIP_CONF),
        format!(
            "# mine\n[global]\ntimeout = 60 ; yes\nindex-url = {pypi}simple/\nkeyring-provider = subprocess\n\n\
             [install]\nno-compile = yes\n"
        )
    );
    assert!(
        home.read(UV_TOML)
            .starts_with("# mine\nnative-tls = true  # yes\n")
    );
    let npmrc = home.read(NPMRC);
    assert!(
        npmrc.starts_with("; mine\nfund = false\n@acme:registry=https://acme.example/\n"),
        "{npmrc}"
    );
    assert_eq!(mode(&home, PIP_CONF), 0o644, "no token in it");
    assert_eq!(mode(&home, UV_TOML), 0o644, "no token in it");
    assert_eq!(mode(&home, NPMRC), 0o600, "a token in it");
}

#[test]
fn token_mode_puts_the_token_into_a_private_pip_conf() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    set_mode(&home.write(PIP_CONF, "[global]\ntimeout = 9\n"), 0o644);
    mirror
        .login(&home, &["--tool", "pip", "--auth", "token"])
        .success();
    let pypi = mirror
        .endpoint("pypi", "team")
        .replace("http://", "http://aws:TOKEN@");
    assert_eq!(
        without_token(&home.read(PIP_CONF)),
        format!("[global]\ntimeout = 9\nindex-url = {pypi}simple/\n")
    );
    assert_eq!(mode(&home, PIP_CONF), 0o600);
    assert!(
        !home.join(".local/bin/keyring").exists(),
        "nobody asks a helper"
    );

    // And back again: the token goes, the helper comes; logout then restores the mode too.
    mirror
        .login(&home, &["--tool", "pip", "--auth", "helper"])
        .success();
    assert!(!holds_token(home.read(PIP_CONF).as_bytes()));
    home.studio_mirror(["logout"]).success();
    assert_eq!(home.read(PIP_CONF), "[global]\ntimeout = 9\n");
    assert_eq!(mode(&home, PIP_CONF), 0o644);
}

#[test]
fn a_second_login_touches_no_file() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    mirror.login(&home, &[]).success();
    let before = picture(home.path());
    mirror.login(&home, &[]).success();
    home.studio_mirror(["login"]).success();
    assert_eq!(picture(home.path()), before);
    assert_eq!(mirror.emulator.count(MINT), 1);
}

#[test]
fn a_namespace_serves_its_scope_alone() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    home.write(NPMRC, "registry=https://npm.example/\n");
    mirror
        .login(&home, &["--tool", "npm", "--namespace", "@acme"])
        .success();
    let npm = mirror.endpoint("npm", "team");
    let authority = npm.trim_start_matches("http:").to_owned();
    let npmrc = without_token(&home.read(NPMRC));
    assert_eq!(
        npmrc,
        format!(
            "registry=https://npm.example/\n@acme:registry={npm}\n{authority}:_authToken=TOKEN\n"
        )
    );
    home.studio_mirror(["logout"]).success();
    assert_eq!(home.read(NPMRC), "registry=https://npm.example/\n");
}

#[test]
fn a_repository_endpoint_without_private_dns_has_the_path_form() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    let mut command = home.command(binary_under_test());
    command
        .args(LOGIN)
        .env("STUDIO_MIRROR_API_ENDPOINT", mirror.emulator.http_url())
        .env(
            "STUDIO_MIRROR_REPOSITORY_ENDPOINT",
            "https://vpce-0a1b-2c3d.d.codeartifact.us-east-1.vpce.amazonaws.com",
        );
    home.run(&mut command).success();
    assert!(home.read(PIP_CONF).contains(
        "index-url = https://aws@vpce-0a1b-2c3d.d.codeartifact.us-east-1.vpce.amazonaws.com/pypi/d/corp-111122223333/team/simple/\n"
    ), "{}", home.read(PIP_CONF));
    assert!(home.read(NPMRC).contains(
        "registry=https://vpce-0a1b-2c3d.d.codeartifact.us-east-1.vpce.amazonaws.com/npm/d/corp-111122223333/team/\n"
    ));
    assert_eq!(
        mirror.emulator.count("GetRepositoryEndpoint"),
        0,
        "there is nothing to ask"
    );
    home.studio_mirror(["login"]).success();
    assert!(
        home.read(PIP_CONF).contains("vpce-0a1b"),
        "it is remembered"
    );
}

#[test]
fn what_the_aws_cli_logged_in_is_replaced_and_comes_back() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    // As `aws codeartifact login --tool pip` and `--tool npm` leave it (pip config set, npm config set).
    let old = "eyJ2ZXIiOjEsOLD";
    let pip = format!(
        "[global]\nindex-url = https://aws:{old}@corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/pypi/team/simple/\n\n"
    );
    let npm = format!(
        "registry=https://corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/npm/team/\n\
         //corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/npm/team/:_authToken={old}\n"
    );
    set_mode(&home.write(PIP_CONF, &pip), 0o644);
    set_mode(&home.write(NPMRC, &npm), 0o600);
    mirror.login(&home, &[]).success();
    assert!(
        !home.read(PIP_CONF).contains(old),
        "{}",
        home.read(PIP_CONF)
    );
    let index_urls = home.read(PIP_CONF).matches("index-url").count();
    assert_eq!(index_urls, 1);
    let npmrc = without_token(&home.read(NPMRC));
    assert_eq!(npmrc.matches("registry=").count(), 1, "{npmrc}");
    home.studio_mirror(["logout"]).success();
    assert_eq!(home.read(PIP_CONF), pip);
    assert_eq!(home.read(NPMRC), npm);
    assert_eq!((mode(&home, PIP_CONF), mode(&home, NPMRC)), (0o644, 0o600));
}

#[test]
fn a_keyring_command_of_somebody_elses_making_stays() {
    let mirror = Mirror::without_packages();
    // A copy of the program by that very name, started through a link: nothing may replace it by a link to itself.
    let home = Home::new();
    std::fs::create_dir_all(home.join(".local/bin")).expect("a folder");
    let keyring = home.join(".local/bin/keyring");
    copy_program(&binary_under_test(), &keyring);
    std::os::unix::fs::symlink("keyring", home.join(".local/bin/studio-mirror")).expect("a link");
    let mut command = home.command(home.join(".local/bin/studio-mirror"));
    command
        .args(LOGIN)
        .env("STUDIO_MIRROR_API_ENDPOINT", mirror.emulator.http_url());
    home.run(&mut command).success();
    assert!(keyring.symlink_metadata().expect("still there").is_file());
    let mut command = home.command(home.join(".local/bin/studio-mirror"));
    home.run(command.arg("logout")).success();
    assert!(keyring.symlink_metadata().expect("still there").is_file());

    // A link that a person made to the program.
    let home = Home::new();
    std::fs::create_dir_all(home.join(".local/bin")).expect("a folder");
    let keyring = home.join(".local/bin/keyring");
    std::os::unix::fs::symlink(binary_under_test(), &keyring).expect("a link");
    mirror.login(&home, &[]).success();
    home.studio_mirror(["logout"]).success();
    assert!(
        keyring
            .symlink_metadata()
            .expect("still there")
            .is_symlink()
    );
}

#[test]
fn folders_made_on_the_way_are_closed_to_others_whatever_the_umask() {
    let mirror = Mirror::without_packages();
    for umask in ["000", "077"] {
        let home = Home::new();
        let mut shell = home.command("sh");
        shell
            .args(["-c", &format!("umask {umask}; exec \"$@\""), "sh"])
            .arg(binary_under_test())
            .args(LOGIN)
            .env("STUDIO_MIRROR_API_ENDPOINT", mirror.emulator.http_url());
        home.run(&mut shell).success();
        for (path, entry) in picture(home.path()) {
            let bits = match entry {
                Entry::Folder { mode } | Entry::File { mode, .. } => mode,
                _ => continue,
            };
            assert_eq!(
                bits & 0o077,
                0,
                "{} has mode {bits:o} under umask {umask}",
                path.display()
            );
        }
    }
}
