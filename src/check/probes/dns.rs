//! Names: /etc/hosts, and each nameserver asked by itself, because the C libraries differ in whom
//! they ask: glibc goes from one to the next, musl asks all and takes whoever is first.

mod answer;
mod files;
mod wire;

pub use answer::read_answer;
pub use files::{in_hosts_file, nameservers};

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::future::join;
use futures_util::stream::FuturesUnordered;
use simple_dns::TYPE;

use self::wire::ask_for;
use super::Deadline;
use crate::check::evidence::{Names, Said};

/// How long the others may take once one nameserver has answered.
const GRACE: Duration = Duration::from_millis(800);

/// Looks `host` up everywhere.
pub async fn look_up(host: &str, limit: Duration, deadline: Deadline) -> Names {
    let mut names = Names::default();
    let literal = host.trim_start_matches('[').trim_end_matches(']');
    if let Ok(address) = literal.parse() {
        names.is_address = true;
        names.system.push(address);
        return names;
    }
    // The C libraries read bytes: one of another charset in a comment hides nothing else.
    let file = |path| {
        let bytes = std::fs::read(path).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    };
    names.hosts_file = in_hosts_file(&file("/etc/hosts"), host);
    let mut servers = nameservers(&file("/etc/resolv.conf"));
    names.is_nobody_named = servers.is_empty();
    if servers.is_empty() {
        // As the C libraries do.
        servers.push(Ipv4Addr::LOCALHOST.into());
    }
    names.servers = ask_all(&servers, host, limit, deadline).await;
    // Another source of the system's (nsswitch.conf) may know what no nameserver does. Where one does that is not the first,
    // our own C library may be told by it and that of others not.
    let is_known = |(_, said): &(IpAddr, Said)| matches!(said, Said::Addresses(_));
    if names.addresses().is_empty() && !names.servers.iter().any(is_known) {
        let look_up = tokio::net::lookup_host((host, 0));
        if let Some(Ok(found)) = deadline.within(limit / 2, look_up).await {
            names.system = found.map(|address| address.ip()).collect();
        }
    }
    names
}

/// Asks each nameserver by itself, all at once. Once one answers, the others get little more time: who waits for each of
/// them with every host gets nowhere.
async fn ask_all(
    servers: &[IpAddr],
    host: &str,
    limit: Duration,
    deadline: Deadline,
) -> Vec<(IpAddr, Said)> {
    let questions = servers.iter().enumerate().map(|(at, server)| async move {
        (at, ask((*server, 53).into(), host, limit, deadline).await)
    });
    let mut questions: FuturesUnordered<_> = questions.collect();
    let mut said: Vec<Said> = servers.iter().map(|_| Said::Silence).collect();
    let mut until = deadline.instant().min(Instant::now() + limit);
    while let Ok(Some((at, answer))) = tokio::time::timeout_at(until.into(), questions.next()).await
    {
        if answer.is_answer() {
            until = until.min(Instant::now() + GRACE);
        }
        said[at] = answer;
    }
    servers.iter().copied().zip(said).collect()
}

/// Asks one nameserver for both kinds of address.
pub async fn ask(server: SocketAddr, host: &str, limit: Duration, deadline: Deadline) -> Said {
    let ask = |kind| async move {
        deadline
            .within(limit, ask_for(server, host, kind))
            .await
            .unwrap_or(Said::Silence)
    };
    both(join(ask(TYPE::A), ask(TYPE::AAAA)).await)
}

