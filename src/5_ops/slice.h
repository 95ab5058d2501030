/* ---- parts of a tensor: views of some of its elements ------------------------------------------------------------------------------------ */

RTI_BEGIN_C
RT_API rt_tensor *rt_select(rt_tensor *x, int dim, int64_t index);                                        /* y = x[.., index, ..], the dimension gone; negative indices count from the end;  any;  grad x;  torch.select */
RT_API rt_tensor *rt_slice(rt_tensor *x, int dim, int64_t start, int64_t end, int64_t step);              /* y = x[.., start:end:step, ..] by Python's rules, step above 0; RT_END as end: to the last;  any;  grad x;  Tensor indexing */
RT_API rt_tensor *rt_narrow(rt_tensor *x, int dim, int64_t start, int64_t length);                        /* y = x[.., start:start+length, ..], all of it within x or RT_ERR_INDEX;  any;  grad x;  torch.narrow */
RT_API rt_tensor *rt_diagonal(rt_tensor *x, int offset, int dim0, int dim1);                              /* y[.., i] = x at (i, i + offset) of two dimensions, put last;  any;  grad x;  torch.diagonal */
RT_API rt_tensor *rt_unfold(rt_tensor *x, int dim, int64_t size, int64_t step);                           /* windows of size elements every step along dim, put last;  any;  grad x;  torch.Tensor.unfold */
RT_API rt_tensor *rt_as_strided(rt_tensor *x, rt_shape size, rt_shape stride, int64_t offset);            /* elements of x's memory at offset + sum i_d stride_d, all within it or RT_ERR_INDEX; -1: x's own offset;  any;  grad x;  torch.as_strided */
RT_API rt_status rt_split(rt_tensor *x, int64_t size, int dim, rt_tensor **parts, int room, int *n);      /* parts of size along dim, the last maybe shorter, as views; *n of them, RT_ERR_VALUE if room is less; torch.split */
RT_API rt_status rt_chunk(rt_tensor *x, int chunks, int dim, rt_tensor **parts, int room, int *n);        /* at most chunks parts of equal size but for the last, as views; torch.chunk */
RT_API rt_status rt_unbind(rt_tensor *x, int dim, rt_tensor **parts, int room, int *n);                   /* x[.., i, ..] for every i, as views; torch.unbind */
RTI_END_C

#define RT_END INT64_MAX
