//! What Studio runs in spaces.

use serde_json::json;

use super::{Attempt, forbidden};
use crate::bootstrap::prove::building::{Building, Place};

/// `#!/bin/bash`, `exit 0`.
const EMPTY_SCRIPT: &str = "IyEvYmluL2Jhc2gKZXhpdCAwCg==";

/// What Studio runs in spaces.
pub(super) fn studio(place: &Place) -> Vec<Attempt> {
    let name = json!({ "StudioLifecycleConfigName": &place.probe });
    let none = json!({ "StudioLifecycleConfigName": format!("{}-none", place.probe) });
    let create = json!({
        "StudioLifecycleConfigName": &place.probe,
        "StudioLifecycleConfigContent": EMPTY_SCRIPT,
        "StudioLifecycleConfigAppType": "JupyterLab",
    });
    let mut all = vec![
        forbidden(
            "studio.create-lifecycle",
            "no lifecycle configuration can be made",
            Building::sagemaker("CreateStudioLifecycleConfig", &create),
        )
        .undone_by(Building::sagemaker("DeleteStudioLifecycleConfig", &name)),
        forbidden(
            "studio.delete-lifecycle",
            "lifecycle configurations cannot be deleted",
            Building::sagemaker("DeleteStudioLifecycleConfig", &none),
        ),
    ];
    if let Some(domain) = &place.studio_domain {
        // Without anything to change.
        let nothing = json!({ "DomainId": domain });
        let profile = place.profile.as_ref().unwrap_or(&place.probe);
        let profile = json!({ "DomainId": domain, "UserProfileName": profile });
        all.push(forbidden(
            "studio.update-domain",
            "the Studio domain cannot be changed",
            Building::sagemaker("UpdateDomain", &nothing),
        ));
        all.push(forbidden(
            "studio.update-profile",
            "user profiles cannot be changed",
            Building::sagemaker("UpdateUserProfile", &profile),
        ));
    }
    all
}
