//! What the real `aws codeartifact login` has left: replaced by `login`, given back by `logout`.

use crate::support::clients;
use crate::support::home::Home;
use crate::support::mirror::Mirror;
use crate::support::tree::user_files;
use crate::{NPMRC, PIP_CONF, without_token};

#[test]
fn the_real_aws_clis_login_is_replaced_cleanly_and_comes_back() {
    let mirror = Mirror::without_packages();
    let home = Home::new()
        .first_on_path(clients::bin("npm-newest"))
        .first_on_path(clients::bin("node"))
        .first_on_path(clients::bin("pip-newest"))
        .env("AWS_ENDPOINT_URL", mirror.emulator.http_url())
        .env("AWS_DEFAULT_REGION", "us-east-1");
    home.write(NPMRC, "fund=false\n");
    for tool in ["pip", "npm"] {
        let mut aws = home.command(clients::bin("aws").join("aws"));
        aws.args(["codeartifact", "login", "--tool", tool]).args([
            "--domain",
            "corp",
            "--repository",
            "lonely",
        ]);
        home.run(&mut aws).success();
    }
    let before = user_files(home.path());
    assert!(
        home.read(PIP_CONF).contains("aws:ey"),
        "its token is in the URL"
    );
    assert!(home.read(NPMRC).contains("lonely/:_authToken=ey"));

    mirror.login(&home, &["--tool", "pip,npm"]).success();
    let pypi = mirror
        .endpoint("pypi", "team")
        .replace("http://", "http://aws@");
    assert_eq!(
        home.read(PIP_CONF),
        format!("[global]\nindex-url = {pypi}simple/\nkeyring-provider = subprocess\n\n")
    );
    let npm = mirror.endpoint("npm", "team");
    let authority = npm.trim_start_matches("http:");
    let npmrc = without_token(&home.read(NPMRC));
    for line in [
        "fund=false".to_owned(),
        format!("registry={npm}"),
        format!("{authority}:_authToken=TOKEN"),
    ] {
        let found = npmrc.lines().filter(|found| **found == line).count();
        assert_eq!(found, 1, "{line}: {npmrc}");
    }
    assert_eq!(npmrc.matches("registry=").count(), 1, "{npmrc}");

    home.studio_mirror(["logout"]).success();
    assert_eq!(user_files(home.path()), before);
}
