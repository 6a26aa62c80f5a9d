//! Everything that an account has, to be compared before and after.

use super::Account;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Lists of the whole account: service, method, what is asked, member of the answer.
const LISTS: [(&str, &str, &str, &str); 8] = [
    ("ec2", "describe_vpcs", "{}", "Vpcs"),
    ("ec2", "describe_subnets", "{}", "Subnets"),
    ("ec2", "describe_vpc_endpoints", "{}", "VpcEndpoints"),
    ("ec2", "describe_security_groups", "{}", "SecurityGroups"),
    ("ec2", "describe_route_tables", "{}", "RouteTables"),
    ("iam", "list_policies", r#"{"Scope": "Local"}"#, "Policies"),
    ("iam", "list_roles", "{}", "Roles"),
    ("codeartifact", "list_repositories", "{}", "repositories"),
];

impl Account {
    /// Panics unless everything is as it was `before`.
    #[track_caller]
    pub fn assert_same(&self, before: &Value, what: &impl std::fmt::Display) {
        assert_eq!(differences(before, &self.everything()), [""; 0], "{what}");
    }

    /// Everything in the region that a set-up could touch.
    pub fn everything(&self) -> Value {
        let mut all = json!({});
        for (service, method, asked, member) in LISTS {
            let asked = serde_json::from_str(asked).expect("JSON");
            let told = self.call(service, method, asked);
            all[method] = told[member].clone();
        }
        all["stacks"] = self.stacks_in_detail();
        all["roles"] = self.attached_policies(&all["list_roles"]);
        all["codeartifact"] = self.domains_in_detail(&all["list_repositories"]);
        let studio = self.cloud.emulator.studio();
        let own = studio.into_iter().filter(|one| one["account"] == self.id);
        all["studio"] = own.collect();
        all["lifecycles"] = self.lifecycles_in_detail();
        all
    }

    /// The stacks that are there, with their change sets and templates.
    fn stacks_in_detail(&self) -> Value {
        let told = self.call("cloudformation", "describe_stacks", json!({}));
        let stacks = told["Stacks"].as_array().expect("a list").iter();
        // LocalStack lists deleted ones, too; drift is a look, not a change.
        let there = stacks.filter(|stack| stack["StackStatus"] != "DELETE_COMPLETE");
        let detail = there.map(|stack| {
            let mut stack = stack.clone();
            if let Some(members) = stack.as_object_mut() {
                members.remove("DriftInformation");
            }
            let named = json!({"StackName": stack["StackName"]});
            let sets = self.call("cloudformation", "list_change_sets", named.clone());
            let template = self.try_call("cloudformation", "get_template", named);
            json!({"stack": stack, "change_sets": sets["Summaries"], "template": template.ok()})
        });
        detail.collect()
    }

    fn attached_policies(&self, roles: &Value) -> Value {
        let names = roles.as_array().expect("a list").iter();
        names
            .map(|role| {
                let asked = json!({"RoleName": role["RoleName"]});
                let told = self.call("iam", "list_attached_role_policies", asked);
                told["AttachedPolicies"].clone()
            })
            .collect()
    }

    fn domains_in_detail(&self, repositories: &Value) -> Value {
        let told = self.call("codeartifact", "list_domains", json!({}));
        let domains = told["domains"].as_array().expect("a list").iter();
        let domains = domains.map(|domain| {
            let named = json!({"domain": domain["name"]});
            let groups = self.call("codeartifact", "list_package_groups", named);
            json!([domain, groups["packageGroups"]])
        });
        let repositories = repositories.as_array().expect("a list").iter();
        let repositories = repositories.map(|repository| {
            let named =
                json!({"domain": repository["domainName"], "repository": repository["name"]});
            let described = self.call("codeartifact", "describe_repository", named.clone());
            let packages = self.call("codeartifact", "list_packages", named);
            json!([described["repository"], packages["packages"]])
        });
        domains.chain(repositories).collect()
    }

    fn lifecycles_in_detail(&self) -> Value {
        let told = self.call("sagemaker", "list_studio_lifecycle_configs", json!({}));
        let all = told["StudioLifecycleConfigs"].as_array().expect("a list");
        all.iter()
            .map(|one| {
                let named = json!({"StudioLifecycleConfigName": one["StudioLifecycleConfigName"]});
                self.call("sagemaker", "describe_studio_lifecycle_config", named)
            })
            .collect()
    }
}

/// Where two of them differ, path by path, with what was and what is there.
pub fn differences(before: &Value, after: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare("", before, after, &mut found);
    found
}

fn compare(at: &str, before: &Value, after: &Value, found: &mut Vec<String>) {
    match (before, after) {
        (Value::Object(was), Value::Object(is)) => {
            let names: BTreeSet<&String> = was.keys().chain(is.keys()).collect();
            for name in names {
                compare(&format!("{at}/{name}"), &before[name], &after[name], found);
            }
        }
        (Value::Array(was), Value::Array(is)) if was.len() == is.len() => {
            for (index, (was, is)) in was.iter().zip(is).enumerate() {
                compare(&format!("{at}/{index}"), was, is, found);
            }
        }
        _ if before == after => {}
        _ => found.push(format!("{at}: {before} -> {after}")),
    }
}
