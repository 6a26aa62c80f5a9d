//! The binary out of a bucket, where an administrator would rather have it.

use super::*;
use std::process::Stdio;
use support::clients;
use support::studio_space::possible;

const S3: &str = "http://127.0.0.1:5000";

#[test]
fn the_binary_comes_from_a_bucket() {
    if !possible() {
        return;
    }
    let space = Space::with_binary(None);
    let [version, other] = ["1.0.0", "2.0.0"].map(Version::stand_in);
    let moto = clients::bin("moto").join("moto_server");
    let mut server = space
        .command(moto.to_str().expect("a path in UTF-8"))
        .args(["-H", "127.0.0.1", "-p", "5000"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("nsenter runs");
    wait_until("S3 to answer", PATIENCE, || {
        let made = space.sh(&format!("aws s3 mb s3://tools --endpoint-url {S3}"));
        made.status.success()
    });
    space.put_program(&format!("{HOME}/upload"), &version.program);
    space
        .sh(&format!(
            "aws s3 cp ~/upload s3://tools/studio-mirror --endpoint-url {S3}"
        ))
        .success();
    let bucket = |key: &str, version| {
        let source = BinarySource::S3(format!("s3://tools/{key}"));
        let script = script_from(source, version, None);
        space.put_program(&script_path(), script.as_bytes());
        start_with(&space, &[("AWS_ENDPOINT_URL_S3", S3)])
    };
    let missing = bucket("elsewhere", &version);
    let mend = "puts it there with: aws s3 cp FILE s3://tools/elsewhere";
    assert_says(&missing, &["(404)", "NOT logged in", mend]);
    assert!(!missing.stdout.contains("bootstrap publish"), "{missing}");
    let other = bucket("studio-mirror", &other);
    assert_says(&other, &["not what is pinned here", "NOT logged in"]);
    assert!(ran(&space).is_empty());
    let started = bucket("studio-mirror", &version);
    assert_says(
        &started,
        &[
            "fetched version 1.0.0 from s3://tools/studio-mirror",
            ": logged in",
        ],
    );
    wait_for_the_end(&space);
    assert!(ran(&space).contains(&"1.0.0 login".to_owned()));
    space.end_what_stayed();
    server.wait().expect("our own child");
}
