//! CloudFormation, as far as two stacks need it: change sets, events, drift, deletion.

mod answers;

pub use answers::{Change, ChangeSet, Event, Resource, ResourceDrift, Stack};

use super::call::Caller;
use super::explain::{AwsError, Kind};
use super::query::{self, Parameters, Query};
use super::service::Service;
use super::xml::Element;

/// The version of CloudFormation's API.
const VERSION: &str = "2010-05-15";

/// What a change set is made of.
#[derive(Clone, Debug, Default)]
pub struct Proposal {
    /// The stack.
    pub stack: String,
    /// The change set's own name.
    pub name: String,
    /// Whether the stack is made by it; else it is there.
    pub is_new: bool,
    /// The template.
    pub body: String,
    /// Its parameters.
    pub parameters: Vec<(String, String)>,
    /// Tags of the stack and of all its resources.
    pub tags: Vec<(String, String)>,
    /// The role that CloudFormation works as; the caller's own rights without one.
    pub role_arn: Option<String>,
}

/// CloudFormation's API.
#[derive(Clone, Debug)]
pub struct CloudFormation {
    query: Query,
}

impl CloudFormation {
    /// At AWS's own address, or at `url`.
    pub fn new(caller: &Caller, url: Option<&str>) -> Self {
        let dialect = query::CLOUDFORMATION;
        Self {
            query: Query::new(caller, Service::CloudFormation, VERSION, dialect, url),
        }
    }

