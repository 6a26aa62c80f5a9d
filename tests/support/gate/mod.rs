//! Stands before AWS's endpoints, counts every call over all services, and lets a test step in at any one of them.

pub mod refusal;
mod request;

use request::Request;
use std::io::Write;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

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

    /// Whether it changes something, so that it matters if the service did it.
    pub fn changes(&self) -> bool {
        !["Describe", "Get", "List", "Detect"]
            .iter()
            .any(|read| self.action.starts_with(read))
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
    /// The service's own answer, with each of these words replaced in its body.
    Replaced(Vec<(String, String)>),
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
            Verdict::Replaced(words) => {
                if let Some(answer) = request.forwarded(target) {
                    let _ = stream.write_all(&replaced(&answer, &words));
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

/// `answer` with these words of its body replaced, and the length that it then has.
fn replaced(answer: &[u8], words: &[(String, String)]) -> Vec<u8> {
    let text = String::from_utf8_lossy(answer);
    let (head, body) = text.split_once("\r\n\r\n").expect("an answer of HTTP");
    let body = words
        .iter()
        .fold(body.to_owned(), |body, (from, to)| body.replace(from, to));
    let is_length = |line: &&str| line.to_lowercase().starts_with("content-length:");
    let head: Vec<&str> = head.split("\r\n").filter(|line| !is_length(line)).collect();
    let head = head.join("\r\n");
    format!("{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}
