//! uv, npm and the others.

use super::tools::of;
use crate::check::verdicts::tools::{npm, others, uv};
use crate::check::{Check, Severity};

pub(super) const UV: &[Check] = &[
    Check {
        explanation: "uv reads one file of the project (the nearest uv.toml, or pyproject.toml with a table [tool.uv]), ~/.config/uv/uv.toml and \
            /etc/uv/uv.toml; or the one in UV_CONFIG_FILE alone. One that is no TOML, or that UV_CONFIG_FILE names and that is not there, \
            keeps it from everything.",
        fix: "See the line that uv names, and mend it:\n$ uv pip list --verbose",
        ..of("tools.uv.files", "uv can read its files", uv::files)
    },
    Check {
        explanation: "Login writes an [[index]], which uv knows from 0.4.23 on; an older one stops at a table that it does not know. The oldest that this is \
            tested with is 0.4.30.",
        fix: "$ uv self update\n$ python3 -m pip install --upgrade uv",
        ..of("tools.uv.version", "this uv knows [[index]]", uv::version)
    },
    Check {
        needs: &["tools.uv.files", "tools.uv.version"],
        explanation: "Of all default indexes the first counts: UV_DEFAULT_INDEX, the project's, the user's (where login writes), the system's, and last \
            UV_INDEX_URL; for `uv pip` UV_INDEX_URL comes first. A project's index named codeartifact takes ours away. UV_CONFIG_FILE and \
            UV_NO_CONFIG leave the user's file out, no-index and offline every index. uv reads neither pip.conf nor PIP_* variables.",
        fix: "Take out what wins, or write login's own lines again:\n$ unset UV_DEFAULT_INDEX UV_INDEX_URL UV_CONFIG_FILE UV_NO_CONFIG\n\
            $ studio-mirror login --tool uv",
        ..of("tools.uv.index", "uv goes to the repository", uv::index)
    },
    Check {
        needs: &["tools.uv.index", "keyring.first", "token.age"],
        explanation: "uv asks `keyring` only where keyring-provider is subprocess (UV_KEYRING_PROVIDER, the project's file and a table [pip] win over \
            login's line), and where the index's address names the user aws. A token in the address wins over the helper and expires within 12 \
            hours. With --auth token the address must hold the token that login wrote.",
        fix: "$ unset UV_KEYRING_PROVIDER\n$ studio-mirror login --tool uv",
        ..of(
            "tools.uv.helper",
            "uv gets a token for the repository",
            uv::helper,
        )
    },
    Check {
        needs: &["tools.uv.index"],
        explanation: "uv takes a login in ~/.netrc (or the file that NETRC names) before it asks the helper, and does not ask the helper when the repository \
            refuses it: \"No solution found\". One that is good today blocks tomorrow. pip asks its helper after the refusal, so it does not mind.",
        fix: "Take the repository's host out of it:\n$ vi ~/.netrc",
        ..of(
            "tools.uv.netrc",
            "no login in netrc wins over the helper",
            uv::netrc,
        )
    },
    Check {
        needs: &["tools.uv.index"],
        explanation: "`uv auth login` keeps logins in ~/.local/share/uv/credentials. uv takes one for the repository before it asks the helper, and does \
            not ask the helper when the repository refuses it.",
        fix: "$ uv auth logout https://{repositories_host}/ --username aws",
        ..of(
            "tools.uv.store",
            "no login in uv's store wins over the helper",
            uv::store,
        )
    },
    Check {
        needs: &["tools.uv.index", "network.repositories.http"],
        explanation: "uv trusts a list of CAs that it brings along, not the system's store, unless UV_SYSTEM_CERTS (before 0.11: UV_NATIVE_TLS), or \
            system-certs (native-tls) in uv.toml, says so; SSL_CERT_FILE wins over both. Behind a CA of your organisation's own it needs one of \
            them. https-proxy in uv.toml wins over HTTPS_PROXY, and NO_PROXY exempts nothing from it; a host in allow-insecure-host need \
            not prove who it is. Each is tried at the repository.",
        fix: "Name the CA, or let uv trust the system's store:\n$ export SSL_CERT_FILE={ca_file}\n$ export UV_SYSTEM_CERTS=true",
        ..of(
            "tools.uv.connection",
            "uv's own settings let it through",
            uv::connection,
        )
    },
    Check {
        needs: &["tools.uv.index", "network.repositories.http"],
        explanation: "uv asks every other index before the default one and takes a package from the first that has it: whoever publishes there can replace \
            an internal package (a warning). One that does not answer, as the public one in a VPC without internet, ends the installation (a \
            failure). [[index]] of a project, extra-index-url, find-links, UV_INDEX, UV_EXTRA_INDEX_URL add such indexes.",
        fix: "Take it out; packages of PyPI come by way of CodeArtifact:\n$ unset UV_INDEX UV_EXTRA_INDEX_URL UV_FIND_LINKS",
        ..of(
            "tools.uv.extra-index",
            "uv has no index beside CodeArtifact",
            uv::extra,
        )
    },
];

