//! cargo: builds with crates of the repository, and publishes to it, with tokens that it asks our credential provider for.
//!
//! The one cargo is that of the toolchain the tests are built with; machines cannot fetch another.

mod support;

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use studio_mirror_emulator::EndpointStyle;
use support::home::{Finished, Home};
use support::hostile::hostile;
use support::leak_watch::{LeakWatch, holds_token};
use support::mirror::{Mirror, TEAM};
use support::tree::user_files;
use support::wire::{Api, Stub, http};
use support::{binary_under_test, wait_until};

/// Seconds that a token lives: 12 hours, so that an hour is a second.
const LIFE: i64 = 12;

/// The toolchain's own cargo, past any shim that would look for the person's home.
fn toolchain() -> PathBuf {
    let asked = Command::new("rustc").args(["--print", "sysroot"]).output();
    let sysroot = asked.expect("rustc runs").stdout;
    PathBuf::from(String::from_utf8(sysroot).expect("UTF-8").trim()).join("bin")
}

fn home() -> Home {
    let cargo = toolchain();
    Home::new().first_on_path(cargo)
}

fn cargo(home: &Home, arguments: &[&str]) -> Finished {
    let mut cargo = home.command("cargo");
    cargo.args(arguments).current_dir(home.join("project"));
    home.run(&mut cargo)
}

fn project(home: &Home, version: &str) {
    for old in ["project", ".cargo/registry"] {
        let _ = std::fs::remove_dir_all(home.join(old));
    }
    let manifest = format!(
        "[package]\nname = \"mine\"\nversion = \"{version}\"\nedition = \"2021\"\ndescription = \"mine\"\nlicense = \"MIT\"\n\
         [dependencies]\nmirror-wall = \"1\"\n"
    );
    home.write("project/Cargo.toml", manifest);
    home.write("project/src/lib.rs", "pub use mirror_wall::hello;\n");
}

#[test]
fn cargo_builds_and_publishes_with_a_fresh_token_every_time() {
    let mirror = Mirror::start();
    mirror.let_tokens_live(LIFE);
    let home = home();
    let watch = LeakWatch::start(home.path());
    home.write(".cargo/config.toml", "# mine\n[term]\nquiet = false\n");
    mirror.login(&home, &["--tool", "cargo"]).success();
    let begun = Instant::now();
    let token = || {
        let url = mirror.endpoint("cargo", TEAM);
        let mut ask = home.command(binary_under_test());
        let answer = home.run_unheard(ask.args(["keyring", "get", &url, "aws"]));
        answer.success().stdout.trim().to_owned()
    };
    for (round, version) in ["1.0.0", "2.0.0", "3.0.0"].into_iter().enumerate() {
        project(&home, version);
        cargo(&home, &["build"]).success();
        assert!(home.read("project/Cargo.lock").contains("mirror-stone"));
        cargo(&home, &["publish", "--no-verify", "--allow-dirty"]).success();
        let used = format!(
            "[package]\nname = \"user\"\nversion = \"1.0.0\"\nedition = \"2021\"\n[dependencies]\nmine = {{ version = \"={version}\", registry = \"codeartifact\" }}\n"
        );
        home.write("project/Cargo.toml", used);
        home.write("project/src/lib.rs", "pub use mine::hello;\n");
        cargo(&home, &["check"]).success();
        if round == 0 {
            mirror.wait_until_refused(&token());
        } else if round == 1 {
            let hours = Duration::from_secs(14);
            wait_until("13 hours", Duration::from_secs(60), || {
                begun.elapsed() > hours
            });
            mirror.wait_until_refused(&token());
        }
    }
    home.assert_no_leak(&watch, &[".cargo/config.toml"]);
}

