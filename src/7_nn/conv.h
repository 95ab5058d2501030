/* ---- convolutions as layers --------------------------------------------------------------------------------------------------------- */

/* Options of rt_nn_conv1d, 2d and 3d, in PyTorch's order. A list has one number for each dimension, or one for all. */
typedef struct rt_nn_conv_opts {
    int exact RTI_ZERO;
    rt_shape stride RTI_ZERO;               /* default 1 */
    rt_shape padding RTI_ZERO;              /* zeros on both sides; default 0 */
    rt_shape dilation RTI_ZERO;             /* default 1 */
    int64_t groups RTI_ZERO;                /* default 1 */
    bool no_bias RTI_ZERO;
    const char *padding_word RTI_ZERO;      /* "same" or "valid" in place of numbers; default NULL */
    rt_dtype dtype RTI_ZERO;                /* of the parameters; RT_DTYPE_DEFAULT: float32 */
} rt_nn_conv_opts;

/* Options of rt_nn_conv_transpose1d, 2d and 3d, in PyTorch's order. */
typedef struct rt_nn_conv_transpose_opts {
    int exact RTI_ZERO;
    rt_shape stride RTI_ZERO;               /* default 1 */
    rt_shape padding RTI_ZERO;              /* default 0 */
    rt_shape output_padding RTI_ZERO;       /* default 0 */
    int64_t groups RTI_ZERO;                /* default 1 */
    bool no_bias RTI_ZERO;
    rt_shape dilation RTI_ZERO;             /* default 1 */
    rt_dtype dtype RTI_ZERO;                /* of the parameters; RT_DTYPE_DEFAULT: float32 */
} rt_nn_conv_transpose_opts;

RTI_BEGIN_C
/* y = conv2d(x, weight) + bias, as rt_conv2d.   x [N, in, H, W] or [in, H, W] -> y [N, out, H', W'];  parameters weight [out, in/groups, KH, KW]
 * and bias [out], both drawn from U(-b, b) with b = 1 / sqrt(in/groups KH KW), weight first. kernel_size has one number for each dimension,
 * or one for all.
 *   opts    NULL: stride 1, no padding, with bias, float32
 *   errors  RT_ERR_SHAPE: sizes below 1, or a list of another length;  RT_ERR_VALUE: channels that groups do not divide;  RT_ERR_DTYPE;  RT_ERR_MEMORY -> NULL
 *   source  torch.nn.Conv2d */
RT_API rt_module *rt_nn_conv2d(int64_t in_channels, int64_t out_channels, rt_shape kernel_size, const rt_nn_conv_opts *opts);
RT_API rt_module *rt_nn_conv1d(int64_t in_channels, int64_t out_channels, rt_shape kernel_size, const rt_nn_conv_opts *opts);   /* the same over one dimension;  torch.nn.Conv1d */
RT_API rt_module *rt_nn_conv3d(int64_t in_channels, int64_t out_channels, rt_shape kernel_size, const rt_nn_conv_opts *opts);   /* the same over three;  torch.nn.Conv3d */

/* y = conv_transpose2d(x, weight) + bias, as rt_conv_transpose2d;  parameters weight [in, out/groups, KH, KW] and bias [out], drawn from U(-b, b)
 * with b = 1 / sqrt(out/groups KH KW), weight first.
 *   errors  as above
 *   source  torch.nn.ConvTranspose2d */
RT_API rt_module *rt_nn_conv_transpose2d(int64_t in_channels, int64_t out_channels, rt_shape kernel_size, const rt_nn_conv_transpose_opts *opts);
RT_API rt_module *rt_nn_conv_transpose1d(int64_t in_channels, int64_t out_channels, rt_shape kernel_size, const rt_nn_conv_transpose_opts *opts);   /* over one dimension;  torch.nn.ConvTranspose1d */
RT_API rt_module *rt_nn_conv_transpose3d(int64_t in_channels, int64_t out_channels, rt_shape kernel_size, const rt_nn_conv_transpose_opts *opts);   /* over three;  torch.nn.ConvTranspose3d */

RT_API rt_nn_conv_opts rt_nn_conv_opts_default(void);                         /* PyTorch's defaults, exact set */
RT_API rt_nn_conv_transpose_opts rt_nn_conv_transpose_opts_default(void);     /* PyTorch's defaults, exact set */
RTI_END_C
