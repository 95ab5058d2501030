/* Every row of the library against what PyTorch 2.13 answered (data/, made by frozen/): called plainly, in place, and into given tensors
 * of several layouts and dtypes. A row without an entry in tables/, or without a frozen case, fails. */
#include "samples.h"

#define TABLES_FOR_ROWS
#include "tables/all.h"
#undef TABLES_FOR_ROWS

/* ---- how close a row's results have to be to PyTorch's ---- */

/* run: NULL for a row, else the function that is called in its place. */
typedef struct rule_row { const char *name; row_rule rule; int flags; rt_tensor *(*run)(const rt_value *v); } rule_row;

#define ROW(name, rule, flags, sample, kind, low, high, calls) { name, rule, flags, NULL },
#define FUNCTION(name, rule, run) { name, rule, 0, run },
static const rule_row rules[] = {
#include "tables/all.h"
};
enum { N_RULES = sizeof rules / sizeof *rules };

static const rule_row *rule_of(const char *name)
{
    for (int i = 0; i < N_RULES; i++)
        if (strcmp(rules[i].name, name) == 0)
            return &rules[i];
    return NULL;
}

/* ---- the frozen files ---- */

#define FROZEN(file) file,
static const char *const families[] = {
#include "tables/all.h"
};
enum { N_FAMILIES = sizeof families / sizeof *families, MAX_POOLS = 400, MAX_ELEMENTS = 4096, RESULTS = 3, GUARD = 64, FILL = 0xa5 };

typedef struct pool {
    char name[24];
    const char *family;                   /* whose own it is; NULL for everybody's */
    rt_dtype dtype;
    int64_t n;
    char *bytes, *pristine;
} pool;

static pool pools[MAX_POOLS];
static int n_pools;

/* name: what the line is about; text: from behind "sweep" and the seed on, that is, from the name on. */
typedef struct frozen_line { const char *family, *text; char name[48]; int number; bool used, swept, seeded; uint64_t seed; } frozen_line;
static frozen_line *lines;
static int n_lines, n_rooms;

/* A file's text, never given back; NULL if it cannot be read. */
static char *text_of(const char *name)
{
    char path[128], *text = NULL;
    long n = 0;
    snprintf(path, sizeof path, "tests/5_ops/data/%s.txt", name);
    FILE *file = fopen(path, "rb");
    if (file && fseek(file, 0, SEEK_END) == 0 && (n = ftell(file)) > 0 && fseek(file, 0, SEEK_SET) == 0)
        text = (char *)malloc((size_t)n + 1);
    if (text)
        text[fread(text, 1, (size_t)n, file)] = '\0';
    if (file)
        fclose(file);
    return text;
}

/* "NAME DTYPE[COUNT] ELEMENTS". */
static void read_pool(const char *line, const char *family)
{
    char dtype[24];
    long long n;
    int length = 0;
    if (n_pools == MAX_POOLS)
        return;
    pool *p = &pools[n_pools++];
    p->family = family;
    if (sscanf(line, "%23s %23[a-z0-9_][%lld] %n", p->name, dtype, &n, &length) != 3 || !length)
        return;
    p->dtype = argument_dtype(dtype);
    p->n = n;
    size_t wide = rt_dtype_size(p->dtype);
    p->bytes = (char *)malloc((size_t)n * wide + 1);
    p->pristine = (char *)malloc((size_t)n * wide + 1);
    const char *at = line + length;
    for (int64_t i = 0; i < n && p->bytes && p->pristine; i++)
        at = number_read(at, p->dtype, p->bytes + (size_t)i * wide);
    if (*at)
        p->n = 0;
    if (p->bytes && p->pristine)
        memcpy(p->pristine, p->bytes, (size_t)n * wide);
}

static const char *present_family = "";

static void read_pools(void)
{
    char *text = text_of("pools");
    for (char *line = text ? strtok(text, "\n") : NULL; line; line = strtok(NULL, "\n"))
        read_pool(line, NULL);
    free(text);
}

/* A pool of the present family, or everybody's. */
static const pool *pool_of(const char *name)
{
    static const pool *last;
    if (last && (!last->family || last->family == present_family) && strcmp(last->name, name) == 0)
        return last;
    for (int i = 0; i < n_pools; i++)
        if ((!pools[i].family || pools[i].family == present_family) && strcmp(pools[i].name, name) == 0)
            return last = &pools[i];
    return NULL;
}

static void read_line(frozen_line *l, const char *at)
{
    char word[ARGUMENT_WORD];
    const char *begin = at;
    l->seeded = argument_word(&at, word)[0] == '!';
    if (l->seeded) {
        l->seed = strtoull(word + 1, NULL, 10);
        begin = at;
        argument_word(&at, word);
    }
    l->swept = strcmp(word, "sweep") == 0;
    if (l->swept) {
        begin = at;
        argument_word(&at, word);
    }
    l->text = begin + strspn(begin, " ");
    snprintf(l->name, sizeof l->name, "%.47s", word);
}

