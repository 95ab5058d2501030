/* ---- losses ---------------------------------------------------------------------------------------------------------------------------
 * Each is a number for every element or member, of which the mean is taken unless opts say otherwise. Shapes of x and target broadcast
 * where nothing else is said; opts NULL: the mean. */

typedef enum rt_reduction { RT_REDUCTION_DEFAULT, RT_REDUCTION_MEAN, RT_REDUCTION_SUM, RT_REDUCTION_NONE } rt_reduction;

/* Options of losses that have no others. */
typedef struct rt_loss_opts {
    int exact RTI_ZERO;
    rt_reduction reduction RTI_ZERO;    /* default RT_REDUCTION_MEAN */
} rt_loss_opts;

/* Options of rt_nll_loss, in PyTorch's order. */
typedef struct rt_nll_loss_opts {
    int exact RTI_ZERO;
    int64_t ignore_index RTI_ZERO;      /* a target that counts for nothing; default -100, RT_IZERO for 0 */
    rt_reduction reduction RTI_ZERO;    /* default RT_REDUCTION_MEAN: the sum over the weights of the targets not ignored */
} rt_nll_loss_opts;

/* Options of rt_cross_entropy, in PyTorch's order. */
typedef struct rt_cross_entropy_opts {
    int exact RTI_ZERO;
    int64_t ignore_index RTI_ZERO;      /* as in rt_nll_loss_opts */
    rt_reduction reduction RTI_ZERO;
    double label_smoothing RTI_ZERO;    /* share of the target that is spread over all classes, 0 to 1; default 0 */
} rt_cross_entropy_opts;

/* Options of rt_kl_div, in PyTorch's order. */
typedef struct rt_kl_div_opts {
    int exact RTI_ZERO;
    rt_reduction reduction RTI_ZERO;
    bool batch_mean RTI_ZERO;           /* the sum over the size of the first dimension; reduction is not looked at */
    bool log_target RTI_ZERO;           /* the target holds logarithms */
} rt_kl_div_opts;

/* Options of rt_triplet_margin_loss, in PyTorch's order. */
typedef struct rt_triplet_margin_loss_opts {
    int exact RTI_ZERO;
    double margin RTI_ZERO;             /* default 1 */
    double p RTI_ZERO;                  /* of the distance, default 2 */
    double eps RTI_ZERO;                /* default 1e-6 */
    bool swap RTI_ZERO;                 /* also looks at the distance of positive and negative, and takes the smaller */
    rt_reduction reduction RTI_ZERO;
} rt_triplet_margin_loss_opts;

/* Options of rt_poisson_nll_loss, in PyTorch's order. */
typedef struct rt_poisson_nll_loss_opts {
    int exact RTI_ZERO;
    bool no_log_input RTI_ZERO;         /* x is the mean itself, not its logarithm */
    bool full RTI_ZERO;                 /* adds Stirling's term for log(target!) */
    double eps RTI_ZERO;                /* within the logarithm of x, default 1e-8 */
    rt_reduction reduction RTI_ZERO;
} rt_poisson_nll_loss_opts;

/* Options of rt_gaussian_nll_loss, in PyTorch's order. */
typedef struct rt_gaussian_nll_loss_opts {
    int exact RTI_ZERO;
    bool full RTI_ZERO;                 /* adds log(2 pi) / 2 */
    double eps RTI_ZERO;                /* the least variance, default 1e-6 */
    rt_reduction reduction RTI_ZERO;
} rt_gaussian_nll_loss_opts;

RTI_BEGIN_C

/* ---- of classes ---- */

/* Negative log likelihood.   y[n,..] = -w[t] x[n,t,..], t = target[n,..], 0 where t is ignored; the mean is over sum w[t]
 *   x [N,C,*] or [C]   target [N,*] or [], int64 or uint8, 0 to C-1 or ignore_index   w [C]  ->  [], or as target without reduction
 *   dtypes  float, w as x    grad  x    opts  NULL: mean, ignore_index -100
 *   errors  RT_ERR_SHAPE, RT_ERR_DTYPE, RT_ERR_INDEX for a target out of range
 *   source  torch.nn.functional.nll_loss */
