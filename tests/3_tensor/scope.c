/* Scopes, turns, and what lives how long. */
#include "check.h"

static int64_t live(void) { return rt_memory_stats().live_tensors; }

static void a_scope_frees_what_was_made_in_it(void)
{
    int64_t before = live();
    rt_scope scope = rt_scope_begin();
    for (int i = 0; i < 10; i++)
        rt_add(rt_ones(RT_SHAPE(3), NULL), rt_ones(RT_SHAPE(3), NULL));
    CHECK_INT(live() - before, 30);
    rt_scope_end(scope);
    CHECK_INT(live(), before);
}

static void kept_returned_and_viewed_tensors_live_on(void)
{
    rt_scope outer = rt_scope_begin(), inner = rt_scope_begin();
    rt_tensor *kept = rt_keep(rt_full(RT_SHAPE(2), RT_S(1.0), NULL)), *base = rt_full(RT_SHAPE(2, 3), RT_S(2.0), NULL), *view = rt_keep(rt_t(base));
    rt_tensor *back = rt_return(inner, rt_full(RT_SHAPE(2), RT_S(3.0), NULL));
    CHECK_CLOSE(rt_at_index(kept, RT_SHAPE(1)), 1, 0, 0);
    CHECK_CLOSE(rt_at_index(view, RT_SHAPE(2, 1)), 2, 0, 0);       /* its base's memory is held */
    CHECK_CLOSE(rt_at_index(back, RT_SHAPE(0)), 3, 0, 0);
    rt_free(kept);
    rt_free(view);
    int64_t before = live();
    rt_scope_end(outer);
    CHECK_INT(live(), before - 1);
}

static void closing_a_scope_closes_deeper_ones(void)
{
    int64_t before = live();
    rt_scope outer = rt_scope_begin();
    rt_no_grad();
    rt_scope_begin();
    rt_ones(RT_SHAPE(3), NULL);
    CHECK(!rt_is_grad_enabled());
    rt_scope_end(outer);
    CHECK(rt_is_grad_enabled());
    CHECK_INT(live(), before);
    rt_scope_end(outer);                                           /* once more does nothing */
    CHECK_INT(live(), before);
}

static void guards_nest(void)
{
    rt_tensor *x = rt_requires_grad_(rt_ones(RT_SHAPE(2), NULL));
    rt_scope off = rt_no_grad();
    CHECK(!rt_requires_grad(rt_mul(x, x)));
    rt_scope on = rt_enable_grad();
    CHECK(rt_requires_grad(rt_mul(x, x)));
    rt_scope_end(on);
    CHECK(!rt_is_grad_enabled());
    rt_scope_end(off);
    CHECK(rt_is_grad_enabled());
}

static void turns_free_as_they_go(void)
{
    int64_t before = live();
    int t = 0;
    rt_tensor *sum = rt_keep(rt_zeros(RT_SHAPE(3), NULL));
    for (rt_turn turn = RT_TURN; rt_turn_next(&turn, t < 100); t++) {
        rt_set(&sum, rt_add(sum, rt_ones(RT_SHAPE(3), NULL)));
        CHECK(live() - before < 5);
        if (t % 3 == 0)
            continue;
        rt_ones(RT_SHAPE(1), NULL);
    }
    CHECK_CLOSE(rt_at_index(sum, RT_SHAPE(2)), 100, 0, 0);
    CHECK_INT(live(), before + 1);
    rt_free(sum);
}

/* A turn that a break leaves is part of the scope round the loop: nothing made in it or after it is freed early. */
static void a_break_in_every_epoch(void)
{
    int64_t before = live();
    rt_tensor *found[5], *after[5];
    rt_scope scope = rt_scope_begin();
    for (int epoch = 0; epoch < 5; epoch++) {
        int t = 0;
        for (rt_turn turn = RT_TURN; rt_turn_next(&turn, t < 10); t++) {
            found[epoch] = rt_full(RT_SHAPE(2), RT_S(10.0 * epoch + t), NULL);
            if (t == 3)
                break;
        }
        after[epoch] = rt_add(found[epoch], rt_ones(RT_SHAPE(2), NULL));
        for (int e = 0; e <= epoch; e++) {
            CHECK_CLOSE(rt_at_index(found[e], RT_SHAPE(0)), 10 * e + 3, 0, 0);
            CHECK_CLOSE(rt_at_index(after[e], RT_SHAPE(1)), 10 * e + 4, 0, 0);
        }
    }
    rt_scope_end(scope);
    CHECK_INT(live(), before);
}

