/* ---- picking elements by tensors of places or masks; places count from 0, or with -1 from the end, where nothing else is said -------------- */

/* What rt_embedding takes. */
typedef struct rt_embedding_opts {
    int exact RTI_ZERO;
    int64_t padding_idx RTI_ZERO;           /* a row that gets no gradient, negative ones from the end; default RT_NO_INDEX; RT_IZERO for row 0 */
    double max_norm RTI_ZERO;               /* rows that are picked and have a larger norm are scaled down to it first, in place; default 0: none are */
    double norm_type RTI_ZERO;              /* the norm's p; default 2 */
    bool scale_grad_by_freq RTI_ZERO;       /* each row's gradient over how often it was picked */
} rt_embedding_opts;

#define RT_NO_INDEX INT64_MAX

RTI_BEGIN_C
/* x[index_0, index_1, ..]: elements of x at places along its first n dimensions; RT_NONE for a dimension that is taken whole.
 *   index   int64 or int32 of shapes that broadcast, to B; a mask of bool or uint8 stands for as many dimensions as it has, of their sizes
 *   result  indexed dimensions side by side: B in their place; otherwise B in front of what is left
 *   dtypes  any; index_put: any but uint16, uint32, uint64, x and values alike      grad  x, values      errors  RT_ERR_INDEX, RT_ERR_SHAPE
 *   source  torch.Tensor.index, torch.Tensor.index_put */
RT_API rt_tensor *rt_index_tensors(rt_tensor *x, rt_tensor *const *index, int n);
RT_API rt_tensor *rt_index_put(rt_tensor *x, rt_tensor *const *index, int n, rt_tensor *values, bool accumulate);    /* y = x with values, broadcast, at those places, or added to what is there */
RT_API rt_tensor *rt_index_put_(rt_tensor *x, rt_tensor *const *index, int n, rt_tensor *values, bool accumulate);   /* the same in place, also in a view;  torch.Tensor.index_put_ */

RT_API rt_tensor *rt_take(rt_tensor *x, rt_tensor *index);                                                /* y = elements of x in row-major order at index, int64, shaped as it;  any;  grad x;  torch.take */
RT_API rt_tensor *rt_put(rt_tensor *x, rt_tensor *index, rt_tensor *source, bool accumulate);             /* y = x with source's elements at such places, or added;  any, alike;  grad x, source;  torch.Tensor.put */
RT_API rt_tensor *rt_masked_select(rt_tensor *x, rt_tensor *mask);                                        /* y [K] = the elements of x where mask, bool, is true, broadcast against each other;  any;  grad x;  torch.masked_select */
RT_API rt_tensor *rt_masked_scatter(rt_tensor *x, rt_tensor *mask, rt_tensor *source);                    /* y = x with source's first elements, in order, where mask is true;  any, alike;  grad x, source;  torch.masked_scatter */
RT_API rt_tensor *rt_nonzero(rt_tensor *x);                                                               /* places of the K elements that are not 0, int64   [*] -> [K,ndim];  any;  torch.nonzero */
RT_API rt_status rt_nonzero_tuple(rt_tensor *x, rt_tensor **places, int room, int *n);                    /* the same as a vector for each of *n dimensions, a scalar having one: for rt_index_tensors;  torch.nonzero(as_tuple=True) */
RT_API rt_tensor *rt_argwhere(rt_tensor *x);                                                              /* rt_nonzero;  torch.argwhere */
RT_API rt_tensor *rt_one_hot(rt_tensor *x, int64_t num_classes);                                          /* y = 1 at x, else 0, int64   [*] -> [*,C]; C -1: the largest and 1;  int64 from 0 on;  torch.nn.functional.one_hot */
RT_API rt_tensor *rt_embedding(rt_tensor *weight, rt_tensor *index, const rt_embedding_opts *opts);       /* y = rows of weight at index, int64 or int32 from 0 on   [V,D], [*] -> [*,D];  any;  grad weight, dense;  torch.nn.functional.embedding */
RT_API rt_embedding_opts rt_embedding_opts_default(void);                                                 /* PyTorch's defaults, exact set */
RT_API rt_tensor *rt_embedding_dense_backward(rt_tensor *grad, rt_tensor *index, int64_t num_weights, int64_t padding_idx, bool scale_grad_by_freq);   /* the weight's gradient: [*,D] -> [V,D], rows of grad added up by index;  float, complex;  grad grad;  torch.ops.aten.embedding_dense_backward */
RT_API rt_tensor *rt_searchsorted(rt_tensor *sorted, rt_tensor *x, bool right);                           /* where x would go into sorted [..,N], rising along the last dimension, before equal ones or with right behind them   [..,M] -> [..,M], or any x into [N];  real but bool, promoted;  int64;  torch.searchsorted */
RT_API rt_tensor *rt_searchsorted_by(rt_tensor *sorted, rt_tensor *x, rt_tensor *sorter, bool right, bool out_int32);   /* the same; sorter: int64 places that sort it, or RT_NONE;  torch.searchsorted */
RT_API rt_tensor *rt_bucketize(rt_tensor *x, rt_tensor *boundaries, bool right);                          /* rt_searchsorted into boundaries [N], x of any shape;  torch.bucketize */
RTI_END_C
