# Anteroom. `make` alone lists what can be made.

SWIFT ?= swift
# Shared by every build: a target imports only what Package.swift allows it. SwiftPM lets undeclared
# siblings through otherwise, and the layers of ARCHITECTURE.md would be a matter of good will.
SWIFT_FLAGS = --explicit-target-dependency-import-check error
# The installed programs carry the Swift runtime in themselves: the machine they run on needs no Swift.
RELEASE_FLAGS = $(SWIFT_FLAGS) --configuration release --static-swift-stdlib
SOURCES = Sources Tests Package.swift

prefix = /usr/local
bindir = $(prefix)/bin
libdir = $(prefix)/lib
mandir = $(prefix)/share/man
# Where each shell looks for what completes a command's words, which the program writes itself.
completions = bash:bash-completion/completions/anteroomctl zsh:zsh/site-functions/_anteroomctl \
  fish:fish/vendor_completions.d/anteroomctl.fish
unitdir = $(libdir)/systemd/system
# Not below the prefix: systemd and the daemon look for configuration here.
sysconfdir = /etc

RELEASE = .build/release
INSTALL_PROGRAM = install --strip

export SWIFT SWIFT_FLAGS

.DEFAULT_GOAL := help
.PHONY: help demo test test-doors model build debug bench golden format lint install uninstall clean flags \
  build-tools bench-tools test-tools door-tools

help: ## this list
	@echo "Anteroom decides who gets into a meeting. What can be made here:"
	@echo
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | column -t -s '|'
	@echo
	@echo "demo, test and test-doors install by apt (test-doors also from PyPI) what they need and say so."
	@echo "install takes DESTDIR= and prefix=."

demo: test-tools ## a meeting from setup to audit, step by step, over the real sockets
	@scripts/demo

test: test-tools ## all tests: of the parts, and of the daemon from outside
	@scripts/test

test-doors: door-tools debug ## real servers (Prosody, coturn) with Anteroom at their door, on loopback
	@Tests/doors/run .build/debug/anteroomd .build/debug/anteroomctl

# Of a failure it says the seed and the shortest history: `make model SEED=4711 MEETINGS=1` tells it again.
MEETINGS = 10000
SEED = 0
model: test-tools ## ten thousand seeded meetings held against a model of the contract (test holds 1,500)
	SWIFT_BACKTRACE=enable=no ANTEROOM_MODEL=$(MEETINGS) ANTEROOM_MODEL_SEED=$(SEED) \
	  $(SWIFT) test $(SWIFT_FLAGS) --disable-xctest --filter AdmissionModelTests

build: build-tools ## the programs as they are installed (release, about 5 minutes from nothing)
	$(SWIFT) build $(RELEASE_FLAGS)

debug: build-tools ## the programs as demo and test use them (about 3 minutes from nothing)
	$(SWIFT) build $(SWIFT_FLAGS)

bench: bench-tools ## the benchmark: ratios to bare Argon2 and to a bare echo, 10,000 who wait in one meeting, a flood of sign-ins
	$(SWIFT) build $(RELEASE_FLAGS) --product anteroom-bench
	$(SWIFT) build $(RELEASE_FLAGS) --product anteroomd
	@$(RELEASE)/anteroom-bench
	@echo
	@Tests/outside/crowd $(RELEASE)/anteroomd
	@echo
	@Tests/outside/flood $(RELEASE)/anteroomd

golden: test-tools ## write the golden files anew; read the difference before committing it
	@scripts/golden --write
	@ANTEROOM_GOLDEN=write $(SWIFT) test $(SWIFT_FLAGS) --filter 'CatalogueTests|WatchPictureTests'

format: ## lay the Swift sources out
	$(SWIFT) format format --in-place --recursive --parallel $(SOURCES)

lint: ## complain about Swift sources that are not laid out so
	$(SWIFT) format lint --strict --recursive --parallel $(SOURCES)

# Does not build: it is run as root, where there is often no Swift, and no wish to compile.
install: ## programs, manual pages, units, users and a first configuration (after make build)
	@test -x $(RELEASE)/anteroomd || { echo "Nothing to install yet: run \`make build\` first." >&2; exit 1; }
	install -d $(DESTDIR)$(bindir) $(DESTDIR)$(unitdir) $(DESTDIR)$(libdir)/sysusers.d $(DESTDIR)$(libdir)/tmpfiles.d
	$(INSTALL_PROGRAM) -m 0755 $(RELEASE)/anteroomd $(RELEASE)/anteroomctl $(DESTDIR)$(bindir)
	install -m 0644 systemd/*.service systemd/*.socket $(DESTDIR)$(unitdir)
	sed -i 's|/usr/local/bin/|$(bindir)/|; s|/etc/anteroom/|$(sysconfdir)/anteroom/|' $(DESTDIR)$(unitdir)/anteroomd.service
	install -m 0644 Config/sysusers.d/anteroom.conf $(DESTDIR)$(libdir)/sysusers.d
	install -m 0644 Config/tmpfiles.d/anteroom.conf $(DESTDIR)$(libdir)/tmpfiles.d
	install -d -m 0750 $(DESTDIR)$(sysconfdir)/anteroom $(DESTDIR)$(sysconfdir)/anteroom/conf.d
	test -e $(DESTDIR)$(sysconfdir)/anteroom/anteroom.toml || \
	  install -m 0640 Config/anteroom.toml $(DESTDIR)$(sysconfdir)/anteroom/anteroom.toml
	for page in $(wildcard docs/man/*.[158]); do \
	  install -D -m 0644 $$page $(DESTDIR)$(mandir)/man$${page##*.}/$${page##*/} || exit 1; \
	done
	for shell in $(completions); do \
	  $(RELEASE)/anteroomctl --generate-completion-script $${shell%%:*} | \
	    install -D -m 0644 /dev/stdin $(DESTDIR)$(prefix)/share/$${shell##*:} || exit 1; \
	done
ifeq ($(DESTDIR),)
	@echo
	@echo "Installed. To make the users and start it, as root:"
	@echo "  systemd-sysusers && systemd-tmpfiles --create && systemctl daemon-reload"
	@echo "  systemctl enable --now anteroomd-frontend.socket anteroomd-admin.socket anteroomd.service"
	@echo "  anteroomctl setup"
endif

uninstall: ## take away what install put there; configuration, keys and data stay
	rm -f $(addprefix $(DESTDIR)$(bindir)/,anteroomd anteroomctl)
	rm -f $(addprefix $(DESTDIR)$(unitdir)/,$(notdir $(wildcard systemd/*.service systemd/*.socket)))
	rm -f $(DESTDIR)$(libdir)/sysusers.d/anteroom.conf $(DESTDIR)$(libdir)/tmpfiles.d/anteroom.conf
	rm -f $(foreach shell,$(completions),$(DESTDIR)$(prefix)/share/$(lastword $(subst :, ,$(shell))))
	for page in $(notdir $(wildcard docs/man/*.[158])); do \
	  rm -f $(DESTDIR)$(mandir)/man$${page##*.}/$$page || exit 1; \
	done

clean: ## remove everything that was built
	rm -rf .build

# For scripts that build: the one place where the flags stand.
flags:
	@echo $(SWIFT_FLAGS)

build-tools:
	@scripts/require-swift
	@scripts/install-dependencies build

bench-tools:
	@scripts/require-swift
	@scripts/install-dependencies bench

door-tools:
	@scripts/require-swift
	@scripts/install-dependencies doors

test-tools:
	@scripts/require-swift
	@scripts/install-dependencies test
