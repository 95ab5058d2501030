/* Layers: their first weights, their results, their memory. */
#include "../check.h"
#include "frozen_weights.h"
#include "weights.h"

static void linear_draws_what_torch_draws(void)
{
    for (size_t i = 0; i < sizeof frozen_layers / sizeof *frozen_layers; i++) {
        const frozen_layer *f = &frozen_layers[i];
        check_at("row %d", (int)i);
        rt_nn_linear_opts opts = rt_nn_linear_opts_default();
        opts.no_bias = !f->bias;
        opts.dtype = f->dtype;
        rt_manual_seed(f->seed);
        rt_module *m = rt_nn_linear(f->in, f->out, &opts);
        rt_tensor *w = rt_module_parameter(m, "weight"), *b = rt_module_parameter(m, "bias");
        CHECK_INT(rt_size(w, 0), f->out);
        CHECK_INT(rt_size(w, 1), f->in);
        CHECK_INT(rt_dtype_of(w), f->dtype);
        CHECK_INT(bits_checksum(w), f->weight_sum);
        if (rt_numel(w) > 0)
            CHECK_CLOSE(rt_at_index(w, RT_SHAPE(0, 0)), f->weight, 0, 0);
        CHECK_INT(rt_is_none(b), !f->bias);
        CHECK_INT(rt_parameters(m).count, f->bias ? 2 : 1);
        if (f->bias) {
            CHECK_INT(rt_numel(b), f->out);
            CHECK_INT(bits_checksum(b), f->bias_sum);
            if (f->out > 0)
                CHECK_CLOSE(rt_at_index(b, RT_SHAPE(-1)), f->last_bias, 0, 0);
        }
        rt_free(m);
    }
}

static void a_net_draws_from_the_left(void)
{
    rt_manual_seed(0);
    rt_module *net = rt_nn_sequential(rt_nn_linear(10, 20, NULL), rt_nn_relu(),
                                      rt_nn_sequential(rt_nn_linear(20, 8, NULL), rt_nn_gelu()), rt_nn_linear(8, 2, NULL));
    rt_parameter_list p = rt_parameters(net);
    CHECK_INT(p.count, sizeof frozen_net / sizeof *frozen_net);
    for (int i = 0; i < p.count; i++) {
        CHECK_TEXT(p.names[i], frozen_net[i].name);
        CHECK_INT(bits_checksum(p.tensors[i]), frozen_net[i].sum);
    }
    rt_tensor *row = rt_arange(RT_S(0.0), RT_S(3.0), RT_S(1.0), NULL), *column = rt_arange(RT_S(0.0), RT_S(10.0), RT_S(1.0), NULL);
    rt_tensor *x = rt_mul_scalar(rt_sub(rt_reshape(row, RT_SHAPE(3, 1)), column), RT_S(0.25)), *y = rt_forward(net, x);
    CHECK_INT(rt_size(y, 0), 3);
    CHECK_FLOATS(rt_data_f32(y), frozen_output, 6, 1e-5, 1e-6);
    CHECK(rt_backward(rt_sum(y)) == RT_OK);
    for (int i = 0; i < p.count; i++)
        CHECK(!rt_is_none(rt_grad(p.tensors[i])));
    rt_free(net);
}

static void an_embedding_is_torchs(void)
{
    for (size_t i = 0; i < sizeof frozen_embeddings / sizeof *frozen_embeddings; i++) {
        const frozen_embedding *f = &frozen_embeddings[i];
        check_at("row %d", (int)i);
        rt_nn_embedding_opts opts = rt_nn_embedding_opts_default();
        opts.row.padding_idx = f->padding;
        opts.row.max_norm = f->most;
        rt_manual_seed(f->seed);
        rt_module *m = rt_nn_embedding(f->rows, f->length, &opts);
        rt_tensor *w = rt_module_parameter(m, "weight");
        CHECK_INT(bits_checksum(w), f->sum);
        const int64_t padding = (f->padding + f->rows) % f->rows, at[] = { 1, padding, 1, 3 }, rows[] = { 0, 1, padding, 3 };
        rt_tensor *y = rt_forward(m, rt_tensor_i64(at, RT_SHAPE(4)));
        CHECK_FLOATS(rt_data_f32(rt_sum_dim(y, -1, false)), f->picked, 4, 1e-6, 1e-6);
        CHECK(rt_backward(rt_sum(y)) == RT_OK);
        rt_tensor *grad = rt_index_select(rt_grad(w), 0, rt_tensor_i64(rows, RT_SHAPE(4)));
        CHECK_FLOATS(rt_data_f32(rt_sum_dim(grad, -1, false)), f->grad, 4, 1e-6, 1e-6);
        rt_free(m);
    }
    rt_nn_embedding_opts opts = rt_nn_embedding_opts_default();
    CHECK_STATUS(rt_nn_embedding(-1, 3, NULL), RT_ERR_SHAPE);
    opts.row.padding_idx = 4;
    CHECK_STATUS(rt_nn_embedding(4, 3, &opts), RT_ERR_INDEX);
    opts = rt_nn_embedding_opts_default();
    opts.dtype = RT_INT64;
    CHECK_STATUS(rt_nn_embedding(4, 3, &opts), RT_ERR_DTYPE);
}

