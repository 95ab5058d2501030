/* The module tree: members, names, ownership, forward, modes. */
#include "../check.h"

/* ---- modules of our own ---- */

static rt_tensor *residual(rt_module *self, rt_tensor *x)
{
    return rt_add(x, rt_forward(rt_module_get(self, "body"), x));
}

static rt_tensor *scaled(rt_module *self, rt_tensor *x) { return rt_mul(x, rt_module_parameter(self, "scale")); }
static rt_tensor *same(rt_module *self, rt_tensor *x) { (void)self; return x; }
static rt_tensor *says_nothing(rt_module *self, rt_tensor *x) { (void)self; (void)x; return NULL; }

/* Two tensors in; their sum, their difference and nothing out. */
static rt_status sum_and_difference(rt_module *self, const rt_value *in, int n_in, rt_value *out, int n_out)
{
    (void)self;
    if (n_in != 2 || n_out < 2)
        return RT_ERR_VALUE;
    rt_tensor *sum = rt_add(in[0].as.tensor, in[1].as.tensor), *difference = rt_sub(in[0].as.tensor, in[1].as.tensor);
    if (!sum || !difference)
        return RT_ERR_VALUE;
    out[0] = rt_value_tensor(sum);
    out[1] = rt_value_tensor(difference);
    return RT_OK;
}

static rt_status nothing(rt_module *self, const rt_value *in, int n_in, rt_value *out, int n_out)
{
    (void)self;
    (void)in;
    (void)n_in;
    (void)out;
    (void)n_out;
    return RT_OK;
}

static rt_status doubled(rt_module *self, const rt_value *in, int n_in, rt_value *out, int n_out)
{
    (void)self;
    (void)n_in;
    (void)n_out;
    out[0] = rt_value_tensor(rt_add(in[0].as.tensor, in[0].as.tensor));
    return RT_OK;
}

static rt_module *same_module(const char *type) { return rt_module_new(type, same, NULL); }
static int64_t live_bytes(void) { return rt_memory_stats().live_bytes; }

static void count_release(void *user) { ++*(int *)user; }

/* ---- members ---- */

static void own_module(void)
{
    rt_manual_seed(0);
    rt_module *block = rt_module_new("Residual", residual, NULL);
    rt_module *body = rt_module_add(block, "body", rt_nn_linear(8, 8, NULL));
    CHECK(body != NULL);
    CHECK(rt_module_get(block, "body") == body);
    CHECK_TEXT(rt_module_type_name(block), "Residual");
    CHECK_TEXT(rt_module_type_name(body), "Linear");
    rt_parameter_list p = rt_parameters(block);
    CHECK_INT(p.count, 2);
    CHECK_TEXT(p.names[0], "body.weight");
    CHECK_TEXT(p.names[1], "body.bias");
    rt_tensor *x = rt_ones(RT_SHAPE(2, 8), NULL), *y = rt_forward(block, x);
    rt_tensor *want = rt_add(x, rt_linear(x, rt_module_parameter(block, "body.weight"), rt_module_parameter(block, "body.bias")));
    CHECK_FLOATS(rt_data_f32(y), rt_data_f32(want), 16, 0, 0);
    CHECK(rt_backward(rt_sum(y)) == RT_OK);
    CHECK(!rt_is_none(rt_grad(p.tensors[0])));
    rt_free(block);
}

