//! Long inputs: the time that a parser takes grows as its input does, not as the square of it.

use std::fs;
use std::path::Path;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use studio_mirror::aws::{Element, certificates_in};
use studio_mirror::bootstrap::memory::Memory;
use studio_mirror::bootstrap::public::public_names;
use studio_mirror::check::probes::dns::{in_hosts_file, nameservers};
use studio_mirror::check::vpc::policy::Policy;
use studio_mirror::refresh::strays;
use studio_mirror::secret::Secret;
use studio_mirror::settings::profile_regions;
use studio_mirror::state::State;
use studio_mirror::tools::effective::{ReadFile, netrc, npm, pip, project, uv};
use studio_mirror::tools::{Auth, Editor};
use studio_mirror::tools::{
    Tool, dotnet, gem, maven, npm as npm_files, pip as pip_files, swift, twine, uv as uv_files,
    yarn,
};

use crate::properties::{NPM, PYPI, registry};

/// Longer than any such file is.
const LONG: usize = 128 * 1024;
/// How much shorter the other one is.
const TIMES: usize = 4;
/// Less than this is no matter whatever it grows like.
const NO_MATTER: Duration = Duration::from_millis(300);
/// As many seeds of a target do.
const SEEDS: usize = 12;

/// What it costs this thread: others work on this machine too.
fn time(parse: &dyn Fn(&str), text: &str) -> Duration {
    let begun = used();
    parse(text);
    used().saturating_sub(begun)
}

fn used() -> Duration {
    let used = clock_gettime(ClockId::ThreadCPUTime);
    Duration::try_from(used).expect("a clock that counts from zero")
}

/// Seeds of `target` again and again, each by itself, up to a length.
fn long(target: &str, parse: impl Fn(&str)) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/seeds")
        .join(target);
    let mut squares = Vec::new();
    let seeds = fs::read_dir(&folder).expect("the seeds are in the repository");
    let mut seeds: Vec<_> = seeds
        .map(|seed| seed.expect("a readable folder").path())
        .collect();
    seeds.sort();
    for path in seeds.into_iter().rev().take(SEEDS) {
        let Ok(seed) = fs::read_to_string(&path) else {
            continue;
        };
        if seed.is_empty() {
            continue;
        }
        let of = |length: usize| format!("{seed}\n").repeat(length / (seed.len() + 1) + 1);
        let whole = time(&parse, &of(LONG));
        if whole > NO_MATTER {
            let part = time(&parse, &of(LONG / TIMES));
            let square = part * u32::try_from(TIMES * TIMES / 2).expect("a few");
            if whole > square {
                squares.push(format!("{}: {part:?} became {whole:?}", path.display()));
            }
        }
    }
    assert!(squares.is_empty(), "{}", squares.join("\n"));
}

fn edited(target: &str, editor: &dyn Editor, url: &str) {
    let token = Secret::new("eyJ2ZXIiOjF9.x");
    long(target, |text| {
        let _ = editor.configure(text, &[registry(url, Auth::Token(&token))]);
        let _ = editor.inspect(text, url);
        let _ = editor.unconfigure(text, &[url]);
    });
}

fn file(path: &str, text: &str) -> ReadFile {
    ReadFile {
        path: path.to_owned(),
        text: Ok(Secret::new(text)),
        is_own: true,
    }
}

#[test]
fn answers_and_files_of_the_machine() {
    long("aws_answers", |text| drop(Element::parse(text)));
    long("policy_document", |text| drop(Policy::parse(text)));
    long("machine_files", |text| {
        drop((nameservers(text), in_hosts_file(text, "api.example")));
        drop(certificates_in(text.as_bytes()));
    });
    long("state", |text| drop(State::parse(text.as_bytes())));
    long("aws_ini", |text| drop(profile_regions(text)));
    long("set_up", |text| {
        drop((public_names(text), Memory::read(text)))
    });
    long("renewal", |text| {
        let _ = strays(text, "corp", &["corp.example"]);
    });
}

#[test]
fn settings_as_check_reads_them() {
    long("read_by_clients", |text| {
        let files = [file("settings", text)];
        let nobody = Default::default();
        drop(pip::merge(&files, &nobody, |_| true));
        drop(npm::merge(&files, &nobody, Some("acme")));
        drop(uv::merge(&files, &nobody, uv::View::Pip));
        drop(netrc::in_netrc(&files[0], "corp.example", None));
        let names = ["codeartifact".to_owned()];
        for tool in Tool::all() {
            for name in project::files(tool) {
                drop(project::wins(tool, &file(name, text), &names, |_| false));
            }
        }
    });
}

#[test]
fn files_that_are_edited() {
    edited("edit_pip", &pip_files::PipConf, PYPI);
    edited("edit_npmrc", &npm_files::Npmrc, NPM);
    edited("edit_uv", &uv_files::UvToml, PYPI);
    edited("edit_pypirc", &twine::Pypirc, PYPI);
    edited("edit_yarnrc", &yarn::YarnrcYml, NPM);
    edited("edit_gem", &gem::Gemrc, PYPI);
    edited("edit_swift", &swift::RegistriesJson, PYPI);
    edited("edit_netrc", &swift::Netrc, PYPI);
    edited("edit_settings_xml", &maven::SettingsXml, PYPI);
    edited("edit_nuget_config", &dotnet::NugetConfig, PYPI);
}
