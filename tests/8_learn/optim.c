/* Optimisers: the very numbers of torch.optim, what they hold and skip, their state, and what they refuse. */
#include "../check.h"
#include "frozen_optim.h"

enum { SIZE = FROZEN_OPTIM_SIZE };

/* ---- parameters and gradients without rounding, as freeze_optim.py makes them ---- */

static double start(int i) { return (i * 7 % 13 - 6) / 8.0; }
static double gradient(int i, int t) { return ((i * 5 + t * 3) % 11 - 5) / (i % 3 == 0 ? 1024.0 : 16.0); }

static rt_tensor *start_of(rt_dtype dtype)
{
    double x[SIZE];
    for (int i = 0; i < SIZE; i++)
        x[i] = start(i);
    return rt_to(rt_tensor_f64(x, RT_SHAPE(SIZE)), dtype);
}

static rt_tensor *gradient_of(rt_dtype dtype, int t)
{
    double x[SIZE];
    for (int i = 0; i < SIZE; i++)
        x[i] = gradient(i, t);
    return rt_to(rt_tensor_f64(x, RT_SHAPE(SIZE)), dtype);
}

static rt_parameter_list one(rt_tensor *const *x) { return rt_parameters_of(x, 1); }

static rt_optim *optim_of(const frozen_optim *f, rt_tensor *const *param)
{
    if (f->adam) {
        rt_optim_adam_opts o = rt_optim_adam_opts_default();
        o.beta1 = f->beta1;
        o.beta2 = f->beta2;
        o.eps = f->eps;
        o.weight_decay = f->weight_decay;
        o.maximize = f->maximize;
        return rt_optim_adam(one(param), f->lr, &o);
    }
    rt_optim_sgd_opts o = rt_optim_sgd_opts_default();
    o.momentum = f->momentum;
    o.dampening = f->dampening;
    o.weight_decay = f->weight_decay;
    o.nesterov = f->nesterov;
    o.maximize = f->maximize;
    return rt_optim_sgd(one(param), f->lr, &o);
}

/* PyTorch's bits where products and sums are fused, as in PyTorch's own kernels; close to them elsewhere. */
static void check_against(rt_tensor *x, const double *want, rt_dtype dtype)
{
    bool exact = strcmp(rt_isa(), "base") != 0;
#ifdef __OPTIMIZE_SIZE__      /* for size, double has its first pass alone */
    exact = exact && dtype == RT_FLOAT32;
#endif
    double tolerance = exact ? 0 : dtype == RT_FLOAT32 ? 2e-6 : 1e-14;
    for (int i = 0; i < SIZE; i++)
        CHECK_CLOSE(rt_at_index(x, RT_SHAPE(i)), want[i], tolerance, tolerance);
}

/* ---- the numbers ---- */

static void follows_torch(void)
{
    for (size_t k = 0; k < sizeof frozen_optims / sizeof *frozen_optims; k++) {
        const frozen_optim *f = &frozen_optims[k];
        rt_tensor *p = rt_requires_grad_(start_of(f->dtype));
        rt_optim *opt = optim_of(f, &p);
        check_at("row %d", (int)k);
        for (int t = 0; t < FROZEN_OPTIM_STEPS; t++) {
            rt_set_grad(p, gradient_of(f->dtype, t));
            CHECK_INT(rt_step(opt), RT_OK);
            if (t == 0)
                check_against(p, f->first, f->dtype);
        }
        check_against(p, f->last, f->dtype);
        rt_dict *state = rt_state_dict(opt);
        if (f->adam) {
            CHECK_INT(rt_dict_size(state), 3);
            CHECK_CLOSE(rt_item(rt_dict_get(state, "state.0.step")), FROZEN_OPTIM_STEPS, 0, 0);
            CHECK_INT(rt_dtype_of(rt_dict_get(state, "state.0.step")), RT_FLOAT32);
            check_against(rt_dict_get(state, "state.0.exp_avg"), f->state[0], f->dtype);
            check_against(rt_dict_get(state, "state.0.exp_avg_sq"), f->state[1], f->dtype);
        } else {
            CHECK_INT(rt_dict_size(state), f->momentum > 0 ? 1 : 0);
            if (f->momentum > 0)
                check_against(rt_dict_get(state, "state.0.momentum_buffer"), f->state[0], f->dtype);
        }
        rt_free(state);
        rt_free(opt);
    }
}

