/* Schemas: every row's line parses, is PyTorch's, finds its row by name, and says what the typed C functions take and do.
 * A row without a typed function in ../5_ops/tables/ fails, unless it is flagged INTERNAL there. */
#include "../5_ops/samples.h"

/* ---- the lines ---- */

static schema row_schema(const rt_op *op)
{
    schema s;
    char name[64];
    check_at("%s", rt_op_schema(op));
    CHECK(schema_read(&s, rt_op_schema(op)));
    CHECK_TEXT(rt_op_name(op, name), s.name);
    return s;
}

static bool one_of(const char *word, const char *const *list)
{
    for (; *list; list++)
        if (strcmp(word, *list) == 0)
            return true;
    return false;
}

/* The type without lengths of lists and without question mark: "int[2]?" is "int[]". */
static const char *plain_type(const schema_param *p, char plain[SCHEMA_WORD])
{
    size_t n = 0;
    for (const char *at = p->type; *at; at++)
        if (!(at > p->type && strchr("0123456789", *at) && strchr(p->type, '[') && at > strchr(p->type, '[')) && !(*at == '?' && !at[1]))
            plain[n++] = *at;
    plain[n] = '\0';
    return plain;
}

/* Whether a default's text is one of the parameter's type. */
static bool default_fits(const schema_param *p)
{
    size_t n = strlen(p->type);
    char *end;
    if (strcmp(p->normal, "None") == 0)
        return p->type[n - 1] == '?';
    if (strncmp(p->type, "bool", 4) == 0)
        return strcmp(p->normal, "True") == 0 || strcmp(p->normal, "False") == 0;
    if (strncmp(p->type, "int", 3) == 0 || strncmp(p->type, "SymInt", 6) == 0)
        return p->normal[0] == '[' || (strtoll(p->normal, &end, 10), *end == '\0');
    if (strncmp(p->type, "float", 5) == 0 || (strncmp(p->type, "Scalar", 6) == 0 && strncmp(p->type, "ScalarType", 10) != 0))
        return p->normal[0] == '[' || (strtod(p->normal, &end), *end == '\0');
    return strncmp(p->type, "str", 3) == 0;
}

static void every_line_parses(void)
{
    static const char *const types[] = {
        "Tensor", "Tensor[]", "Tensor?[]", "Scalar", "Scalar[]", "int", "int[]", "SymInt", "SymInt[]", "float", "float[]", "bool", "bool[]",
        "str", "ScalarType", "Generator", "MemoryFormat", "Layout", "Device", NULL
    };
    for (int i = 0; rt_op_at(i); i++) {
        schema s = row_schema(rt_op_at(i));
        CHECK_INT(s.n_results, rt_op_n_results(rt_op_at(i)));
        CHECK(s.n_params > 0);
        bool optional = false, keyword = false;
        for (int k = 0; k < s.n_params; k++) {
            const schema_param *p = &s.param[k];
            char plain[SCHEMA_WORD];
            check_count(__FILE__, __LINE__, one_of(plain_type(p, plain), types), "%s: the type %s is none of PyTorch's", s.name, p->type);
            check_count(__FILE__, __LINE__, !p->normal[0] || default_fits(p), "%s: the default %s is no %s", s.name, p->normal, p->type);
            for (int j = 0; j < k; j++)
                CHECK(strcmp(s.param[j].name, p->name) != 0);
            keyword = keyword || p->keyword;
            CHECK(p->keyword == keyword);
            CHECK(!optional || p->normal[0] || p->type[strlen(p->type) - 1] == '?');
            optional = optional || p->normal[0];
        }
    }
}

static void every_name_finds_its_row(void)
{
    int n = 0;
    for (; rt_op_at(n); n++) {
        char name[64];
        check_at("%s", rt_op_schema(rt_op_at(n)));
        CHECK(rt_op_find(rt_op_name(rt_op_at(n), name)) == rt_op_at(n));
    }
    CHECK(n > 60);
    CHECK(rt_op_at(-1) == NULL && rt_op_at(n) == NULL && rt_op_at(n + 1) == NULL);
    CHECK_TEXT(rt_op_schema(NULL), "");
    CHECK_INT(rt_op_n_results(NULL), 0);
}

/* ---- against PyTorch's own lines, frozen by ../5_ops/frozen/ ---- */

/* Rows that PyTorch has not, or whose marks are not PyTorch's, and why. */
#define STRANGER(row, why) { row, why },
static const char *const strangers[][2] = {
#include "../5_ops/tables/all.h"
};

