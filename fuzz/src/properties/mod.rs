//! What must hold for every text an editor is given, whether a person, a fuzzer or a generator wrote it.

mod npmrc;
mod pip;
mod uv;

pub use npmrc::npmrc;
pub use pip::pip;
pub use uv::uv;

use std::ops::Range;
use std::sync::LazyLock;

use studio_mirror::credentials::CredentialSource;
use studio_mirror::token::TokenRequest;
use studio_mirror::tools::{Auth, Configured, Editor, Found, Installed, Registry};

/// The endpoints the properties log in to.
pub const PYPI: &str =
    "https://corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/pypi/team/";
pub const NPM: &str = "https://corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/npm/team/";
pub const MAVEN: &str =
    "https://corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/maven/team/";
const OTHER_PYPI: &str =
    "https://corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/pypi/other/";
const OTHER_NPM: &str =
    "https://corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/npm/other/";
pub const TOKEN: &str = "eyJ2ZXIiOjEsImlzdSI6MX0.abc-DEF_123";

/// A registry as a login of the domain `corp` would name it.
pub fn registry<'a>(url: &'a str, auth: Auth<'a>) -> Registry<'a> {
    static REQUEST: LazyLock<TokenRequest> = LazyLock::new(|| TokenRequest {
        domain: "corp".to_owned(),
        owner: Some("111122223333".to_owned()),
        region: "us-east-1".to_owned(),
        api_endpoint: None,
        duration_seconds: None,
        credentials: CredentialSource::Instance,
    });
    Registry {
        name: "codeartifact",
        url,
        auth,
        namespace: None,
        request: &REQUEST,
        installed: Installed {
            program: "/usr/local/bin/studio-mirror",
            helpers: "/home/me/.local/share/studio-mirror/bin",
        },
        before: None,
    }
}

/// The edit says what it should, and doing it again changes nothing; no warning gives the token away.
fn settled(done: &Configured, registry: &Registry, editor: &dyn Editor) {
    let expected = match registry.auth {
        Auth::Helper => Found::Helper,
        Auth::Token(token) => Found::Token(token.clone()),
    };
    assert_eq!(
        editor.inspect(&done.text, registry.url).as_ref(),
        Ok(&expected)
    );
    let again = editor
        .configure(&done.text, &[*registry])
        .expect("what was written can be read");
    assert_eq!(again.text, done.text, "a second edit changes nothing");
    assert!(done.warnings.iter().all(|warning| !warning.contains(TOKEN)));
}

/// A login to another repository replaces this one.
fn moved(text: &str, registry: &Registry, editor: &dyn Editor, gone: &str) {
    let Ok(done) = editor.configure(text, &[*registry]) else {
        panic!("what was written can be edited")
    };
    assert_ne!(
        editor.inspect(&done.text, registry.url),
        Ok(Found::NotConfigured)
    );
    if !text.contains("acme") && text.matches(gone).count() == 1 {
        assert!(
            !done.text.contains(gone),
            "{:?} still has {gone:?}",
            done.text
        );
    }
}

/// Without the lines that are ours the file is what it was, byte for byte. `ours` names them, counted from 1.
fn lines_kept(before: &str, after: &str, ours: impl Fn(&str) -> Vec<Range<usize>>) {
    let others = |text: &str| -> String {
        let ours = ours(text);
        let lines = split(text).into_iter().enumerate();
        let kept = lines.filter(|(at, line)| {
            is_aside(line) || !ours.iter().any(|range| range.contains(&(at + 1)))
        });
        let text: String = kept.map(|(_, line)| line).collect();
        // A line end may come to what was the last line, and a section behind it.
        text.trim_end_matches(['\r', '\n']).to_owned()
    };
    let (old, new) = (others(before), others(after));
    let added_section = new
        .strip_suffix("[global]")
        .map(|new| new.trim_end_matches(['\r', '\n']));
    assert!(
        new == old || added_section == Some(&old),
        "{old:?} became {new:?}"
    );
}

/// Comments and blank lines, which stay also where they stand inside a value that goes.
fn is_aside(line: &str) -> bool {
    let is_space = |c: char| c.is_whitespace() || ('\x1c'..='\x1f').contains(&c);
    let content = line.trim_start_matches(is_space);
    content.is_empty() || content.starts_with(['#', ';'])
}

/// Lines with their ends: `\n`, `\r\n`, `\r`.
fn split(text: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = Vec::new();
    let mut start = 0;
    for (at, c) in text.char_indices() {
        if c == '\n' || c == '\r' && !text[at + 1..].starts_with('\n') {
            lines.push(&text[start..=at]);
            start = at + 1;
        }
    }
    lines.push(&text[start..]);
    lines
}
