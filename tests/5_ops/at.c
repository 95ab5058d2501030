/* x[...]: what the table cannot say. */
#include "check.h"

static rt_tensor *counted(rt_shape shape)
{
    int64_t n = 1;
    for (int d = 0; d < shape.ndim; d++)
        n *= shape.dim[d];
    return rt_reshape(rt_to(rt_arange(RT_S(0), RT_S(n), RT_S(1), NULL), RT_FLOAT64), shape);
}

static double sum(rt_tensor *x) { return rt_item(rt_sum(x)); }

static void views_share_memory(void)
{
    rt_tensor *x = counted(RT_SHAPE(3, 4)), *y = rt_at(x, "1, 1:3");
    CHECK_INT(rt_numel(y), 2);
    CHECK(rt_data_ptr(y) == (char *)rt_data_ptr(x) + 5 * sizeof(double));
    CHECK(rt_data_ptr(rt_at(x, "...")) == rt_data_ptr(x));
    CHECK(rt_data_ptr(rt_at(x, "[1, 2]")) != rt_data_ptr(rt_at(x, "1:")));
}

static void values_in_the_text(void)
{
    rt_tensor *x = counted(RT_SHAPE(3, 4)), *mask = rt_gt_scalar(x, RT_S(8)), *places = rt_tensor_i64(RT_I64(2, 0), RT_SHAPE(2));
    for (int i = 0; i < 3; i++)
        CHECK_CLOSE(sum(rt_at(x, "%d, 0", i)), 4 * i, 0, 0);
    long long from = 1;
    CHECK_CLOSE(sum(rt_at(x, "0, %lld:%d", from, 3)), 3, 0, 0);
    CHECK_CLOSE(sum(rt_at(x, "%t", mask)), 9 + 10 + 11, 0, 0);
    CHECK_CLOSE(sum(rt_at(x, "%t, %d", places, 1)), 9 + 1, 0, 0);
    CHECK_CLOSE(sum(rt_at(x, "[%d, -1], 0", 1)), 4 + 8, 0, 0);
}

static void writing(void)
{
    rt_tensor *x = counted(RT_SHAPE(3, 4)), *column = rt_at(x, ":, 1"), *places = rt_tensor_i64(RT_I64(2, 0), RT_SHAPE(2));
    CHECK(rt_at_fill(x, RT_S(0), "1") == x);
    CHECK_CLOSE(sum(x), 66 - 22, 0, 0);
    CHECK(rt_at_set(column, rt_tensor_i64(RT_I64(100, 200), RT_SHAPE(2)), "%t", places) == column);      /* through a view, converted */
    CHECK_CLOSE(rt_at_index(x, RT_SHAPE(0, 1)), 200, 0, 0);
    CHECK_CLOSE(rt_at_index(x, RT_SHAPE(2, 1)), 100, 0, 0);
    CHECK(rt_at_fill(x, RT_S(-1), "%t", rt_gt_scalar(x, RT_S(50))) == x);
    CHECK_CLOSE(rt_at_index(x, RT_SHAPE(0, 1)), -1, 0, 0);
    CHECK(rt_at_set(rt_at(x, "::2"), rt_at(x, "1:2"), "..., None, :") != NULL);
    CHECK_CLOSE(sum(x), 0, 0, 0);
    rt_tensor *half = rt_to(x, RT_FLOAT16);
    CHECK(rt_at_fill(half, RT_S(70000.0), "0") == half);             /* past the largest: infinity, as PyTorch has it */
    CHECK(rt_item(rt_at(half, "0, 0")) > 1e30);
}

/* What is written comes from where it is written to. */
static void writing_over_what_is_read(void)
{
    rt_tensor *x = counted(RT_SHAPE(5)), *back = rt_tensor_i64(RT_I64(4, 3, 2, 1, 0), RT_SHAPE(5));
    CHECK(rt_at_set(x, x, "%t", back) == x);
    for (int i = 0; i < 5; i++)
        CHECK_CLOSE(rt_at_index(x, RT_SHAPE(i)), 4 - i, 0, 0);
    rt_tensor *k = rt_tensor_i64(RT_I64(1, 2, 0), RT_SHAPE(3));
    CHECK(rt_at_set(k, k, "%t", k) == k);
    CHECK_CLOSE(rt_at_index(k, RT_SHAPE(0)), 0, 0, 0);
    CHECK_CLOSE(rt_at_index(k, RT_SHAPE(1)), 1, 0, 0);
    x = counted(RT_SHAPE(5));
    CHECK(rt_at_set(x, rt_at(x, ":-1"), "1:") == x);
    CHECK_CLOSE(rt_at_index(x, RT_SHAPE(4)), 3, 0, 0);
    CHECK_CLOSE(rt_at_index(x, RT_SHAPE(1)), 0, 0, 0);
}

