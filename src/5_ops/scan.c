/* ---- scans: running results along one dimension -------------------------------------------------------------------------------------- */

typedef struct rti_scan rti_scan;

/* n more elements, step apart, of x (and of `by`, for those with a second operand) into y, and places for those that have some. */
typedef void (*rti_scan_fn)(rti_fold *f, const void *x, const void *by, void *y, int64_t *place, int64_t n, int64_t step, const rti_scan *s);

enum { RTI_SCAN_ELEMENTS = 512 };      /* of a tile; a fold's struct holds what goes on from one tile to the next */

struct rti_scan {
    rti_scan_fn fn;
    rti_class compute;
    int64_t wide;
    double sign;                   /* of cummax and cummin */
    rti_axes stay;                 /* lines: of x, by, y */
    int64_t n, go[RTI_WALKED];     /* elements of a line, and bytes between them */
    char *data[RTI_WALKED];        /* by: NULL for none */
    rt_dtype dtype[RTI_WALKED];
    char *place;                   /* int64, laid out as y; NULL for none */
    bool across;                   /* lines lie closer together than the elements of one */
};

/* ---- kinds ---- */

#define RTI_SCAN(name, type, start, ...) \
    static void rti_scan_##name(rti_fold *f, const void *from, const void *with, void *to, int64_t *place, int64_t n, int64_t step, const rti_scan *s) \
    { \
        const type *x = RTI_CAST(const type *, from), *by = RTI_CAST(const type *, with); \
        type *y = RTI_CAST(type *, to), c = start; \
        for (int64_t k = 0, i = 0; k < n; k++, i += step) { \
            __VA_ARGS__ \
        } \
        rti_scan_keep(f, &c, sizeof c, s); \
        (void)by; \
        (void)place; \
    }

/* What goes on to the next tile. */
static void rti_scan_keep(rti_fold *f, const void *c, size_t bytes, const rti_scan *s)
{
    if (s->compute == RTI_CLASS_I64) {
        memcpy(&f->whole, c, sizeof f->whole);
        return;
    }
    memcpy(&f->re, c, sizeof f->re);
    if (bytes == sizeof(rti_complex))
        memcpy(&f->im, (const char *)c + sizeof f->re, sizeof f->im);
}

RTI_SCAN(sum_f64, double, f->re, y[i] = c += x[i];)
RTI_SCAN(sum_i64, int64_t, f->whole, y[i] = c = (int64_t)((uint64_t)c + (uint64_t)x[i]);)
RTI_SCAN(sum_c128, rti_complex, rti_complex_of(f->re, f->im), y[i] = c = rti_c_add(c, x[i]);)
RTI_SCAN(prod_f64, double, f->n ? f->re : 1, y[i] = c *= x[i];)
RTI_SCAN(prod_i64, int64_t, f->n ? f->whole : 1, y[i] = c = (int64_t)((uint64_t)c * (uint64_t)x[i]);)
RTI_SCAN(prod_c128, rti_complex, rti_complex_of(f->n ? f->re : 1, f->im), y[i] = c = rti_c_mul(c, x[i]);)
/* the last of equals, and of NaN */
RTI_SCAN(extreme_f64, double, f->n ? f->re : x[0],
    if (x[i] != x[i] || s->sign * x[i] >= s->sign * c) {
        c = x[i];
        f->place = f->n + k;
    }
    y[i] = c;
    place[i] = f->place;)
RTI_SCAN(extreme_i64, int64_t, f->n ? f->whole : x[0],
    if (s->sign > 0 ? x[i] >= c : x[i] <= c) {
        c = x[i];
        f->place = f->n + k;
    }
    y[i] = c;
    place[i] = f->place;)
/* log(e^c + e^x), from the larger one */
RTI_SCAN(log_sum_exp_f64, double, f->n ? f->re : -HUGE_VAL,
    double low = x[i] < c || x[i] != x[i] ? x[i] : c, high = x[i] < c || c != c ? c : x[i];
    y[i] = c = low != high || low - low == 0 ? high + log1p(exp(low - high)) : high;)
