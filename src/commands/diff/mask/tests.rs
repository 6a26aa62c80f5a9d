use super::*;

fn masked(text: &str) -> String {
    let mut masker = Masker::default();
    text.split_inclusive('\n')
        .map(|line| masker.line(line))
        .collect()
}

#[track_caller]
fn assert_masked(cases: &[(&str, &str)]) {
    for (text, shown) in cases {
        assert_eq!(masked(text), *shown);
        assert!(!shown.contains("hunter"), "{shown}");
    }
}

#[test]
fn no_spelling_of_a_password_comes_through() {
    assert_masked(&[
        ("password:hunter2", "password:***"),
        ("password://hunter2/", "password:***"),
        ("a = {password = \"hunter2\"}", "a = {password = ***"),
        ("corpPassword=hunter2", "corpPassword=***"),
        ("X_API_TOKEN: hunter2", "X_API_TOKEN: ***"),
        ("  X_API_TOKEN: hunter2", "  ***"),
        // hatch
        ("auth = \"hunter2\"", "auth = ***"),
        // bundler
        (
            "BUNDLE_HTTP://127__0__0__1:8080/: \"me:hunter-b2\"",
            "BUNDLE_HTTP://127__0__0__1:8080/: \"***\"",
        ),
        (
            "BUNDLE_GEMS__CORP__COM: \"hunterb\"",
            "BUNDLE_GEMS__CORP__COM: \"***\"",
        ),
        // gem
        ("http://h/team: hunter-g2", "http://h/team: ***"),
        (":rubygems_api_key: hunter", ":***"),
        // poetry
        (
            "[pypi-token]\ncorp = \"pypi-hunter\"",
            "[pypi-token]\ncorp = \"***\"",
        ),
        // cargo
        ("[registry]\ntoken = \"hunter\"", "[registry]\ntoken = ***"),
        // yarn
        ("npmAuthIdent: \"me:hunter\"", "npmAuthIdent: ***"),
        // npm
        ("_auth=aHVudGVyMg==", "_auth=***"),
        (
            "//h.example/npm/:_password=hunter==",
            "//h.example/npm/:_password=***",
        ),
        (
            "//h.example/:_authToken=${hunter}",
            "//h.example/:_authToken=***",
        ),
        ("//h.example/:username=hunter", "//h.example/:username=***"),
        ("key = hunter", "key = ***"),
        // What is no key of anybody's.
        ("hunter2", "***"),
        ("hunter==", "***"),
        ("hunter =", "*** ="),
        ("# the password is hunter", "# *** password ***"),
    ]);
}

#[test]
fn no_password_in_xml_comes_through() {
    assert_masked(&[
        ("<password>hunter2</password>", "<password>***"),
        (
            "<add key=\"ClearTextPassword\" value=\"hunter2\"/>",
            "<add key=\"ClearTextPassword\" value=***",
        ),
        (
            "<add value=\"hunter-n1\" key=\"ClearTextPassword\" />",
            "<add value=\"***\" key=\"ClearTextPassword\" ***",
        ),
        (
            "<apikeys><add key=\"https://h/\" value=\"hunter\" /></apikeys>",
            "<apikeys>***",
        ),
        (
            "<name>X-Api</name><value>hunter-m2</value>",
            "<name>X-Api</name><value>***</value>",
        ),
        ("<value>\nhunter\n</value>", "<value>\n***\n</value>"),
        (
            "<privateKey>\n<name>hunter</name>\n</privateKey>",
            "<privateKey>\n***\n</privateKey>",
        ),
        ("<username>hunter</username>", "<username>***</username>"),
    ]);
}

#[test]
fn no_password_in_netrc_comes_through() {
    assert_masked(&[
        (
            "machine 127.0.0.1 login me password hunter3",
            "machine 127.0.0.1 login *** password ***",
        ),
        (
            "machine h login hunter account hunter",
            "machine h login *** account ***",
        ),
        ("password hunter=3", "password ***"),
        ("account hunter", "account ***"),
        ("password valuehunter", "password ***"),
        (
            "password\nname=hunter\nmachine h",
            "password\n***\nmachine h",
        ),
        (
            "machine h login token password hunter",
            "machine h login token password ***",
        ),
    ]);
}

#[test]
fn no_password_that_goes_on_below_comes_through() {
    assert_masked(&[
        (
            "[corp]\npassword =\n  hunter2\nname = corp",
            "[corp]\npassword =\n***\nname = corp",
        ),
        ("password = a\n\n  name=hunter", "password = ***\n\n***"),
        (
            "token: |\n  https://hunter/\nurl: https://h",
            "token: ***\n***\nurl: https://h",
        ),
        (
            "token = \"\"\"\nname=hunter\n\"\"\"\nname = \"x\"",
            "token = ***\n***\n***\nname = \"x\"",
        ),
        (
            "corpPassword=a\\\nname=hunter\nname=x",
            "corpPassword=***\n***\nname=x",
        ),
    ]);
}

#[test]
fn no_login_in_an_address_comes_through() {
    assert_masked(&[
        ("x = https://me:hun'ter@h/", "x = https://***@h/"),
        ("x = https://me:hunter/2@h/", "x = https://***@h/"),
        ("x = https://me:hunter@2@h/", "x = https://***@h/"),
        ("x = https://me:hunter/2", "x = https://***"),
        ("x = https://ghp_1@h/", "x = https://***@h/"),
        ("x = https://aws:hunter@h/", "x = https://aws:***@h/"),
        ("x = https://aws@h/", "x = https://aws@h/"),
        (
            "url = git+ssh://hunter@h:22/a",
            "url = git+ssh://***@h:22/a",
        ),
        ("x = https://h/a?key=hunter", "x = https://h/a?***"),
        ("x = https://h/#hunter", "x = https://h/#***"),
        (
            "x = https://h/hunter2hunter2hunter2/a",
            "x = https://h/***/a",
        ),
        (
            "a = ['https://h','https://u:hunter@h']",
            "a = ['https://h','https://***@h']",
        ),
        (
            "//me:hunter@h.example/:_authToken=x",
            "//***@h.example/:_authToken=***",
        ),
    ]);
}

/// What a diff is looked at for.
#[test]
fn registries_and_names_are_shown() {
    for line in [
        "[global]",
        "[[index]]",
        "[registries.corp]",
        "index-url = https://h.example/simple/",
        "index = \"sparse+https://h.example:8443/cargo/\"",
        "extra-index-url = https://h/a https://h/b",
        "index-servers = pypi corp",
        "registry=https://h.example/npm/@acme/",
        "@acme:registry=https://h.example/",
        "//h.example/npm/:always-auth=true",
        "  \"acme\":",
        "  \"acme\": {\"supportsAvailability\":false,\"url\":\"https://[::1]:80/\"}",
        "<mirror><id>corp</id><mirrorOf>*</mirrorOf></mirror>",
        "    <add key=\"corp\" value=\"https://h.example/v3/index.json\" protocolVersion=\"3\" />",
        "replace-with = \"corp\"",
        "credential-provider = [\"/opt/bin/studio-mirror\"]",
        "BUNDLE_MIRROR__HTTPS://RUBYGEMS__ORG/: \"https://h.example/\"",
        "default = true",
        "username = \"aws\"",
        "",
        "  }",
    ] {
        assert_eq!(masked(line), line);
    }
}
