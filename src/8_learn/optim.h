/* ---- optimisers: how parameters follow their gradients -------------------------------------------------------------------------------- */

/* Holds its parameters and their running averages; freed by rt_free. What an optimiser has learned goes into files by rt_save and comes
 * back by rt_load; the numbers it was made with, lr among them, belong to the program. Used by one thread at a time. Steps are PyTorch's to
 * the last bit where the processor fuses products and sums (AVX2, AVX-512, NEON). */
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

/* Options of rt_optim_adam. */
typedef struct rt_optim_adam_opts {
    int exact RTI_ZERO;
    double beta1 RTI_ZERO;            /* how long gradients are remembered, 0.9 */
    double beta2 RTI_ZERO;            /* how long their squares are, 0.999 */
    double eps RTI_ZERO;              /* added to the divisor, 1e-8 */
    double weight_decay RTI_ZERO;     /* adds so much of the parameter to its gradient, 0 */
    bool maximize RTI_ZERO;           /* go up instead of down */
} rt_optim_adam_opts;

RTI_BEGIN_C
/* Stochastic gradient descent, with momentum or without. For each parameter p and its gradient g:
 *   g = g + weight_decay p;   b = momentum b + (1 - dampening) g, the first time b = g;   p = p - lr b, or p - lr (g + momentum b) with nesterov
 *   params  leaves of dtype float32 or float64, each once; those without a gradient are passed over     lr  0 or more
 *   state   with momentum, for parameter i: state.i.momentum_buffer
 *   errors  RT_ERR_VALUE: no parameters, one twice, or not a leaf; a number out of its range;  RT_ERR_DTYPE;  RT_ERR_MEMORY -> NULL
 *   source  torch.optim.SGD */
RT_API rt_optim *rt_optim_sgd(rt_parameter_list params, double lr, const rt_optim_sgd_opts *opts);

/* Adam. For each parameter p and its gradient g, in its t-th step:
 *   g = g + weight_decay p;   m = beta1 m + (1 - beta1) g;   v = beta2 v + (1 - beta2) g g
 *   p = p - lr / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) + eps)
 *   params  as above     lr  0 or more; PyTorch's default is 1e-3
 *   state   for parameter i: state.i.step (0-d float32), state.i.exp_avg, state.i.exp_avg_sq
 *   errors  as above
 *   source  torch.optim.Adam */
RT_API rt_optim *rt_optim_adam(rt_parameter_list params, double lr, const rt_optim_adam_opts *opts);

/* Changes every parameter that has a gradient by it; allocates nothing.
 *   errors  the pending error's code while one is unread: nothing is changed then;  RT_ERR_NULL, RT_ERR_STATE
 *   source  torch.optim.Optimizer.step */
RT_API rt_status rt_step(rt_optim *opt);

RT_API double rt_optim_lr(const rt_optim *opt);                        /* the learning rate in use; NaN for NULL; torch's param_groups[0]["lr"] */
RT_API rt_status rt_optim_set_lr(rt_optim *opt, double lr);            /* sets it for the steps to come; RT_ERR_VALUE below 0; torch's param_groups[0]["lr"] */
RT_API rt_optim_sgd_opts rt_optim_sgd_opts_default(void);              /* PyTorch's defaults, exact set */
RT_API rt_optim_adam_opts rt_optim_adam_opts_default(void);            /* PyTorch's defaults, exact set */
RTI_END_C
