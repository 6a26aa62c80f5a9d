//! What root closed stays closed, and what a user left on root's way leads to nothing of root's.

use super::support::image::{BUILDER, Image, Who};

#[test]
fn a_file_that_others_may_not_read_is_not_opened_to_them() {
    if !super::possible() {
        return;
    }
    let image = Image::build("pip,npm");
    let closed = "mkdir -p /etc/uv; printf 'index-url = \"https://ada:word@example.org/simple\"\\n' >/etc/uv/uv.toml; \
                  chmod 640 /etc/uv/uv.toml; sha256sum </etc/uv/uv.toml >/tmp/before";
    image.sh(BUILDER, closed).success();
    let refused = image.sh(BUILDER, "studio-mirror login --system --tool uv,npm");
    assert_eq!(refused.status.code(), Some(1), "{refused}");
    assert_eq!(
        refused.stderr,
        "error: uv is not configured: `/etc/uv/uv.toml` is left as it is\n  \
           caused by: `/etc/uv/uv.toml` holds what others may not read\n\
         hint: if nothing in it is secret, open it to all users: `chmod a+r '/etc/uv/uv.toml'`, then run `studio-mirror login --system --tool uv`\n"
    );
    let same = "test $(stat -c %a /etc/uv/uv.toml) = 640; sha256sum </etc/uv/uv.toml | cmp - /tmp/before; \
                ! grep uv /etc/studio-mirror/login.json";
    image.sh(BUILDER, same).success();
    let opened = "chmod a+r /etc/uv/uv.toml; studio-mirror login --system --tool uv; grep -q uv /etc/studio-mirror/login.json; \
                  studio-mirror logout --system --tool uv; sha256sum </etc/uv/uv.toml | cmp - /tmp/before";
    let opened = image.sh(BUILDER, opened);
    assert_eq!(opened.status.code(), Some(0), "{opened}");
}

#[test]
fn a_users_link_in_their_conda_leads_root_nowhere() {
    if !super::possible() {
        return;
    }
    let image = Image::build("pip");
    image
        .sh(BUILDER, "chmod 700 /root; echo precious >/root/precious")
        .success();
    let hook = "/opt/conda/etc/conda/activate.d/studio-mirror.sh";
    let link = format!("rm {hook}; ln -s /root/precious {hook}");
    let is_safe = "test $(cat /root/precious) = precious; test $(stat -c %a /root/precious) = 644";
    // At a login: this file, or a folder on the way to it.
    image.sh(Who::Space, &link).success();
    let refused = image.sh(BUILDER, "studio-mirror login --system");
    assert_eq!(refused.status.code(), Some(1), "{refused}");
    let said = format!(
        "error: `{hook}` is a symlink, and none of studio-mirror's\nhint: look where it leads (`ls -l '{hook}'`)"
    );
    assert!(refused.stderr.starts_with(&said), "{refused}");
    image.sh(BUILDER, is_safe).success();
    image.sh(Who::Space, &format!("rm {hook}")).success();
    let folder =
        "rmdir /opt/conda/etc/conda/activate.d; ln -s /etc/cron.d /opt/conda/etc/conda/activate.d";
    image.sh(Who::Space, folder).success();
    let refused = image.sh(BUILDER, "studio-mirror login --system");
    assert_eq!(refused.status.code(), Some(1), "{refused}");
    image
        .sh(BUILDER, "! test -e /etc/cron.d/studio-mirror.sh")
        .success();
    let folder = "rm /opt/conda/etc/conda/activate.d; mkdir /opt/conda/etc/conda/activate.d";
    image.sh(Who::Space, folder).success();
    let mended = image.sh(BUILDER, "studio-mirror login --system");
    assert_eq!(mended.status.code(), Some(0), "{mended}");
    // At a logout, which would delete what the link leads to.
    image.sh(Who::Space, &link).success();
    let out = image.sh(BUILDER, "studio-mirror logout --system");
    assert_eq!(out.status.code(), Some(1), "{out}");
    image.sh(BUILDER, is_safe).success();
    image.sh(Who::Space, &format!("rm {hook}")).success();
    let out = image.sh(BUILDER, "studio-mirror logout --system");
    assert_eq!(out.status.code(), Some(0), "{out}");
}

#[test]
fn a_users_interpreter_is_asked_as_that_user_and_about_its_own_places_alone() {
    if !super::possible() {
        return;
    }
    let image = Image::build("pip");
    image
        .sh(BUILDER, "install -d -o 1000 -g 100 /opt/u /opt/u/bin")
        .success();
    let programs = "cd /opt/u/bin; printf '#!/bin/sh\\n' >keyring; \
                    printf '#!/bin/sh\\nid -u >>/tmp/who; echo /etc/cron.d\\n' >python3; chmod 755 keyring python3";
    image.sh(Who::Space, programs).success();
    for login in ["login --system --dry-run", "login --system"] {
        let done = image.sh(
            BUILDER,
            &format!("PATH=/opt/u/bin:$PATH; studio-mirror {login}"),
        );
        assert_eq!(done.status.code(), Some(0), "{done}");
        let said = "warning: /opt/u/bin/python3 names no folder of its owner's for its packages";
        assert!(done.stderr.contains(said), "{done}");
    }
    let left = image.sh(
        BUILDER,
        "sort -u /tmp/who; ! ls /etc/cron.d | grep studio_mirror",
    );
    assert_eq!(left.stdout, "1000\n", "{left}");
    assert_eq!(left.status.code(), Some(0), "{left}");
}
