/* ---- softmax, log_softmax and their gradients, row by row ------------------------------------------------------------------------------ */

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

/* e^(x_i - shift), stored at y unless that is NULL; answers the sum. */
static RTI_NOINLINE rti_real RTI_FN(row_exp)(const rti_real *x, int64_t n, rti_real shift, rti_real *y)
{
    rti_real rest[sizeof(rti_vf) / sizeof(rti_real)];
    rti_vf sum = rti_vset(0), by = rti_vset((double)shift), e;
    int64_t i = 0;
    for (; i < n; i += RTI_LANES) {
        bool whole = i + RTI_LANES <= n;
        for (int64_t k = 0; !whole && k < RTI_LANES; k++)
            rest[k] = i + k < n ? x[i + k] : (rti_real)-HUGE_VAL;
        e = RTI_FN(exp)(rti_vsub(rti_vload(whole ? x + i : rest), by));
        sum = rti_vadd(sum, e);
        if (y && whole) {
            rti_vstore(y + i, e);
        } else if (y) {
            rti_vstore(rest, e);
            memcpy(y + i, rest, (size_t)(n - i) * sizeof *y);
        }
    }
    return RTI_FN(lanes_sum)(sum);
}

/* What is taken off before e^x: the largest, or NaN if that is infinite, as infinity less infinity is. */
static rti_real RTI_FN(row_shift)(const rti_real *x, int64_t n)
{
    rti_real most = RTI_FN(row_max)(x, n);
    return most == (rti_real)HUGE_VAL || most == (rti_real)-HUGE_VAL ? most - most : most;
}

/* stats: the shift, and log sum e^(x - shift). Kept apart: their sum would lose what is small against the shift. */
static void RTI_FN(softmax_stats)(const void *from, int64_t n, void *stats)
{
    const rti_real *x = RTI_CAST(const rti_real *, from);
    rti_real *s = RTI_CAST(rti_real *, stats);
    s[0] = RTI_FN(row_shift)(x, n);
    s[1] = (rti_real)log((double)RTI_FN(row_exp)(x, n, s[0], NULL));
}

static void RTI_FN(softmax_row)(const void *from, int64_t n, void *to)
{
    const rti_real *x = RTI_CAST(const rti_real *, from);
    rti_real *y = RTI_CAST(rti_real *, to), over = 1 / RTI_FN(row_exp)(x, n, RTI_FN(row_shift)(x, n), y);
    int64_t i = 0;
    for (; i + RTI_LANES <= n; i += RTI_LANES)
        rti_vstore(y + i, rti_vmul(rti_vload(y + i), rti_vset((double)over)));
    for (; i < n; i++)
        y[i] *= over;
}

static void RTI_FN(log_softmax_row)(const void *from, int64_t n, void *to)
{
    const rti_real *x = RTI_CAST(const rti_real *, from);
    rti_real *y = RTI_CAST(rti_real *, to), s[2];
    int64_t i = 0;
    RTI_FN(softmax_stats)(from, n, s);
    for (; i + RTI_LANES <= n; i += RTI_LANES)
        rti_vstore(y + i, rti_vsub(rti_vsub(rti_vload(x + i), rti_vset((double)s[0])), rti_vset((double)s[1])));
    for (; i < n; i++)
        y[i] = x[i] - s[0] - s[1];
}

/* d = y (g - sum g y) */
static void RTI_FN(softmax_backward_row)(const void *grad, const void *out, int64_t n, void *to)
{
    const rti_real *g = RTI_CAST(const rti_real *, grad), *y = RTI_CAST(const rti_real *, out);
    rti_real *d = RTI_CAST(rti_real *, to), dot;
    rti_vf sum = rti_vset(0);
    int64_t i = 0;
    for (; i + RTI_LANES <= n; i += RTI_LANES)
        sum = rti_vfma(rti_vload(g + i), rti_vload(y + i), sum);
    for (dot = RTI_FN(lanes_sum)(sum); i < n; i++)
        dot += g[i] * y[i];
    for (i = 0; i + RTI_LANES <= n; i += RTI_LANES)
        rti_vstore(d + i, rti_vmul(rti_vload(y + i), rti_vsub(rti_vload(g + i), rti_vset((double)dot))));
    for (; i < n; i++)
        d[i] = y[i] * (g[i] - dot);
}

