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

/* e^(x_i - by[0] - by[1]) for n neighbours, the one place where it is written out: into d unless that is NULL, times by[2] less by[3]; and added
 * to sums. step 0: by[k] and sums are one number each; 1: a number for each element, with room for whole vectors. */
static RTI_NOINLINE void RTI_FN(softmax_exp)(const rti_real *x, int64_t n, const rti_real *const *by, int64_t step, rti_real *d, rti_real *sums)
{
    rti_real rest[sizeof(rti_vf) / sizeof(rti_real)];
    rti_vf total = rti_vset(0), v[4];
    for (int k = 0; k < 4; k++)
        v[k] = rti_vset((double)by[k][0]);
    for (int64_t i = 0; i < n; i += RTI_LANES) {
        bool whole = i + RTI_LANES <= n;
        for (int64_t k = 0; !whole && k < RTI_LANES; k++)
            rest[k] = i + k < n ? x[i + k] : (rti_real)-HUGE_VAL;
        for (int k = 0; step && k < 4; k++)
            v[k] = rti_vload(by[k] + i);
        rti_vf e = RTI_FN(exp)(rti_vsub(rti_vsub(rti_vload(whole ? x + i : rest), v[0]), v[1]));
        if (step && sums)
            rti_vstore(sums + i, rti_vadd(rti_vload(sums + i), e));
        total = rti_vadd(total, e);
        e = rti_vfma(e, v[2], rti_vneg(v[3]));
        if (d && whole) {
            rti_vstore(d + i, e);
        } else if (d) {
            rti_vstore(rest, e);
            memcpy(d + i, rest, (size_t)(n - i) * sizeof *d);
        }
    }
    if (sums && !step)
        *sums = RTI_FN(lanes_sum)(total);
}

/* The same of one row; answers the sum. */
static rti_real RTI_FN(row_exp)(const rti_real *x, int64_t n, const rti_real *stats, rti_real times, rti_real less, rti_real *d)
{
    rti_real sum;
    const rti_real *by[4] = { stats, stats + 1, &times, &less };
    RTI_FN(softmax_exp)(x, n, by, 0, d, &sum);
    return sum;
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
    s[1] = 0;
    s[1] = (rti_real)log((double)RTI_FN(row_exp)(x, n, s, 1, 0, NULL));
}

