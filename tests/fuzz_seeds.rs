//! Every seed of the fuzz targets, and every input that once broke one, through the same properties.

use std::fs;
use std::path::Path;

#[path = "../fuzz/src/properties.rs"]
mod properties;

fn replay(target: &str, property: fn(&str)) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/seeds")
        .join(target);
    let mut count = 0;
    for seed in fs::read_dir(&folder).expect("the seeds are in the repository") {
        let path = seed.expect("a readable folder").path();
        let bytes = fs::read(&path).expect("a readable seed");
        // As the fuzzer itself does: what is UTF-8 of it.
        let valid = bytes.utf8_chunks().next().map_or("", |chunk| chunk.valid());
        let outcome = std::panic::catch_unwind(|| property(valid));
        assert!(
            outcome.is_ok(),
            "the seed {} breaks a property",
            path.display()
        );
        count += 1;
    }
    assert!(count > 0, "no seeds in {}", folder.display());
}

#[test]
fn pip_conf_seeds_hold_the_properties() {
    replay("edit_pip", properties::pip);
}

#[test]
fn npmrc_seeds_hold_the_properties() {
    replay("edit_npmrc", properties::npmrc);
}

#[test]
fn uv_toml_seeds_hold_the_properties() {
    replay("edit_uv", properties::uv);
}
