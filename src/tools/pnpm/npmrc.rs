//! ~/.npmrc, where pnpm 10 and older look for their token helpers.

use super::{HELPER, token_helper};
use crate::edit::SyntaxError;
use crate::edit::npmrc::NpmrcFile;
use crate::tools::npm::auth_prefix;
use crate::tools::url::same_endpoint;
use crate::tools::{Configured, Editor, Found, Registry};

/// The user's .npmrc, for pnpm 10 and older: the token helpers alone.
pub struct PnpmNpmrc;

impl Editor for PnpmNpmrc {
    fn configure(&self, text: &str, registries: &[Registry]) -> Result<Configured, SyntaxError> {
        let mut file = NpmrcFile::parse(text);
        let mut warnings = Vec::new();
        let used = registries
            .iter()
            .enumerate()
            .filter(|(at, registry)| *at == 0 || registry.namespace.is_some());
        for (_, registry) in used {
            let helper = token_helper(registry);
            if !is_runnable(&helper) {
                warnings.push(format!(
                    "pnpm cannot run a token helper whose path has a blank or a sign of the shell in it (`{helper}`): \
                     studio-mirror login --tool pnpm --auth token"
                ));
            }
            file.set(&format!("{}:{HELPER}", auth_prefix(registry.url)), &helper)?;
            warnings.extend(elsewhere(&file, registry));
        }
        warnings.dedup();
        Ok(Configured {
            text: file.text(),
            warnings,
        })
    }

    fn unconfigure(&self, text: &str, urls: &[&str]) -> Result<String, SyntaxError> {
        let mut file = NpmrcFile::parse(text);
        for url in urls {
            file.remove(&format!("{}:{HELPER}", auth_prefix(url)));
        }
        Ok(file.text())
    }

    fn inspect(&self, text: &str, url: &str) -> Result<Found, SyntaxError> {
        let file = NpmrcFile::parse(text);
        let helper = file.value(&format!("{}:{HELPER}", auth_prefix(url)));
        Ok(helper.map_or(Found::NotConfigured, |_| Found::Helper))
    }
}

/// Whether every pnpm runs this path: up to version 10 a shell does, from 11 on it is split at blanks.
fn is_runnable(path: &str) -> bool {
    path.chars()
        .all(|c| c.is_alphanumeric() || "/._-+@:,=~".contains(c))
}

/// A warning where pnpm 10 and older go to another registry than `registry`.
fn elsewhere(file: &NpmrcFile, registry: &Registry) -> Option<String> {
    let name = match registry.namespace {
        Some(scope) => format!("@{}:registry", scope.trim_start_matches('@')),
        None => "registry".to_owned(),
    };
    let (line, ..) = file
        .entries()
        .filter(|(_, found, _)| *found == name)
        .last()?;
    let value = file.value(&name)?;
    (!same_endpoint(value, registry.url)).then(|| {
        format!(
            "pnpm 10 and older take `{name}` from line {line} of .npmrc before their own file, and so another registry: \
             studio-mirror login --tool npm,pnpm"
        )
    })
}
