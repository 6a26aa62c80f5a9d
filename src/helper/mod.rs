//! The credential helper: answers a package client's question for a token.

mod backend;
pub mod cargo_provider;
mod cargo_question;
mod fresh;
mod install;
mod install_system;
mod known;
mod query;
mod reply;
pub mod shim;
pub mod token_helper;

pub use backend::{BACKEND_FILE, BACKEND_NAME, backend_source};
pub use cargo_question::Question;
pub use fresh::{LIMIT, fresh_token, inherit_container_credentials, login_cache, renewed_keys};
pub use install::{
    Installation, first_keyring_on_path, is_this_program, make_link, module_folder, remember_link,
    unconfigure_keyringrc,
};
pub use install_system::{DISTRIBUTION, refuse_unfit};
pub use query::{Mode, Query, Wanted, answers_for, login_at, login_for, parse};
pub use reply::run;