static void read_lines(void)
{
    for (int f = 0; f < N_FAMILIES; f++) {
        char *text = text_of(families[f]);
        int number = 1;
        for (char *line = text ? strtok(text, "\n") : NULL; line; line = strtok(NULL, "\n"), number++) {
            if (strncmp(line, "pool ", 5) == 0) {
                read_pool(line + 5, families[f]);
                continue;
            }
            if (n_lines == n_rooms) {
                n_rooms = n_rooms ? 2 * n_rooms : 4096;
                lines = (frozen_line *)realloc(lines, (size_t)n_rooms * sizeof *lines);
            }
            frozen_line *l = &lines[n_lines++];
            memset((void *)l, 0, sizeof *l);
            l->family = families[f];
            l->number = number;
            read_line(l, line);
        }
    }
}

/* ---- one case ---- */

typedef struct frozen_result {
    bool measured, viewed;
    double magnitude;
    rt_dtype dtype;
    int ndim;
    int64_t behind, size[ARGUMENT_DIMS], stride[ARGUMENT_DIMS], n;
    uint64_t want[2 * MAX_ELEMENTS];      /* n elements of the dtype; words for their alignment */
} frozen_result;

typedef struct frozen_case {
    const frozen_line *line;
    const char *name;
    const rt_op *op;                      /* NULL: a typed function */
    const rule_row *rule;
    bool swept, seeded, refused;
    uint64_t seed;
    int n_args, n_results;
    argument arg[ARGUMENTS];
    frozen_result result[RESULTS];
} frozen_case;

/* One result at *at, and *at behind it. */
static bool read_result(frozen_result *r, const char **at)
{
    char word[ARGUMENT_WORD];
    argument shape;
    memset(&shape, 0, sizeof shape);
    argument_word(at, word);
    r->measured = word[0] == '~';
    if (r->measured) {
        r->magnitude = strtod(word + 1, NULL);
        argument_word(at, word);
    }
    if (!argument_tensor(word, &shape) || (r->dtype = argument_dtype(shape.name)) == RT_DTYPE_DEFAULT)
        return false;
    r->viewed = shape.strided;
    r->behind = shape.offset;
    r->ndim = shape.ndim;
    memcpy(r->size, shape.size, sizeof r->size);
    memcpy(r->stride, shape.stride, sizeof r->stride);
    r->n = argument_numel(&shape);
    *at += strspn(*at, " ");
    for (int64_t i = 0; i < r->n && i < MAX_ELEMENTS; i++)
        *at = number_read(*at, r->dtype, (char *)r->want + (size_t)i * rt_dtype_size(r->dtype));
    *at += strspn(*at, " ");
    return r->n <= MAX_ELEMENTS;
}

static bool read_results(frozen_case *c, const char *at)
{
    const char *peek = at;
    char word[ARGUMENT_WORD];
    c->n_results = 0;
    c->refused = strcmp(argument_word(&peek, word), "refused") == 0;
    if (c->refused)
        return true;
    while (c->n_results < RESULTS && read_result(&c->result[c->n_results++], &at))
        if (*at != '|')
            return *at == '\0';
        else
            at++;
    return false;
}

/* Whether the tensor, or all tensors of a list, are there. */
static bool argument_is_pooled(const argument *a)
{
    const pool *p = a->kind == ARGUMENT_TENSOR ? pool_of(a->name) : NULL;
    for (int i = 0; a->kind == ARGUMENT_TENSORS && i < a->n_members; i++) {
        argument m = argument_member(a, i);
        if (!argument_is_pooled(&m))
            return false;
    }
    return a->kind != ARGUMENT_TENSOR || (p && a->offset + argument_span(a) <= p->n);
}

/* Reads the rest of a line whose name has been read. */
static bool read_case(frozen_case *c, const char *at)
{
    char word[ARGUMENT_WORD];
    argument_word(&at, word);
    for (c->n_args = 0; strcmp(argument_word(&at, word), ":") != 0; c->n_args++) {
        if (!word[0] || c->n_args == ARGUMENTS || (c->arg[c->n_args] = argument_of(word)).kind == ARGUMENT_BAD)
            return false;
        if (!argument_is_pooled(&c->arg[c->n_args]))
            return false;
    }
    return read_results(c, at);
}

static void *element_of(const argument *a, int64_t i)
{
    const pool *p = pool_of(a->name);
    int64_t at = a->offset;
    for (int d = a->ndim - 1; d >= 0; d--) {
        at += i % a->size[d] * a->stride[d];
        i /= a->size[d];
    }
    return p->bytes + (size_t)at * rt_dtype_size(p->dtype);
}

