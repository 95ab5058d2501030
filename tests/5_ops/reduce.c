/* Reductions, scans and orders at sizes that frozen numbers do not reach: pieces that are joined, tiles, many threads, long lines; against
 * loops, and the same bits for any number of threads. */
#include "check.h"
#include <math.h>

static uint32_t draws = 1;

static double draw(void)
{
    draws = draws * 1664525u + 1013904223u;
    return (double)(draws >> 8) / 8388608.0 - 1;
}

/* n numbers from -1 to 1 as a dtype; spread gives whole ones from -99 to 99. */
static rt_tensor *drawn(int64_t n, rt_dtype dtype, bool whole)
{
    rt_tensor_opts o = rt_tensor_opts_default();
    o.dtype = RT_FLOAT64;
    rt_tensor *x = rt_empty(RT_SHAPE(n), &o);
    draws = 7;
    for (int64_t i = 0; x && i < n; i++)
        ((double *)rt_data_ptr(x))[i] = whole ? floor(draw() * 99) : draw();
    return rt_to(x, dtype);
}

/* ---- few results of many elements, which are taken in pieces ---- */

static void check_long(int64_t n, int64_t columns)
{
    rt_tensor *x = rt_reshape(drawn(n * columns, RT_FLOAT64, false), RT_SHAPE(n, columns)), *place;
    check_at("%lld by %lld", (long long)n, (long long)columns);
    const double *v = rt_data_f64(x);
    rt_tensor *f = rt_to(x, RT_FLOAT32), *whole = rt_to(rt_mul_scalar(x, RT_S(1000.0)), RT_INT64);
    rt_tensor *sum = rt_sum_dim(x, 0, false), *narrow = rt_sum_dim(f, 0, false), *integers = rt_sum_dim(whole, 0, false);
    rt_tensor *most = rt_max_dim(x, 0, false, &place);
    rt_tensor *least = rt_argmin_dim(f, 0, false), *mean, *var = rt_var_mean_dims(x, RT_SHAPE(0), true, false, &mean);
    rt_tensor *norm = rt_norm_dims(f, RT_S(2), RT_SHAPE(0), false), *inf = rt_norm_dims(x, RT_S((double)INFINITY), RT_SHAPE(0), false);
    rt_tensor *log_sum = rt_logsumexp(rt_mul_scalar(x, RT_S(300.0)), RT_SHAPE(0), false), *count = rt_count_nonzero_dim(whole, 0);
    rt_tensor *any = rt_any_dim(rt_gt_scalar(x, RT_S(0.99)), 0, false), *all = rt_all_dim(rt_lt_scalar(x, RT_S(0.99)), 0, false);
    if (!CHECK(sum && narrow && integers && most && least && var && norm && inf && log_sum && count && any && all))
        return;
    for (int64_t j = 0; j < columns; j++) {
        double s = 0, squares = 0, top = -2, low = 2, shifted = 0, spread = 0, size = 0;
        int64_t i_top = -1, i_low = -1, total = 0, there = 0;
        for (int64_t i = 0; i < n; i++) {
            double a = v[i * columns + j];
            s += a;
            squares += a * a;
            total += rt_data_i64(whole)[i * columns + j];
            there += rt_data_i64(whole)[i * columns + j] != 0;
            size = fmax(size, fabs(a));
            if (a > top)
                top = a, i_top = i;
            if ((float)a < (float)low)
                low = a, i_low = i;
        }
        for (int64_t i = 0; i < n; i++) {
            shifted += exp(300 * (v[i * columns + j] - top));
            spread += (v[i * columns + j] - s / (double)n) * (v[i * columns + j] - s / (double)n);
        }
        rt_shape at = RT_SHAPE(j);
        CHECK_CLOSE(rt_at_index(sum, at), s, 1e-12, 1e-10);
        CHECK_CLOSE(rt_at_index(narrow, at), s, 1e-6, 4e-6 * sqrt((double)n));
        CHECK_INT(rt_at_index(integers, at), total);
        CHECK_CLOSE(rt_at_index(most, at), top, 0, 0);
        CHECK_INT(rt_at_index(place, at), i_top);
        CHECK_INT(rt_at_index(least, at), i_low);
        CHECK_CLOSE(rt_at_index(mean, at), s / (double)n, 1e-12, 1e-14);
        CHECK_CLOSE(rt_at_index(var, at), spread / (double)(n - 1), 1e-12, 0);
        CHECK_CLOSE(rt_at_index(norm, at), sqrt(squares), 1e-6, 0);
        CHECK_CLOSE(rt_at_index(inf, at), size, 0, 0);
        CHECK_CLOSE(rt_at_index(log_sum, at), 300 * top + log(shifted), 1e-12, 0);
        CHECK_INT(rt_at_index(count, at), there);
        CHECK_INT(rt_at_index(any, at), top > 0.99);
        CHECK_INT(rt_at_index(all, at), top < 0.99);
    }
}

