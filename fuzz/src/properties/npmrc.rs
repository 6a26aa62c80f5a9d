//! What must hold for .npmrc.

use studio_mirror::edit::npmrc::NpmrcFile;
use studio_mirror::secret::Secret;
use studio_mirror::tools::{Auth, Editor, Found, Registry, npm};

use super::{NPM, OTHER_NPM, TOKEN, lines_kept, moved, registry, settled};

/// .npmrc, for everything and for one scope.
pub fn npmrc(text: &str) {
    let secret = Secret::new(TOKEN);
    for namespace in [None, Some("@acme"), Some("acme")] {
        let registry = Registry {
            namespace,
            ..registry(NPM, Auth::Token(&secret))
        };
        let Ok(done) = npm::Npmrc.configure(text, &[registry]) else {
            return;
        };
        settled(&done, &registry, &npm::Npmrc);
        let setting = if namespace.is_some() {
            "@acme:registry"
        } else {
            "registry"
        };
        lines_kept(text, &done.text, |text| {
            let file = NpmrcFile::parse(text);
            let ours = file
                .entries()
                .filter(|(_, name, _)| is_ours_in_npmrc(name, setting));
            ours.map(|(line, ..)| line..line + 1).collect()
        });
        assert_eq!(NpmrcFile::parse(&done.text).value(setting), Some(NPM));
        assert_eq!(
            other_npm_settings(text, setting),
            other_npm_settings(&done.text, setting)
        );
        let undone = npm::Npmrc
            .unconfigure(&done.text, &[NPM])
            .expect("npm reads everything");
        assert_eq!(npm::Npmrc.inspect(&undone, NPM), Ok(Found::NotConfigured));
        moved(
            &done.text,
            &Registry {
                url: OTHER_NPM,
                ..registry
            },
            &npm::Npmrc,
            "//corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/npm/team/:_authToken=eyJ2",
        );
    }
    let _ = npm::Npmrc.inspect(text, NPM);
    let _ = npm::Npmrc.unconfigure(text, &[NPM]);
}

fn is_ours_in_npmrc(name: &str, setting: &str) -> bool {
    name == setting
        || name.starts_with("//")
            && name.contains(".codeartifact.")
            && (name.ends_with(":_authToken") || name.ends_with(":always-auth"))
}

/// All of .npmrc but the setting and CodeArtifact's credentials.
fn other_npm_settings(text: &str, setting: &str) -> Vec<(String, String)> {
    let file = NpmrcFile::parse(text);
    let others = file
        .entries()
        .filter(|(_, name, _)| !is_ours_in_npmrc(name, setting));
    others
        .map(|(_, name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}
