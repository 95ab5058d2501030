#!/bin/sh
# The tests under every compiler, optimisation, language, instruction set, switch and system that is promised to work.
# usage: matrix.sh [TEXT]     only the configurations with TEXT in their name
set -u
cd "$(dirname "$0")/../.."
. tests/house/tools.sh
only=${1:-}
unset MAKEFLAGS MFLAGS MAKELEVEL
RUSTORCH_TEST_SIZE=small
export RUSTORCH_TEST_SIZE
logs=build/matrix
mkdir -p "$logs"

# file_name NAME: the name as one for files.
file_name() { echo "$1" | tr -cs 'A-Za-z0-9\n' _; }

# configuration NAME COMMAND...: runs the command, prints one line.
configuration() {
    name=$1
    shift
    case $name in *"$only"*) ;; *) return ;; esac
    log=$logs/$(file_name "$name").log
    begin=$(date +%s)
    "$@" > "$log" 2>&1
    status=$?
    result $status "$name: $(grep -E '^[0-9]+ passed|^test accuracy' "$log" | tail -n 1), $(($(date +%s) - begin)) s" "$log"
}

# tests NAME COMPILER PACKAGE VARIABLE=VALUE...: all tests, from the assembled header.
tests() {
    compiler=$2 package=$3 label=$1
    shift 3
    configuration "$label" with "$compiler" "$package" make -s -k -j2 test FROM=. CONFIG="matrix/$(file_name "$label")" CC="$compiler" "$@"
}

# with COMPILER PACKAGE COMMAND...
with() {
    need "$1" "$2" || return
    shift 2
    "$@"
}

# optional NAME COMPILER PACKAGE ...: tests, but where the compiler is absent that is only said.
optional() {
    if command -v "$2" > /dev/null; then
        tests "$@"
    else
        echo "skip  $1: $2 is absent, it comes with the Debian package $3"
    fi
}

# i686_runner: nothing where the kernel runs 32-bit programs itself, as those of x86-64 mostly do, else the emulator.
i686_runner() {
    printf 'int main(void) { return 0; }\n' > "$logs/i686.c"
    i686-linux-gnu-gcc -static "$logs/i686.c" -o "$logs/i686" 2> /dev/null && "$logs/i686" 2> /dev/null || echo qemu-i386
}

# forced PASS: the tests held to one instruction-set pass, unless the processor lacks it.
forced() {
    case "kernels $1" in *"$only"*) ;; *) return ;; esac
    isa=build/matrix/gcc_O2_C99/house/isa
    if make -s CONFIG=matrix/gcc_O2_C99 FROM=. CC=gcc CFLAGS=-O2 "$isa" && [ "$(RT_ISA=$1 "$isa")" != "$1" ]; then
        echo "skip  kernels $1: this processor does not have them"
    else
        tests "kernels $1" gcc gcc CONFIG=matrix/gcc_O2_C99 CFLAGS=-O2 RT_ISA="$1"
    fi
}

cxx='-x c++ -std=c++17'
sanitize='-fsanitize=address,undefined -fno-sanitize-recover=all -g'

#     name                         compiler  package  configuration
tests 'gcc -O0 C99'                gcc       gcc      CFLAGS=-O0
tests 'gcc -Os C99'                gcc       gcc      CFLAGS=-Os
tests 'gcc -O2 C99'                gcc       gcc      CFLAGS=-O2
tests 'gcc -O2 -ffast-math C99'    gcc       gcc      CFLAGS=-O2 LIB_FLAGS=-ffast-math
tests 'gcc -O0 C++17'              g++       g++      CFLAGS=-O0 STD="$cxx"
tests 'gcc -Os C++17'              g++       g++      CFLAGS=-Os STD="$cxx"
tests 'gcc -O2 C++17'              g++       g++      CFLAGS=-O2 STD="$cxx"
tests 'gcc -O2 -ffast-math C++17'  g++       g++      CFLAGS=-O2 STD="$cxx" LIB_FLAGS=-ffast-math
tests 'clang -O0 C99'              clang     clang    CFLAGS=-O0
tests 'clang -Os C99'              clang     clang    CFLAGS=-Os
tests 'clang -O2 C99'              clang     clang    CFLAGS=-O2
tests 'clang -O2 -ffast-math C99'  clang     clang    CFLAGS=-O2 LIB_FLAGS=-ffast-math
tests 'clang -O0 C++17'            clang++   clang    CFLAGS=-O0 STD="$cxx"
tests 'clang -Os C++17'            clang++   clang    CFLAGS=-Os STD="$cxx"
tests 'clang -O2 C++17'            clang++   clang    CFLAGS=-O2 STD="$cxx"
tests 'clang -O2 -ffast-math C++17' clang++  clang    CFLAGS=-O2 STD="$cxx" LIB_FLAGS=-ffast-math

forced base
forced avx2
forced avx512
forced neon

tests 'one pass'                   gcc       gcc      CFLAGS='-O2 -DRUSTORCH_ONE_PASS'
tests 'no threads'                 gcc       gcc      CFLAGS='-O2 -DRT_NO_THREADS'
configuration 'one static program' sh -c 'gcc -O2 -DRUSTORCH_STATIC -I. examples/digits.c -o build/matrix/digits -lm -pthread && build/matrix/digits'
tests 'gcc sanitizers'             gcc       gcc      CFLAGS="-O1 $sanitize"
tests 'clang sanitizers'           clang     libclang-rt-14-dev CFLAGS="-O0 $sanitize"

tests 'aarch64 C99'                aarch64-linux-gnu-gcc gcc-aarch64-linux-gnu CFLAGS=-O1 LDFLAGS=-static RUNNER=qemu-aarch64
tests 'aarch64 C++17'              aarch64-linux-gnu-g++ g++-aarch64-linux-gnu CFLAGS=-O1 LDFLAGS=-static RUNNER=qemu-aarch64 STD="$cxx"
optional 's390x C99 (big endian)'  s390x-linux-gnu-gcc gcc-s390x-linux-gnu CFLAGS=-O1 LDFLAGS=-static RUNNER=qemu-s390x
optional 'i686 C99 (32 bits)'      i686-linux-gnu-gcc gcc-i686-linux-gnu CFLAGS=-O1 LDFLAGS=-static RUNNER="$(i686_runner)"

tests 'thread sanitizer'           clang     libclang-rt-14-dev CFLAGS='-O1 -g -fsanitize=thread'

summary
