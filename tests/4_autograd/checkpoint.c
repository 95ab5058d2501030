/* Checkpoints: the same gradients for fewer bytes. */
#include "check.h"

#ifndef RT_NO_THREADS
#  include <pthread.h>
#endif
#include <string.h>

enum { N = 64, LAYERS = 8 };

static double at(rt_tensor *x, int i, int k) { return rt_at_index(x, RT_SHAPE(i, k)); }

static rt_tensor *gradient(rt_tensor *y, rt_tensor *x, bool create_graph)
{
    rt_tensor *g = NULL;
    rt_backward_opts o = rt_backward_opts_default();
    o.create_graph = create_graph;
    o.allow_unused = true;
    y = rt_sum(y);
    rt_autograd_grad(&y, 1, &x, 1, NULL, &o, &g);
    return g;
}

static int runs;

/* One layer: several results that the tape saves. user: a weight that the function uses besides its inputs. */
static rt_tensor *layer(rt_tensor *const *x, int n, void *user)
{
    (void)n;
    runs++;
    rt_tensor *h = rt_exp(rt_mul_scalar(x[0], RT_S(0.1)));
    h = rt_div(h, rt_add_scalar(rt_mul(h, h), RT_S(1)));
    h = rt_mul(h, rt_matmul(h, user ? (rt_tensor *)user : x[0]));
    return rt_exp(rt_mul_scalar(h, RT_S(-0.1)));
}

static rt_tensor *plainly(rt_tensor *x, void *user) { return layer(&x, 1, user); }
static rt_tensor *checked(rt_tensor *x, void *user) { return rt_checkpoint(layer, &x, 1, user, NULL); }

static rt_tensor *square(void)
{
    rt_manual_seed(3);
    return rt_requires_grad_(rt_to(rt_rand(RT_SHAPE(N, N), NULL), RT_FLOAT64));
}

static bool equal(rt_tensor *a, rt_tensor *b)
{
    a = rt_contiguous(a);
    b = rt_contiguous(b);
    return a && b && rt_numel(a) == rt_numel(b) && memcmp(rt_data_ptr(a), rt_data_ptr(b), (size_t)rt_numel(a) * sizeof(double)) == 0;
}

static void gradients_are_the_same(void)
{
    rt_tensor *x = square(), *w = square(), *y = checked(x, w);
    runs = 0;
    CHECK(equal(y, plainly(x, w)));
    CHECK_INT(runs, 1);
    CHECK(equal(gradient(y, x, false), gradient(plainly(x, w), x, false)));
    CHECK_INT(runs, 3);
    CHECK(equal(gradient(checked(x, w), w, false), gradient(plainly(x, w), w, false)));      /* a leaf that is no input */
    CHECK_INT(rt_backward(rt_sum(checked(checked(x, w), w))), RT_OK);
    rt_tensor *g = rt_clone(rt_grad(x));
    rt_zero_grad(x);
    rt_zero_grad(w);
    CHECK_INT(rt_backward(rt_sum(plainly(plainly(x, w), w))), RT_OK);
    CHECK(equal(g, rt_grad(x)));
    rt_zero_grad(x);
    rt_zero_grad(w);
}

static void second_derivatives_too(void)
{
    rt_tensor *x = square(), *g = gradient(checked(checked(x, NULL), NULL), x, true), *h = gradient(plainly(plainly(x, NULL), NULL), x, true);
    CHECK(rt_requires_grad(g) && equal(g, h));
    rt_tensor *a = gradient(rt_mul(g, g), x, false), *b = gradient(rt_mul(h, h), x, false);
    for (int i = 0; i < N; i += 13)
        CHECK_CLOSE(at(a, i, i), at(b, i, i), 1e-12, 1e-15);
}

/* Bytes that live between forward and backward. */
static int64_t held(rt_tensor *x, rt_tensor *(*one)(rt_tensor *x, void *user))
{
    rt_scope scope = rt_scope_begin();
    int64_t before = rt_memory_stats().live_bytes, bytes;
    rt_tensor *y = rt_keep(rt_clone(x));
    for (int i = 0; i < LAYERS; i++) {
        rt_scope turn = rt_scope_begin();
        rt_set(&y, one(y, NULL));
        rt_scope_end(turn);
    }
    bytes = rt_memory_stats().live_bytes - before;
    CHECK_INT(rt_backward(rt_sum(y)), RT_OK);
    rt_free(y);
    rt_scope_end(scope);
    return bytes;
}

