/* ---- normalisation: rows of elements by their mean and deviation ----------------------------------------------------------------------- */

#if RTI_PASS == 1 || RTI_ONE_PASS

/* Long sums in pieces of so many elements, which are added up in double. */
enum { RTI_FN(norm_piece) = 4096 };

/* sum_i (x_i - m)^power, power 1 or 2 */
static double RTI_FN(norm_power)(const void *from, int64_t n, double mean, bool square)
{
    const rti_real *x = RTI_CAST(const rti_real *, from), m = (rti_real)mean;
    double total = 0;
    for (int64_t at = 0, end; at < n; at = end) {
        rti_vf sum = rti_vset(0), also = sum;
        int64_t i = at;
        end = RTI_MIN(n, at + RTI_FN(norm_piece));
        for (; i + 2 * RTI_LANES <= end; i += 2 * RTI_LANES) {
            rti_vf d = rti_vsub(rti_vload(x + i), rti_vset((double)m)), e = rti_vsub(rti_vload(x + i + RTI_LANES), rti_vset((double)m));
            sum = square ? rti_vfma(d, d, sum) : rti_vadd(sum, d);
            also = square ? rti_vfma(e, e, also) : rti_vadd(also, e);
        }
        rti_real part = RTI_FN(lanes_sum)(rti_vadd(sum, also));
        for (; i < end; i++)
            part += square ? (x[i] - m) * (x[i] - m) : x[i] - m;
        total += (double)part;
    }
    return total;
}

/* y = (x - m) a w + b + c; w, b NULL: 1, 0 */
static void RTI_FN(norm_apply)(const void *from, const void *weight, const void *bias, double mean, double scale, double shift, int64_t n, void *to)
{
    const rti_real *x = RTI_CAST(const rti_real *, from), *w = RTI_CAST(const rti_real *, weight), *b = RTI_CAST(const rti_real *, bias);
    rti_real *y = RTI_CAST(rti_real *, to);
    rti_vf m = rti_vset(mean), a = rti_vset(scale), c = rti_vset(shift);
    int64_t i = 0;
    for (; i + RTI_LANES <= n; i += RTI_LANES) {
        rti_vf d = rti_vmul(rti_vsub(rti_vload(x + i), m), a), k = b ? rti_vload(b + i) : c;
        rti_vstore(y + i, w ? rti_vfma(d, rti_vload(w + i), k) : rti_vadd(d, k));
    }
    for (; i < n; i++)
        y[i] = (x[i] - (rti_real)mean) * (rti_real)scale * (w ? w[i] : 1) + (b ? b[i] : (rti_real)shift);
}

/* sums += sum g w, sum g w (x - m) */
static void RTI_FN(norm_sums)(const void *grad, const void *from, const void *weight, double mean, int64_t n, double *sums)
{
    const rti_real *g = RTI_CAST(const rti_real *, grad), *x = RTI_CAST(const rti_real *, from), *w = RTI_CAST(const rti_real *, weight);
    rti_real m = (rti_real)mean;
    for (int64_t at = 0, end; at < n; at = end) {
        rti_vf first = rti_vset(0), second = first;
        int64_t i = at;
        end = RTI_MIN(n, at + RTI_FN(norm_piece));
        for (; i + RTI_LANES <= end; i += RTI_LANES) {
            rti_vf h = w ? rti_vmul(rti_vload(g + i), rti_vload(w + i)) : rti_vload(g + i);
            first = rti_vadd(first, h);
            second = rti_vfma(h, rti_vsub(rti_vload(x + i), rti_vset((double)m)), second);
        }
        rti_real a = RTI_FN(lanes_sum)(first), b = RTI_FN(lanes_sum)(second);
        for (; i < end; i++) {
            rti_real h = w ? g[i] * w[i] : g[i];
            a += h;
            b += h * (x[i] - m);
        }
        sums[0] += (double)a;
        sums[1] += (double)b;
    }
}

/* d = (g w times - c1 - (x - m) c2) a */
static void RTI_FN(norm_dx)(const void *grad, const void *from, const void *weight, const double *k, int64_t n, void *to)
{
    const rti_real *g = RTI_CAST(const rti_real *, grad), *x = RTI_CAST(const rti_real *, from), *w = RTI_CAST(const rti_real *, weight);
    rti_real *d = RTI_CAST(rti_real *, to);
    rti_vf m = rti_vset(k[0]), a = rti_vset(k[1]), times = rti_vset(k[2]), c1 = rti_vset(-k[3]), c2 = rti_vset(-k[4]);
    int64_t i = 0;
    for (; i + RTI_LANES <= n; i += RTI_LANES) {
        rti_vf off = rti_vfma(rti_vsub(rti_vload(x + i), m), c2, c1);
        rti_vstore(d + i, rti_vmul(rti_vfma(rti_vload(g + i), w ? rti_vload(w + i) : times, off), a));
    }
    for (; i < n; i++)
        d[i] = (g[i] * (w ? w[i] : (rti_real)k[2]) - (rti_real)k[3] - (x[i] - (rti_real)k[0]) * (rti_real)k[4]) * (rti_real)k[1];
}

/* dw += g (x - m) a, db += g */
static void RTI_FN(norm_dw)(const void *grad, const void *from, double mean, double scale, int64_t n, void *weight, void *bias)
{
    const rti_real *g = RTI_CAST(const rti_real *, grad), *x = RTI_CAST(const rti_real *, from);
    rti_real *dw = RTI_CAST(rti_real *, weight), *db = RTI_CAST(rti_real *, bias);
    rti_vf m = rti_vset(mean), a = rti_vset(scale);
    int64_t i = 0;
    for (; i + RTI_LANES <= n; i += RTI_LANES) {
        rti_vf h = rti_vload(g + i);
        rti_vstore(dw + i, rti_vfma(h, rti_vmul(rti_vsub(rti_vload(x + i), m), a), rti_vload(dw + i)));
        rti_vstore(db + i, rti_vadd(h, rti_vload(db + i)));
    }
    for (; i < n; i++) {
        dw[i] += g[i] * ((x[i] - (rti_real)mean) * (rti_real)scale);
        db[i] += g[i];
    }
}
#endif

#if !RTI_PASS

typedef struct rti_norm_kernels {
    double (*power)(const void *x, int64_t n, double mean, bool square);
    void (*apply)(const void *x, const void *w, const void *b, double mean, double scale, double shift, int64_t n, void *y);
    void (*sums)(const void *g, const void *x, const void *w, double mean, int64_t n, double *sums);
    void (*dx)(const void *g, const void *x, const void *w, const double *k, int64_t n, void *d);      /* k: mean, scale, times, c1, c2 */
    void (*dw)(const void *g, const void *x, double mean, double scale, int64_t n, void *dw, void *db);
} rti_norm_kernels;

