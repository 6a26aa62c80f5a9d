#![no_main]
//! The .nuget_config.yml editor on any text.

libfuzzer_sys::fuzz_target!(|text: &str| studio_mirror_fuzz::coming_and_going::nuget_config(text));
