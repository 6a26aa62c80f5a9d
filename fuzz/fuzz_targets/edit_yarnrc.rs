#![no_main]
//! The .yarnrc.yml editor on any text.

libfuzzer_sys::fuzz_target!(|text: &str| studio_mirror_fuzz::properties::yarnrc(text));
