/* ---- convolutions -------------------------------------------------------------------------------------------------------------------
 * Channels correlated with a kernel over a grid of three dimensions, of which the first may be of size 1. All strides, dilations, groups
 * and transposed convolutions come down to one loop over a padded copy of a box of the source,
 *     y[row][i] = sum over channels c and taps t of  w[c][t][row] x[c][tap[t] + i]              i = 0 ... n - 1
 * in which neighbours on the grid lie side by side. Where a step of the grid goes over several elements of the source, each residue that
 * a tap reads is a plane of its own; where it goes over several elements of the result, each residue is a class of its own, with its own
 * share of the taps. Lines follow each other without a gap: i runs on from one into the next, and what lies between them is not used.
 * The gradient of the weights is the other loop, over the same copy, with zeros in g between its lines:
 *     w[row][t] = sum over i of  g[row][i] x[tap[t] + i]
 * The shapes decide the order of every sum; the number of threads and the instruction set do not, but that some sets fuse products with
 * sums and others do not.
 *
 * A pass holds the loops, the library what goes round them. */

#ifndef RTI_CONV_DEFINED   /* once, before the first of the passes */
#define RTI_CONV_DEFINED

/* Strides count elements. Loops read and write up to the next multiple of a vector. */
typedef struct rti_conv_tile {
    const void *x; int64_t channel;               /* (channels,..): from one to the next */
    const int64_t *tap; int64_t taps;             /* (taps): from x to where a tap begins */
    const void *w;                                /* (channels,taps,rows), side by side */
    void *y; int64_t y_row;                       /* (rows,n) */
    int64_t rows, channels, n;
    bool add;                                     /* to y */
} rti_conv_tile;

typedef struct rti_conv_dots {
    const void *g; int64_t g_row;                 /* (rows,n) */
    const void *x; const int64_t *tap;            /* (dot_taps): where each begins */
    void *sums;                                   /* (dot_rows,dot_taps,lanes) */
    int64_t rows, n;
} rti_conv_dots;

/* Lines on their way into a copy: zeros, elements, zeros up to the line's end. */
typedef struct rti_conv_place {
    void *to; int64_t line;                       /* (lines,line), side by side */
    const void *from; int64_t from_line;          /* (lines,n) */
    int64_t lines, before, n;
} rti_conv_place;

/* A tile's sums on their way into the result. */
typedef struct rti_conv_lines {
    void *y; int64_t y_row, y_line, y_step;       /* (rows,lines,n) */
    const void *sums; int64_t row, line;          /* (rows,lines,n), side by side */
    const void *bias;                             /* (rows) or NULL */
    int64_t rows, lines, n;
    bool add;                                     /* to y */
} rti_conv_lines;

typedef struct rti_conv_pass {
    int bytes, lanes, rows;                       /* of an element; of a vector; most rows of a tile: 8, 6 or 4, and a tile may have 4, 2, 1 */
    int dot_rows, dot_taps;                       /* most of each at a time */
    void (*tile)(const rti_conv_tile *t);
    void (*dots)(const rti_conv_dots *t);
    void (*place)(const rti_conv_place *p);
    void (*finish)(const rti_conv_lines *l);
} rti_conv_pass;
#endif

#if RTI_PASS == 1 || RTI_ONE_PASS

/* Sums that have registers: rows by vectors, and rows by taps. */
#if defined(RTI_AVX512)
#  define RTI_CONV_ROWS 8
#  define RTI_CONV_VECTORS 3
#  define RTI_CONV_DOT_ROWS 4
#elif defined(RTI_AVX2)
#  define RTI_CONV_ROWS 6
#  define RTI_CONV_VECTORS 2
#  define RTI_CONV_DOT_ROWS 2
#elif defined(RTI_NEON)
#  define RTI_CONV_ROWS 8
#  define RTI_CONV_VECTORS 2
#  define RTI_CONV_DOT_ROWS 4
#else
#  define RTI_CONV_ROWS 4
#  define RTI_CONV_VECTORS 2
#  define RTI_CONV_DOT_ROWS 2
#endif
#define RTI_CONV_DOT_TAPS 6

/* Some vectors' columns of all rows. rows and vectors are constants where this is inlined. */
static RTI_INLINE void RTI_FN(conv_sum)(const rti_conv_tile *t, int64_t at, const int rows, const int vectors)
{
    static const rti_real zeros[RTI_CONV_VECTORS * sizeof(rti_vf) / sizeof(rti_real)] = { 0 };
    const rti_real *x = RTI_CAST(const rti_real *, t->x) + at, *w = RTI_CAST(const rti_real *, t->w);
    rti_real *y = RTI_CAST(rti_real *, t->y) + at;
    const rti_real *plus = t->add ? y : zeros;
    const int64_t *tap = t->tap, plus_row = t->add ? t->y_row : 0;
    rti_vf sum[RTI_CONV_ROWS][RTI_CONV_VECTORS];
    RTI_UNROLL
    for (int i = 0; i < rows; i++) {
        RTI_UNROLL
        for (int j = 0; j < vectors; j++)
            sum[i][j] = rti_vset(0);
    }
    for (int64_t c = t->channels; c > 0; c--, x += t->channel)
        for (int64_t k = 0, n = t->taps; k < n; k++, w += rows) {
            const rti_real *p = x + tap[k];
            rti_vf v[RTI_CONV_VECTORS];
            RTI_UNROLL
            for (int j = 0; j < vectors; j++)
                v[j] = rti_vload(p + j * RTI_LANES);
            RTI_UNROLL
            for (int i = 0; i < rows; i++) {
                const rti_vf a = rti_vset((double)w[i]);
                RTI_UNROLL
                for (int j = 0; j < vectors; j++)
                    sum[i][j] = rti_vfma(a, v[j], sum[i][j]);
            }
        }
    RTI_UNROLL
    for (int i = 0; i < rows; i++, y += t->y_row, plus += plus_row) {
        RTI_UNROLL
        for (int j = 0; j < vectors; j++)
            rti_vstore(y + j * RTI_LANES, sum[i][j] + rti_vload(plus + j * RTI_LANES));
    }
}

static RTI_INLINE void RTI_FN(conv_rows)(const rti_conv_tile *t, const int rows)
{
    int64_t at = 0;
    for (; at + (RTI_CONV_VECTORS - 1) * RTI_LANES < t->n; at += RTI_CONV_VECTORS * RTI_LANES)
        RTI_FN(conv_sum)(t, at, rows, RTI_CONV_VECTORS);
    for (; at < t->n; at += RTI_LANES)
        RTI_FN(conv_sum)(t, at, rows, 1);
}

static void RTI_FN(conv_tile)(const rti_conv_tile *t)
{
    switch (t->rows) {
    case 1: RTI_FN(conv_rows)(t, 1); break;
    case 2: RTI_FN(conv_rows)(t, 2); break;
    case 4: RTI_FN(conv_rows)(t, 4); break;
#if RTI_CONV_ROWS > 4
    default: RTI_FN(conv_rows)(t, RTI_CONV_ROWS); break;
#endif
    }
}

