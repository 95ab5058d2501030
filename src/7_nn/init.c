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