/// cargo would go there, and nowhere would it be said.
#[test]
fn a_source_of_the_same_name_is_named_with_its_line() {
    let mirror = Mirror::start();
    let home = home();
    project(&home, "1.0.0");
    let file = ".cargo/config.toml";
    let own = "[term]\nquiet = false\n\n[source.codeartifact]\nregistry = \"sparse+http://127.0.0.1:9/index/\"\n";
    home.write(file, own);
    let refused = mirror.login(&home, &["--tool", "cargo"]).exit(1);
    for said in ["~/.cargo/config.toml", "line 4: `[source.codeartifact]`"] {
        assert!(refused.stderr.contains(said), "{refused}");
    }
    assert_eq!(home.read(file), own);
    home.write(file, "");
    mirror.login(&home, &["--tool", "cargo"]).success();
    let ours = home.read(file);
    home.write(file, own.to_owned() + &ours);
    cargo(&home, &["build"]).failure();
    let status = home.studio_mirror(["status"]);
    assert!(
        status.stdout.contains("`[source.codeartifact]`, not from"),
        "{status}"
    );
    // Our own address by that name is no other place.
    let index = mirror.endpoint("cargo", TEAM);
    let same = format!("[source.codeartifact]\nregistry = \"sparse+{index}\"\n");
    home.write(file, same);
    mirror.login(&home, &["--tool", "cargo"]).success();
    cargo(&home, &["build"]).success();
}

/// Where both are there, cargo reads `config` alone.
#[test]
fn the_older_name_of_cargos_file_is_the_one_that_counts() {
    let mirror = Mirror::start();
    let home = home();
    project(&home, "1.0.0");
    home.write(".cargo/config", "# mine\n[term]\nquiet = false\n");
    home.write(".cargo/config.toml", "[build]\njobs = 2\n");
    let before = ["config", "config.toml"].map(|name| home.read(format!(".cargo/{name}")));
    mirror.login(&home, &["--tool", "cargo"]).success();
    assert!(home.read(".cargo/config").contains("codeartifact"));
    cargo(&home, &["build"]).success();
    let status = home.studio_mirror(["status"]).success();
    assert!(status.stdout.contains("~/.cargo/config "), "{status}");
    home.studio_mirror(["logout"]).success();
    let after = ["config", "config.toml"].map(|name| home.read(format!(".cargo/{name}")));
    assert_eq!(after, before);
    // One that comes later makes the login void, and is said.
    std::fs::remove_file(home.join(".cargo/config")).expect("a file of ours");
    mirror.login(&home, &["--tool", "cargo"]).success();
    home.write(".cargo/config", "");
    let status = home.studio_mirror(["status"]);
    assert!(status.stdout.contains("no longer names"), "{status}");
    mirror.login(&home, &["--tool", "cargo"]).success();
    cargo(&home, &["build"]).success();
    home.studio_mirror(["logout"]).success();
    assert_eq!(home.read(".cargo/config.toml"), before[1]);
    assert!(!home.read(".cargo/config").contains("codeartifact"));
}

#[test]
fn logout_gives_back_every_byte() {
    let mirror = Mirror::without_packages();
    for text in [
        "",
        "# mine\n[build]\njobs = 2\n",
        "[source.crates-io]\nreplace-with = \"vendored\" # here\n\n[source.vendored]\ndirectory = \"vendor\"\n",
        "[registries.internal]\r\nindex = \"sparse+https://internal.example/\"\r\n[registry]\r\ndefault = \"internal\"\r\n",
    ] {
        for auth in ["helper", "token"] {
            let home = Home::new();
            home.write(".cargo/config.toml", text);
            let before = user_files(home.path());
            let flags = ["--tool", "cargo", "--auth", auth];
            let finished = mirror.login(&home, &flags).success();
            let replaced = text.contains("vendored");
            assert_eq!(
                finished.stderr.contains("`vendored`"),
                replaced,
                "{finished}"
            );
            let status = home.studio_mirror(["status"]).success().stdout;
            let line = status
                .lines()
                .find(|line| line.trim_start().starts_with("cargo"));
            assert!(
                line.is_some_and(|line| line.trim_end().ends_with(" ok")),
                "{status}"
            );
            let again = user_files(home.path());
            mirror.login(&home, &flags).success();
            assert_eq!(user_files(home.path()), again);
            home.run(home.command(binary_under_test()).arg("logout"))
                .success();
            assert_eq!(user_files(home.path()), before, "{text:?}");
            // Edited in our own lines since: what is ours goes all the same.
            mirror.login(&home, &flags).success();
            let edited = home.read(".cargo/config.toml");
            let edited = edited.replace("codeartifact\"", "codeartifact\" # mine");
            home.write(".cargo/config.toml", edited);
            home.run(home.command(binary_under_test()).arg("logout"))
                .success();
            let left = std::fs::read_to_string(home.join(".cargo/config.toml"));
            let left = left.unwrap_or_default();
            assert!(!left.contains("codeartifact"), "{left}");
        }
    }
}

