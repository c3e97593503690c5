# Verbs only. `make run` needs nothing but Go; `make test` is what CI runs.
export CGO_ENABLED = 0
V := github.com/prometheus/common/version
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
REVISION ?= $(shell git rev-parse HEAD 2>/dev/null || echo unknown)
BRANCH ?= $(shell git rev-parse --abbrev-ref HEAD 2>/dev/null || echo unknown)
DATE ?= $(shell git log -1 --format=%cI 2>/dev/null || echo unknown)

.PHONY: run test test-rooms test-whole chaos check bench build fuzz

# Not `go run`: that ends with an error at Ctrl-C. So would make: with set -m, in the foreground of a terminal, Ctrl-C reaches the demo alone.
run:
	@echo "Building Signalbook: a minute or two the first time, seconds after that."
	@go build -o bin/demo ./cmd/signalbook
	@case "$$(ps -o stat= -p $$$$ 2>/dev/null)" in *+*) set -m;; esac; bin/demo demo

test:
	deploy/install-test-tools.sh
	$(MAKE) --no-print-directory check
	@$(MAKE) --no-print-directory -j2 --output-sync=target test-rooms test-whole

# The race detector costs ten times the time, so the rooms that start no goroutine and compute much
# are tested without it (the coordinator's tests race those too), after the real binary with real servers
# around it, which mostly waits. Some rooms are tested both ways: what is tagged !race there would
# take the detector minutes.
CALM := ./alerts ./alerts/textutil ./bot/costreview/chart ./bot/config ./bot/costreview/report ./bot/incident ./bot/ledger ./bot/topic ./bot/event ./bot/action ./bot/blockkit ./bot/message ./bot/message/digest ./bot/message/storm ./bot/outbox ./bot/paging ./bot/playbooktest ./bot/postmortem ./bot/costreview/money ./bot/slacksim/blockkit ./bot/slacksim/mrkdwn \
	./playbooks ./playbooks/importer ./playbooks/handbook ./playbooks/library ./playbooks/shell ./playbooks/yamlfile
BOTH := ./bot/lint ./bot/slacksim
test-rooms:
	CGO_ENABLED=1 go test -race -vet=off -parallel 8 -timeout 60m $$(go list ./alerts/... ./bot/... ./playbooks/... | grep -vxF "$$(go list $(CALM))")
test-whole:
	go test -vet=off -parallel 12 -timeout 60m ./cmd/...
	go test -vet=off -parallel 8 -timeout 60m $(CALM) $(BOTH)

# The long form of the chaos suite; make test has a short one. SEED=7 repeats one run; chaos_test.go tells of the rest.
chaos: export CHAOS_SEED = $(SEED)
chaos: export CHAOS_SEEDS ?= 52
chaos: export CHAOS_LENGTH ?= 4m
chaos:
	deploy/install-test-tools.sh
	go test -count 1 -run '^TestChaos' -v -timeout 3h -parallel 14 ./cmd/signalbook

check:
	@files=$$(gofmt -l .); test -z "$$files" || { echo "not formatted, run gofmt -w on:"; echo "$$files"; exit 1; }
	go mod tidy -diff
	go vet ./...
	go fix -diff ./...
	go tool staticcheck -checks inherit,-ST1005 ./... # an error may begin with a name: Slack, Redis

bench:
	go test -run '^$$' -bench . -benchmem ./...

build:
	go build -trimpath -o bin/signalbook -ldflags "-s -w -X $V.Version=$(VERSION:v%=%) \
		-X $V.Revision=$(REVISION) -X $V.Branch=$(BRANCH) -X $V.BuildDate=$(DATE)" ./cmd/signalbook

# Every fuzz target of the tree, a minute each.
fuzz:
	@grep -rEo --include='*_test.go' '^func Fuzz\w+' . | sed 's/:func / /' | sort | while read -r file target; do \
		echo "$$file $$target"; go test -run '^$$' -fuzz "^$$target\$$" -fuzztime 1m "$$(dirname "$$file")" || exit 1; done
