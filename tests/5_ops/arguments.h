/* Arguments of operations as text, one word each, so that a table of calls reads as such:
 *
 *     f32[2,3]  f32[2,3;1,2]  i64[3]=0,2,1     tensors: dtype, sizes, strides if not row-major, elements (repeated as often as it takes)
 *     POOL@7[2,3]                              a tensor cut from frozen numbers (see frozen.py), for who has pools
 *     2  -0.5  inf  true  (0,-1)  :float32     numbers, a list of integers, a dtype: what has a point, an e or letters is a float
 *     'text                                    a string
 *     none  NONE  NULL                         the value none; RT_NONE and NULL as tensors
 *
 * Without elements a tensor's are small, different, and never zero. */
#ifndef RUSTORCH_TESTS_ARGUMENTS_H
#define RUSTORCH_TESTS_ARGUMENTS_H

#include "../check.h"

enum { ARGUMENT_DIMS = 8, ARGUMENT_ELEMENTS = 20, ARGUMENT_WORD = 160, ARGUMENTS = 8 };

typedef enum argument_kind {
    ARGUMENT_BAD, ARGUMENT_TENSOR, ARGUMENT_INT, ARGUMENT_FLOAT, ARGUMENT_BOOL, ARGUMENT_INTS, ARGUMENT_DTYPE, ARGUMENT_STRING, ARGUMENT_NONE,
    ARGUMENT_RT_NONE, ARGUMENT_NULL
} argument_kind;

typedef struct argument {
    argument_kind kind;
    char name[24];                          /* a tensor's dtype or pool */
    bool pooled, strided;
    int64_t offset;
    int ndim;
    int64_t size[ARGUMENT_DIMS], stride[ARGUMENT_DIMS];
    int n_elements;
    double element[ARGUMENT_ELEMENTS];
    int64_t whole;                          /* int, bool, dtype */
    double real;
    int n_ints;
    int64_t ints[ARGUMENT_ELEMENTS];
    char string[24];
} argument;

/* A dtype by PyTorch's name or the tests' short one; RT_DTYPE_DEFAULT if it is none. */
static inline rt_dtype argument_dtype(const char *name)
{
    static const char *const shorts[][2] = {
        { "f32", "float32" }, { "f64", "float64" }, { "i64", "int64" }, { "u8", "uint8" }, { "f16", "float16" }, { "c64", "complex64" }, { "i32", "int32" },
        { "f8", "float8_e5m2" }
    };
    for (size_t i = 0; i < sizeof shorts / sizeof *shorts; i++)
        if (strcmp(name, shorts[i][0]) == 0)
            name = shorts[i][1];
    for (int d = RT_DTYPE_DEFAULT + 1; d < RT_DTYPE_COUNT; d++)
        if (strcmp(name, rt_dtype_name((rt_dtype)d)) == 0)
            return (rt_dtype)d;
    return RT_DTYPE_DEFAULT;
}

/* Integers with commas between them; how many, and *at behind them. */
static inline int argument_list(const char **at, int64_t *list, int room)
{
    int n = 0;
    while (n < room && (**at == '-' || (**at >= '0' && **at <= '9'))) {
        char *end;
        list[n++] = strtoll(*at, &end, 10);
        *at = end;
        if (**at != ',')
            break;
        (*at)++;
    }
    return n;
}

/* "[2,3;1,2]": sizes and strides; false if it is none. */
static inline bool argument_shape(const char **at, argument *a)
{
    if (*(*at)++ != '[')
        return false;
    a->ndim = argument_list(at, a->size, ARGUMENT_DIMS);
    a->strided = **at == ';';
    if (a->strided) {
        (*at)++;
        if (argument_list(at, a->stride, ARGUMENT_DIMS) != a->ndim)
            return false;
    } else {
        int64_t step = 1;
        for (int d = a->ndim - 1; d >= 0; d--) {
            a->stride[d] = step;
            step *= a->size[d] > 0 ? a->size[d] : 1;
        }
    }
    return *(*at)++ == ']';
}

static inline bool argument_tensor(const char *word, argument *a)
{
    size_t n = strcspn(word, "[@");
    const char *at = word + n;
    if (!word[n] || n >= sizeof a->name)
        return false;
    memcpy(a->name, word, n);
    a->pooled = *at == '@';
    if (a->pooled) {
        char *end;
        a->offset = strtoll(at + 1, &end, 10);
        at = end;
    }
    if (!argument_shape(&at, a))
        return false;
    while ((*at == '=' || *at == ',') && a->n_elements < ARGUMENT_ELEMENTS) {
        char *end;
        a->element[a->n_elements++] = strtod(at + 1, &end);
        at = end;
    }
    return *at == '\0';
}

