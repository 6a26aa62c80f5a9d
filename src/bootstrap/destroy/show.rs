//! What a destruction takes away, as people read it before they say yes.

use super::{Destruction, Detachment};
use crate::bootstrap::slot::Slot;
use crate::columns::broken;
use crate::error::one_line;
use crate::output::Report;

impl Detachment {
    /// The slot as the plan names it.
    fn shown(&self) -> String {
        Slot::of_key(&self.slot).map_or_else(|| self.slot.clone(), |slot| slot.to_string())
    }
}

impl Report for Destruction {
    fn text(&self) -> String {
        let mut text = String::new();
        let mut line = |mark: &str, what: &str| {
            text += &broken(&one_line(what), &format!("{mark:<10}"), "          ", "");
        };
        for slot in &self.slots {
            let back = match (&slot.back, &slot.gone) {
                (Some(arn), _) => format!("{arn} is attached again"),
                (None, Some(arn)) => {
                    format!("{arn} was attached before, and has been deleted since")
                }
                (None, None) => "nothing was attached before".to_owned(),
            };
            line(
                "- detach",
                &format!(
                    "{} of Studio domain {}: {back}",
                    slot.shown(),
                    slot.studio_domain
                ),
            );
        }
        for stack in &self.stacks {
            line("- delete", &format!("stack {stack}"));
        }
        for name in &self.lifecycles {
            line("- delete", &format!("lifecycle configuration {name}"));
        }
        for repository in &self.repositories {
            line(
                "- DELETE",
                &format!("repository {repository}, with every package in it"),
            );
        }
        if let Some(domain) = &self.domain {
            line("- DELETE", &format!("domain {domain}"));
        }
        for what in &self.stays {
            line("= keep", what);
        }
        text
    }
}
