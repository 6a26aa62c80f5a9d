#!/bin/bash
# studio-mirror for a SageMaker Studio space: a lifecycle configuration for JupyterLab and Code Editor. It logs pip, uv and npm in
# to AWS CodeArtifact when the space starts, and keeps them logged in. Whatever happens, the space does start: this ends with 0,
# within 10 seconds. What it prints: CloudWatch, log group /aws/sagemaker/studio, stream
# <domain>/<space>/<app type>/default/LifecycleConfigOnStart.

# Which CodeArtifact. Empty: from the environment, or config.toml in ~/.config/studio-mirror or the image's /etc/studio-mirror.
# shellcheck disable=SC2034
domain=''
domain_owner=''
repository=''
region=''
# Addresses of VPC endpoints without private DNS.
api_endpoint=''
repository_endpoint=''
# Seconds that tokens live, where the role's policy caps them.
duration_seconds=''

# Filled in by `studio-mirror bootstrap`. Where images without the binary get it: a repository of the domain, or s3://bucket/key.
# Without it, one that somebody put into the home is run, unchecked.
binary_source=''
version=''
# What it is, to the bit. The version before works while the new one is on its way.
sha256=''
previous_sha256=''
# Seconds over which spaces fetch a new version: 10,000 make 17 a second, by chance 40; CodeArtifact takes 50.
spread=600

# Studio waits for this script. 8 seconds for the work leave one to stop it; a longer first download goes to the background.
time_limit=8
fetch_limit=6
# An environment may bring its own.
SECONDS=0 work=

# One stream: CloudWatch shows things as they happened.
exec 2>&1

say() { printf 'studio-mirror: %s\n' "$*" >&2; }
hint() { say "hint: $*"; }

# A script that fails keeps people out of their space.
trap 'exit 0' EXIT
trap 'say "stopped by a signal"; stop_work; exit 0' HUP INT TERM

main() {
	local result
	prepare
	mkdir -p "$cache" 2>/dev/null
	# A copy for `studio-mirror check`; tee goes on without one.
	log_in 2>&1 | tee "$log" 2>/dev/null
	result=${PIPESTATUS[0]}
	echo "studio-mirror: ended with $result" 2>/dev/null >>"$log"
	return "$result"
}

log_in() {
	local binary told
	binary=$(find_binary) || return
	told=$("$binary" --version </dev/null 2>&1) || { say "$binary does not run: $told"; return 126; }
	say "$told, $binary, $HOME, domain ${domain:-as configured}, repository ${repository:-as configured}, region ${AWS_REGION:-as configured}"
	# In a session of its own, it outlives this script. Before the login, whose tokens it looks after.
	"$binary" refresh --daemon </dev/null || say "tokens in files (npm's) will not be renewed in the background"
	"$binary" login </dev/null
}

prepare() {
	local name
	for name in domain domain_owner repository api_endpoint repository_endpoint duration_seconds; do
		[ -z "${!name}" ] || export "STUDIO_MIRROR_${name^^}=${!name}"
	done
	[ -z "$region" ] || export AWS_REGION="$region"
	if [ -z "${HOME:-}" ]; then
		HOME=$(getent passwd "$(id -u)" 2>/dev/null | cut -d : -f 6)
		[ -n "$HOME" ] || HOME=/home/sagemaker-user
		export HOME
		say "HOME is not set; taking $HOME"
	fi
	case $HOME in
		*/sagemaker-recovery-mode-home) say "recovery mode: what is set up now ends with this session" ;;
	esac
	[ -w "$HOME" ] || say "cannot write into $HOME"
	cache=$HOME/.cache/studio-mirror
	log=$cache/lifecycle.log
	# Tools' files name this path, whatever the version.
	cached=$cache/bin/studio-mirror
	link=$HOME/.local/bin/studio-mirror
}

# Prints the path of the one to run.
find_binary() {
	if image_binary; then
		return
	elif [ -z "$sha256" ]; then
		first_trusted "$cached" "$link" || return 127
	elif ! sha256sum </dev/null >/dev/null 2>&1; then
		say "no sha256sum: nothing in the home can be trusted"
		return 127
	else
		cached_binary || { fetch "$fetch_limit" && cached_binary; }
	fi
}

# An administrator's, maybe newer than this script: no hash is asked for, but where one is pinned it must be root's.
image_binary() {
	local found
	mapfile -t found < <(type -aP studio-mirror | grep -vF -- "$HOME/")
	first_trusted /usr/local/bin/studio-mirror /opt/studio-mirror/bin/studio-mirror "${found[@]}"
}

