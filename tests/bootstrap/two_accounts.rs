//! One account owns the packages, another one's spaces use them.

use crate::administrator::{Administrator, STUDIO, another_binary, shipped};
use serde_json::{Value, json};

#[test]
fn the_owner_lets_another_account_in() {
    let owner = Administrator::without_studio();
    let consumer = Administrator::new();
    let domain = ["--domain", "shared", "--domain-owner", &owner.account.id];
    let of_consumer = |action: &'static str, more: &[&'static str]| {
        let words = [action, "--studio-domain-id", STUDIO, "--binary", shipped()];
        consumer.run(&[&words, more, &domain].concat())
    };
    crate::situations::without_a_domain(&consumer);
    let early = of_consumer("apply", &["--yes"]);
    consumer.account.gate().clear_hook();
    assert_eq!(early.code(), 1, "{early:?}");
    assert_eq!(consumer.stacks(), [""; 0]);

    let words = [
        "apply",
        "--yes",
        "--part",
        "packages",
        "--binary",
        shipped(),
        "--readers",
        &consumer.account.id,
    ];
    owner.run(&[&words, &domain[..]].concat()).success();
    assert_eq!(owner.stacks(), ["studio-mirror-packages"]);
    assert_eq!(owner.endpoints(), [""; 0]);

    of_consumer("apply", &["--yes"]).success();
    assert_eq!(consumer.stacks(), ["studio-mirror-consumer"]);
    assert_eq!(of_consumer("plan", &[]).code(), 0);
    let script = consumer.script(&consumer.attached("JupyterLab"));
    let line = format!("domain_owner='{}'", owner.account.id);
    assert!(script.contains(&line), "{script}");

    // A version that the owner has not published yet is theirs to publish.
    let second = another_binary(&consumer.home, "second");
    let second = second.to_str().expect("text");
    let words = ["plan", "--binary", second, "--output", "json"];
    let told = consumer.run(&words).exit(3);
    let plan: Value = serde_json::from_str(&told.stdout).expect("a document");
    let binary = &plan["binary"];
    assert_eq!(
        (&binary["is_seen"], &binary["is_published_now"]),
        (&json!(false), &json!(false))
    );
    assert_eq!(
        plan["by_hand"][0]["text"],
        format!(
            "studio-mirror bootstrap publish --domain shared --binary-repository studio-mirror --binary {second}"
        ),
        "{plan:#}"
    );
}
