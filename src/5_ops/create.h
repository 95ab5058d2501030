/* ---- making tensors --------------------------------------------------------------------------------------------------------------- */

/* What most of these take. */
typedef struct rt_tensor_opts {
    int exact RTI_ZERO;
    rt_dtype dtype RTI_ZERO;            /* RT_DTYPE_DEFAULT: float32; int64 for rt_arange with whole numbers and rt_randperm */
    bool requires_grad RTI_ZERO;        /* the result is a leaf that requires a gradient */
    rt_generator *generator RTI_ZERO;   /* of random numbers; NULL: the default one */
} rt_tensor_opts;

/* Frees memory that a tensor borrowed, when the last tensor on it is gone. */
typedef void (*rt_deleter)(void *user, void *data);

RTI_BEGIN_C
RT_API rt_tensor *rt_tensor_f32(const float *data, rt_shape shape);                      /* a float32 tensor, data copied in row-major order;  torch.tensor */
RT_API rt_tensor *rt_tensor_f64(const double *data, rt_shape shape);                     /* a float64 tensor, data copied in row-major order;  torch.tensor */
RT_API rt_tensor *rt_tensor_i64(const int64_t *data, rt_shape shape);                    /* an int64 tensor, data copied in row-major order;  torch.tensor */
RT_API rt_tensor *rt_tensor_from(const void *data, rt_shape shape, rt_dtype dtype);      /* a tensor of any dtype, data copied in row-major order;  torch.tensor */
RT_API rt_tensor *rt_tensor_of(const double *data, rt_shape shape, rt_dtype dtype);      /* numbers as a tensor of any dtype, converted, of a complex one the real parts: rt_tensor_of(RT_F64(1, 2), RT_SHAPE(2), RT_BFLOAT16);  torch.tensor */
RT_API rt_tensor *rt_scalar_tensor(rt_scalar value, rt_dtype dtype);                     /* a 0-d tensor of one number; RT_DTYPE_DEFAULT: the number's own type;  torch.tensor */
RT_API rt_tensor *rt_empty(rt_shape shape, const rt_tensor_opts *opts);                  /* elements undefined;  any;  torch.empty */
RT_API rt_tensor *rt_zeros(rt_shape shape, const rt_tensor_opts *opts);                  /* all 0;  any;  torch.zeros */
RT_API rt_tensor *rt_ones(rt_shape shape, const rt_tensor_opts *opts);                   /* all 1;  any;  torch.ones */
RT_API rt_tensor *rt_full(rt_shape shape, rt_scalar value, const rt_tensor_opts *opts);  /* all value; by default of the value's own type;  torch.full */
RT_API rt_tensor *rt_empty_like(rt_tensor *x);                                           /* elements undefined, with x's shape and dtype;  torch.empty_like */
RT_API rt_tensor *rt_full_like(rt_tensor *x, rt_scalar value);                           /* all value, with x's shape and dtype;  RT_ERR_VALUE for a number that does not fit;  torch.full_like */
RT_API rt_tensor *rt_new_empty(rt_tensor *x, rt_shape shape);                            /* elements undefined, of x's dtype;  torch.Tensor.new_empty */
RT_API rt_tensor *rt_new_zeros(rt_tensor *x, rt_shape shape);                            /* all 0, of x's dtype;  torch.Tensor.new_zeros */
RT_API rt_tensor *rt_new_ones(rt_tensor *x, rt_shape shape);                             /* all 1, of x's dtype;  torch.Tensor.new_ones */
RT_API rt_tensor *rt_new_full(rt_tensor *x, rt_shape shape, rt_scalar value);            /* all value, of x's dtype;  torch.Tensor.new_full */
RT_API rt_tensor *rt_zeros_like(rt_tensor *x);                                           /* all 0, with x's shape and dtype;  torch.zeros_like */
RT_API rt_tensor *rt_ones_like(rt_tensor *x);                                            /* all 1, with x's shape and dtype;  torch.ones_like */
RT_API rt_tensor *rt_arange(rt_scalar start, rt_scalar end, rt_scalar step, const rt_tensor_opts *opts);   /* start, start + step, ... before end;  RT_ERR_VALUE for step 0 or of the wrong sign;  torch.arange */
RT_API rt_tensor *rt_linspace(rt_scalar start, rt_scalar end, int64_t steps, const rt_tensor_opts *opts);  /* steps numbers from start to end, both included, equally far apart;  any but bool;  torch.linspace */
RT_API rt_tensor *rt_logspace(rt_scalar start, rt_scalar end, int64_t steps, double base, const rt_tensor_opts *opts);   /* base to the power of those;  any but bool;  torch.logspace */
RT_API rt_tensor *rt_eye(int64_t n, int64_t m, const rt_tensor_opts *opts);              /* [n,m]: 1 on the diagonal, else 0;  any;  torch.eye */
RT_API rt_tensor *rt_tril_indices(int64_t rows, int64_t columns, int64_t offset, const rt_tensor_opts *opts);   /* [2,K]: row and column of each place that tril keeps, row by row;  int64 by default, int32;  torch.tril_indices */
RT_API rt_tensor *rt_triu_indices(int64_t rows, int64_t columns, int64_t offset, const rt_tensor_opts *opts);   /* the same for triu;  torch.triu_indices */

/* A tensor on the caller's memory, elements shared and not copied.
 *   strides  in elements, one a dimension; NULL: row-major       release  called with user and data when the last tensor on it is freed; may be NULL
 *   source   torch.from_blob */
RT_API rt_tensor *rt_from_blob(void *data, rt_shape shape, rt_dtype dtype, const int64_t *strides, rt_deleter release, void *user);
RT_API rt_tensor_opts rt_tensor_opts_default(void);                                      /* PyTorch's defaults, exact set */
RTI_END_C
