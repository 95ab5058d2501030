/* Arranging: what the tables cannot say. */
#include "check.h"

static double at(rt_tensor *x, int64_t i) { return rt_item(rt_select(rt_flatten(x, 0, -1), 0, i)); }

static void grids(void)
{
    rt_tensor *x[] = { rt_tensor_f32(RT_F32(1, 2, 3), RT_SHAPE(3)), rt_tensor_f32(RT_F32(4, 5), RT_SHAPE(2)), rt_scalar_tensor(RT_S(7.0), RT_FLOAT32) }, *grid[3];
    CHECK_INT(rt_meshgrid(x, 3, "ij", grid), RT_OK);
    for (int i = 0; i < 3; i++) {
        CHECK_INT(rt_dim(grid[i]), 3);
        CHECK_INT(rt_size(grid[i], 0), 3);
        CHECK_INT(rt_size(grid[i], 1), 2);
    }
    CHECK_CLOSE(rt_at_index(grid[0], RT_SHAPE(2, 1, 0)), 3, 0, 0);
    CHECK_CLOSE(rt_at_index(grid[1], RT_SHAPE(2, 1, 0)), 5, 0, 0);
    CHECK_INT(rt_meshgrid(x, 3, "xy", grid), RT_OK);
    CHECK_INT(rt_size(grid[0], 0), 2);
    CHECK_CLOSE(rt_at_index(grid[0], RT_SHAPE(1, 2, 0)), 3, 0, 0);
    CHECK_CLOSE(rt_at_index(grid[1], RT_SHAPE(1, 2, 0)), 5, 0, 0);
    CHECK_INT(rt_meshgrid(x, 1, "xy", grid), RT_OK);
    CHECK_INT(rt_size(grid[0], 0), 3);
    CHECK_INT(rt_meshgrid(x, 2, NULL, grid), RT_OK);
    CHECK_STATUS(rt_meshgrid(x, 3, "yx", grid), RT_ERR_VALUE);
    CHECK_STATUS(rt_meshgrid(x, 0, "ij", grid), RT_ERR_VALUE);
    CHECK_STATUS(rt_meshgrid(NULL, 2, "ij", grid), RT_ERR_NULL);
    x[1] = rt_to(x[1], RT_FLOAT64);
    CHECK_STATUS(rt_meshgrid(x, 2, "ij", grid), RT_ERR_DTYPE);
    x[1] = grid[0] = rt_ones(RT_SHAPE(2, 2), NULL);
    CHECK_STATUS(rt_meshgrid(x, 2, "ij", grid), RT_ERR_SHAPE);
}

static void tensors_broadcast_together(void)
{
    rt_tensor *x[] = { rt_ones(RT_SHAPE(3, 1), NULL), rt_ones(RT_SHAPE(2), NULL), rt_ones(RT_SHAPE0, NULL) }, *same[3];
    CHECK_INT(rt_broadcast_tensors(x, 3, same), RT_OK);
    for (int i = 0; i < 3; i++) {
        CHECK_INT(rt_dim(same[i]), 2);
        CHECK_INT(rt_numel(same[i]), 6);
    }
    x[2] = rt_ones(RT_SHAPE(4), NULL);
    CHECK_STATUS(rt_broadcast_tensors(x, 3, same), RT_ERR_SHAPE);
    CHECK_STATUS(rt_broadcast_tensors(NULL, 3, same), RT_ERR_NULL);
    CHECK_INT(rt_broadcast_tensors(x, 0, same), RT_OK);
}

/* One tensor may stand in a list several times: its gradient is the sum. */
static void a_member_given_twice(void)
{
    rt_tensor *x = rt_requires_grad_(rt_tensor_f64(RT_F64(1, 2), RT_SHAPE(2))), *w = rt_tensor_f64(RT_F64(1, 10, 100, 1000), RT_SHAPE(4));
    CHECK_INT(rt_backward(rt_sum(rt_mul(rt_cat(RT_TENSORS(x, x), 0), w))), RT_OK);
    CHECK_CLOSE(at(rt_grad(x), 0), 101, 0, 0);
    CHECK_CLOSE(at(rt_grad(x), 1), 1010, 0, 0);
}

