/* ---- losses --------------------------------------------------------------------------------------------------------------------------- */

#if RTI_PASS || RTI_ONE_PASS

RTI_FORMULA2(squared_difference, x, t)
{
    rti_vf d = rti_vsub(x, t);
    return rti_vmul(d, d);
}

RTI_FORMULA3(smooth_difference, x, t, beta)
{
    rti_vf d = rti_vabs(rti_vsub(x, t)), half = rti_vset(0.5);
    rti_vf near = rti_vdiv(rti_vmul(half, rti_vmul(d, d)), beta), far = rti_vsub(d, rti_vmul(half, beta));
    return rti_vselect(rti_vlt(d, beta), near, far);
}

/* its slope by x: (x - t) / beta within -1 to 1 */
RTI_FORMULA3(smooth_slope, x, t, beta)
{
    rti_vf d = rti_vsub(x, t), one = rti_vset(1), near = rti_vdiv(d, beta);
    return rti_vselect(rti_vle(beta, d), one, rti_vselect(rti_vle(d, rti_vneg(beta)), rti_vneg(one), near));
}

/* max(x, 0) - x t + log(1 + e^-|x|); the logarithm's last term gives back what 1 + e rounds away */
RTI_FORMULA2(logits_loss, x, t)
{
    rti_vf one = rti_vset(1), share = rti_vselect(rti_vlt(x, rti_vset(0)), rti_vneg(t), rti_vsub(one, t));
    rti_vf e = RTI_FN(exp)(rti_vneg(rti_vabs(x))), u = rti_vadd(one, e);
    rti_vf tail = rti_vadd(RTI_FN(log)(u), rti_vdiv(rti_vsub(e, rti_vsub(u, one)), u));
    return rti_vfma(x, share, tail);
}
#endif

#if !RTI_PASS

/* ---- reductions: rows count as PyTorch does ---- */

enum { RTI_EACH = 0, RTI_MEAN = 1, RTI_SUM = 2 };

/* The number that an options field stands for; -1 with the error raised. */
static int rti_reduction_of(const char *op, rt_reduction reduction)
{
    switch (reduction) {
    case RT_REDUCTION_DEFAULT:
    case RT_REDUCTION_MEAN: return RTI_MEAN;
    case RT_REDUCTION_SUM: return RTI_SUM;
    case RT_REDUCTION_NONE: return RTI_EACH;
    default: break;
    }
    rti_raise(RT_ERR_VALUE, op, "expected a reduction, got the value %d", (int)reduction);
    return -1;
}

static bool rti_check_reduction(const char *op, int64_t reduction)
{
    if (reduction < RTI_EACH || reduction > RTI_SUM)
        rti_raise(RT_ERR_VALUE, op, "expected a reduction, 0 for none, 1 for the mean or 2 for the sum, got the value %lld", (long long)reduction);
    return reduction >= RTI_EACH && reduction <= RTI_SUM;
}

static rt_tensor *rti_loss_reduced(rt_tensor *each, int64_t reduction)
{
    return reduction == RTI_MEAN ? rt_mean(each) : reduction == RTI_SUM ? rt_sum(each) : each;
}

/* A composed row's end: y, or NULL with the error raised, as its result; closes the scope that it was made in. */
static rt_status rti_composed(rt_scope scope, rt_tensor *y, rt_value *results)
{
    if (y)
        rti_retain(y);
    rt_scope_end(scope);
    if (!y)
        return rti_pending_code() != RT_OK ? rti_pending_code() : RT_ERR_INTERNAL;
    rti_box_tensor(&results[0], y);
    return RT_OK;
}

static RTI_INLINE double rti_arg_number(const rt_value *v) { return rti_number(rti_scalar_of_value(v)); }
static RTI_INLINE rt_tensor *rti_tensor_or_none(const rt_value *v) { return v->tag == RT_VALUE_TENSOR ? v->as.tensor : RT_NONE; }

/* ---- of classes: what every row of them looks at ---- */

typedef struct rti_classes {
    const char *op;
    rt_tensor *targets, *weights;     /* int64; float64, NULL for none; owned */
    const int64_t *target;
    const double *weight;             /* NULL: 1 each */
    int64_t n, classes, ignore;
    double total;                     /* of the weights of targets that are not ignored */
} rti_classes;

static void rti_classes_end(rti_classes *k)
{
    rti_release(k->targets);
    rti_release(k->weights);
}

/* The weight of target i; below 0 if it is ignored. */
static RTI_INLINE double rti_class_weight(const rti_classes *k, int64_t i)
{
    return k->target[i] == k->ignore ? -1 : k->weight ? k->weight[k->target[i]] : 1;
}

static rt_status rti_classes_check(const char *op, const rt_tensor *target, const rt_tensor *weight, rt_dtype dtype, int64_t classes)
{
    rti_shape_text text;
    if (target->dtype != RT_INT64 && target->dtype != RT_UINT8)
        return rti_raise(RT_ERR_DTYPE, op, "expected targets of int64, got %s", rt_dtype_name((rt_dtype)target->dtype));
    if (weight && (weight->ndim != 1 || weight->size[0] != classes))
        return rti_raise(RT_ERR_SHAPE, op, "expected a weight for each of %lld classes, got %s", (long long)classes, rti_shape_of_text(&text, weight));
    if (weight && (rt_dtype)weight->dtype != dtype)
        return rti_raise(RT_ERR_DTYPE, op, "expected weights of %s, got %s", rt_dtype_name(dtype), rt_dtype_name((rt_dtype)weight->dtype));
    return RT_OK;
}

/* Reads targets and weights, which have been checked; on success they are to be let go of with rti_classes_end. */
static RTI_HOT rt_status rti_classes_begin(rti_classes *k, const char *op, rt_tensor *target, rt_tensor *weight, int64_t classes, int64_t ignore)
{
    memset(k, 0, sizeof *k);
    k->op = op;
    k->classes = classes;
    k->ignore = ignore;
    k->n = target->numel;
    k->targets = rti_contiguous_as(target, RT_INT64);
    k->weights = weight ? rti_contiguous_as(weight, RT_FLOAT64) : NULL;
    rt_status status = !k->targets || (weight && !k->weights) ? rti_pending_code() : RT_OK;
    if (status == RT_OK) {
        k->target = RTI_CAST(const int64_t *, (void *)k->targets->data);
        k->weight = k->weights ? RTI_CAST(const double *, (void *)k->weights->data) : NULL;
    }
    for (int64_t i = 0; status == RT_OK && i < k->n; i++) {
        int64_t t = k->target[i];
        if (t == ignore)
            continue;
        if (t < 0 || t >= classes)
            status = rti_raise(RT_ERR_INDEX, op, "target %lld is out of range for %lld classes", (long long)t, (long long)classes);
        else
            k->total += k->weight ? k->weight[t] : 1;
    }
    if (status != RT_OK)
        rti_classes_end(k);
    return status;
}

/* x [N,C,*] and target [N,*], or [C] and []. */
static rt_status rti_classes_shapes(const char *op, const rt_tensor *x, const rt_tensor *target)
{
    rti_shape_text a, b;
    bool fits = x->ndim > 0 && target->ndim == x->ndim - 1;
    for (int d = 0; fits && d < target->ndim; d++)
        fits = target->size[d] == x->size[d ? d + 1 : 0];
    if (!fits)
        return rti_raise(RT_ERR_SHAPE, op, "expected an input [N, C, ..] with targets [N, ..], or [C] with [], got %s and %s", rti_shape_of_text(&a, x),
                         rti_shape_of_text(&b, target));
    return RT_OK;
}

static RTI_INLINE int rti_class_dim(const rt_tensor *x) { return x->ndim == 1 ? 0 : 1; }

/* ---- nll_loss: linear in x, and its gradient is the adjoint: two rows, each the other's derivative ----
 * arguments  x or the loss's gradient, target, weight, reduction, ignore_index; the second row's x is the loss's gradient, and its sixth
 * argument C */

enum { RTI_NLL_X, RTI_NLL_TARGET, RTI_NLL_WEIGHT, RTI_NLL_REDUCTION, RTI_NLL_IGNORE, RTI_NLL_CLASSES };

static rt_status rti_nll_check(rti_call *c, const rt_tensor *x, int64_t classes)
{
    if (!rti_is_float((rt_dtype)x->dtype) || rti_is_bare((rt_dtype)x->dtype))
        return rti_refuse_dtype(c, (rt_dtype)x->dtype);
    if (!rti_check_reduction("nll_loss", c->arg[RTI_NLL_REDUCTION].as.i))
        return rti_pending_code();
    return rti_classes_check("nll_loss", rti_arg_tensor(c, RTI_NLL_TARGET), rti_arg_tensor(c, RTI_NLL_WEIGHT), (rt_dtype)x->dtype, classes);
}

static rt_status rti_shape_nll(rti_call *c)
{
    const rt_tensor *x = rti_arg_tensor(c, RTI_NLL_X), *target = rti_arg_tensor(c, RTI_NLL_TARGET);
    if (rti_classes_shapes("nll_loss", x, target) != RT_OK || rti_nll_check(c, x, x->size[rti_class_dim(x)]) != RT_OK)
        return rti_pending_code();
    return rti_result_set(c, 0, (rt_dtype)x->dtype, target->size, c->arg[RTI_NLL_REDUCTION].as.i == RTI_EACH ? target->ndim : 0);
}

static double rti_read_double(const rt_tensor *x, int64_t offset)
{
    double value;
    rti_load((rt_dtype)x->dtype, RTI_CLASS_F64, &value, x->data + offset * (int64_t)rti_element_bytes((rt_dtype)x->dtype), 0, 1);
    return value;
}

static void rti_write_double(rt_tensor *x, int64_t offset, double value)
{
    rti_store((rt_dtype)x->dtype, RTI_CLASS_F64, x->data + offset * (int64_t)rti_element_bytes((rt_dtype)x->dtype), 0, &value, 1);
}

/* Where element i of a tensor shaped as x without its classes stands in x; stride: x's own or of another tensor like it. */
static RTI_HOT int64_t rti_member_offset(const rt_tensor *x, int64_t i)
{
    int64_t offset = 0;
    for (int d = x->ndim - 1; d >= 0; d--) {
        if (d == rti_class_dim(x))
            continue;
        offset += i % x->size[d] * x->stride[d];
        i /= x->size[d];
    }
    return offset;
}

