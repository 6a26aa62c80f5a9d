#![no_main]
//! A file whose token is renewed: any text around it.

libfuzzer_sys::fuzz_target!(|text: &str| studio_mirror_fuzz::inputs::renewal(text));
