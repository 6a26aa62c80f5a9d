//! `dotnet nuget push`: a form with one file, the package.

use super::{Refused, Submission, bad};
use axum::body::Bytes;
use axum::http::HeaderMap;

/// Reads what was pushed.
///
/// # Errors
/// 400 when it is no form with a package in it.
pub(super) async fn read(headers: &HeaderMap, body: &Bytes) -> Result<Submission, Refused> {
    let kind = headers
        .get("content-type")
        .and_then(|kind| kind.to_str().ok());
    let boundary = multer::parse_boundary(kind.unwrap_or_default()).map_err(bad)?;
    let body = body.clone();
    let stream = futures_util::stream::once(async move { Ok::<_, std::io::Error>(body) });
    let mut form = multer::Multipart::new(stream, boundary);
    let field = form.next_field().await.map_err(bad)?;
    let bytes = field.ok_or_else(|| bad("the form is empty"))?.bytes().await;
    Ok(Submission {
        asset: super::read("package.nupkg", &bytes.map_err(bad)?)?,
        tags: Vec::new(),
    })
}
