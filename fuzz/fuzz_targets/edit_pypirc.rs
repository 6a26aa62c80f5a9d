#![no_main]
//! The .pypirc editor on any text.

libfuzzer_sys::fuzz_target!(|text: &str| studio_mirror_fuzz::properties::pypirc(text));