static void members_by_name_and_index(void)
{
    rt_module *outer = same_module("Outer"), *inner = rt_module_add(outer, "inner", same_module("Inner"));
    rt_module *leaf = rt_module_add(inner, "leaf", same_module("Leaf"));
    rt_module_add(outer, "second", same_module("Second"));
    rt_tensor *w = rt_module_add_parameter(leaf, "w", rt_ones(RT_SHAPE(3), NULL));
    rt_tensor *steps = rt_module_add_buffer(leaf, "steps", rt_zeros(RT_SHAPE0, NULL));
    CHECK(w && rt_requires_grad(w) && rt_is_leaf(w));
    CHECK(steps && !rt_requires_grad(steps));
    CHECK(rt_module_get(outer, "inner.leaf") == leaf);
    CHECK(rt_module_parameter(outer, "inner.leaf.w") == w);
    CHECK(rt_module_buffer(outer, "inner.leaf.steps") == steps);
    CHECK_INT(rt_module_n_children(outer), 2);
    CHECK_TEXT(rt_module_name_at(outer, 1), "second");
    CHECK(rt_module_child_at(outer, 0) == inner);
    CHECK_STATUS(rt_module_get(outer, "inner.leaf.w"), RT_ERR_KEY);
    CHECK_STATUS(rt_module_get(outer, "inner."), RT_ERR_KEY);
    CHECK_STATUS(rt_module_get(outer, ""), RT_ERR_KEY);
    CHECK_STATUS(rt_module_get(outer, "inn"), RT_ERR_KEY);
    CHECK_STATUS(rt_module_get(outer, NULL), RT_ERR_NULL);
    CHECK_STATUS(rt_module_parameter(outer, "other.w"), RT_ERR_KEY);
    CHECK_STATUS(rt_module_parameter(outer, "inner.leaf.steps"), RT_ERR_KEY);
    CHECK_STATUS(rt_module_buffer(outer, "inner.leaf.w"), RT_ERR_KEY);
    CHECK_STATUS(rt_module_child_at(outer, 2), RT_ERR_INDEX);
    CHECK_STATUS(rt_module_name_at(outer, -1), RT_ERR_INDEX);
    rt_free(outer);
}

static void names_that_are_refused(void)
{
    rt_module *m = same_module("M");
    rt_module_add(m, "child", same_module("Child"));
    rt_module_add_parameter(m, "w", rt_ones(RT_SHAPE(1), NULL));
    rt_module_add_buffer(m, "b", rt_ones(RT_SHAPE(1), NULL));
    int64_t before = live_bytes();
    CHECK_STATUS(rt_module_add(m, "a.b", same_module("X")), RT_ERR_KEY);
    CHECK_STATUS(rt_module_add(m, "", same_module("X")), RT_ERR_KEY);
    CHECK_STATUS(rt_module_add(m, NULL, same_module("X")), RT_ERR_NULL);
    CHECK_STATUS(rt_module_add(m, "w", same_module("X")), RT_ERR_KEY);
    CHECK_STATUS(rt_module_add(m, "b", same_module("X")), RT_ERR_KEY);
    CHECK_STATUS(rt_module_add(NULL, "x", same_module("X")), RT_ERR_NULL);
    CHECK_STATUS(rt_module_add(m, "x", NULL), RT_ERR_NULL);
    CHECK_INT(live_bytes(), before);
    rt_scope scope = rt_scope_begin();
    rt_tensor *x = rt_ones(RT_SHAPE(1), NULL), *whole = rt_tensor_i64(RT_I64(1), RT_SHAPE(1));
    CHECK_STATUS(rt_module_add_parameter(m, "child", x), RT_ERR_KEY);
    CHECK_STATUS(rt_module_add_parameter(m, "b", x), RT_ERR_KEY);
    CHECK_STATUS(rt_module_add_buffer(m, "w", x), RT_ERR_KEY);
    CHECK_STATUS(rt_module_add_parameter(m, NULL, x), RT_ERR_NULL);
    CHECK_STATUS(rt_module_add_parameter(m, "p", NULL), RT_ERR_NULL);
    CHECK_STATUS(rt_module_add_parameter(NULL, "p", x), RT_ERR_NULL);
    CHECK_STATUS(rt_module_add_parameter(m, "p", whole), RT_ERR_DTYPE);
    CHECK_STATUS(rt_module_add_parameter(m, "p", rt_add(x, rt_module_parameter(m, "w"))), RT_ERR_GRAD);
    CHECK(rt_module_add_buffer(m, "whole", whole) == whole);
    CHECK(!rt_requires_grad(x));
    rt_scope_end(scope);
    CHECK_INT(rt_parameters(m).count, 1);
    rt_free(m);
}

static void a_name_taken_by_the_same_kind_is_replaced(void)
{
    rt_module *m = same_module("M");
    int released = 0;
    rt_module *old = rt_module_add(m, "head", same_module("Old"));
    CHECK(rt_module_set_user(old, &released, count_release) == RT_OK);
    rt_module_add(m, "tail", same_module("Tail"));
    int64_t tensors = rt_memory_stats().live_tensors;
    rt_module_add_parameter(m, "w", rt_ones(RT_SHAPE(2), NULL));
    rt_module *young = rt_module_add(m, "head", same_module("New"));
    CHECK_INT(released, 1);
    CHECK(rt_module_child_at(m, 0) == young);
    CHECK_INT(rt_module_n_children(m), 2);
    rt_tensor *w = rt_module_add_parameter(m, "w", rt_zeros(RT_SHAPE(4), NULL));
    CHECK(rt_module_parameter(m, "w") == w);
    CHECK_INT(rt_memory_stats().live_tensors, tensors + 1);
    CHECK(rt_module_add_parameter(m, "w", w) == w);
    CHECK_INT(rt_numel(w), 4);
    CHECK(rt_module_add(m, "head", young) == young);
    CHECK_TEXT(rt_module_type_name(rt_module_child_at(m, 0)), "New");
    rt_free(m);
}

