/* Linear algebra beyond what the tables say: gradients that want Hermitian or singular matrices, and matrices of several blocks. */
#include "check.h"
#include <math.h>

static rt_dtype dtype;

/* Numbers of no order, the same every time. */
static rt_tensor *numbers(rt_shape shape)
{
    static double x[2 * 150 * 150];
    uint32_t draws = 5;
    for (size_t i = 0; i < sizeof x / sizeof *x; i++) {
        draws = draws * 1664525u + 1013904223u;
        x[i] = (double)(draws >> 8) / 8388608.0 - 1;
    }
    return rt_tensor_from(x, shape, dtype);
}
static rt_tensor *adjoint(rt_tensor *x) { return rt_transpose(rt_conj(x), -2, -1); }
static rt_tensor *positive(rt_tensor *x)
{
    rt_tensor_opts o = rt_tensor_opts_default();
    o.dtype = dtype;
    int64_t n = rt_size(x, -1);
    return rt_add(rt_matmul(x, adjoint(x)), rt_diag(rt_full(RT_SHAPE(n), RT_S(1), &o), 0));
}

/* ---- gradients ---- */

static rt_tensor *lower(rt_tensor *const *x, int n, void *user) { (void)n; (void)user; return rt_linalg_cholesky(positive(x[0]), false); }
static rt_tensor *upper(rt_tensor *const *x, int n, void *user) { (void)n; (void)user; return rt_linalg_cholesky(positive(x[0]), true); }
static rt_tensor *lu_lower(rt_tensor *const *x, int n, void *user)
{
    rt_tensor *l, *u;
    (void)n;
    (void)user;
    return rt_linalg_lu(x[0], &l, &u) ? l : NULL;
}
static rt_tensor *lu_upper(rt_tensor *const *x, int n, void *user)
{
    rt_tensor *l, *u;
    (void)n;
    (void)user;
    return rt_linalg_lu(x[0], &l, &u) ? u : NULL;
}
static rt_tensor *log_of_positive(rt_tensor *const *x, int n, void *user) { (void)n; (void)user; return rt_logdet(positive(x[0])); }

static void gradients(void)
{
    rt_tensor *(*const functions[])(rt_tensor *const *, int, void *) = { lower, upper, lu_lower, lu_upper, log_of_positive };
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        for (int wide = 0; wide < 2; wide++) {
            dtype = wide ? RT_COMPLEX128 : RT_FLOAT64;
            rt_tensor *x = rt_requires_grad_(numbers(RT_SHAPE(2, 3, 3)));
            CHECK_STATUS(rt_gradcheck(functions[i], NULL, &x, 1, NULL), RT_OK);
            CHECK_STATUS(rt_gradgradcheck(functions[i], NULL, &x, 1, NULL), RT_OK);
        }
}

/* The derivative of a determinant is its cofactors, also where it is 0. */
static void a_singular_determinant(void)
{
    const double rank_two[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9 }, rank_one[] = { 1, 2, 3, 2, 4, 6, 3, 6, 9 };
    const double cofactors[] = { -3, 6, -3, 6, -12, 6, -3, 6, -3 };
    rt_tensor *x = rt_requires_grad_(rt_tensor_f64(rank_two, RT_SHAPE(3, 3))), *y = rt_requires_grad_(rt_tensor_f64(rank_one, RT_SHAPE(3, 3)));
    CHECK_STATUS(rt_backward(rt_linalg_det(x)), RT_OK);
    CHECK_STATUS(rt_backward(rt_linalg_det(y)), RT_OK);
    for (int i = 0; i < 9; i++) {
        CHECK_CLOSE(rt_at_index(rt_grad(x), RT_SHAPE(i / 3, i % 3)), cofactors[i], 1e-9, 0);
        CHECK_CLOSE(rt_at_index(rt_grad(y), RT_SHAPE(i / 3, i % 3)), 0, 0, 1e-9);
    }
    rt_backward_opts o = rt_backward_opts_default();
    rt_tensor *grad, *det = rt_linalg_det(y);
    o.create_graph = true;
    CHECK_STATUS(rt_autograd_grad(&det, 1, &y, 1, NULL, &o, &grad), RT_ERR_VALUE);
}

/* ---- matrices of several blocks ---- */

static double distance(rt_tensor *a, rt_tensor *b) { return a && b ? rt_item(rt_max(rt_abs(rt_sub(a, b)))) : HUGE_VAL; }

static void blocks(void)
{
    const int64_t sizes[] = { 1, 31, 32, 33, 70, 129 };
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (int wide = 0; wide < 2; wide++) {
            dtype = wide ? RT_COMPLEX128 : RT_FLOAT64;
            int64_t n = sizes[i];
            check_at("%d, %s", (int)n, rt_dtype_name(dtype));
            rt_tensor *a = numbers(RT_SHAPE(n, n)), *b = numbers(RT_SHAPE(n, 37)), *v = numbers(RT_SHAPE(n)), *l, *u, *p = rt_linalg_lu(a, &l, &u), *s = positive(a);
            double close = 1e-13 * (double)(n * n);
            CHECK(distance(rt_matmul(p, rt_matmul(l, u)), a) < close);
            rt_tensor *root = rt_linalg_cholesky(s, false), *other = rt_linalg_cholesky(s, true);
            CHECK(distance(rt_matmul(root, adjoint(root)), s) < close);
            CHECK(distance(adjoint(other), root) < close);
            CHECK(distance(rt_matmul(s, rt_linalg_solve(s, b, true)), b) < 100 * close);
            CHECK(distance(rt_matmul(s, rt_linalg_solve(s, v, true)), v) < 100 * close);
            CHECK(distance(rt_matmul(rt_linalg_solve(s, rt_t(b), false), s), rt_t(b)) < 100 * close);
            CHECK(distance(rt_matmul(root, rt_linalg_solve_triangular(root, b, false, true, false)), b) < 100 * close);
            CHECK(distance(rt_matmul(other, rt_linalg_solve_triangular(other, b, true, true, false)), b) < 100 * close);
            CHECK(distance(rt_matmul(rt_linalg_solve_triangular(other, rt_t(b), true, false, false), other), rt_t(b)) < 100 * close);
            CHECK(distance(rt_matmul(s, rt_cholesky_solve(b, root, false)), b) < 100 * close);
            CHECK(distance(rt_matmul(s, rt_linalg_inv(s)), rt_diag(rt_diagonal(rt_add_scalar(rt_mul_scalar(s, RT_S(0)), RT_S(1)), 0, 0, 1), 0)) < 100 * close);
            rt_tensor *wide_one = numbers(RT_SHAPE(n, n + 40)), *tall = numbers(RT_SHAPE(n + 40, n));
            p = rt_linalg_lu(wide_one, &l, &u);
            CHECK(distance(rt_matmul(p, rt_matmul(l, u)), wide_one) < close);
            p = rt_linalg_lu(tall, &l, &u);
            CHECK(distance(rt_matmul(p, rt_matmul(l, u)), tall) < close);
        }
}

int main(void)
{
    TEST(gradients);
    TEST(a_singular_determinant);
    TEST(blocks);
    return check_end("5_ops/linalg");
}
