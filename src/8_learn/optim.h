/* ---- optimisers: how parameters follow their gradients -------------------------------------------------------------------------------- */

/* Holds its parameters, in groups that each have their own rule, and what is remembered of them; freed by rt_free. What changes while it
 * learns, the running averages and the learning rates, goes into files by rt_save and comes back by rt_load; the other numbers it was made
 * with belong to the program. Used by one thread at a time. Steps in float32 and float64 are PyTorch's to the last bit where the processor
 * fuses products and sums (AVX2, AVX-512, NEON) and PyTorch's square roots are exact, which on some processors they are not; float16 and
 * bfloat16 are computed in float32 and rounded once. */
typedef struct rt_optim rt_optim;

/* Options of rt_optim_sgd. */
typedef struct rt_optim_sgd_opts {
    int exact RTI_ZERO;
    double momentum RTI_ZERO;         /* share of the last direction that is kept, 0 */
    double dampening RTI_ZERO;        /* share of the gradient that is left out of the direction, 0 */
    double weight_decay RTI_ZERO;     /* adds so much of the parameter to its gradient, 0 */
    bool nesterov RTI_ZERO;           /* look ahead along the direction; wants momentum, and dampening 0 */
    bool maximize RTI_ZERO;           /* go up instead of down */
} rt_optim_sgd_opts;

/* Options of rt_optim_adam and rt_optim_adamw. */
typedef struct rt_optim_adam_opts {
    int exact RTI_ZERO;
    double beta1 RTI_ZERO;            /* how long gradients are remembered, 0.9 */
    double beta2 RTI_ZERO;            /* how long their squares are, 0.999 */
    double eps RTI_ZERO;              /* added to the divisor, 1e-8 */
    double weight_decay RTI_ZERO;     /* Adam: adds so much of the parameter to its gradient, 0; AdamW: shrinks the parameter by it, 0.01 */
    bool amsgrad RTI_ZERO;            /* divide by the largest average of squares so far instead of the newest */
    bool maximize RTI_ZERO;           /* go up instead of down */
} rt_optim_adam_opts;
typedef rt_optim_adam_opts rt_optim_adamw_opts;

/* Options of rt_nn_clip_grad_norm_. */
typedef struct rt_nn_clip_grad_norm_opts {
    int exact RTI_ZERO;
    double norm_type RTI_ZERO;        /* p of the norm, 2; INFINITY: the largest size */
    bool error_if_nonfinite RTI_ZERO; /* refuse to clip by a norm that is infinite or NaN */
} rt_nn_clip_grad_norm_opts;

RTI_BEGIN_C
/* Stochastic gradient descent, with momentum or without. For each parameter p and its gradient g:
 *   g = g + weight_decay p;   b = momentum b + (1 - dampening) g, the first time b = g;   p = p - lr b, or p - lr (g + momentum b) with nesterov
 *   params  leaves of dtype float16, bfloat16, float32 or float64, each once; those without a gradient are passed over     lr  0 or more
 *   state   with momentum, for parameter i: state.i.momentum_buffer; for group k: param_groups.k.lr (0-d float64)
 *   errors  RT_ERR_VALUE: no parameters, one twice, or not a leaf; a number out of its range;  RT_ERR_DTYPE;  RT_ERR_MEMORY -> NULL
 *   source  torch.optim.SGD */
RT_API rt_optim *rt_optim_sgd(rt_parameter_list params, double lr, const rt_optim_sgd_opts *opts);

/* Adam. For each parameter p and its gradient g, in its t-th step:
 *   g = g + weight_decay p;   m = beta1 m + (1 - beta1) g;   v = beta2 v + (1 - beta2) g g;   with amsgrad w = max(w, v), else w = v
 *   p = p - lr / (1 - beta1^t) * m / (sqrt(w) / sqrt(1 - beta2^t) + eps)
 *   params  as above     lr  0 or more; PyTorch's default is 1e-3
 *   state   for parameter i: state.i.step (0-d float32), state.i.exp_avg, state.i.exp_avg_sq, with amsgrad state.i.max_exp_avg_sq;
 *           for group k: param_groups.k.lr (0-d float64)
 *   errors  as above
 *   source  torch.optim.Adam */
RT_API rt_optim *rt_optim_adam(rt_parameter_list params, double lr, const rt_optim_adam_opts *opts);

/* AdamW: as Adam, but weight decay leaves the gradient alone: p = p - lr weight_decay p comes first.
 *   params, lr, state, errors  as above     opts  NULL: weight_decay 0.01, the rest as Adam's
 *   source  torch.optim.AdamW */
