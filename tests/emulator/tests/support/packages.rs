//! Packages made by hand: the smallest that pip and npm install.

use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

/// The wheel with other bytes and the same content: a zip may end in a comment.
pub fn altered(mut wheel: Vec<u8>) -> Vec<u8> {
    let length = wheel.len();
    wheel[length - 2] = 1;
    wheel.push(b'!');
    wheel
}

/// The bytes of a pure Python wheel that holds one module.
pub fn wheel(name: &str, version: &str) -> (String, Vec<u8>) {
    let module = name.replace('-', "_");
    let info = format!("{module}-{version}.dist-info");
    let metadata = format!(
        "Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nRequires-Python: >=3.7\n\n"
    );
    let tags = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n";
    let files = [
        (format!("{module}.py"), format!("VERSION = '{version}'\n")),
        (format!("{info}/METADATA"), metadata),
        (format!("{info}/WHEEL"), tags.into()),
        (
            format!("{info}/RECORD"),
            format!("{module}.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n"),
        ),
    ];
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (path, text) in files {
        archive
            .start_file(path, zip::write::SimpleFileOptions::default())
            .unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    (
        format!("{module}-{version}-py3-none-any.whl"),
        archive.finish().unwrap().into_inner(),
    )
}

/// The bytes of a source distribution that nobody can build.
pub fn sdist(name: &str, version: &str) -> (String, Vec<u8>) {
    let stem = format!("{}-{version}", name.replace('-', "_"));
    let metadata = format!("Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n\n");
    let bytes = tarball(&[(&format!("{stem}/PKG-INFO"), &metadata)]);
    (format!("{stem}.tar.gz"), bytes)
}

/// The bytes of a crate that holds nothing.
pub fn a_crate(name: &str, version: &str, source: &str) -> Vec<u8> {
    let stem = format!("{name}-{version}");
    let manifest = format!("[package]\nname = \"{name}\"\nversion = \"{version}\"\n");
    tarball(&[
        (&format!("{stem}/Cargo.toml"), &manifest),
        (&format!("{stem}/src/lib.rs"), source),
    ])
}

/// The bytes of a gem that holds nothing and needs `needed`.
pub fn gem(name: &str, version: &str, needed: Option<&str>) -> Vec<u8> {
    let needs = needed.map_or(" []".to_owned(), |needed| {
        format!(
            "\n- !ruby/object:Gem::Dependency\n  name: {needed}\n  requirement: !ruby/object:Gem::Requirement\n    requirements:\n    \
             - - \"~>\"\n      - !ruby/object:Gem::Version\n        version: '1.0'\n  type: :runtime"
        )
    });
    let metadata = format!(
        "--- !ruby/object:Gem::Specification\nname: {name}\nversion: !ruby/object:Gem::Version\n  version: {version}\n\
         platform: ruby\ndependencies:{needs}\nsummary: {name}\n"
    );
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(metadata.as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    let mut header = tar::Header::new_gnu();
    header.set_size(packed.len() as u64);
    header.set_mode(0o444);
    header.set_cksum();
    let mut archive = tar::Builder::new(Vec::new());
    archive
        .append_data(&mut header, "metadata.gz", packed.as_slice())
        .unwrap();
    archive.into_inner().unwrap()
}

/// The bytes of an npm pack that holds one module.
pub fn pack(name: &str, version: &str) -> (String, Vec<u8>) {
    let manifest =
        serde_json::json!({ "name": name, "version": version, "main": "index.js" }).to_string();
    let bytes = tarball(&[
        ("package/package.json", &manifest),
        ("package/index.js", "module.exports = 1\n"),
    ]);
    let file = format!(
        "{}-{version}.tgz",
        name.trim_start_matches('@').replace('/', "-")
    );
    (file, bytes)
}

fn tarball(files: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = tar::Builder::new(flate2::write::GzEncoder::new(
        Vec::new(),
        flate2::Compression::fast(),
    ));
    for (path, text) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        archive
            .append_data(&mut header, path, text.as_bytes())
            .unwrap();
    }
    archive.into_inner().unwrap().finish().unwrap()
}

/// Puts a package into a folder.
pub fn put(folder: &Path, (name, bytes): (String, Vec<u8>)) -> PathBuf {
    std::fs::create_dir_all(folder).unwrap();
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}
