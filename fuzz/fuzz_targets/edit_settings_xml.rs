#![no_main]
//! The .settings_xml.yml editor on any text.

libfuzzer_sys::fuzz_target!(|text: &str| studio_mirror_fuzz::coming_and_going::settings_xml(text));
