# moodtop: one Makefile, no recursion.
#
#   make            builds ./moodtop; names the Debian package of a missing library
#   make demo       installs what is missing (apt), builds, runs the live screen
#   make check      installs what is missing for the tests, builds, runs them all
#   make bench      benchmarks: ratios measured in one run
#   make install    PREFIX=/usr/local
#   SANITIZE=address,undefined or SANITIZE=thread builds a variant of its own below build/

PREFIX  ?= /usr/local
CC      ?= cc
AR      ?= ar
CFLAGS  ?= -O2 -g
VERSION := 0.1.0

# Every library, how it is found, and the Debian package that holds it.
PKGS      := ncursesw caca libv4l2 libavformat libavcodec libavutil libswscale expat jansson openblas
DEB_BUILD := gcc make pkg-config libncurses-dev libcaca-dev libv4l-dev libavformat-dev libavcodec-dev \
             libavutil-dev libswscale-dev libexpat1-dev libjansson-dev libopenblas-pthread-dev \
             libiniparser-dev opencv-data
DEB_TEST  := $(DEB_BUILD) libcmocka-dev libvterm-dev procps ncurses-term python3 zstd

# Plain builds land in build/plain; each sanitizer in a folder of its own.
comma   := ,
VARIANT := $(if $(SANITIZE),$(subst $(comma),-,$(SANITIZE)),plain)
B       := build/$(VARIANT)
BIN     := $(if $(SANITIZE),$(B)/moodtop,moodtop)

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla \
        -Wpointer-arith -Wwrite-strings -Wundef -Wformat=2 -Wno-format-nonliteral
ifdef DEVELOPER
WARN += -Werror
endif
SAN := $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-omit-frame-pointer)

# Asked once a run, and only by goals that compile.
PKG_CFLAGS = $(eval PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS)))$(PKG_CFLAGS)
PKG_LIBS   = $(eval PKG_LIBS := $(shell pkg-config --libs $(PKGS)))$(PKG_LIBS)

ALL_CFLAGS = -std=gnu17 -D_GNU_SOURCE -DMOODTOP_VERSION='"$(VERSION)"' -DMOODTOP_PREFIX='"$(PREFIX)"' \
             -I. -I/usr/include/iniparser -pthread $(WARN) $(CFLAGS) $(SAN) $(PKG_CFLAGS)
LIBS       = -pthread $(SAN) $(PKG_LIBS) -liniparser -lm

DIRS     := base config nn vision tui cmd
SRC      := $(foreach d,$(DIRS),$(wildcard $(d)/*.c))
LIB_OBJ  := $(patsubst %.c,$(B)/%.o,$(filter-out cmd/main.c,$(SRC)))
UNIT     := $(patsubst tests/unit/%.c,$(B)/tests/unit/%,$(wildcard tests/unit/test_*.c))
E2E      := $(patsubst tests/e2e/%.c,$(B)/tests/e2e/%,$(wildcard tests/e2e/test_*.c))
E2E_HELP := $(patsubst %.c,$(B)/%.o,$(filter-out $(wildcard tests/e2e/test_*.c) tests/e2e/fakecam.c, \
                                                 $(wildcard tests/e2e/*.c)))
FAKECAM  := $(if $(wildcard tests/e2e/fakecam.c),$(B)/tests/e2e/fakecam.so)

.PHONY: all demo check unit e2e bench install uninstall clean deps deps-test
.SECONDARY:
.DELETE_ON_ERROR:

all: $(BIN)

# ---- libraries: found, or named -------------------------------------------------------------------------

$(B)/.libs: Makefile
	@mkdir -p $(@D)
	@tests/deps.sh need $(DEB_BUILD)
	@touch $@

deps:
	@tests/deps.sh install $(DEB_BUILD)

deps-test:
	@tests/deps.sh install $(DEB_TEST)

# ---- the program ----------------------------------------------------------------------------------------

$(BIN): $(B)/cmd/main.o $(B)/libmoodtop.a
	@echo "-- LD $@"
	@$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

$(B)/libmoodtop.a: $(LIB_OBJ)
	@rm -f $@
	@$(AR) rcs $@ $^

# The loops of the network engine want vectors; -O2 of gcc 12 leaves most of them scalar.
$(B)/nn/%.o: CFLAGS += -O3

$(B)/%.o: %.c $(B)/.libs
	@mkdir -p $(@D)
	@echo "-- CC $<"
	@$(CC) $(ALL_CFLAGS) -MD -MP -c -o $@ $<

# ---- running --------------------------------------------------------------------------------------------

demo: deps
	@$(MAKE) --no-print-directory all
	@if [ -t 1 ]; then exec ./moodtop live; else exec ./moodtop live --plain --limit 10; fi

# ---- tests ----------------------------------------------------------------------------------------------

$(B)/tests/unit/%: $(B)/tests/unit/%.o $(B)/libmoodtop.a
	@echo "-- LD $@"
	@$(CC) $(LDFLAGS) -o $@ $^ -lcmocka $(LIBS)

$(B)/tests/e2e/%: $(B)/tests/e2e/%.o $(E2E_HELP) $(B)/libmoodtop.a
	@echo "-- LD $@"
	@$(CC) $(LDFLAGS) -o $@ $^ -lcmocka -lvterm -lutil $(LIBS)

$(B)/tests/e2e/fakecam.so: tests/e2e/fakecam.c
	@mkdir -p $(@D)
	@echo "-- SO $@"
	@$(CC) -std=gnu17 -D_GNU_SOURCE -I. $(WARN) -Wno-pedantic $(CFLAGS) -fPIC -shared -o $@ $< -ldl -pthread

check: deps-test
	@$(MAKE) --no-print-directory $(BIN) test-programs
	@MOODTOP=$(abspath $(BIN)) FAKECAM=$(abspath $(B)/tests/e2e/fakecam.so) SANITIZE=$(SANITIZE) \
	    tests/run.sh tests/rules.sh $(sort $(UNIT)) $(sort $(E2E))

.PHONY: test-programs
test-programs: $(BIN) $(UNIT) $(E2E) $(FAKECAM)

unit: $(UNIT)
	@MOODTOP=$(abspath $(BIN)) tests/run.sh tests/rules.sh $(sort $(UNIT))

e2e: $(BIN) $(E2E) $(FAKECAM)
	@MOODTOP=$(abspath $(BIN)) FAKECAM=$(abspath $(B)/tests/e2e/fakecam.so) SANITIZE=$(SANITIZE) \
	    tests/run.sh $(sort $(E2E))

bench: all $(patsubst tests/bench/%.c,$(B)/tests/bench/%,$(wildcard tests/bench/*.c))
	@tests/bench/run.sh

$(B)/tests/bench/%: $(B)/tests/bench/%.o $(B)/libmoodtop.a
	@$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

# ---- installing -----------------------------------------------------------------------------------------

install: all
	install -D -m 755 moodtop $(DESTDIR)$(PREFIX)/bin/moodtop
	for d in models/*/; do install -d $(DESTDIR)$(PREFIX)/share/moodtop/$$d; \
	    install -m 644 $$d* $(DESTDIR)$(PREFIX)/share/moodtop/$$d; done

uninstall:
	rm -rf $(DESTDIR)$(PREFIX)/bin/moodtop $(DESTDIR)$(PREFIX)/share/moodtop

clean:
	rm -rf build moodtop

-include $(wildcard $(B)/*/*.d $(B)/tests/*/*.d)