static RTI_HOT rt_status rti_run_nll(rti_call *c)
{
    const rt_tensor *x = rti_arg_tensor(c, RTI_NLL_X);
    int dim = rti_class_dim(x);
    int64_t reduction = c->arg[RTI_NLL_REDUCTION].as.i;
    double sum = 0;
    rti_classes k;
    rt_status status = rti_classes_begin(&k, "nll_loss", rti_arg_tensor(c, RTI_NLL_TARGET), rti_arg_tensor(c, RTI_NLL_WEIGHT), x->size[dim],
                                         c->arg[RTI_NLL_IGNORE].as.i);
    if (status != RT_OK)
        return status;
    for (int64_t i = 0; i < k.n; i++) {
        double w = rti_class_weight(&k, i);
        bool counts = k.target[i] != k.ignore;
        double loss = counts ? -w * rti_read_double(x, rti_member_offset(x, i) + k.target[i] * x->stride[dim]) : 0;
        if (reduction == RTI_EACH)
            rti_write_double(c->out[0], i, loss);
        sum += loss;
    }
    if (reduction != RTI_EACH)
        rti_write_double(c->out[0], 0, reduction == RTI_SUM ? sum : sum / k.total);
    rti_classes_end(&k);
    return RT_OK;
}

static rt_status rti_shape_nll_backward(rti_call *c)
{
    const rt_tensor *g = rti_arg_tensor(c, RTI_NLL_X), *target = rti_arg_tensor(c, RTI_NLL_TARGET);
    int64_t size[RT_MAX_DIMS], classes = c->arg[RTI_NLL_CLASSES].as.i;
    rti_shape_text a, b;
    if (rti_nll_check(c, g, classes) != RT_OK)
        return rti_pending_code();
    bool each = c->arg[RTI_NLL_REDUCTION].as.i == RTI_EACH;
    if (target->ndim == RT_MAX_DIMS || (each ? !rti_same_shape(g, target) : g->ndim != 0))
        return rti_raise(RT_ERR_SHAPE, "nll_loss", "expected a gradient of the loss's shape, got %s for targets %s", rti_shape_of_text(&a, g),
                         rti_shape_of_text(&b, target));
    int at = target->ndim ? 1 : 0;
    for (int d = 0; d <= target->ndim; d++)
        size[d] = d == at ? classes : target->size[d > at ? d - 1 : d];
    return rti_result_set(c, 0, (rt_dtype)g->dtype, size, target->ndim + 1);
}

static RTI_HOT rt_status rti_run_nll_backward(rti_call *c)
{
    rt_tensor *g = rti_arg_tensor(c, RTI_NLL_X), *y = c->out[0];
    int64_t reduction = c->arg[RTI_NLL_REDUCTION].as.i;
    rti_classes k;
    rt_status status = rti_classes_begin(&k, "nll_loss", rti_arg_tensor(c, RTI_NLL_TARGET), rti_arg_tensor(c, RTI_NLL_WEIGHT),
                                         c->arg[RTI_NLL_CLASSES].as.i, c->arg[RTI_NLL_IGNORE].as.i);
    rt_tensor *each = status == RT_OK ? rti_contiguous_as(g, RT_FLOAT64) : NULL;
    if (!each) {
        if (status == RT_OK)
            rti_classes_end(&k);
        return rti_pending_code();
    }
    const double *grad = RTI_CAST(const double *, (void *)each->data);
    memset(y->data, 0, (size_t)y->numel * rti_element_bytes((rt_dtype)y->dtype));
    for (int64_t i = 0; i < k.n; i++) {
        double w = rti_class_weight(&k, i), by = grad[reduction == RTI_EACH ? i : 0];
        if (k.target[i] != k.ignore)
            rti_write_double(y, rti_member_offset(y, i) + k.target[i] * y->stride[rti_class_dim(y)], -w * (reduction == RTI_MEAN ? by / k.total : by));
    }
    rti_release(each);
    rti_classes_end(&k);
    return RT_OK;
}

static rt_status rti_nll_derivative(rti_backward *b);
static rt_status rti_nll_backward_derivative(rti_backward *b);
static const rt_op rti_op_nll = {
    RTI_TEXT("nll_loss_nd(Tensor self, Tensor target, Tensor? weight=None, int reduction=1, SymInt ignore_index=-100) -> Tensor"),
    1, 0,
                                  NULL, rti_shape_nll, rti_run_nll, NULL, rti_nll_derivative, NULL, NULL, RTI_SAVE_IN(1) | RTI_SAVE_IN(2), -5, 0 };
static const rt_op rti_op_nll_backward = {
    "nll_loss_nd_backward(Tensor grad_output, Tensor target, Tensor? weight, int reduction, SymInt ignore_index, SymInt classes) -> Tensor", 1, 0, NULL,
    rti_shape_nll_backward, rti_run_nll_backward, NULL, rti_nll_backward_derivative, NULL, NULL, RTI_SAVE_IN(1) | RTI_SAVE_IN(2), -5, 5
};

static rt_status rti_refuse_weight_gradient(const rti_backward *b, int k)
{
    rti_op_text name;
    return rti_b_needs(b, k) ? rti_raise(RT_ERR_GRAD, rti_op_base(b->node->op, &name), "weights of classes have no derivative: detach them") : RT_OK;
}

static rt_tensor *rti_call_nll_backward(rt_tensor *g, rt_tensor *target, rt_tensor *weight, int64_t reduction, int64_t ignore, int64_t classes)
{
    rt_value arg[6];
    rti_box_tensor(&arg[RTI_NLL_X], g);
    rti_box_tensor(&arg[RTI_NLL_TARGET], target);
    arg[RTI_NLL_WEIGHT] = rt_value_tensor(weight);
    arg[RTI_NLL_REDUCTION] = rt_value_int(reduction);
    arg[RTI_NLL_IGNORE] = rt_value_int(ignore);
    arg[RTI_NLL_CLASSES] = rt_value_int(classes);
    return rti_call_op(&rti_op_nll_backward, arg, 6);
}

/* Argument k as saved, RT_NONE if there was none. */
static rt_tensor *rti_b_optional(const rti_backward *b, int k)
{
    return k < b->node->n_args && b->node->arg[k].tag == RT_VALUE_TENSOR ? rti_b_input(b, k) : RT_NONE;
}

static rt_status rti_nll_derivative(rti_backward *b)
{
    const rti_edge *x = rti_b_input_shape(b, 0);
    rt_status status = rti_refuse_weight_gradient(b, RTI_NLL_WEIGHT);
    if (status != RT_OK || !rti_b_needs(b, 0))
        return status;
    return rti_b_set(b, 0, rti_call_nll_backward(rti_b_grad(b, 0), rti_b_input(b, RTI_NLL_TARGET), rti_b_optional(b, RTI_NLL_WEIGHT),
                                                 rti_b_arg(b, RTI_NLL_REDUCTION)->as.i, rti_b_arg(b, RTI_NLL_IGNORE)->as.i, x->size[x->ndim == 1 ? 0 : 1]));
}
static rt_status rti_nll_backward_derivative(rti_backward *b)
{
    rt_value arg[5];
    rti_box_tensor(&arg[RTI_NLL_X], rti_b_grad(b, 0));
    rti_box_tensor(&arg[RTI_NLL_TARGET], rti_b_input(b, RTI_NLL_TARGET));
    arg[RTI_NLL_WEIGHT] = rt_value_tensor(rti_b_optional(b, RTI_NLL_WEIGHT));
    arg[RTI_NLL_REDUCTION] = *rti_b_arg(b, RTI_NLL_REDUCTION);
    arg[RTI_NLL_IGNORE] = *rti_b_arg(b, RTI_NLL_IGNORE);
    return rti_b_set(b, 0, rti_call_op(&rti_op_nll, arg, 5));
}

/* ---- cross entropy of classes: two rows, one pass over x each once its rows' largest elements and sums are known ----
 * results: the loss, and [rows, 2] shift and log sum e^(x - shift) of every row */

enum { RTI_CE_X, RTI_CE_TARGET, RTI_CE_WEIGHT, RTI_CE_REDUCTION, RTI_CE_IGNORE, RTI_CE_SMOOTHING, RTI_CE_GRAD, RTI_CE_STATS };

static rt_status rti_ce_check(rti_call *c)
{
    const rt_tensor *x = rti_arg_tensor(c, RTI_CE_X), *target = rti_arg_tensor(c, RTI_CE_TARGET);
    double smoothing = rti_arg_number(&c->arg[RTI_CE_SMOOTHING]);
    if (!rti_is_float((rt_dtype)x->dtype) || rti_is_bare((rt_dtype)x->dtype))
        return rti_refuse_dtype(c, (rt_dtype)x->dtype);
    if (!rti_check_reduction("cross_entropy_loss", c->arg[RTI_CE_REDUCTION].as.i) || rti_classes_shapes("cross_entropy_loss", x, target) != RT_OK)
        return rti_pending_code();
    if (!(smoothing >= 0 && smoothing <= 1))
        return rti_raise(RT_ERR_VALUE, "cross_entropy_loss", "expected a label_smoothing from 0 to 1, got %g", smoothing);
    return rti_classes_check("cross_entropy_loss", target, rti_arg_tensor(c, RTI_CE_WEIGHT), (rt_dtype)x->dtype, x->size[rti_class_dim(x)]);
}

static rt_status rti_shape_ce(rti_call *c)
{
    const rt_tensor *x = rti_arg_tensor(c, RTI_CE_X), *target = rti_arg_tensor(c, RTI_CE_TARGET);
    if (rti_ce_check(c) != RT_OK)
        return rti_pending_code();
    int64_t stats[2] = { target->numel, 2 };
    rt_status status = rti_result_set(c, 1, rti_class_dtype[rti_class_of((rt_dtype)x->dtype)], stats, 2);
    if (status == RT_OK)
        status = rti_result_set(c, 0, (rt_dtype)x->dtype, target->size, c->arg[RTI_CE_REDUCTION].as.i == RTI_EACH ? target->ndim : 0);
    return status;
}

typedef struct rti_ce_work {
    rti_classes classes;
    const rti_softmax_kernels *kernels;
    rti_class compute;
    rti_lines lines;             /* of x, a line a target */
    const char *x;
    char *stats, *to;            /* forward: float64, the lines' losses; backward: the gradient */
    const double *grad;          /* backward: one for each line, or one for all */
    bool grad_each;
    double mean, smoothing, all; /* mean: what losses are divided by; all: the weights of all classes */
    size_t wide;
} rti_ce_work;

