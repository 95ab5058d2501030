/* ---- normalisation -------------------------------------------------------------------------------------------------------------------- */

/* Options of rt_batch_norm, in PyTorch's order. */
typedef struct rt_batch_norm_opts {
    int exact RTI_ZERO;
    bool training RTI_ZERO;             /* take the batch's own mean and variance, and let the running ones follow; default false */
    double momentum RTI_ZERO;           /* running = (1 - momentum) running + momentum the batch's; default 0.1 */
    double eps RTI_ZERO;                /* added to the variance, default 1e-5 */
} rt_batch_norm_opts;

/* Options of rt_instance_norm, in PyTorch's order. */
typedef struct rt_instance_norm_opts {
    int exact RTI_ZERO;
    bool use_running_stats RTI_ZERO;    /* PyTorch's use_input_stats turned round */
    double momentum RTI_ZERO;           /* default 0.1 */
    double eps RTI_ZERO;                /* default 1e-5 */
} rt_instance_norm_opts;

RTI_BEGIN_C

/* y = (x - m) / sqrt(v + eps) w + b, mean m and variance v of each channel over all else; while not training the running ones.
 *   x [N,C,*]   running_mean, running_var, weight, bias [C] or RT_NONE  ->  y as x.   The running ones change in place, the variance without bias
 *   dtypes  float; the rest as x, or float32 beside half types       grad  x, weight, bias
 *   errors  RT_ERR_SHAPE, RT_ERR_DTYPE, RT_ERR_VALUE for running ones that are missed
 *   source  torch.nn.functional.batch_norm */
RT_API rt_tensor *rt_batch_norm(rt_tensor *x, rt_tensor *running_mean, rt_tensor *running_var, rt_tensor *weight, rt_tensor *bias, const rt_batch_norm_opts *opts);

/* The same with mean and variance of each channel of each member by itself; the running ones follow their means over members.
 *   source  torch.nn.functional.instance_norm */
RT_API rt_tensor *rt_instance_norm(rt_tensor *x, rt_tensor *running_mean, rt_tensor *running_var, rt_tensor *weight, rt_tensor *bias,
                                   const rt_instance_norm_opts *opts);

/* The same with mean and variance over the last dimensions, those of shape.
 *   x [*,shape]   weight, bias [shape] or RT_NONE  ->  y as x     dtypes, grad as rt_batch_norm     errors  RT_ERR_SHAPE, RT_ERR_DTYPE
 *   source  torch.nn.functional.layer_norm, eps 1e-5 by default */
RT_API rt_tensor *rt_layer_norm(rt_tensor *x, rt_shape shape, rt_tensor *weight, rt_tensor *bias, double eps);

/* The same with mean and variance over C/groups channels at a time of each member.
 *   x [N,C,*]   weight, bias [C] or RT_NONE  ->  y as x     dtypes, grad as rt_batch_norm     errors  RT_ERR_SHAPE, RT_ERR_DTYPE, RT_ERR_VALUE
 *   source  torch.nn.functional.group_norm, eps 1e-5 by default */
RT_API rt_tensor *rt_group_norm(rt_tensor *x, int groups, rt_tensor *weight, rt_tensor *bias, double eps);

/* y = x / sqrt(mean x^2 + eps) w, the mean over the last dimensions, those of shape; eps below 0: the dtype's own.
 *   x [*,shape]   weight [shape] or RT_NONE  ->  y as x     dtypes, grad as rt_batch_norm     errors  RT_ERR_SHAPE, RT_ERR_DTYPE
 *   source  torch.nn.functional.rms_norm */
RT_API rt_tensor *rt_rms_norm(rt_tensor *x, rt_shape shape, rt_tensor *weight, double eps);

RT_API rt_tensor *rt_normalize(rt_tensor *x, double p, int dim, double eps);                                  /* y = x / max(|x|_p, eps), the norm along dim;  float, complex;  grad x;  torch.nn.functional.normalize, p 2, dim 1, eps 1e-12 by default */
RT_API rt_tensor *rt_cosine_similarity(rt_tensor *a, rt_tensor *b, int dim, double eps);                      /* y = sum a b / (max(|a|, eps) max(|b|, eps)) along dim, a and b broadcast;  float;  grad a, b;  torch.nn.functional.cosine_similarity, dim 1, eps 1e-8 by default */
RT_API rt_tensor *rt_pairwise_distance(rt_tensor *a, rt_tensor *b, double p, double eps, bool keepdim);      /* y = |a - b + eps|_p along the last dimension, a and b broadcast;  float;  grad a, b;  torch.nn.functional.pairwise_distance, p 2, eps 1e-6 by default */
RT_API rt_batch_norm_opts rt_batch_norm_opts_default(void);                                                   /* PyTorch's defaults, exact set */
RT_API rt_instance_norm_opts rt_instance_norm_opts_default(void);                                             /* PyTorch's defaults, exact set */
RTI_END_C
