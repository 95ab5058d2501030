/* Printing, held against what torch shows of the same tensors. */
#include "../check.h"
#include "frozen_print.h"
#if defined(__unix__) || defined(__APPLE__)
#  include <unistd.h>
#endif

enum { TEXT_SIZE = 1 << 14, GUARD = 0x5a };

/* ---- frozen tensors ---- */

static int numbers_of(const char *text, int64_t *list)
{
    int n = 0;
    char *end;
    for (;;) {
        int64_t x = strtoll(text, &end, 10);
        if (end == text)
            return n;
        list[n++] = x;
        text = end;
    }
}

/* Where the next value begins, and after the last one again the first. */
static const char *value_after(const frozen_print *f, const char *at)
{
    at += strcspn(at, " ");
    at += strspn(at, " ");
    return *at ? at : f->values;
}

typedef struct number { double re, im; int64_t i; } number;

static number number_at(const char *text)
{
    char *end;
    number x;
    x.re = strtod(text, &end);
    x.im = *end == '+' || *end == '-' ? strtod(end, NULL) : 0;
    x.i = text[0] == '-' ? (int64_t)strtoll(text, NULL, 10) : (int64_t)strtoull(text, NULL, 10);
    return x;
}

/* The values as elements of a type that holds them all. */
static rt_tensor *values_of(const frozen_print *f, int64_t n)
{
    bool counts = f->values[0] == '~', floats = rt_dtype_is_floating_point(f->dtype), complex = rt_dtype_is_complex(f->dtype);
    const char *at = counts ? f->values + 1 : f->values;
    number first = number_at(at), step = number_at(counts ? value_after(f, at) : at);
    double *re = (double *)malloc((size_t)n * 2 * sizeof *re);
    int64_t *whole = (int64_t *)malloc((size_t)n * sizeof *whole);
    for (int64_t i = 0; i < n; i++) {
        number x = counts ? first : number_at(at);
        if (counts) {
            x.re += (double)i * step.re;
            x.im += (double)i * step.im;
            x.i += i * step.i;
        } else {
            at = value_after(f, at);
        }
        re[complex ? 2 * i : i] = x.re;
        if (complex)
            re[2 * i + 1] = x.im;
        whole[i] = f->dtype == RT_INT8 && counts ? x.i & 127 : x.i;
    }
    rt_tensor *values = complex ? rt_tensor_from(re, RT_SHAPE(n), RT_COMPLEX128) : floats ? rt_tensor_f64(re, RT_SHAPE(n)) : rt_tensor_i64(whole, RT_SHAPE(n));
    free(re);
    free(whole);
    return values;
}

/* A tensor on memory of its own, which the caller frees after it. */
static rt_tensor *frozen_tensor(const frozen_print *f, void **data)
{
    rt_shape shape = RT_SHAPE0;
    int64_t strides[RT_MAX_DIMS], n = f->offset + 1, step = 1;
    shape.ndim = numbers_of(f->shape, shape.dim);
    bool given = numbers_of(f->strides, strides) > 0, empty = false;
    for (int d = shape.ndim - 1; d >= 0; d--) {
        if (!given)
            strides[d] = step;
        step *= shape.dim[d] > 0 ? shape.dim[d] : 1;
        n += (shape.dim[d] - 1) * strides[d];
        empty = empty || shape.dim[d] == 0;
    }
    if (empty)
        n = f->offset + 1;
    *data = malloc((size_t)n * rt_dtype_size(f->dtype));
    rt_copy_(rt_from_blob(*data, RT_SHAPE(n), f->dtype, NULL, NULL, NULL), values_of(f, n));
    rt_tensor *x = rt_from_blob((char *)*data + (size_t)f->offset * rt_dtype_size(f->dtype), shape, f->dtype, strides, NULL, NULL);
    return f->requires_grad ? rt_requires_grad_(x) : x;
}

