//! The resolvers: each says what its table says, and of all other names that there are none such.

use crate::fault::Answer;
use anyhow::Result;
use hickory_server::Server;
use hickory_server::net::runtime::Time;
use hickory_server::net::xfer::Protocol;
use hickory_server::proto::op::{Header, HeaderCounts, Metadata, ResponseCode};
use hickory_server::proto::rr::rdata::{A, AAAA, CNAME};
use hickory_server::proto::rr::{Name, RData, Record, RecordType};
use hickory_server::server::{Request, RequestHandler, ResponseHandler, ResponseInfo};
use hickory_server::zone_handler::MessageResponseBuilder;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::net::{TcpListener, UdpSocket};

/// Longer than a resolver is waited for here.
const TOO_LONG: Duration = Duration::from_secs(4);

/// What is said of a name.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Said {
    Addresses(Vec<IpAddr>),
    /// These, in a way that is of no use: cut off, or too late.
    Badly(Answer, Vec<IpAddr>),
    Nothing(Answer),
}

/// All that a resolver knows.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Table {
    /// It never answers.
    pub(crate) silent: bool,
    pub(crate) names: BTreeMap<String, Said>,
}

/// A resolver whose table may change while it runs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Resolver(Arc<RwLock<Table>>);

impl Resolver {
    /// Listens at an address, by UDP and TCP.
    pub(crate) async fn listen(&self, address: Ipv4Addr) -> Result<()> {
        let mut server = Server::new(self.clone());
        server.register_socket(UdpSocket::bind((address, 53)).await?);
        let tcp = TcpListener::bind((address, 53)).await?;
        server.register_listener(tcp, Duration::from_secs(5), 16);
        tokio::spawn(async move { server.block_until_done().await });
        Ok(())
    }

    pub(crate) fn learn(&self, table: Table) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = table;
    }

    fn says(&self, name: &str) -> Said {
        let table = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if table.silent {
            return Said::Nothing(Answer::Silence);
        }
        let known = table.names.get(name).cloned();
        known.unwrap_or(Said::Nothing(Answer::NxDomain))
    }
}

#[async_trait::async_trait]
impl RequestHandler for Resolver {
    async fn handle_request<R: ResponseHandler, T: Time>(
        &self,
        request: &Request,
        mut response: R,
    ) -> ResponseInfo {
        let unsent = Header {
            metadata: Metadata::response_from_request(&request.metadata),
            counts: HeaderCounts::default(),
        };
        let Ok(asked) = request.request_info() else {
            return unsent.into();
        };
        let name = asked.query.name().to_string().to_lowercase();
        let builder = MessageResponseBuilder::from_message_request(request);
        let sent = match self.says(name.trim_end_matches('.')) {
            Said::Nothing(Answer::Silence) => return unsent.into(),
            said @ (Said::Addresses(_) | Said::Badly(..) | Said::Nothing(Answer::Loop)) => {
                let name = asked.query.original().name();
                let mut metadata = Metadata::response_from_request(&request.metadata);
                // glibc takes an empty answer of somebody who does not recurse for a referral.
                metadata.recursion_available = true;
                let mut records = match &said {
                    Said::Addresses(addresses) | Said::Badly(_, addresses) => {
                        records(name, asked.query.query_type(), addresses)
                    }
                    Said::Nothing(_) => {
                        let itself = RData::CNAME(CNAME(name.clone()));
                        vec![Record::from_rdata(name.clone(), 60, itself)]
                    }
                };
                match said {
                    Said::Badly(Answer::Truncated, _) if asked.protocol == Protocol::Udp => {
                        metadata.truncation = true;
                        records.clear();
                    }
                    Said::Badly(Answer::Slow, _) => tokio::time::sleep(TOO_LONG).await,
                    _ => {}
                }
                let none = || std::iter::empty::<&Record>();
                response
                    .send_response(builder.build(metadata, &records, none(), none(), none()))
                    .await
            }
            Said::Nothing(answer) => {
                response
                    .send_response(builder.error_msg(&request.metadata, code(answer)))
                    .await
            }
        };
        sent.unwrap_or_else(|_| unsent.into())
    }
}

fn code(answer: Answer) -> ResponseCode {
    match answer {
        Answer::NxDomain => ResponseCode::NXDomain,
        Answer::ServFail => ResponseCode::ServFail,
        Answer::Refused => ResponseCode::Refused,
        _ => ResponseCode::NoError,
    }
}

fn records(name: &Name, kind: RecordType, addresses: &[IpAddr]) -> Vec<Record> {
    let data = addresses
        .iter()
        .filter_map(|address| match (kind, address) {
            (RecordType::A, IpAddr::V4(ip)) => Some(RData::A(A(*ip))),
            (RecordType::AAAA, IpAddr::V6(ip)) => Some(RData::AAAA(AAAA(*ip))),
            _ => None,
        });
    data.map(|data| Record::from_rdata(name.clone(), 60, data))
        .collect()
}
