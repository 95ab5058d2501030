/* Bad calls of every row: an error that names the operation and says what was expected and what came, nothing leaked, nothing changed. */
#include "samples.h"

/* ---- what each row refuses ---- */

/* words: texts, with | between them, that the message has to hold. */
typedef struct bad_call { const char *row, *call; rt_status code; const char *words; } bad_call;

#define BAD(row, call, code, words) { row, call, code, words },
static const bad_call table[] = {
#include "tables/all.h"
};
enum { N_BAD = sizeof table / sizeof *table };

/* ---- looking at an error ---- */

/* Whether a message may call a row so: by its name without overload, or in the words of who called it (nll_loss for nll_loss_nd, uniform_ for uniform). */
static bool names_row(const char *op, const char *row)
{
    size_t n = strlen(op);
    n -= n > 0 && op[n - 1] == '_';
    return n > 0 && strncmp(op, row, n) == 0 && (row[n] == '\0' || row[n] == '.' || row[n] == '_');
}

/* The pending error: its code, the operation it names, and the words that its message has to hold. Clears it. */
static void check_error(const char *row, rt_status status, rt_status code, const char *words)
{
    if (!check_count(__FILE__, __LINE__, status != RT_OK && rt_error_pending(), "the call is answered"))
        return;
    const rt_error *e = rt_last_error();
    check_count(__FILE__, __LINE__, e->code == code && status == code, "%s, not %s: %s", rt_status_name(e->code), rt_status_name(code), e->message);
    check_count(__FILE__, __LINE__, names_row(e->op, row), "the error names %s: %s", e->op, e->message);
    check_count(__FILE__, __LINE__, strncmp(e->message, e->op, strlen(e->op)) == 0 && strlen(e->message) > strlen(e->op) + 4, "no message: %s", e->message);
    while (*words) {
        char word[64];
        size_t n = strcspn(words, "|");
        snprintf(word, sizeof word, "%.*s", (int)n, words);
        check_count(__FILE__, __LINE__, strstr(e->message, word) != NULL, "the message lacks \"%s\": %s", word, e->message);
        words += words[n] ? n + 1 : n;
    }
    rt_clear_error();
}

/* ---- the table ---- */

static const char *present;

static void refusals(void)
{
    bool any = false;
    for (int i = 0; i < N_BAD; i++) {
        argument a[ARGUMENTS];
        rt_value arg[ARGUMENTS], results[3];
        if (strcmp(table[i].row, present) != 0)
            continue;
        any = true;
        check_at("%s", table[i].call);
        int n = arguments_of(table[i].call, a, ARGUMENTS);
        if (!check_count(__FILE__, __LINE__, n > 0, "the call cannot be read"))
            continue;
        int64_t live = rt_memory_stats().live_tensors;
        rt_scope scope = rt_scope_begin();
        for (int k = 0; k < n; k++)
            arg[k] = argument_value(&a[k]);
        rt_status status = rt_call(rt_op_find(present), arg, n, results);
        check_error(present, status, table[i].code, table[i].words);
        rt_scope_end(scope);
        CHECK_INT(rt_memory_stats().live_tensors, live);
    }
    check_at("%s", present);
    CHECK(any || sample_of(present) != NULL);
}

/* ---- for every parameter of every row: the wrong kind, nothing, something freed ---- */

typedef struct wrong { const char *word, *kind; } wrong;

/* Values of other kinds, and how a message calls them. */
static const wrong wrongs[] = {
    { "3", "int" }, { "1.5", "float" }, { "(1,2)", "int[]" }, { "'text'", "str" }, { ":float32", "ScalarType" }, { "f32[2]", "Tensor" }, { "none", "None" },
    { "true", "bool" }, { "1.5+2j", "complex" }, { "(0.5,1.5)", "float[]" }, { "(true,false)", "bool[]" }, { "{f32[2] f32[2]}", "Tensor[]" }
};
enum { N_WRONGS = sizeof wrongs / sizeof *wrongs };

