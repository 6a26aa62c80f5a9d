//! Where the binary is published, and where else it may come from.

use crate::administrator::{Administrator, shipped};
use crate::support::cloud::text;
use serde_json::{Value, json};

#[test]
fn publish_goes_where_the_set_up_of_this_name_has_its_binary() {
    let administrator = Administrator::new();
    administrator
        .apply(&[
            "--name",
            "second",
            "--domain",
            "corp",
            "--binary-repository",
            "programs",
        ])
        .success();
    let other = crate::administrator::another_binary(&administrator.home, "other");
    let other = other.to_str().expect("text");
    let words = [
        "publish", "--name", "second", "--binary", other, "--output", "json",
    ];
    let told = administrator.run(&words).success();
    let told: Value = serde_json::from_str(&told.stdout).expect("a document");
    assert_eq!(told["schema_version"], 1);
    assert_eq!(
        (&told["domain"], &told["repository"], &told["is_new"]),
        (&json!("corp"), &json!("programs"), &json!(true))
    );
    let told = administrator.run(&["publish", "--name", "third", "--binary", shipped()]);
    assert_eq!(told.code(), 1);
    assert!(
        told.stderr
            .contains("this account has no stacks of the name third"),
        "{told:?}"
    );
}

#[test]
fn the_roles_may_read_the_object_that_the_binary_is_and_no_other() {
    let administrator = Administrator::new();
    let told = administrator
        .apply(&["--binary-source", "s3://tools/studio-mirror/1.0"])
        .success();
    let said = told.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("that key's policy must let them"), "{said}");
    assert!(said.contains("\"Action\":\"kms:Decrypt\""), "{said}");
    let account = &administrator.account;
    let asked = json!({"RoleName": "Execution"});
    let attached = account.call("iam", "list_attached_role_policies", asked);
    let all = attached["AttachedPolicies"].as_array().expect("a list");
    let of_s3: Vec<Value> = all
        .iter()
        .flat_map(|policy| {
            let arn = text(&policy["PolicyArn"]);
            let policy = account.call("iam", "get_policy", json!({"PolicyArn": arn}));
            let version =
                json!({"PolicyArn": arn, "VersionId": policy["Policy"]["DefaultVersionId"]});
            let version = account.call("iam", "get_policy_version", version);
            let statements = version["PolicyVersion"]["Document"]["Statement"].clone();
            statements.as_array().cloned().unwrap_or_default()
        })
        .filter(|statement| statement.to_string().contains("s3:"))
        .collect();
    assert_eq!(
        of_s3,
        [
            json!({"Sid": "ProgramFromS3", "Effect": "Allow", "Action": "s3:GetObject",
            "Resource": "arn:aws:s3:::tools/studio-mirror/1.0"})
        ]
    );
    let (code, plan) = administrator.plan_document(&[]);
    assert_eq!(code, 0, "{plan:#}");
}

#[test]
fn an_object_of_s3_is_for_others_to_put_there() {
    let administrator = Administrator::new();
    let url = "s3://tools/studio-mirror/1.0";
    administrator.apply(&["--binary-source", url]).success();
    let command = format!("aws s3 cp {} {url}", shipped());
    // It cannot be seen from here: each plan says so again.
    let (_, plan) = administrator.plan_document(&[]);
    assert_eq!(plan["binary"]["is_seen"], false, "{plan:#}");
    let by_hand = plan["by_hand"].as_array().expect("a list");
    let upload = by_hand.iter().find(|one| one["text"] == command.as_str());
    let upload = upload.unwrap_or_else(|| panic!("no `{command}` in {plan:#}"));
    let sha256 = text(&plan["binary"]["sha256"]);
    assert!(text(&upload["what"]).contains(&sha256), "{plan:#}");
    let told = administrator.plan(&[]).success();
    for words in [
        "? not seen studio-mirror ",
        "No change: everything that can be seen is",
    ] {
        assert!(told.stdout.contains(words), "{told}");
    }
    let words = ["publish", "--name", "studio-mirror", "--binary", shipped()];
    let told = administrator.run(&words).success();
    let warning = format!(
        "warning: spaces of this set-up do not fetch from there, but from {url}: `{command}` puts it where they look"
    );
    let said = told.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains(&warning), "{told}");
}

#[test]
fn publishing_where_nothing_is_names_the_flags_that_say_where() {
    let administrator = Administrator::without_studio();
    let words = ["publish", "--domain", "nope", "--binary", shipped()];
    let told = administrator.run(&words).exit(1);
    let hint =
        "hint: check --domain (now nope), --domain-owner, --binary-repository and --region\n";
    assert!(told.stderr.contains(hint), "{told}");
}
