/* Order: where equals stand. What PyTorch answers is frozen; these are lines too long for that. */
#include "check.h"

static rt_tensor *digits(rt_shape shape) { return rt_randint(0, 7, shape, NULL); }

/* Long vectors of integers are sorted by their digits, upwards; so equals keep their order there, as they do in expanded lines. */
static void where_equals_keep_their_order(void)
{
    rt_tensor *x = digits(RT_SHAPE(32768)), *y = digits(RT_SHAPE(32767)), *wide = rt_expand(digits(RT_SHAPE(3, 1)), RT_SHAPE(3, 100));
    CHECK(rt_equal(rt_argsort(x, 0, false), rt_argsort_stable(x, true, 0, false)));
    CHECK(!rt_equal(rt_argsort(x, 0, true), rt_argsort_stable(x, true, 0, true)));
    CHECK(!rt_equal(rt_argsort(y, 0, false), rt_argsort_stable(y, true, 0, false)));
    CHECK(!rt_equal(rt_argsort(rt_to(x, RT_FLOAT32), 0, false), rt_argsort_stable(x, true, 0, false)));
    CHECK(rt_equal(rt_argsort(wide, 1, true), rt_argsort_stable(wide, true, 1, true)));
    CHECK(!rt_equal(rt_argsort(rt_contiguous(wide), 1, true), rt_argsort_stable(wide, true, 1, true)));
}

/* Sorting, ranks and places agree, whatever the places are. */
static void places_are_of_their_values(void)
{
    for (int64_t n = 1; n < 3000; n = n * 3 / 2 + 1) {
        rt_scope scope = rt_scope_begin();
        rt_tensor *x = rt_to(digits(RT_SHAPE(3, n)), RT_FLOAT64), *y = n % 2 ? x : rt_randn(RT_SHAPE(3, n), NULL), *index = NULL, *also = NULL;
        rt_tensor *sorted = rt_sort(y, 1, false, &index), *stable = rt_sort_stable(y, true, 1, false, NULL);
        CHECK(rt_equal(sorted, stable) && rt_equal(sorted, rt_gather(y, 1, index)));
        CHECK(rt_equal(rt_sort(index, 1, false, NULL), rt_expand(rt_arange(rt_scalar_int(0), rt_scalar_int(n), rt_scalar_int(1), NULL), RT_SHAPE(3, n))));
        for (int64_t k = 1; k <= n; k += n / 7 + 1) {
            rt_tensor *rank = rt_kthvalue(y, k, 1, true, &index), *first = rt_topk(y, k, 1, false, k % 2, &also);
            CHECK(rt_equal(rank, rt_gather(y, 1, index)) && rt_equal(rank, rt_narrow(stable, 1, k - 1, 1)));
            CHECK(rt_equal(first, rt_gather(y, 1, also)) && rt_equal(rt_sort(first, 1, false, NULL), rt_narrow(stable, 1, 0, k)));
        }
        rt_scope_end(scope);
    }
}

/* The order of equals is one of comparisons: elements that differ in many bits are where those are that stand for them in few. */
static void bits_do_not_matter(void)
{
    rt_tensor *few = digits(RT_SHAPE(1, 5000)), *many = rt_sqrt(rt_to(few, RT_FLOAT64)), *rare = rt_randint(0, 30000, RT_SHAPE(20, 1500), NULL);
    CHECK(rt_equal(rt_argsort(few, 1, false), rt_argsort(many, 1, false)));
    CHECK(rt_equal(rt_argsort(rare, 1, true), rt_argsort(rt_sqrt(rt_to(rare, RT_FLOAT64)), 1, true)));
}

int main(void)
{
    TEST(where_equals_keep_their_order);
    TEST(bits_do_not_matter);
    TEST(places_are_of_their_values);
    return check_end("5_ops/order");
}
