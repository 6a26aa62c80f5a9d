//! A shell in the space, and the command in it that lays something else.

use crate::Order;
use anyhow::{Context, Result, bail};
use clap::Args;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::Permissions;
use std::io::{BufRead, BufReader, Write};
use std::net::Shutdown;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use studio_mirror_lab::Laboratory;

/// A shell in the space.
#[derive(Args, Debug)]
pub(crate) struct Shell {
    /// Packages, as the emulator takes them
    #[arg(long, value_name = "DIR")]
    packages: PathBuf,
    /// Folders of commands for the space's PATH, the first one first
    #[arg(long, value_name = "DIR")]
    path: Vec<PathBuf>,
    /// The command to run instead of a shell that is spoken with
    #[arg(long, value_name = "SCRIPT")]
    command: Option<String>,
    /// Scenes, worlds and faults
    words: Vec<String>,
}

impl Shell {
    /// Raises a laboratory, lays what was asked for, and runs the shell to its end.
    pub(crate) fn open(&self) -> Result<()> {
        let order = Order::read(self.words.iter().map(String::as_str))?;
        let mut laboratory = Laboratory::raise(Some(self.packages.clone()))?;
        let variables = laboratory.lay(order.world, &order.faults)?;
        let folder = tempfile::Builder::new().prefix("space-").tempdir()?;
        let (home, socket) = (folder.path().join("home"), folder.path().join("socket"));
        std::fs::create_dir(&home)?;
        // Tokens of another laboratory would be of no use here.
        let memory = tempfile::Builder::new()
            .prefix("space-")
            .permissions(Permissions::from_mode(0o700))
            .tempdir_in("/dev/shm")?;
        let rc = folder.path().join("bashrc");
        std::fs::write(&rc, bashrc(&socket)?)?;
        let mut bash = Command::new("nsenter");
        bash.arg(format!("--target={}", laboratory.ready().space))
            .args(["--net", "--mount", "env", "-C"])
            .arg(&home)
            .arg("bash")
            .env_clear()
            .envs(&variables)
            .env("PATH", self.path(&home)?)
            .env("HOME", &home)
            .env("XDG_RUNTIME_DIR", memory.path())
            .env("LANG", "C.UTF-8")
            .env(
                "TERM",
                std::env::var_os("TERM").unwrap_or_else(|| "dumb".into()),
            )
            .env("STUDIO_MIRROR_DOMAIN", "corp")
            .env("STUDIO_MIRROR_DOMAIN_OWNER", "111122223333")
            .env("STUDIO_MIRROR_REPOSITORY", "team")
            .env("PIP_DISABLE_PIP_VERSION_CHECK", "1")
            .env("NPM_CONFIG_UPDATE_NOTIFIER", "false");
        match &self.command {
            Some(script) => bash.env("BASH_ENV", &rc).args(["-c", script]),
            None => bash.arg("--rcfile").arg(&rc),
        };
        let listener = UnixListener::bind(&socket)?;
        let mut shell = bash.spawn().context("cannot run nsenter (util-linux)")?;
        let attendant = std::thread::spawn(move || attend(&listener, laboratory, variables));
        let ended = shell.wait()?;
        // The attendant waits for somebody to come; an empty order is the last.
        UnixStream::connect(&socket)?.shutdown(Shutdown::Both)?;
        let _ = attendant.join();
        drop((folder, memory));
        std::process::exit(ended.code().unwrap_or(1));
    }

    fn path(&self, home: &Path) -> Result<std::ffi::OsString> {
        let own = std::iter::once(home.join(".local/bin"));
        let system = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"].map(PathBuf::from);
        let all = own.chain(self.path.iter().cloned()).chain(system);
        Ok(std::env::join_paths(all)?)
    }
}

/// The command `lab`: what it prints on stdout sets the shell's variables.
fn bashrc(socket: &Path) -> Result<String> {
    let program = std::env::current_exe()?;
    Ok(format!(
        "PS1='\\[\\e[1m\\](lab)\\[\\e[0m\\] \\w $ '\n\
         lab() {{ local set; set=$('{}' tell --socket '{}' \"$@\") && eval \"$set\"; }}\n",
        program.display(),
        socket.display()
    ))
}

/// Lays what each visitor of the socket asks for, until one asks nothing.
fn attend(
    listener: &UnixListener,
    mut laboratory: Laboratory,
    mut variables: BTreeMap<String, String>,
) -> Result<()> {
    loop {
        let (mut visitor, _) = listener.accept()?;
        let mut line = String::new();
        BufReader::new(&visitor).read_line(&mut line)?;
        if line.is_empty() {
            return Ok(());
        }
        let laid = Order::read(line.split_whitespace())
            .and_then(|order| laboratory.lay(order.world, &order.faults));
        let answer = match laid {
            Ok(now) => {
                let change = change(&variables, &now);
                variables = now;
                format!("ok\n{change}")
            }
            Err(cause) => format!("{cause:#}\n"),
        };
        visitor.write_all(answer.as_bytes())?;
    }
}

/// What a shell has to do for its variables to be those of now. No value has a quote in it.
fn change(before: &BTreeMap<String, String>, now: &BTreeMap<String, String>) -> String {
    let mut script = String::new();
    for gone in before.keys().filter(|name| !now.contains_key(*name)) {
        let _ = writeln!(script, "unset {gone}");
    }
    for (name, value) in now
        .iter()
        .filter(|(name, value)| before.get(*name) != Some(value))
    {
        let _ = writeln!(script, "export {name}='{value}'");
    }
    script
}

/// Asks the laboratory for something else, and prints what the shell then has to do.
pub(crate) fn tell(socket: &Path, words: &[String]) -> Result<()> {
    let mut stream = UnixStream::connect(socket).context("the laboratory is over")?;
    writeln!(stream, "{}", words.join(" "))?;
    let mut answer = BufReader::new(stream);
    let mut first = String::new();
    answer.read_line(&mut first)?;
    if first != "ok\n" {
        bail!("{}", first.trim());
    }
    std::io::copy(&mut answer, &mut std::io::stdout())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_is_told_what_is_new_and_what_is_gone() {
        let of = |pairs: &[(&str, &str)]| {
            let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
            pairs.iter().map(own).collect::<BTreeMap<_, _>>()
        };
        let script = change(
            &of(&[("A", "1"), ("B", "2")]),
            &of(&[("B", "3"), ("C", "4")]),
        );
        assert_eq!(script, "unset A\nexport B='3'\nexport C='4'\n");
        assert_eq!(change(&of(&[("A", "1")]), &of(&[("A", "1")])), "");
    }
}
