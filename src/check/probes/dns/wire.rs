//! One question on the wire: by UDP again and again, by TCP where the answer is cut off.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use simple_dns::{CLASS, Name, Packet, PacketFlag, QCLASS, QTYPE, Question, TYPE};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};

use super::answer::read_answer;
use crate::check::evidence::Said;

/// A packet may be lost: the question is put again after this long.
const ASK_AGAIN: Duration = Duration::from_millis(700);
/// What a DNS answer by UDP may have.
const LONGEST_ANSWER: usize = 4096;

/// Asks one nameserver for one kind of address, until it answers.
pub(super) async fn ask_for(server: SocketAddr, host: &str, kind: TYPE) -> Said {
    let exchange = async {
        let here: IpAddr = match server {
            SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
            SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
        };
        let socket = UdpSocket::bind((here, 0)).await?;
        socket.connect(server).await?;
        // The port is the system's choice and the socket is connected; the number need only tell retries apart.
        let id = (socket.local_addr()?.port()).rotate_left(3) ^ u16::from(kind);
        let question = question(id, host, kind).ok_or(std::io::ErrorKind::InvalidInput)?;
        let mut bytes = vec![0; LONGEST_ANSWER];
        loop {
            socket.send(&question).await?;
            let answer = async {
                loop {
                    let length = socket.recv(&mut bytes).await?;
                    if let Some(read) = read_answer(&bytes[..length], id) {
                        return std::io::Result::Ok(read);
                    }
                }
            };
            match tokio::time::timeout(ASK_AGAIN, answer).await {
                Ok(Ok((_, true))) => return ask_by_tcp(server, &question, id).await,
                Ok(read) => return Ok(read?.0),
                Err(_) => {}
            }
        }
    };
    let said: std::io::Result<Said> = exchange.await;
    said.unwrap_or_else(|error| Said::Unreachable(error.to_string()))
}

/// Puts the question again by TCP, as whoever got a truncated answer must.
async fn ask_by_tcp(server: SocketAddr, question: &[u8], id: u16) -> std::io::Result<Said> {
    let refused = || Said::Fault("a truncated answer, and none by TCP,".to_owned());
    let exchange = async {
        let mut stream = TcpStream::connect(server).await?;
        let length = u16::try_from(question.len()).unwrap_or_default();
        stream
            .write_all(&[&length.to_be_bytes(), question].concat())
            .await?;
        let length = stream.read_u16().await?;
        let mut bytes = vec![0; usize::from(length)];
        stream.read_exact(&mut bytes).await?;
        std::io::Result::Ok(read_answer(&bytes, id))
    };
    let read = tokio::time::timeout(ASK_AGAIN, exchange).await;
    let read = read.ok().and_then(Result::ok).flatten();
    Ok(read.map_or_else(refused, |(said, _)| said))
}

fn question(id: u16, host: &str, kind: TYPE) -> Option<Vec<u8>> {
    let mut packet = Packet::new_query(id);
    packet.set_flags(PacketFlag::RECURSION_DESIRED);
    let name = Name::new(host.trim_end_matches('.')).ok()?;
    packet.questions.push(Question::new(
        name,
        QTYPE::TYPE(kind),
        QCLASS::CLASS(CLASS::IN),
        false,
    ));
    packet.build_bytes_vec().ok()
}
