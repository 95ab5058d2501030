/* ---- pooling: windows that move over the last one, two or three dimensions -------------------------------------------------------------
 * x [N,C,..] or [C,..] -> y the same with other last sizes. A kernel has one number for each dimension, or one for all. */

/* Options of the max pools, in PyTorch's order. */
typedef struct rt_max_pool_opts {
    int exact RTI_ZERO;
    rt_shape stride RTI_ZERO;             /* default: the kernel */
    rt_shape padding RTI_ZERO;            /* places on both sides that never win; at most half of the window; default 0 */
    rt_shape dilation RTI_ZERO;           /* default 1 */
    bool ceil_mode RTI_ZERO;              /* also windows that go past the end, if they begin within input or left padding */
} rt_max_pool_opts;

/* Options of the average pools, in PyTorch's order. */
typedef struct rt_avg_pool_opts {
    int exact RTI_ZERO;
    rt_shape stride RTI_ZERO;             /* default: the kernel */
    rt_shape padding RTI_ZERO;            /* zeros on both sides; at most half of the kernel; default 0 */
    bool ceil_mode RTI_ZERO;              /* also windows that go past the end, if they begin within input or left padding */
    bool exclude_pad RTI_ZERO;            /* padding does not count in the divisor: count_include_pad=False */
    int64_t divisor_override RTI_ZERO;    /* divides every sum, 2-D and 3-D only; default: the window's elements */
} rt_avg_pool_opts;

RTI_BEGIN_C
/* Largest elements of windows.   y[..,i,j] = max_{u,v} x[.., i s0 + u d0 - p0, j s1 + v d1 - p1];  a NaN above all
 *   x [N,C,H,W] or [C,H,W]   ->  [N,C,H',W'] or [C,H',W'],  H' = floor((H + 2 p0 - d0 (K0-1) - 1) / s0) + 1, ceil with ceil_mode
 *   index  where each was found, int64, counted over the last two dimensions: the first of equals, the last NaN; NULL on failure
 *   dtypes  float, integers       grad  x       opts  NULL: stride as the kernel, padding 0, dilation 1
 *   errors  RT_ERR_SHAPE, RT_ERR_VALUE, RT_ERR_DTYPE       source  torch.nn.functional.max_pool2d, with return_indices */
RT_API rt_tensor *rt_max_pool2d(rt_tensor *x, rt_shape kernel, const rt_max_pool_opts *opts);
RT_API rt_tensor *rt_max_pool2d_with_indices(rt_tensor *x, rt_shape kernel, const rt_max_pool_opts *opts, rt_tensor **index);   /* and where each was found;  torch.nn.functional.max_pool2d_with_indices */
RT_API rt_tensor *rt_max_pool1d(rt_tensor *x, rt_shape kernel, const rt_max_pool_opts *opts);      /* the same over one dimension;  torch.nn.functional.max_pool1d */
RT_API rt_tensor *rt_max_pool1d_with_indices(rt_tensor *x, rt_shape kernel, const rt_max_pool_opts *opts, rt_tensor **index);   /* and where each was found, counted over one dimension;  torch.nn.functional.max_pool1d_with_indices */
RT_API rt_tensor *rt_max_pool3d(rt_tensor *x, rt_shape kernel, const rt_max_pool_opts *opts);      /* the same over three;  torch.nn.functional.max_pool3d */
RT_API rt_tensor *rt_max_pool3d_with_indices(rt_tensor *x, rt_shape kernel, const rt_max_pool_opts *opts, rt_tensor **index);   /* and where each was found, counted over three dimensions;  torch.nn.functional.max_pool3d_with_indices */

/* Means of windows.   y[..,i,j] = sum_{u,v} x[.., i s0 + u - p0, j s1 + v - p1] / (elements of the window)
 *   x, y as rt_max_pool2d's       dtypes  float, int64 (towards zero)       grad  x       opts  NULL: stride as the kernel, padding 0
 *   errors  RT_ERR_SHAPE, RT_ERR_VALUE, RT_ERR_DTYPE       source  torch.nn.functional.avg_pool2d */
RT_API rt_tensor *rt_avg_pool2d(rt_tensor *x, rt_shape kernel, const rt_avg_pool_opts *opts);
RT_API rt_tensor *rt_avg_pool1d(rt_tensor *x, rt_shape kernel, const rt_avg_pool_opts *opts);      /* the same over one dimension;  torch.nn.functional.avg_pool1d */
RT_API rt_tensor *rt_avg_pool3d(rt_tensor *x, rt_shape kernel, const rt_avg_pool_opts *opts);      /* the same over three;  torch.nn.functional.avg_pool3d */

/* Means and largest elements of as many windows as the result is to have: window i goes from floor(i H / H') to ceil((i+1) H / H').
 *   x [N,C,H,W] or [C,H,W]   size  the last sizes of y       index  as above
 *   dtypes  float; means to a single element also complex       grad  x
 *   errors  RT_ERR_SHAPE, RT_ERR_VALUE, RT_ERR_DTYPE       source  torch.nn.functional.adaptive_avg_pool2d, adaptive_max_pool2d */
RT_API rt_tensor *rt_adaptive_avg_pool2d(rt_tensor *x, rt_shape size);
RT_API rt_tensor *rt_adaptive_avg_pool1d(rt_tensor *x, rt_shape size);                              /* the same over one dimension;  torch.nn.functional.adaptive_avg_pool1d */
RT_API rt_tensor *rt_adaptive_avg_pool3d(rt_tensor *x, rt_shape size);                              /* the same over three;  torch.nn.functional.adaptive_avg_pool3d */
RT_API rt_tensor *rt_adaptive_max_pool2d(rt_tensor *x, rt_shape size, rt_tensor **index);           /* index may be NULL in these */
RT_API rt_tensor *rt_adaptive_max_pool1d(rt_tensor *x, rt_shape size, rt_tensor **index);           /* the same over one dimension;  torch.nn.functional.adaptive_max_pool1d */
RT_API rt_tensor *rt_adaptive_max_pool3d(rt_tensor *x, rt_shape size, rt_tensor **index);           /* the same over three;  torch.nn.functional.adaptive_max_pool3d */

/* Undoes a max pool: y = 0 but y[.., index[..,i,j]] = x[..,i,j], index counted over the last dimensions of y.
 *   x [N,C,H,W] or [C,H,W]   index [as x], int64   size  the last sizes of y       dtypes  float       grad  x
 *   errors  RT_ERR_SHAPE, RT_ERR_DTYPE, RT_ERR_INDEX       source  torch.ops.aten.max_unpool2d, max_unpool3d */
RT_API rt_tensor *rt_max_unpool2d(rt_tensor *x, rt_tensor *index, rt_shape size);
RT_API rt_tensor *rt_max_unpool3d(rt_tensor *x, rt_tensor *index, rt_shape size, rt_shape stride, rt_shape padding);   /* the same over three; stride and padding, which the pool had, are checked only */

RT_API rt_max_pool_opts rt_max_pool_opts_default(void);      /* PyTorch's defaults, exact set */
RT_API rt_avg_pool_opts rt_avg_pool_opts_default(void);      /* PyTorch's defaults, exact set */
RTI_END_C
