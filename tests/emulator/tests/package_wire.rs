//! The package endpoints, asked as plainly as curl asks: who is let in, what is offered, where tarballs come from.

mod support;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use support::packages::{altered, pack, put, wheel};
use support::{Answer, World, request};

const PYPI: &str = "/pypi/d/corp-111122223333";
const NPM: &str = "/npm/d/corp-111122223333";

struct Wire {
    world: World,
    bearer: String,
    token: String,
}

impl Wire {
    fn new() -> Wire {
        let world = World::new();
        put(&world.packages, wheel("tiny-wheel", "1.0"));
        put(&world.packages, pack("@acme/tiny", "2.0.0"));
        let token = world.token();
        Wire {
            world,
            bearer: format!("Bearer {token}"),
            token,
        }
    }

    fn get(&self, path: &str) -> Answer {
        self.world.get(path, &[("Authorization", &self.bearer)])
    }

    fn project(&self, repository: &str, project: &str) -> Answer {
        self.get(&format!("{PYPI}/{repository}/simple/{project}/"))
    }

    fn with_authorization(&self, value: &str) -> u16 {
        self.world
            .get(
                &format!("{PYPI}/team/simple/tiny-wheel/"),
                &[("Authorization", value)],
            )
            .status
    }
}

#[test]
fn only_the_tokens_own_user_and_domain_are_let_in() {
    let wire = Wire::new();
    let basic = |user: &str, password: &str| {
        format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
    };
    assert_eq!(wire.with_authorization(&wire.bearer), 200);
    assert_eq!(wire.with_authorization(&basic("aws", &wire.token)), 200);
    assert_eq!(wire.with_authorization(&basic("AWS", &wire.token)), 401);
    assert_eq!(wire.with_authorization(&basic("", &wire.token)), 401);
    assert_eq!(wire.with_authorization(&basic("aws", "")), 401);
    assert_eq!(
        wire.with_authorization(&format!("Bearer {}x", wire.token)),
        401
    );
    let anonymous = wire
        .world
        .get(&format!("{PYPI}/team/simple/tiny-wheel/"), &[]);
    assert_eq!(anonymous.status, 401);
    assert!(anonymous.headers["www-authenticate"].starts_with("Basic "));
    assert_eq!(
        wire.get("/pypi/d/other-111122223333/team/simple/tiny-wheel/")
            .status,
        401
    );
    assert_eq!(
        wire.world.get(&format!("{NPM}/team/-/ping"), &[]).status,
        401
    );
    assert_eq!(wire.get(&format!("{NPM}/team/-/ping")).status, 200);
}

#[test]
fn a_token_ends_when_it_said_it_would() {
    let wire = Wire::new();
    let emulator = &wire.world.emulator;
    emulator.set_token_clock(12 * 3600 - 60);
    assert_eq!(wire.with_authorization(&wire.bearer), 200);
    assert!(emulator.token_is_valid(&wire.token));
    emulator.set_token_clock(13 * 3600);
    assert_eq!(wire.with_authorization(&wire.bearer), 401);
    assert!(!emulator.token_is_valid(&wire.token));
    assert!(!emulator.token_is_valid("eyJ2ZX"));
    assert_eq!(emulator.tokens_minted(), 1);
    // The clocks are apart: signatures are still judged by real time.
    let renewed = format!("Bearer {}", wire.world.token());
    assert_eq!(wire.with_authorization(&renewed), 200);
}

