/* ---- pooling ------------------------------------------------------------------------------------------------------------------------
 * Windows are walked tap by tap: for each place in the window, whole lines of results take in whole lines of elements, `step` apart. */

#if RTI_PASS == 1 || RTI_ONE_PASS

/* best[i] = max(best[i], x[i * step]) for i < n, and tap[i] = number where x is taken: where it is larger, or NaN. line: room for n; all three have
 * room up to the next multiple of a vector. */
static void RTI_FN(pooling_take)(void *best, void *tap, void *line, const void *x, int64_t step, int64_t n, int64_t number)
{
    const rti_real *from = RTI_CAST(const rti_real *, x);
    rti_real *b = RTI_CAST(rti_real *, best), *t = RTI_CAST(rti_real *, tap), *l = RTI_CAST(rti_real *, line);
    const rti_vf mine = rti_vset((double)number);
    int64_t i = 0;
    for (; i < n; i++)
        l[i] = from[i * step];
    for (; i % RTI_LANES != 0; i++)
        l[i] = (rti_real)-INFINITY;
    for (i = 0; i < n; i += RTI_LANES) {
        const rti_vf v = rti_vload(l + i), old = rti_vload(b + i);
        const rti_vm taken = rti_vor(rti_vlt(old, v), rti_visnan(v));
        rti_vstore(b + i, rti_vselect(taken, v, old));
        rti_vstore(t + i, rti_vselect(taken, mine, rti_vload(t + i)));
    }
}
#endif

#if !RTI_PASS

enum {
    RTI_POOLING_DIMS = 3,
    RTI_POOLING_LINE = 256, RTI_POOLING_SLACK = 16,      /* results at a time, and the room of a vector behind them */
    RTI_POOLING_TABLE = 64, RTI_POOLING_TAPS = 1 << 24   /* taps whose places are listed; most taps: more have no number in float32 */
};

/* A call's planes and windows. Dimensions that it does not have stand in front, of size 1. */
typedef struct rti_pooling {
    char op[64];                              /* for messages */
    int dims;
    bool exclude_pad;
    bool adds;                                /* what is scattered is added up, where the last otherwise stays */
    int64_t divisor;                          /* 0: the window's elements */
    int64_t in[RTI_POOLING_DIMS], out[RTI_POOLING_DIMS];
    int64_t kernel[RTI_POOLING_DIMS], stride[RTI_POOLING_DIMS], padding[RTI_POOLING_DIMS], dilation[RTI_POOLING_DIMS];
    rti_class compute;
    int bytes;
    const char *x;                            /* (planes,in), or (planes,out) for what goes the other way */
    char *y;                                  /* (planes,out), or (planes,in) */
    int64_t *index;                           /* (planes,out) */
    int64_t planes, in_plane, out_plane;      /* elements of a plane */
    int64_t tap_at[RTI_POOLING_TABLE];           /* from a window's first element, in a plane of the input */
} rti_pooling;

/* ---- by class ---- */

static bool rti_pooling_check(const rti_pooling *p, int64_t index)
{
    if (index >= 0 && index < p->in_plane)
        return true;
    rti_raise(RT_ERR_INDEX, p->op, "index %lld lies outside a plane of %lld elements", (long long)index, (long long)p->in_plane);
    return false;
}

/* The elements of an adaptive window, and what it takes to go on to the next in its line. */
typedef struct rti_pooling_box { int64_t from[RTI_POOLING_DIMS], to[RTI_POOLING_DIMS], rest, left; } rti_pooling_box;

