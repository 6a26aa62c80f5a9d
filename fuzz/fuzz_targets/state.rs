#![no_main]
//! The state: any file.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| studio_mirror_fuzz::inputs::state(bytes));
