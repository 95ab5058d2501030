/* ---- folds: how reductions run. Rows of neighbours in vectors, plain loops for the rest ---------------------------------------------- */

#if RTI_PASS == 1 || RTI_ONE_PASS

enum { RTI_FN(sum_block) = 16 * 4 * (RTI_VECTOR_BYTES / (RTI_REAL / 8)) };   /* elements: sixteen rounds of four vectors */

/* One block, or what is left: four running sums a lane, then the lanes. Of the elements, or of their squares. */
static RTI_NOINLINE rti_real RTI_FN(sum_short)(const rti_real *x, int64_t n, bool squared)
{
    rti_vf a = rti_vset(0), b = a, c = a, d = a;
    int64_t i = 0;
    for (; squared && i + 4 * RTI_LANES <= n; i += 4 * RTI_LANES) {
        rti_vf p = rti_vload(x + i), q = rti_vload(x + i + RTI_LANES), r = rti_vload(x + i + 2 * RTI_LANES), s = rti_vload(x + i + 3 * RTI_LANES);
        a = rti_vfma(p, p, a);
        b = rti_vfma(q, q, b);
        c = rti_vfma(r, r, c);
        d = rti_vfma(s, s, d);
    }
    for (; !squared && i + 4 * RTI_LANES <= n; i += 4 * RTI_LANES) {
        a = rti_vadd(a, rti_vload(x + i));
        b = rti_vadd(b, rti_vload(x + i + RTI_LANES));
        c = rti_vadd(c, rti_vload(x + i + 2 * RTI_LANES));
        d = rti_vadd(d, rti_vload(x + i + 3 * RTI_LANES));
    }
    for (; i + RTI_LANES <= n; i += RTI_LANES) {
        rti_vf p = rti_vload(x + i);
        a = squared ? rti_vfma(p, p, a) : rti_vadd(a, p);
    }
    rti_real sum = RTI_FN(lanes_sum)(rti_vadd(rti_vadd(a, b), rti_vadd(c, d)));
    for (; i < n; i++)
        sum += squared ? x[i] * x[i] : x[i];
    return sum;
}

/* Sum of n neighbours, or, if *to is not 0 on entry, of their squares: blocks, added up in pairs as a binary counter carries, so that the
 * error grows with log n. */
static void RTI_FN(sum_row)(const void *from, int64_t n, void *to)
{
    const rti_real *x = RTI_CAST(const rti_real *, from);
    rti_real *y = RTI_CAST(rti_real *, to), level[64];
    bool squared = *y != 0;
    int n_levels = 0;
    for (uint64_t block = 1; n > RTI_FN(sum_block); block++) {
        rti_real sum = RTI_FN(sum_short)(x, RTI_FN(sum_block), squared);
        for (uint64_t carry = block; !(carry & 1); carry >>= 1)
            sum += level[--n_levels];
        level[n_levels++] = sum;
        x += RTI_FN(sum_block);
        n -= RTI_FN(sum_block);
    }
    rti_real sum = RTI_FN(sum_short)(x, n, squared);
    while (n_levels > 0)
        sum += level[--n_levels];
    *y = sum;
}

/* to[j] = sum over rows i of from[i * stride + j], for n columns; strides in elements. Sixty-four rows at a time keep the error down. */
static void RTI_FN(sum_columns)(const void *from, int64_t rows, int64_t stride, int64_t n, void *to)
{
    const rti_real *x = RTI_CAST(const rti_real *, from);
    rti_real *y = RTI_CAST(rti_real *, to);
    int64_t j = 0;
    for (; j + RTI_LANES <= n; j += RTI_LANES) {
        rti_vf total = rti_vset(0);
        for (int64_t i = 0; i < rows; i += 64) {
            rti_vf part = rti_vset(0);
            for (int64_t k = i; k < RTI_MIN(rows, i + 64); k++)
                part = rti_vadd(part, rti_vload(x + k * stride + j));
            total = rti_vadd(total, part);
        }
        rti_vstore(y + j, total);
    }
    for (; j < n; j++) {
        rti_real total = 0;
        for (int64_t i = 0; i < rows; i += 64) {
            rti_real part = 0;
            for (int64_t k = i; k < RTI_MIN(rows, i + 64); k++)
                part += x[k * stride + j];
            total += part;
        }
        y[j] = total;
    }
}

/* The larger one; NaN if there is one. */
static RTI_INLINE rti_vf RTI_FN(larger)(rti_vf a, rti_vf b) { return rti_vselect(rti_vor(rti_visnan(a), rti_vle(b, a)), a, b); }

