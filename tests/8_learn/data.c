/* Data sets and loaders: PyTorch's order, batches, ownership, and loops that are left, nested or stopped by an error. */
#include "../check.h"
#include "frozen_loader.h"

/* Sample i is { i, i + 0.5 } with target i. */
static rt_dataset *numbered(int64_t n)
{
    rt_tensor *i = rt_arange(RT_S(0), RT_S(n), RT_S(1), NULL), *x = rt_reshape(rt_to(i, RT_FLOAT32), RT_SHAPE(n, 1));
    return rt_dataset_tensors(rt_add(rt_expand(x, RT_SHAPE(n, 2)), rt_tensor_f32(RT_F32(0, 0.5), RT_SHAPE(2))), i);
}

static rt_data_loader *loader_of(rt_dataset *ds, int64_t batch_size, bool shuffle, bool drop_last)
{
    rt_data_loader_opts o = rt_data_loader_opts_default();
    o.batch_size = batch_size;
    o.shuffle = shuffle;
    o.drop_last = drop_last;
    return rt_data_loader_new(ds, &o);
}

static int64_t target_at(const rt_batch *b, int64_t k) { return (int64_t)rt_at_index(b->target, RT_SHAPE(k)); }

/* ---- order ---- */

static void torch_gives_the_same_order(void)
{
    for (size_t r = 0; r < sizeof frozen_loops / sizeof *frozen_loops; r++) {
        const frozen_loop *f = &frozen_loops[r];
        rt_data_loader *loader = loader_of(numbered(f->size), f->batch_size, f->shuffle, f->drop_last);
        int n = 0, n_wrong = 0;
        check_at("row %d", (int)r);
        CHECK_INT(rt_data_loader_size(loader), f->n_batches);
        rt_manual_seed(f->seed);
        for (int epoch = 0; epoch < f->epochs; epoch++) {
            int64_t n_batches = 0;
            for (rt_batch b = rt_iter(loader); rt_next(&b);) {
                CHECK_INT(b.index, n_batches++);
                CHECK_INT(rt_size(b.input, 0), b.size);
                CHECK_INT(rt_size(b.target, 0), b.size);
                for (int64_t k = 0; k < b.size; k++, n++)
                    n_wrong += n >= f->n_samples || target_at(&b, k) != f->sample[n] || (int)rt_at_index(b.input, RT_SHAPE(k, 0)) != f->sample[n];
            }
            CHECK_INT(n_batches, f->n_batches);
        }
        CHECK_INT(n, f->n_samples);
        CHECK_INT(n_wrong, 0);
        CHECK_CLOSE(rt_item(rt_rand(RT_SHAPE(1), NULL)), f->then, 1e-7, 0);
        rt_free(loader);
    }
}

static void batches_of_a_loop(void)
{
    rt_data_loader *loader = loader_of(numbered(5), 2, false, false);
    int64_t sizes[3] = { 0, 0, 0 };
    for (rt_batch b = rt_iter(loader); rt_next(&b);) {
        sizes[b.index] = b.size;
        CHECK_INT(rt_dim(b.input), 2);
        CHECK_INT(rt_size(b.input, 1), 2);
        CHECK_INT(rt_dtype_of(b.input), RT_FLOAT32);
        CHECK_INT(rt_dtype_of(b.target), RT_INT64);
        CHECK_CLOSE(rt_at_index(b.input, RT_SHAPE(0, 1)), 2 * (double)b.index + 0.5, 0, 0);
    }
    CHECK_INT(sizes[0], 2);
    CHECK_INT(sizes[1], 2);
    CHECK_INT(sizes[2], 1);
    rt_free(loader);
}

static void one_sample_a_batch_by_default(void)
{
    rt_data_loader *loader = rt_data_loader_new(numbered(3), NULL);
    CHECK_INT(rt_data_loader_size(loader), 3);
    rt_free(loader);
    loader = rt_data_loader_new(numbered(3), RT_OPTS(rt_data_loader, .shuffle = true));
    CHECK_INT(rt_data_loader_size(loader), 3);
    rt_free(loader);
}

static void nothing_to_go_through(void)
{
    rt_data_loader *loader = loader_of(numbered(0), 2, false, false);
    rt_batch b = rt_iter(loader);
    CHECK_INT(rt_data_loader_size(loader), 0);
    CHECK(!rt_next(&b));
    CHECK(!rt_next(&b));
    CHECK(!rt_error_pending());
    rt_free(loader);
}

/* ---- data sets ---- */

