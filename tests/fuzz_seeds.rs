//! Every seed of the fuzz targets, and every input that once broke one, through the same properties.

use std::fs;
use std::path::Path;

#[path = "../fuzz/src/inputs/mod.rs"]
mod inputs;
#[path = "../fuzz/src/properties.rs"]
mod properties;

fn replay(target: &str, property: fn(&str)) {
    replay_bytes(target, |bytes| {
        // As the fuzzer itself does: what is UTF-8 of it.
        let valid = bytes.utf8_chunks().next().map_or("", |chunk| chunk.valid());
        property(valid);
    });
}

fn replay_bytes(target: &str, property: impl Fn(&[u8]) + std::panic::RefUnwindSafe) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/seeds")
        .join(target);
    let mut count = 0;
    for seed in fs::read_dir(&folder).expect("the seeds are in the repository") {
        let path = seed.expect("a readable folder").path();
        let bytes = fs::read(&path).expect("a readable seed");
        let outcome = std::panic::catch_unwind(|| property(&bytes));
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

#[test]
fn endpoint_seeds_hold_the_properties() {
    replay("endpoint", inputs::endpoint);
}

#[test]
fn token_cache_seeds_hold_the_properties() {
    replay_bytes("cache", inputs::cache);
}

#[test]
fn state_seeds_hold_the_properties() {
    replay_bytes("state", inputs::state);
}

#[test]
fn keyring_query_seeds_hold_the_properties() {
    replay_bytes("keyring_query", inputs::keyring_query);
}

#[test]
fn config_file_seeds_hold_the_properties() {
    replay("config_file", inputs::config_file);
}

#[test]
fn studio_metadata_seeds_hold_the_properties() {
    replay("studio_metadata", inputs::studio_metadata);
}

#[test]
fn dry_run_mask_seeds_hold_the_properties() {
    replay("dry_run_mask", inputs::dry_run_mask);
}

#[test]
fn aws_ini_seeds_hold_the_properties() {
    replay("aws_ini", inputs::aws_ini);
}
