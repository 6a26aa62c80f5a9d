//! What the edits of an XML file keep, and what they refuse.

use super::*;

fn file(text: &str) -> XmlFile {
    XmlFile::parse(text, "a").unwrap_or_else(|error| panic!("{error} in {text:?}"))
}

fn server() -> New {
    New::parent("s", [New::text("id", "x&y"), New::text("p", "T")])
}

fn with(text: &str, among: Among) -> String {
    let is_ours = |element: &Element| element.text_of("id") == Some("x&y");
    let file = file(text).begun("a").unwrap();
    let file = file.with(&["b"], &server(), among, is_ours).unwrap();
    file.text().to_owned()
}

fn without(text: &str) -> String {
    let file = file(text);
    let ours = file.all(&["b"], "s").unwrap().into_iter();
    let range = ours
        .filter(|element| element.text_of("id") == Some("x&y"))
        .map(|element| element.range.clone())
        .next()
        .unwrap();
    file.without(&["b"], &range).unwrap().text().to_owned()
}

#[test]
fn an_element_comes_in_the_manner_of_its_neighbours_and_goes_again() {
    for text in [
        "<a>\n</a>",
        "<a>\n  <!-- <b/> -->\n</a>\n",
        "<?xml version='1.0'?>\r\n<a x='1'>\r\n\t<c/>\r\n</a>\r\n",
        "\u{feff}<a>\n    <b>\n        <s><id>z</id></s> <!-- mine -->\n    </b>\n</a>",
        "<a>\n  <b>\n    <s>\n      <id>z</id>\n    </s>\n\n    <!-- last -->\n  </b><c>d</c>\n</a>\n<?x y?>\n",
        "<a>\r <b>\r  <!-- n --><s/>\r </b>\r</a>",
    ] {
        for among in [Among::First, Among::Last] {
            let done = with(text, among);
            assert_eq!(with(&done, among), done, "twice is once");
            let is_ours = |element: &&Element| element.text_of("id") == Some("x&y");
            let all = file(&done);
            let all = all.all(&["b"], "s").unwrap();
            assert_eq!(all.iter().filter(|element| is_ours(element)).count(), 1);
            let at = all.iter().position(is_ours).unwrap();
            assert!(all.len() == 1 || (at == 0) == (among == Among::First));
            assert_eq!(without(&done), text);
        }
    }
}

#[test]
fn lines_are_set_in_as_the_file_does() {
    assert_eq!(
        with(
            "<a>\r\n\t<b>\r\n\t\t<s/>\r\n\t</b>\r\n</a>\r\n",
            Among::Last
        ),
        "<a>\r\n\t<b>\r\n\t\t<s/>\r\n\t\t<s>\r\n\t\t\t<id>x&amp;y</id>\r\n\t\t\t<p>T</p>\r\n\t\t</s>\r\n\t</b>\r\n</a>\r\n"
    );
    assert_eq!(
        with("", Among::Last),
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<a>\n  <b>\n    <s>\n      <id>x&amp;y</id>\n      <p>T</p>\n    </s>\n  </b>\n</a>\n"
    );
    assert_eq!(
        with("<a><b x='1' /></a>", Among::Last),
        "<a><b x='1'>\n  <s>\n    <id>x&amp;y</id>\n    <p>T</p>\n  </s>\n</b></a>"
    );
    assert_eq!(
        with("<a><b><s/></b></a>", Among::First),
        "<a><b>\n  <s>\n    <id>x&amp;y</id>\n    <p>T</p>\n  </s>\n<s/></b></a>"
    );
}

#[test]
fn an_element_of_ours_is_replaced_in_its_place() {
    let text = "<a>\n <b>\n  <s>\n   <id>x&amp;y</id> <!-- old -->\n  </s>\n  <s/>\n </b>\n</a>";
    assert_eq!(
        with(text, Among::Last),
        "<a>\n <b>\n  <s>\n   <id>x&amp;y</id>\n   <p>T</p>\n  </s>\n  <s/>\n </b>\n</a>"
    );
}

#[test]
fn an_element_that_says_it_already_stays_in_its_own_layout() {
    for text in [
        "<a><b><s>\n\t<id>x&#38;y</id> <!-- mine --><p>T</p></s></b></a>",
        "   <a>\n      <b><s><id>x&amp;y</id><p> T </p></s></b></a>",
    ] {
        assert_eq!(with(text, Among::Last), text);
    }
}

#[test]
fn a_child_is_set_in_from_its_parent_wherever_that_begins() {
    let done = with("      <a></a>", Among::Last);
    assert!(done.contains("\n          <s>\n            <id>"), "{done}");
}

#[test]
fn texts_and_attributes_are_read_as_xml_means_them() {
    let file =
        file("<a>\n<b k='&lt;\"&#65;' l = \"\n\"> x<![CDATA[<&]]> &gt;<!-- c --> y </b></a>");
    let found = file.find(&["b"]).unwrap().unwrap();
    assert_eq!(found.text, "x<& > y");
    assert_eq!(found.attribute("k"), Some("<\"A"));
    assert_eq!(found.attribute("l"), Some("\n"));
    assert_eq!(found.attribute("m"), None);
}

#[test]
fn what_is_no_xml_or_could_mean_anything_is_refused_with_its_line() {
    for (text, line) in [
        ("<a>\n<b></a>", 2),
        ("<a>\n", 1),
        ("<a/>\n<a/>", 2),
        ("<a>\n&nbsp;</a>", 2),
        ("<a>\n & </a>", 2),
        ("<!DOCTYPE a>\n<a/>", 1),
        ("<!DOCTYPE a [<!ENTITY x 'y'>]>\n<a/>", 1),
        ("<a x='1'\n x='2'/>", 2),
        ("\n<c/>", 2),
        ("<!-- x -->", 1),
        ("{}", 1),
        ("<a><</a>", 1),
        ("\n<?xml version='1.0'?><a/>", 2),
    ] {
        let outcome = XmlFile::parse(text, "a");
        assert_eq!(
            outcome.map_err(|error| error.line).err(),
            Some(line),
            "{text:?}"
        );
    }
    let deep = "<a>".repeat(100_000);
    assert!(XmlFile::parse(&deep, "a").is_err());
    let twice = file("<a>\n<b/>\n<b/></a>");
    assert_eq!(twice.find(&["b"]).unwrap_err().line, 3);
}
