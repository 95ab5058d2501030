/* Gradients of complex numbers: PyTorch's convention, gradcheck along both axes, and what backward refuses. */
#include "check.h"

#include <string.h>

static rt_tensor *complexes(const double *x, int n) { return rt_requires_grad_(rt_view_as_complex(rt_tensor_f64(x, RT_SHAPE(n, 2)))); }
static rt_tensor *detached(rt_tensor *x) { return rt_requires_grad_(rt_clone(rt_detach(x))); }

static rt_tensor *z(void) { return detached(complexes(RT_F64(0.5, -1.25, 1.5, 0.75, -0.625, 2), 3)); }
static rt_tensor *w(void) { return detached(complexes(RT_F64(-1.5, 0.5, 0.75, 1.25, 2.25, -0.5), 3)); }
static rt_tensor *r(void) { return rt_requires_grad_(rt_tensor_f64(RT_F64(0.5, -1.5, 2), RT_SHAPE(3))); }

static double re(rt_tensor *x, int i) { return rt_at_index(rt_real(x), RT_SHAPE(i)); }
static double im(rt_tensor *x, int i) { return rt_at_index(rt_imag(x), RT_SHAPE(i)); }

typedef struct row { const char *name; rt_tensor *(*f)(rt_tensor *const *x); int n; } row;

static rt_tensor *add(rt_tensor *const *x) { return rt_add(x[0], x[1]); }
static rt_tensor *add_scaled(rt_tensor *const *x) { return rt_add_scaled(x[0], x[1], RT_C(0.5, -2)); }
static rt_tensor *sub(rt_tensor *const *x) { return rt_sub(x[0], x[1]); }
static rt_tensor *mul(rt_tensor *const *x) { return rt_mul(x[0], x[1]); }
static rt_tensor *mul_number(rt_tensor *const *x) { return rt_mul_scalar(x[0], RT_C(0.5, -2)); }
static rt_tensor *quotient(rt_tensor *const *x) { return rt_div(x[0], x[1]); }
static rt_tensor *div_number(rt_tensor *const *x) { return rt_div_scalar(x[0], RT_C(0.5, -2)); }
static rt_tensor *negate(rt_tensor *const *x) { return rt_neg(x[0]); }
static rt_tensor *exponential(rt_tensor *const *x) { return rt_exp(x[0]); }
static rt_tensor *logarithm(rt_tensor *const *x) { return rt_log(x[0]); }
static rt_tensor *root(rt_tensor *const *x) { return rt_sqrt(x[0]); }
static rt_tensor *conjugate(rt_tensor *const *x) { return rt_conj(x[0]); }
static rt_tensor *real_part(rt_tensor *const *x) { return rt_real(x[0]); }
static rt_tensor *imaginary_part(rt_tensor *const *x) { return rt_imag(x[0]); }
static rt_tensor *pairs(rt_tensor *const *x) { return rt_view_as_real(x[0]); }
static rt_tensor *from_pairs(rt_tensor *const *x) { return rt_view_as_complex(rt_mul_scalar(rt_view_as_real(x[0]), RT_S(3))); }
static rt_tensor *total(rt_tensor *const *x) { return rt_sum(x[0]); }
static rt_tensor *choice(rt_tensor *const *x) { return rt_where(rt_gt_scalar(rt_real(x[0]), RT_S(0)), x[0], x[1]); }
static rt_tensor *modulus(rt_tensor *const *x) { return rt_sqrt(rt_real(rt_mul(x[0], rt_conj(x[0])))); }
static rt_tensor *mixed(rt_tensor *const *x) { return rt_mul(rt_exp(x[0]), rt_conj(rt_div(x[1], x[0]))); }

static const row table[] = {
    { "add", add, 2 }, { "add with alpha", add_scaled, 2 }, { "sub", sub, 2 }, { "mul", mul, 2 }, { "mul by a number", mul_number, 1 },
    { "div", quotient, 2 }, { "div by a number", div_number, 1 }, { "neg", negate, 1 }, { "exp", exponential, 1 }, { "log", logarithm, 1 },
    { "sqrt", root, 1 }, { "conj", conjugate, 1 }, { "real", real_part, 1 }, { "imag", imaginary_part, 1 }, { "view_as_real", pairs, 1 },
    { "view_as_complex", from_pairs, 1 }, { "sum", total, 1 }, { "where", choice, 2 }, { "absolute value", modulus, 1 }, { "several", mixed, 2 }
};

static rt_tensor *call(rt_tensor *const *x, int n, void *user) { (void)n; return ((const row *)user)->f(x); }

static void rows_hold_along_both_axes(void)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        row one = table[i];
        rt_tensor *x[2] = { z(), w() };
        check_at("%s", one.name);
        CHECK_INT(rt_gradcheck(call, &one, x, one.n, NULL), RT_OK);
        CHECK_INT(rt_gradgradcheck(call, &one, x, one.n, NULL), RT_OK);
        rt_clear_error();
    }
}

