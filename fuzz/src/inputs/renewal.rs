//! A file that holds a token, when the token is renewed; and the record of the process that renews it.

use studio_mirror::refresh::{Record, renewed_text, strays};

use super::parts;

const OLD: &str = "eyJ2ZXIiOjF9.old+TOKEN";
const NEW: &str = "eyJ2ZXIiOjF9.new-TOKEN";
const OURS: &str = "corp.example";

/// The text before a token and behind it, with `---` between; or that record.
pub fn renewal(text: &str) {
    let [before, behind] = parts(text);
    for token in [OLD, "eyJ2ZXIiOjF9.old%2BTOKEN"] {
        let whole = format!("{before}{token}{behind}");
        let renewed = renewed_text(&whole, &[OLD], NEW).expect("it holds the token");
        assert!(!renewed.contains(OLD), "{renewed:?}");
        if !text.contains("eyJ2") {
            assert_eq!(
                renewed,
                format!("{before}{NEW}{behind}"),
                "nothing else changes"
            );
        }
        assert!(renewed_text(&renewed, &[OLD], NEW).is_none_or(|_| text.contains("eyJ2")));
    }
    record(text);
    let line: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && !"\"'<>".contains(*c))
        .collect();
    foreign(&format!("https://aws:{OLD}@{line}"));
    foreign(&format!("https://{line}@{OURS}/?{OLD}"));
    foreign(&format!("https://aws:{OLD}@{OURS}{line}"));
}

/// Its number is one process's, and not everybody's.
fn record(text: &str) {
    let Some(record) = Record::parse(text) else {
        return;
    };
    assert!(record.pid > 1, "a signal to {} reaches others", record.pid);
    let again = serde_json::to_string(&record).expect("a record can be written");
    assert_eq!(Record::parse(&again), Some(record));
}

/// A token in a URL that leads elsewhere is a stray one.
fn foreign(url: &str) {
    let Ok(judge) = url::Url::parse(url) else {
        return;
    };
    let is_ours = judge.host_str() == Some(OURS) && judge.port().is_none();
    assert!(
        is_ours || strays(&format!("index-url = {url}\n"), OLD, &[OURS]),
        "{url:?} leads to {judge}"
    );
}
