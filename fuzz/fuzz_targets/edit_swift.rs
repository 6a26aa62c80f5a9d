#![no_main]
//! The registries.json editor on any text.

libfuzzer_sys::fuzz_target!(|text: &str| studio_mirror_fuzz::coming_and_going::swift(text));
