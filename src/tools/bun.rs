//! bun: it reads ~/.npmrc as npm does, but for what ~/.bunfig.toml says.

use std::collections::BTreeMap;

use super::npm::{Npm, Npmrc};
use super::{Auth, AuthMode, Client, Registry, ToolFile};
use crate::endpoint::Format;
use crate::places::Places;
use crate::secret::Secret;

/// bun.
pub struct Bun;

impl Client for Bun {
    fn name(&self) -> &'static str {
        "bun"
    }

    fn format(&self) -> Format {
        Format::Npm
    }

    fn usual_auth(&self) -> AuthMode {
        AuthMode::Token
    }

    fn files(
        &self,
        places: &Places,
        _: &BTreeMap<String, String>,
        auth: AuthMode,
    ) -> Vec<ToolFile> {
        // bun knows no variable for the file's place.
        let npmrc = Npm.files(places, &BTreeMap::new(), auth).into_iter();
        npmrc
            .map(|file| ToolFile {
                path: file.path,
                editor: &Npmrc,
            })
            .collect()
    }

    fn overriding_variables(&self) -> &'static [&'static str] {
        &["BUN_CONFIG_REGISTRY", "BUN_CONFIG_TOKEN"]
    }

    fn environment_auth(&self) -> Option<AuthMode> {
        Some(AuthMode::Token)
    }

    fn environment(&self, registries: &[Registry]) -> Vec<(String, Secret)> {
        let main = registries.first().filter(|main| main.namespace.is_none());
        let Some((main, Auth::Token(token))) = main.map(|main| (main, main.auth)) else {
            return Vec::new();
        };
        vec![
            ("BUN_CONFIG_REGISTRY".to_owned(), Secret::new(main.url)),
            ("BUN_CONFIG_TOKEN".to_owned(), token.clone()),
        ]
    }
}
