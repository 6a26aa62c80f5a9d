//! Presigned addresses of the asset host, in S3's spelling, signed with a key of this run.

use crate::clock::{compact, parse_compact};
use crate::random;
use crate::signature::sign;
use std::collections::HashMap;
use time::{Duration, OffsetDateTime};

/// How long a presigned address is good: what CodeArtifact's own carry.
const LIFE: Duration = Duration::hours(1);

/// Makes and judges presigned addresses.
#[derive(Debug)]
pub(crate) struct Presigner {
    key: Vec<u8>,
}

/// What is wrong with a presigned address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PresignRefusal {
    Unsigned,
    Expired,
    Wrong,
}

impl Presigner {
    pub(crate) fn new() -> Presigner {
        Presigner {
            key: random::bytes(32),
        }
    }

    /// The query string that makes `path` of a bucket in `region` good for an hour from `now`.
    pub(crate) fn query(&self, path: &str, region: &str, now: OffsetDateTime) -> String {
        let stamp = compact(now);
        let expires = LIFE.whole_seconds().to_string();
        format!(
            "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date={stamp}&X-Amz-SignedHeaders=host&X-Amz-Credential=\
             AKIAEMULATORASSETS%2F{}%2F{region}%2Fs3%2Faws4_request&X-Amz-Expires={expires}&X-Amz-Signature={}",
            &stamp[..8],
            self.signature(path, &stamp, &expires)
        )
    }

    /// Whether a request for `path` with `query` is good at `now`.
    pub(crate) fn judge(
        &self,
        path: &str,
        query: &str,
        now: OffsetDateTime,
    ) -> Result<(), PresignRefusal> {
        let fields: HashMap<_, _> = url::form_urlencoded::parse(query.as_bytes()).collect();
        let field = |name: &str| {
            fields
                .get(name)
                .map(AsRef::as_ref)
                .ok_or(PresignRefusal::Unsigned)
        };
        let (stamp, expires) = (field("X-Amz-Date")?, field("X-Amz-Expires")?);
        if field("X-Amz-Signature")? != self.signature(path, stamp, expires) {
            return Err(PresignRefusal::Wrong);
        }
        let at = parse_compact(stamp).ok_or(PresignRefusal::Wrong)?;
        let life: i64 = expires.parse().map_err(|_| PresignRefusal::Wrong)?;
        if now >= at + Duration::seconds(life) {
            Err(PresignRefusal::Expired)
        } else {
            Ok(())
        }
    }

    fn signature(&self, path: &str, stamp: &str, expires: &str) -> String {
        random::to_hex(&sign(&self.key, &format!("{path}\n{stamp}\n{expires}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_good_for_its_path_and_its_hour() {
        let presigner = Presigner::new();
        let now = OffsetDateTime::from_unix_timestamp(1_790_000_000).unwrap();
        let query = presigner.query("/a", "us-east-1", now);
        assert_eq!(presigner.judge("/a", &query, now), Ok(()));
        assert_eq!(
            presigner.judge("/b", &query, now),
            Err(PresignRefusal::Wrong)
        );
        assert_eq!(
            presigner.judge("/a", &query, now + Duration::hours(1)),
            Err(PresignRefusal::Expired)
        );
        assert_eq!(
            presigner.judge("/a", &query.replace("=3600", "=9999"), now),
            Err(PresignRefusal::Wrong)
        );
        assert_eq!(
            presigner.judge("/a", "", now),
            Err(PresignRefusal::Unsigned)
        );
    }
}