/* The largest of n neighbours, each times the sign that *to holds on entry; NaN if there is one, -inf of none. */
static void RTI_FN(largest_row)(const void *from, int64_t n, void *to)
{
    const rti_real *x = RTI_CAST(const rti_real *, from);
    rti_real *y = RTI_CAST(rti_real *, to), sign = *y, most;
    rti_vf by = rti_vset((double)sign), a = rti_vset(-HUGE_VAL), b = a, c = a, d = a;
    int64_t i = 0;
    for (; i + 4 * RTI_LANES <= n; i += 4 * RTI_LANES) {
        a = RTI_FN(larger)(a, rti_vmul(rti_vload(x + i), by));
        b = RTI_FN(larger)(b, rti_vmul(rti_vload(x + i + RTI_LANES), by));
        c = RTI_FN(larger)(c, rti_vmul(rti_vload(x + i + 2 * RTI_LANES), by));
        d = RTI_FN(larger)(d, rti_vmul(rti_vload(x + i + 3 * RTI_LANES), by));
    }
    most = RTI_FN(lanes_max)(RTI_FN(larger)(RTI_FN(larger)(a, b), RTI_FN(larger)(c, d)));
    for (; i < n; i++)
        if (RTI_FN(above)(sign * x[i], most))
            most = sign * x[i];
    *y = most;
}
#endif

#if !RTI_PASS

/* ---- dimensions as a walk goes through them ---- */

enum { RTI_WALKED = 3 };      /* tensors of one walk */

/* Neighbours that step as one are one. Steps in bytes, of each tensor. */
typedef struct rti_axes { int n; int64_t size[RT_MAX_DIMS], step[RTI_WALKED][RT_MAX_DIMS]; } rti_axes;

static void rti_axes_add(rti_axes *a, int64_t size, const int64_t *step)
{
    if (size == 1)
        return;
    bool joins = a->n > 0;
    for (int k = 0; k < RTI_WALKED && joins; k++)
        joins = a->step[k][a->n - 1] == size * step[k];
    if (joins)
        a->size[a->n - 1] *= size;
    else
        a->size[a->n++] = size;
    for (int k = 0; k < RTI_WALKED; k++)
        a->step[k][a->n - 1] = step[k];
}

/* Bytes from tensor k's first element to the i-th place of the walk, in row-major order. */
static int64_t rti_axes_at(const rti_axes *a, int k, int64_t i)
{
    int64_t offset = 0;
    for (int d = a->n - 1; d > 0; d--) {
        offset += i % a->size[d] * a->step[k][d];
        i /= a->size[d];
    }
    return a->n > 0 ? offset + i * a->step[k][0] : 0;
}

/* ---- a reduction: elements are folded into what stands for one output ---- */

/* What is known of an output's elements so far; all bytes zero: none came yet. */
typedef struct rti_fold {
    int64_t n;                 /* elements so far; the walk counts them, after each call */
    int64_t place;             /* of the one that counts, for max and min */
    int64_t whole;             /* the value in integers */
    double re, im;             /* and in other numbers */
    double more;               /* a second value */
} rti_fold;

typedef struct rti_reduction rti_reduction;
typedef void (*rti_fold_fn)(rti_fold *f, const void *x, int64_t n, int64_t step, const rti_reduction *r);      /* n more, step elements apart */
typedef void (*rti_row_kernel)(const void *from, int64_t n, void *to);
typedef void (*rti_columns_kernel)(const void *from, int64_t rows, int64_t stride, int64_t n, void *to);

/* Which part of a fold is a result. */
typedef enum rti_fold_part { RTI_VALUE, RTI_MORE, RTI_PLACE } rti_fold_part;

typedef struct rti_reducer {
    rti_fold_fn fold[RTI_CLASS_COUNT];                                                   /* NULL: values are taken as double */
    void (*join)(rti_fold *f, const rti_fold *next, const rti_reduction *r);             /* elements behind f's own; both have some */
    void (*end)(rti_fold *f, const rti_reduction *r);                                    /* NULL: nothing is left to do */
    int mode;                                                                            /* for those that share functions */
    rti_fold_part part[2];
} rti_reducer;

enum {
    RTI_FOLDS = 64,                /* outputs side by side */
    RTI_FOLD_BYTES = 1 << 14,      /* of a tile of elements */
    RTI_FOLD_GRAIN = 1 << 15       /* elements worth a thread */
};

struct rti_reduction {
    const rti_reducer *how;
    rti_fold_fn fold;
    rti_row_kernel row;            /* over neighbours: largest_row of max and min, sum_row of the others */
    rti_columns_kernel columns;    /* of sum: rows added up */
    double number;                 /* ord, or correction */
    bool places;                   /* whether anybody asks for the place */
    rti_axes stay, go;
    int64_t n_outputs, n_each;     /* n_each elements go into an output */
    const char *x;
    rt_dtype dtype;
    rti_class compute;
    int64_t wide;                  /* bytes of an element of the class */
    bool direct;                   /* x is of the class's own dtype */
    bool across;                   /* outputs lie closer together than the elements of one */
    int n_results;
    rt_tensor *result[2];
    rti_fold *partial;             /* where few outputs have many elements: those of each piece */
    int64_t piece;
};

/* ---- the walk ---- */

/* Elements begin to end of one output. */
static void rti_fold_row(const rti_reduction *r, rti_fold *f, const char *x, int64_t begin, int64_t end)
{
    uint64_t tile[RTI_FOLD_BYTES / 8];
    int last = r->go.n - 1;
    int64_t run = last < 0 ? 1 : r->go.size[last], step = last < 0 ? r->wide : r->go.step[0][last], n;
    bool direct = r->direct && step % r->wide == 0;
    for (int64_t i = begin; i < end; i += n) {
        const char *from = x + rti_axes_at(&r->go, 0, i);
        n = RTI_MIN(run - i % run, end - i);
        if (direct) {
            r->fold(f, from, n, step / r->wide, r);
        } else {
            n = RTI_MIN(n, RTI_FOLD_BYTES / r->wide);
            rti_load(r->dtype, r->compute, tile, from, step, n);
            r->fold(f, tile, n, 1, r);
        }
        f->n += n;
    }
}

