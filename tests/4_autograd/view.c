/* Writes in place on views and on what has views: every name of the memory has the history of what it holds. */
#include "check.h"

#include <math.h>
#include <string.h>

static rt_tensor *leaf(double a, double b) { return rt_requires_grad_(rt_tensor_f64(RT_F64(a, b), RT_SHAPE(2))); }
static double at(rt_tensor *x, int i) { return rt_at_index(x, RT_SHAPE(i)); }
static rt_tensor *zeros(rt_shape shape) { return rt_zeros(shape, RT_OPTS(rt_tensor, .dtype = RT_FLOAT64)); }
static const char *made_by(rt_tensor *x, char name[64]) { return rt_grad_fn(x) ? rt_op_name(rt_grad_fn(x), name) : "nothing"; }

static rt_tensor *gradient(rt_tensor *y, rt_tensor *x)
{
    rt_tensor *g = NULL;
    rt_backward_opts o = rt_backward_opts_default();
    o.create_graph = o.retain_graph = o.allow_unused = true;
    rt_autograd_grad(&y, 1, &x, 1, NULL, &o, &g);
    return g;
}

/* buffer[0] = 2 x, buffer[1] = x y: the buffer, and views made before, after and of views, all have a history. */
static void a_buffer_is_filled_row_by_row(void)
{
    char name[64];
    rt_tensor *x = leaf(2, 3), *y = leaf(5, 7), *buffer = zeros(RT_SHAPE(3, 2));
    rt_tensor *early = rt_select(buffer, 0, 1), *column = rt_select(buffer, 1, 0), *rows = rt_narrow(buffer, 0, 0, 2);
    CHECK(!rt_requires_grad(early) && !rt_requires_grad(buffer));
    rt_copy_(rt_select(buffer, 0, 0), rt_mul_scalar(x, RT_S(2)));
    CHECK(rt_requires_grad(buffer) && rt_requires_grad(early) && rt_requires_grad(rows));
    CHECK_TEXT(made_by(buffer, name), "CopySlices");
    CHECK_TEXT(made_by(early, name), "as_strided");
    rt_copy_(early, rt_mul(x, y));
    CHECK(at(column, 0) == 4 && at(column, 1) == 10 && at(column, 2) == 0);
    rt_tensor *g = gradient(rt_sum(rt_mul(buffer, buffer)), x);
    CHECK_CLOSE(at(g, 0), 8 * 2 + 2 * 10 * 5, 0, 0);
    CHECK_CLOSE(at(gradient(rt_sum(column), x), 0), 2 + 5, 0, 0);
    CHECK_CLOSE(at(gradient(rt_sum(column), x), 1), 0, 0, 0);
    CHECK_CLOSE(at(gradient(rt_sum(rt_select(rows, 0, 1)), y), 1), 3, 0, 0);
    CHECK_CLOSE(at(gradient(rt_sum(rt_mul(early, early)), y), 1), 2 * 21 * 3, 0, 0);
}

/* base = 3 x; v = base[0]; v *= 5: base is (15 x0, 3 x1), to any order */
static void a_view_is_changed(void)
{
    char name[64];
    rt_tensor *x = leaf(2, 3), *base = rt_mul(rt_mul_scalar(x, RT_S(3.0)), x), *v = rt_select(base, 0, 0), *other = rt_flip(base, RT_SHAPE(0));
    CHECK(rt_mul_(v, v) == v);                                   /* 9 x0^4 */
    CHECK_TEXT(made_by(v, name), "as_strided");
    CHECK_CLOSE(at(base, 0), 144, 0, 0);
    CHECK_CLOSE(at(gradient(rt_sum(base), x), 0), 36 * 8, 0, 0);
    CHECK_CLOSE(at(gradient(rt_sum(base), x), 1), 18, 0, 0);
    CHECK_CLOSE(at(gradient(rt_sum(gradient(rt_sum(base), x)), x), 0), 108 * 4, 0, 0);
    CHECK_CLOSE(at(gradient(rt_sum(gradient(rt_sum(base), x)), x), 1), 6, 0, 0);
    CHECK_CLOSE(at(gradient(rt_sum(other), x), 0), 12, 0, 0);    /* a copy taken before */
    rt_tensor *g, *y = rt_sum(rt_mul_scalar(v, RT_S(4)));
    CHECK_INT(rt_autograd_grad(&y, 1, &base, 1, NULL, NULL, &g), RT_OK);
    CHECK(at(g, 0) == 4 && at(g, 1) == 0);                       /* the view is a part of the base as it is */
}

