//! What must hold for every text that the editors of most tools are given: simpler than what pip's, uv's and npm's owe
//! (`properties`), which have comments and neighbours of many kinds.

use studio_mirror::edit::npmrc::NpmrcFile;
use studio_mirror::edit::xml::{Element, XmlFile};
use studio_mirror::secret::Secret;
use studio_mirror::tools::bun::Bunfig;
use studio_mirror::tools::cargo::ConfigToml;
use studio_mirror::tools::dotnet::NugetConfig;
use studio_mirror::tools::gem::{BundleConfig, Credentials, Gemrc};
use studio_mirror::tools::gradle::{InitScript, Tokens};
use studio_mirror::tools::hatch::HatchToml;
use studio_mirror::tools::keyringrc;
use studio_mirror::tools::maven::SettingsXml;
use studio_mirror::tools::pdm::PdmToml;
use studio_mirror::tools::pnpm::{PnpmIni, PnpmNpmrc};
use studio_mirror::tools::poetry::{AuthToml, PoetryToml};
use studio_mirror::tools::swift::{Netrc, RegistriesJson};
use studio_mirror::tools::twine::Pypirc;
use studio_mirror::tools::yarn::{YarnNpmrc, YarnrcYml};
use studio_mirror::tools::{Auth, Editor, Found, npm};

use super::properties::{MAVEN, NPM, PYPI, TOKEN, registry};

const NUGET: &str = "https://corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/nuget/team/";

const SWIFT: &str = "https://corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/swift/team/";
const RUBY: &str = "https://corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/ruby/team/";

/// TOML tables: pdm's, poetry's, hatch's, cargo's and bun's files.
pub fn tables(text: &str) {
    for editor in [
        &PdmToml as &dyn Editor,
        &PoetryToml,
        &AuthToml,
        &HatchToml,
        &ConfigToml,
    ] {
        comes_and_goes(text, editor, PYPI);
    }
    comes_and_goes(text, &Bunfig, NPM);
}

/// .pypirc.
pub fn pypirc(text: &str) {
    comes_and_goes(text, &Pypirc, PYPI);
}

/// keyringrc.cfg: a login twice is a login once, and it goes again with what was there before back in its place.
pub fn keyringrc_cfg(text: &str) {
    const BACKEND: &str = "keyring_studio_mirror.Backend";
    const FOLDER: &str = "/home/me/.local/share/studio-mirror/keyring";
    let Ok(done) = keyringrc::configure(text, BACKEND, FOLDER) else {
        assert!(keyringrc::unconfigure(text, BACKEND, FOLDER, None, None).is_err());
        return;
    };
    let again = keyringrc::configure(&done.text, BACKEND, FOLDER);
    let again = again.expect("what was written can be read");
    assert_eq!(again.text, done.text, "a second edit changes nothing");
    assert_eq!((again.previous_backend, again.previous_path), (None, None));
    let (backend, path) = (done.previous_backend, done.previous_path);
    let undo = |text: &str| {
        keyringrc::unconfigure(text, BACKEND, FOLDER, backend.as_deref(), path.as_deref())
            .expect("what was written can be taken out")
    };
    let undone = undo(&done.text);
    assert_eq!(undo(&undone), undone);
    let fresh = keyringrc::configure(&undone, BACKEND, FOLDER).expect("it can be read");
    let is_ours = text.contains(BACKEND) || text.contains(FOLDER);
    assert!(
        is_ours || (fresh.previous_backend, fresh.previous_path) == (backend, path),
        "{undone:?}"
    );
}

/// .yarnrc.yml.
pub fn yarnrc(text: &str) {
    comes_and_goes(text, &YarnrcYml, NPM);
}

/// Maven's settings.xml.
pub fn settings_xml(text: &str) {
    comes_and_goes(text, &SettingsXml, MAVEN);
    stays(text, "settings", &SettingsXml, MAVEN);
}

/// Gradle's init script and its tokens, whole files of ours.
pub fn init_script(text: &str) {
    comes_and_goes(text, &InitScript, MAVEN);
    comes_and_goes(text, &Tokens, MAVEN);
    comes_and_goes("", &InitScript, MAVEN);
    comes_and_goes("", &Tokens, MAVEN);
}

/// NuGet.Config.
pub fn nuget_config(text: &str) {
    comes_and_goes(text, &NugetConfig, NUGET);
    stays(text, "configuration", &NugetConfig, NUGET);
}

/// What is not ours stays to the letter: without the elements that an edit brought, and the lines they stand on, the text is
/// the old one; and a text that is refused is refused for good.
fn stays(text: &str, root: &str, editor: &dyn Editor, url: &str) {
    let secret = Secret::new(TOKEN);
    let registry = registry(url, Auth::Token(&secret));
    let Ok(before) = XmlFile::parse(text, root) else {
        assert!(editor.configure(text, &[registry]).is_err());
        assert!(editor.unconfigure(text, &[url]).is_err());
        return;
    };
    let Ok(done) = editor.configure(text, &[registry]) else {
        return;
    };
    let after = XmlFile::parse(&done.text, root).expect("what was written can be read");
    let names_us = ["codeartifact", TOKEN, url]
        .iter()
        .any(|ours| text.contains(ours));
    if !names_us {
        let others = leaves(&after)
            .into_iter()
            .filter(|leaf| !leaf.contains("codeartifact") && !leaf.contains(TOKEN));
        let others: Vec<String> = others.collect();
        for leaf in leaves(&before) {
            assert!(others.contains(&leaf), "{leaf:?} is gone");
        }
        for comment in text
            .match_indices("<!--")
            .filter_map(|(at, _)| text[at..].split_once("-->"))
        {
            assert!(done.text.contains(comment.0), "{comment:?} is gone");
        }
    }
    assert_eq!(
        done.text.starts_with('\u{feff}'),
        text.starts_with('\u{feff}') && before.find(&[]) != Ok(None)
    );
    let is_windows = text.contains("\r\n") && !text.replace("\r\n", "").contains(['\r', '\n']);
    if is_windows && before.find(&[]) != Ok(None) {
        assert!(
            !done.text.replace("\r\n", "").contains(['\r', '\n']),
            "{:?}",
            done.text
        );
    }
}

