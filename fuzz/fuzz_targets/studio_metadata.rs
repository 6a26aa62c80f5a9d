#![no_main]
//! Studio's metadata: any file.

libfuzzer_sys::fuzz_target!(|text: &str| studio_mirror_fuzz::inputs::studio_metadata(text));
