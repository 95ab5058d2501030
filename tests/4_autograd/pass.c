/* A backward pass: what it computes and what it leaves alone, hooks on the way, and several passes at once. */
#include "check.h"

#ifndef RT_NO_THREADS
#  include <pthread.h>
#endif
#include <string.h>

static rt_tensor *leaf(double a, double b) { return rt_requires_grad_(rt_tensor_f64(RT_F64(a, b), RT_SHAPE(2))); }
static double at(rt_tensor *x, int i) { return rt_at_index(x, RT_SHAPE(i)); }

static rt_backward_opts keep(void)
{
    rt_backward_opts o = rt_backward_opts_default();
    o.retain_graph = true;
    return o;
}

/* ---- what is computed ---- */

static rt_status same(rt_function_ctx *ctx, rt_tensor *const *x, int n, rt_tensor **y) { (void)ctx; (void)n; *y = rt_clone(x[0]); return RT_OK; }
static rt_status counted(rt_function_ctx *ctx, rt_tensor *const *g, rt_tensor **x) { ++*(int *)rt_ctx_user(ctx); x[0] = g[0]; return RT_OK; }
static const rt_function counts = { "counts", same, counted, 1, false, NULL };
static rt_tensor *count(rt_tensor *x, int *n) { return rt_function_call(&counts, &x, 1, n); }

static void branches_that_lead_nowhere_are_left_out(void)
{
    int a = 0, b = 0, below = 0;
    rt_tensor *x = leaf(2, 3), *w = leaf(5, 7), *g[2];
    rt_tensor *base = count(rt_mul(x, x), &below), *y = rt_sum(rt_add(count(base, &a), count(rt_mul(w, w), &b)));
    rt_backward_opts o = keep();
    CHECK_INT(rt_autograd_grad(&y, 1, &w, 1, NULL, &o, g), RT_OK);
    CHECK_CLOSE(at(g[0], 1), 14, 0, 0);
    CHECK(a == 0 && b == 1 && below == 0);
    CHECK_INT(rt_autograd_grad(&y, 1, &base, 1, NULL, NULL, g), RT_OK);      /* what lies below an input is not gone through, nor freed */
    CHECK(a == 1 && b == 1 && below == 0);
    rt_tensor *z = rt_sum(base);
    CHECK_INT(rt_autograd_grad(&z, 1, &x, 1, NULL, NULL, g), RT_OK);
    CHECK_CLOSE(at(g[0], 0), 4, 0, 0);
    CHECK(rt_is_none(rt_grad(x)) && rt_is_none(rt_grad(w)));
}

static void operands_nobody_asks_for_cost_nothing(void)
{
    rt_tensor *x = leaf(2, 3), *big = rt_requires_grad_(rt_ones(RT_SHAPE(2, 1000), RT_OPTS(rt_tensor, .dtype = RT_FLOAT64))), *g;
    rt_tensor *y = rt_sum(rt_mul(rt_view(x, RT_SHAPE(2, 1)), big)), *in = x;
    int64_t before = rt_memory_stats().live_bytes, after;
    CHECK_INT(rt_autograd_grad(&y, 1, &in, 1, NULL, NULL, &g), RT_OK);
    after = rt_memory_stats().live_bytes;
    CHECK(after < before + 1000);
    CHECK_CLOSE(at(g, 0), 1000, 0, 0);
}

static void an_input_may_be_named_twice(void)
{
    rt_tensor *x = leaf(2, 3), *inputs[2] = { x, x }, *g[2], *y = rt_sum(rt_mul(x, x));
    CHECK_INT(rt_autograd_grad(&y, 1, inputs, 2, NULL, NULL, g), RT_OK);
    CHECK(at(g[0], 1) == 6 && at(g[1], 1) == 6);
}