/// The text of every element, with the way to it and its attributes.
fn leaves(file: &XmlFile) -> Vec<String> {
    fn add(element: &Element, way: &str, leaves: &mut Vec<String>) {
        let way = format!("{way}/{}{:?}", element.name, element.attributes);
        if !element.text.is_empty() {
            let words: Vec<&str> = element.text.split_whitespace().collect();
            leaves.push(format!("{way} {}", words.join(" ")));
        }
        for child in &element.children {
            add(child, &way, leaves);
        }
    }
    let mut all = Vec::new();
    if let Ok(Some(root)) = file.find(&[]) {
        add(root, "", &mut all);
    }
    all
}

/// .gemrc, gem's keys, bundler's configuration.
pub fn gem(text: &str) {
    for editor in [&Gemrc as &dyn Editor, &Credentials, &BundleConfig] {
        comes_and_goes(text, editor, RUBY);
    }
}

/// registries.json.
pub fn swift(text: &str) {
    comes_and_goes(text, &RegistriesJson, SWIFT);
}

/// .netrc.
pub fn netrc(text: &str) {
    comes_and_goes(text, &Netrc, SWIFT);
}

/// .npmrc and auth.ini as pnpm and yarn 1 have them.
pub fn pnpm_and_yarn(text: &str) {
    comes_and_goes(text, &PnpmIni, NPM);
    comes_and_goes(text, &PnpmNpmrc, NPM);
    comes_and_goes(text, &YarnNpmrc, NPM);
    shared(text);
}

/// .npmrc as npm and pnpm share it: pnpm comes and goes, and npm's settings are as if it had never been there.
fn shared(text: &str) {
    let settings = |text: &str| -> Vec<(String, String)> {
        let file = NpmrcFile::parse(text);
        let all = file.entries();
        all.filter(|(_, name, _)| !name.ends_with(":tokenHelper"))
            .map(|(_, name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    };
    let secret = Secret::new(TOKEN);
    let of_npm = registry(NPM, Auth::Token(&secret));
    let of_pnpm = registry(NPM, Auth::Helper);
    let Ok(alone) = npm::Npmrc.configure(text, &[of_npm]) else {
        return;
    };
    let Ok(both) = PnpmNpmrc.configure(&alone.text, &[of_pnpm]) else {
        return;
    };
    assert_eq!(settings(&both.text), settings(&alone.text));
    assert_eq!(PnpmNpmrc.inspect(&both.text, NPM), Ok(Found::Helper));
    assert!(both.warnings.is_empty(), "{:?}", both.warnings);
    let npm_alone = PnpmNpmrc.unconfigure(&both.text, &[NPM]);
    let npm_alone = npm_alone.expect("pnpm reads everything");
    assert_eq!(settings(&npm_alone), settings(&alone.text));
    let pnpm_alone = npm::Npmrc.unconfigure(&both.text, &[NPM]);
    let pnpm_alone = pnpm_alone.expect("npm reads everything");
    assert_eq!(PnpmNpmrc.inspect(&pnpm_alone, NPM), Ok(Found::Helper));
}

/// A login twice is a login once; what it wrote is found, and goes again; neither says a secret.
fn comes_and_goes(text: &str, editor: &dyn Editor, url: &str) {
    let secret = Secret::new(TOKEN);
    for auth in [Auth::Helper, Auth::Token(&secret)] {
        let registry = registry(url, auth);
        let Ok(done) = editor.configure(text, &[registry]) else {
            continue;
        };
        let again = editor.configure(&done.text, &[registry]);
        let again = again.expect("what was written can be read");
        assert_eq!(again.text, done.text, "a second edit changes nothing");
        assert!(done.warnings.iter().all(|warning| !warning.contains(TOKEN)));
        let found = editor
            .inspect(&done.text, url)
            .expect("what was written can be read");
        if let (Auth::Token(token), Found::Token(found)) = (auth, &found) {
            assert_eq!(found, token);
        }
        let undone = editor.unconfigure(&done.text, &[url]);
        let undone = undone.expect("what was written can be taken out");
        assert!(
            !undone.contains(TOKEN) || text.contains(TOKEN),
            "{undone:?}"
        );
        let left = editor.inspect(&undone, url);
        let is_gone = matches!(left, Ok(Found::NotConfigured | Found::Unneeded));
        assert!(is_gone, "{left:?} in {undone:?}");
        let undone_again = editor.unconfigure(&undone, &[url]).expect("it can be read");
        assert_eq!(undone_again, undone);
    }
}