/// What the provider answers to `questions`, line by line.
fn provider(home: &Home, questions: &str) -> (Vec<serde_json::Value>, i32) {
    let mut command = home.command(binary_under_test());
    command
        .arg("--cargo-plugin")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(questions.as_bytes()).expect("it reads");
    drop(stdin);
    let done = child.wait_with_output().expect("it ends");
    let text = String::from_utf8(done.stdout).expect("UTF-8");
    let lines = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"));
    (lines.collect(), done.status.code().unwrap_or(-1))
}

fn get(url: &str) -> String {
    let question = serde_json::json!({ "v": 1, "kind": "get", "operation": "read", "args": [],
        "registry": { "index-url": url, "name": "codeartifact" } });
    format!("{question}\n")
}

#[test]
fn the_provider_speaks_cargos_protocol() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    mirror.login(&home, &["--tool", "cargo"]).success();
    let url = format!("sparse+{}", mirror.endpoint("cargo", TEAM));
    let logout = get(&url).replace("\"get\"", "\"logout\"");
    let (lines, code) = provider(
        &home,
        &format!(
            "{}{logout}{}",
            get(&url),
            get("sparse+https://index.crates.io/")
        ),
    );
    assert_eq!(code, 0);
    assert_eq!(lines[0], serde_json::json!({ "v": [1] }));
    let ok = &lines[1]["Ok"];
    assert_eq!(
        (&ok["kind"], &ok["cache"], &ok["operation_independent"]),
        (&"get".into(), &"expires".into(), &true.into())
    );
    assert!(
        ok["token"]
            .as_str()
            .is_some_and(|token| token.starts_with("eyJ"))
    );
    // Cargo asks again after that: it must not be later than the token's own end.
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let left = ok["expiration"].as_u64().zip(now.ok());
    let left = left.map(|(end, now)| end.saturating_sub(now.as_secs()));
    assert!(
        left.is_some_and(|left| (42_000..=43_200).contains(&left)),
        "{left:?}"
    );
    assert_eq!(
        lines[2],
        serde_json::json!({ "Err": { "kind": "operation-not-supported" } })
    );
    assert_eq!(
        lines[3],
        serde_json::json!({ "Err": { "kind": "url-not-supported" } })
    );
    for odd in [
        "\n",
        "{}\n",
        "no JSON\n",
        "{\"v\":2,\"kind\":\"get\",\"registry\":{\"index-url\":\"x\"}}\n",
    ] {
        let (lines, code) = provider(&home, odd);
        assert_eq!((lines.len(), code), (1, 1), "{odd:?}");
    }
    assert_eq!(provider(&home, "").1, 0);
}

#[test]
fn no_other_index_gets_a_token() {
    let api = Api::with(|options| options.endpoint_style = EndpointStyle::Aws);
    let home = Home::new();
    api.login(&home, &["--tool", "cargo"]).success();
    let own = "sparse+https://corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/cargo/team/";
    let (lines, _) = provider(&home, &get(own));
    assert_eq!(lines[1]["Ok"]["kind"], "get");
    let questions: String = hostile()
        .iter()
        .flat_map(|url| [get(url), get(&format!("sparse+{url}"))])
        .collect();
    let (lines, _) = provider(&home, &questions);
    assert!(lines.len() > 100);
    for line in &lines[1..] {
        assert_eq!(line["Err"]["kind"], "url-not-supported", "{line}");
    }
}

