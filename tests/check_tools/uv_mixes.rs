//! Our merge of uv's files and variables against what uv does: for generated mixes of both, the indexes that it asks, in
//! their order, and the settings that it shows.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use studio_mirror::secret::Secret;
use studio_mirror::tools::effective::ReadFile;
use studio_mirror::tools::effective::uv::{
    CONFIG_FILE, UvSettings, View, leaves_out, merge, project_file,
};

use crate::support::clients;
use crate::support::home::Home;

/// An index that has nothing, under many addresses, and a proxy that leads nowhere; it remembers what it was asked.
struct Nothing {
    port: u16,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Nothing {
    fn start() -> Nothing {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("its address").port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.expect("a connection");
                let mut head = [0; 4096];
                let length = stream.read(&mut head).unwrap_or(0);
                let head = String::from_utf8_lossy(&head[..length]).into_owned();
                let mut words = head.split(' ');
                let (status, index) = match (words.next(), words.next()) {
                    (Some("CONNECT"), _) => ("403 Forbidden", "public".to_owned()),
                    (_, Some(path)) => (
                        "404 Not Found",
                        path.split('/').nth(1).unwrap_or_default().to_owned(),
                    ),
                    _ => continue,
                };
                let mut log = log.lock().expect("nobody panics with it");
                if !log.contains(&index) {
                    log.push(index);
                }
                let _ = write!(
                    stream,
                    "HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                );
            }
        });
        Nothing { port, asked }
    }

    fn url(&self, index: &str) -> String {
        format!("http://127.0.0.1:{}/{index}/simple/", self.port)
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().expect("nobody panics with it"))
    }
}

/// `@N@` stands for the address of index N.
#[derive(Clone, Debug)]
struct Mix {
    files: BTreeMap<&'static str, String>,
    variables: BTreeMap<&'static str, String>,
}

const PROJECT: &str = "[project]\nname = \"mix\"\nversion = \"1\"\nrequires-python = \">=3.8\"\ndependencies = [\"mirror-none\"]\n";

fn index() -> impl Strategy<Value = String> {
    (0..6u8).prop_map(|n| format!("@{n}@"))
}

fn table(prefix: &'static str) -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec!["codeartifact", "a", "b", ""]);
    let block = (name, index(), 0..6u8).prop_map(move |(name, url, kind)| {
        let name = if name.is_empty() {
            String::new()
        } else {
            format!("name = \"{name}\"\n")
        };
        let kind = match kind {
            0..=2 => "default = true\n",
            // uv wants a name for an explicit one.
            3 if !name.is_empty() => "explicit = true\n",
            _ => "",
        };
        format!("[[{prefix}index]]\n{name}url = \"{url}\"\n{kind}")
    });
    // uv refuses two of one name, or two default ones, in one pyproject.toml.
    let names = |text: &String| {
        let twice = |prefix: &str| {
            let found: Vec<&str> = text
                .lines()
                .filter(|line| line.starts_with(prefix))
                .collect();
            found.windows(2).any(|two| two[0] == two[1])
        };
        !twice("name") && !twice("default")
    };
    prop::collection::vec(block, 0..3)
        .prop_map(|blocks| blocks.concat())
        .prop_filter("two of one kind", names)
}

fn keys() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        2 => index().prop_map(|url| ("index-url", format!("\"{url}\""))),
        2 => prop::collection::vec(index(), 1..3).prop_map(|urls| ("extra-index-url", format!("{urls:?}"))),
        1 => any::<bool>().prop_map(|value| ("no-index", value.to_string())),
        2 => prop::sample::select(vec!["subprocess", "disabled"]).prop_map(|value| ("keyring-provider", format!("\"{value}\""))),
    ];
    prop::collection::vec(line, 0..3).prop_map(|lines| {
        let lines: BTreeMap<_, _> = lines.into_iter().collect();
        lines
            .into_iter()
            .map(|(key, value)| format!("{key} = {value}\n"))
            .collect()
    })
}