/* ---- ownership ---- */

static void a_parent_owns_its_children(void)
{
    int64_t before = live_bytes();
    int released = 0;
    rt_module *m = rt_module_new("M", same, NULL), *child = rt_module_add(m, "child", same_module("Child"));
    CHECK(rt_module_set_user(child, &released, count_release) == RT_OK);
    CHECK(rt_module_user(child) == (void *)&released);
    rt_free(child);
    CHECK_STATUS(NULL, RT_ERR_STATE);
    CHECK(rt_module_get(m, "child") == child);
    rt_free(m);
    CHECK_INT(released, 1);
    CHECK_INT(live_bytes(), before);
}

static void a_shared_child_lives_for_both(void)
{
    int64_t before = live_bytes();
    int released = 0;
    rt_module *a = same_module("A"), *b = same_module("B"), *shared = rt_module_add(a, "x", same_module("Shared"));
    CHECK(rt_module_set_user(shared, &released, count_release) == RT_OK);
    CHECK(rt_module_add(a, "y", shared) == shared);
    CHECK(rt_module_add(b, "z", shared) == shared);
    CHECK_STATUS(rt_module_add(b, "not.a.name", shared), RT_ERR_KEY);
    rt_free(a);
    CHECK_INT(released, 0);
    CHECK_TEXT(rt_module_type_name(rt_module_get(b, "z")), "Shared");
    rt_free(b);
    CHECK_INT(released, 1);
    CHECK_INT(live_bytes(), before);
}

static void a_module_cannot_contain_itself(void)
{
    rt_module *m = same_module("M"), *child = rt_module_add(m, "child", same_module("Child"));
    CHECK_STATUS(rt_module_add(m, "itself", m), RT_ERR_VALUE);
    CHECK_STATUS(rt_module_add(child, "parent", m), RT_ERR_VALUE);
    CHECK_INT(rt_module_n_children(m), 1);
    rt_free(m);
}

static void tensors_go_from_their_scope_to_the_module(void)
{
    rt_module *m = same_module("M");
    int64_t tensors = rt_memory_stats().live_tensors;
    rt_tensor *kept = rt_keep(rt_ones(RT_SHAPE(2), NULL));
    rt_scope scope = rt_scope_begin();
    rt_tensor *w = rt_module_add_parameter(m, "w", rt_full(RT_SHAPE(2), RT_S(3.0), NULL));
    rt_module_add_parameter(m, "kept", kept);
    rt_scope_end(scope);
    CHECK_CLOSE(rt_at_index(w, RT_SHAPE(1)), 3, 0, 0);
    rt_free(kept);
    CHECK_INT(rt_memory_stats().live_tensors, tensors + 2);
    CHECK_CLOSE(rt_at_index(rt_module_parameter(m, "kept"), RT_SHAPE(0)), 1, 0, 0);
    rt_free(m);
    CHECK_INT(rt_memory_stats().live_tensors, tensors);
}

static void user_data(void)
{
    int first = 0, second = 0;
    rt_module *m = rt_module_new("M", same, &first);
    CHECK(rt_module_user(m) == (void *)&first);
    CHECK(rt_module_set_user(m, &first, count_release) == RT_OK);
    CHECK_INT(first, 0);
    CHECK(rt_module_set_user(m, &second, count_release) == RT_OK);
    CHECK_INT(first, 1);
    rt_free(m);
    CHECK_INT(first, 1);
    CHECK_INT(second, 1);
    CHECK_STATUS(rt_module_set_user(NULL, &second, count_release), RT_ERR_NULL);
    CHECK_INT(second, 2);
}

/* ---- forward ---- */