/* A parameter that lies crosswise, or a gradient that does: the same numbers by another road. */
static void strides_change_nothing(void)
{
    for (int crosswise = 0; crosswise < 4; crosswise++) {
        const frozen_optim *f = &frozen_optims[7];
        rt_tensor *p = start_of(f->dtype);
        if (crosswise & 1)    /* element i of the row at 3 (i mod 7) + i div 7 */
            p = rt_transpose(rt_contiguous(rt_transpose(rt_reshape(p, RT_SHAPE(3, 7)), 0, 1)), 0, 1);
        else
            p = rt_reshape(p, RT_SHAPE(3, 7));
        p = rt_requires_grad_(rt_detach(p));
        CHECK_INT(rt_is_contiguous(p), !(crosswise & 1));
        rt_optim *opt = optim_of(f, &p);
        check_at("crosswise %d", crosswise);
        for (int t = 0; t < FROZEN_OPTIM_STEPS; t++) {
            rt_tensor *g = rt_reshape(gradient_of(f->dtype, t), RT_SHAPE(3, 7));
            rt_set_grad(p, crosswise & 2 ? rt_transpose(rt_contiguous(rt_transpose(g, 0, 1)), 0, 1) : g);
            CHECK_INT(rt_step(opt), RT_OK);
        }
        check_against(rt_reshape(rt_contiguous(rt_detach(p)), RT_SHAPE(SIZE)), f->last, f->dtype);
        rt_free(opt);
    }
}

/* A gradient in the parameter's own memory is read as it was before the step. */
static void gradient_may_share_memory(void)
{
    float x[4] = { 1, 2, 3, 4 };
    const float want[4] = { 0.5f, 0.5f, 2, 2 };
    rt_tensor *p = rt_requires_grad_(rt_from_blob(x, RT_SHAPE(2, 2), RT_FLOAT32, NULL, NULL, NULL));
    rt_optim *opt = rt_optim_sgd(one(&p), 0.5, NULL);
    rt_set_grad(p, rt_detach(p));
    CHECK_INT(rt_step(opt), RT_OK);
    CHECK_CLOSE(x[3], 2, 0, 0);
    x[0] = 1, x[1] = 2, x[2] = 3, x[3] = 4;
    rt_set_grad(p, rt_transpose(rt_detach(p), 0, 1));
    CHECK_INT(rt_step(opt), RT_OK);
    CHECK_FLOATS(x, want, 4, 0, 0);
    rt_set_grad(p, RT_NONE);
    rt_free(opt);
}

/* Sizes round the length of every vector, and some that several threads share: each element as if it were alone. */
static void every_size(void)
{
    static const int64_t sizes[] = { 0, 1, 2, 15, 16, 17, 31, 33, 100, 255, 257, 100000 };
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        int64_t n = sizes[k];
        rt_scope scope = rt_scope_begin();
        rt_tensor *p = rt_requires_grad_(rt_full(RT_SHAPE(n), RT_S(1.5), NULL)), *alone = rt_requires_grad_(rt_full(RT_SHAPE0, RT_S(1.5), NULL));
        rt_optim *opt = rt_optim_adam(rt_parameters_of(&p, 1), 0.1, NULL), *other = rt_optim_adam(rt_parameters_of(&alone, 1), 0.1, NULL);
        for (int t = 0; t < 3; t++) {
            rt_set_grad(p, rt_full(RT_SHAPE(n), RT_S(0.25 * t - 0.3), NULL));
            rt_set_grad(alone, rt_full(RT_SHAPE0, RT_S(0.25 * t - 0.3), NULL));
            rt_step(opt);
            rt_step(other);
        }
        const float *x = rt_data_f32(p), want = (float)rt_item(alone);
        int64_t same = 0;
        for (int64_t i = 0; i < n; i++)
            same += x[i] == want;
        check_at("%lld elements", (long long)n);
        CHECK_INT(same, n);
        rt_free(opt);
        rt_free(other);
        rt_scope_end(scope);
    }
}

/* ---- what it touches ---- */