RT_API rt_tensor *rt_nll_loss(rt_tensor *x, rt_tensor *target, const rt_nll_loss_opts *opts);
RT_API rt_tensor *rt_nll_loss_weighted(rt_tensor *x, rt_tensor *target, rt_tensor *weight, const rt_nll_loss_opts *opts);   /* the same with weights of classes, or RT_NONE */

/* Cross entropy of softmax(x) over the classes.
 *   of classes         y = nll_loss(log_softmax(x, 1), target), of whose target label_smoothing / C goes to every class
 *   of probabilities   y[n,..] = -sum_c w[c] p[n,c,..] log_softmax(x)[n,c,..], p the target, smoothed likewise; the mean is over N *
 *   x [N,C,*] or [C]   target as in rt_nll_loss, or of x's shape and floating point   w [C]  ->  [], or [N,*] or [] without reduction
 *   dtypes  float, w as x    grad  x, a target of probabilities    opts  NULL: mean, ignore_index -100, no smoothing
 *   errors  as rt_nll_loss;  RT_ERR_VALUE
 *   source  torch.nn.functional.cross_entropy */
RT_API rt_tensor *rt_cross_entropy(rt_tensor *x, rt_tensor *target, const rt_cross_entropy_opts *opts);
RT_API rt_tensor *rt_cross_entropy_weighted(rt_tensor *x, rt_tensor *target, rt_tensor *weight, const rt_cross_entropy_opts *opts);   /* the same with weights of classes, or RT_NONE */

/* ---- of numbers ---- */

RT_API rt_tensor *rt_mse_loss(rt_tensor *x, rt_tensor *target, const rt_loss_opts *opts);                        /* y = (x - t)^2;  float;  grad x, t;  torch.nn.functional.mse_loss */
RT_API rt_tensor *rt_l1_loss(rt_tensor *x, rt_tensor *target, const rt_loss_opts *opts);                         /* y = |x - t|;  float, complex;  grad x, t;  torch.nn.functional.l1_loss */
RT_API rt_tensor *rt_smooth_l1_loss(rt_tensor *x, rt_tensor *target, double beta, const rt_loss_opts *opts);     /* y = d^2 / (2 beta) where d < beta, else d - beta/2, d = |x - t|;  float;  grad x, t;  torch.nn.functional.smooth_l1_loss */
RT_API rt_tensor *rt_huber_loss(rt_tensor *x, rt_tensor *target, double delta, const rt_loss_opts *opts);        /* y = d^2 / 2 where d < delta, else delta (d - delta/2), d = |x - t|;  float;  grad x, t;  RT_ERR_VALUE unless delta > 0;  torch.nn.functional.huber_loss */

/* ---- of probabilities; weight broadcasts, RT_NONE: 1 ---- */

RT_API rt_tensor *rt_binary_cross_entropy(rt_tensor *x, rt_tensor *target, rt_tensor *weight, const rt_loss_opts *opts);   /* y = -w (t max(log x, -100) + (1-t) max(log(1-x), -100));  x, t of one shape, float;  grad x, t, w;  RT_ERR_VALUE unless 0 <= x <= 1;  torch.nn.functional.binary_cross_entropy */
RT_API rt_tensor *rt_binary_cross_entropy_with_logits(rt_tensor *x, rt_tensor *target, rt_tensor *weight, rt_tensor *pos_weight, const rt_loss_opts *opts);   /* y = -w (q t log s + (1-t) log(1-s)), s = 1/(1 + e^-x), q pos_weight or 1;  x, t of one shape, float;  grad all;  torch.nn.functional.binary_cross_entropy_with_logits */
RT_API rt_tensor *rt_kl_div(rt_tensor *x, rt_tensor *target, const rt_kl_div_opts *opts);                        /* y = t (log t - x), 0 for t = 0;  with log_target e^t (t - x);  float;  grad x, t;  torch.nn.functional.kl_div */
RT_API rt_tensor *rt_poisson_nll_loss(rt_tensor *x, rt_tensor *target, const rt_poisson_nll_loss_opts *opts);    /* y = e^x - t x;  or x - t log(x + eps);  float;  grad x, t;  torch.nn.functional.poisson_nll_loss */
RT_API rt_tensor *rt_gaussian_nll_loss(rt_tensor *x, rt_tensor *target, rt_tensor *var, const rt_gaussian_nll_loss_opts *opts);   /* y = (log v + (x - t)^2 / v) / 2, v = max(var, eps);  var as x but for one dimension of 1, or without the last;  float;  grad x, t, var;  RT_ERR_VALUE for var below 0;  torch.nn.functional.gaussian_nll_loss */

