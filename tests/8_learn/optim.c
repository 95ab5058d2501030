/* Optimisers: the very numbers of torch.optim, what they hold and skip, their state, and what they refuse. */
#include "../check.h"
#include "frozen_optim.h"
#include <math.h>

enum { SIZE = FROZEN_OPTIM_SIZE };

/* ---- parameters and gradients without rounding, as freeze_optim.py makes them ---- */

static rt_tensor *start_of(const frozen_group *f)
{
    double x[SIZE];
    for (int i = 0; i < SIZE; i++)
        x[i] = ((i + f->group) * 7 % 13 - 6) / 8.0;
    return rt_to(rt_tensor_f64(x, RT_SHAPE(SIZE)), f->dtype);
}

static rt_tensor *gradient_of(const frozen_group *f, int t)
{
    double x[SIZE];
    for (int i = 0; i < SIZE; i++)
        x[i] = ((i * 5 + (t + f->group) * 3) % 11 - 5) / (i % 3 == 0 ? 1024.0 : 16.0);
    return rt_to(rt_tensor_f64(x, RT_SHAPE(SIZE)), f->dtype);
}

static bool has_gradient(const frozen_group *f, int t) { return t % 5 != f->group + 1; }

static rt_parameter_list one(rt_tensor *const *x) { return rt_parameters_of(x, 1); }

static rt_optim *optim_of(const frozen_group *f, rt_tensor *const *param)
{
    if (f->rule == FROZEN_SGD) {
        rt_optim_sgd_opts o = rt_optim_sgd_opts_default();
        o.momentum = f->momentum;
        o.dampening = f->dampening;
        o.weight_decay = f->weight_decay;
        o.nesterov = f->nesterov;
        o.maximize = f->maximize;
        return rt_optim_sgd(one(param), f->lr, &o);
    }
    rt_optim_adam_opts o = rt_optim_adam_opts_default();
    o.beta1 = f->beta1;
    o.beta2 = f->beta2;
    o.eps = f->eps;
    o.weight_decay = f->weight_decay;
    o.amsgrad = f->amsgrad;
    o.maximize = f->maximize;
    return f->rule == FROZEN_ADAM ? rt_optim_adam(one(param), f->lr, &o) : rt_optim_adamw(one(param), f->lr, &o);
}

/* PyTorch's bits where products and sums are fused, as in PyTorch's own kernels; close to them elsewhere. */
static void check_against(rt_tensor *x, const double *want, rt_dtype dtype)
{
    bool exact = strcmp(rt_isa(), "base") != 0;
#ifdef __OPTIMIZE_SIZE__      /* for size, double has its first pass alone */
    exact = exact && dtype == RT_FLOAT32;
#endif
    double tolerance = exact ? 0 : dtype == RT_FLOAT32 ? 1e-5 : 1e-13;
    for (int i = 0; i < SIZE; i++)
        CHECK_CLOSE(rt_at_index(x, RT_SHAPE(i)), want[i], tolerance, tolerance);
}

/* ---- the numbers ---- */

enum { N_GROUPS = sizeof frozen_groups / sizeof *frozen_groups, MOST_GROUPS = 3 };

static rt_tensor *state_of(rt_dict *state, int i, const char *name)
{
    char text[60];
    snprintf(text, sizeof text, "state.%d.%s", i, name);
    return rt_dict_get(state, text);
}

/* The states of parameter i, and how many there are. */
static int check_state_of(rt_dict *state, int i, const frozen_group *f)
{
    if (f->rule == FROZEN_SGD) {
        if (f->momentum > 0)
            check_against(state_of(state, i, "momentum_buffer"), f->state[0], f->dtype);
        return f->momentum > 0 ? 1 : 0;
    }
    CHECK_CLOSE(rt_item(state_of(state, i, "step")), f->n_steps, 0, 0);
    CHECK_INT(rt_dtype_of(state_of(state, i, "step")), RT_FLOAT32);
    check_against(state_of(state, i, "exp_avg"), f->state[0], f->dtype);
    check_against(state_of(state, i, "exp_avg_sq"), f->state[1], f->dtype);
    if (f->amsgrad)
        check_against(state_of(state, i, "max_exp_avg_sq"), f->state[2], f->dtype);
    return f->amsgrad ? 4 : 3;
}

