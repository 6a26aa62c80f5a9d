//! Files of the machine's that win over those for all users: written to where that is the tool's place, pointed out where not.

use super::support::image::{BUILDER, Image, Who};

#[test]
fn the_file_is_written_that_uv_reads() {
    if !super::possible() {
        return;
    }
    let image = Image::build("pip");
    let login = image.sh(
        BUILDER,
        "mkdir -p /etc/xdg/uv; echo 'offline = false' >/etc/xdg/uv/uv.toml; studio-mirror login --system --tool uv; \
         ! test -e /etc/uv/uv.toml",
    );
    assert_eq!(login.status.code(), Some(0), "{login}");
    let install = "cd $(mktemp -d); uv venv --quiet u --python /opt/conda/bin/python --cache-dir c; \
                   uv pip install --quiet --cache-dir c --python u/bin/python mirror-greeting";
    let done = image.sh(Who::Space, install);
    assert_eq!(done.status.code(), Some(0), "{done}");
    let out = image.sh(
        BUILDER,
        "studio-mirror logout --system --tool uv; cat /etc/xdg/uv/uv.toml",
    );
    assert!(out.stdout.ends_with("\noffline = false\n"), "{out}");
}