/* The lanes of a sum are left apart. Beyond the last row the last is taken again. */
static RTI_INLINE void RTI_FN(conv_dot_rows)(const rti_conv_dots *t, const int rows)
{
    const rti_real *x = RTI_CAST(const rti_real *, t->x), *p[RTI_CONV_DOT_TAPS], *g[RTI_CONV_DOT_ROWS];
    rti_real *to = RTI_CAST(rti_real *, t->sums);
    rti_vf sum[RTI_CONV_DOT_ROWS][RTI_CONV_DOT_TAPS];
    RTI_UNROLL
    for (int j = 0; j < RTI_CONV_DOT_TAPS; j++) {
        p[j] = x + t->tap[j];
        RTI_UNROLL
        for (int i = 0; i < rows; i++)
            sum[i][j] = rti_vset(0);
    }
    RTI_UNROLL
    for (int i = 0; i < rows; i++)
        g[i] = RTI_CAST(const rti_real *, t->g) + RTI_MIN(i, t->rows - 1) * t->g_row;
    for (int64_t at = 0; at < t->n; at += RTI_LANES) {
        rti_vf a[RTI_CONV_DOT_ROWS];
        RTI_UNROLL
        for (int i = 0; i < rows; i++)
            a[i] = rti_vload(g[i] + at);
        RTI_UNROLL
        for (int j = 0; j < RTI_CONV_DOT_TAPS; j++) {
            const rti_vf v = rti_vload(p[j] + at);
            RTI_UNROLL
            for (int i = 0; i < rows; i++)
                sum[i][j] = rti_vfma(a[i], v, sum[i][j]);
        }
    }
    RTI_UNROLL
    for (int i = 0; i < rows; i++) {
        RTI_UNROLL
        for (int j = 0; j < RTI_CONV_DOT_TAPS; j++)
            rti_vstore(to + (i * RTI_CONV_DOT_TAPS + j) * RTI_LANES, sum[i][j]);
    }
}

static void RTI_FN(conv_dots)(const rti_conv_dots *t)
{
    if (t->rows == 1)
        RTI_FN(conv_dot_rows)(t, 1);
#if RTI_CONV_DOT_ROWS > 2
    else if (t->rows == 2)
        RTI_FN(conv_dot_rows)(t, 2);
#endif
    else
        RTI_FN(conv_dot_rows)(t, RTI_CONV_DOT_ROWS);
}

/* Vectors go past the end of a line into the next ones, which are written after it; the last lines take no liberties. */
static void RTI_FN(conv_place)(const rti_conv_place *p)
{
    const int64_t rest = p->n % RTI_LANES, whole = p->n - rest;
    const rti_matmul_part part = RTI_FN(matmul_part_of)(rest ? rest : 1);
    const rti_real *from = RTI_CAST(const rti_real *, p->from);
    rti_real *to = RTI_CAST(rti_real *, p->to);
    int64_t left = p->lines;
    for (; left * p->line >= p->line + RTI_LANES; left--, to += p->line, from += p->from_line) {
        int64_t i = 0;
        for (; i < p->before; i += RTI_LANES)
            rti_vstore(to + i, rti_vset(0));
        for (i = 0; i < whole; i += RTI_LANES)
            rti_vstore(to + p->before + i, rti_vload(from + i));
        if (rest)
            rti_vstore(to + p->before + i, RTI_FN(matmul_load)(from + i, part));
        for (i += p->before + (rest ? RTI_LANES : 0); i < p->line; i += RTI_LANES)
            rti_vstore(to + i, rti_vset(0));
    }
    for (; left > 0; left--, to += p->line, from += p->from_line)
        for (int64_t i = 0; i < p->line; i++)
            to[i] = i >= p->before && i < p->before + p->n ? from[i - p->before] : 0;
}

/* One line: to = from + bias, or to += from */
static RTI_INLINE void RTI_FN(conv_line)(rti_real *to, const rti_real *from, int64_t n, const rti_real bias, const bool add)
{
    const rti_vf plus = rti_vset((double)bias);
    int64_t i = 0;
    for (; i + RTI_LANES <= n; i += RTI_LANES)
        rti_vstore(to + i, rti_vload(from + i) + (add ? rti_vload(to + i) : plus));
#ifdef RTI_AVX512
    if (i < n) {
        const RTI_FN(matmul_part) part = RTI_FN(matmul_part_of)(n - i);
        RTI_FN(matmul_store)(to + i, part, RTI_FN(matmul_load)(from + i, part) + (add ? RTI_FN(matmul_load)(to + i, part) : plus));
    }
#else
    for (; i < n; i++)
        to[i] = from[i] + (add ? to[i] : bias);
#endif
}

static void RTI_FN(conv_finish)(const rti_conv_lines *l)
{
    const rti_real *bias = RTI_CAST(const rti_real *, l->bias);
    for (int64_t r = 0; r < l->rows; r++)
        for (int64_t k = 0; k < l->lines; k++) {
            const rti_real *from = RTI_CAST(const rti_real *, l->sums) + r * l->row + k * l->line, plus = bias ? bias[r] : 0;
            rti_real *to = RTI_CAST(rti_real *, l->y) + r * l->y_row + k * l->y_line;
            if (l->y_step == 1)
                RTI_FN(conv_line)(to, from, l->n, plus, l->add);
            else
                for (int64_t i = 0; i < l->n; i++)
                    to[i * l->y_step] = from[i] + (l->add ? to[i * l->y_step] : plus);
        }
}

static const rti_conv_pass RTI_FN(conv_pass) = {
    sizeof(rti_real), (int)RTI_LANES, RTI_CONV_ROWS, RTI_CONV_DOT_ROWS, RTI_CONV_DOT_TAPS,
    RTI_FN(conv_tile), RTI_FN(conv_dots), RTI_FN(conv_place), RTI_FN(conv_finish)
};
#undef RTI_CONV_ROWS
#undef RTI_CONV_VECTORS
#undef RTI_CONV_DOT_ROWS
#undef RTI_CONV_DOT_TAPS
#endif

#if !RTI_PASS
RTI_COLD

/* ---- the same, plainly: for other classes, and where a product with zero must not be made ---- */

#define RTI_CONV_PLAIN(suffix, number, zero, plus, times) \
    static void rti_conv_tile_##suffix(const rti_conv_tile *t) \
    { \
        for (int64_t r = 0; r < t->rows; r++) \
            for (int64_t i = 0; i < t->n; i++) { \
                const number *x = RTI_CAST(const number *, t->x) + i, *w = RTI_CAST(const number *, t->w) + r; \
                number *y = RTI_CAST(number *, t->y) + r * t->y_row + i, sum = zero; \
                for (int64_t c = 0; c < t->channels; c++, x += t->channel) \
                    for (int64_t k = 0; k < t->taps; k++, w += t->rows) \
                        sum = plus(sum, times(*w, x[t->tap[k]])); \
                *y = t->add ? plus(*y, sum) : sum; \
            } \
    } \
    static void rti_conv_dots_##suffix(const rti_conv_dots *t) \
    { \
        for (int64_t r = 0; r < t->rows; r++) \
            for (int64_t k = 0; k < 4; k++) { \
                const number *x = RTI_CAST(const number *, t->x) + t->tap[k], *g = RTI_CAST(const number *, t->g) + r * t->g_row; \
                number sum = zero; \
                for (int64_t i = 0; i < t->n; i++) \
                    sum = plus(sum, times(g[i], x[i])); \
                RTI_CAST(number *, t->sums)[r * 4 + k] = sum; \
            } \
    } \
    static void rti_conv_place_##suffix(const rti_conv_place *p) \
    { \
        number *to = RTI_CAST(number *, p->to); \
        const number *from = RTI_CAST(const number *, p->from); \
        for (int64_t k = 0; k < p->lines; k++, to += p->line, from += p->from_line) \
            for (int64_t i = 0; i < p->line; i++) \
                to[i] = i >= p->before && i < p->before + p->n ? from[i - p->before] : zero; \
    } \
    static void rti_conv_finish_##suffix(const rti_conv_lines *l) \
    { \
        for (int64_t r = 0; r < l->rows; r++) \
            for (int64_t k = 0; k < l->lines; k++) \
                for (int64_t i = 0; i < l->n; i++) { \
                    const number *from = RTI_CAST(const number *, l->sums) + r * l->row + k * l->line + i; \
                    number *to = RTI_CAST(number *, l->y) + r * l->y_row + k * l->y_line + i * l->y_step; \
                    *to = plus(*from, l->add ? *to : l->bias ? RTI_CAST(const number *, l->bias)[r] : zero); \
                } \
    } \
    static const rti_conv_pass rti_conv_plain_##suffix = { \
        (int)sizeof(number), 1, 4, 1, 4, rti_conv_tile_##suffix, rti_conv_dots_##suffix, rti_conv_place_##suffix, rti_conv_finish_##suffix \
    };
