/* ---- unary elementwise ------------------------------------------------------------------------------------------------------------ */

#if RTI_PASS || RTI_ONE_PASS

RTI_FORMULA1(neg, x) { return rti_vneg(x); }
RTI_FORMULA1(sqrt, x) { return rti_vsqrt(x); }

/* e^x = 2^n e^r with n = round(x / ln 2), |r| <= ln 2 / 2; ln 2 in two parts keeps r exact where nothing is fused */
RTI_FORMULA1(exp, x)
{
#if RTI_REAL == 32
    rti_vf top = rti_vset(89), bottom = rti_vset(-104), ln2_high = rti_vset(-0.693359375), ln2_low = rti_vset(2.12194440e-4);
#else
    rti_vf top = rti_vset(710), bottom = rti_vset(-746), ln2_high = rti_vset(-6.93145751953125e-1), ln2_low = rti_vset(-1.42860682030941723212e-6);
#endif
    x = rti_vselect(rti_vlt(top, x), top, x);
    x = rti_vselect(rti_vlt(x, bottom), bottom, x);
    rti_vf n = rti_vround(rti_vmul(x, rti_vset(1.4426950408889634074)));
    rti_vf r = rti_vfma(n, ln2_low, rti_vfma(n, ln2_high, x));
#if RTI_REAL == 32
    rti_vf p = rti_vfma(r, rti_vset(1.3926183587713e-3), rti_vset(8.3631790527225774e-3));
    p = rti_vfma(r, p, rti_vset(4.1666554617204574e-2));
    p = rti_vfma(r, p, rti_vset(1.6666576989698776e-1));
#else
    rti_vf p = rti_vfma(r, rti_vset(2.0914686968086877e-9), rti_vset(2.5105217004720745e-8));
    p = rti_vfma(r, p, rti_vset(2.7557273643110295e-7));
    p = rti_vfma(r, p, rti_vset(2.7557255400206424e-6));
    p = rti_vfma(r, p, rti_vset(2.4801587325547741e-5));
    p = rti_vfma(r, p, rti_vset(1.9841269874820625e-4));
    p = rti_vfma(r, p, rti_vset(1.3888888888883748e-3));
    p = rti_vfma(r, p, rti_vset(8.3333333333261351e-3));
    p = rti_vfma(r, p, rti_vset(4.1666666666666670e-2));
    p = rti_vfma(r, p, rti_vset(1.6666666666666671e-1));
#endif
    p = rti_vfma(r, p, rti_vset(0.5));
    p = rti_vfma(rti_vmul(r, r), p, r);
    return rti_vscale2(rti_vadd(p, rti_vset(1)), n);
}

/* ln x = e ln 2 + 2 atanh(s), s = (m - 1) / (m + 1), x = m 2^e, sqrt(1/2) <= m < sqrt 2 */
RTI_FORMULA1(log, x)
{
    rti_vf e = rti_vexponent(x), m = rti_vmantissa(x);
    rti_vm large = rti_vlt(rti_vset(1.4142135623730951), m);
    m = rti_vselect(large, rti_vmul(m, rti_vset(0.5)), m);
    e = rti_vselect(large, rti_vadd(e, rti_vset(1)), e);
    rti_vf s = rti_vdiv(rti_vsub(m, rti_vset(1)), rti_vadd(m, rti_vset(1))), t = rti_vmul(s, s);
#if RTI_REAL == 32
    rti_vf p = rti_vfma(t, rti_vset(0.11665807235921749617), rti_vset(0.14275389316595982717));
    p = rti_vfma(t, p, rti_vset(0.20000061105905324698));
    p = rti_vfma(t, p, rti_vset(0.33333333277021006215));
    rti_vf ln2_high = rti_vset(0.693359375), ln2_low = rti_vset(-2.12194440e-4);
#else
    rti_vf p = rti_vfma(t, rti_vset(0.059417261970539298637), rti_vset(0.0584398149877107784));
    p = rti_vfma(t, p, rti_vset(0.066678229209746885569));
    p = rti_vfma(t, p, rti_vset(0.076922874832304534113));
    p = rti_vfma(t, p, rti_vset(0.09090909297884532342));
    p = rti_vfma(t, p, rti_vset(0.11111111109922115551));
    p = rti_vfma(t, p, rti_vset(0.14285714285717703799));
    p = rti_vfma(t, p, rti_vset(0.1999999999999999622));
    p = rti_vfma(t, p, rti_vset(0.33333333333333333334));
    rti_vf ln2_high = rti_vset(6.93145751953125e-1), ln2_low = rti_vset(1.42860682030941723212e-6);
#endif
    rti_vf twice = rti_vadd(s, s);
    rti_vf tail = rti_vfma(rti_vmul(twice, t), p, rti_vmul(e, ln2_low));
    rti_vf y = rti_vfma(e, ln2_high, rti_vadd(twice, tail));
    rti_vf infinite = rti_vset(HUGE_VAL), zero = rti_vset(0);
    y = rti_vselect(rti_vlt(x, infinite), y, x);                                  /* infinity and NaN */
    y = rti_vselect(rti_veq(x, zero), rti_vneg(rti_vadd(infinite, rti_vmul(x, zero))), y);
    return rti_vselect(rti_vlt(x, zero), rti_vdiv(rti_vmul(x, zero), rti_vmul(x, zero)), y);
}