static void a_base_is_changed(void)
{
    rt_tensor *x = leaf(2, 3), *base = rt_mul_scalar(x, RT_S(1.0)), *v = rt_view(base, RT_SHAPE(2, 1)), *w = rt_t(v), *off;
    rt_mul_(base, x);
    CHECK_CLOSE(at(gradient(rt_sum(v), x), 0), 4, 0, 0);
    CHECK_CLOSE(at(gradient(rt_sum(rt_mul(w, w)), x), 1), 4 * 27, 0, 0);
    rt_scope scope = rt_no_grad();
    rt_add_scalar_(base, RT_S(1));                               /* not on the tape: the value moves, the history stays */
    rt_scope_end(scope);
    CHECK_CLOSE(at(gradient(rt_sum(v), x), 0), 4, 0, 0);
    off = zeros(RT_SHAPE(2));
    v = rt_view(off, RT_SHAPE(1, 2));
    rt_add_(off, x);                                             /* a base that was none of the tape's */
    CHECK(rt_requires_grad(v) && !rt_is_leaf(v));
    CHECK_CLOSE(at(gradient(rt_sum(v), x), 1), 1, 0, 0);
}

static rt_tensor *writes(rt_tensor *const *x, int n, void *user)
{
    rt_tensor *base = rt_mul(x[0], x[0]), *part;                 /* [4,3] */
    (void)n;
    switch (*(int *)user) {
    case 0: part = rt_select(base, 1, 1); break;
    case 1: part = rt_narrow(rt_t(base), 0, 1, 2); break;
    case 2: part = rt_view(rt_narrow(base, 0, 1, 2), RT_SHAPE(3, 2)); break;
    case 3: part = rt_diagonal(base, 0, 0, 1); break;
    default: part = rt_select(rt_unsqueeze(base, 0), 0, 0); break;
    }
    rt_tensor *before = rt_exp(rt_mul_scalar(part, RT_S(0.5)));
    rt_mul_(part, x[1]);
    rt_tensor *again = rt_select(base, 0, 2);
    rt_add_(again, rt_exp(rt_mul_scalar(rt_select(base, 0, 0), RT_S(0.25))));
    return rt_add(rt_add(rt_sum(rt_mul(base, base)), rt_sum(rt_mul(part, before))), rt_sum(again));
}

static void any_part_holds_against_quotients(void)
{
    for (int kind = 0; kind < 5; kind++) {
        double numbers[12];
        for (int i = 0; i < 12; i++)
            numbers[i] = 0.3 + 0.1 * ((i * 7) % 12);
        rt_tensor *x[2] = { rt_requires_grad_(rt_tensor_f64(numbers, RT_SHAPE(4, 3))), rt_requires_grad_(rt_tensor_f64(RT_F64(1.5), RT_SHAPE(1))) };
        check_at("part %d", kind);
        CHECK_INT(rt_gradcheck(writes, &kind, x, 2, NULL), RT_OK);
        CHECK_INT(rt_gradgradcheck(writes, &kind, x, 2, NULL), RT_OK);
        CHECK_TEXT(rt_last_error()->message, "");
        rt_clear_error();
    }
}

static rt_tensor *parts_of_complex(rt_tensor *const *x, int n, void *user)
{
    rt_tensor *base = rt_mul(x[0], x[0]), *real = rt_real(base), *pairs = rt_view_as_real(base);
    (void)n;
    (void)user;
    rt_mul_(real, rt_real(x[1]));
    rt_add_(rt_imag(base), rt_select(pairs, 1, 0));
    rt_tensor *back = rt_view_as_real(rt_mul(base, x[1])), *whole = rt_view_as_complex(back);
    rt_mul_(rt_select(back, 1, 1), rt_imag(x[1]));
    return rt_add(whole, base);
}