static void backward_for_some_inputs(void)
{
    rt_tensor *x = leaf(2, 3), *w = leaf(5, 7), *h = rt_mul(x, w), *y[2] = { rt_sum(h), rt_sum(rt_mul(h, h)) }, *in[2] = { w, h };
    rt_backward_opts o = keep();
    CHECK_INT(rt_autograd_backward(y, 2, NULL, in, 2, &o), RT_OK);
    CHECK(rt_is_none(rt_grad(x)));
    CHECK_CLOSE(at(rt_grad(w), 0), 2 + 2 * 10 * 2, 0, 0);
    CHECK_CLOSE(at(rt_grad(h), 0), 1 + 2 * 10, 0, 0);                        /* an input that is no leaf has one too */
    CHECK_INT(rt_autograd_backward(y, 2, NULL, NULL, 0, NULL), RT_OK);
    CHECK_CLOSE(at(rt_grad(x), 0), 5 + 2 * 10 * 5, 0, 0);
    CHECK_CLOSE(at(rt_grad(w), 0), 84, 0, 0);
    CHECK_STATUS(rt_autograd_backward(y, 0, NULL, NULL, 0, NULL), RT_ERR_VALUE);
}

static void what_saves_nothing_may_be_gone_through_again(void)
{
    rt_tensor *x = leaf(2, 3), *y = rt_sum(rt_add_scalar(x, RT_S(1)));
    CHECK_INT(rt_backward(y), RT_OK);
    CHECK_INT(rt_backward(y), RT_OK);
    CHECK_CLOSE(at(rt_grad(x), 0), 2, 0, 0);
}

static void a_kept_detached_value_lets_the_graph_go(void)
{
    rt_tensor *x = leaf(2, 3);
    rt_scope scope = rt_scope_begin();
    int64_t before = rt_memory_stats().live_tensors;
    rt_tensor *d = rt_keep(rt_detach(rt_exp(rt_exp(rt_exp(x)))));
    rt_scope_end(scope);
    CHECK_INT(rt_memory_stats().live_tensors, before + 1);
    rt_free(d);
}

static void gradients_of_create_graph_are_each_leafs_own(void)
{
    rt_tensor *a = leaf(1, 2), *b = leaf(3, 4);
    rt_backward_opts create = rt_backward_opts_default();
    create.create_graph = true;
    CHECK_INT(rt_backward_from(rt_sum(rt_add(a, b)), RT_NONE, &create), RT_OK);
    CHECK_INT(rt_backward(rt_sum(rt_mul_scalar(a, RT_S(10.0)))), RT_OK);
    CHECK_CLOSE(at(rt_grad(a), 0), 11, 0, 0);
    CHECK_CLOSE(at(rt_grad(b), 0), 1, 0, 0);
}

/* ---- hooks ---- */

typedef struct trace { char text[64]; double factor, seen; int n; } trace;
static char order[64];

static rt_tensor *scales(rt_tensor *g, void *user)
{
    trace *t = (trace *)user;
    strcat(order, t->text);
    t->n++;
    t->seen = at(g, 0);
    return t->factor == 0 ? RT_NONE : rt_mul_scalar(g, RT_S(t->factor));
}

static rt_status after(rt_tensor *x, void *user)
{
    trace *t = (trace *)user;
    strcat(order, t->text);
    t->n++;
    t->seen = at(rt_grad(x), 0);
    return RT_OK;
}

static void hooks_run_in_order_and_may_replace(void)
{
    trace a = { "a", 3, 0, 0 }, b = { "b", 5, 0, 0 }, c = { "c", 0, 0, 0 };
    rt_tensor *x = leaf(1, 1), *y = rt_mul_scalar(x, RT_S(2.0));
    order[0] = '\0';
    CHECK_INT(rt_retain_grad(y), RT_OK);
    CHECK(rt_retains_grad(y) && !rt_retains_grad(x));
    rt_hook first = rt_register_hook(y, scales, &a);
    CHECK(first.id != 0);
    rt_register_hook(y, scales, &b);
    rt_register_hook(y, scales, &c);
    rt_backward_opts o = keep();
    CHECK_INT(rt_backward_from(rt_sum(y), RT_NONE, &o), RT_OK);
    CHECK_TEXT(order, "abc");
    CHECK(a.seen == 1 && b.seen == 3 && c.seen == 15);
    CHECK_CLOSE(at(rt_grad(y), 0), 15, 0, 0);                    /* kept as the hooks leave it */
    CHECK_CLOSE(at(rt_grad(x), 0), 30, 0, 0);
    rt_hook_remove(first);
    rt_hook_remove(first);
    rt_zero_grad(x);
    CHECK_INT(rt_backward_from(rt_sum(y), RT_NONE, &o), RT_OK);
    CHECK_CLOSE(at(rt_grad(x), 0), 10, 0, 0);
    CHECK_CLOSE(at(rt_grad(y), 0), 20, 0, 0);                    /* and adds up */
    rt_tensor *g, *ones = rt_ones_like(y);
    CHECK_INT(rt_autograd_grad(&y, 1, &x, 1, &ones, NULL, &g), RT_OK);
    CHECK_CLOSE(at(g, 1), 10, 0, 0);
}

