/* Schemas: every row's line parses, is PyTorch's, finds its row by name, and says what the typed C functions take and do.
 * A row without a typed function below fails, unless the table of internal ones names it. */
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
    if (strncmp(p->type, "float", 5) == 0 || strncmp(p->type, "Scalar", 6) == 0)
        return strtod(p->normal, &end), *end == '\0';
    return strncmp(p->type, "str", 3) == 0;
}

static void every_line_parses(void)
{
    static const char *const types[] = {
        "Tensor", "Tensor?", "Tensor[]", "Scalar", "Scalar?", "int", "int?", "int[]", "int[1]", "int[1]?", "SymInt", "SymInt[]", "float", "float?", "bool", "bool?",
        "str", "str?", "ScalarType", "ScalarType?", "Generator?", "MemoryFormat?", "Layout?", "Device?", NULL
    };
    for (int i = 0; rt_op_at(i); i++) {
        schema s = row_schema(rt_op_at(i));
        CHECK_INT(s.n_results, rt_op_n_results(rt_op_at(i)));
        CHECK(s.n_params > 0);
        bool optional = false, keyword = false;
        for (int k = 0; k < s.n_params; k++) {
            const schema_param *p = &s.param[k];
            check_count(__FILE__, __LINE__, one_of(p->type, types), "%s: the type %s is none of PyTorch's", s.name, p->type);
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

/* ---- against PyTorch's own lines, frozen by ../5_ops/frozen.py ---- */

/* Rows that PyTorch has not, or whose marks are not PyTorch's, and why. */
static const char *const strangers[][2] = {
    { "relu_backward", "PyTorch's threshold_backward, on the result" },
    { "nll_loss_nd", "without weights" },
    { "nll_loss_nd_backward", "the same" },
    { "to.dtype", "always a copy: rt_to answers a tensor of that dtype itself" },
};

static const char *stranger(const char *name)
{
    for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++)
        if (strcmp(strangers[i][0], name) == 0)
            return strangers[i][1];
    return NULL;
}

/* The line of a name in the frozen file, in a buffer of its own; NULL if there is none. */
static const char *frozen_line(const char *name)
{
    static char line[512];
    size_t n = strlen(name);
    FILE *file = fopen("tests/5_ops/data/schemas.txt", "r");
    bool found = false;
    while (file && !found && fgets(line, sizeof line, file))
        found = strncmp(line, name, n) == 0 && line[n] == '(';
    if (file)
        fclose(file);
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

static rt_value default_value(const schema_param *p)
{
    if (strcmp(p->normal, "None") == 0 || !p->normal[0])
        return rt_value_none();
    if (p->normal[0] == '[')
        return rt_value_ints(NULL, 0);
    if (strncmp(p->type, "bool", 4) == 0)
        return rt_value_bool(p->normal[0] == 'T');
    if (strncmp(p->type, "float", 5) == 0)
        return rt_value_float(strtod(p->normal, NULL));
    return rt_value_int(strtoll(p->normal, NULL, 10));
}

/* Arguments with a default, left out, given as the value none, and given as the default itself. */
static void defaults_are_filled_in(void)
{
    int filled = 0;
    for (int i = 0; rt_op_at(i); i++) {
        const rt_op *op = rt_op_at(i);
        schema s = row_schema(op);
        argument a[ARGUMENTS];
        rt_value arg[SCHEMA_PARAMS], left_out[3], none[3], given[3];
        int n = values_of_call(sample_of(s.name), a, arg), first = s.n_params;
        while (first > 0 && (s.param[first - 1].normal[0] || s.param[first - 1].type[strlen(s.param[first - 1].type) - 1] == '?'))
            first--;
        if (n < 0 || first == s.n_params)
            continue;
        filled++;
        for (int k = first; k < SCHEMA_PARAMS; k++)
            arg[k] = rt_value_none();
        rt_manual_seed(5);
        CHECK_INT(rt_call(op, arg, first, left_out), RT_OK);
        rt_manual_seed(5);
        CHECK_INT(rt_call(op, arg, s.n_params, none), RT_OK);
        for (int k = first; k < s.n_params; k++)
            arg[k] = default_value(&s.param[k]);
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
                shared = shared || (arg[j].tag == RT_VALUE_TENSOR && rt_data_ptr(arg[j].as.tensor) == rt_data_ptr(results[k].as.tensor));
            CHECK(shared == marked);
            CHECK(marked == (strcmp(s.param[0].alias, "a") == 0));
            views += marked;
        }
    }
    CHECK_INT(views, 9);
}

/* ---- typed functions: their prototypes, checked by the compiler against these pointers' types, and by the test against the schema ---- */

static rt_scalar scalar_of(const rt_value *v)
{
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

/* One letter an argument: Tensor, Scalar, int, List, Bool, Dtype, float (R); N: a list of one integer, as an int; O: a tensor or RT_NONE. */
#define ARG_T(k) v[k].as.tensor
#define ARG_O(k) (v[k].tag == RT_VALUE_NONE ? RT_NONE : v[k].as.tensor)
#define ARG_S(k) scalar_of(&v[k])
#define ARG_I(k) (int)v[k].as.i
#define ARG_N(k) (int)list_of(&v[k]).dim[0]
#define ARG_L(k) list_of(&v[k])
#define ARG_B(k) (v[k].as.i != 0)
#define ARG_D(k) (rt_dtype)v[k].as.i
#define ARG_R(k) (v[k].tag == RT_VALUE_INT ? (double)v[k].as.i : v[k].as.f)
#define TYPE_T rt_tensor *
#define TYPE_O rt_tensor *
#define TYPE_S rt_scalar
#define TYPE_I int
#define TYPE_N int
#define TYPE_L rt_shape
#define TYPE_B bool
#define TYPE_D rt_dtype
#define TYPE_R double

#define TYPED1(f, a) \
    static rt_tensor *call_##f(const rt_value *v) { rt_tensor *(*const p)(TYPE_##a) = rt_##f; return p(ARG_##a(0)); }
#define TYPED2(f, a, b) \
    static rt_tensor *call_##f(const rt_value *v) { rt_tensor *(*const p)(TYPE_##a, TYPE_##b) = rt_##f; return p(ARG_##a(0), ARG_##b(1)); }
#define TYPED3(f, a, b, c) \
    static rt_tensor *call_##f(const rt_value *v) \
    { rt_tensor *(*const p)(TYPE_##a, TYPE_##b, TYPE_##c) = rt_##f; return p(ARG_##a(0), ARG_##b(1), ARG_##c(2)); }
#define TYPED4(f, a, b, c, d) \
    static rt_tensor *call_##f(const rt_value *v) \
    { rt_tensor *(*const p)(TYPE_##a, TYPE_##b, TYPE_##c, TYPE_##d) = rt_##f; return p(ARG_##a(0), ARG_##b(1), ARG_##c(2), ARG_##d(3)); }

TYPED1(neg, T) TYPED1(exp, T) TYPED1(log, T) TYPED1(sqrt, T) TYPED1(erf, T) TYPED1(relu, T) TYPED1(gelu, T)
TYPED2(add, T, T) TYPED3(add_scaled, T, T, S) TYPED2(add_scalar, T, S) TYPED2(sub, T, T) TYPED2(sub_scalar, T, S) TYPED2(mul, T, T) TYPED2(mul_scalar, T, S)
TYPED2(div, T, T) TYPED2(div_scalar, T, S)
TYPED2(eq, T, T) TYPED2(ne, T, T) TYPED2(lt, T, T) TYPED2(le, T, T) TYPED2(gt, T, T) TYPED2(ge, T, T)
TYPED2(eq_scalar, T, S) TYPED2(ne_scalar, T, S) TYPED2(lt_scalar, T, S) TYPED2(le_scalar, T, S) TYPED2(gt_scalar, T, S) TYPED2(ge_scalar, T, S)
TYPED3(where, T, T, T) TYPED3(where_scalar_self, T, S, T) TYPED3(where_scalar_other, T, T, S)
TYPED2(to, T, D) TYPED1(clone, T)
TYPED2(view, T, L) TYPED2(reshape, T, L) TYPED3(flatten, T, I, I) TYPED3(transpose, T, I, I) TYPED1(t, T) TYPED2(permute, T, L) TYPED2(expand, T, L)
TYPED2(squeeze, T, I) TYPED2(unsqueeze, T, I)
TYPED1(sum, T) TYPED3(sum_dims, T, L, B) TYPED3(sum_dim, T, N, B) TYPED1(mean, T) TYPED3(mean_dims, T, L, B) TYPED1(argmax, T) TYPED3(argmax_dim, T, I, B)
TYPED2(mm, T, T) TYPED2(bmm, T, T) TYPED2(matmul, T, T) TYPED3(linear, T, T, O)
TYPED3(index_select, T, I, T) TYPED4(index_add, T, I, T, T) TYPED3(gather, T, I, T) TYPED4(scatter, T, I, T, T) TYPED4(scatter_scalar, T, I, T, S)
TYPED4(scatter_add, T, I, T, T) TYPED2(log_softmax, T, I)
TYPED1(neg_, T) TYPED1(exp_, T) TYPED1(log_, T) TYPED1(sqrt_, T) TYPED1(erf_, T) TYPED1(relu_, T)
TYPED2(add_, T, T) TYPED2(add_scalar_, T, S) TYPED2(sub_, T, T) TYPED2(mul_, T, T) TYPED2(mul_scalar_, T, S) TYPED2(div_, T, T)
TYPED2(copy_, T, T) TYPED2(fill_, T, S) TYPED1(zero_, T) TYPED3(uniform_, T, R, R) TYPED3(normal_, T, R, R)
TYPED3(add_out, T, T, T) TYPED3(sub_out, T, T, T) TYPED3(mul_out, T, T, T)

static rt_tensor *call_nll_loss(const rt_value *v)
{
    rt_nll_loss_opts o = rt_nll_loss_opts_default();
    o.reduction = (rt_reduction)v[2].as.i;
    o.ignore_index = v[3].as.i;
    return rt_nll_loss(v[0].as.tensor, v[1].as.tensor, &o);
}

typedef enum typed_form { PLAIN, IN_PLACE, INTO } typed_form;

/* call: NULL for the row's sample. For INTO, the function's first argument is the result. */
typedef struct typed { const char *row, *letters; rt_tensor *(*function)(const rt_value *v); typed_form form; const char *call; } typed;

static const typed table[] = {
    { "neg", "T", call_neg, PLAIN, NULL }, { "exp", "T", call_exp, PLAIN, NULL }, { "log", "T", call_log, PLAIN, NULL },
    { "sqrt", "T", call_sqrt, PLAIN, NULL },
    { "erf", "T", call_erf, PLAIN, NULL }, { "relu", "T", call_relu, PLAIN, NULL }, { "gelu", "T", call_gelu, PLAIN, NULL },
    { "add.Tensor", "TT", call_add, PLAIN, "f32[2,3] f32[3]" }, { "add.Tensor", "TTS", call_add_scaled, PLAIN, "f32[2,3] f32[3] 0.3" },
    { "add.Tensor", "TTS", call_add_scaled, PLAIN, "i64[3] i64[3] 3" }, { "add.Scalar", "TS", call_add_scalar, PLAIN, NULL },
    { "add.Scalar", "TS", call_add_scalar, PLAIN, "i64[3] 2" }, { "add.Scalar", "TS", call_add_scalar, PLAIN, "bool[3]=1,0 true" },
    { "sub.Tensor", "TT", call_sub, PLAIN, "f32[2,3] f32[3]" }, { "sub.Scalar", "TS", call_sub_scalar, PLAIN, NULL },
    { "mul.Tensor", "TT", call_mul, PLAIN, NULL }, { "mul.Scalar", "TS", call_mul_scalar, PLAIN, NULL },
    { "div.Tensor", "TT", call_div, PLAIN, NULL }, { "div.Scalar", "TS", call_div_scalar, PLAIN, NULL },
    { "eq.Tensor", "TT", call_eq, PLAIN, NULL }, { "ne.Tensor", "TT", call_ne, PLAIN, NULL }, { "lt.Tensor", "TT", call_lt, PLAIN, NULL },
    { "le.Tensor", "TT", call_le, PLAIN, NULL }, { "gt.Tensor", "TT", call_gt, PLAIN, NULL }, { "ge.Tensor", "TT", call_ge, PLAIN, NULL },
    { "eq.Scalar", "TS", call_eq_scalar, PLAIN, NULL }, { "ne.Scalar", "TS", call_ne_scalar, PLAIN, NULL },
    { "lt.Scalar", "TS", call_lt_scalar, PLAIN, NULL },
    { "le.Scalar", "TS", call_le_scalar, PLAIN, NULL }, { "gt.Scalar", "TS", call_gt_scalar, PLAIN, NULL },
    { "ge.Scalar", "TS", call_ge_scalar, PLAIN, NULL },
    { "where.self", "TTT", call_where, PLAIN, NULL }, { "where.ScalarSelf", "TST", call_where_scalar_self, PLAIN, NULL },
    { "where.ScalarOther", "TTS", call_where_scalar_other, PLAIN, NULL },
    { "to.dtype", "TD", call_to, PLAIN, NULL }, { "clone", "T", call_clone, PLAIN, "f32[3,4;1,3]" },
    { "view", "TL", call_view, PLAIN, NULL }, { "reshape", "TL", call_reshape, PLAIN, NULL },
    { "flatten.using_ints", "TII", call_flatten, PLAIN, "f32[2,3,4] 1 -1" },
    { "transpose.int", "TII", call_transpose, PLAIN, "f32[2,3,4] 0 -1" }, { "t", "T", call_t, PLAIN, NULL },
    { "permute", "TL", call_permute, PLAIN, "f32[2,3,4] (2,0,1)" },
    { "expand", "TL", call_expand, PLAIN, NULL }, { "squeeze.dim", "TI", call_squeeze, PLAIN, NULL },
    { "unsqueeze", "TI", call_unsqueeze, PLAIN, NULL },
    { "sum.dim_IntList", "T", call_sum, PLAIN, "f32[2,3]" }, { "sum.dim_IntList", "TLB", call_sum_dims, PLAIN, "f32[2,3,4] (0,-1) true" },
    { "sum.dim_IntList", "TNB", call_sum_dim, PLAIN, "f32[2,3] (1) false" }, { "mean.dim", "T", call_mean, PLAIN, "f32[2,3]" },
    { "mean.dim", "TLB", call_mean_dims, PLAIN, "f32[2,3,4] (0,-1) true" }, { "argmax", "T", call_argmax, PLAIN, "f32[2,3]" },
    { "argmax", "TIB", call_argmax_dim, PLAIN, NULL },
    { "mm", "TT", call_mm, PLAIN, NULL }, { "bmm", "TT", call_bmm, PLAIN, NULL }, { "matmul", "TT", call_matmul, PLAIN, "f32[2,3,4] f32[4,2]" },
    { "linear", "TTO", call_linear, PLAIN, NULL }, { "linear", "TTO", call_linear, PLAIN, "f32[2,3] f32[4,3] none" },
    { "index_select", "TIT", call_index_select, PLAIN, NULL }, { "index_add", "TITT", call_index_add, PLAIN, NULL },
    { "gather", "TIT", call_gather, PLAIN, NULL },
    { "scatter.src", "TITT", call_scatter, PLAIN, NULL }, { "scatter.value", "TITS", call_scatter_scalar, PLAIN, NULL },
    { "scatter_add", "TITT", call_scatter_add, PLAIN, NULL },
    { "log_softmax.int", "TI", call_log_softmax, PLAIN, NULL }, { "nll_loss_nd", "TTII", call_nll_loss, PLAIN, NULL },
    { "neg", "T", call_neg_, IN_PLACE, NULL }, { "exp", "T", call_exp_, IN_PLACE, NULL }, { "log", "T", call_log_, IN_PLACE, NULL },
    { "sqrt", "T", call_sqrt_, IN_PLACE, NULL },
    { "erf", "T", call_erf_, IN_PLACE, NULL }, { "relu", "T", call_relu_, IN_PLACE, NULL },
    { "add.Tensor", "TT", call_add_, IN_PLACE, "f32[2,3] f32[3]" },
    { "add.Scalar", "TS", call_add_scalar_, IN_PLACE, NULL }, { "sub.Tensor", "TT", call_sub_, IN_PLACE, "f32[2,3] f32[3]" },
    { "mul.Tensor", "TT", call_mul_, IN_PLACE, NULL },
    { "mul.Scalar", "TS", call_mul_scalar_, IN_PLACE, NULL }, { "div.Tensor", "TT", call_div_, IN_PLACE, NULL },
    { "copy", "TT", call_copy_, IN_PLACE, NULL },
    { "fill.Scalar", "TS", call_fill_, IN_PLACE, NULL }, { "fill.Scalar", "T", call_zero_, IN_PLACE, "f32[2,3] 0" },
    { "uniform", "TRR", call_uniform_, IN_PLACE, "f32[2,3] -1.0 3.0" },
    { "normal_functional", "TRR", call_normal_, IN_PLACE, "f32[2,3] -1.0 3.0" },
    { "add.Tensor", "TT", call_add_out, INTO, "f32[2,3] f32[3]" }, { "sub.Tensor", "TT", call_sub_out, INTO, "f32[2,3] f32[3]" },
    { "mul.Tensor", "TT", call_mul_out, INTO, NULL }
};
enum { N_TYPED = sizeof table / sizeof *table };

/* Rows that only other rows call. */
static const char *const internal[] = { "relu_backward", "gelu_backward", "nll_loss_nd_backward", NULL };

/* What a C parameter of a letter stands for in a schema. */
static bool letter_fits(char letter, const schema_param *p)
{
    bool list = strchr(p->type, '[') != NULL, whole = strncmp(p->type, "int", 3) == 0 || strncmp(p->type, "SymInt", 6) == 0;
    switch (letter) {
    case 'T': return strcmp(p->type, "Tensor") == 0;
    case 'O': return strcmp(p->type, "Tensor?") == 0;
    case 'S': return strcmp(p->type, "Scalar") == 0;
    case 'I': return whole && !list;
    case 'L':
    case 'N': return whole && list;
    case 'B': return strcmp(p->type, "bool") == 0;
    case 'D': return strncmp(p->type, "ScalarType", 10) == 0;
    case 'R': return strcmp(p->type, "float") == 0;
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
        int n = (int)strlen(table[i].letters);
        bool zero = table[i].function == call_zero_;      /* its number is fixed */
        CHECK(n <= s.n_params);
        for (int k = 0; k < s.n_params; k++)
            if (k < n)
                check_count(__FILE__, __LINE__, letter_fits(table[i].letters[k], &s.param[k]), "%s: argument %d is %c in C and %s in the schema", s.name, k + 1,
                            table[i].letters[k], s.param[k].type);
            else
                check_count(__FILE__, __LINE__, zero || s.param[k].normal[0] || s.param[k].type[strlen(s.param[k].type) - 1] == '?',
                            "%s: the C function has no %s, and there is no default", s.name, s.param[k].name);
    }
}

/* What a mode saw last. */
typedef struct seen { const rt_op *op; int calls, n_args; } seen;

static rt_status look(rt_mode *mode, const rt_op *op, const rt_value *args, int n_args, rt_value *results)
{
    seen *s = (seen *)mode->user;
    if (s->calls++ == 0) {
        s->op = op;
        s->n_args = n_args;
    }
    return rt_call(op, args, n_args, results);
}

/* A typed function calls its row, and does what the row called by name does. */
static void typed_functions_call_their_rows(void)
{
    for (int i = 0; i < N_TYPED; i++) {
        const typed *t = &table[i];
        const rt_op *op = rt_op_find(t->row);
        argument a[ARGUMENTS];
        rt_value arg[SCHEMA_PARAMS], shifted[SCHEMA_PARAMS], results[3];
        seen s = { NULL, 0, 0 };
        rt_mode mode = { look, NULL, NULL };
        rt_tensor *got;
        mode.user = &s;
        rt_scope scope = rt_scope_begin();
        check_at("%s, form %d, %s", t->row, (int)t->form, t->call ? t->call : "its sample");
        int n = values_of_call(t->call ? t->call : sample_of(t->row), a, arg);
        rt_manual_seed(5);
        CHECK_INT(rt_call(op, arg, n, results), RT_OK);
        rt_manual_seed(5);
        if (t->form == PLAIN) {
            rt_mode_push(&mode);
            got = t->function(arg);
            rt_mode_pop(&mode);
            CHECK(s.op == op);
        } else if (t->form == IN_PLACE) {
            got = t->function(arg);
            CHECK(got == arg[0].as.tensor);
        } else {
            rt_tensor *out = rt_zeros_like(results[0].as.tensor);
            shifted[0] = rt_value_tensor(out);
            memcpy(shifted + 1, arg, sizeof arg - sizeof *arg);
            got = t->function(shifted);
            CHECK(got == out);
        }
        check_same(got, results[0].as.tensor);
        rt_scope_end(scope);
    }
}

static void every_row_has_a_typed_function(void)
{
    char name[64];
    for (int i = 0; rt_op_at(i); i++) {
        bool found = one_of(rt_op_name(rt_op_at(i), name), internal);
        for (int k = 0; k < N_TYPED; k++)
            found = found || strcmp(table[k].row, name) == 0;
        check_count(__FILE__, __LINE__, found, "%s has no typed function in this file's table, and is not listed as internal", name);
    }
    for (int i = 0; internal[i]; i++)
        CHECK(rt_op_find(internal[i]) != NULL);
    for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++)
        CHECK(rt_op_find(strangers[i][0]) != NULL);
}

/* ---- modes, which see rows as the schema orders their arguments ---- */

static rt_status count_calls(rt_mode *mode, const rt_op *op, const rt_value *args, int n_args, rt_value *results)
{
    *(int *)mode->user += 1;
    return rt_call(op, args, n_args, results);
}

static rt_status answer_with_first(rt_mode *mode, const rt_op *op, const rt_value *args, int n_args, rt_value *results)
{
    (void)mode;
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
