/* ---- numbers in double, real and complex: what plain formulas are made of ------------------------------------------------------------- */

#define RTI_PI 3.14159265358979323846
#define RTI_LN2 0.69314718055994530942
#define RTI_LN10 2.30258509299404568402

/* ---- complex numbers ---- */

static RTI_INLINE rti_complex rti_c_add(rti_complex a, rti_complex b) { return rti_complex_of(a.re + b.re, a.im + b.im); }
static RTI_INLINE rti_complex rti_c_sub(rti_complex a, rti_complex b) { return rti_complex_of(a.re - b.re, a.im - b.im); }
static RTI_INLINE rti_complex rti_c_neg(rti_complex a) { return rti_complex_of(-a.re, -a.im); }
static RTI_INLINE rti_complex rti_c_conj(rti_complex a) { return rti_complex_of(a.re, -a.im); }
static RTI_INLINE rti_complex rti_c_scale(rti_complex a, double b) { return rti_complex_of(a.re * b, a.im * b); }
static RTI_INLINE rti_complex rti_c_mul(rti_complex a, rti_complex b)
{
    return rti_complex_of(a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re);
}
static RTI_INLINE bool rti_c_equal(rti_complex a, rti_complex b) { return a.re == b.re && a.im == b.im; }
static RTI_INLINE bool rti_c_is_zero(rti_complex a) { return a.re == 0 && a.im == 0; }
static RTI_INLINE double rti_c_abs(rti_complex a) { return hypot(a.re, a.im); }

/* Smith's quotient, over the larger part of b, so that nothing overflows that need not */
static rti_complex rti_c_div(rti_complex a, rti_complex b)
{
    if (fabs(b.re) >= fabs(b.im)) {
        if (b.re == 0 && b.im == 0)
            return rti_complex_of(a.re / fabs(b.re), a.im / fabs(b.im));
        double ratio = b.im / b.re, scale = 1 / (b.re + b.im * ratio);
        return rti_complex_of((a.re + a.im * ratio) * scale, (a.im - a.re * ratio) * scale);
    }
    double ratio = b.re / b.im, scale = 1 / (b.im + b.re * ratio);
    return rti_complex_of((a.re * ratio + a.im) * scale, (a.im * ratio - a.re) * scale);
}

static rti_complex rti_c_exp(rti_complex a)
{
    double size = exp(a.re);
    if (a.im == 0)
        return rti_complex_of(size, a.im);
    return rti_complex_of(size * cos(a.im), size * sin(a.im));
}

static RTI_INLINE double rti_c_arg(rti_complex a) { return atan2(a.im, a.re); }

/* ln |a| without cancelling where |a| is near 1 */
static double rti_c_log_abs(rti_complex a)
{
    double size = rti_c_abs(a), x = fabs(a.re), y = fabs(a.im), large = RTI_MAX(x, y), small = RTI_MIN(x, y);
    return size > 0.5 && size < 2 ? 0.5 * log1p((large - 1) * (large + 1) + small * small) : log(size);
}

static rti_complex rti_c_log(rti_complex a) { return rti_complex_of(rti_c_log_abs(a), rti_c_arg(a)); }

/* The root in the right half plane, without cancelling. */
static rti_complex rti_c_sqrt(rti_complex a)
{
    if (a.re == 0 && a.im == 0)
        return rti_complex_of(0, a.im);
    double half = sqrt((fabs(a.re) + rti_c_abs(a)) * 0.5), other = a.im / (2 * half);
    return a.re >= 0 ? rti_complex_of(half, other) : rti_complex_of(fabs(other), copysign(half, a.im));
}

static RTI_INLINE rti_complex rti_c_reciprocal(rti_complex a) { return rti_c_div(rti_complex_of(1, 0), a); }
static RTI_INLINE rti_complex rti_c_square(rti_complex a) { return rti_c_mul(a, a); }
/* i a, and -i a */
static RTI_INLINE rti_complex rti_c_turn(rti_complex a) { return rti_complex_of(-a.im, a.re); }
static RTI_INLINE rti_complex rti_c_turn_back(rti_complex a) { return rti_complex_of(a.im, -a.re); }
static RTI_INLINE rti_complex rti_c_select(bool condition, rti_complex a, rti_complex b) { return condition ? a : b; }
static RTI_INLINE bool rti_c_is_nan(rti_complex a) { return rti_is_nan(a.re) || rti_is_nan(a.im); }
static RTI_INLINE bool rti_c_is_inf(rti_complex a) { return rti_is_inf(a.re) || rti_is_inf(a.im); }
static RTI_INLINE bool rti_c_is_finite(rti_complex a) { return rti_is_finite(a.re) && rti_is_finite(a.im); }

/* a / |a|, 0 at 0 */
static rti_complex rti_c_sgn(rti_complex a)
{
    double size = rti_c_abs(a);
    return size == 0 ? rti_complex_of(0, 0) : rti_complex_of(a.re / size, a.im / size);
}

/* e^a - 1: the real part is (e^x - 1) cos y - 2 sin(y/2)^2 */
static rti_complex rti_c_expm1(rti_complex a)
{
    double half = sin(0.5 * a.im);
    if (a.im == 0)
        return rti_complex_of(expm1(a.re), a.im);
    return rti_complex_of(expm1(a.re) * cos(a.im) - 2 * half * half, exp(a.re) * sin(a.im));
}