/* Whether PyTorch's type takes a value of that kind. */
static bool type_takes(const schema_param *p, const char *kind)
{
    size_t n = strcspn(p->type, "?[");
    bool list = strchr(p->type, '[') != NULL, whole = strcmp(kind, "int") == 0 || strcmp(kind, "bool") == 0;
    if (strcmp(kind, "None") == 0)
        return p->type[strlen(p->type) - 1] == '?' || p->normal[0];
    if (list != (strchr(kind, '[') != NULL))
        return false;
    if (list && strcmp(kind, "int[]") == 0)
        return strncmp(p->type, "int", 3) == 0 || strncmp(p->type, "SymInt", 6) == 0;
    if (list)
        return strncmp(p->type, kind, n) == 0 && kind[n] == '[';
    if (strncmp(p->type, "Scalar", n) == 0 && n == 6)
        return whole || strcmp(kind, "float") == 0 || strcmp(kind, "complex") == 0;
    if (strncmp(p->type, "float", n) == 0)
        return strcmp(kind, "int") == 0 || strcmp(kind, "float") == 0;
    if (strncmp(p->type, "SymInt", n) == 0 || strncmp(p->type, "int", n) == 0)
        return whole;
    return strncmp(p->type, kind, n) == 0 && strlen(kind) == n;
}

static int sample_values(const char *row, argument *a, rt_value *arg)
{
    const char *call = sample_of(row);
    int n = call ? arguments_of(call, a, ARGUMENTS) : -1;
    for (int k = 0; k < n; k++)
        arg[k] = argument_value(&a[k]);
    for (int k = n; k >= 0 && k < SCHEMA_PARAMS; k++)
        arg[k] = rt_value_none();
    return n;
}

static void wrong_kinds(void)
{
    schema s;
    const rt_op *op = rt_op_find(present);
    argument a[ARGUMENTS], other;
    rt_value arg[SCHEMA_PARAMS], results[3];
    if (!CHECK(op && schema_read(&s, rt_op_schema(op)) && sample_of(present)))
        return;
    for (int k = 0; k < s.n_params; k++)
        for (int w = 0; w < N_WRONGS; w++) {
            char words[128];
            if (type_takes(&s.param[k], wrongs[w].kind))
                continue;
            check_at("%s %s given %s", s.param[k].type, s.param[k].name, wrongs[w].word);
            rt_scope scope = rt_scope_begin();
            int n = sample_values(present, a, arg);
            other = argument_of(wrongs[w].word);
            arg[k] = argument_value(&other);
            rt_status status = rt_call(op, arg, k < n ? n : k + 1, results);
            snprintf(words, sizeof words, "%s|%s|got ", s.param[k].name, s.param[k].type);
            check_error(present, status, RT_ERR_VALUE, words);
            rt_scope_end(scope);
        }
}

/* Every argument that has no default, left out; and one too many. */
static void wrong_numbers(void)
{
    schema s;
    const rt_op *op = rt_op_find(present);
    argument a[ARGUMENTS];
    rt_value arg[SCHEMA_PARAMS + 1], results[3];
    char words[64];
    if (!CHECK(op && schema_read(&s, rt_op_schema(op)) && sample_of(present)))
        return;
    int n = sample_values(present, a, arg), needed = 0;
    for (int k = 0; k < s.n_params; k++)
        if (!s.param[k].normal[0] && s.param[k].type[strlen(s.param[k].type) - 1] != '?')
            needed = k + 1;
    for (int k = 0; k < needed; k++) {
        int lacking = k;
        while (s.param[lacking].normal[0] || s.param[lacking].type[strlen(s.param[lacking].type) - 1] == '?')
            lacking++;
        check_at("%d arguments", k);
        rt_status status = rt_call(op, arg, k, results);
        check_error(present, status, RT_ERR_VALUE, s.param[lacking].name);
    }
    arg[s.n_params] = rt_value_int(1);
    check_at("%d arguments", s.n_params + 1);
    rt_status status = rt_call(op, arg, s.n_params + 1, results);
    snprintf(words, sizeof words, "%d|%d", s.n_params, s.n_params + 1);
    check_error(present, status, RT_ERR_VALUE, words);
    check_at("%d arguments", needed);
    CHECK_INT(rt_call(op, arg, needed < n ? n : needed, results), RT_OK);
}