static void general_forward(void)
{
    rt_module *m = rt_module_new_values("SumAndDifference", sum_and_difference, NULL);
    rt_value in[2], out[3];
    in[0] = rt_value_tensor(rt_full(RT_SHAPE(2), RT_S(5.0), NULL));
    in[1] = rt_value_tensor(rt_full(RT_SHAPE(2), RT_S(2.0), NULL));
    CHECK(rt_forward_values(m, in, 2, out, 3) == RT_OK);
    CHECK_CLOSE(rt_at_index(out[0].as.tensor, RT_SHAPE(0)), 7, 0, 0);
    CHECK_CLOSE(rt_at_index(out[1].as.tensor, RT_SHAPE(1)), 3, 0, 0);
    CHECK_INT(out[2].tag, RT_VALUE_NONE);
    CHECK_STATUS(rt_forward_values(m, in, 1, out, 3), RT_ERR_VALUE);
    CHECK_STATUS(rt_forward(m, in[0].as.tensor), RT_ERR_VALUE);
    CHECK_STATUS(rt_forward_values(m, NULL, 2, out, 3), RT_ERR_NULL);
    in[1].as.tensor = NULL;
    CHECK_STATUS(rt_forward_values(m, in, 2, out, 3), RT_ERR_NULL);
    rt_free(m);

    m = rt_module_new_values("Doubled", doubled, NULL);
    rt_tensor *y = rt_forward(m, in[0].as.tensor);
    CHECK_CLOSE(rt_at_index(y, RT_SHAPE(0)), 10, 0, 0);
    rt_free(m);

    m = rt_module_new_values("Nothing", nothing, NULL);
    CHECK_STATUS(rt_forward(m, in[0].as.tensor), RT_ERR_VALUE);
    rt_free(m);
}

static void what_is_no_module(void)
{
    rt_dict *d = rt_dict_new();
    rt_module *m = same_module("M"), *wrong = (rt_module *)(void *)d;
    rt_tensor *x = rt_ones(RT_SHAPE(2), NULL);
    rt_value in = rt_value_tensor(x), out;
    CHECK_STATUS(rt_forward(wrong, x), RT_ERR_STATE);
    CHECK_STATUS(rt_forward_values(wrong, &in, 1, &out, 1), RT_ERR_STATE);
    CHECK_STATUS(rt_module_add(m, "d", wrong), RT_ERR_STATE);
    CHECK_STATUS(rt_module_add(wrong, "m", same_module("M")), RT_ERR_STATE);
    CHECK_STATUS(rt_module_get(NULL, "m"), RT_ERR_NULL);
    CHECK_STATUS(rt_module_child_at(NULL, 0), RT_ERR_NULL);
    CHECK_INT(rt_module_n_children(NULL), -1);
    CHECK_STATUS(NULL, RT_ERR_NULL);
    CHECK_INT(rt_parameters(wrong).count, -1);
    CHECK_STATUS(NULL, RT_ERR_STATE);
    rt_free(m);
    rt_free(d);
}

static void plain_forward_through_values(void)
{
    rt_module *m = rt_module_new("Scaled", scaled, NULL);
    rt_module_add_parameter(m, "scale", rt_full(RT_SHAPE(2), RT_S(3.0), NULL));
    rt_value in[2], out[2];
    in[0] = in[1] = rt_value_tensor(rt_ones(RT_SHAPE(2), NULL));
    CHECK(rt_forward_values(m, in, 1, out, 1) == RT_OK);
    CHECK_CLOSE(rt_at_index(out[0].as.tensor, RT_SHAPE(1)), 3, 0, 0);
    CHECK_STATUS(rt_forward_values(m, in, 2, out, 1), RT_ERR_VALUE);
    CHECK_STATUS(rt_forward_values(m, in, 1, out, 2), RT_ERR_VALUE);
    in[0] = rt_value_int(1);
    CHECK_STATUS(rt_forward_values(m, in, 1, out, 1), RT_ERR_VALUE);
    rt_free(m);
}