/* An argument on the pool itself, or where rows are contiguous and `own`, in the library's memory. */
static rt_value value_of(const argument *a, bool own)
{
    const pool *p = a->kind == ARGUMENT_TENSOR ? pool_of(a->name) : NULL;
    if (a->kind == ARGUMENT_TENSORS) {
        rt_tensor **members = argument_room();
        for (int i = 0; i < a->n_members; i++) {
            argument m = argument_member(a, i);
            rt_value v = value_of(&m, own);
            members[i] = v.tag == RT_VALUE_TENSOR ? v.as.tensor : RT_NONE;
        }
        return rt_value_tensors(members, a->n_members);
    }
    if (!p)
        return argument_value(a);
    char *data = p->bytes + (size_t)a->offset * rt_dtype_size(p->dtype);
    if (own && !a->strided)
        return rt_value_tensor(rt_tensor_from(data, argument_shape_of(a), p->dtype));
    return rt_value_tensor(rt_from_blob(data, argument_shape_of(a), p->dtype, a->strided ? a->stride : NULL, NULL, NULL));
}

static void values_of(const frozen_case *c, rt_value *v, bool own)
{
    for (int k = 0; k < c->n_args; k++)
        v[k] = value_of(&c->arg[k], own);
}

static bool pool_unchanged(const argument *a)
{
    const pool *p = a->kind == ARGUMENT_TENSOR ? pool_of(a->name) : NULL;
    for (int i = 0; a->kind == ARGUMENT_TENSORS && i < a->n_members; i++) {
        argument m = argument_member(a, i);
        if (!pool_unchanged(&m))
            return false;
    }
    return !p || memcmp(p->bytes, p->pristine, (size_t)p->n * rt_dtype_size(p->dtype)) == 0;
}

static bool pools_unchanged(const frozen_case *c)
{
    for (int k = 0; k < c->n_args; k++)
        if (!pool_unchanged(&c->arg[k]))
            return false;
    return true;
}

/* ---- comparing ---- */

/* The wanted element as another dtype holds it, which is at least of the same kind. */
static void converted(rt_dtype from, const void *want, rt_dtype to, void *p)
{
    if (from == to)
        memcpy(p, want, rt_dtype_size(to));
    else
        number_store(to, p, number_load(from, want), number_is_whole(from));
}

static bool normal_is_exact(const frozen_result *r) { return r->dtype == RT_FLOAT32 && r->n >= 16; }

/* Whether the library does not round operands of other types to float32 first: a pasted file computes float32 in double. */
static bool computes_in_double(const frozen_case *c)
{
    bool mixed = false;
#ifdef RUSTORCH_ONE_PASS
    for (int k = 0; k < c->n_args && number_part(c->result[0].dtype) == RT_FLOAT32; k++) {
        const pool *p = c->arg[k].kind == ARGUMENT_TENSOR ? pool_of(c->arg[k].name) : NULL;
        mixed = mixed || c->arg[k].kind == ARGUMENT_FLOAT || c->arg[k].kind == ARGUMENT_COMPLEX || (p && number_part(p->dtype) != RT_FLOAT32);
    }
#endif
    (void)c;
    return mixed;
}

/* The last place of the coarser of two dtypes, of which the second is a float's; 0 if that is float32 or float64. */
static double half_ulp(rt_dtype a, rt_dtype b, double want)
{
    double first = number_small(a) ? number_ulp(a, want) : 0, second = number_small(b) ? number_ulp(b, want) : 0;
    return first > second ? first : second;
}

static bool is_exact(const frozen_case *c, rt_dtype dtype)
{
    return c->rule->rule == EXACT && !(rt_dtype_is_complex(dtype) && (c->rule->flags & NEAR_COMPLEX));
}

/* How far element i may be off; negative: not at all. size: of the wanted number. */
static double tolerance(const frozen_case *c, const frozen_result *r, rt_dtype dtype, int64_t i, double size)
{
    bool single = number_part(dtype) != RT_FLOAT64 || number_part(r->dtype) != RT_FLOAT64;
    double rtol = single ? 2e-6 : 1e-13, ulp = single ? 1.2e-7 : 2.3e-16, least = single ? 3e-45 : 1e-323, half = half_ulp(dtype, r->dtype, size);
    double first = 0;
    if (number_is_whole(dtype) || number_is_whole(r->dtype))
        return -1;
    if (c->rule->rule == NORMAL)
        return normal_is_exact(r) ? -1 : 2 * ulp * (size + r->magnitude) + half;
    if (r->measured)
        return rtol * (size + r->magnitude) + half;
    if (is_exact(c, dtype))
        return computes_in_double(c) ? rtol * (size + 1) : -1;
    if (c->rule->rule == TAIL && c->arg[0].kind == ARGUMENT_TENSOR) {
        const pool *p = pool_of(c->arg[0].name);
        first = number_load(p->dtype, element_of(&c->arg[0], i)).re;
        first = check_class(first) ? 0 : first < 0 ? -first : first;
        half += half_ulp(p->dtype, p->dtype, first);
    }
    return (c->rule->rule == ROUNDED ? ulp : rtol) * size + ulp * first + least + half;
}

