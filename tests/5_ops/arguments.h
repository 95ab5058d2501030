/* Arguments of operations as text, one word each, so that a table of calls reads as such:
 *
 *     f32[2,3]  f32[2,3;1,2]  i64[3]=0,2,1     tensors: dtype, sizes, strides if not row-major, elements (repeated as often as it takes)
 *     c128[2]=1+2j,0.5                         f16 bf16 f32 f64 f8e4m3 f8e5m2 c64 c128 i8 i16 i32 i64 u8 u16 u32 u64 bool, or PyTorch's names
 *     POOL@7[2,3]                              a tensor cut from frozen numbers (see frozen/freeze.py), for who has pools
 *     2  -0.5  inf  1.5+2j  true  :float32     numbers, a dtype: what has a point, an e or letters is a float
 *     (0,-1)  (0.5,1.0)  (true,false)          lists of integers, floats, bools
 *     {f32[2] none f32[3]}                     a list of tensors
 *     'text'                                   a string
 *     none  NONE  NULL                         the value none (an argument left out, no generator); RT_NONE and NULL as tensors
 *
 * Without elements a tensor's are small, different, and never zero. */
#ifndef RUSTORCH_TESTS_ARGUMENTS_H
#define RUSTORCH_TESTS_ARGUMENTS_H

#include "numbers.h"

enum { ARGUMENT_DIMS = 8, ARGUMENT_ELEMENTS = 20, ARGUMENT_WORD = 400, ARGUMENTS = 12, ARGUMENT_MEMBERS = 6 };

typedef enum argument_kind {
    ARGUMENT_BAD, ARGUMENT_TENSOR, ARGUMENT_INT, ARGUMENT_FLOAT, ARGUMENT_COMPLEX, ARGUMENT_BOOL, ARGUMENT_INTS, ARGUMENT_FLOATS, ARGUMENT_BOOLS,
    ARGUMENT_TENSORS, ARGUMENT_DTYPE, ARGUMENT_STRING, ARGUMENT_NONE, ARGUMENT_RT_NONE, ARGUMENT_NULL
} argument_kind;

typedef struct argument {
    argument_kind kind;
    char name[24];                          /* a tensor's dtype or pool */
    bool pooled, strided;
    int64_t offset;
    int ndim;
    int64_t size[ARGUMENT_DIMS], stride[ARGUMENT_DIMS];
    int n_elements;
    double element[ARGUMENT_ELEMENTS], imaginary[ARGUMENT_ELEMENTS];
    int64_t whole;                          /* int, bool, dtype */
    double real[2];                         /* float; complex */
    int n_list;
    int64_t ints[ARGUMENT_ELEMENTS];
    double floats[ARGUMENT_ELEMENTS];
    bool bools[ARGUMENT_ELEMENTS];
    int n_members;
    char string[ARGUMENT_WORD];             /* also a list of tensors, without its braces: argument_member */
} argument;