static void long_reductions(void)
{
    static const int64_t rows[] = { 300000, 70001, 33000 }, columns[] = { 1, 5, 9 };
    for (int k = 0; k < 3; k++)
        check_long(check_small() ? rows[k] / 8 : rows[k], columns[k]);
    check_long(65600, 64);
    check_long(100, 200);
    check_long(3, 70);
}

/* A NaN in any piece is found, and where. */
static void a_nan_in_a_piece(void)
{
    const int64_t n = 400000;
    rt_tensor *place;
    for (int64_t at = 5; at < n; at += 130001) {
        rt_scope scope = rt_scope_begin();
        rt_tensor *x = drawn(n, RT_FLOAT32, false);
        ((float *)rt_data_ptr(x))[at] = (float)NAN;
        ((float *)rt_data_ptr(x))[n - 1] = (float)NAN;
        CHECK(isnan(rt_item(rt_max_dim(x, 0, false, &place))));
        CHECK_INT(rt_item(place), at);
        CHECK_INT(rt_item(rt_argmin(x)), at);
        CHECK(isnan(rt_item(rt_sum(x))) && isnan(rt_item(rt_var(x, true))) && isnan(rt_item(rt_norm(x, RT_S(2)))));
        CHECK(!isnan(rt_item(rt_nansum(x, RT_SHAPE0, false))));
        rt_scope_end(scope);
    }
}

/* ---- lines longer than a tile, and lines side by side ---- */

static void check_scan(int64_t n, int64_t columns, int dim)
{
    rt_tensor *x = rt_reshape(drawn(n * columns, RT_FLOAT64, true), RT_SHAPE(n, columns)), *place;
    rt_tensor *t = dim == 0 ? x : rt_t(x), *sum = rt_cumsum(t, dim), *most = rt_cummax(t, dim, &place);
    check_at("%lld by %lld along %d", (long long)n, (long long)columns, dim);
    if (!CHECK(sum && most))
        return;
    const double *v = rt_data_f64(x);
    int64_t wrong = 0;
    for (int64_t j = 0; j < columns; j++) {
        double s = 0, top = -1e9;
        int64_t at = -1;
        for (int64_t i = 0; i < n; i++) {
            s += v[i * columns + j];
            if (v[i * columns + j] >= top)
                top = v[i * columns + j], at = i;
            int64_t k = dim == 0 ? i * columns + j : j * n + i;
            wrong += rt_data_f64(sum)[k] != s || rt_data_f64(most)[k] != top || rt_data_i64(place)[k] != at;
        }
    }
    CHECK_INT(wrong, 0);
}

static void long_scans(void)
{
    static const int64_t sizes[][2] = { { 5000, 1 }, { 1300, 3 }, { 700, 70 }, { 20, 300 }, { 512, 8 }, { 1, 9 } };
    for (int k = 0; k < 6; k++)
        for (int dim = 0; dim < 2; dim++)
            check_scan(sizes[k][0], sizes[k][1], dim);
}

/* ---- order ---- */

/* Whether index sorts x and values are x there; stable: equals keep their order, else no place comes twice in a row. */
static void check_sorted(rt_tensor *x, rt_tensor *values, rt_tensor *index, bool descending, bool stable)
{
    rt_tensor *d = rt_to(x, RT_FLOAT64), *s = rt_to(values, RT_FLOAT64);
    int64_t n = rt_numel(values), wrong = 0;
    for (int64_t i = 0; i < n; i++) {
        const int64_t *at = rt_data_i64(index) + i;
        wrong += rt_data_f64(d)[*at] != rt_data_f64(s)[i];
        if (i == 0)
            continue;
        double before = rt_data_f64(s)[i - 1], here = rt_data_f64(s)[i];
        wrong += descending ? before < here : before > here;
        wrong += before == here && (stable ? at[-1] >= at[0] : at[-1] == at[0]);
    }
    CHECK_INT(wrong, 0);
}

