/* ---- order: sort, topk, and elements by their rank ------------------------------------------------------------------------------------- */

/* An element's key, whose order as a whole number is the elements': NaN are equal and above all, zeros are equal. And its place in the line. */
typedef struct rti_keyed { uint64_t key; int64_t at; } rti_keyed;

#define RTI_KEY_SIGN ((uint64_t)1 << 63)
#define RTI_KEY_NAN ((uint64_t)0xfff8 << 48)

/* Bits that are zero in a float, as float32's last ones in float64, are so in its key. */
static RTI_INLINE uint64_t rti_key_of_float(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return x != x ? RTI_KEY_NAN : bits & RTI_KEY_SIGN ? 0 - bits : bits | RTI_KEY_SIGN;
}

/* ---- sorting ---- */

static RTI_INLINE bool rti_keyed_before(const rti_keyed *a, const rti_keyed *b) { return a->key < b->key || (a->key == b->key && a->at < b->at); }

/* Runs of eight by insertion, then merged in pairs between the two arrays; answers the one that holds the result. */
static rti_keyed *rti_merge_sort(rti_keyed *a, rti_keyed *b, int64_t n)
{
    for (int64_t i = 1; i < n; i++) {
        rti_keyed x = a[i];
        int64_t k = i;
        for (; k > i / 8 * 8 && rti_keyed_before(&x, &a[k - 1]); k--)
            a[k] = a[k - 1];
        a[k] = x;
    }
    for (int64_t run = 8; run < n; run *= 2) {
        for (int64_t i = 0; i < n; i += 2 * run) {
            int64_t p = i, middle = RTI_MIN(i + run, n), q = middle, end = RTI_MIN(i + 2 * run, n);
            for (int64_t k = i; k < end; k++)
                b[k] = p < middle && (q >= end || rti_keyed_before(&a[p], &a[q])) ? a[p++] : a[q++];
        }
        rti_keyed *swap = a;
        a = b, b = swap;
    }
    return a;
}

/* By bytes of the key, the lowest that differs first; elements stand in the order of their places, and equal ones stay so. */
static rti_keyed *rti_radix_sort(rti_keyed *a, rti_keyed *b, int64_t n)
{
    uint64_t differ = 0;
    for (int64_t i = 1; i < n; i++)
        differ |= a[i].key ^ a[0].key;
    for (int shift = 0; shift < 64 && differ >> shift; shift += 8) {
        int64_t start[256] = { 0 }, sum = 0;
        while (!(differ >> shift & 1))
            shift++;
        for (int64_t i = 0; i < n; i++)
            start[a[i].key >> shift & 255]++;
        for (int digit = 0; digit < 256; digit++) {
            int64_t count = start[digit];
            start[digit] = sum;
            sum += count;
        }
        for (int64_t i = 0; i < n; i++)
            b[start[a[i].key >> shift & 255]++] = a[i];
        rti_keyed *swap = a;
        a = b, b = swap;
    }
    return a;
}

static rti_keyed *rti_sort_keys(rti_keyed *a, rti_keyed *b, int64_t n) { return n < 1024 ? rti_merge_sort(a, b, n) : rti_radix_sort(a, b, n); }

/* The k-th, counted from 0, of n that stand in the order of their places: those that share its leading bytes move to the front. */
static rti_keyed *rti_select_key(rti_keyed *a, int64_t n, int64_t k)
{
    for (int shift = 56; shift >= 0 && n > 1; shift -= 8) {
        int64_t count[256] = { 0 }, kept = 0;
        uint64_t digit = 0;
        for (int64_t i = 0; i < n; i++)
            count[a[i].key >> shift & 255]++;
        for (; k >= count[digit]; digit++)
            k -= count[digit];
        for (int64_t i = 0; i < n; i++)
            if ((a[i].key >> shift & 255) == digit)
                a[kept++] = a[i];
        n = kept;
    }
    return &a[k];
}

/* ---- the order of equals ----
 * PyTorch leaves it to what it calls: libstdc++'s sort, nth_element and partial_sort, and a quick-select of its own. Equal elements come out as those
 * algorithms' exchanges leave them, so these are the same algorithms, exchange for exchange. Only the finding of what to exchange is free, and goes
 * without branches. A key that is `never` is before nothing and after nothing, as a NaN is for < (NONE: there is none such); no other key is above it. */

enum { RTI_SPLIT_BLOCK = 128, RTI_SORT_LEAF = 16, RTI_NEVER_NONE = 0 };

static RTI_INLINE bool rti_key_before(uint64_t a, uint64_t b, uint64_t never) { return (a < b) & (b != never); }

static RTI_INLINE void rti_keyed_swap(rti_keyed *a, int64_t i, int64_t k)
{
    uint64_t key = a[i].key;
    int64_t at = a[i].at;
    a[i].key = a[k].key;
    a[i].at = a[k].at;
    a[k].key = key;
    a[k].at = at;
}

