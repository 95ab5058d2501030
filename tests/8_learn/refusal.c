/* Memory that is refused: every pool request of building, training, saving and loading a network, made to fail in turn. */
#include "check.h"

#include <stdio.h>

static const char *const path = "build/refusal.safetensors";

/* The work of a user who looks at the error once, at the end. */
static void work(void)
{
    rt_scope scope = rt_scope_begin();
    rt_module *net = rt_nn_sequential(rt_nn_linear(10, 20, NULL), rt_nn_relu(), rt_nn_gelu(), rt_nn_linear(20, 2, NULL));
    rt_optim *opt = rt_optim_adam(rt_parameters(net), 1e-3, NULL);
    rt_tensor *x = rt_randn(RT_SHAPE(600, 10), NULL), *y = rt_zeros(RT_SHAPE(600), RT_OPTS(rt_tensor, .dtype = RT_INT64));
    rt_data_loader *loader = rt_data_loader_new(rt_dataset_tensors(x, y), RT_OPTS(rt_data_loader, .batch_size = 300, .shuffle = true));
    for (rt_batch b = rt_iter(loader); rt_next(&b);) {
        rt_zero_grad(opt);
        rt_backward(rt_cross_entropy(rt_forward(net, b.input), b.target, NULL));
        rt_step(opt);
    }
    rt_save(net, path);
    rt_load(net, path);
    rt_free(loader);
    rt_free(opt);
    rt_free(net);
    rt_scope_end(scope);
}

static void every_request_fails_in_turn(void)
{
    rt_memory_trim();
    rt_testing_refuse_request(0);
    work();
    CHECK_INT(rt_error_pending(), false);
    const int64_t requests = rt_testing_requests();
    rt_memory_trim();
    const int64_t live = rt_memory_stats().live_bytes;
    CHECK(requests > 100);
    int64_t silent = 0, leaked = 0, wrong = 0, unusable = 0;
    for (int64_t i = 1; i <= requests; i += check_small() ? 7 : 1) {
        rt_memory_trim();
        rt_testing_refuse_request(i);
        work();
        rt_testing_refuse_request(0);
        silent += !rt_error_pending();
        wrong += rt_error_pending() && rt_last_error()->code != RT_ERR_MEMORY;
        rt_clear_error();
        rt_memory_trim();
        leaked += rt_memory_stats().live_bytes != live;
        rt_scope scope = rt_scope_begin();
        unusable += rt_item(rt_sum(rt_ones(RT_SHAPE(3), NULL))) != 3;
        rt_scope_end(scope);
    }
    CHECK_INT(silent, 0);
    CHECK_INT(leaked, 0);
    CHECK_INT(wrong, 0);
    CHECK_INT(unusable, 0);
    remove(path);
}

static void a_failed_op_ends_the_loop_and_saving_refuses(void)
{
    rt_module *net = rt_nn_linear(3, 2, NULL);
    rt_tensor *x = rt_ones(RT_SHAPE(8, 3), NULL);
    rt_data_loader *loader = rt_data_loader_new(rt_dataset_tensors(x, RT_NONE), NULL);
    int turns = 0;
    remove(path);
    for (rt_batch b = rt_iter(loader); rt_next(&b);) {
        turns++;
        rt_add(b.input, rt_ones(RT_SHAPE(5), NULL));
    }
    CHECK_INT(turns, 1);
    CHECK_INT(rt_save(net, path), RT_ERR_SHAPE);
    FILE *f = fopen(path, "rb");
    CHECK(f == NULL);
    CHECK_INT(rt_last_error()->code, RT_ERR_SHAPE);
    rt_free(loader);
    rt_free(net);
}

int main(void)
{
    TEST(every_request_fails_in_turn);
    TEST(a_failed_op_ends_the_loop_and_saving_refuses);
    return check_end("8_learn/refusal");
}