/* The window of output i, after that of i - 1: it goes from i in / out, rounded down, to (i + 1) in / out, rounded up. */
static void rti_pooling_next(const rti_pooling *p, int64_t i, rti_pooling_box *b)
{
    const int64_t in = p->in[2], out = p->out[2];
    if (i == 0 || b->left == 0) {
        for (int d = RTI_POOLING_DIMS - 1; d >= 0; d--) {
            int64_t o = i % p->out[d];
            b->from[d] = o * p->in[d] / p->out[d];
            b->to[d] = ((o + 1) * p->in[d] + p->out[d] - 1) / p->out[d];
            i /= p->out[d];
        }
        b->rest = in % out;
        b->left = out - 1;
        return;
    }
    b->left--;
    b->from[2] = b->to[2] - (b->rest != 0);
    b->rest += in % out;
    b->to[2] = b->from[2] + in / out + (b->rest > 0);
    if (b->rest > out)
        b->to[2]++;
    if (b->rest >= out)
        b->rest -= out;
}

#define RTI_POOLING_EACH(b, at) \
    for (int64_t z0 = (b).from[0]; z0 < (b).to[0]; z0++) \
        for (int64_t z1 = (b).from[1]; z1 < (b).to[1]; z1++) \
            for (int64_t at = (z0 * p->in[1] + z1) * p->in[2] + (b).from[2], end = at + (b).to[2] - (b).from[2]; at < end; at++)

/* add: to[i * to_step] += from[i * from_step];  divide: to = from / count, 0 for none;  then planes of adaptive pools, and of scattered elements */
#define RTI_POOLING_CLASS(suffix, number) \
    static void rti_pooling_add_##suffix(void *to, int64_t to_step, const void *from, int64_t from_step, int64_t n) \
    { \
        number *y = RTI_CAST(number *, to); \
        const number *x = RTI_CAST(const number *, from); \
        for (int64_t i = 0; i < n; i++) \
            y[i * to_step] += x[i * from_step]; \
    } \
    static void rti_pooling_divide_##suffix(void *to, const void *from, const int64_t *count, int64_t n) \
    { \
        number *y = RTI_CAST(number *, to); \
        const number *x = RTI_CAST(const number *, from); \
        for (int64_t i = 0; i < n; i++) \
            y[i] = count[i] ? x[i] / (number)count[i] : 0; \
    } \
    static void rti_pooling_mean_##suffix(const rti_pooling *p, const char *x, char *y) \
    { \
        rti_pooling_box b = { { 0, 0, 0 }, { 0, 0, 0 }, 0, 0 }; \
        for (int64_t i = 0; i < p->out_plane; i++) { \
            rti_pooling_next(p, i, &b); \
            number sum = 0; \
            RTI_POOLING_EACH(b, at) \
                sum += ((const number *)(const void *)x)[at]; \
            for (int d = 0; d < RTI_POOLING_DIMS; d++) \
                if (b.to[d] - b.from[d] > 1) \
                    sum /= (number)(b.to[d] - b.from[d]); \
            ((number *)(void *)y)[i] = sum; \
        } \
    } \
    static void rti_pooling_mean_back_##suffix(const rti_pooling *p, const char *x, char *y) \
    { \
        memset(y, 0, (size_t)p->in_plane * sizeof(number)); \
        rti_pooling_box b = { { 0, 0, 0 }, { 0, 0, 0 }, 0, 0 }; \
        for (int64_t i = 0; i < p->out_plane; i++) { \
            rti_pooling_next(p, i, &b); \
            number share = ((const number *)(const void *)x)[i]; \
            for (int d = 0; d < RTI_POOLING_DIMS; d++) \
                if (b.to[d] - b.from[d] > 1) \
                    share /= (number)(b.to[d] - b.from[d]); \
            RTI_POOLING_EACH(b, at) \
                ((number *)(void *)y)[at] += share; \
        } \
    } \
    static void rti_pooling_most_##suffix(const rti_pooling *p, const char *from, char *y, int64_t *index) \
    { \
        const number *x = (const number *)(const void *)from; \
        rti_pooling_box b = { { 0, 0, 0 }, { 0, 0, 0 }, 0, 0 }; \
        for (int64_t i = 0; i < p->out_plane; i++) { \
            rti_pooling_next(p, i, &b); \
            int64_t best = (b.from[0] * p->in[1] + b.from[1]) * p->in[2] + b.from[2]; \
            RTI_POOLING_EACH(b, at) \
                if (x[at] > x[best] || x[at] != x[at]) \
                    best = at; \
            index[i] = best; \
            ((number *)(void *)y)[i] = x[best]; \
        } \
    } \
    static void rti_pooling_scatter_##suffix(const rti_pooling *p, const char *x, const int64_t *index, char *to) \
    { \
        number *y = (number *)(void *)to; \
        memset(to, 0, (size_t)p->in_plane * sizeof(number)); \
        for (int64_t i = 0; i < p->out_plane; i++) { \
            if (!rti_pooling_check(p, index[i])) \
                return; \
            y[index[i]] = ((const number *)(const void *)x)[i] + (p->adds ? y[index[i]] : 0); \
        } \
    }