#define RTI_CONV_ADD(a, b) ((a) + (b))
#define RTI_CONV_MUL(a, b) ((a) * (b))
#if !RTI_ONE_PASS
RTI_CONV_PLAIN(f32, float, 0, RTI_CONV_ADD, RTI_CONV_MUL)
#endif
RTI_CONV_PLAIN(f64, double, 0, RTI_CONV_ADD, RTI_CONV_MUL)
RTI_CONV_PLAIN(i64, uint64_t, 0, RTI_CONV_ADD, RTI_CONV_MUL)
RTI_CONV_PLAIN(c128, rti_complex, rti_complex_of(0, 0), rti_c_add, rti_c_mul)
#undef RTI_CONV_ADD
#undef RTI_CONV_MUL
#undef RTI_CONV_PLAIN

static const rti_conv_pass *rti_conv_plain_of(rti_class c)
{
#if !RTI_ONE_PASS
    if (c == RTI_CLASS_F32)
        return &rti_conv_plain_f32;
#endif
    return c == RTI_CLASS_F64 ? &rti_conv_plain_f64 : c == RTI_CLASS_I64 ? &rti_conv_plain_i64 : &rti_conv_plain_c128;
}

#define RTI_CONV_PASS(type, isa) &rti_conv_pass_##type##_##isa,
static const rti_conv_pass *rti_conv_pass_of(rti_class c)
{
#if !RTI_ONE_PASS
    static const rti_conv_pass *const f32[] = { RTI_EACH_ISA(RTI_CONV_PASS, f32) };
    if (c == RTI_CLASS_F32)
        return f32[rti_isa()];
#endif
    static const rti_conv_pass *const f64[] = { RTI_EACH_ISA_F64(RTI_CONV_PASS, f64) };
    return c == RTI_CLASS_F64 ? f64[rti_isa()] : rti_conv_plain_of(c);
}
#undef RTI_CONV_PASS

/* ---- the grid ---- */

enum {
    RTI_CONV_DIMS = 3,
    RTI_CONV_SUM = 384,                       /* products of a sum before it is added to others: longer sums round worse */
    RTI_CONV_SOURCE_BYTES = 192 * 1024,       /* of a copied box: half of a second-level cache */
    RTI_CONV_GRID_BYTES = 4096,               /* of a tile's row, or of the copied grid of a gradient */
    RTI_CONV_ROWS_BYTES = 128 * 1024,         /* of a gradient's copied grid, all rows */
    RTI_CONV_PARTIAL_BYTES = 4 * 1024 * 1024, /* of a gradient's parts that are added up at the end */
    RTI_CONV_SHARES = 16,                     /* pieces of work that a call is cut into at least, where it can be */
    RTI_CONV_SIDE = 24,                       /* result channels that are cut off at a time: a multiple of every pass's rows */
    RTI_CONV_MOST_ROWS = 8, RTI_CONV_MOST_DOTS = 24, RTI_CONV_MOST_LANES = 16
};

/* One dimension. Source and result as the loops see them: of a transposed convolution, too, the source is what is read through the taps. */
typedef struct rti_conv_axis {
    int64_t source, result, taps;             /* sizes */
    int64_t stride, padding, dilation;
    /* from here on the plan */
    int64_t first, used;                      /* taps that reach the source somewhere: from `first` on; the rest is left out */
    int64_t shift;                            /* the padding in front of the first of them; may be negative */
    int64_t begin, end;                       /* of the grid */
    int64_t reach;                            /* grid points from the first tap to the last */
    int64_t planes, classes;
    bool gaps;                                /* some of the result lies in no class, as no tap leads there */
    int64_t length, boxes;                    /* of a box, on the grid; how many there are */
} rti_conv_axis;

typedef struct rti_conv {
    rti_conv_axis axis[RTI_CONV_DIMS];
    bool transposed;
    rti_class compute;
    int64_t images, groups, in, out;          /* in, out: channels of a group, of the source and of the result */
    const void *source, *weight, *bias;       /* (images,groups,in,..)  (groups,out,in,..), or (groups,in,out,..) transposed  (groups,out) or NULL */
    void *result;                             /* (images,groups,out,..) */
    /* from here on the plan, filled in by rti_conv_plan */
    const rti_conv_pass *pass;
    bool gaps;                                /* of any dimension */
    int64_t taps, all_taps, classes, source_size, result_size;               /* taps: those in use */
    int64_t plane, channel, most;             /* elements of a box; from one channel's boxes to the next one's; channels at a time */
    int64_t boxes, pieces, piece, tasks, line_row;                           /* piece: channels of the result that a task computes */
    int64_t *tap_at, *tap_from, *class_first; /* (taps), class by class: in the box; in the weights; (classes + 1): first of a class's taps */
    char *packed;                             /* (groups,classes,tiles of out,in,taps of the class,rows of the tile) */
} rti_conv;

static int64_t rti_conv_floor(int64_t a, int64_t b) { return a >= 0 ? a / b : -((-a + b - 1) / b); }
static int64_t rti_conv_ceil(int64_t a, int64_t b) { return -rti_conv_floor(-a, b); }

static int64_t rti_conv_gcd(int64_t a, int64_t b)
{
    while (b) {
        int64_t r = a % b;
        a = b, b = r;
    }
    return a;
}

/* The tap number u of those in use lies u * dilation elements behind the first: in plane or class u % n, of residue u % n * dilation % stride. */
static void rti_conv_plan_axis(rti_conv_axis *a, bool transposed)
{
    const int64_t grid = transposed ? a->source : a->result, other = transposed ? a->result : a->source;
    int64_t last = RTI_MIN(a->taps - 1, rti_conv_floor(a->padding + other - 1, a->dilation));
    a->first = RTI_MAX(0, rti_conv_ceil(a->padding - (grid - 1) * a->stride, a->dilation));
    a->used = RTI_MAX(last - a->first + 1, 0);
    a->shift = a->padding - a->first * a->dilation;
    int64_t residues = RTI_MAX(RTI_MIN(a->used, a->stride / rti_conv_gcd(a->stride, a->dilation)), 1);
    a->reach = a->used ? (a->used - 1) * a->dilation / a->stride : 0;
    a->planes = transposed ? 1 : residues;
    a->classes = transposed ? residues : 1;
    a->gaps = transposed && residues < a->stride;
    a->begin = transposed ? rti_conv_floor(a->shift, a->stride) : 0;
    a->end = transposed ? rti_conv_floor(a->result - 1 + a->shift, a->stride) + 1 : a->result;
    a->length = a->end - a->begin;
}

