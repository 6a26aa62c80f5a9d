//! Answers of AWS's APIs: EC2's, CloudFormation's and IAM's in XML, SageMaker's and CodeArtifact's in JSON.

use serde_json::Value;
use studio_mirror::aws::cloudformation::{
    Change, ChangeSet, Event, Resource, ResourceDrift, Stack,
};
use studio_mirror::aws::ec2::{
    EndpointService, NetworkAcl, NetworkInterface, RouteTable, SecurityGroup, Subnet, Vpc,
    VpcEndpoint,
};
use studio_mirror::aws::{
    DomainSeen, Element, LifecycleConfig, Refusal, RepositorySeen, StudioDomain, asset_sha256_in,
};
use studio_mirror::bootstrap::slot::Slot;
use studio_mirror::check::vpc::acls::{self, ANSWERS, Direction, Far, HTTPS};
use studio_mirror::check::vpc::rules;

use super::policy::answers_hold;
use super::steers_nothing;

/// The body of an answer, in whichever of the two.
pub fn aws_answers(text: &str) {
    if let Ok(root) = Element::parse(text) {
        assert!(!root.name().is_empty());
        for element in all_in(&root) {
            read_as_everything(element);
        }
    }
    let refusal = Refusal::read(None, text);
    assert!(!refusal.code.contains([':', '#']));
    assert_eq!(Refusal::read(Some(&refusal.code), text), refusal);
    if let Ok(value) = serde_json::from_str::<Value>(text) {
        json(&value);
    }
}

/// The root, the lists in it that answers have, and their members.
fn all_in(root: &Element) -> Vec<&Element> {
    const LISTS: [&str; 14] = [
        "vpcSet",
        "vpcEndpointSet",
        "serviceDetailSet",
        "subnetSet",
        "routeTableSet",
        "networkAclSet",
        "securityGroupInfo",
        "networkInterfaceSet",
        "Stacks",
        "StackResources",
        "StackEvents",
        "Changes",
        "StackResourceDrifts",
        "Errors",
    ];
    let members = LISTS.iter().flat_map(|list| root.list(list));
    [root].into_iter().chain(members).collect()
}

/// AWS could send anything in the place of anything.
fn read_as_everything(element: &Element) {
    let stack = Stack::read(element);
    assert!(!(stack.is_at_work() && (stack.takes_updates() || stack.is_stillborn())));
    assert!(stack.role_arn.as_deref() != Some(""));
    let set = ChangeSet::read(element);
    assert!(!(set.is_at_work() && set.is_empty()));
    let event = Event::read(element);
    for reason in [&stack.reason, &set.reason, &event.reason] {
        steers_nothing(reason);
        assert!(reason.chars().count() <= 600);
    }
    let resource = Resource::read(element);
    assert!(!(resource.exists() && resource.physical_id.is_empty()));
    let (_, drift) = (Change::read(element), ResourceDrift::read(element));
    assert!(drift.properties.iter().all(|property| !property.is_empty()));
    let vpc = Vpc::read(element);
    let (_, _, _) = (
        EndpointService::read(element),
        Subnet::read(element),
        RouteTable::read(element),
    );
    let endpoint = VpcEndpoint::read(element);
    answers_hold(
        &endpoint.policy,
        &endpoint.service,
        &endpoint.id,
        &vpc.owner,
    );
    acl(&NetworkAcl::read(element));
    let interface = NetworkInterface::read(element);
    group(
        &SecurityGroup::read(element),
        &interface.groups,
        &interface.addresses,
    );
}

/// What lets a range of ports pass lets each of them pass; a rule with a number free in front of it gets that.
fn acl(acl: &NetworkAcl) {
    let network = "10.0.1.0/24".parse().expect("a network");
    for direction in [Direction::In, Direction::Out] {
        for far in [Far::Network(network), Far::Public] {
            let whole = acls::passage(acl, direction, far, ANSWERS);
            for port in [ANSWERS.0, 40_000, ANSWERS.1] {
                let one = acls::passage(acl, direction, far, (port, port));
                assert!(
                    whole != acls::Passage::Open || one == acls::Passage::Open,
                    "{port}: {acl:?}"
                );
            }
            if let acls::Passage::Shut(number) = acls::passage(acl, direction, far, HTTPS)
                && let Some(before) = acls::number_before(acl, direction, number)
            {
                assert!((1..number).contains(&before));
                assert!(
                    acl.entries.iter().all(|rule| rule.number != before
                        || rule.is_egress != (direction == Direction::Out))
                );
            }
        }
    }
}

/// More rules never let less through.
fn group(group: &SecurityGroup, groups: &[String], places: &[String]) {
    let peer = rules::Peer::new(groups, places);
    let few = rules::passage(&group.ingress, &peer);
    let more = rules::passage(group.ingress.iter().chain(&group.egress), &peer);
    assert!(
        few != rules::Passage::Open || more == rules::Passage::Open,
        "{group:?}"
    );
    if let rules::Passage::Open = few {
        assert!(!group.ingress.is_empty());
        assert!(!groups.is_empty() || !places.is_empty());
    }
}

fn json(described: &Value) {
    of_codeartifact(described);
    let _ = serde_json::from_value::<StudioDomain>(described.clone());
    if let Ok(lifecycle) = serde_json::from_value::<LifecycleConfig>(described.clone())
        && let Some(script) = lifecycle.script()
    {
        assert!(script.len() <= lifecycle.content.len());
    }
    let slots = Slot::of_domain(described)
        .into_iter()
        .chain(Slot::of_profile("ann"));
    for slot in slots {
        assert_eq!(Slot::of_key(&slot.key()).as_ref(), Some(&slot));
        assert!(slot.arn(described).is_none_or(|arn| !arn.is_empty()));
        let mut updated = described.clone();
        for arn in [
            Some("arn:aws:sagemaker:us-east-1:111122223333:studio-lifecycle-config/x"),
            None,
        ] {
            if !merge(&mut updated, &slot.update(arn)) {
                break;
            }
            assert_eq!(slot.arn(&updated).as_deref(), arn);
            assert_eq!(
                slot.rest_of(&updated),
                slot.rest_of(described),
                "an update touches the slot alone"
            );
        }
    }
}

/// What is read is what is there; an asset has the hash of the first of its name, or none.
fn of_codeartifact(answer: &Value) {
    let domain = DomainSeen::read(answer);
    assert!(domain.arn.is_empty() || answer["domain"]["arn"] == *domain.arn);
    let repository = RepositorySeen::read(answer);
    assert!(repository == RepositorySeen::default() || answer["repository"].is_object());
    let assets = answer["assets"].as_array().into_iter().flatten();
    let names: Vec<_> = assets.filter_map(|asset| asset["name"].as_str()).collect();
    for name in names.iter().take(8).chain([&"studio-mirror"]) {
        let hash = asset_sha256_in(name, answer);
        assert!(hash.is_none_or(|hash| names.contains(name) && hash == hash.to_ascii_lowercase()));
    }
}

/// Puts the members of `update` into `into`, as SageMaker does; `false` where something else stands in their place.
fn merge(into: &mut Value, update: &Value) -> bool {
    match (into, update) {
        (Value::Object(into), Value::Object(update)) => update.iter().all(|(name, value)| {
            let place = into.entry(name).or_insert_with(|| match value {
                Value::Object(_) => Value::Object(Default::default()),
                _ => Value::Null,
            });
            merge(place, value)
        }),
        (Value::Object(_), _) | (_, Value::Object(_)) => false,
        (into, update) => {
            *into = update.clone();
            true
        }
    }
}
