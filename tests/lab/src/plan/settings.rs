//! What the space is told by its environment.

use super::CaFiles;
use crate::fault::{Fault, Session, Setting};
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
    // So has uv: this lets it use the system's.
    variables.set("UV_SYSTEM_CERTS", "true");
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
    for fault in faults {
        if let Fault::Setting(setting) = fault {
            set(*setting, &mut variables, files);
        }
    }
    variables.0
}

/// Keys as AWS's documentation has them.
const KEY: &str = "AKIAIOSFODNN7EXAMPLE";
const ENDPOINTS: &str = "localhost,169.254.170.2,.amazonaws.com,.api.aws,.on.aws";
const REPOSITORIES_HOST: &str = "corp-111122223333.d.codeartifact.us-east-1.amazonaws.com";
const NOBODY: &str = "/no/such/file";

fn set(setting: Setting, variables: &mut Variables, files: &CaFiles) {
    let proxy = format!("{PROXY_NAME}:{PROXY_PORT}");
    let plain = format!("http://{proxy}");
    let (name, value) = match setting {
        Setting::OtherRegion => ("AWS_REGION", "eu-west-1"),
        Setting::OtherDomain => ("STUDIO_MIRROR_DOMAIN", "crop"),
        Setting::OtherOwner => ("STUDIO_MIRROR_DOMAIN_OWNER", "444455556666"),
        Setting::OtherRepository => ("STUDIO_MIRROR_REPOSITORY", "taem"),
        Setting::Endpoint => ("AWS_ENDPOINT_URL", "http://127.0.0.1:4566"),
        Setting::Profile => ("AWS_PROFILE", "nobody"),
        Setting::Keys => {
            variables.set("AWS_ACCESS_KEY_ID", KEY);
            ("AWS_SECRET_ACCESS_KEY", "of-nobody")
        }
        Setting::CredentialsPath => ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "not a path"),
        Setting::RoleOfSts => {
            variables.0.remove("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
            variables.set("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/studio");
            ("AWS_WEB_IDENTITY_TOKEN_FILE", "/etc/hosts")
        }
        Setting::WebIdentity => {
            variables.0.remove("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
            variables.set("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/studio");
            ("AWS_WEB_IDENTITY_TOKEN_FILE", NOBODY)
        }
        Setting::TwoProxies => {
            variables.set("HTTPS_PROXY", &plain);
            ("https_proxy", "http://127.0.0.1:9")
        }
        Setting::TwoExceptions => {
            variables.set("HTTPS_PROXY", "http://127.0.0.1:9");
            variables.set("NO_PROXY", ENDPOINTS);
            ("no_proxy", "localhost")
        }
        Setting::NoProxyPattern => {
            variables.set("HTTPS_PROXY", "http://127.0.0.1:9");
            ("NO_PROXY", "*.amazonaws.com")
        }
        Setting::NoProxyNetwork => {
            variables.set("HTTPS_PROXY", "http://127.0.0.1:9");
            ("NO_PROXY", "10.0.0.0/16,52.216.0.0/16")
        }
        Setting::Socks => return variables.set("ALL_PROXY", &format!("socks5://{proxy}")),
        Setting::TlsProxy => return variables.set("HTTPS_PROXY", &format!("https://{proxy}")),
        Setting::NoUrl => ("HTTPS_PROXY", "http://proxy corp"),
        Setting::OwnCaAlone => {
            variables.path("PIP_CERT", &files.private);
            return variables.path("AWS_CA_BUNDLE", &files.private);
        }
        Setting::NoCa => ("AWS_CA_BUNDLE", NOBODY),
        Setting::NoCaFolder => ("SSL_CERT_DIR", NOBODY),
        Setting::NoConfig => ("STUDIO_MIRROR_CONFIG", NOBODY),
        Setting::PipCa => ("PIP_CERT", NOBODY),
        Setting::PipProxy => ("PIP_PROXY", "http://127.0.0.1:9"),
        Setting::NodeCa => ("NODE_EXTRA_CA_CERTS", ""),
        Setting::UvList => ("UV_SYSTEM_CERTS", "false"),
        Setting::UvCa => {
            variables.path("AWS_CA_BUNDLE", &files.system);
            variables.path("PIP_CERT", &files.system);
            return variables.path("SSL_CERT_FILE", &files.private);
        }
        Setting::UvInsecure => ("UV_INSECURE_HOST", REPOSITORIES_HOST),
        Setting::NpmCa => return variables.path("npm_config_cafile", &files.private),
        Setting::NpmProxy => ("npm_config_https_proxy", "http://127.0.0.1:9"),
        Setting::NpmOffline => ("npm_config_offline", "true"),
    };
    variables.set(name, value);
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