/* As a double: too large a number is refused later. */
static double rti_conv_box_size(const rti_conv *v)
{
    double n = 1;
    for (int d = 0; d < RTI_CONV_DIMS; d++)
        n *= (double)v->axis[d].length + (double)v->axis[d].reach;
    return n;
}

/* A length of which as many as before cover the grid evenly. */
static void rti_conv_even(rti_conv_axis *a, int64_t length)
{
    int64_t size = a->end - a->begin;
    a->boxes = RTI_MAX(rti_conv_ceil(size, RTI_MAX(length, 1)), 1);
    a->length = rti_conv_ceil(size, a->boxes);
}

/* Cuts the grid into boxes whose copies have at most `most` elements a plane, lines of at most `line` first. False if it cannot be done. */
static bool rti_conv_cut(rti_conv *v, int64_t line, int64_t most)
{
    double planes = 1;
    for (int d = 0; d < RTI_CONV_DIMS; d++)
        rti_conv_even(&v->axis[d], d == RTI_CONV_DIMS - 1 ? line : v->axis[d].length);
    for (int d = 0; d < RTI_CONV_DIMS; d++)
        while (rti_conv_box_size(v) > (double)most && v->axis[d].length > (d == RTI_CONV_DIMS - 1 ? line / 4 : 1))
            rti_conv_even(&v->axis[d], v->axis[d].length / 2);
    for (int d = 0; d < RTI_CONV_DIMS; d++)
        planes *= (double)v->axis[d].planes;
    if (rti_conv_box_size(v) * planes > 1e12)
        return false;
    v->boxes = v->axis[0].boxes * v->axis[1].boxes * v->axis[2].boxes;
    v->plane = (int64_t)rti_conv_box_size(v);
    return true;
}

/* Where the tap number u of those in use along a dimension lies in the box. */
static int64_t rti_conv_tap_place(const rti_conv_axis *a, int64_t u, bool transposed)
{
    int64_t lag = u * a->dilation / a->stride;
    return transposed ? a->reach - lag : lag;
}

/* Taps in use by their numbers along each dimension. */
typedef struct rti_conv_taps { int64_t u[RTI_CONV_DIMS]; } rti_conv_taps;

static rti_conv_taps rti_conv_tap_of(const rti_conv *v, int64_t tap)
{
    rti_conv_taps t;
    for (int d = RTI_CONV_DIMS - 1; d >= 0; d--) {
        t.u[d] = tap % v->axis[d].used;
        tap /= v->axis[d].used;
    }
    return t;
}

static int64_t rti_conv_class_of(const rti_conv *v, rti_conv_taps t)
{
    const rti_conv_axis *a = v->axis;
    return (t.u[0] % a[0].classes * a[1].classes + t.u[1] % a[1].classes) * a[2].classes + t.u[2] % a[2].classes;
}

/* Lists the taps class by class. between: elements from one plane to the next. */
static void rti_conv_list_taps(rti_conv *v, int64_t between)
{
    const rti_conv_axis *a = v->axis;
    int64_t line = a[2].length + a[2].reach, sheet = (a[1].length + a[1].reach) * line;
    memset(v->class_first, 0, (size_t)(v->classes + 1) * sizeof *v->class_first);
    for (int64_t i = 0; i < v->taps; i++)
        v->class_first[rti_conv_class_of(v, rti_conv_tap_of(v, i)) + 1]++;
    for (int64_t k = 0; k < v->classes; k++)
        v->class_first[k + 1] += v->class_first[k];
    for (int64_t i = 0; i < v->taps; i++) {
        const rti_conv_taps t = rti_conv_tap_of(v, i);
        const int64_t *u = t.u, n = v->class_first[rti_conv_class_of(v, t)]++;       /* for the time being, where the class's next one goes */
        v->tap_from[n] = ((a[0].first + u[0]) * a[1].taps + a[1].first + u[1]) * a[2].taps + a[2].first + u[2];
        v->tap_at[n] = ((u[0] % a[0].planes * a[1].planes + u[1] % a[1].planes) * a[2].planes + u[2] % a[2].planes) * between +
                       rti_conv_tap_place(&a[0], u[0], v->transposed) * sheet + rti_conv_tap_place(&a[1], u[1], v->transposed) * line +
                       rti_conv_tap_place(&a[2], u[2], v->transposed);
    }
    memmove(v->class_first + 1, v->class_first, (size_t)v->classes * sizeof *v->class_first);
    v->class_first[0] = 0;
}

/* ---- copying a box of the source ---- */

/* to[i] = from[i * step] */
static void rti_conv_copy_apart(char *to, const char *from, int64_t step, int64_t n, int bytes)
{
    if (bytes == 4)
        for (int64_t i = 0; i < n; i++)
            memcpy(to + i * 4, from + i * step * 4, 4);
    else if (bytes == 8)
        for (int64_t i = 0; i < n; i++)
            memcpy(to + i * 8, from + i * step * 8, 8);
    else
        for (int64_t i = 0; i < n; i++)
            memcpy(to + i * 16, from + i * step * 16, 16);
}

/* Of `count` places that are `step` elements apart, the first at element `at`: those that a source of n elements has are [first, last). */
typedef struct rti_conv_span { int64_t first, last; } rti_conv_span;

static rti_conv_span rti_conv_span_of(int64_t at, int64_t step, int64_t n, int64_t count)
{
    rti_conv_span s;
    s.first = RTI_MIN(at < 0 ? rti_conv_ceil(-at, step) : 0, count);
    s.last = RTI_MAX(RTI_MIN(n > at ? rti_conv_ceil(n - at, step) : 0, count), s.first);
    return s;
}

/* Where a box begins, on the grid. */
typedef struct rti_conv_corner { int64_t at[RTI_CONV_DIMS]; } rti_conv_corner;

static rti_conv_corner rti_conv_corner_of(const rti_conv *v, int64_t box)
{
    rti_conv_corner c;
    for (int d = RTI_CONV_DIMS - 1; d >= 0; d--) {
        c.at[d] = v->axis[d].begin + box % v->axis[d].boxes * v->axis[d].length;
        box /= v->axis[d].boxes;
    }
    return c;
}

/* The element of the source at the first place of a plane's box along a dimension. */
static int64_t rti_conv_first(const rti_conv *v, int d, int64_t plane, const rti_conv_corner *c)
{
    const rti_conv_axis *a = &v->axis[d];
    return v->transposed ? c->at[d] - a->reach : c->at[d] * a->stride + plane * a->dilation % a->stride - a->shift;
}

/* One plane: the line of each place of the box. step: source elements from one place to the next, in each dimension */
static void rti_conv_fill_plane(const rti_conv *v, const int64_t *at, const int64_t *step, const char *source, char *to)
{
    const rti_conv_axis *a = v->axis;
    const int bytes = v->pass->bytes;
    const int64_t line = a[2].length + a[2].reach, lines = a[1].length + a[1].reach, sheets = a[0].length + a[0].reach;
    const rti_conv_span there = rti_conv_span_of(at[1], step[1], a[1].source, lines), part = rti_conv_span_of(at[2], step[2], a[2].source, line);
    rti_conv_place p;
    p.line = line;
    p.from_line = step[1] * a[2].source;
    p.before = part.first;
    p.n = part.last - part.first;
    for (int64_t m = 0, i = at[0]; m < sheets; m++, i += step[0], to += lines * line * bytes) {
        bool any = i >= 0 && i < a[0].source && there.last > there.first && p.n > 0;
        if (!any) {
            memset(to, 0, (size_t)(lines * line * bytes));
            continue;
        }
        const char *from = source + ((i * a[1].source + at[1] + there.first * step[1]) * a[2].source + at[2] + part.first * step[2]) * bytes;
        memset(to, 0, (size_t)(there.first * line * bytes));
        p.to = to + there.first * line * bytes;
        p.from = from;
        p.lines = there.last - there.first;
        if (step[2] == 1)
            v->pass->place(&p);
        else
            for (int64_t k = there.first; k < there.last; k++, from += p.from_line * bytes) {
                char *y = to + k * line * bytes;
                memset(y, 0, (size_t)(part.first * bytes));
                rti_conv_copy_apart(y + part.first * bytes, from, step[2], p.n, bytes);
                memset(y + part.last * bytes, 0, (size_t)((line - part.last) * bytes));
            }
        memset(to + there.last * line * bytes, 0, (size_t)((lines - there.last) * line * bytes));
    }
}

