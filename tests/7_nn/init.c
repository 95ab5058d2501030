/* Rules for initial values, against torch.nn.init. */
#include "../check.h"
#include "frozen_weights.h"
#include "weights.h"

static rt_tensor *apply(const frozen_rule *r, rt_tensor *x)
{
    rt_nn_init_opts opts = rt_nn_init_opts_default();
    opts.mode = r->mode;
    opts.nonlinearity = r->nonlinearity;
    if (strcmp(r->name, "kaiming_uniform_") == 0)
        return rt_nn_init_kaiming_uniform_(x, r->number, &opts);
    if (strcmp(r->name, "kaiming_normal_") == 0)
        return rt_nn_init_kaiming_normal_(x, r->number, &opts);
    if (strcmp(r->name, "xavier_uniform_") == 0)
        return rt_nn_init_xavier_uniform_(x, r->number);
    return rt_nn_init_xavier_normal_(x, r->number);
}

static void rules_draw_what_torch_draws(void)
{
    for (size_t i = 0; i < sizeof frozen_rules / sizeof *frozen_rules; i++) {
        const frozen_rule *r = &frozen_rules[i];
        check_at("%s row %d", r->name, (int)i);
        rt_shape shape = RT_SHAPE0;
        shape.ndim = r->ndim;
        memcpy(shape.dim, r->size, sizeof r->size);
        rt_manual_seed(0);
        rt_tensor *x = rt_empty(shape, NULL);
        CHECK(apply(r, x) == x);
        CHECK(!rt_requires_grad(x));
        CHECK_CLOSE(*rt_data_f32(x), r->first, 0, 0);
        CHECK_INT(bits_checksum(x), r->sum);
    }
}

static void truncated_normal_numbers_are_torchs(void)
{
    for (size_t i = 0; i < sizeof frozen_truncateds / sizeof *frozen_truncateds; i++) {
        const frozen_truncated *f = &frozen_truncateds[i];
        rt_tensor_opts opts = rt_tensor_opts_default();
        opts.dtype = f->dtype;
        check_at("row %d", (int)i);
        rt_manual_seed(5);
        rt_tensor *x = rt_requires_grad_(rt_empty(RT_SHAPE(f->n), &opts));
        CHECK(rt_nn_init_trunc_normal_(x, f->mean, f->std, f->a, f->b) == x && rt_is_leaf(x));
        CHECK_CLOSE(rt_at_index(x, RT_SHAPE(0)), f->first, f->dtype == RT_FLOAT64 ? 1e-15 : 0, 0);
        if (f->dtype == RT_FLOAT32)      /* the last bits of float64's normal numbers are the C library's */
            CHECK_INT(bits_checksum(x), f->sum);
    }
    rt_tensor *x = rt_empty(RT_SHAPE(0), NULL);
    CHECK(rt_nn_init_trunc_normal_(x, 0, 1, -2, 2) == x);
    CHECK_STATUS(rt_nn_init_trunc_normal_(x, 0, 0, -2, 2), RT_ERR_VALUE);
    CHECK_STATUS(rt_nn_init_trunc_normal_(x, 0, 1, 2, 2), RT_ERR_VALUE);
    CHECK_STATUS(rt_nn_init_trunc_normal_(rt_tensor_i64(RT_I64(1, 2), RT_SHAPE(2)), 0, 1, -2, 2), RT_ERR_DTYPE);
}