/* Each tensor as NULL, as RT_NONE in a tensor's place, freed; and NULL after an error, which has to stay the first. */
static void missing_tensors(void)
{
    schema s;
    const rt_op *op = rt_op_find(present);
    argument a[ARGUMENTS];
    rt_value arg[SCHEMA_PARAMS], results[3], nothing;
    if (!CHECK(op && schema_read(&s, rt_op_schema(op)) && sample_of(present)))
        return;
    for (int k = 0; k < s.n_params; k++) {
        if (strncmp(s.param[k].type, "Tensor", 6) != 0)
            continue;
        rt_scope scope = rt_scope_begin();
        int n = sample_values(present, a, arg);
        if (strchr(s.param[k].type, '[')) {
            rt_tensor *members[2] = { rt_ones(RT_SHAPE(2), NULL), NULL };
            check_at("%s with NULL in it", s.param[k].name);
            arg[k] = rt_value_tensors(members, 2);
            check_error(present, rt_call(op, arg, n, results), RT_ERR_NULL, "NULL");
            rt_scope_end(scope);
            continue;
        }
        if (k >= n)
            n = k + 1;
        rt_value good = arg[k].tag == RT_VALUE_TENSOR ? arg[k] : rt_value_tensor(rt_ones(RT_SHAPE(2), NULL));
        nothing = rt_value_none();
        nothing.tag = RT_VALUE_TENSOR;
        check_at("%s NULL", s.param[k].name);
        arg[k] = nothing;
        check_error(present, rt_call(op, arg, n, results), RT_ERR_NULL, "NULL");
        check_at("%s RT_NONE", s.param[k].name);
        arg[k].as.tensor = RT_NONE;
        check_error(present, rt_call(op, arg, n, results), RT_ERR_NULL, "RT_NONE");

        check_at("%s NULL after an error", s.param[k].name);
        arg[k].as.tensor = rt_view(good.as.tensor, RT_SHAPE(77, 78));
        CHECK(arg[k].as.tensor == NULL && rt_error_pending());
        CHECK_INT(rt_call(op, arg, n, results), RT_ERR_SHAPE);
        CHECK_INT(rt_call_out(op, arg, n, &arg[k].as.tensor), RT_ERR_SHAPE);
        CHECK(rt_call_inplace(op, arg, n) == NULL);
        CHECK(rt_error_pending() && strstr(rt_last_error()->message, "[77, 78]") != NULL);
        CHECK_TEXT(rt_last_error()->op, "view");
        rt_clear_error();
#if !CHECK_ADDRESS_SANITIZER
        check_at("%s freed", s.param[k].name);
        arg[k].as.tensor = rt_keep(rt_ones(RT_SHAPE(2), NULL));
        rt_free(arg[k].as.tensor);
        check_error(present, rt_call(op, arg, n, results), RT_ERR_STATE, "after its scope ended");
#endif
        rt_scope_end(scope);
    }
}

/* A dtype that the sample does not have is refused, or taken. */
static void strange_dtypes(void)
{
    static const char *const names[] = {
        "c64[2,3]", "c128[2,3]", "f16[2,3]", "bf16[2,3]", "f8e4m3[2,3]", "f8e5m2[2,3]", "i8[2,3]", "i16[2,3]", "i32[2,3]", "u16[2,3]", "u32[2,3]", "u64[2,3]"
    };
    const rt_op *op = rt_op_find(present);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        argument a[ARGUMENTS], strange = argument_of(names[i]);
        rt_value arg[SCHEMA_PARAMS], results[3];
        check_at("%s", names[i]);
        rt_scope scope = rt_scope_begin();
        int n = sample_values(present, a, arg);
        for (int k = 0; k < n; k++) {
            rt_value good = arg[k];
            if (good.tag != RT_VALUE_TENSOR || rt_dim(good.as.tensor) != 2)
                continue;
            arg[k] = rt_value_tensor(rt_reshape(argument_make(&strange), RT_SHAPE(2, 3)));
            if (rt_numel(good.as.tensor) == 6)
                arg[k] = rt_value_tensor(rt_view(arg[k].as.tensor, rt_shape_of(good.as.tensor)));
            rt_status status = rt_call(op, arg, n, results);
            if (status != RT_OK && rt_numel(good.as.tensor) == 6)
                check_error(present, status, RT_ERR_DTYPE, rt_dtype_name(rt_dtype_of(arg[k].as.tensor)));
            else
                CHECK(status == RT_OK || rt_error_pending());
            rt_clear_error();
            arg[k] = good;
        }
        rt_scope_end(scope);
    }
    check_at("%s", present);
    CHECK(op != NULL);
}

