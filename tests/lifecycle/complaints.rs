//! What AWS's client says when the download fails, and what the log makes of it: the hint is about that, and about nothing else.

use super::failures::Failing;
use super::*;

#[test]
fn a_clock_that_is_an_hour_off() {
    let Some(failing) = Failing::new() else {
        return;
    };
    for seconds in [3_600, -3_600] {
        let offset = format!(r#"{{"offset_seconds":{seconds}}}"#);
        failing.space.admin("signing-clock", &offset);
        failing.fails(&[], &["Signature ", "clock"]);
    }
    let right = r#"{"offset_seconds":0}"#;
    failing.space.admin("signing-clock", right);
    failing.mended();
}

#[test]
fn a_proxy_that_is_not_there() {
    let Some(failing) = Failing::new() else {
        return;
    };
    let proxy = [("http_proxy", "http://127.0.0.1:1")];
    failing.fails(&proxy, &["proxy URL", "HTTPS_PROXY"]);
    failing.mended();
}

/// What AWS's client says is told, with what to type to hear it again.
#[test]
fn a_reason_that_nobody_thought_of() {
    let Some(failing) = Failing::new() else {
        return;
    };
    for (variable, sentence) in [
        (("AWS_PROFILE", "nope"), "config profile (nope) could not"),
        (("PYTHONHOME", "/nowhere"), "ModuleNotFoundError"),
    ] {
        failing.fails(&[variable], &[sentence]);
        let started = start_with(&failing.space, &[variable]);
        for wrong in ["network", "publish"] {
            assert!(!started.stdout.contains(wrong), "{started}");
        }
        let (_, typed) = started
            .stdout
            .split_once("in a terminal of the space, type: ")
            .expect("the command");
        let typed = typed.lines().next().expect("a line");
        failing.space.end_what_stayed();
        let (name, value) = variable;
        let again = failing.space.sh(&format!("{name}={value} {typed}"));
        assert!(again.stderr.contains(sentence), "{again}");
        failing.space.sh(typed).success();
    }
    failing.mended();
}

/// Sentences of AWS's client, to the letter.
#[test]
fn what_cannot_be_made_to_happen_here() {
    let Some(failing) = Failing::new() else {
        return;
    };
    let url = "https://codeartifact.us-east-1.amazonaws.com/v1/package/version/asset";
    let gone = "Error when retrieving credentials from container-role: Error retrieving metadata: Received error when attempting to \
                retrieve container metadata: Could not connect to the endpoint URL: \"http://169.254.170.2/x\"";
    for (sentence, hint) in [
        (
            format!(
                "SSL validation failed for {url} [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate"
            ),
            "AWS_CA_BUNDLE",
        ),
        (
            format!(
                "SSL validation failed for {url} certificate verify failed: certificate is not yet valid"
            ),
            "clock",
        ),
        (
            "[Errno 122] Disk quota exceeded".to_owned(),
            "the home is full",
        ),
        (gone.to_owned(), "execution role"),
        (
            format!("Could not connect to the endpoint URL: \"{url}\""),
            "port 443",
        ),
        (
            format!("Read timeout on endpoint URL: \"{url}\""),
            "port 443",
        ),
    ] {
        let client = format!("#!/bin/bash\necho >&2\necho '{sentence}' >&2\nexit 255\n");
        failing
            .space
            .put_program("/opt/conda/bin/aws", client.as_bytes());
        let started = start_with(&failing.space, &[]);
        assert_says(&started, &["NOT logged in", hint]);
        let is_network = started.stdout.contains("network does not answer");
        assert_eq!(is_network, hint == "port 443", "{started}");
        failing.space.end_what_stayed();
    }
}
