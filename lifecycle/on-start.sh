#!/bin/bash
# studio-mirror for a SageMaker Studio space: a lifecycle configuration for JupyterLab and Code Editor.
# Logs pip, uv and npm in to AWS CodeArtifact when the space starts, and keeps them logged in. Whatever happens, the space does start:
# this script ends with 0, within 10 seconds. What it prints is in CloudWatch, in the log group
# /aws/sagemaker/studio, stream <domain>/<space>/<app type>/default/LifecycleConfigOnStart.

# Which CodeArtifact. Empty: from the environment, or ~/.config/studio-mirror/config.toml,
# or /etc/studio-mirror/config.toml in the image.
domain=''
domain_owner=''
repository=''
region=''

# Studio waits for this script; 8 seconds for the work leave one to stop what would not end.
time_limit=8

# One stream, so that CloudWatch shows things in the order in which they happened.
exec 2>&1

say() { printf 'studio-mirror: %s\n' "$*"; }

# A script that a failing command could end, or that could fail, would keep people out of their space.
trap 'exit 0' EXIT
trap 'say "stopped by a signal"; stop_work; exit 0' HUP INT TERM

main() {
    export_settings
    find_home
    local copy=$HOME/.cache/studio-mirror/lifecycle.log result
    log_in 2>&1 | keep "$copy"
    result=${PIPESTATUS[0]}
    echo "studio-mirror: ended with $result" 2>/dev/null >>"$copy"
    return "$result"
}

# A copy of what is said, for `studio-mirror check`.
keep() {
    mkdir -p -- "${1%/*}" 2>/dev/null
    if [ -d "${1%/*}" ]; then
        tee -- "$1" 2>/dev/null
    else
        cat
    fi
}

log_in() {
    local binary version
    binary=$(find_binary) || return 127
    version=$("$binary" --version </dev/null 2>&1) || { say "$binary does not run: $version"; return 126; }
    say "$version, $binary, ${HOME:-no home}"
    say "domain ${STUDIO_MIRROR_DOMAIN:-as configured}," \
        "owner ${STUDIO_MIRROR_DOMAIN_OWNER:-as configured}," \
        "repository ${STUDIO_MIRROR_REPOSITORY:-as configured}," \
        "region ${AWS_REGION:-${AWS_DEFAULT_REGION:-as configured}}"
    # In a session of its own, it outlives this script. Before the login, whose tokens it looks after.
    "$binary" refresh --daemon </dev/null || say "tokens in files (npm's) will not be renewed in the background"
    "$binary" login </dev/null
}

export_settings() {
    [ -z "$domain" ] || export STUDIO_MIRROR_DOMAIN="$domain"
    [ -z "$domain_owner" ] || export STUDIO_MIRROR_DOMAIN_OWNER="$domain_owner"
    [ -z "$repository" ] || export STUDIO_MIRROR_REPOSITORY="$repository"
    [ -z "$region" ] || export AWS_REGION="$region"
}

find_home() {
    if [ -z "${HOME:-}" ]; then
        HOME=$(getent passwd "$(id -u)" 2>/dev/null | cut -d : -f 6)
        [ -n "$HOME" ] || HOME=/home/sagemaker-user
        export HOME
        say "HOME is not set; taking $HOME"
    fi
    case $HOME in
        */sagemaker-recovery-mode-home) say "recovery mode: what is set up now ends with this session" ;;
    esac
    if [ ! -d "$HOME" ] || [ ! -w "$HOME" ]; then
        say "cannot write into $HOME"
    fi
}

# The image's copy wins over one in the home: an administrator put it there.
find_binary() {
    local candidate
    while IFS= read -r candidate; do
        if [ -f "$candidate" ] && [ -x "$candidate" ] && trusted "$candidate"; then
            printf '%s\n' "$candidate"
            return 0
        fi
    done < <(
        printf '%s\n' /usr/local/bin/studio-mirror /opt/studio-mirror/bin/studio-mirror
        type -aP studio-mirror | grep -vF -- "$HOME/"
        printf '%s\n' "$HOME/.cache/studio-mirror/bin/studio-mirror" "$HOME/.local/bin/studio-mirror"
    )
    return 1
}

# It gets the role's credentials: nobody but root and this user may have had a hand in it.
trusted() {
    local owner mode
    read -r owner mode < <(stat -L -c '%u %a' -- "$1") || return 1
    if [ "$owner" != 0 ] && [ "$owner" != "$(id -u)" ]; then
        say "not running $1: it belongs to user id $owner" >&2
        return 1
    fi
    if (((8#$mode & 8#022) != 0)); then
        say "not running $1: others may write to it; mend it with: chmod go-w $1" >&2
        return 1
    fi
}

stop_work() {
    [ -n "${work:-}" ] || return 0
    kill -TERM -- "-$work" 2>/dev/null
    sleep 0.3
    kill -KILL -- "-$work" 2>/dev/null
    disown -a
}

hint() {
    case $1 in
        0) ;;
        2) say "hint: the settings are incomplete or wrong; set them at the top of this lifecycle configuration" ;;
        126) say "hint: the binary is for x86_64 Linux; fetch or build it again" ;;
        127)
            say "no studio-mirror in /usr/local/bin, /opt/studio-mirror/bin, on PATH, in ~/.cache/studio-mirror/bin or ~/.local/bin"
            say "hint: put the binary into the image or into one of these folders of the home"
            ;;
        timeout)
            say "hint: the network does not answer; look at the VPC endpoints codeartifact.api and codeartifact.repositories:"
            say "hint: private DNS on, and port 443 open from the space's security group"
            ;;
        *) say "hint: in a terminal of the space, type: studio-mirror login -v" ;;
    esac
}

# Its own process group, so that everything it started can be stopped with it. It is polled, not waited for:
# a process stuck in the file system does not die even when it is killed.
set -m
main &
work=$!
set +m
while [ "$SECONDS" -lt "$time_limit" ] && kill -0 "$work" 2>/dev/null; do
    sleep 0.1
done
if kill -0 "$work" 2>/dev/null; then
    result=timeout
    say "no end after $SECONDS seconds; stopping it"
    stop_work
else
    wait "$work"
    result=$?
fi
if [ "$result" = 0 ]; then
    say "logged in after ${SECONDS} s"
else
    say "NOT logged in after ${SECONDS} s ($result); the space starts without it"
fi
hint "$result"
exit 0
