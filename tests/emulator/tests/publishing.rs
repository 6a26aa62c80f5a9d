//! Publishing Python packages and crates, asked as plainly as curl asks: what is taken, what is refused, what it changes.

mod support;

use studio_mirror_emulator::{RepositorySetup, Setup};
use support::packages::{a_crate, altered, put, sdist, wheel};
use support::publisher::{CORP, Publisher, Upload};
use support::{Answer, World, request};

fn of_wheel(name: &str, version: &str) -> Upload {
    Upload::of(name, version, wheel(name, version))
}

#[test]
fn nobody_publishes_without_a_good_token() {
    let publisher = Publisher::new();
    let base = publisher.world.emulator.http_url();
    let upload = of_wheel("mine", "1.0");
    let attempts = [
        ("POST", format!("/pypi{CORP}/team/")),
        ("PUT", format!("/npm{CORP}/team/mine")),
        ("PUT", format!("/npm{CORP}/team/-/package/mine/dist-tags/a")),
        ("PUT", format!("/cargo{CORP}/team/api/v1/crates/new")),
    ];
    for (method, path) in attempts {
        let answer = request(method, &base, &path, &[], "{}");
        assert_eq!(answer.status, 401, "{path}");
    }
    publisher.world.emulator.set_token_clock(13 * 3600);
    assert_eq!(publisher.upload(&upload).status, 401);
    publisher.world.emulator.set_token_clock(0);
    assert_eq!(publisher.upload_to("gone", &upload).status, 404);
    assert_eq!(publisher.upload(&upload).status, 200);
}

#[test]
fn an_upload_is_served_from_its_repository_at_once() {
    let publisher = Publisher::new();
    let (wheel, sdist) = (wheel("My.Own", "1.0"), sdist("My.Own", "1.0"));
    for file in [&wheel, &sdist] {
        let taken = publisher.upload(&Upload::of("My.Own", "1.0", file.clone()));
        assert_eq!(taken.status, 200, "{}", taken.text());
    }
    let page = publisher.project("team", "my-own").text();
    for (name, bytes) in [wheel, sdist] {
        assert!(page.contains(&format!("{name}#sha256=")), "{page}");
        let file = publisher.get(&format!("/pypi{CORP}/team/simple/my-own/1.0/{name}"));
        assert_eq!(file.body, bytes);
    }
    for other in ["pypi-store", "web", "lonely"] {
        assert_eq!(publisher.project(other, "my-own").status, 404, "{other}");
    }
    let emulator = &publisher.world.emulator;
    let published: Vec<_> = emulator.published()["corp/team"].iter().cloned().collect();
    assert_eq!(published, ["pypi:my-own@1.0"]);
    assert!(emulator.kept().is_empty());
    assert_eq!(emulator.count("PypiUpload"), 2);
    let told = publisher.world.admin("GET", "/_admin/published", "");
    assert_eq!(told.json()["corp/team"][0], "pypi:my-own@1.0");
}

#[track_caller]
fn refused(answer: Answer, words: &str) {
    let told = answer.text();
    assert_eq!(answer.status, 400, "{words}: {told}");
    assert!(told.contains(words), "{words}: {told}");
}

#[test]
fn a_form_that_is_not_the_files_own_is_refused() {
    let publisher = Publisher::new();
    let sound = of_wheel("mine", "1.0");
    for (field, value) in [
        (":action", Some("submit")),
        ("protocol_version", Some("2")),
        ("name", Some("other")),
        ("version", Some("1.1")),
        ("filetype", Some("sdist")),
        ("md5_digest", Some("00")),
        ("sha256_digest", Some("00")),
        ("blake2_256_digest", Some("00")),
        (":action", None),
        ("protocol_version", None),
        ("metadata_version", None),
        ("name", None),
        ("version", None),
        ("filetype", None),
    ] {
        refused(publisher.upload(&sound.with(field, value)), field);
    }
    let bare = sound.with("md5_digest", None).with("sha256_digest", None);
    let bare = bare.with("blake2_256_digest", None);
    refused(publisher.upload(&bare), "no digest");
    for filename in [
        "mine-1.1-py3-none-any.whl",
        "other-1.0-py3-none-any.whl",
        "up/mine-1.0-py3-none-any.whl",
        "mine-1.0.exe",
        "mine-1.0.tar.gz",
        "mine-1.0.tgz",
    ] {
        refused(publisher.upload(&sound.named(filename)), filename);
    }
    assert_eq!(publisher.project("team", "mine").status, 404);
    assert!(publisher.world.emulator.published().is_empty());
    assert_eq!(publisher.upload(&sound).status, 200);
}