static void only_some_members_need_gradients(void)
{
    rt_tensor *x = rt_requires_grad_(rt_tensor_f32(RT_F32(1, 2), RT_SHAPE(2))), *y = rt_ones(RT_SHAPE(3), NULL), *list[20];
    rt_tensor *z = rt_cat(RT_TENSORS(y, x, rt_to(y, RT_FLOAT64)), 0);
    CHECK_INT(rt_dtype_of(z), RT_FLOAT64);
    CHECK_INT(rt_backward(rt_sum(rt_mul(z, z))), RT_OK);
    CHECK_INT(rt_dtype_of(rt_grad(x)), RT_FLOAT32);
    CHECK_CLOSE(at(rt_grad(x), 1), 4, 0, 0);
    for (int i = 0; i < 20; i++)
        list[i] = i == 17 ? x : rt_ones(RT_SHAPE(2), NULL);
    rt_zero_(rt_grad(x));
    CHECK_INT(rt_backward(rt_sum(rt_stack(list, 20, 1))), RT_OK);
    CHECK_CLOSE(at(rt_grad(x), 1), 1, 0, 0);
}

static void lists_that_are_refused(void)
{
    rt_tensor *x = rt_ones(RT_SHAPE(2), NULL), *list[2];
    list[0] = x;
    list[1] = NULL;
    CHECK_STATUS(rt_cat(NULL, 2, 0), RT_ERR_NULL);
    CHECK_STATUS(rt_cat(list, 0, 0), RT_ERR_VALUE);
    CHECK_STATUS(rt_cat(list, 2, 0), RT_ERR_NULL);
    list[1] = RT_NONE;
    CHECK_STATUS(rt_cat(list, 2, 0), RT_ERR_NULL);
    CHECK_STATUS(rt_stack(list, 2, 0), RT_ERR_NULL);
}

/* Results of their own, also where nothing has to be moved. */
static void copies_are_copies(void)
{
    rt_tensor *x = rt_ones(RT_SHAPE(2, 2), NULL);
    rt_tensor *y[] = { rt_roll(x, RT_SHAPE(0), RT_SHAPE(0)), rt_rot90(x, 0, 0, 1), rt_repeat(x, RT_SHAPE(1, 1)), rt_tile(x, RT_SHAPE(1)), rt_repeat_interleave(x, 1, 0), rt_diag(x, 0),
                       rt_pad(rt_unsqueeze(x, 0), RT_SHAPE(0, 0), "reflect", 0), rt_cat(&x, 1, 0), rt_flip(x, RT_SHAPE0), rt_pad(x, RT_SHAPE0, "constant", 0) };
    for (size_t i = 0; i < sizeof y / sizeof *y; i++)
        CHECK(y[i] && (rt_data_ptr(y[i]) < rt_data_ptr(x) || (char *)rt_data_ptr(y[i]) >= (char *)rt_data_ptr(x) + 16));
}

/* Cut at one end, a circle closes over what is left. */
static void circles_of_what_is_left(void)
{
    static const float front_cut[] = { 2, 3, 2, 3 }, end_cut[] = { 2, 1, 2 };
    rt_tensor *x = rt_tensor_f32(RT_F32(1, 2, 3), RT_SHAPE(1, 1, 3));
    CHECK_FLOATS(rt_data_f32(rt_pad(x, RT_SHAPE(-1, 2), "circular", 0)), front_cut, 4, 0, 0);
    CHECK_FLOATS(rt_data_f32(rt_pad(x, RT_SHAPE(1, -1), "circular", 0)), end_cut, 3, 0, 0);
    CHECK_STATUS(rt_pad(x, RT_SHAPE(3, -1), "circular", 0), RT_ERR_SHAPE);
}

int main(void)
{
    TEST(grids);
    TEST(tensors_broadcast_together);
    TEST(a_member_given_twice);
    TEST(only_some_members_need_gradients);
    TEST(lists_that_are_refused);
    TEST(copies_are_copies);
    TEST(circles_of_what_is_left);
    return check_end("5_ops/arrange");
}
