/* ---- indexing along a dimension; an index is int64 or int32, from 0 on, and out of range is RT_ERR_INDEX ---------------------------------
 * f_ works in place: x = f(x, ..), answers x. */

RTI_BEGIN_C
RT_API rt_tensor *rt_index_select(rt_tensor *x, int dim, rt_tensor *index);                                /* y = the slices of x at index [K] along dim, [..,N,..] -> [..,K,..];  any;  grad x;  torch.index_select */
RT_API rt_tensor *rt_index_add(rt_tensor *x, int dim, rt_tensor *index, rt_tensor *source);                /* y = x with slice k of source added at index[k] along dim;  any;  grad x, source;  torch.index_add */
RT_API rt_tensor *rt_index_add_(rt_tensor *x, int dim, rt_tensor *index, rt_tensor *source);               /* rt_index_add in place;  torch.Tensor.index_add_ */
RT_API rt_tensor *rt_index_add_scaled(rt_tensor *x, int dim, rt_tensor *index, rt_tensor *source, rt_scalar alpha);   /* the same with alpha times source;  any;  grad x, source;  torch.index_add with alpha */
RT_API rt_tensor *rt_index_copy(rt_tensor *x, int dim, rt_tensor *index, rt_tensor *source);               /* y = x with slice k of source at index[k] along dim, the last one if several; int64 only;  any;  grad x, source;  torch.index_copy */
RT_API rt_tensor *rt_index_copy_(rt_tensor *x, int dim, rt_tensor *index, rt_tensor *source);              /* rt_index_copy in place;  torch.Tensor.index_copy_ */
RT_API rt_tensor *rt_index_fill(rt_tensor *x, int dim, rt_tensor *index, rt_scalar value);                 /* y = x with value in the slices at index along dim; int64 only;  any;  grad x;  torch.index_fill */
RT_API rt_tensor *rt_index_fill_(rt_tensor *x, int dim, rt_tensor *index, rt_scalar value);                /* rt_index_fill in place;  torch.Tensor.index_fill_ */
RT_API rt_tensor *rt_index_fill_tensor(rt_tensor *x, int dim, rt_tensor *index, rt_tensor *value);         /* the same with a tensor without dimensions;  any;  grad x, value;  torch.index_fill */
RT_API rt_tensor *rt_index_fill_tensor_(rt_tensor *x, int dim, rt_tensor *index, rt_tensor *value);        /* rt_index_fill_tensor in place;  torch.Tensor.index_fill_ */
RT_API rt_tensor *rt_gather(rt_tensor *x, int dim, rt_tensor *index);                                      /* y[..,i,..] = x[..,index[..,i,..],..] along dim, shaped as index;  any;  grad x;  torch.gather */
RT_API rt_tensor *rt_take_along_dim(rt_tensor *x, rt_tensor *index, int dim);                              /* gather, x and index broadcast but along dim; dim RT_FLAT: of both flattened; int64 only;  any;  grad x;  torch.take_along_dim */
RT_API rt_tensor *rt_scatter(rt_tensor *x, int dim, rt_tensor *index, rt_tensor *source);                  /* y = x with y[..,index[..,i,..],..] = source[..,i,..], the last one if several;  any;  grad x, source;  torch.scatter */
RT_API rt_tensor *rt_scatter_(rt_tensor *x, int dim, rt_tensor *index, rt_tensor *source);                 /* rt_scatter in place;  torch.Tensor.scatter_ */
RT_API rt_tensor *rt_scatter_scalar(rt_tensor *x, int dim, rt_tensor *index, rt_scalar value);             /* the same with one number;  any;  grad x;  torch.scatter */
RT_API rt_tensor *rt_scatter_scalar_(rt_tensor *x, int dim, rt_tensor *index, rt_scalar value);            /* rt_scatter_scalar in place;  torch.Tensor.scatter_ */
RT_API rt_tensor *rt_scatter_add(rt_tensor *x, int dim, rt_tensor *index, rt_tensor *source);              /* y = x with y[..,index[..,i,..],..] += source[..,i,..];  any;  grad x, source;  torch.scatter_add */
RT_API rt_tensor *rt_scatter_add_(rt_tensor *x, int dim, rt_tensor *index, rt_tensor *source);             /* rt_scatter_add in place;  torch.Tensor.scatter_add_ */
RT_API rt_tensor *rt_scatter_how(rt_tensor *x, int dim, rt_tensor *index, rt_tensor *source, const char *reduce);      /* scatter with "add" or "multiply";  any;  grad x, source;  torch.scatter with reduce */
RT_API rt_tensor *rt_scatter_scalar_how(rt_tensor *x, int dim, rt_tensor *index, rt_scalar value, const char *reduce); /* the same with one number;  any;  grad x;  torch.scatter with reduce */

/* y = x with every place that index points to reduced with the source's elements that go there: "sum", "prod", "mean", "amax" or "amin".
 *   include_self   whether x's own element takes part      mean of integers: rounded down      amax, amin: real; mean: not bool
 *   grad x, source: of extremes shared among equal ones     source  torch.scatter_reduce */
RT_API rt_tensor *rt_scatter_reduce(rt_tensor *x, int dim, rt_tensor *index, rt_tensor *source, const char *reduce, bool include_self);
RTI_END_C
