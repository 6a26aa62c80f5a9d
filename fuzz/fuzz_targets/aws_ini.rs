#![no_main]
//! AWS's INI files: any text.

libfuzzer_sys::fuzz_target!(|text: &str| studio_mirror_fuzz::inputs::aws_ini(text));
