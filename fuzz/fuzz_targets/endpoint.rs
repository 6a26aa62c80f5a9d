#![no_main]
//! Endpoints: any URL, or two.

libfuzzer_sys::fuzz_target!(|text: &str| studio_mirror_fuzz::inputs::endpoint(text));
