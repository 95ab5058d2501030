/* ---- classification losses ---------------------------------------------------------------------------------------------------------- */

#if RTI_PASS == 1 || RTI_ONE_PASS

/* Largest of n neighbours, n > 0; NaN if there is one. */
static rti_real RTI_FN(row_max)(const rti_real *x, int64_t n)
{
    rti_real most = x[0];
    int64_t i = 0;
    if (n >= RTI_LANES) {
        rti_vf m = rti_vload(x);
        for (i = RTI_LANES; i + RTI_LANES <= n; i += RTI_LANES) {
            rti_vf a = rti_vload(x + i);
            m = rti_vselect(rti_vor(rti_visnan(m), rti_vle(a, m)), m, a);
        }
        most = RTI_FN(lanes_max)(m);
    }
    for (; i < n; i++)
        if (!(x[i] <= most))
            most = most != most ? most : x[i];
    return most;
}

/* sum_i e^(x_i - shift) */
static rti_real RTI_FN(row_sum_exp)(const rti_real *x, int64_t n, rti_real shift)
{
    rti_real rest[sizeof(rti_vf) / sizeof(rti_real)];
    rti_vf sum = rti_vset(0), by = rti_vset((double)shift);
    int64_t i = 0;
    for (; i + RTI_LANES <= n; i += RTI_LANES)
        sum = rti_vadd(sum, RTI_FN(exp)(rti_vsub(rti_vload(x + i), by)));
    if (i < n) {
        for (int64_t k = 0; k < RTI_LANES; k++)
            rest[k] = i + k < n ? x[i + k] : (rti_real)-HUGE_VAL;
        sum = rti_vadd(sum, RTI_FN(exp)(rti_vsub(rti_vload(rest), by)));
    }
    return RTI_FN(lanes_sum)(sum);
}

/* y = x - log sum e^x over n neighbours */
static void RTI_FN(log_softmax_row)(const void *from, int64_t n, void *to)
{
    const rti_real *x = RTI_CAST(const rti_real *, from);
    rti_real *y = RTI_CAST(rti_real *, to), shift = RTI_FN(row_max)(x, n);
    if (shift == (rti_real)HUGE_VAL || shift == (rti_real)-HUGE_VAL)
        shift = shift - shift;      /* NaN, as infinity less infinity is */
    rti_real log_sum = shift + (rti_real)log((double)RTI_FN(row_sum_exp)(x, n, shift));
    int64_t i = 0;
    for (; i + RTI_LANES <= n; i += RTI_LANES)
        rti_vstore(y + i, rti_vsub(rti_vload(x + i), rti_vset((double)log_sum)));
    for (; i < n; i++)
        y[i] = x[i] - log_sum;
}
#endif

#if !RTI_PASS

/* ---- log_softmax ---- */

typedef void (*rti_row_fn)(const void *from, int64_t n, void *to);

static rti_row_fn rti_log_softmax_row_of(rti_class c)
{
#if !RTI_ONE_PASS
    static const rti_row_fn f32[] = { RTI_EACH_ISA(RTI_F32, log_softmax_row) };
    if (c == RTI_CLASS_F32)
        return f32[rti_isa()];
#endif
    static const rti_row_fn f64[] = { RTI_EACH_ISA_F64(RTI_F64, log_softmax_row) };
    (void)c;
    return f64[rti_isa()];
}

typedef struct rti_rows { const char *x; char *y; int64_t n; size_t bytes; rti_row_fn run; } rti_rows;

static void rti_rows_range(void *work, int64_t begin, int64_t end)
{
    const rti_rows *r = RTI_CAST(const rti_rows *, work);
    for (int64_t i = begin; i < end; i++)
        r->run(r->x + (size_t)i * r->bytes, r->n, r->y + (size_t)i * r->bytes);
}

static rt_status rti_shape_log_softmax(rti_call *c)
{
    const rt_tensor *x = rti_arg_tensor(c, 0);
    rt_dtype dtype = c->n_args > 2 && c->arg[2].tag == RT_VALUE_DTYPE ? (rt_dtype)c->arg[2].as.i : (rt_dtype)x->dtype;
    if (!rti_is_float(dtype) || !rti_conversion_of(dtype) || !rti_conversion_of((rt_dtype)x->dtype))
        return rti_refuse_dtype(c, rti_is_float(dtype) ? (rt_dtype)x->dtype : dtype);
    if (rti_wrap_dim("log_softmax", c->arg[1].as.i, x->ndim) < 0)
        return rti_pending_code();
    return rti_result_set(c, 0, dtype, x->size, x->ndim);
}

