//! XML files, judged by expat: what it refuses we refuse, what it reads we read alike, and an edit changes what it is to
//! change for expat too.

use proptest::prelude::*;
use serde_json::{Value, json};
use studio_mirror::edit::xml::{Element, XmlFile};
use studio_mirror::secret::Secret;
use studio_mirror::tools::{Auth, Editor, maven::SettingsXml};

use crate::generated::{files, one_of};
use crate::oracle::ask;
use crate::properties::{MAVEN, TOKEN, registry};

fn lines() -> BoxedStrategy<String> {
    let ordinary = one_of(&[
        "<servers>",
        "</servers>",
        "<servers/>",
        "<servers><server><id>a</id></server></servers>",
        "  <profiles>",
        "  </profiles>",
        "<profile><id>z</id><!-- z --></profile>",
        "<a b='1' c=\"2&quot;\"/>",
        "<a b = '&lt;' />",
        "<a>x &amp; y &#x41;&#10;</a >",
        "<x:y xmlns:x='u'/>",
        "<![CDATA[ <a> & ]]>",
        "<!-- c -->",
        "<?p q?>",
        "text",
        "",
        "<ü>ß</ü>",
    ]);
    let odd = one_of(&[
        "<",
        "&",
        "&x;",
        "]]>",
        "<a b='<'/>",
        "<a b=1/>",
        "<a b='1'c='2'/>",
        "<a b='1' b='2'/>",
        "<!-- -- -->",
        "<!DOCTYPE a>",
        "<?xml version='1.0'?>",
        "<a",
        "</b>",
        "<1/>",
        "\u{1}",
        "<a>\t</a\n>",
        "&#0;",
        "&#xD800;",
        "&#x110000;",
        "<a b='\t'/>",
    ]);
    prop_oneof![30 => ordinary, 1 => odd].boxed()
}

fn texts() -> Vec<String> {
    let all = files(lines()).into_iter().enumerate();
    all.map(|(at, inside)| match at % 8 {
        0 => inside,
        1 => format!("\u{feff}<settings>{inside}</settings>\n"),
        _ => format!("<?xml version='1.0' encoding='UTF-8'?>\n<settings>\n{inside}\n</settings>"),
    })
    .collect()
}

/// As the oracle tells it. Line ends and attributes are as XML normalizes them.
fn ours(file: &XmlFile) -> Value {
    fn add(element: &Element, way: &str, all: &mut Vec<Value>) {
        let way = format!("{way}/{}", element.name);
        let attributes: serde_json::Map<String, Value> = element
            .attributes
            .iter()
            .map(|(name, value)| (name.clone(), plain(value).into()))
            .collect();
        all.push(json!([way, attributes, plain(&element.text)]));
        for child in &element.children {
            add(child, &way, all);
        }
    }
    let mut all = Vec::new();
    if let Ok(Some(root)) = file.find(&[]) {
        add(root, "", &mut all);
    }
    all.into()
}

/// Blanks are all one here.
fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn told(answer: &Value) -> Value {
    let plain_item = |item: &Value| {
        let attributes = item[1].as_object().into_iter().flatten();
        let attributes: serde_json::Map<String, Value> = attributes
            .map(|(name, value)| {
                (
                    name.clone(),
                    plain(value.as_str().unwrap_or_default()).into(),
                )
            })
            .collect();
        json!([
            item[0],
            attributes,
            plain(item[2].as_str().unwrap_or_default())
        ])
    };
    let items = answer.as_array().into_iter().flatten();
    items.map(plain_item).collect::<Vec<_>>().into()
}

#[test]
fn expat_reads_what_we_read_and_refuses_what_we_refuse() {
    let texts: Vec<String> = texts()
        .into_iter()
        .filter(|text| !text.trim().is_empty())
        .collect();
    let mut read = 0;
    for (text, answer) in texts.iter().zip(ask("python3", "xml_expat.py", &texts)) {
        let root = answer[0][0].as_str().map_or("settings", |way| &way[1..]);
        match XmlFile::parse(text, root) {
            Ok(file) => {
                read += 1;
                assert!(!answer.is_null(), "expat refuses {text:?}");
                assert_eq!(ours(&file), told(&answer), "{text:?}");
            }
            Err(error) => assert!(answer.is_null(), "{error}: expat reads {text:?}"),
        }
    }
    assert!(read > 200, "only {read} could be read");
}

#[test]
fn expat_reads_in_an_edited_file_what_was_there_and_what_is_ours() {
    let secret = Secret::new(TOKEN);
    let registry = registry(MAVEN, Auth::Token(&secret));
    let edited: Vec<(String, String)> = texts()
        .into_iter()
        .filter_map(|text| {
            let done = SettingsXml.configure(&text, &[registry]).ok()?;
            Some((text, done.text))
        })
        .collect();
    assert!(edited.len() > 100, "only {} were edited", edited.len());
    let before: Vec<String> = edited.iter().map(|(before, _)| before.clone()).collect();
    let after: Vec<String> = edited.into_iter().map(|(_, after)| after).collect();
    let (told_before, told_after) = (
        ask("python3", "xml_expat.py", &before),
        ask("python3", "xml_expat.py", &after),
    );
    for ((text, before), after) in after.iter().zip(told_before).zip(told_after) {
        assert!(!after.is_null(), "expat refuses {text:?}");
        let mut left = told(&after).as_array().cloned().unwrap_or_default();
        for item in told(&before).as_array().into_iter().flatten() {
            let at = left.iter().position(|other| other == item);
            left.remove(at.unwrap_or_else(|| panic!("{item} is gone from {text:?}")));
        }
        let ours = |way: &str, value: &str| left.contains(&json!([way, {}, value]));
        assert!(ours("/settings/servers/server/password", TOKEN), "{text:?}");
        assert!(ours("/settings/mirrors/mirror/url", MAVEN), "{text:?}");
    }
}
