# The commands of this repository. `make run` and `make test` need nothing but Debian 12 and Swift 6.3.
.PHONY: run test clients clients-openai engines observe chaos mixtures fuzz bench build docs lint format packages clean

# Builds, starts Redis, an API and a worker, and prints a line to paste. Ctrl-C ends all of it.
run: build
	@scripts/run

# Builds and runs every test.
test: packages
	swift build --build-tests
	scripts/test

# Lets the clients of OpenAI, Google and Anthropic, LiteLLM, LangChain, instructor and agents ask simulator and Sluice.
clients: packages
	for product in sluice-api sluice-worker sluice-simulator; do swift build --product $$product || exit 1; done
	scripts/client-tests

# Of `clients` the part that CI runs: OpenAI's SDK alone, against the release binaries.
clients-openai: build
	BINARIES=.build/release scripts/client-tests openai

# Runs the release binaries on Redis 7 and 8, Valkey 8 and 9, as far as these can be had here.
engines: build
	scripts/engines

# Asks a real Prometheus every expression of the board and the rules in ops/, of the release binaries under load.
observe: build
	scripts/install-packages prometheus
	scripts/observe

# Injects faults for CHAOS_MINUTES (30) and prints a table of what came of them.
chaos: packages
	swift build --build-tests
	scripts/chaos

# Asks in every way for SLUICE_MIXTURES (1000) random answers of each dialect, and compares them member by member.
mixtures: packages
	swift build --build-tests
	SLUICE_MIXTURES=$${SLUICE_MIXTURES:-1000} swift test --skip-build --filter SystemTests.MixtureTests

# Feeds mutated inputs to all that reads strangers' bytes, for FUZZ_MINUTES (10).
fuzz: packages
	scripts/fuzz

# Measures Sluice and its peers: docs/performance.md. About an hour; Benchmarks/run takes single parts.
bench: build
	Benchmarks/run

# Builds .build/release/sluice-api, sluice-worker, sluice-simulator and sluice.
build: packages
	for product in sluice-api sluice-worker sluice-simulator sluice; do \
	  swift build -c release --static-swift-stdlib --product $$product || exit 1; \
	done

# Writes the table in docs/configuration.md anew from the declarations.
docs: packages
	SLUICE_WRITE_DOCS=1 swift test --filter ConfigurationTests/documentation

lint:
	swift format lint --strict --recursive --parallel Package.swift Sources Tests Benchmarks

format:
	swift format --in-place --recursive --parallel Package.swift Sources Tests Benchmarks

# Installs the Debian packages that are missing.
packages:
	@scripts/install-packages

clean:
	rm -rf .build .sluice
