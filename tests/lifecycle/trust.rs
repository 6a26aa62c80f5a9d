//! Nothing runs but what root put into the image, and what is pinned.

use super::*;
use support::studio_space::possible;

/// A space that has started well once.
fn started() -> Option<(Space, Version)> {
    if !possible() {
        return None;
    }
    let space = Space::with_binary(None);
    let version = Version::stand_in("1.0.0");
    publish(&space, &version);
    start(&space, &script(&version, None));
    wait_for_the_end(&space);
    ran(&space);
    Some((space, version))
}

#[track_caller]
fn assert_only(space: &Space, version: &str) {
    let ran = ran(space);
    let of_it = |line: &String| line.starts_with(&format!("{version} "));
    assert!(!ran.is_empty() && ran.iter().all(of_it), "ran: {ran:?}");
}

#[test]
fn a_binary_that_was_tampered_with_is_replaced_and_never_run() {
    let Some((space, version)) = started() else {
        return;
    };
    space.put_program(CACHED, &stranger());
    let replaced = start(&space, &script(&version, None));
    assert_says(
        &replaced,
        &["not running", "none of those pinned here", ": logged in"],
    );
    wait_for_the_end(&space);
    assert_only(&space, "1.0.0");
    assert_eq!(space.read(CACHED).into_bytes(), version.program);
    assert_eq!(downloads(&space), 1, "the kept one is at hand");

    // Both at once.
    space.put_program(CACHED, &stranger());
    space.put_program(&version.path(), &stranger());
    let replaced = start(&space, &script(&version, None));
    assert_says(&replaced, &["is damaged", "fetched version", ": logged in"]);
    wait_for_the_end(&space);
    assert_only(&space, "1.0.0");
    assert_eq!(space.read(&version.path()).into_bytes(), version.program);
}

#[test]
fn what_cannot_be_replaced_is_removed_so_that_nobody_runs_it() {
    let Some((space, version)) = started() else {
        return;
    };
    space.put_program(CACHED, &stranger());
    space.put_program(&version.path(), &stranger());
    space.admin(
        "faults",
        r#"[{"operation":"GetPackageVersionAsset","action":{"kind":"deny","layer":"identity"}}]"#,
    );
    let refused = start(&space, &script(&version, None));
    assert_says(&refused, &["none of those pinned here", "NOT logged in"]);
    wait_for_the_end(&space);
    assert!(ran(&space).is_empty());
    // pip would go by this link.
    assert!(!space.outside(CACHED).exists());
    assert!(kept(&space).is_empty());
}

#[test]
fn a_torn_file_is_never_run() {
    let Some((space, version)) = started() else {
        return;
    };
    for file in [CACHED.to_owned(), version.path()] {
        for length in [0, version.program.len() - 1] {
            space.put_program(&file, &version.program[..length]);
            let mended = start(&space, &script(&version, None));
            assert_says(&mended, &[": logged in"]);
            wait_for_the_end(&space);
            assert_eq!(space.read(CACHED).into_bytes(), version.program);
        }
    }
}

#[test]
fn a_file_that_lost_its_mode_runs_again() {
    let Some((space, version)) = started() else {
        return;
    };
    space.sh(&format!("chmod 600 {CACHED}")).success();
    assert_says(&start(&space, &script(&version, None)), &[": logged in"]);
}

#[test]
fn something_else_in_the_place_of_the_binary_is_cleared_away() {
    let Some((space, version)) = started() else {
        return;
    };
    for instead in ["mkdir", "mkfifo", "ln -s /usr/bin/true", "ln -s /nowhere"] {
        space
            .sh(&format!("rm -rf {CACHED}; {instead} {CACHED}"))
            .success();
        let mended = start(&space, &script(&version, None));
        assert_says(&mended, &[": logged in"]);
    }
    wait_for_the_end(&space);
    assert_only(&space, "1.0.0");
}

#[test]
fn another_binary_under_the_pinned_version_is_thrown_away() {
    if !possible() {
        return;
    }
    let space = Space::with_binary(None);
    let pinned = Version::stand_in("1.0.0");
    let other = Version::new("1.0.0", stranger());
    publish(&space, &other);
    let refused = start(&space, &script(&pinned, None));
    assert_says(
        &refused,
        &["not what is pinned here", "NOT logged in", "bootstrap plan"],
    );
    wait_for_the_end(&space);
    assert!(ran(&space).is_empty());
    assert!(kept(&space).is_empty());
    assert!(!space.outside(CACHED).exists());
}

#[test]
fn a_download_cut_off_by_the_end_of_the_container_is_fetched_anew() {
    let Some((space, version)) = started() else {
        return;
    };
    space.sh(&format!("rm -r {VERSIONS} {CACHED}")).success();
    let aws = space.read("/opt/conda/bin/aws");
    let half =
        "#!/bin/bash\nfor file; do :; done\nprintf '#!/bin/bash\\n' >\"$file\"\nexec sleep 4242\n";
    space.put_program("/opt/conda/bin/aws", half.as_bytes());
    space.put_program(
        &format!("{HOME}/on-start.sh"),
        script(&version, None).as_bytes(),
    );
    let mut starting = space.command(&format!("{HOME}/on-start.sh"));
    let mut starting = starting.spawn().expect("nsenter runs");
    wait_until("half a file", PATIENCE, || {
        let parts = std::fs::read_dir(space.outside(VERSIONS))
            .into_iter()
            .flatten()
            .flatten();
        let mut sizes = parts.map(|part| part.metadata().map_or(0, |metadata| metadata.len()));
        sizes.any(|size| size > 0)
    });
    space.end_what_stayed();
    starting.wait().expect("our own child");
    assert_eq!(kept(&space).len(), 1, "a part");
    space.put_program("/opt/conda/bin/aws", aws.as_bytes());
    assert_says(&start(&space, &script(&version, None)), &[": logged in"]);
    wait_for_the_end(&space);
    assert_eq!(kept(&space).len(), 2, "a young part may be another start's");
    space
        .sh(&format!("touch -d '2 hours ago' {VERSIONS}/part.*"))
        .success();
    start(&space, &script(&version, None));
    wait_for_the_end(&space);
    assert_eq!(kept(&space), [version.pin.sha256.as_str()]);
    assert_only(&space, "1.0.0");
}

#[test]
fn the_images_own_binary_comes_first_if_it_is_roots() {
    let Some((space, version)) = started() else {
        return;
    };
    let image = "/opt/conda/bin/studio-mirror";
    space.put_program(image, &stranger());
    let cautious = start(&space, &script(&version, None));
    assert_says(
        &cautious,
        &["not running /opt/conda/bin/studio-mirror: it belongs to user id 1000"],
    );
    assert_only(&space, "1.0.0");
    space.root(&format!("chown 0:0 {image}"));
    start(&space, &script(&version, None));
    wait_for_the_end(&space);
    assert_only(&space, "stranger");
}
