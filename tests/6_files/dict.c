/* Named tensors: the list itself, and writing one into an object's tensors. */
#include "files.h"

static rt_tensor *number(double x) { return rt_full(RT_SHAPE0, RT_S(x), NULL); }

static void entries_keep_their_order(void)
{
    rt_dict *d = rt_dict_new();
    rt_tensor *a = number(1), *b = number(2);
    CHECK_INT(rt_dict_size(d), 0);
    CHECK(!rt_dict_has(d, "b"));
    CHECK_INT(rt_dict_set(d, "b", b), RT_OK);
    CHECK_INT(rt_dict_set(d, "a", a), RT_OK);
    CHECK_INT(rt_dict_set(d, "", a), RT_OK);
    CHECK_INT(rt_dict_size(d), 3);
    CHECK_TEXT(rt_dict_name_at(d, 0), "b");
    CHECK_TEXT(rt_dict_name_at(d, 1), "a");
    CHECK_TEXT(rt_dict_name_at(d, 2), "");
    CHECK(rt_dict_get(d, "a") == a && rt_dict_tensor_at(d, 0) == b && rt_dict_has(d, "") && !rt_dict_has(d, "A"));
    CHECK_INT(rt_dict_set(d, "b", a), RT_OK);
    CHECK_INT(rt_dict_size(d), 3);
    CHECK(rt_dict_tensor_at(d, 0) == a);
    rt_free(d);
}

static void many_entries_are_found(void)
{
    rt_dict *d = rt_dict_new();
    char name[32];
    int n = 3000, n_found = 0;
    for (int i = 0; i < n; i++) {
        rt_scope scope = rt_scope_begin();
        snprintf(name, sizeof name, "layer.%d.weight", i);
        rt_dict_set(d, name, number(i));
        rt_scope_end(scope);
    }
    CHECK_INT(rt_dict_size(d), n);
    for (int i = 0; i < n; i++) {
        snprintf(name, sizeof name, "layer.%d.weight", i);
        n_found += rt_dict_has(d, name) && rt_item(rt_dict_get(d, name)) == i && strcmp(rt_dict_name_at(d, i), name) == 0;
    }
    CHECK_INT(n_found, n);
    rt_free(d);
}

static void entries_are_held(void)
{
    rt_dict *d = rt_dict_new();
    rt_scope scope = rt_scope_begin();
    char name[] = "x";
    rt_dict_set(d, name, number(3));
    rt_dict_set(d, "y", number(4));
    rt_dict_set(d, "y", number(5));
    name[0] = '?';
    rt_scope_end(scope);
    CHECK_CLOSE(rt_item(rt_dict_get(d, "x")), 3, 0, 0);
    CHECK_CLOSE(rt_item(rt_dict_get(d, "y")), 5, 0, 0);
    CHECK_INT(rt_memory_stats().live_tensors, 2);
    rt_free(d);
    CHECK_INT(rt_memory_stats().live_tensors, 0);
}

static void wrong_arguments_are_refused(void)
{
    rt_dict *d = rt_dict_new();
    rt_tensor *x = number(1);
    CHECK_STATUS(rt_dict_get(d, "x"), RT_ERR_KEY);
    CHECK_STATUS(rt_dict_get(d, NULL), RT_ERR_NULL);
    CHECK_STATUS(rt_dict_get(NULL, "x"), RT_ERR_NULL);
    CHECK_STATUS(rt_dict_set(NULL, "x", x), RT_ERR_NULL);
    CHECK_STATUS(rt_dict_set(d, NULL, x), RT_ERR_NULL);
    CHECK_STATUS(rt_dict_set(d, "x", NULL), RT_ERR_NULL);
    CHECK_STATUS(rt_dict_set(d, "x", RT_NONE), RT_ERR_NULL);
    CHECK_STATUS(rt_dict_set((rt_dict *)(void *)x, "x", x), RT_ERR_STATE);
    CHECK_STATUS(rt_dict_size(NULL), RT_ERR_NULL);
    CHECK_STATUS(rt_dict_name_at(d, 0), RT_ERR_INDEX);
    CHECK_STATUS(rt_dict_tensor_at(d, -1), RT_ERR_INDEX);
    CHECK_STATUS(rt_state_dict(NULL), RT_ERR_NULL);
    CHECK_STATUS(rt_state_dict(RT_NONE), RT_ERR_NULL);
    CHECK_STATUS(rt_load_state_dict(d, NULL), RT_ERR_NULL);
    CHECK_STATUS(rt_load_state_dict(NULL, d), RT_ERR_NULL);
    uint64_t nothing[8] = { 0 };
    CHECK_STATUS(rt_state_dict(nothing), RT_ERR_STATE);
    CHECK_INT(rt_dict_size(d), 0);
    rt_free(d);
}

