//! The tools that an image is seldom given, each in one kind of container.

use std::process::Command;

use super::support::clients;
use super::support::image::{Image, Who};

/// A script that puts a client's commands on PATH, behind ours.
pub fn with(client: &str, script: &str) -> String {
    let bin = clients::bin(client);
    let bin = bin.display();
    format!(
        "PATH=/usr/local/lib/studio-mirror/bin:{bin}:$PATH; cd $(mktemp -d); export HOME=${{HOME-$PWD}}; {script}"
    )
}

#[track_caller]
pub fn works(image: &Image, who: Who, script: &str) {
    let done = image.sh(who, script);
    assert_eq!(done.status.code(), Some(0), "{who:?}: {script}\n{done}");
}

#[test]
fn pnpm_and_bun_install_behind_ours() {
    if !super::possible() {
        return;
    }
    let image = Image::build("pnpm,bun");
    for who in [Who::Space, Who::Stranger] {
        for client in ["pnpm-11", "pnpm-newest"] {
            let install = "echo '{}' >package.json; pnpm add --store-dir s mirror-left; test -f node_modules/mirror-left/package.json";
            works(&image, who, &with(client, install));
        }
        for client in ["bun-1.2", "bun-newest"] {
            let install = "export BUN_INSTALL_CACHE_DIR=$PWD/c; echo '{}' >package.json; bun add mirror-left; \
                           test -f node_modules/mirror-right/package.json";
            works(&image, who, &with(client, install));
        }
    }
    // A user's own login counts, not what stands before the command for everybody.
    let own = "studio-mirror login --tool pnpm --repository web >/dev/null; pnpm config get registry; studio-mirror logout >/dev/null";
    let said = image.sh(Who::Space, &with("pnpm-newest", own)).success();
    assert_eq!(
        said.stdout, "http://127.0.0.1:8080/npm/d/corp-111122223333/web/\n",
        "{said}"
    );
    image.assert_no_leak();
}

#[test]
fn pdm_and_poetry_install_by_the_helper_alone() {
    if !super::possible() {
        return;
    }
    let image = Image::build("pdm,poetry");
    let project = "printf '[project]\\nname = \"mine\"\\nversion = \"1\"\\nrequires-python = \">=3.11\"\\ndependencies = [\"mirror-greeting\"]\\n' >pyproject.toml";
    let pdm = format!(
        "{project}; pdm install --no-self -q; .venv/bin/python -c 'import mirror_greeting'"
    );
    works(&image, Who::Space, &with("pdm-2.26", &pdm));
    let source = "printf '[[tool.poetry.source]]\\nname = \"codeartifact\"\\nurl = \"http://127.0.0.1:8080/pypi/d/corp-111122223333/team/simple/\"\\n' >>pyproject.toml";
    // A poetry of the image's: its Python gets the backend when the image is built, as conda's does.
    let poetry = format!(
        "{project}; {source}; export PYTHONPATH=/opt/conda/lib/python3.11/site-packages; \
         export POETRY_VIRTUALENVS_IN_PROJECT=true; poetry install --no-root -q; .venv/bin/python -c 'import mirror_greeting'"
    );
    works(&image, Who::Space, &with("poetry-newest", &poetry));
    image.assert_no_leak();
}

#[test]
fn cargo_builds_wherever_a_project_lies() {
    if !super::possible() {
        return;
    }
    let image = Image::build("cargo");
    let asked = Command::new("rustc").args(["--print", "sysroot"]).output();
    let sysroot = String::from_utf8(asked.expect("rustc runs").stdout).expect("UTF-8");
    let build = format!(
        "PATH={}/bin:$PATH; cd $(mktemp -d); export CARGO_HOME=$PWD/h; mkdir src; echo >src/lib.rs; \
         printf '[package]\\nname = \"mine\"\\nversion = \"1.0.0\"\\nedition = \"2021\"\\n[dependencies]\\nmirror-wall = \"1\"\\n' >Cargo.toml; \
         cargo build -q; grep -q mirror-stone Cargo.lock",
        sysroot.trim()
    );
    works(&image, Who::TrainingJob, &build);
    image.assert_no_leak();
}
