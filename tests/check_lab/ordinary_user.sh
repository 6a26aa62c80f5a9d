#!/bin/sh
# usage: ordinary_user.sh SCRATCH UID FOLDER... -- COMMAND...
#
# Runs a command as UID, who is no user of this machine, with these folders readable where they are: in a mount namespace of its
# own a folder that lets nobody else through is covered by an empty one, in which only they stand.
set -eu
scratch=$1 uid=$2
shift 2
kept=
while [ "$1" != -- ]; do
    mkdir -p "$scratch/$#"
    mount --bind "$1" "$scratch/$#"
    kept="$kept $#:$1"
    shift
done
shift
as() { setpriv --reuid "$uid" --regid "$uid" --clear-groups "$@"; }
for one in $kept; do
    folder=${one#*:}
    until as test -x "$folder"; do
        # The outermost that is in the way.
        closed=$folder
        while parent=$(dirname "$closed") && ! as test -x "$parent"; do closed=$parent; done
        mount -t tmpfs -o mode=755 none "$closed"
        for again in $kept; do
            case ${again#*:}/ in
                "$closed"/*)
                    mkdir -p "${again#*:}"
                    mount --bind "$scratch/${again%%:*}" "${again#*:}"
                    ;;
            esac
        done
    done
done
exec setpriv --reuid "$uid" --regid "$uid" --clear-groups "$@"
