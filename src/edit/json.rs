//! JSON objects edited in place: members set and taken out, while every other byte stays.

use std::ops::Range;

use serde::de::IgnoredAny;
use serde_json::Value;

use super::SyntaxError;

/// A member of an object, by where it stands.
#[derive(Clone, Debug)]
struct Member {
    key: String,
    start: usize,
    value: Range<usize>,
}

/// Parses `text`, which is an object, or nothing yet.
///
/// # Errors
/// Where it is anything else.
pub fn check(text: &str) -> Result<(), SyntaxError> {
    if text.trim().is_empty() {
        return Ok(());
    }
    // serde_json's own sentence may quote the text, which may hold a token.
    let parsed: Result<IgnoredAny, _> = serde_json::from_str(text);
    parsed.map_err(|error| SyntaxError::new(error.line(), "this is no JSON"))?;
    match text.trim_start().starts_with('{') {
        true => Ok(()),
        false => Err(SyntaxError::new(1, "this is no JSON object")),
    }
}

/// The value at `path`, `None` if there is none.
///
/// # Errors
/// Where the text is no object, or a key on the way is there twice.
pub fn value(text: &str, path: &[&str]) -> Result<Option<Value>, SyntaxError> {
    let found = find(text, path)?;
    Ok(found.and_then(|span| serde_json::from_str(&text[span]).ok()))
}

/// The keys of the object at `path`; none if it is no object.
///
/// # Errors
/// As [`value`].
pub fn keys(text: &str, path: &[&str]) -> Result<Vec<String>, SyntaxError> {
    let object = find(text, path)?.filter(|span| text[span.clone()].starts_with('{'));
    let members = object.map_or(Ok(Vec::new()), |span| members(text, span))?;
    Ok(members.into_iter().map(|member| member.key).collect())
}

/// `text` with `new` at `path`: in the place of another value, else behind the last member of its object. Objects on the
/// way are made.
///
/// # Errors
/// As [`value`]; and where something else than an object stands on the way.
pub fn set(text: &str, path: &[&str], new: &Value) -> Result<String, SyntaxError> {
    check(text)?;
    if value(text, path)?.as_ref() == Some(new) {
        return Ok(text.to_owned());
    }
    if let Some(span) = find(text, path)? {
        return Ok(spliced(text, span, &new.to_string()));
    }
    if text.trim().is_empty() {
        return set("{}\n", path, new);
    }
    // The deepest object that is there, and what is missing below it.
    let depth = (0..path.len())
        .rev()
        .find(|depth| matches!(find(text, &path[..*depth]), Ok(Some(_))))
        .unwrap_or(0);
    let object = find(text, &path[..depth])?.unwrap_or_default();
    if !text[object.clone()].starts_with('{') {
        let line = 1 + text[..object.start].matches('\n').count();
        return Err(SyntaxError::new(line, "an object must stand here"));
    }
    let missing = path[depth + 1..].iter().rev();
    let new = missing.fold(
        new.clone(),
        |value, key| serde_json::json!({ (*key): value }),
    );
    added(text, object, path[depth], &new)
}

/// `text` without the member at `path`.
///
/// # Errors
/// As [`value`].
pub fn remove(text: &str, path: &[&str]) -> Result<String, SyntaxError> {
    check(text)?;
    let Some((key, parent)) = path.split_last() else {
        return Ok(text.to_owned());
    };
    let Some(object) = find(text, parent)?.filter(|span| text[span.clone()].starts_with('{'))
    else {
        return Ok(text.to_owned());
    };
    let members = members(text, object.clone())?;
    let Some(at) = members.iter().position(|member| member.key == *key) else {
        return Ok(text.to_owned());
    };
    let span = match (members.get(at + 1), at.checked_sub(1)) {
        (Some(next), _) => members[at].start..next.start,
        (None, Some(before)) => members[before].value.end..members[at].value.end,
        (None, None) => object.start + 1..object.end - 1,
    };
    Ok(spliced(text, span, ""))
}

fn spliced(text: &str, span: Range<usize>, new: &str) -> String {
    format!("{}{new}{}", &text[..span.start], &text[span.end..])
}

/// A new last member, set in as the one before it; on a line of its own where that has one, and in an empty object.
fn added(text: &str, object: Range<usize>, key: &str, new: &Value) -> Result<String, SyntaxError> {
    let members = members(text, object.clone())?;
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let member = format!("{}: {new}", Value::from(key));
    Ok(match members.last() {
        None => {
            let indent = indent_at(text, object.start);
            let inner = format!("{{{end}{indent}  {member}{end}{indent}}}");
            spliced(text, object, &inner)
        }
        Some(last) => {
            let line = text[..last.start].rfind('\n').map_or(0, |at| at + 1);
            let before = &text[line..last.start];
            let gap = match line > object.start && before.trim().is_empty() {
                true => format!("{end}{before}"),
                false => " ".to_owned(),
            };
            let at = last.value.end;
            spliced(text, at..at, &format!(",{gap}{member}"))
        }
    })
}

