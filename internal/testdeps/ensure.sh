#!/usr/bin/env bash
# Makes sure that what the tests need from outside Go is on this machine: a
# browser (the picture's texts are measured in one), fonts with Latin and
# Chinese signs, a C compiler (the race detector needs it), PostgreSQL's server
# programs (the store's tests start a server of their own), openssl (it plays
# the time-stamp authority) and Node with npm (the script that checks receipts is
# run by it, and a single sign-on provider by others). It installs the Debian packages where it may
# (root, apt-get) and else says in one sentence what is missing. It never goes
# on without: a test that cannot run is no pass.
set -euo pipefail

oldest_postgres=15

browser() {
	local name
	for name in chromium chromium-browser google-chrome chrome; do
		if command -v "$name" >/dev/null; then return 0; fi
	done
	return 1
}

# font PACKAGE PATTERN: by name where fontconfig can list, else by package.
font() {
	if command -v fc-list >/dev/null; then
		fc-list : family | grep -Ei "$2" >/dev/null
	elif command -v dpkg-query >/dev/null; then
		dpkg-query -W -f='${Status}' "$1" 2>/dev/null | grep -q 'ok installed'
	else
		return 1
	fi
}

compiler() { command -v gcc >/dev/null || command -v cc >/dev/null; }

# The server's programs lie beside PATH on Debian. All that the tests call must
# be there, in one place, and new enough: "postgres (PostgreSQL) 15.18 (…)".
postgres() {
	local dir version path
	IFS=: read -ra path <<<"$PATH"
	for dir in "${path[@]}" /usr/lib/postgresql/*/bin; do
		[ -x "$dir/postgres" ] && [ -x "$dir/initdb" ] && [ -x "$dir/pg_ctl" ] && [ -x "$dir/pg_basebackup" ] || continue
		version=$("$dir/postgres" --version 2>/dev/null | sed -n 's/^postgres (PostgreSQL) \([0-9]*\).*/\1/p')
		if [ "${version:-0}" -ge "$oldest_postgres" ]; then return 0; fi
	done
	return 1
}

# "ts" is a part that some builds of it leave out.
openssl_ts() { command -v openssl >/dev/null && openssl ts -help >/dev/null 2>&1; }

# 20 is the first with Ed25519 in its Web Cryptography.
node() {
	local major
	command -v npm >/dev/null || return 1
	major=$(command node --version 2>/dev/null | sed -n 's/^v\([0-9]*\)\..*/\1/p')
	[ "${major:-0}" -ge 20 ]
}

find_missing() {
	missing=()
	browser || missing+=(chromium)
	font fonts-dejavu-core 'dejavu' || missing+=(fonts-dejavu-core)
	font fonts-noto-cjk 'cjk|source han|wenquanyi|pingfang' || missing+=(fonts-noto-cjk)
	compiler || missing+=(gcc libc6-dev)
	postgres || missing+=(postgresql)
	openssl_ts || missing+=(openssl)
	node || missing+=(nodejs npm)
}

install() { apt-get install -y -qq --no-install-recommends "$@" </dev/null >/dev/null; }

# Debian's package makes a cluster and starts it, on port 5432 if that is free.
# The tests do not use it, so none is made, unless somebody has settled that
# question in the file already; afterwards the file is as it was.
without_cluster() {
	local status=0
	conf=/etc/postgresql-common/createcluster.conf
	if [ ! -e "$conf" ]; then install postgresql-common; fi
	if [ ! -f "$conf" ] || grep -qE '^[[:space:]]*create_main_cluster' "$conf"; then
		install "$@"
		return
	fi
	kept=$(mktemp)
	cp -p "$conf" "$kept" || return
	trap 'cp -p "$kept" "$conf"; rm -f "$kept"' EXIT
	printf 'create_main_cluster = false\n' >>"$conf"
	install "$@" || status=$?
	cp -p "$kept" "$conf"
	return "$status"
}

find_missing
if [ "${#missing[@]}" -eq 0 ]; then
	echo "nothing is missing: browser, fonts, C compiler, PostgreSQL, openssl and Node are here"
	exit 0
fi

by_hand="apt-get install ${missing[*]}"
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
	echo "The tests need Debian's packages ${missing[*]} or their like; install them as root with '$by_hand' and run this again." >&2
	exit 1
fi

echo "installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
how=install
if [[ " ${missing[*]} " == *' postgresql '* ]]; then how=without_cluster; fi
if ! { apt-get update -qq </dev/null >/dev/null && "$how" "${missing[@]}"; }; then
	echo "Installing ${missing[*]} failed; see the lines of apt-get above, and run '$by_hand' by hand." >&2
	exit 1
fi
find_missing
if [ "${#missing[@]}" -ne 0 ]; then
	echo "apt-get reported success, but ${missing[*]} cannot be found (PostgreSQL must be $oldest_postgres or newer, Node 20 or newer)." >&2
	exit 1
fi