#define RTI_NORM_KERNELS(type, isa) \
    { rti_norm_power_##type##_##isa, rti_norm_apply_##type##_##isa, rti_norm_sums_##type##_##isa, rti_norm_dx_##type##_##isa, rti_norm_dw_##type##_##isa },

static const rti_norm_kernels *rti_norm_kernels_of(rti_class c)
{
#if !RTI_ONE_PASS
    static const rti_norm_kernels f32[] = { RTI_EACH_ISA(RTI_NORM_KERNELS, f32) };
    if (c == RTI_CLASS_F32)
        return &f32[rti_isa()];
#endif
    static const rti_norm_kernels f64[] = { RTI_EACH_ISA_F64(RTI_NORM_KERNELS, f64) };
    (void)c;
    return &f64[rti_isa()];
}
#undef RTI_NORM_KERNELS

/* ---- rows ----
 * A row's elements lie in segments, each of neighbours with one weight. Row r begins at r * base, its segment q lies q * step further on
 * and has weight (r * weight_row + q * weight_segment) % channels. Or there is one segment, and every element has a weight of its own. */

typedef struct rti_norm_work {
    const rti_norm_kernels *kernels;
    rti_class compute;
    size_t wide;
    int64_t rows, base, segments, step, length;
    int64_t channels, weight_row, weight_segment;
    bool own_weights;                 /* one for each element of a row */
    bool centred, fixed;              /* the mean is taken off;  mean and deviation are given, and have no gradient */
    double eps;
    const char *x, *weight, *bias, *grad;      /* arrays of the class; weight, bias NULL: 1, 0 */
    char *y;                          /* result, or x's gradient; NULL: not wanted */
    double *mean, *scale;             /* [rows]; scale: 1 / sqrt(variance + eps) */
    double *variance;                 /* [rows]; NULL: not wanted */
    int64_t members, repeat;          /* by columns: how many members, and how many columns a row has beside each other; 0: not by columns */
    double *parts;                    /* backward: of every segment, sum g and sum g (x - m); or of every range of rows, dw and db of the class */
    int64_t n_ranges;
} rti_norm_work;

static RTI_INLINE int64_t rti_norm_at(const rti_norm_work *w, int64_t r, int64_t q) { return (r * w->base + q * w->step) * (int64_t)w->wide; }
static double rti_norm_weight(const rti_norm_work *w, const char *weights, int64_t r, int64_t q, double normal)
{
    if (!weights)
        return normal;
    int64_t k = (r * w->weight_row + q * w->weight_segment) % w->channels;
    return w->compute == RTI_CLASS_F32 ? (double)((const float *)(const void *)weights)[k] : ((const double *)(const void *)weights)[k];
}

static RTI_HOT void rti_norm_moments(const rti_norm_work *w, int64_t r)
{
    double n = (double)(w->segments * w->length), sum = 0, squares = 0;
    for (int64_t q = 0; q < w->segments && w->centred; q++)
        sum += w->kernels->power(w->x + rti_norm_at(w, r, q), w->length, 0, false);
    w->mean[r] = sum / n;
    for (int64_t q = 0; q < w->segments; q++)
        squares += w->kernels->power(w->x + rti_norm_at(w, r, q), w->length, w->mean[r], true);
    w->scale[r] = 1 / sqrt(squares / n + w->eps);
    if (w->variance)
        w->variance[r] = squares / n;
}

static RTI_HOT void rti_norm_forward_range(void *work, int64_t begin, int64_t end)
{
    const rti_norm_work *w = RTI_CAST(const rti_norm_work *, work);
    for (int64_t r = begin; r < end; r++) {
        if (!w->fixed)
            rti_norm_moments(w, r);
        for (int64_t q = 0; q < w->segments; q++) {
            int64_t at = rti_norm_at(w, r, q);
            if (w->own_weights)
                w->kernels->apply(w->x + at, w->weight, w->bias, w->mean[r], w->scale[r], 0, w->length, w->y + at);
            else
                w->kernels->apply(w->x + at, NULL, NULL, w->mean[r], w->scale[r] * rti_norm_weight(w, w->weight, r, q, 1),
                                  rti_norm_weight(w, w->bias, r, q, 0), w->length, w->y + at);
        }
    }
}

/* x's gradient over row r, once the sums of its g w and g w (x - m) are known. */
static RTI_HOT void rti_norm_dx_row(const rti_norm_work *w, int64_t r, const double *sums)
{
    double n = (double)(w->segments * w->length), a = w->scale[r];
    for (int64_t q = 0; q < w->segments; q++) {
        int64_t at = rti_norm_at(w, r, q);
        double k[5];
        k[0] = w->mean[r];
        k[1] = a;
        k[2] = w->own_weights ? 1 : rti_norm_weight(w, w->weight, r, q, 1);
        k[3] = w->fixed || !w->centred ? 0 : sums[0] / n;
        k[4] = w->fixed ? 0 : sums[1] / n * a * a;
        w->kernels->dx(w->grad + at, w->x + at, w->own_weights ? w->weight : NULL, k, w->length, w->y + at);
    }
}

static RTI_HOT void rti_norm_backward_range(void *work, int64_t begin, int64_t end)
{
    const rti_norm_work *w = RTI_CAST(const rti_norm_work *, work);
    for (int64_t r = begin; r < end; r++) {
        double sums[2] = { 0, 0 };
        for (int64_t q = 0; q < w->segments; q++) {
            int64_t at = rti_norm_at(w, r, q);
            double *part = w->parts + 2 * (r * w->segments + q), by = rti_norm_weight(w, w->weight, r, q, 1);
            part[0] = part[1] = 0;
            w->kernels->sums(w->grad + at, w->x + at, NULL, w->mean[r], w->length, part);
            sums[0] += by * part[0];
            sums[1] += by * part[1];
        }
        if (w->y)
            rti_norm_dx_row(w, r, sums);
    }
}

/* Of elements with weights of their own: ranges of rows, each with sums for dw and db of its own. */
static RTI_HOT void rti_norm_backward_own(void *work, int64_t begin, int64_t end)
{
    const rti_norm_work *w = RTI_CAST(const rti_norm_work *, work);
    for (int64_t range = begin; range < end; range++) {
        char *dw = (char *)w->parts + (size_t)(2 * range * w->length) * w->wide, *db = dw + (size_t)w->length * w->wide;
        memset(dw, 0, 2 * (size_t)w->length * w->wide);
        for (int64_t r = range * w->rows / w->n_ranges; r < (range + 1) * w->rows / w->n_ranges; r++) {
            int64_t at = rti_norm_at(w, r, 0);
            double sums[2] = { 0, 0 };
            if (w->y) {
                w->kernels->sums(w->grad + at, w->x + at, w->weight, w->mean[r], w->length, sums);
                rti_norm_dx_row(w, r, sums);
            }
            w->kernels->dw(w->grad + at, w->x + at, w->mean[r], w->scale[r], w->length, dw, db);
        }
    }
}

/* ---- the same where segments are short: members of the batch one after another, a block of columns of each ---- */

enum { RTI_NORM_MINUS, RTI_NORM_OFF, RTI_NORM_A, RTI_NORM_B, RTI_NORM_C, RTI_NORM_ARRAYS };      /* -mean, x - mean; what they are combined with */

typedef struct rti_norm_block {
    union { float f32[RTI_NORM_ARRAYS][RTI_COLUMNS]; double f64[RTI_NORM_ARRAYS][RTI_COLUMNS]; } numbers;
    void *v[RTI_NORM_ARRAYS];
    int64_t first, n;                 /* columns; whole rows of them */
} rti_norm_block;

static int64_t rti_norm_block_size(const rti_norm_work *w) { return RTI_COLUMNS / w->repeat * w->repeat; }

static void rti_norm_block_begin(const rti_norm_work *w, rti_norm_block *b, int64_t i)
{
    b->first = i * rti_norm_block_size(w);
    b->n = RTI_MIN(rti_norm_block_size(w), w->rows * w->repeat - b->first);
    for (int k = 0; k < RTI_NORM_ARRAYS; k++)
        b->v[k] = w->compute == RTI_CLASS_F32 ? (void *)b->numbers.f32[k] : (void *)b->numbers.f64[k];
}

static RTI_INLINE void rti_norm_put(const rti_norm_work *w, rti_norm_block *b, int k, int64_t j, double x)
{
    if (w->compute == RTI_CLASS_F32)
        b->numbers.f32[k][j] = (float)x;
    else
        b->numbers.f64[k][j] = x;
}

/* Member m's part of x or another array like it. */
static RTI_INLINE int64_t rti_norm_member(const rti_norm_work *w, const rti_norm_block *b, int64_t m)
{
    return (m * w->rows * w->repeat + b->first) * (int64_t)w->wide;
}

static void rti_norm_off(const rti_norm_work *w, const rti_norm_block *b, int64_t m)
{
    w->kernels->apply(w->x + rti_norm_member(w, b, m), NULL, b->v[RTI_NORM_MINUS], 0, 1, 0, b->n, b->v[RTI_NORM_OFF]);
}

/* Of the block's rows: sum g and sum g (x - mean) over members into parts; grad NULL: of x - mean for g. Sixty-four members at a time are
 * added up in the class. */
static RTI_HOT void rti_norm_block_sums(const rti_norm_work *w, rti_norm_block *b, const char *grad)
{
    double *sums = w->parts + 2 * (b->first / w->repeat);
    for (int64_t j = 0; j < b->n; j++)
        rti_norm_put(w, b, RTI_NORM_MINUS, j, -w->mean[(b->first + j) / w->repeat]);
    memset(sums, 0, 2 * (size_t)(b->n / w->repeat) * sizeof *sums);
    for (int64_t at = 0; at < w->members; at += 64) {
        memset(b->v[RTI_NORM_A], 0, (size_t)b->n * w->wide);
        memset(b->v[RTI_NORM_B], 0, (size_t)b->n * w->wide);
        for (int64_t m = at; m < RTI_MIN(at + 64, w->members); m++) {
            rti_norm_off(w, b, m);
            w->kernels->dw(grad ? grad + rti_norm_member(w, b, m) : b->v[RTI_NORM_OFF], b->v[RTI_NORM_OFF], 0, 1, b->n, b->v[RTI_NORM_A], b->v[RTI_NORM_B]);
        }
        for (int64_t j = 0; j < b->n; j++) {
            bool single = w->compute == RTI_CLASS_F32;
            sums[2 * (j / w->repeat)] += single ? (double)b->numbers.f32[RTI_NORM_B][j] : b->numbers.f64[RTI_NORM_B][j];
            sums[2 * (j / w->repeat) + 1] += single ? (double)b->numbers.f32[RTI_NORM_A][j] : b->numbers.f64[RTI_NORM_A][j];
        }
    }
}

static RTI_HOT void rti_norm_forward_columns(void *work, int64_t begin, int64_t end)
{
    const rti_norm_work *w = RTI_CAST(const rti_norm_work *, work);
    double n = (double)(w->members * w->repeat);
    rti_norm_block b;
    for (int64_t i = begin; i < end; i++) {
        rti_norm_block_begin(w, &b, i);
        int64_t first = b.first / w->repeat, last = first + b.n / w->repeat;
        for (int64_t r = first; !w->fixed && r < last; r++)
            w->mean[r] = 0;
        for (int pass = 0; pass < 2 && !w->fixed; pass++) {
            rti_norm_block_sums(w, &b, NULL);
            for (int64_t r = first; r < last; r++) {
                w->mean[r] += pass == 0 ? w->parts[2 * r] / n : 0;
                w->variance[r] = w->parts[2 * r + 1] / n;
                w->scale[r] = 1 / sqrt(w->variance[r] + w->eps);
            }
        }
        for (int64_t j = 0; j < b.n; j++) {
            int64_t r = (b.first + j) / w->repeat;
            rti_norm_put(w, &b, RTI_NORM_MINUS, j, -w->mean[r]);
            rti_norm_put(w, &b, RTI_NORM_A, j, w->scale[r] * rti_norm_weight(w, w->weight, r, 0, 1));
            rti_norm_put(w, &b, RTI_NORM_B, j, rti_norm_weight(w, w->bias, r, 0, 0));
        }
        for (int64_t m = 0; m < w->members; m++) {
            rti_norm_off(w, &b, m);
            w->kernels->apply(b.v[RTI_NORM_OFF], b.v[RTI_NORM_A], b.v[RTI_NORM_B], 0, 1, 0, b.n, w->y + rti_norm_member(w, &b, m));
        }
    }
}

/* d = g w a + (x - mean) B + C */
static RTI_HOT void rti_norm_backward_columns(void *work, int64_t begin, int64_t end)
{
    const rti_norm_work *w = RTI_CAST(const rti_norm_work *, work);
    double n = (double)(w->members * w->repeat);
    rti_norm_block b;
    for (int64_t i = begin; i < end; i++) {
        rti_norm_block_begin(w, &b, i);
        rti_norm_block_sums(w, &b, w->grad);
        for (int64_t j = 0; j < b.n; j++) {
            int64_t r = (b.first + j) / w->repeat;
            double a = w->scale[r], by = a * rti_norm_weight(w, w->weight, r, 0, 1);
            rti_norm_put(w, &b, RTI_NORM_A, j, by);
            rti_norm_put(w, &b, RTI_NORM_B, j, w->fixed ? 0 : -by * a * a * w->parts[2 * r + 1] / n);
            rti_norm_put(w, &b, RTI_NORM_C, j, w->fixed ? 0 : -by * w->parts[2 * r] / n);
        }
        for (int64_t m = 0; m < w->members && w->y; m++) {
            int64_t at = rti_norm_member(w, &b, m);
            rti_norm_off(w, &b, m);
            w->kernels->apply(b.v[RTI_NORM_OFF], b.v[RTI_NORM_B], b.v[RTI_NORM_C], 0, 1, 0, b.n, b.v[RTI_NORM_OFF]);
            w->kernels->apply(w->grad + at, b.v[RTI_NORM_A], b.v[RTI_NORM_OFF], 0, 1, 0, b.n, w->y + at);
        }
    }
}

/* Runs over rows, or blocks of columns of about as many elements as are worth another thread. */
static rt_status rti_norm_columns_run(rti_norm_work *w, rt_range_fn run)
{
    int64_t size = rti_norm_block_size(w), blocks = (w->rows * w->repeat + size - 1) / size;
    return rti_parallel_for(blocks, RTI_MAX(1, 8192 / RTI_MAX(size * w->members, 1)), run, w);
}

static int64_t rti_norm_grain(const rti_norm_work *w) { return RTI_MAX(1, 8192 / RTI_MAX(w->segments * w->length, 1)); }

/* What the segments' sums, or the ranges', come to for each weight: into float64 dw[channels], db[channels]. */
static RTI_HOT void rti_norm_gather(const rti_norm_work *w, double *dw, double *db)
{
    memset(dw, 0, (size_t)w->channels * sizeof *dw);
    memset(db, 0, (size_t)w->channels * sizeof *db);
    int64_t segments = w->members ? 1 : w->segments;
    for (int64_t i = 0; !w->own_weights && i < w->rows * segments; i++) {
        int64_t r = i / segments, k = (r * w->weight_row + i % segments * w->weight_segment) % w->channels;
        db[k] += w->parts[2 * i];
        dw[k] += w->parts[2 * i + 1] * w->scale[r];
    }
    for (int64_t range = 0; w->own_weights && range < w->n_ranges; range++)
        for (int64_t k = 0; k < w->channels; k++) {
            const char *part = (const char *)w->parts + (size_t)(2 * range * w->length + k) * w->wide;
            const char *also = part + (size_t)w->length * w->wide;
            dw[k] += w->compute == RTI_CLASS_F32 ? (double)*(const float *)(const void *)part : *(const double *)(const void *)part;
            db[k] += w->compute == RTI_CLASS_F32 ? (double)*(const float *)(const void *)also : *(const double *)(const void *)also;
        }
}

/* ---- from tensors to rows and back ---- */

enum { RTI_NORM_HELD = 8 };

/* A call of one of the rows below: the rows, and what is held for them. */
typedef struct rti_norm_call {
    rti_norm_work w;
    rti_call *c;
    rt_dtype dtype;                    /* the class's own */
    void *held[RTI_NORM_HELD];         /* tensors, then memory of the pool */
    int n_tensors;
    double *memory;
    bool failed;
} rti_norm_call;

static void rti_norm_begin(rti_norm_call *k, rti_call *c, rt_tensor *x)
{
    memset(k, 0, sizeof *k);
    k->c = c;
    k->w.compute = rti_class_of((rt_dtype)x->dtype);
    k->w.kernels = rti_norm_kernels_of(k->w.compute);
    k->dtype = rti_class_dtype[k->w.compute];
    k->w.wide = rti_element_bytes(k->dtype);
    k->w.centred = true;
}

static rt_status rti_norm_end(rti_norm_call *k)
{
    for (int i = 0; i < k->n_tensors; i++)
        rti_release(RTI_CAST(rt_tensor *, k->held[i]));
    rti_pool_put(k->memory);
    return k->failed ? rti_pending_code() : RT_OK;
}

static char *rti_norm_hold(rti_norm_call *k, rt_tensor *x)
{
    k->failed = k->failed || !x;
    if (!x)
        return NULL;
    k->held[k->n_tensors++] = x;
    return x->data;
}

/* An array of the class with the tensor's elements; NULL for an absent one. */
static const char *rti_norm_in(rti_norm_call *k, rt_tensor *x) { return k->failed || !x ? NULL : rti_norm_hold(k, rti_contiguous_as(x, k->dtype)); }

/* Where the rows' result goes: result `at` of the call itself, or memory that rti_norm_deliver brings there. */
static char *rti_norm_out(rti_norm_call *k, int at)
{
    rt_tensor *out = k->c->out[at];
    if (k->failed || (out->dtype == k->dtype && rti_contiguous(out)))
        return k->failed ? NULL : out->data;
    return rti_norm_hold(k, rti_tensor_new(k->dtype, out->size, out->ndim, out->numel));
}

static void rti_norm_deliver(rti_norm_call *k, int at, const char *data)
{
    rt_tensor *out = k->c->out[at];
    for (int i = 0; !k->failed && data != out->data && i < k->n_tensors; i++)
        if (RTI_CAST(rt_tensor *, k->held[i])->data == data)
            k->failed = rti_copy_into(out, RTI_CAST(rt_tensor *, k->held[i])) != RT_OK;
}

/* Room for n float64 numbers, once a call. */
static double *rti_norm_room(rti_norm_call *k, int64_t n)
{
    k->memory = k->failed ? NULL : RTI_CAST(double *, rti_pool_get((size_t)RTI_MAX(n, 1) * sizeof(double)));
    k->failed = k->failed || !k->memory;
    return k->memory;
}

static void rti_norm_store(rt_tensor *out, const double *from)
{
    rti_store((rt_dtype)out->dtype, RTI_CLASS_F64, out->data, (int64_t)rti_element_bytes((rt_dtype)out->dtype), from, out->numel);
}

/* Reads a small tensor of any layout into to[]; n of them. */
static void rti_norm_load(rti_norm_call *k, rt_tensor *x, double *to, int64_t n)
{
    rt_tensor *y = k->failed ? NULL : rti_contiguous_as(x, RT_FLOAT64);
    if (y)
        memcpy(to, y->data, (size_t)n * sizeof *to);
    k->failed = k->failed || !y;
    rti_release(y);
}

static void rti_norm_run_forward(rti_norm_call *k)
{
    if (!k->failed)
        k->failed = (k->w.members ? rti_norm_columns_run(&k->w, rti_norm_forward_columns)
                                  : rti_parallel_for(k->w.rows, rti_norm_grain(&k->w), rti_norm_forward_range, &k->w)) != RT_OK;
}

/* Runs the gradient and writes what is wanted of results 0 x, 1 weight, 2 bias. mean, scale: as the forward call saved them. */
static rt_status rti_norm_run_backward(rti_norm_call *k, rt_tensor *g, rt_tensor *x, rt_tensor *weight, rt_tensor *mean, rt_tensor *scale, const bool *mask,
                                       int n_results)
{
    rti_norm_work *w = &k->w;
    w->n_ranges = RTI_MIN(RTI_MAX(w->rows / 4, 1), 16);
    int64_t parts = w->own_weights ? 2 * w->n_ranges * w->length : 2 * w->rows * w->segments;
    double *room = rti_norm_room(k, 2 * w->rows + 2 * w->channels + parts);
    bool wants_x = mask[0];
    w->x = rti_norm_in(k, x);
    w->grad = rti_norm_in(k, g);
    w->weight = rti_norm_in(k, weight);
    w->y = wants_x ? rti_norm_out(k, 0) : NULL;
    if (k->failed)
        return rti_norm_end(k);
    double *dw = room + 2 * w->rows, *db = dw + w->channels;
    w->mean = room;
    w->scale = room + w->rows;
    w->parts = db + w->channels;
    memset(room, 0, 2 * (size_t)w->rows * sizeof *room);
    if (mean)
        rti_norm_load(k, mean, w->mean, w->rows);
    rti_norm_load(k, scale, w->scale, w->rows);
    for (int64_t r = 0; w->fixed && !k->failed && r < w->rows; r++)
        w->scale[r] = 1 / sqrt(w->scale[r] + w->eps);
    if (!k->failed && w->own_weights)
        k->failed = rti_parallel_for(w->n_ranges, 1, rti_norm_backward_own, w) != RT_OK;
    else if (!k->failed)
        k->failed = (w->members ? rti_norm_columns_run(w, rti_norm_backward_columns)
                                : rti_parallel_for(w->rows, rti_norm_grain(w), rti_norm_backward_range, w)) != RT_OK;
    if (wants_x)
        rti_norm_deliver(k, 0, w->y);
    if (!k->failed && (mask[1] || (n_results > 2 && mask[2])))
        rti_norm_gather(w, dw, db);
    if (!k->failed && mask[1])
        rti_norm_store(k->c->out[1], dw);
    if (!k->failed && n_results > 2 && mask[2])
        rti_norm_store(k->c->out[2], db);
    return rti_norm_end(k);
}

/* ---- checks ---- */

/* The dtype of what stands beside x: x's own, or float32 beside half types. DEFAULT with the error raised. */
static rt_dtype rti_norm_dtype(rti_call *c, const char *op, const rt_tensor *x, const rt_tensor *const *beside, int n)
{
    rt_dtype dtype = (rt_dtype)x->dtype, other = dtype;
    if (!rti_is_float(dtype) || rti_is_bare(dtype)) {
        rti_refuse_dtype(c, dtype);
        return RT_DTYPE_DEFAULT;
    }
    for (int i = 0; i < n; i++) {
        if (!beside[i])
            continue;
        rt_dtype have = (rt_dtype)beside[i]->dtype;
        if (have != dtype && (have != RT_FLOAT32 || (dtype != RT_FLOAT16 && dtype != RT_BFLOAT16))) {
            rti_raise(RT_ERR_DTYPE, op, "expected weights and the like of the input's type %s, got %s", rt_dtype_name(dtype), rt_dtype_name(have));
            return RT_DTYPE_DEFAULT;
        }
        other = have;
    }
    return other;
}

static rt_status rti_norm_check_channels(const char *op, const rt_tensor *const *beside, int n, int64_t channels)
{
    rti_shape_text text;
    for (int i = 0; i < n; i++)
        if (beside[i] && (beside[i]->ndim != 1 || beside[i]->size[0] != channels))
            return rti_raise(RT_ERR_SHAPE, op, "expected [%lld], one for each channel, got %s", (long long)channels, rti_shape_of_text(&text, beside[i]));
    return RT_OK;
}

/* x's last dimensions are those of the list; and so are the tensors. */
static rt_status rti_norm_check_shape(const char *op, const rt_tensor *x, const rt_value *list, const rt_tensor *const *beside, int n)
{
    rti_shape_text a, b;
    int ndim = (int)list->count;
    bool fits = ndim > 0 && ndim <= x->ndim;
    for (int d = 0; fits && d < ndim; d++)
        fits = x->size[x->ndim - ndim + d] == list->as.ints[d];
    if (!fits)
        return rti_raise(RT_ERR_SHAPE, op, "expected an input whose last dimensions are %s, got %s",
                         rti_dims_text(&a, list->as.ints, RTI_MIN(ndim, RT_MAX_DIMS)), rti_shape_of_text(&b, x));
    for (int i = 0; i < n; i++)
        if (beside[i] && (beside[i]->ndim != ndim || memcmp(beside[i]->size, list->as.ints, (size_t)ndim * sizeof(int64_t)) != 0))
            return rti_raise(RT_ERR_SHAPE, op, "expected weight and bias of shape %s, got %s", rti_dims_text(&a, list->as.ints, ndim),
                             rti_shape_of_text(&b, beside[i]));
    return RT_OK;
}

static rt_status rti_norm_check_grad(const char *op, const rt_tensor *g, const rt_tensor *x)
{
    rti_shape_text a, b;
    if (g->dtype != x->dtype)
        return rti_raise(RT_ERR_DTYPE, op, "expected a gradient of the input's type %s, got %s", rt_dtype_name((rt_dtype)x->dtype), rt_dtype_name((rt_dtype)g->dtype));
    if (!rti_same_shape(g, x))
        return rti_raise(RT_ERR_SHAPE, op, "expected a gradient of the input's shape %s, got %s", rti_shape_of_text(&a, x), rti_shape_of_text(&b, g));
    return RT_OK;
}

/* Result k like x, or empty where it is not wanted or there is nothing like it. */
static rt_status rti_norm_result(rti_call *c, int k, const rt_tensor *x, bool wanted)
{
    int64_t none = 0;
    return wanted && x ? rti_result_like(c, k, x) : rti_result_set(c, k, (rt_dtype)rti_arg_tensor(c, 0)->dtype, &none, 1);
}

/* ---- gradients in terms of ordinary operations, for whoever differentiates them ----
 * v: x in a shape whose dimensions `dims` the statistics are over, and in which weight has shape `by` */

typedef struct rti_norm_view {
    rt_shape shape, by;
    int64_t dims[RT_MAX_DIMS];
    int n_dims;
    bool centred, fixed;
    double eps;
    rt_tensor *mean, *variance;        /* fixed: in the shape `by` */
} rti_norm_view;

static rt_tensor *rti_sum_to(rt_tensor *x, const int64_t *size, int ndim);

static rt_tensor *rti_norm_mean(rt_tensor *x, const rti_norm_view *v) { return rt_mean_dims(x, rti_shape_copy(v->dims, v->n_dims), true); }

/* Sets the gradients of arguments 0 x, `at` weight and `at` + 1 bias, from that of result 0. */
static rt_status rti_norm_composed(rti_backward *b, const rti_norm_view *v, int at, bool has_bias)
{
    rt_tensor *x = rti_b_input(b, 0), *weight = rti_b_optional(b, at);
    if (!x || !weight)
        return rti_pending_code();
    rt_shape original = rti_shape_copy(x->size, x->ndim);
    rt_tensor *g = rt_reshape(rti_b_grad(b, 0), v->shape), *h = rti_absent(weight) ? g : rt_mul(g, rt_reshape(weight, v->by));
    x = rt_reshape(x, v->shape);
    rt_tensor *d = !v->centred ? x : rt_sub(x, v->fixed ? v->mean : rti_norm_mean(x, v));
    rt_tensor *variance = v->fixed ? v->variance : rti_norm_mean(rt_mul(d, d), v), *deviation = rt_sqrt(rt_add_scalar(variance, rt_scalar_float(v->eps)));
    rt_tensor *z = rt_div(d, deviation), *dx = h;
    if (!v->fixed) {
        dx = rt_sub(dx, rt_mul(z, rti_norm_mean(rt_mul(h, z), v)));
        dx = v->centred ? rt_sub(dx, rti_norm_mean(h, v)) : dx;
    }
    rt_status status = rti_b_needs(b, 0) ? rti_b_set(b, 0, rt_reshape(rt_div(dx, deviation), original)) : RT_OK;
    if (status == RT_OK && rti_b_needs(b, at)) {
        rt_tensor *dw = rt_mul(g, z);
        status = rti_b_set(b, at, dw ? rt_reshape(rti_sum_to(dw, v->by.dim, v->by.ndim), rti_shape_copy(weight->size, weight->ndim)) : NULL);
    }
    if (status == RT_OK && has_bias && rti_b_needs(b, at + 1)) {
        const rti_edge *bias = rti_b_input_shape(b, at + 1);
        status = rti_b_set(b, at + 1, g ? rt_reshape(rti_sum_to(g, v->by.dim, v->by.ndim), rti_shape_copy(bias->size, bias->ndim)) : NULL);
    }
    return status;
}

/* Calls a gradient row and hands its results to arguments 0, `at` and `at` + 1. */
static rt_status rti_norm_hand_out(rti_backward *b, const rt_op *op, const rt_value *arg, int n_args, int at)
{
    rt_value results[RTI_MAX_RESULTS];
    rt_status status = rti_door(op, arg, n_args, NULL, results);
    for (int k = 0; k < op->n_results && status == RT_OK; k++)
        rti_scoped(results[k].as.tensor);
    for (int k = 0; k < op->n_results && status == RT_OK; k++)
        if (rti_b_needs(b, k ? at + k - 1 : 0))
            status = rti_b_set(b, k ? at + k - 1 : 0, results[k].as.tensor);
    return status;
}

static void rti_norm_mask(const rti_backward *b, int at, int n, bool *mask, rt_value *v)
{
    for (int k = 0; k < n; k++)
        mask[k] = rti_b_needs(b, k ? at + k - 1 : 0);
    *v = rti_value(RT_VALUE_BOOLS, (uint32_t)n);
    v->as.bools = mask;
}

/* ---- layer_norm and rms_norm: x, shape, weight, bias, eps; x, shape, weight, eps ---- */

static void rti_norm_layer_rows(rti_norm_call *k, const rt_tensor *x, const rt_value *list)
{
    k->w.own_weights = true;
    k->w.segments = k->w.length = 1;
    for (uint32_t d = 0; d < list->count; d++)
        k->w.length *= list->as.ints[d];
    k->w.rows = 1;
    for (int d = 0; d < x->ndim - (int)list->count; d++)
        k->w.rows *= x->size[d];
    k->w.base = k->w.channels = k->w.length;
}

static rt_status rti_norm_shape_layer(rti_call *c, const char *op, int n_beside, int n_results)
{
    const rt_tensor *x = rti_arg_tensor(c, 0), *beside[2];
    int64_t size[RT_MAX_DIMS];
    beside[0] = rti_arg_tensor(c, 2);
    beside[1] = n_beside > 1 ? rti_arg_tensor(c, 3) : NULL;
    rt_dtype dtype = rti_norm_dtype(c, op, x, beside, n_beside);
    if (dtype == RT_DTYPE_DEFAULT || rti_norm_check_shape(op, x, &c->arg[1], beside, n_beside) != RT_OK)
        return rti_pending_code();
    for (int d = 0; d < x->ndim; d++)
        size[d] = d < x->ndim - (int)c->arg[1].count ? x->size[d] : 1;
    rt_status status = rti_result_like(c, 0, x);
    for (int k = 1; k < n_results && status == RT_OK; k++)
        status = rti_result_set(c, k, dtype, size, x->ndim);
    return status;
}
static rt_status rti_shape_layer_norm(rti_call *c) { return rti_norm_shape_layer(c, "native_layer_norm", 2, 3); }
static rt_status rti_shape_rms_norm(rti_call *c) { return rti_norm_shape_layer(c, "_fused_rms_norm", 1, 2); }

/* The argument, or what separates 1 from the next number: in float32 for half types. */
static double rti_rms_eps(const rt_value *v, rt_dtype dtype)
{
    return v->tag != RT_VALUE_NONE ? rti_arg_number(v) : dtype == RT_FLOAT64 ? 2.220446049250313e-16 : 1.1920928955078125e-07;
}

static rt_status rti_norm_run_layer(rti_call *c, bool rms)
{
    rti_norm_call k;
    rt_tensor *x = rti_arg_tensor(c, 0);
    rti_norm_begin(&k, c, x);
    rti_norm_layer_rows(&k, x, &c->arg[1]);
    k.w.centred = !rms;
    k.w.eps = rms ? rti_rms_eps(&c->arg[3], (rt_dtype)x->dtype) : rti_arg_number(&c->arg[4]);
    double *room = rti_norm_room(&k, 2 * k.w.rows);
    k.w.x = rti_norm_in(&k, x);
    k.w.weight = rti_norm_in(&k, rti_arg_tensor(c, 2));
    k.w.bias = rms ? NULL : rti_norm_in(&k, rti_arg_tensor(c, 3));
    k.w.y = rti_norm_out(&k, 0);
    k.w.mean = room;
    k.w.scale = room ? room + k.w.rows : NULL;
    rti_norm_run_forward(&k);
    rti_norm_deliver(&k, 0, k.w.y);
    if (!k.failed && !rms)
        rti_norm_store(c->out[1], k.w.mean);
    if (!k.failed)
        rti_norm_store(c->out[rms ? 1 : 2], k.w.scale);
    return rti_norm_end(&k);
}
static rt_status rti_run_layer_norm(rti_call *c) { return rti_norm_run_layer(c, false); }
static rt_status rti_run_rms_norm(rti_call *c) { return rti_norm_run_layer(c, true); }

/* grad_out, input, shape, then mean and rstd or rstd, weight, [bias], mask */
static rt_status rti_norm_shape_layer_backward(rti_call *c, const char *op, bool rms)
{
    const rt_tensor *g = rti_arg_tensor(c, 0), *x = rti_arg_tensor(c, 1), *beside[2];
    const rt_value *mask = &c->arg[rms ? 5 : 7];
    rti_shape_text a;
    beside[0] = rti_arg_tensor(c, rms ? 4 : 5);
    beside[1] = rms ? NULL : rti_arg_tensor(c, 6);
    rt_dtype dtype = rti_norm_dtype(c, op, x, beside, 2);
    if (dtype == RT_DTYPE_DEFAULT || rti_norm_check_shape(op, x, &c->arg[2], beside, 2) != RT_OK)
        return rti_pending_code();
    int64_t rows = x->numel, size[RT_MAX_DIMS];
    for (uint32_t d = 0; d < c->arg[2].count; d++) {
        size[d] = c->arg[2].as.ints[d];
        rows = size[d] ? rows / size[d] : 0;
    }
    if (rti_norm_check_grad(op, g, x) != RT_OK)
        return rti_pending_code();
    for (int k = 3; k <= (rms ? 3 : 4); k++)
        if (x->numel && rti_arg_tensor(c, k)->numel != rows)
            return rti_raise(RT_ERR_SHAPE, op, "expected %lld rows' statistics, got %s", (long long)rows, rti_shape_of_text(&a, rti_arg_tensor(c, k)));
    if (mask->count != (rms ? 2u : 3u))
        return rti_raise(RT_ERR_VALUE, op, "expected a mask of %d, got %u", rms ? 2 : 3, (unsigned)mask->count);
    rt_status status = rti_norm_result(c, 0, x, mask->as.bools[0]);
    for (int k = 1; k < (rms ? 2 : 3) && status == RT_OK; k++)
        status = mask->as.bools[k] ? rti_result_set(c, k, dtype, size, (int)c->arg[2].count) : rti_norm_result(c, k, NULL, false);
    return status;
}
static rt_status rti_shape_layer_norm_backward(rti_call *c) { return rti_norm_shape_layer_backward(c, "native_layer_norm_backward", false); }
static rt_status rti_shape_rms_norm_backward(rti_call *c) { return rti_norm_shape_layer_backward(c, "_fused_rms_norm_backward", true); }

static rt_status rti_norm_run_layer_backward(rti_call *c, bool rms)
{
    rti_norm_call k;
    rt_tensor *x = rti_arg_tensor(c, 1);
    rti_norm_begin(&k, c, x);
    rti_norm_layer_rows(&k, x, &c->arg[2]);
    k.w.centred = !rms;
    return rti_norm_run_backward(&k, rti_arg_tensor(c, 0), x, rti_arg_tensor(c, rms ? 4 : 5), rms ? NULL : rti_arg_tensor(c, 3),
                                 rti_arg_tensor(c, rms ? 3 : 4), c->arg[rms ? 5 : 7].as.bools, rms ? 2 : 3);
}
static rt_status rti_run_layer_norm_backward(rti_call *c) { return rti_norm_run_layer_backward(c, false); }
static rt_status rti_run_rms_norm_backward(rti_call *c) { return rti_norm_run_layer_backward(c, true); }

static const rt_op rti_op_layer_norm_backward = {
    "native_layer_norm_backward(Tensor grad_out, Tensor input, SymInt[] normalized_shape, Tensor mean, Tensor rstd, Tensor? weight, Tensor? bias, "
    "bool[3] output_mask) -> (Tensor, Tensor, Tensor)", 3, 0, NULL, rti_shape_layer_norm_backward, rti_run_layer_norm_backward, NULL, NULL, NULL, NULL, 0, -4, 4
};
static const rt_op rti_op_rms_norm_backward = {
    "_fused_rms_norm_backward(Tensor grad_out, Tensor input, int[] normalized_shape, Tensor rstd, Tensor? weight, bool[2] output_mask) -> (Tensor, Tensor)", 2,
    0, NULL, rti_shape_rms_norm_backward, rti_run_rms_norm_backward, NULL, NULL, NULL, NULL, 0, -4, 4
};

static rt_status rti_norm_layer_gradient(rti_backward *b, bool rms)
{
    const rt_value *list = rti_b_arg(b, 1);
    const rti_edge *x = rti_b_input_shape(b, 0);
    if (!rti_b_grad(b, 0))
        return RT_OK;
    if (b->engine->create_graph) {
        rti_norm_view v;
        memset((void *)&v, 0, sizeof v);
        v.shape = rti_shape_copy(x->size, x->ndim);
        v.by = rti_shape_copy(list->as.ints, (int)list->count);
        for (uint32_t d = 0; d < list->count; d++)
            v.dims[v.n_dims++] = x->ndim - (int64_t)list->count + d;
        v.centred = !rms;
        v.eps = rms ? rti_rms_eps(rti_b_arg(b, 3), (rt_dtype)x->dtype) : rti_arg_number(rti_b_arg(b, 4));
        return rti_norm_composed(b, &v, 2, !rms);
    }
    rt_value arg[8];
    bool mask[3];
    int n = 3;
    rti_box_tensor(&arg[0], rti_b_grad(b, 0));
    rti_box_tensor(&arg[1], rti_b_input(b, 0));
    arg[2] = *list;
    if (!rms)
        rti_box_tensor(&arg[n++], rti_b_output(b, 1));
    rti_box_tensor(&arg[n++], rti_b_output(b, rms ? 1 : 2));
    arg[n++] = rt_value_tensor(rti_b_optional(b, 2));
    if (!rms)
        arg[n++] = rt_value_none();
    rti_norm_mask(b, 2, rms ? 2 : 3, mask, &arg[n++]);
    return rti_norm_hand_out(b, rms ? &rti_op_rms_norm_backward : &rti_op_layer_norm_backward, arg, n, 2);
}
static rt_status rti_layer_norm_gradient(rti_backward *b) { return rti_norm_layer_gradient(b, false); }
static rt_status rti_rms_norm_gradient(rti_backward *b) { return rti_norm_layer_gradient(b, true); }

static const rt_op rti_op_native_layer_norm = {
    "native_layer_norm(Tensor input, SymInt[] normalized_shape, Tensor? weight, Tensor? bias, float eps) -> (Tensor, Tensor, Tensor)", 3, RTI_FIRST_ONLY, NULL,
    rti_shape_layer_norm, rti_run_layer_norm, NULL, rti_layer_norm_gradient, NULL, NULL,
    RTI_SAVE_IN(0) | RTI_SAVE_IN(2) | RTI_SAVE_OUT(1) | RTI_SAVE_OUT(2), -4, 4
};
static const rt_op rti_op_fused_rms_norm = {
    "_fused_rms_norm(Tensor input, int[] normalized_shape, Tensor? weight, float? eps) -> (Tensor, Tensor)", 2, RTI_FIRST_ONLY, NULL, rti_shape_rms_norm,
    rti_run_rms_norm, NULL, rti_rms_norm_gradient, NULL, NULL, RTI_SAVE_IN(0) | RTI_SAVE_IN(2) | RTI_SAVE_OUT(1), -4, 4
};

/* The first result of a row of several. */
static rt_status rti_norm_first(const rt_op *op, const rt_value *arg, int n_args, rt_value *results)
{
    rt_value all[RTI_MAX_RESULTS];
    rt_status status = rti_door(op, arg, n_args, NULL, all);
    for (int k = 1; k < op->n_results && status == RT_OK; k++)
        rti_release(all[k].as.tensor);
    if (status == RT_OK)
        results[0] = all[0];
    return status;
}

static rt_status rti_compose_layer_norm(const rt_value *arg, int n_args, rt_value *results)
{
    (void)n_args;
    return rti_norm_first(&rti_op_native_layer_norm, arg, 5, results);
}
static const rt_op rti_op_layer_norm = RTI_OF_OTHERS(
    "layer_norm(Tensor input, SymInt[] normalized_shape, Tensor? weight=None, Tensor? bias=None, float eps=1e-05, bool cudnn_enable=True) -> Tensor",
    rti_compose_layer_norm, -4, 4);
RT_API rt_tensor *rt_layer_norm(rt_tensor *x, rt_shape shape, rt_tensor *weight, rt_tensor *bias, double eps)
{
    rt_value arg[5];
    if (shape.ndim < 0 || shape.ndim > RT_MAX_DIMS) {
        rti_raise(RT_ERR_VALUE, "layer_norm", "expected 0 to %d dimensions, got %d", RT_MAX_DIMS, shape.ndim);
        return NULL;
    }
    rti_box_tensor(&arg[0], x);
    arg[1] = rt_value_ints(shape.dim, shape.ndim);
    arg[2] = rt_value_tensor(weight);
    arg[3] = rt_value_tensor(bias);
    arg[4] = rt_value_float(eps);
    return rti_call_op(&rti_op_layer_norm, arg, 5);
}

static rt_status rti_compose_rms_norm(const rt_value *arg, int n_args, rt_value *results)
{
    (void)n_args;
    return rti_norm_first(&rti_op_fused_rms_norm, arg, 4, results);
}
static const rt_op rti_op_rms_norm = RTI_OF_OTHERS("rms_norm(Tensor input, SymInt[] normalized_shape, Tensor? weight=None, float? eps=None) -> Tensor",
                                                  rti_compose_rms_norm, -4, 4);
RT_API rt_tensor *rt_rms_norm(rt_tensor *x, rt_shape shape, rt_tensor *weight, double eps)
{
    rt_value arg[4];
    if (shape.ndim < 0 || shape.ndim > RT_MAX_DIMS) {
        rti_raise(RT_ERR_VALUE, "rms_norm", "expected 0 to %d dimensions, got %d", RT_MAX_DIMS, shape.ndim);
        return NULL;
    }
    rti_box_tensor(&arg[0], x);
    arg[1] = rt_value_ints(shape.dim, shape.ndim);
    arg[2] = rt_value_tensor(weight);
    arg[3] = eps < 0 ? rt_value_none() : rt_value_float(eps);
    return rti_call_op(&rti_op_rms_norm, arg, 4);
}

/* ---- group_norm: x, weight, bias, N, C, H W, groups, eps ---- */

static void rti_norm_group_rows(rti_norm_call *k, int64_t n, int64_t channels, int64_t inner, int64_t groups)
{
    k->w.rows = n * groups;
    k->w.segments = channels / groups;
    k->w.length = k->w.step = inner;
    k->w.base = k->w.segments * inner;
    k->w.channels = channels;
    k->w.weight_row = k->w.segments;
    k->w.weight_segment = 1;
}

/* Sizes as the arguments from `at` on say; they must be x's. */
static rt_status rti_norm_check_group(rti_call *c, const char *op, const rt_tensor *x, const rt_tensor *const *beside, int n_beside, int at)
{
    rti_shape_text text;
    int64_t n = c->arg[at].as.i, channels = c->arg[at + 1].as.i, inner = c->arg[at + 2].as.i, groups = c->arg[at + 3].as.i;
    if (groups <= 0 || channels < 0 || channels % groups != 0)
        return rti_raise(RT_ERR_VALUE, op, "expected groups that divide the channels, got %lld groups of %lld channels", (long long)groups, (long long)channels);
    if (n < 0 || inner < 0 || (x->numel ? n == 0 || channels == 0 || x->numel / n / channels != inner || x->numel % (n * channels) : n * channels * inner))
        return rti_raise(RT_ERR_SHAPE, op, "expected an input of %lld by %lld by %lld elements, got %s", (long long)n, (long long)channels,
                         (long long)inner, rti_shape_of_text(&text, x));
    return rti_norm_check_channels(op, beside, n_beside, channels);
}

static rt_status rti_shape_group_norm(rti_call *c)
{
    const rt_tensor *x = rti_arg_tensor(c, 0), *beside[2];
    beside[0] = rti_arg_tensor(c, 1);
    beside[1] = rti_arg_tensor(c, 2);
    rt_dtype dtype = rti_norm_dtype(c, "native_group_norm", x, beside, 2);
    if (dtype == RT_DTYPE_DEFAULT || rti_norm_check_group(c, "native_group_norm", x, beside, 2, 3) != RT_OK)
        return rti_pending_code();
    int64_t size[2] = { c->arg[3].as.i, c->arg[6].as.i };
    rt_status status = rti_result_like(c, 0, x);
    for (int k = 1; k < 3 && status == RT_OK; k++)
        status = rti_result_set(c, k, dtype, size, 2);
    return status;
}

static rt_status rti_run_group_norm(rti_call *c)
{
    rti_norm_call k;
    rt_tensor *x = rti_arg_tensor(c, 0);
    rti_norm_begin(&k, c, x);
    rti_norm_group_rows(&k, c->arg[3].as.i, c->arg[4].as.i, c->arg[5].as.i, c->arg[6].as.i);
    k.w.eps = rti_arg_number(&c->arg[7]);
    double *room = rti_norm_room(&k, 2 * k.w.rows);
    k.w.x = rti_norm_in(&k, x);
    k.w.weight = rti_norm_in(&k, rti_arg_tensor(c, 1));
    k.w.bias = rti_norm_in(&k, rti_arg_tensor(c, 2));
    k.w.y = rti_norm_out(&k, 0);
    k.w.mean = room;
    k.w.scale = room ? room + k.w.rows : NULL;
    rti_norm_run_forward(&k);
    rti_norm_deliver(&k, 0, k.w.y);
    if (!k.failed) {
        rti_norm_store(c->out[1], k.w.mean);
        rti_norm_store(c->out[2], k.w.scale);
    }
    return rti_norm_end(&k);
}

/* grad_out, input, mean, rstd, weight, N, C, H W, groups, mask */
static rt_status rti_shape_group_norm_backward(rti_call *c)
{
    const char *op = "native_group_norm_backward";
    const rt_tensor *g = rti_arg_tensor(c, 0), *x = rti_arg_tensor(c, 1), *beside[1];
    const rt_value *mask = &c->arg[9];
    rti_shape_text a;
    int64_t channels = c->arg[6].as.i;
    beside[0] = rti_arg_tensor(c, 4);
    rt_dtype dtype = rti_norm_dtype(c, op, x, beside, 1);
    if (dtype == RT_DTYPE_DEFAULT || rti_norm_check_group(c, op, x, beside, 1, 5) != RT_OK)
        return rti_pending_code();
    if (rti_norm_check_grad(op, g, x) != RT_OK)
        return rti_pending_code();
    for (int k = 2; k < 4; k++)
        if (rti_arg_tensor(c, k)->numel != c->arg[5].as.i * c->arg[8].as.i)
            return rti_raise(RT_ERR_SHAPE, op, "expected %lld by %lld statistics, got %s", (long long)c->arg[5].as.i, (long long)c->arg[8].as.i,
                             rti_shape_of_text(&a, rti_arg_tensor(c, k)));
    if (mask->count != 3)
        return rti_raise(RT_ERR_VALUE, op, "expected a mask of 3, got %u", (unsigned)mask->count);
    rt_status status = rti_norm_result(c, 0, x, mask->as.bools[0]);
    for (int k = 1; k < 3 && status == RT_OK; k++)
        status = mask->as.bools[k] ? rti_result_set(c, k, dtype, &channels, 1) : rti_norm_result(c, k, NULL, false);
    return status;
}
static rt_status rti_run_group_norm_backward(rti_call *c)
{
    rti_norm_call k;
    rt_tensor *x = rti_arg_tensor(c, 1);
    rti_norm_begin(&k, c, x);
    rti_norm_group_rows(&k, c->arg[5].as.i, c->arg[6].as.i, c->arg[7].as.i, c->arg[8].as.i);
    return rti_norm_run_backward(&k, rti_arg_tensor(c, 0), x, rti_arg_tensor(c, 4), rti_arg_tensor(c, 2), rti_arg_tensor(c, 3), c->arg[9].as.bools, 3);
}
static const rt_op rti_op_group_norm_backward = {
    "native_group_norm_backward(Tensor grad_out, Tensor input, Tensor mean, Tensor rstd, Tensor? weight, SymInt N, SymInt C, SymInt HxW, int group, "
    "bool[3] output_mask) -> (Tensor, Tensor, Tensor)", 3, 0, NULL, rti_shape_group_norm_backward, rti_run_group_norm_backward, NULL, NULL, NULL, NULL, 0, -4, 4
};

static rt_status rti_group_norm_gradient(rti_backward *b)
{
    if (!rti_b_grad(b, 0))
        return RT_OK;
    int64_t n = rti_b_arg(b, 3)->as.i, channels = rti_b_arg(b, 4)->as.i, inner = rti_b_arg(b, 5)->as.i, groups = rti_b_arg(b, 6)->as.i;
    if (b->engine->create_graph) {
        rti_norm_view v;
        int64_t shape[4] = { n, groups, channels / groups, inner }, by[4] = { 1, groups, channels / groups, 1 };
        memset((void *)&v, 0, sizeof v);
        v.shape = rti_shape_copy(shape, 4);
        v.by = rti_shape_copy(by, 4);
        v.dims[0] = 2;
        v.dims[1] = 3;
        v.n_dims = 2;
        v.centred = true;
        v.eps = rti_arg_number(rti_b_arg(b, 7));
        return rti_norm_composed(b, &v, 1, true);
    }
    rt_value arg[10];
    bool mask[3];
    rti_box_tensor(&arg[0], rti_b_grad(b, 0));
    rti_box_tensor(&arg[1], rti_b_input(b, 0));
    rti_box_tensor(&arg[2], rti_b_output(b, 1));
    rti_box_tensor(&arg[3], rti_b_output(b, 2));
    arg[4] = rt_value_tensor(rti_b_optional(b, 1));
    for (int k = 0; k < 4; k++)
        arg[5 + k] = *rti_b_arg(b, 3 + k);
    rti_norm_mask(b, 1, 3, mask, &arg[9]);
    return rti_norm_hand_out(b, &rti_op_group_norm_backward, arg, 10, 1);
}
static const rt_op rti_op_native_group_norm = {
    "native_group_norm(Tensor input, Tensor? weight, Tensor? bias, SymInt N, SymInt C, SymInt HxW, int group, float eps) -> (Tensor, Tensor, Tensor)", 3,
    RTI_FIRST_ONLY, NULL, rti_shape_group_norm, rti_run_group_norm, NULL, rti_group_norm_gradient, NULL, NULL,
    RTI_SAVE_IN(0) | RTI_SAVE_IN(1) | RTI_SAVE_OUT(1) | RTI_SAVE_OUT(2), -4, 4
};

static rt_status rti_compose_group_norm(const rt_value *arg, int n_args, rt_value *results)
{
    rt_tensor *x = arg[0].as.tensor;
    rti_shape_text text;
    rt_value call[8];
    int64_t inner = 1;
    if (x->ndim < 2)
        return rti_raise(RT_ERR_SHAPE, "group_norm", "expected an input [N, C, ..], got %s", rti_shape_of_text(&text, x));
    for (int d = 2; d < x->ndim; d++)
        inner *= x->size[d];
    call[0] = arg[0];
    call[1] = arg[2];
    call[2] = arg[3];
    call[3] = rt_value_int(x->size[0]);
    call[4] = rt_value_int(x->size[1]);
    call[5] = rt_value_int(inner);
    call[6] = arg[1];
    call[7] = arg[4];
    (void)n_args;
    return rti_norm_first(&rti_op_native_group_norm, call, 8, results);
}
static const rt_op rti_op_group_norm = RTI_OF_OTHERS(
    "group_norm(Tensor input, int num_groups, Tensor? weight=None, Tensor? bias=None, float eps=1e-05, bool cudnn_enabled=True) -> Tensor",
    rti_compose_group_norm, -4, 4);
RT_API rt_tensor *rt_group_norm(rt_tensor *x, int groups, rt_tensor *weight, rt_tensor *bias, double eps)
{
    rt_value arg[5];
    rti_box_tensor(&arg[0], x);
    arg[1] = rt_value_int(groups);
    arg[2] = rt_value_tensor(weight);
    arg[3] = rt_value_tensor(bias);
    arg[4] = rt_value_float(eps);
    return rti_call_op(&rti_op_group_norm, arg, 5);
}

/* ---- batch_norm: x, weight, bias, running mean, running variance, training, momentum, eps ---- */

enum { RTI_BN_X, RTI_BN_WEIGHT, RTI_BN_BIAS, RTI_BN_MEAN, RTI_BN_VAR, RTI_BN_TRAINING, RTI_BN_MOMENTUM, RTI_BN_EPS };

static RTI_INLINE int64_t rti_norm_inner(const rt_tensor *x)
{
    int64_t inner = 1;
    for (int d = 2; d < x->ndim; d++)
        inner *= x->size[d];
    return inner;
}

/* Channels are rows of N segments; where those are short, they are worked on by columns. */
static void rti_norm_batch_rows(rti_norm_call *k, const rt_tensor *x)
{
    int64_t inner = rti_norm_inner(x), n = x->size[0], channels = x->size[1];
    k->w.rows = k->w.channels = channels;
    k->w.weight_row = 1;
    k->w.segments = n;
    k->w.length = k->w.base = inner;
    if (inner > 0 && inner < 16 && n > 1) {
        k->w.members = n;
        k->w.repeat = inner;
    }
    k->w.step = channels * inner;
}

static rt_status rti_norm_check_batch(rti_call *c, const char *op, const rt_tensor *x, const rt_tensor *const *beside, int n, rt_dtype *dtype)
{
    rti_shape_text text;
    *dtype = rti_norm_dtype(c, op, x, beside, n);
    if (*dtype == RT_DTYPE_DEFAULT)
        return rti_pending_code();
    if (x->ndim < 2)
        return rti_raise(RT_ERR_SHAPE, op, "expected an input [N, C, ..], got %s", rti_shape_of_text(&text, x));
    return rti_norm_check_channels(op, beside, n, x->size[1]);
}

static rt_status rti_shape_batch_norm(rti_call *c)
{
    const rt_tensor *x = rti_arg_tensor(c, RTI_BN_X), *beside[4];
    rt_dtype dtype;
    for (int k = 0; k < 4; k++)
        beside[k] = rti_arg_tensor(c, RTI_BN_WEIGHT + k);
    if (rti_norm_check_batch(c, "native_batch_norm", x, beside, 4, &dtype) != RT_OK)
        return rti_pending_code();
    bool training = c->arg[RTI_BN_TRAINING].as.i != 0;
    if (!training && (!beside[2] || !beside[3]))
        return rti_raise(RT_ERR_VALUE, "native_batch_norm", "expected running_mean and running_var: they are what is used while not training");
    int64_t size = training ? x->size[1] : 0;
    rt_status status = rti_result_like(c, 0, x);
    for (int k = 1; k < 3 && status == RT_OK; k++)
        status = rti_result_set(c, k, dtype, &size, 1);
    return status;
}

/* running = (1 - momentum) running + momentum by scale */
static RTI_HOT void rti_norm_follow(rti_norm_call *k, rt_tensor *running, const double *by, double scale, double momentum)
{
    if (k->failed || !running)
        return;
    int64_t wide = (int64_t)rti_element_bytes((rt_dtype)running->dtype);
    for (int64_t i = 0; i < running->numel; i++) {
        double now;
        char *at = running->data + i * running->stride[0] * wide;
        rti_load((rt_dtype)running->dtype, RTI_CLASS_F64, &now, at, 0, 1);
        now = (1 - momentum) * now + momentum * (by[i] * scale);
        rti_store((rt_dtype)running->dtype, RTI_CLASS_F64, at, 0, &now, 1);
    }
    rti_atomic_add32(&running->storage->version, 1);
}

static rt_status rti_run_batch_norm(rti_call *c)
{
    rti_norm_call k;
    rt_tensor *x = rti_arg_tensor(c, RTI_BN_X), *mean = rti_arg_tensor(c, RTI_BN_MEAN), *var = rti_arg_tensor(c, RTI_BN_VAR);
    double momentum = rti_arg_number(&c->arg[RTI_BN_MOMENTUM]);
    rti_norm_begin(&k, c, x);
    rti_norm_batch_rows(&k, x);
    k.w.eps = rti_arg_number(&c->arg[RTI_BN_EPS]);
    k.w.fixed = !c->arg[RTI_BN_TRAINING].as.i;
    double *room = rti_norm_room(&k, 5 * k.w.rows), n = (double)(k.w.segments * k.w.length);
    k.w.x = rti_norm_in(&k, x);
    k.w.weight = rti_norm_in(&k, rti_arg_tensor(c, RTI_BN_WEIGHT));
    k.w.bias = rti_norm_in(&k, rti_arg_tensor(c, RTI_BN_BIAS));
    k.w.y = rti_norm_out(&k, 0);
    if (k.failed)
        return rti_norm_end(&k);
    k.w.mean = room;
    k.w.scale = room + k.w.rows;
    k.w.variance = room + 2 * k.w.rows;
    k.w.parts = room + 3 * k.w.rows;
    if (k.w.fixed) {
        rti_norm_load(&k, mean, k.w.mean, k.w.rows);
        rti_norm_load(&k, var, k.w.variance, k.w.rows);
        for (int64_t r = 0; r < k.w.rows && !k.failed; r++)
            k.w.scale[r] = 1 / sqrt(k.w.variance[r] + k.w.eps);
    }
    rti_norm_run_forward(&k);
    rti_norm_deliver(&k, 0, k.w.y);
    if (!k.failed && !k.w.fixed) {
        rti_norm_store(c->out[1], k.w.mean);
        rti_norm_store(c->out[2], k.w.scale);
        if (x->numel) {
            rti_norm_follow(&k, mean, k.w.mean, 1, momentum);
            rti_norm_follow(&k, var, k.w.variance, n / (n - 1), momentum);
        }
    }
    return rti_norm_end(&k);
}

/* grad_out, input, weight, running mean, running variance, saved mean, saved 1 / deviation, training, eps, mask */
static rt_status rti_shape_batch_norm_backward(rti_call *c)
{
    const char *op = "native_batch_norm_backward";
    const rt_tensor *g = rti_arg_tensor(c, 0), *x = rti_arg_tensor(c, 1), *beside[3];
    const rt_value *mask = &c->arg[9];
    rt_dtype dtype;
    bool training = c->arg[7].as.i != 0;
    beside[0] = rti_arg_tensor(c, 2);
    beside[1] = rti_arg_tensor(c, training ? 5 : 3);
    beside[2] = rti_arg_tensor(c, training ? 6 : 4);
    if (rti_norm_check_batch(c, op, x, beside, 3, &dtype) != RT_OK)
        return rti_pending_code();
    if (!beside[1] || !beside[2])
        return rti_raise(RT_ERR_VALUE, op, training ? "expected save_mean and save_invstd" : "expected running_mean and running_var");
    if (rti_norm_check_grad(op, g, x) != RT_OK)
        return rti_pending_code();
    if (mask->count != 3)
        return rti_raise(RT_ERR_VALUE, op, "expected a mask of 3, got %u", (unsigned)mask->count);
    rt_status status = rti_norm_result(c, 0, x, mask->as.bools[0]);
    for (int k = 1; k < 3 && status == RT_OK; k++)
        status = mask->as.bools[k] ? rti_result_set(c, k, dtype, &x->size[1], 1) : rti_norm_result(c, k, NULL, false);
    return status;
}
static rt_status rti_run_batch_norm_backward(rti_call *c)
{
    rti_norm_call k;
    rt_tensor *x = rti_arg_tensor(c, 1);
    bool training = c->arg[7].as.i != 0;
    rti_norm_begin(&k, c, x);
    rti_norm_batch_rows(&k, x);
    k.w.fixed = !training;
    k.w.eps = rti_arg_number(&c->arg[8]);
    return rti_norm_run_backward(&k, rti_arg_tensor(c, 0), x, rti_arg_tensor(c, 2), rti_arg_tensor(c, training ? 5 : 3), rti_arg_tensor(c, training ? 6 : 4),
                                 c->arg[9].as.bools, 3);
}
static const rt_op rti_op_batch_norm_backward = {
    "native_batch_norm_backward(Tensor grad_out, Tensor input, Tensor? weight, Tensor? running_mean, Tensor? running_var, Tensor? save_mean, "
    "Tensor? save_invstd, bool train, float eps, bool[3] output_mask) -> (Tensor, Tensor, Tensor)", 3, 0, NULL, rti_shape_batch_norm_backward,
    rti_run_batch_norm_backward, NULL, NULL, NULL, NULL, 0, -4, 4
};

static rt_status rti_batch_norm_gradient(rti_backward *b)
{
    const rti_edge *x = rti_b_input_shape(b, RTI_BN_X);
    bool training = rti_b_arg(b, RTI_BN_TRAINING)->as.i != 0;
    if (!rti_b_grad(b, 0))
        return RT_OK;
    rt_tensor *mean = training ? RT_NONE : rti_b_optional(b, RTI_BN_MEAN), *var = training ? RT_NONE : rti_b_optional(b, RTI_BN_VAR);
    if (!mean || !var)
        return rti_pending_code();
    if (b->engine->create_graph) {
        rti_norm_view v;
        int64_t shape[3] = { x->size[0], x->size[1], 1 }, by[3] = { 1, x->size[1], 1 };
        for (int d = 2; d < x->ndim; d++)
            shape[2] *= x->size[d];
        memset((void *)&v, 0, sizeof v);
        v.shape = rti_shape_copy(shape, 3);
        v.by = rti_shape_copy(by, 3);
        v.dims[1] = 2;
        v.n_dims = 2;
        v.centred = true;
        v.fixed = !training;
        v.mean = training ? NULL : rt_reshape(mean, v.by);
        v.variance = training ? NULL : rt_reshape(var, v.by);
        v.eps = rti_arg_number(rti_b_arg(b, RTI_BN_EPS));
        return rti_norm_composed(b, &v, RTI_BN_WEIGHT, true);
    }
    rt_value arg[10];
    bool mask[3];
    rti_box_tensor(&arg[0], rti_b_grad(b, 0));
    rti_box_tensor(&arg[1], rti_b_input(b, RTI_BN_X));
    arg[2] = rt_value_tensor(rti_b_optional(b, RTI_BN_WEIGHT));
    arg[3] = rt_value_tensor(mean);
    arg[4] = rt_value_tensor(var);
    arg[5] = training ? rti_value_tensor(rti_b_output(b, 1)) : rt_value_none();
    arg[6] = training ? rti_value_tensor(rti_b_output(b, 2)) : rt_value_none();
    arg[7] = rt_value_bool(training);
    arg[8] = *rti_b_arg(b, RTI_BN_EPS);
    rti_norm_mask(b, RTI_BN_WEIGHT, 3, mask, &arg[9]);
    return rti_norm_hand_out(b, &rti_op_batch_norm_backward, arg, 10, RTI_BN_WEIGHT);
}
static const rt_op rti_op_native_batch_norm = {
    "native_batch_norm(Tensor input, Tensor? weight, Tensor? bias, Tensor? running_mean, Tensor? running_var, bool training, float momentum, float eps) -> "
    "(Tensor, Tensor, Tensor)", 3, RTI_FIRST_ONLY, NULL, rti_shape_batch_norm, rti_run_batch_norm, NULL, rti_batch_norm_gradient, NULL, NULL,
    RTI_SAVE_IN(0) | RTI_SAVE_IN(1) | RTI_SAVE_IN(3) | RTI_SAVE_IN(4) | RTI_SAVE_OUT(1) | RTI_SAVE_OUT(2), -4, 4
};

static rt_status rti_compose_batch_norm(const rt_value *arg, int n_args, rt_value *results)
{
    (void)n_args;
    return rti_norm_first(&rti_op_native_batch_norm, arg, 8, results);
}
static const rt_op rti_op_batch_norm = RTI_OF_OTHERS(
    "batch_norm(Tensor input, Tensor? weight, Tensor? bias, Tensor? running_mean, Tensor? running_var, bool training, float momentum, float eps, "
    "bool cudnn_enabled) -> Tensor", rti_compose_batch_norm, -4, 4);

static rt_tensor *rti_call_batch_norm(const rt_op *op, rt_tensor *x, rt_tensor *mean, rt_tensor *var, rt_tensor *weight, rt_tensor *bias, bool training,
                                      double momentum, double eps)
{
    rt_value arg[9];
    rti_box_tensor(&arg[RTI_BN_X], x);
    arg[RTI_BN_WEIGHT] = rt_value_tensor(weight);
    arg[RTI_BN_BIAS] = rt_value_tensor(bias);
    arg[RTI_BN_MEAN] = rt_value_tensor(mean);
    arg[RTI_BN_VAR] = rt_value_tensor(var);
    arg[RTI_BN_TRAINING] = rt_value_bool(training);
    arg[RTI_BN_MOMENTUM] = rt_value_float(momentum);
    arg[RTI_BN_EPS] = rt_value_float(eps);
    arg[8] = rt_value_bool(true);
    return rti_call_op(op, arg, 9);
}

RT_API rt_tensor *rt_batch_norm(rt_tensor *x, rt_tensor *running_mean, rt_tensor *running_var, rt_tensor *weight, rt_tensor *bias, const rt_batch_norm_opts *opts)
{
    double momentum = opts ? rti_double_option(opts->momentum, 0.1, opts->exact) : 0.1, eps = opts ? rti_double_option(opts->eps, 1e-5, opts->exact) : 1e-5;
    return rti_call_batch_norm(&rti_op_batch_norm, x, running_mean, running_var, weight, bias, opts && opts->training, momentum, eps);
}

/* ---- instance_norm: batch_norm of one member with N C channels ---- */

/* A tensor of channels, once for each member; absent ones stay so. */
static rt_tensor *rti_norm_repeat(rt_tensor *x, int64_t n)
{
    if (rti_absent(x))
        return x;
    int64_t size[2] = { n, x->numel }, all = n * x->numel;
    return rt_reshape(rt_expand(x, rti_shape_copy(size, 2)), rti_shape_copy(&all, 1));
}

/* The mean over members of what their copies have become. */
static rt_status rti_norm_gather_running(rt_tensor *running, rt_tensor *copies, int64_t n)
{
    if (rti_absent(running))
        return RT_OK;
    int64_t size[2] = { n, running->numel }, first = 0;
    rt_scope scope = rt_no_grad();
    rt_tensor *y = rt_copy_(running, rt_mean_dims(rt_reshape(copies, rti_shape_copy(size, 2)), rti_shape_copy(&first, 1), false));
    rt_scope_end(scope);
    return y ? RT_OK : rti_pending_code();
}

static rt_tensor *rti_instance_norm(const rt_value *arg, rt_tensor *x)
{
    rt_tensor *mean = rti_tensor_or_none(&arg[RTI_BN_MEAN]), *var = rti_tensor_or_none(&arg[RTI_BN_VAR]);
    bool own = arg[RTI_BN_TRAINING].as.i != 0;
    int64_t n = x->size[0];
    rt_shape shape = rti_shape_copy(x->size, x->ndim), flat = shape;
    flat.dim[0] = 1;
    flat.dim[1] = n * x->size[1];
    rt_tensor *means = rti_norm_repeat(mean, n), *vars = rti_norm_repeat(var, n);
    if (own && means && vars && !rti_absent(mean) && n == 1)      /* reshaped only: still the caller's own memory */
        means = rt_clone(means);
    if (own && vars && !rti_absent(var) && n == 1)
        vars = rt_clone(vars);
    rt_tensor *y = rti_call_batch_norm(&rti_op_batch_norm, rt_reshape(x, flat), means, vars, rti_norm_repeat(rti_tensor_or_none(&arg[RTI_BN_WEIGHT]), n),
                                       rti_norm_repeat(rti_tensor_or_none(&arg[RTI_BN_BIAS]), n), own, rti_arg_number(&arg[RTI_BN_MOMENTUM]),
                                       rti_arg_number(&arg[RTI_BN_EPS]));
    if (y && own && (rti_norm_gather_running(mean, means, n) != RT_OK || rti_norm_gather_running(var, vars, n) != RT_OK))
        return NULL;
    return rt_reshape(y, shape);
}

static rt_status rti_compose_instance_norm(const rt_value *arg, int n_args, rt_value *results)
{
    rt_tensor *x = arg[0].as.tensor;
    const rt_tensor *beside[4];
    rti_shape_text text;
    (void)n_args;
    if (x->ndim < 2)
        return rti_raise(RT_ERR_SHAPE, "instance_norm", "expected an input [N, C, ..], got %s", rti_shape_of_text(&text, x));
    for (int k = 0; k < 4; k++)
        beside[k] = arg[RTI_BN_WEIGHT + k].tag == RT_VALUE_TENSOR ? arg[RTI_BN_WEIGHT + k].as.tensor : NULL;
    if (rti_norm_check_channels("instance_norm", beside, 4, x->size[1]) != RT_OK)
        return rti_pending_code();
    if (!arg[RTI_BN_TRAINING].as.i && (!beside[2] || !beside[3]))
        return rti_raise(RT_ERR_VALUE, "instance_norm", "expected running_mean and running_var: without use_input_stats they are what is used");
    rt_scope scope = rt_scope_begin();
    return rti_composed(scope, rti_instance_norm(arg, x), results);
}
static const rt_op rti_op_instance_norm = RTI_OF_OTHERS(
    "instance_norm(Tensor input, Tensor? weight, Tensor? bias, Tensor? running_mean, Tensor? running_var, bool use_input_stats, float momentum, float eps, "
    "bool cudnn_enabled) -> Tensor", rti_compose_instance_norm, -4, 4);
RT_API rt_tensor *rt_instance_norm(rt_tensor *x, rt_tensor *running_mean, rt_tensor *running_var, rt_tensor *weight, rt_tensor *bias,
                                   const rt_instance_norm_opts *opts)
{
    double momentum = opts ? rti_double_option(opts->momentum, 0.1, opts->exact) : 0.1, eps = opts ? rti_double_option(opts->eps, 1e-5, opts->exact) : 1e-5;
    return rti_call_batch_norm(&rti_op_instance_norm, x, running_mean, running_var, weight, bias, !(opts && opts->use_running_stats), momentum, eps);
}

RT_API rt_batch_norm_opts rt_batch_norm_opts_default(void)
{
    rt_batch_norm_opts o;
    memset((void *)&o, 0, sizeof o);
    o.exact = 1;
    o.momentum = 0.1;
    o.eps = 1e-5;
    return o;
}
RT_API rt_instance_norm_opts rt_instance_norm_opts_default(void)
{
    rt_instance_norm_opts o;
    memset((void *)&o, 0, sizeof o);
    o.exact = 1;
    o.momentum = 0.1;
    o.eps = 1e-5;
    return o;
}

/* ---- by norms: normalize, cosine_similarity, pairwise_distance ---- */

RT_API rt_tensor *rt_normalize(rt_tensor *x, double p, int dim, double eps)
{
    int64_t d = dim;
    rt_scope scope = rt_scope_begin();
    rt_tensor *size = rt_norm_dims(x, rt_scalar_float(p), rti_shape_copy(&d, 1), true);
    return rt_return(scope, rt_div(x, rt_clamp_min_scalar(size, rt_scalar_float(eps))));
}

/* x over its norm along dim, which is eps at least; the least passes the gradient as if it were the norm. */
static rt_tensor *rti_unit(rt_tensor *x, int64_t dim, double eps)
{
    rt_tensor *size = rt_linalg_vector_norm(x, rt_scalar_int(2), rti_shape_copy(&dim, 1), true);
    return rt_div(x, rt_add(size, rt_detach(rt_sub(rt_clamp_min_scalar(size, rt_scalar_float(eps)), size))));
}

static rt_status rti_compose_cosine_similarity(const rt_value *arg, int n_args, rt_value *results)
{
    rt_tensor *a = arg[0].as.tensor, *b = arg[1].as.tensor;
    rt_dtype dtype = rti_promote((rt_dtype)a->dtype, (rt_dtype)b->dtype);
    rt_shape shape = rti_shape_copy(a->size, a->ndim);
    rti_shape_text left, right;
    (void)n_args;
    if (dtype == RT_DTYPE_DEFAULT || !rti_is_float(dtype))
        return rti_raise(RT_ERR_DTYPE, "cosine_similarity", "expected floating point, got %s and %s", rt_dtype_name((rt_dtype)a->dtype),
                         rt_dtype_name((rt_dtype)b->dtype));
    if (!rti_broadcast(shape.dim, &shape.ndim, b->size, b->ndim))
        return rti_raise(RT_ERR_SHAPE, "cosine_similarity", "shapes %s and %s do not broadcast", rti_shape_of_text(&left, a), rti_shape_of_text(&right, b));
    rt_scope scope = rt_scope_begin();
    a = rt_expand(rt_to(a, dtype), shape);
    b = rt_expand(rt_to(b, dtype), shape);
    double eps = rti_arg_number(&arg[3]);
    return rti_composed(scope, rt_sum_dim(rt_mul(rti_unit(a, arg[2].as.i, eps), rti_unit(b, arg[2].as.i, eps)), (int)arg[2].as.i, false), results);
}
static const rt_op rti_op_cosine_similarity = RTI_OF_OTHERS("cosine_similarity(Tensor x1, Tensor x2, int dim=1, float eps=1e-08) -> Tensor",
                                                           rti_compose_cosine_similarity, -4, 4);
RT_API rt_tensor *rt_cosine_similarity(rt_tensor *a, rt_tensor *b, int dim, double eps)
{
    rt_value arg[4];
    rti_box_tensor(&arg[0], a);
    rti_box_tensor(&arg[1], b);
    arg[2] = rt_value_int(dim);
    arg[3] = rt_value_float(eps);
    return rti_call_op(&rti_op_cosine_similarity, arg, 4);
}

static rt_status rti_compose_pairwise_distance(const rt_value *arg, int n_args, rt_value *results)
{
    int64_t last = -1;
    (void)n_args;
    rt_scope scope = rt_scope_begin();
    rt_tensor *d = rt_add_scalar(rt_sub(arg[0].as.tensor, arg[1].as.tensor), rt_scalar_float(rti_arg_number(&arg[3])));
    return rti_composed(scope, rt_norm_dims(d, rt_scalar_float(rti_arg_number(&arg[2])), rti_shape_copy(&last, 1), arg[4].as.i != 0), results);
}
static const rt_op rti_op_pairwise_distance = RTI_OF_OTHERS(
    "pairwise_distance(Tensor x1, Tensor x2, float p=2.0, float eps=1e-06, bool keepdim=False) -> Tensor", rti_compose_pairwise_distance, -4, 4);
RT_API rt_tensor *rt_pairwise_distance(rt_tensor *a, rt_tensor *b, double p, double eps, bool keepdim)
{
    rt_value arg[5];
    rti_box_tensor(&arg[0], a);
    rti_box_tensor(&arg[1], b);
    arg[2] = rt_value_float(p);
    arg[3] = rt_value_float(eps);
    arg[4] = rt_value_bool(keepdim);
    return rti_call_op(&rti_op_pairwise_distance, arg, 5);
}

static const rt_op *const rti_norm_rows[] = {
    &rti_op_layer_norm_backward, &rti_op_rms_norm_backward, &rti_op_native_layer_norm, &rti_op_fused_rms_norm, &rti_op_layer_norm, &rti_op_rms_norm,
    &rti_op_group_norm_backward, &rti_op_native_group_norm, &rti_op_group_norm, &rti_op_batch_norm_backward, &rti_op_native_batch_norm, &rti_op_batch_norm,
    &rti_op_instance_norm, &rti_op_cosine_similarity, &rti_op_pairwise_distance
};
#endif
