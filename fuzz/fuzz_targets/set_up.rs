#![no_main]
//! What bootstrap reads: any file.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| studio_mirror_fuzz::inputs::set_up(bytes));
