//! Conditions of statements, and the keys that requests have.

use super::matches;
use serde_json::Value;
use std::collections::BTreeMap;

/// The keys that are played; any other one in a policy is an error. In lower case, as keys know none.
const KNOWN: [&str; 14] = [
    "aws:calledvia",
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalisawsservice",
    "aws:principalorgid",
    "aws:principaltype",
    "aws:requestedregion",
    "aws:resourceaccount",
    "aws:securetransport",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "iam:passedtoservice",
    "sts:awsservicename",
    "sts:durationseconds",
];

/// The values of a request's keys.
#[derive(Clone, Debug, Default)]
pub(crate) struct Context {
    values: BTreeMap<String, Vec<String>>,
}

impl Context {
    /// This context with a key more.
    #[must_use]
    pub(crate) fn with(mut self, key: &str, value: impl Into<String>) -> Context {
        self.values.insert(key.to_lowercase(), vec![value.into()]);
        self
    }
}

/// Whether every condition of a statement holds.
pub(super) fn hold(conditions: &Value, context: &Context) -> Result<bool, String> {
    let Some(operators) = conditions.as_object() else {
        return Err("a Condition is no object".into());
    };
    for (operator, keys) in operators {
        let keys = keys.as_object().ok_or(format!("{operator} is no object"))?;
        for (key, wanted) in keys {
            if !holds(operator, key, &texts(wanted)?, context)? {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

/// Looks at a condition without a request: what is unknown in it is an error even where it would never be asked.
pub(super) fn check(conditions: &Value) -> Result<(), String> {
    for (operator, keys) in conditions.as_object().into_iter().flatten() {
        for (key, wanted) in keys.as_object().into_iter().flatten() {
            holds(operator, key, &texts(wanted)?, &Context::default())?;
        }
    }
    Ok(())
}

fn holds(operator: &str, key: &str, wanted: &[String], context: &Context) -> Result<bool, String> {
    let key = key.to_lowercase();
    if !KNOWN.contains(&key.as_str()) {
        return Err(format!("the condition key {key} is not played"));
    }
    if let Some(variable) = wanted.iter().find(|text| text.contains("${")) {
        return Err(format!("the policy variable in {variable} is not played"));
    }
    let given = context.values.get(&key);
    if operator == "Null" {
        return Ok(wanted
            .iter()
            .any(|text| (text == "true") == given.is_none()));
    }
    let (quantifier, rest) = operator.split_once(':').unwrap_or(("", operator));
    let (name, if_exists) = match rest.strip_suffix("IfExists") {
        Some(name) => (name, true),
        None => (rest, false),
    };
    let (positive, test) = test_of(name)?;
    // One value of the request against those of the policy: a negative operator wants none of them.
    let one = |value: &String| wanted.iter().any(|text| test(text, value)) == positive;
    Ok(match (quantifier, given) {
        ("" | "ForAnyValue" | "ForAllValues", None) if if_exists => true,
        ("ForAllValues", None) => true,
        ("ForAnyValue", None) => false,
        ("", None) => !positive,
        ("" | "ForAllValues", Some(values)) => values.iter().all(one),
        ("ForAnyValue", Some(values)) => values.iter().any(one),
        _ => return Err(format!("the operator {operator} is not played")),
    })
}

type Test = fn(&str, &str) -> bool;

/// Whether an operator is positive, and how it compares a policy's value with a request's.
fn test_of(name: &str) -> Result<(bool, Test), String> {
    let equal: Test = |wanted, value| wanted == value;
    let equal_ignoring_case: Test = |wanted, value| wanted.eq_ignore_ascii_case(value);
    Ok(match name {
        "StringEquals" => (true, equal),
        "StringNotEquals" => (false, equal),
        "StringEqualsIgnoreCase" | "Bool" => (true, equal_ignoring_case),
        "StringNotEqualsIgnoreCase" => (false, equal_ignoring_case),
        "StringLike" => (true, matches),
        "StringNotLike" => (false, matches),
        "ArnEquals" | "ArnLike" => (true, arn_like),
        "ArnNotEquals" | "ArnNotLike" => (false, arn_like),
        "NumericEquals" => (true, |wanted, value| number(wanted) == number(value)),
        "NumericNotEquals" => (false, |wanted, value| number(wanted) == number(value)),
        "NumericLessThan" => (true, |wanted, value| number(value) < number(wanted)),
        "NumericLessThanEquals" => (true, |wanted, value| number(value) <= number(wanted)),
        "NumericGreaterThan" => (true, |wanted, value| number(value) > number(wanted)),
        "NumericGreaterThanEquals" => (true, |wanted, value| number(value) >= number(wanted)),
        _ => return Err(format!("the operator {name} is not played")),
    })
}

/// Each of an ARN's six parts by itself.
fn arn_like(pattern: &str, arn: &str) -> bool {
    let (pattern, arn): (Vec<_>, Vec<_>) = (
        pattern.splitn(6, ':').collect(),
        arn.splitn(6, ':').collect(),
    );
    pattern.len() == arn.len()
        && pattern
            .iter()
            .zip(arn)
            .all(|(part, own)| matches(part, own))
}

fn number(text: &str) -> f64 {
    text.parse().unwrap_or(f64::NAN)
}

/// One value or several, each as text.
pub(super) fn texts(value: &Value) -> Result<Vec<String>, String> {
    match value {
        Value::Array(values) => values.iter().map(text).collect(),
        one => Ok(vec![text(one)?]),
    }
}

fn text(value: &Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Bool(_) | Value::Number(_) => Ok(value.to_string()),
        _ => Err(format!("{value} is no value")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn operators_are_iams() {
        let context = Context::default()
            .with("aws:SourceVpc", "vpc-1")
            .with(
                "aws:PrincipalArn",
                "arn:aws:iam::111122223333:role/x/Studio",
            )
            .with("sts:DurationSeconds", "3600");
        for (condition, expected) in [
            (
                json!({"StringEquals": {"aws:SourceVpc": ["vpc-2", "vpc-1"]}}),
                true,
            ),
            (
                json!({"StringNotEquals": {"aws:SourceVpc": ["vpc-2", "vpc-1"]}}),
                false,
            ),
            (
                json!({"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}),
                true,
            ),
            (json!({"StringEquals": {"aws:SourceVpce": "vpce-1"}}), false),
            (
                json!({"StringEqualsIfExists": {"aws:SourceVpce": "vpce-1"}}),
                true,
            ),
            (json!({"StringLike": {"aws:sourcevpc": "vpc-*"}}), true),
            (
                json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/*"}}),
                true,
            ),
            (
                json!({"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/y/*"}}),
                true,
            ),
            (
                json!({"NumericLessThanEquals": {"sts:DurationSeconds": 3600}}),
                true,
            ),
            (
                json!({"NumericLessThanEquals": {"sts:DurationSeconds": "3599"}}),
                false,
            ),
            (
                json!({"NumericLessThanEquals": {"sts:DurationSeconds": "7200"}, "StringEquals": {"aws:SourceVpc": "x"}}),
                false,
            ),
            (json!({"Null": {"aws:SourceVpce": "true"}}), true),
            (json!({"Null": {"aws:SourceVpc": true}}), false),
            (
                json!({"ForAnyValue:StringEquals": {"aws:CalledVia": "x"}}),
                false,
            ),
            (
                json!({"ForAllValues:StringEquals": {"aws:CalledVia": "x"}}),
                true,
            ),
            (json!({"Bool": {"aws:SecureTransport": "false"}}), false),
        ] {
            assert_eq!(hold(&condition, &context), Ok(expected), "{condition}");
        }
    }

    #[test]
    fn what_is_unknown_is_an_error() {
        for condition in [
            json!({"StringEquals": {"aws:SourceVcp": "x"}}),
            json!({"StringEqual": {"aws:SourceVpc": "x"}}),
            json!({"ForSomeValues:StringEquals": {"aws:SourceVpc": "x"}}),
            json!({"StringEquals": {"aws:SourceVpc": "${aws:username}"}}),
        ] {
            assert!(check(&condition).is_err(), "{condition}");
        }
    }
}
