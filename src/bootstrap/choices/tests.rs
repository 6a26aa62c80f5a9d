use super::*;

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[test]
fn what_is_chosen_now_wins_and_the_rest_is_remembered() {
    let remembered = Choices {
        vpc_id: Some("vpc-1".to_owned()),
        internal: words(&["acme-*"]),
        longest_token: Some(3600),
        iam: Some(IamWay::Print),
        ..Choices::default()
    };
    let now = Choices {
        vpc_id: Some("vpc-2".to_owned()),
        internal: words(&[""]),
        ..Choices::default()
    };
    let merged = now.over(&remembered);
    assert_eq!(merged.vpc_id.as_deref(), Some("vpc-2"));
    assert!(merged.internal.is_empty());
    assert_eq!(merged.longest_token, Some(3600));
    assert_eq!(merged.iam, Some(IamWay::Print));
    assert_eq!(Choices::default().over(&remembered), remembered);
}

#[test]
fn endpoints_are_what_clients_need_unless_named() {
    let chosen = |endpoints: &[WantedEndpoint]| {
        let endpoints = endpoints.to_vec();
        let choices = Choices {
            endpoints,
            ..Choices::default()
        };
        choices.wanted_endpoints()
    };
    assert_eq!(chosen(&[]).expect("default").len(), 3);
    assert_eq!(chosen(&[WantedEndpoint::None]).expect("none"), []);
    let both = [WantedEndpoint::None, WantedEndpoint::Api];
    assert!(chosen(&both).is_err());
}

#[test]
fn tags_are_pairs_that_aws_takes() {
    let tags = |tags: &[&str]| {
        let tags = words(tags);
        let choices = Choices {
            tags,
            ..Choices::default()
        };
        choices.tag_map()
    };
    assert_eq!(tags(&["team=ml", "cost=a=b"]).expect("tags")["cost"], "a=b");
    for bad in ["team", "=x", "aws:x=y", "a=\"b\""] {
        assert!(tags(&[bad]).is_err(), "{bad}");
    }
}

#[test]
fn a_role_is_named_without_its_path() {
    let arn = "arn:aws:iam::111122223333:role/service-role/Exec";
    assert_eq!(role_name(arn).expect("a role"), "Exec");
    assert!(role_name("arn:aws:iam::111122223333:user/x").is_err());
}
