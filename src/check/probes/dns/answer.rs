//! A nameserver's answer, byte for byte.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use simple_dns::rdata::RData;
use simple_dns::{Packet, RCODE};

use crate::check::evidence::Said;

/// What an answer says, and whether it is cut off; `None` if it is none to question `id`.
pub fn read_answer(bytes: &[u8], id: u16) -> Option<(Said, bool)> {
    // A record that is cut off may make no packet: the flags in front tell.
    const RESPONSE: u8 = 0x80;
    const TRUNCATED: u8 = 0x02;
    let [first, second, flags, ..] = *bytes else {
        return None;
    };
    if u16::from_be_bytes([first, second]) != id || flags & RESPONSE == 0 {
        return None;
    }
    if flags & TRUNCATED != 0 {
        return Some((Said::NoAddress, true));
    }
    let packet = Packet::parse(bytes).ok()?;
    let addresses: Vec<IpAddr> = packet
        .answers
        .iter()
        .filter_map(|record| match &record.rdata {
            RData::A(a) => Some(Ipv4Addr::from(a.address).into()),
            RData::AAAA(aaaa) => Some(Ipv6Addr::from(aaaa.address).into()),
            _ => None,
        })
        .collect();
    let said = match packet.rcode() {
        RCODE::NoError if addresses.is_empty() => Said::NoAddress,
        RCODE::NoError => Said::Addresses(addresses),
        RCODE::NameError => Said::NoSuchName,
        RCODE::ServerFailure => Said::Fault("SERVFAIL".to_owned()),
        RCODE::Refused => Said::Fault("REFUSED".to_owned()),
        other => Said::Fault(format!("{other:?}")),
    };
    Some((said, false))
}
