/* Conversion between every pair of dtypes, and common types, against PyTorch's (frozen_convert.h). */
#include "check.h"
#include "crc.h"
#include "frozen_convert.h"

enum { N = 65536, N_DTYPES = 17 };

/* ---- the elements that are converted, as freeze_convert.py makes them ---- */

static uint64_t pattern(uint64_t i, size_t n_bytes)
{
    if (n_bytes <= 2)
        return n_bytes == 1 ? i & 0xff : i;
    if (n_bytes == 4)
        return i << 16 | (i * 40503 & 0xffff);
    return i << 48 | (i * 40503 & 0xffff) << 32 | (i * 2654435761u & 0xffffffffu);
}

static void put_word(uint8_t *to, uint64_t word, size_t n_bytes)
{
    uint8_t w8 = (uint8_t)word;
    uint16_t w16 = (uint16_t)word;
    uint32_t w32 = (uint32_t)word;
    const void *from = n_bytes == 1 ? (const void *)&w8 : n_bytes == 2 ? (const void *)&w16 : n_bytes == 4 ? (const void *)&w32 : (const void *)&word;
    memcpy(to, from, n_bytes);
}

static uint64_t get_word(const uint8_t *from, size_t n_bytes)
{
    uint8_t w8;
    uint16_t w16;
    uint32_t w32;
    uint64_t w64;
    switch (n_bytes) {
    case 1: memcpy(&w8, from, 1); return w8;
    case 2: memcpy(&w16, from, 2); return w16;
    case 4: memcpy(&w32, from, 4); return w32;
    default: memcpy(&w64, from, 8); return w64;
    }
}

static rt_tensor *elements(rt_dtype dtype)
{
    static uint8_t bytes[N * 16];
    size_t wide = rt_dtype_size(dtype), part = rt_dtype_is_complex(dtype) ? wide / 2 : wide;
    for (uint64_t i = 0; i < N; i++) {
        put_word(bytes + i * wide, dtype == RT_BOOL ? i & 1 : pattern(i, part), part);
        if (part != wide)
            put_word(bytes + i * wide + part, pattern(N - 1 - i, part), part);
    }
    return rt_tensor_from(bytes, RT_SHAPE(N), dtype);
}

/* Floats that every integer type can hold, as float64: the others are 1. */
static rt_tensor *tame(rt_tensor *x)
{
    static double values[N];
    rt_tensor *real = rt_to(x, RT_FLOAT64);
    const double *from = rt_data_f64(real);
    for (int i = 0; i < N && from; i++)
        values[i] = from[i] > -127 && from[i] < 127 ? (from[i] < 0 ? -from[i] : from[i]) : 1;
    return rt_tensor_f64(values, RT_SHAPE(N));
}

/* ---- sums of bytes, lowest first, NaN as one number ---- */

typedef struct float_layout { rt_dtype dtype; size_t n_bytes; uint64_t infinity, nan; } float_layout;

static uint32_t sum_of(rt_tensor *x)
{
    static const float_layout layouts[] = {
        { RT_FLOAT16, 2, 0x7c00, 0x7e00 }, { RT_BFLOAT16, 2, 0x7f80, 0x7fc0 }, { RT_FLOAT32, 4, 0x7f800000, 0x7fc00000 },
        { RT_FLOAT64, 8, 0x7ff0000000000000, 0x7ff8000000000000 }, { RT_COMPLEX64, 4, 0x7f800000, 0x7fc00000 },
        { RT_COMPLEX128, 8, 0x7ff0000000000000, 0x7ff8000000000000 }, { RT_FLOAT8_E4M3FN, 1, 0x7e, 0x7f }, { RT_FLOAT8_E5M2, 1, 0x7c, 0x7f }
    };
    static uint8_t bytes[N * 16];
    const uint8_t *from = (const uint8_t *)rt_data_ptr(x);
    rt_dtype dtype = rt_dtype_of(x);
    const float_layout *layout = NULL;
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++)
        if (layouts[i].dtype == dtype)
            layout = &layouts[i];
    size_t part = layout ? layout->n_bytes : rt_dtype_size(dtype), n = from ? N * rt_dtype_size(dtype) : 0;
    for (size_t i = 0; i < n; i += part) {
        uint64_t word = get_word(from + i, part), sign = (uint64_t)1 << (8 * part - 1);
        if (layout && (word & ~sign) > layout->infinity)
            word = layout->nan;
        for (size_t k = 0; k < part; k++)
            bytes[i + k] = (uint8_t)(word >> (8 * k));
    }
    return check_crc32(bytes, n, 1);
}

static void every_pair_converts(void)
{
    for (int a = 0; a < N_DTYPES; a++)
        for (int b = 0; b < N_DTYPES; b++) {
            rt_dtype from = (rt_dtype)(a + 1), to = (rt_dtype)(b + 1);
            bool floats = rt_dtype_is_floating_point(from) || rt_dtype_is_complex(from);
            bool integers = !rt_dtype_is_floating_point(to) && !rt_dtype_is_complex(to) && to != RT_BOOL;
            rt_scope scope = rt_scope_begin();
            rt_tensor *x = elements(from);
            check_at("%s to %s", rt_dtype_name(from), rt_dtype_name(to));
            CHECK_INT(sum_of(rt_to(floats && integers ? tame(x) : x, to)), frozen_sums[a][b]);
            rt_scope_end(scope);
        }
}

static void every_pair_has_its_common_type(void)
{
    for (int a = 0; a < N_DTYPES; a++)
        for (int b = 0; b < N_DTYPES; b++) {
            check_at("%s with %s", rt_dtype_name((rt_dtype)(a + 1)), rt_dtype_name((rt_dtype)(b + 1)));
            CHECK_INT(rt_promote_types((rt_dtype)(a + 1), (rt_dtype)(b + 1)), frozen_common[a][b]);
            if (frozen_common[a][b] == RT_DTYPE_DEFAULT)
                rt_clear_error();
        }
}

int main(void)
{
    TEST(every_pair_converts);
    TEST(every_pair_has_its_common_type);
    return check_end("1_dtype/convert");
}
