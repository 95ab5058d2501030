/* The tape: what backward and grad promise, and what they refuse. */
#include "check.h"

#include <pthread.h>
#include <string.h>

static rt_tensor *leaf(double a, double b) { return rt_requires_grad_(rt_tensor_f64(RT_F64(a, b), RT_SHAPE(2))); }
static double at(rt_tensor *x, int i) { return rt_at_index(x, RT_SHAPE(i)); }

static rt_backward_opts options(bool retain, bool create, bool unused)
{
    rt_backward_opts o = rt_backward_opts_default();
    o.retain_graph = retain;
    o.create_graph = create;
    o.allow_unused = unused;
    return o;
}

static void gradients_add_up(void)
{
    rt_tensor *x = leaf(2, 3);
    CHECK(rt_is_none(rt_grad(x)));
    CHECK_INT(rt_backward(rt_sum(rt_mul(x, x))), RT_OK);
    CHECK_CLOSE(at(rt_grad(x), 1), 6, 0, 0);
    CHECK_INT(rt_backward(rt_sum(rt_mul(x, x))), RT_OK);
    CHECK_CLOSE(at(rt_grad(x), 1), 12, 0, 0);
    CHECK_INT(rt_zero_grad(x), RT_OK);
    CHECK(rt_is_none(rt_grad(x)));
    rt_tensor *a = rt_ones(RT_SHAPE(2, 3), NULL), *b = rt_requires_grad_(rt_ones(RT_SHAPE(3), NULL));
    CHECK_INT(rt_backward(rt_sum(rt_mul(a, b))), RT_OK);        /* broadcasting is undone by sums */
    CHECK_INT(rt_dim(rt_grad(b)), 1);
    CHECK_CLOSE(at(rt_grad(b), 2), 2, 0, 0);
}

/* a + b sends one gradient to both: each has to have its own. */
static void leaves_do_not_share_their_gradients(void)
{
    rt_tensor *a = leaf(1, 2), *b = leaf(3, 4);
    CHECK_INT(rt_backward(rt_sum(rt_add(a, b))), RT_OK);
    CHECK_INT(rt_backward(rt_sum(rt_mul_scalar(a, RT_S(10.0)))), RT_OK);
    CHECK_CLOSE(at(rt_grad(a), 0), 11, 0, 0);
    CHECK_CLOSE(at(rt_grad(b), 0), 1, 0, 0);
}

static void what_is_a_leaf_and_what_is_not(void)
{
    rt_tensor *x = leaf(1, 2), *y = rt_mul(x, x), *d = rt_detach(y);
    CHECK(rt_is_leaf(x) && !rt_is_leaf(y) && rt_is_leaf(d));
    CHECK(rt_requires_grad(y) && !rt_requires_grad(d));
    CHECK(rt_grad_fn(x) == NULL && rt_grad_fn(y) == rt_op_find("mul.Tensor"));
    CHECK(rt_data_ptr(d) == rt_data_ptr(y));
    CHECK_STATUS(rt_set_requires_grad(y, false), RT_ERR_GRAD);
    CHECK_STATUS(rt_requires_grad_(rt_arange(RT_S(0), RT_S(3), RT_S(1), NULL)), RT_ERR_DTYPE);
    CHECK_STATUS(rt_backward(d), RT_ERR_GRAD);
    CHECK_STATUS(rt_backward(y), RT_ERR_SHAPE);
    CHECK(!rt_requires_grad(rt_gt_scalar(x, RT_S(0))));         /* a comparison has no derivative and needs none */
    CHECK_STATUS(rt_set_grad(x, rt_ones(RT_SHAPE(3), NULL)), RT_ERR_SHAPE);
}

static void a_graph_is_gone_through_once(void)
{
    rt_tensor *x = leaf(2, 3), *y = rt_sum(rt_mul(x, x));
    CHECK_INT(rt_backward(y), RT_OK);
    CHECK_STATUS(rt_backward(y), RT_ERR_GRAD);
    rt_backward_opts keep = options(true, false, false);
    rt_tensor *z = rt_sum(rt_exp(x));
    CHECK_INT(rt_backward_from(z, RT_NONE, &keep), RT_OK);
    CHECK_INT(rt_backward(z), RT_OK);
    CHECK_STATUS(rt_backward(z), RT_ERR_GRAD);
}

static void backward_frees_what_it_saved(void)
{
    rt_tensor *x = rt_requires_grad_(rt_ones(RT_SHAPE(1000), NULL)), *y = rt_sum(rt_exp(rt_exp(x)));
    int64_t before = rt_memory_stats().live_tensors;
    CHECK_INT(rt_backward(y), RT_OK);
    CHECK(rt_memory_stats().live_tensors <= before - 2 + 1);     /* two saved results gone, one gradient more */
}

