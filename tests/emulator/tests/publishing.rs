//! Publishing, asked as plainly as curl asks: what is taken, what is refused, and what it changes for readers. (That the real clients
//! publish is tested with studio-mirror: `--test python_tools`, `js_tools`, `cargo_client`.)

mod support;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use sha2::{Digest, Sha512};
use support::packages::{pack, put, wheel};
use support::{Answer, World, request};

const PYPI: &str = "/pypi/d/corp-111122223333/team/";
const NPM: &str = "/npm/d/corp-111122223333/team/";

struct Publisher {
    world: World,
    bearer: String,
}

impl Publisher {
    fn new() -> Publisher {
        let world = World::new();
        let bearer = format!("Bearer {}", world.token());
        Publisher { world, bearer }
    }

    fn send(&self, method: &str, path: &str, kind: &str, body: &str) -> Answer {
        let headers = [
            ("Authorization", self.bearer.as_str()),
            ("Content-Type", kind),
        ];
        let base = self.world.emulator.http_url();
        request(method, base.trim_end_matches('/'), path, &headers, body)
    }

    /// A form whose file is text: none of these is a package.
    fn upload(&self, fields: &[(&str, &str)], file: &str) -> Answer {
        let mut form: String = fields
            .iter()
            .map(|(name, value)| {
                format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
            })
            .collect();
        form += &format!(
            "--x\r\nContent-Disposition: form-data; name=\"content\"; filename=\"a-1.0-py3-none-any.whl\"\r\n\r\n{file}\r\n--x--\r\n"
        );
        self.send("POST", PYPI, "multipart/form-data; boundary=x", &form)
    }

    fn npm(&self, name: &str, document: &serde_json::Value) -> Answer {
        let path = format!("{NPM}{}", name.replace('/', "%2f"));
        self.send("PUT", &path, "application/json", &document.to_string())
    }
}

fn packument(name: &str, version: &str, tarball: &[u8]) -> serde_json::Value {
    let integrity = format!("sha512-{}", STANDARD.encode(Sha512::digest(tarball)));
    json!({ "_id": name, "name": name, "dist-tags": { "latest": version, "next": version },
        "versions": { version: { "name": name, "version": version, "dist": { "integrity": integrity } } },
        "_attachments": { "x.tgz": { "data": STANDARD.encode(tarball), "length": tarball.len() } } })
}

#[test]
fn nobody_publishes_without_a_token() {
    let publisher = Publisher::new();
    let base = publisher.world.emulator.http_url();
    for (method, path) in [("POST", PYPI.to_owned()), ("PUT", format!("{NPM}mine"))] {
        let answer = request(method, base.trim_end_matches('/'), &path, &[], "{}");
        assert_eq!(answer.status, 401, "{path}");
    }
}

#[test]
fn an_upload_that_is_no_upload_or_no_package_is_refused() {
    let publisher = Publisher::new();
    let action = [(":action", "file_upload"), ("protocol_version", "1")];
    assert_eq!(publisher.upload(&action, "no wheel").status, 400);
    assert_eq!(publisher.upload(&action[..1], "x").status, 400);
    assert_eq!(publisher.upload(&[(":action", "submit")], "x").status, 400);
    assert_eq!(publisher.send("POST", PYPI, "text/plain", "x").status, 400);
}

#[test]
fn an_npm_package_is_published_once_and_tagged() {
    let publisher = Publisher::new();
    let (_, mut tarball) = pack("@acme/mine", "1.0.0");
    let document = packument("@acme/mine", "1.0.0", &tarball);
    assert_eq!(publisher.npm("@acme/mine", &document).status, 200);
    // The same bytes change nothing; others never take their place.
    assert_eq!(publisher.npm("@acme/mine", &document).status, 200);
    tarball.push(0);
    let other = packument("@acme/mine", "1.0.0", &tarball);
    assert_eq!(publisher.npm("@acme/mine", &other).status, 409);
    let found = publisher
        .send("GET", &format!("{NPM}@acme%2fmine"), "", "")
        .json();
    assert_eq!(
        found["dist-tags"],
        json!({ "latest": "1.0.0", "next": "1.0.0" })
    );
    let tag = format!("{NPM}-/package/@acme%2fmine/dist-tags/stable");
    assert_eq!(
        publisher
            .send("PUT", &tag, "application/json", "\"1.0.0\"")
            .status,
        200
    );
    let found = publisher
        .send("GET", &format!("{NPM}@acme%2fmine"), "", "")
        .json();
    assert_eq!(found["dist-tags"]["stable"], "1.0.0");
}

#[test]
fn an_npm_package_must_be_the_one_that_the_request_names() {
    let publisher = Publisher::new();
    let (_, tarball) = pack("mine", "1.0.0");
    let whole = packument("mine", "1.0.0", &tarball);
    let with = |change: fn(&mut serde_json::Value)| {
        let mut document = whole.clone();
        change(&mut document);
        document
    };
    for document in [
        with(|document| document["name"] = json!("other")),
        with(|document| document["versions"] = json!({})),
        with(|document| document["_attachments"] = json!({})),
        with(|document| document["_attachments"]["x.tgz"]["data"] = json!("!")),
        with(|document| document["_attachments"]["x.tgz"]["length"] = json!(1)),
        with(|document| document["versions"]["1.0.0"]["dist"] = json!({})),
        with(|document| document["dist-tags"] = json!({ "latest": "2.0.0" })),
        with(|document| document["versions"]["1.0.0"]["dist"] = json!({ "integrity": "sha512-x" })),
    ] {
        assert_eq!(publisher.npm("mine", &document).status, 400, "{document}");
    }
    assert_eq!(publisher.npm("other", &whole).status, 400);
    assert_eq!(publisher.npm("mine", &whole).status, 200);
}

#[test]
fn what_was_published_is_not_taken_from_upstream_too() {
    let publisher = Publisher::new();
    put(&publisher.world.packages, pack("mine", "9.0.0"));
    put(&publisher.world.packages, wheel("other", "1.0"));
    let versions = || {
        let found = publisher.send("GET", &format!("{NPM}mine"), "", "").json();
        let versions = found["versions"].as_object().expect("versions").clone();
        versions.keys().cloned().collect::<Vec<_>>()
    };
    assert_eq!(versions(), ["9.0.0"]);
    let (_, tarball) = pack("mine", "1.0.0");
    assert_eq!(
        publisher
            .npm("mine", &packument("mine", "1.0.0", &tarball))
            .status,
        200
    );
    assert_eq!(versions(), ["1.0.0"]);
}
