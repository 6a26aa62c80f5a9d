#![no_main]
//! The npmrc editor on any text.

libfuzzer_sys::fuzz_target!(|text: &str| studio_mirror_fuzz::properties::npmrc(text));
