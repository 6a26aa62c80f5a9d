#![no_main]
//! The credential helper: any arguments.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| studio_mirror_fuzz::inputs::keyring_query(bytes));