/* Twice the binary logarithm, after so many splits of n sorting gives up on splitting. */
static int rti_split_limit(int64_t n)
{
    int lg = 0;
    while (n >> (lg + 1))
        lg++;
    return 2 * lg;
}

typedef struct rti_stops { int64_t up, down; } rti_stops;

/* Hoare's partition of places lo to hi round a key, by one scan up, which stops where an element isn't before it, and one down, which stops where it
 * isn't before an element; they exchange and go on until they meet, or at the latest stop at hi and lo - 1. Answers where they stop. */
static RTI_NOINLINE rti_stops rti_split(rti_keyed *a, int64_t lo, int64_t hi, uint64_t key, uint64_t never)
{
    uint16_t up[2 * RTI_SPLIT_BLOCK], down[2 * RTI_SPLIT_BLOCK];     /* stops, counted from lo and from hi - 1 */
    bool beside = key == never && never != RTI_NEVER_NONE;
    uint64_t floor = beside ? 0 : key, above = beside ? 0 : never - key - 1;       /* how many keys are after this one */
    for (;;) {
        bool all = hi - lo <= 2 * RTI_SPLIT_BLOCK;
        int64_t width = RTI_MIN(hi - lo, all ? 2 * RTI_SPLIT_BLOCK : RTI_SPLIT_BLOCK), n_up = 0, n_down = 0, k = 0;
        for (int64_t i = 0; i < width; i++) {
            up[n_up] = down[n_down] = (uint16_t)i;
            n_up += a[lo + i].key >= floor;
            n_down += a[hi - 1 - i].key - key - 1 >= above;
        }
        for (; k < n_up && k < n_down && lo + up[k] < hi - 1 - down[k]; k++)
            rti_keyed_swap(a, lo + up[k], hi - 1 - down[k]);
        rti_stops stop = { k < n_up ? lo + up[k] : lo + width, k < n_down ? hi - 1 - down[k] : hi - 1 - width };
        if (all) {
            if (k > 0) {
                stop.up = RTI_MIN(stop.up, hi - 1 - down[k - 1]);
                stop.down = RTI_MAX(stop.down, lo + up[k - 1]);
            }
            return stop;
        }
        lo = stop.up;
        hi = stop.down + 1;
    }
}

/* std::__unguarded_partition_pivot: the middle one of three goes to the front and splits the rest; answers where the upper part begins. */
static int64_t rti_split_by_median(rti_keyed *a, int64_t first, int64_t last, uint64_t never)
{
    int64_t i = first + 1, j = first + (last - first) / 2, k = last - 1;
    bool ij = rti_key_before(a[i].key, a[j].key, never), ik = rti_key_before(a[i].key, a[k].key, never), jk = rti_key_before(a[j].key, a[k].key, never);
    rti_keyed_swap(a, first, ij ? (jk ? j : ik ? k : i) : ik ? i : jk ? k : j);
    return rti_split(a, first + 1, last, a[first].key, never).up;
}

/* std::__final_insertion_sort: what is before the first of all is among the first sixteen, and goes there past everything. */
static void rti_insertion_sort(rti_keyed *a, int64_t n, uint64_t never)
{
    for (int64_t i = 1; i < n; i++) {
        rti_keyed x = a[i];
        bool to_front = i < RTI_SORT_LEAF && rti_key_before(x.key, a[0].key, never);
        int64_t k = i;
        for (; k > 0 && (to_front || rti_key_before(x.key, a[k - 1].key, never)); k--)
            a[k] = a[k - 1];
        a[k] = x;
    }
}

/* What insertion makes of a few, by counting how many stand before each. */
static void rti_leaf_sort(rti_keyed *a, int64_t n)
{
    rti_keyed x[RTI_SORT_LEAF];
    uint8_t rank[RTI_SORT_LEAF] = { 0 };
    for (int64_t i = 0; i < n; i++) {
        int later = 0;
        x[i] = a[i];
        for (int64_t k = 0; k < i; k++) {
            int before = x[i].key < x[k].key;
            rank[k] = (uint8_t)(rank[k] + before);
            later += before;
        }
        rank[i] = (uint8_t)(i - later);
    }
    for (int64_t i = 0; i < n; i++)
        a[rank[i]] = x[i];
}

/* std::__adjust_heap: x goes into a heap of m, the last in order on top, at place i or below: down to a leaf, and back up. */
static void rti_heap_put(rti_keyed *heap, int64_t m, int64_t i, rti_keyed x, uint64_t never)
{
    int64_t top = i, child;
    while ((child = 2 * i + 1) < m) {
        if (child + 1 < m && !rti_key_before(heap[child + 1].key, heap[child].key, never))
            child++;
        heap[i] = heap[child];
        i = child;
    }
    for (; i > top && rti_key_before(heap[(i - 1) / 2].key, x.key, never); i = (i - 1) / 2)
        heap[i] = heap[(i - 1) / 2];
    heap[i] = x;
}

