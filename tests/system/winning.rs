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

#[test]
fn what_wins_or_stands_beside_is_pointed_out_with_the_command_that_takes_it_out() {
    if !super::possible() {
        return;
    }
    let image = Image::build("pip,npm");
    let prefix = "printf '[global]\\nindex-url = https://elsewhere.example/simple\\n' >/opt/conda/pip.conf; \
                  studio-mirror login --system; rm /opt/conda/pip.conf";
    let warned = image.sh(BUILDER, prefix);
    let said = "warning: /opt/conda/pip.conf line 2 in [global] (https://elsewhere.example/simple) wins for pip";
    assert!(warned.stderr.contains(said), "{warned}");
    let beside = "studio-mirror logout --system --tool pip; echo 'extra-index-url = https://elsewhere.example/simple' >>/etc/pip.conf; \
                  studio-mirror login --system --tool pip,npm";
    let warned = image.sh(BUILDER, beside);
    let command = "pip config --global unset global.extra-index-url";
    let said = format!("take it out: `{command}`");
    assert!(warned.stderr.contains(&said), "{warned}");
    let taken = image.sh(
        BUILDER,
        &format!("/opt/conda/bin/{command}; ! grep extra-index-url /etc/pip.conf"),
    );
    assert_eq!(taken.status.code(), Some(0), "{taken}");
    // Every next step is one for all users.
    let broken = image.sh(
        BUILDER,
        "mkdir -p /etc/uv; echo '[' >/etc/uv/uv.toml; studio-mirror login --system --tool uv",
    );
    let hint = "hint: mend that file, then run `studio-mirror login --system --tool uv`\n";
    assert!(broken.stderr.ends_with(hint), "{broken}");
    let domains = image.sh(
        BUILDER,
        "studio-mirror login --system --tool pdm --domain other --domain-owner 111122223333",
    );
    let hint = "or first: studio-mirror logout --system --tool ";
    assert!(domains.stderr.contains(hint), "{domains}");
}
