/* ---- dropout -------------------------------------------------------------------------------------------------------------------------- */

/* ---- in the order of memory ---- */

/* x's dimensions, innermost first, in the order in which PyTorch lays out and draws a tensor made like x: by rising stride, among which a
 * dimension of stride 0 moves nothing and is not moved. */
static void rti_dense_order(const rt_tensor *x, int *order)
{
    for (int i = 0; i < x->ndim; i++)
        order[i] = x->ndim - 1 - i;
    for (int i = 1; i < x->ndim; i++) {
        int at = i;
        for (int j = i - 1; j >= 0; j--) {
            int a = order[j], b = order[at];
            int64_t s = x->stride[a], t = x->stride[b];
            if (s == 0 || t == 0 || (s == t && x->size[a] <= x->size[b]))
                continue;
            if (s < t)
                break;
            order[j] = b;
            order[at] = a;
            at = j;
        }
    }
}

/* x with its dimensions in that order, outermost first: a new reference. */
static rt_tensor *rti_in_dense_order(rt_tensor *x)
{
    int order[RT_MAX_DIMS];
    int64_t size[RT_MAX_DIMS], stride[RT_MAX_DIMS];
    rti_dense_order(x, order);
    for (int i = 0; i < x->ndim; i++) {
        size[x->ndim - 1 - i] = x->size[order[i]];
        stride[x->ndim - 1 - i] = x->stride[order[i]];
    }
    return rti_tensor_view(x, size, stride, x->ndim, 0);
}

/* ---- drawing: u < p decides between two numbers, u a float64 uniform on [0, 1) for each element in the order of memory ---- */

static RTI_INLINE double rti_either(rti_random *r, double p, double yes, double no)
{
    double u = (double)(int64_t)(rti_random_word64(r) & 0x1fffffffffffffu) * (1.0 / 9007199254740992.0);
    return u < p ? yes : no;
}

static RTI_HOT void rti_fill_either(rti_random *r, rt_tensor *x, double p, double yes, double no)
{
    if (x->dtype == RT_FLOAT32)
        for (int64_t i = 0; i < x->numel; i++)
            ((float *)(void *)x->data)[i] = (float)rti_either(r, p, yes, no);
    else
        for (int64_t i = 0; i < x->numel; i++)
            ((double *)(void *)x->data)[i] = rti_either(r, p, yes, no);
}

/* Into a tensor of any layout and dtype. */
static rt_status rti_draw_either(rt_tensor *out, double p, double yes, double no, rt_generator *g)
{
    rt_dtype dtype = out->dtype == RT_FLOAT32 || out->dtype == RT_FLOAT64 ? (rt_dtype)out->dtype : RT_FLOAT32;
    rt_tensor *order = rti_in_dense_order(out), *to = NULL;
    if (order && rti_contiguous(order) && order->dtype == dtype)
        rti_retain(to = order);
    else if (order)
        to = rti_tensor_new(dtype, order->size, order->ndim, order->numel);
    if (to) {
        rti_fill_either(rti_generator_use(g), to, p, yes, no);
        rti_generator_done(g);
    }
    rt_status status = !to ? rti_pending_code() : to == order ? RT_OK : rti_copy_into(order, to);
    rti_release(to);
    rti_release(order);
    return status;
}

/* ---- bernoulli_ ---- */

static rt_status rti_shape_bernoulli(rti_call *c)
{
    const rt_tensor *x = rti_arg_tensor(c, 0);
    double p = rti_number(rti_scalar_of_value(&c->arg[1]));
    if (rti_is_bare((rt_dtype)x->dtype) || rt_dtype_is_complex((rt_dtype)x->dtype))
        return rti_refuse_dtype(c, (rt_dtype)x->dtype);
    if (!(p >= 0 && p <= 1))
        return rti_raise(RT_ERR_VALUE, "bernoulli_", "expected a probability from 0 to 1, got %g", p);
    return rti_result_like(c, 0, x);
}
static rt_status rti_run_bernoulli(rti_call *c)
{
    rt_generator *g = c->n_args > 2 && c->arg[2].tag == RT_VALUE_GENERATOR ? c->arg[2].as.generator : &rti_default_generator;
    return rti_draw_either(c->out[0], rti_number(rti_scalar_of_value(&c->arg[1])), 1, 0, g);
}
static rt_status rti_bernoulli_backward(rti_backward *b) { (void)b; return RT_OK; }      /* nothing of the old elements is left */
static const rt_op rti_op_bernoulli = { RTI_TEXT("bernoulli.p(Tensor self, float p, *, Generator? generator=None) -> Tensor"), 1, RTI_ANY_OUT, NULL,
                                        rti_shape_bernoulli, rti_run_bernoulli, NULL, rti_bernoulli_backward, NULL, NULL, 0, -4, 4 };
