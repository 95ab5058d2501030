/* Lists of parameters, gradients taken away, the state of a tree. */
#include "../check.h"

static rt_tensor *same(rt_module *self, rt_tensor *x) { (void)self; return x; }
static rt_module *same_module(const char *type) { return rt_module_new(type, same, NULL); }

/* A tree with everything: parameters and buffers on two levels, an absent parameter, a tensor and a module in two places. */
static rt_module *tree(void)
{
    rt_module *m = same_module("Tree");
    rt_module *layers = rt_module_add(m, "layers", rt_nn_sequential(rt_nn_linear(2, 3, NULL), rt_nn_relu(), rt_nn_linear(3, 2, NULL)));
    rt_module *norm = rt_module_add(m, "norm", same_module("Norm"));
    rt_module_add_buffer(m, "mean", rt_zeros(RT_SHAPE(2), NULL));
    rt_tensor *scale = rt_module_add_parameter(m, "scale", rt_ones(RT_SHAPE(2), NULL));
    rt_module_add_buffer(norm, "steps", rt_scalar_tensor(RT_S(7), RT_DTYPE_DEFAULT));
    rt_module_add_parameter(norm, "bias", RT_NONE);
    rt_module_add_parameter(norm, "tied", scale);
    rt_module_add(norm, "again", rt_module_get(layers, "0"));
    return m;
}

static void check_names(rt_parameter_list p, const char *const *want, int n)
{
    CHECK_INT(p.count, n);
    for (int i = 0; i < p.count && i < n; i++)
        CHECK_TEXT(p.names[i], want[i]);
}

static void pytorch_order_and_no_tensor_twice(void)
{
    static const char *const want[] = { "scale", "layers.0.weight", "layers.0.bias", "layers.2.weight", "layers.2.bias" };
    rt_module *m = tree();
    rt_parameter_list p = rt_parameters(m);
    check_names(p, want, 5);
    for (int i = 0; i < p.count; i++)
        CHECK(p.tensors[i] == rt_module_parameter(m, p.names[i]));
    CHECK(rt_module_parameter(m, "norm.again.weight") == p.tensors[1]);
    CHECK(rt_is_none(rt_module_parameter(m, "norm.bias")));
    rt_free(m);
}

static void a_list_stands_until_the_tree_changes(void)
{
    rt_module *m = tree(), *other;
    rt_parameter_list p = rt_parameters(m);
    other = rt_nn_linear(2, 2, NULL);
    rt_testing_refuse_request(0);
    rt_parameter_list q = rt_parameters(m);
    CHECK_INT(rt_testing_requests(), 0);
    CHECK(q.tensors == p.tensors && q.names == p.names && q.count == p.count);
    rt_module_add(rt_module_get(m, "norm"), "more", other);
    q = rt_parameters(m);
    CHECK_INT(q.count, 7);
    CHECK_TEXT(q.names[6], "norm.more.bias");
    rt_module_add_parameter(other, "bias", RT_NONE);
    CHECK_INT(rt_parameters(m).count, 6);
    rt_free(m);
}

static void lists_of_ones_own(void)
{
    rt_tensor *a = rt_ones(RT_SHAPE(2), NULL), *b = rt_ones(RT_SHAPE(3), NULL), *list[2];
    CHECK_INT(RT_PARAMETERS(a, b).count, 2);
    CHECK_INT(RT_PARAMETERS(a).count, 1);
    list[0] = a;
    list[1] = b;
    rt_parameter_list p = rt_parameters_of(list, 2);
    CHECK(p.tensors[1] == b && p.names == NULL);
    CHECK_INT(rt_parameters_of(NULL, 0).count, 0);
    rt_module *empty = rt_nn_relu();
    CHECK_INT(rt_parameters(empty).count, 0);
    rt_free(empty);
}

static void lists_that_fail(void)
{
    rt_tensor *a = rt_ones(RT_SHAPE(2), NULL), *none = NULL;
    CHECK_INT(rt_parameters(NULL).count, -1);
    CHECK_STATUS(NULL, RT_ERR_NULL);
    CHECK_INT(RT_PARAMETERS(a, none).count, -1);
    CHECK_STATUS(NULL, RT_ERR_NULL);
    CHECK_INT(RT_PARAMETERS(RT_NONE, a).count, -1);
    CHECK_STATUS(NULL, RT_ERR_NULL);
    CHECK_INT(rt_parameters_of(&a, -1).count, -1);
    CHECK_STATUS(NULL, RT_ERR_VALUE);
    CHECK_INT(rt_parameters_of(NULL, 1).count, -1);
    CHECK_STATUS(NULL, RT_ERR_NULL);
    rt_module *m = rt_nn_linear(2, 2, NULL);
    rt_testing_refuse_request(1);
    CHECK_INT(rt_parameters(m).count, -1);
    CHECK_STATUS(NULL, RT_ERR_MEMORY);
    CHECK_INT(rt_parameters(m).count, 2);
    rt_free(m);
}