/* Sets the options that a text names, "precision=2 sci_mode=on", and all others as they are at first. */
static void set_options(const char *text)
{
    rt_print_opts opts = rt_print_opts_default();
    char profile[16] = "default";
    opts.profile = profile;
    CHECK_INT(rt_set_printoptions(&opts), RT_OK);
    opts.profile = NULL;
    for (; *text; text += strcspn(text, " "), text += strspn(text, " ")) {
        const char *value = strchr(text, '=') + 1;
        switch (text[0]) {
        case 't': opts.threshold = strtoll(value, NULL, 10); break;
        case 'e': opts.edgeitems = strtoll(value, NULL, 10); break;
        case 'l': opts.linewidth = strtoll(value, NULL, 10); break;
        case 's': opts.sci_mode = value[1] == 'n' ? RT_SCI_MODE_ON : RT_SCI_MODE_OFF; break;
        default:
            if (text[2] == 'e') {
                opts.precision = strtoll(value, NULL, 10);
            } else {
                snprintf(profile, sizeof profile, "%.*s", (int)strcspn(value, " "), value);
                opts.profile = profile;
            }
        }
    }
    CHECK_INT(rt_set_printoptions(&opts), RT_OK);
}

/* The text written into a buffer of `size` bytes: its beginning, a NUL, and nothing behind. */
static bool fits_into(rt_tensor *x, const char *want, size_t size)
{
    static char buffer[TEXT_SIZE];
    size_t length = strlen(want), kept = size == 0 ? 0 : length < size ? length : size - 1;
    memset(buffer, GUARD, sizeof buffer);
    if (rt_to_string(x, buffer, size) != length || memcmp(buffer, want, kept) != 0 || (size > 0 && buffer[kept] != '\0'))
        return false;
    for (size_t i = size; i < sizeof buffer; i++)
        if (buffer[i] != GUARD)
            return false;
    return true;
}

static void shows_as_torch(void)
{
    static char text[TEXT_SIZE];
    for (size_t k = 0; k < sizeof frozen_prints / sizeof *frozen_prints; k++) {
        const frozen_print *f = &frozen_prints[k];
        rt_scope scope = rt_scope_begin();
        void *data;
        rt_tensor *x = frozen_tensor(f, &data);
        set_options(f->options);
        check_at("case %d, %s %s [%s] %s", (int)k, rt_dtype_name(f->dtype), f->values, f->shape, f->options);
        CHECK_INT(rt_to_string(x, text, sizeof text), strlen(f->text));
        CHECK_TEXT(text, f->text);
        rt_scope_end(scope);
        free(data);
    }
    set_options("");
}

static void writes_no_further_than_the_buffer(void)
{
    for (size_t k = 0; k < sizeof frozen_prints / sizeof *frozen_prints; k++) {
        const frozen_print *f = &frozen_prints[k];
        rt_scope scope = rt_scope_begin();
        void *data;
        rt_tensor *x = frozen_tensor(f, &data);
        size_t length = strlen(f->text), step = length < 60 ? 1 : length / 3;
        set_options(f->options);
        check_at("case %d", (int)k);
        for (size_t size = 0; size <= length; size += step)
            CHECK(fits_into(x, f->text, size));
        CHECK(fits_into(x, f->text, length));
        CHECK(fits_into(x, f->text, length + 1));
        CHECK(fits_into(x, f->text, length + 100));
        CHECK_INT(rt_to_string(x, NULL, 0), length);
        CHECK_INT(rt_to_string(x, NULL, 10), length);
        rt_scope_end(scope);
        free(data);
    }
    set_options("");
}

/* ---- names of tape nodes ---- */

typedef struct operands { rt_tensor *p, *q, *b, *e, *i, *j, *c, *p3, *q3; } operands;

