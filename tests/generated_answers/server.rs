//! A loopback server that says what it is told to, byte for byte, however wrong.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

/// What goes over the wire once a request has come.
#[derive(Clone, Debug)]
pub struct Answer {
    pub bytes: Vec<u8>,
    pub then: Then,
}

/// What follows the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    Close,
    /// Nothing more, until the client gives up.
    Hold,
    /// The last 64 bytes again and again.
    Repeat,
}

type Answers = Arc<Mutex<HashMap<String, Box<dyn FnMut() -> Answer + Send>>>>;

/// The server; its threads end with the process.
pub struct Server {
    address: String,
    answers: Answers,
}

impl Server {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("a bound port").to_string();
        let answers = Answers::default();
        let shared = answers.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let answers = shared.clone();
                // A client that goes away is what these tests are about.
                std::thread::spawn(move || drop(serve(stream, &answers)));
            }
        });
        Self { address, answers }
    }

    /// Answers everything below the returned URL with `answer`, from now on.
    pub fn answer(&self, name: &str, answer: Answer) -> String {
        self.answer_each(name, move || answer.clone())
    }

    /// The same with another answer each time.
    pub fn answer_each(&self, name: &str, next: impl FnMut() -> Answer + Send + 'static) -> String {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.insert(name.to_owned(), Box::new(next));
        format!("http://{}/{name}", self.address)
    }

    pub fn forget(&self, name: &str) {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.remove(name);
    }
}

fn serve(stream: TcpStream, answers: &Answers) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut first = String::new();
    reader.read_line(&mut first)?;
    let mut line = String::new();
    while reader.read_line(&mut line)? > 2 {
        line.clear();
    }
    let name = first.split('/').nth(1).unwrap_or_default();
    let name = name.split([' ', '?']).next().unwrap_or_default();
    let answer = {
        let mut answers = answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.get_mut(name).map(|next| next())
    };
    let Some(answer) = answer else {
        return Ok(());
    };
    let mut stream = stream;
    stream.write_all(&answer.bytes)?;
    match answer.then {
        Then::Close => Ok(()),
        Then::Hold => reader.read(&mut [0]).map(drop),
        Then::Repeat => {
            let start = answer.bytes.len().saturating_sub(64);
            let chunk = answer.bytes[start..].repeat(1_024);
            loop {
                stream.write_all(&chunk)?;
            }
        }
    }
}
