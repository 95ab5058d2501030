/* ---- platform: everything that compilers and systems disagree on -------------------------------------------------------------- */

/* POSIX names under strict -std=c99, unless a system header has been taken in already and decided otherwise. */
#if (defined(__unix__) || defined(__wasi__)) && !defined(_POSIX_C_SOURCE) && !defined(_GNU_SOURCE) && !defined(_FEATURES_H)
#  define _POSIX_C_SOURCE 200809L
#endif

#include <errno.h>
#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <stdio.h>
#include <time.h>
#if defined(_WIN32)
#  ifndef WIN32_LEAN_AND_MEAN
#    define WIN32_LEAN_AND_MEAN
#  endif
#  include <windows.h>
#  include <malloc.h>
#  include <io.h>
#elif defined(__unix__) || defined(__APPLE__)
#  include <fcntl.h>
#  include <sys/stat.h>
#  include <unistd.h>
#  ifndef RT_NO_THREADS
#    include <pthread.h>
#    include <sched.h>
#    include <signal.h>
#  endif
#endif

#if defined(__unix__) && defined(__STRICT_ANSI__) && !defined(__cplusplus)     /* hidden where a system header came before the names asked for above */
int posix_memalign(void **block, size_t alignment, size_t n_bytes);
#endif

#if defined(__x86_64__) || defined(__i386__) || defined(_M_X64) || defined(_M_IX86)
#  define RTI_X86 1
#  ifdef _MSC_VER
#    include <intrin.h>
#  else
#    include <cpuid.h>
#  endif
#  include <immintrin.h>
#else
#  define RTI_X86 0
#endif
#if defined(__x86_64__) || defined(_M_X64)
#  define RTI_X86_64 1
#else
#  define RTI_X86_64 0
#endif
#if defined(__aarch64__) || defined(_M_ARM64)
#  define RTI_ARM64 1
#  include <arm_neon.h>
#else
#  define RTI_ARM64 0
#endif

#if defined(__SANITIZE_ADDRESS__)
#  define RTI_ASAN 1
#elif defined(__has_feature)
#  if __has_feature(address_sanitizer)
#    define RTI_ASAN 1
#  endif
#endif
#ifndef RTI_ASAN
#  define RTI_ASAN 0
#endif
#if RTI_ASAN
#  include <sanitizer/asan_interface.h>
#endif

/* Tables for unwinding the stack are a sixth of a small program, and no C needs them to run: asked for size, they go where debuggers find
 * them and strip drops them. RUSTORCH_UNWIND keeps them, for exceptions or backtraces that pass through callbacks. */
#if defined(__OPTIMIZE_SIZE__) && defined(__GNUC__) && defined(__ELF__) && (RTI_X86_64 || RTI_ARM64) && !defined(__cplusplus) && \
    !defined(__EXCEPTIONS) && !defined(__SANITIZE_THREAD__) && !RTI_ASAN && !defined(RUSTORCH_UNWIND)
__asm__(".cfi_sections .debug_frame");
#endif

/* The whole implementation is compiled with exact arithmetic, whatever flags the program round it asks for; the kernels for speed, too. */
#if defined(__clang__)
#  pragma clang diagnostic push
#  if defined(__x86_64__) || defined(__i386__)
#    pragma float_control(push)
#    pragma float_control(precise, on)
#    pragma clang fp contract(off) reassociate(off)
#  endif
#  if defined(__i386__)
#    pragma clang attribute push(__attribute__((target("sse2"))), apply_to = function)
#  endif
#elif defined(__GNUC__)
#  pragma GCC push_options
#  pragma GCC optimize("no-fast-math", "fp-contract=off")
#  if defined(__i386__)      /* the x87 rounds a double twice, or not at all */
#    pragma GCC target("sse2,fpmath=sse")
#  endif
#endif

/* RTI_LEAN: what -O2 does at length and to no avail here; measured, as a whole it is a quarter of the compile time. RTI_WARM ... RTI_WARM_END: parts
 * that run once a call or drive loops over elements; they go without removing partial redundancies, too, which formulas need. */
#if defined(__GNUC__) && !defined(__clang__) && !defined(__OPTIMIZE_SIZE__)
#  define RTI_LEAN \
       "no-schedule-insns2", "no-tree-vrp", "no-thread-jumps", "no-tree-dominator-opts", "no-tree-pta", "no-tree-vectorize", \
       "no-ipa-icf", "no-ipa-cp", "no-ipa-sra", "no-ipa-vrp", "no-ipa-modref", "no-ipa-bit-cp", "no-ipa-ra", "no-crossjumping", \
       "no-store-merging", "no-reorder-blocks-and-partition", "no-tree-tail-merge", "no-tree-switch-conversion", "no-ree", "no-split-wide-types", \
       "no-optimize-strlen", "no-isolate-erroneous-paths-dereference", "no-rerun-cse-after-loop", "no-cse-follow-jumps"
