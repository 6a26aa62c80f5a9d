//! The clocks: real time, and the offsets by which the token judge and the signature judge stray from it.

use std::sync::atomic::{AtomicI64, Ordering};
use time::{Duration, OffsetDateTime};

/// Two clocks that an administrator can move apart, as AWS's services do not share one either.
#[derive(Debug, Default)]
pub(crate) struct Clocks {
    token_offset: AtomicI64,
    signing_offset: AtomicI64,
}

impl Clocks {
    /// The time by which authorization tokens are issued and expire.
    pub(crate) fn token_now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc() + Duration::seconds(self.token_offset.load(Ordering::SeqCst))
    }

    /// The time by which request signatures, session credentials and presigned addresses are judged.
    pub(crate) fn signing_now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc() + Duration::seconds(self.signing_offset.load(Ordering::SeqCst))
    }

    /// Sets the token clock `seconds` ahead of real time (negative: behind).
    pub(crate) fn set_token_offset(&self, seconds: i64) {
        self.token_offset.store(seconds, Ordering::SeqCst);
    }

    /// Sets the signing clock `seconds` ahead of real time (negative: behind).
    pub(crate) fn set_signing_offset(&self, seconds: i64) {
        self.signing_offset.store(seconds, Ordering::SeqCst);
    }
}

/// The time in the compact form of signatures, `20260131T235959Z`.
pub(crate) fn compact(at: OffsetDateTime) -> String {
    format!(
        "{:04}{:02}{:02}T{:02}{:02}{:02}Z",
        at.year(),
        u8::from(at.month()),
        at.day(),
        at.hour(),
        at.minute(),
        at.second()
    )
}

/// Reads the compact form of signatures.
pub(crate) fn parse_compact(text: &str) -> Option<OffsetDateTime> {
    let format = time::macros::format_description!("[year][month][day]T[hour][minute][second]Z");
    Some(
        time::PrimitiveDateTime::parse(text, format)
            .ok()?
            .assume_utc(),
    )
}

/// The time as `2026-01-31T23:59:59Z`, the form of container credentials and npm's `time`.
pub(crate) fn rfc3339(at: OffsetDateTime) -> String {
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
        at.year(),
        u8::from(at.month()),
        at.day(),
        at.hour(),
        at.minute(),
        at.second()
    )
}

/// Reads that form.
pub(crate) fn parse_rfc3339(text: &str) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(text, &time::format_description::well_known::Rfc3339).ok()
}

/// The time as HTTP's `Date` has it, `Sat, 31 Jan 2026 23:59:59 GMT`.
pub(crate) fn http_date(at: OffsetDateTime) -> String {
    let (weekday, month) = (at.weekday().to_string(), at.month().to_string());
    format!(
        "{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
        &weekday[..3],
        at.day(),
        &month[..3],
        at.year(),
        at.hour(),
        at.minute(),
        at.second()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn http_dates_are_spelt_as_rfc_9110_has_them() {
        let at = OffsetDateTime::from_unix_timestamp(784_111_777).unwrap();
        assert_eq!(http_date(at), "Sun, 06 Nov 1994 08:49:37 GMT");
    }

    #[test]
    fn the_compact_form_is_read_back_as_written() {
        let at = OffsetDateTime::from_unix_timestamp(1_790_000_000).unwrap();
        assert_eq!(parse_compact(&compact(at)), Some(at));
        assert_eq!(parse_compact("20261301T000000Z"), None);
    }
}
