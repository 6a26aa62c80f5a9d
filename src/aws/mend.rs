//! What people read about a failed AWS call: the cause in their terms, and who can mend it how.

use super::explain::Kind;
use super::service::{Service, Subject};

/// Sentence and mend for a call that got no answer.
pub(super) fn local_texts(kind: &Kind, operation: &str, subject: &Subject) -> (String, String) {
    let Subject {
        host,
        region,
        credentials,
        service,
        ..
    } = subject;
    let endpoint = format!("com.amazonaws.{region}.codeartifact.api");
    match kind {
        Kind::Name | Kind::Timeout | Kind::NoRoute if *service != Service::CodeArtifact => (
            format!("{operation}: {host} cannot be reached from here"),
            "type this on a machine that reaches AWS's APIs, an administrator's: `studio-mirror check --vpc --join REPORT.json` takes the space's report there".into(),
        ),
        Kind::Name => (
            format!("{operation}: the name {host} has no address here"),
            format!("is the region `{region}` right, and has the VPC an interface endpoint for {endpoint} with private DNS? `studio-mirror check` says which"),
        ),
        Kind::Timeout => (
            format!("{operation}: no answer from {host} in time"),
            format!(
                "the VPC needs an interface endpoint for {endpoint} with private DNS, and its security group must let port 443 in from the Studio security groups: `studio-mirror check` says what of that is missing, and whom to send it to"
            ),
        ),
        Kind::NoRoute => (
            format!("{operation}: there is no route from here to {host}"),
            format!(
                "is the address right? In a VPC without internet only an interface endpoint for {endpoint} leads to the API: `studio-mirror check` says what is missing, and whom to send it to"
            ),
        ),
        Kind::Refused if *service != Service::CodeArtifact => (
            format!("{operation}: {host} refuses the connection"),
            "nothing listens there: look at the variables `AWS_ENDPOINT_URL…`".into(),
        ),
        Kind::Refused => (
            format!("{operation}: {host} refuses the connection"),
            "nothing listens there: look at the API endpoint in `studio-mirror status`".into(),
        ),
        Kind::Broken => (
            format!("{operation}: the connection to {host} broke off"),
            "try again; if it stays so, something between here and AWS cuts it: a firewall or a proxy".into(),
        ),
        Kind::Tls => (
            format!("{operation}: {host} cannot prove its identity"),
            "if a proxy of your organisation opens TLS, let AWS_CA_BUNDLE name its CA certificate (PEM)".into(),
        ),
        Kind::Proxy => (
            format!("{operation}: the proxy does not let us reach {host}"),
            format!(
                "inside the VPC no proxy is needed: add {} to NO_PROXY; elsewhere mend HTTPS_PROXY",
                no_proxy_entry(host)
            ),
        ),
        Kind::Setup => (
            format!("{operation}: {host} cannot be reached with these settings"),
            "look at AWS_CA_BUNDLE, SSL_CERT_FILE and HTTPS_PROXY".into(),
        ),
        Kind::Credentials => (
            format!("{operation}: no AWS credentials from {credentials}"),
            credentials_hint(credentials),
        ),
        _ => (
            format!("{operation}: {host} does not answer like {}", service.title()),
            match service {
                Service::CodeArtifact => "is the API endpoint right? `studio-mirror status` shows where it was set".into(),
                _ => format!("look at AWS_ENDPOINT_URL_{} and AWS_ENDPOINT_URL", service.name().to_uppercase()),
            },
        ),
    }
}

