/* Derivatives of every row: against difference quotients in float64, to the first and second order, over layouts; the fused way (as
 * rt_backward goes) against the way over single operations (create_graph), and float32 against float64. A row that is not listed fails. */
#include "arguments.h"
#include <math.h>

typedef enum gradient_kind {
    DIFFERENTIABLE,
    CONSTANT,                /* the result never requires a gradient */
    REFUSED                  /* no derivative: refused where an operand requires a gradient */
} gradient_kind;

enum { NO_SCALAR = 1, NO_EMPTY = 2, ONE_LAYOUT = 4, KEEPS_DTYPE = 8 };      /* what a row cannot take; KEEPS_DTYPE: float64 by name */

/* calls: one or more, with | between them, in the words of arguments.h; x[...] is a float64 tensor that requires a gradient, drawn from
 * low to high and kept off zero. */
typedef struct gradient_row {
    const char *name;
    gradient_kind kind;
    double low, high;
    int flags;
    const char *calls;
} gradient_row;

#define UNARY "x[3,4]|x[37]|x[2,3,2]|x[]|x[0,3]|x[1,1]"
#define BINARY "x[3,4] x[3,4]|x[3,4] x[4]|x[3,1] x[2,1,4]|x[5] x[]|x[] x[2,3]|x[] x[]|x[0,3] x[1,3]|x[37] x[37]|x[3] f64[3]|f64[3] x[3]" \
    "|x[3] f32[3]|i64[3] x[3]"
#define NUMBER "x[3,4] 2.5|x[37] -3|x[] 0.5|x[0,3] 2.0|x[2,2] true"
#define CONDITION "bool[3,4]=1,0,0,1,1"
#define REDUCTION "x[2,3,4] (0,2) false|x[2,3,4] (1) true|x[2,3,4] none|x[2,3,4] (-1,0) true|x[3,4] ()|x[7] (0)|x[]|x[] (0) true|x[0,3] (1)" \
    "|x[5,1] (0)"
#define ROWS_5 "i64[5]=0,2,2,1,0"