/* An infinity that the largest number of a half type is next to, as a number. */
static double next_to_largest(rt_dtype dtype, double x)
{
    const small_float *s = number_small(dtype);
    return s && !s->finite && (check_class(x) & 1) ? ldexp(check_class(x), 1 << (s->exponent - 1)) : x;
}

/* One part of a number, against the bits of the dtype at want. */
static bool part_fits(rt_dtype dtype, double off, const void *want, const void *got)
{
    double w = number_load(dtype, want).re, g = number_load(dtype, got).re;
    if (check_class(w) == 2 || check_class(g) == 2)
        return check_class(w) == check_class(g);
    return off < 0 ? memcmp(got, want, rt_dtype_size(dtype)) == 0 : check_is_close(next_to_largest(dtype, g), next_to_largest(dtype, w), 0, off);
}

/* Complex numbers that are not finite need only be so in the same call, unless the rule is EXACT: PyTorch's own loops differ in their parts. */
static bool complex_fits(rt_dtype dtype, double off, const void *want, const void *got)
{
    number w = number_load(dtype, want), g = number_load(dtype, got);
    size_t wide = rt_dtype_size(dtype) / 2;
    bool lost = check_class(w.re) || check_class(w.im);
    if (off < 0)
        return part_fits(number_part(dtype), off, want, got) && part_fits(number_part(dtype), off, (const char *)want + wide, (const char *)got + wide);
    if (lost || check_class(g.re) || check_class(g.im))
        return lost && (check_class(g.re) || check_class(g.im));
    return check_is_close(hypot(g.re - w.re, g.im - w.im), 0, 0, off);
}

/* got against the frozen element i. */
static bool element_fits(const frozen_case *c, const frozen_result *r, int64_t i, const void *want, rt_dtype dtype, const void *got)
{
    number w = number_load(dtype, want);
    double off = tolerance(c, r, dtype, i, check_class(w.re) || check_class(w.im) ? 0 : hypot(w.re, w.im));
    if (number_is_whole(dtype))
        return memcmp(got, want, rt_dtype_size(dtype)) == 0;
    if (rt_dtype_is_complex(dtype))
        return complex_fits(dtype, off, want, got);
    double largest = next_to_largest(dtype, w.re);
    if (check_class(w.re) && !check_class(largest) && off >= 0)
        off = tolerance(c, r, dtype, i, (largest < 0 ? -largest : largest) / 2);      /* an infinity: the last place of the largest number */
    return part_fits(dtype, off, want, got);
}

/* The first n elements, `stride` elements apart in every dimension of size[], against the frozen ones; one check. */
static void check_elements(const frozen_case *c, const frozen_result *r, const char *form, int64_t n, const char *data, rt_dtype dtype, const int64_t *stride)
{
    size_t wide = rt_dtype_size(dtype);
    for (int64_t i = 0; i < n; i++) {
        int64_t at = 0, left = i;
        uint64_t want[2] = { 0, 0 };
        for (int d = r->ndim - 1; d >= 0; d--) {
            int64_t size = c->swept ? n : r->size[d];
            at += left % size * stride[d];
            left /= size;
        }
        converted(r->dtype, (const char *)r->want + (size_t)i * rt_dtype_size(r->dtype), dtype, want);
        const char *got = data + at * (int64_t)wide;
        if (!element_fits(c, r, i, want, dtype, got)) {
            number g = number_load(dtype, got), w = number_load(dtype, want);
            if (rt_dtype_is_complex(dtype))
                check_count(__FILE__, __LINE__, false, "%s, %lld elements: element %lld is %.9g%+.9gj, PyTorch's %.9g%+.9gj", form, (long long)n, (long long)i,
                            g.re, g.im, w.re, w.im);
            else
                check_count(__FILE__, __LINE__, false, "%s, %lld elements: element %lld is %.9g, PyTorch's %.9g", form, (long long)n, (long long)i, g.re, w.re);
            return;
        }
    }
    check_count(__FILE__, __LINE__, true, "%s", form);
}

static void check_tensor(const frozen_case *c, const frozen_result *r, const char *form, int64_t n, rt_tensor *y)
{
    int64_t stride[ARGUMENT_DIMS];
    bool fits = rt_dtype_of(y) == r->dtype && rt_dim(y) == r->ndim;
    for (int d = 0; d < r->ndim && fits; d++) {
        fits = rt_size(y, d) == (c->swept ? n : r->size[d]);
        stride[d] = rt_stride(y, d);
    }
    if (!check_count(__FILE__, __LINE__, fits, "%s: the result is %s with %d dimensions, first %lld; PyTorch's %s with %d, first %lld", form,
                     rt_dtype_name(rt_dtype_of(y)), rt_dim(y), rt_dim(y) > 0 ? (long long)rt_size(y, 0) : 0, rt_dtype_name(r->dtype), r->ndim,
                     r->ndim ? (long long)r->size[0] : 0))
        return;
    check_elements(c, r, form, n, (const char *)rt_data_ptr(y), r->dtype, stride);
}

