//! Domain and repositories.

use super::*;

#[test]
fn a_domain_of_another_account_is_made_there_first() {
    let mut situation = Situation::default();
    situation.names.owner = "999988887777".to_owned();
    situation.parts.packages = false;
    assert!(
        situation
            .refusal()
            .contains("--part packages --domain corp --readers 111122223333")
    );
    situation.found.packages.domain = Some(DomainSeen::default());
    assert_eq!(situation.consumer().domain_owner, "999988887777");
    situation.found.packages = PackagesSeen {
        refusal: Some("denied".to_owned()),
        ..PackagesSeen::default()
    };
    assert_eq!(situation.consumer().domain_owner, "999988887777");
    situation.parts.packages = true;
    let decision = situation.decide();
    assert!(decision.refusals().any(|item| {
        item.why
            .contains("these credentials are of account 111122223333")
    }));
}

#[test]
fn a_repository_with_other_upstreams_stays_and_what_is_missing_is_printed() {
    let mut situation = Situation::default();
    situation.repository("team", &["shared"], None);
    situation.repository("shared", &[], Some("public:pypi"));
    let decision = situation.decide();
    let packages = decision.packages.expect("a stack");
    assert!(!packages.has_domain && !packages.has_repository && packages.has_npm_store);
    assert_eq!(decision.by_hand.len(), 1, "{:#?}", decision.by_hand);
    assert!(
        decision.by_hand[0]
            .text
            .ends_with("--upstreams repositoryName=shared repositoryName=npm-store")
    );
}

#[test]
fn a_store_with_another_connection_is_refused() {
    let mut situation = Situation::default();
    situation.repository("pypi-store", &[], Some("public:crates-io"));
    assert!(situation.refusal().contains("one external connection"));
    situation.repository("pypi-store", &[], Some("public:pypi"));
    let packages = situation.decide().packages.expect("a stack");
    assert!(!packages.has_pypi_store && packages.has_npm_store);
}