/* float32: x P(2 x^2 / 3.92^2 - 1) up to 3.92, beyond which erf rounds to 1; float64: x P(x^2) below 1, beyond it 1 - e^(-x^2) Q(t) with
 * t = (|x| - 2.5) / (|x| + 2.5). Polynomials by Chebyshev interpolation. */
RTI_FORMULA1(erf, x)
{
    rti_vf one = rti_vset(1);
#if RTI_REAL == 32
    rti_vf t = rti_vfma(rti_vmul(x, x), rti_vset(2 / (3.92 * 3.92)), rti_vset(-1));
    rti_vf p = rti_vfma(t, rti_vset(-0.00090000145427661775618), rti_vset(0.0021241231999160040005));
    p = rti_vfma(t, p, rti_vset(-0.0011922028437522015957));
    p = rti_vfma(t, p, rti_vset(0.0018333733356844799139));
    p = rti_vfma(t, p, rti_vset(-0.0079506874238606820592));
    p = rti_vfma(t, p, rti_vset(0.01432561578524181597));
    p = rti_vfma(t, p, rti_vset(-0.019784858420885759986));
    p = rti_vfma(t, p, rti_vset(0.029621368267081987638));
    p = rti_vfma(t, p, rti_vset(-0.04351752470976823274));
    p = rti_vfma(t, p, rti_vset(0.058421589022175495622));
    p = rti_vfma(t, p, rti_vset(-0.074004148355232211505));
    p = rti_vfma(t, p, rti_vset(0.090592915292470342745));
    p = rti_vfma(t, p, rti_vset(-0.10918054166582002937));
    p = rti_vfma(t, p, rti_vset(0.13408479324171507575));
    p = rti_vfma(t, p, rti_vset(-0.18010859707859861745));
    p = rti_vfma(t, p, rti_vset(0.36073680907714191643));
    return rti_vselect(rti_vlt(rti_vset(3.92), rti_vabs(x)), rti_vcopysign(one, x), rti_vmul(x, p));
#else
    rti_vf a = rti_vabs(x), u = rti_vmul(x, x);
    rti_vf p = rti_vfma(u, rti_vset(-4.2309458242953378173e-12), rti_vset(8.7090451290531066896e-11));
    p = rti_vfma(u, p, rti_vset(-1.2164560057283450081e-9));
    p = rti_vfma(u, p, rti_vset(1.4792401209404813002e-8));
    p = rti_vfma(u, p, rti_vset(-1.6364642158167615302e-7));
    p = rti_vfma(u, p, rti_vset(1.6462045441468418937e-6));
    p = rti_vfma(u, p, rti_vset(-0.000014925647567519332125));
    p = rti_vfma(u, p, rti_vset(0.0001205533290288873541));
    p = rti_vfma(u, p, rti_vset(-0.00085483270219348295955));
    p = rti_vfma(u, p, rti_vset(0.0052239776254232983087));
    p = rti_vfma(u, p, rti_vset(-0.026866170645129840806));
    p = rti_vfma(u, p, rti_vset(0.11283791670955120236));
    p = rti_vfma(u, p, rti_vset(-0.37612638903183752379));
    p = rti_vfma(u, p, rti_vset(1.1283791670955125739));
    rti_vf b = rti_vselect(rti_vlt(a, rti_vset(6.2)), a, rti_vset(6.2));
    rti_vf t = rti_vdiv(rti_vsub(b, rti_vset(2.5)), rti_vadd(b, rti_vset(2.5)));
    rti_vf q = rti_vfma(t, rti_vset(-5.6640267769039339083e-8), rti_vset(5.9064187176966553297e-8));
    q = rti_vfma(t, q, rti_vset(3.8821195755736806253e-7));
    q = rti_vfma(t, q, rti_vset(8.5201223825643429791e-8));
    q = rti_vfma(t, q, rti_vset(-1.8162790180088700008e-6));
    q = rti_vfma(t, q, rti_vset(-2.3002823742431594365e-6));
    q = rti_vfma(t, q, rti_vset(7.5550939270097221272e-6));
    q = rti_vfma(t, q, rti_vset(0.000018614791904586303048));
    q = rti_vfma(t, q, rti_vset(-0.000034182493580992403006));
    q = rti_vfma(t, q, rti_vset(-0.00012887720055484982744));
    q = rti_vfma(t, q, rti_vset(0.00022838039426582933467));
    q = rti_vfma(t, q, rti_vset(0.00087591545157771184198));
    q = rti_vfma(t, q, rti_vset(-0.0026423659648168119929));
    q = rti_vfma(t, q, rti_vset(-0.0039937011658959223457));
    q = rti_vfma(t, q, rti_vset(0.039922539075593572971));
    q = rti_vfma(t, q, rti_vset(-0.12503305237882887531));
    q = rti_vfma(t, q, rti_vset(0.25171319321744924745));
    q = rti_vfma(t, q, rti_vset(-0.37173673394897335381));
    q = rti_vfma(t, q, rti_vset(0.21080636406114358065));
    rti_vf far = rti_vcopysign(rti_vsub(one, rti_vmul(q, RTI_FN(exp)(rti_vneg(rti_vmul(b, b))))), x);
    rti_vf near = rti_vmul(x, p);
    return rti_vselect(rti_visnan(x), x, rti_vselect(rti_vlt(a, one), near, far));
#endif
}

