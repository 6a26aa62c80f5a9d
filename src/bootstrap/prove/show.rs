//! The proofs for people.

use super::judge::{Proof, ProofReport, Proved};
use crate::output::Report;

impl Report for ProofReport {
    fn text(&self) -> String {
        let mut text = String::new();
        for (status, mark) in [(Proved::Failed, "FAILED"), (Proved::Open, "OPEN")] {
            for proof in self.with(status) {
                text += &format!("{mark}: {}\n  {}", proof.title, proof.detail);
                if let Some(action) = &proof.action {
                    text += &format!("\n  {action}");
                }
                text += &format!(" ({})\n\n", proof.id);
            }
        }
        for expected in ["works", "refused"] {
            let held = self
                .with(Proved::Ok)
                .filter(|proof| proof.expected == expected);
            let held: Vec<String> = held.map(|proof| format!("  {}\n", proof.title)).collect();
            if !held.is_empty() {
                text += &format!("ok, {expected}:\n{}", held.concat());
            }
        }
        let count = |status| self.with(status).count();
        text + &format!(
            "{} of {} hold, {} failed, {} open; {}, {}\n",
            count(Proved::Ok),
            self.proofs.len(),
            count(Proved::Failed),
            count(Proved::Open),
            self.role.as_deref().unwrap_or("the role is not known"),
            self.made_at,
        )
    }
}

impl ProofReport {
    fn with(&self, status: Proved) -> impl Iterator<Item = &Proof> {
        self.proofs
            .iter()
            .filter(move |proof| proof.status == status)
    }
}
