//! How an answer begins, byte for byte.

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

use crate::check::evidence::Answer;

/// Headers of AWS's answers are two dozen at most.
const MOST_HEADERS: usize = 96;

/// Whether nothing that matters can come any more: the head is there, and of a refusal the body too.
pub fn is_enough(bytes: &[u8], with_body: bool) -> bool {
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut response = httparse::Response::new(&mut headers);
    let Ok(httparse::Status::Complete(length)) = response.parse(bytes) else {
        return false;
    };
    let body_matters = with_body && response.code.is_some_and(|status| status == 403);
    let expected = header(&response, "content-length").and_then(|value| value.parse().ok());
    // Without a length some of it must do.
    !body_matters || bytes.len() - length >= expected.unwrap_or(1_usize)
}

fn header<'a>(response: &'a httparse::Response<'_, '_>, name: &str) -> Option<&'a str> {
    let found = response
        .headers
        .iter()
        .find(|header| header.name.eq_ignore_ascii_case(name))?;
    std::str::from_utf8(found.value).ok()
}

/// Reads how an answer begins.
pub fn read(bytes: &[u8]) -> Answer {
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut response = httparse::Response::new(&mut headers);
    let Ok(httparse::Status::Complete(length)) = response.parse(bytes) else {
        return Answer::NotHttp;
    };
    // RFC 9110, 15: a status is at least 100.
    let Some(status) = response.code.filter(|status| *status >= 100) else {
        return Answer::NotHttp;
    };
    let date = header(&response, "date")
        .and_then(|date| DateTime::from_str(date, Format::HttpDate).ok())
        .and_then(|date| u64::try_from(date.secs()).ok());
    Answer::Http {
        status,
        date,
        location: header(&response, "location").map(str::to_owned),
        is_page: header(&response, "content-type")
            .is_some_and(|kind| kind.starts_with("text/html")),
        body: String::from_utf8_lossy(&bytes[length..]).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_and_what_is_none_is_told() {
        let bytes = b"HTTP/1.1 302 Found\r\nDate: Fri, 27 Nov 2026 09:00:00 GMT\r\nlocation: https://b.example/x\r\n\r\n\x1b[2Jbody";
        assert_eq!(
            read(bytes),
            Answer::Http {
                status: 302,
                date: Some(1_795_770_000),
                location: Some("https://b.example/x".into()),
                is_page: false,
                body: "\u{1b}[2Jbody".into(),
            }
        );
        // A sentence in it must be found whole.
        let long = [b"HTTP/1.1 403 No\r\n\r\n".as_slice(), &[b'x'; 2_000]].concat();
        let Answer::Http { body, .. } = read(&long) else {
            panic!("it is HTTP");
        };
        assert_eq!(body.len(), 2_000);
        assert_eq!(read(b"SSH-2.0-OpenSSH\r\n"), Answer::NotHttp);
        assert_eq!(read(b"HTTP/1.1 200 OK\r\n"), Answer::NotHttp);
        assert_eq!(read(b"HTTP/1.1 000 OK\r\n\r\n"), Answer::NotHttp);
    }

    #[test]
    fn a_refusals_body_is_waited_for() {
        assert!(is_enough(
            b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n",
            true
        ));
        assert!(!is_enough(
            b"HTTP/1.1 403 No\r\nContent-Length: 3\r\n\r\nno",
            true
        ));
        assert!(is_enough(
            b"HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno",
            true
        ));
    }
}