/* One channel's planes, `between` elements apart. */
static void rti_conv_fill(const rti_conv *v, const rti_conv_corner *c, const char *source, char *to, int64_t between)
{
    const rti_conv_axis *a = v->axis;
    int64_t step[RTI_CONV_DIMS], at[RTI_CONV_DIMS];
    for (int d = 0; d < RTI_CONV_DIMS; d++)
        step[d] = v->transposed ? 1 : a[d].stride;
    for (int64_t p = 0, n = a[0].planes * a[1].planes * a[2].planes; p < n; p++, to += between * v->pass->bytes) {
        at[0] = rti_conv_first(v, 0, p / a[2].planes / a[1].planes, c);
        at[1] = rti_conv_first(v, 1, p / a[2].planes % a[1].planes, c);
        at[2] = rti_conv_first(v, 2, p % a[2].planes, c);
        rti_conv_fill_plane(v, at, step, source, to);
    }
}

/* ---- forward ---- */

/* Rows of the tile that begins at result channel o. */
static int64_t rti_conv_tile_rows(const rti_conv *v, int64_t o)
{
    int64_t left = v->out - o;
    return left >= v->pass->rows ? v->pass->rows : left >= 4 ? 4 : left >= 2 ? 2 : 1;
}

static void rti_conv_start(rti_conv *v)
{
    v->pass = rti_conv_pass_of(v->compute);
    v->taps = v->all_taps = v->classes = v->source_size = v->result_size = 1;
    v->gaps = false;
    for (int d = 0; d < RTI_CONV_DIMS; d++) {
        rti_conv_plan_axis(&v->axis[d], v->transposed);
        v->taps *= v->axis[d].used;
        v->all_taps *= v->axis[d].taps;
        v->gaps = v->gaps || v->axis[d].gaps;
        v->classes *= v->axis[d].classes;
        v->source_size *= v->axis[d].source;
        v->result_size *= v->axis[d].result;
    }
}

static int64_t rti_conv_weights(const rti_conv *v) { return v->groups * v->out * v->in * v->all_taps; }

/* As many elements or a few more, so that neighbours that far apart begin on cache lines, and not in the same set of them. */
static int64_t rti_conv_apart(int64_t n, int64_t bytes)
{
    const int64_t line = RTI_MATMUL_LINE / bytes;
    return (rti_conv_ceil(n, line) | 1) * line;
}

/* Bytes that all threads share, for rti_conv_prepare. */
static int64_t rti_conv_shared_bytes(const rti_conv *v)
{
    return (2 * v->taps + v->classes + 1) * (int64_t)sizeof(int64_t) + rti_conv_weights(v) * v->pass->bytes;
}

/* Bytes that each thread brings. */
static int64_t rti_conv_own_bytes(const rti_conv *v)
{
    return (v->most * v->channel + RTI_CONV_MOST_ROWS * v->line_row) * v->pass->bytes + RTI_MATMUL_LINE;
}

/* How a convolution is cut up: the shapes and the class decide. False if it would take more memory than there can be. */
static bool rti_conv_plan(rti_conv *v)
{
    rti_conv_start(v);
    const int bytes = v->pass->bytes;
    int64_t planes = 1, most = RTI_CONV_SOURCE_BYTES / bytes;
    for (int d = 0; d < RTI_CONV_DIMS; d++)
        planes *= v->axis[d].planes;
    if (!rti_conv_cut(v, RTI_CONV_GRID_BYTES / bytes, RTI_MAX(most / (RTI_MAX(v->in, 1) * planes), RTI_CONV_GRID_BYTES / bytes)))
        return false;
    v->channel = rti_conv_apart(planes * v->plane, bytes);
    v->most = RTI_MAX(RTI_MIN(most / v->channel, v->in), 1);
    int64_t others = v->images * v->groups * v->boxes;
    v->pieces = RTI_MAX(RTI_MIN(RTI_CONV_SHARES / RTI_MAX(others, 1), v->out / RTI_CONV_SIDE), 1);
    v->piece = rti_conv_ceil(rti_conv_ceil(v->out, v->pieces), RTI_CONV_SIDE) * RTI_CONV_SIDE;
    v->pieces = RTI_MAX(rti_conv_ceil(v->out, v->piece), 1);
    v->tasks = others * v->pieces;
    int64_t line = v->axis[2].length + v->axis[2].reach;
    v->line_row = (RTI_MAX(RTI_CONV_GRID_BYTES / bytes / line, 1) * line + RTI_CONV_MOST_LANES - 1) / RTI_CONV_MOST_LANES * RTI_CONV_MOST_LANES;
    return true;
}

static void rti_conv_prepare(rti_conv *v, void *shared)
{
    v->tap_at = RTI_CAST(int64_t *, shared);
    v->tap_from = v->tap_at + v->taps;
    v->class_first = v->tap_from + v->taps;
    v->packed = (char *)(v->class_first + v->classes + 1);
    rti_conv_list_taps(v, v->plane);
}

/* Brings weights into the order of their use: those of RTI_CONV_SIDE result channels of a group at a time, rti_conv_sides(v) in all. */
static int64_t rti_conv_sides(const rti_conv *v) { return v->groups * rti_conv_ceil(v->out, RTI_CONV_SIDE); }

static void rti_conv_pack_tile(const rti_conv *v, int64_t group, int64_t k, int64_t o)
{
    const int bytes = v->pass->bytes;
    const int64_t to_out = (v->transposed ? 1 : v->in) * v->all_taps, to_in = (v->transposed ? v->out : 1) * v->all_taps, rows = rti_conv_tile_rows(v, o);
    const int64_t first = v->class_first[k], taps = v->class_first[k + 1] - first;
    const char *from = RTI_CAST(const char *, v->weight) + (group * v->out * v->in * v->all_taps + o * to_out) * bytes;
    char *to = v->packed + ((group * v->taps + first) * v->out + o * taps) * v->in * bytes;
    for (int64_t c = 0; c < v->in; c++)
        for (int64_t t = 0; t < taps; t++, to += rows * bytes)
            rti_conv_copy_apart(to, from + (c * to_in + v->tap_from[first + t]) * bytes, to_out, rows, bytes);
}

static void rti_conv_pack(const rti_conv *v, int64_t begin, int64_t end)
{
    const int64_t sides = rti_conv_ceil(v->out, RTI_CONV_SIDE);
    for (int64_t i = begin; i < end; i++)
        for (int64_t k = 0; k < v->classes; k++)
            for (int64_t o = i % sides * RTI_CONV_SIDE, last = RTI_MIN(o + RTI_CONV_SIDE, v->out); o < last; o += rti_conv_tile_rows(v, o))
                rti_conv_pack_tile(v, i / sides, k, o);
}

