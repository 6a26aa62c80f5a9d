"""What a binary is made of: the crates that cargo says it compiled, with what Cargo.lock and their own manifests say of them."""

import json
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Crate:
    name: str
    version: str
    license: str
    repository: str
    folder: Path
    checksum: str  # of the archive in the registry; empty for our own
    linked: bool  # part of the binary; else it ran while that was built: a build script's crate, a macro's
    ours: bool
    dependencies: list = field(default_factory=list)  # of Crate, those compiled too

    @property
    def purl(self):
        return f"pkg:cargo/{self.name}@{self.version}"


def compiled(messages, target, root):
    """The crates behind `messages`, which cargo wrote while it built for `target` (--message-format=json), sorted by name."""
    built, linked = set(), set()
    for line in Path(messages).read_text().splitlines():
        message = json.loads(line)
        if message["reason"] == "compiler-artifact":
            built.add(message["package_id"])
            # What the machine that builds runs itself is compiled for that, into another folder.
            if any(f"/{target}/" in file for file in message["filenames"]):
                linked.add(message["package_id"])
    metadata = _metadata(target, root)
    checksums = _checksums(Path(root, "Cargo.lock").read_text())
    crates = {}
    for package in metadata["packages"]:
        if package["id"] in built:
            crates[package["id"]] = Crate(
                name=package["name"],
                version=package["version"],
                # The older way of writing OR, which no tool takes today.
                license=re.sub(r"\s*/\s*", " OR ", package["license"] or ""),
                repository=package["repository"] or "",
                folder=Path(package["manifest_path"]).parent,
                checksum=checksums.get((package["name"], package["version"]), ""),
                linked=package["id"] in linked,
                ours=package["source"] is None,
            )
    if missing := built - crates.keys():
        raise SystemExit(f"cargo compiled what its metadata does not name: {sorted(missing)}")
    for node in metadata["resolve"]["nodes"]:
        if crate := crates.get(node["id"]):
            wanted = {
                dependency["pkg"]
                for dependency in node["deps"]
                if any(kind["kind"] != "dev" for kind in dependency["dep_kinds"])
            }
            crate.dependencies = _sorted(crates[identity] for identity in wanted if identity in crates)
    return _sorted(crates.values())


def own(root):
    """Cargo's metadata of our own package."""
    command = ["cargo", "metadata", "--format-version", "1", "--locked", "--no-deps"]
    metadata = json.loads(subprocess.run(command, cwd=root, check=True, stdout=subprocess.PIPE).stdout)
    return next(package for package in metadata["packages"] if package["name"] == "studio-mirror")


def _sorted(crates):
    return sorted(crates, key=lambda crate: (crate.name, crate.version))


def _metadata(target, root):
    command = ["cargo", "metadata", "--format-version", "1", "--locked", "--filter-platform", target]
    return json.loads(subprocess.run(command, cwd=root, check=True, stdout=subprocess.PIPE).stdout)


def _checksums(lock):
    """Python 3.10, which suffices for all else here, reads no TOML."""
    entry = r'^name = "(.+)"\nversion = "(.+)"\nsource = ".+"\nchecksum = "(.+)"$'
    return {(name, version): checksum for name, version, checksum in re.findall(entry, lock, re.MULTILINE)}
