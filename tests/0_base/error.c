/* Errors: the first is kept, NULL passes through, a thread's last words reach the log. */
#include "check.h"

#include <pthread.h>
#include <string.h>

static void the_first_error_is_kept(void)
{
    rt_tensor *a = rt_ones(RT_SHAPE(2, 3), NULL), *b = rt_ones(RT_SHAPE(4), NULL);
    rt_tensor *bad = rt_add(a, b);
    CHECK(bad == NULL);
    CHECK(rt_error_pending());
    CHECK(rt_relu(rt_mul(bad, a)) == NULL);
    CHECK(rt_reshape(a, RT_SHAPE(7)) == NULL);
    CHECK(rt_add(a, a) != NULL);                    /* good work goes on */
    const rt_error *e = rt_last_error();
    CHECK_INT(e->code, RT_ERR_SHAPE);
    CHECK_TEXT(e->op, "add");
    CHECK(strstr(e->message, "[2, 3]") != NULL && strstr(e->message, "[4]") != NULL);
    CHECK(e->line > 0 && e->file != NULL);
    CHECK(!rt_error_pending());
    CHECK_INT(rt_last_error()->code, RT_ERR_SHAPE); /* read again, the same text */
    rt_clear_error();
    CHECK_INT(rt_last_error()->code, RT_OK);
}

static void null_without_an_error_is_one(void)
{
    CHECK_STATUS(rt_add(NULL, NULL), RT_ERR_NULL);
    CHECK_STATUS(rt_relu(RT_NONE), RT_ERR_NULL);
    CHECK_STATUS(rt_backward(NULL), RT_ERR_NULL);
}

#if !CHECK_ADDRESS_SANITIZER
static void a_freed_tensor_is_noticed(void)
{
    rt_scope scope = rt_scope_begin();
    rt_tensor *x = rt_ones(RT_SHAPE(3), NULL);
    rt_scope_end(scope);
    CHECK_STATUS(rt_relu(x), RT_ERR_STATE);
}
#endif

static void names_and_texts(void)
{
    CHECK_TEXT(rt_status_name(RT_ERR_SHAPE), "RT_ERR_SHAPE");
    CHECK_TEXT(rt_status_name((rt_status)12345), "RT_ERR_INTERNAL");
    CHECK(strlen(rt_status_text(RT_ERR_MEMORY)) > 5);
    CHECK_TEXT(rt_version(), RUSTORCH_VERSION);
}

static void an_unread_error_ends_loops_and_steps(void)
{
    int turns = 0;
    rt_tensor *p = rt_requires_grad_(rt_ones(RT_SHAPE(2), NULL));
    rt_optim *opt = rt_optim_sgd(RT_PARAMETERS(p), 0.5, NULL);
    rt_backward(rt_sum(p));
    for (rt_turn turn = RT_TURN; rt_turn_next(&turn, turns < 5);) {
        turns++;
        rt_add(p, rt_ones(RT_SHAPE(3), NULL));
    }
    CHECK_INT(turns, 1);
    CHECK_INT(rt_step(opt), RT_ERR_SHAPE);
    CHECK_CLOSE(rt_at_index(p, RT_SHAPE(0)), 1, 0, 0);
    CHECK_INT(rt_last_error()->code, RT_ERR_SHAPE);
    CHECK_INT(rt_step(opt), RT_OK);
    CHECK_CLOSE(rt_at_index(p, RT_SHAPE(0)), 0.5, 0, 0);
    rt_free(opt);
}

#ifndef RT_NO_THREADS
static char logged[600];
static void keep_log(void *user, const char *text)
{
    (void)user;
    strncpy(logged, text, sizeof logged - 1);
}

static void *leaves_an_error(void *unused)
{
    rt_reshape(rt_ones(RT_SHAPE(2), NULL), RT_SHAPE(5));
    return unused;
}

static void an_error_unread_at_a_threads_end_is_logged(void)
{
    pthread_t thread;
    rt_set_log(keep_log, NULL);
    CHECK_INT(pthread_create(&thread, NULL, leaves_an_error, NULL), 0);
    pthread_join(thread, NULL);
    rt_set_log(NULL, NULL);
    CHECK(strstr(logged, "[5]") != NULL);
    CHECK(!rt_error_pending());                     /* another thread's error is not ours */
}
#endif

int main(void)
{
    TEST(the_first_error_is_kept);
    TEST(null_without_an_error_is_one);
#if !CHECK_ADDRESS_SANITIZER
    TEST(a_freed_tensor_is_noticed);
#else
    check_skip("a freed tensor is noticed", "AddressSanitizer notices first");
#endif
    TEST(names_and_texts);
    TEST(an_unread_error_ends_loops_and_steps);
#ifndef RT_NO_THREADS
    TEST(an_error_unread_at_a_threads_end_is_logged);
#endif
    return check_end("0_base/error");
}
