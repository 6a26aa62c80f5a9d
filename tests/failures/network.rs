//! Connections that break, are refused or lead nowhere.

use crate::faulty;
use crate::support::failing::{assert_says, assert_sober, assert_untouched};
use crate::support::home::Home;
use crate::support::tell_skipped;
use crate::support::wire::{CORP, login_at, studio_mirror_at};
use std::process::Command;
use studio_mirror_emulator::Action;

#[test]
fn a_connection_that_stays_broken_is_given_up_in_time() {
    let cases = [
        (
            Action::Drop,
            "error: GetAuthorizationToken: the connection to 127.0.0.1 broke off\n  \
             caused by: connection closed before message completed\n\
             hint: try again; if it stays so, something between here and AWS cuts it: a firewall or a proxy\n",
        ),
        (
            Action::Hang,
            "error: GetAuthorizationToken: no answer from 127.0.0.1 in time\n\
             hint: the VPC needs an interface endpoint for com.amazonaws.us-east-1.codeartifact.api with private DNS, \
             and its security group must let port 443 in from the Studio security groups: `studio-mirror check` says what \
             of that is missing, and whom to send it to\n",
        ),
    ];
    // All at once: each takes the whole of the limit.
    std::thread::scope(|scope| {
        for (action, stderr) in cases {
            scope.spawn(move || {
                let api = faulty("GetAuthorizationToken", None, action);
                let home = Home::new();
                assert_says(&api.login(&home, &[]), stderr);
                assert_untouched(&home);
            });
        }
    });
}

#[test]
fn a_port_where_nothing_listens_is_refused() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = free.local_addr().expect("bound");
    drop(free);
    let home = Home::new();
    assert_says(
        &login_at(&home, &format!("http://{address}"), &[]),
        "error: GetAuthorizationToken: 127.0.0.1 refuses the connection\n  \
         caused by: Connection refused (os error 111)\n\
         hint: nothing listens there: look at the API endpoint in `studio-mirror status`\n",
    );
    assert_untouched(&home);
}

#[test]
fn a_dead_network_and_a_name_that_nobody_knows_end_in_time() {
    if !rustix::process::geteuid().is_root()
        || !Command::new("unshare")
            .args(["--net", "true"])
            .status()
            .is_ok_and(|status| status.success())
    {
        return tell_skipped("a dead network", "a network namespace needs root");
    }
    // Names: no resolver answers. Addresses: a neighbour that loses every packet.
    let dead = "ip link set lo up; ip link add o0 type veth peer name o1; ip addr add 10.255.255.2/24 dev o0; \
                ip link set o0 up; ip link set o1 up; ip neigh replace 10.255.255.1 lladdr 02:00:00:00:00:01 dev o0 nud permanent";
    let nameless = "ip link set lo up";
    for (network, api, words) in [
        (
            dead,
            "https://10.255.255.1",
            &[
                "no answer from 10.255.255.1 in time",
                "security group must let port 443 in",
            ][..],
        ),
        (
            nameless,
            "https://codeartifact.us-east-1.amazonaws.com",
            &[
                "codeartifact.us-east-1.amazonaws.com",
                "com.amazonaws.us-east-1.codeartifact.api",
            ],
        ),
    ] {
        let home = Home::new();
        let mut unshare = home.command("unshare");
        let login = studio_mirror_at(&home, api, &[&["login"], &CORP[..]].concat());
        unshare
            .args(["--net", "sh", "-euc"])
            .arg(format!("{network}; exec \"$@\""))
            .arg("sh")
            .arg(login.get_program())
            .args(login.get_args())
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .env("STUDIO_MIRROR_API_ENDPOINT", api);
        let finished = home.run(&mut unshare);
        for word in words {
            assert!(finished.stderr.contains(word), "no {word:?} in\n{finished}");
        }
        assert_sober(&home, &finished);
    }
}