/* A failure further up stays the one that is reported. */
static void first_error_is_kept(void)
{
    rt_dict *d = rt_dict_new();
    rt_dict_get(d, "missing");
    CHECK_INT(rt_dict_set(d, "x", NULL), RT_ERR_KEY);
    CHECK_INT(rt_load_state_dict(NULL, d), RT_ERR_KEY);
    CHECK_STATUS(rt_load_state_dict(d, NULL), RT_ERR_KEY);
    rt_free(d);
}

static void state_is_live(void)
{
    rt_tensor *x = number(1);
    rt_dict *of_tensor = rt_state_dict(x), *of_dict = rt_state_dict(of_tensor);
    CHECK_INT(rt_dict_size(of_tensor), 1);
    CHECK(rt_dict_get(of_tensor, "tensor") == x && rt_dict_get(of_dict, "tensor") == x);
    rt_free(of_tensor);
    CHECK(rt_dict_get(of_dict, "tensor") == x);
    rt_free(of_dict);
}

/* ---- rt_load_state_dict ---- */

static void elements_are_converted_and_copied(void)
{
    rt_dict *to = rt_dict_new(), *from = rt_dict_new();
    rt_tensor *w = rt_requires_grad_(rt_zeros(RT_SHAPE(2, 2), NULL));
    rt_dict_set(to, "w", w);
    rt_dict_set(to, "i", rt_tensor_i64(RT_I64(0, 0), RT_SHAPE(2)));
    rt_dict_set(to, "s", number(0));
    rt_dict_set(to, "e", rt_zeros(RT_SHAPE(0, 3), NULL));
    rt_dict_set(from, "e", rt_zeros(RT_SHAPE(0, 3), NULL));
    rt_dict_set(from, "s", rt_tensor_i64(RT_I64(-7), RT_SHAPE0));
    rt_dict_set(from, "i", rt_tensor_f64(RT_F64(3.75, -2), RT_SHAPE(2)));
    rt_dict_set(from, "w", rt_tensor_f64(RT_F64(1, 2, 3, 4.5), RT_SHAPE(2, 2)));
    int version = rt_version_of(w);
    CHECK_INT(rt_load_state_dict(to, from), RT_OK);
    CHECK_FLOATS(rt_data_f32(w), RT_F32(1, 2, 3, 4.5), 4, 0, 0);
    CHECK_INT(rt_data_i64(rt_dict_get(to, "i"))[0], 3);
    CHECK_INT(rt_data_i64(rt_dict_get(to, "i"))[1], -2);
    CHECK_CLOSE(rt_item(rt_dict_get(to, "s")), -7, 0, 0);
    CHECK(rt_version_of(w) > version && rt_requires_grad(w) && rt_is_leaf(w) && rt_dict_get(to, "w") == w);
    CHECK_INT(rt_load_state_dict(to, to), RT_OK);
    CHECK_FLOATS(rt_data_f32(w), RT_F32(1, 2, 3, 4.5), 4, 0, 0);
    rt_free(to);
    rt_free(from);
}