static void lists(void)
{
    rt_tensor *x = counted(RT_SHAPE(2, 3, 4));
    rt_index index[5];
    index[0] = rt_index_place(-1);
    index[1] = rt_index_rest();
    index[2] = rt_index_new();
    index[3] = rt_index_range(1, RT_END, 2);
    rt_tensor *y = rt_at_list(x, index, 4);
    CHECK_INT(rt_dim(y), 3);
    CHECK_INT(rt_size(y, 1), 1);
    CHECK_CLOSE(sum(y), 13 + 15 + 17 + 19 + 21 + 23, 0, 0);
    index[1] = rt_index_bool(true);
    index[2] = rt_index_tensor(rt_tensor_i64(RT_I64(0, 0), RT_SHAPE(2)));
    CHECK_INT(rt_numel(rt_at_list(x, index, 4)), 4);
    CHECK(rt_at_fill_list(x, RT_S(0), index, 1) == x);
    CHECK_CLOSE(sum(x), 66, 0, 0);
    CHECK(rt_at_set_list(x, rt_ones(RT_SHAPE(4), NULL), index, 0) == x);
    CHECK_CLOSE(sum(x), 24, 0, 0);
    CHECK_STATUS(rt_at_list(x, NULL, 1), RT_ERR_NULL);
    CHECK_STATUS(rt_at_list(x, index, 99), RT_ERR_VALUE);
    index[0] = rt_index_place(2);
    CHECK(!rt_at_list(x, index, 1) && strstr(rt_last_error()->message, "index 1: place 2 is out of range for size 2") != NULL);
    int odd = 77;
    memcpy((void *)&index[0].kind, &odd, sizeof odd);
    CHECK_STATUS(rt_at_list(x, index, 1), RT_ERR_VALUE);
    rt_clear_error();
}

static void gradients(void)
{
    rt_tensor *places = rt_tensor_i64(RT_I64(2, 0, 2), RT_SHAPE(3));
    rt_tensor *z = rt_requires_grad_(counted(RT_SHAPE(3, 4)));
    CHECK_INT(rt_backward(rt_sum(rt_at(z, "%t, 1:", places))), RT_OK);
    CHECK_CLOSE(rt_at_index(rt_grad(z), RT_SHAPE(2, 1)), 2, 0, 0);
    CHECK_CLOSE(rt_at_index(rt_grad(z), RT_SHAPE(2, 0)), 0, 0, 0);
    CHECK_CLOSE(sum(rt_grad(z)), 9, 0, 0);
    rt_tensor *v = rt_requires_grad_(rt_tensor_f64(RT_F64(1, 2), RT_SHAPE(2))), *w = rt_mul(v, v);
    rt_tensor *u = rt_mul_scalar(w, RT_S(1));
    CHECK(rt_at_set(u, rt_at(v, "1:"), "%t", rt_tensor_i64(RT_I64(0), RT_SHAPE(1))) == u);      /* [v1, v1 squared] */
    CHECK_INT(rt_backward(rt_sum(u)), RT_OK);
    CHECK_CLOSE(rt_at_index(rt_grad(v), RT_SHAPE(0)), 0, 0, 0);
    CHECK_CLOSE(rt_at_index(rt_grad(v), RT_SHAPE(1)), 5, 0, 0);
}

/* The message has the text, the character, and what was wrong. */
static void errors(void)
{
    static const struct { const char *text; rt_status code; const char *words; } bad[] = {
        { "0, 7", RT_ERR_INDEX, "\"0, 7\", character 4: place 7 is out of range for size 4" },
        { "0, 1, 2", RT_ERR_INDEX, "character 7: too many indices for shape [3, 4]" },
        { "0, x", RT_ERR_VALUE, "\"0, x\", character 4: expected a number" },
        { "0 1", RT_ERR_VALUE, "character 3: expected a comma or the end, got '1'" },
        { ", 0", RT_ERR_VALUE, "character 1: expected a number" },
        { "..., ...", RT_ERR_VALUE, "character 6: ... stands twice" },
        { ":, ::0", RT_ERR_VALUE, "character 4: expected a step above 0, got 0" },
        { "::-1", RT_ERR_VALUE, "got -1" },
        { "[0, 1", RT_ERR_VALUE, "character 1: expected up to 64 numbers and a closing bracket" },
        { "1:2:3:4", RT_ERR_VALUE, "character 6" },
        { "1.5", RT_ERR_VALUE, "character 2" },
        { "99999999999999999999999999", RT_ERR_INDEX, "out of range" },
        { "0, [0, 9]", RT_ERR_INDEX, "\"0, [0, 9]\": index 9 is out of range for dimension 0 of size 4" },
        { "[0, 1], [0, 1, 2]", RT_ERR_INDEX, "\"[0, 1], [0, 1, 2]\": indices of shapes [2] and [3] do not broadcast" },
    };
    rt_tensor *x = counted(RT_SHAPE(3, 4));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        check_at("%s", bad[i].text);
        CHECK(rt_at(x, bad[i].text) == NULL);
        CHECK(rt_error_pending());
        const rt_error *e = rt_last_error();
        CHECK_INT(e->code, bad[i].code);
        check_count(__FILE__, __LINE__, strstr(e->message, bad[i].words) != NULL, "the message is: %s", e->message);
    }
    check_at("others");
    CHECK_STATUS(rt_at(NULL, "0"), RT_ERR_NULL);
    CHECK_STATUS(rt_at(x, NULL), RT_ERR_NULL);
    CHECK_STATUS(rt_at(x, "%t", (rt_tensor *)NULL), RT_ERR_NULL);
    CHECK_STATUS(rt_at(x, "%t", RT_NONE), RT_ERR_NULL);
    CHECK_STATUS(rt_at(x, "%t", x), RT_ERR_DTYPE);
    CHECK_STATUS(rt_at_set(x, NULL, "0"), RT_ERR_NULL);
    CHECK_STATUS(rt_at_set(x, rt_ones(RT_SHAPE(5), NULL), "0"), RT_ERR_SHAPE);
    CHECK_STATUS(rt_at_fill(rt_zeros_like(rt_to(x, RT_UINT8)), RT_S(300), "0"), RT_ERR_VALUE);
    CHECK_STATUS(rt_at_fill(x, RT_C(1, 2), "0"), RT_ERR_VALUE);
    CHECK_CLOSE(sum(x), 66, 0, 0);
    char many[256] = "";
    for (int i = 0; i < 40; i++)
        strcat(many, "None,");
    CHECK_STATUS(rt_at(x, many), RT_ERR_VALUE);
}

