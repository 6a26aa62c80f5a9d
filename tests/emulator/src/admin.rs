//! The admin API under `/_admin/`: how tests and demos move the clocks, shorten lives and make things fail.

use crate::access::AccessChange;
use crate::credentials::RoleCredentialsChange;
use crate::faults::Fault;
use crate::requests::RecordedRequest;
use crate::sagemaker::Record;
use crate::shared::Shared;
use crate::shelves::Origin;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Json;
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

type Emulated = State<Arc<Shared>>;

/// The routes, each a thin shell over what [`crate::Emulator`] offers in process.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/_admin/token-lifetime", post(token_lifetime))
        .route("/_admin/token-clock", post(token_clock))
        .route("/_admin/signing-clock", post(signing_clock))
        .route("/_admin/quota", post(quota))
        .route("/_admin/credentials", post(credentials))
        .route(
            "/_admin/faults",
            get(faults).post(add_faults).delete(clear_faults),
        )
        .route("/_admin/requests", get(requests))
        .route("/_admin/stats", get(stats))
        .route("/_admin/access", post(access))
        .route("/_admin/studio", get(studio).post(put_studio))
        .route("/_admin/kept", get(kept))
        .route("/_admin/published", get(published))
        .with_state(shared)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Lifetime {
    seconds: Option<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Offset {
    offset_seconds: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Quota {
    tokens_per_second: Option<u32>,
}

async fn token_lifetime(State(shared): Emulated, Json(lifetime): Json<Lifetime>) -> StatusCode {
    shared.tokens.set_lifetime(lifetime.seconds);
    StatusCode::NO_CONTENT
}

async fn token_clock(State(shared): Emulated, Json(offset): Json<Offset>) -> StatusCode {
    shared.clocks.set_token_offset(offset.offset_seconds);
    StatusCode::NO_CONTENT
}

async fn signing_clock(State(shared): Emulated, Json(offset): Json<Offset>) -> StatusCode {
    shared.clocks.set_signing_offset(offset.offset_seconds);
    StatusCode::NO_CONTENT
}

async fn quota(State(shared): Emulated, Json(quota): Json<Quota>) -> StatusCode {
    shared.tokens.set_quota(quota.tokens_per_second);
    StatusCode::NO_CONTENT
}

async fn credentials(
    State(shared): Emulated,
    Json(change): Json<RoleCredentialsChange>,
) -> StatusCode {
    shared
        .credentials
        .change(change, shared.clocks.signing_now());
    StatusCode::NO_CONTENT
}

async fn faults(State(shared): Emulated) -> Json<Vec<Fault>> {
    Json(shared.faults.all())
}

async fn add_faults(
    State(shared): Emulated,
    Json(faults): Json<Vec<Fault>>,
) -> (StatusCode, String) {
    match shared.faults.add(faults) {
        Ok(()) => (StatusCode::NO_CONTENT, String::new()),
        Err(cause) => (
            StatusCode::UNPROCESSABLE_ENTITY,
            format!("a path is no regular expression: {cause}"),
        ),
    }
}

async fn clear_faults(State(shared): Emulated) -> StatusCode {
    shared.faults.clear();
    StatusCode::NO_CONTENT
}

async fn requests(State(shared): Emulated) -> Json<Vec<RecordedRequest>> {
    Json(shared.requests.all())
}

async fn stats(State(shared): Emulated) -> Json<BTreeMap<String, usize>> {
    Json(shared.requests.counts())
}

async fn access(State(shared): Emulated, Json(change): Json<AccessChange>) -> StatusCode {
    shared.change_access(change);
    StatusCode::NO_CONTENT
}

async fn studio(State(shared): Emulated) -> Json<Vec<Value>> {
    Json(shared.studio.all())
}

async fn put_studio(
    State(shared): Emulated,
    Json(records): Json<Vec<Record>>,
) -> (StatusCode, String) {
    for record in records {
        if let Err(why) = shared.studio.put(record) {
            return (StatusCode::UNPROCESSABLE_ENTITY, why);
        }
    }
    (StatusCode::NO_CONTENT, String::new())
}

async fn kept(State(shared): Emulated) -> Json<BTreeMap<String, BTreeSet<String>>> {
    Json(shared.catalogue.list(Origin::Upstream))
}

async fn published(State(shared): Emulated) -> Json<BTreeMap<String, BTreeSet<String>>> {
    Json(shared.catalogue.list(Origin::Published))
}