/* The dimension in question last: another order of the same elements; a new reference. */
static rt_tensor *rti_dim_last(rt_tensor *x, int dim)
{
    int64_t size[RT_MAX_DIMS], stride[RT_MAX_DIMS];
    int n = 0;
    for (int d = 0; d < x->ndim; d++) {
        if (d == dim)
            continue;
        size[n] = x->size[d];
        stride[n++] = x->stride[d];
    }
    size[n] = x->size[dim];
    stride[n] = x->stride[dim];
    return rti_tensor_view(x, size, stride, x->ndim, 0);
}

/* Runs a row kernel along dim, whatever the layout and dtype. */
static rt_status rti_run_rows(rt_tensor *x, int dim, rti_row_fn run, rti_class compute, rt_tensor *y)
{
    rt_dtype dtype = rti_class_dtype[compute];
    rt_tensor *xs = rti_dim_last(x, dim), *ys = rti_dim_last(y, dim), *from = NULL, *to = NULL;
    rt_status status = RT_OK;
    if (xs && ys && (from = rti_contiguous_as(xs, dtype)) != NULL) {
        if (ys->dtype == dtype && rti_contiguous(ys))
            rti_retain(to = ys);
        else
            to = rti_tensor_new(dtype, ys->size, ys->ndim, ys->numel);
    }
    if (to) {
        int64_t n = ys->size[ys->ndim - 1];
        rti_rows rows = { from->data, to->data, n, (size_t)n * rti_element_bytes(dtype), run };
        status = rti_parallel_for(x->numel / n, RTI_MAX(1, 8192 / n), rti_rows_range, &rows);
        if (status == RT_OK && to != ys)
            status = rti_copy_into(ys, to);
    } else {
        status = rti_pending_code();
    }
    rti_release(to);
    rti_release(from);
    rti_release(ys);
    rti_release(xs);
    return status;
}

static rt_status rti_run_log_softmax(rti_call *c)
{
    rt_tensor *x = rti_arg_tensor(c, 0);
    rti_class compute = rti_class_of(c->result[0].dtype);
    if (x->numel == 0)
        return RT_OK;
    if (x->ndim == 0)
        return rti_fill(c->out[0], rt_scalar_int(0));
    return rti_run_rows(x, rti_wrap_dim("log_softmax", c->arg[1].as.i, x->ndim), rti_log_softmax_row_of(compute), compute, c->out[0]);
}

/* g - softmax(x) sum(g) */
static rt_status rti_log_softmax_backward(rti_backward *b)
{
    rt_tensor *g = rti_b_grad(b, 0), *total = rt_sum_dim(g, (int)rti_b_arg(b, 1)->as.i, true);
    return rti_b_set(b, 0, rt_sub(g, rt_mul(rt_exp(rti_b_output(b, 0)), total)));
}
static const rt_op rti_op_log_softmax = { "log_softmax.int(Tensor self, int dim, ScalarType? dtype=None) -> Tensor", 1, 0, NULL, rti_shape_log_softmax,
                                          rti_run_log_softmax, NULL, rti_log_softmax_backward, NULL, NULL, RTI_SAVE_OUT(0), -5, 5 };
RT_API rt_tensor *rt_log_softmax(rt_tensor *x, int dim)
{
    rt_value arg[2];
    rti_box_tensor(&arg[0], x);
    arg[1] = rt_value_int(dim);
    return rti_call_op(&rti_op_log_softmax, arg, 2);
}

/* ---- nll_loss: linear in x, and its gradient is the adjoint: two rows, each the other's derivative ----
 * arguments  x or the loss's gradient, target, reduction, ignore_index; the second row's x is the loss's gradient, and its fifth argument C */

enum { RTI_NLL_X, RTI_NLL_TARGET, RTI_NLL_REDUCTION, RTI_NLL_IGNORE, RTI_NLL_CLASSES };

static rt_status rti_nll_check_target(const rti_call *c, const rt_tensor *target)
{
    rti_shape_text text;
    if (target->dtype != RT_INT64)
        return rti_raise(RT_ERR_DTYPE, "nll_loss", "expected targets of int64, got %s", rt_dtype_name((rt_dtype)target->dtype));
    if (target->ndim > 1)
        return rti_raise(RT_ERR_SHAPE, "nll_loss", "expected targets [N] or [], got %s", rti_shape_of_text(&text, target));
    int64_t reduction = c->arg[RTI_NLL_REDUCTION].as.i;
    if (reduction < RT_REDUCTION_MEAN || reduction > RT_REDUCTION_NONE)
        return rti_raise(RT_ERR_VALUE, "nll_loss", "expected a reduction, got the value %lld", (long long)reduction);
    return RT_OK;
}

