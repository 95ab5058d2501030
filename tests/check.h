/* The tests' own tool: a program is a list of cases, a case is a function full of checks.
 *
 *     static void add_broadcasts(void)
 *     {
 *         ...
 *         CHECK_INT(rt_dim(y), 2);
 *     }
 *
 *     int main(void)
 *     {
 *         TEST(add_broadcasts);
 *         return check_end("5_ops/binary");
 *     }
 *
 * Each case runs in a scope of its own and fails also if it checks nothing, leaves an error unread, or ends with another number of
 * live tensors than it began with. Checks are for the main thread. Their arguments are evaluated once. */
#ifndef RUSTORCH_TESTS_CHECK_H
#define RUSTORCH_TESTS_CHECK_H

#include "rustorch.h"
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Whether AddressSanitizer is in the program: it stops it where the library would answer an error. */
#if defined(__SANITIZE_ADDRESS__)
#  define CHECK_ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#  if __has_feature(address_sanitizer)
#    define CHECK_ADDRESS_SANITIZER 1
#  endif
#endif
#ifndef CHECK_ADDRESS_SANITIZER
#  define CHECK_ADDRESS_SANITIZER 0
#endif

#define TEST(function) check_case(#function, function)

#define CHECK(condition) check_true(__FILE__, __LINE__, #condition, (condition) ? true : false)
#define CHECK_INT(got, want) check_int(__FILE__, __LINE__, #got, (int64_t)(got), (int64_t)(want))
#define CHECK_TEXT(got, want) check_text(__FILE__, __LINE__, #got, got, want)

/* |got - want| <= atol + rtol * |want|; infinities and NaN equal themselves. */
#define CHECK_CLOSE(got, want, rtol, atol) check_close(__FILE__, __LINE__, #got, (double)(got), (double)(want), rtol, atol)

/* The same over n floats, as one check. A NULL array, as failed functions answer it, fails. */
#define CHECK_FLOATS(got, want, n, rtol, atol) check_floats(__FILE__, __LINE__, #got, got, want, (int64_t)(n), rtol, atol)

/* The expression answers NULL (or 0, or the code itself), and this thread's first unread error has the code. Reads and clears it. */
#define CHECK_STATUS(expression, code) check_status(__FILE__, __LINE__, #expression, (intptr_t)(expression), code)

enum { CHECK_LINES_SHOWN = 10 };

typedef struct check_totals {
    int passed, failed;       /* checks of the program so far */
    int case_failed;          /* of the present case */
    const char *case_name;
    char at[160];             /* what check_at said last */
} check_totals;

/* The state of the program; a function-local static, so that a program may have several files. */
static inline check_totals *check_state(void)
{
    static check_totals totals = {0, 0, 0, "", ""};
    return &totals;
}

/* Counts one check. A failed one prints its place, the case, what check_at said, and the message. */
static inline bool check_count(const char *file, int line, bool ok, const char *format, ...)
{
    check_totals *t = check_state();
    if (ok) {
        t->passed++;
        return true;
    }
    t->failed++;
    if (t->case_failed++ < CHECK_LINES_SHOWN) {
        va_list values;
        printf("%s:%d: %s%s%s: ", file, line, t->case_name, t->at[0] ? ", " : "", t->at);
        va_start(values, format);
        vprintf(format, values);
        va_end(values);
        printf("\n");
        fflush(stdout);
    }
    return false;
}

/* Says which row of a table the next checks are about; printed with their failures, forgotten at the end of the case. */
static inline void check_at(const char *format, ...)
{
    check_totals *t = check_state();
    va_list values;
    va_start(values, format);
    vsnprintf(t->at, sizeof t->at, format, values);
    va_end(values);
}

/* Whether big or timed work should be cut short: an emulator, a sanitizer or an unoptimised build runs this. */
static inline bool check_small(void)
{
    const char *size = getenv("RUSTORCH_TEST_SIZE");
    return size != NULL && strcmp(size, "small") == 0;
}

static inline bool check_true(const char *file, int line, const char *text, bool condition)
{
    return check_count(file, line, condition, "%s is false", text);
}

