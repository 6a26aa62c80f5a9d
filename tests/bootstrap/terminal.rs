//! An administrator at a terminal of 80 columns, through a pipe, and with a typo.

use crate::administrator::{Administrator, STUDIO, another_binary, shipped};
use crate::support::binary_under_test;
use crate::support::home::Finished;
use std::path::Path;

/// `studio-mirror bootstrap …` at a terminal of 80 columns, where `answer` is typed.
fn at_a_terminal(administrator: &Administrator, words: &[&str], answer: &str) -> Finished {
    let words: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
    line_at_a_terminal(administrator, &words.join(" "), answer)
}

/// The same with `words` as a shell takes them.
fn line_at_a_terminal(administrator: &Administrator, words: &str, answer: &str) -> Finished {
    let line = format!(
        "stty cols 80 -echo; exec '{}' bootstrap {words}",
        binary_under_test().display()
    );
    let home = &administrator.home;
    let mut command = home.command("sh");
    command
        .args([
            "-c",
            r#"printf "$1" | script -qec "$2" /dev/null"#,
            "sh",
            answer,
            &line,
        ])
        .envs(administrator.account.environment())
        .env("TERM", "xterm-256color");
    let mut told = home.run(&mut command);
    told.stdout = told.stdout.replace("\r\n", "\n");
    told
}

/// Lines that do not fit, but for single words as long as an ARN; what is one sentence to be copied as a whole, the terminal itself breaks.
fn too_long(text: &str) -> Vec<&str> {
    let is_sentence = |line: &&str| {
        let starts = ["note: ", "error: ", "hint: ", "  caused by: "];
        starts.iter().any(|start| line.starts_with(start))
    };
    let has_words = |line: &&str| line.trim().contains(' ');
    let is_too_long =
        |line: &&str| line.chars().count() > 80 && !is_sentence(line) && has_words(line);
    text.lines().filter(is_too_long).collect()
}

#[test]
fn a_whole_session_fits_the_terminal_and_asks_before_it_does_anything() {
    let administrator = Administrator::new();
    let second = another_binary(&administrator.home, "second");
    let setup = |action: &'static str, binary: &Path| {
        let binary = binary.to_str().expect("text").to_owned();
        [action, "--studio-domain-id", STUDIO, "--binary"]
            .map(String::from)
            .into_iter()
            .chain([binary])
            .collect::<Vec<_>>()
    };
    let first = Path::new(shipped());
    let plain = |words: &[&str]| {
        words
            .iter()
            .map(|word| (*word).to_owned())
            .collect::<Vec<_>>()
    };
    let session = [
        (setup("plan", first), "", 3),
        (setup("apply", first), "n\n", 1),
        (setup("apply", first), "y\n", 0),
        (setup("plan", first), "", 0),
        (setup("apply", &second), "y\n", 0),
        (plain(&["rollback"]), "n\n", 1),
        (plain(&["rollback"]), "y\n", 0),
        (setup("attach", &second), "y\n", 0),
        (plain(&["publish", "--binary", shipped()]), "", 0),
        (plain(&["destroy"]), "n\n", 1),
        (plain(&["destroy"]), "y\n", 0),
        (plain(&["destroy"]), "", 1),
    ];
    for (words, answer, code) in session {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let before = administrator.account.everything();
        let told = at_a_terminal(&administrator, &words, answer);
        assert_eq!(told.code(), code, "{told}");
        // What was typed ended that line.
        let shown = told.stdout.replace("? [y/N] ", "? [y/N]\n");
        assert_eq!(too_long(&shown), [""; 0], "{told}");
        assert!(!told.stdout.contains('\u{1b}'), "{told}");
        match answer {
            "" => {}
            "n\n" => {
                assert!(
                    told.stdout.contains("? [y/N] ")
                        && told
                            .stdout
                            .contains("error: not confirmed: nothing was done\n"),
                    "{told}"
                );
                administrator.account.assert_same(&before, &told);
            }
            _ => assert!(told.stdout.contains("? [y/N] "), "{told}"),
        }
    }
}