RT_API rt_tensor *rt_bernoulli_(rt_tensor *x, double p, rt_generator *generator)
{
    rt_value arg[3];
    rti_box_tensor(&arg[0], x);
    arg[1] = rt_value_float(p);
    arg[2] = rt_value_generator(generator);
    return rti_call_inplace(&rti_op_bernoulli, arg, 3);
}

/* ---- noise: what x is multiplied by ---- */

/* A new tensor of x's shape and dtype whose memory follows x's, a new reference. */
static rt_tensor *rti_dense_like(const rt_tensor *x)
{
    int order[RT_MAX_DIMS];
    int64_t size[RT_MAX_DIMS], stride[RT_MAX_DIMS], step = 1;
    if (rti_contiguous(x))
        return rti_tensor_new((rt_dtype)x->dtype, x->size, x->ndim, x->numel);
    rti_dense_order(x, order);
    for (int i = 0; i < x->ndim; i++) {
        size[x->ndim - 1 - i] = x->size[order[i]];
        stride[order[i]] = step;
        step *= x->size[order[i]];
    }
    rt_tensor *memory = rti_tensor_new((rt_dtype)x->dtype, size, x->ndim, x->numel), *y = NULL;
    if (memory)
        y = rti_tensor_view(memory, x->size, stride, x->ndim, 0);
    rti_release(memory);
    return y;
}

/* One element for each channel. */
static rt_tensor *rti_channel_noise(const rt_tensor *x)
{
    int64_t size[RT_MAX_DIMS];
    for (int d = 0; d < x->ndim; d++)
        size[d] = d < 2 ? x->size[d] : 1;
    return rti_tensor_new((rt_dtype)x->dtype, size, x->ndim, x->ndim > 1 ? x->size[0] * x->size[1] : 0);
}

/* A number as a dtype computes it: half types round what float32 gives. */
static double rti_drop_scale(rt_dtype dtype, double p) { return dtype == RT_FLOAT64 ? 1 / (1 - p) : (double)(1 / (float)(1 - p)); }

enum { RTI_DROP_EACH = 0, RTI_DROP_CHANNELS = 1, RTI_DROP_ALPHA = 2, RTI_DROP_IN_PLACE = 4 };

/* A number as PyTorch adds it to a tensor of the dtype: of that type. */
static rt_scalar rti_number_as(rt_dtype dtype, double x)
{
    char element[16];
    rti_write_element(dtype, element, rt_scalar_float(x));
    return rti_read_element(dtype, element);
}

/* y = x noise + b, where u < 1 - p: noise a, b = alpha a p, else noise 0, b = alpha a p - alpha a. */
static rt_tensor *rti_drop_alpha(rt_tensor *x, rt_tensor *kept, double p, bool in_place)
{
    const double alpha = 1.7580993408473766, a = 1 / sqrt((alpha * alpha * p + 1) * (1 - p));
    rt_tensor *b = rt_add_scalar(rt_mul_scalar(rt_add_scalar(kept, rt_scalar_int(-1)), rt_scalar_float(alpha * a)),
                                 rti_number_as((rt_dtype)kept->dtype, alpha * a * p));
    rt_tensor *noise = rt_mul_scalar(kept, rt_scalar_float(a));
    return in_place ? rt_add_(rt_mul_(x, noise), b) : rt_add(rt_mul(x, noise), b);
}

/* Names the operation in what it raises. x is a tensor, p between 0 and 1. */
static rt_tensor *rti_drop_some(const char *op, rt_tensor *x, double p, int how)
{
    rt_dtype dtype = (rt_dtype)x->dtype;
    bool in_place = (how & RTI_DROP_IN_PLACE) != 0, alpha = (how & RTI_DROP_ALPHA) != 0;
    if (p >= 1) {
        rt_tensor *zero = rti_scoped(rti_filled(op, rti_shape_copy(NULL, 0), rt_scalar_int(0), dtype));
        return in_place ? rt_mul_(x, zero) : rt_mul(x, zero);
    }
    if (!rti_is_float(dtype) || rti_is_bare(dtype)) {
        rti_raise(RT_ERR_DTYPE, op, "not available for %s", rt_dtype_name(dtype));
        return NULL;
    }
    rt_tensor *noise = rti_scoped(how & RTI_DROP_CHANNELS ? rti_channel_noise(x) : rti_dense_like(x));
    if (!noise || rti_draw_either(noise, 1 - p, alpha ? 1 : rti_drop_scale(dtype, p), 0, &rti_default_generator) != RT_OK)
        return NULL;
    return alpha ? rti_drop_alpha(x, noise, p, in_place) : in_place ? rt_mul_(x, noise) : rt_mul(x, noise);
}

