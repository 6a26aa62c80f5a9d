//! A laboratory that stands: everything at its place, and plans laid over it one after the other.

use crate::certificates::Authorities;
use crate::dns::Resolver;
use crate::doors::{Behind, Doors};
use crate::fault::Fault;
use crate::place::{ASSETS, OTHER_RESOLVER, RESOLVER};
use crate::plan::{CaFiles, Plan};
use crate::proxy::ProxyServer;
use crate::routes::Routes;
use crate::space::Space;
use crate::world::World;
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use studio_mirror_emulator::{Emulator, EndpointStyle, Options};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// What somebody outside has to know of a laboratory.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Ready {
    /// The process whose namespaces are the space's.
    pub space: u32,
    /// The emulator's admin API, in the namespace of the process that holds the laboratory.
    pub admin: String,
}

/// A laboratory in this process's network namespace, which must be a new one.
pub struct Laboratory {
    runtime: Runtime,
    emulator: Emulator,
    space: Space,
    routes: Routes,
    resolver: Resolver,
    other: Resolver,
    doors: Doors,
    proxy: ProxyServer,
    files: CaFiles,
    _folder: TempDir,
}

impl Laboratory {
    /// Raises one; `packages` is a folder as the emulator takes it.
    ///
    /// # Errors
    /// When a namespace, an address or a file cannot be had.
    pub fn raise(packages: Option<PathBuf>) -> Result<Laboratory> {
        let folder = tempfile::Builder::new().prefix("lab-").tempdir()?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()?;
        let local = |ip: [u8; 4], port| SocketAddr::from((Ipv4Addr::from(ip), port));
        let behind = Behind {
            http: local([127, 0, 0, 1], 8080),
            https: local([127, 0, 0, 1], 8443),
            assets: local([127, 0, 0, 2], 8443),
        };
        let state = folder.path().join("emulator");
        let ca = state.join("ca.pem");
        std::fs::create_dir(&state)?;
        let space = Space::open(folder.path())?;
        // Before anything listens: loopback is down in a new namespace.
        let routes = Routes::lay(space.holder())?;
        let emulator = Emulator::start(Options {
            listen: vec![behind.http],
            https_listen: Some(behind.https),
            assets_listen: behind.assets,
            assets_name: Some(ASSETS.into()),
            packages,
            state_dir: Some(state),
            endpoint_style: EndpointStyle::Aws,
            ..Options::default()
        })?;
        let authorities = Arc::new(Authorities::new(folder.path(), &ca)?);
        let files = CaFiles {
            system: authorities.system.clone(),
            private: authorities.private.clone(),
        };
        let (resolver, other) = (Resolver::default(), Resolver::default());
        runtime.block_on(async {
            resolver.listen(RESOLVER).await?;
            other.listen(OTHER_RESOLVER).await
        })?;
        Ok(Laboratory {
            doors: Doors::new(authorities, behind),
            runtime,
            emulator,
            space,
            routes,
            resolver,
            other,
            proxy: ProxyServer::default(),
            files,
            _folder: folder,
        })
    }

    /// What somebody outside has to know.
    pub fn ready(&self) -> Ready {
        Ready {
            space: self.space.holder(),
            admin: format!("{}/_admin/", self.emulator.http_url()),
        }
    }

    /// Makes this world the present one, with these faults and no others; the space's variables in it.
    ///
    /// # Errors
    /// When something of it cannot be had; the laboratory is of no use then.
    pub fn lay(&mut self, world: World, faults: &[Fault]) -> Result<BTreeMap<String, String>> {
        let plan = Plan::of(world, faults, &self.files);
        self.space.tell(&plan.nameservers, &plan.hosts)?;
        self.resolver.learn(plan.resolver);
        self.other.learn(plan.other);
        self.emulator.clear_faults();
        self.emulator.add_faults(plan.answers)?;
        self.emulator.set_signing_clock(plan.clock);
        self.routes.set(plan.rules, plan.ipv6)?;
        self.routes.narrow(plan.is_narrow)?;
        let (doors, proxy) = (&mut self.doors, &mut self.proxy);
        self.runtime
            .block_on(async {
                for (host, door) in plan.doors {
                    doors.set(host, door).await?;
                }
                proxy.set(plan.proxy).await
            })
            .context("a door does not open")?;
        Ok(plan.environment)
    }
}
