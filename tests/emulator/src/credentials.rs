//! Principals: users with long-lived keys, and the role whose sessions the container credentials hand out.

use crate::access::PrincipalKeys;
use crate::clock::rfc3339;
use crate::names;
use crate::policy::Who;
use crate::random;
use crate::setup::Setup;
use crate::signature::{Authorization, Refusal, Request};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::{Mutex, MutexGuard, PoisonError};
use time::{Duration, OffsetDateTime};

/// How long a handed-out role session lives unless told otherwise: six hours.
const SESSION: i64 = 6 * 3600;
/// The role that Studio's spaces run as.
const ROLE: &str = "StudioExecutionRole";

/// The secret of every account's root, where [`Setup::account_keys`] says so.
const ACCOUNT_SECRET: &str = "test";

/// Who signed a request, and for which region.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Caller {
    pub(crate) principal: Principal,
    pub(crate) region: String,
}

/// Someone who may make requests.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Principal {
    pub(crate) arn: String,
    /// The role's ARN, where it is a session of one.
    role: Option<String>,
    pub(crate) user_id: String,
    pub(crate) account: String,
    access_key: String,
    secret_key: String,
    session: Option<Session>,
}

#[derive(Clone, Debug, PartialEq)]
struct Session {
    token: String,
    expires_at: OffsetDateTime,
}

impl Principal {
    /// As policies know them.
    pub(crate) fn who(&self) -> Who {
        Who {
            arn: self.arn.clone(),
            principal: self.role.clone().unwrap_or_else(|| self.arn.clone()),
            account: self.account.clone(),
        }
    }

    /// When the session ends; `None` for long-lived keys.
    pub(crate) fn expires_at(&self) -> Option<OffsetDateTime> {
        self.session.as_ref().map(|session| session.expires_at)
    }
}

/// What `POST /_admin/credentials` changes about the container's role credentials.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RoleCredentialsChange {
    /// How long sessions live that are handed out from now on, in seconds.
    pub lifetime_seconds: Option<i64>,
    /// The next request gets a new session; those before stay good until they expire.
    pub rotate: bool,
    /// Every session handed out so far is over at once.
    pub expire: bool,
}

/// All principals, and the sessions handed out.
#[derive(Debug)]
pub(crate) struct Credentials {
    users: Vec<Principal>,
    /// Those that an administrator added.
    added: Mutex<Vec<Principal>>,
    account: String,
    account_keys: bool,
    role: Mutex<Role>,
}

#[derive(Debug)]
struct Role {
    lifetime: Duration,
    rotate: bool,
    sessions: Vec<Principal>,
}

impl Credentials {
    pub(crate) fn new(setup: &Setup) -> Credentials {
        let user = |principal: &crate::setup::PrincipalSetup| Principal {
            arn: format!("arn:aws:iam::{}:user/{}", setup.account, principal.user),
            role: None,
            user_id: format!("AIDA{}", random::key_characters(17)),
            account: setup.account.clone(),
            access_key: principal.access_key.clone(),
            secret_key: principal.secret_key.clone(),
            session: None,
        };
        Credentials {
            users: setup.principals.iter().map(user).collect(),
            added: Mutex::default(),
            account: setup.account.clone(),
            account_keys: setup.account_keys,
            role: Mutex::new(Role {
                lifetime: Duration::seconds(SESSION),
                rotate: false,
                sessions: Vec::new(),
            }),
        }
    }

    /// The document that the container credentials route answers with.
    ///
    /// The same session until a quarter of its life is left, as the real endpoint renews ahead of time.
    pub(crate) fn hand_out(&self, now: OffsetDateTime) -> Value {
        let mut role = self.role();
        let rotate = std::mem::take(&mut role.rotate);
        let fresh = |principal: &&Principal| {
            principal
                .expires_at()
                .is_some_and(|at| at - now > role.lifetime / 4)
        };
        let current = role
            .sessions
            .last()
            .filter(fresh)
            .filter(|_| !rotate)
            .cloned();
        let principal = current.unwrap_or_else(|| {
            let principal = self.new_session(now + role.lifetime);
            role.sessions.push(principal.clone());
            principal
        });
        let session = principal.session.as_ref();
        json!({
            "RoleArn": self.role_arn(),
            "AccessKeyId": principal.access_key,
            "SecretAccessKey": principal.secret_key,
            "Token": session.map(|session| session.token.as_str()),
            "Expiration": session.map(|session| rfc3339(session.expires_at)),
        })
    }

    fn role_arn(&self) -> String {
        format!("arn:aws:iam::{}:role/service-role/{ROLE}", self.account)
    }

