#![no_main]
//! The keyringrc.cfg editor on any text.

libfuzzer_sys::fuzz_target!(|text: &str| studio_mirror_fuzz::coming_and_going::keyringrc_cfg(text));
