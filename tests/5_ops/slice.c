/* Parts of a tensor: what the tables cannot say. */
#include "check.h"

static rt_tensor *counted(rt_shape shape)
{
    int64_t n = 1;
    for (int d = 0; d < shape.ndim; d++)
        n *= shape.dim[d];
    return rt_reshape(rt_to(rt_arange(RT_S(0), RT_S(n), RT_S(1), NULL), RT_FLOAT64), shape);
}

static double at(rt_tensor *x, int64_t i) { return rt_item(rt_select(rt_flatten(x, 0, -1), 0, i)); }

static void splits(void)
{
    rt_tensor *x = counted(RT_SHAPE(5, 2)), *parts[8];
    int n = 0;
    CHECK_INT(rt_split(x, 2, 0, parts, 8, &n), RT_OK);
    CHECK_INT(n, 3);
    CHECK_INT(rt_size(parts[2], 0), 1);
    CHECK_CLOSE(at(parts[1], 0), 4, 0, 0);
    CHECK(rt_data_ptr(parts[1]) == (char *)rt_data_ptr(x) + 4 * sizeof(double));
    CHECK_INT(rt_chunk(x, 2, 0, parts, 8, &n), RT_OK);
    CHECK_INT(n, 2);
    CHECK_INT(rt_size(parts[0], 0), 3);
    CHECK_INT(rt_chunk(x, 4, 0, parts, 8, &n), RT_OK);      /* two rows each, so three parts are enough */
    CHECK_INT(n, 3);
    CHECK_INT(rt_unbind(x, -1, parts, 8, &n), RT_OK);
    CHECK_INT(n, 2);
    CHECK_INT(rt_dim(parts[1]), 1);
    CHECK_CLOSE(at(parts[1], 4), 9, 0, 0);
    CHECK_INT(rt_split_sizes(x, RT_I64(1, 0, 4), 3, 0, parts), RT_OK);
    CHECK_INT(rt_size(parts[1], 0), 0);
    CHECK_CLOSE(at(parts[2], 0), 2, 0, 0);
    CHECK_INT(rt_tensor_split(x, 3, 0, parts), RT_OK);
    CHECK_INT(rt_size(parts[0], 0), 2);
    CHECK_INT(rt_size(parts[2], 0), 1);
    CHECK_INT(rt_tensor_split_at(x, RT_I64(1, 4, 9), 3, 0, parts), RT_OK);
    CHECK_INT(rt_size(parts[1], 0), 3);
    CHECK_INT(rt_size(parts[2], 0), 1);
    CHECK_INT(rt_size(parts[3], 0), 0);
    rt_tensor *none = rt_zeros(RT_SHAPE(0, 2), NULL);
    CHECK_INT(rt_split(none, 3, 0, parts, 8, &n), RT_OK);
    CHECK_INT(n, 1);
    CHECK_INT(rt_chunk(none, 3, 0, parts, 8, &n), RT_OK);
    CHECK_INT(n, 1);
}

static void splits_that_are_refused(void)
{
    rt_tensor *x = counted(RT_SHAPE(5, 2)), *parts[8];
    int n = 0;
    CHECK_STATUS(rt_split(x, 2, 0, parts, 2, &n), RT_ERR_VALUE);
    CHECK_STATUS(rt_split(x, 0, 0, parts, 8, &n), RT_ERR_VALUE);
    CHECK_STATUS(rt_split(x, -1, 0, parts, 8, &n), RT_ERR_VALUE);
    CHECK_STATUS(rt_split(x, 1, 2, parts, 8, &n), RT_ERR_INDEX);
    CHECK_STATUS(rt_split(rt_ones(RT_SHAPE0, NULL), 1, 0, parts, 8, &n), RT_ERR_VALUE);
    CHECK_STATUS(rt_split(NULL, 1, 0, parts, 8, &n), RT_ERR_NULL);
    CHECK_STATUS(rt_chunk(x, 0, 0, parts, 8, &n), RT_ERR_VALUE);
    CHECK_STATUS(rt_unbind(x, 0, parts, 4, &n), RT_ERR_VALUE);
    CHECK_STATUS(rt_split_sizes(x, RT_I64(1, 3), 2, 0, parts), RT_ERR_VALUE);
    CHECK_STATUS(rt_split_sizes(x, RT_I64(6, -1), 2, 0, parts), RT_ERR_VALUE);
    CHECK_STATUS(rt_split_sizes(x, NULL, 2, 0, parts), RT_ERR_NULL);
    CHECK_STATUS(rt_tensor_split(x, 0, 0, parts), RT_ERR_VALUE);
    CHECK_STATUS(rt_tensor_split(x, 2, 0, NULL), RT_ERR_NULL);
    CHECK_STATUS(rt_tensor_split_at(x, NULL, 2, 0, parts), RT_ERR_NULL);
    CHECK_STATUS(rt_tensor_split_at(rt_ones(RT_SHAPE0, NULL), RT_I64(1), 1, 0, parts), RT_ERR_SHAPE);
}

static void parts_have_gradients(void)
{
    rt_tensor *x = rt_requires_grad_(counted(RT_SHAPE(5, 2))), *parts[8];
    int n = 0;
    CHECK_INT(rt_split(x, 2, 0, parts, 8, &n), RT_OK);
    CHECK_INT(rt_backward(rt_sum(rt_mul(parts[1], parts[1]))), RT_OK);
    CHECK_CLOSE(at(rt_grad(x), 4), 8, 0, 0);
    CHECK_CLOSE(at(rt_grad(x), 3), 0, 0, 0);
}

/* Elements that share a place share its gradient, so that its sum is what a place has: PyTorch's rule. */
static void as_strided_of_an_expanded_tensor(void)
{
    rt_tensor *leaf = rt_requires_grad_(counted(RT_SHAPE(1, 3))), *x = rt_expand(leaf, RT_SHAPE(4, 3));
    rt_tensor *y = rt_as_strided(x, RT_SHAPE(2, 2), RT_SHAPE(1, 1), -1);      /* 0 1, 1 2 */
    CHECK_CLOSE(at(y, 3), 2, 0, 0);
    CHECK_INT(rt_backward(rt_sum(y)), RT_OK);
    CHECK_CLOSE(at(rt_grad(leaf), 0), 1, 1e-12, 0);
    CHECK_CLOSE(at(rt_grad(leaf), 1), 2, 1e-12, 0);
    CHECK_CLOSE(at(rt_grad(leaf), 2), 1, 1e-12, 0);
}

static void a_range_ends_with_rt_end(void)
{
    rt_tensor *x = counted(RT_SHAPE(5));
    CHECK_INT(rt_size(rt_slice(x, 0, 1, RT_END, 2), 0), 2);
    CHECK_CLOSE(at(rt_slice(x, 0, -2, RT_END, 1), 0), 3, 0, 0);
}

int main(void)
{
    TEST(splits);
    TEST(splits_that_are_refused);
    TEST(parts_have_gradients);
    TEST(as_strided_of_an_expanded_tensor);
    TEST(a_range_ends_with_rt_end);
    return check_end("5_ops/slice");
}
