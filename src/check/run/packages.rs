//! Everything that needs the repositories endpoint and a token: packages in each format, and npm's tarballs.

use futures_util::future::{join_all, join3};

use super::{Run, Target};
use crate::check::Evidence;
use crate::check::catalogue::{ASSETS, READ, REPOSITORIES, TARBALL, bucket};
use crate::check::evidence::{Answer, HostSeen, ReadSeen, TarballSeen, Tunnel};
use crate::check::probes::http::Credentials;
use crate::check::verdicts::repository::wants_assets;
use crate::endpoint::{Format, RepositoryEndpoint};
use crate::secret::Secret;

/// What is known before packages are asked for.
pub(super) struct Packages<'a> {
    /// Whether the repositories endpoint answers.
    pub(super) is_there: bool,
    /// Whether anything has an address, so that the bucket's may be looked for.
    pub(super) is_worth_a_look: bool,
    pub(super) asked: Option<&'a RepositoryEndpoint>,
    pub(super) token: Option<&'a Secret>,
}

/// What came of it.
pub(super) struct PackagesSeen {
    pub(super) reads: Vec<ReadSeen>,
    pub(super) assets: Option<HostSeen>,
    pub(super) tarball: Option<TarballSeen>,
    /// How the first repository answers to the cached token.
    pub(super) cached: Option<u16>,
}

enum Redirect {
    To(String),
    No,
}

impl Run<'_> {
    /// Everything that needs the repositories endpoint and the token.
    pub(super) async fn packages(&self, known: Packages<'_>) -> PackagesSeen {
        let asked = known.asked;
        let token = known.token.filter(|_| known.is_there);
        let reads = async {
            let Some(token) = token else {
                return Vec::new();
            };
            let reads = self
                .plan
                .targets
                .iter()
                .map(|target| self.read(target, asked, token));
            join_all(reads).await.into_iter().flatten().collect()
        };
        let reads = self.progress.during("packages", reads);
        let assets = self.assets(asked, token, known.is_worth_a_look);
        let cached = async {
            let cached = self.plan.cached.as_ref().filter(|_| known.is_there)?;
            let seen = self.read(self.plan.targets.first()?, asked, cached).await?;
            seen.answer.status()
        };
        let (reads, (assets, tarball), cached) = join3(reads, assets, cached).await;
        PackagesSeen {
            reads,
            assets,
            tarball,
            cached,
        }
    }

    async fn read(
        &self,
        target: &Target,
        asked: Option<&RepositoryEndpoint>,
        token: &Secret,
    ) -> Option<ReadSeen> {
        let url = self.url_of(target, asked)?;
        let path = probe(target.format);
        let page = format!("{url}{path}");
        let fetch = self
            .way
            .fetch(&page, Credentials::Token(token), false, &REPOSITORIES, READ);
        let (_, answer) = fetch.await?;
        Some(ReadSeen {
            format: target.format,
            repository: target.repository.clone(),
            path,
            // The host was there a moment ago.
            answer: answer.unwrap_or(Answer::TimedOut),
        })
    }

    /// The address of a target: known, or put together from the one that AWS gave for the first.
    fn url_of(&self, target: &Target, asked: Option<&RepositoryEndpoint>) -> Option<String> {
        if let Some(known) = &target.endpoint {
            return Some(known.url().to_owned());
        }
        let first = self.plan.targets.first()?;
        let endpoint = asked?.in_format(target.format)?;
        let own = endpoint.url().trim_end_matches('/');
        let parent = own.strip_suffix(first.repository.as_str())?;
        Some(format!("{parent}{}/", target.repository))
    }

    /// The asset bucket: where a tarball is redirected to, else the region's.
    async fn assets(
        &self,
        asked: Option<&RepositoryEndpoint>,
        token: Option<&Secret>,
        is_worth_a_look: bool,
    ) -> (Option<HostSeen>, Option<TarballSeen>) {
        let evidence = Evidence {
            settings: self.plan.settings.clone(),
            ..Evidence::default()
        };
        if !wants_assets(&evidence) {
            return (None, None);
        }
        let npm = self
            .plan
            .targets
            .iter()
            .find(|one| one.format == Format::Npm);
        let url = npm.and_then(|target| self.url_of(target, asked));
        let location = match (url, token) {
            (Some(url), Some(token)) => self.tarball(&url, token).await,
            _ => None,
        };
        let work = async {
            match location {
                Some(Redirect::To(location)) => {
                    let fetch = self.way.fetch(
                        &location,
                        Credentials::None,
                        true,
                        &ASSETS,
                        ASSETS.http.limit,
                    );
                    match fetch.await {
                        Some((host, answer)) => (Some(host), Some(TarballSeen::Redirected(answer))),
                        None => (None, None),
                    }
                }
                Some(Redirect::No) => (None, Some(TarballSeen::Served)),
                None if is_worth_a_look => (self.bucket().await, Some(TarballSeen::NoPackage)),
                None => (None, None),
            }
        };
        self.progress.during("the asset bucket", work).await
    }

    async fn tarball(&self, npm: &str, token: &Secret) -> Option<Redirect> {
        let url = format!("{npm}is-number/-/is-number-7.0.0.tgz");
        let fetch = self.way.fetch(
            &url,
            Credentials::Token(token),
            false,
            &REPOSITORIES,
            TARBALL,
        );
        match fetch.await?.1? {
            Answer::Http {
                status: 300..=399,
                location: Some(location),
                ..
            } => Some(Redirect::To(location)),
            Answer::Http {
                status: 200..=299, ..
            } => Some(Redirect::No),
            _ => None,
        }
    }

    /// The region's bucket, where the API is AWS's own: any other leads to packages nobody knows where.
    async fn bucket(&self) -> Option<HostSeen> {
        let region = &self.request.region;
        let bucket = bucket(region).filter(|_| !self.plan.settings.own_api)?;
        let url = format!("https://{bucket}.s3.{region}.amazonaws.com/");
        let look = self.way.look_at(&url, "/", Credentials::None, &ASSETS);
        // The table of buckets may be older than the bucket: what has no way to it proves nothing.
        look.await.filter(|seen| match (&seen.tunnel, &seen.names) {
            (Some(tunnel), _) => *tunnel == Tunnel::Open,
            (None, names) => names
                .as_ref()
                .is_some_and(|names| !names.addresses().is_empty()),
        })
    }
}

/// What is asked for in each format, below the repository's endpoint: small, well known, and an answer to a reader only.
pub(in crate::check) fn probe(format: Format) -> &'static str {
    match format {
        Format::Pypi => "simple/six/",
        Format::Npm => "is-number",
        Format::Cargo => "config.json",
        Format::Maven => "junit/junit/maven-metadata.xml",
        Format::Nuget => "v3/index.json",
        Format::Ruby => "api/v1/dependencies?gems=rake",
        Format::Swift => "apple/swift-log",
    }
}
