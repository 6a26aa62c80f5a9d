#![no_main]
//! Cargo's question to its credential provider.

libfuzzer_sys::fuzz_target!(|text: &str| studio_mirror_fuzz::inputs::cargo_question(text));
