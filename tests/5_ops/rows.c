/* Every row of the library against what PyTorch 2.13 answered (data/, made by frozen.py): called plainly, in place, and into given tensors
 * of several layouts and dtypes. A row without a rule below, or without a frozen case, fails. */
#include "arguments.h"

/* ---- how close a row's results have to be to PyTorch's ---- */

typedef enum row_rule {
    EXACT,                   /* bit for bit, NaN like NaN; so is whatever is no float */
    ROUNDED,                 /* within the last bit */
    CLOSE,                   /* float maths: float32 2e-6, float64 1e-13, relative to the result; where the case names a magnitude, to that also */
    TAIL,                    /* the same, and an ulp of the first argument, as the formula cancels */
    NORMAL,                  /* float32 vectors of 16 and more bit for bit, the others within 2 ulp of the result and of the mean's and deviation's scale */
    COVERED                  /* not PyTorch's: covered by the public function named */
} row_rule;

typedef struct rule_row { const char *name; row_rule rule; const char *by; } rule_row;

static const rule_row rules[] = {
    { "neg", EXACT, "" }, { "exp", CLOSE, "" }, { "log", CLOSE, "" }, { "sqrt", ROUNDED, "" }, { "erf", CLOSE, "" },
    { "relu_backward", EXACT, "" }, { "relu", EXACT, "" }, { "gelu_backward", CLOSE, "" }, { "gelu", TAIL, "" },
    { "add.Tensor", EXACT, "" }, { "add.Scalar", EXACT, "" }, { "sub.Tensor", EXACT, "" }, { "sub.Scalar", EXACT, "" },
    { "mul.Tensor", EXACT, "" }, { "mul.Scalar", EXACT, "" }, { "div.Tensor", EXACT, "" }, { "div.Scalar", EXACT, "" },
    { "eq.Tensor", EXACT, "" }, { "eq.Scalar", EXACT, "" }, { "ne.Tensor", EXACT, "" }, { "ne.Scalar", EXACT, "" },
    { "lt.Tensor", EXACT, "" }, { "lt.Scalar", EXACT, "" }, { "le.Tensor", EXACT, "" }, { "le.Scalar", EXACT, "" },
    { "gt.Tensor", EXACT, "" }, { "gt.Scalar", EXACT, "" }, { "ge.Tensor", EXACT, "" }, { "ge.Scalar", EXACT, "" },
    { "where.self", EXACT, "" }, { "where.ScalarSelf", EXACT, "" }, { "where.ScalarOther", EXACT, "" },
    { "to.dtype", EXACT, "" }, { "clone", EXACT, "" }, { "copy", EXACT, "" }, { "fill.Scalar", EXACT, "" },
    { "view", EXACT, "" }, { "reshape", EXACT, "" }, { "flatten.using_ints", EXACT, "" }, { "transpose.int", EXACT, "" }, { "t", EXACT, "" },
    { "permute", EXACT, "" }, { "expand", EXACT, "" }, { "squeeze.dim", EXACT, "" }, { "unsqueeze", EXACT, "" },
    { "sum.dim_IntList", CLOSE, "" }, { "mean.dim", CLOSE, "" }, { "argmax", EXACT, "" },
    { "mm", CLOSE, "" }, { "bmm", CLOSE, "" }, { "matmul", CLOSE, "" }, { "linear", CLOSE, "" },
    { "index_select", EXACT, "" }, { "index_add", CLOSE, "" }, { "gather", EXACT, "" }, { "scatter.src", EXACT, "" }, { "scatter.value", EXACT, "" },
    { "scatter_add", CLOSE, "" }, { "log_softmax.int", CLOSE, "" },
    { "nll_loss_nd", COVERED, "nll_loss" }, { "nll_loss_nd_backward", COVERED, "gradients.c" },
    { "uniform", EXACT, "" }, { "normal_functional", NORMAL, "" },
    { "nll_loss", CLOSE, "" }, { "cross_entropy", CLOSE, "" }       /* no rows: typed functions */
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

static const char *const families[] = { "unary", "binary", "comparison", "where", "promotion", "copy", "shape", "reduce", "matmul", "index", "loss", "random" };
enum { N_FAMILIES = sizeof families / sizeof *families, MAX_POOLS = 32, MAX_ELEMENTS = 4096, GUARD = 64, FILL = 0xa5 };

typedef struct pool {
    char name[24];
    rt_dtype dtype;
    int64_t n;
    char *bytes, *pristine;
} pool;

static pool pools[MAX_POOLS];
static int n_pools;

typedef struct frozen_line { const char *family, *text; int number; bool used; } frozen_line;
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

/* One element's text, of one of n: its bits in *word as the dtype has them; the next one's text. */
static const char *read_element(const char *at, rt_dtype dtype, void *p)
{
    int digits = dtype == RT_FLOAT32 ? 8 : dtype == RT_FLOAT64 ? 16 : 0;
    uint64_t bits = 0;
    for (int i = 0; i < digits; i++, at++)
        bits = bits << 4 | (uint64_t)(*at <= '9' ? *at - '0' : *at - 'a' + 10);
    uint32_t half = (uint32_t)bits;
    if (dtype == RT_FLOAT32) {
        memcpy(p, &half, sizeof half);
    } else if (dtype == RT_FLOAT64) {
        memcpy(p, &bits, sizeof bits);
    } else if (dtype == RT_BOOL) {
        *(uint8_t *)p = *at++ == '1';
    } else {
        char *end;
        int64_t value = strtoll(at, &end, 10);
        at = end + (*end == ',');
        if (dtype == RT_INT64)
            memcpy(p, &value, sizeof value);
        else
            *(uint8_t *)p = (uint8_t)value;
    }
    return at;
}

static void read_pools(void)
{
    char *text = text_of("pools");
    for (char *line = text ? strtok(text, "\n") : NULL; line && n_pools < MAX_POOLS; line = strtok(NULL, "\n")) {
        pool *p = &pools[n_pools++];
        char dtype[24];
        long long n;
        int length = 0;
        if (sscanf(line, "%23s %23[a-z0-9][%lld] %n", p->name, dtype, &n, &length) != 3 || !length)
            continue;
        p->dtype = argument_dtype(dtype);
        p->n = n;
        size_t wide = rt_dtype_size(p->dtype);
        p->bytes = (char *)malloc((size_t)n * wide);
        p->pristine = (char *)malloc((size_t)n * wide);
        const char *at = line + length;
        for (int64_t i = 0; i < n && p->bytes && p->pristine; i++) {
            at = read_element(at, p->dtype, p->bytes + (size_t)i * wide);
            memcpy(p->pristine + (size_t)i * wide, p->bytes + (size_t)i * wide, wide);
        }
    }
    free(text);
}

static const pool *pool_of(const char *name)
{
    for (int i = 0; i < n_pools; i++)
        if (strcmp(pools[i].name, name) == 0)
            return &pools[i];
    return NULL;
}

static void read_lines(void)
{
    for (int f = 0; f < N_FAMILIES; f++) {
        char *text = text_of(families[f]);
        int number = 1;
        for (char *line = text ? strtok(text, "\n") : NULL; line; line = strtok(NULL, "\n"), number++) {
            if (n_lines == n_rooms) {
                n_rooms = n_rooms ? 2 * n_rooms : 4096;
                lines = (frozen_line *)realloc(lines, (size_t)n_rooms * sizeof *lines);
            }
            frozen_line l = { families[f], line, number, false };
            lines[n_lines++] = l;
        }
    }
}

/* ---- one case ---- */

typedef struct frozen_case {
    char name[48];
    const rt_op *op;                      /* NULL: a typed function */
    const rule_row *rule;
    bool swept, seeded, refused, measured, viewed;
    uint64_t seed;
    double magnitude;
    int n_args;
    argument arg[ARGUMENTS];
    rt_dtype dtype;
    int ndim;
    int64_t size[ARGUMENT_DIMS], stride[ARGUMENT_DIMS], n;
    int64_t want[MAX_ELEMENTS];           /* n elements of the dtype; int64_t for its alignment */
} frozen_case;

/* The word at *at, and *at behind it; "" at the end. */
static const char *next_word(const char **at, char word[ARGUMENT_WORD])
{
    *at += strspn(*at, " ");
    size_t n = strcspn(*at, " ");
    memcpy(word, *at, n < ARGUMENT_WORD ? n : 0);
    word[n < ARGUMENT_WORD ? n : 0] = '\0';
    *at += n;
    return word;
}

/* Whether a line is about a row; what comes before its name is read on the way. */
static bool read_name(frozen_case *c, const char **at)
{
    char word[ARGUMENT_WORD];
    next_word(at, word);
    c->seeded = word[0] == '!';
    if (c->seeded) {
        c->seed = strtoull(word + 1, NULL, 10);
        next_word(at, word);
    }
    c->swept = strcmp(word, "sweep") == 0;
    if (c->swept)
        next_word(at, word);
    snprintf(c->name, sizeof c->name, "%.47s", word);
    return c->name[0] != '\0';
}

static bool read_result(frozen_case *c, const char *at)
{
    char word[ARGUMENT_WORD];
    argument result;
    next_word(&at, word);
    c->refused = strcmp(word, "refused") == 0;
    if (c->refused)
        return true;
    c->measured = word[0] == '~';
    if (c->measured) {
        c->magnitude = strtod(word + 1, NULL);
        next_word(&at, word);
    }
    memset(&result, 0, sizeof result);
    if (!argument_tensor(word, &result) || (c->dtype = argument_dtype(result.name)) == RT_DTYPE_DEFAULT)
        return false;
    c->viewed = result.strided;
    c->ndim = result.ndim;
    memcpy(c->size, result.size, sizeof c->size);
    memcpy(c->stride, result.stride, sizeof c->stride);
    c->n = argument_numel(&result);
    at += strspn(at, " ");
    for (int64_t i = 0; i < c->n && i < MAX_ELEMENTS; i++)
        at = read_element(at, c->dtype, (char *)c->want + (size_t)i * rt_dtype_size(c->dtype));
    return c->n <= MAX_ELEMENTS && *at == '\0';
}

/* Reads the rest of a line whose name has been read. */
static bool read_case(frozen_case *c, const char *at)
{
    char word[ARGUMENT_WORD];
    for (c->n_args = 0; strcmp(next_word(&at, word), ":") != 0; c->n_args++) {
        if (!word[0] || c->n_args == ARGUMENTS || (c->arg[c->n_args] = argument_of(word)).kind == ARGUMENT_BAD)
            return false;
        const argument *a = &c->arg[c->n_args];
        const pool *p = a->kind == ARGUMENT_TENSOR ? pool_of(a->name) : NULL;
        if (a->kind == ARGUMENT_TENSOR && (!p || a->offset + argument_span(a) > p->n))
            return false;
    }
    return read_result(c, at);
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

static bool pools_unchanged(const frozen_case *c)
{
    for (int k = 0; k < c->n_args; k++) {
        const pool *p = c->arg[k].kind == ARGUMENT_TENSOR ? pool_of(c->arg[k].name) : NULL;
        if (p && memcmp(p->bytes, p->pristine, (size_t)p->n * rt_dtype_size(p->dtype)) != 0)
            return false;
    }
    return true;
}

/* ---- comparing ---- */

static double number_at(rt_dtype dtype, const void *p)
{
    float f;
    double d;
    int64_t i;
    if (dtype == RT_FLOAT32) {
        memcpy(&f, p, sizeof f);
        return (double)f;
    }
    if (dtype == RT_FLOAT64) {
        memcpy(&d, p, sizeof d);
        return d;
    }
    if (dtype == RT_INT64) {
        memcpy(&i, p, sizeof i);
        return (double)i;
    }
    return *(const uint8_t *)p;
}

/* The wanted element as another dtype holds it, which is at least of the same kind. */
static void converted(rt_dtype from, const void *want, rt_dtype to, void *p)
{
    size_t wide = rt_dtype_size(to);
    int64_t i = 0;
    if (from == to) {
        memcpy(p, want, wide);
    } else if (to == RT_FLOAT32 || to == RT_FLOAT64) {
        argument_store(to, p, number_at(from, want));
    } else {
        i = from == RT_INT64 ? 0 : *(const uint8_t *)want;
        if (from == RT_INT64)
            memcpy(&i, want, sizeof i);
        if (to == RT_INT64)
            memcpy(p, &i, sizeof i);
        else
            *(uint8_t *)p = (uint8_t)(to == RT_BOOL ? i != 0 : i & 255);
    }
}

static bool normal_is_exact(const frozen_case *c) { return c->dtype == RT_FLOAT32 && c->n >= 16; }

/* Whether the library does not round operands of other types to float32 first: a pasted file computes float32 in double. */
static bool computes_in_double(const frozen_case *c)
{
    bool mixed = false;
#ifdef RUSTORCH_ONE_PASS
    for (int k = 0; k < c->n_args && c->dtype == RT_FLOAT32; k++) {
        const pool *p = c->arg[k].kind == ARGUMENT_TENSOR ? pool_of(c->arg[k].name) : NULL;
        mixed = mixed || c->arg[k].kind == ARGUMENT_FLOAT || (p && p->dtype != RT_FLOAT32);
    }
#endif
    (void)c;
    return mixed;
}

/* How far element i may be off; negative: not at all. */
static double tolerance(const frozen_case *c, rt_dtype dtype, int64_t i, double want)
{
    bool single = dtype == RT_FLOAT32 || c->dtype == RT_FLOAT32;
    double rtol = single ? 2e-6 : 1e-13, ulp = single ? 1.2e-7 : 2.3e-16, least = single ? 3e-45 : 1e-323, size = want < 0 ? -want : want;
    double first = 0;
    if ((dtype != RT_FLOAT32 && dtype != RT_FLOAT64) || (c->dtype != RT_FLOAT32 && c->dtype != RT_FLOAT64))
        return -1;
    if (c->rule->rule == NORMAL)
        return normal_is_exact(c) ? -1 : 2 * ulp * (size + c->magnitude);
    if (c->measured)
        return rtol * (size + c->magnitude);
    if (c->rule->rule == EXACT)
        return computes_in_double(c) ? rtol * (size + 1) : -1;
    if (c->rule->rule == TAIL) {
        const pool *p = pool_of(c->arg[0].name);
        first = number_at(p->dtype, element_of(&c->arg[0], i));
        first = check_class(first) ? 0 : first < 0 ? -first : first;
    }
    return (c->rule->rule == ROUNDED ? ulp : rtol) * size + ulp * first + least;
}

/* got against the frozen element i. */
static bool element_fits(const frozen_case *c, int64_t i, const void *want, rt_dtype dtype, const void *got)
{
    double w = number_at(dtype, want), g = number_at(dtype, got);
    if (dtype != RT_FLOAT32 && dtype != RT_FLOAT64)
        return memcmp(got, want, rt_dtype_size(dtype)) == 0;
    double off = tolerance(c, dtype, i, w);
    if (check_class(w) == 2 || check_class(g) == 2)
        return check_class(w) == check_class(g);
    return off < 0 ? memcmp(got, want, rt_dtype_size(dtype)) == 0 : check_is_close(g, w, 0, off);
}

/* The first n elements, `stride` elements apart in every dimension of size[], against the frozen ones; one check. */
static void check_elements(const frozen_case *c, const char *form, int64_t n, const char *data, rt_dtype dtype, const int64_t *stride)
{
    size_t wide = rt_dtype_size(dtype);
    for (int64_t i = 0; i < n; i++) {
        int64_t at = 0, left = i, want = 0;
        for (int d = c->ndim - 1; d >= 0; d--) {
            int64_t size = c->swept ? n : c->size[d];
            at += left % size * stride[d];
            left /= size;
        }
        converted(c->dtype, (const char *)c->want + (size_t)i * rt_dtype_size(c->dtype), dtype, &want);
        const char *got = data + at * (int64_t)wide;
        if (!element_fits(c, i, &want, dtype, got)) {
            check_count(__FILE__, __LINE__, false, "%s, %lld elements: element %lld is %.9g, PyTorch's %.9g", form, (long long)n, (long long)i,
                        number_at(dtype, got), number_at(dtype, &want));
            return;
        }
    }
    check_count(__FILE__, __LINE__, true, "%s", form);
}

static void check_tensor(const frozen_case *c, const char *form, int64_t n, rt_tensor *y)
{
    int64_t stride[ARGUMENT_DIMS];
    bool fits = rt_dtype_of(y) == c->dtype && rt_dim(y) == c->ndim;
    for (int d = 0; d < c->ndim && fits; d++) {
        fits = rt_size(y, d) == (c->swept ? n : c->size[d]);
        stride[d] = rt_stride(y, d);
    }
    if (!check_count(__FILE__, __LINE__, fits, "%s: the result is %s with %d dimensions, first %lld; PyTorch's %s with %d, first %lld", form,
                     rt_dtype_name(rt_dtype_of(y)), rt_dim(y), rt_dim(y) > 0 ? (long long)rt_size(y, 0) : 0, rt_dtype_name(c->dtype), c->ndim,
                     c->ndim ? (long long)c->size[0] : 0))
        return;
    check_elements(c, form, n, (const char *)rt_data_ptr(y), c->dtype, stride);
}

/* A view has the strides that PyTorch's has, wherever they count, and lies in its input's memory. */
static void check_view(const frozen_case *c, const rt_value *arg, rt_tensor *y)
{
    if (!c->viewed || !y || rt_dim(y) != c->ndim)
        return;
    CHECK(rt_data_ptr(y) == rt_data_ptr(arg[0].as.tensor));
    for (int d = 0; d < c->ndim; d++)
        if (c->size[d] > 1)
            CHECK_INT(rt_stride(y, d), c->stride[d]);
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
    rt_nll_loss_opts o = rt_nll_loss_opts_default();
    o.reduction = v[2].as.i == 0 ? RT_REDUCTION_NONE : v[2].as.i == 1 ? RT_REDUCTION_MEAN : RT_REDUCTION_SUM;
    o.ignore_index = v[3].as.i;
    rt_tensor *x = v[0].as.tensor, *target = v[1].as.tensor;
    rt_tensor *y = strcmp(c->name, "nll_loss") == 0 ? rt_nll_loss(x, target, &o) : rt_cross_entropy(x, target, &o);
    results[0] = rt_value_tensor(y);
    return y ? RT_OK : RT_ERR_VALUE;
}

/* Where RusTorch takes more than PyTorch. */
static bool takes_more(const frozen_case *c)
{
    static const char *const products[] = { "mm", "bmm", "matmul", "linear" };      /* of bool: PyTorch has no kernel */
    bool all_bool = c->n_args > 1;
    for (int k = 0; k < c->n_args; k++)
        all_bool = all_bool && (c->arg[k].kind == ARGUMENT_NONE || strncmp(c->arg[k].name, "bool", 4) == 0);
    for (size_t i = 0; i < sizeof products / sizeof *products; i++)
        if (all_bool && strcmp(c->name, products[i]) == 0)
            return true;
    return false;
}

static void check_plain(const frozen_case *c, int64_t n, bool own)
{
    rt_value arg[ARGUMENTS], results[4];
    values_of(c, arg, own);
    seed_of(c);
    rt_status status = c->op ? rt_call(c->op, arg, c->n_args, results) : call_typed(c, arg, results);
    if (c->refused) {
        check_count(__FILE__, __LINE__, (status != RT_OK && rt_error_pending()) || takes_more(c), "PyTorch refuses this call, and RusTorch answers it");
        rt_clear_error();
    } else if (check_count(__FILE__, __LINE__, status == RT_OK, "refused: %s", status == RT_OK ? "" : rt_last_error()->message)) {
        check_tensor(c, own ? "called" : "called on lent memory", n, results[0].as.tensor);
        check_view(c, arg, results[0].as.tensor);
    }
    rt_clear_error();
}

static int kind_rank(rt_dtype dtype) { return dtype == RT_BOOL ? 0 : dtype == RT_FLOAT32 || dtype == RT_FLOAT64 ? 2 : 1; }

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
    static const char *const without[] = { "view", "reshape", "flatten.using_ints", "transpose.int", "t", "permute", "expand", "squeeze.dim", "unsqueeze",
                                           "mean.dim", "matmul" };
    for (size_t i = 0; i < sizeof without / sizeof *without; i++)
        if (strcmp(c->name, without[i]) == 0 && status == RT_ERR_UNSUPPORTED)
            return check_count(__FILE__, __LINE__, true, "refused as it should be");
    return false;
}

/* Rows whose result's dtype is their argument's wish: they have no out form in another dtype to be compared with. */
static bool row_casts(const frozen_case *c)
{
    return strcmp(c->name, "to.dtype") == 0 || strcmp(c->name, "copy") == 0 || strcmp(c->name, "fill.Scalar") == 0 || c->seeded;
}

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
    const pool *p = pool_of(a->name);
    rt_value arg[ARGUMENTS];
    if (overlaps_itself(a) || (row_casts(c) && p->dtype != c->dtype))
        return;
    bool same_shape = c->ndim == a->ndim && memcmp(c->size, a->size, sizeof c->size) == 0, holds = kind_rank(p->dtype) >= kind_rank(c->dtype);
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
        check_elements(c, "in place", c->n, g.bytes + GUARD, p->dtype, g.stride);
        check_count(__FILE__, __LINE__, guarded_whole(&g, a->size, a->ndim, c->n), "in place: memory between or round the elements has changed");
    }
    rt_clear_error();
    guarded_free(&g);
}

