//! A value held against its shape.

use super::{Model, Shape};
use fancy_regex::Regex;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

impl Model {
    /// What is wrong with a value. A `strict` one has no member that the model does not have.
    pub(super) fn value(
        &self,
        shape: &Shape,
        value: &Value,
        at: &str,
        strict: bool,
        faults: &mut Vec<String>,
    ) {
        let wrong = |faults: &mut Vec<String>, rule: String| {
            let shown = value.as_str().map_or_else(|| value.to_string(), Into::into);
            faults.push(format!(
                "Value '{shown}' at '{at}' failed to satisfy constraint: {rule}"
            ));
        };
        let size = match (shape.kind.as_str(), value) {
            ("structure", Value::Object(members)) => {
                for (name, inner) in members {
                    let at = format!("{at}.{name}");
                    match shape.members.get(name) {
                        Some(member) => {
                            self.value(self.shape(&member.shape), inner, &at, strict, faults);
                        }
                        None if strict => faults.push(format!("{at} is not in the model")),
                        None => {}
                    }
                }
                for name in shape
                    .required
                    .iter()
                    .filter(|name| !members.contains_key(*name))
                {
                    faults.push(format!(
                        "Value at '{at}.{name}' failed to satisfy constraint: Member must not be null"
                    ));
                }
                return;
            }
            ("list", Value::Array(items)) => {
                for (index, item) in items.iter().enumerate() {
                    if let Some(member) = &shape.member {
                        let at = format!("{at}.{}.member", index + 1);
                        self.value(self.shape(&member.shape), item, &at, strict, faults);
                    }
                }
                items.len() as f64
            }
            ("map", Value::Object(entries)) => {
                for (key, inner) in entries {
                    let at = format!("{at}.{key}");
                    if let Some(member) = &shape.key {
                        self.value(self.shape(&member.shape), &json!(key), &at, strict, faults);
                    }
                    if let Some(member) = &shape.value {
                        self.value(self.shape(&member.shape), inner, &at, strict, faults);
                    }
                }
                entries.len() as f64
            }
            ("string", Value::String(text)) => {
                if !shape.values.is_empty() && !shape.values.contains(text) {
                    let all = shape.values.join(", ");
                    wrong(
                        faults,
                        format!("Member must satisfy enum value set: [{all}]"),
                    );
                }
                if let Some(pattern) = &shape.pattern
                    && !matches(pattern, text)
                {
                    let rule = "Member must satisfy regular expression pattern";
                    wrong(faults, format!("{rule}: {pattern}"));
                }
                text.chars().count() as f64
            }
            ("integer" | "long" | "double" | "float", Value::Number(number)) => {
                number.as_f64().unwrap_or(f64::NAN)
            }
            ("timestamp", Value::Number(_)) | ("boolean", Value::Bool(_)) | ("blob", _) => return,
            (kind, _) => {
                wrong(faults, format!("Member must be a {kind}"));
                return;
            }
        };
        let what = match shape.kind.as_str() {
            "integer" | "long" | "double" | "float" => "value",
            _ => "length",
        };
        if let Some(min) = shape.min.filter(|min| size < *min) {
            wrong(
                faults,
                format!("Member must have {what} greater than or equal to {min}"),
            );
        }
        if let Some(max) = shape.max.filter(|max| size > *max) {
            wrong(
                faults,
                format!("Member must have {what} less than or equal to {max}"),
            );
        }
    }
}

/// Whether a pattern of the model matches a text as a whole.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    static COMPILED: LazyLock<Mutex<HashMap<String, Regex>>> = LazyLock::new(Mutex::default);
    let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    let regex = compiled.entry(pattern.to_owned()).or_insert_with(|| {
        Regex::new(&format!("^(?:{pattern})$")).expect("a pattern of AWS's models")
    });
    regex.is_match(text).unwrap_or(false)
}
