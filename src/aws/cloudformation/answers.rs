//! What CloudFormation answers, the parts that matter here.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::aws::xml::Element;
use crate::error::printable;

/// A stack.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stack {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub id: String,
    /// `CREATE_COMPLETE`, `ROLLBACK_COMPLETE`, `REVIEW_IN_PROGRESS`…
    pub status: String,
    /// Why it is so.
    pub reason: String,
    /// The role that CloudFormation works as.
    pub role_arn: Option<String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// Its outputs.
    pub outputs: BTreeMap<String, String>,
}

impl Stack {
    /// As an answer has it.
    pub fn read(element: &Element) -> Self {
        let pairs = |list: &str, key: &str, value: &str| {
            let pair = |item: &Element| (item.string(key), item.string(value));
            element.list(list).map(pair).collect()
        };
        let role = element.string("RoleARN");
        Self {
            name: element.string("StackName"),
            id: element.string("StackId"),
            status: element.string("StackStatus"),
            reason: printable(element.text_of("StackStatusReason")),
            role_arn: (!role.is_empty()).then_some(role),
            tags: pairs("Tags", "Key", "Value"),
            outputs: pairs("Outputs", "OutputKey", "OutputValue"),
        }
    }

    /// Whether CloudFormation is at work on it.
    pub fn is_at_work(&self) -> bool {
        self.status.ends_with("_IN_PROGRESS") && !self.is_unmade()
    }

    /// Whether it is but a name: its first change set was never carried out.
    pub fn is_unmade(&self) -> bool {
        self.status == "REVIEW_IN_PROGRESS"
    }

    /// Whether it must be deleted before anything can be made in its name: its first creation failed.
    pub fn is_stillborn(&self) -> bool {
        matches!(
            self.status.as_str(),
            "ROLLBACK_COMPLETE" | "ROLLBACK_FAILED" | "CREATE_FAILED" | "DELETE_FAILED"
        )
    }

    /// Whether an update can change it.
    pub fn takes_updates(&self) -> bool {
        matches!(
            self.status.as_str(),
            "CREATE_COMPLETE" | "UPDATE_COMPLETE" | "UPDATE_ROLLBACK_COMPLETE" | "IMPORT_COMPLETE"
        )
    }
}

/// What the stack made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resource {
    /// Its name in the template.
    pub logical_id: String,
    /// Its id in AWS; empty before there is one.
    pub physical_id: String,
    /// `AWS::EC2::VPCEndpoint`…
    pub kind: String,
    /// `CREATE_COMPLETE`…
    pub status: String,
}

impl Resource {
    /// As an answer has it.
    pub fn read(element: &Element) -> Self {
        Self {
            logical_id: element.string("LogicalResourceId"),
            physical_id: element.string("PhysicalResourceId"),
            kind: element.string("ResourceType"),
            status: element.string("ResourceStatus"),
        }
    }

    /// Whether it is there.
    pub fn exists(&self) -> bool {
        !self.physical_id.is_empty() && self.status != "DELETE_COMPLETE"
    }
}

/// A change set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangeSet {
    /// `CREATE_COMPLETE`, `FAILED`…
    pub status: String,
    /// Why.
    pub reason: String,
    /// What it would do.
    pub changes: Vec<Change>,
}

impl ChangeSet {
    /// As an answer has it.
    pub fn read(element: &Element) -> Self {
        Self {
            status: element.string("Status"),
            reason: printable(element.text_of("StatusReason")),
            changes: Vec::new(),
        }
    }

    /// Whether CloudFormation still makes it.
    pub fn is_at_work(&self) -> bool {
        matches!(
            self.status.as_str(),
            "CREATE_PENDING" | "CREATE_IN_PROGRESS"
        )
    }

    /// Whether it failed because there is nothing to change, for which CloudFormation has two sentences.
    pub fn is_empty(&self) -> bool {
        self.status == "FAILED"
            && (self.reason.contains("didn't contain changes")
                || self.reason.contains("No updates are to be performed"))
    }
}

/// What a change set would do to one resource.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Change {
    /// `Add`, `Modify`, `Remove`…
    pub action: String,
    /// Its name in the template.
    pub logical_id: String,
    /// Its id in AWS, if it has one.
    pub physical_id: String,
    /// `AWS::EC2::VPCEndpoint`…
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether another takes its place: `True`, `False` or `Conditional`.
    pub replacement: String,
}

impl Change {
    /// As an answer has it.
    pub fn read(element: &Element) -> Self {
        let none = Element::default();
        let change = element.child("ResourceChange").unwrap_or(&none);
        Self {
            action: change.string("Action"),
            logical_id: change.string("LogicalResourceId"),
            physical_id: change.string("PhysicalResourceId"),
            kind: change.string("ResourceType"),
            replacement: change.string("Replacement"),
        }
    }
}

/// Something that happened to a stack or one of its resources.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event {
    /// Unique.
    pub id: String,
    /// The resource's name in the template, or the stack's.
    pub logical_id: String,
    /// `AWS::EC2::VPCEndpoint`…
    pub kind: String,
    /// `CREATE_IN_PROGRESS`…
    pub status: String,
    /// Why, if something went wrong.
    pub reason: String,
}

impl Event {
    /// As an answer has it.
    pub fn read(element: &Element) -> Self {
        Self {
            id: element.string("EventId"),
            logical_id: element.string("LogicalResourceId"),
            kind: element.string("ResourceType"),
            status: element.string("ResourceStatus"),
            reason: printable(element.text_of("ResourceStatusReason")),
        }
    }

    /// Whether it tells of a failure.
    pub fn is_failure(&self) -> bool {
        self.status.ends_with("_FAILED")
    }
}

/// A resource that somebody changed by hand.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ResourceDrift {
    /// Its name in the template.
    pub logical_id: String,
    /// Its id in AWS.
    pub physical_id: String,
    /// `AWS::EC2::VPCEndpoint`…
    #[serde(rename = "type")]
    pub kind: String,
    /// `MODIFIED` or `DELETED`.
    pub status: String,
    /// Which of its properties differ.
    pub properties: Vec<String>,
}

impl ResourceDrift {
    /// As an answer has it.
    pub fn read(element: &Element) -> Self {
        Self {
            logical_id: element.string("LogicalResourceId"),
            physical_id: element.string("PhysicalResourceId"),
            kind: element.string("ResourceType"),
            status: element.string("StackResourceDriftStatus"),
            properties: element.texts_of("PropertyDifferences", "PropertyPath"),
        }
    }
}
