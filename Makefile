# What everyone runs. Each goal makes the machine ready first (.ci/setup), in seconds when nothing is missing.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup peers page run dev test test-rust test-page test-window bench bindings lint fmt bundle

SAMPLE := examples/ledger-database.toml

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | column -t -s $$'\t'

setup: ## install what is missing, say what is too old
	@.ci/setup

peers: setup ## the real model servers that the tests talk to (.venv-peers/)
	@.ci/setup-peers

page: setup
	@npm --prefix ui run build --silent

run: page ## build Ponder and open it on the sample decision (without a display: rank it in the terminal)
	cargo build --release --workspace --bins
	@.ci/run-sample $(SAMPLE)

dev: setup ## the window with a page that reloads as you edit
	npx --yes @tauri-apps/cli@2.12.5 dev

test: test-rust test-page ## everything: Rust with the real window, then the page

test-rust: page peers
	cargo test --workspace --no-fail-fast

test-page: page
	npm --prefix ui run check
	npm --prefix ui test
	npm --prefix ui run test:grid
	npm --prefix ui run test:page

bench: page ## every benchmark, each figure beside a limit measured in the same run
	@.ci/bench

bindings: ## write the page's TypeScript types from the Rust ones
	PONDER_WRITE_BINDINGS=1 cargo test -p engine --test bindings

lint: setup ## formatting, clippy, licences
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	@if cargo deny --version >/dev/null 2>&1; then cargo deny --offline check licenses bans sources; \
	else echo "lint: cargo-deny is not installed, licences not checked (cargo install cargo-deny --locked)"; fi

fmt: setup ## format the Rust code
	cargo fmt --all

bundle: page ## the .deb and .rpm packages, unsigned
	npx --yes @tauri-apps/cli@2.12.5 build --bundles deb,rpm -- --profile dist