/// Sentence and mend for a call that AWS refused.
pub(super) fn service_texts(
    kind: &Kind,
    operation: &str,
    subject: &Subject,
    sentence: &str,
) -> (String, String) {
    let Subject {
        host,
        region,
        domain,
        credentials,
        service,
    } = subject;
    match kind {
        Kind::Denied => (
            format!("{operation}: access denied for {credentials}"),
            denied_hint(*service, operation, domain, sentence),
        ),
        Kind::Rejected if sentence.contains("scoped to a valid region") => (
            format!("{operation}: {host} does not serve the region {region}"),
            "is the region right? --region, AWS_REGION and the profile name it, in this order".into(),
        ),
        Kind::Rejected => (
            format!("{operation}: AWS does not accept {credentials}"),
            "get new credentials: restart the space, `aws sso login`, or renew the keys".into(),
        ),
        Kind::ClockSkew => (
            format!("{operation}: this machine's clock differs from AWS's by minutes"),
            "set the clock (`date -u` shows it); a request may be 5 minutes off at most".into(),
        ),
        Kind::NotFound if *service != Service::CodeArtifact => (
            format!("{operation}: not found in {region}"),
            "are the ids, the region and the account right?".into(),
        ),
        Kind::NotFound => {
            let repository = match operation {
                "PublishPackageVersion" => "--binary-repository",
                _ => "--repository",
            };
            (
                format!("{operation}: not found in {region}"),
                format!(
                    "check --domain (now {domain}), --domain-owner, {repository} and --region"
                ),
            )
        }
        Kind::Throttled if *service != Service::CodeArtifact => (
            format!("{operation}: too many requests in this account and region"),
            "try again in a minute".into(),
        ),
        Kind::Throttled => (
            format!("{operation}: too many requests in this account and region"),
            "try again in a minute; GetAuthorizationToken has a quota of 40 a second".into(),
        ),
        Kind::ServerFault => (
            format!("{operation}: {host} failed"),
            "try again in a minute".into(),
        ),
        Kind::Invalid => (
            format!("{operation}: {} does not accept the request", service.title()),
            "the sentence above names the value at fault; `studio-mirror status` shows where each was set".into(),
        ),
        _ => local_texts(&Kind::NotAws, operation, subject),
    }
}

/// The SDK's words for a profile that no file has, or that holds nothing; and for keys that the environment lacks.
const NOT_SAID_WELL: [(&str, &str); 2] = [
    (
        "the credential provider was not enabled",
        "no file in ~/.aws has it, or it holds no credentials",
    ),
    (
        "environment variable not set",
        "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set here, as they were at the login",
    ),
];

/// Why there are no credentials, in the user's terms where the SDK's are none.
pub(super) fn credentials_cause(said: String) -> String {
    let known = NOT_SAID_WELL.iter().find(|(words, _)| said == *words);
    known.map_or(said, |(_, better)| (*better).to_owned())
}

/// Where `credentials`, which were looked for in vain, could come from.
fn credentials_hint(credentials: &str) -> String {
    match credentials.split_once(' ') {
        Some(("profile", name)) => format!(
            "look at ~/.aws/config, `aws sso login --profile {name}`, or leave --profile and AWS_PROFILE out: in Studio the space's role gives credentials"
        ),
        Some(("access", _)) => "set both keys again, or `studio-mirror login`: it takes the credentials that there are now, in Studio the space's role's".into(),
        _ => "in Studio the space's role gives them; elsewhere use --profile NAME, `aws sso login`, or AWS_ACCESS_KEY_ID".into(),
    }
}

/// Which policy refused; each has another person to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusedBy {
    /// The role's own policies.
    Role,
    /// The role's permissions boundary.
    Boundary,
    /// A service or resource control policy of AWS Organizations.
    Organization,
    /// The policy that was passed along when the role was assumed.
    Session,
    /// The policy of the VPC endpoint.
    Endpoint,
    /// The permissions policy of the domain or the repository.
    Resource,
}

/// How AWS's sentences call each policy (IAM User Guide, "Troubleshoot access denied error messages").
const POLICIES: [(&str, RefusedBy); 8] = [
    ("identity-based polic", RefusedBy::Role),
    ("permissions boundary", RefusedBy::Boundary),
    ("permission boundary", RefusedBy::Boundary),
    ("service control polic", RefusedBy::Organization),
    ("resource control polic", RefusedBy::Organization),
    ("session polic", RefusedBy::Session),
    ("VPC endpoint polic", RefusedBy::Endpoint),
    ("resource-based polic", RefusedBy::Resource),
];

