# Tocsin: "make test" is everything that must hold, on this machine.

SHELL := /usr/bin/env bash
.SHELLFLAGS := -euo pipefail -c
.NOTPARALLEL:
.DEFAULT_GOAL := help

# The race detector needs cgo and a C compiler; RACE= runs without it.
RACE ?= -race
STATICCHECK := go tool -modfile=tools/go.mod staticcheck
# A module of its own: its dependencies are none of the program's.
CRASH := crashsim

say = @printf '\n== %s\n' "$(1)"

.PHONY: help
help: ## list what make can do
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: test
test: deps fmt vet lint build others rules fuzz unit crash ## everything that must hold; ends with the lines of go test

.PHONY: deps
deps: ## install what the tests need from Debian, or say what is missing
	$(call say,what the tests need from outside Go)
	@bash internal/testdeps/ensure.sh

.PHONY: fmt
fmt: ## every Go file is formatted
	$(call say,gofmt)
	@files="$$(gofmt -l .)"; \
	if [ -n "$$files" ]; then printf 'not formatted; run gofmt -w on:\n%s\n' "$$files" >&2; exit 1; fi

.PHONY: vet
vet: ## what go vet finds suspicious
	$(call say,go vet)
	@go vet ./...
	@go -C $(CRASH) vet ./...

.PHONY: lint
lint: ## what staticcheck finds (pinned in tools/go.mod, settings in staticcheck.conf)
	$(call say,staticcheck)
	@$(STATICCHECK) ./...
	@cd $(CRASH) && go tool -modfile=../tools/go.mod staticcheck ./...

.PHONY: build
build: ## everything compiles
	$(call say,go build)
	@go build ./...

.PHONY: others
others: ## other people's programs that the tests set against ours (pinned in tools/interop/go.mod)
	$(call say,others' programs for the tests)
	@go -C tools/interop tool -n fsck >/dev/null
	@go -C tools/interop tool -n omniwitness >/dev/null

.PHONY: rules
rules: ## the rule packs lack nothing, and their worked examples hold
	$(call say,the rule packs)
	@go run ./cmd/tocsin rules lint
	@go run ./cmd/tocsin rules test

.PHONY: fuzz
fuzz: ## every fuzz target for a few seconds (FUZZ_EACH, FUZZ_TOTAL)
	$(call say,short fuzzing)
	@bash tools/fuzz.sh

.PHONY: unit
unit: ## the tests; with the race detector wherever things run beside one another
	$(call say,go test)
	@go test -count=1 $$(bash tools/alone.sh alone)
	$(call say,go test $(RACE))
	@go test -count=1 -timeout 20m $(RACE) $$(bash tools/alone.sh together)

.PHONY: crash
crash: ## power cuts and disk faults under the product's own code
	$(call say,go test in $(CRASH))
	@cd $(CRASH) && go test -count=1 ./...

.PHONY: long
long: ## the tests against others' programs once more, with a log of a million leaves
	TOCSIN_LONG=1 go test -count=1 -v ./interop

.PHONY: bench
bench: ## the benchmarks
	go test -run '^$$' -bench . -benchmem ./...

# A package that has golden files takes the flag -update.
.PHONY: golden
golden: ## write golden files and generated tables anew; look at the difference before a commit
	go run ./calendar/internal/holidaygen
	for dir in $$(grep -rl --include='*_test.go' 'flag.Bool("update"' . | xargs -n1 dirname | sort -u); do go test "$$dir" -update; done
	git --no-pager diff --stat