static void real_and_complex_mix(void)
{
    row one = { "mul", mul, 2 }, other = { "div", quotient, 2 };
    rt_tensor *x[2] = { r(), w() }, *y[2] = { z(), r() };
    CHECK_INT(rt_gradcheck(call, &one, x, 2, NULL), RT_OK);
    CHECK_INT(rt_gradgradcheck(call, &one, x, 2, NULL), RT_OK);
    CHECK_INT(rt_gradcheck(call, &other, y, 2, NULL), RT_OK);
    CHECK_INT(rt_gradgradcheck(call, &other, y, 2, NULL), RT_OK);
}

/* y = 2 z as far as values go, but its derivative is that of conj */
static rt_status twice(rt_function_ctx *ctx, rt_tensor *const *x, int n, rt_tensor **y) { (void)ctx; (void)n; *y = rt_mul_scalar(x[0], RT_S(2)); return RT_OK; }
static rt_status wrong(rt_function_ctx *ctx, rt_tensor *const *g, rt_tensor **x) { (void)ctx; x[0] = rt_mul_scalar(rt_conj(g[0]), RT_S(2)); return RT_OK; }
static rt_tensor *mistaken(rt_tensor *const *x)
{
    static const rt_function f = { "mistaken", twice, wrong, 1, false, NULL };
    return rt_function_call(&f, x, 1, NULL);
}

static void a_conjugate_too_many_is_found(void)
{
    row one = { "mistaken", mistaken, 1 };
    rt_tensor *x = z();
    CHECK_INT(rt_gradcheck(call, &one, &x, 1, NULL), RT_ERR_GRAD);
    CHECK(strstr(rt_last_error()->message, "imaginary part") != NULL);       /* along the real axis it is right */
    rt_clear_error();
    rt_tensor *single = rt_requires_grad_(rt_to(rt_detach(x), RT_COMPLEX64));
    CHECK_STATUS(rt_gradcheck(call, &one, &single, 1, NULL), RT_ERR_VALUE);
}

/* L = |z|^2 has the gradient 2 z; L = Re(z w) has conj(w) */
static void the_convention_is_pytorchs(void)
{
    rt_tensor *x = z(), *y = w();
    CHECK_INT(rt_backward(rt_sum(rt_real(rt_mul(x, rt_conj(x))))), RT_OK);
    CHECK_CLOSE(re(rt_grad(x), 1), 3, 0, 1e-15);
    CHECK_CLOSE(im(rt_grad(x), 1), 1.5, 0, 1e-15);
    rt_set_grad(x, RT_NONE);
    CHECK_INT(rt_backward(rt_sum(rt_real(rt_mul(x, y)))), RT_OK);
    CHECK_CLOSE(re(rt_grad(x), 0), -1.5, 0, 0);
    CHECK_CLOSE(im(rt_grad(x), 0), -0.5, 0, 0);
    CHECK_INT(rt_dtype_of(rt_grad(x)), RT_COMPLEX128);
    rt_tensor *real = r(), *complex_product = rt_mul(real, y);              /* a real leaf's gradient is real */
    CHECK_INT(rt_backward(rt_sum(rt_imag(complex_product))), RT_OK);
    CHECK_INT(rt_dtype_of(rt_grad(real)), RT_FLOAT64);
    CHECK_CLOSE(rt_at_index(rt_grad(real), RT_SHAPE(2)), -0.5, 0, 0);
}

static void a_complex_output_needs_a_gradient(void)
{
    rt_tensor *x = z(), *y = rt_sum(rt_mul(x, x));
    CHECK_STATUS(rt_backward(y), RT_ERR_GRAD);
    CHECK_STATUS(rt_backward_from(y, rt_tensor_f64(RT_F64(1), RT_SHAPE0), NULL), RT_ERR_DTYPE);
    rt_tensor *one = rt_to(rt_tensor_f64(RT_F64(1), RT_SHAPE0), RT_COMPLEX128);
    CHECK_INT(rt_backward_from(y, one, NULL), RT_OK);
    CHECK_CLOSE(re(rt_grad(x), 0), 1, 0, 0);                                /* conj(2 z) */
    CHECK_CLOSE(im(rt_grad(x), 0), 2.5, 0, 0);
    CHECK_STATUS(rt_backward_from(rt_sum(rt_real(x)), one, NULL), RT_ERR_DTYPE);
}

int main(void)
{
    TEST(rows_hold_along_both_axes);
    TEST(real_and_complex_mix);
    TEST(a_conjugate_too_many_is_found);
    TEST(the_convention_is_pytorchs);
    TEST(a_complex_output_needs_a_gradient);
    return check_end("4_autograd/complex");
}
