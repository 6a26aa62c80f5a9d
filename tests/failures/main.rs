//! Every failure of a login names its cause and its mend, ends in time, and leaves everything as it was.

mod answers;
mod network;
#[path = "../support/mod.rs"]
mod support;
mod waits;

use studio_mirror_emulator::{Action, Fault};
use support::wire::Api;

fn faulty(operation: &str, times: Option<u32>, action: Action) -> Api {
    let api = Api::start();
    let fault = Fault {
        anonymous: None,
        operation: Some(operation.into()),
        path: None,
        times,
        action,
    };
    api.emulator
        .add_faults(vec![fault])
        .expect("no path to get wrong");
    api
}

fn status(status: u16, code: &str, message: &str) -> Action {
    Action::Status {
        status,
        code: Some(code.into()),
        message: Some(message.into()),
        retry_after: None,
    }
}
