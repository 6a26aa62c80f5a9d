"""The copyright notices and licences of the crates in a binary, which those who pass it on must pass on too."""

import textwrap
from pathlib import Path

NAMES = ("licen", "copying", "copyright", "notice", "unlicense")

MUSL = """\
musl as a whole is licensed under the following standard MIT license:

Copyright © 2005-2020 Rich Felker, et al.

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the
"Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish,
distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to
the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR
ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH
THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE."""


def document(crates):
    """One text: every crate that is linked in with its licence, then each text once with those whom it is of."""
    linked = [crate for crate in crates if crate.linked and not crate.ours]
    owners = {}
    for crate in linked:
        for text in _texts(crate.folder):
            owners.setdefault(text, []).append(crate)
    owners[MUSL] = []
    without = [crate for crate in linked if not any(crate in of for of in owners.values())]
    parts = [
        "studio-mirror's binaries hold the following crates, unchanged; their source is on crates.io under these names and versions.\n"
        "Their licences' texts stand below. The binaries hold Rust's standard library too, whose notices stand in\n"
        "rust-standard-library.html, and the C library musl.\n\n"
        + "\n".join(f"{crate.name} {crate.version}: {crate.license}" for crate in linked)
        + "\n"
    ]
    if without:
        parts.append(
            "These came without the text of their licence, which is the standard one that stands below with others:\n\n"
            + "\n".join(f"{crate.name} {crate.version}: {crate.license} ({crate.repository})" for crate in without)
            + "\n"
        )
    for text, of in owners.items():
        names = ", ".join(f"{crate.name} {crate.version}" for crate in of) or "musl"
        parts.append(textwrap.fill(names, 100) + "\n\n" + text + "\n")
    rule = "=" * 100 + "\n"
    return rule.join(parts)


def _texts(folder):
    """The notices of a crate, with the line ends and margins of their writers' taste taken away."""
    for file in sorted(Path(folder).iterdir()):
        if file.is_file() and file.name.lower().startswith(NAMES) and not file.name.endswith((".rs", ".toml")):
            lines = [line.rstrip() for line in file.read_text(errors="replace").splitlines()]
            yield "\n".join(lines).strip("\n")
