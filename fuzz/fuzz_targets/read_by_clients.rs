#![no_main]
//! Package clients' settings, as check merges them: any files and variables.

libfuzzer_sys::fuzz_target!(|text: &str| studio_mirror_fuzz::inputs::read_by_clients(text));
