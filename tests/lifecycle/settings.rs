//! What `bootstrap` fills in is what the script works with, whatever the values are.

use super::*;
use crate::support::studio_space::possible;
use std::process::Command;

#[test]
fn bash_reads_every_setting_back_as_it_was_given() {
    let nasty = r#"a'b"c$(touch /tmp/x)`d`\e ${f} #g ''h\'"#;
    let script = Script {
        domain: nasty.into(),
        domain_owner: format!("1{nasty}"),
        repository: format!("2{nasty}"),
        region: format!("3{nasty}"),
        api_endpoint: Some(format!("4{nasty}")),
        repository_endpoint: Some(format!("5{nasty}")),
        duration_seconds: Some(3_600),
        binary_source: BinarySource::Repository(format!("6{nasty}")),
        binary: Pinned {
            version: format!("7{nasty}"),
            sha256: "a".repeat(64),
        },
        previous_sha256: Some("b".repeat(64)),
    };
    let text = script.text().expect("a script");
    let (settings, _) = text
        .split_once("\nspread=600\n")
        .expect("the settings' last line");
    let names = "\"$domain\" \"$domain_owner\" \"$repository\" \"$region\" \"$api_endpoint\" \"$repository_endpoint\" \
                 \"$duration_seconds\" \"$binary_source\" \"$version\" \"$sha256\" \"$previous_sha256\"";
    let read = Command::new("bash")
        .args(["-c", &format!("{settings}\nprintf '%s\\n' {names}")])
        .output()
        .expect("bash runs");
    let read = String::from_utf8(read.stdout).expect("text");
    let mut given: Vec<String> = ["", "1", "2", "3", "4", "5", "6", "7"]
        .map(|number| format!("{number}{nasty}"))
        .into();
    given.insert(6, "3600".to_owned());
    given.extend(["a".repeat(64), "b".repeat(64)]);
    assert_eq!(read.lines().collect::<Vec<_>>(), given);
}

/// What bash makes of the script's part behind the settings.
fn as_bash_reads_it(script: &str) -> String {
    let (_, rest) = script.split_once("\nspread=").expect("settings");
    let read = Command::new("bash")
        .args(["-c", &format!("f() {{ spread={rest}\n}}; declare -f f")])
        .output()
        .expect("bash runs");
    assert!(read.status.success(), "{read:?}");
    String::from_utf8(read.stdout).expect("text")
}

#[test]
fn a_script_that_has_no_room_for_comments_is_the_same_script() {
    let mut long = Script {
        domain: "corp".into(),
        domain_owner: "111122223333".into(),
        repository: "team".into(),
        region: "us-east-1".into(),
        api_endpoint: None,
        repository_endpoint: None,
        duration_seconds: None,
        binary_source: BinarySource::S3("s3://tools/studio-mirror".into()),
        binary: Version::stand_in("1.0.0").pin,
        previous_sha256: None,
    };
    let short = long.text().expect("a script");
    long.binary_source = BinarySource::S3(format!("s3://tools/{}", "k".repeat(1_024)));
    let long = long.text().expect("a script");
    // The one by which it is known stays.
    let comments = |script: &str| script.matches("\n# ").count();
    assert!(comments(&short) > 1 && comments(&long) == 1);
    assert_eq!(as_bash_reads_it(&short), as_bash_reads_it(&long));
}

#[test]
fn what_is_attached_is_clean_for_shellcheck() {
    let version = Version::stand_in("1.0.0");
    let folder = tempfile::TempDir::new().expect("a scratch folder");
    let path = folder.path().join("on-start.sh");
    std::fs::write(&path, script(&version, None)).expect("a scratch file");
    match Command::new("shellcheck").arg(&path).output() {
        Ok(checked) => assert!(
            checked.status.success(),
            "{}",
            String::from_utf8_lossy(&checked.stdout)
        ),
        Err(_) => {
            support::tell_skipped("the attached script's lint", "shellcheck is not installed")
        }
    }
}

#[test]
fn variables_of_bash_that_come_from_outside_change_nothing() {
    if !possible() {
        return;
    }
    let space = Space::open();
    space.configure_api(API);
    space.start().success();
    for seconds in ["100", "-500"] {
        let started = start_with(&space, &[("SECONDS", seconds), ("work", "1")]);
        let said = &started.stdout;
        assert!(
            said.contains("logged in after ") && !said.contains("NOT"),
            "{started}"
        );
        assert!(!said.contains("after -"), "{started}");
    }
}