RTI_FORMULA1(relu, x) { return rti_vselect(rti_vlt(x, rti_vset(0)), rti_vset(0), x); }
RTI_FORMULA2(relu_backward, g, y) { return rti_vselect(rti_vle(y, rti_vset(0)), rti_vset(0), g); }

RTI_FORMULA1(gelu, x)
{
    rti_vf half = rti_vmul(x, rti_vset(0.5));
    return rti_vfma(half, RTI_FN(erf)(rti_vmul(x, rti_vset(0.70710678118654752440))), half);
}

/* g (Phi(x) + x phi(x)), Phi and phi the standard normal distribution and its density. float32: Phi(-|x|) = e^(-x^2/2) t P(t) with
 * t = 1 / (1 + 0.26 |x|), where the exponential is also the density's; P of least error beside it, 8e-8. */
RTI_FORMULA2(gelu_backward, g, x)
{
    rti_vf bell = RTI_FN(exp)(rti_vmul(rti_vmul(x, x), rti_vset(-0.5)));
#if RTI_REAL == 32
    rti_vf one = rti_vset(1), t = rti_vdiv(one, rti_vfma(rti_vabs(x), rti_vset(0.26), one));
    rti_vf p = rti_vfma(t, rti_vset(-0.07423010420767427), rti_vset(0.23365620280093768));
    p = rti_vfma(t, p, rti_vset(-0.11336977876358549));
    p = rti_vfma(t, p, rti_vset(0.17164254906779683));
    p = rti_vfma(t, p, rti_vset(0.0712121126948494));
    p = rti_vfma(t, p, rti_vset(0.10760632260378217));
    p = rti_vfma(t, p, rti_vset(0.10348261935890975));
    rti_vf tail = rti_vmul(rti_vmul(p, t), bell);
    rti_vf below = rti_vselect(rti_vlt(x, rti_vset(0)), tail, rti_vsub(one, tail));
#else
    rti_vf below = rti_vfma(rti_vset(0.5), RTI_FN(erf)(rti_vmul(x, rti_vset(0.70710678118654752440))), rti_vset(0.5));
#endif
    return rti_vmul(g, rti_vfma(x, rti_vmul(rti_vset(0.39894228040143267794), bell), below));
}
#endif