#if !RTI_ONE_PASS
RTI_POOLING_CLASS(f32, float)
#endif
RTI_POOLING_CLASS(f64, double)
RTI_POOLING_CLASS(i64, int64_t)
#undef RTI_POOLING_CLASS
#undef RTI_POOLING_EACH

static void rti_pooling_take_i64(void *best, void *tap, void *line, const void *x, int64_t step, int64_t n, int64_t number)
{
    const int64_t *from = RTI_CAST(const int64_t *, x);
    int64_t *b = RTI_CAST(int64_t *, best), *t = RTI_CAST(int64_t *, tap);
    (void)line;
    for (int64_t i = 0; i < n; i++)
        if (from[i * step] > b[i])
            b[i] = from[i * step], t[i] = number;
}

typedef struct rti_pooling_kernels {
    void (*take)(void *best, void *tap, void *line, const void *x, int64_t step, int64_t n, int64_t number);
    void (*add)(void *to, int64_t to_step, const void *from, int64_t from_step, int64_t n);
    void (*divide)(void *to, const void *from, const int64_t *count, int64_t n);
    void (*mean)(const rti_pooling *p, const char *x, char *y);
    void (*mean_back)(const rti_pooling *p, const char *x, char *y);
    void (*most)(const rti_pooling *p, const char *x, char *y, int64_t *index);
    void (*scatter)(const rti_pooling *p, const char *x, const int64_t *index, char *y);
} rti_pooling_kernels;

#define RTI_POOLING_KERNELS(suffix) rti_pooling_add_##suffix, rti_pooling_divide_##suffix, rti_pooling_mean_##suffix, rti_pooling_mean_back_##suffix, \
    rti_pooling_most_##suffix, rti_pooling_scatter_##suffix
#define RTI_POOLING_TAKE(type, isa) { rti_pooling_take_##type##_##isa, RTI_POOLING_KERNELS(type) },
static const rti_pooling_kernels *rti_pooling_kernels_of(rti_class c)
{
#if !RTI_ONE_PASS
    static const rti_pooling_kernels f32[] = { RTI_EACH_ISA(RTI_POOLING_TAKE, f32) };
    if (c == RTI_CLASS_F32)
        return &f32[rti_isa()];
#endif
    static const rti_pooling_kernels f64[] = { RTI_EACH_ISA_F64(RTI_POOLING_TAKE, f64) }, i64 = { rti_pooling_take_i64, RTI_POOLING_KERNELS(i64) };
    return c == RTI_CLASS_F64 ? &f64[rti_isa()] : &i64;
}
#undef RTI_POOLING_KERNELS
#undef RTI_POOLING_TAKE

/* ---- windows ---- */

/* The first result of which a tap, `shift` elements from its window's first, lies at or behind `place`. */
static int64_t rti_pooling_first(int64_t place, int64_t shift, int64_t stride)
{
    int64_t away = place - shift;
    return away > 0 ? (away + stride - 1) / stride : 0;
}

