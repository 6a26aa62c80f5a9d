//! Indexes written as `index = [{ … }, …]`.

use std::ops::Range;

use toml_edit::{Item, Value};

use super::plan::Plan;
use crate::edit::toml::TomlFile;

/// Makes the planned index ours, or adds it behind the last one, and takes the doomed ones out.
pub(super) fn set(file: &mut TomlFile, plan: &Plan) {
    let spans = spans(file);
    remove(file, &plan.doomed);
    match plan.ours.and_then(|at| spans.get(at).cloned()) {
        Some(span) => {
            let table = written(file, plan);
            if file.slice(span.clone()) != table {
                file.replace(span, table);
            }
        }
        None => add(file, plan, &spans),
    }
}

/// Takes out the indexes at these places, each with one comma.
pub(super) fn remove(file: &mut TomlFile, doomed: &[usize]) {
    let spans = spans(file);
    let end = array_span(file).end;
    for &at in doomed {
        let Some(span) = spans.get(at).cloned() else {
            continue;
        };
        match spans.get(at + 1) {
            Some(next) => file.replace(span.start..next.start, ""),
            None => {
                // The last one: up to the comma behind it, or from the one before it.
                let behind = comma(file.slice(span.end..end)).map(|comma| span.end + comma + 1);
                let kept = (0..at)
                    .rev()
                    .find(|before| !doomed.contains(before))
                    .and_then(|before| spans.get(before));
                match (behind, kept) {
                    (Some(behind), _) => file.replace(span.start..behind, ""),
                    (None, Some(kept)) => {
                        let comma = comma(file.slice(kept.end..span.start))
                            .map_or(kept.end, |comma| kept.end + comma);
                        file.replace(comma..comma + 1, "");
                        file.replace(span, "");
                    }
                    (None, None) => file.replace(span, ""),
                }
            }
        }
    }
}

fn array_span(file: &TomlFile) -> Range<usize> {
    file.root()
        .get("index")
        .and_then(Item::span)
        .unwrap_or_default()
}

fn spans(file: &TomlFile) -> Vec<Range<usize>> {
    let array = file.root().get("index").and_then(Item::as_array);
    array.map_or_else(Vec::new, |array| {
        array.iter().filter_map(Value::span).collect()
    })
}

/// The first comma that is in no comment.
fn comma(between: &str) -> Option<usize> {
    let mut in_comment = false;
    between.char_indices().find_map(|(at, c)| {
        in_comment = match c {
            '#' => true,
            '\n' => false,
            _ => in_comment,
        };
        (c == ',' && !in_comment).then_some(at)
    })
}

/// Ours as an inline table, with the other keys it had if it was ours before.
fn written(file: &TomlFile, plan: &Plan) -> String {
    let mut entries: Vec<String> = plan
        .entries
        .iter()
        .map(|(key, value)| format!("{key} = {value}"))
        .collect();
    let array = file.root().get("index").and_then(Item::as_array);
    let table = plan
        .ours
        .and_then(|at| array?.get(at))
        .and_then(Value::as_inline_table);
    for (key, value) in table.into_iter().flat_map(|table| table.iter()) {
        if !plan.entries.iter().any(|(ours, _)| *ours == key) && plan.keeps(key) {
            let value = value.span().map_or("", |span| file.slice(span));
            entries.push(format!("{} = {value}", toml_edit::Key::new(key)));
        }
    }
    format!("{{ {} }}", entries.join(", "))
}

fn add(file: &mut TomlFile, plan: &Plan, spans: &[Range<usize>]) {
    let table = written(file, plan);
    let array = array_span(file);
    let Some(last) = spans.last() else {
        file.replace(array.start + 1..array.start + 1, table);
        return;
    };
    let line = file.line_start(last.start);
    let indent = file.slice(line..last.start);
    // One index a line stays one index a line.
    let separator = if indent.trim().is_empty() {
        format!(",{}{indent}", file.line_break())
    } else {
        ", ".to_owned()
    };
    file.replace(last.end..last.end, separator + &table);
}
