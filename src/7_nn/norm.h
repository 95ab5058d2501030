/* ---- normalisation as layers ---------------------------------------------------------------------------------------------------------- */

/* Options of rt_nn_batch_norm1d, 2d and 3d. */
typedef struct rt_nn_batch_norm_opts {
    int exact RTI_ZERO;
    double eps RTI_ZERO;              /* default 1e-5 */
    double momentum RTI_ZERO;         /* of the running statistics, default 0.1 */
    bool cumulative RTI_ZERO;         /* running statistics are the mean over all batches: momentum=None */
    bool no_affine RTI_ZERO;          /* without weight and bias */
    bool no_track RTI_ZERO;           /* without running statistics: the batch's own, in evaluation too */
    rt_dtype dtype RTI_ZERO;          /* of parameters and statistics; RT_DTYPE_DEFAULT: float32 */
} rt_nn_batch_norm_opts;

/* Options of rt_nn_layer_norm, rt_nn_group_norm and rt_nn_rms_norm. */
typedef struct rt_nn_norm_opts {
    int exact RTI_ZERO;
    double eps RTI_ZERO;              /* default 1e-5; of rt_nn_rms_norm the dtype's epsilon */
    bool no_affine RTI_ZERO;          /* without weight and bias */
    bool no_bias RTI_ZERO;            /* with weight alone; rt_nn_rms_norm never has a bias */
    rt_dtype dtype RTI_ZERO;          /* of the parameters; RT_DTYPE_DEFAULT: float32 */
} rt_nn_norm_opts;

RTI_BEGIN_C
/* y = (x - mean) / sqrt(var + eps) weight + bias over all but the channels, as rt_batch_norm: mean and variance of the batch in training mode,
 * running ones out of it.   x [N,C,H,W] -> y alike;  parameters weight [C] = 1, bias [C] = 0;  buffers running_mean, running_var [C] and
 * num_batches_tracked [], int64
 *   errors  RT_ERR_VALUE: num_features below 1;  RT_ERR_DTYPE;  RT_ERR_MEMORY -> NULL;  of the forward, RT_ERR_SHAPE: another number of dimensions
 *   source  torch.nn.BatchNorm2d */
RT_API rt_module *rt_nn_batch_norm2d(int64_t num_features, const rt_nn_batch_norm_opts *opts);
RT_API rt_module *rt_nn_batch_norm1d(int64_t num_features, const rt_nn_batch_norm_opts *opts);      /* the same of [N,C] or [N,C,L];  torch.nn.BatchNorm1d */
RT_API rt_module *rt_nn_batch_norm3d(int64_t num_features, const rt_nn_batch_norm_opts *opts);      /* the same of [N,C,D,H,W];  torch.nn.BatchNorm3d */

RT_API rt_module *rt_nn_layer_norm(rt_shape normalized_shape, const rt_nn_norm_opts *opts);         /* rt_layer_norm over the last dimensions, which have that shape; weight = 1, bias = 0;  torch.nn.LayerNorm */
RT_API rt_module *rt_nn_group_norm(int num_groups, int64_t num_channels, const rt_nn_norm_opts *opts);   /* rt_group_norm over groups of channels; weight [C] = 1, bias [C] = 0; RT_ERR_VALUE where groups do not divide;  torch.nn.GroupNorm */
RT_API rt_module *rt_nn_rms_norm(rt_shape normalized_shape, const rt_nn_norm_opts *opts);           /* rt_rms_norm over the last dimensions; weight = 1;  torch.nn.RMSNorm */
RT_API rt_nn_batch_norm_opts rt_nn_batch_norm_opts_default(void);                                   /* PyTorch's defaults, exact set */
RT_API rt_nn_norm_opts rt_nn_norm_opts_default(void);                                               /* PyTorch's defaults, exact set */
RTI_END_C