static inline bool check_int(const char *file, int line, const char *text, int64_t got, int64_t want)
{
    return check_count(file, line, got == want, "%s is %lld, not %lld", text, (long long)got, (long long)want);
}

static inline bool check_text(const char *file, int line, const char *text, const char *got, const char *want)
{
    bool ok = got != NULL && want != NULL && strcmp(got, want) == 0;
    return check_count(file, line, ok, "%s is \"%s\", not \"%s\"", text, got ? got : "(NULL)", want ? want : "(NULL)");
}

/* On the bits, because a test may be compiled with -ffast-math. 0: finite, 1 and -1: infinite, 2: NaN. */
static inline int check_class(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    if ((bits >> 52 & 0x7ff) != 0x7ff)
        return 0;
    return bits << 12 ? 2 : bits >> 63 ? -1 : 1;
}

static inline bool check_is_close(double got, double want, double rtol, double atol)
{
    double difference = got - want, size = want < 0 ? -want : want;
    if (check_class(got) || check_class(want))
        return check_class(got) == check_class(want);
    return (difference < 0 ? -difference : difference) <= atol + rtol * size;
}

static inline bool check_close(const char *file, int line, const char *text, double got, double want, double rtol, double atol)
{
    return check_count(file, line, check_is_close(got, want, rtol, atol), "%s is %.9g, not %.9g (off by %.2g)", text, got, want, got - want);
}

static inline bool check_floats(const char *file, int line, const char *text, const float *got, const float *want, int64_t n, double rtol, double atol)
{
    int64_t i = 0;
    if (got == NULL || want == NULL)
        return check_count(file, line, false, "%s is %s", text, got ? "compared with NULL" : "NULL");
    while (i < n && check_is_close(got[i], want[i], rtol, atol))
        i++;
    return check_count(file, line, i == n, "%s[%lld] is %.9g, not %.9g", text, (long long)i, i < n ? (double)got[i] : 0.0, i < n ? (double)want[i] : 0.0);
}

static inline bool check_status(const char *file, int line, const char *text, intptr_t answer, rt_status code)
{
    rt_status unread = rt_error_pending() ? rt_last_error()->code : RT_OK;
    bool ok = unread == code && (answer == 0 || answer == (intptr_t)code);
    check_count(file, line, ok, "%s answers %s with %s (%s), not %s", text, answer == 0 ? "NULL or 0" : "something", rt_status_name(unread),
                unread == RT_OK ? "no error" : rt_last_error()->message, rt_status_name(code));
    rt_clear_error();
    return ok;
}

static inline void check_case(const char *name, void (*run)(void))
{
    check_totals *t = check_state();
    int checks = t->passed + t->failed;
    int64_t live = rt_memory_stats().live_tensors;
    rt_scope scope = rt_scope_begin();
    t->case_name = name;
    t->case_failed = 0;
    run();
    rt_scope_end(scope);
    t->at[0] = 0;
    if (rt_error_pending())
        check_count(__FILE__, __LINE__, false, "an error is left unread: %s", rt_last_error()->message);
    rt_clear_error();
    if (rt_memory_stats().live_tensors != live)
        check_count(__FILE__, __LINE__, false, "%lld tensors live at the end, %lld at the beginning", (long long)rt_memory_stats().live_tensors, (long long)live);
    if (t->passed + t->failed == checks)
        check_count(__FILE__, __LINE__, false, "nothing was checked");
    if (t->case_failed > CHECK_LINES_SHOWN)
        printf("%s: %d more checks failed\n", name, t->case_failed - CHECK_LINES_SHOWN);
}

/* For a case that cannot run here; prints why. Counts as neither passed nor failed. */
static inline void check_skip(const char *name, const char *reason)
{
    printf("%s: skipped, %s\n", name, reason);
}

/* The program's last line and its exit status, to be returned from main. part is the test's path, as in "5_ops/binary". */
static inline int check_end(const char *part)
{
    check_totals *t = check_state();
    printf("%s: %d passed, %d failed\n", part, t->passed, t->failed);
    return t->failed == 0 && t->passed > 0 ? 0 : 1;
}

#endif