/* Where in the input the line of a window's row lies, for the results' row (o0,o1); -1 outside. */
static int64_t rti_pooling_row(const rti_pooling *p, int64_t o0, int64_t o1, int64_t i0, int64_t i1)
{
    int64_t z0 = o0 * p->stride[0] - p->padding[0] + i0 * p->dilation[0], z1 = o1 * p->stride[1] - p->padding[1] + i1 * p->dilation[1];
    return z0 < 0 || z0 >= p->in[0] || z1 < 0 || z1 >= p->in[1] ? -1 : (z0 * p->in[1] + z1) * p->in[2];
}

/* A piece of one line of results: from `first` on, n of them. */
typedef struct rti_pooling_piece { int64_t o0, o1, first, n; } rti_pooling_piece;

/* Calls body for each piece of a plane's lines. */
#define RTI_POOLING_PIECES(p, piece) \
    for (rti_pooling_piece piece = { 0, 0, 0, 0 }; piece.o0 < (p)->out[0]; piece.o0++) \
        for (piece.o1 = 0; piece.o1 < (p)->out[1]; piece.o1++) \
            for (piece.first = 0; piece.n = RTI_MIN((p)->out[2] - piece.first, (int64_t)RTI_POOLING_LINE), piece.n > 0; piece.first += piece.n)

/* The part of a piece for which the tap number k of a row exists, [from, to). */
static bool rti_pooling_part(const rti_pooling *p, const rti_pooling_piece *l, int64_t k, int64_t *from, int64_t *to)
{
    int64_t shift = k * p->dilation[2] - p->padding[2];
    *from = RTI_MAX(l->first, rti_pooling_first(0, shift, p->stride[2]));
    *to = RTI_MIN(l->first + l->n, rti_pooling_first(p->in[2], shift, p->stride[2]));
    return *from < *to;
}

/* The index that a window begins with: its first tap that is not padding. */
static int64_t rti_pooling_begin(const rti_pooling *p, const int64_t *o)
{
    int64_t at = 0;
    for (int d = 0; d < RTI_POOLING_DIMS; d++) {
        int64_t z = o[d] * p->stride[d] - p->padding[d];
        if (z < 0)
            z += (-z + p->dilation[d] - 1) / p->dilation[d] * p->dilation[d];
        at = at * p->in[d] + z;
    }
    return at;
}

static int64_t rti_pooling_tap_at(const rti_pooling *p, int64_t tap)
{
    int64_t k1 = p->kernel[1], k2 = p->kernel[2];
    return (tap / k2 / k1 * p->dilation[0] * p->in[1] + tap / k2 % k1 * p->dilation[1]) * p->in[2] + tap % k2 * p->dilation[2];
}

/* Numbers of taps as indices. */
static void rti_pooling_write_index(const rti_pooling *p, const rti_pooling_piece *l, const void *tap, int64_t *index)
{
    const int64_t known = RTI_MIN(p->kernel[0] * p->kernel[1] * p->kernel[2], (int64_t)RTI_POOLING_TABLE);
    int64_t row = (l->o0 * p->stride[0] - p->padding[0]) * p->in[1] + l->o1 * p->stride[1] - p->padding[1];
    int64_t at = row * p->in[2] + l->first * p->stride[2] - p->padding[2];
    for (int64_t i = 0; i < l->n; i++, at += p->stride[2]) {
        int64_t t = p->compute == RTI_CLASS_F32 ? (int64_t)RTI_CAST(const float *, tap)[i]
                  : p->compute == RTI_CLASS_F64 ? (int64_t)RTI_CAST(const double *, tap)[i] : RTI_CAST(const int64_t *, tap)[i];
        const int64_t o[RTI_POOLING_DIMS] = { l->o0, l->o1, l->first + i };
        index[i] = t < 0 ? rti_pooling_begin(p, o) : at + (t < known ? p->tap_at[t] : rti_pooling_tap_at(p, t));
    }
}