#  define RTI_PRAGMA(...) _Pragma(#__VA_ARGS__)
#  define RTI_OPTIMIZE(...) RTI_PRAGMA(GCC optimize(__VA_ARGS__))
#  define RTI_WARM_0 _Pragma("GCC push_options") RTI_OPTIMIZE(RTI_LEAN, "no-tree-pre", "no-gcse", "no-code-hoisting")
#  define RTI_WARM_END_0 _Pragma("GCC pop_options")
#else
#  define RTI_WARM_0
#  define RTI_WARM_END_0
#endif

/* RTI_COLD ... RTI_COLD_END: shape rules, compositions, options, messages, files. Nothing there runs once an element, but it is most of the text, and
 * GCC spends twice the time on it with optimising as without: so it goes without. In between, a function with a loop over elements is RTI_HOT. */
#if defined(__GNUC__) && !defined(__clang__) && defined(__OPTIMIZE__) && !defined(__OPTIMIZE_SIZE__)
#  define RTI_COLD_END_0 _Pragma("GCC pop_options")
#  define RTI_COLD_0 _Pragma("GCC push_options") _Pragma("GCC optimize(\"O0\")")
#  define RTI_HOT __attribute__((optimize("O2")))
#else
#  define RTI_COLD_0
#  define RTI_COLD_END_0
#  define RTI_HOT
#endif
/* Kernels are never cold (passes.c). */
#define RTI_WARM_1
#define RTI_WARM_2
#define RTI_WARM_END_1
#define RTI_WARM_END_2
#define RTI_COLD_1
#define RTI_COLD_2
#define RTI_COLD_END_1
#define RTI_COLD_END_2
#define RTI_OF_PASS_(word, pass) word##pass
#define RTI_OF_PASS(word, pass) RTI_OF_PASS_(word, pass)
#define RTI_WARM RTI_OF_PASS(RTI_WARM_, RTI_PASS)
#define RTI_WARM_END RTI_OF_PASS(RTI_WARM_END_, RTI_PASS)
#define RTI_COLD RTI_OF_PASS(RTI_COLD_, RTI_PASS)
#define RTI_COLD_END RTI_OF_PASS(RTI_COLD_END_, RTI_PASS)

#if defined(__GNUC__)
#  define RTI_INLINE inline __attribute__((always_inline, unused))
#  define RTI_NOINLINE __attribute__((noinline))
#  define RTI_UNUSED __attribute__((unused))
#  define RTI_PRINTF(text, first) __attribute__((__format__(__printf__, text, first)))
#  define RTI_LIKELY(x) __builtin_expect(!!(x), 1)
#  define RTI_UNLIKELY(x) __builtin_expect(!!(x), 0)
#  define RTI_RESTRICT __restrict__
#else
#  define RTI_INLINE __inline
#  define RTI_NOINLINE
#  define RTI_UNUSED
#  define RTI_PRINTF(text, first)
#  define RTI_LIKELY(x) (x)
#  define RTI_UNLIKELY(x) (x)
#  define RTI_RESTRICT __restrict
#endif

/* C++ wants casts that C frowns on: RTI_CAST(type, p) converts a void pointer in both. */
#ifdef __cplusplus
#  define RTI_CAST(type, p) static_cast<type>(p)
#else
#  define RTI_CAST(type, p) ((type)(p))
#endif

/* A text in static data, which a linker can drop with the data: one that stands there bare, it keeps. */
#if defined(__GNUC__) && !defined(__cplusplus)
#  define RTI_TEXT(text) ((const char[]){ text })
#else
#  define RTI_TEXT(text) (text)
#endif

/* Thread-local: two words in all, so that a shared library holding them can still be opened at run time. */
#if defined(RT_NO_THREADS)
#  define RTI_THREAD_LOCAL
#elif defined(_MSC_VER)
#  define RTI_THREAD_LOCAL __declspec(thread)
#elif defined(__ELF__) && defined(__GNUC__)
#  define RTI_THREAD_LOCAL __thread __attribute__((tls_model("initial-exec")))
#else
#  define RTI_THREAD_LOCAL __thread
#endif

#define RTI_COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define RTI_MIN(a, b) ((a) < (b) ? (a) : (b))
#define RTI_MAX(a, b) ((a) > (b) ? (a) : (b))

/* Faults of our own, looked for only in builds that ask for it. */
#ifdef RUSTORCH_DEBUG
static void rti_assert_failed(const char *text, const char *file, int line);
#  define RTI_ASSERT(condition) ((condition) ? (void)0 : rti_assert_failed(#condition, __FILE__, __LINE__))
#else
#  define RTI_ASSERT(condition) ((void)0)
#endif

/* ---- atomics: sequentially consistent unless named otherwise, on int32, intptr and pointers ---- */

