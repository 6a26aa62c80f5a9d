//! The places of a Studio domain where a built-in lifecycle configuration can stand.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A kind of app that lifecycle configurations start with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum App {
    /// JupyterLab.
    JupyterLab,
    /// Code Editor.
    CodeEditor,
}

impl App {
    /// Both.
    pub const ALL: [App; 2] = [App::JupyterLab, App::CodeEditor];

    /// As SageMaker names it.
    pub fn as_str(self) -> &'static str {
        match self {
            App::JupyterLab => "JupyterLab",
            App::CodeEditor => "CodeEditor",
        }
    }

    /// The member of user settings that holds what it starts with.
    fn settings(self) -> &'static str {
        match self {
            App::JupyterLab => "JupyterLabAppSettings",
            App::CodeEditor => "CodeEditorAppSettings",
        }
    }
}

/// Whose settings.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holder {
    /// Every user's of the Studio domain.
    Users,
    /// Those of its shared spaces.
    SharedSpaces,
    /// One user profile's, which win over the domain's.
    Profile(String),
}

/// One place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slot {
    /// Whose settings.
    pub holder: Holder,
    /// For which app.
    pub app: App,
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let app = match self.app {
            App::JupyterLab => "JupyterLab",
            App::CodeEditor => "Code Editor",
        };
        match &self.holder {
            Holder::Users => write!(f, "{app}"),
            Holder::SharedSpaces => write!(f, "{app} of shared spaces"),
            Holder::Profile(name) => write!(f, "{app} of the profile {name}"),
        }
    }
}

impl Slot {
    /// As a key of what the stack remembers.
    pub fn key(&self) -> String {
        let app = self.app.as_str();
        match &self.holder {
            Holder::Users => format!("domain/{app}"),
            Holder::SharedSpaces => format!("shared/{app}"),
            Holder::Profile(name) => format!("profile/{name}/{app}"),
        }
    }

    /// The slot that `key` stands for.
    pub fn of_key(key: &str) -> Option<Self> {
        let (holder, app) = key.rsplit_once('/')?;
        let app = App::ALL.into_iter().find(|known| known.as_str() == app)?;
        let holder = match holder.split_once('/') {
            None if holder == "domain" => Holder::Users,
            None if holder == "shared" => Holder::SharedSpaces,
            Some(("profile", name)) => Holder::Profile(name.to_owned()),
            _ => return None,
        };
        Some(Self { holder, app })
    }

    /// The slots that `domain`, an answer of `DescribeDomain`, has: shared spaces' where they are set up. Their settings are
    /// not made just for this, for they would need a role.
    pub fn of_domain(domain: &Value) -> Vec<Self> {
        let of_users = App::ALL.map(|app| Self {
            holder: Holder::Users,
            app,
        });
        // Shared spaces have no Code Editor.
        let of_shared = Self {
            holder: Holder::SharedSpaces,
            app: App::JupyterLab,
        };
        let is_set_up = domain["DefaultSpaceSettings"]["ExecutionRole"].is_string();
        let of_shared = is_set_up.then_some(of_shared);
        of_users.into_iter().chain(of_shared).collect()
    }

    /// The slots of a profile.
    pub fn of_profile(name: &str) -> [Self; 2] {
        App::ALL.map(|app| Self {
            holder: Holder::Profile(name.to_owned()),
            app,
        })
    }

