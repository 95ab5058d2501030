/* Functions with a derivative of the user's. */
#include "check.h"

#include <string.h>

static rt_tensor *leaf(double a, double b) { return rt_requires_grad_(rt_tensor_f64(RT_F64(a, b), RT_SHAPE(2))); }
static double at(rt_tensor *x, int i) { return rt_at_index(x, RT_SHAPE(i)); }

static rt_tensor *gradient(rt_tensor *y, rt_tensor *x)
{
    rt_tensor *g = NULL;
    rt_backward_opts o = rt_backward_opts_default();
    o.create_graph = o.retain_graph = true;
    rt_autograd_grad(&y, 1, &x, 1, NULL, &o, &g);
    return g;
}

/* ---- y = x^power, keeping input, output and a plain number ---- */

static int released;
static void release(void *user) { (void)user; released++; }

static rt_status power_forward(rt_function_ctx *ctx, rt_tensor *const *x, int n, rt_tensor **y)
{
    int *power = (int *)rt_ctx_data(ctx, sizeof *power);
    rt_tensor *saved[2];
    (void)n;
    *power = *(const int *)rt_ctx_user(ctx);
    y[0] = rt_ones_like(x[0]);
    for (int i = 0; i < *power; i++)
        y[0] = rt_mul(y[0], x[0]);
    saved[0] = x[0];
    saved[1] = y[0];
    return rt_requires_grad(y[0]) ? RT_ERR_INTERNAL : rt_ctx_save_for_backward(ctx, saved, 2);     /* forward is off the tape */
}

static rt_status power_backward(rt_function_ctx *ctx, rt_tensor *const *g, rt_tensor **x)
{
    const int *power = (const int *)rt_ctx_data(ctx, sizeof *power);
    x[0] = rt_mul_scalar(rt_mul(g[0], rt_div(rt_ctx_saved(ctx, 1), rt_ctx_saved(ctx, 0))), RT_S(*power));
    return RT_OK;
}
static const rt_function power = { "power", power_forward, power_backward, 1, false, release };
static rt_tensor *raise_to(rt_tensor *x, int *n) { return rt_function_call(&power, &x, 1, n); }

static rt_tensor *call_power(rt_tensor *const *x, int n, void *user) { (void)n; return rt_function_call(&power, x, 1, user); }

static void a_function_is_differentiated_to_any_order(void)
{
    int three = 3;
    char name[64];
    rt_tensor *x = leaf(2, -1.5);
    released = 0;
    rt_scope scope = rt_scope_begin();
    rt_tensor *y = raise_to(x, &three), *g = gradient(rt_sum(y), x), *gg = gradient(rt_sum(g), x), *ggg = gradient(rt_sum(gg), x);
    CHECK_TEXT(rt_op_name(rt_grad_fn(y), name), "power");
    CHECK_CLOSE(at(y, 0), 8, 0, 0);
    CHECK_CLOSE(at(g, 1), 3 * 2.25, 1e-14, 0);
    CHECK_CLOSE(at(gg, 0), 12, 1e-14, 0);
    CHECK_CLOSE(at(ggg, 1), 6, 1e-14, 0);
    CHECK_INT(released, 0);
    rt_scope_end(scope);
    CHECK_INT(released, 1);
    CHECK_INT(rt_gradcheck(call_power, &three, &x, 1, NULL), RT_OK);
    CHECK_INT(rt_gradgradcheck(call_power, &three, &x, 1, NULL), RT_OK);
}

static void what_is_saved_is_freed_and_watched(void)
{
    int two = 2;
    rt_tensor *x = leaf(2, 3), *y = rt_sum(raise_to(x, &two));
    CHECK_INT(rt_backward(y), RT_OK);
    CHECK_STATUS(rt_backward(y), RT_ERR_GRAD);
    rt_tensor *z = raise_to(x, &two);
    y = rt_sum(z);
    rt_add_scalar_(rt_detach(z), RT_S(1));
    CHECK(rt_backward(y) == RT_ERR_GRAD && strstr(rt_last_error()->message, "power: saved tensor 2") != NULL);
    rt_clear_error();
    rt_tensor *h = rt_mul_scalar(x, RT_S(1.0));
    y = rt_sum(raise_to(h, &two));
    rt_add_scalar_(rt_detach(h), RT_S(1));
    CHECK(rt_backward(y) == RT_ERR_GRAD && strstr(rt_last_error()->message, "the result of mul") != NULL);
    rt_clear_error();
    rt_zero_grad(x);
    rt_scope off = rt_no_grad();
    released = 0;
    CHECK(!rt_requires_grad(raise_to(x, &two)));
    CHECK_INT(released, 1);
    rt_scope_end(off);
}

