"""The bill of materials of a binary: CycloneDX 1.6, as JSON.

Not by cargo-cyclonedx, for two releases of one commit must be the same bytes in any folder: its documents name crates by the path of
the checkout and bear a random number. And it lists what Cargo.lock could take, this what was compiled."""

import json
import uuid
from datetime import datetime, timezone


def document(crates, binary_sha256, target, rustc, epoch):
    root = next(crate for crate in crates if crate.ours)
    others = [crate for crate in crates if crate is not root]
    content = {
        "metadata": {
            "timestamp": datetime.fromtimestamp(epoch, timezone.utc).isoformat(),
            "tools": {"components": [{"type": "application", "name": "rustc", "version": rustc}]},
            "component": {
                **_component(root),
                "type": "application",
                "hashes": [{"alg": "SHA-256", "content": binary_sha256}],
                "properties": [{"name": "cdx:rustc:sbom:target:triple", "value": target}],
            },
        },
        "components": [_component(crate) for crate in others] + _runtime(rustc),
        "dependencies": [
            {"ref": crate.purl, "dependsOn": [dependency.purl for dependency in crate.dependencies]} for crate in crates
        ],
    }
    # The number names the document: the same content, the same number.
    number = uuid.uuid5(uuid.NAMESPACE_URL, root.purl + json.dumps(content, sort_keys=True))
    head = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{number}",
        "version": 1,
    }
    return json.dumps({**head, **content}, indent=1, ensure_ascii=False) + "\n"


def _component(crate):
    component = {
        "type": "library",
        "bom-ref": crate.purl,
        "name": crate.name,
        "version": crate.version,
        "scope": "required" if crate.linked else "excluded",
        "purl": crate.purl,
    }
    if crate.license:
        component["licenses"] = [{"expression": crate.license}]
    if crate.checksum:
        component["hashes"] = [{"alg": "SHA-256", "content": crate.checksum}]
    if crate.repository:
        component["externalReferences"] = [{"type": "vcs", "url": crate.repository}]
    return component


def _runtime(rustc):
    """What Cargo.lock does not name, and every static binary holds."""
    return [
        {
            "type": "library",
            "bom-ref": "rust-standard-library",
            "name": "rust-standard-library",
            "version": rustc,
            "scope": "required",
            "licenses": [{"expression": "Apache-2.0 OR MIT"}],
        },
        {
            "type": "library",
            "bom-ref": "musl",
            "name": "musl",
            "scope": "required",
            "licenses": [{"expression": "MIT"}],
        },
    ]
