//! Settings of Studio: merged leaf by leaf, and searched for lifecycle configurations. Pure.

use serde_json::{Map, Value};

/// The members that name lifecycle configurations.
const NAMING: [&str; 3] = [
    "BuiltInLifecycleConfigArn",
    "LifecycleConfigArn",
    "LifecycleConfigArns",
];
/// What an empty slot is called.
const NONE: &str = "None";

/// Puts `change` over `settings`: structures member by member, anything else as a whole. `None` empties a slot.
pub(super) fn merge(settings: &mut Value, change: &Value) {
    let Value::Object(change) = change else {
        *settings = change.clone();
        return;
    };
    if !settings.is_object() {
        *settings = Value::Object(Map::new());
    }
    let Value::Object(settings) = settings else {
        return;
    };
    for (name, value) in change {
        match value {
            Value::String(text) if NAMING.contains(&name.as_str()) && text == NONE => {
                settings.remove(name);
            }
            _ => merge(settings.entry(name).or_insert(Value::Null), value),
        }
    }
}

/// Whether a lifecycle configuration is named anywhere.
pub(super) fn names_config(settings: &Value, arn: &str) -> bool {
    configs(settings).iter().any(|(named, _)| named == arn)
}

/// Every lifecycle configuration that settings name, with the type of app that it is named for, where that is told.
pub(super) fn configs(settings: &Value) -> Vec<(String, Option<&'static str>)> {
    let mut found = Vec::new();
    collect(settings, None, &mut found);
    found
}

fn collect(
    value: &Value,
    app_type: Option<&'static str>,
    found: &mut Vec<(String, Option<&'static str>)>,
) {
    let Value::Object(members) = value else {
        return;
    };
    for (name, value) in members {
        let below = match name.as_str() {
            "JupyterLabAppSettings" => Some("JupyterLab"),
            "CodeEditorAppSettings" => Some("CodeEditor"),
            "JupyterServerAppSettings" => Some("JupyterServer"),
            "KernelGatewayAppSettings" => Some("KernelGateway"),
            _ => app_type,
        };
        if NAMING.contains(&name.as_str()) {
            let list = match value {
                Value::Array(list) => list.iter().collect(),
                one => vec![one],
            };
            let named = list
                .into_iter()
                .filter_map(Value::as_str)
                .filter(|arn| *arn != NONE);
            found.extend(named.map(|arn| (arn.to_owned(), below)));
        } else {
            collect(value, below, found);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_change_of_a_leaf_leaves_its_neighbours() {
        let mut settings =
            json!({"Jupyter": {"a": 1, "BuiltInLifecycleConfigArn": "x"}, "list": [1, 2]});
        merge(&mut settings, &json!({"Jupyter": {"b": 2}, "list": [3]}));
        assert_eq!(
            settings["Jupyter"],
            json!({"a": 1, "b": 2, "BuiltInLifecycleConfigArn": "x"})
        );
        assert_eq!(settings["list"], json!([3]));
        merge(
            &mut settings,
            &json!({"Jupyter": {"BuiltInLifecycleConfigArn": "None"}}),
        );
        assert_eq!(settings["Jupyter"], json!({"a": 1, "b": 2}));
    }
}