static void rti_heap_make(rti_keyed *heap, int64_t m, uint64_t never)
{
    for (int64_t i = m / 2; i-- > 0;)
        rti_heap_put(heap, m, i, heap[i], never);
}

/* From a heap to ascending order. */
static void rti_heap_sort(rti_keyed *heap, int64_t m, uint64_t never)
{
    while (m-- > 1) {
        rti_keyed x = heap[m];
        heap[m] = heap[0];
        rti_heap_put(heap, m, 0, x, never);
    }
}

/* std::__introsort_loop; unless some key is `never`, when insertion has to see all at once, its leaves are sorted here. */
static void rti_sort_parts(rti_keyed *a, int64_t first, int64_t last, int limit, uint64_t never)
{
    while (last - first > RTI_SORT_LEAF) {
        if (limit-- == 0) {
            rti_heap_make(a + first, last - first, never);
            rti_heap_sort(a + first, last - first, never);
            return;
        }
        int64_t cut = rti_split_by_median(a, first, last, never);
        rti_sort_parts(a, cut, last, limit, never);
        last = cut;
    }
    if (never == RTI_NEVER_NONE)
        rti_leaf_sort(a + first, last - first);
}

/* std::sort */
static void rti_sort_equals(rti_keyed *a, int64_t n, uint64_t never)
{
    rti_sort_parts(a, 0, n, rti_split_limit(n), never);
    if (never != RTI_NEVER_NONE)
        rti_insertion_sort(a, n, never);
}

/* std::nth_element */
static void rti_select_equals(rti_keyed *a, int64_t n, int64_t nth)
{
    int64_t first = 0, last = n;
    for (int limit = rti_split_limit(n); last - first > 3;) {
        if (limit-- == 0) {
            rti_keyed *heap = a + first;
            int64_t m = nth + 1 - first;
            rti_heap_make(heap, m, RTI_NEVER_NONE);
            for (int64_t i = m; i < last - first; i++)
                if (heap[i].key < heap[0].key) {
                    rti_keyed x = heap[i];
                    heap[i] = heap[0];
                    rti_heap_put(heap, m, 0, x, RTI_NEVER_NONE);
                }
            rti_keyed_swap(a, first, nth);
            return;
        }
        int64_t cut = rti_split_by_median(a, first, last, RTI_NEVER_NONE);
        if (cut <= nth)
            first = cut;
        else
            last = cut;
    }
    rti_insertion_sort(a + first, last - first, RTI_NEVER_NONE);
}

/* ATen's quick-select: the k-th, counted from 0, after Sedgewick, with the middle one of three in front. */
static rti_keyed *rti_rank_equals(rti_keyed *a, int64_t n, int64_t k)
{
    int64_t left = 0, right = n - 1;
    while (right > left + 1) {
        rti_keyed_swap(a, (left + right) / 2, left + 1);
        if (a[left + 1].key > a[right].key)
            rti_keyed_swap(a, left + 1, right);
        if (a[left].key > a[right].key)
            rti_keyed_swap(a, left, right);
        if (a[left + 1].key > a[left].key)
            rti_keyed_swap(a, left + 1, left);
        uint64_t key = a[left].key;
        rti_stops stop = rti_split(a, left + 2, right, key, RTI_NEVER_NONE);
        if (stop.up == stop.down) {
            while (a[++stop.up].key < key)
                ;
            while (a[--stop.down].key > key)
                ;
        }
        rti_keyed_swap(a, left, stop.down);
        if (stop.down <= k)
            left = stop.up;
        if (stop.down >= k)
            right = stop.down - 1;
    }
    if (right == left + 1 && a[left].key > a[right].key)
        rti_keyed_swap(a, left, right);
    return &a[k];
}

/* The last of the longest run of equals, the first such run; each NaN is a run. */
static rti_keyed *rti_mode_key(rti_keyed *a, int64_t n, uint64_t never)
{
    int64_t best = 0, longest = 0;
    rti_sort_equals(a, n, never);
    for (int64_t i = 0, run = 0; i < n; i++) {
        run = i > 0 && a[i].key == a[i - 1].key && (never == RTI_NEVER_NONE || a[i].key != never) ? run + 1 : 1;
        if (run > longest)
            longest = run, best = i;
    }
    return &a[best];
}

/* ---- lines ---- */

typedef enum rti_order_kind { RTI_ORDER_SORT, RTI_ORDER_FIRST, RTI_ORDER_RANK, RTI_ORDER_MEDIAN, RTI_ORDER_NANMEDIAN, RTI_ORDER_MODE } rti_order_kind;

typedef struct rti_order {
    rti_order_kind kind;
    bool descending, stable, sorted;
    int64_t k;                          /* how many, or which, counted from 0 */
    rt_dtype dtype;
    rti_class compute;                  /* float64 or int64 */
    rti_axes stay;                      /* lines: of x, values, places */
    int64_t n, go[RTI_WALKED];          /* elements of a line, and bytes between them */
    char *data[RTI_WALKED];             /* values or places: NULL if nobody asks for them */
} rti_order;