/* Rows of w elements, `step` bytes apart in x, into a tile. */
static void rti_fold_load(const rti_reduction *r, char *tile, const char *x, int64_t rows, int64_t step, int64_t w)
{
    int64_t across = r->stay.step[0][r->stay.n - 1];
    for (int64_t k = 0; k < rows; k++, tile += w * r->wide, x += step) {
        if (r->direct && across == r->wide)
            memcpy(tile, x, (size_t)(w * r->wide));
        else
            rti_load(r->dtype, r->compute, tile, x, across, w);
    }
}

static void rti_fold_sum_columns(const rti_reduction *r, rti_fold *f, const void *x, int64_t rows, int64_t stride, int64_t w)
{
    double part[RTI_FOLDS];
    r->columns(x, rows, stride, w, part);
    for (int64_t j = 0; j < w; j++) {
        f[j].re += r->compute == RTI_CLASS_F32 ? (double)((const float *)(const void *)part)[j] : part[j];
        f[j].n += rows;
    }
}

/* Elements begin to end of w outputs side by side. */
static void rti_fold_across(const rti_reduction *r, rti_fold *f, const char *x, int64_t w, int64_t begin, int64_t end)
{
    uint64_t tile[RTI_FOLD_BYTES / 8];
    int last = r->go.n - 1;
    int64_t run = last < 0 ? 1 : r->go.size[last], step = last < 0 ? 0 : r->go.step[0][last], n;
    bool direct = r->direct && r->columns && r->stay.step[0][r->stay.n - 1] == r->wide && step % r->wide == 0;
    for (int64_t i = begin; i < end; i += n) {
        const char *from = x + rti_axes_at(&r->go, 0, i);
        n = RTI_MIN(RTI_MIN(run - i % run, end - i), RTI_FOLD_BYTES / (r->wide * w));
        if (direct) {
            rti_fold_sum_columns(r, f, from, n, step / r->wide, w);
            continue;
        }
        rti_fold_load(r, (char *)tile, from, n, step, w);
        if (r->columns) {
            rti_fold_sum_columns(r, f, tile, n, w, w);
            continue;
        }
        for (int64_t j = 0; j < w; j++) {
            r->fold(&f[j], (const char *)tile + j * r->wide, n, w, r);
            f[j].n += n;
        }
    }
}

/* Elements begin to end of outputs first to first + count. */
static void rti_fold_outputs(const rti_reduction *r, rti_fold *f, int64_t first, int64_t count, int64_t begin, int64_t end)
{
    for (int64_t j = 0, w; j < count; j += w) {
        const char *x = r->x + rti_axes_at(&r->stay, 0, first + j);
        w = 1;
        if (r->across) {
            int64_t run = r->stay.size[r->stay.n - 1];
            w = RTI_MIN(count - j, run - (first + j) % run);
            rti_fold_across(r, f + j, x, w, begin, end);
        } else {
            rti_fold_row(r, f + j, x, begin, end);
        }
    }
}

/* Folds to results, from output `first` on. */
static void rti_fold_end(const rti_reduction *r, rti_fold *f, int64_t first, int64_t count)
{
    rti_complex value[RTI_FOLDS];
    double *real = (double *)(void *)value;
    int64_t *whole = (int64_t *)(void *)value;
    for (int64_t j = 0; j < count && r->how->end; j++)
        r->how->end(&f[j], r);
    for (int k = 0; k < r->n_results; k++) {
        const rt_tensor *y = r->result[k];
        rt_dtype dtype = (rt_dtype)y->dtype;
        rti_class c = rti_class_of(dtype) == RTI_CLASS_F32 ? RTI_CLASS_F64 : rti_class_of(dtype);
        rti_fold_part part = r->how->part[k];
        int64_t bytes = (int64_t)rti_element_bytes(dtype);
        for (int64_t j = 0; j < count; j++) {
            if (c == RTI_CLASS_I64)
                whole[j] = part == RTI_PLACE ? f[j].place : f[j].whole;
            else if (c == RTI_CLASS_C128)
                value[j] = rti_complex_of(f[j].re, f[j].im);
            else
                real[j] = part == RTI_MORE ? f[j].more : f[j].re;
        }
        rti_store(dtype, c, y->data + first * bytes, bytes, value, count);
    }
}

static void rti_reduce_range(void *work, int64_t begin, int64_t end)
{
    const rti_reduction *r = RTI_CAST(const rti_reduction *, work);
    rti_fold f[RTI_FOLDS];
    for (int64_t i = begin, n; i < end; i += n) {
        n = RTI_MIN(end - i, (int64_t)RTI_FOLDS);
        memset(f, 0, (size_t)n * sizeof *f);
        rti_fold_outputs(r, f, i, n, 0, r->n_each);
        rti_fold_end(r, f, i, n);
    }
}

