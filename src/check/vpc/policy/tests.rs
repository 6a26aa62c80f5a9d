//! What policies say, statement by statement.

use super::*;

const ROLE: &str = "arn:aws:iam::111122223333:role/studio";
const DOMAIN: &str = "arn:aws:codeartifact:us-east-1:111122223333:domain/corp";

fn answer(statements: &str, principal: Principal<'_>) -> Answer {
    let policy = Policy::parse(&format!("{{\"Statement\": {statements}}}")).expect("a policy");
    policy.answer(Question {
        action: "codeartifact:GetAuthorizationToken",
        resource: DOMAIN,
        principal,
    })
}

fn said(statements: &str) -> Answer {
    answer(statements, Principal::Role(ROLE))
}

#[test]
fn plain_statements_are_answered() {
    for (rest, allowed) in [
        (r#""Action": "*", "Resource": "*""#, true),
        (
            r#""Action": ["x:Y", "codeartifact:Get*"], "Resource": "*""#,
            true,
        ),
        (
            r#""Action": "CodeArtifact:getauthorizationtoken", "Resource": "*""#,
            true,
        ),
        (r#""Action": "codeartifact:Read*", "Resource": "*""#, false),
        (
            r#""Action": "*", "Resource": "arn:aws:codeartifact:*:111122223333:domain/*""#,
            true,
        ),
        (
            r#""Action": "*", "Resource": "arn:aws:codeartifact:*:444455556666:domain/*""#,
            false,
        ),
        (
            r#""Action": "*", "Resource": ["arn:aws:s3:::x", "*:domain/cor?"]"#,
            true,
        ),
        (r#""NotAction": "s3:*", "Resource": "*""#, true),
        (r#""NotAction": "codeartifact:*", "Resource": "*""#, false),
        (r#""Action": "*", "NotResource": "*:repository/*""#, true),
        (r#""Action": "*", "NotResource": "*:domain/corp""#, false),
        (r#""Action": "*""#, false),
    ] {
        let statement = format!(r#"{{"Effect": "Allow", "Principal": "*", {rest}}}"#);
        let wanted = match allowed {
            true => Answer::Allowed,
            false => Answer::NotAllowed,
        };
        assert_eq!(said(&statement), wanted, "{rest}");
    }
}

#[test]
fn principals_are_told_apart() {
    let by = |principal: &str| {
        format!(
            r#"{{"Effect": "Allow", "Principal": {principal}, "Action": "*", "Resource": "*"}}"#
        )
    };
    for (principal, role, anyone) in [
        (r#""*""#, true, true),
        (r#"{"AWS": "*"}"#, true, true),
        (r#"{"AWS": "111122223333"}"#, true, false),
        (
            r#"{"AWS": ["arn:aws:iam::111122223333:root"]}"#,
            true,
            false,
        ),
        (
            r#"{"AWS": "arn:aws:iam::111122223333:role/studio"}"#,
            true,
            false,
        ),
        (
            r#"{"AWS": "arn:aws:iam::111122223333:role/other"}"#,
            false,
            false,
        ),
        (r#"{"Service": "ec2.amazonaws.com"}"#, false, false),
    ] {
        let is_allowed = |who| answer(&by(principal), who) == Answer::Allowed;
        assert_eq!(is_allowed(Principal::Role(ROLE)), role, "{principal}");
        assert_eq!(is_allowed(Principal::Anyone), anyone, "{principal}");
    }
    let unclear = answer(
        &by(r#"{"AWS": "arn:aws:iam::1:role/x"}"#),
        Principal::Unknown,
    );
    assert_eq!(
        unclear,
        Answer::Unclear("statement 1 is for arn:aws:iam::1:role/x alone".to_owned())
    );
}

#[test]
fn a_denial_wins_and_what_hangs_on_conditions_is_unclear() {
    const ALL: &str = r#"{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}"#;
    let with = |statement: &str| said(&format!("[{ALL}, {statement}]"));
    let denial = r#"{"Sid": "No", "Effect": "Deny", "Principal": "*", "Action": "codeartifact:*", "Resource": "*""#;
    assert_eq!(
        with(&format!("{denial}}}")),
        Answer::Denied("the statement No".to_owned())
    );
    let elsewhere = r#""Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}"#;
    assert_eq!(
        with(&format!("{denial}, {elsewhere}}}")),
        Answer::Unclear("the statement No denies and depends on aws:SourceVpce".to_owned())
    );
    // A denial that cannot be meant leaves it allowed.
    let other =
        r#"{"Effect": "Deny", "NotPrincipal": {"AWS": "1"}, "Action": "s3:*", "Resource": "*"}"#;
    assert_eq!(with(other), Answer::Allowed);
    for (condition, wanted) in [
        (
            r#"{"StringEquals": {"aws:PrincipalAccount": "111122223333"}}"#,
            Answer::Allowed,
        ),
        (
            r#"{"StringEquals": {"aws:PrincipalAccount": ["444455556666"]}}"#,
            Answer::NotAllowed,
        ),
        (
            r#"{"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/stud*"}}"#,
            Answer::Allowed,
        ),
        (
            r#"{"StringEquals": {"aws:PrincipalOrgID": "o-1"}}"#,
            Answer::Unclear("statement 1 depends on aws:PrincipalOrgID".to_owned()),
        ),
    ] {
        let statement = format!(
            r#"{{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*", "Condition": {condition}}}"#
        );
        assert_eq!(said(&statement), wanted, "{condition}");
    }
}

#[test]
fn what_is_no_policy_is_said_to_be_none() {
    for text in ["", "{}", "[]", r#"{"Statement": "x"}"#] {
        assert!(Policy::parse(text).is_err(), "{text}");
    }
}