static RTI_INLINE double rti_ce_read(const rti_ce_work *w, const char *row, int64_t i)
{
    return w->compute == RTI_CLASS_F32 ? (double)((const float *)(const void *)row)[i] : ((const double *)(const void *)row)[i];
}

/* The loss of line i, whose elements stand at x. */
static RTI_HOT double rti_ce_line(const rti_ce_work *w, const char *x, int64_t i)
{
    int64_t n = w->lines.n;
    char *stats = w->stats + (size_t)(2 * i) * w->wide;
    double spread = 0;
    if (w->classes.target[i] == w->classes.ignore) {
        memset(stats, 0, 2 * w->wide);
        return 0;
    }
    w->kernels->stats(x, n, stats);
    double shift = rti_ce_read(w, stats, 0), log_sum = rti_ce_read(w, stats, 1);
    double loss = -rti_class_weight(&w->classes, i) * (rti_ce_read(w, x, w->classes.target[i]) - shift - log_sum);
    if (!(w->smoothing > 0))
        return loss;
    for (int64_t k = 0; k < n; k++)
        spread += (w->classes.weight ? w->classes.weight[k] : 1) * (rti_ce_read(w, x, k) - shift - log_sum);
    return (1 - w->smoothing) * loss - w->smoothing / (double)n * spread;
}

/* d = a (softmax(x) S - (1 - s) w_t [c = t] - s / C w_c), S the sum of what is taken off, s the smoothing, a the loss's gradient */
static RTI_HOT void rti_ce_gradient_line(const rti_ce_work *w, const char *x, int64_t i, char *d)
{
    int64_t n = w->lines.n, target = w->classes.target[i];
    bool weighted = w->smoothing > 0 && w->classes.weight, single = w->compute == RTI_CLASS_F32;
    if (target == w->classes.ignore) {
        memset(d, 0, (size_t)n * w->wide);
        return;
    }
    double a = w->grad[w->grad_each ? i : 0] / w->mean, hit = a * (1 - w->smoothing) * rti_class_weight(&w->classes, i), part = a * w->smoothing / (double)n;
    w->kernels->scaled(x, n, w->stats + (size_t)(2 * i) * w->wide, hit + part * w->all, weighted ? 0 : part, d);
    if (single)
        ((float *)(void *)d)[target] -= (float)hit;
    else
        ((double *)(void *)d)[target] -= hit;
    for (int64_t k = 0; weighted && k < n; k++)
        if (single)
            ((float *)(void *)d)[k] -= (float)(part * w->classes.weight[k]);
        else
            ((double *)(void *)d)[k] -= part * w->classes.weight[k];
}

/* The same of a block of columns, forward and backward, for either type of number. */
#define RTI_CE_COLUMNS(suffix, type) \
    static void rti_ce_columns_##suffix(const rti_ce_work *w, const rti_span *block, rti_columns *columns) \
    { \
        int64_t n = w->lines.n, step = w->lines.inner, first = block->first; \
        const type *x = (const type *)(const void *)w->x + block->at; \
        type (*v)[RTI_COLUMNS] = columns->suffix, *stats = (type *)(void *)w->stats + 2 * first; \
        double *loss = (double *)(void *)w->to + first, part = w->smoothing / (double)n; \
        memset(v[3], 0, sizeof v[3]); \
        w->kernels->stats_columns(x, n, step, block->count, v[0], v[1], v[3]); \
        for (int64_t j = 0; j < block->count; j++) { \
            bool counts = w->classes.target[first + j] != w->classes.ignore; \
            double hit = rti_class_weight(&w->classes, first + j) * (1 - w->smoothing); \
            stats[2 * j] = v[0][j]; \
            stats[2 * j + 1] = v[1][j]; \
            loss[j] = counts ? -hit * (double)(x[w->classes.target[first + j] * step + j] - v[0][j] - v[1][j]) : 0; \
            v[2][j] = counts ? (type)part : 0; \
        } \
        for (int64_t r = 0; w->smoothing > 0 && r < n; r++) \
            for (int64_t j = 0; j < block->count; j++) \
                if (v[2][j] > 0) \
                    loss[j] -= part * (w->classes.weight ? w->classes.weight[r] : 1) * (double)(x[r * step + j] - v[0][j] - v[1][j]); \
    } \
    static void rti_ce_gradient_columns_##suffix(const rti_ce_work *w, const rti_span *block, rti_columns *columns) \
    { \
        int64_t n = w->lines.n, step = w->lines.inner, first = block->first; \
        const type *x = (const type *)(const void *)w->x + block->at, *stats = (const type *)(const void *)w->stats + 2 * first; \
        type (*v)[RTI_COLUMNS] = columns->suffix, *d = (type *)(void *)w->to + block->at; \
        bool weighted = w->smoothing > 0 && w->classes.weight; \
        const void *by[4] = { v[0], v[1], v[2], v[3] }; \
        for (int64_t j = 0; j < RTI_COLUMNS; j++) { \
            bool counts = j < block->count && w->classes.target[first + j] != w->classes.ignore; \
            double a = counts ? w->grad[w->grad_each ? first + j : 0] / w->mean : 0, part = a * w->smoothing / (double)n; \
            v[0][j] = counts ? stats[2 * j] : 0; \
            v[1][j] = counts ? stats[2 * j + 1] : 0; \
            v[2][j] = counts ? (type)(a * (1 - w->smoothing) * rti_class_weight(&w->classes, first + j) + part * w->all) : 0; \
            v[3][j] = weighted ? 0 : (type)part; \
        } \
        w->kernels->scaled_columns(x, n, step, block->count, by, d); \
        for (int64_t j = 0; j < block->count; j++) { \
            int64_t target = w->classes.target[first + j]; \
            bool counts = target != w->classes.ignore; \
            double a = counts ? w->grad[w->grad_each ? first + j : 0] / w->mean : 0; \
            if (counts) \
                d[target * step + j] -= (type)(a * (1 - w->smoothing) * rti_class_weight(&w->classes, first + j)); \
            for (int64_t r = 0; r < n && (!counts || weighted); r++) \
                d[r * step + j] = counts ? d[r * step + j] - (type)(a * w->smoothing / (double)n * w->classes.weight[r]) : 0; \
        } \
    }
RTI_CE_COLUMNS(f32, float)
RTI_CE_COLUMNS(f64, double)
#undef RTI_CE_COLUMNS

/* Lines or blocks of columns, forward without a gradient to start from, else backward. */
static RTI_HOT void rti_ce_range(void *work, int64_t begin, int64_t end)
{
    const rti_ce_work *w = RTI_CAST(const rti_ce_work *, work);
    size_t bytes = (size_t)w->lines.n * w->wide;
    bool single = w->compute == RTI_CLASS_F32;
    rti_columns columns;
    for (int64_t i = begin; i < end; i++) {
        rti_span block = rti_lines_block(&w->lines, i);
        if (w->lines.inner > 1 && w->grad)
            (single ? rti_ce_gradient_columns_f32 : rti_ce_gradient_columns_f64)(w, &block, &columns);
        else if (w->lines.inner > 1)
            (single ? rti_ce_columns_f32 : rti_ce_columns_f64)(w, &block, &columns);
        else if (w->grad)
            rti_ce_gradient_line(w, w->x + (size_t)i * bytes, i, w->to + (size_t)i * bytes);
        else
            ((double *)(void *)w->to)[i] = rti_ce_line(w, w->x + (size_t)i * bytes, i);
    }
}

/* Fills in what both directions need, x as an array included, which the caller lets go of with rti_classes_end. */
static RTI_HOT rt_status rti_ce_begin(rti_ce_work *w, rti_call *c, rt_tensor **array)
{
    rt_tensor *x = rti_arg_tensor(c, RTI_CE_X);
    int dim = rti_class_dim(x);
    memset(w, 0, sizeof *w);
    w->compute = rti_class_of((rt_dtype)x->dtype);
    w->kernels = rti_softmax_kernels_of(w->compute);
    w->wide = rti_element_bytes(rti_class_dtype[w->compute]);
    w->smoothing = rti_arg_number(&c->arg[RTI_CE_SMOOTHING]);
    rt_status status = rti_classes_begin(&w->classes, "cross_entropy_loss", rti_arg_tensor(c, RTI_CE_TARGET), rti_arg_tensor(c, RTI_CE_WEIGHT), x->size[dim],
                                         c->arg[RTI_CE_IGNORE].as.i);
    if (status != RT_OK)
        return status;
    for (int64_t k = 0; w->smoothing > 0 && k < x->size[dim]; k++)
        w->all += w->classes.weight ? w->classes.weight[k] : 1;
    w->mean = c->arg[RTI_CE_REDUCTION].as.i == RTI_MEAN ? w->classes.total : 1;
    w->lines = rti_lines_of(x, dim);
    *array = rti_array_as(x, (rt_dtype)x->dtype, w->compute);
    if (*array) {
        w->x = (*array)->data;
        return RT_OK;
    }
    rti_classes_end(&w->classes);
    return rti_pending_code();
}

static RTI_HOT rt_status rti_run_ce(rti_call *c)
{
    rti_ce_work w;
    rt_tensor *array;
    rt_status status = rti_ce_begin(&w, c, &array);
    if (status != RT_OK)
        return status;
    double *loss = RTI_CAST(double *, rti_pool_get(RTI_MAX((size_t)w.classes.n, 1) * sizeof *loss)), sum = 0;
    w.to = (char *)loss;
    w.stats = c->out[1]->data;
    status = loss ? rti_parallel_for(rti_lines_blocks(&w.lines), rti_lines_grain(&w.lines), rti_ce_range, &w) : rti_pending_code();
    if (status == RT_OK && c->arg[RTI_CE_REDUCTION].as.i == RTI_EACH) {
        rti_store((rt_dtype)c->out[0]->dtype, RTI_CLASS_F64, c->out[0]->data, (int64_t)rti_element_bytes((rt_dtype)c->out[0]->dtype), loss, w.classes.n);
    } else if (status == RT_OK) {
        for (int64_t i = 0; i < w.classes.n; i++)
            sum += loss[i];
        rti_write_double(c->out[0], 0, sum / w.mean);
    }
    rti_pool_put(loss);
    rti_release(array);
    rti_classes_end(&w.classes);
    return status;
}

