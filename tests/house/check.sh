#!/bin/sh
# The static proofs: what holds for the source, whatever it computes. Each function below is one of them.
# usage: check.sh [PROOF...]     by name; all of them without
set -u
cd "$(dirname "$0")/../.."
. tests/house/tools.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
libraries='-lm -pthread'
strict='-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wundef -Werror'

# object NAME COMPILER FLAG...: compiles the library to NAME.o, once.
object() {
    name=$1
    shift
    [ -f "$work/$name.o" ] || "$@" -I. -c tests/house/implementation.c -o "$work/$name.o"
}

# absent GREP-ARGUMENT...: fails, and shows what it found, where grep finds something.
absent() {
    if grep "$@"; then return 1; fi
}

# ---- the product and its parts ----------------------------------------------------------------------------------------------

header_equals_its_parts() {
    awk -f src/assemble.awk src/rustorch.h > "$work/assembled.h"
    cmp "$work/assembled.h" rustorch.h || { echo "rustorch.h is not what src/ assembles to: make header"; return 1; }
}

every_part_is_in_the_umbrella() {
    (cd src && ls -d [0-9]*_*/*) | while read -r part; do
        grep -q "^[ 	]*#[ 	]*include[ 	]*\"$part\"" src/rustorch.h || echo "src/rustorch.h does not include $part"
    done > "$work/orphans"
    absent . "$work/orphans"
}

# A floor may use only what stands below it: the umbrella cut off after each floor still compiles and links.
each_floor_stands_without_those_above() {
    need clang clang
    printf '#include "floors.h"\nint main(void) { return 0; }\n' > "$work/floors.c"
    for floor in $(cd src && ls -d [0-9]*_* | sed 's/_.*//' | sort -n); do
        echo "floors 0 to $floor"
        awk -F '["_]' -v top="$floor" '/^[ \t]*#[ \t]*include[ \t]*"[0-9]+_/ && $2 + 0 > top + 0 { next } { print }' src/rustorch.h > "$work/floors.h"
        clang -w -O0 -Isrc "-I$work" -DRUSTORCH_IMPLEMENTATION '-DRUSTORCH_SELF="floors.h"' "$work/floors.c" -o "$work/floors" $libraries
    done
}

top_level_holds_only_what_it_should() {
    { git ls-files --cached --others --exclude-standard 2> /dev/null || ls; } | sed 's|/.*||' | sort -u > "$work/top"
    absent -vxE 'rustorch(_cuda|_opencl)?\.h|rustorch_metal\.m|tests|bench|examples|src|Makefile|README\.md|LICENSE|build|\..*' "$work/top"
}

# ---- ways to take it in -------------------------------------------------------------------------------------------------------

# A program that runs kernels and says which pass they came from.
write_program() {
    cat > "$1" << 'END'
#include <stdio.h>
int main(void)
{
    rt_tensor *x = rt_requires_grad_(rt_ones(RT_SHAPE(2, 3), NULL));
    rt_tensor *y = rt_sum(rt_mul(x, x));
    rt_backward(y);
    printf("%s %g %g\n", rt_isa(), rt_item(y), rt_item(rt_sum(rt_grad(x))));
    return rt_error_pending();
}
END
}

# builds NAME EXPECTED FLAG...: writes NAME.c around the program with the include line on standard input, compiles it in its folder, runs it.
builds() {
    name=$1 expected=$2
    shift 2
    write_program "$work/program.c"
    { echo '#define RUSTORCH_IMPLEMENTATION'; cat; cat "$work/program.c"; } > "$work/$name.c"
    (cd "$work" && clang -w -O0 "$@" "$name.c" -o "$name" $libraries && "./$name") > "$work/$name.out" 2>&1 || { cat "$work/$name.out"; return 1; }
    echo "$name: $(cat "$work/$name.out")"
    case $(cat "$work/$name.out") in
    $expected" 6 12") ;;
    *) echo "expected: $expected 6 12"; return 1 ;;
    esac
}