/* d = e^(x - stats[0] - stats[1]) times - less */
static RTI_NOINLINE void RTI_FN(softmax_scaled)(const void *from, int64_t n, const void *stats, double times, double less, void *to)
{
    const rti_real *x = RTI_CAST(const rti_real *, from), *s = RTI_CAST(const rti_real *, stats);
    rti_real *d = RTI_CAST(rti_real *, to), rest[sizeof(rti_vf) / sizeof(rti_real)];
    rti_vf shift = rti_vset((double)s[0]), log_sum = rti_vset((double)s[1]), off = rti_vset(-less), by = rti_vset(times);
    for (int64_t i = 0; i < n; i += RTI_LANES) {
        bool whole = i + RTI_LANES <= n;
        for (int64_t k = 0; !whole && k < RTI_LANES; k++)
            rest[k] = i + k < n ? x[i + k] : 0;
        rti_vf e = RTI_FN(exp)(rti_vsub(rti_vsub(rti_vload(whole ? x + i : rest), shift), log_sum));
        e = rti_vfma(e, by, off);
        if (whole) {
            rti_vstore(d + i, e);
        } else {
            rti_vstore(rest, e);
            memcpy(d + i, rest, (size_t)(n - i) * sizeof *d);
        }
    }
}

/* d = g - e^y sum g */
static void RTI_FN(log_softmax_backward_row)(const void *grad, const void *out, int64_t n, void *to)
{
    const rti_real *g = RTI_CAST(const rti_real *, grad), zero[2] = { 0, 0 };
    rti_real *d = RTI_CAST(rti_real *, to), total;
    rti_vf sum = rti_vset(0);
    int64_t i = 0;
    for (; i + RTI_LANES <= n; i += RTI_LANES)
        sum = rti_vadd(sum, rti_vload(g + i));
    for (total = RTI_FN(lanes_sum)(sum); i < n; i++)
        total += g[i];
    RTI_FN(softmax_scaled)(out, n, zero, -(double)total, 0, to);
    for (i = 0; i + RTI_LANES <= n; i += RTI_LANES)
        rti_vstore(d + i, rti_vadd(rti_vload(d + i), rti_vload(g + i)));
    for (; i < n; i++)
        d[i] += g[i];
}
#endif

#if !RTI_PASS

/* Rows of n elements of a class; no two arrays overlap, but a result may be its first operand. */
typedef struct rti_softmax_kernels {
    void (*stats)(const void *x, int64_t n, void *stats);
    void (*row[2])(const void *x, int64_t n, void *y);                                /* softmax, log_softmax */
    void (*backward[2])(const void *g, const void *y, int64_t n, void *d);
    void (*scaled)(const void *x, int64_t n, const void *stats, double times, double less, void *d);
} rti_softmax_kernels;