static operands operands_new(void)
{
    static const float p[] = { 1, -2, 0.5f, 4 }, q[] = { 2, 0.25f, -1, 3 }, b[] = { 1, 2 };
    static const int64_t i[] = { 1, 0, 0, 1 };
    static const uint8_t c[] = { 1, 0, 0, 1 };
    operands o;
    o.p = rt_requires_grad_(rt_tensor_f32(p, RT_SHAPE(2, 2)));
    o.q = rt_requires_grad_(rt_tensor_f32(q, RT_SHAPE(2, 2)));
    o.b = rt_requires_grad_(rt_tensor_f32(b, RT_SHAPE(2)));
    o.e = rt_requires_grad_(rt_zeros(RT_SHAPE(0, 2), NULL));
    o.i = rt_tensor_i64(i, RT_SHAPE(2, 2));
    o.j = rt_tensor_i64(i, RT_SHAPE(2));
    o.c = rt_tensor_from(c, RT_SHAPE(2, 2), RT_BOOL);
    o.p3 = rt_requires_grad_(rt_tensor_f32(p, RT_SHAPE(2, 1, 2)));
    o.q3 = rt_requires_grad_(rt_tensor_f32(q, RT_SHAPE(2, 2, 1)));
    return o;
}

static rt_tensor *twice(rt_tensor *x) { return rt_mul_scalar(x, RT_S(2)); }

static rt_tensor *nll_loss_each(const operands *o)
{
    rt_nll_loss_opts opts = rt_nll_loss_opts_default();
    opts.reduction = RT_REDUCTION_NONE;
    return rt_nll_loss(o->p, o->j, &opts);
}

static rt_tensor *no_grad(const operands *o)
{
    rt_scope scope = rt_no_grad();
    return rt_return(scope, twice(o->p));
}

#define MAKES(name, expression) static rt_tensor *make_##name(const operands *o) { return expression; }
#define EACH_MAKE(X) \
    X(add, rt_add(o->p, o->q)) \
    X(add_scalar, rt_add_scalar(o->p, RT_S(1))) \
    X(add_scalar_in_place, rt_add_scalar_(twice(o->p), RT_S(1))) \
    X(bmm, rt_bmm(o->q3, o->p3)) \
    X(clone, rt_clone(o->p)) \
    X(contiguous, rt_contiguous(rt_t(o->p))) \
    X(copy, rt_copy_(rt_zeros(RT_SHAPE(2, 2), NULL), o->p)) \
    X(cross_entropy, rt_cross_entropy(o->p, o->j, NULL)) \
    X(detach, rt_detach(twice(o->p))) \
    X(div, rt_div(o->p, o->q)) \
    X(div_scalar, rt_div_scalar(o->p, RT_S(4))) \
    X(empty, twice(o->e)) \
    X(exp, rt_exp(o->q)) \
    X(expand, rt_expand(o->b, RT_SHAPE(2, 2))) \
    X(fill, rt_fill_(twice(o->p), RT_S(3))) \
    X(flatten, rt_flatten(o->p, 0, -1)) \
    X(gather, rt_gather(o->p, 0, o->i)) \
    X(gelu, rt_gelu(o->p)) \
    X(index_add, rt_index_add(o->p, 0, o->j, o->q)) \
    X(index_select, rt_index_select(o->p, 0, o->j)) \
    X(linear, rt_linear(o->p, o->q, RT_NONE)) \
    X(linear_bias, rt_linear(o->p, o->q, o->b)) \
    X(linear_of_batch, rt_linear(o->p3, o->q, RT_NONE)) \
    X(linear_of_batch_bias, rt_linear(o->p3, o->q, o->b)) \
    X(linear_of_vector, rt_linear(o->b, o->q, RT_NONE)) \
    X(linear_of_vector_bias, rt_linear(o->b, o->q, o->b)) \
    X(log_softmax, rt_log_softmax(o->p, 1)) \
    X(matmul, rt_matmul(o->p, o->q)) \
    X(mean, rt_mean(o->p)) \
    X(mean_dim, rt_mean_dims(o->p, RT_SHAPE(1), false)) \
    X(mean_keepdim, rt_mean_dims(o->p, RT_SHAPE(0, 1), true)) \
    X(mm, rt_mm(o->p, o->q)) \
    X(mul, rt_mul(o->p, o->q)) \
    X(mul_scalar, rt_mul_scalar(o->p, RT_S(1000000))) \
    X(neg, rt_neg(o->p)) \
    X(nll_loss, rt_nll_loss(o->p, o->j, NULL)) \
    X(nll_loss_each, nll_loss_each(o)) \
    X(no_grad, no_grad(o)) \
    X(normal, rt_normal_(twice(o->p), 5, 0, NULL)) \
    X(permute, rt_permute(o->p, RT_SHAPE(1, 0))) \
    X(relu, rt_relu(o->p)) \
    X(reshape, rt_reshape(o->p, RT_SHAPE(4))) \
    X(scatter, rt_scatter(o->p, 0, o->i, o->q)) \
    X(scatter_add, rt_scatter_add(o->p, 0, o->i, o->q)) \
    X(scatter_scalar, rt_scatter_scalar(o->p, 0, o->i, RT_S(9.0))) \
    X(sqrt, rt_sqrt(rt_mul(o->p, o->p))) \
    X(squeeze, rt_squeeze(o->p3, 1)) \
    X(sub, rt_sub(o->p, o->q)) \
    X(sub_in_place, rt_sub_(twice(o->p), o->q)) \
    X(sum, rt_sum(o->p)) \
    X(sum_dim, rt_sum_dim(o->p, 0, false)) \
    X(sum_then_div, rt_div_scalar(rt_sum(o->p), RT_S(3))) \
    X(t, rt_t(o->p)) \
    X(to, rt_to(o->p, RT_FLOAT64)) \
    X(transpose, rt_transpose(o->p, 0, 1)) \
    X(uniform, rt_uniform_(twice(o->p), 0, 0, NULL)) \
    X(unsqueeze, rt_unsqueeze(o->p, 0)) \
    X(view, rt_view(o->p, RT_SHAPE(1, 4))) \
    X(where, rt_where(o->c, o->p, o->q)) \
    X(where_scalar, rt_where_scalar_other(o->c, o->p, RT_S(0.0)))
