/* ---- indexing by tensors; an index is int64, and out of range is RT_ERR_INDEX ---------------------------------------------------------- */

RTI_BEGIN_C
RT_API rt_tensor *rt_index_select(rt_tensor *x, int dim, rt_tensor *index);                        /* y = the slices of x at index [K] along dim, [..,N,..] -> [..,K,..];  any;  grad x;  torch.index_select */
RT_API rt_tensor *rt_index_add(rt_tensor *x, int dim, rt_tensor *index, rt_tensor *source);        /* y = x with slice k of source added at index[k] along dim;  any;  grad x, source;  torch.index_add */
RT_API rt_tensor *rt_gather(rt_tensor *x, int dim, rt_tensor *index);                              /* y[..,i,..] = x[..,index[..,i,..],..] along dim, shaped as index;  any;  grad x;  torch.gather */
RT_API rt_tensor *rt_scatter(rt_tensor *x, int dim, rt_tensor *index, rt_tensor *source);          /* y = x with y[..,index[..,i,..],..] = source[..,i,..];  any;  grad x, source;  torch.scatter */
RT_API rt_tensor *rt_scatter_scalar(rt_tensor *x, int dim, rt_tensor *index, rt_scalar value);     /* the same with one number;  any;  grad x;  torch.scatter */
RT_API rt_tensor *rt_scatter_add(rt_tensor *x, int dim, rt_tensor *index, rt_tensor *source);      /* y = x with y[..,index[..,i,..],..] += source[..,i,..];  any;  grad x, source;  torch.scatter_add */
RTI_END_C
