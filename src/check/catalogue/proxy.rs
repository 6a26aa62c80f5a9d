//! The proxy: its variables, whether it is there, whether it lets us through.

use std::time::Duration;

use super::network::HOP;
use crate::check::verdicts::proxy as verdicts;
use crate::check::{Check, Mender, Severity};

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "proxy.settings",
        title: "the proxy variables can be used",
        needs: &[],
        severity: Severity::Failure,
        limit: Duration::ZERO,
        mender: Mender::You,
        explanation: "HTTPS_PROXY (or https_proxy, ALL_PROXY, all_proxy) names the proxy for https:// addresses, NO_PROXY the hosts that are \
            reached without it. A value that is no URL is passed over by some clients and fatal to others. Inside a VPC with endpoints for \
            CodeArtifact no proxy is needed, and one that cannot see the endpoints is in the way.",
        fix: "$ export HTTPS_PROXY=http://proxy.example:3128",
        judge: verdicts::settings,
    },
    Check {
        id: "proxy.reach",
        title: "the proxy accepts connections",
        needs: &["proxy.settings"],
        severity: Severity::Failure,
        limit: HOP,
        mender: Mender::PlatformTeam,
        explanation: "pip, uv, npm and studio-mirror send what NO_PROXY does not exempt to the proxy that HTTPS_PROXY names. If nobody \
            answers there, everything fails, with errors that name the package index and not the proxy. Endpoints inside the VPC need no \
            proxy: exempt them.",
        fix: NO_PROXY,
        judge: verdicts::reach,
    },
    Check {
        id: "proxy.tunnel",
        title: "the proxy lets CodeArtifact through",
        needs: &["proxy.reach"],
        severity: Severity::Failure,
        limit: HOP,
        mender: Mender::You,
        explanation: "For https:// a client asks the proxy with CONNECT for a tunnel to the host. 407 means that the proxy wants a user name \
            and a password, 403 that its rules forbid the host, 502 to 504 or silence that it cannot reach the host: a proxy outside of the \
            VPC cannot reach a VPC endpoint's private address. The usual mend is to exempt the endpoints from the proxy with NO_PROXY.",
        fix: NO_PROXY,
        judge: verdicts::tunnel,
    },
];

/// Entries begin with a dot: curl, Python, Node and Go all take that for the domain and everything below it.
const NO_PROXY: &str = "Reach the endpoints inside the VPC without the proxy:\n\
    $ export NO_PROXY=\"${NO_PROXY:+$NO_PROXY,}.amazonaws.com,.on.aws\"";
