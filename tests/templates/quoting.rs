//! Whatever a name or a tag holds, the template reads back as exactly that, and as nothing more.

use proptest::prelude::*;
use serde_json::{Value, json};
use studio_mirror::bootstrap::stacks::ConsumerStack;
use studio_mirror::bootstrap::template::text::remembered;
use studio_mirror::bootstrap::template::{Template, consumer};

use crate::oracle::{ask, examples};
use crate::stacks::{full_consumer, full_packages};

fn read(templates: &[Template], with_defaults: bool) -> Vec<Value> {
    let text = |template: &Template| match with_defaults {
        true => template.with_defaults(),
        false => template.body.clone(),
    };
    let bodies: Vec<String> = templates.iter().map(text).collect();
    let answer = ask("cfn-lint", "read.py", &[], &json!(bodies));
    serde_json::from_str(&answer).expect("JSON")
}

/// Characters that end something somewhere.
fn hostile() -> impl Strategy<Value = String> {
    let ends = "['\"\\\\{}:#,&*!|>%@`\\[\\] \n\r\t\u{85}\u{2028}a${é😀\u{0}\u{7f}-]{0,40}";
    prop_oneof![ends, ".*", Just("'\nResources: {}\n#".to_owned())]
}

/// The resource that remembers, and all others.
fn parted(read: &Value) -> (Value, Value) {
    let mut others = read["Resources"].clone();
    let resources = others.as_object_mut().expect("resources");
    let named: Vec<String> = resources
        .keys()
        .filter(|name| name.starts_with("Memory"))
        .cloned()
        .collect();
    let [name] = &named[..] else {
        panic!("{named:?}")
    };
    (resources.remove(name).expect("it is there"), others)
}

#[test]
fn what_is_remembered_is_one_value_and_comes_back() {
    let told: Vec<Value> = examples(60, (hostile(), hostile()))
        .into_iter()
        .map(|(key, value)| json!({"tags": {key: value}, "n": [1, true, null]}))
        .collect();
    let templates: Vec<_> = told
        .iter()
        .map(|told| consumer(&full_consumer(), &told.to_string()).expect("a template"))
        .collect();
    let keys = |value: &Value| {
        value
            .as_object()
            .expect("a mapping")
            .keys()
            .cloned()
            .collect::<Vec<_>>()
    };
    let usual = read(
        &[consumer(&full_consumer(), "{}").expect("a template")],
        false,
    );
    for ((told, template), read) in told.iter().zip(&templates).zip(read(&templates, false)) {
        let back = remembered(&template.body).expect("what was told");
        assert_eq!(serde_json::from_str::<Value>(&back).expect("JSON"), *told);
        assert_eq!(keys(&read), keys(&usual[0]));
        let (memory, others) = parted(&read);
        assert_eq!(memory["Metadata"]["StudioMirror"], back);
        assert_eq!(others, parted(&usual[0]).1);
    }
}

#[test]
fn a_script_is_read_back_byte_for_byte() {
    let line = "[ -~\t]{0,30}";
    let scripts = examples(60, (proptest::collection::vec(line, 0..8), any::<bool>()));
    let scripts = scripts.into_iter().map(|(lines, ends)| {
        let end = if ends { "\n" } else { "" };
        format!("#!/bin/bash\n{}{end}", lines.join("\n"))
    });
    let scripts: Vec<String> = scripts
        .chain(["#!/bin/bash\n\n\n".into(), "#!/bin/bash".into()])
        .collect();
    let templates: Vec<_> = scripts
        .iter()
        .map(|script| {
            let stack = ConsumerStack {
                lifecycle_script: Some(script.clone()),
                ..full_consumer()
            };
            consumer(&stack, "{}").expect("a template")
        })
        .collect();
    for with_defaults in [false, true] {
        for (script, read) in scripts.iter().zip(read(&templates, with_defaults)) {
            assert_eq!(read["Mappings"]["Lifecycle"]["Script"]["Text"], *script);
        }
    }
}

#[test]
fn defaults_are_the_parameters() {
    let packages =
        studio_mirror::bootstrap::template::packages(&full_packages(), "{}").expect("a template");
    let templates = [
        packages,
        consumer(&full_consumer(), "{}").expect("a template"),
    ];
    for (template, read) in templates.iter().zip(read(&templates, true)) {
        let parameters = read["Parameters"].as_object().expect("parameters");
        assert_eq!(parameters.len(), template.parameters.len());
        for (name, value) in &template.parameters {
            assert_eq!(parameters[name]["Default"], *value, "{name}");
        }
    }
}

#[test]
fn hostile_names_are_refused() {
    for hostile in examples(100, hostile()) {
        let packages = studio_mirror::bootstrap::template::packages;
        let refused = |change: &dyn Fn(&mut studio_mirror::bootstrap::stacks::PackagesStack)| {
            let mut stack = full_packages();
            change(&mut stack);
            packages(&stack, "{}").is_err()
        };
        let hostile = format!("{hostile}'");
        assert!(refused(&|stack| stack.domain = hostile.clone()));
        assert!(refused(&|stack| stack.repository = hostile.clone()));
        assert!(refused(&|stack| stack.readers = vec![hostile.clone()]));
        assert!(refused(&|stack| stack.organization = Some(hostile.clone())));
        assert!(refused(&|stack| stack.kms_key_arn = Some(hostile.clone())));
        assert!(refused(&|stack| stack.internal[0].0 = hostile.clone()));
        assert!(refused(&|stack| stack.vpc_ids = vec![hostile.clone()]));
    }
}