RTI_SCAN(log_sum_exp_c128, rti_complex, rti_complex_of(f->n ? f->re : -HUGE_VAL, f->im), y[i] = c = rti_c_logaddexp(c, x[i]);)
/* r_i = x_i + by_i r_(i-1); and from the end r_i = x_i + by_(i+1) r_(i+1), where what goes on is the product */
RTI_SCAN(recur_f64, double, f->re, y[i] = c = f->n + k > 0 ? x[i] + by[i] * c : x[i];)
RTI_SCAN(recur_c128, rti_complex, rti_complex_of(f->re, f->im), y[i] = c = f->n + k > 0 ? rti_c_add(x[i], rti_c_mul(by[i], c)) : x[i];)
RTI_SCAN(recur_back_f64, double, f->re, y[i] = x[i] + c; c = by[i] * y[i];)
RTI_SCAN(recur_back_c128, rti_complex, rti_complex_of(f->re, f->im), y[i] = rti_c_add(x[i], c); c = rti_c_mul(by[i], y[i]);)
#undef RTI_SCAN

/* ---- the walk: tiles of elements of one line, or of lines side by side ---- */

static void rti_scan_load(const rti_scan *s, int k, void *tile, const char *x, int64_t rows, int64_t w)
{
    char *to = RTI_CAST(char *, tile);
    if (w == 1) {
        rti_load(s->dtype[k], s->compute, to, x, s->go[k], rows);
        return;
    }
    for (int64_t i = 0; i < rows; i++)
        rti_load(s->dtype[k], s->compute, to + i * w * s->wide, x + i * s->go[k], s->stay.step[k][s->stay.n - 1], w);
}

static void rti_scan_store(const rti_scan *s, const void *tile, char *y, int64_t rows, int64_t w)
{
    const char *from = RTI_CAST(const char *, tile);
    if (w == 1) {
        rti_store(s->dtype[2], s->compute, y, s->go[2], from, rows);
        return;
    }
    for (int64_t i = 0; i < rows; i++)
        rti_store(s->dtype[2], s->compute, y + i * s->go[2], s->stay.step[2][s->stay.n - 1], from + i * w * s->wide, w);
}

/* Places lie as y does, in words of 8 bytes. */
static void rti_scan_store_places(const rti_scan *s, const int64_t *tile, int64_t at, int64_t rows, int64_t w)
{
    int64_t element = (int64_t)rti_element_bytes(s->dtype[2]), across = w > 1 ? s->stay.step[2][s->stay.n - 1] / element : 0, go = s->go[2] / element;
    int64_t *to = (int64_t *)(void *)s->place + at / element;
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < w; j++)
            to[i * go + j * across] = tile[i * w + j];
}

/* w lines from number `first` on. */
static void rti_scan_lines(const rti_scan *s, int64_t first, int64_t w)
{
    rti_complex x[RTI_SCAN_ELEMENTS], by[RTI_SCAN_ELEMENTS], y[RTI_SCAN_ELEMENTS];
    int64_t place[RTI_SCAN_ELEMENTS], at[RTI_WALKED], rows;
    rti_fold f[RTI_FOLDS];
    memset(f, 0, (size_t)w * sizeof *f);
    for (int k = 0; k < RTI_WALKED; k++)
        at[k] = rti_axes_at(&s->stay, k, first);
    for (int64_t i = 0; i < s->n; i += rows) {
        rows = RTI_MIN(RTI_SCAN_ELEMENTS / w, s->n - i);
        rti_scan_load(s, 0, x, s->data[0] + at[0] + i * s->go[0], rows, w);
        if (s->data[1])
            rti_scan_load(s, 1, by, s->data[1] + at[1] + i * s->go[1], rows, w);
        for (int64_t j = 0; j < w; j++) {
            s->fn(&f[j], (char *)x + j * s->wide, (char *)by + j * s->wide, (char *)y + j * s->wide, place + j, rows, w, s);
            f[j].n += rows;
        }
        rti_scan_store(s, y, s->data[2] + at[2] + i * s->go[2], rows, w);
        if (s->place)
            rti_scan_store_places(s, place, at[2] + i * s->go[2], rows, w);
    }
}

static void rti_scan_range(void *work, int64_t begin, int64_t end)
{
    const rti_scan *s = RTI_CAST(const rti_scan *, work);
    for (int64_t i = begin, w; i < end; i += w) {
        int64_t run = s->across ? s->stay.size[s->stay.n - 1] : 1;
        w = RTI_MIN(RTI_MIN(end - i, (int64_t)RTI_FOLDS), run - i % run);
        rti_scan_lines(s, i, w);
    }
}

