/* Unpacking: what Python's zlib and gzip packed, streams by hand, and bytes that are damaged in every way. */
#include "../check.h"
#include "frozen_inflate.h"

enum { N_GOOD = sizeof frozen_good / sizeof *frozen_good, N_BAD = sizeof frozen_bad / sizeof *frozen_bad, SMALL = 400 };

/* Byte i of what is packed, as freeze_inflate.py has it. */
static uint8_t content(int rule, size_t i)
{
    if (rule == TEXT)
        return (uint8_t)"etaoin shrdlu.\n"[(i * i / 5 + i / 3) % 15];
    if (rule == SPARSE)
        return (uint8_t)(i % 1009 == 0 ? i / 1009 % 256 : 0);
    if (rule == FAR)
        return (uint8_t)(i % 32768 == 32767 ? 'b' : 'a');
    return rule == NOISE ? (uint8_t)((uint32_t)i * 2654435761u >> 24) : (uint8_t)'e';
}

/* Unpacks from a block of exactly n bytes, behind which AddressSanitizer stops a read. */
static rt_tensor *inflate(const uint8_t *packed, size_t n, bool raw, int64_t limit)
{
    rt_inflate_opts o = rt_inflate_opts_default();
    uint8_t *block = (uint8_t *)malloc(n ? n : 1);
    o.raw = raw;
    if (limit >= 0)
        o.limit = limit;
    memcpy(block, packed, n);
    rt_tensor *x = rt_inflate(block, n, &o);
    free(block);
    return x;
}

/* The place of the first byte that is not as the rule says; -1 if all are. */
static int64_t first_wrong(rt_tensor *x, int rule, size_t n)
{
    const uint8_t *p = rt_data_u8(x);
    if (p == NULL || rt_dim(x) != 1 || rt_numel(x) != (int64_t)n)
        return -2;
    for (size_t i = 0; i < n; i++)
        if (p[i] != content(rule, i))
            return (int64_t)i;
    return -1;
}

static void streams_are_unpacked(void)
{
    for (int k = 0; k < N_GOOD; k++) {
        check_at("%s", frozen_good[k].name);
        rt_tensor *x = inflate(frozen_good[k].packed, frozen_good[k].n, frozen_good[k].raw, -1);
        CHECK_INT(first_wrong(x, frozen_good[k].rule, frozen_good[k].n_content), -1);
        CHECK_INT(rt_dtype_of(x), RT_UINT8);
    }
}

static void damaged_streams_are_refused(void)
{
    for (int k = 0; k < N_BAD; k++) {
        int64_t live = rt_memory_stats().live_bytes;
        check_at("%s", frozen_bad[k].name);
        CHECK(inflate(frozen_bad[k].packed, frozen_bad[k].n, frozen_bad[k].raw, -1) == NULL);
        CHECK_INT(rt_last_error()->code, strstr(frozen_bad[k].message, "dictionary") ? RT_ERR_UNSUPPORTED : RT_ERR_FORMAT);
        CHECK_TEXT(rt_last_error()->op, "rt_inflate");
        if (!CHECK(strstr(rt_last_error()->message, frozen_bad[k].message) != NULL))
            printf("    %s\n", rt_last_error()->message);
        rt_clear_error();
        CHECK_INT(rt_memory_stats().live_bytes, live);
    }
}

/* Every beginning of every small stream: refused, but where a member of gzip data or the zeros behind one end. */
static void truncated_streams(void)
{
    for (int k = 0; k < N_GOOD; k++) {
        int64_t n_read = 0, n_wrong = 0;
        if (frozen_good[k].n > SMALL)
            continue;
        for (size_t n = 0; n < frozen_good[k].n; n++) {
            rt_scope scope = rt_scope_begin();
            rt_tensor *x = inflate(frozen_good[k].packed, n, frozen_good[k].raw, -1);
            n_read += x != NULL;
            n_wrong += x ? first_wrong(x, TEXT, (size_t)rt_numel(x)) != -1 : rt_last_error()->code != RT_ERR_FORMAT;
            rt_clear_error();
            rt_scope_end(scope);
        }
        check_at("%s", frozen_good[k].name);
        CHECK_INT(n_wrong, 0);
        CHECK_INT(n_read, strstr(frozen_good[k].name, "three members") ? 2 : strstr(frozen_good[k].name, "zeros behind") ? 37 : 0);
    }
}

