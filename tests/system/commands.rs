//! Behind ours, a command finds what it found without us, in whatever way it is called.

use std::time::{Duration, Instant};

use super::support::image::{BUILDER, Image, Who};
use super::tools::{with, works};

const NPMS: [&str; 3] = ["npm-10", "npm-11", "npm-newest"];

#[test]
fn a_script_of_npms_and_an_option_before_the_command_find_the_registry() {
    if !super::possible() {
        return;
    }
    let image = Image::build("npm,pnpm,bun");
    let has = "test -f node_modules/mirror-left/package.json";
    for client in NPMS {
        for call in ["npm run x", "npm test", "npm --silent run x"] {
            let script = format!(
                "echo '{{\"scripts\":{{\"x\":\"npm install mirror-left\",\"test\":\"npm run x\"}}}}' >package.json; {call}; {has}"
            );
            works(&image, Who::Space, &with(client, &script));
        }
        let lifecycle = format!(
            "mkdir q; echo '{{}}' >q/package.json; echo '{{\"scripts\":{{\"install\":\"cd q; npm install mirror-left\"}}}}' >package.json; \
             npm install; cd q; {has}"
        );
        works(&image, Who::Space, &with(client, &lifecycle));
        let option = format!(
            "mkdir test; echo '{{}}' >test/package.json; npm --prefix test install mirror-left; cd test; {has}"
        );
        works(&image, Who::Space, &with(client, &option));
    }
    for (tool, client) in [
        ("pnpm", "pnpm-11"),
        ("pnpm", "pnpm-newest"),
        ("bun", "bun-newest"),
    ] {
        let script = format!(
            "export BUN_INSTALL_CACHE_DIR=$PWD/c; \
             echo '{{\"scripts\":{{\"x\":\"{tool} add mirror-left\"}}}}' >package.json; npm run x; {has}"
        );
        works(&image, Who::Space, &with(client, &script));
    }
    let manifest = "echo '{\"scripts\":{\"x\":\"true\"},\"dependencies\":{\"mirror-left\":\"1.0.0\"}}' >package.json";
    for client in ["pnpm-11", "pnpm-newest"] {
        let option =
            format!("mkdir test; cd test; {manifest}; cd ..; pnpm -C test install; cd test; {has}");
        works(&image, Who::Space, &with(client, &option));
        // It installs what is missing before it runs a script.
        works(
            &image,
            Who::Space,
            &with(client, &format!("{manifest}; pnpm run x; {has}")),
        );
    }
    image.assert_no_leak();
}

/// Where npm itself looks for its file for everybody.
const MACHINES: &str =
    "etc=$(dirname $(dirname $(readlink -f $(command -v node))))/etc; mkdir -p $etc;";

#[test]
fn the_machines_own_npmrc_stays_in_use() {
    if !super::possible() {
        return;
    }
    let image = Image::build("npm");
    let write = "printf '; mine\\n@corp:registry=https://nexus.example/\\ncafile=/opt/ca.pem\\nregistry=https://old.example/\\n' >$etc/npmrc";
    image
        .sh(
            BUILDER,
            &format!("{MACHINES} {write}; chmod 644 $etc/npmrc"),
        )
        .success();
    let asked = "npm config get @corp:registry; npm config get cafile; npm config get registry; npm install mirror-left >/dev/null";
    let said = "https://nexus.example/\n/opt/ca.pem\nhttp://127.0.0.1:8080/npm/d/corp-111122223333/team/\n";
    let named = "cp $etc/npmrc n; export NPM_CONFIG_GLOBALCONFIG=$PWD/n; printf 'fund=false\\n' >$etc/npmrc;";
    let nested =
        format!("echo '{{\"scripts\":{{\"x\":\"{asked}\"}}}}' >package.json; npm run --silent x");
    for client in NPMS {
        for script in [asked, &nested] {
            let done = image.sh(Who::Space, &with(client, script));
            assert_eq!(done.stdout, said, "{client}: {script}\n{done}");
        }
    }
    // The one that a variable names takes its place, and what is made of it reaches scripts, too.
    for script in [asked, &nested] {
        let done = image.sh(
            BUILDER,
            &with(
                "npm-newest",
                &format!("{MACHINES} {named} {script}; cp n $etc/npmrc"),
            ),
        );
        assert_eq!(done.stdout, said, "{script}\n{done}");
    }
    // Root's settings for everybody go where they went.
    let set = format!(
        "{MACHINES} npm config set -g loglevel=error; grep -c loglevel $etc/npmrc; npm config get loglevel"
    );
    let done = image.sh(BUILDER, &with("npm-newest", &set));
    assert_eq!(done.stdout, "1\nerror\n", "{done}");
    // What cannot be taken up keeps nobody from the token.
    image
        .sh(BUILDER, &format!("{MACHINES} chmod 600 $etc/npmrc"))
        .success();
    let install =
        "cd $(mktemp -d); npm install mirror-left >/dev/null && test -d node_modules/mirror-right";
    let done = image.sh(Who::Space, install).success();
    assert!(
        done.stderr
            .starts_with("warning: npm runs without the settings of `"),
        "{done}"
    );
    image.assert_no_leak();
}

#[test]
fn a_program_that_looks_for_the_next_of_its_name_ends_at_the_real_one() {
    if !super::possible() {
        return;
    }
    let image = Image::build("npm");
    let next = "$(which -a npm | grep -v ^/opt/wrap/ | head -1)";
    let begun = Instant::now();
    for become_it in [
        format!("exec \"{next}\" \"$@\""),
        format!("\"{next}\" \"$@\""),
    ] {
        let write = format!(
            "mkdir -p /opt/wrap; printf '%s\\n' '#!/bin/bash' 'echo >>/tmp/times' '{become_it}' >/opt/wrap/npm; chmod 755 /opt/wrap/npm"
        );
        image.sh(BUILDER, &write).success();
        let scripts = "echo '{\"scripts\":{\"x\":\"npm install mirror-left\"}}' >package.json";
        let path = "PATH=/usr/local/lib/studio-mirror/bin:/opt/wrap:/opt/conda/bin:/usr/bin:/bin";
        for call in ["npm install mirror-left", "npm run x"] {
            let script = format!(
                "cd $(mktemp -d); rm -f /tmp/times; {scripts}; {path} timeout 60 {call} >/dev/null; \
                 test -d node_modules/mirror-right; test $(wc -l </tmp/times) -lt 50"
            );
            works(&image, Who::Space, &script);
        }
        // Where there is no other, that is said.
        let alone = image.sh(
            Who::Space,
            "cd $(mktemp -d); for tool in which grep head timeout bash sh; do ln -s $(command -v $tool) $tool; done; \
             export PATH=/usr/local/lib/studio-mirror/bin:/opt/wrap:$PWD; timeout 60 npm install || echo $?",
        );
        assert!(
            alone.stdout.ends_with("127\n")
                && alone.stderr.contains("error: npm: command not found"),
            "{alone}"
        );
    }
    assert!(begun.elapsed() < Duration::from_secs(120));
    image.assert_no_leak();
}