static void RTI_FN(softmax_row)(const void *from, int64_t n, void *to)
{
    const rti_real *x = RTI_CAST(const rti_real *, from);
    rti_real *y = RTI_CAST(rti_real *, to), stats[2] = { RTI_FN(row_shift)(x, n), 0 }, over = 1 / RTI_FN(row_exp)(x, n, stats, 1, 0, y);
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
static void RTI_FN(softmax_scaled)(const void *from, int64_t n, const void *stats, double times, double less, void *to)
{
    RTI_FN(row_exp)(RTI_CAST(const rti_real *, from), n, RTI_CAST(const rti_real *, stats), (rti_real)times, (rti_real)less, RTI_CAST(rti_real *, to));
}

/* softmax_stats of columns whose elements are `step` apart: shift[j], log_sum[j], which have room for whole vectors. zeros: as many. */
static void RTI_FN(softmax_stats_columns)(const void *from, int64_t n, int64_t step, int64_t columns, void *shifts, void *log_sums, const void *zeros)
{
    const rti_real *x = RTI_CAST(const rti_real *, from), *none = RTI_CAST(const rti_real *, zeros), *by[4] = { RTI_CAST(const rti_real *, shifts), none, none, none };
    rti_real *m = RTI_CAST(rti_real *, shifts), *l = RTI_CAST(rti_real *, log_sums);
    memcpy(m, x, (size_t)columns * sizeof *m);
    memset(l, 0, (size_t)((columns + RTI_LANES - 1) / RTI_LANES * RTI_LANES) * sizeof *l);
    for (int64_t r = 1; r < n; r++) {
        const rti_real *row = x + r * step;
        int64_t j = 0;
        for (; j + RTI_LANES <= columns; j += RTI_LANES) {
            rti_vf most = rti_vload(m + j), a = rti_vload(row + j);
            rti_vstore(m + j, rti_vselect(rti_vor(rti_visnan(most), rti_vle(a, most)), most, a));
        }
        for (; j < columns; j++)
            if (!(row[j] <= m[j]))
                m[j] = m[j] != m[j] ? m[j] : row[j];
    }
    for (int64_t j = 0; j < columns; j++)
        if (m[j] == (rti_real)HUGE_VAL || m[j] == (rti_real)-HUGE_VAL)
            m[j] = m[j] - m[j];
    for (int64_t r = 0; r < n; r++)
        RTI_FN(softmax_exp)(x + r * step, columns, by, 1, NULL, l);
    for (int64_t j = 0; j < columns; j++)
        l[j] = (rti_real)log((double)l[j]);
}

/* softmax_scaled of such columns: d = e^(x - shift[j] - log_sum[j]) times[j] - less[j] */
static void RTI_FN(softmax_scaled_columns)(const void *from, int64_t n, int64_t step, int64_t columns, const void *const *by, void *to)
{
    const rti_real *x = RTI_CAST(const rti_real *, from), *each[4];
    rti_real *d = RTI_CAST(rti_real *, to);
    for (int k = 0; k < 4; k++)
        each[k] = RTI_CAST(const rti_real *, by[k]);
    for (int64_t r = 0; r < n; r++)
        RTI_FN(softmax_exp)(x + r * step, columns, each, 1, d + r * step, NULL);
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
    void (*stats_columns)(const void *x, int64_t n, int64_t step, int64_t columns, void *shift, void *log_sum, const void *zeros);
    void (*scaled_columns)(const void *x, int64_t n, int64_t step, int64_t columns, const void *const *by, void *d);      /* by: shift, log sum, times, less */
} rti_softmax_kernels;

#define RTI_SOFTMAX_KERNELS(type, isa) \
    { rti_softmax_stats_##type##_##isa, { rti_softmax_row_##type##_##isa, rti_log_softmax_row_##type##_##isa }, \
      { rti_softmax_backward_row_##type##_##isa, rti_log_softmax_backward_row_##type##_##isa }, rti_softmax_scaled_##type##_##isa, \
      rti_softmax_stats_columns_##type##_##isa, rti_softmax_scaled_columns_##type##_##isa },

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

/* ---- an array [outer, n, inner] along its middle: rows where inner is 1, elsewhere blocks of columns ---- */

enum { RTI_COLUMNS = 128 };                    /* a multiple of every vector's length */

typedef struct rti_lines { int64_t outer, n, inner; } rti_lines;

static rti_lines rti_lines_of(const rt_tensor *x, int dim)
{
    rti_lines l = { 1, x->ndim ? x->size[dim] : 1, 1 };
    for (int d = 0; d < x->ndim; d++) {
        l.outer *= d < dim ? x->size[d] : 1;
        l.inner *= d > dim ? x->size[d] : 1;
    }
    return l;
}

/* Blocks of columns, and how many are worth another thread. */
static int64_t rti_lines_blocks(const rti_lines *l) { return l->outer * ((l->inner + RTI_COLUMNS - 1) / RTI_COLUMNS); }
static int64_t rti_lines_grain(const rti_lines *l) { return RTI_MAX(1, 8192 / RTI_MAX(l->n * RTI_MIN(l->inner, (int64_t)RTI_COLUMNS), 1)); }

/* Block i: columns first to first + count - 1 of all, elements `at` on from the array's start. */
typedef struct rti_span { int64_t first, count, at; } rti_span;

static rti_span rti_lines_block(const rti_lines *l, int64_t i)
{
    int64_t blocks = (l->inner + RTI_COLUMNS - 1) / RTI_COLUMNS, inner = i % blocks * RTI_COLUMNS;
    rti_span b = { i / blocks * l->inner + inner, RTI_MIN((int64_t)RTI_COLUMNS, l->inner - inner), i / blocks * l->n * l->inner + inner };
    return b;
}

/* x as a contiguous array of a class; first as a dtype, if that is another. A new reference. */
static rt_tensor *rti_array_as(rt_tensor *x, rt_dtype dtype, rti_class compute)
{
    rt_tensor *own = x->dtype == dtype ? NULL : rti_copy_of(x, dtype);
    if (!own && x->dtype != dtype)
        return NULL;
    rt_tensor *y = rti_contiguous_as(own ? own : x, rti_class_dtype[compute]);
    rti_release(own);
    return y;
}

/* y itself, if it is such an array, else one of its shape whose elements rti_copy_into brings there. A new reference. */
static rt_tensor *rti_array_for(rt_tensor *y, rti_class compute)
{
    if (y->dtype != rti_class_dtype[compute] || !rti_contiguous(y))
        return rti_tensor_new(rti_class_dtype[compute], y->size, y->ndim, y->numel);
    rti_retain(y);
    return y;
}

typedef struct rti_softmax_work {
    const rti_softmax_kernels *kernels;
    rti_lines lines;
    const char *a, *b;            /* b: the second operand, of a gradient; NULL for none */
    char *y;
    int which;                    /* softmax or log_softmax */
    bool safe;                    /* rows of -infinity alone are 0 */
    rti_class compute;
} rti_softmax_work;

static RTI_HOT bool rti_is_masked(const char *x, int64_t n, int64_t step, rti_class compute)
{
    for (int64_t i = 0; i < n; i++)
        if (compute == RTI_CLASS_F32 ? ((const float *)(const void *)x)[i * step] != (float)-HUGE_VAL : ((const double *)(const void *)x)[i * step] != -HUGE_VAL)
            return false;
    return true;
}

static RTI_HOT void rti_softmax_each_row(const rti_softmax_work *w, int64_t begin, int64_t end)
{
    int64_t n = w->lines.n;
    size_t bytes = (size_t)n * rti_element_bytes(rti_class_dtype[w->compute]);
    for (int64_t i = begin; i < end; i++) {
        size_t at = (size_t)i * bytes;
        if (w->b)
            w->kernels->backward[w->which](w->a + at, w->b + at, n, w->y + at);
        else if (w->safe && rti_is_masked(w->a + at, n, 1, w->compute))
            memset(w->y + at, 0, bytes);
        else
            w->kernels->row[w->which](w->a + at, n, w->y + at);
    }
}

/* What columns are computed with: sums and the like of each. */
typedef union rti_columns { float f32[4][RTI_COLUMNS]; double f64[4][RTI_COLUMNS]; } rti_columns;

/* Blocks of columns, for either type of number. */
#define RTI_SOFTMAX_COLUMNS(suffix, type) \
    static void rti_softmax_columns_##suffix(const rti_softmax_work *w, const rti_span *block, rti_columns *columns) \
    { \
        int64_t n = w->lines.n, step = w->lines.inner, count = block->count; \
        const type *a = (const type *)(const void *)w->a + block->at, *b = w->b ? (const type *)(const void *)w->b + block->at : NULL; \
        type *y = (type *)(void *)w->y + block->at, (*v)[RTI_COLUMNS] = columns->suffix; \
        const void *by[4] = { v[0], v[1], v[2], v[3] }; \
        memset(v[3], 0, sizeof v[3]); \
        if (!b) \
            w->kernels->stats_columns(a, n, step, count, v[0], v[1], v[3]); \
        for (int64_t j = 0; j < RTI_COLUMNS; j++) { \
            v[2][j] = b ? 0 : 1; \
            if (b) \
                v[0][j] = v[1][j] = 0; \
        } \
        for (int64_t r = 0; b && r < n; r++) \
            for (int64_t j = 0; j < count; j++) \
                v[2][j] -= w->which ? a[r * step + j] : a[r * step + j] * b[r * step + j]; \
        if (w->which == (b != NULL)) \
            w->kernels->scaled_columns(b ? (const void *)b : a, n, step, count, by, y); \
        for (int64_t r = 0; r < n && (b || w->which); r++) \
            for (int64_t j = 0; j < count; j++) { \
                int64_t i = r * step + j; \
                y[i] = !b ? a[i] - v[0][j] - v[1][j] : w->which ? y[i] + a[i] : b[i] * (a[i] + v[2][j]); \
            } \
    }
RTI_SOFTMAX_COLUMNS(f32, float)
RTI_SOFTMAX_COLUMNS(f64, double)
#undef RTI_SOFTMAX_COLUMNS

/* Columns of -infinity alone become 0. */
static RTI_HOT void rti_softmax_unmask(const rti_softmax_work *w, const rti_span *block)
{
    int64_t wide = (int64_t)rti_element_bytes(rti_class_dtype[w->compute]);
    for (int64_t j = 0; j < block->count; j++) {
        int64_t at = (block->at + j) * wide;
        if (!rti_is_masked(w->a + at, w->lines.n, w->lines.inner, w->compute))
            continue;
        for (int64_t r = 0; r < w->lines.n; r++)
            memset(w->y + at + r * w->lines.inner * wide, 0, (size_t)wide);
    }
}

static RTI_HOT void rti_softmax_range(void *work, int64_t begin, int64_t end)
{
    const rti_softmax_work *w = RTI_CAST(const rti_softmax_work *, work);
    rti_columns columns;
    if (w->lines.inner == 1) {
        rti_softmax_each_row(w, begin, end);
        return;
    }
    for (int64_t i = begin; i < end; i++) {
        rti_span block = rti_lines_block(&w->lines, i);
        (w->compute == RTI_CLASS_F32 ? rti_softmax_columns_f32 : rti_softmax_columns_f64)(w, &block, &columns);
        if (w->safe)
            rti_softmax_unmask(w, &block);
    }
}

/* y = the row kernel of a, and of b for a gradient, along dim, whatever the layouts and dtypes. */
static rt_status rti_run_lines(rt_tensor *a, rt_tensor *b, int dim, rt_tensor *y, int which, bool safe)
{
    rti_class compute = rti_class_of((rt_dtype)y->dtype);
    rt_tensor *from = rti_array_as(a, b ? (rt_dtype)a->dtype : (rt_dtype)y->dtype, compute);
    rt_tensor *also = from && b ? rti_array_as(b, (rt_dtype)b->dtype, compute) : NULL;
    rt_tensor *to = from && (also || !b) ? rti_array_for(y, compute) : NULL;
    rt_status status = to ? RT_OK : rti_pending_code();
    if (to) {
        rti_softmax_work w = { rti_softmax_kernels_of(compute), rti_lines_of(y, dim), from->data, also ? also->data : NULL, to->data, which, safe, compute };
        status = rti_parallel_for(rti_lines_blocks(&w.lines), rti_lines_grain(&w.lines), rti_softmax_range, &w);
        if (status == RT_OK && to != y)
            status = rti_copy_into(y, to);
    }
    rti_release(to);
    rti_release(also);
    rti_release(from);
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
    return x->numel ? rti_run_lines(x, NULL, rti_wrap_dim("softmax", c->arg[1].as.i, x->ndim), c->out[0], which, safe) : RT_OK;
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
    return g->numel ? rti_run_lines(g, rti_arg_tensor(c, 1), rti_wrap_dim("softmax", c->arg[2].as.i, g->ndim), c->out[0], which, false) : RT_OK;
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

static const rt_op rti_op_softmax = { RTI_TEXT("softmax.int(Tensor self, int dim, ScalarType? dtype=None) -> Tensor"), 1, 0, NULL, rti_shape_softmax,
                                      rti_run_softmax, NULL, rti_softmax_gradient, NULL, NULL, RTI_SAVE_OUT(0), -4, 4 };
static const rt_op rti_op_safe_softmax = { RTI_TEXT("_safe_softmax(Tensor self, int dim, ScalarType? dtype=None) -> Tensor"), 1, 0, NULL, rti_shape_softmax,
                                           rti_run_safe_softmax, NULL, rti_softmax_gradient, NULL, NULL, RTI_SAVE_OUT(0), -4, 4 };
static const rt_op rti_op_log_softmax = { RTI_TEXT("log_softmax.int(Tensor self, int dim, ScalarType? dtype=None) -> Tensor"), 1, 0, NULL, rti_shape_softmax,
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