/* n groups, with PyTorch's steps and states. */
static void check_set(const frozen_group *f, int n)
{
    rt_tensor *p[MOST_GROUPS];
    rt_optim *opt = NULL;
    for (int k = 0; k < n; k++) {
        p[k] = rt_requires_grad_(start_of(&f[k]));
        rt_optim *group = optim_of(&f[k], &p[k]);
        if (k == 0)
            opt = group;
        else
            CHECK_INT(rt_optim_add_param_group(opt, group), RT_OK);
    }
    CHECK_INT(rt_optim_n_groups(opt), n);
    for (int t = 0; t < FROZEN_OPTIM_STEPS; t++) {
        rt_scope scope = rt_scope_begin();
        for (int k = 0; k < n; k++) {
            rt_set_grad(p[k], has_gradient(&f[k], t) ? gradient_of(&f[k], t) : RT_NONE);
            if (t == FROZEN_OPTIM_STEPS / 2)
                CHECK_INT(rt_optim_set_group_lr(opt, k, rt_optim_group_lr(opt, k) * 0.5), RT_OK);
        }
        CHECK_INT(rt_step(opt), RT_OK);
        for (int k = 0; k < n && t == 0; k++)
            check_against(p[k], f[k].first, f[k].dtype);
        rt_scope_end(scope);
    }
    rt_dict *state = rt_state_dict(opt);
    int n_states = n;
    for (int k = 0; k < n; k++) {
        char name[40];
        snprintf(name, sizeof name, "param_groups.%d.lr", k);
        CHECK_CLOSE(rt_item(rt_dict_get(state, name)), f[k].lr * 0.5, 0, 0);
        check_against(p[k], f[k].last, f[k].dtype);
        n_states += check_state_of(state, k, &f[k]);
    }
    CHECK_INT(rt_dict_size(state), n_states);
    rt_free(state);
    rt_free(opt);
}

static void follows_torch(void)
{
    for (int k = 0, n; k < N_GROUPS; k += n) {
        for (n = 1; k + n < N_GROUPS && frozen_groups[k + n].set == frozen_groups[k].set; n++)
            ;
        check_at("set %d", frozen_groups[k].set);
        check_set(&frozen_groups[k], n);
    }
}

/* Groups of different rules beside each other: each as if it were alone. */
static void rules_may_differ(void)
{
    frozen_group f[MOST_GROUPS];
    int n = 0;
    for (int k = N_GROUPS - 1; k >= 0 && n < 2; k--)      /* of the last sets, which have several groups */
        if (frozen_groups[k].group == n && (n == 0 || frozen_groups[k].rule != f[0].rule))
            f[n++] = frozen_groups[k];
    CHECK_INT(n, 2);
    check_set(f, n);
}

/* A parameter that lies crosswise, or a gradient that does: the same numbers by another road. */
static void strides_change_nothing(void)
{
    for (int k = 0; k < 4 * N_GROUPS; k++) {
        const frozen_group *f = &frozen_groups[k / 4];
        int crosswise = k % 4;
        rt_scope scope = rt_scope_begin();
        rt_tensor *p = start_of(f);
        if (crosswise & 1)    /* element i of the row at 3 (i mod 7) + i div 7 */
            p = rt_transpose(rt_contiguous(rt_transpose(rt_reshape(p, RT_SHAPE(3, 7)), 0, 1)), 0, 1);
        else
            p = rt_reshape(p, RT_SHAPE(3, 7));
        p = rt_requires_grad_(rt_detach(p));
        CHECK_INT(rt_is_contiguous(p), !(crosswise & 1));
        rt_optim *opt = optim_of(f, &p);
        check_at("set %d, group %d, crosswise %d", f->set, f->group, crosswise);
        for (int t = 0; t < FROZEN_OPTIM_STEPS; t++) {
            rt_tensor *g = rt_reshape(gradient_of(f, t), RT_SHAPE(3, 7));
            g = crosswise & 2 ? rt_transpose(rt_contiguous(rt_transpose(g, 0, 1)), 0, 1) : g;
            rt_set_grad(p, has_gradient(f, t) ? g : RT_NONE);
            if (t == FROZEN_OPTIM_STEPS / 2)
                rt_optim_set_lr(opt, f->lr * 0.5);
            CHECK_INT(rt_step(opt), RT_OK);
        }
        check_against(rt_reshape(rt_contiguous(rt_detach(p)), RT_SHAPE(SIZE)), f->last, f->dtype);
        rt_dict *state = rt_state_dict(opt);
        for (int i = 0; i < rt_dict_size(state); i++)
            if (rt_dim(rt_dict_tensor_at(state, i)) == 2)
                rt_dict_set(state, rt_dict_name_at(state, i), rt_reshape(rt_dict_tensor_at(state, i), RT_SHAPE(SIZE)));
        check_state_of(state, 0, f);
        rt_free(state);
        rt_free(opt);
        rt_scope_end(scope);
    }
}

