#!/usr/bin/env bash
# Makes sure that what the tests need from outside Go is on this machine: a
# browser (the picture's texts are measured in one), fonts with Latin and
# Chinese signs, and a C compiler (the race detector needs it). It installs the
# Debian packages where it may (root, apt-get) and else says in one sentence
# what is missing. It never goes on without: a test that cannot run is no pass.
set -euo pipefail

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

find_missing() {
	missing=()
	browser || missing+=(chromium)
	font fonts-dejavu-core 'dejavu' || missing+=(fonts-dejavu-core)
	font fonts-noto-cjk 'cjk|source han|wenquanyi|pingfang' || missing+=(fonts-noto-cjk)
	compiler || missing+=(gcc libc6-dev)
}

find_missing
if [ "${#missing[@]}" -eq 0 ]; then
	echo "nothing is missing: browser, fonts and C compiler are here"
	exit 0
fi

by_hand="apt-get install ${missing[*]}"
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
	echo "The tests need Debian's packages ${missing[*]} or their like; install them as root with '$by_hand' and run this again." >&2
	exit 1
fi

echo "installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
if ! { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}"; } </dev/null >/dev/null; then
	echo "Installing ${missing[*]} failed; see the lines of apt-get above, and run '$by_hand' by hand." >&2
	exit 1
fi
find_missing
if [ "${#missing[@]}" -ne 0 ]; then
	echo "apt-get reported success, but ${missing[*]} cannot be found." >&2
	exit 1
fi
