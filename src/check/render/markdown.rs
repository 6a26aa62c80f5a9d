//! To paste into a ticket: everything that whoever mends it needs, and no token.

use super::lines::Block;
use crate::check::observed::Observed;
use crate::check::{Finding, Report, Status};
use crate::timestamp::rfc3339;

/// `report` as markdown, as it was at `now`, seconds since 1970.
pub fn markdown(report: &Report, now: u64) -> String {
    let count = |status| report.with(status).count();
    let mut text = format!(
        "## studio-mirror check: {} failed, {} to be warned of\n\n",
        count(Status::Failed),
        count(Status::Warning)
    );
    text += &format!("{}\n\n", cell(&place(report, now)));
    for id in &report.unknown {
        text += &format!("Failed, and not known to this version: {}\n\n", cell(id));
    }
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

/// Where and when that was seen: whoever mends it has many spaces.
fn place(report: &Report, now: u64) -> String {
    let none = Observed::default();
    let seen = report.observed.as_ref().unwrap_or(&none);
    let part = |what: &str, value: Option<&String>| value.map(|value| format!("{what}{value}"));
    let addresses: Vec<String> = seen.own_addresses.iter().map(ToString::to_string).collect();
    let addresses = Some(addresses.join(" and ")).filter(|joined| !joined.is_empty());
    let owner = part(" of ", seen.domain_owner.as_ref()).unwrap_or_default();
    let parts = [
        part("at ", addresses.as_ref()),
        part("Studio domain ", seen.studio_domain_id.as_ref()),
        part("as ", seen.role.as_ref()),
        part("domain ", seen.domain.as_ref()).map(|domain| domain + &owner),
        part("in ", seen.region.as_ref()),
        Some(format!("studio-mirror {}", env!("CARGO_PKG_VERSION"))),
        Some(rfc3339(now)),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    format!("Seen {}", parts.join(", "))
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
        escaped(&found.detail).replace('\n', "\n> ")
    );
    if let (Some(fix), Some(mender)) = (&found.fix, found.mender) {
        text += &format!("\nTo be mended by {mender}:\n\n{}", Block::markdown(fix));
    }
    text + "\n"
}

/// Text that cannot end its cell.
fn cell(text: &str) -> String {
    escaped(text).replace('|', "\\|").replace('\n', " ")
}

/// Text of somebody else's as text: no link, no image, no code, nobody mentioned.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut before = ' ';
    for letter in text.chars() {
        match letter {
            '\\' | '`' | '<' | '[' | ']' | '*' => escaped.extend(['\\', letter]),
            // No escape is known to everybody who looks for mentions; an empty comment parts it from the name.
            '@' if !before.is_alphanumeric() => escaped += "@<!-- -->",
            _ => escaped.push(letter),
        }
        before = letter;
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_from_elsewhere_are_words() {
        assert_eq!(
            cell("<img src=x> [x](y) @everyone u@h `a|b`"),
            r"\<img src=x> \[x\](y) @<!-- -->everyone u@h \`a\|b\`"
        );
    }

    #[test]
    fn a_ticket_says_where_and_when() {
        let mut report = Report::new(Vec::new());
        report.observed = Some(Observed {
            region: Some("us-east-1".into()),
            domain: Some("corp".into()),
            domain_owner: Some("111122223333".into()),
            studio_domain_id: Some("d-abc".into()),
            role: Some("arn:aws:iam::111122223333:role/studio".into()),
            own_addresses: vec!["10.0.1.7".parse().unwrap()],
            ..Observed::default()
        });
        let text = markdown(&report, 0);
        let line = format!(
            "\n\nSeen at 10.0.1.7, Studio domain d-abc, as arn:aws:iam::111122223333:role/studio, domain corp of 111122223333, \
             in us-east-1, studio-mirror {}, 1970-01-01T00:00:00Z\n\n",
            env!("CARGO_PKG_VERSION")
        );
        assert!(text.contains(&line), "{text}");
    }
}