#[test]
fn who_asks_for_a_document_sees_what_the_question_is_about() {
    let administrator = Administrator::new();
    let home = &administrator.home;
    let apply = format!(
        "apply --studio-domain-id {STUDIO} --binary '{}' --output json > '{}'",
        shipped(),
        home.join("document").display()
    );
    let rollback = format!(
        "rollback --output json > '{}'",
        home.join("document").display()
    );
    let document = |outcome: &str| {
        let document: serde_json::Value =
            serde_json::from_str(&home.read("document")).expect("one document");
        assert!(document.to_string().contains(outcome), "{document:#}");
    };
    let before = administrator.account.everything();
    let told = line_at_a_terminal(&administrator, &apply, "n\n").exit(1);
    let (plan, _) = told.stdout.split_once("Do this?").expect("a question");
    assert!(
        plan.contains("Stack studio-mirror-packages will be made"),
        "{told}"
    );
    assert_eq!(too_long(plan), [""; 0], "{told}");
    document("not confirmed");
    administrator.account.assert_same(&before, &told);

    line_at_a_terminal(&administrator, &apply, "y\n").success();
    document(r#""schema_version":1"#);
    let second = another_binary(home, "second");
    let second = second.to_str().expect("text");
    let told = administrator.apply(&["--binary", second, "--output", "json"]);
    // Nobody is asked: nothing is shown but the document.
    assert!(!told.success().stderr.contains("Stack "));
    let told = line_at_a_terminal(&administrator, &rollback, "n\n").exit(1);
    let (shown, _) = told.stdout.split_once("Do this?").expect("a question");
    assert!(shown.contains("JupyterLab"), "{told}");
}

#[test]
fn without_a_terminal_nobody_is_asked_and_nothing_is_done() {
    let administrator = Administrator::new();
    let before = administrator.account.everything();
    let usual = ["--studio-domain-id", STUDIO, "--binary", shipped()];
    let told = administrator
        .run(&[&["apply"], &usual[..]].concat())
        .exit(2);
    assert_eq!(
        told.stderr,
        "error: cannot ask: stdin is not a terminal\nhint: add `--yes` to do it without a question\n"
    );
    administrator.account.assert_same(&before, &told);

    // A reader that goes away early is no trouble, and no colour comes through a pipe.
    let line = format!(
        "'{}' bootstrap plan {} | head -n 1",
        binary_under_test().display(),
        usual.join(" ")
    );
    let home = &administrator.home;
    let mut command = home.command("sh");
    command
        .args(["-c", &line])
        .envs(administrator.account.environment());
    let told = home.run(&mut command).success();
    assert_eq!(told.stdout.lines().count(), 1, "{told}");
    assert_eq!(told.stderr, "");
    administrator.account.assert_same(&before, &told);
}

#[test]
fn a_typo_is_told_what_it_may_have_been() {
    let administrator = Administrator::new();
    for (words, hint) in [
        (&["aply"][..], "'apply'"),
        (&["plan", "--studio-domain", STUDIO], "'--studio-domain-id'"),
        (
            &["plan", "--endpoints", "codeartifact"],
            "[possible values: api, repositories, sts, s3, sagemaker-api, sagemaker-runtime, studio, logs, none]",
        ),
        (&["plan", "--longest-token", "5"], "5 is not in 900..=43200"),
        (
            &["plan", "--name", "Mine"],
            "1 to 36 lower-case letters, digits and single hyphens, a letter first",
        ),
        (&["destroy", "--yess"], "'--yes'"),
    ] {
        let told = administrator.run(words).exit(2);
        assert!(told.stderr.contains(hint), "no {hint} in {told}");
        assert_eq!(administrator.account.gate().names(), [""; 0]);
    }
}
