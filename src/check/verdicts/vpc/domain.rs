//! Whether the CodeArtifact domain is there, as an administrator is told.

use super::{seen, told};
use crate::check::{Evidence, Verdict};

/// Whether the domain is there and alive.
pub fn alive(evidence: &Evidence) -> Option<Verdict> {
    let seen = seen(evidence)?;
    let settings = &evidence.settings;
    let (name, owner) = (settings.domain.as_deref()?, settings.owner.as_deref()?);
    let region = settings.region.as_deref()?;
    let domain = match told(&seen.asked.domain) {
        Err(verdict) => return Some(verdict),
        Ok(Err(refusal)) => return Some(Verdict::unknown(refusal.trouble.what.clone())),
        Ok(Ok(domain)) => domain,
    };
    let here = format!("{name} of {owner} in {region}");
    Some(match domain {
        _ if seen.wire.holds("token.mint") => Verdict::ok(format!("the space gets tokens for {here}")),
        None => Verdict::failed(format!("there is no domain {here}"))
            .fix("See which there are, and let the space's settings name one of them:\n$ aws codeartifact list-domains --region {region}"),
        Some(domain) if domain.is_deleted() => {
            Verdict::failed(format!("the domain {here} has been deleted"))
                .fix("It can be made again, without its packages:\n$ aws codeartifact create-domain --region {region} --domain {domain}")
        }
        Some(domain) => Verdict::ok(format!("{here}, encrypted by {}", domain.key_arn)),
    })
}
