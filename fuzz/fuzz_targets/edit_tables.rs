#![no_main]
//! TOML tables of pdm, poetry, hatch and cargo on any text.

libfuzzer_sys::fuzz_target!(|text: &str| studio_mirror_fuzz::properties::tables(text));