/* ---- several inputs and outputs: sum, difference, and which is larger ---- */

static bool needed[3];
static rt_status pair_forward(rt_function_ctx *ctx, rt_tensor *const *x, int n, rt_tensor **y)
{
    (void)n;
    for (int k = 0; k < 3; k++)
        needed[k] = rt_ctx_needs_input_grad(ctx, k);
    if (rt_ctx_user(ctx))
        rt_ctx_set_materialize_grads(ctx, false);
    y[0] = rt_add(x[0], x[2]);
    y[1] = rt_sub(x[0], x[2]);
    y[2] = rt_to(rt_gt(x[0], x[2]), RT_FLOAT64);
    return rt_ctx_mark_non_differentiable(ctx, y[2]);
}
static rt_status pair_backward(rt_function_ctx *ctx, rt_tensor *const *g, rt_tensor **x)
{
    bool *absent = (bool *)rt_ctx_user(ctx);
    if (absent) {
        *absent = rt_is_none(g[1]);
        x[0] = g[0];
        return RT_OK;
    }
    x[0] = rt_ctx_needs_input_grad(ctx, 0) ? rt_add(g[0], g[1]) : RT_NONE;
    x[2] = rt_ctx_needs_input_grad(ctx, 2) ? rt_sub(g[0], g[1]) : RT_NONE;
    return RT_OK;
}
static const rt_function pair = { "pair", pair_forward, pair_backward, 3, false, NULL };

static void inputs_and_outputs_are_told_apart(void)
{
    bool absent = false;
    rt_tensor *a = leaf(2, 3), *b = rt_tensor_f64(RT_F64(5, 1), RT_SHAPE(2)), *in[3], *y[3];
    in[0] = a;
    in[1] = RT_NONE;
    in[2] = b;
    CHECK_INT(rt_function_apply(&pair, in, 3, NULL, y), RT_OK);
    CHECK(needed[0] && !needed[1] && !needed[2]);
    CHECK(rt_requires_grad(y[0]) && rt_requires_grad(y[1]) && !rt_requires_grad(y[2]));
    CHECK_CLOSE(at(gradient(rt_sum(rt_mul_scalar(y[1], RT_S(4))), a), 0), 4, 0, 0);
    CHECK_CLOSE(at(gradient(rt_sum(rt_mul(y[0], y[1])), a), 1), 6, 0, 0);
    CHECK_INT(rt_function_apply(&pair, in, 3, &absent, y), RT_OK);
    CHECK_CLOSE(at(gradient(rt_sum(y[0]), a), 0), 1, 0, 0);
    CHECK(absent);
    rt_tensor *row = rt_requires_grad_(rt_ones(RT_SHAPE(1, 2), RT_OPTS(rt_tensor, .dtype = RT_FLOAT64)));
    in[2] = row;                                                 /* a gradient of the broadcast shape is summed */
    CHECK_INT(rt_function_apply(&pair, in, 3, NULL, y), RT_OK);
    CHECK_INT(rt_dim(gradient(rt_sum(y[0]), a)), 1);
    in[0] = RT_NONE;
    CHECK(rt_function_apply(&pair, in, 3, NULL, y) != RT_OK && y[0] == NULL && y[2] == NULL);
    rt_clear_error();
}

/* ---- in place, and inputs handed through ---- */