/* A view of numbers with strides of its own; the numbers must outlive it. */
static rt_tensor *strided(void *data, rt_dtype dtype, rt_shape shape, int64_t s0, int64_t s1)
{
    int64_t strides[2] = { 0, 0 };
    strides[0] = s0;
    strides[1] = s1;
    return rt_from_blob(data, shape, dtype, strides, NULL, NULL);
}

static void layouts_may_differ(void)
{
    float from_data[] = { 1, 2, 3, 4, 5, 6 }, to_data[12] = { 0 };
    double wide_data[] = { 1, 2, 3, 4, 5, 6 };
    const float want[] = { 1, 0, 3, 0, 5, 0, 2, 0, 4, 0, 6, 0 };
    rt_tensor *to = strided(to_data, RT_FLOAT32, RT_SHAPE(2, 3), 6, 2);
    rt_dict *from = rt_dict_new();
    rt_dict_set(from, "tensor", strided(from_data, RT_FLOAT32, RT_SHAPE(2, 3), 1, 2));
    CHECK_INT(rt_load_state_dict(to, from), RT_OK);
    CHECK_FLOATS(to_data, want, 12, 0, 0);
    memset(to_data, 0, sizeof to_data);
    rt_dict_set(from, "tensor", strided(wide_data, RT_FLOAT64, RT_SHAPE(2, 3), 1, 2));
    CHECK_INT(rt_load_state_dict(to, from), RT_OK);
    CHECK_FLOATS(to_data, want, 12, 0, 0);
    rt_free(from);
}

/* A square matrix loaded from its own transpose. */
static void source_may_share_memory(void)
{
    float data[] = { 1, 2, 3, 4 };
    rt_tensor *x = strided(data, RT_FLOAT32, RT_SHAPE(2, 2), 2, 1);
    rt_dict *from = rt_dict_new();
    rt_dict_set(from, "tensor", strided(data, RT_FLOAT32, RT_SHAPE(2, 2), 1, 2));
    CHECK_INT(rt_load_state_dict(x, from), RT_OK);
    CHECK_FLOATS(data, RT_F32(1, 3, 2, 4), 4, 0, 0);
    rt_free(from);
}

static void all_that_is_wrong_is_named(void)
{
    rt_dict *to = rt_dict_new(), *from = rt_dict_new();
    rt_dict_set(to, "good", number(1));
    rt_dict_set(to, "a", number(1));
    rt_dict_set(to, "b", number(1));
    rt_dict_set(to, "shape", rt_zeros(RT_SHAPE(2, 3), NULL));
    rt_dict_set(from, "good", number(2));
    rt_dict_set(from, "c\n", number(2));
    rt_dict_set(from, "shape", rt_zeros(RT_SHAPE(3, 2), NULL));
    CHECK_INT(rt_load_state_dict(to, from), RT_ERR_KEY);
    CHECK_TEXT(rt_last_error()->message,
               "rt_load_state_dict: missing \"a\", \"b\"; unexpected \"c?\"; shape of \"shape\": expected [2, 3], got [3, 2]");
    CHECK_CLOSE(rt_item(rt_dict_get(to, "good")), 1, 0, 0);
    rt_dict_set(from, "a", number(2));
    rt_dict_set(from, "b", number(2));
    rt_dict_set(to, "c\n", number(1));
    CHECK_STATUS(rt_load_state_dict(to, from), RT_ERR_SHAPE);
    CHECK_CLOSE(rt_item(rt_dict_get(to, "good")), 1, 0, 0);
    rt_free(to);
    rt_free(from);
}

static void long_lists_are_cut(void)
{
    rt_dict *to = rt_dict_new(), *from = rt_dict_new();
    char name[200];
    for (int i = 0; i < 40; i++) {
        snprintf(name, sizeof name, "%d of a very very very very very very very very very very very very very very very long name", i);
        rt_dict_set(to, name, number(i));
    }
    CHECK_INT(rt_load_state_dict(to, from), RT_ERR_KEY);
    const char *message = rt_last_error()->message;
    CHECK_TEXT(message + strlen(message) - 3, "...");
    CHECK(strstr(message, "missing \"0 of a very") != NULL && strstr(message, "...\", \"1 of") != NULL);
    rt_free(to);
    rt_free(from);
}

