//! What a request at a repository's endpoint asks for, read from the rest of its path. Pure.

use crate::maven::MavenPath;
use crate::names::Format;

/// What is asked of a repository's endpoint.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Call {
    PypiSimple {
        project: String,
        slash: bool,
    },
    /// What `POST` goes to: the endpoint itself.
    PypiUpload,
    PypiFile {
        project: String,
        version: String,
        filename: String,
    },
    NpmPing,
    NpmPackument {
        name: String,
    },
    NpmTarball {
        name: String,
        filename: String,
    },
    NpmPublish {
        name: String,
    },
    NpmDistTags {
        name: String,
    },
    NpmDistTag {
        name: String,
        tag: String,
        removes: bool,
    },
    CargoConfig,
    CargoIndex {
        name: String,
    },
    CargoDownload {
        name: String,
        version: String,
    },
    CargoPublish,
    /// A file, its checksum, or a list of versions.
    Maven(Box<MavenPath>),
    /// The same, sent.
    MavenPublish(Box<MavenPath>),
    Nuget(NugetCall),
    NugetPublish,
    /// The endpoint itself: whether there is a gem server.
    RubyRoot,
    /// A page of the compact index.
    RubyInfo {
        name: String,
    },
    /// The names stand in the query.
    RubyDependencies,
    RubySpecification {
        /// Name, version and, where it is not Ruby's own, platform.
        full: String,
    },
    RubyGem {
        filename: String,
    },
    RubyPush,
    /// Nothing that this emulator serves; `/simple/` among it, as at CodeArtifact.
    Other,
}

/// What is asked of a NuGet endpoint.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum NugetCall {
    Index,
    Registration { name: String },
    Versions { name: String },
    File { name: String, filename: String },
}

impl Call {
    /// The operation that the request log names.
    pub(crate) fn label(&self) -> &'static str {
        match self {
            Call::PypiSimple { .. } => "PypiSimple",
            Call::PypiUpload => "PypiUpload",
            Call::PypiFile { .. } => "PypiFile",
            Call::NpmPing => "NpmPing",
            Call::NpmPackument { .. } => "NpmPackument",
            Call::NpmTarball { .. } => "NpmTarball",
            Call::NpmPublish { .. } => "NpmPublish",
            Call::NpmDistTags { .. } => "NpmDistTags",
            Call::NpmDistTag { .. } => "NpmDistTag",
            Call::CargoConfig => "CargoConfig",
            Call::CargoIndex { .. } => "CargoIndex",
            Call::CargoDownload { .. } => "CargoDownload",
            Call::CargoPublish => "CargoPublish",
            Call::Maven(_) => "Maven",
            Call::MavenPublish(_) => "MavenPublish",
            Call::Nuget(NugetCall::Index) => "NugetIndex",
            Call::Nuget(NugetCall::Registration { .. }) => "NugetRegistration",
            Call::Nuget(NugetCall::Versions { .. }) => "NugetVersions",
            Call::Nuget(NugetCall::File { .. }) => "NugetFile",
            Call::NugetPublish => "NugetPublish",
            Call::RubyRoot => "RubyRoot",
            Call::RubyInfo { .. } => "RubyInfo",
            Call::RubyDependencies => "RubyDependencies",
            Call::RubySpecification { .. } => "RubySpecification",
            Call::RubyGem { .. } => "RubyGem",
            Call::RubyPush => "RubyPush",
            Call::Other => "Other",
        }
    }

    /// Whether it changes what the repository holds.
    pub(crate) fn publishes(&self) -> bool {
        matches!(
            self,
            Call::PypiUpload
                | Call::NpmPublish { .. }
                | Call::NpmDistTag { .. }
                | Call::CargoPublish
                | Call::MavenPublish(_)
                | Call::NugetPublish
                | Call::RubyPush
        )
    }
}

/// Reads what follows an endpoint's own path, percent-decoded.
pub(crate) fn call(method: &str, format: Format, rest: &str) -> Call {
    match format {
        Format::Pypi if method == "POST" && rest.is_empty() => Call::PypiUpload,
        Format::Pypi => pypi_call(rest),
        Format::Npm => npm_dist_tags(method, rest).unwrap_or_else(|| npm_call(method, rest)),
        Format::Cargo => cargo_call(method, rest),
        Format::Maven => maven_call(method, rest),
        Format::Nuget => nuget_call(method, rest),
        Format::Ruby => ruby_call(method, rest),
        _ => Call::Other,
    }
}