/* A dtype by PyTorch's name or the tests' short one; RT_DTYPE_DEFAULT if it is none. */
static inline rt_dtype argument_dtype(const char *name)
{
    static const char *const shorts[][2] = {
        { "f16", "float16" }, { "bf16", "bfloat16" }, { "f32", "float32" }, { "f64", "float64" }, { "f8e4m3", "float8_e4m3fn" }, { "f8e5m2", "float8_e5m2" },
        { "c64", "complex64" }, { "c128", "complex128" }, { "i8", "int8" }, { "i16", "int16" }, { "i32", "int32" }, { "i64", "int64" },
        { "u8", "uint8" }, { "u16", "uint16" }, { "u32", "uint32" }, { "u64", "uint64" }
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

/* "1.5", "1.5+2j", "2j": parts[0] and [1]; whether there was a j, and *at behind it. */
static inline bool argument_number(const char **at, double parts[2])
{
    char *end;
    parts[0] = strtod(*at, &end);
    parts[1] = 0;
    if (end != *at && (*end == '+' || *end == '-')) {
        char *after;
        double imaginary = strtod(end, &after);
        if (*after == 'j') {
            parts[1] = imaginary;
            *at = after + 1;
            return true;
        }
    }
    bool lone = end != *at && *end == 'j';
    if (lone) {
        parts[1] = parts[0];
        parts[0] = 0;
    }
    *at = end + lone;
    return lone;
}

/* The word at *at, up to a space that stands in no string and no braces, and *at behind it; "" at the end, and for one that is too long. */
static inline const char *argument_word(const char **at, char word[ARGUMENT_WORD])
{
    *at += strspn(*at, " ");
    const char *close = **at == '\'' ? strchr(*at + 1, '\'') : **at == '{' ? strchr(*at, '}') : NULL;
    size_t n = close ? (size_t)(close - *at) + 1 : strcspn(*at, " ");
    memcpy(word, *at, n < ARGUMENT_WORD ? n : 0);
    word[n < ARGUMENT_WORD ? n : 0] = '\0';
    *at += n;
    return word;
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
        double parts[2];
        at++;
        argument_number(&at, parts);
        a->element[a->n_elements] = parts[0];
        a->imaginary[a->n_elements++] = parts[1];
    }
    return *at == '\0';
}

/* "(0,-1)", "(0.5,1.0)", "(true,false)". */
static inline argument_kind argument_list_of(const char *at, argument *a)
{
    size_t length = strlen(at);
    bool bools = at[1] == 't' || at[1] == 'f', floats = !bools && strpbrk(at, ".enai");
    if (length < 2 || at[length - 1] != ')')
        return ARGUMENT_BAD;
    for (at++; *at != ')' && a->n_list < ARGUMENT_ELEMENTS; a->n_list++) {
        const char *begin = at;
        char *end;
        if (bools) {
            a->bools[a->n_list] = *at == 't';
            at += strcspn(at, ",)");
        } else if (floats) {
            a->floats[a->n_list] = strtod(at, &end);
            at = end;
        } else {
            a->ints[a->n_list] = strtoll(at, &end, 10);
            at = end;
        }
        if (at == begin || (*at != ',' && *at != ')'))
            return ARGUMENT_BAD;
        at += *at == ',';
    }
    return *at != ')' || at[1] ? ARGUMENT_BAD : bools ? ARGUMENT_BOOLS : floats ? ARGUMENT_FLOATS : ARGUMENT_INTS;
}

static inline argument argument_of(const char *word);

/* One of a list's tensors (or none). */
static inline argument argument_member(const argument *a, int i)
{
    char word[ARGUMENT_WORD];
    const char *at = a->string;
    for (int k = 0; k <= i; k++)
        argument_word(&at, word);
    return argument_of(word);
}

static inline argument_kind argument_members_of(const char *word, argument *a)
{
    char member[ARGUMENT_WORD];
    const char *at = a->string;
    size_t n = strlen(word);
    if (n < 2 || word[n - 1] != '}')
        return ARGUMENT_BAD;
    snprintf(a->string, sizeof a->string, "%.*s", (int)n - 2, word + 1);
    for (; argument_word(&at, member)[0]; a->n_members++) {
        argument_kind kind = member[0] == '{' || a->n_members == ARGUMENT_MEMBERS ? ARGUMENT_BAD : argument_of(member).kind;
        if (kind != ARGUMENT_TENSOR && kind != ARGUMENT_NONE && kind != ARGUMENT_RT_NONE && kind != ARGUMENT_NULL)
            return ARGUMENT_BAD;
    }
    return ARGUMENT_TENSORS;
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
        size_t n = strlen(word);
        a.kind = n > 1 && word[n - 1] == '\'' ? ARGUMENT_STRING : ARGUMENT_BAD;
        snprintf(a.string, sizeof a.string, "%.*s", (int)n - 2, word + 1);
    } else if (word[0] == '(') {
        a.kind = argument_list_of(word, &a);
    } else if (word[0] == '{') {
        a.kind = argument_members_of(word, &a);
    } else if (strchr(word, '[')) {
        a.kind = argument_tensor(word, &a) ? ARGUMENT_TENSOR : ARGUMENT_BAD;
    } else {
        const char *at = word;
        a.kind = strpbrk(word, ".enai") ? ARGUMENT_FLOAT : ARGUMENT_INT;
        if (argument_number(&at, a.real))
            a.kind = ARGUMENT_COMPLEX;
        a.whole = a.kind == ARGUMENT_INT ? strtoll(word, &end, 10) : 0;
        if (*at || !*word)
            a.kind = ARGUMENT_BAD;
    }
    return a;
}