static RTI_INLINE uint64_t rti_order_key(const rti_order *o, const uint64_t *line, int64_t i)
{
    uint64_t turn = o->descending ? ~(uint64_t)0 : 0, sign = o->dtype == RT_UINT64 ? 0 : RTI_KEY_SIGN;
    return (o->compute == RTI_CLASS_F64 ? rti_key_of_float(((const double *)(const void *)line)[i]) : line[i] ^ sign) ^ turn;
}

static void rti_order_keys(const rti_order *o, const uint64_t *line, rti_keyed *a, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        a[i].key = rti_order_key(o, line, i);
        a[i].at = i;
    }
}

/* std::partial_sort of a line into its first k, of which alone the keys are kept. */
static rti_keyed *rti_order_few(const rti_order *o, const uint64_t *line, rti_keyed *a)
{
    rti_order_keys(o, line, a, o->k);
    rti_heap_make(a, o->k, RTI_NEVER_NONE);
    for (int64_t i = o->k; i < o->n; i++) {
        rti_keyed x;
        x.key = rti_order_key(o, line, i);
        x.at = i;
        if (x.key < a[0].key)
            rti_heap_put(a, o->k, 0, x, RTI_NEVER_NONE);
    }
    rti_heap_sort(a, o->k, RTI_NEVER_NONE);
    return a;
}

/* topk: up to a 64th of the line by partial sorting; of more, the last is selected, and those in front of it are sorted if somebody asks for it. */
static rti_keyed *rti_order_first(const rti_order *o, const uint64_t *line, rti_keyed *a)
{
    if (o->k <= o->n / 64)
        return o->k > 0 ? rti_order_few(o, line, a) : a;
    rti_order_keys(o, line, a, o->n);
    rti_select_equals(a, o->n, o->k - 1);
    if (o->sorted)
        rti_sort_equals(a, o->k - 1, RTI_NEVER_NONE);
    return a;
}

/* mode compares by < alone, for which a NaN is beside everything. */
static uint64_t rti_order_never(const rti_order *o, const rti_keyed *a)
{
    for (int64_t i = 0; i < o->n && o->compute == RTI_CLASS_F64; i++)
        if (a[i].key == RTI_KEY_NAN)
            return RTI_KEY_NAN;
    return RTI_NEVER_NONE;
}

/* The median's element: a NaN, of which the first counts, or the lower middle one; nanmedian's is that of the others, if there are any. */
static rti_keyed *rti_order_median(const rti_order *o, rti_keyed *a)
{
    int64_t n = o->n, first = -1;
    if (o->compute == RTI_CLASS_F64)
        for (int64_t i = n; i-- > 0;)
            if (a[i].key == RTI_KEY_NAN) {
                first = i;
                n--;
            }
    if (n == 0 && o->kind == RTI_ORDER_NANMEDIAN) {
        rti_select_equals(a, o->n, 0);
        return a;
    }
    if (first >= 0 && o->kind == RTI_ORDER_MEDIAN)
        return &a[first];
    return rti_select_key(a, o->n, (n - 1) / 2);
}

/* Whether equals are unlikely among n: their keys differ in so many bits. */
static bool rti_keys_spread(const rti_keyed *a, int64_t n)
{
    uint64_t differ = 0;
    int bits = 0;
    for (int64_t i = 1; i < n; i++)
        differ |= a[i].key ^ a[0].key;
    for (; differ; differ &= differ - 1)
        bits++;
    return rti_split_limit(n) + 8 <= bits;
}

/* Elements that all differ have one order only, and of many a radix sort finds it sooner. */
static rti_keyed *rti_order_sort(const rti_order *o, const uint64_t *line, rti_keyed *a, rti_keyed *b)
{
    if (o->stable)
        return rti_sort_keys(a, b, o->n);
    if (o->n >= 1024 && rti_keys_spread(a, o->n)) {
        rti_keyed *sorted = rti_radix_sort(a, b, o->n);
        int64_t i = 1;
        while (i < o->n && sorted[i].key != sorted[i - 1].key)
            i++;
        if (i == o->n)
            return sorted;
        rti_order_keys(o, line, a, o->n);
    }
    rti_sort_equals(a, o->n, RTI_NEVER_NONE);
    return a;
}

/* The elements that are the answer, in order. */
static rti_keyed *rti_order_answer(const rti_order *o, const uint64_t *line, rti_keyed *a, rti_keyed *b)
{
    if (o->kind == RTI_ORDER_FIRST)
        return rti_order_first(o, line, a);
    rti_order_keys(o, line, a, o->n);
    switch (o->kind) {
    case RTI_ORDER_SORT: return rti_order_sort(o, line, a, b);
    case RTI_ORDER_RANK: return rti_rank_equals(a, o->n, o->k);
    case RTI_ORDER_MODE: return rti_mode_key(a, o->n, rti_order_never(o, a));
    default: return rti_order_median(o, a);
    }
}