# It gets the role's credentials: nobody but root and this user may have had a hand in it.
first_trusted() {
	local candidate owner mode
	for candidate; do
		if ! [ -f "$candidate" ] || ! [ -x "$candidate" ]; then continue; fi
		read -r owner mode < <(stat -L -c '%u %a' -- "$candidate") || continue
		if [ "$owner" != 0 ] && { [ -n "$sha256" ] || [ "$owner" != "$(id -u)" ]; }; then
			say "not running $candidate: it belongs to user id $owner"
		elif (((8#$mode & 8#022) != 0)); then
			say "not running $candidate: others may write to it; mend it with: chmod go-w $candidate"
		else
			printf '%s\n' "$candidate"
			return
		fi
	done
	return 1
}

# The pinned version, else the one before. Homes outlive spaces, so each start looks. No defence against this user's own
# processes: they have the role's credentials anyway.
cached_binary() (
	lock
	if [ -e "$cached" ] && ! is "$sha256" "$cached" && ! is "$previous_sha256" "$cached"; then
		say "not running $cached: its SHA-256 is none of those pinned here"
		# A file is renamed over: another start may be running it.
		[ -f "$cached" ] || rm -rf "$cached"
	fi
	for pinned in "$sha256" "$previous_sha256"; do
		if { is "$pinned" "$cached" && chmod 755 "$cached"; } || put_in_place "$pinned"; then
			[ "$pinned" = "$sha256" ] || say "still the version before $version, which comes in the background"
			printf '%s\n' "$cached"
			exit
		fi
	done
	is "$sha256" "$cached" || rm -rf "$cached"
	exit 125
)

# For the rest of a subshell: starts must not remove what others put in place.
lock() {
	{ exec 9>"$cache/lock"; } 2>/dev/null && flock -w 2 9
}

# is SHA256 FILE
is() {
	local sum
	[ -n "$1" ] && [ -f "$2" ] && sum=$(sha256sum <"$2") && [ "${sum%% *}" = "$1" ]
}

# Whole or not at all: checked, then linked: homes may have no room for a copy.
put_in_place() {
	local kept=$cache/versions/$1
	[ -f "$kept" ] && mkdir -p "${cached%/*}" || return
	if ! is "$1" "$kept"; then
		say "$kept is damaged; it is removed"
		rm -f "$kept"
		return 1
	fi
	chmod 755 "$kept" && touch "$kept" && ln -fT "$kept" "$cached" || return
	# The command, for terminals.
	[ -e "$link" ] || { mkdir -p "${link%/*}" && ln -sf "$cached" "$link"; }
	return 0
}

# fetch SECONDS: the pinned version into the cache, whole and as pinned, or not at all.
fetch() {
	local part complaint result ask put
	command -v aws >/dev/null || { say "no aws command to fetch version $version with"; return 127; }
	mkdir -p "$cache/versions" && part=$(mktemp "$cache/versions/part.XXXXXX") || return 123
	ask=(aws --region "$region" --cli-connect-timeout 3)
	case $binary_source in
		s3://*)
			ask+=(s3 cp --only-show-errors "$binary_source")
			put="aws s3 cp FILE $binary_source"
			;;
		*)
			ask+=(codeartifact get-package-version-asset --domain "$domain" --domain-owner "$domain_owner"
				--repository "$binary_source" --format generic --namespace studio-mirror --package studio-mirror
				--package-version "$version" --asset studio-mirror-x86_64-linux-musl
				${api_endpoint:+--endpoint-url "$api_endpoint"})
			put="studio-mirror bootstrap publish"
			;;
	esac
	complaint=$(AWS_RETRY_MODE=standard AWS_MAX_ATTEMPTS=2 AWS_SDK_UA_APP_ID=studio-mirror-$version \
		timeout --foreground -k 1 "$1" "${ask[@]}" "$part" </dev/null 2>&1 >/dev/null)
	result=$?
	if is "$sha256" "$part"; then
		# What does not run must not take the place of what does.
		complaint=$({ chmod 755 "$part" && timeout 9 "$part" --version && mv -fT "$part" "$cache/versions/$sha256"; } </dev/null 2>&1) &&
			say "fetched version $version from $binary_source" && return
		complaint="it does not run: $complaint" result=
	fi
	rm -f "$part"
	case $result in
		0) complaint="what came is not what is pinned here" ;;
		124 | 137) complaint="no end after $1 seconds" ;;
	esac
	say "did not get version $version from $binary_source: ${complaint//$'\n'/ }"
	case $complaint in
		'it does not run'*) return 126 ;;
		*AccessDenied* | *'(403)'*) hint "the role and the endpoint's policy must allow codeartifact:GetPackageVersionAsset (or s3:GetObject)" ;;
		*ResourceNotFound* | *NoSuchKey* | *'(404)'*) hint "an administrator puts it there with: $put" ;;
		*Throttl* | *TooMany* | *SlowDown*) hint "many spaces ask at once; it comes by itself" ;;
		*'No space'* | *'Disk quota'*) return 123 ;;
		*'Signature expired'* | *TooSkewed* | *'not yet'*) hint "the clock is wrong; look at: date -u" ;;
		*redential* | *'security token'*) hint "has the space's execution role gone?" ;;
		*'proxy URL'* | *'SSL validation'*) hint "look at HTTPS_PROXY, NO_PROXY and AWS_CA_BUNDLE" ;;
		*pinned*) hint "an administrator types: studio-mirror bootstrap plan" ;;
		*onnect*endpoint* | *'timeout on'* | *'imed out'* | 'no end'*) explain timeout ;;
		*) hint "in a terminal of the space, type:$(printf ' %q' "${ask[@]}" /dev/null)" ;;
	esac
	return 125
}

