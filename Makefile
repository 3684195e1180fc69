# Each target is one script of scripts/, which says with --help what it does.
STACK ?= dev
export STACK COLD FORCE ALL RATE

.DEFAULT_GOAL := help
.PHONY: help up preview refresh destroy doctor backup restore scrub prove clean test test-full lint bench lock

up: ## build or repair the site (STACK=name, default dev)
	@scripts/stack up

preview: ## show what up would change
	@scripts/stack preview

refresh: ## look at what is really there and note it in the state
	@scripts/stack refresh

destroy: ## remove everything the stack owns
	@scripts/stack destroy

doctor: ## name what is missing, and the command that mends it
	@scripts/doctor

lock: ## pin what upstreams offer now (Pulumi.<stack>.lock.json)
	@scripts/lock

backup: ## save state, passphrase and keys (FILE=name)
	@scripts/backup $(FILE)

restore: ## bring them back (FILE=name; FORCE=1 over a newer state)
	@scripts/restore $(FILE)

scrub: ## read every byte of the content again and repair (RATE=20: MB a second)
	@scripts/scrub

prove: ## ask pip and uv, as each target, whether the indexes serve all that their lists name
	@scripts/prove

test: ## types, unit, contract and the thin real tests (COLD=1: from empty caches)
	@scripts/test

test-full: ## all real tests of one plane (PLANE=name)
	@scripts/test --full $(PLANE)

lint: ## types, style and formatting
	@scripts/lint

bench: ## the measured claims (ONLY=name for one)
	@scripts/bench $(ONLY)

clean: ## remove caches and our container engine (ALL=1: the state too)
	@scripts/clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