/// What the line that `at` is in is set in by.
fn indent_at(text: &str, at: usize) -> &str {
    let line = &text[text[..at].rfind('\n').map_or(0, |at| at + 1)..];
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

/// Where the value at `path` stands.
fn find(text: &str, path: &[&str]) -> Result<Option<Range<usize>>, SyntaxError> {
    check(text)?;
    if text.trim().is_empty() {
        return Ok(None);
    }
    let start = skip_blanks(text, 0);
    let mut span = start..end_of_value(text, start);
    for key in path {
        if !text[span.clone()].starts_with('{') {
            return Ok(None);
        }
        let members = members(text, span)?;
        match members.into_iter().find(|member| member.key == *key) {
            Some(member) => span = member.value,
            None => return Ok(None),
        }
    }
    Ok(Some(span))
}

/// The members of the object at `span`, of a text that is JSON.
fn members(text: &str, span: Range<usize>) -> Result<Vec<Member>, SyntaxError> {
    let mut members: Vec<Member> = Vec::new();
    let mut at = skip_blanks(text, span.start + 1);
    while text[at..].starts_with('"') {
        let start = at;
        let end = end_of_string(text, at);
        let key: String = serde_json::from_str(&text[start..end]).unwrap_or_default();
        let colon = skip_blanks(text, end);
        let value = skip_blanks(text, colon + 1);
        let value = value..end_of_value(text, value);
        at = skip_blanks(text, value.end);
        if text[at..].starts_with(',') {
            at = skip_blanks(text, at + 1);
        }
        if members.iter().any(|member| member.key == key) {
            let line = 1 + text[..start].matches('\n').count();
            return Err(SyntaxError::new(line, "a key stands here a second time"));
        }
        members.push(Member { key, start, value });
    }
    Ok(members)
}

fn skip_blanks(text: &str, at: usize) -> usize {
    text.len() - text[at..].trim_start_matches([' ', '\t', '\r', '\n']).len()
}

fn end_of_string(text: &str, start: usize) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(start + 1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

fn end_of_value(text: &str, start: usize) -> usize {
    let mut depth = 0_usize;
    let mut at = start;
    while let Some(byte) = text.as_bytes().get(at) {
        match byte {
            b'"' => at = end_of_string(text, at) - 1,
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 0 => return at,
            b'}' | b']' => depth -= 1,
            b',' | b' ' | b'\t' | b'\r' | b'\n' if depth == 0 => return at,
            _ => {}
        }
        at += 1;
        if depth == 0 && matches!(byte, b'"' | b'}' | b']') {
            return at;
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    const SWIFT: &str = "{\n  \"authentication\" : {\n\n  },\n  \"registries\" : {\n    \"acme\" : {\n      \"url\" : \"https:\\/\\/a.example\"\n    }\n  },\n  \"version\" : 1\n}";

    #[test]
    fn members_are_set_beside_the_others_and_go_again() {
        let done = set(
            SWIFT,
            &["registries", "[default]"],
            &json!({ "url": "https://h/" }),
        )
        .unwrap();
        assert_eq!(
            done,
            SWIFT.replace(
                "example\"\n    }\n",
                "example\"\n    },\n    \"[default]\": {\"url\":\"https://h/\"}\n"
            )
        );
        assert_eq!(remove(&done, &["registries", "[default]"]).unwrap(), SWIFT);
        let fresh = set("", &["a", "b"], &json!(1)).unwrap();
        assert_eq!(fresh, "{\n  \"a\": {\"b\":1}\n}\n");
        assert_eq!(remove(&fresh, &["a"]).unwrap(), "{}\n");
        assert_eq!(
            set("{\"a\": 1}", &["b"], &json!(2)).unwrap(),
            "{\"a\": 1, \"b\": 2}"
        );
    }

    #[test]
    fn what_is_no_object_is_refused_with_its_line() {
        for (text, line) in [
            ("[]", 1),
            ("{\n\"a\": 1,\n}", 3),
            ("{} // why", 1),
            ("{\"a\": 1,\n\"a\": 2}", 2),
            ("\u{feff}{}", 1),
            ("{\"a\":\n1}", 2),
        ] {
            let refused = set(text, &["a", "b"], &json!(1)).unwrap_err();
            assert_eq!(refused.line, line, "{text:?}");
        }
    }

    fn document() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            "[a-c\"\\\\{}\\[\\],: é]{0,5}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            let key = "[ab\"\\\\}]{0,2}";
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map(key, inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn an_edit_changes_its_own_member_alone(
            document in document().prop_filter("an object", Value::is_object),
            pretty: bool, key in "[abc]{0,2}", below in "[abc]{0,2}", new in document(),
        ) {
            let text = match pretty {
                true => serde_json::to_string_pretty(&document).unwrap(),
                false => document.to_string(),
            };
            let path = [key.as_str(), below.as_str()];
            let Ok(done) = set(&text, &path, &new) else {
                prop_assert!(!document[&key].is_object() && !document[&key].is_null() || document.get(&key).is_some());
                return Ok(());
            };
            let mut expected = document.clone();
            let parent = expected.as_object_mut().unwrap().entry(key.clone()).or_insert_with(|| json!({}));
            parent[&below] = new.clone();
            prop_assert_eq!(&serde_json::from_str::<Value>(&done).unwrap(), &expected);
            prop_assert_eq!(&set(&done, &path, &new).unwrap(), &done);
            let undone = remove(&done, &path).unwrap();
            expected[&key].as_object_mut().unwrap().remove(&below);
            prop_assert_eq!(serde_json::from_str::<Value>(&undone).unwrap(), expected);
            if document.get(&key).is_some_and(|inner| inner.as_object().is_some_and(|inner| !inner.is_empty() && !inner.contains_key(&below))) {
                prop_assert_eq!(undone, text);
            }
        }
    }
}