EACH_MAKE(MAKES)

typedef struct named_make { const char *name; rt_tensor *(*make)(const operands *o); } named_make;
#define MAKE_ROW(name, expression) { #name, make_##name },
static const named_make makes[] = { EACH_MAKE(MAKE_ROW) };

static void names_tape_nodes_as_torch(void)
{
    char text[512];
    operands o = operands_new();
    CHECK_INT(sizeof makes / sizeof *makes, sizeof frozen_grads / sizeof *frozen_grads);
    for (size_t k = 0; k < sizeof makes / sizeof *makes; k++) {
        check_at("%s", makes[k].name);
        CHECK_TEXT(makes[k].name, frozen_grads[k].name);
        rt_to_string(makes[k].make(&o), text, sizeof text);
        CHECK_TEXT(text, frozen_grads[k].text);
    }
}

#ifdef RUSTORCH_TESTING
static void names_every_row_as_torch(void)
{
    char name[96];
    for (size_t k = 0; k < sizeof frozen_rows / sizeof *frozen_rows; k++) {
        check_at("%s, %d, %d", frozen_rows[k].row, frozen_rows[k].ndim, frozen_rows[k].number);
        rt_testing_grad_name(frozen_rows[k].row, frozen_rows[k].ndim, frozen_rows[k].number, name, sizeof name);
        CHECK_TEXT(name, frozen_rows[k].name);
    }
}
#endif

/* The names outlive what backward frees. */
static void names_stay_after_backward(void)
{
    char before[256], after[256];
    operands o = operands_new();
    rt_tensor *y[] = { rt_linear(o.p, o.q, o.b), rt_mean(o.p), rt_sum_dim(o.b, 0, false) };
    for (int k = 0; k < 3; k++) {
        rt_to_string(y[k], before, sizeof before);
        CHECK_INT(rt_backward_from(y[k], rt_ones_like(y[k]), NULL), RT_OK);
        rt_to_string(y[k], after, sizeof after);
        CHECK_TEXT(after, before);
    }
}

/* ---- options ---- */