/* x, and `by` or NULL, of one shape, into y and places (NULL for none), which are contiguous. */
static rt_status rti_scan_run(rti_scan *s, const rt_tensor *x, const rt_tensor *by, rt_tensor *y, rt_tensor *places, int dim, bool reverse)
{
    const rt_tensor *t[RTI_WALKED] = { x, by ? by : x, y };
    s->stay.n = 0;
    s->n = rti_size_at(x, dim);
    s->wide = (int64_t)rti_element_bytes(rti_class_dtype[s->compute]);
    s->place = places ? places->data : NULL;
    for (int k = 0; k < RTI_WALKED; k++) {
        s->dtype[k] = (rt_dtype)t[k]->dtype;
        s->go[k] = rti_stride_at(t[k], dim) * (int64_t)rti_element_bytes(s->dtype[k]);
        s->data[k] = t[k]->data + (reverse && s->n > 0 ? (s->n - 1) * s->go[k] : 0);
        s->go[k] *= reverse ? -1 : 1;
    }
    if (!by)
        s->data[1] = NULL;
    for (int d = 0; d < x->ndim; d++) {
        int64_t step[RTI_WALKED];
        for (int k = 0; k < RTI_WALKED; k++)
            step[k] = rti_step_bytes(t[k], d, (int64_t)rti_element_bytes(s->dtype[k]));
        if (d != dim)
            rti_axes_add(&s->stay, x->size[d], step);
    }
    int last = s->stay.n - 1;
    s->across = last >= 0 && s->stay.size[last] >= 8 && s->stay.step[2][last] < rti_stride_at(y, dim) * (int64_t)rti_element_bytes(s->dtype[2]);
    if (x->numel == 0)
        return RT_OK;
    return rti_parallel_for(x->numel / s->n, RTI_MAX(s->across ? RTI_FOLDS : 1, 8192 / s->n), rti_scan_range, s);
}

/* ---- rows ---- */

/* A row, its function for float64, int64 and complex128, and what it refuses: rules as of reductions. */
typedef struct rti_scan_op {
    rt_op op;
    rti_scan_fn fn[3];
    double sign;
    uint32_t rules;
} rti_scan_op;

static int rti_scan_dim(const rti_call *c)
{
    rti_op_text name;
    return rti_wrap_dim(rti_op_base(c->op, &name), c->arg[1].as.i, rti_arg_tensor(c, 0)->ndim);
}

/* What elements are taken as. */
static rt_dtype rti_scan_dtype(const rti_call *c)
{
    return c->op->n_results == 1 && c->n_args > 2 && c->arg[2].tag == RT_VALUE_DTYPE ? (rt_dtype)c->arg[2].as.i : (rt_dtype)rti_arg_tensor(c, 0)->dtype;
}

static rt_status rti_shape_scan(rti_call *c)
{
    const rti_scan_op *op = (const rti_scan_op *)(const void *)c->op;
    const rt_tensor *x = rti_arg_tensor(c, 0);
    rt_dtype dtype = rti_scan_dtype(c);
    bool given = c->op->n_results == 1 && c->n_args > 2 && c->arg[2].tag == RT_VALUE_DTYPE;
    if (rti_scan_dim(c) < 0)
        return rti_pending_code();
    if (!rti_reduce_takes(op->rules, dtype) || (given && (rti_is_bare(dtype) || dtype == RT_BOOL)))
        return rti_refuse_dtype(c, dtype);
    if (c->op->n_results > 1 && rti_result_set(c, 1, RT_INT64, x->size, x->ndim) != RT_OK)
        return rti_pending_code();
    return rti_result_set(c, 0, given ? dtype : rti_reduce_dtype(op->rules, dtype), x->size, x->ndim);
}

static rt_status rti_run_scan(rti_call *c)
{
    const rti_scan_op *op = (const rti_scan_op *)(const void *)c->op;
    rt_tensor *x = rti_arg_tensor(c, 0), *own = NULL;
    rt_dtype dtype = rti_scan_dtype(c);
    rti_scan s;
    if (dtype != (rt_dtype)x->dtype) {
        x = own = rti_copy_of(x, dtype);      /* each element first, as PyTorch does */
        if (!x)
            return rti_pending_code();
    }
    int kind = rti_kind_rank(dtype) < 2 ? 1 : rti_kind_rank(dtype) == 2 ? 0 : 2;
    s.compute = kind == 1 ? RTI_CLASS_I64 : kind == 0 ? RTI_CLASS_F64 : RTI_CLASS_C128;
    s.fn = op->fn[kind];
    s.sign = op->sign;
    rt_status status = rti_scan_run(&s, x, NULL, c->out[0], c->op->n_results > 1 ? c->out[1] : NULL, rti_scan_dim(c), false);
    rti_release(own);
    return status;
}

