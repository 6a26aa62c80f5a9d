//! One request, and how its answer begins.

use std::io;
use std::time::Duration;

use aws_smithy_types::date_time::Format;
use aws_smithy_types::{DateTime, base64};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::Deadline;
use super::tls::Line;
use crate::aws::printable;
use crate::check::evidence::Answer;
use crate::secret::Secret;

/// More of an answer is not read: a denial's sentence stands in its first lines.
const LONGEST_HEAD: usize = 16 * 1024;
/// Headers of AWS's answers are two dozen at most.
const MOST_HEADERS: usize = 96;

/// How a request says who asks.
#[derive(Clone, Copy, Debug)]
pub enum Credentials<'a> {
    /// Not at all.
    None,
    /// User `aws` with an empty password: what pip sends before it asks its helper.
    UserAlone,
    /// With a token.
    Token(&'a Secret),
}

/// What is asked of a host.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The `Host` header.
    pub host: &'a str,
    /// Path and query.
    pub path: &'a str,
    /// Who asks.
    pub credentials: Credentials<'a>,
    /// Whether a single byte of the body is enough.
    pub is_range: bool,
}

impl Request<'_> {
    fn head(&self) -> String {
        let basic = |password: &str| base64::encode(format!("aws:{password}"));
        let authorization = match self.credentials {
            Credentials::None => String::new(),
            Credentials::UserAlone => format!("Authorization: Basic {}\r\n", basic("")),
            Credentials::Token(token) => {
                format!("Authorization: Basic {}\r\n", basic(token.expose()))
            }
        };
        let range = if self.is_range {
            "Range: bytes=0-0\r\n"
        } else {
            ""
        };
        format!(
            "GET {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: studio-mirror/{}\r\nAccept: */*\r\n{authorization}{range}Connection: close\r\n\r\n",
            self.path,
            self.host,
            env!("CARGO_PKG_VERSION"),
        )
    }
}

/// Sends `request` over `line` and reads how the answer begins. A token is not sent to a host that has not proved itself.
pub async fn ask(line: Line, request: Request<'_>, limit: Duration, deadline: Deadline) -> Answer {
    if matches!(request.credentials, Credentials::Token(_)) && !line.is_proved() {
        return Answer::Cut("the host has not proved its identity".to_owned());
    }
    let head = request.head();
    let exchange = async {
        match line {
            Line::Plain(mut stream) => exchange(&mut stream, &head, true).await,
            Line::Tls(mut stream, _) => exchange(&mut *stream, &head, true).await,
        }
    };
    match deadline.within(limit, exchange).await {
        Some(Ok(bytes)) => read(&bytes),
        Some(Err(error)) => Answer::Cut(printable(&error.to_string())),
        None => Answer::TimedOut,
    }
}

/// Sends `head` and reads until the connection ends or enough has come: the head, and `with_body` a refusal's sentence.
pub async fn exchange(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    head: &str,
    with_body: bool,
) -> io::Result<Vec<u8>> {
    stream.write_all(head.as_bytes()).await?;
    stream.flush().await?;
    let mut bytes = Vec::new();
    let mut part = [0; 4096];
    while bytes.len() < LONGEST_HEAD && !is_enough(&bytes, with_body) {
        match stream.read(&mut part).await {
            Ok(0) => break,
            Ok(length) => bytes.extend_from_slice(&part[..length]),
            // Many a server closes TLS without saying so; what came before counts.
            Err(_) if !bytes.is_empty() => break,
            Err(error) => return Err(error),
        }
    }
    if bytes.is_empty() {
        return Err(io::Error::new(
            io::ErrorKind::UnexpectedEof,
            "the connection was closed without an answer",
        ));
    }
    Ok(bytes)
}

/// Whether nothing that matters can come any more: the head is there, and of a refusal the body too.
fn is_enough(bytes: &[u8], with_body: bool) -> bool {
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
    let date = header(&response, "date")
        .and_then(|date| DateTime::from_str(date, Format::HttpDate).ok())
        .and_then(|date| u64::try_from(date.secs()).ok());
    Answer::Http {
        status: response.code.unwrap_or_default(),
        date,
        location: header(&response, "location").map(str::to_owned),
        is_page: header(&response, "content-type")
            .is_some_and(|kind| kind.starts_with("text/html")),
        body: printable(&String::from_utf8_lossy(&bytes[length..])),
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
                body: "[2Jbody".into(),
            }
        );
        assert_eq!(read(b"SSH-2.0-OpenSSH\r\n"), Answer::NotHttp);
        assert_eq!(read(b"HTTP/1.1 200 OK\r\n"), Answer::NotHttp);
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