static void inputs_alone(void)
{
    rt_data_loader *loader = loader_of(rt_dataset_tensors(rt_ones(RT_SHAPE(3, 2, 2), NULL), RT_NONE), 2, true, false);
    int n = 0;
    for (rt_batch b = rt_iter(loader); rt_next(&b); n++) {
        CHECK(rt_is_none(b.target));
        CHECK_INT(rt_dim(b.input), 3);
    }
    CHECK_INT(n, 2);
    rt_free(loader);
}

static void subset_of_a_subset(void)
{
    rt_dataset *odd = rt_dataset_subset(numbered(10), rt_tensor_i64(RT_I64(1, 3, 5, 7, 9), RT_SHAPE(5)));
    rt_dataset *some = rt_dataset_subset(odd, rt_tensor_i64(RT_I64(4, 0, -2), RT_SHAPE(3)));
    CHECK_INT(rt_dataset_size(odd), 5);
    CHECK_INT(rt_dataset_size(some), 3);
    rt_data_loader *loader = loader_of(some, 3, false, false);
    for (rt_batch b = rt_iter(loader); rt_next(&b);) {
        CHECK_INT(target_at(&b, 0), 9);
        CHECK_INT(target_at(&b, 1), 1);
        CHECK_INT(target_at(&b, 2), 7);
        CHECK_CLOSE(rt_at_index(b.input, RT_SHAPE(2, 1)), 7.5, 0, 0);
    }
    rt_free(loader);
}

static const char *path_of(const char *name)
{
    static char paths[2][1024];
    static int next;
    const char *folder = getenv("TMPDIR");
    char *path = paths[next++ % 2];
    snprintf(path, sizeof paths[0], "%s/%s", folder && *folder ? folder : "build", name);
    return path;
}

static void idx_files(void)
{
    static const uint8_t pixels[2 * 2 * 2] = { 0, 51, 255, 1, 2, 3, 4, 5 }, labels[2] = { 7, 3 };
    const char *images_path = path_of("data-images.idx"), *labels_path = path_of("data-labels.idx");
    CHECK_INT(rt_write_idx(rt_tensor_from(pixels, RT_SHAPE(2, 2, 2), RT_UINT8), images_path), RT_OK);
    CHECK_INT(rt_write_idx(rt_tensor_from(labels, RT_SHAPE(2), RT_UINT8), labels_path), RT_OK);
    rt_data_loader *loader = rt_data_loader_new(rt_dataset_idx(images_path, labels_path), RT_OPTS(rt_data_loader, .batch_size = 2));
    for (rt_batch b = rt_iter(loader); rt_next(&b);) {
        const float want[8] = { 0, 0.2f, 1, 1 / 255.0f, 2 / 255.0f, 3 / 255.0f, 4 / 255.0f, 5 / 255.0f };
        CHECK_INT(rt_dim(b.input), 4);        /* [N, 1, H, W] */
        CHECK_FLOATS(rt_data_f32(b.input), want, 8, 0, 0);
        CHECK_INT(target_at(&b, 0), 7);
        CHECK_INT(target_at(&b, 1), 3);
        CHECK_INT(rt_dtype_of(b.target), RT_INT64);
    }
    rt_free(loader);
    loader = rt_data_loader_new(rt_dataset_divide(rt_dataset_idx(images_path, labels_path), 1), NULL);
    for (rt_batch b = rt_iter(loader); rt_next(&b);)
        CHECK_INT(rt_dtype_of(b.input), RT_UINT8);
    rt_free(loader);
    CHECK_STATUS(rt_dataset_idx(images_path, "build/no such file"), RT_ERR_IO);
    CHECK_STATUS(rt_data_loader_new(rt_dataset_idx("build/no such file", labels_path), NULL), RT_ERR_IO);
    remove(images_path);
    remove(labels_path);
}

/* ---- whose data sets are ---- */

static void data_sets_go_with_their_last_loader(void)
{
    int64_t live = rt_memory_stats().live_bytes;
    rt_scope scope = rt_scope_begin();
    rt_dataset *ds = numbered(6);
    rt_dataset *part = rt_dataset_subset(ds, rt_tensor_i64(RT_I64(0, 1), RT_SHAPE(2)));
    rt_data_loader *first = rt_data_loader_new(ds, NULL), *second = rt_data_loader_new(ds, NULL), *third = rt_data_loader_new(part, NULL);
    rt_free(first);
    rt_free(ds);                            /* others hold it: it stays */
    CHECK_INT(rt_dataset_size(ds), 6);
    rt_free(second);
    CHECK_INT(rt_dataset_size(ds), 6);      /* the subset's loader */
    rt_free(third);
    rt_free(numbered(4));                   /* nobody's */
    rt_scope_end(scope);
    CHECK_INT(rt_memory_stats().live_bytes, live);
}

