#![no_main]
//! resolv.conf, /etc/hosts, the proxy variables, CA bundles: any text.

libfuzzer_sys::fuzz_target!(|text: &str| studio_mirror_fuzz::inputs::machine_files(text));