/* A view has the strides that PyTorch's has, wherever they count, and lies in its input's memory. */
static void check_view(const frozen_result *r, const rt_value *arg, rt_tensor *y)
{
    if (!r->viewed || !y || rt_dim(y) != r->ndim)
        return;
    CHECK_INT((char *)rt_data_ptr(y) - (char *)rt_data_ptr(arg[0].as.tensor), r->behind * (int64_t)rt_dtype_size(r->dtype));
    for (int d = 0; d < r->ndim; d++)
        if (r->size[d] > 1)
            CHECK_INT(rt_stride(y, d), r->stride[d]);
}

/* ---- the forms of a call ---- */

static void seed_of(const frozen_case *c)
{
    if (c->seeded)
        rt_manual_seed(c->seed);
}

/* The typed functions that are no rows. */
static rt_status call_typed(const frozen_case *c, const rt_value *v, rt_value *results)
{
    rt_tensor *y = c->rule->run(v);
    results[0] = rt_value_tensor(y);
    return y ? RT_OK : RT_ERR_VALUE;
}

/* Where RusTorch takes more than PyTorch. */
static bool takes_more(const frozen_case *c)
{
    bool all_bool = c->n_args > 1;
    if (c->rule->flags & TAKES_MORE)
        return true;
    for (int k = 0; k < c->n_args; k++)
        all_bool = all_bool && (c->arg[k].kind == ARGUMENT_NONE || strncmp(c->arg[k].name, "bool", 4) == 0);
    return all_bool && (c->rule->flags & TAKES_BOOL);
}

static void check_plain(const frozen_case *c, int64_t n, bool own)
{
    rt_value arg[ARGUMENTS], results[RESULTS];
    values_of(c, arg, own);
    seed_of(c);
    rt_status status = c->op ? rt_call(c->op, arg, c->n_args, results) : call_typed(c, arg, results);
    if (c->refused) {
        check_count(__FILE__, __LINE__, (status != RT_OK && rt_error_pending()) || takes_more(c), "PyTorch refuses this call, and RusTorch answers it");
        rt_clear_error();
    } else if (check_count(__FILE__, __LINE__, status == RT_OK, "refused: %s", status == RT_OK ? "" : rt_last_error()->message)) {
        for (int k = 0; k < c->n_results; k++) {
            check_tensor(c, &c->result[k], own ? "called" : "called on lent memory", c->swept ? n : c->result[k].n, results[k].as.tensor);
            check_view(&c->result[k], arg, results[k].as.tensor);
        }
    }
    rt_clear_error();
}

static int kind_rank(rt_dtype d) { return d == RT_BOOL ? 0 : rt_dtype_is_complex(d) ? 3 : rt_dtype_is_floating_point(d) ? 2 : 1; }

/* Memory with guards round a tensor's span. */
typedef struct guarded { char *bytes, *before; size_t n, wide; int64_t span; int64_t stride[ARGUMENT_DIMS]; } guarded;

static guarded guarded_new(rt_dtype dtype, int64_t span)
{
    guarded g;
    memset(&g, 0, sizeof g);
    g.wide = rt_dtype_size(dtype);
    g.span = span;
    g.n = (size_t)span * g.wide + 2 * GUARD;
    g.bytes = (char *)malloc(g.n);
    g.before = (char *)malloc(g.n);
    memset(g.bytes, FILL, g.n);
    return g;
}
static void guarded_ready(guarded *g) { memcpy(g->before, g->bytes, g->n); }
static void guarded_free(guarded *g)
{
    free(g->bytes);
    free(g->before);
}

/* Whether all bytes but the elements of a tensor of c's shape are as they were. */
static bool guarded_whole(guarded *g, const int64_t *size, int ndim, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        int64_t at = 0, left = i;
        for (int d = ndim - 1; d >= 0; d--) {
            at += left % size[d] * g->stride[d];
            left /= size[d];
        }
        memcpy(g->before + GUARD + (size_t)at * g->wide, g->bytes + GUARD + (size_t)at * g->wide, g->wide);
    }
    return memcmp(g->before, g->bytes, g->n) == 0;
}

/* Whether the row has in-place and out forms; views and rows made of others say that they have none. */
static bool form_is_refused(const frozen_case *c, rt_status status)
{
    if ((c->rule->flags & NO_FORMS) && status == RT_ERR_UNSUPPORTED)
        return check_count(__FILE__, __LINE__, true, "refused as it should be");
    return false;
}

