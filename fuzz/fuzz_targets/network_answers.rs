#![no_main]
//! Answers of nameservers and of whoever speaks HTTP: any bytes.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| studio_mirror_fuzz::inputs::network_answers(bytes));
