#![no_main]
//! The pip editor on any text.

libfuzzer_sys::fuzz_target!(|text: &str| studio_mirror_fuzz::properties::pip(text));