# In the background: fetches the pinned version, does what had no time, clears away.
later() {
	local file window=$spread
	# Holds up nobody.
	trap '' HUP INT
	for file in /proc/self/fd/*; do
		file=${file##*/}
		[ "$file" -le 2 ] || eval "exec $file>&-"
	done
	prepare
	! image_binary && sha256sum </dev/null && command -v aws && exec >>"$log" 2>&1 || return
	if ! is "$sha256" "$cached"; then
		# Where nothing is logged in it is urgent.
		[ "$1" = 0 ] || window=$((spread / 20))
		for _ in 1 2 3 4 5; do
			sleep "$(some_of "$window")"
			(lock; put_in_place "$sha256") || { fetch 300 && (lock; put_in_place "$sha256"); }
			case $? in 0 | 126) break ;; esac
			window=$spread
		done
		is "$sha256" "$cached" || { say "no version $version until the next start"; return; }
		say "version $version is in place"
		# That of the version before would go on by its rules.
		"$cached" refresh --stop && "$cached" refresh --daemon
	fi
	if [ "$1" = 125 ] || [ "$1" = timeout ]; then
		"$cached" refresh --daemon
		"$cached" login
		say "ended with $?"
	fi
	collect
}

# Up to $1 seconds: spaces that start in one moment must not ask in one.
some_of() {
	local chance
	chance=$(($(od -An -N 4 -t u4 /dev/urandom) % ($1 * 1000 + 1)))
	printf '%d.%03d\n' $((chance / 1000)) $((chance % 1000))
}

# The version before stays, to go back to. What is young may be another start's.
collect() {
	local file
	for file in "$cache/versions"/*; do
		case ${file##*/} in
			"$sha256" | "$previous_sha256") ;;
			*) find "$file" -mmin +60 -delete 2>/dev/null ;;
		esac
	done
}

stop_work() {
	[ -n "${work:-}" ] || return 0
	kill -TERM -- "-$work" 2>/dev/null
	sleep 0.3
	kill -KILL -- "-$work" 2>/dev/null
	disown -a
}

explain() {
	case $1 in
		0) ;;
		2) hint "the settings are incomplete or wrong; set them at the top of this lifecycle configuration" ;;
		123) hint "the home is full or read-only: df -h ~" ;;
		125) hint "it is tried again in the background, and logs in then; see ~/.cache/studio-mirror/lifecycle.log" ;;
		126) hint "the binary is for x86_64 Linux; fetch or build it again" ;;
		127) hint "no studio-mirror in /usr/local/bin, /opt/studio-mirror/bin, on PATH, in ~/.cache/studio-mirror/bin or ~/.local/bin: put it into the image or the home" ;;
		timeout) hint "the network does not answer; look at the VPC endpoints codeartifact.api and codeartifact.repositories: private DNS on, port 443 open from the space's security group" ;;
		*) hint "in a terminal of the space, type: studio-mirror login -v" ;;
	esac
}

# A process group of its own, to stop all of it. Polled, not waited for: stuck in the file system, it would not even die.
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
explain "$result"
if [ -n "$sha256" ]; then
	set -m
	later "$result" </dev/null >/dev/null 2>&1 &
	disown
fi
exit 0
