#!/usr/bin/env bash
# Runs every fuzz target of the module for a short while, one after the other:
# FUZZ_EACH seconds each (5), together about FUZZ_TOTAL seconds (120). An input
# that breaks something is left in the package's testdata/fuzz as a test.
set -euo pipefail
cd "$(dirname "$0")/.."

each=${FUZZ_EACH:-5} total=${FUZZ_TOTAL:-120}

# Only packages that have targets are built for this: linking each of the others
# would take longer than the fuzzing. Modules inside this one have none.
packages=()
while read -r pkg dir; do
	if grep -qs '^func Fuzz' "$dir"/*_test.go; then packages+=("$pkg"); fi
done < <(go list -f '{{.ImportPath}} {{.Dir}}' ./...)

# "go test -list" prints the names of a package and then a line with its path.
targets=$(go test -list '^Fuzz' "${packages[@]}" | awk '
	/^Fuzz/ { names[++n] = $1 }
	/^(ok|\?)/ { for (i = 1; i <= n; i++) print $2, names[i]; n = 0 }')
count=$(grep -c . <<<"$targets" || true)
if [ "$count" -eq 0 ]; then
	echo "no fuzz target was found, and there should be some" >&2
	exit 1
fi
if [ $((each * count)) -gt "$total" ]; then
	each=$((total / count))
	[ "$each" -ge 1 ] || each=1
fi
echo "$count fuzz targets, $each s each"

# Each package is built once: linking it anew for each of its targets would take
# longer than the fuzzing. A program runs in its package's folder, where an input
# that breaks something is left.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
log=$work/log
cache=$(go env GOCACHE)/fuzz
once() { # once PACKAGE TARGET
	local program dir
	program=$work/$(tr / _ <<<"$1")
	dir=.${1#"$(go list -m)"}
	[ -x "$program" ] || go test -c -fuzz=Fuzz -o "$program" "$1" >"$log" 2>&1 </dev/null || return 1
	(cd "$dir" && "$program" -test.run '^$' -test.fuzz "^$2\$" -test.fuzztime "${each}s" -test.fuzzminimizetime 1s -test.fuzzcachedir "$cache/$1") >"$log" 2>&1 </dev/null
}
failed=0
while read -r pkg name; do
	printf '  %-28s %-20s ' "$pkg" "$name"
	if once "$pkg" "$name"; then
		# On a busy machine the time may be over with the inputs it begins with.
		{ grep -o 'execs: [0-9]*' "$log" || echo 'the known inputs only'; } | tail -n 1
		continue
	fi
	# The go command now and then reports the end of the fuzzing time itself as
	# a failure. That one, and no other, is tried once more.
	if grep -q 'context deadline exceeded' "$log" && ! grep -qE 'Failing input|panic:|_test\.go:' "$log" && once "$pkg" "$name"; then
		echo 'passed at the second try'
		continue
	fi
	echo 'FAILED'
	failed=$((failed + 1))
	head -n 40 "$log" | cut -c 1-300
	grep -A 3 '^ *Failing input' "$log" || true
done <<<"$targets"
if [ "$failed" -gt 0 ]; then
	echo "$failed of $count fuzz targets found an input that breaks something" >&2
	exit 1
fi