header_works_from_anywhere_and_under_any_name() {
    need clang clang
    mkdir -p "$work/assembled/vendor"
    cp rustorch.h "$work/assembled/rustorch.h"
    cp rustorch.h "$work/assembled/vendor/rustorch.h"
    cp rustorch.h "$work/assembled/other.h"
    echo '#include "rustorch.h"' | builds isa '*' "-I$PWD"
    isa=$(sed 's/ .*//' "$work/isa.out")
    echo '#include "rustorch.h"' | builds unassembled "$isa" "-I$PWD/src"
    echo '#include "assembled/vendor/rustorch.h"' | builds in_a_folder "$isa"
    rm "$work/assembled/rustorch.h" "$work/assembled/vendor/rustorch.h"
    echo '#include "assembled/other.h"' | builds renamed "$isa" '-DRUSTORCH_SELF="other.h"'
    builds pasted base -DRUSTORCH_ONE_PASS < rustorch.h
}

header_may_be_included_twice() {
    need clang clang
    { echo '#include "rustorch.h"'; echo '#include "rustorch.h"'; } | builds twice '*' "-I$PWD"
    cat > "$work/late.c" << 'END'
#include "rustorch.h"
#define RUSTORCH_IMPLEMENTATION
#include "rustorch.h"
#include "rustorch.h"
int main(void) { return rt_isa() == 0; }
END
    clang -w -O0 -I. "$work/late.c" -o "$work/late" $libraries
    "$work/late"
}

two_translation_units_share_it_or_have_their_own() {
    need clang clang
    write_program "$work/program.c"
    { echo '#include "rustorch.h"'; sed 's/main(void)/first(void)/' "$work/program.c"; } > "$work/first.c"
    { echo '#include "rustorch.h"'; sed 's/main(void)/second(void)/' "$work/program.c"; } > "$work/second.c"
    echo 'int first(void); int second(void); int main(void) { return first() | second(); }' > "$work/both.c"
    object implementation clang -std=c99 -O0
    clang -w -I. "$work/first.c" "$work/second.c" "$work/both.c" "$work/implementation.o" -o "$work/shared" $libraries
    "$work/shared"
    clang -w -O0 -I. -DRUSTORCH_STATIC -DRUSTORCH_IMPLEMENTATION "$work/first.c" "$work/second.c" "$work/both.c" -o "$work/private" $libraries
    "$work/private"
}

# ---- warnings -----------------------------------------------------------------------------------------------------------------

# compiles_silently COMPILER: declarations and implementation, in each language, and once for real, as some warnings come late.
compiles_silently() {
    write_program "$work/program.c"
    { echo '#include "rustorch.h"'; cat "$work/program.c"; } > "$work/declarations.c"
    { echo '#include <stdio.h>'; cat tests/house/implementation.c; } > "$work/stdio_first.c"
    for language in c99 c11 c++11 c++17 c++20; do
        case $language in
        c++*) flags="-x c++ -std=$language" ;;
        *) flags="-std=$language -Wstrict-prototypes" ;;
        esac
        for file in "$work/declarations.c" tests/house/implementation.c "$work/stdio_first.c"; do
            echo "$1 $flags $file"
            "$1" $flags $strict -fsyntax-only -I. "$file"
        done
    done
    echo "$1 -O2"
    "$1" -std=c99 -Wstrict-prototypes $strict -O2 -I. -c tests/house/implementation.c -o "$work/$1_c99.o"
}

gcc_has_nothing_to_warn_of() {
    need gcc gcc
    need g++ g++
    compiles_silently gcc
}

clang_has_nothing_to_warn_of() {
    need clang clang
    compiles_silently clang
}

# ---- names --------------------------------------------------------------------------------------------------------------------

# What the header's own lines declare, as C and as C++: macros, and every name outside braces and parentheses.
only_rt_names_are_declared() {
    need gcc gcc
    need g++ g++
    for language in 'gcc -std=c99' 'g++ -std=c++17 -x c++'; do
        $language -I. -dD -E rustorch.h 2> "$work/stderr" |
            awk '/^# [0-9]+ "/ { ours = /"(\.\/)?rustorch\.h"/; next } ours' > "$work/declarations"
        [ -s "$work/declarations" ]
        awk '/^#define / { sub(/\(.*/, "", $2); print $2 }' "$work/declarations" > "$work/names"
        awk -f tests/house/declared_names.awk "$work/declarations" >> "$work/names"
        grep -q '^rt_tensor$' "$work/names"
        absent -vE '^(rt_|RT_|RUSTORCH_|rti_|RTI_)' "$work/names"
    done
}

