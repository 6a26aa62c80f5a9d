//! Policy documents of endpoints, and questions to them.

use studio_mirror::check::vpc::policy::{Answer, Policy, Principal, Question};

use super::{parts, steers_nothing};

const ROLE: &str = "arn:aws:iam::111122223333:role/studio";

/// A document; behind `---` the action, the resource and the principal that it is asked about, a line each.
pub fn policy_document(text: &str) {
    let [document, question] = parts(text);
    let mut lines = question.lines();
    let mut line = || lines.next().unwrap_or_default();
    let (action, resource, role) = (line(), line(), line());
    answers_hold(document, action, resource, role);
    patterns(resource, action);
}

/// What must hold of a document's answers, whatever is asked.
pub fn answers_hold(document: &str, action: &str, resource: &str, role: &str) {
    let Ok(policy) = Policy::parse(document) else {
        return;
    };
    let written: serde_json::Value = serde_json::from_str(document).expect("it was read");
    let with = |statement: &str| {
        let mut statements = match &written["Statement"] {
            serde_json::Value::Array(all) => all.clone(),
            one => vec![one.clone()],
        };
        statements.push(serde_json::from_str(statement).expect("JSON by hand"));
        let document = serde_json::json!({ "Statement": statements }).to_string();
        Policy::parse(&document).expect("a document with one statement more")
    };
    let denying = with(r#"{"Effect":"Deny","Action":"*","Resource":"*","Principal":"*"}"#);
    let allowing = with(r#"{"Effect":"Allow","Action":"*","Resource":"*","Principal":"*"}"#);
    for principal in [
        Principal::Anyone,
        Principal::Unknown,
        Principal::Role(role),
        Principal::Role(ROLE),
    ] {
        for action in [
            action,
            "codeartifact:GetAuthorizationToken",
            "sts:GetServiceBearerToken",
        ] {
            let question = Question {
                action,
                resource,
                principal,
            };
            let answer = policy.answer(question);
            if let Answer::Denied(why) | Answer::Unclear(why) = &answer {
                steers_nothing(why);
            }
            assert!(
                matches!(denying.answer(question), Answer::Denied(_)),
                "{document}"
            );
            let allowed = allowing.answer(question);
            assert_ne!(allowed, Answer::NotAllowed, "{document}");
            // What denied without that statement denies with it, and what allowed still does.
            assert!(
                !matches!(answer, Answer::Denied(_) | Answer::Allowed) || allowed == answer,
                "{document}"
            );
        }
    }
}

/// Stars and question marks mean what a slow reading by the book says.
fn patterns(pattern: &str, action: &str) {
    if !pattern.is_ascii() || !action.is_ascii() || pattern.len() * action.len() > 10_000 {
        return;
    }
    let document = serde_json::json!({
        "Statement": {"Effect": "Allow", "Action": pattern, "Resource": "*", "Principal": "*"}
    });
    let policy = Policy::parse(&document.to_string()).expect("a policy by hand");
    let principal = Principal::Anyone;
    let is_allowed = policy.answer(Question {
        action,
        resource: "",
        principal,
    }) == Answer::Allowed;
    let (pattern, action) = (pattern.to_ascii_lowercase(), action.to_ascii_lowercase());
    assert_eq!(
        is_allowed,
        is_meant(pattern.as_bytes(), action.as_bytes()),
        "{pattern:?} {action:?}"
    );
}

/// For each beginning of the pattern: which beginnings of the text it stands for.
fn is_meant(pattern: &[u8], text: &[u8]) -> bool {
    let mut ends = vec![false; text.len() + 1];
    ends[0] = true;
    for byte in pattern {
        let mut next = vec![false; text.len() + 1];
        for at in 0..=text.len() {
            next[at] = match byte {
                b'*' => ends[at] || (at > 0 && next[at - 1]),
                b'?' => at > 0 && ends[at - 1],
                byte => at > 0 && ends[at - 1] && text[at - 1] == *byte,
            };
        }
        ends = next;
    }
    ends[text.len()]
}