static rt_tensor *fails(rt_tensor *g, void *user);
static void let_go(void *user) { ++*(int *)user; }

static void what_a_hook_holds_is_let_go_once(void)
{
    int removed = 0, died = 0;
    rt_tensor *x = leaf(1, 1);
    rt_scope scope = rt_scope_begin();
    rt_tensor *y = rt_mul(x, x);
    rt_hook hook = rt_register_hook(x, fails, &removed);
    rt_hook_on_release(hook, let_go);
    rt_hook_on_release(rt_register_hook(y, fails, &died), let_go);
    rt_hook_remove(hook);
    rt_hook_remove(hook);
    rt_hook_on_release(hook, let_go);
    CHECK(removed == 1 && died == 0);
    rt_scope_end(scope);
    CHECK(removed == 1 && died == 1);
}

static void a_leafs_hooks_see_the_whole_once(void)
{
    trace a = { "a", 2, 0, 0 }, p = { "p", 0, 0, 0 };
    rt_tensor *x = leaf(1, 1), *g;
    order[0] = '\0';
    rt_register_post_accumulate_grad_hook(x, after, &p);
    rt_hook hook = rt_register_hook(x, scales, &a);
    rt_tensor *y = rt_sum(rt_add(rt_mul_scalar(x, RT_S(2.0)), rt_mul_scalar(x, RT_S(3.0))));
    rt_backward_opts o = keep();
    CHECK_INT(rt_backward_from(y, RT_NONE, &o), RT_OK);
    CHECK_TEXT(order, "ap");
    CHECK(a.n == 1 && a.seen == 5 && p.n == 1 && p.seen == 10);
    CHECK_INT(rt_autograd_grad(&y, 1, &x, 1, NULL, &o, &g), RT_OK);
    CHECK_CLOSE(at(g, 0), 10, 0, 0);                             /* grad is what hooks leave; nothing has been accumulated */
    CHECK_INT(p.n, 1);
    rt_hook_remove(hook);
    CHECK_INT(rt_backward(y), RT_OK);
    CHECK_CLOSE(at(rt_grad(x), 0), 15, 0, 0);
    CHECK_INT(p.n, 2);
    rt_tensor *self = x, *ones = rt_ones_like(x);
    CHECK_INT(rt_autograd_backward(&self, 1, &ones, NULL, 0, NULL), RT_OK);
    CHECK_INT(p.n, 3);                                           /* an output that is a leaf */
    rt_zero_grad(x);
}

/* A step inside backward: the gradient is used and dropped before the leaf below it has one. */
typedef struct stepper { rt_tensor *other; bool other_had_none; } stepper;
static rt_status step(rt_tensor *x, void *user)
{
    stepper *s = (stepper *)user;
    rt_scope off = rt_no_grad();
    rt_sub_(x, rt_grad(x));
    rt_scope_end(off);
    s->other_had_none = rt_is_none(rt_grad(s->other));
    return rt_set_grad(x, RT_NONE);
}

static void post_hooks_run_as_soon_as_a_leaf_is_done(void)
{
    rt_tensor *deep = leaf(1, 1), *late = leaf(2, 2);
    stepper s = { deep, false };
    rt_register_post_accumulate_grad_hook(late, step, &s);
    CHECK_INT(rt_backward(rt_sum(rt_add(rt_mul_scalar(rt_mul_scalar(deep, RT_S(1.0)), RT_S(1.0)), late))), RT_OK);
    CHECK(s.other_had_none);
    CHECK(at(late, 0) == 1 && rt_is_none(rt_grad(late)) && !rt_is_none(rt_grad(deep)));
}

static rt_tensor *other_shape(rt_tensor *g, void *user) { (void)g; (void)user; return rt_ones(RT_SHAPE(3), NULL); }
static rt_tensor *other_dtype(rt_tensor *g, void *user) { (void)user; return rt_to(g, RT_FLOAT32); }
static rt_tensor *fails(rt_tensor *g, void *user) { (void)g; (void)user; return NULL; }
static rt_status refuses(rt_tensor *x, void *user) { (void)user; return rt_sum_dims(x, RT_SHAPE(7), false) ? RT_OK : rt_last_error()->code; }

