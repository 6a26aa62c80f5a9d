//! `studio-mirror-lab`: a laboratory as a process, told what to lay by lines of text.

mod shell;

use anyhow::{Context, Result, bail};
use clap::{Parser, Subcommand};
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{BufRead, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use studio_mirror_lab::{Fault, Laboratory, SCENES, Scene, World};

/// A Studio space and its VPC in network namespaces, with whatever is to be wrong in them.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    what: What,
    /// The namespaces are made
    #[arg(long, hide = true, global = true)]
    inside: bool,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Whether this machine lets us make the namespaces
    Possible,
    /// The scenes, worlds and faults
    List,
    /// Keeps a laboratory until stdin ends. Each line of stdin names what to lay; each is answered by a line of JSON
    Serve {
        /// Packages, as the emulator takes them
        #[arg(long, value_name = "DIR")]
        packages: Option<PathBuf>,
    },
    /// Opens a shell in the space
    Shell(shell::Shell),
    /// What the command `lab` in that shell runs
    #[command(hide = true)]
    Tell {
        #[arg(long)]
        socket: PathBuf,
        words: Vec<String>,
    },
}

fn main() -> ExitCode {
    let Err(cause) = run(&Arguments::parse()) else {
        return ExitCode::SUCCESS;
    };
    let _ = writeln!(std::io::stderr(), "error: {cause:#}");
    ExitCode::FAILURE
}

fn run(arguments: &Arguments) -> Result<()> {
    match &arguments.what {
        What::List => list(),
        What::Tell { socket, words } => shell::tell(socket, words),
        _ if !arguments.inside => go_inside(),
        What::Possible => Laboratory::raise(None).map(drop),
        What::Serve { packages } => serve(packages.as_deref()),
        What::Shell(shell) => shell.open(),
    }
}

/// Runs this program again in namespaces of its own, as their root.
fn go_inside() -> Result<()> {
    let mut unshare = Command::new("unshare");
    unshare.args(["--net", "--mount"]);
    if !is_root()? {
        unshare.args(["--user", "--map-root-user"]);
    }
    // First, where no `--` can make a name of it: it would go inside for ever.
    unshare.arg(std::env::current_exe()?).arg("--inside");
    let cause = unshare.args(std::env::args_os().skip(1)).exec();
    Err(cause).context("cannot run unshare (util-linux)")
}

fn is_root() -> Result<bool> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let uids = status.lines().find_map(|line| line.strip_prefix("Uid:"));
    Ok(uids.and_then(|line| line.split_whitespace().nth(1)) == Some("0"))
}

fn list() -> Result<()> {
    let mut stdout = std::io::stdout().lock();
    for scene in SCENES {
        writeln!(stdout, "{:<48} {}", scene.name, order_of(scene))?;
    }
    let worlds: Vec<_> = World::ALL.iter().map(ToString::to_string).collect();
    writeln!(stdout, "\nworlds: {}", worlds.join(" "))?;
    let faults: Vec<_> = Fault::all().iter().map(ToString::to_string).collect();
    writeln!(stdout, "\nfaults: {}", faults.join(" "))?;
    Ok(())
}

/// A scene, spelt out as [`Order`] reads it.
fn order_of(scene: &Scene) -> String {
    let faults = scene.faults.iter().map(ToString::to_string);
    let words: Vec<_> = std::iter::once(scene.world.to_string())
        .chain(faults)
        .collect();
    words.join(" ")
}

/// What is to be laid: a world, and what is wrong with it.
#[derive(Debug)]
struct Order {
    world: World,
    faults: Vec<Fault>,
}

impl Order {
    /// Reads the names of scenes, worlds and faults; all faults together, in the last world that is named.
    fn read<'a>(words: impl IntoIterator<Item = &'a str>) -> Result<Order> {
        let mut order = Order {
            world: World::Ipv4,
            faults: Vec::new(),
        };
        for word in words {
            if let Some(scene) = Scene::named(word) {
                order.world = scene.world;
                order.faults.extend(scene.faults);
            } else if let Ok(world) = word.parse() {
                order.world = world;
            } else if let Ok(fault) = word.parse() {
                order.faults.push(fault);
            } else {
                bail!("no scene, world or fault is called {word:?}; --list shows them all");
            }
        }
        Ok(order)
    }
}

/// What a line of stdin is answered.
#[derive(Debug, Serialize)]
#[serde(rename_all = "lowercase")]
enum Laid {
    Environment(BTreeMap<String, String>),
    Error(String),
}

fn serve(packages: Option<&Path>) -> Result<()> {
    let mut laboratory = Laboratory::raise(packages.map(Into::into))?;
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{}", serde_json::to_string(&laboratory.ready())?)?;
    stdout.flush()?;
    for line in std::io::stdin().lock().lines() {
        let laid = Order::read(line?.split_whitespace())
            .and_then(|order| laboratory.lay(order.world, &order.faults));
        let laid = match laid {
            Ok(environment) => Laid::Environment(environment),
            Err(cause) => Laid::Error(format!("{cause:#}")),
        };
        writeln!(stdout, "{}", serde_json::to_string(&laid)?)?;
        stdout.flush()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scene_is_read_back_from_its_name_and_from_its_words() {
        for scene in SCENES {
            let words = order_of(scene);
            for spelt in [scene.name, &words] {
                let order = Order::read(spelt.split(' ')).unwrap();
                assert_eq!(
                    (order.world, &order.faults[..]),
                    (scene.world, scene.faults)
                );
            }
        }
        assert!(Order::read(["nonsense"]).is_err());
    }
}
