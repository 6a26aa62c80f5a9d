//! Publishing as plainly as curl would: forms and documents that are sound, for tests to break.

use super::packages::pack;
use super::{Answer, World, request};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use blake2::Blake2b;
use blake2::digest::consts::U32;
use md5::Md5;
use serde_json::{Value, json};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};
use std::collections::BTreeMap;

/// A repository endpoint of domain `corp`, without the format.
pub const CORP: &str = "/d/corp-111122223333";

/// Somebody with a token who publishes to repository `team`, unless it says otherwise.
pub struct Publisher {
    pub world: World,
    pub bearer: String,
}

impl Publisher {
    pub fn new() -> Publisher {
        Publisher::of(World::new())
    }

    pub fn of(world: World) -> Publisher {
        let bearer = format!("Bearer {}", world.token());
        Publisher { world, bearer }
    }

    pub fn send(&self, method: &str, path: &str, kind: &str, body: impl AsRef<[u8]>) -> Answer {
        let headers = [
            ("Authorization", self.bearer.as_str()),
            ("Content-Type", kind),
        ];
        request(
            method,
            &self.world.emulator.http_url(),
            path,
            &headers,
            body,
        )
    }

    pub fn get(&self, path: &str) -> Answer {
        self.world.get(path, &[("Authorization", &self.bearer)])
    }

    pub fn upload_to(&self, repository: &str, upload: &Upload) -> Answer {
        let path = format!("/pypi{CORP}/{repository}/");
        let kind = "multipart/form-data; boundary=a-boundary";
        self.send("POST", &path, kind, upload.body())
    }

    pub fn upload(&self, upload: &Upload) -> Answer {
        self.upload_to("team", upload)
    }

    /// The project's page in a repository.
    pub fn project(&self, repository: &str, project: &str) -> Answer {
        self.get(&format!("/pypi{CORP}/{repository}/simple/{project}/"))
    }

    pub fn publish_to(&self, repository: &str, name: &str, document: &Value) -> Answer {
        let path = format!("/npm{CORP}/{repository}/{}", name.replace('/', "%2f"));
        self.send("PUT", &path, "application/json", document.to_string())
    }

    pub fn publish(&self, name: &str, document: &Value) -> Answer {
        self.publish_to("team", name, document)
    }

    /// The packument that a repository answers with.
    pub fn packument(&self, repository: &str, name: &str) -> Answer {
        self.get(&format!(
            "/npm{CORP}/{repository}/{}",
            name.replace('/', "%2f")
        ))
    }

    /// The versions of an npm package that a repository offers.
    pub fn versions(&self, repository: &str, name: &str) -> Vec<String> {
        let answer = self.packument(repository, name);
        match answer.status {
            200 => answer.json()["versions"]
                .as_object()
                .unwrap()
                .keys()
                .cloned()
                .collect(),
            _ => Vec::new(),
        }
    }
}

/// A form of PyPI's legacy upload.
#[derive(Clone)]
pub struct Upload {
    pub fields: BTreeMap<String, String>,
    pub filename: String,
    pub bytes: Vec<u8>,
}

impl Upload {
    /// What twine would send for a distribution.
    pub fn of(name: &str, version: &str, (filename, bytes): (String, Vec<u8>)) -> Upload {
        let kind = match filename.ends_with(".whl") {
            true => "bdist_wheel",
            false => "sdist",
        };
        let fields = [
            (":action", "file_upload"),
            ("protocol_version", "1"),
            ("metadata_version", "2.1"),
            ("name", name),
            ("version", version),
            ("filetype", kind),
        ];
        let mut upload = Upload {
            fields: fields
                .map(|(name, value)| (name.into(), value.into()))
                .into(),
            filename,
            bytes,
        };
        upload.digest();
        upload
    }

    /// Sets the digests to those of the bytes.
    pub fn digest(&mut self) {
        let digests = [
            ("md5_digest", hex(&Md5::digest(&self.bytes))),
            ("sha256_digest", hex(&Sha256::digest(&self.bytes))),
            (
                "blake2_256_digest",
                hex(&Blake2b::<U32>::digest(&self.bytes)),
            ),
        ];
        self.fields
            .extend(digests.map(|(name, digest)| (name.into(), digest)));
    }

    /// The upload with a field changed, or left out for `None`.
    pub fn with(&self, field: &str, value: Option<&str>) -> Upload {
        let mut changed = self.clone();
        changed.fields.remove(field);
        if let Some(value) = value {
            changed.fields.insert(field.into(), value.into());
        }
        changed
    }

    pub fn named(&self, filename: &str) -> Upload {
        let mut changed = self.clone();
        changed.filename = filename.into();
        changed
    }

    pub fn body(&self) -> Vec<u8> {
        let mut body = String::new();
        for (name, value) in &self.fields {
            body += &format!(
                "--a-boundary\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            );
        }
        body += &format!(
            "--a-boundary\r\nContent-Disposition: form-data; name=\"content\"; filename=\"{}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n",
            self.filename
        );
        [
            body.as_bytes(),
            &self.bytes,
            b"\r\n--a-boundary--\r\n".as_slice(),
        ]
        .concat()
    }
}

/// What npm would put for a package of one module.
pub fn document(name: &str, version: &str) -> Value {
    document_of(name, version, &pack(name, version).1)
}

/// What npm would put for a tarball.
pub fn document_of(name: &str, version: &str, tarball: &[u8]) -> Value {
    let file = format!("{name}-{version}.tgz");
    let dist = json!({
        "integrity": format!("sha512-{}", STANDARD.encode(Sha512::digest(tarball))),
        "shasum": hex(&Sha1::digest(tarball)),
        "tarball": format!("http://elsewhere.example/{name}/-/{file}"),
    });
    json!({
        "_id": name, "name": name, "access": null, "dist-tags": { "latest": version },
        "versions": { version: {
            "_id": format!("{name}@{version}"), "name": name, "version": version, "_npmVersion": "12.0.0", "dist": dist,
        } },
        "_attachments": { file: {
            "content_type": "application/octet-stream", "data": STANDARD.encode(tarball), "length": tarball.len(),
        } },
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