/* bfloat16 has no conversion yet; as it is, it can be copied. */
/* Narrow floats are loaded bit for bit; what would lose an imaginary part is refused, and then nothing is loaded. */
static void types_are_converted_or_refused(void)
{
    const uint16_t bits[] = { 0x3f80, 0x4000 };
    rt_dict *to = rt_dict_new(), *from = rt_dict_new();
    rt_tensor *x = rt_tensor_from(RT_I64(0), RT_SHAPE(2), RT_BFLOAT16);
    rt_dict_set(to, "first", number(1));
    rt_dict_set(to, "x", x);
    rt_dict_set(from, "first", number(2));
    rt_dict_set(from, "x", rt_tensor_from(bits, RT_SHAPE(2), RT_BFLOAT16));
    CHECK_INT(rt_load_state_dict(to, from), RT_OK);
    CHECK(memcmp(rt_data_ptr(x), bits, sizeof bits) == 0);
    rt_dict_set(from, "first", number(3));
    rt_dict_set(from, "x", rt_tensor_from(RT_F32(1, 2, 3, 4), RT_SHAPE(2), RT_COMPLEX64));
    CHECK_STATUS(rt_load_state_dict(to, from), RT_ERR_DTYPE);
    CHECK_CLOSE(rt_item(rt_dict_get(to, "first")), 2, 0, 0);
    rt_free(to);
    rt_free(from);
}

/* ---- when memory runs out ---- */

static rt_dict *state_to, *state_from;

static rt_status load_state(void) { return rt_load_state_dict(state_to, state_from); }
static bool nothing_loaded(void) { return rt_item(rt_dict_get(state_to, "a")) == 1 && rt_item(rt_dict_get(state_to, "b")) == 1; }

static void refused_memory_changes_nothing(void)
{
    state_to = rt_dict_new();
    state_from = rt_dict_new();
    rt_dict_set(state_to, "a", number(1));
    rt_dict_set(state_to, "b", number(1));
    rt_dict_set(state_from, "a", number(2));
    rt_dict_set(state_from, "b", rt_tensor_f64(RT_F64(2), RT_SHAPE0));
    file_refuse_each(load_state, nothing_loaded);
    CHECK_CLOSE(rt_item(rt_dict_get(state_to, "b")), 2, 0, 0);
    rt_free(state_to);
    rt_free(state_from);
}

static rt_dict *filled;

static rt_status fill(void)
{
    filled = rt_dict_new();
    char name[16];
    rt_status status = filled ? RT_OK : RT_ERR_MEMORY;
    for (int i = 0; i < 20 && status == RT_OK; i++) {
        snprintf(name, sizeof name, "%d", i);
        status = rt_dict_set(filled, name, rt_dict_get(state_from, "x"));
    }
    if (status != RT_OK) {
        rt_free(filled);
        filled = NULL;
    }
    return status;
}
static bool always(void) { return true; }

static void refused_memory_while_it_grows(void)
{
    state_from = rt_dict_new();
    rt_dict_set(state_from, "x", number(1));
    file_refuse_each(fill, always);
    CHECK_INT(rt_dict_size(filled), 20);
    rt_free(filled);
    rt_free(state_from);
}

int main(void)
{
    TEST(entries_keep_their_order);
    TEST(many_entries_are_found);
    TEST(entries_are_held);
    TEST(wrong_arguments_are_refused);
    TEST(first_error_is_kept);
    TEST(state_is_live);
    TEST(elements_are_converted_and_copied);
    TEST(layouts_may_differ);
    TEST(source_may_share_memory);
    TEST(all_that_is_wrong_is_named);
    TEST(long_lists_are_cut);
    TEST(types_are_converted_or_refused);
    TEST(refused_memory_changes_nothing);
    TEST(refused_memory_while_it_grows);
    return check_end("6_files/dict");
}
