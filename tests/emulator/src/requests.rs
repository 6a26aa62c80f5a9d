//! The record of every request: kept in memory for tests, and written as lines of JSON for the judge.

use anyhow::{Context, Result};
use axum::http::{HeaderMap, Method, Uri};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use time::OffsetDateTime;

/// One request as it came, with its secrets blotted out.
#[derive(Clone, Debug, Serialize)]
pub struct RecordedRequest {
    /// `codeartifact`, `sagemaker`, `sts`, `credentials`, `repositories`, `s3`, or `unknown`.
    pub service: String,
    /// The API's operation, or what is asked of a package endpoint (`PypiSimple`, `PypiFile`, `NpmPackument`, …).
    pub operation: String,
    /// The HTTP method.
    pub method: String,
    /// Path and query as on the wire.
    pub uri: String,
    /// Headers by lower-case name. The secret part of `Authorization` and the session token read `REDACTED`.
    pub headers: BTreeMap<String, String>,
    /// The operation as services asked in JSON are told it, `X-Amz-Target`.
    pub target: String,
    /// The body, as text.
    pub body: String,
    /// The status of the answer; `None` while there is none, or when the connection ended without.
    pub status: Option<u16>,
    /// When it came, in seconds since 1970.
    pub at: f64,
}

/// All requests since the start.
#[derive(Debug, Default)]
pub(crate) struct Requests {
    list: Mutex<Vec<RecordedRequest>>,
    file: Option<Mutex<File>>,
}

impl Requests {
    /// A record that is also appended to a file.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub(crate) fn new(file: Option<&Path>) -> Result<Requests> {
        let open = |path: &Path| {
            let file = File::options().create(true).append(true).open(path);
            file.with_context(|| format!("cannot open the request log {}", path.display()))
                .map(Mutex::new)
        };
        Ok(Requests {
            list: Mutex::default(),
            file: file.map(open).transpose()?,
        })
    }

    /// Records a request that has just come. The answer is recorded through what this returns.
    pub(crate) fn begin(self: &Arc<Self>, request: RecordedRequest) -> Pending {
        let mut list = self.list();
        list.push(request);
        Pending {
            requests: self.clone(),
            index: list.len() - 1,
            status: None,
        }
    }

    pub(crate) fn all(&self) -> Vec<RecordedRequest> {
        self.list().clone()
    }

    /// How many requests of each operation came.
    pub(crate) fn counts(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for request in self.list().iter() {
            *counts.entry(request.operation.clone()).or_default() += 1;
        }
        counts
    }

    fn finish(&self, index: usize, status: Option<u16>) {
        let mut list = self.list();
        let Some(request) = list.get_mut(index) else {
            return;
        };
        request.status = status;
        let Some(file) = &self.file else { return };
        if let Ok(line) = serde_json::to_string(request) {
            let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
            // A full disk must not take the emulator down; the judge will miss the line.
            let _ = file.write_all(format!("{line}\n").as_bytes());
        }
    }

    fn list(&self) -> MutexGuard<'_, Vec<RecordedRequest>> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request under way. Dropped without an answer (the client left, a fault cut it off), it is recorded as such.
#[derive(Debug)]
pub(crate) struct Pending {
    requests: Arc<Requests>,
    index: usize,
    status: Option<u16>,
}

impl Pending {
    pub(crate) fn answered(mut self, status: u16) {
        self.status = Some(status);
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        self.requests.finish(self.index, self.status);
    }
}

/// The record of a request, without its secrets.
pub(crate) fn describe(
    (service, operation): (&str, String),
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    body: &[u8],
) -> RecordedRequest {
    let mut shown = BTreeMap::new();
    for (name, value) in headers {
        let text = redact(name.as_str(), &String::from_utf8_lossy(value.as_bytes()));
        let line: &mut String = shown.entry(name.to_string()).or_default();
        if !line.is_empty() {
            line.push_str(", ");
        }
        line.push_str(&text);
    }
    RecordedRequest {
        service: service.into(),
        operation,
        method: method.to_string(),
        uri: uri.to_string(),
        target: shown.get("x-amz-target").cloned().unwrap_or_default(),
        headers: shown,
        body: String::from_utf8_lossy(body).into_owned(),
        status: None,
        at: OffsetDateTime::now_utc().unix_timestamp_nanos() as f64 / 1e9,
    }
}

/// A header's value with what is secret in it replaced by `REDACTED`. The scheme, and who signed, stay readable.
fn redact(name: &str, value: &str) -> String {
    match name {
        "x-amz-security-token" => "REDACTED".into(),
        "authorization" => match (value.split_once("Signature="), value.split_once(' ')) {
            (Some((head, _)), _) if value.starts_with("AWS4") => {
                format!("{head}Signature=REDACTED")
            }
            (_, Some((scheme, _))) => format!("{scheme} REDACTED"),
            _ => "REDACTED".into(),
        },
        _ => value.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_secret_is_recorded() {
        assert_eq!(
            redact("authorization", "Basic YXdzOnRva2Vu"),
            "Basic REDACTED"
        );
        assert_eq!(redact("authorization", "Bearer eyJ2ZX"), "Bearer REDACTED");
        assert_eq!(redact("authorization", "eyJ2ZX"), "REDACTED");
        let signed =
            "AWS4-HMAC-SHA256 Credential=A/1/r/s/aws4_request, SignedHeaders=host, Signature=abc";
        assert_eq!(
            redact("authorization", signed),
            signed.replace("abc", "REDACTED")
        );
    }
}
