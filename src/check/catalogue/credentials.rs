//! Credentials, the clock they depend on, and the token they are exchanged for.

use std::time::Duration;

use crate::check::verdicts::{aws as verdicts, cache};
use crate::check::{Check, Mender, Severity};

/// AWS credentials are there.
pub const FOUND: Check = Check {
    id: "credentials.found",
    title: "there are AWS credentials",
    needs: &["settings.complete"],
    severity: Severity::Failure,
    limit: Duration::from_millis(4_000),
    mender: Mender::You,
    explanation: "CodeArtifact gives tokens for AWS credentials. They are looked for where the AWS CLI looks: --profile, keys in the environment, \
        a profile in ~/.aws, a web identity, the container's endpoint (which a Studio space has by \
        AWS_CONTAINER_CREDENTIALS_RELATIVE_URI), the instance's role. cron and systemd do not inherit the container's variable: what \
        works in a terminal fails there.",
    fix: "In Studio, restart the space: its role gives the credentials. A job of cron or systemd does not inherit the variable that leads to \
        them; write what a terminal of the space says here into the job:\n\
        $ env | grep AWS_CONTAINER_CREDENTIALS_RELATIVE_URI\n\
        Elsewhere, log in to a profile and name it:\n\
        $ aws sso login --profile {profile}\n\
        $ studio-mirror login --profile {profile}",
    judge: verdicts::found,
};

/// A new token.
pub const TOKEN: Check = Check {
    id: "token.mint",
    title: "CodeArtifact gives a token",
    needs: &["settings.complete", "credentials.found", "network.api.http"],
    severity: Severity::Failure,
    limit: Duration::from_millis(3_000),
    mender: Mender::IdentityTeam,
    explanation: "GetAuthorizationToken is always asked for a new token here: a cached one would hide that the next will be refused. AWS's own \
        sentence says which policy refused: the role's (\"no identity-based policy allows\"), the VPC endpoint's (\"no VPC endpoint policy\"), \
        one that denies explicitly, or the domain's (\"resource-based\"). sts:GetServiceBearerToken must stand on the role itself: no \
        policy of the domain can give it. A token needs no network path to STS.",
    fix: "The role needs this policy:\n\
        { \"Version\": \"2012-10-17\", \"Statement\": [\n\
        { \"Effect\": \"Allow\", \"Action\": \"codeartifact:GetAuthorizationToken\",\n\
        \x20 \"Resource\": \"arn:aws:codeartifact:{region}:{account}:domain/{domain}\" },\n\
        { \"Effect\": \"Allow\", \"Action\": \"sts:GetServiceBearerToken\", \"Resource\": \"*\",\n\
        \x20 \"Condition\": { \"StringEquals\":\n\
        \x20 { \"sts:AWSServiceName\": \"codeartifact.amazonaws.com\" } } } ] }",
    judge: verdicts::token,
};

/// Who the credentials speak for.
pub const CALLER: Check = Check {
    id: "identity.caller",
    title: "STS says whose the credentials are",
    needs: &["credentials.found", "network.sts"],
    severity: Severity::Warning,
    limit: Duration::from_millis(2_000),
    mender: Mender::You,
    explanation: "GetCallerIdentity tells which role is at work, which helps when a policy refuses. Nothing depends on it: tokens and packages \
        need no STS. No policy has to allow it, so a failure means that the credentials themselves are not accepted, or that the STS \
        endpoint's policy is narrow.",
    fix: "$ aws sts get-caller-identity --region {region}",
    judge: verdicts::caller,
};

pub(super) const BEFORE_NETWORK: &[Check] = &[
    FOUND,
    Check {
        id: "credentials.expiry",
        title: "the credentials have not expired",
        needs: &["credentials.found"],
        severity: Severity::Failure,
        limit: Duration::ZERO,
        mender: Mender::You,
        explanation: "Temporary credentials expire. Those of a space, a container or an instance are renewed by AWS before that; those copied into \
            the environment or a profile are not, and every call with them fails once they have expired, while tokens that are cached still \
            work for up to 12 hours.",
        fix: "Get new ones, or take them out so that the space's role counts:\n\
            $ unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN",
        judge: verdicts::expiry,
    },
    Check {
        id: "clock.skew",
        title: "the clock agrees with AWS's",
        needs: &[],
        severity: Severity::Failure,
        limit: Duration::ZERO,
        mender: Mender::PlatformTeam,
        explanation: "A signed request may be 5 minutes off at most, and certificates are valid between two dates: a wrong clock fails both, with \
            errors that speak of signatures (\"Signature expired\", \"not yet current\") or of certificates. The clock is compared with the Date \
            of the API's answers.",
        fix: "Set the clock; inside AWS the time service at 169.254.169.123 needs no internet:\n\
            $ sudo chronyd -q 'server 169.254.169.123 iburst'",
        judge: verdicts::clock,
    },
];

pub(super) const TOKENS: &[Check] = &[
    TOKEN,
    Check {
        id: "token.cache",
        title: "tokens can be cached",
        needs: &["settings.complete"],
        severity: Severity::Warning,
        limit: Duration::ZERO,
        mender: Mender::You,
        explanation: "A token lives 12 hours and is kept in a private folder, in memory where there is such storage, so that an install costs no \
            call to AWS. Without the cache everything works, slower, and with many processes at once it meets the quota of 40 tokens a second.",
        fix: "$ studio-mirror token --force > /dev/null",
        judge: cache::cache,
    },
    Check {
        id: "token.cached",
        title: "the cached token is accepted",
        needs: &["token.mint"],
        severity: Severity::Failure,
        limit: Duration::from_millis(4_000),
        mender: Mender::You,
        explanation: "Helpers give out the cached token while more than half of its life is left, so that pip and uv are refused (401) where the \
            repository does not take it: a home that was copied from elsewhere, a domain that was deleted and made again. A new token is \
            asked for here and tried beside it.",
        fix: "Let a new one take its place:\n$ studio-mirror token --force > /dev/null",
        judge: cache::given,
    },
    Check {
        id: "repository.endpoint",
        title: "CodeArtifact knows the repository",
        needs: &["settings.complete", "credentials.found", "network.api.http"],
        severity: Severity::Failure,
        limit: Duration::from_millis(3_000),
        mender: Mender::IdentityTeam,
        explanation: "GetRepositoryEndpoint tells where a repository's packages are. `login` asks it, the helper does not. It fails for a repository \
            or a domain that is not there (a domain of another account needs --domain-owner), and for a role without \
            codeartifact:GetRepositoryEndpoint.",
        fix: "The role needs this statement:\n\
            { \"Effect\": \"Allow\", \"Action\": \"codeartifact:GetRepositoryEndpoint\",\n\
            \x20 \"Resource\": \"arn:aws:codeartifact:{region}:{account}:repository/{domain}/{repository}\" }",
        judge: verdicts::endpoint,
    },
];

/// How far AWS's clock and ours may be apart: what its signatures allow.
pub const MOST_SKEW: Duration = Duration::from_secs(300);
