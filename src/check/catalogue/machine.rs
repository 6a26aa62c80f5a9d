//! What the tools depend on beside their own files.

use super::tools::of;
use crate::check::verdicts::tools::machine;
use crate::check::{Check, Severity};

/// Before the tools' own.
pub(super) const BEFORE_TOOLS: &[Check] = &[
    Check {
        // Without a token to be had, nobody has one to give.
        needs: &["token.mint"],
        explanation: "pip, uv and pdm run the first `keyring` on PATH when they want a token (pip skips one of its own environment). Where that is not \
            studio-mirror it is asked here, as they would ask it: Python's own keyring hands the question on by its configuration \
            (~/.config/python_keyring/keyringrc.cfg), another program of that name does not. In Studio /opt/conda/bin comes first and \
            ~/.local/bin last.",
        fix: "Let ours come first, in ~/.bashrc as well:\n$ export PATH=\"$HOME/.local/bin:$PATH\"",
        ..of(
            "keyring.first",
            "the first `keyring` on PATH gives the token",
            machine::keyring,
        )
    },
    Check {
        explanation: "twine, poetry and hatch import the Python package keyring of their own environment. Login makes a backend of its own the default in \
            ~/.config/python_keyring/keyringrc.cfg; PYTHON_KEYRING_BACKEND, which Dockerfiles like to set to the null backend, wins over that.",
        fix: "$ unset PYTHON_KEYRING_BACKEND\n$ studio-mirror login",
        ..of(
            "keyring.backend",
            "Python's keyring uses studio-mirror's backend",
            machine::backend,
        )
    },
    Check {
        explanation: "npm, yarn, bun, and tools set up with --auth token have their token in a file. It lives 12 hours at most, or as long as login was told; \
            after that they get 401 or 404. `refresh --daemon` replaces it in time, at every start if the lifecycle configuration is attached.",
        fix: "$ studio-mirror login\n$ studio-mirror refresh --daemon",
        ..of(
            "token.age",
            "the tokens in files have not run out",
            machine::age,
        )
    },
    Check {
        needs: &["token.age"],
        severity: Severity::Warning,
        explanation: "Tools without a credential helper have their token in a file, where it expires within 12 hours. `studio-mirror refresh --daemon` renews \
            it in the background until the last logout; the lifecycle script starts it with the space. Tools that ask the helper need none.",
        fix: "$ studio-mirror refresh --daemon",
        ..of(
            "daemon.running",
            "the tokens in files are renewed",
            machine::daemon,
        )
    },
];

/// After the tools' own.
pub(super) const AFTER_TOOLS: &[Check] = &[
    Check {
        severity: Severity::Warning,
        explanation: "A file with a token or a password in it should be readable for its owner alone (0600): on a shared home everybody else gets the role's \
            packages otherwise. Looked at are the tools' own files, ~/.netrc and uv's store. `aws codeartifact login` leaves pip.conf with its \
            token at 0644.",
        fix: "$ chmod 600 ~/.npmrc ~/.netrc ~/.pypirc",
        ..of(
            "files.modes",
            "files with logins are private",
            machine::modes,
        )
    },
    Check {
        severity: Severity::Warning,
        explanation: "`aws codeartifact login`, scripts and copied snippets leave tokens in the tools' files. They expire within 12 hours and wait there to win \
            over the helper once a file is moved or a variable names it. Those that a tool uses now are told by that tool's own check.",
        fix: "Find the lines and take them out:\n$ grep -n 'eyJ2[Z]X' ~/.pip/pip.conf ~/.pypirc ~/.npmrc ~/.netrc | cut -c1-60\n$ vi ~/.pip/pip.conf",
        ..of(
            "files.old-tokens",
            "no token of an earlier login is left",
            machine::old_tokens,
        )
    },
    Check {
        severity: Severity::Warning,
        explanation: "The lifecycle configuration logs in when the space starts and never keeps it from starting, so a failure there is easily missed. Its \
            output is in CloudWatch (group /aws/sagemaker/studio, stream DOMAIN/SPACE/APP/default/LifecycleConfigOnStart); the script of \
            studio-mirror leaves a copy of its last run in ~/.cache/studio-mirror/lifecycle.log.",
        fix: "$ cat ~/.cache/studio-mirror/lifecycle.log\n$ studio-mirror login",
        ..of(
            "lifecycle.log",
            "the last start's login went well",
            machine::lifecycle,
        )
    },
];