static rt_tensor *rti_drop(const char *op, rt_tensor *x, double p, bool training, int how)
{
    rti_shape_text text;
    if (!rti_is_tensor(x, op, "input") || rti_settle(x) != RT_OK)
        return NULL;
    if (!(p >= 0 && p <= 1)) {
        rti_raise(RT_ERR_VALUE, op, "expected a probability from 0 to 1, got %g", p);
        return NULL;
    }
    if (p == 0 || !training || x->numel == 0)
        return x;
    if ((how & RTI_DROP_CHANNELS) && x->ndim < 2 && p < 1) {
        rti_raise(RT_ERR_SHAPE, op, "expected an input [N, C, ..], got %s", rti_shape_of_text(&text, x));
        return NULL;
    }
    return rti_drop_some(op, x, p, how);
}

/* ---- the rows: x, p, train ---- */

static rt_status rti_compose_drop(const char *op, const rt_value *arg, rt_value *results, int how)
{
    rt_scope scope = rt_scope_begin();
    rt_tensor *y = rti_drop(op, arg[0].as.tensor, rti_number(rti_scalar_of_value(&arg[1])), arg[2].as.i != 0, how);
    if (y)
        rti_retain(y);
    rt_scope_end(scope);
    if (!y)
        return rti_pending_code();
    rti_box_tensor(&results[0], y);
    return RT_OK;
}

#define RTI_DROPOUT(name, how) \
    static rt_status rti_compose_##name(const rt_value *arg, int n_args, rt_value *results) \
    { \
        (void)n_args; \
        return rti_compose_drop(#name, arg, results, how); \
    } \
    static const rt_op rti_op_##name = { RTI_TEXT(#name "(Tensor input, float p, bool train) -> Tensor"), 1, 0, NULL, NULL, NULL, rti_compose_##name, NULL, \
                                         NULL, NULL, 0, -4, 4 }; \
    RT_API rt_tensor *rt_##name(rt_tensor *x, double p, bool training) \
    { \
        rt_value arg[3]; \
        rti_box_tensor(&arg[0], x); \
        arg[1] = rt_value_float(p); \
        arg[2] = rt_value_bool(training); \
        return rti_call_op(&rti_op_##name, arg, 3); \
    }
RTI_DROPOUT(dropout, RTI_DROP_EACH)
RTI_DROPOUT(feature_dropout, RTI_DROP_CHANNELS)
RTI_DROPOUT(alpha_dropout, RTI_DROP_ALPHA)
RTI_DROPOUT(feature_alpha_dropout, RTI_DROP_ALPHA | RTI_DROP_CHANNELS)
#undef RTI_DROPOUT

RT_API rt_tensor *rt_dropout_(rt_tensor *x, double p, bool training)
{
    rt_scope scope = rt_scope_begin();
    rt_tensor *y = rti_drop("dropout_", x, p, training, RTI_DROP_IN_PLACE);
    rt_scope_end(scope);
    return y;
}

/* feature_dropout of `batched` dimensions, or of one less with a batch of one put before them. */
static rt_tensor *rti_drop_channels(const char *op, rt_tensor *x, double p, bool training, int batched, bool single)
{
    rti_shape_text text;
    if (!rti_is_tensor(x, op, "input"))
        return NULL;
    if (x->ndim == batched || (x->ndim == batched - 1 && !single))
        return rt_feature_dropout(x, p, training);
    if (x->ndim == batched - 1)
        return rt_squeeze(rt_feature_dropout(rt_unsqueeze(x, 0), p, training), 0);
    rti_raise(RT_ERR_SHAPE, op, "expected %d or %d dimensions, got %s", batched - 1, batched, rti_shape_of_text(&text, x));
    return NULL;
}
RT_API rt_tensor *rt_dropout1d(rt_tensor *x, double p, bool training) { return rti_drop_channels("dropout1d", x, p, training, 3, true); }
RT_API rt_tensor *rt_dropout2d(rt_tensor *x, double p, bool training) { return rti_drop_channels("dropout2d", x, p, training, 4, false); }
RT_API rt_tensor *rt_dropout3d(rt_tensor *x, double p, bool training) { return rti_drop_channels("dropout3d", x, p, training, 5, true); }

static const rt_op *const rti_dropout_rows[] = {
    &rti_op_bernoulli, &rti_op_dropout, &rti_op_feature_dropout, &rti_op_alpha_dropout, &rti_op_feature_alpha_dropout
};