# Symbols of an object that others see. A C++ template or inline function would be among them: one that holds AVX code, for all of the program.
# What g++ makes of its own without optimisation, for the unwinding of exceptions, to make structs whose fields have defaults, and its
# overloads of the C library's functions; none of it stands in a region of another instruction set.
compilers_own='DW\.ref\.__gxx_personality_v0\|_ZN[0-9]*rti\{0,1\}_[a-z_]*C[12]Ev\|_ZSt[0-9]*[a-z]'

only_rt_names_are_exported() {
    need gcc gcc
    need g++ g++
    object gcc_c99 gcc -std=c99 -O2
    object gxx gcc -x c++ -std=c++17 -O0
    for kind in gcc_c99 gxx; do
        nm -g --defined-only "$work/$kind.o" | awk '{ print $NF }' | sed "/$compilers_own/d" > "$work/exported"
        grep -q '^rt_isa$' "$work/exported"
        absent -v '^rt_' "$work/exported"
        absent '^rt_testing_' "$work/exported"
    done
}

static_copy_exports_nothing() {
    need gcc gcc
    need g++ g++
    object static_c gcc -std=c99 -O0 -DRUSTORCH_STATIC -fkeep-static-functions
    object static_cxx gcc -x c++ -std=c++17 -O0 -DRUSTORCH_STATIC -fkeep-static-functions
    nm "$work/static_c.o" | grep -q ' t rt_isa$'
    for kind in static_c static_cxx; do
        nm -g --defined-only "$work/$kind.o" | sed "/$compilers_own/d" > "$work/exported"
        absent . "$work/exported"
    done
}

nothing_ends_the_program() {
    need gcc gcc
    object gcc_c99 gcc -std=c99 -O2
    object gxx gcc -x c++ -std=c++17 -O0
    for kind in gcc_c99 gxx; do
        nm -u "$work/$kind.o" | awk '{ print $NF }' > "$work/undefined"
        [ -s "$work/undefined" ]
        absent -xE '(_?_?abort|_?exit|_Exit|quick_exit|__assert.*|_*(sig)?longjmp.*|raise|kill|pthread_exit|thrd_exit|__cxa_.*|_ZSt9terminatev|_Zn[aw].*)' "$work/undefined"
    done
}

without_threads_there_are_none() {
    need clang clang
    object no_threads clang -std=c99 -O0 -DRT_NO_THREADS
    nm -u "$work/no_threads.o" | awk '{ print $NF }' > "$work/undefined"
    absent '^pthread_' "$work/undefined"
}

# ---- words --------------------------------------------------------------------------------------------------------------------

every_declaration_is_documented() {
    awk -f tests/house/undocumented.awk src/*/*.h > "$work/undocumented"
    absent . "$work/undocumented"
}

# Every ```c block of the README and of the manual at the top of the header, as C99 and C++11 (C++20 where it uses RT_OPTS).
# See tests/house/snippets.awk for what a block may leave out.
every_snippet_compiles_and_runs() {
    need gcc gcc
    need g++ g++
    mkdir -p "$work/snippets"
    awk -v name="$work/snippets/README" -f tests/house/snippets.awk README.md
    ls "$work"/snippets/README_*.c > /dev/null
    sed -n '1,/\*\//{s/^ \* \{0,1\}//;p;}' src/rustorch.h | awk -v name="$work/snippets/manual" -f tests/house/snippets.awk
    object gcc_c99 gcc -std=c99 -O2
    ln -s "$PWD/examples" "$work/examples"
    for snippet in "$work"/snippets/*.c; do
        newer=c++11
        ! grep -q RT_OPTS "$snippet" || newer=c++20
        library="$work/gcc_c99.o"
        ! grep -q 'define RUSTORCH_IMPLEMENTATION' "$snippet" || library=
        for language in '-std=c99' "-x c++ -std=$newer"; do
            echo "$(basename "$snippet" .c), $language"
            gcc $language -Wall -Wextra -Wno-unused -I. -c "$snippet" -o "$work/snippet.o"
            g++ "$work/snippet.o" $library -o "$work/snippet" $libraries
            (cd "$work" && timeout 60 ./snippet)
        done
    done
}

# -------------------------------------------------------------------------------------------------------------------------------

proofs=${*:-$(sed -n 's/^\([a-z_]*\)() {$/\1/p' tests/house/check.sh | grep -vxE 'absent|write_program|builds|object|compiles_silently')}
for proof in $proofs; do
    (set -e; "$proof") > "$work/log" 2>&1
    result $? "$(echo "$proof" | tr _ ' ')" "$work/log"
done
summary
