/* Clipping of gradients: PyTorch's numbers, what is passed over, and what is refused. */
#include "../check.h"
#include <math.h>
#include "frozen_clip.h"

enum { N = 4 };

/* ---- gradients without rounding, as freeze_clip.py makes them ---- */

static const int64_t sizes[N] = { 21, 7, 5, 1 };

static double gradient(int k, int i, double special)
{
    return k == 1 && i == 2 && special != 0 ? special : ((i * 5 + k * 3) % 11 - 5) / (i % 3 == 0 ? 1024.0 : 16.0);
}

static void parameters(rt_tensor **p, const rt_dtype *dtype, double special)
{
    for (int k = 0; k < N; k++) {
        double x[21];
        for (int i = 0; i < (int)sizes[k]; i++)
            x[i] = gradient(k, i, special);
        p[k] = rt_requires_grad_(rt_to(rt_zeros(RT_SHAPE(sizes[k]), NULL), dtype[k]));
        if (k != 2)
            rt_set_grad(p[k], rt_to(rt_tensor_f64(x, RT_SHAPE(sizes[k])), dtype[k]));
    }
}

static void check_after(rt_tensor *const *p, const double *want, double tolerance)
{
    for (int k = 0; k < N; k++) {
        CHECK_INT(rt_is_none(rt_grad(p[k])), k == 2);
        for (int64_t i = 0; k != 2 && i < sizes[k]; i++)
            CHECK_CLOSE(rt_at_index(rt_grad(p[k]), RT_SHAPE(i)), *want++, tolerance, 0);
    }
}

static void norms_are_those_of_torch(void)
{
    for (size_t k = 0; k < sizeof frozen_norms / sizeof *frozen_norms; k++) {
        const frozen_norm *f = &frozen_norms[k];
        rt_tensor *p[N];
        rt_nn_clip_grad_norm_opts o = rt_nn_clip_grad_norm_opts_default();
        double tolerance = f->norm_dtype == RT_FLOAT64 && f->dtype[0] == f->dtype[1] ? 1e-14 : 1e-6;
        o.norm_type = f->norm_type;
        check_at("norm %d, of order %g", (int)k, f->norm_type);
        parameters(p, f->dtype, f->special);
        rt_tensor *norm = rt_nn_clip_grad_norm_(rt_parameters_of(p, N), f->max_norm, &o);
        CHECK_INT(rt_dtype_of(norm), f->norm_dtype);
        CHECK_INT(rt_dim(norm), 0);
        CHECK_CLOSE(rt_item(norm), f->norm, tolerance, 0);
        check_after(p, f->after, tolerance);
        o.error_if_nonfinite = true;
        parameters(p, f->dtype, f->special);
        norm = rt_nn_clip_grad_norm_(rt_parameters_of(p, N), f->max_norm, &o);
        if (check_class(f->norm) == 0) {
            check_after(p, f->after, tolerance);
            continue;
        }
        CHECK_STATUS(norm, RT_ERR_VALUE);
        CHECK_CLOSE(rt_at_index(rt_grad(p[0]), RT_SHAPE(1)), gradient(0, 1, 0), 0, 0);
    }
}

static void values_are_those_of_torch(void)
{
    for (size_t k = 0; k < sizeof frozen_values / sizeof *frozen_values; k++) {
        const frozen_value *f = &frozen_values[k];
        rt_tensor *p[N];
        check_at("value %d", (int)k);
        parameters(p, f->dtype, f->special);
        CHECK_INT(rt_nn_clip_grad_value_(rt_parameters_of(p, N), f->clip_value), RT_OK);
        check_after(p, f->after, 0);
    }
}

