# Socle. `make demo` runs it, `make test` tests it; docs/ says the rest.
SHELL := /usr/bin/env bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := build

LISTEN ?= 127.0.0.1:8080
GOLANGCI_VERSION := v2.15.0
TOOLS := $(CURDIR)/.cache/tools
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
export CGO_ENABLED := 1

# The page of the map draws with MapLibre GL. npm brings it, and what checks and tests the
# page, to .cache/web; what the program embeds is copied beside its package.
WEB := $(CURDIR)/.cache/web
EXPLORER := cmd/socle/internal/explorer
MAPLIBRE := $(EXPLORER)/maplibre

# The tests' private PostGIS lives outside the checkout: its user cannot always read here.
with_postgis = dir=$$(mktemp -d /tmp/socle-test.XXXXXX); trap '.ci/postgis.sh down "$$dir"' EXIT; \
	chmod 755 "$$dir"; SOCLE_TEST_POSTGIS=$$(.ci/postgis.sh up "$$dir"); export SOCLE_TEST_POSTGIS;

# SQLite as translated from C reads and writes C memory, which the race detector does not watch: to have it watched costs
# half of the tests' time and finds nothing. What calls it, and the locks that it takes, are watched.
RACE := -race -gcflags=modernc.org/sqlite/lib=-race=false

.PHONY: build web demo test check bench conformance golden fuzz tidy

build: web ## bin/socle
	@.ci/install.sh build
	go build -trimpath -ldflags "-X main.version=$(VERSION)" -o bin/socle ./cmd/socle

web: $(MAPLIBRE)/maplibre-gl.mjs ## what the page of the map is made with, from npm

$(MAPLIBRE)/maplibre-gl.mjs: $(EXPLORER)/package.json
	@command -v npm >/dev/null || { echo "npm is missing: install Node 18 or later, which brings it" >&2; exit 1; }
	@mkdir -p $(WEB) && cp $< $(WEB)/package.json
	npm install --prefix $(WEB) --no-package-lock --no-audit --no-fund --loglevel=error
	@for f in maplibre-gl.mjs maplibre-gl-worker.mjs; do sed '/^\/\/# sourceMappingURL=/d' $(WEB)/node_modules/maplibre-gl/dist/$$f >$(MAPLIBRE)/$$f.new; done
	@mv $(MAPLIBRE)/maplibre-gl-worker.mjs.new $(MAPLIBRE)/maplibre-gl-worker.mjs && mv $(MAPLIBRE)/maplibre-gl.mjs.new $@

demo: build ## a synthetic territory, served
	bin/socle demo --listen $(LISTEN)

test: web ## every test, with the race detector and a PostGIS of its own
	@.ci/install.sh test
	$(with_postgis) go test $(RACE) -timeout 40m ./...

check: $(TOOLS)/golangci-lint-$(GOLANGCI_VERSION) web ## format, vet, lint, layout, generated files
	@.ci/install.sh build
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); [ -z "$$unformatted" ] || { echo "gofmt: $$unformatted" >&2; exit 1; }
	go vet ./...
	$< run
	$(WEB)/node_modules/.bin/tsc -p $(EXPLORER)
	go test -count=1 .
	go mod tidy -diff

bench: build ## benchmarks, side by side with GDAL, PostGIS and (in PG_FEATURESERV) pg_featureserv on this machine
	@.ci/install.sh bench
	$(with_postgis) go test -run '^$$' -bench . -benchmem ./... ; .ci/bench/run.sh ; .ci/bench/features.sh

conformance: build ## real clients (GDAL, QGIS; QGIS_LTR=1 for its LTR too), OGC's suites (from ETS_SOURCES) and random questions against a running server
	@.ci/install.sh clients
	$(with_postgis) .ci/clients/run.sh ; .ci/conformance/run.sh

golden: web ## rewrites golden files
	@.ci/install.sh test
	$(with_postgis) SOCLE_GOLDEN=write go test -count=1 ./...

fuzz: ## each fuzz target for a short while
	@for p in $$(grep -rl --include='*_test.go' '^func Fuzz' . | xargs -n1 dirname | sort -u); do \
	  for f in $$(grep -h -o '^func Fuzz[A-Za-z0-9_]*' $$p/*_test.go | sed 's/^func //'); do \
	    echo "$$p $$f"; go test -run '^$$' -fuzz "^$$f$$" -fuzztime 20s $$p; done; done

tidy: ## go.mod and formats
	go mod tidy
	gofmt -w $$(git ls-files '*.go')

$(TOOLS)/golangci-lint-$(GOLANGCI_VERSION):
	@mkdir -p $(TOOLS)
	GOBIN=$(TOOLS) GOFLAGS= go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION)
	@mv $(TOOLS)/golangci-lint $@
