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
