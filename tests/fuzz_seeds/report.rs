//! A report that a space made, damaged: `check --join` reads it on an administrator's machine, and prints commands to type. What it
//! is joined with hangs on the whole program, so no fuzz target has it; it is damaged here, the same way at every run.

use fastrand::Rng;
use studio_mirror::check::vpc::recorded;

use crate::damaged::damaged;
use crate::inputs::{is_readable, steers_nothing};

const REPORT: &str = r#"{"schema_version":1,"ok":false,"checks":[
{"id":"network.api.dns","title":"x","status":"failed","detail":"no address","fix":"$ dig x","waits_for":null},
{"id":"network.api.reachable","status":"skipped","detail":"waits","waits_for":"network.api.dns"},
{"id":"repository.read","status":"warning","detail":"slow"},
{"id":"tools.pip.index","status":"ok"}],
"observed":{"region":"us-east-1","domain":"corp","domain_owner":"111122223333","repository":"team","formats":["pypi","npm"],
"studio_domain_id":"d-abc","role":"arn:aws:iam::111122223333:role/studio","own_addresses":["10.0.1.7"],
"hosts":{"api":{"name":"codeartifact.us-east-1.amazonaws.com","addresses":["10.0.1.9"]},"repositories":null}}}"#;

/// What somebody would put into it, and what damage looks like.
const PIECES: [&str; 18] = [
    "$(reboot)",
    "`id`",
    ";",
    "\\u001b[2J",
    "\\u202e",
    "\\n",
    "\"",
    "{",
    "}",
    "[",
    "]",
    ",",
    "null",
    "-1",
    "us-east-1",
    "../x",
    "\u{1b}",
    "é",
];

#[test]
fn a_damaged_report_is_refused_or_harmless() {
    let pieces = PIECES.map(|piece| piece.as_bytes().to_vec());
    let mut random = Rng::with_seed(7);
    let (mut read, mut refused) = (0, 0);
    for _ in 0..20_000 {
        let text = damaged(&mut random, REPORT.as_bytes(), &pieces);
        let text = String::from_utf8_lossy(&text);
        match recorded::read(&text) {
            Err(error) => {
                is_readable(&error);
                refused += 1;
            }
            Ok(report) => {
                harmless(&report, &text);
                read += 1;
            }
        }
    }
    assert!(
        read > 1_000 && refused > 1_000,
        "{read} were read, {refused} refused"
    );
}

fn harmless(report: &studio_mirror::check::Report, text: &str) {
    let observed = report.observed.as_ref().expect("what was observed");
    observed
        .validate()
        .unwrap_or_else(|error| panic!("{error}: {text}"));
    for found in &report.checks {
        steers_nothing(&found.detail);
        let fix = found.fix.as_deref().unwrap_or_default();
        for evil in ["reboot", "`id`", "\u{1b}", "\u{202e}", "../x"] {
            assert!(!fix.contains(evil), "{fix:?} of {text}");
        }
    }
}
