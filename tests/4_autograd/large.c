/* Graphs deeper than any stack, and wide ones. */
#include "check.h"

static void a_million_ops_go_back(void)
{
    const int n = check_small() ? 100000 : 1000000;
    rt_tensor *x = rt_requires_grad_(rt_tensor_f64(RT_F64(1, 2), RT_SHAPE(2)));
    rt_tensor *y = rt_keep(rt_mul_scalar(x, RT_S(1.0)));
    for (int i = 1; i < n; i++) {
        rt_scope scope = rt_scope_begin();
        rt_set(&y, rt_add_scalar(y, RT_S(0.5)));
        rt_scope_end(scope);
    }
    CHECK_INT(rt_backward(rt_sum(y)), RT_OK);
    CHECK_CLOSE(rt_at_index(y, RT_SHAPE(1)), 2 + 0.5 * (n - 1), 0, 0);
    CHECK_CLOSE(rt_at_index(rt_grad(x), RT_SHAPE(0)), 1, 0, 0);
    CHECK_CLOSE(rt_at_index(rt_grad(x), RT_SHAPE(1)), 1, 0, 0);
    rt_free(y);
}

static void a_million_ops_are_dropped(void)
{
    const int n = check_small() ? 100000 : 1000000;
    rt_tensor *x = rt_requires_grad_(rt_ones(RT_SHAPE(1), NULL));
    rt_tensor *y = rt_keep(rt_mul(x, x));
    for (int i = 1; i < n; i++) {
        rt_scope scope = rt_scope_begin();
        rt_set(&y, rt_mul(y, x));
        rt_scope_end(scope);
    }
    CHECK_CLOSE(rt_item(y), 1, 0, 0);
    rt_free(y);
    CHECK(rt_is_none(rt_grad(x)));
}

/* y = y / 2 + y / 2, a thousand times: each diamond doubles the paths, and the engine walks each op once. */
static void a_thousand_diamonds(void)
{
    rt_tensor *x = rt_requires_grad_(rt_tensor_f64(RT_F64(3), RT_SHAPE(1))), *y = x;
    for (int i = 0; i < 1000; i++)
        y = rt_add(rt_mul_scalar(y, RT_S(0.5)), rt_mul_scalar(y, RT_S(0.5)));
    CHECK_INT(rt_backward(y), RT_OK);
    CHECK_CLOSE(rt_item(y), 3, 0, 0);
    CHECK_CLOSE(rt_item(rt_grad(x)), 1, 0, 0);
}

static void a_wide_graph(void)
{
    rt_tensor *x = rt_requires_grad_(rt_ones(RT_SHAPE(3), NULL)), *y = x;
    for (int i = 0; i < 10000; i++)
        y = rt_add(y, rt_mul_scalar(x, RT_S(2.0)));
    CHECK_INT(rt_backward(rt_sum(y)), RT_OK);
    CHECK_CLOSE(rt_at_index(rt_grad(x), RT_SHAPE(2)), 20001, 0, 0);
}

int main(void)
{
    TEST(a_million_ops_go_back);
    TEST(a_million_ops_are_dropped);
    TEST(a_thousand_diamonds);
    TEST(a_wide_graph);
    return check_end("4_autograd/large");
}
