#!/bin/bash
# Turns a new mount and network namespace into a Studio space, as root, and becomes the emulator in it.
# Run by tests/support/studio_space.rs under `unshare --mount --net`; everything it mounts ends with the namespace.
#
#   studio_space.sh CONDA UV AWS BINARY|- EMULATOR PACKAGES LIFECYCLE -- EXPOSED...
#
# CONDA: the venv that becomes /opt/conda. UV, AWS: the commands that go beside it. BINARY: studio-mirror, baked into the
# image, or none. EXPOSED: folders that the space's user must reach wherever they lie.
set -euo pipefail
conda=$1 uv=$2 aws=$3 binary=$4 emulator=$5 packages=$6 lifecycle=$7
shift 8

user=1000 group=100
home=/home/sagemaker-user

# What must stay visible is held in a staging place, then put back over whatever hides it.
mount -t tmpfs -o mode=755 tmpfs /mnt
mkdir /mnt/image
cp -a "$conda" /mnt/image/conda
cp -L "$uv" /mnt/image/conda/bin/uv
cp "$emulator" /mnt/image/emulator
cp -r "$packages" /mnt/image/packages
cp "$lifecycle" /mnt/image/on-start.sh
[ "$binary" = - ] || cp "$binary" /mnt/image/studio-mirror
number=0
for exposed; do
    number=$((number + 1))
    mkdir "/mnt/$number"
    mount --bind "$exposed" "/mnt/$number"
done

# The highest folder on the way to $1 that only its owner may pass.
closed_above() {
    local folder=$1 closed=
    while folder=$(dirname "$folder") && [ "$folder" != / ]; do
        (($(stat -c '0%a' "$folder") & 1)) || closed=$folder
    done
    printf '%s\n' "$closed"
}
hidden=(/tmp)
for exposed; do
    closed=$(closed_above "$exposed")
    [ -z "$closed" ] || hidden+=("$closed")
done
while IFS= read -r folder; do
    mkdir -p "$folder"
    mount -t tmpfs -o mode=755 tmpfs "$folder"
done < <(printf '%s\n' "${hidden[@]}" | sort -u)
chmod 1777 /tmp
number=0
for exposed; do
    number=$((number + 1))
    if [ ! -d "$exposed" ]; then
        mkdir -p "$exposed"
        mount --bind "/mnt/$number" "$exposed"
    fi
done

# The image: conda first, its scripts naming the interpreter at the place where it now is.
mount -t tmpfs -o mode=755 tmpfs /opt
mv /mnt/image/conda /opt/conda
for script in /opt/conda/bin/*; do
    if [ ! -L "$script" ] && [ "$(head -c 2 "$script")" = '#!' ]; then
        sed -i "1s|^#!.*/bin/python.*|#!/opt/conda/bin/python|" "$script"
    fi
done
ln -s "$aws" /opt/conda/bin/aws
chown -hR $user:$group /opt/conda
mkdir -p /opt/ml/metadata
cat >/opt/ml/metadata/resource-metadata.json <<'JSON'
{"AppType":"JupyterLab","DomainId":"d-emulator","SpaceName":"team-space","UserProfileName":"ada","ExecutionRoleArn":"arn:aws:iam::111122223333:role/studio-execution","ResourceArn":"arn:aws:sagemaker:us-east-1:111122223333:app/d-emulator/team-space/JupyterLab/default","ResourceName":"default","AppImageVersion":""}
JSON
mount -t tmpfs -o mode=755 tmpfs /usr/local/bin
[ "$binary" = - ] || install -m 755 /mnt/image/studio-mirror /usr/local/bin/studio-mirror
[ ! -e /etc/pip.conf ] || mount --bind /dev/null /etc/pip.conf

# The home is a volume of the user's own; memory-backed storage is the space's own too.
mount -t tmpfs -o mode=755 tmpfs /home
install -d -o $user -g $group $home
mount -t tmpfs -o mode=1777 tmpfs /dev/shm

# The network: the credentials' address, and 10.255.255.1, behind which every packet is lost.
ip link set lo up
ip addr add 169.254.170.2/32 dev lo
ip link add out0 type veth peer name out1
ip addr add 10.255.255.2/24 dev out0
ip link set out0 up
ip link set out1 up
ip neigh replace 10.255.255.1 lladdr 02:00:00:00:00:01 dev out0 nud permanent

exec /mnt/image/emulator --listen 127.0.0.1:8080 --listen 169.254.170.2:80 --packages /mnt/image/packages
