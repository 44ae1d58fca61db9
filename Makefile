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
# For example ARCH_FLAGS="-Xcc -march=x86-64-v3" for a program that needs AVX2.
ARCH_FLAGS ?=
BUILD = swift build -c release --static-swift-stdlib $(ARCH_FLAGS)

.PHONY: build demo test check format golden scoreboard bench sync-test load-test kill-test fuzz \
    install uninstall clean

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

uninstall:
	for unit in $(UNITS); do rm -f "$(DESTDIR)$(UNITDIR)/$$unit"; done
	rm -f "$(DESTDIR)$(PREFIX)/bin/rushes" "$(DESTDIR)$(USERUNITDIR)/rushes.service" \
	    "$(DESTDIR)$(SYSUSERSDIR)/rushes.conf" "$(DESTDIR)$(TMPFILESDIR)/rushes.conf" \
	    "$(DESTDIR)$(CATALOGDIR)/rushes.catalog" "$(DESTDIR)$(DOCDIR)/newer-systemd.conf" \
	    "$(DESTDIR)$(DOCDIR)/telling.conf"
	rm -rf "$(DESTDIR)$(MODELDIR)/starter"

clean:
	rm -rf .build demo