static const char *stranger(const char *name)
{
    for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++)
        if (strcmp(strangers[i][0], name) == 0)
            return strangers[i][1];
    return NULL;
}

#define FROZEN(file) file,
static const char *const families[] = {
#include "../5_ops/tables/all.h"
};

/* The line of a name in the frozen files, in a buffer of its own; NULL if there is none. */
static const char *frozen_line(const char *name)
{
    static char line[1024];
    size_t n = strlen(name);
    bool found = false;
    for (size_t i = 0; i < sizeof families / sizeof *families && !found; i++) {
        char path[128];
        snprintf(path, sizeof path, "tests/5_ops/data/%s.schemas.txt", families[i]);
        FILE *file = fopen(path, "r");
        while (file && !found && fgets(line, sizeof line, file))
            found = strncmp(line, name, n) == 0 && line[n] == '(';
        if (file)
            fclose(file);
    }
    line[strcspn(line, "\r\n")] = '\0';
    return found ? line : NULL;
}

static bool same_default(const char *a, const char *b)
{
    char *end_a, *end_b;
    if (strcmp(a, b) == 0)
        return true;
    double x = strtod(a, &end_a), y = strtod(b, &end_b);
    return *a && *b && !*end_a && !*end_b && x == y;
}

static void lines_are_pytorchs(void)
{
    int compared = 0;
    for (int i = 0; rt_op_at(i); i++) {
        schema s = row_schema(rt_op_at(i)), want;
        const char *line = frozen_line(s.name);
        if (stranger(s.name) && !(line && strcmp(s.name, "to.dtype") == 0))
            continue;
        if (!check_count(__FILE__, __LINE__, line && schema_read(&want, line), "PyTorch has no %s, and it is no listed stranger", s.name))
            continue;
        compared++;
        CHECK_INT(s.n_results, want.n_results);
        CHECK(s.n_params <= want.n_params);
        for (int k = 0; k < want.n_params; k++) {
            const schema_param *w = &want.param[k], *p = &s.param[k];
            if (k >= s.n_params) {      /* what is not there yet must be what PyTorch fills in itself */
                check_count(__FILE__, __LINE__, w->normal[0] != '\0', "%s lacks %s", s.name, w->name);
                continue;
            }
            CHECK_TEXT(p->name, w->name);
            CHECK_TEXT(p->type, w->type);
            CHECK(p->keyword == w->keyword);
            check_count(__FILE__, __LINE__, same_default(p->normal, w->normal), "%s: %s is %s by default, PyTorch's is %s", s.name, p->name, p->normal, w->normal);
            if (!stranger(s.name))
                CHECK_TEXT(p->alias, w->alias);
        }
        for (int k = 0; k < s.n_results && !stranger(s.name); k++)
            CHECK_TEXT(s.result[k], want.result[k]);
    }
    CHECK(compared > 50);
}

/* ---- calling ---- */

static int values_of_call(const char *call, argument *a, rt_value *arg)
{
    int n = call ? arguments_of(call, a, ARGUMENTS) : -1;
    CHECK(n > 0);
    for (int k = 0; k < n; k++)
        arg[k] = argument_value(&a[k]);
    for (int k = n < 0 ? 0 : n; k < SCHEMA_PARAMS; k++)
        arg[k] = rt_value_none();
    return n;
}

/* Bit for bit. */
static void check_same(rt_tensor *got, rt_tensor *want)
{
    if (!CHECK(got != NULL && want != NULL) || !CHECK_INT(rt_dtype_of(got), rt_dtype_of(want)) || !CHECK_INT(rt_dim(got), rt_dim(want)))
        return;
    for (int d = 0; d < rt_dim(got); d++)
        if (!CHECK_INT(rt_size(got, d), rt_size(want, d)))
            return;
    rt_tensor *a = rt_contiguous(got), *b = rt_contiguous(want);
    CHECK(memcmp(rt_data_ptr(a), rt_data_ptr(b), (size_t)rt_numel(a) * rt_dtype_size(rt_dtype_of(a))) == 0);
}

