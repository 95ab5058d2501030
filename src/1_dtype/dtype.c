/* ---- data types --------------------------------------------------------------------------------------------------------------- */

/* Told by their bits, which hold under -ffast-math too. */
static RTI_INLINE uint64_t rti_bits_of(double x) { uint64_t bits; memcpy(&bits, &x, sizeof bits); return bits; }
static RTI_INLINE bool rti_is_nan(double x) { return rti_bits_of(x) << 1 > (uint64_t)0x7ff << 53; }
static RTI_INLINE bool rti_is_inf(double x) { return rti_bits_of(x) << 1 == (uint64_t)0x7ff << 53; }
static RTI_INLINE bool rti_is_finite(double x) { return rti_bits_of(x) << 1 < (uint64_t)0x7ff << 53; }
static RTI_INLINE bool rti_is_negative(double x) { return rti_bits_of(x) >> 63 != 0; }      /* the sign, of zeros too */

/* The types that kernels compute in. Values of other types are converted in, computed, and converted out, tile by tile. */
typedef enum rti_class { RTI_CLASS_F32, RTI_CLASS_F64, RTI_CLASS_I64, RTI_CLASS_C128, RTI_CLASS_COUNT } rti_class;

typedef struct rti_complex { double re, im; } rti_complex;

/* A class's native dtype: its values are stored as they are computed. */
static const rt_dtype rti_class_dtype[RTI_CLASS_COUNT] = { RT_FLOAT32, RT_FLOAT64, RT_INT64, RT_COMPLEX128 };

typedef struct rti_dtype_row {
    char name[14], safetensors[8], npy[4];   /* not pointers: nothing for a loader to do */
    uint8_t n_bytes;
    char kind;
} rti_dtype_row;

static const rti_dtype_row rti_dtype_rows[] = {
    { "default", "", "", 0, '?' },
#define RTI_DTYPE_ROW(constant, name, n_bytes, kind, safetensors, npy) { name, safetensors, npy, n_bytes, kind },
    RT_DTYPE_LIST(RTI_DTYPE_ROW)
#undef RTI_DTYPE_ROW
};

static RTI_INLINE size_t rti_element_bytes(rt_dtype dtype) { return rti_dtype_rows[dtype].n_bytes; }
static RTI_INLINE bool rti_is_dtype(rt_dtype dtype) { return dtype > RT_DTYPE_DEFAULT && dtype < RT_DTYPE_COUNT; }
static RTI_INLINE bool rti_is_float(rt_dtype dtype) { return rti_dtype_rows[dtype].kind == 'f'; }
static RTI_INLINE bool rti_is_differentiable(rt_dtype dtype) { return rti_is_float(dtype) || rti_dtype_rows[dtype].kind == 'c'; }
static RTI_INLINE bool rti_is_integral(rt_dtype dtype)   /* bool not included */
{
    return rti_dtype_rows[dtype].kind == 'i' || rti_dtype_rows[dtype].kind == 'u';
}

/* The types that PyTorch stores and converts, and otherwise hardly computes with. */
static RTI_INLINE bool rti_is_bare(rt_dtype dtype)
{
    return (1u << dtype & (1u << RT_UINT16 | 1u << RT_UINT32 | 1u << RT_UINT64 | 1u << RT_FLOAT8_E4M3FN | 1u << RT_FLOAT8_E5M2)) != 0;
}

RT_API const char *rt_dtype_name(rt_dtype dtype) { return (unsigned)dtype < RT_DTYPE_COUNT ? rti_dtype_rows[dtype].name : "invalid"; }
RT_API size_t rt_dtype_size(rt_dtype dtype) { return (unsigned)dtype < RT_DTYPE_COUNT ? rti_element_bytes(dtype) : 0; }
RT_API bool rt_dtype_is_floating_point(rt_dtype dtype) { return rti_is_dtype(dtype) && rti_is_float(dtype); }
RT_API bool rt_dtype_is_complex(rt_dtype dtype) { return rti_is_dtype(dtype) && rti_dtype_rows[dtype].kind == 'c'; }

/* The type of a complex type's parts; others are their own. */
static RTI_INLINE rt_dtype rti_real_dtype(rt_dtype dtype) { return dtype == RT_COMPLEX64 ? RT_FLOAT32 : dtype == RT_COMPLEX128 ? RT_FLOAT64 : dtype; }

/* The class that values of a dtype are computed in. A pasted file has no float32 kernels of its own: it computes float32 in double. */
static RTI_INLINE rti_class rti_class_of(rt_dtype dtype)
{
    if (dtype == RT_FLOAT64)
        return RTI_CLASS_F64;
    if (rti_is_float(dtype))
#ifdef RUSTORCH_ONE_PASS
        return RTI_CLASS_F64;
#else
        return RTI_CLASS_F32;
#endif
    return rti_dtype_rows[dtype].kind == 'c' ? RTI_CLASS_C128 : RTI_CLASS_I64;
}

/* ---- promotion ---- */

