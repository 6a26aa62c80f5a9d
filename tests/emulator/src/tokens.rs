//! Authorization tokens: what they look like, how long they live, who may use them where, and the quota on minting.

use crate::error::AwsError;
use crate::names::refused;
use crate::random;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use time::{Duration, OffsetDateTime};

/// The life of a token when the caller does not say, and its longest: twelve hours.
const LONGEST: i64 = 43_200;
/// The shortest life that a caller may ask for.
const SHORTEST: i64 = 900;

/// A token that was handed out.
#[derive(Clone, Debug)]
struct Grant {
    domain: String,
    owner: String,
    expires_at: OffsetDateTime,
    user: String,
}

/// A new token.
#[derive(Clone, Debug)]
pub(crate) struct Minted {
    pub(crate) token: String,
    pub(crate) expires_at: OffsetDateTime,
}

/// Why a token does not open a repository endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenRefusal {
    Unknown,
    Expired,
    /// The token belongs to another domain.
    Elsewhere,
}

/// Every token of this emulator's life.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    grants: HashMap<String, Grant>,
    lifetime: Option<Duration>,
    per_second: Option<u32>,
    minted: VecDeque<Instant>,
}

impl Tokens {
    /// Makes all tokens from now on live `seconds`, whatever the caller asks for.
    pub(crate) fn set_lifetime(&self, seconds: Option<i64>) {
        self.state().lifetime = seconds.map(Duration::seconds);
    }

    /// Sets the quota of GetAuthorizationToken, in calls a second; `None` is no quota.
    pub(crate) fn set_quota(&self, per_second: Option<u32>) {
        self.state().per_second = per_second;
    }

    /// Counts a call against the quota.
    pub(crate) fn spend_quota(&self, now: Instant) -> Result<(), AwsError> {
        let mut state = self.state();
        let Some(quota) = state.per_second else {
            return Ok(());
        };
        while state
            .minted
            .front()
            .is_some_and(|at| now.duration_since(*at).as_millis() >= 1000)
        {
            state.minted.pop_front();
        }
        if state.minted.len() >= quota as usize {
            return Err(AwsError::throttled(Some(1)));
        }
        state.minted.push_back(now);
        Ok(())
    }

    /// Mints a token for a domain that lives `life` from `now` (the token clock), unless an administrator says otherwise.
    pub(crate) fn mint(
        &self,
        domain: &str,
        owner: &str,
        user: &str,
        life: Duration,
        now: OffsetDateTime,
    ) -> Minted {
        let mut state = self.state();
        // The answer carries milliseconds; what it says must be exactly what is held.
        let now = now.replace_millisecond(now.millisecond()).unwrap_or(now);
        let expires_at = now + state.lifetime.unwrap_or(life);
        let token = spell(now, expires_at);
        let grant = Grant {
            domain: domain.into(),
            owner: owner.into(),
            expires_at,
            user: user.into(),
        };
        state.grants.insert(token.clone(), grant);
        Minted { token, expires_at }
    }

    /// How many tokens were handed out.
    pub(crate) fn minted(&self) -> usize {
        self.state().grants.len()
    }

    /// Whether a token opens its own domain at `now` (the token clock).
    pub(crate) fn is_valid(&self, token: &str, now: OffsetDateTime) -> bool {
        let state = self.state();
        let grant = state.grants.get(token);
        grant.is_some_and(|grant| grant.expires_at > now)
    }

