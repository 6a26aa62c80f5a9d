//! Which logins a helper answers for: the user's own first, then that of all users.

use crate::places::Places;
use crate::state::{RepositoryLogin, State};
use crate::system_login;
use crate::token::{Token, TokenRequest};

use super::fresh::fresh_token;

/// A login that somebody asks about.
pub struct Known {
    request: TokenRequest,
    state: State,
    places: Places,
}

impl Known {
    /// The login that `pick` chooses.
    ///
    /// # Errors
    /// When what logins left cannot be read; when there is no home and nothing is known without one.
    pub fn find(pick: impl Fn(&State) -> Option<&RepositoryLogin>) -> anyhow::Result<Option<Self>> {
        let (places, homeless) = match Places::find() {
            Ok(places) => (places, None),
            Err(error) => (Places::of_nobody(), Some(error)),
        };
        let own = State::read(&places.state)?;
        if let Some(login) = pick(&own) {
            let request = login.token.clone();
            return Ok(Some(Self {
                request,
                state: own,
                places,
            }));
        }
        let environment = crate::environment::read();
        let mut everybodys =
            system_login::read_for_caller(&places, &environment)?.unwrap_or_default();
        everybodys.cache = own.cache;
        let picked = pick(&everybodys).map(|login| login.token.clone());
        match (picked, homeless) {
            (Some(request), _) => Ok(Some(Self {
                request,
                state: everybodys,
                places,
            })),
            (None, Some(error)) => Err(error),
            (None, None) => Ok(None),
        }
    }

    /// A usable token for it.
    ///
    /// # Errors
    /// Why there is none, with the next step.
    pub fn token(&self) -> anyhow::Result<Token> {
        fresh_token(&self.request, &self.state, &self.places)
    }
}
