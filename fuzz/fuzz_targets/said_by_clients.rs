#![no_main]
//! The head of a script, what `--version` answers, a package.json, the name of a folder; `---` between them.

libfuzzer_sys::fuzz_target!(|text: &str| studio_mirror_fuzz::inputs::said_by_clients(text));
