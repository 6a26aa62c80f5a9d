#!/bin/bash
# Builds a container image's root file system in a new mount and network namespace, as root, and becomes the emulator beside it.
# Run by tests/support/image.rs under `unshare --mount --net`; everything it mounts ends with the namespace.
#
#   image.sh CONDA UV NPM NODE BINARY EMULATOR PACKAGES STEPS OPEN...
#
# The base image is this machine's root, read-only below an overlay, with a /opt/conda of its own: CONDA is the venv that
# becomes it; UV, NPM and NODE go beside it. BINARY is studio-mirror, STEPS the Dockerfile's steps as a shell script that calls
# `in_image` and `copy`. OPEN are folders that everybody must reach.
set -euo pipefail
conda=$1 uv=$2 npm=$3 node=$4 binary=$5 emulator=$6 packages=$7 steps=$8
shift 8
image=/mnt/image

mount -t tmpfs -o mode=755 tmpfs /mnt
mkdir /mnt/context /mnt/upper /mnt/work "$image"
cp "$emulator" /mnt/emulator
cp -r "$packages" /mnt/packages
cp "$binary" /mnt/context/studio-mirror
mount -t overlay overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work "$image"

# The base image.
rm -f "$image"/etc/pip.conf "$image"/usr/local/bin/{studio-mirror,keyring,npm,uv,pip,pip3} "$image"/usr/bin/keyring
printf '# of the base image\n[global]\ntimeout = 20\n' >"$image/etc/pip.conf"
mkdir -p "$image/opt/conda"
cp -a "$conda/." "$image/opt/conda"
mkdir "$image/opt/conda/conda-meta"
for script in "$image"/opt/conda/bin/*; do
    if [ ! -L "$script" ] && [ "$(head -c 2 "$script")" = '#!' ]; then
        sed -i "1s|^#!.*/bin/python.*|#!/opt/conda/bin/python|" "$script"
    fi
done
cp -L "$uv" "$image/opt/conda/bin/uv"
ln -s "$npm" "$image/opt/conda/bin/npm"
ln -s "$node" "$image/opt/conda/bin/node"
echo 'sagemaker-user:x:1000:100::/home/sagemaker-user:/bin/bash' >>"$image/etc/passwd"
chown -R 1000:100 "$image/opt/conda"
for folder; do
    while [ "$folder" != / ]; do
        [ ! -e "$image$folder" ] || chmod a+x "$image$folder"
        folder=$(dirname "$folder")
    done
done
mount -t proc proc "$image/proc"
mount --rbind /dev "$image/dev"
mount -t tmpfs -o mode=1777 tmpfs "$image/dev/shm"
mount -t tmpfs -o mode=1777 tmpfs "$image/tmp"
mount -t tmpfs -o mode=755 tmpfs "$image/home"
# What lies in one of these, or in a file system of its own, is not below the overlay.
for folder; do
    if [ ! -d "$image$folder" ]; then
        mkdir -p "$image$folder"
        mount --bind "$folder" "$image$folder"
    fi
done

# What differs from the machine's root, to the byte: what a logout must give back.
cat >/mnt/differences <<'SH'
cd /mnt/upper
for folder in etc usr opt .cargo; do
    [ ! -d "$folder" ] || find "$folder" -type f -exec sha256sum {} + -o -type l -printf '%p -> %l\n'
done | grep -v __pycache__ | sort
SH
sh /mnt/differences >/mnt/base

# in_image USER VARIABLE... -- COMMAND: a step of the Dockerfile, or a process of a container.
in_image() {
    local user=$1 variables=()
    shift
    while [ "$1" != -- ]; do variables+=("$1"); shift; done
    shift
    local as=(setpriv --reuid 0 --regid 0 --clear-groups)
    [ "$user" = root ] || as=(setpriv --reuid 1000 --regid 100 --clear-groups)
    chroot "$image" "${as[@]}" env -i "${variables[@]}" "$@"
}
copy() { install -o 0 -g 0 -m "$1" "/mnt/context/$2" "$image/$3"; }
# The network is down: what asks somebody fails.
# shellcheck source=/dev/null
. "$steps"
sh /mnt/differences >/mnt/built

install -d -o 1000 -g 100 "$image/home/sagemaker-user"
ip link set lo up
ip addr add 169.254.170.2/32 dev lo
exec /mnt/emulator --listen 127.0.0.1:8080 --listen 169.254.170.2:80 --packages /mnt/packages
