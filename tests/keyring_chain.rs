//! Other people's passwords: what the helper does not answer reaches the keyring that was there before it, by way of
//! PATH and by way of the Python package keyring.

mod support;

use std::path::{Path, PathBuf};
use studio_mirror_emulator::EndpointStyle;
use support::home::{Finished, Home};
use support::hostile::hostile;
use support::programs::{copy_program, write_script};
use support::wire::{Api, asked};
use support::{binary_under_test, clients};

const OTHER: &str = "https://pypi.example/simple/";
const KEYRINGRC: &str = ".config/python_keyring/keyringrc.cfg";

/// A backend that keeps passwords in a file of the home, as a user might have written it.
const STORE: &str = r#"
import json, os
from keyring import backend

FILE = os.path.join(os.environ["HOME"], "passwords.json")

class Store(backend.KeyringBackend):
    priority = 5

    def _all(self):
        return json.load(open(FILE)) if os.path.exists(FILE) else {}

    def _keep(self, all):
        with open(FILE, "w") as file:
            json.dump(all, file)

    def get_password(self, service, username):
        return self._all().get(service + " " + (username or ""))

    def set_password(self, service, username, password):
        all = self._all()
        all[service + " " + username] = password
        self._keep(all)

    def delete_password(self, service, username):
        all = self._all()
        del all[service + " " + username]
        self._keep(all)
"#;

/// A `keyring` that says who it is and what it was asked.
fn decoy(home: &Home, folder: &str, name: &str) -> PathBuf {
    let script = home.join(folder).join("keyring");
    write_script(&script, &format!("#!/bin/sh\necho \"{name}: $*\"\n"));
    home.join(folder)
}

fn on_path(home: &Home, program: &Path, folders: &[PathBuf], arguments: &[&str]) -> Finished {
    let path = std::env::join_paths(folders).expect("no colon in a folder");
    home.run(asked(home, program, arguments).env("PATH", path))
}

/// Python's `keyring`, which reads a password for `set` from standard input.
fn python_keyring(home: &Home, arguments: &[&str], input: &str) -> Finished {
    let mut command = home.command("sh");
    command
        .args([
            "-c",
            "input=$1; shift; printf '%s' \"$input\" | \"$@\"",
            "sh",
            input,
        ])
        .arg(clients::bin("keyring").join("keyring"))
        .args(arguments);
    home.run_unheard(&mut command)
}

fn logged_in(home: &Home) -> Api {
    let api = Api::start();
    api.login(home, &["--tool", "pip"]).success();
    api
}

#[test]
fn a_foreign_question_reaches_the_next_keyring_on_path_word_for_word() {
    let home = Home::new();
    let _api = logged_in(&home);
    let shim = home.join(".local/bin/keyring");
    let path = [home.join(".local/bin"), decoy(&home, "venv/bin", "theirs")];
    for question in [
        &["get", OTHER, "aws"][..],
        &["--mode=creds", "--output=json", "get", OTHER],
        &["set", OTHER, "me"],
        &["del", OTHER, "me"],
        &["--list-backends"],
        &["--help"],
    ] {
        let answer = on_path(&home, &shim, &path, question).success().stdout;
        assert_eq!(answer, format!("theirs: {}\n", question.join(" ")));
    }
    // Called by its own name the binary stands in for nobody.
    let words = ["keyring", "get", OTHER, "me"];
    let answer = on_path(&home, &binary_under_test(), &path, &words).exit(1);
    assert_eq!(answer.stdout, "");
}

#[test]
fn copies_of_the_helper_on_path_pass_the_question_on_and_never_in_a_circle() {
    let home = Home::new();
    let _api = logged_in(&home);
    let shim = home.join(".local/bin/keyring");
    let mut path = vec![home.join(".local/bin")];
    for folder in ["old/bin", "older/bin"] {
        std::fs::create_dir_all(home.join(folder)).expect("a folder");
        copy_program(&binary_under_test(), &home.join(folder).join("keyring"));
        path.push(home.join(folder));
    }
    path.push(home.join(".local/bin"));
    let alone = on_path(&home, &shim, &path, &["get", OTHER, "me"]).exit(1);
    assert_eq!((&*alone.stdout, &*alone.stderr), ("", ""));
    path.push(decoy(&home, "conda/bin", "conda"));
    let answer = on_path(&home, &shim, &path, &["get", OTHER, "me"]).success();
    assert_eq!(answer.stdout, format!("conda: get {OTHER} me\n"));
}