static void rti_reduce_pieces(void *work, int64_t begin, int64_t end)
{
    const rti_reduction *r = RTI_CAST(const rti_reduction *, work);
    for (int64_t p = begin; p < end; p++)
        rti_fold_outputs(r, r->partial + p * r->n_outputs, 0, r->n_outputs, p * r->piece, RTI_MIN((p + 1) * r->piece, r->n_each));
}

/* A few outputs of many elements: pieces of them, which depend on the shape alone, are joined in order. */
static rt_status rti_reduce_in_pieces(rti_reduction *r)
{
    r->piece = RTI_MAX(RTI_FOLD_GRAIN / r->n_outputs, (r->n_each + 255) / 256);
    int64_t n = (r->n_each + r->piece - 1) / r->piece;
    r->partial = RTI_CAST(rti_fold *, rti_pool_zeroed((size_t)(n * r->n_outputs) * sizeof *r->partial));
    if (!r->partial)
        return rti_pending_code();
    rt_status status = rti_parallel_for(n, 1, rti_reduce_pieces, r);
    for (int64_t p = 1; p < n && status == RT_OK; p++)
        for (int64_t j = 0; j < r->n_outputs; j++) {
            const rti_fold *next = &r->partial[p * r->n_outputs + j];
            r->how->join(&r->partial[j], next, r);
            r->partial[j].n += next->n;
        }
    if (status == RT_OK)
        rti_fold_end(r, r->partial, 0, r->n_outputs);
    rti_pool_put(r->partial);
    return status;
}

static void rti_reduction_axes(rti_reduction *r, const rt_tensor *x, uint32_t dims)
{
    int64_t wide = (int64_t)rti_element_bytes((rt_dtype)x->dtype), step[RTI_WALKED] = { 0, 0, 0 };
    r->stay.n = r->go.n = 0;
    r->n_outputs = r->n_each = 1;
    for (int d = 0; d < x->ndim; d++) {
        bool goes = (dims & (1u << d)) != 0;
        step[0] = rti_step_bytes(x, d, wide);
        rti_axes_add(goes ? &r->go : &r->stay, x->size[d], step);
        *(goes ? &r->n_each : &r->n_outputs) *= x->size[d];
    }
    int s = r->stay.n - 1, g = r->go.n - 1;
    r->across = s >= 0 && r->stay.size[s] >= 8 && (r->n_each <= 16 || (g >= 0 && r->stay.step[0][s] < r->go.step[0][g]));
}

/* ---- what is folded: sums ---- */

/* Adds a number of a class to another; for floats, adding elements one by one. */
static void rti_accumulate_number(rti_class c, void *sum, const void *part)
{
    if (c == RTI_CLASS_F32)
        *RTI_CAST(float *, sum) += *RTI_CAST(const float *, part);
    else if (c == RTI_CLASS_F64)
        *RTI_CAST(double *, sum) += *RTI_CAST(const double *, part);
    else if (c == RTI_CLASS_C128)
        *RTI_CAST(rti_complex *, sum) = rti_c_add(*RTI_CAST(rti_complex *, sum), *RTI_CAST(const rti_complex *, part));
    else
        *RTI_CAST(int64_t *, sum) = (int64_t)((uint64_t)*RTI_CAST(int64_t *, sum) + (uint64_t)*RTI_CAST(const int64_t *, part));
}

#define RTI_REAL_SUM(suffix, type) \
    static void rti_sum_##suffix(rti_fold *f, const void *from, int64_t n, int64_t step, const rti_reduction *r) \
    { \
        const type *x = RTI_CAST(const type *, from); \
        type part = 0; \
        double sum = 0; \
        for (int64_t i = 0; i < n && step != 1; i++) \
            sum += (double)x[i * step]; \
        if (step == 1) \
            r->row(x, n, &part); \
        f->re += sum + (double)part; \
    }
#if !RTI_ONE_PASS
RTI_REAL_SUM(f32, float)
#endif
RTI_REAL_SUM(f64, double)
#undef RTI_REAL_SUM

static void rti_sum_i64(rti_fold *f, const void *from, int64_t n, int64_t step, const rti_reduction *r)
{
    const int64_t *x = RTI_CAST(const int64_t *, from);
    uint64_t sum = (uint64_t)f->whole;
    for (int64_t i = 0; i < n; i++)
        sum += (uint64_t)x[i * step];
    f->whole = (int64_t)sum;
    (void)r;
}

static void rti_sum_c128(rti_fold *f, const void *from, int64_t n, int64_t step, const rti_reduction *r)
{
    const rti_complex *x = RTI_CAST(const rti_complex *, from);
    rti_complex sum = { 0, 0 };
    for (int64_t i = 0; i < n; i++)
        sum = rti_c_add(sum, x[i * step]);
    f->re += sum.re;
    f->im += sum.im;
    (void)r;
}

static void rti_nansum_f64(rti_fold *f, const void *from, int64_t n, int64_t step, const rti_reduction *r)
{
    const double *x = RTI_CAST(const double *, from);
    double sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += x[i * step] == x[i * step] ? x[i * step] : 0;
    f->re += sum;
    (void)r;
}