static rt_status twice_forward(rt_function_ctx *ctx, rt_tensor *const *x, int n, rt_tensor **y)
{
    (void)n;
    y[0] = rt_mul_scalar_(x[0], RT_S(2));
    return rt_ctx_user(ctx) ? RT_OK : rt_ctx_mark_dirty(ctx, x[0]);
}
static rt_status twice_backward(rt_function_ctx *ctx, rt_tensor *const *g, rt_tensor **x) { (void)ctx; x[0] = rt_mul_scalar(g[0], RT_S(2)); return RT_OK; }
static const rt_function twice = { "twice", twice_forward, twice_backward, 1, false, NULL };

static rt_status pass_forward(rt_function_ctx *ctx, rt_tensor *const *x, int n, rt_tensor **y) { (void)ctx; (void)n; y[0] = x[0]; return RT_OK; }
static const rt_function pass = { "pass", pass_forward, twice_backward, 1, false, NULL };

static void inputs_may_be_outputs(void)
{
    rt_tensor *x = leaf(2, 3), *h = rt_mul(x, x), *y = rt_function_call(&twice, &h, 1, NULL);
    CHECK(y == h && at(h, 0) == 8);
    CHECK_CLOSE(at(gradient(rt_sum(h), x), 1), 12, 0, 0);
    CHECK_STATUS(rt_function_call(&twice, &x, 1, NULL), RT_ERR_GRAD);        /* a leaf */
    rt_tensor *base = rt_mul_scalar(x, RT_S(3.0)), *v = rt_select(base, 0, 0);
    CHECK(rt_function_call(&twice, &v, 1, NULL) == v);                       /* a view: its base knows */
    CHECK_CLOSE(at(gradient(rt_sum(base), x), 0), 6, 0, 0);
    CHECK_CLOSE(at(gradient(rt_sum(base), x), 1), 3, 0, 0);
    y = rt_function_call(&pass, &x, 1, NULL);
    CHECK(y != x && rt_data_ptr(y) == rt_data_ptr(x) && !rt_is_leaf(y) && rt_is_leaf(x));
    CHECK_CLOSE(at(gradient(rt_sum(y), x), 0), 2, 0, 0);
    CHECK_STATUS(rt_mul_scalar_(y, RT_S(2)), RT_ERR_GRAD);
}

/* ---- once differentiable ---- */

static rt_status cube_forward(rt_function_ctx *ctx, rt_tensor *const *x, int n, rt_tensor **y)
{
    (void)n;
    y[0] = rt_mul(x[0], rt_mul(x[0], x[0]));
    return rt_ctx_save_for_backward(ctx, x, 1);
}
static rt_status cube_backward(rt_function_ctx *ctx, rt_tensor *const *g, rt_tensor **x)
{
    rt_tensor *saved = rt_ctx_saved(ctx, 0);
    x[0] = rt_mul(g[0], rt_mul_scalar(rt_mul(saved, saved), RT_S(3)));
    return rt_is_grad_enabled() ? RT_ERR_INTERNAL : RT_OK;
}
static const rt_function cube = { "cube", cube_forward, cube_backward, 1, true, NULL };

static void once_is_not_twice(void)
{
    rt_tensor *x = leaf(2, 3), *g = gradient(rt_sum(rt_function_call(&cube, &x, 1, NULL)), x), *gg;
    CHECK_CLOSE(at(g, 0), 12, 0, 0);
    CHECK(rt_requires_grad(g));
    rt_tensor *y = rt_sum(g);
    CHECK_STATUS(rt_autograd_grad(&y, 1, &x, 1, NULL, NULL, &gg), RT_ERR_GRAD);
}

/* ---- refusals ---- */

static rt_status nothing(rt_function_ctx *ctx, rt_tensor *const *x, int n, rt_tensor **y) { (void)ctx; (void)x; (void)n; (void)y; return RT_OK; }
static rt_status fails(rt_function_ctx *ctx, rt_tensor *const *x, int n, rt_tensor **y) { (void)ctx; (void)x; (void)n; (void)y; return RT_ERR_STATE; }
static rt_status shape(rt_function_ctx *ctx, rt_tensor *const *g, rt_tensor **x) { (void)ctx; (void)g; x[0] = rt_ones(RT_SHAPE(3), NULL); return RT_OK; }
static rt_status hole(rt_function_ctx *ctx, rt_tensor *const *g, rt_tensor **x) { (void)ctx; (void)g; x[0] = NULL; return RT_OK; }
static rt_status foreign(rt_function_ctx *ctx, rt_tensor *const *x, int n, rt_tensor **y)
{
    (void)n;
    y[0] = rt_clone(x[0]);
    return rt_ctx_mark_dirty(ctx, y[0]);
}