#[test]
fn what_is_no_form_is_refused() {
    let publisher = Publisher::new();
    let body = of_wheel("mine", "1.0").body();
    let path = format!("/pypi{CORP}/team/");
    let send = |kind: &str, body: &[u8]| publisher.send("POST", &path, kind, body);
    let kind = "multipart/form-data; boundary=a-boundary";
    assert_eq!(send("text/plain", &body).status, 400);
    assert_eq!(send("multipart/form-data", &body).status, 400);
    assert_eq!(send(&kind.replace('-', "+"), &body).status, 400);
    assert_eq!(send(kind, b"").status, 400);
    assert_eq!(send(kind, &body[..body.len() - 30]).status, 400);
    let mut damaged = of_wheel("mine", "1.0");
    damaged.bytes.truncate(60);
    damaged.digest();
    refused(publisher.upload(&damaged), "mine-1.0-py3-none-any.whl");
    assert_eq!(send(kind, &body).status, 200);
    // Nothing else is posted, and the endpoint's address ends in a slash.
    let page = format!("/pypi{CORP}/team/simple/mine/");
    assert_eq!(publisher.send("POST", &page, kind, &body).status, 405);
    let short = path.trim_end_matches('/');
    assert_eq!(publisher.send("POST", short, kind, &body).status, 404);
}

#[test]
fn one_digest_is_enough() {
    let publisher = Publisher::new();
    let digests = ["md5_digest", "sha256_digest", "blake2_256_digest"];
    for (number, only) in digests.iter().enumerate() {
        let mut upload = of_wheel("mine", &format!("{number}.0"));
        for other in digests.iter().filter(|digest| *digest != only) {
            upload = upload.with(other, None);
        }
        assert_eq!(publisher.upload(&upload).status, 200, "{only}");
    }
}

#[test]
fn the_same_file_again_changes_nothing_and_another_is_a_conflict() {
    let publisher = Publisher::new();
    let upload = of_wheel("mine", "1.0");
    assert_eq!(publisher.upload(&upload).status, 200);
    let page = publisher.project("team", "mine").text();
    assert_eq!(publisher.upload(&upload).status, 200);
    let mut other = upload.clone();
    other.bytes = altered(other.bytes);
    other.digest();
    assert_eq!(publisher.upload(&other).status, 409);
    assert_eq!(publisher.project("team", "mine").text(), page);
    // What lies in the repository's own folder is as safe.
    let packages = &publisher.world.packages;
    put(&packages.join("team"), wheel("seeded", "1.0"));
    let seeded = of_wheel("seeded", "1.0");
    assert_eq!(publisher.upload(&seeded).status, 200);
    let mut other = seeded.clone();
    other.bytes = altered(other.bytes);
    other.digest();
    assert_eq!(publisher.upload(&other).status, 409);
}

#[test]
fn a_version_that_is_upstream_cannot_be_published() {
    let publisher = Publisher::new();
    put(&publisher.world.packages, wheel("public", "1.0"));
    let conflict = publisher.upload(&of_wheel("public", "1.0"));
    assert_eq!(conflict.status, 409);
    assert!(conflict.text().contains("upstream"), "{}", conflict.text());
    // Where the public index cannot be reached it can.
    let lonely = publisher.upload_to("lonely", &of_wheel("public", "1.0"));
    assert_eq!(lonely.status, 200);
    // Another version can, and stands alone from then on.
    assert_eq!(publisher.upload(&of_wheel("public", "2.0")).status, 200);
    let page = publisher.project("team", "public").text();
    assert!(
        page.contains("public-2.0") && !page.contains("public-1.0"),
        "{page}"
    );
    let store = publisher.project("pypi-store", "public").text();
    assert!(store.contains("public-1.0"), "{store}");
    assert_eq!(publisher.upload(&of_wheel("public", "1.0")).status, 200);
}