static void plain_rules(void)
{
    rt_tensor *x = rt_requires_grad_(rt_empty(RT_SHAPE(4), NULL));
    CHECK(rt_nn_init_constant_(x, 2.5) == x);
    CHECK_CLOSE(rt_at_index(x, RT_SHAPE(3)), 2.5, 0, 0);
    CHECK(rt_nn_init_ones_(x) == x);
    CHECK_CLOSE(rt_at_index(x, RT_SHAPE(0)), 1, 0, 0);
    CHECK(rt_nn_init_zeros_(x) == x);
    CHECK_CLOSE(rt_at_index(x, RT_SHAPE(1)), 0, 0, 0);
    CHECK(rt_nn_init_uniform_(x, 3, 4) == x);
    for (int i = 0; i < 4; i++)
        CHECK(rt_at_index(x, RT_SHAPE(i)) >= 3 && rt_at_index(x, RT_SHAPE(i)) <= 4);
    CHECK(rt_nn_init_normal_(x, 100, 0.5) == x);
    CHECK_CLOSE(rt_at_index(x, RT_SHAPE(0)), 100, 0, 5);
    CHECK(rt_is_leaf(x) && rt_requires_grad(x) && rt_is_grad_enabled());
    rt_tensor *whole = rt_tensor_i64(RT_I64(1, 2), RT_SHAPE(2));
    CHECK(rt_nn_init_zeros_(whole) == whole);
    CHECK_INT(rt_data_i64(whole)[1], 0);
}

static void gains(void)
{
    CHECK_CLOSE(rt_nn_init_calculate_gain("linear", 0), 1, 0, 0);
    CHECK_CLOSE(rt_nn_init_calculate_gain("conv_transpose3d", 0), 1, 0, 0);
    CHECK_CLOSE(rt_nn_init_calculate_gain("sigmoid", 0), 1, 0, 0);
    CHECK_CLOSE(rt_nn_init_calculate_gain("tanh", 0), 5.0 / 3, 0, 0);
    CHECK_CLOSE(rt_nn_init_calculate_gain("relu", 0), 1.4142135623730951, 0, 0);
    CHECK_CLOSE(rt_nn_init_calculate_gain("leaky_relu", 0.2), 1.3867504905630728, 0, 0);
    CHECK_CLOSE(rt_nn_init_calculate_gain("selu", 0), 0.75, 0, 0);
    CHECK_INT(check_class(rt_nn_init_calculate_gain("sinus", 0)), 2);
    CHECK_STATUS(NULL, RT_ERR_VALUE);
    CHECK_INT(check_class(rt_nn_init_calculate_gain(NULL, 0)), 2);
    CHECK_STATUS(NULL, RT_ERR_NULL);
}

static void what_is_refused(void)
{
    rt_tensor *line = rt_zeros(RT_SHAPE(4), NULL), *x = rt_zeros(RT_SHAPE(2, 2), NULL), *empty = rt_zeros(RT_SHAPE(3, 0), NULL);
    rt_nn_init_opts opts = rt_nn_init_opts_default();
    CHECK_TEXT(opts.mode, "fan_in");
    CHECK_TEXT(opts.nonlinearity, "leaky_relu");
    CHECK_STATUS(rt_nn_init_xavier_uniform_(line, 1), RT_ERR_VALUE);
    CHECK_STATUS(rt_nn_init_xavier_normal_(line, 1), RT_ERR_VALUE);
    CHECK_STATUS(rt_nn_init_kaiming_uniform_(line, 0, NULL), RT_ERR_VALUE);
    CHECK_STATUS(rt_nn_init_kaiming_normal_(line, 0, NULL), RT_ERR_VALUE);
    CHECK_STATUS(rt_nn_init_kaiming_normal_(NULL, 0, NULL), RT_ERR_NULL);
    CHECK_STATUS(rt_nn_init_uniform_(NULL, 0, 1), RT_ERR_NULL);
    CHECK_STATUS(rt_nn_init_zeros_(NULL), RT_ERR_NULL);
    opts.mode = "fan_sideways";
    CHECK_STATUS(rt_nn_init_kaiming_uniform_(x, 0, &opts), RT_ERR_VALUE);
    opts.mode = NULL;
    opts.nonlinearity = "sinus";
    CHECK_STATUS(rt_nn_init_kaiming_uniform_(x, 0, &opts), RT_ERR_VALUE);
    CHECK(rt_nn_init_xavier_uniform_(empty, 1) == empty);
    CHECK(rt_nn_init_kaiming_normal_(empty, 0, NULL) == empty);
}

int main(void)
{
    TEST(rules_draw_what_torch_draws);
    TEST(truncated_normal_numbers_are_torchs);
    TEST(plain_rules);
    TEST(gains);
    TEST(what_is_refused);
    return check_end("7_nn/init");
}
