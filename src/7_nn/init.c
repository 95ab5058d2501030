/* ---- initial values --------------------------------------------------------------------------------------------------------------- */

RT_API rt_nn_init_opts rt_nn_init_opts_default(void)
{
    rt_nn_init_opts o;
    o.exact = 1;
    o.mode = "fan_in";
    o.nonlinearity = "leaky_relu";
    return o;
}

RT_API rt_tensor *rt_nn_init_uniform_(rt_tensor *x, double a, double b)
{
    rt_scope off_tape = rt_no_grad();
    x = rt_uniform_(x, a, b, NULL);
    rt_scope_end(off_tape);
    return x;
}

RT_API rt_tensor *rt_nn_init_normal_(rt_tensor *x, double mean, double std)
{
    rt_scope off_tape = rt_no_grad();
    x = rt_normal_(x, mean, std, NULL);
    rt_scope_end(off_tape);
    return x;
}

/* Where any element of a mask is true; false on failure, too, which ends the loop that asks. */
static bool rti_any_true(rt_tensor *mask)
{
    rt_tensor *any = rt_any(mask);
    return any && rt_item(any) != 0;
}

/* Normal numbers, drawn again as often as they fall outside. */
static rt_tensor *rti_draw_within(rt_tensor *x, double mean, double std, double a, double b)
{
    rt_tensor_opts same = rt_tensor_opts_default();
    same.dtype = rt_dtype_of(x);
    const rt_scalar low = rt_scalar_float(rt_item(rt_full(RT_SHAPE0, rt_scalar_float(a), &same)));
    const rt_scalar high = rt_scalar_float(rt_item(rt_full(RT_SHAPE0, rt_scalar_float(b), &same)));
    rt_tensor *y = rt_normal_(x, mean, std, NULL), *outside;
    while (rti_any_true(outside = rt_logical_or(rt_lt_scalar(y, low), rt_gt_scalar(y, high))))
        y = rt_where(outside, rt_normal_(rt_empty_like(y), mean, std, NULL), y);
    return y;
}

/* Whether candidates are to be drawn again: each stays with the probability of its density over the density at the peak. */
static rt_tensor *rti_refused(rt_tensor *y, double mean, double std, double log_peak)
{
    rt_tensor *z = rt_div_scalar(rt_sub_scalar(y, rt_scalar_float(mean)), rt_scalar_float(std));
    rt_tensor *log_density = rt_sub_scalar(rt_mul_scalar(rt_square(z), rt_scalar_float(-0.5)), rt_scalar_float(log_peak));
    return rt_gt(rt_log(rt_uniform_(rt_empty_like(y), 0, 1, NULL)), log_density);
}

/* Uniform numbers within, refused by the density: where few normal ones fall inside. */
static rt_tensor *rti_draw_by_density(rt_tensor *x, double mean, double std, double a, double b)
{
    const double z = (RTI_MAX(a, RTI_MIN(mean, b)) - mean) / std, log_peak = -0.5 * z * z;
    rt_tensor *y = rt_uniform_(x, a, b, NULL), *pending = rti_refused(y, mean, std, log_peak);
    while (rti_any_true(pending)) {
        rt_tensor *more = rt_uniform_(rt_empty_like(y), a, b, NULL);
        y = rt_where(pending, more, y);
        pending = rt_logical_and(pending, rti_refused(more, mean, std, log_peak));
    }
    return y;
}

static double rti_normal_below(double x) { return (1 + erf(x / sqrt(2.0))) / 2; }

RT_API rt_tensor *rt_nn_init_trunc_normal_(rt_tensor *x, double mean, double std, double a, double b)
{
    if (!(std > 0) || !(a < b)) {
        rti_raise(RT_ERR_VALUE, "rt_nn_init_trunc_normal_", "expected std above 0 and a below b, got std %g, a %g and b %g", std, a, b);
        return NULL;
    }
    rt_scope off_tape = rt_no_grad();
    const bool mostly_inside = rti_normal_below((b - mean) / std) - rti_normal_below((a - mean) / std) > 0.3;
    rt_tensor *y = mostly_inside ? rti_draw_within(x, mean, std, a, b) : rti_draw_by_density(x, mean, std, a, b);
    x = y == x ? x : rt_copy_(x, y);
    rt_scope_end(off_tape);
    return x;
}

RT_API rt_tensor *rt_nn_init_constant_(rt_tensor *x, double value)
{
    rt_scope off_tape = rt_no_grad();
    x = rt_fill_(x, rt_scalar_float(value));
    rt_scope_end(off_tape);
    return x;
}

RT_API rt_tensor *rt_nn_init_zeros_(rt_tensor *x) { return rt_nn_init_constant_(x, 0.0); }
RT_API rt_tensor *rt_nn_init_ones_(rt_tensor *x) { return rt_nn_init_constant_(x, 1.0); }

/* ---- rules by fan: every step in double and in PyTorch's order, so that the bounds agree to the bit ---- */

typedef struct rti_gain { const char *nonlinearity; double gain; } rti_gain;

