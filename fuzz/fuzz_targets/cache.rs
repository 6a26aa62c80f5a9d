#![no_main]
//! The token cache: any file.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| studio_mirror_fuzz::inputs::cache(bytes));
