//! As much of CloudFormation's functions as the statements of the templates use.

use std::collections::BTreeMap;

use serde_json::{Deserializer, Map, Value};

/// What names stand for.
pub(super) struct Scope {
    values: BTreeMap<String, Value>,
    conditions: Vec<&'static str>,
}

impl Scope {
    /// The parameters of a stack in this region and account.
    pub(super) fn new(region: &str, account: &str, parameters: Vec<(&str, String)>) -> Self {
        let pseudo = [
            ("AWS::Partition", "aws".to_owned()),
            ("AWS::Region", region.to_owned()),
            ("AWS::AccountId", account.to_owned()),
        ];
        let all = pseudo.into_iter().chain(parameters);
        Self {
            values: all
                .map(|(name, value)| (name.to_owned(), Value::String(value)))
                .collect(),
            conditions: Vec::new(),
        }
    }

    /// Another value for a parameter.
    pub(super) fn with(mut self, name: &str, value: String) -> Self {
        self.values.insert(name.to_owned(), Value::String(value));
        self
    }

    /// Parameters that are lists, with commas.
    pub(super) fn lists(mut self, names: &[&str]) -> Self {
        for name in names {
            if let Some(value) = self.values.get_mut(*name) {
                let items = value.as_str().unwrap_or_default().split(',');
                *value = items.map(Value::from).collect();
            }
        }
        self
    }

    /// Whether a condition holds.
    pub(super) fn condition(mut self, name: &'static str, holds: bool) -> Self {
        self.conditions.extend(holds.then_some(name));
        self
    }

    /// What CloudFormation makes of `value`; `None` for `AWS::NoValue`.
    pub(super) fn value(&self, value: &Value) -> Option<Value> {
        match value {
            Value::Object(members) if members.len() == 1 => {
                let (name, argument) = members.iter().next()?;
                match name.as_str() {
                    "Ref" => self.reference(argument.as_str()?),
                    "Fn::Sub" => Some(self.substituted(argument.as_str()?).into()),
                    "Fn::If" => self.chosen(argument),
                    "Fn::Join" => Some(self.joined(argument)?.into()),
                    "Fn::Split" => self.split(argument),
                    _ => Some(self.members(members)),
                }
            }
            Value::Object(members) => Some(self.members(members)),
            Value::Array(items) => Some(items.iter().filter_map(|item| self.value(item)).collect()),
            plain => Some(plain.clone()),
        }
    }

    fn members(&self, members: &Map<String, Value>) -> Value {
        let members = members.iter();
        let kept = members.filter_map(|(name, value)| Some((name.clone(), self.value(value)?)));
        Value::Object(kept.collect())
    }

    fn reference(&self, name: &str) -> Option<Value> {
        self.values.get(name).cloned()
    }

    fn substituted(&self, text: &str) -> String {
        let mut whole = text.to_owned();
        for (name, value) in &self.values {
            whole = whole.replace(&format!("${{{name}}}"), value.as_str().unwrap_or_default());
        }
        whole
    }

    fn chosen(&self, argument: &Value) -> Option<Value> {
        let condition = argument.get(0)?.as_str()?;
        let holds = self.conditions.contains(&condition);
        self.value(argument.get(if holds { 1 } else { 2 })?)
    }

    fn joined(&self, argument: &Value) -> Option<String> {
        let items = self.value(argument.get(1)?)?;
        let items: Vec<&str> = items.as_array()?.iter().filter_map(Value::as_str).collect();
        Some(items.join(argument.get(0)?.as_str()?))
    }

    fn split(&self, argument: &Value) -> Option<Value> {
        let text = self.value(argument.get(1)?)?;
        let items = text.as_str()?.split(argument.get(0)?.as_str()?);
        Some(items.map(Value::from).collect())
    }
}

/// The statements that `template` has between `# policy NAME` and `# end`: items of a YAML list, each a value of JSON.
pub(super) fn statements(template: &str, name: &str) -> Vec<Value> {
    let begin = format!("# policy {name}");
    let lines = template
        .lines()
        .map(str::trim)
        .skip_while(|line| *line != begin);
    let lines = lines.skip(1).take_while(|line| *line != "# end");
    let text: String = lines
        .filter(|line| !line.starts_with('#'))
        .map(|line| format!("{} ", line.strip_prefix("- ").unwrap_or(line)))
        .collect();
    // A template with a mistake in it has fewer statements, which the tests count.
    Deserializer::from_str(&text)
        .into_iter()
        .map_while(Result::ok)
        .collect()
}