static int rti_kind_rank(rt_dtype dtype)
{
    switch (rti_dtype_rows[dtype].kind) {
    case 'b': return 0;
    case 'f': return 2;
    case 'c': return 3;
    default: return 1;
    }
}

static rt_dtype rti_promote_floats(rt_dtype a, rt_dtype b)
{
    if (rti_element_bytes(a) == rti_element_bytes(b))
        return RT_FLOAT32;                        /* float16 with bfloat16 */
    return rti_element_bytes(a) > rti_element_bytes(b) ? a : b;
}

static rt_dtype rti_promote_ints(rt_dtype a, rt_dtype b)
{
    rt_dtype large = rti_element_bytes(a) >= rti_element_bytes(b) ? a : b, small = large == a ? b : a;
    if (rti_dtype_rows[a].kind == rti_dtype_rows[b].kind)
        return large;
    return rti_element_bytes(large) > rti_element_bytes(small) ? large : RT_INT16;
}

/* RT_DTYPE_DEFAULT where the two have no common type. */
static rt_dtype rti_promote(rt_dtype a, rt_dtype b)
{
    if (RTI_LIKELY(a == b))
        return a;
    int rank_a = rti_kind_rank(a), rank_b = rti_kind_rank(b);
    if (rti_is_bare(a) || rti_is_bare(b)) {       /* of these, integers give way to floats, and that is all */
        if (rank_a == 1 && rank_b == 2 && !rti_is_bare(b))
            return b;
        return rank_a == 2 && rank_b == 1 && !rti_is_bare(a) ? a : RT_DTYPE_DEFAULT;
    }
    if (rank_a < rank_b) {
        rt_dtype swap = a;
        a = b, b = swap;
        int swap_rank = rank_a;
        rank_a = rank_b, rank_b = swap_rank;
    }
    if (rank_b == 0)
        return a;
    if (rank_a == 3)
        return a == RT_COMPLEX128 || b == RT_COMPLEX128 || b == RT_FLOAT64 ? RT_COMPLEX128 : RT_COMPLEX64;
    if (rank_a == 2)
        return rank_b == 2 ? rti_promote_floats(a, b) : a;
    return rti_promote_ints(a, b);
}

RT_API rt_dtype rt_promote_types(rt_dtype a, rt_dtype b)
{
    if (!rti_is_dtype(a) || !rti_is_dtype(b)) {
        rti_raise(RT_ERR_DTYPE, "rt_promote_types", "expected two dtypes, got the values %d and %d", (int)a, (int)b);
        return RT_DTYPE_DEFAULT;
    }
    rt_dtype result = rti_promote(a, b);
    if (result == RT_DTYPE_DEFAULT)
        rti_raise(RT_ERR_DTYPE, "rt_promote_types", "%s and %s have no common type", rt_dtype_name(a), rt_dtype_name(b));
    return result;
}

/* ---- scalars ---- */

static RTI_INLINE rt_scalar rti_scalar(rt_scalar_kind kind, int64_t i, double re, double im)
{
    rt_scalar s;
    s.kind = kind;
    s.i = i;
    s.re = re;
    s.im = im;
    return s;
}

RT_API rt_scalar rt_scalar_int(int64_t value) { return rti_scalar(RT_SCALAR_INT, value, 0, 0); }
RT_API rt_scalar rt_scalar_float(double value) { return rti_scalar(RT_SCALAR_FLOAT, 0, value, 0); }
RT_API rt_scalar rt_scalar_bool(bool value) { return rti_scalar(RT_SCALAR_BOOL, value, 0, 0); }
RT_API rt_scalar rt_scalar_complex(double re, double im) { return rti_scalar(RT_SCALAR_COMPLEX, 0, re, im); }

#ifndef __cplusplus
RT_API rt_scalar rt_scalar_read(int is_float, size_t n_bytes, ...)
{
    va_list args;
    va_start(args, n_bytes);
    rt_scalar s;
    if (is_float)
        s = rt_scalar_float(va_arg(args, double));
    else if (n_bytes == 8)
        s = rt_scalar_int(va_arg(args, int64_t));
    else
        s = rt_scalar_int(va_arg(args, int));
    va_end(args);
    return s;
}
#endif

/* The dtype that a number on its own stands for. */
static rt_dtype rti_scalar_dtype(rt_scalar_kind kind)
{
    static const rt_dtype of_kind[] = { RT_BOOL, RT_INT64, RT_FLOAT32, RT_COMPLEX64 };
    return of_kind[kind];
}

/* A double as int64: towards zero; NaN and what does not fit give INT64_MIN, on every machine. */
static RTI_INLINE int64_t rti_int_of(double x)
{
    return x >= -9223372036854775808.0 && x < 9223372036854775808.0 ? (int64_t)x : INT64_MIN;
}

/* The same as uint64; below zero as int64 would be, and what does not fit gives 2^63. */
static RTI_INLINE uint64_t rti_uint_of(double x)
{
    return x >= 9223372036854775808.0 && x < 18446744073709551616.0 ? (uint64_t)x : (uint64_t)rti_int_of(x);
}
