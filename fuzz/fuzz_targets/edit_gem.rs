#![no_main]
//! The editors of gem's and bundler's files on any text.

libfuzzer_sys::fuzz_target!(|text: &str| studio_mirror_fuzz::coming_and_going::gem(text));