static void names_too_long(void)
{
    char name[600];
    memset(name, 'n', sizeof name);
    name[sizeof name - 1] = '\0';
    rt_module *m = same_module("M");
    rt_module_add_parameter(rt_module_add(m, name + 300, same_module("M")), name + 300, rt_ones(RT_SHAPE(1), NULL));
    CHECK_INT(rt_parameters(m).count, -1);
    CHECK_STATUS(NULL, RT_ERR_VALUE);
    CHECK_STATUS(rt_state_dict(m), RT_ERR_VALUE);
    CHECK_INT(rt_parameters(rt_module_child_at(m, 0)).count, 1);
    rt_free(m);
}

/* ---- gradients ---- */

static void gradients_are_taken_away(void)
{
    int64_t no_object[8] = { 0, 0, 0, 0, 0, 0, 0, 0 };
    rt_module *m = tree();
    rt_tensor *w = rt_module_parameter(m, "layers.0.weight"), *scale = rt_module_parameter(m, "scale");
    CHECK(rt_backward(rt_add(rt_sum(w), rt_sum(scale))) == RT_OK);
    CHECK(!rt_is_none(rt_grad(w)) && !rt_is_none(rt_grad(scale)));
    CHECK(rt_zero_grad(scale) == RT_OK);
    CHECK(rt_is_none(rt_grad(scale)) && !rt_is_none(rt_grad(w)));
    CHECK(rt_zero_grad(m) == RT_OK);
    CHECK(rt_is_none(rt_grad(w)));
    CHECK_STATUS(rt_zero_grad(NULL), RT_ERR_NULL);
    CHECK_STATUS(rt_zero_grad(RT_NONE), RT_ERR_NULL);
    CHECK_STATUS(rt_zero_grad(no_object), RT_ERR_STATE);
    rt_dict *d = rt_dict_new();
    CHECK_STATUS(rt_zero_grad(d), RT_ERR_UNSUPPORTED);
    rt_free(d);
    rt_free(m);
}

static void freezing(void)
{
    rt_module *m = tree();
    CHECK(rt_module_requires_grad_(m, false) == m);
    CHECK(!rt_requires_grad(rt_module_parameter(m, "layers.0.weight")) && !rt_requires_grad(rt_module_parameter(m, "scale")));
    rt_module_requires_grad_(rt_module_get(m, "layers.2"), true);
    CHECK(rt_requires_grad(rt_module_parameter(m, "layers.2.bias")) && !rt_requires_grad(rt_module_parameter(m, "layers.0.bias")));
    CHECK_STATUS(rt_module_requires_grad_(NULL, true), RT_ERR_NULL);
    rt_free(m);
}

/* ---- state ---- */

static void state_names(void)
{
    static const char *const want[] = { "scale", "mean", "layers.0.weight", "layers.0.bias", "layers.2.weight", "layers.2.bias",
                                        "norm.tied", "norm.steps", "norm.again.weight", "norm.again.bias" };
    rt_module *m = tree();
    rt_dict *state = rt_state_dict(m);
    CHECK_INT(rt_dict_size(state), 10);
    for (int i = 0; i < rt_dict_size(state) && i < 10; i++)
        CHECK_TEXT(rt_dict_name_at(state, i), want[i]);
    CHECK(rt_dict_get(state, "mean") == rt_module_buffer(m, "mean"));
    CHECK(rt_dict_get(state, "norm.tied") == rt_module_parameter(m, "scale"));
    rt_free(state);
    rt_free(m);
}

static void state_goes_into_another_tree(void)
{
    rt_manual_seed(1);
    rt_module *from = tree();
    rt_manual_seed(2);
    rt_module *to = tree();
    rt_dict *state = rt_state_dict(from);
    rt_tensor *w = rt_module_parameter(to, "layers.0.weight"), *source = rt_module_parameter(from, "layers.0.weight");
    CHECK(rt_at_index(w, RT_SHAPE(0, 0)) != rt_at_index(source, RT_SHAPE(0, 0)));
    CHECK(rt_load_state_dict(to, state) == RT_OK);
    CHECK(rt_module_parameter(to, "layers.0.weight") == w && rt_requires_grad(w));
    CHECK_FLOATS(rt_data_f32(w), rt_data_f32(source), 6, 0, 0);
    rt_tensor *x = rt_ones(RT_SHAPE(1, 2), NULL);
    rt_tensor *y = rt_forward(rt_module_get(to, "layers"), x), *want = rt_forward(rt_module_get(from, "layers"), x);
    CHECK_FLOATS(rt_data_f32(y), rt_data_f32(want), 2, 0, 0);
    rt_module *less = rt_nn_linear(2, 2, NULL);
    CHECK_STATUS(rt_load_state_dict(less, state), RT_ERR_KEY);
    rt_free(less);
    rt_free(state);
    rt_free(from);
    rt_free(to);
}

int main(void)
{
    TEST(pytorch_order_and_no_tensor_twice);
    TEST(a_list_stands_until_the_tree_changes);
    TEST(lists_of_ones_own);
    TEST(lists_that_fail);
    TEST(names_too_long);
    TEST(gradients_are_taken_away);
    TEST(freezing);
    TEST(state_names);
    TEST(state_goes_into_another_tree);
    return check_end("7_nn/parameters");
}
