/* ---- special functions ---------------------------------------------------------------------------------------------------------------- */

/* ---- erfc, erfinv, logit ---- */

/* Giles' approximation, good to 1e-7, and two steps of Newton on erfc(y) = 1 - |x|. */
static double rti_erfinv(double x)
{
    static const double central[] = { 2.81022636e-08, 3.43273939e-07, -3.5233877e-06, -4.39150654e-06, 0.00021858087, -0.00125372503, -0.00417768164,
                                      0.246640727, 1.50140941 };
    static const double tail[] = { -0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773, -0.0076224613, 0.00943887047, 1.00167406,
                                   2.83297682 };
    double size = fabs(x), left = 1 - size, w = -log(left * (1 + size)), p = 0;
    if (!(size < 1))
        return size == 1 ? copysign(HUGE_VAL, x) : (double)NAN;
    bool near = w < 5;
    w = near ? w - 2.5 : sqrt(w) - 3;
    for (int i = 0; i < 9; i++)
        p = p * w + (near ? central[i] : tail[i]);
    double y = p * size;
    for (int step = 0; step < 2; step++) {
        double off = size < 0.5 ? size - erf(y) : erfc(y) - left;
        y += off * 0.88622692545275801365 * exp(y * y);
    }
    return copysign(y, x);
}
/* ln(x / (1 - x)), x first brought into [eps, 1 - eps] if eps is not below 0 */
static double rti_logit(double x, double eps)
{
    if (eps >= 0)
        x = x < eps ? eps : x > 1 - eps ? 1 - eps : x;
    return log(x / (1 - x));
}
static double rti_logit_float(double x, double eps)
{
    float low = (float)eps, high = 1.0f - low;
    if (eps >= 0)
        x = x < (double)low ? (double)low : x > (double)high ? (double)high : x;
    return log(x / (1 - x));
}
RTI_PLAIN1(erfc, erfc(a))
RTI_PLAIN1(erfinv, rti_erfinv(a))
RTI_PLAIN2(logit, rti_logit(a, b))
RTI_PLAIN2(logit_f32, rti_logit_float(a, b))
RTI_DEFINE_PLAIN(erfc, 1, NULL, NULL)
RTI_DEFINE_PLAIN(erfinv, 1, NULL, NULL)
RTI_DEFINE_PLAIN(logit, 2, NULL, NULL)
RTI_DEFINE_PLAIN(logit_f32, 2, NULL, NULL)
RTI_OF_X(erfc, rt_mul(g, rti_scaled(rti_gaussian(x, 1), -1.12837916709551257390)))
RTI_OF_Y(erfinv, rt_mul(g, rti_scaled(rt_exp(rt_mul(y, y)), 0.88622692545275801365)))
RTI_UNARY(erfc, RTI_TO_FLOAT, rti_shape_elementwise, rti_erfc_backward, RTI_SAVE_IN(0), -3, 3)
RTI_UNARY(erfinv, RTI_TO_FLOAT, rti_shape_elementwise, rti_erfinv_backward, RTI_SAVE_OUT(0), -0.9, 0.9)

static rt_status rti_shape_logit(rti_call *c)
{
    rt_value eps = rt_value_float(rti_number_argument(c->arg, c->n_args, 1, -1));
    rti_set_operands(c, c->arg, &eps, NULL);
    rt_status status = rti_shape_elementwise(c);
    return status == RT_OK && c->common != RT_FLOAT64 ? rti_take_formula(c, &rti_formula_logit_f32) : status;
}
/* g / (x (1 - x)); outside [eps, 1 - eps] 0, or NaN where there is no eps */
static rt_status rti_logit_backward(rti_backward *b)
{
    rt_tensor *g = rti_b_grad(b, 0), *x = rti_b_input(b, 0), *slope = rt_div(g, rt_mul(x, rti_from(1, x)));
    double eps = rti_b_number(b, 1, -1), low = eps < 0 ? 0 : eps;
    rt_tensor *within = rt_logical_and(rt_ge_scalar(x, rt_scalar_float(low)), rt_le_scalar(x, rt_scalar_float(1 - low)));
    return rti_b_set(b, 0, rt_where_scalar_other(within, slope, rt_scalar_float(eps < 0 ? (double)NAN : 0)));
}
static const rt_op rti_op_logit = RTI_ELEMENTWISE_BY("logit(Tensor self, float? eps=None) -> Tensor", RTI_TO_FLOAT, rti_shape_logit, rti_formula_logit,
                                                     rti_logit_backward, RTI_SAVE_IN(0), 0.1, 0.9);
RT_API rt_tensor *rt_logit(rt_tensor *x, double eps) { return rti_call_number(&rti_op_logit, x, eps, false); }
RT_API rt_tensor *rt_logit_(rt_tensor *x, double eps) { return rti_call_number(&rti_op_logit, x, eps, true); }

/* ---- the gamma function's logarithm and its derivatives ---- */

/* ln x - 1/(2x) - sum of B_2k / (2k x^2k) from 10 on; below by psi(x) = psi(x + 1) - 1/x, below 0 by reflection */
static double rti_digamma(double x)
{
    static const double term[] = { 1.0 / 12, -1.0 / 120, 1.0 / 252, -1.0 / 240, 1.0 / 132, -691.0 / 32760, 1.0 / 12 };
    double sum = 0, series = 0;
    if (x == 0)
        return copysign(HUGE_VAL, -x);
    if (x < 0) {
        double rest = x - trunc(x);
        if (rest == 0 || rti_is_inf(x))
            return (double)NAN;
        sum = -RTI_PI / tan(RTI_PI * rest);
        x = 1 - x;
    }
    for (; x < 10; x += 1)
        sum -= 1 / x;
    if (rti_is_inf(x))
        return x;
    double square = 1 / (x * x);
    for (int k = 6; k >= 0; k--)
        series = (series + term[k]) * square;
    return sum + log(x) - 0.5 / x - series;
}

