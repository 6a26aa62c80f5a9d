#![no_main]
//! Settings: any configuration file, environment and profile.

libfuzzer_sys::fuzz_target!(|text: &str| studio_mirror_fuzz::inputs::config_file(text));