/* Rows whose result's dtype is their argument's wish: they have no out form in another dtype to be compared with. */
static bool row_casts(const frozen_case *c) { return (c->rule->flags & CASTS) || c->seeded; }

/* Whether two elements share a place. */
static bool overlaps_itself(const argument *a)
{
    for (int d = 0; d < a->ndim; d++)
        if (a->size[d] > 1 && a->stride[d] == 0)
            return true;
    return false;
}

static void check_inplace(const frozen_case *c)
{
    const argument *a = &c->arg[0];
    const frozen_result *r = &c->result[0];
    const pool *p = a->kind == ARGUMENT_TENSOR ? pool_of(a->name) : NULL;
    rt_value arg[ARGUMENTS];
    if (!p || c->n_results > 1 || overlaps_itself(a) || (row_casts(c) && p->dtype != r->dtype))
        return;
    bool same_shape = r->ndim == a->ndim && memcmp(r->size, a->size, sizeof r->size) == 0, holds = kind_rank(p->dtype) >= kind_rank(r->dtype);
    guarded g = guarded_new(p->dtype, argument_span(a));
    memcpy(g.bytes + GUARD, p->bytes + (size_t)a->offset * g.wide, (size_t)g.span * g.wide);
    memcpy(g.stride, a->stride, sizeof g.stride);
    guarded_ready(&g);
    values_of(c, arg, false);
    rt_tensor *x = rt_from_blob(g.bytes + GUARD, argument_shape_of(a), p->dtype, a->strided ? a->stride : NULL, NULL, NULL);
    arg[0] = rt_value_tensor(x);
    seed_of(c);
    rt_tensor *y = rt_call_inplace(c->op, arg, c->n_args);
    rt_status status = y ? RT_OK : rt_error_pending() ? rt_last_error()->code : RT_ERR_INTERNAL;
    if (form_is_refused(c, status) || (y == NULL && (!same_shape || !holds))) {
        check_count(__FILE__, __LINE__, memcmp(g.before, g.bytes, g.n) == 0, "in place: refused, but the tensor has changed");
        if (status != RT_ERR_UNSUPPORTED)
            check_count(__FILE__, __LINE__, status == (same_shape ? RT_ERR_DTYPE : RT_ERR_SHAPE) || (!same_shape && !holds && status == RT_ERR_DTYPE),
                        "in place: refused with %s", rt_status_name(status));
    } else if (check_count(__FILE__, __LINE__, same_shape && holds, "in place: the result does not fit, but the call succeeds") &&
               check_count(__FILE__, __LINE__, y == x, "in place: refused: %s", y ? "" : rt_last_error()->message)) {
        check_elements(c, r, "in place", r->n, g.bytes + GUARD, p->dtype, g.stride);
        check_count(__FILE__, __LINE__, guarded_whole(&g, a->size, a->ndim, r->n), "in place: memory between or round the elements has changed");
    }
    rt_clear_error();
    guarded_free(&g);
}

/* Room of a result's shape and a dtype, row-major or with dimensions reversed and gaps between elements. */
static rt_tensor *guarded_tensor(const frozen_result *r, rt_dtype dtype, bool spread, guarded *g)
{
    argument shape;
    memset(&shape, 0, sizeof shape);
    shape.ndim = r->ndim;
    memcpy(shape.size, r->size, sizeof shape.size);
    int64_t step = spread ? 2 : 1;
    for (int k = 0; k < r->ndim; k++) {
        int d = spread ? k : r->ndim - 1 - k;
        shape.stride[d] = step;
        step *= shape.size[d] > 0 ? shape.size[d] : 1;
    }
    *g = guarded_new(dtype, argument_span(&shape));
    memcpy(g->stride, shape.stride, sizeof g->stride);
    guarded_ready(g);
    return rt_from_blob(g->bytes + GUARD, argument_shape_of(&shape), dtype, spread ? shape.stride : NULL, NULL, NULL);
}

static rt_dtype wider(rt_dtype dtype)
{
    switch (dtype) {
    case RT_FLOAT32: return RT_FLOAT64;
    case RT_BOOL: case RT_INT32: return RT_INT64;
    case RT_INT64: return RT_FLOAT64;
    case RT_COMPLEX64: return RT_COMPLEX128;
    case RT_COMPLEX128: return RT_COMPLEX64;
    default: return RT_FLOAT32;
    }
}

