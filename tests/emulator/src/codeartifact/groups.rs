//! Package groups and their origin restrictions.

use super::{Call, Outcome, epoch};
use crate::account::Domain;
use crate::error::AwsError;
use crate::groups::{Group, Groups, Pattern, RESTRICTIONS};
use crate::names::Format;
use serde_json::{Map, Value, json};

const ROOT: &str = "/*";

impl Call<'_> {
    pub(super) fn create_package_group(&self) -> Outcome {
        let text = self.text("packageGroup");
        self.permit(&self.group_arn(text))?;
        let pattern = Pattern::read(text)?;
        self.find_domain()?;
        let (domain, owner) = self.domain();
        let mut estate = self.shared.catalogue.account.write();
        let domain = estate.domain_mut(domain, owner)?;
        if domain.groups.find(text).is_some() {
            let message = format!("Package group '{text}' already exists.");
            return Err(AwsError::conflict("package-group", text, message));
        }
        let mut group = Group::new(pattern);
        group.contact = self.optional("contactInfo").map(Into::into);
        group.description = self.optional("description").map(Into::into);
        group.tags = self.tags();
        domain.groups.add(group.clone());
        Ok(json!({ "packageGroup": described(domain, &group) }).into())
    }

    pub(super) fn describe_package_group(&self) -> Outcome {
        self.permit(&self.group_arn(self.text("packageGroup")))?;
        let domain = self.find_domain()?;
        let group = self.find_group(&domain.groups)?;
        Ok(json!({ "packageGroup": described(&domain, group) }).into())
    }

    pub(super) fn update_package_group(&self) -> Outcome {
        self.permit(&self.group_arn(self.text("packageGroup")))?;
        self.change_group(|group| {
            for (slot, name) in [
                (&mut group.contact, "contactInfo"),
                (&mut group.description, "description"),
            ] {
                if let Some(text) = self.optional(name) {
                    *slot = Some(text.into());
                }
            }
        })
    }

    pub(super) fn update_package_group_origin(&self) -> Outcome {
        self.permit(&self.group_arn(self.text("packageGroup")))?;
        let empty = Map::new();
        let modes = self.input.get("restrictions").and_then(Value::as_object);
        let modes = modes.unwrap_or(&empty);
        if self.text("packageGroup") == ROOT && modes.values().any(|mode| mode == "INHERIT") {
            let why = "The root package group has nothing to inherit from.";
            return Err(AwsError::validation(why));
        }
        let (add, remove) = (
            self.allowed("addAllowedRepositories")?,
            self.allowed("removeAllowedRepositories")?,
        );
        self.change_group(|group| {
            for kind in RESTRICTIONS {
                if let Some(mode) = modes.get(kind).and_then(Value::as_str) {
                    group.modes.insert(kind, mode.into());
                }
            }
            for (kind, repository) in add {
                group.allowed.entry(kind).or_default().insert(repository);
            }
            for (kind, repository) in remove {
                group.allowed.entry(kind).or_default().remove(&repository);
            }
        })
    }

    pub(super) fn delete_package_group(&self) -> Outcome {
        let text = self.text("packageGroup");
        self.permit(&self.group_arn(text))?;
        if text == ROOT {
            return Err(AwsError::validation(
                "The root package group cannot be deleted.",
            ));
        }
        self.find_domain()?;
        let (domain, owner) = self.domain();
        let mut estate = self.shared.catalogue.account.write();
        let domain = estate.domain_mut(domain, owner)?;
        let group = self.find_group(&domain.groups)?.clone();
        let answer = json!({ "packageGroup": described(domain, &group) });
        domain.groups.remove(text);
        Ok(answer.into())
    }

    /// All of a domain, or those right below one.
    pub(super) fn list_package_groups(&self) -> Outcome {
        self.permit(&self.domain_arn())?;
        let domain = self.find_domain()?;
        let groups = &domain.groups;
        let above = match self.operation.name.as_str() {
            "ListSubPackageGroups" => Some(self.find_group(groups)?),
            _ => None,
        };
        let is_meant = |group: &&Group| {
            let is_below = above.is_none_or(|above| {
                let parent = groups.parent(group);
                parent.is_some_and(|parent| parent.pattern == above.pattern)
            });
            is_below && group.pattern.text.starts_with(self.text("prefix"))
        };
        let mut list: Vec<_> = groups
            .all()
            .iter()
            .filter(is_meant)
            .map(|group| described(&domain, group))
            .collect();
        list.sort_by_key(|group| group["pattern"].to_string());
        self.page("packageGroups", list)
    }

    pub(super) fn list_allowed_repositories(&self) -> Outcome {
        self.permit(&self.group_arn(self.text("packageGroup")))?;
        let domain = self.find_domain()?;
        let group = self.find_group(&domain.groups)?;
        let allowed = group.allowed.get(self.text("originRestrictionType"));
        let list = allowed.into_iter().flatten().map(|name| json!(name));
        self.page("allowedRepositories", list.collect())
    }

    pub(super) fn get_associated_package_group(&self) -> Outcome {
        self.permit(&self.domain_arn())?;
        let domain = self.find_domain()?;
        let format: Format = self.text("format").parse()?;
        let (namespace, name) = (self.text("namespace"), self.text("package"));
        let group = domain.groups.of_package(format, namespace, name);
        Ok(
            json!({ "packageGroup": described(&domain, group), "associationType": "STRONG" })
                .into(),
        )
    }

    fn change_group(&self, change: impl FnOnce(&mut Group)) -> Outcome {
        self.find_domain()?;
        let (domain, owner) = self.domain();
        let mut estate = self.shared.catalogue.account.write();
        let domain = estate.domain_mut(domain, owner)?;
        self.find_group(&domain.groups)?;
        let text = self.text("packageGroup");
        if let Some(group) = domain.groups.find_mut(text) {
            change(group);
        }
        let group = self.find_group(&domain.groups)?;
        Ok(json!({ "packageGroup": described(domain, group) }).into())
    }

    fn find_group<'g>(&self, groups: &'g Groups) -> Result<&'g Group, AwsError> {
        let text = self.text("packageGroup");
        groups.find(text).ok_or_else(|| {
            let message = format!("Package group '{text}' does not exist.");
            AwsError::not_found("package-group", text, message)
        })
    }

    /// The kinds and repositories that a list of allowed ones names; the repositories must be there.
    fn allowed(&self, member: &str) -> Result<Vec<(&'static str, String)>, AwsError> {
        let (domain, owner) = self.domain();
        let estate = self.shared.catalogue.account.read();
        let given = self.input.get(member).and_then(Value::as_array);
        let mut allowed = Vec::new();
        for entry in given.into_iter().flatten() {
            let name = entry["repositoryName"].as_str().unwrap_or("");
            estate.repository(domain, owner, name)?;
            let is = |kind: &&&str| entry["originRestrictionType"] == **kind;
            if let Some(kind) = RESTRICTIONS.iter().find(is) {
                allowed.push((*kind, name.to_owned()));
            }
        }
        Ok(allowed)
    }

    fn group_arn(&self, pattern: &str) -> String {
        self.arn("package-group", &group_path(self.domain().0, pattern))
    }
}

