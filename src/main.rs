//! The program: a credential helper when it is asked as one, else the commands.

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use studio_mirror::helper::{cargo_provider, shim};
use studio_mirror::tools::{TOKEN_HELPER, Tool};

fn main() -> ExitCode {
    let mut arguments = std::env::args_os();
    let called_as = arguments.next().unwrap_or_default();
    let name = Path::new(&called_as).file_name().unwrap_or_default();
    let is_keyring = name == "keyring";
    if let Some(name) = name.to_str().filter(|name| name.starts_with(TOKEN_HELPER)) {
        return studio_mirror::helper::token_helper::run(name);
    }
    let mut arguments: Vec<OsString> = arguments.collect();
    if is_keyring {
        return studio_mirror::helper::run(arguments, true);
    }
    // Alone, as cargo's configuration names us: behind `exec` it is the command's.
    if arguments == [cargo_provider::ARGUMENT] {
        return cargo_provider::run();
    }
    if let Some((tool, shim)) = name.to_str().and_then(Tool::of_shim) {
        return shim::run(tool, shim, &arguments);
    }
    // The fast path: a helper call happens on every `pip install` and has no use for a command line parser.
    if arguments.len() > 2 && arguments[0] == "keyring" {
        arguments.remove(0);
        return studio_mirror::helper::run(arguments, false);
    }
    studio_mirror::commands::run()
}