static void layers_without_parameters(void)
{
    static const float in[] = { -1, 2, -3, 4, 5, -6, 7, 8 }, gelu[] = { -0.15865526f, 1.9544997f, -0.0040496940f, 3.9998732f };
    rt_tensor *x = rt_tensor_f32(in, RT_SHAPE(2, 2, 2));
    rt_module *relu = rt_nn_relu(), *smooth = rt_nn_gelu(), *identity = rt_nn_identity(), *flatten = rt_nn_flatten();
    CHECK_CLOSE(rt_at_index(rt_forward(relu, x), RT_SHAPE(0, 0, 0)), 0, 0, 0);
    CHECK_CLOSE(rt_at_index(rt_forward(relu, x), RT_SHAPE(1, 1, 0)), 7, 0, 0);
    CHECK_FLOATS(rt_data_f32(rt_forward(smooth, x)), gelu, 4, 1e-5, 1e-7);
    CHECK(rt_forward(identity, x) == x);
    rt_tensor *flat = rt_forward(flatten, x);
    CHECK_INT(rt_dim(flat), 2);
    CHECK_INT(rt_size(flat, 1), 4);
    CHECK_STATUS(rt_forward(flatten, rt_ones(RT_SHAPE(3), NULL)), RT_ERR_INDEX);
    CHECK_TEXT(rt_module_type_name(relu), "ReLU");
    CHECK_TEXT(rt_module_type_name(smooth), "GELU");
    CHECK_TEXT(rt_module_type_name(identity), "Identity");
    CHECK_TEXT(rt_module_type_name(flatten), "Flatten");
    rt_free(relu);
    rt_free(smooth);
    rt_free(identity);
    rt_free(flatten);
}

static void linear_refuses(void)
{
    rt_nn_linear_opts opts = rt_nn_linear_opts_default();
    opts.dtype = RT_INT64;
    CHECK_STATUS(rt_nn_linear(2, 2, &opts), RT_ERR_DTYPE);
    CHECK_STATUS(rt_nn_linear(-1, 2, NULL), RT_ERR_SHAPE);
    CHECK_STATUS(rt_nn_linear(INT64_MAX, INT64_MAX, NULL), RT_ERR_MEMORY);
    rt_module *m = rt_nn_linear(3, 2, NULL);
    CHECK_STATUS(rt_forward(m, rt_ones(RT_SHAPE(2, 4), NULL)), RT_ERR_SHAPE);
    rt_free(m);
}

/* ---- sequential ---- */

static int made;
static rt_tensor *number(rt_module *self, rt_tensor *x)
{
    return rt_add_scalar(rt_mul_scalar(x, RT_S(10.0)), RT_S((double)*(int *)rt_module_user(self)));
}

static rt_module *numbered(void)
{
    static int numbers[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 };
    return rt_module_new("Number", number, &numbers[++made]);
}

static void evaluated_and_run_from_the_left(void)
{
    made = 0;
    rt_module *net = rt_nn_sequential(numbered(), numbered(), rt_nn_sequential(numbered(), numbered()), numbered());
    CHECK_CLOSE(rt_item(rt_forward(net, rt_zeros(RT_SHAPE0, NULL))), 12345, 0, 0);
    CHECK_INT(rt_module_n_children(net), 4);
    CHECK_TEXT(rt_module_name_at(net, 3), "3");
    CHECK(rt_nn_sequential_append(net, numbered()) == net);
    CHECK_CLOSE(rt_item(rt_forward(net, rt_zeros(RT_SHAPE0, NULL))), 123456, 0, 0);
    rt_free(net);
}

static void an_empty_sequential(void)
{
    rt_module *net = rt_nn_sequential(), *other = rt_nn_sequential_of(NULL, 0);
    rt_tensor *x = rt_ones(RT_SHAPE(2), NULL);
    CHECK(rt_forward(net, x) == x);
    CHECK(rt_forward(other, x) == x);
    rt_free(net);
    rt_free(other);
}

