//! One request, and how its answer begins.

mod answer;

pub use answer::{is_enough, read};

use std::io;
use std::time::Duration;

use aws_smithy_types::base64;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::Deadline;
use super::tls::Line;
use crate::check::evidence::Answer;
use crate::error::printable;
use crate::secret::Secret;

/// More of an answer is not read: a denial's sentence stands in its first lines.
const LONGEST_HEAD: usize = 16 * 1024;

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
