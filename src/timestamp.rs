//! Points and spans of time in words.

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

/// Seconds since 1970 as `2026-11-24T14:00:00Z`.
pub fn rfc3339(seconds: u64) -> String {
    let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
    DateTime::from_secs(seconds)
        .fmt(Format::DateTime)
        .unwrap_or_else(|_| "(beyond the calendar)".to_owned())
}

/// A span in seconds as `11 h 59 min`, `4 min` or `12 s`.
pub fn span(seconds: u64) -> String {
    let (hours, minutes) = (seconds / 3_600, seconds % 3_600 / 60);
    match (hours, minutes) {
        (0, 0) => format!("{seconds} s"),
        (0, minutes) => format!("{minutes} min"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_in_words() {
        assert_eq!(rfc3339(1_795_528_800), "2026-11-24T14:00:00Z");
        assert_eq!(span(43_140), "11 h 59 min");
        assert_eq!(span(299), "4 min");
        assert_eq!(span(12), "12 s");
    }
}
