//! `check --vpc`: whom to ask, and the report of another machine.

use std::path::Path;
use std::time::Duration;

use anyhow::Context;

use crate::aws;
use crate::check::Report;
use crate::check::catalogue::ASKING_ALONE;
use crate::check::vpc::{self, Asking, Place, recorded};
use crate::cli::PlaceArgs;
use crate::commands::session::Session;
use crate::environment::endpoint_url;
use crate::error::HintExt;
use crate::files;
use crate::settings::Field;

/// The report of a space, with what AWS tells whoever runs this. This machine's own way to CodeArtifact is nobody's concern.
pub(super) fn joined(session: &Session, place: &PlaceArgs, path: &Path) -> anyhow::Result<Report> {
    let shown = path.display();
    let report = files::read_text(path)
        .and_then(|text| text.context("there is no such file"))
        .and_then(|text| recorded::read(&text))
        .with_context(|| format!("cannot use the report {shown}"))
        .hint(|| {
            "make one in the space: `studio-mirror check --output json > report.json`".into()
        })?;
    let observed = report.observed.clone().unwrap_or_default();
    let asking = asking(session, place, ASKING_ALONE);
    let asked = aws::block_on(async { Ok(vpc::ask(&asking, &observed).await) })?;
    Ok(vpc::join(report, asked))
}

/// Who asks where.
pub(super) fn asking(session: &Session, place: &PlaceArgs, limit: Duration) -> Asking {
    let url = |service: &str| endpoint_url(&session.environment, service);
    Asking {
        credentials: session.credential_source(),
        ec2_url: url("EC2"),
        sagemaker_url: url("SAGEMAKER"),
        codeartifact_url: session
            .settings
            .get(Field::ApiEndpoint)
            .map(str::to_owned)
            .or_else(|| url("CODEARTIFACT")),
        place: Place {
            studio_domain: place.studio_domain_id.clone(),
            vpc: place.vpc_id.clone(),
            subnets: place.subnet_ids.clone(),
            groups: place.security_group_ids.clone(),
        },
        limit,
    }
}
