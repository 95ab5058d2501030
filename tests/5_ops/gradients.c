/* Derivatives of every row: against difference quotients in float64, to the first and second order, over layouts; the fused way (as
 * rt_backward goes) against the way over single operations (create_graph), and float32 against float64. A row without an entry in tables/ fails. */
#include "samples.h"
#include <math.h>

/* calls: one or more, with | between them, in the words of arguments.h; x[...], also in a list of tensors, is a float64 tensor that requires a
 * gradient, drawn from low to high and kept off zero; for rows flagged COMPLEX also a complex128 one, drawn so in both parts. Every floating
 * point result that requires a gradient is checked on its own. */
typedef struct gradient_row {
    const char *name;
    gradient_kind kind;
    double low, high;
    int flags;
    const char *calls;
} gradient_row;

#define ROW(name, rule, flags, sample, kind, low, high, calls) { name, kind, low, high, flags, calls },
static const gradient_row table[] = {
#include "tables/all.h"
};
enum { N_ROWS = sizeof table / sizeof *table, LEAVES = 8 };

/* ---- a call as a function of its leaves ---- */

typedef enum layout { CONTIGUOUS, TRANSPOSED, BROADCAST, LAYOUTS } layout;
static const char *const layout_names[] = { "contiguous", "transposed", "broadcast" };

typedef struct call {
    const rt_op *op;
    rt_dtype dtype;                     /* of the leaves and, where the table says f64, of others */
    layout how;
    int result;                         /* which of the results is looked at */
    int n_args, n_leaves;
    argument leaf[LEAVES];
    argument arg[ARGUMENTS];
} call;

/* Whether the tensor can be had in the layout. */
static bool has_layout(const argument *a, layout how)
{
    return how == CONTIGUOUS || (how == TRANSPOSED ? a->ndim > 1 : a->ndim > 0 && a->size[0] > 1);
}

static rt_shape leaf_shape(const argument *a, layout how)
{
    rt_shape shape = argument_shape_of(a);
    if (!has_layout(a, how))
        return shape;
    if (how == BROADCAST)
        shape.dim[0] = 1;
    for (int d = 0; how == TRANSPOSED && d < a->ndim; d++)
        shape.dim[d] = a->size[a->ndim - 1 - d];
    return shape;
}

/* The leaf as the operation is to see it. */
static rt_tensor *laid_out(const argument *a, layout how, rt_tensor *leaf)
{
    rt_shape back = RT_SHAPE0;
    if (how == CONTIGUOUS || !has_layout(a, how))
        return leaf;
    if (how == BROADCAST)
        return rt_expand(leaf, argument_shape_of(a));
    back.ndim = a->ndim;
    for (int d = 0; d < a->ndim; d++)
        back.dim[d] = a->ndim - 1 - d;
    return rt_permute(leaf, back);
}

/* An argument or a list's member as a tensor: the next leaf, or one of its own. */
static rt_tensor *tensor_of(const call *c, const argument *a, rt_tensor *const *leaves, int *leaf)
{
    if (strcmp(a->name, "x") == 0) {
        int k = (*leaf)++;
        return laid_out(&c->leaf[k], c->how, leaves[k]);
    }
    rt_tensor *x = argument_make(a);
    return argument_dtype(a->name) == RT_FLOAT64 && c->dtype != RT_FLOAT64 ? rt_to(x, c->dtype) : x;
}

/* The call's results on the leaves; false if it is refused. */
static bool results_of_leaves(rt_tensor *const *leaves, const call *c, rt_value *results)
{
    rt_value arg[ARGUMENTS];
    for (int k = 0, leaf = 0; k < c->n_args; k++) {
        const argument *a = &c->arg[k];
        if (a->kind == ARGUMENT_TENSOR) {
            arg[k] = rt_value_tensor(tensor_of(c, a, leaves, &leaf));
        } else if (a->kind == ARGUMENT_TENSORS) {
            rt_tensor **members = argument_room();
            for (int i = 0; i < a->n_members; i++) {
                argument m = argument_member(a, i);
                members[i] = m.kind == ARGUMENT_TENSOR ? tensor_of(c, &m, leaves, &leaf) : RT_NONE;
            }
            arg[k] = rt_value_tensors(members, a->n_members);
        } else {
            arg[k] = argument_value(a);
        }
    }
    rt_manual_seed(1);
    return rt_call(c->op, arg, c->n_args, results) == RT_OK;
}

static rt_tensor *call_of_leaves(rt_tensor *const *leaves, int n, void *user)
{
    const call *c = (const call *)user;
    rt_value results[3];
    (void)n;
    return results_of_leaves(leaves, c, results) ? results[c->result].as.tensor : NULL;
}