static void options_stay_until_they_are_given(void)
{
    char text[64];
    rt_tensor *x = rt_tensor_f32(RT_F32(0.5f, 1234.5f), RT_SHAPE(2));
    rt_print_opts opts = rt_print_opts_default(), first = rt_get_printoptions(), now;
    CHECK(first.exact && first.precision == 4 && first.threshold == 1000 && first.edgeitems == 3 && first.linewidth == 80);
    CHECK(!first.profile && first.sci_mode == RT_SCI_MODE_AUTO);
    CHECK(opts.exact && opts.precision < 0 && opts.threshold < 0 && opts.edgeitems < 0 && opts.linewidth < 0);
    CHECK(!opts.profile && opts.sci_mode == RT_SCI_MODE_AUTO);
    CHECK_INT(rt_set_printoptions(&opts), RT_OK);
    now = rt_get_printoptions();
    CHECK(now.precision == 4 && now.threshold == 1000 && now.edgeitems == 3 && now.linewidth == 80);
    opts.precision = 1;
    opts.sci_mode = RT_SCI_MODE_OFF;
    CHECK_INT(rt_set_printoptions(&opts), RT_OK);
    rt_to_string(x, text, sizeof text);
    CHECK_TEXT(text, "tensor([   0.5, 1234.5])");
    CHECK_INT(rt_set_printoptions(NULL), RT_OK);                        /* sci_mode goes back, the digits stay */
    rt_to_string(x, text, sizeof text);
    CHECK_TEXT(text, "tensor([5.0e-01, 1.2e+03])");
    CHECK_INT(rt_set_printoptions(&first), RT_OK);
    rt_to_string(x, text, sizeof text);
    CHECK_TEXT(text, "tensor([5.0000e-01, 1.2345e+03])");
}

/* In a literal, zero is a field that is not given. */
static void options_say_zero_with_a_word(void)
{
    rt_print_opts zero, now;
    memset((void *)&zero, 0, sizeof zero);
    CHECK_INT(rt_set_printoptions(&zero), RT_OK);
    now = rt_get_printoptions();
    CHECK(now.precision == 4 && now.threshold == 1000 && now.edgeitems == 3 && now.linewidth == 80);
    zero.precision = zero.threshold = zero.edgeitems = zero.linewidth = RT_IZERO;
    CHECK_INT(rt_set_printoptions(&zero), RT_OK);
    now = rt_get_printoptions();
    CHECK(now.precision == 0 && now.threshold == 0 && now.edgeitems == 0 && now.linewidth == 0);
    zero.precision = zero.threshold = zero.edgeitems = zero.linewidth = 7;
    CHECK_INT(rt_set_printoptions(&zero), RT_OK);
    zero.precision = zero.threshold = zero.edgeitems = zero.linewidth = 0;
    zero.exact = 1;
    CHECK_INT(rt_set_printoptions(&zero), RT_OK);
    now = rt_get_printoptions();
    CHECK(now.precision == 0 && now.threshold == 0 && now.edgeitems == 0 && now.linewidth == 0);
    set_options("");
}

static void refuses_options_that_are_none(void)
{
    rt_print_opts opts = rt_print_opts_default(), now;
    opts.linewidth = 10;
    opts.precision = 101;
    CHECK_STATUS(rt_set_printoptions(&opts), RT_ERR_VALUE);
    opts.precision = 2;
    opts.profile = "long";
    CHECK_STATUS(rt_set_printoptions(&opts), RT_ERR_VALUE);
    opts.profile = "short";
    opts.sci_mode = (rt_sci_mode)3;
    CHECK_STATUS(rt_set_printoptions(&opts), RT_ERR_VALUE);
    now = rt_get_printoptions();
    CHECK(now.precision == 4 && now.edgeitems == 3 && now.linewidth == 80);
}

/* ---- what is no tensor ---- */

static void refuses_what_is_no_tensor(void)
{
    char text[64] = "before";
    CHECK_STATUS(rt_to_string(NULL, text, sizeof text), RT_ERR_NULL);
    CHECK_TEXT(text, "");
    CHECK_STATUS(rt_to_string(NULL, NULL, 0), RT_ERR_NULL);
    rt_tensor *failed = rt_add(rt_ones(RT_SHAPE(2), NULL), rt_ones(RT_SHAPE(3), NULL));
    CHECK_STATUS(rt_to_string(failed, text, sizeof text), RT_ERR_SHAPE);    /* the first error is kept */
    CHECK_INT(rt_to_string(RT_NONE, text, sizeof text), 4);
    CHECK_TEXT(text, "None");
}