static void rti_order_range(void *work, int64_t begin, int64_t end)
{
    const rti_order *o = RTI_CAST(const rti_order *, work);
    size_t n = (size_t)o->n;
    rti_keyed *a = RTI_CAST(rti_keyed *, rti_pool_get(n * (2 * sizeof *a + 2 * sizeof(uint64_t))));
    if (!a)
        return;
    rti_keyed *b = a + n;
    uint64_t *line = (uint64_t *)(void *)(b + n), *out = line + n;
    int64_t m = o->kind == RTI_ORDER_SORT ? o->n : o->kind == RTI_ORDER_FIRST ? o->k : 1;
    for (int64_t i = begin; i < end; i++) {
        rti_load(o->dtype, o->compute, line, o->data[0] + rti_axes_at(&o->stay, 0, i), o->go[0], o->n);
        const rti_keyed *answer = rti_order_answer(o, line, a, b);
        for (int64_t k = 0; k < m && o->data[1]; k++)
            out[k] = line[answer[k].at];
        if (o->data[1])
            rti_store(o->dtype, o->compute, o->data[1] + rti_axes_at(&o->stay, 1, i), o->go[1], out, m);
        char *place = o->data[2] ? o->data[2] + rti_axes_at(&o->stay, 2, i) : NULL;
        for (int64_t k = 0; k < m && place; k++, place += o->go[2])
            memcpy(place, &answer[k].at, sizeof answer[k].at);
    }
    rti_pool_put(a);
}

/* x along dim (-1: all elements as one line) into values and places, either of which may be NULL. They have x's dimensions, or lack dim. */
static rt_status rti_order_run(rti_order *o, const rt_tensor *x, rt_tensor *values, rt_tensor *places, int dim)
{
    const rt_tensor *t[RTI_WALKED] = { x, values, places };
    int64_t lines = 1;
    o->dtype = (rt_dtype)x->dtype;
    o->compute = rti_kind_rank(o->dtype) == 2 ? RTI_CLASS_F64 : RTI_CLASS_I64;
    o->stay.n = 0;
    o->n = dim < 0 ? x->numel : rti_size_at(x, dim);
    for (int k = 0; k < RTI_WALKED; k++) {
        int64_t wide = t[k] ? (int64_t)rti_element_bytes((rt_dtype)t[k]->dtype) : 0;
        o->data[k] = t[k] ? t[k]->data : NULL;
        o->go[k] = dim < 0 || !t[k] || (k > 0 && t[k]->ndim != x->ndim) ? wide : rti_stride_at(t[k], dim) * wide;
    }
    for (int d = 0; d < x->ndim && dim >= 0; d++) {
        int64_t step[RTI_WALKED];
        for (int k = 0; k < RTI_WALKED; k++)
            step[k] = t[k] && d != dim ? t[k]->stride[t[k]->ndim == x->ndim || d < dim ? d : d - 1] * (int64_t)rti_element_bytes((rt_dtype)t[k]->dtype) : 0;
        if (d == dim)
            continue;
        rti_axes_add(&o->stay, x->size[d], step);
        lines *= x->size[d];
    }
    if (o->n == 0 || lines == 0)
        return RT_OK;
    return rti_parallel_for(lines, RTI_MAX(1, 4096 / o->n), rti_order_range, o);
}

/* ---- rows. As reductions they say which argument is what (number: k); all that they take of the reducer is which results there are ---- */

typedef struct rti_order_op {
    rti_reduce_op row;
    rti_order_kind kind;
    int descending;                     /* the argument that says so; for topk the one that says the opposite */
    int sorted;                         /* the argument that says that equals keep their order; for topk that the result is sorted */
} rti_order_op;

static bool rti_order_flag(const rti_call *c, int k, bool normal)
{
    return k && k < c->n_args && c->arg[k].tag == RT_VALUE_BOOL ? c->arg[k].as.i != 0 : normal;
}

/* The dimension of a call: argument row.dims, or the normal one; -1 with the error raised. */
static int rti_order_dim(const rti_call *c)
{
    const rti_order_op *op = (const rti_order_op *)(const void *)c->op;
    rti_op_text name;
    int k = op->row.dims;
    int64_t dim = k == 0 ? 0 : k < c->n_args && c->arg[k].tag == RT_VALUE_INT ? c->arg[k].as.i : -1;
    return rti_wrap_dim(rti_op_base(c->op, &name), dim, rti_arg_tensor(c, 0)->ndim);
}