/* ---- of pairs and orders; target is 1 or -1 ---- */

RT_API rt_tensor *rt_margin_ranking_loss(rt_tensor *a, rt_tensor *b, rt_tensor *target, double margin, const rt_loss_opts *opts);       /* y = max(0, -t (a - b) + margin);  float;  grad a, b, t;  torch.nn.functional.margin_ranking_loss */
RT_API rt_tensor *rt_hinge_embedding_loss(rt_tensor *x, rt_tensor *target, double margin, const rt_loss_opts *opts);                   /* y = x for t = 1, max(0, margin - x) for t = -1;  float;  grad x;  torch.nn.functional.hinge_embedding_loss */
RT_API rt_tensor *rt_soft_margin_loss(rt_tensor *x, rt_tensor *target, const rt_loss_opts *opts);                                      /* y = log(1 + e^(-t x));  float;  grad x, t;  torch.nn.functional.soft_margin_loss */
RT_API rt_tensor *rt_cosine_embedding_loss(rt_tensor *a, rt_tensor *b, rt_tensor *target, double margin, const rt_loss_opts *opts);    /* y = 1 - cos(a, b) for t = 1, max(0, cos(a, b) - margin) for t = -1;  a, b [N,D] or [D], t [N] or [];  float;  grad a, b;  torch.nn.functional.cosine_embedding_loss */
RT_API rt_tensor *rt_triplet_margin_loss(rt_tensor *anchor, rt_tensor *positive, rt_tensor *negative, const rt_triplet_margin_loss_opts *opts);   /* y = max(0, d(a,p) - d(a,n) + margin), d the pairwise distance;  [N,D] or [D];  float;  grad all;  RT_ERR_VALUE unless margin > 0;  torch.nn.functional.triplet_margin_loss */
RT_API rt_tensor *rt_multilabel_soft_margin_loss(rt_tensor *x, rt_tensor *target, rt_tensor *weight, const rt_loss_opts *opts);        /* y[n] = mean_c of rt_binary_cross_entropy_with_logits, with w[c];  x, t [*,C] -> [*];  float;  grad x, t;  torch.nn.functional.multilabel_soft_margin_loss */

RT_API rt_loss_opts rt_loss_opts_default(void);                                             /* PyTorch's defaults, exact set */
RT_API rt_nll_loss_opts rt_nll_loss_opts_default(void);                                     /* PyTorch's defaults, exact set */
RT_API rt_cross_entropy_opts rt_cross_entropy_opts_default(void);                           /* PyTorch's defaults, exact set */
RT_API rt_kl_div_opts rt_kl_div_opts_default(void);                                         /* PyTorch's defaults, exact set */
RT_API rt_triplet_margin_loss_opts rt_triplet_margin_loss_opts_default(void);               /* PyTorch's defaults, exact set */
RT_API rt_poisson_nll_loss_opts rt_poisson_nll_loss_opts_default(void);                     /* PyTorch's defaults, exact set */
RT_API rt_gaussian_nll_loss_opts rt_gaussian_nll_loss_opts_default(void);                   /* PyTorch's defaults, exact set */
RTI_END_C