/* ---- a linear recurrence, which the derivatives of scans, and its own, are made of ----
 * r_i = input_i + by_i r_(i-1);  reverse: r_i = input_i + by_(i+1) r_(i+1): by_i links i - 1 and i either way, so each is the other's adjoint */

static rt_status rti_shape_recurrence(rti_call *c)
{
    const rt_tensor *by = rti_arg_tensor(c, 0), *x = rti_arg_tensor(c, 1);
    rti_shape_text a, b;
    if (by->dtype != x->dtype || !rti_is_differentiable((rt_dtype)x->dtype) || rti_is_bare((rt_dtype)x->dtype))
        return rti_raise(RT_ERR_DTYPE, "linear_recurrence", "expected two tensors of one floating point or complex dtype, got %s and %s",
                         rt_dtype_name((rt_dtype)by->dtype), rt_dtype_name((rt_dtype)x->dtype));
    if (!rti_same_shape(by, x))
        return rti_raise(RT_ERR_SHAPE, "linear_recurrence", "expected two tensors of one shape, got %s and %s", rti_shape_of_text(&a, by),
                         rti_shape_of_text(&b, x));
    return rti_result_like(c, 0, x);
}

static rt_status rti_run_recurrence(rti_call *c)
{
    const rt_tensor *by = rti_arg_tensor(c, 0), *x = rti_arg_tensor(c, 1);
    bool reverse = c->arg[3].as.i != 0, complex = rti_kind_rank((rt_dtype)x->dtype) == 3;
    int dim = rti_wrap_dim("linear_recurrence", c->arg[2].as.i, x->ndim);
    rti_scan s;
    if (dim < 0)
        return rti_pending_code();
    s.compute = complex ? RTI_CLASS_C128 : RTI_CLASS_F64;
    s.fn = reverse ? (complex ? rti_scan_recur_back_c128 : rti_scan_recur_back_f64) : complex ? rti_scan_recur_c128 : rti_scan_recur_f64;
    s.sign = 0;
    return rti_scan_run(&s, x, by, c->out[0], NULL, dim, reverse);
}

/* x moved on by one along dim: y_i = x_(i-1); first in the first place, or x's own first if it is NULL. */
static rt_tensor *rti_moved_on(rt_tensor *x, int64_t dim, const rt_scalar *first)
{
    int at = x ? rti_wrap_dim("cumprod", dim, x->ndim) : -1;
    int64_t n = at < 0 ? 0 : rti_size_at(x, at);
    rt_tensor_opts opts = rt_tensor_opts_default();
    rt_shape along = rti_shape_copy(&n, 1), mask = along;
    if (!x || n == 0)
        return x;
    opts.dtype = RT_INT64;
    rt_tensor *index = rt_empty(along, &opts), *later;
    mask.ndim = x->ndim - at;
    for (int d = 1; d < mask.ndim; d++)
        mask.dim[d] = 1;
    opts.dtype = RT_BOOL;
    later = x->ndim > 0 ? rt_ones(mask, &opts) : rt_ones(rti_shape_copy(NULL, 0), &opts);
    if (!index || !later)
        return NULL;
    for (int64_t i = 0; i < n; i++)
        ((int64_t *)(void *)index->data)[i] = i > 0 ? i - 1 : 0;
    later->data[0] = 0;
    rt_tensor *y = rt_index_select(x, at, index);
    return first ? rt_where_scalar_other(later, y, *first) : y;
}

static rt_tensor *rti_recurrence(rt_tensor *by, rt_tensor *x, int64_t dim, bool reverse);

