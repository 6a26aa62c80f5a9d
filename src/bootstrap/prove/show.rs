//! The proofs for people: what does not hold first.

use super::judge::{Proof, ProofReport, Proved};
use crate::columns::wrapped;
use crate::output::Report;

impl Report for ProofReport {
    fn text(&self) -> String {
        let mut text = String::new();
        for (status, mark) in [(Proved::Failed, "FAILED"), (Proved::Open, "OPEN")] {
            for proof in self.with(status) {
                text += &open(proof, mark);
            }
        }
        if self
            .with(Proved::Failed)
            .any(|proof| proof.expected == "refused")
        {
            text += &wrapped(
                "The guard rails refuse these: studio-mirror bootstrap apply attaches them, and studio-mirror bootstrap plan --scp \
                 prints them for your identity team.",
                "",
            );
            text += "\n";
        }
        for expected in ["works", "refused"] {
            let held = self.with(Proved::Ok);
            let held = held.filter(|proof| proof.expected == expected);
            let held: Vec<String> = held.map(|proof| format!("  {}\n", proof.title)).collect();
            if !held.is_empty() {
                text += &format!("ok, {expected}:\n{}", held.concat());
            }
        }
        text + &self.summary()
    }
}

fn open(proof: &Proof, mark: &str) -> String {
    let mut text = format!("{mark}: {}\n", proof.title);
    text += &wrapped(&proof.detail, "  ");
    let id = &proof.id;
    text += &match &proof.action {
        Some(action) => format!("  {action} ({id})\n\n"),
        None => format!("  More: studio-mirror check --explain {id}\n\n"),
    };
    text
}

impl ProofReport {
    fn with(&self, status: Proved) -> impl Iterator<Item = &Proof> {
        self.proofs
            .iter()
            .filter(move |proof| proof.status == status)
    }

    fn summary(&self) -> String {
        let count = |status| self.with(status).count();
        format!(
            "{} of {} hold, {} failed, {} open\n{}, {}\n",
            count(Proved::Ok),
            self.proofs.len(),
            count(Proved::Failed),
            count(Proved::Open),
            self.role.as_deref().unwrap_or("outside of Studio"),
            self.made_at,
        )
    }
}