static void failures_pass_through(void)
{
    rt_module *m = same_module("M"), *silent = rt_module_new("Silent", says_nothing, NULL);
    rt_tensor *x = rt_ones(RT_SHAPE(2), NULL);
    CHECK_STATUS(rt_forward(m, NULL), RT_ERR_NULL);
    CHECK_STATUS(rt_forward(NULL, x), RT_ERR_NULL);
    CHECK_STATUS(rt_forward(m, RT_NONE), RT_ERR_NULL);
    CHECK_STATUS(rt_forward(silent, x), RT_ERR_STATE);
    rt_value in = rt_value_tensor(x), out;
    CHECK_STATUS(rt_forward_values(silent, &in, 1, &out, 1), RT_ERR_STATE);
    CHECK(rt_forward(m, rt_add(x, rt_ones(RT_SHAPE(3), NULL))) == NULL);
    CHECK_STATUS(NULL, RT_ERR_SHAPE);
    CHECK_STATUS(rt_train(NULL), RT_ERR_NULL);
    CHECK_STATUS(rt_eval(NULL), RT_ERR_NULL);
    CHECK_STATUS(rt_is_training(NULL), RT_ERR_NULL);
    CHECK_STATUS(rt_module_type_name(NULL), RT_ERR_NULL);
    CHECK_STATUS(rt_module_user(NULL), RT_ERR_NULL);
    CHECK_STATUS(rt_module_new(NULL, same, NULL), RT_ERR_NULL);
    CHECK_STATUS(rt_module_new("M", NULL, NULL), RT_ERR_NULL);
    rt_free(silent);
    rt_free(m);
}

static void an_unread_error_stops_construction(void)
{
    rt_tensor *failed = rt_reshape(rt_ones(RT_SHAPE(2), NULL), RT_SHAPE(3));
    CHECK(failed == NULL);
    CHECK(rt_module_new("M", same, NULL) == NULL);
    CHECK(rt_nn_linear(2, 2, NULL) == NULL);
    CHECK(rt_nn_sequential(rt_nn_relu(), rt_nn_linear(2, 2, NULL)) == NULL);
    CHECK_STATUS(NULL, RT_ERR_SHAPE);
}

static void training_mode(void)
{
    rt_module *m = same_module("M"), *child = rt_module_add(m, "child", same_module("Child"));
    rt_module *leaf = rt_module_add(child, "leaf", same_module("Leaf"));
    CHECK(rt_is_training(m) && rt_is_training(leaf));
    CHECK(rt_eval(m) == m);
    CHECK(!rt_is_training(m) && !rt_is_training(child) && !rt_is_training(leaf));
    CHECK(rt_train(child) == child);
    CHECK(!rt_is_training(m) && rt_is_training(child) && rt_is_training(leaf));
    rt_free(m);
}

/* ---- memory that runs out ---- */

static rt_module *build(void)
{
    rt_module *m = rt_module_new("Residual", residual, NULL);
    rt_module_add(m, "body", rt_nn_sequential(rt_nn_linear(4, 8, NULL), rt_nn_relu(), rt_nn_linear(8, 4, NULL)));
    rt_module_add_parameter(m, "scale", rt_ones(RT_SHAPE(4), NULL));
    rt_module_add_buffer(m, "mean", rt_zeros(RT_SHAPE(4), NULL));
    if (rt_error_pending() || rt_parameters(m).count != 5) {
        rt_free(m);
        return NULL;
    }
    return m;
}

static void every_request_refused_in_turn(void)
{
    rt_module *m = NULL;
    int64_t n = 0;
    while (!m && n < 1000) {
        rt_scope scope = rt_scope_begin();
        int64_t before = live_bytes();
        rt_testing_refuse_request(++n);
        m = build();
        rt_testing_refuse_request(0);
        if (m)
            CHECK(!rt_error_pending());
        else
            CHECK_STATUS(NULL, RT_ERR_MEMORY);
        rt_scope_end(scope);
        if (!m)
            CHECK_INT(live_bytes(), before);
    }
    CHECK(n > 20);
    rt_free(m);
}

int main(void)
{
    TEST(own_module);
    TEST(members_by_name_and_index);
    TEST(names_that_are_refused);
    TEST(a_name_taken_by_the_same_kind_is_replaced);
    TEST(a_parent_owns_its_children);
    TEST(a_shared_child_lives_for_both);
    TEST(a_module_cannot_contain_itself);
    TEST(tensors_go_from_their_scope_to_the_module);
    TEST(user_data);
    TEST(general_forward);
    TEST(what_is_no_module);
    TEST(plain_forward_through_values);
    TEST(failures_pass_through);
    TEST(an_unread_error_stops_construction);
    TEST(training_mode);
    TEST(every_request_refused_in_turn);
    return check_end("7_nn/module");
}
