/* ---- convolutions --------------------------------------------------------------------------------------------------------------------- */

/* Options of rt_conv1d, 2d and 3d, in PyTorch's order. A list has one number for each dimension, or one for all. */
typedef struct rt_conv_opts {
    int exact RTI_ZERO;
    rt_shape stride RTI_ZERO;               /* default 1 */
    rt_shape padding RTI_ZERO;              /* zeros on both sides; default 0 */
    rt_shape dilation RTI_ZERO;             /* elements from one tap of the kernel to the next; default 1 */
    int64_t groups RTI_ZERO;                /* default 1 */
    const char *padding_word RTI_ZERO;      /* "same", for a result as large as x (stride 1), or "valid", for none, in place of numbers; default NULL */
} rt_conv_opts;

/* Options of rt_conv_transpose1d, 2d and 3d, in PyTorch's order. */
typedef struct rt_conv_transpose_opts {
    int exact RTI_ZERO;
    rt_shape stride RTI_ZERO;               /* default 1 */
    rt_shape padding RTI_ZERO;              /* taken off on both sides of the result; default 0 */
    rt_shape output_padding RTI_ZERO;       /* added on one side of the result; less than stride or dilation; default 0 */
    int64_t groups RTI_ZERO;                /* default 1 */
    rt_shape dilation RTI_ZERO;             /* default 1 */
} rt_conv_transpose_opts;

RTI_BEGIN_C
/* 2-D cross-correlation.
 *   y[n,o,i,j] = b[o] + sum_{c,u,v} x[n,c, i s0 + u d0 - p0, j s1 + v d1 - p1] w[o,c,u,v]
 *   x [N,C,H,W] or [C,H,W]   w [O,C/groups,KH,KW]   b [O] or RT_NONE  ->  y [N,O,H',W'] or [O,H',W'],  H' = (H + 2 p0 - d0 (KH-1) - 1) / s0 + 1
 *   dtypes  float, complex, integers; x, w, b alike       grad  x, w, b       opts  NULL: stride 1, padding 0, dilation 1, groups 1
 *   errors  RT_ERR_SHAPE, RT_ERR_DTYPE, RT_ERR_VALUE       source  torch.nn.functional.conv2d */
RT_API rt_tensor *rt_conv2d(rt_tensor *x, rt_tensor *w, rt_tensor *b, const rt_conv_opts *opts);
RT_API rt_tensor *rt_conv1d(rt_tensor *x, rt_tensor *w, rt_tensor *b, const rt_conv_opts *opts);      /* the same over one dimension, x [N,C,L] or [C,L], w [O,C/groups,K];  torch.nn.functional.conv1d */
RT_API rt_tensor *rt_conv3d(rt_tensor *x, rt_tensor *w, rt_tensor *b, const rt_conv_opts *opts);      /* the same over three, x [N,C,D,H,W] or [C,D,H,W], w [O,C/groups,KD,KH,KW];  torch.nn.functional.conv3d */

/* 2-D transposed convolution: what takes the gradient of rt_conv2d's result to that of its x.
 *   y[n,o, i s0 + u d0 - p0, j s1 + v d1 - p1] = b[o] + sum over the c, i, j, u, v that lead there of  x[n,c,i,j] w[c,o,u,v]
 *   x [N,C,H,W] or [C,H,W]   w [C,O/groups,KH,KW]   b [O] or RT_NONE  ->  y [N,O,H',W'] or [O,H',W'],
 *     H' = (H-1) s0 - 2 p0 + d0 (KH-1) + output_padding0 + 1
 *   dtypes  float, complex, integers; x, w, b alike       grad  x, w, b       opts  NULL: stride 1, padding 0, output_padding 0, groups 1, dilation 1
 *   errors  RT_ERR_SHAPE, RT_ERR_DTYPE, RT_ERR_VALUE       source  torch.nn.functional.conv_transpose2d */
RT_API rt_tensor *rt_conv_transpose2d(rt_tensor *x, rt_tensor *w, rt_tensor *b, const rt_conv_transpose_opts *opts);
RT_API rt_tensor *rt_conv_transpose1d(rt_tensor *x, rt_tensor *w, rt_tensor *b, const rt_conv_transpose_opts *opts);   /* the same over one dimension;  torch.nn.functional.conv_transpose1d */
RT_API rt_tensor *rt_conv_transpose3d(rt_tensor *x, rt_tensor *w, rt_tensor *b, const rt_conv_transpose_opts *opts);   /* the same over three;  torch.nn.functional.conv_transpose3d */

RT_API rt_conv_opts rt_conv_opts_default(void);                           /* PyTorch's defaults, exact set */
RT_API rt_conv_transpose_opts rt_conv_transpose_opts_default(void);       /* PyTorch's defaults, exact set */
RTI_END_C