/* Reads one of a row's calls; where to go on, NULL after the last. */
static void add_leaf(call *c, const argument *a)
{
    if (a->kind == ARGUMENT_TENSOR && strcmp(a->name, "x") == 0 && c->n_leaves < LEAVES)
        c->leaf[c->n_leaves++] = *a;
}

static const char *read_call(const char *at, call *c)
{
    char line[400];
    size_t n = strcspn(at, "|");
    memcpy(line, at, n < sizeof line ? n : 0);
    line[n < sizeof line ? n : 0] = '\0';
    c->n_args = arguments_of(line, c->arg, ARGUMENTS);
    c->n_leaves = 0;
    for (int k = 0; k < c->n_args; k++) {
        add_leaf(c, &c->arg[k]);
        for (int i = 0; c->arg[k].kind == ARGUMENT_TENSORS && i < c->arg[k].n_members; i++) {
            argument m = argument_member(&c->arg[k], i);
            add_leaf(c, &m);
        }
    }
    check_at("%s, %s %s", line, layout_names[c->how], rt_dtype_name(c->dtype));
    check_count(__FILE__, __LINE__, n < sizeof line && c->n_args > 0, "a call cannot be read: %s", at);
    return at[n] == '|' ? at + n + 1 : NULL;
}

static uint32_t draws = 1;

/* A number from low to high, not within 0.05 of zero, that float32 holds too. */
static double draw(const gradient_row *r)
{
    double x = 0;
    while (x > -0.05 && x < 0.05) {
        draws = draws * 1664525u + 1013904223u;
        x = (double)(float)(r->low + (r->high - r->low) * (double)(draws >> 8) / 16777216.0);
    }
    return x;
}

static bool make_leaves(const gradient_row *r, const call *c, rt_tensor **leaves)
{
    draws = 77;
    for (int i = 0; i < c->n_leaves; i++) {
        double x[2 * 64];
        rt_shape shape = leaf_shape(&c->leaf[i], c->how);
        for (int k = 0; k < (rt_dtype_is_complex(c->dtype) ? 128 : 64); k++)
            x[k] = draw(r);
        rt_dtype wide = rt_dtype_is_complex(c->dtype) ? RT_COMPLEX128 : RT_FLOAT64;
        rt_tensor *leaf = rt_tensor_from(x, shape, wide);
        leaves[i] = rt_requires_grad_(c->dtype == wide ? leaf : rt_to(leaf, c->dtype));
        if (!leaves[i] || rt_numel(leaf) > 64)
            return false;
    }
    return true;
}

/* ---- what is checked ---- */

/* The leaves' gradients of the weighted result. */
static bool gradients_of(call *c, rt_tensor *const *leaves, bool create_graph, rt_tensor **grads)
{
    rt_backward_opts o = rt_backward_opts_default();
    o.create_graph = create_graph;
    o.allow_unused = true;
    rt_tensor *y = call_of_leaves(leaves, c->n_leaves, c);
    if (!y)
        return false;
    double weight[256];
    for (int i = 0; i < 256; i++)
        weight[i] = (double)(float)(0.5 + (i * 37 % 23) / 16.0);
    rt_tensor *w = rt_to(rt_tensor_from(weight, rt_shape_of(y), rt_dtype_is_complex(rt_dtype_of(y)) ? RT_COMPLEX128 : RT_FLOAT64), rt_dtype_of(y));
    return w && rt_numel(y) <= 128 && rt_autograd_grad(&y, 1, leaves, c->n_leaves, &w, &o, grads) == RT_OK;
}

/* Two gradients, either of which may be absent, which is zero. */
static void check_alike(const char *what, rt_tensor *got, rt_tensor *want, double rtol, double atol)
{
    rt_tensor *a = rt_is_none(got) ? NULL : rt_contiguous(got), *b = rt_is_none(want) ? NULL : rt_contiguous(want);
    int64_t n = a ? rt_numel(a) : b ? rt_numel(b) : 0;
    if (!check_count(__FILE__, __LINE__, !a || !b || rt_numel(a) == rt_numel(b), "%s: %lld elements, not %lld", what, (long long)rt_numel(a), (long long)rt_numel(b)))
        return;
    for (int64_t i = 0; i < n; i++) {
        number g = { 0, 0, 0 }, w = { 0, 0, 0 };
        if (a)
            g = number_load(rt_dtype_of(a), (const char *)rt_data_ptr(a) + (size_t)i * rt_dtype_size(rt_dtype_of(a)));
        if (b)
            w = number_load(rt_dtype_of(b), (const char *)rt_data_ptr(b) + (size_t)i * rt_dtype_size(rt_dtype_of(b)));
        if (!check_is_close(g.re, w.re, rtol, atol) || !check_is_close(g.im, w.im, rtol, atol)) {
            check_count(__FILE__, __LINE__, false, "%s: element %lld is %.12g%+.12gj, not %.12g%+.12gj", what, (long long)i, g.re, g.im, w.re, w.im);
            return;
        }
    }
    check_count(__FILE__, __LINE__, true, "%s", what);
}

