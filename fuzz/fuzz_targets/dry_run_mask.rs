#![no_main]
//! The diff of a dry run: any two texts.

libfuzzer_sys::fuzz_target!(|text: &str| studio_mirror_fuzz::inputs::dry_run_mask(text));
