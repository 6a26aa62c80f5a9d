//! What the services answer: the emulator's faults, and its clock.

use crate::fault::{Clock, Fault, Missing, Refusal, Session};
use crate::place::Host;
use studio_mirror_emulator::{Action, Fault as Answer, Layer};

const API: &str = "^/v1/";
const REPOSITORIES: &str = "^/(pypi|npm|cargo|maven|ruby)/";
const STS: &str = "^/$";

/// What befalls requests by this fault.
pub(super) fn answers(fault: Fault) -> Vec<Answer> {
    match fault {
        Fault::Unavailable(host) => vec![unavailable(host)],
        Fault::AllUnavailable => Host::NAMED.into_iter().map(unavailable).collect(),
        Fault::Token(refusal) => vec![of("GetAuthorizationToken", deny(refusal))],
        Fault::Endpoint(refusal) => vec![of("GetRepositoryEndpoint", deny(refusal))],
        Fault::Read(refusal) => vec![at(REPOSITORIES, deny(refusal))],
        Fault::AssetsDenied => vec![of(
            "GetObject",
            status(403, "AccessDenied", "Access Denied"),
        )],
        Fault::Throttled => vec![at(
            API,
            Action::Throttle {
                retry_after_seconds: None,
            },
        )],
        Fault::AnonymousDenied => {
            let sentence = "User: anonymous is not authorized to perform: codeartifact:ReadFromRepository on resource: \
                            arn:aws:codeartifact:us-east-1:111122223333:repository/corp/team because no VPC endpoint \
                            policy allows the codeartifact:ReadFromRepository action";
            let refusal = at(REPOSITORIES, status(403, "AccessDeniedException", sentence));
            vec![Answer {
                anonymous: Some(true),
                ..refusal
            }]
        }
        Fault::Missing(Missing::Domain) => {
            let sentence =
                "Domain not found. Domain 'corp' owned by account '111122223333' does not exist.";
            vec![at(API, status(404, "ResourceNotFoundException", sentence))]
        }
        Fault::Missing(Missing::Repository) => {
            let sentence =
                "Repository not found. Repository 'team' in domain 'corp' does not exist.";
            let gone = status(404, "ResourceNotFoundException", sentence);
            let read = Answer {
                anonymous: Some(false),
                ..at(REPOSITORIES, gone.clone())
            };
            vec![of("GetRepositoryEndpoint", gone), read]
        }
        Fault::Session(Session::Expired) => {
            vec![at(API, Action::Expired), at(STS, Action::Expired)]
        }
        Fault::Session(Session::Denied) => vec![of(
            "ContainerCredentials",
            status(403, "AccessDenied", "The role is not to be had"),
        )],
        _ => Vec::new(),
    }
}

/// How far the services' clock is ahead of the space's.
pub(super) fn clock(faults: &[Fault]) -> i64 {
    let offsets = faults.iter().map(|fault| match fault {
        Fault::Clock(Clock::Behind) => 1_200,
        Fault::Clock(Clock::Ahead) => -1_200,
        _ => 0,
    });
    offsets.sum()
}

fn unavailable(host: Host) -> Answer {
    let action = status(503, "ServiceUnavailable", "Service Unavailable");
    match host {
        Host::Api => at(API, action),
        Host::Repositories => at(REPOSITORIES, action),
        Host::Sts => at(STS, action),
        Host::Assets => of("GetObject", action),
        Host::Credentials => of("ContainerCredentials", action),
    }
}

fn of(operation: &str, action: Action) -> Answer {
    Answer {
        operation: Some(operation.into()),
        path: None,
        anonymous: None,
        times: None,
        action,
    }
}

fn at(path: &str, action: Action) -> Answer {
    Answer {
        operation: None,
        path: Some(path.into()),
        anonymous: None,
        times: None,
        action,
    }
}

fn status(status: u16, code: &str, message: &str) -> Action {
    Action::Status {
        status,
        code: Some(code.into()),
        message: Some(message.into()),
        retry_after: None,
    }
}

fn deny(refusal: Refusal) -> Action {
    Action::Deny {
        layer: match refusal {
            Refusal::Identity => Layer::Identity,
            Refusal::BearerToken => Layer::BearerToken,
            Refusal::Vpce => Layer::Vpce,
            Refusal::Explicit => Layer::Explicit,
            Refusal::Resource => Layer::Resource,
        },
    }
}
