//! The VPC's side of the network, made with iproute2: addresses, the way to the space, and which packets are lost.

use crate::place::{Host, NO_RESOLVER, OTHER_RESOLVER, PROXY, RESOLVER, ROUTER, SPACE};
use anyhow::{Context, Result, bail};
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

/// The device on the VPC's side of the link.
pub(crate) const VPC_DEVICE: &str = "vpc0";
const SPACE_DEVICE: &str = "space0";
const ROUTER_V6: &str = "2600:1f18:1:2::1";
const SPACE_V6: &str = "2600:1f18:1:2::10";

/// Whatever leads nowhere else is lost without a word. And rules get room before the one that delivers, which the kernel
/// has first of all.
const LOSE_AND_MAKE_ROOM: &str =
    "route add blackhole default\nrule add pref 100 lookup local\nrule del pref 0 lookup local\n";

/// Whose rule it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Vpc,
    Space,
}

/// A rule that loses packets, as `ip rule` spells it, and the family that it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    side: Side,
    v6: bool,
    text: String,
}

impl Rule {
    fn new(v6: bool, text: String) -> Rule {
        let side = Side::Vpc;
        Rule { side, v6, text }
    }

    /// A security group: what comes from the host never arrives at the space. In each family that it has.
    pub(crate) fn no_answer(host: Host) -> Vec<Rule> {
        std::iter::once(Rule::no_answer_v4(host))
            .chain(Rule::no_answer_v6(host))
            .collect()
    }

    pub(crate) fn no_answer_v4(host: Host) -> Rule {
        Rule::new(
            false,
            format!("from {} to {SPACE} blackhole", host.address()),
        )
    }

    pub(crate) fn no_answer_v6(host: Host) -> Option<Rule> {
        let address = host.address_v6()?;
        Some(Rule::new(
            true,
            format!("from {address} to {SPACE_V6} blackhole"),
        ))
    }

    /// The router says that it knows no way to the host.
    pub(crate) fn no_way(host: Host) -> Vec<Rule> {
        let to = |address: std::net::IpAddr| {
            let text = format!("to {address} iif {VPC_DEVICE} unreachable");
            Rule::new(address.is_ipv6(), text)
        };
        host.addresses().into_iter().map(to).collect()
    }

    /// The space itself knows no way to the host. Routers limit how often they say so; the own kernel does not.
    pub(crate) fn no_route(host: Host) -> Vec<Rule> {
        let to = |address: std::net::IpAddr| Rule {
            side: Side::Space,
            v6: address.is_ipv6(),
            text: format!("to {address} unreachable"),
        };
        host.addresses().into_iter().map(to).collect()
    }

    /// Nothing that the space sends arrives. What the space's own host answers, its credentials, is no matter of the VPC.
    pub(crate) fn nothing_arrives() -> Vec<Rule> {
        let but = format!(
            "to {} iif {VPC_DEVICE} lookup local",
            Host::Credentials.address()
        );
        let all = format!("iif {VPC_DEVICE} blackhole");
        vec![
            Rule::new(false, but),
            Rule::new(false, all.clone()),
            Rule::new(true, all),
        ]
    }
}

/// Sizes of packets by which those of the VPC are lost that are full, while the space says that it takes them. The
/// container's credentials come from the space's own host.
const SMALL: &str = "link set dev space0 mtu 700\nroute replace default via 10.0.2.1 advmss 1460\n\
     route replace 169.254.170.2 via 10.0.2.1 advmss 500\n";
const FULL: &str =
    "link set dev space0 mtu 1500\nroute replace default via 10.0.2.1\nroute del 169.254.170.2\n";

/// The link between this network namespace and the space's, and the rules in force.
pub(crate) struct Routes {
    space: u32,
    ipv6: bool,
    is_narrow: bool,
    rules: Vec<Rule>,
}