/* sort, argsort, msort, topk: x's shape, but for topk's k */
static rt_status rti_shape_order(rti_call *c)
{
    const rti_order_op *op = (const rti_order_op *)(const void *)c->op;
    const rt_tensor *x = rti_arg_tensor(c, 0);
    rti_op_text name;
    int64_t size[RT_MAX_DIMS];
    int dim = rti_order_dim(c);
    if (dim < 0)
        return rti_pending_code();
    if (!rti_reduce_takes(op->row.rules, (rt_dtype)x->dtype))
        return rti_refuse_dtype(c, (rt_dtype)x->dtype);
    if (x->ndim > 0)
        memcpy(size, x->size, (size_t)x->ndim * sizeof *size);
    if (op->kind == RTI_ORDER_FIRST) {
        int64_t k = c->arg[1].as.i;
        if (k < 0 || k > rti_size_at(x, dim))
            return rti_raise(RT_ERR_VALUE, rti_op_base(c->op, &name), "k is %lld: expected 0 to %lld, the size of the dimension", (long long)k,
                             (long long)rti_size_at(x, dim));
        size[dim] = k;
    }
    bool places = op->row.rules & RTI_COUNTED;
    rt_status status = rti_result_set(c, 0, places ? RT_INT64 : (rt_dtype)x->dtype, size, x->ndim);
    return status == RT_OK && c->op->n_results > 1 ? rti_result_set(c, 1, RT_INT64, size, x->ndim) : status;
}

/* Where PyTorch's sort keeps equals in their order, asked or not: it leaves an expanded line alone, and has a radix sort for long vectors of integers. */
static bool rti_order_keeps(const rt_tensor *x, int dim, bool descending)
{
    bool whole = rti_kind_rank((rt_dtype)x->dtype) == 1;
    return rti_stride_at(x, dim) == 0 || (x->ndim == 1 && whole && !descending && x->numel >= 32768);
}

static rt_status rti_run_order(rti_call *c)
{
    const rti_order_op *op = (const rti_order_op *)(const void *)c->op;
    const rt_tensor *x = rti_arg_tensor(c, 0);
    bool places = op->row.rules & RTI_COUNTED;
    rti_order o;
    o.kind = op->kind;
    o.k = op->kind == RTI_ORDER_FIRST ? (x->ndim ? c->arg[1].as.i : 1) : 0;      /* PyTorch gives a scalar's only element for k = 0, too */
    o.descending = rti_order_flag(c, op->descending, op->kind == RTI_ORDER_FIRST);
    o.sorted = rti_order_flag(c, op->sorted, op->kind == RTI_ORDER_FIRST);
    o.stable = op->kind == RTI_ORDER_SORT && (o.sorted || rti_order_keeps(x, rti_order_dim(c), o.descending));
    return rti_order_run(&o, x, places ? NULL : c->out[0], places ? c->out[0] : c->op->n_results > 1 ? c->out[1] : NULL, rti_order_dim(c));
}

/* median, nanmedian, kthvalue, mode: one element of each line */
static rt_status rti_shape_rank(rti_call *c)
{
    const rti_order_op *op = (const rti_order_op *)(const void *)c->op;
    const rt_tensor *x = rti_arg_tensor(c, 0);
    rti_op_text name;
    int dim = rti_order_dim(c);
    if (dim < 0)
        return rti_pending_code();
    if (op->kind == RTI_ORDER_RANK && rti_size_at(x, dim) > 0 && (c->arg[1].as.i < 1 || c->arg[1].as.i > rti_size_at(x, dim)))
        return rti_raise(RT_ERR_VALUE, rti_op_base(c->op, &name), "k is %lld: expected 1 to %lld, the size of the dimension", (long long)c->arg[1].as.i,
                         (long long)rti_size_at(x, dim));
    return rti_shape_reduction(c);
}

static rt_status rti_run_rank(rti_call *c)
{
    const rti_order_op *op = (const rti_order_op *)(const void *)c->op;
    rt_tensor *x = rti_arg_tensor(c, 0);
    bool all = op->row.dims == 0;
    rti_order o;
    o.kind = op->kind;
    o.k = op->kind == RTI_ORDER_RANK ? c->arg[1].as.i - 1 : 0;
    o.descending = o.stable = o.sorted = false;
    if (all && x->numel == 0)
        return rti_fill(c->out[0], rti_kind_rank((rt_dtype)x->dtype) == 2 ? rt_scalar_float((double)NAN) : rt_scalar_int(INT64_MIN));
    rt_tensor *line = all ? rti_contiguous_as(x, (rt_dtype)x->dtype) : x;
    if (!line)
        return rti_pending_code();
    rt_status status = rti_order_run(&o, line, c->out[0], all ? NULL : c->out[1], all ? -1 : rti_order_dim(c));
    if (all)
        rti_release(line);
    return status;
}

/* ---- derivatives: values go back to where they came from ---- */

static rt_status rti_sort_backward(rti_backward *b)
{
    const rti_order_op *op = (const rti_order_op *)(const void *)b->node->op;
    int k = op->row.dims;
    return rti_take_backward(b, k < b->node->n_args ? rti_b_arg(b, k)->as.i : -1, true);
}