/* ---- in place and into given tensors ---- */

static const rt_op *add(void) { return rt_op_find("add.Tensor"); }

static void wrong_results(void)
{
    rt_value arg[2];
    rt_tensor *x = rt_ones(RT_SHAPE(2, 3), NULL), *small = rt_ones(RT_SHAPE(3), NULL), *whole = rt_tensor_i64(RT_I64(1, 2, 3, 4, 5, 6), RT_SHAPE(2, 3));
    rt_tensor *none = RT_NONE, *null = NULL;
    arg[0] = rt_value_tensor(x);
    arg[1] = rt_value_tensor(small);
    check_error("add", rt_call_out(add(), arg, 2, &small), RT_ERR_SHAPE, "[2, 3]|[3]");
    check_error("add", rt_call_out(add(), arg, 2, &whole), RT_ERR_DTYPE, "float32|int64");
    check_error("rt_call_out", rt_call_out(add(), arg, 2, &none), RT_ERR_NULL, "RT_NONE");
    check_error("rt_call_out", rt_call_out(add(), arg, 2, &null), RT_ERR_NULL, "NULL");
    check_error("rt_call_out", rt_call_out(add(), arg, 2, NULL), RT_ERR_NULL, "");
    CHECK_CLOSE(rt_item(rt_sum(whole)), 21, 0, 0);
    CHECK_CLOSE(rt_item(rt_sum(small)), 3, 0, 0);
    CHECK_INT(rt_version_of(small), 0);

    CHECK_STATUS(rt_add_(small, x), RT_ERR_SHAPE);
    CHECK_STATUS(rt_add_(whole, x), RT_ERR_DTYPE);
    CHECK_STATUS(rt_div_(whole, whole), RT_ERR_DTYPE);
    CHECK_STATUS(rt_exp_(whole), RT_ERR_DTYPE);
    CHECK_STATUS(rt_add_(NULL, x), RT_ERR_NULL);
    CHECK_STATUS(rt_add_(RT_NONE, x), RT_ERR_NULL);
    CHECK_STATUS(rt_add_(x, NULL), RT_ERR_NULL);
    CHECK_STATUS(rt_call_inplace(NULL, arg, 2), RT_ERR_VALUE);
    CHECK_STATUS(rt_call_inplace(add(), NULL, 2), RT_ERR_VALUE);
    CHECK_STATUS(rt_call_inplace(add(), arg, 0), RT_ERR_VALUE);
    arg[0] = rt_value_int(1);
    CHECK_STATUS(rt_call_inplace(add(), arg, 2), RT_ERR_VALUE);
    CHECK_CLOSE(rt_item(rt_sum(x)), 6, 0, 0);
    CHECK_CLOSE(rt_item(rt_sum(whole)), 21, 0, 0);
}

/* Refused with whatever code. */
static void check_refused(int line, bool refused)
{
    check_count(__FILE__, line, refused && rt_error_pending(), "the call is answered");
    rt_clear_error();
}
#define CHECK_REFUSED(call) check_refused(__LINE__, (call) == NULL)

