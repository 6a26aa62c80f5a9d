//! RubyGems' wire, as far as CodeArtifact has it: the dependencies API (Marshal), a package's page of the compact index, a
//! version's specification, the gems. There is no list of all packages: neither `/versions` nor `specs.4.8.gz`.

use crate::asset::{Asset, Content};
use crate::marshal::{Value, dump};
use crate::names::Format;
use anyhow::{Context, Result, bail};
use flate2::Compression;
use flate2::read::{GzDecoder, ZlibEncoder};
use serde_json::{Value as Json, json};
use std::io::Read;
use std::sync::Arc;
use yaml_rust2::{Yaml, YamlLoader};

/// The gem that these bytes are, with what its metadata says of it.
///
/// # Errors
/// When they are no gem.
pub(crate) fn read(bytes: &[u8], content: Content) -> Result<Asset> {
    let text = metadata(bytes)?;
    let documents = YamlLoader::load_from_str(&text).context("its metadata is no YAML")?;
    let spec = documents.first().context("its metadata is empty")?;
    let name = string(&spec["name"]).context("its metadata has no name")?;
    let version = string(&spec["version"]["version"]).context("its metadata has no version")?;
    let platform = string(&spec["platform"]).unwrap_or_else(|| "ruby".into());
    let dependencies: Vec<Json> = list(&spec["dependencies"])
        .filter(|one| string(&one["type"]).as_deref() != Some(":development"))
        .filter_map(|one| {
            Some(json!([
                string(&one["name"])?,
                requirements(&one["requirement"])
            ]))
        })
        .collect();
    let manifest = json!({
        "name": name, "version": version, "platform": platform, "dependencies": dependencies,
        "summary": string(&spec["summary"]).unwrap_or_default(),
        "ruby": requirements(&spec["required_ruby_version"]),
        "rubygems": requirements(&spec["required_rubygems_version"]),
        "authors": list(&spec["authors"]).filter_map(string).collect::<Vec<_>>(),
    });
    let full = match platform.as_str() {
        "ruby" => format!("{name}-{version}"),
        _ => format!("{name}-{version}-{platform}"),
    };
    let mut asset = Asset::new(
        Format::Ruby,
        &name,
        &version,
        &format!("{full}.gem"),
        content,
    );
    asset.manifest = Some(manifest);
    Ok(asset)
}

fn metadata(bytes: &[u8]) -> Result<String> {
    for entry in tar::Archive::new(bytes).entries()? {
        let entry = entry?;
        if entry.path()?.as_os_str() == "metadata.gz" {
            let mut text = String::new();
            GzDecoder::new(entry).read_to_string(&mut text)?;
            return Ok(text);
        }
    }
    bail!("no metadata.gz in it")
}

fn list(yaml: &Yaml) -> impl Iterator<Item = &Yaml> {
    yaml.as_vec().into_iter().flatten()
}

/// A scalar as it is written.
fn string(yaml: &Yaml) -> Option<String> {
    match yaml {
        Yaml::String(text) | Yaml::Real(text) => Some(text.clone()),
        Yaml::Integer(number) => Some(number.to_string()),
        _ => None,
    }
}

/// `[["~>", "1.0"], …]`
fn requirements(yaml: &Yaml) -> Vec<[String; 2]> {
    list(&yaml["requirements"])
        .filter_map(|pair| Some([string(&pair[0])?, string(&pair[1]["version"])?]))
        .collect()
}

/// The page of a package in the compact index.
pub(crate) fn info(files: &[Arc<Asset>]) -> String {
    let line = |asset: &Arc<Asset>| {
        let spec = asset.manifest.as_ref()?;
        let version = match spec["platform"].as_str()? {
            "ruby" => asset.version.clone(),
            platform => format!("{}-{platform}", asset.version),
        };
        let dependencies: Vec<String> = spec["dependencies"]
            .as_array()?
            .iter()
            .map(|one| format!("{}:{}", text(&one[0]), joined(&one[1], "&")))
            .collect();
        let sum = asset.sha256.as_deref().unwrap_or_default();
        Some(format!(
            "{version} {}|checksum:{sum},ruby:{},rubygems:{}\n",
            dependencies.join(","),
            joined(&spec["ruby"], "&"),
            joined(&spec["rubygems"], "&"),
        ))
    };
    let lines: String = files.iter().filter_map(line).collect();
    format!("---\n{lines}")
}