static void set_with_a_failed_value_leaves_the_slot(void)
{
    rt_tensor *slot = rt_keep(rt_full(RT_SHAPE(2), RT_S(7.0), NULL));
    CHECK_INT(rt_set(&slot, rt_reshape(slot, RT_SHAPE(9))), RT_ERR_SHAPE);
    rt_clear_error();
    CHECK_CLOSE(rt_at_index(slot, RT_SHAPE(0)), 7, 0, 0);
    rt_free(slot);
}

#if !CHECK_ADDRESS_SANITIZER
static void freeing_twice_is_an_error(void)
{
    rt_tensor *x = rt_keep(rt_ones(RT_SHAPE(3), NULL));
    rt_free(x);
    CHECK_STATUS((rt_free(x), 0), RT_ERR_STATE);
    rt_free(NULL);
    rt_free(RT_NONE);
}
#endif

static int n_released;
static void released(void *user, void *data)
{
    (void)data;
    n_released += user == &n_released;
}

static void borrowed_memory_is_given_back_once(void)
{
    static float memory[6] = { 1, 2, 3, 4, 5, 6 };
    static const int64_t down[] = { 1, 3 };
    n_released = 0;
    rt_scope scope = rt_scope_begin();
    rt_tensor *x = rt_from_blob(memory, RT_SHAPE(2, 3), RT_FLOAT32, NULL, released, &n_released);
    rt_tensor *t = rt_from_blob(memory, RT_SHAPE(3, 2), RT_FLOAT32, down, NULL, NULL);
    CHECK(rt_data_ptr(x) == memory);
    CHECK_CLOSE(rt_at_index(t, RT_SHAPE(2, 1)), 6, 0, 0);
    rt_mul_scalar_(x, RT_S(2));
    CHECK_CLOSE((double)memory[5], 12, 0, 0);
    rt_tensor *view = rt_keep(rt_t(x));
    rt_scope_end(scope);
    CHECK_INT(n_released, 0);
    rt_free(view);
    CHECK_INT(n_released, 1);
    CHECK_STATUS(rt_from_blob(NULL, RT_SHAPE(3), RT_FLOAT32, NULL, NULL, NULL), RT_ERR_NULL);
    static const int64_t back[] = { -1 };
    CHECK_STATUS(rt_from_blob(memory, RT_SHAPE(3), RT_FLOAT32, back, NULL, NULL), RT_ERR_VALUE);
}

static void reading(void)
{
    rt_tensor *x = rt_tensor_f32(RT_F32(1, 2, 3, 4, 5, 6), RT_SHAPE(2, 3));
    CHECK_INT(rt_dim(x), 2);
    CHECK_INT(rt_size(x, -1), 3);
    CHECK_INT(rt_stride(rt_t(x), 0), 1);
    CHECK_INT(rt_numel(x), 6);
    CHECK(rt_is_contiguous(x) && !rt_is_contiguous(rt_t(x)));
    CHECK_STATUS((rt_size(x, 2), 0), RT_ERR_INDEX);
    CHECK_STATUS(rt_data_f64(x), RT_ERR_DTYPE);
    CHECK_STATUS(rt_data_f32(rt_t(x)), RT_ERR_STATE);
    CHECK_STATUS((rt_item(x), 0), RT_ERR_VALUE);
    CHECK_STATUS((rt_at_index(x, RT_SHAPE(2, 0)), 0), RT_ERR_INDEX);
    CHECK_INT(rt_item_scalar(rt_tensor_i64(RT_I64(INT64_MAX), RT_SHAPE0)).i, INT64_MAX);
    CHECK_CLOSE(rt_at_index(x, RT_SHAPE(-1, -1)), 6, 0, 0);
}

int main(void)
{
    TEST(a_scope_frees_what_was_made_in_it);
    TEST(kept_returned_and_viewed_tensors_live_on);
    TEST(closing_a_scope_closes_deeper_ones);
    TEST(guards_nest);
    TEST(turns_free_as_they_go);
    TEST(a_break_in_every_epoch);
    TEST(set_with_a_failed_value_leaves_the_slot);
#if !CHECK_ADDRESS_SANITIZER
    TEST(freeing_twice_is_an_error);
#else
    check_skip("freeing twice is an error", "AddressSanitizer notices first");
#endif
    TEST(borrowed_memory_is_given_back_once);
    TEST(reading);
    return check_end("3_tensor/scope");
}
