//! The space: a network and a mount namespace that one waiting process holds.

use anyhow::{Context, Result, ensure};
use std::fmt::Write as _;
use std::io::{BufRead, BufReader};
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

/// Makes the files of the laboratory the system's own, here alone; then waits until the laboratory is over.
const SCRIPT: &str = r#"
lay() { if [ -e "$2" ]; then mount --bind "$1" "$2"; fi; }
lay "$1/resolv.conf" /etc/resolv.conf
lay "$1/hosts" /etc/hosts
lay "$1/nsswitch.conf" /etc/nsswitch.conf
for settings in /etc/pip.conf /etc/npmrc /etc/uv/uv.toml; do lay /dev/null "$settings"; done
mount -t tmpfs tmpfs /etc/ssl/certs
touch /etc/ssl/certs/ca-certificates.crt
lay "$1/system.pem" /etc/ssl/certs/ca-certificates.crt
echo ready
exec cat >/dev/null
"#;

/// The space, gone with this value.
pub(crate) struct Space {
    holder: Child,
    _stdin: ChildStdin,
    folder: PathBuf,
}

impl Space {
    /// One whose system files are those in `folder`.
    pub(crate) fn open(folder: &Path) -> Result<Space> {
        let switch = "passwd: files\ngroup: files\nhosts: files dns\n";
        std::fs::write(folder.join("nsswitch.conf"), switch)?;
        for later in ["resolv.conf", "hosts", "system.pem"] {
            std::fs::write(folder.join(later), "")?;
        }
        let mut holder = Command::new("unshare")
            .args(["--net", "--mount", "sh", "-euc", SCRIPT, "space"])
            .arg(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot run unshare (util-linux)")?;
        let stdin = holder.stdin.take().context("no pipe to the space")?;
        let mut ready = String::new();
        BufReader::new(holder.stdout.take().context("no pipe from the space")?)
            .read_line(&mut ready)?;
        ensure!(ready == "ready\n", "the space did not come up");
        Ok(Space {
            holder,
            _stdin: stdin,
            folder: folder.into(),
        })
    }

    /// The process whose namespaces are the space's.
    pub(crate) fn holder(&self) -> u32 {
        self.holder.id()
    }

    /// Tells the space whom to ask for names, and what it knows of some by itself.
    pub(crate) fn tell(&self, nameservers: &[Ipv4Addr], hosts: &[(Ipv4Addr, &str)]) -> Result<()> {
        let mut resolv = String::from("options timeout:2 attempts:1\n");
        for server in nameservers {
            let _ = writeln!(resolv, "nameserver {server}");
        }
        let mut known = String::from("127.0.0.1 localhost\n");
        for (address, name) in hosts {
            let _ = writeln!(known, "{address} {name}");
        }
        // Written in place: what is mounted over the system's files are these very ones.
        std::fs::write(self.folder.join("resolv.conf"), resolv)?;
        std::fs::write(self.folder.join("hosts"), known)?;
        Ok(())
    }
}

impl Drop for Space {
    fn drop(&mut self) {
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}
