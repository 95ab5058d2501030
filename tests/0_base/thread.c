/* Threads, as a program sees them. What only shows inside is in thread_inside.c. */
#include "check.h"

static void number_is_kept(void)
{
    int first = rt_get_num_threads();
    CHECK(first >= 1);
#ifdef RT_NO_THREADS
    CHECK_INT(first, 1);
#endif
    int numbers[] = { 3, 1, 2, 1000000, 1 };
    for (int i = 0; i < 5; i++) {
        CHECK_INT(rt_set_num_threads(numbers[i]), RT_OK);
        CHECK_INT(rt_get_num_threads(), numbers[i]);
    }
    CHECK_INT(rt_set_num_threads(first), RT_OK);
}

static void numbers_below_one_are_refused(void)
{
    int first = rt_get_num_threads();
    int numbers[] = { 0, -1, INT32_MIN };
    for (int i = 0; i < 3; i++) {
        CHECK_INT(rt_set_num_threads(numbers[i]), RT_ERR_VALUE);
        CHECK(rt_error_pending());
        CHECK_TEXT(rt_last_error()->op, "rt_set_num_threads");
        rt_clear_error();
        CHECK_INT(rt_get_num_threads(), first);
    }
    CHECK_STATUS(rt_set_num_threads(0), RT_ERR_VALUE);
}

static void in_order(void *user, int64_t n, int64_t grain, rt_range_fn body, void *work)
{
    ++*(int *)user;
    for (int64_t begin = 0; begin < n; begin += grain)
        body(work, begin, begin + grain < n ? begin + grain : n);
}

/* Setting the host's loop runs nothing by itself, and NULL takes it back. */
static void host_loop_is_set_and_taken_back(void)
{
    int calls = 0;
    rt_set_parallel_for(in_order, &calls);
    CHECK_INT(calls, 0);
    rt_set_parallel_for(NULL, NULL);
    CHECK_INT(calls, 0);
    CHECK(!rt_error_pending());
}

int main(void)
{
    TEST(number_is_kept);
    TEST(numbers_below_one_are_refused);
    TEST(host_loop_is_set_and_taken_back);
    return check_end("0_base/thread");
}