#[test]
fn a_package_that_came_from_upstream_is_not_published_to() {
    let publisher = Publisher::new();
    put(&publisher.world.packages, wheel("public", "1.0"));
    let file = format!("/pypi{CORP}/team/simple/public/1.0/public-1.0-py3-none-any.whl");
    assert_eq!(publisher.get(&file).status, 200);
    for repository in ["team", "pypi-store"] {
        let blocked = publisher.upload_to(repository, &of_wheel("public", "2.0"));
        assert_eq!(blocked.status, 409);
        assert!(
            blocked.text().contains("origin controls"),
            "{}",
            blocked.text()
        );
    }
    put(&publisher.world.packages, wheel("public", "3.0"));
    let page = publisher.project("team", "public").text();
    assert!(page.contains("public-3.0"), "{page}");
}

#[test]
fn publishing_closes_the_way_upstream_for_its_own_repository_alone() {
    let repository = |name: &str, upstreams: &[&str], connection: Option<&str>| RepositorySetup {
        domain: None,
        name: name.into(),
        upstreams: upstreams.iter().map(|name| (*name).into()).collect(),
        external_connection: connection.map(Into::into),
    };
    let publisher = Publisher::of(World::with(|options| {
        options.setup = Setup {
            repositories: vec![
                repository("both", &["mine", "store"], None),
                repository("mine", &["deep"], None),
                repository("deep", &[], None),
                repository("store", &[], Some("public:pypi")),
            ],
            ..Setup::default()
        };
    }));
    put(&publisher.world.packages, wheel("mixed", "9.0"));
    put(
        &publisher.world.packages.join("deep"),
        wheel("mixed", "5.0"),
    );
    let upload = of_wheel("mixed", "1.0");
    assert_eq!(publisher.upload_to("mine", &upload).status, 200);
    let offered = |repository: &str| {
        let page = publisher.project(repository, "mixed").text();
        ["1.0", "5.0", "9.0"].map(|version| page.contains(&format!("mixed-{version}")))
    };
    assert_eq!(offered("mine"), [true, false, false]);
    assert_eq!(offered("both"), [true, false, true]);
    // What `both` keeps of it came from upstream there, and closes nothing.
    let file = format!("/pypi{CORP}/both/simple/mixed/1.0/mixed-1.0-py3-none-any.whl");
    assert_eq!(publisher.get(&file).status, 200);
    assert_eq!(offered("both"), [true, false, true]);
    let emulator = &publisher.world.emulator;
    assert!(emulator.kept()["corp/both"].contains("pypi:mixed@1.0"));
    assert!(!emulator.published().contains_key("corp/both"));
}

#[test]
fn a_crate_is_published_under_the_same_rules() {
    let publisher = Publisher::new();
    let send = |name: &str, bytes: &[u8]| {
        let metadata = format!(r#"{{"name":"{name}","vers":"1.0.0","deps":[]}}"#);
        let mut body = u32::try_from(metadata.len())
            .unwrap()
            .to_le_bytes()
            .to_vec();
        body.extend(metadata.as_bytes());
        body.extend(u32::try_from(bytes.len()).unwrap().to_le_bytes());
        body.extend(bytes);
        let path = format!("/cargo{CORP}/team/api/v1/crates/new");
        publisher.send("PUT", &path, "", body).status
    };
    let first = a_crate("mine", "1.0.0", "");
    assert_eq!(send("other", &first), 400);
    assert_eq!(send("mine", &first[..20]), 400);
    assert_eq!(send("mine", &first), 200);
    assert_eq!(send("mine", &first), 200);
    assert_eq!(send("mine", &a_crate("mine", "1.0.0", "// other\n")), 409);
    let index = publisher.get(&format!("/cargo{CORP}/team/mi/ne/mine"));
    assert_eq!(index.text().lines().count(), 1, "{}", index.text());
    put(
        &publisher.world.packages,
        ("public-1.0.0.crate".into(), a_crate("public", "1.0.0", "")),
    );
    assert_eq!(send("public", &a_crate("public", "1.0.0", "")), 409);
}