/* Into a tensor of a dtype, row-major or with dimensions reversed and gaps between elements. */
static void check_out(const frozen_case *c, rt_dtype dtype, bool spread)
{
    rt_value arg[ARGUMENTS];
    argument shape;
    memset(&shape, 0, sizeof shape);
    shape.ndim = c->ndim;
    memcpy(shape.size, c->size, sizeof shape.size);
    int64_t step = spread ? 2 : 1;
    for (int k = 0; k < c->ndim; k++) {
        int d = spread ? k : c->ndim - 1 - k;
        shape.stride[d] = step;
        step *= shape.size[d] > 0 ? shape.size[d] : 1;
    }
    guarded g = guarded_new(dtype, argument_span(&shape));
    memcpy(g.stride, shape.stride, sizeof g.stride);
    guarded_ready(&g);
    values_of(c, arg, !spread);
    rt_tensor *out = rt_from_blob(g.bytes + GUARD, argument_shape_of(&shape), dtype, spread ? shape.stride : NULL, NULL, NULL);
    seed_of(c);
    rt_status status = rt_call_out(c->op, arg, c->n_args, &out);
    const char *form = dtype != c->dtype ? "into another dtype" : spread ? "into a strided tensor" : "into a tensor";
    if (status != RT_OK && form_is_refused(c, status)) {
        rt_clear_error();
    } else if (check_count(__FILE__, __LINE__, status == RT_OK, "%s: refused: %s", form, status == RT_OK ? "" : rt_last_error()->message)) {
        check_elements(c, form, c->n, g.bytes + GUARD, dtype, g.stride);
        check_count(__FILE__, __LINE__, guarded_whole(&g, c->size, c->ndim, c->n), "%s: memory between or round the elements has changed", form);
    }
    rt_clear_error();
    guarded_free(&g);
}