/* ---- loops left, nested, stopped ---- */

static void a_break_in_every_epoch(void)
{
    rt_tensor *index = rt_arange(RT_S(1), RT_S(20), RT_S(3), NULL), *after[3], *inside[3];
    rt_data_loader *loader = loader_of(rt_dataset_subset(numbered(20), index), 2, true, false);
    int n = 0;
    rt_manual_seed(11);
    for (int epoch = 0; epoch < 3; epoch++) {
        for (rt_batch b = rt_iter(loader); rt_next(&b);) {
            for (int64_t k = 0; k < b.size; k++, n++)
                CHECK_INT(target_at(&b, k), frozen_broken[n]);
            inside[epoch] = rt_full(RT_SHAPE(2), RT_S(10 + epoch), NULL);
            break;
        }
        after[epoch] = rt_full(RT_SHAPE(2), RT_S(epoch), NULL);
    }
    CHECK_CLOSE(rt_item(rt_rand(RT_SHAPE(1), NULL)), frozen_broken_then, 1e-7, 0);
    for (rt_batch b = rt_iter(loader); rt_next(&b);)
        rt_mul(b.input, b.input);
    for (int epoch = 0; epoch < 3; epoch++) {
        CHECK_CLOSE(rt_at_index(after[epoch], RT_SHAPE(1)), epoch, 0, 0);
        CHECK_CLOSE(rt_at_index(inside[epoch], RT_SHAPE(1)), 10 + epoch, 0, 0);
    }
    rt_free(loader);
}

/* What the turns make goes with them, also with a break in the loop round. */
static void turns_free_what_they_make(void)
{
    rt_data_loader *loader = loader_of(numbered(6), 2, true, false);
    rt_scope scope = rt_scope_begin();
    int64_t live = rt_memory_stats().live_tensors;
    for (rt_batch b = rt_iter(loader); rt_next(&b);) {
        CHECK_INT(rt_memory_stats().live_tensors, live + 3);     /* input, target, and the rows they were gathered from */
        if (b.index == 1)
            continue;
        rt_mul(b.input, b.input);
    }
    CHECK_INT(rt_memory_stats().live_tensors, live);
    for (rt_batch b = rt_iter(loader); rt_next(&b);)
        break;
    CHECK_INT(rt_memory_stats().live_tensors, live + 3);
    rt_scope_end(scope);
    CHECK_INT(rt_memory_stats().live_tensors, live);
    rt_free(loader);
}

static void a_loop_inside_a_loop(void)
{
    rt_data_loader *loader = loader_of(numbered(5), 2, true, false);
    int n = 0;
    rt_manual_seed(12);
    for (rt_batch outer = rt_iter(loader); rt_next(&outer);) {
        for (int64_t k = 0; k < outer.size; k++, n++)
            CHECK_INT(target_at(&outer, k), frozen_nested[n]);
        for (rt_batch inner = rt_iter(loader); rt_next(&inner);)
            for (int64_t k = 0; k < inner.size; k++, n++)
                CHECK_INT(target_at(&inner, k), frozen_nested[n]);
        CHECK_INT(rt_size(outer.input, 0), outer.size);
    }
    CHECK_INT(n, sizeof frozen_nested / sizeof *frozen_nested);
    rt_free(loader);
}

static void an_error_ends_the_loop(void)
{
    rt_data_loader *loader = loader_of(numbered(8), 2, true, false);
    rt_tensor *p = rt_requires_grad_(rt_ones(RT_SHAPE(3), NULL));
    rt_optim *opt = rt_optim_sgd(rt_parameters_of(&p, 1), 0.1, NULL);
    int n_turns = 0;
    for (int epoch = 0; epoch < 3; epoch++)
        for (rt_batch b = rt_iter(loader); rt_next(&b); n_turns++) {
            rt_tensor *loss = rt_sum(rt_mul(b.input, p));      /* [2, 2] and [3] */
            rt_backward(loss);
            CHECK_INT(rt_step(opt), RT_ERR_SHAPE);
        }
    CHECK_INT(n_turns, 1);
    CHECK_STATUS(rt_save(p, "build/not to be written"), RT_ERR_SHAPE);
    CHECK_CLOSE(rt_at_index(p, RT_SHAPE(0)), 1, 0, 0);
    for (rt_batch b = rt_iter(loader); rt_next(&b);)
        n_turns++;
    CHECK_INT(n_turns, 5);
    rt_free(opt);
    rt_free(loader);
}

