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
        Fault::Token(refusal) => vec![of(
            "GetAuthorizationToken",
            deny(refusal, "GetAuthorizationToken"),
        )],
        Fault::Endpoint(refusal) => vec![of(
            "GetRepositoryEndpoint",
            deny(refusal, "GetRepositoryEndpoint"),
        )],
        // Whoever brings no token is asked for one first.
        Fault::Read(refusal) => vec![with_token(deny(refusal, "ReadFromRepository"))],
        Fault::ReadsThrottled => vec![with_token(status(
            429,
            "ThrottlingException",
            "Rate exceeded",
        ))],
        Fault::TokenDropped => vec![with_token(Action::Expired)],
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
        Fault::Clock(Clock::FarAhead) => -48 * 3_600,
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

fn with_token(action: Action) -> Answer {
    Answer {
        anonymous: Some(false),
        ..at(REPOSITORIES, action)
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

fn deny(refusal: Refusal, operation: &str) -> Action {
    let layer = match refusal {
        Refusal::Identity => Layer::Identity,
        Refusal::BearerToken => Layer::BearerToken,
        Refusal::Vpce => Layer::Vpce,
        Refusal::Explicit => Layer::Explicit,
        Refusal::Resource => Layer::Resource,
        rarer => return in_words(rarer, operation),
    };
    Action::Deny { layer }
}

/// The refusals that the emulator has no sentence for, in AWS's words (IAM User Guide, "Troubleshoot access denied error
/// messages").
fn in_words(refusal: Refusal, operation: &str) -> Action {
    let not_allowed =
        |policy: &str| format!("because no {policy} allows the codeartifact:{operation} action");
    let reason = match refusal {
        Refusal::Boundary => not_allowed("permissions boundary"),
        Refusal::Organization => not_allowed("service control policy"),
        Refusal::SessionPolicy => not_allowed("session policy"),
        Refusal::OrganizationDenies => "with an explicit deny in a service control policy".into(),
        _ => "with an explicit deny in a VPC endpoint policy".into(),
    };
    let sentence = format!(
        "User: arn:aws:sts::111122223333:assumed-role/studio/SageMaker is not authorized to perform: \
         codeartifact:{operation} on resource: arn:aws:codeartifact:us-east-1:111122223333:repository/corp/team {reason}"
    );
    status(403, "AccessDeniedException", &sentence)
}
