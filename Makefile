# moodtop: one Makefile, no recursion.
#
#   make            builds ./moodtop; names the Debian package of a missing library
#   make demo       installs what is missing (apt), builds, runs the live screen
#   make check      installs what is missing for the tests, builds, runs them all
#   make fuzz       libFuzzer (clang) on what reads files, FUZZ_SECONDS=60 each; FUZZ=csv for one alone
#   make bench      benchmarks: ratios measured in one run
#   make bench-peers  the network engine beside PyTorch, data sets beside pandas, NumPy and OpenCV, alone
#   make install    PREFIX=/usr/local, DESTDIR for packagers
#   make readme     puts the option tables into README.md
#   SANITIZE=address,undefined or SANITIZE=thread builds a variant of its own below build/; V=1 shows commands;
#   DEVELOPER=1 makes warnings errors; VECTORS=avx2 or plain leaves out larger vectors of the network engine
#   make unit-vectors  the network engine's tests with each of these

PREFIX  ?= /usr/local
CC      ?= cc
AR      ?= ar
CFLAGS  ?= -O2 -g
VERSION := 0.1.0
Q       := $(if $(V),,@)

# What is needed and the Debian package that holds it, as tests/deps.sh reads it.
NEED_BUILD := command:$(firstword $(CC)):gcc command:pkg-config:pkg-config \
              pc:ncursesw:libncurses-dev pc:caca:libcaca-dev pc:libv4l2:libv4l-dev pc:libv4lconvert:libv4l-dev \
              pc:libavformat:libavformat-dev pc:libavcodec:libavcodec-dev pc:libavutil:libavutil-dev \
              pc:libswscale:libswscale-dev pc:libjpeg:libjpeg-dev pc:expat:libexpat1-dev pc:jansson:libjansson-dev \
              pc:openblas:libopenblas-pthread-dev header:iniparser.h:libiniparser-dev
NEED_RUN   := file:/usr/share/opencv4/haarcascades/haarcascade_frontalface_default.xml:opencv-data
NEED_TEST  := pc:cmocka:libcmocka-dev pc:vterm:libvterm-dev command:pgrep:procps command:zstd:zstd \
              file:/usr/share/terminfo/x/xterm-direct:ncurses-term command:groff:groff-base
PKGS       := $(foreach need,$(filter pc:%,$(NEED_BUILD)),$(word 2,$(subst :, ,$(need))))

# Plain builds land in build/plain and ./moodtop, each sanitizer in a folder of its own.
comma := ,
B     := build/$(or $(subst $(comma),-,$(SANITIZE)),$(VECTORS:%=vectors-%),plain)
BIN   := $(if $(SANITIZE)$(VECTORS),$(B)/)moodtop

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla \
        -Wpointer-arith -Wwrite-strings -Wundef -Wformat=2 -Wno-format-nonliteral
VECTORS_avx2  := -DVEC_LEVEL=3
VECTORS_plain := -DVEC_LEVEL=1
ifneq ($(VECTORS),)
LEVEL := $(or $(VECTORS_$(VECTORS)),$(error VECTORS is avx2 or plain))
endif
SAN := $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-omit-frame-pointer)

# Asked once a run, and only by goals that compile; what is missing is named by deps.sh.
PKG_CFLAGS = $(eval PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) 2>/dev/null))$(PKG_CFLAGS)
PKG_LIBS   = $(eval PKG_LIBS := $(shell pkg-config --libs $(PKGS) 2>/dev/null))$(PKG_LIBS)

ALL_CFLAGS = -std=gnu17 -D_GNU_SOURCE -DMOODTOP_VERSION='"$(VERSION)"' $(LEVEL) -I. -I/usr/include/iniparser \
             -pthread $(WARN) $(CPPFLAGS) $(CFLAGS) $(SAN) $(PKG_CFLAGS)
WERROR     = $(if $(DEVELOPER),-Werror)

# OpenBLAS and libav are loaded when they are first needed (base/library.h); tests that make films are
# linked with the latter.
LIBAV      = $(filter -lav% -lsw%,$(PKG_LIBS))
LIBS       = -pthread $(SAN) $(filter-out -lav% -lsw% -lopenblas,$(PKG_LIBS)) -liniparser -ldl -lm

