/* Elements of every dtype as numbers, by rules of the tests' own, not the library's. */
#ifndef RUSTORCH_TESTS_NUMBERS_H
#define RUSTORCH_TESTS_NUMBERS_H

#include "../check.h"
#include <math.h>

/* An element: a float's or complex number's parts; a whole one or bool also as 64 bits, unsigned where its dtype is. */
typedef struct number { double re, im; uint64_t whole; } number;

/* The floats of 16 and 8 bits. */
typedef struct small_float { rt_dtype dtype; int exponent, mantissa; bool finite; uint64_t nan; } small_float;

static inline const small_float *number_small(rt_dtype dtype)
{
    static const small_float all[] = {
        { RT_FLOAT16, 5, 10, false, 0x7e00 }, { RT_BFLOAT16, 8, 7, false, 0x7fc0 }, { RT_FLOAT8_E4M3FN, 4, 3, true, 0x7f }, { RT_FLOAT8_E5M2, 5, 2, false, 0x7f }
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i].dtype == dtype)
            return &all[i];
    return NULL;
}

static inline bool number_is_unsigned(rt_dtype d) { return d == RT_UINT8 || d == RT_UINT16 || d == RT_UINT32 || d == RT_UINT64 || d == RT_BOOL; }
static inline bool number_is_whole(rt_dtype d) { return !rt_dtype_is_floating_point(d) && !rt_dtype_is_complex(d); }
static inline rt_dtype number_part(rt_dtype d) { return d == RT_COMPLEX64 ? RT_FLOAT32 : d == RT_COMPLEX128 ? RT_FLOAT64 : d; }

static inline double number_of_small(const small_float *s, uint64_t bits)
{
    int bias = (1 << (s->exponent - 1)) - 1, top = (1 << s->exponent) - 1;
    int e = (int)(bits >> s->mantissa) & top, m = (int)(bits & ((1u << s->mantissa) - 1));
    double x;
    if (s->finite ? e == top && m == (1 << s->mantissa) - 1 : e == top && m)
        return (double)NAN;
    if (!s->finite && e == top)
        x = (double)INFINITY;
    else
        x = e ? ldexp((double)(m + (1 << s->mantissa)), e - bias - s->mantissa) : ldexp((double)m, 1 - bias - s->mantissa);
    return bits >> (s->exponent + s->mantissa) & 1 ? -x : x;
}

/* To the nearest, ties to even; what is too large becomes infinite, or NaN where the type has no infinity. */
static inline uint64_t number_to_small(const small_float *s, double x)
{
    int bias = (1 << (s->exponent - 1)) - 1, e;
    uint64_t word, sign = 0, infinite = s->finite ? s->nan : (uint64_t)((1 << s->exponent) - 1) << s->mantissa;
    memcpy(&word, &x, sizeof word);
    if (check_class(x) == 2)
        return s->nan;
    sign = (word >> 63) << (s->exponent + s->mantissa);
    if (check_class(x))
        return sign | infinite;
    frexp(x, &e);
    e = e - 1 < 1 - bias ? 1 - bias : e - 1;
    double scaled = ldexp(x < 0 ? -x : x, s->mantissa - e), whole = floor(scaled), rest = scaled - whole;
    uint64_t m = (uint64_t)whole;
    m += rest > 0.5 || (rest == 0.5 && m % 2);
    uint64_t bits = m < (uint64_t)1 << s->mantissa ? m : ((uint64_t)(e + bias - 1) << s->mantissa) + m;
    return sign | (bits > infinite ? infinite : bits);
}

/* The unsigned word of n bytes at p, in this machine's order. */
static inline uint64_t number_word(const void *p, size_t n)
{
    uint8_t b = 0;
    uint16_t h = 0;
    uint32_t w = 0;
    uint64_t d = 0;
    memcpy(n == 1 ? (void *)&b : n == 2 ? (void *)&h : n == 4 ? (void *)&w : (void *)&d, p, n);
    return n == 1 ? b : n == 2 ? h : n == 4 ? w : d;
}

static inline void number_set_word(void *p, size_t n, uint64_t value)
{
    uint8_t b = (uint8_t)value;
    uint16_t h = (uint16_t)value;
    uint32_t w = (uint32_t)value;
    memcpy(p, n == 1 ? (const void *)&b : n == 2 ? (const void *)&h : n == 4 ? (const void *)&w : (const void *)&value, n);
}

