//! Publishing npm packages and their tags, asked as plainly as curl asks.

mod support;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use support::packages::{pack, put};
use support::publisher::{CORP, Publisher, document, document_of};
use support::{Answer, request};

const TAGS: &str = "/npm/d/corp-111122223333/team/-/package/@acme%2fmine/dist-tags";

impl Publisher {
    fn tag(&self, method: &str, tag: &str, body: &str) -> Answer {
        self.send(method, &format!("{TAGS}/{tag}"), "application/json", body)
    }

    fn tags(&self) -> Value {
        let told = self.get(TAGS).json();
        let packument = self.packument("team", "@acme/mine").json();
        assert_eq!(packument["dist-tags"], told);
        told
    }
}

#[test]
fn a_package_is_served_as_it_was_published() {
    let publisher = Publisher::new();
    let whole = document("@acme/mine", "1.0.0");
    let taken = publisher.publish("@acme/mine", &whole);
    assert_eq!(taken.status, 200, "{}", taken.text());
    assert_eq!(taken.json()["ok"], true);
    let packument = publisher.packument("team", "@acme/mine").json();
    let version = &packument["versions"]["1.0.0"];
    let sent = &whole["versions"]["1.0.0"];
    assert_eq!(version["_npmVersion"], sent["_npmVersion"]);
    assert_eq!(version["dist"]["integrity"], sent["dist"]["integrity"]);
    assert!(packument["time"]["1.0.0"].is_string());
    // The tarball is at this registry, and its bytes at the asset host, whatever the client said.
    let base = publisher.world.emulator.http_url();
    let tarball = version["dist"]["tarball"].as_str().unwrap();
    let redirect = publisher.get(tarball.strip_prefix(&base).unwrap());
    assert_eq!(redirect.status, 302);
    let assets = publisher.world.emulator.assets_url();
    let path = redirect.headers["location"]
        .strip_prefix(&assets)
        .unwrap()
        .to_owned();
    let bytes = request("GET", &assets, &path, &[], "").body;
    assert_eq!(bytes, pack("@acme/mine", "1.0.0").1);
    let emulator = &publisher.world.emulator;
    assert!(emulator.published()["corp/team"].contains("npm:@acme/mine@1.0.0"));
    assert!(emulator.kept().is_empty());
    assert_eq!(emulator.count("NpmPublish"), 1);
    assert!(publisher.versions("web", "@acme/mine").is_empty());
}

#[test]
fn a_version_is_published_once() {
    let publisher = Publisher::new();
    assert_eq!(
        publisher.publish("mine", &document("mine", "1.0.0")).status,
        200
    );
    assert_eq!(
        publisher.publish("mine", &document("mine", "1.0.0")).status,
        200
    );
    // The same package, packed otherwise.
    let (_, mut tarball) = pack("mine", "1.0.0");
    // The system that a gzip file names is nobody's business.
    tarball[9] = 7;
    let other = publisher.publish("mine", &document_of("mine", "1.0.0", &tarball));
    assert_eq!(other.status, 409, "{}", other.text());
    assert_eq!(
        publisher.publish("mine", &document("mine", "1.1.0")).status,
        200
    );
    assert_eq!(publisher.versions("team", "mine"), ["1.0.0", "1.1.0"]);
}

#[test]
fn a_document_that_is_not_the_tarballs_own_is_refused() {
    let publisher = Publisher::new();
    let whole = document("mine", "1.0.0");
    let file = "mine-1.0.0.tgz";
    type Change = fn(&mut Value);
    let changes: [(&str, Change); 15] = [
        ("name", |whole| whole["name"] = json!("other")),
        ("_id", |whole| whole["_id"] = json!("other")),
        ("versions", |whole| whole["versions"] = json!({})),
        ("versions", |whole| {
            whole["versions"]["2.0.0"] = whole["versions"]["1.0.0"].clone();
        }),
        ("versions", |whole| {
            whole["versions"] = json!({ "2.0.0": whole["versions"]["1.0.0"] });
        }),
        ("versions", |whole| {
            whole["versions"]["1.0.0"]["version"] = json!("2.0.0");
        }),
        ("versions", |whole| {
            whole["versions"]["1.0.0"]["name"] = json!("other");
        }),
        ("integrity", |whole| {
            whole["versions"]["1.0.0"]["dist"]["integrity"] = json!("sha512-x");
        }),
        ("shasum", |whole| {
            whole["versions"]["1.0.0"]["dist"]["shasum"] = json!("00");
        }),
        ("no digest", |whole| {
            whole["versions"]["1.0.0"]["dist"] = json!({});
        }),
        ("dist-tags", |whole| whole["dist-tags"] = json!({})),
        ("dist-tags", |whole| whole["dist-tags"] = Value::Null),
        ("dist-tags", |whole| {
            whole["dist-tags"]["latest"] = json!("2.0.0");
        }),
        ("_attachments", |whole| whole["_attachments"] = json!({})),
        ("_attachments", |whole| {
            whole["_attachments"]["x.tgz"] = json!({});
        }),
    ];
    let refused = |document: &Value, words: &str| {
        let answer = publisher.publish("mine", document);
        let told = answer.text();
        assert_eq!(answer.status, 400, "{words}: {told}");
        assert!(told.contains(words), "{words}: {told}");
    };
    for (words, change) in changes {
        let mut broken = whole.clone();
        change(&mut broken);
        refused(&broken, words);
    }
    for (member, value) in [
        ("data", json!("!")),
        ("data", json!(STANDARD.encode("no tarball"))),
        ("data", Value::Null),
        ("length", json!(1)),
        ("length", Value::Null),
    ] {
        let mut broken = whole.clone();
        broken["_attachments"][file][member] = value;
        refused(&broken, "");
    }
    // Another package's tarball, well described.
    let other = document_of("mine", "1.0.0", &pack("other", "1.0.0").1);
    refused(&other, "one of other");
    refused(&json!([]), "");
    assert_eq!(publisher.publish("other", &whole).status, 400);
    assert!(publisher.world.emulator.published().is_empty());
    assert_eq!(publisher.publish("mine", &whole).status, 200);
}