static void rti_sum_join(rti_fold *f, const rti_fold *next, const rti_reduction *r)
{
    f->whole = (int64_t)((uint64_t)f->whole + (uint64_t)next->whole);
    f->re += next->re;
    f->im += next->im;
    (void)r;
}

static void rti_mean_end(rti_fold *f, const rti_reduction *r)
{
    f->re /= (double)f->n;
    f->im /= (double)f->n;
    (void)r;
}

/* ---- products ---- */

static void rti_prod_f64(rti_fold *f, const void *from, int64_t n, int64_t step, const rti_reduction *r)
{
    const double *x = RTI_CAST(const double *, from);
    double product = f->n ? f->re : 1, other = 1;
    int64_t i = 0;
    for (; i + 4 <= n; i += 4, x += 4 * step) {
        product *= x[0] * x[step];
        other *= x[2 * step] * x[3 * step];
    }
    for (; i < n; i++, x += step)
        product *= *x;
    f->re = product * other;
    (void)r;
}

static void rti_prod_i64(rti_fold *f, const void *from, int64_t n, int64_t step, const rti_reduction *r)
{
    const int64_t *x = RTI_CAST(const int64_t *, from);
    uint64_t product = f->n ? (uint64_t)f->whole : 1;
    for (int64_t i = 0; i < n; i++)
        product *= (uint64_t)x[i * step];
    f->whole = (int64_t)product;
    (void)r;
}

static void rti_prod_c128(rti_fold *f, const void *from, int64_t n, int64_t step, const rti_reduction *r)
{
    const rti_complex *x = RTI_CAST(const rti_complex *, from);
    rti_complex product = rti_complex_of(f->n ? f->re : 1, f->im);
    for (int64_t i = 0; i < n; i++)
        product = rti_c_mul(product, x[i * step]);
    f->re = product.re;
    f->im = product.im;
    (void)r;
}

static void rti_prod_join(rti_fold *f, const rti_fold *next, const rti_reduction *r)
{
    rti_complex product = rti_c_mul(rti_complex_of(f->re, f->im), rti_complex_of(next->re, next->im));
    f->whole = (int64_t)((uint64_t)f->whole * (uint64_t)next->whole);
    f->im = r->compute == RTI_CLASS_C128 ? product.im : 0;
    f->re = r->compute == RTI_CLASS_C128 ? product.re : f->re * next->re;
}

static void rti_prod_end(rti_fold *f, const rti_reduction *r)
{
    if (f->n == 0)
        f->re = 1, f->whole = 1;
    (void)r;
}

/* ---- max and min: the first of equals, and a NaN above all; min is the max under the other sign ---- */

enum { RTI_EXTREME_BLOCK = 1024 };

#define RTI_EXTREME(suffix, type) \
    static void rti_extreme_##suffix(rti_fold *f, const void *from, int64_t n, int64_t step, const rti_reduction *r) \
    { \
        const type *x = RTI_CAST(const type *, from), sign = (type)r->how->mode; \
        type best = f->n ? (type)f->re : (type)-HUGE_VAL; \
        for (int64_t i = 0, m = step == 1 && r->places ? (int64_t)RTI_EXTREME_BLOCK : n; i < n && !rti_is_nan((double)best); i += m) { \
            int64_t end = RTI_MIN(n, i + m), at = i; \
            if (step == 1) { \
                type most = sign; \
                r->row(x + i, end - i, &most); \
                if (!rti_is_nan((double)most) && most <= best) \
                    continue; \
                while (r->places && (rti_is_nan((double)most) ? !rti_is_nan((double)x[at]) : sign * x[at] != most)) \
                    at++; \
                best = most; \
                f->place = f->n + at; \
                continue; \
            } \
            for (; at < end; at++) { \
                if (sign * x[at * step] <= best && !rti_is_nan((double)x[at * step])) \
                    continue; \
                best = sign * x[at * step]; \
                f->place = f->n + at; \
                if (rti_is_nan((double)best)) \
                    break; \
            } \
        } \
        f->re = (double)best; \
    }
#if !RTI_ONE_PASS
RTI_EXTREME(f32, float)
#endif
RTI_EXTREME(f64, double)
#undef RTI_EXTREME

static void rti_extreme_i64(rti_fold *f, const void *from, int64_t n, int64_t step, const rti_reduction *r)
{
    const int64_t *x = RTI_CAST(const int64_t *, from);
    int64_t turn = r->how->mode < 0 ? -1 : 0, best = f->n ? f->whole : INT64_MIN;      /* ~x has the order turned round */
    for (int64_t i = 0; i < n; i++)
        if ((x[i * step] ^ turn) > best) {
            best = x[i * step] ^ turn;
            f->place = f->n + i;
        }
    f->whole = best;
}

static void rti_extreme_join(rti_fold *f, const rti_fold *next, const rti_reduction *r)
{
    bool better = r->compute == RTI_CLASS_I64 ? next->whole > f->whole : !rti_is_nan(f->re) && (rti_is_nan(next->re) || next->re > f->re);
    if (!better)
        return;
    f->place = f->n + next->place;
    f->whole = next->whole;
    f->re = next->re;
}

