//! Files put together from lines, the same ones in every run.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

pub const CASES: usize = 1000;
pub const HOST: &str = "corp-111122223333.d.codeartifact.us-east-1.amazonaws.com";

/// Texts of up to eight of these lines, each with one of the three line ends (mostly one kind a file), the last perhaps
/// without.
pub fn files(lines: BoxedStrategy<String>) -> Vec<String> {
    let end = prop_oneof![12 => Just("\n"), 3 => Just("\r\n"), 1 => Just("\r")];
    let mixed = prop::collection::vec((lines.clone(), end), 0..9).prop_map(|lines| {
        lines
            .into_iter()
            .map(|(line, end)| line + end)
            .collect::<String>()
    });
    let windows = prop::collection::vec(lines.clone(), 0..9).prop_map(|lines| {
        lines
            .into_iter()
            .map(|line| line + "\r\n")
            .collect::<String>()
    });
    let unterminated = prop::collection::vec(lines, 1..9).prop_map(|lines| lines.join("\n"));
    let file = prop_oneof![3 => mixed, 2 => windows, 3 => unterminated];
    let mut runner = TestRunner::deterministic();
    (0..CASES)
        .map(|_| {
            file.new_tree(&mut runner)
                .expect("a strategy without filters")
                .current()
        })
        .collect()
}

pub fn one_of(lines: &'static [&'static str]) -> BoxedStrategy<String> {
    prop::sample::select(lines)
        .prop_map(|line| line.replace("HOST", HOST))
        .boxed()
}
