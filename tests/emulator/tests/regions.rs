//! One emulator, several domains, each with an owner and a region of its own.

mod support;

use serde_json::{Value, json};
use studio_mirror_emulator::{Options, Setup};
use support::packages::{put, wheel};
use support::publisher::{Publisher, Upload};
use support::{Answer, World, request};

const SETUP: &str = r#"
account = "111122223333"
region = "us-east-1"
[[domain]]
name = "corp"
[[domain]]
name = "research"
owner = "222233334444"
region = "eu-west-1"
[[repository]]
name = "team"
upstreams = ["store"]
[[repository]]
name = "store"
external-connection = "public:pypi"
[[repository]]
domain = "research"
name = "models"
[[repository]]
domain = "research"
name = "team"
[[principal]]
user = "emulator"
access-key = "AKIAEMULATOREXAMPLE"
secret-key = "emulator-secret-key"
"#;

fn world() -> World {
    World::with(two_domains)
}

fn two_domains(options: &mut Options) {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), SETUP).unwrap();
    options.setup = Setup::read(file.path()).unwrap();
}

const HOME: [&str; 3] = ["corp", "111122223333", "us-east-1"];
const AWAY: [&str; 3] = ["research", "222233334444", "eu-west-1"];

/// A call about a domain of an owner, made in a region by boto3; its outcome.
fn call(world: &mut World, method: &str, place: [&str; 3], more: Value) -> Value {
    let [domain, owner, region] = place;
    world.set("AWS_DEFAULT_REGION", region);
    let mut keywords = json!({ "domain": domain, "domainOwner": owner });
    keywords
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    world.boto("codeartifact", method, keywords, &[])
}

fn token(world: &mut World, place: [&str; 3]) -> String {
    let outcome = call(world, "get_authorization_token", place, json!({}));
    let token = outcome["answer"]["authorizationToken"].as_str();
    token.unwrap_or_else(|| panic!("{outcome}")).to_owned()
}

fn page(world: &World, token: &str, place: [&str; 3], path: &str, host: Option<&str>) -> Answer {
    let bearer = format!("Bearer {token}");
    let [domain, owner, _] = place;
    match host {
        Some(host) => {
            let headers = [("Authorization", bearer.as_str()), ("Host", host)];
            world.get(&format!("/pypi/{path}"), &headers)
        }
        None => world.get(
            &format!("/pypi/d/{domain}-{owner}/{path}"),
            &[("Authorization", &bearer)],
        ),
    }
}

#[test]
fn a_domain_is_found_in_its_own_region_alone() {
    let mut world = world();
    for place in [HOME, AWAY] {
        let [domain, owner, region] = place;
        let _ = token(&mut world, place);
        let told = call(&mut world, "describe_domain", place, json!({}));
        let arn = format!("arn:aws:codeartifact:{region}:{owner}:domain/{domain}");
        assert_eq!(told["answer"]["domain"]["arn"], arn, "{told}");
        let team = json!({ "repository": "team", "format": "pypi" });
        let told = call(&mut world, "get_repository_endpoint", place, team);
        let base = world.emulator.http_url();
        let endpoint = format!("{base}/pypi/d/{domain}-{owner}/team/");
        assert_eq!(told["answer"]["repositoryEndpoint"], endpoint, "{told}");
    }
    let strays = [
        ["corp", "111122223333", "eu-west-1"],
        ["research", "222233334444", "us-east-1"],
        ["research", "111122223333", "eu-west-1"],
        ["corp", "222233334444", "us-east-1"],
    ];
    for stray in strays {
        for method in ["get_authorization_token", "describe_domain"] {
            let outcome = call(&mut world, method, stray, json!({}));
            assert_eq!(outcome["code"], "ResourceNotFoundException", "{stray:?}");
        }
        let team = json!({ "repository": "team", "format": "pypi" });
        let outcome = call(&mut world, "get_repository_endpoint", stray, team);
        assert_eq!(outcome["code"], "ResourceNotFoundException", "{stray:?}");
    }
    assert_eq!(world.emulator.tokens_minted(), 2);
}

#[test]
fn a_region_that_nobody_serves_is_refused_for_its_signature() {
    let mut world = world();
    let nowhere = ["corp", "111122223333", "ap-south-1"];
    let outcome = call(&mut world, "get_authorization_token", nowhere, json!({}));
    assert_eq!(outcome["code"], "InvalidSignatureException", "{outcome}");
    // STS answers in each of the regions, and in no other.
    for (region, answers) in [
        ("us-east-1", true),
        ("eu-west-1", true),
        ("ap-south-1", false),
    ] {
        world.set("AWS_DEFAULT_REGION", region);
        let outcome = world.boto("sts", "get_caller_identity", json!({}), &[]);
        assert_eq!(outcome["answer"].is_object(), answers, "{region} {outcome}");
    }
}

