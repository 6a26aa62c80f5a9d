#![no_main]
//! A policy of an endpoint, and a question to it.

libfuzzer_sys::fuzz_target!(|text: &str| studio_mirror_fuzz::inputs::policy_document(text));
