# What the scripts here share: a machine made ready to build, and words about it. To be sourced.
# shellcheck shell=bash disable=SC2034 # its variables are for those who source it

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
musl=x86_64-unknown-linux-musl
cross=aarch64-unknown-linux-musl
# What is tested and shown; STUDIO_MIRROR_BIN names another than the one that ships.
binary=${STUDIO_MIRROR_BIN:-$root/target/$musl/release/studio-mirror}
emulator=$root/target/debug/studio-mirror-emulator
clients=${STUDIO_MIRROR_CLIENTS:-$root/.cache/clients}

say() { printf '\n\033[1m==> %s\033[0m\n' "$*"; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

# Output that goes into a file or a pipe stays plain.
if [ ! -t 1 ] || [ -n "${NO_COLOR-}" ]; then
    say() { printf '\n==> %s\n' "$*"; }
fi

# Runs a command beside this script; what it says stands in target/NAME.log until `finished NAME`.
declare -A running=()
beside() { # NAME COMMAND…
    local name=$1
    shift
    mkdir -p "$root/target"
    trap end_running EXIT
    # A process group of its own: it ends with its children.
    set -m
    "$@" >"$root/target/$name.log" 2>&1 </dev/null &
    set +m
    running[$name]=$!
}

# Waits for it, and shows what it said.
finished() { # NAME
    local status=0
    wait "${running[$1]}" || status=$?
    unset "running[$1]"
    cat "$root/target/$1.log"
    [ "$status" = 0 ] || die "$1: exit $status"
}

end_running() {
    local pid
    for pid in "${running[@]}"; do
        kill -- "-$pid" 2>/dev/null || true
    done
}

# Rust with the static target, a C compiler: installs what can be installed, names what cannot.
need_toolchain() {
    if ! command -v cargo >/dev/null && [ -x "${CARGO_HOME:-$HOME/.cargo}/bin/cargo" ]; then
        PATH=${CARGO_HOME:-$HOME/.cargo}/bin:$PATH
    fi
    command -v cargo >/dev/null || die "cargo is not on PATH; install Rust 1.93 or newer (rustup)"
    command -v python3 >/dev/null || die "python3 is not on PATH; install Python 3.10 or newer"
    need_target "$musl"
    need_debian gcc:gcc gcc:libc6-dev
}

# What builds the binary for the other processor: clang for ring's C code, and Rust's own linker.
need_cross_compiler() {
    need_target "$cross"
    need_debian clang:clang
}

need_target() { # TRIPLE
    [ ! -d "$(rustc --print sysroot)/lib/rustlib/$1" ] || return 0
    command -v rustup >/dev/null || die "this Rust has no target $1, and there is no rustup to add it"
    rustup target add "$1"
}

# Installs the Debian package of each COMMAND:PACKAGE whose command is not on PATH.
need_debian() {
    local pair wanted=()
    for pair in "$@"; do
        command -v "${pair%%:*}" >/dev/null || wanted+=("${pair##*:}")
    done
    [ ${#wanted[@]} -gt 0 ] || return 0
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        die "not installed: ${wanted[*]} (Debian's names); install them, or run this as root"
    fi
    apt-get install -y -qq --no-install-recommends "${wanted[@]}" >/dev/null 2>&1 ||
        { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${wanted[@]}" >/dev/null; }
}

# The binary that ships, unless another was named.
build_release() {
    [ -n "${STUDIO_MIRROR_BIN-}" ] || build_for "$musl"
}

# What ships for the processors of these targets.
build_for() { # TARGET…
    local target targets=()
    for target; do
        targets+=(--target "$target")
    done
    (cd "$root" && cargo build --release --locked "${targets[@]}" --bin studio-mirror)
}

build_emulator() {
    # The whole workspace, as the tests build it: another choice of features would compile everything twice.
    (cd "$root" && cargo build --locked --workspace --bins)
}
