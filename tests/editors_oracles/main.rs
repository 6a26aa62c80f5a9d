//! The editors against the parsers that count: Python's RawConfigParser with pip's spelling rule, npm's own ini, uv,
//! what gem and bundler read with, Python's netrc, and expat.
//! Files are generated, edited here, and given to the oracle in one batch before and after.

mod generated;
mod netrc;
mod npmrc;
mod oracle;
mod pip_conf;
#[path = "../../fuzz/src/properties/mod.rs"]
mod properties;
mod ruby;
mod uv_toml;
mod xml;

use proptest::prelude::*;

proptest! {
    #[test]
    fn no_text_makes_an_editor_panic(text in any::<String>()) {
        properties::pip(&text);
        properties::npmrc(&text);
        properties::uv(&text);
    }
}