/// A home where nobody has logged in, told by its environment, with a project that sends registries of our names elsewhere.
fn stranger(api: &Mirror) -> (Home, Stub) {
    let elsewhere = Stub::answering(|_| {
        let basic = [(
            "WWW-Authenticate",
            "Cargo login_url=\"http://127.0.0.1:9/\"",
        )];
        http("401 Unauthorized", &basic, "no")
    });
    let home = home()
        .env("STUDIO_MIRROR_API_ENDPOINT", api.emulator.http_url())
        .env("STUDIO_MIRROR_DOMAIN", "corp")
        .env("STUDIO_MIRROR_DOMAIN_OWNER", "111122223333")
        .env("STUDIO_MIRROR_REPOSITORY", TEAM);
    project(&home, "1.0.0");
    let url = elsewhere.url();
    // An index with two names would have cargo give up before it asks for a token.
    let index = |path: &str| format!("index = \"sparse+{url}/{path}/\"\n");
    let (ours, other) = (index("ours"), index("other"));
    home.write(
        "project/.cargo/config.toml",
        format!(
            "[registries.codeartifact]\n{ours}[registries.other]\n{other}credential-provider = \"cargo:token\"\n\
             [registry]\ndefault = \"other\"\nglobal-credential-providers = [\"cargo:token\"]\n"
        ),
    );
    (home, elsewhere)
}

fn depend_on(home: &Home, registry: &str) {
    let _ = std::fs::remove_file(home.join("project/Cargo.lock"));
    home.write(
        "project/Cargo.toml",
        format!(
            "[package]\nname = \"mine\"\nversion = \"1.0.0\"\nedition = \"2021\"\ndescription = \"mine\"\nlicense = \"MIT\"\n\
             [dependencies]\nmirror-stone = {{ version = \"1\", registry = \"{registry}\" }}\n"
        ),
    );
}

#[track_caller]
fn heard_no_token(elsewhere: &Stub) {
    let heard = elsewhere.heard();
    let with_token = heard.iter().find(|request| holds_token(request.as_bytes()));
    assert_eq!(with_token, None);
}

#[test]
fn under_exec_a_project_that_sends_our_name_elsewhere_gets_no_token() {
    let mirror = Mirror::start();
    let (home, elsewhere) = stranger(&mirror);
    let watch = LeakWatch::start(home.path());
    let exec = |arguments: &[&str]| {
        let mut exec = home.command(binary_under_test());
        exec.args(["exec", "cargo"]).args(arguments);
        home.run(exec.current_dir(home.join("project")))
    };
    // The environment wins over the project's own address for our name …
    depend_on(&home, "codeartifact");
    exec(&["fetch"]).success();
    assert_eq!(elsewhere.heard(), [""; 0]);
    // … and the token is for that name alone.
    depend_on(&home, "other");
    exec(&["fetch"]).failure();
    exec(&[
        "publish",
        "--no-verify",
        "--allow-dirty",
        "--registry",
        "other",
    ])
    .failure();
    assert!(!elsewhere.heard().is_empty());
    heard_no_token(&elsewhere);
    home.assert_no_leak(&watch, &[]);
}

#[test]
fn a_project_that_sends_our_name_elsewhere_gets_no_token_after_a_login() {
    let mirror = Mirror::start();
    let (home, elsewhere) = stranger(&mirror);
    let watch = LeakWatch::start(home.path());
    mirror.login(&home, &["--tool", "cargo"]).success();
    for registry in ["codeartifact", "other"] {
        depend_on(&home, registry);
        cargo(&home, &["fetch"]).failure();
    }
    assert!(!elsewhere.heard().is_empty());
    heard_no_token(&elsewhere);
    home.assert_no_leak(&watch, &[".cargo/config.toml"]);
    // In credentials.toml the token would go to the name: it is not put there.
    let told = ["--tool", "cargo", "--auth", "token"];
    let login = mirror.login(&home, &told).success();
    assert!(
        login.stderr.contains("cargo asks the credential helper"),
        "{login}"
    );
    depend_on(&home, "codeartifact");
    cargo(&home, &["fetch"]).failure();
    heard_no_token(&elsewhere);
    project(&home, "1.0.0");
    cargo(&home, &["build"]).success();
}
