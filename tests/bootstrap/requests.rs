//! What is sent: accepted by AWS's own description of its services, under our name.

use crate::administrator::Administrator;
use crate::support::{checkout, clients};

#[test]
fn botocores_models_have_nothing_against_any_request() {
    let administrator = Administrator::new();
    administrator.apply(&["--internal", "acme-*"]).success();
    administrator
        .run(&["destroy", "--yes", "--delete-packages"])
        .success();
    let gate = administrator.account.gate();
    for passage in gate.log() {
        assert!(
            passage.user_agent.contains("app/studio-mirror-"),
            "{passage:?}"
        );
    }
    let home = &administrator.home;
    let log = home.write("requests.jsonl", gate.judge_log());
    let python = clients::bin("aws").join("python");
    let judge = checkout().join("tests/emulator/judge.py");
    home.run(home.command(python).arg(judge).arg(log)).success();
}
