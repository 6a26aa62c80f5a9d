//! AWS's own description of its services: botocore's service models, as `models/extract.py` took what is played here.
//!
//! Every request is held against the model of its operation, and so is every answer, so that neither drifts from AWS.

mod value;

use crate::error::AwsError;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

/// A service's operations and shapes.
#[derive(Debug, Deserialize)]
pub(crate) struct Model {
    operations: BTreeMap<String, Operation>,
    shapes: HashMap<String, Shape>,
}

/// One operation of a service.
#[derive(Debug, Deserialize, PartialEq)]
pub(crate) struct Operation {
    #[serde(skip)]
    pub(crate) name: String,
    method: String,
    path: String,
    input: Option<String>,
    output: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Shape {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    required: Vec<String>,
    #[serde(default)]
    members: BTreeMap<String, Reference>,
    member: Option<Reference>,
    value: Option<Reference>,
    key: Option<Reference>,
    #[serde(rename = "enum", default)]
    values: Vec<String>,
    pattern: Option<String>,
    min: Option<f64>,
    max: Option<f64>,
    payload: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reference {
    shape: String,
    location: Option<String>,
    location_name: Option<String>,
}

/// The members of a request, by their names in the model. A streamed body is not among them.
pub(crate) type Input = Map<String, Value>;

static CODEARTIFACT: LazyLock<Model> =
    LazyLock::new(|| Model::read(include_str!("../models/codeartifact.json")));
static SAGEMAKER: LazyLock<Model> =
    LazyLock::new(|| Model::read(include_str!("../models/sagemaker.json")));

/// CodeArtifact's model, all of it.
pub(crate) fn codeartifact() -> &'static Model {
    &CODEARTIFACT
}

/// SageMaker's model, as far as it is played.
pub(crate) fn sagemaker() -> &'static Model {
    &SAGEMAKER
}

impl Model {
    fn read(text: &str) -> Model {
        let mut model: Model = serde_json::from_str(text).expect("the models are in this checkout");
        for (name, operation) in &mut model.operations {
            operation.name.clone_from(name);
        }
        model
    }

    /// The operation that a method and a path ask for.
    pub(crate) fn route(&self, method: &str, path: &str) -> Option<&Operation> {
        let is = |operation: &&Operation| operation.method == method && operation.path == path;
        self.operations.values().find(is)
    }

    /// The operation of this name.
    pub(crate) fn operation(&self, name: &str) -> Option<&Operation> {
        self.operations.get(name)
    }

    /// The members of a REST request, each where the model has it. Those of an operation with a streamed body are the rest.
    ///
    /// # Errors
    /// AWS's, for what the model does not allow.
    pub(crate) fn rest_input(
        &self,
        operation: &Operation,
        query: &str,
        header: impl Fn(&str) -> Option<String>,
        body: &[u8],
    ) -> Result<Input, AwsError> {
        let Some(shape) = operation.input.as_ref().map(|name| self.shape(name)) else {
            return Ok(Input::new());
        };
        let mut input = match &shape.payload {
            Some(_) => Input::new(),
            None => parse_body(body)?,
        };
        let pairs: HashMap<_, _> = url::form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect();
        for (name, member) in &shape.members {
            let wire = member.location_name.as_deref().unwrap_or(name);
            let text = match member.location.as_deref() {
                Some("querystring") => pairs.get(wire).cloned(),
                Some("header") => header(wire),
                _ => continue,
            };
            // What belongs elsewhere does not count in the body.
            input.remove(name);
            if let Some(text) = text {
                input.insert(name.clone(), self.typed(member, name, text)?);
            }
        }
        self.check(shape, &input)?;
        Ok(input)
    }

    /// The members of a request in JSON.
    ///
    /// # Errors
    /// AWS's, for what the model does not allow.
    pub(crate) fn json_input(&self, operation: &Operation, body: &[u8]) -> Result<Input, AwsError> {
        let input = parse_body(body)?;
        if let Some(name) = &operation.input {
            self.check(self.shape(name), &input)?;
        }
        Ok(input)
    }

    /// What an answer has that the model does not, or lacks.
    pub(crate) fn faults_of_answer(&self, operation: &Operation, answer: &Value) -> Vec<String> {
        let mut faults = Vec::new();
        match &operation.output {
            Some(name) => self.value(self.shape(name), answer, &operation.name, true, &mut faults),
            None if answer.as_object().is_some_and(|answer| !answer.is_empty()) => {
                faults.push(format!("{} answers nothing", operation.name));
            }
            None => {}
        }
        faults
    }

    fn shape(&self, name: &str) -> &Shape {
        &self.shapes[name]
    }

    fn typed(&self, member: &Reference, name: &str, text: String) -> Result<Value, AwsError> {
        Ok(match self.shape(&member.shape).kind.as_str() {
            "integer" | "long" => match text.parse::<i64>() {
                Ok(number) => json!(number),
                Err(_) => {
                    let mut error =
                        AwsError::validation(format!("Value '{text}' at '{name}' is not a number"));
                    error.members = vec![("reason", "CANNOT_PARSE".into())];
                    return Err(error);
                }
            },
            "boolean" => json!(text == "true"),
            _ => json!(text),
        })
    }

    fn check(&self, shape: &Shape, input: &Input) -> Result<(), AwsError> {
        let mut faults = Vec::new();
        for (name, value) in input {
            // An unknown member is nothing to AWS; a client of ours that sends one is wrong, and the judge says so.
            if let Some(member) = shape.members.get(name) {
                self.value(self.shape(&member.shape), value, name, false, &mut faults);
            }
        }
        for name in &shape.required {
            if !input.contains_key(name) && shape.payload.as_ref() != Some(name) {
                faults.push(format!(
                    "Value at '{name}' failed to satisfy constraint: Member must not be null"
                ));
            }
        }
        match faults.len() {
            0 => Ok(()),
            count => {
                let plural = if count == 1 { "" } else { "s" };
                Err(AwsError::validation(format!(
                    "{count} validation error{plural} detected: {}",
                    faults.join("; ")
                )))
            }
        }
    }
}

fn parse_body(body: &[u8]) -> Result<Input, AwsError> {
    if body.is_empty() {
        return Ok(Input::new());
    }
    serde_json::from_slice(body)
        .map_err(|_| AwsError::new(400, "SerializationException", "The body is no JSON object"))
}

#[cfg(test)]
mod tests {
    use super::value::matches;
    use super::*;

    #[test]
    fn every_pattern_of_the_models_is_understood() {
        for model in [codeartifact(), sagemaker()] {
            for pattern in model
                .shapes
                .values()
                .filter_map(|shape| shape.pattern.as_ref())
            {
                matches(pattern, "");
            }
        }
    }

    #[test]
    fn a_request_is_held_against_its_shape() {
        let model = codeartifact();
        let operation = model.route("POST", "/v1/repository").unwrap();
        let input =
            |query: &str, body: &str| model.rest_input(operation, query, |_| None, body.as_bytes());
        let good = input("domain=corp&repository=team", r#"{"description":"d"}"#).unwrap();
        assert_eq!(good["description"], "d");
        let bad = input("domain=C&repository=team", r#"{"upstreams":[{}]}"#).unwrap_err();
        assert_eq!(bad.code, "ValidationException");
        assert!(
            bad.message.starts_with("3 validation errors"),
            "{}",
            bad.message
        );
    }
}
