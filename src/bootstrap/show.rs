//! A plan for people: 80 columns, marks that need no colour.

use super::decide::{AttachVerb, Attachment, Item, Verb};
use super::plan::{Outcome, Plan, StackPlan, StackVerb};
use crate::aws::cloudformation::Change;
use crate::columns::broken;
use crate::error::one_line;
use crate::output::Report;

/// Names are as long as AWS lets them be; what is longer than a screen is none.
const LONGEST: usize = 2_000;

impl Report for Plan {
    fn text(&self) -> String {
        let mut text = self.head();
        for stack in &self.stacks {
            text += &of_stack(stack);
        }
        text += &self.after();
        text += &section(
            "What is there",
            self.items
                .iter()
                .filter(|item| item.verb != Verb::Refuse)
                .map(of_item),
        );
        text += &section(
            "Who else will notice",
            self.affected.iter().map(|line| wrapped(line, "  ")),
        );
        text += &section("Changed by hand", self.drifted());
        text += &section("Not finished, or undone by hand", self.unfinished());
        text += &section(
            "For others to do",
            self.by_hand
                .iter()
                .map(|one| wrapped(&one.what, "  ") + &for_others(&one.text)),
        );
        if self.cost.usd_a_month > 0.0
            || self
                .stacks
                .iter()
                .any(|stack| stack.verb == StackVerb::Create)
        {
            text += &format!("\nCost: about {:.2} USD a month\n", self.cost.usd_a_month);
            for line in &self.cost.reckoning {
                text += &broken(line, "  ", "  ", "");
            }
        }
        text += &section(
            "In the way",
            self.items
                .iter()
                .filter(|item| item.verb == Verb::Refuse)
                .map(of_item),
        );
        match self.outcome {
            Outcome::Changes | Outcome::Drift if self.is_asked => text.push('\n'),
            _ => text += &format!("\n{}\n", self.verdict()),
        }
        text
    }
}

impl Plan {
    fn head(&self) -> String {
        let mut text = wrapped(
            &format!(
                "Account {}, region {}, as {}",
                self.account, self.region, self.caller
            ),
            "",
        );
        let mut domains = format!("CodeArtifact domain {}", self.domain);
        if let Some(studio) = &self.studio_domain {
            domains += &format!(", Studio domain {studio}");
        }
        text += &wrapped(&domains, "");
        text
    }

    /// What happens outside of the stacks.
    fn after(&self) -> String {
        let binary = self.binary.iter().map(|binary| {
            let version = &binary.binary.version;
            let (mark, into) = match (binary.is_published_now, binary.is_seen) {
                (true, _) => ("+ publish", "into"),
                (false, true) => ("= keep", "in"),
                (false, false) => ("? not seen", "in"),
            };
            marked(
                mark,
                &format!("studio-mirror {version} {into} {}", binary.source),
            )
        });
        section(
            "After the stacks",
            binary.chain(self.attachments.iter().map(of_attachment)),
        )
    }

    fn drifted(&self) -> impl Iterator<Item = String> {
        let drift = &self.drift;
        let resources = drift.resources.iter().map(|one| {
            let properties = match one.properties.is_empty() {
                true => String::new(),
                false => format!(": {}", one.properties.join(", ")),
            };
            let line = format!(
                "! {} {} ({}){properties}",
                one.status.to_ascii_lowercase(),
                one.logical_id,
                one.physical_id
            );
            wrapped(&line, "  ")
        });
        let slots = drift.slots.iter().map(|slot| {
            wrapped(
                &format!("! {slot} no longer has our lifecycle configuration"),
                "  ",
            )
        });
        let binary = drift.binary.then(|| {
            "  ! the published binary is missing, or is another than the one published\n".to_owned()
        });
        let blind = drift
            .not_looked_at
            .iter()
            .map(|why| wrapped(&format!("? could not be looked at: {why}"), "  "));
        resources.chain(slots).chain(binary).chain(blind)
    }

    fn unfinished(&self) -> impl Iterator<Item = String> {
        let unfinished = &self.drift.unfinished;
        let why = (!unfinished.is_empty()).then(|| {
            broken(
                "A run that was interrupted leaves it so, and whoever takes it away does: CloudTrail (UpdateDomain, UpdateUserProfile, \
                 DeletePackageVersions, DisposePackageVersions) says whether somebody did.",
                "  ",
                "  ",
                "",
            )
        });
        let lines = unfinished
            .iter()
            .map(|line| wrapped(&format!("? {line}"), "  "));
        lines.chain(why)
    }