static rt_status rti_shape_ce_backward(rti_call *c)
{
    const char *op = "cross_entropy_of_classes_backward";
    const rt_tensor *x = rti_arg_tensor(c, RTI_CE_X), *target = rti_arg_tensor(c, RTI_CE_TARGET), *g = rti_arg_tensor(c, RTI_CE_GRAD);
    const rt_tensor *stats = rti_arg_tensor(c, RTI_CE_STATS);
    rti_shape_text a, b;
    if (rti_ce_check(c) != RT_OK)
        return rti_pending_code();
    if (rti_kind_rank((rt_dtype)g->dtype) != 2 || rti_kind_rank((rt_dtype)stats->dtype) != 2)
        return rti_raise(RT_ERR_DTYPE, op, "expected a gradient and statistics of floating point, got %s and %s", rt_dtype_name((rt_dtype)g->dtype),
                         rt_dtype_name((rt_dtype)stats->dtype));
    bool each = c->arg[RTI_CE_REDUCTION].as.i == RTI_EACH;
    if ((each ? !rti_same_shape(g, target) : g->ndim != 0) || stats->ndim != 2 || stats->size[0] != target->numel || stats->size[1] != 2)
        return rti_raise(RT_ERR_SHAPE, op, "expected a gradient of the loss's shape and two numbers for each target, got %s and %s", rti_shape_of_text(&a, g),
                         rti_shape_of_text(&b, stats));
    return rti_result_like(c, 0, x);
}

static rt_status rti_run_ce_backward(rti_call *c)
{
    rti_ce_work w;
    rt_tensor *array, *y = c->out[0], *g = rti_contiguous_as(rti_arg_tensor(c, RTI_CE_GRAD), RT_FLOAT64);
    rt_status status = g ? rti_ce_begin(&w, c, &array) : rti_pending_code();
    if (status != RT_OK) {
        rti_release(g);
        return status;
    }
    rt_tensor *to = rti_array_for(y, w.compute), *stats = rti_contiguous_as(rti_arg_tensor(c, RTI_CE_STATS), rti_class_dtype[w.compute]);
    status = to && stats ? RT_OK : rti_pending_code();
    if (status == RT_OK) {
        w.to = to->data;
        w.stats = stats->data;
        w.grad = RTI_CAST(const double *, (void *)g->data);
        w.grad_each = c->arg[RTI_CE_REDUCTION].as.i == RTI_EACH;
        status = rti_parallel_for(rti_lines_blocks(&w.lines), rti_lines_grain(&w.lines), rti_ce_range, &w);
        if (status == RT_OK && to != y)
            status = rti_copy_into(y, to);
    }
    rti_release(to);
    rti_release(stats);
    rti_release(array);
    rti_release(g);
    rti_classes_end(&w.classes);
    return status;
}

static const rt_op rti_op_ce_backward = {
    RTI_TEXT("cross_entropy_of_classes_backward(Tensor self, Tensor target, Tensor? weight, int reduction, SymInt ignore_index, float label_smoothing, "
             "Tensor grad_output, Tensor stats) -> Tensor"), 1, 0, NULL, rti_shape_ce_backward, rti_run_ce_backward, NULL, NULL, NULL, NULL, 0, -5, 5
};

/* What smoothing adds to the gradient by log_softmax(x): -a w_c s / C, in x's shape; a: the loss's gradient g over what losses were divided by. */
static rt_tensor *rti_ce_spread(rt_tensor *g, rt_tensor *target, rt_tensor *weight, rt_tensor *x, double scale, int64_t ignore)
{
    int dim = rti_class_dim(x);
    rt_shape shape = rti_shape_copy(x->size, x->ndim);
    rt_tensor *counts = rt_to(rt_ne_scalar(target, rt_scalar_int(ignore)), (rt_dtype)g->dtype);
    rt_tensor *each = rt_unsqueeze(rt_mul_scalar(rt_mul(g, counts), rt_scalar_float(-scale)), dim);
    if (!rti_absent(weight)) {
        rt_shape by = shape;
        for (int d = 0; d < by.ndim; d++)
            by.dim[d] = d == dim ? shape.dim[d] : 1;
        each = rt_mul(each, rt_reshape(weight, by));
    }
    return rt_expand(each, shape);
}

/* The gradient in terms of ordinary operations, for whoever differentiates it. */
static rt_tensor *rti_ce_composed(rti_backward *b, rt_tensor *x, rt_tensor *target, rt_tensor *weight)
{
    int64_t reduction = rti_b_arg(b, RTI_CE_REDUCTION)->as.i, ignore = rti_b_arg(b, RTI_CE_IGNORE)->as.i;
    double smoothing = rti_arg_number(rti_b_arg(b, RTI_CE_SMOOTHING));
    int dim = rti_class_dim(x);
    rt_tensor *y = rt_log_softmax(x, dim), *g = rti_b_grad(b, 0);
    rt_tensor *by = rti_call_nll_backward(rt_mul_scalar(g, rt_scalar_float(1 - smoothing)), target, weight, reduction, ignore, x->size[dim]);
    if (smoothing > 0) {
        rti_classes k;
        if (rti_classes_begin(&k, "cross_entropy_loss", target, rti_absent(weight) ? NULL : weight, x->size[dim], ignore) != RT_OK)
            return NULL;
        double mean = reduction == RTI_MEAN ? k.total : 1;
        rti_classes_end(&k);
        by = rt_add(by, rti_ce_spread(g, target, weight, x, smoothing / (double)x->size[dim] / mean, ignore));
    }
    return rti_call_softmax_backward(&rti_op_log_softmax_backward, by, y, dim);
}

static rt_status rti_ce_derivative(rti_backward *b)
{
    rt_value arg[8];
    rt_tensor *x = rti_b_input(b, RTI_CE_X), *target = rti_b_input(b, RTI_CE_TARGET), *weight = rti_b_optional(b, RTI_CE_WEIGHT);
    rt_status status = x && target && weight ? rti_refuse_weight_gradient(b, RTI_CE_WEIGHT) : rti_pending_code();
    if (status != RT_OK || !rti_b_needs(b, RTI_CE_X) || !rti_b_grad(b, 0))
        return status;
    if (b->engine->create_graph)
        return rti_b_set(b, 0, rti_ce_composed(b, x, target, weight));
    rti_box_tensor(&arg[RTI_CE_X], x);
    rti_box_tensor(&arg[RTI_CE_TARGET], target);
    arg[RTI_CE_WEIGHT] = rt_value_tensor(weight);
    for (int k = RTI_CE_REDUCTION; k <= RTI_CE_SMOOTHING; k++)
        arg[k] = *rti_b_arg(b, k);
    rti_box_tensor(&arg[RTI_CE_GRAD], rti_b_grad(b, 0));
    rti_box_tensor(&arg[RTI_CE_STATS], rti_b_output(b, 1));
    return rti_b_set(b, 0, rti_call_op(&rti_op_ce_backward, arg, 8));
}
static const rt_op rti_op_ce = {
    "cross_entropy_of_classes(Tensor self, Tensor target, Tensor? weight=None, int reduction=1, SymInt ignore_index=-100, float label_smoothing=0.0) -> "
    "(Tensor, Tensor)", 2, RTI_FIRST_ONLY, NULL, rti_shape_ce, rti_run_ce, NULL, rti_ce_derivative, NULL, NULL,
    RTI_SAVE_IN(0) | RTI_SAVE_IN(1) | RTI_SAVE_IN(2) | RTI_SAVE_OUT(1), -4, 4
};

/* ---- cross_entropy_loss: of classes, or of probabilities where the target has x's shape ---- */

static rt_tensor *rti_ce_probabilities(const rt_value *arg, rt_tensor *x, rt_tensor *p)
{
    rt_tensor *weight = rti_tensor_or_none(&arg[RTI_CE_WEIGHT]);
    double smoothing = rti_arg_number(&arg[RTI_CE_SMOOTHING]);
    int64_t reduction = arg[RTI_CE_REDUCTION].as.i, classes = x->size[rti_class_dim(x)];
    int dim = rti_class_dim(x);
    rti_shape_text text;
    if (!rti_is_float((rt_dtype)p->dtype)) {
        rti_raise(RT_ERR_DTYPE, "cross_entropy_loss", "a target of the input's shape holds probabilities: expected floating point, got %s",
                  rt_dtype_name((rt_dtype)p->dtype));
        return NULL;
    }
    if (arg[RTI_CE_IGNORE].as.i >= 0) {
        rti_raise(RT_ERR_VALUE, "cross_entropy_loss", "ignore_index %lld: probabilities have no class to be ignored", (long long)arg[RTI_CE_IGNORE].as.i);
        return NULL;
    }
    if (!(smoothing >= 0 && smoothing <= 1)) {
        rti_raise(RT_ERR_VALUE, "cross_entropy_loss", "expected a label_smoothing from 0 to 1, got %g", smoothing);
        return NULL;
    }
    if (smoothing > 0)
        p = rt_add_scalar(rt_mul_scalar(p, rt_scalar_float(1 - smoothing)), rt_scalar_float(smoothing / (double)classes));
    rt_tensor *each = rt_mul(rt_log_softmax(x, dim), p);
    if (!rti_absent(weight)) {
        rt_shape by = rti_shape_copy(x->size, x->ndim);
        for (int d = 0; d < by.ndim; d++)
            by.dim[d] = d == dim ? classes : 1;
        if (weight->ndim != 1 || weight->size[0] != classes) {
            rti_raise(RT_ERR_SHAPE, "cross_entropy_loss", "expected a weight for each of %lld classes, got %s", (long long)classes, rti_shape_of_text(&text, weight));
            return NULL;
        }
        each = rt_mul(each, rt_reshape(weight, by));
    }
    if (reduction == RTI_EACH)
        return rt_neg(rt_sum_dim(each, dim, false));
    rt_tensor *sum = rt_neg(rt_sum(each));
    return reduction == RTI_SUM ? sum : rt_div_scalar(sum, rt_scalar_float(x->numel ? (double)(x->numel / classes) : 0));
}