static rt_tensor *several(rt_tensor *const *x, int n, void *user)
{
    rt_tensor *h = x[0];
    (void)n;
    for (int i = 0; i < 4; i++)
        h = user ? checked(h, NULL) : plainly(h, NULL);
    return h;
}
static rt_tensor *nested(rt_tensor *x, void *user) { (void)user; return rt_checkpoint(several, &x, 1, x, NULL); }
static rt_tensor *blocks(rt_tensor *x, void *user) { (void)user; return rt_checkpoint(several, &x, 1, NULL, NULL); }

static void fewer_bytes_live(void)
{
    const int64_t one = N * N * (int64_t)sizeof(double);
    rt_tensor *x = square();
    int64_t all = held(x, plainly), few = held(x, checked), most = held(x, nested);
    CHECK(all > 6 * LAYERS * one);
    CHECK(few < (LAYERS + 6) * one);                             /* each layer's input */
    CHECK(most < (LAYERS + 8) * one);                            /* inner inputs are the outer frame's business: the bytes are those of blocks */
    CHECK(most < held(x, blocks) + one);
    rt_zero_grad(x);
}

static void they_may_be_nested(void)
{
    rt_tensor *x = square();
    runs = 0;
    rt_tensor *y = nested(x, NULL);
    CHECK_INT(runs, 4);
    rt_tensor *g = gradient(y, x, false);
    CHECK_INT(runs, 12);                                         /* the outer one once more, with that all the inner ones, and each of these once */
    rt_tensor *z = x;
    for (int i = 0; i < 4; i++)
        z = plainly(z, NULL);
    CHECK(equal(y, z) && equal(g, gradient(z, x, false)));
    g = gradient(nested(x, NULL), x, true);
    CHECK(equal(g, gradient(blocks(x, NULL), x, true)));
}

static rt_tensor *noisy(rt_tensor *const *x, int n, void *user)
{
    (void)n;
    (void)user;
    return rt_mul(rt_exp(x[0]), rt_to(rt_rand(RT_SHAPE(N, N), NULL), RT_FLOAT64));
}

static void random_numbers_are_the_same_again(void)
{
    rt_tensor *x = square();
    rt_manual_seed(11);
    rt_tensor *y = rt_checkpoint(noisy, &x, 1, NULL, NULL), *next = rt_rand(RT_SHAPE(2), NULL);
    rt_manual_seed(11);
    rt_tensor *z = noisy(&x, 1, NULL), *want = rt_rand(RT_SHAPE(2), NULL), *after = rt_rand(RT_SHAPE(2), NULL);
    CHECK(rt_at_index(next, RT_SHAPE(0)) == rt_at_index(want, RT_SHAPE(0)));
    rt_manual_seed(11);
    y = rt_checkpoint(noisy, &x, 1, NULL, NULL);
    rt_rand(RT_SHAPE(2), NULL);
    rt_tensor *g = gradient(z, x, false);
    CHECK(equal(gradient(y, x, false), g));
    CHECK(rt_at_index(rt_rand(RT_SHAPE(2), NULL), RT_SHAPE(1)) == rt_at_index(after, RT_SHAPE(1)));       /* and the stream goes on where it was */
    rt_checkpoint_opts forget = rt_checkpoint_opts_default();
    forget.forget_rng_state = true;
    CHECK(!equal(gradient(rt_checkpoint(noisy, &x, 1, NULL, &forget), x, false), g));
}

/* ---- custom functions, writes in place, and lists inside ---- */

static rt_status cube_forward(rt_function_ctx *ctx, rt_tensor *const *x, int n, rt_tensor **y)
{
    rt_tensor *saved[2];
    (void)n;
    saved[0] = x[0];
    saved[1] = y[0] = rt_mul(x[0], rt_mul(x[0], x[0]));
    return rt_ctx_save_for_backward(ctx, saved, 2);
}
static rt_status cube_backward(rt_function_ctx *ctx, rt_tensor *const *g, rt_tensor **x)
{
    x[0] = rt_mul(g[0], rt_mul_scalar(rt_div(rt_ctx_saved(ctx, 1), rt_ctx_saved(ctx, 0)), RT_S(3)));
    return RT_OK;
}
static const rt_function cube = { "cube", cube_forward, cube_backward, 1, false, NULL };

static rt_tensor *assorted(rt_tensor *const *x, int n, void *user)
{
    (void)n;
    (void)user;
    rt_tensor *h = rt_add_scalar(rt_mul(x[0], x[1]), RT_S(1)), *row = rt_select(h, 0, 1);
    rt_tensor *c = rt_function_call(&cube, &h, 1, NULL);
    h = rt_clone(c);
    row = rt_select(h, 0, 1);
    rt_mul_(row, rt_select(x[1], 0, 0));
    rt_mul_(h, h);
    return rt_sqrt(rt_add_scalar(h, RT_S(1)));
}
static rt_tensor *assorted_again(rt_tensor *const *x, int n, void *user) { return rt_checkpoint(assorted, x, n, user, NULL); }

