//! SageMaker's API, as far as Studio's administration goes: lifecycle configurations, and the Studio domains, user profiles,
//! spaces and apps that name them. The latter are put there by the admin API; only their settings change by the API itself.

mod lifecycle;
mod settings;
mod studio;

pub(crate) use studio::{Record, Studio};

use crate::access::{Way, Wish};
use crate::codeartifact::refusal;
use crate::connection::Arrival;
use crate::credentials::Caller;
use crate::error::{AwsError, respond};
use crate::faults::Action;
use crate::model::{self, Input, Operation};
use crate::paging::page;
use crate::shared::Shared;
use crate::signature::{Refusal, Request};
use axum::response::Response;
use serde_json::{Value, json};

const CONTENT_TYPE: &str = "application/x-amz-json-1.1";

/// Answers a signed call.
pub(crate) fn answer(
    shared: &Shared,
    operation: Option<&Operation>,
    arrival: Arrival,
    request: Request<'_>,
    fault: Option<&Action>,
) -> Response {
    let outcome = outcome(shared, operation, arrival, request, fault);
    match (outcome, operation) {
        (Ok(answer), Some(operation)) => {
            let faults = model::sagemaker().faults_of_answer(operation, &answer);
            match faults.is_empty() {
                true => respond(200, CONTENT_TYPE, answer.to_string()),
                // The emulator would teach what AWS does not say.
                false => respond(500, "text/plain", faults.join("\n")),
            }
        }
        (Ok(answer), None) => respond(200, CONTENT_TYPE, answer.to_string()),
        (Err(error), _) => error.into_json(),
    }
}

fn outcome(
    shared: &Shared,
    operation: Option<&Operation>,
    arrival: Arrival,
    request: Request<'_>,
    fault: Option<&Action>,
) -> Result<Value, AwsError> {
    let now = shared.clocks.signing_now();
    let regions = shared.regions(request.headers);
    let caller = shared
        .credentials
        .authenticate(request, "sagemaker", &regions, now);
    if matches!(fault, Some(Action::Expired)) {
        return Err(refusal(Refusal::Expired));
    }
    let caller = caller.map_err(refusal)?;
    let Some(operation) = operation else {
        return Err(AwsError::new(400, "UnknownOperationException", ""));
    };
    let call = Call {
        shared,
        caller: &caller,
        fault,
        operation,
        way: Way {
            arrival,
            headers: request.headers,
        },
        input: model::sagemaker().json_input(operation, request.body)?,
    };
    call.answer()
}

/// A call whose members are as the model has them.
struct Call<'a> {
    shared: &'a Shared,
    caller: &'a Caller,
    fault: Option<&'a Action>,
    operation: &'a Operation,
    way: Way<'a>,
    input: Input,
}

impl Call<'_> {
    fn answer(&self) -> Result<Value, AwsError> {
        match self.operation.name.as_str() {
            "CreateStudioLifecycleConfig" => self.create_lifecycle_config(),
            "DescribeStudioLifecycleConfig" => self.describe_lifecycle_config(),
            "DeleteStudioLifecycleConfig" => self.delete_lifecycle_config(),
            "ListStudioLifecycleConfigs" => self.list_lifecycle_configs(),
            "DescribeDomain" => self.describe("domain"),
            "DescribeUserProfile" => self.describe("user-profile"),
            "DescribeSpace" => self.describe("space"),
            "DescribeApp" => self.describe("app"),
            "ListDomains" => self.list("domain"),
            "ListUserProfiles" => self.list("user-profile"),
            "ListSpaces" => self.list("space"),
            "ListApps" => self.list("app"),
            "UpdateDomain" => self.update_domain(),
            "UpdateUserProfile" => self.update_user_profile(),
            "DeleteUserProfile" => self.delete_user_profile(),
            _ => self.list_tags(),
        }
    }

    fn text(&self, name: &str) -> &str {
        self.optional(name).unwrap_or("")
    }

    fn optional(&self, name: &str) -> Option<&str> {
        self.input.get(name).and_then(Value::as_str)
    }

    /// The page of `items` that was asked for, as member `name` of the answer.
    fn page(&self, name: &str, items: Vec<Value>) -> Result<Value, AwsError> {
        let (page, next) = page(&self.input, ["NextToken", "MaxResults"], items)?;
        let mut answer = json!({ name: page });
        if let Some(next) = next {
            answer["NextToken"] = json!(next);
        }
        Ok(answer)
    }

    /// The ARN of something of the caller's.
    fn arn(&self, path: &str) -> String {
        let (region, account) = (&self.caller.region, &self.caller.principal.account);
        format!("arn:aws:sagemaker:{region}:{account}:{path}")
    }

    /// Refuses the operation on a resource where a policy does, or a fault says that one does.
    fn permit(&self, resource: &str) -> Result<(), AwsError> {
        let action = format!("sagemaker:{}", self.operation.name);
        if let Some(Action::Deny { layer }) = self.fault {
            let who = &self.caller.principal.arn;
            return Err(AwsError::access_denied(
                layer.sentence(who, &action, resource),
            ));
        }
        self.permit_action(&action, resource, &[])?;
        if self
            .input
            .get("Tags")
            .is_some_and(|tags| *tags != json!([]))
        {
            self.permit_action("sagemaker:AddTags", resource, &[])?;
        }
        // Who gives a role to Studio's apps must be let pass it.
        for name in [
            "DefaultUserSettings",
            "DefaultSpaceSettings",
            "UserSettings",
        ] {
            let role = self
                .input
                .get(name)
                .and_then(|settings| settings.get("ExecutionRole"));
            if let Some(role) = role.and_then(Value::as_str) {
                let service = ("iam:PassedToService", "sagemaker.amazonaws.com".to_owned());
                self.permit_action("iam:PassRole", role, &[service])?;
            }
        }
        Ok(())
    }

    /// Refuses an action where a policy does.
    fn permit_action(
        &self,
        action: &str,
        resource: &str,
        keys: &[(&'static str, String)],
    ) -> Result<(), AwsError> {
        let wish = Wish {
            action,
            resource,
            who: Some(&self.caller.principal.who()),
            region: &self.caller.region,
            keys,
        };
        self.shared.permit(self.way, wish)
    }
}

fn in_use(message: impl Into<String>) -> AwsError {
    AwsError::new(400, "ResourceInUse", message)
}

fn not_found(message: impl Into<String>) -> AwsError {
    AwsError::new(400, "ResourceNotFound", message)
}
