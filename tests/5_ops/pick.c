/* Picking: what the table cannot say. */
#include "check.h"
#include <math.h>

static double at(rt_tensor *x, int64_t i) { return rt_item(rt_select(rt_flatten(x, 0, -1), 0, i)); }

static rt_tensor *weights(void) { return rt_requires_grad_(rt_tensor_f64(RT_F64(3, 4, 0.3, 0.4, -6, 8), RT_SHAPE(3, 2))); }

/* A padding row gets no gradient, and frequent rows the mean of theirs. */
static void gradients_of_an_embedding(void)
{
    rt_tensor *index = rt_tensor_i64(RT_I64(2, 0, 2, 1), RT_SHAPE(2, 2)), *w = weights();
    rt_embedding_opts o = rt_embedding_opts_default();
    o.padding_idx = 0;
    CHECK_INT(rt_backward(rt_sum(rt_embedding(w, index, &o))), RT_OK);
    CHECK_CLOSE(at(rt_grad(w), 0), 0, 0, 0);
    CHECK_CLOSE(at(rt_grad(w), 2), 1, 0, 0);
    CHECK_CLOSE(at(rt_grad(w), 4), 2, 0, 0);
    w = weights();
    o.padding_idx = -1;
    o.scale_grad_by_freq = true;
    CHECK_INT(rt_backward(rt_sum(rt_embedding(w, index, &o))), RT_OK);
    CHECK_CLOSE(at(rt_grad(w), 4), 0, 0, 0);
    CHECK_CLOSE(at(rt_grad(w), 0), 1, 0, 0);
    w = weights();
    o.padding_idx = RT_NO_INDEX;
    CHECK_INT(rt_backward(rt_sum(rt_embedding(w, index, &o))), RT_OK);
    CHECK_CLOSE(at(rt_grad(w), 4), 1, 0, 0);
    w = weights();
    memset((void *)&o, 0, sizeof o);              /* as a literal leaves it: PyTorch's defaults */
    CHECK_INT(rt_backward(rt_sum(rt_embedding(w, index, &o))), RT_OK);
    CHECK_CLOSE(at(rt_grad(w), 0), 1, 0, 0);
    CHECK_CLOSE(at(rt_grad(w), 4), 2, 0, 0);
    w = weights();
    o.padding_idx = RT_IZERO;
    CHECK_INT(rt_backward(rt_sum(rt_embedding(w, index, &o))), RT_OK);
    CHECK_CLOSE(at(rt_grad(w), 0), 0, 0, 0);
}

static void rows_that_are_too_long(void)
{
    rt_tensor *index = rt_tensor_i64(RT_I64(0, 1, 0), RT_SHAPE(3)), *w = weights();
    rt_embedding_opts o = rt_embedding_opts_default();
    o.max_norm = 1;
    rt_tensor *y = rt_embedding(w, index, &o);
    CHECK_CLOSE(at(y, 0), 0.6, 1e-6, 0);
    CHECK_CLOSE(at(y, 2), 0.3, 0, 0);
    CHECK_CLOSE(at(w, 1), 0.8, 1e-6, 0);
    CHECK_CLOSE(at(w, 4), -6, 0, 0);              /* not picked */
    o.norm_type = 1;
    y = rt_embedding(rt_detach(w), rt_tensor_i64(RT_I64(2), RT_SHAPE(1)), &o);
    CHECK_CLOSE(at(y, 0), -6.0 / 14, 1e-6, 0);
    o.norm_type = (double)INFINITY;
    o.max_norm = 0.25;
    y = rt_embedding(rt_detach(w), rt_tensor_i64(RT_I64(1), RT_SHAPE(1)), &o);
    CHECK_CLOSE(at(y, 1), 0.25, 1e-6, 0);
}

static void embeddings_that_are_refused(void)
{
    rt_tensor *index = rt_tensor_i64(RT_I64(0, 3), RT_SHAPE(2)), *w = rt_detach(weights());
    rt_embedding_opts o = rt_embedding_opts_default();
    o.max_norm = 1;
    CHECK_STATUS(rt_embedding(w, index, &o), RT_ERR_INDEX);
    CHECK_CLOSE(at(w, 0), 3, 0, 0);
    CHECK_STATUS(rt_embedding(rt_to(w, RT_INT64), index, &o), RT_ERR_DTYPE);
    o.max_norm = -1;
    CHECK_STATUS(rt_embedding(w, index, &o), RT_ERR_VALUE);
    o.max_norm = 0;
    o.padding_idx = 3;
    CHECK_STATUS(rt_embedding(w, index, &o), RT_ERR_INDEX);
    o.padding_idx = -4;
    CHECK_STATUS(rt_embedding(w, index, &o), RT_ERR_INDEX);
    CHECK_STATUS(rt_embedding(NULL, index, NULL), RT_ERR_NULL);
}

