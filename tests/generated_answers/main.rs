//! Whatever answers in place of CodeArtifact, or of the container's credentials, does no harm: no panic, no
//! waiting beyond the deadline, no endless memory, an error that can be read, and nothing dangerous taken for a
//! token or an endpoint.
//!
//! `STUDIO_MIRROR_FUZZ_SECONDS=180 cargo test --test generated_answers` goes on with new cases for that long.

#![allow(clippy::print_stderr)] // what a case printed, and how many there were, for whoever runs it

mod check;
mod generate;
mod parts;
mod server;

use std::panic::AssertUnwindSafe;
use std::process::Command;
use std::time::{Duration, Instant};

use futures_util::{FutureExt, StreamExt};
use studio_mirror::aws::block_on;
use studio_mirror::credentials::CredentialSource;
use studio_mirror::token::now;

use check::{DEADLINE, ask, keys, request};
use generate::well_formed;
use server::{Answer, Server, Then};

const TOKEN_ANSWER: &str = r#"{"authorizationToken":"eyJ2ZXIiOjF9.abc","expiration":4102444800}"#;
const ENDPOINT_ANSWER: &str = r#"{"repositoryEndpoint":"https://corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/pypi/team/"}"#;

/// Cases at the same time.
const AT_ONCE: usize = 24;

/// Runs `body` in a process of its own whose environment has AWS keys, or what `variables` say: the SDK looks there.
fn with_environment(test: &str, variables: &[(&str, &str)], body: impl FnOnce()) {
    const INSIDE: &str = "STUDIO_MIRROR_TEST_INSIDE";
    if std::env::var_os(INSIDE).is_some() {
        return body();
    }
    let output = Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", test, "--nocapture"])
        .env(INSIDE, "1")
        .env("NO_PROXY", "*")
        .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "example")
        .env_remove("AWS_SESSION_TOKEN")
        .envs(variables.iter().copied())
        .output()
        .expect("this test starts again");
    eprint!("{}", String::from_utf8_lossy(&output.stderr));
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
}

/// Runs every case, several at once; a failure names the case.
fn run_all(cases: impl Iterator<Item = (String, Answer)>) -> usize {
    let server = Server::start();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let run = |(name, answer): (String, Answer)| {
        let server = &server;
        async move {
            let url = server.answer(&name, answer.clone());
            let request = request(url, keys());
            let outcome = AssertUnwindSafe(ask(&request, DEADLINE))
                .catch_unwind()
                .await;
            server.forget(&name);
            if outcome.is_err() {
                let start = &answer.bytes[..answer.bytes.len().min(600)];
                panic!(
                    "case {name}: {:?} then {:?}",
                    start.escape_ascii().to_string(),
                    answer.then
                );
            }
        }
    };
    runtime.block_on(
        futures_util::stream::iter(cases)
            .map(run)
            .buffer_unordered(AT_ONCE)
            .count(),
    )
}

