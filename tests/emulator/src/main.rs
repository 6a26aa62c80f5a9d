//! `studio-mirror-emulator`: an emulator as a process of its own, told about by one line of JSON.

use anyhow::Result;
use clap::Parser;
use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use studio_mirror_emulator::{Emulator, EndpointStyle, Options, Setup};
use tokio::io::AsyncReadExt;
use tokio::signal::unix::{SignalKind, signal};

/// A strict stand-in for CodeArtifact and STS.
///
/// Prints one line of JSON when ready: {"http","https","assets","ca"}. Runs until stdin ends or SIGTERM comes.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Address for HTTP; may be repeated, the first is the one that is told
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    listen: Vec<SocketAddr>,
    /// Address for HTTPS
    #[arg(long, value_name = "ADDRESS")]
    https_listen: Option<SocketAddr>,
    /// Address of the asset host; npm keeps its token from it only if its IP address is another one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.2:0")]
    assets_listen: SocketAddr,
    /// Name that tarballs are redirected to instead of that address, at HTTPS's own port
    #[arg(long, value_name = "NAME")]
    assets_name: Option<String>,
    /// Domains, repositories and principals, in TOML
    #[arg(long, value_name = "FILE")]
    setup: Option<PathBuf>,
    /// Packages: the public index directly in it, a repository's own in a folder of its name
    #[arg(long, value_name = "DIR")]
    packages: Option<PathBuf>,
    /// A folder in Maven's layout that stands for Maven Central behind the packages
    #[arg(long, value_name = "DIR")]
    maven_central: Option<PathBuf>,
    /// Where the CA and fetched packages are kept
    #[arg(long, value_name = "DIR")]
    state_dir: Option<PathBuf>,
    /// Let external connections reach what this machine's own pip and npm are set up for
    #[arg(long)]
    passthrough: bool,
    /// Append one line of JSON for each request
    #[arg(long, value_name = "FILE")]
    request_log: Option<PathBuf>,
    /// Which names GetRepositoryEndpoint answers with
    #[arg(long, value_enum, default_value = "loopback")]
    endpoint_style: EndpointStyle,
    /// Keep running when stdin ends
    #[arg(long)]
    stay: bool,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let emulator = Emulator::start(Options {
        listen: arguments.listen,
        https_listen: arguments.https_listen,
        assets_listen: arguments.assets_listen,
        assets_name: arguments.assets_name,
        setup: arguments
            .setup
            .as_deref()
            .map(Setup::read)
            .transpose()?
            .unwrap_or_default(),
        packages: arguments.packages,
        maven_central: arguments.maven_central,
        state_dir: arguments.state_dir,
        passthrough: arguments.passthrough,
        request_log: arguments.request_log,
        endpoint_style: arguments.endpoint_style,
    })?;
    let ready = serde_json::json!({
        "http": emulator.http_url(),
        "https": emulator.https_url(),
        "assets": emulator.assets_url(),
        "ca": emulator.https_url().map(|_| emulator.ca_pem()),
    });
    let mut stdout = std::io::stdout();
    writeln!(stdout, "{ready}")?;
    stdout.flush()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(until_told(arguments.stay))?;
    // Reading stdin goes on in a thread of tokio's that nothing can wake.
    runtime.shutdown_background();
    Ok(())
}

/// Waits for SIGTERM, an interrupt, or (unless told to stay) the end of stdin.
async fn until_told(stay: bool) -> Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut stdin = tokio::io::stdin();
    let mut sink = [0; 512];
    let ended = async {
        while !stay && stdin.read(&mut sink).await.is_ok_and(|read| read > 0) {}
        if stay {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
        () = ended => {}
    }
    Ok(())
}
