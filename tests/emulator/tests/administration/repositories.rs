//! Repositories.

use serde_json::json;

use super::support::expect;
use super::{CA, domain, empty, repository};

#[test]
fn repositories_hang_together_by_awss_rules() {
    let world = empty();
    let connect = |repository: &str, name: &str| json!({"domain": "acme", "repository": repository, "externalConnection": name});
    let many: Vec<String> = (0..11).map(|index| format!("r{index:02}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let too_many = repository("eleven", &many);
    let outcomes = expect(
        &world,
        &[
            domain(),
            (
                CA,
                "create_repository",
                json!({"domain": "acme", "repository": "team", "upstreams": [{"repositoryName": "gone"}]}),
                "404 ResourceNotFoundException",
            ),
            repository("store", &[]),
            repository("team", &["store"]),
            (
                CA,
                "create_repository",
                json!({"domain": "acme", "repository": "team"}),
                "409 ConflictException",
            ),
            (
                too_many.0,
                too_many.1,
                too_many.2,
                "402 ServiceQuotaExceededException",
            ),
            (
                CA,
                "associate_external_connection",
                connect("store", "public:cpan"),
                "400 ValidationException",
            ),
            (
                CA,
                "associate_external_connection",
                connect("store", "public:pypi"),
                "ok",
            ),
            (
                CA,
                "associate_external_connection",
                connect("store", "public:npmjs"),
                "409 ConflictException",
            ),
            (
                CA,
                "disassociate_external_connection",
                connect("store", "public:npmjs"),
                "404 ResourceNotFoundException",
            ),
            (
                CA,
                "delete_repository",
                json!({"domain": "acme", "repository": "store"}),
                "409 ConflictException",
            ),
            (
                CA,
                "update_repository",
                json!({"domain": "acme", "repository": "team", "description": "d"}),
                "ok",
            ),
            (
                CA,
                "list_repositories_in_domain",
                json!({"domain": "acme", "maxResults": 1}),
                "ok",
            ),
        ],
    );
    let team = &outcomes[11]["answer"]["repository"];
    assert_eq!(
        team["upstreams"],
        json!([{"repositoryName": "store"}]),
        "what is not told stays"
    );
    let page = &outcomes[12]["answer"];
    assert_eq!(page["repositories"][0]["name"], "store");
    let next = json!({"domain": "acme", "maxResults": 1, "nextToken": page["nextToken"]});
    let next = expect(&world, &[(CA, "list_repositories_in_domain", next, "ok")]);
    assert_eq!(next[0]["answer"]["repositories"][0]["name"], "team");
}