/* What a task computes at a time: one class of some channels of one image, within a box. */
typedef struct rti_conv_part {
    const rti_conv *v;
    const char *box;                          /* the copied source */
    char *sums;                               /* (rows,line_row) */
    char *result;                             /* the first of the channels */
    const char *bias, *weight;                /* bias: NULL for none; weight: of the first channel */
    int64_t rows, channels, first_tap, taps;
    int64_t from[RTI_CONV_DIMS], to[RTI_CONV_DIMS];          /* within the box */
    int64_t at[RTI_CONV_DIMS];                /* in the result, of `from` */
    bool add;
} rti_conv_part;

/* Whole lines of one sheet, from line m on. */
static void rti_conv_some_lines(const rti_conv_part *p, int64_t sheet, int64_t m, int64_t lines)
{
    const rti_conv *v = p->v;
    const rti_conv_axis *a = v->axis;
    const int bytes = v->pass->bytes;
    const int64_t line = a[2].length + a[2].reach, each = RTI_MAX(RTI_CONV_SUM / RTI_MAX(p->taps, 1), 1);
    int64_t step[RTI_CONV_DIMS];
    rti_conv_tile t;
    rti_conv_lines l;
    for (int d = 0; d < RTI_CONV_DIMS; d++)
        step[d] = v->transposed ? a[d].stride : 1;
    t.tap = v->tap_at + p->first_tap, t.taps = p->taps;
    t.channel = v->channel;
    t.y = p->sums, t.y_row = v->line_row;
    t.rows = p->rows;
    t.n = (lines - 1) * line + p->to[2] - p->from[2];
    int64_t c = 0;
    do {
        t.channels = RTI_MIN(p->channels - c, each);
        t.x = p->box + (c * v->channel + (sheet * (a[1].length + a[1].reach) + m) * line + p->from[2]) * bytes;
        t.w = p->weight + c * p->taps * p->rows * bytes;
        t.add = c > 0;
        v->pass->tile(&t);
        c += each;
    } while (c < p->channels);
    l.y_line = step[1] * a[2].result, l.y_step = step[2], l.y_row = v->result_size;
    int64_t i = p->at[0] + (sheet - p->from[0]) * step[0], j = p->at[1] + (m - p->from[1]) * step[1];
    l.y = p->result + ((i * a[1].result + j) * a[2].result + p->at[2]) * bytes;
    l.sums = p->sums, l.row = v->line_row, l.line = line;
    l.bias = p->bias, l.add = p->add;
    l.rows = p->rows, l.lines = lines, l.n = p->to[2] - p->from[2];
    if (l.n == line && l.y_line == line && l.y_step == 1)
        l.n *= lines, l.lines = 1;
    v->pass->finish(&l);
}

static void rti_conv_one_part(const rti_conv_part *p)
{
    const int64_t line = p->v->axis[2].length + p->v->axis[2].reach, most = RTI_MAX(RTI_CONV_GRID_BYTES / p->v->pass->bytes / line, 1);
    for (int64_t sheet = p->from[0]; sheet < p->to[0]; sheet++)
        for (int64_t m = p->from[1]; m < p->to[1]; m += most)
            rti_conv_some_lines(p, sheet, m, RTI_MIN(most, p->to[1] - m));
}

/* Which of a box's grid points class k has, and where they lie in the result; false if there are none. */
static bool rti_conv_within(const rti_conv *v, int64_t k, const rti_conv_corner *c, rti_conv_part *p)
{
    bool any = true;
    for (int d = RTI_CONV_DIMS - 1; d >= 0; d--) {
        const rti_conv_axis *a = &v->axis[d];
        int64_t step = v->transposed ? a->stride : 1;      /* result = grid * step + shift */
        int64_t shift = v->transposed ? k % a->classes * a->dilation % a->stride - a->shift : 0;
        int64_t from = RTI_MAX(rti_conv_ceil(-shift, step), c->at[d]);
        int64_t to = RTI_MIN(RTI_MIN(rti_conv_ceil(a->result - shift, step), a->end), c->at[d] + a->length);
        k /= a->classes;
        p->from[d] = from - c->at[d], p->to[d] = to - c->at[d];
        p->at[d] = from * step + shift;
        any = any && to > from;
    }
    return any;
}

/* Writes the bias all over a box of one channel of the result: what lies in no class keeps it. */
static void rti_conv_fill_gaps(const rti_conv *v, const rti_conv_corner *c, const char *bias, char *result)
{
    static const char zero[16] = { 0 };
    const rti_conv_axis *a = v->axis;
    int64_t from[RTI_CONV_DIMS], to[RTI_CONV_DIMS];
    for (int d = 0; d < RTI_CONV_DIMS; d++) {
        from[d] = RTI_MAX(c->at[d] * a[d].stride - a[d].shift, 0);
        to[d] = RTI_MIN((c->at[d] + a[d].length) * a[d].stride - a[d].shift, a[d].result);
    }
    for (int64_t i = from[0]; i < to[0]; i++)
        for (int64_t j = from[1]; j < to[1]; j++)
            rti_conv_copy_apart(result + ((i * a[1].result + j) * a[2].result + from[2]) * v->pass->bytes, bias ? bias : zero, 0, to[2] - from[2],
                                v->pass->bytes);
}

/* One piece of the result's channels over one box; workspace: rti_conv_own_bytes, the box's slack cleared. */
static void rti_conv_task(const rti_conv *v, int64_t task, char *workspace)
{
    const int bytes = v->pass->bytes;
    const int64_t first = task % v->pieces * v->piece, box = task / v->pieces % v->boxes, which = task / v->pieces / v->boxes, group = which % v->groups;
    const int64_t last = RTI_MIN(first + v->piece, v->out);
    const rti_conv_corner corner = rti_conv_corner_of(v, box);
    const char *source = RTI_CAST(const char *, v->source) + which * v->in * v->source_size * bytes, *bias = RTI_CAST(const char *, v->bias);
    rti_conv_part p;
    p.v = v;
    p.box = workspace;
    p.sums = workspace + v->most * v->channel * bytes + RTI_MATMUL_LINE;
    for (int64_t o = first; v->gaps && o < last; o++)
        rti_conv_fill_gaps(v, &corner, bias ? bias + (group * v->out + o) * bytes : NULL,
                           RTI_CAST(char *, v->result) + (which * v->out + o) * v->result_size * bytes);
    int64_t c = 0;
    do {
        p.channels = RTI_MIN(v->in - c, v->most);
        p.add = c > 0;
        for (int64_t i = 0; i < p.channels; i++)
            rti_conv_fill(v, &corner, source + (c + i) * v->source_size * bytes, workspace + i * v->channel * bytes, v->plane);
        for (int64_t k = 0; k < v->classes; k++) {
            p.first_tap = v->class_first[k];
            p.taps = v->class_first[k + 1] - p.first_tap;
            if (!rti_conv_within(v, k, &corner, &p) || (p.add && p.taps == 0))
                continue;
            for (int64_t o = first; o < last; o += p.rows) {
                p.rows = rti_conv_tile_rows(v, o);
                p.weight = v->packed + (((group * v->taps + p.first_tap) * v->out + o * p.taps) * v->in + c * p.taps * p.rows) * bytes;
                p.bias = bias ? bias + (group * v->out + o) * bytes : NULL;
                p.result = RTI_CAST(char *, v->result) + (which * v->out + o) * v->result_size * bytes;
                rti_conv_one_part(&p);
            }
        }
        c += v->most;
    } while (c < v->in);
}

