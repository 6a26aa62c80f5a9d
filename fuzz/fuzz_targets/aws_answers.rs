#![no_main]
//! Answers of AWS's APIs: any body.

libfuzzer_sys::fuzz_target!(|text: &str| studio_mirror_fuzz::inputs::aws_answers(text));
