//! CodeArtifact: the region, domains and repositories that are there.

use super::{Administrator, STUDIO, by_hand, in_the_way, items, looked, refusals};
use crate::administrator::shipped;
use crate::situations::both_of;
use serde_json::json;

fn domain(administrator: &Administrator) {
    let asked = json!({"domain": "packages"});
    administrator
        .account
        .call("codeartifact", "create_domain", asked);
}

fn repository(
    administrator: &Administrator,
    name: &str,
    upstreams: &[&str],
    external: Option<&str>,
) {
    let upstreams: Vec<_> = upstreams
        .iter()
        .map(|name| json!({"repositoryName": name}))
        .collect();
    let asked = json!({"domain": "packages", "repository": name, "upstreams": upstreams});
    let account = &administrator.account;
    account.call("codeartifact", "create_repository", asked);
    if let Some(connection) = external {
        let asked =
            json!({"domain": "packages", "repository": name, "externalConnection": connection});
        account.call("codeartifact", "associate_external_connection", asked);
    }
}

#[test]
fn a_region_without_codeartifact_is_refused_before_anything_there_is_asked() {
    let administrator = Administrator::without_studio();
    let network = &administrator.network;
    let words = [
        "--region",
        "sa-east-1",
        "--vpc-id",
        &network.vpc,
        "--role-arn",
        &administrator.role,
        "--binary",
        shipped(),
    ];
    for told in both_of(&administrator, &words) {
        assert_eq!(
            refusals(&told.exit(1)),
            [
                "the region sa-east-1: CodeArtifact is not there, and an endpoint leads to its own region alone; CodeArtifact is in us-east-1, us-east-2, \
                 us-west-2, eu-west-1, eu-west-2, eu-west-3, eu-north-1, eu-south-1, eu-central-1, ap-northeast-1, ap-southeast-1, \
                 ap-southeast-2, ap-south-1"
            ]
        );
    }
    // CodeArtifact has no address there: whoever asks waits for nothing.
    let asked = administrator.account.gate().names();
    assert!(
        !asked.iter().any(|name| name.starts_with("codeartifact:")),
        "{asked:?}"
    );
}

#[test]
fn a_repository_with_other_upstreams_stays_and_what_is_missing_is_printed() {
    let administrator = Administrator::new();
    domain(&administrator);
    repository(&administrator, "shared", &[], Some("public:pypi"));
    repository(&administrator, "team", &["shared"], None);
    let (code, plan) = looked(&administrator, &[]);
    assert_eq!(code, 3, "{plan:#}");
    assert_eq!(
        items(&plan, "domain"),
        ["reuse domain packages: it is there"]
    );
    assert_eq!(
        items(&plan, "team"),
        ["reuse repository team: it is there, with the upstreams shared"]
    );
    let [(what, command)] = &by_hand(&plan)[..] else {
        panic!("{plan:#}")
    };
    assert_eq!(
        *what,
        "Nothing of public:npmjs comes through the repository team, which was there before: its own people may add npm-store"
    );
    let owner = &administrator.account.id;
    assert_eq!(
        *command,
        format!(
            "aws codeartifact update-repository --domain packages --domain-owner {owner} --repository team --upstreams \
             repositoryName=shared repositoryName=npm-store"
        )
    );
    administrator.apply(&[]).success();
    super::aws(&administrator, command);
    let (code, plan) = looked(&administrator, &[]);
    assert_eq!((code, by_hand(&plan)), (0, vec![]), "{plan:#}");

    // The repository goes on without us. What the stack made below it stays, and so does everything else.
    administrator.run(&["destroy", "--yes"]).success();
    let asked = json!({"domain": "packages", "repository": "team"});
    let told = administrator
        .account
        .call("codeartifact", "describe_repository", asked);
    let upstreams = &told["repository"]["upstreams"];
    assert_eq!(
        *upstreams,
        json!([{"repositoryName": "shared"}, {"repositoryName": "npm-store"}])
    );
}

#[test]
fn a_store_with_another_connection_is_refused_and_one_without_is_told_how() {
    let administrator = Administrator::new();
    domain(&administrator);
    repository(&administrator, "pypi-store", &[], Some("public:crates-io"));
    repository(&administrator, "npm-store", &[], None);
    let owner = &administrator.account.id;
    let refusals = in_the_way(&administrator, &[]);
    assert_eq!(
        refusals,
        [
            "repository pypi-store: it is there with public:crates-io, and a repository has one external connection: --domain names another domain to set up"
                .to_owned(),
            format!(
                "repository npm-store: it is there without public:npmjs: aws codeartifact associate-external-connection --domain packages \
                 --domain-owner {owner} --repository npm-store --external-connection public:npmjs"
            )
        ]
    );
    super::aws(
        &administrator,
        &refusals[1][refusals[1].find("aws ").expect("a command")..],
    );
    assert_eq!(in_the_way(&administrator, &[]).len(), 1);
    administrator.apply(&["--domain", "another"]).success();
    assert_eq!(looked(&administrator, &[]).0, 0);
}

#[test]
fn a_domain_of_another_account_is_made_there_first() {
    let administrator = Administrator::new();
    let owner = Administrator::without_studio();
    let (account, owner) = (&administrator.account.id, &owner.account.id);
    super::without_a_domain(&administrator);
    let words = ["--domain", "corp", "--domain-owner", owner];
    assert_eq!(
        in_the_way(&administrator, &words),
        [format!(
            "domain corp of account {owner}: it is not there yet: type first, in account {owner}, `studio-mirror bootstrap apply --part packages \
             --domain corp --readers {account}`"
        )]
    );
    // Told to make the owner's part, it says whose it is.
    let words = [&words[..], &["--part", "both"]].concat();
    assert_eq!(
        in_the_way(&administrator, &words)[0],
        format!(
            "domain corp of account {owner}: these credentials are of account {account}: its stack is made in the owner's account, with \
             --part packages"
        )
    );
    assert_eq!(administrator.described()["DomainId"], STUDIO);
}

#[test]
fn the_domain_of_another_account_that_keeps_its_inside_to_itself_is_used() {
    use crate::support::gate::Verdict;
    use crate::support::gate::refusal::Refusal;
    let administrator = Administrator::new();
    administrator
        .account
        .gate()
        .set_hook(|passage| match passage.service.as_str() {
            "codeartifact" => Refusal::Denied.of(passage),
            _ => Verdict::Pass,
        });
    let (code, plan) = looked(
        &administrator,
        &["--domain", "corp", "--domain-owner", "999988887777"],
    );
    assert_eq!(code, 3, "{plan:#}");
    let items = items(&plan, "corp");
    assert!(
        items[0].starts_with(
            "reuse domain corp of account 999988887777: another account's, which does not let us look at it (DescribeDomain: access denied"
        ),
        "{items:?}"
    );
}