static inline number number_load(rt_dtype dtype, const void *p)
{
    number x = { 0, 0, 0 };
    size_t n = rt_dtype_size(dtype);
    float f[2] = { 0, 0 };
    const small_float *s = number_small(dtype);
    if (s) {
        x.re = number_of_small(s, number_word(p, n));
    } else if (dtype == RT_FLOAT32 || dtype == RT_COMPLEX64) {
        memcpy(f, p, n);
        x.re = (double)f[0];
        x.im = (double)f[1];
    } else if (dtype == RT_FLOAT64) {
        memcpy(&x.re, p, n);
    } else if (dtype == RT_COMPLEX128) {
        memcpy(&x.re, p, sizeof x.re);
        memcpy(&x.im, (const char *)p + sizeof x.re, sizeof x.im);
    } else {
        x.whole = number_word(p, n);
        if (!number_is_unsigned(dtype) && n < 8 && x.whole >> (8 * n - 1))
            x.whole |= ~(uint64_t)0 << 8 * n;
        x.re = number_is_unsigned(dtype) ? (double)x.whole : (double)(int64_t)x.whole;
    }
    return x;
}

/* The number as the dtype has it. from_whole: its 64 bits are what counts, for whole dtypes. */
static inline void number_store(rt_dtype dtype, void *p, number x, bool from_whole)
{
    size_t n = rt_dtype_size(dtype);
    float f[2];
    const small_float *s = number_small(dtype);
    f[0] = (float)x.re;
    f[1] = (float)x.im;
    if (s) {
        number_set_word(p, n, number_to_small(s, x.re));
    } else if (dtype == RT_FLOAT32 || dtype == RT_COMPLEX64) {
        memcpy(p, f, n);
    } else if (dtype == RT_FLOAT64) {
        memcpy(p, &x.re, n);
    } else if (dtype == RT_COMPLEX128) {
        memcpy(p, &x.re, sizeof x.re);
        memcpy((char *)p + sizeof x.re, &x.im, sizeof x.im);
    } else {
        if (!from_whole)
            x.whole = check_class(x.re) || x.re < -9e18 || x.re > 1.8e19 ? 0 : x.re > 9e18 ? (uint64_t)x.re : (uint64_t)(int64_t)x.re;
        number_set_word(p, n, dtype == RT_BOOL ? (from_whole ? x.whole != 0 : x.re != 0 || x.im != 0) : x.whole);
    }
}

/* The distance to the next number of a float dtype round x. */
static inline double number_ulp(rt_dtype dtype, double x)
{
    const small_float *s = number_small(dtype);
    int e = 0, mantissa = s ? s->mantissa : number_part(dtype) == RT_FLOAT32 ? 23 : 52;
    int least = s ? 2 - (1 << (s->exponent - 1)) : number_part(dtype) == RT_FLOAT32 ? -126 : -1022;
    if (check_class(x))
        return 0;
    frexp(x, &e);
    return ldexp(1, (x == 0 || e - 1 < least ? least : e - 1) - mantissa);
}

/* One element's text, of one of n; the next one's text. */
static inline const char *number_read(const char *at, rt_dtype dtype, void *p)
{
    rt_dtype part = number_part(dtype);
    size_t n = rt_dtype_size(part);
    if (dtype == RT_BOOL) {
        number_set_word(p, 1, *at == '1');
        return at + (*at == '0' || *at == '1');
    }
    if (number_is_whole(dtype)) {
        char *end;
        uint64_t value = number_is_unsigned(dtype) ? (uint64_t)strtoull(at, &end, 10) : (uint64_t)strtoll(at, &end, 10);
        number_set_word(p, n, value);
        return end + (*end == ',');
    }
    for (int k = 0; k < (part == dtype ? 1 : 2); k++) {
        uint64_t bits = 0;
        for (size_t i = 0; i < 2 * n && ((*at >= '0' && *at <= '9') || (*at >= 'a' && *at <= 'f')); i++, at++)
            bits = bits << 4 | (uint64_t)(*at <= '9' ? *at - '0' : *at - 'a' + 10);
        number_set_word((char *)p + (size_t)k * n, n, bits);
    }
    return at;
}

#endif