static const gradient_row table[] = {
    { "neg", DIFFERENTIABLE, -10, 10, 0, UNARY },
    { "exp", DIFFERENTIABLE, -3, 3, 0, UNARY },
    { "log", DIFFERENTIABLE, 0.3, 10, 0, UNARY },
    { "sqrt", DIFFERENTIABLE, 0.3, 10, 0, UNARY },
    { "erf", DIFFERENTIABLE, -3, 3, 0, UNARY },
    { "relu", DIFFERENTIABLE, -10, 10, 0, UNARY },
    { "gelu", DIFFERENTIABLE, -4, 4, 0, UNARY },
    { "relu_backward", REFUSED, -1, 1, 0, "x[3] x[3]|f64[3] x[3]" },
    { "gelu_backward", REFUSED, -1, 1, 0, "x[3] x[3]|f64[3] x[3]" },
    { "add.Tensor", DIFFERENTIABLE, -10, 10, 0, BINARY "|x[3,4] x[4] 2.5|x[3] x[3] -1" },
    { "sub.Tensor", DIFFERENTIABLE, -10, 10, 0, BINARY "|x[3,4] x[4] 2.5|x[3] x[3] -1" },
    { "mul.Tensor", DIFFERENTIABLE, -10, 10, 0, BINARY },
    { "div.Tensor", DIFFERENTIABLE, 0.5, 10, 0, BINARY },
    { "add.Scalar", DIFFERENTIABLE, -10, 10, 0, NUMBER "|x[3] 2.0 3" },
    { "sub.Scalar", DIFFERENTIABLE, -10, 10, 0, "x[3,4] 2.5|x[37] -3|x[] 0.5|x[0,3] 2.0|x[3] 2.0 3" },
    { "mul.Scalar", DIFFERENTIABLE, -10, 10, 0, NUMBER },
    { "div.Scalar", DIFFERENTIABLE, -10, 10, 0, NUMBER },
    { "eq.Tensor", CONSTANT, -1, 1, 0, "x[3] x[3]" }, { "eq.Scalar", CONSTANT, -1, 1, 0, "x[3] 1.0" },
    { "ne.Tensor", CONSTANT, -1, 1, 0, "x[3] x[3]" }, { "ne.Scalar", CONSTANT, -1, 1, 0, "x[3] 1.0" },
    { "lt.Tensor", CONSTANT, -1, 1, 0, "x[3] x[3]" }, { "lt.Scalar", CONSTANT, -1, 1, 0, "x[3] 1.0" },
    { "le.Tensor", CONSTANT, -1, 1, 0, "x[3] x[3]" }, { "le.Scalar", CONSTANT, -1, 1, 0, "x[3] 1.0" },
    { "gt.Tensor", CONSTANT, -1, 1, 0, "x[3] x[3]" }, { "gt.Scalar", CONSTANT, -1, 1, 0, "x[3] 1.0" },
    { "ge.Tensor", CONSTANT, -1, 1, 0, "x[3] x[3]" }, { "ge.Scalar", CONSTANT, -1, 1, 0, "x[3] 1.0" },
    { "argmax", CONSTANT, -1, 1, 0, "x[3,4] 1|x[3]" },
    { "where.self", DIFFERENTIABLE, -10, 10, 0,
      CONDITION " x[3,4] x[3,4]|" CONDITION " x[4] x[3,1]|bool[4]=1,0 x[3,1] x[]|bool[]=1 x[] x[]|bool[0,3] x[0,3] x[1,3]|" CONDITION " x[3,4] f64[4]" },
    { "where.ScalarSelf", DIFFERENTIABLE, -10, 10, 0, CONDITION " 2.0 x[3,4]|bool[4]=1,0 2 x[3,1]|bool[]=0 1.0 x[]|bool[0] 1.0 x[1]"
      "|bool[2,0] 1.0 x[2,0]" },
    { "where.ScalarOther", DIFFERENTIABLE, -10, 10, 0, CONDITION " x[3,4] 2.0|bool[4]=1,0 x[3,1] 2|bool[]=1 x[] 1.0|bool[0] x[1] 1.0"
      "|bool[2,0] x[2,0] 1.0" },
    { "to.dtype", DIFFERENTIABLE, -10, 10, KEEPS_DTYPE, "x[3,4] :float64|x[] :float64|x[0,3] :float64" },
    { "clone", DIFFERENTIABLE, -10, 10, 0, UNARY },
    { "copy", DIFFERENTIABLE, -10, 10, 0, "x[3,4] x[3,4]|x[3,4] x[4]|f64[3,4] x[3,1]|x[3] f64[3]|x[] x[]|x[2,3] x[]|x[0,3] x[0,3]" },
    { "fill.Scalar", DIFFERENTIABLE, -10, 10, 0, "x[3,4] 2.5|x[] 1|x[0,3] 1.0" },
    { "view", DIFFERENTIABLE, -10, 10, ONE_LAYOUT, "x[3,4] (4,3)|x[3,4] (2,-1)|x[] (1,1)|x[1,1] ()|x[2,0] (0,5)" },
    { "reshape", DIFFERENTIABLE, -10, 10, 0, "x[3,4] (4,3)|x[3,4] (2,-1)|x[2,3,4] (4,6)|x[] (1,1)|x[1,1] ()|x[2,0] (0,5)" },
    { "flatten.using_ints", DIFFERENTIABLE, -10, 10, 0, "x[2,3,4]|x[2,3,4] 1 2|x[2,3,4] 0 1|x[]|x[2,0,3] 0 -1" },
    { "transpose.int", DIFFERENTIABLE, -10, 10, 0, "x[2,3,4] 0 2|x[3,4] -1 0|x[2,3] 1 1|x[] 0 -1|x[2,0] 0 1" },
    { "t", DIFFERENTIABLE, -10, 10, 0, "x[3,4]|x[5]|x[]|x[0,2]" },
    { "permute", DIFFERENTIABLE, -10, 10, 0, "x[2,3,4] (2,0,1)|x[3,4] (-1,0)|x[] ()|x[2,0] (1,0)" },
    { "expand", DIFFERENTIABLE, -10, 10, 0, "x[3,1] (2,3,4)|x[4] (3,-1)|x[3,4] (3,4)|x[] (2,3)|x[] ()|x[1] (0)|x[0] (2,0)" },
    { "squeeze.dim", DIFFERENTIABLE, -10, 10, 0, "x[3,1] 1|x[3,1] 0|x[1,4] -2|x[] 0|x[1,0] 0" },
    { "unsqueeze", DIFFERENTIABLE, -10, 10, 0, "x[3,4] 0|x[3,4] 1|x[3,4] -1|x[] 0|x[2,0] 2" },
    { "sum.dim_IntList", DIFFERENTIABLE, -10, 10, 0, REDUCTION "|x[0] ()|x[0,3] (0) true" },
    { "mean.dim", DIFFERENTIABLE, -10, 10, 0, REDUCTION },
    { "mm", DIFFERENTIABLE, -2, 2, NO_SCALAR, "x[3,4] x[4,2]|x[1,4] x[4,1]|x[3,1] x[1,2]|x[3,4] f64[4,2]|f64[3,4] x[4,2]|x[0,4] x[4,2]"
      "|x[3,0] x[0,2]|x[3,4] x[4,0]" },
    { "bmm", DIFFERENTIABLE, -2, 2, NO_SCALAR, "x[2,3,4] x[2,4,2]|x[1,3,1] x[1,1,2]|f64[2,2,2] x[2,2,2]|x[0,3,4] x[0,4,2]|x[2,3,0] x[2,0,2]" },
    { "matmul", DIFFERENTIABLE, -2, 2, NO_SCALAR,
      "x[3,4] x[4,2]|x[4] x[4]|x[3,4] x[4]|x[4] x[4,2]|x[2,3,4] x[4]|x[4] x[2,4,3]|x[2,3,4] x[4,2]|x[3,4] x[2,4,2]|x[2,3,4] x[2,4,2]"
      "|x[2,1,2,3] x[2,3,2]|x[0,4] x[4,2]|x[2,0,3] x[3,2]|x[2,2,0] x[0,3]" },
    { "linear", DIFFERENTIABLE, -2, 2, NO_SCALAR,
      "x[3,4] x[2,4] x[2]|x[3,4] x[2,4]|x[2,3,4] x[5,4] x[5]|x[4] x[2,4] x[2]|f64[3,4] x[2,4] x[2]|x[3,4] f64[2,4] none"
      "|f64[3,4] f64[2,4] x[2]|x[0,4] x[2,4] x[2]|x[3,0] x[2,0] x[2]" },
    { "index_select", DIFFERENTIABLE, -10, 10, 0, "x[3,4] 0 " ROWS_5 "|x[3,4] -1 i64[2]=3,0|x[2,3,2] 1 i64[4]=2,0,2,2|x[3] 0 i64[]=1"
      "|x[] 0 i64[1]=0|x[0,3] 1 i64[2]=2,0|x[3] 0 i64[0]" },
    { "index_add", DIFFERENTIABLE, -10, 10, 0,
      "x[3,4] 0 " ROWS_5 " x[5,4]|x[4,3] 1 " ROWS_5 " x[4,5]|x[3,4] 0 " ROWS_5 " x[5,4] 2.5|f64[3] 0 i64[2]=1,1 x[2]"
      "|x[3] 0 i64[2]=1,1 f64[2]|x[] 0 i64[1]=0 x[]|x[3,0] 0 i64[2]=0,1 x[2,0]" },
    { "gather", DIFFERENTIABLE, -10, 10, 0,
      "x[3,4] 0 i64[2,4]=0,2,2,1,1|x[3,4] -1 i64[3,2]=3,0,0|x[2,3,4] 1 i64[2,5,3]=0,2,1,1|x[5] 0 i64[]=3|x[] 0 i64[]=0|x[] 0 i64[3]=0"
      "|x[3] 0 i64[0]|x[0,3] 1 i64[0,2]" },
    { "scatter.src", DIFFERENTIABLE, -10, 10, 0,
      "x[5,3] 0 i64[2,3]=0,1,2,4,3,1 x[2,3]|x[3,4] 1 i64[3,2]=3,0 x[3,2]|f64[5] 0 i64[2]=4,1 x[2]|x[5] 0 i64[2]=4,1 f64[3]"
      "|x[] 0 i64[]=0 x[]|x[3] 0 i64[0] x[0]|x[0,3] 1 i64[0,3] x[0,3]" },
    { "scatter.value", DIFFERENTIABLE, -10, 10, 0, "x[5,3] 0 i64[2,3]=0,1,2,4,3,1 2.5|x[3,4] -1 i64[3,2]=3,0 1|x[] 0 i64[]=0 1.0"
      "|x[3] 0 i64[0] 1.0|x[0,3] 1 i64[0,3] 1.0" },
    { "scatter_add", DIFFERENTIABLE, -10, 10, 0,
      "x[3,4] 0 i64[6,4]=0,2,2,1,1 x[6,4]|x[3,4] 1 i64[3,2]=3,0,3,3 x[3,2]|f64[5] 0 i64[2]=4,4 x[2]|x[] 0 i64[]=0 x[]|x[3] 0 i64[0] x[0]"
      "|x[0,3] 1 i64[0,3] x[0,3]" },
    { "log_softmax.int", DIFFERENTIABLE, -4, 4, 0, "x[3,4] 1|x[3,4] 0|x[2,3,4] -2|x[5] 0|x[1] 0|x[] 0|x[0,3] 1" },
    { "nll_loss_nd", DIFFERENTIABLE, -4, 4, NO_SCALAR,
      "x[4,5] i64[4]=0,4,-100,2 1 -100|x[4,5] i64[4]=0,4,-100,2 2 -100|x[4,5] i64[4]=0,4,-100,2 3 -100|x[4,5] i64[4]=0,4,3,2 1 3"
      "|x[5] i64[]=3 1 -100|x[5] i64[]=3 3 -100|x[0,5] i64[0] 2 -100" },
    { "nll_loss_nd_backward", DIFFERENTIABLE, -4, 4, 0,
      "x[] i64[4]=0,4,-100,2 1 -100 5|x[] i64[4]=0,4,-100,2 2 -100 5|x[4] i64[4]=0,4,-100,2 3 -100 5|x[] i64[]=3 1 -100 5|x[0] i64[0] 3 -100 5" },
    { "uniform", DIFFERENTIABLE, -4, 4, 0, "x[3,4] 0.0 1.0|x[]|x[0,3]" },
    { "normal_functional", DIFFERENTIABLE, -4, 4, 0, "x[3,4] 0.0 1.0|x[]|x[0,3]" }
};
enum { N_ROWS = sizeof table / sizeof *table, LEAVES = 4 };