    fn new_session(&self, expires_at: OffsetDateTime) -> Principal {
        Principal {
            arn: format!(
                "arn:aws:sts::{}:assumed-role/{ROLE}/SageMaker",
                self.account
            ),
            role: Some(self.role_arn()),
            user_id: format!("AROAEMULATORROLEIDXX:{}", "SageMaker"),
            account: self.account.clone(),
            access_key: format!("ASIA{}", random::key_characters(16)),
            secret_key: random::base64(30),
            session: Some(Session {
                token: format!("IQoJb3JpZ2luX2Vj{}", random::base64(400)),
                expires_at,
            }),
        }
    }

    /// Applies an administrator's change at `now`.
    pub(crate) fn change(&self, change: RoleCredentialsChange, now: OffsetDateTime) {
        let mut role = self.role();
        if let Some(seconds) = change.lifetime_seconds {
            role.lifetime = Duration::seconds(seconds);
        }
        role.rotate |= change.rotate || change.expire;
        if change.expire {
            for session in role
                .sessions
                .iter_mut()
                .filter_map(|principal| principal.session.as_mut())
            {
                session.expires_at = session.expires_at.min(now);
            }
        }
    }

    /// Who signed a request for `service` in one of `regions`.
    pub(crate) fn authenticate(
        &self,
        request: Request<'_>,
        service: &str,
        regions: &[String],
        now: OffsetDateTime,
    ) -> Result<Caller, Refusal> {
        let authorization = Authorization::read(request.headers)?;
        let principal = self
            .find(&authorization.access_key)
            .ok_or(Refusal::UnknownKey)?;
        let presented = request
            .headers
            .get("x-amz-security-token")
            .map(|value| value.as_bytes());
        if presented
            != principal
                .session
                .as_ref()
                .map(|session| session.token.as_bytes())
        {
            return Err(Refusal::UnknownKey);
        }
        if principal.expires_at().is_some_and(|at| at <= now) {
            return Err(Refusal::Expired);
        }
        let is_signed_for = |region: &&String| **region == authorization.region;
        let region = regions
            .iter()
            .find(is_signed_for)
            .or(regions.first())
            .ok_or(Refusal::UnknownKey)?;
        authorization.verify(request, &principal.secret_key, service, region, now)?;
        Ok(Caller {
            principal,
            region: region.clone(),
        })
    }

    fn find(&self, access_key: &str) -> Option<Principal> {
        let known = |principal: &&Principal| principal.access_key == access_key;
        self.users
            .iter()
            .find(known)
            .cloned()
            .or_else(|| self.role().sessions.iter().find(known).cloned())
            .or_else(|| self.added().iter().find(known).cloned())
            .or_else(|| self.root(access_key))
    }

    /// Takes an administrator's keys, in place of those of the same id.
    pub(crate) fn add(&self, keys: &PrincipalKeys) {
        let mut parts = keys.arn.split(':').skip(4);
        let (account, path) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
        let name = path.rsplit('/').next().unwrap_or("");
        let is_role = path.starts_with("role/");
        let session = keys.session.as_deref().unwrap_or("SageMaker");
        let forever = OffsetDateTime::now_utc() + Duration::days(3650);
        let principal = Principal {
            arn: match is_role {
                true => format!("arn:aws:sts::{account}:assumed-role/{name}/{session}"),
                false => keys.arn.clone(),
            },
            role: is_role.then(|| keys.arn.clone()),
            user_id: format!("AIDA{}", random::key_characters(17)),
            account: account.into(),
            access_key: keys.access_key.clone(),
            secret_key: keys.secret_key.clone(),
            session: keys.session_token.clone().map(|token| Session {
                token,
                expires_at: forever,
            }),
        };
        let mut added = self.added();
        added.retain(|known| known.access_key != principal.access_key);
        added.push(principal);
    }

    /// Whoever has this ARN, as policies know them.
    pub(crate) fn who(&self, arn: &str) -> Option<Who> {
        let is_theirs = |principal: &&Principal| principal.arn == arn;
        let known = self.users.iter().find(is_theirs).cloned();
        let known = known.or_else(|| self.role().sessions.iter().find(is_theirs).cloned());
        let known = known.or_else(|| self.added().iter().find(is_theirs).cloned());
        let known = known.or_else(|| self.root(arn.split(':').nth(4)?));
        known.map(|principal| principal.who())
    }

    fn added(&self) -> MutexGuard<'_, Vec<Principal>> {
        self.added.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The root of the account that an access key id names.
    fn root(&self, access_key: &str) -> Option<Principal> {
        let is_account = self.account_keys && names::check_owner(access_key).is_ok();
        is_account.then(|| Principal {
            arn: format!("arn:aws:iam::{access_key}:root"),
            role: None,
            user_id: access_key.into(),
            account: access_key.into(),
            access_key: access_key.into(),
            secret_key: ACCOUNT_SECRET.into(),
            session: None,
        })
    }

    fn role(&self) -> MutexGuard<'_, Role> {
        self.role.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