static const rti_gain rti_gains[] = {
    { "linear", 1.0 }, { "conv1d", 1.0 }, { "conv2d", 1.0 }, { "conv3d", 1.0 }, { "conv_transpose1d", 1.0 }, { "conv_transpose2d", 1.0 },
    { "conv_transpose3d", 1.0 }, { "sigmoid", 1.0 }, { "tanh", 5.0 / 3.0 }, { "selu", 3.0 / 4.0 },
};

/* The gain, or -1 with the error raised. */
static double rti_gain_of(const char *nonlinearity, double param, const char *op)
{
    for (size_t i = 0; i < RTI_COUNT(rti_gains); i++)
        if (strcmp(rti_gains[i].nonlinearity, nonlinearity) == 0)
            return rti_gains[i].gain;
    if (strcmp(nonlinearity, "relu") == 0)
        return sqrt(2.0);
    if (strcmp(nonlinearity, "leaky_relu") == 0)
        return sqrt(2.0 / (1.0 + param * param));
    rti_raise(RT_ERR_VALUE, op, "no gain is known for the nonlinearity \"%s\"", nonlinearity);
    return -1.0;
}

RT_API double rt_nn_init_calculate_gain(const char *nonlinearity, double param)
{
    static const char op[] = "rt_nn_init_calculate_gain";
    if (!nonlinearity)
        rti_raise(RT_ERR_NULL, op, "nonlinearity is NULL");
    double gain = nonlinearity ? rti_gain_of(nonlinearity, param, op) : -1.0;
    return gain < 0.0 ? (double)NAN : gain;
}

typedef struct rti_fans { double in, out; } rti_fans;

/* The fans of x; 0 for a tensor without elements, which has nothing to draw. False with the error raised. */
static bool rti_fans_of(const rt_tensor *x, rti_fans *fan, const char *op)
{
    rti_shape_text shape;
    int64_t field = 1;
    fan->in = fan->out = 0.0;
    if (!rti_is_tensor(x, op, "x"))
        return false;
    if (x->numel == 0)
        return true;
    if (x->ndim < 2) {
        rti_raise(RT_ERR_VALUE, op, "expected a tensor of at least 2 dimensions, got shape %s", rti_shape_of_text(&shape, x));
        return false;
    }
    for (int d = 2; d < x->ndim; d++)
        field *= x->size[d];
    fan->in = (double)(x->size[1] * field);
    fan->out = (double)(x->size[0] * field);
    return true;
}

RT_API rt_tensor *rt_nn_init_xavier_uniform_(rt_tensor *x, double gain)
{
    rti_fans fan;
    if (!rti_fans_of(x, &fan, "rt_nn_init_xavier_uniform_"))
        return NULL;
    double std = x->numel > 0 ? gain * sqrt(2.0 / (fan.in + fan.out)) : 0.0, bound = sqrt(3.0) * std;
    return x->numel > 0 ? rt_nn_init_uniform_(x, -bound, bound) : x;
}

RT_API rt_tensor *rt_nn_init_xavier_normal_(rt_tensor *x, double gain)
{
    rti_fans fan;
    if (!rti_fans_of(x, &fan, "rt_nn_init_xavier_normal_"))
        return NULL;
    return x->numel > 0 ? rt_nn_init_normal_(x, 0.0, gain * sqrt(2.0 / (fan.in + fan.out))) : x;
}

/* The standard deviation that the Kaiming rules ask of x, 0 if there is nothing to draw; -1 with the error raised. */
static double rti_kaiming(const rt_tensor *x, double a, const rt_nn_init_opts *opts, const char *op)
{
    rti_fans fan;
    const char *mode = opts && opts->mode ? opts->mode : "fan_in";
    const char *nonlinearity = opts && opts->nonlinearity ? opts->nonlinearity : "leaky_relu";
    bool forward = strcmp(mode, "fan_in") == 0;
    if (!rti_fans_of(x, &fan, op))
        return -1.0;
    if (!forward && strcmp(mode, "fan_out") != 0) {
        rti_raise(RT_ERR_VALUE, op, "expected \"fan_in\" or \"fan_out\" for mode, got \"%s\"", mode);
        return -1.0;
    }
    double gain = rti_gain_of(nonlinearity, a, op);
    return gain < 0.0 ? -1.0 : x->numel == 0 ? 0.0 : gain / sqrt(forward ? fan.in : fan.out);
}

RT_API rt_tensor *rt_nn_init_kaiming_uniform_(rt_tensor *x, double a, const rt_nn_init_opts *opts)
{
    double std = rti_kaiming(x, a, opts, "rt_nn_init_kaiming_uniform_"), bound = sqrt(3.0) * std;
    return std < 0.0 ? NULL : x->numel == 0 ? x : rt_nn_init_uniform_(x, -bound, bound);
}

RT_API rt_tensor *rt_nn_init_kaiming_normal_(rt_tensor *x, double a, const rt_nn_init_opts *opts)
{
    double std = rti_kaiming(x, a, opts, "rt_nn_init_kaiming_normal_");
    return std < 0.0 ? NULL : x->numel == 0 ? x : rt_nn_init_normal_(x, 0.0, std);
}