/* Prefixes of every length round the vectors' lengths, and the whole. */
static void check_sweep(frozen_case *c)
{
    for (int n = 1; n <= c->n; n++) {
        bool lengths = check_small() ? n <= 9 || (n >= 15 && n <= 17) || n == 33 : n <= 40 || n == 257;
        if (!lengths && n < c->n)
            continue;
        rt_scope scope = rt_scope_begin();
        for (int a = 0; a < c->n_args; a++)
            if (c->arg[a].kind == ARGUMENT_TENSOR && c->arg[a].ndim)
                c->arg[a].size[0] = n;
        check_plain(c, n, n % 2);
        rt_scope_end(scope);
    }
}

static rt_dtype wider(rt_dtype dtype)
{
    return dtype == RT_FLOAT32 ? RT_FLOAT64 : dtype == RT_FLOAT64 ? RT_FLOAT32 : dtype == RT_BOOL ? RT_INT64 : dtype == RT_INT64 ? RT_FLOAT64 : RT_FLOAT32;
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
            check_plain(c, c->n, form == 1);
        else if ((form == 3 || (form == 4 && !c->seeded)) && !c->refused && c->op)
            check_out(c, c->dtype, form == 4);
        else if (form == 5 && !c->refused && c->op && !row_casts(c))
            check_out(c, wider(c->dtype), false);
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
    if (!check_count(__FILE__, __LINE__, rule != NULL, "the row %s has no rule in this file", present_row) || rule->rule == COVERED)
        return;
    for (int i = 0; i < n_lines; i++) {
        const char *at = lines[i].text;
        if (!read_name(&c, &at) || strcmp(c.name, present_row) != 0)
            continue;
        lines[i].used = true;
        n_cases++;
        check_at("%s.txt:%d: %.*s", lines[i].family, lines[i].number, (int)(strstr(at, " :") ? strstr(at, " :") - at : 0), at);
        bool typed = strcmp(c.name, "nll_loss") == 0 || strcmp(c.name, "cross_entropy") == 0;
        c.op = typed ? NULL : rt_op_find(c.name);
        c.rule = rule;
        if (check_count(__FILE__, __LINE__, read_case(&c, at) && (typed || c.op), "the line cannot be read"))
            check_forms(&c);
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
        bool found = strcmp(rules[i].name, "nll_loss") == 0 || strcmp(rules[i].name, "cross_entropy") == 0;
        for (int k = 0; rt_op_at(k) && !found; k++)
            found = strcmp(rt_op_name(rt_op_at(k), name), rules[i].name) == 0;
        check_count(__FILE__, __LINE__, found, "the rule for %s belongs to no row", rules[i].name);
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
    present_row = "nll_loss";
    check_case(present_row, row);
    present_row = "cross_entropy";
    check_case(present_row, row);
    TEST(overlapping_memory);
    TEST(every_row_and_rule);
    printf("%d frozen cases\n", n_cases);
    return check_end("5_ops/rows");
}