static rt_status rti_shape_nll(rti_call *c)
{
    const rt_tensor *x = rti_arg_tensor(c, RTI_NLL_X), *target = rti_arg_tensor(c, RTI_NLL_TARGET);
    rti_shape_text a, b;
    if (!rti_is_float((rt_dtype)x->dtype) || !rti_conversion_of((rt_dtype)x->dtype))
        return rti_refuse_dtype(c, (rt_dtype)x->dtype);
    if (rti_nll_check_target(c, target) != RT_OK)
        return rti_pending_code();
    if (x->ndim < 1 || x->ndim > 2 || target->ndim != x->ndim - 1 || (x->ndim == 2 && target->size[0] != x->size[0]))
        return rti_raise(RT_ERR_SHAPE, "nll_loss", "expected an input [N, C] with targets [N], or [C] with [], got %s and %s", rti_shape_of_text(&a, x),
                         rti_shape_of_text(&b, target));
    bool each = c->arg[RTI_NLL_REDUCTION].as.i == RT_REDUCTION_NONE;
    return rti_result_set(c, 0, (rt_dtype)x->dtype, target->size, each ? target->ndim : 0);
}

/* The target of member i; -1 for one that is ignored; -2 with the error raised out of range. */
static int64_t rti_nll_target(const rti_call *c, const rt_tensor *target, int64_t i, int64_t classes)
{
    int64_t t = ((const int64_t *)(const void *)target->data)[target->ndim ? i * target->stride[0] : 0];
    if (t == c->arg[RTI_NLL_IGNORE].as.i)
        return -1;
    if (t >= 0 && t < classes)
        return t;
    rti_raise(RT_ERR_INDEX, "nll_loss", "target %lld is out of range for %lld classes", (long long)t, (long long)classes);
    return -2;
}

/* How many targets count; -1 with the error raised. */
static int64_t rti_nll_count(const rti_call *c, const rt_tensor *target, int64_t classes)
{
    int64_t count = 0;
    for (int64_t i = 0; i < target->numel; i++) {
        int64_t t = rti_nll_target(c, target, i, classes);
        if (t == -2)
            return -1;
        count += t >= 0;
    }
    return count;
}

static double rti_read_double(const rt_tensor *x, int64_t offset)
{
    double value;
    rti_conversion_of((rt_dtype)x->dtype)->load[RTI_CLASS_F64](&value, x->data + offset * (int64_t)rti_element_bytes((rt_dtype)x->dtype), 0, 1);
    return value;
}

static void rti_write_double(rt_tensor *x, int64_t offset, double value)
{
    rti_conversion_of((rt_dtype)x->dtype)->store[RTI_CLASS_F64](x->data + offset * (int64_t)rti_element_bytes((rt_dtype)x->dtype), 0, &value, 1);
}

static rt_status rti_run_nll(rti_call *c)
{
    const rt_tensor *x = rti_arg_tensor(c, RTI_NLL_X), *target = rti_arg_tensor(c, RTI_NLL_TARGET);
    rt_tensor *y = c->out[0];
    int64_t classes = x->size[x->ndim - 1], step = x->stride[x->ndim - 1], reduction = c->arg[RTI_NLL_REDUCTION].as.i, count = 0;
    double sum = 0;
    for (int64_t i = 0; i < target->numel; i++) {
        int64_t t = rti_nll_target(c, target, i, classes);
        if (t == -2)
            return rti_pending_code();
        double loss = t < 0 ? 0 : -rti_read_double(x, (x->ndim == 2 ? i * x->stride[0] : 0) + t * step);
        if (reduction == RT_REDUCTION_NONE)
            rti_write_double(y, i, loss);
        sum += loss;
        count += t >= 0;
    }
    if (reduction != RT_REDUCTION_NONE)
        rti_write_double(y, 0, reduction == RT_REDUCTION_SUM ? sum : count ? sum / (double)count : (double)NAN);
    return RT_OK;
}

static rt_status rti_shape_nll_backward(rti_call *c)
{
    const rt_tensor *g = rti_arg_tensor(c, RTI_NLL_X), *target = rti_arg_tensor(c, RTI_NLL_TARGET);
    rti_shape_text a, b;
    if (!rti_is_float((rt_dtype)g->dtype) || !rti_conversion_of((rt_dtype)g->dtype))
        return rti_refuse_dtype(c, (rt_dtype)g->dtype);
    if (rti_nll_check_target(c, target) != RT_OK)
        return rti_pending_code();
    bool each = c->arg[RTI_NLL_REDUCTION].as.i == RT_REDUCTION_NONE;
    if (each ? !rti_same_shape(g, target) : g->ndim != 0)
        return rti_raise(RT_ERR_SHAPE, "nll_loss", "expected a gradient of the loss's shape, got %s for targets %s", rti_shape_of_text(&a, g),
                         rti_shape_of_text(&b, target));
    int64_t size[2] = { target->numel, c->arg[RTI_NLL_CLASSES].as.i };
    return rti_result_set(c, 0, (rt_dtype)rti_arg_tensor(c, 0)->dtype, target->ndim ? size : size + 1, target->ndim + 1);
}

