//! What stands in the image, and that it can be taken out again.

use super::support::image::{API, BUILDER, Image, Who};

const EVERYTHING: &str = "pip,uv,npm,pnpm,bun,twine,poetry,pdm,hatch,cargo";

#[test]
fn the_image_is_built_without_network_and_holds_no_token() {
    if !super::possible() {
        return;
    }
    let image = Image::build(EVERYTHING);
    assert!(image.transcript().contains("All users are logged in"));
    image.assert_no_leak();
    let asked = image.sh(
        BUILDER,
        "/opt/conda/bin/python -Ic 'import urllib.request as u; \
         print(u.urlopen(\"http://127.0.0.1:8080/_admin/stats\").read().decode())'",
    );
    assert!(!asked.stdout.contains("GetAuthorizationToken"), "{asked}");
    // Everybody can read what concerns everybody; what files held before is root's.
    let read = image.sh(
        Who::Stranger,
        "cat /etc/pip.conf /etc/uv/uv.toml /etc/studio-mirror/* /.cargo/config.toml /etc/xdg/pdm/config.toml /etc/profile.d/studio-mirror.sh",
    );
    assert_eq!(read.status.code(), Some(0), "{read}");
    assert!(
        read.stdout
            .contains("# of the base image\n[global]\ntimeout = 20\n"),
        "{read}"
    );
    let closed = image.sh(Who::Stranger, "! cat /var/lib/studio-mirror/state.json");
    assert_eq!(closed.status.code(), Some(0), "{closed}");
}

#[test]
fn logout_gives_back_every_byte_of_the_base_image() {
    if !super::possible() {
        return;
    }
    let image = Image::build(EVERYTHING);
    let nothing: [String; 0] = [];
    assert_ne!(image.changed_since("base"), nothing);
    let again = image.sh(BUILDER, "studio-mirror login --system");
    assert_eq!(again.status.code(), Some(0), "{again}");
    assert_eq!(image.changed_since("built"), nothing);
    let one = image.sh(BUILDER, "studio-mirror logout --system --tool npm,pip");
    assert_eq!(one.status.code(), Some(0), "{one}");
    let left = image.sh(Who::Space, "studio-mirror status");
    assert!(left.stdout.contains("/etc/uv/uv.toml"), "{left}");
    assert!(!left.stdout.contains("/etc/pip.conf"), "{left}");
    let all = image.sh(BUILDER, "studio-mirror logout --system");
    assert_eq!(all.status.code(), Some(0), "{all}");
    let left = image.changed_since("base");
    assert!(
        matches!(&left[..], [binary] if binary.ends_with("  usr/local/bin/studio-mirror")),
        "{left:#?}"
    );
    let again = image.sh(BUILDER, "studio-mirror logout --system");
    assert_eq!(again.stdout, "Nothing to log out of.\n");
}

#[test]
fn a_login_whose_memory_was_lost_is_taken_out_all_the_same() {
    if !super::possible() {
        return;
    }
    let image = Image::build(EVERYTHING);
    let again = image.sh(
        BUILDER,
        &format!(
            "rm -rf /var/lib/studio-mirror; \
             export STUDIO_MIRROR_API_ENDPOINT={API} STUDIO_MIRROR_REPOSITORY_ENDPOINT={API}; \
             studio-mirror login --system --tool {EVERYTHING} --domain corp --domain-owner 111122223333 --repository team --region us-east-1"
        ),
    );
    assert_eq!(again.status.code(), Some(0), "{again}");
    assert_eq!(image.changed_since("built"), [] as [String; 0]);
    let out = image.sh(BUILDER, "studio-mirror logout --system");
    assert_eq!(out.status.code(), Some(0), "{out}");
    let left = image.changed_since("base");
    assert!(
        matches!(&left[..], [binary] if binary.ends_with("  usr/local/bin/studio-mirror")),
        "{left:#?}"
    );
}

#[test]
fn status_says_what_is_everybodys_and_where_it_stands() {
    if !super::possible() {
        return;
    }
    let image = Image::build("pip,npm");
    let status = image.sh(Who::Space, "studio-mirror status");
    for line in [
        "domain corp from /etc/studio-mirror/login.json",
        "Tools of all users (/etc/studio-mirror/login.json)",
        "pip /etc/pip.conf ok",
        "npm /etc/studio-mirror/npmrc ok",
    ] {
        assert!(says(&status.stdout, line), "{line}\n{status}");
    }
    // What somebody has done to it since is seen.
    let spoil = "cp /etc/pip.conf /tmp/kept; echo '[' >/etc/pip.conf; rm /usr/local/lib/studio-mirror/bin/npm";
    image.sh(BUILDER, spoil).success();
    let status = image.sh(Who::Space, "studio-mirror status");
    let words: Vec<&str> = status.stdout.split_whitespace().collect();
    let text = words.join(" ");
    for said in [
        "pip /etc/pip.conf pip cannot read its file: line 1: ",
        "npm /etc/studio-mirror/npmrc `/usr/local/lib/studio-mirror/bin/npm` is not studio-mirror's; as root, run `studio-mirror login --system`",
    ] {
        assert!(text.contains(said), "{said}\n{status}");
    }
    image
        .sh(
            BUILDER,
            "rm /etc/pip.conf /etc/studio-mirror/npmrc; studio-mirror status >/tmp/status; mv /tmp/kept /etc/pip.conf",
        )
        .success();
    let status = image.sh(BUILDER, "cat /tmp/status");
    let mend =
        "its file no longer names the repository; as root, run `studio-mirror login --system`";
    let words: Vec<&str> = status.stdout.split_whitespace().collect();
    assert_eq!(words.join(" ").matches(mend).count(), 2, "{status}");
    let mended = image.sh(BUILDER, "studio-mirror login --system");
    assert_eq!(mended.status.code(), Some(0), "{mended}");
    // Flags are not needed any more, and one's own login comes before everybody's.
    let own = image.sh(
        Who::Space,
        "studio-mirror login --tool pip && studio-mirror status",
    );
    assert_eq!(own.status.code(), Some(0), "{own}");
    let line = "pip /etc/pip.conf your own login counts";
    assert!(says(&own.stdout, line), "{own}");
}

/// Whether a line has these words, in columns as wide as their content.
fn says(stdout: &str, line: &str) -> bool {
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    stdout.lines().any(|said| words(said) == line)
}