    /// The ARN of the token's holder, when the token opens `domain` of `owner` at `now` (the token clock).
    pub(crate) fn judge(
        &self,
        token: &str,
        domain: &str,
        owner: &str,
        now: OffsetDateTime,
    ) -> Result<String, TokenRefusal> {
        let state = self.state();
        let grant = state.grants.get(token).ok_or(TokenRefusal::Unknown)?;
        if grant.expires_at <= now {
            return Err(TokenRefusal::Expired);
        }
        if grant.domain != domain || grant.owner != owner {
            return Err(TokenRefusal::Elsewhere);
        }
        Ok(grant.user.clone())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long a token asked for with `duration` lives, given what is left of the caller's session (`None`: no session).
pub(crate) fn life(
    duration: Option<&str>,
    session_left: Option<Duration>,
) -> Result<Duration, AwsError> {
    let longest = Duration::seconds(LONGEST);
    let Some(text) = duration else {
        return Ok(longest);
    };
    let seconds: i64 = text.parse().map_err(|_| {
        let mut error = AwsError::validation(format!(
            "Value '{text}' at 'durationSeconds' is not a number"
        ));
        error.members = vec![("reason", "CANNOT_PARSE".into())];
        error
    })?;
    match seconds {
        0 => Ok(session_left.unwrap_or(longest).min(longest)),
        SHORTEST..=LONGEST => Ok(Duration::seconds(seconds)),
        _ if seconds > LONGEST => Err(refused(
            text,
            "durationSeconds",
            "Member must have value less than or equal to 43200",
        )),
        _ if seconds < 0 => Err(refused(
            text,
            "durationSeconds",
            "Member must have value greater than or equal to 0",
        )),
        _ => Err(refused(
            text,
            "durationSeconds",
            "Member must be 0 or have value greater than or equal to 900",
        )),
    }
}

/// A text of the real token's form: an encrypted token whose readable head says when it was issued and expires.
fn spell(issued: OffsetDateTime, expires: OffsetDateTime) -> String {
    let head = format!(
        "{{\"ver\":1,\"isu\":{},\"enc\":\"A128GCM\",\"tag\":\"{}\",\"exp\":{},\"alg\":\"A128GCMKW\",\"iv\":\"{}\"}}",
        issued.unix_timestamp(),
        random::base64(16),
        expires.unix_timestamp(),
        random::base64(12)
    );
    let parts = [16, 12, 690, 16].map(random::base64);
    format!("{}.{}", URL_SAFE_NO_PAD.encode(head), parts.join("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(1_790_000_000 + seconds).unwrap()
    }

    #[test]
    fn a_token_has_the_real_ones_looks() {
        let token = Tokens::default()
            .mint("corp", "111122223333", "me", Duration::hours(12), at(0))
            .token;
        assert!(token.starts_with("eyJ2ZX"), "{token}");
        assert!((1100..1300).contains(&token.len()), "{}", token.len());
    }

    #[test]
    fn a_token_opens_its_domain_until_it_expires() {
        let tokens = Tokens::default();
        let minted = tokens.mint("corp", "111122223333", "me", Duration::seconds(900), at(0));
        let judge =
            |domain, seconds| tokens.judge(&minted.token, domain, "111122223333", at(seconds));
        assert_eq!(judge("corp", 899), Ok("me".into()));
        assert_eq!(judge("corp", 900), Err(TokenRefusal::Expired));
        assert_eq!(judge("other", 0), Err(TokenRefusal::Elsewhere));
        assert_eq!(
            tokens.judge("eyJ2ZX", "corp", "111122223333", at(0)),
            Err(TokenRefusal::Unknown)
        );
    }

    #[test]
    fn durations_follow_the_services_rule() {
        assert_eq!(life(None, None), Ok(Duration::hours(12)));
        assert_eq!(
            life(None, Some(Duration::hours(1))),
            Ok(Duration::hours(12))
        );
        assert_eq!(
            life(Some("0"), Some(Duration::hours(1))),
            Ok(Duration::hours(1))
        );
        assert_eq!(life(Some("900"), None), Ok(Duration::minutes(15)));
        assert_eq!(life(Some("43200"), None), Ok(Duration::hours(12)));
        for bad in ["1", "899", "43201", "-1", "x", ""] {
            assert_eq!(
                life(Some(bad), None).unwrap_err().code,
                "ValidationException",
                "{bad}"
            );
        }
    }

    #[test]
    fn the_quota_lets_its_number_through_each_second() {
        let tokens = Tokens::default();
        let start = Instant::now();
        tokens.set_quota(Some(2));
        assert!(tokens.spend_quota(start).is_ok());
        assert!(tokens.spend_quota(start).is_ok());
        assert_eq!(tokens.spend_quota(start).unwrap_err().status, 429);
        assert!(
            tokens
                .spend_quota(start + std::time::Duration::from_secs(1))
                .is_ok()
        );
    }
}