/* A default as a value; what it borrows lives in *a. */
static rt_value default_value(const schema_param *p, argument *a)
{
    char word[SCHEMA_WORD + 4];
    size_t n = 0;
    bool list = strchr(p->type, '[') != NULL;
    if (strcmp(p->normal, "None") == 0 || !p->normal[0])
        return rt_value_none();
    if (strcmp(p->normal, "True") == 0 || strcmp(p->normal, "False") == 0)
        return rt_value_bool(p->normal[0] == 'T');
    if (strncmp(p->type, "str", 3) == 0) {
        snprintf(a->string, sizeof a->string, "%.*s", (int)strcspn(p->normal + 1, "\"'"), p->normal + 1);
        return rt_value_string(a->string);
    }
    if (!list && strncmp(p->type, "float", 5) == 0)
        return rt_value_float(strtod(p->normal, NULL));
    /* "[0, 1]", "0" for a list, "1", "0.5" */
    for (const char *at = p->normal; *at; at++)
        if (!strchr("[ ]", *at))
            word[++n] = *at;
    word[0] = '(';
    word[n + 1] = ')';
    word[n + 2] = '\0';
    if (!list)
        word[n + 1] = '\0';
    *a = argument_of(list ? word : word + 1);
    CHECK(a->kind != ARGUMENT_BAD);
    return argument_value(a);
}

/* Arguments with a default, left out, given as the value none, and given as the default itself. */
static void defaults_are_filled_in(void)
{
    int filled = 0;
    static argument room[SCHEMA_PARAMS];
    for (int i = 0; rt_op_at(i); i++) {
        const rt_op *op = rt_op_at(i);
        schema s = row_schema(op);
        argument a[ARGUMENTS];
        rt_value arg[SCHEMA_PARAMS], left_out[3], none[3], given[3];
        int n = values_of_call(sample_of(s.name), a, arg), first = s.n_params;
        while (first > 0 && (s.param[first - 1].normal[0] || s.param[first - 1].type[strlen(s.param[first - 1].type) - 1] == '?'))
            first--;
        if (n < 0 || first == s.n_params || strcmp(s.base, "clamp") == 0)      /* which wants one of its bounds */
            continue;
        filled++;
        for (int k = first; k < SCHEMA_PARAMS; k++)
            arg[k] = rt_value_none();
        rt_manual_seed(5);
        CHECK_INT(rt_call(op, arg, first, left_out), RT_OK);
        rt_manual_seed(5);
        CHECK_INT(rt_call(op, arg, s.n_params, none), RT_OK);
        for (int k = first; k < s.n_params; k++)
            arg[k] = default_value(&s.param[k], &room[k]);
        rt_manual_seed(5);
        CHECK_INT(rt_call(op, arg, s.n_params, given), RT_OK);
        if (rt_error_pending())
            CHECK_TEXT(rt_last_error()->message, "");
        else
            for (int k = 0; k < s.n_results; k++) {
                check_same(none[k].as.tensor, left_out[k].as.tensor);
                check_same(given[k].as.tensor, left_out[k].as.tensor);
            }
        rt_clear_error();
    }
    CHECK(filled > 10);
}

/* Whether y's first element is one of x's, which is row-major. */
static bool lies_in(rt_tensor *y, rt_tensor *x)
{
    uintptr_t from = (uintptr_t)rt_data_ptr(x), at = (uintptr_t)rt_data_ptr(y);
    return from && at >= from && at < from + (size_t)rt_numel(x) * rt_dtype_size(rt_dtype_of(x));
}

/* A result marked as a view shares its argument's memory; one without the mark has its own. */
static void marks_are_true(void)
{
    int views = 0;
    for (int i = 0; rt_op_at(i); i++) {
        schema s = row_schema(rt_op_at(i));
        argument a[ARGUMENTS];
        rt_value arg[SCHEMA_PARAMS], results[3];
        int n = values_of_call(sample_of(s.name), a, arg);
        if (n < 0 || !CHECK_INT(rt_call(rt_op_at(i), arg, n, results), RT_OK))
            continue;
        for (int k = 0; k < s.n_results; k++) {
            bool marked = strchr(s.result[k], '(') != NULL, shared = false;
            for (int j = 0; j < n; j++)
                shared = shared || (arg[j].tag == RT_VALUE_TENSOR && lies_in(results[k].as.tensor, arg[j].as.tensor));
            CHECK(shared == marked);
            CHECK(marked == (strcmp(s.param[0].alias, "a") == 0));
            views += marked;
        }
    }
    CHECK(views >= 9);
}

/* ---- typed functions: their prototypes, checked by the compiler against these pointers' types, and by the test against the schema ---- */

static rt_scalar scalar_of(const rt_value *v)
{
    if (v->tag == RT_VALUE_COMPLEX)
        return rt_scalar_complex(v->as.complex[0], v->as.complex[1]);
    return v->tag == RT_VALUE_BOOL ? rt_scalar_bool(v->as.i != 0) : v->tag == RT_VALUE_INT ? rt_scalar_int(v->as.i) : rt_scalar_float(v->as.f);
}