/* Several elements in one place cannot each take a value of their own. */
static void results_that_overlap_themselves(void)
{
    rt_tensor *x = rt_ones(RT_SHAPE(1), NULL), *wide = rt_expand(x, RT_SHAPE(4)), *y = rt_tensor_f32(RT_F32(1, 2, 3, 4), RT_SHAPE(4));
    rt_value arg[2];
    CHECK_REFUSED(rt_add_(wide, y));
    CHECK_REFUSED(rt_mul_scalar_(wide, RT_S(2)));
    CHECK_REFUSED(rt_add_out(wide, y, y));
    CHECK_REFUSED(rt_copy_(wide, y));
    arg[0] = rt_value_tensor(wide);
    arg[1] = rt_value_tensor(y);
    CHECK_REFUSED(rt_call_inplace(rt_op_find("mul.Tensor"), arg, 2));
    CHECK_CLOSE(rt_item(x), 1, 0, 0);
}

static void gradients_in_place(void)
{
    rt_tensor *leaf = rt_requires_grad_(rt_ones(RT_SHAPE(3), NULL)), *y = rt_ones(RT_SHAPE(3), NULL), *exponential;
    CHECK_STATUS(rt_add_(leaf, y), RT_ERR_GRAD);
    CHECK_STATUS(rt_add_out(y, leaf, leaf), RT_ERR_GRAD);
    CHECK_CLOSE(rt_item(rt_sum(leaf)), 3, 0, 0);
    exponential = rt_exp(leaf);
    CHECK(rt_add_(exponential, y) == exponential);
    CHECK_STATUS(rt_backward(rt_sum(exponential)), RT_ERR_GRAD);
}

static void views_have_no_such_form(void)
{
    for (int i = 0; i < N_SAMPLES; i++) {
        argument a[ARGUMENTS];
        rt_value arg[SCHEMA_PARAMS], results[3];
        const rt_op *op = rt_op_find(samples[i].name);
        if (!(samples[i].flags & NO_FORMS) || !strstr(rt_op_schema(op), "Tensor(a)"))
            continue;
        int n = sample_values(samples[i].name, a, arg);
        check_at("%s", samples[i].name);
        CHECK_INT(rt_call(op, arg, n, results), RT_OK);
        CHECK_STATUS(rt_call_out(op, arg, n, &results[0].as.tensor), RT_ERR_UNSUPPORTED);
        CHECK_STATUS(rt_call_inplace(op, arg, n), RT_ERR_UNSUPPORTED);
    }
}

/* ---- the calling functions themselves, and typed ones with checks of their own ---- */

static void callers(void)
{
    rt_value arg[1], result;
    arg[0] = rt_value_tensor(rt_ones(RT_SHAPE(2), NULL));
    CHECK_STATUS(rt_call(NULL, arg, 1, &result), RT_ERR_NULL);
    CHECK_STATUS(rt_call(rt_op_find("neg"), NULL, 1, &result), RT_ERR_NULL);
    CHECK_STATUS(rt_call(rt_op_find("neg"), arg, 1, NULL), RT_ERR_NULL);
    CHECK_STATUS(rt_call(rt_op_find("neg"), arg, -1, &result), RT_ERR_NULL);
    CHECK_STATUS(rt_call(rt_op_find("neg"), NULL, 0, &result), RT_ERR_VALUE);
    CHECK_STATUS(rt_op_find(NULL), RT_ERR_NULL);
    CHECK_STATUS(rt_op_find(""), RT_ERR_KEY);
    CHECK_STATUS(rt_op_find("add"), RT_ERR_KEY);
    CHECK_STATUS(rt_op_find("add.Tensor("), RT_ERR_KEY);
    rt_op_find("no_such_op");
    CHECK(strstr(rt_last_error()->message, "no_such_op") != NULL);
    rt_clear_error();
}

