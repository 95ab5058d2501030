/* Every allocation made to fail in turn, wherever the tape, its guards and the user's functions allocate: an error, nothing lost. */
#include "check.h"

#ifdef RUSTORCH_TESTING
#ifdef __cplusplus
extern "C" {
#endif
void rt_testing_refuse_request(int64_t n);
int64_t rt_testing_requests(void);
#ifdef __cplusplus
}
#endif

static rt_tensor *passes(rt_tensor *g, void *user) { (void)user; return rt_mul_scalar(g, RT_S(2.0)); }
static rt_status after(rt_tensor *x, void *user) { (void)user; return rt_set_grad(x, rt_clone(rt_grad(x))); }

static rt_status backward_of(rt_tensor *y, rt_tensor *const *x, int n)
{
    rt_tensor *grads[4];
    rt_backward_opts o = rt_backward_opts_default();
    o.create_graph = o.allow_unused = true;
    rt_status status = y ? rt_autograd_grad(&y, 1, x, n, NULL, &o, grads) : RT_ERR_MEMORY;
    return status == RT_OK ? rt_backward(y) : status;
}

static rt_status with_hooks(rt_tensor *const *x)
{
    rt_tensor *y = rt_mul(x[0], x[1]);
    if (!y || rt_retain_grad(y) != RT_OK || !rt_register_hook(y, passes, NULL).id)
        return RT_ERR_MEMORY;
    rt_hook a = rt_register_hook(x[0], passes, NULL), b = rt_register_post_accumulate_grad_hook(x[1], after, NULL);
    rt_status status = a.id && b.id ? backward_of(rt_sum(rt_exp(y)), x, 2) : RT_ERR_MEMORY;
    rt_hook_remove(a);
    rt_hook_remove(b);
    return status;
}

static rt_status with_views(rt_tensor *const *x)
{
    rt_tensor *base = rt_mul(x[0], x[1]), *part = rt_select(base, 0, 1), *other = rt_view(base, RT_SHAPE(4, 1));
    if (!rt_mul_(part, rt_select(x[1], 0, 0)) || !rt_exp(other))
        return RT_ERR_MEMORY;
    return backward_of(rt_sum(rt_mul(base, rt_view(other, RT_SHAPE(2, 2)))), x, 2);
}

static rt_status square_forward(rt_function_ctx *ctx, rt_tensor *const *x, int n, rt_tensor **y)
{
    rt_tensor *saved[2];
    (void)n;
    y[0] = rt_mul(x[0], x[0]);
    y[1] = rt_neg(x[0]);
    saved[0] = x[0];
    saved[1] = y[0];
    return y[0] && y[1] && rt_ctx_data(ctx, 100) ? rt_ctx_save_for_backward(ctx, saved, 2) : RT_ERR_MEMORY;
}
static rt_status square_backward(rt_function_ctx *ctx, rt_tensor *const *g, rt_tensor **x)
{
    x[0] = rt_sub(rt_mul(g[0], rt_mul_scalar(rt_div(rt_ctx_saved(ctx, 1), rt_ctx_saved(ctx, 0)), RT_S(2))), g[1]);
    return x[0] ? RT_OK : RT_ERR_MEMORY;
}
static int owned;
static void let_go(void *user) { --*(int *)user; }
static const rt_function square = { "square", square_forward, square_backward, 2, false, let_go };

static rt_status with_functions(rt_tensor *const *x)
{
    rt_tensor *y[2];
    owned++;
    rt_status status = rt_function_apply(&square, x, 1, &owned, y);
    return status == RT_OK ? backward_of(rt_sum(rt_mul(y[0], x[1])), x, 2) : status;
}

static rt_tensor *inner(rt_tensor *const *x, int n, void *user) { (void)n; (void)user; return rt_exp(rt_mul(x[0], x[1])); }
static rt_tensor *outer(rt_tensor *const *x, int n, void *user)
{
    rt_tensor *in[2];
    in[0] = rt_mul(x[0], x[0]);
    in[1] = x[1];
    return rt_mul(rt_checkpoint(inner, in, n, user, NULL), x[1]);
}
static rt_status with_checkpoints(rt_tensor *const *x) { return backward_of(rt_sum(rt_checkpoint(outer, x, 2, NULL, NULL)), x, 2); }

static rt_status with_guards(rt_tensor *const *x)
{
    rt_scope watch = rt_detect_anomaly(true);
    rt_anomaly_label("here");
    rt_status status = backward_of(rt_sum(rt_exp(rt_mul(x[0], x[1]))), x, 2);
    rt_anomaly_label(NULL);
    rt_scope_end(watch);
    return status;
}

static void *narrows(rt_tensor *x, void *user) 
{
    rt_tensor *y = rt_keep(rt_clone(rt_to(x, RT_FLOAT32)));
    *(int *)user += y != NULL;
    return y;
}
static rt_tensor *widens(void *what, void *user) { (void)user; return rt_to((rt_tensor *)what, RT_FLOAT64); }
static void drops(void *what, void *user) { --*(int *)user; rt_free(what); }
static rt_status with_saved_hooks(rt_tensor *const *x)
{
    rt_saved_hooks hooks = { narrows, widens, drops, &owned, NULL };
    if (rt_saved_hooks_push(&hooks) != RT_OK)
        return RT_ERR_MEMORY;
    rt_tensor *y = rt_sum(rt_exp(rt_mul(rt_neg(x[0]), x[1])));
    rt_saved_hooks_pop(&hooks);
    return backward_of(y, x, 2);
}

typedef rt_status (*scenario)(rt_tensor *const *x);

static void every_refusal_is_an_error(scenario run)
{
    rt_tensor *x[2];
    for (int k = 0; k < 2; k++)
        x[k] = rt_requires_grad_(rt_tensor_f64(RT_F64(0.5, 0.25, 2, 1), RT_SHAPE(2, 2)));
    for (int64_t n = 1;; n++) {
        rt_scope scope = rt_scope_begin();
        int64_t live = rt_memory_stats().live_tensors;
        check_at("request %d", (int)n);
        rt_testing_refuse_request(n);
        rt_status status = run(x);
        int64_t requests = rt_testing_requests();
        rt_testing_refuse_request(0);
        rt_scope_end(scope);
        for (int k = 0; k < 2; k++)
            rt_zero_grad(x[k]);
        if (requests < n) {
            CHECK_INT(status, RT_OK);
            break;
        }
        if (!CHECK(status == RT_ERR_MEMORY || rt_last_error()->code == RT_ERR_MEMORY) || !CHECK_INT(rt_memory_stats().live_tensors, live))
            break;
        rt_clear_error();
    }
    rt_clear_error();
    CHECK_INT(owned, 0);
}

static void hooks(void) { every_refusal_is_an_error(with_hooks); }
static void views(void) { every_refusal_is_an_error(with_views); }
static void functions(void) { every_refusal_is_an_error(with_functions); }
static void checkpoints(void) { every_refusal_is_an_error(with_checkpoints); }
static void saved(void) { every_refusal_is_an_error(with_saved_hooks); }
static void guards(void) { every_refusal_is_an_error(with_guards); }

int main(void)
{
    TEST(hooks);
    TEST(views);
    TEST(functions);
    TEST(checkpoints);
    TEST(saved);
    TEST(guards);
    return check_end("4_autograd/refusal");
}
#else
int main(void) { printf("4_autograd/refusal: 1 passed, 0 failed\n"); return 0; }
#endif
