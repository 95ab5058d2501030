/* rustorch.h - tensors, automatic differentiation and neural networks in one C header, after PyTorch
 *
 * In one source file of the program:
 *
 *     #define RUSTORCH_IMPLEMENTATION
 *     #include "rustorch.h"
 *
 * in all others the include alone. Build: cc program.c -lm -pthread
 *
 * ```c
 * rt_tensor *x = rt_requires_grad_(rt_randn(RT_SHAPE(2, 3), NULL));
 * rt_tensor *y = rt_sum(rt_mul(x, x));
 * rt_backward(y);
 * rt_print(rt_grad(x));
 * ```
 *
 * NAMES     torch.a.b.Name is rt_a_b_name: torch.matmul is rt_matmul, torch.nn.Linear is rt_nn_linear, x.add_(y) is rt_add_(x, y).
 *           torch.nn.functional's names stand without their prefix: rt_cross_entropy.
 * SHAPES    RT_SHAPE(2, 3), of a scalar RT_SHAPE0. At most RT_MAX_DIMS dimensions, row-major as PyTorch.
 * NUMBERS   RT_S(2), RT_S(0.5): keep their kind, so an int64 tensor plus RT_S(2) stays int64.
 * OPTIONS   the last argument, NULL for PyTorch's defaults: RT_OPTS(rt_tensor, .dtype = RT_FLOAT64). A field left zero takes the default;
 *           RT_ZERO and RT_IZERO say zero. (C99, C++20; older C++ fills a variable from rt_tensor_opts_default().)
 * OWNERSHIP what a function makes belongs to the innermost scope of the thread. rt_scope_begin() ... rt_scope_end(scope) is one, and so is
 *           every turn of rt_next (batches) and rt_turn_next (loops of one's own). rt_keep(x) takes x out, rt_set(&slot, x) keeps the newest,
 *           rt_return(scope, x) hands one out. Modules, optimisers, data loaders and generators live until rt_free.
 * ERRORS    NULL, or a status other than RT_OK. The first unread error of a thread is kept; NULL passes through every later call; loops
 *           end, rt_step and rt_save refuse. rt_last_error()->message says what was expected and what came. Nothing aborts or exits.
 * ABSENT    an optional tensor that is not there is RT_NONE, never NULL.
 * THREADS   any function may be called from any thread, on its own objects; shared tensors may be read by all. Hand a tensor over with
 *           rt_keep. No result depends on the number of threads.
 * SWITCHES  RUSTORCH_STATIC, RT_API, RUSTORCH_SELF, RUSTORCH_ONE_PASS, RT_NO_THREADS, RT_NO_STDIO, RUSTORCH_DEBUG: see README.md.
 * DOES NOT  compute in half precision or complex numbers yet, run on GPUs yet, read .pt or ONNX files yet; README.md has the whole table.
 *
 * Each declaration below says: formula, shapes, dtypes, gradient, errors, and the PyTorch function it follows. MIT licence, at the end.
 */

#ifndef RTI_PASS
#  define RTI_PASS 0
#endif

#ifndef RUSTORCH_H
#define RUSTORCH_H

/* ---- configuration: version, linkage, small language bridges --------------------------------------------------------------- */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RUSTORCH_VERSION_MAJOR 0
#define RUSTORCH_VERSION_MINOR 1
#define RUSTORCH_VERSION_PATCH 0
#define RUSTORCH_VERSION "0.1.0"

/* Linkage of every public function. RUSTORCH_STATIC makes a private copy of the library in one translation unit. */
#ifndef RT_API
#  if !defined(RUSTORCH_STATIC)
#    define RT_API extern
#  elif defined(__GNUC__)
#    define RT_API static __attribute__((unused))
#  else
#    define RT_API static
#  endif
#endif

/* RTI_BEGIN_C ... RTI_END_C: declarations with C linkage. RTI_ZERO: the default of an options field, where the language has one. */
#ifdef __cplusplus
#  if defined(__clang__)   /* structs whose fields have defaults are returned by value, to C++ callers alone */
#    define RTI_BEGIN_C _Pragma("clang diagnostic push") _Pragma("clang diagnostic ignored \"-Wreturn-type-c-linkage\"") extern "C" {
#    define RTI_END_C } _Pragma("clang diagnostic pop")
#  else
#    define RTI_BEGIN_C extern "C" {
#    define RTI_END_C }
#  endif
#else
#  define RTI_BEGIN_C
#  define RTI_END_C
#endif
#if defined(__cplusplus) && __cplusplus >= 201402L
#  define RTI_ZERO = {}
#else
#  define RTI_ZERO
#endif

/* RT_OPTS(rt_conv, .stride = RT_SHAPE(2, 2)): a pointer to an options struct that lives as long as the statement (C99, C++20). */
#ifdef __cplusplus
template <class T> static inline const T *rti_address_of(const T &value) { return &value; }
#  define RT_OPTS(name, ...) rti_address_of(name##_opts{__VA_ARGS__})
#else
#  define RT_OPTS(name, ...) (&(const name##_opts){__VA_ARGS__})
#endif

/* "Zero, and I mean it" in an options literal, where a field left at zero takes PyTorch's default. */
#define RT_ZERO 1e-300
#define RT_IZERO INT64_MIN

/* Most dimensions that a tensor can have. */
#define RT_MAX_DIMS 16

RTI_BEGIN_C
RT_API const char *rt_version(void);   /* "major.minor.patch" of the compiled implementation, to hold against RUSTORCH_VERSION */
RTI_END_C
/* ---- errors: one type, kept per thread until it is read -------------------------------------------------------------------- */

/* status, exception that PyTorch's Python raises for it, meaning */
#define RT_STATUS_LIST(X) \
    X(RT_OK,              "",                    "no error") \
    X(RT_ERR_MEMORY,      "MemoryError",         "the allocator said no, or a size does not fit") \
    X(RT_ERR_NULL,        "ValueError",          "an argument is NULL although nothing failed before") \
    X(RT_ERR_SHAPE,       "RuntimeError",        "shapes do not fit each other or the operation") \
    X(RT_ERR_DTYPE,       "RuntimeError",        "a data type that the operation does not take") \
    X(RT_ERR_INDEX,       "IndexError",          "a dimension or an index out of range") \
    X(RT_ERR_VALUE,       "ValueError",          "an argument outside its range") \
    X(RT_ERR_GRAD,        "RuntimeError",        "the gradient asked for does not exist, or what it needs was changed or freed") \
    X(RT_ERR_STATE,       "RuntimeError",        "the object is not in a state that allows this") \
    X(RT_ERR_IO,          "OSError",             "the system refused to open, read or write a file") \
    X(RT_ERR_FORMAT,      "ValueError",          "a file's content is not what its format says") \
    X(RT_ERR_KEY,         "KeyError",            "no entry of that name, or one too many") \
    X(RT_ERR_THREAD,      "RuntimeError",        "the system refused a thread") \
    X(RT_ERR_UNSUPPORTED, "NotImplementedError", "not available in this build or for these arguments") \
    X(RT_ERR_INTERNAL,    "RuntimeError",        "a fault in this library: please report it")

#define RTI_STATUS_ENUM(name, exception, text) name,
typedef enum rt_status { RT_STATUS_LIST(RTI_STATUS_ENUM) RT_STATUS_COUNT } rt_status;
#undef RTI_STATUS_ENUM

/* What went wrong, where. The text says what was expected and what came. */
typedef struct rt_error {
    rt_status code;
    char op[40];          /* the operation or function that refused, as users know it: "add", "rt_load" */
    char message[424];    /* one line, NUL-terminated */
    const char *file;     /* place in the library's source that raised it */
    int line;
} rt_error;

/* Receives what would otherwise be lost: an error unread at thread exit, a warning. user is what rt_set_log was given. */
typedef void (*rt_log_fn)(void *user, const char *text);

RTI_BEGIN_C
RT_API const rt_error *rt_last_error(void);          /* this thread's first unread error, now read; after that the same text again; code RT_OK if there never was one */
RT_API bool rt_error_pending(void);                  /* whether this thread has an unread error; reads nothing */
RT_API void rt_clear_error(void);                    /* forgets this thread's error, read or not */
RT_API const char *rt_status_name(rt_status code);   /* "RT_ERR_SHAPE"; a code of no meaning answers "RT_ERR_INTERNAL" */
RT_API const char *rt_status_text(rt_status code);   /* the code's meaning as a phrase, as listed above */
RT_API void rt_set_log(rt_log_fn log, void *user);   /* replaces the log for all threads; NULL gives the default back, a line on stderr (nothing with RT_NO_STDIO) */
RTI_END_C
/* ---- memory: the host's allocator below, a pool per thread above ------------------------------------------------------------- */

/* Where every byte of the library comes from. Both functions may be called from any thread at once. */
typedef struct rt_allocator {
    void *(*allocate)(void *user, size_t n_bytes);              /* 64-byte aligned, or NULL: an RT_ERR_MEMORY, never a crash */
    void (*release)(void *user, void *block, size_t n_bytes);   /* block and n_bytes as they were given out */
    void *user;
} rt_allocator;

/* Counters over all threads. Bytes are those asked for, rounded up to the pool's size classes. */
typedef struct rt_memory_info {
    int64_t live_tensors;      /* tensors not yet freed, those held by tapes, modules and optimisers included */
    int64_t live_bytes;        /* blocks in use, of any kind */
    int64_t peak_bytes;        /* the most that one thread's pool has had in use at once, summed over pools */
    int64_t cached_bytes;      /* freed blocks that the pools keep for the next request */
    int64_t pool_requests;     /* blocks asked of the pools */
    int64_t pool_hits;         /* of these, answered without calling the allocator */
} rt_memory_info;

RTI_BEGIN_C
RT_API rt_status rt_set_allocator(const rt_allocator *allocator);   /* NULL: malloc and free. RT_ERR_STATE once a block of the present one is in use or cached */
RT_API rt_memory_info rt_memory_stats(void);                        /* a snapshot; exact while no other thread runs */
RT_API void rt_memory_trim(void);                                   /* gives cached blocks of this thread and of ended threads back to the allocator */
#ifdef RUSTORCH_TESTING
RT_API void rt_testing_refuse_request(int64_t n);                   /* tests: the n-th pool request from now fails, once; 0: none does */
RT_API int64_t rt_testing_requests(void);                           /* tests: pool requests since the last rt_testing_refuse_request */
#endif
RTI_END_C
/* ---- threads: one pool, or the host's own jobs ------------------------------------------------------------------------------- */

/* A range [begin, end) of the work. */
typedef void (*rt_range_fn)(void *work, int64_t begin, int64_t end);

/* The host's own parallel loop: must call body(work, begin, end) over ranges that cover [0, n) once each, in any order and on any threads,
 * each of at least grain items (the last may be smaller), and return when all are done. It is given one loop at a time, never a nested one. */
typedef void (*rt_parallel_for_fn)(void *user, int64_t n, int64_t grain, rt_range_fn body, void *work);

RTI_BEGIN_C
RT_API rt_status rt_set_num_threads(int n_threads);                                /* threads that one operation may use, the caller's included; RT_ERR_VALUE below 1; at most 256 are used. No result depends on it */
RT_API int rt_get_num_threads(void);                                               /* as set; at first the machine's cores, 1 with RT_NO_THREADS */
RT_API void rt_set_parallel_for(rt_parallel_for_fn parallel_for, void *user);      /* replaces the pool by the host's jobs; NULL gives the pool back */
RT_API void rt_stop_threads(void);                                                 /* ends the pool's threads and waits for them, as before dlclose; the next operation that wants them starts them again */
RTI_END_C
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
/* ---- processor: which instruction sets the kernels may use ------------------------------------------------------------------- */

RTI_BEGIN_C
RT_API const char *rt_isa(void);   /* the pass in use: "base", "avx2", "avx512" or "neon". The environment variable RT_ISA forces a lower one */
RTI_END_C
/* ---- tensors: shapes, ownership, reading ------------------------------------------------------------------------------------------ */

typedef struct rt_tensor rt_tensor;
typedef struct rt_generator rt_generator;

/* A shape, or any short list of integers. RT_SHAPE(2, 3); RT_SHAPE0 is the shape of a scalar. */
typedef struct rt_shape {
    int ndim RTI_ZERO;
    int64_t dim[RT_MAX_DIMS] RTI_ZERO;
} rt_shape;

#ifdef __cplusplus
template <class... Dims> static inline rt_shape rti_shape_of(Dims... dims)
{
    static_assert(sizeof...(dims) <= RT_MAX_DIMS, "a tensor has at most RT_MAX_DIMS dimensions");
    const int64_t list[] = { static_cast<int64_t>(dims)... };
    rt_shape shape = rt_shape();
    shape.ndim = static_cast<int>(sizeof...(dims));
    for (int i = 0; i < shape.ndim; i++)
        shape.dim[i] = list[i];
    return shape;
}
#  define RT_SHAPE(...) rti_shape_of(__VA_ARGS__)
#  define RT_SHAPE0 rt_shape()
#else
#  define RT_SHAPE(...) ((rt_shape){ (int)(sizeof((int64_t[]){ __VA_ARGS__ }) / sizeof(int64_t)), { __VA_ARGS__ } })
#  define RT_SHAPE0 ((rt_shape){ 0, { 0 } })
#endif

/* Number lists in place: RT_F32(1, 2, 3), RT_F64(...), RT_I64(...). They live as long as the statement (C++) or block (C) they stand in. */
#ifdef __cplusplus
template <class T, size_t N> struct rti_list { T v[N]; };
template <class T, class... X> static inline rti_list<T, sizeof...(X)> rti_list_of(X... x)
{
    return rti_list<T, sizeof...(X)>{ { static_cast<T>(x)... } };
}
#  define RT_F32(...) (rti_list_of<float>(__VA_ARGS__).v)
#  define RT_F64(...) (rti_list_of<double>(__VA_ARGS__).v)
#  define RT_I64(...) (rti_list_of<int64_t>(__VA_ARGS__).v)
#else
#  define RT_F32(...) ((const float[]){ __VA_ARGS__ })
#  define RT_F64(...) ((const double[]){ __VA_ARGS__ })
#  define RT_I64(...) ((const int64_t[]){ __VA_ARGS__ })
#endif

/* An absent tensor: no bias, no gradient. NULL, by contrast, always means that something failed. */
#define RT_NONE rt_none()

/* A block of work whose tensors die with it. Opened by rt_scope_begin, or by a guard such as rt_no_grad; closed by rt_scope_end. */
typedef struct rt_scope { int32_t level; uint32_t modes; } rt_scope;

/* A loop whose every turn is a scope: for (rt_turn turn = RT_TURN; rt_turn_next(&turn, i < n); i++) { ... } */
typedef struct rt_turn { rt_scope scope; bool open; } rt_turn;
#ifdef __cplusplus
#  define RT_TURN rt_turn()
#else
#  define RT_TURN { { 0, 0 }, false }
#endif

RTI_BEGIN_C
RT_API rt_tensor *rt_none(void);                                  /* the absent tensor; a static object, never freed */
RT_API bool rt_is_none(const rt_tensor *x);                       /* whether x is RT_NONE */

/* ---- ownership: a function that makes a tensor hands it to the innermost scope of the calling thread ---- */

RT_API rt_scope rt_scope_begin(void);                             /* opens a scope; cannot fail */
RT_API void rt_scope_end(rt_scope scope);                         /* frees what was made since, ends guards, closes everything deeper */
RT_API rt_tensor *rt_return(rt_scope scope, rt_tensor *x);        /* closes scope and hands x to the one round it; answers x */
RT_API rt_tensor *rt_keep(rt_tensor *x);                          /* takes x out of its scope: it lives until rt_free; answers x */
RT_API rt_status rt_set(rt_tensor **slot, rt_tensor *x);          /* the slot keeps x and frees what it held; NULL or RT_NONE for a failed x leaves it as it was and answers the pending code */
RT_API void rt_free(void *object);                                /* frees a tensor, module, optimiser, loader or generator; NULL is nothing. Objects that others still hold live on for them */
RT_API bool rt_turn_next(rt_turn *turn, bool go_on);              /* closes the last turn, opens the next if go_on; an unread error ends the loop */

/* ---- reading ---- */

RT_API int rt_dim(const rt_tensor *x);                            /* number of dimensions; -1 for NULL; torch.Tensor.dim */
RT_API int64_t rt_size(const rt_tensor *x, int dim);              /* size of a dimension, negative ones counted from the end; -1 and RT_ERR_INDEX out of range */
RT_API int64_t rt_stride(const rt_tensor *x, int dim);            /* elements between neighbours along a dimension; 0 and RT_ERR_INDEX out of range */
RT_API rt_shape rt_shape_of(const rt_tensor *x);                  /* all sizes; RT_SHAPE0 for NULL */
RT_API int64_t rt_numel(const rt_tensor *x);                      /* number of elements; -1 for NULL */
RT_API rt_dtype rt_dtype_of(const rt_tensor *x);                  /* data type; RT_DTYPE_DEFAULT for NULL */
RT_API bool rt_is_contiguous(const rt_tensor *x);                 /* whether elements lie in row-major order without gaps */
RT_API double rt_item(rt_tensor *x);                              /* the one element as a double; NaN and RT_ERR_VALUE if there is not exactly one; torch.Tensor.item */
RT_API rt_scalar rt_item_scalar(rt_tensor *x);                    /* the same, keeping its kind: int64 values stay exact */
RT_API double rt_at_index(rt_tensor *x, rt_shape index);          /* element x[index], one index a dimension, negative ones from the end; NaN and RT_ERR_INDEX out of range */
RT_API void *rt_data_ptr(rt_tensor *x);                           /* first element, of any dtype and strides; NULL and an error only for NULL or RT_NONE */
RT_API const float *rt_data_f32(rt_tensor *x);                    /* elements of a contiguous float32 tensor; NULL and RT_ERR_DTYPE or RT_ERR_STATE otherwise */
RT_API const double *rt_data_f64(rt_tensor *x);                   /* elements of a contiguous float64 tensor; NULL and RT_ERR_DTYPE or RT_ERR_STATE otherwise */
RT_API const int64_t *rt_data_i64(rt_tensor *x);                  /* elements of a contiguous int64 tensor; NULL and RT_ERR_DTYPE or RT_ERR_STATE otherwise */
RT_API const uint8_t *rt_data_u8(rt_tensor *x);                   /* elements of a contiguous uint8 or bool tensor; NULL and RT_ERR_DTYPE or RT_ERR_STATE otherwise */
RTI_END_C
/* ---- values: what travels through the door of every operation ------------------------------------------------------------------- */

typedef enum rt_value_tag {
    RT_VALUE_NONE, RT_VALUE_TENSOR, RT_VALUE_BOOL, RT_VALUE_INT, RT_VALUE_FLOAT, RT_VALUE_COMPLEX,
    RT_VALUE_INTS, RT_VALUE_FLOATS, RT_VALUE_BOOLS, RT_VALUE_TENSORS, RT_VALUE_STRING, RT_VALUE_DTYPE, RT_VALUE_GENERATOR
} rt_value_tag;

/* 16 bytes. Lists, strings and complex numbers are borrowed: they must live as long as the call that the value is handed to. */
typedef struct rt_value {
    uint32_t tag;                     /* rt_value_tag */
    uint32_t count;                   /* members of a list */
    union {
        rt_tensor *tensor;
        int64_t i;                    /* bool, int, dtype */
        double f;
        const double *complex;        /* re, im */
        const int64_t *ints;
        const double *floats;
        const bool *bools;
        rt_tensor *const *tensors;    /* RT_NONE for an absent member */
        const char *string;
        rt_generator *generator;
    } as;
} rt_value;

RTI_BEGIN_C
RT_API rt_value rt_value_none(void);                              /* an argument left out: the schema's default, if it has one */
RT_API rt_value rt_value_tensor(rt_tensor *x);                    /* a tensor; RT_NONE becomes the value none */
RT_API rt_value rt_value_bool(bool x);                            /* a bool, also where a number is asked for */
RT_API rt_value rt_value_int(int64_t x);                          /* an integer */
RT_API rt_value rt_value_float(double x);                         /* a floating point number */
RT_API rt_value rt_value_ints(const int64_t *x, int n);           /* a list of n integers, borrowed */
RT_API rt_value rt_value_tensors(rt_tensor *const *x, int n);     /* a list of n tensors, borrowed; absent members are RT_NONE */
RT_API rt_value rt_value_string(const char *x);                   /* a string, borrowed */
RT_API rt_value rt_value_dtype(rt_dtype x);                       /* a dtype; RT_DTYPE_DEFAULT becomes the value none */
RTI_END_C
/* ---- operations by name, and what can be put round every call ---------------------------------------------------------------------- */

/* One operation: its row. */
typedef struct rt_op rt_op;

/* A mode: sees every operation of the thread that pushed it that makes new results, and may answer in its place; in-place and out forms
 * pass it by. It calls rt_call itself to let one through; while it runs, it is off the stack. */
typedef struct rt_mode {
    rt_status (*call)(struct rt_mode *mode, const rt_op *op, const rt_value *args, int n_args, rt_value *results);
    void *user;
    struct rt_mode *below;    /* set by rt_mode_push */
} rt_mode;

RTI_BEGIN_C
RT_API const rt_op *rt_op_find(const char *name);                 /* the row of "add.Tensor", "gelu"; NULL and RT_ERR_KEY if there is none */
RT_API const rt_op *rt_op_at(int i);                              /* the i-th of all rows, in the order of the source; NULL past the last */
RT_API const char *rt_op_schema(const rt_op *op);                 /* "gelu(Tensor self) -> Tensor": PyTorch's schema line */
RT_API const char *rt_op_name(const rt_op *op, char name[64]);    /* the schema's name with its overload, written into name; answers name */
RT_API int rt_op_n_results(const rt_op *op);                      /* tensors it answers with */

/* Calls any operation: args as the schema orders them, trailing ones may be left out; results (rt_op_n_results of them) are tensors of the
 * calling scope. The other two write into given tensors: into[k] for result k, or into the first argument.
 *   errors  RT_ERR_VALUE for arguments that the schema does not take, and whatever the operation refuses */
RT_API rt_status rt_call(const rt_op *op, const rt_value *args, int n_args, rt_value *results);
RT_API rt_status rt_call_out(const rt_op *op, const rt_value *args, int n_args, rt_tensor *const *into);   /* the out form: torch.add(..., out=x) */
RT_API rt_tensor *rt_call_inplace(const rt_op *op, const rt_value *args, int n_args);                      /* the in-place form: x.add_(...); answers args[0] */

RT_API void rt_mode_push(rt_mode *mode);                          /* puts a mode on this thread's stack; the caller keeps it alive until it is popped */
RT_API void rt_mode_pop(rt_mode *mode);                           /* takes it off, and what was pushed after it */
RTI_END_C
/* ---- gradients -------------------------------------------------------------------------------------------------------------------- */

/* Options of rt_backward and rt_autograd_grad. */
typedef struct rt_backward_opts {
    int exact RTI_ZERO;
    bool retain_graph RTI_ZERO;    /* keep what backward needs, to go through the graph again; create_graph implies it */
    bool create_graph RTI_ZERO;    /* put the gradients' own computation on the tape */
    bool allow_unused RTI_ZERO;    /* rt_autograd_grad: RT_NONE for an input that the outputs do not depend on, instead of an error */
} rt_backward_opts;

/* Options of rt_gradcheck. */
typedef struct rt_gradcheck_opts {
    int exact RTI_ZERO;
    double eps RTI_ZERO;           /* step of the difference quotient, 1e-6 */
    double atol RTI_ZERO;          /* absolute tolerance, 1e-5 */
    double rtol RTI_ZERO;          /* relative tolerance, 1e-3 */
} rt_gradcheck_opts;

/* A function of n tensors that answers with one, for rt_gradcheck; NULL for failed. */
typedef rt_tensor *(*rt_tensor_fn)(rt_tensor *const *inputs, int n, void *user);

RTI_BEGIN_C
RT_API rt_tensor *rt_requires_grad_(rt_tensor *x);                /* asks for x's gradient; x is a leaf of floating point dtype; answers x; torch.Tensor.requires_grad_ */
RT_API rt_tensor *rt_set_requires_grad(rt_tensor *x, bool on);    /* the same, on or off; answers x */
RT_API bool rt_requires_grad(const rt_tensor *x);                 /* whether operations on x go on the tape; torch.Tensor.requires_grad */
RT_API bool rt_is_leaf(const rt_tensor *x);                       /* whether x was made by the user and not by an operation on the tape; torch.Tensor.is_leaf */
RT_API rt_tensor *rt_grad(const rt_tensor *x);                    /* x's gradient, owned by x; RT_NONE if it has none; torch.Tensor.grad */
RT_API rt_status rt_set_grad(rt_tensor *x, rt_tensor *grad);      /* replaces it, RT_NONE takes it away; same shape and dtype as x; torch.Tensor.grad */
RT_API const rt_op *rt_grad_fn(const rt_tensor *x);               /* the operation on the tape that made x; NULL for a leaf; torch.Tensor.grad_fn */
RT_API rt_tensor *rt_detach(rt_tensor *x);                        /* y = x on the same memory, without history; torch.Tensor.detach */
RT_API int rt_version_of(const rt_tensor *x);                     /* writes in place so far, shared by views; torch.Tensor._version */

/* Puts d y / d x into the grad of every leaf x that y depends on, adding to what is there; y has one element.
 *   errors  RT_ERR_GRAD: y does not require a gradient, or what it needs was freed or changed in place;  RT_ERR_SHAPE: y has several elements
 *   source  torch.Tensor.backward */
RT_API rt_status rt_backward(rt_tensor *y);
RT_API rt_status rt_backward_from(rt_tensor *y, rt_tensor *grad, const rt_backward_opts *opts);   /* the same for any shape: grad [as y] weights the elements; RT_NONE: ones, for one element */

/* Gradients of sum_i <outputs[i], grad_outputs[i]> with respect to inputs, into grads (each handed to the calling scope); no leaf's grad changes.
 *   grad_outputs  NULL: ones, for outputs of one element; a member may be RT_NONE
 *   errors        RT_ERR_GRAD: an input that does not require a gradient, or is unused without allow_unused
 *   source        torch.autograd.grad */
RT_API rt_status rt_autograd_grad(rt_tensor *const *outputs, int n_outputs, rt_tensor *const *inputs, int n_inputs,
                                  rt_tensor *const *grad_outputs, const rt_backward_opts *opts, rt_tensor **grads);

RT_API rt_scope rt_no_grad(void);                                 /* opens a scope in which nothing goes on the tape; ends with rt_scope_end; torch.no_grad */
RT_API rt_scope rt_enable_grad(void);                             /* opens a scope in which operations go on the tape again; torch.enable_grad */
RT_API bool rt_is_grad_enabled(void);                             /* whether operations of this thread go on the tape; torch.is_grad_enabled */

/* Holds a function's gradients against difference quotients; inputs are float64 leaves that require gradients, their elements are restored.
 *   answers  RT_OK if all agree; RT_ERR_GRAD with the first that does not
 *   source   torch.autograd.gradcheck, torch.autograd.gradgradcheck */
RT_API rt_status rt_gradcheck(rt_tensor_fn f, void *user, rt_tensor *const *inputs, int n, const rt_gradcheck_opts *opts);
RT_API rt_status rt_gradgradcheck(rt_tensor_fn f, void *user, rt_tensor *const *inputs, int n, const rt_gradcheck_opts *opts);   /* the same for the gradients' own gradients */
RT_API rt_backward_opts rt_backward_opts_default(void);           /* PyTorch's defaults, exact set */
RT_API rt_gradcheck_opts rt_gradcheck_opts_default(void);         /* the defaults above, exact set */
RTI_END_C
/* ---- making tensors --------------------------------------------------------------------------------------------------------------- */

/* What most of these take. */
typedef struct rt_tensor_opts {
    int exact RTI_ZERO;
    rt_dtype dtype RTI_ZERO;            /* RT_DTYPE_DEFAULT: float32; int64 for rt_arange with whole numbers and rt_randperm */
    bool requires_grad RTI_ZERO;        /* the result is a leaf that requires a gradient */
} rt_tensor_opts;

/* Frees memory that a tensor borrowed, when the last tensor on it is gone. */
typedef void (*rt_deleter)(void *user, void *data);

RTI_BEGIN_C
RT_API rt_tensor *rt_tensor_f32(const float *data, rt_shape shape);                      /* a float32 tensor, data copied in row-major order;  torch.tensor */
RT_API rt_tensor *rt_tensor_f64(const double *data, rt_shape shape);                     /* a float64 tensor, data copied in row-major order;  torch.tensor */
RT_API rt_tensor *rt_tensor_i64(const int64_t *data, rt_shape shape);                    /* an int64 tensor, data copied in row-major order;  torch.tensor */
RT_API rt_tensor *rt_tensor_from(const void *data, rt_shape shape, rt_dtype dtype);      /* a tensor of any dtype, data copied in row-major order;  torch.tensor */
RT_API rt_tensor *rt_scalar_tensor(rt_scalar value, rt_dtype dtype);                     /* a 0-d tensor of one number; RT_DTYPE_DEFAULT: the number's own type;  torch.tensor */
RT_API rt_tensor *rt_empty(rt_shape shape, const rt_tensor_opts *opts);                  /* elements undefined;  any;  torch.empty */
RT_API rt_tensor *rt_zeros(rt_shape shape, const rt_tensor_opts *opts);                  /* all 0;  any;  torch.zeros */
RT_API rt_tensor *rt_ones(rt_shape shape, const rt_tensor_opts *opts);                   /* all 1;  any;  torch.ones */
RT_API rt_tensor *rt_full(rt_shape shape, rt_scalar value, const rt_tensor_opts *opts);  /* all value; by default of the value's own type;  torch.full */
RT_API rt_tensor *rt_zeros_like(rt_tensor *x);                                           /* all 0, with x's shape and dtype;  torch.zeros_like */
RT_API rt_tensor *rt_ones_like(rt_tensor *x);                                            /* all 1, with x's shape and dtype;  torch.ones_like */
RT_API rt_tensor *rt_arange(rt_scalar start, rt_scalar end, rt_scalar step, const rt_tensor_opts *opts);   /* start, start + step, ... before end;  RT_ERR_VALUE for step 0 or of the wrong sign;  torch.arange */

/* A tensor on the caller's memory, elements shared and not copied.
 *   strides  in elements, one a dimension; NULL: row-major       release  called with user and data when the last tensor on it is freed; may be NULL
 *   source   torch.from_blob */
RT_API rt_tensor *rt_from_blob(void *data, rt_shape shape, rt_dtype dtype, const int64_t *strides, rt_deleter release, void *user);
RT_API rt_tensor_opts rt_tensor_opts_default(void);                                      /* PyTorch's defaults, exact set */
RTI_END_C
/* ---- random numbers: the very ones that PyTorch draws on a CPU ------------------------------------------------------------------------- */

RTI_BEGIN_C
RT_API void rt_manual_seed(uint64_t seed);                                                  /* seeds the default generator, which all threads share; torch.manual_seed */
RT_API rt_generator *rt_generator_new(uint64_t seed);                                       /* a generator of its own, freed by rt_free; torch.Generator */
RT_API rt_status rt_generator_manual_seed(rt_generator *generator, uint64_t seed);          /* seeds it anew; torch.Generator.manual_seed */
RT_API rt_tensor *rt_rand(rt_shape shape, const rt_tensor_opts *opts);                      /* uniform on [0, 1);  float32, float64;  torch.rand */
RT_API rt_tensor *rt_randn(rt_shape shape, const rt_tensor_opts *opts);                     /* normal, mean 0, deviation 1;  float32, float64;  torch.randn */
RT_API rt_tensor *rt_randint(int64_t low, int64_t high, rt_shape shape, const rt_tensor_opts *opts);   /* uniform on low .. high - 1;  int64 by default;  RT_ERR_VALUE unless low < high;  torch.randint */
RT_API rt_tensor *rt_randperm(int64_t n, const rt_tensor_opts *opts);                       /* 0 .. n - 1 in random order;  int64 by default;  torch.randperm */
RT_API rt_tensor *rt_uniform_(rt_tensor *x, double from, double to);                        /* x = uniform on [from, to);  float32, float64;  torch.Tensor.uniform_ */
RT_API rt_tensor *rt_normal_(rt_tensor *x, double mean, double std);                        /* x = normal;  float32, float64;  torch.Tensor.normal_ */
RTI_END_C
/* ---- unary elementwise: y = f(x), [*] -> [*]. f_ works in place: x = f(x), answers x -------------------------------------------------- */

RTI_BEGIN_C
RT_API rt_tensor *rt_neg(rt_tensor *x);       /* y = -x;  any but bool;  grad -1;  torch.neg */
RT_API rt_tensor *rt_exp(rt_tensor *x);       /* y = e^x;  float, integers become float32;  grad y;  torch.exp */
RT_API rt_tensor *rt_log(rt_tensor *x);       /* y = ln x, -inf at 0, NaN below;  float, integers become float32;  grad 1/x;  torch.log */
RT_API rt_tensor *rt_sqrt(rt_tensor *x);      /* y = sqrt x, NaN below 0;  float, integers become float32;  grad 1/(2y);  torch.sqrt */
RT_API rt_tensor *rt_erf(rt_tensor *x);       /* y = 2/sqrt(pi) int_0^x e^(-t^2) dt;  float, integers become float32;  grad 2/sqrt(pi) e^(-x^2);  torch.erf */
RT_API rt_tensor *rt_relu(rt_tensor *x);      /* y = max(x, 0), NaN stays;  any but bool;  grad 1 where y > 0;  torch.relu */
RT_API rt_tensor *rt_gelu(rt_tensor *x);      /* y = x/2 (1 + erf(x/sqrt 2));  float;  grad (1 + erf(x/sqrt 2))/2 + x e^(-x^2/2)/sqrt(2 pi);  torch.nn.functional.gelu */
RT_API rt_tensor *rt_neg_(rt_tensor *x);      /* rt_neg in place;  torch.Tensor.neg_ */
RT_API rt_tensor *rt_exp_(rt_tensor *x);      /* rt_exp in place, x of floating point;  torch.Tensor.exp_ */
RT_API rt_tensor *rt_log_(rt_tensor *x);      /* rt_log in place, x of floating point;  torch.Tensor.log_ */
RT_API rt_tensor *rt_sqrt_(rt_tensor *x);     /* rt_sqrt in place, x of floating point;  torch.Tensor.sqrt_ */
RT_API rt_tensor *rt_erf_(rt_tensor *x);      /* rt_erf in place, x of floating point;  torch.Tensor.erf_ */
RT_API rt_tensor *rt_relu_(rt_tensor *x);     /* rt_relu in place;  torch.relu_ */
RTI_END_C
/* ---- elementwise with several operands; shapes broadcast, types promote as PyTorch's ---------------------------------------------------
 * f_scalar takes a number for b; f_ works in place: a = f(a, b), answers a; f_out writes into out, of the result's shape, answers out. */

RTI_BEGIN_C
RT_API rt_tensor *rt_add(rt_tensor *a, rt_tensor *b);                                /* y = a + b;  any;  grad a, b;  torch.add */
RT_API rt_tensor *rt_add_scaled(rt_tensor *a, rt_tensor *b, rt_scalar alpha);        /* y = a + alpha b;  any;  grad a, b;  torch.add with alpha */
RT_API rt_tensor *rt_add_scalar(rt_tensor *a, rt_scalar b);                          /* y = a + b;  any;  grad a;  torch.add */
RT_API rt_tensor *rt_sub(rt_tensor *a, rt_tensor *b);                                /* y = a - b;  any but bool;  grad a, b;  torch.sub */
RT_API rt_tensor *rt_sub_scalar(rt_tensor *a, rt_scalar b);                          /* y = a - b;  any but bool;  grad a;  torch.sub */
RT_API rt_tensor *rt_mul(rt_tensor *a, rt_tensor *b);                                /* y = a b;  any;  grad a, b;  torch.mul */
RT_API rt_tensor *rt_mul_scalar(rt_tensor *a, rt_scalar b);                          /* y = a b;  any;  grad a;  torch.mul */
RT_API rt_tensor *rt_div(rt_tensor *a, rt_tensor *b);                                /* y = a / b;  any, integers become float32;  grad a, b;  torch.div */
RT_API rt_tensor *rt_div_scalar(rt_tensor *a, rt_scalar b);                          /* y = a / b;  any, integers become float32;  grad a;  torch.div */
RT_API rt_tensor *rt_add_(rt_tensor *a, rt_tensor *b);                               /* rt_add in place;  torch.Tensor.add_ */
RT_API rt_tensor *rt_add_scalar_(rt_tensor *a, rt_scalar b);                         /* rt_add_scalar in place;  torch.Tensor.add_ */
RT_API rt_tensor *rt_sub_(rt_tensor *a, rt_tensor *b);                               /* rt_sub in place;  torch.Tensor.sub_ */
RT_API rt_tensor *rt_mul_(rt_tensor *a, rt_tensor *b);                               /* rt_mul in place;  torch.Tensor.mul_ */
RT_API rt_tensor *rt_mul_scalar_(rt_tensor *a, rt_scalar b);                         /* rt_mul_scalar in place;  torch.Tensor.mul_ */
RT_API rt_tensor *rt_div_(rt_tensor *a, rt_tensor *b);                               /* rt_div in place, a of floating point;  torch.Tensor.div_ */
RT_API rt_tensor *rt_add_out(rt_tensor *out, rt_tensor *a, rt_tensor *b);            /* out = a + b;  not differentiable;  torch.add(out=) */
RT_API rt_tensor *rt_sub_out(rt_tensor *out, rt_tensor *a, rt_tensor *b);            /* out = a - b;  not differentiable;  torch.sub(out=) */
RT_API rt_tensor *rt_mul_out(rt_tensor *out, rt_tensor *a, rt_tensor *b);            /* out = a b;  not differentiable;  torch.mul(out=) */

/* ---- comparisons: the result is bool and has no gradient ---- */

RT_API rt_tensor *rt_eq(rt_tensor *a, rt_tensor *b);             /* y = a == b;  any;  torch.eq */
RT_API rt_tensor *rt_ne(rt_tensor *a, rt_tensor *b);             /* y = a != b;  any;  torch.ne */
RT_API rt_tensor *rt_lt(rt_tensor *a, rt_tensor *b);             /* y = a < b;  any;  torch.lt */
RT_API rt_tensor *rt_le(rt_tensor *a, rt_tensor *b);             /* y = a <= b;  any;  torch.le */
RT_API rt_tensor *rt_gt(rt_tensor *a, rt_tensor *b);             /* y = a > b;  any;  torch.gt */
RT_API rt_tensor *rt_ge(rt_tensor *a, rt_tensor *b);             /* y = a >= b;  any;  torch.ge */
RT_API rt_tensor *rt_eq_scalar(rt_tensor *a, rt_scalar b);       /* y = a == b;  any;  torch.eq */
RT_API rt_tensor *rt_ne_scalar(rt_tensor *a, rt_scalar b);       /* y = a != b;  any;  torch.ne */
RT_API rt_tensor *rt_lt_scalar(rt_tensor *a, rt_scalar b);       /* y = a < b;  any;  torch.lt */
RT_API rt_tensor *rt_le_scalar(rt_tensor *a, rt_scalar b);       /* y = a <= b;  any;  torch.le */
RT_API rt_tensor *rt_gt_scalar(rt_tensor *a, rt_scalar b);       /* y = a > b;  any;  torch.gt */
RT_API rt_tensor *rt_ge_scalar(rt_tensor *a, rt_scalar b);       /* y = a >= b;  any;  torch.ge */

/* y = a where condition is not zero, else b.   condition, a, b broadcast;  a and b promote;  grad a, b;  torch.where */
RT_API rt_tensor *rt_where(rt_tensor *condition, rt_tensor *a, rt_tensor *b);
RT_API rt_tensor *rt_where_scalar_self(rt_tensor *condition, rt_scalar a, rt_tensor *b);    /* the same with a number for a;  torch.where */
RT_API rt_tensor *rt_where_scalar_other(rt_tensor *condition, rt_tensor *a, rt_scalar b);   /* the same with a number for b;  torch.where */
RTI_END_C
/* ---- copies and casts --------------------------------------------------------------------------------------------------------------- */

RTI_BEGIN_C
RT_API rt_tensor *rt_to(rt_tensor *x, rt_dtype dtype);            /* y = x as another dtype, x itself if it has it already;  any;  grad x;  torch.Tensor.to */
RT_API rt_tensor *rt_clone(rt_tensor *x);                         /* y = x in contiguous memory of its own;  any;  grad x;  torch.clone */
RT_API rt_tensor *rt_contiguous(rt_tensor *x);                    /* x itself if its elements lie in row-major order, else a clone;  any;  grad x;  torch.Tensor.contiguous */
RT_API rt_tensor *rt_copy_(rt_tensor *x, rt_tensor *from);        /* x = from, broadcast and converted;  any;  grad from;  torch.Tensor.copy_ */
RT_API rt_tensor *rt_fill_(rt_tensor *x, rt_scalar value);        /* x = value;  any;  torch.Tensor.fill_ */
RT_API rt_tensor *rt_zero_(rt_tensor *x);                         /* x = 0;  any;  torch.Tensor.zero_ */
RTI_END_C
/* ---- views: the result shares memory with x wherever strides allow it ------------------------------------------------------------------- */

RTI_BEGIN_C
RT_API rt_tensor *rt_reshape(rt_tensor *x, rt_shape shape);                    /* x's elements in row-major order under a shape of as many, one size may be -1; a view where possible, else a copy;  any;  grad x;  torch.reshape */
RT_API rt_tensor *rt_view(rt_tensor *x, rt_shape shape);                       /* the same, always a view; RT_ERR_SHAPE where strides do not allow it;  any;  grad x;  torch.Tensor.view */
RT_API rt_tensor *rt_flatten(rt_tensor *x, int start_dim, int end_dim);        /* dimensions start_dim to end_dim joined into one;  any;  grad x;  torch.flatten */
RT_API rt_tensor *rt_transpose(rt_tensor *x, int dim0, int dim1);              /* two dimensions swapped, a view;  any;  grad x;  torch.transpose */
RT_API rt_tensor *rt_t(rt_tensor *x);                                          /* a matrix transposed, a view; at most 2 dimensions;  any;  grad x;  torch.t */
RT_API rt_tensor *rt_permute(rt_tensor *x, rt_shape dims);                     /* dimension i of the result is dimension dims[i] of x, a view;  any;  grad x;  torch.permute */
RT_API rt_tensor *rt_expand(rt_tensor *x, rt_shape shape);                     /* sizes of 1, and missing leading ones, stretched without copying; -1 keeps a size;  any;  grad x;  torch.Tensor.expand */
RT_API rt_tensor *rt_squeeze(rt_tensor *x, int dim);                           /* a dimension of size 1 dropped, a view; other sizes stay;  any;  grad x;  torch.squeeze */
RT_API rt_tensor *rt_unsqueeze(rt_tensor *x, int dim);                         /* a dimension of size 1 put in before dim, a view;  any;  grad x;  torch.unsqueeze */
RTI_END_C
/* ---- reductions: over the dimensions named, or all; keepdim leaves them with size 1 ---------------------------------------------------- */

RTI_BEGIN_C
RT_API rt_tensor *rt_sum(rt_tensor *x);                                            /* y = sum of all elements, [*] -> [];  any, integers and bool become int64;  grad x;  torch.sum */
RT_API rt_tensor *rt_sum_dims(rt_tensor *x, rt_shape dims, bool keepdim);          /* the same over some dimensions; no dims: all;  grad x;  torch.sum */
RT_API rt_tensor *rt_sum_dim(rt_tensor *x, int dim, bool keepdim);                 /* the same over one;  grad x;  torch.sum */
RT_API rt_tensor *rt_mean(rt_tensor *x);                                           /* y = sum / number of elements, NaN for none;  float;  grad x;  torch.mean */
RT_API rt_tensor *rt_mean_dims(rt_tensor *x, rt_shape dims, bool keepdim);         /* the same over some dimensions; no dims: all;  grad x;  torch.mean */
RT_API rt_tensor *rt_argmax(rt_tensor *x);                                         /* index of the largest among all elements, in row-major order; the first of equals, a NaN above all;  int64;  torch.argmax */
RT_API rt_tensor *rt_argmax_dim(rt_tensor *x, int dim, bool keepdim);              /* the same along one dimension;  int64;  RT_ERR_INDEX if it is empty;  torch.argmax */
RTI_END_C
/* ---- matrix products ------------------------------------------------------------------------------------------------------------------ */

RTI_BEGIN_C
RT_API rt_tensor *rt_mm(rt_tensor *a, rt_tensor *b);        /* y = a b;  a [M,K], b [K,N] -> [M,N];  any, of one dtype;  grad a, b;  torch.mm */
RT_API rt_tensor *rt_bmm(rt_tensor *a, rt_tensor *b);       /* y[i] = a[i] b[i];  a [B,M,K], b [B,K,N] -> [B,M,N];  any, of one dtype;  grad a, b;  torch.bmm */

/* Product over the last dimension of a and the last but one of b, leading ones broadcast; a vector counts as a row on the left and as a column on the right.
 *   a [..,M,K] or [K]   b [..,K,N] or [K]  ->  [..,M,N], without M or N where that side was a vector
 *   dtypes  any, of one dtype       grad  a, b       errors  RT_ERR_SHAPE, RT_ERR_DTYPE
 *   source  torch.matmul */
RT_API rt_tensor *rt_matmul(rt_tensor *a, rt_tensor *b);

/* y = x w^T + b
 *   x [..,in]   w [out,in]   b [out] or RT_NONE  ->  y [..,out]
 *   dtypes  any, of one dtype       grad  x, w, b       errors  RT_ERR_SHAPE, RT_ERR_DTYPE
 *   source  torch.nn.functional.linear */
RT_API rt_tensor *rt_linear(rt_tensor *x, rt_tensor *w, rt_tensor *b);
RTI_END_C
/* ---- indexing by tensors; an index is int64, and out of range is RT_ERR_INDEX ---------------------------------------------------------- */

RTI_BEGIN_C
RT_API rt_tensor *rt_index_select(rt_tensor *x, int dim, rt_tensor *index);                        /* y = the slices of x at index [K] along dim, [..,N,..] -> [..,K,..];  any;  grad x;  torch.index_select */
RT_API rt_tensor *rt_index_add(rt_tensor *x, int dim, rt_tensor *index, rt_tensor *source);        /* y = x with slice k of source added at index[k] along dim;  any;  grad x, source;  torch.index_add */
RT_API rt_tensor *rt_gather(rt_tensor *x, int dim, rt_tensor *index);                              /* y[..,i,..] = x[..,index[..,i,..],..] along dim, shaped as index;  any;  grad x;  torch.gather */
RT_API rt_tensor *rt_scatter(rt_tensor *x, int dim, rt_tensor *index, rt_tensor *source);          /* y = x with y[..,index[..,i,..],..] = source[..,i,..];  any;  grad x, source;  torch.scatter */
RT_API rt_tensor *rt_scatter_scalar(rt_tensor *x, int dim, rt_tensor *index, rt_scalar value);     /* the same with one number;  any;  grad x;  torch.scatter */
RT_API rt_tensor *rt_scatter_add(rt_tensor *x, int dim, rt_tensor *index, rt_tensor *source);      /* y = x with y[..,index[..,i,..],..] += source[..,i,..];  any;  grad x, source;  torch.scatter_add */
RTI_END_C
/* ---- classification losses ------------------------------------------------------------------------------------------------------------ */

typedef enum rt_reduction { RT_REDUCTION_DEFAULT, RT_REDUCTION_MEAN, RT_REDUCTION_SUM, RT_REDUCTION_NONE } rt_reduction;

/* Options of rt_nll_loss and rt_cross_entropy, in PyTorch's order. */
typedef struct rt_nll_loss_opts {
    int exact RTI_ZERO;
    int64_t ignore_index RTI_ZERO;      /* a target that counts for nothing; default -100, RT_IZERO for 0 */
    rt_reduction reduction RTI_ZERO;    /* default RT_REDUCTION_MEAN: the sum over the number of targets not ignored */
} rt_nll_loss_opts;
typedef rt_nll_loss_opts rt_cross_entropy_opts;

RTI_BEGIN_C
RT_API rt_tensor *rt_log_softmax(rt_tensor *x, int dim);         /* y = x - log sum_j e^(x_j) along dim, [*] -> [*];  float;  grad x;  torch.nn.functional.log_softmax */

/* Negative log likelihood.   y = - sum_i x[i, target[i]] over targets not ignored, averaged by default
 *   x [N,C] or [C]   target [N] or [], int64, 0 to C-1 or ignore_index  ->  [], or [N] without reduction
 *   dtypes  float       grad  x       opts  NULL: mean, ignore_index -100
 *   errors  RT_ERR_SHAPE, RT_ERR_DTYPE, RT_ERR_INDEX for a target out of range       source  torch.nn.functional.nll_loss */
RT_API rt_tensor *rt_nll_loss(rt_tensor *x, rt_tensor *target, const rt_nll_loss_opts *opts);

/* y = nll_loss(log_softmax(x, 1), target); shapes, dtypes, gradient and errors as there;  torch.nn.functional.cross_entropy */
RT_API rt_tensor *rt_cross_entropy(rt_tensor *x, rt_tensor *target, const rt_cross_entropy_opts *opts);
RT_API rt_nll_loss_opts rt_nll_loss_opts_default(void);          /* PyTorch's defaults, exact set */
RTI_END_C
/* ---- printing: tensors as the text that PyTorch shows -------------------------------------------------------------------------------- */

RTI_BEGIN_C
/* x as Python's print(x) shows it, on stdout with a newline: "tensor([1., 2.], grad_fn=<MulBackward0>)". RT_NONE shows as None.
 *   shows      whole tensors of up to 1000 elements, of larger ones 3 at either end of each dimension; 4 digits; lines of 80 characters
 *   dtypes     float32, float64, int64, uint8, bool; of others the shape
 *   errors     NULL, or what cannot be shown: "error: " and this thread's error (the last one, if it has been read); then it counts as read
 *   RT_NO_STDIO: the text goes to the log instead, in one call, without the newline
 *   source     torch.Tensor.__repr__ */
RT_API void rt_print(rt_tensor *x);

/* The same text into a buffer, as snprintf writes: no more than size bytes, ended by NUL if there is room for any.
 *   returns    the length of the whole text without the NUL, whatever fitted; buffer may be NULL for size 0
 *   errors     RT_ERR_NULL, RT_ERR_STATE -> 0, and an empty text; NULL passes on the error that is pending */
RT_API size_t rt_to_string(rt_tensor *x, char *buffer, size_t size);
RTI_END_C
/* ---- named tensors ---------------------------------------------------------------------------------------------------------------- */

/* An ordered list of tensors, each under a name of its own: what files hold, and what the state of a module is. rt_free frees it. */
typedef struct rt_dict rt_dict;

RTI_BEGIN_C
RT_API rt_dict *rt_dict_new(void);                                              /* an empty one; lives until rt_free */
RT_API rt_status rt_dict_set(rt_dict *d, const char *name, rt_tensor *x);       /* d[name] = x, held by d and not copied; an entry of that name keeps its place */
RT_API rt_tensor *rt_dict_get(const rt_dict *d, const char *name);              /* d[name], owned by d: it lives as long as the entry; NULL and RT_ERR_KEY if there is none */
RT_API bool rt_dict_has(const rt_dict *d, const char *name);                    /* whether there is an entry of that name */
RT_API int rt_dict_size(const rt_dict *d);                                      /* number of entries; 0 for NULL */
RT_API const char *rt_dict_name_at(const rt_dict *d, int i);                    /* name of entry i, owned by d; entries stay in the order they came in; NULL and RT_ERR_INDEX out of range */
RT_API rt_tensor *rt_dict_tensor_at(const rt_dict *d, int i);                   /* tensor of entry i, owned by d; NULL and RT_ERR_INDEX out of range */

/* The named tensors of a module, optimiser or dict, or a tensor under the name "tensor": the live ones, not copies. The dict lives until
 * rt_free; the tensors live on for it when the object is freed.
 *   errors  RT_ERR_UNSUPPORTED: the object has none, as a loader;  RT_ERR_NULL, RT_ERR_STATE, RT_ERR_MEMORY -> NULL
 *   source  torch.nn.Module.state_dict, torch.optim.Optimizer.state_dict */
RT_API rt_dict *rt_state_dict(void *object);

/* Writes the tensors of `from` into those of the same names of the object, converting to their dtypes. Names and shapes must be exactly
 * the object's; if anything does not fit, nothing is written, and the message names all that is wrong, as far as there is room.
 *   errors  RT_ERR_KEY: names are missing or unexpected;  RT_ERR_SHAPE;  RT_ERR_DTYPE: no conversion;  RT_ERR_UNSUPPORTED: no state;  RT_ERR_MEMORY
 *   source  torch.nn.Module.load_state_dict, strict */
RT_API rt_status rt_load_state_dict(void *object, rt_dict *from);
RTI_END_C
/* ---- saving and loading: safetensors files ------------------------------------------------------------------------------------------ */

RTI_BEGIN_C
/* Writes an object's named tensors into a safetensors file: a module's parameters and buffers, an optimiser's state, a dict's entries,
 * or a tensor under the name "tensor". A file that is there already is replaced in one step once the new one is complete and on the
 * disk; after a failure it is what it was. (The step replaces a symbolic link by the file.)
 *   dtypes  all but complex128, which the format does not have
 *   errors  the pending error's code while one is unread;  RT_ERR_IO;  RT_ERR_DTYPE;  RT_ERR_UNSUPPORTED: the object has no tensors, or
 *           RT_NO_STDIO;  RT_ERR_VALUE: a name that is not UTF-8 or is "__metadata__";  RT_ERR_NULL, RT_ERR_STATE, RT_ERR_MEMORY
 *   source  safetensors.torch.save_model, torch.save; https://huggingface.co/docs/safetensors */
RT_API rt_status rt_save(void *object, const char *path);

/* Reads a safetensors file into the tensors of such an object, as rt_load_state_dict: names and shapes must be exactly the object's,
 * elements are converted to its dtypes, and nothing is written unless all of it fits.
 *   errors  those of rt_load_dict and rt_load_state_dict
 *   source  safetensors.torch.load_model, torch.nn.Module.load_state_dict */
RT_API rt_status rt_load(void *object, const char *path);

/* All tensors of a safetensors file, each of the file's dtype and shape, in the order of its header; lives until rt_free. The file's
 * every size is checked before a tensor is made: a damaged or hostile file is refused.
 *   errors  RT_ERR_IO;  RT_ERR_FORMAT: the file is damaged or of another kind;  RT_ERR_DTYPE: a dtype that RusTorch does not have;
 *           RT_ERR_SHAPE: more than RT_MAX_DIMS dimensions;  RT_ERR_UNSUPPORTED: RT_NO_STDIO;  RT_ERR_NULL, RT_ERR_MEMORY -> NULL
 *   source  safetensors.torch.load_file */
RT_API rt_dict *rt_load_dict(const char *path);
#ifdef RUSTORCH_TESTING
RT_API void rt_testing_swap_bytes(bool on);   /* tests: files are read and written as by a machine of the other byte order */
#endif
RTI_END_C
/* ---- IDX files: arrays as the MNIST data sets come in ----------------------------------------------------------------------------------- */

RTI_BEGIN_C
/* The array of an IDX file, in its own shape: uint8, float32 or float64.
 *   errors  RT_ERR_IO;  RT_ERR_FORMAT: another kind of file, or its size is not what its header says;  RT_ERR_UNSUPPORTED: other element types,
 *           more than RT_MAX_DIMS dimensions, gzip-compressed files, RT_NO_STDIO;  RT_ERR_NULL, RT_ERR_MEMORY -> NULL
 *   source  http://yann.lecun.com/exdb/mnist (the format); torchvision.datasets.mnist.read_sn3_pascalvincent_tensor */
RT_API rt_tensor *rt_read_idx(const char *path);

/* Writes a uint8, float32 or float64 tensor as an IDX file; replaces a file in one step, as rt_save.
 *   errors  the pending error's code while one is unread;  RT_ERR_IO;  RT_ERR_DTYPE;  RT_ERR_VALUE: a size of 2^32 or more;
 *           RT_ERR_UNSUPPORTED: RT_NO_STDIO;  RT_ERR_NULL, RT_ERR_MEMORY */
RT_API rt_status rt_write_idx(rt_tensor *x, const char *path);
RTI_END_C
/* ---- modules: trees of parameters with a forward ------------------------------------------------------------------------------------ */

/* A part of a network: parameters, buffers and further modules under names, and a forward. Freed by rt_free, unless it was added to
 * another module: then it belongs to that one. Forwards of one tree may run in several threads; changes to it come from one at a time. */
typedef struct rt_module rt_module;

/* What a module does: one tensor in, one out; NULL for failed, with the error raised by whatever failed. */
typedef rt_tensor *(*rt_module_forward_fn)(rt_module *self, rt_tensor *x);

/* The same for any number of values, tensors or not. It fills in n_outputs results, tensors of the calling scope; they come in as none. */
typedef rt_status (*rt_module_values_fn)(rt_module *self, const rt_value *inputs, int n_inputs, rt_value *outputs, int n_outputs);

RTI_BEGIN_C
/* ---- making them ---- */

/* A module of one's own, empty and in training mode. type is copied; user is lent, and rt_module_user(self) answers it.
 *   errors  RT_ERR_NULL, RT_ERR_MEMORY -> NULL; NULL also while an error is unread
 *   source  torch.nn.Module */
RT_API rt_module *rt_module_new(const char *type, rt_module_forward_fn forward, void *user);
RT_API rt_module *rt_module_new_values(const char *type, rt_module_values_fn forward, void *user);   /* the same with the general forward */

RT_API void *rt_module_user(const rt_module *self);               /* what the module was made with; NULL for NULL */

/* Gives the module other user data, which it releases when it is freed (release may be NULL); what it had to release before is released
 * now. Takes user over also when it fails, as it does for a NULL module: user is released then.
 *   errors  RT_ERR_NULL, RT_ERR_STATE */
RT_API rt_status rt_module_set_user(rt_module *self, void *user, void (*release)(void *user));

/* Adds a module under a name, in place of one that has the name already; answers child. self takes child over, also on failure: child is
 * freed then (unless it contains self). A child that belongs to a module already is shared by both.
 *   errors  RT_ERR_KEY: a name that is empty, contains a dot, or belongs to a parameter or buffer;  RT_ERR_VALUE: child contains self;
 *           RT_ERR_MEMORY, RT_ERR_NULL, RT_ERR_STATE -> NULL
 *   source  torch.nn.Module.add_module */
RT_API rt_module *rt_module_add(rt_module *self, const char *name, rt_module *child);

/* Adds a parameter under a name, in place of one that has the name already; answers x, which requires a gradient from then on. The module
 * takes x out of its scope and holds it; RT_NONE keeps a place for none (a bias left out). The same tensor may be added in several places.
 *   errors  RT_ERR_KEY: as above;  RT_ERR_DTYPE: not floating point;  RT_ERR_GRAD: x is not a leaf;
 *           RT_ERR_MEMORY, RT_ERR_NULL, RT_ERR_STATE -> NULL
 *   source  torch.nn.Module.register_parameter */
RT_API rt_tensor *rt_module_add_parameter(rt_module *self, const char *name, rt_tensor *x);
RT_API rt_tensor *rt_module_add_buffer(rt_module *self, const char *name, rt_tensor *x);   /* the same for a tensor that is saved but not trained, of any dtype; torch.nn.Module.register_buffer */

/* ---- looking into them: what is answered belongs to the module ---- */

RT_API rt_module *rt_module_get(const rt_module *self, const char *path);            /* the module at "body" or "layers.0.body"; NULL and RT_ERR_KEY if there is none; torch.nn.Module.get_submodule */
RT_API rt_tensor *rt_module_parameter(const rt_module *self, const char *path);      /* the parameter at "weight" or "0.weight", RT_NONE if its place is empty; NULL and RT_ERR_KEY if there is none; torch.nn.Module.get_parameter */
RT_API rt_tensor *rt_module_buffer(const rt_module *self, const char *path);         /* the same for a buffer; torch.nn.Module.get_buffer */
RT_API int rt_module_n_children(const rt_module *self);                              /* modules directly below; -1 for NULL */
RT_API rt_module *rt_module_child_at(const rt_module *self, int i);                  /* the i-th of them, in the order they were added; NULL and RT_ERR_INDEX out of range */
RT_API const char *rt_module_name_at(const rt_module *self, int i);                  /* its name; NULL and RT_ERR_INDEX out of range */
RT_API const char *rt_module_type_name(const rt_module *self);                       /* "Linear", or what rt_module_new was given; NULL for NULL */

/* ---- using them ---- */

RT_API rt_tensor *rt_forward(rt_module *self, rt_tensor *x);                         /* y = self(x); NULL if self, x or the forward failed; torch.nn.Module.__call__ */

/* The same with any number of inputs and outputs; outputs are tensors of the calling scope, or none.
 *   errors  RT_ERR_VALUE: a module of one tensor in and one out is given or asked for others;  and whatever the forward refuses */
RT_API rt_status rt_forward_values(rt_module *self, const rt_value *inputs, int n_inputs, rt_value *outputs, int n_outputs);

RT_API rt_module *rt_train(rt_module *self);                                         /* self and all below into training mode, in which they are made; answers self; torch.nn.Module.train */
RT_API rt_module *rt_eval(rt_module *self);                                          /* the same out of it, for dropout, batch norm and their like; answers self; torch.nn.Module.eval */
RT_API bool rt_is_training(const rt_module *self);                                   /* whether it is in training mode; torch.nn.Module.training */
RTI_END_C
/* ---- parameters: the tensors of a module tree that are trained ----------------------------------------------------------------------- */

/* Tensors to be trained. Borrowed: its holder frees nothing of it. What rt_parameters answers stands until something is added to the
 * module or to one below it, or the module is freed; RT_PARAMETERS(a, b) lives as long as the statement (C++) or block (C) it stands in. */
typedef struct rt_parameter_list {
    int count;                       /* -1: failed, and the error is pending; who takes a list refuses this one */
    rt_tensor *const *tensors;       /* each once, however often it is shared */
    const char *const *names;        /* "0.weight"; NULL in a list made by hand */
} rt_parameter_list;

RTI_BEGIN_C
RT_API rt_parameter_list rt_parameters(rt_module *self);                             /* parameters of self and all below, in PyTorch's order; count -1 on failure; torch.nn.Module.named_parameters */
RT_API rt_parameter_list rt_parameters_of(rt_tensor *const *tensors, int n);         /* a list of one's own tensors, borrowed; count -1 if one of them is NULL or RT_NONE */
RT_API rt_module *rt_module_requires_grad_(rt_module *self, bool on);                /* whether all of these want gradients; answers self; torch.nn.Module.requires_grad_ */

/* Takes away the gradients of a module's or an optimiser's parameters, or a tensor's own.
 *   errors  RT_ERR_NULL;  RT_ERR_UNSUPPORTED: an object that has none;  RT_ERR_STATE: one that was freed
 *   source  torch.nn.Module.zero_grad, torch.optim.Optimizer.zero_grad, with set_to_none */
RT_API rt_status rt_zero_grad(void *object);
RTI_END_C

/* RT_PARAMETERS(a, b): a list of one's own tensors, in place. */
#ifdef __cplusplus
template <size_t N> static inline rt_parameter_list rti_parameters_in(const rti_list<rt_tensor *, N> &list)
{
    return rt_parameters_of(list.v, static_cast<int>(N));
}
#  define RT_PARAMETERS(...) rti_parameters_in(rti_list_of<rt_tensor *>(__VA_ARGS__))
#else
#  define RT_PARAMETERS(...) \
    rt_parameters_of((rt_tensor *const[]){ __VA_ARGS__ }, (int)(sizeof((rt_tensor *const[]){ __VA_ARGS__ }) / sizeof(rt_tensor *)))
#endif
/* ---- initial values, off the tape. Each writes x in place and answers it; a tensor without elements stays as it is -------------------- */

/* Options of the Kaiming rules. */
typedef struct rt_nn_init_opts {
    int exact RTI_ZERO;
    const char *mode RTI_ZERO;            /* "fan_in": keeps the variance forward; "fan_out": backward */
    const char *nonlinearity RTI_ZERO;    /* "leaky_relu", or another that rt_nn_init_calculate_gain knows */
} rt_nn_init_opts;

RTI_BEGIN_C
RT_API rt_tensor *rt_nn_init_uniform_(rt_tensor *x, double a, double b);              /* x ~ U(a, b);  float;  torch.nn.init.uniform_ */
RT_API rt_tensor *rt_nn_init_normal_(rt_tensor *x, double mean, double std);          /* x ~ N(mean, std^2);  float;  torch.nn.init.normal_ */
RT_API rt_tensor *rt_nn_init_constant_(rt_tensor *x, double value);                   /* x = value;  any;  torch.nn.init.constant_ */
RT_API rt_tensor *rt_nn_init_zeros_(rt_tensor *x);                                    /* x = 0;  any;  torch.nn.init.zeros_ */
RT_API rt_tensor *rt_nn_init_ones_(rt_tensor *x);                                     /* x = 1;  any;  torch.nn.init.ones_ */

/* Of x [out, in, *], at least 2 dimensions:  fan_in = in prod(*),  fan_out = out prod(*);  fan is the one that opts->mode names (NULL: fan_in).
 *   errors  RT_ERR_VALUE: fewer dimensions, an unknown mode or nonlinearity;  and those of the draw -> NULL */
RT_API rt_tensor *rt_nn_init_xavier_uniform_(rt_tensor *x, double gain);              /* x ~ U(-b, b),  b = gain sqrt(6 / (fan_in + fan_out));  torch.nn.init.xavier_uniform_ */
RT_API rt_tensor *rt_nn_init_xavier_normal_(rt_tensor *x, double gain);               /* x ~ N(0, gain^2 2 / (fan_in + fan_out));  torch.nn.init.xavier_normal_ */
RT_API rt_tensor *rt_nn_init_kaiming_uniform_(rt_tensor *x, double a, const rt_nn_init_opts *opts);   /* x ~ U(-b, b),  b = gain(a) sqrt(3 / fan);  torch.nn.init.kaiming_uniform_ */
RT_API rt_tensor *rt_nn_init_kaiming_normal_(rt_tensor *x, double a, const rt_nn_init_opts *opts);    /* x ~ N(0, gain(a)^2 / fan);  torch.nn.init.kaiming_normal_ */

/* The factor by which a nonlinearity wants its weights wider: 1 for "linear", "sigmoid" and the convolutions "conv1d" ... "conv_transpose3d",
 * 5/3 for "tanh", sqrt 2 for "relu", sqrt(2 / (1 + param^2)) for "leaky_relu" with slope param, 3/4 for "selu".
 *   errors  RT_ERR_VALUE: any other -> NaN
 *   source  torch.nn.init.calculate_gain */
RT_API double rt_nn_init_calculate_gain(const char *nonlinearity, double param);
RT_API rt_nn_init_opts rt_nn_init_opts_default(void);                                 /* PyTorch's defaults, exact set */
RTI_END_C
/* ---- layers ------------------------------------------------------------------------------------------------------------------------ */

/* Options of rt_nn_linear. */
typedef struct rt_nn_linear_opts {
    int exact RTI_ZERO;
    bool no_bias RTI_ZERO;         /* y = x W^T */
    rt_dtype dtype RTI_ZERO;       /* of the parameters; RT_DTYPE_DEFAULT: float32 */
} rt_nn_linear_opts;

RTI_BEGIN_C
/* y = x W^T + b.   x [*, in] -> y [*, out];  parameters weight [out, in], bias [out], both drawn from U(-1/sqrt(in), 1/sqrt(in)), weight first
 *   opts    NULL: with bias, float32
 *   errors  RT_ERR_SHAPE: a negative size;  RT_ERR_DTYPE: not floating point;  RT_ERR_MEMORY -> NULL
 *   source  torch.nn.Linear */
RT_API rt_module *rt_nn_linear(int64_t in_features, int64_t out_features, const rt_nn_linear_opts *opts);
RT_API rt_nn_linear_opts rt_nn_linear_opts_default(void);   /* PyTorch's defaults, exact set */

RT_API rt_module *rt_nn_relu(void);                         /* y = max(x, 0)   [*] -> [*]   torch.nn.ReLU */
RT_API rt_module *rt_nn_gelu(void);                         /* y = x/2 (1 + erf(x/sqrt 2))   [*] -> [*]   torch.nn.GELU */
RT_API rt_module *rt_nn_identity(void);                     /* y = x, the very tensor   torch.nn.Identity */
RT_API rt_module *rt_nn_flatten(void);                      /* y = x with all dimensions after the first joined   [N, *] -> [N, prod(*)]   torch.nn.Flatten */

/* Modules one after another: y = f_n(...f_2(f_1(x))); parameters "0.weight", "1.weight", ... It takes the modules over, also when it fails.
 * rt_nn_sequential(a, b, c) is the same from a list in place, evaluated from the left, so that layers draw their weights in order.
 *   errors  RT_ERR_NULL: a module that is NULL;  RT_ERR_VALUE: a negative count;  RT_ERR_MEMORY -> NULL
 *   source  torch.nn.Sequential */
RT_API rt_module *rt_nn_sequential_of(rt_module *const *layers, int n);
RT_API rt_module *rt_nn_sequential_append(rt_module *self, rt_module *layer);   /* one more at the end, taken over also on failure; answers self, NULL for failed; torch.nn.Sequential.append */
RTI_END_C

#ifdef __cplusplus
namespace {
struct rti_sequential {    /* a braced list is evaluated from the left, the arguments of a call are not */
    rt_module *made;
    template <class... Layers> explicit rti_sequential(Layers... layers)
    {
        rt_module *const list[] = { layers..., nullptr };
        made = rt_nn_sequential_of(list, static_cast<int>(sizeof...(layers)));
    }
};
}
#  define rt_nn_sequential(...) (rti_sequential{ __VA_ARGS__ }.made)
#else
#  define rt_nn_sequential(...) \
    rt_nn_sequential_of((rt_module *const[]){ NULL, __VA_ARGS__ } + 1, (int)(sizeof((rt_module *const[]){ NULL, __VA_ARGS__ }) / sizeof(rt_module *)) - 1)
#endif
/* ---- optimisers: how parameters follow their gradients -------------------------------------------------------------------------------- */

/* Holds its parameters and their running averages; freed by rt_free. What an optimiser has learned goes into files by rt_save and comes
 * back by rt_load; the numbers it was made with, lr among them, belong to the program. Used by one thread at a time. Steps are PyTorch's to
 * the last bit where the processor fuses products and sums (AVX2, AVX-512, NEON). */
typedef struct rt_optim rt_optim;

/* Options of rt_optim_sgd. */
typedef struct rt_optim_sgd_opts {
    int exact RTI_ZERO;
    double momentum RTI_ZERO;         /* share of the last direction that is kept, 0 */
    double dampening RTI_ZERO;        /* share of the gradient that is left out of the direction, 0 */
    double weight_decay RTI_ZERO;     /* adds so much of the parameter to its gradient, 0 */
    bool nesterov RTI_ZERO;           /* look ahead along the direction; wants momentum, and dampening 0 */
    bool maximize RTI_ZERO;           /* go up instead of down */
} rt_optim_sgd_opts;

/* Options of rt_optim_adam. */
typedef struct rt_optim_adam_opts {
    int exact RTI_ZERO;
    double beta1 RTI_ZERO;            /* how long gradients are remembered, 0.9 */
    double beta2 RTI_ZERO;            /* how long their squares are, 0.999 */
    double eps RTI_ZERO;              /* added to the divisor, 1e-8 */
    double weight_decay RTI_ZERO;     /* adds so much of the parameter to its gradient, 0 */
    bool maximize RTI_ZERO;           /* go up instead of down */
} rt_optim_adam_opts;

RTI_BEGIN_C
/* Stochastic gradient descent, with momentum or without. For each parameter p and its gradient g:
 *   g = g + weight_decay p;   b = momentum b + (1 - dampening) g, the first time b = g;   p = p - lr b, or p - lr (g + momentum b) with nesterov
 *   params  leaves of dtype float32 or float64, each once; those without a gradient are passed over     lr  0 or more
 *   state   with momentum, for parameter i: state.i.momentum_buffer
 *   errors  RT_ERR_VALUE: no parameters, one twice, or not a leaf; a number out of its range;  RT_ERR_DTYPE;  RT_ERR_MEMORY -> NULL
 *   source  torch.optim.SGD */
RT_API rt_optim *rt_optim_sgd(rt_parameter_list params, double lr, const rt_optim_sgd_opts *opts);

/* Adam. For each parameter p and its gradient g, in its t-th step:
 *   g = g + weight_decay p;   m = beta1 m + (1 - beta1) g;   v = beta2 v + (1 - beta2) g g
 *   p = p - lr / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) + eps)
 *   params  as above     lr  0 or more; PyTorch's default is 1e-3
 *   state   for parameter i: state.i.step (0-d float32), state.i.exp_avg, state.i.exp_avg_sq
 *   errors  as above
 *   source  torch.optim.Adam */
RT_API rt_optim *rt_optim_adam(rt_parameter_list params, double lr, const rt_optim_adam_opts *opts);

/* Changes every parameter that has a gradient by it; allocates nothing.
 *   errors  the pending error's code while one is unread: nothing is changed then;  RT_ERR_NULL, RT_ERR_STATE
 *   source  torch.optim.Optimizer.step */
RT_API rt_status rt_step(rt_optim *opt);

RT_API double rt_optim_lr(const rt_optim *opt);                        /* the learning rate in use; NaN for NULL; torch's param_groups[0]["lr"] */
RT_API rt_status rt_optim_set_lr(rt_optim *opt, double lr);            /* sets it for the steps to come; RT_ERR_VALUE below 0; torch's param_groups[0]["lr"] */
RT_API rt_optim_sgd_opts rt_optim_sgd_opts_default(void);              /* PyTorch's defaults, exact set */
RT_API rt_optim_adam_opts rt_optim_adam_opts_default(void);            /* PyTorch's defaults, exact set */
RTI_END_C
/* ---- data sets and loaders ------------------------------------------------------------------------------------------------------------ */

/* Samples, each an input and mostly a target, by number. A data set belongs to the loaders and subsets made of it and is freed with the
 * last of them; rt_free is for one that nothing was made of, and leaves others alone. */
typedef struct rt_dataset rt_dataset;

/* Goes through a data set in batches, in a new order each time if it shuffles. Freed by rt_free. Used by one thread at a time; loops
 * over the same loader may be nested. */
typedef struct rt_data_loader rt_data_loader;

/* Options of rt_data_loader_new. */
typedef struct rt_data_loader_opts {
    int exact RTI_ZERO;
    int64_t batch_size RTI_ZERO;      /* samples in a batch, 1 */
    bool shuffle RTI_ZERO;            /* in random order; in the data set's own otherwise */
    bool drop_last RTI_ZERO;          /* leave out the last batch where it would be smaller */
} rt_data_loader_opts;

/* A loop over batches, and the present one:
 *     for (rt_batch b = rt_iter(loader); rt_next(&b);) { ... b.input ... b.target ... }
 * Every turn is a scope: what is made in it is freed at its end. What is made in a turn that a break leaves, the batch included, and
 * after such a loop lives as long as the scope round the loop. */
typedef struct rt_batch {
    rt_tensor *input;                 /* [size, ...] */
    rt_tensor *target;                /* [size, ...]; RT_NONE if the data set has none */
    int64_t index;                    /* of the batch in its loop, from 0 */
    int64_t size;                     /* samples in it */
    rt_data_loader *loader;           /* from here on the loop's own: NULL once it has ended */
    uint64_t seed;
    bool begun;
    rt_turn turn;
} rt_batch;

RTI_BEGIN_C
/* Sample i is input[i], target[i]; both are held, not copied.
 *   input [N, ...]   target [N, ...] or RT_NONE
 *   errors  RT_ERR_SHAPE: no dimension, or first sizes that differ;  RT_ERR_NULL, RT_ERR_MEMORY -> NULL
 *   source  torch.utils.data.TensorDataset */
RT_API rt_dataset *rt_dataset_tensors(rt_tensor *input, rt_tensor *target);

/* Images and labels from two IDX files, as MNIST comes in. They stay uint8 in memory; batches have float32 images, divided by 255, and int64 labels.
 *   errors  those of rt_read_idx and rt_dataset_tensors;  RT_ERR_DTYPE: the images are not uint8 -> NULL
 *   source  torchvision.datasets.MNIST with torchvision.transforms.ToTensor */
RT_API rt_dataset *rt_dataset_idx(const char *images, const char *labels);

/* Samples index[0], index[1], ... of ds, which the subset takes over, also when it fails.
 *   index [K] int64, negative ones counted from the end; copied
 *   errors  RT_ERR_INDEX: out of range;  RT_ERR_SHAPE, RT_ERR_DTYPE, RT_ERR_NULL, RT_ERR_MEMORY -> NULL
 *   source  torch.utils.data.Subset */
RT_API rt_dataset *rt_dataset_subset(rt_dataset *ds, rt_tensor *index);

RT_API rt_dataset *rt_dataset_divide(rt_dataset *ds, double divisor);   /* batches' inputs are divided by it, integers become float32; for ds and subsets made later; 1: as they are; answers ds; NULL and RT_ERR_VALUE for 0, ds then freed if nothing holds it */
RT_API int64_t rt_dataset_size(const rt_dataset *ds);                   /* number of samples; -1 for NULL; len(dataset) */

/* A loader over ds, which it takes over, also when it fails: rt_data_loader_new(rt_dataset_idx(a, b), NULL) leaves nothing to free but the loader.
 *   opts    NULL: one sample a batch, in order
 *   errors  RT_ERR_VALUE: batch_size below 1, or shuffling nothing;  RT_ERR_NULL, RT_ERR_MEMORY -> NULL
 *   source  torch.utils.data.DataLoader */
RT_API rt_data_loader *rt_data_loader_new(rt_dataset *ds, const rt_data_loader_opts *opts);
RT_API int64_t rt_data_loader_size(const rt_data_loader *loader);       /* batches in a loop; -1 for NULL; len(loader) */
RT_API rt_data_loader_opts rt_data_loader_opts_default(void);           /* PyTorch's defaults, exact set */

RT_API rt_batch rt_iter(rt_data_loader *loader);                        /* begins a loop, drawing from the default generator exactly as PyTorch does; after an error or for NULL the loop has no turn; iter(loader) */
RT_API bool rt_next(rt_batch *batch);                                   /* closes the last turn and opens the next; false at the end, and while an error is unread; next(iterator) */
RTI_END_C

#endif /* RUSTORCH_H */

/* ================================================================================================================================
 * The implementation. It takes itself in again for its kernels, with RTI_PASS 1 or 2; see 2_kernels/passes.c.
 * ================================================================================================================================ */

#if defined(RUSTORCH_IMPLEMENTATION) && (RTI_PASS || !defined(RTI_IMPLEMENTED))

#if !RTI_PASS
#define RTI_IMPLEMENTED
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

/* RTI_COLD ... RTI_COLD_END: what no inner loop runs, and what would cost a compiler more than it is worth. */
#if defined(__GNUC__) && !defined(__clang__) && defined(__OPTIMIZE__) && !defined(__OPTIMIZE_SIZE__)
#  define RTI_COLD _Pragma("GCC push_options") _Pragma("GCC optimize(\"O1\")")
#  define RTI_COLD_END _Pragma("GCC pop_options")
#else
#  define RTI_COLD
#  define RTI_COLD_END
#endif

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
RTI_BEGIN_C
/* ---- state: what belongs to a thread, and what all threads share ---------------------------------------------------------------- */

struct rti_pool;
struct rti_capture;
struct rti_node;
struct rt_mode;

/* Bits of rti_modes: why an op of this thread may have to leave the shortest path through the door. */
enum {
    RTI_MODE_NO_GRAD = 1,      /* nothing is put on the tape */
    RTI_MODE_CAPTURE = 2,      /* elementwise ops append to a program instead of running */
    RTI_MODE_STACK   = 4       /* the thread's stack of modes is not empty */
};

typedef struct rti_thread {
    rt_error error;
    bool error_unread;
    struct rti_pool *pool;           /* NULL only in the emergency twin */
    struct rt_tensor *scope_head;    /* tensors that scopes of this thread own, newest first */
    int32_t scope_level;             /* 0: the thread's root scope */
    int64_t scope_count;             /* tensors in the list */
    bool scope_warned;
    struct rt_mode *mode_stack;
    struct rti_capture *capture;     /* the program being recorded; made at first use, kept */
    uint64_t sequence;               /* of the newest tape node */
    struct rti_node *dead_nodes;     /* tape nodes waiting to be taken apart */
    bool burying;                    /* they are being taken apart further up the stack */
    void (*at_end[2])(struct rti_thread *);   /* what floors above must let go of when the thread ends */
    void (*at_trim)(struct rti_thread *);     /* and what they can do without for a while */
} rti_thread;

static RTI_THREAD_LOCAL rti_thread *rti_tls;
static RTI_THREAD_LOCAL uint32_t rti_modes;

/* Serves threads whose own state could not be allocated: it can hold an error, and every pool request on it fails. */
static rti_thread rti_emergency;

static RTI_NOINLINE rti_thread *rti_thread_start(void);

static RTI_INLINE rti_thread *rti_thread_state(void)
{
    rti_thread *t = rti_tls;
    return RTI_LIKELY(t != NULL) ? t : rti_thread_start();
}

/* The host's choices, for all threads. */
static rt_log_fn rti_log_fn;
static void *rti_log_user;
static rt_allocator rti_allocator;   /* allocate is NULL: malloc and free */

RTI_COLD
/* ---- text ----------------------------------------------------------------------------------------------------------------------- */

/* A text that grows into a fixed buffer; what does not fit is counted and not written. */
typedef struct rti_text { char *at; size_t size, length; } rti_text;

RTI_PRINTF(2, 3)
static void rti_text_add(rti_text *t, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(t->length < t->size ? t->at + t->length : NULL, t->length < t->size ? t->size - t->length : 0, format, args);
    va_end(args);
    t->length += n > 0 ? (size_t)n : 0;
}
RTI_COLD_END
/* ---- options: a field of an options struct, where zero takes the default --------------------------------------------------------------- */

/* RT_IZERO is zero; with exact, the value counts as it stands. */
static int64_t rti_int_option(int64_t value, int64_t normal, bool exact) { return value == RT_IZERO ? 0 : value == 0 && !exact ? normal : value; }

/* The same for floating point numbers, with RT_ZERO. */
static double rti_double_option(double value, double normal, bool exact) { return value == RT_ZERO ? 0 : value == 0 && !exact ? normal : value; }
RTI_COLD
/* ---- errors ------------------------------------------------------------------------------------------------------------------ */

RT_API const char *rt_version(void) { return RUSTORCH_VERSION; }

typedef struct rti_status_row { const char *name, *text; } rti_status_row;

static const rti_status_row rti_status_rows[] = {
#define RTI_STATUS_ROW(name, exception, text) { #name, text },
    RT_STATUS_LIST(RTI_STATUS_ROW)
#undef RTI_STATUS_ROW
};

static const rti_status_row *rti_status_find(rt_status code)
{
    return &rti_status_rows[(size_t)code < RTI_COUNT(rti_status_rows) ? (size_t)code : (size_t)RT_ERR_INTERNAL];
}

RT_API const char *rt_status_name(rt_status code) { return rti_status_find(code)->name; }
RT_API const char *rt_status_text(rt_status code) { return rti_status_find(code)->text; }

RT_API void rt_set_log(rt_log_fn log, void *user)
{
    rti_log_user = user;
    rti_log_fn = log;
}

static void rti_log(const char *text)
{
    if (rti_log_fn)
        rti_log_fn(rti_log_user, text);
#ifndef RT_NO_STDIO
    else
        fprintf(stderr, "rustorch: %s\n", text);
#endif
}

#ifdef RUSTORCH_DEBUG
static void rti_assert_failed(const char *text, const char *file, int line)
{
    char report[256];
    snprintf(report, sizeof report, "%s:%d: this should hold: %s", file, line, text);
    rti_log(report);
}
#endif

/* Raises an error on this thread and answers its code. The first unread error is kept: what follows from it would only hide it. */
#define rti_raise(...) rti_raise_at(__FILE__, __LINE__, __VA_ARGS__)
RTI_PRINTF(5, 6)
static RTI_NOINLINE rt_status rti_raise_at(const char *file, int line, rt_status code, const char *op, const char *format, ...)
{
    rti_thread *t = rti_thread_state();
    if (t->error_unread)
        return t->error.code;
    rt_error *e = &t->error;
    e->code = code;
    e->file = file;
    e->line = line;
    snprintf(e->op, sizeof e->op, "%s", op);
    int n = snprintf(e->message, sizeof e->message, "%s: ", e->op);
    va_list args;
    va_start(args, format);
    vsnprintf(e->message + n, sizeof e->message - (size_t)n, format, args);
    va_end(args);
    t->error_unread = true;
    return code;
}

/* Puts an operation's name on the unread error, in place of what raised it below: a part of a composed operation, or the memory. */
static void rti_error_rename(const char *op)
{
    rt_error *e = &rti_thread_state()->error;
    char text[sizeof e->message];
    size_t n = strlen(e->op);
    snprintf(text, sizeof text, "%s", strncmp(e->message, e->op, n) == 0 && e->message[n] == ':' ? e->message + n + 2 : e->message);
    n = RTI_MIN(strlen(op), sizeof e->op - 1);
    memcpy(e->op, op, n);
    e->op[n] = '\0';
    snprintf(e->message, sizeof e->message, "%s: %.380s", e->op, text);
}

static rt_status rti_pending_code(void)
{
    const rti_thread *t = rti_thread_state();
    return t->error_unread ? t->error.code : RT_OK;
}

/* Moves this thread's unread error into *into (code RT_OK if there is none); rti_error_give raises it again, here or on another thread. */
static void rti_error_take(rt_error *into)
{
    rti_thread *t = rti_thread_state();
    *into = t->error;
    if (!t->error_unread)
        into->code = RT_OK;
    t->error_unread = false;
}

static void rti_error_give(const rt_error *from)
{
    rti_thread *t = rti_thread_state();
    if (from->code == RT_OK || t->error_unread)
        return;
    t->error = *from;
    t->error_unread = true;
}

RT_API const rt_error *rt_last_error(void)
{
    rti_thread *t = rti_thread_state();
    t->error_unread = false;
    return &t->error;
}

RT_API bool rt_error_pending(void) { return rti_thread_state()->error_unread; }

RT_API void rt_clear_error(void)
{
    rti_thread *t = rti_thread_state();
    t->error_unread = false;
    t->error.code = RT_OK;
    t->error.op[0] = t->error.message[0] = '\0';
}
RTI_COLD_END
/* ---- memory ------------------------------------------------------------------------------------------------------------------
 * A pool belongs to a thread and keeps the blocks it gave out, by size class, for the next request. A block freed by another thread
 * goes to its owner's remote list, which the owner empties when it runs short. A dead thread's pool, its blocks and its counters
 * with it, waits for the next thread that starts. */

enum {
    RTI_SMALL_STEP = 64, RTI_SMALL_LIMIT = 1024, RTI_SMALL_CLASSES = RTI_SMALL_LIMIT / RTI_SMALL_STEP,
    RTI_CLASSES = RTI_SMALL_CLASSES + 4 * 36   /* four steps to each doubling, from 1 KiB to 64 TiB */
};

typedef struct rti_block {
    union { struct rti_pool *pool; uint64_t pad; } owner;
    uint32_t size_class;
    uint32_t lead;                 /* bytes from the start of the allocator's block to the payload */
} rti_block;                       /* stands right before the payload */

/* A freed payload: the first word stays cleared, so that the use of a freed object is noticed by its tag. */
typedef struct rti_free_block {
    uint64_t cleared;
    struct rti_free_block *next;
} rti_free_block;

typedef struct rti_pool {
    rti_free_block *free_list[RTI_CLASSES];
    void *remote;                  /* rti_free_block: freed by other threads */
    struct rti_pool *next;         /* in the list of all pools */
    int32_t in_use;                /* a thread owns it */
    intptr_t live_bytes, peak_bytes, held_bytes, requests, misses, live_tensors;   /* held: live and cached */
} rti_pool;

static rti_spinlock rti_pools_lock;
static rti_pool *rti_pools;
static intptr_t rti_allocated_blocks;   /* blocks that came from the allocator and have not gone back */

#ifdef RUSTORCH_TESTING
static intptr_t rti_testing_countdown, rti_testing_count;

RT_API void rt_testing_refuse_request(int64_t n)
{
    rti_atomic_store(&rti_testing_count, 0);
    rti_atomic_store(&rti_testing_countdown, (intptr_t)n);
}

RT_API int64_t rt_testing_requests(void) { return rti_atomic_load(&rti_testing_count); }

static bool rti_testing_refuses(void)
{
    rti_atomic_add(&rti_testing_count, 1);
    return rti_atomic_load(&rti_testing_countdown) > 0 && rti_atomic_add(&rti_testing_countdown, -1) == 1;
}
#else
static RTI_INLINE bool rti_testing_refuses(void) { return false; }
#endif

/* ---- the allocator ---- */

static void *rti_system_get(size_t n_bytes)
{
    void *p;
    if (rti_allocator.allocate) {
        p = rti_allocator.allocate(rti_allocator.user, n_bytes);
    } else {
#if defined(_WIN32)
        p = _aligned_malloc(n_bytes, 64);
#elif defined(__unix__) || defined(__APPLE__)
        p = NULL;
        if (posix_memalign(&p, 64, n_bytes) != 0)
            p = NULL;
#else
        p = malloc(n_bytes);
#endif
    }
    if (p)
        rti_atomic_add(&rti_allocated_blocks, 1);
    return p;
}

static void rti_system_put(void *p, size_t n_bytes)
{
    rti_atomic_add(&rti_allocated_blocks, -1);
    if (rti_allocator.allocate) {
        rti_allocator.release(rti_allocator.user, p, n_bytes);
        return;
    }
#if defined(_WIN32)
    _aligned_free(p);
#else
    free(p);
#endif
}

/* Pools that no thread owns. */
static intptr_t rti_pools_idle(void)
{
    intptr_t n = 0;
    rti_lock(&rti_pools_lock);
    for (const rti_pool *pool = rti_pools; pool; pool = pool->next)
        n += !pool->in_use;
    rti_unlock(&rti_pools_lock);
    return n;
}

RT_API rt_status rt_set_allocator(const rt_allocator *allocator)
{
    static const rt_allocator none = { NULL, NULL, NULL };
    if (allocator && (!allocator->allocate || !allocator->release))
        return rti_raise(RT_ERR_NULL, "rt_set_allocator", "expected both functions, allocate and release; one is NULL");
    rt_memory_trim();
    rti_thread *t = rti_tls;
    if (rti_atomic_load(&rti_allocated_blocks) > rti_pools_idle() + (t ? 2 : 0))
        return rti_raise(RT_ERR_STATE, "rt_set_allocator", "blocks of the present allocator are in use: set it before anything else is made");
    /* What remains is this thread's own state and pool, and pools that ended threads left: they are let go of and made anew. */
    if (t) {
        t->pool->in_use = 0;
        rti_tls = NULL;
        rti_system_put(t, sizeof *t);
    }
    while (rti_pools) {
        rti_pool *pool = rti_pools;
        rti_pools = pool->next;
        rti_system_put(pool, sizeof *pool);
    }
    rti_allocator = allocator ? *allocator : none;
    return RT_OK;
}

/* ---- size classes ---- */

/* The smallest class that holds n_bytes, RTI_CLASSES if none does. */
static RTI_INLINE uint32_t rti_size_class(size_t n_bytes)
{
    if (RTI_LIKELY(n_bytes <= RTI_SMALL_LIMIT))
        return n_bytes ? (uint32_t)((n_bytes - 1) / RTI_SMALL_STEP) : 0;
    uint32_t doubling = 0;
    size_t top = (n_bytes - 1) >> 10;   /* 1 for the first doubling above 1 KiB */
    while (top > 1) {
        top >>= 1;
        doubling++;
    }
    if (doubling >= 36)
        return RTI_CLASSES;
    return RTI_SMALL_CLASSES + 4 * doubling + (uint32_t)(((n_bytes - 1) >> (8 + doubling)) & 3);
}

static RTI_INLINE size_t rti_class_bytes(uint32_t size_class)
{
    if (size_class < RTI_SMALL_CLASSES)
        return ((size_t)size_class + 1) * RTI_SMALL_STEP;
    uint32_t doubling = (size_class - RTI_SMALL_CLASSES) / 4, step = (size_class - RTI_SMALL_CLASSES) % 4;
    return (size_t)(5 + step) << (8 + doubling);
}

/* ---- poison: under AddressSanitizer, freed payloads and the slack behind a request cannot be touched ---- */

#if RTI_ASAN
#  define RTI_POISON(p, n) ASAN_POISON_MEMORY_REGION(p, n)
#  define RTI_UNPOISON(p, n) ASAN_UNPOISON_MEMORY_REGION(p, n)
#else
#  define RTI_POISON(p, n) ((void)(p), (void)(n))
#  define RTI_UNPOISON(p, n) ((void)(p), (void)(n))
#endif

/* ---- pools ---- */

static RTI_INLINE rti_block *rti_block_of(void *payload) { return RTI_CAST(rti_block *, payload) - 1; }

static void rti_block_release(rti_free_block *b)
{
    rti_block *block = rti_block_of(b);
    size_t n_bytes = rti_class_bytes(block->size_class), lead = block->lead;
    RTI_UNPOISON(b, n_bytes);
    rti_system_put((char *)b - lead, n_bytes + lead);
}

/* Takes a freed block into its pool's cache. The cache stays below what the pool once had in use, and a little. */
static RTI_INLINE void rti_pool_cache(rti_pool *pool, rti_free_block *b)
{
    uint32_t size_class = rti_block_of(b)->size_class;
    intptr_t n_bytes = (intptr_t)rti_class_bytes(size_class);
    rti_atomic_store(&pool->live_bytes, pool->live_bytes - n_bytes);
    if (RTI_UNLIKELY(n_bytes > 4096 && pool->held_bytes - pool->live_bytes > pool->peak_bytes + ((intptr_t)16 << 20))) {
        rti_atomic_store(&pool->held_bytes, pool->held_bytes - n_bytes);
        rti_block_release(b);
        return;
    }
    b->next = pool->free_list[size_class];
    pool->free_list[size_class] = b;
    RTI_POISON(b + 1, (size_t)n_bytes - sizeof *b);     /* the list itself stays readable, to leak checkers too */
}

static void rti_pool_drain(rti_pool *pool)
{
    if (!rti_atomic_load_ptr(&pool->remote))
        return;
    rti_free_block *b = RTI_CAST(rti_free_block *, rti_atomic_swap_ptr(&pool->remote, NULL));
    while (b) {
        rti_free_block *next = b->next;
        rti_pool_cache(pool, b);
        b = next;
    }
}

/* Takes a block that was just given out, of n_bytes with its class's slack, into the pool's counters. */
static RTI_INLINE void rti_pool_count(rti_pool *pool, intptr_t n_bytes)
{
    intptr_t live = pool->live_bytes + n_bytes;
    rti_atomic_store(&pool->requests, pool->requests + 1);
    rti_atomic_store(&pool->live_bytes, live);
    if (live > pool->peak_bytes)
        rti_atomic_store(&pool->peak_bytes, live);
}

static RTI_INLINE void *rti_pool_take(rti_pool *pool, rti_free_block *b, size_t n_bytes, uint32_t size_class)
{
    size_t payload = rti_class_bytes(size_class);
    RTI_UNPOISON(b, payload);
    pool->free_list[size_class] = b->next;
    RTI_POISON((char *)b + n_bytes, payload - n_bytes);
    rti_pool_count(pool, (intptr_t)payload);
    return b;
}

/* A block that the pool does not have ready. */
static RTI_NOINLINE void *rti_pool_grow(rti_pool *pool, size_t n_bytes, uint32_t size_class)
{
    rti_pool_drain(pool);
    if (pool->free_list[size_class])
        return rti_pool_take(pool, pool->free_list[size_class], n_bytes, size_class);
    size_t payload = rti_class_bytes(size_class), lead = n_bytes <= RTI_SMALL_LIMIT ? sizeof(rti_block) : 64;
    char *raw = RTI_CAST(char *, rti_system_get(payload + lead));
    if (!raw)
        return NULL;
    rti_atomic_store(&pool->misses, pool->misses + 1);
    rti_atomic_store(&pool->held_bytes, pool->held_bytes + (intptr_t)payload);
    rti_block *block = rti_block_of(raw + lead);
    block->owner.pool = pool;
    block->size_class = size_class;
    block->lead = (uint32_t)lead;
    RTI_POISON(raw + lead + n_bytes, payload - n_bytes);
    rti_pool_count(pool, (intptr_t)payload);
    return raw + lead;
}

/* A block of n_bytes, 16-byte aligned, from 1025 bytes on 64-byte aligned; NULL if the allocator says no (no error is raised here). */
static void *rti_pool_try(size_t n_bytes)
{
    rti_pool *pool = rti_thread_state()->pool;
    uint32_t size_class = rti_size_class(n_bytes);
    if (RTI_UNLIKELY(!pool || size_class == RTI_CLASSES || rti_testing_refuses()))
        return NULL;
    rti_free_block *b = pool->free_list[size_class];
    return RTI_LIKELY(b != NULL) ? rti_pool_take(pool, b, n_bytes, size_class) : rti_pool_grow(pool, n_bytes, size_class);
}

/* The same, with RT_ERR_MEMORY raised on failure. */
static void *rti_pool_get(size_t n_bytes)
{
    void *p = rti_pool_try(n_bytes);
    if (RTI_UNLIKELY(!p))
        rti_raise(RT_ERR_MEMORY, "memory", "the allocator refused %llu bytes", (unsigned long long)n_bytes);
    return p;
}

static void *rti_pool_zeroed(size_t n_bytes)
{
    void *p = rti_pool_get(n_bytes);
    if (p)
        memset(p, 0, n_bytes);
    return p;
}

/* Gives a block back, from any thread; NULL is nothing. */
static void rti_pool_put(void *payload)
{
    if (!payload)
        return;
    rti_free_block *b = RTI_CAST(rti_free_block *, payload);
    rti_block *block = rti_block_of(payload);
    RTI_UNPOISON(b, rti_class_bytes(block->size_class));
    b->cleared = 0;
    rti_pool *owner = block->owner.pool;
    if (RTI_LIKELY(owner == rti_thread_state()->pool)) {
        rti_pool_cache(owner, b);
        return;
    }
    void *head;
    do {
        head = rti_atomic_load_ptr(&owner->remote);
        b->next = RTI_CAST(rti_free_block *, head);
    } while (!rti_atomic_swap_if_ptr(&owner->remote, head, b));
}

static char *rti_text_copy(const char *text)
{
    size_t n = strlen(text) + 1;
    char *copy = RTI_CAST(char *, rti_pool_get(n));
    if (copy)
        memcpy(copy, text, n);
    return copy;
}

/* A table that grows: makes room for `wanted` items of n_bytes each in *items, doubling; on failure the old table stands. */
static bool rti_grow(void *items, int64_t *capacity, int64_t wanted, size_t n_bytes)
{
    if (wanted <= *capacity)
        return true;
    int64_t room = RTI_MAX(wanted, RTI_MAX(2 * *capacity, 8)), total = rti_size_mul(room, (int64_t)n_bytes);
    void *old, *grown = total < 0 ? NULL : rti_pool_get((size_t)total);
    if (!grown)
        return false;
    memcpy(&old, items, sizeof old);
    if (old)
        memcpy(grown, old, (size_t)*capacity * n_bytes);
    rti_pool_put(old);
    memcpy(items, &grown, sizeof grown);
    *capacity = room;
    return true;
}

/* ---- threads come and go ---- */

/* Of the pools that ended threads left, the one with the most to give; a new one if there is none. */
static rti_pool *rti_pool_adopt(void)
{
    rti_lock(&rti_pools_lock);
    rti_pool *pool = NULL;
    for (rti_pool *p = rti_pools; p; p = p->next)
        if (!p->in_use && (!pool || p->held_bytes > pool->held_bytes))
            pool = p;
    if (pool)
        pool->in_use = 1;
    rti_unlock(&rti_pools_lock);
    if (pool)
        return pool;
    pool = RTI_CAST(rti_pool *, rti_system_get(sizeof *pool));
    if (!pool)
        return NULL;
    memset(pool, 0, sizeof *pool);
    pool->in_use = 1;
    rti_lock(&rti_pools_lock);
    pool->next = rti_pools;
    rti_pools = pool;
    rti_unlock(&rti_pools_lock);
    return pool;
}

static void rti_thread_end(void *state)
{
    rti_thread *t = RTI_CAST(rti_thread *, state);
    rti_tls = t;   /* the system has cleared it, and the frees below still need it */
    for (size_t i = RTI_COUNT(t->at_end); i-- > 0;)
        if (t->at_end[i])
            t->at_end[i](t);
    if (t->error_unread) {
        char text[512];
        snprintf(text, sizeof text, "a thread ended with an error that nobody read: %s", t->error.message);
        rti_log(text);
    }
    rti_pool_drain(t->pool);
    rti_lock(&rti_pools_lock);
    t->pool->in_use = 0;
    rti_unlock(&rti_pools_lock);
    rti_tls = NULL;
    rti_system_put(t, sizeof *t);
}

#if defined(RT_NO_THREADS)
static bool rti_watch_thread_end(rti_thread *t) { (void)t; return true; }
#elif defined(_WIN32)
static void WINAPI rti_fiber_end(void *state) { if (state) rti_thread_end(state); }
static bool rti_watch_thread_end(rti_thread *t)
{
    static void *slot;   /* index + 1 */
    if (!rti_atomic_load_ptr(&slot)) {
        DWORD made = FlsAlloc(rti_fiber_end);
        if (made == FLS_OUT_OF_INDEXES)
            return false;
        if (!rti_atomic_swap_if_ptr(&slot, NULL, (void *)(uintptr_t)(made + 1)))
            FlsFree(made);
    }
    return FlsSetValue((DWORD)((uintptr_t)rti_atomic_load_ptr(&slot) - 1), t) != 0;
}
#else
static pthread_key_t rti_thread_key;
static bool rti_thread_key_made;
static void rti_thread_key_make(void) { rti_thread_key_made = pthread_key_create(&rti_thread_key, rti_thread_end) == 0; }
static bool rti_watch_thread_end(rti_thread *t)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, rti_thread_key_make);
    return rti_thread_key_made && pthread_setspecific(rti_thread_key, t) == 0;
}
#endif

static RTI_NOINLINE rti_thread *rti_thread_start(void)
{
    rti_pool *pool = rti_pool_adopt();
    rti_thread *t = pool ? RTI_CAST(rti_thread *, rti_system_get(sizeof *t)) : NULL;
    if (t) {
        memset(t, 0, sizeof *t);
        t->pool = pool;
        if (rti_watch_thread_end(t)) {
            rti_tls = t;
            return t;
        }
        rti_system_put(t, sizeof *t);
    }
    if (pool) {
        rti_lock(&rti_pools_lock);
        pool->in_use = 0;
        rti_unlock(&rti_pools_lock);
    }
    return &rti_emergency;   /* not remembered: the next call tries again */
}

static RTI_INLINE void rti_count_tensor(intptr_t change)
{
    rti_pool *pool = rti_thread_state()->pool;
    if (RTI_LIKELY(pool != NULL))
        rti_atomic_store(&pool->live_tensors, pool->live_tensors + change);
}

RT_API rt_memory_info rt_memory_stats(void)
{
    rt_memory_info info;
    memset(&info, 0, sizeof info);
    rti_thread *t = rti_thread_state();
    if (t->pool)
        rti_pool_drain(t->pool);
    rti_lock(&rti_pools_lock);
    for (rti_pool *pool = rti_pools; pool; pool = pool->next) {
        if (!pool->in_use)
            rti_pool_drain(pool);
        info.live_tensors += rti_atomic_load(&pool->live_tensors);
        info.live_bytes += rti_atomic_load(&pool->live_bytes);
        info.peak_bytes += rti_atomic_load(&pool->peak_bytes);
        info.cached_bytes += rti_atomic_load(&pool->held_bytes) - rti_atomic_load(&pool->live_bytes);
        info.pool_requests += rti_atomic_load(&pool->requests);
        info.pool_hits += rti_atomic_load(&pool->requests) - rti_atomic_load(&pool->misses);
    }
    rti_unlock(&rti_pools_lock);
    return info;
}

static void rti_pool_trim(rti_pool *pool)
{
    rti_pool_drain(pool);
    for (uint32_t c = 0; c < RTI_CLASSES; c++) {
        rti_free_block *b = pool->free_list[c];
        pool->free_list[c] = NULL;
        while (b) {
            RTI_UNPOISON(b, sizeof *b);
            rti_free_block *next = b->next;
            rti_block_release(b);
            b = next;
        }
    }
    rti_atomic_store(&pool->held_bytes, pool->live_bytes);
}

RT_API void rt_memory_trim(void)
{
    rti_thread *t = rti_thread_state();
    if (t->at_trim)
        t->at_trim(t);
    if (t->pool)
        rti_pool_trim(t->pool);
    rti_lock(&rti_pools_lock);
    for (rti_pool *pool = rti_pools; pool; pool = pool->next)
        if (!pool->in_use)
            rti_pool_trim(pool);
    rti_unlock(&rti_pools_lock);
}
RTI_COLD
/* ---- threads -------------------------------------------------------------------------------------------------------------------
 * rti_parallel_for cuts [0, n) into ranges that depend on n and grain alone, and calls the body once for each of them: on the team of
 * workers, on the host's own threads, or one after the other on the caller. So no result can depend on the number of threads.
 *
 * The team has one job at a time, open to whoever is awake. The ranges lie in blocks, one for each thread, so that in op after op the
 * same thread meets the same part of memory; a block's word counts the ranges left in it, and taking one lowers the word. Who has run
 * out of its own takes from the others': a worker that sleeps, or has lost its core, delays nobody. Only a range that has been taken
 * is waited for.
 *
 * A late worker cannot touch a dead job, because it knows nothing of any job until it has taken a range, and a job with a taken range
 * is alive until that range is reported done. What it has taken belongs to the job that is open at that moment, whichever that is. */


enum {
    RTI_MAX_THREADS = 256,      /* of one operation, the caller included */
    RTI_MAX_RANGES = 1024,      /* of one job: enough to share evenly, few enough for a range to outweigh taking it */
    RTI_SPINS_PER_YIELD = 64,   /* looks at the job word before a waiting worker offers its core */
    RTI_SPINS_AT_END = 1024     /* looks at the count of open ranges before a waiting caller offers its core */
};

/* ---- clock and cores ---- */

#if !defined(_WIN32) && !defined(CLOCK_MONOTONIC) && defined(__linux__) && defined(__LP64__) && defined(__GNUC__)
#  define RTI_HIDDEN_CLOCK 1   /* strict ISO headers hide the function; the library has it all the same */
RTI_BEGIN_C
extern int rti_hidden_clock(int clock, long *seconds_and_nanoseconds) __asm__("clock_gettime");
RTI_END_C
#else
#  define RTI_HIDDEN_CLOCK 0
#endif

/* Seconds since some moment in the past; never runs backwards. */
RTI_UNUSED static double rti_seconds(void)
{
#if defined(_WIN32)
    LARGE_INTEGER ticks, per_second;
    QueryPerformanceCounter(&ticks);
    QueryPerformanceFrequency(&per_second);
    return (double)ticks.QuadPart / (double)per_second.QuadPart;
#elif defined(CLOCK_MONOTONIC)
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
#elif RTI_HIDDEN_CLOCK
    long now[2] = { 0, 0 };
    rti_hidden_clock(1, now);
    return (double)now[0] + 1e-9 * (double)now[1];
#else
    return (double)clock() / (double)CLOCKS_PER_SEC;   /* processor time: all that ISO C has */
#endif
}

#if defined(__linux__) && defined(__GNUC__)
RTI_BEGIN_C
extern int rti_affinity(int process, size_t n_bytes, unsigned char *mask) __asm__("sched_getaffinity");
RTI_END_C
#endif

/* Cores that this process may run on, as far as the system tells; at least 1. */
RTI_UNUSED static int rti_core_count(void)
{
    int count = 0;
#if defined(_WIN32)
    DWORD_PTR own = 0, all = 0;
    if (GetProcessAffinityMask(GetCurrentProcess(), &own, &all))
        for (; own; own &= own - 1)
            count++;
#elif defined(__linux__) && defined(__GNUC__)
    unsigned char mask[1024] = { 0 };
    if (rti_affinity(0, sizeof mask, mask) == 0)
        for (size_t i = 0; i < sizeof mask; i++)
            for (unsigned bits = mask[i]; bits; bits &= bits - 1)
                count++;
#endif
#if defined(_SC_NPROCESSORS_ONLN)
    if (count < 1)
        count = (int)sysconf(_SC_NPROCESSORS_ONLN);
#endif
    return RTI_MAX(count, 1);
}

/* ---- the number of threads, and the host's loop ---- */

static int32_t rti_n_threads;   /* 0: not set */
static rti_spinlock rti_host_lock;
static void *rti_host_set;      /* not NULL while the host has a loop: spares the others the lock */
static rt_parallel_for_fn rti_host_loop;
static void *rti_host_user;

RT_API rt_status rt_set_num_threads(int n_threads)
{
    if (n_threads < 1)
        return rti_raise(RT_ERR_VALUE, "rt_set_num_threads", "expected at least 1 thread, got %d", n_threads);
    rti_atomic_store32(&rti_n_threads, n_threads);
    return RT_OK;
}

RT_API int rt_get_num_threads(void)
{
    int32_t n = rti_atomic_load32(&rti_n_threads);
    if (RTI_LIKELY(n > 0))
        return n;
#ifndef RT_NO_THREADS
    rti_atomic_swap_if32(&rti_n_threads, 0, rti_core_count());
#else
    rti_atomic_swap_if32(&rti_n_threads, 0, 1);
#endif
    return rti_atomic_load32(&rti_n_threads);
}

RT_API void rt_set_parallel_for(rt_parallel_for_fn parallel_for, void *user)
{
    rti_lock(&rti_host_lock);
    rti_host_loop = parallel_for;
    rti_host_user = user;
    rti_atomic_store_ptr(&rti_host_set, parallel_for ? (void *)&rti_host_lock : NULL);
    rti_unlock(&rti_host_lock);
}

/* ---- jobs: a body and its ranges ---- */

typedef struct rti_job {
    rt_range_fn body;
    void *work;
    int64_t n, step;        /* items in all, and in each range but the last */
    int32_t n_ranges;
    int32_t failed_range;   /* the first that failed so far; n_ranges if none did */
    rti_spinlock lock;
    rt_error error;         /* of failed_range */
} rti_job;

/* Ranges are multiples of grain, at most RTI_MAX_RANGES of them. */
static void rti_job_begin(rti_job *job, int64_t n, int64_t grain, rt_range_fn body, void *work)
{
    int64_t n_grains = (n - 1) / grain + 1, per_range = (n_grains - 1) / RTI_MAX_RANGES + 1;
    job->body = body;
    job->work = work;
    job->n = n;
    job->step = n_grains == 1 ? n : grain * per_range;
    job->n_ranges = (int32_t)((n_grains - 1) / per_range + 1);
    job->failed_range = job->n_ranges;
    job->lock.held = 0;
}

/* Whether this thread has an unread error. A worker that never raised one need not have a thread state made for the question. */
static RTI_INLINE bool rti_error_waits(void) { return rti_tls != NULL && rti_tls->error_unread; }

/* Moves this thread's error into the job, unless an earlier range has failed too. */
static RTI_NOINLINE void rti_job_fail(rti_job *job, int32_t range)
{
    rt_error error;
    rti_error_take(&error);
    rti_lock(&job->lock);
    if (range < job->failed_range) {
        job->error = error;
        rti_atomic_store32(&job->failed_range, range);
    }
    rti_unlock(&job->lock);
}

/* After a failure the ranges behind it are passed over. Those before it still run, so that the same error wins every time. */
static void rti_job_run(rti_job *job, int32_t range)
{
    int64_t begin = range * job->step;
    if (RTI_UNLIKELY(range > rti_atomic_load32(&job->failed_range)))
        return;
    if (RTI_UNLIKELY(rti_error_waits())) {   /* an older one, which would hide what the body raises */
        rt_error older;
        rti_error_take(&older);
        rti_job_run(job, range);
        rti_error_give(&older);
        return;
    }
    job->body(job->work, begin, begin + RTI_MIN(job->step, job->n - begin));
    if (RTI_UNLIKELY(rti_error_waits()))
        rti_job_fail(job, range);
}

static rt_status rti_job_end(rti_job *job)
{
    if (RTI_LIKELY(job->failed_range == job->n_ranges))
        return RT_OK;
    rti_error_give(&job->error);
    return job->error.code;
}

/* As the host's loop sees it, the ranges are the items: wherever it cuts, the body gets the same ranges as ever. */
static void rti_job_run_some(void *job, int64_t begin, int64_t end)
{
    for (int64_t i = begin; i < end; i++)
        rti_job_run(RTI_CAST(rti_job *, job), (int32_t)i);
}

#ifndef RT_NO_THREADS

/* ---- what the systems disagree on ---- */

#if !defined(_WIN32)
#  include <signal.h>
#endif

#if defined(_WIN32)
typedef HANDLE rti_os_thread;
typedef CONDITION_VARIABLE rti_os_signal;
static SRWLOCK rti_team_mutex = SRWLOCK_INIT;
static void rti_mutex_lock(void) { AcquireSRWLockExclusive(&rti_team_mutex); }
static void rti_mutex_unlock(void) { ReleaseSRWLockExclusive(&rti_team_mutex); }
static void rti_signal_init(rti_os_signal *s) { InitializeConditionVariable(s); }
static void rti_signal_wait(rti_os_signal *s) { SleepConditionVariableSRW(s, &rti_team_mutex, INFINITE, 0); }
static void rti_signal_send(rti_os_signal *s) { WakeConditionVariable(s); }
#else
typedef pthread_t rti_os_thread;
typedef pthread_cond_t rti_os_signal;
static pthread_mutex_t rti_team_mutex = PTHREAD_MUTEX_INITIALIZER;
static void rti_mutex_lock(void) { pthread_mutex_lock(&rti_team_mutex); }
static void rti_mutex_unlock(void) { pthread_mutex_unlock(&rti_team_mutex); }
static void rti_signal_init(rti_os_signal *s) { pthread_cond_init(s, NULL); }
static void rti_signal_wait(rti_os_signal *s) { pthread_cond_wait(s, &rti_team_mutex); }
static void rti_signal_send(rti_os_signal *s) { pthread_cond_signal(s); }
#endif

/* Tells the core that this is a waiting loop. */
static RTI_INLINE void rti_pause(void)
{
#if defined(__GNUC__) && RTI_X86
    __builtin_ia32_pause();
#elif defined(__GNUC__) && RTI_ARM64
    __asm__ volatile("isb" ::: "memory");   /* takes some ten cycles; "yield" takes none on most cores */
#elif defined(_WIN32)
    YieldProcessor();
#endif
}

/* ---- the team ---- */

static const double rti_spin_seconds = 1e-3;       /* a worker stays awake so long after a job: far more than the gap between ops */
static const double rti_round_seconds = 1e-5;      /* a round of spinning that took longer was not spent on the core */
static const double rti_rest_seconds = 1e-3;       /* between yields of a busy worker: less than a scheduler's slice */
static const double rti_long_job_seconds = 1e-3;   /* a job that has lasted so long deserves to wake the workers, whatever the past says */
static const double rti_wake_pause_max = 0.1;      /* the longest that wakes in vain put off the next one */

typedef struct rti_worker {
    rti_os_thread thread;
    rti_os_signal woken;
    int32_t index;   /* that of its block; the caller's is 0 */
} rti_worker;

typedef struct rti_ranges_left {
    int32_t count;
    char apart[124];   /* a cache line, and the one that is fetched with it, for each thread */
} rti_ranges_left;

static struct rti_team {
    int32_t busy;                 /* a job, the host's included, or a change of the team is under way */
    int32_t n_started;            /* workers, at index 1 ... n_started; as the next two, for who holds busy */
    double wake_pause, wake_next; /* seconds between wakes, and before when not to wake again */
    char apart_from_job[128];
    int32_t epoch;                /* another value for each job */
    int32_t n_blocks;             /* threads that the job is for */
    rti_job job;
    char apart_from_open[128];
    int32_t n_open;               /* ranges not reported done */
    char apart_from_left[128];
    rti_ranges_left left[RTI_MAX_THREADS];
    int32_t stop;
    int32_t wake_paid;            /* a job came while a worker was awake */
    int32_t asleep[RTI_MAX_THREADS];
    rti_worker worker[RTI_MAX_THREADS];
} rti_team;

/* Takes a range of the open job, if there is one. Between the load and the swap the job may have ended and another begun: then the
 * range is one of that other job, and all that is read after the swap speaks of it too. */
static bool rti_team_take(int32_t block, int32_t *range)
{
    int32_t *word = &rti_team.left[block].count, left = rti_atomic_load32(word);
    while (left > 0 && !rti_atomic_swap_if32(word, left, left - 1))
        left = rti_atomic_load32(word);
    if (left <= 0)
        return false;
    *range = (block + 1) * rti_team.job.n_ranges / rti_atomic_load32(&rti_team.n_blocks) - left;
    return true;
}

/* Waking costs far more than a small job, and what a job costs nobody knows beforehand. So it is done at once as long as it pays: if
 * the workers woken last fell asleep again before another job came, the next wake has to wait, twice as long each time. */
static void rti_team_wake(int32_t n_blocks, bool late)
{
    double now = rti_seconds();
    if (now < rti_team.wake_next && !late)
        return;
    rti_mutex_lock();
    for (int32_t i = 1; i < n_blocks; i++) {
        if (rti_atomic_load32(&rti_team.asleep[i])) {
            rti_atomic_store32(&rti_team.asleep[i], 0);
            rti_signal_send(&rti_team.worker[i].woken);
        }
    }
    rti_mutex_unlock();
    double longer = RTI_MAX(2 * rti_team.wake_pause, 2 * rti_spin_seconds);
    rti_team.wake_pause = rti_atomic_load32(&rti_team.wake_paid) ? 0 : RTI_MIN(longer, rti_wake_pause_max);
    rti_team.wake_next = now + rti_team.wake_pause;
    rti_atomic_store32(&rti_team.wake_paid, 0);
}

/* Runs ranges until none is left, the own block's first, and returns how many. They are reported done all at once: none of them can have
 * come from a later job, because until then this one is not over. Past the time late, those who sleep are called once more; 0: never. */
static int32_t rti_team_work(int32_t own, int32_t n_blocks, double late)
{
    int32_t n_done = 0, range;
    for (int32_t i = 0; i < n_blocks; i++) {
        int32_t block = own + i < n_blocks ? own + i : own + i - n_blocks;
        while (rti_team_take(block, &range)) {
            rti_job_run(&rti_team.job, range);
            n_done++;
            if (late > 0 && rti_seconds() > late) {
                rti_team_wake(n_blocks, true);
                late = 0;
            }
        }
    }
    if (n_done > 0)
        rti_atomic_add32(&rti_team.n_open, -n_done);
    return n_done;
}

/* ---- a worker's life ---- */

/* Whether a job that counts on this worker has come since the epoch was looked at. */
static bool rti_worker_called(int32_t index, int32_t seen)
{
    return rti_atomic_load32(&rti_team.epoch) != seen && index < rti_atomic_load32(&rti_team.n_blocks);
}

/* Spins until called (true) or until the time is over. It yields often: the caller may be waiting for this very core. Only the time on
 * the core counts. A worker that was put on the caller's core thus stays in the queue until the system moves it to an idle one; and
 * where no core is idle, it costs the others next to nothing. */
static bool rti_worker_spin(int32_t index, int32_t seen)
{
    double spun = 0, before = rti_seconds();
    do {
        for (int i = 0; i < RTI_SPINS_PER_YIELD; i++) {
            if (rti_worker_called(index, seen))
                return true;
            rti_pause();
        }
        rti_yield();
        double now = rti_seconds();
        spun += RTI_MIN(now - before, rti_round_seconds);
        before = now;
    } while (spun < rti_spin_seconds);
    return false;
}

/* The caller raises the epoch and then looks who sleeps; the worker says that it sleeps and then looks at the epoch. Both write to the
 * epoch as they do so, which puts the two in an order: one of them sees what the other did, and no call is lost. */
static void rti_worker_sleep(rti_worker *me, int32_t seen)
{
    int32_t *asleep = &rti_team.asleep[me->index];
    rti_mutex_lock();
    rti_atomic_store32(asleep, 1);
    rti_atomic_add32(&rti_team.epoch, 0);
    while (rti_atomic_load32(asleep) && !rti_worker_called(me->index, seen))
        rti_signal_wait(&me->woken);
    rti_atomic_store32(asleep, 0);
    rti_mutex_unlock();
}

/* Where other programs want the core too, a worker must be taken off it now and then. It yields between jobs, before its slice is
 * over, so that this does not happen in the middle of a range that the caller then waits for. */
static void rti_worker_run(rti_worker *me)
{
    double rested = 0;
    for (;;) {
        int32_t seen = rti_atomic_load32(&rti_team.epoch), n_blocks = rti_atomic_load32(&rti_team.n_blocks);
        if (rti_atomic_load32(&rti_team.stop))
            return;
        if (me->index < n_blocks && rti_team_work(me->index, n_blocks, 0) > 0 && rti_seconds() > rested + rti_rest_seconds) {
            rti_yield();
            rested = rti_seconds();
        }
        if (!rti_worker_spin(me->index, seen))
            rti_worker_sleep(me, seen);
        else if (!rti_atomic_load32(&rti_team.wake_paid))   /* a word next to those that the caller looks at: written when need be only */
            rti_atomic_store32(&rti_team.wake_paid, 1);
    }
}

#if defined(_WIN32)
static DWORD WINAPI rti_worker_main(void *me)
{
    rti_worker_run(RTI_CAST(rti_worker *, me));
    return 0;
}

static int rti_worker_start(rti_worker *w)
{
    w->thread = CreateThread(NULL, 0, rti_worker_main, w, 0, NULL);
    return w->thread ? 0 : EAGAIN;
}

static void rti_worker_join(rti_worker *w)
{
    WaitForSingleObject(w->thread, INFINITE);
    CloseHandle(w->thread);
}
#else
RTI_BEGIN_C
static void *rti_worker_main(void *me)
{
    rti_worker_run(RTI_CAST(rti_worker *, me));
    return NULL;
}
RTI_END_C

/* Signals are for the program's own threads: its handlers shall not run on ours. */
static int rti_worker_start(rti_worker *w)
{
#ifdef SIG_SETMASK
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
#endif
    int refusal = pthread_create(&w->thread, NULL, rti_worker_main, w);
#ifdef SIG_SETMASK
    pthread_sigmask(SIG_SETMASK, &before, NULL);
#endif
    return refusal;
}

static void rti_worker_join(rti_worker *w) { pthread_join(w->thread, NULL); }
#endif

/* ---- the caller's side ---- */

static bool rti_team_try_hold(void)
{
    return rti_atomic_load32(&rti_team.busy) == 0 && rti_atomic_swap_if32(&rti_team.busy, 0, 1);
}

static void rti_team_release(void) { rti_atomic_store32(&rti_team.busy, 0); }

#if !defined(_WIN32)
/* A child has none of its parent's other threads: it begins with a new team. The mutex is held across the fork, so that the child's
 * copy of it is whole. */
static void rti_fork_child(void)
{
    memset(&rti_team, 0, sizeof rti_team);
    rti_host_lock.held = 0;
    rti_mutex_unlock();
}

static int rti_watch_forks(void)
{
    static bool watching;
    int refusal = watching ? 0 : pthread_atfork(rti_mutex_lock, rti_mutex_unlock, rti_fork_child);
    watching = refusal == 0;
    return refusal;
}
#else
static int rti_watch_forks(void) { return 0; }
#endif

/* Starts the workers that n_threads need and that are not there yet. */
static rt_status rti_team_grow(int32_t n_threads)
{
    int refusal = rti_team.n_started + 1 < n_threads ? rti_watch_forks() : 0;
    while (refusal == 0 && rti_team.n_started + 1 < n_threads) {
        rti_worker *w = &rti_team.worker[rti_team.n_started + 1];
        rti_signal_init(&w->woken);
        w->index = rti_team.n_started + 1;
        refusal = rti_worker_start(w);
        rti_team.n_started += refusal == 0;
    }
    if (refusal == 0)
        return RT_OK;
    int n_had = rti_team.n_started + 1;
    return rti_raise(RT_ERR_THREAD, "rt_set_num_threads", "the system refused thread %d of %d (error %d); rt_set_num_threads(%d) needs no more",
                     n_had + 1, (int)n_threads, refusal, n_had);
}

static bool rti_team_sleeps(int32_t n_blocks)
{
    for (int32_t i = 1; i < n_blocks; i++)
        if (rti_atomic_load32(&rti_team.asleep[i]))
            return true;
    return false;
}

/* Opens the team's job. A range may be taken as soon as its block's word is written: all else stands before. */
static void rti_team_open(int32_t n_blocks)
{
    int32_t n_ranges = rti_team.job.n_ranges;
    rti_atomic_store32(&rti_team.n_open, n_ranges);
    rti_atomic_store32(&rti_team.n_blocks, n_blocks);
    for (int32_t i = 0; i < n_blocks; i++)
        rti_atomic_store32(&rti_team.left[i].count, (i + 1) * n_ranges / n_blocks - i * n_ranges / n_blocks);
    rti_atomic_add32(&rti_team.epoch, 1);
}

/* Runs a job on the team, which the caller holds. */
static rt_status rti_team_run(int32_t n_threads, int64_t n, int64_t grain, rt_range_fn body, void *work)
{
    rti_job_begin(&rti_team.job, n, grain, body, work);
    int32_t n_blocks = RTI_MIN(n_threads, rti_team.job.n_ranges);
    double late = 0;
    if (RTI_UNLIKELY(rti_team.n_started + 1 < n_blocks) && rti_team_grow(n_blocks) != RT_OK)
        return RT_ERR_THREAD;
    rti_team_open(n_blocks);
    if (RTI_UNLIKELY(rti_team_sleeps(n_blocks))) {
        late = rti_seconds() + rti_long_job_seconds;
        rti_team_wake(n_blocks, false);
    }
    rti_team_work(0, n_blocks, late);
    for (int32_t spins = 0; rti_atomic_load32(&rti_team.n_open) > 0; spins++) {
        if (spins < RTI_SPINS_AT_END) {
            rti_pause();
        } else {
            spins = RTI_SPINS_AT_END;
            rti_yield();
        }
    }
    return rti_job_end(&rti_team.job);
}

/* Runs a job on the host's loop, if it still has one. */
static rt_status rti_host_run(rti_job *job)
{
    rti_lock(&rti_host_lock);
    rt_parallel_for_fn loop = rti_host_loop;
    void *user = rti_host_user;
    rti_unlock(&rti_host_lock);
    if (loop)
        loop(user, job->n_ranges, 1, rti_job_run_some, job);
    else
        rti_job_run_some(job, 0, job->n_ranges);
    return rti_job_end(job);
}

/* Ends and joins all workers; the next job that needs some starts new ones. Not to be called from a body. */
RT_API void rt_stop_threads(void)
{
    while (!rti_team_try_hold())
        rti_yield();
    rti_atomic_store32(&rti_team.stop, 1);
    rti_atomic_store32(&rti_team.n_blocks, RTI_MAX_THREADS);
    rti_atomic_add32(&rti_team.epoch, 1);
    rti_team_wake(rti_team.n_started + 1, true);
    for (int32_t i = 1; i <= rti_team.n_started; i++)
        rti_worker_join(&rti_team.worker[i]);
    rti_team.n_started = 0;
    rti_team.wake_pause = rti_team.wake_next = 0;
    rti_atomic_store32(&rti_team.n_blocks, 0);
    rti_atomic_store32(&rti_team.stop, 0);
    rti_team_release();
}

#else
RT_API void rt_stop_threads(void) {}
#endif

/* Calls body(work, begin, end) over ranges that cover [0, n) once each: every begin is a multiple of grain, and so is every end but
 * the last. Grain is the fewest items worth the 100 nanoseconds or so that handing them to another thread costs. The ranges are the
 * same whoever runs them; their order and their threads are not. They run one by one on the caller if there is one range or one
 * thread, and inside another job: nested, or because another of the program's threads holds the team.
 * Answers the first error, by the order of the ranges, that a body raised; it is then this thread's error. A refused thread is
 * RT_ERR_THREAD, and the body has not been called. A body must not fork. */
RTI_UNUSED static rt_status rti_parallel_for(int64_t n, int64_t grain, rt_range_fn body, void *work)
{
    rti_job job;
    if (n <= 0)
        return RT_OK;
    grain = RTI_MAX(grain, 1);
#ifndef RT_NO_THREADS
    int n_threads = rt_get_num_threads();
    if (n > grain && n_threads > 1 && rti_team_try_hold()) {
        rt_status status;
        if (RTI_LIKELY(rti_atomic_load_ptr(&rti_host_set) == NULL)) {
            status = rti_team_run(RTI_MIN(n_threads, RTI_MAX_THREADS), n, grain, body, work);
        } else {
            rti_job_begin(&job, n, grain, body, work);
            status = rti_host_run(&job);
        }
        rti_team_release();
        return status;
    }
#endif
    rti_job_begin(&job, n, grain, body, work);
    rti_job_run_some(&job, 0, job.n_ranges);
    return rti_job_end(&job);
}
RTI_COLD_END
/* ---- random: the source of random words, MT19937 ----------------------------------------------------------------------------- */

#define RTI_RANDOM_WORDS 624 /* words in a state */
#define RTI_RANDOM_SHIFT 397 /* distance of the word that each new word is mixed with */

/* One generator. The same words as numpy.random.RandomState(seed mod 2^32) and as torch.manual_seed(seed) on a CPU.
 * A normal distribution makes numbers in pairs: the second of a pair waits here, standard (mean 0, deviation 1), for the next
 * draw, and seeding throws it away. */
typedef struct rti_random {
    uint64_t seed;                    /* all 64 bits as given; the words depend on the low 32 */
    uint32_t state[RTI_RANDOM_WORDS]; /* not tempered yet */
    int32_t next;                     /* index of the next word in state; RTI_RANDOM_WORDS: none left */
    bool has_normal_f32;
    bool has_normal_f64;
    float normal_f32; /* no distribution on a CPU fills it; kept so that torch.get_rng_state's bytes can be taken and given */
    double normal_f64;
} rti_random;

/* s[0] = seed mod 2^32,  s[i] = 1812433253 (s[i-1] ^ s[i-1] >> 30) + i    init_genrand of Matsumoto and Nishimura, 2002 */
static RTI_UNUSED void rti_random_seed(rti_random *random, uint64_t seed)
{
    uint32_t word = (uint32_t)(seed & 0xffffffffu);

    random->seed = seed;
    random->state[0] = word;
    for (uint32_t i = 1; i < RTI_RANDOM_WORDS; ++i) {
        word = (uint32_t)1812433253u * (word ^ (word >> 30)) + i;
        random->state[i] = word;
    }
    random->next = RTI_RANDOM_WORDS;
    random->has_normal_f32 = false;
    random->has_normal_f64 = false;
    random->normal_f32 = 0.0f;
    random->normal_f64 = 0.0;
}

/* The high bit of one word and the low 31 of the next, shifted right, xor the matrix where the bit shifted out is set. */
static RTI_INLINE uint32_t rti_random_twist(uint32_t word, uint32_t following)
{
    uint32_t mixed = (word & 0x80000000u) | (following & 0x7fffffffu);
    return (mixed >> 1) ^ ((0u - (following & 1u)) & 0x9908b0dfu);
}

/* s[i] = s[i + offset] ^ twist(s[i], s[i+1])  for i in first..last-1; eight at a time, which compilers turn into vectors */
static RTI_INLINE void rti_random_advance(uint32_t *s, int32_t first, int32_t last, int32_t offset)
{
    int32_t i = first;

    for (; i + 8 <= last; i += 8)
        for (int32_t j = 0; j < 8; ++j)
            s[i + j] = s[i + j + offset] ^ rti_random_twist(s[i + j], s[i + j + 1]);
    for (; i < last; ++i)
        s[i] = s[i + offset] ^ rti_random_twist(s[i], s[i + 1]);
}

/* The next 624 words of the recurrence, in place of those used up. */
static RTI_NOINLINE void rti_random_refill(rti_random *random)
{
    uint32_t *s = random->state;

    rti_random_advance(s, 0, RTI_RANDOM_WORDS - RTI_RANDOM_SHIFT, RTI_RANDOM_SHIFT);
    rti_random_advance(s, RTI_RANDOM_WORDS - RTI_RANDOM_SHIFT, RTI_RANDOM_WORDS - 1, RTI_RANDOM_SHIFT - RTI_RANDOM_WORDS);
    s[RTI_RANDOM_WORDS - 1] = s[RTI_RANDOM_SHIFT - 1] ^ rti_random_twist(s[RTI_RANDOM_WORDS - 1], s[0]);
    random->next = 0;
}

static RTI_INLINE uint32_t rti_random_temper(uint32_t word)
{
    word ^= word >> 11;
    word ^= (word << 7) & 0x9d2c5680u;
    word ^= (word << 15) & 0xefc60000u;
    return word ^ (word >> 18);
}

/* The next 32 random bits. */
static RTI_INLINE uint32_t rti_random_word(rti_random *random)
{
    if (RTI_UNLIKELY(random->next >= RTI_RANDOM_WORDS))
        rti_random_refill(random);
    return rti_random_temper(random->state[random->next++]);
}

/* The next 64: the word drawn first is the high half. */
static RTI_INLINE uint64_t rti_random_word64(rti_random *random)
{
    uint64_t high = rti_random_word(random);
    return (high << 32) | rti_random_word(random);
}

/* The next 16 words, in order. */
static RTI_INLINE void rti_random_words16(rti_random *random, uint32_t *words)
{
    const uint32_t *s = random->state + random->next;

    if (RTI_LIKELY(random->next <= RTI_RANDOM_WORDS - 16)) {
        for (int32_t j = 0; j < 16; ++j)
            words[j] = rti_random_temper(s[j]);
        random->next += 16;
        return;
    }
    for (int32_t j = 0; j < 16; ++j)
        words[j] = rti_random_word(random);
}
/* ---- data types --------------------------------------------------------------------------------------------------------------- */

/* The types that kernels compute in. Values of other types are converted in, computed, and converted out, tile by tile. */
typedef enum rti_class { RTI_CLASS_F32, RTI_CLASS_F64, RTI_CLASS_I64, RTI_CLASS_COUNT } rti_class;

/* A class's native dtype: its values are stored as they are computed. */
static const rt_dtype rti_class_dtype[RTI_CLASS_COUNT] = { RT_FLOAT32, RT_FLOAT64, RT_INT64 };

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
static RTI_INLINE bool rti_is_integral(rt_dtype dtype)   /* bool not included */
{
    return rti_dtype_rows[dtype].kind == 'i' || rti_dtype_rows[dtype].kind == 'u';
}

RT_API const char *rt_dtype_name(rt_dtype dtype) { return (unsigned)dtype < RT_DTYPE_COUNT ? rti_dtype_rows[dtype].name : "invalid"; }
RT_API size_t rt_dtype_size(rt_dtype dtype) { return (unsigned)dtype < RT_DTYPE_COUNT ? rti_element_bytes(dtype) : 0; }
RT_API bool rt_dtype_is_floating_point(rt_dtype dtype) { return rti_is_dtype(dtype) && rti_is_float(dtype); }
RT_API bool rt_dtype_is_complex(rt_dtype dtype) { return rti_is_dtype(dtype) && rti_dtype_rows[dtype].kind == 'c'; }

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
    return RTI_CLASS_I64;
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
    if (rti_element_bytes(a) == 1 || rti_element_bytes(b) == 1)
        return RT_DTYPE_DEFAULT;                  /* the float8 types promote with nothing but themselves */
    if (rti_element_bytes(a) == rti_element_bytes(b))
        return RT_FLOAT32;                        /* float16 with bfloat16 */
    return rti_element_bytes(a) > rti_element_bytes(b) ? a : b;
}

static rt_dtype rti_promote_ints(rt_dtype a, rt_dtype b)
{
    rt_dtype large = rti_element_bytes(a) >= rti_element_bytes(b) ? a : b, small = large == a ? b : a;
    if (rti_dtype_rows[a].kind == rti_dtype_rows[b].kind)
        return large;
    if (a != RT_UINT8 && b != RT_UINT8)
        return RT_DTYPE_DEFAULT;                  /* PyTorch promotes uint16, uint32 and uint64 with no signed type */
    return rti_element_bytes(large) > rti_element_bytes(small) ? large : RT_INT16;
}

/* RT_DTYPE_DEFAULT where the two have no common type. */
static rt_dtype rti_promote(rt_dtype a, rt_dtype b)
{
    if (RTI_LIKELY(a == b))
        return a;
    int rank_a = rti_kind_rank(a), rank_b = rti_kind_rank(b);
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
        return rank_b == 2 ? rti_promote_floats(a, b) : rti_element_bytes(a) > 1 ? a : RT_DTYPE_DEFAULT;
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
/* ---- processor ------------------------------------------------------------------------------------------------------------------ */

/* Passes of this build, slowest first; each kernel keeps one pointer a pass. Who compiles for size goes without AVX-512's, and
 * without all but the first in double. */
#if defined(RUSTORCH_ONE_PASS) || !defined(__GNUC__)
#  define RTI_EACH_ISA(X, name) X(name, base)
#elif RTI_X86_64 && defined(__OPTIMIZE_SIZE__)
#  define RTI_EACH_ISA(X, name) X(name, base) X(name, avx2)
#  define RTI_EACH_ISA_F64(X, name) X(name, base) X(name, base)
#elif RTI_X86_64
#  define RTI_EACH_ISA(X, name) X(name, base) X(name, avx2) X(name, avx512)
#  define RTI_HAS_AVX512 1
#elif RTI_ARM64
#  define RTI_EACH_ISA(X, name) X(name, base) X(name, neon)
#else
#  define RTI_EACH_ISA(X, name) X(name, base)
#endif
#ifndef RTI_EACH_ISA_F64
#  define RTI_EACH_ISA_F64(X, name) RTI_EACH_ISA(X, name)
#endif
#ifndef RTI_HAS_AVX512
#  define RTI_HAS_AVX512 0
#endif

#define RTI_ISA_INDEX(prefix, isa) prefix##isa,
enum { RTI_EACH_ISA(RTI_ISA_INDEX, RTI_ISA_) RTI_ISA_COUNT };
#undef RTI_ISA_INDEX

/* { RTI_EACH_ISA(RTI_F32, sum_row) } and { RTI_EACH_ISA_F64(RTI_F64, sum_row) }: a kernel of all passes */
#define RTI_F32(name, isa) rti_##name##_f32_##isa,
#define RTI_F64(name, isa) rti_##name##_f64_##isa,

static const char *const rti_isa_names[] = {
#define RTI_ISA_NAME(unused, isa) #isa,
    RTI_EACH_ISA(RTI_ISA_NAME, _)
#undef RTI_ISA_NAME
};

#if RTI_X86 && defined(__GNUC__)
enum { RTI_CPU_AVX2 = 1, RTI_CPU_AVX512 = 2 };

/* The register sets that the system saves, of which an instruction set needs its own: bits of XCR0. */
static uint32_t rti_cpu_saved(void)
{
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return low;
}

/* RTI_CPU_AVX2 with FMA and F16C; RTI_CPU_AVX512 with F, BW, DQ and VL. */
static int rti_cpu_sets(void)
{
    const uint32_t leaf1 = 1u << 27 | 1u << 28 | 1u << 12 | 1u << 29;       /* OSXSAVE, AVX, FMA, F16C */
    const uint32_t avx512 = 1u << 16 | 1u << 17 | 1u << 30 | 1u << 31;      /* F, DQ, BW, VL */
    uint32_t a, b, c, d;
    int sets = 0;
    if (!__get_cpuid(1, &a, &b, &c, &d) || (c & leaf1) != leaf1 || (rti_cpu_saved() & 0x06) != 0x06)
        return 0;
    if (__get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & 1u << 5)) {
        sets = RTI_CPU_AVX2;
        if ((b & avx512) == avx512 && (rti_cpu_saved() & 0xe6) == 0xe6)
            sets |= RTI_CPU_AVX512;
    }
    return sets;
}
#endif

static bool rti_isa_runs(int isa)
{
#if RTI_X86_64 && defined(__GNUC__) && !defined(RUSTORCH_ONE_PASS)
    if (isa > RTI_ISA_base)
        return (rti_cpu_sets() & (isa == RTI_ISA_avx2 ? RTI_CPU_AVX2 : RTI_CPU_AVX512)) != 0;
#endif
    return isa >= 0;
}

static int32_t rti_isa_chosen = -1;

static RTI_NOINLINE int rti_isa_choose(void)
{
    const char *wish = getenv("RT_ISA");
    int isa = RTI_ISA_COUNT - 1;
    for (int i = 0; wish && i < RTI_ISA_COUNT; i++)
        if (strcmp(wish, rti_isa_names[i]) == 0)
            isa = i;
    while (isa > 0 && !rti_isa_runs(isa))
        isa--;
    rti_atomic_store32(&rti_isa_chosen, isa);
    return isa;
}

/* The pass in use: an index into every kernel's pointers. */
static RTI_INLINE int rti_isa(void)
{
    int32_t isa = rti_atomic_load32(&rti_isa_chosen);
    return RTI_LIKELY(isa >= 0) ? isa : rti_isa_choose();
}

RT_API const char *rt_isa(void) { return rti_isa_names[rti_isa()]; }
RTI_COLD
/* ---- recordings: formulas as data ----------------------------------------------------------------------------------------------- */

/* What formulas are made of. The list gives each word's number of operands and its text in C. */
#define RTI_WORD_LIST(X) \
    X(input,    0, "") \
    RTI_LOOPED_WORD_LIST(X)
#define RTI_LOOPED_WORD_LIST(X) \
    X(constant, 0, "") \
    X(neg,      1, "-%a") \
    X(abs,      1, "fabs%s(%a)") \
    X(sqrt,     1, "sqrt%s(%a)") \
    X(round,    1, "rint%s(%a)") \
    X(exponent, 1, "logb%s(%a)") \
    X(mantissa, 1, "ldexp%s(%a, -(int)logb%s(%a))") \
    X(isnan,    1, "(%a != %a)") \
    X(not,      1, "!%a") \
    X(flag,     1, "(%a ? 1 : 0)") \
    X(add,      2, "%a + %b") \
    X(sub,      2, "%a - %b") \
    X(mul,      2, "%a * %b") \
    X(div,      2, "%a / %b") \
    X(scale2,   2, "ldexp%s(%a, (int)%b)") \
    X(copysign, 2, "copysign%s(%a, %b)") \
    X(lt,       2, "(%a < %b)") \
    X(le,       2, "(%a <= %b)") \
    X(eq,       2, "(%a == %b)") \
    X(and,      2, "(%a & %b)") \
    X(or,       2, "(%a | %b)") \
    X(fma,      3, "fma%s(%a, %b, %c)") \
    X(select,   3, "(%a ? %b : %c)")

enum {
#define RTI_WORD_ENUM(name, n_operands, text) RTI_WORD_##name,
    RTI_WORD_LIST(RTI_WORD_ENUM)
#undef RTI_WORD_ENUM
    RTI_WORD_COUNT
};

/* A formula as data: each node applies a word to earlier nodes. */
enum { RTI_MAX_NODES = 200 };
typedef struct rti_node_data { uint8_t word; int16_t operand[3]; double value; } rti_node_data;
typedef struct rti_recording {
    int n_nodes;                       /* beyond RTI_MAX_NODES the recording is not valid */
    rti_node_data node[RTI_MAX_NODES];
} rti_recording;
typedef void (*rti_record_fn)(rti_recording *to, const int *in, int *out);

static const struct { const char *name, *text; int n_operands; } rti_words[] = {
#define RTI_WORD_ROW(name, n_operands, text) { #name, text, n_operands },
    RTI_WORD_LIST(RTI_WORD_ROW)
#undef RTI_WORD_ROW
};

/* Appends a node, or finds the one that says the same; past the end of the recording it only counts. */
static int rti_record_node(rti_recording *to, int word, int a, int b, int c, double value)
{
    for (int i = 0; i < to->n_nodes && i < RTI_MAX_NODES; i++) {
        const rti_node_data *n = &to->node[i];
        if (n->word == word && word != RTI_WORD_input && n->operand[0] == a && n->operand[1] == b && n->operand[2] == c &&
            memcmp(&n->value, &value, sizeof value) == 0)
            return i;
    }
    int i = to->n_nodes++;
    if (i >= RTI_MAX_NODES)
        return 0;
    rti_node_data *n = &to->node[i];
    n->word = (uint8_t)word;
    n->operand[0] = (int16_t)a;
    n->operand[1] = (int16_t)b;
    n->operand[2] = (int16_t)c;
    n->value = value;
    return i;
}

/* One node's right-hand side: the word's text with its operands filled in; %s is the suffix of libm's names. */
static RTI_UNUSED void rti_print_node(rti_text *t, const rti_node_data *n, bool is_f32)
{
    for (const char *p = rti_words[n->word].text; *p; p++) {
        if (*p != '%')
            rti_text_add(t, "%c", *p);
        else if (*++p == 's')
            rti_text_add(t, "%s", is_f32 ? "f" : "");
        else
            rti_text_add(t, "v%d", n->operand[*p - 'a']);
    }
}

/* Copies a node and what it is made of, operands first and from the left, once each: into `to`, its new places in place[]. */
static void rti_record_visit(const rti_recording *from, int node, rti_recording *to, int16_t *place)
{
    const rti_node_data *n = &from->node[node];
    if (place[node] >= 0)
        return;
    for (int i = 0; i < rti_words[n->word].n_operands; i++)
        rti_record_visit(from, n->operand[i], to, place);
    rti_node_data *copy = &to->node[to->n_nodes];
    *copy = *n;
    for (int i = 0; i < rti_words[n->word].n_operands; i++)
        copy->operand[i] = place[n->operand[i]];
    place[node] = (int16_t)to->n_nodes++;
}

/* Records a formula of n_inputs operands, inputs first; answers the result's node, -1 if the formula is too long. The order of nodes does
 * not depend on the order in which a compiler evaluates arguments. */
static RTI_UNUSED int rti_record_formula(rti_record_fn record, int n_inputs, rti_recording *to)
{
    rti_recording raw;
    int in[4], result;
    int16_t place[RTI_MAX_NODES];
    raw.n_nodes = to->n_nodes = 0;
    for (int i = 0; i < n_inputs; i++)
        in[i] = rti_record_node(&raw, RTI_WORD_input, -1, -1, -1, 0);
    record(&raw, in, &result);
    if (raw.n_nodes > RTI_MAX_NODES)
        return -1;
    for (int i = 0; i < raw.n_nodes; i++)
        place[i] = -1;
    for (int i = 0; i < n_inputs; i++)
        rti_record_visit(&raw, in[i], to, place);
    rti_record_visit(&raw, result, to, place);
    return place[result];
}

/* A number as C reads it: with a point or an exponent, for 1f is none. */
static void rti_print_number(rti_text *t, double value, bool is_f32)
{
    char digits[32];
    snprintf(digits, sizeof digits, is_f32 ? "%.9g" : "%.17g", value);
    if (value == HUGE_VAL || value == -HUGE_VAL)
        rti_text_add(t, "%sHUGE_VAL%s", value < 0 ? "-" : "", is_f32 ? "F" : "");
    else
        rti_text_add(t, "%s%s%s", digits, strpbrk(digits, ".en") ? "" : ".0", is_f32 ? "f" : "");
}

/* The recorded formula as a C function `real name(real v0, ...)`, real being float or double. Answers the text's length. */
static RTI_UNUSED size_t rti_print_c(const rti_recording *r, const char *name, int n_inputs, int result, bool is_f32, char *buffer, size_t size)
{
    rti_text t = { buffer, size, 0 };
    const char *real = is_f32 ? "float" : "double";
    rti_text_add(&t, "static %s %s(", real, name);
    for (int i = 0; i < n_inputs; i++)
        rti_text_add(&t, "%s%s v%d", i ? ", " : "", real, i);
    rti_text_add(&t, ")\n{\n");
    for (int i = n_inputs; i < r->n_nodes && i <= result; i++) {
        const rti_node_data *n = &r->node[i];
        bool mask = n->word == RTI_WORD_isnan || n->word == RTI_WORD_not || (n->word >= RTI_WORD_lt && n->word <= RTI_WORD_or);
        rti_text_add(&t, "    const %s v%d = ", mask ? "int" : real, i);
        if (n->word == RTI_WORD_constant)
            rti_print_number(&t, n->value, is_f32);
        else
            rti_print_node(&t, n, is_f32);
        rti_text_add(&t, ";\n");
    }
    rti_text_add(&t, "    return v%d;\n}\n", result);
    return t.length;
}
RTI_COLD_END
/* ---- passes: the kernels once per instruction set and real type ---------------------------------------------------------------------
 * The file takes itself in again with RTI_PASS set. RTI_PASS 1 compiles the kernels for RTI_ISA and RTI_TYPE; RTI_PASS 2 compiles the
 * formulas alone, with a vocabulary that records what they do instead of doing it. With RUSTORCH_ONE_PASS (a file pasted into another
 * cannot take itself in) the kernels are compiled where they stand, once, in double, and nothing is recorded. */

/* A whole elementwise formula over n elements, a multiple of the vector's length: pointers to arrays of its class, contiguous. */
typedef void (*rti_run_fn)(void *const *out, const void *const *in, int64_t n);

/* Names inside a pass: RTI_FN(gelu) is rti_gelu_f32_avx2 and so on. The words read as if there were one vector type. */
#define RTI_JOIN_(name, type, isa) rti_##name##_##type##_##isa
#define RTI_JOIN(name, type, isa) RTI_JOIN_(name, type, isa)
#define RTI_FN(name) RTI_JOIN(name, RTI_TYPE, RTI_ISA)
#define rti_real RTI_FN(real)
#define rti_bits RTI_FN(bits)
#define rti_vf RTI_FN(vf)
#define rti_vm RTI_FN(vm)
#define rti_vload RTI_FN(vload)
#define rti_vstore RTI_FN(vstore)
#define rti_vset RTI_FN(vset)
#define rti_vneg RTI_FN(vneg)
#define rti_vabs RTI_FN(vabs)
#define rti_vsqrt RTI_FN(vsqrt)
#define rti_vround RTI_FN(vround)
#define rti_vexponent RTI_FN(vexponent)
#define rti_vmantissa RTI_FN(vmantissa)
#define rti_visnan RTI_FN(visnan)
#define rti_vnot RTI_FN(vnot)
#define rti_vflag RTI_FN(vflag)
#define rti_vadd RTI_FN(vadd)
#define rti_vsub RTI_FN(vsub)
#define rti_vmul RTI_FN(vmul)
#define rti_vdiv RTI_FN(vdiv)
#define rti_vscale2 RTI_FN(vscale2)
#define rti_vcopysign RTI_FN(vcopysign)
#define rti_vlt RTI_FN(vlt)
#define rti_vle RTI_FN(vle)
#define rti_veq RTI_FN(veq)
#define rti_vand RTI_FN(vand)
#define rti_vor RTI_FN(vor)
#define rti_vfma RTI_FN(vfma)
#define rti_vselect RTI_FN(vselect)

#ifdef RUSTORCH_ONE_PASS
#  define RTI_ONE_PASS 1
#  define RTI_ISA base
#  define RTI_TYPE f64
#  define RTI_REAL 64
#  define RTI_VECTOR_BYTES 16
#else
#  define RTI_ONE_PASS 0
#  ifndef RUSTORCH_SELF
#    define RUSTORCH_SELF "rustorch.h"
#  endif

#  if defined(__GNUC__) && !defined(__clang__)
#    pragma GCC push_options
#    ifndef __OPTIMIZE_SIZE__      /* who asks for a small program gets one */
#      pragma GCC optimize("O2")
#    endif
#  endif
#  undef RTI_PASS
#  define RTI_PASS 1

#  define RTI_ISA base
#  define RTI_VECTOR_BYTES 16
#  define RTI_TYPE f32
#  define RTI_REAL 32
#  include RUSTORCH_SELF
#  undef RTI_TYPE
#  undef RTI_REAL
#  define RTI_TYPE f64
#  define RTI_REAL 64
#  include RUSTORCH_SELF
#  undef RTI_TYPE
#  undef RTI_REAL
#  undef RTI_ISA
#  undef RTI_VECTOR_BYTES

#  if RTI_X86_64 && defined(__GNUC__)
#    define RTI_ISA avx2
#    define RTI_AVX2 1
#    define RTI_VECTOR_BYTES 32
#    ifdef __clang__
#      pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#    else
#      pragma GCC push_options
#      pragma GCC target("avx2,fma,f16c")
#    endif
#    define RTI_TYPE f32
#    define RTI_REAL 32
#    include RUSTORCH_SELF
#    undef RTI_TYPE
#    undef RTI_REAL
#    ifndef __OPTIMIZE_SIZE__
#      define RTI_TYPE f64
#      define RTI_REAL 64
#      include RUSTORCH_SELF
#      undef RTI_TYPE
#      undef RTI_REAL
#    endif
#    ifdef __clang__
#      pragma clang attribute pop
#    else
#      pragma GCC pop_options
#    endif
#    undef RTI_ISA
#    undef RTI_AVX2
#    undef RTI_VECTOR_BYTES
#  endif

#  if RTI_HAS_AVX512
#    define RTI_ISA avx512
#    define RTI_AVX512 1
#    define RTI_VECTOR_BYTES 64
#    ifdef __clang__
#      pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,f16c"))), apply_to = function)
#    else
#      pragma GCC push_options
#      pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,f16c")
#    endif
#    define RTI_TYPE f32
#    define RTI_REAL 32
#    include RUSTORCH_SELF
#    undef RTI_TYPE
#    undef RTI_REAL
#    define RTI_TYPE f64
#    define RTI_REAL 64
#    include RUSTORCH_SELF
#    undef RTI_TYPE
#    undef RTI_REAL
#    ifdef __clang__
#      pragma clang attribute pop
#    else
#      pragma GCC pop_options
#    endif
#    undef RTI_ISA
#    undef RTI_AVX512
#    undef RTI_VECTOR_BYTES
#  endif

#  if RTI_ARM64 && defined(__GNUC__)
#    define RTI_ISA neon
#    define RTI_NEON 1
#    define RTI_VECTOR_BYTES 16
#    define RTI_TYPE f32
#    define RTI_REAL 32
#    include RUSTORCH_SELF
#    undef RTI_TYPE
#    undef RTI_REAL
#    define RTI_TYPE f64
#    define RTI_REAL 64
#    include RUSTORCH_SELF
#    undef RTI_TYPE
#    undef RTI_REAL
#    undef RTI_ISA
#    undef RTI_NEON
#    undef RTI_VECTOR_BYTES
#  endif

#  if defined(__GNUC__) && !defined(__clang__)
#    pragma GCC pop_options
#  endif
#  undef RTI_PASS
#  define RTI_PASS 2
RTI_COLD
#  define RTI_ISA record
#  define RTI_TYPE f32
#  define RTI_REAL 32
#  include RUSTORCH_SELF
#  undef RTI_TYPE
#  undef RTI_REAL
#  define RTI_TYPE f64
#  define RTI_REAL 64
#  include RUSTORCH_SELF
#  undef RTI_TYPE
#  undef RTI_REAL
#  undef RTI_ISA

RTI_COLD_END
#  undef RTI_PASS
#  define RTI_PASS 0
#endif
#endif

#if RTI_PASS == 1 || (!RTI_PASS && RTI_ONE_PASS)
/* ---- the vocabulary that formulas are written in: vectors of RTI_REAL-bit floats, rti_vf, and masks of their lanes, rti_vm ------------
 * On GNU compilers one text serves every instruction set, by their vector types; what those cannot say is said by intrinsics where an
 * instruction exists. Elsewhere a vector is one number. A fused product-sum is fused where the machine has it, and only there. */

#undef RTI_MANTISSA_BITS
#undef RTI_EXPONENT_BIAS
#undef RTI_MAGIC
#undef RTI_LANES
#if RTI_REAL == 32
typedef float rti_real;
typedef int32_t rti_bits;
#  define RTI_MANTISSA_BITS 23
#  define RTI_EXPONENT_BIAS 127
#  define RTI_MAGIC 12582912.0f            /* 1.5 * 2^23: adding it leaves an integer in the low bits */
#else
typedef double rti_real;
typedef int64_t rti_bits;
#  define RTI_MANTISSA_BITS 52
#  define RTI_EXPONENT_BIAS 1023
#  define RTI_MAGIC 6755399441055744.0     /* 1.5 * 2^52 */
#endif

#if defined(__GNUC__)
typedef rti_real rti_vf __attribute__((vector_size(RTI_VECTOR_BYTES)));
typedef rti_bits rti_vm __attribute__((vector_size(RTI_VECTOR_BYTES)));
#  define RTI_LANES ((int64_t)(RTI_VECTOR_BYTES / sizeof(rti_real)))
#  if defined(__FLT_EVAL_METHOD__) && __FLT_EVAL_METHOD__ == 0
static RTI_INLINE rti_vf rti_vset(double c) { rti_vf zero = { 0 }; return (rti_real)c - zero; }
#  else     /* where floats count as doubles, a number and a vector do not mix */
static RTI_INLINE rti_vf rti_vset(double c)
{
    rti_vf r;
    for (int64_t i = 0; i < RTI_LANES; i++)
        r[i] = (rti_real)c;
    return r;
}
#  endif
static RTI_INLINE rti_vm RTI_FN(mset)(rti_bits c) { rti_vm zero = { 0 }; return c - zero; }
static RTI_INLINE rti_vm RTI_FN(to_bits)(rti_vf a) { return (rti_vm)a; }
static RTI_INLINE rti_vf RTI_FN(of_bits)(rti_vm a) { return (rti_vf)a; }
static RTI_INLINE rti_vm rti_vlt(rti_vf a, rti_vf b) { return (rti_vm)(a < b); }
static RTI_INLINE rti_vm rti_vle(rti_vf a, rti_vf b) { return (rti_vm)(a <= b); }
static RTI_INLINE rti_vm rti_veq(rti_vf a, rti_vf b) { return (rti_vm)(a == b); }
static RTI_INLINE rti_vm RTI_FN(mgt)(rti_vm a, rti_vm b) { return (rti_vm)(a > b); }
#else
typedef rti_real rti_vf;
typedef rti_bits rti_vm;
#  define RTI_LANES ((int64_t)1)
static RTI_INLINE rti_vf rti_vset(double c) { return (rti_real)c; }
static RTI_INLINE rti_vm RTI_FN(mset)(rti_bits c) { return c; }
static RTI_INLINE rti_vm RTI_FN(to_bits)(rti_vf a) { rti_vm r; memcpy(&r, &a, sizeof r); return r; }
static RTI_INLINE rti_vf RTI_FN(of_bits)(rti_vm a) { rti_vf r; memcpy(&r, &a, sizeof r); return r; }
static RTI_INLINE rti_vm rti_vlt(rti_vf a, rti_vf b) { return a < b ? -1 : 0; }
static RTI_INLINE rti_vm rti_vle(rti_vf a, rti_vf b) { return a <= b ? -1 : 0; }
static RTI_INLINE rti_vm rti_veq(rti_vf a, rti_vf b) { return a == b ? -1 : 0; }
static RTI_INLINE rti_vm RTI_FN(mgt)(rti_vm a, rti_vm b) { return a > b ? -1 : 0; }
#endif

#define RTI_SIGN_BIT RTI_FN(mset)((rti_bits)((uint64_t)1 << (RTI_REAL - 1)))
#define RTI_INFINITY_BITS RTI_FN(mset)((rti_bits)(2 * RTI_EXPONENT_BIAS + 1) << RTI_MANTISSA_BITS)

static RTI_INLINE rti_vf rti_vload(const rti_real *p) { rti_vf r; memcpy(&r, p, sizeof r); return r; }
static RTI_INLINE void rti_vstore(rti_real *p, rti_vf a) { memcpy(p, &a, sizeof a); }
static RTI_INLINE rti_vm RTI_FN(mload)(const rti_real *p) { rti_vm r; memcpy(&r, p, sizeof r); return r; }
static RTI_INLINE void RTI_FN(mstore)(rti_real *p, rti_vm a) { memcpy(p, &a, sizeof a); }

static RTI_INLINE rti_vf rti_vadd(rti_vf a, rti_vf b) { return a + b; }
static RTI_INLINE rti_vf rti_vsub(rti_vf a, rti_vf b) { return a - b; }
static RTI_INLINE rti_vf rti_vmul(rti_vf a, rti_vf b) { return a * b; }
static RTI_INLINE rti_vf rti_vdiv(rti_vf a, rti_vf b) { return a / b; }
static RTI_INLINE rti_vm rti_vand(rti_vm a, rti_vm b) { return a & b; }
static RTI_INLINE rti_vm rti_vor(rti_vm a, rti_vm b) { return a | b; }
static RTI_INLINE rti_vm rti_vnot(rti_vm a) { return ~a; }
static RTI_INLINE rti_vf rti_vneg(rti_vf a) { return RTI_FN(of_bits)(RTI_FN(to_bits)(a) ^ RTI_SIGN_BIT); }
static RTI_INLINE rti_vf rti_vabs(rti_vf a) { return RTI_FN(of_bits)(RTI_FN(to_bits)(a) & ~RTI_SIGN_BIT); }
static RTI_INLINE rti_vm rti_visnan(rti_vf a) { return RTI_FN(mgt)(RTI_FN(to_bits)(a) & ~RTI_SIGN_BIT, RTI_INFINITY_BITS); }
static RTI_INLINE rti_vf rti_vflag(rti_vm m) { return RTI_FN(of_bits)(m & RTI_FN(to_bits)(rti_vset(1))); }
static RTI_INLINE rti_vf rti_vselect(rti_vm m, rti_vf a, rti_vf b)
{
    return RTI_FN(of_bits)((RTI_FN(to_bits)(a) & m) | (RTI_FN(to_bits)(b) & ~m));
}
static RTI_INLINE rti_vf rti_vcopysign(rti_vf size, rti_vf sign)
{
    return RTI_FN(of_bits)((RTI_FN(to_bits)(size) & ~RTI_SIGN_BIT) | (RTI_FN(to_bits)(sign) & RTI_SIGN_BIT));
}

/* Under -ffast-math clang rearranges what intrinsics do, whatever the pragmas say: instructions it leaves alone. */
#undef RTI_INTRINSICS_LOOSE
#if defined(__clang__) && defined(__FAST_MATH__)
#  define RTI_INTRINSICS_LOOSE 1
#else
#  define RTI_INTRINSICS_LOOSE 0
#endif

/* a * b + c, square root, nearest integer (ties to even); without optimisation, GCC's rounding intrinsics are macros that warn */
#if defined(RTI_AVX512) && !defined(__clang__)
#  pragma GCC diagnostic push
#  pragma GCC diagnostic ignored "-Wsign-conversion"
#endif
#if defined(RTI_AVX512) && RTI_REAL == 32
#  if !RTI_INTRINSICS_LOOSE
static RTI_INLINE rti_vf rti_vfma(rti_vf a, rti_vf b, rti_vf c) { return (rti_vf)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c); }
#  endif
static RTI_INLINE rti_vf rti_vround(rti_vf a) { return (rti_vf)_mm512_roundscale_ps((__m512)a, 8); }
#elif defined(RTI_AVX512)
#  if !RTI_INTRINSICS_LOOSE
static RTI_INLINE rti_vf rti_vfma(rti_vf a, rti_vf b, rti_vf c) { return (rti_vf)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c); }
#  endif
static RTI_INLINE rti_vf rti_vround(rti_vf a) { return (rti_vf)_mm512_roundscale_pd((__m512d)a, 8); }
#elif defined(RTI_AVX2) && RTI_REAL == 32
#  if !RTI_INTRINSICS_LOOSE
static RTI_INLINE rti_vf rti_vfma(rti_vf a, rti_vf b, rti_vf c) { return (rti_vf)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c); }
#  endif
static RTI_INLINE rti_vf rti_vround(rti_vf a) { return (rti_vf)_mm256_round_ps((__m256)a, 8); }
#elif defined(RTI_AVX2)
#  if !RTI_INTRINSICS_LOOSE
static RTI_INLINE rti_vf rti_vfma(rti_vf a, rti_vf b, rti_vf c) { return (rti_vf)_mm256_fmadd_pd((__m256d)a, (__m256d)b, (__m256d)c); }
#  endif
static RTI_INLINE rti_vf rti_vround(rti_vf a) { return (rti_vf)_mm256_round_pd((__m256d)a, 8); }
#elif defined(RTI_NEON) && RTI_REAL == 32
static RTI_INLINE rti_vf rti_vfma(rti_vf a, rti_vf b, rti_vf c) { return (rti_vf)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b); }
static RTI_INLINE rti_vf rti_vsqrt(rti_vf a) { return (rti_vf)vsqrtq_f32((float32x4_t)a); }
static RTI_INLINE rti_vf rti_vround(rti_vf a) { return (rti_vf)vrndnq_f32((float32x4_t)a); }
#elif defined(RTI_NEON)
static RTI_INLINE rti_vf rti_vfma(rti_vf a, rti_vf b, rti_vf c) { return (rti_vf)vfmaq_f64((float64x2_t)c, (float64x2_t)a, (float64x2_t)b); }
static RTI_INLINE rti_vf rti_vsqrt(rti_vf a) { return (rti_vf)vsqrtq_f64((float64x2_t)a); }
static RTI_INLINE rti_vf rti_vround(rti_vf a) { return (rti_vf)vrndnq_f64((float64x2_t)a); }
#else
static RTI_INLINE rti_vf rti_vfma(rti_vf a, rti_vf b, rti_vf c) { return a * b + c; }
static RTI_INLINE rti_vf rti_vsqrt(rti_vf a)
{
    rti_real lane[sizeof(rti_vf) / sizeof(rti_real)];
    memcpy(lane, &a, sizeof a);
    for (size_t i = 0; i < RTI_COUNT(lane); i++)
        lane[i] = (rti_real)sqrt((double)lane[i]);   /* rounding the double root once more is exact */
    memcpy(&a, lane, sizeof a);
    return a;
}
static RTI_INLINE rti_vf rti_vround(rti_vf a)
{
    rti_vf shift = rti_vset(RTI_REAL == 32 ? 8388608.0 : 4503599627370496.0), size = rti_vabs(a);
    rti_vf whole = (size + shift) - shift;
    return rti_vcopysign(rti_vselect(rti_vlt(size, shift), whole, size), a);
}
#endif

#if defined(RTI_AVX512) && !defined(__clang__)
#  pragma GCC diagnostic pop
#endif
#if (defined(RTI_AVX512) || defined(RTI_AVX2)) && RTI_INTRINSICS_LOOSE
static RTI_INLINE rti_vf rti_vfma(rti_vf a, rti_vf b, rti_vf c)
{
#  if RTI_REAL == 32
    __asm__("vfmadd231ps %2, %1, %0" : "+v"(c) : "v"(a), "v"(b));
#  else
    __asm__("vfmadd231pd %2, %1, %0" : "+v"(c) : "v"(a), "v"(b));
#  endif
    return c;
}
#endif
#if defined(RTI_AVX512) || defined(RTI_AVX2)
/* written as the instruction: under -ffast-math clang estimates what it takes for a call of sqrt */
static RTI_INLINE rti_vf rti_vsqrt(rti_vf a)
{
    rti_vf r;
#  if RTI_REAL == 32
    __asm__("vsqrtps %1, %0" : "=v"(r) : "v"(a));
#  else
    __asm__("vsqrtpd %1, %0" : "=v"(r) : "v"(a));
#  endif
    return r;
}
#endif

/* 2^n for integers n within the exponent's range; x * 2^n for |n| up to twice that, rounded once at the most */
static RTI_INLINE rti_vf RTI_FN(power2)(rti_vf n)
{
    return RTI_FN(of_bits)(RTI_FN(to_bits)(n + rti_vset((double)RTI_MAGIC + RTI_EXPONENT_BIAS)) << RTI_MANTISSA_BITS);
}
static RTI_INLINE rti_vf rti_vscale2(rti_vf x, rti_vf n)
{
#if defined(RTI_AVX512) && RTI_REAL == 32
    return (rti_vf)_mm512_scalef_ps((__m512)x, (__m512)n);
#elif defined(RTI_AVX512)
    return (rti_vf)_mm512_scalef_pd((__m512d)x, (__m512d)n);
#else
    rti_vf half = rti_vround(n * rti_vset(0.5));
    return x * RTI_FN(power2)(half) * RTI_FN(power2)(n - half);
#endif
}

/* x = mantissa * 2^exponent with 1 <= mantissa < 2, for finite x above zero, the smallest included */
static RTI_INLINE rti_vf RTI_FN(normal)(rti_vf x, rti_vm small)
{
    return rti_vselect(small, x * rti_vset(RTI_REAL == 32 ? 16777216.0 : 18014398509481984.0), x);
}
static RTI_INLINE rti_vm RTI_FN(is_small)(rti_vf x) { return rti_vlt(x, rti_vset(RTI_REAL == 32 ? 1.17549435e-38 : 2.2250738585072014e-308)); }
static RTI_INLINE rti_vf rti_vexponent(rti_vf x)
{
    rti_vm small = RTI_FN(is_small)(x);
    rti_vm e = (RTI_FN(to_bits)(RTI_FN(normal)(x, small)) & RTI_INFINITY_BITS) >> RTI_MANTISSA_BITS;
    rti_vf biased = RTI_FN(of_bits)(e + RTI_FN(to_bits)(rti_vset((double)RTI_MAGIC))) - rti_vset((double)RTI_MAGIC);
    return biased - rti_vset(RTI_EXPONENT_BIAS) - rti_vselect(small, rti_vset(RTI_REAL == 32 ? 24 : 54), rti_vset(0));
}
static RTI_INLINE rti_vf rti_vmantissa(rti_vf x)
{
    rti_vm fraction = RTI_FN(to_bits)(RTI_FN(normal)(x, RTI_FN(is_small)(x))) & ~(RTI_INFINITY_BITS | RTI_SIGN_BIT);
    return RTI_FN(of_bits)(fraction | RTI_FN(to_bits)(rti_vset(1)));
}

/* ---- formulas: a definition makes the formula and its loop over contiguous arrays ---- */

/* Where loads and stores can be masked, the last vector of a loop is; elsewhere a loop runs over whole vectors only. */
#undef RTI_LAST
#undef RTI_TAKE
#undef RTI_MASK_TAKE
#undef RTI_PUT
#undef RTI_MASK_PUT
#if defined(RTI_AVX512)
#  if RTI_REAL == 32
static RTI_INLINE rti_vf RTI_FN(load_left)(const rti_real *p, __mmask16 part) { return (rti_vf)_mm512_maskz_loadu_ps(part, p); }
static RTI_INLINE void RTI_FN(store_left)(rti_real *p, rti_vf a, __mmask16 part) { _mm512_mask_storeu_ps(p, part, (__m512)a); }
#    define RTI_LAST const __mmask16 part = n - i < 16 ? (__mmask16)((1u << (n - i)) - 1) : (__mmask16)0xffff;
#  else
static RTI_INLINE rti_vf RTI_FN(load_left)(const rti_real *p, __mmask8 part) { return (rti_vf)_mm512_maskz_loadu_pd(part, p); }
static RTI_INLINE void RTI_FN(store_left)(rti_real *p, rti_vf a, __mmask8 part) { _mm512_mask_storeu_pd(p, part, (__m512d)a); }
#    define RTI_LAST const __mmask8 part = n - i < 8 ? (__mmask8)((1u << (n - i)) - 1) : (__mmask8)0xff;
#  endif
#  define RTI_TAKE(k) RTI_FN(load_left)(in##k + i, part)
#  define RTI_MASK_TAKE(k) RTI_FN(to_bits)(RTI_TAKE(k))
#  define RTI_PUT(k, x) RTI_FN(store_left)(out##k + i, x, part)
#  define RTI_MASK_PUT(k, x) RTI_PUT(k, RTI_FN(of_bits)(x))
#else
#  define RTI_LAST
#  define RTI_TAKE(k) rti_vload(in##k + i)
#  define RTI_MASK_TAKE(k) RTI_FN(mload)(in##k + i)
#  define RTI_PUT(k, x) rti_vstore(out##k + i, x)
#  define RTI_MASK_PUT(k, x) RTI_FN(mstore)(out##k + i, x)
#endif

/* RTI_AT(k), in loops written by hand over whole vectors */
#undef RTI_AT
#define RTI_AT(k) rti_vload(in##k + i)

#define RTI_LOOP(name, arguments, call) \
    static RTI_UNUSED void RTI_FN(run_##name)(void *const *out, const void *const *in, int64_t n) \
    { \
        arguments \
        for (int64_t i = 0; i < n; i += RTI_LANES) { \
            RTI_LAST \
            call \
        } \
    }
#define RTI_IN(k) const rti_real *in##k = RTI_CAST(const rti_real *, in[k]);
#define RTI_OUT(k) rti_real *out##k = RTI_CAST(rti_real *, out[k]);

/* RTI_FORMULA1(name, x) { return ...; }, and so on up to three operands; RTI_MASK2 for those that answer with a mask */
#define RTI_FORMULA1(name, a) \
    static RTI_INLINE rti_vf RTI_FN(name)(rti_vf a); \
    RTI_LOOP(name, RTI_IN(0) RTI_OUT(0), RTI_PUT(0, RTI_FN(name)(RTI_TAKE(0)));) \
    static RTI_INLINE rti_vf RTI_FN(name)(rti_vf a)
#define RTI_FORMULA2(name, a, b) \
    static RTI_INLINE rti_vf RTI_FN(name)(rti_vf a, rti_vf b); \
    RTI_LOOP(name, RTI_IN(0) RTI_IN(1) RTI_OUT(0), RTI_PUT(0, RTI_FN(name)(RTI_TAKE(0), RTI_TAKE(1)));) \
    static RTI_INLINE rti_vf RTI_FN(name)(rti_vf a, rti_vf b)
#define RTI_FORMULA3(name, a, b, c) \
    static RTI_INLINE rti_vf RTI_FN(name)(rti_vf a, rti_vf b, rti_vf c); \
    RTI_LOOP(name, RTI_IN(0) RTI_IN(1) RTI_IN(2) RTI_OUT(0), RTI_PUT(0, RTI_FN(name)(RTI_TAKE(0), RTI_TAKE(1), RTI_TAKE(2)));) \
    static RTI_INLINE rti_vf RTI_FN(name)(rti_vf a, rti_vf b, rti_vf c)

/* ---- the words as loops of their own, for recorded formulas; masks travel in tiles as the bits they are ---- */

RTI_LOOP(word_constant, RTI_IN(0) RTI_OUT(0), RTI_PUT(0, rti_vset((double)in0[0]));)
RTI_LOOP(word_neg, RTI_IN(0) RTI_OUT(0), RTI_PUT(0, rti_vneg(RTI_TAKE(0)));)
RTI_LOOP(word_abs, RTI_IN(0) RTI_OUT(0), RTI_PUT(0, rti_vabs(RTI_TAKE(0)));)
RTI_LOOP(word_sqrt, RTI_IN(0) RTI_OUT(0), RTI_PUT(0, rti_vsqrt(RTI_TAKE(0)));)
RTI_LOOP(word_round, RTI_IN(0) RTI_OUT(0), RTI_PUT(0, rti_vround(RTI_TAKE(0)));)
RTI_LOOP(word_exponent, RTI_IN(0) RTI_OUT(0), RTI_PUT(0, rti_vexponent(RTI_TAKE(0)));)
RTI_LOOP(word_mantissa, RTI_IN(0) RTI_OUT(0), RTI_PUT(0, rti_vmantissa(RTI_TAKE(0)));)
RTI_LOOP(word_isnan, RTI_IN(0) RTI_OUT(0), RTI_MASK_PUT(0, rti_visnan(RTI_TAKE(0)));)
RTI_LOOP(word_not, RTI_IN(0) RTI_OUT(0), RTI_MASK_PUT(0, rti_vnot(RTI_MASK_TAKE(0)));)
RTI_LOOP(word_flag, RTI_IN(0) RTI_OUT(0), RTI_PUT(0, rti_vflag(RTI_MASK_TAKE(0)));)
RTI_LOOP(word_add, RTI_IN(0) RTI_IN(1) RTI_OUT(0), RTI_PUT(0, rti_vadd(RTI_TAKE(0), RTI_TAKE(1)));)
RTI_LOOP(word_sub, RTI_IN(0) RTI_IN(1) RTI_OUT(0), RTI_PUT(0, rti_vsub(RTI_TAKE(0), RTI_TAKE(1)));)
RTI_LOOP(word_mul, RTI_IN(0) RTI_IN(1) RTI_OUT(0), RTI_PUT(0, rti_vmul(RTI_TAKE(0), RTI_TAKE(1)));)
RTI_LOOP(word_div, RTI_IN(0) RTI_IN(1) RTI_OUT(0), RTI_PUT(0, rti_vdiv(RTI_TAKE(0), RTI_TAKE(1)));)
RTI_LOOP(word_scale2, RTI_IN(0) RTI_IN(1) RTI_OUT(0), RTI_PUT(0, rti_vscale2(RTI_TAKE(0), RTI_TAKE(1)));)
RTI_LOOP(word_copysign, RTI_IN(0) RTI_IN(1) RTI_OUT(0), RTI_PUT(0, rti_vcopysign(RTI_TAKE(0), RTI_TAKE(1)));)
RTI_LOOP(word_lt, RTI_IN(0) RTI_IN(1) RTI_OUT(0), RTI_MASK_PUT(0, rti_vlt(RTI_TAKE(0), RTI_TAKE(1)));)
RTI_LOOP(word_le, RTI_IN(0) RTI_IN(1) RTI_OUT(0), RTI_MASK_PUT(0, rti_vle(RTI_TAKE(0), RTI_TAKE(1)));)
RTI_LOOP(word_eq, RTI_IN(0) RTI_IN(1) RTI_OUT(0), RTI_MASK_PUT(0, rti_veq(RTI_TAKE(0), RTI_TAKE(1)));)
RTI_LOOP(word_and, RTI_IN(0) RTI_IN(1) RTI_OUT(0), RTI_MASK_PUT(0, rti_vand(RTI_MASK_TAKE(0), RTI_MASK_TAKE(1)));)
RTI_LOOP(word_or, RTI_IN(0) RTI_IN(1) RTI_OUT(0), RTI_MASK_PUT(0, rti_vor(RTI_MASK_TAKE(0), RTI_MASK_TAKE(1)));)
RTI_LOOP(word_fma, RTI_IN(0) RTI_IN(1) RTI_IN(2) RTI_OUT(0), RTI_PUT(0, rti_vfma(RTI_TAKE(0), RTI_TAKE(1), RTI_TAKE(2)));)
RTI_LOOP(word_select, RTI_IN(0) RTI_IN(1) RTI_IN(2) RTI_OUT(0), RTI_PUT(0, rti_vselect(RTI_MASK_TAKE(0), RTI_TAKE(1), RTI_TAKE(2)));)

/* ---- sums across the lanes ---- */

static RTI_INLINE rti_real RTI_FN(lanes_sum)(rti_vf a)
{
    rti_real lane[sizeof(rti_vf) / sizeof(rti_real)];
    memcpy(lane, &a, sizeof a);
    for (size_t half = RTI_COUNT(lane) / 2; half > 0; half /= 2)
        for (size_t i = 0; i < half; i++)
            lane[i] += lane[i + half];
    return lane[0];
}
static RTI_INLINE rti_real RTI_FN(lanes_max)(rti_vf a)
{
    rti_real lane[sizeof(rti_vf) / sizeof(rti_real)];
    memcpy(lane, &a, sizeof a);
    for (size_t i = 1; i < RTI_COUNT(lane); i++)
        if (!(lane[i] <= lane[0]))   /* a NaN wins, and stays */
            lane[0] = lane[0] != lane[0] ? lane[0] : lane[i];
    return lane[0];
}
#endif
#if RTI_PASS == 2
/* ---- the recording vocabulary: the same words, answering with what was asked ------------------------------------------------------- */

#if RTI_PASS == 2
/* A value is a node of a recording; a constant has none until a word takes it together with one that has. */
typedef struct rti_vf { rti_recording *to; int node; double value; } rti_vf;
typedef rti_vf rti_vm;

static rti_vf RTI_FN(operand)(rti_recording *to, int node)
{
    rti_vf r;
    r.to = to;
    r.node = node;
    r.value = 0;
    return r;
}

static int RTI_FN(node_of)(rti_vf a, rti_recording *to)
{
    return a.to ? a.node : rti_record_node(to, RTI_WORD_constant, -1, -1, -1, a.value);
}

static rti_vf RTI_FN(apply)(int word, int n, rti_vf a, rti_vf b, rti_vf c)
{
    rti_recording *to = a.to ? a.to : b.to ? b.to : c.to;
    int na = RTI_FN(node_of)(a, to), nb = n > 1 ? RTI_FN(node_of)(b, to) : -1, nc = n > 2 ? RTI_FN(node_of)(c, to) : -1;
    return RTI_FN(operand)(to, rti_record_node(to, word, na, nb, nc, 0));
}

static rti_vf rti_vset(double c)
{
    rti_vf r = RTI_FN(operand)(NULL, -1);
    r.value = RTI_REAL == 32 ? (double)(float)c : c;
    return r;
}

#define RTI_RECORD1(name) static RTI_UNUSED rti_vf RTI_FN(v##name)(rti_vf a) { return RTI_FN(apply)(RTI_WORD_##name, 1, a, a, a); }
#define RTI_RECORD2(name) static RTI_UNUSED rti_vf RTI_FN(v##name)(rti_vf a, rti_vf b) { return RTI_FN(apply)(RTI_WORD_##name, 2, a, b, b); }
#define RTI_RECORD3(name) static RTI_UNUSED rti_vf RTI_FN(v##name)(rti_vf a, rti_vf b, rti_vf c) { return RTI_FN(apply)(RTI_WORD_##name, 3, a, b, c); }
RTI_RECORD1(neg) RTI_RECORD1(abs) RTI_RECORD1(sqrt) RTI_RECORD1(round) RTI_RECORD1(exponent) RTI_RECORD1(mantissa) RTI_RECORD1(isnan)
RTI_RECORD1(not) RTI_RECORD1(flag)
RTI_RECORD2(add) RTI_RECORD2(sub) RTI_RECORD2(mul) RTI_RECORD2(div) RTI_RECORD2(scale2) RTI_RECORD2(copysign) RTI_RECORD2(lt) RTI_RECORD2(le)
RTI_RECORD2(eq) RTI_RECORD2(and) RTI_RECORD2(or)
RTI_RECORD3(fma) RTI_RECORD3(select)
#undef RTI_RECORD1
#undef RTI_RECORD2
#undef RTI_RECORD3

#undef RTI_FORMULA1
#undef RTI_FORMULA2
#undef RTI_FORMULA3
#define RTI_FORMULA1(name, a) \
    static rti_vf RTI_FN(name)(rti_vf a); \
    static void RTI_FN(record_##name)(rti_recording *to, const int *in, int *out) { *out = RTI_FN(name)(RTI_FN(operand)(to, in[0])).node; } \
    static rti_vf RTI_FN(name)(rti_vf a)
#define RTI_FORMULA2(name, a, b) \
    static rti_vf RTI_FN(name)(rti_vf a, rti_vf b); \
    static void RTI_FN(record_##name)(rti_recording *to, const int *in, int *out) \
    { \
        *out = RTI_FN(name)(RTI_FN(operand)(to, in[0]), RTI_FN(operand)(to, in[1])).node; \
    } \
    static rti_vf RTI_FN(name)(rti_vf a, rti_vf b)
#define RTI_FORMULA3(name, a, b, c) \
    static rti_vf RTI_FN(name)(rti_vf a, rti_vf b, rti_vf c); \
    static void RTI_FN(record_##name)(rti_recording *to, const int *in, int *out) \
    { \
        *out = RTI_FN(name)(RTI_FN(operand)(to, in[0]), RTI_FN(operand)(to, in[1]), RTI_FN(operand)(to, in[2])).node; \
    } \
    static rti_vf RTI_FN(name)(rti_vf a, rti_vf b, rti_vf c)
#endif
#endif

#if !RTI_PASS
/* ---- elementwise programs: steps over tiles that stay in the first-level cache -----------------------------------------------------
 * A program reads up to RTI_MAX_INPUTS operands, runs its steps over registers (arrays of one tile), and writes its outputs. Operands of
 * the program's class that are contiguous are read and written where they lie; others are converted or gathered tile by tile, so mixed
 * types, strides and broadcasting cost no temporary tensor. */

enum {
    RTI_TILE = 256,             /* elements */
    RTI_STEP = 16,              /* formulas run over multiples of this, a multiple of every vector length */
    RTI_MAX_INPUTS = 16, RTI_MAX_OUTPUTS = 4, RTI_MAX_STEPS = 200, RTI_MAX_REGISTERS = 32,
    RTI_ELEMENTWISE_GRAIN = 128 * RTI_TILE
};

typedef struct rti_formula {
    const char *name;
    uint8_t n_in, n_out;
    rti_run_fn f32[RTI_ISA_COUNT], f64[RTI_ISA_COUNT], i64;   /* NULL where the formula has no meaning or the build no such class */
    rti_record_fn record[2];                                  /* float32, float64; NULL in a pasted file */
} rti_formula;

static RTI_INLINE rti_run_fn rti_formula_run(const rti_formula *f, rti_class c)
{
    return c == RTI_CLASS_F32 ? f->f32[rti_isa()] : c == RTI_CLASS_F64 ? f->f64[rti_isa()] : f->i64;
}

/* Whether the loops of the pass in use take any number of elements. */
static RTI_INLINE bool rti_loops_masked(rti_class c)
{
#if RTI_HAS_AVX512
    return c == RTI_CLASS_I64 || rti_isa() == RTI_ISA_avx512;
#else
    return c == RTI_CLASS_I64;
#endif
}

/* RTI_DEFINE_FORMULA(gelu, 1, NULL): the object that rows name, from the loops that the passes made; i64: its loop over integers or NULL */
#define RTI_LOOPS_F64(name) { RTI_EACH_ISA_F64(RTI_F64, run_##name) }
#if RTI_ONE_PASS
#  define RTI_LOOPS_F32(name) { NULL }
#  define RTI_RECORDS(name) { NULL, NULL }
#else
#  define RTI_LOOPS_F32(name) { RTI_EACH_ISA(RTI_F32, run_##name) }
#  define RTI_RECORDS(name) { rti_record_##name##_f32_record, rti_record_##name##_f64_record }
#endif
#define RTI_DEFINE_FORMULA(name, n_in, i64) \
    static const rti_formula rti_formula_##name = { #name, n_in, 1, RTI_LOOPS_F32(name), RTI_LOOPS_F64(name), i64, RTI_RECORDS(name) };

/* Integer loops: RTI_INTEGER2(add, a + b) on int64 operands a, b, c; sums and products wrap as unsigned ones do. */
#define RTI_INTEGER_LOOP(name, operands, expression) \
    static void rti_run_##name##_i64(void *const *out, const void *const *in, int64_t n) \
    { \
        int64_t *r = RTI_CAST(int64_t *, out[0]); \
        const int64_t *const *x = (const int64_t *const *)in; \
        for (int64_t i = 0; i < n; i++) { \
            operands \
            r[i] = (int64_t)(expression); \
        } \
    }
#define RTI_INTEGER1(name, expression) RTI_INTEGER_LOOP(name, const int64_t a = x[0][i];, expression)
#define RTI_INTEGER2(name, expression) RTI_INTEGER_LOOP(name, const int64_t a = x[0][i]; const int64_t b = x[1][i];, expression)
#define RTI_INTEGER3(name, expression) \
    RTI_INTEGER_LOOP(name, const int64_t a = x[0][i]; const int64_t b = x[1][i]; const int64_t c = x[2][i];, expression)

typedef struct rti_step {
    rti_run_fn run;
    uint8_t n_in, n_out;
    uint8_t in[12], out[3];     /* registers; an input from RTI_CONSTANTS on is a constant */
} rti_step;

enum { RTI_CONSTANTS = 100, RTI_MAX_CONSTANTS = 256 - RTI_CONSTANTS };

/* Registers 0 to n_inputs - 1 are the inputs. */
typedef struct rti_program {
    rti_class compute;
    int n_inputs, n_outputs, n_steps, n_registers;
    uint8_t output[RTI_MAX_OUTPUTS];            /* the register of each output */
    const uint64_t *constant;                   /* numbers of the class; NULL for none */
    rti_step step[RTI_MAX_STEPS];
} rti_program;

/* ---- from values to registers ---- */

/* A step before registers are given out: what it makes is value RTI_STEP_VALUE + its place. Values below that are the inputs. */
typedef struct rti_plan_step {
    rti_run_fn run;
    uint8_t n_in;
    uint16_t in[3];
} rti_plan_step;

enum { RTI_STEP_VALUE = RTI_MAX_INPUTS, RTI_MAX_VALUES = RTI_MAX_INPUTS + RTI_MAX_STEPS, RTI_CONSTANT_VALUE = RTI_MAX_VALUES };

/* The program that computes the values named in result (p->n_outputs, n_inputs and compute are set). Steps that none of them needs are
 * left out, and a register is used again after its value's last use. False if there are not enough registers. */
static bool rti_program_plan(rti_program *p, const rti_plan_step *plan, int n_steps, const uint16_t *result)
{
    uint16_t last_use[RTI_MAX_VALUES];          /* 0: never; k + 1: by step k; RTI_MAX_VALUES: an output */
    uint8_t reg[RTI_MAX_VALUES], is_free[RTI_MAX_REGISTERS];
    memset(last_use, 0, sizeof last_use);
    memset(is_free, 0, sizeof is_free);
    for (int i = 0; i < p->n_outputs; i++)
        last_use[result[i]] = RTI_MAX_VALUES;
    for (int k = n_steps - 1; k >= 0; k--)
        for (int i = 0; last_use[RTI_STEP_VALUE + k] && i < plan[k].n_in; i++)
            if (plan[k].in[i] < RTI_CONSTANT_VALUE && !last_use[plan[k].in[i]])
                last_use[plan[k].in[i]] = (uint16_t)(k + 1);
    p->n_registers = p->n_inputs;
    p->n_steps = 0;
    for (int i = 0; i < p->n_inputs; i++)
        reg[i] = (uint8_t)i;
    for (int k = 0; k < n_steps; k++) {
        if (!last_use[RTI_STEP_VALUE + k])
            continue;
        rti_step *step = &p->step[p->n_steps++];
        step->run = plan[k].run;
        step->n_in = plan[k].n_in;
        step->n_out = 1;
        for (int i = 0; i < plan[k].n_in; i++) {
            int value = plan[k].in[i];
            step->in[i] = value < RTI_CONSTANT_VALUE ? reg[value] : (uint8_t)(value - RTI_CONSTANT_VALUE + RTI_CONSTANTS);
            if (value >= RTI_STEP_VALUE && value < RTI_CONSTANT_VALUE && last_use[value] == k + 1)
                is_free[reg[value]] = 1;                    /* a formula reads a place before it writes it */
        }
        int r = p->n_inputs;
        while (r < p->n_registers && !is_free[r])
            r++;
        if (r == RTI_MAX_REGISTERS)
            return false;
        if (r == p->n_registers)
            p->n_registers++;
        is_free[r] = 0;
        reg[RTI_STEP_VALUE + k] = step->out[0] = (uint8_t)r;
    }
    for (int i = 0; i < p->n_outputs; i++)
        p->output[i] = reg[result[i]];
    return true;
}

/* A recorded formula as a program: each word a step. Constants go into constant[]. False if it does not fit. */
static RTI_UNUSED bool rti_program_of_recording(rti_program *p, const rti_recording *r, int n_inputs, int result, rti_class compute,
                                                uint64_t constant[RTI_MAX_CONSTANTS])
{
    static const struct { rti_run_fn f32[RTI_ISA_COUNT], f64[RTI_ISA_COUNT]; } loops[] = {
#define RTI_WORD_LOOPS(name, n_operands, text) { RTI_LOOPS_F32(word_##name), RTI_LOOPS_F64(word_##name) },
        RTI_LOOPED_WORD_LIST(RTI_WORD_LOOPS)
#undef RTI_WORD_LOOPS
    };
    rti_plan_step plan[RTI_MAX_STEPS];
    int n_steps = r->n_nodes - n_inputs, n_constants = 0;
    if (r->n_nodes > RTI_MAX_NODES || n_inputs > RTI_MAX_INPUTS || n_steps > RTI_MAX_STEPS)
        return false;
    for (int k = 0; k < n_steps; k++) {
        const rti_node_data *n = &r->node[n_inputs + k];
        plan[k].run = compute == RTI_CLASS_F32 ? loops[n->word - RTI_WORD_constant].f32[rti_isa()] : loops[n->word - RTI_WORD_constant].f64[rti_isa()];
        plan[k].n_in = (uint8_t)rti_words[n->word].n_operands;
        for (int i = 0; i < plan[k].n_in; i++)
            plan[k].in[i] = (uint16_t)(n->operand[i] < n_inputs ? n->operand[i] : n->operand[i] - n_inputs + RTI_STEP_VALUE);
        if (n->word != RTI_WORD_constant)
            continue;
        if (n_constants == RTI_MAX_CONSTANTS)
            return false;
        rti_scalar_to_class(rt_scalar_float(n->value), compute, &constant[n_constants]);
        plan[k].n_in = 1;
        plan[k].in[0] = (uint16_t)(RTI_CONSTANT_VALUE + n_constants++);
    }
    p->compute = compute;
    p->n_inputs = n_inputs;
    p->n_outputs = 1;
    p->constant = constant;
    uint16_t value = (uint16_t)(result - n_inputs + RTI_STEP_VALUE);
    return rti_program_plan(p, plan, n_steps, &value);
}

/* An array as a program sees it. */
typedef struct rti_operand {
    char *data;
    rt_dtype dtype;
    int64_t stride[RT_MAX_DIMS];                /* bytes; 0 where it is broadcast */
} rti_operand;

/* A program and what it runs over; operands are the inputs, then the outputs. */
typedef struct rti_sweep {
    const rti_program *program;
    rti_operand *operand;
    int ndim;
    int64_t shape[RT_MAX_DIMS];
    bool fixed[RTI_MAX_INPUTS];                 /* the same number everywhere: its tile is filled once */
} rti_sweep;

/* Drops dimensions of size one and joins those that every operand walks as one; the largest output strides come first. */
static void rti_sweep_collapse(rti_sweep *s, int n_operands)
{
    const rti_operand *out = &s->operand[s->program->n_inputs];
    int order[RT_MAX_DIMS], n = 0;
    for (int d = 0; d < s->ndim; d++) {
        if (s->shape[d] == 1)
            continue;
        int at = n++;
        while (at > 0 && llabs(out->stride[order[at - 1]]) < llabs(out->stride[d])) {
            order[at] = order[at - 1];
            at--;
        }
        order[at] = d;
    }
    int64_t shape[RT_MAX_DIMS], stride[RTI_MAX_INPUTS + RTI_MAX_OUTPUTS][RT_MAX_DIMS];
    int kept = 0;
    for (int i = 0; i < n; i++) {
        int d = order[i];
        bool joins = kept > 0;
        for (int k = 0; k < n_operands && joins; k++)
            joins = stride[k][kept - 1] == s->operand[k].stride[d] * s->shape[d];
        if (joins)
            shape[kept - 1] *= s->shape[d];
        else
            shape[kept++] = s->shape[d];
        for (int k = 0; k < n_operands; k++)
            stride[k][kept - 1] = s->operand[k].stride[d];
    }
    s->ndim = kept;
    memcpy(s->shape, shape, (size_t)kept * sizeof *shape);
    for (int k = 0; k < n_operands; k++)
        memcpy(s->operand[k].stride, stride[k], (size_t)kept * sizeof *shape);
}

/* Walks rows of the innermost dimension from element `start` on. */
typedef struct rti_cursor {
    int64_t index[RT_MAX_DIMS], offset;
} rti_cursor;

static void rti_cursor_set(rti_cursor *c, const rti_sweep *s, const rti_operand *o, int64_t start)
{
    c->offset = 0;
    for (int d = s->ndim - 1; d >= 0; d--) {
        c->index[d] = start % s->shape[d];
        start /= s->shape[d];
        c->offset += c->index[d] * o->stride[d];
    }
}

/* Moves on by n elements that end at or before the row's end. */
static void rti_cursor_move(rti_cursor *c, const rti_sweep *s, const rti_operand *o, int64_t n)
{
    int d = s->ndim - 1;
    c->index[d] += n;
    c->offset += n * o->stride[d];
    while (d > 0 && c->index[d] == s->shape[d]) {
        c->offset -= c->index[d] * o->stride[d];
        c->index[d--] = 0;
        c->index[d]++;
        c->offset += o->stride[d];
    }
}

/* The place of n elements from `start` on, if they lie side by side as the program computes them; else NULL. */
static char *rti_operand_direct(const rti_sweep *s, const rti_operand *o, int64_t start, int64_t n)
{
    int last = s->ndim - 1;
    if (o->dtype != rti_class_dtype[s->program->compute])
        return NULL;
    if (last < 0)
        return o->data;
    if (o->stride[last] != (int64_t)rti_element_bytes(o->dtype))
        return NULL;
    if (last == 0)
        return o->data + start * o->stride[0];
    if (start % s->shape[last] + n > s->shape[last])
        return NULL;
    rti_cursor c;
    rti_cursor_set(&c, s, o, start);
    return o->data + c.offset;
}

static void rti_operand_read(const rti_sweep *s, const rti_operand *o, int64_t start, int64_t n, char *to)
{
    rti_load_fn load = rti_conversion_of(o->dtype)->load[s->program->compute];
    size_t wide = rti_element_bytes(rti_class_dtype[s->program->compute]);
    if (s->ndim == 0) {
        load(to, o->data, 0, n);
        return;
    }
    rti_cursor c;
    rti_cursor_set(&c, s, o, start);
    int last = s->ndim - 1;
    while (n > 0) {
        int64_t row = RTI_MIN(n, s->shape[last] - c.index[last]);
        load(to, o->data + c.offset, o->stride[last], row);
        to += (size_t)row * wide;
        n -= row;
        rti_cursor_move(&c, s, o, row);
    }
}

static void rti_operand_write(const rti_sweep *s, const rti_operand *o, int64_t start, int64_t n, const char *from)
{
    rti_store_fn store = rti_conversion_of(o->dtype)->store[s->program->compute];
    size_t wide = rti_element_bytes(rti_class_dtype[s->program->compute]);
    if (s->ndim == 0) {
        store(o->data, 0, from, n);
        return;
    }
    rti_cursor c;
    rti_cursor_set(&c, s, o, start);
    int last = s->ndim - 1;
    while (n > 0) {
        int64_t row = RTI_MIN(n, s->shape[last] - c.index[last]);
        store(o->data + c.offset, o->stride[last], from, row);
        from += (size_t)row * wide;
        n -= row;
        rti_cursor_move(&c, s, o, row);
    }
}

/* One tile: n elements from `start` on. With `aside` nothing is read or written where it lies, so n need not be a multiple of RTI_STEP. */
static void rti_sweep_tile(const rti_sweep *s, int64_t start, int64_t n, bool aside, uint64_t (*buffer)[RTI_TILE])
{
    const rti_program *p = s->program;
    void *reg[RTI_MAX_REGISTERS];
    bool staged[RTI_MAX_OUTPUTS];
    for (int k = 0; k < p->n_registers; k++)
        reg[k] = buffer[k];
    for (int k = 0; k < p->n_inputs; k++) {
        if (s->fixed[k])
            continue;
        char *direct = aside ? NULL : rti_operand_direct(s, &s->operand[k], start, n);
        if (direct)
            reg[k] = direct;
        else
            rti_operand_read(s, &s->operand[k], start, n, (char *)buffer[k]);
    }
    for (int k = 0; k < p->n_outputs; k++) {
        char *direct = aside || p->output[k] < p->n_inputs ? NULL : rti_operand_direct(s, &s->operand[p->n_inputs + k], start, n);
        staged[k] = !direct;
        if (direct)
            reg[p->output[k]] = direct;
    }
    int64_t whole = (n + RTI_STEP - 1) / RTI_STEP * RTI_STEP;
    for (int k = 0; k < p->n_steps; k++) {
        const rti_step *step = &p->step[k];
        const void *in[12];
        void *out[3];
        for (int i = 0; i < step->n_in; i++)
            in[i] = step->in[i] < RTI_CONSTANTS ? reg[step->in[i]] : &p->constant[step->in[i] - RTI_CONSTANTS];
        for (int i = 0; i < step->n_out; i++)
            out[i] = reg[step->out[i]];
        step->run(out, in, whole);
    }
    for (int k = 0; k < p->n_outputs; k++)
        if (staged[k])
            rti_operand_write(s, &s->operand[p->n_inputs + k], start, n, RTI_CAST(const char *, reg[p->output[k]]));
}

static void rti_sweep_range(void *work, int64_t begin, int64_t end)
{
    const rti_sweep *s = RTI_CAST(const rti_sweep *, work);
    const rti_program *p = s->program;
    uint64_t buffer[RTI_MAX_REGISTERS][RTI_TILE];
    /* What a formula reads past the end of a short tile must be numbers, if only to keep the processor's exceptions away. */
    for (int k = 0; k < p->n_inputs; k++) {
        if (s->fixed[k])
            rti_conversion_of(s->operand[k].dtype)->load[p->compute](buffer[k], s->operand[k].data, 0, RTI_TILE);
        else if (end - begin < RTI_TILE || (end - begin) % RTI_STEP)
            memset(buffer[k], 0, sizeof buffer[k]);
    }
    for (int64_t at = begin; at < end; at += RTI_TILE) {
        int64_t n = RTI_MIN(end - at, (int64_t)RTI_TILE), whole = n - n % RTI_STEP;
        if (whole)
            rti_sweep_tile(s, at, whole, false, buffer);
        if (n > whole)
            rti_sweep_tile(s, at + whole, n - whole, true, buffer);
    }
}

/* The shortest path: one formula over contiguous arrays of its class. */
typedef struct rti_flat {
    rti_run_fn run;
    int n_in;
    bool masked;                    /* the loop takes any number of elements, not only whole vectors */
    const void *in[3];
    char *out;
    size_t wide;
} rti_flat;

/* Up to 15 elements, without a call. */
static RTI_INLINE void rti_copy_few(void *to, const void *from, size_t n_bytes)
{
    char *t = RTI_CAST(char *, to);
    const char *f = RTI_CAST(const char *, from);
    for (; n_bytes >= 16; n_bytes -= 16, t += 16, f += 16)
        memcpy(t, f, 16);
    if (n_bytes & 8) {
        memcpy(t, f, 8);
        t += 8, f += 8;
    }
    if (n_bytes & 4)
        memcpy(t, f, 4);
}

/* b[0..15] = 0; written out, for compilers turn a loop or memset of this size into a slow string instruction. */
static RTI_INLINE void rti_clear_step(uint64_t *b)
{
    b[0] = b[1] = b[2] = b[3] = b[4] = b[5] = b[6] = b[7] = 0;
    b[8] = b[9] = b[10] = b[11] = b[12] = b[13] = b[14] = b[15] = 0;
}

/* What is left past whole vectors is computed in a buffer. */
static RTI_INLINE void rti_flat_rest(const rti_flat *f, int64_t at, int64_t n)
{
    uint64_t buffer[4][RTI_STEP];
    const void *in[3];
    void *out = buffer[3];
    size_t offset = (size_t)at * f->wide, left = (size_t)n * f->wide;
    for (int k = 0; k < f->n_in; k++) {
        rti_clear_step(buffer[k]);
        rti_copy_few(buffer[k], (const char *)f->in[k] + offset, left);
        in[k] = buffer[k];
    }
    f->run(&out, in, RTI_STEP);
    rti_copy_few(f->out + offset, buffer[3], left);
}

static void rti_flat_range(void *work, int64_t begin, int64_t end)
{
    const rti_flat *f = RTI_CAST(const rti_flat *, work);
    const void *in[3];
    void *out = f->out + (size_t)begin * f->wide;
    int64_t n = end - begin, whole = n - n % RTI_STEP;
    for (int k = 0; k < f->n_in; k++)
        in[k] = (const char *)f->in[k] + (size_t)begin * f->wide;
    if (f->masked)
        whole = n;
    if (whole)
        f->run(&out, in, whole);
    if (n > whole)
        rti_flat_rest(f, begin + whole, n - whole);
}

static RTI_INLINE rt_status rti_flat_run(rti_flat *f, int64_t n)
{
    if (n < RTI_STEP) {
        void *out = f->out;
        if (f->masked)
            f->run(&out, (const void *const *)f->in, n);
        else if (n > 0)
            rti_flat_rest(f, 0, n);
        return RT_OK;
    }
    return rti_parallel_for(n, RTI_ELEMENTWISE_GRAIN, rti_flat_range, f);
}

static bool rti_is_flat(const rti_program *p, const rti_operand *operand, int ndim, const int64_t *shape)
{
    if (p->n_steps != 1 || p->n_inputs > 3 || p->n_outputs != 1 || p->output[0] < p->n_inputs)
        return false;
    for (int k = 0; k <= p->n_inputs; k++) {
        int64_t expected = (int64_t)rti_element_bytes(operand[k].dtype);
        if (operand[k].dtype != rti_class_dtype[p->compute])
            return false;
        for (int d = ndim - 1; d >= 0; expected *= shape[d], d--)
            if (operand[k].stride[d] != expected && shape[d] != 1)
                return false;
    }
    return true;
}

/* Runs a program over `shape`, n elements in all. The operands' strides are used up. */
static rt_status rti_program_run(const rti_program *p, rti_operand *operand, int ndim, const int64_t *shape, int64_t n)
{
    if (n == 0)
        return RT_OK;
    if (rti_is_flat(p, operand, ndim, shape)) {
        rti_flat f;
        f.run = p->step[0].run;
        f.n_in = p->step[0].n_in;
        f.masked = rti_loops_masked(p->compute);
        f.out = operand[p->n_inputs].data;
        f.wide = rti_element_bytes(operand[0].dtype);
        for (int k = 0; k < f.n_in; k++)
            f.in[k] = operand[p->step[0].in[k]].data;
        return rti_flat_run(&f, n);
    }
    rti_sweep s;
    s.program = p;
    s.operand = operand;
    s.ndim = ndim;
    memcpy(s.shape, shape, (size_t)ndim * sizeof *shape);
    rti_sweep_collapse(&s, p->n_inputs + p->n_outputs);
    for (int k = 0; k < p->n_inputs; k++) {
        s.fixed[k] = true;
        for (int d = 0; d < s.ndim; d++)
            if (operand[k].stride[d] != 0)
                s.fixed[k] = false;
    }
    return rti_parallel_for(n, RTI_ELEMENTWISE_GRAIN, rti_sweep_range, &s);
}

/* A program of one formula over its operands in order. */
static void rti_program_of(rti_program *p, const rti_formula *f, rti_class compute)
{
    p->compute = compute;
    p->constant = NULL;
    p->n_inputs = f->n_in;
    p->n_outputs = f->n_out;
    p->n_steps = 1;
    p->n_registers = f->n_in + f->n_out;
    rti_step *step = &p->step[0];
    step->run = rti_formula_run(f, compute);
    step->n_in = f->n_in;
    step->n_out = f->n_out;
    for (int i = 0; i < f->n_in; i++)
        step->in[i] = (uint8_t)i;
    for (int i = 0; i < f->n_out; i++)
        step->out[i] = p->output[i] = (uint8_t)(f->n_in + i);
}
/* ---- random kernels: contiguous memory filled from one word source, with the bits of PyTorch on a CPU ---------------------------
 *
 * The formulas are those of ATen's DistributionsHelper.h and DistributionTemplates.h as built for AVX2, which its AVX-512 build
 * runs too. w stands for the next 32-bit word, W for the next 64-bit word. Plain C in a fixed order of operations, so the bits are
 * the same on every instruction set; where the C library's double log, log1p, sin and cos take part, up to their last bit. */

/* clang fuses a product and a sum within an expression where the processor can; here every fused one is written as such. */
#if defined(__clang__)
#  define RTI_FILL_EXACT _Pragma("clang fp contract(off) reassociate(off)")
#else
#  define RTI_FILL_EXACT
#endif

/* RTI_FILL_FMA: fmaf and fma are instructions. RTI_FILL_TWICE: they may be, so the fills that gain by them are compiled a second
 * time, for AVX2 with FMA, from the same lines. In those lines `fused` is a constant: true where the instructions are there. */
#if defined(__FP_FAST_FMAF) || (defined(__clang__) && (defined(__FMA__) || defined(__aarch64__)))
#  define RTI_FILL_FMA true
#  define RTI_FILL_TWICE 0
#elif RTI_X86 && defined(__GNUC__) && !defined(__OPTIMIZE_SIZE__)
#  define RTI_FILL_FMA false
#  define RTI_FILL_TWICE 1
static RTI_INLINE bool rti_fill_has_avx2(void) { return (rti_cpu_sets() & RTI_CPU_AVX2) != 0; }
#else
#  define RTI_FILL_FMA false
#  define RTI_FILL_TWICE 0
#endif

#define RTI_FILL_2PI 6.283185307179586476925286766559

/* ---- a b + c, rounded once ---- */

/* value moved to the neighbour with an odd last bit on the side of error, the part of the exact result that value lacks. What is
 * rounded to odd can be rounded again, to a type two bits shorter or more, as if once: Boldo and Melquiond, 2008. */
static RTI_INLINE double rti_fill_to_odd(double value, double error)
{
    uint64_t bits, side;

    memcpy(&bits, &value, sizeof bits);
    memcpy(&side, &error, sizeof side);
    if ((error > 0.0 || error < 0.0) && (bits & 1u) == 0)
        bits = bits + 1u - (((bits ^ side) >> 63) << 1);
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* a + b = sum + error, exactly: Knuth's TwoSum. */
static RTI_INLINE double rti_fill_two_sum(double a, double b, double *error)
{
    RTI_FILL_EXACT
    double sum = a + b;
    double of_b = sum - a;
    double of_a = sum - of_b;

    *error = (a - of_a) + (b - of_b);
    return sum;
}

/* a b = product + error, exactly where no piece leaves the normal numbers: Dekker's product of halves split as by Veltkamp. */
static RTI_INLINE double rti_fill_two_product(double a, double b, double *error)
{
    RTI_FILL_EXACT
    double product = a * b;
    double scaled_a = a * 134217729.0, scaled_b = b * 134217729.0; /* 2^27 + 1 */
    double rest_a = scaled_a - a, rest_b = scaled_b - b;
    double high_a = scaled_a - rest_a, high_b = scaled_b - rest_b;
    double low_a = a - high_a, low_b = b - high_b;
    double high = high_a * high_b, left = low_a * high_b, right = high_a * low_b, low = low_a * low_b;

    *error = high - product;
    *error += left;
    *error += right;
    *error += low;
    return product;
}

/* fmaf without the instruction: the product of two floats is exact in double, and the sum is rounded to odd on its way to float. */
static RTI_INLINE float rti_fma_exact_f32(float a, float b, float c)
{
    RTI_FILL_EXACT
    double product = (double)a * (double)b;
    double error, sum = rti_fill_two_sum(product, (double)c, &error);

    return (float)rti_fill_to_odd(sum, error);
}

/* fma without the instruction: product and sum exactly in pieces, the two small ones added with rounding to odd (Boldo and
 * Melquiond, 2008). Where a piece could leave the normal numbers, and for zeros, it is the C library's. */
static RTI_UNUSED double rti_fma_exact_f64(double a, double b, double c)
{
    RTI_FILL_EXACT
    double product_error, low_error, high_error, error, low, high, rest;
    double product = rti_fill_two_product(a, b, &product_error);

    if (!(fabs(product) > 1e-270 && fabs(product) < 1e307 && fabs(a) < 1e300 && fabs(b) < 1e300 && fabs(c) < 1e307))
        return fma(a, b, c);
    low = rti_fill_two_sum(c, product_error, &low_error);
    high = rti_fill_two_sum(product, low, &high_error);
    rest = rti_fill_two_sum(low_error, high_error, &error);
    return high + rti_fill_to_odd(rest, error);
}

static RTI_INLINE float rti_fill_fma_f32(float a, float b, float c, bool fused)
{
    return fused ? fmaf(a, b, c) : rti_fma_exact_f32(a, b, c);
}

static RTI_INLINE double rti_fill_fma_f64(double a, double b, double c, bool fused)
{
    return fused ? fma(a, b, c) : rti_fma_exact_f64(a, b, c);
}

/* ---- uniform ---- */

/* u = (w mod 2^24) / 2^24  in [0, 1) */
static RTI_INLINE float rti_fill_unit_f32(uint32_t word)
{
    return (float)(int32_t)(word & 0xffffffu) * (1.0f / 16777216.0f);
}

/* u = (W mod 2^53) / 2^53  in [0, 1) */
static RTI_INLINE double rti_fill_unit_f64(uint64_t word)
{
    return (double)(int64_t)(word & 0x1fffffffffffffu) * (1.0 / 9007199254740992.0);
}

static RTI_INLINE float rti_fill_between_f32(uint32_t word, float low, float high, bool fused)
{
    float x = rti_fill_fma_f32(rti_fill_unit_f32(word), high - low, low, fused);
    return x == high ? low : x;
}

static RTI_INLINE void rti_fill_uniform_f32_by(rti_random *random, float *out, int64_t n, double from, double to, bool fused)
{
    const bool unit = from == 0.0 && to == 1.0; /* torch.rand, where u is the answer */
    const float low = (float)from, high = (float)to;
    uint32_t words[16];
    int64_t i = 0;

    for (; n - i >= 16; i += 16) {
        rti_random_words16(random, words);
        if (unit)
            for (int32_t j = 0; j < 16; ++j)
                out[i + j] = rti_fill_unit_f32(words[j]);
        else
            for (int32_t j = 0; j < 16; ++j)
                out[i + j] = rti_fill_between_f32(words[j], low, high, fused);
    }
    for (; i < n; ++i)
        out[i] = rti_fill_between_f32(rti_random_word(random), low, high, fused);
}

static RTI_INLINE void rti_fill_uniform_f64_by(rti_random *random, double *out, int64_t n, double from, double to, bool fused)
{
    const double span = to - from;

    for (int64_t i = 0; i < n; ++i) {
        double u = rti_fill_unit_f64(rti_random_word64(random));
        double x = from == 0.0 ? u * span : rti_fill_fma_f64(u, span, from, fused);
        out[i] = x == to ? from : x;
    }
}

/* ---- normal: Box and Muller's pairs, radius sqrt(-2 ln(1 - u)) and angle 2 pi v ---- */

static RTI_INLINE uint32_t rti_fill_bits(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static RTI_INLINE float rti_fill_from_bits(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* a b + c for the two functions below. Without the instruction it is rounded twice, to double and to float, which could differ
 * from once; for each of the 2^24 arguments that those functions have it does not, and a test goes through them all. */
static RTI_INLINE float rti_fill_step(float a, float b, float c, bool fused)
{
    RTI_FILL_EXACT
    double product = (double)a * (double)b;
    double sum = product + (double)c;

    return fused ? fmaf(a, b, c) : (float)sum;
}

/* Constants that stand in an operation are named: where floats count as doubles (FLT_EVAL_METHOD), a bare one is a double. */

/* ln u for u = k / 2^24 in (0, 1]: u = 2^e (1 + x) with 1 + x in [sqrt(1/2), sqrt 2), then the polynomial of Cephes' logf in x.
 * ln 2 comes in two parts, and e times the larger is exact. */
static RTI_INLINE float rti_fill_ln(float u, bool fused)
{
    RTI_FILL_EXACT
    const float ln2_large = 0.693359375f, ln2_small = -2.12194440e-4f;
    uint32_t bits = rti_fill_bits(u), fraction = bits & 0x7fffffu;
    int32_t halve = (int32_t)fraction >= 0x3504f3; /* 1.fraction is sqrt 2 or more */
    float e = (float)((int32_t)(bits >> 23) - 127 + halve);
    float x = rti_fill_from_bits(fraction | (halve ? 0x3f000000u : 0x3f800000u)) - 1.0f;
    float square = x * x, half = square * 0.5f, small = e * ln2_small, large = e * ln2_large;
    float y = rti_fill_step(7.0376836292e-2f, x, -1.1514610310e-1f, fused);

    y = rti_fill_step(y, x, 1.1676998740e-1f, fused);
    y = rti_fill_step(y, x, -1.2420140846e-1f, fused);
    y = rti_fill_step(y, x, 1.4249322787e-1f, fused);
    y = rti_fill_step(y, x, -1.6668057665e-1f, fused);
    y = rti_fill_step(y, x, 2.0000714765e-1f, fused);
    y = rti_fill_step(y, x, -2.4999993993e-1f, fused);
    y = rti_fill_step(y, x, 3.3333331174e-1f, fused);
    y = x * y;
    y = rti_fill_step(y, square, small, fused);
    y -= half;
    x += y;
    return x + large;
}

/* sin and cos of 2 pi v for v = k / 2^24 in [0, 1). From the angle the nearest multiple of pi/2, j of its halves, is taken away in
 * three parts, of which the first two are exact; then the polynomials of Cephes' sinf and cosf, exchanged and signed as j says. */
static RTI_INLINE void rti_fill_sin_cos(float v, float *sine, float *cosine, bool fused)
{
    RTI_FILL_EXACT
    const float turn = 6.283185307f, eighths_per_radian = 1.27323954473516f;
    float angle = v * turn, eighths = angle * eighths_per_radian;
    int32_t j = ((int32_t)eighths + 1) & ~1;
    float multiple = (float)j, first = multiple * 0.78515625f, second = multiple * 2.4187564849853515625e-4f;
    float less_first = angle - first, less_second = less_first - second;
    float x = rti_fill_step(multiple, -3.77489497744594108e-8f, less_second, fused);
    float square = x * x, half = square * 0.5f, s, c;
    uint32_t s_bits, c_bits, exchanged;

    c = rti_fill_step(2.443315711809948e-5f, square, -1.388731625493765e-3f, fused);
    c = rti_fill_step(c, square, 4.166664568298827e-2f, fused);
    c = square * c;
    c = rti_fill_step(square, c, -half, fused);
    c += 1.0f;

    s = rti_fill_step(-1.9515295891e-4f, square, 8.3321608736e-3f, fused);
    s = rti_fill_step(s, square, -1.6666654611e-1f, fused);
    s = square * s;
    s = rti_fill_step(x, s, x, fused);

    s_bits = rti_fill_bits(s);
    c_bits = rti_fill_bits(c);
    exchanged = (s_bits ^ c_bits) & (0u - (((uint32_t)j >> 1) & 1u));
    *sine = rti_fill_from_bits(s_bits ^ exchanged ^ (((uint32_t)j & 4u) << 29));
    *cosine = rti_fill_from_bits(c_bits ^ exchanged ^ (((uint32_t)(j + 2) & 4u) << 29));
}

/* Sixteen standard normals from sixteen words: u from the first eight, v from the others; r cos first, then r sin.
 * r is rounded from the root in double, which gives the root in float: of the latter, fast-math compilers make an estimate. */
static RTI_INLINE void rti_fill_normal_block_f32(rti_random *random, float *out, bool fused)
{
    uint32_t words[16];
    float logarithm[8], radius[8], sine[8], cosine[8];

    rti_random_words16(random, words);
    for (int32_t j = 0; j < 8; ++j)
        logarithm[j] = rti_fill_ln(1.0f - rti_fill_unit_f32(words[j]), fused);
    for (int32_t j = 0; j < 8; ++j)
        radius[j] = (float)sqrt(-2.0 * (double)logarithm[j]);
    for (int32_t j = 0; j < 8; ++j)
        rti_fill_sin_cos(rti_fill_unit_f32(words[j + 8]), &sine[j], &cosine[j], fused);
    for (int32_t j = 0; j < 8; ++j) {
        out[j] = radius[j] * cosine[j];
        out[j + 8] = radius[j] * sine[j];
    }
}

/* out[j] = out[j] std + mean for sixteen. Standard normals need the sum too: it makes -0 into 0. */
static RTI_INLINE void rti_fill_scale_block_f32(float *out, float mean, float std, bool fused)
{
    if (mean == 0.0f && std == 1.0f)
        for (int32_t j = 0; j < 16; ++j)
            out[j] += mean;
    else
        for (int32_t j = 0; j < 16; ++j)
            out[j] = rti_fill_fma_f32(out[j], std, mean, fused);
}

static RTI_INLINE double rti_fill_scale_f64(double x, double mean, double std, bool fused)
{
    return mean == 0.0 && std == 1.0 ? x + mean : rti_fill_fma_f64(x, std, mean, fused);
}

/* The next of the standard normals that come one at a time: angle 2 pi u from the first u, radius sqrt(-2 log1p(-u)) from the
 * second. The one by the cosine is given, the one by the sine kept for the next call, whatever type that is for. */
static RTI_UNUSED double rti_fill_normal_one(rti_random *random)
{
    double angle, radius;

    if (random->has_normal_f64) {
        random->has_normal_f64 = false;
        return random->normal_f64;
    }
    angle = RTI_FILL_2PI * rti_fill_unit_f64(rti_random_word64(random));
    radius = sqrt(-2.0 * log1p(-rti_fill_unit_f64(rti_random_word64(random))));
    random->normal_f64 = radius * sin(angle);
    random->has_normal_f64 = true;
    return radius * cos(angle);
}

static RTI_INLINE void rti_fill_normal_f32_by(rti_random *random, float *out, int64_t n, double mean, double std, bool fused)
{
    const float mean_f32 = (float)mean, std_f32 = (float)std;
    int64_t i = 0;

    if (n < 16) {
        for (; i < n; ++i)
            out[i] = (float)rti_fill_scale_f64(rti_fill_normal_one(random), mean, std, fused);
        return;
    }
    for (; n - i >= 16; i += 16) {
        rti_fill_normal_block_f32(random, out + i, fused);
        rti_fill_scale_block_f32(out + i, mean_f32, std_f32, fused);
    }
    if (i == n)
        return;
    for (; i < n; ++i)
        (void)rti_random_word(random);
    rti_fill_normal_block_f32(random, out + n - 16, fused);
    rti_fill_scale_block_f32(out + n - 16, mean_f32, std_f32, fused);
}

/* Sixteen normals in double: the block of floats again, with the C library's functions. */
static RTI_INLINE void rti_fill_normal_block_f64(rti_random *random, double *out, double mean, double std, bool fused)
{
    double u[16];

    for (int32_t j = 0; j < 16; ++j)
        u[j] = rti_fill_unit_f64(rti_random_word64(random));
    for (int32_t j = 0; j < 8; ++j) {
        double radius = sqrt(-2.0 * log(1.0 - u[j]));
        double angle = RTI_FILL_2PI * u[j + 8];
        out[j] = rti_fill_scale_f64(radius * cos(angle), mean, std, fused);
        out[j + 8] = rti_fill_scale_f64(radius * sin(angle), mean, std, fused);
    }
}

static RTI_INLINE void rti_fill_normal_f64_by(rti_random *random, double *out, int64_t n, double mean, double std, bool fused)
{
    int64_t i = 0;

    if (n < 16) {
        for (; i < n; ++i)
            out[i] = rti_fill_scale_f64(rti_fill_normal_one(random), mean, std, fused);
        return;
    }
    for (; n - i >= 16; i += 16)
        rti_fill_normal_block_f64(random, out + i, mean, std, fused);
    if (i == n)
        return;
    for (; i < n; ++i)
        (void)rti_random_word64(random);
    rti_fill_normal_block_f64(random, out + n - 16, mean, std, fused);
}

/* ---- the fills of real numbers, each for the instructions at hand ---- */

#if RTI_FILL_TWICE
#  define RTI_FILL(name, type) \
    __attribute__((target("avx2,fma"))) RTI_UNUSED \
    static void name##_avx2(rti_random *random, type *out, int64_t n, double a, double b) \
    { \
        name##_by(random, out, n, a, b, true); \
    } \
    RTI_UNUSED static void name(rti_random *random, type *out, int64_t n, double a, double b) \
    { \
        if (rti_fill_has_avx2()) \
            name##_avx2(random, out, n, a, b); \
        else \
            name##_by(random, out, n, a, b, false); \
    }
#else
#  define RTI_FILL(name, type) \
    RTI_UNUSED static void name(rti_random *random, type *out, int64_t n, double a, double b) \
    { \
        name##_by(random, out, n, a, b, RTI_FILL_FMA); \
    }
#endif

/* out[i] = u (to - from) + from, fused, in the type of out; from where that rounds to to. a: from, b: to.
 * One word an element in float, two in double    torch.rand, torch.Tensor.uniform_ */
RTI_FILL(rti_fill_uniform_f32, float)
RTI_FILL(rti_fill_uniform_f64, double)

/* out[i] = normal std + mean, fused. a: mean, b: std    torch.randn, torch.Tensor.normal_
 * Under 16 elements: one at a time in double, then rounded. From 16 on, in blocks of 16 in the type of out; where n is no multiple
 * of 16 the words for the elements left over are drawn in vain, and the last 16 are made once more from new ones. */
RTI_FILL(rti_fill_normal_f32, float)
RTI_FILL(rti_fill_normal_f64, double)

#undef RTI_FILL

/* ---- integers ---- */

/* out[i] = low + w mod (high - low); W instead of w for 2^28 values and more, since the remainders of w would be too uneven. The
 * difference is taken mod 2^64, and 0 stands for all 2^64 values    torch.randint, torch.Tensor.random_(low, high) */
static RTI_UNUSED void rti_fill_integers(rti_random *random, int64_t *out, int64_t n, int64_t low, int64_t high)
{
    const uint64_t base = (uint64_t)low, range = (uint64_t)high - base;

    if (range == 0)
        for (int64_t i = 0; i < n; ++i)
            out[i] = (int64_t)rti_random_word64(random);
    else if (range < (uint64_t)1 << 28)
        for (int64_t i = 0; i < n; ++i)
            out[i] = (int64_t)(base + rti_random_word(random) % (uint32_t)range);
    else
        for (int64_t i = 0; i < n; ++i)
            out[i] = (int64_t)(base + rti_random_word64(random) % range);
}

/* out[i] = W mod 2^63    torch.Tensor.random_() on int64 */
static RTI_UNUSED void rti_fill_random_i64(rti_random *random, int64_t *out, int64_t n)
{
    for (int64_t i = 0; i < n; ++i)
        out[i] = (int64_t)(rti_random_word64(random) & (uint64_t)INT64_MAX);
}

static RTI_INLINE void rti_fill_exchange(int64_t *a, int64_t *b)
{
    int64_t moved = *a;
    *a = *b;
    *b = moved;
}

/* 0..n-1 in random order    torch.randperm
 * Fisher and Yates' shuffle: for i in 0..n-2, places i and i + w mod (n - i) are exchanged. From 2^32 / 20 elements on, where the
 * remainders of w would be too uneven, places i and W mod (i + 1) for i in 0..n-1. */
static RTI_UNUSED void rti_fill_permutation(rti_random *random, int64_t *out, int64_t n)
{
    for (int64_t i = 0; i < n; ++i)
        out[i] = i;
    if (n < 214748364)
        for (int64_t i = 0; i < n - 1; ++i)
            rti_fill_exchange(out + i, out + i + rti_random_word(random) % (uint32_t)(n - i));
    else
        for (int64_t i = 0; i < n; ++i)
            rti_fill_exchange(out + i, out + rti_random_word64(random) % (uint64_t)(i + 1));
}

/* ---- Bernoulli: 1 where u < p, else 0; u in double for both types    torch.Tensor.bernoulli_(p) ---- */

static RTI_UNUSED void rti_fill_bernoulli_f32(rti_random *random, float *out, int64_t n, double p)
{
    for (int64_t i = 0; i < n; ++i)
        out[i] = rti_fill_unit_f64(rti_random_word64(random)) < p ? 1.0f : 0.0f;
}

static RTI_UNUSED void rti_fill_bernoulli_f64(rti_random *random, double *out, int64_t n, double p)
{
    for (int64_t i = 0; i < n; ++i)
        out[i] = rti_fill_unit_f64(rti_random_word64(random)) < p ? 1.0 : 0.0;
}
#endif
/* ---- matrix products ------------------------------------------------------------------------------------------------------------------
 *   c = a b,  a b + c  or  a b + bias        a (m,k), b (k,n) with any strides, c (m,n) with columns side by side, bias (n)
 * Each sum runs over k in order, in blocks of at most RTI_MATMUL_K, fused where the machine fuses; the sums of the blocks are added one
 * after the other to c or bias. Tiling, copying and sharing among threads change no bit of it. Only where a row or column, or a few, meet
 * a matrix along k are the lanes of a vector summed apart first; the shape of the whole product decides that.
 *
 * A pass holds the loops over single tiles, the library the loops round them. */

#ifndef RTI_PRODUCT_DEFINED   /* once, before the first of the passes */
#define RTI_PRODUCT_DEFINED

/* Strides count elements. c overlaps nothing else. */
typedef struct rti_product {
    int64_t m, n, k;
    const void *a; int64_t a_row, a_column;         /* (m,k) */
    const void *b; int64_t b_row, b_column;         /* (k,n) */
    void *c; int64_t c_row;                         /* (m,n) */
    const void *bias;                               /* (n), side by side, or NULL; not together with accumulate */
    bool accumulate;
} rti_product;

/* A piece of one, as the kernels see it. Steps go along k. */
typedef struct rti_tile {
    const void *a; int64_t a_row, a_step;           /* (rows,k) */
    const void *b; int64_t b_step, b_column;        /* (k,columns) */
    void *c; int64_t c_row, c_column;               /* (rows,columns) */
    const void *plus; int64_t plus_row, plus_column;/* (rows,columns), added to the sums, or NULL */
    int64_t rows, columns, k;
} rti_tile;

/* What a pass brings. A strip is two vectors wide; packed operands are panels of panel_rows rows of a, of a strip's columns of b, each
 * [k][rows] and [k][columns]. */
typedef struct rti_matmul_pass {
    int bytes, lanes;                               /* of an element; of a vector */
    int tile_rows, panel_rows;                      /* most rows of a tile in place; rows of a packed one */
    bool masks;                                     /* the tail of a vector costs no more than a whole one */
    void (*tile)(const rti_tile *t);                /* 1, 2, 4 or tile_rows rows; a strip, or up to a vector, or with masks any columns up to a strip */
    void (*panel)(const rti_tile *t);               /* two whole panels */
    void (*add_rows)(void *sums, const rti_tile *t);                                                /* these: see the functions */
    void (*dots)(void *vectors, const rti_tile *t);
    void (*sum_lanes)(void *sums, const void *vectors, int64_t n, int64_t lanes);
    void (*write)(const rti_tile *t, const void *sums, int64_t sums_row);
    void (*pack)(void *to, int64_t width, const void *from, int64_t row, int64_t step, int64_t rows, int64_t depth);
} rti_matmul_pass;

/* Local arrays become registers only where every loop over them is unrolled. */
#if defined(__clang__)
#  define RTI_UNROLL _Pragma("clang loop unroll(full)")
#elif defined(__GNUC__)
#  define RTI_UNROLL _Pragma("GCC unroll 16")
#else
#  define RTI_UNROLL
#endif
#if defined(__has_builtin)
#  if __has_builtin(__builtin_shufflevector)
#    define RTI_SHUFFLES 1
#  endif
#endif
#ifndef RTI_SHUFFLES
#  define RTI_SHUFFLES 0
#endif
#if defined(__GNUC__)
#  define RTI_PREFETCH(p) __builtin_prefetch(p)
#else
#  define RTI_PREFETCH(p) ((void)0)
#endif
#endif

#if RTI_PASS == 1 || RTI_ONE_PASS

#if defined(RTI_AVX512) || defined(RTI_AVX2) || defined(RTI_NEON)
#  define RTI_MATMUL_BASE 0
#else
#  define RTI_MATMUL_BASE 1
#endif

/* Rows of a tile: on operands in place as many as have their addresses in registers, on packed ones as have their sums there. */
#if defined(RTI_AVX512)
#  define RTI_TILE_ROWS 8
#  define RTI_PANEL_ROWS 14
#  define RTI_MASKS 1
#elif defined(RTI_AVX2)
#  define RTI_TILE_ROWS 6
#  define RTI_PANEL_ROWS 6
#  define RTI_MASKS 0
#elif defined(RTI_NEON)
#  define RTI_TILE_ROWS 8
#  define RTI_PANEL_ROWS 12
#  define RTI_MASKS 0
#else
#  define RTI_TILE_ROWS 4
#  define RTI_PANEL_ROWS 4
#  define RTI_MASKS 0
#endif

/* ---- vectors of which only the first n numbers exist, 1 <= n <= RTI_LANES: nothing else is touched ---- */

#define rti_matmul_part RTI_FN(matmul_part)
#if defined(RTI_AVX512) && RTI_REAL == 32
typedef __mmask16 rti_matmul_part;
static RTI_INLINE rti_matmul_part RTI_FN(matmul_part_of)(int64_t n) { return (__mmask16)(0xffffu >> (16 - n)); }
static RTI_INLINE rti_vf RTI_FN(matmul_load)(const rti_real *p, rti_matmul_part part) { return (rti_vf)_mm512_maskz_loadu_ps(part, p); }
static RTI_INLINE void RTI_FN(matmul_store)(rti_real *p, rti_matmul_part part, rti_vf a) { _mm512_mask_storeu_ps(p, part, (__m512)a); }
#elif defined(RTI_AVX512)
typedef __mmask8 rti_matmul_part;
static RTI_INLINE rti_matmul_part RTI_FN(matmul_part_of)(int64_t n) { return (__mmask8)(0xffu >> (8 - n)); }
static RTI_INLINE rti_vf RTI_FN(matmul_load)(const rti_real *p, rti_matmul_part part) { return (rti_vf)_mm512_maskz_loadu_pd(part, p); }
static RTI_INLINE void RTI_FN(matmul_store)(rti_real *p, rti_matmul_part part, rti_vf a) { _mm512_mask_storeu_pd(p, part, (__m512d)a); }
#elif defined(RTI_AVX2) && RTI_REAL == 32
typedef __m256i rti_matmul_part;
static RTI_INLINE rti_matmul_part RTI_FN(matmul_part_of)(int64_t n)
{
    return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
static RTI_INLINE rti_vf RTI_FN(matmul_load)(const rti_real *p, rti_matmul_part part) { return (rti_vf)_mm256_maskload_ps(p, part); }
#elif defined(RTI_AVX2)
typedef __m256i rti_matmul_part;
static RTI_INLINE rti_matmul_part RTI_FN(matmul_part_of)(int64_t n)
{
    return _mm256_cmpgt_epi64(_mm256_set1_epi64x(n), _mm256_setr_epi64x(0, 1, 2, 3));
}
static RTI_INLINE rti_vf RTI_FN(matmul_load)(const rti_real *p, rti_matmul_part part) { return (rti_vf)_mm256_maskload_pd(p, part); }
#else
typedef int64_t rti_matmul_part;
static RTI_INLINE rti_matmul_part RTI_FN(matmul_part_of)(int64_t n) { return n; }
static RTI_INLINE rti_vf RTI_FN(matmul_load)(const rti_real *p, rti_matmul_part n)
{
#  if defined(__GNUC__) && RTI_REAL == 32
    if (n < RTI_LANES) {
        rti_vf a = { p[0], n > 1 ? p[1] : 0, n > 2 ? p[2] : 0, 0 };
        return a;
    }
#  elif defined(__GNUC__)
    if (n < RTI_LANES) {
        rti_vf a = { p[0], 0 };
        return a;
    }
#  else
    (void)n;   /* a vector is one number */
#  endif
    return rti_vload(p);
}
#endif

/* ---- tiles ---- */

#if !RTI_MASKS

/* Writes sums that lie in memory. sums (rows,columns) */
static RTI_NOINLINE void RTI_FN(matmul_write_sums)(const rti_tile *t, const void *sums, int64_t sums_row)
{
    const rti_real *sum = RTI_CAST(const rti_real *, sums), *plus = RTI_CAST(const rti_real *, t->plus);
    rti_real *c = RTI_CAST(rti_real *, t->c);
    for (int64_t i = 0; i < t->rows; i++)
        for (int64_t j = 0; j < t->columns; j++) {
            const rti_real s = sum[i * sums_row + j];
            c[i * t->c_row + j * t->c_column] = plus ? s + plus[i * t->plus_row + j * t->plus_column] : s;
        }
}
#endif

/* Writes the sums of a tile. sum[rows][last + 1]; whole: the last vector is complete, else part of it exists. */
static RTI_INLINE void RTI_FN(matmul_end_tile)(const rti_tile *t, rti_vf (*sum)[2], const int rows, const int last, const bool whole,
                                               const rti_matmul_part part)
{
    rti_real *c = RTI_CAST(rti_real *, t->c);
    const rti_real *plus = RTI_CAST(const rti_real *, t->plus);
#if RTI_MASKS
    if (plus) {
        RTI_UNROLL
        for (int i = 0; i < rows; i++, plus += t->plus_row) {
            if (last)
                sum[i][0] += rti_vload(plus);
            sum[i][last] += whole ? rti_vload(plus + last * RTI_LANES) : RTI_FN(matmul_load)(plus + last * RTI_LANES, part);
        }
    }
    RTI_UNROLL
    for (int i = 0; i < rows; i++, c += t->c_row) {
        if (last)
            rti_vstore(c, sum[i][0]);
        if (whole)
            rti_vstore(c + last * RTI_LANES, sum[i][last]);
        else
            RTI_FN(matmul_store)(c + last * RTI_LANES, part, sum[i][last]);
    }
#else
    (void)part;
    if (!whole && t->columns < RTI_LANES) {
        rti_real rest[RTI_PANEL_ROWS * sizeof(rti_vf) / sizeof(rti_real)];   /* (rows,RTI_LANES) */
        RTI_UNROLL
        for (int i = 0; i < rows; i++)
            rti_vstore(rest + i * RTI_LANES, sum[i][0]);
        RTI_FN(matmul_write_sums)(t, rest, RTI_LANES);
        return;
    }
    if (plus) {
        RTI_UNROLL
        for (int i = 0; i < rows; i++, plus += t->plus_row) {
            sum[i][0] += rti_vload(plus);
            if (last)
                sum[i][1] += rti_vload(plus + RTI_LANES);
        }
    }
    RTI_UNROLL
    for (int i = 0; i < rows; i++, c += t->c_row) {
        rti_vstore(c, sum[i][0]);
        if (last)
            rti_vstore(c + RTI_LANES, sum[i][1]);
    }
#endif
}

/* sum[i] += a[i] * b for one k */
static RTI_INLINE void RTI_FN(matmul_step)(rti_vf (*sum)[2], const rti_real *a, int64_t a_row, const rti_vf b0, const rti_vf b1, const int rows,
                                           const int last)
{
    RTI_UNROLL
    for (int i = 0; i < rows; i++) {
        const rti_vf x = rti_vset((double)a[i * a_row]);
        sum[i][0] = rti_vfma(x, b0, sum[i][0]);
        if (last)
            sum[i][1] = rti_vfma(x, b1, sum[i][1]);
    }
}

/* One tile of one or two vectors' columns, operands in place. rows and vectors are constants where this is inlined. */
static RTI_INLINE void RTI_FN(matmul_sum_tile)(const rti_tile *t, const int rows, const int vectors)
{
    const bool whole = !RTI_MASKS && vectors == 2;
    const int last = vectors - 1;
    const rti_matmul_part part = RTI_FN(matmul_part_of)(t->columns - last * RTI_LANES);
    const rti_real *a = RTI_CAST(const rti_real *, t->a), *b = RTI_CAST(const rti_real *, t->b);
    const int64_t a_row = t->a_row, a_step = t->a_step, b_step = t->b_step;
    rti_vf sum[RTI_TILE_ROWS][2];
    RTI_UNROLL
    for (int i = 0; i < rows; i++)
        sum[i][0] = sum[i][last] = rti_vset(0);
    for (int64_t k = t->k; k > 0; k--) {
        const rti_vf b0 = last ? rti_vload(b) : RTI_FN(matmul_load)(b, part);
        const rti_vf b1 = !last ? b0 : whole ? rti_vload(b + RTI_LANES) : RTI_FN(matmul_load)(b + RTI_LANES, part);
        RTI_FN(matmul_step)(sum, a, a_row, b0, b1, rows, last);
        a += a_step;
        b += b_step;
    }
    RTI_FN(matmul_end_tile)(t, sum, rows, last, whole, part);
}

#if RTI_PANEL_ROWS > RTI_TILE_ROWS

/* The same on packed panels, two steps at a time. */
static void RTI_FN(matmul_panel)(const rti_tile *t)
{
    enum { RTI_A_AHEAD = 16 };   /* steps */
    const rti_real *a = RTI_CAST(const rti_real *, t->a), *b = RTI_CAST(const rti_real *, t->b), *c = RTI_CAST(const rti_real *, t->c);
    int64_t k = t->k;
    rti_vf sum[RTI_PANEL_ROWS][2];
    RTI_UNROLL
    for (int i = 0; i < RTI_PANEL_ROWS; i++) {
        sum[i][0] = sum[i][1] = rti_vset(0);
        RTI_PREFETCH(c + i * t->c_row);
        RTI_PREFETCH(c + i * t->c_row + 2 * RTI_LANES - 1);
    }
    for (; k >= 2; k -= 2) {
        RTI_PREFETCH(a + RTI_A_AHEAD * RTI_PANEL_ROWS);
        RTI_FN(matmul_step)(sum, a, 1, rti_vload(b), rti_vload(b + RTI_LANES), RTI_PANEL_ROWS, 1);
        RTI_PREFETCH(a + (RTI_A_AHEAD + 1) * RTI_PANEL_ROWS);
        RTI_FN(matmul_step)(sum, a + RTI_PANEL_ROWS, 1, rti_vload(b + 2 * RTI_LANES), rti_vload(b + 3 * RTI_LANES), RTI_PANEL_ROWS, 1);
        a += 2 * RTI_PANEL_ROWS;
        b += 4 * RTI_LANES;
    }
    if (k > 0)
        RTI_FN(matmul_step)(sum, a, 1, rti_vload(b), rti_vload(b + RTI_LANES), RTI_PANEL_ROWS, 1);
    RTI_FN(matmul_end_tile)(t, sum, RTI_PANEL_ROWS, 1, true, RTI_FN(matmul_part_of)(RTI_LANES));
}
#endif

#ifndef __OPTIMIZE_SIZE__
static void RTI_FN(matmul_tile)(const rti_tile *t)
{
    if (t->columns > RTI_LANES)
        switch (t->rows) {
        case 1: RTI_FN(matmul_sum_tile)(t, 1, 2); break;
        case 2: RTI_FN(matmul_sum_tile)(t, 2, 2); break;
        case 4: RTI_FN(matmul_sum_tile)(t, 4, 2); break;
#  if RTI_TILE_ROWS > 4
        default: RTI_FN(matmul_sum_tile)(t, RTI_TILE_ROWS, 2); break;
#  endif
        }
    else
        switch (t->rows) {
        case 1: RTI_FN(matmul_sum_tile)(t, 1, 1); break;
        case 2: RTI_FN(matmul_sum_tile)(t, 2, 1); break;
        case 4: RTI_FN(matmul_sum_tile)(t, 4, 1); break;
#  if RTI_TILE_ROWS > 4
        default: RTI_FN(matmul_sum_tile)(t, RTI_TILE_ROWS, 1); break;
#  endif
        }
}
#else
/* For size, the fullest tile alone is unrolled; fewer rows go one by one. */
static void RTI_FN(matmul_tile)(const rti_tile *t)
{
    rti_tile row = *t;
    if (t->rows == RTI_TILE_ROWS && t->columns > RTI_LANES) {
        RTI_FN(matmul_sum_tile)(t, RTI_TILE_ROWS, 2);
        return;
    }
    row.rows = 1;
    for (int64_t i = 0; i < t->rows; i++) {
        if (row.columns > RTI_LANES)
            RTI_FN(matmul_sum_tile)(&row, 1, 2);
        else
            RTI_FN(matmul_sum_tile)(&row, 1, 1);
        row.a = RTI_CAST(const rti_real *, row.a) + t->a_row;
        row.c = RTI_CAST(rti_real *, row.c) + t->c_row;
        if (row.plus)
            row.plus = RTI_CAST(const rti_real *, row.plus) + t->plus_row;
    }
}
#endif

/* ---- one row against up to 8 rows of b: these are read once, from end to end ---- */

/* sums[j] += a[k] * b[k][j]; sums go on to a multiple of RTI_LANES */
static void RTI_FN(matmul_add_rows)(void *sums, const rti_tile *t)
{
    const rti_real *a = RTI_CAST(const rti_real *, t->a), *b = RTI_CAST(const rti_real *, t->b);
    const int64_t a_step = t->a_step, b_step = t->b_step, n = t->columns;
    rti_real *sum = RTI_CAST(rti_real *, sums);
    int64_t j = 0;
    if (t->k == 8) {
        rti_vf x[8];
        RTI_UNROLL
        for (int k = 0; k < 8; k++)
            x[k] = rti_vset((double)a[k * a_step]);
        for (; j + RTI_LANES <= n; j += RTI_LANES) {
            rti_vf s = rti_vload(sum + j);
            RTI_UNROLL
            for (int k = 0; k < 8; k++)
                s = rti_vfma(x[k], rti_vload(b + k * b_step + j), s);
            rti_vstore(sum + j, s);
        }
    }
    for (; j < n; j += RTI_LANES) {
        const rti_matmul_part part = RTI_FN(matmul_part_of)(RTI_MIN(n - j, RTI_LANES));
        rti_vf s = rti_vload(sum + j);
        for (int64_t k = 0; k < t->k; k++)
            s = rti_vfma(rti_vset((double)a[k * a_step]), RTI_FN(matmul_load)(b + k * b_step + j, part), s);
        rti_vstore(sum + j, s);
    }
}

/* ---- rows and columns that both lie along k: lanes are summed apart, then together ---- */

/* vectors[i][j] = the lanes of a's row i by b's column j, for up to 2 rows and 4 columns; beyond the last the last is taken again */
static void RTI_FN(matmul_dots)(void *vectors, const rti_tile *t)
{
    const rti_real *a = RTI_CAST(const rti_real *, t->a), *b = RTI_CAST(const rti_real *, t->b), *column[4];
    const rti_real *a1 = a + (t->rows - 1) * t->a_row;
    const int64_t whole = t->k - (t->k - 1) % RTI_LANES - 1;   /* after these one vector is left, or part of it */
    const rti_matmul_part all = RTI_FN(matmul_part_of)(RTI_LANES), rest = RTI_FN(matmul_part_of)(t->k - whole);
    rti_real *lanes = RTI_CAST(rti_real *, vectors);
    rti_vf sum[2][4];
    RTI_UNROLL
    for (int j = 0; j < 4; j++) {
        sum[0][j] = sum[1][j] = rti_vset(0);
        column[j] = b + RTI_MIN(j, t->columns - 1) * t->b_column;
    }
    for (int64_t k = 0; k < t->k; k += RTI_LANES) {
        const rti_matmul_part part = k < whole ? all : rest;
        const rti_vf x0 = RTI_FN(matmul_load)(a + k, part), x1 = RTI_FN(matmul_load)(a1 + k, part);
        RTI_UNROLL
        for (int j = 0; j < 4; j++) {
            const rti_vf y = RTI_FN(matmul_load)(column[j] + k, part);
            sum[0][j] = rti_vfma(x0, y, sum[0][j]);
            sum[1][j] = rti_vfma(x1, y, sum[1][j]);
        }
    }
    RTI_UNROLL
    for (int j = 0; j < 4; j++) {
        rti_vstore(lanes + j * RTI_LANES, sum[0][j]);
        rti_vstore(lanes + (4 + j) * RTI_LANES, sum[1][j]);
    }
}

/* ---- what needs no vectors longer than 16 bytes is there once for all passes ----
 * Other passes reach it by pointer, from outside: called from them, gcc leaves the upper halves of its registers dirty, which costs. */

#if RTI_MATMUL_BASE

/* to[j][i] = from[i][j] of a square of RTI_LANES by RTI_LANES */
static RTI_INLINE void RTI_FN(matmul_transpose)(rti_real *to, int64_t to_step, const rti_real *from, int64_t row)
{
#if RTI_SHUFFLES
    const rti_vf a = rti_vload(from), b = rti_vload(from + row);
#  if RTI_REAL == 32
    const rti_vf c = rti_vload(from + 2 * row), d = rti_vload(from + 3 * row);
    const rti_vf ab = __builtin_shufflevector(a, b, 0, 4, 1, 5), cd = __builtin_shufflevector(c, d, 0, 4, 1, 5);
    const rti_vf ab2 = __builtin_shufflevector(a, b, 2, 6, 3, 7), cd2 = __builtin_shufflevector(c, d, 2, 6, 3, 7);
    rti_vstore(to, __builtin_shufflevector(ab, cd, 0, 1, 4, 5));
    rti_vstore(to + to_step, __builtin_shufflevector(ab, cd, 2, 3, 6, 7));
    rti_vstore(to + 2 * to_step, __builtin_shufflevector(ab2, cd2, 0, 1, 4, 5));
    rti_vstore(to + 3 * to_step, __builtin_shufflevector(ab2, cd2, 2, 3, 6, 7));
#  else
    rti_vstore(to, __builtin_shufflevector(a, b, 0, 2));
    rti_vstore(to + to_step, __builtin_shufflevector(a, b, 1, 3));
#  endif
#else
    for (int64_t i = 0; i < RTI_LANES; i++)
        for (int64_t j = 0; j < RTI_LANES; j++)
            to[j * to_step + i] = from[i * row + j];
#endif
}

/* to[i] = sum of from[i][0 ... lanes - 1] for i < n, a multiple of RTI_LANES */
static void RTI_FN(matmul_sum_lanes)(void *sums, const void *vectors, int64_t n, int64_t lanes)
{
    enum { RTI_SIDE = sizeof(rti_vf) / sizeof(rti_real) };
    const rti_real *from = RTI_CAST(const rti_real *, vectors);
    rti_real *to = RTI_CAST(rti_real *, sums);
    for (int64_t i = 0; i < n; i += RTI_SIDE) {
        rti_real square[RTI_SIDE * RTI_SIDE], turned[RTI_SIDE * RTI_SIDE];
        for (int64_t j = 0; j < RTI_SIDE; j++, from += lanes) {
            rti_vf sum = rti_vload(from);
            for (int64_t l = RTI_SIDE; l < lanes; l += RTI_SIDE)
                sum += rti_vload(from + l);
            rti_vstore(square + j * RTI_SIDE, sum);
        }
        RTI_FN(matmul_transpose)(turned, RTI_SIDE, square, RTI_SIDE);
        rti_vf sum = rti_vload(turned);
        for (int64_t j = 1; j < RTI_SIDE; j++)
            sum += rti_vload(turned + j * RTI_SIDE);
        rti_vstore(to + i, sum);
    }
}

/* to[k][i] = from[i][k] of any size; the last square of a row or column may overlap the one before. */
static void RTI_FN(matmul_transpose_all)(rti_real *to, int64_t to_step, const rti_real *from, int64_t row, int64_t rows, int64_t depth)
{
    if (rows < RTI_LANES || depth < RTI_LANES) {
        for (int64_t i = 0; i < rows; i++)
            for (int64_t k = 0; k < depth; k++)
                to[k * to_step + i] = from[i * row + k];
        return;
    }
    for (int64_t j = 0; j < depth; j += RTI_LANES) {
        const int64_t k = RTI_MIN(j, depth - RTI_LANES);
        for (int64_t i = 0; i < rows; i += RTI_LANES) {
            const int64_t at = RTI_MIN(i, rows - RTI_LANES);
            RTI_FN(matmul_transpose)(to + k * to_step + at, to_step, from + at * row + k, row);
        }
    }
}

/* One row of panels: to[i / width][0][i % width] = from[i] */
static RTI_INLINE void RTI_FN(matmul_pack_row)(rti_real *to, int64_t width, const rti_real *from, int64_t row, int64_t rows, int64_t depth)
{
    for (int64_t p = 0; p < rows; p += width, to += width * depth) {
        const int64_t end = RTI_MIN(p + width, rows);
        int64_t i = p;
        for (; row == 1 && i + 2 * RTI_LANES <= end; i += 2 * RTI_LANES)
            memcpy(to + i - p, from + i, 2 * sizeof(rti_vf));
        for (; i < end; i++)
            to[i - p] = from[i * row];
    }
}

/* Panels of `width`: to[i / width][k][i % width] = from[i * row + k * step] for i < rows, k < depth */
static void RTI_FN(matmul_pack)(void *packed, int64_t width, const void *source, int64_t row, int64_t step, int64_t rows, int64_t depth)
{
    const rti_real *from = RTI_CAST(const rti_real *, source);
    rti_real *to = RTI_CAST(rti_real *, packed);
    if (row != 1 && step == 1)
        for (int64_t i = 0; i < rows; i += width)
            RTI_FN(matmul_transpose_all)(to + i * depth, width, from + i * row, row, RTI_MIN(rows - i, width), depth);
    else
        for (int64_t k = 0; k < depth; k++)
            RTI_FN(matmul_pack_row)(to + k * width, width, from + k * step, row, rows, depth);
}
#endif

#define RTI_BASE(name) RTI_JOIN(name, RTI_TYPE, base)
static const rti_matmul_pass RTI_FN(matmul_pass) = {
    sizeof(rti_real), (int)RTI_LANES, RTI_TILE_ROWS, RTI_PANEL_ROWS, RTI_MASKS,
    RTI_FN(matmul_tile),
#if RTI_PANEL_ROWS > RTI_TILE_ROWS
    RTI_FN(matmul_panel),
#else
    RTI_FN(matmul_tile),
#endif
    RTI_FN(matmul_add_rows), RTI_FN(matmul_dots), RTI_BASE(matmul_sum_lanes), RTI_BASE(matmul_write_sums), RTI_BASE(matmul_pack)
};

#undef RTI_TILE_ROWS
#undef RTI_PANEL_ROWS
#undef RTI_MASKS
#undef RTI_MATMUL_BASE
#endif

#if !RTI_PASS

enum {
    RTI_MATMUL_GRAIN = 32,                    /* shares are best multiples of this; any share gives the same bits */
    RTI_MATMUL_K = 384,                       /* longest block of a sum: longer ones round worse, shorter ones run slower */
    RTI_MATMUL_SMALL_K = 64,                  /* up to here a copied strip of b fits the stack */
    RTI_MATMUL_DOT_ROWS = 16,                 /* up to here columns along k may be read as they are */
    RTI_MATMUL_FEW_ROWS = 2,                  /* up to here b is read by rows */
    RTI_MATMUL_NARROW = 96,                   /* up to so many columns a is not read often enough to be copied */
    RTI_MATMUL_PANEL = 14,                    /* most rows of a panel */
    RTI_MATMUL_A_BYTES = 336 * 4,             /* rows of a packed block, times the bytes of an element: a multiple of every panel's rows */
    RTI_MATMUL_B_BYTES = 2048 * 4,            /* columns, likewise */
    RTI_MATMUL_STRIP_BYTES = 128,             /* widest strip of columns: two vectors */
    RTI_MATMUL_ROW_BYTES = 2048,              /* of b, summed at a time */
    RTI_MATMUL_LINE = 64
};

/* Computes the share [begin, end) of the side that rti_matmul_side measures. */
typedef void (*rti_matmul_fn)(const rti_product *p, int64_t begin, int64_t end, void *workspace);

/* Threads share the columns where there are more of them than rows. */
static RTI_INLINE bool rti_matmul_by_columns(const rti_product *p) { return p->n > p->m; }
static RTI_INLINE int64_t rti_matmul_side(const rti_product *p) { return rti_matmul_by_columns(p) ? p->n : p->m; }

/* size cut evenly into blocks of at most `most`, itself a multiple of unit: the length of a block, a multiple of unit if there are several */
static int64_t rti_matmul_block(int64_t size, int64_t most, int64_t unit)
{
    if (size <= most)
        return size;
    int64_t n = (size + most - 1) / most;
    return ((size + n - 1) / n + unit - 1) / unit * unit;
}

/* Whether copying both operands into the order of their use can pay. */
static bool rti_matmul_can_pack(int64_t m, int64_t n, int64_t k)
{
    return k > RTI_MATMUL_SMALL_K && m >= 64 && n >= 64 && (double)m * (double)n * (double)k >= 1e7;
}

/* Bytes of workspace, best from a multiple of 64 on, that each thread brings; enough for every share and all strides. */
static int64_t rti_matmul_workspace(int64_t m, int64_t n, int64_t k, int64_t bytes)
{
    const int64_t strip = RTI_MATMUL_STRIP_BYTES / bytes, block = rti_matmul_block(k, RTI_MATMUL_K, 1);
    if (k <= RTI_MATMUL_SMALL_K)
        return 0;
    if (!rti_matmul_can_pack(m, n, k))
        return block * RTI_MATMUL_STRIP_BYTES;
    const int64_t rows = RTI_MIN(m + RTI_MATMUL_PANEL, RTI_MATMUL_A_BYTES / bytes);
    const int64_t columns = RTI_MIN((n + strip - 1) / strip * strip, RTI_MATMUL_B_BYTES / bytes);
    return (rows + columns) * block * bytes;
}

/* ---- moving about in a product ---- */

static RTI_INLINE void rti_tile_skip_rows(rti_tile *t, int64_t i, int bytes)
{
    t->a = (const char *)t->a + i * t->a_row * bytes;
    t->c = (char *)t->c + i * t->c_row * bytes;
    if (t->plus)
        t->plus = (const char *)t->plus + i * t->plus_row * bytes;
}

static RTI_INLINE void rti_tile_skip_columns(rti_tile *t, int64_t j, int bytes)
{
    t->b = (const char *)t->b + j * t->b_column * bytes;
    t->c = (char *)t->c + j * t->c_column * bytes;
    if (t->plus)
        t->plus = (const char *)t->plus + j * t->plus_column * bytes;
}

static RTI_INLINE void rti_tile_skip_steps(rti_tile *t, int64_t k, int bytes)
{
    t->a = (const char *)t->a + k * t->a_step * bytes;
    t->b = (const char *)t->b + k * t->b_step * bytes;
}

/* c = a b becomes c' = b' a' */
static void rti_tile_transpose(rti_tile *t)
{
    const rti_tile u = *t;
    t->a = u.b, t->a_row = u.b_column, t->a_step = u.b_step;
    t->b = u.a, t->b_column = u.a_row, t->b_step = u.a_step;
    t->c_row = u.c_column, t->c_column = u.c_row;
    t->plus_row = u.plus_column, t->plus_column = u.plus_row;
    t->rows = u.columns, t->columns = u.rows;
}

/* ---- products from tiles: t is theirs to change ---- */

/* All rows of one strip of columns, in place; leaves t as it was. */
static RTI_INLINE void rti_matmul_strip(const rti_matmul_pass *pass, rti_tile *t)
{
    const void *a = t->a, *plus = t->plus;
    void *c = t->c;
    const int64_t rows = t->rows;
    for (int64_t left = rows;;) {
        t->rows = left >= pass->tile_rows ? pass->tile_rows : left >= 4 ? 4 : left >= 2 ? 2 : 1;
        pass->tile(t);
        left -= t->rows;
        if (left == 0)
            break;
        rti_tile_skip_rows(t, t->rows, pass->bytes);
    }
    t->a = a, t->c = c, t->plus = plus, t->rows = rows;
}

/* a in place; b too, or strip by strip through a buffer (k,2 * lanes). */
static RTI_NOINLINE void rti_matmul_strips(const rti_matmul_pass *pass, rti_tile *t, void *buffer)
{
    const int lanes = pass->lanes;
    const int64_t b_step = t->b_step;
    for (int64_t left = t->columns;;) {
        const void *b = t->b;
        t->columns = left >= 2 * lanes ? 2 * lanes : pass->masks || left <= lanes ? left : lanes;
        if (buffer) {
            pass->pack(buffer, 2 * lanes, b, t->b_column, b_step, t->columns, t->k);
            t->b = buffer;
            t->b_step = 2 * lanes;
        }
        rti_matmul_strip(pass, t);
        left -= t->columns;
        if (left == 0)
            break;
        t->b = b;
        rti_tile_skip_columns(t, t->columns, pass->bytes);
    }
}

/* The first cache line that begins in a buffer: no vector then lies across two. */
static RTI_INLINE void *rti_matmul_line(char *buffer) { return buffer + RTI_MATMUL_LINE - (uintptr_t)buffer % RTI_MATMUL_LINE; }

static RTI_NOINLINE void rti_matmul_strips_on_stack(const rti_matmul_pass *pass, rti_tile *t)
{
    char buffer[RTI_MATMUL_SMALL_K * RTI_MATMUL_STRIP_BYTES + RTI_MATMUL_LINE];
    rti_matmul_strips(pass, t, rti_matmul_line(buffer));
}

/* A block of packed rows of a, [rows / panel_rows][k][panel_rows], by a block of packed columns of b, [columns / (2 * lanes)][k][2 * lanes] */
static void rti_matmul_panels(const rti_matmul_pass *pass, const rti_tile *block)
{
    const int64_t width = 2 * pass->lanes;
    for (int64_t j = 0; j < block->columns; j += width)
        for (int64_t i = 0; i < block->rows; i += pass->panel_rows) {
            rti_tile t = *block;
            rti_tile_skip_rows(&t, i, pass->bytes);
            rti_tile_skip_columns(&t, j, pass->bytes);
            t.rows = RTI_MIN(block->rows - i, pass->panel_rows);
            t.columns = RTI_MIN(block->columns - j, width);
            t.a_row = 1;
            t.b_column = 1;
            if (t.rows == pass->panel_rows && t.columns == width)
                pass->panel(&t);
            else
                rti_matmul_strips(pass, &t, NULL);
        }
}

/* Both operands packed: a block of b's columns for the third-level cache, of a's rows for the second, a strip of b for the first. */
static RTI_NOINLINE void rti_matmul_packed(const rti_matmul_pass *pass, const rti_tile *whole, char *workspace)
{
    const int64_t bytes = pass->bytes, k = whole->k, width = 2 * pass->lanes, panel_rows = pass->panel_rows;
    const int64_t columns = rti_matmul_block(whole->columns, RTI_MATMUL_B_BYTES / bytes, width);
    const int64_t rows = rti_matmul_block(whole->rows, RTI_MATMUL_A_BYTES / bytes, panel_rows);
    char *packed_b = workspace, *packed_a = workspace + (columns + width - 1) / width * width * k * bytes;
    for (int64_t j = 0; j < whole->columns; j += columns) {
        rti_tile strip = *whole;
        strip.columns = RTI_MIN(whole->columns - j, columns);
        rti_tile_skip_columns(&strip, j, pass->bytes);
        pass->pack(packed_b, width, strip.b, strip.b_column, strip.b_step, strip.columns, k);
        for (int64_t i = 0; i < whole->rows; i += rows) {
            rti_tile block = strip;
            block.rows = RTI_MIN(whole->rows - i, rows);
            rti_tile_skip_rows(&block, i, pass->bytes);
            pass->pack(packed_a, panel_rows, block.a, block.a_row, block.a_step, block.rows, k);
            block.a = packed_a, block.a_row = k, block.a_step = panel_rows;
            block.b = packed_b, block.b_column = k, block.b_step = width;
            rti_matmul_panels(pass, &block);
        }
    }
}

/* Few rows, each by 8 whole rows of b at a time. */
static RTI_NOINLINE void rti_matmul_few_rows(const rti_matmul_pass *pass, const rti_tile *whole)
{
    char buffer[RTI_MATMUL_FEW_ROWS * RTI_MATMUL_ROW_BYTES + RTI_MATMUL_LINE], *sums = RTI_CAST(char *, rti_matmul_line(buffer));
    const int64_t most = RTI_MATMUL_ROW_BYTES / pass->bytes;
    rti_tile t = *whole;
    for (int64_t j = 0; j < whole->columns; j += most) {
        t.columns = RTI_MIN(whole->columns - j, most);
        memset(sums, 0, (size_t)t.rows * RTI_MATMUL_ROW_BYTES);
        for (int64_t k = 0; k < whole->k; k += 8) {
            rti_tile row = t;
            row.k = RTI_MIN(whole->k - k, 8);
            rti_tile_skip_steps(&row, k, pass->bytes);
            for (int64_t i = 0; i < t.rows; i++) {
                pass->add_rows(sums + i * RTI_MATMUL_ROW_BYTES, &row);
                row.a = (const char *)row.a + row.a_row * pass->bytes;
            }
        }
        pass->write(&t, sums, most);
        rti_tile_skip_columns(&t, most, pass->bytes);
    }
}

/* Rows and columns along k. */
static RTI_NOINLINE void rti_matmul_dots(const rti_matmul_pass *pass, const rti_tile *whole)
{
    char buffer[8 * RTI_MATMUL_STRIP_BYTES / 2 + RTI_MATMUL_LINE];
    void *vectors = rti_matmul_line(buffer);   /* [2][4][lanes] */
    double sums[8];                            /* [2][4] */
    for (int64_t j = 0; j < whole->columns; j += 4) {
        rti_tile t = *whole;
        t.columns = RTI_MIN(whole->columns - j, 4);
        rti_tile_skip_columns(&t, j, pass->bytes);
        for (int64_t i = 0; i < whole->rows; i += 2) {
            t.rows = RTI_MIN(whole->rows - i, 2);
            pass->dots(vectors, &t);
            pass->sum_lanes(sums, vectors, 8, pass->lanes);
            pass->write(&t, sums, 4);
            rti_tile_skip_rows(&t, 2, pass->bytes);
        }
    }
}

/* k is 0: nothing to sum */
static RTI_NOINLINE void rti_matmul_no_sums(rti_tile *t, int bytes)
{
    const size_t row_bytes = (size_t)(t->columns * bytes);
    for (; t->rows > 0; t->rows--) {
        if (!t->plus)
            memset(t->c, 0, row_bytes);
        else if (t->plus != t->c)
            memcpy(t->c, t->plus, row_bytes);
        rti_tile_skip_rows(t, 1, bytes);
    }
}

/* ---- the choice ---- */

/* Whether the rows of a strip of b lie so far apart that they crowd out each other from the first-level cache, over rows enough to pay for a copy:
 * a cache of 32 KB repeats itself every 4 KB. */
static RTI_INLINE bool rti_matmul_crowded(const rti_tile *t, int bytes)
{
    const uint64_t step = (uint64_t)t->b_step * (uint64_t)bytes, period = RTI_MIN(step & (0 - step), 4096u);
    return t->rows >= 256 && (uint64_t)t->k * period > 32768u;
}

/* One block of the sums. */
static RTI_INLINE void rti_matmul_one_block(const rti_matmul_pass *pass, rti_tile *t, int64_t k, void *workspace)
{
    const bool apart = t->c_column != 1 || t->plus_column != 1;
    if (t->rows <= RTI_MATMUL_FEW_ROWS && t->b_column == 1 && (apart || t->columns >= 16 * pass->lanes))
        rti_matmul_few_rows(pass, t);
    else if (rti_matmul_can_pack(t->rows, t->columns, k) && (t->a_step != 1 || t->columns > RTI_MATMUL_NARROW))
        rti_matmul_packed(pass, t, RTI_CAST(char *, workspace));
    else if (t->b_column == 1 && !rti_matmul_crowded(t, pass->bytes))
        rti_matmul_strips(pass, t, NULL);
    else if (k <= RTI_MATMUL_SMALL_K)
        rti_matmul_strips_on_stack(pass, t);
    else
        rti_matmul_strips(pass, t, workspace);
}

static RTI_NOINLINE void rti_matmul_blocks(const rti_matmul_pass *pass, rti_tile *whole, void *workspace)
{
    const int64_t k = whole->k, block = rti_matmul_block(k, RTI_MATMUL_K, 1);
    for (int64_t at = 0; at < k; at += block) {
        rti_tile t = *whole;
        t.k = RTI_MIN(k - at, block);
        rti_tile_skip_steps(&t, at, pass->bytes);
        if (at > 0)
            t.plus = t.c, t.plus_row = t.c_row, t.plus_column = t.c_column;
        rti_matmul_one_block(pass, &t, k, workspace);
    }
}

static void rti_matmul_run(const rti_matmul_pass *pass, const rti_product *p, int64_t begin, int64_t end, void *workspace)
{
    rti_tile t;
    if (p->m == 0 || p->n == 0 || begin >= end)
        return;
    t.a = p->k ? p->a : p->c, t.a_row = p->a_row, t.a_step = p->a_column;
    t.b = p->k ? p->b : p->c, t.b_step = p->b_row, t.b_column = p->n == 1 ? 1 : p->b_column;
    t.c = p->c, t.c_row = p->c_row, t.c_column = 1;
    t.plus = p->accumulate ? p->c : p->bias, t.plus_row = p->accumulate ? p->c_row : 0, t.plus_column = 1;
    t.rows = p->m, t.columns = p->n, t.k = p->k;
    if (rti_matmul_by_columns(p)) {
        rti_tile_skip_columns(&t, begin, pass->bytes);
        t.columns = end - begin;
    } else {
        rti_tile_skip_rows(&t, begin, pass->bytes);
        t.rows = end - begin;
    }
    if (t.k == 0) {
        rti_matmul_no_sums(&t, pass->bytes);
        return;
    }
    const bool along_k = t.a_step == 1 && t.b_step == 1;
    if (p->n == 1 && (along_k || t.a_row == 1))
        rti_tile_transpose(&t);
    if (along_k && (p->n == 1 || p->m == 1 || (p->m <= RTI_MATMUL_DOT_ROWS && p->n > RTI_MATMUL_DOT_ROWS && t.k >= p->m * 64)))
        rti_matmul_dots(pass, &t);
    else if (t.k <= RTI_MATMUL_K)
        rti_matmul_one_block(pass, &t, t.k, workspace);
    else
        rti_matmul_blocks(pass, &t, workspace);
}

/* ---- by class ---- */

#define RTI_MATMUL_PASS(type, isa) &rti_matmul_pass_##type##_##isa,
#if !RTI_ONE_PASS
static const rti_matmul_pass *const rti_matmul_passes_f32[] = { RTI_EACH_ISA(RTI_MATMUL_PASS, f32) };
static void rti_matmul_f32(const rti_product *p, int64_t begin, int64_t end, void *workspace)
{
    rti_matmul_run(rti_matmul_passes_f32[rti_isa()], p, begin, end, workspace);
}
#endif

static const rti_matmul_pass *const rti_matmul_passes_f64[] = { RTI_EACH_ISA_F64(RTI_MATMUL_PASS, f64) };
#undef RTI_MATMUL_PASS
static void rti_matmul_f64(const rti_product *p, int64_t begin, int64_t end, void *workspace)
{
    rti_matmul_run(rti_matmul_passes_f64[rti_isa()], p, begin, end, workspace);
}

/* Integers wrap. No workspace is needed. */
static void rti_matmul_i64(const rti_product *p, int64_t begin, int64_t end, void *workspace)
{
    const bool by_columns = rti_matmul_by_columns(p);
    const int64_t i_begin = by_columns ? 0 : begin, i_end = by_columns ? p->m : end;
    const int64_t j_begin = by_columns ? begin : 0, j_end = by_columns ? end : p->n;
    const uint64_t *a = RTI_CAST(const uint64_t *, p->a), *b = RTI_CAST(const uint64_t *, p->b), *bias = RTI_CAST(const uint64_t *, p->bias);
    uint64_t *all = RTI_CAST(uint64_t *, p->c);
    (void)workspace;
    for (int64_t i = i_begin; i < i_end; i++) {
        uint64_t *c = all + i * p->c_row;
        for (int64_t j = j_begin; j < j_end && !p->accumulate; j++)
            c[j] = bias ? bias[j] : 0;
        for (int64_t k = 0; k < p->k; k++) {
            const uint64_t x = a[i * p->a_row + k * p->a_column];
            for (int64_t j = j_begin; j < j_end; j++)
                c[j] += x * b[k * p->b_row + j * p->b_column];
        }
    }
}

static RTI_INLINE rti_matmul_fn rti_matmul_for(rti_class c)
{
#if !RTI_ONE_PASS
    if (c == RTI_CLASS_F32)
        return rti_matmul_f32;
#endif
    return c == RTI_CLASS_F64 ? rti_matmul_f64 : rti_matmul_i64;
}
#endif

#if !RTI_PASS
/* ---- values --------------------------------------------------------------------------------------------------------------------- */

static RTI_INLINE rt_value rti_value(rt_value_tag tag, uint32_t count)
{
    rt_value v;
    memset(&v, 0, sizeof v);
    v.tag = (uint32_t)tag;
    v.count = count;
    return v;
}

static RTI_INLINE rt_value rti_value_tensor(rt_tensor *x)
{
    rt_value v = rti_value(RT_VALUE_TENSOR, 0);
    v.as.tensor = x;
    return v;
}

/* The same written where it is wanted: a value copied right after its parts were stored would wait for them. */
static RTI_INLINE void rti_box_tensor(rt_value *v, rt_tensor *x)
{
    v->tag = RT_VALUE_TENSOR;
    v->count = 0;
    v->as.tensor = x;
}

RT_API rt_value rt_value_none(void) { return rti_value(RT_VALUE_NONE, 0); }
RT_API rt_value rt_value_tensor(rt_tensor *x) { return rt_is_none(x) ? rt_value_none() : rti_value_tensor(x); }

RT_API rt_value rt_value_bool(bool x)
{
    rt_value v = rti_value(RT_VALUE_BOOL, 0);
    v.as.i = x;
    return v;
}

RT_API rt_value rt_value_int(int64_t x)
{
    rt_value v = rti_value(RT_VALUE_INT, 0);
    v.as.i = x;
    return v;
}

RT_API rt_value rt_value_float(double x)
{
    rt_value v = rti_value(RT_VALUE_FLOAT, 0);
    v.as.f = x;
    return v;
}

RT_API rt_value rt_value_ints(const int64_t *x, int n)
{
    rt_value v = rti_value(RT_VALUE_INTS, n > 0 ? (uint32_t)n : 0);
    v.as.ints = x;
    return v;
}

RT_API rt_value rt_value_tensors(rt_tensor *const *x, int n)
{
    rt_value v = rti_value(RT_VALUE_TENSORS, n > 0 ? (uint32_t)n : 0);
    v.as.tensors = x;
    return v;
}

RT_API rt_value rt_value_string(const char *x)
{
    rt_value v = rti_value(RT_VALUE_STRING, 0);
    v.as.string = x;
    return v;
}

RT_API rt_value rt_value_dtype(rt_dtype x)
{
    rt_value v = rti_value(x == RT_DTYPE_DEFAULT ? RT_VALUE_NONE : RT_VALUE_DTYPE, 0);
    v.as.i = x;
    return v;
}

/* A number as a value; a complex one is borrowed from *x. */
static rt_value rti_value_scalar(const rt_scalar *x)
{
    switch (x->kind) {
    case RT_SCALAR_BOOL: return rt_value_bool(x->i != 0);
    case RT_SCALAR_INT: return rt_value_int(x->i);
    case RT_SCALAR_FLOAT: return rt_value_float(x->re);
    default: break;
    }
    rt_value v = rti_value(RT_VALUE_COMPLEX, 0);
    v.as.complex = &x->re;
    return v;
}

static RTI_INLINE bool rti_value_is_number(const rt_value *v) { return v->tag >= RT_VALUE_BOOL && v->tag <= RT_VALUE_COMPLEX; }

/* A number value as a scalar. */
static rt_scalar rti_scalar_of_value(const rt_value *v)
{
    switch (v->tag) {
    case RT_VALUE_BOOL: return rt_scalar_bool(v->as.i != 0);
    case RT_VALUE_INT: return rt_scalar_int(v->as.i);
    case RT_VALUE_FLOAT: return rt_scalar_float(v->as.f);
    case RT_VALUE_COMPLEX: return rt_scalar_complex(v->as.complex[0], v->as.complex[1]);
    default: return rt_scalar_int(0);
    }
}
/* ---- tensors ---------------------------------------------------------------------------------------------------------------------- */

/* What an object is: the first word of every object that rt_free takes. A freed object's word is cleared. */
enum {
    RTI_TAG_TENSOR = 0x52540001, RTI_TAG_MODULE, RTI_TAG_OPTIM, RTI_TAG_DATASET, RTI_TAG_LOADER, RTI_TAG_GENERATOR, RTI_TAG_DICT, RTI_TAG_END
};

struct rt_dict;

/* What every object but a tensor begins with. */
typedef struct rti_object {
    uint32_t tag;
    const char *kind;                                                 /* for messages: "module" */
    void (*destroy)(void *object);
    rt_status (*state)(void *object, struct rt_dict *into);           /* its named tensors, the live ones, for saving and loading; NULL: has none */
    rt_status (*zero_grad)(void *object);                             /* takes away the gradients of its parameters; NULL: has none */
} rti_object;

/* Memory that tensors share. A small tensor's storage and elements stand in the tensor's own block. */
typedef struct rti_storage {
    int32_t refs;
    int32_t version;                    /* counts writes in place; views share it */
    char *data;
    size_t n_bytes;
    void *block;                        /* given back when the last reference goes */
    void (*release)(void *user, void *data);   /* of memory that the user lent; may be NULL */
    void *user;
} rti_storage;

/* Floors above hang their own things on a tensor; each begins with what it takes to let go of it. */
typedef struct rti_meta_head { void (*release)(struct rti_meta_head *meta); } rti_meta_head;
typedef struct rti_pending_head {
    rt_status (*flush)(void);            /* computes whatever this thread has pending */
    void (*forget)(rt_tensor *x);        /* x dies uncomputed */
} rti_pending_head;

enum { RTI_LAYOUT_STRIDED = 0 };

struct rt_tensor {
    uint32_t tag;
    int32_t refs;
    uint8_t dtype, ndim, layout, device;
    uint8_t conj, neg;                  /* views that read as conjugated or negated */
    bool requires_grad;                 /* wanted on a leaf, or inherited */
    bool pending;                       /* elements not computed yet: a capture holds them */
    bool contiguous;                    /* row-major without gaps */
    int32_t scope_level;
    int64_t numel;
    char *data;                         /* first element; NULL while pending */
    rti_storage *storage;
    rti_thread *scope_thread;           /* the thread whose scope owns a reference; NULL: none */
    rt_tensor *scope_prev, *scope_next;
    rti_meta_head *meta;                /* gradient, node, hooks; NULL until wanted */
    rt_tensor *base;                    /* what this is a view of; NULL for what is none */
    void *extension;                    /* sparse, quantised, batched; while pending: rti_pending_head, or NULL if its computation failed */
    int64_t *size, *stride;             /* ndim each, in the tensor's block; strides in elements */
};

/* The absent tensor. */
static rt_tensor rti_none_tensor = { RTI_TAG_TENSOR, 1, 0, 0, 0, 0, 0, 0, false, false, false, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL };

RT_API rt_tensor *rt_none(void) { return &rti_none_tensor; }
static RTI_INLINE bool rti_absent(const rt_tensor *x) { return x == &rti_none_tensor; }
RT_API bool rt_is_none(const rt_tensor *x) { return rti_absent(x); }

/* ---- checks ---- */

/* Whether x is a live tensor; raises otherwise. An error that is pending already explains a NULL. */
static bool rti_is_tensor(const rt_tensor *x, const char *op, const char *argument)
{
    if (RTI_LIKELY(x != NULL && x->tag == RTI_TAG_TENSOR && !rti_absent(x)))
        return true;
    if (!x)
        rti_raise(RT_ERR_NULL, op, "%s is NULL", argument);
    else if (x->tag != RTI_TAG_TENSOR)
        rti_raise(RT_ERR_STATE, op, "%s is not a live tensor: it was used after its scope ended or after rt_free, or is something else", argument);
    else
        rti_raise(RT_ERR_NULL, op, "expected a tensor for %s, got RT_NONE", argument);
    return false;
}

/* A shape as text, "[2, 3]". */
typedef struct rti_shape_text { char text[RT_MAX_DIMS * 14 + 4]; } rti_shape_text;

static const char *rti_dims_text(rti_shape_text *t, const int64_t *size, int ndim)
{
    rti_text out = { t->text, sizeof t->text, 0 };
    rti_text_add(&out, "[");
    for (int d = 0; d < ndim; d++)
        rti_text_add(&out, "%s%lld", d ? ", " : "", (long long)size[d]);
    rti_text_add(&out, "]");
    return t->text;
}

static const char *rti_shape_of_text(rti_shape_text *t, const rt_tensor *x) { return rti_dims_text(t, x->size, x->ndim); }

/* Elements of a shape; -1, with the error raised, for sizes that are negative or too many. */
static int64_t rti_count_elements(const char *op, const int64_t *size, int ndim)
{
    rti_shape_text text;
    int64_t n = 1, span = 1;      /* span: as if no size were 0; strides go up to it, of empty tensors too */
    bool negative = false;
    if (ndim < 0 || ndim > RT_MAX_DIMS) {
        rti_raise(RT_ERR_SHAPE, op, "expected 0 to %d dimensions, got %d", RT_MAX_DIMS, ndim);
        return -1;
    }
    for (int d = 0; d < ndim; d++) {
        negative = negative || size[d] < 0;
        n = rti_size_mul(n, size[d]);
        span = rti_size_mul(span, size[d] > 0 ? size[d] : 1);
    }
    if (span < 0)
        n = -1;
    if (negative)
        rti_raise(RT_ERR_SHAPE, op, "a size is negative in %s", rti_dims_text(&text, size, ndim));
    else if (n < 0)
        rti_raise(RT_ERR_MEMORY, op, "a tensor of shape %s has more elements than fit", rti_dims_text(&text, size, ndim));
    return negative ? -1 : n;
}

/* A dimension counted from either end as 0 to ndim - 1; a scalar counts as having one. -1 with the error raised if out of range. */
static int rti_wrap_dim(const char *op, int64_t dim, int ndim)
{
    int n = ndim > 0 ? ndim : 1;
    if (dim < -n || dim >= n) {
        rti_raise(RT_ERR_INDEX, op, "dimension out of range: expected %d to %d, got %lld", -n, n - 1, (long long)dim);
        return -1;
    }
    return (int)(dim < 0 ? dim + n : dim);
}

/* ---- life ---- */

static RTI_INLINE void rti_retain(rt_tensor *x)
{
    if (!rti_absent(x))
        rti_atomic_add32(&x->refs, 1);
}

/* Gives a reference up; true if it was the last. Who holds the only one needs no atomic decrement. */
static RTI_INLINE bool rti_last_reference(int32_t *refs) { return rti_atomic_load32(refs) == 1 || rti_atomic_add32(refs, -1) == 1; }

static RTI_INLINE void rti_storage_release(rti_storage *s)
{
    if (!rti_last_reference(&s->refs))
        return;
    if (s->release)
        s->release(s->user, s->data);
    rti_pool_put(s->block);
}

static RTI_NOINLINE void rti_tensor_destroy(rt_tensor *x);

static RTI_INLINE void rti_release(rt_tensor *x)
{
    if (x && !rti_absent(x) && rti_last_reference(&x->refs))
        rti_tensor_destroy(x);
}

static void rti_pending_died(rt_tensor *x)
{
    if (x->extension)
        RTI_CAST(const rti_pending_head *, x->extension)->forget(x);
}

static RTI_NOINLINE void rti_tensor_destroy(rt_tensor *x)
{
    if (x->pending)
        rti_pending_died(x);
    if (x->meta)
        x->meta->release(x->meta);
    if (x->base)
        rti_release(x->base);
    x->tag = 0;
    rti_count_tensor(-1);
    rti_storage *s = x->storage;
    if (!s) {
        rti_pool_put(x);
        return;
    }
    if (s->block != x)
        rti_pool_put(x);
    rti_storage_release(s);
}

/* Up to so many bytes, elements stand in the tensor's own block. */
enum { RTI_INLINE_BYTES = 512 };

/* A tensor's block: header, sizes, strides, then `extra` bytes for a storage and elements. */
static RTI_INLINE rt_tensor *rti_tensor_header(rt_dtype dtype, int ndim, size_t extra)
{
    size_t head = sizeof(rt_tensor) + 2 * (size_t)ndim * sizeof(int64_t);
    rt_tensor *x = RTI_CAST(rt_tensor *, rti_pool_get(head + extra));
    if (!x)
        return NULL;
    x->tag = RTI_TAG_TENSOR;      /* field by field: compilers clear a block of this size with a slow string instruction */
    x->refs = 1;
    x->dtype = (uint8_t)dtype;
    x->ndim = (uint8_t)ndim;
    x->layout = x->device = x->conj = x->neg = 0;
    x->requires_grad = x->pending = x->contiguous = false;
    x->scope_level = 0;
    x->numel = 0;
    x->data = NULL;
    x->storage = NULL;
    x->scope_thread = NULL;
    x->scope_prev = x->scope_next = NULL;
    x->meta = NULL;
    x->base = NULL;
    x->extension = NULL;
    x->size = (int64_t *)(void *)(x + 1);
    x->stride = x->size + ndim;
    rti_count_tensor(1);
    return x;
}

/* Sizes and row-major strides; answers the number of elements, with a size of 0 counted as 1. */
static RTI_INLINE int64_t rti_tensor_strides(rt_tensor *x, const int64_t *size, int ndim)
{
    int64_t n = 1;
    for (int d = ndim - 1; d >= 0; d--) {
        x->size[d] = size[d];
        x->stride[d] = n;
        n *= size[d] > 0 ? size[d] : 1;
    }
    x->contiguous = true;
    return n;
}

/* Sizes, row-major strides and the number of elements of a checked shape. */
static RTI_INLINE void rti_tensor_shape(rt_tensor *x, const int64_t *size)
{
    x->numel = rti_tensor_strides(x, size, x->ndim);
    for (int d = 0; d < x->ndim; d++)
        if (size[d] == 0)
            x->numel = 0;
}

/* Whether sizes and strides say row-major without gaps; where there are no elements, they do. */
static bool rti_strides_contiguous(const rt_tensor *x)
{
    int64_t expected = 1;
    for (int d = x->ndim - 1; d >= 0; d--) {
        if (x->size[d] != 1 && x->stride[d] != expected)
            return x->numel == 0;
        expected *= x->size[d];
    }
    return true;
}

static RTI_INLINE void rti_storage_start(rti_storage *s, void *block, char *data, size_t n_bytes)
{
    s->refs = 1;
    s->version = 0;
    s->data = data;
    s->n_bytes = n_bytes;
    s->block = block;
    s->release = NULL;
    s->user = NULL;
}

/* Gives a tensor without elements (a pending one) its memory. */
static bool rti_tensor_allocate(rt_tensor *x)
{
    size_t n_bytes = (size_t)x->numel * rti_element_bytes((rt_dtype)x->dtype), lead = (sizeof(rti_storage) + 63) / 64 * 64;
    char *block = RTI_CAST(char *, rti_pool_get(lead + n_bytes));
    if (!block)
        return false;
    x->storage = (rti_storage *)(void *)block;
    x->data = block + lead;
    rti_storage_start(x->storage, block, x->data, n_bytes);
    return true;
}

/* Bytes from an inline storage to its elements, which begin at a multiple of 64 and are followed by nothing else up to the next: a masked
 * load that covers a neighbour's header waits for whatever was last written there (60 ns, measured). A small block's payload begins
 * sizeof(rti_block) past such a multiple. */
static RTI_INLINE size_t rti_inline_lead(int ndim)
{
    size_t head = sizeof(rt_tensor) + 2 * (size_t)ndim * sizeof(int64_t);
    return (sizeof(rti_block) + head + sizeof(rti_storage) + 63) / 64 * 64 - sizeof(rti_block) - head;
}

/* A new contiguous tensor with undefined elements, owned by the caller; the shape has been checked and its elements counted as n. */
static rt_tensor *rti_tensor_new(rt_dtype dtype, const int64_t *size, int ndim, int64_t n)
{
    int64_t n_bytes = rti_size_mul(n, (int64_t)rti_element_bytes(dtype));
    if (n_bytes < 0 || (uint64_t)n_bytes > SIZE_MAX / 2) {
        rti_raise(RT_ERR_MEMORY, "memory", "%lld elements of %s are more bytes than fit", (long long)n, rt_dtype_name(dtype));
        return NULL;
    }
    bool small = n_bytes <= RTI_INLINE_BYTES;
    size_t lead = rti_inline_lead(ndim);
    rt_tensor *x = rti_tensor_header(dtype, ndim, small ? lead + ((size_t)n_bytes + 63) / 64 * 64 : 0);
    if (!x)
        return NULL;
    rti_tensor_strides(x, size, ndim);
    x->numel = n;
    if (small) {
        x->storage = (rti_storage *)(void *)(x->stride + ndim);
        x->data = (char *)x->storage + lead;
        rti_storage_start(x->storage, x, x->data, (size_t)n_bytes);
    } else if (!rti_tensor_allocate(x)) {
        rti_release(x);
        return NULL;
    }
    return x;
}

/* A view of x with its own sizes and strides, `offset` elements further on; owned by the caller. */
static rt_tensor *rti_tensor_view(rt_tensor *x, const int64_t *size, const int64_t *stride, int ndim, int64_t offset)
{
    rt_tensor *v = rti_tensor_header((rt_dtype)x->dtype, ndim, 0);
    if (!v)
        return NULL;
    v->numel = 1;
    for (int d = 0; d < ndim; d++) {
        v->size[d] = size[d];
        v->stride[d] = stride[d];
        v->numel *= size[d];
    }
    v->contiguous = rti_strides_contiguous(v);
    v->layout = x->layout;
    v->device = x->device;
    v->conj = x->conj;
    v->neg = x->neg;
    v->storage = x->storage;
    rti_atomic_add32(&x->storage->refs, 1);
    v->data = x->data + offset * (int64_t)rti_element_bytes((rt_dtype)x->dtype);
    v->base = x->base ? x->base : x;
    rti_retain(v->base);
    return v;
}

static RTI_NOINLINE rt_status rti_settle_pending(const rt_tensor *x)
{
    if (!x->extension)
        return rti_raise(RT_ERR_STATE, "capture", "a value is used whose computation failed");
    return RTI_CAST(const rti_pending_head *, x->extension)->flush();
}

/* Makes sure that x's elements exist. */
static RTI_INLINE rt_status rti_settle(const rt_tensor *x) { return RTI_UNLIKELY(x->pending) ? rti_settle_pending(x) : RT_OK; }

static RTI_INLINE bool rti_contiguous(const rt_tensor *x) { return x->contiguous; }

/* ---- scopes ---- */

static RTI_NOINLINE void rti_scope_warn(rti_thread *t)
{
    t->scope_warned = true;
    rti_log("100000 live tensors in a thread's root scope: open a scope round the work (rt_scope_begin, rt_turn_next), "
            "or free what is not needed (rt_free)");
}

static void rti_scope_thread_end(rti_thread *t);

/* Hands the caller's reference to the innermost scope. Cannot fail; NULL passes through, and what has its scope already stays there. */
static RTI_INLINE rt_tensor *rti_scoped(rt_tensor *x)
{
    if (RTI_UNLIKELY(!x))
        return NULL;
    if (RTI_UNLIKELY(x->scope_thread != NULL)) {
        rti_release(x);
        return x;
    }
    rti_thread *t = rti_thread_state();
    t->at_end[0] = rti_scope_thread_end;
    x->scope_thread = t;
    x->scope_level = t->scope_level;
    x->scope_prev = NULL;
    x->scope_next = t->scope_head;
    if (t->scope_head)
        t->scope_head->scope_prev = x;
    t->scope_head = x;
    if (RTI_UNLIKELY(++t->scope_count >= 100000 && t->scope_level == 0 && !t->scope_warned))
        rti_scope_warn(t);
    return x;
}

/* Takes x out of its scope; the scope's reference is now the caller's. False, with the error raised, if another thread's scope owns it. */
static bool rti_unscope(rt_tensor *x, const char *op)
{
    rti_thread *t = rti_thread_state();
    if (x->scope_thread != t) {
        rti_raise(RT_ERR_STATE, op, "the tensor belongs to a scope of another thread: rt_keep it there before handing it over");
        return false;
    }
    if (x->scope_prev)
        x->scope_prev->scope_next = x->scope_next;
    else
        t->scope_head = x->scope_next;
    if (x->scope_next)
        x->scope_next->scope_prev = x->scope_prev;
    x->scope_prev = x->scope_next = NULL;
    x->scope_thread = NULL;
    t->scope_count--;
    return true;
}

/* Frees what scopes of this level and deeper own. */
static void rti_scope_empty(rti_thread *t, int32_t level)
{
    while (t->scope_head && t->scope_head->scope_level >= level) {
        rt_tensor *x = t->scope_head;
        t->scope_head = x->scope_next;
        if (x->scope_next)
            x->scope_next->scope_prev = NULL;
        x->scope_next = NULL;
        x->scope_thread = NULL;
        t->scope_count--;
        rti_release(x);
    }
}

static void rti_scope_thread_end(rti_thread *t) { rti_scope_empty(t, 0); }

RT_API rt_scope rt_scope_begin(void)
{
    rt_scope scope;
    scope.level = ++rti_thread_state()->scope_level;
    scope.modes = rti_modes;
    return scope;
}

RT_API void rt_scope_end(rt_scope scope)
{
    rti_thread *t = rti_thread_state();
    if (scope.level < 1 || scope.level > t->scope_level)
        return;                                    /* closed already, with one that was open round it */
    rti_scope_empty(t, scope.level);
    t->scope_level = scope.level - 1;
    rti_modes = (rti_modes & ~(uint32_t)RTI_MODE_NO_GRAD) | (scope.modes & RTI_MODE_NO_GRAD);
}

RT_API rt_tensor *rt_return(rt_scope scope, rt_tensor *x)
{
    bool scoped = x && !rti_absent(x) && x->tag == RTI_TAG_TENSOR && x->scope_thread == rti_thread_state() && x->scope_level >= scope.level;
    if (scoped)
        rti_unscope(x, "rt_return");
    rt_scope_end(scope);
    return scoped ? rti_scoped(x) : x;
}

RT_API rt_tensor *rt_keep(rt_tensor *x)
{
    if (!x || rti_absent(x))
        return x;
    if (!rti_is_tensor(x, "rt_keep", "x") || (x->scope_thread && !rti_unscope(x, "rt_keep")))
        return NULL;
    return x;
}

RT_API rt_status rt_set(rt_tensor **slot, rt_tensor *x)
{
    if (!slot)
        return rti_raise(RT_ERR_NULL, "rt_set", "slot is NULL");
    if (!x || rti_absent(x)) {
        rti_is_tensor(x, "rt_set", "x");
        return rti_pending_code();
    }
    if (x == *slot)
        return RT_OK;
    if (!rt_keep(x))
        return rti_pending_code();
    rt_free(*slot);
    *slot = x;
    return RT_OK;
}

RT_API bool rt_turn_next(rt_turn *turn, bool go_on)
{
    if (turn->open) {
        turn->open = false;
        rt_scope_end(turn->scope);
    }
    if (!go_on || rti_thread_state()->error_unread)
        return false;
    turn->scope = rt_scope_begin();
    turn->open = true;
    return true;
}

RT_API void rt_free(void *object)
{
    if (!object || object == (void *)&rti_none_tensor)
        return;
    uint32_t tag = RTI_CAST(const rti_object *, object)->tag;
    if (tag == RTI_TAG_TENSOR) {
        rt_tensor *x = RTI_CAST(rt_tensor *, object);
        if (x->scope_thread && !rti_unscope(x, "rt_free"))
            return;
        rti_release(x);
    } else if (tag > RTI_TAG_TENSOR && tag < RTI_TAG_END) {
        RTI_CAST(const rti_object *, object)->destroy(object);
    } else {
        rti_raise(RT_ERR_STATE, "rt_free", "not a live object: it has been freed already, or was never one of the library's");
    }
}

/* ---- reading ---- */

RT_API int rt_dim(const rt_tensor *x) { return rti_is_tensor(x, "rt_dim", "x") ? x->ndim : -1; }
RT_API int64_t rt_numel(const rt_tensor *x) { return rti_is_tensor(x, "rt_numel", "x") ? x->numel : -1; }
RT_API rt_dtype rt_dtype_of(const rt_tensor *x) { return rti_is_tensor(x, "rt_dtype_of", "x") ? (rt_dtype)x->dtype : RT_DTYPE_DEFAULT; }
RT_API bool rt_is_contiguous(const rt_tensor *x) { return rti_is_tensor(x, "rt_is_contiguous", "x") && rti_contiguous(x); }

/* As rti_wrap_dim, for reading: a scalar has no dimension at all. */
static int rti_own_dim(const rt_tensor *x, int dim, const char *op)
{
    if (!rti_is_tensor(x, op, "x"))
        return -1;
    if (x->ndim == 0) {
        rti_raise(RT_ERR_INDEX, op, "dimension %d asked of a tensor that has none", dim);
        return -1;
    }
    return rti_wrap_dim(op, dim, x->ndim);
}

RT_API int64_t rt_size(const rt_tensor *x, int dim)
{
    int d = rti_own_dim(x, dim, "rt_size");
    return d < 0 ? -1 : x->size[d];
}

RT_API int64_t rt_stride(const rt_tensor *x, int dim)
{
    int d = rti_own_dim(x, dim, "rt_stride");
    return d < 0 ? 0 : x->stride[d];
}

static rt_shape rti_shape_copy(const int64_t *size, int ndim)
{
    rt_shape shape;
    memset((void *)&shape, 0, sizeof shape);
    shape.ndim = ndim;
    if (ndim > 0)
        memcpy(shape.dim, size, (size_t)ndim * sizeof *size);
    return shape;
}

RT_API rt_shape rt_shape_of(const rt_tensor *x)
{
    return rti_is_tensor(x, "rt_shape_of", "x") ? rti_shape_copy(x->size, x->ndim) : rti_shape_copy(NULL, 0);
}

RT_API rt_scalar rt_item_scalar(rt_tensor *x)
{
    rt_scalar nan = rt_scalar_float((double)NAN);
    rti_shape_text text;
    if (!rti_is_tensor(x, "rt_item", "x") || rti_settle(x) != RT_OK)
        return nan;
    if (x->numel != 1) {
        rti_raise(RT_ERR_VALUE, "rt_item", "expected a tensor of one element, got shape %s", rti_shape_of_text(&text, x));
        return nan;
    }
    return rti_read_element((rt_dtype)x->dtype, x->data);
}

RT_API double rt_item(rt_tensor *x)
{
    rt_scalar s = rt_item_scalar(x);
    return s.kind == RT_SCALAR_FLOAT ? s.re : (double)s.i;
}

RT_API double rt_at_index(rt_tensor *x, rt_shape index)
{
    rti_shape_text want, have;
    if (!rti_is_tensor(x, "rt_at_index", "x") || rti_settle(x) != RT_OK)
        return (double)NAN;
    int64_t offset = 0;
    bool fits = index.ndim == x->ndim;
    for (int d = 0; fits && d < x->ndim; d++) {
        int64_t i = index.dim[d] < 0 ? index.dim[d] + x->size[d] : index.dim[d];
        fits = i >= 0 && i < x->size[d];
        offset += fits ? i * x->stride[d] : 0;
    }
    if (!fits) {
        rti_raise(RT_ERR_INDEX, "rt_at_index", "index %s does not lie in a tensor of shape %s",
                  rti_dims_text(&want, index.dim, RTI_MIN(RTI_MAX(index.ndim, 0), RT_MAX_DIMS)), rti_shape_of_text(&have, x));
        return (double)NAN;
    }
    rt_scalar s = rti_read_element((rt_dtype)x->dtype, x->data + offset * (int64_t)rti_element_bytes((rt_dtype)x->dtype));
    return s.kind == RT_SCALAR_FLOAT ? s.re : (double)s.i;
}

RT_API void *rt_data_ptr(rt_tensor *x) { return rti_is_tensor(x, "rt_data_ptr", "x") && rti_settle(x) == RT_OK ? x->data : NULL; }

static const void *rti_data_of(rt_tensor *x, rt_dtype dtype, rt_dtype or_dtype, const char *op)
{
    if (!rti_is_tensor(x, op, "x") || rti_settle(x) != RT_OK)
        return NULL;
    if (x->dtype != dtype && x->dtype != or_dtype) {
        rti_raise(RT_ERR_DTYPE, op, "expected a %s tensor, got %s", rt_dtype_name(dtype), rt_dtype_name((rt_dtype)x->dtype));
        return NULL;
    }
    if (!rti_contiguous(x)) {
        rti_raise(RT_ERR_STATE, op, "expected contiguous elements: take rt_contiguous(x) first");
        return NULL;
    }
    return x->data;
}

RT_API const float *rt_data_f32(rt_tensor *x) { return RTI_CAST(const float *, rti_data_of(x, RT_FLOAT32, RT_FLOAT32, "rt_data_f32")); }
RT_API const double *rt_data_f64(rt_tensor *x) { return RTI_CAST(const double *, rti_data_of(x, RT_FLOAT64, RT_FLOAT64, "rt_data_f64")); }
RT_API const int64_t *rt_data_i64(rt_tensor *x) { return RTI_CAST(const int64_t *, rti_data_of(x, RT_INT64, RT_INT64, "rt_data_i64")); }
RT_API const uint8_t *rt_data_u8(rt_tensor *x) { return RTI_CAST(const uint8_t *, rti_data_of(x, RT_UINT8, RT_BOOL, "rt_data_u8")); }
/* ---- op rows ---------------------------------------------------------------------------------------------------------------------- */

enum { RTI_MAX_ARGS = 12, RTI_MAX_RESULTS = 3 };

/* What a result will be: filled in by a row's shape rule. */
typedef struct rti_result {
    rt_dtype dtype;
    int ndim;
    int64_t n;
    int64_t size[RT_MAX_DIMS];
} rti_result;

/* A call on its way through the door. */
typedef struct rti_call {
    const rt_op *op;
    const rt_value *arg;
    int n_args;
    const rti_formula *formula;            /* elementwise rows: the row's, or what the shape rule put in its place */
    rt_dtype common;                       /* the type that operands are taken as, which the shape rule chose */
    rti_class compute;                     /* and its class */
    rti_run_fn run;                        /* the formula's loop over it */
    bool flat;                             /* operands are tensors of the result's shape, contiguous, of the class's own dtype */
    rti_result result[RTI_MAX_RESULTS];
    rt_tensor *out[RTI_MAX_RESULTS];       /* allocated, or given, before the kernel runs; owned by the call */
} rti_call;

struct rti_backward;

/* Bits of a row's flags. */
enum {
    RTI_PROMOTE = 1,           /* elementwise: the result has the operands' common type */
    RTI_TO_FLOAT = 2,          /* elementwise: and integers become float32 first */
    RTI_TO_BOOL = 4,           /* elementwise: the result is bool, whatever is compared */
    RTI_CONDITION = 8,         /* elementwise: the first operand is a condition and takes no part in promotion */
    RTI_NO_INTEGERS = 16,      /* elementwise: refuses integers and bool, as PyTorch does */
    RTI_NO_BOOL = 32,          /* elementwise: refuses bool, in any operand */
    RTI_VIEW = 128,            /* the result shares memory with the first argument */
    RTI_CONSTANT = 256,        /* the result never depends on inputs in a way that has a derivative (comparisons, indices) */
    RTI_ANY_OUT = 512          /* the kernel writes into results of any strides, and over its operands */
};

/* What the tape keeps for the derivative. */
#define RTI_SAVE_IN(k) (1u << (k))
#define RTI_SAVE_OUT(k) (1u << (16 + (k)))

struct rt_op {
    const char *schema;
    int n_results;
    uint32_t flags;
    const rti_formula *formula;                                                         /* of an elementwise row */
    rt_status (*shape)(rti_call *c);                                                    /* NULL: the kernel makes its results */
    rt_status (*kernel)(rti_call *c);
    rt_status (*compose)(const rt_value *arg, int n_args, rt_value *results);           /* an implicit row: other ops, called through the door */
    rt_status (*backward)(struct rti_backward *b);                                      /* NULL: no derivative */
    const rt_op *fast_backward;                                                         /* one formula for a gradient that nobody differentiates: its op
                                                                                           takes the result's gradient and what was saved */
    rt_status (*forward_derivative)(rti_call *c);                                       /* kept for forward mode; NULL */
    uint32_t saves;
    double test_low, test_high;                                                         /* where tests draw its inputs */
};

/* The name up to the schema's bracket, "add.Tensor"; and up to its overload, "add". */
static size_t rti_op_name_length(const rt_op *op) { return strcspn(op->schema, "("); }

typedef struct rti_op_text { char text[64]; } rti_op_text;

/* The name as users know it, for messages. */
static const char *rti_op_base(const rt_op *op, rti_op_text *t)
{
    size_t n = RTI_MIN(strcspn(op->schema, ".("), sizeof t->text - 1);
    memcpy(t->text, op->schema, n);
    t->text[n] = '\0';
    return t->text;
}

static RTI_NOINLINE rt_status rti_refuse_dtype(const rti_call *c, rt_dtype dtype)
{
    rti_op_text name;
    return rti_raise(RT_ERR_DTYPE, rti_op_base(c->op, &name), "not available for %s", rt_dtype_name(dtype));
}

static RTI_INLINE rt_tensor *rti_arg_tensor(const rti_call *c, int k)
{
    return k < c->n_args && c->arg[k].tag == RT_VALUE_TENSOR ? c->arg[k].as.tensor : NULL;
}

/* Fills in a result of a checked shape. */
static rt_status rti_result_set(rti_call *c, int k, rt_dtype dtype, const int64_t *size, int ndim)
{
    rti_op_text name;
    rti_result *r = &c->result[k];
    r->dtype = dtype;
    r->ndim = ndim;
    if (ndim > 0)
        memcpy(r->size, size, (size_t)ndim * sizeof *size);
    r->n = rti_count_elements(rti_op_base(c->op, &name), size, ndim);
    return r->n < 0 ? rti_pending_code() : RT_OK;
}

static rt_status rti_result_like(rti_call *c, int k, const rt_tensor *x) { return rti_result_set(c, k, (rt_dtype)x->dtype, x->size, x->ndim); }

/* The shape that two broadcast to, into size[0..*ndim); false if they do not fit. */
static RTI_INLINE bool rti_broadcast(int64_t *size, int *ndim, const int64_t *other, int other_ndim)
{
    if (other_ndim > *ndim) {
        int more = other_ndim - *ndim;
        memmove(size + more, size, (size_t)*ndim * sizeof *size);
        for (int d = 0; d < more; d++)
            size[d] = 1;
        *ndim = other_ndim;
    }
    int shift = *ndim - other_ndim;
    for (int d = 0; d < other_ndim; d++) {
        int64_t *s = &size[shift + d];
        if (*s == other[d] || other[d] == 1)
            continue;
        if (*s != 1)
            return false;
        *s = other[d];
    }
    return true;
}
/* ---- how an elementwise row runs: promotion, broadcasting, and its formula over the operands ------------------------------------------ */

/* Operands of a row are its formula's: the first so many arguments, tensors or numbers. */

/* PyTorch's result_type in steps: dimensioned tensors decide; 0-d tensors and numbers only where they are of a higher kind. */
typedef struct rti_promotion { rt_dtype dimensioned, zero_dim, number; } rti_promotion;

static bool rti_promotion_add(rt_dtype *into, rt_dtype dtype)
{
    *into = *into == RT_DTYPE_DEFAULT ? dtype : rti_promote(*into, dtype);
    return *into != RT_DTYPE_DEFAULT;
}

static rt_dtype rti_promotion_join(rt_dtype high, rt_dtype low)
{
    if (high == RT_DTYPE_DEFAULT)
        return low;
    if (low == RT_DTYPE_DEFAULT || rti_kind_rank(low) <= rti_kind_rank(high))
        return high;
    if (rti_kind_rank(low) == 2 && rti_kind_rank(high) < 2)
        return low;
    return rti_promote(high, low);
}

static bool rti_promote_operands(const rti_call *c, int first, int n, rt_dtype *result)
{
    const rt_tensor *a = rti_arg_tensor(c, first), *b = n > first + 1 ? rti_arg_tensor(c, first + 1) : NULL;
    if (RTI_LIKELY(n <= first + 2 && a && (n == first + 1 || (b && b->dtype == a->dtype)))) {
        *result = (rt_dtype)a->dtype;
        return true;
    }
    rti_promotion p = { RT_DTYPE_DEFAULT, RT_DTYPE_DEFAULT, RT_DTYPE_DEFAULT };
    bool fits = true;
    for (int k = first; k < n && fits; k++) {
        const rt_tensor *x = rti_arg_tensor(c, k);
        if (x)
            fits = rti_promotion_add(x->ndim ? &p.dimensioned : &p.zero_dim, (rt_dtype)x->dtype);
        else
            fits = rti_promotion_add(&p.number, rti_scalar_dtype(rti_scalar_of_value(&c->arg[k]).kind));
    }
    *result = rti_promotion_join(rti_promotion_join(p.dimensioned, p.zero_dim), p.number);
    return fits;
}

static RTI_NOINLINE rt_status rti_refuse_promotion(const rti_call *c, int n)
{
    rti_op_text name;
    char list[160];
    rti_text text = { list, sizeof list, 0 };
    list[0] = '\0';
    for (int k = 0; k < n; k++) {
        const rt_tensor *x = rti_arg_tensor(c, k);
        if (x)
            rti_text_add(&text, "%s%s", text.length ? ", " : "", rt_dtype_name((rt_dtype)x->dtype));
    }
    return rti_raise(RT_ERR_DTYPE, rti_op_base(c->op, &name), "operands have no common type: %s", list);
}

static RTI_NOINLINE rt_status rti_refuse_broadcast(const rti_call *c, int n)
{
    rti_op_text name;
    rti_shape_text shape;
    char list[300];
    rti_text text = { list, sizeof list, 0 };
    list[0] = '\0';
    for (int k = 0; k < n; k++) {
        const rt_tensor *x = rti_arg_tensor(c, k);
        if (x)
            rti_text_add(&text, "%s%s", text.length ? " and " : "", rti_shape_of_text(&shape, x));
    }
    return rti_raise(RT_ERR_SHAPE, rti_op_base(c->op, &name),
                     "shapes %s do not broadcast: counted from the end, sizes must be equal or one of them 1", list);
}

static RTI_INLINE bool rti_has_bool(const rti_call *c, int n)
{
    for (int k = 0; k < n; k++) {
        const rt_tensor *x = rti_arg_tensor(c, k);
        if (x ? x->dtype == RT_BOOL : c->arg[k].tag == RT_VALUE_BOOL)
            return true;
    }
    return false;
}

/* The result's dtype, and how it is computed, from the operands' common type. */
static RTI_INLINE rt_status rti_elementwise_class(rti_call *c, int n, rt_dtype common)
{
    uint32_t flags = c->op->flags;
    if (RTI_UNLIKELY(((flags & RTI_NO_INTEGERS) && rti_kind_rank(common) < 2) || ((flags & RTI_NO_BOOL) && rti_has_bool(c, n))))
        return rti_refuse_dtype(c, flags & RTI_NO_BOOL ? RT_BOOL : common);
    if (RTI_UNLIKELY(flags & RTI_TO_FLOAT) && rti_kind_rank(common) < 2)
        common = RT_FLOAT32;
    c->common = common;
    c->compute = rti_class_of(common);
    c->run = rti_formula_run(c->formula, c->compute);
    c->result[0].dtype = flags & RTI_TO_BOOL ? RT_BOOL : common;
    return RTI_LIKELY(rti_conversion_of(common) && c->run) ? RT_OK : rti_refuse_dtype(c, common);
}

static rt_status rti_elementwise_dtype(rti_call *c, int n)
{
    rt_dtype common;
    if (RTI_UNLIKELY(!rti_promote_operands(c, c->op->flags & RTI_CONDITION ? 1 : 0, n, &common)))
        return rti_refuse_promotion(c, n);
    return rti_elementwise_class(c, n, common);
}

/* Joins x's shape to the result's; false if they do not broadcast. */
static RTI_INLINE bool rti_shape_join(rti_call *c, const rt_tensor *x)
{
    rti_result *r = &c->result[0];
    bool same = x->ndim == r->ndim;
    for (int d = 0; d < x->ndim && same; d++)
        same = x->size[d] == r->size[d];
    if (RTI_LIKELY(same))
        return true;
    c->flat = false;
    r->n = -1;                                    /* to be counted */
    return rti_broadcast(r->size, &r->ndim, x->size, x->ndim);
}

/* Whether two operands have one shape and dtype, one that can be computed with: the common case. The shape goes into size[]. */
static RTI_INLINE bool rti_alike(const rt_tensor *a, const rt_tensor *b, int64_t *size)
{
    int ndim = a->ndim;
    if (RTI_UNLIKELY(a->dtype != b->dtype || ndim != b->ndim || !rti_conversion_of((rt_dtype)a->dtype)))
        return false;
    for (int d = 0; d < ndim; d++) {
        size[d] = a->size[d];
        if (size[d] != b->size[d])
            return false;
    }
    return true;
}

/* Any operands: shapes broadcast, types promote. */
static RTI_NOINLINE rt_status rti_shape_general(rti_call *c)
{
    int n = c->formula->n_in;
    rti_result *r = &c->result[0];
    const rt_tensor *first = NULL;
    bool fits = true, contiguous = true, same_dtype = true;
    c->flat = true;
    r->ndim = 0;
    r->n = 1;
    for (int k = 0; k < n; k++) {
        const rt_tensor *x = rti_arg_tensor(c, k);
        if (!x) {
            contiguous = false;
            continue;
        }
        if (!rti_conversion_of((rt_dtype)x->dtype))
            return rti_refuse_dtype(c, (rt_dtype)x->dtype);
        contiguous &= x->contiguous;
        if (first) {
            same_dtype &= x->dtype == first->dtype;
            fits = fits && rti_shape_join(c, x);
            continue;
        }
        first = x;
        r->ndim = x->ndim;
        r->n = x->numel;
        for (int d = 0; d < x->ndim; d++)
            r->size[d] = x->size[d];
    }
    if (!fits)
        return rti_refuse_broadcast(c, n);
    if (r->n < 0 && rti_result_set(c, 0, RT_FLOAT32, r->size, r->ndim) != RT_OK)
        return rti_pending_code();
    rt_status status = rti_elementwise_dtype(c, c->op->formula->n_in);
    c->flat = status == RT_OK && c->flat && contiguous && same_dtype && first && first->dtype == rti_class_dtype[c->compute];
    return status;
}

static rt_status rti_shape_elementwise(rti_call *c)
{
    int n = c->formula->n_in;
    rti_result *r = &c->result[0];
    const rt_tensor *first = rti_arg_tensor(c, 0), *other = n == 2 ? rti_arg_tensor(c, 1) : first;
    if (RTI_UNLIKELY(n > 2 || !first || !other || !rti_alike(first, other, r->size)))
        return rti_shape_general(c);
    r->ndim = first->ndim;
    r->n = first->numel;
    rt_status status = rti_elementwise_class(c, n, (rt_dtype)first->dtype);
    c->flat = status == RT_OK && first->contiguous && other->contiguous && first->dtype == rti_class_dtype[c->compute];
    return status;
}

/* An array as a program walks it: broadcast to ndim dimensions of size[]. */
static RTI_INLINE void rti_operand_of(rti_operand *o, const rt_tensor *x, const int64_t *size, int ndim)
{
    int64_t wide = (int64_t)rti_element_bytes((rt_dtype)x->dtype);
    int shift = ndim - x->ndim;
    o->data = x->data;
    o->dtype = (rt_dtype)x->dtype;
    for (int d = 0; d < shift; d++)
        o->stride[d] = 0;
    for (int d = shift; d < ndim; d++)
        o->stride[d] = x->size[d - shift] == 1 && size[d] != 1 ? 0 : x->stride[d - shift] * wide;
}

/* A number as an operand of its class; the value is kept in *word. */
static void rti_operand_number(rti_operand *o, rt_scalar s, rti_class compute, uint64_t *word, int ndim)
{
    rti_scalar_to_class(s, compute, word);
    o->data = (char *)word;
    o->dtype = rti_class_dtype[compute];
    for (int d = 0; d < ndim; d++)
        o->stride[d] = 0;
}

/* Whether writing into out would change x before it is read: the same memory, walked in another way. */
static bool rti_overlaps(const rt_tensor *x, const rt_tensor *out)
{
    if (x->storage != out->storage || x->numel == 0 || out->numel == 0)
        return false;
    if (x->data != out->data || x->dtype != out->dtype || x->ndim != out->ndim)
        return true;
    for (int d = 0; d < x->ndim; d++)
        if (x->size[d] != out->size[d] || (x->size[d] > 1 && x->stride[d] != out->stride[d]))
            return true;
    return false;
}

/* A contiguous copy of x as a dtype, owned by the caller. */
static rt_tensor *rti_copy_of(const rt_tensor *x, rt_dtype dtype);

/* Whether the common type is narrower than what it is computed in, so that operands of other types must be brought to it first: in uint8,
 * -1 is 255, and compares so. */
static RTI_INLINE bool rti_common_is_narrow(const rti_call *c) { return c->compute == RTI_CLASS_I64 && c->common != RT_INT64 && c->common != RT_BOOL; }

static rt_scalar rti_as_common(const rti_call *c, rt_scalar s)
{
    char element[8];
    if (!rti_common_is_narrow(c) && c->common != RT_BOOL)
        return s;
    rti_write_element(c->common, element, s);
    return rti_read_element(c->common, element);
}

/* The shortest way: the formula's loop straight over the operands' memory. */
static rt_status rti_run_flat(const rti_call *c)
{
    rti_flat f;
    f.run = c->run;
    f.n_in = c->formula->n_in;
    f.masked = rti_loops_masked(c->compute);
    f.wide = rti_element_bytes(rti_class_dtype[c->compute]);
    f.out = c->out[0]->data;
    for (int k = 0; k < f.n_in; k++)
        f.in[k] = c->arg[k].as.tensor->data;
    return rti_flat_run(&f, c->out[0]->numel);
}

static bool rti_flat_into(const rti_call *c)
{
    const rt_tensor *out = c->out[0];
    if (out->dtype != rti_class_dtype[c->compute] || !out->contiguous)
        return false;
    for (int k = 0; k < c->formula->n_in; k++)
        if (RTI_UNLIKELY(c->arg[k].as.tensor->storage == out->storage && c->arg[k].as.tensor->data != out->data))
            return false;
    return true;
}

/* Any layouts and dtypes, through a program. */
static RTI_NOINLINE rt_status rti_run_general(rti_call *c)
{
    const rti_formula *f = c->formula;
    rt_tensor *out = c->out[0], *copy[3] = { NULL, NULL, NULL };
    rti_operand operand[4];
    uint64_t word[3];
    rti_program program;
    rt_status status = RT_OK;
    rti_program_of(&program, f, c->compute);
    for (int k = 0; k < f->n_in && status == RT_OK; k++) {
        rt_tensor *x = rti_arg_tensor(c, k);
        if (!x) {
            rti_operand_number(&operand[k], rti_as_common(c, rti_scalar_of_value(&c->arg[k])), c->compute, &word[k], out->ndim);
            continue;
        }
        bool narrows = rti_common_is_narrow(c) && x->dtype != c->common && x->dtype != RT_BOOL;
        if (RTI_UNLIKELY(narrows || rti_overlaps(x, out))) {
            x = copy[k] = rti_copy_of(x, narrows ? c->common : (rt_dtype)x->dtype);
            if (!x) {
                status = rti_pending_code();
                break;
            }
        }
        rti_operand_of(&operand[k], x, out->size, out->ndim);
    }
    if (status == RT_OK) {
        rti_operand_of(&operand[f->n_in], out, out->size, out->ndim);
        status = rti_program_run(&program, operand, out->ndim, out->size, out->numel);
    }
    for (int k = 0; k < 3; k++)
        rti_release(copy[k]);
    return status;
}

static rt_status rti_run_elementwise(rti_call *c) { return RTI_LIKELY(c->flat && rti_flat_into(c)) ? rti_run_flat(c) : rti_run_general(c); }

/* ---- copying: the identity formula, between any two layouts and dtypes ---- */

/* The loop of the identity: a program's way to say that its input is its result. */
static void rti_copy_program(rti_program *p, rti_class compute)
{
    p->compute = compute;
    p->constant = NULL;
    p->n_inputs = p->n_outputs = 1;
    p->n_steps = 0;
    p->n_registers = 1;
    p->output[0] = 0;
}

/* Writes x, broadcast, into out, converting. Both dtypes can be converted and the shapes fit. */
static rt_status rti_copy_into(rt_tensor *out, const rt_tensor *x)
{
    if (out->numel == 0)
        return RT_OK;
    if (x->dtype == out->dtype && x->numel == out->numel && rti_contiguous(x) && rti_contiguous(out)) {
        memmove(out->data, x->data, (size_t)x->numel * rti_element_bytes((rt_dtype)x->dtype));
        return RT_OK;
    }
    rti_program p;
    rti_operand operand[2];
    /* Between two integers, or from one to a float, values pass exactly; a float64 must not pass through float32. */
    rti_class from = rti_class_of((rt_dtype)x->dtype), to = rti_class_of((rt_dtype)out->dtype);
    rti_copy_program(&p, from == RTI_CLASS_I64 || to == RTI_CLASS_I64 ? from : to);
    rti_operand_of(&operand[0], x, out->size, out->ndim);
    rti_operand_of(&operand[1], out, out->size, out->ndim);
    return rti_program_run(&p, operand, out->ndim, out->size, out->numel);
}

static rt_tensor *rti_copy_of(const rt_tensor *x, rt_dtype dtype)
{
    rt_tensor *y = rti_tensor_new(dtype, x->size, x->ndim, x->numel);
    if (y && rti_copy_into(y, x) != RT_OK) {
        rti_release(y);
        return NULL;
    }
    return y;
}

/* x itself if it is contiguous and of that dtype, else a copy; a new reference either way. */
static rt_tensor *rti_contiguous_as(rt_tensor *x, rt_dtype dtype)
{
    if (x->dtype == dtype && rti_contiguous(x)) {
        rti_retain(x);
        return x;
    }
    return rti_copy_of(x, dtype);
}
/* ---- the tape -------------------------------------------------------------------------------------------------------------------- */

typedef struct rti_node rti_node;

/* What gradients hang on a tensor: its own, and where it came from. */
typedef struct rti_grad_meta {
    rti_meta_head head;
    rt_tensor *grad;              /* accumulated; NULL: none */
    rti_node *node;               /* the call that made the tensor; NULL for a leaf */
    int32_t index;                /* which of its results this is */
    rti_spinlock lock;            /* held while grad is added to */
} rti_grad_meta;

/* Where an input's gradient goes on: to the call that made it, or to a leaf's own grad; neither if it needs none. */
typedef struct rti_edge {
    rti_node *node;
    rt_tensor *leaf;
    int32_t index;
    uint8_t dtype, ndim;
    bool shares_leaf;             /* the edge before it holds the same leaf, for both */
    int64_t *size;                /* the input's shape */
} rti_edge;

/* One call: what its derivative needs, and its inputs' edges. One block, its results' metas included. */
struct rti_node {
    int32_t refs;
    int32_t claimed;              /* a backward pass is holding it */
    uint64_t sequence;            /* higher than that of every node it depends on */
    const rt_op *op;
    int n_args, n_edges, n_results;
    bool freed;                   /* what was saved has been let go of */
    rt_value *arg;                /* as called; tensors that were not saved are NULL */
    int32_t *version;             /* of each edge's tensor when it was saved */
    rti_edge *edge;               /* one for each tensor among the arguments, members of lists included, in order */
    rt_tensor *saved_result[RTI_MAX_RESULTS];    /* the results' elements, without their history */
    int32_t saved_version[RTI_MAX_RESULTS];
    rt_tensor *grad[RTI_MAX_RESULTS];            /* while a backward pass runs: the results' gradients so far */
    rti_node *next_dead;
};

/* The results' metas stand right behind the node: each holds a reference to it while its tensor lives. */
static RTI_INLINE rti_grad_meta *rti_node_meta(rti_node *node, int k) { return (rti_grad_meta *)(void *)(node + 1) + k; }

static RTI_INLINE rti_grad_meta *rti_meta(const rt_tensor *x) { return (rti_grad_meta *)(void *)x->meta; }

static RTI_INLINE void rti_node_retain(rti_node *node) { rti_atomic_add32(&node->refs, 1); }

static void rti_node_free_saved(rti_node *node)
{
    if (node->freed)
        return;
    node->freed = true;
    if (!node->op->saves)
        return;
    for (int k = 0; k < node->n_args; k++) {
        rt_value *v = &node->arg[k];
        if (v->tag == RT_VALUE_TENSOR) {
            rt_tensor *x = v->as.tensor;
            v->as.tensor = NULL;
            rti_release(x);
        }
    }
    for (int k = 0; k < node->n_results; k++) {
        rti_release(node->saved_result[k]);
        node->saved_result[k] = NULL;
    }
}

static void rti_node_release(rti_node *node);

/* No gradient is left in it: a backward pass holds the nodes that have one. */
static RTI_INLINE void rti_node_bury(rti_node *node)
{
    rti_node_free_saved(node);
    for (int k = 0, n = node->n_edges; k < n; k++) {
        const rti_edge *e = &node->edge[k];
        if (e->node)
            rti_node_release(e->node);
        else if (!e->shares_leaf)
            rti_release(e->leaf);
    }
    rti_pool_put(node);
}

/* Nodes are taken apart in a loop: a graph may be deeper than the stack. */
static void rti_node_release(rti_node *node)
{
    if (!rti_last_reference(&node->refs))
        return;
    rti_thread *t = rti_thread_state();
    if (t->burying) {
        node->next_dead = t->dead_nodes;
        t->dead_nodes = node;
        return;
    }
    t->burying = true;
    do {
        rti_node_bury(node);
        node = t->dead_nodes;
        if (node)
            t->dead_nodes = node->next_dead;
    } while (node);
    t->burying = false;
}

static void rti_meta_release(rti_meta_head *head)
{
    rti_grad_meta *meta = (rti_grad_meta *)(void *)head;
    rti_release(meta->grad);
    if (meta->node)
        rti_node_release(meta->node);
    rti_pool_put(meta);
}

/* Of a meta that stands in the node itself. */
static void rti_node_meta_release(rti_meta_head *head)
{
    const rti_grad_meta *meta = (const rti_grad_meta *)(void *)head;
    rti_release(meta->grad);
    rti_node_release(meta->node);
}

static RTI_INLINE void rti_meta_start(rti_grad_meta *meta, void (*release)(rti_meta_head *), rti_node *node, int index)
{
    meta->head.release = release;
    meta->grad = NULL;
    meta->node = node;
    meta->index = index;
    meta->lock.held = 0;
}

/* x's meta, made if there is none; NULL with the error raised. */
static rti_grad_meta *rti_meta_make(rt_tensor *x)
{
    if (x->meta)
        return rti_meta(x);
    rti_grad_meta *meta = RTI_CAST(rti_grad_meta *, rti_pool_get(sizeof *meta));
    if (!meta)
        return NULL;
    rti_meta_start(meta, rti_meta_release, NULL, 0);
    x->meta = &meta->head;
    return meta;
}

/* ---- recording a call ---- */

/* Tensors among a value: the one, or a list's members, RT_NONE for absent ones. */
static RTI_INLINE int rti_value_tensors(const rt_value *v)
{
    return v->tag == RT_VALUE_TENSOR ? 1 : v->tag == RT_VALUE_TENSORS ? (int)v->count : 0;
}

static RTI_INLINE rt_tensor *rti_value_member(const rt_value *v, int i) { return v->tag == RT_VALUE_TENSOR ? v->as.tensor : v->as.tensors[i]; }

/* Bytes that a node needs for what an argument without tensors borrows. */
static RTI_NOINLINE size_t rti_value_bytes(const rt_value *v)
{
    switch (v->tag) {
    case RT_VALUE_INTS: return v->count * sizeof(int64_t);
    case RT_VALUE_FLOATS: return v->count * sizeof(double);
    case RT_VALUE_COMPLEX: return 2 * sizeof(double);
    case RT_VALUE_STRING: return (strlen(v->as.string) + 8) / 8 * 8;
    default: return 0;
    }
}

/* Keeps such an argument, what it borrows at `tail`; answers where that ends. */
static RTI_NOINLINE char *rti_value_keep(rt_value *kept, const rt_value *v, char *tail)
{
    size_t n = rti_value_bytes(v);
    *kept = *v;
    if (n == 0)
        return tail;
    memcpy(tail, v->as.string, v->tag == RT_VALUE_STRING ? strlen(v->as.string) + 1 : n);
    kept->as.string = tail;
    return tail + n;
}

typedef struct rti_node_size { size_t n_bytes; int n_edges; } rti_node_size;

/* What an edge to x takes. */
static RTI_INLINE size_t rti_edge_bytes(const rt_tensor *x) { return sizeof(rti_edge) + sizeof(int64_t) + x->ndim * sizeof(int64_t); }

/* What arguments of any kind take. */
static RTI_NOINLINE rti_node_size rti_measure_any(const rt_value *arg, int n_args)
{
    rti_node_size s = { 0, 0 };
    for (int k = 0; k < n_args; k++) {
        s.n_bytes += rti_value_bytes(&arg[k]);
        s.n_edges += rti_value_tensors(&arg[k]);
        for (int i = 0; i < rti_value_tensors(&arg[k]); i++)
            s.n_bytes += rti_edge_bytes(rti_value_member(&arg[k], i));
    }
    return s;
}

static RTI_INLINE rti_node_size rti_node_measure(const rt_op *op, const rt_value *arg, int n_args)
{
    rti_node_size s = { sizeof(rti_node) + (size_t)op->n_results * sizeof(rti_grad_meta) + (size_t)n_args * sizeof(rt_value), 0 };
    int k = 0;
    for (; k < n_args && arg[k].tag == RT_VALUE_TENSOR; k++)
        s.n_bytes += rti_edge_bytes(arg[k].as.tensor);
    s.n_edges = k;
    if (k < n_args) {
        rti_node_size more = rti_measure_any(arg + k, n_args - k);
        s.n_bytes += more.n_bytes;
        s.n_edges += more.n_edges;
    }
    return s;
}

/* Edge number `at` of a node, to where x came from, or to x if it is a leaf. The sizes of x stand at `tail`; answers where they end. */
static RTI_INLINE char *rti_edge_start(rti_node *node, int at, rt_tensor *x, char *tail, rti_thread *t)
{
    rti_edge *e = &node->edge[at];
    int ndim = x->ndim;
    e->dtype = x->dtype;
    e->ndim = x->ndim;
    e->size = (int64_t *)(void *)tail;
    for (int d = 0; d < ndim; d++)
        e->size[d] = x->size[d];
    node->version[at] = x->storage ? x->storage->version : 0;
    e->node = NULL;
    e->leaf = NULL;
    e->shares_leaf = false;
    if (x->requires_grad) {
        const rti_grad_meta *meta = rti_meta(x);
        if (meta && meta->node) {
            e->node = meta->node;
            e->index = meta->index;
            rti_node_retain(meta->node);
            if (meta->node->sequence > t->sequence)
                t->sequence = meta->node->sequence;
        } else {
            e->leaf = x;
            e->shares_leaf = at > 0 && e[-1].leaf == x;
            if (!e->shares_leaf)
                rti_retain(x);
        }
    }
    return tail + (size_t)ndim * sizeof(int64_t);
}

static RTI_INLINE void rti_node_save(rti_node *node, int k, rt_tensor *x)
{
    bool saved = (node->op->saves & RTI_SAVE_IN(k)) != 0;
    rti_box_tensor(&node->arg[k], saved ? x : NULL);
    if (saved)
        rti_retain(x);
}

/* Records arguments of any kind, from number k on: tensors on their own are recorded where the node is made. The next edge is number `at`. */
static RTI_NOINLINE void rti_record_any(rti_node *node, const rt_value *arg, int k, int at, char *tail, rti_thread *t)
{
    for (; k < node->n_args; k++) {
        const rt_value *v = &arg[k];
        for (int i = 0; i < rti_value_tensors(v); i++)
            tail = rti_edge_start(node, at++, rti_value_member(v, i), tail, t);
        if (v->tag == RT_VALUE_TENSOR) {
            rti_node_save(node, k, v->as.tensor);
        } else {
            tail = rti_value_keep(&node->arg[k], v, tail);
            if (v->tag == RT_VALUE_TENSORS)
                node->arg[k].as.tensors = NULL;
        }
    }
}

/* The node of a call that is about to run, holding what its derivative needs of the arguments; NULL with the error raised. The thread's
 * sequence becomes the node's: higher than any before it, on the thread or among its inputs. */
static RTI_NOINLINE rti_node *rti_tape_begin(const rt_op *op, const rt_value *arg, int n_args)
{
    rti_node_size s = rti_node_measure(op, arg, n_args);
    rti_node *node = RTI_CAST(rti_node *, rti_pool_get(s.n_bytes));
    if (!node)
        return NULL;
    rti_thread *t = rti_thread_state();
    node->refs = 1;
    node->claimed = 0;
    node->freed = false;
    node->op = op;
    node->n_args = n_args;
    node->n_edges = s.n_edges;
    node->n_results = op->n_results;
    for (int k = 0; k < RTI_MAX_RESULTS; k++)
        node->saved_result[k] = node->grad[k] = NULL;
    node->arg = (rt_value *)(void *)rti_node_meta(node, op->n_results);
    node->edge = (rti_edge *)(void *)(node->arg + n_args);
    node->version = (int32_t *)(void *)(node->edge + s.n_edges);
    char *tail = (char *)(node->edge + s.n_edges) + (size_t)s.n_edges * sizeof(int64_t);
    int k = 0;
    for (; k < n_args && arg[k].tag == RT_VALUE_TENSOR; k++) {
        tail = rti_edge_start(node, k, arg[k].as.tensor, tail, t);
        rti_node_save(node, k, arg[k].as.tensor);
    }
    if (k < n_args)
        rti_record_any(node, arg, k, k, tail, t);
    node->sequence = ++t->sequence;
    return node;
}

/* The elements of x behind a header of its own, without history: a new reference. */
static rt_tensor *rti_alias(rt_tensor *x)
{
    rt_tensor *v = rti_tensor_view(x, x->size, x->stride, x->ndim, 0);
    if (!v)
        return NULL;
    if (!x->base) {             /* the same elements, not a view of them */
        rti_release(v->base);
        v->base = NULL;
    }
    return v;
}

/* For a call that writes over an argument which its derivative needs: the node holds a copy of x as it was, history included. */
static RTI_NOINLINE rt_status rti_tape_set_aside(rti_node *node, rt_tensor *x)
{
    const rti_grad_meta *old = rti_meta(x);
    rt_tensor *copy = NULL;
    int at = 0;
    for (int k = 0; k < node->n_args; at += rti_value_tensors(&node->arg[k++])) {
        if (node->arg[k].tag != RT_VALUE_TENSOR || node->arg[k].as.tensor != x)
            continue;
        if (!copy) {
            copy = rti_copy_of(x, (rt_dtype)x->dtype);
            rti_grad_meta *meta = copy && old && old->node ? rti_meta_make(copy) : NULL;
            if (!copy || (old && old->node && !meta)) {
                rti_release(copy);
                return rti_pending_code();
            }
            if (meta) {
                rti_node_retain(old->node);
                meta->node = old->node;
                meta->index = old->index;
                copy->requires_grad = true;
            }
        } else {
            rti_retain(copy);
        }
        rti_release(x);
        node->arg[k].as.tensor = copy;
        node->version[at] = copy->storage->version;
    }
    return RT_OK;
}

/* Gives a tensor that has been written into a new meta, which takes over its gradient. */
static RTI_NOINLINE void rti_meta_replace(rt_tensor *x, rti_grad_meta *meta)
{
    rti_grad_meta *old = rti_meta(x);
    meta->grad = old->grad;
    old->grad = NULL;
    x->meta = &meta->head;
    old->head.release(&old->head);
}

/* Hangs the node on the results. Takes over the caller's reference to it, also on failure. */
static rt_status rti_tape_end(rti_node *node, rt_tensor *const *out)
{
    rt_status status = RT_OK;
    bool handed_over = false;      /* the first result takes the caller's reference */
    for (int k = 0; k < node->n_results && status == RT_OK; k++) {
        rt_tensor *x = out[k];
        if (!rti_is_float((rt_dtype)x->dtype))
            continue;
        if (node->op->saves & RTI_SAVE_OUT(k)) {
            node->saved_result[k] = x->pending ? NULL : rti_alias(x);
            if (!node->saved_result[k]) {
                status = rti_pending_code();
                break;
            }
            node->saved_version[k] = x->storage->version;
        }
        if (handed_over)
            rti_node_retain(node);
        handed_over = true;
        rti_grad_meta *meta = rti_node_meta(node, k);
        rti_meta_start(meta, rti_node_meta_release, node, k);
        if (RTI_UNLIKELY(x->meta != NULL))
            rti_meta_replace(x, meta);
        else
            x->meta = &meta->head;
        x->requires_grad = true;
    }
    if (!handed_over)
        rti_node_release(node);
    return status;
}

/* ---- what users ask of a tensor ---- */

RT_API rt_tensor *rt_set_requires_grad(rt_tensor *x, bool on)
{
    if (!rti_is_tensor(x, "rt_requires_grad_", "x"))
        return NULL;
    if (x->meta && rti_meta(x)->node) {
        if (on)
            return x;
        rti_raise(RT_ERR_GRAD, "rt_requires_grad_", "only a leaf's flag can be taken away; use rt_detach");
        return NULL;
    }
    if (on && !rti_is_float((rt_dtype)x->dtype)) {
        rti_raise(RT_ERR_DTYPE, "rt_requires_grad_", "only floating point tensors can require gradients, got %s", rt_dtype_name((rt_dtype)x->dtype));
        return NULL;
    }
    if (on && !rti_meta_make(x))      /* now, while the leaf is one thread's own: several may add to its gradient later */
        return NULL;
    x->requires_grad = on;
    return x;
}

RT_API rt_tensor *rt_requires_grad_(rt_tensor *x) { return rt_set_requires_grad(x, true); }
RT_API bool rt_requires_grad(const rt_tensor *x) { return rti_is_tensor(x, "rt_requires_grad", "x") && x->requires_grad; }
RT_API bool rt_is_leaf(const rt_tensor *x) { return rti_is_tensor(x, "rt_is_leaf", "x") && !(x->meta && rti_meta(x)->node); }
RT_API int rt_version_of(const rt_tensor *x) { return rti_is_tensor(x, "rt_version_of", "x") && x->storage ? x->storage->version : 0; }

RT_API rt_tensor *rt_grad(const rt_tensor *x)
{
    if (!rti_is_tensor(x, "rt_grad", "x"))
        return NULL;
    return x->meta && rti_meta(x)->grad ? rti_meta(x)->grad : RT_NONE;
}

static bool rti_same_shape(const rt_tensor *a, const rt_tensor *b)
{
    return a->ndim == b->ndim && (a->ndim == 0 || memcmp(a->size, b->size, (size_t)a->ndim * sizeof *a->size) == 0);
}

RT_API rt_status rt_set_grad(rt_tensor *x, rt_tensor *grad)
{
    rti_shape_text want, came;
    if (!rti_is_tensor(x, "rt_set_grad", "x"))
        return rti_pending_code();
    if (rti_absent(grad)) {
        if (x->meta) {
            rti_release(rti_meta(x)->grad);
            rti_meta(x)->grad = NULL;
        }
        return RT_OK;
    }
    if (!rti_is_tensor(grad, "rt_set_grad", "grad"))
        return rti_pending_code();
    if (!rti_same_shape(x, grad) || x->dtype != grad->dtype)
        return rti_raise(RT_ERR_SHAPE, "rt_set_grad", "expected a %s gradient of shape %s, got %s of shape %s", rt_dtype_name((rt_dtype)x->dtype),
                         rti_shape_of_text(&want, x), rt_dtype_name((rt_dtype)grad->dtype), rti_shape_of_text(&came, grad));
    rti_grad_meta *meta = rti_meta_make(x);
    if (!meta)
        return rti_pending_code();
    rti_retain(grad);
    rti_release(meta->grad);
    meta->grad = grad;
    return RT_OK;
}

RT_API const rt_op *rt_grad_fn(const rt_tensor *x)
{
    return rti_is_tensor(x, "rt_grad_fn", "x") && x->meta && rti_meta(x)->node ? rti_meta(x)->node->op : NULL;
}

RT_API rt_tensor *rt_detach(rt_tensor *x)
{
    if (!rti_is_tensor(x, "rt_detach", "x") || rti_settle(x) != RT_OK)
        return NULL;
    return rti_scoped(rti_tensor_view(x, x->size, x->stride, x->ndim, 0));
}

/* ---- guards ---- */

static rt_scope rti_guard(uint32_t set, uint32_t clear)
{
    rt_scope scope = rt_scope_begin();
    rti_modes = (rti_modes | set) & ~clear;
    return scope;
}

RT_API rt_scope rt_no_grad(void) { return rti_guard(RTI_MODE_NO_GRAD, 0); }
RT_API rt_scope rt_enable_grad(void) { return rti_guard(0, RTI_MODE_NO_GRAD); }
RT_API bool rt_is_grad_enabled(void) { return !(rti_modes & RTI_MODE_NO_GRAD); }
RTI_COLD
/* ---- capture: elementwise ops that wait, to run as one program over memory ------------------------------------------------------------
 * While a backward pass runs without create_graph, an elementwise call answers with a pending tensor: a header without elements. Calls
 * over one shape and class of numbers pile up in the thread's capture. It runs when any other op, or anybody, wants elements. Results
 * that nobody holds any more by then are never written to memory. */

enum { RTI_MAX_PENDING = 24 };

typedef struct rti_capture {
    rti_pending_head head;
    rti_class compute;
    int ndim;
    int64_t size[RT_MAX_DIMS], n;
    int n_inputs, n_steps, n_pending;
    rt_tensor *input[RTI_MAX_INPUTS];            /* held; NULL for a number */
    uint64_t number[RTI_MAX_INPUTS];
    rti_plan_step step[RTI_MAX_STEPS];
    struct { rt_tensor *x; uint16_t value; } pending[RTI_MAX_PENDING];            /* x NULL: died */
} rti_capture;

static rt_status rti_capture_flush(void);

static void rti_capture_forget(rt_tensor *x)
{
    rti_capture *c = RTI_CAST(rti_capture *, x->extension);
    for (int i = 0; i < c->n_pending; i++)
        if (c->pending[i].x == x)
            c->pending[i].x = NULL;
}

static void rti_capture_end_thread(rti_thread *t)
{
    rti_pool_put(t->capture);
    t->capture = NULL;
}

static void rti_capture_trim(rti_thread *t)
{
    if (t->capture && t->capture->n_steps == 0)
        rti_capture_end_thread(t);
}

static rti_capture *rti_capture_get(void)
{
    rti_thread *t = rti_thread_state();
    if (RTI_UNLIKELY(!t->capture)) {
        rti_capture *c = RTI_CAST(rti_capture *, rti_pool_get(sizeof *c));
        if (!c)
            return NULL;
        c->head.flush = rti_capture_flush;
        c->head.forget = rti_capture_forget;
        c->n_inputs = c->n_steps = c->n_pending = 0;
        t->capture = c;
        t->at_end[1] = rti_capture_end_thread;
        t->at_trim = rti_capture_trim;
    }
    return t->capture;
}

/* ---- from what was recorded to a program ---- */

/* The program of what was captured, and the tensors that its outputs are: the results that somebody still holds. */
static void rti_capture_program(const rti_capture *c, rti_program *p, rt_tensor **out)
{
    p->compute = c->compute;
    p->constant = NULL;
    p->n_inputs = c->n_inputs;
    p->n_outputs = 0;
    uint16_t value[RTI_MAX_PENDING];
    for (int i = 0; i < c->n_pending; i++) {
        if (!c->pending[i].x)
            continue;
        out[p->n_outputs] = c->pending[i].x;
        value[p->n_outputs++] = c->pending[i].value;
    }
    rti_program_plan(p, c->step, c->n_steps, value);      /* rti_capture_fits has left room for every value */
}

static rt_status rti_capture_run(rti_capture *c)
{
    rti_program p;
    rt_tensor *out[RTI_MAX_PENDING];
    rti_operand operand[RTI_MAX_INPUTS + RTI_MAX_OUTPUTS];
    rti_capture_program(c, &p, out);
    if (p.n_outputs == 0)
        return RT_OK;
    for (int k = 0; k < p.n_outputs; k++)
        if (!rti_tensor_allocate(out[k]))
            return rti_pending_code();
    for (int k = 0; k < c->n_inputs; k++) {
        if (c->input[k]) {
            rti_operand_of(&operand[k], c->input[k], c->size, c->ndim);
            continue;
        }
        operand[k].data = (char *)&c->number[k];
        operand[k].dtype = rti_class_dtype[c->compute];
        for (int d = 0; d < c->ndim; d++)
            operand[k].stride[d] = 0;
    }
    for (int k = 0; k < p.n_outputs; k++)
        rti_operand_of(&operand[c->n_inputs + k], out[k], c->size, c->ndim);
    return rti_program_run(&p, operand, c->ndim, c->size, c->n);
}

/* Runs what has been captured on this thread; afterwards nothing is pending. */
static rt_status rti_capture_flush(void)
{
    rti_capture *c = rti_thread_state()->capture;
    if (!c || c->n_steps == 0)
        return RT_OK;
    rt_status status = rti_capture_run(c);
    for (int i = 0; i < c->n_pending; i++) {
        rt_tensor *x = c->pending[i].x;
        if (!x)
            continue;
        x->extension = NULL;
        x->pending = status != RT_OK;
    }
    int n_inputs = c->n_inputs;
    c->n_inputs = c->n_steps = c->n_pending = 0;
    for (int k = 0; k < n_inputs; k++)
        rti_release(c->input[k]);
    return status;
}

/* ---- appending ---- */

/* The value number of an operand: a pending result of this capture, an input already there, or a new one. */
static uint16_t rti_capture_operand(rti_capture *c, const rt_value *v)
{
    rt_tensor *x = v->tag == RT_VALUE_TENSOR ? v->as.tensor : NULL;
    uint64_t number = 0;
    if (x && x->pending) {
        for (int i = c->n_pending - 1; i >= 0; i--)
            if (c->pending[i].x == x)
                return c->pending[i].value;
    }
    if (!x)
        rti_scalar_to_class(rti_scalar_of_value(v), c->compute, &number);
    for (int k = 0; k < c->n_inputs; k++)
        if (c->input[k] == x && (x || c->number[k] == number))
            return (uint16_t)k;
    rti_retain(x ? x : RT_NONE);
    c->input[c->n_inputs] = x;
    c->number[c->n_inputs] = number;
    return (uint16_t)c->n_inputs++;
}

static bool rti_capture_fits(const rti_capture *c, const rti_call *call)
{
    const rti_result *r = &call->result[0];
    int alive = 0;
    for (int i = 0; i < c->n_pending; i++)
        alive += c->pending[i].x != NULL;
    return c->compute == call->compute && c->ndim == r->ndim &&
           (r->ndim == 0 || memcmp(c->size, r->size, (size_t)r->ndim * sizeof *r->size) == 0) && c->n_steps < RTI_MAX_STEPS &&
           c->n_inputs + 3 <= RTI_MAX_INPUTS && c->n_pending < RTI_MAX_PENDING && alive < RTI_MAX_OUTPUTS &&
           c->n_inputs + c->n_pending + 4 < RTI_MAX_REGISTERS;
}

/* Whether a result can wait: between steps it is kept as it is computed, so its type must be the class's own, or bool. */
static bool rti_capture_takes(const rti_call *call)
{
    rt_dtype dtype = call->result[0].dtype;
    return (dtype == rti_class_dtype[call->compute] || dtype == RT_BOOL) && !rti_common_is_narrow(call);
}

/* Puts a call whose shape rule has run into the capture, its result pending. */
static rt_status rti_capture_append(rti_call *call)
{
    rti_capture *c = rti_capture_get();
    const rti_formula *f = call->formula;
    const rti_result *r = &call->result[0];
    if (!c)
        return rti_pending_code();
    bool joins = c->n_steps > 0 && rti_capture_fits(c, call);
    for (int k = 0; k < f->n_in && joins; k++) {    /* a pending operand of another shape cannot be broadcast before it is there */
        const rt_tensor *x = rti_arg_tensor(call, k);
        joins = !x || !x->pending || (x->ndim == r->ndim && x->numel == r->n);
    }
    if (!joins) {
        rt_status status = rti_capture_flush();
        if (status != RT_OK)
            return status;
        c->compute = call->compute;
        c->ndim = r->ndim;
        c->n = r->n;
        if (r->ndim > 0)
            memcpy(c->size, r->size, (size_t)r->ndim * sizeof *r->size);
    }
    rt_tensor *y = rti_tensor_header(r->dtype, r->ndim, 0);
    if (!y)
        return rti_pending_code();
    rti_tensor_shape(y, r->size);
    y->pending = true;
    y->extension = c;
    for (int i = 0; i < f->n_in; i++)
        c->step[c->n_steps].in[i] = rti_capture_operand(c, &call->arg[i]);
    c->step[c->n_steps].run = rti_formula_run(f, c->compute);
    c->step[c->n_steps].n_in = f->n_in;
    c->pending[c->n_pending].x = y;
    c->pending[c->n_pending++].value = (uint16_t)(RTI_STEP_VALUE + c->n_steps++);
    call->out[0] = y;
    return RT_OK;
}
RTI_COLD_END
/* ---- the door: every call of every operation comes through here ---------------------------------------------------------------------- */

static rt_status rti_door(const rt_op *op, const rt_value *arg, int n_args, rt_tensor *const *into, rt_value *results);

/* ---- arguments ---- */

static RTI_NOINLINE rt_status rti_refuse_argument(const rt_op *op, const rt_tensor *x, int k)
{
    rti_op_text name;
    char argument[24];
    snprintf(argument, sizeof argument, "argument %d", k + 1);
    rti_is_tensor(x, rti_op_base(op, &name), argument);
    return rti_pending_code();
}

static RTI_NOINLINE rt_status rti_refuse_complex(const rt_op *op, int k)
{
    rti_op_text name;
    return rti_raise(RT_ERR_DTYPE, rti_op_base(op, &name), "argument %d: expected a real number, got a complex one; these are not available yet", k + 1);
}

/* What the tensors among the arguments are: does one have a history or ask for one, is one not computed yet? */
typedef struct rti_look { bool wants_grad, pending; } rti_look;

/* Checks every tensor among the arguments. */
static RTI_INLINE rt_status rti_door_look(const rt_op *op, const rt_value *arg, int n_args, rti_look *look)
{
    bool wants_grad = false, pending = false;
    for (int k = 0; k < n_args; k++) {
        if (RTI_LIKELY(arg[k].tag == RT_VALUE_TENSOR)) {
            const rt_tensor *x = arg[k].as.tensor;
            if (RTI_UNLIKELY(!x || x->tag != RTI_TAG_TENSOR || rti_absent(x)))
                return rti_refuse_argument(op, x, k);
            wants_grad |= x->requires_grad;
            pending |= x->pending;
        } else if (arg[k].tag == RT_VALUE_TENSORS) {
            for (uint32_t i = 0; i < arg[k].count; i++) {
                const rt_tensor *x = arg[k].as.tensors[i];
                if (!x || x->tag != RTI_TAG_TENSOR)
                    return rti_refuse_argument(op, x, k);
                wants_grad |= x->requires_grad;
                pending |= x->pending;
            }
        } else if (RTI_UNLIKELY(arg[k].tag == RT_VALUE_COMPLEX)) {
            return rti_refuse_complex(op, k);
        }
    }
    look->wants_grad = wants_grad;
    look->pending = pending;
    return RT_OK;
}

static RTI_NOINLINE rt_status rti_settle_arguments(const rt_value *arg, int n_args)
{
    rt_status status = RT_OK;
    for (int k = 0; k < n_args && status == RT_OK; k++)
        for (int i = 0; i < rti_value_tensors(&arg[k]) && status == RT_OK; i++)
            status = rti_settle(rti_value_member(&arg[k], i));
    return status;
}

/* ---- results ---- */

/* Whether the kernel can write straight into a given tensor. */
static bool rti_into_direct(const rti_call *c, const rt_tensor *x, int k)
{
    if (x->dtype != c->result[k].dtype)      /* a result takes its own type before it takes another */
        return false;
    if (c->op->flags & RTI_ANY_OUT)
        return true;
    if (!rti_contiguous(x))
        return false;
    for (int a = 0; a < c->n_args; a++)
        for (int i = 0; i < rti_value_tensors(&c->arg[a]); i++)
            if (rti_value_member(&c->arg[a], i)->storage == x->storage)
                return false;
    return true;
}

static rt_status rti_check_into(const rti_call *c, const rt_tensor *x, int k)
{
    rti_op_text name;
    rti_shape_text want, have;
    const rti_result *r = &c->result[k];
    if (x->ndim != r->ndim || (r->ndim > 0 && memcmp(x->size, r->size, (size_t)r->ndim * sizeof *r->size) != 0))
        return rti_raise(RT_ERR_SHAPE, rti_op_base(c->op, &name), "the result has shape %s and does not fit into the given tensor of shape %s",
                         rti_dims_text(&want, r->size, r->ndim), rti_shape_of_text(&have, x));
    if (!rti_conversion_of((rt_dtype)x->dtype) || rti_kind_rank(r->dtype) > rti_kind_rank((rt_dtype)x->dtype))
        return rti_raise(RT_ERR_DTYPE, rti_op_base(c->op, &name), "the result is %s and cannot be written into a %s tensor", rt_dtype_name(r->dtype),
                         rt_dtype_name((rt_dtype)x->dtype));
    return RT_OK;
}

/* Makes a given tensor the one that the kernel writes into, where it can. */
static RTI_NOINLINE rt_status rti_door_take_into(rti_call *c, rt_tensor *x, int k)
{
    rt_status status = rti_check_into(c, x, k);
    if (status == RT_OK && rti_into_direct(c, x, k)) {
        c->out[k] = x;
        rti_retain(x);
    }
    return status;
}

/* Tensors for the kernel to write into: new ones, or the given ones where it can. */
static RTI_INLINE rt_status rti_door_allocate(rti_call *c, rt_tensor *const *into)
{
    for (int k = 0, n = c->op->n_results; k < n; k++) {
        const rti_result *r = &c->result[k];
        if (RTI_UNLIKELY(into != NULL)) {
            rt_status status = rti_door_take_into(c, into[k], k);
            if (status != RT_OK)
                return status;
            if (c->out[k])
                continue;
        }
        c->out[k] = rti_tensor_new(r->dtype, r->size, r->ndim, r->n);
        if (RTI_UNLIKELY(!c->out[k]))
            return rti_pending_code();
    }
    return RT_OK;
}

/* Moves results that could not be written in place to where they belong. */
static RTI_NOINLINE rt_status rti_door_deliver(rti_call *c, rt_tensor *const *into)
{
    for (int k = 0; k < c->op->n_results; k++) {
        if (c->out[k] != into[k]) {
            rt_status status = rti_copy_into(into[k], c->out[k]);
            if (status != RT_OK)
                return status;
            rti_release(c->out[k]);
            c->out[k] = into[k];
            rti_retain(into[k]);
        }
        rti_atomic_add32(&into[k]->storage->version, 1);
    }
    return RT_OK;
}

/* ---- below the tape ---- */

/* Shape rule, results, kernel. On failure c->out may hold tensors that the caller lets go of. */
static RTI_INLINE rt_status rti_door_run(rti_call *c, rt_tensor *const *into, bool pending)
{
    const rt_op *op = c->op;
    rt_status status;
    if (RTI_UNLIKELY(rti_modes & RTI_MODE_CAPTURE) && op->formula && !into) {
        if ((status = op->shape(c)) != RT_OK)
            return status;
        if (rti_capture_takes(c))
            return rti_capture_append(c);
    }
    if (RTI_UNLIKELY(pending) && (status = rti_settle_arguments(c->arg, c->n_args)) != RT_OK)
        return status;
    if (op->shape) {
        if (RTI_UNLIKELY((status = op->shape(c)) != RT_OK || (status = rti_door_allocate(c, into)) != RT_OK))
            return status;
    }
    status = op->kernel(c);
    if (RTI_UNLIKELY(into != NULL) && status == RT_OK)
        status = rti_door_deliver(c, into);
    return status;
}

/* Whether results may be written into these tensors as far as gradients are concerned. */
static RTI_NOINLINE rt_status rti_check_into_grad(const rt_op *op, const rt_value *arg, rt_tensor *const *into, bool wants_grad)
{
    rti_op_text name;
    rti_shape_text text;
    for (int k = 0; k < op->n_results; k++) {
        rt_tensor *x = into[k];
        bool inplace = arg[0].tag == RT_VALUE_TENSOR && arg[0].as.tensor == x;
        if (!rti_is_tensor(x, rti_op_base(op, &name), "the tensor to write into") || rti_settle(x) != RT_OK)
            return rti_pending_code();
        if (op->flags & RTI_VIEW)
            return rti_raise(RT_ERR_UNSUPPORTED, rti_op_base(op, &name), "a view has no in-place or out form");
        for (int d = 0; d < x->ndim; d++)
            if (x->size[d] > 1 && x->stride[d] == 0)
                return rti_raise(RT_ERR_STATE, rti_op_base(op, &name), "several elements of the tensor to write into lie in one place, as after rt_expand: "
                                                                       "expected one that has a place for each, got shape %s", rti_shape_of_text(&text, x));
        if (!(wants_grad || x->requires_grad) || (rti_modes & RTI_MODE_NO_GRAD))
            continue;
        if (!inplace)
            return rti_raise(RT_ERR_GRAD, rti_op_base(op, &name), "the out form is not differentiable, and an operand requires a gradient");
        if (x->requires_grad && !(x->meta && rti_meta(x)->node))
            return rti_raise(RT_ERR_GRAD, rti_op_base(op, &name), "a leaf that requires a gradient cannot be changed in place on the tape: use rt_no_grad");
        if (x->base)
            return rti_raise(RT_ERR_UNSUPPORTED, rti_op_base(op, &name), "changing a view in place on the tape is not available yet");
    }
    return RT_OK;
}

static RTI_NOINLINE rt_status rti_refuse_gradient(const rt_op *op)
{
    rti_op_text name;
    return rti_raise(RT_ERR_GRAD, rti_op_base(op, &name), "has no derivative, and an operand requires a gradient: detach it, or use rt_no_grad");
}

static RTI_NOINLINE rt_status rti_call_mode(const rt_op *op, const rt_value *arg, int n_args, rt_value *results)
{
    rti_thread *t = rti_thread_state();
    rt_mode *mode = t->mode_stack;
    t->mode_stack = mode->below;
    if (!t->mode_stack)
        rti_modes &= ~(uint32_t)RTI_MODE_STACK;
    rt_status status = mode->call(mode, op, arg, n_args, results);
    t->mode_stack = mode;
    rti_modes |= RTI_MODE_STACK;
    /* the mode's results lie in its scope; the caller of the door owns references */
    for (int k = 0; k < op->n_results && status == RT_OK; k++)
        if (results[k].tag == RT_VALUE_TENSOR)
            rti_retain(results[k].as.tensor);
    return status;
}

/* An implicit row: its parts come through the door one by one; their errors are its own. */
static RTI_NOINLINE rt_status rti_door_compose(const rt_op *op, const rt_value *arg, int n_args, rt_value *results)
{
    rti_op_text name;
    bool pending = rti_thread_state()->error_unread;
    rt_status status = op->compose(arg, n_args, results);
    if (RTI_UNLIKELY(status != RT_OK) && !pending)
        rti_error_rename(rti_op_base(op, &name));
    return status;
}

static RTI_NOINLINE rt_status rti_door_failed(rti_call *c, rt_status status)
{
    rti_op_text name;
    for (int k = 0; k < c->op->n_results; k++)
        rti_release(c->out[k]);
    if (status == RT_ERR_MEMORY && strcmp(rti_thread_state()->error.op, "memory") == 0)
        rti_error_rename(rti_op_base(c->op, &name));
    return status;
}

/* Runs an operation. results: owned references. into: where results go instead of new tensors, NULL for new ones. */
static rt_status rti_door(const rt_op *op, const rt_value *arg, int n_args, rt_tensor *const *into, rt_value *results)
{
    rti_look look = { false, false };
    rt_status status = rti_door_look(op, arg, n_args, &look);
    if (RTI_UNLIKELY(status != RT_OK))
        return status;
    if (RTI_UNLIKELY((rti_modes & RTI_MODE_STACK) && !into))
        return rti_call_mode(op, arg, n_args, results);
    if (op->compose && !into)
        return rti_door_compose(op, arg, n_args, results);
    if (RTI_UNLIKELY(into != NULL) && (status = rti_check_into_grad(op, arg, into, look.wants_grad)) != RT_OK)
        return status;
    rti_node *node = NULL;
    if (look.wants_grad && !(rti_modes & RTI_MODE_NO_GRAD) && !(op->flags & RTI_CONSTANT)) {
        if (RTI_UNLIKELY(!op->backward))
            return rti_refuse_gradient(op);
        node = rti_tape_begin(op, arg, n_args);
        if (RTI_UNLIKELY(!node))
            return rti_pending_code();
        if (RTI_UNLIKELY(into != NULL) && (status = rti_tape_set_aside(node, into[0])) != RT_OK) {
            rti_node_release(node);
            return status;
        }
    }
    rti_call c;
    c.op = op;
    c.arg = arg;
    c.n_args = n_args;
    c.formula = op->formula;
    for (int k = 0; k < RTI_MAX_RESULTS; k++)
        c.out[k] = NULL;
    status = rti_door_run(&c, into, look.pending);
    if (RTI_UNLIKELY(node != NULL)) {
        if (status == RT_OK)
            status = rti_tape_end(node, c.out);
        else
            rti_node_release(node);
    }
    if (RTI_UNLIKELY(status != RT_OK))
        return rti_door_failed(&c, status);
    for (int k = 0; k < op->n_results; k++)
        rti_box_tensor(&results[k], c.out[k]);
    return RT_OK;
}

/* ---- typed functions: arguments in an array, the first result to the scope ---- */

static RTI_INLINE rt_tensor *rti_call_op(const rt_op *op, const rt_value *arg, int n_args)
{
    rt_value results[RTI_MAX_RESULTS];
    if (RTI_UNLIKELY(rti_door(op, arg, n_args, NULL, results) != RT_OK))
        return NULL;
    return rti_scoped(results[0].as.tensor);
}

static rt_tensor *rti_call1(const rt_op *op, rt_tensor *a)
{
    rt_value arg[1];
    rti_box_tensor(&arg[0], a);
    return rti_call_op(op, arg, 1);
}

static rt_tensor *rti_call2(const rt_op *op, rt_tensor *a, rt_tensor *b)
{
    rt_value arg[2];
    rti_box_tensor(&arg[0], a);
    rti_box_tensor(&arg[1], b);
    return rti_call_op(op, arg, 2);
}

static rt_tensor *rti_call3(const rt_op *op, rt_tensor *a, rt_tensor *b, rt_tensor *c)
{
    rt_value arg[3];
    rti_box_tensor(&arg[0], a);
    rti_box_tensor(&arg[1], b);
    rti_box_tensor(&arg[2], c);
    return rti_call_op(op, arg, 3);
}

static rt_tensor *rti_call2_scalar(const rt_op *op, rt_tensor *a, rt_scalar b)
{
    rt_value arg[2];
    rti_box_tensor(&arg[0], a);
    arg[1] = rti_value_scalar(&b);
    return rti_call_op(op, arg, 2);
}

/* The in-place form: answers a itself. */
static rt_tensor *rti_call_inplace(const rt_op *op, const rt_value *arg, int n_args)
{
    rt_value results[RTI_MAX_RESULTS];
    rt_tensor *into = arg[0].as.tensor;
    if (rti_door(op, arg, n_args, &into, results) != RT_OK)
        return NULL;
    rti_release(into);
    return into;
}

static rt_tensor *rti_inplace2(const rt_op *op, rt_tensor *a, rt_tensor *b)
{
    rt_value arg[2];
    rti_box_tensor(&arg[0], a);
    rti_box_tensor(&arg[1], b);
    return rti_call_inplace(op, arg, 2);
}

static rt_tensor *rti_inplace2_scalar(const rt_op *op, rt_tensor *a, rt_scalar b)
{
    rt_value arg[2];
    rti_box_tensor(&arg[0], a);
    arg[1] = rti_value_scalar(&b);
    return rti_call_inplace(op, arg, 2);
}

static rt_tensor *rti_inplace1(const rt_op *op, rt_tensor *a)
{
    rt_value arg[1];
    rti_box_tensor(&arg[0], a);
    return rti_call_inplace(op, arg, 1);
}

/* The out form: answers out itself. */
static rt_tensor *rti_out2(const rt_op *op, rt_tensor *out, rt_tensor *a, rt_tensor *b)
{
    rt_value arg[2], results[RTI_MAX_RESULTS];
    rti_box_tensor(&arg[0], a);
    rti_box_tensor(&arg[1], b);
    if (rti_door(op, arg, 2, &out, results) != RT_OK)
        return NULL;
    rti_release(out);
    return out;
}

/* ---- modes ---- */

RT_API void rt_mode_push(rt_mode *mode)
{
    rti_thread *t = rti_thread_state();
    mode->below = t->mode_stack;
    t->mode_stack = mode;
    rti_modes |= RTI_MODE_STACK;
}

RT_API void rt_mode_pop(rt_mode *mode)
{
    rti_thread *t = rti_thread_state();
    rt_mode *at = t->mode_stack;
    while (at && at != mode)
        at = at->below;
    if (!at)
        return;
    t->mode_stack = mode->below;
    if (!t->mode_stack)
        rti_modes &= ~(uint32_t)RTI_MODE_STACK;
}
RTI_COLD
/* ---- the engine: from the newest node back ------------------------------------------------------------------------------------------- */

/* The ops that the engine itself needs; the floor above hands them in. */
typedef struct rti_engine_ops {
    rt_tensor *(*add)(rt_tensor *a, rt_tensor *b);
    rt_tensor *(*sum_to)(rt_tensor *x, const int64_t *size, int ndim);     /* undoes broadcasting */
    rt_tensor *(*cast)(rt_tensor *x, rt_dtype dtype);
    rt_tensor *(*ones)(const rt_tensor *like);
    rt_tensor *(*zeros)(const int64_t *size, int ndim, rt_dtype dtype);
    rt_status (*add_into)(rt_tensor *x, rt_tensor *y);                     /* x += y, off the tape */
} rti_engine_ops;

/* One backward pass. */
typedef struct rti_engine {
    const rti_engine_ops *ops;
    bool create_graph, retain_graph;
    int32_t level;                      /* of the scope round the pass: what was made in it is the pass's own */
    rt_tensor *const *input;            /* rt_autograd_grad: whose gradients are wanted; NULL: every leaf's */
    int n_inputs;
    rt_tensor **input_grad;             /* owned references */
    rti_node **heap;                    /* nodes that have received a gradient, newest first */
    int64_t n_heap, heap_capacity;
} rti_engine;

/* What a derivative sees: gradients of the call's results in, gradients of its arguments out. */
typedef struct rti_backward {
    rti_node *node;
    const rti_engine *engine;
    rt_tensor **grad;                   /* one for each edge, owned; NULL: none */
} rti_backward;

/* ---- what derivatives call ---- */

static int rti_b_edge(const rti_backward *b, int k)
{
    int at = 0;
    for (int i = 0; i < k; i++)
        at += rti_value_tensors(&b->node->arg[i]);
    return at;
}

/* Whether argument k's gradient is wanted. */
static bool rti_b_needs(const rti_backward *b, int k)
{
    if (k >= b->node->n_args || b->node->arg[k].tag != RT_VALUE_TENSOR)
        return false;
    const rti_edge *e = &b->node->edge[rti_b_edge(b, k)];
    return e->node || e->leaf;
}

/* The gradient of result k. */
static rt_tensor *rti_b_grad(const rti_backward *b, int k) { return b->node->grad[k]; }

static RTI_NOINLINE rt_status rti_refuse_version(const rti_backward *b, const char *what, int k)
{
    rti_op_text name;
    return rti_raise(RT_ERR_GRAD, rti_op_base(b->node->op, &name), "%s %d, which the gradient needs, was changed in place after it was used", what, k + 1);
}

/* Argument k as it was saved; NULL with the error raised if it has been changed since. */
static rt_tensor *rti_b_input(const rti_backward *b, int k)
{
    rt_tensor *x = b->node->arg[k].as.tensor;
    if (x && x->storage && x->storage->version != b->node->version[rti_b_edge(b, k)]) {
        rti_refuse_version(b, "argument", k);
        return NULL;
    }
    return x;
}

/* Result k as it was saved. With create_graph it has its history again. */
static rt_tensor *rti_b_output(const rti_backward *b, int k)
{
    rti_node *node = b->node;
    rt_tensor *x = node->saved_result[k];
    if (x->storage->version != node->saved_version[k]) {
        rti_refuse_version(b, "result", k);
        return NULL;
    }
    if (!b->engine->create_graph)
        return x;
    rt_tensor *y = rti_scoped(rti_alias(x));
    rti_grad_meta *meta = y ? rti_meta_make(y) : NULL;
    if (!meta)
        return NULL;
    rti_node_retain(node);
    meta->node = node;
    meta->index = k;
    y->requires_grad = true;
    return y;
}

static const rt_value *rti_b_arg(const rti_backward *b, int k) { return &b->node->arg[k]; }
static const rti_edge *rti_b_input_shape(const rti_backward *b, int k) { return &b->node->edge[rti_b_edge(b, k)]; }

/* Sets argument k's gradient; it may have the broadcast shape. NULL passes the pending error on. */
static rt_status rti_b_set(const rti_backward *b, int k, rt_tensor *grad)
{
    if (!grad)
        return rti_pending_code() != RT_OK ? rti_pending_code() : RT_ERR_INTERNAL;
    rti_retain(grad);
    b->grad[rti_b_edge(b, k)] = grad;
    return RT_OK;
}

/* ---- the heap of nodes, newest on top ---- */

static rt_status rti_heap_push(rti_engine *e, rti_node *node)
{
    if (!rti_grow(&e->heap, &e->heap_capacity, e->n_heap + 1, sizeof *e->heap))
        return rti_pending_code();
    int64_t at = e->n_heap++;
    while (at > 0 && e->heap[(at - 1) / 2]->sequence < node->sequence) {
        e->heap[at] = e->heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    e->heap[at] = node;
    return RT_OK;
}

static rti_node *rti_heap_pop(rti_engine *e)
{
    rti_node *top = e->heap[0], *last = e->heap[--e->n_heap];
    int64_t at = 0;
    for (;;) {
        int64_t child = 2 * at + 1;
        if (child >= e->n_heap)
            break;
        if (child + 1 < e->n_heap && e->heap[child + 1]->sequence > e->heap[child]->sequence)
            child++;
        if (e->heap[child]->sequence <= last->sequence)
            break;
        e->heap[at] = e->heap[child];
        at = child;
    }
    e->heap[at] = last;
    return top;
}

/* ---- gradients arrive ---- */

static rt_status rti_add_gradient(const rti_engine *e, rt_tensor **slot, rt_tensor *grad)
{
    if (!*slot) {
        rti_retain(grad);
        *slot = grad;
        return RT_OK;
    }
    rt_tensor *sum = e->ops->add(*slot, grad);
    if (!sum)
        return rti_pending_code();
    rti_retain(sum);
    rti_release(*slot);
    *slot = sum;
    return RT_OK;
}

static int rti_wanted_input(const rti_engine *e, const rti_node *node, int index, const rt_tensor *leaf)
{
    for (int i = 0; i < e->n_inputs; i++) {
        const rti_grad_meta *meta = rti_meta(e->input[i]);
        if (leaf ? e->input[i] == leaf : meta && meta->node == node && meta->index == index)
            return i;
    }
    return -1;
}

/* Whether a gradient was made in this pass and is held by its scope and its sender alone, so that a leaf may take it over. */
static bool rti_may_take_over(const rti_engine *e, const rt_tensor *grad)
{
    return rti_contiguous(grad) && !grad->base && rti_atomic_load32(&grad->refs) == 2 && grad->scope_thread == rti_thread_state() &&
           grad->scope_level >= e->level;
}

/* Adds to a leaf's grad. The first one is taken over, or copied if others hold it. */
static rt_status rti_accumulate(const rti_engine *e, rt_tensor *leaf, rt_tensor *grad)
{
    rt_status status = rti_settle(grad);
    rti_grad_meta *meta = status == RT_OK ? rti_meta_make(leaf) : NULL;
    if (!meta)
        return rti_pending_code();
    rti_lock(&meta->lock);
    if (!meta->grad && (e->create_graph || rti_may_take_over(e, grad))) {
        rti_retain(grad);
        meta->grad = grad;
    } else if (!meta->grad) {
        meta->grad = rti_copy_of(grad, (rt_dtype)grad->dtype);
        status = meta->grad ? RT_OK : rti_pending_code();
    } else if (e->create_graph) {
        status = rti_add_gradient(e, &meta->grad, grad);
    } else {
        status = e->ops->add_into(meta->grad, grad);
    }
    rti_unlock(&meta->lock);
    return status;
}

static rt_status rti_refuse_claimed(const rti_node *node)
{
    rti_op_text name;
    return rti_raise(RT_ERR_STATE, rti_op_base(node->op, &name), "another backward pass is going through the same graph");
}

/* Sends a gradient along an edge, in the shape and dtype of the input it belongs to. */
static rt_status rti_send(rti_engine *e, const rti_edge *edge, rt_tensor *grad)
{
    bool same = grad->ndim == edge->ndim && (edge->ndim == 0 || memcmp(grad->size, edge->size, (size_t)edge->ndim * sizeof *edge->size) == 0);
    if (!same)
        grad = e->ops->sum_to(grad, edge->size, edge->ndim);
    if (grad && grad->dtype != edge->dtype)
        grad = e->ops->cast(grad, (rt_dtype)edge->dtype);
    if (!grad)
        return rti_pending_code();
    if (edge->leaf) {
        if (!e->input)
            return rti_accumulate(e, edge->leaf, grad);
        int i = rti_wanted_input(e, NULL, 0, edge->leaf);
        return i < 0 ? RT_OK : rti_add_gradient(e, &e->input_grad[i], grad);
    }
    rti_node *node = edge->node;
    bool first = true;
    for (int k = 0; k < node->n_results; k++)
        first = first && !node->grad[k];
    if (first) {
        if (!rti_atomic_swap_if32(&node->claimed, 0, 1))
            return rti_refuse_claimed(node);
        rti_node_retain(node);
        rt_status status = rti_heap_push(e, node);
        if (status != RT_OK) {
            node->claimed = 0;
            rti_node_release(node);
            return status;
        }
    }
    return rti_add_gradient(e, &node->grad[edge->index], grad);
}

/* ---- one node ---- */

static rt_status rti_node_missing_grads(const rti_engine *e, rti_node *node)
{
    for (int k = 0; k < node->n_results; k++) {
        if (node->grad[k] || node->n_results == 1)
            continue;
        const rt_tensor *x = node->saved_result[k];
        rt_tensor *zeros = x ? e->ops->zeros(x->size, x->ndim, (rt_dtype)x->dtype) : NULL;
        if (!zeros)
            continue;           /* the derivative knows that a result's gradient may be absent */
        rti_retain(zeros);
        node->grad[k] = zeros;
    }
    return RT_OK;
}

static rt_status rti_node_derivative(const rti_engine *e, rti_node *node, rt_tensor **grad)
{
    rti_op_text name;
    rti_backward b = { node, e, grad };
    if (node->freed)
        return rti_raise(RT_ERR_GRAD, rti_op_base(node->op, &name), "the graph has been gone through already and its saved values freed: "
                                                                    "set retain_graph the first time");
    if (node->op->fast_backward && !e->create_graph) {
        rt_tensor *saved = node->op->saves & RTI_SAVE_OUT(0) ? rti_b_output(&b, 0) : rti_b_input(&b, 0);
        return rti_b_set(&b, 0, rti_call2(node->op->fast_backward, rti_b_grad(&b, 0), saved));
    }
    return node->op->backward(&b);
}

static rt_status rti_node_run(rti_engine *e, rti_node *node)
{
    enum { FEW = 8 };
    rt_tensor *few[FEW] = { NULL }, **grad = few;
    rt_status status = RT_OK;
    for (int k = 0; k < node->n_results && e->input; k++) {
        int i = rti_wanted_input(e, node, k, NULL);
        if (i >= 0 && node->grad[k])
            status = rti_add_gradient(e, &e->input_grad[i], node->grad[k]);
    }
    if (node->n_edges > FEW) {
        grad = RTI_CAST(rt_tensor **, rti_pool_zeroed((size_t)node->n_edges * sizeof *grad));
        if (!grad)
            return rti_pending_code();
    }
    if (status == RT_OK)
        status = rti_node_missing_grads(e, node);
    if (status == RT_OK)
        status = rti_node_derivative(e, node, grad);
    for (int i = 0; i < node->n_edges; i++) {
        const rti_edge *edge = &node->edge[i];
        if (grad[i] && status == RT_OK && (edge->node || edge->leaf))
            status = rti_send(e, edge, grad[i]);
        rti_release(grad[i]);
    }
    if (grad != few)
        rti_pool_put(grad);
    if (!e->retain_graph)
        rti_node_free_saved(node);
    return status;
}

static void rti_node_clear(rti_node *node)
{
    for (int k = 0; k < node->n_results; k++) {
        rti_release(node->grad[k]);
        node->grad[k] = NULL;
    }
    rti_atomic_store32(&node->claimed, 0);
    rti_node_release(node);
}

/* ---- a pass ---- */

static rt_status rti_engine_start(rti_engine *e, rt_tensor *y, rt_tensor *grad)
{
    rti_shape_text want, came;
    if (!y->requires_grad)
        return rti_raise(RT_ERR_GRAD, "backward", "the output does not require a gradient: nothing on the tape leads to it");
    if (!grad || rti_absent(grad)) {
        if (y->numel != 1)
            return rti_raise(RT_ERR_SHAPE, "backward", "an output of shape %s needs a gradient to start from; only one of a single element starts from 1",
                             rti_shape_of_text(&want, y));
        grad = e->ops->ones(y);
        if (!grad)
            return rti_pending_code();
    } else if (!rti_same_shape(y, grad)) {
        return rti_raise(RT_ERR_SHAPE, "backward", "expected a gradient of the output's shape %s, got %s", rti_shape_of_text(&want, y),
                         rti_shape_of_text(&came, grad));
    }
    const rti_grad_meta *meta = rti_meta(y);
    rti_edge edge;
    memset(&edge, 0, sizeof edge);
    edge.node = meta ? meta->node : NULL;
    edge.leaf = edge.node ? NULL : y;
    edge.index = edge.node ? meta->index : 0;
    edge.dtype = y->dtype;
    edge.ndim = y->ndim;
    edge.size = y->size;
    return rti_send(e, &edge, grad);
}

/* Goes through the graph from the outputs back. The thread's modes are as they were afterwards. */
static rt_status rti_engine_run(rti_engine *e, rt_tensor *const *outputs, rt_tensor *const *grads, int n)
{
    rt_scope scope = e->create_graph ? rt_enable_grad() : rt_no_grad();
    uint32_t modes = rti_modes;
    e->level = scope.level;
    if (!e->create_graph)
        rti_modes |= RTI_MODE_CAPTURE;
    rt_status status = RT_OK;
    for (int i = 0; i < n && status == RT_OK; i++)
        status = rti_engine_start(e, outputs[i], grads ? grads[i] : NULL);
    while (e->n_heap > 0) {
        rti_node *node = rti_heap_pop(e);
        rt_scope turn = rt_scope_begin();
        if (status == RT_OK)
            status = rti_node_run(e, node);
        rti_node_clear(node);
        rt_scope_end(turn);
    }
    rt_scope_end(scope);
    rt_status last = rti_capture_flush();
    rti_modes = (rti_modes & ~(uint32_t)RTI_MODE_CAPTURE) | (modes & RTI_MODE_CAPTURE);
    rti_pool_put(e->heap);
    return status != RT_OK ? status : last;
}
/* ---- schemas, and calling an operation by its row ------------------------------------------------------------------------------------- */

/* One parameter of a schema line: "Scalar alpha=1". */
typedef struct rti_param {
    const char *type, *name, *normal;               /* normal: the default's text; NULL for none */
    int n_type, n_name, n_normal;
} rti_param;

/* The next parameter from *at on; false at the end of the list. */
static bool rti_schema_next(const char **at, rti_param *p)
{
    const char *s = *at + strspn(*at, "(, ");
    if (*s == '*')
        s += 1 + strspn(s + 1, ", ");
    if (*s == ')' || *s == '\0')
        return false;
    int depth = 0;
    const char *end = s;
    while (*end && !(depth == 0 && (*end == ',' || *end == ')'))) {
        depth += (*end == '(' || *end == '[') - (*end == ')' || *end == ']');
        end++;
    }
    const char *space = s;
    while (space < end && *space != ' ')
        space++;
    const char *name = space + 1, *equals = name;
    while (equals < end && *equals != '=')
        equals++;
    p->type = s;
    p->n_type = (int)(space - s);
    p->name = name;
    p->n_name = (int)(equals - name);
    p->normal = equals < end ? equals + 1 : NULL;
    p->n_normal = p->normal ? (int)(end - p->normal) : 0;
    *at = end;
    return true;
}

static const char *rti_schema_params(const rt_op *op) { return op->schema + rti_op_name_length(op) + 1; }

static bool rti_type_is(const rti_param *p, const char *prefix) { return strncmp(p->type, prefix, strlen(prefix)) == 0; }
static bool rti_type_is_list(const rti_param *p) { return memchr(p->type, '[', (size_t)p->n_type) != NULL; }

/* Whether a value is one that the parameter takes. */
static bool rti_param_takes(const rti_param *p, const rt_value *v)
{
    if (v->tag == RT_VALUE_NONE)
        return p->type[p->n_type - 1] == '?';
    if (rti_type_is_list(p))
        return rti_type_is(p, "Tensor") ? v->tag == RT_VALUE_TENSORS : rti_type_is(p, "float") ? v->tag == RT_VALUE_FLOATS
             : rti_type_is(p, "bool") ? v->tag == RT_VALUE_BOOLS : v->tag == RT_VALUE_INTS;
    if (rti_type_is(p, "Tensor"))
        return v->tag == RT_VALUE_TENSOR;
    if (rti_type_is(p, "ScalarType"))
        return v->tag == RT_VALUE_DTYPE;
    if (rti_type_is(p, "Scalar"))
        return rti_value_is_number(v);
    if (rti_type_is(p, "float"))
        return v->tag == RT_VALUE_FLOAT || v->tag == RT_VALUE_INT;
    if (rti_type_is(p, "bool"))
        return v->tag == RT_VALUE_BOOL;
    if (rti_type_is(p, "str"))
        return v->tag == RT_VALUE_STRING;
    if (rti_type_is(p, "Generator"))
        return v->tag == RT_VALUE_GENERATOR;
    return v->tag == RT_VALUE_INT || v->tag == RT_VALUE_BOOL;
}

/* What a value is, in words. */
static const char *rti_value_kind(const rt_value *v)
{
    static const char *const kinds[] = { "nothing", "a tensor", "a bool", "an integer", "a floating point number", "a complex number", "a list of integers",
                                         "a list of floating point numbers", "a list of bools", "a list of tensors", "a string", "a dtype", "a generator" };
    return v->tag < RTI_COUNT(kinds) ? kinds[v->tag] : "something unknown";
}

/* A default's text as a value: None, True, False, a number, []. */
static rt_value rti_param_default(const rti_param *p)
{
    char text[32];
    size_t n = RTI_MIN((size_t)p->n_normal, sizeof text - 1);
    memcpy(text, p->normal, n);
    text[n] = '\0';
    if (strcmp(text, "None") == 0)
        return rt_value_none();
    if (strcmp(text, "True") == 0 || strcmp(text, "False") == 0)
        return rt_value_bool(text[0] == 'T');
    if (text[0] == '[')
        return rt_value_ints(NULL, 0);
    if (rti_type_is(p, "float") || strchr(text, '.'))
        return rt_value_float(strtod(text, NULL));
    return rt_value_int(strtoll(text, NULL, 10));
}

/* Arguments as the schema orders them, defaults filled in; their number, or -1 with the error raised. */
static int rti_schema_arguments(const rt_op *op, const rt_value *args, int n_args, rt_value *full)
{
    const char *at = rti_schema_params(op);
    rti_op_text name;
    rti_param p;
    int n = 0;
    for (; n < RTI_MAX_ARGS && rti_schema_next(&at, &p); n++) {
        bool given = n < n_args && !(args[n].tag == RT_VALUE_NONE && p.normal);
        if (!given && !p.normal && p.type[p.n_type - 1] != '?') {
            rti_raise(RT_ERR_VALUE, rti_op_base(op, &name), "argument %.*s is missing", p.n_name, p.name);
            return -1;
        }
        full[n] = given ? args[n] : p.normal ? rti_param_default(&p) : rt_value_none();
        if (given && !rti_param_takes(&p, &full[n])) {
            rti_raise(RT_ERR_VALUE, rti_op_base(op, &name), "argument %.*s: expected %.*s, got %s", p.n_name, p.name, p.n_type, p.type,
                      rti_value_kind(&full[n]));
            return -1;
        }
    }
    if (n_args > n) {
        rti_raise(RT_ERR_VALUE, rti_op_base(op, &name), "expected %d arguments at the most, got %d", n, n_args);
        return -1;
    }
    return n;
}

/* ---- public ---- */

RT_API const char *rt_op_schema(const rt_op *op) { return op ? op->schema : ""; }
RT_API int rt_op_n_results(const rt_op *op) { return op ? op->n_results : 0; }

RT_API const char *rt_op_name(const rt_op *op, char name[64])
{
    size_t n = op ? RTI_MIN(rti_op_name_length(op), (size_t)63) : 0;
    if (n)
        memcpy(name, op->schema, n);
    name[n] = '\0';
    return name;
}

static rt_status rti_call_row(const rt_op *op, const rt_value *args, int n_args, rt_tensor *const *into, rt_value *results)
{
    rt_value full[RTI_MAX_ARGS];
    if (!op || (n_args > 0 && !args) || n_args < 0)
        return rti_raise(RT_ERR_NULL, "rt_call", "expected an operation and its arguments");
    int n = rti_schema_arguments(op, args, n_args, full);
    return n < 0 ? rti_pending_code() : rti_door(op, full, n, into, results);
}

RT_API rt_status rt_call(const rt_op *op, const rt_value *args, int n_args, rt_value *results)
{
    if (!results)
        return rti_raise(RT_ERR_NULL, "rt_call", "there is no room for results");
    rt_status status = rti_call_row(op, args, n_args, NULL, results);
    for (int k = 0; status == RT_OK && k < op->n_results; k++)
        rti_scoped(results[k].as.tensor);
    return status;
}

RT_API rt_status rt_call_out(const rt_op *op, const rt_value *args, int n_args, rt_tensor *const *into)
{
    rt_value results[RTI_MAX_RESULTS];
    for (int k = 0; op && k < op->n_results; k++)
        if (!into || !rti_is_tensor(into[k], "rt_call_out", "the tensor to write into"))
            return into ? rti_pending_code() : rti_raise(RT_ERR_NULL, "rt_call_out", "there are no tensors to write into");
    if (op && op->compose)
        return rti_raise(RT_ERR_UNSUPPORTED, "rt_call_out", "the operation is made of others and has no out form yet");
    rt_status status = rti_call_row(op, args, n_args, into, results);
    for (int k = 0; status == RT_OK && k < op->n_results; k++)
        rti_release(results[k].as.tensor);
    return status;
}

RT_API rt_tensor *rt_call_inplace(const rt_op *op, const rt_value *args, int n_args)
{
    if (!op || !args || n_args < 1 || args[0].tag != RT_VALUE_TENSOR || op->n_results != 1) {
        rti_raise(RT_ERR_VALUE, "rt_call_inplace", "expected an operation with one result and a tensor to change");
        return NULL;
    }
    rt_tensor *into = args[0].as.tensor;
    return rt_call_out(op, args, n_args, &into) == RT_OK ? into : NULL;
}
/* ---- making tensors ------------------------------------------------------------------------------------------------------------- */

RT_API rt_tensor_opts rt_tensor_opts_default(void)
{
    rt_tensor_opts o;
    memset((void *)&o, 0, sizeof o);
    o.exact = 1;
    o.dtype = RT_FLOAT32;
    return o;
}

/* A new tensor of a shape still to be checked, owned by the caller. */
static rt_tensor *rti_make(const char *op, rt_shape shape, rt_dtype dtype)
{
    if (!rti_is_dtype(dtype)) {
        rti_raise(RT_ERR_DTYPE, op, "expected a dtype, got the value %d", (int)dtype);
        return NULL;
    }
    int64_t n = rti_count_elements(op, shape.dim, shape.ndim);
    return n < 0 ? NULL : rti_tensor_new(dtype, shape.dim, shape.ndim, n);
}

static rt_dtype rti_opts_dtype(const rt_tensor_opts *opts, rt_dtype normal)
{
    return opts && opts->dtype != RT_DTYPE_DEFAULT ? opts->dtype : normal;
}

/* Hands a new tensor out as the options ask; what failed before passes through. */
static rt_tensor *rti_made(rt_tensor *x, const rt_tensor_opts *opts)
{
    if (x && opts && opts->requires_grad && !rt_requires_grad_(x)) {
        rti_release(x);
        return NULL;
    }
    return rti_scoped(x);
}

/* Writes one number into every element of a contiguous or strided x. */
static rt_status rti_fill(rt_tensor *x, rt_scalar value)
{
    if (!rti_conversion_of((rt_dtype)x->dtype))
        return rti_raise(RT_ERR_DTYPE, "fill", "not available for %s", rt_dtype_name((rt_dtype)x->dtype));
    rti_program p;
    rti_operand operand[2];
    uint64_t word;
    rti_class c = value.kind == RT_SCALAR_FLOAT ? rti_class_of(rti_is_float((rt_dtype)x->dtype) ? (rt_dtype)x->dtype : RT_FLOAT64) : RTI_CLASS_I64;
    rti_copy_program(&p, c);
    rti_operand_number(&operand[0], value, c, &word, x->ndim);
    rti_operand_of(&operand[1], x, x->size, x->ndim);
    return rti_program_run(&p, operand, x->ndim, x->size, x->numel);
}

static rt_tensor *rti_filled(const char *op, rt_shape shape, rt_scalar value, rt_dtype dtype)
{
    rt_tensor *x = rti_make(op, shape, dtype);
    if (!x)
        return NULL;
    if (value.kind == RT_SCALAR_INT && value.i == 0) {     /* all bits zero, in every dtype */
        memset(x->data, 0, (size_t)x->numel * rti_element_bytes(dtype));
    } else if (rti_fill(x, value) != RT_OK) {
        rti_release(x);
        return NULL;
    }
    return x;
}

RT_API rt_tensor *rt_tensor_from(const void *data, rt_shape shape, rt_dtype dtype)
{
    rt_tensor *x = rti_make("rt_tensor_from", shape, dtype);
    if (x && x->numel > 0) {
        if (!data) {
            rti_raise(RT_ERR_NULL, "rt_tensor_from", "data is NULL");
            rti_release(x);
            return NULL;
        }
        memcpy(x->data, data, (size_t)x->numel * rti_element_bytes(dtype));
    }
    return rti_scoped(x);
}

RT_API rt_tensor *rt_tensor_f32(const float *data, rt_shape shape) { return rt_tensor_from(data, shape, RT_FLOAT32); }
RT_API rt_tensor *rt_tensor_f64(const double *data, rt_shape shape) { return rt_tensor_from(data, shape, RT_FLOAT64); }
RT_API rt_tensor *rt_tensor_i64(const int64_t *data, rt_shape shape) { return rt_tensor_from(data, shape, RT_INT64); }

RT_API rt_tensor *rt_empty(rt_shape shape, const rt_tensor_opts *opts)
{
    return rti_made(rti_make("rt_empty", shape, rti_opts_dtype(opts, RT_FLOAT32)), opts);
}

RT_API rt_tensor *rt_zeros(rt_shape shape, const rt_tensor_opts *opts)
{
    return rti_made(rti_filled("rt_zeros", shape, rt_scalar_int(0), rti_opts_dtype(opts, RT_FLOAT32)), opts);
}

RT_API rt_tensor *rt_ones(rt_shape shape, const rt_tensor_opts *opts)
{
    return rti_made(rti_filled("rt_ones", shape, rt_scalar_int(1), rti_opts_dtype(opts, RT_FLOAT32)), opts);
}

RT_API rt_tensor *rt_full(rt_shape shape, rt_scalar value, const rt_tensor_opts *opts)
{
    return rti_made(rti_filled("rt_full", shape, value, rti_opts_dtype(opts, rti_scalar_dtype(value.kind))), opts);
}

RT_API rt_tensor *rt_scalar_tensor(rt_scalar value, rt_dtype dtype)
{
    return rti_scoped(rti_filled("rt_scalar_tensor", rti_shape_copy(NULL, 0), value, dtype == RT_DTYPE_DEFAULT ? rti_scalar_dtype(value.kind) : dtype));
}

static rt_tensor *rti_filled_like(const char *op, rt_tensor *x, int value)
{
    if (!rti_is_tensor(x, op, "x"))
        return NULL;
    return rti_scoped(rti_filled(op, rti_shape_copy(x->size, x->ndim), rt_scalar_int(value), (rt_dtype)x->dtype));
}

RT_API rt_tensor *rt_zeros_like(rt_tensor *x) { return rti_filled_like("rt_zeros_like", x, 0); }
RT_API rt_tensor *rt_ones_like(rt_tensor *x) { return rti_filled_like("rt_ones_like", x, 1); }

static double rti_number(rt_scalar s) { return s.kind == RT_SCALAR_FLOAT ? s.re : (double)s.i; }

RT_API rt_tensor *rt_arange(rt_scalar start, rt_scalar end, rt_scalar step, const rt_tensor_opts *opts)
{
    bool whole = start.kind != RT_SCALAR_FLOAT && end.kind != RT_SCALAR_FLOAT && step.kind != RT_SCALAR_FLOAT;
    double from = rti_number(start), to = rti_number(end), by = rti_number(step), count = by == 0 ? -1 : ceil((to - from) / by);
    if (!(count >= 0 && count < 9e15)) {
        rti_raise(RT_ERR_VALUE, "rt_arange", "no steps of %g lead from %g to %g", by, from, to);
        return NULL;
    }
    rt_dtype dtype = rti_opts_dtype(opts, whole ? RT_INT64 : RT_FLOAT32);
    rt_shape shape = rti_shape_copy(NULL, 0);
    shape.ndim = 1;
    shape.dim[0] = (int64_t)count;
    rt_tensor *x = rti_make("rt_arange", shape, dtype);
    if (x && !rti_conversion_of(dtype)) {
        rti_raise(RT_ERR_DTYPE, "rt_arange", "not available for %s", rt_dtype_name(dtype));
        rti_release(x);
        return NULL;
    }
    for (int64_t i = 0; x && i < x->numel; i++) {
        rt_scalar at = whole ? rt_scalar_int(start.i + i * step.i) : rt_scalar_float(from + (double)i * by);
        rti_write_element(dtype, x->data + i * (int64_t)rti_element_bytes(dtype), at);
    }
    return rti_made(x, opts);
}

/* Bytes from the first to past the last element that a shape with strides reaches; -1 if that does not fit or reaches before the first. */
static int64_t rti_extent(const rt_shape *shape, const int64_t *strides, int64_t n_bytes)
{
    int64_t last = 0;
    for (int d = 0; d < shape->ndim; d++) {
        if (shape->dim[d] == 0)
            return 0;
        last = rti_size_add(last, rti_size_mul(shape->dim[d] - 1, strides[d]));
    }
    return rti_size_mul(rti_size_add(last, 1), n_bytes);
}

RT_API rt_tensor *rt_from_blob(void *data, rt_shape shape, rt_dtype dtype, const int64_t *strides, rt_deleter release, void *user)
{
    int64_t n = rti_is_dtype(dtype) ? rti_count_elements("rt_from_blob", shape.dim, shape.ndim) : -1;
    if (!rti_is_dtype(dtype))
        rti_raise(RT_ERR_DTYPE, "rt_from_blob", "expected a dtype, got the value %d", (int)dtype);
    if (n < 0)
        return NULL;
    if (!data && n > 0) {
        rti_raise(RT_ERR_NULL, "rt_from_blob", "data is NULL");
        return NULL;
    }
    rt_tensor *x = rti_tensor_header(dtype, shape.ndim, 0);
    rti_storage *s = x ? RTI_CAST(rti_storage *, rti_pool_get(sizeof *s)) : NULL;
    if (!s) {
        rti_release(x);
        return NULL;
    }
    rti_tensor_shape(x, shape.dim);
    for (int d = 0; strides && d < shape.ndim; d++)
        x->stride[d] = strides[d];
    x->contiguous = rti_strides_contiguous(x);
    int64_t n_bytes = rti_extent(&shape, x->stride, (int64_t)rti_element_bytes(dtype));
    rti_storage_start(s, s, RTI_CAST(char *, data), n_bytes < 0 ? 0 : (size_t)n_bytes);
    x->storage = s;
    x->data = s->data;
    if (n_bytes < 0) {
        rti_raise(RT_ERR_VALUE, "rt_from_blob", "strides that are negative, or reach further than memory does");
        rti_release(x);
        return NULL;
    }
    s->release = release;
    s->user = user;
    return rti_scoped(x);
}
/* ---- random numbers ---------------------------------------------------------------------------------------------------------------- */

struct rt_generator {
    rti_object object;
    rti_spinlock lock;            /* held while numbers are drawn */
    bool seeded;
    rti_random random;
};

static rt_generator rti_default_generator;

static void rti_generator_destroy(void *object)
{
    RTI_CAST(rt_generator *, object)->object.tag = 0;
    rti_pool_put(object);
}

/* The generator that draws where none is named, seeded with PyTorch's default the first time. Locked; give it to rti_generator_done. */
static rti_random *rti_generator_use(rt_generator *g)
{
    rti_lock(&g->lock);
    if (!g->seeded) {
        rti_random_seed(&g->random, 67280421310721u);
        g->seeded = true;
    }
    return &g->random;
}
static void rti_generator_done(rt_generator *g) { rti_unlock(&g->lock); }

static void rti_generator_seed(rt_generator *g, uint64_t seed)
{
    rti_lock(&g->lock);
    rti_random_seed(&g->random, seed);
    g->seeded = true;
    rti_unlock(&g->lock);
}

RT_API void rt_manual_seed(uint64_t seed) { rti_generator_seed(&rti_default_generator, seed); }

RT_API rt_generator *rt_generator_new(uint64_t seed)
{
    rt_generator *g = RTI_CAST(rt_generator *, rti_pool_zeroed(sizeof *g));
    if (!g)
        return NULL;
    g->object.tag = RTI_TAG_GENERATOR;
    g->object.kind = "generator";
    g->object.destroy = rti_generator_destroy;
    rti_generator_seed(g, seed);
    return g;
}

RT_API rt_status rt_generator_manual_seed(rt_generator *generator, uint64_t seed)
{
    if (!generator || generator->object.tag != RTI_TAG_GENERATOR)
        return rti_raise(RT_ERR_NULL, "rt_generator_manual_seed", "expected a generator");
    rti_generator_seed(generator, seed);
    return RT_OK;
}

/* ---- drawing into a tensor: a contiguous one directly, another through a copy of its shape ---- */

/* One distribution's fills. Rows name their own, so that a program links only what it draws. */
typedef struct rti_fill_pair {
    void (*f32)(rti_random *r, float *out, int64_t n, double a, double b);
    void (*f64)(rti_random *r, double *out, int64_t n, double a, double b);
} rti_fill_pair;
static const rti_fill_pair rti_draw_uniform = { rti_fill_uniform_f32, rti_fill_uniform_f64 };
static const rti_fill_pair rti_draw_normal = { rti_fill_normal_f32, rti_fill_normal_f64 };

/* Fills contiguous memory, `at_once` elements at a time: a normal distribution draws fewer than 16 in another way than more. */
static void rti_draw_into(rt_tensor *x, const rti_fill_pair *fill, int64_t at_once, double a, double b, rt_generator *g)
{
    rti_random *r = rti_generator_use(g);
    for (int64_t i = 0, n; i < x->numel; i += n) {
        n = RTI_MIN(at_once, x->numel - i);
        if (x->dtype == RT_FLOAT32)
            fill->f32(r, (float *)(void *)x->data + i, n, a, b);
        else
            fill->f64(r, (double *)(void *)x->data + i, n, a, b);
    }
    rti_generator_done(g);
}

static bool rti_can_draw(rt_dtype dtype) { return dtype == RT_FLOAT32 || dtype == RT_FLOAT64; }

/* Arguments of the rows below: the tensor, then a and b. */
static rt_status rti_shape_draw(rti_call *c)
{
    const rt_tensor *x = rti_arg_tensor(c, 0);
    if (!rti_can_draw((rt_dtype)x->dtype))
        return rti_refuse_dtype(c, (rt_dtype)x->dtype);
    return rti_result_like(c, 0, x);
}

/* x's dimensions by falling stride: the order in which PyTorch fills what is not contiguous. A new reference. */
static rt_tensor *rti_memory_order(rt_tensor *x)
{
    int64_t size[RT_MAX_DIMS], stride[RT_MAX_DIMS];
    for (int d = 0; d < x->ndim; d++) {
        int at = d;
        for (; at > 0 && stride[at - 1] < x->stride[d]; at--) {
            size[at] = size[at - 1];
            stride[at] = stride[at - 1];
        }
        size[at] = x->size[d];
        stride[at] = x->stride[d];
    }
    return rti_tensor_view(x, size, stride, x->ndim, 0);
}

/* Outside of contiguous memory PyTorch draws normal numbers one by one, in pairs, however many there are. */
static rt_status rti_run_draw(rti_call *c, const rti_fill_pair *fill, int64_t at_once)
{
    rt_tensor *out = c->out[0], *order, *aside;
    double a = rti_number(rti_scalar_of_value(&c->arg[1])), b = rti_number(rti_scalar_of_value(&c->arg[2]));
    if (rti_contiguous(out)) {
        rti_draw_into(out, fill, INT64_MAX, a, b, &rti_default_generator);
        return RT_OK;
    }
    order = rti_memory_order(out);
    aside = order ? rti_tensor_new((rt_dtype)out->dtype, order->size, order->ndim, order->numel) : NULL;
    if (aside)
        rti_draw_into(aside, fill, at_once, a, b, &rti_default_generator);
    rt_status status = aside ? rti_copy_into(order, aside) : rti_pending_code();
    rti_release(aside);
    rti_release(order);
    return status;
}

static rt_status rti_run_uniform(rti_call *c)
{
    double from = rti_number(rti_scalar_of_value(&c->arg[1])), to = rti_number(rti_scalar_of_value(&c->arg[2]));
    if (!(from <= to))
        return rti_raise(RT_ERR_VALUE, "uniform_", "expected from <= to, got %g and %g", from, to);
    return rti_run_draw(c, &rti_draw_uniform, INT64_MAX);
}
static rt_status rti_run_normal(rti_call *c)
{
    if (!(rti_number(rti_scalar_of_value(&c->arg[2])) >= 0))
        return rti_raise(RT_ERR_VALUE, "normal_", "expected a deviation of 0 or more, got %g", rti_number(rti_scalar_of_value(&c->arg[2])));
    return rti_run_draw(c, &rti_draw_normal, 1);
}
static rt_status rti_draw_backward(rti_backward *b) { (void)b; return RT_OK; }   /* nothing of the old elements is left */
static const rt_op rti_op_uniform = { "uniform(Tensor self, float from=0, float to=1, *, Generator? generator=None) -> Tensor", 1, RTI_ANY_OUT, NULL,
                                      rti_shape_draw, rti_run_uniform, NULL, rti_draw_backward, NULL, NULL, 0, -10, 10 };
static const rt_op rti_op_normal = { "normal_functional(Tensor self, float mean=0, float std=1, *, Generator? generator=None) -> Tensor", 1,
                                     RTI_ANY_OUT, NULL, rti_shape_draw, rti_run_normal, NULL, rti_draw_backward, NULL, NULL, 0, -10, 10 };

static rt_tensor *rti_draw_(const rt_op *op, rt_tensor *x, double a, double b)
{
    rt_value arg[3];
    rti_box_tensor(&arg[0], x);
    arg[1] = rt_value_float(a);
    arg[2] = rt_value_float(b);
    return rti_call_inplace(op, arg, 3);
}
RT_API rt_tensor *rt_uniform_(rt_tensor *x, double from, double to) { return rti_draw_(&rti_op_uniform, x, from, to); }
RT_API rt_tensor *rt_normal_(rt_tensor *x, double mean, double std) { return rti_draw_(&rti_op_normal, x, mean, std); }

/* ---- new tensors ---- */

static rt_tensor *rti_drawn(const char *op, rt_shape shape, const rt_tensor_opts *opts, const rti_fill_pair *fill)
{
    rt_dtype dtype = rti_opts_dtype(opts, RT_FLOAT32);
    if (!rti_can_draw(dtype)) {
        rti_raise(RT_ERR_DTYPE, op, "available for float32 and float64, got %s", rt_dtype_name(dtype));
        return NULL;
    }
    rt_tensor *x = rti_make(op, shape, dtype);
    if (x)
        rti_draw_into(x, fill, INT64_MAX, 0, 1, &rti_default_generator);
    return rti_made(x, opts);
}
RT_API rt_tensor *rt_rand(rt_shape shape, const rt_tensor_opts *opts) { return rti_drawn("rt_rand", shape, opts, &rti_draw_uniform); }
RT_API rt_tensor *rt_randn(rt_shape shape, const rt_tensor_opts *opts) { return rti_drawn("rt_randn", shape, opts, &rti_draw_normal); }

/* Draws int64 numbers, and hands them out in the dtype asked for. */
static rt_tensor *rti_drawn_integers(const char *op, rt_shape shape, const rt_tensor_opts *opts, bool permutation, int64_t low, int64_t high)
{
    rt_dtype dtype = rti_opts_dtype(opts, RT_INT64);
    if (!rti_conversion_of(dtype)) {
        rti_raise(RT_ERR_DTYPE, op, "not available for %s", rt_dtype_name(dtype));
        return NULL;
    }
    rt_tensor *x = rti_make(op, shape, RT_INT64);
    if (!x)
        return NULL;
    rti_random *r = rti_generator_use(&rti_default_generator);
    if (permutation)
        rti_fill_permutation(r, (int64_t *)(void *)x->data, x->numel);
    else
        rti_fill_integers(r, (int64_t *)(void *)x->data, x->numel, low, high);
    rti_generator_done(&rti_default_generator);
    if (dtype != RT_INT64) {
        rt_tensor *y = rti_copy_of(x, dtype);
        rti_release(x);
        x = y;
    }
    return rti_made(x, opts);
}

RT_API rt_tensor *rt_randint(int64_t low, int64_t high, rt_shape shape, const rt_tensor_opts *opts)
{
    if (low >= high) {
        rti_raise(RT_ERR_VALUE, "rt_randint", "expected low < high, got %lld and %lld", (long long)low, (long long)high);
        return NULL;
    }
    return rti_drawn_integers("rt_randint", shape, opts, false, low, high);
}

RT_API rt_tensor *rt_randperm(int64_t n, const rt_tensor_opts *opts)
{
    rt_shape shape = rti_shape_copy(&n, 1);
    return rti_drawn_integers("rt_randperm", shape, opts, true, 0, n);
}
RTI_COLD_END
#endif
/* ---- unary elementwise ------------------------------------------------------------------------------------------------------------ */

#if RTI_PASS || RTI_ONE_PASS

RTI_FORMULA1(neg, x) { return rti_vneg(x); }
RTI_FORMULA1(sqrt, x) { return rti_vsqrt(x); }

/* e^x = 2^n e^r with n = round(x / ln 2), |r| <= ln 2 / 2; ln 2 in two parts keeps r exact where nothing is fused */
RTI_FORMULA1(exp, x)
{
#if RTI_REAL == 32
    rti_vf top = rti_vset(89), bottom = rti_vset(-104), ln2_high = rti_vset(-0.693359375), ln2_low = rti_vset(2.12194440e-4);
#else
    rti_vf top = rti_vset(710), bottom = rti_vset(-746), ln2_high = rti_vset(-6.93145751953125e-1), ln2_low = rti_vset(-1.42860682030941723212e-6);
#endif
    x = rti_vselect(rti_vlt(top, x), top, x);
    x = rti_vselect(rti_vlt(x, bottom), bottom, x);
    rti_vf n = rti_vround(rti_vmul(x, rti_vset(1.4426950408889634074)));
    rti_vf r = rti_vfma(n, ln2_low, rti_vfma(n, ln2_high, x));
#if RTI_REAL == 32
    rti_vf p = rti_vfma(r, rti_vset(1.3926183587713e-3), rti_vset(8.3631790527225774e-3));
    p = rti_vfma(r, p, rti_vset(4.1666554617204574e-2));
    p = rti_vfma(r, p, rti_vset(1.6666576989698776e-1));
#else
    rti_vf p = rti_vfma(r, rti_vset(2.0914686968086877e-9), rti_vset(2.5105217004720745e-8));
    p = rti_vfma(r, p, rti_vset(2.7557273643110295e-7));
    p = rti_vfma(r, p, rti_vset(2.7557255400206424e-6));
    p = rti_vfma(r, p, rti_vset(2.4801587325547741e-5));
    p = rti_vfma(r, p, rti_vset(1.9841269874820625e-4));
    p = rti_vfma(r, p, rti_vset(1.3888888888883748e-3));
    p = rti_vfma(r, p, rti_vset(8.3333333333261351e-3));
    p = rti_vfma(r, p, rti_vset(4.1666666666666670e-2));
    p = rti_vfma(r, p, rti_vset(1.6666666666666671e-1));
#endif
    p = rti_vfma(r, p, rti_vset(0.5));
    p = rti_vfma(rti_vmul(r, r), p, r);
    return rti_vscale2(rti_vadd(p, rti_vset(1)), n);
}

/* ln x = e ln 2 + 2 atanh(s), s = (m - 1) / (m + 1), x = m 2^e, sqrt(1/2) <= m < sqrt 2 */
RTI_FORMULA1(log, x)
{
    rti_vf e = rti_vexponent(x), m = rti_vmantissa(x);
    rti_vm large = rti_vlt(rti_vset(1.4142135623730951), m);
    m = rti_vselect(large, rti_vmul(m, rti_vset(0.5)), m);
    e = rti_vselect(large, rti_vadd(e, rti_vset(1)), e);
    rti_vf s = rti_vdiv(rti_vsub(m, rti_vset(1)), rti_vadd(m, rti_vset(1))), t = rti_vmul(s, s);
#if RTI_REAL == 32
    rti_vf p = rti_vfma(t, rti_vset(0.11665807235921749617), rti_vset(0.14275389316595982717));
    p = rti_vfma(t, p, rti_vset(0.20000061105905324698));
    p = rti_vfma(t, p, rti_vset(0.33333333277021006215));
    rti_vf ln2_high = rti_vset(0.693359375), ln2_low = rti_vset(-2.12194440e-4);
#else
    rti_vf p = rti_vfma(t, rti_vset(0.059417261970539298637), rti_vset(0.0584398149877107784));
    p = rti_vfma(t, p, rti_vset(0.066678229209746885569));
    p = rti_vfma(t, p, rti_vset(0.076922874832304534113));
    p = rti_vfma(t, p, rti_vset(0.09090909297884532342));
    p = rti_vfma(t, p, rti_vset(0.11111111109922115551));
    p = rti_vfma(t, p, rti_vset(0.14285714285717703799));
    p = rti_vfma(t, p, rti_vset(0.1999999999999999622));
    p = rti_vfma(t, p, rti_vset(0.33333333333333333334));
    rti_vf ln2_high = rti_vset(6.93145751953125e-1), ln2_low = rti_vset(1.42860682030941723212e-6);
#endif
    rti_vf twice = rti_vadd(s, s);
    rti_vf tail = rti_vfma(rti_vmul(twice, t), p, rti_vmul(e, ln2_low));
    rti_vf y = rti_vfma(e, ln2_high, rti_vadd(twice, tail));
    rti_vf infinite = rti_vset(HUGE_VAL), zero = rti_vset(0);
    y = rti_vselect(rti_vlt(x, infinite), y, x);                                  /* infinity and NaN */
    y = rti_vselect(rti_veq(x, zero), rti_vneg(rti_vadd(infinite, rti_vmul(x, zero))), y);
    return rti_vselect(rti_vlt(x, zero), rti_vdiv(rti_vmul(x, zero), rti_vmul(x, zero)), y);
}

/* float32: x P(2 x^2 / 3.92^2 - 1) up to 3.92, beyond which erf rounds to 1; float64: x P(x^2) below 1, beyond it 1 - e^(-x^2) Q(t) with
 * t = (|x| - 2.5) / (|x| + 2.5). Polynomials by Chebyshev interpolation. */
RTI_FORMULA1(erf, x)
{
    rti_vf one = rti_vset(1);
#if RTI_REAL == 32
    rti_vf t = rti_vfma(rti_vmul(x, x), rti_vset(2 / (3.92 * 3.92)), rti_vset(-1));
    rti_vf p = rti_vfma(t, rti_vset(-0.00090000145427661775618), rti_vset(0.0021241231999160040005));
    p = rti_vfma(t, p, rti_vset(-0.0011922028437522015957));
    p = rti_vfma(t, p, rti_vset(0.0018333733356844799139));
    p = rti_vfma(t, p, rti_vset(-0.0079506874238606820592));
    p = rti_vfma(t, p, rti_vset(0.01432561578524181597));
    p = rti_vfma(t, p, rti_vset(-0.019784858420885759986));
    p = rti_vfma(t, p, rti_vset(0.029621368267081987638));
    p = rti_vfma(t, p, rti_vset(-0.04351752470976823274));
    p = rti_vfma(t, p, rti_vset(0.058421589022175495622));
    p = rti_vfma(t, p, rti_vset(-0.074004148355232211505));
    p = rti_vfma(t, p, rti_vset(0.090592915292470342745));
    p = rti_vfma(t, p, rti_vset(-0.10918054166582002937));
    p = rti_vfma(t, p, rti_vset(0.13408479324171507575));
    p = rti_vfma(t, p, rti_vset(-0.18010859707859861745));
    p = rti_vfma(t, p, rti_vset(0.36073680907714191643));
    return rti_vselect(rti_vlt(rti_vset(3.92), rti_vabs(x)), rti_vcopysign(one, x), rti_vmul(x, p));
#else
    rti_vf a = rti_vabs(x), u = rti_vmul(x, x);
    rti_vf p = rti_vfma(u, rti_vset(-4.2309458242953378173e-12), rti_vset(8.7090451290531066896e-11));
    p = rti_vfma(u, p, rti_vset(-1.2164560057283450081e-9));
    p = rti_vfma(u, p, rti_vset(1.4792401209404813002e-8));
    p = rti_vfma(u, p, rti_vset(-1.6364642158167615302e-7));
    p = rti_vfma(u, p, rti_vset(1.6462045441468418937e-6));
    p = rti_vfma(u, p, rti_vset(-0.000014925647567519332125));
    p = rti_vfma(u, p, rti_vset(0.0001205533290288873541));
    p = rti_vfma(u, p, rti_vset(-0.00085483270219348295955));
    p = rti_vfma(u, p, rti_vset(0.0052239776254232983087));
    p = rti_vfma(u, p, rti_vset(-0.026866170645129840806));
    p = rti_vfma(u, p, rti_vset(0.11283791670955120236));
    p = rti_vfma(u, p, rti_vset(-0.37612638903183752379));
    p = rti_vfma(u, p, rti_vset(1.1283791670955125739));
    rti_vf b = rti_vselect(rti_vlt(a, rti_vset(6.2)), a, rti_vset(6.2));
    rti_vf t = rti_vdiv(rti_vsub(b, rti_vset(2.5)), rti_vadd(b, rti_vset(2.5)));
    rti_vf q = rti_vfma(t, rti_vset(-5.6640267769039339083e-8), rti_vset(5.9064187176966553297e-8));
    q = rti_vfma(t, q, rti_vset(3.8821195755736806253e-7));
    q = rti_vfma(t, q, rti_vset(8.5201223825643429791e-8));
    q = rti_vfma(t, q, rti_vset(-1.8162790180088700008e-6));
    q = rti_vfma(t, q, rti_vset(-2.3002823742431594365e-6));
    q = rti_vfma(t, q, rti_vset(7.5550939270097221272e-6));
    q = rti_vfma(t, q, rti_vset(0.000018614791904586303048));
    q = rti_vfma(t, q, rti_vset(-0.000034182493580992403006));
    q = rti_vfma(t, q, rti_vset(-0.00012887720055484982744));
    q = rti_vfma(t, q, rti_vset(0.00022838039426582933467));
    q = rti_vfma(t, q, rti_vset(0.00087591545157771184198));
    q = rti_vfma(t, q, rti_vset(-0.0026423659648168119929));
    q = rti_vfma(t, q, rti_vset(-0.0039937011658959223457));
    q = rti_vfma(t, q, rti_vset(0.039922539075593572971));
    q = rti_vfma(t, q, rti_vset(-0.12503305237882887531));
    q = rti_vfma(t, q, rti_vset(0.25171319321744924745));
    q = rti_vfma(t, q, rti_vset(-0.37173673394897335381));
    q = rti_vfma(t, q, rti_vset(0.21080636406114358065));
    rti_vf far = rti_vcopysign(rti_vsub(one, rti_vmul(q, RTI_FN(exp)(rti_vneg(rti_vmul(b, b))))), x);
    rti_vf near = rti_vmul(x, p);
    return rti_vselect(rti_visnan(x), x, rti_vselect(rti_vlt(a, one), near, far));
#endif
}

RTI_FORMULA1(relu, x) { return rti_vselect(rti_vlt(x, rti_vset(0)), rti_vset(0), x); }
RTI_FORMULA2(relu_backward, g, y) { return rti_vselect(rti_vle(y, rti_vset(0)), rti_vset(0), g); }

RTI_FORMULA1(gelu, x)
{
    rti_vf half = rti_vmul(x, rti_vset(0.5));
    return rti_vfma(half, RTI_FN(erf)(rti_vmul(x, rti_vset(0.70710678118654752440))), half);
}

/* g (Phi(x) + x phi(x)), Phi and phi the standard normal distribution and its density. float32: Phi(-|x|) = e^(-x^2/2) t P(t) with
 * t = 1 / (1 + 0.26 |x|), where the exponential is also the density's; P of least error beside it, 8e-8. */
RTI_FORMULA2(gelu_backward, g, x)
{
    rti_vf bell = RTI_FN(exp)(rti_vmul(rti_vmul(x, x), rti_vset(-0.5)));
#if RTI_REAL == 32
    rti_vf one = rti_vset(1), t = rti_vdiv(one, rti_vfma(rti_vabs(x), rti_vset(0.26), one));
    rti_vf p = rti_vfma(t, rti_vset(-0.07423010420767427), rti_vset(0.23365620280093768));
    p = rti_vfma(t, p, rti_vset(-0.11336977876358549));
    p = rti_vfma(t, p, rti_vset(0.17164254906779683));
    p = rti_vfma(t, p, rti_vset(0.0712121126948494));
    p = rti_vfma(t, p, rti_vset(0.10760632260378217));
    p = rti_vfma(t, p, rti_vset(0.10348261935890975));
    rti_vf tail = rti_vmul(rti_vmul(p, t), bell);
    rti_vf below = rti_vselect(rti_vlt(x, rti_vset(0)), tail, rti_vsub(one, tail));
#else
    rti_vf below = rti_vfma(rti_vset(0.5), RTI_FN(erf)(rti_vmul(x, rti_vset(0.70710678118654752440))), rti_vset(0.5));
#endif
    return rti_vmul(g, rti_vfma(x, rti_vmul(rti_vset(0.39894228040143267794), bell), below));
}
#endif

#if !RTI_PASS

RTI_INTEGER1(neg, -(uint64_t)a)
RTI_INTEGER1(relu, a < 0 ? 0 : a)
RTI_INTEGER2(relu_backward, b <= 0 ? 0 : a)
RTI_DEFINE_FORMULA(neg, 1, rti_run_neg_i64)
RTI_DEFINE_FORMULA(exp, 1, NULL)
RTI_DEFINE_FORMULA(log, 1, NULL)
RTI_DEFINE_FORMULA(sqrt, 1, NULL)
RTI_DEFINE_FORMULA(erf, 1, NULL)
RTI_DEFINE_FORMULA(relu, 1, rti_run_relu_i64)
RTI_DEFINE_FORMULA(relu_backward, 2, rti_run_relu_backward_i64)
RTI_DEFINE_FORMULA(gelu, 1, NULL)
RTI_DEFINE_FORMULA(gelu_backward, 2, NULL)

/* An elementwise row: schema, flags, formula, derivative, its one-formula form, what it saves, where tests draw its inputs. */
#define RTI_ELEMENTWISE(schema, flags, formula, backward, fast_backward, saves, low, high) \
    { schema, 1, (flags) | RTI_ANY_OUT, &formula, rti_shape_elementwise, rti_run_elementwise, NULL, backward, fast_backward, NULL, saves, low, high }

/* ---- neg, exp, log, sqrt, erf ---- */

static rt_status rti_neg_backward(rti_backward *b) { return rti_b_set(b, 0, rt_neg(rti_b_grad(b, 0))); }
static const rt_op rti_op_neg =
    RTI_ELEMENTWISE("neg(Tensor self) -> Tensor", RTI_PROMOTE | RTI_NO_BOOL, rti_formula_neg, rti_neg_backward, NULL, 0, -10, 10);

static rt_status rti_exp_backward(rti_backward *b) { return rti_b_set(b, 0, rt_mul(rti_b_grad(b, 0), rti_b_output(b, 0))); }
static const rt_op rti_op_exp =
    RTI_ELEMENTWISE("exp(Tensor self) -> Tensor", RTI_TO_FLOAT, rti_formula_exp, rti_exp_backward, NULL, RTI_SAVE_OUT(0), -5, 5);

static rt_status rti_log_backward(rti_backward *b) { return rti_b_set(b, 0, rt_div(rti_b_grad(b, 0), rti_b_input(b, 0))); }
static const rt_op rti_op_log =
    RTI_ELEMENTWISE("log(Tensor self) -> Tensor", RTI_TO_FLOAT, rti_formula_log, rti_log_backward, NULL, RTI_SAVE_IN(0), 0.1, 10);

static rt_status rti_sqrt_backward(rti_backward *b)
{
    return rti_b_set(b, 0, rt_div(rti_b_grad(b, 0), rt_mul_scalar(rti_b_output(b, 0), rt_scalar_int(2))));
}
static const rt_op rti_op_sqrt =
    RTI_ELEMENTWISE("sqrt(Tensor self) -> Tensor", RTI_TO_FLOAT, rti_formula_sqrt, rti_sqrt_backward, NULL, RTI_SAVE_OUT(0), 0.1, 10);

/* e^(-x^2 scale) */
static rt_tensor *rti_gaussian(rt_tensor *x, double scale) { return rt_exp(rt_mul_scalar(rt_mul(x, x), rt_scalar_float(-scale))); }

static rt_status rti_erf_backward(rti_backward *b)
{
    rt_tensor *slope = rt_mul_scalar(rti_gaussian(rti_b_input(b, 0), 1), rt_scalar_float(1.12837916709551257390));
    return rti_b_set(b, 0, rt_mul(rti_b_grad(b, 0), slope));
}
static const rt_op rti_op_erf =
    RTI_ELEMENTWISE("erf(Tensor self) -> Tensor", RTI_TO_FLOAT, rti_formula_erf, rti_erf_backward, NULL, RTI_SAVE_IN(0), -3, 3);

/* ---- relu ---- */

static const rt_op rti_op_relu_backward = RTI_ELEMENTWISE("relu_backward(Tensor grad_output, Tensor result) -> Tensor", RTI_PROMOTE,
                                                          rti_formula_relu_backward, NULL, NULL, 0, -10, 10);
static rt_status rti_relu_backward(rti_backward *b)
{
    rt_tensor *y = rti_b_output(b, 0), *g = rti_b_grad(b, 0);
    return rti_b_set(b, 0, rt_where_scalar_self(rt_le_scalar(y, rt_scalar_int(0)), rt_scalar_int(0), g));
}
static const rt_op rti_op_relu = RTI_ELEMENTWISE("relu(Tensor self) -> Tensor", RTI_PROMOTE | RTI_NO_BOOL, rti_formula_relu, rti_relu_backward,
                                                 &rti_op_relu_backward, RTI_SAVE_OUT(0), -10, 10);

/* ---- gelu ---- */

static const rt_op rti_op_gelu_backward = RTI_ELEMENTWISE("gelu_backward(Tensor grad_output, Tensor self) -> Tensor", RTI_PROMOTE | RTI_NO_INTEGERS,
                                                          rti_formula_gelu_backward, NULL, NULL, 0, -4, 4);
static rt_status rti_gelu_backward(rti_backward *b)
{
    rt_tensor *x = rti_b_input(b, 0), *g = rti_b_grad(b, 0);
    rt_tensor *error = rt_erf(rt_mul_scalar(x, rt_scalar_float(0.70710678118654752440)));
    rt_tensor *below = rt_mul_scalar(rt_add_scalar(error, rt_scalar_int(1)), rt_scalar_float(0.5));
    rt_tensor *density = rt_mul_scalar(rti_gaussian(x, 0.5), rt_scalar_float(0.39894228040143267794));
    return rti_b_set(b, 0, rt_mul(g, rt_add(below, rt_mul(x, density))));
}
static const rt_op rti_op_gelu = RTI_ELEMENTWISE("gelu(Tensor self) -> Tensor", RTI_PROMOTE | RTI_NO_INTEGERS, rti_formula_gelu, rti_gelu_backward,
                                                 &rti_op_gelu_backward, RTI_SAVE_IN(0), -4, 4);

RT_API rt_tensor *rt_neg(rt_tensor *x) { return rti_call1(&rti_op_neg, x); }
RT_API rt_tensor *rt_exp(rt_tensor *x) { return rti_call1(&rti_op_exp, x); }
RT_API rt_tensor *rt_log(rt_tensor *x) { return rti_call1(&rti_op_log, x); }
RT_API rt_tensor *rt_sqrt(rt_tensor *x) { return rti_call1(&rti_op_sqrt, x); }
RT_API rt_tensor *rt_erf(rt_tensor *x) { return rti_call1(&rti_op_erf, x); }
RT_API rt_tensor *rt_relu(rt_tensor *x) { return rti_call1(&rti_op_relu, x); }
RT_API rt_tensor *rt_gelu(rt_tensor *x) { return rti_call1(&rti_op_gelu, x); }
RT_API rt_tensor *rt_neg_(rt_tensor *x) { return rti_inplace1(&rti_op_neg, x); }
RT_API rt_tensor *rt_exp_(rt_tensor *x) { return rti_inplace1(&rti_op_exp, x); }
RT_API rt_tensor *rt_log_(rt_tensor *x) { return rti_inplace1(&rti_op_log, x); }
RT_API rt_tensor *rt_sqrt_(rt_tensor *x) { return rti_inplace1(&rti_op_sqrt, x); }
RT_API rt_tensor *rt_erf_(rt_tensor *x) { return rti_inplace1(&rti_op_erf, x); }
RT_API rt_tensor *rt_relu_(rt_tensor *x) { return rti_inplace1(&rti_op_relu, x); }
#endif
/* ---- elementwise with several operands -------------------------------------------------------------------------------------------- */

#if RTI_PASS || RTI_ONE_PASS
RTI_FORMULA2(add, a, b) { return rti_vadd(a, b); }
RTI_FORMULA3(add_scaled, a, b, alpha) { return rti_vfma(b, alpha, a); }
RTI_FORMULA2(sub, a, b) { return rti_vsub(a, b); }
RTI_FORMULA3(sub_scaled, a, b, alpha) { return rti_vfma(rti_vneg(b), alpha, a); }
RTI_FORMULA2(mul, a, b) { return rti_vmul(a, b); }
RTI_FORMULA2(div, a, b) { return rti_vdiv(a, b); }
RTI_FORMULA2(eq, a, b) { return rti_vflag(rti_veq(a, b)); }
RTI_FORMULA2(ne, a, b) { return rti_vflag(rti_vnot(rti_veq(a, b))); }
RTI_FORMULA2(lt, a, b) { return rti_vflag(rti_vlt(a, b)); }
RTI_FORMULA2(le, a, b) { return rti_vflag(rti_vle(a, b)); }
RTI_FORMULA2(gt, a, b) { return rti_vflag(rti_vlt(b, a)); }
RTI_FORMULA2(ge, a, b) { return rti_vflag(rti_vle(b, a)); }
RTI_FORMULA3(where, condition, a, b) { return rti_vselect(rti_veq(condition, rti_vset(0)), b, a); }
#endif

#if !RTI_PASS

RTI_INTEGER2(add, (uint64_t)a + (uint64_t)b)
RTI_INTEGER3(add_scaled, (uint64_t)a + (uint64_t)b * (uint64_t)c)
RTI_INTEGER2(sub, (uint64_t)a - (uint64_t)b)
RTI_INTEGER3(sub_scaled, (uint64_t)a - (uint64_t)b * (uint64_t)c)
RTI_INTEGER2(mul, (uint64_t)a * (uint64_t)b)
RTI_INTEGER2(eq, a == b)
RTI_INTEGER2(ne, a != b)
RTI_INTEGER2(lt, a < b)
RTI_INTEGER2(le, a <= b)
RTI_INTEGER2(gt, a > b)
RTI_INTEGER2(ge, a >= b)
RTI_INTEGER3(where, a ? b : c)
RTI_DEFINE_FORMULA(add, 2, rti_run_add_i64)
RTI_DEFINE_FORMULA(add_scaled, 3, rti_run_add_scaled_i64)
RTI_DEFINE_FORMULA(sub, 2, rti_run_sub_i64)
RTI_DEFINE_FORMULA(sub_scaled, 3, rti_run_sub_scaled_i64)
RTI_DEFINE_FORMULA(mul, 2, rti_run_mul_i64)
RTI_DEFINE_FORMULA(div, 2, NULL)
RTI_DEFINE_FORMULA(eq, 2, rti_run_eq_i64)
RTI_DEFINE_FORMULA(ne, 2, rti_run_ne_i64)
RTI_DEFINE_FORMULA(lt, 2, rti_run_lt_i64)
RTI_DEFINE_FORMULA(le, 2, rti_run_le_i64)
RTI_DEFINE_FORMULA(gt, 2, rti_run_gt_i64)
RTI_DEFINE_FORMULA(ge, 2, rti_run_ge_i64)
RTI_DEFINE_FORMULA(where, 3, rti_run_where_i64)

/* The gradient times an operand of the call, a tensor or a number. */
static rt_tensor *rti_times(rt_tensor *g, const rti_backward *b, int k)
{
    const rt_value *v = rti_b_arg(b, k);
    return v->tag == RT_VALUE_TENSOR ? rt_mul(g, rti_b_input(b, k)) : rt_mul_scalar(g, rti_scalar_of_value(v));
}

/* ---- add, sub: the third argument, alpha, scales the second ---- */

/* Whether argument k is a number other than 1. */
static bool rti_alpha(const rt_value *arg, int n_args, int k)
{
    if (n_args <= k || !rti_value_is_number(&arg[k]))
        return false;
    rt_scalar alpha = rti_scalar_of_value(&arg[k]);
    return alpha.kind == RT_SCALAR_FLOAT ? alpha.re != 1 : alpha.i != 1;
}

static rt_status rti_shape_add(rti_call *c)
{
    if (RTI_UNLIKELY(rti_alpha(c->arg, c->n_args, 2)))
        c->formula = c->op->formula == &rti_formula_add ? &rti_formula_add_scaled : &rti_formula_sub_scaled;
    rt_status status = rti_shape_elementwise(c);
    if (RTI_UNLIKELY(c->n_args > 2 && c->arg[2].tag == RT_VALUE_FLOAT) && status == RT_OK && rti_kind_rank(c->common) < 2)
        return rti_raise(RT_ERR_VALUE, "add", "alpha must be an integer for integer tensors, got %g", c->arg[2].as.f);
    return status;
}

static rt_status rti_add_backward_signed(rti_backward *b, bool negative)
{
    rt_tensor *g = rti_b_grad(b, 0);
    rt_status status = rti_b_needs(b, 0) ? rti_b_set(b, 0, g) : RT_OK;
    if (status != RT_OK || !rti_b_needs(b, 1))
        return status;
    if (rti_alpha(b->node->arg, b->node->n_args, 2))
        g = rti_times(g, b, 2);
    return rti_b_set(b, 1, negative ? rt_neg(g) : g);
}
static rt_status rti_add_backward(rti_backward *b) { return rti_add_backward_signed(b, false); }
static rt_status rti_sub_backward(rti_backward *b) { return rti_add_backward_signed(b, true); }

#define RTI_ADDITIVE(schema, flags, formula, backward) \
    { schema, 1, (flags) | RTI_ANY_OUT, &formula, rti_shape_add, rti_run_elementwise, NULL, backward, NULL, NULL, 0, -10, 10 }
static const rt_op rti_op_add =
    RTI_ADDITIVE("add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor", RTI_PROMOTE, rti_formula_add, rti_add_backward);
static const rt_op rti_op_add_scalar =
    RTI_ADDITIVE("add.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor", RTI_PROMOTE, rti_formula_add, rti_add_backward);
static const rt_op rti_op_sub =
    RTI_ADDITIVE("sub.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor", RTI_PROMOTE | RTI_NO_BOOL, rti_formula_sub, rti_sub_backward);
static const rt_op rti_op_sub_scalar =
    RTI_ADDITIVE("sub.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor", RTI_PROMOTE | RTI_NO_BOOL, rti_formula_sub, rti_sub_backward);

/* ---- mul, div ---- */

static rt_status rti_mul_backward(rti_backward *b)
{
    rt_tensor *g = rti_b_grad(b, 0);
    rt_status status = rti_b_needs(b, 0) ? rti_b_set(b, 0, rti_times(g, b, 1)) : RT_OK;
    return status == RT_OK && rti_b_needs(b, 1) ? rti_b_set(b, 1, rti_times(g, b, 0)) : status;
}
static const rt_op rti_op_mul = RTI_ELEMENTWISE("mul.Tensor(Tensor self, Tensor other) -> Tensor", RTI_PROMOTE, rti_formula_mul, rti_mul_backward,
                                                NULL, RTI_SAVE_IN(0) | RTI_SAVE_IN(1), -10, 10);
static const rt_op rti_op_mul_scalar = RTI_ELEMENTWISE("mul.Scalar(Tensor self, Scalar other) -> Tensor", RTI_PROMOTE, rti_formula_mul,
                                                       rti_mul_backward, NULL, 0, -10, 10);

static rt_status rti_div_backward(rti_backward *b)
{
    rt_tensor *g = rti_b_grad(b, 0);
    const rt_value *by = rti_b_arg(b, 1);
    if (by->tag != RT_VALUE_TENSOR)
        return rti_b_set(b, 0, rt_div_scalar(g, rti_scalar_of_value(by)));
    rt_tensor *divisor = rti_b_input(b, 1), *share = rt_div(g, divisor);
    rt_status status = rti_b_needs(b, 0) ? rti_b_set(b, 0, share) : RT_OK;
    if (status != RT_OK || !rti_b_needs(b, 1))
        return status;
    return rti_b_set(b, 1, rt_neg(rt_mul(share, rt_div(rti_b_input(b, 0), divisor))));
}
static const rt_op rti_op_div = RTI_ELEMENTWISE("div.Tensor(Tensor self, Tensor other) -> Tensor", RTI_TO_FLOAT, rti_formula_div, rti_div_backward,
                                                NULL, RTI_SAVE_IN(0) | RTI_SAVE_IN(1), 0.5, 10);
static const rt_op rti_op_div_scalar = RTI_ELEMENTWISE("div.Scalar(Tensor self, Scalar other) -> Tensor", RTI_TO_FLOAT, rti_formula_div,
                                                       rti_div_backward, NULL, 0, 0.5, 10);

/* ---- comparisons ---- */

#define RTI_COMPARISON(name) \
    static const rt_op rti_op_##name = RTI_ELEMENTWISE(#name ".Tensor(Tensor self, Tensor other) -> Tensor", RTI_TO_BOOL | RTI_CONSTANT, \
                                                       rti_formula_##name, NULL, NULL, 0, -10, 10); \
    static const rt_op rti_op_##name##_scalar = RTI_ELEMENTWISE(#name ".Scalar(Tensor self, Scalar other) -> Tensor", RTI_TO_BOOL | RTI_CONSTANT, \
                                                                rti_formula_##name, NULL, NULL, 0, -10, 10); \
    RT_API rt_tensor *rt_##name(rt_tensor *a, rt_tensor *b) { return rti_call2(&rti_op_##name, a, b); } \
    RT_API rt_tensor *rt_##name##_scalar(rt_tensor *a, rt_scalar b) { return rti_call2_scalar(&rti_op_##name##_scalar, a, b); }
RTI_COMPARISON(eq)
RTI_COMPARISON(ne)
RTI_COMPARISON(lt)
RTI_COMPARISON(le)
RTI_COMPARISON(gt)
RTI_COMPARISON(ge)

/* ---- where ---- */

static rt_status rti_where_backward(rti_backward *b)
{
    rt_tensor *g = rti_b_grad(b, 0), *condition = rti_b_input(b, 0);
    rt_status status = rti_b_needs(b, 1) ? rti_b_set(b, 1, rt_where_scalar_other(condition, g, rt_scalar_int(0))) : RT_OK;
    return status == RT_OK && rti_b_needs(b, 2) ? rti_b_set(b, 2, rt_where_scalar_self(condition, rt_scalar_int(0), g)) : status;
}
static const rt_op rti_op_where = RTI_ELEMENTWISE("where.self(Tensor condition, Tensor self, Tensor other) -> Tensor", RTI_PROMOTE | RTI_CONDITION,
                                                  rti_formula_where, rti_where_backward, NULL, RTI_SAVE_IN(0), -10, 10);
static const rt_op rti_op_where_scalar_self = RTI_ELEMENTWISE("where.ScalarSelf(Tensor condition, Scalar self, Tensor other) -> Tensor",
    RTI_PROMOTE | RTI_CONDITION, rti_formula_where, rti_where_backward, NULL, RTI_SAVE_IN(0), -10, 10);
static const rt_op rti_op_where_scalar_other = RTI_ELEMENTWISE("where.ScalarOther(Tensor condition, Tensor self, Scalar other) -> Tensor",
    RTI_PROMOTE | RTI_CONDITION, rti_formula_where, rti_where_backward, NULL, RTI_SAVE_IN(0), -10, 10);

RT_API rt_tensor *rt_add(rt_tensor *a, rt_tensor *b) { return rti_call2(&rti_op_add, a, b); }
RT_API rt_tensor *rt_add_scaled(rt_tensor *a, rt_tensor *b, rt_scalar alpha)
{
    rt_value arg[3];
    rti_box_tensor(&arg[0], a);
    rti_box_tensor(&arg[1], b);
    arg[2] = rti_value_scalar(&alpha);
    return rti_call_op(&rti_op_add, arg, 3);
}
RT_API rt_tensor *rt_add_scalar(rt_tensor *a, rt_scalar b) { return rti_call2_scalar(&rti_op_add_scalar, a, b); }
RT_API rt_tensor *rt_sub(rt_tensor *a, rt_tensor *b) { return rti_call2(&rti_op_sub, a, b); }
RT_API rt_tensor *rt_sub_scalar(rt_tensor *a, rt_scalar b) { return rti_call2_scalar(&rti_op_sub_scalar, a, b); }
RT_API rt_tensor *rt_mul(rt_tensor *a, rt_tensor *b) { return rti_call2(&rti_op_mul, a, b); }
RT_API rt_tensor *rt_mul_scalar(rt_tensor *a, rt_scalar b) { return rti_call2_scalar(&rti_op_mul_scalar, a, b); }
RT_API rt_tensor *rt_div(rt_tensor *a, rt_tensor *b) { return rti_call2(&rti_op_div, a, b); }
RT_API rt_tensor *rt_div_scalar(rt_tensor *a, rt_scalar b) { return rti_call2_scalar(&rti_op_div_scalar, a, b); }
RT_API rt_tensor *rt_add_(rt_tensor *a, rt_tensor *b) { return rti_inplace2(&rti_op_add, a, b); }
RT_API rt_tensor *rt_add_scalar_(rt_tensor *a, rt_scalar b) { return rti_inplace2_scalar(&rti_op_add_scalar, a, b); }
RT_API rt_tensor *rt_sub_(rt_tensor *a, rt_tensor *b) { return rti_inplace2(&rti_op_sub, a, b); }
RT_API rt_tensor *rt_mul_(rt_tensor *a, rt_tensor *b) { return rti_inplace2(&rti_op_mul, a, b); }
RT_API rt_tensor *rt_mul_scalar_(rt_tensor *a, rt_scalar b) { return rti_inplace2_scalar(&rti_op_mul_scalar, a, b); }
RT_API rt_tensor *rt_div_(rt_tensor *a, rt_tensor *b) { return rti_inplace2(&rti_op_div, a, b); }
RT_API rt_tensor *rt_add_out(rt_tensor *out, rt_tensor *a, rt_tensor *b) { return rti_out2(&rti_op_add, out, a, b); }
RT_API rt_tensor *rt_sub_out(rt_tensor *out, rt_tensor *a, rt_tensor *b) { return rti_out2(&rti_op_sub, out, a, b); }
RT_API rt_tensor *rt_mul_out(rt_tensor *out, rt_tensor *a, rt_tensor *b) { return rti_out2(&rti_op_mul, out, a, b); }
RT_API rt_tensor *rt_where(rt_tensor *condition, rt_tensor *a, rt_tensor *b) { return rti_call3(&rti_op_where, condition, a, b); }
RT_API rt_tensor *rt_where_scalar_self(rt_tensor *condition, rt_scalar a, rt_tensor *b)
{
    rt_value arg[3];
    rti_box_tensor(&arg[0], condition);
    arg[1] = rti_value_scalar(&a);
    rti_box_tensor(&arg[2], b);
    return rti_call_op(&rti_op_where_scalar_self, arg, 3);
}
RT_API rt_tensor *rt_where_scalar_other(rt_tensor *condition, rt_tensor *a, rt_scalar b)
{
    rt_value arg[3];
    rti_box_tensor(&arg[0], condition);
    rti_box_tensor(&arg[1], a);
    arg[2] = rti_value_scalar(&b);
    return rti_call_op(&rti_op_where_scalar_other, arg, 3);
}
#endif
/* ---- reductions -------------------------------------------------------------------------------------------------------------------- */

#if RTI_PASS == 1 || RTI_ONE_PASS

enum { RTI_FN(sum_block) = 16 * 4 * (RTI_VECTOR_BYTES / (RTI_REAL / 8)) };   /* elements: sixteen rounds of four vectors */

/* One block, or what is left: four running sums a lane, then the lanes. */
static rti_real RTI_FN(sum_short)(const rti_real *x, int64_t n)
{
    rti_vf a = rti_vset(0), b = a, c = a, d = a;
    int64_t i = 0;
    for (; i + 4 * RTI_LANES <= n; i += 4 * RTI_LANES) {
        a = rti_vadd(a, rti_vload(x + i));
        b = rti_vadd(b, rti_vload(x + i + RTI_LANES));
        c = rti_vadd(c, rti_vload(x + i + 2 * RTI_LANES));
        d = rti_vadd(d, rti_vload(x + i + 3 * RTI_LANES));
    }
    for (; i + RTI_LANES <= n; i += RTI_LANES)
        a = rti_vadd(a, rti_vload(x + i));
    rti_real sum = RTI_FN(lanes_sum)(rti_vadd(rti_vadd(a, b), rti_vadd(c, d)));
    for (; i < n; i++)
        sum += x[i];
    return sum;
}

/* Sum of n neighbours: blocks, added up in pairs as a binary counter carries, so that the error grows with log n. */
static void RTI_FN(sum_row)(const void *from, int64_t n, void *to)
{
    const rti_real *x = RTI_CAST(const rti_real *, from);
    rti_real *y = RTI_CAST(rti_real *, to), level[64];
    int n_levels = 0;
    for (uint64_t block = 1; n > RTI_FN(sum_block); block++) {
        rti_real sum = RTI_FN(sum_short)(x, RTI_FN(sum_block));
        for (uint64_t carry = block; !(carry & 1); carry >>= 1)
            sum += level[--n_levels];
        level[n_levels++] = sum;
        x += RTI_FN(sum_block);
        n -= RTI_FN(sum_block);
    }
    rti_real sum = RTI_FN(sum_short)(x, n);
    while (n_levels > 0)
        sum += level[--n_levels];
    *y = sum;
}

/* to[j] = sum over rows i of from[i * stride + j], for n columns; strides in elements. Sixty-four rows at a time keep the error down. */
static void RTI_FN(sum_columns)(const void *from, int64_t rows, int64_t stride, int64_t n, void *to)
{
    const rti_real *x = RTI_CAST(const rti_real *, from);
    rti_real *y = RTI_CAST(rti_real *, to);
    int64_t j = 0;
    for (; j + RTI_LANES <= n; j += RTI_LANES) {
        rti_vf total = rti_vset(0);
        for (int64_t i = 0; i < rows; i += 64) {
            rti_vf part = rti_vset(0);
            for (int64_t k = i; k < RTI_MIN(rows, i + 64); k++)
                part = rti_vadd(part, rti_vload(x + k * stride + j));
            total = rti_vadd(total, part);
        }
        rti_vstore(y + j, total);
    }
    for (; j < n; j++) {
        rti_real total = 0;
        for (int64_t i = 0; i < rows; i += 64) {
            rti_real part = 0;
            for (int64_t k = i; k < RTI_MIN(rows, i + 64); k++)
                part += x[k * stride + j];
            total += part;
        }
        y[j] = total;
    }
}
#endif

#if !RTI_PASS

/* ---- kernels by class: a row of neighbours to one number, and rows to columns ---- */

typedef void (*rti_sum_row_fn)(const void *from, int64_t n, void *to);
typedef void (*rti_sum_columns_fn)(const void *from, int64_t rows, int64_t stride, int64_t n, void *to);
typedef struct rti_sum_kernels { rti_sum_row_fn row; rti_sum_columns_fn columns; } rti_sum_kernels;

static void rti_sum_row_i64(const void *from, int64_t n, void *to)
{
    const int64_t *x = RTI_CAST(const int64_t *, from);
    uint64_t sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += (uint64_t)x[i];
    *RTI_CAST(int64_t *, to) = (int64_t)sum;
}

static void rti_sum_columns_i64(const void *from, int64_t rows, int64_t stride, int64_t n, void *to)
{
    const int64_t *x = RTI_CAST(const int64_t *, from);
    int64_t *y = RTI_CAST(int64_t *, to);
    memset(y, 0, (size_t)n * sizeof *y);
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < n; j++)
            y[j] = (int64_t)((uint64_t)y[j] + (uint64_t)x[i * stride + j]);
}

#define RTI_SUM_KERNELS(type, isa) { rti_sum_row_##type##_##isa, rti_sum_columns_##type##_##isa },
static rti_sum_kernels rti_sum_kernels_of(rti_class c)
{
#if !RTI_ONE_PASS
    static const rti_sum_kernels f32[] = { RTI_EACH_ISA(RTI_SUM_KERNELS, f32) };
    if (c == RTI_CLASS_F32)
        return f32[rti_isa()];
#endif
    static const rti_sum_kernels f64[] = { RTI_EACH_ISA_F64(RTI_SUM_KERNELS, f64) };
    static const rti_sum_kernels i64 = { rti_sum_row_i64, rti_sum_columns_i64 };
    return c == RTI_CLASS_F64 ? f64[rti_isa()] : i64;
}
#undef RTI_SUM_KERNELS

/* ---- which dimensions ---- */

/* The dimensions named by argument k, as bits; none named: all. */
static bool rti_reduced_dims(const rti_call *c, int k, const rt_tensor *x, uint32_t *dims)
{
    rti_op_text name;
    const char *op = rti_op_base(c->op, &name);
    uint32_t n = k < c->n_args && c->arg[k].tag == RT_VALUE_INTS ? c->arg[k].count : 0;
    uint32_t seen = 0;
    *dims = n ? 0 : (1u << x->ndim) - 1;
    for (uint32_t i = 0; i < n; i++) {
        int d = rti_wrap_dim(op, c->arg[k].as.ints[i], x->ndim);
        if (d < 0)
            return false;
        if (seen & (1u << d)) {
            rti_raise(RT_ERR_VALUE, op, "dimension %d is named twice", d);
            return false;
        }
        seen |= 1u << d;
        *dims |= x->ndim ? 1u << d : 0;
    }
    return true;
}

static rt_status rti_reduced_result(rti_call *c, const rt_tensor *x, uint32_t dims, bool keepdim, rt_dtype dtype)
{
    int64_t size[RT_MAX_DIMS];
    int n = 0;
    for (int d = 0; d < x->ndim; d++) {
        if (!(dims & (1u << d)))
            size[n++] = x->size[d];
        else if (keepdim)
            size[n++] = 1;
    }
    return rti_result_set(c, 0, dtype, size, n);
}

/* ---- sum ---- */

static rt_status rti_shape_sum(rti_call *c)
{
    const rt_tensor *x = rti_arg_tensor(c, 0);
    uint32_t dims;
    if (!rti_conversion_of((rt_dtype)x->dtype))
        return rti_refuse_dtype(c, (rt_dtype)x->dtype);
    if (!rti_reduced_dims(c, 1, x, &dims))
        return rti_pending_code();
    bool keepdim = c->n_args > 2 && c->arg[2].tag == RT_VALUE_BOOL && c->arg[2].as.i;
    rt_dtype dtype = rti_is_float((rt_dtype)x->dtype) ? (rt_dtype)x->dtype : RT_INT64;
    if (c->n_args > 3 && c->arg[3].tag == RT_VALUE_DTYPE)
        dtype = (rt_dtype)c->arg[3].as.i;
    if (!rti_conversion_of(dtype))
        return rti_refuse_dtype(c, dtype);
    return rti_reduced_result(c, x, dims, keepdim, dtype);
}

/* What is summed: dimensions that stay, outermost first, then those that go; neighbours along the last dimension that steps by one element. */
typedef struct rti_sum_plan {
    const char *x;
    char *y;                                  /* contiguous over the dimensions that stay */
    size_t wide;
    int n_stay, n_go;
    int64_t stay[RT_MAX_DIMS], stay_stride[RT_MAX_DIMS], go[RT_MAX_DIMS], go_stride[RT_MAX_DIMS];
    int64_t outputs;
    bool columns;                             /* the last dimension that stays steps by one: whole rows are added */
    rti_sum_kernels kernel;
    rti_class compute;
} rti_sum_plan;

static void rti_sum_axis(int64_t *size, int64_t *stride, int *n, int64_t s, int64_t step)
{
    if (s == 1)
        return;
    if (*n > 0 && stride[*n - 1] == s * step) {
        size[*n - 1] *= s;
        stride[*n - 1] = step;
        return;
    }
    size[*n] = s;
    stride[(*n)++] = step;
}

static void rti_accumulate_number(rti_class c, void *sum, const void *part)
{
    if (c == RTI_CLASS_F32)
        *RTI_CAST(float *, sum) += *RTI_CAST(const float *, part);
    else if (c == RTI_CLASS_F64)
        *RTI_CAST(double *, sum) += *RTI_CAST(const double *, part);
    else
        *RTI_CAST(int64_t *, sum) = (int64_t)((uint64_t)*RTI_CAST(int64_t *, sum) + (uint64_t)*RTI_CAST(const int64_t *, part));
}

/* Walks all but the last of n dimensions; false after the last position. */
static bool rti_walk(int64_t *index, int64_t *offset, const int64_t *size, const int64_t *stride, int n)
{
    for (int d = n - 1; d >= 0; d--) {
        *offset += stride[d];
        if (++index[d] < size[d])
            return true;
        *offset -= size[d] * stride[d];
        index[d] = 0;
    }
    return false;
}

/* One output: its runs of neighbours, in order. */
static void rti_sum_output(const rti_sum_plan *p, const char *x, char *y)
{
    int64_t index[RT_MAX_DIMS] = { 0 }, offset = 0;
    int outer = p->n_go - 1;
    int64_t run = p->n_go > 0 ? p->go[outer] : 1;
    uint64_t part, sum = 0;
    do {
        p->kernel.row(x + offset * (int64_t)p->wide, run, &part);
        rti_accumulate_number(p->compute, &sum, &part);
    } while (rti_walk(index, &offset, p->go, p->go_stride, outer));
    memcpy(y, &sum, p->wide);
}

static void rti_sum_outputs(void *work, int64_t begin, int64_t end)
{
    const rti_sum_plan *p = RTI_CAST(const rti_sum_plan *, work);
    for (int64_t i = begin; i < end; i++) {
        int64_t left = i, offset = 0;
        for (int d = p->n_stay - 1; d >= 0; d--) {
            offset += left % p->stay[d] * p->stay_stride[d];
            left /= p->stay[d];
        }
        rti_sum_output(p, p->x + offset * (int64_t)p->wide, p->y + i * (int64_t)p->wide);
    }
}

/* Rows of the last dimension that stays, added over what goes. */
static void rti_sum_rows(const rti_sum_plan *p, char *part)
{
    int64_t index[RT_MAX_DIMS] = { 0 }, offset = 0, n = p->stay[p->n_stay - 1];
    char *y = p->y;
    int inner = p->n_go - 1;
    do {
        int64_t at[RT_MAX_DIMS] = { 0 }, go = 0;
        bool first = true;
        do {
            const char *x = p->x + (offset + go) * (int64_t)p->wide;
            p->kernel.columns(x, p->go[inner], p->go_stride[inner], n, first ? y : part);
            for (int64_t j = 0; !first && j < n; j++)
                rti_accumulate_number(p->compute, y + j * (int64_t)p->wide, part + j * (int64_t)p->wide);
            first = false;
        } while (rti_walk(at, &go, p->go, p->go_stride, inner));
        y += n * (int64_t)p->wide;
    } while (rti_walk(index, &offset, p->stay, p->stay_stride, p->n_stay - 1));
}

static rt_status rti_sum_tensor(const rti_call *c, const rt_tensor *x, uint32_t dims, rt_tensor *y)
{
    rti_sum_plan p;
    memset(&p, 0, sizeof p);
    p.compute = rti_class_of((rt_dtype)x->dtype);
    p.kernel = rti_sum_kernels_of(p.compute);
    p.wide = rti_element_bytes((rt_dtype)x->dtype);
    p.x = x->data;
    p.y = y->data;
    for (int d = 0; d < x->ndim; d++) {
        if (dims & (1u << d))
            rti_sum_axis(p.go, p.go_stride, &p.n_go, x->size[d], x->stride[d]);
        else
            rti_sum_axis(p.stay, p.stay_stride, &p.n_stay, x->size[d], x->stride[d]);
    }
    (void)c;
    p.columns = p.n_go > 0 && p.n_stay > 0 && p.go_stride[p.n_go - 1] != 1 && p.stay_stride[p.n_stay - 1] == 1;
    if (p.columns) {
        char *part = RTI_CAST(char *, rti_pool_get((size_t)p.stay[p.n_stay - 1] * p.wide));
        if (!part)
            return rti_pending_code();
        rti_sum_rows(&p, part);
        rti_pool_put(part);
        return RT_OK;
    }
    int64_t each = y->numel ? x->numel / y->numel : 1;
    return rti_parallel_for(y->numel, RTI_MAX(1, (1 << 15) / RTI_MAX(each, 1)), rti_sum_outputs, &p);
}

static rt_status rti_run_sum(rti_call *c)
{
    rt_tensor *x = rti_arg_tensor(c, 0), *y = c->out[0], *own = NULL, *sum = NULL;
    uint32_t dims;
    rt_dtype dtype = rti_class_dtype[rti_class_of(c->result[0].dtype)];
    if (!rti_reduced_dims(c, 1, x, &dims))
        return rti_pending_code();
    if (x->numel == 0)
        return rti_fill(y, rt_scalar_int(0));
    if (c->n_args > 3 && c->arg[3].tag == RT_VALUE_DTYPE && x->dtype != c->result[0].dtype) {
        x = own = rti_copy_of(x, c->result[0].dtype);      /* each element first, as PyTorch does */
        if (!x)
            return rti_pending_code();
    }
    if (x->dtype != dtype) {
        rt_tensor *wide = rti_copy_of(x, dtype);
        rti_release(own);
        x = own = wide;
        if (!x)
            return rti_pending_code();
    }
    /* a row kernel reads neighbours: what goes must end in steps of one, or whole rows are added */
    int last_go = -1, last_stay = -1;
    for (int d = 0; d < x->ndim; d++) {
        if (x->size[d] == 1)
            continue;
        if (dims & (1u << d))
            last_go = d;
        else
            last_stay = d;
    }
    bool fits = last_go < 0 || x->stride[last_go] == 1 || (last_stay >= 0 && x->stride[last_stay] == 1);
    if (!fits && !own) {
        x = own = rti_copy_of(x, dtype);
        if (!x)
            return rti_pending_code();
    }
    rt_status status = RT_OK;
    if (y->dtype != dtype)
        sum = rti_tensor_new(dtype, y->size, y->ndim, y->numel);
    status = y->dtype != dtype && !sum ? rti_pending_code() : rti_sum_tensor(c, x, dims, sum ? sum : y);
    if (status == RT_OK && sum)
        status = rti_copy_into(y, sum);
    rti_release(sum);
    rti_release(own);
    return status;
}

/* The gradient of a sum stands in every place that was summed. */
static rt_status rti_sum_backward(rti_backward *b)
{
    const rti_edge *e = rti_b_input_shape(b, 0);
    rt_tensor *g = rti_b_grad(b, 0);
    rt_shape kept = rti_shape_copy(e->size, e->ndim);
    if (g->ndim != e->ndim) {
        const rt_value *named = b->node->n_args > 1 ? rti_b_arg(b, 1) : NULL;
        bool all = !named || named->tag != RT_VALUE_INTS || named->count == 0;
        for (int d = 0; d < e->ndim && all; d++)
            kept.dim[d] = 1;
        for (uint32_t i = 0; !all && i < named->count; i++)
            kept.dim[named->as.ints[i] < 0 ? named->as.ints[i] + e->ndim : named->as.ints[i]] = 1;
        g = rt_reshape(g, kept);
    }
    return rti_b_set(b, 0, rt_expand(g, rti_shape_copy(e->size, e->ndim)));
}
static const rt_op rti_op_sum = { "sum.dim_IntList(Tensor self, int[1]? dim, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor", 1, 0, NULL,
                                  rti_shape_sum, rti_run_sum, NULL, rti_sum_backward, NULL, NULL, 0, -10, 10 };

static rt_tensor *rti_call_reduction(const rt_op *op, rt_tensor *x, rt_shape dims, bool keepdim)
{
    rti_op_text name;
    rt_value arg[3];
    if (dims.ndim < 0 || dims.ndim > RT_MAX_DIMS) {
        rti_raise(RT_ERR_VALUE, rti_op_base(op, &name), "expected 0 to %d dimensions, got %d", RT_MAX_DIMS, dims.ndim);
        return NULL;
    }
    rti_box_tensor(&arg[0], x);
    arg[1] = rt_value_ints(dims.dim, dims.ndim);
    arg[2] = rt_value_bool(keepdim);
    return rti_call_op(op, arg, 3);
}

RT_API rt_tensor *rt_sum_dims(rt_tensor *x, rt_shape dims, bool keepdim) { return rti_call_reduction(&rti_op_sum, x, dims, keepdim); }
RT_API rt_tensor *rt_sum(rt_tensor *x) { return rti_call1(&rti_op_sum, x); }
RT_API rt_tensor *rt_sum_dim(rt_tensor *x, int dim, bool keepdim)
{
    int64_t d = dim;
    return rt_sum_dims(x, rti_shape_copy(&d, 1), keepdim);
}

/* ---- mean: the sum over the count ---- */

static rt_status rti_compose_mean(const rt_value *arg, int n_args, rt_value *results)
{
    const rt_tensor *x = arg[0].as.tensor;
    rt_dtype dtype = n_args > 3 && arg[3].tag == RT_VALUE_DTYPE ? (rt_dtype)arg[3].as.i : (rt_dtype)x->dtype;
    if (!rti_is_float(dtype))
        return rti_raise(RT_ERR_DTYPE, "mean", "expected a floating point tensor, got %s", rt_dtype_name(dtype));
    rt_value sum, call[2];
    rt_status status = rti_door(&rti_op_sum, arg, n_args, NULL, &sum);
    if (status != RT_OK)
        return status;
    int64_t count = 1;
    bool all = n_args < 2 || arg[1].tag != RT_VALUE_INTS || arg[1].count == 0;
    for (int d = 0; d < x->ndim && all; d++)
        count *= x->size[d];
    for (uint32_t i = 0; !all && i < arg[1].count && x->ndim > 0; i++)
        count *= x->size[arg[1].as.ints[i] < 0 ? arg[1].as.ints[i] + x->ndim : arg[1].as.ints[i]];
    call[0] = sum;
    call[1] = rt_value_int(count);
    status = rti_door(&rti_op_div_scalar, call, 2, NULL, results);
    rti_release(sum.as.tensor);
    return status;
}
static const rt_op rti_op_mean = { "mean.dim(Tensor self, int[1]? dim, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor", 1, 0, NULL, NULL,
                                   NULL, rti_compose_mean, NULL, NULL, NULL, 0, -10, 10 };
RT_API rt_tensor *rt_mean(rt_tensor *x) { return rti_call1(&rti_op_mean, x); }
RT_API rt_tensor *rt_mean_dims(rt_tensor *x, rt_shape dims, bool keepdim) { return rti_call_reduction(&rti_op_mean, x, dims, keepdim); }

/* ---- argmax ---- */

#define RTI_ARGMAX(suffix, type) \
    static int64_t rti_argmax_##suffix(const char *from, int64_t n, int64_t stride) \
    { \
        const type *x = (const type *)(const void *)from; \
        int64_t best = 0; \
        for (int64_t i = 1; i < n && x[best * stride] == x[best * stride]; i++) \
            if (!(x[i * stride] <= x[best * stride])) \
                best = i; \
        return best; \
    }
RTI_ARGMAX(f32, float)
RTI_ARGMAX(f64, double)
RTI_ARGMAX(i64, int64_t)
#undef RTI_ARGMAX

static rt_status rti_shape_argmax(rti_call *c)
{
    const rt_tensor *x = rti_arg_tensor(c, 0);
    bool along = c->n_args > 1 && c->arg[1].tag == RT_VALUE_INT, keepdim = c->n_args > 2 && c->arg[2].tag == RT_VALUE_BOOL && c->arg[2].as.i;
    int dim = along ? rti_wrap_dim("argmax", c->arg[1].as.i, x->ndim) : 0;
    if (dim < 0)
        return rti_pending_code();
    if (!rti_conversion_of((rt_dtype)x->dtype) || x->dtype == RT_BOOL)
        return rti_refuse_dtype(c, (rt_dtype)x->dtype);
    if (along ? x->ndim > 0 && x->size[dim] == 0 : x->numel == 0)
        return rti_raise(RT_ERR_INDEX, "argmax", "there is no largest among no elements");
    return rti_reduced_result(c, x, along && x->ndim ? 1u << dim : (1u << x->ndim) - 1, keepdim, RT_INT64);
}

static rt_status rti_run_argmax(rti_call *c)
{
    const rt_tensor *x = rti_arg_tensor(c, 0);
    rti_class compute = rti_class_of((rt_dtype)x->dtype);
    int64_t (*kernel)(const char *, int64_t, int64_t) =
        compute == RTI_CLASS_F32 ? rti_argmax_f32 : compute == RTI_CLASS_F64 ? rti_argmax_f64 : rti_argmax_i64;
    rt_tensor *own = rti_contiguous_as((rt_tensor *)(uintptr_t)x, rti_class_dtype[compute]);
    if (!own)
        return rti_pending_code();
    bool along = c->n_args > 1 && c->arg[1].tag == RT_VALUE_INT && x->ndim > 0;
    int dim = along ? rti_wrap_dim("argmax", c->arg[1].as.i, x->ndim) : 0;
    int64_t n = along ? x->size[dim] : x->numel, inner = 1;
    for (int d = along ? dim + 1 : x->ndim; d < x->ndim; d++)
        inner *= x->size[d];
    int64_t *y = (int64_t *)(void *)c->out[0]->data, wide = (int64_t)rti_element_bytes((rt_dtype)own->dtype);
    for (int64_t i = 0; i < c->out[0]->numel; i++)
        y[i] = kernel(own->data + (i / inner * inner * n + i % inner) * wide, n, inner);
    rti_release(own);
    return RT_OK;
}
static const rt_op rti_op_argmax = { "argmax(Tensor self, int? dim=None, bool keepdim=False) -> Tensor", 1, RTI_CONSTANT, NULL, rti_shape_argmax,
                                     rti_run_argmax, NULL, NULL, NULL, NULL, 0, -10, 10 };
RT_API rt_tensor *rt_argmax(rt_tensor *x) { return rti_call1(&rti_op_argmax, x); }
RT_API rt_tensor *rt_argmax_dim(rt_tensor *x, int dim, bool keepdim)
{
    rt_value arg[3];
    rti_box_tensor(&arg[0], x);
    arg[1] = rt_value_int(dim);
    arg[2] = rt_value_bool(keepdim);
    return rti_call_op(&rti_op_argmax, arg, 3);
}
#endif
/* ---- classification losses ---------------------------------------------------------------------------------------------------------- */

#if RTI_PASS == 1 || RTI_ONE_PASS

/* Largest of n neighbours, n > 0; NaN if there is one. */
static rti_real RTI_FN(row_max)(const rti_real *x, int64_t n)
{
    rti_real most = x[0];
    int64_t i = 0;
    if (n >= RTI_LANES) {
        rti_vf m = rti_vload(x);
        for (i = RTI_LANES; i + RTI_LANES <= n; i += RTI_LANES) {
            rti_vf a = rti_vload(x + i);
            m = rti_vselect(rti_vor(rti_visnan(m), rti_vle(a, m)), m, a);
        }
        most = RTI_FN(lanes_max)(m);
    }
    for (; i < n; i++)
        if (!(x[i] <= most))
            most = most != most ? most : x[i];
    return most;
}

/* sum_i e^(x_i - shift) */
static rti_real RTI_FN(row_sum_exp)(const rti_real *x, int64_t n, rti_real shift)
{
    rti_real rest[sizeof(rti_vf) / sizeof(rti_real)];
    rti_vf sum = rti_vset(0), by = rti_vset((double)shift);
    int64_t i = 0;
    for (; i + RTI_LANES <= n; i += RTI_LANES)
        sum = rti_vadd(sum, RTI_FN(exp)(rti_vsub(rti_vload(x + i), by)));
    if (i < n) {
        for (int64_t k = 0; k < RTI_LANES; k++)
            rest[k] = i + k < n ? x[i + k] : (rti_real)-HUGE_VAL;
        sum = rti_vadd(sum, RTI_FN(exp)(rti_vsub(rti_vload(rest), by)));
    }
    return RTI_FN(lanes_sum)(sum);
}

/* y = x - log sum e^x over n neighbours */
static void RTI_FN(log_softmax_row)(const void *from, int64_t n, void *to)
{
    const rti_real *x = RTI_CAST(const rti_real *, from);
    rti_real *y = RTI_CAST(rti_real *, to), shift = RTI_FN(row_max)(x, n);
    if (shift == (rti_real)HUGE_VAL || shift == (rti_real)-HUGE_VAL)
        shift = shift - shift;      /* NaN, as infinity less infinity is */
    rti_real log_sum = shift + (rti_real)log((double)RTI_FN(row_sum_exp)(x, n, shift));
    int64_t i = 0;
    for (; i + RTI_LANES <= n; i += RTI_LANES)
        rti_vstore(y + i, rti_vsub(rti_vload(x + i), rti_vset((double)log_sum)));
    for (; i < n; i++)
        y[i] = x[i] - log_sum;
}
#endif

#if !RTI_PASS

/* ---- log_softmax ---- */

typedef void (*rti_row_fn)(const void *from, int64_t n, void *to);

static rti_row_fn rti_log_softmax_row_of(rti_class c)
{
#if !RTI_ONE_PASS
    static const rti_row_fn f32[] = { RTI_EACH_ISA(RTI_F32, log_softmax_row) };
    if (c == RTI_CLASS_F32)
        return f32[rti_isa()];
#endif
    static const rti_row_fn f64[] = { RTI_EACH_ISA_F64(RTI_F64, log_softmax_row) };
    (void)c;
    return f64[rti_isa()];
}

typedef struct rti_rows { const char *x; char *y; int64_t n; size_t bytes; rti_row_fn run; } rti_rows;

static void rti_rows_range(void *work, int64_t begin, int64_t end)
{
    const rti_rows *r = RTI_CAST(const rti_rows *, work);
    for (int64_t i = begin; i < end; i++)
        r->run(r->x + (size_t)i * r->bytes, r->n, r->y + (size_t)i * r->bytes);
}

static rt_status rti_shape_log_softmax(rti_call *c)
{
    const rt_tensor *x = rti_arg_tensor(c, 0);
    rt_dtype dtype = c->n_args > 2 && c->arg[2].tag == RT_VALUE_DTYPE ? (rt_dtype)c->arg[2].as.i : (rt_dtype)x->dtype;
    if (!rti_is_float(dtype) || !rti_conversion_of(dtype) || !rti_conversion_of((rt_dtype)x->dtype))
        return rti_refuse_dtype(c, rti_is_float(dtype) ? (rt_dtype)x->dtype : dtype);
    if (rti_wrap_dim("log_softmax", c->arg[1].as.i, x->ndim) < 0)
        return rti_pending_code();
    return rti_result_set(c, 0, dtype, x->size, x->ndim);
}

/* The dimension in question last: another order of the same elements; a new reference. */
static rt_tensor *rti_dim_last(rt_tensor *x, int dim)
{
    int64_t size[RT_MAX_DIMS], stride[RT_MAX_DIMS];
    int n = 0;
    for (int d = 0; d < x->ndim; d++) {
        if (d == dim)
            continue;
        size[n] = x->size[d];
        stride[n++] = x->stride[d];
    }
    size[n] = x->size[dim];
    stride[n] = x->stride[dim];
    return rti_tensor_view(x, size, stride, x->ndim, 0);
}

/* Runs a row kernel along dim, whatever the layout and dtype. */
static rt_status rti_run_rows(rt_tensor *x, int dim, rti_row_fn run, rti_class compute, rt_tensor *y)
{
    rt_dtype dtype = rti_class_dtype[compute];
    rt_tensor *xs = rti_dim_last(x, dim), *ys = rti_dim_last(y, dim), *from = NULL, *to = NULL;
    rt_status status = RT_OK;
    if (xs && ys && (from = rti_contiguous_as(xs, dtype)) != NULL) {
        if (ys->dtype == dtype && rti_contiguous(ys))
            rti_retain(to = ys);
        else
            to = rti_tensor_new(dtype, ys->size, ys->ndim, ys->numel);
    }
    if (to) {
        int64_t n = ys->size[ys->ndim - 1];
        rti_rows rows = { from->data, to->data, n, (size_t)n * rti_element_bytes(dtype), run };
        status = rti_parallel_for(x->numel / n, RTI_MAX(1, 8192 / n), rti_rows_range, &rows);
        if (status == RT_OK && to != ys)
            status = rti_copy_into(ys, to);
    } else {
        status = rti_pending_code();
    }
    rti_release(to);
    rti_release(from);
    rti_release(ys);
    rti_release(xs);
    return status;
}

static rt_status rti_run_log_softmax(rti_call *c)
{
    rt_tensor *x = rti_arg_tensor(c, 0);
    rti_class compute = rti_class_of(c->result[0].dtype);
    if (x->numel == 0)
        return RT_OK;
    if (x->ndim == 0)
        return rti_fill(c->out[0], rt_scalar_int(0));
    return rti_run_rows(x, rti_wrap_dim("log_softmax", c->arg[1].as.i, x->ndim), rti_log_softmax_row_of(compute), compute, c->out[0]);
}

/* g - softmax(x) sum(g) */
static rt_status rti_log_softmax_backward(rti_backward *b)
{
    rt_tensor *g = rti_b_grad(b, 0), *total = rt_sum_dim(g, (int)rti_b_arg(b, 1)->as.i, true);
    return rti_b_set(b, 0, rt_sub(g, rt_mul(rt_exp(rti_b_output(b, 0)), total)));
}
static const rt_op rti_op_log_softmax = { "log_softmax.int(Tensor self, int dim, ScalarType? dtype=None) -> Tensor", 1, 0, NULL, rti_shape_log_softmax,
                                          rti_run_log_softmax, NULL, rti_log_softmax_backward, NULL, NULL, RTI_SAVE_OUT(0), -5, 5 };
RT_API rt_tensor *rt_log_softmax(rt_tensor *x, int dim)
{
    rt_value arg[2];
    rti_box_tensor(&arg[0], x);
    arg[1] = rt_value_int(dim);
    return rti_call_op(&rti_op_log_softmax, arg, 2);
}

/* ---- nll_loss: linear in x, and its gradient is the adjoint: two rows, each the other's derivative ----
 * arguments  x or the loss's gradient, target, reduction, ignore_index; the second row's x is the loss's gradient, and its fifth argument C */

enum { RTI_NLL_X, RTI_NLL_TARGET, RTI_NLL_REDUCTION, RTI_NLL_IGNORE, RTI_NLL_CLASSES };

static rt_status rti_nll_check_target(const rti_call *c, const rt_tensor *target)
{
    rti_shape_text text;
    if (target->dtype != RT_INT64)
        return rti_raise(RT_ERR_DTYPE, "nll_loss", "expected targets of int64, got %s", rt_dtype_name((rt_dtype)target->dtype));
    if (target->ndim > 1)
        return rti_raise(RT_ERR_SHAPE, "nll_loss", "expected targets [N] or [], got %s", rti_shape_of_text(&text, target));
    int64_t reduction = c->arg[RTI_NLL_REDUCTION].as.i;
    if (reduction < RT_REDUCTION_MEAN || reduction > RT_REDUCTION_NONE)
        return rti_raise(RT_ERR_VALUE, "nll_loss", "expected a reduction, got the value %lld", (long long)reduction);
    return RT_OK;
}

static rt_status rti_shape_nll(rti_call *c)
{
    const rt_tensor *x = rti_arg_tensor(c, RTI_NLL_X), *target = rti_arg_tensor(c, RTI_NLL_TARGET);
    rti_shape_text a, b;
    if (!rti_is_float((rt_dtype)x->dtype) || !rti_conversion_of((rt_dtype)x->dtype))
        return rti_refuse_dtype(c, (rt_dtype)x->dtype);
    if (rti_nll_check_target(c, target) != RT_OK)
        return rti_pending_code();
    if (x->ndim < 1 || x->ndim > 2 || target->ndim != x->ndim - 1 || (x->ndim == 2 && target->size[0] != x->size[0]))
        return rti_raise(RT_ERR_SHAPE, "nll_loss", "expected an input [N, C] with targets [N], or [C] with [], got %s and %s", rti_shape_of_text(&a, x),
                         rti_shape_of_text(&b, target));
    bool each = c->arg[RTI_NLL_REDUCTION].as.i == RT_REDUCTION_NONE;
    return rti_result_set(c, 0, (rt_dtype)x->dtype, target->size, each ? target->ndim : 0);
}

/* The target of member i; -1 for one that is ignored; -2 with the error raised out of range. */
static int64_t rti_nll_target(const rti_call *c, const rt_tensor *target, int64_t i, int64_t classes)
{
    int64_t t = ((const int64_t *)(const void *)target->data)[target->ndim ? i * target->stride[0] : 0];
    if (t == c->arg[RTI_NLL_IGNORE].as.i)
        return -1;
    if (t >= 0 && t < classes)
        return t;
    rti_raise(RT_ERR_INDEX, "nll_loss", "target %lld is out of range for %lld classes", (long long)t, (long long)classes);
    return -2;
}

/* How many targets count; -1 with the error raised. */
static int64_t rti_nll_count(const rti_call *c, const rt_tensor *target, int64_t classes)
{
    int64_t count = 0;
    for (int64_t i = 0; i < target->numel; i++) {
        int64_t t = rti_nll_target(c, target, i, classes);
        if (t == -2)
            return -1;
        count += t >= 0;
    }
    return count;
}

static double rti_read_double(const rt_tensor *x, int64_t offset)
{
    double value;
    rti_conversion_of((rt_dtype)x->dtype)->load[RTI_CLASS_F64](&value, x->data + offset * (int64_t)rti_element_bytes((rt_dtype)x->dtype), 0, 1);
    return value;
}

static void rti_write_double(rt_tensor *x, int64_t offset, double value)
{
    rti_conversion_of((rt_dtype)x->dtype)->store[RTI_CLASS_F64](x->data + offset * (int64_t)rti_element_bytes((rt_dtype)x->dtype), 0, &value, 1);
}

static rt_status rti_run_nll(rti_call *c)
{
    const rt_tensor *x = rti_arg_tensor(c, RTI_NLL_X), *target = rti_arg_tensor(c, RTI_NLL_TARGET);
    rt_tensor *y = c->out[0];
    int64_t classes = x->size[x->ndim - 1], step = x->stride[x->ndim - 1], reduction = c->arg[RTI_NLL_REDUCTION].as.i, count = 0;
    double sum = 0;
    for (int64_t i = 0; i < target->numel; i++) {
        int64_t t = rti_nll_target(c, target, i, classes);
        if (t == -2)
            return rti_pending_code();
        double loss = t < 0 ? 0 : -rti_read_double(x, (x->ndim == 2 ? i * x->stride[0] : 0) + t * step);
        if (reduction == RT_REDUCTION_NONE)
            rti_write_double(y, i, loss);
        sum += loss;
        count += t >= 0;
    }
    if (reduction != RT_REDUCTION_NONE)
        rti_write_double(y, 0, reduction == RT_REDUCTION_SUM ? sum : count ? sum / (double)count : (double)NAN);
    return RT_OK;
}

static rt_status rti_shape_nll_backward(rti_call *c)
{
    const rt_tensor *g = rti_arg_tensor(c, RTI_NLL_X), *target = rti_arg_tensor(c, RTI_NLL_TARGET);
    rti_shape_text a, b;
    if (!rti_is_float((rt_dtype)g->dtype) || !rti_conversion_of((rt_dtype)g->dtype))
        return rti_refuse_dtype(c, (rt_dtype)g->dtype);
    if (rti_nll_check_target(c, target) != RT_OK)
        return rti_pending_code();
    bool each = c->arg[RTI_NLL_REDUCTION].as.i == RT_REDUCTION_NONE;
    if (each ? !rti_same_shape(g, target) : g->ndim != 0)
        return rti_raise(RT_ERR_SHAPE, "nll_loss", "expected a gradient of the loss's shape, got %s for targets %s", rti_shape_of_text(&a, g),
                         rti_shape_of_text(&b, target));
    int64_t size[2] = { target->numel, c->arg[RTI_NLL_CLASSES].as.i };
    return rti_result_set(c, 0, (rt_dtype)rti_arg_tensor(c, 0)->dtype, target->ndim ? size : size + 1, target->ndim + 1);
}

static rt_status rti_run_nll_backward(rti_call *c)
{
    const rt_tensor *g = rti_arg_tensor(c, RTI_NLL_X), *target = rti_arg_tensor(c, RTI_NLL_TARGET);
    rt_tensor *y = c->out[0];
    int64_t classes = c->arg[RTI_NLL_CLASSES].as.i, reduction = c->arg[RTI_NLL_REDUCTION].as.i, count = rti_nll_count(c, target, classes);
    if (count < 0)
        return rti_pending_code();
    memset(y->data, 0, (size_t)y->numel * rti_element_bytes((rt_dtype)y->dtype));
    for (int64_t i = 0; i < target->numel; i++) {
        int64_t t = rti_nll_target(c, target, i, classes);
        double weight = rti_read_double(g, g->ndim ? i * g->stride[0] : 0);
        if (t >= 0)
            rti_write_double(y, i * classes + t, reduction == RT_REDUCTION_MEAN ? -weight / (double)count : -weight);
    }
    return RT_OK;
}

static rt_status rti_nll_derivative(rti_backward *b);
static rt_status rti_nll_backward_derivative(rti_backward *b);
static const rt_op rti_op_nll = { "nll_loss_nd(Tensor self, Tensor target, int reduction, SymInt ignore_index) -> Tensor", 1, 0, NULL, rti_shape_nll,
                                  rti_run_nll, NULL, rti_nll_derivative, NULL, NULL, RTI_SAVE_IN(1), -5, 0 };
static const rt_op rti_op_nll_backward = {
    "nll_loss_nd_backward(Tensor grad_output, Tensor target, int reduction, SymInt ignore_index, SymInt classes) -> Tensor", 1, 0, NULL,
    rti_shape_nll_backward, rti_run_nll_backward, NULL, rti_nll_backward_derivative, NULL, NULL, RTI_SAVE_IN(1), -5, 5
};

/* The gradient through the other row of the pair; `classes`: of the input, for the second row. */
static rt_status rti_nll_other(rti_backward *b, const rt_op *other, int64_t classes)
{
    rt_value arg[5];
    rti_box_tensor(&arg[RTI_NLL_X], rti_b_grad(b, 0));
    rti_box_tensor(&arg[RTI_NLL_TARGET], rti_b_input(b, RTI_NLL_TARGET));
    arg[RTI_NLL_REDUCTION] = *rti_b_arg(b, RTI_NLL_REDUCTION);
    arg[RTI_NLL_IGNORE] = *rti_b_arg(b, RTI_NLL_IGNORE);
    arg[RTI_NLL_CLASSES] = rt_value_int(classes);
    return rti_b_set(b, 0, rti_call_op(other, arg, other == &rti_op_nll ? 4 : 5));
}
static rt_status rti_nll_derivative(rti_backward *b)
{
    const rti_edge *x = rti_b_input_shape(b, 0);
    return rti_nll_other(b, &rti_op_nll_backward, x->size[x->ndim - 1]);
}
static rt_status rti_nll_backward_derivative(rti_backward *b) { return rti_nll_other(b, &rti_op_nll, 0); }

RT_API rt_nll_loss_opts rt_nll_loss_opts_default(void)
{
    rt_nll_loss_opts o;
    memset((void *)&o, 0, sizeof o);
    o.exact = 1;
    o.ignore_index = -100;
    o.reduction = RT_REDUCTION_MEAN;
    return o;
}

RT_API rt_tensor *rt_nll_loss(rt_tensor *x, rt_tensor *target, const rt_nll_loss_opts *opts)
{
    rt_reduction reduction = opts && opts->reduction != RT_REDUCTION_DEFAULT ? opts->reduction : RT_REDUCTION_MEAN;
    rt_value arg[4];
    if (reduction < RT_REDUCTION_MEAN || reduction > RT_REDUCTION_NONE) {
        rti_raise(RT_ERR_VALUE, "nll_loss", "expected a reduction, got the value %d", (int)reduction);
        return NULL;
    }
    rti_box_tensor(&arg[RTI_NLL_X], x);
    rti_box_tensor(&arg[RTI_NLL_TARGET], target);
    arg[RTI_NLL_REDUCTION] = rt_value_int(reduction);
    arg[RTI_NLL_IGNORE] = rt_value_int(opts ? rti_int_option(opts->ignore_index, -100, opts->exact) : -100);
    return rti_call_op(&rti_op_nll, arg, 4);
}

RT_API rt_tensor *rt_cross_entropy(rt_tensor *x, rt_tensor *target, const rt_cross_entropy_opts *opts)
{
    if (!rti_is_tensor(x, "cross_entropy", "input"))
        return NULL;
    return rt_nll_loss(rt_log_softmax(x, x->ndim == 1 ? 0 : 1), target, opts);
}
#endif
#if !RTI_PASS
RTI_COLD
/* ---- copies and casts ------------------------------------------------------------------------------------------------------------ */

static rt_status rti_refuse_missing(const rti_call *c, const char *what)
{
    rti_op_text name;
    return rti_raise(RT_ERR_VALUE, rti_op_base(c->op, &name), "%s is missing", what);
}

/* ---- to ---- */

static rt_status rti_shape_to(rti_call *c)
{
    const rt_tensor *x = rti_arg_tensor(c, 0);
    if (c->n_args < 2 || c->arg[1].tag != RT_VALUE_DTYPE)
        return rti_refuse_missing(c, "dtype");
    rt_dtype dtype = (rt_dtype)c->arg[1].as.i;
    if (!rti_conversion_of((rt_dtype)x->dtype) || !rti_conversion_of(dtype))
        return rti_refuse_dtype(c, rti_conversion_of(dtype) ? (rt_dtype)x->dtype : dtype);
    return rti_result_set(c, 0, dtype, x->size, x->ndim);
}
/* out = from, also where they are the same memory, walked in another order. */
static rt_status rti_copy_over(rt_tensor *out, const rt_tensor *from)
{
    if (!rti_overlaps(from, out))
        return rti_copy_into(out, from);
    rt_tensor *aside = rti_copy_of(from, (rt_dtype)from->dtype);
    rt_status status = aside ? rti_copy_into(out, aside) : rti_pending_code();
    rti_release(aside);
    return status;
}
static rt_status rti_run_copy(rti_call *c) { return rti_copy_over(c->out[0], rti_arg_tensor(c, 0)); }
static rt_status rti_pass_backward(rti_backward *b) { return rti_b_set(b, 0, rti_b_grad(b, 0)); }   /* the engine casts it back */
static const rt_op rti_op_to = { "to.dtype(Tensor self, ScalarType dtype) -> Tensor", 1, RTI_ANY_OUT, NULL, rti_shape_to, rti_run_copy, NULL,
                                 rti_pass_backward, NULL, NULL, 0, -10, 10 };

RT_API rt_tensor *rt_to(rt_tensor *x, rt_dtype dtype)
{
    if (!rti_is_tensor(x, "to", "self"))
        return NULL;
    if (!rti_is_dtype(dtype)) {
        rti_raise(RT_ERR_DTYPE, "to", "expected a dtype, got the value %d", (int)dtype);
        return NULL;
    }
    if (x->dtype == dtype)
        return x;
    rt_value arg[2];
    rti_box_tensor(&arg[0], x);
    arg[1] = rt_value_dtype(dtype);
    return rti_call_op(&rti_op_to, arg, 2);
}

/* ---- clone ---- */

static rt_status rti_shape_clone(rti_call *c)
{
    const rt_tensor *x = rti_arg_tensor(c, 0);
    return rti_conversion_of((rt_dtype)x->dtype) || rti_contiguous(x) ? rti_result_like(c, 0, x) : rti_refuse_dtype(c, (rt_dtype)x->dtype);
}
static const rt_op rti_op_clone = { "clone(Tensor self) -> Tensor", 1, RTI_ANY_OUT, NULL, rti_shape_clone, rti_run_copy, NULL, rti_pass_backward,
                                    NULL, NULL, 0, -10, 10 };
RT_API rt_tensor *rt_clone(rt_tensor *x) { return rti_call1(&rti_op_clone, x); }
RT_API rt_tensor *rt_contiguous(rt_tensor *x)
{
    if (!rti_is_tensor(x, "contiguous", "self"))
        return NULL;
    return rti_contiguous(x) ? x : rt_clone(x);
}

/* ---- copy_, fill_: forms in place only; the first argument's old elements do not matter ---- */

static rt_status rti_shape_copy_into(rti_call *c)
{
    const rt_tensor *x = rti_arg_tensor(c, 0), *from = rti_arg_tensor(c, 1);
    rti_op_text name;
    rti_shape_text want, came;
    int64_t size[RT_MAX_DIMS];
    int ndim = x->ndim;
    if (x->ndim > 0)
        memcpy(size, x->size, (size_t)x->ndim * sizeof *size);
    if (!rti_conversion_of((rt_dtype)x->dtype) || !rti_conversion_of((rt_dtype)from->dtype))
        return rti_refuse_dtype(c, rti_conversion_of((rt_dtype)x->dtype) ? (rt_dtype)from->dtype : (rt_dtype)x->dtype);
    if (!rti_broadcast(size, &ndim, from->size, from->ndim) || ndim != x->ndim || (ndim > 0 && memcmp(size, x->size, (size_t)ndim * sizeof *size) != 0))
        return rti_raise(RT_ERR_SHAPE, rti_op_base(c->op, &name), "a source of shape %s does not broadcast to %s", rti_shape_of_text(&came, from),
                         rti_shape_of_text(&want, x));
    return rti_result_like(c, 0, x);
}

static rt_status rti_run_copy_into(rti_call *c) { return rti_copy_over(c->out[0], rti_arg_tensor(c, 1)); }

static rt_status rti_copy_backward(rti_backward *b) { return rti_b_needs(b, 1) ? rti_b_set(b, 1, rti_b_grad(b, 0)) : RT_OK; }
static const rt_op rti_op_copy = { "copy(Tensor self, Tensor src) -> Tensor", 1, RTI_ANY_OUT, NULL, rti_shape_copy_into, rti_run_copy_into, NULL,
                                   rti_copy_backward, NULL, NULL, 0, -10, 10 };
RT_API rt_tensor *rt_copy_(rt_tensor *x, rt_tensor *from) { return rti_inplace2(&rti_op_copy, x, from); }

static rt_status rti_shape_fill(rti_call *c)
{
    const rt_tensor *x = rti_arg_tensor(c, 0);
    if (c->n_args < 2 || !rti_value_is_number(&c->arg[1]))
        return rti_refuse_missing(c, "value");
    return rti_conversion_of((rt_dtype)x->dtype) ? rti_result_like(c, 0, x) : rti_refuse_dtype(c, (rt_dtype)x->dtype);
}
static rt_status rti_run_fill(rti_call *c) { return rti_fill(c->out[0], rti_scalar_of_value(&c->arg[1])); }
static rt_status rti_fill_backward(rti_backward *b) { (void)b; return RT_OK; }   /* nothing of the old elements is left */
static const rt_op rti_op_fill = { "fill.Scalar(Tensor self, Scalar value) -> Tensor", 1, RTI_ANY_OUT, NULL, rti_shape_fill, rti_run_fill, NULL,
                                   rti_fill_backward, NULL, NULL, 0, -10, 10 };
RT_API rt_tensor *rt_fill_(rt_tensor *x, rt_scalar value) { return rti_inplace2_scalar(&rti_op_fill, x, value); }
RT_API rt_tensor *rt_zero_(rt_tensor *x) { return rt_fill_(x, rt_scalar_int(0)); }
/* ---- views ------------------------------------------------------------------------------------------------------------------------- */

static rt_status rti_give_view(rti_call *c, rt_tensor *view)
{
    c->out[0] = view;
    return view ? RT_OK : rti_pending_code();
}

static bool rti_ints_arg(const rti_call *c, int k, const char *what)
{
    if (k < c->n_args && c->arg[k].tag == RT_VALUE_INTS && c->arg[k].count <= RT_MAX_DIMS)
        return true;
    rti_op_text name;
    rti_raise(RT_ERR_VALUE, rti_op_base(c->op, &name), "expected %s as a list of at most %d integers, got %d", what, RT_MAX_DIMS,
              k < c->n_args && c->arg[k].tag == RT_VALUE_INTS ? (int)c->arg[k].count : 0);
    return false;
}

static rt_tensor *rti_call_ints(const rt_op *op, rt_tensor *x, rt_shape list)
{
    rt_value arg[2];
    rti_box_tensor(&arg[0], x);
    arg[1] = rt_value_ints(list.dim, list.ndim);
    if (list.ndim < 0 || list.ndim > RT_MAX_DIMS) {
        rti_op_text name;
        rti_raise(RT_ERR_SHAPE, rti_op_base(op, &name), "expected at most %d dimensions, got %d", RT_MAX_DIMS, list.ndim);
        return NULL;
    }
    return rti_call_op(op, arg, 2);
}

static rt_tensor *rti_call_dims(const rt_op *op, rt_tensor *x, int a, int b, int n)
{
    rt_value arg[3];
    rti_box_tensor(&arg[0], x);
    arg[1] = rt_value_int(a);
    arg[2] = rt_value_int(b);
    return rti_call_op(op, arg, 1 + n);
}

/* The gradient of whatever only rearranges elements: under the input's shape again. */
static rt_status rti_reshape_backward(rti_backward *b)
{
    const rti_edge *e = rti_b_input_shape(b, 0);
    return rti_b_set(b, 0, rt_reshape(rti_b_grad(b, 0), rti_shape_copy(e->size, e->ndim)));
}

/* ---- view, reshape ---- */

/* Fills in a size of -1, and checks that the shape has as many elements as x. */
static bool rti_resolve_shape(const rti_call *c, const rt_tensor *x, int64_t *size, int ndim)
{
    rti_op_text name;
    rti_shape_text want, have;
    int unknown = -1;
    int64_t known = 1;
    bool fits = true;
    for (int d = 0; d < ndim; d++) {
        if (size[d] == -1 && unknown < 0)
            unknown = d;
        else if (size[d] < 0)
            fits = false;
        else
            known = rti_size_mul(known, size[d]);
    }
    if (unknown >= 0 && fits)
        fits = known > 0 && x->numel % known == 0;
    else
        fits = fits && known == x->numel;
    if (!fits) {
        rti_raise(RT_ERR_SHAPE, rti_op_base(c->op, &name), "shape %s is not one for the %lld elements of a tensor of shape %s",
                  rti_dims_text(&want, size, ndim), (long long)x->numel, rti_shape_of_text(&have, x));
        return false;
    }
    if (unknown >= 0)
        size[unknown] = x->numel / known;
    return true;
}

/* Strides under which x's memory reads as another shape of as many elements; false where there are none. */
static bool rti_view_strides(const rt_tensor *x, const int64_t *size, int ndim, int64_t *stride)
{
    if (x->numel == 0) {
        int64_t n = 1;
        for (int d = ndim - 1; d >= 0; d--) {
            stride[d] = n;
            n *= size[d] > 0 ? size[d] : 1;
        }
        return true;
    }
    int to = ndim - 1;
    int64_t step = x->ndim > 0 ? x->stride[x->ndim - 1] : 1, run = 1, filled = 1;
    for (int d = x->ndim - 1; d >= 0; d--) {            /* runs of dimensions that lie as one */
        run *= x->size[d];
        if (d > 0 && (x->size[d - 1] == 1 || x->stride[d - 1] == run * step))
            continue;
        while (to >= 0 && (filled < run || size[to] == 1)) {
            stride[to] = filled * step;
            filled *= size[to--];
        }
        if (filled != run)
            return false;
        if (d > 0) {
            step = x->stride[d - 1];
            run = filled = 1;
        }
    }
    while (to >= 0)
        stride[to--] = step;
    return true;
}

static rt_status rti_run_view(rti_call *c)
{
    rt_tensor *x = rti_arg_tensor(c, 0);
    int64_t size[RT_MAX_DIMS], stride[RT_MAX_DIMS];
    rti_op_text name;
    if (!rti_ints_arg(c, 1, "a shape"))
        return rti_pending_code();
    int ndim = (int)c->arg[1].count;
    if (ndim > 0)
        memcpy(size, c->arg[1].as.ints, (size_t)ndim * sizeof *size);
    if (!rti_resolve_shape(c, x, size, ndim))
        return rti_pending_code();
    if (!rti_view_strides(x, size, ndim, stride))
        return rti_raise(RT_ERR_SHAPE, rti_op_base(c->op, &name), "the tensor's strides do not allow this shape without copying: use rt_reshape");
    return rti_give_view(c, rti_tensor_view(x, size, stride, ndim, 0));
}
static const rt_op rti_op_view = { "view(Tensor(a) self, SymInt[] size) -> Tensor(a)", 1, RTI_VIEW, NULL, NULL, rti_run_view, NULL,
                                   rti_reshape_backward, NULL, NULL, 0, -10, 10 };
RT_API rt_tensor *rt_view(rt_tensor *x, rt_shape shape) { return rti_call_ints(&rti_op_view, x, shape); }

static rt_status rti_compose_reshape(const rt_value *arg, int n_args, rt_value *results)
{
    rt_tensor *x = arg[0].as.tensor, *copy = NULL;
    int64_t size[RT_MAX_DIMS], stride[RT_MAX_DIMS];
    rt_value call[2];
    rti_call look;
    look.op = &rti_op_view;
    look.arg = arg;
    look.n_args = n_args;
    if (!rti_ints_arg(&look, 1, "a shape"))
        return rti_pending_code();
    int ndim = (int)arg[1].count;
    if (ndim > 0)
        memcpy(size, arg[1].as.ints, (size_t)ndim * sizeof *size);
    if (!rti_resolve_shape(&look, x, size, ndim))
        return rti_pending_code();
    if (!rti_view_strides(x, size, ndim, stride)) {
        x = copy = rt_clone(x);
        if (!copy)
            return rti_pending_code();
    }
    rti_box_tensor(&call[0], x);
    call[1] = rt_value_ints(size, ndim);
    return rti_door(&rti_op_view, call, 2, NULL, results);
}
static const rt_op rti_op_reshape = { "reshape(Tensor(a) self, SymInt[] shape) -> Tensor(a)", 1, RTI_VIEW, NULL, NULL, NULL, rti_compose_reshape,
                                      NULL, NULL, NULL, 0, -10, 10 };
RT_API rt_tensor *rt_reshape(rt_tensor *x, rt_shape shape) { return rti_call_ints(&rti_op_reshape, x, shape); }

static rt_status rti_compose_flatten(const rt_value *arg, int n_args, rt_value *results)
{
    const rt_tensor *x = arg[0].as.tensor;
    int first = rti_wrap_dim("flatten", n_args > 1 ? arg[1].as.i : 0, x->ndim), last = rti_wrap_dim("flatten", n_args > 2 ? arg[2].as.i : -1, x->ndim);
    if (first < 0 || last < 0)
        return rti_pending_code();
    if (first > last)
        return rti_raise(RT_ERR_VALUE, "flatten", "start_dim %d comes after end_dim %d", first, last);
    rt_shape shape = rti_shape_copy(NULL, 0);
    for (int d = 0; d < x->ndim; d++) {
        if (d > first && d <= last)
            shape.dim[shape.ndim - 1] *= x->size[d];
        else
            shape.dim[shape.ndim++] = x->size[d];
    }
    if (x->ndim == 0)
        shape.dim[shape.ndim++] = 1;
    rt_value call[2];
    call[0] = arg[0];
    call[1] = rt_value_ints(shape.dim, shape.ndim);
    return rti_door(&rti_op_reshape, call, 2, NULL, results);
}
static const rt_op rti_op_flatten = { "flatten.using_ints(Tensor(a) self, int start_dim=0, int end_dim=-1) -> Tensor(a)", 1, RTI_VIEW, NULL, NULL,
                                      NULL, rti_compose_flatten, NULL, NULL, NULL, 0, -10, 10 };
RT_API rt_tensor *rt_flatten(rt_tensor *x, int start_dim, int end_dim) { return rti_call_dims(&rti_op_flatten, x, start_dim, end_dim, 2); }

/* ---- transpose, t, permute ---- */

static rt_status rti_run_transpose(rti_call *c)
{
    rt_tensor *x = rti_arg_tensor(c, 0);
    int64_t size[RT_MAX_DIMS], stride[RT_MAX_DIMS];
    int a = rti_wrap_dim("transpose", c->arg[1].as.i, x->ndim), b = rti_wrap_dim("transpose", c->arg[2].as.i, x->ndim);
    if (a < 0 || b < 0)
        return rti_pending_code();
    for (int d = 0; d < x->ndim; d++) {
        int from = d == a ? b : d == b ? a : d;
        size[d] = x->size[from];
        stride[d] = x->stride[from];
    }
    return rti_give_view(c, rti_tensor_view(x, size, stride, x->ndim, 0));
}
static rt_status rti_transpose_backward(rti_backward *b)
{
    return rti_b_set(b, 0, rt_transpose(rti_b_grad(b, 0), (int)rti_b_arg(b, 1)->as.i, (int)rti_b_arg(b, 2)->as.i));
}
static const rt_op rti_op_transpose = { "transpose.int(Tensor(a) self, int dim0, int dim1) -> Tensor(a)", 1, RTI_VIEW, NULL, NULL, rti_run_transpose,
                                        NULL, rti_transpose_backward, NULL, NULL, 0, -10, 10 };
RT_API rt_tensor *rt_transpose(rt_tensor *x, int dim0, int dim1) { return rti_call_dims(&rti_op_transpose, x, dim0, dim1, 2); }

static rt_status rti_run_t(rti_call *c)
{
    rt_tensor *x = rti_arg_tensor(c, 0);
    rti_shape_text have;
    if (x->ndim > 2)
        return rti_raise(RT_ERR_SHAPE, "t", "expected at most 2 dimensions, got shape %s", rti_shape_of_text(&have, x));
    int64_t size[2] = { x->ndim == 2 ? x->size[1] : x->ndim ? x->size[0] : 0, x->ndim == 2 ? x->size[0] : 0 };
    int64_t stride[2] = { x->ndim == 2 ? x->stride[1] : x->ndim ? x->stride[0] : 0, x->ndim == 2 ? x->stride[0] : 0 };
    return rti_give_view(c, rti_tensor_view(x, size, stride, x->ndim, 0));
}
static rt_status rti_t_backward(rti_backward *b) { return rti_b_set(b, 0, rt_t(rti_b_grad(b, 0))); }
static const rt_op rti_op_t = { "t(Tensor(a) self) -> Tensor(a)", 1, RTI_VIEW, NULL, NULL, rti_run_t, NULL, rti_t_backward, NULL, NULL, 0, -10, 10 };
RT_API rt_tensor *rt_t(rt_tensor *x) { return rti_call1(&rti_op_t, x); }

static rt_status rti_run_permute(rti_call *c)
{
    rt_tensor *x = rti_arg_tensor(c, 0);
    int64_t size[RT_MAX_DIMS], stride[RT_MAX_DIMS];
    rti_shape_text dims, have;
    uint32_t seen = 0;
    if (!rti_ints_arg(c, 1, "dims"))
        return rti_pending_code();
    for (uint32_t d = 0; d < c->arg[1].count && c->arg[1].count == x->ndim; d++) {
        int from = rti_wrap_dim("permute", c->arg[1].as.ints[d], x->ndim);
        if (from < 0)
            return rti_pending_code();
        seen |= 1u << from;
        size[d] = x->size[from];
        stride[d] = x->stride[from];
    }
    if (c->arg[1].count != x->ndim || seen != (1u << x->ndim) - 1)
        return rti_raise(RT_ERR_VALUE, "permute", "expected every dimension of shape %s once, got %s", rti_shape_of_text(&have, x),
                         rti_dims_text(&dims, c->arg[1].as.ints, (int)c->arg[1].count));
    return rti_give_view(c, rti_tensor_view(x, size, stride, x->ndim, 0));
}
static rt_status rti_permute_backward(rti_backward *b)
{
    const rt_value *dims = rti_b_arg(b, 1);
    rt_shape back = rti_shape_copy(NULL, 0);
    back.ndim = (int)dims->count;
    for (int d = 0; d < back.ndim; d++)
        back.dim[rti_wrap_dim("permute", dims->as.ints[d], back.ndim)] = d;
    return rti_b_set(b, 0, rt_permute(rti_b_grad(b, 0), back));
}
static const rt_op rti_op_permute = { "permute(Tensor(a) self, int[] dims) -> Tensor(a)", 1, RTI_VIEW, NULL, NULL, rti_run_permute, NULL,
                                      rti_permute_backward, NULL, NULL, 0, -10, 10 };
RT_API rt_tensor *rt_permute(rt_tensor *x, rt_shape dims) { return rti_call_ints(&rti_op_permute, x, dims); }

/* ---- expand; its gradient is summed to the input's shape by the engine ---- */

static rt_status rti_run_expand(rti_call *c)
{
    rt_tensor *x = rti_arg_tensor(c, 0);
    int64_t size[RT_MAX_DIMS], stride[RT_MAX_DIMS];
    rti_shape_text want, have;
    if (!rti_ints_arg(c, 1, "a shape"))
        return rti_pending_code();
    int ndim = (int)c->arg[1].count, shift = ndim - x->ndim;
    bool fits = shift >= 0;
    for (int d = 0; d < ndim && fits; d++) {
        int from = d - shift;
        int64_t wish = c->arg[1].as.ints[d];
        size[d] = wish == -1 && from >= 0 ? x->size[from] : wish;
        stride[d] = from >= 0 && x->size[from] == size[d] ? x->stride[from] : 0;
        fits = size[d] >= 0 && (from < 0 || x->size[from] == size[d] || x->size[from] == 1);
    }
    if (!fits)
        return rti_raise(RT_ERR_SHAPE, "expand", "a tensor of shape %s cannot be expanded to %s", rti_shape_of_text(&have, x),
                         rti_dims_text(&want, c->arg[1].as.ints, ndim));
    if (rti_count_elements("expand", size, ndim) < 0)
        return rti_pending_code();
    return rti_give_view(c, rti_tensor_view(x, size, stride, ndim, 0));
}
static const rt_op rti_op_expand = { "expand(Tensor(a) self, SymInt[] size, *, bool implicit=False) -> Tensor(a)", 1, RTI_VIEW, NULL, NULL,
                                     rti_run_expand, NULL, rti_pass_backward, NULL, NULL, 0, -10, 10 };
RT_API rt_tensor *rt_expand(rt_tensor *x, rt_shape shape) { return rti_call_ints(&rti_op_expand, x, shape); }

/* ---- squeeze, unsqueeze ---- */

static rt_status rti_run_squeeze(rti_call *c)
{
    rt_tensor *x = rti_arg_tensor(c, 0);
    int64_t size[RT_MAX_DIMS], stride[RT_MAX_DIMS];
    int dim = rti_wrap_dim("squeeze", c->arg[1].as.i, x->ndim), n = 0;
    if (dim < 0)
        return rti_pending_code();
    for (int d = 0; d < x->ndim; d++) {
        if (d == dim && x->size[d] == 1)
            continue;
        size[n] = x->size[d];
        stride[n++] = x->stride[d];
    }
    return rti_give_view(c, rti_tensor_view(x, size, stride, n, 0));
}
static const rt_op rti_op_squeeze = { "squeeze.dim(Tensor(a) self, int dim) -> Tensor(a)", 1, RTI_VIEW, NULL, NULL, rti_run_squeeze, NULL,
                                      rti_reshape_backward, NULL, NULL, 0, -10, 10 };
RT_API rt_tensor *rt_squeeze(rt_tensor *x, int dim) { return rti_call_dims(&rti_op_squeeze, x, dim, 0, 1); }

static rt_status rti_run_unsqueeze(rti_call *c)
{
    rt_tensor *x = rti_arg_tensor(c, 0);
    int64_t size[RT_MAX_DIMS + 1], stride[RT_MAX_DIMS + 1];
    int dim = rti_wrap_dim("unsqueeze", c->arg[1].as.i, x->ndim + 1);
    if (dim < 0)
        return rti_pending_code();
    if (x->ndim == RT_MAX_DIMS)
        return rti_raise(RT_ERR_SHAPE, "unsqueeze", "a tensor has at most %d dimensions", RT_MAX_DIMS);
    for (int d = 0; d <= x->ndim; d++) {
        size[d] = d == dim ? 1 : x->size[d - (d > dim)];
        stride[d] = d < dim ? x->stride[d] : d > dim ? x->stride[d - 1] : dim < x->ndim ? x->size[dim] * x->stride[dim] : 1;
    }
    return rti_give_view(c, rti_tensor_view(x, size, stride, x->ndim + 1, 0));
}
static const rt_op rti_op_unsqueeze = { "unsqueeze(Tensor(a) self, int dim) -> Tensor(a)", 1, RTI_VIEW, NULL, NULL, rti_run_unsqueeze, NULL,
                                        rti_reshape_backward, NULL, NULL, 0, -10, 10 };
RT_API rt_tensor *rt_unsqueeze(rt_tensor *x, int dim) { return rti_call_dims(&rti_op_unsqueeze, x, dim, 0, 1); }
/* ---- matrix products -------------------------------------------------------------------------------------------------------------- */

/* Products of tensors, as the kernels take them: operands of the class's own dtype. */
typedef struct rti_products {
    rti_product each;                              /* of the first batch member */
    int64_t batch, a_batch, b_batch, c_batch;      /* members, and elements between them */
    size_t wide;
    rti_matmul_fn run;
    char *workspace;                               /* one for each share */
    int64_t workspace_bytes, shares, per_share;
} rti_products;

static void rti_products_share(void *work, int64_t begin, int64_t end)
{
    const rti_products *p = RTI_CAST(const rti_products *, work);
    int64_t side = rti_matmul_side(&p->each);
    for (int64_t share = begin; share < end; share++) {
        rti_product each = p->each;
        int64_t from = p->batch > 1 ? 0 : share * p->per_share, to = p->batch > 1 ? side : RTI_MIN(side, from + p->per_share);
        int64_t first = p->batch > 1 ? share * p->per_share : 0, last = p->batch > 1 ? RTI_MIN(p->batch, first + p->per_share) : 1;
        for (int64_t i = first; i < last; i++) {
            each.a = (const char *)p->each.a + i * p->a_batch * (int64_t)p->wide;
            each.b = (const char *)p->each.b + i * p->b_batch * (int64_t)p->wide;
            each.c = (char *)p->each.c + i * p->c_batch * (int64_t)p->wide;
            p->run(&each, from, to, p->workspace ? p->workspace + share * p->workspace_bytes : NULL);
        }
    }
}

/* Multiplications that are worth a thread of their own. */
#define RTI_MATMUL_SHARE_WORK 65536.0

static rt_status rti_products_run(rti_products *p)
{
    const rti_product *e = &p->each;
    int64_t side = p->batch > 1 ? p->batch : rti_matmul_side(e), grain = p->batch > 1 ? 1 : RTI_MATMUL_GRAIN;
    double work = (double)e->m * (double)e->n * (double)(e->k + 1) * (double)p->batch;
    int64_t most = work < 2 * RTI_MATMUL_SHARE_WORK ? 1 : RTI_MIN((int64_t)(work / RTI_MATMUL_SHARE_WORK), (int64_t)rt_get_num_threads());
    p->per_share = RTI_MAX(((side + most - 1) / most + grain - 1) / grain * grain, 1);
    p->shares = (side + p->per_share - 1) / p->per_share;
    p->workspace_bytes = (rti_matmul_workspace(e->m, e->n, e->k, (int64_t)p->wide) + 63) / 64 * 64;
    p->workspace = NULL;
    if (p->workspace_bytes > 0) {
        p->workspace = RTI_CAST(char *, rti_pool_get(RTI_MAX((size_t)(p->workspace_bytes * p->shares), 2048)));
        if (!p->workspace)
            return rti_pending_code();
    }
    rt_status status = RT_OK;
    if (p->shares <= 1)
        rti_products_share(p, 0, p->shares);
    else
        status = rti_parallel_for(p->shares, 1, rti_products_share, p);
    rti_pool_put(p->workspace);
    return status;
}

/* Makes operands and result of the class's own dtype, runs, and brings the result back. `transposed`: b is [N,K]. */
static rt_status rti_run_products(rti_call *c, rt_tensor *a, rt_tensor *b, bool transposed, rt_tensor *bias, int64_t batch, int64_t m, int64_t n, int64_t k)
{
    rt_tensor *out = c->out[0];
    rti_class compute = rti_class_of((rt_dtype)out->dtype);
    rt_dtype dtype = rti_class_dtype[compute];
    bool direct = out->dtype == dtype;
    rt_tensor *operand[4] = { NULL, NULL, NULL, NULL };      /* a, b, bias, c */
    rti_products p;
    rt_status status = RT_OK;
    if (direct) {
        rti_retain(operand[0] = a);
        rti_retain(operand[1] = b);
        rti_retain(operand[3] = out);
        if (bias)
            operand[2] = rti_contiguous_as(bias, dtype);
    } else {
        operand[0] = rti_copy_of(a, dtype);
        operand[1] = rti_copy_of(b, dtype);
        operand[3] = rti_tensor_new(dtype, out->size, out->ndim, out->numel);
        if (bias)
            operand[2] = rti_copy_of(bias, dtype);
    }
    if (!operand[0] || !operand[1] || !operand[3] || (bias && !operand[2]))
        status = rti_pending_code();
    if (status == RT_OK && out->numel > 0) {
        a = operand[0];
        b = operand[1];
        int da = a->ndim - 2, db = b->ndim - 2;
        memset(&p, 0, sizeof p);
        p.each.m = m, p.each.n = n, p.each.k = k;
        p.each.a = a->data, p.each.a_row = a->stride[da], p.each.a_column = a->stride[da + 1];
        p.each.b = b->data, p.each.b_row = b->stride[db + transposed], p.each.b_column = b->stride[db + !transposed];
        p.each.c = operand[3]->data, p.each.c_row = n;
        p.each.bias = bias ? operand[2]->data : NULL;
        p.batch = batch;
        p.a_batch = da > 0 ? a->stride[0] : 0;
        p.b_batch = db > 0 ? b->stride[0] : 0;
        p.c_batch = m * n;
        p.wide = rti_element_bytes(dtype);
        p.run = rti_matmul_for(compute);
        status = rti_products_run(&p);
    }
    if (status == RT_OK && !direct)
        status = rti_copy_into(out, operand[3]);
    for (int i = 0; i < 4; i++)
        rti_release(operand[i]);
    return status;
}

static rt_status rti_refuse_product(const rti_call *c, const rt_tensor *a, const rt_tensor *b, const char *expected)
{
    rti_op_text name;
    rti_shape_text left, right;
    return rti_raise(RT_ERR_SHAPE, rti_op_base(c->op, &name), "expected %s, got %s and %s", expected, rti_shape_of_text(&left, a),
                     rti_shape_of_text(&right, b));
}

static rt_status rti_check_product_dtypes(const rti_call *c, const rt_tensor *a, const rt_tensor *b)
{
    rti_op_text name;
    if (a->dtype != b->dtype)
        return rti_raise(RT_ERR_DTYPE, rti_op_base(c->op, &name), "expected operands of one dtype, got %s and %s", rt_dtype_name((rt_dtype)a->dtype),
                         rt_dtype_name((rt_dtype)b->dtype));
    return rti_conversion_of((rt_dtype)a->dtype) ? RT_OK : rti_refuse_dtype(c, (rt_dtype)a->dtype);
}

/* ---- mm, bmm ---- */

static rt_status rti_shape_mm(rti_call *c)
{
    const rt_tensor *a = rti_arg_tensor(c, 0), *b = rti_arg_tensor(c, 1);
    if (a->ndim != 2 || b->ndim != 2 || a->size[1] != b->size[0])
        return rti_refuse_product(c, a, b, "matrices [M, K] and [K, N]");
    int64_t size[2] = { a->size[0], b->size[1] };
    rt_status status = rti_check_product_dtypes(c, a, b);
    return status == RT_OK ? rti_result_set(c, 0, (rt_dtype)a->dtype, size, 2) : status;
}
static rt_status rti_run_mm(rti_call *c)
{
    rt_tensor *a = rti_arg_tensor(c, 0), *b = rti_arg_tensor(c, 1);
    return rti_run_products(c, a, b, false, NULL, 1, a->size[0], b->size[1], a->size[1]);
}
static rt_status rti_mm_backward(rti_backward *b)
{
    rt_tensor *g = rti_b_grad(b, 0);
    rt_status status = rti_b_needs(b, 0) ? rti_b_set(b, 0, rt_mm(g, rt_t(rti_b_input(b, 1)))) : RT_OK;
    return status == RT_OK && rti_b_needs(b, 1) ? rti_b_set(b, 1, rt_mm(rt_t(rti_b_input(b, 0)), g)) : status;
}
static const rt_op rti_op_mm = { "mm(Tensor self, Tensor mat2) -> Tensor", 1, 0, NULL, rti_shape_mm, rti_run_mm, NULL, rti_mm_backward, NULL, NULL,
                                 RTI_SAVE_IN(0) | RTI_SAVE_IN(1), -2, 2 };
RT_API rt_tensor *rt_mm(rt_tensor *a, rt_tensor *b) { return rti_call2(&rti_op_mm, a, b); }

static rt_status rti_shape_bmm(rti_call *c)
{
    const rt_tensor *a = rti_arg_tensor(c, 0), *b = rti_arg_tensor(c, 1);
    if (a->ndim != 3 || b->ndim != 3 || a->size[0] != b->size[0] || a->size[2] != b->size[1])
        return rti_refuse_product(c, a, b, "batches [B, M, K] and [B, K, N]");
    int64_t size[3] = { a->size[0], a->size[1], b->size[2] };
    rt_status status = rti_check_product_dtypes(c, a, b);
    return status == RT_OK ? rti_result_set(c, 0, (rt_dtype)a->dtype, size, 3) : status;
}
static rt_status rti_run_bmm(rti_call *c)
{
    rt_tensor *a = rti_arg_tensor(c, 0), *b = rti_arg_tensor(c, 1);
    return rti_run_products(c, a, b, false, NULL, a->size[0], a->size[1], b->size[2], a->size[2]);
}
static rt_status rti_bmm_backward(rti_backward *b)
{
    rt_tensor *g = rti_b_grad(b, 0);
    rt_status status = rti_b_needs(b, 0) ? rti_b_set(b, 0, rt_bmm(g, rt_transpose(rti_b_input(b, 1), 1, 2))) : RT_OK;
    return status == RT_OK && rti_b_needs(b, 1) ? rti_b_set(b, 1, rt_bmm(rt_transpose(rti_b_input(b, 0), 1, 2), g)) : status;
}
static const rt_op rti_op_bmm = { "bmm(Tensor self, Tensor mat2) -> Tensor", 1, 0, NULL, rti_shape_bmm, rti_run_bmm, NULL, rti_bmm_backward, NULL,
                                  NULL, RTI_SAVE_IN(0) | RTI_SAVE_IN(1), -2, 2 };
RT_API rt_tensor *rt_bmm(rt_tensor *a, rt_tensor *b) { return rti_call2(&rti_op_bmm, a, b); }

/* ---- matmul: vectors become matrices, leading dimensions a batch ---- */

/* x with its leading dimensions broadcast to `batch` and joined: [.., R, C] -> [B, R, C]. */
static rt_tensor *rti_as_batch(rt_tensor *x, const int64_t *batch, int n_batch)
{
    rt_shape wide = rti_shape_copy(batch, n_batch);
    int64_t rows = x->size[x->ndim - 2], columns = x->size[x->ndim - 1], members = 1;
    for (int d = 0; d < n_batch; d++)
        members *= batch[d];
    wide.dim[wide.ndim++] = rows;
    wide.dim[wide.ndim++] = columns;
    int64_t joined[3] = { members, rows, columns };
    return rt_reshape(rt_expand(x, wide), rti_shape_copy(joined, 3));
}

static rt_tensor *rti_matmul_batched(rt_tensor *a, rt_tensor *b)
{
    rti_shape_text left, right;
    int64_t batch[RT_MAX_DIMS];
    int n_batch = a->ndim - 2;
    if (n_batch > 0)
        memcpy(batch, a->size, (size_t)n_batch * sizeof *batch);
    if (!rti_broadcast(batch, &n_batch, b->size, b->ndim - 2)) {
        rti_raise(RT_ERR_SHAPE, "matmul", "expected leading sizes that broadcast, got %s and %s",
                  rti_shape_of_text(&left, a), rti_shape_of_text(&right, b));
        return NULL;
    }
    rt_shape shape = rti_shape_copy(batch, n_batch);
    shape.dim[shape.ndim++] = a->size[a->ndim - 2];
    shape.dim[shape.ndim++] = b->size[b->ndim - 1];
    if (b->ndim == 2) {                     /* one matrix for all: the batch's rows go through it together */
        int64_t tall[2] = { -1, a->size[a->ndim - 1] };
        if (a->numel == 0)
            tall[0] = rti_count_elements("matmul", a->size, a->ndim - 1);
        return rt_reshape(rt_mm(rt_reshape(a, rti_shape_copy(tall, 2)), b), shape);
    }
    return rt_reshape(rt_bmm(rti_as_batch(a, batch, n_batch), rti_as_batch(b, batch, n_batch)), shape);
}

static rt_status rti_compose_matmul(const rt_value *arg, int n_args, rt_value *results)
{
    rt_tensor *a = arg[0].as.tensor, *b = n_args > 1 ? arg[1].as.tensor : NULL, *y;
    if (a->ndim == 0 || b->ndim == 0)
        return rti_raise(RT_ERR_SHAPE, "matmul", "expected at least one dimension on both sides, got %d and %d", a->ndim, b->ndim);
    bool row = a->ndim == 1, column = b->ndim == 1;
    if (a->size[a->ndim - 1] != b->size[column ? 0 : b->ndim - 2]) {
        rti_shape_text left, right;
        return rti_raise(RT_ERR_SHAPE, "matmul", "expected [.., M, K] or [K] and [.., K, N] or [K], got %s and %s", rti_shape_of_text(&left, a),
                         rti_shape_of_text(&right, b));
    }
    rt_scope scope = rt_scope_begin();
    if (row)
        a = rt_unsqueeze(a, 0);
    if (column)
        b = rt_unsqueeze(b, 1);
    y = !a || !b ? NULL : a->ndim == 2 && b->ndim == 2 ? rt_mm(a, b) : rti_matmul_batched(a, b);
    if (column)
        y = rt_squeeze(y, -1);
    if (row)
        y = rt_squeeze(y, column ? -1 : -2);
    if (y)
        rti_retain(y);
    rt_scope_end(scope);
    if (!y)
        return rti_pending_code();
    rti_box_tensor(&results[0], y);
    return RT_OK;
}
static const rt_op rti_op_matmul = { "matmul(Tensor self, Tensor other) -> Tensor", 1, 0, NULL, NULL, NULL, rti_compose_matmul, NULL, NULL, NULL, 0,
                                     -2, 2 };
RT_API rt_tensor *rt_matmul(rt_tensor *a, rt_tensor *b) { return rti_call2(&rti_op_matmul, a, b); }

/* ---- linear ---- */

static rt_status rti_shape_linear(rti_call *c)
{
    const rt_tensor *x = rti_arg_tensor(c, 0), *w = rti_arg_tensor(c, 1), *b = rti_arg_tensor(c, 2);
    rti_shape_text bias;
    int64_t size[RT_MAX_DIMS];
    if (x->ndim < 1 || w->ndim != 2 || x->size[x->ndim - 1] != w->size[1])
        return rti_refuse_product(c, x, w, "an input [.., in] and a weight [out, in]");
    if (b && (b->ndim != 1 || b->size[0] != w->size[0]))
        return rti_raise(RT_ERR_SHAPE, "linear", "expected a bias of shape [%lld], got %s", (long long)w->size[0], rti_shape_of_text(&bias, b));
    rt_status status = rti_check_product_dtypes(c, x, w);
    if (status == RT_OK && b)
        status = rti_check_product_dtypes(c, x, b);
    if (status != RT_OK)
        return status;
    memcpy(size, x->size, (size_t)x->ndim * sizeof *size);
    size[x->ndim - 1] = w->size[0];
    return rti_result_set(c, 0, (rt_dtype)x->dtype, size, x->ndim);
}

/* x as a matrix, [rows, in]: a view where strides allow it, else a copy; a new reference. */
static rt_tensor *rti_as_rows(rt_tensor *x)
{
    int64_t columns = x->size[x->ndim - 1], size[2] = { 1, columns }, stride[2];
    for (int d = 0; d < x->ndim - 1; d++)
        size[0] *= x->size[d];
    if (x->ndim == 2) {
        rti_retain(x);
        return x;
    }
    if (rti_view_strides(x, size, 2, stride))
        return rti_tensor_view(x, size, stride, 2, 0);
    rt_tensor *copy = rti_copy_of(x, (rt_dtype)x->dtype), *view;
    if (!copy)
        return NULL;
    rti_view_strides(copy, size, 2, stride);
    view = rti_tensor_view(copy, size, stride, 2, 0);
    rti_release(copy);
    return view;
}

static rt_status rti_run_linear(rti_call *c)
{
    rt_tensor *x = rti_as_rows(rti_arg_tensor(c, 0)), *w = rti_arg_tensor(c, 1);
    if (!x)
        return rti_pending_code();
    rt_status status = rti_run_products(c, x, w, true, rti_arg_tensor(c, 2), 1, x->size[0], w->size[0], w->size[1]);
    rti_release(x);
    return status;
}

static rt_tensor *rti_rows_of(rt_tensor *x)
{
    if (!x || x->ndim == 2)
        return x;
    int64_t size[2] = { 1, x->size[x->ndim - 1] };
    for (int d = 0; d < x->ndim - 1; d++)
        size[0] *= x->size[d];
    return rt_reshape(x, rti_shape_copy(size, 2));
}

static rt_status rti_linear_backward(rti_backward *b)
{
    rt_tensor *g = rti_b_grad(b, 0);
    rt_status status = rti_b_needs(b, 0) ? rti_b_set(b, 0, rt_matmul(g, rti_b_input(b, 1))) : RT_OK;
    if (status == RT_OK && rti_b_needs(b, 1))
        status = rti_b_set(b, 1, rt_mm(rt_t(rti_rows_of(g)), rti_rows_of(rti_b_input(b, 0))));
    return status == RT_OK && rti_b_needs(b, 2) ? rti_b_set(b, 2, g) : status;    /* the engine sums it to the bias's shape */
}
static const rt_op rti_op_linear = { "linear(Tensor input, Tensor weight, Tensor? bias=None) -> Tensor", 1, 0, NULL, rti_shape_linear, rti_run_linear,
                                     NULL, rti_linear_backward, NULL, NULL, RTI_SAVE_IN(0) | RTI_SAVE_IN(1), -2, 2 };
RT_API rt_tensor *rt_linear(rt_tensor *x, rt_tensor *w, rt_tensor *b)
{
    rt_value arg[3];
    rti_box_tensor(&arg[0], x);
    rti_box_tensor(&arg[1], w);
    arg[2] = rt_value_tensor(b);
    return rti_call_op(&rti_op_linear, arg, 3);
}
/* ---- indexing by tensors ------------------------------------------------------------------------------------------------------------ */

/* Arguments of all: self, dim, index, and source or value for those that write. */

static const rti_dtype_row *rti_row_of(const rt_tensor *x) { return &rti_dtype_rows[x->dtype]; }

static rt_status rti_check_index(const rti_call *c, const rt_tensor *index)
{
    rti_op_text name;
    if (index->dtype == RT_INT64)
        return RT_OK;
    return rti_raise(RT_ERR_DTYPE, rti_op_base(c->op, &name), "expected an index of int64, got %s", rti_row_of(index)->name);
}

static rt_status rti_refuse_index(const rti_call *c, int64_t index, int64_t n)
{
    rti_op_text name;
    return rti_raise(RT_ERR_INDEX, rti_op_base(c->op, &name), "index %lld is out of range for a dimension of size %lld", (long long)index, (long long)n);
}

static rt_status rti_refuse_shapes(const rti_call *c, const rt_tensor *x, const rt_tensor *index, const rt_tensor *source)
{
    rti_op_text name;
    rti_shape_text a, b, s;
    return rti_raise(RT_ERR_SHAPE, rti_op_base(c->op, &name), "shapes do not fit: self %s, index %s%s%s", rti_shape_of_text(&a, x),
                     rti_shape_of_text(&b, index), source ? ", source " : "", source ? rti_shape_of_text(&s, source) : "");
}

static int rti_dim_arg(const rti_call *c)
{
    rti_op_text name;
    return rti_wrap_dim(rti_op_base(c->op, &name), c->arg[1].as.i, rti_arg_tensor(c, 0)->ndim);
}

/* A scalar's gather and scatter see it as having one dimension. */
static int64_t rti_size_at(const rt_tensor *x, int dim) { return x->ndim ? x->size[dim] : 1; }
static int64_t rti_stride_at(const rt_tensor *x, int dim) { return x->ndim ? x->stride[dim] : 1; }

/* ---- adding one element to another, by dtype ---- */

static void rti_add_element(rt_dtype dtype, char *to, const char *from)
{
    const rti_conversion *k = rti_conversion_of(dtype);
    rti_class c = rti_class_of(dtype);
    uint64_t a, b;
    k->load[c](&a, to, 0, 1);
    k->load[c](&b, from, 0, 1);
    rti_accumulate_number(c, &a, &b);
    k->store[c](to, 0, &a, 1);
}

/* ---- index_select, index_add: whole slices ---- */

static rt_status rti_shape_index_select(rti_call *c)
{
    const rt_tensor *x = rti_arg_tensor(c, 0), *index = rti_arg_tensor(c, 2);
    int64_t size[RT_MAX_DIMS];
    int dim = rti_dim_arg(c);
    if (dim < 0 || rti_check_index(c, index) != RT_OK)
        return rti_pending_code();
    if (index->ndim > 1 || (x->ndim == 0 && index->numel != 1))
        return rti_refuse_shapes(c, x, index, NULL);
    if (x->ndim > 0)
        memcpy(size, x->size, (size_t)x->ndim * sizeof *size);
    size[dim] = index->numel;
    return rti_result_set(c, 0, (rt_dtype)x->dtype, size, x->ndim);
}

/* Slices of x along dim: `outer` blocks of n slices of `inner` elements. */
typedef struct rti_slices { int64_t outer, n, bytes; } rti_slices;

static rti_slices rti_slices_of(const rt_tensor *x, int dim)
{
    rti_slices s = { 1, rti_size_at(x, dim), (int64_t)rti_element_bytes((rt_dtype)x->dtype) };
    for (int d = 0; d < x->ndim; d++) {
        if (d < dim)
            s.outer *= x->size[d];
        else if (d > dim)
            s.bytes *= x->size[d];
    }
    return s;
}

static rt_status rti_copy_slices(const rti_call *c, const rt_tensor *x, const rt_tensor *index, int dim, rt_tensor *y)
{
    rti_slices s = rti_slices_of(x, dim);
    int64_t step = rti_stride_at(index, 0), k = index->numel;
    const int64_t *at = (const int64_t *)(const void *)index->data;
    for (int64_t i = 0; i < k; i++) {
        int64_t from = at[i * step];
        if (from < 0 || from >= s.n)
            return rti_refuse_index(c, from, s.n);
        for (int64_t o = 0; o < s.outer; o++)
            memcpy(y->data + (o * k + i) * s.bytes, x->data + (o * s.n + from) * s.bytes, (size_t)s.bytes);
    }
    return RT_OK;
}

static rt_status rti_run_index_select(rti_call *c)
{
    rt_tensor *x = rti_contiguous_as(rti_arg_tensor(c, 0), (rt_dtype)rti_arg_tensor(c, 0)->dtype);
    if (!x)
        return rti_pending_code();
    rt_status status = rti_copy_slices(c, x, rti_arg_tensor(c, 2), rti_dim_arg(c), c->out[0]);
    rti_release(x);
    return status;
}

static rt_tensor *rti_zeros_as_input(const rti_backward *b, int k)
{
    const rti_edge *e = rti_b_input_shape(b, k);
    return rti_scoped(rti_filled("zeros", rti_shape_copy(e->size, e->ndim), rt_scalar_int(0), (rt_dtype)e->dtype));
}

static rt_status rti_index_select_backward(rti_backward *b)
{
    return rti_b_set(b, 0, rt_index_add(rti_zeros_as_input(b, 0), (int)rti_b_arg(b, 1)->as.i, rti_b_input(b, 2), rti_b_grad(b, 0)));
}
static const rt_op rti_op_index_select = { "index_select(Tensor self, int dim, Tensor index) -> Tensor", 1, 0, NULL, rti_shape_index_select,
                                           rti_run_index_select, NULL, rti_index_select_backward, NULL, NULL, RTI_SAVE_IN(2), -10, 10 };

static rt_status rti_shape_index_add(rti_call *c)
{
    const rt_tensor *x = rti_arg_tensor(c, 0), *index = rti_arg_tensor(c, 2), *source = rti_arg_tensor(c, 3);
    rti_op_text name;
    int dim = rti_dim_arg(c);
    if (dim < 0 || rti_check_index(c, index) != RT_OK)
        return rti_pending_code();
    bool fits = index->ndim <= 1 && source->ndim == x->ndim && rti_size_at(source, dim) == index->numel;
    for (int d = 0; d < x->ndim && fits; d++)
        fits = d == dim || source->size[d] == x->size[d];
    if (!fits)
        return rti_refuse_shapes(c, x, index, source);
    if (source->dtype != x->dtype || !rti_conversion_of((rt_dtype)x->dtype))
        return rti_raise(RT_ERR_DTYPE, rti_op_base(c->op, &name), "expected self and source of one dtype, got %s and %s", rti_row_of(x)->name,
                         rti_row_of(source)->name);
    return rti_result_like(c, 0, x);
}

static rt_status rti_add_slices(const rti_call *c, const rt_tensor *source, const rt_tensor *index, int dim, rt_tensor *y)
{
    rti_slices s = rti_slices_of(y, dim);
    int64_t step = rti_stride_at(index, 0), k = index->numel, wide = (int64_t)rti_element_bytes((rt_dtype)y->dtype);
    const int64_t *at = (const int64_t *)(const void *)index->data;
    for (int64_t i = 0; i < k; i++) {
        int64_t to = at[i * step];
        if (to < 0 || to >= s.n)
            return rti_refuse_index(c, to, s.n);
        for (int64_t o = 0; o < s.outer; o++)
            for (int64_t j = 0; j < s.bytes; j += wide)
                rti_add_element((rt_dtype)y->dtype, y->data + (o * s.n + to) * s.bytes + j, source->data + (o * k + i) * s.bytes + j);
    }
    return RT_OK;
}

/* The source, contiguous, times alpha; a new reference. */
static rt_tensor *rti_index_source(const rti_call *c)
{
    rt_tensor *source = rti_arg_tensor(c, 3);
    if (!rti_alpha(c->arg, c->n_args, 4))
        return rti_contiguous_as(source, (rt_dtype)source->dtype);
    rt_value arg[2], scaled;
    rti_box_tensor(&arg[0], source);
    arg[1] = c->arg[4];
    if (arg[1].tag == RT_VALUE_FLOAT && !rti_is_float((rt_dtype)source->dtype))     /* alpha takes the source's type, as PyTorch has it */
        arg[1] = source->dtype == RT_BOOL ? rt_value_bool(arg[1].as.f != 0) : rt_value_int(rti_int_of(arg[1].as.f));
    rt_scope scope = rt_no_grad();
    rt_status status = rti_door(&rti_op_mul_scalar, arg, 2, NULL, &scaled);
    rt_scope_end(scope);
    if (status != RT_OK || scaled.as.tensor->dtype == source->dtype)
        return status == RT_OK ? scaled.as.tensor : NULL;
    rt_tensor *y = rti_copy_of(scaled.as.tensor, (rt_dtype)source->dtype);
    rti_release(scaled.as.tensor);
    return y;
}

static rt_status rti_run_index_add(rti_call *c)
{
    rt_tensor *source = rti_index_source(c);
    rt_status status = source ? rti_copy_into(c->out[0], rti_arg_tensor(c, 0)) : rti_pending_code();
    if (status == RT_OK)
        status = rti_add_slices(c, source, rti_arg_tensor(c, 2), rti_dim_arg(c), c->out[0]);
    rti_release(source);
    return status;
}

static rt_status rti_index_add_backward(rti_backward *b)
{
    rt_status status = rti_b_needs(b, 0) ? rti_b_set(b, 0, rti_b_grad(b, 0)) : RT_OK;
    if (status != RT_OK || !rti_b_needs(b, 3))
        return status;
    rt_tensor *g = rt_index_select(rti_b_grad(b, 0), (int)rti_b_arg(b, 1)->as.i, rti_b_input(b, 2));
    if (rti_alpha(b->node->arg, b->node->n_args, 4))
        g = rti_times(g, b, 4);
    return rti_b_set(b, 3, rt_reshape(g, rti_shape_copy(rti_b_input_shape(b, 3)->size, rti_b_input_shape(b, 3)->ndim)));
}
static const rt_op rti_op_index_add = { "index_add(Tensor self, int dim, Tensor index, Tensor source, *, Scalar alpha=1) -> Tensor", 1, 0, NULL,
                                        rti_shape_index_add, rti_run_index_add, NULL, rti_index_add_backward, NULL, NULL, RTI_SAVE_IN(2), -10, 10 };

/* ---- gather, scatter, scatter_add: element by element ---- */

/* Whether index, no larger than `within` but along dim (and along it too for the source), fits. */
static bool rti_index_within(const rt_tensor *index, const rt_tensor *within, int dim, bool along)
{
    int n = index->ndim ? index->ndim : 1;
    bool fits = n == (within->ndim ? within->ndim : 1) || index->numel == 0;
    for (int d = 0; d < n && fits && index->numel > 0; d++)
        fits = (d == dim && !along) || rti_size_at(index, d) <= rti_size_at(within, d);
    return fits;
}

static rt_status rti_shape_gather(rti_call *c)
{
    const rt_tensor *x = rti_arg_tensor(c, 0), *index = rti_arg_tensor(c, 2);
    int dim = rti_dim_arg(c);
    if (dim < 0 || rti_check_index(c, index) != RT_OK)
        return rti_pending_code();
    if (!rti_index_within(index, x, dim, false))
        return rti_refuse_shapes(c, x, index, NULL);
    return rti_result_set(c, 0, (rt_dtype)x->dtype, index->size, index->ndim);
}

/* What happens at each place of an index: `there` is in the tensor that is indexed, `here` beside the index; here is NULL for a number. */
typedef enum rti_index_action { RTI_INDEX_READ, RTI_INDEX_WRITE, RTI_INDEX_ADD } rti_index_action;

static rt_status rti_index_each(const rti_call *c, rt_tensor *there, const rt_tensor *index, int dim, char *here, const int64_t *here_stride,
                                rti_index_action action)
{
    int64_t at[RT_MAX_DIMS] = { 0 }, wide = (int64_t)rti_element_bytes((rt_dtype)there->dtype), n = rti_size_at(there, dim);
    for (int64_t i = 0; i < index->numel; i++) {
        int64_t from_index = 0, from_there = 0, from_here = 0;
        for (int d = 0; d < index->ndim; d++) {
            from_index += at[d] * index->stride[d];
            from_there += d == dim ? 0 : at[d] * rti_stride_at(there, d);
            from_here += here_stride ? at[d] * here_stride[d] : 0;
        }
        int64_t k = ((const int64_t *)(const void *)index->data)[from_index];
        if (k < 0 || k >= n)
            return rti_refuse_index(c, k, n);
        char *p = there->data + (from_there + k * rti_stride_at(there, dim)) * wide, *q = here + from_here * wide;
        if (action == RTI_INDEX_READ)
            memcpy(q, p, (size_t)wide);
        else if (action == RTI_INDEX_WRITE)
            memcpy(p, q, (size_t)wide);
        else
            rti_add_element((rt_dtype)there->dtype, p, q);
        for (int d = index->ndim - 1; d >= 0 && ++at[d] == index->size[d]; d--)
            at[d] = 0;
    }
    return RT_OK;
}

static rt_status rti_run_gather(rti_call *c)
{
    rt_tensor *y = c->out[0];
    return rti_index_each(c, rti_arg_tensor(c, 0), rti_arg_tensor(c, 2), rti_dim_arg(c), y->data, y->stride, RTI_INDEX_READ);
}
static rt_status rti_gather_backward(rti_backward *b)
{
    return rti_b_set(b, 0, rt_scatter_add(rti_zeros_as_input(b, 0), (int)rti_b_arg(b, 1)->as.i, rti_b_input(b, 2), rti_b_grad(b, 0)));
}
static const rt_op rti_op_gather = { "gather(Tensor self, int dim, Tensor index, *, bool sparse_grad=False) -> Tensor", 1, 0, NULL, rti_shape_gather,
                                     rti_run_gather, NULL, rti_gather_backward, NULL, NULL, RTI_SAVE_IN(2), -10, 10 };

static rt_status rti_shape_scatter(rti_call *c)
{
    const rt_tensor *x = rti_arg_tensor(c, 0), *index = rti_arg_tensor(c, 2), *source = rti_arg_tensor(c, 3);
    rti_op_text name;
    int dim = rti_dim_arg(c);
    if (dim < 0 || rti_check_index(c, index) != RT_OK)
        return rti_pending_code();
    if (!rti_index_within(index, x, dim, false) || (source && !rti_index_within(index, source, dim, true)))
        return rti_refuse_shapes(c, x, index, source);
    if ((source && source->dtype != x->dtype) || !rti_conversion_of((rt_dtype)x->dtype))
        return rti_raise(RT_ERR_DTYPE, rti_op_base(c->op, &name), "expected self and source of one dtype, got %s and %s", rti_row_of(x)->name,
                         source ? rti_row_of(source)->name : "a number");
    return rti_result_like(c, 0, x);
}

static rt_status rti_run_scatter_as(rti_call *c, rti_index_action action)
{
    const rt_tensor *source = rti_arg_tensor(c, 3), *index = rti_arg_tensor(c, 2);
    uint64_t number[2] = { 0, 0 };
    rt_status status = rti_copy_into(c->out[0], rti_arg_tensor(c, 0));
    if (status != RT_OK)
        return status;
    if (!source)
        rti_write_element((rt_dtype)c->out[0]->dtype, (char *)number, rti_scalar_of_value(&c->arg[3]));
    return rti_index_each(c, c->out[0], index, rti_dim_arg(c), source ? source->data : (char *)number, source && source->ndim ? source->stride : NULL, action);
}
static rt_status rti_run_scatter(rti_call *c) { return rti_run_scatter_as(c, RTI_INDEX_WRITE); }
static rt_status rti_run_scatter_add(rti_call *c) { return rti_run_scatter_as(c, RTI_INDEX_ADD); }

/* The source's gradient is read where it went, under the source's shape: what the index does not reach gets none. */
static rt_status rti_scatter_source_backward(rti_backward *b)
{
    const rti_edge *e = rti_b_input_shape(b, 3);
    int dim = (int)rti_b_arg(b, 1)->as.i;
    rt_tensor *index = rti_b_input(b, 2), *g = rt_gather(rti_b_grad(b, 0), dim, index);
    bool whole = index && index->ndim == e->ndim && (e->ndim == 0 || memcmp(index->size, e->size, (size_t)e->ndim * sizeof *e->size) == 0);
    if (!whole)
        return rti_raise(RT_ERR_UNSUPPORTED, "scatter", "the gradient of a source larger than its index is not available yet");
    return rti_b_set(b, 3, g);
}
static rt_status rti_scatter_backward(rti_backward *b)
{
    rt_status status = RT_OK;
    if (rti_b_needs(b, 0))
        status = rti_b_set(b, 0, rt_scatter_scalar(rti_b_grad(b, 0), (int)rti_b_arg(b, 1)->as.i, rti_b_input(b, 2), rt_scalar_int(0)));
    return status == RT_OK && rti_b_needs(b, 3) ? rti_scatter_source_backward(b) : status;
}
static rt_status rti_scatter_add_backward(rti_backward *b)
{
    rt_status status = rti_b_needs(b, 0) ? rti_b_set(b, 0, rti_b_grad(b, 0)) : RT_OK;
    return status == RT_OK && rti_b_needs(b, 3) ? rti_scatter_source_backward(b) : status;
}
static const rt_op rti_op_scatter = { "scatter.src(Tensor self, int dim, Tensor index, Tensor src) -> Tensor", 1, 0, NULL, rti_shape_scatter,
                                      rti_run_scatter, NULL, rti_scatter_backward, NULL, NULL, RTI_SAVE_IN(2), -10, 10 };
static const rt_op rti_op_scatter_scalar = { "scatter.value(Tensor self, int dim, Tensor index, Scalar value) -> Tensor", 1, 0, NULL, rti_shape_scatter,
                                             rti_run_scatter, NULL, rti_scatter_backward, NULL, NULL, RTI_SAVE_IN(2), -10, 10 };
static const rt_op rti_op_scatter_add = { "scatter_add(Tensor self, int dim, Tensor index, Tensor src) -> Tensor", 1, 0, NULL, rti_shape_scatter,
                                          rti_run_scatter_add, NULL, rti_scatter_add_backward, NULL, NULL, RTI_SAVE_IN(2), -10, 10 };

static rt_tensor *rti_call_index(const rt_op *op, rt_tensor *x, int dim, rt_tensor *index, const rt_value *more)
{
    rt_value arg[4];
    rti_box_tensor(&arg[0], x);
    arg[1] = rt_value_int(dim);
    rti_box_tensor(&arg[2], index);
    if (more)
        arg[3] = *more;
    return rti_call_op(op, arg, more ? 4 : 3);
}
static rt_tensor *rti_call_index_source(const rt_op *op, rt_tensor *x, int dim, rt_tensor *index, rt_tensor *source)
{
    rt_value v = rti_value_tensor(source);
    return rti_call_index(op, x, dim, index, &v);
}

RT_API rt_tensor *rt_index_select(rt_tensor *x, int dim, rt_tensor *index) { return rti_call_index(&rti_op_index_select, x, dim, index, NULL); }
RT_API rt_tensor *rt_gather(rt_tensor *x, int dim, rt_tensor *index) { return rti_call_index(&rti_op_gather, x, dim, index, NULL); }
RT_API rt_tensor *rt_index_add(rt_tensor *x, int dim, rt_tensor *index, rt_tensor *source)
{
    return rti_call_index_source(&rti_op_index_add, x, dim, index, source);
}
RT_API rt_tensor *rt_scatter(rt_tensor *x, int dim, rt_tensor *index, rt_tensor *source)
{
    return rti_call_index_source(&rti_op_scatter, x, dim, index, source);
}
RT_API rt_tensor *rt_scatter_add(rt_tensor *x, int dim, rt_tensor *index, rt_tensor *source)
{
    return rti_call_index_source(&rti_op_scatter_add, x, dim, index, source);
}
RT_API rt_tensor *rt_scatter_scalar(rt_tensor *x, int dim, rt_tensor *index, rt_scalar value)
{
    rt_value v = rti_value_scalar(&value);
    return rti_call_index(&rti_op_scatter_scalar, x, dim, index, &v);
}
/* ---- all rows, for looking operations up by name; the linker drops the list where nobody looks ---------------------------------------- */

static const rt_op *const rti_all_rows[] = {
    &rti_op_neg, &rti_op_exp, &rti_op_log, &rti_op_sqrt, &rti_op_erf, &rti_op_relu_backward, &rti_op_relu, &rti_op_gelu_backward,
    &rti_op_gelu, &rti_op_add, &rti_op_add_scalar, &rti_op_sub, &rti_op_sub_scalar, &rti_op_mul, &rti_op_mul_scalar, &rti_op_div,
    &rti_op_div_scalar, &rti_op_eq, &rti_op_eq_scalar, &rti_op_ne, &rti_op_ne_scalar, &rti_op_lt, &rti_op_lt_scalar, &rti_op_le,
    &rti_op_le_scalar, &rti_op_gt, &rti_op_gt_scalar, &rti_op_ge, &rti_op_ge_scalar, &rti_op_where, &rti_op_where_scalar_self,
    &rti_op_where_scalar_other, &rti_op_to, &rti_op_clone, &rti_op_copy, &rti_op_fill, &rti_op_view, &rti_op_reshape, &rti_op_flatten,
    &rti_op_transpose, &rti_op_t, &rti_op_permute, &rti_op_expand, &rti_op_squeeze, &rti_op_unsqueeze, &rti_op_sum, &rti_op_mean,
    &rti_op_argmax, &rti_op_mm, &rti_op_bmm, &rti_op_matmul, &rti_op_linear, &rti_op_index_select, &rti_op_index_add, &rti_op_gather,
    &rti_op_scatter, &rti_op_scatter_scalar, &rti_op_scatter_add, &rti_op_log_softmax, &rti_op_nll, &rti_op_nll_backward, &rti_op_uniform,
    &rti_op_normal
};

RT_API const rt_op *rt_op_at(int i) { return i >= 0 && (size_t)i < RTI_COUNT(rti_all_rows) ? rti_all_rows[i] : NULL; }

RT_API const rt_op *rt_op_find(const char *name)
{
    for (size_t i = 0; name && i < RTI_COUNT(rti_all_rows); i++) {
        size_t n = rti_op_name_length(rti_all_rows[i]);
        if (strlen(name) == n && memcmp(rti_all_rows[i]->schema, name, n) == 0)
            return rti_all_rows[i];
    }
    rti_raise(name ? RT_ERR_KEY : RT_ERR_NULL, "rt_op_find", name ? "no operation is called %s" : "name is NULL%s", name ? name : "");
    return NULL;
}
/* ---- backward and grad: the engine with the ops it needs --------------------------------------------------------------------------------- */

/* x summed over what broadcasting added: leading dimensions, and those that were of size one. */
static rt_tensor *rti_sum_to(rt_tensor *x, const int64_t *size, int ndim)
{
    rt_shape dims = rti_shape_copy(NULL, 0);
    for (int d = 0; d < x->ndim; d++) {
        int at = d - (x->ndim - ndim);
        if (at < 0 || (size[at] == 1 && x->size[d] != 1))
            dims.dim[dims.ndim++] = d;
    }
    rt_tensor *y = dims.ndim ? rt_sum_dims(x, dims, true) : x;
    return y && y->ndim != ndim ? rt_reshape(y, rti_shape_copy(size, ndim)) : y;
}

static rt_tensor *rti_engine_ones(const rt_tensor *like)
{
    return rti_scoped(rti_filled("backward", rti_shape_copy(like->size, like->ndim), rt_scalar_int(1), (rt_dtype)like->dtype));
}

static rt_tensor *rti_engine_zeros(const int64_t *size, int ndim, rt_dtype dtype)
{
    return rti_scoped(rti_filled("backward", rti_shape_copy(size, ndim), rt_scalar_int(0), dtype));
}

static rt_status rti_engine_add_into(rt_tensor *x, rt_tensor *y) { return rt_add_(x, y) ? RT_OK : rti_pending_code(); }

static const rti_engine_ops rti_engine_of_rows = { rt_add, rti_sum_to, rt_to, rti_engine_ones, rti_engine_zeros, rti_engine_add_into };

static void rti_engine_options(rti_engine *e, const rt_backward_opts *opts)
{
    memset(e, 0, sizeof *e);
    e->ops = &rti_engine_of_rows;
    e->create_graph = opts && opts->create_graph;
    e->retain_graph = opts && (opts->retain_graph || opts->create_graph);
}

RT_API rt_backward_opts rt_backward_opts_default(void)
{
    rt_backward_opts o;
    memset((void *)&o, 0, sizeof o);
    o.exact = 1;
    return o;
}

RT_API rt_status rt_backward_from(rt_tensor *y, rt_tensor *grad, const rt_backward_opts *opts)
{
    rti_engine e;
    if (!rti_is_tensor(y, "backward", "y") || (!rti_absent(grad) && !rti_is_tensor(grad, "backward", "grad")))
        return rti_pending_code();
    rti_engine_options(&e, opts);
    return rti_engine_run(&e, &y, &grad, 1);
}

RT_API rt_status rt_backward(rt_tensor *y) { return rt_backward_from(y, RT_NONE, NULL); }

/* ---- grad ---- */

static rt_status rti_check_grad_call(rt_tensor *const *outputs, int n_outputs, rt_tensor *const *inputs, int n_inputs, rt_tensor *const *grad_outputs)
{
    for (int i = 0; i < n_outputs; i++)
        if (!rti_is_tensor(outputs[i], "grad", "an output") ||
            (grad_outputs && !rti_absent(grad_outputs[i]) && !rti_is_tensor(grad_outputs[i], "grad", "a gradient of an output")))
            return rti_pending_code();
    for (int i = 0; i < n_inputs; i++) {
        if (!rti_is_tensor(inputs[i], "grad", "an input"))
            return rti_pending_code();
        if (!inputs[i]->requires_grad)
            return rti_raise(RT_ERR_GRAD, "grad", "input %d does not require a gradient", i + 1);
    }
    return RT_OK;
}

/* A gradient that is the caller's own tensor, passed through, becomes another header on its elements: each answer has an owner of its own. */
static rt_status rti_own_gradient(rt_tensor **grad, rt_tensor *const *grad_outputs, int n_outputs)
{
    for (int k = 0; grad_outputs && *grad && k < n_outputs; k++)
        if (*grad == grad_outputs[k]) {
            rt_tensor *own = (*grad)->requires_grad ? rt_view(*grad, rti_shape_copy((*grad)->size, (*grad)->ndim)) : rti_scoped(rti_alias(*grad));
            rti_release(*grad);
            *grad = own;
            if (!own)
                return rti_pending_code();
            rti_retain(own);
            return RT_OK;
        }
    return RT_OK;
}

RT_API rt_status rt_autograd_grad(rt_tensor *const *outputs, int n_outputs, rt_tensor *const *inputs, int n_inputs,
                                  rt_tensor *const *grad_outputs, const rt_backward_opts *opts, rt_tensor **grads)
{
    rti_engine e;
    if (!outputs || !inputs || !grads || n_outputs < 1 || n_inputs < 1)
        return rti_raise(RT_ERR_NULL, "grad", "expected at least one output, one input, and room for gradients");
    memset(grads, 0, (size_t)n_inputs * sizeof *grads);
    if (rti_check_grad_call(outputs, n_outputs, inputs, n_inputs, grad_outputs) != RT_OK)
        return rti_pending_code();
    rti_engine_options(&e, opts);
    e.input = inputs;
    e.n_inputs = n_inputs;
    e.input_grad = grads;
    rt_status status = rti_engine_run(&e, outputs, grad_outputs, n_outputs);
    for (int i = 0; i < n_inputs && status == RT_OK; i++)
        if (!grads[i] && !(opts && opts->allow_unused))
            status = rti_raise(RT_ERR_GRAD, "grad", "the outputs do not depend on input %d: set allow_unused if that is meant", i + 1);
    for (int i = 0; i < n_inputs && status == RT_OK; i++)
        status = rti_own_gradient(&grads[i], grad_outputs, n_outputs);
    for (int i = 0; i < n_inputs; i++) {
        if (status != RT_OK) {
            rti_release(grads[i]);
            grads[i] = NULL;
        } else if (!grads[i]) {
            grads[i] = RT_NONE;
        } else {
            grads[i] = rti_scoped(grads[i]);
        }
    }
    return status;
}
/* ---- gradients against difference quotients -------------------------------------------------------------------------------------------- */

RT_API rt_gradcheck_opts rt_gradcheck_opts_default(void)
{
    rt_gradcheck_opts o;
    memset((void *)&o, 0, sizeof o);
    o.exact = 1;
    o.eps = 1e-6;
    o.atol = 1e-5;
    o.rtol = 1e-3;
    return o;
}

static rt_gradcheck_opts rti_gradcheck_options(const rt_gradcheck_opts *opts)
{
    rt_gradcheck_opts o = rt_gradcheck_opts_default();
    if (opts) {
        o.eps = rti_double_option(opts->eps, o.eps, opts->exact);
        o.atol = rti_double_option(opts->atol, o.atol, opts->exact);
        o.rtol = rti_double_option(opts->rtol, o.rtol, opts->exact);
    }
    return o;
}

/* Fixed weights that no two elements share: a mistake in one place cannot cancel one in another. */
static rt_tensor *rti_check_weights(const rt_tensor *like)
{
    rt_tensor *w = rti_scoped(rti_filled("gradcheck", rti_shape_copy(like->size, like->ndim), rt_scalar_int(0), RT_FLOAT64));
    uint32_t state = 12345;
    for (int64_t i = 0; w && i < w->numel; i++) {
        state = state * 1664525u + 1013904223u;
        ((double *)(void *)w->data)[i] = 0.5 + (double)(state >> 8) / 16777216.0;
    }
    return w;
}

/* sum_i w_i f_i off the tape. */
static rt_status rti_check_value(rt_tensor_fn f, void *user, rt_tensor *const *inputs, int n, double *value)
{
    rt_scope scope = rt_no_grad();
    rt_tensor *y = f(inputs, n, user);
    *value = y ? rt_item(rt_sum(rt_mul(y, rti_check_weights(y)))) : 0;
    rt_scope_end(scope);
    return rti_pending_code();
}

static rt_status rti_check_input(rt_tensor_fn f, void *user, rt_tensor *const *inputs, int n, int k, rt_tensor *grad, const rt_gradcheck_opts *o)
{
    double *x = (double *)(void *)inputs[k]->data;
    const double *g = rti_absent(grad) ? NULL : rt_data_f64(rt_contiguous(grad));
    for (int64_t i = 0; i < inputs[k]->numel; i++) {
        double old = x[i], above = 0, below = 0;
        x[i] = old + o->eps;
        rt_status status = rti_check_value(f, user, inputs, n, &above);
        x[i] = old - o->eps;
        if (status == RT_OK)
            status = rti_check_value(f, user, inputs, n, &below);
        x[i] = old;
        if (status != RT_OK)
            return status;
        double numeric = (above - below) / (2 * o->eps), analytic = g ? g[i] : 0;
        if (!(fabs(numeric - analytic) <= o->atol + o->rtol * fabs(numeric)))
            return rti_raise(RT_ERR_GRAD, "gradcheck", "input %d, element %lld: the gradient is %.10g, the difference quotient %.10g", k + 1, (long long)i,
                             analytic, numeric);
    }
    return RT_OK;
}

static rt_status rti_gradcheck_inputs(rt_tensor *const *inputs, int n)
{
    for (int k = 0; k < n; k++) {
        if (!rti_is_tensor(inputs[k], "gradcheck", "an input"))
            return rti_pending_code();
        if (inputs[k]->dtype != RT_FLOAT64 || !inputs[k]->requires_grad || !rt_is_leaf(inputs[k]) || !rti_contiguous(inputs[k]))
            return rti_raise(RT_ERR_VALUE, "gradcheck", "expected contiguous float64 leaves that require gradients; input %d is none", k + 1);
    }
    return RT_OK;
}

enum { RTI_CHECK_INPUTS = 16 };

RT_API rt_status rt_gradcheck(rt_tensor_fn f, void *user, rt_tensor *const *inputs, int n, const rt_gradcheck_opts *opts)
{
    rt_gradcheck_opts o = rti_gradcheck_options(opts);
    rt_tensor *grads[RTI_CHECK_INPUTS];
    if (!f || !inputs || n < 1 || n > RTI_CHECK_INPUTS)
        return rti_raise(RT_ERR_VALUE, "gradcheck", "expected a function and 1 to %d inputs", RTI_CHECK_INPUTS);
    if (rti_gradcheck_inputs(inputs, n) != RT_OK)
        return rti_pending_code();
    rt_scope scope = rt_enable_grad();
    rt_tensor *y = f(inputs, n, user), *w = y ? rti_check_weights(y) : NULL;
    rt_backward_opts unused = { 1, false, false, true };
    if (!y && !rt_error_pending())
        rti_raise(RT_ERR_VALUE, "gradcheck", "the function answered NULL without an error");
    rt_status status = w ? rt_autograd_grad(&y, 1, inputs, n, &w, &unused, grads) : rti_pending_code();
    for (int k = 0; k < n && status == RT_OK; k++)
        status = rti_check_input(f, user, inputs, n, k, grads[k], &o);
    rt_scope_end(scope);
    return status;
}

/* ---- second order: the first gradients, weighted and added up, are a function like any other ---- */

typedef struct rti_second { rt_tensor_fn f; void *user; } rti_second;

/* inputs: the function's, and last the weights of its result */
static rt_tensor *rti_first_gradients(rt_tensor *const *inputs, int n, void *user)
{
    const rti_second *s = RTI_CAST(const rti_second *, user);
    rt_tensor *grads[RTI_CHECK_INPUTS], *w = inputs[n - 1], *total = NULL;
    rt_scope scope = rt_enable_grad();
    rt_tensor *y = s->f(inputs, n - 1, s->user);
    rt_backward_opts o = { 1, true, true, true };
    if (y && rt_autograd_grad(&y, 1, inputs, n - 1, &w, &o, grads) == RT_OK) {
        for (int k = 0; k < n - 1; k++) {
            if (rti_absent(grads[k]))
                continue;
            rt_tensor *part = rt_sum(rt_mul(grads[k], rti_check_weights(grads[k])));
            total = total ? rt_add(total, part) : part;
        }
        if (!total)                                 /* no input has a gradient: nothing depends on anything */
            total = rt_mul_scalar(rt_sum(w), rt_scalar_int(0));
    }
    return rt_return(scope, total);
}

RT_API rt_status rt_gradgradcheck(rt_tensor_fn f, void *user, rt_tensor *const *inputs, int n, const rt_gradcheck_opts *opts)
{
    rti_second second = { f, user };
    rt_tensor *all[RTI_CHECK_INPUTS];
    if (!f || !inputs || n < 1 || n >= RTI_CHECK_INPUTS)
        return rti_raise(RT_ERR_VALUE, "gradgradcheck", "expected a function and 1 to %d inputs", RTI_CHECK_INPUTS - 1);
    if (rti_gradcheck_inputs(inputs, n) != RT_OK)
        return rti_pending_code();
    rt_scope scope = rt_enable_grad();
    rt_tensor *y = f(inputs, n, user), *w = y ? rti_check_weights(y) : NULL;
    rt_status status = w && rt_requires_grad_(w) ? RT_OK : rti_pending_code();
    memcpy(all, inputs, (size_t)n * sizeof *inputs);
    all[n] = w;
    if (status == RT_OK)
        status = rt_gradcheck(rti_first_gradients, &second, all, n + 1, opts);
    rt_scope_end(scope);
    return status;
}
/* ---- printing ---------------------------------------------------------------------------------------------------------------------
 * Elements are read where they lie, three times: for the style that shows them all, for the width of a column, and for the text. */

enum { RTI_PRINT_ALL = 1000, RTI_PRINT_EDGE = 3, RTI_PRINT_DIGITS = 4, RTI_PRINT_LINE = 80, RTI_PRINT_INDENT = 7 };

typedef enum rti_print_style { RTI_PRINT_WHOLE, RTI_PRINT_FIXED, RTI_PRINT_SCIENTIFIC } rti_print_style;

typedef struct rti_printing {
    rti_text out;
    size_t line;                   /* where the present line begins in it */
    const rt_tensor *x;
    bool edges;                    /* only the ends of long dimensions are shown */
    double smallest, largest;      /* magnitudes of elements that are finite and not zero; 0: there are none */
    bool fractions;                /* one of them is not a whole number */
    rti_print_style style;         /* of floats */
    int width;                     /* of the widest element */
} rti_printing;

/* ---- one element ---- */

typedef struct rti_element_text { char text[32]; } rti_element_text;

/* 0: finite, 1: infinite, 2: NaN; on the bits, as everywhere. */
static int rti_print_class(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return (bits >> 52 & 0x7ff) != 0x7ff ? 0 : bits << 12 ? 2 : 1;
}

/* What the C library wrote, as all of them should: a point whatever the locale has, and no more than two exponent digits that are not needed. */
static void rti_print_repair(char *text)
{
    char *to = text;
    for (const char *from = text; *from; from++) {
        if (*from == 'e') {
            *to++ = *from++;
            *to++ = *from;
            if (from[1] == '0' && from[2] && from[3])
                from++;
        } else if (strchr("+-0123456789", *from)) {
            *to++ = *from;
        } else if (to[-1] != '.') {
            *to++ = '.';
        }
    }
    *to = '\0';
}

static void rti_print_float(const rti_printing *p, double x, rti_element_text *t)
{
    int special = rti_print_class(x);
    if (special)
        snprintf(t->text, sizeof t->text, "%s", special == 2 ? "nan" : x < 0 ? "-inf" : "inf");
    else if (p->style == RTI_PRINT_WHOLE)
        snprintf(t->text, sizeof t->text, "%.0f.", x);
    else if (p->style == RTI_PRINT_FIXED)
        snprintf(t->text, sizeof t->text, "%.*f", RTI_PRINT_DIGITS, x);
    else
        snprintf(t->text, sizeof t->text, "%.*e", RTI_PRINT_DIGITS, x);
    if (!special)
        rti_print_repair(t->text);
}

static const char *rti_element_shown(const rti_printing *p, const char *at, rti_element_text *t)
{
    rt_scalar s = rti_read_element((rt_dtype)p->x->dtype, at);
    if (s.kind == RT_SCALAR_FLOAT)
        rti_print_float(p, s.re, t);
    else if (s.kind == RT_SCALAR_BOOL)
        snprintf(t->text, sizeof t->text, "%s", s.i ? "True" : "False");
    else
        snprintf(t->text, sizeof t->text, "%lld", (long long)s.i);
    return t->text;
}

/* ---- which elements are shown, and in which format ---- */

static bool rti_print_cut(const rti_printing *p, int d) { return p->edges && p->x->size[d] > 2 * RTI_PRINT_EDGE; }

/* The next index along a dimension that is shown. */
static int64_t rti_print_next(const rti_printing *p, int d, int64_t i)
{
    return rti_print_cut(p, d) && i == RTI_PRINT_EDGE - 1 ? p->x->size[d] - RTI_PRINT_EDGE : i + 1;
}

static const char *rti_print_at(const rti_printing *p, const char *at, int d, int64_t i)
{
    return at + i * p->x->stride[d] * (int64_t)rti_element_bytes((rt_dtype)p->x->dtype);
}

static void rti_print_survey(rti_printing *p, const char *at, int d, void (*look)(rti_printing *p, const char *at))
{
    if (d == p->x->ndim) {
        look(p, at);
        return;
    }
    for (int64_t i = 0; i < p->x->size[d]; i = rti_print_next(p, d, i))
        rti_print_survey(p, rti_print_at(p, at, d, i), d + 1, look);
}

static void rti_print_look_at_size(rti_printing *p, const char *at)
{
    double x = rti_read_element((rt_dtype)p->x->dtype, at).re, size = x < 0 ? -x : x;
    if (size == 0 || rti_print_class(x))
        return;
    p->smallest = p->smallest == 0 || size < p->smallest ? size : p->smallest;
    p->largest = size > p->largest ? size : p->largest;
    p->fractions = p->fractions || floor(x) != x;
}

/* Zeros, infinities and NaN take the width that is there. */
static void rti_print_look_at_width(rti_printing *p, const char *at)
{
    rti_element_text t;
    rt_scalar s = rti_read_element((rt_dtype)p->x->dtype, at);
    if (s.kind == RT_SCALAR_FLOAT && (s.re == 0 || rti_print_class(s.re)))
        return;
    p->width = RTI_MAX(p->width, (int)strlen(rti_element_shown(p, at, &t)));
}

static void rti_print_choose(rti_printing *p)
{
    p->edges = p->x->numel > RTI_PRINT_ALL;
    p->width = 1;
    if (rti_is_float((rt_dtype)p->x->dtype)) {
        rti_print_survey(p, p->x->data, 0, rti_print_look_at_size);
        bool far_apart = p->largest > 0 && (p->largest / p->smallest > 1000 || p->largest > 1e8);
        if (far_apart || (p->fractions && p->smallest < 1e-4))
            p->style = RTI_PRINT_SCIENTIFIC;
        else
            p->style = p->fractions ? RTI_PRINT_FIXED : RTI_PRINT_WHOLE;
    }
    rti_print_survey(p, p->x->data, 0, rti_print_look_at_width);
}

/* ---- the brackets ---- */

/* What stands between two members of a dimension, elements or blocks. */
static void rti_print_between(rti_printing *p, int d, int64_t member)
{
    int inner = p->x->ndim - d - 1, indent = RTI_PRINT_INDENT + d, across = RTI_MAX((RTI_PRINT_LINE - indent) / (p->width + 2), 1);
    if (member == 0)
        return;
    if (inner == 0 && member % across) {
        rti_text_add(&p->out, ", ");
        return;
    }
    rti_text_add(&p->out, ",");
    for (int i = 0; i < RTI_MAX(inner, 1); i++)
        rti_text_add(&p->out, "\n");
    p->line = p->out.length;
    rti_text_add(&p->out, "%*s", indent + 1, "");
}

static void rti_print_block(rti_printing *p, const char *at, int d)
{
    rti_element_text t;
    if (d == p->x->ndim) {
        rti_text_add(&p->out, "%*s", p->width, rti_element_shown(p, at, &t));
        return;
    }
    rti_text_add(&p->out, "[");
    int64_t member = 0;
    for (int64_t i = 0; i < p->x->size[d]; i = rti_print_next(p, d, i)) {
        if (rti_print_cut(p, d) && i == p->x->size[d] - RTI_PRINT_EDGE) {
            rti_print_between(p, d, member++);
            rti_text_add(&p->out, d == p->x->ndim - 1 ? " ..." : "...");
        }
        rti_print_between(p, d, member++);
        rti_print_block(p, rti_print_at(p, at, d, i), d + 1);
    }
    rti_text_add(&p->out, "]");
}

/* ---- what comes after the elements ---- */

/* The name that PyTorch gives a tape node: its operation's in capitals, and which of the derivatives it is. */
typedef struct rti_grad_name { char text[96]; } rti_grad_name;

/* Where the rule, log_softmax -> LogSoftmaxBackward0, does not say it: by the schema's name with its overload. */
static const struct { const char *op, *name; } rti_grad_names[] = {
    { "copy", "CopyBackwards" },
    { "fill.Scalar", "FillBackward2" },
    { "nll_loss_nd", "NllLossBackward0" },
    { "nll_loss_nd_backward", "NllLossBackwardBackward0" },
    { "normal_functional", "NormalBackward0" },
    { "scatter.value", "ScatterBackward1" },
    { "squeeze.dim", "SqueezeBackward1" },
    { "to.dtype", "ToCopyBackward0" },
};

static bool rti_node_is(const rti_node *node, const char *name)
{
    size_t n = rti_op_name_length(node->op);
    return strlen(name) == n && memcmp(node->op->schema, name, n) == 0;
}

static bool rti_node_names_dims(const rti_node *node) { return node->n_args > 1 && node->arg[1].tag == RT_VALUE_INTS; }

/* A mean is on the tape as a sum, divided by how many were summed. */
static bool rti_node_is_mean(const rti_node *node)
{
    const rti_node *sum = node->edge[0].node;
    if (!rti_node_is(node, "div.Scalar") || node->arg[1].tag != RT_VALUE_INT || !sum || !rti_node_is(sum, "sum.dim_IntList"))
        return false;
    const rti_edge *in = &sum->edge[0], *out = &node->edge[0];
    int64_t n_in = 1, n_out = node->arg[1].as.i;
    for (int d = 0; d < in->ndim; d++)
        n_in *= in->size[d];
    for (int d = 0; d < out->ndim; d++)
        n_out *= out->size[d];
    return n_in == n_out;
}

/* PyTorch has no node of its own for linear: the name is that of the last step of the product. */
static const char *rti_linear_name(const rti_node *node)
{
    bool bias = node->n_args > 2 && node->arg[2].tag == RT_VALUE_TENSOR;
    int ndim = node->edge[0].ndim;
    if (ndim == 2)
        return bias ? "AddmmBackward0" : "MmBackward0";
    return bias ? "ViewBackward0" : ndim == 1 ? "SqueezeBackward4" : "UnsafeViewBackward0";
}

static const char *rti_node_name(const rti_node *node, rti_grad_name *t)
{
    if (rti_node_is(node, "sum.dim_IntList"))
        return rti_node_names_dims(node) ? "SumBackward1" : "SumBackward0";
    if (rti_node_is_mean(node))
        return rti_node_names_dims(node->edge[0].node) ? "MeanBackward1" : "MeanBackward0";
    if (rti_node_is(node, "linear"))
        return rti_linear_name(node);
    for (size_t i = 0; i < RTI_COUNT(rti_grad_names); i++)
        if (rti_node_is(node, rti_grad_names[i].op))
            return rti_grad_names[i].name;
    rti_op_text base;
    rti_text out = { t->text, sizeof t->text, 0 };
    bool first = true;
    for (const char *c = rti_op_base(node->op, &base); *c; c++) {
        if (*c != '_')
            rti_text_add(&out, "%c", first && *c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c);
        first = *c == '_';
    }
    rti_text_add(&out, "Backward0");
    return t->text;
}

/* Puts a remark after the elements, on a line of its own where the present one is full. `column`: the line's length so far, as PyTorch counts it. */
static void rti_print_remark(rti_printing *p, size_t *column, const char *before, const char *text, const char *after)
{
    size_t n = strlen(before) + strlen(text) + strlen(after);
    if (*column + n + 2 > RTI_PRINT_LINE) {
        rti_text_add(&p->out, ",\n%*s", RTI_PRINT_INDENT, "");
        *column = RTI_PRINT_INDENT + n;
    } else {
        rti_text_add(&p->out, ", ");
        *column += n + 2;
    }
    rti_text_add(&p->out, "%s%s%s", before, text, after);
}

static void rti_print_remarks(rti_printing *p, bool shape)
{
    const rt_tensor *x = p->x;
    size_t column = p->out.length - p->line + 2;
    if (shape) {
        char text[RT_MAX_DIMS * 22 + 4];
        rti_text size = { text, sizeof text, 0 };
        for (int d = 0; d < x->ndim; d++)
            rti_text_add(&size, "%s%lld", d ? ", " : "", (long long)x->size[d]);
        rti_print_remark(p, &column, "size=(", x->ndim ? text : "", x->ndim == 1 ? ",)" : ")");
    }
    if (x->dtype != RT_FLOAT32 && (x->numel == 0 || (x->dtype != RT_INT64 && x->dtype != RT_BOOL)))
        rti_print_remark(p, &column, "dtype=torch.", rt_dtype_name((rt_dtype)x->dtype), "");
    rti_grad_name name;
    if (x->meta && rti_meta(x)->node)
        rti_print_remark(p, &column, "grad_fn=<", rti_node_name(rti_meta(x)->node, &name), ">");
    else if (x->requires_grad)
        rti_print_remark(p, &column, "requires_grad=", "True", "");
}

/* ---- the whole ---- */

static void rti_print_tensor(rti_printing *p)
{
    const rt_tensor *x = p->x;
    bool readable = x->numel == 0 || rti_conversion_of((rt_dtype)x->dtype);
    rti_text_add(&p->out, "tensor(");
    if (!readable) {
        rti_text_add(&p->out, "<elements of this dtype cannot be read yet>");
    } else if (x->numel == 0) {
        rti_text_add(&p->out, "[]");
    } else {
        rti_print_choose(p);
        rti_print_block(p, x->data, 0);
    }
    rti_print_remarks(p, !readable || (x->numel == 0 && x->ndim != 1));
    rti_text_add(&p->out, ")");
}

static size_t rti_to_string(rt_tensor *x, char *buffer, size_t size, const char *op)
{
    rti_printing p;
    memset(&p, 0, sizeof p);
    p.out.at = buffer;
    p.out.size = buffer ? size : 0;
    if (p.out.size > 0)
        buffer[0] = '\0';
    if (rti_absent(x)) {
        rti_text_add(&p.out, "None");
    } else if (rti_is_tensor(x, op, "x") && rti_settle(x) == RT_OK) {
        p.x = x;
        rti_print_tensor(&p);
    }
    return p.out.length;
}

RT_API size_t rt_to_string(rt_tensor *x, char *buffer, size_t size) { return rti_to_string(x, buffer, size, "rt_to_string"); }

static void rti_print_line(const char *text)
{
#ifdef RT_NO_STDIO
    rti_log(text);
#else
    puts(text);
#endif
}

RT_API void rt_print(rt_tensor *x)
{
    const rt_error *e = &rti_thread_state()->error;
    bool known = !x && e->code != RT_OK;             /* NULL is what a failed function answered */
    size_t n = known ? 0 : rti_to_string(x, NULL, 0, "rt_print");
    char *text = n ? RTI_CAST(char *, rti_pool_get(n + 1)) : NULL;
    if (!text) {
        char line[sizeof e->message + 16];
        snprintf(line, sizeof line, "error: %s", rt_last_error()->message);
        rti_print_line(line);
        return;
    }
    rti_to_string(x, text, n + 1, "rt_print");
    rti_print_line(text);
    rti_pool_put(text);
}
/* ---- files: read from front to back, or written whole ------------------------------------------------------------------------------- */

#ifdef RUSTORCH_TESTING
static bool rti_testing_swaps;
RT_API void rt_testing_swap_bytes(bool on) { rti_testing_swaps = on; }
#else
enum { rti_testing_swaps = 0 };
#endif

static bool rti_big_endian(void)
{
    const uint16_t one = 1;
    unsigned char first;
    memcpy(&first, &one, 1);
    return (first == 0) != (rti_testing_swaps != 0);
}

/* Turns the byte order of n elements round. The two parts of a complex number are turned one by one. */
static void rti_swap_bytes(char *p, int64_t n, rt_dtype dtype)
{
    size_t width = rti_element_bytes(dtype), parts = rt_dtype_is_complex(dtype) ? 2 : 1;
    width /= parts;
    for (char *end = p + (size_t)n * parts * width; width > 1 && p < end; p += width) {
        for (size_t i = 0, k = width - 1; i < k; i++, k--) {
            char c = p[i];
            p[i] = p[k];
            p[k] = c;
        }
    }
}

/* Reading: opened, read, closed. Writing: created under a temporary name beside the path, written, and closed, which renames it; until
 * then, and after a failure, the path holds what it held before. */
typedef struct rti_stream {
    const char *op, *path;   /* for messages */
    int64_t n_bytes;         /* reading: of the whole file */
    char *temporary;         /* writing: the name so far; NULL when reading */
#ifndef RT_NO_STDIO
    FILE *file;
#endif
} rti_stream;

static rt_status rti_stream_start(rti_stream *s, const char *op, const char *path)
{
    memset(s, 0, sizeof *s);
    s->op = op;
    s->path = path;
#ifdef RT_NO_STDIO
    return rti_raise(RT_ERR_UNSUPPORTED, op, "this build has no files: it was made with RT_NO_STDIO");
#else
    return path ? RT_OK : rti_raise(RT_ERR_NULL, op, "path is NULL");
#endif
}

#ifdef RT_NO_STDIO
static rt_status rti_stream_open(rti_stream *s, const char *op, const char *path) { return rti_stream_start(s, op, path); }
static rt_status rti_stream_create(rti_stream *s, const char *op, const char *path) { return rti_stream_start(s, op, path); }
static rt_status rti_stream_read(rti_stream *s, void *to, int64_t n) { (void)to, (void)n; return rti_stream_start(s, s->op, s->path); }
static rt_status rti_stream_write(rti_stream *s, const void *from, int64_t n) { (void)from, (void)n; return rti_stream_start(s, s->op, s->path); }
static rt_status rti_stream_close(rti_stream *s, rt_status status) { (void)s; return status; }
#else

/* ---- where systems differ ---- */

static int64_t rti_file_size(FILE *file)
{
#if defined(_WIN32)
    return _fseeki64(file, 0, SEEK_END) == 0 ? _ftelli64(file) : -1;
#else
    return fseek(file, 0, SEEK_END) == 0 ? ftell(file) : -1;
#endif
}

static long rti_process_id(void)
{
#if defined(_WIN32)
    return (long)GetCurrentProcessId();
#elif defined(__unix__) || defined(__APPLE__)
    return (long)getpid();
#else
    return 0;
#endif
}

/* Opens a new file; NULL also if there is one of that name already, where the system can tell. */
static FILE *rti_file_create(const char *name)
{
    errno = 0;
#if defined(__unix__) || defined(__APPLE__)
    return fopen(name, "wbx");
#else
    return fopen(name, "wb");
#endif
}

/* Has the system put the file on the disk itself. Going by its name needs nothing that strict C hides. */
static bool rti_file_sync(FILE *file, const char *name)
{
#if defined(_WIN32)
    (void)name;
    return _commit(_fileno(file)) == 0;
#elif defined(__unix__) || defined(__APPLE__)
    (void)file;
    int descriptor = open(name, O_WRONLY);
    bool synced = descriptor >= 0 && (fsync(descriptor) == 0 || errno == EINVAL);   /* EINVAL: this file system cannot */
    int error = errno;
    if (descriptor >= 0)
        close(descriptor);
    errno = error;
    return synced;
#else
    (void)file, (void)name;
    return true;
#endif
}

static bool rti_file_replace(const char *from, const char *to)
{
#if defined(_WIN32)
    return MoveFileExA(from, to, MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH) != 0;
#else
    return rename(from, to) == 0;
#endif
}

/* Whether a new file may take the path's place: not that of a device or a folder. The new one gets the old one's permissions. */
static bool rti_file_may_replace(const char *path, FILE *file, const char *temporary)
{
#if defined(__unix__) || defined(__APPLE__)
    struct stat old;
    if (stat(path, &old) != 0)
        return true;
    if (!S_ISREG(old.st_mode))
        return false;
    if (file)
        (void)chmod(temporary, old.st_mode & 0777);
#else
    (void)path, (void)file, (void)temporary;
#endif
    return true;
}

/* ---- reading and writing ---- */

static rt_status rti_stream_failed(const rti_stream *s, const char *what)
{
    int error = errno;
    return rti_raise(RT_ERR_IO, s->op, "cannot %s %.200s: %s", what, s->path, error ? strerror(error) : "the system gives no reason");
}

static rt_status rti_stream_open(rti_stream *s, const char *op, const char *path)
{
    rt_status status = rti_stream_start(s, op, path);
    if (status != RT_OK)
        return status;
    errno = 0;
    s->file = fopen(path, "rb");
    if (!s->file)
        return rti_stream_failed(s, "open");
    s->n_bytes = rti_file_size(s->file);
    if (s->n_bytes < 0 || fseek(s->file, 0, SEEK_SET) != 0)
        return rti_stream_failed(s, "find the size of");
    return RT_OK;
}

static rt_status rti_stream_read(rti_stream *s, void *to, int64_t n)
{
    errno = 0;
    if (n == 0 || fread(to, 1, (size_t)n, s->file) == (size_t)n)
        return RT_OK;
    if (ferror(s->file))
        return rti_stream_failed(s, "read");
    return rti_raise(RT_ERR_FORMAT, s->op, "%.200s ends early: of its next %lld bytes some are missing", s->path, (long long)n);
}

/* Opens a file that was not there before, under a name that says where it belongs. */
static FILE *rti_temporary_open(char *name, size_t room, const char *path)
{
    static intptr_t count;
    for (int tries = 0; tries < 100; tries++) {
        snprintf(name, room, "%s.%ld-%ld.tmp", path, rti_process_id(), (long)rti_atomic_add(&count, 1));
        FILE *file = rti_file_create(name);
        if (file || errno != EEXIST)
            return file;
    }
    return NULL;
}

static rt_status rti_stream_create(rti_stream *s, const char *op, const char *path)
{
    rt_status status = rti_stream_start(s, op, path);
    if (status != RT_OK)
        return status;
    if (!rti_file_may_replace(path, NULL, NULL))
        return rti_raise(RT_ERR_IO, op, "cannot write %.200s: it is there already, and is not an ordinary file", path);
    size_t room = strlen(path) + 48;
    char *name = RTI_CAST(char *, rti_pool_get(room));
    if (!name)
        return rti_pending_code();
    s->file = rti_temporary_open(name, room, path);
    if (!s->file) {
        status = rti_stream_failed(s, "create a temporary file beside");
        rti_pool_put(name);
        return status;
    }
    s->temporary = name;
    rti_file_may_replace(path, s->file, name);
    return RT_OK;
}

static rt_status rti_stream_write(rti_stream *s, const void *from, int64_t n)
{
    errno = 0;
    return n == 0 || fwrite(from, 1, (size_t)n, s->file) == (size_t)n ? RT_OK : rti_stream_failed(s, "write");
}

/* Closes a stream, however far it came. What was written takes the path's place if all went well so far; else it is removed. */
static rt_status rti_stream_close(rti_stream *s, rt_status status)
{
    bool writing = s->temporary != NULL;
    errno = 0;
    if (writing && status == RT_OK && (fflush(s->file) != 0 || !rti_file_sync(s->file, s->temporary)))
        status = rti_stream_failed(s, "write");
    if (s->file && fclose(s->file) != 0 && writing && status == RT_OK)
        status = rti_stream_failed(s, "write");
    s->file = NULL;
    if (!writing)
        return status;
    if (status == RT_OK && !rti_file_replace(s->temporary, s->path))
        status = rti_stream_failed(s, "replace");
    if (status != RT_OK)
        remove(s->temporary);
    rti_pool_put(s->temporary);
    s->temporary = NULL;
    return status;
}
#endif
/* ---- named tensors ---------------------------------------------------------------------------------------------------------------- */

typedef struct rti_dict_entry {
    char *name;
    uint64_t hash;
    rt_tensor *tensor;   /* held */
} rti_dict_entry;

struct rt_dict {
    rti_object object;
    rti_dict_entry *entry;
    int64_t n, capacity;
    int64_t *slot;       /* open addressing by hash: an entry's index + 1, or 0 */
    int64_t n_slots;     /* a power of two, at least twice the entries */
};

/* ---- names as text ---- */

/* Bytes of the UTF-8 character at p, of which `left` bytes exist; 0 if there is no valid one. */
static int rti_utf8_length(const char *p, int64_t left)
{
    const unsigned char *u = (const unsigned char *)p;
    int n = left < 1 ? 0 : u[0] < 0x80 ? 1 : u[0] < 0xc2 ? 0 : u[0] < 0xe0 ? 2 : u[0] < 0xf0 ? 3 : u[0] < 0xf5 ? 4 : 0;
    if (n > left)
        return 0;
    for (int i = 1; i < n; i++)
        if ((u[i] & 0xc0) != 0x80)
            return 0;
    /* Overlong forms, surrogates, and what lies above U+10FFFF. */
    if ((n == 3 && u[0] == 0xe0 && u[1] < 0xa0) || (n == 3 && u[0] == 0xed && u[1] > 0x9f) ||
        (n == 4 && u[0] == 0xf0 && u[1] < 0x90) || (n == 4 && u[0] == 0xf4 && u[1] > 0x8f))
        return 0;
    return n;
}

/* A name as messages show it: in quotes, on one line, cut where it is long. */
typedef struct rti_name_text { char text[80]; } rti_name_text;

static const char *rti_quoted(rti_name_text *t, const char *name)
{
    int64_t left = (int64_t)strlen(name);
    size_t at = 0;
    t->text[at++] = '"';
    while (left > 0 && at < sizeof t->text - 8) {
        int n = rti_utf8_length(name, left);
        bool shown = n > 1 || (n == 1 && (unsigned char)*name >= 0x20 && *name != 0x7f);
        n = n ? n : 1;
        if (shown)
            memcpy(t->text + at, name, (size_t)n);
        else
            t->text[at] = '?';
        at += shown ? (size_t)n : 1;
        name += n;
        left -= n;
    }
    memcpy(t->text + at, left > 0 ? "...\"" : "\"", left > 0 ? 5 : 2);
    return t->text;
}

/* ---- the list ---- */

static bool rti_is_dict(const rt_dict *d, const char *op, const char *argument)
{
    if (RTI_LIKELY(d && d->object.tag == RTI_TAG_DICT))
        return true;
    if (!d)
        rti_raise(RT_ERR_NULL, op, "%s is NULL", argument);
    else
        rti_raise(RT_ERR_STATE, op, "%s is not a live dict: it has been freed already, or is something else", argument);
    return false;
}

static uint64_t rti_hash_text(const char *text)   /* FNV-1a */
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3u;
    return hash;
}

/* The entry of that name; -1 if there is none. */
static int64_t rti_dict_find(const rt_dict *d, const char *name)
{
    uint64_t hash = rti_hash_text(name), mask = (uint64_t)d->n_slots - 1;
    if (d->n == 0)
        return -1;
    for (uint64_t at = hash & mask; d->slot[at]; at = (at + 1) & mask) {
        const rti_dict_entry *e = &d->entry[d->slot[at] - 1];
        if (e->hash == hash && strcmp(e->name, name) == 0)
            return d->slot[at] - 1;
    }
    return -1;
}

static void rti_dict_place(rt_dict *d, int64_t i)
{
    uint64_t mask = (uint64_t)d->n_slots - 1, at = d->entry[i].hash & mask;
    while (d->slot[at])
        at = (at + 1) & mask;
    d->slot[at] = i + 1;
}

/* Makes room for one more entry. */
static bool rti_dict_reserve(rt_dict *d)
{
    if (d->n >= INT_MAX) {
        rti_raise(RT_ERR_MEMORY, "rt_dict_set", "a dict holds at most %d tensors", INT_MAX);
        return false;
    }
    if (!rti_grow(&d->entry, &d->capacity, d->n + 1, sizeof *d->entry))
        return false;
    if (2 * (d->n + 1) <= d->n_slots)
        return true;
    int64_t n_slots = RTI_MAX(2 * d->n_slots, 16);
    int64_t *slot = RTI_CAST(int64_t *, rti_pool_zeroed((size_t)n_slots * sizeof *slot));
    if (!slot)
        return false;
    rti_pool_put(d->slot);
    d->slot = slot;
    d->n_slots = n_slots;
    for (int64_t i = 0; i < d->n; i++)
        rti_dict_place(d, i);
    return true;
}

static void rti_dict_destroy(void *object)
{
    rt_dict *d = RTI_CAST(rt_dict *, object);
    for (int64_t i = 0; i < d->n; i++) {
        rti_release(d->entry[i].tensor);
        rti_pool_put(d->entry[i].name);
    }
    rti_pool_put(d->entry);
    rti_pool_put(d->slot);
    d->object.tag = 0;
    rti_pool_put(d);
}

static rt_status rti_dict_state(void *object, rt_dict *into)
{
    const rt_dict *d = RTI_CAST(const rt_dict *, object);
    rt_status status = RT_OK;
    for (int64_t i = 0; i < d->n && status == RT_OK; i++)
        status = rt_dict_set(into, d->entry[i].name, d->entry[i].tensor);
    return status;
}

RT_API rt_dict *rt_dict_new(void)
{
    rt_dict *d = RTI_CAST(rt_dict *, rti_pool_zeroed(sizeof *d));
    if (!d)
        return NULL;
    d->object.tag = RTI_TAG_DICT;
    d->object.kind = "dict";
    d->object.destroy = rti_dict_destroy;
    d->object.state = rti_dict_state;
    return d;
}

RT_API rt_status rt_dict_set(rt_dict *d, const char *name, rt_tensor *x)
{
    if (!rti_is_tensor(x, "rt_dict_set", "x") || !rti_is_dict(d, "rt_dict_set", "d"))
        return rti_pending_code();
    if (!name)
        return rti_raise(RT_ERR_NULL, "rt_dict_set", "name is NULL");
    int64_t i = rti_dict_find(d, name);
    if (i >= 0) {
        rt_tensor *old = d->entry[i].tensor;
        rti_retain(x);
        d->entry[i].tensor = x;
        rti_release(old);
        return RT_OK;
    }
    char *copy = rti_dict_reserve(d) ? rti_text_copy(name) : NULL;
    if (!copy)
        return rti_pending_code();
    rti_dict_entry *e = &d->entry[d->n];
    e->name = copy;
    e->hash = rti_hash_text(copy);
    e->tensor = x;
    rti_retain(x);
    rti_dict_place(d, d->n++);
    return RT_OK;
}

RT_API rt_tensor *rt_dict_get(const rt_dict *d, const char *name)
{
    rti_name_text text;
    if (!rti_is_dict(d, "rt_dict_get", "d"))
        return NULL;
    if (!name) {
        rti_raise(RT_ERR_NULL, "rt_dict_get", "name is NULL");
        return NULL;
    }
    int64_t i = rti_dict_find(d, name);
    if (i < 0) {
        rti_raise(RT_ERR_KEY, "rt_dict_get", "no entry %s among %d", rti_quoted(&text, name), (int)d->n);
        return NULL;
    }
    return d->entry[i].tensor;
}

RT_API bool rt_dict_has(const rt_dict *d, const char *name)
{
    return rti_is_dict(d, "rt_dict_has", "d") && name && rti_dict_find(d, name) >= 0;
}

RT_API int rt_dict_size(const rt_dict *d) { return rti_is_dict(d, "rt_dict_size", "d") ? (int)d->n : 0; }

static const rti_dict_entry *rti_dict_at(const rt_dict *d, int i, const char *op)
{
    if (!rti_is_dict(d, op, "d"))
        return NULL;
    if (i < 0 || i >= d->n) {
        rti_raise(RT_ERR_INDEX, op, "expected an index from 0 to %d, got %d", (int)d->n - 1, i);
        return NULL;
    }
    return &d->entry[i];
}

RT_API const char *rt_dict_name_at(const rt_dict *d, int i)
{
    const rti_dict_entry *e = rti_dict_at(d, i, "rt_dict_name_at");
    return e ? e->name : NULL;
}

RT_API rt_tensor *rt_dict_tensor_at(const rt_dict *d, int i)
{
    const rti_dict_entry *e = rti_dict_at(d, i, "rt_dict_tensor_at");
    return e ? e->tensor : NULL;
}

/* ---- an object's state ---- */

/* An object's live tensors, all computed, in a new dict. */
static rt_dict *rti_state_of(void *object, const char *op)
{
    const rti_object *o = RTI_CAST(const rti_object *, object);
    bool is_tensor = !o || o->tag == RTI_TAG_TENSOR;
    if (is_tensor && !rti_is_tensor(RTI_CAST(const rt_tensor *, object), op, "object"))
        return NULL;
    if (!is_tensor && (o->tag < RTI_TAG_TENSOR || o->tag >= RTI_TAG_END)) {
        rti_raise(RT_ERR_STATE, op, "not a live object: it has been freed already, or was never one of the library's");
        return NULL;
    }
    if (!is_tensor && !o->state) {
        rti_raise(RT_ERR_UNSUPPORTED, op, "a %s has no tensors to save or load", o->kind);
        return NULL;
    }
    rt_dict *d = rt_dict_new();
    if (!d)
        return NULL;
    rt_status status = is_tensor ? rt_dict_set(d, "tensor", RTI_CAST(rt_tensor *, object)) : o->state(object, d);
    for (int64_t i = 0; i < d->n && status == RT_OK; i++)
        status = rti_settle(d->entry[i].tensor);
    if (status == RT_OK)
        return d;
    rti_dict_destroy(d);
    return NULL;
}

RT_API rt_dict *rt_state_dict(void *object) { return rti_state_of(object, "rt_state_dict"); }

/* Holds names and shapes against each other; one message for all that does not fit. */
static rt_status rti_state_fits(const rt_dict *own, const rt_dict *from, const char *op)
{
    rti_name_text name;
    rti_shape_text want, got;
    char list[360] = "";
    rti_text text = { list, sizeof list, 0 };
    int n_missing = 0, n_unexpected = 0;
    for (int64_t i = 0; i < own->n; i++)
        if (rti_dict_find(from, own->entry[i].name) < 0)
            rti_text_add(&text, "%s%s", n_missing++ ? ", " : "missing ", rti_quoted(&name, own->entry[i].name));
    for (int64_t i = 0; i < from->n; i++)
        if (rti_dict_find(own, from->entry[i].name) < 0)
            rti_text_add(&text, "%s%s", n_unexpected++ ? ", " : n_missing ? "; unexpected " : "unexpected ", rti_quoted(&name, from->entry[i].name));
    for (int64_t i = 0; i < own->n; i++) {
        int64_t k = rti_dict_find(from, own->entry[i].name);
        const rt_tensor *x = own->entry[i].tensor, *y = k < 0 ? x : from->entry[k].tensor;
        if (!rti_same_shape(x, y))
            rti_text_add(&text, "%sshape of %s: expected %s, got %s", text.length ? "; " : "", rti_quoted(&name, own->entry[i].name),
                         rti_shape_of_text(&want, x), rti_shape_of_text(&got, y));
    }
    if (text.length == 0)
        return RT_OK;
    if (text.length >= sizeof list)
        memcpy(list + sizeof list - 4, "...", 4);
    return rti_raise(n_missing || n_unexpected ? RT_ERR_KEY : RT_ERR_SHAPE, op, "%s", list);
}

/* Copies elements first ... first + n of x, in row-major order, to flat memory, or from there into x. Of any dtype. */
static void rti_copy_elements(const rt_tensor *x, int64_t first, int64_t n, char *flat, bool into_x)
{
    int64_t index[RT_MAX_DIMS + 1] = { 0 }, offset = 0, width = (int64_t)rti_element_bytes((rt_dtype)x->dtype);
    int last = x->ndim - 1;
    for (int d = last; d >= 0 && n > 0; d--) {
        index[d] = first % x->size[d];
        first /= x->size[d];
        offset += index[d] * x->stride[d];
    }
    while (n > 0) {
        int64_t run = last < 0 ? 1 : RTI_MIN(n, x->size[last] - index[last]), step = last < 0 ? 1 : x->stride[last];
        int64_t piece = step == 1 ? run : 1;
        for (int64_t i = 0; i < run; i += piece, flat += piece * width) {
            char *p = x->data + (offset + i * step) * width;
            memcpy(into_x ? p : flat, into_x ? flat : p, (size_t)(piece * width));
        }
        n -= run;
        if (last < 0)
            break;
        index[last] += run;
        offset += run * step;
        for (int d = last; d > 0 && index[d] == x->size[d]; d--) {
            offset += x->stride[d - 1] - index[d] * x->stride[d];
            index[d] = 0;
            index[d - 1]++;
        }
    }
}

/* What is to be written into `to`: x's elements, contiguous and of to's dtype; a new reference. */
static rt_tensor *rti_state_ready(const rt_tensor *to, rt_tensor *x, const char *name, const char *op)
{
    rti_name_text text;
    rt_dtype dtype = (rt_dtype)to->dtype;
    if (x->dtype != dtype) {
        if (rti_conversion_of(dtype) && rti_conversion_of((rt_dtype)x->dtype))
            return rti_copy_of(x, dtype);
        rti_raise(RT_ERR_DTYPE, op, "%s: expected %s, got %s, and there is no conversion between the two", rti_quoted(&text, name),
                  rt_dtype_name(dtype), rt_dtype_name((rt_dtype)x->dtype));
        return NULL;
    }
    if (rti_contiguous(x)) {
        rti_retain(x);
        return x;
    }
    rt_tensor *y = rti_tensor_new(dtype, x->size, x->ndim, x->numel);
    if (y)
        rti_copy_elements(x, 0, x->numel, y->data, false);
    return y;
}

static void rti_state_write(rt_tensor *to, const rt_tensor *x)
{
    if (rti_contiguous(to)) {
        if (x->numel > 0 && to->data != x->data)
            memmove(to->data, x->data, (size_t)x->numel * rti_element_bytes((rt_dtype)x->dtype));
    } else {
        rti_copy_elements(to, 0, x->numel, x->data, true);
    }
    to->storage->version++;
}

/* Everything that can fail comes before the first write. */
static rt_status rti_state_copy(const rt_dict *own, const rt_dict *from, const char *op)
{
    size_t n = (size_t)own->n, n_ready = 0;
    rt_tensor **ready = RTI_CAST(rt_tensor **, rti_pool_get((n + 1) * sizeof *ready));
    if (!ready)
        return rti_pending_code();
    rt_status status = rti_capture_flush();   /* what waits there may still read the old elements */
    while (n_ready < n && status == RT_OK) {
        const rti_dict_entry *e = &own->entry[n_ready];
        rt_tensor *x = from->entry[rti_dict_find(from, e->name)].tensor;
        status = rti_settle(x);
        if (status == RT_OK && (ready[n_ready] = rti_state_ready(e->tensor, x, e->name, op)) == NULL)
            status = rti_pending_code();
        n_ready += status == RT_OK;
    }
    for (size_t i = 0; i < n && status == RT_OK; i++)
        rti_state_write(own->entry[i].tensor, ready[i]);
    for (size_t i = 0; i < n_ready; i++)
        rti_release(ready[i]);
    rti_pool_put(ready);
    return status;
}

static rt_status rti_load_state(void *object, const rt_dict *from, const char *op)
{
    rt_dict *own = rti_state_of(object, op);
    if (!own)
        return rti_pending_code();
    rt_status status = rti_state_fits(own, from, op);
    if (status == RT_OK)
        status = rti_state_copy(own, from, op);
    rti_dict_destroy(own);
    return status;
}

RT_API rt_status rt_load_state_dict(void *object, rt_dict *from)
{
    if (!rti_is_dict(from, "rt_load_state_dict", "from"))
        return rti_pending_code();
    return rti_load_state(object, from, "rt_load_state_dict");
}
/* ---- JSON: as strict as the headers of files need it --------------------------------------------------------------------------------
 * The caller knows what has to come and asks for it piece by piece, so nothing nests deeper than the caller does. */

typedef struct rti_json {
    const char *op, *path;        /* for messages */
    char *begin, *at, *end;       /* a NUL stands at end; strings are unescaped in place */
} rti_json;

static bool rti_json_fail(const rti_json *j, const char *expected)
{
    rti_raise(RT_ERR_FORMAT, j->op, "%.200s: byte %lld of the header: expected %s", j->path, (long long)(j->at - j->begin), expected);
    return false;
}

static void rti_json_space(rti_json *j)
{
    while (*j->at == ' ' || *j->at == '\t' || *j->at == '\n' || *j->at == '\r')
        j->at++;
}

/* Takes the character if it comes next. */
static bool rti_json_take(rti_json *j, char c)
{
    rti_json_space(j);
    if (*j->at != c)
        return false;
    j->at++;
    return true;
}

static bool rti_json_need(rti_json *j, char c, const char *expected) { return rti_json_take(j, c) || rti_json_fail(j, expected); }

/* Four hexadecimal digits as a number; -1 if they are not. */
static int32_t rti_json_hex(const char *p)
{
    int32_t value = 0;
    for (int i = 0; i < 4; i++) {
        int digit = p[i] >= '0' && p[i] <= '9' ? p[i] - '0' : p[i] >= 'a' && p[i] <= 'f' ? p[i] - 'a' + 10 :
                    p[i] >= 'A' && p[i] <= 'F' ? p[i] - 'A' + 10 : -1;
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

static char *rti_utf8_put(char *to, int32_t code)
{
    if (code < 0x80) {
        *to++ = (char)code;
        return to;
    }
    int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static const int lead[] = { 0, 0xc0, 0xe0, 0xf0 };
    *to++ = (char)(unsigned char)(lead[more] | code >> (6 * more));
    while (more-- > 0)
        *to++ = (char)(unsigned char)(0x80 | (code >> (6 * more) & 0x3f));
    return to;
}

/* The escape at j->at, as UTF-8 to *to. Names end with NUL, so they cannot hold one. */
static bool rti_json_escape(rti_json *j, char **to)
{
    static const char letter[] = "\"\\/bfnrt", meaning[] = "\"\\/\b\f\n\r\t";
    const char *known = j->at[1] ? strchr(letter, j->at[1]) : NULL;
    if (known) {
        *(*to)++ = meaning[known - letter];
        j->at += 2;
        return true;
    }
    int32_t code = j->at[1] == 'u' ? rti_json_hex(j->at + 2) : -1;
    int length = 6;
    if (code >= 0xd800 && code < 0xdc00 && j->at[6] == '\\' && j->at[7] == 'u') {
        int32_t low = rti_json_hex(j->at + 8);
        if (low >= 0xdc00 && low < 0xe000) {
            code = 0x10000 + (code - 0xd800) * 0x400 + (low - 0xdc00);
            length = 12;
        }
    }
    if (code <= 0 || (code >= 0xd800 && code < 0xe000))
        return rti_json_fail(j, "an escape that stands for a character other than NUL");
    *to = rti_utf8_put(*to, code);
    j->at += length;
    return true;
}

/* A string, unescaped and ended by NUL where it stands. */
static bool rti_json_string(rti_json *j, char **text)
{
    if (!rti_json_need(j, '"', "a string"))
        return false;
    char *to = *text = j->at;
    while (*j->at != '"') {
        if (*j->at == '\\') {
            if (!rti_json_escape(j, &to))
                return false;
            continue;
        }
        int n = rti_utf8_length(j->at, j->end - j->at);
        if (n == 0 || (unsigned char)*j->at < 0x20)
            return rti_json_fail(j, "the rest of a string, in UTF-8 and without control characters");
        memmove(to, j->at, (size_t)n);
        to += n;
        j->at += n;
    }
    j->at++;
    *to = '\0';
    return true;
}

/* A whole number that is not negative. */
static bool rti_json_size(rti_json *j, int64_t *value)
{
    static const char expected[] = "a whole number from 0 to 9223372036854775807";
    int64_t x = 0;
    rti_json_space(j);
    const char *first = j->at;
    for (; *j->at >= '0' && *j->at <= '9'; j->at++) {
        int digit = *j->at - '0';
        if (x > (INT64_MAX - digit) / 10 || (j->at > first && *first == '0'))
            return rti_json_fail(j, expected);
        x = x * 10 + digit;
    }
    *value = x;
    return j->at > first || rti_json_fail(j, expected);
}

/* A list of such numbers. The first `room` of them are kept; *n counts them all. */
static bool rti_json_sizes(rti_json *j, int64_t *list, int room, int64_t *n)
{
    *n = 0;
    if (!rti_json_need(j, '[', "'['"))
        return false;
    if (rti_json_take(j, ']'))
        return true;
    do {
        int64_t value = 0;
        if (!rti_json_size(j, &value))
            return false;
        if (*n < room)
            list[*n] = value;
        ++*n;
    } while (rti_json_take(j, ','));
    return rti_json_need(j, ']', "a comma or ']'");
}

/* A string as JSON writes it, quotes included. */
static void rti_json_add_string(rti_text *t, const char *text)
{
    rti_text_add(t, "\"");
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            rti_text_add(t, "\\%c", *text);
        else if ((unsigned char)*text < 0x20)
            rti_text_add(t, "\\u%04x", (unsigned)(unsigned char)*text);
        else
            rti_text_add(t, "%c", *text);
    }
    rti_text_add(t, "\"");
}
/* ---- safetensors ----------------------------------------------------------------------------------------------------------------------
 * A file is: the header's length (8 bytes, little-endian), the header (JSON, padded with spaces), the elements (little-endian).
 * Header: {"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [begin, end]}, ..., "__metadata__": {"key": "text", ...}}
 * Offsets count from the end of the header. Together the tensors cover the rest of the file: no gaps, no overlaps. */

static const int64_t rti_header_limit = 100000000;   /* that of the format's own library */
static const char rti_metadata_name[] = "__metadata__";

/* ---- writing ---- */

static rt_status rti_save_check(const rt_dict *d, const char *op)
{
    rti_name_text text;
    for (int64_t i = 0; i < d->n; i++) {
        const char *name = d->entry[i].name;
        const rti_dtype_row *dtype = &rti_dtype_rows[d->entry[i].tensor->dtype];
        int64_t left = (int64_t)strlen(name);
        int n = 1;
        for (const char *p = name; left > 0 && n > 0; p += n, left -= n)
            n = rti_utf8_length(p, left);
        if (left > 0 || strcmp(name, rti_metadata_name) == 0)
            return rti_raise(RT_ERR_VALUE, op, "expected names in UTF-8, other than \"__metadata__\", got %s", rti_quoted(&text, name));
        if (!dtype->safetensors[0])
            return rti_raise(RT_ERR_DTYPE, op, "%s is %s, which safetensors files do not have", rti_quoted(&text, name), dtype->name);
    }
    return RT_OK;
}

/* Where each tensor begins. Wide elements come first, so that all are aligned; answers the end, -1 if that does not fit. */
static int64_t rti_save_layout(const rt_dict *d, int64_t *begin)
{
    int64_t at = 0;
    for (int64_t width = 16; width > 0; width /= 2) {
        for (int64_t i = 0; i < d->n; i++) {
            const rt_tensor *x = d->entry[i].tensor;
            if ((int64_t)rti_element_bytes((rt_dtype)x->dtype) != width)
                continue;
            begin[i] = at;
            at = rti_size_add(at, rti_size_mul(x->numel, width));
        }
    }
    return at;
}

static void rti_save_header(rti_text *t, const rt_dict *d, const int64_t *begin)
{
    rti_text_add(t, "{");
    for (int64_t i = 0; i < d->n; i++) {
        const rt_tensor *x = d->entry[i].tensor;
        rti_text_add(t, i ? "," : "");
        rti_json_add_string(t, d->entry[i].name);
        rti_text_add(t, ":{\"dtype\":\"%s\",\"shape\":[", rti_dtype_rows[x->dtype].safetensors);
        for (int k = 0; k < x->ndim; k++)
            rti_text_add(t, "%s%lld", k ? "," : "", (long long)x->size[k]);
        rti_text_add(t, "],\"data_offsets\":[%lld,%lld]}", (long long)begin[i],
                     (long long)(begin[i] + x->numel * (int64_t)rti_element_bytes((rt_dtype)x->dtype)));
    }
    rti_text_add(t, "}");
}

/* The length and the header as they stand in the file; *n bytes, NULL with the error raised. */
static char *rti_save_prologue(const rt_dict *d, const int64_t *begin, const char *op, int64_t *n)
{
    rti_text text = { NULL, 0, 0 };
    rti_save_header(&text, d, begin);
    size_t length = (text.length + 7) / 8 * 8;
    if (length > (size_t)rti_header_limit) {
        rti_raise(RT_ERR_VALUE, op, "%d names make a header of %llu bytes; expected at most %lld", (int)d->n, (unsigned long long)length,
                  (long long)rti_header_limit);
        return NULL;
    }
    char *p = RTI_CAST(char *, rti_pool_get(8 + length + 1));
    if (!p)
        return NULL;
    for (int i = 0; i < 8; i++)
        p[i] = (char)(unsigned char)((uint64_t)length >> (8 * i) & 0xff);
    text.at = p + 8;
    text.size = length + 1;
    text.length = 0;
    rti_save_header(&text, d, begin);
    memset(p + 8 + text.length, ' ', length - text.length);
    *n = (int64_t)(8 + length);
    return p;
}

/* A tensor's elements in row-major order and the file's byte order: at once if they lie so, else through a buffer. */
static rt_status rti_stream_write_tensor(rti_stream *s, const rt_tensor *x, bool swapped)
{
    rt_dtype dtype = (rt_dtype)x->dtype;
    int64_t width = (int64_t)rti_element_bytes(dtype), piece = RTI_MIN(x->numel, (64 << 10) / width);
    if (x->numel == 0 || (rti_contiguous(x) && (!swapped || width == 1)))
        return rti_stream_write(s, x->data, x->numel * width);
    char *buffer = RTI_CAST(char *, rti_pool_get((size_t)(piece * width)));
    rt_status status = buffer ? RT_OK : rti_pending_code();
    for (int64_t at = 0; at < x->numel && status == RT_OK; at += piece) {
        int64_t n = RTI_MIN(piece, x->numel - at);
        rti_copy_elements(x, at, n, buffer, false);
        if (swapped)
            rti_swap_bytes(buffer, n, dtype);
        status = rti_stream_write(s, buffer, n * width);
    }
    rti_pool_put(buffer);
    return status;
}

static rt_status rti_save_file(const rt_dict *d, const int64_t *begin, const char *path, const char *op)
{
    int64_t n;
    char *prologue = rti_save_prologue(d, begin, op, &n);
    if (!prologue)
        return rti_pending_code();
    rti_stream s;
    rt_status status = rti_stream_create(&s, op, path);
    if (status == RT_OK)
        status = rti_stream_write(&s, prologue, n);
    rti_pool_put(prologue);
    for (int64_t width = 16; width > 0; width /= 2)   /* the order of rti_save_layout */
        for (int64_t i = 0; i < d->n && status == RT_OK; i++)
            if ((int64_t)rti_element_bytes((rt_dtype)d->entry[i].tensor->dtype) == width)
                status = rti_stream_write_tensor(&s, d->entry[i].tensor, rti_big_endian());
    return rti_stream_close(&s, status);
}

RT_API rt_status rt_save(void *object, const char *path)
{
    static const char op[] = "rt_save";
    rt_status status = rti_pending_code();
    rt_dict *d = status == RT_OK ? rti_state_of(object, op) : NULL;
    if (!d)
        return rti_pending_code();
    status = rti_save_check(d, op);
    int64_t *begin = status == RT_OK ? RTI_CAST(int64_t *, rti_pool_get(((size_t)d->n + 1) * sizeof *begin)) : NULL;
    if (!begin)
        status = rti_pending_code();
    else if (rti_save_layout(d, begin) < 0)
        status = rti_raise(RT_ERR_VALUE, op, "the tensors are more bytes than a file can hold");
    else
        status = rti_save_file(d, begin, path, op);
    rti_pool_put(begin);
    rti_dict_destroy(d);
    return status;
}

/* ---- reading the header ---- */

typedef struct rti_file_row {
    char *name;                       /* in the header's text */
    const char *dtype;
    rt_tensor *tensor;
    int64_t size[RT_MAX_DIMS], ndim;
    int64_t offset[2], n_offsets;
} rti_file_row;

typedef struct rti_file {
    const char *op;
    rti_stream stream;
    char *header;
    rti_file_row *row;
    int64_t n, capacity;
    int64_t *order;                   /* rows by their place in the file */
    int64_t n_bytes;                  /* behind the header */
} rti_file;

static rt_status rti_file_refuse(const rti_file *f, rt_status code, const rti_file_row *row, const char *what)
{
    rti_name_text text;
    return rti_raise(code, f->op, "%.200s: tensor %s %s", f->stream.path, rti_quoted(&text, row->name), what);
}

static rt_status rti_read_header(rti_file *f)
{
    unsigned char raw[8];
    uint64_t length = 0;
    rti_stream *s = &f->stream;
    if (s->n_bytes < 8)
        return rti_raise(RT_ERR_FORMAT, f->op, "%.200s: expected a safetensors file of at least 8 bytes, got %lld bytes", s->path, (long long)s->n_bytes);
    rt_status status = rti_stream_read(s, raw, 8);
    for (int i = 0; i < 8; i++)
        length |= (uint64_t)raw[i] << (8 * i);
    if (status != RT_OK)
        return status;
    if (length > (uint64_t)rti_header_limit || (int64_t)length > s->n_bytes - 8)
        return rti_raise(RT_ERR_FORMAT, f->op, "%.200s: expected a safetensors file, whose first 8 bytes are the length of a header of at most %lld bytes; "
                         "got the length %llu in a file of %lld bytes", s->path, (long long)rti_header_limit, (unsigned long long)length, (long long)s->n_bytes);
    f->n_bytes = s->n_bytes - 8 - (int64_t)length;
    f->header = RTI_CAST(char *, rti_pool_get((size_t)length + 1));
    if (!f->header)
        return rti_pending_code();
    f->header[length] = '\0';
    return rti_stream_read(s, f->header, (int64_t)length);
}

/* {"dtype": ..., "shape": ..., "data_offsets": ...}, in any order. */
static bool rti_parse_row(rti_json *j, rti_file_row *row)
{
    char *key, *dtype = NULL;
    int seen = 0;
    if (!rti_json_need(j, '{', "'{'"))
        return false;
    do {
        static const char expected[] = "\"dtype\", \"shape\" and \"data_offsets\", each once";
        if (!rti_json_string(j, &key) || !rti_json_need(j, ':', "':'"))
            return false;
        int field = strcmp(key, "dtype") == 0 ? 1 : strcmp(key, "shape") == 0 ? 2 : strcmp(key, "data_offsets") == 0 ? 4 : 0;
        if (field == 0 || (seen & field))
            return rti_json_fail(j, expected);
        seen |= field;
        if (!(field == 1 ? rti_json_string(j, &dtype) : field == 2 ? rti_json_sizes(j, row->size, RT_MAX_DIMS, &row->ndim) :
              rti_json_sizes(j, row->offset, 2, &row->n_offsets)))
            return false;
    } while (rti_json_take(j, ','));
    row->dtype = dtype;
    return rti_json_need(j, '}', "a comma or '}'") && (seen == 7 || rti_json_fail(j, "\"dtype\", \"shape\" and \"data_offsets\" before this '}'"));
}

/* {"key": "text", ...}: read, and not kept. */
static bool rti_parse_metadata(rti_json *j)
{
    char *text;
    if (!rti_json_need(j, '{', "'{'"))
        return false;
    if (rti_json_take(j, '}'))
        return true;
    do {
        if (!rti_json_string(j, &text) || !rti_json_need(j, ':', "':'") || !rti_json_string(j, &text))
            return false;
    } while (rti_json_take(j, ','));
    return rti_json_need(j, '}', "a comma or '}'");
}

static bool rti_parse_entry(rti_file *f, rti_json *j, bool *metadata_seen)
{
    char *name;
    if (!rti_json_string(j, &name) || !rti_json_need(j, ':', "':'"))
        return false;
    if (strcmp(name, rti_metadata_name) == 0) {
        if (*metadata_seen)
            return rti_json_fail(j, "no second \"__metadata__\"");
        *metadata_seen = true;
        return rti_parse_metadata(j);
    }
    if (!rti_grow(&f->row, &f->capacity, f->n + 1, sizeof *f->row))
        return false;
    rti_file_row *row = &f->row[f->n];
    memset(row, 0, sizeof *row);
    row->name = name;
    f->n++;
    return rti_parse_row(j, row);
}

static rt_status rti_parse_header(rti_file *f)
{
    rti_json j = { f->op, f->stream.path, f->header, f->header, f->header + (f->stream.n_bytes - 8 - f->n_bytes) };
    bool metadata_seen = false, parsed = *j.at == '{' || rti_json_fail(&j, "'{'");
    j.at += parsed;
    if (parsed && !rti_json_take(&j, '}')) {
        do
            parsed = rti_parse_entry(f, &j, &metadata_seen);
        while (parsed && rti_json_take(&j, ','));
        parsed = parsed && rti_json_need(&j, '}', "a comma or '}'");
    }
    rti_json_space(&j);
    if (parsed && j.at != j.end)
        parsed = rti_json_fail(&j, "nothing but spaces after the last '}'");
    return parsed ? RT_OK : rti_pending_code();
}

/* ---- checking it ---- */

static rt_dtype rti_dtype_of_safetensors(const char *name)
{
    for (int i = RT_DTYPE_DEFAULT + 1; i < RT_DTYPE_COUNT; i++)
        if (name[0] && strcmp(rti_dtype_rows[i].safetensors, name) == 0)
            return (rt_dtype)i;
    return RT_DTYPE_DEFAULT;
}

/* One tensor for itself: known dtype, and offsets inside the file that its shape agrees with. */
static rt_status rti_file_check_row(const rti_file *f, const rti_file_row *row)
{
    rti_name_text name;
    rti_shape_text shape;
    char what[480];
    rt_dtype dtype = rti_dtype_of_safetensors(row->dtype);
    if (dtype == RT_DTYPE_DEFAULT) {
        snprintf(what, sizeof what, "is of the unknown dtype %s", rti_quoted(&name, row->dtype));
        return rti_file_refuse(f, RT_ERR_DTYPE, row, what);
    }
    if (row->ndim > RT_MAX_DIMS) {
        snprintf(what, sizeof what, "has %lld dimensions; expected at most %d", (long long)row->ndim, RT_MAX_DIMS);
        return rti_file_refuse(f, RT_ERR_SHAPE, row, what);
    }
    if (row->n_offsets != 2 || row->offset[0] > row->offset[1] || row->offset[1] > f->n_bytes) {
        snprintf(what, sizeof what, "has data_offsets [%lld, %lld] of %lld; expected two, 0 <= begin <= end <= %lld", (long long)row->offset[0],
                 (long long)row->offset[1], (long long)row->n_offsets, (long long)f->n_bytes);
        return rti_file_refuse(f, RT_ERR_FORMAT, row, what);
    }
    /* Sizes of zero count as one at first: strides must fit too. */
    int64_t width = (int64_t)rti_element_bytes(dtype), n = width;
    bool empty = false;
    for (int64_t d = 0; d < row->ndim; d++) {
        n = rti_size_mul(n, RTI_MAX(row->size[d], 1));
        empty = empty || row->size[d] == 0;
    }
    if (n >= 0 && (empty ? 0 : n) == row->offset[1] - row->offset[0])
        return RT_OK;
    snprintf(what, sizeof what, "has %lld bytes, which is not what %s of shape %s takes", (long long)(row->offset[1] - row->offset[0]), rt_dtype_name(dtype),
             rti_dims_text(&shape, row->size, (int)row->ndim));
    return rti_file_refuse(f, RT_ERR_FORMAT, row, what);
}

static bool rti_row_before(const rti_file_row *a, const rti_file_row *b)
{
    return a->offset[0] != b->offset[0] ? a->offset[0] < b->offset[0] : a->offset[1] < b->offset[1];
}

/* Lets order[at] sink to its place in a heap of n whose top comes last in the file. */
static void rti_order_sink(const rti_file_row *row, int64_t *order, int64_t at, int64_t n)
{
    for (int64_t child; (child = 2 * at + 1) < n; at = child) {
        if (child + 1 < n && rti_row_before(&row[order[child]], &row[order[child + 1]]))
            child++;
        if (!rti_row_before(&row[order[at]], &row[order[child]]))
            return;
        int64_t swap = order[at];
        order[at] = order[child];
        order[child] = swap;
    }
}

/* Fills f->order by a heap sort: no memory, and no order of rows that makes it slow. */
static rt_status rti_file_sort(rti_file *f)
{
    f->order = RTI_CAST(int64_t *, rti_pool_get(((size_t)f->n + 1) * sizeof *f->order));
    if (!f->order)
        return rti_pending_code();
    for (int64_t i = 0; i < f->n; i++)
        f->order[i] = i;
    for (int64_t i = f->n / 2 - 1; i >= 0; i--)
        rti_order_sink(f->row, f->order, i, f->n);
    for (int64_t last = f->n - 1; last > 0; last--) {
        int64_t swap = f->order[0];
        f->order[0] = f->order[last];
        f->order[last] = swap;
        rti_order_sink(f->row, f->order, 0, last);
    }
    return RT_OK;
}

/* All tensors together: they follow each other to the file's last byte. */
static rt_status rti_file_check(rti_file *f)
{
    rt_status status = RT_OK;
    for (int64_t i = 0; i < f->n && status == RT_OK; i++)
        status = rti_file_check_row(f, &f->row[i]);
    if (status == RT_OK)
        status = rti_file_sort(f);
    int64_t end = 0;
    for (int64_t i = 0; i < f->n && status == RT_OK; i++) {
        const rti_file_row *row = &f->row[f->order[i]];
        char what[120];
        if (row->offset[0] != end) {
            snprintf(what, sizeof what, "begins at byte %lld of the data, %s: expected %lld", (long long)row->offset[0],
                     row->offset[0] < end ? "inside another" : "after a gap", (long long)end);
            status = rti_file_refuse(f, RT_ERR_FORMAT, row, what);
        }
        end = row->offset[1];
    }
    if (status == RT_OK && end != f->n_bytes)
        status = rti_raise(RT_ERR_FORMAT, f->op, "%.200s: expected %lld bytes of data, as the header says, got %lld", f->stream.path, (long long)end,
                           (long long)f->n_bytes);
    return status;
}

/* ---- reading the tensors ---- */

/* Puts a tensor for each row, without its elements, into d. */
static rt_status rti_file_make(rti_file *f, rt_dict *d)
{
    rt_status status = RT_OK;
    for (int64_t i = 0; i < f->n && status == RT_OK; i++) {
        rti_file_row *row = &f->row[i];
        rt_dtype dtype = rti_dtype_of_safetensors(row->dtype);
        if (rti_dict_find(d, row->name) >= 0)
            return rti_file_refuse(f, RT_ERR_FORMAT, row, "is there twice");
        rt_tensor *x = rti_tensor_new(dtype, row->size, (int)row->ndim, (row->offset[1] - row->offset[0]) / (int64_t)rti_element_bytes(dtype));
        status = x ? rt_dict_set(d, row->name, x) : rti_pending_code();
        row->tensor = x;
        rti_release(x);   /* held by d, if that could be done */
    }
    return status;
}

/* Elements of a contiguous tensor, from the stream's byte order. */
static rt_status rti_stream_read_tensor(rti_stream *s, rt_tensor *x, bool swapped)
{
    rt_dtype dtype = (rt_dtype)x->dtype;
    rt_status status = rti_stream_read(s, x->data, x->numel * (int64_t)rti_element_bytes(dtype));
    if (status == RT_OK && swapped)
        rti_swap_bytes(x->data, x->numel, dtype);
    if (status == RT_OK && dtype == RT_BOOL)
        for (int64_t i = 0; i < x->numel; i++)
            x->data[i] = x->data[i] != 0;
    return status;
}

static rt_status rti_file_read(rti_file *f, rt_dict *d, const char *path)
{
    rt_status status = rti_stream_open(&f->stream, f->op, path);
    if (status == RT_OK)
        status = rti_read_header(f);
    if (status == RT_OK)
        status = rti_parse_header(f);
    if (status == RT_OK)
        status = rti_file_check(f);
    if (status == RT_OK)
        status = rti_file_make(f, d);
    for (int64_t i = 0; i < f->n && status == RT_OK; i++)
        status = rti_stream_read_tensor(&f->stream, f->row[f->order[i]].tensor, rti_big_endian());
    return rti_stream_close(&f->stream, status);
}

static rt_dict *rti_load_file(const char *path, const char *op)
{
    rti_file f;
    rt_dict *d = rt_dict_new();
    if (!d)
        return NULL;
    memset(&f, 0, sizeof f);
    f.op = op;
    rt_status status = rti_file_read(&f, d, path);
    rti_pool_put(f.header);
    rti_pool_put(f.row);
    rti_pool_put(f.order);
    if (status == RT_OK)
        return d;
    rti_dict_destroy(d);
    return NULL;
}

RT_API rt_dict *rt_load_dict(const char *path) { return rti_load_file(path, "rt_load_dict"); }

RT_API rt_status rt_load(void *object, const char *path)
{
    static const char op[] = "rt_load";
    rt_dict *own = rti_state_of(object, op);   /* an object without tensors is refused before the file is read */
    if (!own)
        return rti_pending_code();
    rti_dict_destroy(own);
    rt_dict *d = rti_load_file(path, op);
    if (!d)
        return rti_pending_code();
    rt_status status = rti_load_state(object, d, op);
    rti_dict_destroy(d);
    return status;
}
/* ---- IDX files ------------------------------------------------------------------------------------------------------------------------
 * A file is: 0, 0, the element type, the number of dimensions (a byte each), the sizes (4 bytes each), the elements; all big-endian. */

static const struct { uint8_t code; rt_dtype dtype; } rti_idx_types[] = { { 0x08, RT_UINT8 }, { 0x0d, RT_FLOAT32 }, { 0x0e, RT_FLOAT64 } };

static rt_status rti_idx_check_magic(const rti_stream *s, const uint8_t *magic, rt_dtype *dtype)
{
    for (size_t i = 0; i < RTI_COUNT(rti_idx_types); i++)
        if (rti_idx_types[i].code == magic[2])
            *dtype = rti_idx_types[i].dtype;
    if (magic[0] == 0x1f && magic[1] == 0x8b)
        return rti_raise(RT_ERR_UNSUPPORTED, s->op, "%.200s is compressed with gzip: unpack it first, as with gunzip", s->path);
    if (magic[0] != 0 || magic[1] != 0)
        return rti_raise(RT_ERR_FORMAT, s->op, "%.200s: expected an IDX file, which begins with the bytes 00 00, got %02x %02x", s->path, magic[0], magic[1]);
    if (*dtype == RT_DTYPE_DEFAULT)
        return rti_raise(RT_ERR_UNSUPPORTED, s->op, "%.200s: expected elements of type 08 (uint8), 0d (float32) or 0e (float64), got %02x", s->path, magic[2]);
    if (magic[3] > RT_MAX_DIMS)
        return rti_raise(RT_ERR_UNSUPPORTED, s->op, "%.200s: expected at most %d dimensions, got %d", s->path, RT_MAX_DIMS, magic[3]);
    return RT_OK;
}

/* Reads and checks all that comes before the elements; *n: how many there are. */
static rt_status rti_idx_header(rti_stream *s, rt_dtype *dtype, rt_shape *shape, int64_t *n)
{
    uint8_t magic[4], raw[4 * RT_MAX_DIMS];
    rti_shape_text text;
    if (s->n_bytes < 4)
        return rti_raise(RT_ERR_FORMAT, s->op, "%.200s: expected an IDX file of at least 4 bytes, got %lld bytes", s->path, (long long)s->n_bytes);
    rt_status status = rti_stream_read(s, magic, 4);
    if (status == RT_OK)
        status = rti_idx_check_magic(s, magic, dtype);
    if (status == RT_OK)
        status = rti_stream_read(s, raw, 4 * magic[3]);
    if (status != RT_OK)
        return status;
    int64_t width = (int64_t)rti_element_bytes(*dtype), n_bytes = width, left = s->n_bytes - 4 - 4 * magic[3];
    shape->ndim = magic[3];
    bool empty = false;
    for (int d = 0; d < shape->ndim; d++) {
        shape->dim[d] = (int64_t)raw[4 * d] << 24 | raw[4 * d + 1] << 16 | raw[4 * d + 2] << 8 | raw[4 * d + 3];
        n_bytes = rti_size_mul(n_bytes, RTI_MAX(shape->dim[d], 1));   /* strides must fit too */
        empty = empty || shape->dim[d] == 0;
    }
    if (n_bytes < 0 || (empty ? 0 : n_bytes) != left)
        return rti_raise(RT_ERR_FORMAT, s->op, "%.200s: has %lld bytes of elements, which is not what %s of shape %s takes", s->path, (long long)left,
                         rt_dtype_name(*dtype), rti_dims_text(&text, shape->dim, shape->ndim));
    *n = left / width;
    return RT_OK;
}

RT_API rt_tensor *rt_read_idx(const char *path)
{
    rti_stream s;
    rt_dtype dtype = RT_DTYPE_DEFAULT;
    rt_shape shape = RT_SHAPE0;
    int64_t n = 0;
    rt_tensor *x = NULL;
    rt_status status = rti_stream_open(&s, "rt_read_idx", path);
    if (status == RT_OK)
        status = rti_idx_header(&s, &dtype, &shape, &n);
    if (status == RT_OK && (x = rti_tensor_new(dtype, shape.dim, shape.ndim, n)) == NULL)
        status = rti_pending_code();
    if (status == RT_OK)
        status = rti_stream_read_tensor(&s, x, !rti_big_endian());
    if (rti_stream_close(&s, status) == RT_OK)
        return rti_scoped(x);
    rti_release(x);
    return NULL;
}

RT_API rt_status rt_write_idx(rt_tensor *x, const char *path)
{
    static const char op[] = "rt_write_idx";
    uint8_t header[4 + 4 * RT_MAX_DIMS] = { 0 };
    if (rti_pending_code() != RT_OK || !rti_is_tensor(x, op, "x") || rti_settle(x) != RT_OK)
        return rti_pending_code();
    for (size_t i = 0; i < RTI_COUNT(rti_idx_types); i++)
        if (rti_idx_types[i].dtype == (rt_dtype)x->dtype)
            header[2] = rti_idx_types[i].code;
    if (header[2] == 0)
        return rti_raise(RT_ERR_DTYPE, op, "expected uint8, float32 or float64, got %s", rt_dtype_name((rt_dtype)x->dtype));
    header[3] = x->ndim;
    for (int d = 0; d < x->ndim; d++) {
        if (x->size[d] > (int64_t)UINT32_MAX)
            return rti_raise(RT_ERR_VALUE, op, "expected sizes below 2^32, got %lld", (long long)x->size[d]);
        for (int i = 0; i < 4; i++)
            header[4 + 4 * d + i] = (uint8_t)(x->size[d] >> (24 - 8 * i) & 0xff);
    }
    rti_stream s;
    rt_status status = rti_stream_create(&s, op, path);
    if (status == RT_OK)
        status = rti_stream_write(&s, header, 4 + 4 * x->ndim);
    if (status == RT_OK)
        status = rti_stream_write_tensor(&s, x, !rti_big_endian());
    return rti_stream_close(&s, status);
}
/* ---- modules ----------------------------------------------------------------------------------------------------------------------
 * A module holds three tables of named members: parameters, buffers, children. A member's index never changes, so a layer finds its own
 * by number. Children are reference counted, as one may stand in several places; the maker's reference goes to the first module that it
 * is added to. */

typedef struct rti_member { char *name; void *what; } rti_member;

typedef struct rti_members {
    rti_member *at;
    int64_t capacity;
    int n;
} rti_members;

struct rt_module {
    rti_object head;
    int32_t refs;
    bool adopted;                    /* belongs to a module; rt_free is not for the user to call */
    bool training;
    bool lets_go;                    /* neither it nor anyone else looks at its inputs and results once the next layer has them */
    rt_module_forward_fn forward;    /* one of the two is NULL */
    rt_module_values_fn forward_values;
    void *user;
    void (*release_user)(void *user);
    rti_members parameters, buffers, children;
    intptr_t changed;                /* when something was added here last, in changes of all modules */
    rt_parameter_list list;          /* what rt_parameters answered last: one block, */
    void *list_block;
    intptr_t list_changed;           /* and the newest change it knows of */
    char type[1];                    /* goes on behind the struct */
};

static intptr_t rti_module_changes;

static RTI_INLINE bool rti_is_module(const rt_module *m, const char *op)
{
    if (RTI_LIKELY(m != NULL && m->head.tag == RTI_TAG_MODULE))
        return true;
    if (!m)
        rti_raise(RT_ERR_NULL, op, "the module is NULL");
    else
        rti_raise(RT_ERR_STATE, op, "not a live module: it was freed, or is something else");
    return false;
}

static RTI_INLINE rt_tensor *rti_member_tensor(const rti_members *t, int i) { return RTI_CAST(rt_tensor *, t->at[i].what); }
static RTI_INLINE rt_module *rti_member_module(const rti_members *t, int i) { return RTI_CAST(rt_module *, t->at[i].what); }

/* ---- tables of members ---- */

/* The index of the member whose name is the first n characters of a text; -1 if there is none. */
static int rti_member_find(const rti_members *t, const char *name, size_t n)
{
    for (int i = 0; i < t->n; i++)
        if (strncmp(t->at[i].name, name, n) == 0 && t->at[i].name[n] == '\0')
            return i;
    return -1;
}

/* Puts a member in, in place of the one that has the name; *old is then what it was, else NULL. */
static rt_status rti_member_put(rti_members *t, const char *name, void *what, void **old)
{
    int i = rti_member_find(t, name, strlen(name));
    *old = NULL;
    if (i >= 0) {
        *old = t->at[i].what;
        t->at[i].what = what;
        return RT_OK;
    }
    if (!rti_grow(&t->at, &t->capacity, (int64_t)t->n + 1, sizeof *t->at))
        return rti_pending_code();
    char *copy = rti_text_copy(name);
    if (!copy)
        return rti_pending_code();
    t->at[t->n].name = copy;
    t->at[t->n++].what = what;
    return RT_OK;
}

static void rti_members_free(rti_members *t)
{
    for (int i = 0; i < t->n; i++)
        rti_pool_put(t->at[i].name);
    rti_pool_put(t->at);
}

/* Whether a member of this table of the module may have the name. */
static rt_status rti_check_name(const rt_module *self, const rti_members *own, const char *name, const char *op)
{
    const rti_members *table[] = { &self->parameters, &self->buffers, &self->children };
    const char *const what[] = { "parameter", "buffer", "module" };
    if (!name)
        return rti_raise(RT_ERR_NULL, op, "name is NULL");
    if (!*name || strchr(name, '.'))
        return rti_raise(RT_ERR_KEY, op, "expected a name without dots and not empty, got \"%s\"", name);
    for (size_t k = 0; k < RTI_COUNT(table); k++)
        if (table[k] != own && rti_member_find(table[k], name, strlen(name)) >= 0)
            return rti_raise(RT_ERR_KEY, op, "%s has a %s of the name \"%s\" already", self->type, what[k], name);
    return RT_OK;
}

/* ---- life ---- */

static void rti_module_release(rt_module *m)
{
    if (rti_atomic_add32(&m->refs, -1) != 1)
        return;
    if (m->release_user)
        m->release_user(m->user);
    for (int i = 0; i < m->children.n; i++)
        rti_module_release(rti_member_module(&m->children, i));
    for (int i = 0; i < m->parameters.n; i++)
        rti_release(rti_member_tensor(&m->parameters, i));
    for (int i = 0; i < m->buffers.n; i++)
        rti_release(rti_member_tensor(&m->buffers, i));
    rti_members_free(&m->children);
    rti_members_free(&m->parameters);
    rti_members_free(&m->buffers);
    rti_pool_put(m->list_block);
    m->head.tag = 0;
    rti_pool_put(m);
}

/* Lets go of a module that was to be taken over: one that belongs to another already stays with that. */
static void rti_module_drop(rt_module *m)
{
    if (m && m->head.tag == RTI_TAG_MODULE && !m->adopted)
        rti_module_release(m);
}

static void rti_module_destroy(void *object)
{
    rt_module *m = RTI_CAST(rt_module *, object);
    if (m->adopted)
        rti_raise(RT_ERR_STATE, "rt_free", "this %s belongs to another module and is freed with it", m->type);
    else
        rti_module_release(m);
}

static rt_status rti_module_state(void *object, struct rt_dict *into);
static rt_status rti_module_zero_grad(void *object);

static rt_module *rti_module_make(const char *type, rt_module_forward_fn forward, rt_module_values_fn values, void *user, const char *op)
{
    if (rti_pending_code() != RT_OK)
        return NULL;
    if (!type || (!forward && !values)) {
        rti_raise(RT_ERR_NULL, op, "expected a type and a forward, %s is NULL", type ? "the forward" : "the type");
        return NULL;
    }
    size_t n = strlen(type);
    rt_module *m = RTI_CAST(rt_module *, rti_pool_zeroed(sizeof *m + n));
    if (!m)
        return NULL;
    m->head.tag = RTI_TAG_MODULE;
    m->head.kind = "module";
    m->head.destroy = rti_module_destroy;
    m->head.state = rti_module_state;
    m->head.zero_grad = rti_module_zero_grad;
    m->refs = 1;
    m->training = true;
    m->forward = forward;
    m->forward_values = values;
    m->user = user;
    memcpy(m->type, type, n + 1);
    return m;
}

RT_API rt_module *rt_module_new(const char *type, rt_module_forward_fn forward, void *user)
{
    return rti_module_make(type, forward, NULL, user, "rt_module_new");
}

RT_API rt_module *rt_module_new_values(const char *type, rt_module_values_fn forward, void *user)
{
    return rti_module_make(type, NULL, forward, user, "rt_module_new_values");
}

RT_API void *rt_module_user(const rt_module *self) { return rti_is_module(self, "rt_module_user") ? self->user : NULL; }

RT_API rt_status rt_module_set_user(rt_module *self, void *user, void (*release)(void *user))
{
    if (!rti_is_module(self, "rt_module_set_user")) {
        if (release)
            release(user);
        return rti_pending_code();
    }
    if (self->release_user && self->user != user)
        self->release_user(self->user);
    self->user = user;
    self->release_user = release;
    return RT_OK;
}

/* ---- adding ---- */

static void rti_module_touch(rt_module *m) { m->changed = rti_atomic_add(&rti_module_changes, 1) + 1; }

static bool rti_module_contains(const rt_module *m, const rt_module *wanted)
{
    if (m == wanted)
        return true;
    for (int i = 0; i < m->children.n; i++)
        if (rti_module_contains(rti_member_module(&m->children, i), wanted))
            return true;
    return false;
}

static bool rti_module_adopt(rt_module *self, const char *name, rt_module *child)
{
    void *old;
    if (rti_check_name(self, &self->children, name, "rt_module_add") != RT_OK || rti_member_put(&self->children, name, child, &old) != RT_OK)
        return false;
    if (child->adopted)
        rti_atomic_add32(&child->refs, 1);
    child->adopted = true;
    rti_module_touch(self);
    if (old)
        rti_module_release(RTI_CAST(rt_module *, old));
    return true;
}

RT_API rt_module *rt_module_add(rt_module *self, const char *name, rt_module *child)
{
    if (!rti_is_module(child, "rt_module_add"))
        return NULL;
    if (self && self->head.tag == RTI_TAG_MODULE && rti_module_contains(child, self)) {
        rti_raise(RT_ERR_VALUE, "rt_module_add", "this %s contains the %s that it was to be added to", child->type, self->type);
        return NULL;
    }
    if (rti_is_module(self, "rt_module_add") && rti_module_adopt(self, name, child))
        return child;
    rti_module_drop(child);
    return NULL;
}

/* The module's reference to x: the one that x's scope has, or one more. */
static void rti_take(rt_tensor *x)
{
    if (rti_absent(x))
        return;
    if (x->scope_thread == rti_thread_state())
        rti_unscope(x, "rt_module_add_parameter");
    else
        rti_retain(x);
}

static rt_tensor *rti_module_put_tensor(rt_module *self, rti_members *table, const char *name, rt_tensor *x, const char *op)
{
    void *old;
    if (rti_check_name(self, table, name, op) != RT_OK || rti_member_put(table, name, x, &old) != RT_OK)
        return NULL;
    rti_take(x);
    rti_module_touch(self);
    rti_release(RTI_CAST(rt_tensor *, old));
    return x;
}

RT_API rt_tensor *rt_module_add_parameter(rt_module *self, const char *name, rt_tensor *x)
{
    static const char op[] = "rt_module_add_parameter";
    if (!rti_is_module(self, op) || (!rti_absent(x) && !rti_is_tensor(x, op, "x")))
        return NULL;
    if (!rti_absent(x)) {
        if (x->meta && rti_meta(x)->node) {
            rti_raise(RT_ERR_GRAD, op, "expected a leaf for \"%s\", got the result of an operation on the tape: use rt_detach", name ? name : "");
            return NULL;
        }
        if (!rti_is_float((rt_dtype)x->dtype)) {
            rti_raise(RT_ERR_DTYPE, op, "expected a floating point tensor for \"%s\", got %s", name ? name : "", rt_dtype_name((rt_dtype)x->dtype));
            return NULL;
        }
    }
    if (!rti_module_put_tensor(self, &self->parameters, name, x, op))
        return NULL;
    if (!rti_absent(x))
        x->requires_grad = true;
    return x;
}

RT_API rt_tensor *rt_module_add_buffer(rt_module *self, const char *name, rt_tensor *x)
{
    static const char op[] = "rt_module_add_buffer";
    if (!rti_is_module(self, op) || (!rti_absent(x) && !rti_is_tensor(x, op, "x")))
        return NULL;
    return rti_module_put_tensor(self, &self->buffers, name, x, op);
}

/* ---- looking ---- */

/* Goes down to the module whose member the path's last name is; that name is then left in *path. NULL if a name on the way is unknown. */
static const rt_module *rti_module_descend(const rt_module *m, const char **path)
{
    for (const char *dot; m && (dot = strchr(*path, '.')) != NULL; *path = dot + 1) {
        int i = rti_member_find(&m->children, *path, (size_t)(dot - *path));
        m = i < 0 ? NULL : rti_member_module(&m->children, i);
    }
    return m;
}

/* The member at a path in the k-th table of a module: 0 parameters, 1 buffers, 2 children. */
static void *rti_module_look(const rt_module *self, const char *path, int k, const char *op)
{
    static const char *const what[] = { "parameter", "buffer", "module" };
    const char *name = path;
    if (!rti_is_module(self, op))
        return NULL;
    if (!path) {
        rti_raise(RT_ERR_NULL, op, "the name is NULL");
        return NULL;
    }
    const rt_module *m = rti_module_descend(self, &name);
    const rti_members *t = !m ? NULL : k == 0 ? &m->parameters : k == 1 ? &m->buffers : &m->children;
    int i = t ? rti_member_find(t, name, strlen(name)) : -1;
    if (i >= 0)
        return t->at[i].what;
    rti_raise(RT_ERR_KEY, op, "%s has no %s \"%s\"", self->type, what[k], path);
    return NULL;
}

RT_API rt_module *rt_module_get(const rt_module *self, const char *path)
{
    return RTI_CAST(rt_module *, rti_module_look(self, path, 2, "rt_module_get"));
}

RT_API rt_tensor *rt_module_parameter(const rt_module *self, const char *path)
{
    return RTI_CAST(rt_tensor *, rti_module_look(self, path, 0, "rt_module_parameter"));
}

RT_API rt_tensor *rt_module_buffer(const rt_module *self, const char *path)
{
    return RTI_CAST(rt_tensor *, rti_module_look(self, path, 1, "rt_module_buffer"));
}

RT_API int rt_module_n_children(const rt_module *self) { return rti_is_module(self, "rt_module_n_children") ? self->children.n : -1; }

static const rti_member *rti_module_child(const rt_module *self, int i, const char *op)
{
    if (!rti_is_module(self, op))
        return NULL;
    if (i >= 0 && i < self->children.n)
        return &self->children.at[i];
    rti_raise(RT_ERR_INDEX, op, "%s has %d modules, the index is %d", self->type, self->children.n, i);
    return NULL;
}

RT_API rt_module *rt_module_child_at(const rt_module *self, int i)
{
    const rti_member *child = rti_module_child(self, i, "rt_module_child_at");
    return child ? RTI_CAST(rt_module *, child->what) : NULL;
}

RT_API const char *rt_module_name_at(const rt_module *self, int i)
{
    const rti_member *child = rti_module_child(self, i, "rt_module_name_at");
    return child ? child->name : NULL;
}

RT_API const char *rt_module_type_name(const rt_module *self) { return rti_is_module(self, "rt_module_type_name") ? self->type : NULL; }

/* ---- forward ---- */

static rt_status rti_forward_failed(const rt_module *m, rt_status status)
{
    rt_status pending = rti_pending_code();
    if (pending != RT_OK)
        return pending;
    return rti_raise(status != RT_OK ? status : RT_ERR_STATE, "rt_forward", "the forward of %s failed without an error", m->type);
}

static RTI_NOINLINE rt_tensor *rti_module_run_values(rt_module *m, rt_tensor *x)
{
    rt_value in = rti_value_tensor(x), out = rt_value_none();
    rt_status status = m->forward_values(m, &in, 1, &out, 1);
    if (status != RT_OK) {
        rti_forward_failed(m, status);
        return NULL;
    }
    if (out.tag != RT_VALUE_TENSOR || !out.as.tensor) {
        rti_raise(RT_ERR_VALUE, "rt_forward", "expected a tensor from the forward of %s: use rt_forward_values", m->type);
        return NULL;
    }
    return out.as.tensor;
}

/* The forward of a live module, of a live tensor. */
static RTI_INLINE rt_tensor *rti_module_run(rt_module *m, rt_tensor *x)
{
    if (RTI_UNLIKELY(!m->forward))
        return rti_module_run_values(m, x);
    rt_tensor *y = m->forward(m, x);
    if (RTI_UNLIKELY(!y))
        rti_forward_failed(m, RT_OK);
    return y;
}

RT_API rt_tensor *rt_forward(rt_module *self, rt_tensor *x)
{
    if (!rti_is_module(self, "rt_forward") || !rti_is_tensor(x, "rt_forward", "x"))
        return NULL;
    return rti_module_run(self, x);
}

static rt_status rti_check_inputs(const rt_value *inputs, int n)
{
    char argument[24];
    for (int k = 0; k < n; k++) {
        snprintf(argument, sizeof argument, "input %d", k + 1);
        for (int i = 0; i < rti_value_tensors(&inputs[k]); i++) {
            const rt_tensor *x = inputs[k].tag == RT_VALUE_TENSOR ? inputs[k].as.tensor : inputs[k].as.tensors[i];
            if (!rti_absent(x) && !rti_is_tensor(x, "rt_forward_values", argument))
                return rti_pending_code();
        }
    }
    return RT_OK;
}

RT_API rt_status rt_forward_values(rt_module *self, const rt_value *inputs, int n_inputs, rt_value *outputs, int n_outputs)
{
    if (!rti_is_module(self, "rt_forward_values"))
        return rti_pending_code();
    if ((n_inputs > 0 && !inputs) || (n_outputs > 0 && !outputs))
        return rti_raise(RT_ERR_NULL, "rt_forward_values", "%s is NULL", inputs ? "outputs" : "inputs");
    for (int k = 0; k < n_outputs; k++)
        outputs[k] = rt_value_none();
    rt_status status = rti_check_inputs(inputs, n_inputs);
    if (status != RT_OK)
        return status;
    if (self->forward_values) {
        status = self->forward_values(self, inputs, n_inputs, outputs, n_outputs);
        return status == RT_OK ? RT_OK : rti_forward_failed(self, status);
    }
    if (n_inputs != 1 || n_outputs != 1 || inputs[0].tag != RT_VALUE_TENSOR)
        return rti_raise(RT_ERR_VALUE, "rt_forward_values", "%s takes one tensor and gives one, got %d inputs and %d outputs", self->type, n_inputs, n_outputs);
    rt_tensor *y = rti_module_run(self, inputs[0].as.tensor);
    if (!y)
        return rti_pending_code();
    outputs[0] = rti_value_tensor(y);
    return RT_OK;
}

static void rti_module_mode(rt_module *m, bool training)
{
    m->training = training;
    for (int i = 0; i < m->children.n; i++)
        rti_module_mode(rti_member_module(&m->children, i), training);
}

RT_API rt_module *rt_train(rt_module *self)
{
    if (!rti_is_module(self, "rt_train"))
        return NULL;
    rti_module_mode(self, true);
    return self;
}

RT_API rt_module *rt_eval(rt_module *self)
{
    if (!rti_is_module(self, "rt_eval"))
        return NULL;
    rti_module_mode(self, false);
    return self;
}

RT_API bool rt_is_training(const rt_module *self) { return rti_is_module(self, "rt_is_training") && self->training; }
/* ---- parameters: walking a module tree by name -------------------------------------------------------------------------------------- */

/* Longest name of a tensor in a tree, dots included. */
enum { RTI_PATH_SIZE = 512 };

/* A walk over all tensors of a tree, in PyTorch's order: a module's own parameters, its buffers, then its children one after another. */
typedef struct rti_tour {
    rt_status (*visit)(struct rti_tour *w, rt_tensor *x);
    bool buffers;                      /* visit these too */
    char path[RTI_PATH_SIZE];          /* the visited tensor's name */
    size_t length;
    struct rt_dict *dict;              /* what a visit fills: a dict, or */
    rt_parameter_list list;            /* a list in a block that has room for everything; without a block, sizes are counted */
    rt_tensor **tensors;
    const char **names;
    char *text;
    size_t n_text;
} rti_tour;

static rt_status rti_tour_push(rti_tour *w, const char *name, const char *more)
{
    size_t n = strlen(name), m = strlen(more);
    if (n + m >= sizeof w->path - w->length)
        return rti_raise(RT_ERR_VALUE, "rt_module", "a tensor's name is longer than %d characters: \"%.40s...\"", RTI_PATH_SIZE - 1, w->path);
    memcpy(w->path + w->length, name, n);
    memcpy(w->path + w->length + n, more, m + 1);
    w->length += n + m;
    return RT_OK;
}

static void rti_tour_pop(rti_tour *w, size_t length)
{
    w->length = length;
    w->path[length] = '\0';
}

static rt_status rti_tour_tensors(rti_tour *w, const rti_members *t)
{
    size_t here = w->length;
    rt_status status = RT_OK;
    for (int i = 0; i < t->n && status == RT_OK; i++) {
        rt_tensor *x = rti_member_tensor(t, i);
        if (rti_absent(x))
            continue;
        status = rti_tour_push(w, t->at[i].name, "");
        if (status == RT_OK)
            status = w->visit(w, x);
        rti_tour_pop(w, here);
    }
    return status;
}

static rt_status rti_tour_module(rti_tour *w, const rt_module *m)
{
    size_t here = w->length;
    rt_status status = rti_tour_tensors(w, &m->parameters);
    if (status == RT_OK && w->buffers)
        status = rti_tour_tensors(w, &m->buffers);
    for (int i = 0; i < m->children.n && status == RT_OK; i++) {
        status = rti_tour_push(w, m->children.at[i].name, ".");
        if (status == RT_OK)
            status = rti_tour_module(w, rti_member_module(&m->children, i));
        rti_tour_pop(w, here);
    }
    return status;
}

/* ---- state ---- */

static rt_status rti_visit_state(rti_tour *w, rt_tensor *x) { return rt_dict_set(w->dict, w->path, x); }

static rt_status rti_module_state(void *object, struct rt_dict *into)
{
    rti_tour w;
    memset(&w, 0, sizeof w);
    w.visit = rti_visit_state;
    w.buffers = true;
    w.dict = into;
    return rti_tour_module(&w, RTI_CAST(const rt_module *, object));
}

/* ---- the list of parameters ---- */

static rt_status rti_visit_list(rti_tour *w, rt_tensor *x)
{
    size_t n = w->length + 1;
    if (!w->tensors) {                             /* counting: shared ones twice, which only makes the block a little too large */
        w->list.count++;
        w->n_text += n;
        return RT_OK;
    }
    for (int i = 0; i < w->list.count; i++)
        if (w->tensors[i] == x)
            return RT_OK;
    w->tensors[w->list.count] = x;
    w->names[w->list.count++] = w->text;
    memcpy(w->text, w->path, n);
    w->text += n;
    return RT_OK;
}

/* Lists the parameters in a new block; NULL with the error raised. */
static void *rti_list_parameters(const rt_module *m, rt_parameter_list *list)
{
    rti_tour w;
    memset(&w, 0, sizeof w);
    w.visit = rti_visit_list;
    if (rti_tour_module(&w, m) != RT_OK)
        return NULL;
    size_t room = (size_t)w.list.count;
    void *block = rti_pool_get(room * (sizeof *w.tensors + sizeof *w.names) + w.n_text + 1);
    if (!block)
        return NULL;
    w.tensors = RTI_CAST(rt_tensor **, block);
    w.names = (const char **)(void *)(w.tensors + room);
    w.text = (char *)(void *)(w.names + room);
    w.list.count = 0;
    rti_tour_module(&w, m);                        /* goes where it went while counting, and cannot fail */
    list->count = w.list.count;
    list->tensors = w.tensors;
    list->names = w.names;
    return block;
}

static intptr_t rti_module_newest_change(const rt_module *m)
{
    intptr_t newest = m->changed;
    for (int i = 0; i < m->children.n; i++) {
        intptr_t below = rti_module_newest_change(rti_member_module(&m->children, i));
        newest = RTI_MAX(newest, below);
    }
    return newest;
}

RT_API rt_parameter_list rt_parameters(rt_module *self)
{
    rt_parameter_list list = { -1, NULL, NULL };
    if (!rti_is_module(self, "rt_parameters"))
        return list;
    intptr_t newest = rti_module_newest_change(self);
    if (self->list_block && self->list_changed == newest)
        return self->list;
    void *block = rti_list_parameters(self, &list);
    if (!block)
        return list;
    rti_pool_put(self->list_block);
    self->list_block = block;
    self->list_changed = newest;
    self->list = list;
    return list;
}

RT_API rt_parameter_list rt_parameters_of(rt_tensor *const *tensors, int n)
{
    rt_parameter_list list = { -1, NULL, NULL };
    if (n < 0) {
        rti_raise(RT_ERR_VALUE, "rt_parameters_of", "expected a count of 0 or more, got %d", n);
        return list;
    }
    if (n > 0 && !tensors) {
        rti_raise(RT_ERR_NULL, "rt_parameters_of", "tensors is NULL");
        return list;
    }
    for (int i = 0; i < n; i++) {
        char argument[24];
        snprintf(argument, sizeof argument, "tensor %d", i + 1);
        if (!rti_is_tensor(tensors[i], "rt_parameters_of", argument))
            return list;
    }
    list.count = n;
    list.tensors = tensors;
    return list;
}

/* ---- gradients of a tree ---- */

static rt_status rti_module_zero_grad(void *object)
{
    const rt_module *m = RTI_CAST(const rt_module *, object);
    rt_status status = RT_OK;
    for (int i = 0; i < m->parameters.n && status == RT_OK; i++)
        if (!rti_absent(rti_member_tensor(&m->parameters, i)))
            status = rt_set_grad(rti_member_tensor(&m->parameters, i), RT_NONE);
    for (int i = 0; i < m->children.n && status == RT_OK; i++)
        status = rti_module_zero_grad(m->children.at[i].what);
    return status;
}

RT_API rt_status rt_zero_grad(void *object)
{
    if (!object)
        return rti_raise(RT_ERR_NULL, "rt_zero_grad", "expected a module, an optimiser or a tensor, got NULL");
    const rti_object *head = RTI_CAST(const rti_object *, object);
    if (head->tag == RTI_TAG_TENSOR)
        return rti_is_tensor(RTI_CAST(rt_tensor *, object), "rt_zero_grad", "object") ? rt_set_grad(RTI_CAST(rt_tensor *, object), RT_NONE) : rti_pending_code();
    if (head->tag <= RTI_TAG_TENSOR || head->tag >= RTI_TAG_END)
        return rti_raise(RT_ERR_STATE, "rt_zero_grad", "not a live object: it was freed, or was never one of the library's");
    if (!head->zero_grad)
        return rti_raise(RT_ERR_UNSUPPORTED, "rt_zero_grad", "a %s has no gradients", head->kind);
    return head->zero_grad(object);
}

static void rti_module_want_grad(rt_module *m, bool on)
{
    for (int i = 0; i < m->parameters.n; i++)
        if (!rti_absent(rti_member_tensor(&m->parameters, i)))
            rti_member_tensor(&m->parameters, i)->requires_grad = on;
    for (int i = 0; i < m->children.n; i++)
        rti_module_want_grad(rti_member_module(&m->children, i), on);
}

RT_API rt_module *rt_module_requires_grad_(rt_module *self, bool on)
{
    if (!rti_is_module(self, "rt_module_requires_grad_"))
        return NULL;
    rti_module_want_grad(self, on);
    return self;
}
/* ---- initial values --------------------------------------------------------------------------------------------------------------- */

RT_API rt_nn_init_opts rt_nn_init_opts_default(void)
{
    rt_nn_init_opts o;
    o.exact = 1;
    o.mode = "fan_in";
    o.nonlinearity = "leaky_relu";
    return o;
}

RT_API rt_tensor *rt_nn_init_uniform_(rt_tensor *x, double a, double b)
{
    rt_scope off_tape = rt_no_grad();
    x = rt_uniform_(x, a, b);
    rt_scope_end(off_tape);
    return x;
}

RT_API rt_tensor *rt_nn_init_normal_(rt_tensor *x, double mean, double std)
{
    rt_scope off_tape = rt_no_grad();
    x = rt_normal_(x, mean, std);
    rt_scope_end(off_tape);
    return x;
}

RT_API rt_tensor *rt_nn_init_constant_(rt_tensor *x, double value)
{
    rt_scope off_tape = rt_no_grad();
    x = rt_fill_(x, rt_scalar_float(value));
    rt_scope_end(off_tape);
    return x;
}

RT_API rt_tensor *rt_nn_init_zeros_(rt_tensor *x) { return rt_nn_init_constant_(x, 0.0); }
RT_API rt_tensor *rt_nn_init_ones_(rt_tensor *x) { return rt_nn_init_constant_(x, 1.0); }

/* ---- rules by fan: every step in double and in PyTorch's order, so that the bounds agree to the bit ---- */

typedef struct rti_gain { const char *nonlinearity; double gain; } rti_gain;

static const rti_gain rti_gains[] = {
    { "linear", 1.0 }, { "conv1d", 1.0 }, { "conv2d", 1.0 }, { "conv3d", 1.0 }, { "conv_transpose1d", 1.0 }, { "conv_transpose2d", 1.0 },
    { "conv_transpose3d", 1.0 }, { "sigmoid", 1.0 }, { "tanh", 5.0 / 3.0 }, { "selu", 3.0 / 4.0 },
};

/* The gain, or -1 with the error raised. */
static double rti_gain_of(const char *nonlinearity, double param, const char *op)
{
    for (size_t i = 0; i < RTI_COUNT(rti_gains); i++)
        if (strcmp(rti_gains[i].nonlinearity, nonlinearity) == 0)
            return rti_gains[i].gain;
    if (strcmp(nonlinearity, "relu") == 0)
        return sqrt(2.0);
    if (strcmp(nonlinearity, "leaky_relu") == 0)
        return sqrt(2.0 / (1.0 + param * param));
    rti_raise(RT_ERR_VALUE, op, "no gain is known for the nonlinearity \"%s\"", nonlinearity);
    return -1.0;
}

RT_API double rt_nn_init_calculate_gain(const char *nonlinearity, double param)
{
    static const char op[] = "rt_nn_init_calculate_gain";
    if (!nonlinearity)
        rti_raise(RT_ERR_NULL, op, "nonlinearity is NULL");
    double gain = nonlinearity ? rti_gain_of(nonlinearity, param, op) : -1.0;
    return gain < 0.0 ? (double)NAN : gain;
}

typedef struct rti_fans { double in, out; } rti_fans;

/* The fans of x; 0 for a tensor without elements, which has nothing to draw. False with the error raised. */
static bool rti_fans_of(const rt_tensor *x, rti_fans *fan, const char *op)
{
    rti_shape_text shape;
    int64_t field = 1;
    fan->in = fan->out = 0.0;
    if (!rti_is_tensor(x, op, "x"))
        return false;
    if (x->numel == 0)
        return true;
    if (x->ndim < 2) {
        rti_raise(RT_ERR_VALUE, op, "expected a tensor of at least 2 dimensions, got shape %s", rti_shape_of_text(&shape, x));
        return false;
    }
    for (int d = 2; d < x->ndim; d++)
        field *= x->size[d];
    fan->in = (double)(x->size[1] * field);
    fan->out = (double)(x->size[0] * field);
    return true;
}

RT_API rt_tensor *rt_nn_init_xavier_uniform_(rt_tensor *x, double gain)
{
    rti_fans fan;
    if (!rti_fans_of(x, &fan, "rt_nn_init_xavier_uniform_"))
        return NULL;
    double std = x->numel > 0 ? gain * sqrt(2.0 / (fan.in + fan.out)) : 0.0, bound = sqrt(3.0) * std;
    return x->numel > 0 ? rt_nn_init_uniform_(x, -bound, bound) : x;
}

RT_API rt_tensor *rt_nn_init_xavier_normal_(rt_tensor *x, double gain)
{
    rti_fans fan;
    if (!rti_fans_of(x, &fan, "rt_nn_init_xavier_normal_"))
        return NULL;
    return x->numel > 0 ? rt_nn_init_normal_(x, 0.0, gain * sqrt(2.0 / (fan.in + fan.out))) : x;
}

/* The standard deviation that the Kaiming rules ask of x, 0 if there is nothing to draw; -1 with the error raised. */
static double rti_kaiming(const rt_tensor *x, double a, const rt_nn_init_opts *opts, const char *op)
{
    rti_fans fan;
    const char *mode = opts && opts->mode ? opts->mode : "fan_in";
    const char *nonlinearity = opts && opts->nonlinearity ? opts->nonlinearity : "leaky_relu";
    bool forward = strcmp(mode, "fan_in") == 0;
    if (!rti_fans_of(x, &fan, op))
        return -1.0;
    if (!forward && strcmp(mode, "fan_out") != 0) {
        rti_raise(RT_ERR_VALUE, op, "expected \"fan_in\" or \"fan_out\" for mode, got \"%s\"", mode);
        return -1.0;
    }
    double gain = rti_gain_of(nonlinearity, a, op);
    return gain < 0.0 ? -1.0 : x->numel == 0 ? 0.0 : gain / sqrt(forward ? fan.in : fan.out);
}

RT_API rt_tensor *rt_nn_init_kaiming_uniform_(rt_tensor *x, double a, const rt_nn_init_opts *opts)
{
    double std = rti_kaiming(x, a, opts, "rt_nn_init_kaiming_uniform_"), bound = sqrt(3.0) * std;
    return std < 0.0 ? NULL : x->numel == 0 ? x : rt_nn_init_uniform_(x, -bound, bound);
}

RT_API rt_tensor *rt_nn_init_kaiming_normal_(rt_tensor *x, double a, const rt_nn_init_opts *opts)
{
    double std = rti_kaiming(x, a, opts, "rt_nn_init_kaiming_normal_");
    return std < 0.0 ? NULL : x->numel == 0 ? x : rt_nn_init_normal_(x, 0.0, std);
}
/* ---- layers ------------------------------------------------------------------------------------------------------------------------ */

static rt_module *rti_layer(const char *type, rt_module_forward_fn forward)
{
    rt_module *m = rti_module_make(type, forward, NULL, NULL, type);
    if (m)
        m->lets_go = true;
    return m;
}

/* ---- linear ---- */

enum { RTI_LINEAR_WEIGHT, RTI_LINEAR_BIAS };

RT_API rt_nn_linear_opts rt_nn_linear_opts_default(void)
{
    rt_nn_linear_opts o;
    o.exact = 1;
    o.no_bias = false;
    o.dtype = RT_FLOAT32;
    return o;
}

static rt_tensor *rti_linear_forward(rt_module *self, rt_tensor *x)
{
    return rt_linear(x, rti_member_tensor(&self->parameters, RTI_LINEAR_WEIGHT), rti_member_tensor(&self->parameters, RTI_LINEAR_BIAS));
}

/* Makes and draws the parameters, in torch's order: what is drawn first has the first random numbers. */
static bool rti_linear_start(rt_module *m, int64_t in, int64_t out, bool bias, rt_dtype dtype)
{
    rt_tensor_opts made = rt_tensor_opts_default();
    made.dtype = dtype;
    rt_tensor *w = rt_nn_init_kaiming_uniform_(rt_empty(RT_SHAPE(out, in), &made), sqrt(5.0), NULL), *b = RT_NONE;
    if (w && bias) {
        double bound = in > 0 ? 1.0 / sqrt((double)in) : 0.0;
        b = rt_nn_init_uniform_(rt_empty(RT_SHAPE(out), &made), 0.0 - bound, bound);     /* from 0, not -0, where nothing comes in */
    }
    return w && b && rt_module_add_parameter(m, "weight", w) && rt_module_add_parameter(m, "bias", b);
}

RT_API rt_module *rt_nn_linear(int64_t in_features, int64_t out_features, const rt_nn_linear_opts *opts)
{
    rt_dtype dtype = opts && opts->dtype != RT_DTYPE_DEFAULT ? opts->dtype : RT_FLOAT32;
    if (in_features < 0 || out_features < 0) {
        rti_raise(RT_ERR_SHAPE, "rt_nn_linear", "expected sizes of 0 or more, got %lld in and %lld out", (long long)in_features, (long long)out_features);
        return NULL;
    }
    if (!rti_is_dtype(dtype) || !rti_is_float(dtype)) {
        rti_raise(RT_ERR_DTYPE, "rt_nn_linear", "expected a floating point dtype, got %s", rt_dtype_name(dtype));
        return NULL;
    }
    rt_module *m = rti_layer("Linear", rti_linear_forward);
    if (!m)
        return NULL;
    rt_scope scope = rt_scope_begin();
    bool started = rti_linear_start(m, in_features, out_features, !(opts && opts->no_bias), dtype);
    rt_scope_end(scope);
    if (started)
        return m;
    rti_module_release(m);
    return NULL;
}

/* ---- layers without parameters ---- */

static rt_tensor *rti_relu_forward(rt_module *self, rt_tensor *x) { (void)self; return rt_relu(x); }
static rt_tensor *rti_gelu_forward(rt_module *self, rt_tensor *x) { (void)self; return rt_gelu(x); }
static rt_tensor *rti_identity_forward(rt_module *self, rt_tensor *x) { (void)self; return x; }
static rt_tensor *rti_flatten_forward(rt_module *self, rt_tensor *x) { (void)self; return rt_flatten(x, 1, -1); }

RT_API rt_module *rt_nn_relu(void) { return rti_layer("ReLU", rti_relu_forward); }
RT_API rt_module *rt_nn_gelu(void) { return rti_layer("GELU", rti_gelu_forward); }
RT_API rt_module *rt_nn_identity(void) { return rti_layer("Identity", rti_identity_forward); }
RT_API rt_module *rt_nn_flatten(void) { return rti_layer("Flatten", rti_flatten_forward); }

/* ---- sequential ---- */

/* Frees a result between two layers that nobody but the tape will look at again, so that its memory is warm for the next one. */
static RTI_INLINE void rti_drop_between(rt_tensor *x)
{
    const rti_thread *t = rti_thread_state();
    if (x->scope_thread != t || x->scope_level != t->scope_level || x->pending || (rti_modes & ~(uint32_t)RTI_MODE_NO_GRAD))
        return;
    rti_unscope(x, "rt_nn_sequential");
    rti_release(x);
}

static rt_tensor *rti_sequential_forward(rt_module *self, rt_tensor *x)
{
    bool ours = false;               /* x was made by a layer before this one, and no module of the user's has seen it */
    for (int i = 0; x && i < self->children.n; i++) {
        rt_module *layer = rti_member_module(&self->children, i);
        rt_tensor *y = rti_module_run(layer, x);
        if (ours && layer->lets_go && y != x)
            rti_drop_between(x);
        ours = layer->lets_go && (ours || y != x);
        x = y;
    }
    return x;
}

/* Lets go of layers from `first` on, each once. */
static void rti_layers_drop(rt_module *const *layers, int first, int n)
{
    for (int i = first; i < n; i++) {
        bool again = false;
        for (int j = 0; j < i && !again; j++)
            again = layers[j] == layers[i];
        if (!again)
            rti_module_drop(layers[i]);
    }
}

RT_API rt_module *rt_nn_sequential_of(rt_module *const *layers, int n)
{
    static const char op[] = "rt_nn_sequential";
    int failed = -1;
    if (n < 0 || (n > 0 && !layers)) {
        rti_raise(n < 0 ? RT_ERR_VALUE : RT_ERR_NULL, op, "expected a list of layers, got %s and a count of %d", layers ? "one" : "NULL", n);
        return NULL;
    }
    for (int i = 0; i < n && failed < 0; i++)
        if (!layers[i])
            failed = i;
    if (failed >= 0)
        rti_raise(RT_ERR_NULL, op, "layer %d is NULL", failed);
    rt_module *m = rti_module_make("Sequential", rti_sequential_forward, NULL, NULL, op);
    int i = 0;
    while (m && i < n && rt_nn_sequential_append(m, layers[i]))
        i++;
    if (m && i == n)
        return m;
    rti_layers_drop(layers, m ? i + 1 : 0, n);     /* the i-th was let go of when it could not be added */
    if (m)
        rti_module_release(m);
    return NULL;
}

RT_API rt_module *rt_nn_sequential_append(rt_module *self, rt_module *layer)
{
    char name[16];
    snprintf(name, sizeof name, "%d", self && self->head.tag == RTI_TAG_MODULE ? self->children.n : 0);
    return rt_module_add(self, name, layer) ? self : NULL;
}
RTI_COLD_END
#endif
/* ---- optimisers ------------------------------------------------------------------------------------------------------------------------ */

/* An update is one loop over a parameter. Its operands are arrays, the gradient first and then what is written in place, and after them
 * numbers, of which the loop reads one each. */

#if RTI_PASS == 1 || RTI_ONE_PASS

#define RTI_NUMBER(k) rti_vset((double)*RTI_CAST(const rti_real *, in[k]))

/* The gradient as the update takes it: turned round to maximise, with the parameter's decay. */
static RTI_INLINE rti_vf RTI_FN(directed)(rti_vf g, rti_vf p, rti_vf sign, rti_vf decay) { return rti_vfma(decay, p, rti_vmul(sign, g)); }

/* g p -> p;  numbers: sign, weight_decay, -lr */
static void RTI_FN(run_sgd)(void *const *out, const void *const *in, int64_t n)
{
    RTI_IN(0) RTI_IN(1) RTI_OUT(0)
    const rti_vf sign = RTI_NUMBER(2), decay = RTI_NUMBER(3), rate = RTI_NUMBER(4);
    for (int64_t i = 0; i < n; i += RTI_LANES) {
        RTI_LAST
        rti_vf p = RTI_TAKE(1), g = RTI_FN(directed)(RTI_TAKE(0), p, sign, decay);
        RTI_PUT(0, rti_vfma(rate, g, p));
    }
}

/* g p b -> p b;  numbers: sign, weight_decay, -lr, the buffer's share, the gradient's, and what nesterov looks ahead, 0 for not at all */
static void RTI_FN(run_sgd_momentum)(void *const *out, const void *const *in, int64_t n)
{
    RTI_IN(0) RTI_IN(1) RTI_IN(2) RTI_OUT(0) RTI_OUT(1)
    const rti_vf sign = RTI_NUMBER(3), decay = RTI_NUMBER(4), rate = RTI_NUMBER(5), kept = RTI_NUMBER(6), taken = RTI_NUMBER(7), ahead = RTI_NUMBER(8);
    const rti_vm looks = rti_vlt(rti_vset(0), ahead);
    for (int64_t i = 0; i < n; i += RTI_LANES) {
        RTI_LAST
        rti_vf p = RTI_TAKE(1), g = RTI_FN(directed)(RTI_TAKE(0), p, sign, decay);
        rti_vf b = rti_vfma(taken, g, rti_vmul(kept, RTI_TAKE(2)));
        RTI_PUT(1, b);
        RTI_PUT(0, rti_vfma(rate, rti_vselect(looks, rti_vfma(ahead, b, g), b), p));
    }
}

/* a / b, given 1 / b: the product, put right by what it leaves over. Where that is fused the result is the quotient to the last bit
 * (P. Markstein, 1990), for numbers that are not at the ends of the range; infinities stay what the product made of them. */
static RTI_INLINE rti_vf RTI_FN(quotient)(rti_vf a, rti_vf b, rti_vf inverse)
{
    rti_vf q = rti_vmul(a, inverse), better = rti_vfma(rti_vfma(rti_vneg(q), b, a), inverse, q);
    return rti_vselect(rti_vlt(q, rti_vset(RTI_REAL == 32 ? 1e38 : 1e308)), better, q);
}

/* g p m v -> p m v;  numbers: sign, weight_decay, -lr / (1 - beta1^t), 1 - beta1, beta2, 1 - beta2, sqrt(1 - beta2^t), eps
 * m moves from where it was or, by a half and more, back from g, as torch.lerp does. */
static void RTI_FN(run_adam)(void *const *out, const void *const *in, int64_t n)
{
    RTI_IN(0) RTI_IN(1) RTI_IN(2) RTI_IN(3) RTI_OUT(0) RTI_OUT(1) RTI_OUT(2)
    const rti_vf sign = RTI_NUMBER(4), decay = RTI_NUMBER(5), rate = RTI_NUMBER(6), share = RTI_NUMBER(7), kept = RTI_NUMBER(8), taken = RTI_NUMBER(9);
    const rti_vf root = RTI_NUMBER(10), eps = RTI_NUMBER(11);
    const rti_vm from_g = rti_vle(rti_vset(0.5), share);
    const rti_vf way = rti_vselect(from_g, rti_vsub(share, rti_vset(1)), share), inverse = rti_vdiv(rti_vset(1), root);
    for (int64_t i = 0; i < n; i += RTI_LANES) {
        RTI_LAST
        rti_vf p = RTI_TAKE(1), g = RTI_FN(directed)(RTI_TAKE(0), p, sign, decay), m = RTI_TAKE(2);
        m = rti_vfma(way, rti_vsub(g, m), rti_vselect(from_g, g, m));
        rti_vf v = rti_vfma(rti_vmul(taken, g), g, rti_vmul(kept, RTI_TAKE(3)));
        rti_vf divisor = rti_vadd(RTI_FN(quotient)(rti_vsqrt(v), root, inverse), eps);
        RTI_PUT(1, m);
        RTI_PUT(2, v);
        RTI_PUT(0, rti_vadd(p, rti_vdiv(rti_vmul(rate, m), divisor)));
    }
}
#endif

#if !RTI_PASS

enum { RTI_UPDATE_ARRAYS = 4, RTI_UPDATE_NUMBERS = 8 };

#define RTI_DEFINE_UPDATE(name, n_arrays, n_numbers) \
    static const rti_formula rti_formula_##name = { #name, (n_arrays) + (n_numbers), (n_arrays) - 1, RTI_LOOPS_F32(name), RTI_LOOPS_F64(name), \
                                                    NULL, { NULL, NULL } };
RTI_DEFINE_UPDATE(sgd, 2, 3)
RTI_DEFINE_UPDATE(sgd_momentum, 3, 6)
RTI_DEFINE_UPDATE(adam, 4, 8)

/* ---- running an update ---- */

typedef struct rti_update {
    rti_run_fn run;
    bool masked;                  /* the loop takes any number of elements, not only whole vectors */
    int n_arrays, n_numbers;
    size_t wide;
    char *array[RTI_UPDATE_ARRAYS];
    uint64_t number[RTI_UPDATE_NUMBERS];
} rti_update;

static void rti_update_call(const rti_update *u, char *const *array, int64_t n)
{
    const void *in[RTI_UPDATE_ARRAYS + RTI_UPDATE_NUMBERS];
    void *out[RTI_UPDATE_ARRAYS - 1];
    for (int k = 0; k < u->n_arrays; k++)
        in[k] = array[k];
    for (int k = 1; k < u->n_arrays; k++)
        out[k - 1] = array[k];
    for (int k = 0; k < u->n_numbers; k++)
        in[u->n_arrays + k] = &u->number[k];
    u->run(out, in, n);
}

/* What is left past whole vectors goes through a buffer. */
static void rti_update_rest(const rti_update *u, char *const *array, int64_t n)
{
    uint64_t buffer[RTI_UPDATE_ARRAYS][RTI_STEP];
    char *rest[RTI_UPDATE_ARRAYS];
    for (int k = 0; k < u->n_arrays; k++) {
        rti_clear_step(buffer[k]);
        rti_copy_few(buffer[k], array[k], (size_t)n * u->wide);
        rest[k] = (char *)buffer[k];
    }
    rti_update_call(u, rest, RTI_STEP);
    for (int k = 1; k < u->n_arrays; k++)
        rti_copy_few(array[k], rest[k], (size_t)n * u->wide);
}

/* Contiguous arrays, where they lie. */
static void rti_update_range(void *work, int64_t begin, int64_t end)
{
    const rti_update *u = RTI_CAST(const rti_update *, work);
    int64_t n = end - begin, whole = u->masked ? n : n - n % RTI_STEP;
    char *array[RTI_UPDATE_ARRAYS];
    for (int k = 0; k < u->n_arrays; k++)
        array[k] = u->array[k] + (size_t)begin * u->wide;
    if (whole)
        rti_update_call(u, array, whole);
    for (int k = 0; k < u->n_arrays; k++)
        array[k] += (size_t)whole * u->wide;
    if (n > whole)
        rti_update_rest(u, array, n - whole);
}

/* Strided arrays, or in a pasted file such as are not computed in their own type: tile by tile. */
static RTI_NOINLINE rt_status rti_update_strided(const rti_update *u, const rti_formula *f, rt_tensor *const *array, rti_class compute)
{
    rti_operand operand[2 * RTI_UPDATE_ARRAYS + RTI_UPDATE_NUMBERS];
    rti_program program;
    rt_tensor *shaped = array[1], *gradient = array[0], *copy = NULL;
    if (rti_overlaps(gradient, shaped)) {
        gradient = copy = rti_copy_of(gradient, (rt_dtype)gradient->dtype);
        if (!copy)
            return rti_pending_code();
    }
    rti_program_of(&program, f, compute);
    rti_operand_of(&operand[0], gradient, shaped->size, shaped->ndim);
    for (int k = 1; k < u->n_arrays; k++) {
        rti_operand_of(&operand[k], array[k], shaped->size, shaped->ndim);
        operand[f->n_in + k - 1] = operand[k];
    }
    for (int k = 0; k < u->n_numbers; k++) {
        rti_operand *o = &operand[u->n_arrays + k];
        o->data = (char *)(uintptr_t)&u->number[k];
        o->dtype = rti_class_dtype[compute];
        for (int d = 0; d < shaped->ndim; d++)
            o->stride[d] = 0;
    }
    rt_status status = rti_program_run(&program, operand, shaped->ndim, shaped->size, shaped->numel);
    rti_release(copy);
    return status;
}

/* Runs f over the gradient, array[0], and what it changes, all of one shape and dtype. */
static rt_status rti_update_run(const rti_formula *f, rt_tensor *const *array, const double *number)
{
    rti_update u;
    rt_dtype dtype = (rt_dtype)array[1]->dtype;
    rti_class compute = rti_class_of(dtype);
    bool flat = dtype == rti_class_dtype[compute];
    u.run = rti_formula_run(f, compute);
    u.masked = rti_loops_masked(compute);
    u.n_arrays = f->n_out + 1;
    u.n_numbers = f->n_in - u.n_arrays;
    u.wide = rti_element_bytes(dtype);
    for (int k = 0; k < u.n_numbers; k++)
        rti_scalar_to_class(rt_scalar_float(number[k]), compute, &u.number[k]);
    for (int k = 0; k < u.n_arrays; k++) {
        u.array[k] = array[k]->data;
        flat = flat && rti_contiguous(array[k]);
    }
    rt_status status = RT_OK;
    if (RTI_UNLIKELY(!flat || (array[0]->storage == array[1]->storage && array[0]->data != array[1]->data)))
        status = rti_update_strided(&u, f, array, compute);
    else if (array[1]->numel <= RTI_ELEMENTWISE_GRAIN)
        rti_update_range(&u, 0, array[1]->numel);
    else
        status = rti_parallel_for(array[1]->numel, RTI_ELEMENTWISE_GRAIN, rti_update_range, &u);
    for (int k = 1; k < u.n_arrays; k++)
        rti_atomic_add32(&array[k]->storage->version, 1);
    return status;
}

/* ---- the object ---- */

enum { RTI_OPTIM_STATES = 3 };

/* A parameter and what is remembered of it. */
typedef struct rti_optim_slot {
    rt_tensor *param, *state[RTI_OPTIM_STATES];
} rti_optim_slot;

/* A kind of optimiser: how its states are called and how one parameter takes a step. "step" counts: a 0-d float32. */
typedef struct rti_optim_kind {
    const char *name;
    int n_states;
    const char *state_name[RTI_OPTIM_STATES];
    rt_status (*step)(rt_optim *opt, const rti_optim_slot *slot, rt_tensor *gradient);
} rti_optim_kind;

struct rt_optim {
    rti_object object;
    const rti_optim_kind *kind;
    double lr, weight_decay, sign;
    double momentum, dampening, ahead;                    /* SGD */
    double beta1, beta2, eps;                             /* Adam */
    double corrected_step, correction1, correction2;      /* 1 - beta^t and its root, of the step they were computed for */
    int n;
    rti_optim_slot *slot;                                 /* in the same block */
};

static bool rti_is_optim(const rt_optim *opt, const char *op)
{
    if (RTI_LIKELY(opt && opt->object.tag == RTI_TAG_OPTIM))
        return true;
    if (!opt)
        rti_raise(RT_ERR_NULL, op, "opt is NULL");
    else
        rti_raise(RT_ERR_STATE, op, "opt is not a live optimiser: it has been freed already, or is something else");
    return false;
}

static void rti_optim_destroy(void *object)
{
    rt_optim *opt = RTI_CAST(rt_optim *, object);
    for (int i = 0; i < opt->n; i++) {
        rti_release(opt->slot[i].param);
        for (int k = 0; k < opt->kind->n_states; k++)
            rti_release(opt->slot[i].state[k]);
    }
    opt->object.tag = 0;
    rti_pool_put(opt);
}

static rt_status rti_optim_state(void *object, rt_dict *into)
{
    const rt_optim *opt = RTI_CAST(const rt_optim *, object);
    char name[64];
    rt_status status = RT_OK;
    for (int i = 0; i < opt->n; i++)
        for (int k = 0; k < opt->kind->n_states && status == RT_OK; k++) {
            snprintf(name, sizeof name, "state.%d.%s", i, opt->kind->state_name[k]);
            status = rt_dict_set(into, name, opt->slot[i].state[k]);
        }
    return status;
}

static rt_status rti_optim_zero_grad(void *object)
{
    const rt_optim *opt = RTI_CAST(const rt_optim *, object);
    for (int i = 0; i < opt->n; i++)
        rt_set_grad(opt->slot[i].param, RT_NONE);
    return RT_OK;
}

static rt_status rti_optim_refuse_param(const char *op, const rt_parameter_list *params, int i, rt_status code, const char *why)
{
    const char *name = params->names ? params->names[i] : "";
    return rti_raise(code, op, "parameter %d%s%s%s %s", i, *name ? " (" : "", name, *name ? ")" : "", why);
}

static rt_status rti_optim_check_params(const char *op, const rt_parameter_list *params)
{
    if (params->count < 0 || (params->count > 0 && !params->tensors))
        return rti_raise(RT_ERR_NULL, op, "the list of parameters could not be made");
    if (params->count == 0)
        return rti_raise(RT_ERR_VALUE, op, "expected parameters to train, got an empty list");
    for (int i = 0; i < params->count; i++) {
        const rt_tensor *p = params->tensors[i];
        if (!rti_is_tensor(p, op, "a parameter"))
            return rti_pending_code();
        if (p->dtype != RT_FLOAT32 && p->dtype != RT_FLOAT64)
            return rti_optim_refuse_param(op, params, i, RT_ERR_DTYPE, "is neither float32 nor float64");
        if (!rt_is_leaf(p))
            return rti_optim_refuse_param(op, params, i, RT_ERR_VALUE, "is not a leaf: an operation made it");
        for (int k = 0; k < i; k++)
            if (params->tensors[k] == p)
                return rti_optim_refuse_param(op, params, i, RT_ERR_VALUE, "is in the list twice");
    }
    return RT_OK;
}

/* The states of one parameter, all zero; what is missing after a failure is NULL. */
static bool rti_optim_slot_start(rti_optim_slot *slot, const rti_optim_kind *kind, rt_tensor *param)
{
    rti_retain(param);
    slot->param = param;
    for (int k = 0; k < kind->n_states; k++) {
        bool counts = strcmp(kind->state_name[k], "step") == 0;
        rt_tensor *x = counts ? rti_tensor_new(RT_FLOAT32, NULL, 0, 1) : rti_tensor_new((rt_dtype)param->dtype, param->size, param->ndim, param->numel);
        if (!x)
            return false;
        memset(x->data, 0, x->storage->n_bytes);
        slot->state[k] = x;
    }
    return true;
}

/* Whether 0 <= value < below; DBL_MAX: no such limit. */
static bool rti_check_number(const char *op, const char *what, double value, double below)
{
    if (value >= 0 && value < below)
        return true;
    if (below < DBL_MAX)
        rti_raise(RT_ERR_VALUE, op, "expected %s from 0 to below %g, got %g", what, below, value);
    else
        rti_raise(RT_ERR_VALUE, op, "expected %s of 0 or more, got %g", what, value);
    return false;
}

static rt_optim *rti_optim_new(const char *op, const rti_optim_kind *kind, const rt_parameter_list *params, double lr)
{
    if (rti_optim_check_params(op, params) != RT_OK || !rti_check_number(op, "lr", lr, DBL_MAX))
        return NULL;
    rt_optim *opt = RTI_CAST(rt_optim *, rti_pool_zeroed(sizeof *opt + (size_t)params->count * sizeof *opt->slot));
    if (!opt)
        return NULL;
    opt->object.tag = RTI_TAG_OPTIM;
    opt->object.kind = "optimiser";
    opt->object.destroy = rti_optim_destroy;
    opt->object.state = rti_optim_state;
    opt->object.zero_grad = rti_optim_zero_grad;
    opt->kind = kind;
    opt->lr = lr;
    opt->slot = (rti_optim_slot *)(void *)(opt + 1);
    bool started = true;
    for (; started && opt->n < params->count; opt->n++)
        started = rti_optim_slot_start(&opt->slot[opt->n], kind, params->tensors[opt->n]);
    if (!started)
        rti_optim_destroy(opt);
    return started ? opt : NULL;
}

RT_API rt_status rt_step(rt_optim *opt)
{
    if (rti_pending_code() != RT_OK || !rti_is_optim(opt, "rt_step"))
        return rti_pending_code();
    for (int i = 0; i < opt->n; i++) {
        const rti_optim_slot *slot = &opt->slot[i];
        rt_tensor *gradient = slot->param->meta ? rti_meta(slot->param)->grad : NULL;
        if (gradient && (rti_settle(gradient) != RT_OK || opt->kind->step(opt, slot, gradient) != RT_OK))
            return rti_pending_code();
    }
    return RT_OK;
}

RT_API double rt_optim_lr(const rt_optim *opt) { return rti_is_optim(opt, "rt_optim_lr") ? opt->lr : (double)NAN; }

RT_API rt_status rt_optim_set_lr(rt_optim *opt, double lr)
{
    if (!rti_is_optim(opt, "rt_optim_set_lr") || !rti_check_number("rt_optim_set_lr", "lr", lr, DBL_MAX))
        return rti_pending_code();
    opt->lr = lr;
    return RT_OK;
}

/* ---- SGD ---- */

RT_API rt_optim_sgd_opts rt_optim_sgd_opts_default(void)
{
    rt_optim_sgd_opts o;
    o.exact = 1;
    o.momentum = o.dampening = o.weight_decay = 0;
    o.nesterov = o.maximize = false;
    return o;
}

static rt_status rti_sgd_step(rt_optim *opt, const rti_optim_slot *slot, rt_tensor *gradient)
{
    rt_tensor *array[3];
    double number[6];
    array[0] = gradient;
    array[1] = slot->param;
    array[2] = slot->state[0];
    number[0] = opt->sign;
    number[1] = opt->weight_decay;
    number[2] = -opt->lr;
    if (!array[2])
        return rti_update_run(&rti_formula_sgd, array, number);
    bool first = array[2]->storage->version == 0;     /* neither a step nor a file has written it */
    number[3] = first ? 0 : opt->momentum;
    number[4] = first ? 1 : 1 - opt->dampening;
    number[5] = opt->ahead;
    return rti_update_run(&rti_formula_sgd_momentum, array, number);
}

static const rti_optim_kind rti_optim_kind_sgd = { "SGD", 0, { NULL, NULL, NULL }, rti_sgd_step };
static const rti_optim_kind rti_optim_kind_momentum = { "SGD", 1, { "momentum_buffer", NULL, NULL }, rti_sgd_step };

RT_API rt_optim *rt_optim_sgd(rt_parameter_list params, double lr, const rt_optim_sgd_opts *opts)
{
    static const char op[] = "rt_optim_sgd";
    rt_optim_sgd_opts o = opts ? *opts : rt_optim_sgd_opts_default();
    double momentum = rti_double_option(o.momentum, 0, true), decay = rti_double_option(o.weight_decay, 0, true);
    double dampening = rti_double_option(o.dampening, 0, true);
    if (!rti_check_number(op, "momentum", momentum, DBL_MAX) || !rti_check_number(op, "weight_decay", decay, DBL_MAX))
        return NULL;
    if (o.nesterov && !(momentum > 0 && dampening == 0)) {
        rti_raise(RT_ERR_VALUE, op, "nesterov wants a momentum above 0 and no dampening, got %g and %g", momentum, dampening);
        return NULL;
    }
    rt_optim *opt = rti_optim_new(op, momentum > 0 ? &rti_optim_kind_momentum : &rti_optim_kind_sgd, &params, lr);
    if (!opt)
        return NULL;
    opt->sign = o.maximize ? -1 : 1;
    opt->weight_decay = decay;
    opt->momentum = momentum;
    opt->dampening = dampening;
    opt->ahead = o.nesterov ? momentum : 0;
    return opt;
}

/* ---- Adam ---- */

enum { RTI_ADAM_STEP, RTI_ADAM_AVERAGE, RTI_ADAM_AVERAGE_SQUARE };

RT_API rt_optim_adam_opts rt_optim_adam_opts_default(void)
{
    rt_optim_adam_opts o;
    o.exact = 1;
    o.beta1 = 0.9;
    o.beta2 = 0.999;
    o.eps = 1e-8;
    o.weight_decay = 0;
    o.maximize = false;
    return o;
}

static rt_status rti_adam_step(rt_optim *opt, const rti_optim_slot *slot, rt_tensor *gradient)
{
    rt_tensor *count = slot->state[RTI_ADAM_STEP], *array[4];
    double number[8];
    float step;
    memcpy(&step, count->data, sizeof step);
    step += 1;
    memcpy(count->data, &step, sizeof step);
    rti_atomic_add32(&count->storage->version, 1);
    if (opt->corrected_step != (double)step) {        /* mostly the same for all parameters */
        opt->corrected_step = (double)step;
        opt->correction1 = 1 - pow(opt->beta1, (double)step);
        opt->correction2 = sqrt(1 - pow(opt->beta2, (double)step));
    }
    array[0] = gradient;
    array[1] = slot->param;
    array[2] = slot->state[RTI_ADAM_AVERAGE];
    array[3] = slot->state[RTI_ADAM_AVERAGE_SQUARE];
    number[0] = opt->sign;
    number[1] = opt->weight_decay;
    number[2] = -opt->lr / opt->correction1;
    number[3] = 1 - opt->beta1;
    number[4] = opt->beta2;
    number[5] = 1 - opt->beta2;
    number[6] = opt->correction2;
    number[7] = opt->eps;
    return rti_update_run(&rti_formula_adam, array, number);
}

static const rti_optim_kind rti_optim_kind_adam = { "Adam", 3, { "step", "exp_avg", "exp_avg_sq" }, rti_adam_step };

RT_API rt_optim *rt_optim_adam(rt_parameter_list params, double lr, const rt_optim_adam_opts *opts)
{
    static const char op[] = "rt_optim_adam";
    const rt_optim_adam_opts normal = rt_optim_adam_opts_default(), o = opts ? *opts : normal;
    bool exact = o.exact != 0;
    double beta1 = rti_double_option(o.beta1, normal.beta1, exact), beta2 = rti_double_option(o.beta2, normal.beta2, exact);
    double eps = rti_double_option(o.eps, normal.eps, exact), decay = rti_double_option(o.weight_decay, 0, exact);
    if (!rti_check_number(op, "beta1", beta1, 1) || !rti_check_number(op, "beta2", beta2, 1) ||
        !rti_check_number(op, "eps", eps, DBL_MAX) || !rti_check_number(op, "weight_decay", decay, DBL_MAX))
        return NULL;
    rt_optim *opt = rti_optim_new(op, &rti_optim_kind_adam, &params, lr);
    if (!opt)
        return NULL;
    opt->sign = o.maximize ? -1 : 1;
    opt->weight_decay = decay;
    opt->beta1 = beta1;
    opt->beta2 = beta2;
    opt->eps = eps;
    return opt;
}
#endif
#if !RTI_PASS
RTI_COLD
/* ---- data sets -------------------------------------------------------------------------------------------------------------------------- */

struct rt_dataset {
    rti_object object;
    int32_t holders;              /* loaders and subsets made of it */
    rt_dataset *parent;           /* of a subset; NULL */
    rt_tensor *input, *target;    /* held; a subset's are its parent's */
    rt_tensor *index;             /* of a subset: int64, rows of input; NULL: all */
    double divisor;               /* of inputs; 1: none */
    int64_t size;
};

static bool rti_is_learned_from(const void *object, uint32_t tag, const char *op, const char *what)
{
    if (RTI_LIKELY(object && RTI_CAST(const rti_object *, object)->tag == tag))
        return true;
    if (!object)
        rti_raise(RT_ERR_NULL, op, "the %s is NULL", what);
    else
        rti_raise(RT_ERR_STATE, op, "not a live %s: it has been freed already, or is something else", what);
    return false;
}

static bool rti_is_dataset(const rt_dataset *ds, const char *op) { return rti_is_learned_from(ds, RTI_TAG_DATASET, op, "data set"); }
static bool rti_is_loader(const rt_data_loader *loader, const char *op) { return rti_is_learned_from(loader, RTI_TAG_LOADER, op, "loader"); }

/* Lets go of a data set once for a holder that it has lost; without any it goes, and with it perhaps its parent. */
static void rti_dataset_release(rt_dataset *ds)
{
    while (ds && rti_atomic_add32(&ds->holders, -1) <= 1) {
        rt_dataset *parent = ds->parent;
        rti_release(ds->input);
        rti_release(ds->target);
        rti_release(ds->index);
        ds->object.tag = 0;
        rti_pool_put(ds);
        ds = parent;
    }
}

static void rti_dataset_destroy(void *object)
{
    rt_dataset *ds = RTI_CAST(rt_dataset *, object);
    if (rti_atomic_load32(&ds->holders) == 0)
        rti_dataset_release(ds);
}

static rt_dataset *rti_dataset_new(rt_tensor *input, rt_tensor *target, int64_t size)
{
    rt_dataset *ds = RTI_CAST(rt_dataset *, rti_pool_zeroed(sizeof *ds));
    if (!ds)
        return NULL;
    ds->object.tag = RTI_TAG_DATASET;
    ds->object.kind = "data set";
    ds->object.destroy = rti_dataset_destroy;
    rti_retain(input);
    rti_retain(target);
    ds->input = input;
    ds->target = target;
    ds->divisor = 1;
    ds->size = size;
    return ds;
}

static rt_dataset *rti_dataset_of(const char *op, rt_tensor *input, rt_tensor *target)
{
    rti_shape_text have, other;
    if (!rti_is_tensor(input, op, "input") || rti_settle(input) != RT_OK)
        return NULL;
    if (input->ndim == 0) {
        rti_raise(RT_ERR_SHAPE, op, "expected samples along the first dimension of input, got a tensor without dimensions");
        return NULL;
    }
    if (target && rti_absent(target))
        return rti_dataset_new(input, target, input->size[0]);
    if (!rti_is_tensor(target, op, "target") || rti_settle(target) != RT_OK)
        return NULL;
    if (target->ndim == 0 || target->size[0] != input->size[0]) {
        rti_raise(RT_ERR_SHAPE, op, "expected as many targets as inputs, got inputs of shape %s and targets of shape %s",
                  rti_shape_of_text(&have, input), rti_shape_of_text(&other, target));
        return NULL;
    }
    return rti_dataset_new(input, target, input->size[0]);
}

RT_API rt_dataset *rt_dataset_tensors(rt_tensor *input, rt_tensor *target) { return rti_dataset_of("rt_dataset_tensors", input, target); }

RT_API rt_dataset *rt_dataset_idx(const char *images, const char *labels)
{
    rt_scope scope = rt_scope_begin();
    rt_tensor *input = rt_read_idx(images), *target = rt_to(input ? rt_read_idx(labels) : NULL, RT_INT64);
    rt_dataset *ds = target ? rti_dataset_of("rt_dataset_idx", input, target) : NULL;
    if (ds && input->dtype != RT_UINT8) {
        rti_raise(RT_ERR_DTYPE, "rt_dataset_idx", "expected uint8 images, got %s", rt_dtype_name((rt_dtype)input->dtype));
        rti_dataset_destroy(ds);
        ds = NULL;
    }
    if (ds)
        ds->divisor = 255;
    rt_scope_end(scope);
    return ds;
}

/* Rows of ds's tensors for samples numbered by list[0..n), in place; false with the error raised for one that there is not. */
static bool rti_dataset_rows(const rt_dataset *ds, int64_t *list, int64_t n, const char *op)
{
    const int64_t *row = ds->index ? (const int64_t *)(const void *)ds->index->data : NULL;
    for (int64_t k = 0; k < n; k++) {
        int64_t i = list[k] < 0 ? list[k] + ds->size : list[k];
        if (i < 0 || i >= ds->size) {
            rti_raise(RT_ERR_INDEX, op, "sample %lld asked of a data set of %lld", (long long)list[k], (long long)ds->size);
            return false;
        }
        list[k] = row ? row[i] : i;
    }
    return true;
}

static rt_dataset *rti_subset_of(rt_dataset *parent, rt_tensor *index)
{
    static const char op[] = "rt_dataset_subset";
    rti_shape_text have;
    if (!rti_is_tensor(index, op, "index") || rti_settle(index) != RT_OK)
        return NULL;
    if (index->dtype != RT_INT64 || index->ndim != 1) {
        rti_raise(index->ndim == 1 ? RT_ERR_DTYPE : RT_ERR_SHAPE, op, "expected an int64 index of one dimension, got %s of shape %s",
                  rt_dtype_name((rt_dtype)index->dtype), rti_shape_of_text(&have, index));
        return NULL;
    }
    rt_tensor *rows = rti_copy_of(index, RT_INT64);
    bool fits = rows && rti_dataset_rows(parent, (int64_t *)(void *)rows->data, rows->numel, op);
    rt_dataset *ds = fits ? rti_dataset_new(parent->input, parent->target, rows->numel) : NULL;
    if (!ds) {
        rti_release(rows);
        return NULL;
    }
    ds->index = rows;
    ds->divisor = parent->divisor;
    ds->parent = parent;
    return ds;
}

RT_API rt_dataset *rt_dataset_subset(rt_dataset *ds, rt_tensor *index)
{
    if (!rti_is_dataset(ds, "rt_dataset_subset"))
        return NULL;
    rti_atomic_add32(&ds->holders, 1);
    rt_dataset *subset = rti_subset_of(ds, index);
    if (!subset)
        rti_dataset_release(ds);
    return subset;
}

RT_API rt_dataset *rt_dataset_divide(rt_dataset *ds, double divisor)
{
    if (!rti_is_dataset(ds, "rt_dataset_divide"))
        return NULL;
    if (divisor == 0) {
        rti_raise(RT_ERR_VALUE, "rt_dataset_divide", "expected a divisor other than 0");
        rti_dataset_destroy(ds);
        return NULL;
    }
    ds->divisor = divisor;
    return ds;
}

RT_API int64_t rt_dataset_size(const rt_dataset *ds) { return rti_is_dataset(ds, "rt_dataset_size") ? ds->size : -1; }

/* ---- loaders ---------------------------------------------------------------------------------------------------------------------------- */

struct rt_data_loader {
    rti_object object;
    rt_dataset *ds;               /* one of its holders */
    int64_t batch_size, n_batches;
    bool shuffle;
    int64_t *order;               /* of a loader that shuffles: the samples' order in loops of one seed */
    bool ordered;                 /* order has been made, from this seed */
    uint64_t order_seed;
};

static void rti_loader_destroy(void *object)
{
    rt_data_loader *loader = RTI_CAST(rt_data_loader *, object);
    rti_dataset_release(loader->ds);
    rti_pool_put(loader->order);
    loader->object.tag = 0;
    rti_pool_put(loader);
}

RT_API rt_data_loader_opts rt_data_loader_opts_default(void)
{
    rt_data_loader_opts o;
    o.exact = 1;
    o.batch_size = 1;
    o.shuffle = o.drop_last = false;
    return o;
}

static rt_data_loader *rti_loader_of(rt_dataset *ds, const rt_data_loader_opts *o)
{
    static const char op[] = "rt_data_loader_new";
    int64_t batch_size = rti_int_option(o->batch_size, 1, o->exact != 0);
    if (batch_size < 1 || (o->shuffle && ds->size == 0)) {
        rti_raise(RT_ERR_VALUE, op, batch_size < 1 ? "expected a batch_size of 1 or more, got %lld" : "shuffling wants samples, and the data set has %lld",
                  (long long)(batch_size < 1 ? batch_size : ds->size));
        return NULL;
    }
    rt_data_loader *loader = RTI_CAST(rt_data_loader *, rti_pool_zeroed(sizeof *loader));
    if (!loader)
        return NULL;
    if (o->shuffle && (loader->order = RTI_CAST(int64_t *, rti_pool_get((size_t)ds->size * sizeof *loader->order))) == NULL) {
        rti_pool_put(loader);
        return NULL;
    }
    loader->object.tag = RTI_TAG_LOADER;
    loader->object.kind = "loader";
    loader->object.destroy = rti_loader_destroy;
    loader->ds = ds;
    loader->shuffle = o->shuffle;
    loader->batch_size = batch_size;
    loader->n_batches = ds->size / batch_size + (!o->drop_last && ds->size % batch_size != 0);
    return loader;
}

RT_API rt_data_loader *rt_data_loader_new(rt_dataset *ds, const rt_data_loader_opts *opts)
{
    if (!rti_is_dataset(ds, "rt_data_loader_new"))
        return NULL;
    const rt_data_loader_opts o = opts ? *opts : rt_data_loader_opts_default();
    rti_atomic_add32(&ds->holders, 1);
    rt_data_loader *loader = rti_loader_of(ds, &o);
    if (!loader)
        rti_dataset_release(ds);
    return loader;
}

RT_API int64_t rt_data_loader_size(const rt_data_loader *loader) { return rti_is_loader(loader, "rt_data_loader_size") ? loader->n_batches : -1; }

/* ---- loops ---- */

/* What torch.empty((), dtype=torch.int64).random_() draws. */
static uint64_t rti_draw_seed(void)
{
    uint64_t word = rti_random_word64(rti_generator_use(&rti_default_generator));
    rti_generator_done(&rti_default_generator);
    return word & (uint64_t)INT64_MAX;
}

/* Makes the order of a seed, unless the loader has it. A loop keeps its seed, not its order: so it can be left at any time, and another
 * loop over the same loader may stand inside it. */
static void rti_loader_sort(rt_data_loader *loader, uint64_t seed)
{
    rti_random random;
    if (loader->ordered && loader->order_seed == seed)
        return;
    rti_random_seed(&random, seed);
    rti_fill_permutation(&random, loader->order, loader->ds->size);
    loader->ordered = true;
    loader->order_seed = seed;
}

RT_API rt_batch rt_iter(rt_data_loader *loader)
{
    rt_batch b;
    memset(&b, 0, sizeof b);
    if (rti_pending_code() != RT_OK || !rti_is_loader(loader, "rt_iter"))
        return b;
    b.loader = loader;
    rti_draw_seed();                  /* PyTorch's seed for worker processes: drawn whether there are any or not */
    return b;
}

/* The rows of a batch, as a tensor of the turn. */
static rt_tensor *rti_batch_rows(const rt_batch *b)
{
    rt_data_loader *loader = b->loader;
    int64_t first = b->index * loader->batch_size;
    rt_tensor *rows = rti_scoped(rti_tensor_new(RT_INT64, &b->size, 1, b->size));
    if (!rows)
        return NULL;
    int64_t *row = (int64_t *)(void *)rows->data;
    if (loader->shuffle)
        rti_loader_sort(loader, b->seed);
    for (int64_t k = 0; k < b->size; k++)
        row[k] = loader->shuffle ? loader->order[first + k] : first + k;
    return rti_dataset_rows(loader->ds, row, b->size, "rt_next") ? rows : NULL;
}

static bool rti_batch_fill(rt_batch *b)
{
    const rt_data_loader *loader = b->loader;
    const rt_dataset *ds = loader->ds;
    b->size = RTI_MIN(loader->batch_size, ds->size - b->index * loader->batch_size);
    rt_tensor *rows = rti_batch_rows(b);
    b->input = rt_index_select(ds->input, 0, rows);
    if (ds->divisor != 1)
        b->input = rt_div_scalar(b->input, rt_scalar_float(ds->divisor));
    b->target = rti_absent(ds->target) ? RT_NONE : rt_index_select(ds->target, 0, rows);
    return b->input && b->target;
}

RT_API bool rt_next(rt_batch *batch)
{
    if (!batch) {
        rti_raise(RT_ERR_NULL, "rt_next", "batch is NULL");
        return false;
    }
    bool live = batch->loader && rti_is_loader(batch->loader, "rt_next") && rti_pending_code() == RT_OK;
    if (live && batch->begun)
        batch->index++;
    else if (live && batch->loader->shuffle)
        batch->seed = rti_draw_seed();
    batch->begun = true;
    if (rt_turn_next(&batch->turn, live && batch->index < batch->loader->n_batches)) {
        if (rti_batch_fill(batch))
            return true;
        rt_turn_next(&batch->turn, false);
    }
    batch->loader = NULL;
    batch->input = batch->target = NULL;
    batch->size = 0;
    return false;
}
RTI_COLD_END
RTI_END_C
#if defined(__clang__)
#  if defined(__i386__)
#    pragma clang attribute pop
#  endif
#  if defined(__x86_64__) || defined(__i386__)
#    pragma float_control(pop)
#  endif
#  pragma clang diagnostic pop
#elif defined(__GNUC__)
#  pragma GCC pop_options
#endif
#endif

#endif /* RUSTORCH_IMPLEMENTATION */

/* ---- licence ----
 *
 * MIT License
 *
 * Copyright (c) The RusTorch developers
 *
 * Permission is hereby granted, free of charge, to any person obtaining a copy
 * of this software and associated documentation files (the "Software"), to deal
 * in the Software without restriction, including without limitation the rights
 * to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
 * copies of the Software, and to permit persons to whom the Software is
 * furnished to do so, subject to the following conditions:
 *
 * The above copyright notice and this permission notice shall be included in all
 * copies or substantial portions of the Software.
 *
 * THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
 * IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
 * FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
 * AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
 * LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
 * OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
 * SOFTWARE.
 */
