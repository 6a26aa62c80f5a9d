//! Stands before AWS's endpoints, counts every call over all services, and lets a test step in at any one of them.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use studio_mirror_emulator::codeartifact_operation;

/// One call, as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passage {
    /// From 1, over all services.
    pub number: usize,
    /// As the signature names it: `cloudformation`, `ec2`, `iam`, `sts`, `sagemaker`, `codeartifact`; empty if unsigned.
    pub service: String,
    /// `CreateChangeSet` and the like.
    pub action: String,
    /// Whose keys signed: an account's number.
    pub key: String,
    /// The whole of it, for the judge.
    pub method: String,
    pub uri: String,
    pub target: String,
    pub user_agent: String,
    pub body: String,
}

impl Passage {
    /// `service:Action`
    pub fn name(&self) -> String {
        format!("{}:{}", self.service, self.action)
    }
}

/// What becomes of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Pass,
    /// The connection ends and the service never hears of it.
    Reset,
    /// The service does it, and its answer is lost.
    LoseAnswer,
    /// Answered with this status and body instead.
    Answer(u16, String),
}

type Hook = dyn Fn(&Passage) -> Verdict + Send + Sync;

#[derive(Default)]
struct State {
    log: Vec<Passage>,
    hook: Option<Arc<Hook>>,
}

/// The gate. It has an address for each service behind it, and one count.
#[derive(Clone, Default)]
pub struct Gate {
    state: Arc<Mutex<State>>,
}

impl Gate {
    /// A gate with nothing behind it yet.
    pub fn new() -> Gate {
        Gate::default()
    }

    /// Puts a service behind it; the address to call it by. `target` is `http://HOST:PORT`.
    pub fn before(&self, target: &str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        let target = target.trim_start_matches("http://").to_owned();
        let gate = self.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (gate, target) = (gate.clone(), target.clone());
                std::thread::spawn(move || gate.serve(stream, &target));
            }
        });
        format!("http://{address}")
    }

    /// Asks `hook` about every call from now on, before it is let through. It may wait, or end a process.
    pub fn set_hook(&self, hook: impl Fn(&Passage) -> Verdict + Send + Sync + 'static) {
        self.lock().hook = Some(Arc::new(hook));
    }

    /// Lets everything through again.
    pub fn clear_hook(&self) {
        self.lock().hook = None;
    }

    /// Forgets what has passed; the next call is number 1.
    pub fn reset_count(&self) {
        self.lock().log.clear();
    }

    /// What has passed so far.
    pub fn log(&self) -> Vec<Passage> {
        self.lock().log.clone()
    }

    /// `service:Action` of what has passed, in order.
    pub fn names(&self) -> Vec<String> {
        self.log().iter().map(Passage::name).collect()
    }

    /// The same as `judge.py` reads it, a line each.
    pub fn judge_log(&self) -> String {
        let line = |passage: &Passage| {
            let line = serde_json::json!({
                "service": passage.service,
                "method": passage.method,
                "uri": passage.uri,
                "target": passage.target,
                "body": passage.body,
            });
            format!("{line}\n")
        };
        self.log().iter().map(line).collect()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One request of one connection; whoever wants another connects again.
    fn serve(&self, mut stream: TcpStream, target: &str) {
        let Some(request) = Request::read(&stream) else {
            return;
        };
        let mut passage = request.passage();
        let hook = {
            let mut state = self.lock();
            passage.number = state.log.len() + 1;
            state.log.push(passage.clone());
            state.hook.clone()
        };
        let verdict = hook.map_or(Verdict::Pass, |hook| hook(&passage));
        match verdict {
            Verdict::Pass => {
                if let Some(answer) = request.forwarded(target) {
                    let _ = stream.write_all(&answer);
                }
            }
            Verdict::LoseAnswer => drop(request.forwarded(target)),
            Verdict::Reset => {}
            Verdict::Answer(status, body) => {
                let head = format!(
                    "HTTP/1.1 {status} Told\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                    body.len()
                );
                let _ = stream.write_all(head.as_bytes());
                let _ = stream.write_all(body.as_bytes());
            }
        }
        let _ = stream.shutdown(Shutdown::Both);
    }
}

struct Request {
    line: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Request {
    fn read(stream: &TcpStream) -> Option<Request> {
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

    fn passage(&self) -> Passage {
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
    fn forwarded(&self, target: &str) -> Option<Vec<u8>> {
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