#if !RTI_PASS

RTI_INTEGER1(neg, -(uint64_t)a)
RTI_INTEGER1(relu, a < 0 ? 0 : a)
RTI_INTEGER2(relu_backward, b <= 0 ? 0 : a)
RTI_DEFINE_FORMULA(neg, 1, rti_run_neg_i64)
RTI_DEFINE_FORMULA(exp, 1, NULL)
RTI_DEFINE_FORMULA(log, 1, NULL)
RTI_DEFINE_FORMULA(sqrt, 1, NULL)
RTI_DEFINE_FORMULA(erf, 1, NULL)
RTI_DEFINE_FORMULA(relu, 1, rti_run_relu_i64)
RTI_DEFINE_FORMULA(relu_backward, 2, rti_run_relu_backward_i64)
RTI_DEFINE_FORMULA(gelu, 1, NULL)
RTI_DEFINE_FORMULA(gelu_backward, 2, NULL)

/* An elementwise row: schema, flags, formula, derivative, its one-formula form, what it saves, where tests draw its inputs. */
#define RTI_ELEMENTWISE(schema, flags, formula, backward, fast_backward, saves, low, high) \
    { schema, 1, (flags) | RTI_ANY_OUT, &formula, rti_shape_elementwise, rti_run_elementwise, NULL, backward, fast_backward, NULL, saves, low, high }

/* ---- neg, exp, log, sqrt, erf ---- */

static rt_status rti_neg_backward(rti_backward *b) { return rti_b_set(b, 0, rt_neg(rti_b_grad(b, 0))); }
static const rt_op rti_op_neg =
    RTI_ELEMENTWISE("neg(Tensor self) -> Tensor", RTI_PROMOTE | RTI_NO_BOOL, rti_formula_neg, rti_neg_backward, NULL, 0, -10, 10);

static rt_status rti_exp_backward(rti_backward *b) { return rti_b_set(b, 0, rt_mul(rti_b_grad(b, 0), rti_b_output(b, 0))); }
static const rt_op rti_op_exp =
    RTI_ELEMENTWISE("exp(Tensor self) -> Tensor", RTI_TO_FLOAT, rti_formula_exp, rti_exp_backward, NULL, RTI_SAVE_OUT(0), -5, 5);

static rt_status rti_log_backward(rti_backward *b) { return rti_b_set(b, 0, rt_div(rti_b_grad(b, 0), rti_b_input(b, 0))); }
static const rt_op rti_op_log =
    RTI_ELEMENTWISE("log(Tensor self) -> Tensor", RTI_TO_FLOAT, rti_formula_log, rti_log_backward, NULL, RTI_SAVE_IN(0), 0.1, 10);

static rt_status rti_sqrt_backward(rti_backward *b)
{
    return rti_b_set(b, 0, rt_div(rti_b_grad(b, 0), rt_mul_scalar(rti_b_output(b, 0), rt_scalar_int(2))));
}
static const rt_op rti_op_sqrt =
    RTI_ELEMENTWISE("sqrt(Tensor self) -> Tensor", RTI_TO_FLOAT, rti_formula_sqrt, rti_sqrt_backward, NULL, RTI_SAVE_OUT(0), 0.1, 10);

/* e^(-x^2 scale) */
static rt_tensor *rti_gaussian(rt_tensor *x, double scale) { return rt_exp(rt_mul_scalar(rt_mul(x, x), rt_scalar_float(-scale))); }

static rt_status rti_erf_backward(rti_backward *b)
{
    rt_tensor *slope = rt_mul_scalar(rti_gaussian(rti_b_input(b, 0), 1), rt_scalar_float(1.12837916709551257390));
    return rti_b_set(b, 0, rt_mul(rti_b_grad(b, 0), slope));
}
static const rt_op rti_op_erf =
    RTI_ELEMENTWISE("erf(Tensor self) -> Tensor", RTI_TO_FLOAT, rti_formula_erf, rti_erf_backward, NULL, RTI_SAVE_IN(0), -3, 3);