/* Into tensors of the results' dtypes or wider ones. */
static void check_out(const frozen_case *c, bool other, bool spread)
{
    rt_value arg[ARGUMENTS];
    guarded g[RESULTS];
    rt_tensor *out[RESULTS];
    rt_dtype dtype[RESULTS];
    values_of(c, arg, !spread);
    for (int k = 0; k < c->n_results; k++) {
        dtype[k] = other ? wider(c->result[k].dtype) : c->result[k].dtype;
        out[k] = guarded_tensor(&c->result[k], dtype[k], spread, &g[k]);
    }
    seed_of(c);
    rt_status status = rt_call_out(c->op, arg, c->n_args, out);
    const char *form = other ? "into another dtype" : spread ? "into a strided tensor" : "into a tensor";
    if (status != RT_OK && form_is_refused(c, status)) {
        rt_clear_error();
    } else if (check_count(__FILE__, __LINE__, status == RT_OK, "%s: refused: %s", form, status == RT_OK ? "" : rt_last_error()->message)) {
        for (int k = 0; k < c->n_results; k++) {
            const frozen_result *r = &c->result[k];
            check_elements(c, r, form, r->n, g[k].bytes + GUARD, dtype[k], g[k].stride);
            check_count(__FILE__, __LINE__, guarded_whole(&g[k], r->size, r->ndim, r->n), "%s: memory between or round the elements has changed", form);
        }
    }
    rt_clear_error();
    for (int k = 0; k < c->n_results; k++)
        guarded_free(&g[k]);
}

/* Prefixes of every length round the vectors' lengths, and the whole. */
static void check_sweep(frozen_case *c)
{
    int64_t whole = c->result[0].n;
    for (int n = 1; n <= whole; n++) {
        bool lengths = check_small() ? n <= 9 || (n >= 15 && n <= 17) || n == 33 : n <= 40 || n == 257;
        if (!lengths && n < whole)
            continue;
        rt_scope scope = rt_scope_begin();
        for (int a = 0; a < c->n_args; a++)
            if (c->arg[a].kind == ARGUMENT_TENSOR && c->arg[a].ndim)
                c->arg[a].size[0] = n;
        check_plain(c, n, n % 2);
        rt_scope_end(scope);
    }
}

static void check_forms(frozen_case *c)
{
    bool in_memory_order = c->seeded && c->arg[0].strided;      /* PyTorch's functional form keeps the strides and draws along them */
    for (int form = 0; form < (c->swept ? 1 : 6); form++) {
        int64_t live = rt_memory_stats().live_tensors;
        rt_scope scope = rt_scope_begin();
        if (c->swept)
            check_sweep(c);
        else if (form == 2 && !c->refused && c->op)
            check_inplace(c);
        else if (in_memory_order)
            CHECK(true);
        else if (form < 2)
            check_plain(c, c->result[0].n, form == 1);
        else if ((form == 3 || (form == 4 && !c->seeded)) && !c->refused && c->op)
            check_out(c, false, form == 4);
        else if (form == 5 && !c->refused && c->op && !row_casts(c))
            check_out(c, true, false);
        rt_scope_end(scope);
        if (rt_memory_stats().live_tensors != live)
            check_count(__FILE__, __LINE__, false, "form %d leaves %lld tensors more", form, (long long)(rt_memory_stats().live_tensors - live));
        if (!pools_unchanged(c)) {
            check_count(__FILE__, __LINE__, false, "form %d changes its inputs", form);
            for (int i = 0; i < n_pools; i++)
                memcpy(pools[i].bytes, pools[i].pristine, (size_t)pools[i].n * rt_dtype_size(pools[i].dtype));
        }
    }
}

/* ---- all cases of a row ---- */

static const char *present_row;
static int n_cases;

static void row(void)
{
    static frozen_case c;
    const rule_row *rule = rule_of(present_row);
    if (!check_count(__FILE__, __LINE__, rule != NULL, "the row %s has no entry in tables/", present_row) || rule->rule == COVERED)
        return;
    for (int i = 0; i < n_lines; i++) {
        frozen_line *l = &lines[i];
        if (strcmp(l->name, present_row) != 0)
            continue;
        const char *end = strstr(l->text, " : ");
        l->used = true;
        n_cases++;
        check_at("%s.txt:%d: %.*s", l->family, l->number, (int)(end ? end - l->text : 0), l->text);
        present_family = l->family;
        c.line = l;
        c.name = l->name;
        c.swept = l->swept;
        c.seeded = l->seeded;
        c.seed = l->seed;
        c.op = rule->run ? NULL : rt_op_find(c.name);
        c.rule = rule;
        if (check_count(__FILE__, __LINE__, (rule->run || c.op) && read_case(&c, l->text), "the line cannot be read"))
            if (check_count(__FILE__, __LINE__, c.refused || !c.op || rt_op_n_results(c.op) == c.n_results, "%d results, PyTorch's are %d",
                            rt_op_n_results(c.op), c.n_results))
                check_forms(&c);
    }
}