/* ---- refusals ---- */

static void refused(void)
{
    rt_tensor *x = rt_ones(RT_SHAPE(3), NULL);
    CHECK_STATUS(rt_dataset_tensors(x, rt_ones(RT_SHAPE(2), NULL)), RT_ERR_SHAPE);
    CHECK_STATUS(rt_dataset_tensors(rt_ones(RT_SHAPE0, NULL), RT_NONE), RT_ERR_SHAPE);
    CHECK_STATUS(rt_dataset_tensors(NULL, x), RT_ERR_NULL);
    CHECK_STATUS(rt_dataset_tensors(x, NULL), RT_ERR_NULL);
    CHECK_STATUS(rt_dataset_subset(numbered(3), rt_tensor_i64(RT_I64(0, 3), RT_SHAPE(2))), RT_ERR_INDEX);
    CHECK_STATUS(rt_dataset_subset(numbered(3), rt_tensor_i64(RT_I64(-4), RT_SHAPE(1))), RT_ERR_INDEX);
    CHECK_STATUS(rt_dataset_subset(numbered(3), x), RT_ERR_DTYPE);
    CHECK_STATUS(rt_dataset_subset(numbered(3), rt_tensor_i64(RT_I64(0, 1), RT_SHAPE(1, 2))), RT_ERR_SHAPE);
    CHECK_STATUS(rt_dataset_subset(NULL, x), RT_ERR_NULL);
    CHECK_STATUS(rt_dataset_divide(numbered(3), 0), RT_ERR_VALUE);
    CHECK_STATUS(rt_data_loader_new(NULL, NULL), RT_ERR_NULL);
    CHECK_STATUS(rt_data_loader_new((rt_dataset *)(void *)x, NULL), RT_ERR_STATE);
    CHECK_STATUS(loader_of(numbered(3), 0, false, false), RT_ERR_VALUE);
    CHECK_STATUS(loader_of(numbered(3), -2, false, false), RT_ERR_VALUE);
    CHECK_STATUS(loader_of(numbered(0), 1, true, false), RT_ERR_VALUE);
    CHECK_STATUS(rt_save(rt_data_loader_new(NULL, NULL), "build/no loader"), RT_ERR_NULL);
    rt_batch b = rt_iter(NULL);
    CHECK(!rt_next(&b));
    CHECK_STATUS(NULL, RT_ERR_NULL);
}

/* One go: a subset, a loader, a loop. False if anything failed. */
static bool go(rt_tensor *input, rt_tensor *index)
{
    rt_scope scope = rt_scope_begin();
    rt_data_loader *loader = loader_of(rt_dataset_subset(rt_dataset_tensors(input, RT_NONE), index), 2, true, false);
    int n = 0;
    for (rt_batch b = rt_iter(loader); rt_next(&b);)
        n++;
    rt_free(loader);
    rt_scope_end(scope);
    return n == 2 && !rt_error_pending();
}

static void every_refused_request(void)
{
    rt_tensor *input = rt_ones(RT_SHAPE(300, 2), NULL), *index = rt_tensor_i64(RT_I64(3, 0, 8), RT_SHAPE(3));
    int64_t live = rt_memory_stats().live_bytes;
    int n = 1;
    for (bool done = false; !done; n++) {
        rt_testing_refuse_request(n);
        done = go(input, index);
        rt_testing_refuse_request(0);
        check_at("request %d refused", n);
        if (!done)
            CHECK_STATUS(NULL, RT_ERR_MEMORY);
        CHECK_INT(rt_memory_stats().live_bytes, live);
    }
    CHECK(n > 6);
}

int main(void)
{
    TEST(torch_gives_the_same_order);
    TEST(batches_of_a_loop);
    TEST(one_sample_a_batch_by_default);
    TEST(nothing_to_go_through);
    TEST(inputs_alone);
    TEST(subset_of_a_subset);
    TEST(idx_files);
    TEST(data_sets_go_with_their_last_loader);
    TEST(a_break_in_every_epoch);
    TEST(turns_free_what_they_make);
    TEST(a_loop_inside_a_loop);
    TEST(an_error_ends_the_loop);
    TEST(refused);
    TEST(every_refused_request);
    return check_end("8_learn/data");
}