/* float16 and bfloat16: what float32 gives whose parameter and averages are rounded after each step. */
static void narrow_floats_are_rounded_once(void)
{
    static const rt_dtype dtypes[] = { RT_FLOAT16, RT_BFLOAT16 };
    for (int k = 0; k < 2 * N_GROUPS; k++) {
        const frozen_group *f = &frozen_groups[k / 2];
        rt_dtype dtype = dtypes[k % 2];
        if (f->dtype != RT_FLOAT32)
            continue;
        rt_tensor *narrow = rt_requires_grad_(rt_to(start_of(f), dtype)), *wide = rt_requires_grad_(rt_to(rt_detach(narrow), RT_FLOAT32));
        rt_optim *opt = optim_of(f, &narrow), *other = optim_of(f, &wide);
        check_at("set %d, group %d, %s", f->set, f->group, rt_dtype_name(dtype));
        for (int t = 0; t < 6; t++) {
            rt_tensor *g = rt_to(gradient_of(f, t), dtype);
            rt_set_grad(narrow, g);
            rt_set_grad(wide, rt_to(g, RT_FLOAT32));
            CHECK_INT(rt_step(opt), RT_OK);
            CHECK_INT(rt_step(other), RT_OK);
            rt_dict *state = rt_state_dict(other);
            rt_dict_set(state, "itself", rt_detach(wide));
            for (int i = 0; i < rt_dict_size(state); i++)
                if (rt_dim(rt_dict_tensor_at(state, i)) == 1)
                    rt_copy_(rt_dict_tensor_at(state, i), rt_to(rt_to(rt_dict_tensor_at(state, i), dtype), RT_FLOAT32));
            rt_free(state);
        }
        rt_dict *state = rt_state_dict(opt), *want = rt_state_dict(other);
        rt_dict_set(state, "itself", narrow);
        rt_dict_set(want, "itself", wide);
        for (int i = 0; i < rt_dict_size(state); i++) {
            rt_tensor *x = rt_dict_tensor_at(state, i), *y = rt_dict_get(want, rt_dict_name_at(state, i));
            if (rt_dim(x) == 0)
                continue;
            CHECK_INT(rt_dtype_of(x), dtype);
            CHECK_FLOATS(rt_data_f32(rt_to(x, RT_FLOAT32)), rt_data_f32(y), SIZE, 0, 0);
        }
        rt_free(state);
        rt_free(want);
        rt_free(opt);
        rt_free(other);
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

static rt_optim *optim_number(int kind, rt_parameter_list params)
{
    rt_optim_adam_opts amsgrad = rt_optim_adam_opts_default();
    amsgrad.amsgrad = true;
    return kind == 0 ? rt_optim_sgd(params, 0.1, NULL) : kind == 1 ? rt_optim_sgd(params, 0.1, RT_OPTS(rt_optim_sgd, .momentum = 0.9)) :
           kind == 2 ? rt_optim_adam(params, 0.1, &amsgrad) : rt_optim_adamw(params, 0.1, NULL);
}

/* Sizes round the length of every vector, and some that several threads share: each element as if it were alone. */
static void every_size(void)
{
    static const int64_t sizes[] = { 0, 1, 2, 15, 16, 17, 31, 33, 100, 255, 257, 100000 };
    for (size_t k = 0; k < 4 * (sizeof sizes / sizeof *sizes); k++) {
        int64_t n = sizes[k / 4];
        rt_scope scope = rt_scope_begin();
        rt_tensor *p = rt_requires_grad_(rt_full(RT_SHAPE(n), RT_S(1.5), NULL)), *alone = rt_requires_grad_(rt_full(RT_SHAPE0, RT_S(1.5), NULL));
        rt_optim *opt = optim_number((int)(k % 4), rt_parameters_of(&p, 1)), *other = optim_number((int)(k % 4), rt_parameters_of(&alone, 1));
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
        check_at("%lld elements, kind %d", (long long)n, (int)(k % 4));
        CHECK_INT(same, n);
        CHECK(want != 1.5f);
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
    CHECK_INT(rt_dict_size(state), 10);
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

/* ---- groups ---- */

static void groups_have_their_own_rate(void)
{
    rt_tensor *p[2];
    p[0] = rt_requires_grad_(rt_full(RT_SHAPE(1), RT_S(1.0), NULL));
    p[1] = rt_requires_grad_(rt_full(RT_SHAPE(1), RT_S(1.0), NULL));
    rt_optim *opt = rt_optim_sgd(one(&p[0]), 0.5, NULL);
    CHECK_INT(rt_optim_n_groups(opt), 1);
    CHECK_INT(rt_optim_add_param_group(opt, rt_optim_sgd(one(&p[1]), 0.25, NULL)), RT_OK);
    CHECK_INT(rt_optim_n_groups(opt), 2);
    CHECK_CLOSE(rt_optim_lr(opt), 0.5, 0, 0);
    CHECK_CLOSE(rt_optim_group_lr(opt, 1), 0.25, 0, 0);
    rt_set_grad(p[0], rt_ones(RT_SHAPE(1), NULL));
    rt_set_grad(p[1], rt_ones(RT_SHAPE(1), NULL));
    CHECK_INT(rt_step(opt), RT_OK);
    CHECK_CLOSE(rt_item(p[0]), 0.5, 0, 0);
    CHECK_CLOSE(rt_item(p[1]), 0.75, 0, 0);
    CHECK_INT(rt_optim_set_group_lr(opt, 1, 0.125), RT_OK);
    CHECK_INT(rt_optim_set_lr(opt, 0), RT_OK);
    CHECK_INT(rt_step(opt), RT_OK);
    CHECK_CLOSE(rt_item(p[0]), 0.5, 0, 0);
    CHECK_CLOSE(rt_item(p[1]), 0.625, 0, 0);
    CHECK_INT(rt_zero_grad(opt), RT_OK);
    CHECK(rt_is_none(rt_grad(p[1])));
    CHECK_STATUS(rt_optim_set_group_lr(opt, 1, -1), RT_ERR_VALUE);
    CHECK_STATUS(rt_optim_set_group_lr(opt, 2, 1), RT_ERR_INDEX);
    CHECK_STATUS(rt_optim_set_group_lr(opt, -1, 1), RT_ERR_INDEX);
    CHECK_INT(check_class(rt_optim_group_lr(opt, 2)), 2);
    CHECK_STATUS(NULL, RT_ERR_INDEX);
    rt_free(opt);
}

static void groups_are_refused(void)
{
    rt_tensor *p[2], *x = rt_ones(RT_SHAPE(2), NULL);
    p[0] = rt_requires_grad_(rt_ones(RT_SHAPE(2), NULL));
    p[1] = rt_requires_grad_(rt_ones(RT_SHAPE(2), NULL));
    int64_t live = rt_memory_stats().live_bytes;
    rt_optim *opt = rt_optim_sgd(one(&p[0]), 0.5, NULL);
    CHECK_STATUS(rt_optim_add_param_group(opt, opt), RT_ERR_VALUE);
    CHECK_STATUS(rt_optim_add_param_group(opt, rt_optim_adam(rt_parameters_of(p, 2), 0.1, NULL)), RT_ERR_VALUE);
    CHECK_STATUS(rt_optim_add_param_group(opt, NULL), RT_ERR_NULL);
    CHECK_STATUS(rt_optim_add_param_group(opt, rt_optim_sgd(one(&p[1]), -1, NULL)), RT_ERR_VALUE);
    CHECK_STATUS(rt_optim_add_param_group(opt, (rt_optim *)(void *)x), RT_ERR_STATE);
    CHECK_INT(rt_optim_n_groups(opt), 1);
    rt_free(opt);
    CHECK_STATUS(rt_optim_add_param_group(NULL, rt_optim_adam(rt_parameters_of(p, 2), 0.1, NULL)), RT_ERR_NULL);
    CHECK_INT(rt_memory_stats().live_bytes, live);
}

/* ---- options ---- */

/* Where one step takes 1 with gradient 1 at lr 0.5. */
static double step_of(rt_optim *(*rule)(rt_parameter_list, double, const rt_optim_adam_opts *), const rt_optim_adam_opts *opts)
{
    rt_tensor *p = rt_requires_grad_(rt_full(RT_SHAPE0, RT_S(1.0), RT_OPTS(rt_tensor, .dtype = RT_FLOAT64)));
    rt_optim *opt = rule(one(&p), 0.5, opts);
    rt_set_grad(p, rt_full(RT_SHAPE0, RT_S(1.0), RT_OPTS(rt_tensor, .dtype = RT_FLOAT64)));
    rt_step(opt);
    rt_free(opt);
    return rt_item(p);
}

static double step_from_one(const rt_optim_adam_opts *opts) { return step_of(rt_optim_adam, opts); }
static double adamw_step_from_one(const rt_optim_adamw_opts *opts) { return step_of(rt_optim_adamw, opts); }

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
    rt_optim_adamw_opts w = rt_optim_adamw_opts_default();
    CHECK_CLOSE(w.weight_decay, 0.01, 0, 0);
    CHECK_CLOSE(adamw_step_from_one(&w), usual - 0.5 * 0.01, 1e-10, 0);
    CHECK_CLOSE(adamw_step_from_one(NULL), usual - 0.5 * 0.01, 1e-10, 0);
    CHECK_CLOSE(adamw_step_from_one(RT_OPTS(rt_optim_adamw, .beta1 = 0.5)), usual - 0.5 * 0.01, 1e-10, 0);
    CHECK_CLOSE(adamw_step_from_one(RT_OPTS(rt_optim_adamw, .weight_decay = RT_ZERO)), usual, 0, 0);
    w.weight_decay = 0;
    CHECK_CLOSE(adamw_step_from_one(&w), usual, 0, 0);
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
    CHECK_STATUS(rt_optim_adamw(list, -0.1, NULL), RT_ERR_VALUE);
    CHECK_STATUS(rt_optim_adamw(list, 0.1, RT_OPTS(rt_optim_adamw, .beta2 = 1)), RT_ERR_VALUE);
    CHECK_STATUS(rt_optim_adamw(list, 0.1, RT_OPTS(rt_optim_adamw, .weight_decay = -1)), RT_ERR_VALUE);
    CHECK_TEXT(rt_last_error()->op, "");
    rt_optim_adamw(list, 0.1, RT_OPTS(rt_optim_adamw, .eps = -1));
    CHECK_TEXT(rt_last_error()->op, "rt_optim_adamw");
    rt_clear_error();
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
    if (kind == 1)
        return rt_optim_adamw(rt_parameters(net), 0.01, RT_OPTS(rt_optim_adamw, .beta2 = 0.6, .amsgrad = true));
    rt_tensor *const *p = rt_parameters(net).tensors;
    rt_optim *opt = rt_optim_adam(one(&p[0]), 0.01, NULL);
    rt_optim_add_param_group(opt, rt_optim_sgd(one(&p[1]), 0.05, RT_OPTS(rt_optim_sgd, .momentum = 0.9)));
    return opt;
}

/* Training that goes on from saved state goes on exactly as if it had never stopped. */
static void state_carries_on(void)
{
    for (int kind = 0; kind < 3; kind++) {
        rt_module *net = rt_nn_linear(3, 4, NULL), *other = rt_nn_linear(3, 4, NULL);
        rt_optim *opt = optim_for(net, kind), *fresh = optim_for(other, kind);
        rt_optim_set_lr(opt, 0.03);
        train(net, opt, 0, 3);
        rt_dict *weights = rt_state_dict(net), *state = rt_state_dict(opt);
        CHECK_INT(rt_load_state_dict(other, weights), RT_OK);
        CHECK_INT(rt_load_state_dict(fresh, state), RT_OK);
        CHECK_CLOSE(rt_optim_lr(fresh), 0.03, 0, 0);
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

/* A file may say anything: no step is taken with a rate below zero, or none. */
static void a_rate_that_is_none_stops_it(void)
{
    static const double rates[] = { -1, NAN };
    for (int k = 0; k < 2; k++) {
        rt_tensor *p = rt_requires_grad_(rt_ones(RT_SHAPE(2), NULL));
        rt_optim *opt = rt_optim_sgd(one(&p), 0.1, NULL);
        rt_dict *state = rt_dict_new();
        rt_dict_set(state, "param_groups.0.lr", rt_tensor_f64(&rates[k], RT_SHAPE0));
        CHECK_INT(rt_load_state_dict(opt, state), RT_OK);
        rt_set_grad(p, rt_ones(RT_SHAPE(2), NULL));
        CHECK_STATUS(rt_step(opt), RT_ERR_VALUE);
        CHECK_CLOSE(rt_at_index(p, RT_SHAPE(0)), 1, 0, 0);
        rt_free(state);
        rt_free(opt);
    }
}

/* ---- memory ---- */

static rt_optim *optim_of_two(rt_tensor *const *p)
{
    rt_optim *opt = rt_optim_adam(one(&p[0]), 0.1, RT_OPTS(rt_optim_adam, .amsgrad = true));
    if (rt_optim_add_param_group(opt, rt_optim_sgd(one(&p[1]), 0.1, RT_OPTS(rt_optim_sgd, .momentum = 0.5))) == RT_OK)
        return opt;
    rt_free(opt);
    return NULL;
}

static void every_refused_request(void)
{
    rt_tensor *p[2];
    p[0] = rt_requires_grad_(rt_ones(RT_SHAPE(300), NULL));
    p[1] = rt_requires_grad_(rt_ones(RT_SHAPE(2), NULL));
    rt_memory_info before = rt_memory_stats();
    int n = 1;
    for (;; n++) {
        rt_testing_refuse_request(n);
        rt_optim *opt = optim_of_two(p);
        rt_testing_refuse_request(0);
        if (opt) {
            rt_free(opt);
            break;
        }
        check_at("request %d refused", n);
        CHECK_STATUS(opt, RT_ERR_MEMORY);
        CHECK_INT(rt_memory_stats().live_bytes, before.live_bytes);
    }
    CHECK(n > 9);
    CHECK_INT(rt_memory_stats().live_bytes, before.live_bytes);
}

int main(void)
{
    TEST(follows_torch);
    TEST(rules_may_differ);
    TEST(strides_change_nothing);
    TEST(narrow_floats_are_rounded_once);
    TEST(gradient_may_share_memory);
    TEST(every_size);
    TEST(passes_over_what_has_no_gradient);
    TEST(step_counts_as_a_write);
    TEST(parameters_outlive_their_module);
    TEST(learning_rate);
    TEST(groups_have_their_own_rate);
    TEST(groups_are_refused);
    TEST(a_field_left_zero_takes_the_default);
    TEST(numbers_out_of_range);
    TEST(parameters_refused);
    TEST(objects_refused);
    TEST(an_unread_error_stops_it);
    TEST(state_carries_on);
    TEST(a_rate_that_is_none_stops_it);
    TEST(every_refused_request);
    return check_end("8_learn/optim");
}
