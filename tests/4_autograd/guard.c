/* Guards: gradients on and off, inference mode, anomaly detection; and modes round every form of a call. */
#include "check.h"

#include <string.h>

static rt_tensor *leaf(double a, double b) { return rt_requires_grad_(rt_tensor_f64(RT_F64(a, b), RT_SHAPE(2))); }
static double at(rt_tensor *x, int i) { return rt_at_index(x, RT_SHAPE(i)); }

static void guards_nest(void)
{
    rt_tensor *x = leaf(1, 2);
    rt_scope off = rt_set_grad_enabled(false);
    CHECK(!rt_is_grad_enabled() && !rt_requires_grad(rt_mul(x, x)));
    rt_scope on = rt_set_grad_enabled(true);
    CHECK(rt_is_grad_enabled() && rt_requires_grad(rt_mul(x, x)));
    rt_scope inner = rt_inference_mode(true);
    CHECK(rt_is_inference_mode_enabled() && !rt_is_grad_enabled());
    rt_scope outside = rt_inference_mode(false);
    CHECK(!rt_is_inference_mode_enabled() && rt_is_grad_enabled() && !rt_is_inference(rt_mul(x, x)));
    rt_scope_end(outside);
    CHECK(rt_is_inference_mode_enabled());
    rt_scope_end(inner);
    CHECK(rt_is_grad_enabled() && !rt_is_inference_mode_enabled());
    rt_scope_end(on);
    CHECK(!rt_is_grad_enabled());
    rt_scope_end(off);
    CHECK(rt_is_grad_enabled());
    rt_scope watch = rt_detect_anomaly(true);
    CHECK(rt_is_anomaly_enabled());
    rt_scope_end(watch);
    CHECK(!rt_is_anomaly_enabled());
}

static void inference_tensors_stay_off_the_tape(void)
{
    rt_tensor *x = leaf(1, 2), *made, *computed, *view, *part;
    rt_scope scope = rt_inference_mode(true);
    made = rt_keep(rt_ones(RT_SHAPE(2), RT_OPTS(rt_tensor, .dtype = RT_FLOAT64)));
    computed = rt_keep(rt_mul(x, x));
    view = rt_keep(rt_select(x, 0, 0));
    part = rt_keep(rt_select(made, 0, 0));
    CHECK(rt_is_inference(made) && rt_is_inference(computed) && rt_is_inference(part) && !rt_is_inference(view) && !rt_is_inference(x));
    CHECK(rt_add_scalar_(made, RT_S(1)) == made && rt_add_scalar_(computed, RT_S(1)) == computed);
    CHECK(rt_is_inference(made));
    rt_scope_end(scope);
    CHECK_STATUS(rt_version_of(made), RT_ERR_STATE);
    CHECK_STATUS(rt_mul(x, made), RT_ERR_GRAD);                  /* would be saved */
    CHECK(rt_requires_grad(rt_add(x, made)));                    /* is not */
    CHECK_STATUS(rt_add_scalar_(made, RT_S(1)), RT_ERR_GRAD);
    CHECK_STATUS(rt_add_scalar_(part, RT_S(1)), RT_ERR_GRAD);
    CHECK_STATUS(rt_requires_grad_(made), RT_ERR_GRAD);
    CHECK_STATUS(rt_add_out(made, x, x), RT_ERR_GRAD);
    CHECK_STATUS(rt_mul_scalar_(view, RT_S(2)), RT_ERR_GRAD);
    rt_tensor *own = rt_clone(made);
    CHECK(!rt_is_inference(own) && rt_requires_grad(rt_mul(x, own)));
    CHECK_CLOSE(at(rt_mul(made, made), 0), 4, 0, 0);             /* without gradients they are like any other */
    rt_free(made);
    rt_free(computed);
    rt_free(view);
    rt_free(part);
}

/* ---- anomalies ---- */

static rt_tensor *spoiled(rt_tensor *x) { return rt_sum(rt_mul_scalar(rt_sqrt(rt_mul_scalar(x, RT_S(0.0))), RT_S(0.0))); }

static void nan_is_found_where_it_is_made(void)
{
    rt_tensor *x = leaf(1, 2);
    CHECK_INT(rt_backward(spoiled(x)), RT_OK);                   /* NaN, and nobody says so */
    rt_zero_grad(x);
    rt_scope watch = rt_detect_anomaly(true);
    rt_anomaly_label("third layer");
    rt_tensor *y = spoiled(x);
    rt_anomaly_label(NULL);
    CHECK(rt_backward(y) == RT_ERR_GRAD);
    CHECK(strstr(rt_last_error()->message, "sqrt") && strstr(rt_last_error()->message, "NaN") && strstr(rt_last_error()->message, "in 'third layer'"));
    rt_clear_error();
    CHECK(rt_is_none(rt_grad(x)));
    CHECK(rt_backward(spoiled(x)) == RT_ERR_GRAD && strstr(rt_last_error()->message, "rt_anomaly_label"));
    rt_clear_error();
    rt_zero_grad(x);
    CHECK_INT(rt_backward(rt_sum(rt_mul(x, x))), RT_OK);         /* nothing wrong */
    CHECK_CLOSE(at(rt_grad(x), 1), 4, 0, 0);
    rt_scope_end(watch);
    y = spoiled(x);
    watch = rt_detect_anomaly(true);
    CHECK_STATUS(rt_backward(y), RT_ERR_GRAD);                   /* found without names, too */
    rt_scope_end(watch);
}