#define RTI_SOFTMAX_KERNELS(type, isa) \
    { rti_softmax_stats_##type##_##isa, { rti_softmax_row_##type##_##isa, rti_log_softmax_row_##type##_##isa }, \
      { rti_softmax_backward_row_##type##_##isa, rti_log_softmax_backward_row_##type##_##isa }, rti_softmax_scaled_##type##_##isa },

static const rti_softmax_kernels *rti_softmax_kernels_of(rti_class c)
{
#if !RTI_ONE_PASS
    static const rti_softmax_kernels f32[] = { RTI_EACH_ISA(RTI_SOFTMAX_KERNELS, f32) };
    if (c == RTI_CLASS_F32)
        return &f32[rti_isa()];
#endif
    static const rti_softmax_kernels f64[] = { RTI_EACH_ISA_F64(RTI_SOFTMAX_KERNELS, f64) };
    (void)c;
    return &f64[rti_isa()];
}
#undef RTI_SOFTMAX_KERNELS

/* ---- rows of a tensor along a dimension ---- */

/* The dimension in question last: another order of the same elements; a new reference. A scalar is a row of one. */
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
    size[n] = x->ndim ? x->size[dim] : 1;
    stride[n++] = x->ndim ? x->stride[dim] : 1;
    return rti_tensor_view(x, size, stride, n, 0);
}

/* x's rows along dim as contiguous memory of a class; first as a dtype of their own, if that is another. A new reference. */
static rt_tensor *rti_rows_as(rt_tensor *x, int dim, rt_dtype dtype, rti_class compute)
{
    rt_tensor *own = x->dtype == dtype ? NULL : rti_copy_of(x, dtype);
    if (!own && x->dtype != dtype)
        return NULL;
    rt_tensor *rows = rti_dim_last(own ? own : x, dim), *y = rows ? rti_contiguous_as(rows, rti_class_dtype[compute]) : NULL;
    rti_release(rows);
    rti_release(own);
    return y;
}

typedef struct rti_rows {
    const rti_softmax_kernels *kernels;
    const char *a, *b;            /* b: the second operand, of a gradient; NULL for none */
    char *y;
    int64_t n;
    size_t bytes;
    int which;                    /* softmax or log_softmax */
    bool safe;                    /* rows of -infinity alone are 0 */
    rti_class compute;
} rti_rows;

static bool rti_row_is_masked(const char *x, int64_t n, rti_class compute)
{
    for (int64_t i = 0; i < n; i++)
        if (compute == RTI_CLASS_F32 ? ((const float *)(const void *)x)[i] != (float)-HUGE_VAL : ((const double *)(const void *)x)[i] != -HUGE_VAL)
            return false;
    return true;
}

static void rti_rows_range(void *work, int64_t begin, int64_t end)
{
    const rti_rows *r = RTI_CAST(const rti_rows *, work);
    for (int64_t i = begin; i < end; i++) {
        size_t at = (size_t)i * r->bytes;
        if (r->b)
            r->kernels->backward[r->which](r->a + at, r->b + at, r->n, r->y + at);
        else if (r->safe && rti_row_is_masked(r->a + at, r->n, r->compute))
            memset(r->y + at, 0, r->bytes);
        else
            r->kernels->row[r->which](r->a + at, r->n, r->y + at);
    }
}

/* y = the row kernel of a, and of b for a gradient, along dim, whatever the layouts and dtypes. */
static rt_status rti_run_rows(rt_tensor *a, rt_tensor *b, int dim, rt_tensor *y, int which, bool safe)
{
    rti_class compute = rti_class_of((rt_dtype)y->dtype);
    rt_tensor *ys = rti_dim_last(y, dim), *to = NULL;
    rt_tensor *from = ys ? rti_rows_as(a, dim, b ? (rt_dtype)a->dtype : (rt_dtype)y->dtype, compute) : NULL;
    rt_tensor *also = from && b ? rti_rows_as(b, dim, (rt_dtype)b->dtype, compute) : NULL;
    rt_status status = RT_OK;
    if (from && (also || !b)) {
        if (ys->dtype == rti_class_dtype[compute] && rti_contiguous(ys))
            rti_retain(to = ys);
        else
            to = rti_tensor_new(rti_class_dtype[compute], ys->size, ys->ndim, ys->numel);
    }
    if (to) {
        int64_t n = ys->size[ys->ndim - 1];
        rti_rows rows = { rti_softmax_kernels_of(compute), from->data, also ? also->data : NULL, to->data, n,
                          (size_t)n * rti_element_bytes(rti_class_dtype[compute]), which, safe, compute };
        status = rti_parallel_for(y->numel / n, RTI_MAX(1, 8192 / n), rti_rows_range, &rows);
        if (status == RT_OK && to != ys)
            status = rti_copy_into(ys, to);
    } else {
        status = rti_pending_code();
    }
    rti_release(to);
    rti_release(also);
    rti_release(from);
    rti_release(ys);
    return status;
}

/* ---- the rows: x, dim, dtype ---- */

static rt_status rti_shape_softmax(rti_call *c)
{
    rti_op_text name;
    const rt_tensor *x = rti_arg_tensor(c, 0);
    rt_dtype dtype = c->n_args > 2 && c->arg[2].tag == RT_VALUE_DTYPE ? (rt_dtype)c->arg[2].as.i : (rt_dtype)x->dtype;
    if (!rti_is_float(dtype) || rti_is_bare(dtype))
        return rti_refuse_dtype(c, dtype);
    if (rti_wrap_dim(rti_op_base(c->op, &name), c->arg[1].as.i, x->ndim) < 0)
        return rti_pending_code();
    return rti_result_set(c, 0, dtype, x->size, x->ndim);
}

static rt_status rti_run_softmax_of(rti_call *c, int which, bool safe)
{
    rt_tensor *x = rti_arg_tensor(c, 0);
    return x->numel ? rti_run_rows(x, NULL, rti_wrap_dim("softmax", c->arg[1].as.i, x->ndim), c->out[0], which, safe) : RT_OK;
}
static rt_status rti_run_softmax(rti_call *c) { return rti_run_softmax_of(c, 0, false); }
static rt_status rti_run_safe_softmax(rti_call *c) { return rti_run_softmax_of(c, 0, true); }
static rt_status rti_run_log_softmax(rti_call *c) { return rti_run_softmax_of(c, 1, false); }

/* ---- gradients: g, y, dim, dtype of x ---- */

static rt_status rti_shape_softmax_backward(rti_call *c)
{
    rti_op_text name;
    rti_shape_text a, b;
    const rt_tensor *g = rti_arg_tensor(c, 0), *y = rti_arg_tensor(c, 1);
    const char *op = rti_op_base(c->op, &name);
    rt_dtype dtype = (rt_dtype)c->arg[3].as.i;
    if (!rti_is_float(dtype) || rti_is_bare(dtype))
        return rti_refuse_dtype(c, dtype);
    if (g->dtype != y->dtype || g->dtype != dtype)
        return rti_raise(RT_ERR_DTYPE, op, "expected a gradient and a result of %s, got %s and %s", rt_dtype_name(dtype),
                         rt_dtype_name((rt_dtype)g->dtype), rt_dtype_name((rt_dtype)y->dtype));
    if (!rti_same_shape(g, y))
        return rti_raise(RT_ERR_SHAPE, op, "expected a gradient of the result's shape %s, got %s", rti_shape_of_text(&a, y), rti_shape_of_text(&b, g));
    if (rti_wrap_dim(op, c->arg[2].as.i, g->ndim) < 0)
        return rti_pending_code();
    return rti_result_like(c, 0, g);
}

static rt_status rti_run_softmax_backward_of(rti_call *c, int which)
{
    rt_tensor *g = rti_arg_tensor(c, 0);
    return g->numel ? rti_run_rows(g, rti_arg_tensor(c, 1), rti_wrap_dim("softmax", c->arg[2].as.i, g->ndim), c->out[0], which, false) : RT_OK;
}
static rt_status rti_run_softmax_backward(rti_call *c) { return rti_run_softmax_backward_of(c, 0); }
static rt_status rti_run_log_softmax_backward(rti_call *c) { return rti_run_softmax_backward_of(c, 1); }

/* A gradient row on g and y, dimension and dtype from where they stand. */
static rt_tensor *rti_call_softmax_backward(const rt_op *op, rt_tensor *g, rt_tensor *y, int64_t dim)
{
    rt_value arg[4];
    if (!g || !y)
        return NULL;
    rti_box_tensor(&arg[0], g);
    rti_box_tensor(&arg[1], y);
    arg[2] = rt_value_int(dim);
    arg[3] = rt_value_dtype((rt_dtype)g->dtype);
    return rti_call_op(op, arg, 4);
}

/* d_k = y_k (g_k - s), s = sum g y: linear in g, with itself as adjoint; by y_k: G_k (g_k - s) - g_k sum G y */
static rt_status rti_softmax_backward_derivative(rti_backward *b)
{
    rt_tensor *big = rti_b_grad(b, 0), *g = rti_b_input(b, 0), *y = rti_b_input(b, 1);
    int64_t dim = rti_b_arg(b, 2)->as.i;
    rt_status status = rti_b_needs(b, 0) ? rti_b_set(b, 0, rti_call_softmax_backward(b->node->op, big, y, dim)) : RT_OK;
    if (status != RT_OK || !rti_b_needs(b, 1))
        return status;
    rt_tensor *s = rt_sum_dim(rt_mul(g, y), (int)dim, true), *t = rt_sum_dim(rt_mul(big, y), (int)dim, true);
    return rti_b_set(b, 1, rt_sub(rt_mul(big, rt_sub(g, s)), rt_mul(g, t)));
}

/* d = g - e^y sum g: by g: G - sum G e^y; by y: -G e^y sum g */
static rt_status rti_log_softmax_backward_derivative(rti_backward *b)
{
    rt_tensor *big = rti_b_grad(b, 0), *e = rt_exp(rti_b_input(b, 1)), *weighted = rt_mul(big, e);
    int dim = (int)rti_b_arg(b, 2)->as.i;
    rt_status status = rti_b_needs(b, 0) ? rti_b_set(b, 0, rt_sub(big, rt_sum_dim(weighted, dim, true))) : RT_OK;
    if (status != RT_OK || !rti_b_needs(b, 1))
        return status;
    return rti_b_set(b, 1, rt_neg(rt_mul(weighted, rt_sum_dim(rti_b_input(b, 0), dim, true))));
}

static const rt_op rti_op_softmax_backward = {
    "_softmax_backward_data(Tensor grad_output, Tensor output, int dim, ScalarType input_dtype) -> Tensor", 1, 0, NULL, rti_shape_softmax_backward,
    rti_run_softmax_backward, NULL, rti_softmax_backward_derivative, NULL, NULL, RTI_SAVE_IN(0) | RTI_SAVE_IN(1), -2, 2
};
static const rt_op rti_op_log_softmax_backward = {
    "_log_softmax_backward_data(Tensor grad_output, Tensor output, int dim, ScalarType input_dtype) -> Tensor", 1, 0, NULL, rti_shape_softmax_backward,
    rti_run_log_softmax_backward, NULL, rti_log_softmax_backward_derivative, NULL, NULL, RTI_SAVE_IN(0) | RTI_SAVE_IN(1), -2, 2
};

static rt_status rti_softmax_gradient(rti_backward *b)
{
    return rti_b_set(b, 0, rti_call_softmax_backward(&rti_op_softmax_backward, rti_b_grad(b, 0), rti_b_output(b, 0), rti_b_arg(b, 1)->as.i));
}
static rt_status rti_log_softmax_gradient(rti_backward *b)
{
    return rti_b_set(b, 0, rti_call_softmax_backward(&rti_op_log_softmax_backward, rti_b_grad(b, 0), rti_b_output(b, 0), rti_b_arg(b, 1)->as.i));
}

static const rt_op rti_op_softmax = { "softmax.int(Tensor self, int dim, ScalarType? dtype=None) -> Tensor", 1, 0, NULL, rti_shape_softmax,
                                      rti_run_softmax, NULL, rti_softmax_gradient, NULL, NULL, RTI_SAVE_OUT(0), -4, 4 };
static const rt_op rti_op_safe_softmax = { "_safe_softmax(Tensor self, int dim, ScalarType? dtype=None) -> Tensor", 1, 0, NULL, rti_shape_softmax,
                                           rti_run_safe_softmax, NULL, rti_softmax_gradient, NULL, NULL, RTI_SAVE_OUT(0), -4, 4 };
static const rt_op rti_op_log_softmax = { "log_softmax.int(Tensor self, int dim, ScalarType? dtype=None) -> Tensor", 1, 0, NULL, rti_shape_softmax,
                                          rti_run_log_softmax, NULL, rti_log_softmax_gradient, NULL, NULL, RTI_SAVE_OUT(0), -5, 5 };

static rt_tensor *rti_call_softmax(const rt_op *op, rt_tensor *x, int dim, rt_dtype dtype)
{
    rt_value arg[3];
    rti_box_tensor(&arg[0], x);
    arg[1] = rt_value_int(dim);
    arg[2] = rt_value_dtype(dtype);
    return rti_call_op(op, arg, 3);
}
RT_API rt_tensor *rt_softmax(rt_tensor *x, int dim) { return rti_call_softmax(&rti_op_softmax, x, dim, RT_DTYPE_DEFAULT); }
RT_API rt_tensor *rt_softmax_dtype(rt_tensor *x, int dim, rt_dtype dtype) { return rti_call_softmax(&rti_op_softmax, x, dim, dtype); }
RT_API rt_tensor *rt_softmin(rt_tensor *x, int dim) { return rt_softmax(rt_neg(x), dim); }
RT_API rt_tensor *rt_log_softmax(rt_tensor *x, int dim) { return rti_call_softmax(&rti_op_log_softmax, x, dim, RT_DTYPE_DEFAULT); }
RT_API rt_tensor *rt_log_softmax_dtype(rt_tensor *x, int dim, rt_dtype dtype) { return rti_call_softmax(&rti_op_log_softmax, x, dim, dtype); }

static const rt_op *const rti_softmax_rows[] = {
    &rti_op_softmax_backward, &rti_op_log_softmax_backward, &rti_op_softmax, &rti_op_safe_softmax, &rti_op_log_softmax
};
#endif
