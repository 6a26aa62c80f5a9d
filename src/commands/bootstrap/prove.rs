//! `bootstrap prove`: what must work in a space works, and what must not is refused.

use std::io::Read;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow};
use futures_util::future::join_all;

use crate::aws::{self, Caller, status_with_token};
use crate::bootstrap::names::BASE;
use crate::bootstrap::prove::judge::{not_checked, of_check, of_outside};
use crate::bootstrap::prove::{Attempt, Place, Proof, ProofReport, Proved, attempts, judge};
use crate::check;
use crate::cli::ProveArgs;
use crate::commands::check::of_tools;
use crate::commands::session::Session;
use crate::endpoint::{Format, RepositoryEndpoint};
use crate::environment::endpoint_url;
use crate::error::{Usage, with_hint};
use crate::secret::Secret;
use crate::settings::Field;
use crate::timestamp::rfc3339;
use crate::token::{is_token, now};
use crate::tools::Tool;

/// All attempts are made at one time; a service that does not answer leaves its own open.
const LIMIT: Duration = Duration::from_secs(20);
/// What of `check` says that a space works.
const WORKS: [&str; 4] = [
    "token.mint",
    "repository.read.pypi",
    "repository.read.npm",
    "keyring.first",
];
/// Longer than any token.
const LONGEST_TOKEN: u64 = 16 * 1024;

/// Proves it, from inside of a space or, for a token that comes on stdin, from outside.
pub fn run(session: &Session, args: &ProveArgs) -> anyhow::Result<ExitCode> {
    let place = place(session, args.binary_repository.as_deref())?;
    let proofs = if args.outside {
        vec![of_outside(try_outside(session, &place)?)]
    } else {
        let mut proofs = works(session);
        proofs.extend(try_all(session, &attempts(&place))?);
        proofs
    };
    let ok = proofs.iter().all(|proof| proof.status == Proved::Ok);
    session.printer.report(&ProofReport {
        ok,
        made_at: rfc3339(now()),
        program: env!("CARGO_PKG_VERSION"),
        role: session.metadata.role().map(str::to_owned),
        studio_domain: place.studio_domain,
        domain: place.domain,
        domain_owner: place.owner,
        repository: place.repository,
        binary_repository: place.binary_repository,
        proofs,
    })?;
    Ok(match ok {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

fn place(session: &Session, binary_repository: Option<&str>) -> anyhow::Result<Place> {
    let settings = &session.settings;
    let require = |field| settings.require(field).map(str::to_owned);
    Ok(Place {
        domain: require(Field::Domain)?,
        owner: require(Field::DomainOwner)?,
        repository: require(Field::Repository)?,
        binary_repository: binary_repository.unwrap_or(BASE).to_owned(),
        studio_domain: session.metadata.domain_id().map(str::to_owned),
        profile: session.metadata.profile().map(str::to_owned),
        probe: format!("{BASE}-probe-{}", now()),
    })
}

fn works(session: &Session) -> Vec<Proof> {
    let checked = aws::block_on(async {
        let plan = of_tools(session, &[Tool::Pip, Tool::Npm], true);
        Ok(check::run(&plan).await)
    });
    let checks = checked.map(|report| report.checks).unwrap_or_default();
    let found = |id| checks.iter().find(|found| found.id == id);
    WORKS
        .iter()
        .map(|id| found(*id).map_or_else(|| not_checked(id), of_check))
        .collect()
}

fn try_all(session: &Session, all: &[Attempt]) -> anyhow::Result<Vec<Proof>> {
    let caller = Caller {
        credentials: session.credential_source(),
        region: session.settings.require(Field::Region)?.to_owned(),
        deadline: Instant::now() + LIMIT,
    };
    let own_api = session.settings.get(Field::ApiEndpoint);
    let address = |service: aws::Service| match (service, own_api) {
        (aws::Service::CodeArtifact, Some(url)) => Some(url.to_owned()),
        _ => endpoint_url(&session.environment, &service.name().to_ascii_uppercase()),
    };
    let tried = all.iter().map(async |attempt| {
        let url = address(attempt.call.service);
        let answer = attempt.call.send(&caller, url.as_deref()).await;
        let mut proof = judge(attempt, &answer);
        if let (Ok(()), Some(undo)) = (&answer, &attempt.undo) {
            proof.detail += &match undo.send(&caller, url.as_deref()).await {
                Ok(()) => ", and taken away again".to_owned(),
                Err(error) => format!(", and could not be taken away again: {}", error.said()),
            };
        }
        proof
    });
    aws::block_on(async { Ok(join_all(tried).await) })
}

fn try_outside(session: &Session, place: &Place) -> anyhow::Result<Result<u16, String>> {
    let mut text = String::new();
    std::io::stdin()
        .take(LONGEST_TOKEN)
        .read_to_string(&mut text)
        .context("cannot read stdin")?;
    let text = text.trim();
    if !is_token(text) {
        return Err(with_hint(
            Usage("there is no token on stdin".to_owned()),
            "`--outside` reads what `studio-mirror token` prints in a space",
        ));
    }
    let region = session.settings.require(Field::Region)?;
    let kind = session.settings.endpoint_type();
    let endpoint = match session.settings.get(Field::RepositoryEndpoint) {
        Some(base) => RepositoryEndpoint::behind(
            base,
            Format::Pypi,
            &place.domain,
            &place.owner,
            &place.repository,
        ),
        None => RepositoryEndpoint::of_aws(
            kind,
            Format::Pypi,
            &place.domain,
            &place.owner,
            region,
            &place.repository,
        ),
    };
    let endpoint = endpoint.map_err(|error| anyhow!("no address of the repository: {error}"))?;
    let url = format!("{}simple/{}/", endpoint.url(), place.probe);
    let token = Secret::new(text);
    aws::block_on(async { Ok(status_with_token(&url, &token).await) })
}