static rt_status rti_compose_cross_entropy(const rt_value *arg, int n_args, rt_value *results)
{
    rt_value both[2];
    rt_tensor *x = arg[RTI_CE_X].as.tensor, *target = arg[RTI_CE_TARGET].as.tensor;
    if (!rti_check_reduction("cross_entropy_loss", arg[RTI_CE_REDUCTION].as.i))
        return rti_pending_code();
    if (rti_same_shape(x, target) && x->ndim > 0) {
        rt_scope scope = rt_scope_begin();
        return rti_composed(scope, rti_ce_probabilities(arg, x, target), results);
    }
    rt_status status = rti_door(&rti_op_ce, arg, n_args, NULL, both);
    if (status != RT_OK)
        return status;
    results[0] = both[0];
    rti_release(both[1].as.tensor);
    return RT_OK;
}
static const rt_op rti_op_cross_entropy = {
    "cross_entropy_loss(Tensor self, Tensor target, Tensor? weight=None, int reduction=1, SymInt ignore_index=-100, float label_smoothing=0.0) -> Tensor", 1,
    0, NULL, NULL, NULL, rti_compose_cross_entropy, NULL, NULL, NULL, 0, -4, 4
};

/* ---- the typed functions ---- */

RT_API rt_tensor *rt_nll_loss_weighted(rt_tensor *x, rt_tensor *target, rt_tensor *weight, const rt_nll_loss_opts *opts)
{
    rt_value arg[5];
    int reduction = rti_reduction_of("nll_loss", opts ? opts->reduction : RT_REDUCTION_DEFAULT);
    if (reduction < 0)
        return NULL;
    rti_box_tensor(&arg[RTI_NLL_X], x);
    rti_box_tensor(&arg[RTI_NLL_TARGET], target);
    arg[RTI_NLL_WEIGHT] = rt_value_tensor(weight);
    arg[RTI_NLL_REDUCTION] = rt_value_int(reduction);
    arg[RTI_NLL_IGNORE] = rt_value_int(opts ? rti_int_option(opts->ignore_index, -100, opts->exact) : -100);
    return rti_call_op(&rti_op_nll, arg, 5);
}
RT_API rt_tensor *rt_nll_loss(rt_tensor *x, rt_tensor *target, const rt_nll_loss_opts *opts) { return rt_nll_loss_weighted(x, target, RT_NONE, opts); }

RT_API rt_tensor *rt_cross_entropy_weighted(rt_tensor *x, rt_tensor *target, rt_tensor *weight, const rt_cross_entropy_opts *opts)
{
    rt_value arg[6];
    int reduction = rti_reduction_of("cross_entropy_loss", opts ? opts->reduction : RT_REDUCTION_DEFAULT);
    if (reduction < 0)
        return NULL;
    rti_box_tensor(&arg[RTI_CE_X], x);
    rti_box_tensor(&arg[RTI_CE_TARGET], target);
    arg[RTI_CE_WEIGHT] = rt_value_tensor(weight);
    arg[RTI_CE_REDUCTION] = rt_value_int(reduction);
    arg[RTI_CE_IGNORE] = rt_value_int(opts ? rti_int_option(opts->ignore_index, -100, opts->exact) : -100);
    arg[RTI_CE_SMOOTHING] = rt_value_float(opts ? rti_double_option(opts->label_smoothing, 0, opts->exact) : 0);
    return rti_call_op(&rti_op_cross_entropy, arg, 6);
}
RT_API rt_tensor *rt_cross_entropy(rt_tensor *x, rt_tensor *target, const rt_cross_entropy_opts *opts)
{
    return rt_cross_entropy_weighted(x, target, RT_NONE, opts);
}

/* ---- of numbers: rows for each element, and of those the losses ---- */

RTI_DEFINE_FORMULA(squared_difference, 2, NULL, NULL)
RTI_DEFINE_FORMULA(smooth_difference, 3, NULL, NULL)
RTI_DEFINE_FORMULA(smooth_slope, 3, NULL, NULL)
RTI_DEFINE_FORMULA(logits_loss, 2, NULL, NULL)

/* dx to the first argument, and less that to the second. */
static rt_status rti_set_difference(rti_backward *b, rt_tensor *dx)
{
    rt_status status = rti_b_needs(b, 0) ? rti_b_set(b, 0, dx) : RT_OK;
    return status == RT_OK && rti_b_needs(b, 1) ? rti_b_set(b, 1, rt_neg(dx)) : status;
}

static rt_status rti_squared_difference_backward(rti_backward *b)
{
    rt_tensor *d = rt_sub(rti_b_input(b, 0), rti_b_input(b, 1));
    return rti_set_difference(b, rt_mul(rti_b_grad(b, 0), rt_mul_scalar(d, rt_scalar_int(2))));
}
static const rt_op rti_op_squared_difference =
    RTI_ELEMENTWISE("squared_difference(Tensor self, Tensor other) -> Tensor", RTI_PROMOTE | RTI_NO_INTEGERS, rti_formula_squared_difference,
                    rti_squared_difference_backward, NULL, RTI_SAVE_IN(0) | RTI_SAVE_IN(1), -4, 4);

static rt_tensor *rti_call_smooth(const rt_op *op, rt_tensor *x, rt_tensor *target, double beta)
{
    rt_value arg[3];
    rti_box_tensor(&arg[0], x);
    rti_box_tensor(&arg[1], target);
    arg[2] = rt_value_float(beta);
    return rti_call_op(op, arg, 3);
}

/* 1 / beta where |x - t| < beta, else 0 */
static rt_status rti_smooth_slope_backward(rti_backward *b)
{
    double beta = rti_arg_number(rti_b_arg(b, 2));
    rt_tensor *near = rt_lt_scalar(rt_abs(rt_sub(rti_b_input(b, 0), rti_b_input(b, 1))), rt_scalar_float(beta));
    return rti_set_difference(b, rt_where_scalar_other(near, rt_mul_scalar(rti_b_grad(b, 0), rt_scalar_float(1 / beta)), rt_scalar_int(0)));
}
static const rt_op rti_op_smooth_slope =
    RTI_ELEMENTWISE("smooth_difference_slope(Tensor self, Tensor other, Scalar beta) -> Tensor", RTI_PROMOTE | RTI_NO_INTEGERS, rti_formula_smooth_slope,
                    rti_smooth_slope_backward, NULL, RTI_SAVE_IN(0) | RTI_SAVE_IN(1), -4, 4);

static rt_status rti_smooth_difference_backward(rti_backward *b)
{
    rt_tensor *slope = rti_call_smooth(&rti_op_smooth_slope, rti_b_input(b, 0), rti_b_input(b, 1), rti_arg_number(rti_b_arg(b, 2)));
    return rti_set_difference(b, rt_mul(rti_b_grad(b, 0), slope));
}
static const rt_op rti_op_smooth_difference =
    RTI_ELEMENTWISE("smooth_difference(Tensor self, Tensor other, Scalar beta) -> Tensor", RTI_PROMOTE | RTI_NO_INTEGERS, rti_formula_smooth_difference,
                    rti_smooth_difference_backward, NULL, RTI_SAVE_IN(0) | RTI_SAVE_IN(1), -4, 4);

/* Whether a loss takes the two: floating point, together. */
static bool rti_check_floats(const char *op, const rt_tensor *a, const rt_tensor *b)
{
    if (rti_is_float((rt_dtype)a->dtype) || rti_is_float((rt_dtype)b->dtype))
        return true;
    rti_raise(RT_ERR_DTYPE, op, "not available for %s and %s", rt_dtype_name((rt_dtype)a->dtype), rt_dtype_name((rt_dtype)b->dtype));
    return false;
}

/* In float16 PyTorch rounds the difference before it is squared. */
static rt_status rti_compose_mse_loss(const rt_value *arg, int n_args, rt_value *results)
{
    rt_tensor *x = arg[0].as.tensor, *t = arg[1].as.tensor;
    (void)n_args;
    if (!rti_check_reduction("mse_loss", arg[2].as.i) || !rti_check_floats("mse_loss", x, t))
        return rti_pending_code();
    rt_scope scope = rt_scope_begin();
    bool half = x->dtype == RT_FLOAT16 && t->dtype == RT_FLOAT16;
    rt_tensor *d = half ? rt_sub(x, t) : NULL, *each = half ? rt_mul(d, d) : rti_call2(&rti_op_squared_difference, x, t);
    return rti_composed(scope, rti_loss_reduced(each, arg[2].as.i), results);
}
static rt_status rti_compose_l1_loss(const rt_value *arg, int n_args, rt_value *results)
{
    (void)n_args;
    if (!rti_check_reduction("l1_loss", arg[2].as.i))
        return rti_pending_code();
    rt_scope scope = rt_scope_begin();
    return rti_composed(scope, rti_loss_reduced(rt_abs(rt_sub(arg[0].as.tensor, arg[1].as.tensor)), arg[2].as.i), results);
}

static rt_status rti_compose_smooth_l1_loss(const rt_value *arg, int n_args, rt_value *results)
{
    double beta = rti_arg_number(&arg[3]);
    if (beta == 0)
        return rti_compose_l1_loss(arg, n_args, results);
    if (!rti_check_reduction("smooth_l1_loss", arg[2].as.i) || !rti_check_floats("smooth_l1_loss", arg[0].as.tensor, arg[1].as.tensor))
        return rti_pending_code();
    if (!(beta > 0))
        return rti_raise(RT_ERR_VALUE, "smooth_l1_loss", "expected a beta of 0 or more, got %g", beta);
    rt_scope scope = rt_scope_begin();
    return rti_composed(scope, rti_loss_reduced(rti_call_smooth(&rti_op_smooth_difference, arg[0].as.tensor, arg[1].as.tensor, beta), arg[2].as.i), results);
}
/* delta times the smooth difference with beta = delta, in x's type */
static rt_status rti_compose_huber_loss(const rt_value *arg, int n_args, rt_value *results)
{
    double delta = rti_arg_number(&arg[3]);
    (void)n_args;
    if (!rti_check_reduction("huber_loss", arg[2].as.i) || !rti_check_floats("huber_loss", arg[0].as.tensor, arg[0].as.tensor))
        return rti_pending_code();
    if (!(delta > 0))
        return rti_raise(RT_ERR_VALUE, "huber_loss", "expected a delta above 0, got %g", delta);
    rt_scope scope = rt_scope_begin();
    rt_tensor *each = rti_call_smooth(&rti_op_smooth_difference, arg[0].as.tensor, arg[1].as.tensor, delta);
    each = rt_to(delta == 1 ? each : rt_mul_scalar(each, rt_scalar_float(delta)), (rt_dtype)arg[0].as.tensor->dtype);
    return rti_composed(scope, rti_loss_reduced(each, arg[2].as.i), results);
}

