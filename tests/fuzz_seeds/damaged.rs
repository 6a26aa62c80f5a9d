//! Seeds that were cut, joined and overwritten, the same way at every run: what a fuzzer does in its first second, on stable Rust.

use std::fs;
use std::panic::{RefUnwindSafe, catch_unwind};
use std::path::Path;

use fastrand::Rng;

use crate::inputs;

const CASES: usize = 2_000;

/// `text` with up to four changes: something cut out, a part of one of `others` put in, a byte overwritten.
pub fn damaged(random: &mut Rng, text: &[u8], others: &[Vec<u8>]) -> Vec<u8> {
    let mut text = text.to_vec();
    for _ in 0..random.usize(0..=4) {
        let at = random.usize(0..=text.len());
        let end = (at + random.usize(0..40)).min(text.len());
        match random.u8(0..3) {
            0 => drop(text.drain(at..end)),
            1 => {
                let other = &others[random.usize(0..others.len())];
                let from = random.usize(0..=other.len());
                let to = (from + random.usize(0..60)).min(other.len());
                text.splice(at..end, other[from..to].iter().copied());
            }
            _ => text[at..end]
                .iter_mut()
                .take(1)
                .for_each(|byte| *byte = random.u8(..)),
        }
    }
    text
}

fn hold(target: &str, property: impl Fn(&[u8]) + RefUnwindSafe) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/seeds")
        .join(target);
    let seeds = fs::read_dir(&folder).expect("the seeds are in the repository");
    let mut paths: Vec<_> = seeds
        .map(|seed| seed.expect("a readable folder").path())
        .collect();
    paths.sort();
    let seeds: Vec<Vec<u8>> = paths
        .iter()
        .map(|path| fs::read(path).expect("a readable seed"))
        .collect();
    let mut random = Rng::with_seed(7);
    for _ in 0..CASES {
        let seed = &seeds[random.usize(0..seeds.len())];
        let input = damaged(&mut random, seed, &seeds);
        let outcome = catch_unwind(|| property(&input));
        assert!(
            outcome.is_ok(),
            "{target}: \"{}\" breaks a property",
            input.escape_ascii()
        );
    }
}

fn hold_text(target: &str, property: fn(&str)) {
    hold(target, |bytes| {
        property(bytes.utf8_chunks().next().map_or("", |chunk| chunk.valid()));
    });
}

#[test]
fn answers_hold_the_properties() {
    hold_text("aws_answers", inputs::aws_answers);
    hold("network_answers", inputs::network_answers);
}

#[test]
fn policies_hold_the_properties() {
    hold_text("policy_document", inputs::policy_document);
}

#[test]
fn settings_of_clients_hold_the_properties() {
    hold_text("read_by_clients", inputs::read_by_clients);
    hold_text("said_by_clients", inputs::said_by_clients);
}

#[test]
fn files_of_the_machine_hold_the_properties() {
    hold_text("machine_files", inputs::machine_files);
    hold_text("renewal", inputs::renewal);
}

#[test]
fn what_bootstrap_reads_holds_the_properties() {
    hold("set_up", inputs::set_up);
}
