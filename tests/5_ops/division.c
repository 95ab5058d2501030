/* Whole division where PyTorch dies or traps: the least integer over -1 wraps, a zero among the divisors is an error in every form, and
 * changes nothing. */
#include "../check.h"

static rt_tensor *both(int64_t a, int64_t b, rt_dtype dtype) { return rt_to(rt_tensor_i64(RT_I64(a, b), RT_SHAPE(2)), dtype); }

static void check_both(rt_tensor *y, int64_t a, int64_t b)
{
    if (!CHECK(y != NULL))
        return;
    rt_tensor *wide = rt_to(y, RT_INT64);
    CHECK(rt_data_i64(wide)[0] == a && rt_data_i64(wide)[1] == b);
}

static void the_least_over_minus_one(void)
{
    static const struct { rt_dtype dtype; int64_t least; } types[] = {
        { RT_INT8, -128 }, { RT_INT16, -32768 }, { RT_INT32, INT32_MIN }, { RT_INT64, INT64_MIN }
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        int64_t least = types[i].least;
        rt_tensor *x = both(least, 7, types[i].dtype), *one = both(-1, -1, types[i].dtype), *single = rt_to(rt_tensor_i64(RT_I64(-1), RT_SHAPE(1)), types[i].dtype);
        rt_tensor *divisors[3];
        divisors[0] = one;
        divisors[1] = single;
        divisors[2] = rt_expand(single, RT_SHAPE(2));
        check_at("%s", rt_dtype_name(types[i].dtype));
        for (int k = 0; k < 3; k++) {
            check_both(rt_floor_divide(x, divisors[k]), least, -7);
            check_both(rt_div_mode(x, divisors[k], RT_ROUNDING_TRUNC), least, -7);
            check_both(rt_div_mode(x, divisors[k], RT_ROUNDING_FLOOR), least, -7);
            check_both(rt_remainder(x, divisors[k]), 0, 0);
            check_both(rt_fmod(x, divisors[k]), 0, 0);
        }
        check_both(rt_floor_divide_scalar(x, RT_S(-1)), least, -7);
        check_both(rt_remainder_scalar(x, RT_S(-1)), 0, 0);
        check_both(rt_fmod_scalar(x, RT_S(-1)), 0, 0);
        check_both(rt_remainder_scalar_self(RT_S(7), one), 0, 0);
        check_both(rt_lcm(x, one), least, 7);
        check_both(rt_floor_divide_(both(least, 7, types[i].dtype), one), least, -7);
        check_both(rt_fmod_(both(least, 7, types[i].dtype), one), 0, 0);
    }
}

static void a_zero_divisor_changes_nothing(void)
{
    rt_tensor *x = both(5, -5, RT_INT64), *zero = both(1, 0, RT_INT64), *y = both(8, 9, RT_INT64);
    rt_value arg[2];
    CHECK_STATUS(rt_floor_divide_(x, zero), RT_ERR_VALUE);
    CHECK_STATUS(rt_remainder_(x, zero), RT_ERR_VALUE);
    CHECK_STATUS(rt_fmod_(x, zero), RT_ERR_VALUE);
    CHECK_STATUS(rt_div_mode_(x, zero, RT_ROUNDING_TRUNC), RT_ERR_VALUE);
    CHECK_STATUS(rt_floor_divide_scalar_(x, RT_S(0)), RT_ERR_VALUE);
    CHECK_STATUS(rt_remainder_scalar_(x, rt_scalar_bool(false)), RT_ERR_VALUE);
    CHECK_STATUS(rt_floor_divide_(x, rt_expand(rt_tensor_i64(RT_I64(0), RT_SHAPE(1)), RT_SHAPE(2))), RT_ERR_VALUE);
    arg[0] = rt_value_tensor(x);
    arg[1] = rt_value_tensor(zero);
    CHECK_INT(rt_call_out(rt_op_find("floor_divide"), arg, 2, &y), RT_ERR_VALUE);
    CHECK_STATUS(NULL, RT_ERR_VALUE);
    check_both(x, 5, -5);
    check_both(y, 8, 9);
    CHECK_INT(rt_version_of(x), 0);
}

static void zeros_that_divide_nothing(void)
{
    rt_tensor *none = rt_to(rt_zeros(RT_SHAPE(0), NULL), RT_INT64), *zero = rt_tensor_i64(RT_I64(0), RT_SHAPE(1));
    CHECK(rt_floor_divide(none, zero) != NULL);
    CHECK(rt_remainder_scalar(none, RT_S(0)) != NULL);
    rt_tensor *x = rt_tensor_f32(RT_F32(1, -1), RT_SHAPE(2)), *y = rt_floor_divide(x, zero);
    CHECK(y && rt_data_f32(y)[0] > 1e38f && rt_data_f32(y)[1] < -1e38f);
}

/* In float32 0.3 / 0.1 is 3, in double it is less. */
static void quotients_are_rounded_to_their_type(void)
{
    rt_tensor *a = rt_tensor_f32(RT_F32(0.3f), RT_SHAPE(1)), *b = rt_tensor_f32(RT_F32(0.1f), RT_SHAPE(1));
    CHECK_CLOSE(rt_item(rt_div_mode(a, b, RT_ROUNDING_TRUNC)), 3, 0, 0);
    CHECK_CLOSE(rt_item(rt_div_mode(a, b, RT_ROUNDING_FLOOR)), 3, 0, 0);
}

int main(void)
{
    TEST(the_least_over_minus_one);
    TEST(a_zero_divisor_changes_nothing);
    TEST(zeros_that_divide_nothing);
    TEST(quotients_are_rounded_to_their_type);
    return check_end("5_ops/division");
}