static void hooks_are_held_to_their_word(void)
{
    static rt_hook_fn const bad[] = { other_shape, other_dtype, fails };
    static const rt_status code[] = { RT_ERR_SHAPE, RT_ERR_SHAPE, RT_ERR_VALUE };
    for (int i = 0; i < 3; i++) {
        rt_tensor *x = leaf(1, 2), *y = rt_exp(x);
        rt_register_hook(y, bad[i], NULL);
        CHECK_STATUS(rt_backward(rt_sum(y)), code[i]);
        CHECK(rt_is_none(rt_grad(x)));
    }
    rt_tensor *x = leaf(1, 2), *plain = rt_ones(RT_SHAPE(2), NULL);
    rt_register_post_accumulate_grad_hook(x, refuses, NULL);
    CHECK(rt_backward(rt_sum(x)) == RT_ERR_INDEX);
    rt_clear_error();
    CHECK_STATUS(rt_register_hook(plain, fails, NULL).id, RT_ERR_GRAD);
    CHECK_STATUS(rt_register_hook(x, NULL, NULL).id, RT_ERR_NULL);
    CHECK_STATUS(rt_register_post_accumulate_grad_hook(rt_exp(x), refuses, NULL).id, RT_ERR_GRAD);
    CHECK_STATUS(rt_retain_grad(plain), RT_ERR_GRAD);
    rt_zero_grad(x);
}

/* What a hook hangs on is the value: a write in place makes another. What keeps its gradient is the tensor. */
static void hooks_stay_with_the_value(void)
{
    trace a = { "", 3, 0, 0 }, b = { "", 7, 0, 0 };
    rt_tensor *x = leaf(1, 1), *y = rt_mul_scalar(x, RT_S(2.0));
    rt_register_hook(y, scales, &a);
    rt_mul_scalar_(y, RT_S(5.0));
    rt_register_hook(y, scales, &b);
    CHECK_INT(rt_backward(rt_sum(y)), RT_OK);
    CHECK_CLOSE(at(rt_grad(x), 0), 210, 0, 0);
    rt_zero_grad(x);
    y = rt_mul_scalar(x, RT_S(2.0));
    rt_retain_grad(y);
    rt_mul_scalar_(y, RT_S(5.0));
    CHECK(rt_retains_grad(y));
    CHECK_INT(rt_backward(rt_sum(y)), RT_OK);
    CHECK_CLOSE(at(rt_grad(y), 0), 1, 0, 0);
    CHECK_CLOSE(at(rt_grad(x), 0), 10, 0, 0);
    rt_zero_grad(x);
    rt_scope scope = rt_scope_begin();
    rt_tensor *gone = rt_mul_scalar(x, RT_S(2.0));
    rt_retain_grad(gone);
    rt_register_hook(gone, scales, &a);
    rt_tensor *z = rt_keep(rt_sum(rt_mul(gone, gone)));
    rt_scope_end(scope);
    CHECK_INT(rt_backward(z), RT_OK);                           /* hooks outlive the tensor, its grad does not */
    CHECK_CLOSE(at(rt_grad(x), 0), 24, 0, 0);
    rt_free(z);
}

/* ---- several passes at once ---- */

#ifndef RT_NO_THREADS
typedef struct work { rt_tensor *y; int passes; rt_status status; } work;

static void *goes_back(void *user)
{
    work *w = (work *)user;
    rt_backward_opts o = keep();
    for (int i = 0; i < w->passes && w->status == RT_OK; i++)
        w->status = rt_backward_from(w->y, RT_NONE, &o);
    return NULL;
}

