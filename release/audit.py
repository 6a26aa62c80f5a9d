"""The list of crates inside the binary, in the form of cargo-auditable, which `cargo audit bin`, Trivy, Grype and Syft read.

It is put into the linked binary as a section that is never loaded, so that what ships is, byte for byte, what plain `cargo build`
makes and that section. cargo-auditable itself takes part in compiling: its own path goes into every symbol's name, so that the
binary would be another one in each folder, and another one than a plain build's."""

import json
import os
import subprocess
import zlib

SECTION = ".dep-v0"


def section(crates):
    """Crates refer to each other by their place in the list."""
    place = {crate.purl: number for number, crate in enumerate(crates)}
    packages = []
    for crate in crates:
        package = {"name": crate.name, "version": crate.version, "source": "local" if crate.ours else "crates.io"}
        if not crate.linked:
            package["kind"] = "build"
        if crate.dependencies:
            package["dependencies"] = sorted(place[dependency.purl] for dependency in crate.dependencies)
        if crate.ours:
            package["root"] = True
        packages.append(package)
    return zlib.compress(json.dumps({"packages": packages}, separators=(",", ":")).encode(), 9)


def embed(sysroot, plain, crates, shipped):
    """Writes `shipped`: the binary `plain` with the list of `crates` in it."""
    # Rust's own: the machine's knows one processor. It finds its library where rustc does.
    objcopy = next(sysroot.glob("lib/rustlib/*/bin/rust-objcopy"))
    environment = {**os.environ, "LD_LIBRARY_PATH": str(sysroot / "lib")}
    content = shipped.with_suffix(".section")
    content.write_bytes(section(crates))
    subprocess.run([objcopy, f"--add-section={SECTION}={content}", plain, shipped], env=environment, check=True)
    content.unlink()
    shipped.chmod(0o755)
