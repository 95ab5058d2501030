/* ---- order. A NaN is above all, zeros are equal; indices are int64. Equal elements keep their order where `stable` asks for it, in
 * expanded lines, and in ascending vectors of 32768 integers or more; elsewhere they stand where PyTorch's algorithms leave them, index for index.
 * Functions of two results answer the values and put the indices into *index, which may be NULL; on failure both are NULL. */

RTI_BEGIN_C
RT_API rt_tensor *rt_sort(rt_tensor *x, int dim, bool descending, rt_tensor **index);                                    /* x sorted along dim, and where each value came from;  float, integers, uint16 to uint64;  grad x;  torch.sort */
RT_API rt_tensor *rt_sort_stable(rt_tensor *x, bool stable, int dim, bool descending, rt_tensor **index);                /* the same; stable: equals keep their order;  grad x;  torch.sort */
RT_API rt_tensor *rt_argsort(rt_tensor *x, int dim, bool descending);                                                    /* the indices alone;  int64;  torch.argsort */
RT_API rt_tensor *rt_argsort_stable(rt_tensor *x, bool stable, int dim, bool descending);                                /* the same;  int64;  torch.argsort */
RT_API rt_tensor *rt_msort(rt_tensor *x);                                                                                /* x sorted along its first dimension;  as rt_sort;  grad x;  torch.msort */
RT_API rt_tensor *rt_topk(rt_tensor *x, int64_t k, int dim, bool largest, bool sorted, rt_tensor **index);               /* the k largest along dim, or smallest, in order if sorted;  float, integers but bool;  grad x;  torch.topk */
RT_API rt_tensor *rt_kthvalue(rt_tensor *x, int64_t k, int dim, bool keepdim, rt_tensor **index);                        /* the k-th smallest along dim, 1 to its size;  float, integers but bool;  grad x;  torch.kthvalue */
RT_API rt_tensor *rt_median(rt_tensor *x);                                                                               /* the lower middle one of all elements, NaN if there is one;  float, integers but bool;  grad x, shared evenly among equals;  torch.median */
RT_API rt_tensor *rt_median_dim(rt_tensor *x, int dim, bool keepdim, rt_tensor **index);                                 /* the same along one dimension;  grad x, to that place;  torch.median */
RT_API rt_tensor *rt_nanmedian(rt_tensor *x);                                                                            /* the median of what is not NaN;  float, integers but bool;  grad x, shared evenly among equals;  torch.nanmedian */
RT_API rt_tensor *rt_nanmedian_dim(rt_tensor *x, int dim, bool keepdim, rt_tensor **index);                              /* the same along one dimension;  grad x, to that place;  torch.nanmedian */
RT_API rt_tensor *rt_mode_dim(rt_tensor *x, int dim, bool keepdim, rt_tensor **index);                                   /* the commonest value along dim, of several the smallest, and a place of it; each NaN is one of its own;  float, integers;  grad x, to that place;  torch.mode */
RTI_END_C