/* Tasks begin to end, in a thread's own workspace. */
static void rti_conv_run(const rti_conv *v, int64_t begin, int64_t end, void *workspace)
{
    char *own = RTI_CAST(char *, workspace);
    memset(own + v->most * v->channel * v->pass->bytes, 0, RTI_MATMUL_LINE);
    for (int64_t task = begin; task < end; task++)
        rti_conv_task(v, task, own);
}

/* ---- the gradient of the weights ----
 * of a convolution that is not transposed: from the source and from the result's gradient, the grid; that of a transposed one exchanges
 * the two. Taken step by step: a step is a box of some images. */

typedef struct rti_conv_gradient {
    rti_conv v;                               /* source as there; result, of the shape there, is the gradient (const); weight NULL */
    const void *grid;                         /* (images,groups,out,..) */
    void *weight;                             /* (groups,out,in,..), written */
    int64_t batch, steps, splits;             /* images a step; parts whose sums are added up at the end */
    int64_t rows, in_blocks;                  /* result channels at a time; blocks of the source's, each a piece of work */
    int64_t n, grid_row;                      /* points of a step's grid up to the last, gaps included; elements from one channel's to the next */
    char *partial;                            /* (splits,groups,out,in,..): the weight itself if there is one split */
} rti_conv_gradient;

static bool rti_conv_plan_gradient(rti_conv_gradient *q)
{
    rti_conv *v = &q->v;
    rti_conv_start(v);
    const int bytes = v->pass->bytes;
    const rti_conv_axis *a = v->axis;
    int64_t planes = a[0].planes * a[1].planes * a[2].planes, points = 2 * RTI_CONV_GRID_BYTES / bytes;
    if (!rti_conv_cut(v, points / 2, points))
        return false;
    q->batch = RTI_MAX(RTI_MIN(points / 2 / v->plane, v->images), 1);
    v->channel = rti_conv_apart(planes * q->batch * v->plane, bytes);
    v->most = RTI_MAX(RTI_MIN(RTI_CONV_SOURCE_BYTES / bytes / v->channel, v->in), 1);
    q->in_blocks = rti_conv_ceil(v->in, v->most);
    int64_t line = a[2].length + a[2].reach, sheet = (a[1].length + a[1].reach) * line;
    q->n = (q->batch - 1) * v->plane + (a[0].length - 1) * sheet + (a[1].length - 1) * line + a[2].length;
    q->grid_row = rti_conv_apart(q->batch * v->plane, bytes);
    q->rows = RTI_MAX(RTI_MIN(RTI_CONV_ROWS_BYTES / bytes / q->grid_row / 4 * 4, v->out), 1);
    q->steps = rti_conv_ceil(v->images, q->batch) * v->boxes;
    v->pieces = v->groups * q->in_blocks;
    q->splits = RTI_MIN(RTI_CONV_SHARES / v->pieces, RTI_CONV_PARTIAL_BYTES / (rti_conv_weights(v) * bytes));
    q->splits = RTI_MAX(RTI_MIN(q->splits, q->steps), 1);
    v->tasks = q->splits * v->pieces;
    return true;
}

static int64_t rti_conv_gradient_shared_bytes(const rti_conv_gradient *q)
{
    return (2 * q->v.taps + q->v.classes + 1) * (int64_t)sizeof(int64_t) + (q->splits > 1 ? q->splits * rti_conv_weights(&q->v) * q->v.pass->bytes : 0);
}
static int64_t rti_conv_gradient_own_bytes(const rti_conv_gradient *q)
{
    return q->v.most * q->v.channel * q->v.pass->bytes + RTI_MATMUL_LINE + q->rows * q->grid_row * q->v.pass->bytes;
}

static void rti_conv_prepare_gradient(rti_conv_gradient *q, void *shared)
{
    rti_conv *v = &q->v;
    v->tap_at = RTI_CAST(int64_t *, shared);
    v->tap_from = v->tap_at + v->taps;
    v->class_first = v->tap_from + v->taps;
    q->partial = q->splits > 1 ? (char *)(v->class_first + v->classes + 1) : RTI_CAST(char *, q->weight);
    rti_conv_list_taps(v, q->batch * v->plane);
}

/* One channel's grid points within a box, lines as in the copied source, zeros in the gaps. */
static void rti_conv_fill_grid(const rti_conv *v, const rti_conv_corner *c, const char *grid, char *to)
{
    const rti_conv_axis *a = v->axis;
    const int bytes = v->pass->bytes;
    const int64_t line = a[2].length + a[2].reach, lines = a[1].length + a[1].reach, sheets = a[0].length + a[0].reach;
    rti_conv_place p;
    p.line = line;
    p.from_line = a[2].result;
    p.before = 0;
    p.n = RTI_MIN(a[2].length, a[2].end - c->at[2]);
    p.lines = RTI_MIN(a[1].length, a[1].end - c->at[1]);
    for (int64_t m = 0; m < sheets; m++, to += lines * line * bytes) {
        bool there = m < a[0].length && c->at[0] + m < a[0].end;
        p.to = to;
        p.from = grid + (((c->at[0] + m) * a[1].result + c->at[1]) * a[2].result + c->at[2]) * bytes;
        if (there)
            v->pass->place(&p);
        memset(to + (there ? p.lines * line : 0) * bytes, 0, (size_t)((lines - (there ? p.lines : 0)) * line * bytes));
    }
}

/* What a task is at. */
typedef struct rti_conv_block {
    const rti_conv_gradient *q;
    const rti_conv_pass *pass;
    const char *source, *grid;                /* of the block's first channels */
    char *weight;                             /* (out,in,taps), of which so many source channels are the block's */
    int64_t channels;
    char *box, *lines;                        /* their copies: (channels,..) (rows,grid_row) */
    bool exact;                               /* line by line, so that no gap's zero meets an infinity */
} rti_conv_block;

/* to[into[i]] += from[i] */
static void rti_conv_add_numbers(rti_class c, char *to, const int64_t *into, const char *from, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        if (c == RTI_CLASS_F32)
            ((float *)(void *)to)[into[i]] += ((const float *)(const void *)from)[i];
        else if (c == RTI_CLASS_F64)
            ((double *)(void *)to)[into[i]] += ((const double *)(const void *)from)[i];
        else if (c == RTI_CLASS_I64)
            ((uint64_t *)(void *)to)[into[i]] += ((const uint64_t *)(const void *)from)[i];
        else
            ((rti_complex *)(void *)to)[into[i]] = rti_c_add(((rti_complex *)(void *)to)[into[i]], ((const rti_complex *)(const void *)from)[i]);
}

/* Adds up lanes; those of n sums lie side by side. */
static void rti_conv_sum_lanes(const rti_conv_pass *pass, rti_class c, char *sums, int64_t n)
{
    if (pass->lanes == 1)
        return;
#if !RTI_ONE_PASS
    if (c == RTI_CLASS_F32) {
        rti_matmul_passes_f32[0]->sum_lanes(sums, sums, n, pass->lanes);
        return;
    }
#endif
    (void)c;
    rti_matmul_passes_f64[0]->sum_lanes(sums, sums, n, pass->lanes);
}

