/* ---- moving elements: strided copies, and reading and writing at places that an index gives -------------------------------------------------- */

typedef void (*rti_combine_fn)(rti_class c, void *a, const void *b);      /* a = a and b combined */

/* The same for one element of a dtype. */
static void rti_combine_element(rt_dtype dtype, rti_combine_fn combine, char *to, const char *from)
{
    rti_class c = rti_class_of(dtype);
    uint64_t a[2], b[2];
    rti_load(dtype, c, a, to, 0, 1);
    rti_load(dtype, c, b, from, 0, 1);
    combine(c, a, b);
    rti_store(dtype, c, to, 0, a, 1);
}
static void rti_add_element(rt_dtype dtype, char *to, const char *from) { rti_combine_element(dtype, rti_accumulate_number, to, from); }

/* ---- lines: `there` in the tensor that is indexed, `here` beside the index ---- */

typedef struct rti_line {
    char *there, *here;
    const int64_t *index;
    int64_t there_step, scale, here_step, index_step;      /* place i: there + i there_step + index[i index_step] scale, here + i here_step, in bytes */
    rt_dtype dtype;                                        /* of what is combined by `combine` */
    rti_combine_fn combine;
} rti_line;

typedef void (*rti_line_fn)(const rti_line *l, int64_t n);

/* One index, and elements side by side. */
static RTI_INLINE bool rti_line_is_block(const rti_line *l, size_t wide)
{
    return l->index_step == 0 && l->there_step == (int64_t)wide && l->here_step == (int64_t)wide;
}
/* Indices side by side, within one row of elements side by side: places wide * index apart. */
static RTI_INLINE bool rti_line_is_row(const rti_line *l, size_t wide)
{
    return l->index_step == 1 && l->there_step == 0 && l->scale == (int64_t)wide && l->here_step == (int64_t)wide;
}

#define RTI_LINE(name, type, block, statement) \
    static void rti_line_##name(const rti_line *l, int64_t n) \
    { \
        const int64_t wide = (int64_t)sizeof(type), *index = l->index; \
        char *there = l->there, *here = l->here; \
        if (rti_line_is_block(l, sizeof(type))) { \
            there += *index * l->scale; \
            block; \
            return; \
        } \
        if (rti_line_is_row(l, sizeof(type))) { \
            for (int64_t i = 0; i < n; i++, here += wide) { \
                char *at = there + index[i] * wide; \
                statement; \
            } \
            return; \
        } \
        for (int64_t i = 0; i < n; i++, there += l->there_step, here += l->here_step, index += l->index_step) { \
            char *at = there + *index * l->scale; \
            statement; \
        } \
    }