static void places_in_a_tuple(void)
{
    rt_tensor *x = rt_tensor_f32(RT_F32(0, 5, 0, 7), RT_SHAPE(2, 2)), *places[4];
    int n = 0;
    CHECK_INT(rt_nonzero_tuple(x, places, 4, &n), RT_OK);
    CHECK_INT(n, 2);
    CHECK_CLOSE(at(places[0], 1), 1, 0, 0);
    CHECK_CLOSE(at(places[1], 0), 1, 0, 0);
    CHECK_CLOSE(rt_item(rt_sum(rt_index_tensors(x, places, n))), 12, 0, 0);
    CHECK_INT(rt_nonzero_tuple(rt_ones(RT_SHAPE0, NULL), places, 4, &n), RT_OK);
    CHECK_INT(n, 1);
    CHECK_STATUS(rt_nonzero_tuple(x, places, 1, &n), RT_ERR_VALUE);
}

/* A refused write in place leaves everything as it was. */
static void nothing_is_half_written(void)
{
    rt_tensor *x = rt_zeros(RT_SHAPE(4), NULL), *index = rt_tensor_i64(RT_I64(0, 1, 9), RT_SHAPE(3)), *ones = rt_ones(RT_SHAPE(3), NULL);
    CHECK_STATUS(rt_scatter_(x, 0, index, ones), RT_ERR_INDEX);
    CHECK_STATUS(rt_scatter_add_(x, 0, index, ones), RT_ERR_INDEX);
    CHECK_STATUS(rt_scatter_scalar_(x, 0, index, RT_S(1)), RT_ERR_INDEX);
    CHECK_STATUS(rt_index_add_(x, 0, index, ones), RT_ERR_INDEX);
    CHECK_STATUS(rt_index_copy_(x, 0, index, ones), RT_ERR_INDEX);
    CHECK_STATUS(rt_index_fill_(x, 0, index, RT_S(1)), RT_ERR_INDEX);
    CHECK_STATUS(rt_index_put_(x, &index, 1, ones, false), RT_ERR_INDEX);
    CHECK_CLOSE(rt_item(rt_sum(x)), 0, 0, 0);
}

/* Index and source in the memory that is written. */
static void writing_over_what_is_read(void)
{
    rt_tensor *x = rt_tensor_i64(RT_I64(3, 2, 1, 0), RT_SHAPE(4));
    CHECK(rt_scatter_(x, 0, x, x) == x);
    for (int i = 0; i < 4; i++)
        CHECK_CLOSE(at(x, i), i, 0, 0);
    CHECK(rt_index_add_(x, 0, x, x) == x);
    for (int i = 0; i < 4; i++)
        CHECK_CLOSE(at(x, i), 2 * i, 0, 0);
    rt_tensor *y = rt_tensor_f32(RT_F32(1, 2, 3, 4), RT_SHAPE(2, 2)), *rows = rt_tensor_i64(RT_I64(0, 1), RT_SHAPE(2));
    CHECK(rt_index_copy_(y, 0, rows, rt_t(y)) == y);
    CHECK_CLOSE(at(y, 1), 3, 0, 0);
    CHECK_CLOSE(at(y, 2), 2, 0, 0);
}

/* Many places, so that lines are cut and threads share them. */
static void many_places(void)
{
    int64_t n = 200000;
    rt_tensor *x = rt_randn(RT_SHAPE(1000, 7), NULL), *index = rt_randint(0, 1000, RT_SHAPE(n), NULL), *wide = rt_expand(rt_unsqueeze(index, 1), RT_SHAPE(n, 7));
    rt_tensor *y = rt_index_select(x, 0, index), *z = rt_gather(x, 0, wide), *u = rt_index_tensors(x, &index, 1), *v = rt_embedding(x, index, NULL);
    CHECK(rt_equal(y, z) && rt_equal(y, u) && rt_equal(y, v));
    const float *p = rt_data_f32(y), *q = rt_data_f32(x);
    const int64_t *k = rt_data_i64(index);
    int64_t wrong = 0;
    for (int64_t i = 0; i < n; i++)
        wrong += memcmp(p + 7 * i, q + 7 * k[i], 7 * sizeof *p) != 0;
    CHECK_INT(wrong, 0);
    rt_tensor *zeros = rt_zeros(RT_SHAPE(1000, 7), NULL), *a = rt_index_add(zeros, 0, index, y), *b = rt_scatter_add(zeros, 0, wide, y), *c = rt_index_put(zeros, &index, 1, y, true);
    CHECK(rt_equal(a, c) && rt_allclose(a, b, 1e-5, 1e-5, false));
    ((int64_t *)rt_data_ptr(index))[n - 3] = 1000;
    CHECK_STATUS(rt_index_select(x, 0, index), RT_ERR_INDEX);
    CHECK_STATUS(rt_gather(x, 0, wide), RT_ERR_INDEX);
    CHECK_STATUS(rt_embedding(x, index, NULL), RT_ERR_INDEX);
}

int main(void)
{
    TEST(gradients_of_an_embedding);
    TEST(rows_that_are_too_long);
    TEST(embeddings_that_are_refused);
    TEST(places_in_a_tuple);
    TEST(nothing_is_half_written);
    TEST(writing_over_what_is_read);
    TEST(many_places);
    return check_end("5_ops/pick");
}