static void a_field_left_zero_takes_the_default(void)
{
    rt_tensor *p = rt_requires_grad_(rt_zeros(RT_SHAPE(2), NULL));
    rt_parameter_list list = rt_parameters_of(&p, 1);
    rt_set_grad(p, rt_tensor_f32(RT_F32(3, -4), RT_SHAPE(2)));
    CHECK_CLOSE(rt_item(rt_nn_clip_grad_norm_(list, 100, NULL)), 5, 0, 0);
    CHECK_CLOSE(rt_item(rt_nn_clip_grad_norm_(list, 100, RT_OPTS(rt_nn_clip_grad_norm, .error_if_nonfinite = true))), 5, 0, 0);
    CHECK_CLOSE(rt_item(rt_nn_clip_grad_norm_(list, 100, RT_OPTS(rt_nn_clip_grad_norm, .norm_type = 1))), 7, 0, 0);
    CHECK_CLOSE(rt_item(rt_nn_clip_grad_norm_(list, 100, RT_OPTS(rt_nn_clip_grad_norm, .norm_type = RT_ZERO))), 1, 0, 0);
    CHECK_CLOSE(rt_item(rt_nn_clip_grad_norm_(list, 100, RT_OPTS(rt_nn_clip_grad_norm, .norm_type = (double)INFINITY))), 4, 0, 0);
    CHECK_INT(rt_version_of(rt_grad(p)), 0);            /* all of them short enough */
    CHECK_CLOSE(rt_item(rt_nn_clip_grad_norm_(list, 1, NULL)), 5, 0, 0);
    CHECK_INT(rt_version_of(rt_grad(p)), 1);
    CHECK_CLOSE(rt_at_index(rt_grad(p), RT_SHAPE(0)), 0.6, 1e-6, 0);
}

/* More elements than one block has, whole blocks or not, on several threads: against a sum that is known. */
static void every_size(void)
{
    static const int64_t n_elements[] = { 1, 7, 8, 9, 32767, 32768, 32769, 100000, 2000000 };
    for (size_t k = 0; k < sizeof n_elements / sizeof *n_elements; k++) {
        int64_t n = n_elements[k];
        rt_scope scope = rt_scope_begin();
        rt_tensor *p = rt_requires_grad_(rt_zeros(RT_SHAPE(n), NULL));
        rt_parameter_list list = rt_parameters_of(&p, 1);
        rt_set_grad(p, rt_add_scalar(rt_arange(RT_S(0.0), RT_S((double)n), RT_S(1.0), RT_OPTS(rt_tensor, .dtype = RT_FLOAT32)), RT_S(1.0)));
        double m = (double)n;
        check_at("%lld elements", (long long)n);
        CHECK_CLOSE(rt_item(rt_nn_clip_grad_norm_(list, 1e30, NULL)), sqrt(m * (m + 1) * (2 * m + 1) / 6), 1e-7, 0);
        CHECK_CLOSE(rt_item(rt_nn_clip_grad_norm_(list, 1e30, RT_OPTS(rt_nn_clip_grad_norm, .norm_type = 1))), m * (m + 1) / 2, 1e-7, 0);
        CHECK_CLOSE(rt_item(rt_nn_clip_grad_norm_(list, 1e30, RT_OPTS(rt_nn_clip_grad_norm, .norm_type = (double)INFINITY))), m, 0, 0);
        CHECK_CLOSE(rt_item(rt_nn_clip_grad_norm_(list, 1e30, RT_OPTS(rt_nn_clip_grad_norm, .norm_type = -(double)INFINITY))), 1, 0, 0);
        CHECK_INT(rt_nn_clip_grad_value_(list, 3), RT_OK);
        const float *g = rt_data_f32(rt_grad(p));
        int64_t right = 0;
        for (int64_t i = 0; i < n; i++)
            right += g[i] == (i < 3 ? (float)(i + 1) : 3.0f);
        CHECK_INT(right, n);
        rt_scope_end(scope);
    }
}

/* What squares of float32 could not hold. */
static void large_and_small_gradients(void)
{
    rt_tensor *p = rt_requires_grad_(rt_zeros(RT_SHAPE(2), NULL));
    rt_parameter_list list = rt_parameters_of(&p, 1);
    rt_set_grad(p, rt_tensor_f32(RT_F32(3e30f, 4e30f), RT_SHAPE(2)));
    CHECK_CLOSE(rt_item(rt_nn_clip_grad_norm_(list, 1, NULL)), 5e30, 1e-6, 0);
    CHECK_CLOSE(rt_at_index(rt_grad(p), RT_SHAPE(1)), 0.8, 1e-6, 0);
    rt_set_grad(p, rt_tensor_f32(RT_F32(3e-30f, 4e-30f), RT_SHAPE(2)));
    CHECK_CLOSE(rt_item(rt_nn_clip_grad_norm_(list, 1, NULL)), 5e-30, 1e-6, 0);
    CHECK_CLOSE(rt_at_index(rt_grad(p), RT_SHAPE(1)), 4e-30, 1e-6, 0);
}

