//! To paste into a ticket: everything that whoever mends it needs, and no token.

use super::lines::Block;
use crate::check::{Finding, Report, Status};

/// `report` as markdown.
pub fn markdown(report: &Report) -> String {
    let count = |status| report.with(status).count();
    let mut text = format!(
        "## studio-mirror check: {} failed, {} to be warned of\n\n",
        count(Status::Failed),
        count(Status::Warning)
    );
    for status in [Status::Failed, Status::Warning] {
        for found in report.with(status) {
            text += &open(found);
        }
    }
    text += "<details><summary>Every check</summary>\n\n| Check | | Seen |\n|---|---|---|\n";
    for found in &report.checks {
        let status = match found.status {
            Status::Ok => "ok",
            Status::Warning => "warning",
            Status::Failed => "**failed**",
            Status::Skipped => "skipped",
        };
        text += &format!("| `{}` | {status} | {} |\n", found.id, cell(&found.detail));
    }
    text + "\n</details>\n"
}

fn open(found: &Finding) -> String {
    let word = match found.status {
        Status::Failed => "Failed",
        _ => "Warning",
    };
    let mut text = format!(
        "### {word}: expected that {} (`{}`)\n\n> {}\n",
        found.title,
        found.id,
        found.detail.replace('\n', "\n> ")
    );
    if let (Some(fix), Some(mender)) = (&found.fix, found.mender) {
        text += &format!("\nTo be mended by {mender}:\n\n{}", Block::markdown(fix));
    }
    text + "\n"
}

/// Text that cannot end its cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