/* ---- relu ---- */

static const rt_op rti_op_relu_backward = RTI_ELEMENTWISE("relu_backward(Tensor grad_output, Tensor result) -> Tensor", RTI_PROMOTE,
                                                          rti_formula_relu_backward, NULL, NULL, 0, -10, 10);
static rt_status rti_relu_backward(rti_backward *b)
{
    rt_tensor *y = rti_b_output(b, 0), *g = rti_b_grad(b, 0);
    return rti_b_set(b, 0, rt_where_scalar_self(rt_le_scalar(y, rt_scalar_int(0)), rt_scalar_int(0), g));
}
static const rt_op rti_op_relu = RTI_ELEMENTWISE("relu(Tensor self) -> Tensor", RTI_PROMOTE | RTI_NO_BOOL, rti_formula_relu, rti_relu_backward,
                                                 &rti_op_relu_backward, RTI_SAVE_OUT(0), -10, 10);

/* ---- gelu ---- */

static const rt_op rti_op_gelu_backward = RTI_ELEMENTWISE("gelu_backward(Tensor grad_output, Tensor self) -> Tensor", RTI_PROMOTE | RTI_NO_INTEGERS,
                                                          rti_formula_gelu_backward, NULL, NULL, 0, -4, 4);
static rt_status rti_gelu_backward(rti_backward *b)
{
    rt_tensor *x = rti_b_input(b, 0), *g = rti_b_grad(b, 0);
    rt_tensor *error = rt_erf(rt_mul_scalar(x, rt_scalar_float(0.70710678118654752440)));
    rt_tensor *below = rt_mul_scalar(rt_add_scalar(error, rt_scalar_int(1)), rt_scalar_float(0.5));
    rt_tensor *density = rt_mul_scalar(rti_gaussian(x, 0.5), rt_scalar_float(0.39894228040143267794));
    return rti_b_set(b, 0, rt_mul(g, rt_add(below, rt_mul(x, density))));
}
static const rt_op rti_op_gelu = RTI_ELEMENTWISE("gelu(Tensor self) -> Tensor", RTI_PROMOTE | RTI_NO_INTEGERS, rti_formula_gelu, rti_gelu_backward,
                                                 &rti_op_gelu_backward, RTI_SAVE_IN(0), -4, 4);

RT_API rt_tensor *rt_neg(rt_tensor *x) { return rti_call1(&rti_op_neg, x); }
RT_API rt_tensor *rt_exp(rt_tensor *x) { return rti_call1(&rti_op_exp, x); }
RT_API rt_tensor *rt_log(rt_tensor *x) { return rti_call1(&rti_op_log, x); }
RT_API rt_tensor *rt_sqrt(rt_tensor *x) { return rti_call1(&rti_op_sqrt, x); }
RT_API rt_tensor *rt_erf(rt_tensor *x) { return rti_call1(&rti_op_erf, x); }
RT_API rt_tensor *rt_relu(rt_tensor *x) { return rti_call1(&rti_op_relu, x); }
RT_API rt_tensor *rt_gelu(rt_tensor *x) { return rti_call1(&rti_op_gelu, x); }
RT_API rt_tensor *rt_neg_(rt_tensor *x) { return rti_inplace1(&rti_op_neg, x); }
RT_API rt_tensor *rt_exp_(rt_tensor *x) { return rti_inplace1(&rti_op_exp, x); }
RT_API rt_tensor *rt_log_(rt_tensor *x) { return rti_inplace1(&rti_op_log, x); }
RT_API rt_tensor *rt_sqrt_(rt_tensor *x) { return rti_inplace1(&rti_op_sqrt, x); }
RT_API rt_tensor *rt_erf_(rt_tensor *x) { return rti_inplace1(&rti_op_erf, x); }
RT_API rt_tensor *rt_relu_(rt_tensor *x) { return rti_inplace1(&rti_op_relu, x); }
#endif