/* A row made of others. */
#define RTI_OF_OTHERS(schema, compose, low, high) { RTI_TEXT(schema), 1, 0, NULL, NULL, NULL, compose, NULL, NULL, NULL, 0, low, high }
static const rt_op rti_op_mse_loss = RTI_OF_OTHERS("mse_loss(Tensor self, Tensor target, int reduction=1) -> Tensor", rti_compose_mse_loss, -4, 4);
static const rt_op rti_op_l1_loss = RTI_OF_OTHERS("l1_loss(Tensor self, Tensor target, int reduction=1) -> Tensor", rti_compose_l1_loss, -4, 4);
static const rt_op rti_op_smooth_l1_loss =
    RTI_OF_OTHERS("smooth_l1_loss(Tensor self, Tensor target, int reduction=1, float beta=1.0) -> Tensor", rti_compose_smooth_l1_loss, -4, 4);
static const rt_op rti_op_huber_loss =
    RTI_OF_OTHERS("huber_loss(Tensor self, Tensor target, int reduction=1, float delta=1.0) -> Tensor", rti_compose_huber_loss, -4, 4);

/* A loss of tensors, then numbers, then what opts say of the reduction, which is argument `at`. */
static rt_tensor *rti_call_loss(const rt_op *op, rt_value *arg, int at, int n, const rt_loss_opts *opts)
{
    rti_op_text name;
    int reduction = rti_reduction_of(rti_op_base(op, &name), opts ? opts->reduction : RT_REDUCTION_DEFAULT);
    if (reduction < 0)
        return NULL;
    arg[at] = rt_value_int(reduction);
    return rti_call_op(op, arg, n);
}
static rt_tensor *rti_call_loss2(const rt_op *op, rt_tensor *x, rt_tensor *target, const rt_loss_opts *opts)
{
    rt_value arg[3];
    rti_box_tensor(&arg[0], x);
    rti_box_tensor(&arg[1], target);
    return rti_call_loss(op, arg, 2, 3, opts);
}
RT_API rt_tensor *rt_mse_loss(rt_tensor *x, rt_tensor *target, const rt_loss_opts *opts) { return rti_call_loss2(&rti_op_mse_loss, x, target, opts); }
RT_API rt_tensor *rt_l1_loss(rt_tensor *x, rt_tensor *target, const rt_loss_opts *opts) { return rti_call_loss2(&rti_op_l1_loss, x, target, opts); }
RT_API rt_tensor *rt_smooth_l1_loss(rt_tensor *x, rt_tensor *target, double beta, const rt_loss_opts *opts)
{
    rt_value arg[4];
    rti_box_tensor(&arg[0], x);
    rti_box_tensor(&arg[1], target);
    arg[3] = rt_value_float(beta);
    return rti_call_loss(&rti_op_smooth_l1_loss, arg, 2, 4, opts);
}
RT_API rt_tensor *rt_huber_loss(rt_tensor *x, rt_tensor *target, double delta, const rt_loss_opts *opts)
{
    rt_value arg[4];
    rti_box_tensor(&arg[0], x);
    rti_box_tensor(&arg[1], target);
    arg[3] = rt_value_float(delta);
    return rti_call_loss(&rti_op_huber_loss, arg, 2, 4, opts);
}

/* ---- binary_cross_entropy: each element's, x and t of one shape ---- */

static rt_status rti_shape_bce(rti_call *c)
{
    const rt_tensor *x = rti_arg_tensor(c, 0), *t = rti_arg_tensor(c, 1);
    rti_shape_text a, b;
    if (!rti_is_float((rt_dtype)x->dtype) || rti_is_bare((rt_dtype)x->dtype))
        return rti_refuse_dtype(c, (rt_dtype)x->dtype);
    if (t->dtype != x->dtype)
        return rti_raise(RT_ERR_DTYPE, "binary_cross_entropy", "expected a target of %s, got %s", rt_dtype_name((rt_dtype)x->dtype),
                         rt_dtype_name((rt_dtype)t->dtype));
    if (!rti_same_shape(x, t))
        return rti_raise(RT_ERR_SHAPE, "binary_cross_entropy", "expected a target of the input's shape %s, got %s", rti_shape_of_text(&a, x),
                         rti_shape_of_text(&b, t));
    return rti_result_like(c, 0, x);
}

typedef struct rti_bce_work { const double *x, *t; double *y; } rti_bce_work;

static RTI_HOT void rti_bce_range(void *work, int64_t begin, int64_t end)
{
    const rti_bce_work *w = RTI_CAST(const rti_bce_work *, work);
    for (int64_t i = begin; i < end; i++) {
        double x = w->x[i], yes = log(x), no = log1p(-x);
        if (!(x >= 0 && x <= 1)) {
            rti_raise(RT_ERR_VALUE, "binary_cross_entropy", "expected an input from 0 to 1, got %g", x);
            return;
        }
        w->y[i] = (w->t[i] - 1) * RTI_MAX(no, -100) - w->t[i] * RTI_MAX(yes, -100);
    }
}

static rt_status rti_run_bce(rti_call *c)
{
    rt_tensor *x = rti_contiguous_as(rti_arg_tensor(c, 0), RT_FLOAT64), *t = rti_contiguous_as(rti_arg_tensor(c, 1), RT_FLOAT64);
    rt_tensor *y = x && t ? rti_tensor_new(RT_FLOAT64, x->size, x->ndim, x->numel) : NULL;
    rt_status status = rti_pending_code();
    if (y) {
        rti_bce_work w = { RTI_CAST(const double *, (void *)x->data), RTI_CAST(const double *, (void *)t->data), RTI_CAST(double *, (void *)y->data) };
        status = rti_parallel_for(x->numel, 2048, rti_bce_range, &w);
        if (status == RT_OK)
            status = rti_copy_into(c->out[0], y);
    }
    rti_release(y);
    rti_release(t);
    rti_release(x);
    return status;
}

/* by x: (x - t) / max(x (1 - x), 1e-12);  by t: log(1 - x) - log x, each above -100 */
static rt_status rti_bce_backward(rti_backward *b)
{
    rt_tensor *g = rti_b_grad(b, 0), *x = rti_b_input(b, 0), *t = rti_b_input(b, 1), *rest = rt_rsub_scalar(x, rt_scalar_int(1));
    rt_status status = RT_OK;
    if (rti_b_needs(b, 0))
        status = rti_b_set(b, 0, rt_mul(g, rt_div(rt_sub(x, t), rt_clamp_min_scalar(rt_mul(x, rest), rt_scalar_float(1e-12)))));
    if (status != RT_OK || !rti_b_needs(b, 1))
        return status;
    rt_scalar least = rt_scalar_int(-100);
    return rti_b_set(b, 1, rt_mul(g, rt_sub(rt_clamp_min_scalar(rt_log1p(rt_neg(x)), least), rt_clamp_min_scalar(rt_log(x), least))));
}
static const rt_op rti_op_bce_each = { RTI_TEXT("binary_cross_entropy_each(Tensor self, Tensor target) -> Tensor"),
                                       1, 0, NULL, rti_shape_bce, rti_run_bce, NULL,
                                       rti_bce_backward, NULL, NULL, RTI_SAVE_IN(0) | RTI_SAVE_IN(1), 0.1, 0.9 };

static rt_tensor *rti_weighted(rt_tensor *each, rt_tensor *weight) { return rti_absent(weight) ? each : rt_mul(each, weight); }

static rt_status rti_compose_bce(const rt_value *arg, int n_args, rt_value *results)
{
    (void)n_args;
    if (!rti_check_reduction("binary_cross_entropy", arg[3].as.i))
        return rti_pending_code();
    rt_scope scope = rt_scope_begin();
    rt_tensor *each = rti_call2(&rti_op_bce_each, arg[0].as.tensor, arg[1].as.tensor);
    return rti_composed(scope, rti_loss_reduced(rti_weighted(each, rti_tensor_or_none(&arg[2])), arg[3].as.i), results);
}
static const rt_op rti_op_bce = RTI_OF_OTHERS("binary_cross_entropy(Tensor self, Tensor target, Tensor? weight=None, int reduction=1) -> Tensor",
                                             rti_compose_bce, 0.1, 0.9);
RT_API rt_tensor *rt_binary_cross_entropy(rt_tensor *x, rt_tensor *target, rt_tensor *weight, const rt_loss_opts *opts)
{
    rt_value arg[4];
    rti_box_tensor(&arg[0], x);
    rti_box_tensor(&arg[1], target);
    arg[2] = rt_value_tensor(weight);
    return rti_call_loss(&rti_op_bce, arg, 3, 4, opts);
}

/* ---- binary_cross_entropy_with_logits ---- */

/* by x: s - t, s = 1/(1 + e^-x);  by t: -x */
static rt_status rti_logits_loss_backward(rti_backward *b)
{
    rt_tensor *g = rti_b_grad(b, 0), *x = rti_b_input(b, 0);
    rt_status status = rti_b_needs(b, 0) ? rti_b_set(b, 0, rt_mul(g, rt_sub(rt_sigmoid(x), rti_b_input(b, 1)))) : RT_OK;
    return status == RT_OK && rti_b_needs(b, 1) ? rti_b_set(b, 1, rt_neg(rt_mul(g, x))) : status;
}
static const rt_op rti_op_logits_loss = RTI_ELEMENTWISE("logits_loss(Tensor self, Tensor target) -> Tensor", RTI_PROMOTE | RTI_NO_INTEGERS,
                                                        rti_formula_logits_loss, rti_logits_loss_backward, NULL, RTI_SAVE_IN(0) | RTI_SAVE_IN(1), -4, 4);

/* (1 - t) x + (1 + (q - 1) t) log(1 + e^-x) */
static rt_tensor *rti_logits_weighted(rt_tensor *x, rt_tensor *t, rt_tensor *q)
{
    rt_tensor *by = rt_add_scalar(rt_mul(rt_sub_scalar(q, rt_scalar_int(1)), t), rt_scalar_int(1)), *one = rt_ones_like(x);
    return rt_add(rt_mul(rt_rsub_scalar(t, rt_scalar_int(1)), x), rt_mul(by, rti_call2(&rti_op_logits_loss, x, one)));
}
static rt_status rti_compose_logits(const rt_value *arg, int n_args, rt_value *results)
{
    rt_tensor *x = arg[0].as.tensor, *t = arg[1].as.tensor, *q = rti_tensor_or_none(&arg[3]);
    rti_shape_text a, b;
    (void)n_args;
    if (!rti_check_reduction("binary_cross_entropy_with_logits", arg[4].as.i) || !rti_check_floats("binary_cross_entropy_with_logits", x, x))
        return rti_pending_code();
    if (!rti_same_shape(x, t))
        return rti_raise(RT_ERR_SHAPE, "binary_cross_entropy_with_logits", "expected a target of the input's shape %s, got %s", rti_shape_of_text(&a, x),
                         rti_shape_of_text(&b, t));
    rt_scope scope = rt_scope_begin();
    rt_tensor *each = rti_absent(q) ? rti_call2(&rti_op_logits_loss, x, t) : rti_logits_weighted(x, t, q);
    return rti_composed(scope, rti_loss_reduced(rti_weighted(each, rti_tensor_or_none(&arg[2])), arg[4].as.i), results);
}
static const rt_op rti_op_logits = RTI_OF_OTHERS(
    "binary_cross_entropy_with_logits(Tensor self, Tensor target, Tensor? weight=None, Tensor? pos_weight=None, int reduction=1) -> Tensor",
    rti_compose_logits, -4, 4);