/* ---- a call as a function of its leaves ---- */

typedef enum layout { CONTIGUOUS, TRANSPOSED, BROADCAST, LAYOUTS } layout;
static const char *const layout_names[] = { "contiguous", "transposed", "broadcast" };

typedef struct call {
    const rt_op *op;
    rt_dtype dtype;                     /* of the leaves and, where the table says f64, of others */
    layout how;
    int n_args, n_leaves, leaf[LEAVES];
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

static rt_tensor *call_of_leaves(rt_tensor *const *leaves, int n, void *user)
{
    const call *c = (const call *)user;
    rt_value arg[ARGUMENTS], result;
    (void)n;
    for (int k = 0, leaf = 0; k < c->n_args; k++) {
        const argument *a = &c->arg[k];
        if (leaf < c->n_leaves && c->leaf[leaf] == k) {
            arg[k] = rt_value_tensor(laid_out(a, c->how, leaves[leaf]));
            leaf++;
        } else {
            arg[k] = argument_value(a);
            if (a->kind == ARGUMENT_TENSOR && argument_dtype(a->name) == RT_FLOAT64 && c->dtype != RT_FLOAT64)
                arg[k] = rt_value_tensor(rt_to(arg[k].as.tensor, c->dtype));
        }
    }
    rt_manual_seed(1);
    return rt_call(c->op, arg, c->n_args, &result) == RT_OK ? result.as.tensor : NULL;
}

/* Reads one of a row's calls; where to go on, NULL after the last. */
static const char *read_call(const char *at, call *c)
{
    char line[400], *x;
    size_t n = strcspn(at, "|");
    memcpy(line, at, n < sizeof line ? n : 0);
    line[n < sizeof line ? n : 0] = '\0';
    c->n_args = arguments_of(line, c->arg, ARGUMENTS);
    c->n_leaves = 0;
    for (int k = 0; k < c->n_args; k++) {
        if (strcmp(c->arg[k].name, "x") != 0)
            continue;
        x = c->arg[k].name;
        memcpy(x, "f64", 4);
        c->leaf[c->n_leaves++] = k;
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
        double x[64];
        rt_shape shape = leaf_shape(&c->arg[c->leaf[i]], c->how);
        for (int k = 0; k < 64; k++)
            x[k] = draw(r);
        rt_tensor *leaf = rt_tensor_f64(x, shape);
        leaves[i] = rt_requires_grad_(c->dtype == RT_FLOAT64 ? leaf : rt_to(leaf, c->dtype));
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
    double weight[128];
    for (int i = 0; i < 128; i++)
        weight[i] = (double)(float)(0.5 + (i * 37 % 23) / 16.0);
    rt_tensor *w = rt_to(rt_tensor_f64(weight, rt_shape_of(y)), rt_dtype_of(y));
    return w && rt_numel(y) <= 128 && rt_autograd_grad(&y, 1, leaves, c->n_leaves, &w, &o, grads) == RT_OK;
}

/* Two gradients, either of which may be absent, which is zero. */
static void check_alike(const char *what, rt_tensor *got, rt_tensor *want, double rtol, double atol)
{
    rt_tensor *a = rt_is_none(got) ? NULL : rt_contiguous(rt_to(got, RT_FLOAT64)), *b = rt_is_none(want) ? NULL : rt_contiguous(rt_to(want, RT_FLOAT64));
    int64_t n = a ? rt_numel(a) : b ? rt_numel(b) : 0;
    if (!check_count(__FILE__, __LINE__, !a || !b || rt_numel(a) == rt_numel(b), "%s: %lld elements, not %lld", what, (long long)rt_numel(a), (long long)rt_numel(b)))
        return;
    for (int64_t i = 0; i < n; i++) {
        double g = a ? rt_data_f64(a)[i] : 0, w = b ? rt_data_f64(b)[i] : 0;
        if (!check_is_close(g, w, rtol, atol)) {
            check_count(__FILE__, __LINE__, false, "%s: element %lld is %.12g, not %.12g", what, (long long)i, g, w);
            return;
        }
    }
    check_count(__FILE__, __LINE__, true, "%s", what);
}

static void check_ways(const gradient_row *r, call *c)
{
    rt_tensor *leaves[LEAVES], *fused[LEAVES], *single[LEAVES], *narrow[LEAVES], *floats[LEAVES];
    if (!CHECK(make_leaves(r, c, leaves) && gradients_of(c, leaves, false, fused) && gradients_of(c, leaves, true, single)))
        return;
    for (int i = 0; i < c->n_leaves; i++) {
        check_alike("fused against single operations", fused[i], single[i], 1e-12, 1e-12);
        if (!rt_is_none(fused[i])) {
            CHECK_INT(rt_dtype_of(fused[i]), RT_FLOAT64);
            CHECK_INT(rt_dim(fused[i]), rt_dim(leaves[i]));
        }
    }
    if (r->flags & KEEPS_DTYPE)
        return;
    c->dtype = RT_FLOAT32;
    if (CHECK(make_leaves(r, c, floats) && gradients_of(c, floats, false, narrow)))
        for (int i = 0; i < c->n_leaves; i++) {
            check_alike("float32 against float64", narrow[i], fused[i], 2e-5, 2e-5);
            if (!rt_is_none(narrow[i]))
                CHECK_INT(rt_dtype_of(narrow[i]), RT_FLOAT32);
        }
    c->dtype = RT_FLOAT64;
}

static void check_differentiable(const gradient_row *r, call *c)
{
    rt_tensor *leaves[LEAVES];
    if (!CHECK(make_leaves(r, c, leaves)))
        return;
    rt_status first = rt_gradcheck(call_of_leaves, c, leaves, c->n_leaves, NULL);
    check_count(__FILE__, __LINE__, first == RT_OK, "first order: %s", first == RT_OK ? "" : rt_last_error()->message);
    rt_clear_error();
    rt_status second = rt_gradgradcheck(call_of_leaves, c, leaves, c->n_leaves, NULL);
    check_count(__FILE__, __LINE__, second == RT_OK, "second order: %s", second == RT_OK ? "" : rt_last_error()->message);
    rt_clear_error();
    check_ways(r, c);
    rt_clear_error();
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

static void row(void)
{
    bool scalar = false, empty = false;
    for (int how = 0; how < LAYOUTS; how++) {
        call c;
        c.op = rt_op_find(present->name);
        c.how = (layout)how;
        c.dtype = RT_FLOAT64;
        if (!CHECK(c.op != NULL) || (how != CONTIGUOUS && (present->flags & ONE_LAYOUT || present->kind != DIFFERENTIABLE)))
            return;
        for (const char *at = present->calls; at;) {
            at = read_call(at, &c);
            bool varies = how == CONTIGUOUS;
            CHECK(c.n_leaves > 0);
            for (int i = 0; i < c.n_leaves; i++) {
                const argument *a = &c.arg[c.leaf[i]];
                varies = varies || has_layout(a, c.how);
                scalar = scalar || a->ndim == 0;
                empty = empty || argument_numel(a) == 0;
            }
            rt_scope scope = rt_scope_begin();
            if (varies && present->kind == DIFFERENTIABLE)
                check_differentiable(present, &c);
            else if (varies)
                check_other(present, &c);
            rt_scope_end(scope);
        }
    }
    check_at("all calls");
    CHECK(scalar || (present->flags & NO_SCALAR));
    CHECK(empty || (present->flags & NO_EMPTY));
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
        check_count(__FILE__, __LINE__, n == 1, "%s stands %d times in this file's table, not once", name, n);
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