    /// The stack of this name; `None` where there is none.
    ///
    /// # Errors
    /// Like all of these calls, an [`AwsError`] that says why there is no answer.
    pub async fn stack(&self, name: &str) -> Result<Option<Stack>, AwsError> {
        let parameters = Parameters::default().with("StackName", name);
        match self.query.call("DescribeStacks", &parameters).await {
            Ok(answer) => Ok(answer.list("Stacks").next().map(Stack::read)),
            Err(error) if is_missing(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The template that the stack was last made of.
    ///
    /// # Errors
    /// As [`CloudFormation::stack`].
    pub async fn template(&self, stack: &str) -> Result<String, AwsError> {
        let parameters = Parameters::default()
            .with("StackName", stack)
            .with("TemplateStage", "Original");
        let answer = self.query.call("GetTemplate", &parameters).await?;
        Ok(answer.string("TemplateBody"))
    }

    /// What the stack made.
    ///
    /// # Errors
    /// As [`CloudFormation::stack`].
    pub async fn resources(&self, stack: &str) -> Result<Vec<Resource>, AwsError> {
        let parameters = Parameters::default().with("StackName", stack);
        let action = "ListStackResources";
        self.query
            .all(action, parameters, "StackResourceSummaries", Resource::read)
            .await
    }

    /// Asks for a change set; gives its ARN.
    ///
    /// # Errors
    /// As [`CloudFormation::stack`].
    pub async fn propose(&self, proposal: &Proposal) -> Result<String, AwsError> {
        let kind = if proposal.is_new { "CREATE" } else { "UPDATE" };
        let mut parameters = Parameters::default()
            .with("StackName", &proposal.stack)
            .with("ChangeSetName", &proposal.name)
            .with("ChangeSetType", kind)
            .with("TemplateBody", &proposal.body)
            .list("Capabilities.member", ["CAPABILITY_NAMED_IAM"])
            .pairs(
                "Parameters.member",
                ("ParameterKey", "ParameterValue"),
                borrowed(&proposal.parameters),
            )
            .pairs("Tags.member", ("Key", "Value"), borrowed(&proposal.tags));
        if let Some(role) = &proposal.role_arn {
            parameters = parameters.with("RoleARN", role);
        }
        let answer = self.query.call("CreateChangeSet", &parameters).await?;
        Ok(answer.string("Id"))
    }

    /// The change set, with all its changes.
    ///
    /// # Errors
    /// As [`CloudFormation::stack`].
    pub async fn change_set(&self, stack: &str, name: &str) -> Result<ChangeSet, AwsError> {
        const ACTION: &str = "DescribeChangeSet";
        let parameters = of_change_set(stack, name);
        let first = self.query.call(ACTION, &parameters).await?;
        let mut set = ChangeSet::read(&first);
        set.changes = self
            .query
            .all(ACTION, parameters, "Changes", Change::read)
            .await?;
        Ok(set)
    }

    /// Carries a change set out. What it made is taken away again if it fails, even what the template retains: else the next run would
    /// find it there and take it for somebody else's.
    ///
    /// # Errors
    /// As [`CloudFormation::stack`].
    pub async fn execute(&self, stack: &str, name: &str) -> Result<(), AwsError> {
        let parameters = of_change_set(stack, name).with("RetainExceptOnCreate", "true");
        self.done("ExecuteChangeSet", parameters).await
    }

    /// Forgets a change set; one that is not there is no error.
    ///
    /// # Errors
    /// As [`CloudFormation::stack`].
    pub async fn forget(&self, stack: &str, name: &str) -> Result<(), AwsError> {
        let done = self.done("DeleteChangeSet", of_change_set(stack, name));
        match done.await {
            Err(error) if is_missing(&error) || error.says("ChangeSetNotFound") => Ok(()),
            done => done,
        }
    }

    /// The names of a stack's change sets.
    ///
    /// # Errors
    /// As [`CloudFormation::stack`].
    pub async fn change_sets(&self, stack: &str) -> Result<Vec<String>, AwsError> {
        let parameters = Parameters::default().with("StackName", stack);
        let name = |element: &Element| element.string("ChangeSetName");
        self.query
            .all("ListChangeSets", parameters, "Summaries", name)
            .await
    }

    /// The newest events of a stack, the newest first.
    ///
    /// # Errors
    /// As [`CloudFormation::stack`].
    pub async fn events(&self, stack: &str) -> Result<Vec<Event>, AwsError> {
        let parameters = Parameters::default().with("StackName", stack);
        let answer = self.query.call("DescribeStackEvents", &parameters).await?;
        Ok(answer.list("StackEvents").map(Event::read).collect())
    }

    /// Deletes a stack; what it retains stays.
    ///
    /// # Errors
    /// As [`CloudFormation::stack`].
    pub async fn delete(&self, stack: &str, role_arn: Option<&str>) -> Result<(), AwsError> {
        let mut parameters = Parameters::default().with("StackName", stack);
        if let Some(role) = role_arn {
            parameters = parameters.with("RoleARN", role);
        }
        self.done("DeleteStack", parameters).await
    }

    /// Starts to look for drift; gives the detection's id.
    ///
    /// # Errors
    /// As [`CloudFormation::stack`].
    pub async fn detect_drift(&self, stack: &str) -> Result<String, AwsError> {
        let parameters = Parameters::default().with("StackName", stack);
        let answer = self.query.call("DetectStackDrift", &parameters).await?;
        Ok(answer.string("StackDriftDetectionId"))
    }

    /// Whether that has ended: `None` while it goes on, else why it could not look at everything, if so.
    ///
    /// # Errors
    /// As [`CloudFormation::stack`].
    pub async fn drift_detected(&self, id: &str) -> Result<Option<Option<String>>, AwsError> {
        const ACTION: &str = "DescribeStackDriftDetectionStatus";
        let parameters = Parameters::default().with("StackDriftDetectionId", id);
        let answer = self.query.call(ACTION, &parameters).await?;
        Ok(match answer.text_of("DetectionStatus") {
            "DETECTION_IN_PROGRESS" => None,
            "DETECTION_FAILED" => Some(Some(answer.string("DetectionStatusReason"))),
            _ => Some(None),
        })
    }

    /// The resources that are no longer as the stack made them.
    ///
    /// # Errors
    /// As [`CloudFormation::stack`].
    pub async fn drifted(&self, stack: &str) -> Result<Vec<ResourceDrift>, AwsError> {
        let parameters = Parameters::default().with("StackName", stack).list(
            "StackResourceDriftStatusFilters.member",
            ["MODIFIED", "DELETED"],
        );
        self.query
            .all(
                "DescribeStackResourceDrifts",
                parameters,
                "StackResourceDrifts",
                ResourceDrift::read,
            )
            .await
    }

    async fn done(&self, action: &'static str, parameters: Parameters) -> Result<(), AwsError> {
        self.query.call(action, &parameters).await.map(drop)
    }
}

/// CloudFormation has no code of its own for a stack that is not there.
fn is_missing(error: &AwsError) -> bool {
    matches!(error.kind, Kind::Invalid | Kind::NotFound) && error.says("does not exist")
}

fn of_change_set(stack: &str, name: &str) -> Parameters {
    Parameters::default()
        .with("StackName", stack)
        .with("ChangeSetName", name)
}

fn borrowed(pairs: &[(String, String)]) -> impl Iterator<Item = (&str, &str)> {
    pairs.iter().map(|(key, value)| (&**key, &**value))
}
