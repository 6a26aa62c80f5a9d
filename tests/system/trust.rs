//! Whom the helper of all users trusts, and who may tell it.

use super::support::hostile::hostile;
use super::support::image::{API, BUILDER, Image, Who};

/// The image logged in anew, at AWS's own host names.
fn at_aws(image: &Image) {
    let done = image.sh(
        BUILDER,
        &format!(
            "studio-mirror logout --system; STUDIO_MIRROR_API_ENDPOINT={API} studio-mirror login --system --tool pip,npm \
             --domain corp --domain-owner 111122223333 --repository team --region us-east-1"
        ),
    );
    assert_eq!(done.status.code(), Some(0), "{done}");
}

#[test]
fn no_other_host_gets_a_token() {
    if !super::possible() {
        return;
    }
    let image = Image::build("pip");
    at_aws(&image);
    let own = "https://corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/pypi/team/simple/";
    let answer = image.sh_unheard(Who::Space, &format!("keyring get {own} aws"));
    assert!(answer.success().stdout.len() > 100);
    let script: String = hostile()
        .iter()
        .map(|url| format!("if keyring get '{url}' aws; then echo TOLD '{url}'; fi\n"))
        .collect();
    let asked = image.sh(Who::Space, &script);
    assert_eq!(
        (asked.status.code(), asked.stdout.as_str()),
        (Some(0), ""),
        "{asked}"
    );
    // Neither the environment nor a file of a project's or of the user's own names another.
    let elsewhere = image.sh(
        Who::Space,
        "mkdir -p ~/.config/studio-mirror; echo 'repository_endpoint = \"https://evil.example\"' >~/.config/studio-mirror/config.toml; \
         export STUDIO_MIRROR_REPOSITORY_ENDPOINT=https://evil.example STUDIO_MIRROR_DOMAIN=corp XDG_CONFIG_HOME=/tmp; \
         ! keyring get https://evil.example/pypi/d/corp-111122223333/team/simple/ aws",
    );
    assert_eq!(
        (elsewhere.status.code(), elsewhere.stdout.as_str()),
        (Some(0), ""),
        "{elsewhere}"
    );
}

#[test]
fn a_login_that_others_than_root_could_have_written_is_none() {
    if !super::possible() {
        return;
    }
    let image = Image::build("pip");
    let ask = "studio-mirror keyring get http://127.0.0.1:8080/pypi/d/corp-111122223333/team/ aws";
    for (spoil, mend) in [
        (
            "chmod o+w /etc/studio-mirror/login.json",
            "chmod o-w /etc/studio-mirror/login.json",
        ),
        (
            "chmod g+w /etc/studio-mirror",
            "chmod g-w /etc/studio-mirror",
        ),
        (
            "chown 1000 /etc/studio-mirror/login.json",
            "chown 0 /etc/studio-mirror/login.json",
        ),
        (
            "cd /etc/studio-mirror; mv login.json x; cp x /tmp/x; ln -s /tmp/x login.json",
            "cd /etc/studio-mirror; rm login.json; mv x login.json",
        ),
    ] {
        image.sh(BUILDER, spoil).success();
        let asked = image.sh_unheard(Who::Space, ask);
        assert_eq!(
            (asked.status.code(), asked.stdout.as_str()),
            (Some(1), ""),
            "{spoil}"
        );
        assert!(
            asked.stderr.contains("is not root's alone"),
            "{spoil}: {}",
            asked.stderr
        );
        image.sh(BUILDER, mend).success();
        image.sh_unheard(Who::Space, ask).success();
    }
    image
        .sh(BUILDER, "echo '{' >/etc/studio-mirror/login.json")
        .success();
    let asked = image.sh_unheard(Who::Space, ask);
    assert_eq!((asked.status.code(), asked.stdout.as_str()), (Some(1), ""));
    assert!(asked.stderr.contains("is damaged"), "{}", asked.stderr);
}

#[test]
fn only_root_sets_up_all_users_and_only_by_a_program_that_is_roots() {
    if !super::possible() {
        return;
    }
    let image = Image::build("pip");
    for command in ["login --system", "logout --system"] {
        let refused = image.sh(Who::Space, &format!("studio-mirror {command}"));
        assert_eq!(refused.status.code(), Some(1), "{refused}");
        assert_eq!(
            refused.stderr,
            "error: --system changes what all users use, and only root may\n\
             hint: run it with sudo; in a Dockerfile behind `USER root`\n"
        );
    }
    for place in [
        "cp /usr/local/bin/studio-mirror /root/; chmod 755 /root/studio-mirror; chmod 700 /root",
        "cp /usr/local/bin/studio-mirror /home/; chown 1000 /home/studio-mirror",
        "cp /usr/local/bin/studio-mirror /home/; chmod 777 /home/studio-mirror",
        "cp /usr/local/bin/studio-mirror /home/; chmod 750 /home/studio-mirror",
    ] {
        let there = if place.contains("/root/") {
            "/root"
        } else {
            "/home"
        };
        // Whether or not a tool asks the helper by itself: the commands of the others lead to the same program.
        for login in ["login --system", "login --system --tool npm,cargo"] {
            let refused = image.sh(
                BUILDER,
                &format!("rm -f /home/studio-mirror; {place}; {there}/studio-mirror {login}"),
            );
            assert_eq!(refused.status.code(), Some(1), "{place}\n{refused}");
            assert!(
                refused
                    .stderr
                    .contains("hint: install it for all users: install -m 755"),
                "{place}\n{refused}"
            );
            assert_eq!(image.changed_since("built"), [] as [String; 0], "{place}");
        }
    }
}

#[test]
fn what_an_image_cannot_hold_is_refused_in_words() {
    if !super::possible() {
        return;
    }
    let image = Image::build("pip");
    for (flags, error) in [
        ("--tool yarn", "error: yarn cannot be set up for all users"),
        (
            "--auth token",
            "error: --system puts no token into any file",
        ),
        ("--profile ada", "error: --system takes no --profile"),
        (
            "--tool npm,bun --namespace acme",
            "error: bun cannot be set up for all users: no variable can tell bun the registry of @acme\nhint: leave it out of --tool",
        ),
        (
            "--domain other",
            "error: no owner of the domain other is set",
        ),
        (
            "--force",
            "error: the argument '--system' cannot be used with '--force'",
        ),
    ] {
        let refused = image.sh(BUILDER, &format!("studio-mirror login --system {flags}"));
        assert_eq!(refused.status.code(), Some(2), "{flags}\n{refused}");
        assert!(refused.stderr.starts_with(error), "{flags}\n{refused}");
    }
    let shown = image.sh(BUILDER, "studio-mirror login --system --tool uv --dry-run");
    assert_eq!(shown.status.code(), Some(0), "{shown}");
    assert!(shown.stdout.contains("+++ /etc/uv/uv.toml"), "{shown}");
    let nothing = image.sh(Who::Space, "! test -e /etc/uv/uv.toml");
    assert_eq!(nothing.status.code(), Some(0));
}
