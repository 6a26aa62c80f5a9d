"""Side by side on the emulator: three logins, and a cached helper call; and what a check takes. Medians; CPU is user + system
time of the process and its children, memory the largest resident set among them."""

import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from stand_in import INDEX, environment, start_emulator

binary, emulator, clients = sys.argv[1:]
scratch = tempfile.mkdtemp(prefix="bench-")
path = [f"{clients}/{name}/bin" for name in ("aws", "pip-newest", "npm-newest")]


def run(command, env, repeat=1, expected=0):
    """CPU seconds and wall seconds of running `command`, per time."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    for _ in range(repeat):
        process = subprocess.Popen(
            command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        _, err = process.communicate()
        if process.returncode != expected:
            sys.exit(f"{command[0]} failed: {err.decode()[-800:]}")
    wall = (time.perf_counter() - begun) / repeat
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu / repeat, wall


def peak_kib(command, env, expected=0):
    """The largest resident set, as GNU time tells it: a child of this very process would be counted
    with Python's own memory, which it has until it becomes the program."""
    timed = ["/usr/bin/time", "--quiet", "--format", "%M", *command]
    answer = subprocess.run(timed, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if answer.returncode != expected:
        sys.exit(f"{command[0]} failed: {answer.stderr[-800:]}")
    return int(answer.stderr.splitlines()[-1])


def run_dropped(command, env):
    """Figures of `command` in a network of its own where every packet but loopback's is swallowed: the nameserver and
    everything else is behind a cable whose other end nobody reads. None where the machine lets us make no such network."""
    script = (
        "ip link add hole type veth peer name far && ip link set far up && ip addr add 10.0.0.9/24 dev hole && ip link set hole up && ip link set lo up && "
        "ip route add default via 10.0.0.1 && ip neigh add 10.0.0.1 lladdr 02:00:00:00:00:01 dev hole && "
        "ip neigh add 10.0.0.2 lladdr 02:00:00:00:00:02 dev hole && mount --bind \"$0\" /etc/resolv.conf && exec \"$@\""
    )
    resolver = os.path.join(scratch, "resolv.conf")
    with open(resolver, "w") as file:
        file.write("nameserver 10.0.0.2\n")
    network = ["unshare", "--net", "--mount", "sh", "-euc", script, resolver]
    without_api = {name: value for name, value in env.items() if not name.endswith(("API_ENDPOINT", "ENDPOINT_URL"))}
    if subprocess.run([*network, "true"], capture_output=True).returncode != 0:
        print("check, all dropped: not measured, this machine lets us make no network of our own")
        return None
    inside = [*network, *command]
    return run(inside, without_api, expected=1), peak_kib(inside, without_api, expected=1)


def medians(runs):
    return tuple(statistics.median(column) for column in zip(*runs))


def main():
    process, api = start_emulator(emulator, scratch, "aws")
    # A check reads packages too, so it needs addresses of this machine.
    packages, here = start_emulator(emulator, scratch, "loopback")
    try:
        ours, theirs = os.path.join(scratch, "ours"), os.path.join(scratch, "theirs")
        os.makedirs(ours)
        os.makedirs(theirs)
        env_ours, env_theirs = (environment(home, path, api["http"]) for home in (ours, theirs))

        login = [binary, "login", "--force", "--domain", "corp", "--repository", "team"]
        login_ours = medians([run(login, env_ours, repeat=10) for _ in range(5)])
        aws = [f"{clients}/aws/bin/aws", "codeartifact", "login", "--domain", "corp", "--repository", "team", "--tool"]
        login_theirs = medians(
            [tuple(map(sum, zip(*[run([*aws, tool], env_theirs) for tool in ("pip", "npm", "twine")]))) for _ in range(5)]
        )

        helper = [binary, "keyring", "get", INDEX, "aws"]
        helper_ours = medians([run(helper, env_ours, repeat=200) for _ in range(5)])
        floor = medians([run(["/bin/true"], env_ours, repeat=200) for _ in range(5)])
        keyring = [f"{clients}/aws/bin/keyring", "get", INDEX, "aws"]
        helper_theirs = medians([run(keyring, env_theirs) for _ in range(7)])

        row("login, three tools", "studio-mirror", login_ours, peak_kib(login, env_ours))
        row("login, three tools", "aws codeartifact", login_theirs, peak_kib([*aws, "pip"], env_theirs))
        ratio(login_theirs, login_ours, 100)
        row("helper call, cached", "studio-mirror", helper_ours, peak_kib(helper, env_ours))
        row("helper call", "keyrings.codeartifact", helper_theirs, peak_kib(keyring, env_theirs))
        ratio(helper_theirs, helper_ours, 300)
        check = [binary, "check", "--domain", "corp", "--repository", "team"]
        # In a home of its own: what another repository's login left would be a finding.
        checked = os.path.join(scratch, "checked")
        os.makedirs(checked)
        env_check = environment(checked, path, here["http"])
        env_check["PATH"] = f"{checked}/.local/bin:" + env_check["PATH"]
        run([binary, "login", "--domain", "corp", "--repository", "team"], env_check)
        healthy = medians([run(check, env_check) for _ in range(5)])
        row("check, healthy", "studio-mirror", healthy, peak_kib(check, env_check))
        if dropped := run_dropped([*check, "--domain-owner", "111122223333"], env_ours):
            row("check, all dropped", "studio-mirror", *dropped)
            print(f"{'':<24} {'':<22} (wanted: under 1 s healthy, under 6 s with every packet dropped)")
        row("(starting any process)", "/bin/true", floor, peak_kib(["/bin/true"], env_ours))
        size = os.stat(binary).st_size
        print(f"binary: {size / 1e6:.2f} MB, static (limit 6 MB)")
    finally:
        for started in (process, packages):
            started.stdin.close()
            started.wait()
        shutil.rmtree(scratch)


def row(what, who, figures, kib):
    cpu, wall = figures
    print(f"{what:<24} {who:<22} {cpu * 1000:10.2f} ms CPU {wall * 1000:10.2f} ms wall {kib / 1024:7.1f} MiB")


def ratio(theirs, ours, wanted):
    cpu = theirs[0] / ours[0]
    print(f"{'':<24} {'':<22} {cpu:10.0f} x less CPU (wanted: {wanted})")


main()