static void passes_over_what_has_no_gradient(void)
{
    rt_tensor *p[3];
    for (int i = 0; i < 3; i++)
        p[i] = rt_requires_grad_(rt_full(RT_SHAPE(2), RT_S(1.0), NULL));
    rt_optim *opt = rt_optim_adam(rt_parameters_of(p, 3), 0.5, NULL);
    CHECK_INT(rt_step(opt), RT_OK);
    rt_set_grad(p[1], rt_ones(RT_SHAPE(2), NULL));
    int version = rt_version_of(p[1]);
    CHECK_INT(rt_step(opt), RT_OK);
    CHECK_CLOSE(rt_at_index(p[0], RT_SHAPE(0)), 1, 0, 0);
    CHECK_CLOSE(rt_at_index(p[1], RT_SHAPE(1)), 0.5, 1e-6, 0);
    CHECK_CLOSE(rt_at_index(p[2], RT_SHAPE(0)), 1, 0, 0);
    CHECK_INT(rt_version_of(p[1]), version + 1);
    CHECK_INT(rt_version_of(p[0]), 0);
    rt_dict *state = rt_state_dict(opt);
    CHECK_INT(rt_dict_size(state), 9);
    CHECK_CLOSE(rt_item(rt_dict_get(state, "state.0.step")), 0, 0, 0);
    CHECK_CLOSE(rt_item(rt_dict_get(state, "state.1.step")), 1, 0, 0);
    CHECK_INT(rt_zero_grad(opt), RT_OK);
    CHECK(rt_is_none(rt_grad(p[1])));
    rt_free(state);
    rt_free(opt);
}

/* The tape notices that a step has changed what it needs. */
static void step_counts_as_a_write(void)
{
    rt_tensor *p = rt_requires_grad_(rt_full(RT_SHAPE(3), RT_S(2.0), NULL)), *y = rt_sum(rt_mul(p, p));
    rt_optim *opt = rt_optim_sgd(one(&p), 0.1, NULL);
    rt_set_grad(p, rt_ones(RT_SHAPE(3), NULL));
    CHECK_INT(rt_step(opt), RT_OK);
    CHECK_STATUS(rt_backward(y), RT_ERR_GRAD);
    rt_free(opt);
}

static void parameters_outlive_their_module(void)
{
    rt_module *net = rt_nn_linear(3, 2, NULL);
    rt_optim *opt = rt_optim_sgd(rt_parameters(net), 0.1, RT_OPTS(rt_optim_sgd, .momentum = 0.9));
    rt_backward(rt_sum(rt_forward(net, rt_ones(RT_SHAPE(1, 3), NULL))));
    rt_free(net);
    CHECK_INT(rt_step(opt), RT_OK);
    CHECK_INT(rt_step(opt), RT_OK);
    rt_free(opt);
}

static void learning_rate(void)
{
    rt_tensor *p = rt_requires_grad_(rt_full(RT_SHAPE(1), RT_S(1.0), NULL));
    rt_optim *opt = rt_optim_sgd(one(&p), 0.5, NULL);
    rt_set_grad(p, rt_ones(RT_SHAPE(1), NULL));
    CHECK_CLOSE(rt_optim_lr(opt), 0.5, 0, 0);
    CHECK_INT(rt_optim_set_lr(opt, 0.25), RT_OK);
    CHECK_CLOSE(rt_optim_lr(opt), 0.25, 0, 0);
    rt_step(opt);
    CHECK_CLOSE(rt_item(p), 0.75, 0, 0);
    CHECK_STATUS(rt_optim_set_lr(opt, -1), RT_ERR_VALUE);
    CHECK_INT(rt_optim_set_lr(opt, 0), RT_OK);
    rt_step(opt);
    CHECK_CLOSE(rt_item(p), 0.75, 0, 0);
    rt_free(opt);
}

/* ---- options ---- */

/* Where one step takes 1 with gradient 1 at lr 0.5. */
static double step_from_one(const rt_optim_adam_opts *opts)
{
    rt_tensor *p = rt_requires_grad_(rt_full(RT_SHAPE0, RT_S(1.0), RT_OPTS(rt_tensor, .dtype = RT_FLOAT64)));
    rt_optim *opt = rt_optim_adam(one(&p), 0.5, opts);
    rt_set_grad(p, rt_full(RT_SHAPE0, RT_S(1.0), RT_OPTS(rt_tensor, .dtype = RT_FLOAT64)));
    rt_step(opt);
    rt_free(opt);
    return rt_item(p);
}

