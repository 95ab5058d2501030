/* ---- normalisation as layers ---------------------------------------------------------------------------------------------------------- */

/* A parameter or buffer filled with one number. */
static bool rti_layer_fill(rt_module *m, const char *name, rt_shape shape, double value, rt_dtype dtype, bool buffer)
{
    rt_tensor_opts made = rt_tensor_opts_default();
    made.dtype = dtype;
    rt_tensor *x = rt_full(shape, dtype == RT_INT64 ? rt_scalar_int((int64_t)value) : rt_scalar_float(value), &made);
    return x && (buffer ? rt_module_add_buffer(m, name, x) : rt_module_add_parameter(m, name, x));
}

/* A place that is empty, as state_dict leaves it out. */
static bool rti_layer_none(rt_module *m, const char *name, bool buffer)
{
    return buffer ? rt_module_add_buffer(m, name, RT_NONE) != NULL : rt_module_add_parameter(m, name, RT_NONE) != NULL;
}

/* ---- batch norm ---- */

enum { RTI_RUNNING_MEAN, RTI_RUNNING_VAR, RTI_BATCHES };

typedef struct rti_batch_norm_layer {
    double eps, momentum;
    bool cumulative, track;
    int least, most;              /* dimensions of its inputs */
} rti_batch_norm_layer;

RT_API rt_nn_batch_norm_opts rt_nn_batch_norm_opts_default(void)
{
    rt_nn_batch_norm_opts o;
    memset((void *)&o, 0, sizeof o);
    o.exact = 1;
    o.eps = 1e-5;
    o.momentum = 0.1;
    return o;
}

/* Counts the batch, and answers how much of it the running statistics take; NaN where that fails. */
static double rti_batch_norm_count(rt_module *m, const rti_batch_norm_layer *own)
{
    rt_tensor *count = rti_member_tensor(&m->buffers, RTI_BATCHES);
    rt_scope scope = rt_no_grad();
    double n = rt_add_scalar_(count, rt_scalar_int(1)) ? rt_item(count) : NAN;
    rt_scope_end(scope);
    return own->cumulative && n == n ? 1 / n : n == n ? own->momentum : n;
}

static rt_tensor *rti_batch_norm_forward(rt_module *m, rt_tensor *x)
{
    const rti_batch_norm_layer *own = RTI_CAST(const rti_batch_norm_layer *, m->user);
    rti_shape_text text;
    rt_batch_norm_opts o = rt_batch_norm_opts_default();
    if (!rti_is_tensor(x, m->type, "the input"))
        return NULL;
    if (x->ndim < own->least || x->ndim > own->most) {
        rti_raise(RT_ERR_SHAPE, m->type, "expected an input of %d%s dimensions, got %s", own->least, own->most > own->least ? " or 3" : "", rti_shape_of_text(&text, x));
        return NULL;
    }
    o.eps = own->eps;
    o.momentum = own->momentum;
    o.training = m->training || !own->track;
    if (m->training && own->track) {
        o.momentum = rti_batch_norm_count(m, own);
        if (o.momentum != o.momentum)
            return NULL;
    }
    return rt_batch_norm(x, own->track ? rti_member_tensor(&m->buffers, RTI_RUNNING_MEAN) : RT_NONE,
                         own->track ? rti_member_tensor(&m->buffers, RTI_RUNNING_VAR) : RT_NONE, rti_layer_weight(m), rti_layer_bias(m), &o);
}

static rt_module *rti_batch_norm_of(const char *type, const char *op, int least, int most, int64_t n, const rt_nn_batch_norm_opts *opts)
{
    rt_nn_batch_norm_opts o = opts ? *opts : rt_nn_batch_norm_opts_default();
    rti_batch_norm_layer own = { rti_double_option(o.eps, 1e-5, o.exact), rti_double_option(o.momentum, 0.1, o.exact), o.cumulative, !o.no_track, least, most };
    rt_dtype dtype = rti_layer_dtype(op, o.dtype);
    if (n < 1)
        rti_raise(RT_ERR_VALUE, op, "expected at least one feature, got %lld", (long long)n);
    if (n < 1 || dtype == RT_DTYPE_DEFAULT)
        return NULL;
    rt_module *m = rti_layer_with(type, rti_batch_norm_forward, &own, sizeof own);
    rt_scope scope = rt_scope_begin();
    bool made = m && (o.no_affine ? rti_layer_none(m, "weight", false) && rti_layer_none(m, "bias", false)
                                  : rti_layer_fill(m, "weight", RT_SHAPE(n), 1, dtype, false) && rti_layer_fill(m, "bias", RT_SHAPE(n), 0, dtype, false));
    made = made && (o.no_track || (rti_layer_fill(m, "running_mean", RT_SHAPE(n), 0, dtype, true) && rti_layer_fill(m, "running_var", RT_SHAPE(n), 1, dtype, true) &&
                                   rti_layer_fill(m, "num_batches_tracked", RT_SHAPE0, 0, RT_INT64, true)));
    return rti_layer_made(m, scope, made);
}
RT_API rt_module *rt_nn_batch_norm1d(int64_t n, const rt_nn_batch_norm_opts *opts) { return rti_batch_norm_of("BatchNorm1d", "rt_nn_batch_norm1d", 2, 3, n, opts); }
RT_API rt_module *rt_nn_batch_norm2d(int64_t n, const rt_nn_batch_norm_opts *opts) { return rti_batch_norm_of("BatchNorm2d", "rt_nn_batch_norm2d", 4, 4, n, opts); }
RT_API rt_module *rt_nn_batch_norm3d(int64_t n, const rt_nn_batch_norm_opts *opts) { return rti_batch_norm_of("BatchNorm3d", "rt_nn_batch_norm3d", 5, 5, n, opts); }