/* Every bit of every small stream turned round: refused, or of no effect; without a check sum, anything but a crash. */
static void turned_bits(void)
{
    for (int k = 0; k < N_GOOD; k++) {
        uint8_t packed[SMALL];
        int64_t n_wrong = 0, n_refused = 0, live = rt_memory_stats().live_bytes;
        size_t n = frozen_good[k].n, step = check_small() ? 7 : 1;
        if (n > SMALL)
            continue;
        memcpy(packed, frozen_good[k].packed, n);
        for (size_t bit = 0; bit < 8 * n; bit += step) {
            rt_scope scope = rt_scope_begin();
            packed[bit / 8] ^= (uint8_t)(1u << bit % 8);
            rt_tensor *x = inflate(packed, n, frozen_good[k].raw, 1 << 20);
            packed[bit / 8] ^= (uint8_t)(1u << bit % 8);
            n_refused += x == NULL;
            if (x == NULL)
                n_wrong += rt_last_error()->code != RT_ERR_FORMAT && rt_last_error()->code != RT_ERR_VALUE && rt_last_error()->code != RT_ERR_UNSUPPORTED;
            else if (!frozen_good[k].raw)
                n_wrong += first_wrong(x, frozen_good[k].rule, frozen_good[k].n_content) != -1;
            rt_clear_error();
            rt_scope_end(scope);
        }
        check_at("%s", frozen_good[k].name);
        CHECK_INT(n_wrong, 0);
        CHECK(n_refused > 0);
        CHECK_INT(rt_memory_stats().live_bytes, live);
    }
}

/* What has no check sum, and words of noise. */
static void noise_is_refused_or_unpacked(void)
{
    uint32_t state = 1;
    int64_t n_wrong = 0, n_read = 0, n_times = check_small() ? 2000 : 20000;
    for (int64_t k = 0; k < n_times; k++) {
        uint8_t packed[64];
        rt_scope scope = rt_scope_begin();
        for (size_t i = 0; i < sizeof packed; i++) {
            state = state * 1664525u + 1013904223u;
            packed[i] = (uint8_t)(state >> 24);
        }
        packed[0] = (uint8_t)((packed[0] & 0xf8) | (k % 2 ? 3 : 5));
        rt_tensor *x = inflate(packed, sizeof packed, true, 1 << 20);
        n_read += x != NULL;
        n_wrong += x == NULL && rt_last_error()->code != RT_ERR_FORMAT && rt_last_error()->code != RT_ERR_VALUE;
        rt_clear_error();
        rt_scope_end(scope);
    }
    CHECK_INT(n_wrong, 0);
    CHECK(n_read < n_times / 10);
}

/* ---- long data, packed here ---- */

static uint8_t *made;
static size_t n_made;
static int n_bits;

static void put(uint32_t value, int n)
{
    for (int i = 0; i < n; i++, n_bits++) {
        if (n_bits % 8 == 0)
            made[n_made++] = 0;
        made[n_made - 1] = (uint8_t)(made[n_made - 1] | (value >> i & 1) << n_bits % 8);
    }
}

static void put_byte(uint8_t byte)     /* in the fixed code, the high bit of a word first */
{
    uint32_t word = byte < 144 ? 0x30u + byte : 0x190u + byte - 144;
    for (int i = byte < 144 ? 7 : 8; i >= 0; i--)
        put(word >> i & 1, 1);
}

