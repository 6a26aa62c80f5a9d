//! Settings: what must be known before anything can be asked.

use std::time::Duration;

use crate::check::verdicts::settings as verdicts;
use crate::check::{Check, Mender, Severity};

/// Regions that have CodeArtifact, each with the S3 bucket that it hands package assets out of
/// (AWS, "Create the Amazon S3 gateway endpoint").
pub const REGIONS: [(&str, &str); 13] = [
    ("us-east-1", "assets-193858265520-us-east-1"),
    ("us-east-2", "assets-250872398865-us-east-2"),
    ("us-west-2", "assets-787052242323-us-west-2"),
    ("eu-west-1", "assets-438097961670-eu-west-1"),
    ("eu-west-2", "assets-247805302724-eu-west-2"),
    ("eu-west-3", "assets-762466490029-eu-west-3"),
    ("eu-north-1", "assets-611884512288-eu-north-1"),
    ("eu-south-1", "assets-484130244270-eu-south-1"),
    ("eu-central-1", "assets-769407342218-eu-central-1"),
    ("ap-northeast-1", "assets-660291247815-ap-northeast-1"),
    ("ap-southeast-1", "assets-421485864821-ap-southeast-1"),
    ("ap-southeast-2", "assets-860415559748-ap-southeast-2"),
    ("ap-south-1", "assets-681137435769-ap-south-1"),
];

/// The bucket of a region's package assets.
pub fn bucket(region: &str) -> Option<&'static str> {
    let known = REGIONS.iter().find(|(name, _)| *name == region);
    known.map(|(_, bucket)| *bucket)
}

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "settings.complete",
        title: "domain, repository and region are set",
        needs: &[],
        severity: Severity::Failure,
        limit: Duration::ZERO,
        mender: Mender::You,
        explanation: "Every other check needs to know which CodeArtifact domain, repository and region is meant. Each may come from a flag, \
            the environment, the last login, ~/.config/studio-mirror/config.toml, /etc/studio-mirror/config.toml or Studio's own metadata, \
            the first that names it wins. `studio-mirror status` shows every value with its source.",
        fix: "$ studio-mirror login --domain {domain} --repository {repository} --region {region}",
        judge: verdicts::complete,
    },
    Check {
        id: "settings.region",
        title: "the region has CodeArtifact",
        needs: &["settings.complete"],
        severity: Severity::Failure,
        limit: Duration::ZERO,
        mender: Mender::You,
        explanation: "CodeArtifact is in 13 regions of the aws partition only, and a VPC endpoint leads to its own region alone: a space \
            in another region cannot reach it over one. A region that this version does not know counts as good if the API's name resolves.",
        fix: "Name the domain's own region, one of us-east-1, us-east-2, us-west-2, ap-south-1, ap-southeast-1, ap-southeast-2, \
            ap-northeast-1, eu-central-1, eu-west-1, eu-west-2, eu-west-3, eu-north-1, eu-south-1:\n\
            $ studio-mirror login --domain {domain} --repository {repository} --region us-east-1",
        judge: verdicts::region,
    },
    Check {
        id: "trust.roots",
        title: "the trusted CA certificates can be read",
        needs: &[],
        severity: Severity::Failure,
        limit: Duration::ZERO,
        mender: Mender::You,
        explanation: "Which certificate authorities are trusted: AWS_CA_BUNDLE, else SSL_CERT_FILE and SSL_CERT_DIR, else the system's store, \
            else a list built into studio-mirror. A bundle that a variable names must be there and hold PEM certificates; nothing is read \
            instead of it, since that would hide the mistake. pip, uv and npm have variables of their own (PIP_CERT, SSL_CERT_FILE, \
            NODE_EXTRA_CA_CERTS).",
        fix: "Let the variable name your organisation's CA bundle (PEM), or unset it:\n\
            $ export AWS_CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt",
        judge: verdicts::roots,
    },
];
