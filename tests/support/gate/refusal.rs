//! What AWS answers when it refuses, in each service's own protocol.

use super::{Passage, Verdict};

/// Why a call is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The caller's policy does not allow it.
    Denied,
    /// The session's credentials are over.
    Expired,
    /// Too many requests.
    Throttled,
    /// There is no such thing.
    Missing,
}

impl Refusal {
    /// The answer to `passage`: status and code as in each service's API reference ("Common errors").
    pub fn of(self, passage: &Passage) -> Verdict {
        let (status, code) = match (self, passage.service.as_str()) {
            (Refusal::Denied, "ec2") => (403, "UnauthorizedOperation"),
            (Refusal::Denied, "codeartifact") => (403, "AccessDeniedException"),
            (Refusal::Denied, "sagemaker") => (400, "AccessDeniedException"),
            (Refusal::Denied, _) => (403, "AccessDenied"),
            (Refusal::Expired, "ec2") => (400, "RequestExpired"),
            (Refusal::Expired, "codeartifact") => (403, "ExpiredTokenException"),
            (Refusal::Expired, "sagemaker") => (400, "ExpiredTokenException"),
            (Refusal::Expired, _) => (403, "ExpiredToken"),
            (Refusal::Missing, "codeartifact") => (404, "ResourceNotFoundException"),
            (Refusal::Missing, _) => (400, "ResourceNotFound"),
            (Refusal::Throttled, "ec2") => (503, "RequestLimitExceeded"),
            (Refusal::Throttled, "codeartifact") => (429, "ThrottlingException"),
            (Refusal::Throttled, "sagemaker") => (400, "ThrottlingException"),
            (Refusal::Throttled, _) => (400, "Throttling"),
        };
        let sentence = self.sentence(passage);
        let body = match passage.service.as_str() {
            "ec2" => format!(
                "<Response><Errors><Error><Code>{code}</Code><Message>{sentence}</Message></Error></Errors></Response>"
            ),
            "codeartifact" | "sagemaker" => {
                format!(r#"{{"__type":"{code}","message":"{sentence}"}}"#)
            }
            _ => format!(
                "<ErrorResponse><Error><Code>{code}</Code><Message>{sentence}</Message></Error></ErrorResponse>"
            ),
        };
        Verdict::Answer(status, body)
    }

    fn sentence(self, passage: &Passage) -> String {
        match self {
            Refusal::Denied => {
                let action = passage.name();
                format!(
                    "User: arn:aws:iam::111122223333:user/ann is not authorized to perform: {action} \
                     because no identity-based policy allows the {action} action"
                )
            }
            // EC2 has one sentence for a session that is over and for a signature that came late.
            Refusal::Expired if passage.service == "ec2" => "Request has expired.".to_owned(),
            Refusal::Expired => "The security token included in the request is expired".to_owned(),
            Refusal::Throttled => "Rate exceeded".to_owned(),
            Refusal::Missing => format!("{}: there is no such thing", passage.action),
        }
    }
}