static void parts_of_complex_numbers_are_views_too(void)
{
    rt_tensor *x[2];
    for (int i = 0; i < 2; i++)
        x[i] = rt_requires_grad_(rt_clone(rt_view_as_complex(rt_tensor_f64(RT_F64(0.5 + i, -1.25, 1.5, 0.75), RT_SHAPE(2, 2)))));
    CHECK_INT(rt_gradcheck(parts_of_complex, NULL, x, 2, NULL), RT_OK);
    CHECK_INT(rt_gradgradcheck(parts_of_complex, NULL, x, 2, NULL), RT_OK);
}

/* The memory of a base need not be in order. */
static void a_base_may_have_any_strides(void)
{
    rt_tensor *x = leaf(2, 3), *memory = rt_tensor_f64(RT_F64(1, 2, 3, 4, 5, 6), RT_SHAPE(3, 2)), *base = rt_detach(rt_t(memory)), *row = rt_select(base, 0, 1);
    CHECK(!rt_is_contiguous(base));
    rt_copy_(rt_narrow(row, 0, 1, 2), x);
    CHECK(rt_at_index(memory, RT_SHAPE(2, 1)) == 3 && rt_at_index(base, RT_SHAPE(1, 1)) == 2 && !rt_requires_grad(memory));
    rt_tensor *w = rt_tensor_f64(RT_F64(1, 10, 100, 1000, 10000, 100000), RT_SHAPE(2, 3));
    CHECK_CLOSE(at(gradient(rt_sum(rt_mul(base, w)), x), 0), 10000, 0, 0);
    CHECK_CLOSE(at(gradient(rt_sum(rt_mul(base, w)), x), 1), 100000, 0, 0);
    rt_mul_(rt_narrow(rt_t(base), 0, 1, 2), rt_tensor_f64(RT_F64(1, 3), RT_SHAPE(2)));
    CHECK_CLOSE(at(gradient(rt_sum(row), x), 1), 3, 0, 0);
}

static void infinite_gradients_stay_out_of_what_was_overwritten(void)
{
    rt_tensor *x = leaf(2, 3), *base = rt_mul_scalar(x, RT_S(1.0)), *big = rt_tensor_f64(RT_F64(HUGE_VAL, 1), RT_SHAPE(2)), *g;
    rt_zero_(rt_select(base, 0, 0));
    CHECK_INT(rt_autograd_grad(&base, 1, &x, 1, &big, NULL, &g), RT_OK);
    CHECK(at(g, 0) == 0 && at(g, 1) == 1);
    rt_backward_opts o = rt_backward_opts_default();
    o.create_graph = true;
    base = rt_mul_scalar(x, RT_S(1.0));
    rt_zero_(rt_select(base, 0, 0));
    CHECK_INT(rt_autograd_grad(&base, 1, &x, 1, &big, &o, &g), RT_OK);
    CHECK(at(g, 0) == 0 && at(g, 1) == 1);
}

/* What the second row is made from has saved a view of the first; nobody goes back. */
static void a_buffer_that_feeds_itself_is_let_go_of(void)
{
    rt_tensor *w = leaf(2, 3), *out;
    int64_t live = rt_memory_stats().live_tensors;
    for (int turn = 0; turn < 3; turn++) {
        rt_scope scope = rt_scope_begin();
        rt_tensor *buffer = zeros(RT_SHAPE(3, 2));
        for (int i = 1; i < 3; i++)
            rt_copy_(rt_select(buffer, 0, i), rt_mul(rt_add_scalar(rt_select(buffer, 0, i - 1), RT_S(1)), rt_mul(w, rt_select(buffer, 0, i - 1))));
        rt_scope_end(scope);
        CHECK_INT(rt_memory_stats().live_tensors, live);
    }
    rt_tensor *buffer = zeros(RT_SHAPE(3, 2));
    for (int i = 1; i < 3; i++)                                  /* what is not saved as a view goes back well */
        rt_copy_(rt_select(buffer, 0, i), rt_mul(rt_add_scalar(rt_select(buffer, 0, i - 1), RT_S(1)), w));
    out = rt_select(buffer, 0, 2);
    CHECK_CLOSE(at(gradient(rt_sum(out), w), 0), 1 + 2 * 2, 0, 0);
    buffer = zeros(RT_SHAPE(2, 2));
    rt_tensor *y = rt_sum(rt_mul(rt_select(buffer, 0, 0), w));
    rt_add_(rt_select(buffer, 0, 1), w);
    CHECK_STATUS(rt_backward(y), RT_ERR_GRAD);                   /* as PyTorch has it: one memory, one version */
}

