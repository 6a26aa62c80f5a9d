//! What comes out of deciding.

use serde::Serialize;

use super::slots::Attachment;
use crate::bootstrap::stacks::{ConsumerStack, PackagesStack};

/// What was decided about something that is there, or must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verb {
    /// It is there, somebody else's, and good.
    Reuse,
    /// It is there and stays.
    Keep,
    /// It cannot be done so.
    Refuse,
}

/// One decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Item {
    /// What.
    pub verb: Verb,
    /// About what.
    pub subject: String,
    /// Why; for a refusal also what would mend it.
    pub why: String,
}

/// Something that only somebody else can or should do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ByHand {
    /// What it is for.
    pub what: String,
    /// The command or the statement.
    pub text: String,
}

/// Everything that was decided.
#[derive(Clone, Debug, Default)]
pub struct Decision {
    /// What the packages' stack is to hold.
    pub packages: Option<PackagesStack>,
    /// What the spaces' stack is to hold.
    pub consumer: Option<ConsumerStack>,
    /// What is kept, reused, refused.
    pub items: Vec<Item>,
    /// What happens to each slot.
    pub attachments: Vec<Attachment>,
    /// What others have to do.
    pub by_hand: Vec<ByHand>,
    /// Who else will notice.
    pub affected: Vec<String>,
}

impl Decision {
    /// The refusals.
    pub fn refusals(&self) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(|item| item.verb == Verb::Refuse)
    }

    pub(super) fn say(&mut self, verb: Verb, subject: impl Into<String>, why: impl Into<String>) {
        self.items.push(Item {
            verb,
            subject: subject.into(),
            why: why.into(),
        });
    }

    pub(super) fn refuse(&mut self, subject: impl Into<String>, why: impl Into<String>) {
        self.say(Verb::Refuse, subject, why);
    }

    pub(super) fn by_hand(&mut self, what: impl Into<String>, text: impl Into<String>) {
        self.by_hand.push(ByHand {
            what: what.into(),
            text: text.into(),
        });
    }
}