static void passes_over_one_graph_do_not_mix(void)
{
    enum { THREADS = 4, PASSES = 100, LAYERS = 40 };
    pthread_t thread[THREADS];
    work w[THREADS];
    rt_tensor *x = leaf(1, 1), *h = x;
    for (int i = 0; i < LAYERS; i++)
        h = rt_add(rt_mul_scalar(h, RT_S(0.5)), rt_mul(x, x));
    double want[1];
    rt_tensor *y = rt_sum(h), *one;
    rt_backward_opts o = keep();
    CHECK_INT(rt_autograd_grad(&y, 1, &x, 1, NULL, &o, &one), RT_OK);
    want[0] = at(one, 0);
    int passes = check_small() ? PASSES / 10 : PASSES;
    for (int i = 0; i < THREADS; i++) {
        w[i].y = y;
        w[i].passes = passes;
        w[i].status = RT_OK;
        CHECK_INT(pthread_create(&thread[i], NULL, goes_back, &w[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(thread[i], NULL);
        CHECK_INT(w[i].status, RT_OK);
    }
    CHECK_CLOSE(at(rt_grad(x), 0), want[0] * passes * (int)THREADS, 1e-12, 0);
    rt_zero_grad(x);
}

/* Without retain_graph one pass may free what the other still wants: an error, no crash. */
static void *goes_back_once(void *user)
{
    work *w = (work *)user;
    w->status = rt_backward(w->y);
    rt_clear_error();
    return NULL;
}

static void a_graph_freed_meanwhile_is_an_error(void)
{
    for (int turn = 0; turn < (check_small() ? 20 : 200); turn++) {
        rt_scope scope = rt_scope_begin();
        pthread_t thread[2];
        rt_tensor *x = leaf(1, 1), *h = x;
        for (int i = 0; i < 20; i++)
            h = rt_exp(rt_mul_scalar(h, RT_S(0.1)));
        work w[2] = { { rt_sum(h), 1, RT_OK }, { NULL, 1, RT_OK } };
        w[1].y = w[0].y;
        for (int i = 0; i < 2; i++)
            pthread_create(&thread[i], NULL, goes_back_once, &w[i]);
        for (int i = 0; i < 2; i++) {
            pthread_join(thread[i], NULL);
            if (w[i].status != RT_OK && w[i].status != RT_ERR_GRAD)
                CHECK_INT(w[i].status, RT_ERR_GRAD);
        }
        CHECK(w[0].status == RT_OK || w[1].status == RT_OK || w[0].status == RT_ERR_GRAD);
        rt_zero_grad(x);
        rt_scope_end(scope);
    }
}
#endif

/* A pass within a pass, over the same graph. */
static rt_tensor *goes_through_again(rt_tensor *g, void *user)
{
    rt_tensor **yx = (rt_tensor **)user, *inner;
    rt_backward_opts o = keep();
    if (rt_autograd_grad(&yx[0], 1, &yx[1], 1, NULL, &o, &inner) != RT_OK)
        return NULL;
    return rt_add(g, inner);
}

static void a_hook_may_start_a_pass(void)
{
    rt_tensor *x = leaf(1, 2), *middle = rt_mul(x, x), *y = rt_sum(rt_mul(middle, middle)), *yx[2];
    yx[0] = y;
    yx[1] = x;
    rt_hook hook = rt_register_hook(middle, goes_through_again, yx);
    CHECK(hook.id != 0);
    rt_hook_remove(hook);
    rt_tensor *after_middle = rt_mul_scalar(middle, RT_S(1.0));
    rt_register_hook(after_middle, goes_through_again, yx);
    CHECK_INT(rt_backward(rt_sum(after_middle)), RT_OK);
    CHECK_CLOSE(at(rt_grad(x), 1), (1 + 32) * 4, 0, 0);          /* d(x^4) = 4 x^3 */
}

int main(void)
{
    TEST(branches_that_lead_nowhere_are_left_out);
    TEST(operands_nobody_asks_for_cost_nothing);
    TEST(an_input_may_be_named_twice);
    TEST(backward_for_some_inputs);
    TEST(what_saves_nothing_may_be_gone_through_again);
    TEST(a_kept_detached_value_lets_the_graph_go);
    TEST(gradients_of_create_graph_are_each_leafs_own);
    TEST(hooks_run_in_order_and_may_replace);
    TEST(what_a_hook_holds_is_let_go_once);
    TEST(a_leafs_hooks_see_the_whole_once);
    TEST(post_hooks_run_as_soon_as_a_leaf_is_done);
    TEST(hooks_are_held_to_their_word);
    TEST(hooks_stay_with_the_value);
#ifndef RT_NO_THREADS
    TEST(passes_over_one_graph_do_not_mix);
    TEST(a_graph_freed_meanwhile_is_an_error);
#endif
    TEST(a_hook_may_start_a_pass);
    return check_end("4_autograd/pass");
}