RT_API rt_tensor *rt_binary_cross_entropy_with_logits(rt_tensor *x, rt_tensor *target, rt_tensor *weight, rt_tensor *pos_weight, const rt_loss_opts *opts)
{
    rt_value arg[5];
    rti_box_tensor(&arg[0], x);
    rti_box_tensor(&arg[1], target);
    arg[2] = rt_value_tensor(weight);
    arg[3] = rt_value_tensor(pos_weight);
    return rti_call_loss(&rti_op_logits, arg, 4, 5, opts);
}

/* ---- kl_div ---- */

static rt_status rti_compose_kl_div(const rt_value *arg, int n_args, rt_value *results)
{
    rt_tensor *x = arg[0].as.tensor, *t = arg[1].as.tensor;
    bool logs = n_args > 3 && arg[3].tag == RT_VALUE_BOOL && arg[3].as.i;
    if (!rti_check_reduction("kl_div", arg[2].as.i))
        return rti_pending_code();
    rt_scope scope = rt_scope_begin();
    rt_tensor *each = logs ? rt_mul(rt_exp(t), rt_sub(t, x)) : rt_sub(rt_xlogy(t, t), rt_mul(t, x));
    return rti_composed(scope, rti_loss_reduced(each, arg[2].as.i), results);
}
static const rt_op rti_op_kl_div = RTI_OF_OTHERS("kl_div(Tensor self, Tensor target, int reduction=1, *, bool log_target=False) -> Tensor",
                                                rti_compose_kl_div, 0.1, 2);
RT_API rt_tensor *rt_kl_div(rt_tensor *x, rt_tensor *target, const rt_kl_div_opts *opts)
{
    rt_value arg[4];
    bool batch = opts && opts->batch_mean;
    int reduction = batch ? RTI_SUM : rti_reduction_of("kl_div", opts ? opts->reduction : RT_REDUCTION_DEFAULT);
    if (reduction < 0)
        return NULL;
    rti_box_tensor(&arg[0], x);
    rti_box_tensor(&arg[1], target);
    arg[2] = rt_value_int(reduction);
    arg[3] = rt_value_bool(opts && opts->log_target);
    rt_tensor *y = rti_call_op(&rti_op_kl_div, arg, 4);
    if (!y || !batch)
        return y;
    return x->ndim ? rt_div_scalar(y, rt_scalar_int(x->size[0])) : y;
}

/* ---- of counts and of measured numbers ---- */

/* e^x - t x, or x - t log(x + eps); Stirling's t log t - t + log(2 pi t) / 2 where t > 1 */
static rt_status rti_compose_poisson(const rt_value *arg, int n_args, rt_value *results)
{
    rt_tensor *x = arg[0].as.tensor, *t = arg[1].as.tensor;
    (void)n_args;
    if (!rti_check_reduction("poisson_nll_loss", arg[5].as.i))
        return rti_pending_code();
    rt_scope scope = rt_scope_begin();
    rt_tensor *each = arg[2].as.i ? rt_sub(rt_exp(x), rt_mul(t, x)) : rt_sub(x, rt_mul(t, rt_log(rt_add_scalar(x, rt_scalar_float(rti_arg_number(&arg[4]))))));
    if (arg[3].as.i) {
        rt_tensor *half = rt_mul_scalar(rt_log(rt_mul_scalar(t, rt_scalar_float(6.28318530717958647693))), rt_scalar_float(0.5));
        rt_tensor *stirling = rt_add(rt_sub(rt_mul(t, rt_log(t)), t), half);
        each = rt_add(each, rt_masked_fill_scalar(stirling, rt_le_scalar(t, rt_scalar_int(1)), rt_scalar_int(0)));
    }
    return rti_composed(scope, rti_loss_reduced(each, arg[5].as.i), results);
}
static const rt_op rti_op_poisson = RTI_OF_OTHERS(
    "poisson_nll_loss(Tensor input, Tensor target, bool log_input, bool full, float eps, int reduction) -> Tensor", rti_compose_poisson, 0.1, 3);
RT_API rt_tensor *rt_poisson_nll_loss(rt_tensor *x, rt_tensor *target, const rt_poisson_nll_loss_opts *opts)
{
    rt_value arg[6];
    int reduction = rti_reduction_of("poisson_nll_loss", opts ? opts->reduction : RT_REDUCTION_DEFAULT);
    if (reduction < 0)
        return NULL;
    rti_box_tensor(&arg[0], x);
    rti_box_tensor(&arg[1], target);
    arg[2] = rt_value_bool(!(opts && opts->no_log_input));
    arg[3] = rt_value_bool(opts && opts->full);
    arg[4] = rt_value_float(opts ? rti_double_option(opts->eps, 1e-8, opts->exact) : 1e-8);
    arg[5] = rt_value_int(reduction);
    return rti_call_op(&rti_op_poisson, arg, 6);
}

/* The variance in a shape that broadcasts to x's: x's own but for one dimension of 1, which may be left out if it is the last. NULL with the
 * error raised. */
static rt_tensor *rti_gaussian_variance(rt_tensor *x, rt_tensor *var)
{
    rti_shape_text a, b;
    bool shorter = x->ndim > 0 && var->ndim == x->ndim - 1, fits = shorter || var->ndim == x->ndim;
    int64_t other = 0;
    for (int d = 0; fits && d < var->ndim; d++)
        other += var->size[d] == x->size[d] ? 0 : shorter ? 2 : var->size[d];
    if (fits && other < 2)
        return shorter ? rt_unsqueeze(var, -1) : var;
    rti_raise(RT_ERR_SHAPE, "gaussian_nll_loss", "expected a variance of the input's shape %s, or without its last dimension, got %s",
              rti_shape_of_text(&a, x), rti_shape_of_text(&b, var));
    return NULL;
}

RT_API rt_tensor *rt_gaussian_nll_loss(rt_tensor *x, rt_tensor *target, rt_tensor *var, const rt_gaussian_nll_loss_opts *opts)
{
    int reduction = rti_reduction_of("gaussian_nll_loss", opts ? opts->reduction : RT_REDUCTION_DEFAULT);
    double eps = opts ? rti_double_option(opts->eps, 1e-6, opts->exact) : 1e-6;
    if (reduction < 0 || !rti_is_tensor(x, "gaussian_nll_loss", "input") || !rti_is_tensor(var, "gaussian_nll_loss", "var"))
        return NULL;
    rt_scope scope = rt_scope_begin();
    rt_tensor *v = rti_gaussian_variance(x, var), *d = rt_sub(x, target), *y = NULL;
    rt_tensor *below = v ? rt_any(rt_lt_scalar(v, rt_scalar_int(0))) : NULL;
    if (below && rt_item(below) != 0) {
        rti_raise(RT_ERR_VALUE, "gaussian_nll_loss", "expected no variance below 0");
    } else if (below && d) {
        /* the least variance is put in without a gradient of its own: PyTorch's clamps a copy */
        rt_tensor *small = rt_lt_scalar(v, rt_scalar_float(eps));
        v = rt_add(v, rt_detach(rt_sub(rt_where_scalar_self(small, rt_scalar_float(eps), v), v)));
        y = rt_mul_scalar(rt_add(rt_log(v), rt_div(rt_mul(d, d), v)), rt_scalar_float(0.5));
        if (opts && opts->full)
            y = rt_add_scalar(y, rt_scalar_float(0.91893853320467274178));
        y = rti_loss_reduced(y, reduction);
    }
    return rt_return(scope, y);
}

/* ---- of pairs and orders ---- */

static rt_status rti_compose_margin_ranking(const rt_value *arg, int n_args, rt_value *results)
{
    (void)n_args;
    if (!rti_check_reduction("margin_ranking_loss", arg[4].as.i))
        return rti_pending_code();
    rt_scope scope = rt_scope_begin();
    rt_tensor *order = rt_mul(rt_neg(arg[2].as.tensor), rt_sub(arg[0].as.tensor, arg[1].as.tensor));
    rt_tensor *each = rt_clamp_min_scalar(rt_add_scalar(order, rt_scalar_float(rti_arg_number(&arg[3]))), rt_scalar_int(0));
    return rti_composed(scope, rti_loss_reduced(each, arg[4].as.i), results);
}
static const rt_op rti_op_margin_ranking = RTI_OF_OTHERS(
    "margin_ranking_loss(Tensor input1, Tensor input2, Tensor target, float margin=0.0, int reduction=1) -> Tensor", rti_compose_margin_ranking, -4, 4);
RT_API rt_tensor *rt_margin_ranking_loss(rt_tensor *a, rt_tensor *b, rt_tensor *target, double margin, const rt_loss_opts *opts)
{
    rt_value arg[5];
    rti_box_tensor(&arg[0], a);
    rti_box_tensor(&arg[1], b);
    rti_box_tensor(&arg[2], target);
    arg[3] = rt_value_float(margin);
    return rti_call_loss(&rti_op_margin_ranking, arg, 4, 5, opts);
}

