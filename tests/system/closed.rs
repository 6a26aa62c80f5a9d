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