static void rti_extreme_end(rti_fold *f, const rti_reduction *r)
{
    f->re *= r->how->mode;
    f->whole ^= r->how->mode < 0 ? -1 : 0;
}

/* ---- how many are not zero: any, all, count_nonzero ---- */

enum { RTI_COUNT_ALL, RTI_COUNT_ANY, RTI_COUNT_THEM };

/* Whether the answer is known. */
static bool rti_truth_known(const rti_fold *f, const rti_reduction *r)
{
    return r->how->mode == RTI_COUNT_ANY ? f->whole > 0 : r->how->mode == RTI_COUNT_ALL && f->whole < f->n;
}

#define RTI_TRUTH(suffix, type, expression) \
    static void rti_truth_##suffix(rti_fold *f, const void *from, int64_t n, int64_t step, const rti_reduction *r) \
    { \
        const type *x = RTI_CAST(const type *, from); \
        int64_t count = 0; \
        if (rti_truth_known(f, r)) \
            return; \
        for (int64_t i = 0; i < n; i++) \
            count += expression; \
        f->whole += count; \
    }
RTI_TRUTH(f64, double, x[i * step] != 0)
RTI_TRUTH(i64, int64_t, x[i * step] != 0)
RTI_TRUTH(c128, rti_complex, !rti_c_is_zero(x[i * step]))
#undef RTI_TRUTH

static void rti_truth_end(rti_fold *f, const rti_reduction *r)
{
    if (r->how->mode != RTI_COUNT_THEM)
        f->whole = r->how->mode == RTI_COUNT_ANY ? f->whole > 0 : f->whole == f->n;
}

/* ---- var and std: the mean in re and im, the squares of what is left in `more` ---- */

/* Takes in n elements of some mean and squares (Chan, Golub and LeVeque's update). */
static void rti_spread_add(rti_fold *f, int64_t before, int64_t n, rti_complex mean, double squares)
{
    double all = (double)(before + n), re = mean.re - f->re, im = mean.im - f->im;
    f->more += squares + (re * re + im * im) * ((double)before * (double)n / all);
    f->re = before ? f->re + re * ((double)n / all) : mean.re;
    f->im = before ? f->im + im * ((double)n / all) : mean.im;
}

/* Blocks that stay in the cache are gone through twice. */
#define RTI_SPREAD(suffix, type, real, imaginary) \
    static void rti_spread_##suffix(rti_fold *f, const void *from, int64_t n, int64_t step, const rti_reduction *r) \
    { \
        const type *x = RTI_CAST(const type *, from); \
        for (int64_t i = 0, m; i < n; i += m) { \
            rti_complex mean = { 0, 0 }; \
            double squares = 0; \
            m = RTI_MIN(n - i, (int64_t)512); \
            for (int64_t k = i; k < i + m; k++) { \
                mean.re += x[k * step] real; \
                mean.im += imaginary; \
            } \
            mean = rti_c_scale(mean, 1 / (double)m); \
            for (int64_t k = i; k < i + m; k++) { \
                double re = x[k * step] real - mean.re, im = imaginary - mean.im; \
                squares += re * re + im * im; \
            } \
            rti_spread_add(f, f->n + i, m, mean, squares); \
        } \
        (void)r; \
    }
#define RTI_NO_FIELD
RTI_SPREAD(f64, double, RTI_NO_FIELD, 0.0)
RTI_SPREAD(c128, rti_complex, .re, x[k * step].im)
#undef RTI_SPREAD
#undef RTI_NO_FIELD

static void rti_spread_join(rti_fold *f, const rti_fold *next, const rti_reduction *r)
{
    rti_spread_add(f, f->n, next->n, rti_complex_of(next->re, next->im), next->more);
    (void)r;
}

/* number: the correction; mode: 1 for the root */
static void rti_spread_end(rti_fold *f, const rti_reduction *r)
{
    double left = (double)f->n - r->number;
    f->more /= left > 0 ? left : 0;
    if (r->how->mode)
        f->more = sqrt(f->more);
    if (f->n == 0)
        f->re = f->im = (double)NAN;
}

/* ---- norms; number: ord ---- */

/* One more magnitude. */
static RTI_INLINE double rti_norm_fold_add(double sum, double a, double ord)
{
    if (ord == 2)
        return sum + a * a;
    if (ord == 1)
        return sum + a;
    if (ord == 0)
        return sum + (a != 0);
    if (ord == HUGE_VAL || ord == -HUGE_VAL)
        return (ord > 0 ? a <= sum : a >= sum) || sum != sum ? sum : a;
    return sum + pow(a, ord);
}

#define RTI_NORM(suffix, type, magnitude, one, vectors) \
    static void rti_norm_##suffix(rti_fold *f, const void *from, int64_t n, int64_t step, const rti_reduction *r) \
    { \
        const type *x = RTI_CAST(const type *, from); \
        double ord = r->number, sum = f->n == 0 && ord == -HUGE_VAL ? HUGE_VAL : f->re; \
        type part = one; \
        if (vectors && step == 1 && ord == 2) { \
            r->row(x, n, &part); \
            f->re = sum + magnitude(part); \
            return; \
        } \
        for (int64_t i = 0; i < n; i++) \
            sum = rti_norm_fold_add(sum, magnitude(x[i * step]), ord); \
        f->re = sum; \
    }