static void long_orders(void)
{
    static const rt_dtype dtypes[] = { RT_FLOAT32, RT_FLOAT64, RT_INT64, RT_UINT8, RT_FLOAT16, RT_INT16 };
    static const int64_t lengths[] = { 1, 2, 7, 8, 9, 16, 17, 100, 1023, 1024, 1025, 20000 };
    for (int d = 0; d < 6; d++)
        for (int k = 0; k < 12; k++)
            for (int descending = 0; descending < 2; descending++) {
                rt_scope scope = rt_scope_begin();
                int64_t n = lengths[k], half = n / 2 + 1, few = n / 99 + 1;
                rt_tensor *x = drawn(n, dtypes[d], k % 2 != 0), *index, *values;
                check_at("%lld of %s, descending %d", (long long)n, rt_dtype_name(dtypes[d]), descending);
                values = rt_sort(x, 0, descending != 0, &index);
                CHECK_INT(rt_numel(values), n);
                check_sorted(x, values, index, descending != 0, false);
                CHECK(rt_equal(values, rt_sort_stable(x, true, 0, descending != 0, &index)));
                check_sorted(x, values, index, descending != 0, true);
                for (int part = 0; part < 2; part++) {
                    int64_t m = part ? few : half;
                    rt_tensor *first = rt_topk(x, m, 0, descending != 0, true, &index);
                    check_sorted(x, first, index, descending != 0, false);
                    CHECK(rt_equal(first, rt_narrow(values, 0, 0, m)));
                }
                if (!descending) {
                    double ranked = rt_item(rt_kthvalue(x, half, 0, false, &index));
                    CHECK_CLOSE(ranked, rt_at_index(values, RT_SHAPE(half - 1)), 0, 0);
                    CHECK_CLOSE(ranked, rt_at_index(x, RT_SHAPE((int64_t)rt_item(index))), 0, 0);
                    CHECK_CLOSE(rt_item(rt_median(x)), rt_at_index(values, RT_SHAPE((n - 1) / 2)), 0, 0);
                }
                rt_scope_end(scope);
            }
}

/* ---- threads ---- */

static rt_tensor *one_of_many(int which, rt_tensor *x, rt_tensor *flat)
{
    rt_tensor *other;
    switch (which) {
    case 0: return rt_sum(flat);
    case 1: return rt_sum_dim(x, 0, false);
    case 2: return rt_sum_dim(x, 1, false);
    case 3: return rt_var(flat, true);
    case 4: return rt_norm(flat, RT_S(3.0));
    case 5: return rt_logsumexp(flat, RT_SHAPE(0), false);
    case 6: return rt_mean_dims(x, RT_SHAPE(0), false);
    case 7: return rt_cumsum(x, 0);
    case 8: return rt_prod_dim(x, 0, false);
    case 9: return rt_sort(x, 1, false, &other);
    case 10: return rt_max_dim(x, 0, false, &other);
    default: return rt_std_dims(x, RT_SHAPE(0), true, false);
    }
}

static void the_same_bits_for_any_number_of_threads(void)
{
    int threads = rt_get_num_threads();
    rt_tensor *flat = drawn(500000, RT_FLOAT32, false), *x = rt_reshape(flat, RT_SHAPE(500, 1000));
    for (int which = 0; which < 12; which++) {
        rt_scope scope = rt_scope_begin();
        rt_tensor *want = NULL;
        for (int n = 1; n <= 5; n += 2) {
            CHECK_INT(rt_set_num_threads(n), RT_OK);
            rt_tensor *y = rt_contiguous(one_of_many(which, x, flat));
            check_at("%d, %d threads", which, n);
            if (!CHECK(y != NULL))
                break;
            if (!want)
                want = y;
            CHECK(memcmp(rt_data_ptr(y), rt_data_ptr(want), (size_t)rt_numel(y) * sizeof(float)) == 0);
        }
        rt_scope_end(scope);
    }
    rt_set_num_threads(threads);
}

/* ---- gradients that single calls in tables cannot show ---- */

/* A factor of zero, and two of them. */
static void products_with_zeros(void)
{
    rt_tensor *x = rt_requires_grad_(rt_tensor_f64(RT_F64(2, 0, 3, 5, 4, 0, 0, 7), RT_SHAPE(2, 4)));
    CHECK_INT(rt_backward(rt_sum(rt_prod_dim(x, 1, false))), RT_OK);
    CHECK_FLOATS(rt_data_f32(rt_to(rt_grad(x), RT_FLOAT32)), RT_F32(0, 30, 0, 0, 0, 0, 0, 0), 8, 0, 0);
    rt_set_grad(x, RT_NONE);
    CHECK_INT(rt_backward(rt_sum(rt_cumprod(x, 1))), RT_OK);
    CHECK_FLOATS(rt_data_f32(rt_to(rt_grad(x), RT_FLOAT32)), RT_F32(1, 2 + 6 + 30, 0, 0, 1, 4, 0, 0), 8, 0, 0);
}

