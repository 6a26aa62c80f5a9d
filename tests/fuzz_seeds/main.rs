//! Every seed of the fuzz targets, and every input that once broke one, through the same properties.

use std::fs;
use std::path::Path;

#[path = "../../fuzz/src/coming_and_going.rs"]
mod coming_and_going;
mod damaged;
mod generated;
#[path = "../../fuzz/src/inputs/mod.rs"]
mod inputs;
mod long;
#[path = "../../fuzz/src/properties/mod.rs"]
mod properties;
mod report;

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
fn cargo_question_seeds_hold_the_properties() {
    replay("cargo_question", inputs::cargo_question);
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

#[test]
fn aws_answers_seeds_hold_the_properties() {
    replay("aws_answers", inputs::aws_answers);
}

#[test]
fn policy_document_seeds_hold_the_properties() {
    replay("policy_document", inputs::policy_document);
}

#[test]
fn read_by_clients_seeds_hold_the_properties() {
    replay("read_by_clients", inputs::read_by_clients);
}

#[test]
fn said_by_clients_seeds_hold_the_properties() {
    replay("said_by_clients", inputs::said_by_clients);
}

#[test]
fn network_answers_seeds_hold_the_properties() {
    replay_bytes("network_answers", inputs::network_answers);
}

#[test]
fn machine_files_seeds_hold_the_properties() {
    replay("machine_files", inputs::machine_files);
}

#[test]
fn set_up_seeds_hold_the_properties() {
    replay_bytes("set_up", inputs::set_up);
}

#[test]
fn renewal_seeds_hold_the_properties() {
    replay("renewal", inputs::renewal);
}

#[test]
fn edit_settings_xml_seeds_hold_the_properties() {
    replay("edit_settings_xml", coming_and_going::settings_xml);
}

#[test]
fn edit_nuget_config_seeds_hold_the_properties() {
    replay("edit_nuget_config", coming_and_going::nuget_config);
}

#[test]
fn edit_tables_seeds_hold_the_properties() {
    replay("edit_tables", coming_and_going::tables);
}

#[test]
fn edit_pypirc_seeds_hold_the_properties() {
    replay("edit_pypirc", coming_and_going::pypirc);
}

#[test]
fn edit_yarnrc_seeds_hold_the_properties() {
    replay("edit_yarnrc", coming_and_going::yarnrc);
}

#[test]
fn edit_gem_seeds_hold_the_properties() {
    replay("edit_gem", coming_and_going::gem);
}

#[test]
fn edit_swift_seeds_hold_the_properties() {
    replay("edit_swift", coming_and_going::swift);
}

#[test]
fn edit_netrc_seeds_hold_the_properties() {
    replay("edit_netrc", coming_and_going::netrc);
}

#[test]
fn edit_pnpm_seeds_hold_the_properties() {
    replay("edit_pnpm", coming_and_going::pnpm_and_yarn);
}

#[test]
fn edit_keyringrc_seeds_hold_the_properties() {
    replay("edit_keyringrc", coming_and_going::keyringrc_cfg);
}

#[test]
fn edit_gradle_seeds_hold_the_properties() {
    replay("edit_gradle", coming_and_going::init_script);
}