static void mistakes_are_named(void)
{
    static const rt_function f[] = { { "f", nothing, twice_backward, 1, false, release }, { "f", fails, twice_backward, 1, false, release },
                                     { "f", foreign, twice_backward, 1, false, release }, { "f", pass_forward, shape, 1, false, release },
                                     { "f", pass_forward, hole, 1, false, release }, { "f", pass_forward, twice_backward, 17, false, release } };
    rt_tensor *x = leaf(2, 3), *y[2] = { NULL, NULL };
    released = 0;
    CHECK_STATUS(rt_function_call(&f[0], &x, 1, NULL), RT_ERR_NULL);
    CHECK_STATUS(rt_function_call(&f[1], &x, 1, NULL), RT_ERR_STATE);
    CHECK_STATUS(rt_function_call(&f[2], &x, 1, NULL), RT_ERR_VALUE);
    CHECK_INT(released, 3);
    CHECK_STATUS(rt_backward(rt_sum(rt_function_call(&f[3], &x, 1, NULL))), RT_ERR_SHAPE);
    CHECK_STATUS(rt_backward(rt_sum(rt_function_call(&f[4], &x, 1, NULL))), RT_ERR_NULL);
    CHECK_STATUS(rt_function_apply(&f[5], &x, 1, NULL, y), RT_ERR_VALUE);
    CHECK_STATUS(rt_function_apply(NULL, &x, 1, NULL, y), RT_ERR_VALUE);
    CHECK_STATUS(rt_function_call(&pair, &x, 1, NULL), RT_ERR_VALUE);
    x = NULL;
    CHECK_STATUS(rt_function_call(&f[3], &x, 1, NULL), RT_ERR_NULL);
}

static rt_tensor *of_many(rt_tensor *const *x, int n, void *user) { (void)n; (void)user; return rt_sum(rt_mul(x[0], x[0])); }
static rt_status many_forward(rt_function_ctx *ctx, rt_tensor *const *x, int n, rt_tensor **y)
{
    y[0] = rt_clone(x[0]);
    for (int k = 1; k < n; k++)
        y[0] = rt_add(y[0], rt_mul_scalar(x[k], RT_S(k + 1)));
    return rt_ctx_save_for_backward(ctx, x, n);
}
static rt_status many_backward(rt_function_ctx *ctx, rt_tensor *const *g, rt_tensor **x)
{
    for (int k = 0; rt_ctx_needs_input_grad(ctx, k) || k < 40; k++)
        if (rt_ctx_needs_input_grad(ctx, k))
            x[k] = rt_mul_scalar(g[0], RT_S(k + 1));
    return RT_OK;
}

static void a_function_may_have_many_inputs(void)
{
    static const rt_function f = { "many", many_forward, many_backward, 1, false, NULL };
    rt_tensor *x[40], *y;
    for (int k = 0; k < 40; k++)
        x[k] = k % 2 ? rt_ones(RT_SHAPE(2), RT_OPTS(rt_tensor, .dtype = RT_FLOAT64)) : leaf(1, 1);
    y = rt_function_call(&f, x, 40, NULL);
    CHECK_INT(rt_backward(of_many(&y, 1, NULL)), RT_OK);
    CHECK_CLOSE(at(rt_grad(x[38]), 1), 2 * 820 * 39, 0, 0);
    CHECK(rt_is_none(rt_grad(x[39])));
}

int main(void)
{
    TEST(a_function_is_differentiated_to_any_order);
    TEST(what_is_saved_is_freed_and_watched);
    TEST(inputs_and_outputs_are_told_apart);
    TEST(inputs_may_be_outputs);
    TEST(once_is_not_twice);
    TEST(mistakes_are_named);
    TEST(a_function_may_have_many_inputs);
    return check_end("4_autograd/function");
}