pub(super) const NPM: &[Check] = &[
    Check {
        explanation: "npm 9 and newer refuse to start because of a login in .npmrc that names no registry: _auth, _authToken, username, _password.",
        fix: "Write it as //HOST/:_authToken for the registry that it belongs to, or take it out:\n$ npm config fix",
        ..of("tools.npm.files", "npm starts with its files", npm::files)
    },
    Check {
        needs: &["tools.npm.files"],
        explanation: "npm merges these, of which the first that names one wins: npm_config_registry (in any case), the project's .npmrc (of the nearest folder with a \
            package.json or node_modules), ~/.npmrc (where login writes; NPM_CONFIG_USERCONFIG moves it), the machine's etc/npmrc. With a \
            --namespace the setting is @SCOPE:registry.",
        fix: "Take out what wins, or write login's own line again:\n$ npm config list\n$ studio-mirror login --tool npm",
        ..of(
            "tools.npm.registry",
            "npm goes to the repository",
            npm::registry,
        )
    },
    Check {
        needs: &["tools.npm.registry", "network.repositories.http"],
        explanation: "What .npmrc and npm_config_* say counts for npm alone: `https-proxy` and `proxy` (unless `noproxy` or NO_PROXY excepts the host), `ca` \
            and `cafile` (in the place of all others), `strict-ssl`. Without them Node trusts a list of its own and what NODE_EXTRA_CA_CERTS \
            names, and not the system's store. Each is tried at the repository.",
        fix: "Take out what stands in the way, or name the CA:\n$ npm config list -l\n$ export NODE_EXTRA_CA_CERTS={ca_file}",
        ..of(
            "tools.npm.connection",
            "npm's own settings let it through",
            npm::connection,
        )
    },
    Check {
        needs: &["tools.npm.registry", "network.repositories.http"],
        severity: Severity::Warning,
        explanation: "A line @SCOPE:registry sends the packages of a scope elsewhere, by whatever way that takes. One that leads to a registry which cannot \
            answer, as the public one in a VPC without internet, lets npm hang over packages of that scope alone.",
        fix: "Take the line out, so that the scope comes by way of CodeArtifact too:\n$ npm config list",
        ..of(
            "tools.npm.scopes",
            "the registries of scopes answer",
            npm::scopes,
        )
    },
    Check {
        needs: &["tools.npm.registry", "token.age"],
        explanation: "npm knows no credential helper: //HOST/npm/REPOSITORY/:_authToken holds its token, found by the registry's whole address first, then by \
            ever less of it. A variable npm_config_//HOST/…:_authToken and the project's .npmrc win over ~/.npmrc, and nobody keeps theirs fresh.",
        fix: "$ studio-mirror login --tool npm\n$ studio-mirror refresh --daemon",
        ..of(
            "tools.npm.token",
            "npm has a token for the repository",
            npm::token,
        )
    },
];