#[test]
fn an_administrators_short_life_is_told_truly() {
    let wire = Wire::new();
    assert_eq!(
        wire.world
            .admin("POST", "/_admin/token-lifetime", r#"{"seconds":100}"#)
            .status,
        204
    );
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_secs_f64();
    let answer = wire.world.aws_json(&[
        "codeartifact",
        "get-authorization-token",
        "--domain",
        "corp",
    ]);
    let life = answer["expiration"].as_f64().unwrap() - now;
    assert!((99.0..115.0).contains(&life), "{life}");
    let short = format!("Bearer {}", answer["authorizationToken"].as_str().unwrap());
    assert_eq!(wire.with_authorization(&short), 200);
    wire.world.emulator.set_token_clock(101);
    assert_eq!(wire.with_authorization(&short), 401);
    assert_eq!(wire.with_authorization(&wire.bearer), 200);
}

#[test]
fn project_pages_come_in_what_the_client_accepts_and_nothing_else() {
    let wire = Wire::new();
    let page = |accept: &str| {
        let headers = [("Authorization", wire.bearer.as_str()), ("Accept", accept)];
        wire.world
            .get(&format!("{PYPI}/team/simple/tiny-wheel/"), &headers)
    };
    let json = page("application/vnd.pypi.simple.v1+json, text/html;q=0.1");
    assert_eq!(
        json.headers["content-type"],
        "application/vnd.pypi.simple.v1+json"
    );
    let file = &json.json()["files"][0];
    assert_eq!(file["url"], "1.0/tiny_wheel-1.0-py3-none-any.whl");
    assert_eq!(file["requires-python"], ">=3.7");
    assert_eq!(file["hashes"]["sha256"].as_str().unwrap().len(), 64);
    let html = page("text/html");
    assert_eq!(html.headers["content-type"], "text/html");
    assert!(
        html.text()
            .contains("<a href=\"1.0/tiny_wheel-1.0-py3-none-any.whl#sha256="),
        "{}",
        html.text()
    );
    assert!(
        html.text().contains("data-requires-python=\"&gt;=3.7\""),
        "{}",
        html.text()
    );
    assert_eq!(page("application/json").status, 406);
    assert_eq!(page("application/vnd.pypi.simple.v9+json").status, 406);
}

#[test]
fn there_is_no_index_of_projects() {
    let wire = Wire::new();
    assert_eq!(wire.get(&format!("{PYPI}/team/simple/")).status, 404);
    assert_eq!(wire.project("team", "nowhere").status, 404);
    assert_eq!(wire.project("gone", "tiny-wheel").status, 404);
    let moved = wire.get(&format!("{PYPI}/team/simple/Tiny.Wheel"));
    assert_eq!(
        (moved.status, moved.headers["location"].as_str()),
        (301, "/pypi/d/corp-111122223333/team/simple/tiny-wheel/")
    );
}

#[test]
fn awss_host_names_are_understood_as_the_path_form_is() {
    let wire = Wire::new();
    for host in [
        "corp-111122223333.d.codeartifact.us-east-1.amazonaws.com",
        "corp-111122223333.codeartifact.us-east-1.on.aws",
    ] {
        let headers = [("Authorization", wire.bearer.as_str()), ("Host", host)];
        assert_eq!(
            wire.world
                .get("/pypi/team/simple/tiny-wheel/", &headers)
                .status,
            200
        );
        let packument = wire.world.get("/npm/team/@acme%2ftiny", &headers).json();
        let tarball = format!("http://{host}/npm/team/@acme/tiny/-/tiny-2.0.0.tgz");
        assert_eq!(packument["versions"]["2.0.0"]["dist"]["tarball"], tarball);
    }
}

#[test]
fn a_repository_offers_its_own_its_upstreams_and_no_more() {
    let wire = Wire::new();
    put(&wire.world.packages.join("lonely"), wheel("private", "3.0"));
    assert_eq!(wire.project("team", "tiny-wheel").status, 200);
    assert_eq!(wire.project("web", "tiny-wheel").status, 404);
    assert_eq!(wire.project("lonely", "tiny-wheel").status, 404);
    assert_eq!(wire.project("lonely", "private").status, 200);
    assert_eq!(wire.project("team", "private").status, 404);
    assert_eq!(wire.get(&format!("{NPM}/web/@acme%2ftiny")).status, 200);
    assert_eq!(wire.get(&format!("{NPM}/lonely/@acme%2ftiny")).status, 404);
}

#[test]
fn what_was_fetched_once_is_kept_when_the_index_has_lost_it() {
    let wire = Wire::new();
    let later = put(&wire.world.packages, wheel("tiny-wheel", "2.0"));
    let file = format!("{PYPI}/team/simple/tiny-wheel/1.0/tiny_wheel-1.0-py3-none-any.whl");
    let bytes = wire.get(&file).body;
    assert_eq!(bytes, wheel("tiny-wheel", "1.0").1);
    std::fs::remove_file(wire.world.packages.join("tiny_wheel-1.0-py3-none-any.whl")).unwrap();
    std::fs::remove_file(later).unwrap();
    let page = wire.project("team", "tiny-wheel").text();
    assert!(
        page.contains("tiny_wheel-1.0") && !page.contains("tiny_wheel-2.0"),
        "{page}"
    );
    assert_eq!(wire.get(&file).body, bytes);
    assert_eq!(wire.project("pypi-store", "tiny-wheel").status, 200);
}

#[test]
fn a_repositorys_own_version_hides_the_upstreams() {
    let wire = Wire::new();
    let public = wire.project("team", "tiny-wheel").text();
    let (name, own) = wheel("tiny-wheel", "1.0");
    let own = altered(own);
    put(&wire.world.packages.join("team"), (name, own.clone()));
    let page = wire.project("team", "tiny-wheel").text();
    assert_ne!(page, public);
    assert_eq!(page.matches("<a href").count(), 1);
    let file = format!("{PYPI}/team/simple/tiny-wheel/1.0/tiny_wheel-1.0-py3-none-any.whl");
    assert_eq!(wire.get(&file).body, own);
}

#[test]
fn tarballs_come_from_a_second_host_that_takes_one_kind_of_proof() {
    let wire = Wire::new();
    let redirect = wire.get(&format!("{NPM}/team/@acme/tiny/-/tiny-2.0.0.tgz"));
    assert_eq!(redirect.status, 302);
    let assets = wire.world.emulator.assets_url();
    let path = redirect.headers["location"]
        .strip_prefix(&assets)
        .unwrap()
        .to_owned();
    let ask = |path: &str, headers: &[(&str, &str)]| request("GET", &assets, path, headers, "");
    assert_eq!(ask(&path, &[]).body, pack("@acme/tiny", "2.0.0").1);
    let both = ask(&path, &[("Authorization", &wire.bearer)]);
    assert_eq!(both.status, 400);
    assert!(
        both.text().contains("<Code>InvalidArgument</Code>"),
        "{}",
        both.text()
    );
    let unsigned = ask(path.split('?').next().unwrap(), &[]);
    assert_eq!(unsigned.status, 403);
    let forged = ask(&path.replace("X-Amz-Signature=", "X-Amz-Signature=0"), &[]);
    assert!(
        forged.status == 403 && forged.text().contains("SignatureDoesNotMatch"),
        "{}",
        forged.text()
    );
    wire.world.emulator.set_signing_clock(3601);
    let late = ask(&path, &[]);
    assert!(
        late.status == 403 && late.text().contains("Request has expired"),
        "{}",
        late.text()
    );
}

#[test]
fn a_named_asset_host_is_where_tarballs_are_redirected_to() {
    let name = "assets.s3.us-east-1.amazonaws.com";
    let world = World::with(|options| options.assets_name = Some(name.into()));
    put(&world.packages, pack("@acme/tiny", "2.0.0"));
    let bearer = format!("Bearer {}", world.token());
    let tarball = format!("{NPM}/team/@acme/tiny/-/tiny-2.0.0.tgz");
    let answer = world.get(&tarball, &[("Authorization", &bearer)]);
    assert_eq!(answer.status, 302, "{}", answer.text());
    let location = &answer.headers["location"];
    assert!(
        location.starts_with(&format!("https://{name}/")),
        "{location}"
    );
}

#[test]
fn a_fault_may_befall_only_those_without_a_token_or_only_those_with_one() {
    let wire = Wire::new();
    let basic = |password: &str| format!("Basic {}", STANDARD.encode(format!("aws:{password}")));
    let statuses = |anonymous: bool| {
        let fault = format!(
            r#"[{{"operation":"PypiSimple","anonymous":{anonymous},"action":{{"kind":"status","status":403}}}}]"#
        );
        wire.world.emulator.clear_faults();
        let taken = wire.world.admin("POST", "/_admin/faults", &fault);
        assert_eq!(taken.status, 204, "{}", taken.text());
        let page = format!("{PYPI}/team/simple/tiny-wheel/");
        [
            wire.world.get(&page, &[]).status,
            wire.with_authorization(&basic("")),
            wire.with_authorization(&basic(&wire.token)),
            wire.with_authorization(&wire.bearer),
        ]
    };
    assert_eq!(statuses(true), [403, 403, 200, 200]);
    assert_eq!(statuses(false), [401, 401, 403, 403]);
}

#[test]
fn the_date_of_an_answer_is_that_of_the_clock_that_judges_signatures() {
    let wire = Wire::new();
    let date = || wire.get(&format!("{PYPI}/team/simple/tiny-wheel/")).headers["date"].clone();
    // A leap year's length away is another year for certain.
    wire.world.emulator.set_signing_clock(366 * 86_400);
    let ahead = date();
    wire.world.emulator.set_signing_clock(0);
    assert_ne!(ahead[12..16], date()[12..16], "{ahead}");
}