/* Words in any order: each text is answered, or refused with a message. */
static void random_texts(void)
{
    static const char *const words[] = { "0", "1", "-1", "-9", "7", ":", "::", ",", ", ", " ", "...", "None", "True", "False", "[", "]", "[1, 0]", "[]", "%d", "2:", ":-1", "-", "+", ".", "x", "1e5", "123456789012345678901" };
    enum { WORDS = sizeof words / sizeof *words };
    uint32_t state = 7;
    int answered = 0;
    for (int i = 0; i < (check_small() ? 500 : 5000); i++) {
        char text[200] = "";
        rt_scope scope = rt_scope_begin();
        rt_tensor *x = counted(i % 5 ? RT_SHAPE(2, 3, 2) : RT_SHAPE0);
        state = state * 1664525u + 1013904223u;
        for (int n = (int)(state >> 28); n > 0; n--) {
            state = state * 1664525u + 1013904223u;
            strcat(text, words[(state >> 16) % WORDS]);
        }
        rt_tensor *y = i % 2 ? rt_at(x, text, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15) : rt_at_fill(x, RT_S(1), text, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
        check_at("%s", text);
        answered += y != NULL;
        check_count(__FILE__, __LINE__, (y != NULL) != rt_error_pending(), "answered with an error, or refused without one");
        rt_clear_error();
        rt_scope_end(scope);
    }
    CHECK(answered > 20);
}

/* Into a part of a tensor that is on the tape. */
static void writing_on_the_tape(void)
{
    rt_tensor *v = rt_requires_grad_(counted(RT_SHAPE(4))), *x = rt_mul_scalar(v, RT_S(3)), *y = rt_requires_grad_(rt_ones(RT_SHAPE(2), RT_OPTS(rt_tensor, .dtype = RT_FLOAT64)));
    CHECK(rt_at_set(x, rt_mul_scalar(y, RT_S(5)), "1:3") == x);
    CHECK(rt_at_fill(x, RT_S(0), "-1") == x);
    CHECK_INT(rt_backward(rt_sum(x)), RT_OK);
    CHECK_CLOSE(rt_at_index(rt_grad(v), RT_SHAPE(0)), 3, 0, 0);
    CHECK_CLOSE(rt_at_index(rt_grad(v), RT_SHAPE(1)), 0, 0, 0);
    CHECK_CLOSE(rt_at_index(rt_grad(v), RT_SHAPE(3)), 0, 0, 0);
    CHECK_CLOSE(rt_at_index(rt_grad(y), RT_SHAPE(1)), 5, 0, 0);
    rt_tensor *w = rt_mul_scalar(rt_reshape(v, RT_SHAPE(2, 2)), RT_S(1)), *z = rt_requires_grad_(counted(RT_SHAPE(2)));
    CHECK(rt_at_set(w, z, "1, [1, 0]") == w);
    CHECK_INT(rt_backward(rt_sum(rt_mul(w, w))), RT_OK);
    CHECK_CLOSE(rt_at_index(rt_grad(z), RT_SHAPE(1)), 2, 0, 0);
    CHECK_STATUS(rt_at_fill(v, RT_S(0), "0"), RT_ERR_GRAD);
}

int main(void)
{
    TEST(random_texts);
    TEST(writing_on_the_tape);
    TEST(views_share_memory);
    TEST(values_in_the_text);
    TEST(writing);
    TEST(writing_over_what_is_read);
    TEST(lists);
    TEST(gradients);
    TEST(errors);
    return check_end("5_ops/at");
}
