//! .npmrc: the registry, its login and scopes.

use super::*;

#[test]
fn the_output_of_the_aws_cli_is_replaced_and_not_doubled() {
    let before = expand(
        "fund=false\nregistry=https://HOST/npm/team/\n//HOST/npm/team/:_authToken=old\n//HOST/npm/team/:always-auth=true\n//r/:_authToken=keep\n",
    );
    let secret = Secret::new("new");
    let done = npm::Npmrc
        .configure(&before, &[token(NPM, &secret)])
        .unwrap();
    assert_eq!(done.text, before.replace("=old", "=new"));
    assert_eq!(
        npm::Npmrc.unconfigure(&done.text, &[NPM]).unwrap(),
        "fund=false\n//r/:_authToken=keep\n"
    );
}

#[test]
fn a_login_to_another_repository_takes_the_old_token_out_unless_a_scope_needs_it() {
    let secret = Secret::new("new");
    let old = "registry=https://HOST/npm/old/\n//HOST/npm/old/:_authToken=1\n";
    let done = npm::Npmrc
        .configure(&expand(old), &[token(NPM, &secret)])
        .unwrap();
    let ours = "registry=https://HOST/npm/team/\n//HOST/npm/team/:_authToken=new\n";
    assert_eq!(done.text, expand(ours));
    let scoped = format!("@a:registry=https://HOST/npm/old/\n{old}");
    let done = npm::Npmrc
        .configure(&expand(&scoped), &[token(NPM, &secret)])
        .unwrap();
    assert!(done.text.contains(&expand("//HOST/npm/old/:_authToken=1")));
    assert!(done.warnings[0].contains("@a"));
}

#[test]
fn credentials_without_a_registry_are_named_because_npm_stops_at_them() {
    let secret = Secret::new("new");
    let done = npm::Npmrc
        .configure("_authToken = s3cret\n", &[token(NPM, &secret)])
        .unwrap();
    assert!(
        done.warnings[0].contains("`_authToken` in line 1"),
        "{:?}",
        done.warnings
    );
    assert!(!done.warnings[0].contains("s3cret"));
    assert!(done.text.starts_with("_authToken = s3cret\n"));
}

#[test]
fn a_section_that_npm_would_read_in_place_of_the_registry_is_refused() {
    let secret = Secret::new("new");
    let error = npm::Npmrc
        .configure("a=b\n[registry.x]\nc=d\n", &[token(NPM, &secret)])
        .unwrap_err();
    assert_eq!(error.line, 2);
}

#[test]
fn an_empty_file_gets_registry_and_token() {
    let secret = Secret::new("eyJ2");
    let done = npm::Npmrc.configure("", &[token(NPM, &secret)]).unwrap();
    assert_eq!(
        done.text,
        expand("registry=https://HOST/npm/team/\n//HOST/npm/team/:_authToken=eyJ2\n")
    );
    assert_eq!(
        npm::Npmrc.inspect(&done.text, NPM),
        Ok(Found::Token(secret))
    );
    assert_eq!(npm::Npmrc.unconfigure(&done.text, &[NPM]).unwrap(), "");
}

#[test]
fn a_scope_leaves_the_registry_alone_and_sections_stay_behind() {
    let secret = Secret::new("eyJ2");
    let registry = Registry {
        namespace: Some("acme"),
        ..token(NPM, &secret)
    };
    let done = npm::Npmrc
        .configure("registry = https://r/ ; ours\n\n[x]\na=b\n", &[registry])
        .unwrap();
    assert_eq!(
        done.text,
        expand(
            "registry = https://r/ ; ours\n@acme:registry = https://HOST/npm/team/\n//HOST/npm/team/:_authToken = eyJ2\n\n[x]\na=b\n"
        )
    );
}
