//! What the documents say of themselves: their links lead somewhere, their pictures are small and tell nothing of the machine they were
//! made on.

#[path = "support/mod.rs"]
mod support;

use std::path::{Path, PathBuf};

use support::checkout;

const LARGEST_PICTURE: usize = 60_000;

#[test]
fn every_link_between_documents_leads_to_a_file_and_a_heading() {
    let mut seen = 0;
    for document in documents() {
        let text = read(&document);
        for target in links(&text) {
            let (file, heading) = target.split_once('#').unwrap_or((target, ""));
            let file = match file {
                "" => document.clone(),
                file => document.parent().expect("a folder").join(file),
            };
            let place = format!("{}: ({target})", document.display());
            assert!(file.exists(), "{place} leads nowhere");
            if !heading.is_empty() {
                let known: Vec<String> = read(&file).lines().filter_map(anchor).collect();
                assert!(
                    known.iter().any(|known| known == heading),
                    "{place}: {known:?}"
                );
            }
            seen += 1;
        }
    }
    assert!(seen > 30, "{seen} links");
}

#[test]
fn the_pictures_of_terminals_are_small_and_shown() {
    let readme = read(&checkout().join("README.md"));
    let folder = checkout().join("docs/terminal");
    let mut seen = 0;
    for entry in std::fs::read_dir(&folder).expect("the folder of pictures") {
        let path = entry.expect("an entry").path();
        let (name, text) = (path.file_name().expect("a name"), read(&path));
        let name = name.to_str().expect("UTF-8");
        assert!(text.len() < LARGEST_PICTURE, "{name}: {} bytes", text.len());
        assert!(
            readme.contains(&format!("(docs/terminal/{name})")),
            "{name}"
        );
        for machine in ["/tmp/", "/root/", "/home/", "eyJ2ZX"] {
            assert!(!text.contains(machine), "{name} tells {machine}");
        }
        seen += 1;
    }
    assert_eq!(seen, 4);
}

#[test]
fn the_tests_that_security_names_are_there() {
    let text = read(&checkout().join("SECURITY.md"));
    let mut seen = 0;
    // `suite a_test_of_it`, `suite module::`, `suite module::a_test_of_it`
    for quoted in text.split('`').skip(1).step_by(2) {
        let Some((suite, name)) = quoted.split_once(' ') else {
            continue;
        };
        if !name.contains('_') && !name.ends_with("::") {
            continue;
        }
        let Some(sources) = suite_sources(suite) else {
            continue;
        };
        let (module, test) = name.rsplit_once("::").unwrap_or(("", name));
        for wanted in [format!("mod {module}"), format!("fn {test}(")] {
            let is_there = ["mod ", "fn ("].contains(&wanted.as_str()) || sources.contains(&wanted);
            assert!(is_there, "no `{wanted}` for `{quoted}`");
        }
        seen += 1;
    }
    assert!(seen >= 12, "{seen} names of tests");
}

/// The text of all files of a suite.
fn suite_sources(suite: &str) -> Option<String> {
    let file = checkout().join(format!("tests/{suite}.rs"));
    if file.is_file() {
        return Some(read(&file));
    }
    let entries = std::fs::read_dir(checkout().join("tests").join(suite)).ok()?;
    let paths = entries.map(|entry| entry.expect("an entry").path());
    Some(
        paths
            .filter(|path| path.is_file())
            .map(|path| read(&path))
            .collect(),
    )
}

fn documents() -> Vec<PathBuf> {
    let roots = [
        "",
        "docs",
        "tests/emulator",
        "tests/localstack",
        "tests/lab",
        "fuzz",
    ];
    let folders = roots.map(|below| checkout().join(below));
    folders
        .iter()
        .flat_map(|folder| std::fs::read_dir(folder).expect("a folder of the checkout"))
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "md"))
        .collect()
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|why| panic!("{}: {why}", path.display()))
}

/// The targets of `[text](target)` within the checkout.
fn links(text: &str) -> impl Iterator<Item = &str> {
    text.split("](").skip(1).filter_map(|rest| {
        let (target, _) = rest.split_once(')')?;
        (!target.contains("://") && !target.contains(' ')).then_some(target)
    })
}

/// What a heading is linked by, as GitHub makes it.
fn anchor(line: &str) -> Option<String> {
    let heading = line
        .starts_with('#')
        .then(|| line.trim_start_matches('#').trim())?;
    let kept = heading
        .chars()
        .filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    Some(kept.collect::<String>().to_lowercase().replace(' ', "-"))
}
