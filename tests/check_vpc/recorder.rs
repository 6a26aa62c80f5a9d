//! Stands before moto, writes down every request, and can answer some itself.

use serde_json::json;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What is answered instead of moto: `None` lets the request through.
pub type Answers = dyn Fn(&Request) -> Option<(u16, String)> + Send + Sync;

/// One request.
#[derive(Clone, Debug)]
pub struct Request {
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Request {
    pub fn header(&self, name: &str) -> &str {
        let found = self
            .headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map_or("", |(_, value)| value)
    }

    /// `DescribeVpcs` and the like.
    pub fn operation(&self) -> &str {
        match self.header("x-amz-target").split_once('.') {
            Some((_, operation)) => operation,
            None => {
                let rest = self.body.split("Action=").nth(1).unwrap_or_default();
                rest.split('&').next().unwrap_or_default()
            }
        }
    }

    fn service(&self) -> &'static str {
        match self.header("x-amz-target").is_empty() {
            true => "ec2",
            false => "sagemaker",
        }
    }
}

/// A forwarder to moto.
pub struct Recorder {
    pub url: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Recorder {
    /// One that lets everything through to `moto`.
    pub fn before(moto: &str) -> Recorder {
        Recorder::answering(moto, |_| None)
    }

    /// One that answers some requests itself.
    pub fn answering(
        moto: &str,
        answers: impl Fn(&Request) -> Option<(u16, String)> + Send + Sync + 'static,
    ) -> Recorder {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (log, answers) = (requests.clone(), Arc::new(answers));
        let moto = moto.strip_prefix("http://").expect("plain").to_owned();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (log, answers, moto) = (log.clone(), answers.clone(), moto.clone());
                std::thread::spawn(move || serve(stream, &moto, &log, &*answers));
            }
        });
        Recorder {
            url: format!("http://{address}"),
            requests,
        }
    }

    /// What has come so far.
    pub fn requests(&self) -> Vec<Request> {
        self.requests
            .lock()
            .expect("no thread panicked in here")
            .clone()
    }

    /// The same as the judge reads it, a line each.
    pub fn log(&self) -> String {
        let line = |request: &Request| {
            let line = json!({
                "service": request.service(),
                "method": "POST",
                "uri": "/",
                "target": request.header("x-amz-target"),
                "body": request.body,
            });
            format!("{line}\n")
        };
        self.requests().iter().map(line).collect()
    }
}

/// One request of one connection; whoever wants another connects again.
fn serve(mut stream: TcpStream, moto: &str, log: &Mutex<Vec<Request>>, answers: &Answers) {
    let mut reader = BufReader::new(stream.try_clone().expect("a second handle"));
    let mut raw = Vec::new();
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return;
        }
        raw.extend_from_slice(line.as_bytes());
        if line == "\r\n" {
            break;
        }
        if let Some((name, value)) = line.trim_end().split_once(": ") {
            headers.push((name.to_owned(), value.to_owned()));
        }
    }
    let mut request = Request {
        headers,
        body: String::new(),
    };
    let length = request.header("content-length").parse().unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("the body comes whole");
    raw.extend_from_slice(&body);
    request.body = String::from_utf8(body).expect("forms and JSON are text");
    log.lock()
        .expect("no thread panicked in here")
        .push(request.clone());
    let answer = match answers(&request) {
        Some((status, body)) => format!(
            "HTTP/1.1 {status} Told\r\nContent-Type: text/xml\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        )
        .into_bytes(),
        None => forwarded(moto, &raw),
    };
    let _ = stream.write_all(&answer);
}

/// moto's answer; it closes the connection behind it.
fn forwarded(moto: &str, raw: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(moto).expect("moto listens");
    stream.write_all(raw).expect("moto reads");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("moto answers");
    answer
}

/// EC2's answer to a call that is not allowed.
pub fn unauthorized() -> (u16, String) {
    let words = "You are not authorized to perform this operation. User: arn:aws:iam::123456789012:user/admin is not authorized \
                 because no identity-based policy allows it";
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Errors><Error><Code>UnauthorizedOperation</Code>\
         <Message>{words}</Message></Error></Errors><RequestID>1</RequestID></Response>"
    );
    (403, body)
}