/* ln(1 + a): |1 + a|^2 is 1 + x (2 + x) + y^2 */
static rti_complex rti_c_log1p(rti_complex a)
{
    rti_complex b = rti_complex_of(a.re + 1, a.im);
    if (fabs(a.re) < 0.5 && fabs(a.im) < 0.5)
        return rti_complex_of(0.5 * log1p(a.re * (2 + a.re) + a.im * a.im), rti_c_arg(b));
    return rti_c_log(b);
}

/* A product whose zero factor no size outweighs, as infinities times what is exactly real. */
static RTI_INLINE double rti_c_part(double size, double direction) { return direction == 0 ? direction * copysign(1, size) : size * direction; }

static rti_complex rti_c_sinh(rti_complex a) { return rti_complex_of(rti_c_part(cos(a.im), sinh(a.re)), rti_c_part(cosh(a.re), sin(a.im))); }
static rti_complex rti_c_cosh(rti_complex a) { return rti_complex_of(cosh(a.re) * cos(a.im), rti_c_part(sinh(a.re), sin(a.im))); }

/* Kahan's, which neither cancels nor overflows */
static rti_complex rti_c_tanh(rti_complex a)
{
    if (fabs(a.re) > 22 && rti_is_finite(a.im))
        return rti_complex_of(copysign(1, a.re), copysign(4 * fabs(sin(a.im) * cos(a.im)) * exp(-2 * fabs(a.re)), sin(2 * a.im)));
    double t = tan(a.im), s = sinh(a.re), c = sqrt(1 + s * s), b = 1 + t * t, d = 1 + b * s * s;
    return rti_complex_of(b * c * s / d, t / d);
}

static RTI_INLINE rti_complex rti_c_sin(rti_complex a) { return rti_c_turn_back(rti_c_sinh(rti_c_turn(a))); }
static RTI_INLINE rti_complex rti_c_cos(rti_complex a) { return rti_c_cosh(rti_c_turn(a)); }
static RTI_INLINE rti_complex rti_c_tan(rti_complex a) { return rti_c_turn_back(rti_c_tanh(rti_c_turn(a))); }

/* The inverses, after Kahan: products of the roots of 1 - a and 1 + a, whose branch cuts are where they should be. */
static rti_complex rti_c_root_below(rti_complex a) { return rti_c_sqrt(rti_complex_of(1 - a.re, -a.im)); }
static rti_complex rti_c_root_above(rti_complex a) { return rti_c_sqrt(rti_complex_of(1 + a.re, a.im)); }

static rti_complex rti_c_asin(rti_complex a)
{
    rti_complex below = rti_c_root_below(a), above = rti_c_root_above(a);
    return rti_complex_of(atan2(a.re, rti_c_mul(below, above).re), asinh(rti_c_mul(rti_c_conj(below), above).im));
}
static rti_complex rti_c_acos(rti_complex a)
{
    rti_complex below = rti_c_root_below(a), above = rti_c_root_above(a);
    return rti_complex_of(2 * atan2(below.re, above.re), asinh(rti_c_mul(rti_c_conj(above), below).im));
}
static rti_complex rti_c_acosh(rti_complex a)
{
    rti_complex below = rti_c_sqrt(rti_complex_of(a.re - 1, a.im)), above = rti_c_root_above(a);
    return rti_complex_of(asinh(rti_c_mul(rti_c_conj(below), above).re), 2 * atan2(below.im, above.re));
}
static rti_complex rti_c_atanh(rti_complex a)
{
    double x = fabs(a.re), y = a.im;
    if (x > 1e150 || fabs(y) > 1e150)
        return rti_complex_of(copysign(rti_c_reciprocal(rti_complex_of(x, y)).re, a.re), copysign(0.5 * RTI_PI, y));
    double far = (1 - x) * (1 - x) + y * y;
    return rti_complex_of(copysign(0.25 * log1p(4 * x / far), a.re), 0.5 * atan2(2 * y, (1 - x) * (1 + x) - y * y));
}
static RTI_INLINE rti_complex rti_c_asinh(rti_complex a) { return rti_c_turn_back(rti_c_asin(rti_c_turn(a))); }
static RTI_INLINE rti_complex rti_c_atan(rti_complex a) { return rti_c_turn_back(rti_c_atanh(rti_c_turn(a))); }

static rti_complex rti_c_sigmoid(rti_complex a)
{
    rti_complex e = rti_c_exp(rti_c_neg(a));
    return rti_c_reciprocal(rti_complex_of(1 + e.re, e.im));
}

/* sin(pi a) / (pi a), 1 at 0 */
static rti_complex rti_c_sinc(rti_complex a)
{
    rti_complex b = rti_c_scale(a, RTI_PI);
    return rti_c_is_zero(a) ? rti_complex_of(1, 0) : rti_c_div(rti_c_sin(b), b);
}

/* a^b = e^(b ln a); the 0-th power is 1 */
static rti_complex rti_c_pow(rti_complex a, rti_complex b)
{
    if (rti_c_is_zero(b))
        return rti_complex_of(1, 0);
    if (rti_c_is_zero(a) && b.im == 0 && b.re > 0)
        return rti_complex_of(0, 0);
    return rti_c_exp(rti_c_mul(b, rti_c_log(a)));
}

/* ln(e^a + e^b), from the one with the larger real part */
static rti_complex rti_c_logaddexp(rti_complex a, rti_complex b)
{
    rti_complex large = a.re >= b.re ? a : b, small = a.re >= b.re ? b : a;
    if (rti_is_inf(large.re) && large.re < 0)
        return large;
    return rti_c_add(large, rti_c_log1p(rti_c_exp(rti_c_sub(small, large))));
}