/// The answer of the dependencies API.
pub(crate) fn dependencies(files: &[Arc<Asset>]) -> Vec<u8> {
    let entry = |asset: &Arc<Asset>| {
        let spec = asset.manifest.as_ref()?;
        let needs = spec["dependencies"].as_array()?.iter().map(|one| {
            let name = Value::Text(text(&one[0]));
            Value::List(vec![name, Value::Text(joined(&one[1], ", "))])
        });
        Some(Value::Hash(vec![
            ("name", Value::Text(asset.name.clone())),
            ("number", Value::Text(asset.version.clone())),
            ("platform", Value::Text(text(&spec["platform"]))),
            ("dependencies", Value::List(needs.collect())),
        ]))
    };
    dump(&Value::List(files.iter().filter_map(entry).collect()))
}

/// A version's specification, as `quick/Marshal.4.8/….gemspec.rz` holds it.
///
/// # Errors
/// When it cannot be compressed.
pub(crate) fn specification(asset: &Asset) -> Result<Vec<u8>> {
    let spec = asset
        .manifest
        .as_ref()
        .context("a gem without a specification")?;
    let needs = spec["dependencies"].as_array().into_iter().flatten();
    let needs = needs.map(|one| {
        Value::Object(
            "Gem::Dependency",
            vec![
                ("@name", Value::Text(text(&one[0]))),
                ("@requirement", requirement(&one[1])),
                ("@type", Value::Symbol("runtime")),
                ("@prerelease", Value::False),
                ("@version_requirements", requirement(&one[1])),
            ],
        )
    });
    let authors = spec["authors"].as_array().into_iter().flatten().map(text);
    let platform = || Value::Text(text(&spec["platform"]));
    // What Gem::Specification#_dump writes, in its order.
    let fields = vec![
        Value::Text("3.3.15".into()),
        Value::Integer(4),
        Value::Text(asset.name.clone()),
        self::version(&asset.version),
        Value::Text("2026-01-01".into()),
        Value::Text(text(&spec["summary"])),
        requirement(&spec["ruby"]),
        requirement(&spec["rubygems"]),
        platform(),
        Value::List(needs.collect()),
        Value::Text(String::new()),
        Value::Nil,
        Value::List(authors.map(Value::Text).collect()),
        Value::Nil,
        Value::Nil,
        Value::True,
        platform(),
        Value::List(Vec::new()),
        Value::Hash(Vec::new()),
    ];
    let fields = dump(&Value::List(fields));
    let whole = dump(&Value::Dumped("Gem::Specification", fields));
    let mut deflated = Vec::new();
    ZlibEncoder::new(whole.as_slice(), Compression::fast()).read_to_end(&mut deflated)?;
    Ok(deflated)
}

fn version(version: &str) -> Value {
    let text = Value::List(vec![Value::Text(version.into())]);
    Value::Own("Gem::Version", Box::new(text))
}

fn requirement(pairs: &Json) -> Value {
    let pairs = pairs.as_array().into_iter().flatten();
    let pairs = pairs.map(|pair| {
        let operator = Value::Text(text(&pair[0]));
        Value::List(vec![operator, version(&text(&pair[1]))])
    });
    let pairs = Value::List(pairs.collect());
    Value::Own("Gem::Requirement", Box::new(Value::List(vec![pairs])))
}

fn joined(requirements: &Json, by: &str) -> String {
    let pairs = requirements.as_array().into_iter().flatten();
    let pairs: Vec<String> = pairs
        .map(|pair| format!("{} {}", text(&pair[0]), text(&pair[1])))
        .collect();
    match pairs.is_empty() {
        true => ">= 0".into(),
        false => pairs.join(by),
    }
}

fn text(json: &Json) -> String {
    json.as_str().unwrap_or_default().to_owned()
}
