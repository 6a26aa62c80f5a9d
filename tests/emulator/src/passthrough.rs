//! The external connection of the real world: the index and registry that this machine's own pip and npm are set up for.

use crate::asset::{Asset, Content};
use crate::names::Format;
use crate::pypi::{self, version_of};
use anyhow::{Context, Result, bail};
use reqwest::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE};
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};
use url::Url;

/// How long a listing is believed: new upstream versions may be this late at CodeArtifact too.
const BELIEVED: Duration = Duration::from_secs(30 * 60);

type Listing = (Vec<Arc<Asset>>, Map<String, Value>);

/// An HTTP client with the system's roots, the machine's extra CA bundle and its proxies.
#[derive(Clone, Debug)]
pub(crate) struct Fetcher {
    client: reqwest::Client,
}

impl Fetcher {
    /// A client as this machine's environment asks for it.
    ///
    /// # Errors
    /// When the CA bundle that the environment names cannot be read.
    pub(crate) fn new() -> Result<Fetcher> {
        let mut client = reqwest::Client::builder().connect_timeout(Duration::from_secs(20));
        for variable in ["REQUESTS_CA_BUNDLE", "PIP_CERT"] {
            let Some(bundle) = std::env::var_os(variable).filter(|path| Path::new(path).is_file())
            else {
                continue;
            };
            let pem = std::fs::read(&bundle)
                .with_context(|| format!("cannot read the CA bundle of {variable}"))?;
            for certificate in reqwest::Certificate::from_pem_bundle(&pem)? {
                client = client.add_root_certificate(certificate);
            }
        }
        Ok(Fetcher {
            client: client.build()?,
        })
    }

    /// Fetches a file as it is. Errors do not name the host.
    pub(crate) async fn get(&self, url: Url) -> Result<reqwest::Response> {
        let request = self.client.get(url).header(ACCEPT_ENCODING, "identity");
        let answer = request.send().await.map_err(reqwest::Error::without_url)?;
        answer
            .error_for_status()
            .map_err(|cause| cause.without_url().into())
    }

    /// Fetches a document; `None` where there is none.
    async fn document(&self, url: Url, accept: &str) -> Result<Option<(Url, String, Vec<u8>)>> {
        let answer = self
            .client
            .get(url)
            .header(ACCEPT, accept)
            .send()
            .await
            .map_err(reqwest::Error::without_url)?;
        if matches!(answer.status().as_u16(), 404 | 410) {
            return Ok(None);
        }
        let answer = answer
            .error_for_status()
            .map_err(reqwest::Error::without_url)?;
        let url = answer.url().clone();
        let kind = answer
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|kind| kind.to_str().ok())
            .unwrap_or("")
            .to_owned();
        let body = answer
            .bytes()
            .await
            .map_err(reqwest::Error::without_url)?
            .to_vec();
        Ok(Some((url, kind, body)))
    }
}

/// The machine's own index and registry, found when they are first asked for.
#[derive(Debug)]
pub(crate) struct PassThrough {
    fetcher: Fetcher,
    pypi: OnceLock<Result<Url, String>>,
    npm: OnceLock<Result<Url, String>>,
    listings: Mutex<HashMap<(Format, String), (Instant, Listing)>>,
}

impl PassThrough {
    pub(crate) fn new(fetcher: Fetcher) -> PassThrough {
        PassThrough {
            fetcher,
            pypi: OnceLock::new(),
            npm: OnceLock::new(),
            listings: Mutex::default(),
        }
    }

    /// Whether this machine has an index of that format.
    pub(crate) fn knows(format: Format) -> bool {
        matches!(format, Format::Pypi | Format::Npm)
    }

    /// The files of a package, and npm's tags.
    ///
    /// # Errors
    /// When the machine says nothing of its index, or the index cannot be reached or understood.
    pub(crate) async fn find(&self, format: Format, name: &str) -> Result<Listing> {
        let key = (format, name.to_owned());
        if let Some((at, listing)) = self.listings().get(&key)
            && at.elapsed() < BELIEVED
        {
            return Ok(listing.clone());
        }
        let listing = match format {
            Format::Pypi => self.find_pypi(name).await,
            Format::Npm => self.find_npm(name).await,
            _ => bail!("no index for {format} packages is passed through to"),
        };
        let listing = listing.with_context(|| {
            format!("the machine's own {format} index gave no answer for {name}")
        })?;
        self.listings()
            .insert(key, (Instant::now(), listing.clone()));
        Ok(listing)
    }

