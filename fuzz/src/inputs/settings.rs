//! Settings: the configuration file, the environment, what an earlier login was told, Studio's metadata.

use std::collections::BTreeMap;
use std::path::Path;

use studio_mirror::config_file::ConfigFile;
use studio_mirror::credentials::CredentialSource;
use studio_mirror::endpoint::{self, PlainUrl};
use studio_mirror::settings::{Field, Layers, Settings, Values, file_names, profile_regions};
use studio_mirror::studio::Metadata;
use studio_mirror::tools::Tool;

use super::{is_readable, parts};

/// A configuration file; behind `---` variables, a line each, and an AWS configuration file.
pub fn config_file(text: &str) {
    let [config, variables, profiles] = parts(text);
    let environment: BTreeMap<String, String> = variables
        .lines()
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let file = match ConfigFile::parse(config, Path::new("config.toml")) {
        Ok(file) => file,
        Err(error) => {
            is_readable(&error);
            let line = error.to_string();
            let line = line
                .strip_prefix("`config.toml` line ")
                .and_then(|rest| rest.split(':').next());
            let line: usize = line
                .and_then(|line| line.parse().ok())
                .expect("a line is named");
            assert!((1..=config.split('\n').count()).contains(&line), "{error}");
            return;
        }
    };
    let layers = Layers {
        environment: environment.clone(),
        files: vec![("config.toml".into(), file)],
        profile_regions: profile_regions(profiles),
        ..Layers::default()
    };
    match Settings::resolve(&layers) {
        Ok(settings) => {
            hold_their_rules(&settings);
            let source = CredentialSource::find(
                settings.setting(Field::Profile),
                &environment,
                &[profiles.to_owned()],
                None,
            );
            let again: CredentialSource = serde_json::to_value(&source)
                .and_then(serde_json::from_value)
                .expect("a source can be remembered");
            assert_eq!(source, again);
        }
        Err(error) => is_readable(&error),
    }
}

/// Studio's resource-metadata.json.
pub fn studio_metadata(text: &str) {
    let metadata = Metadata::parse(text);
    let values: Values = [
        (Field::Region, metadata.region()),
        (Field::DomainOwner, metadata.account()),
    ]
    .into_iter()
    .filter_map(|(field, value)| Some((field, value?.to_owned())))
    .collect();
    assert!(
        values
            .values()
            .all(|value| !value.is_empty() && text.len() > value.len())
    );
    let layers = Layers {
        studio: values,
        ..Layers::default()
    };
    match Settings::resolve(&layers) {
        Ok(settings) => hold_their_rules(&settings),
        Err(error) => is_readable(&error),
    }
    let environment = [("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/x")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
    let source = CredentialSource::find(None, &environment, &[], metadata.role());
    assert!(source.describe().starts_with("the container's credentials"));
}

/// What was accepted can stand in a URL, a file and a line on the terminal.
fn hold_their_rules(settings: &Settings) {
    for (field, name, setting) in settings.all() {
        let value = setting.value.as_str();
        assert!(
            !value.is_empty() && !value.contains(char::is_control),
            "{name} {value:?}"
        );
        assert!(match field {
            Field::Domain => endpoint::is_domain(value),
            Field::DomainOwner => endpoint::is_account(value),
            Field::Repository => endpoint::is_repository(value),
            Field::Region => endpoint::is_region(value),
            Field::Profile => !value.contains(']'),
            Field::EndpointType => value == settings.endpoint_type().as_str(),
            Field::ApiEndpoint | Field::RepositoryEndpoint =>
                PlainUrl::parse(value).is_ok_and(|plain| plain.user().is_none()),
            Field::DurationSeconds => settings.duration_seconds().is_some_and(|s| s <= 43_200),
            Field::Namespace => !value.contains(['/', ':', '=']),
        });
    }
    for tool in Tool::all() {
        let repositories = settings.repositories(tool).unwrap_or_default();
        let names = file_names(&repositories);
        assert_eq!(names.len(), repositories.len());
        assert!(names.first().is_none_or(|main| main == "codeartifact"));
        for repository in &repositories {
            assert!(endpoint::is_repository(&repository.name));
            assert!(endpoint::is_domain(&repository.domain));
            assert!(endpoint::is_region(&repository.region));
        }
    }
    let told = settings.told();
    assert!(
        told.iter()
            .all(|(field, value)| settings.get(*field) == Some(value))
    );
}