#[test]
fn what_was_published_is_not_taken_from_upstream_too() {
    let publisher = Publisher::new();
    put(&publisher.world.packages, pack("mine", "9.0.0"));
    assert_eq!(publisher.versions("team", "mine"), ["9.0.0"]);
    let conflict = publisher.publish("mine", &document("mine", "9.0.0"));
    assert_eq!(conflict.status, 409);
    assert_eq!(
        publisher.publish("mine", &document("mine", "1.0.0")).status,
        200
    );
    assert_eq!(publisher.versions("team", "mine"), ["1.0.0"]);
    assert_eq!(publisher.versions("web", "mine"), ["9.0.0"]);
}

#[test]
fn tags_are_set_told_and_taken_away() {
    let publisher = Publisher::new();
    assert_eq!(publisher.get(TAGS).status, 404);
    let mut first = document("@acme/mine", "1.0.0");
    first["dist-tags"] = json!({ "next": "1.0.0" });
    assert_eq!(publisher.publish("@acme/mine", &first).status, 200);
    // A package without `latest` cannot be installed: a registry always has one.
    assert_eq!(
        publisher.tags(),
        json!({ "latest": "1.0.0", "next": "1.0.0" })
    );
    let second = document("@acme/mine", "2.0.0");
    assert_eq!(publisher.publish("@acme/mine", &second).status, 200);
    assert_eq!(
        publisher.tags(),
        json!({ "latest": "2.0.0", "next": "1.0.0" })
    );
    assert_eq!(publisher.tag("PUT", "old", "\"1.0.0\"").status, 200);
    assert_eq!(publisher.tag("DELETE", "next", "").status, 200);
    assert_eq!(
        publisher.tags(),
        json!({ "latest": "2.0.0", "old": "1.0.0" })
    );
    assert_eq!(publisher.tag("DELETE", "next", "").status, 404);
    assert_eq!(publisher.tag("PUT", "old", "\"3.0.0\"").status, 404);
    assert_eq!(publisher.tag("PUT", "old", "1.0.0").status, 400);
    assert_eq!(publisher.tag("PUT", "", "\"1.0.0\"").status, 405);
    assert_eq!(publisher.world.emulator.count("NpmDistTag"), 5);
}

#[test]
fn of_a_tag_here_and_upstream_upstreams_counts() {
    let publisher = Publisher::new();
    for version in ["1.0.0", "2.0.0"] {
        put(&publisher.world.packages, pack("public", version));
    }
    let tag = |repository: &str, tag: &str, version: &str| {
        let path = format!("/npm{CORP}/{repository}/-/package/public/dist-tags/{tag}");
        let set = publisher.send("PUT", &path, "", format!("\"{version}\""));
        assert_eq!(set.status, 200, "{}", set.text());
    };
    tag("npm-store", "stable", "1.0.0");
    tag("web", "stable", "2.0.0");
    tag("web", "ours", "2.0.0");
    let told = publisher.packument("web", "public").json()["dist-tags"].take();
    assert_eq!(
        told,
        json!({ "latest": "2.0.0", "stable": "1.0.0", "ours": "2.0.0" })
    );
    let upstream = publisher.packument("npm-store", "public").json()["dist-tags"].take();
    assert_eq!(upstream, json!({ "latest": "2.0.0", "stable": "1.0.0" }));
}

#[test]
fn a_denial_names_the_action_and_the_package() {
    let publisher = Publisher::new();
    let world = &publisher.world;
    let deny = r#"[{"path":"/team/","action":{"kind":"deny","layer":"identity"}}]"#;
    assert_eq!(world.admin("POST", "/_admin/faults", deny).status, 204);
    let arn = "arn:aws:codeartifact:us-east-1:111122223333:package/corp/team/npm";
    let scoped = publisher.publish("@acme/mine", &document("@acme/mine", "1.0.0"));
    let plain = publisher.publish("mine", &document("mine", "1.0.0"));
    let tag = publisher.tag("PUT", "a", "\"1.0.0\"");
    for (answer, action, resource) in [
        (scoped, "PublishPackageVersion", format!("{arn}/acme/mine")),
        (plain, "PublishPackageVersion", format!("{arn}//mine")),
        (tag, "PutPackageMetadata", format!("{arn}/acme/mine")),
    ] {
        let told = answer.text();
        let words = format!("perform: codeartifact:{action} on resource: {resource} because");
        assert_eq!(answer.status, 403, "{told}");
        assert!(told.contains(&words), "{told}");
    }
    assert!(world.emulator.published().is_empty());
}

#[test]
fn what_codeartifact_has_not_is_not_there() {
    let publisher = Publisher::new();
    let whole = document("mine", "1.0.0");
    assert_eq!(publisher.publish("mine", &whole).status, 200);
    let npm = format!("/npm{CORP}/team");
    assert_eq!(publisher.get(&format!("{npm}/-/whoami")).status, 404);
    let unpublish = publisher.send("DELETE", &format!("{npm}/mine/-rev/1"), "", "");
    assert_eq!(unpublish.status, 405);
    assert_eq!(
        publisher
            .send("DELETE", &format!("{npm}/mine"), "", "")
            .status,
        405
    );
    assert_eq!(publisher.versions("team", "mine"), ["1.0.0"]);
}
