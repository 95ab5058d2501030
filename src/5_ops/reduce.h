/* ---- reductions: over the dimensions named, or all; keepdim leaves them with size 1 ----------------------------------------------------
 * float: float16, bfloat16, float32, float64; complex: complex64, complex128; integers: also bool. A list of no dimensions means all. Functions
 * of two results answer the first and put the second into the pointer given last, which may be NULL; on failure both are NULL. An expanded tensor
 * of more than 2^48 elements is RT_ERR_SHAPE. */

RTI_BEGIN_C
RT_API rt_tensor *rt_sum(rt_tensor *x);                                            /* y = sum of all elements, [*] -> [];  any but float8, integers become int64;  grad x;  torch.sum */
RT_API rt_tensor *rt_sum_dims(rt_tensor *x, rt_shape dims, bool keepdim);          /* the same over some dimensions;  grad x;  torch.sum */
RT_API rt_tensor *rt_sum_dim(rt_tensor *x, int dim, bool keepdim);                 /* the same over one;  grad x;  torch.sum */
RT_API rt_tensor *rt_nansum(rt_tensor *x, rt_shape dims, bool keepdim);            /* the sum of what is not NaN;  as rt_sum, no complex;  grad x;  torch.nansum */
RT_API rt_tensor *rt_mean(rt_tensor *x);                                           /* y = sum / number of elements, NaN for none;  float, complex;  grad x;  torch.mean */
RT_API rt_tensor *rt_mean_dims(rt_tensor *x, rt_shape dims, bool keepdim);         /* the same over some dimensions;  grad x;  torch.mean */
RT_API rt_tensor *rt_prod(rt_tensor *x);                                           /* y = product of all elements, 1 of none;  as rt_sum;  grad x, with zeros too;  torch.prod */
RT_API rt_tensor *rt_prod_dim(rt_tensor *x, int dim, bool keepdim);                /* the same along one dimension;  grad x;  torch.prod */

/* ---- spread: y = sum |x - mean|^2 / max(0, n - correction); unbiased is a correction of 1, else 0. std is its root ---- */

RT_API rt_tensor *rt_var(rt_tensor *x, bool unbiased);                                                 /* of all elements, in two passes;  float, complex (the result is real);  grad x;  torch.var */
RT_API rt_tensor *rt_var_dims(rt_tensor *x, rt_shape dims, bool unbiased, bool keepdim);               /* the same over some dimensions;  grad x;  torch.var */
RT_API rt_tensor *rt_var_correction(rt_tensor *x, rt_shape dims, rt_scalar correction, bool keepdim);  /* the same with any correction;  grad x;  torch.var */
RT_API rt_tensor *rt_std(rt_tensor *x, bool unbiased);                                                 /* y = sqrt(var);  as rt_var;  grad x, 0 where y is 0;  torch.std */
RT_API rt_tensor *rt_std_dims(rt_tensor *x, rt_shape dims, bool unbiased, bool keepdim);               /* the same over some dimensions;  grad x;  torch.std */
RT_API rt_tensor *rt_std_correction(rt_tensor *x, rt_shape dims, rt_scalar correction, bool keepdim);  /* the same with any correction;  grad x;  torch.std */
RT_API rt_tensor *rt_var_mean(rt_tensor *x, bool unbiased, rt_tensor **mean);                                                 /* var, and the mean;  as rt_var;  grad x;  torch.var_mean */
RT_API rt_tensor *rt_var_mean_dims(rt_tensor *x, rt_shape dims, bool unbiased, bool keepdim, rt_tensor **mean);               /* the same over some dimensions;  grad x;  torch.var_mean */
RT_API rt_tensor *rt_var_mean_correction(rt_tensor *x, rt_shape dims, rt_scalar correction, bool keepdim, rt_tensor **mean);  /* the same with any correction;  grad x;  torch.var_mean */
RT_API rt_tensor *rt_std_mean(rt_tensor *x, bool unbiased, rt_tensor **mean);                                                 /* std, and the mean;  as rt_var;  grad x;  torch.std_mean */
RT_API rt_tensor *rt_std_mean_dims(rt_tensor *x, rt_shape dims, bool unbiased, bool keepdim, rt_tensor **mean);               /* the same over some dimensions;  grad x;  torch.std_mean */
RT_API rt_tensor *rt_std_mean_correction(rt_tensor *x, rt_shape dims, rt_scalar correction, bool keepdim, rt_tensor **mean);  /* the same with any correction;  grad x;  torch.std_mean */

/* ---- extremes: a NaN is above all and below all; RT_ERR_INDEX where there are no elements. Places are int64, the first of equals ---- */

