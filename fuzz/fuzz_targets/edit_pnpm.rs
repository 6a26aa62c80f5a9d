#![no_main]
//! pnpm's and yarn 1's editors on any text.

libfuzzer_sys::fuzz_target!(|text: &str| studio_mirror_fuzz::properties::pnpm_and_yarn(text));