#if !RTI_ONE_PASS
RTI_NORM(f32, float, (double)fabsf, 1, true)
#endif
RTI_NORM(f64, double, fabs, 1, true)
RTI_NORM(c128, rti_complex, rti_c_abs, x[0], false)
#undef RTI_NORM

static void rti_norm_fold_join(rti_fold *f, const rti_fold *next, const rti_reduction *r)
{
    bool extreme = r->number == HUGE_VAL || r->number == -HUGE_VAL;
    f->re = extreme ? rti_norm_fold_add(f->re, next->re, r->number) : f->re + next->re;
}

static void rti_norm_fold_end(rti_fold *f, const rti_reduction *r)
{
    double ord = r->number;
    if (ord == 2)
        f->re = sqrt(f->re);
    else if (ord != 0 && ord != 1 && ord != HUGE_VAL && ord != -HUGE_VAL && f->n > 0)
        f->re = pow(f->re, 1 / ord);
}

/* ---- logsumexp: `more` is the largest that came, and re and im sum e^(x - shift), the shift being that, or 0 where it is infinite ---- */

static double rti_exp_shift(const rti_fold *f) { return f->more - f->more == 0 ? f->more : 0; }

/* Makes room for a largest value of `most`. */
static void rti_exp_raise(rti_fold *f, int64_t before, double most)
{
    double old = rti_exp_shift(f);
    if (before && most <= f->more)
        return;
    f->more = before && f->more != f->more ? f->more : most;
    double by = exp(old - rti_exp_shift(f));
    if (before && f->re - f->re == 0 && f->im - f->im == 0) {
        f->re *= by;
        f->im *= by;
    }
}

static void rti_exp_f64(rti_fold *f, const void *from, int64_t n, int64_t step, const rti_reduction *r)
{
    enum { BLOCK = 256 };
    const double *x = RTI_CAST(const double *, from);
    double most = -HUGE_VAL, e[BLOCK + 16];
    for (int64_t i = 0; i < n; i++)
        if (!(x[i * step] <= most) && most == most)
            most = x[i * step];
    rti_exp_raise(f, f->n, most);
    double shift = rti_exp_shift(f);
    rti_run_fn run = rti_formula_run(&rti_formula_exp, RTI_CLASS_F64);
    void *out = e;
    const void *in = e;
    for (int64_t i = 0, m; i < n; i += m) {
        double sum = 0;
        m = RTI_MIN(n - i, (int64_t)BLOCK);
        for (int64_t k = 0; k < m; k++)
            e[k] = x[(i + k) * step] - shift;
        for (int64_t k = m; k < m + 15; k++)
            e[k] = 0;
        run(&out, &in, (m + 15) / 16 * 16);      /* whole vectors */
        for (int64_t k = 0; k < m; k++)
            sum += e[k];
        f->re += sum;
    }
    (void)r;
}

static void rti_exp_c128(rti_fold *f, const void *from, int64_t n, int64_t step, const rti_reduction *r)
{
    const rti_complex *x = RTI_CAST(const rti_complex *, from);
    double most = -HUGE_VAL;
    for (int64_t i = 0; i < n; i++)
        if (!(x[i * step].re <= most) && most == most)
            most = x[i * step].re;
    rti_exp_raise(f, f->n, most);
    double shift = rti_exp_shift(f);
    for (int64_t i = 0; i < n; i++) {
        rti_complex e = rti_c_exp(rti_complex_of(x[i * step].re - shift, x[i * step].im));
        f->re += e.re;
        f->im += e.im;
    }
    (void)r;
}

static void rti_exp_join(rti_fold *f, const rti_fold *next, const rti_reduction *r)
{
    rti_fold other = *next;
    rti_exp_raise(f, 1, next->more);
    rti_exp_raise(&other, 1, f->more);
    f->re += other.re;
    f->im += other.im;
    (void)r;
}

static void rti_exp_end(rti_fold *f, const rti_reduction *r)
{
    rti_complex sum = rti_c_log(rti_complex_of(f->re, f->im));
    double shift = f->n ? rti_exp_shift(f) : 0;
    f->re = (r->compute == RTI_CLASS_C128 ? sum.re : log(f->re)) + shift;
    f->im = r->compute == RTI_CLASS_C128 ? sum.im : 0;
}

/* ---- all kinds; in the order of the classes: float32, float64, int64, complex128 ---- */

#if RTI_ONE_PASS
#  define RTI_FOLD_F32(name) NULL
#else
#  define RTI_FOLD_F32(name) rti_##name##_f32
#endif
static const rti_reducer rti_reduce_sum = { { RTI_FOLD_F32(sum), rti_sum_f64, rti_sum_i64, rti_sum_c128 }, rti_sum_join, NULL, 0, { RTI_VALUE, RTI_VALUE } };
static const rti_reducer rti_reduce_mean = { { RTI_FOLD_F32(sum), rti_sum_f64, NULL, rti_sum_c128 }, rti_sum_join, rti_mean_end, 0, { RTI_VALUE, RTI_VALUE } };
static const rti_reducer rti_reduce_nansum = { { NULL, rti_nansum_f64, rti_sum_i64, NULL }, rti_sum_join, NULL, 0, { RTI_VALUE, RTI_VALUE } };
static const rti_reducer rti_reduce_prod = { { NULL, rti_prod_f64, rti_prod_i64, rti_prod_c128 }, rti_prod_join, rti_prod_end, 0, { RTI_VALUE, RTI_VALUE } };
#define RTI_REDUCE_EXTREME(mode, first) \
    { { RTI_FOLD_F32(extreme), rti_extreme_f64, rti_extreme_i64, NULL }, rti_extreme_join, rti_extreme_end, mode, { first, RTI_PLACE } }
