"""Builds the tests' packages into a folder: wheels, an sdist with its own build backend, npm tarballs, crates, gems."""
import base64
import gzip
import hashlib
import io
import json
import pathlib
import sys
import tarfile
import zipfile

BACKEND = '''
"""A build backend small enough to build in a test: it comes from the index, as setuptools would."""
import base64, hashlib, zipfile

def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    name, version = "mirror_built", "1.0"
    info = f"{name}-{version}.dist-info"
    files = {
        f"{name}.py": "origin = 'built from the sdist'\\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\\nName: mirror-built\\nVersion: {version}\\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\\nGenerator: mirror\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
    }
    record = "".join(
        "%s,sha256=%s,%d\\n" % (path, base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode(), len(text))
        for path, text in files.items()
    )
    files[f"{info}/RECORD"] = record + f"{info}/RECORD,,\\n"
    wheel = f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(f"{wheel_directory}/{wheel}", "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    return wheel
'''


def wheel(into, name, version, source, requires=()):
    module = name.replace("-", "_")
    info = f"{module}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nRequires-Python: >=3.8\n"
    metadata += "".join(f"Requires-Dist: {requirement}\n" for requirement in requires)
    files = {
        f"{module}.py": source,
        f"{info}/METADATA": metadata,
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: mirror\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = ""
    for path, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        record += f"{path},sha256={digest},{len(text.encode())}\n"
    files[f"{info}/RECORD"] = record + f"{info}/RECORD,,\n"
    with zipfile.ZipFile(into / f"{module}-{version}-py3-none-any.whl", "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)


def tarball(path, files):
    with tarfile.open(path, "w:gz") as archive:
        for name, text in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text.encode())
            archive.addfile(entry, io.BytesIO(text.encode()))


def sdist(into):
    metadata = "Metadata-Version: 2.1\nName: mirror-built\nVersion: 1.0\n"
    project = '[build-system]\nrequires = ["mirror-backend"]\nbuild-backend = "mirror_backend"\n'
    project += '[project]\nname = "mirror-built"\nversion = "1.0"\n'
    top = "mirror_built-1.0"
    tarball(into / f"{top}.tar.gz", {f"{top}/PKG-INFO": metadata, f"{top}/pyproject.toml": project})


def npm(into, name, version, requires=None):
    manifest = {"name": name, "version": version, "main": "index.js", "dependencies": requires or {}}
    file = name.replace("@", "").replace("/", "-") + f"-{version}.tgz"
    code = f"module.exports = {json.dumps(name)}\n"
    tarball(into / file, {"package/package.json": json.dumps(manifest), "package/index.js": code})


def crate(into, name, version, requires=None):
    dependencies = "".join(f'{name} = "{req}"\n' for name, req in (requires or {}).items())
    manifest = f'[package]\nname = "{name}"\nversion = "{version}"\nedition = "2021"\n\n[dependencies]\n{dependencies}'
    top = f"{name}-{version}"
    tarball(into / f"{top}.crate", {f"{top}/Cargo.toml": manifest, f"{top}/src/lib.rs": "pub fn hello() {}\n"})


def maven(into, name, version, requires=None):
    group = "example.mirror"
    folder = into / "maven2" / group.replace(".", "/") / name / version
    folder.mkdir(parents=True)
    dependencies = "".join(
        f"<dependency><groupId>{group}</groupId><artifactId>{name}</artifactId><version>{version}</version></dependency>"
        for name, version in (requires or {}).items()
    )
    coordinates = f"<groupId>{group}</groupId><artifactId>{name}</artifactId><version>{version}</version>"
    pom = f"<project><modelVersion>4.0.0</modelVersion>{coordinates}<dependencies>{dependencies}</dependencies></project>"
    (folder / f"{name}-{version}.pom").write_text(pom)
    with zipfile.ZipFile(folder / f"{name}-{version}.jar", "w") as archive:
        archive.writestr("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n\n")
        archive.writestr(f"{name}.txt", name)


def nuget(into, name, version, requires=None):
    dependencies = "".join(f'<dependency id="{name}" version="{version}" />' for name, version in (requires or {}).items())
    specification = (
        '<?xml version="1.0"?><package xmlns="http://schemas.microsoft.com/packaging/2010/07/nuspec.xsd"><metadata>'
        f"<id>{name}</id><version>{version}</version><authors>me</authors><description>{name}</description>"
        f"<dependencies>{dependencies}</dependencies></metadata></package>"
    )
    types = (
        '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="nuspec" ContentType="application/octet" /><Default Extension="txt" ContentType="text/plain" />'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml" /></Types>'
    )
    with zipfile.ZipFile(into / f"{name}.{version}.nupkg", "w") as archive:
        archive.writestr("[Content_Types].xml", types)
        archive.writestr(f"{name}.nuspec", specification)
        archive.writestr(f"content/{name}.txt", name)


GEM = """--- !ruby/object:Gem::Specification
name: {name}
version: !ruby/object:Gem::Version
  version: {version}
platform: ruby
authors:
- mirror
dependencies:{dependencies}
files:
- lib/{module}.rb
homepage: https://mirror.example
licenses:
- MIT
metadata: {{}}
require_paths:
- lib
required_ruby_version: !ruby/object:Gem::Requirement
  requirements:
  - - ">="
    - !ruby/object:Gem::Version
      version: '2.7'
required_rubygems_version: !ruby/object:Gem::Requirement
  requirements:
  - - ">="
    - !ruby/object:Gem::Version
      version: '0'
rubygems_version: 3.3.15
specification_version: 4
summary: {name}
"""

NEEDS = """
- !ruby/object:Gem::Dependency
  name: {name}
  requirement: &r !ruby/object:Gem::Requirement
    requirements:
    - - "~>"
      - !ruby/object:Gem::Version
        version: '{version}'
  type: :runtime
  prerelease: false
  version_requirements: *r"""


def packed(files):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), 0o644
            archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def gem(into, name, version, requires=None):
    module = name.replace("-", "_")
    needs = "".join(NEEDS.format(name=name, version=version) for name, version in (requires or {}).items())
    metadata = GEM.format(name=name, version=version, module=module, dependencies=needs or " []")
    code = "".join(f"require '{name.replace('-', '_')}'\n" for name in requires or {}) + f"puts '{name}'\n"
    parts = {
        "metadata.gz": gzip.compress(metadata.encode()),
        "data.tar.gz": gzip.compress(packed({f"lib/{module}.rb": code.encode()})),
    }
    sums = "".join(f"  {part}: {hashlib.sha256(content).hexdigest()}\n" for part, content in parts.items())
    parts["checksums.yaml.gz"] = gzip.compress(f"---\nSHA256:\n{sums}".encode())
    (into / f"{name}-{version}.gem").write_bytes(packed(parts))