static void check_ways(const gradient_row *r, call *c)
{
    rt_tensor *leaves[LEAVES], *fused[LEAVES], *single[LEAVES], *narrow[LEAVES], *floats[LEAVES];
    rt_dtype wide = c->dtype, half = rt_dtype_is_complex(wide) ? RT_COMPLEX64 : RT_FLOAT32;
    if (!CHECK(make_leaves(r, c, leaves) && gradients_of(c, leaves, false, fused)))
        return;
    if (!(r->flags & ONCE) && CHECK(gradients_of(c, leaves, true, single)))
        for (int i = 0; i < c->n_leaves; i++)
            check_alike("fused against single operations", fused[i], single[i], 1e-12, 1e-12);
    for (int i = 0; i < c->n_leaves; i++)
        if (!rt_is_none(fused[i])) {
            CHECK_INT(rt_dtype_of(fused[i]), wide);
            CHECK_INT(rt_dim(fused[i]), rt_dim(leaves[i]));
        }
    if (r->flags & KEEPS_DTYPE)
        return;
    c->dtype = half;
    if (CHECK(make_leaves(r, c, floats) && gradients_of(c, floats, false, narrow)))
        for (int i = 0; i < c->n_leaves; i++) {
            check_alike("float32 against float64", narrow[i], fused[i], 2e-5, 2e-5);
            if (!rt_is_none(narrow[i]))
                CHECK_INT(rt_dtype_of(narrow[i]), half);
        }
    c->dtype = wide;
}

static void check_differentiable(const gradient_row *r, call *c)
{
    rt_tensor *leaves[LEAVES];
    if (!CHECK(make_leaves(r, c, leaves)))
        return;
    rt_status first = rt_gradcheck(call_of_leaves, c, leaves, c->n_leaves, NULL);
    check_count(__FILE__, __LINE__, first == RT_OK, "first order: %s", first == RT_OK ? "" : rt_last_error()->message);
    rt_clear_error();
    if (!(r->flags & ONCE)) {
        rt_status second = rt_gradgradcheck(call_of_leaves, c, leaves, c->n_leaves, NULL);
        check_count(__FILE__, __LINE__, second == RT_OK, "second order: %s", second == RT_OK ? "" : rt_last_error()->message);
        rt_clear_error();
    }
    check_ways(r, c);
    rt_clear_error();
}

/* Each result that has a gradient; the first has to. */
static void check_results(const gradient_row *r, call *c)
{
    rt_tensor *leaves[LEAVES];
    rt_value results[3];
    bool wants[3] = { true, false, false };
    c->result = 0;
    if (!CHECK(make_leaves(r, c, leaves)))
        return;
    if (rt_op_n_results(c->op) > 1 && CHECK(results_of_leaves(leaves, c, results)))
        for (int k = 1; k < rt_op_n_results(c->op); k++)
            wants[k] = rt_requires_grad(results[k].as.tensor);
    for (c->result = 0; c->result < rt_op_n_results(c->op); c->result++)
        if (wants[c->result])
            check_differentiable(r, c);
    c->result = 0;
}

static void check_other(const gradient_row *r, call *c)
{
    rt_tensor *leaves[LEAVES];
    if (!CHECK(make_leaves(r, c, leaves)))
        return;
    rt_tensor *y = call_of_leaves(leaves, c->n_leaves, c);
    if (r->kind == CONSTANT) {
        CHECK(y != NULL && !rt_requires_grad(y) && rt_is_leaf(y));
    } else {
        CHECK(y == NULL && rt_error_pending());
        CHECK_STATUS(NULL, RT_ERR_GRAD);
    }
}

static const gradient_row *present;

/* All calls in one layout, on leaves of one dtype. */
static void calls_of(layout how, rt_dtype dtype, bool *scalar, bool *empty)
{
    static call c;
    memset((void *)&c, 0, sizeof c);
    c.op = rt_op_find(present->name);
    c.how = how;
    c.dtype = dtype;
    if (!CHECK(c.op != NULL) || (how != CONTIGUOUS && (present->flags & ONE_LAYOUT || present->kind != DIFFERENTIABLE)))
        return;
    for (const char *at = present->calls; at;) {
        at = read_call(at, &c);
        bool varies = how == CONTIGUOUS;
        CHECK(c.n_leaves > 0);
        for (int i = 0; i < c.n_leaves; i++) {
            const argument *a = &c.leaf[i];
            varies = varies || has_layout(a, c.how);
            *scalar = *scalar || a->ndim == 0;
            *empty = *empty || argument_numel(a) == 0;
        }
        rt_scope scope = rt_scope_begin();
        if (varies && present->kind == DIFFERENTIABLE)
            check_results(present, &c);
        else if (varies)
            check_other(present, &c);
        rt_scope_end(scope);
    }
}

