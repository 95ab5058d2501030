/* ---- conversion between storage and the types that kernels compute in --------------------------------------------------------------
 * rti_load reads n elements of a dtype, stride bytes apart, into a contiguous array of a class; rti_store is the way back. A dtype has
 * loops of its own to and from one class that holds all its values, and to others where that is worth it; elsewhere its values take two
 * steps. Floats go to integers towards zero (rti_int_of says what happens to the rest), to narrower floats to the nearest, ties to even,
 * by way of float32 as in PyTorch; integers wrap to narrower ones; whatever is not zero is true; a complex number gives its real part. */

typedef void (*rti_load_fn)(void *to, const char *from, int64_t stride, int64_t n);
typedef void (*rti_store_fn)(char *to, int64_t stride, const void *from, int64_t n);

/* ---- floats of 8 and 16 bits ---- */

/* How a narrow float is laid out: sign, exponent, mantissa, from the top. */
typedef struct rti_narrow {
    int exponent_bits, mantissa_bits;
    uint32_t top, overflow, nan;          /* the largest number, what larger ones become, and NaN, without sign */
} rti_narrow;

static const rti_narrow rti_float16 = { 5, 10, 0x7bff, 0x7c00, 0x7e00 };
static const rti_narrow rti_e4m3fn = { 4, 3, 0x7e, 0x7e, 0x7f };            /* has no infinity: what is larger stays the largest */
static const rti_narrow rti_e5m2 = { 5, 2, 0x7b, 0x7c, 0x7f };

static RTI_INLINE uint32_t rti_float_bits(float x) { uint32_t bits; memcpy(&bits, &x, sizeof bits); return bits; }
static RTI_INLINE float rti_bits_float(uint32_t bits) { float x; memcpy(&x, &bits, sizeof x); return x; }

static uint32_t rti_narrow_of(const rti_narrow *f, float x)
{
    uint32_t bits = rti_float_bits(x), size = bits & 0x7fffffffu, sign = bits >> 31 << (f->exponent_bits + f->mantissa_bits);
    int lowest = 2 - (1 << (f->exponent_bits - 1)), exponent = (int)(size >> 23) - 127;      /* of normal numbers; of x */
    if (size > 0x7f800000u)
        return sign | f->nan;
    /* bits that go: more of them below the normal numbers, whose leading bit is then written out */
    int shift = 23 - f->mantissa_bits + (exponent < lowest ? lowest - exponent : 0);
    if (shift > 24)
        return sign;
    uint32_t mantissa = exponent < lowest ? (size & 0x7fffffu) | 0x800000u : size - ((uint32_t)(lowest + 126) << 23);
    uint32_t result = (mantissa + (1u << (shift - 1)) - 1 + (mantissa >> shift & 1)) >> shift;
    return sign | (result > f->top ? f->overflow : result);
}

static float rti_of_narrow(const rti_narrow *f, uint32_t bits)
{
    int width = f->exponent_bits + f->mantissa_bits, bias = (1 << (f->exponent_bits - 1)) - 1;
    uint32_t size = bits & ((1u << width) - 1), sign = bits >> width << 31;
    if (size > f->top)
        return rti_bits_float(sign | (size == f->overflow && f->overflow != f->nan ? 0x7f800000u : 0x7fc00000u));
    if (size >> f->mantissa_bits)
        return rti_bits_float(sign | ((size << (23 - f->mantissa_bits)) + ((uint32_t)(127 - bias) << 23)));
    float x = (float)size * rti_bits_float((uint32_t)(128 - bias - f->mantissa_bits) << 23);
    return sign ? -x : x;
}

