"""A wheel that carries the binary: `pip install studio-mirror` puts it on PATH.

It brings no command `keyring`, though the binary answers when it is called so: the wheel would take the command away from the Python
package keyring where that is installed too, and pip, told to use both, would leave one of them broken. `login` puts the helper
where pip and uv find it.

The metadata is of version 2.1, the newest that twine 5 uploads."""

import base64
import hashlib
import time
import zipfile

# A static binary asks for no C library. Both families of tags say so: pip for musl knows the one, pip for glibc the other.
TAGS = "py3-none-manylinux2014_{machine}.musllinux_1_1_{machine}"


def write(folder, package, machine, binary, sbom, licenses, readme, epoch):
    """Writes the wheel for `machine` into `folder`; `package` is cargo's metadata of ours, `licenses` are files."""
    name, version = package["name"].replace("-", "_"), package["version"]
    tag = TAGS.format(machine=machine)
    info = f"{name}-{version}.dist-info"
    files = {f"{name}-{version}.data/scripts/{package['name']}": (binary.read_bytes(), 0o755)}
    for license in licenses:
        files[f"{info}/licenses/{license.name}"] = (license.read_bytes(), 0o644)
    files[f"{info}/sboms/{package['name']}.cdx.json"] = (sbom.read_bytes(), 0o644)
    files[f"{info}/METADATA"] = (_metadata(package, readme).encode(), 0o644)
    files[f"{info}/WHEEL"] = (_wheel(tag).encode(), 0o644)
    record = "".join(f"{path},sha256={_digest(content)},{len(content)}\n" for path, (content, _) in files.items())
    files[f"{info}/RECORD"] = (f"{record}{info}/RECORD,,\n".encode(), 0o644)
    path = folder / f"{name}-{version}-{tag}.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for inside, (content, mode) in files.items():
            entry = zipfile.ZipInfo(inside, time.gmtime(epoch)[:6])
            entry.external_attr = (0o100000 | mode) << 16
            entry.create_system = 3
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content, compresslevel=9)
    return path


def _metadata(package, readme):
    return f"""\
Metadata-Version: 2.1
Name: {package["name"]}
Version: {package["version"]}
Summary: {package["description"]}
License: {package["license"]}
Requires-Python: >=3.7
Classifier: Environment :: Console
Classifier: Operating System :: POSIX :: Linux
Classifier: Programming Language :: Rust
Description-Content-Type: text/markdown

{readme}"""


def _wheel(tag):
    python, abi, platforms = tag.split("-")
    tags = "".join(f"Tag: {python}-{abi}-{platform}\n" for platform in platforms.split("."))
    return f"Wheel-Version: 1.0\nGenerator: studio-mirror\nRoot-Is-Purelib: false\n{tags}"


def _digest(content):
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