DIRS     := base config nn vision tui cmd
SRC      := $(foreach d,$(DIRS),$(wildcard $(d)/*.c))
LIB_OBJ  := $(patsubst %.c,$(B)/%.o,$(filter-out cmd/main.c,$(SRC)))
UNIT     := $(patsubst tests/unit/%.c,$(B)/tests/unit/%,$(wildcard tests/unit/test_*.c))
E2E      := $(patsubst tests/e2e/%.c,$(B)/tests/e2e/%,$(wildcard tests/e2e/test_*.c))
E2E_HELP := $(patsubst %.c,$(B)/%.o,$(filter-out $(wildcard tests/e2e/test_*.c) tests/e2e/fakecam.c, \
                                                 $(wildcard tests/e2e/*.c)))
FAKECAM  := $(if $(wildcard tests/e2e/fakecam.c),$(B)/tests/e2e/fakecam.so)

.PHONY: all demo check unit e2e fuzz bench bench-peers install uninstall readme clean deps deps-test
.SECONDARY:
.DELETE_ON_ERROR:

all: $(BIN)

# ---- what the machine must have: found, or named ---------------------------------------------------------

# Looked for in every run, as it takes a few milliseconds; the file changes only with the command that
# compiles, and everything depends on it.
$(B)/.flags: FORCE
	@CC="$(CC)" CPPFLAGS="$(CPPFLAGS) -I/usr/include/iniparser" tests/deps.sh need $(NEED_BUILD)
	@mkdir -p $(@D)
	@printf '%s\n' $(call quote,$(CC) $(ALL_CFLAGS) $(LDFLAGS)) | cmp -s - $@ || \
	    printf '%s\n' $(call quote,$(CC) $(ALL_CFLAGS) $(LDFLAGS)) >$@

# Changes when a source file comes or goes, so that the archive keeps no member that is gone.
$(B)/.objects: FORCE
	@mkdir -p $(@D)
	@echo $(LIB_OBJ) | cmp -s - $@ || echo $(LIB_OBJ) >$@

quote = '$(subst ','\'',$(1))'
.PHONY: FORCE
FORCE:

deps:
	@tests/deps.sh install $(NEED_BUILD) $(NEED_RUN)

deps-test:
	@tests/deps.sh install $(NEED_BUILD) $(NEED_RUN) $(NEED_TEST)

# ---- the program ----------------------------------------------------------------------------------------

$(BIN): $(B)/cmd/main.o $(B)/libmoodtop.a
	@echo "-- LD $@"
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

$(B)/libmoodtop.a: $(LIB_OBJ) $(B)/.objects
	@rm -f $@
	$(Q)$(AR) rcs $@ $(LIB_OBJ)

# The loops of the network engine want vectors; -O2 of gcc 12 leaves most of them scalar.
$(B)/nn/%.o: private FASTER = $(if $(filter -O2,$(CFLAGS)),-O3)
$(B)/vision/camera_pixels.o $(B)/vision/crop.o $(B)/vision/media_frame.o: private FASTER = $(if $(filter -O2,$(CFLAGS)),-O3)

$(B)/%.o: %.c $(B)/.flags
	@mkdir -p $(@D)
	@echo "-- CC $<"
	$(Q)$(CC) $(ALL_CFLAGS) $(FASTER) $(WERROR) -MD -MP -c -o $@ $<

# ---- running --------------------------------------------------------------------------------------------

# All processors, unless -j was given.
JOBS = $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(shell nproc))

demo: deps
	@$(MAKE) --no-print-directory $(JOBS) all
	@if [ -t 0 ] && [ -t 1 ]; then exec $(abspath $(BIN)) live; \
	 else exec $(abspath $(BIN)) live --plain --limit 10; fi

# ---- tests ----------------------------------------------------------------------------------------------

$(B)/tests/unit/%: $(B)/tests/unit/%.o $(B)/libmoodtop.a
	@echo "-- LD $@"
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ -lcmocka $(LIBAV) $(LIBS)

$(B)/tests/e2e/%: $(B)/tests/e2e/%.o $(E2E_HELP) $(B)/libmoodtop.a
	@echo "-- LD $@"
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ -lcmocka -lvterm -lutil $(LIBAV) $(LIBS)

$(B)/tests/e2e/fakecam.so: tests/e2e/fakecam.c tests/e2e/fakecam_control.h
	@mkdir -p $(@D)
	@echo "-- SO $@"
	$(Q)$(CC) -std=gnu17 -D_GNU_SOURCE -I. $(WARN) -Wno-pedantic $(CFLAGS) -fPIC -shared -o $@ $< -ldl -pthread

check: deps-test
	@$(MAKE) --no-print-directory $(JOBS) $(BIN) test-programs
	@MOODTOP=$(abspath $(BIN)) MOODTOP_MODELS=$(abspath models) FAKECAM=$(abspath $(B)/tests/e2e/fakecam.so) SANITIZE=$(SANITIZE) \
	    tests/run.sh tests/rules.sh $(sort $(UNIT)) $(sort $(E2E))

.PHONY: test-programs
test-programs: $(BIN) $(UNIT) $(E2E) $(FAKECAM)

unit: $(UNIT)
	@MOODTOP=$(abspath $(BIN)) MOODTOP_MODELS=$(abspath models) SANITIZE=$(SANITIZE) tests/run.sh tests/rules.sh $(sort $(UNIT))

NN_UNIT := $(patsubst %,$(B)/tests/unit/test_%,layers graph winograd fuse reference learning train)

.PHONY: unit-nn unit-vectors
unit-nn: $(NN_UNIT)
	@MOODTOP_MODELS=$(abspath models) tests/run.sh $(NN_UNIT)

# With OpenBLAS as it is on a processor that has no more.
unit-vectors:
	@OPENBLAS_CORETYPE=Haswell $(MAKE) --no-print-directory VECTORS=avx2 unit-nn
	@OPENBLAS_CORETYPE=Prescott $(MAKE) --no-print-directory VECTORS=plain unit-nn

e2e: $(BIN) $(E2E) $(FAKECAM)
	@MOODTOP=$(abspath $(BIN)) MOODTOP_MODELS=$(abspath models) FAKECAM=$(abspath $(B)/tests/e2e/fakecam.so) SANITIZE=$(SANITIZE) \
	    tests/run.sh $(sort $(E2E))

bench: all $(patsubst tests/bench/%.c,$(B)/tests/bench/%,$(wildcard tests/bench/*.c))
	@tests/bench/run.sh

bench-peers: all $(B)/tests/bench/data
	@tests/bench/run.sh peers peers-data

# Drives the program as the end-to-end tests do.
$(B)/tests/bench/browse: $(B)/tests/bench/browse.o $(E2E_HELP) $(B)/libmoodtop.a
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ -lcmocka -lvterm -lutil $(LIBS)

$(B)/tests/bench/%: $(B)/tests/bench/%.o $(B)/libmoodtop.a
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

# ---- fuzzing --------------------------------------------------------------------------------------------

FUZZ_SECONDS ?= 60
FUZZ_CC      ?= clang-14
FUZZ         ?= $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_SAN     := address,undefined
FB           := build/fuzz
FUZZ_OBJ     := $(patsubst %.c,$(FB)/%.o,$(wildcard base/*.c nn/*.c) vision/record_line.c vision/record_read.c)

# Starts from sound files; what it learns stays in build/fuzz/corpus, what it finds in build/fuzz/found.
fuzz: $(patsubst %,$(FB)/fuzz_%,$(FUZZ))
	@tests/fuzz/run.sh $(FB) $(FUZZ_SECONDS) $(FUZZ)

$(FB)/fuzz_%: $(FB)/tests/fuzz/fuzz_%.o $(FUZZ_OBJ)
	@echo "-- LD $@"
	$(Q)$(FUZZ_CC) -fsanitize=fuzzer,$(FUZZ_SAN) -o $@ $^ $(LIBS)

$(FB)/%.o: %.c
	@mkdir -p $(@D)
	@echo "-- CC $< (fuzz)"
	$(Q)$(FUZZ_CC) $(filter-out -O%,$(ALL_CFLAGS)) -O1 -fno-omit-frame-pointer -D__SANITIZE_ADDRESS__ \
	    -fsanitize=fuzzer-no-link,$(FUZZ_SAN) -fno-sanitize-recover=all -Wno-unknown-pragmas -MD -MP -c -o $@ $<

# ---- installing -----------------------------------------------------------------------------------------

SHARE := $(DESTDIR)$(PREFIX)/share

install: all
	install -D -m 755 $(BIN) $(DESTDIR)$(PREFIX)/bin/moodtop
	install -d $(SHARE)/man/man1 $(SHARE)/bash-completion/completions
	$(abspath $(BIN)) help --man >$(SHARE)/man/man1/moodtop.1
	$(abspath $(BIN)) help --completion bash >$(SHARE)/bash-completion/completions/moodtop
	for dir in $(patsubst %/,%,$(wildcard models/*/)); do \
	    install -d $(SHARE)/moodtop/$$dir && install -m 644 $$dir/* $(SHARE)/moodtop/$$dir || exit 1; done

uninstall:
	rm -rf $(SHARE)/moodtop
	rm -f $(DESTDIR)$(PREFIX)/bin/moodtop $(SHARE)/man/man1/moodtop.1 \
	    $(SHARE)/bash-completion/completions/moodtop

# Puts the tables of options and commands that the program prints into README.md.
readme: all
	@$(abspath $(BIN)) help --markdown >$(B)/options.md
	@sed -i -e '/<!-- options -->/r $(B)/options.md' \
	    -e '/<!-- options -->/,/<!-- end of options -->/{/<!-- /!d}' README.md

clean:
	rm -rf build moodtop

-include $(wildcard $(B)/*/*.d $(B)/tests/*/*.d $(FB)/*/*.d $(FB)/tests/*/*.d)