#[test]
fn a_host_that_names_a_region_wants_a_signature_for_it() {
    let mut world = world();
    let listener = world.emulator.http_url();
    let port = listener.rsplit_once(':').unwrap().1;
    // boto3 reaches the listener as a proxy, and so names the host that AWS has.
    world.set("HTTP_PROXY", &listener);
    for (host, answers) in [("us-east-1", true), ("eu-west-1", false)] {
        let endpoint = format!("http://codeartifact.{host}.amazonaws.com:{port}");
        world.set("AWS_ENDPOINT_URL", &endpoint);
        let outcome = call(&mut world, "get_authorization_token", HOME, json!({}));
        assert_eq!(outcome["answer"].is_object(), answers, "{host} {outcome}");
    }
}

#[test]
fn a_token_opens_its_own_domain_alone() {
    let mut world = world();
    put(&world.packages, wheel("public", "1.0"));
    put(&world.packages.join("team"), wheel("ours", "1.0"));
    put(
        &world.packages.join("research/team"),
        wheel("theirs", "1.0"),
    );
    let (home, away) = (token(&mut world, HOME), token(&mut world, AWAY));
    let status = |token: &str, place, path: &str, host: Option<&str>| {
        let answer = page(&world, token, place, &format!("{path}/"), host);
        answer.status
    };
    assert_eq!(status(&home, HOME, "team/simple/public", None), 200);
    assert_eq!(status(&home, HOME, "team/simple/ours", None), 200);
    assert_eq!(status(&away, AWAY, "team/simple/theirs", None), 200);
    // Repositories of one name are not one repository.
    assert_eq!(status(&home, HOME, "team/simple/theirs", None), 404);
    assert_eq!(status(&away, AWAY, "team/simple/ours", None), 404);
    assert_eq!(status(&away, AWAY, "team/simple/public", None), 404);
    assert_eq!(status(&away, HOME, "team/simple/public", None), 401);
    assert_eq!(status(&home, AWAY, "team/simple/theirs", None), 401);
    let hosts = |region: &str| {
        [
            format!("research-222233334444.d.codeartifact.{region}.amazonaws.com"),
            format!("research-222233334444.codeartifact.{region}.on.aws"),
        ]
    };
    for host in hosts("eu-west-1") {
        let host = Some(host.as_str());
        assert_eq!(status(&away, AWAY, "team/simple/theirs", host), 200);
        assert_eq!(status(&home, AWAY, "team/simple/theirs", host), 401);
    }
    for host in hosts("us-east-1") {
        let host = Some(host.as_str());
        assert_eq!(status(&away, AWAY, "team/simple/theirs", host), 401);
    }
    let valid = |token: &str| world.emulator.token_is_valid(token);
    assert!(valid(&home) && valid(&away));
}

#[test]
fn publishing_and_denials_keep_to_their_domain() {
    let publisher = Publisher::of(world());
    let mut world = publisher.world;
    let away = token(&mut world, AWAY);
    let upload = Upload::of("mine", "1.0", wheel("mine", "1.0"));
    let send = |bearer: &str| {
        let headers = [
            ("Authorization", bearer),
            ("Content-Type", "multipart/form-data; boundary=a-boundary"),
        ];
        let path = "/pypi/d/research-222233334444/models/";
        let base = world.emulator.http_url();
        request("POST", &base, path, &headers, upload.body())
    };
    assert_eq!(send(&publisher.bearer).status, 401);
    assert_eq!(send(&format!("Bearer {away}")).status, 200);
    let published = world.emulator.published();
    assert_eq!(published.keys().collect::<Vec<_>>(), ["research/models"]);
    let deny = r#"[{"action":{"kind":"deny","layer":"vpce"}}]"#;
    world.admin("POST", "/_admin/faults", deny);
    let denied = send(&format!("Bearer {away}")).text();
    let arn = "arn:aws:codeartifact:eu-west-1:222233334444:package/research/models/pypi//mine";
    assert!(denied.contains(arn), "{denied}");
    let read = page(&world, &away, AWAY, "models/simple/mine/", None).text();
    let arn = "arn:aws:codeartifact:eu-west-1:222233334444:repository/research/models";
    assert!(read.contains(arn), "{read}");
}
