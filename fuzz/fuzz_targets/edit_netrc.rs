#![no_main]
//! The .netrc editor on any text.

libfuzzer_sys::fuzz_target!(|text: &str| studio_mirror_fuzz::coming_and_going::netrc(text));