static rt_status rti_msort_backward(rti_backward *b)
{
    const rti_edge *e = rti_b_input_shape(b, 0);
    rt_tensor_opts opts = rt_tensor_opts_default();
    opts.dtype = (rt_dtype)e->dtype;
    rt_tensor *zeros = rt_zeros(rti_shape_copy(e->size, e->ndim), &opts);
    return rti_b_set(b, 0, rt_scatter_add(zeros, 0, rt_argsort(rti_b_input(b, 0), 0, false), rti_b_grad(b, 0)));
}

static rt_status rti_rank_backward(rti_backward *b)
{
    const rti_reduce_op *row = rti_reduce_op_of(b->node->op);
    bool kept = row->keepdim < b->node->n_args && rti_b_arg(b, row->keepdim)->as.i != 0;
    return rti_take_backward(b, row->dims < b->node->n_args ? rti_b_arg(b, row->dims)->as.i : -1, kept);
}

/* ---- rows ---- */

#define RTI_ORDER_ROW(name, schema, n_results, flags, backward, saves, rules, dim, keepdim, kind, descending, sorted) \
    static const rti_order_op rti_op_##name = { { { RTI_TEXT(schema), \
                                                    n_results, flags, NULL, rti_shape_order, rti_run_order, NULL, backward, NULL, NULL, saves, \
                                                    -10, 10 }, &rti_reduce_most, rules, dim, keepdim, 0, 0 }, kind, descending, sorted };
#define RTI_RANK_ROW(name, schema, n_results, backward, saves, rules, dim, keepdim, number, kind) \
    static const rti_order_op rti_op_##name = { { { RTI_TEXT(schema), n_results, 0, NULL, rti_shape_rank, rti_run_rank, NULL, backward, NULL, NULL, saves, \
                                                    -10, 10 }, &rti_reduce_most, rules, dim, keepdim, number, 0 }, kind, 0, 0 };
#define RTI_SORT_RULES (RTI_ONLY_REAL | RTI_ALSO_UNSIGNED)
#define RTI_RANK_RULES (RTI_ONLY_REAL | RTI_NOT_BOOL | RTI_NEEDS_ELEMENTS)
RTI_ORDER_ROW(sort, "sort(Tensor self, int dim=-1, bool descending=False) -> (Tensor values, Tensor indices)", 2, 0, rti_sort_backward, RTI_SAVE_OUT(1),
              RTI_SORT_RULES, 1, 0, RTI_ORDER_SORT, 2, 0)
RTI_ORDER_ROW(sort_stable, "sort.stable(Tensor self, *, bool? stable, int dim=-1, bool descending=False) -> (Tensor values, Tensor indices)", 2, 0,
              rti_sort_backward, RTI_SAVE_OUT(1), RTI_SORT_RULES, 2, 0, RTI_ORDER_SORT, 3, 1)
RTI_ORDER_ROW(argsort, "argsort(Tensor self, int dim=-1, bool descending=False) -> Tensor", 1, RTI_CONSTANT, NULL, 0, RTI_SORT_RULES | RTI_COUNTED, 1, 0,
              RTI_ORDER_SORT, 2, 0)
RTI_ORDER_ROW(argsort_stable, "argsort.stable(Tensor self, *, bool stable, int dim=-1, bool descending=False) -> Tensor", 1, RTI_CONSTANT, NULL, 0,
              RTI_SORT_RULES | RTI_COUNTED, 2, 0, RTI_ORDER_SORT, 3, 1)
RTI_ORDER_ROW(msort, "msort(Tensor self) -> Tensor", 1, 0, rti_msort_backward, RTI_SAVE_IN(0), RTI_SORT_RULES, 0, 0, RTI_ORDER_SORT, 0, 0)
RTI_ORDER_ROW(topk, "topk(Tensor self, SymInt k, int dim=-1, bool largest=True, bool sorted=True) -> (Tensor values, Tensor indices)", 2, 0,
              rti_sort_backward, RTI_SAVE_OUT(1), RTI_ONLY_REAL | RTI_NOT_BOOL, 2, 0, RTI_ORDER_FIRST, 3, 4)
RTI_RANK_ROW(kthvalue, "kthvalue(Tensor self, SymInt k, int dim=-1, bool keepdim=False) -> (Tensor values, Tensor indices)", 2, rti_rank_backward,
             RTI_SAVE_OUT(1), RTI_RANK_RULES, 2, 3, 1, RTI_ORDER_RANK)
RTI_RANK_ROW(median, "median(Tensor self) -> Tensor", 1, rti_extreme_all_backward, RTI_SAVE_BOTH, RTI_ONLY_REAL | RTI_NOT_BOOL, 0, 0, 0, RTI_ORDER_MEDIAN)
RTI_RANK_ROW(median_dim, "median.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor values, Tensor indices)", 2, rti_rank_backward, RTI_SAVE_OUT(1),
             RTI_RANK_RULES, 1, 2, 0, RTI_ORDER_MEDIAN)