    async fn find_pypi(&self, name: &str) -> Result<Listing> {
        let index = known(
            self.pypi
                .get_or_init(|| pip_index().map_err(|cause| format!("{cause:#}"))),
        )?;
        let url = index.join(&format!("{name}/"))?;
        let accept = format!("{}, {};q=0.2, text/html;q=0.1", pypi::JSON, pypi::HTML);
        let Some((url, kind, body)) = self.fetcher.document(url, &accept).await? else {
            return Ok(Listing::default());
        };
        let files = match kind.contains("json") {
            true => pypi::read_json(&url, &body)?,
            false => pypi::read_html(&url, &String::from_utf8_lossy(&body)),
        };
        let asset = |file: pypi::RemoteFile| {
            let version = version_of(name, &file.filename)?;
            let mut asset = Asset::new(
                Format::Pypi,
                name,
                &version,
                &file.filename,
                Content::Remote(file.url),
            );
            asset.sha256 = file.sha256;
            asset.requires_python = file.requires_python;
            asset.yanked = file.yanked;
            Some(Arc::new(asset))
        };
        Ok((files.into_iter().filter_map(asset).collect(), Map::new()))
    }

    async fn find_npm(&self, name: &str) -> Result<Listing> {
        let registry = known(
            self.npm
                .get_or_init(|| npm_registry().map_err(|cause| format!("{cause:#}"))),
        )?;
        let url = registry.join(&name.replace('/', "%2f"))?;
        let Some((url, _, body)) = self.fetcher.document(url, "application/json").await? else {
            return Ok(Listing::default());
        };
        let mut packument: Value =
            serde_json::from_slice(&body).context("the packument is no JSON")?;
        let tags = packument["dist-tags"]
            .as_object()
            .cloned()
            .unwrap_or_default();
        let times = packument["time"].take();
        let Value::Object(versions) = packument["versions"].take() else {
            bail!("the packument has no versions")
        };
        let asset = |(version, mut manifest): (String, Value)| {
            let tarball = url.join(manifest["dist"]["tarball"].as_str()?).ok()?;
            let filename = tarball.path_segments()?.next_back()?.to_owned();
            manifest["dist"].as_object_mut()?.remove("tarball");
            let mut asset = Asset::new(
                Format::Npm,
                name,
                &version,
                &filename,
                Content::Remote(tarball),
            );
            if let Some(time) = times[&version].as_str() {
                asset.published = time.into();
            }
            asset.manifest = Some(manifest);
            Some(Arc::new(asset))
        };
        Ok((versions.into_iter().filter_map(asset).collect(), tags))
    }

    fn listings(&self) -> std::sync::MutexGuard<'_, HashMap<(Format, String), (Instant, Listing)>> {
        self.listings.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn known(found: &Result<Url, String>) -> Result<&Url> {
    found
        .as_ref()
        .map_err(|cause| anyhow::anyhow!(cause.clone()))
}

/// pip's index: from its environment, else its configuration, else what it defaults to.
fn pip_index() -> Result<Url> {
    let configured =
        || said(Command::new("python3").args(["-m", "pip", "config", "get", "global.index-url"]));
    let default = "from pip._internal.models.index import PyPI; print(PyPI.simple_url)";
    let text = std::env::var("PIP_INDEX_URL")
        .ok()
        .filter(|url| !url.is_empty())
        .or_else(configured)
        .or_else(|| said(Command::new("python3").args(["-c", default])))
        .context("this machine's pip does not say which index it uses (python3 -m pip config)")?;
    base(&text)
}

/// npm's registry, which it tells whether configured or not.
fn npm_registry() -> Result<Url> {
    let mut npm = Command::new("npm");
    npm.args(["config", "get", "registry"]);
    // Nothing is written into anybody's home for a question.
    npm.env("NPM_CONFIG_LOGS_MAX", "0");
    let text = said(&mut npm);
    base(&text.context(
        "this machine's npm does not say which registry it uses (npm config get registry)",
    )?)
}

fn base(text: &str) -> Result<Url> {
    Url::parse(&format!("{}/", text.trim_end_matches('/')))
        .context("the configured index is no URL")
}

/// The first line that a successful command prints.
fn said(command: &mut Command) -> Option<String> {
    let output = command
        .current_dir(std::env::temp_dir())
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    let line = String::from_utf8(output.stdout)
        .ok()?
        .lines()
        .next()?
        .trim()
        .to_owned();
    (!line.is_empty()).then_some(line)
}
