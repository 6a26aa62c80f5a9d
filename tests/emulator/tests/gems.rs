//! Ruby's gems, asked as plainly as curl asks: what CodeArtifact documents of RubyGems' interfaces, and no more.

mod support;

use std::io::Read;

use support::packages::{gem, put};
use support::publisher::{CORP, Publisher};
use support::request;

fn publisher() -> Publisher {
    let publisher = Publisher::new();
    let packages = &publisher.world.packages;
    put(packages, ("leaf-1.0.gem".into(), gem("leaf", "1.0", None)));
    let tree = gem("a-tree", "1.0", Some("leaf"));
    put(packages, ("a-tree-1.0.gem".into(), tree));
    publisher
}

fn path(rest: &str) -> String {
    format!("/ruby{CORP}/team/{rest}")
}

#[test]
fn single_packages_are_told_of_and_never_all_of_them() {
    let publisher = publisher();
    let get = |rest: &str| publisher.get(&path(rest));
    assert_eq!(get("").status, 200);
    let page = get("info/a-tree").text();
    assert!(page.starts_with("---\n1.0 leaf:~> 1.0|checksum:"), "{page}");
    let none = get("api/v1/dependencies");
    assert_eq!(
        (none.status, none.body.as_slice()),
        (200, &b"\x04\x08[\x00"[..])
    );
    let both = get("api/v1/dependencies?gems=a-tree%2Cleaf%2Cgone").body;
    let names = String::from_utf8_lossy(&both).matches("numberI").count();
    assert_eq!(names, 2, "{both:?}");
    let file = get("gems/a-tree-1.0.gem");
    assert_eq!(file.body, gem("a-tree", "1.0", Some("leaf")));
    let deflated = get("quick/Marshal.4.8/a-tree-1.0.gemspec.rz").body;
    let mut spec = Vec::new();
    flate2::read::ZlibDecoder::new(deflated.as_slice())
        .read_to_end(&mut spec)
        .unwrap();
    assert!(
        spec.starts_with(b"\x04\x08u:\x17Gem::Specification"),
        "{spec:?}"
    );
    for absent in [
        "versions",
        "names",
        "specs.4.8.gz",
        "latest_specs.4.8.gz",
        "prerelease_specs.4.8.gz",
        "info/gone",
        "gems/a-tree-2.0.gem",
        "quick/Marshal.4.8/gone-1.0.gemspec.rz",
        "api/v1/gems/leaf.json",
    ] {
        assert_eq!(get(absent).status, 404, "{absent}");
    }
    assert_eq!(
        publisher
            .send("DELETE", &path("api/v1/gems/yank"), "", "")
            .status,
        405
    );
}

#[test]
fn nothing_is_told_or_taken_without_a_good_token() {
    let publisher = publisher();
    let base = publisher.world.emulator.http_url();
    for (method, rest) in [
        ("HEAD", ""),
        ("GET", "info/leaf"),
        ("GET", "api/v1/dependencies"),
        ("GET", "gems/leaf-1.0.gem"),
        ("POST", "api/v1/gems"),
    ] {
        assert_eq!(
            request(method, &base, &path(rest), &[], "").status,
            401,
            "{rest}"
        );
    }
    publisher.world.emulator.set_token_clock(13 * 3600);
    assert_eq!(publisher.get(&path("info/leaf")).status, 401);
}

#[test]
fn a_gem_is_published_under_the_same_rules_as_all() {
    let publisher = publisher();
    let push = |bytes: &[u8]| {
        publisher
            .send("POST", &path("api/v1/gems"), "", bytes)
            .status
    };
    let mine = gem("mine", "1.0", None);
    assert_eq!(push(&mine[..600]), 400);
    assert_eq!(push(b"no gem"), 400);
    assert_eq!(push(&mine), 200);
    assert_eq!(push(&mine), 200);
    assert_eq!(push(&gem("mine", "1.0", Some("leaf"))), 409);
    assert_eq!(publisher.get(&path("gems/mine-1.0.gem")).body, mine);
    // What came from upstream is not published to.
    assert_eq!(publisher.get(&path("gems/leaf-1.0.gem")).status, 200);
    assert_eq!(push(&gem("leaf", "2.0", None)), 409);
    assert_eq!(push(&gem("a-tree", "1.0", Some("leaf"))), 409);
    let published = publisher.world.emulator.published();
    let published: Vec<_> = published["corp/team"].iter().collect();
    assert_eq!(published, ["ruby:mine@1.0"]);
}