static void typed_functions(void)
{
    rt_tensor *x = rt_ones(RT_SHAPE(2, 3), NULL), *target = rt_zeros(RT_SHAPE(2), NULL);
    rt_nll_loss_opts o = rt_nll_loss_opts_default();
    rt_shape many = RT_SHAPE0;
    CHECK_STATUS(rt_to(x, (rt_dtype)99), RT_ERR_DTYPE);
    CHECK_STATUS(rt_to(x, RT_DTYPE_DEFAULT), RT_ERR_DTYPE);
    CHECK_STATUS(rt_to(NULL, RT_FLOAT32), RT_ERR_NULL);
    CHECK_STATUS(rt_to(RT_NONE, RT_FLOAT32), RT_ERR_NULL);
    CHECK_STATUS(rt_contiguous(NULL), RT_ERR_NULL);
    CHECK_STATUS(rt_contiguous(RT_NONE), RT_ERR_NULL);
    CHECK_STATUS(rt_cross_entropy(NULL, target, NULL), RT_ERR_NULL);
    CHECK_STATUS(rt_cross_entropy(RT_NONE, target, NULL), RT_ERR_NULL);
    CHECK_STATUS(rt_cross_entropy(x, NULL, NULL), RT_ERR_NULL);
    CHECK_STATUS(rt_cross_entropy(x, target, NULL), RT_ERR_DTYPE);
    CHECK_STATUS(rt_nll_loss(x, RT_NONE, NULL), RT_ERR_NULL);
    o.reduction = (rt_reduction)9;
    CHECK_STATUS(rt_nll_loss(x, rt_to(target, RT_INT64), &o), RT_ERR_VALUE);
    CHECK_STATUS(rt_linear(x, x, NULL), RT_ERR_NULL);
    many.ndim = RT_MAX_DIMS + 1;
    CHECK_STATUS(rt_reshape(x, many), RT_ERR_SHAPE);
    many.ndim = -1;
    CHECK_STATUS(rt_expand(x, many), RT_ERR_SHAPE);
    CHECK_REFUSED(rt_sum_dims(x, many, false));
    many.ndim = RT_MAX_DIMS + 1;
    CHECK_REFUSED(rt_sum_dims(x, many, false));
    CHECK_REFUSED(rt_mean_dims(x, many, false));
    many.ndim = RT_MAX_DIMS;
    for (int d = 0; d < RT_MAX_DIMS; d++)
        many.dim[d] = 1;
    rt_tensor *deep = rt_ones(many, NULL);
    CHECK_INT(rt_dim(deep), RT_MAX_DIMS);
    CHECK_STATUS(rt_unsqueeze(deep, 0), RT_ERR_SHAPE);
}

/* A complex number does not go into a real tensor: refused, never cut to something else. */
static void complex_numbers(void)
{
    rt_tensor *x = rt_ones(RT_SHAPE(3), NULL), *index = rt_to(rt_zeros(RT_SHAPE(1), NULL), RT_INT64);
    rt_scalar z = rt_scalar_complex(2, 1);
    CHECK_REFUSED(rt_mul_scalar_(x, z));
    CHECK_REFUSED(rt_fill_(x, z));
    CHECK_REFUSED(rt_scatter_scalar(x, 0, index, z));
    CHECK_CLOSE(rt_item(rt_sum(x)), 3, 0, 0);
}

static void every_row_has_a_sample(void)
{
    char name[64];
    for (int i = 0; rt_op_at(i); i++) {
        argument a[ARGUMENTS];
        rt_value arg[SCHEMA_PARAMS], results[3];
        int n = sample_values(rt_op_name(rt_op_at(i), name), a, arg);
        check_count(__FILE__, __LINE__, n > 0, "there is no sample call of %s in tables/", name);
        if (n > 0)
            check_count(__FILE__, __LINE__, rt_call(rt_op_at(i), arg, n, results) == RT_OK, "the sample call of %s is refused", name);
        rt_clear_error();
    }
    for (int i = 0; i < N_BAD; i++)
        CHECK(rt_op_find(table[i].row) != NULL);
}

int main(void)
{
    char name[64];
    TEST(every_row_has_a_sample);
    for (int i = 0; rt_op_at(i); i++) {
        present = rt_op_name(rt_op_at(i), name);
        check_case(present, refusals);
        check_case(present, wrong_kinds);
        check_case(present, wrong_numbers);
        check_case(present, missing_tensors);
        check_case(present, strange_dtypes);
    }
    TEST(wrong_results);
    TEST(results_that_overlap_themselves);
    TEST(gradients_in_place);
    TEST(views_have_no_such_form);
    TEST(callers);
    TEST(typed_functions);
    TEST(complex_numbers);
    return check_end("5_ops/errors");
}