pub(super) const OTHERS: &[Check] = &[
    Check {
        needs: &["token.age"],
        explanation: "pnpm reads ~/.config/pnpm/auth.ini from 11 on, before that ~/.config/pnpm/rc and ~/.npmrc. npm_config_registry, pnpm_config_registry, \
            the project's .npmrc and pnpm-workspace.yaml win over them. Its token comes from a tokenHelper that login names there.",
        fix: "$ studio-mirror login --tool pnpm",
        ..of(
            "tools.pnpm.registry",
            "pnpm goes to the repository",
            others::pnpm,
        )
    },
    Check {
        needs: &["token.age"],
        explanation: "yarn 1 reads ~/.npmrc, berry ~/.yarnrc.yml. YARN_NPM_REGISTRY_SERVER, YARN_RC_FILENAME, YARN_REGISTRY, npm_config_registry, and the \
            project's .yarnrc.yml or .npmrc win over them. yarn knows no helper: its token stands in the file.",
        fix: "$ studio-mirror login --tool yarn",
        ..of(
            "tools.yarn.registry",
            "yarn goes to the repository",
            others::yarn,
        )
    },
    Check {
        needs: &["token.age"],
        explanation: "bun reads ~/.npmrc and ~/.bunfig.toml. BUN_CONFIG_REGISTRY, npm_config_registry, the project's bunfig.toml and .npmrc win over them. \
            bun knows no helper: its token stands in the file.",
        fix: "$ studio-mirror login --tool bun",
        ..of(
            "tools.bun.registry",
            "bun goes to the repository",
            others::bun,
        )
    },
    Check {
        needs: &["keyring.backend", "token.age"],
        explanation: "twine reads the repository codeartifact of ~/.pypirc and asks Python's keyring for the token. TWINE_REPOSITORY, TWINE_REPOSITORY_URL, \
            TWINE_USERNAME and TWINE_PASSWORD win over it.",
        fix: "$ studio-mirror login --tool twine",
        ..of(
            "tools.twine.repository",
            "twine knows the repository",
            others::twine,
        )
    },
    Check {
        needs: &["keyring.backend", "token.age"],
        explanation: "A project of poetry names its sources itself, in pyproject.toml; without one of ours it goes to the public index. The token comes from \
            Python's keyring; a login in ~/.config/pypoetry/auth.toml wins over that and expires within 12 hours.",
        fix: "$ studio-mirror login --tool poetry",
        ..of(
            "tools.poetry.repository",
            "poetry goes to the repository",
            others::poetry,
        )
    },
    Check {
        needs: &["keyring.first", "token.age"],
        explanation: "pdm reads pypi.url of ~/.config/pdm/config.toml. PDM_PYPI_URL, PDM_IGNORE_STORED_INDEX, the project's pdm.toml, and a source named \
            pypi in pyproject.toml win over it. It asks `keyring` for the token.",
        fix: "$ studio-mirror login --tool pdm",
        ..of("tools.pdm.index", "pdm goes to the repository", others::pdm)
    },
    Check {
        needs: &["keyring.backend", "token.age"],
        explanation: "hatch publishes to the repository codeartifact of ~/.config/hatch/config.toml and asks Python's keyring for the token. HATCH_INDEX_REPO, \
            HATCH_INDEX_USER and HATCH_INDEX_AUTH win over it. Its environments are made with pip or uv: see those.",
        fix: "$ studio-mirror login --tool hatch",
        ..of(
            "tools.hatch.repository",
            "hatch knows the repository",
            others::hatch,
        )
    },
    Check {
        needs: &["token.age"],
        explanation: "cargo reads ~/.cargo/config.toml, in which login puts CodeArtifact in the place of crates.io. CARGO_REGISTRIES_CODEARTIFACT_*, \
            CARGO_REGISTRY_DEFAULT, and .cargo/config.toml of the project or a folder above it win over that. Its token comes from a credential \
            provider that login names there.",
        fix: "$ studio-mirror login --tool cargo",
        ..of(
            "tools.cargo.registry",
            "cargo goes to the repository",
            others::cargo,
        )
    },
    Check {
        needs: &["token.age"],
        explanation: "Maven reads ~/.m2/settings.xml: a mirror of Maven Central's name, and the token as a server's password. It asks no helper. A file that \
            -s names, in MAVEN_ARGS or the project's .mvn/maven.config too, is read instead of it.",
        fix: "$ studio-mirror login --tool maven",
        ..of(
            "tools.maven.repository",
            "Maven goes to the repository",
            others::maven,
        )
    },
    Check {
        needs: &["token.age"],
        explanation: "Gradle runs every script of init.d in its home (~/.gradle, or GRADLE_USER_HOME); login's own there puts CodeArtifact in the place of the \
            public repositories that builds name and asks studio-mirror for the token.",
        fix: "$ studio-mirror login --tool gradle",
        ..of(
            "tools.gradle.repository",
            "Gradle goes to the repository",
            others::gradle,
        )
    },
    Check {
        needs: &["token.age"],
        explanation: ".NET reads ~/.nuget/NuGet/NuGet.Config: the source, and the token as its password. A NuGet.Config of the project adds sources, \
            clears ours, or gives its name to another address, which the token then goes to.",
        fix: "$ studio-mirror login --tool dotnet",
        ..of(
            "tools.dotnet.source",
            ".NET goes to the repository",
            others::dotnet,
        )
    },
    Check {
        needs: &["token.age"],
        explanation: "gem reads ~/.gemrc, bundler its own configuration (~/.bundle/config), each with the token. GEMRC, BUNDLE_IGNORE_CONFIG, bundler's \
            variables for mirrors and the project's .bundle/config win over them.",
        fix: "$ studio-mirror login --tool gem",
        ..of(
            "tools.gem.source",
            "gem and bundler go to the repository",
            others::gem,
        )
    },
    Check {
        needs: &["token.age"],
        explanation: "Swift's package manager reads ~/.swiftpm/configuration/registries.json, and the token from ~/.netrc, where its entry has the user token. A \
            registries.json of the project wins over the user's.",
        fix: "$ studio-mirror login --tool swift",
        ..of(
            "tools.swift.registry",
            "Swift goes to the repository",
            others::swift,
        )
    },
];