static rt_status rti_recurrence_backward(rti_backward *b)
{
    int64_t dim = rti_b_arg(b, 2)->as.i;
    bool reverse = rti_b_arg(b, 3)->as.i != 0;
    rt_scalar zero = rt_scalar_int(0);
    rt_tensor *g = rti_recurrence(rti_conj_of(rti_b_input(b, 0)), rti_b_grad(b, 0), dim, !reverse), *r = rti_conj_of(rti_b_output(b, 0));
    rt_status status = rti_b_needs(b, 1) ? rti_b_set(b, 1, g) : RT_OK;
    if (status != RT_OK || !rti_b_needs(b, 0))
        return status;
    return rti_b_set(b, 0, reverse ? rt_mul(rti_moved_on(g, dim, &zero), r) : rt_mul(g, rti_moved_on(r, dim, &zero)));
}
static const rt_op rti_op_recurrence = { RTI_TEXT("linear_recurrence(Tensor by, Tensor input, int dim, bool reverse) -> Tensor"),
                                         1, 0, NULL, rti_shape_recurrence,
                                         rti_run_recurrence, NULL, rti_recurrence_backward, NULL, NULL, RTI_SAVE_IN(0) | RTI_SAVE_OUT(0), -1, 1 };

static rt_tensor *rti_recurrence(rt_tensor *by, rt_tensor *x, int64_t dim, bool reverse)
{
    rt_value arg[4];
    rti_box_tensor(&arg[0], by);
    rti_box_tensor(&arg[1], x);
    arg[2] = rt_value_int(dim);
    arg[3] = rt_value_bool(reverse);
    return rti_call_op(&rti_op_recurrence, arg, 4);
}

/* ---- derivatives ---- */

static rt_tensor *rti_number_like(const rt_tensor *x, int64_t value)
{
    rt_tensor_opts opts = rt_tensor_opts_default();
    opts.dtype = (rt_dtype)x->dtype;
    return rt_full(rti_shape_copy(NULL, 0), rt_scalar_int(value), &opts);
}

static rt_status rti_cumsum_backward(rti_backward *b)
{
    rt_tensor *g = rti_b_grad(b, 0), *one = rt_expand(rti_number_like(g, 1), rti_shape_copy(g->size, g->ndim));
    return rti_b_set(b, 0, rti_recurrence(one, g, rti_b_arg(b, 1)->as.i, true));
}

/* An element's factor in result k is the product of those before it and of those behind it up to k. */
static rt_status rti_cumprod_backward(rti_backward *b)
{
    int64_t dim = rti_b_arg(b, 1)->as.i;
    rt_scalar one = rt_scalar_int(1);
    rt_tensor *x = rti_b_input(b, 0), *before = rti_moved_on(rti_b_output(b, 0), dim, &one), *g = rti_b_grad(b, 0);
    if (x && x->dtype != g->dtype)
        x = rt_to(x, (rt_dtype)g->dtype);
    return rti_b_set(b, 0, rt_mul(rti_conj_of(before), rti_recurrence(rti_conj_of(x), g, dim, true)));
}

static rt_tensor *rti_other_factors(rt_tensor *x, int dim)
{
    int at = x ? rti_wrap_dim("prod", dim, x->ndim) : -1;
    rt_scalar one = rt_scalar_int(1);
    rt_shape along = rti_shape_copy(NULL, 0), whole;
    if (at < 0)
        return NULL;
    if (x->numel == 0)
        return x;
    along.ndim = x->ndim ? x->ndim - at : 0;
    for (int d = 0; d < along.ndim; d++)
        along.dim[d] = d == 0 ? x->size[at] : 1;
    whole = rti_shape_copy(x->size, x->ndim);
    rt_tensor_opts opts = rt_tensor_opts_default();
    opts.dtype = (rt_dtype)x->dtype;
    rt_tensor *last = rt_zeros(along, &opts);      /* 1 in the last place: what follows is multiplied from there */
    if (!last)
        return NULL;
    rti_write_element((rt_dtype)x->dtype, last->data + (last->numel - 1) * (int64_t)rti_element_bytes((rt_dtype)x->dtype), one);
    rt_tensor *behind = rti_recurrence(x, rt_expand(last, whole), dim, true);
    return rt_mul(rti_moved_on(rt_cumprod(x, dim), dim, &one), behind);
}