def main(into):
    wheel(into, "mirror-words", "1.0", "words = 'hello'\n")
    wheel(into, "mirror-greeting", "1.0", "from mirror_words import words\n", ["mirror-words"])
    wheel(into, "mirror-farewell", "1.0", "words = 'goodbye'\n")
    wheel(into, "mirror-backend", "1.0", BACKEND)
    sdist(into)
    crate(into, "mirror-stone", "1.0.0")
    crate(into, "mirror-wall", "1.0.0", {"mirror-stone": "1"})
    maven(into, "mirror-flour", "1.0.0")
    maven(into, "mirror-bread", "1.0.0", {"mirror-flour": "1.0.0"})
    maven(into / "web", "mirror-jam", "1.0.0", {"mirror-flour": "1.0.0"})
    nuget(into, "Mirror.Ink", "1.0.0")
    nuget(into, "Mirror.Pen", "1.0.0", {"Mirror.Ink": "1.0.0"})
    gem(into, "mirror-ore", "1.0.0")
    gem(into, "mirror-gem", "1.0.0", {"mirror-ore": "1.0"})
    npm(into, "mirror-right", "1.0.0")
    npm(into, "mirror-left", "1.0.0", {"mirror-right": "^1.0.0"})
    npm(into, "mirror-again", "1.0.0")
    npm(into, "@acme/mirror-scoped", "1.0.0")


folder = pathlib.Path(sys.argv[1])
main(folder)
for wanted in sys.argv[2:]:
    if "==" in wanted:
        wheel(folder, *wanted.split("=="), "__version__ = '1'\n")
    else:
        npm(folder, *wanted.rsplit("@", 1))