RT_API rt_tensor *rt_max(rt_tensor *x);                                                        /* y = the largest of all elements;  float, integers;  grad x, shared evenly among equals;  torch.max */
RT_API rt_tensor *rt_min(rt_tensor *x);                                                        /* y = the smallest;  float, integers;  grad x, shared evenly among equals;  torch.min */
RT_API rt_tensor *rt_max_dim(rt_tensor *x, int dim, bool keepdim, rt_tensor **index);          /* the largest along a dimension, and its place;  float, integers;  grad x, to that place;  torch.max */
RT_API rt_tensor *rt_min_dim(rt_tensor *x, int dim, bool keepdim, rt_tensor **index);          /* the smallest along a dimension, and its place;  float, integers;  grad x, to that place;  torch.min */
RT_API rt_tensor *rt_amax(rt_tensor *x, rt_shape dims, bool keepdim);                          /* the largest over some dimensions;  float, integers;  grad x, shared evenly among equals;  torch.amax */
RT_API rt_tensor *rt_amin(rt_tensor *x, rt_shape dims, bool keepdim);                          /* the smallest over some dimensions;  float, integers;  grad x, shared evenly among equals;  torch.amin */
RT_API rt_tensor *rt_aminmax(rt_tensor *x, rt_tensor **max);                                   /* the smallest and the largest of all elements;  as rt_amin;  grad x;  torch.aminmax */
RT_API rt_tensor *rt_aminmax_dim(rt_tensor *x, int dim, bool keepdim, rt_tensor **max);        /* the same along one dimension;  grad x;  torch.aminmax */
RT_API rt_tensor *rt_argmax(rt_tensor *x);                                                     /* the place of the largest among all elements, in row-major order;  float, integers but bool;  torch.argmax */
RT_API rt_tensor *rt_argmax_dim(rt_tensor *x, int dim, bool keepdim);                          /* the same along one dimension;  torch.argmax */
RT_API rt_tensor *rt_argmin(rt_tensor *x);                                                     /* the place of the smallest among all elements, in row-major order;  float, integers but bool;  torch.argmin */
RT_API rt_tensor *rt_argmin_dim(rt_tensor *x, int dim, bool keepdim);                          /* the same along one dimension;  torch.argmin */

/* ---- truth: NaN is true. The result is bool, of uint8 uint8 ---- */

RT_API rt_tensor *rt_any(rt_tensor *x);                                            /* whether any element is not 0;  any;  torch.any */
RT_API rt_tensor *rt_any_dim(rt_tensor *x, int dim, bool keepdim);                 /* the same along one dimension;  torch.any */
RT_API rt_tensor *rt_any_dims(rt_tensor *x, rt_shape dims, bool keepdim);          /* the same over some; a list of none is none here;  torch.any */
RT_API rt_tensor *rt_all(rt_tensor *x);                                            /* whether no element is 0;  any;  torch.all */
RT_API rt_tensor *rt_all_dim(rt_tensor *x, int dim, bool keepdim);                 /* the same along one dimension;  torch.all */
RT_API rt_tensor *rt_all_dims(rt_tensor *x, rt_shape dims, bool keepdim);          /* the same over some; a list of none is none here;  torch.all */
RT_API rt_tensor *rt_count_nonzero(rt_tensor *x);                                  /* how many elements are not 0;  int64;  float, complex, integers;  torch.count_nonzero */
RT_API rt_tensor *rt_count_nonzero_dim(rt_tensor *x, int dim);                     /* the same along one dimension;  torch.count_nonzero */
RT_API rt_tensor *rt_count_nonzero_dims(rt_tensor *x, rt_shape dims);              /* the same over some dimensions;  torch.count_nonzero */

/* ---- norms: y = (sum |x|^p)^(1/p); inf: the largest |x|, -inf: the smallest, 0: how many are not 0.   float, complex (the result is real) ---- */

RT_API rt_tensor *rt_linalg_vector_norm(rt_tensor *x, rt_scalar ord, rt_shape dims, bool keepdim);                 /* over some dimensions;  grad x;  torch.linalg.vector_norm */
RT_API rt_tensor *rt_norm(rt_tensor *x, rt_scalar p);                                                              /* of all elements;  grad x;  torch.norm */
RT_API rt_tensor *rt_norm_dims(rt_tensor *x, rt_scalar p, rt_shape dims, bool keepdim);                            /* over some dimensions;  grad x;  torch.norm */
RT_API rt_tensor *rt_norm_dtype(rt_tensor *x, rt_scalar p, rt_dtype dtype);                                        /* of all elements, taken as a wider dtype of the same kind;  grad x;  torch.norm */
RT_API rt_tensor *rt_norm_dims_dtype(rt_tensor *x, rt_scalar p, rt_shape dims, bool keepdim, rt_dtype dtype);      /* the same over some dimensions;  grad x;  torch.norm */
RT_API rt_tensor *rt_logsumexp(rt_tensor *x, rt_shape dims, bool keepdim);                                         /* y = log sum e^x, without overflow;  float, complex, integers become float32;  grad x;  torch.logsumexp */
RTI_END_C