/// The end of a group's ARN.
fn group_path(domain: &str, pattern: &str) -> String {
    format!("{domain}{pattern}")
}

/// The pattern in the end of a group's ARN, behind the domain.
pub(super) fn pattern_of_arn(rest: &str) -> String {
    format!("/{rest}")
}

fn described(domain: &Domain, group: &Group) -> Value {
    let reference = |group: &Group| {
        let path = group_path(&domain.name, &group.pattern.text);
        json!({ "arn": domain.arn("package-group", &path), "pattern": group.pattern.text })
    };
    let restriction = |kind: &'static str| {
        let decides = domain.groups.decides(group, kind);
        let mut restriction = json!({
            "mode": group.modes[kind],
            "effectiveMode": decides.modes[kind],
        });
        if decides.pattern != group.pattern {
            restriction["inheritedFrom"] = reference(decides);
        }
        if decides.modes[kind] == "ALLOW_SPECIFIC_REPOSITORIES" {
            let count = decides.allowed.get(kind).map_or(0, |allowed| allowed.len());
            restriction["repositoriesCount"] = json!(count);
        }
        (kind.to_owned(), restriction)
    };
    let restrictions: Map<_, _> = RESTRICTIONS.into_iter().map(restriction).collect();
    let mut described = reference(group);
    described["domainName"] = json!(domain.name);
    described["domainOwner"] = json!(domain.owner);
    described["createdTime"] = json!(epoch(group.created));
    described["originConfiguration"] = json!({ "restrictions": restrictions });
    if let Some(contact) = &group.contact {
        described["contactInfo"] = json!(contact);
    }
    if let Some(description) = &group.description {
        described["description"] = json!(description);
    }
    if let Some(parent) = domain.groups.parent(group) {
        described["parent"] = reference(parent);
    }
    described
}