static void everything_that_saves_is_computed_again(void)
{
    double numbers[6] = { 0.5, 1.5, -0.75, 1.25, 0.875, -1.125 };
    rt_tensor *x[2] = { rt_requires_grad_(rt_tensor_f64(numbers, RT_SHAPE(2, 3))), rt_requires_grad_(rt_tensor_f64(numbers + 1, RT_SHAPE(1, 3))) };
    x[1] = rt_requires_grad_(rt_clone(rt_detach(rt_expand(x[1], RT_SHAPE(2, 3)))));
    CHECK_INT(rt_gradcheck(assorted, NULL, x, 2, NULL), RT_OK);
    CHECK_INT(rt_gradcheck(assorted_again, NULL, x, 2, NULL), RT_OK);
    CHECK_INT(rt_gradgradcheck(assorted_again, NULL, x, 2, NULL), RT_OK);
}

/* ---- refusals ---- */

static rt_tensor *fickle(rt_tensor *const *x, int n, void *user)
{
    (void)n;
    return ++*(int *)user > 1 ? rt_exp(x[0]) : rt_exp(rt_exp(x[0]));
}
static rt_tensor *fails(rt_tensor *const *x, int n, void *user) { (void)n; (void)user; return rt_matmul(x[0], rt_ones(RT_SHAPE(5, 5), NULL)); }
static rt_tensor *silent(rt_tensor *const *x, int n, void *user) { (void)x; (void)n; (void)user; return NULL; }

static void mistakes_are_named(void)
{
    int n = 0;
    rt_tensor *x = square(), *h = rt_mul_scalar(x, RT_S(1.0)), *y = rt_sum(rt_checkpoint(fickle, &x, 1, &n, NULL));
    CHECK_STATUS(rt_backward(y), RT_ERR_STATE);
    CHECK(rt_checkpoint(fails, &x, 1, NULL, NULL) == NULL);
    rt_clear_error();
    CHECK_STATUS(rt_checkpoint(silent, &x, 1, NULL, NULL), RT_ERR_VALUE);
    CHECK_STATUS(rt_checkpoint(NULL, &x, 1, NULL, NULL), RT_ERR_NULL);
    y = rt_sum(checked(h, NULL));
    rt_add_scalar_(rt_detach(h), RT_S(1));
    CHECK_STATUS(rt_backward(y), RT_ERR_GRAD);
    y = checked(x, NULL);
    rt_tensor *total = rt_sum(y);
    CHECK_INT(rt_backward(total), RT_OK);
    CHECK_STATUS(rt_backward(total), RT_ERR_GRAD);
    rt_zero_grad(x);
    rt_scope off = rt_no_grad();
    CHECK(!rt_requires_grad(checked(x, NULL)));
    rt_scope_end(off);
}

#ifndef RT_NO_THREADS
typedef struct work { rt_tensor *y; rt_status status; } work;
static void *goes_back(void *user)
{
    work *w = (work *)user;
    rt_backward_opts o = rt_backward_opts_default();
    o.retain_graph = true;
    w->status = rt_backward_from(w->y, RT_NONE, &o);
    return NULL;
}

static void two_passes_compute_it_once(void)
{
    rt_tensor *x = square(), *y = rt_sum(nested(x, NULL));
    pthread_t thread[3];
    work w[3];
    runs = 0;
    for (int i = 0; i < 3; i++) {
        w[i].y = y;
        pthread_create(&thread[i], NULL, goes_back, &w[i]);
    }
    for (int i = 0; i < 3; i++) {
        pthread_join(thread[i], NULL);
        CHECK_INT(w[i].status, RT_OK);
    }
    CHECK_INT(runs, 8);
    rt_tensor *g = gradient(blocks(x, NULL), x, false);
    CHECK_CLOSE(at(rt_grad(x), 5, 6), 3 * at(g, 5, 6), 1e-12, 0);
    rt_zero_grad(x);
}
#endif

int main(void)
{
    TEST(gradients_are_the_same);
    TEST(second_derivatives_too);
    TEST(fewer_bytes_live);
    TEST(they_may_be_nested);
    TEST(random_numbers_are_the_same_again);
    TEST(everything_that_saves_is_computed_again);
    TEST(mistakes_are_named);
#ifndef RT_NO_THREADS
    TEST(two_passes_compute_it_once);
#endif
    return check_end("4_autograd/checkpoint");
}