/* Hurwitz' zeta, the sum of (q + k)^-s over k >= 0, for s > 1 and q > 0: terms up to 12 + s, and Euler and Maclaurin's series for the rest. */
static double rti_zeta_above(double s, double q)
{
    static const double term[] = { 1.0 / 12, -1.0 / 720, 1.0 / 30240, -1.0 / 1209600, 1.0 / 47900160, -691.0 / 1307674368000.0, 1.0 / 74724249600.0,
                                   -3617.0 / 10670622842880000.0, 43867.0 / 5109094217170944000.0 };
    double sum = 0, factor = s;
    for (; q < 12 + s; q += 1) {
        double next = pow(q, -s);
        sum += next;
        if (next <= 1e-17 * sum)
            return sum;
    }
    double power = pow(q, -s);
    sum += power * q / (s - 1) + 0.5 * power;
    power /= q;
    for (int k = 0; k < 9; k++) {
        sum += term[k] * factor * power;
        factor *= (s + 2 * k + 1) * (s + 2 * k + 2);
        power /= q * q;
    }
    return sum;
}
/* The same for whole s and any q: of the m terms below 0, (-1)^s times the sum of (t + k)^-s for k < m, where -t is the last. */
static double rti_zeta(double s, double q)
{
    if (rti_is_nan(q) || q > 0)
        return rti_is_inf(q) ? 0 : rti_is_nan(q) ? q : rti_zeta_above(s, q);
    double m = ceil(-q), rest = q + m, last = rest == 0 ? 1 : 1 - rest, sign = fmod(s, 2) != 0 ? -1 : 1;
    if (rest == 0 || rti_is_inf(q))
        return rti_is_inf(q) ? (double)NAN : HUGE_VAL;
    return rti_zeta_above(s, rest) + sign * (rti_zeta_above(s, last) - rti_zeta_above(s, last + m));
}
/* pi^2 / sin^2(pi x) - psi'(1 - x) below 0 */
static double rti_trigamma(double x)
{
    double wave;
    if (x > 0 || rti_is_nan(x))
        return rti_zeta(2, x);
    if (x == trunc(x))
        return rti_is_inf(x) ? (double)NAN : HUGE_VAL;
    wave = RTI_PI / sin(RTI_PI * (x - trunc(x)));
    return wave * wave - rti_zeta(2, 1 - x);
}
/* psi^(n)(x) = (-1)^(n+1) n! zeta(n + 1, x) */
static double rti_polygamma(double x, double n)
{
    if (n < 2)
        return n < 1 ? rti_digamma(x) : rti_trigamma(x);
    return (fmod(n, 2) != 0 ? 1 : -1) * exp(lgamma(n + 1)) * rti_zeta(n + 1, x);
}
RTI_PLAIN1(lgamma, lgamma(a))
RTI_PLAIN1(digamma, rti_digamma(a))
RTI_PLAIN2(polygamma, rti_polygamma(a, b))
RTI_DEFINE_PLAIN(lgamma, 1, NULL, NULL)
RTI_DEFINE_PLAIN(digamma, 1, NULL, NULL)
RTI_DEFINE_PLAIN(polygamma, 2, NULL, NULL)
RTI_OF_X(lgamma, rt_mul(g, rt_digamma(x)))
RTI_OF_X(digamma, rt_mul(g, rt_polygamma(1, x)))
RTI_UNARY(lgamma, RTI_TO_FLOAT, rti_shape_elementwise, rti_lgamma_backward, RTI_SAVE_IN(0), 0.3, 10)
RTI_UNARY(digamma, RTI_TO_FLOAT, rti_shape_elementwise, rti_digamma_backward, RTI_SAVE_IN(0), 0.3, 10)

static rt_status rti_shape_polygamma(rti_call *c)
{
    const rt_value n = c->arg[0], x = c->arg[1];
    if (n.as.i < 0)
        return rti_raise(RT_ERR_VALUE, "polygamma", "n must not be below 0, got %lld", (long long)n.as.i);
    rti_set_operands(c, &x, &n, NULL);
    return rti_shape_elementwise(c);
}
static rt_tensor *rti_call_polygamma(int64_t n, rt_tensor *x);
static rt_status rti_polygamma_backward(rti_backward *b)
{
    int64_t n = rti_b_arg(b, 0)->as.i;
    return rti_b_set(b, 1, rt_mul(rti_b_grad(b, 0), rti_call_polygamma(n < INT64_MAX ? n + 1 : n, rti_b_input(b, 1))));
}
static const rt_op rti_op_polygamma = RTI_ELEMENTWISE_BY("polygamma(int n, Tensor self) -> Tensor", RTI_TO_FLOAT, rti_shape_polygamma, rti_formula_polygamma,
                                                         rti_polygamma_backward, RTI_SAVE_IN(1), 0.3, 10);
static rt_tensor *rti_call_polygamma(int64_t n, rt_tensor *x)
{
    rt_value arg[2];
    arg[0] = rt_value_int(n);
    rti_box_tensor(&arg[1], x);
    return rti_call_op(&rti_op_polygamma, arg, 2);
}
RT_API rt_tensor *rt_polygamma(int n, rt_tensor *x) { return rti_call_polygamma(n, x); }

static const rt_op *const rti_special_rows[] = {
    &rti_op_erfc, &rti_op_erfinv, &rti_op_logit, &rti_op_lgamma, &rti_op_digamma, &rti_op_polygamma
};
