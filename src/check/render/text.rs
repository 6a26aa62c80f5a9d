//! For people: what is broken first, with its mend, then in a few lines what is fine.

use super::lines::blocks;
use crate::check::{Finding, Report, Status};
use crate::columns::wrapped;

/// How text is shown.
#[derive(Clone, Copy, Debug, Default)]
pub struct Style {
    /// With colours.
    pub is_coloured: bool,
    /// With what was seen for each check that is fine or skipped.
    pub is_detailed: bool,
}

impl Style {
    fn mark(self, status: Status) -> String {
        let (word, colour) = match status {
            Status::Ok => ("ok", "32"),
            Status::Warning => ("WARNING", "33"),
            Status::Failed => ("FAILED", "31"),
            Status::Skipped => ("skipped", "2"),
        };
        if self.is_coloured {
            format!("\u{1b}[{colour}m{word}\u{1b}[0m")
        } else {
            word.to_owned()
        }
    }
}

/// `report` for people.
pub fn text(report: &Report, style: Style) -> String {
    let mut text = String::new();
    for status in [Status::Failed, Status::Warning] {
        for found in report.with(status) {
            text += &open(found, style);
        }
    }
    if style.is_detailed {
        for found in &report.checks {
            if matches!(found.status, Status::Ok | Status::Skipped) {
                let mark = style.mark(found.status);
                text += &format!("{mark}  {}\n", found.id);
                text += &wrapped(&found.detail, "    ");
                text += &found
                    .remark
                    .as_ref()
                    .map_or(String::new(), |remark| blocks(remark, "    "));
            }
        }
        text += "\n";
    } else {
        text += &waiting(report, style);
        text += &fine(report, style);
    }
    for id in &report.unknown {
        text += &format!(
            "{}: {id}, which this version does not know\n\n",
            style.mark(Status::Failed)
        );
    }
    text + &summary(report)
}

fn open(found: &Finding, style: Style) -> String {
    let mut text = format!(
        "{}: expected that {}\n",
        style.mark(found.status),
        found.title
    );
    text += &wrapped(&capitalised(&found.detail), "  ");
    if let (Some(fix), Some(mender)) = (&found.fix, found.mender) {
        text += &format!("\n  To be mended by {mender}:\n");
        text += &blocks(&capitalised(fix), "    ");
    }
    text + &format!("\n  More: studio-mirror check --explain {}\n\n", found.id)
}

fn capitalised(sentence: &str) -> String {
    let mut letters = sentence.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    let is_name = sentence
        .split(' ')
        .next()
        .is_some_and(|word| word.contains(['.', '/', '$', ':']));
    match first {
        Some(first) if !is_name => first + letters.as_str(),
        _ => sentence.to_owned(),
    }
}

/// What could not be judged, by what it waits for.
fn waiting(report: &Report, style: Style) -> String {
    let mut roots: Vec<(Option<&str>, Vec<&str>)> = Vec::new();
    for found in report.with(Status::Skipped) {
        match roots.iter_mut().find(|(root, _)| *root == found.waits_for) {
            Some((_, ids)) => ids.push(found.id),
            None => roots.push((found.waits_for, vec![found.id])),
        }
    }
    let mut text = String::new();
    for (root, ids) in roots {
        let mark = style.mark(Status::Skipped);
        let why = root.map_or(String::new(), |root| format!(" until {root} holds"));
        text += &format!("{mark}{why}:\n{}", wrapped(&ids.join(", "), "  "));
    }
    text
}

fn fine(report: &Report, style: Style) -> String {
    let ids: Vec<&str> = report.with(Status::Ok).map(|found| found.id).collect();
    if ids.is_empty() {
        return String::new();
    }
    let mark = style.mark(Status::Ok);
    let list = wrapped(&ids.join(", "), "  ");
    format!("{mark}:\n{list}{}", remarks(report))
}

/// What is worth a word among what is fine.
fn remarks(report: &Report) -> String {
    let fine = report.with(Status::Ok);
    fine.filter_map(|found| Some((found.id, found.remark.as_ref()?)))
        .map(|(id, remark)| blocks(&format!("{id}: {remark}"), "  "))
        .collect()
}

fn summary(report: &Report) -> String {
    let count = |status| report.with(status).count();
    let (failed, warnings) = (count(Status::Failed), count(Status::Warning));
    let verdict = match (failed + report.unknown.len(), warnings) {
        (0, 0) => "Everything that was checked is fine".to_owned(),
        (0, _) => "Packages can be had".to_owned(),
        _ => "Something is broken".to_owned(),
    };
    let plural = if warnings == 1 { "" } else { "s" };
    format!(
        "{verdict}: {failed} failed, {warnings} warning{plural}, {} ok, {} skipped.\n",
        count(Status::Ok),
        count(Status::Skipped)
    )
}