#if defined(__GNUC__)
static RTI_INLINE int32_t rti_atomic_add32(int32_t *p, int32_t x) { return __atomic_fetch_add(p, x, __ATOMIC_ACQ_REL); }
static RTI_INLINE int32_t rti_atomic_load32(const int32_t *p) { return __atomic_load_n(p, __ATOMIC_ACQUIRE); }
static RTI_INLINE void rti_atomic_store32(int32_t *p, int32_t x) { __atomic_store_n(p, x, __ATOMIC_RELEASE); }
static RTI_INLINE bool rti_atomic_swap_if32(int32_t *p, int32_t expected, int32_t wanted)
{
    return __atomic_compare_exchange_n(p, &expected, wanted, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}
static RTI_INLINE intptr_t rti_atomic_add(intptr_t *p, intptr_t x) { return __atomic_fetch_add(p, x, __ATOMIC_ACQ_REL); }
static RTI_INLINE intptr_t rti_atomic_load(const intptr_t *p) { return __atomic_load_n(p, __ATOMIC_ACQUIRE); }
static RTI_INLINE void rti_atomic_store(intptr_t *p, intptr_t x) { __atomic_store_n(p, x, __ATOMIC_RELEASE); }
static RTI_INLINE void *rti_atomic_load_ptr(void *const *p) { return __atomic_load_n(p, __ATOMIC_ACQUIRE); }
static RTI_INLINE void rti_atomic_store_ptr(void **p, void *x) { __atomic_store_n(p, x, __ATOMIC_RELEASE); }
static RTI_INLINE void *rti_atomic_swap_ptr(void **p, void *x) { return __atomic_exchange_n(p, x, __ATOMIC_ACQ_REL); }
static RTI_INLINE bool rti_atomic_swap_if_ptr(void **p, void *expected, void *wanted)
{
    return __atomic_compare_exchange_n(p, &expected, wanted, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}
#elif defined(_WIN32)
static RTI_INLINE int32_t rti_atomic_add32(int32_t *p, int32_t x) { return InterlockedExchangeAdd((volatile LONG *)p, x); }
static RTI_INLINE int32_t rti_atomic_load32(const int32_t *p) { return InterlockedOr((volatile LONG *)p, 0); }
static RTI_INLINE void rti_atomic_store32(int32_t *p, int32_t x) { InterlockedExchange((volatile LONG *)p, x); }
static RTI_INLINE bool rti_atomic_swap_if32(int32_t *p, int32_t expected, int32_t wanted)
{
    return InterlockedCompareExchange((volatile LONG *)p, wanted, expected) == expected;
}
static RTI_INLINE void *rti_atomic_load_ptr(void *const *p) { return InterlockedCompareExchangePointer((void *volatile *)p, NULL, NULL); }
static RTI_INLINE void rti_atomic_store_ptr(void **p, void *x) { InterlockedExchangePointer(p, x); }
static RTI_INLINE void *rti_atomic_swap_ptr(void **p, void *x) { return InterlockedExchangePointer(p, x); }
static RTI_INLINE bool rti_atomic_swap_if_ptr(void **p, void *expected, void *wanted)
{
    return InterlockedCompareExchangePointer(p, wanted, expected) == expected;
}
#  if defined(_WIN64)
static RTI_INLINE intptr_t rti_atomic_add(intptr_t *p, intptr_t x) { return InterlockedExchangeAdd64((volatile LONG64 *)p, x); }
#  else
static RTI_INLINE intptr_t rti_atomic_add(intptr_t *p, intptr_t x) { return InterlockedExchangeAdd((volatile LONG *)p, x); }
#  endif
static RTI_INLINE intptr_t rti_atomic_load(const intptr_t *p) { return (intptr_t)rti_atomic_load_ptr((void *const *)p); }
static RTI_INLINE void rti_atomic_store(intptr_t *p, intptr_t x) { rti_atomic_store_ptr((void **)p, (void *)x); }
#else
#  error "rustorch.h: no atomics known for this compiler"
#endif

/* A lock that is held for a few instructions only; waiting threads give their turn away. */
typedef struct rti_spinlock { int32_t held; } rti_spinlock;

static void rti_yield(void)
{
#if defined(_WIN32)
    SwitchToThread();
#elif !defined(RT_NO_THREADS)
    sched_yield();
#endif
}

static RTI_INLINE void rti_lock(rti_spinlock *lock)
{
    while (!rti_atomic_swap_if32(&lock->held, 0, 1))
        rti_yield();
}

static RTI_INLINE void rti_unlock(rti_spinlock *lock) { rti_atomic_store32(&lock->held, 0); }

/* ---- checked sizes ---- */

/* a * b and a + b of sizes that are not negative; -1 where the result does not fit, and for an operand that is -1. */
static RTI_INLINE int64_t rti_size_mul(int64_t a, int64_t b)
{
#if defined(__GNUC__)
    int64_t product;
    return a < 0 || b < 0 || __builtin_mul_overflow(a, b, &product) ? -1 : product;
#else
    return a < 0 || b < 0 || (a > 0 && b > INT64_MAX / a) ? -1 : a * b;
#endif
}

static RTI_INLINE int64_t rti_size_add(int64_t a, int64_t b)
{
    if (a < 0 || b < 0 || b > INT64_MAX - a)
        return -1;
    return a + b;
}