#[test]
fn a_users_own_backend_keeps_getting_setting_and_deleting_and_comes_back_by_logout() {
    let home = Home::new();
    home.write("backends/my_store.py", STORE);
    let before = "# mine\n[backend]\ndefault-keyring = my_store.Store\nkeyring-path = ~/backends\n\n[other]\nkey = value\n"
        .replace('~', home.path().to_str().expect("a path in UTF-8"));
    home.write(KEYRINGRC, &before);
    python_keyring(&home, &["set", OTHER, "me"], "old").success();
    let api = logged_in(&home);
    let get = |url: &str, user: &str| python_keyring(&home, &["get", url, user], "");

    assert_eq!(get(OTHER, "me").success().stdout, "old\n");
    python_keyring(&home, &["set", OTHER, "me"], "new").success();
    assert_eq!(get(OTHER, "me").success().stdout, "new\n");
    python_keyring(&home, &["set", "system", "me"], "plain").success();
    assert_eq!(get("system", "me").success().stdout, "plain\n");
    python_keyring(&home, &["del", OTHER, "me"], "").success();
    assert_eq!(get(OTHER, "me").exit(1).stdout, "");
    assert!(home.read("passwords.json").contains("plain"));
    // And ours, through the same Python.
    let token = get(&api.index(), "aws").success().stdout;
    assert!(api.accepts(token.trim()), "{token}");

    home.studio_mirror(["logout"]).success();
    assert_eq!(home.read(KEYRINGRC), before);
    assert_eq!(get("system", "me").success().stdout, "plain\n");
    assert_eq!(get(&api.index(), "aws").exit(1).stdout, "");
}

#[test]
fn no_hostile_host_gets_a_token_by_way_of_python() {
    let api = Api::with(|options| options.endpoint_style = EndpointStyle::Aws);
    let home = Home::new();
    api.login(&home, &[]).success();
    let own = "https://corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/pypi/team/simple/";
    let urls = serde_json::to_string(&hostile()).expect("JSON");
    let ask = "import json, keyring, sys\n\
        assert keyring.get_password(sys.argv[1], 'aws'), 'our own'\n\
        answered = [url for url in json.loads(sys.argv[2]) for user in ('aws', None)\n    \
            if keyring.get_credential(url, user) or user and keyring.get_password(url, user)]\n\
        assert not answered, answered\n\
        assert not keyring.get_password(sys.argv[1], 'root'), 'another user'\n\
        assert not {'boto3', 'botocore'} & set(sys.modules), 'imported'";
    let mut python = home.command(clients::bin("keyring").join("python"));
    home.run(python.args(["-c", ask, own, &urls])).success();
}

#[test]
fn a_null_backend_stays_silent_for_others() {
    let home = Home::new();
    home.write(
        KEYRINGRC,
        "[backend]\ndefault-keyring=keyring.backends.null.Keyring\n",
    );
    let api = logged_in(&home);
    let other = python_keyring(&home, &["get", OTHER, "me"], "").exit(1);
    assert_eq!((&*other.stdout, &*other.stderr), ("", ""));
    let ours = python_keyring(&home, &["--mode=creds", "get", &api.index()], "").success();
    let lines: Vec<&str> = ours.stdout.lines().collect();
    assert!(lines.len() == 2 && lines[0] == "aws" && api.accepts(lines[1]));
}

#[test]
fn where_python_has_no_keyring_at_all_nobody_knows_the_passwords_of_others() {
    let home = Home::new();
    let before = python_keyring(&home, &["get", OTHER, "me"], "").failure();
    let api = logged_in(&home);
    let after = python_keyring(&home, &["get", OTHER, "me"], "").failure();
    assert_eq!(after.status.code(), before.status.code());
    assert_eq!(after.stdout, before.stdout);
    // An exception would be a keyring out of order to poetry and hatch, and not a password that nobody has.
    assert_eq!(after.stderr, "");
    python_keyring(&home, &["get", &api.index(), "aws"], "").success();
}

