//! Indexes written as `[[index]]` blocks.

use std::ops::Range;

use toml_edit::{Item, Table};

use super::plan::Plan;
use crate::edit::SyntaxError;
use crate::edit::toml::{TomlFile, all_spans, entry_spans};

/// Makes the planned index ours, or adds it behind the last one, and takes the doomed ones out.
pub(super) fn set(
    file: &mut TomlFile,
    plan: &Plan,
    provider_added: bool,
) -> Result<(), SyntaxError> {
    let tables = tables(file);
    let end = tables.iter().flat_map(all_spans).map(|span| span.end).max();
    remove(file, &plan.doomed);
    match plan.ours.and_then(|at| tables.get(at)) {
        Some(table) => rewrite(file, table, plan)?,
        None => add(file, plan, end, provider_added),
    }
    Ok(())
}

/// Takes out the indexes at these places: header, entries and sub-tables. Comment lines stay.
pub(super) fn remove(file: &mut TomlFile, doomed: &[usize]) {
    let tables = tables(file);
    for table in doomed.iter().filter_map(|&at| tables.get(at)) {
        for span in all_spans(table) {
            file.remove_lines(span);
        }
        if let Some(header) = table.span() {
            file.remove_blank_above(header.start);
        }
    }
}

fn tables(file: &TomlFile) -> Vec<Table> {
    file.root()
        .get("index")
        .and_then(Item::as_array_of_tables)
        .map_or_else(Vec::new, |tables| tables.iter().cloned().collect())
}

fn add(file: &mut TomlFile, plan: &Plan, end_of_last: Option<usize>, provider_added: bool) {
    let at = end_of_last.map_or(file.end(), |end| file.line_end(end));
    let mut lines = Vec::new();
    if file.content_above(at) || provider_added && at == file.start() {
        lines.push(String::new());
    }
    lines.push("[[index]]".to_owned());
    lines.extend(
        plan.entries
            .iter()
            .map(|(key, value)| format!("{key} = {value}")),
    );
    file.insert_lines(at, &lines);
}

fn rewrite(file: &mut TomlFile, table: &Table, plan: &Plan) -> Result<(), SyntaxError> {
    let header = table.span().unwrap_or_default();
    let mut missing = Vec::new();
    for (key, new) in &plan.entries {
        match (table.get(key), table.get(key).and_then(Item::span)) {
            (None, _) => missing.push(format!("{key} = {new}")),
            (Some(Item::Value(_)), Some(span)) if file.slice(span.clone()) == new => {}
            (Some(Item::Value(_)), Some(span)) if plan.was_ours => file.replace(span, new.as_str()),
            (Some(Item::Value(_)), Some(span)) => file.replace_with_comment(span, new.as_str()),
            _ => {
                return Err(SyntaxError::new(
                    file.line_of(header.start),
                    format!("`{key}` of this index must be a plain value"),
                ));
            }
        }
    }
    let entries = entry_spans(table);
    let end = entries
        .iter()
        .map(|span| span.end)
        .max()
        .unwrap_or(header.end);
    if !missing.is_empty() {
        file.insert_lines(file.line_end(end), &missing);
    }
    let dropped: Vec<Range<usize>> = table
        .iter()
        .filter(|(key, _)| !plan.entries.iter().any(|(ours, _)| ours == key) && !plan.keeps(key))
        .flat_map(|(key, item)| match item {
            Item::Table(inner) => all_spans(inner),
            Item::ArrayOfTables(inner) => inner.iter().flat_map(all_spans).collect(),
            _ => table
                .key(key)
                .and_then(|key| key.span())
                .zip(item.span())
                .map(|(key, value)| key.start..value.end)
                .into_iter()
                .collect(),
        })
        .collect();
    for span in dropped {
        file.remove_lines(span);
    }
    Ok(())
}