static void grad_answers_and_touches_no_leaf(void)
{
    rt_tensor *x = leaf(2, 3), *w = leaf(5, 7), *y = rt_sum(rt_mul(rt_mul(x, x), w)), *grads[2], *one[1], *inputs[2] = { x, w };
    CHECK_INT(rt_autograd_grad(&y, 1, inputs, 2, NULL, NULL, grads), RT_OK);
    CHECK_CLOSE(at(grads[0], 0), 20, 0, 0);
    CHECK_CLOSE(at(grads[1], 1), 9, 0, 0);
    CHECK(rt_is_none(rt_grad(x)));
    rt_tensor *middle = rt_mul(x, x), *z = rt_sum(rt_mul(middle, w));
    CHECK_INT(rt_autograd_grad(&z, 1, &middle, 1, NULL, NULL, one), RT_OK);      /* of what is no leaf */
    CHECK_CLOSE(at(one[0], 1), 7, 0, 0);
    rt_tensor *v = rt_sum(x);
    CHECK_STATUS(rt_autograd_grad(&v, 1, inputs, 2, NULL, NULL, grads), RT_ERR_GRAD);
    CHECK(grads[0] == NULL && grads[1] == NULL);
    rt_backward_opts unused = options(false, false, true);
    v = rt_sum(x);
    CHECK_INT(rt_autograd_grad(&v, 1, inputs, 2, NULL, &unused, grads), RT_OK);
    CHECK(rt_is_none(grads[1]));
    rt_tensor *u = rt_mul(x, w), *weights = rt_tensor_f64(RT_F64(10, 100), RT_SHAPE(2));
    CHECK_INT(rt_autograd_grad(&u, 1, &x, 1, &weights, NULL, one), RT_OK);
    CHECK_CLOSE(at(one[0], 1), 700, 0, 0);
    rt_tensor *self = x;
    v = rt_sum(x);
    CHECK_INT(rt_autograd_grad(&self, 1, &x, 1, &weights, NULL, one), RT_OK);    /* an input that is an output */
    CHECK_CLOSE(at(one[0], 0), 10, 0, 0);
    rt_tensor *not_wanted = rt_ones(RT_SHAPE(2), NULL);
    CHECK_STATUS(rt_autograd_grad(&v, 1, &not_wanted, 1, NULL, NULL, one), RT_ERR_GRAD);
}

/* x^4: 4 x^3, 12 x^2, 24 x, 24 */
static void gradients_of_any_order(void)
{
    static const double want[] = { 32, 48, 48, 24 };
    rt_tensor *x = leaf(2, 2), *y = rt_mul(rt_mul(x, x), rt_mul(x, x));
    rt_backward_opts create = options(false, true, false);
    for (int order = 0; order < 4; order++) {
        rt_tensor *sum = rt_sum(y), *next;
        CHECK_INT(rt_autograd_grad(&sum, 1, &x, 1, NULL, &create, &next), RT_OK);
        CHECK_CLOSE(at(next, 1), want[order], 0, 0);
        y = next;
    }
    rt_zero_grad(x);
}

static void writes_in_place_are_noticed(void)
{
    rt_tensor *x = leaf(2, 3), *y = rt_mul_scalar(x, RT_S(2.0)), *z = rt_mul(y, y);
    CHECK_INT(rt_version_of(y), 0);
    rt_add_scalar_(y, RT_S(1));
    CHECK_INT(rt_version_of(y), 1);
    CHECK_INT(rt_backward(rt_sum(z)), RT_ERR_GRAD);
    CHECK(strstr(rt_last_error()->message, "in place") != NULL);
    rt_clear_error();

    rt_tensor *e = rt_exp(x), *f = rt_sum(e);
    rt_mul_scalar_(rt_detach(e), RT_S(2.0));                     /* through another header on the same memory */
    CHECK_STATUS(rt_backward(f), RT_ERR_GRAD);

    CHECK_STATUS(rt_add_scalar_(x, RT_S(1)), RT_ERR_GRAD);       /* a leaf on the tape */
    rt_scope off = rt_no_grad();
    CHECK(rt_add_scalar_(x, RT_S(1)) == x);
    rt_scope_end(off);
    CHECK_CLOSE(at(x, 0), 3, 0, 0);
    CHECK_STATUS(rt_add_out(rt_ones(RT_SHAPE(2), RT_OPTS(rt_tensor, .dtype = RT_FLOAT64)), x, x), RT_ERR_GRAD);
}

static void in_place_goes_on_the_tape(void)
{
    rt_tensor *x = leaf(2, 3), *y = rt_mul_scalar(x, RT_S(2.0));
    CHECK(rt_mul_(y, x) == y);                                   /* 2 x^2: mul needs what it has overwritten, and has kept it */
    rt_mul_(y, y);                                               /* 4 x^4 */
    rt_tensor *four = rt_sum(y), *third, *second;
    rt_backward_opts create = options(false, true, false);
    CHECK_INT(rt_autograd_grad(&four, 1, &x, 1, NULL, &create, &third), RT_OK);
    CHECK_CLOSE(at(third, 0), 128, 0, 0);                        /* 16 x^3 */
    four = rt_sum(third);
    CHECK_INT(rt_autograd_grad(&four, 1, &x, 1, NULL, NULL, &second), RT_OK);
    CHECK_CLOSE(at(second, 0), 192, 0, 0);                       /* 48 x^2 */
    y = rt_mul_scalar(x, RT_S(2.0));
    rt_add_(y, x);
    rt_neg_(y);                                                  /* - 3 x */
    CHECK_INT(rt_backward(rt_sum(y)), RT_OK);
    CHECK_CLOSE(at(rt_grad(x), 0), -3, 0, 0);
    rt_zero_grad(x);
    rt_tensor *z = rt_clone(x);
    rt_copy_(z, rt_mul_scalar(x, RT_S(5.0)));
    CHECK_INT(rt_backward(rt_sum(z)), RT_OK);
    CHECK_CLOSE(at(rt_grad(x), 1), 5, 0, 0);
}