static void a_field_left_zero_takes_the_default(void)
{
    rt_optim_adam_opts exact = rt_optim_adam_opts_default();
    double usual = step_from_one(NULL);
    CHECK_CLOSE(usual, 0.5 + 0.5e-8, 1e-10, 0);
    CHECK_CLOSE(step_from_one(&exact), usual, 0, 0);
    CHECK_CLOSE(step_from_one(RT_OPTS(rt_optim_adam, .weight_decay = 0)), usual, 0, 0);
    CHECK_CLOSE(step_from_one(RT_OPTS(rt_optim_adam, .eps = 1)), 0.75, 1e-12, 0);
    CHECK_CLOSE(step_from_one(RT_OPTS(rt_optim_adam, .eps = RT_ZERO)), 0.5, 1e-15, 0);
    exact.eps = 0;
    CHECK_CLOSE(step_from_one(&exact), 0.5, 1e-15, 0);
}

static void numbers_out_of_range(void)
{
    rt_tensor *p = rt_requires_grad_(rt_ones(RT_SHAPE(2), NULL));
    rt_parameter_list list = one(&p);
    CHECK_STATUS(rt_optim_sgd(list, -0.1, NULL), RT_ERR_VALUE);
    CHECK_STATUS(rt_optim_sgd(list, 0.1, RT_OPTS(rt_optim_sgd, .momentum = -1)), RT_ERR_VALUE);
    CHECK_STATUS(rt_optim_sgd(list, 0.1, RT_OPTS(rt_optim_sgd, .weight_decay = -1)), RT_ERR_VALUE);
    CHECK_STATUS(rt_optim_sgd(list, 0.1, RT_OPTS(rt_optim_sgd, .nesterov = true)), RT_ERR_VALUE);
    CHECK_STATUS(rt_optim_sgd(list, 0.1, RT_OPTS(rt_optim_sgd, .momentum = 0.9, .dampening = 0.1, .nesterov = true)), RT_ERR_VALUE);
    CHECK_STATUS(rt_optim_adam(list, -0.1, NULL), RT_ERR_VALUE);
    CHECK_STATUS(rt_optim_adam(list, 0.1, RT_OPTS(rt_optim_adam, .beta1 = 1)), RT_ERR_VALUE);
    CHECK_STATUS(rt_optim_adam(list, 0.1, RT_OPTS(rt_optim_adam, .beta2 = -0.5)), RT_ERR_VALUE);
    CHECK_STATUS(rt_optim_adam(list, 0.1, RT_OPTS(rt_optim_adam, .eps = -1)), RT_ERR_VALUE);
    CHECK_STATUS(rt_optim_adam(list, 0.1, RT_OPTS(rt_optim_adam, .weight_decay = -1)), RT_ERR_VALUE);
}

static void parameters_refused(void)
{
    rt_tensor *p = rt_requires_grad_(rt_ones(RT_SHAPE(2), NULL)), *twice[2], *whole = rt_zeros(RT_SHAPE(2), RT_OPTS(rt_tensor, .dtype = RT_INT64));
    rt_tensor *made = rt_mul(p, p);
    twice[0] = twice[1] = p;
    CHECK_STATUS(rt_optim_sgd(rt_parameters_of(&p, 0), 0.1, NULL), RT_ERR_VALUE);
    CHECK_STATUS(rt_optim_sgd(rt_parameters_of(twice, 2), 0.1, NULL), RT_ERR_VALUE);
    CHECK_STATUS(rt_optim_adam(one(&whole), 0.1, NULL), RT_ERR_DTYPE);
    CHECK_STATUS(rt_optim_adam(one(&made), 0.1, NULL), RT_ERR_VALUE);
    CHECK_STATUS(rt_optim_adam(rt_parameters(NULL), 0.1, NULL), RT_ERR_NULL);
}

static void objects_refused(void)
{
    rt_tensor *x = rt_ones(RT_SHAPE(2), NULL);
    CHECK_STATUS(rt_step(NULL), RT_ERR_NULL);
    CHECK_STATUS(rt_step((rt_optim *)(void *)x), RT_ERR_STATE);
    CHECK_STATUS(rt_optim_set_lr(NULL, 1), RT_ERR_NULL);
    CHECK_INT(check_class(rt_optim_lr(NULL)), 2);
    CHECK_STATUS(NULL, RT_ERR_NULL);
}