/* d/dx x sqrt(x - 1) is fine near 1, its derivative is not. */
static void a_derivatives_own_calls_have_names(void)
{
    rt_tensor *x = leaf(1, 1), *g, *gg;
    rt_backward_opts create = rt_backward_opts_default();
    create.create_graph = true;
    rt_scope watch = rt_detect_anomaly(true);
    rt_anomaly_label("loss");
    rt_tensor *zero = rt_sub_scalar(x, RT_S(1)), *y = rt_sum(rt_mul(zero, rt_mul(zero, zero)));
    rt_anomaly_label(NULL);
    CHECK_INT(rt_autograd_grad(&y, 1, &x, 1, NULL, &create, &g), RT_OK);
    y = rt_sum(rt_mul_scalar(rt_sqrt(g), RT_S(0.0)));
    CHECK(rt_autograd_grad(&y, 1, &x, 1, NULL, NULL, &gg) == RT_ERR_GRAD);
    CHECK(strstr(rt_last_error()->message, "sqrt") != NULL);
    rt_clear_error();
    rt_tensor *w = leaf(0, 0);
    rt_anomaly_label("loss");
    y = rt_sum(rt_sqrt(rt_add_scalar(rt_mul(w, w), RT_S(1))));
    rt_anomaly_label(NULL);
    CHECK_INT(rt_autograd_grad(&y, 1, &w, 1, NULL, &create, &g), RT_OK);
    CHECK_CLOSE(at(g, 0), 0, 0, 0);
    rt_scope_end(watch);
}

/* ---- modes ---- */

typedef struct seen { int calls, into; char last[64]; } seen;

static rt_status watch(rt_mode *mode, const rt_op *op, const rt_value *args, int n_args, rt_tensor *const *into, rt_value *results)
{
    seen *s = (seen *)mode->user;
    s->calls++;
    s->into += into != NULL;
    rt_op_name(op, s->last);
    return into ? rt_call_out(op, args, n_args, into) : rt_call(op, args, n_args, results);
}

/* Answers zeros in the place of whatever is written. */
static rt_status blanks(rt_mode *mode, const rt_op *op, const rt_value *args, int n_args, rt_tensor *const *into, rt_value *results)
{
    (void)mode;
    if (into)
        return rt_zero_(into[0]) ? RT_OK : rt_last_error()->code;
    return rt_call(op, args, n_args, results);
}

static void modes_see_writes(void)
{
    seen s = { 0, 0, "" };
    rt_mode mode = { watch, &s, NULL }, blank = { blanks, NULL, NULL };
    rt_tensor *x = leaf(1, 2), *y = rt_mul_scalar(x, RT_S(2.0)), *out = rt_ones(RT_SHAPE(2), RT_OPTS(rt_tensor, .dtype = RT_FLOAT64));
    rt_mode_push(&mode);
    CHECK(rt_mul_(y, x) == y);
    CHECK(s.calls == 1 && s.into == 1);
    CHECK_TEXT(s.last, "mul.Tensor");
    rt_tensor *d = rt_detach(x);
    CHECK(rt_add_out(out, d, d) == out && s.into == 2);
    CHECK_CLOSE(at(out, 1), 4, 0, 0);
    rt_value args[2] = { rt_value_tensor(out), rt_value_int(3) };
    CHECK(rt_call_inplace(rt_op_find("mul.Scalar"), args, 2) == out && s.into == 3);
    CHECK(rt_add_(out, rt_ones(RT_SHAPE(5), NULL)) == NULL);
    rt_clear_error();
    CHECK_INT(s.into, 4);
    rt_mode_push(&blank);
    CHECK(rt_add_scalar_(out, RT_S(1)) == out && at(out, 0) == 0);
    rt_mode_pop(&mode);
    s.calls = 0;
    CHECK_INT(rt_backward(rt_sum(y)), RT_OK);                    /* y = 2 x^2 */
    CHECK_CLOSE(at(rt_grad(x), 1), 8, 0, 0);
    CHECK_INT(s.calls, 0);
    rt_mode_push(&mode);
    CHECK_INT(rt_backward(rt_sum(rt_exp(x))), RT_OK);            /* accumulation is a call, too */
    CHECK(s.calls > 2 && s.into == 6);
    rt_mode_pop(&mode);
    rt_zero_grad(x);
}

int main(void)
{
    TEST(guards_nest);
    TEST(inference_tensors_stay_off_the_tape);
    TEST(nan_is_found_where_it_is_made);
    TEST(a_derivatives_own_calls_have_names);
    TEST(modes_see_writes);
    return check_end("4_autograd/guard");
}