/* ---- what is refused, as PyTorch does ---- */

static void views_of_leaves_stay_as_they_are(void)
{
    rt_tensor *x = leaf(2, 3), *part = rt_select(x, 0, 0);
    CHECK_STATUS(rt_mul_scalar_(part, RT_S(2)), RT_ERR_GRAD);
    rt_scope off = rt_no_grad();
    CHECK(rt_mul_scalar_(part, RT_S(2)) == part);
    rt_scope_end(off);
    CHECK_CLOSE(at(x, 0), 4, 0, 0);
    CHECK_CLOSE(at(gradient(rt_mul(part, part), x), 0), 8, 0, 0);
}

static void a_view_made_off_the_tape_is_not_changed_on_it(void)
{
    rt_tensor *x = leaf(2, 3), *base = rt_mul_scalar(x, RT_S(1.0)), *v, *w;
    rt_scope off = rt_no_grad();
    v = rt_keep(rt_select(base, 0, 0));
    w = rt_keep(rt_select(base, 0, 1));
    rt_scope_end(off);
    CHECK_STATUS(rt_mul_scalar_(v, RT_S(2)), RT_ERR_GRAD);
    CHECK(rt_requires_grad(v) && rt_is_leaf(v));                 /* as PyTorch has it */
    rt_mul_scalar_(base, RT_S(2));
    CHECK_STATUS(rt_mul(w, w), RT_ERR_GRAD);
    CHECK_CLOSE(at(base, 1), 6, 0, 0);
    rt_free(v);
    rt_free(w);
}

static void detached_memory_only_counts(void)
{
    rt_tensor *x = leaf(2, 3), *y = rt_exp(x), *d = rt_detach(y), *z = rt_sum(y);
    CHECK_INT(rt_version_of(y), 0);
    rt_mul_(d, x);                                               /* d gets a history, y does not lose its own */
    CHECK(rt_requires_grad(d) && rt_version_of(y) == 1 && rt_version_of(d) == 1);
    CHECK(rt_backward(z) == RT_ERR_GRAD);
    const char *text = rt_last_error()->message;
    CHECK(strstr(text, "exp: result 1") && strstr(text, "float64") && strstr(text, "[2]") && strstr(text, "version 1, expected 0"));
    rt_clear_error();
    rt_tensor *a = rt_mul_scalar(x, RT_S(2)), *b = rt_sum(rt_mul(x, a));
    rt_add_scalar_(rt_select(a, 0, 0), RT_S(1));                 /* through a view */
    CHECK(rt_backward(b) == RT_ERR_GRAD);
    text = rt_last_error()->message;
    CHECK(strstr(text, "mul: argument 2") && strstr(text, "the result of mul"));
    rt_clear_error();
}

static void detaching_in_place(void)
{
    rt_tensor *x = leaf(2, 3), *y = rt_mul(x, x);
    rt_retain_grad(y);
    CHECK_INT(rt_backward(rt_sum(y)), RT_OK);
    CHECK(rt_detach_(y) == y && rt_is_leaf(y) && !rt_requires_grad(y));
    CHECK_CLOSE(at(rt_grad(y), 0), 1, 0, 0);
    CHECK_STATUS(rt_backward(rt_sum(y)), RT_ERR_GRAD);
    CHECK_STATUS(rt_detach_(rt_select(x, 0, 0)), RT_ERR_STATE);
    CHECK(rt_requires_grad_(y) == y && rt_requires_grad(rt_mul(y, y)));
}

int main(void)
{
    TEST(a_buffer_is_filled_row_by_row);
    TEST(a_view_is_changed);
    TEST(a_base_is_changed);
    TEST(any_part_holds_against_quotients);
    TEST(parts_of_complex_numbers_are_views_too);
    TEST(a_base_may_have_any_strides);
    TEST(infinite_gradients_stay_out_of_what_was_overwritten);
    TEST(a_buffer_that_feeds_itself_is_let_go_of);
    TEST(views_of_leaves_stay_as_they_are);
    TEST(a_view_made_off_the_tape_is_not_changed_on_it);
    TEST(detached_memory_only_counts);
    TEST(detaching_in_place);
    return check_end("4_autograd/view");
}