impl Routes {
    /// Turns this process's network namespace into the VPC, with the space's process at the other end of the link.
    pub(crate) fn lay(space: u32) -> Result<Routes> {
        for (setting, value) in [
            ("ipv4/ip_forward", "1"),
            ("ipv6/conf/all/forwarding", "1"),
            ("ipv4/icmp_ratelimit", "0"),
        ] {
            let path = format!("/proc/sys/net/{setting}");
            std::fs::write(&path, value).with_context(|| format!("cannot write {path}"))?;
        }
        let mut v4 = format!(
            "link set lo up\nlink add {VPC_DEVICE} type veth peer name {SPACE_DEVICE} netns {space}\n\
             address add {ROUTER}/24 dev {VPC_DEVICE}\nlink set {VPC_DEVICE} up\n{LOSE_AND_MAKE_ROOM}"
        );
        let mut v6 =
            format!("address add {ROUTER_V6}/64 dev {VPC_DEVICE} nodad\n{LOSE_AND_MAKE_ROOM}");
        for address in [RESOLVER, OTHER_RESOLVER, NO_RESOLVER, PROXY] {
            let _ = writeln!(v4, "address add {address} dev lo");
        }
        for host in Host::ALL {
            let _ = writeln!(v4, "address add {} dev lo", host.address());
            if let Some(address) = host.address_v6() {
                let _ = writeln!(v6, "address add {address} dev lo nodad");
            }
        }
        ip(Command::new("ip").arg("-4"), &v4)?;
        ip(Command::new("ip").arg("-6"), &v6)?;
        let routes = Routes {
            space,
            ipv6: false,
            is_narrow: false,
            rules: Vec::new(),
        };
        let batch = format!(
            "link set lo up\naddress add {SPACE}/24 dev {SPACE_DEVICE}\nlink set {SPACE_DEVICE} up\n\
             route add default via {ROUTER}\n"
        );
        routes.in_space("-4", &batch)?;
        Ok(routes)
    }

    /// Puts these rules in the place of those before, and gives the space IPv6 or takes it away.
    pub(crate) fn set(&mut self, rules: Vec<Rule>, ipv6: bool) -> Result<()> {
        for side in [Side::Vpc, Side::Space] {
            for (family, v6) in [("-4", false), ("-6", true)] {
                let mut batch = String::new();
                for (change, rules) in [("del", &self.rules), ("add", &rules)] {
                    let is_meant = |rule: &&Rule| rule.side == side && rule.v6 == v6;
                    for (number, rule) in rules.iter().filter(is_meant).enumerate() {
                        let _ = writeln!(batch, "rule {change} pref {} {}", 10 + number, rule.text);
                    }
                }
                match side {
                    _ if batch.is_empty() => {}
                    Side::Vpc => ip(Command::new("ip").arg(family), &batch)?,
                    Side::Space => self.in_space(family, &batch)?,
                }
            }
        }
        self.rules = rules;
        if self.ipv6 != ipv6 {
            let change = if ipv6 { "add" } else { "del" };
            let address = format!("address {change} {SPACE_V6}/64 dev {SPACE_DEVICE} nodad\n");
            let route = format!("route {change} default via {ROUTER_V6}\n");
            let batch = if ipv6 {
                address + &route
            } else {
                route + &address
            };
            self.in_space("-6", &batch)?;
            self.ipv6 = ipv6;
        }
        Ok(())
    }

    /// Whether packets of full size are lost on the way to the space.
    pub(crate) fn narrow(&mut self, is_narrow: bool) -> Result<()> {
        if self.is_narrow != is_narrow {
            // Segments that the device may put together would pass whole.
            let segments = if is_narrow { 1 } else { 65_535 };
            let batch = format!("link set dev {VPC_DEVICE} gso_max_segs {segments}\n");
            ip(Command::new("ip").arg("-4"), &batch)?;
            self.in_space("-4", if is_narrow { SMALL } else { FULL })?;
            self.is_narrow = is_narrow;
        }
        Ok(())
    }

    fn in_space(&self, family: &str, batch: &str) -> Result<()> {
        let mut command = Command::new("nsenter");
        command.arg(format!("--net=/proc/{}/ns/net", self.space));
        ip(command.args(["ip", family]), batch)
    }
}

/// Lets `ip` run a batch; the command may lead to another namespace.
fn ip(command: &mut Command, batch: &str) -> Result<()> {
    let mut child = command
        .args(["-batch", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .context("cannot run ip (iproute2)")?;
    let mut stdin = child.stdin.take().context("no pipe to ip")?;
    stdin.write_all(batch.as_bytes())?;
    drop(stdin);
    let ended = child.wait_with_output()?;
    if !ended.status.success() {
        bail!(
            "ip: {}\n{batch}",
            String::from_utf8_lossy(&ended.stderr).trim()
        );
    }
    Ok(())
}
