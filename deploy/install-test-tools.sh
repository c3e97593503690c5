#!/usr/bin/env bash
# Installs what the tests need beside Go: real Redis, Prometheus, Alertmanager and Chromium, and a C compiler for the
# race detector. Does something only for what is missing, and only as root on Debian or Ubuntu; elsewhere it says what
# to do and exits 1, because a test that is skipped proves nothing. Never starts a service.
set -euo pipefail

has() { for name in "$@"; do command -v "$name" >/dev/null && return; done; return 1; }
compiles() { has "${CC:-gcc}" && echo '#include <stdlib.h>' | "${CC:-gcc}" -E - >/dev/null 2>&1; }

# Fills packages (Debian's names) and missing (what for).
look() {
	packages=() missing=()
	compiles || lacks "the race detector (a C compiler)" gcc libc6-dev
	has redis-server || lacks "tests of the store (redis-server)" redis-server
	{ has prometheus && has promtool; } || lacks "end-to-end tests and tests of the rules (prometheus, promtool)" prometheus
	{ has alertmanager prometheus-alertmanager && has amtool; } || lacks "end-to-end tests (alertmanager, amtool)" prometheus-alertmanager
	has chromium chromium-browser google-chrome || lacks "tests of the demo's page (chromium or google-chrome)" chromium fonts-noto-color-emoji
}
lacks() { missing+=("$1"); packages+=("${@:2}"); }

complain() {
	printf 'Missing for %s\n' "${missing[@]}" >&2
	printf '%s\n' "$@" >&2
	exit 1
}

look
[ ${#missing[@]} -gt 0 ] || exit 0

install="apt-get install --no-install-recommends ${packages[*]}"
ID='' ID_LIKE=''
# shellcheck source=/dev/null
[ ! -r /etc/os-release ] || . /etc/os-release
case " $ID $ID_LIKE " in
*" debian "* | *" ubuntu "*) has apt-get || complain 'There is no apt-get here: install these by hand.' ;;
*) complain "Install these with your package manager; on Debian it would be: sudo $install" ;;
esac
if [ "$ID" = ubuntu ] && [[ " ${packages[*]} " == *" chromium "* ]]; then
	# Ubuntu's chromium-browser only installs a snap, which needs snapd running.
	complain "On Ubuntu install Chromium with 'snap install chromium' or Google Chrome from its .deb, then:" "sudo ${install/ chromium / }"
fi
[ "$(id -u)" = 0 ] || complain "Run: sudo $install"

# Debian starts what it installs unless policy-rc.d says no (101); the tests run the binaries themselves.
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
	trap 'rm -f $policy' EXIT
	printf '#!/bin/sh\nexit 101\n' >$policy
	chmod +x $policy
fi

echo "installing ${packages[*]}"
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
apt() { apt-get -qq -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@" >>"$log" 2>&1 </dev/null || { cat "$log" >&2; complain "This failed: apt-get $*"; }; }
apt update
apt install --yes --no-install-recommends "${packages[@]}"
rm -f "$log"

look
[ ${#missing[@]} -eq 0 ] || complain 'They are still not on PATH after the packages were installed.'