/* The words of a line; how many, or -1 if one is no argument. */
static inline int arguments_of(const char *line, argument *a, int room)
{
    int n = 0;
    char word[ARGUMENT_WORD];
    while (line += strspn(line, " "), *line) {
        if (n == room || (a[n++] = argument_of(argument_word(&line, word))).kind == ARGUMENT_BAD)
            return -1;
    }
    return n;
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

/* One element at p, from a number. */
static inline void argument_store(rt_dtype dtype, void *p, double re, double im)
{
    number x = { 0, 0, 0 };
    x.re = re;
    x.im = im;
    number_store(dtype, p, x, false);
}

/* A tensor of the present scope that is no cut from a pool, in memory of its own. */
static inline rt_tensor *argument_make(const argument *a)
{
    rt_dtype dtype = argument_dtype(a->name);
    int64_t n = argument_span(a);
    size_t wide = rt_dtype_size(dtype);
    char *data = (char *)calloc((size_t)n + 1, wide ? wide : 1);
    for (int64_t i = 0; data && i < n; i++) {
        double own = (i % 2 ? -1 : 1) * (1.0 + 0.25 * (double)(i % 13));
        bool given = a->n_elements > 0;
        argument_store(dtype, data + (size_t)i * wide, given ? a->element[i % a->n_elements] : own,
                       given ? a->imaginary[i % a->n_elements] : 0.5 - 0.25 * (double)(i % 7));
    }
    rt_tensor *x = rt_from_blob(data, argument_shape_of(a), dtype, a->strided ? a->stride : NULL, argument_free, NULL);
    if (!x)
        free(data);
    return x;
}

/* Room for a list's tensors, taken again after 64 others. */
static inline rt_tensor **argument_room(void)
{
    static rt_tensor *room[64][ARGUMENT_MEMBERS];
    static unsigned next;
    return room[next++ % 64];
}

/* The value of anything but a pooled tensor; numbers, lists and strings are borrowed from *a. */
static inline rt_value argument_value(const argument *a)
{
    rt_value v = rt_value_none();
    rt_tensor **members;
    switch (a->kind) {
    case ARGUMENT_INT: return rt_value_int(a->whole);
    case ARGUMENT_FLOAT: return rt_value_float(a->real[0]);
    case ARGUMENT_COMPLEX:
        v.tag = RT_VALUE_COMPLEX;
        v.as.complex = a->real;
        return v;
    case ARGUMENT_FLOATS:
        v.tag = RT_VALUE_FLOATS;
        v.count = (uint32_t)a->n_list;
        v.as.floats = a->floats;
        return v;
    case ARGUMENT_BOOLS:
        v.tag = RT_VALUE_BOOLS;
        v.count = (uint32_t)a->n_list;
        v.as.bools = a->bools;
        return v;
    case ARGUMENT_TENSORS:
        members = argument_room();
        for (int i = 0; i < a->n_members; i++) {
            argument m = argument_member(a, i);
            members[i] = m.kind == ARGUMENT_TENSOR ? argument_make(&m) : m.kind == ARGUMENT_NULL ? NULL : RT_NONE;
        }
        return rt_value_tensors(members, a->n_members);
    case ARGUMENT_BOOL: return rt_value_bool(a->whole != 0);
    case ARGUMENT_INTS: return rt_value_ints(a->ints, a->n_list);
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