static void row(void)
{
    bool scalar = false, empty = false;
    for (int how = 0; how < LAYOUTS; how++) {
        if (!(present->flags & COMPLEX_ONLY))
            calls_of((layout)how, RT_FLOAT64, &scalar, &empty);
        if (present->flags & (COMPLEX | COMPLEX_ONLY))
            calls_of((layout)how, RT_COMPLEX128, &scalar, &empty);
    }
    check_at("all calls");
    CHECK(scalar || (present->flags & NO_SCALAR) || present->kind != DIFFERENTIABLE);
    CHECK(empty || (present->flags & NO_EMPTY) || present->kind != DIFFERENTIABLE);
}

/* ---- what the table cannot say ---- */

/* A gradient passes through casts, in both directions, in the operand's own dtype. */
static void casts(void)
{
    rt_tensor *x = rt_requires_grad_(rt_tensor_f64(RT_F64(1, -2, 3), RT_SHAPE(3)));
    rt_tensor *y = rt_mul(rt_to(x, RT_FLOAT32), rt_tensor_f32(RT_F32(2, 3, 5), RT_SHAPE(3)));
    CHECK_INT(rt_dtype_of(y), RT_FLOAT32);
    CHECK_INT(rt_backward(rt_sum(y)), RT_OK);
    CHECK_INT(rt_dtype_of(rt_grad(x)), RT_FLOAT64);
    CHECK_CLOSE(rt_at_index(rt_grad(x), RT_SHAPE(0)), 2, 0, 0);
    CHECK_CLOSE(rt_at_index(rt_grad(x), RT_SHAPE(2)), 5, 0, 0);
    CHECK(!rt_requires_grad(rt_to(x, RT_INT64)));
}

/* A wrong derivative has to be found: gradcheck's function here hides x^2's second half from the tape. */
static rt_tensor *half_a_square(rt_tensor *const *x, int n, void *user)
{
    (void)n;
    (void)user;
    return rt_mul(x[0], rt_detach(x[0]));
}
static void a_wrong_derivative_is_found(void)
{
    rt_tensor *x = rt_requires_grad_(rt_tensor_f64(RT_F64(1, -2, 3), RT_SHAPE(3)));
    CHECK_STATUS(rt_gradcheck(half_a_square, NULL, &x, 1, NULL), RT_ERR_GRAD);
    CHECK_STATUS(rt_gradgradcheck(half_a_square, NULL, &x, 1, NULL), RT_ERR_GRAD);
}

/* A gradient that only passes through is the caller's own tensor of weights: accumulating into a leaf must not write into it. */
static void weights_stay_as_they_are(void)
{
    rt_tensor *w = rt_ones(RT_SHAPE(2), NULL), *x = rt_requires_grad_(rt_ones(RT_SHAPE(2), NULL)), *one = rt_ones(RT_SHAPE(2), NULL);
    CHECK_INT(rt_backward_from(rt_add(x, one), w, NULL), RT_OK);
    CHECK_INT(rt_backward_from(rt_add(x, one), w, NULL), RT_OK);
    CHECK_CLOSE(rt_item(rt_sum(rt_grad(x))), 4, 0, 0);
    CHECK_CLOSE(rt_item(rt_sum(w)), 2, 0, 0);
}

/* The same tensor kept by the caller, answered as a gradient, and freed by the caller: gone with the scope. */
static void a_kept_weight_is_freed(void)
{
    rt_tensor *w = rt_keep(rt_ones(RT_SHAPE(2), NULL)), *grad;
    rt_tensor *x = rt_requires_grad_(rt_ones(RT_SHAPE(2), NULL)), *y = rt_add(x, rt_ones(RT_SHAPE(2), NULL));
    CHECK_INT(rt_autograd_grad(&y, 1, &x, 1, &w, NULL, &grad), RT_OK);
    CHECK_CLOSE(rt_item(rt_sum(grad)), 2, 0, 0);
    rt_free(w);
}

static void every_row_is_listed(void)
{
    char name[64];
    for (int i = 0; rt_op_at(i); i++) {
        int n = 0;
        rt_op_name(rt_op_at(i), name);
        for (int k = 0; k < N_ROWS; k++)
            n += strcmp(table[k].name, name) == 0;
        check_count(__FILE__, __LINE__, n == 1, "%s stands %d times in tables/, not once", name, n);
    }
}

int main(void)
{
    TEST(every_row_is_listed);
    for (int k = 0; k < N_ROWS; k++) {
        present = &table[k];
        check_case(present->name, row);
    }
    TEST(casts);
    TEST(a_wrong_derivative_is_found);
    TEST(weights_stay_as_they_are);
    TEST(a_kept_weight_is_freed);
    return check_end("5_ops/gradients");
}
