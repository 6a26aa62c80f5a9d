//! pip, and what the checks of all tools have in common: whether what a tool really uses ends at our repository.

use std::time::Duration;

use crate::check::verdicts::tools::pip;
use crate::check::{Check, Evidence, Mender, Severity, Verdict};

/// What most checks of tools have in common: files alone tell, and whoever reads this mends it.
pub(super) const fn of(
    id: &'static str,
    title: &'static str,
    judge: fn(&Evidence) -> Option<Verdict>,
) -> Check {
    Check {
        id,
        title,
        needs: &[],
        severity: Severity::Failure,
        limit: Duration::ZERO,
        mender: Mender::You,
        explanation: "",
        fix: "",
        judge,
    }
}

pub(super) const PIP: &[Check] = &[
    Check {
        explanation: "A pip.conf that pip cannot read keeps it from everything, `pip config` included: a section or a key that is there twice, a key \
            without a value, a line before the first [section], a byte order mark, other text than UTF-8. The files are /etc/xdg/pip/pip.conf, \
            /etc/pip.conf, ~/.pip/pip.conf, ~/.config/pip/pip.conf, pip.conf in the environment's own folder (conda's too), and the one that \
            PIP_CONFIG_FILE names.",
        fix: "See the line that pip names, and mend it:\n$ pip config debug",
        ..of("tools.pip.files", "pip can read its files", pip::files)
    },
    Check {
        needs: &["tools.pip.files"],
        explanation: "pip asks a credential helper (keyring-provider = subprocess) from 23.1 on. An older one takes no notice of that line, asks for a \
            user name where there is a terminal, and fails with 401 elsewhere. It is the first pip on PATH that counts: a virtual environment \
            brings its own, often an old one.",
        fix: "Let pip read its token from its own file, which login and `refresh --daemon` keep fresh; or take a newer pip:\n\
            $ studio-mirror login --tool pip --auth token\n\
            $ python3 -m pip install --upgrade pip",
        ..of(
            "tools.pip.version",
            "this pip knows the credential helper",
            pip::version,
        )
    },
    Check {
        needs: &["tools.pip.files"],
        explanation: "pip merges, each winning over those before: /etc/xdg/pip/pip.conf, /etc/pip.conf, ~/.pip/pip.conf, ~/.config/pip/pip.conf (where \
            login writes), pip.conf of the Python environment (conda's too), the file in PIP_CONFIG_FILE, then PIP_INDEX_URL. [install] wins \
            over [global] in whatever file. With PIP_CONFIG_FILE the two files in the home are not read. What counts must be the \
            repository's address.",
        fix: "Take out what wins, or write login's own line again:\n$ pip config debug\n$ studio-mirror login --tool pip",
        ..of("tools.pip.index", "pip goes to the repository", pip::index)
    },
    Check {
        needs: &[
            "tools.pip.index",
            "tools.pip.version",
            "keyring.first",
            "token.age",
        ],
        explanation: "With the helper, pip's index address names the user aws and no password, and keyring-provider is subprocess: then pip runs the \
            first `keyring` on PATH after a 401. A token in the address wins over the helper and expires within 12 hours; `disabled` asks nobody, \
            `auto` nobody without a terminal. With --auth token the address must hold the token that login wrote.",
        fix: "$ studio-mirror login --tool pip",
        ..of(
            "tools.pip.helper",
            "pip gets a token for the repository",
            pip::helper,
        )
    },
    Check {
        needs: &["tools.pip.index", "network.repositories.http"],
        explanation: "What pip.conf and PIP_* say counts for pip alone: `proxy` (NO_PROXY exempts nothing from it), `cert` (REQUESTS_CA_BUNDLE \
            where it says nothing), `client-cert`, `trusted-host`. pip from 24.2 on, by Python 3.10 or newer, trusts the system's store beside \
            them, an older one a list of its own. Each is tried at the repository. A file that is not there stops pip before it asks anybody.",
        fix: "Take out what stands in the way:\n$ unset PIP_PROXY PIP_CERT PIP_CLIENT_CERT REQUESTS_CA_BUNDLE\n$ pip config debug",
        ..of(
            "tools.pip.connection",
            "pip's own settings let it through",
            pip::connection,
        )
    },
    Check {
        needs: &["tools.pip.index", "network.repositories.http"],
        explanation: "pip takes the highest version of all its indexes. One that answers lets whoever publishes there replace an internal package \
            (dependency confusion): a warning. One that cannot answer in a VPC without internet makes pip wait through six attempts of 15 seconds \
            for every package: a failure. extra-index-url, find-links and their variables add such indexes; a CodeArtifact repository \
            with the public one as its upstream needs none.",
        fix: "Take it out; packages of PyPI come by way of CodeArtifact:\n$ pip config unset global.extra-index-url\n$ unset PIP_EXTRA_INDEX_URL",
        ..of(
            "tools.pip.extra-index",
            "pip has no index beside CodeArtifact",
            pip::extra,
        )
    },
];