static void a_failed_sequential_frees_its_layers(void)
{
    rt_module *none = NULL, *twice, *list[3];
    int64_t before = rt_memory_stats().live_bytes;
    CHECK_STATUS(rt_nn_sequential(rt_nn_linear(2, 2, NULL), none, rt_nn_relu()), RT_ERR_NULL);
    CHECK_INT(rt_memory_stats().live_bytes, before);
    CHECK_STATUS(rt_nn_sequential(rt_nn_linear(2, -2, NULL), rt_nn_linear(2, 2, NULL), rt_nn_relu()), RT_ERR_SHAPE);
    CHECK_INT(rt_memory_stats().live_bytes, before);
    twice = rt_nn_linear(2, 2, NULL);
    list[0] = list[2] = twice;
    list[1] = NULL;
    CHECK_STATUS(rt_nn_sequential_of(list, 3), RT_ERR_NULL);
    CHECK_INT(rt_memory_stats().live_bytes, before);
    CHECK_STATUS(rt_nn_sequential_of(NULL, 2), RT_ERR_NULL);
    CHECK_STATUS(rt_nn_sequential_of(list, -1), RT_ERR_VALUE);
    CHECK_STATUS(rt_nn_sequential_append(NULL, rt_nn_relu()), RT_ERR_NULL);
    CHECK_INT(rt_memory_stats().live_bytes, before);
}

static void one_layer_in_two_places(void)
{
    rt_module *layer = rt_nn_linear(2, 2, NULL), *net = rt_nn_sequential(layer, rt_nn_relu(), layer);
    CHECK_INT(rt_parameters(net).count, 2);
    rt_tensor *x = rt_ones(RT_SHAPE(1, 2), NULL), *y = rt_forward(net, x), *want = rt_forward(layer, rt_relu(rt_forward(layer, x)));
    CHECK_FLOATS(rt_data_f32(y), rt_data_f32(want), 2, 0, 0);
    rt_free(net);
}

/* ---- memory ---- */

static rt_tensor *seen;
static rt_tensor *look(rt_module *self, rt_tensor *x)
{
    (void)self;
    return seen = x;
}

static void results_between_layers_are_let_go_of(void)
{
    rt_module *net = rt_nn_sequential(rt_nn_identity(), rt_nn_linear(4, 4, NULL), rt_nn_identity(), rt_nn_relu(), rt_nn_linear(4, 4, NULL), rt_nn_gelu());
    rt_tensor *x = rt_ones(RT_SHAPE(2, 4), NULL);
    rt_scope scope = rt_no_grad();
    int64_t before = rt_memory_stats().live_tensors;
    rt_tensor *y = rt_forward(net, x);
    CHECK_INT(rt_memory_stats().live_tensors, before + 1);
    CHECK_INT(rt_numel(y), 8);
    CHECK_CLOSE(rt_at_index(x, RT_SHAPE(0, 0)), 1, 0, 0);
    rt_scope_end(scope);
    rt_free(net);
}

static void what_a_module_of_ones_own_saw_is_not(void)
{
    rt_module *net = rt_nn_sequential(rt_nn_linear(4, 4, NULL), rt_module_new("Look", look, NULL), rt_nn_identity(), rt_nn_relu(), rt_nn_relu());
    rt_scope scope = rt_no_grad();
    rt_tensor *x = rt_ones(RT_SHAPE(2, 4), NULL), *y = rt_forward(net, x);
    rt_tensor *want = rt_forward(rt_module_get(net, "0"), x);
    CHECK_FLOATS(rt_data_f32(seen), rt_data_f32(want), 8, 0, 0);
    CHECK_INT(rt_numel(y), 8);
    rt_scope_end(scope);
    rt_free(net);
}

static void a_step_asks_for_nothing_but_its_tensors(void)
{
    rt_module *net = rt_nn_sequential(rt_nn_identity(), rt_nn_sequential(rt_nn_identity()), rt_nn_identity());
    rt_tensor *x = rt_ones(RT_SHAPE(2, 4), NULL);
    rt_testing_refuse_request(0);
    CHECK(rt_forward(net, x) == x);
    CHECK_INT(rt_testing_requests(), 0);
    rt_free(net);
}

int main(void)
{
    TEST(linear_draws_what_torch_draws);
    TEST(a_net_draws_from_the_left);
    TEST(an_embedding_is_torchs);
    TEST(layers_without_parameters);
    TEST(linear_refuses);
    TEST(evaluated_and_run_from_the_left);
    TEST(an_empty_sequential);
    TEST(a_failed_sequential_frees_its_layers);
    TEST(one_layer_in_two_places);
    TEST(results_between_layers_are_let_go_of);
    TEST(what_a_module_of_ones_own_saw_is_not);
    TEST(a_step_asks_for_nothing_but_its_tensors);
    return check_end("7_nn/layers");
}