/// What every token takes beside CodeArtifact's own action.
const BEARER_TOKEN: &str = "sts:GetServiceBearerToken";

/// A refusal, as AWS's own sentence tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denial {
    /// Which policy refused.
    pub by: RefusedBy,
    /// Whether it denies, instead of not allowing: then no statement that allows can win over it.
    pub is_explicit: bool,
    /// What is not allowed.
    pub action: String,
}

impl Denial {
    /// Whether it may be the length alone that the role may not ask for (`bootstrap --longest-token`).
    pub fn may_be_a_cap(&self) -> bool {
        self.by == RefusedBy::Role && self.action == BEARER_TOKEN
    }

    /// Reads `sentence`, CodeArtifact's answer to a call of `operation`.
    pub fn read(operation: &str, sentence: &str) -> Self {
        Self::of(Service::CodeArtifact, operation, sentence)
    }

    /// Reads `sentence`, a service's answer to a call of `operation`.
    pub(super) fn of(service: Service, operation: &str, sentence: &str) -> Self {
        let action = if sentence.contains(BEARER_TOKEN) {
            BEARER_TOKEN.to_owned()
        } else {
            format!("{}:{operation}", service.name())
        };
        // What stands before the reason may be named by anybody.
        let reason = ["with an explicit deny", "because no "]
            .iter()
            .find_map(|mark| sentence.rfind(mark));
        let reason = reason.map_or(sentence, |at| &sentence[at..]);
        let by = POLICIES.iter().find(|(name, _)| reason.contains(name));
        Self {
            by: by.map_or(RefusedBy::Role, |(_, by)| *by),
            is_explicit: reason.contains("explicit deny"),
            action,
        }
    }
}

/// Whom to ask for what.
fn denied_hint(service: Service, operation: &str, domain: &str, sentence: &str) -> String {
    let denial = Denial::of(service, operation, sentence);
    let cap = match denial.may_be_a_cap() {
        true => {
            "; if it caps how long tokens live (sts:DurationSeconds), give `--duration-seconds`"
        }
        false => "",
    };
    let Denial {
        by,
        is_explicit,
        action,
    } = denial;
    let policy = match by {
        RefusedBy::Role => "the role's own policy".to_owned(),
        RefusedBy::Boundary => "the role's permissions boundary".to_owned(),
        RefusedBy::Organization => "your organisation's control policy".to_owned(),
        RefusedBy::Session => "the session policy, given when the role was assumed,".to_owned(),
        RefusedBy::Endpoint if service == Service::CodeArtifact => {
            "the policy of the VPC endpoint codeartifact.api".to_owned()
        }
        RefusedBy::Endpoint => format!("the policy of the VPC endpoint for {}", service.title()),
        RefusedBy::Resource => format!("the permissions policy of the domain {domain}"),
    };
    let whom = match by {
        RefusedBy::Endpoint => "your platform team",
        RefusedBy::Resource => "the domain's owner",
        _ => "your identity team",
    };
    match by {
        _ if is_explicit => format!("{policy} denies {action} explicitly: ask {whom}{cap}"),
        RefusedBy::Role if operation == "GetAuthorizationToken" => format!(
            "{policy} must allow codeartifact:GetAuthorizationToken on the domain and sts:GetServiceBearerToken on *: ask {whom}{cap}"
        ),
        RefusedBy::Resource => format!("{policy} must allow {action} for this role: ask {whom}"),
        _ => format!("{policy} must allow {action}: ask {whom}"),
    }
}

/// The entry that covers `host` and its siblings: its domain from the first label that is not its own.
fn no_proxy_entry(host: &str) -> String {
    match host.split_once('.') {
        Some((_, parent)) if host.ends_with(".amazonaws.com") => format!(".{parent}"),
        _ => host.to_owned(),
    }
}