/// One word of two answers. Addresses count whoever has them; a fault counts only if there are none.
fn both((v4, v6): (Said, Said)) -> Said {
    match (v4, v6) {
        (Said::Addresses(mut addresses), Said::Addresses(more)) => {
            addresses.extend(more);
            Said::Addresses(addresses)
        }
        (found @ Said::Addresses(_), _) | (_, found @ Said::Addresses(_)) => found,
        (Said::NoAddress, fault) if !fault.is_answer() => fault,
        (v4, v6) if !v4.is_answer() && v6.is_answer() && v6 != Said::NoAddress => v6,
        (v4, _) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use simple_dns::rdata::RData;
    use simple_dns::{CLASS, Name, Packet, PacketFlag, QTYPE, RCODE, ResourceRecord};
    use std::future::Future;
    use tokio::net::UdpSocket;

    #[test]
    fn addresses_of_either_kind_count_before_a_fault_of_the_other() {
        let found = Said::Addresses(vec!["10.0.0.1".parse().unwrap()]);
        let fault = Said::Fault("SERVFAIL".into());
        assert_eq!(both((found.clone(), fault.clone())), found);
        assert_eq!(both((Said::NoAddress, found.clone())), found);
        assert_eq!(both((Said::NoAddress, fault.clone())), fault);
        assert_eq!(both((Said::NoSuchName, Said::NoSuchName)), Said::NoSuchName);
    }

    /// A nameserver on loopback that makes of each question what `answer` says; `None` is silence.
    async fn asked(answer: impl Fn(Packet<'static>, u16) -> Option<Packet<'static>>) -> Said {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let server = socket.local_addr().unwrap();
        let serve = async {
            let mut bytes = [0; 512];
            loop {
                let (length, from) = socket.recv_from(&mut bytes).await.unwrap();
                let question = Packet::parse(&bytes[..length]).unwrap();
                let kind = match question.questions[0].qtype {
                    QTYPE::TYPE(kind) => u16::from(kind),
                    _ => 0,
                };
                assert_eq!(question.questions[0].qname.to_string(), "api.example");
                let reply = Packet::new_reply(question.id());
                if let Some(reply) = answer(reply, kind) {
                    let reply = reply.build_bytes_vec().unwrap();
                    socket.send_to(&reply, from).await.unwrap();
                }
            }
        };
        let limit = Duration::from_millis(300);
        tokio::select! {
            said = ask(server, "api.example", limit, Deadline::after(limit)) => said,
            () = serve => unreachable!("it serves for ever"),
        }
    }

    fn run(work: impl Future<Output = Said>) -> Said {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        runtime.unwrap().block_on(work)
    }

    #[test]
    fn each_kind_of_answer_is_told_from_the_others() {
        let with_code = |code| {
            run(asked(move |mut reply, _| {
                *reply.rcode_mut() = code;
                Some(reply)
            }))
        };
        assert_eq!(with_code(RCODE::NoError), Said::NoAddress);
        assert_eq!(with_code(RCODE::NameError), Said::NoSuchName);
        assert_eq!(
            with_code(RCODE::ServerFailure),
            Said::Fault("SERVFAIL".into())
        );
        assert_eq!(with_code(RCODE::Refused), Said::Fault("REFUSED".into()));
        assert_eq!(run(asked(|_, _| None)), Said::Silence);
        let cut = |mut reply: Packet<'static>, _| {
            reply.set_flags(PacketFlag::TRUNCATION);
            Some(reply)
        };
        assert!(matches!(run(asked(cut)), Said::Fault(code) if code.contains("truncated")));
        // An answer to somebody else's question is none.
        let stranger = |_, _| Some(Packet::new_reply(0));
        assert_eq!(run(asked(stranger)), Said::Silence);
        let address = "10.0.0.7".parse::<Ipv4Addr>().unwrap();
        let found = run(asked(move |mut reply, kind| {
            if kind == u16::from(TYPE::A) {
                let data = RData::A(address.into());
                let name = Name::new("api.example").unwrap();
                reply
                    .answers
                    .push(ResourceRecord::new(name, CLASS::IN, 60, data));
            }
            Some(reply)
        }));
        assert_eq!(found, Said::Addresses(vec![address.into()]));
    }

    #[test]
    fn a_port_that_nobody_listens_at_is_not_silence() {
        let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        let server = socket.local_addr().unwrap();
        drop(socket);
        let limit = Duration::from_millis(300);
        let said = run(ask(server, "api.example", limit, Deadline::after(limit)));
        assert!(matches!(said, Said::Unreachable(_)), "{said:?}");
    }
}