/* What counts where the target is 1, and what counts where it is -1, added: any other target takes both of the hinge's and none of the cosine's. */
static rt_status rti_compose_hinge(const rt_value *arg, int n_args, rt_value *results)
{
    rt_tensor *x = arg[0].as.tensor, *t = arg[1].as.tensor;
    rt_scalar zero = rt_scalar_int(0);
    (void)n_args;
    if (!rti_check_reduction("hinge_embedding_loss", arg[3].as.i))
        return rti_pending_code();
    rt_scope scope = rt_scope_begin();
    rt_tensor *short_of = rt_clamp_min_scalar(rt_rsub_scalar(x, rt_scalar_float(rti_arg_number(&arg[2]))), zero);
    rt_tensor *far = rt_where_scalar_other(rt_ne_scalar(t, rt_scalar_int(1)), short_of, zero);
    rt_tensor *near = rt_where_scalar_other(rt_ne_scalar(t, rt_scalar_int(-1)), x, zero);
    return rti_composed(scope, rti_loss_reduced(rt_add(far, near), arg[3].as.i), results);
}
static const rt_op rti_op_hinge = RTI_OF_OTHERS("hinge_embedding_loss(Tensor self, Tensor target, float margin=1.0, int reduction=1) -> Tensor",
                                               rti_compose_hinge, -4, 4);
RT_API rt_tensor *rt_hinge_embedding_loss(rt_tensor *x, rt_tensor *target, double margin, const rt_loss_opts *opts)
{
    rt_value arg[4];
    rti_box_tensor(&arg[0], x);
    rti_box_tensor(&arg[1], target);
    arg[2] = rt_value_float(margin);
    return rti_call_loss(&rti_op_hinge, arg, 3, 4, opts);
}

static rt_status rti_compose_soft_margin(const rt_value *arg, int n_args, rt_value *results)
{
    (void)n_args;
    if (!rti_check_reduction("soft_margin_loss", arg[2].as.i))
        return rti_pending_code();
    rt_scope scope = rt_scope_begin();
    return rti_composed(scope, rti_loss_reduced(rt_log1p(rt_exp(rt_mul(rt_neg(arg[1].as.tensor), arg[0].as.tensor))), arg[2].as.i), results);
}
static const rt_op rti_op_soft_margin = RTI_OF_OTHERS("soft_margin_loss(Tensor self, Tensor target, int reduction=1) -> Tensor", rti_compose_soft_margin, -4, 4);
RT_API rt_tensor *rt_soft_margin_loss(rt_tensor *x, rt_tensor *target, const rt_loss_opts *opts) { return rti_call_loss2(&rti_op_soft_margin, x, target, opts); }

/* sum over the last dimension of a b */
static rt_tensor *rti_inner(rt_tensor *a, rt_tensor *b) { return rt_sum_dim(rt_mul(a, b), -1, false); }

static rt_status rti_compose_cosine_embedding(const rt_value *arg, int n_args, rt_value *results)
{
    rt_tensor *a = arg[0].as.tensor, *b = arg[1].as.tensor, *t = arg[2].as.tensor;
    rt_scalar zero = rt_scalar_int(0), least = rt_scalar_float(1e-12);
    rti_shape_text left, right, target;
    (void)n_args;
    if (!rti_check_reduction("cosine_embedding_loss", arg[4].as.i))
        return rti_pending_code();
    if (t->ndim > 1 || a->ndim != t->ndim + 1 || b->ndim != t->ndim + 1)
        return rti_raise(RT_ERR_SHAPE, "cosine_embedding_loss", "expected inputs [N, D] and targets [N], or [D] and [], got %s, %s and %s",
                         rti_shape_of_text(&left, a), rti_shape_of_text(&right, b), rti_shape_of_text(&target, t));
    rt_scope scope = rt_scope_begin();
    rt_tensor *sizes = rt_mul(rt_add_scalar(rti_inner(a, a), least), rt_add_scalar(rti_inner(b, b), least));
    rt_tensor *cosine = rt_div(rti_inner(a, b), rt_sqrt(sizes));
    rt_tensor *near = rt_where_scalar_other(rt_eq_scalar(t, rt_scalar_int(1)), rt_rsub_scalar(cosine, rt_scalar_int(1)), zero);
    rt_tensor *over = rt_clamp_min_scalar(rt_sub_scalar(cosine, rt_scalar_float(rti_arg_number(&arg[3]))), zero);
    rt_tensor *far = rt_where_scalar_other(rt_eq_scalar(t, rt_scalar_int(-1)), over, zero);
    return rti_composed(scope, rti_loss_reduced(rt_add(near, far), arg[4].as.i), results);
}
static const rt_op rti_op_cosine_embedding = RTI_OF_OTHERS(
    "cosine_embedding_loss(Tensor input1, Tensor input2, Tensor target, float margin=0.0, int reduction=1) -> Tensor", rti_compose_cosine_embedding, -4, 4);
RT_API rt_tensor *rt_cosine_embedding_loss(rt_tensor *a, rt_tensor *b, rt_tensor *target, double margin, const rt_loss_opts *opts)
{
    rt_value arg[5];
    rti_box_tensor(&arg[0], a);
    rti_box_tensor(&arg[1], b);
    rti_box_tensor(&arg[2], target);
    arg[3] = rt_value_float(margin);
    return rti_call_loss(&rti_op_cosine_embedding, arg, 4, 5, opts);
}

static rt_status rti_compose_triplet(const rt_value *arg, int n_args, rt_value *results)
{
    rt_tensor *anchor = arg[0].as.tensor, *positive = arg[1].as.tensor, *negative = arg[2].as.tensor;
    double margin = rti_arg_number(&arg[3]), p = rti_arg_number(&arg[4]), eps = rti_arg_number(&arg[5]);
    rti_shape_text a, b, c;
    (void)n_args;
    if (!rti_check_reduction("triplet_margin_loss", arg[7].as.i))
        return rti_pending_code();
    if (anchor->ndim != positive->ndim || anchor->ndim != negative->ndim)
        return rti_raise(RT_ERR_SHAPE, "triplet_margin_loss", "expected anchor, positive and negative of as many dimensions, got %s, %s and %s",
                         rti_shape_of_text(&a, anchor), rti_shape_of_text(&b, positive), rti_shape_of_text(&c, negative));
    rt_scope scope = rt_scope_begin();
    rt_tensor *near = rt_pairwise_distance(anchor, positive, p, eps, false), *far = rt_pairwise_distance(anchor, negative, p, eps, false);
    if (arg[6].as.i)
        far = rt_minimum(far, rt_pairwise_distance(positive, negative, p, eps, false));
    rt_tensor *each = rt_clamp_min_scalar(rt_add_scalar(rt_sub(near, far), rt_scalar_float(margin)), rt_scalar_int(0));
    return rti_composed(scope, rti_loss_reduced(each, arg[7].as.i), results);
}
static const rt_op rti_op_triplet = RTI_OF_OTHERS(
    "triplet_margin_loss(Tensor anchor, Tensor positive, Tensor negative, float margin=1.0, float p=2.0, float eps=1e-06, bool swap=False, "
    "int reduction=1) -> Tensor", rti_compose_triplet, -4, 4);
RT_API rt_tensor *rt_triplet_margin_loss(rt_tensor *anchor, rt_tensor *positive, rt_tensor *negative, const rt_triplet_margin_loss_opts *opts)
{
    rt_value arg[8];
    rt_triplet_margin_loss_opts o = rt_triplet_margin_loss_opts_default();
    bool exact = opts && opts->exact;
    int reduction = rti_reduction_of("triplet_margin_loss", opts ? opts->reduction : RT_REDUCTION_DEFAULT);
    if (reduction < 0)
        return NULL;
    rti_box_tensor(&arg[0], anchor);
    rti_box_tensor(&arg[1], positive);
    rti_box_tensor(&arg[2], negative);
    arg[3] = rt_value_float(opts ? rti_double_option(opts->margin, o.margin, exact) : o.margin);
    arg[4] = rt_value_float(opts ? rti_double_option(opts->p, o.p, exact) : o.p);
    arg[5] = rt_value_float(opts ? rti_double_option(opts->eps, o.eps, exact) : o.eps);
    arg[6] = rt_value_bool(opts && opts->swap);
    arg[7] = rt_value_int(reduction);
    if (!(arg[3].as.f > 0)) {
        rti_raise(RT_ERR_VALUE, "triplet_margin_loss", "expected a margin above 0, got %g", arg[3].as.f);
        return NULL;
    }
    return rti_call_op(&rti_op_triplet, arg, 8);
}

RT_API rt_tensor *rt_multilabel_soft_margin_loss(rt_tensor *x, rt_tensor *target, rt_tensor *weight, const rt_loss_opts *opts)
{
    int reduction = rti_reduction_of("multilabel_soft_margin_loss", opts ? opts->reduction : RT_REDUCTION_DEFAULT);
    int64_t last = -1;
    if (reduction < 0)
        return NULL;
    rt_scope scope = rt_scope_begin();
    rt_tensor *each = rti_weighted(rti_call2(&rti_op_logits_loss, x, target), weight);
    return rt_return(scope, rti_loss_reduced(rt_mean_dims(each, rti_shape_copy(&last, 1), false), reduction));
}

/* ---- defaults ---- */

#define RTI_LOSS_DEFAULTS(name, more) \
    RT_API rt_##name##_opts rt_##name##_opts_default(void) \
    { \
        rt_##name##_opts o; \
        memset((void *)&o, 0, sizeof o); \
        o.exact = 1; \
        o.reduction = RT_REDUCTION_MEAN; \
        more \
        return o; \
    }
RTI_LOSS_DEFAULTS(loss, )
RTI_LOSS_DEFAULTS(nll_loss, o.ignore_index = -100;)
RTI_LOSS_DEFAULTS(cross_entropy, o.ignore_index = -100;)
RTI_LOSS_DEFAULTS(kl_div, )
RTI_LOSS_DEFAULTS(triplet_margin_loss, o.margin = 1; o.p = 2; o.eps = 1e-6;)
RTI_LOSS_DEFAULTS(poisson_nll_loss, o.eps = 1e-8;)
RTI_LOSS_DEFAULTS(gaussian_nll_loss, o.eps = 1e-6;)
#undef RTI_LOSS_DEFAULTS

static const rt_op *const rti_loss_rows[] = {
    &rti_op_nll, &rti_op_nll_backward, &rti_op_ce, &rti_op_ce_backward, &rti_op_cross_entropy, &rti_op_squared_difference, &rti_op_smooth_slope,
    &rti_op_smooth_difference, &rti_op_mse_loss, &rti_op_l1_loss, &rti_op_smooth_l1_loss, &rti_op_huber_loss, &rti_op_bce_each, &rti_op_bce,
    &rti_op_logits_loss, &rti_op_logits, &rti_op_kl_div, &rti_op_poisson, &rti_op_margin_ranking, &rti_op_hinge, &rti_op_soft_margin,
    &rti_op_cosine_embedding, &rti_op_triplet
};
#endif
