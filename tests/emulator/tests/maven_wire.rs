//! Maven's endpoint, asked as plainly as curl asks, by the rules that AWS documents (Using CodeArtifact with Maven: curl,
//! checksums, snapshots).

mod support;

use md5::{Digest, Md5};
use support::publisher::{CORP, Publisher};
use support::{Answer, request};

fn path(repository: &str, below: &str) -> String {
    format!("/maven{CORP}/{repository}/{below}")
}

fn put(publisher: &Publisher, below: &str, bytes: &[u8]) -> u16 {
    let answer = publisher.send(
        "PUT",
        &path("team", below),
        "application/octet-stream",
        bytes,
    );
    answer.status
}

fn get(publisher: &Publisher, below: &str) -> Answer {
    publisher.get(&path("team", below))
}

fn list(versions: &[&str]) -> Vec<u8> {
    let versions: String = versions
        .iter()
        .map(|version| format!("<version>{version}</version>"))
        .collect();
    format!("<metadata><versioning><versions>{versions}</versions></versioning></metadata>")
        .into_bytes()
}

fn hex(bytes: &[u8]) -> String {
    Md5::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

const JAR: &str = "com/example/app/1.0/app-1.0.jar";
const LIST: &str = "com/example/app/maven-metadata.xml";

#[test]
fn nobody_reads_or_publishes_without_a_good_token() {
    let publisher = Publisher::new();
    let base = publisher.world.emulator.http_url();
    for method in ["GET", "HEAD", "PUT"] {
        let answer = request(method, &base, &path("team", JAR), &[], "");
        assert_eq!(answer.status, 401, "{method}");
    }
    publisher.world.emulator.set_token_clock(13 * 3600);
    assert_eq!(put(&publisher, JAR, b"jar"), 401);
}

#[test]
fn a_version_is_not_to_be_had_until_its_list_has_come() {
    let publisher = Publisher::new();
    assert_eq!(put(&publisher, JAR, b"jar"), 200);
    assert_eq!(
        put(&publisher, "com/example/app/1.0/app-1.0.pom", b"<project/>"),
        200
    );
    assert_eq!(
        put(&publisher, &format!("{JAR}.md5"), hex(b"jar").as_bytes()),
        200
    );
    for below in [JAR, LIST, "com/example/app/1.0/app-1.0.jar.md5"] {
        assert_eq!(get(&publisher, below).status, 404, "{below}");
    }
    assert!(publisher.world.emulator.published().is_empty());
    assert_eq!(put(&publisher, LIST, &list(&["0.9"])), 200);
    assert_eq!(
        get(&publisher, JAR).status,
        404,
        "the list names another version"
    );
    assert_eq!(put(&publisher, LIST, &list(&["0.9", "1.0"])), 200);
    assert_eq!(get(&publisher, JAR).body, b"jar");
    assert_eq!(get(&publisher, &format!("{JAR}.md5")).text(), hex(b"jar"));
    let told = get(&publisher, LIST).text();
    assert!(
        told.contains("<release>1.0</release>") && !told.contains("0.9"),
        "{told}"
    );
    assert_eq!(
        get(&publisher, &format!("{LIST}.md5")).text(),
        hex(told.as_bytes())
    );
    let published = publisher.world.emulator.published();
    assert!(published["corp/team"].contains("maven:com.example:app@1.0"));
}

#[test]
fn a_wrong_checksum_and_a_wrong_name_are_refused_and_an_asset_stays_as_it_is() {
    let publisher = Publisher::new();
    assert_eq!(
        put(&publisher, &format!("{JAR}.md5"), b"00"),
        404,
        "there is nothing to hold it against"
    );
    assert_eq!(put(&publisher, JAR, b"jar"), 200);
    assert_eq!(put(&publisher, &format!("{JAR}.md5"), b"00"), 400);
    for wrong in [
        "com/example/app/1.0/other-1.0.jar",
        "com/example/app/1.0/app-2.0.jar",
        "com/example/app/1-SNAPSHOT/app-1-SNAPSHOT.jar",
    ] {
        assert_eq!(put(&publisher, wrong, b"jar"), 400, "{wrong}");
    }
    assert_eq!(put(&publisher, LIST, b"{}"), 400);
    for round in ["unfinished", "published"] {
        assert_eq!(put(&publisher, JAR, b"jar"), 200, "{round}");
        assert_eq!(put(&publisher, JAR, b"another"), 409, "{round}");
        assert_eq!(put(&publisher, LIST, &list(&["1.0"])), 200);
    }
    assert_eq!(get(&publisher, JAR).body, b"jar");
}

#[test]
fn a_snapshot_is_its_latest_build() {
    let publisher = Publisher::new();
    let below = "com/example/app/1.0-SNAPSHOT";
    for build in ["20210728.194552-1", "20210728.195552-2"] {
        let jar = format!("{below}/app-1.0-{build}.jar");
        assert_eq!(put(&publisher, &jar, build.as_bytes()), 200);
        assert_eq!(get(&publisher, &jar).status, 404);
        let builds = format!(
            "<metadata><versioning><snapshotVersions>{build}</snapshotVersions></versioning></metadata>"
        );
        assert_eq!(
            put(
                &publisher,
                &format!("{below}/maven-metadata.xml"),
                builds.as_bytes()
            ),
            200
        );
        assert_eq!(get(&publisher, &jar).body, build.as_bytes());
        assert_eq!(
            get(&publisher, &format!("{below}/maven-metadata.xml")).text(),
            builds
        );
    }
}

#[test]
fn public_versions_come_from_upstream_and_stay_and_snapshots_do_not() {
    let publisher = Publisher::new();
    let public = publisher.world.packages.join("maven2/com/example/lib");
    for version in ["1.9", "1.10", "2-SNAPSHOT"] {
        std::fs::create_dir_all(public.join(version)).unwrap();
        std::fs::write(public.join(format!("{version}/lib-{version}.pom")), version).unwrap();
    }
    let pom = "com/example/lib/1.10/lib-1.10.pom";
    assert_eq!(get(&publisher, pom).text(), "1.10");
    assert_eq!(
        get(&publisher, "com/example/lib/2-SNAPSHOT/lib-2-SNAPSHOT.pom").status,
        404
    );
    let told = get(&publisher, "com/example/lib/maven-metadata.xml").text();
    assert!(
        told.contains("<latest>1.10</latest>") && !told.contains("SNAPSHOT"),
        "{told}"
    );
    assert_eq!(publisher.get(&path("lonely", pom)).status, 404);
    std::fs::remove_dir_all(&public).unwrap();
    assert_eq!(get(&publisher, pom).text(), "1.10", "it is kept");
    assert_eq!(
        get(&publisher, "com/example/lib/1.9/lib-1.9.pom").status,
        404
    );
    let own = "com/example/lib/3/lib-3.pom";
    assert_eq!(
        put(&publisher, own, b"mine"),
        409,
        "what came from upstream is not published to"
    );
}
