//! The program's file is replaced while it runs, as the lifecycle script does in the background.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use crate::support::home::{Finished, Home};
use crate::support::mirror::{LOGIN, Mirror};
use crate::support::programs::copy_program;
use crate::support::{binary_under_test, tell_skipped, wait_until};

const CARGO: &str = ".cargo/config.toml";
const ENDPOINT: &str = "GetRepositoryEndpoint";

/// A copy of the program in this home, and one to put in its place.
fn copies(home: &Home) -> [PathBuf; 2] {
    let folder = home.join("opt");
    std::fs::create_dir_all(&folder).expect("a folder");
    ["studio-mirror", "newer"].map(|name| {
        let copy = folder.join(name);
        copy_program(&binary_under_test(), &copy);
        copy
    })
}

fn login(mirror: &Mirror, mut command: Command) -> Command {
    command
        .args(LOGIN)
        .args(["--tool", "pip,pnpm,cargo,gradle"])
        .env("STUDIO_MIRROR_API_ENDPOINT", mirror.emulator.http_url());
    command
}

/// Whether the kernel itself runs the program: qemu-user plays `/proc/self/exe`, and finds none for a file without a name.
fn is_run_by_the_kernel(test: &str) -> bool {
    const MACHINE: std::ops::Range<usize> = 18..20;
    let machine = |program: PathBuf| std::fs::read(program).expect("a program")[MACHINE].to_vec();
    let this = std::env::current_exe().expect("this test's own file");
    let is_own = machine(binary_under_test()) == machine(this);
    if !is_own {
        tell_skipped(test, "the program is for another processor");
    }
    is_own
}

/// A login of the program whose name is taken by the shell's `before` by the time that it runs.
fn login_after(mirror: &Mirror, home: &Home, before: &str) -> Finished {
    let mut shell = home.command("bash");
    let script = format!("exec 3<\"$0\"; {before}; exec /proc/self/fd/3 \"$@\"");
    shell
        .args(["-c", &script])
        .arg(home.join("opt/studio-mirror"));
    home.run(&mut login(mirror, shell))
}

fn assert_named(home: &Home) {
    let program = home.join("opt/studio-mirror");
    let named = format!("[\"{}\"]", program.display());
    let cargo = home.read(CARGO);
    assert!(cargo.contains(&named), "{cargo}");
    let link = std::fs::read_link(home.join(".local/bin/keyring"));
    assert_eq!(link.expect("a link"), program);
    for file in [
        ".gradle/init.d/studio-mirror.gradle",
        ".local/share/studio-mirror/python/studio_mirror_keyring.py",
    ] {
        let text = home.read(file);
        assert!(text.contains(&*program.to_string_lossy()), "{text}");
        assert!(!text.contains("(deleted)"), "{text}");
    }
}

#[test]
fn a_program_that_is_replaced_while_a_login_waits_is_named_as_before() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    let [program, newer] = copies(&home);
    let slow =
        serde_json::json!({ "operation": ENDPOINT, "action": { "kind": "delay", "ms": 1_500 } });
    let slow = serde_json::from_value(slow).expect("a fault");
    mirror.emulator.add_faults(vec![slow]).expect("a fault");
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| home.run(&mut login(&mirror, home.command(&program))));
        wait_until("the login to ask", Duration::from_secs(20), || {
            mirror.emulator.count(ENDPOINT) > 0
        });
        std::fs::rename(newer, &program).expect("replaced");
        waiting.join().expect("it ends").success();
    });
    assert_named(&home);
}

#[test]
fn a_program_that_was_replaced_before_names_the_one_in_its_place() {
    if !is_run_by_the_kernel("a_program_that_was_replaced_before_names_the_one_in_its_place") {
        return;
    }
    let mirror = Mirror::without_packages();
    let home = Home::new();
    copies(&home);
    login_after(&mirror, &home, "mv -fT \"${0%/*}/newer\" \"$0\"").success();
    assert_named(&home);
}

#[test]
fn a_program_that_was_deleted_logs_nobody_in() {
    if !is_run_by_the_kernel("a_program_that_was_deleted_logs_nobody_in") {
        return;
    }
    let mirror = Mirror::without_packages();
    let home = Home::new();
    copies(&home);
    let finished = login_after(&mirror, &home, "rm \"$0\"").exit(1);
    assert!(
        finished
            .stderr
            .contains("opt/studio-mirror` was deleted while it runs\nhint: "),
        "{finished}"
    );
    assert!(!home.join(CARGO).exists());
    assert_eq!(mirror.emulator.requests().len(), 0);
}

#[test]
fn status_says_which_tools_ask_a_program_that_is_gone() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    let [program, _] = copies(&home);
    home.run(&mut login(&mirror, home.command(&program)))
        .success();
    let states = || {
        let tools = crate::status(&home)["tools"].clone();
        ["pnpm", "cargo", "gradle"].map(|name| {
            let all = tools.as_array().expect("tools").iter();
            let tool = all.clone().find(|tool| tool["tool"] == name);
            tool.expect(name)["state"]
                .as_str()
                .expect("a state")
                .to_owned()
        })
    };
    assert_eq!(states(), ["ok", "ok", "ok"]);
    std::fs::remove_file(&program).expect("our own copy");
    for state in states() {
        assert!(state.contains("which is not there"), "{state}");
    }
}