static rt_shape list_of(const rt_value *v)
{
    rt_shape list = RT_SHAPE0;
    list.ndim = v->tag == RT_VALUE_INTS ? (int)v->count : 0;
    for (int d = 0; d < list.ndim; d++)
        list.dim[d] = v->as.ints[d];
    return list;
}

/* One letter an argument: Tensor, Scalar, int, List, Bool, Dtype, float (R), string (C); N: a list of one integer, as an int; O: a tensor or
 * RT_NONE. In TYPED_BY also A: a list of tensors, F: a list of floats, G: a generator, and -: what an options struct says. */
#define ARG_T(k) v[k].as.tensor
#define ARG_O(k) (v[k].tag == RT_VALUE_NONE ? RT_NONE : v[k].as.tensor)
#define ARG_S(k) scalar_of(&v[k])
#define ARG_I(k) (int)v[k].as.i
#define ARG_N(k) (int)list_of(&v[k]).dim[0]
#define ARG_L(k) list_of(&v[k])
#define ARG_B(k) (v[k].as.i != 0)
#define ARG_D(k) (rt_dtype)v[k].as.i
#define ARG_R(k) (v[k].tag == RT_VALUE_INT ? (double)v[k].as.i : v[k].as.f)
#define ARG_C(k) v[k].as.string
#define TYPE_T rt_tensor *
#define TYPE_O rt_tensor *
#define TYPE_S rt_scalar
#define TYPE_I int
#define TYPE_N int
#define TYPE_L rt_shape
#define TYPE_B bool
#define TYPE_D rt_dtype
#define TYPE_R double
#define TYPE_C const char *

/* Results behind the first, for the functions that the tables write themselves. */
static rt_tensor *also[3];

enum { PLAIN = 0, IN_PLACE = 1, INTO = 2, FORM = 3, FIXED = 4 };      /* FIXED: arguments without a letter or default are the function's own */