static RTI_INLINE float rti_of_bfloat16(uint16_t bits) { return rti_bits_float((uint32_t)bits << 16); }
static RTI_INLINE uint16_t rti_bfloat16_of(float x)
{
    uint32_t bits = rti_float_bits(x);
    return (bits & 0x7fffffffu) > 0x7f800000u ? (uint16_t)0x7fc0 : (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

/* ---- the loops ---- */

#define RTI_LOAD(suffix, stored, computed, expression) \
    static void rti_load_##suffix(void *to, const char *from, int64_t stride, int64_t n) \
    { \
        computed *y = RTI_CAST(computed *, to); \
        for (int64_t i = 0; i < n; i++, from += stride) { \
            stored x; \
            memcpy(&x, from, sizeof x); \
            y[i] = expression; \
        } \
    }
#define RTI_STORE(suffix, stored, computed, expression) \
    static void rti_store_##suffix(char *to, int64_t stride, const void *from, int64_t n) \
    { \
        const computed *y = RTI_CAST(const computed *, from); \
        for (int64_t i = 0; i < n; i++, to += stride) { \
            computed x = y[i]; \
            stored r = expression; \
            memcpy(to, &r, sizeof r); \
        } \
    }

typedef struct rti_complex_float { float re, im; } rti_complex_float;

static RTI_INLINE rti_complex rti_complex_of(double re, double im)
{
    rti_complex z;
    z.re = re;
    z.im = im;
    return z;
}
static RTI_INLINE rti_complex_float rti_complex_narrow(rti_complex x)
{
    rti_complex_float z;
    z.re = (float)x.re;
    z.im = (float)x.im;
    return z;
}

RTI_LOAD(u8_i64, uint8_t, int64_t, x)
RTI_LOAD(u16_i64, uint16_t, int64_t, x)
RTI_LOAD(u32_i64, uint32_t, int64_t, x)
RTI_LOAD(i8_i64, int8_t, int64_t, x)
RTI_LOAD(i16_i64, int16_t, int64_t, x)
RTI_LOAD(i32_i64, int32_t, int64_t, x)
RTI_LOAD(i64_i64, int64_t, int64_t, x)
RTI_LOAD(f16_f32, uint16_t, float, rti_of_narrow(&rti_float16, x))
RTI_LOAD(bf16_f32, uint16_t, float, rti_of_bfloat16(x))
RTI_LOAD(e4m3_f32, uint8_t, float, rti_of_narrow(&rti_e4m3fn, x))
RTI_LOAD(e5m2_f32, uint8_t, float, rti_of_narrow(&rti_e5m2, x))
RTI_LOAD(f32_f32, float, float, x)
RTI_LOAD(f64_f64, double, double, x)
RTI_LOAD(c64_c128, rti_complex_float, rti_complex, rti_complex_of((double)x.re, (double)x.im))
RTI_LOAD(c128_c128, rti_complex, rti_complex, x)
RTI_LOAD(u8_f32, uint8_t, float, (float)x)
RTI_LOAD(u64_f32, uint64_t, float, (float)x)
RTI_LOAD(u64_f64, uint64_t, double, (double)x)
RTI_LOAD(i64_f32, int64_t, float, (float)x)
RTI_LOAD(i64_f64, int64_t, double, (double)x)
RTI_LOAD(i64_c128, int64_t, rti_complex, rti_complex_of((double)x, 0))
RTI_LOAD(f32_f64, float, double, (double)x)
RTI_LOAD(f32_i64, float, int64_t, rti_int_of((double)x))
RTI_LOAD(f32_c128, float, rti_complex, rti_complex_of((double)x, 0))
RTI_LOAD(f64_f32, double, float, (float)x)
RTI_LOAD(f64_i64, double, int64_t, rti_int_of(x))
RTI_LOAD(f64_c128, double, rti_complex, rti_complex_of(x, 0))
RTI_LOAD(c128_f32, rti_complex, float, (float)x.re)
RTI_LOAD(c128_f64, rti_complex, double, x.re)
RTI_LOAD(c128_i64, rti_complex, int64_t, rti_int_of(x.re))

RTI_STORE(u8_i64, uint8_t, int64_t, (uint8_t)(uint64_t)x)
RTI_STORE(i16_i64, uint16_t, int64_t, (uint16_t)(uint64_t)x)
RTI_STORE(i32_i64, uint32_t, int64_t, (uint32_t)(uint64_t)x)
RTI_STORE(i64_i64, int64_t, int64_t, x)
RTI_STORE(f16_f32, uint16_t, float, (uint16_t)rti_narrow_of(&rti_float16, x))
RTI_STORE(bf16_f32, uint16_t, float, rti_bfloat16_of(x))
RTI_STORE(e4m3_f32, uint8_t, float, (uint8_t)rti_narrow_of(&rti_e4m3fn, x))
RTI_STORE(e5m2_f32, uint8_t, float, (uint8_t)rti_narrow_of(&rti_e5m2, x))
RTI_STORE(f32_f32, float, float, x)
RTI_STORE(f32_f64, float, double, (float)x)
RTI_STORE(f64_f64, double, double, x)
RTI_STORE(c64_c128, rti_complex_float, rti_complex, rti_complex_narrow(x))
RTI_STORE(c128_c128, rti_complex, rti_complex, x)
RTI_STORE(bool_f32, uint8_t, float, x != 0)
RTI_STORE(bool_f64, uint8_t, double, x != 0)
RTI_STORE(bool_i64, uint8_t, int64_t, x != 0)
RTI_STORE(bool_c128, uint8_t, rti_complex, x.re != 0 || x.im != 0)
RTI_STORE(u64_f64, uint64_t, double, rti_uint_of(x))

/* The loops of a dtype, by class; `via` is the class that the other values pass through. */
typedef struct rti_conversion {
    rti_load_fn load[RTI_CLASS_COUNT];
    rti_store_fn store[RTI_CLASS_COUNT];
    rti_class via;
} rti_conversion;

/* in the order of the classes: float32, float64, int64, complex128 */
#define RTI_VIA_F32(name) { { rti_load_##name##_f32, NULL, NULL, NULL }, { rti_store_##name##_f32, NULL, NULL, NULL }, RTI_CLASS_F32 }
#define RTI_VIA_I64(in, out) { { NULL, NULL, rti_load_##in##_i64, NULL }, { NULL, NULL, rti_store_##out##_i64, NULL }, RTI_CLASS_I64 }
static const rti_conversion rti_conversions[RT_DTYPE_COUNT] = {
    { { NULL, NULL, NULL, NULL }, { NULL, NULL, NULL, NULL }, RTI_CLASS_F32 },
    { { rti_load_u8_f32, NULL, rti_load_u8_i64, NULL }, { NULL, NULL, rti_store_u8_i64, NULL }, RTI_CLASS_I64 },
    RTI_VIA_I64(i8, u8),
    RTI_VIA_I64(i16, i16),
    RTI_VIA_I64(i32, i32),
    { { rti_load_i64_f32, rti_load_i64_f64, rti_load_i64_i64, rti_load_i64_c128 }, { NULL, NULL, rti_store_i64_i64, NULL }, RTI_CLASS_I64 },
    RTI_VIA_F32(f16),
    { { rti_load_f32_f32, rti_load_f32_f64, rti_load_f32_i64, rti_load_f32_c128 }, { rti_store_f32_f32, rti_store_f32_f64, NULL, NULL }, RTI_CLASS_F32 },
    { { rti_load_f64_f32, rti_load_f64_f64, rti_load_f64_i64, rti_load_f64_c128 }, { NULL, rti_store_f64_f64, NULL, NULL }, RTI_CLASS_F64 },
    { { NULL, NULL, NULL, rti_load_c64_c128 }, { NULL, NULL, NULL, rti_store_c64_c128 }, RTI_CLASS_C128 },
    { { rti_load_c128_f32, rti_load_c128_f64, rti_load_c128_i64, rti_load_c128_c128 }, { NULL, NULL, NULL, rti_store_c128_c128 }, RTI_CLASS_C128 },
    { { rti_load_u8_f32, NULL, rti_load_u8_i64, NULL }, { rti_store_bool_f32, rti_store_bool_f64, rti_store_bool_i64, rti_store_bool_c128 }, RTI_CLASS_I64 },
    RTI_VIA_F32(bf16),
    RTI_VIA_F32(e4m3),
    RTI_VIA_F32(e5m2),
    RTI_VIA_I64(u16, i16),
    RTI_VIA_I64(u32, i32),
    { { rti_load_u64_f32, rti_load_u64_f64, rti_load_i64_i64, NULL }, { NULL, rti_store_u64_f64, rti_store_i64_i64, NULL }, RTI_CLASS_F64 }
};
#undef RTI_VIA_F32
#undef RTI_VIA_I64
#undef RTI_LOAD
#undef RTI_STORE

enum { RTI_CONVERT_CHUNK = 256 };

static RTI_NOINLINE void rti_load_in_two(rt_dtype dtype, rti_class to, char *y, const char *from, int64_t stride, int64_t n)
{
    const rti_conversion *c = &rti_conversions[dtype], *step = &rti_conversions[rti_class_dtype[c->via]];
    const int64_t wide = (int64_t)rti_element_bytes(rti_class_dtype[c->via]);
    uint64_t chunk[2 * RTI_CONVERT_CHUNK];
    for (int64_t m; n > 0; n -= m, from += m * stride, y += (size_t)m * rti_element_bytes(rti_class_dtype[to])) {
        m = RTI_MIN(n, (int64_t)RTI_CONVERT_CHUNK);
        c->load[c->via](chunk, from, stride, m);
        step->load[to](y, (const char *)chunk, wide, m);
    }
}

static RTI_NOINLINE void rti_store_in_two(rt_dtype dtype, rti_class from, char *to, int64_t stride, const char *y, int64_t n)
{
    const rti_conversion *c = &rti_conversions[dtype], *step = &rti_conversions[rti_class_dtype[from]];
    const int64_t wide = (int64_t)rti_element_bytes(rti_class_dtype[from]);
    uint64_t chunk[2 * RTI_CONVERT_CHUNK];
    for (int64_t m; n > 0; n -= m, to += m * stride, y += m * wide) {
        m = RTI_MIN(n, (int64_t)RTI_CONVERT_CHUNK);
        step->load[c->via](chunk, y, wide, m);
        c->store[c->via](to, stride, chunk, m);
    }
}

static RTI_INLINE void rti_load(rt_dtype dtype, rti_class to, void *y, const char *from, int64_t stride, int64_t n)
{
    const rti_load_fn load = rti_conversions[dtype].load[to];
    if (RTI_LIKELY(load != NULL))
        load(y, from, stride, n);
    else
        rti_load_in_two(dtype, to, RTI_CAST(char *, y), from, stride, n);
}

static RTI_INLINE void rti_store(rt_dtype dtype, rti_class from, char *to, int64_t stride, const void *y, int64_t n)
{
    const rti_store_fn store = rti_conversions[dtype].store[from];
    if (RTI_LIKELY(store != NULL))
        store(to, stride, y, n);
    else
        rti_store_in_two(dtype, from, to, stride, RTI_CAST(const char *, y), n);
}

/* ---- one element to and from a number ---- */

static rt_scalar rti_read_element(rt_dtype dtype, const char *p)
{
    rti_complex z;
    double x;
    int64_t i;
    switch (rti_kind_rank(dtype)) {
    case 3:
        rti_load(dtype, RTI_CLASS_C128, &z, p, 0, 1);
        return rt_scalar_complex(z.re, z.im);
    case 2:
        rti_load(dtype, RTI_CLASS_F64, &x, p, 0, 1);
        return rt_scalar_float(x);
    default:
        rti_load(dtype, RTI_CLASS_I64, &i, p, 0, 1);
        return dtype == RT_BOOL ? rt_scalar_bool(i != 0) : rt_scalar_int(i);
    }
}

static rti_class rti_scalar_class(rt_scalar s)
{
    return s.kind == RT_SCALAR_COMPLEX ? RTI_CLASS_C128 : s.kind == RT_SCALAR_FLOAT ? RTI_CLASS_F64 : RTI_CLASS_I64;
}

/* The number as an element of its own class, in p[2]. */
static void rti_scalar_words(rt_scalar s, uint64_t p[2])
{
    if (s.kind == RT_SCALAR_BOOL || s.kind == RT_SCALAR_INT) {
        memcpy(p, &s.i, sizeof s.i);
        return;
    }
    memcpy(p, &s.re, sizeof s.re);
    memcpy(p + 1, &s.im, sizeof s.im);
}

static void rti_scalar_to_class(rt_scalar s, rti_class to, void *p)
{
    uint64_t words[2];
    rti_scalar_words(s, words);
    rti_load(rti_class_dtype[rti_scalar_class(s)], to, p, (const char *)words, 0, 1);
}

static void rti_write_element(rt_dtype dtype, char *p, rt_scalar s)
{
    uint64_t words[2];
    rti_scalar_words(s, words);
    rti_store(dtype, rti_scalar_class(s), p, 0, words, 1);
}
