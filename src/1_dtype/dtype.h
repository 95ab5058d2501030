/* ---- data types: one row a type ------------------------------------------------------------------------------------------------ */

/* constant, torch's name, bytes, kind (b bool, u unsigned, i signed, f float, c complex), name in safetensors files, in .npy files */
#define RT_DTYPE_LIST(X) \
    X(RT_UINT8,         "uint8",         1,  'u', "U8",      "u1") \
    X(RT_INT8,          "int8",          1,  'i', "I8",      "i1") \
    X(RT_INT16,         "int16",         2,  'i', "I16",     "i2") \
    X(RT_INT32,         "int32",         4,  'i', "I32",     "i4") \
    X(RT_INT64,         "int64",         8,  'i', "I64",     "i8") \
    X(RT_FLOAT16,       "float16",       2,  'f', "F16",     "f2") \
    X(RT_FLOAT32,       "float32",       4,  'f', "F32",     "f4") \
    X(RT_FLOAT64,       "float64",       8,  'f', "F64",     "f8") \
    X(RT_COMPLEX64,     "complex64",     8,  'c', "C64",     "c8") \
    X(RT_COMPLEX128,    "complex128",    16, 'c', "",        "c16") \
    X(RT_BOOL,          "bool",          1,  'b', "BOOL",    "b1") \
    X(RT_BFLOAT16,      "bfloat16",      2,  'f', "BF16",    "") \
    X(RT_FLOAT8_E4M3FN, "float8_e4m3fn", 1,  'f', "F8_E4M3", "") \
    X(RT_FLOAT8_E5M2,   "float8_e5m2",   1,  'f', "F8_E5M2", "") \
    X(RT_UINT16,        "uint16",        2,  'u', "U16",     "u2") \
    X(RT_UINT32,        "uint32",        4,  'u', "U32",     "u4") \
    X(RT_UINT64,        "uint64",        8,  'u', "U64",     "u8")

/* RT_DTYPE_DEFAULT in an options field: PyTorch's default, mostly float32. */
#define RTI_DTYPE_ENUM(constant, name, n_bytes, kind, safetensors, npy) constant,
typedef enum rt_dtype { RT_DTYPE_DEFAULT, RT_DTYPE_LIST(RTI_DTYPE_ENUM) RT_DTYPE_COUNT } rt_dtype;
#undef RTI_DTYPE_ENUM

/* A number that keeps its kind, as Python's numbers do: an int64 tensor plus the integer 2 stays int64, plus 2.0 it becomes float32. */
typedef enum rt_scalar_kind { RT_SCALAR_BOOL, RT_SCALAR_INT, RT_SCALAR_FLOAT, RT_SCALAR_COMPLEX } rt_scalar_kind;
typedef struct rt_scalar {
    rt_scalar_kind kind;
    int64_t i;            /* bool and int */
    double re, im;        /* float and complex */
} rt_scalar;

RTI_BEGIN_C
RT_API const char *rt_dtype_name(rt_dtype dtype);              /* "float32"; "default" for RT_DTYPE_DEFAULT, "invalid" for what is none */
RT_API size_t rt_dtype_size(rt_dtype dtype);                   /* bytes of one element; 0 for what is no dtype */
RT_API bool rt_dtype_is_floating_point(rt_dtype dtype);        /* float16, float32, float64, bfloat16 and the float8 types; torch.dtype.is_floating_point */
RT_API bool rt_dtype_is_complex(rt_dtype dtype);               /* complex64, complex128; torch.dtype.is_complex */
RT_API rt_dtype rt_promote_types(rt_dtype a, rt_dtype b);      /* the smallest type that both convert to, as torch.promote_types; RT_DTYPE_DEFAULT and RT_ERR_DTYPE where PyTorch refuses */
RT_API rt_scalar rt_scalar_int(int64_t value);                 /* a number that counts as an integer */
RT_API rt_scalar rt_scalar_float(double value);                /* a number that counts as floating point */
RT_API rt_scalar rt_scalar_bool(bool value);                   /* a number that counts as bool */
RT_API rt_scalar rt_scalar_complex(double re, double im);      /* a number that counts as complex */
RTI_END_C

/* RT_S(2), RT_S(2.0), RT_S(lr): a scalar that keeps the kind of its argument, an int, int64_t, float or double; evaluated once. */
#ifdef __cplusplus
static inline rt_scalar rti_scalar_of(bool x) { return rt_scalar_bool(x); }
static inline rt_scalar rti_scalar_of(int x) { return rt_scalar_int(x); }
static inline rt_scalar rti_scalar_of(long x) { return rt_scalar_int(x); }
static inline rt_scalar rti_scalar_of(long long x) { return rt_scalar_int(x); }
static inline rt_scalar rti_scalar_of(float x) { return rt_scalar_float(static_cast<double>(x)); }
static inline rt_scalar rti_scalar_of(double x) { return rt_scalar_float(x); }
#  define RT_S(x) rti_scalar_of(x)
#else
RT_API rt_scalar rt_scalar_read(int is_float, size_t n_bytes, ...);   /* what RT_S expands to: reads an int, int64_t or double of that size */
#  define RT_S(x) rt_scalar_read(((1 ? 0 : (x)) + 1) / 2 != 0, sizeof((1 ? 0 : (x)) + 0), (x))
#endif
#define RT_BOOLEAN(x) rt_scalar_bool(x)
#define RT_C(re, im) rt_scalar_complex(re, im)
