#![no_main]
//! Gradle's init script and its tokens, whole files of ours, on any text.

libfuzzer_sys::fuzz_target!(|text: &str| studio_mirror_fuzz::coming_and_going::init_script(text));
