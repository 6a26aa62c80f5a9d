//! Settings and trusted roots.

use super::list;
use crate::check::catalogue::REGIONS;
use crate::check::{Evidence, Verdict};

/// Whether what every other check needs is set.
pub fn complete(evidence: &Evidence) -> Option<Verdict> {
    let settings = &evidence.settings;
    if let Some(missing) = &settings.missing {
        let verdict = Verdict::failed(missing.what.clone());
        return Some(match &missing.mend {
            Some(mend) => verdict.fix(mend.clone()),
            None => verdict,
        });
    }
    let each = settings
        .all
        .iter()
        .map(|(name, value, source)| format!("{name} {value} ({source})"));
    Some(Verdict::ok(each.collect::<Vec<_>>().join(", ")))
}

/// Whether the region has CodeArtifact.
pub fn region(evidence: &Evidence) -> Option<Verdict> {
    let Some(region) = evidence.settings.region.as_deref() else {
        return Some(Verdict::waits_for("settings.complete"));
    };
    if REGIONS.iter().any(|(known, _)| *known == region) {
        return Some(Verdict::ok(region));
    }
    // The list grows; a name that leads somewhere knows better than this version.
    let is_there = evidence.api.as_ref().is_some_and(|api| {
        api.is_open()
            || api
                .names
                .as_ref()
                .is_some_and(|names| !names.addresses().is_empty())
    });
    Some(if is_there {
        Verdict::ok(format!("{region}, which is new to this version"))
    } else {
        Verdict::failed(format!(
            "CodeArtifact is not there in {region} (it is in {})",
            list(REGIONS.map(|(known, _)| known))
        ))
    })
}

/// Whether the trusted roots can be read.
pub fn roots(evidence: &Evidence) -> Option<Verdict> {
    Some(match evidence.roots.as_ref()? {
        Ok(roots) => {
            let plural = if roots.count == 1 { "" } else { "s" };
            Verdict::ok(format!(
                "{}, {} certificate{plural}",
                roots.from, roots.count
            ))
        }
        Err(trouble) => {
            let verdict = Verdict::failed(trouble.what.clone());
            match &trouble.mend {
                Some(mend) => verdict.fix(format!(
                    "{mend}:\n$ export AWS_CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt"
                )),
                None => verdict,
            }
        }
    })
}