fn pypi_call(rest: &str) -> Call {
    let parts: Vec<_> = rest.split('/').collect();
    let simple = |project: &str, slash| Call::PypiSimple {
        project: normalise(project),
        slash,
    };
    match parts.as_slice() {
        ["simple", project] if !project.is_empty() => simple(project, false),
        ["simple", project, ""] if !project.is_empty() => simple(project, true),
        ["simple", project, version, filename] if !filename.is_empty() => Call::PypiFile {
            project: normalise(project),
            version: (*version).into(),
            filename: (*filename).into(),
        },
        _ => Call::Other,
    }
}

fn npm_dist_tags(method: &str, rest: &str) -> Option<Call> {
    let (name, tag) = rest.strip_prefix("-/package/")?.split_once("/dist-tags")?;
    let name = name.into();
    match (method, tag.strip_prefix('/')) {
        ("PUT" | "DELETE", Some(tag)) if !tag.is_empty() => Some(Call::NpmDistTag {
            name,
            tag: tag.into(),
            removes: method == "DELETE",
        }),
        ("GET", None) if tag.is_empty() => Some(Call::NpmDistTags { name }),
        _ => None,
    }
}

fn npm_call(method: &str, rest: &str) -> Call {
    if rest == "-/ping" {
        return Call::NpmPing;
    }
    if let Some((name, filename)) = rest.split_once("/-/") {
        return Call::NpmTarball {
            name: name.into(),
            filename: filename.into(),
        };
    }
    let parts: Vec<_> = rest.split('/').collect();
    let is_name = match parts.as_slice() {
        [name] => !name.is_empty() && !name.starts_with(['@', '-']),
        [scope, name] => scope.starts_with('@') && !name.is_empty(),
        _ => false,
    };
    match (is_name, method) {
        (true, "PUT") => Call::NpmPublish { name: rest.into() },
        (true, _) => Call::NpmPackument { name: rest.into() },
        (false, _) => Call::Other,
    }
}

fn cargo_call(method: &str, rest: &str) -> Call {
    let parts: Vec<_> = rest.split('/').collect();
    match parts.as_slice() {
        ["config.json"] => Call::CargoConfig,
        ["api", "v1", "crates", "new"] if method == "PUT" => Call::CargoPublish,
        ["api", "v1", "crates", name, version, "download"] => Call::CargoDownload {
            name: (*name).into(),
            version: (*version).into(),
        },
        path => crate::cargo::crate_of(path).map_or(Call::Other, |name| Call::CargoIndex { name }),
    }
}

fn maven_call(method: &str, rest: &str) -> Call {
    match (MavenPath::read(rest).map(Box::new), method) {
        (None, _) => Call::Other,
        (Some(path), "PUT") => Call::MavenPublish(path),
        (Some(path), _) => Call::Maven(path),
    }
}

fn nuget_call(method: &str, rest: &str) -> Call {
    let parts: Vec<_> = rest.trim_end_matches('/').split('/').collect();
    let name = |name: &str| name.to_lowercase();
    Call::Nuget(match parts.as_slice() {
        ["v2", "package"] if method == "PUT" => return Call::NugetPublish,
        ["v3", "index.json"] => NugetCall::Index,
        ["v3", "registrations", id, "index.json"] => NugetCall::Registration { name: name(id) },
        ["v3", "flatcontainer", id, "index.json"] => NugetCall::Versions { name: name(id) },
        ["v3", "flatcontainer", id, _, file] => NugetCall::File {
            name: name(id),
            filename: name(file),
        },
        _ => return Call::Other,
    })
}

fn ruby_call(method: &str, rest: &str) -> Call {
    let parts: Vec<_> = rest.split('/').collect();
    match parts.as_slice() {
        [""] => Call::RubyRoot,
        ["info", name] => Call::RubyInfo {
            name: (*name).into(),
        },
        ["api", "v1", "dependencies"] => Call::RubyDependencies,
        ["api", "v1", "gems"] if method == "POST" => Call::RubyPush,
        ["quick", "Marshal.4.8", file] => match file.strip_suffix(".gemspec.rz") {
            Some(full) => Call::RubySpecification { full: full.into() },
            None => Call::Other,
        },
        ["gems", filename] => Call::RubyGem {
            filename: (*filename).into(),
        },
        _ => Call::Other,
    }
}

/// A project name as PEP 503 normalises it.
pub(crate) fn normalise(name: &str) -> String {
    let mut normal = String::new();
    for part in name.split(['-', '_', '.']).filter(|part| !part.is_empty()) {
        if !normal.is_empty() {
            normal.push('-');
        }
        normal.push_str(&part.to_lowercase());
    }
    normal
}
