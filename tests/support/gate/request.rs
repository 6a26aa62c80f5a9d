//! HTTP as far as the gate reads it.

use super::Passage;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use studio_mirror_emulator::codeartifact_operation;

/// A request, whole.
pub(super) struct Request {
    line: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Request {
    pub(super) fn read(stream: &TcpStream) -> Option<Request> {
        let mut reader = BufReader::new(stream.try_clone().ok()?);
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).unwrap_or(0) == 0 {
                return None;
            }
            let line = line.trim_end().to_owned();
            if line.is_empty() {
                break;
            }
            lines.push(line);
        }
        let headers = lines.iter().skip(1).filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            Some((name.to_lowercase(), value.trim().to_owned()))
        });
        let mut request = Request {
            line: lines.first()?.clone(),
            headers: headers.collect(),
            body: Vec::new(),
        };
        if request
            .header("expect")
            .eq_ignore_ascii_case("100-continue")
        {
            let mut stream = stream.try_clone().ok()?;
            stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").ok()?;
        }
        request.body = vec![0; request.header("content-length").parse().unwrap_or(0)];
        reader.read_exact(&mut request.body).ok()?;
        Some(request)
    }

    fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value)
    }

    pub(super) fn passage(&self) -> Passage {
        let mut words = self.line.split(' ');
        let method = words.next().unwrap_or("");
        let uri = words.next().unwrap_or("");
        let scope = self.header("authorization").split("Credential=").nth(1);
        let mut scope = scope
            .unwrap_or("")
            .split(',')
            .next()
            .unwrap_or("")
            .split('/');
        let (key, service) = (scope.next().unwrap_or(""), scope.nth(2).unwrap_or(""));
        let body = String::from_utf8_lossy(&self.body).into_owned();
        let target = self.header("x-amz-target");
        let path = uri.split('?').next().unwrap_or("");
        let action = match (target.split_once('.'), codeartifact_operation(method, path)) {
            (Some((_, action)), _) => action.to_owned(),
            (None, Some(action)) => action.to_owned(),
            (None, None) => url::form_urlencoded::parse(body.as_bytes())
                .find(|(name, _)| name == "Action")
                .map_or(String::new(), |(_, action)| action.into_owned()),
        };
        Passage {
            number: 0,
            service: service.into(),
            action,
            key: key.into(),
            method: method.into(),
            uri: uri.into(),
            target: target.into(),
            user_agent: self.header("user-agent").into(),
            body,
        }
    }

    /// The service's answer; it closes the connection behind it.
    pub(super) fn forwarded(&self, target: &str) -> Option<Vec<u8>> {
        let mut stream = TcpStream::connect(target).ok()?;
        let mut head = format!("{}\r\n", self.line);
        for (name, value) in &self.headers {
            if !matches!(name.as_str(), "connection" | "expect") {
                head += &format!("{name}: {value}\r\n");
            }
        }
        head += "connection: close\r\n\r\n";
        stream.write_all(head.as_bytes()).ok()?;
        stream.write_all(&self.body).ok()?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).ok()?;
        Some(answer)
    }
}