/* n elements of a class. */
static void rti_pooling_fill(const rti_pooling *p, void *to, int64_t n, double real, int64_t whole)
{
    for (int64_t i = 0; i < n; i++)
        if (p->compute == RTI_CLASS_F32)
            RTI_CAST(float *, to)[i] = (float)real;
        else if (p->compute == RTI_CLASS_F64)
            RTI_CAST(double *, to)[i] = real;
        else
            RTI_CAST(int64_t *, to)[i] = whole;
}

/* ---- planes ---- */

static void rti_pooling_max_planes(void *work, int64_t begin, int64_t end)
{
    const rti_pooling *p = RTI_CAST(const rti_pooling *, work);
    const rti_pooling_kernels *kernel = rti_pooling_kernels_of(p->compute);
    uint64_t best[RTI_POOLING_LINE + RTI_POOLING_SLACK], tap[RTI_POOLING_LINE + RTI_POOLING_SLACK], line[RTI_POOLING_LINE + RTI_POOLING_SLACK];
    for (int64_t k = begin; k < end; k++) {
        const char *x = p->x + k * p->in_plane * p->bytes;
        int64_t done = k * p->out_plane;
        RTI_POOLING_PIECES(p, l) {
            rti_pooling_fill(p, best, l.n + RTI_POOLING_SLACK, -(double)INFINITY, INT64_MIN);
            rti_pooling_fill(p, tap, l.n + RTI_POOLING_SLACK, -1, -1);
            for (int64_t t = 0; t < p->kernel[0] * p->kernel[1]; t++) {
                int64_t row = rti_pooling_row(p, l.o0, l.o1, t / p->kernel[1], t % p->kernel[1]), from, to;
                for (int64_t i = 0; row >= 0 && i < p->kernel[2]; i++)
                    if (rti_pooling_part(p, &l, i, &from, &to))
                        kernel->take((char *)best + (from - l.first) * p->bytes, (char *)tap + (from - l.first) * p->bytes, line,
                                     x + (row + from * p->stride[2] + i * p->dilation[2] - p->padding[2]) * p->bytes, p->stride[2], to - from,
                                     t * p->kernel[2] + i);
            }
            memcpy(p->y + done * p->bytes, best, (size_t)(l.n * p->bytes));
            rti_pooling_write_index(p, &l, tap, p->index + done);
            done += l.n;
        }
    }
}

/* What sums of a piece are divided by; 0 for windows without elements. */
static void rti_pooling_counts(const rti_pooling *p, const rti_pooling_piece *l, int64_t *count)
{
    int64_t o[RTI_POOLING_DIMS] = { l->o0, l->o1, l->first };
    for (int64_t i = 0; i < l->n; i++, o[2]++) {
        int64_t all = 1, inside = 1;
        for (int d = 0; d < RTI_POOLING_DIMS; d++) {
            int64_t from = o[d] * p->stride[d] - p->padding[d], to = RTI_MIN(from + p->kernel[d], p->in[d] + p->padding[d]);
            all *= to - from;
            inside *= RTI_MAX(RTI_MIN(to, p->in[d]) - RTI_MAX(from, 0), 0);
        }
        count[i] = inside == 0 ? 0 : p->divisor ? p->divisor : p->exclude_pad ? inside : all;
    }
}

