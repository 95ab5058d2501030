/* Indices, and numbers beside tensors, that PyTorch takes although they look odd: what the tables cannot say. */
#include "check.h"

static double at(rt_tensor *x, int64_t i) { return rt_item(rt_select(rt_flatten(x, 0, -1), 0, i)); }

static void places_from_the_end(void)
{
    rt_tensor *x = rt_tensor_f64(RT_F64(1, 2, 3, 4, 5, 6), RT_SHAPE(2, 3)), *index = rt_tensor_i64(RT_I64(-1, 0, -3, 1), RT_SHAPE(2, 2));
    rt_tensor *y = rt_take_along_dim(x, index, 1);
    CHECK_CLOSE(at(y, 0), 3, 0, 0);
    CHECK_CLOSE(at(y, 2), 4, 0, 0);
    CHECK_CLOSE(at(rt_take_along_dim(x, index, RT_FLAT), 0), 6, 0, 0);
    CHECK_STATUS(rt_take_along_dim(x, rt_tensor_i64(RT_I64(-4), RT_SHAPE(1, 1)), 1), RT_ERR_INDEX);
}

/* No index may be of any type. */
static void no_index(void)
{
    rt_tensor *x = rt_ones(RT_SHAPE(2, 3), NULL), *none = rt_zeros(RT_SHAPE(2, 0), RT_OPTS(rt_tensor, .dtype = RT_UINT8));
    CHECK_INT(rt_numel(rt_gather(x, 1, none)), 0);
    CHECK_STATUS(rt_gather(x, 1, rt_zeros(RT_SHAPE(2, 1), RT_OPTS(rt_tensor, .dtype = RT_UINT8))), RT_ERR_DTYPE);
}

/* The value's gradient counts an element once, however often the index names it. */
static void filled_twice(void)
{
    rt_tensor *x = rt_ones(RT_SHAPE(3, 2), NULL), *value = rt_requires_grad_(rt_tensor_f32(RT_F32(5), RT_SHAPE0));
    rt_tensor *y = rt_index_fill_tensor(x, 0, rt_tensor_i64(RT_I64(1, 1, 0), RT_SHAPE(3)), value);
    CHECK_INT(rt_backward(rt_sum(y)), RT_OK);
    CHECK_CLOSE(rt_item(rt_grad(value)), 4, 0, 0);
}

/* Written everywhere, one value is the same for elements that share a place. */
static void filled_expanded(void)
{
    rt_tensor *x = rt_zeros(RT_SHAPE(3, 1), NULL), *wide = rt_expand(x, RT_SHAPE(3, 4));
    CHECK(rt_fill_(wide, RT_S(2)) == wide);
    CHECK_CLOSE(rt_item(rt_sum(x)), 6, 0, 0);
    CHECK_STATUS(rt_add_scalar_(wide, RT_S(1)), RT_ERR_STATE);
}

/* Of integers, beta and alpha lose their decimals. */
static void whole_multiples(void)
{
    rt_tensor *x = rt_tensor_i64(RT_I64(7), RT_SHAPE(1, 1)), *a = rt_tensor_i64(RT_I64(3), RT_SHAPE(1, 1));
    CHECK_CLOSE(rt_item(rt_addmm(x, a, a, RT_S(1.9), RT_S(2.5))), 7 + 2 * 9, 0, 0);
    rt_tensor *y = rt_tensordot(rt_to(rt_ones(RT_SHAPE(3), NULL), RT_INT16), rt_to(rt_ones(RT_SHAPE(1), NULL), RT_INT16), RT_SHAPE(0), RT_SHAPE(0));
    CHECK_INT(rt_dtype_of(y), RT_INT16);
    CHECK_CLOSE(rt_item(y), 3, 0, 0);
}

int main(void)
{
    TEST(places_from_the_end);
    TEST(no_index);
    TEST(filled_twice);
    TEST(filled_expanded);
    TEST(whole_multiples);
    return check_end("5_ops/index");
}
