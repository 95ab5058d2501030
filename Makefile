# For those who change RusTorch; using it takes rustorch.h and none of this.
#
#   make run       trains, saves and reloads a network on real digits; DATA=DIR: on the four IDX files there
#   make header    assembles rustorch.h from the parts in src/
#   make test      the tests, in one configuration, from the parts (FROM=. : from the assembled header)
#   make check     the static proofs; PROOFS="name ...": only these
#   make matrix    the tests in every configuration; ONLY=text: those with text in their name
#   make bench     times against PyTorch; PYTHON=... has to have it
#   make parity    the Python package against PyTorch; PYTHON=... has to have it, PARITY=DIR: where the instruments are, CAP=n: samples an operation
#   make clean     removes build/, where everything made lands

CFLAGS   ?= -O2
STD      = -std=c99
WARNINGS = -Wall -Wextra
LDLIBS   = -lm -pthread
PYTHON   = python3
PARITY   = ../shared/parity
CAP      = 4

# A configuration: its folder, where rustorch.h comes from, flags for the library alone, and what starts a program (an emulator).
CONFIG    = default
FROM      = src
LIB_FLAGS =
RUNNER    =

build    = build/$(CONFIG)
compile  = $(CC) $(STD) $(CFLAGS) $(WARNINGS) -DRUSTORCH_TESTING -I$(FROM) -Itests -MMD -MP
link     = $(CC) $(CFLAGS) $(LDFLAGS)
tests    = $(wildcard tests/[0-9]_*/*.c)
programs = $(tests:tests/%.c=$(build)/%)
inside   = $(filter %_inside,$(programs))

.PHONY: all run header test check matrix bench parity clean force
.SECONDARY:

all: run

run: build/digits
	@./build/digits $(DATA)

build/digits: examples/digits.c rustorch.h
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -I. examples/digits.c -o $@ $(LDFLAGS) $(LDLIBS)

header:
	@mkdir -p build
	awk -f src/assemble.awk src/rustorch.h > build/rustorch.h
	@cmp -s build/rustorch.h rustorch.h || cp build/rustorch.h rustorch.h

test: $(build)/rustorch.o $(programs) $(build)/house/isa
	@echo "kernels: $$($(RUNNER) $(build)/house/isa)"
	@RUNNER='$(RUNNER)' sh tests/house/run_tests.sh $(programs)

# The library, compiled once, and with it the tests named *_inside, which reach what is static in it.
$(build)/rustorch.o: tests/house/implementation.c $(build)/flags
	$(compile) $(LIB_FLAGS) -DRUSTORCH_TESTS_INSIDE -c $< -o $@

$(build)/%.o: tests/%.c $(build)/flags
	@mkdir -p $(@D)
	$(compile) -c $< -o $@

$(inside:=.o): $(build)/%_inside.o: tests/house/inside.c $(build)/flags
	@mkdir -p $(@D)
	$(compile) -DINSIDE=rt_inside_$(notdir $*) -c $< -o $@

$(programs) $(build)/house/isa: %: %.o $(build)/rustorch.o
	$(link) $^ -o $@ $(LDLIBS)

# Changes when the flags do, so that nothing stale is linked.
$(build)/flags: force
	@mkdir -p $(@D)
	@echo '$(compile) $(LIB_FLAGS) $(link)' | cmp -s - $@ || echo '$(compile) $(LIB_FLAGS) $(link)' > $@

check:
	@sh tests/house/check.sh $(PROOFS)

matrix:
	@sh tests/house/matrix.sh "$(ONLY)"

bench: build/bench/rows
	$(PYTHON) bench/compare.py

build/bench/rows: $(wildcard bench/*.c) rustorch.h
	@mkdir -p $(@D)
	$(CC) -O2 -I. bench/rows.c -o $@ $(LDLIBS)

parity:
	@PYTHON='$(PYTHON)' PARITY='$(PARITY)' CAP='$(CAP)' bash tests/parity/run.sh

clean:
	rm -rf build

-include $(wildcard $(build)/*.d $(build)/*/*.d)