#define RTI_LINE_MOVES(bytes, type) \
    RTI_LINE(read##bytes, type, memcpy(here, there, (size_t)(n * wide)), memcpy(here, at, sizeof(type))) \
    RTI_LINE(write##bytes, type, memcpy(there, here, (size_t)(n * wide)), memcpy(at, here, sizeof(type)))
RTI_LINE_MOVES(1, uint8_t)
RTI_LINE_MOVES(2, uint16_t)
RTI_LINE_MOVES(4, uint32_t)
RTI_LINE_MOVES(8, uint64_t)
RTI_LINE_MOVES(16, rti_complex)

#define RTI_ADD_ONE(name, type) \
    static RTI_INLINE void rti_add_one_##name(char *to, const char *from) \
    { \
        type a, b; \
        memcpy(&a, to, sizeof a); \
        memcpy(&b, from, sizeof b); \
        a += b; \
        memcpy(to, &a, sizeof a); \
    }
#ifndef RUSTORCH_ONE_PASS
RTI_ADD_ONE(f32, float)
#endif
RTI_ADD_ONE(f64, double)
RTI_ADD_ONE(i64, uint64_t)

static void rti_add_block(rti_class c, char *to, char *from, int64_t n)
{
    rti_flat f;
    f.run = rti_formula_run(&rti_formula_add, c);
    f.n_in = 2;
    f.masked = rti_loops_masked(c);
    f.wide = rti_element_bytes(rti_class_dtype[c]);
    f.in[0] = f.out = to;
    f.in[1] = from;
    rti_flat_run(&f, n);
}
#ifndef RUSTORCH_ONE_PASS
RTI_LINE(add_f32, float, rti_add_block(RTI_CLASS_F32, there, here, n), rti_add_one_f32(at, here))
#endif
RTI_LINE(add_f64, double, rti_add_block(RTI_CLASS_F64, there, here, n), rti_add_one_f64(at, here))
RTI_LINE(add_i64, uint64_t, for (int64_t i = 0; i < n; i++) rti_add_one_i64(there + i * wide, here + i * wide), rti_add_one_i64(at, here))

static void rti_line_combine(const rti_line *l, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        rti_combine_element(l->dtype, l->combine, l->there + i * l->there_step + l->index[i * l->index_step] * l->scale, l->here + i * l->here_step);
}
#undef RTI_ADD_ONE
#undef RTI_LINE_MOVES
#undef RTI_LINE

/* By the bytes of an element; NULL for other widths. */
static rti_line_fn rti_line_read(size_t wide)
{
    return wide == 4 ? rti_line_read4 : wide == 8 ? rti_line_read8 : wide == 1 ? rti_line_read1 : wide == 2 ? rti_line_read2 : wide == 16 ? rti_line_read16 : NULL;
}
static rti_line_fn rti_line_write(size_t wide)
{
    return wide == 4 ? rti_line_write4 : wide == 8 ? rti_line_write8 : wide == 1 ? rti_line_write1 : wide == 2 ? rti_line_write2 : wide == 16 ? rti_line_write16 : NULL;
}
static rti_line_fn rti_line_add(rt_dtype dtype)
{
#ifdef RUSTORCH_ONE_PASS
    return dtype == RT_FLOAT64 ? rti_line_add_f64 : dtype == RT_INT64 ? rti_line_add_i64 : rti_line_combine;
#else
    return dtype == RT_FLOAT32 ? rti_line_add_f32 : dtype == RT_FLOAT64 ? rti_line_add_f64 : dtype == RT_INT64 ? rti_line_add_i64 : rti_line_combine;
#endif
}

/* ---- walking an index of any number of dimensions ---- */

typedef struct rti_walk {
    const rt_op *op;                                         /* for messages; NULL where the index is known to fit */
    rti_line line;                                           /* at the first element; the steps are the last dimension's */
    rti_line_fn run;                                         /* NULL: the index is only looked at */
    int ndim;
    int64_t n, limit;                                        /* elements; what every index is below */
    int64_t size[RT_MAX_DIMS + 1], there[RT_MAX_DIMS + 1], here[RT_MAX_DIMS + 1], index[RT_MAX_DIMS + 1];      /* steps; bytes, of the index elements */
} rti_walk;

static void rti_walk_start(rti_walk *w, const rt_op *op, rti_line_fn run, rt_dtype dtype, rti_combine_fn combine)
{
    memset(w, 0, sizeof *w);
    w->op = op;
    w->run = run;
    w->n = 1;
    w->line.dtype = dtype;
    w->line.combine = combine;
}

/* One more dimension, inside those there are. */
static void rti_walk_add(rti_walk *w, int64_t size, int64_t there, int64_t here, int64_t index)
{
    int d = w->ndim - 1;
    w->n *= size;
    if (size == 1)
        return;
    if (d >= 0 && w->there[d] == there * size && w->here[d] == here * size && w->index[d] == index * size)
        w->size[d] *= size;             /* walked as one */
    else
        w->size[d = w->ndim++] = size;
    w->there[d] = there;
    w->here[d] = here;
    w->index[d] = index;
}

static void rti_walk_swap(rti_walk *w, int a, int b)
{
    int64_t *const list[] = { w->size, w->there, w->here, w->index };
    for (int i = 0; i < 4; i++) {
        int64_t moved = list[i][a];
        list[i][a] = list[i][b];
        list[i][b] = moved;
    }
}

/* A last dimension of a few elements makes poor lines: the longest one comes last instead. */
static void rti_walk_turn(rti_walk *w)
{
    int last = w->ndim - 1, longest = last;
    for (int d = 0; d < last; d++)
        longest = w->size[d] > w->size[longest] ? d : longest;
    if (last > 0 && w->size[last] < 16 && w->size[longest] >= 4 * w->size[last])
        rti_walk_swap(w, last, longest);
}

/* The first of n indices that is out of range; n if none is. */
static int64_t rti_first_outside(const int64_t *index, int64_t step, int64_t n, int64_t limit)
{
    uint64_t most = 0;
    if (step == 1) {
        for (int64_t i = 0; i < n; i++)
            most = (uint64_t)index[i] > most ? (uint64_t)index[i] : most;
        if (RTI_LIKELY(most < (uint64_t)limit || n == 0))
            return n;
    }
    for (int64_t i = 0; i < n; i++)
        if (RTI_UNLIKELY((uint64_t)index[i * step] >= (uint64_t)limit))
            return i;
    return n;
}

/* n elements of a line, in pieces whose index has been looked at before it is used. */
static rt_status rti_walk_line(const rti_walk *w, const rti_line *from, int64_t n)
{
    enum { PIECE = 1024 };
    rti_line l = *from;
    if (!w->op) {
        w->run(&l, n);
        return RT_OK;
    }
    for (int64_t m; n > 0; n -= m) {
        m = l.index_step == 0 ? n : RTI_MIN(n, (int64_t)PIECE);
        int64_t looks = l.index_step == 0 ? 1 : m, bad = rti_first_outside(l.index, l.index_step, looks, w->limit);
        if (RTI_UNLIKELY(bad < looks)) {
            rti_op_text name;
            return rti_raise(RT_ERR_INDEX, rti_op_base(w->op, &name), "index %lld is out of range for a dimension of size %lld", (long long)l.index[bad * l.index_step],
                             (long long)w->limit);
        }
        if (w->run)
            w->run(&l, m);
        l.there += m * l.there_step;
        l.here += m * l.here_step;
        l.index += m * l.index_step;
    }
    return RT_OK;
}

static void rti_walk_range(void *work, int64_t begin, int64_t end)
{
    const rti_walk *w = RTI_CAST(const rti_walk *, work);
    rti_line l = w->line;
    int64_t at[RT_MAX_DIMS + 1] = { 0 }, left = begin;
    for (int d = w->ndim - 1; d >= 0; d--) {
        at[d] = left % w->size[d];
        left /= w->size[d];
        l.there += at[d] * w->there[d];
        l.here += at[d] * w->here[d];
        l.index += at[d] * w->index[d];
    }
    int last = w->ndim - 1;
    while (begin < end) {
        int64_t n = last < 0 ? 1 : RTI_MIN(w->size[last] - at[last], end - begin);
        if (rti_walk_line(w, &l, n) != RT_OK)
            return;
        begin += n;
        for (int d = last; d >= 0; n = 1) {
            l.there += n * w->there[d];
            l.here += n * w->here[d];
            l.index += n * w->index[d];
            if ((at[d] += n) < w->size[d])
                break;
            l.there -= at[d] * w->there[d];
            l.here -= at[d] * w->here[d];
            l.index -= at[d] * w->index[d];
            at[d--] = 0;
        }
    }
}

static void rti_walk_steps(rti_walk *w)
{
    if (w->ndim == 0)
        return;
    w->line.there_step = w->there[w->ndim - 1];
    w->line.here_step = w->here[w->ndim - 1];
    w->line.index_step = w->index[w->ndim - 1];
}

enum { RTI_MOVE_GRAIN = 1 << 15 };

/* In parallel where no place is written twice. */
static rt_status rti_walk_run(rti_walk *w, bool parallel)
{
    if (w->n == 0)
        return RT_OK;
    rti_walk_turn(w);
    rti_walk_steps(w);
    return rti_parallel_for(w->n, parallel ? (int64_t)RTI_MOVE_GRAIN : w->n, rti_walk_range, w);
}

/* ---- strided copies ---- */

enum { RTI_MOVE_TILE = 16 };

/* Matrices whose rows lie side by side here and whose columns do there: in tiles, so that both stay in the cache. A range is of whole strips. */
static void rti_tiles_range(void *work, int64_t begin, int64_t end)
{
    const rti_walk *w = RTI_CAST(const rti_walk *, work);
    int c = w->ndim - 1, r = c - 1;
    int64_t strips = (w->size[r] + RTI_MOVE_TILE - 1) / RTI_MOVE_TILE;
    for (int64_t strip = begin; strip < end; strip++) {
        rti_line l = w->line;
        int64_t left = strip / strips, row = strip % strips * RTI_MOVE_TILE, rows = RTI_MIN(w->size[r] - row, (int64_t)RTI_MOVE_TILE);
        for (int d = r - 1; d >= 0; d--) {
            l.there += left % w->size[d] * w->there[d];
            l.here += left % w->size[d] * w->here[d];
            left /= w->size[d];
        }
        l.there += row * w->there[r];
        l.here += row * w->here[r];
        for (int64_t column = 0; column < w->size[c]; column += RTI_MOVE_TILE) {
            int64_t columns = RTI_MIN(w->size[c] - column, (int64_t)RTI_MOVE_TILE);
            rti_line tile = l;
            for (int64_t i = 0; i < rows; i++, tile.there += w->there[r], tile.here += w->here[r])
                w->run(&tile, columns);
            l.there += columns * w->there[c];
            l.here += columns * w->here[c];
        }
    }
}

/* to = from, broadcast, of one dtype and without shared memory, as their bytes are. */
static rt_status rti_move(rt_tensor *to, const rt_tensor *from)
{
    static const int64_t zero = 0;
    const size_t bytes = rti_element_bytes((rt_dtype)to->dtype);
    const int64_t wide = (int64_t)bytes;
    int shift = to->ndim - from->ndim, rows = -1;
    rti_walk w;
    rti_walk_start(&w, NULL, rti_line_write(bytes), (rt_dtype)to->dtype, NULL);
    w.line.there = to->data;
    w.line.here = from->data;
    w.line.index = &zero;
    for (int d = 0; d < to->ndim; d++)
        rti_walk_add(&w, to->size[d], rti_step_bytes(to, d, wide), d < shift || from->size[d - shift] == 1 ? 0 : rti_step_bytes(from, d - shift, wide), 0);
    if (w.n == 0)
        return RT_OK;
    int last = w.ndim - 1;
    for (int d = 0; d < last; d++)
        if (w.here[d] == wide && w.size[d] >= RTI_MOVE_TILE)
            rows = d;
    if (last < 1 || rows < 0 || w.size[last] < RTI_MOVE_TILE || w.here[last] == wide || w.here[last] == 0)
        return rti_walk_run(&w, true);
    rti_walk_swap(&w, rows, last - 1);
    rti_walk_steps(&w);
    int64_t strips = (w.size[last - 1] + RTI_MOVE_TILE - 1) / RTI_MOVE_TILE, n = w.n / w.size[last] / w.size[last - 1] * strips;
    return rti_parallel_for(n, RTI_MAX(1, RTI_MOVE_GRAIN / (RTI_MOVE_TILE * w.size[last])), rti_tiles_range, &w);
}

/* The same with a dtype of its own for each. */
static rt_status rti_put(rt_tensor *to, const rt_tensor *from) { return to->dtype == from->dtype ? rti_move(to, from) : rti_copy_into(to, from); }
