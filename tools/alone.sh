#!/usr/bin/env bash
# Splits the packages for the race detector, which makes a test about ten times
# as slow: "alone.sh alone" lists those in which, tests included, nothing runs
# beside anything else, so that there is no race to be found; "alone.sh together"
# lists the others. When in doubt, together.
set -euo pipefail
cd "$(dirname "$0")/.."

together='^[[:space:]]*(defer )?go |\.Parallel\(|RunParallel|sync\.(Mutex|RWMutex|WaitGroup|Map|Pool|Cond)|"sync/atomic"|"(net|net/http|database/sql|os/exec|testing/synctest)"|golang.org/x/sync'
go list -e -f '{{.ImportPath}} {{.Dir}}' ./... | while read -r path dir; do
	if grep -qE -e "$together" "$dir"/*.go; then kind=together; else kind=alone; fi
	if [ "$kind" = "$1" ]; then echo "$path"; fi
done