/* e^(x_i - y_i) times the sum over k >= i of g_k e^(y_i - y_k), as a recurrence whose factors are at most 1 */
static rt_status rti_log_cumsum_exp_backward(rti_backward *b)
{
    int64_t dim = rti_b_arg(b, 1)->as.i;
    rt_tensor *x = rti_b_input(b, 0), *y = rti_b_output(b, 0), *link = rti_conj_of(rt_exp(rt_sub(rti_moved_on(y, dim, NULL), y)));
    return rti_b_set(b, 0, rt_mul(rti_conj_of(rt_exp(rt_sub(x, y))), rti_recurrence(link, rti_b_grad(b, 0), dim, true)));
}

static rt_status rti_cummax_backward(rti_backward *b) { return rti_take_backward(b, rti_b_arg(b, 1)->as.i, true); }

static const rti_scan_op rti_op_cumsum = {
    { "cumsum(Tensor self, int dim, *, ScalarType? dtype=None) -> Tensor", 1, 0, NULL, rti_shape_scan, rti_run_scan, NULL, rti_cumsum_backward, NULL, NULL, 0,
      -10, 10 }, { rti_scan_sum_f64, rti_scan_sum_i64, rti_scan_sum_c128 }, 0, RTI_SUM_RULES };
static const rti_scan_op rti_op_cumprod = {
    { "cumprod(Tensor self, int dim, *, ScalarType? dtype=None) -> Tensor", 1, 0, NULL, rti_shape_scan, rti_run_scan, NULL, rti_cumprod_backward, NULL, NULL,
      RTI_SAVE_BOTH, -2, 2 }, { rti_scan_prod_f64, rti_scan_prod_i64, rti_scan_prod_c128 }, 0, RTI_SUM_RULES };
static const rti_scan_op rti_op_log_cumsum_exp = {
    { "logcumsumexp(Tensor self, int dim) -> Tensor", 1, 0, NULL, rti_shape_scan, rti_run_scan, NULL, rti_log_cumsum_exp_backward, NULL, NULL, RTI_SAVE_BOTH,
      -5, 5 }, { rti_scan_log_sum_exp_f64, NULL, rti_scan_log_sum_exp_c128 }, 0, RTI_ONLY_FLOATS };
static const rti_scan_op rti_op_cummax = {
    { "cummax(Tensor self, int dim) -> (Tensor values, Tensor indices)", 2, 0, NULL, rti_shape_scan, rti_run_scan, NULL, rti_cummax_backward, NULL, NULL,
      RTI_SAVE_OUT(1), -10, 10 }, { rti_scan_extreme_f64, rti_scan_extreme_i64, NULL }, 1, RTI_ONLY_REAL };
static const rti_scan_op rti_op_cummin = {
    { "cummin(Tensor self, int dim) -> (Tensor values, Tensor indices)", 2, 0, NULL, rti_shape_scan, rti_run_scan, NULL, rti_cummax_backward, NULL, NULL,
      RTI_SAVE_OUT(1), -10, 10 }, { rti_scan_extreme_f64, rti_scan_extreme_i64, NULL }, -1, RTI_ONLY_REAL };

static rt_tensor *rti_call_dim(const rt_op *op, rt_tensor *x, int dim, rt_tensor **other)
{
    rt_value arg[2];
    rti_box_tensor(&arg[0], x);
    arg[1] = rt_value_int(dim);
    return op->n_results > 1 ? rti_call_two(op, arg, 2, other) : rti_call_op(op, arg, 2);
}
RT_API rt_tensor *rt_cumsum(rt_tensor *x, int dim) { return rti_call_dim(&rti_op_cumsum.op, x, dim, NULL); }
RT_API rt_tensor *rt_cumprod(rt_tensor *x, int dim) { return rti_call_dim(&rti_op_cumprod.op, x, dim, NULL); }
RT_API rt_tensor *rt_logcumsumexp(rt_tensor *x, int dim) { return rti_call_dim(&rti_op_log_cumsum_exp.op, x, dim, NULL); }
RT_API rt_tensor *rt_cummax(rt_tensor *x, int dim, rt_tensor **index) { return rti_call_dim(&rti_op_cummax.op, x, dim, index); }
RT_API rt_tensor *rt_cummin(rt_tensor *x, int dim, rt_tensor **index) { return rti_call_dim(&rti_op_cummin.op, x, dim, index); }

static const rt_op *const rti_scan_rows[] = {
    &rti_op_cumsum.op, &rti_op_cumprod.op, &rti_op_log_cumsum_exp.op, &rti_op_cummax.op, &rti_op_cummin.op, &rti_op_recurrence
};
