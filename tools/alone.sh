#!/usr/bin/env bash
# Splits the packages for the race detector, which makes a test about ten times
# as slow: "alone.sh alone" lists those in which, tests included, nothing runs
# beside anything else, so that there is no race to be found; "alone.sh together"
# lists the others. When in doubt, together.
#
# Two are told apart by name. e2e/journeys drives a program of its own, in which
# the detector of the test would see nothing. e2e/security asks every route for
# every person, one after the other and to the byte, which takes ten minutes with
# it; the same handlers run beside one another in webui, httpapi and app.
set -euo pipefail
cd "$(dirname "$0")/.."

together='^[[:space:]]*(defer )?go |\.Parallel\(|RunParallel|sync\.(Mutex|RWMutex|WaitGroup|Map|Pool|Cond)|"sync/atomic"|"(net|net/http|database/sql|os/exec|testing/synctest)"|golang.org/x/sync'
go list -e -f '{{.ImportPath}} {{.Dir}}' ./... | while read -r path dir; do
	if grep -qE -e "$together" "$dir"/*.go; then kind=together; else kind=alone; fi
	case $path in */e2e/journeys | */e2e/security) kind=alone ;; esac
	if [ "$kind" = "$1" ]; then echo "$path"; fi
done
