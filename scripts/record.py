"""Runs a command in a terminal of 80 columns and draws what stands there at its end as an SVG.

    record.py OUT.svg TITLE COMMAND...

It needs pyte (scripts/clients terminal). What differs from run to run, or from machine to machine, is written the same each time.
"""

import os
import pty
import re
import signal
import struct
import sys
import fcntl
import termios
from html import escape
from pathlib import Path

import pyte

COLUMNS, ROWS = 80, 400
LARGEST = 60_000

# What is another each time, and what stands for it.
SAME = [
    (r"127\.0\.0\.1:\d+", "127.0.0.1:8080"),
    (r"\bin \d+(\.\d+)?(ms|s)\b", "in 1s"),
    (r"\b1[12] h \d+ min\b", "12 h 0 min"),
    (r"\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", "2026-01-02T03:04:05Z"),
    (r"/dev/shm/space-[^/\s]+/", "/run/user/1000/"),
    (r"/tmp/tmp\.\w+/home\b", "~"),
    (r"\b(vpc|subnet|sg|vpce|rtb)-[0-9a-f]{8,17}\b", r"\1-0a1b2c3d4e5f67890"),
    (r"\bSpaceIngress[0-9a-f]+\b", "SpaceIngress0a1b2c3d4e5f67890"),
    (r"\btoken for \d s\b", "token for 5 s"),
    (r"\b[0-9a-f]{32}\.json\b", f"{'0a1b2c3d' * 4}.json"),
    # cargo's words, and those of scripts/clients, on themselves.
    (r"(?m)^\S*\s+(Compiling|Finished|Blocking|warning:)[^\n]*\n", ""),
    (r"(?m)^clients: [^\n]*\n", ""),
]

# What must not be told, whoever makes the recording.
SECRET = [r"/(tmp|root|work|home)/", re.escape(str(Path(__file__).resolve().parent.parent)), r"eyJ2ZX"]
HOSTS = r"https?://([^/\s@]*@)?([A-Za-z0-9.-]+)"
KNOWN_HOSTS = r"(127\.0\.0\.1|localhost|.*\.amazonaws\.com)"

COLOURS = {
    "default": "#d0d7de", "black": "#6e7681", "red": "#ff7b72", "green": "#7ee787", "brown": "#e3b341",
    "blue": "#79c0ff", "magenta": "#d2a8ff", "cyan": "#56d4dd", "white": "#f0f6fc",
}
WIDTH, HEIGHT, MARGIN = 8.4, 18, 14


def run(command):
    """The whole output of `command` on a terminal of its own, and its exit status."""
    process, terminal = pty.fork()
    if process == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 40, COLUMNS, 0, 0))
        os.execvp(command[0], command)
    output = b""
    while True:
        try:
            piece = os.read(terminal, 65536)
        except OSError:  # Linux says so when the last program has closed the terminal.
            piece = b""
        if not piece:
            break
        output += piece
    _, status = os.waitpid(process, 0)
    return output.decode(), os.waitstatus_to_exitcode(status)


def same_each_time(text):
    text = text.replace("\r\n", "\n")
    for pattern, instead in SAME:
        text = re.sub(pattern, instead, text)
    return text.replace("\n", "\r\n")


def refuse_what_must_not_be_told(text):
    for pattern in SECRET:
        if found := re.search(f".*{pattern}.*", text):
            sys.exit(f"error: not to be told: {found[0].strip()}")
    for _, host in re.findall(HOSTS, text):
        if not re.fullmatch(KNOWN_HOSTS, host):
            sys.exit(f"error: a host of this machine's: {host}")


def screen_of(text):
    screen = pyte.Screen(COLUMNS, ROWS)
    pyte.Stream(screen).feed(text)
    lines = [line.rstrip() for line in screen.display]
    while lines and not lines[-1]:
        lines.pop()
    while lines and not lines[0]:
        lines.pop(0)
        del screen.buffer[0]
        screen.buffer.update({row - 1: cells for row, cells in sorted(screen.buffer.items())})
    return lines, screen


def runs(cells, length):
    """A line as (first column, style, text), one for each stretch of one style."""
    found = []
    for column in range(length):
        cell = cells[column]
        style = (cell.fg, cell.bold)
        if found and found[-1][1] == style:
            found[-1][2].append(cell.data)
        else:
            found.append((column, style, [cell.data]))
    return [(column, style, "".join(text)) for column, style, text in found if "".join(text).strip()]


def drawn(title, lines, screen):
    width, height = round(COLUMNS * WIDTH + 2 * MARGIN), len(lines) * HEIGHT + 2 * MARGIN
    svg = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">',
        f"<title>{escape(title)}</title>",
        '<rect width="100%" height="100%" rx="8" fill="#0d1117"/>',
        f'<g font-family="ui-monospace,DejaVu Sans Mono,Menlo,Consolas,monospace" font-size="14" fill="{COLOURS["default"]}" '
        'xml:space="preserve">',
    ]
    for row, line in enumerate(lines):
        for column, (colour, bold), text in runs(screen.buffer[row], len(line)):
            fill = COLOURS.get(colour.removeprefix("bright"), COLOURS["default"])
            style = f' fill="{fill}"' if fill != COLOURS["default"] else ""
            style += ' font-weight="bold"' if bold else ""
            x, y = MARGIN + column * WIDTH, MARGIN + row * HEIGHT + 13
            svg.append(f'<text x="{x:g}" y="{y}" textLength="{len(text) * WIDTH:g}"{style}>{escape(text)}</text>')
    return "\n".join([*svg, "</g></svg>", ""])


def main():
    out, title, *command = sys.argv[1:]
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    output, status = run(command)
    if status != 0:
        sys.exit(f"{output}\nerror: {' '.join(command)} ended with {status}")
    text = same_each_time(output)
    refuse_what_must_not_be_told(text)
    lines, screen = screen_of(text)
    svg = drawn(title, lines, screen)
    if len(svg) > LARGEST or len(lines) >= ROWS - 1:
        sys.exit(f"error: {out} would have {len(svg)} bytes")
    Path(out).write_text(svg)
    print(f"{out}: {len(lines)} lines, {len(svg)} bytes")


main()