/* Adds sums over n points from point `at` of the grid on to the weights of so many rows, of which the first is number `row`. */
static void rti_conv_add_dots(const rti_conv_block *b, int64_t row, int64_t rows, int64_t at, int64_t n)
{
    const rti_conv *v = &b->q->v;
    const int bytes = v->pass->bytes;
    uint64_t sums[RTI_CONV_MOST_DOTS * RTI_CONV_MOST_LANES];     /* enough for any class */
    int64_t place[8], into[8], c = 0, tap = 0;
    rti_conv_dots t;
    memset(sums, 0, sizeof sums);
    t.x = b->box + at * bytes;
    t.tap = place;
    t.sums = sums;
    t.n = n;
    t.g_row = b->q->grid_row;
    for (int64_t k = 0, taps, all = b->channels * v->taps; k < all; k += taps) {
        taps = RTI_MIN(all - k, b->pass->dot_taps);
        for (int64_t j = 0; j < b->pass->dot_taps; j++) {      /* beyond the last the last again */
            place[j] = c * v->channel + v->tap_at[tap];
            into[j] = c * v->all_taps + v->tap_from[tap];
            if (j < taps - 1 || k + taps < all)
                tap++;
            if (tap == v->taps)
                tap = 0, c++;
        }
        for (int64_t r = 0; r < rows; r += t.rows) {
            t.rows = RTI_MIN(rows - r, b->pass->dot_rows);
            t.g = b->lines + (r * t.g_row + at) * bytes;
            b->pass->dots(&t);
            rti_conv_sum_lanes(b->pass, v->compute, (char *)sums, t.rows == 1 ? 8 : t.rows * b->pass->dot_taps);
            for (int64_t i = 0; i < t.rows; i++)
                rti_conv_add_numbers(v->compute, b->weight + (row + r + i) * v->in * v->all_taps * bytes, into,
                                     (char *)sums + i * b->pass->dot_taps * bytes, taps);
        }
    }
}

/* The copied grid's sums. */
static void rti_conv_add_step(const rti_conv_block *b, int64_t row, int64_t rows, int64_t images, const rti_conv_corner *c)
{
    const rti_conv_gradient *q = b->q;
    const rti_conv_axis *a = q->v.axis;
    const int64_t line = a[2].length + a[2].reach, sheet = (a[1].length + a[1].reach) * line;
    if (!b->exact) {
        rti_conv_add_dots(b, row, rows, 0, q->n - (q->batch - images) * q->v.plane);
        return;
    }
    for (int64_t i = 0; i < images; i++)
        for (int64_t m = 0; m < RTI_MIN(a[0].length, a[0].end - c->at[0]); m++)
            for (int64_t k = 0; k < RTI_MIN(a[1].length, a[1].end - c->at[1]); k++)
                rti_conv_add_dots(b, row, rows, i * q->v.plane + m * sheet + k * line, RTI_MIN(a[2].length, a[2].end - c->at[2]));
}

/* One step, all rows of the result, some at a time. */
static void rti_conv_gradient_step(const rti_conv_block *b, int64_t step)
{
    const rti_conv_gradient *q = b->q;
    const rti_conv *v = &q->v;
    const int bytes = v->pass->bytes;
    const int64_t image = step / v->boxes * q->batch, images = RTI_MIN(q->batch, v->images - image);
    const rti_conv_corner c = rti_conv_corner_of(v, step % v->boxes);
    for (int64_t k = 0; k < b->channels; k++)
        for (int64_t i = 0; i < images; i++)
            rti_conv_fill(v, &c, b->source + ((image + i) * v->groups * v->in + k) * v->source_size * bytes,
                          b->box + (k * v->channel + i * v->plane) * bytes, q->batch * v->plane);
    for (int64_t row = 0; row < v->out; row += q->rows) {
        const int64_t rows = RTI_MIN(q->rows, v->out - row);
        for (int64_t r = 0; r < rows; r++) {
            char *to = b->lines + r * q->grid_row * bytes;
            for (int64_t i = 0; i < images; i++)
                rti_conv_fill_grid(v, &c, b->grid + ((image + i) * v->groups * v->out + row + r) * v->result_size * bytes, to + i * v->plane * bytes);
            memset(to + images * v->plane * bytes, 0, (size_t)((q->batch - images) * v->plane * bytes));
        }
        rti_conv_add_step(b, row, rows, images, &c);
    }
}

static bool rti_conv_all_finite(rti_class c, const char *x, int64_t n)
{
    if (c == RTI_CLASS_I64)
        return true;
    for (int64_t i = 0; i < n && c == RTI_CLASS_F32; i++) {
        uint32_t bits;
        memcpy(&bits, x + i * 4, 4);
        if ((bits & 0x7f800000u) == 0x7f800000u)
            return false;
    }
    for (int64_t i = 0; i < (c == RTI_CLASS_C128 ? 2 * n : n) && c != RTI_CLASS_F32; i++) {
        uint64_t bits;
        memcpy(&bits, x + i * 8, 8);
        if ((bits & 0x7ff0000000000000u) == 0x7ff0000000000000u)
            return false;
    }
    return true;
}

static void rti_conv_gradient_task(const rti_conv_gradient *q, int64_t task, char *workspace)
{
    const rti_conv *v = &q->v;
    const int bytes = v->pass->bytes;
    const int64_t split = task / v->pieces, in = task % q->in_blocks * v->most, group = task % v->pieces / q->in_blocks, row = v->in * v->all_taps * bytes;
    rti_conv_block b;
    bool whole;
    b.q = q;
    b.pass = v->pass;
    b.channels = RTI_MIN(v->most, v->in - in);
    b.source = RTI_CAST(const char *, v->source) + (group * v->in + in) * v->source_size * bytes;
    b.grid = RTI_CAST(const char *, q->grid) + group * v->out * v->result_size * bytes;
    b.weight = q->partial + (split * rti_conv_weights(v) + (group * v->out * v->in + in) * v->all_taps) * bytes;
    b.box = workspace;
    b.lines = workspace + (v->most * v->channel + RTI_MATMUL_LINE / bytes) * bytes;
    b.exact = false;
    do {
        whole = true;
        for (int64_t r = 0; r < v->out; r++)
            memset(b.weight + r * row, 0, (size_t)(b.channels * v->all_taps * bytes));
        for (int64_t step = split * q->steps / q->splits; step < (split + 1) * q->steps / q->splits; step++)
            rti_conv_gradient_step(&b, step);
        for (int64_t r = 0; r < v->out && !b.exact; r++)
            whole = whole && rti_conv_all_finite(v->compute, b.weight + r * row, b.channels * v->all_taps);
        b.exact = !whole;
        b.pass = rti_conv_plain_of(v->compute);
    } while (!whole);
}

static void rti_conv_gradient_run(const rti_conv_gradient *q, int64_t begin, int64_t end, void *workspace)
{
    memset(workspace, 0, (size_t)rti_conv_gradient_own_bytes(q));
    for (int64_t task = begin; task < end; task++)
        rti_conv_gradient_task(q, task, RTI_CAST(char *, workspace));
}

/* Adds up the splits' weights begin to end. */
static void rti_conv_gradient_total(const rti_conv_gradient *q, int64_t begin, int64_t end)
{
    const int bytes = q->v.pass->bytes;
    rti_conv_lines l;
    memset(&l, 0, sizeof l);
    l.y = RTI_CAST(char *, q->weight) + begin * bytes;
    l.y_step = l.rows = l.lines = 1;
    l.n = end - begin;
    for (int64_t s = 0; s < q->splits; s++) {
        l.sums = q->partial + (s * rti_conv_weights(&q->v) + begin) * bytes;
        l.add = s > 0;
        q->v.pass->finish(&l);
    }
}
RTI_COLD_END
#endif