static void strides_change_nothing(void)
{
    double x[21];
    for (int i = 0; i < 21; i++)
        x[i] = gradient(0, i, 0);
    rt_tensor *g = rt_to(rt_tensor_f64(x, RT_SHAPE(3, 7)), RT_FLOAT32), *p[2];
    for (int k = 0; k < 2; k++) {
        p[k] = rt_requires_grad_(rt_zeros(RT_SHAPE(3, 7), NULL));
        rt_set_grad(p[k], k ? rt_transpose(rt_contiguous(rt_transpose(g, 0, 1)), 0, 1) : rt_mul_scalar(g, RT_S(1.0)));
    }
    CHECK_INT(rt_is_contiguous(rt_grad(p[1])), false);
    double norm = rt_item(rt_nn_clip_grad_norm_(rt_parameters_of(&p[0], 1), 0.5, NULL));
    CHECK_CLOSE(rt_item(rt_nn_clip_grad_norm_(rt_parameters_of(&p[1], 1), 0.5, NULL)), norm, 1e-7, 0);
    CHECK_INT(rt_nn_clip_grad_value_(rt_parameters_of(p, 2), 0.07), RT_OK);
    CHECK_FLOATS(rt_data_f32(rt_contiguous(rt_grad(p[1]))), rt_data_f32(rt_grad(p[0])), 21, 1e-6, 0);
    CHECK_CLOSE(rt_at_index(rt_grad(p[1]), RT_SHAPE(0, 2)), 0.07 < x[2] ? 0.07 : rt_at_index(rt_grad(p[0]), RT_SHAPE(0, 2)), 1e-6, 0);
}

static void narrow_floats(void)
{
    rt_tensor *p[2];
    for (int k = 0; k < 2; k++) {
        p[k] = rt_requires_grad_(rt_to(rt_zeros(RT_SHAPE(2), NULL), k ? RT_BFLOAT16 : RT_FLOAT16));
        rt_set_grad(p[k], rt_to(rt_tensor_f32(RT_F32(3, 4), RT_SHAPE(2)), k ? RT_BFLOAT16 : RT_FLOAT16));
        CHECK_INT(rt_dtype_of(rt_nn_clip_grad_norm_(rt_parameters_of(&p[k], 1), 100, NULL)), k ? RT_BFLOAT16 : RT_FLOAT16);
    }
    rt_tensor *norm = rt_nn_clip_grad_norm_(rt_parameters_of(p, 2), 3.5, NULL);
    CHECK_INT(rt_dtype_of(norm), RT_FLOAT32);
    CHECK_CLOSE(rt_item(norm), 7.0710678, 1e-6, 0);
    CHECK_CLOSE(rt_at_index(rt_grad(p[0]), RT_SHAPE(0)), 3 * 3.5 / 7.0710678, 1e-3, 0);
    CHECK_CLOSE(rt_at_index(rt_grad(p[1]), RT_SHAPE(0)), 3 * 3.5 / 7.0710678, 1e-2, 0);
    CHECK_INT(rt_nn_clip_grad_value_(rt_parameters_of(p, 2), 1.75), RT_OK);
    CHECK_CLOSE(rt_at_index(rt_grad(p[0]), RT_SHAPE(1)), 1.75, 0, 0);
    CHECK_CLOSE(rt_at_index(rt_grad(p[1]), RT_SHAPE(1)), 1.75, 0, 0);
}

static void nothing_to_clip(void)
{
    rt_tensor *p[2];
    p[0] = rt_requires_grad_(rt_ones(RT_SHAPE(3), RT_OPTS(rt_tensor, .dtype = RT_FLOAT64)));
    p[1] = rt_requires_grad_(rt_ones(RT_SHAPE(0), NULL));
    rt_set_grad(p[1], rt_ones(RT_SHAPE(0), NULL));
    rt_tensor *norm = rt_nn_clip_grad_norm_(rt_parameters_of(p, 2), 1, NULL);
    CHECK_INT(rt_dtype_of(norm), RT_FLOAT32);
    CHECK_CLOSE(rt_item(norm), 0, 0, 0);
    CHECK_CLOSE(rt_item(rt_nn_clip_grad_norm_(rt_parameters_of(NULL, 0), 1, NULL)), 0, 0, 0);
    CHECK_INT(rt_nn_clip_grad_value_(rt_parameters_of(p, 2), 1), RT_OK);
    CHECK_INT(rt_nn_clip_grad_value_(rt_parameters_of(NULL, 0), 1), RT_OK);
}