    fn verdict(&self) -> &'static str {
        match self.outcome {
            Outcome::Refused => {
                "`studio-mirror bootstrap apply` does nothing until this is solved."
            }
            Outcome::Drift => {
                "Something was changed by hand. `studio-mirror bootstrap apply` mends what is\nlisted above as a change."
            }
            Outcome::Changes => {
                "There is something to do: `studio-mirror bootstrap apply`, with the same flags."
            }
            Outcome::NoChange if self.binary.as_ref().is_some_and(|binary| !binary.is_seen) => {
                "No change: everything that can be seen is as it should be."
            }
            Outcome::NoChange => "No change: everything is as it should be.",
        }
    }
}

/// What came from AWS stands on lines of ours, whatever is in it.
fn wrapped(text: &str, indent: &str) -> String {
    // No line goes on where the marks of others stand.
    broken(&shown(text), indent, &format!("{indent}    "), "")
}

fn shown(text: &str) -> String {
    let line = one_line(text);
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// A command broken as a shell takes it; a document as it is, to be copied.
fn for_others(text: &str) -> String {
    match text.lines().count() {
        0 | 1 => broken(&one_line(text), "    ", "      ", " \\"),
        _ => text
            .lines()
            .map(|line| {
                format!(
                    "    {}{}\n",
                    &line[..line.len() - line.trim_start().len()],
                    one_line(line)
                )
            })
            .collect(),
    }
}

fn section(title: &str, lines: impl Iterator<Item = String>) -> String {
    let lines: String = lines.collect();
    match lines.is_empty() {
        true => lines,
        false => format!("\n{title}\n{lines}"),
    }
}

fn of_stack(stack: &StackPlan) -> String {
    let what = match stack.verb {
        StackVerb::Create => "will be made".to_owned(),
        StackVerb::CreateAnew => format!(
            "is {}: what is left of it will be deleted, and the stack made again",
            stack.status
        ),
        StackVerb::Change => "will be changed".to_owned(),
        StackVerb::Keep => "stays as it is".to_owned(),
    };
    let mut text = "\n".to_owned() + &wrapped(&format!("Stack {} {what}", stack.name), "");
    for change in &stack.changes {
        text += &of_change(change);
    }
    if stack.remembers && stack.verb == StackVerb::Change {
        text += &marked(
            "~ remember",
            "the flags, and the lifecycle configurations attached before",
        );
    }
    text
}

fn of_change(change: &Change) -> String {
    let (mark, verb) = match (change.action.as_str(), change.replacement.as_str()) {
        ("Add", _) => ("+", "create"),
        ("Remove", _) => ("-", "remove"),
        (_, "True") => ("±", "replace"),
        (_, "Conditional") => ("~", "replace?"),
        _ => ("~", "change"),
    };
    let kind = change.kind.trim_start_matches("AWS::");
    let id = match change.physical_id.is_empty() {
        true => String::new(),
        false => format!(" {}", change.physical_id),
    };
    marked(
        &format!("{mark} {verb}"),
        &format!("{} ({kind}){id}", change.logical_id),
    )
}

fn of_item(item: &Item) -> String {
    let mark = match item.verb {
        Verb::Reuse => "= reuse",
        Verb::Keep => "= keep",
        Verb::Refuse => "x refuse",
    };
    marked(mark, &format!("{}: {}", item.subject, item.why))
}

/// A line behind its mark, and what does not fit on it under its beginning.
fn marked(mark: &str, line: &str) -> String {
    broken(&shown(line), &format!("  {mark:<11}"), "             ", "")
}

fn of_attachment(attachment: &Attachment) -> String {
    let name = |arn: &Option<String>| {
        let name = arn.as_deref().and_then(|arn| arn.rsplit('/').next());
        name.unwrap_or("nothing").to_owned()
    };
    let (before, after) = (name(&attachment.before), name(&attachment.after));
    let slot = &attachment.slot;
    let (mark, now) = match attachment.verb {
        AttachVerb::Keep => return marked("= keep", &format!("{slot}: {after}")),
        AttachVerb::Restore => ("- restore", format!("now {before}")),
        AttachVerb::Attach if attachment.replaces_another => {
            ("± replace", format!("now {before}, not ours"))
        }
        AttachVerb::Attach => ("+ attach", format!("now {before}")),
    };
    marked(mark, &format!("{slot}: {after} ({now})"))
}
