//! What bootstrap reads: a binary, names of packages, what a stack remembers; and the script that it writes.

use studio_mirror::bootstrap::choices::{Choices, role_name};
use studio_mirror::bootstrap::memory::Memory;
use studio_mirror::bootstrap::package_groups::package_groups;
use studio_mirror::bootstrap::program;
use studio_mirror::bootstrap::public::public_names;
use studio_mirror::bootstrap::script::{BinarySource, Pinned, Script};
use studio_mirror::bootstrap::slot::Slot;
use studio_mirror::bootstrap::stacks::{NamePattern, Public};
use studio_mirror::bootstrap::template::text;

use super::is_readable;

/// A file of any of these kinds.
pub fn set_up(bytes: &[u8]) {
    if let Err(error) = program::check(bytes) {
        is_readable(&error);
    }
    let text = bytes.utf8_chunks().next().map_or("", |chunk| chunk.valid());
    names(text);
    memory(text);
    choices(text);
    script(text);
    for key in text.lines() {
        assert!(Slot::of_key(key).is_none_or(|slot| slot.key() == key));
        if let Ok(name) = role_name(key) {
            assert!(!name.is_empty() && key.ends_with(name) && !name.contains('/'));
        }
    }
}

/// `--public FILE`, and a line of it as `--internal`.
fn names(text: &str) {
    let names = match public_names(text) {
        Ok(names) => names,
        Err(error) => return is_readable(&error),
    };
    let again: String = names
        .iter()
        .map(|one| format!("{}:{}\n", one.format, one.name.0))
        .collect();
    assert_eq!(public_names(&again).expect("names can be written"), names);
    let internal = NamePattern(names[0].name.0.clone());
    for (internal, public) in [
        (Vec::new(), Public::Only(names.clone())),
        (vec![internal], Public::All),
    ] {
        match package_groups(&internal, &public) {
            Ok(groups) => {
                assert!(groups.is_sorted_by(|a, b| a.pattern < b.pattern));
                for group in groups {
                    let harmless = |c: char| c.is_ascii_alphanumeric() || "/-_.~*$".contains(c);
                    assert!(group.pattern.chars().all(harmless), "{}", group.pattern);
                    assert!(
                        group.pattern.ends_with(['~', '*', '$'])
                            && group.pattern.matches('/').count() == 3
                    );
                }
            }
            Err(error) => is_readable(&error),
        }
    }
}

/// What a template remembers.
fn memory(line: &str) {
    let Some(memory) = Memory::read(line) else {
        return;
    };
    let written = memory.line();
    assert_eq!(Memory::read(&written).as_ref(), Some(&memory));
    let quoted = text::quoted_json(&written).expect("it is JSON");
    assert!(quoted.is_ascii() && !quoted.contains(['\n', '\r']));
    let body = format!("Resources:\n  Memory:\n      StudioMirror: {quoted}\n");
    assert_eq!(Memory::of_template(&body).as_ref(), Some(&memory));
    let mut more = memory.clone();
    more.attach("#!/bin/bash\n");
    assert!(more.scripts.len() <= 8);
    let again = memory.choices.over(&memory.choices);
    assert_eq!(
        Choices::default().over(&again),
        again,
        "what was chosen stays chosen"
    );
    for error in [
        memory.choices.tag_map().err(),
        memory.choices.wanted_endpoints().err(),
    ] {
        error.iter().for_each(is_readable);
    }
}

/// Tags as flags have them.
fn choices(text: &str) {
    let choices = Choices {
        tags: text.split(',').map(str::to_owned).collect(),
        ..Choices::default()
    };
    match choices.tag_map() {
        Ok(tags) => assert!(
            tags.iter()
                .all(|(key, value)| !key.is_empty() && text.contains(&format!("{key}={value}")))
        ),
        Err(error) => is_readable(&error),
    }
}

/// A lifecycle script filled with the lines of `text`: every value is one word of the shell, and the very one.
fn script(text: &str) {
    let mut lines = text.split('\n').map(str::to_owned);
    let mut line = || lines.next().unwrap_or_default();
    let sha256 = "0123456789abcdef".repeat(4);
    let script = Script {
        domain: line(),
        domain_owner: line(),
        repository: line(),
        region: line(),
        api_endpoint: Some(line()),
        repository_endpoint: None,
        duration_seconds: Some(3_600),
        binary_source: BinarySource::Repository(line()),
        binary: Pinned {
            version: line(),
            sha256,
        },
        previous_sha256: None,
    };
    let Ok(filled) = script.text() else {
        return;
    };
    assert!(text::block(&filled, 0).is_ok(), "CloudFormation carries it");
    for (name, value) in [
        ("domain", &script.domain),
        ("repository", &script.repository),
        ("version", &script.binary.version),
    ] {
        let begin = format!("\n{name}='");
        assert_eq!(filled.matches(&begin).count(), 1);
        let word = filled
            .split_once(&begin)
            .and_then(|(_, rest)| rest.lines().next())
            .expect("a line of it");
        assert_eq!(word_of_shell(word).as_ref(), Some(value), "{word}");
    }
}

/// The word that begins inside single quotes, if the line holds that word and nothing else.
fn word_of_shell(line: &str) -> Option<String> {
    let (mut word, mut rest) = (String::new(), line);
    loop {
        let (inside, behind) = rest.split_once('\'')?;
        word += inside;
        match behind.strip_prefix("\\''") {
            Some(more) => {
                word.push('\'');
                rest = more;
            }
            None => return behind.is_empty().then_some(word),
        }
    }
}
