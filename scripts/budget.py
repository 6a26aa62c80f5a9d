"""What the binary's bytes are, and what a helper call and a login cost, in counts. `scripts/budget` says more."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter

from relay import Relay
from stand_in import INDEX, environment, start_emulator

binary, with_symbols, nothing, emulator, *flags = sys.argv[1:]
scratch = tempfile.mkdtemp(prefix="budget-")
LOGIN = ["login", "--force", "--quiet", "--domain", "corp", "--repository", "team"]
HELPER = ["keyring", "get", INDEX, "aws"]


def run(command, env):
    return subprocess.run(command, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True)


def symbols():
    """(size, mangled name) of every function and constant that has a name."""
    listed = run(["nm", "--print-size", with_symbols], os.environ).stdout
    rows = (line.split() for line in listed.splitlines())
    return [(int(row[1], 16), row[2], row[3]) for row in rows if len(row) == 4]


def crate_of(name):
    """The crate of a mangled name; C code by the library it is in."""
    if "OUTLINED_FUNCTION" in name:
        return "(sequences kept once)"
    if name.startswith("_R"):
        return "std, core, alloc"
    mangled = re.match(r"_ZN[A-Z]?(\d+)(.*)", name)
    if not mangled:
        return "ring and musl"
    first = mangled.group(2)[: int(mangled.group(1))]
    # `<impl Trait for some_crate::Type>` and what is generic over it.
    named = re.match(r"_?\$LT\$(?:\$RF\$(?:mut\$u20\$)?)?([a-z][a-z0-9_]+)\.\.", first)
    first = named.group(1) if named else first
    if first in ("std", "core", "alloc"):
        return "std, core, alloc"
    return first if re.fullmatch(r"[a-z][a-z0-9_]*", first) else "(generic)"


def bytes_of_the_binary():
    print(f"{os.stat(binary).st_size:>9,} bytes, of these:")
    for line in run(["readelf", "--section-headers", "--wide", binary], os.environ).stdout.splitlines():
        section = re.match(r"\s*\[\s*\d+\] (\S+)\s+\S+\s+\S+ \S+ (\S+)", line)
        if section and int(section.group(2), 16) > 5_000:
            print(f"{int(section.group(2), 16):>9,}   {section.group(1)}")
    code = Counter()
    for size, kind, name in symbols():
        if kind in "tTwW":
            code[crate_of(name)] += size
    print(f"{sum(code.values()):>9,} bytes of code, by crate:")
    for crate, size in code.most_common(16):
        print(f"{size:>9,}   {crate}")


def page_faults(command, env):
    """The fewest of several runs: what the kernel does beside is not the program's."""
    counts = []
    for _ in range(20):
        to = [(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)]
        _, status, usage = os.wait4(os.posix_spawn(command[0], command, env, file_actions=to), 0)
        assert status == 0, command
        counts.append(usage.ru_minflt)
    return min(counts)


def system_calls(command, env):
    trace = os.path.join(scratch, "calls")
    # What became of strace's own child before it was the program is not the program's.
    run(["strace", "-f", "-o", trace, *command], env)
    with open(trace) as lines:
        return sum(1 for line in lines if re.match(r"\d+ +[a-z_0-9]+\(", line))


def profile(words, env):
    """Instructions, and the names of the functions that ran."""
    out = os.path.join(scratch, "callgrind")
    tool = ["valgrind", "--tool=callgrind", "--demangle=no", f"--callgrind-out-file={out}"]
    said = run([*tool, with_symbols, *words], env).stderr
    with open(out) as lines:
        found = (re.match(r"c?fn=\(\d+\) (\w[^'\s]*)", line) for line in lines)
        names = {match.group(1) for match in found if match}
    return int(re.search(r"Collected : (\d+)", said).group(1)), names


def costs(env):
    print(f"\n{'':<22} {'instructions':>13} {'system calls':>13} {'page faults':>12}")
    start = "a program that is empty", page_faults([nothing], env), system_calls([nothing], env)
    print(f"{start[0]:<23} {'':>12} {start[2]:>13} {start[1]:>12}")
    for what, words in ("login, three tools", LOGIN), ("helper call, cached", HELPER):
        command = [binary, *words]
        count, names = profile(words, env)
        print(f"{what:<22} {count:>13,} {system_calls(command, env):>13} {page_faults(command, env):>12}")
    return names


def login_over_a_link(port, ca, delay):
    """Seconds of the fastest of several logins, and how many connections one made."""
    relay = Relay(port, delay)
    env = environment(os.path.join(scratch, "far"), [], f"https://127.0.0.1:{relay.port}") | {"AWS_CA_BUNDLE": ca}
    took = []
    for _ in range(9):
        relay.connections = 0
        begun = time.perf_counter()
        run([binary, *LOGIN], env)
        took.append(time.perf_counter() - begun)
    relay.close()
    return min(took), relay.connections


def round_trips():
    """How many a login waits for, one behind the other: what a longer link costs."""
    os.makedirs(os.path.join(scratch, "far"))
    process, api = start_emulator(emulator, scratch, "aws", "--https-listen", "127.0.0.1:0")
    port = int(api["https"].rsplit(":", 1)[1])
    try:
        seconds = {delay: login_over_a_link(port, api["ca"], delay) for delay in (0, 0.020, 0.100, 0.200)}
    finally:
        process.stdin.close()
        process.wait()
    print("\nlogin over TLS, by the link's round trip:")
    for delay, (wall, connections) in seconds.items():
        print(f"{delay * 1000:>9.0f} ms: {wall * 1000:4.0f} ms over {connections} connections to one host, side by side")
    trips = (seconds[0.200][0] - seconds[0.100][0]) / 0.100
    print(f"  {trips:.1f} round trips one behind the other; connecting, TLS and a question are 3")


def write_order(names):
    """The functions of a helper call as a linker script. Names end in hashes that change from build to build."""

    def pattern(name):
        name = re.sub(r"17h[0-9a-f]{16}E.*$", "17h*", name)
        name = re.sub(r"Cs[0-9A-Za-z]+_", "Cs*_", name)
        return re.sub(r"\.\d+$", "*", name).replace("$", "?")

    patterns = sorted({pattern(name) for name in names if not re.match(r"0x|OUTLINED_FUNCTION", name)})
    lines = [
        "/* What a helper call goes through stands together at the front, so that the kernel brings it in by few page faults. Written by",
        "   `scripts/budget --order` from a run; a name that is no more matches nothing, and costs nothing. */",
        "SECTIONS",
        "{",
        "  .text.first : {",
        "    *libc.a:(.text .text.*)",
        "    *(.text.OUTLINED_FUNCTION_*)",
        *(f"    *(.text.{one})" for one in patterns),
        "  }",
        "}",
        "INSERT BEFORE .text;",
    ]
    with open(".cargo/helper-first.ld", "w") as file:
        file.write("\n".join(lines) + "\n")
    print(f"\n.cargo/helper-first.ld: {len(patterns)} names; build again")


def main():
    home = os.path.join(scratch, "near")
    os.makedirs(home)
    process, api = start_emulator(emulator, scratch, "aws")
    try:
        bytes_of_the_binary()
        names = costs(environment(home, [], api["http"]))
    finally:
        process.stdin.close()
        process.wait()
    try:
        round_trips()
        if "--order" in flags:
            write_order(names)
    finally:
        shutil.rmtree(scratch)


main()