#define TABLES_FOR_SCHEMA
#define CALLER(f, types, args) static rt_tensor *call_##f(const rt_value *v) { rt_tensor *(*const p) types = rt_##f; return p args; }
#define TYPED1(row, form, f, a, calls) CALLER(f, (TYPE_##a), (ARG_##a(0)))
#define TYPED2(row, form, f, a, b, calls) CALLER(f, (TYPE_##a, TYPE_##b), (ARG_##a(0), ARG_##b(1)))
#define TYPED3(row, form, f, a, b, c, calls) CALLER(f, (TYPE_##a, TYPE_##b, TYPE_##c), (ARG_##a(0), ARG_##b(1), ARG_##c(2)))
#define TYPED4(row, form, f, a, b, c, d, calls) CALLER(f, (TYPE_##a, TYPE_##b, TYPE_##c, TYPE_##d), (ARG_##a(0), ARG_##b(1), ARG_##c(2), ARG_##d(3)))
#define TYPED5(row, form, f, a, b, c, d, e, calls) \
    CALLER(f, (TYPE_##a, TYPE_##b, TYPE_##c, TYPE_##d, TYPE_##e), (ARG_##a(0), ARG_##b(1), ARG_##c(2), ARG_##d(3), ARG_##e(4)))
#define TYPED6(row, form, f, a, b, c, d, e, g, calls) \
    CALLER(f, (TYPE_##a, TYPE_##b, TYPE_##c, TYPE_##d, TYPE_##e, TYPE_##g), (ARG_##a(0), ARG_##b(1), ARG_##c(2), ARG_##d(3), ARG_##e(4), ARG_##g(5)))
#include "../5_ops/tables/all.h"
#undef TABLES_FOR_SCHEMA

/* calls: with | between them; "" for the row's sample. For INTO, the function's first argument is the result. */
typedef struct typed { const char *row, *letters; rt_tensor *(*function)(const rt_value *v); int form; const char *calls; } typed;

#define TYPED1(row, form, f, a, calls) { row, #a, call_##f, form, calls },
#define TYPED2(row, form, f, a, b, calls) { row, #a #b, call_##f, form, calls },
#define TYPED3(row, form, f, a, b, c, calls) { row, #a #b #c, call_##f, form, calls },
#define TYPED4(row, form, f, a, b, c, d, calls) { row, #a #b #c #d, call_##f, form, calls },
#define TYPED5(row, form, f, a, b, c, d, e, calls) { row, #a #b #c #d #e, call_##f, form, calls },
#define TYPED6(row, form, f, a, b, c, d, e, g, calls) { row, #a #b #c #d #e #g, call_##f, form, calls },
#define TYPED_BY(row, form, caller, letters, calls) { row, letters, caller, form, calls },
static const typed table[] = {
#include "../5_ops/tables/all.h"
};
enum { N_TYPED = sizeof table / sizeof *table };

/* The letters of the row's own arguments. */
static const char *letters_of(const typed *t) { return t->letters + ((t->form & FORM) == INTO); }

/* What a C parameter of a letter stands for in a schema. */
static bool letter_fits(char letter, const schema_param *p)
{
    bool list = strchr(p->type, '[') != NULL, whole = strncmp(p->type, "int", 3) == 0 || strncmp(p->type, "SymInt", 6) == 0;
    char plain[SCHEMA_WORD];
    plain_type(p, plain);
    switch (letter) {
    case 'T': return strcmp(p->type, "Tensor") == 0;
    case 'O': return strcmp(p->type, "Tensor?") == 0;
    case 'A': return strcmp(plain, "Tensor[]") == 0 || strcmp(plain, "Tensor?[]") == 0;
    case 'S': return strcmp(plain, "Scalar") == 0;
    case 'I': return whole && !list;
    case 'L':
    case 'N': return whole && list;
    case 'B': return strcmp(plain, "bool") == 0;
    case 'D': return strcmp(plain, "ScalarType") == 0;
    case 'R': return strcmp(plain, "float") == 0;
    case 'F': return strcmp(plain, "float[]") == 0;
    case 'C': return strcmp(plain, "str") == 0;
    case 'G': return strcmp(plain, "Generator") == 0;
    case '-': return true;
    default: return false;
    }
}

static void prototypes_are_the_schemas(void)
{
    for (int i = 0; i < N_TYPED; i++) {
        const rt_op *op = rt_op_find(table[i].row);
        if (!CHECK(op != NULL))
            return;
        schema s = row_schema(op);
        const char *letters = letters_of(&table[i]);
        int n = (int)strlen(letters);
        CHECK(n <= s.n_params);
        for (int k = 0; k < s.n_params; k++)
            if (k < n)
                check_count(__FILE__, __LINE__, letter_fits(letters[k], &s.param[k]), "%s: argument %d is %c in C and %s in the schema", s.name, k + 1,
                            letters[k], s.param[k].type);
            else
                check_count(__FILE__, __LINE__, (table[i].form & FIXED) || s.param[k].normal[0] || s.param[k].type[strlen(s.param[k].type) - 1] == '?',
                            "%s: the C function has no %s, and there is no default", s.name, s.param[k].name);
    }
}

/* What a mode saw last. */
typedef struct seen { const rt_op *op; int calls, n_args; } seen;

static rt_status look(rt_mode *mode, const rt_op *op, const rt_value *args, int n_args, rt_tensor *const *into, rt_value *results)
{
    seen *s = (seen *)mode->user;
    if (s->calls++ == 0) {
        s->op = op;
        s->n_args = n_args;
    }
    return into ? rt_call_out(op, args, n_args, into) : rt_call(op, args, n_args, results);
}

/* A typed function calls its row, and does what the row called by name does. */
static void check_typed(const typed *t, const char *call)
{
    const rt_op *op = rt_op_find(t->row);
    argument a[ARGUMENTS];
    rt_value arg[SCHEMA_PARAMS], shifted[SCHEMA_PARAMS + 1], results[3];
    seen s = { NULL, 0, 0 };
    rt_mode mode = { look, NULL, NULL };
    rt_tensor *got;
    mode.user = &s;
    also[1] = also[2] = NULL;
    check_at("%s, form %d, %s", t->row, t->form, *call ? call : "its sample");
    int n = values_of_call(*call ? call : sample_of(t->row), a, arg);
    rt_manual_seed(5);
    if (!CHECK_INT(rt_call(op, arg, n, results), RT_OK))
        return;
    rt_manual_seed(5);
    if ((t->form & FORM) == PLAIN) {
        rt_mode_push(&mode);
        got = t->function(arg);
        rt_mode_pop(&mode);
        CHECK(s.op == op);
    } else if ((t->form & FORM) == IN_PLACE) {
        got = t->function(arg);
        CHECK(got == arg[0].as.tensor);
    } else {
        rt_tensor *out = rt_zeros_like(results[0].as.tensor);
        shifted[0] = rt_value_tensor(out);
        memcpy(shifted + 1, arg, sizeof arg);
        got = t->function(shifted);
        CHECK(got == out);
    }
    check_same(got, results[0].as.tensor);
    for (int k = 1; k < rt_op_n_results(op); k++)
        if (also[k])
            check_same(also[k], results[k].as.tensor);
}

static void typed_functions_call_their_rows(void)
{
    for (int i = 0; i < N_TYPED; i++)
        for (const char *at = table[i].calls; at;) {
            char call[400];
            size_t n = strcspn(at, "|");
            snprintf(call, sizeof call, "%.*s", (int)n, at);
            at = at[n] ? at + n + 1 : NULL;
            rt_scope scope = rt_scope_begin();
            check_typed(&table[i], call);
            rt_scope_end(scope);
        }
}

static void every_row_has_a_typed_function(void)
{
    char name[64];
    for (int i = 0; rt_op_at(i); i++) {
        bool found = flags_of(rt_op_name(rt_op_at(i), name)) & INTERNAL;
        for (int k = 0; k < N_TYPED; k++)
            found = found || strcmp(table[k].row, name) == 0;
        check_count(__FILE__, __LINE__, found, "%s has no typed function in tables/, and is not flagged INTERNAL", name);
    }
    for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++)
        CHECK(rt_op_find(strangers[i][0]) != NULL);
}

/* ---- modes, which see rows as the schema orders their arguments ---- */

static rt_status count_calls(rt_mode *mode, const rt_op *op, const rt_value *args, int n_args, rt_tensor *const *into, rt_value *results)
{
    *(int *)mode->user += 1;
    return into ? rt_call_out(op, args, n_args, into) : rt_call(op, args, n_args, results);
}

static rt_status answer_with_first(rt_mode *mode, const rt_op *op, const rt_value *args, int n_args, rt_tensor *const *into, rt_value *results)
{
    (void)mode;
    (void)into;
    (void)op;
    (void)n_args;
    results[0] = args[0];
    return RT_OK;
}

static void a_mode_sees_calls(void)
{
    int calls = 0;
    rt_mode mode = { count_calls, NULL, NULL };
    rt_value arg[2], result;
    mode.user = &calls;
    rt_tensor *x = rt_ones(RT_SHAPE(3), NULL);
    arg[0] = arg[1] = rt_value_tensor(x);
    rt_mode_push(&mode);
    rt_tensor *y = rt_add(x, x);
    CHECK_INT(calls, 1);
    CHECK_INT(rt_call(rt_op_find("add.Tensor"), arg, 2, &result), RT_OK);
    CHECK_INT(calls, 2);
    CHECK(rt_mean(x) != NULL);
    CHECK_INT(calls, 3);
    rt_mode_pop(&mode);
    CHECK(rt_add(x, x) != NULL);
    CHECK_INT(calls, 3);
    CHECK_CLOSE(rt_item(rt_sum(y)), 6, 0, 0);
}

/* The same tensor may come back as a result: it has one scope, and one owner for each reference. */
static void a_mode_may_answer_with_an_argument(void)
{
    rt_mode mode = { answer_with_first, NULL, NULL };
    rt_tensor *kept = rt_keep(rt_ones(RT_SHAPE(3), NULL));
    rt_scope scope = rt_scope_begin();
    rt_tensor *x = rt_ones(RT_SHAPE(3), NULL), *behind = rt_ones(RT_SHAPE(2), NULL);
    rt_mode_push(&mode);
    rt_tensor *y = rt_neg(x), *z = rt_neg(kept);
    rt_mode_pop(&mode);
    CHECK_CLOSE(rt_item(rt_sum(y)), 3, 0, 0);
    CHECK_CLOSE(rt_item(rt_sum(z)), 3, 0, 0);
    CHECK_CLOSE(rt_item(rt_sum(behind)), 2, 0, 0);
    rt_scope_end(scope);
    CHECK_CLOSE(rt_item(rt_sum(kept)), 3, 0, 0);
    rt_free(kept);
}

int main(void)
{
    TEST(every_line_parses);
    TEST(every_name_finds_its_row);
    TEST(lines_are_pytorchs);
    TEST(defaults_are_filled_in);
    TEST(marks_are_true);
    TEST(prototypes_are_the_schemas);
    TEST(every_row_has_a_typed_function);
    TEST(typed_functions_call_their_rows);
    TEST(a_mode_sees_calls);
    TEST(a_mode_may_answer_with_an_argument);
    return check_end("4_autograd/op_schema");
}