static const rti_reducer rti_reduce_most = RTI_REDUCE_EXTREME(1, RTI_VALUE), rti_reduce_least = RTI_REDUCE_EXTREME(-1, RTI_VALUE);
static const rti_reducer rti_reduce_most_place = RTI_REDUCE_EXTREME(1, RTI_PLACE), rti_reduce_least_place = RTI_REDUCE_EXTREME(-1, RTI_PLACE);
#define RTI_REDUCE_TRUTH(mode) { { NULL, rti_truth_f64, rti_truth_i64, rti_truth_c128 }, rti_sum_join, rti_truth_end, mode, { RTI_VALUE, RTI_VALUE } }
static const rti_reducer rti_reduce_all = RTI_REDUCE_TRUTH(RTI_COUNT_ALL), rti_reduce_any = RTI_REDUCE_TRUTH(RTI_COUNT_ANY);
static const rti_reducer rti_reduce_count = RTI_REDUCE_TRUTH(RTI_COUNT_THEM);
#define RTI_REDUCE_SPREAD(mode) { { NULL, rti_spread_f64, NULL, rti_spread_c128 }, rti_spread_join, rti_spread_end, mode, { RTI_MORE, RTI_VALUE } }
static const rti_reducer rti_reduce_var = RTI_REDUCE_SPREAD(0), rti_reduce_std = RTI_REDUCE_SPREAD(1);
static const rti_reducer rti_reduce_norm = { { RTI_FOLD_F32(norm), rti_norm_f64, NULL, rti_norm_c128 }, rti_norm_fold_join, rti_norm_fold_end, 0,
                                              { RTI_VALUE, RTI_VALUE } };
static const rti_reducer rti_reduce_log_sum_exp = { { NULL, rti_exp_f64, NULL, rti_exp_c128 }, rti_exp_join, rti_exp_end, 0, { RTI_VALUE, RTI_VALUE } };

/* The vector kernels that a reduction has. */
#define RTI_REDUCE_KERNELS(type, isa) { rti_sum_row_##type##_##isa, rti_largest_row_##type##_##isa, rti_sum_columns_##type##_##isa },
typedef struct rti_reduce_kernels { rti_row_kernel sum, largest; rti_columns_kernel columns; } rti_reduce_kernels;

static void rti_reduction_kernels(rti_reduction *r)
{
    static const rti_reduce_kernels f64[] = { RTI_EACH_ISA_F64(RTI_REDUCE_KERNELS, f64) };
    const rti_reduce_kernels *k = &f64[rti_isa()];
#if !RTI_ONE_PASS
    static const rti_reduce_kernels f32[] = { RTI_EACH_ISA(RTI_REDUCE_KERNELS, f32) };
    if (r->compute == RTI_CLASS_F32)
        k = &f32[rti_isa()];
#endif
    bool sums = r->how->join == rti_sum_join && r->how->fold[RTI_CLASS_F64] == rti_sum_f64 && r->compute <= RTI_CLASS_F64;
    r->row = r->how->join == rti_extreme_join ? k->largest : k->sum;
    r->columns = sums ? k->columns : NULL;
}
#undef RTI_REDUCE_KERNELS

/* x over the dimensions whose bits are set, into contiguous results. */
static rt_status rti_reduce_into(rti_reduction *r, const rti_reducer *how, const rt_tensor *x, uint32_t dims, rt_tensor *const *result, int n_results)
{
    r->how = how;
    r->x = x->data;
    r->dtype = (rt_dtype)x->dtype;
    r->compute = how->fold[rti_class_of(r->dtype)] ? rti_class_of(r->dtype) : RTI_CLASS_F64;
    r->fold = how->fold[r->compute];
    r->wide = (int64_t)rti_element_bytes(rti_class_dtype[r->compute]);
    r->direct = r->dtype == rti_class_dtype[r->compute];
    rti_reduction_kernels(r);
    rti_reduction_axes(r, x, dims);
    r->n_results = n_results;
    r->places = false;
    for (int k = 0; k < n_results; k++) {
        r->result[k] = result[k];
        r->places = r->places || how->part[k] == RTI_PLACE;
    }
    if (r->n_outputs > 0 && r->n_outputs <= RTI_FOLDS && r->n_each >= RTI_FOLD_GRAIN && r->n_each * r->n_outputs >= 8 * RTI_FOLD_GRAIN)
        return rti_reduce_in_pieces(r);
    return rti_parallel_for(r->n_outputs, RTI_MAX(1, RTI_FOLD_GRAIN / RTI_MAX(r->n_each, 1)), rti_reduce_range, r);
}
#endif