static void rti_pooling_avg_planes(void *work, int64_t begin, int64_t end)
{
    const rti_pooling *p = RTI_CAST(const rti_pooling *, work);
    const rti_pooling_kernels *kernel = rti_pooling_kernels_of(p->compute);
    uint64_t sum[RTI_POOLING_LINE];
    int64_t count[RTI_POOLING_LINE];
    RTI_POOLING_PIECES(p, l) {
        int64_t at = (l.o0 * p->out[1] + l.o1) * p->out[2] + l.first;
        rti_pooling_counts(p, &l, count);
        for (int64_t k = begin; k < end; k++) {
            memset(sum, 0, (size_t)(l.n * p->bytes));
            for (int64_t t = 0; t < p->kernel[0] * p->kernel[1]; t++) {
                int64_t row = rti_pooling_row(p, l.o0, l.o1, t / p->kernel[1], t % p->kernel[1]), from, to;
                for (int64_t i = 0; row >= 0 && i < p->kernel[2]; i++)
                    if (rti_pooling_part(p, &l, i, &from, &to))
                        kernel->add((char *)sum + (from - l.first) * p->bytes, 1,
                                    p->x + (k * p->in_plane + row + from * p->stride[2] + i - p->padding[2]) * p->bytes, p->stride[2], to - from);
            }
            kernel->divide(p->y + (k * p->out_plane + at) * p->bytes, sum, count, l.n);
        }
    }
}

static void rti_pooling_avg_back_planes(void *work, int64_t begin, int64_t end)
{
    const rti_pooling *p = RTI_CAST(const rti_pooling *, work);
    const rti_pooling_kernels *kernel = rti_pooling_kernels_of(p->compute);
    uint64_t share[RTI_POOLING_LINE];
    int64_t count[RTI_POOLING_LINE];
    memset(p->y + begin * p->in_plane * p->bytes, 0, (size_t)((end - begin) * p->in_plane * p->bytes));
    RTI_POOLING_PIECES(p, l) {
        int64_t at = (l.o0 * p->out[1] + l.o1) * p->out[2] + l.first;
        rti_pooling_counts(p, &l, count);
        for (int64_t k = begin; k < end; k++) {
            kernel->divide(share, p->x + (k * p->out_plane + at) * p->bytes, count, l.n);
            for (int64_t t = 0; t < p->kernel[0] * p->kernel[1]; t++) {
                int64_t row = rti_pooling_row(p, l.o0, l.o1, t / p->kernel[1], t % p->kernel[1]), from, to;
                for (int64_t i = 0; row >= 0 && i < p->kernel[2]; i++)
                    if (rti_pooling_part(p, &l, i, &from, &to))
                        kernel->add(p->y + (k * p->in_plane + row + from * p->stride[2] + i - p->padding[2]) * p->bytes, p->stride[2],
                                    (char *)share + (from - l.first) * p->bytes, 1, to - from);
            }
        }
    }
}

static void rti_pooling_mean_planes(void *work, int64_t begin, int64_t end)
{
    const rti_pooling *p = RTI_CAST(const rti_pooling *, work);
    for (int64_t k = begin; k < end; k++)
        rti_pooling_kernels_of(p->compute)->mean(p, p->x + k * p->in_plane * p->bytes, p->y + k * p->out_plane * p->bytes);
}

static void rti_pooling_mean_back_planes(void *work, int64_t begin, int64_t end)
{
    const rti_pooling *p = RTI_CAST(const rti_pooling *, work);
    for (int64_t k = begin; k < end; k++)
        rti_pooling_kernels_of(p->compute)->mean_back(p, p->x + k * p->out_plane * p->bytes, p->y + k * p->in_plane * p->bytes);
}

static void rti_pooling_most_planes(void *work, int64_t begin, int64_t end)
{
    const rti_pooling *p = RTI_CAST(const rti_pooling *, work);
    for (int64_t k = begin; k < end; k++)
        rti_pooling_kernels_of(p->compute)->most(p, p->x + k * p->in_plane * p->bytes, p->y + k * p->out_plane * p->bytes, p->index + k * p->out_plane);
}

static void rti_pooling_scatter_planes(void *work, int64_t begin, int64_t end)
{
    const rti_pooling *p = RTI_CAST(const rti_pooling *, work);
    for (int64_t k = begin; k < end; k++)
        rti_pooling_kernels_of(p->compute)->scatter(p, p->x + k * p->out_plane * p->bytes, p->index + k * p->out_plane,
                                                    p->y + k * p->in_plane * p->bytes);
}
#endif
