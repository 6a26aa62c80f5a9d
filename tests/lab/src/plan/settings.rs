//! What the space is told by its environment.

use super::CaFiles;
use crate::fault::{Fault, Session};
use crate::place::{API_VPCE, PROXY_NAME, PROXY_PORT, REGION, REPOSITORIES_VPCE};
use crate::world::World;
use std::collections::BTreeMap;
use std::path::Path;

const CREDENTIALS: &str = "/_sagemaker-instance-credentials/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// A region of AWS's that CodeArtifact is not in.
const REGION_WITHOUT: &str = "us-west-1";

pub(super) fn environment(
    world: World,
    faults: &[Fault],
    files: &CaFiles,
) -> BTreeMap<String, String> {
    let mut variables = Variables::default();
    let region = if faults.contains(&Fault::Region) {
        REGION_WITHOUT
    } else {
        REGION
    };
    variables.set("AWS_REGION", region);
    variables.set("AWS_DEFAULT_REGION", region);
    if !faults.contains(&Fault::Session(Session::Unnamed)) {
        variables.set("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", CREDENTIALS);
    }
    // Node has roots of its own instead of the system's; this stands for them.
    variables.path("NODE_EXTRA_CA_CERTS", &files.system);
    let is_proxied = faults.iter().any(|fault| matches!(fault, Fault::Proxy(_)));
    if is_proxied || matches!(world, World::Proxy | World::BesideProxy) {
        let proxy = format!("http://{PROXY_NAME}:{PROXY_PORT}");
        variables.set("HTTPS_PROXY", &proxy);
    }
    match world {
        World::Ipv4 | World::Proxy => {}
        World::BesideProxy if is_proxied => {}
        World::BesideProxy => variables.set(
            "NO_PROXY",
            "localhost,169.254.170.2,.amazonaws.com,.api.aws,.on.aws",
        ),
        World::DualStack => variables.set("STUDIO_MIRROR_ENDPOINT_TYPE", "dualstack"),
        World::Vpce => {
            variables.set("STUDIO_MIRROR_API_ENDPOINT", &format!("https://{API_VPCE}"));
            let repositories = format!("https://{REPOSITORIES_VPCE}");
            variables.set("STUDIO_MIRROR_REPOSITORY_ENDPOINT", &repositories);
        }
        World::PrivateCa => {
            for name in [
                "AWS_CA_BUNDLE",
                "SSL_CERT_FILE",
                "PIP_CERT",
                "NODE_EXTRA_CA_CERTS",
            ] {
                variables.path(name, &files.private);
            }
        }
    }
    variables.0
}

#[derive(Default)]
struct Variables(BTreeMap<String, String>);

impl Variables {
    fn set(&mut self, name: &str, value: &str) {
        self.0.insert(name.into(), value.into());
    }

    fn path(&mut self, name: &str, value: &Path) {
        self.set(name, &value.display().to_string());
    }
}
