"""What scripts/release lays beside the binaries: `pack.py OUT TARGET=BINARY=MESSAGES...`, where MESSAGES is the file of what cargo said
while it built BINARY for TARGET."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import audit
import crates
import notices
import sbom
import wheel

ROOT = Path(__file__).resolve().parent.parent


def output(*command):
    return subprocess.run(command, cwd=ROOT, check=True, text=True, stdout=subprocess.PIPE).stdout.strip()


def main():
    out, *builds = sys.argv[1:]
    out = Path(out)
    epoch = int(os.environ["SOURCE_DATE_EPOCH"])
    sysroot = Path(output("rustc", "--print", "sysroot"))
    rustc = output("rustc", "--version").split()[1]
    package = crates.own(ROOT)
    shipped, everything = [], {}
    for build in builds:
        target, plain, messages = build.split("=")
        machine = target.split("-")[0]
        compiled = crates.compiled(messages, target, ROOT)
        everything.update((crate.purl, crate) for crate in compiled if crate.linked)
        binary = out / f"{package['name']}-{machine}"
        audit.embed(sysroot, plain, compiled, binary)
        bill = out / f"{package['name']}-{machine}.cdx.json"
        digest = hashlib.sha256(binary.read_bytes()).hexdigest()
        bill.write_text(sbom.document(compiled, digest, target, rustc, epoch))
        shipped.append((machine, binary, bill))
    texts = out / "licenses"
    texts.mkdir()
    for name in ("LICENSE-APACHE", "LICENSE-MIT"):
        shutil.copyfile(ROOT / name, texts / name)
    linked = [everything[purl] for purl in sorted(everything)]
    (texts / "THIRD-PARTY.txt").write_text(notices.document(linked))
    shutil.copyfile(sysroot / "share/doc/rust/COPYRIGHT-library.html", texts / "rust-standard-library.html")
    readme = (ROOT / package["readme"]).read_text()
    for machine, binary, bill in shipped:
        wheel.write(out, package, machine, binary, bill, sorted(texts.iterdir()), readme, epoch)
    shutil.copyfile(ROOT / "CHANGELOG.md", out / "CHANGELOG.md")


main()
