/* Hooks on what the tape saves. */
#include "check.h"

#include <string.h>

static rt_tensor *leaf(double a, double b) { return rt_requires_grad_(rt_tensor_f64(RT_F64(a, b), RT_SHAPE(2))); }
static double at(rt_tensor *x, int i) { return rt_at_index(x, RT_SHAPE(i)); }

static rt_tensor *gradient(rt_tensor *y, rt_tensor *x)
{
    rt_tensor *g = NULL;
    rt_backward_opts o = rt_backward_opts_default();
    o.create_graph = o.retain_graph = true;
    y = rt_sum(y);
    rt_autograd_grad(&y, 1, &x, 1, NULL, &o, &g);
    return g;
}

typedef struct counts { int packed, unpacked, alive; bool taped; } counts;

static void *halves(rt_tensor *x, void *user)
{
    counts *c = (counts *)user;
    rt_tensor *y = rt_keep(rt_clone(rt_to(x, RT_FLOAT32)));
    c->taped = c->taped || rt_requires_grad(x) || rt_is_grad_enabled();
    c->packed++;
    c->alive += y != NULL;
    return y;
}
static rt_tensor *doubles(void *what, void *user)
{
    ((counts *)user)->unpacked++;
    return rt_to((rt_tensor *)what, RT_FLOAT64);
}
static void drop(void *what, void *user)
{
    ((counts *)user)->alive--;
    rt_free(what);
}

static void saved_tensors_go_through(void)
{
    counts c = { 0, 0, 0, false };
    rt_saved_hooks hooks = { halves, doubles, drop, &c, NULL };
    rt_tensor *x = leaf(0.1, 3);
    rt_scope scope = rt_scope_begin();
    CHECK_INT(rt_saved_hooks_push(&hooks), RT_OK);
    rt_tensor *h = rt_mul(x, x), *y = rt_mul(h, h);              /* leaves stay; h twice */
    rt_saved_hooks_pop(&hooks);
    rt_tensor *z = rt_exp(y);                                    /* not any more */
    CHECK(c.packed == 2 && c.alive == 2 && c.unpacked == 0 && !c.taped);
    double narrow = (double)(float)(0.1 * 0.1);
    CHECK_CLOSE(at(gradient(y, x), 0), 2 * narrow * 0.2, 1e-15, 0);
    CHECK_INT(c.unpacked, 2);
    CHECK_CLOSE(at(gradient(gradient(y, x), x), 1), 12 * 9, 1e-15, 0);
    CHECK_INT(rt_backward(rt_sum(z)), RT_OK);
    CHECK_INT(c.alive, 0);                                       /* freed with the graph's other values */
    CHECK_STATUS(rt_backward(rt_sum(y)), RT_ERR_GRAD);
    rt_scope_end(scope);
    CHECK_INT(c.alive, 0);
    rt_zero_grad(x);
}

static void *refuses(rt_tensor *x, void *user) { (void)x; (void)user; return NULL; }
static void *keeps(rt_tensor *x, void *user) { (void)user; return rt_keep(x); }
static rt_tensor *fails(void *what, void *user) { (void)what; (void)user; return NULL; }
static void frees(void *what, void *user) { (void)user; rt_free(what); }

static rt_status square_forward(rt_function_ctx *ctx, rt_tensor *const *x, int n, rt_tensor **y)
{
    rt_tensor *saved[2];
    (void)n;
    saved[0] = x[0];
    saved[1] = y[0] = rt_mul(x[0], x[0]);
    return rt_ctx_save_for_backward(ctx, saved, 2);
}
static rt_status square_backward(rt_function_ctx *ctx, rt_tensor *const *g, rt_tensor **x)
{
    x[0] = rt_mul(g[0], rt_mul_scalar(rt_div(rt_ctx_saved(ctx, 1), rt_ctx_saved(ctx, 0)), RT_S(2)));
    return RT_OK;
}
static const rt_function square = { "square", square_forward, square_backward, 1, false, NULL };

static void functions_go_through_too(void)
{
    counts c = { 0, 0, 0, false };
    rt_saved_hooks hooks = { halves, doubles, drop, &c, NULL };
    rt_scope scope = rt_scope_begin();                           /* the graph goes before c does */
    rt_tensor *x = leaf(2, 3), *h = rt_mul_scalar(x, RT_S(1));
    CHECK_INT(rt_saved_hooks_push(&hooks), RT_OK);
    rt_tensor *y = rt_function_call(&square, &h, 1, NULL);
    rt_saved_hooks_pop(&hooks);
    CHECK_INT(c.packed, 2);
    CHECK_CLOSE(at(gradient(gradient(rt_mul(y, y), x), x), 1), 12 * 9, 1e-14, 0);
    rt_scope_end(scope);
    CHECK_INT(c.alive, 0);
}

static void hooks_nest_and_are_held_to_their_word(void)
{
    counts c = { 0, 0, 0, false };
    rt_saved_hooks outer = { halves, doubles, drop, &c, NULL }, bad = { refuses, doubles, NULL, NULL, NULL }, late = { keeps, fails, frees, NULL, NULL };
    rt_scope scope = rt_scope_begin();
    rt_tensor *x = leaf(2, 3), *h = rt_mul_scalar(x, RT_S(1.0));
    CHECK_INT(rt_saved_hooks_push(&outer), RT_OK);
    CHECK_INT(rt_saved_hooks_push(&bad), RT_OK);
    CHECK_STATUS(rt_mul(h, h), RT_ERR_VALUE);
    rt_saved_hooks_pop(&bad);
    CHECK(rt_exp(h) != NULL && c.packed == 1);
    CHECK_INT(rt_saved_hooks_push(&late), RT_OK);
    rt_tensor *y = rt_exp(h);
    rt_saved_hooks_pop(&outer);                                  /* and what was pushed after it */
    CHECK(rt_exp(h) != NULL && c.packed == 1);
    CHECK_STATUS(rt_backward(rt_sum(y)), RT_ERR_VALUE);
    CHECK_STATUS(rt_saved_hooks_push(NULL), RT_ERR_NULL);
    rt_scope_end(scope);
    CHECK_INT(c.alive, 0);
}

int main(void)
{
    TEST(saved_tensors_go_through);
    TEST(functions_go_through_too);
    TEST(hooks_nest_and_are_held_to_their_word);
    return check_end("4_autograd/saved");
}
