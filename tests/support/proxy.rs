//! A CONNECT proxy of every temper.

use super::wire::{Api, read_request};
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What a proxy does with CONNECT.
#[derive(Clone)]
pub enum Manner {
    /// Leads every tunnel to this address, wherever it was meant to go.
    Tunnel(String),
    /// Answers with these bytes.
    Says(Vec<u8>),
    /// Never answers.
    Hangs,
}

/// A CONNECT proxy on loopback that remembers who asked for what.
pub struct Proxy {
    pub address: String,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    pub fn start(manner: Manner) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("bound").to_string();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let ears = heard.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (manner, ears) = (manner.clone(), ears.clone());
                std::thread::spawn(move || attend(stream, manner, &ears));
            }
        });
        Proxy { address, heard }
    }

    /// One that leads to the emulator's HTTPS port.
    pub fn to(api: &Api) -> Proxy {
        let target = api.emulator.https_url().expect("asked for");
        let target = target.strip_prefix("https://").expect("https");
        Proxy::start(Manner::Tunnel(target.to_owned()))
    }

    /// The requests for tunnels so far.
    pub fn heard(&self) -> Vec<String> {
        self.heard.lock().expect("no panic in here").clone()
    }
}

fn attend(mut stream: TcpStream, manner: Manner, heard: &Mutex<Vec<String>>) {
    let request = read_request(&mut stream);
    heard.lock().expect("no panic in here").push(request);
    match manner {
        Manner::Says(bytes) => {
            let _ = stream.write_all(&bytes);
        }
        // Reading goes on until the client gives up and closes.
        Manner::Hangs => drop(std::io::copy(&mut stream, &mut std::io::sink())),
        Manner::Tunnel(target) => {
            let mut upstream = TcpStream::connect(target).expect("the emulator listens");
            let _ = stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n");
            let _ = stream.set_read_timeout(None);
            let (mut from, mut to) = (
                stream.try_clone().expect("a socket"),
                upstream.try_clone().expect("a socket"),
            );
            std::thread::spawn(move || {
                let _ = std::io::copy(&mut from, &mut to);
                let _ = to.shutdown(std::net::Shutdown::Write);
            });
            let _ = std::io::copy(&mut upstream, &mut stream);
        }
    }
}
