//! Reading the layers that are files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail};

use crate::config_file::ConfigFile;
use crate::error::with_hint;

/// The text of `~/.aws/config` or `~/.aws/credentials` taken apart. Quotes and backslashes mean
/// nothing there; else an apostrophe in a secret key would swallow the lines behind it.
pub(crate) fn parse_aws_file(text: &str) -> Result<ini::Ini, ini::ParseError> {
    let options = ini::ParseOption {
        enabled_quote: false,
        enabled_escape: false,
        ..ini::ParseOption::default()
    };
    ini::Ini::load_from_str_opt(text, options)
}

/// Region by profile out of the text of `~/.aws/config`; what is no INI file tells nothing.
pub fn profile_regions(text: &str) -> BTreeMap<String, String> {
    let Ok(file) = parse_aws_file(text) else {
        return BTreeMap::new();
    };
    file.iter()
        .filter_map(|(section, keys)| {
            let section = section?.trim();
            let profile = section.strip_prefix("profile ").unwrap_or(section).trim();
            Some((profile.to_owned(), keys.get("region")?.trim().to_owned()))
        })
        .collect()
}

/// The configuration files to read, the winning one first. A file named by flag or variable stands
/// in for the user's own and must be there.
///
/// # Errors
/// When a file is named and missing, cannot be read, or does not parse.
pub fn read_config_files(
    named: Option<&Path>,
    user: &Path,
    system: &Path,
) -> anyhow::Result<Vec<(PathBuf, ConfigFile)>> {
    let mut files = Vec::new();
    for (path, must_exist) in [(named.unwrap_or(user), named.is_some()), (system, false)] {
        match crate::files::read_text(path)? {
            Some(text) => files.push((path.to_owned(), ConfigFile::parse(&text, path)?)),
            None if must_exist => bail!(with_hint(
                anyhow!("the configuration file `{}` is not there", path.display()),
                "look at --config and $STUDIO_MIRROR_CONFIG",
            )),
            None => {}
        }
    }
    Ok(files)
}