RTI_RANK_ROW(nanmedian, "nanmedian(Tensor self) -> Tensor", 1, rti_extreme_all_backward, RTI_SAVE_BOTH, RTI_ONLY_REAL | RTI_NOT_BOOL, 0, 0, 0,
             RTI_ORDER_NANMEDIAN)
RTI_RANK_ROW(nanmedian_dim, "nanmedian.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor values, Tensor indices)", 2, rti_rank_backward,
             RTI_SAVE_OUT(1), RTI_RANK_RULES, 1, 2, 0, RTI_ORDER_NANMEDIAN)
RTI_RANK_ROW(mode, "mode(Tensor self, int dim=-1, bool keepdim=False) -> (Tensor values, Tensor indices)", 2, rti_rank_backward, RTI_SAVE_OUT(1),
             RTI_ONLY_REAL | RTI_NEEDS_ELEMENTS, 1, 2, 0, RTI_ORDER_MODE)

/* ---- typed functions ---- */

RT_API rt_tensor *rt_sort(rt_tensor *x, int dim, bool descending, rt_tensor **index)
{
    return rti_call_dim_keep(&rti_op_sort.row.op, x, dim, descending, index);
}
RT_API rt_tensor *rt_argsort(rt_tensor *x, int dim, bool descending) { return rti_call_dim_keep(&rti_op_argsort.row.op, x, dim, descending, NULL); }

static rt_tensor *rti_call_stable(const rt_op *op, rt_tensor *x, bool stable, int dim, bool descending, rt_tensor **index)
{
    rt_value arg[4];
    rti_box_tensor(&arg[0], x);
    arg[1] = rt_value_bool(stable);
    arg[2] = rt_value_int(dim);
    arg[3] = rt_value_bool(descending);
    return op->n_results > 1 ? rti_call_two(op, arg, 4, index) : rti_call_op(op, arg, 4);
}
RT_API rt_tensor *rt_sort_stable(rt_tensor *x, bool stable, int dim, bool descending, rt_tensor **index)
{
    return rti_call_stable(&rti_op_sort_stable.row.op, x, stable, dim, descending, index);
}
RT_API rt_tensor *rt_argsort_stable(rt_tensor *x, bool stable, int dim, bool descending)
{
    return rti_call_stable(&rti_op_argsort_stable.row.op, x, stable, dim, descending, NULL);
}
RT_API rt_tensor *rt_msort(rt_tensor *x) { return rti_call1(&rti_op_msort.row.op, x); }
RT_API rt_tensor *rt_topk(rt_tensor *x, int64_t k, int dim, bool largest, bool sorted, rt_tensor **index)
{
    rt_value arg[5];
    rti_box_tensor(&arg[0], x);
    arg[1] = rt_value_int(k);
    arg[2] = rt_value_int(dim);
    arg[3] = rt_value_bool(largest);
    arg[4] = rt_value_bool(sorted);
    return rti_call_two(&rti_op_topk.row.op, arg, 5, index);
}
RT_API rt_tensor *rt_kthvalue(rt_tensor *x, int64_t k, int dim, bool keepdim, rt_tensor **index)
{
    rt_value arg[4];
    rti_box_tensor(&arg[0], x);
    arg[1] = rt_value_int(k);
    arg[2] = rt_value_int(dim);
    arg[3] = rt_value_bool(keepdim);
    return rti_call_two(&rti_op_kthvalue.row.op, arg, 4, index);
}
RT_API rt_tensor *rt_median(rt_tensor *x) { return rti_call1(&rti_op_median.row.op, x); }
RT_API rt_tensor *rt_median_dim(rt_tensor *x, int dim, bool keepdim, rt_tensor **index)
{
    return rti_call_dim_keep(&rti_op_median_dim.row.op, x, dim, keepdim, index);
}
RT_API rt_tensor *rt_nanmedian(rt_tensor *x) { return rti_call1(&rti_op_nanmedian.row.op, x); }
RT_API rt_tensor *rt_nanmedian_dim(rt_tensor *x, int dim, bool keepdim, rt_tensor **index)
{
    return rti_call_dim_keep(&rti_op_nanmedian_dim.row.op, x, dim, keepdim, index);
}
RT_API rt_tensor *rt_mode_dim(rt_tensor *x, int dim, bool keepdim, rt_tensor **index)
{
    return rti_call_dim_keep(&rti_op_mode.row.op, x, dim, keepdim, index);
}

static const rt_op *const rti_order_rows[] = {
    &rti_op_sort.row.op, &rti_op_sort_stable.row.op, &rti_op_argsort.row.op, &rti_op_argsort_stable.row.op, &rti_op_msort.row.op, &rti_op_topk.row.op,
    &rti_op_kthvalue.row.op, &rti_op_median.row.op, &rti_op_median_dim.row.op, &rti_op_nanmedian.row.op, &rti_op_nanmedian_dim.row.op, &rti_op_mode.row.op
};