/* Ties: the largest values share a gradient, and max along a dimension gives it to the first. */
static void ties(void)
{
    rt_tensor *x = rt_requires_grad_(rt_tensor_f64(RT_F64(3, 1, 3, 2), RT_SHAPE(4))), *index;
    CHECK_INT(rt_backward(rt_max(x)), RT_OK);
    CHECK_FLOATS(rt_data_f32(rt_to(rt_grad(x), RT_FLOAT32)), RT_F32(0.5, 0, 0.5, 0), 4, 0, 0);
    rt_set_grad(x, RT_NONE);
    CHECK_INT(rt_backward(rt_amax(x, RT_SHAPE(0), false)), RT_OK);
    CHECK_FLOATS(rt_data_f32(rt_to(rt_grad(x), RT_FLOAT32)), RT_F32(0.5, 0, 0.5, 0), 4, 0, 0);
    rt_set_grad(x, RT_NONE);
    CHECK_INT(rt_backward(rt_max_dim(x, 0, false, &index)), RT_OK);
    CHECK_FLOATS(rt_data_f32(rt_to(rt_grad(x), RT_FLOAT32)), RT_F32(1, 0, 0, 0), 4, 0, 0);
    CHECK(!rt_requires_grad(index));
    rt_set_grad(x, RT_NONE);
    CHECK_INT(rt_backward(rt_sum(rt_aminmax(x, &index))), RT_OK);
    CHECK_FLOATS(rt_data_f32(rt_to(rt_grad(x), RT_FLOAT32)), RT_F32(0, 1, 0, 0), 4, 0, 0);
    rt_aminmax(x, &index);
    CHECK_INT(rt_backward(rt_sum(index)), RT_OK);
    CHECK_FLOATS(rt_data_f32(rt_to(rt_grad(x), RT_FLOAT32)), RT_F32(0.5, 1, 0.5, 0), 4, 0, 0);
}

/* The second result may be left, and both are NULL on failure. */
static void second_results(void)
{
    rt_tensor *x = rt_tensor_f32(RT_F32(3, 1, 2), RT_SHAPE(3)), *index = x;
    CHECK_CLOSE(rt_item(rt_max_dim(x, 0, false, NULL)), 3, 0, 0);
    CHECK_STATUS(rt_max_dim(x, 1, false, &index), RT_ERR_INDEX);
    CHECK(index == NULL);
    index = x;
    CHECK_STATUS(rt_sort(NULL, 0, false, &index), RT_ERR_NULL);
    CHECK(index == NULL);
    CHECK_CLOSE(rt_at_index(rt_topk(x, 2, -1, false, true, NULL), RT_SHAPE(1)), 2, 0, 0);
}

/* The derivative reads the places: they must not have been changed since. */
/* One element, expanded to what nobody would wait for. */
static void endless(void)
{
    rt_tensor *x = rt_expand(rt_eq(rt_ones(RT_SHAPE(1, 1), NULL), rt_ones(RT_SHAPE0, NULL)), RT_SHAPE(1, (int64_t)1 << 57));
    CHECK(x != NULL);
    CHECK_STATUS(rt_any(x), RT_ERR_SHAPE);
    CHECK_STATUS(rt_prod_dim(x, 1, false), RT_ERR_SHAPE);
}

static void changed_places(void)
{
    rt_tensor *x = rt_requires_grad_(rt_tensor_f64(RT_F64(3, 1, 2), RT_SHAPE(3))), *index, *y = rt_sort(x, 0, false, &index);
    CHECK(rt_zero_(index) != NULL);
    CHECK_STATUS(rt_backward(rt_sum(y)) == RT_OK ? (void *)y : NULL, RT_ERR_GRAD);
}

int main(void)
{
    TEST(long_reductions);
    TEST(a_nan_in_a_piece);
    TEST(long_scans);
    TEST(long_orders);
    TEST(the_same_bits_for_any_number_of_threads);
    TEST(products_with_zeros);
    TEST(ties);
    TEST(second_results);
    TEST(changed_places);
    TEST(endless);
    return check_end("5_ops/reduce");
}
