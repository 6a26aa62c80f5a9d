//! The protocols of EC2, CloudFormation and IAM: a form asks, XML answers, page by page.

use aws_sdk_codeartifact::error::ErrorMetadata;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

use super::call::{Api, Caller, Message};
use super::explain::AwsError;
use super::service::Service;
use super::xml::Element;

/// No listing of ours is longer; a service that never ends its pages is not waited for.
const MOST_PAGES: usize = 50;

/// Where the two protocols differ: botocore's `ec2` and `query`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dialect {
    /// Whether an answer stands in `<ActionResult>` inside `<ActionResponse>`.
    is_wrapped: bool,
    /// Element of an answer that names the next page.
    next_page: &'static str,
    /// Parameter that asks for it.
    asks_page: &'static str,
}

/// EC2's.
pub(super) const EC2: Dialect = Dialect {
    is_wrapped: false,
    next_page: "nextToken",
    asks_page: "NextToken",
};

/// CloudFormation's.
pub(super) const CLOUDFORMATION: Dialect = Dialect {
    is_wrapped: true,
    next_page: "NextToken",
    asks_page: "NextToken",
};

/// IAM's.
pub(super) const IAM: Dialect = Dialect {
    is_wrapped: true,
    next_page: "Marker",
    asks_page: "Marker",
};

/// A service that is asked by forms.
#[derive(Clone, Debug)]
pub(super) struct Query {
    api: Api,
    version: &'static str,
    dialect: Dialect,
}

/// Parameters of a call: names as the service's model has them on the wire.
#[derive(Clone, Debug, Default)]
pub struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// With `name` set to `value`.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.0.push((name.to_owned(), value.into()));
        self
    }

    /// With a list: `name.1`, `name.2`…
    #[must_use]
    pub fn list<T: AsRef<str>>(mut self, name: &str, values: impl IntoIterator<Item = T>) -> Self {
        for (index, value) in values.into_iter().enumerate() {
            self = self.with(&format!("{name}.{}", index + 1), value.as_ref());
        }
        self
    }

    /// With a list of structures: `name.1.Key`, `name.1.Value`…, as this protocol writes pairs.
    #[must_use]
    pub fn pairs<'a>(
        mut self,
        name: &str,
        (key, value): (&str, &str),
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Self {
        for (index, (its_key, its_value)) in pairs.into_iter().enumerate() {
            let number = index + 1;
            self = self
                .with(&format!("{name}.{number}.{key}"), its_key)
                .with(&format!("{name}.{number}.{value}"), its_value);
        }
        self
    }

    /// With the filter `name`, which lets through what has one of `values`.
    #[must_use]
    pub fn filter<T: AsRef<str>>(self, name: &str, values: impl IntoIterator<Item = T>) -> Self {
        let is_name = |(known, _): &&(String, String)| known.ends_with(".Name");
        let number = self.0.iter().filter(is_name).count() + 1;
        self.with(&format!("Filter.{number}.Name"), name)
            .list(&format!("Filter.{number}.Value"), values)
    }

    fn form(&self, fixed: &[(&str, &str)]) -> String {
        let own = self.0.iter().map(|(name, value)| (&**name, &**value));
        let pair = |(name, value)| format!("{}={}", encoded(name), encoded(value));
        let pairs: Vec<String> = fixed.iter().copied().chain(own).map(pair).collect();
        pairs.join("&")
    }
}

/// `text` as a form has it: everything but unreserved characters in percent.
fn encoded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            char::from(byte).to_string()
        }
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

impl Query {
    /// `service` in this version of its API, at AWS's own address or at `url`.
    pub(super) fn new(
        caller: &Caller,
        service: Service,
        version: &'static str,
        dialect: Dialect,
        url: Option<&str>,
    ) -> Self {
        Self {
            api: Api::new(caller, service, url, read_error),
            version,
            dialect,
        }
    }

    /// One call.
    ///
    /// # Errors
    /// An [`AwsError`] that says why there is no answer.
    pub async fn call(
        &self,
        action: &'static str,
        parameters: &Parameters,
    ) -> Result<Element, AwsError> {
        let message = Message {
            headers: vec![(
                "content-type",
                "application/x-www-form-urlencoded; charset=utf-8".to_owned(),
            )],
            body: parameters.form(&[("Action", action), ("Version", self.version)]),
        };
        let text = self.api.send(action, message).await?;
        let root = Element::parse(&text).map_err(|why| self.api.not_aws(action, &why))?;
        if root.name() != format!("{action}Response") {
            let why = format!("it answers with <{}>", root.name());
            return Err(self.api.not_aws(action, &why));
        }
        if !self.dialect.is_wrapped {
            return Ok(root);
        }
        // An action without a result has no such element.
        let result = root.child(&format!("{action}Result"));
        Ok(result.cloned().unwrap_or_default())
    }

    /// Every member of the list `set`, of all pages, as `read` takes it.
    ///
    /// # Errors
    /// As [`Query::call`].
    pub async fn all<T>(
        &self,
        action: &'static str,
        parameters: Parameters,
        set: &str,
        read: fn(&Element) -> T,
    ) -> Result<Vec<T>, AwsError> {
        let mut all = Vec::new();
        let mut page = parameters.clone();
        for _ in 0..MOST_PAGES {
            let answer = self.call(action, &page).await?;
            all.extend(answer.list(set).map(read));
            let next = answer.text_of(self.dialect.next_page);
            if next.is_empty() {
                return Ok(all);
            }
            page = parameters.clone().with(self.dialect.asks_page, next);
        }
        Err(self.api.not_aws(action, "its pages never end"))
    }
}

/// EC2's errors stand in `<Response><Errors><Error>`, those of other services in `<ErrorResponse><Error>`.
fn read_error(_: &HttpResponse, body: &str) -> ErrorMetadata {
    let root = Element::parse(body).unwrap_or_default();
    let listed = root.list("Errors").next();
    let error = listed.or_else(|| root.child("Error"));
    let mut read = ErrorMetadata::builder();
    if let Some(error) = error {
        read = read
            .code(error.text_of("Code"))
            .message(error.text_of("Message"));
    }
    read.build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_encoded_and_lists_are_numbered() {
        let parameters = Parameters::default()
            .filter("vpc-id", ["vpc-1"])
            .filter("service-name", ["a", "b c/d"])
            .list("GroupId", ["sg-1"]);
        assert_eq!(
            parameters.form(&[("Action", "Do")]),
            "Action=Do&Filter.1.Name=vpc-id&Filter.1.Value.1=vpc-1&Filter.2.Name=service-name\
             &Filter.2.Value.1=a&Filter.2.Value.2=b%20c%2Fd&GroupId.1=sg-1"
        );
    }
}