    fn settings(&self) -> &'static str {
        match self.holder {
            Holder::Users => "DefaultUserSettings",
            Holder::SharedSpaces => "DefaultSpaceSettings",
            Holder::Profile(_) => "UserSettings",
        }
    }

    /// The ARN in it, as `described` (of its domain or profile) shows; `None` for an empty one, which may read as the word `None`.
    pub fn arn(&self, described: &Value) -> Option<String> {
        let app = &described[self.settings()][self.app.settings()];
        let arn = app["BuiltInLifecycleConfigArn"].as_str()?;
        (!arn.is_empty() && arn != "None").then(|| arn.to_owned())
    }

    /// The members of an update that put `arn` into it, and touch nothing else; `None` empties it.
    pub fn update(&self, arn: Option<&str>) -> Value {
        // Leaving the member out would change nothing; the word is what clears it.
        let arn = arn.unwrap_or("None");
        json!({ self.settings(): { self.app.settings(): { "BuiltInLifecycleConfigArn": arn } } })
    }

    /// `described` without what this slot and the passing of time change: to be compared before and after an update.
    pub fn rest_of(&self, described: &Value) -> Value {
        let mut rest = described.clone();
        if let Some(members) = rest.as_object_mut() {
            for member in ["Status", "LastModifiedTime", "FailureReason"] {
                members.remove(member);
            }
        }
        let holder = rest.get_mut(self.settings()).and_then(Value::as_object_mut);
        let is_empty = holder.is_some_and(|settings| {
            let app = settings.get_mut(self.app.settings());
            if let Some(app) = app.and_then(Value::as_object_mut) {
                app.remove("BuiltInLifecycleConfigArn");
                // Settings that hold nothing else are as good as none.
                if app.is_empty() {
                    settings.remove(self.app.settings());
                }
            }
            settings.is_empty()
        });
        if let (true, Some(members)) = (is_empty, rest.as_object_mut()) {
            members.remove(self.settings());
        }
        rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str =
        "arn:aws:sagemaker:us-east-1:111122223333:studio-lifecycle-config/studio-mirror-x";

    #[test]
    fn an_update_carries_the_leaf_alone() {
        let slot = Slot::of_key("domain/CodeEditor").expect("a slot");
        assert_eq!(
            slot.update(Some(ARN)),
            json!({"DefaultUserSettings": {"CodeEditorAppSettings": {"BuiltInLifecycleConfigArn": ARN}}})
        );
        let cleared = slot.update(None);
        let app = &cleared["DefaultUserSettings"]["CodeEditorAppSettings"];
        assert_eq!(app["BuiltInLifecycleConfigArn"], "None");
    }

    #[test]
    fn keys_and_slots_belong_together() {
        let mut slots = Slot::of_domain(&json!({"DefaultSpaceSettings": {"ExecutionRole": "x"}}));
        assert_eq!(slots.len(), 3);
        slots.extend(Slot::of_profile("ann"));
        for slot in slots {
            assert_eq!(Slot::of_key(&slot.key()).as_ref(), Some(&slot));
        }
        assert_eq!(Slot::of_key("profile/ann"), None);
        assert_eq!(Slot::of_domain(&json!({})).len(), 2);
    }

    #[test]
    fn an_empty_slot_reads_as_one_in_each_of_its_forms() {
        let slot = Slot::of_key("domain/JupyterLab").expect("a slot");
        let with = |arn: Value| json!({"DefaultUserSettings": {"JupyterLabAppSettings": {"BuiltInLifecycleConfigArn": arn}}});
        for empty in [json!({}), with(Value::Null), with("None".into())] {
            assert_eq!(slot.arn(&empty), None);
        }
        assert_eq!(slot.arn(&with(ARN.into())).as_deref(), Some(ARN));
    }

    #[test]
    fn the_rest_is_everything_that_an_update_must_leave_alone() {
        let slot = Slot::of_key("domain/JupyterLab").expect("a slot");
        let domain = |arn: &str, role: &str| {
            json!({"Status": arn, "DefaultUserSettings": {"ExecutionRole": role,
                "JupyterLabAppSettings": {"BuiltInLifecycleConfigArn": arn}}})
        };
        let bare = json!({"DefaultUserSettings": {"ExecutionRole": "r"}});
        assert_eq!(
            slot.rest_of(&domain("a", "r")),
            slot.rest_of(&domain("b", "r"))
        );
        assert_eq!(slot.rest_of(&domain("a", "r")), slot.rest_of(&bare));
        // A profile without settings of its own has some after an update.
        let [profiles, _] = Slot::of_profile("ann");
        assert_eq!(
            profiles.rest_of(&profiles.update(Some(ARN))),
            profiles.rest_of(&json!({}))
        );
        assert_ne!(
            slot.rest_of(&domain("a", "r")),
            slot.rest_of(&domain("a", "s"))
        );
    }
}