static void views_carry_gradients(void)
{
    rt_tensor *x = rt_requires_grad_(rt_tensor_f64(RT_F64(1, 2, 3, 4, 5, 6), RT_SHAPE(2, 3)));
    rt_tensor *w = rt_tensor_f64(RT_F64(1, 10, 100, 1000, 10000, 100000), RT_SHAPE(3, 2));
    CHECK_INT(rt_backward(rt_sum(rt_mul(rt_t(x), w))), RT_OK);
    CHECK_CLOSE(rt_at_index(rt_grad(x), RT_SHAPE(0, 2)), 10000, 0, 0);
    CHECK_CLOSE(rt_at_index(rt_grad(x), RT_SHAPE(1, 0)), 10, 0, 0);
    CHECK_STATUS(rt_view(rt_t(x), RT_SHAPE(6)), RT_ERR_SHAPE);
    CHECK_CLOSE(at(rt_reshape(rt_t(x), RT_SHAPE(-1)), 1), 4, 0, 0);
}

/* ---- modes ---- */

static int n_seen;
static char last_seen[64];

static rt_status watch(rt_mode *mode, const rt_op *op, const rt_value *args, int n_args, rt_tensor *const *into, rt_value *results)
{
    (void)mode;
    n_seen++;
    rt_op_name(op, last_seen);
    return into ? rt_call_out(op, args, n_args, into) : rt_call(op, args, n_args, results);
}

static void modes_see_every_call(void)
{
    rt_mode outer = { watch, NULL, NULL }, inner = { watch, NULL, NULL };
    rt_tensor *x = leaf(1, 2);
    n_seen = 0;
    rt_mode_push(&outer);
    rt_tensor *y = rt_mul(x, x);
    CHECK_INT(n_seen, 1);
    CHECK_TEXT(last_seen, "mul.Tensor");
    rt_mode_push(&inner);
    y = rt_add(y, y);
    CHECK_INT(n_seen, 3);                                        /* both */
    CHECK(rt_add(y, rt_ones(RT_SHAPE(5), NULL)) == NULL);
    rt_clear_error();
    rt_mode_pop(&outer);                                         /* and what was pushed after it */
    n_seen = 0;
    CHECK_INT(rt_backward(rt_sum(y)), RT_OK);
    CHECK_INT(n_seen, 0);
    CHECK_CLOSE(at(rt_grad(x), 1), 8, 0, 0);
}

/* ---- threads ---- */

#ifndef RT_NO_THREADS

static void *trains(void *slot)
{
    rt_tensor *x = *(rt_tensor **)slot;
    for (int i = 0; i < 500; i++) {
        rt_scope scope = rt_scope_begin();
        rt_backward(rt_sum(rt_mul(x, rt_ones(RT_SHAPE(2), RT_OPTS(rt_tensor, .dtype = RT_FLOAT64)))));
        rt_scope_end(scope);
    }
    return (void *)(intptr_t)rt_last_error()->code;
}

static void threads_add_to_one_leaf(void)
{
    pthread_t one, two;
    void *a, *b;
    rt_tensor *x = leaf(1, 1);
    CHECK_INT(pthread_create(&one, NULL, trains, &x), 0);
    CHECK_INT(pthread_create(&two, NULL, trains, &x), 0);
    pthread_join(one, &a);
    pthread_join(two, &b);
    CHECK(a == NULL && b == NULL);
    CHECK_CLOSE(at(rt_grad(x), 0), 1000, 0, 0);
    rt_zero_grad(x);
}
#endif

static void an_op_without_a_derivative_refuses(void)
{
    rt_value args[2] = { rt_value_tensor(leaf(1, 2)), rt_value_tensor(leaf(1, 2)) }, result;
    CHECK_STATUS(rt_call(rt_op_find("relu_backward"), args, 2, &result), RT_ERR_GRAD);
}

int main(void)
{
    TEST(gradients_add_up);
    TEST(leaves_do_not_share_their_gradients);
    TEST(what_is_a_leaf_and_what_is_not);
    TEST(a_graph_is_gone_through_once);
    TEST(backward_frees_what_it_saved);
    TEST(grad_answers_and_touches_no_leaf);
    TEST(gradients_of_any_order);
    TEST(writes_in_place_are_noticed);
    TEST(in_place_goes_on_the_tape);
    TEST(views_carry_gradients);
    TEST(modes_see_every_call);
#ifndef RT_NO_THREADS
    TEST(threads_add_to_one_leaf);
#endif
    TEST(an_op_without_a_derivative_refuses);
    return check_end("4_autograd/tape");
}