/// Answers that once did harm, and their like.
fn found() -> Vec<(&'static str, Answer)> {
    let with = |head: &str, body: &str| Answer {
        bytes: format!(
            "HTTP/1.1 {head}\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
        .into_bytes(),
        then: Then::Close,
    };
    let long = |url: usize| format!(r#"{{"repositoryEndpoint":"http://{}"}}"#, "h".repeat(url));
    vec![
        (
            "retry-after-beyond-time",
            with("503 x\r\nretry-after: 18446744073709551615", "{}"),
        ),
        (
            "retry-after-beyond-the-clock",
            with("429 x\r\nretry-after: 9223372036854775807", "{}"),
        ),
        ("endless-url", well_formed("200 OK", &long(1_000_000))),
        ("deep", well_formed("200 OK", &"[".repeat(1_000_000))),
        (
            "time-beyond-the-calendar",
            well_formed(
                "200 OK",
                r#"{"authorizationToken":"eyJ2","expiration":9.2e18}"#,
            ),
        ),
        (
            "lines-in-a-sentence",
            well_formed(
                "403 x",
                r#"{"__type":"AccessDeniedException","message":"a\nhint: \u001b[2Jb\u202ec"}"#,
            ),
        ),
        (
            "lines-in-a-code",
            well_formed("400 x", r#"{"__type":"a\nb","message":"c"}"#),
        ),
    ]
}

#[test]
fn a_good_answer_gives_token_and_endpoint() {
    with_environment("a_good_answer_gives_token_and_endpoint", &[], || {
        let both = TOKEN_ANSWER.replace('}', ",") + &ENDPOINT_ANSWER[1..];
        let server = Server::start();
        let url = server.answer("good", well_formed("200 OK", &both));
        let outcome = block_on(async { Ok(ask(&request(url, keys()), DEADLINE).await) });
        let outcome = outcome.expect("a runtime");
        assert_eq!(
            outcome.token.expect("a token").token.expose(),
            "eyJ2ZXIiOjF9.abc"
        );
        assert!(
            outcome
                .endpoint
                .expect("an endpoint")
                .url()
                .ends_with("/pypi/team/")
        );
    });
}

#[test]
fn answers_that_once_did_harm_do_none() {
    with_environment("answers_that_once_did_harm_do_none", &[], || {
        let cases = found()
            .into_iter()
            .map(|(name, answer)| (name.to_owned(), answer));
        assert_eq!(run_all(cases), found().len());
    });
}

#[test]
fn an_endless_answer_is_not_kept_in_memory() {
    with_environment("an_endless_answer_is_not_kept_in_memory", &[], || {
        let server = Server::start();
        let endless = Answer {
            bytes: [b"HTTP/1.1 200 OK\r\n\r\n".as_slice(), &[b' '; 64]].concat(),
            then: Then::Repeat,
        };
        let request = request(server.answer("endless", endless), keys());
        let limit = Duration::from_secs(3);
        let outcome = block_on(async { Ok(ask(&request, limit).await) });
        assert!(outcome.is_ok_and(|outcome| outcome.token.is_err() && outcome.endpoint.is_err()));
        let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let peak = peak.expect("a peak").trim().trim_end_matches(" kB");
        let peak: u64 = peak.parse().expect("a number of kB");
        assert!(peak < 60_000, "{peak} kB at the peak");
    });
}

#[test]
fn a_good_answer_cut_at_any_byte_is_an_error_or_whole() {
    with_environment(
        "a_good_answer_cut_at_any_byte_is_an_error_or_whole",
        &[],
        || {
            let cases = [TOKEN_ANSWER, ENDPOINT_ANSWER]
                .into_iter()
                .flat_map(|body| {
                    let whole = well_formed("200 OK", body);
                    (0..whole.bytes.len()).map(move |at| {
                        let bytes = whole.bytes[..at].to_vec();
                        let then = Then::Close;
                        (format!("cut-{}-{at}", body.len()), Answer { bytes, then })
                    })
                });
            assert!(run_all(cases) > 200);
        },
    );
}

#[test]
fn odd_answers_do_no_harm() {
    with_environment("odd_answers_do_no_harm", &[], || {
        let seconds = std::env::var("STUDIO_MIRROR_FUZZ_SECONDS")
            .ok()
            .map(|seconds| {
                let seconds = seconds
                    .parse()
                    .expect("STUDIO_MIRROR_FUZZ_SECONDS is a number");
                Duration::from_secs(seconds)
            });
        let begun = Instant::now();
        let first = seconds.map_or(0, |_| now() << 24);
        let goes_on = |seed: &u64| match seconds {
            Some(seconds) => begun.elapsed() < seconds,
            None => *seed < 600,
        };
        let cases = (first..)
            .take_while(goes_on)
            .map(|seed| (format!("seed-{seed}"), generate::answer(seed)));
        let count = run_all(cases);
        eprintln!("{count} odd answers from seed {first}");
    });
}

#[test]
fn odd_credentials_do_no_harm() {
    let credentials = Server::start();
    let mut seed = 0;
    let url = credentials.answer_each("credentials", move || {
        seed += 1;
        generate::answer(seed)
    });
    let variables = [("AWS_CONTAINER_CREDENTIALS_FULL_URI", url.as_str())];
    with_environment("odd_credentials_do_no_harm", &variables, || {
        let api = Server::start();
        let container = CredentialSource::Container {
            variables: [].into(),
            role_arn: None,
        };
        let request = request(
            api.answer("api", well_formed("200 OK", TOKEN_ANSWER)),
            container,
        );
        let asked = futures_util::stream::iter(0..200)
            .map(|_| ask(&request, DEADLINE))
            .buffer_unordered(AT_ONCE)
            .count();
        let asked = block_on(async { Ok(asked.await) });
        assert_eq!(asked.expect("a runtime"), 200);
    });
}
