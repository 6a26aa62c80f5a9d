//! The wheels: published into a repository of CodeArtifact, installed from there as people install programs.

use std::path::{Path, PathBuf};

use super::{AARCH64, X86_64, release, run, shipped};
use crate::support::clients;
use crate::support::home::Home;
use crate::support::mirror::Mirror;

/// A repository that has the wheels, and a home that is logged in to it.
struct Shop {
    _mirror: Mirror,
    home: Home,
    release: PathBuf,
}

impl Shop {
    /// twine 5 publishes: the oldest metadata suits it.
    fn open(test: &str) -> Option<Shop> {
        let release = release(test)?;
        let mirror = Mirror::without_packages();
        let home = Home::new();
        mirror.login(&home, &["--tool", "twine,pip,uv"]).success();
        let shop = Shop {
            _mirror: mirror,
            home,
            release,
        };
        shop.publish("twine-5", &wheels(&shop.release));
        Some(shop)
    }

    fn publish(&self, client: &str, wheels: &[PathBuf]) {
        let mut twine = self.home.command(clients::bin(client).join("twine"));
        twine
            .args([
                "upload",
                "--non-interactive",
                "--disable-progress-bar",
                "-r",
                "codeartifact",
            ])
            .args(wheels);
        self.home.run(&mut twine).success();
    }

    /// The program at `installed` is the one that ships, and works.
    fn assert_works(&self, installed: &Path) {
        let ships = shipped(&self.release, X86_64, "");
        assert!(
            std::fs::read(installed).expect("installed") == std::fs::read(ships).expect("shipped")
        );
        let version = run(&self.home, installed, &["--version"]).success();
        assert_eq!(
            version.stdout,
            format!("studio-mirror {}\n", env!("CARGO_PKG_VERSION"))
        );
        run(
            &self.home,
            installed,
            &["check", "--explain", "network.api.dns"],
        )
        .success();
    }
}

fn wheels(release: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(release)
        .expect("the release")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "whl"))
        .collect();
    found.sort();
    assert_eq!(found.len(), 2, "{found:?}");
    found
}

#[test]
fn twine_finds_nothing_wrong_with_the_wheels() {
    let Some(release) = release("twine_finds_nothing_wrong_with_the_wheels") else {
        return;
    };
    let home = Home::new();
    for client in ["twine-5", "twine-newest"] {
        let mut check = home.command(clients::bin(client).join("twine"));
        check.args(["check", "--strict"]).args(wheels(&release));
        home.run(&mut check).success();
    }
}

#[test]
fn pip_installs_the_program_and_takes_it_away_again() {
    let Some(shop) = Shop::open("pip_installs_the_program_and_takes_it_away_again") else {
        return;
    };
    for client in ["pip-23.1", "pip-newest"] {
        let python = shop.home.venv_with_pip(client, client);
        let python = python.to_str().expect("UTF-8");
        run(
            &shop.home,
            python,
            &["-m", "pip", "install", "--no-cache-dir", "studio-mirror"],
        )
        .success();
        let installed = shop.home.join(client).join("bin/studio-mirror");
        shop.assert_works(&installed);
        // It would take the Python package's place.
        assert!(!shop.home.join(client).join("bin/keyring").exists());
        run(
            &shop.home,
            python,
            &["-m", "pip", "uninstall", "--yes", "studio-mirror"],
        )
        .success();
        assert!(!installed.exists());
    }
}