/* ---- layer, group and RMS norm ---- */

typedef struct rti_norm_layer { rt_shape shape; int groups; double eps; } rti_norm_layer;

RT_API rt_nn_norm_opts rt_nn_norm_opts_default(void)
{
    rt_nn_norm_opts o;
    memset((void *)&o, 0, sizeof o);
    o.exact = 1;
    o.eps = 1e-5;
    return o;
}

static rt_tensor *rti_layer_norm_forward(rt_module *m, rt_tensor *x)
{
    const rti_norm_layer *own = RTI_CAST(const rti_norm_layer *, m->user);
    return rt_layer_norm(x, own->shape, rti_layer_weight(m), rti_layer_bias(m), own->eps);
}
static rt_tensor *rti_group_norm_forward(rt_module *m, rt_tensor *x)
{
    const rti_norm_layer *own = RTI_CAST(const rti_norm_layer *, m->user);
    return rt_group_norm(x, own->groups, rti_layer_weight(m), rti_layer_bias(m), own->eps);
}
static rt_tensor *rti_rms_norm_forward(rt_module *m, rt_tensor *x)
{
    const rti_norm_layer *own = RTI_CAST(const rti_norm_layer *, m->user);
    return rt_rms_norm(x, own->shape, rti_layer_weight(m), own->eps);
}

static rt_module *rti_norm_layer_of(const char *type, const char *op, rt_module_forward_fn forward, rti_norm_layer own, bool with_bias, const rt_nn_norm_opts *opts)
{
    rt_dtype dtype = rti_layer_dtype(op, opts ? opts->dtype : RT_DTYPE_DEFAULT);
    bool affine = !(opts && opts->no_affine), bias = with_bias && affine && !(opts && opts->no_bias);
    if (dtype == RT_DTYPE_DEFAULT)
        return NULL;
    rt_module *m = rti_layer_with(type, forward, &own, sizeof own);
    rt_scope scope = rt_scope_begin();
    bool made = m && (affine ? rti_layer_fill(m, "weight", own.shape, 1, dtype, false) : rti_layer_none(m, "weight", false));
    if (made && with_bias)
        made = bias ? rti_layer_fill(m, "bias", own.shape, 0, dtype, false) : rti_layer_none(m, "bias", false);
    return rti_layer_made(m, scope, made);
}

RT_API rt_module *rt_nn_layer_norm(rt_shape normalized_shape, const rt_nn_norm_opts *opts)
{
    rti_norm_layer own = { normalized_shape, 0, opts ? rti_double_option(opts->eps, 1e-5, opts->exact) : 1e-5 };
    return rti_norm_layer_of("LayerNorm", "rt_nn_layer_norm", rti_layer_norm_forward, own, true, opts);
}
RT_API rt_module *rt_nn_group_norm(int num_groups, int64_t num_channels, const rt_nn_norm_opts *opts)
{
    rti_norm_layer own = { RT_SHAPE(num_channels), num_groups, opts ? rti_double_option(opts->eps, 1e-5, opts->exact) : 1e-5 };
    if (num_groups < 1 || num_channels < 1 || num_channels % num_groups) {
        rti_raise(RT_ERR_VALUE, "rt_nn_group_norm", "expected channels that the groups divide, got %lld channels and %d groups", (long long)num_channels, num_groups);
        return NULL;
    }
    return rti_norm_layer_of("GroupNorm", "rt_nn_group_norm", rti_group_norm_forward, own, true, opts);
}
RT_API rt_module *rt_nn_rms_norm(rt_shape normalized_shape, const rt_nn_norm_opts *opts)
{
    rti_norm_layer own = { normalized_shape, 0, opts ? rti_double_option(opts->eps, -1, opts->exact) : -1 };
    return rti_norm_layer_of("RMSNorm", "rt_nn_rms_norm", rti_rms_norm_forward, own, false, opts);
}
