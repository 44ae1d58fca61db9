# The customary names for what scripts/ does; packagers use install and uninstall.
PREFIX ?= /usr/local
DESTDIR ?=
UNITDIR ?= $(PREFIX)/lib/systemd/system
SYSUSERSDIR ?= $(PREFIX)/lib/sysusers.d
TMPFILESDIR ?= $(PREFIX)/lib/tmpfiles.d
USERUNITDIR ?= $(PREFIX)/lib/systemd/user
CATALOGDIR ?= $(PREFIX)/lib/systemd/catalog
DOCDIR ?= $(PREFIX)/share/doc/rushes
MODELDIR ?= $(PREFIX)/share/rushes/models
MANDIR ?= $(PREFIX)/share/man
BASHDIR ?= $(PREFIX)/share/bash-completion/completions
ZSHDIR ?= $(PREFIX)/share/zsh/site-functions
FISHDIR ?= $(PREFIX)/share/fish/vendor_completions.d
# For example ARCH_FLAGS="-Xcc -march=x86-64-v3" for a program that needs AVX2.
ARCH_FLAGS ?=
# No search path is left in the program that would lead back to the folder it was built in.
LINK_FLAGS = --disable-local-rpath
BUILD = swift build -c release --static-swift-stdlib $(LINK_FLAGS) $(ARCH_FLAGS)

.PHONY: build demo test check format golden scoreboard bench sync-test load-test kill-test fuzz \
    deb release install uninstall clean

build:
	scripts/install-dependencies
	$(BUILD) --product rushes

demo:
	scripts/demo

test:
	scripts/test

check:
	scripts/check

format:
	swift format --in-place --recursive Package.swift Sources Tests

# Needs the Python packages of Tests/Golden/requirements.txt.
golden:
	python3 Tests/Golden/make_golden.py

# Kills the service at random instants; Tests/RESULTS.md has the last long run.
KILLS ?= 2000
kill-test:
	RUSHES_KILLS=$(KILLS) swift test -c release --filter KillLoopTests

# Fuzzes each reader of strangers' bytes for so long.
SECONDS ?= 60
fuzz:
	scripts/fuzz $(SECONDS)

# Needs the Python packages of pretraining/requirements.txt and the program ffmpeg.
PYTHON ?= python3
scoreboard: build
	$(PYTHON) -m pretraining.evaluate --rushes "$$($(BUILD) --show-bin-path)/rushes" \
	    --model models/starter --to models/starter/SCOREBOARD.md

# Ours against PyTorch and OpenVINO, which write their figures into BENCHMARKS.md; needs the Python
# packages of Tests/Benchmarks/requirements.txt. For example ONLY=transformer LENGTHS=2240,6480.
ONLY ?=
LENGTHS ?=
bench: build
	swift build -c release --product bench
	$(PYTHON) Tests/Benchmarks/bench.py --record $(if $(ONLY),--only $(ONLY)) \
	    $(if $(LENGTHS),--lengths $(LENGTHS))

# Long runs, which write their figures into Tests/RESULTS.md; for example COUNT=300 TOOLS=rsync.
COUNT ?= 300
TOOLS ?=
sync-test: build
	scripts/install-dependencies --tests
	Tests/SyncTools/run --count $(COUNT) --record $(TOOLS)

load-test: build
	Tests/Load/run --record

UNITS = rushes.service rushes@.service rushes-once.service rushes-once.path rushes-once.timer
PLACES = sed -e 's|/usr/bin/rushes|$(PREFIX)/bin/rushes|' \
    -e 's|/usr/share/rushes/models|$(MODELDIR)|' -e 's|/usr/lib/tmpfiles.d|$(TMPFILESDIR)|'

install: build
	install -D -m 755 "$$($(BUILD) --show-bin-path)/rushes" "$(DESTDIR)$(PREFIX)/bin/rushes"
	install -d "$(DESTDIR)$(UNITDIR)" "$(DESTDIR)$(USERUNITDIR)" "$(DESTDIR)$(MODELDIR)"
	for unit in $(UNITS); do \
	    $(PLACES) "systemd/$$unit" >"$(DESTDIR)$(UNITDIR)/$$unit" || exit 1; \
	done
	$(PLACES) systemd/user/rushes.service >"$(DESTDIR)$(USERUNITDIR)/rushes.service"
	install -D -m 644 systemd/rushes.sysusers "$(DESTDIR)$(SYSUSERSDIR)/rushes.conf"
	install -D -m 644 systemd/rushes.tmpfiles "$(DESTDIR)$(TMPFILESDIR)/rushes.conf"
	install -D -m 644 systemd/rushes.catalog "$(DESTDIR)$(CATALOGDIR)/rushes.catalog"
	install -D -m 644 systemd/examples/newer-systemd.conf "$(DESTDIR)$(DOCDIR)/newer-systemd.conf"
	install -D -m 644 systemd/examples/telling.conf "$(DESTDIR)$(DOCDIR)/telling.conf"
	cp -R models/starter "$(DESTDIR)$(MODELDIR)/"
	for section in 1 5 8; do \
	    install -D -m 644 -t "$(DESTDIR)$(MANDIR)/man$$section" man/*.$$section || exit 1; \
	done
	scripts/completions "$(DESTDIR)$(PREFIX)/bin/rushes" \
	    "$(DESTDIR)$(BASHDIR)/rushes" "$(DESTDIR)$(ZSHDIR)/_rushes" "$(DESTDIR)$(FISHDIR)/rushes.fish"
	install -d "$(DESTDIR)$(DOCDIR)/examples"
	cp -R examples/. "$(DESTDIR)$(DOCDIR)/examples/"

uninstall:
	for unit in $(UNITS); do rm -f "$(DESTDIR)$(UNITDIR)/$$unit"; done
	rm -f "$(DESTDIR)$(PREFIX)/bin/rushes" "$(DESTDIR)$(USERUNITDIR)/rushes.service" \
	    "$(DESTDIR)$(SYSUSERSDIR)/rushes.conf" "$(DESTDIR)$(TMPFILESDIR)/rushes.conf" \
	    "$(DESTDIR)$(CATALOGDIR)/rushes.catalog" "$(DESTDIR)$(DOCDIR)/newer-systemd.conf" \
	    "$(DESTDIR)$(BASHDIR)/rushes" "$(DESTDIR)$(ZSHDIR)/_rushes" "$(DESTDIR)$(FISHDIR)/rushes.fish" \
	    "$(DESTDIR)$(DOCDIR)/telling.conf"
	for page in man/*; do \
	    name=$$(basename "$$page"); rm -f "$(DESTDIR)$(MANDIR)/man$${name##*.}/$$name"; \
	done
	rm -rf "$(DESTDIR)$(MODELDIR)/starter" "$(DESTDIR)$(DOCDIR)/examples"
	rmdir --ignore-fail-on-non-empty "$(DESTDIR)$(DOCDIR)" "$(DESTDIR)$(MODELDIR)"

# The Debian package, in build/; the same bytes for the same commit, wherever it is built.
deb:
	scripts/make-deb

# The package with SHA256SUMS, signed by KEY, the fingerprint of a key of whoever releases.
release: deb
	scripts/sign-release "$(KEY)"

clean:
	rm -rf .build build demo