static inline argument argument_of(const char *word)
{
    argument a;
    char *end;
    memset(&a, 0, sizeof a);
    if (strcmp(word, "none") == 0) {
        a.kind = ARGUMENT_NONE;
    } else if (strcmp(word, "NONE") == 0) {
        a.kind = ARGUMENT_RT_NONE;
    } else if (strcmp(word, "NULL") == 0) {
        a.kind = ARGUMENT_NULL;
    } else if (strcmp(word, "true") == 0 || strcmp(word, "false") == 0) {
        a.kind = ARGUMENT_BOOL;
        a.whole = word[0] == 't';
    } else if (word[0] == ':') {
        a.kind = ARGUMENT_DTYPE;
        a.whole = argument_dtype(word + 1);
    } else if (word[0] == '\'') {
        a.kind = ARGUMENT_STRING;
        snprintf(a.string, sizeof a.string, "%.23s", word + 1);
    } else if (word[0] == '(') {
        const char *at = word + 1;
        a.kind = ARGUMENT_INTS;
        a.n_ints = argument_list(&at, a.ints, ARGUMENT_ELEMENTS);
        if (strcmp(at, ")") != 0)
            a.kind = ARGUMENT_BAD;
    } else if (strchr(word, '[')) {
        a.kind = argument_tensor(word, &a) ? ARGUMENT_TENSOR : ARGUMENT_BAD;
    } else {
        a.kind = strpbrk(word, ".enai") ? ARGUMENT_FLOAT : ARGUMENT_INT;
        a.real = strtod(word, &end);
        a.whole = a.kind == ARGUMENT_INT ? strtoll(word, &end, 10) : 0;
        if (*end)
            a.kind = ARGUMENT_BAD;
    }
    return a;
}

/* The words of a line; how many, or -1 if one is no argument. */
static inline int arguments_of(const char *line, argument *a, int room)
{
    int n = 0;
    for (;;) {
        char word[ARGUMENT_WORD];
        line += strspn(line, " ");
        size_t length = strcspn(line, " ");
        if (!length)
            return n;
        if (n == room || length >= sizeof word)
            return -1;
        memcpy(word, line, length);
        word[length] = '\0';
        a[n] = argument_of(word);
        if (a[n++].kind == ARGUMENT_BAD)
            return -1;
        line += length;
    }
}

static inline int64_t argument_numel(const argument *a)
{
    int64_t n = 1;
    for (int d = 0; d < a->ndim; d++)
        n *= a->size[d];
    return n;
}

/* Elements from the first to the last that a tensor's strides reach. */
static inline int64_t argument_span(const argument *a)
{
    int64_t last = 0;
    for (int d = 0; d < a->ndim; d++)
        last += (a->size[d] - 1) * a->stride[d];
    return argument_numel(a) ? last + 1 : 0;
}

static inline rt_shape argument_shape_of(const argument *a)
{
    rt_shape shape = RT_SHAPE0;
    shape.ndim = a->ndim;
    for (int d = 0; d < a->ndim; d++)
        shape.dim[d] = a->size[d];
    return shape;
}

static inline void argument_free(void *user, void *data)
{
    (void)user;
    free(data);
}

/* One element at p, from a number; types without an entry here stay zero. */
static inline void argument_store(rt_dtype dtype, void *p, double value)
{
    float f = (float)value;
    int64_t i = value > -9e18 && value < 9e18 ? (int64_t)value : 0;
    uint8_t u = (uint8_t)(dtype == RT_BOOL ? value != 0 : i & 255);
    if (dtype == RT_FLOAT32)
        memcpy(p, &f, sizeof f);
    else if (dtype == RT_FLOAT64)
        memcpy(p, &value, sizeof value);
    else if (dtype == RT_INT64)
        memcpy(p, &i, sizeof i);
    else if (dtype == RT_UINT8 || dtype == RT_BOOL)
        memcpy(p, &u, sizeof u);
}

/* A tensor of the present scope that is no cut from a pool, in memory of its own. */
static inline rt_tensor *argument_make(const argument *a)
{
    rt_dtype dtype = argument_dtype(a->name);
    int64_t n = argument_span(a);
    size_t wide = rt_dtype_size(dtype);
    char *data = (char *)calloc((size_t)n + 1, wide ? wide : 1);
    for (int64_t i = 0; data && i < n; i++)
        argument_store(dtype, data + (size_t)i * wide, a->n_elements ? a->element[i % a->n_elements] : (i % 2 ? -1 : 1) * (1.0 + 0.25 * (double)(i % 13)));
    rt_tensor *x = rt_from_blob(data, argument_shape_of(a), dtype, a->strided ? a->stride : NULL, argument_free, NULL);
    if (!x)
        free(data);
    return x;
}

/* The value of anything but a pooled tensor; lists and strings are borrowed from *a. */
static inline rt_value argument_value(const argument *a)
{
    rt_value v = rt_value_none();
    switch (a->kind) {
    case ARGUMENT_INT: return rt_value_int(a->whole);
    case ARGUMENT_FLOAT: return rt_value_float(a->real);
    case ARGUMENT_BOOL: return rt_value_bool(a->whole != 0);
    case ARGUMENT_INTS: return rt_value_ints(a->ints, a->n_ints);
    case ARGUMENT_DTYPE: return rt_value_dtype((rt_dtype)a->whole);
    case ARGUMENT_STRING: return rt_value_string(a->string);
    case ARGUMENT_TENSOR: return rt_value_tensor(argument_make(a));
    case ARGUMENT_RT_NONE:
    case ARGUMENT_NULL:
        v.tag = RT_VALUE_TENSOR;
        v.as.tensor = a->kind == ARGUMENT_NULL ? NULL : RT_NONE;
        return v;
    default: return v;
    }
}

#endif