/* Half a megabyte of noise, in blocks that are now words and now stored. */
static void long_data(void)
{
    enum { N = 1 << 19 };
    const size_t most = 40000;
    made = (uint8_t *)malloc(N + N / 8 + 1000);
    n_made = 0;
    n_bits = 0;
    for (size_t at = 0, k = 0; at < N; at += most, k++) {
        size_t left = N - at, n = left < most ? left : most;
        put(at + n == N, 1);
        put(k % 2 ? 0 : 1, 2);
        if (k % 2 == 0) {
            for (size_t i = at; i < at + n; i++)
                put_byte(content(NOISE, i));
            put(0, 7);
            continue;
        }
        put(0, (8 - n_bits % 8) % 8);
        put((uint32_t)n, 16);
        put((uint32_t)n ^ 0xffff, 16);
        for (size_t i = at; i < at + n; i++)
            put(content(NOISE, i), 8);
    }
    CHECK_INT(first_wrong(inflate(made, n_made, true, -1), NOISE, N), -1);
    CHECK_STATUS(inflate(made, n_made - 1, true, -1), RT_ERR_FORMAT);
    free(made);
}

/* A few bytes that mean 258 each: 1000 of them a megabyte, and no more than is allowed comes out. */
static void bombs(void)
{
    enum { N = 1 + 258 * 4000 };
    made = (uint8_t *)malloc(8000);
    n_made = 0;
    n_bits = 0;
    put(3, 3);
    put_byte('e');
    for (int i = 0; i < 4000; i++) {
        put(0xa3, 8);          /* 285, a length of 258: the word 11000101; and the distance 1 */
        put(0, 5);
    }
    put(0, 7);
    CHECK_INT(first_wrong(inflate(made, n_made, true, -1), EEEE, N), -1);
    CHECK_INT(first_wrong(inflate(made, n_made, true, N), EEEE, N), -1);
    int64_t limits[] = { N - 1, 100000, 1, 0 };
    for (size_t k = 0; k < sizeof limits / sizeof *limits; k++) {
        int64_t live = rt_memory_stats().live_bytes;
        check_at("limit %lld", (long long)limits[k]);
        CHECK(inflate(made, n_made, true, limits[k]) == NULL);
        CHECK(strstr(rt_last_error()->message, "the limit") != NULL);
        CHECK_INT(rt_last_error()->code, RT_ERR_VALUE);
        rt_clear_error();
        CHECK_INT(rt_memory_stats().live_bytes, live);
    }
    free(made);
}

static void wrong_arguments_are_refused(void)
{
    rt_inflate_opts o = rt_inflate_opts_default();
    CHECK_INT(o.limit, 1 << 30);
    CHECK_STATUS(rt_inflate(NULL, 5, NULL), RT_ERR_NULL);
    CHECK_STATUS(rt_inflate(NULL, 0, NULL), RT_ERR_FORMAT);
    o.limit = -1;
    CHECK_STATUS(rt_inflate(frozen_good_0, sizeof frozen_good_0, &o), RT_ERR_VALUE);
    o.exact = 0;
    o.limit = 0;               /* the default */
    CHECK_INT(first_wrong(rt_inflate(frozen_good_0, sizeof frozen_good_0, &o), TEXT, 300), -1);
    o.limit = RT_IZERO;
    CHECK_STATUS(rt_inflate(frozen_good_0, sizeof frozen_good_0, &o), RT_ERR_VALUE);
}

static void refused_memory(void)
{
    int n = 1;
    for (; n < 100; n++) {
        int64_t live = rt_memory_stats().live_bytes;
        rt_scope scope = rt_scope_begin();
        rt_testing_refuse_request(n);
        rt_tensor *x = rt_inflate(frozen_good_18, sizeof frozen_good_18, NULL);
        rt_testing_refuse_request(0);
        bool unpacked = x != NULL;
        if (!unpacked)
            CHECK_STATUS(x, RT_ERR_MEMORY);
        rt_scope_end(scope);
        CHECK_INT(rt_memory_stats().live_bytes, live);
        if (unpacked)
            break;
    }
    CHECK(n > 4 && n < 100);
}

int main(void)
{
    TEST(streams_are_unpacked);
    TEST(damaged_streams_are_refused);
    TEST(truncated_streams);
    TEST(turned_bits);
    TEST(noise_is_refused_or_unpacked);
    TEST(long_data);
    TEST(bombs);
    TEST(wrong_arguments_are_refused);
    TEST(refused_memory);
    return check_end("6_files/inflate");
}