#[test]
fn uv_installs_the_program_as_a_tool_and_runs_it_from_nothing() {
    let Some(shop) = Shop::open("uv_installs_the_program_as_a_tool_and_runs_it_from_nothing")
    else {
        return;
    };
    for client in ["uv-0.4.30", "uv-newest"] {
        let uv = clients::bin(client).join("uv");
        run(
            &shop.home,
            &uv,
            &[
                "tool",
                "run",
                "studio-mirror",
                "check",
                "--explain",
                "network.api.dns",
            ],
        )
        .success();
        let uvx = clients::bin(client).join("uvx");
        let version = run(&shop.home, uvx, &["studio-mirror", "--version"]).success();
        assert_eq!(
            version.stdout,
            format!("studio-mirror {}\n", env!("CARGO_PKG_VERSION"))
        );
        run(&shop.home, &uv, &["tool", "install", "studio-mirror"]).success();
        shop.assert_works(&shop.home.join(".local/bin/studio-mirror"));
        run(&shop.home, &uv, &["tool", "uninstall", "studio-mirror"]).success();
    }
}

#[test]
fn pipx_installs_the_program_with_pip_and_with_uv() {
    let Some(shop) = Shop::open("pipx_installs_the_program_with_pip_and_with_uv") else {
        return;
    };
    // It wants the newest pip from the same index, as any repository over the public one has.
    let pack = "import glob, sys, zipfile\n\
        [site] = glob.glob(sys.argv[1] + '/lib/python*/site-packages')\n\
        [info] = glob.glob(site + '/pip-*.dist-info')\n\
        record = [line for line in open(info + '/RECORD') if not line.startswith('..') and '__pycache__' not in line]\n\
        wheel = info.rsplit('/', 1)[1].removesuffix('.dist-info') + '-py3-none-any.whl'\n\
        with zipfile.ZipFile(wheel, 'w') as archive:\n    \
            for path in [line.split(',')[0] for line in record]:\n        \
                archive.write(site + '/' + path, path) if not path.endswith('RECORD') else archive.writestr(path, ''.join(record))\n\
        print(wheel)";
    let pip = clients::folder("pip-newest");
    let mut python = shop.home.command(pip.join("bin/python"));
    let wheel = shop.home.run(python.args(["-c", pack]).arg(&pip)).success();
    shop.publish("twine-newest", &[shop.home.join(wheel.stdout.trim())]);
    let pipx = clients::bin("pipx").join("pipx");
    let path = std::env::join_paths([
        shop.home.join(".local/bin"),
        clients::bin("uv-newest"),
        "/usr/bin".into(),
    ]);
    let path = path.expect("no colon in a folder's name");
    for backend in ["pip", "uv"] {
        let mut install = shop.home.command(&pipx);
        install
            .args(["install", "--backend", backend, "studio-mirror"])
            .env("PATH", &path);
        shop.home.run(&mut install).success();
        shop.assert_works(&shop.home.join(".local/bin/studio-mirror"));
        run(&shop.home, &pipx, &["uninstall", "studio-mirror"]).success();
    }
}

#[test]
fn each_machine_is_given_its_own_wheel_whatever_its_c_library() {
    let Some(shop) = Shop::open("each_machine_is_given_its_own_wheel_whatever_its_c_library")
    else {
        return;
    };
    let python = shop.home.venv_with_pip("venv", "pip-newest");
    for target in [X86_64, AARCH64] {
        let machine = target.split('-').next().expect("a processor");
        for family in ["manylinux2014", "musllinux_1_1"] {
            let platform = format!("{family}_{machine}");
            let into = shop.home.join(&platform);
            let mut download = shop.home.command(&python);
            download
                .args([
                    "-m",
                    "pip",
                    "download",
                    "--no-cache-dir",
                    "--only-binary",
                    ":all:",
                    "studio-mirror",
                ])
                .args(["--platform", &platform, "--dest"])
                .arg(&into);
            shop.home.run(&mut download).success();
            let got: Vec<_> = std::fs::read_dir(&into)
                .expect("a folder")
                .map(|entry| entry.expect("an entry").file_name())
                .collect();
            assert_eq!(got.len(), 1, "{got:?}");
            assert!(
                got[0]
                    .to_string_lossy()
                    .ends_with(&format!("{machine}.whl")),
                "{got:?}"
            );
        }
    }
}
