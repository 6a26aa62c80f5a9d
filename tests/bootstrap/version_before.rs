//! The version before, which homes go on with until they have the new one: it is what spaces start with, whatever was applied last.

use crate::administrator::{Administrator, STUDIO, another_binary, shipped};
use crate::support::gate::{Passage, Verdict};
use serde_json::json;
use std::path::Path;
use std::process::Command;

/// The SHA-256 of a file.
fn sha256(file: impl AsRef<Path>) -> String {
    let told = Command::new("sha256sum").arg(file.as_ref()).output();
    let told = String::from_utf8(told.expect("sha256sum").stdout).expect("text");
    told[..64].to_owned()
}

/// Two more versions of the program.
fn two_more(administrator: &Administrator) -> [String; 2] {
    ["second", "third"].map(|name| {
        let path = another_binary(&administrator.home, name);
        path.to_str().expect("text").to_owned()
    })
}

/// What the script in JupyterLab's slot pins: the version and the one before.
fn pinned(administrator: &Administrator) -> [String; 2] {
    let script = administrator.script(&administrator.attached("JupyterLab"));
    ["sha256='", "previous_sha256='"].map(|setting| {
        let mut lines = script.lines();
        let value = lines.find_map(|line| line.strip_prefix(setting)?.strip_suffix('\''));
        value.expect("the setting").to_owned()
    })
}

#[test]
fn after_a_rollback_it_is_the_one_that_was_attached_again() {
    let administrator = Administrator::new();
    let [second, third] = two_more(&administrator);
    administrator.apply(&[]).success();
    let first = administrator.attached("JupyterLab");
    administrator.apply(&["--binary", &second]).success();
    administrator.run(&["rollback", "--yes"]).success();
    assert_eq!(administrator.attached("JupyterLab"), first);

    administrator.apply(&["--binary", &third]).success();
    assert_eq!(
        pinned(&administrator),
        [sha256(&third), sha256(shipped())],
        "spaces run the first"
    );
    assert!(administrator.lifecycles().contains(&first));
    let (code, plan) = administrator.plan_document(&["--binary", &third]);
    assert_eq!(code, 0, "{plan:#}");
    administrator.run(&["rollback", "--yes"]).success();
    assert_eq!(administrator.attached("JupyterLab"), first);
    let told = administrator.run(&["rollback", "--yes"]).exit(1);
    assert!(told.stderr.contains("no earlier version"), "{told}");
}

#[test]
fn after_a_canary_it_is_what_everybody_else_runs() {
    let administrator = Administrator::new();
    let [second, third] = two_more(&administrator);
    let profile = json!({"DomainId": STUDIO, "UserProfileName": "ann", "UserSettings": {}});
    administrator.account.put_studio("user-profile", profile);
    administrator.apply(&[]).success();
    let first = administrator.attached("JupyterLab");
    administrator
        .apply(&["--canary", "ann", "--binary", &second])
        .success();
    assert_eq!(administrator.attached("JupyterLab"), first);
    administrator.apply(&["--binary", &third]).success();
    assert_eq!(pinned(&administrator), [sha256(&third), sha256(shipped())]);
    administrator.run(&["rollback", "--yes"]).success();
    assert_eq!(administrator.attached("JupyterLab"), first);
}

#[test]
fn after_an_upgrade_that_ended_before_it_was_attached_it_is_the_one_before_that() {
    let administrator = Administrator::new();
    let [second, third] = two_more(&administrator);
    administrator.apply(&[]).success();
    let gate = administrator.account.gate();
    gate.set_hook(|passage: &Passage| match passage.action.as_str() {
        "UpdateDomain" => Verdict::Reset,
        _ => Verdict::Pass,
    });
    administrator.apply(&["--binary", &second]).exit(1);
    gate.clear_hook();
    administrator.apply(&["--binary", &third]).success();
    assert_eq!(pinned(&administrator), [sha256(&third), sha256(shipped())]);
}

#[test]
fn an_export_is_attached_by_the_flag_that_it_was_made_with() {
    let administrator = Administrator::new();
    let account = &administrator.account;
    let before = sha256(shipped());
    let [second, _] = two_more(&administrator);
    let flags = ["--binary", &second, "--previous-binary", shipped()];
    let out = administrator.home.path().join("modules");
    let out = out.to_str().expect("text");
    let words = ["export", "--format", "terraform", "--out", out];
    let settings = ["--domain", "packages", "--domain-owner", &account.id];
    administrator
        .run(&[&words[..], &settings, &flags].concat())
        .success();
    let script = format!("{out}/consumer/lifecycle.sh");
    let mut encode = administrator.home.command("base64");
    let encoded = administrator.home.run(encode.arg("-w0").arg(script));
    let encoded = encoded.success();
    for app in ["JupyterLab", "CodeEditor"] {
        let name = format!("studio-mirror-{}-0123456789ab", app.to_ascii_lowercase());
        let made = json!({"StudioLifecycleConfigName": name, "StudioLifecycleConfigAppType": app,
            "StudioLifecycleConfigContent": encoded.stdout.trim()});
        account.call("sagemaker", "create_studio_lifecycle_config", made);
    }
    let attach = |flags: &[&str]| {
        let words = ["attach", "--yes", "--studio-domain-id", STUDIO];
        administrator.run(&[&words[..], &settings, flags].concat())
    };
    attach(&flags[..2]).exit(1);
    attach(&["--binary", &second, "--previous-binary", &before]).success();
    assert_eq!(pinned(&administrator), [sha256(&second), before]);
}
