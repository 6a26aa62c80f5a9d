//! `~/.aws/config` and `~/.aws/credentials`.

use std::collections::BTreeMap;

use studio_mirror::credentials::CredentialSource;
use studio_mirror::settings::{Field, Layers, Settings, Source, profile_regions};

use super::is_readable;

/// An AWS configuration file.
pub fn aws_ini(text: &str) {
    let regions = profile_regions(text);
    for (profile, region) in &regions {
        assert_eq!(profile.trim(), profile);
        assert!(!region.contains('\n'), "{region:?}");
    }
    let layers = Layers {
        profile_regions: regions.clone(),
        ..Layers::default()
    };
    match Settings::resolve(&layers) {
        Ok(settings) => {
            let setting = settings.setting(Field::Region);
            assert_eq!(
                setting.map(|setting| &setting.value),
                regions.get("default")
            );
            assert!(setting.is_none_or(|setting| matches!(setting.source, Source::Profile(_))));
        }
        Err(error) => is_readable(&error),
    }
    let source = CredentialSource::find(None, &BTreeMap::new(), &[text.to_owned()], None);
    match source {
        CredentialSource::Profile { name, .. } => assert_eq!(name, "default"),
        other => assert_eq!(other, CredentialSource::Instance),
    }
}