/* A gradient that is on the tape: clipping is no step of it, but a write. */
static void gradients_with_a_history(void)
{
    rt_tensor *p = rt_requires_grad_(rt_tensor_f32(RT_F32(3, 4), RT_SHAPE(2)));
    rt_backward_opts keep = rt_backward_opts_default();
    keep.create_graph = true;
    CHECK_INT(rt_backward_from(rt_sum(rt_mul(p, p)), RT_NONE, &keep), RT_OK);
    CHECK(rt_requires_grad(rt_grad(p)));
    int version = rt_version_of(rt_grad(p));
    CHECK_CLOSE(rt_item(rt_nn_clip_grad_norm_(rt_parameters_of(&p, 1), 1, NULL)), 10, 0, 0);
    CHECK_INT(rt_version_of(rt_grad(p)), version + 1);
    CHECK_CLOSE(rt_at_index(rt_grad(p), RT_SHAPE(1)), 0.8, 1e-6, 0);
    rt_set_grad(p, RT_NONE);
}

static void wrong_arguments_are_refused(void)
{
    rt_tensor *p = rt_requires_grad_(rt_ones(RT_SHAPE(3), NULL));
    rt_parameter_list list = rt_parameters_of(&p, 1);
    rt_set_grad(p, rt_full(RT_SHAPE(3), RT_S(2.0), NULL));
    CHECK_STATUS(rt_nn_clip_grad_norm_(list, 1, RT_OPTS(rt_nn_clip_grad_norm, .norm_type = (double)NAN)), RT_ERR_VALUE);
    CHECK_STATUS(rt_nn_clip_grad_norm_(rt_parameters(NULL), 1, NULL), RT_ERR_NULL);
    CHECK_STATUS(rt_nn_clip_grad_value_(rt_parameters(NULL), 1), RT_ERR_NULL);
    rt_add(p, rt_ones(RT_SHAPE(2), NULL));
    CHECK(rt_nn_clip_grad_norm_(list, 1, NULL) == NULL);
    CHECK_INT(rt_nn_clip_grad_value_(list, 1), RT_ERR_SHAPE);
    CHECK_STATUS(NULL, RT_ERR_SHAPE);
    CHECK_CLOSE(rt_at_index(rt_grad(p), RT_SHAPE(2)), 2, 0, 0);
    rt_set_grad(p, rt_expand(rt_ones(RT_SHAPE(1), NULL), RT_SHAPE(3)));
    CHECK_STATUS(rt_nn_clip_grad_norm_(list, 1, NULL), RT_ERR_VALUE);
    CHECK_STATUS(rt_nn_clip_grad_value_(list, 1), RT_ERR_VALUE);
}

/* ---- memory ---- */

static void every_refused_request(void)
{
    rt_tensor *p[2];
    for (int k = 0; k < 2; k++)
        p[k] = rt_requires_grad_(rt_zeros(RT_SHAPE(1200, 1000), NULL));
    rt_set_grad(p[0], rt_ones(RT_SHAPE(1200, 1000), NULL));
    rt_set_grad(p[1], rt_transpose(rt_ones(RT_SHAPE(1000, 1200), NULL), 0, 1));
    int64_t live = rt_memory_stats().live_bytes;
    int n = 1;
    for (;; n++) {
        rt_scope scope = rt_scope_begin();
        rt_testing_refuse_request(n);
        rt_tensor *norm = rt_nn_clip_grad_norm_(rt_parameters_of(p, 2), 1, NULL);
        rt_testing_refuse_request(0);
        bool done = norm != NULL;
        check_at("request %d refused", n);
        if (!done) {
            CHECK_STATUS(norm, RT_ERR_MEMORY);
            CHECK_CLOSE(rt_at_index(rt_grad(p[0]), RT_SHAPE(0, 0)), 1, 0, 0);
        }
        rt_scope_end(scope);
        CHECK_INT(rt_memory_stats().live_bytes, live);
        if (done)
            break;
    }
    CHECK(n > 4);
}

int main(void)
{
    TEST(norms_are_those_of_torch);
    TEST(values_are_those_of_torch);
    TEST(a_field_left_zero_takes_the_default);
    TEST(every_size);
    TEST(large_and_small_gradients);
    TEST(strides_change_nothing);
    TEST(narrow_floats);
    TEST(nothing_to_clip);
    TEST(gradients_with_a_history);
    TEST(wrong_arguments_are_refused);
    TEST(every_refused_request);
    return check_end("8_learn/clip");
}
