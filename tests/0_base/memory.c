/* Memory: the host's allocator, pools, blocks freed by other threads, sizes that do not fit. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* ---- an allocator that counts; the rest of the program runs on it ---- */

static pthread_mutex_t counting = PTHREAD_MUTEX_INITIALIZER;
static long given, taken_back, bytes_out;

static void count(long calls_given, long calls_back, long bytes)
{
    pthread_mutex_lock(&counting);
    given += calls_given;
    taken_back += calls_back;
    bytes_out += bytes;
    pthread_mutex_unlock(&counting);
}

static void *give(void *user, size_t n_bytes)
{
    void *p = NULL;
    (void)user;
    if (n_bytes / 4 > ((size_t)1 << 30) || posix_memalign(&p, 64, n_bytes) != 0)
        return NULL;
    count(1, 0, (long)n_bytes);
    return p;
}

static void take(void *user, void *block, size_t n_bytes)
{
    (void)user;
    count(0, 1, -(long)n_bytes);
    free(block);
}

static void every_byte_comes_from_the_host(void)
{
    long before = given;
    rt_memory_trim();
    rt_tensor *x = rt_keep(rt_ones(RT_SHAPE(300, 300), NULL));
    CHECK(given > before);
    CHECK(bytes_out >= 360000);
    CHECK_INT(rt_set_allocator(NULL), RT_ERR_STATE);          /* its blocks are in use */
    rt_clear_error();
    rt_free(x);
}

static void freed_blocks_are_used_again(void)
{
    for (int i = 0; i < 3; i++)
        rt_free(rt_keep(rt_ones(RT_SHAPE(1000), NULL)));
    long before = given;
    int64_t hits = rt_memory_stats().pool_hits;
    for (int i = 0; i < 1000; i++)
        rt_free(rt_keep(rt_ones(RT_SHAPE(1000), NULL)));
    CHECK_INT(given - before, 0);
    CHECK(rt_memory_stats().pool_hits - hits >= 1000);
}

static void sizes_that_do_not_fit(void)
{
    CHECK_STATUS(rt_zeros(RT_SHAPE(INT64_MAX / 2, 8), NULL), RT_ERR_MEMORY);
    CHECK_STATUS(rt_zeros(RT_SHAPE(INT64_MAX / 4), NULL), RT_ERR_MEMORY);
    CHECK_STATUS(rt_zeros(RT_SHAPE((int64_t)1 << 40), NULL), RT_ERR_MEMORY);
    CHECK_STATUS(rt_zeros(RT_SHAPE(0, INT64_MAX / 2, 8), NULL), RT_ERR_MEMORY);     /* no elements, but strides that do not fit */
    CHECK_STATUS(rt_zeros(RT_SHAPE(-1), NULL), RT_ERR_SHAPE);
    CHECK_STATUS(rt_expand(rt_ones(RT_SHAPE(1), NULL), RT_SHAPE(INT64_MAX, INT64_MAX)), RT_ERR_MEMORY);
    rt_tensor *huge = rt_expand(rt_ones(RT_SHAPE(1), NULL), RT_SHAPE((int64_t)1 << 50));       /* a view costs nothing */
    CHECK(huge != NULL);
    CHECK_STATUS(rt_clone(huge), RT_ERR_MEMORY);
}

/* ---- blocks travel between threads ---- */

#ifndef RT_NO_THREADS

enum { PASSED_ON = 2000 };
static rt_tensor *passed[PASSED_ON];

static void *makes(void *unused)
{
    for (int i = 0; i < PASSED_ON; i++)
        passed[i] = rt_keep(rt_full(RT_SHAPE(1 + i % 50), RT_S(i), NULL));
    return unused;
}

static void *frees(void *unused)
{
    for (int i = 0; i < PASSED_ON; i++)
        rt_free(passed[i]);
    return unused;
}

static void in_a_thread(void *(*f)(void *))
{
    pthread_t thread;
    CHECK_INT(pthread_create(&thread, NULL, f, NULL), 0);
    pthread_join(thread, NULL);
}

static void blocks_are_freed_by_other_threads(void)
{
    int64_t live = rt_memory_stats().live_bytes;
    for (int round = 0; round < 5; round++) {
        in_a_thread(makes);
        CHECK_CLOSE(rt_at_index(passed[77], RT_SHAPE(0)), 77, 0, 0);
        CHECK_INT(rt_memory_stats().live_tensors >= PASSED_ON, true);
        if (round % 2)
            frees(NULL);
        else
            in_a_thread(frees);
    }
    CHECK_INT(rt_memory_stats().live_bytes, live);
    rt_memory_trim();
    long before = given;
    in_a_thread(makes);
    in_a_thread(frees);
    long first = given - before;
    before = given;
    in_a_thread(makes);                             /* a new thread adopts a dead one's pool */
    in_a_thread(frees);
    CHECK(given - before < first / 2);
}

static void *adds(void *unused)
{
    for (int i = 0; i < 20000; i++) {
        rt_scope scope = rt_scope_begin();
        rt_tensor *y = rt_mul(rt_add(passed[0], passed[0]), passed[0]);
        if (rt_at_index(y, RT_SHAPE(0)) != 18)
            return &given;
        rt_scope_end(scope);
    }
    return unused;
}

static void two_threads_share_a_tensor(void)
{
    pthread_t one, two;
    void *a, *b;
    passed[0] = rt_keep(rt_full(RT_SHAPE(5), RT_S(3.0), NULL));
    CHECK_INT(pthread_create(&one, NULL, adds, NULL), 0);
    CHECK_INT(pthread_create(&two, NULL, adds, NULL), 0);
    pthread_join(one, &a);
    pthread_join(two, &b);
    CHECK(a == NULL && b == NULL);
    rt_free(passed[0]);
}

static void *owns_a_scope(void *slot)
{
    rt_tensor **x = (rt_tensor **)slot;
    rt_free(*x);                                    /* it lies in a scope of the main thread */
    return (void *)(intptr_t)rt_last_error()->code;
}

static void a_scope_of_another_thread_is_respected(void)
{
    pthread_t thread;
    void *code;
    rt_tensor *x = rt_ones(RT_SHAPE(3), NULL);
    CHECK_INT(pthread_create(&thread, NULL, owns_a_scope, &x), 0);
    pthread_join(thread, &code);
    CHECK_INT((intptr_t)code, RT_ERR_STATE);
    CHECK_CLOSE(rt_at_index(x, RT_SHAPE(1)), 1, 0, 0);
}
#endif

int main(void)
{
    static const rt_allocator counted = { give, take, NULL }, half = { give, NULL, NULL };
    CHECK_STATUS(rt_set_allocator(&half), RT_ERR_NULL);
    CHECK_INT(rt_set_allocator(&counted), RT_OK);
    TEST(every_byte_comes_from_the_host);
    TEST(freed_blocks_are_used_again);
    TEST(sizes_that_do_not_fit);
#ifndef RT_NO_THREADS
    TEST(blocks_are_freed_by_other_threads);
    TEST(two_threads_share_a_tensor);
    TEST(a_scope_of_another_thread_is_respected);
#endif
    rt_stop_threads();
    rt_memory_trim();
    CHECK_INT(rt_memory_stats().cached_bytes, 0);
    CHECK_INT(rt_set_allocator(NULL), RT_OK);       /* nothing is left, and the old allocator may come back */
    CHECK_INT(rt_memory_stats().live_bytes, 0);
    CHECK_INT(bytes_out, 0);
    CHECK_INT(given, taken_back);
    return check_end("0_base/memory");
}
