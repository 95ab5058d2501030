/* ---- conversion between storage and the types that kernels compute in --------------------------------------------------------------
 * load reads n elements of a dtype, stride bytes apart, into a contiguous array of a class; store is the way back. Floats go to integers
 * towards zero (rti_int_of says what happens to the rest), integers wrap to narrower ones, and whatever is not zero is true. */

typedef void (*rti_load_fn)(void *to, const char *from, int64_t stride, int64_t n);
typedef void (*rti_store_fn)(char *to, int64_t stride, const void *from, int64_t n);

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

RTI_LOAD(u8_f32, uint8_t, float, (float)x)
RTI_LOAD(u8_f64, uint8_t, double, (double)x)
RTI_LOAD(u8_i64, uint8_t, int64_t, (int64_t)x)
RTI_LOAD(i64_f32, int64_t, float, (float)x)
RTI_LOAD(i64_f64, int64_t, double, (double)x)
RTI_LOAD(i64_i64, int64_t, int64_t, x)
RTI_LOAD(f32_f32, float, float, x)
RTI_LOAD(f32_f64, float, double, (double)x)
RTI_LOAD(f32_i64, float, int64_t, rti_int_of((double)x))
RTI_LOAD(f64_f32, double, float, (float)x)
RTI_LOAD(f64_f64, double, double, x)
RTI_LOAD(f64_i64, double, int64_t, rti_int_of(x))
RTI_STORE(u8_f32, uint8_t, float, (uint8_t)(uint64_t)rti_int_of((double)x))
RTI_STORE(u8_f64, uint8_t, double, (uint8_t)(uint64_t)rti_int_of(x))
RTI_STORE(u8_i64, uint8_t, int64_t, (uint8_t)(uint64_t)x)
RTI_STORE(bool_f32, uint8_t, float, x != 0)
RTI_STORE(bool_f64, uint8_t, double, x != 0)
RTI_STORE(bool_i64, uint8_t, int64_t, x != 0)
RTI_STORE(i64_f32, int64_t, float, rti_int_of((double)x))
RTI_STORE(i64_f64, int64_t, double, rti_int_of(x))
RTI_STORE(i64_i64, int64_t, int64_t, x)
RTI_STORE(f32_f32, float, float, x)
RTI_STORE(f32_f64, float, double, (float)x)
RTI_STORE(f32_i64, float, int64_t, (float)x)
RTI_STORE(f64_f32, double, float, (double)x)
RTI_STORE(f64_f64, double, double, x)
RTI_STORE(f64_i64, double, int64_t, (double)x)

typedef struct rti_conversion {
    rti_load_fn load[RTI_CLASS_COUNT];
    rti_store_fn store[RTI_CLASS_COUNT];
} rti_conversion;

#define RTI_CONVERSION(in, out) \
    { { rti_load_##in##_f32, rti_load_##in##_f64, rti_load_##in##_i64 }, { rti_store_##out##_f32, rti_store_##out##_f64, rti_store_##out##_i64 } }
#define RTI_NO_CONVERSION { { NULL, NULL, NULL }, { NULL, NULL, NULL } }
static const rti_conversion rti_conversions[RT_DTYPE_COUNT] = {
    RTI_NO_CONVERSION,
    RTI_CONVERSION(u8, u8),       /* uint8 */
    RTI_NO_CONVERSION,            /* int8 */
    RTI_NO_CONVERSION,            /* int16 */
    RTI_NO_CONVERSION,            /* int32 */
    RTI_CONVERSION(i64, i64),     /* int64 */
    RTI_NO_CONVERSION,            /* float16 */
    RTI_CONVERSION(f32, f32),     /* float32 */
    RTI_CONVERSION(f64, f64),     /* float64 */
    RTI_NO_CONVERSION,            /* complex64 */
    RTI_NO_CONVERSION,            /* complex128 */
    RTI_CONVERSION(u8, bool),     /* bool */
    RTI_NO_CONVERSION,            /* bfloat16 */
    RTI_NO_CONVERSION,            /* float8_e4m3fn */
    RTI_NO_CONVERSION,            /* float8_e5m2 */
    RTI_NO_CONVERSION,            /* uint16 */
    RTI_NO_CONVERSION,            /* uint32 */
    RTI_NO_CONVERSION             /* uint64 */
};
#undef RTI_CONVERSION
#undef RTI_NO_CONVERSION

/* The row of a dtype that values can be computed in; NULL for a dtype that has only its row in the table of types so far. */
static RTI_INLINE const rti_conversion *rti_conversion_of(rt_dtype dtype)
{
    return rti_conversions[dtype].load[0] ? &rti_conversions[dtype] : NULL;
}

/* One element to and from a number. */
static rt_scalar rti_read_element(rt_dtype dtype, const char *p)
{
    const rti_conversion *c = rti_conversion_of(dtype);
    if (rti_is_float(dtype)) {
        double x;
        c->load[RTI_CLASS_F64](&x, p, 0, 1);
        return rt_scalar_float(x);
    }
    int64_t i;
    c->load[RTI_CLASS_I64](&i, p, 0, 1);
    return dtype == RT_BOOL ? rt_scalar_bool(i != 0) : rt_scalar_int(i);
}

static void rti_scalar_to_class(rt_scalar s, rti_class to, void *p)
{
    bool is_float = s.kind == RT_SCALAR_FLOAT;
    float f = is_float ? (float)s.re : (float)s.i;
    double d = is_float ? s.re : (double)s.i;
    int64_t i = is_float ? rti_int_of(s.re) : s.i;
    if (to == RTI_CLASS_F32)
        memcpy(p, &f, sizeof f);
    else if (to == RTI_CLASS_F64)
        memcpy(p, &d, sizeof d);
    else
        memcpy(p, &i, sizeof i);
}

static void rti_write_element(rt_dtype dtype, char *p, rt_scalar s)
{
    int64_t word;
    rti_class c = rti_is_float(dtype) ? RTI_CLASS_F64 : s.kind == RT_SCALAR_FLOAT ? RTI_CLASS_F64 : RTI_CLASS_I64;
    rti_scalar_to_class(s, c, &word);
    rti_conversion_of(dtype)->store[c](p, 0, &word, 1);
}