static rt_status rti_run_nll_backward(rti_call *c)
{
    const rt_tensor *g = rti_arg_tensor(c, RTI_NLL_X), *target = rti_arg_tensor(c, RTI_NLL_TARGET);
    rt_tensor *y = c->out[0];
    int64_t classes = c->arg[RTI_NLL_CLASSES].as.i, reduction = c->arg[RTI_NLL_REDUCTION].as.i, count = rti_nll_count(c, target, classes);
    if (count < 0)
        return rti_pending_code();
    memset(y->data, 0, (size_t)y->numel * rti_element_bytes((rt_dtype)y->dtype));
    for (int64_t i = 0; i < target->numel; i++) {
        int64_t t = rti_nll_target(c, target, i, classes);
        double weight = rti_read_double(g, g->ndim ? i * g->stride[0] : 0);
        if (t >= 0)
            rti_write_double(y, i * classes + t, reduction == RT_REDUCTION_MEAN ? -weight / (double)count : -weight);
    }
    return RT_OK;
}

static rt_status rti_nll_derivative(rti_backward *b);
static rt_status rti_nll_backward_derivative(rti_backward *b);
static const rt_op rti_op_nll = { "nll_loss_nd(Tensor self, Tensor target, int reduction, SymInt ignore_index) -> Tensor", 1, 0, NULL, rti_shape_nll,
                                  rti_run_nll, NULL, rti_nll_derivative, NULL, NULL, RTI_SAVE_IN(1), -5, 0 };
static const rt_op rti_op_nll_backward = {
    "nll_loss_nd_backward(Tensor grad_output, Tensor target, int reduction, SymInt ignore_index, SymInt classes) -> Tensor", 1, 0, NULL,
    rti_shape_nll_backward, rti_run_nll_backward, NULL, rti_nll_backward_derivative, NULL, NULL, RTI_SAVE_IN(1), -5, 5
};

/* The gradient through the other row of the pair; `classes`: of the input, for the second row. */
static rt_status rti_nll_other(rti_backward *b, const rt_op *other, int64_t classes)
{
    rt_value arg[5];
    rti_box_tensor(&arg[RTI_NLL_X], rti_b_grad(b, 0));
    rti_box_tensor(&arg[RTI_NLL_TARGET], rti_b_input(b, RTI_NLL_TARGET));
    arg[RTI_NLL_REDUCTION] = *rti_b_arg(b, RTI_NLL_REDUCTION);
    arg[RTI_NLL_IGNORE] = *rti_b_arg(b, RTI_NLL_IGNORE);
    arg[RTI_NLL_CLASSES] = rt_value_int(classes);
    return rti_b_set(b, 0, rti_call_op(other, arg, other == &rti_op_nll ? 4 : 5));
}
static rt_status rti_nll_derivative(rti_backward *b)
{
    const rti_edge *x = rti_b_input_shape(b, 0);
    return rti_nll_other(b, &rti_op_nll_backward, x->size[x->ndim - 1]);
}
static rt_status rti_nll_backward_derivative(rti_backward *b) { return rti_nll_other(b, &rti_op_nll, 0); }

RT_API rt_nll_loss_opts rt_nll_loss_opts_default(void)
{
    rt_nll_loss_opts o;
    memset((void *)&o, 0, sizeof o);
    o.exact = 1;
    o.ignore_index = -100;
    o.reduction = RT_REDUCTION_MEAN;
    return o;
}

RT_API rt_tensor *rt_nll_loss(rt_tensor *x, rt_tensor *target, const rt_nll_loss_opts *opts)
{
    rt_reduction reduction = opts && opts->reduction != RT_REDUCTION_DEFAULT ? opts->reduction : RT_REDUCTION_MEAN;
    rt_value arg[4];
    if (reduction < RT_REDUCTION_MEAN || reduction > RT_REDUCTION_NONE) {
        rti_raise(RT_ERR_VALUE, "nll_loss", "expected a reduction, got the value %d", (int)reduction);
        return NULL;
    }
    rti_box_tensor(&arg[RTI_NLL_X], x);
    rti_box_tensor(&arg[RTI_NLL_TARGET], target);
    arg[RTI_NLL_REDUCTION] = rt_value_int(reduction);
    arg[RTI_NLL_IGNORE] = rt_value_int(opts ? rti_int_option(opts->ignore_index, -100, opts->exact) : -100);
    return rti_call_op(&rti_op_nll, arg, 4);
}

RT_API rt_tensor *rt_cross_entropy(rt_tensor *x, rt_tensor *target, const rt_cross_entropy_opts *opts)
{
    if (!rti_is_tensor(x, "cross_entropy", "input"))
        return NULL;
    return rt_nll_loss(rt_log_softmax(x, x->ndim == 1 ? 0 : 1), target, opts);
}
#endif
