/* ---- classification losses ------------------------------------------------------------------------------------------------------------ */

typedef enum rt_reduction { RT_REDUCTION_DEFAULT, RT_REDUCTION_MEAN, RT_REDUCTION_SUM, RT_REDUCTION_NONE } rt_reduction;

/* Options of rt_nll_loss and rt_cross_entropy, in PyTorch's order. */
typedef struct rt_nll_loss_opts {
    int exact RTI_ZERO;
    int64_t ignore_index RTI_ZERO;      /* a target that counts for nothing; default -100, RT_IZERO for 0 */
    rt_reduction reduction RTI_ZERO;    /* default RT_REDUCTION_MEAN: the sum over the number of targets not ignored */
} rt_nll_loss_opts;
typedef rt_nll_loss_opts rt_cross_entropy_opts;

RTI_BEGIN_C
RT_API rt_tensor *rt_log_softmax(rt_tensor *x, int dim);         /* y = x - log sum_j e^(x_j) along dim, [*] -> [*];  float;  grad x;  torch.nn.functional.log_softmax */

/* Negative log likelihood.   y = - sum_i x[i, target[i]] over targets not ignored, averaged by default
 *   x [N,C] or [C]   target [N] or [], int64, 0 to C-1 or ignore_index  ->  [], or [N] without reduction
 *   dtypes  float       grad  x       opts  NULL: mean, ignore_index -100
 *   errors  RT_ERR_SHAPE, RT_ERR_DTYPE, RT_ERR_INDEX for a target out of range       source  torch.nn.functional.nll_loss */
RT_API rt_tensor *rt_nll_loss(rt_tensor *x, rt_tensor *target, const rt_nll_loss_opts *opts);

/* y = nll_loss(log_softmax(x, 1), target); shapes, dtypes, gradient and errors as there;  torch.nn.functional.cross_entropy */
RT_API rt_tensor *rt_cross_entropy(rt_tensor *x, rt_tensor *target, const rt_cross_entropy_opts *opts);
RT_API rt_nll_loss_opts rt_nll_loss_opts_default(void);          /* PyTorch's defaults, exact set */
RTI_END_C
