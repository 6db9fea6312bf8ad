# The commands of Doorstep; `make help` lists them. They work from any directory: make -C path demo
MAKEFLAGS += --no-print-directory
ROOT := $(dir $(abspath $(lastword $(MAKEFILE_LIST))))
PYTHON ?= $(shell for p in python3.12 python3.11 python3.13 python3.14 python3; do command -v $$p >/dev/null && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := $(ROOT).venv
BIN := $(VENV)/bin
QUICK := tests/unit tests/architecture tests/contracts
STEADY := tests/journeys tests/words
AT_ONCE := --numprocesses auto --maxprocesses 8
PORT ?= 8000
export PORT

.PHONY: $(shell sed -n "s/^\([a-z-]*\):.*\#\# .*/\1/p" $(ROOT)Makefile)
.DEFAULT_GOAL := help

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(ROOT)Makefile | awk -F ':.*## ' '{ printf "  make %-16s %s\n", $$1, $$2 }'

demo: $(VENV)/demo.stamp ## the whole product at work, on PORT (8000)
	@cd $(ROOT) && exec $(BIN)/python -m demo

test: $(VENV)/dev.stamp ## prove it: style, types, and every test but the long ones
	@cd $(ROOT) && $(MAKE) sure && $(BIN)/pytest $(AT_ONCE) $(STEADY) \
		&& $(BIN)/pytest $(AT_ONCE) -m "not long" $(QUICK:%=--ignore=%) $(STEADY:%=--ignore=%)

sure: $(VENV)/dev.stamp ## before every commit: format, lint, imports, types, quick tests
	@cd $(ROOT) && $(BIN)/ruff format --check . && $(BIN)/ruff check . && $(BIN)/lint-imports && $(BIN)/mypy \
		&& $(BIN)/pytest $(AT_ONCE) $(QUICK)

words: $(VENV)/dev.stamp ## bring the catalogs of sentences up to date, and print what is left to translate
	@cd $(ROOT) && $(BIN)/python -m app.lib.catalogs

bench-ingest: $(VENV)/dev.stamp ## deliveries per second, beside a Node peer and pgbench (needs wrk and npm)
	@cd $(ROOT) && $(BIN)/python -m bench.ingest

bench-page: $(VENV)/dev.stamp ## tracking pages per second, beside the same bytes from memory (needs wrk)
	@cd $(ROOT) && $(BIN)/python -m bench.page

bench-eta: $(VENV)/dev.stamp $(VENV)/bench.stamp ## delivery dates for the real orders in DATA, as of each, beside others
	@cd $(ROOT) && $(BIN)/python -m bench.eta "$(DATA)"

bench-numbers: $(VENV)/dev.stamp ## tracking numbers led to their carrier, beside PyPI's and npm's libraries (needs npm)
	@cd $(ROOT) && $(BIN)/python -m bench.numbers

bench-tracking: $(VENV)/dev.stamp ## what a scan costs, and a simulated day of asking carriers (PARCELS, EVENTS)
	@cd $(ROOT) && $(BIN)/python -m bench.tracking

bench-render: $(VENV)/dev.stamp ## mails written per second by one core, beside plain python-liquid
	@cd $(ROOT) && $(BIN)/python -m bench.render

bench-drain: $(VENV)/dev.stamp ## what one worker makes of a full inbox, beside pgbench with as many statements
	@cd $(ROOT) && $(BIN)/python -m bench.drain

bench-history: $(VENV)/dev.stamp ## a store's history of ORDERS (100,000) orders, read in flat memory, beside reading its file alone
	@cd $(ROOT) && $(BIN)/python -m bench.history

bench-send: $(VENV)/dev.stamp ## messages a second, beside BullMQ with nodemailer and Postfix's client (needs postfix and npm; SIZE)
	@cd $(ROOT) && $(BIN)/python -m bench.send

bench-admin: $(VENV)/dev.stamp ## the admin's pages with 100,000 orders: milliseconds and queries of each (ROUNDS)
	@cd $(ROOT) && $(BIN)/python -m bench.admin

bench-flows: $(VENV)/dev.stamp ## people taken on in flows beside pgbench; many waiting, many due at once (SIZE, 100,000)
	@cd $(ROOT) && $(BIN)/python -m bench.flows

route-walk: $(VENV)/dev.stamp ## every route for every role, for strangers and another shop's owner: a table of who came how far, and leaks
	@cd $(ROOT) && $(BIN)/pytest -s -p no:cacheprovider tests/journeys/doors/test_route_walk.py tests/journeys/doors/test_link_walk.py

browser: $(VENV)/dev.stamp ## every page in a real browser: two widths, light and dark, by mouse and by keyboard (needs Chromium)
	@cd $(ROOT) && $(BIN)/pytest $(AT_ONCE) tests/browser

lighthouse: $(VENV)/dev.stamp ## what Lighthouse says of the demo's tracking page and admin (needs npm and Chromium; ROUNDS)
	@cd $(ROOT) && $(BIN)/python -m bench.lighthouse

pictures: $(VENV)/dev.stamp ## the demo's main pages as they look now, in docs/pictures (needs Chromium)
	@cd $(ROOT) && $(BIN)/python -m bench.pictures

plugin: ## the WooCommerce plug-in as a zip, in var/
	@cd $(ROOT) && $(PYTHON) -m extensions.pack var

faults: $(VENV)/dev.stamp ## kill, starve and lie to real servers and processes, long (half an hour)
	@cd $(ROOT) && $(BIN)/pytest -s -p no:cacheprovider tests/faults

faults-send: $(VENV)/dev.stamp ## kill a sender KILLS times (100) over MESSAGES (100,000): nothing lost, nothing twice but what was in flight
	@cd $(ROOT) && MESSAGES=$${MESSAGES:-100000} KILLS=$${KILLS:-100} $(BIN)/pytest -s -p no:cacheprovider \
		tests/faults/test_senders.py -k "killed_again and long"

replay: $(VENV)/dev.stamp ## the real orders in DATA, delivered as two stores would
	@cd $(ROOT) && $(BIN)/python -m bench.replay "$(DATA)"

replay-flows: $(VENV)/dev.stamp ## some months of them with every flow on, and the months after (FIRST, LIMIT)
	@cd $(ROOT) && $(BIN)/python -m bench.replay_flows "$(DATA)"

faulted-import: $(VENV)/dev.stamp ## stores whose notices and answers go astray: in the end both hold the same (SIZE, SEED)
	@cd $(ROOT) && $(BIN)/python -m bench.faulted_import

lock: ## pin every dependency anew, with hashes (needs uv)
	@cd $(ROOT)requirements && for f in runtime demo dev bench; do \
		uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--custom-compile-command "make lock" $$f.in $$([ $$f = runtime ] || echo "-c runtime.txt") -o $$f.txt; done

# A half-made environment has no pip; the folder itself is never removed, for it may be a link.
$(VENV)/%.stamp: $(ROOT)requirements/%.txt
	@[ -n "$(PYTHON)" ] || { echo "Doorstep needs Python 3.11 or newer."; exit 1; }
	@[ -x $(BIN)/pip ] || { echo "· making a virtual environment with $(PYTHON)"; $(PYTHON) -m venv $(VENV) || \
		{ echo "Python cannot make one; on Debian: apt-get install python3-venv"; exit 1; }; }
	@echo "· installing the locked dependencies (once; a minute or two)"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@