/* What this file itself knows of halves and eighths: every one of them comes back from its number, and the middle between two goes to the even one. */
static void small_floats(void)
{
    static const rt_dtype all[] = { RT_FLOAT16, RT_BFLOAT16, RT_FLOAT8_E4M3FN, RT_FLOAT8_E5M2 };
    for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
        const small_float *s = number_small(all[k]);
        uint64_t n = (uint64_t)1 << (s->exponent + s->mantissa), wrong = 0;
        for (uint64_t bits = 0; bits < 2 * n; bits++) {
            double x = number_of_small(s, bits), above = number_of_small(s, bits + 1);
            wrong += number_to_small(s, x) != bits && check_class(x) != 2;
            if (!check_class(x) && !check_class(above) && bits % n != n - 1) {
                wrong += number_to_small(s, (x + above) / 2) != bits + bits % 2;
                wrong += number_to_small(s, x + (above - x) * 0.49) != bits;
                double ulp = number_ulp(all[k], x < 0 ? above : x);
                wrong += (above > x ? above - x : x - above) != (x < 0 ? number_ulp(all[k], x) : ulp);
            }
        }
        check_count(__FILE__, __LINE__, wrong == 0, "%s: %lld wrong", rt_dtype_name(all[k]), (long long)wrong);
    }
}

/* ---- a result in memory that an operand reads in another order ---- */

static rt_tensor *square(int64_t n)
{
    rt_tensor *x = rt_empty(RT_SHAPE(n, n), NULL);
    for (int64_t i = 0; x && i < n * n; i++)
        ((float *)rt_data_ptr(x))[i] = (float)((i * 37 + 11) % 101) / 8 - 6;
    return x;
}

/* Calls the row on x and its transpose, into one of the two; and on copies. */
static void check_overlap(const char *name, int n_args, int64_t n, int first, int into)
{
    rt_tensor *x[2], *copy[2], *want;
    rt_value arg[2], result;
    rt_scope scope = rt_scope_begin();
    check_at("%s of %lld by %lld, first %d, into %d", name, (long long)n, (long long)n, first, into);
    x[0] = square(n);
    x[1] = rt_transpose(x[0], 0, 1);
    copy[0] = square(n);
    copy[1] = rt_clone(rt_transpose(copy[0], 0, 1));
    for (int k = 0; k < n_args; k++)
        arg[k] = rt_value_tensor(copy[(first + k) % 2]);
    CHECK_INT(rt_call(rt_op_find(name), arg, n_args, &result), RT_OK);
    want = rt_to(result.as.tensor, RT_FLOAT32);
    for (int k = 0; k < n_args; k++)
        arg[k] = rt_value_tensor(x[(first + k) % 2]);
    CHECK_INT(rt_call_out(rt_op_find(name), arg, n_args, &x[into]), RT_OK);
    CHECK_CLOSE(rt_item(rt_sum(rt_to(rt_ne(x[into], want), RT_INT64))), 0, 0, 0);
    rt_scope_end(scope);
}

static void overlapping_memory(void)
{
    static const struct { const char *name; int n_args; } some[] = {
        { "add.Tensor", 2 }, { "mul.Tensor", 2 }, { "gt.Tensor", 2 }, { "neg", 1 }, { "relu", 1 }, { "exp", 1 }, { "clone", 1 }, { "copy", 2 },
        { "mm", 2 }, { "linear", 2 }, { "relu_backward", 2 }
    };
    for (size_t i = 0; i < sizeof some / sizeof *some; i++)
        for (int way = 0; way < 4; way++) {
            check_overlap(some[i].name, some[i].n_args, 5, way & 1, way >> 1);
            check_overlap(some[i].name, some[i].n_args, 37, way & 1, way >> 1);
        }
}

static void every_row_and_rule(void)
{
    char name[64];
    for (int i = 0; i < N_RULES; i++) {
        bool found = rules[i].run != NULL;
        for (int k = 0; rt_op_at(k) && !found; k++)
            found = strcmp(rt_op_name(rt_op_at(k), name), rules[i].name) == 0;
        check_count(__FILE__, __LINE__, found, "the entry of %s in tables/ belongs to no row", rules[i].name);
    }
    for (int i = 0; i < n_lines; i++)
        if (!lines[i].used)
            check_count(__FILE__, __LINE__, false, "%s.txt:%d belongs to no row", lines[i].family, lines[i].number);
}

static void the_files(void)
{
    read_pools();
    read_lines();
    CHECK(n_pools > 20 && n_lines > 10000);
    for (int i = 0; i < n_pools; i++)
        CHECK(pools[i].dtype != RT_DTYPE_DEFAULT && pools[i].n > 0 && pools[i].bytes && pools[i].pristine);
}

int main(void)
{
    char name[64];
    TEST(the_files);
    for (int i = 0; rt_op_at(i); i++) {
        present_row = rt_op_name(rt_op_at(i), name);
        check_case(present_row, row);
    }
    for (int i = 0; i < N_RULES; i++)
        if (rules[i].run) {
            present_row = rules[i].name;
            check_case(present_row, row);
        }
    TEST(small_floats);
    TEST(overlapping_memory);
    TEST(every_row_and_rule);
    printf("%d frozen cases\n", n_cases);
    return check_end("5_ops/rows");
}