fn file(prefix: &'static str, header: &'static str) -> impl Strategy<Value = String> {
    let pip = prop::option::weighted(0.4, keys());
    (keys(), table(prefix), pip).prop_map(move |(keys, tables, pip)| {
        let pip = pip.map_or(String::new(), |pip| format!("[{prefix}pip]\n{pip}"));
        let header = if header.is_empty() {
            String::new()
        } else {
            format!("{header}\n")
        };
        format!("{header}{keys}{tables}{pip}")
    })
}

fn mix() -> impl Strategy<Value = Mix> {
    let own = prop_oneof![
        3 => file("tool.uv.", "[tool.uv]").prop_map(|text| ("work/pyproject.toml", text)),
        1 => file("", "").prop_map(|text| ("work/uv.toml", text)),
        1 => Just(("work/pyproject.toml", String::new())),
    ];
    let user = prop::option::weighted(0.8, file("", ""));
    let system = prop::option::weighted(0.3, file("", ""));
    let named = prop::option::weighted(0.15, file("", ""));
    let variable = prop_oneof![
        index().prop_map(|url| ("UV_DEFAULT_INDEX", url)),
        index().prop_map(|url| ("UV_DEFAULT_INDEX", format!("codeartifact={url}"))),
        index().prop_map(|url| ("UV_INDEX_URL", url)),
        (index(), index()).prop_map(|(a, b)| ("UV_INDEX", format!("{a} b={b}"))),
        index().prop_map(|url| ("UV_EXTRA_INDEX_URL", url)),
        prop::sample::select(vec!["subprocess", "disabled"])
            .prop_map(|value| ("UV_KEYRING_PROVIDER", value.to_owned())),
        Just(("UV_NO_CONFIG", "1".to_owned())),
        Just(("UV_OFFLINE", "1".to_owned())),
    ];
    let variables = prop_oneof![
        3 => Just(Vec::new()),
        4 => prop::collection::vec(variable, 1..3),
    ];
    (own, user, system, named, variables).prop_map(
        |((place, own), user, system, named, variables)| {
            let mut files = BTreeMap::from([(place, own)]);
            let others = [
                (".config/uv/uv.toml", user),
                ("xdg/uv/uv.toml", system),
                ("named.toml", named),
            ];
            files.extend(
                others
                    .into_iter()
                    .filter_map(|(place, text)| Some((place, text?))),
            );
            let project = files.entry("work/pyproject.toml").or_default();
            *project = format!("{PROJECT}{project}");
            let mut variables: BTreeMap<_, _> = variables.into_iter().collect();
            if files.contains_key("named.toml") {
                variables.insert(CONFIG_FILE, "named.toml".to_owned());
            }
            Mix { files, variables }
        },
    )
}

fn filled(text: &str, nothing: &Nothing) -> String {
    (0..6).fold(text.to_owned(), |text, n| {
        text.replace(&format!("@{n}@"), &nothing.url(&n.to_string()))
    })
}

/// The indexes in the order in which they are asked, then provider and the two switches.
fn ours(home: &Path, mix: &Mix, view: View) -> (Vec<String>, String, bool, bool) {
    let environment: BTreeMap<String, String> = mix
        .variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect();
    let paths: Vec<PathBuf> = match leaves_out(&environment) {
        Some(CONFIG_FILE) => vec![environment[CONFIG_FILE].clone().into()],
        Some(_) => Vec::new(),
        None => {
            let read = |path: &Path| std::fs::read_to_string(path).ok();
            let project = project_file(&home.join("work"), read);
            let rest = [".config/uv/uv.toml", "xdg/uv/uv.toml"].map(|below| home.join(below));
            project.into_iter().chain(rest).collect()
        }
    };
    let read = |path: PathBuf| {
        Some(ReadFile {
            text: Ok(Secret::new(std::fs::read_to_string(&path).ok()?)),
            path: path.display().to_string(),
            is_own: true,
        })
    };
    let texts: Vec<ReadFile> = paths.into_iter().filter_map(read).collect();
    let UvSettings {
        index,
        extra,
        no_index,
        offline,
        provider,
        ..
    } = merge(&texts, &environment, view).expect("files that uv reads");
    let mut asked: Vec<String> = Vec::new();
    if no_index.is_none() && offline.is_none() {
        for address in extra.iter().chain([&index]) {
            let name = address.value.url.split('/').nth(3).unwrap_or_default();
            let name = if address.value.url.contains("pypi.org") {
                "public"
            } else {
                name
            };
            if !asked.iter().any(|known| known == name) {
                asked.push(name.to_owned());
            }
        }
    }
    (
        asked,
        provider.value.to_lowercase(),
        no_index.is_some(),
        offline.is_some(),
    )
}