/* ---- rt_print ---- */

#if defined(__unix__) || defined(__APPLE__)

/* What rt_print(x) writes to stdout. */
static const char *printed(rt_tensor *x, char *into, size_t size)
{
    int ends[2], old = dup(1);
    fflush(stdout);
    if (old < 0 || pipe(ends) != 0 || dup2(ends[1], 1) < 0)
        return "(no pipe)";
    rt_print(x);
    fflush(stdout);
    dup2(old, 1);
    close(old);
    close(ends[1]);
    size_t length = 0;
    for (ssize_t n = 1; n > 0 && length < size - 1; length += n > 0 ? (size_t)n : 0)
        n = read(ends[0], into + length, size - 1 - length);
    into[length] = '\0';
    close(ends[0]);
    return into;
}

static void prints_a_line(void)
{
    char text[512];
    CHECK_TEXT(printed(rt_tensor_f32(RT_F32(1, 2, 3), RT_SHAPE(3)), text, sizeof text), "tensor([1., 2., 3.])\n");
    CHECK_TEXT(printed(rt_ones(RT_SHAPE(2, 1), NULL), text, sizeof text), "tensor([[1.],\n        [1.]])\n");
    CHECK_TEXT(printed(RT_NONE, text, sizeof text), "None\n");
    CHECK_TEXT(printed(rt_grad(rt_ones(RT_SHAPE0, NULL)), text, sizeof text), "None\n");
}

static void prints_the_error_that_made_null(void)
{
    char text[512], want[512];
    CHECK_TEXT(printed(NULL, text, sizeof text), "error: rt_print: x is NULL\n");
    CHECK(!rt_error_pending());
    rt_tensor *failed = rt_add(rt_ones(RT_SHAPE(2), NULL), rt_ones(RT_SHAPE(3), NULL));
    CHECK(rt_error_pending());
    CHECK_TEXT(printed(rt_ones(RT_SHAPE0, NULL), text, sizeof text), "tensor(1.)\n");
    CHECK(rt_error_pending());                      /* a tensor that prints reads no error */
    printed(failed, text, sizeof text);
    CHECK(!rt_error_pending());
    snprintf(want, sizeof want, "error: %s\n", rt_last_error()->message);
    CHECK_TEXT(text, want);
    CHECK(strncmp(text, "error: add: ", 12) == 0);
    CHECK_TEXT(printed(NULL, text, sizeof text), want);
    rt_clear_error();
}

#  ifdef RUSTORCH_TESTING
static void prints_when_memory_runs_out(void)
{
    char text[512];
    rt_tensor *x = rt_ones(RT_SHAPE(2), NULL);
    rt_testing_refuse_request(1);
    printed(x, text, sizeof text);
    rt_testing_refuse_request(0);
    CHECK(strncmp(text, "error: ", 7) == 0);
    CHECK_INT(rt_last_error()->code, RT_ERR_MEMORY);
    CHECK(!rt_error_pending());
    CHECK_TEXT(printed(x, text, sizeof text), "tensor([1., 1.])\n");
}
#  endif

#endif

int main(void)
{
    TEST(shows_as_torch);
    TEST(writes_no_further_than_the_buffer);
    TEST(names_tape_nodes_as_torch);
#ifdef RUSTORCH_TESTING
    TEST(names_every_row_as_torch);
#endif
    TEST(names_stay_after_backward);
    TEST(options_stay_until_they_are_given);
    TEST(options_say_zero_with_a_word);
    TEST(refuses_options_that_are_none);
    TEST(refuses_what_is_no_tensor);
#if defined(__unix__) || defined(__APPLE__)
    TEST(prints_a_line);
    TEST(prints_the_error_that_made_null);
#  ifdef RUSTORCH_TESTING
    TEST(prints_when_memory_runs_out);
#  endif
#else
    check_skip("rt_print", "stdout cannot be caught here");
#endif
    return check_end("5_ops/print");
}