#[test]
fn the_chainer_does_not_call_us_in_a_circle() {
    let home = Home::new().env("PYTHONPATH", "");
    let packages = home.join("site");
    let home = home.env("PYTHONPATH", &packages);
    home.write("site/my_store.py", STORE);
    // A second one beside it, or there would be nothing to chain.
    home.write(
        "site/my_other.py",
        STORE.replace("passwords.json", "others.json"),
    );
    home.write(
        "site/my_store-1.dist-info/METADATA",
        "Metadata-Version: 2.1\nName: my-store\nVersion: 1\n",
    );
    home.write(
        "site/my_store-1.dist-info/entry_points.txt",
        "[keyring.backends]\nmy_store = my_store\nmy_other = my_other\n",
    );
    for rc in [
        "",
        "[backend]\ndefault-keyring=keyring.backends.chainer.ChainerBackend\n",
    ] {
        if !rc.is_empty() {
            home.write(KEYRINGRC, rc);
        }
        python_keyring(&home, &["set", OTHER, "me"], "secret").success();
        let api = logged_in(&home);
        let other = python_keyring(&home, &["get", OTHER, "me"], "").success();
        assert_eq!(other.stdout, "secret\n");
        let none = python_keyring(&home, &["get", OTHER, "nobody"], "").exit(1);
        assert_eq!((&*none.stdout, &*none.stderr), ("", ""));
        let ours = python_keyring(&home, &["get", &api.index(), "aws"], "").success();
        assert!(api.accepts(ours.stdout.trim()));
        home.studio_mirror(["logout"]).success();
    }
}

#[test]
fn the_shim_the_python_keyring_and_the_backend_end_in_one_answer() {
    // As in Studio, both ways round: whichever keyring comes first, it asks us once and the user's backend for others.
    let home = Home::new();
    home.write("backends/my_store.py", STORE);
    let rc = format!(
        "[backend]\ndefault-keyring=my_store.Store\nkeyring-path={}\n",
        home.join("backends").display()
    );
    home.write(KEYRINGRC, rc);
    python_keyring(&home, &["set", OTHER, "me"], "theirs").success();
    let api = logged_in(&home);
    let shim = home.join(".local/bin/keyring");
    let python = clients::bin("keyring").join("keyring");
    let (ours, theirs) = (home.join(".local/bin"), clients::bin("keyring"));
    let system = [PathBuf::from("/usr/bin"), PathBuf::from("/bin")];
    for (program, first, second) in [(&shim, &ours, &theirs), (&python, &theirs, &ours)] {
        let path = [&[first.clone(), second.clone()][..], &system].concat();
        let ask = |url: &str, user: &str| {
            let path = std::env::join_paths(&path).expect("no colon in a folder");
            home.run_unheard(asked(&home, program, &["get", url, user]).env("PATH", path))
        };
        assert_eq!(ask(OTHER, "me").success().stdout, "theirs\n");
        assert_eq!(ask(OTHER, "nobody").exit(1).stdout, "");
        assert!(api.accepts(ask(&api.index(), "aws").success().stdout.trim()));
    }
}

#[test]
fn a_damaged_state_keeps_nobody_from_the_next_keyring() {
    let home = Home::new();
    let _api = logged_in(&home);
    home.write(".local/state/studio-mirror/state.json", "{");
    let shim = home.join(".local/bin/keyring");
    let path = [home.join(".local/bin"), decoy(&home, "venv/bin", "theirs")];
    let question = ["get", OTHER, "me"];
    let answer = on_path(&home, &shim, &path, &question).success();
    assert_eq!(answer.stdout, format!("theirs: get {OTHER} me\n"));
    assert!(answer.stderr.contains("state.json"), "{answer}");
    let alone = on_path(&home, &shim, &path[..1], &question).exit(1);
    assert_eq!(alone.stdout, "");
}