fn theirs(
    home: &Home,
    uv: &Path,
    nothing: &Nothing,
    mix: &Mix,
    view: View,
) -> Option<(Vec<String>, String, bool, bool)> {
    let command: &[&str] = match view {
        View::Pip => &["pip", "compile", "pyproject.toml"],
        View::Project => &["lock"],
    };
    let run = |more: &[&str]| {
        let mut uv = home.command(uv);
        uv.args(command)
            .args(more)
            .envs(&mix.variables)
            .current_dir(home.join("work"));
        let proxy = format!("http://127.0.0.1:{}", nothing.port);
        uv.env("XDG_CONFIG_DIRS", home.join("xdg"))
            .env("HTTPS_PROXY", proxy);
        uv.env("UV_HTTP_RETRIES", "0")
            .env("UV_NO_CACHE", "1")
            .stdin(Stdio::null());
        home.run_unheard(&mut uv)
    };
    let shown = run(&["--show-settings"]);
    if !shown.status.success() {
        return None;
    }
    nothing.asked();
    run(&[]).failure();
    let line = |name: &str| {
        let line = shown
            .stdout
            .lines()
            .find_map(|line| line.trim().strip_prefix(name));
        line.unwrap_or_else(|| panic!("no {name} in:\n{}", shown.stdout))
            .to_owned()
    };
    let offline =
        line("connectivity: ").starts_with("Offline") || shown.stdout.contains("offline: Enabled");
    Some((
        nothing.asked(),
        line("keyring_provider: ")
            .trim_end_matches(',')
            .to_lowercase(),
        line("no_index: ").starts_with("true"),
        offline,
    ))
}

#[test]
fn the_merge_is_the_one_that_uv_makes() {
    let nothing = Nothing::start();
    // The older one waits and tries again where the public index does not answer.
    for (client, count) in [("uv-0.6", 15), ("uv-newest", 60)] {
        let home = Home::new();
        let uv = clients::bin(client).join("uv");
        let mut runner = TestRunner::deterministic();
        let strategy = mix();
        let mut refused = 0;
        for _ in 0..count {
            let mut mix = strategy.new_tree(&mut runner).expect("a mix").current();
            if let Some(named) = mix.variables.get_mut(CONFIG_FILE) {
                *named = home.join(&*named).display().to_string();
            }
            for value in mix.variables.values_mut() {
                *value = filled(value, &nothing);
            }
            for (below, text) in &mut mix.files {
                *text = filled(text, &nothing);
                home.write(below, &*text);
            }
            for view in [View::Project, View::Pip] {
                match theirs(&home, &uv, &nothing, &mix, view) {
                    Some(theirs) => assert_eq!(
                        ours(home.path(), &mix, view),
                        theirs,
                        "{client} {view:?}: {mix:#?}"
                    ),
                    None => refused += 1,
                }
            }
            for below in mix.files.keys() {
                std::fs::remove_file(home.join(below)).expect("our own file");
            }
            let _ = std::fs::remove_file(home.join("work/uv.lock"));
        }
        assert!(
            refused * 4 < count,
            "{client} refuses {refused} of {}",
            2 * count
        );
    }
}