/* While an error is unread nothing moves, and the answer is its code. */
static void an_unread_error_stops_it(void)
{
    rt_tensor *p = rt_requires_grad_(rt_ones(RT_SHAPE(2), NULL));
    rt_optim *opt = rt_optim_adam(one(&p), 0.1, NULL);
    rt_set_grad(p, rt_ones(RT_SHAPE(2), NULL));
    rt_add(rt_ones(RT_SHAPE(2), NULL), rt_ones(RT_SHAPE(3), NULL));
    CHECK_INT(rt_step(opt), RT_ERR_SHAPE);
    CHECK_CLOSE(rt_at_index(p, RT_SHAPE(0)), 1, 0, 0);
    CHECK_INT(rt_version_of(p), 0);
    CHECK_STATUS(NULL, RT_ERR_SHAPE);
    CHECK_INT(rt_step(opt), RT_OK);
    CHECK_CLOSE(rt_at_index(p, RT_SHAPE(0)), 0.9, 1e-6, 0);
    rt_free(opt);
}

/* ---- state ---- */

static void train(rt_module *net, rt_optim *opt, int first, int last)
{
    for (int t = first; t < last; t++) {
        rt_scope scope = rt_scope_begin();
        double x[6];
        for (int i = 0; i < 6; i++)
            x[i] = ((i * 3 + t) % 7 - 3) / 4.0;
        rt_tensor *y = rt_forward(net, rt_to(rt_tensor_f64(x, RT_SHAPE(2, 3)), RT_FLOAT32));
        rt_zero_grad(opt);
        rt_backward(rt_sum(rt_mul(y, y)));
        rt_step(opt);
        rt_scope_end(scope);
    }
}

static rt_optim *optim_for(rt_module *net, int kind)
{
    if (kind == 0)
        return rt_optim_sgd(rt_parameters(net), 0.01, RT_OPTS(rt_optim_sgd, .momentum = 0.9, .dampening = 0.2));
    return rt_optim_adam(rt_parameters(net), 0.01, NULL);
}

/* Training that goes on from saved state goes on exactly as if it had never stopped. */
static void state_carries_on(void)
{
    for (int kind = 0; kind < 2; kind++) {
        rt_module *net = rt_nn_linear(3, 4, NULL), *other = rt_nn_linear(3, 4, NULL);
        rt_optim *opt = optim_for(net, kind), *fresh = optim_for(other, kind);
        train(net, opt, 0, 3);
        rt_dict *weights = rt_state_dict(net), *state = rt_state_dict(opt);
        CHECK_INT(rt_load_state_dict(other, weights), RT_OK);
        CHECK_INT(rt_load_state_dict(fresh, state), RT_OK);
        train(net, opt, 3, 6);
        train(other, fresh, 3, 6);
        CHECK_FLOATS(rt_data_f32(rt_module_parameter(other, "weight")), rt_data_f32(rt_module_parameter(net, "weight")), 12, 0, 0);
        CHECK_FLOATS(rt_data_f32(rt_module_parameter(other, "bias")), rt_data_f32(rt_module_parameter(net, "bias")), 4, 0, 0);
        rt_free(weights);
        rt_free(state);
        rt_free(opt);
        rt_free(fresh);
        rt_free(net);
        rt_free(other);
    }
}

/* ---- memory ---- */

static void every_refused_request(void)
{
    rt_tensor *p[2];
    p[0] = rt_requires_grad_(rt_ones(RT_SHAPE(300), NULL));
    p[1] = rt_requires_grad_(rt_ones(RT_SHAPE(2), NULL));
    rt_memory_info before = rt_memory_stats();
    int n = 1;
    for (;; n++) {
        rt_testing_refuse_request(n);
        rt_optim *opt = rt_optim_adam(rt_parameters_of(p, 2), 0.1, NULL);
        rt_testing_refuse_request(0);
        if (opt) {
            rt_free(opt);
            break;
        }
        check_at("request %d refused", n);
        CHECK_STATUS(opt, RT_ERR_MEMORY);
        CHECK_INT(rt_memory_stats().live_bytes, before.live_bytes);
    }
    CHECK(n > 6);
    CHECK_INT(rt_memory_stats().live_bytes, before.live_bytes);
}

int main(void)
{
    TEST(follows_torch);
    TEST(strides_change_nothing);
    TEST(gradient_may_share_memory);
    TEST(every_size);
    TEST(passes_over_what_has_no_gradient);
    TEST(step_counts_as_a_write);
    TEST(parameters_outlive_their_module);
    TEST(learning_rate);
    TEST(a_field_left_zero_takes_the_default);
    TEST(numbers_out_of_range);
    TEST(parameters_refused);
    TEST(objects_refused);
    TEST(an_unread_error_stops_it);
    TEST(state_carries_on);
    TEST(every_refused_request);
    return check_end("8_learn/optim");
}