RT_API rt_optim *rt_optim_adamw(rt_parameter_list params, double lr, const rt_optim_adamw_opts *opts);

/* Makes the parameters of another optimiser further groups of opt, with their own rule, options and lr:
 *     rt_optim_add_param_group(opt, rt_optim_adamw(rt_parameters(head), 1e-2, RT_OPTS(rt_optim_adamw, .weight_decay = RT_ZERO)));
 * Options that it was not given are PyTorch's, not opt's. Rules may differ. opt takes `group` over, also when it fails: it is freed then.
 *   state   parameters and groups are numbered on, in the order they were added
 *   errors  RT_ERR_VALUE: a parameter that opt has already, or opt itself (which stays);  RT_ERR_NULL, RT_ERR_STATE
 *   source  torch.optim.Optimizer.add_param_group */
RT_API rt_status rt_optim_add_param_group(rt_optim *opt, rt_optim *group);

/* Changes every parameter that has a gradient by it; where parameters and gradients are contiguous, allocates nothing.
 *   errors  the pending error's code while one is unread: nothing is changed then;  RT_ERR_VALUE: a group's lr is below 0 or NaN, from a
 *           file perhaps: nothing is changed either;  RT_ERR_NULL, RT_ERR_STATE, RT_ERR_MEMORY
 *   source  torch.optim.Optimizer.step */
RT_API rt_status rt_step(rt_optim *opt);

RT_API double rt_optim_lr(const rt_optim *opt);                                    /* the learning rate in use, of the first group; NaN for NULL; torch's param_groups[0]["lr"] */
RT_API rt_status rt_optim_set_lr(rt_optim *opt, double lr);                        /* sets it for the steps to come; RT_ERR_VALUE below 0; torch's param_groups[0]["lr"] */
RT_API int rt_optim_n_groups(const rt_optim *opt);                                 /* number of groups; -1 for NULL; len(param_groups) */
RT_API double rt_optim_group_lr(const rt_optim *opt, int group);                   /* a group's learning rate, the first being 0; NaN and RT_ERR_INDEX out of range; torch's param_groups[group]["lr"] */
RT_API rt_status rt_optim_set_group_lr(rt_optim *opt, int group, double lr);       /* sets it; RT_ERR_VALUE below 0, RT_ERR_INDEX out of range; torch's param_groups[group]["lr"] */
RT_API rt_optim_sgd_opts rt_optim_sgd_opts_default(void);                          /* PyTorch's defaults, exact set */
RT_API rt_optim_adam_opts rt_optim_adam_opts_default(void);                        /* PyTorch's defaults, exact set */
RT_API rt_optim_adamw_opts rt_optim_adamw_opts_default(void);                      /* PyTorch's defaults, exact set */

/* Shortens all gradients together, so that the norm of all their elements is at most max_norm:
 *   g = g min(1, max_norm / (norm + 1e-6)),   norm = (sum |g|^p)^(1/p),  p = inf: max |g|,  p = -inf: min |g|,
 *                                             p = 0: the number of gradients that are not all zero
 *   params   what rt_parameters answers; those without a gradient are passed over     max_norm  any number
 *   answers  the norm before clipping, 0-d, of the gradients' common dtype (0 of float32 without gradients), computed in float64
 *   opts     NULL: the Euclidean norm, and any norm will do: by one that is infinite, gradients become 0 or NaN, by NaN they become NaN
 *   errors   RT_ERR_VALUE: a norm that is infinite or NaN, with error_if_nonfinite; a norm_type that is NaN; a gradient whose elements
 *            share memory;  RT_ERR_DTYPE: one that is not float16, bfloat16, float32 or float64;  RT_ERR_MEMORY, RT_ERR_NULL -> NULL, as
 *            also while an error is unread; no gradient is changed then
 *   source   torch.nn.utils.clip_grad_norm_ */
RT_API rt_tensor *rt_nn_clip_grad_norm_(rt_parameter_list params, double max_norm, const rt_nn_clip_grad_norm_opts *opts);

/* Clips every element of the gradients: g = min(max(g, -clip_value), clip_value), NaN stays.
 *   params  as above
 *   errors  RT_ERR_VALUE, RT_ERR_DTYPE: as above;  RT_ERR_NULL; the pending error's code while one is unread: nothing is changed then
 *   source  torch.nn.utils.clip_grad_value_ */
RT_API rt_status rt_nn_clip_grad_value_(rt_parameter_list params, double clip_value);
RT_API rt_nn_clip_grad_norm_opts rt_nn_clip_grad_norm_opts_default(void);          /* PyTorch's defaults, exact set */
RTI_END_C
