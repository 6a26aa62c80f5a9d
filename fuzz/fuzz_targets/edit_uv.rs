#![no_main]
//! The uv editor on any text.

libfuzzer_sys::fuzz_target!(|text: &str| studio_mirror_fuzz::properties::uv(text));
