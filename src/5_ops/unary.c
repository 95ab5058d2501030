/* ---- unary elementwise ------------------------------------------------------------------------------------------------------------ */

#if RTI_PASS || RTI_ONE_PASS

/* Parts of formulas stand in each of them, but not in their recordings, which are only run once. */
#undef RTI_FORMULA_PART
#if RTI_PASS == 2
#  define RTI_FORMULA_PART static RTI_UNUSED
#else
#  define RTI_FORMULA_PART static RTI_INLINE
#endif

RTI_FORMULA1(neg, x) { return rti_vneg(x); }
RTI_FORMULA1(sqrt, x) { return rti_vsqrt(x); }

/* e^x = 2^n (1 + p) with n = round(x / ln 2), 1 + p = e^r, |r| <= ln 2 / 2; ln 2 in two parts keeps r exact where nothing is fused */
RTI_FORMULA_PART rti_vf RTI_FN(exp_parts)(rti_vf x, rti_vf *exponent)
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
    *exponent = n;
    return rti_vfma(rti_vmul(r, r), p, r);
}

RTI_FORMULA1(exp, x)
{
    rti_vf n, p = RTI_FN(exp_parts)(x, &n);
    return rti_vscale2(rti_vadd(p, rti_vset(1)), n);
}

/* e^x - 1 = 2 (2^(n-1) p + (2^(n-1) - 1/2)): halves, so that nothing overflows before the end */
RTI_FORMULA_PART rti_vf RTI_FN(exp_less_one)(rti_vf x)
{
    rti_vf n, p = RTI_FN(exp_parts)(x, &n), half = rti_vset(0.5), scale = rti_vscale2(half, n);
    return rti_vmul(rti_vfma(scale, p, rti_vsub(scale, half)), rti_vset(2));
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

RTI_FORMULA1(abs, x) { return rti_vabs(x); }
RTI_FORMULA1(sign, x) { return rti_vsub(rti_vflag(rti_vlt(rti_vset(0), x)), rti_vflag(rti_vlt(x, rti_vset(0)))); }
RTI_FORMULA1(round, x) { return rti_vround(x); }
RTI_FORMULA1(floor, x)
{
    rti_vf near = rti_vround(x);
    return rti_vselect(rti_vlt(x, near), rti_vsub(near, rti_vset(1)), near);
}
RTI_FORMULA1(ceil, x) { return rti_vneg(RTI_FN(floor)(rti_vneg(x))); }
RTI_FORMULA1(trunc, x) { return rti_vcopysign(RTI_FN(floor)(rti_vabs(x)), x); }

/* -e / (2 + e) with e = e^(-2|x|) - 1, and x's sign */
RTI_FORMULA1(tanh, x)
{
    rti_vf e = RTI_FN(exp_less_one)(rti_vmul(rti_vabs(x), rti_vset(-2)));
    return rti_vcopysign(rti_vdiv(e, rti_vadd(e, rti_vset(2))), x);
}
RTI_FORMULA1(sigmoid, x) { return rti_vdiv(rti_vset(1), rti_vadd(rti_vset(1), RTI_FN(exp)(rti_vneg(x)))); }
#endif

#if !RTI_PASS

/* ---- how these rows are written ----
 * RTI_UNARY(name, flags, shape rule, derivative, what it saves, where tests draw inputs): the row of rti_formula_name with its functions.
 * RTI_OF_X and RTI_OF_Y write derivatives: the argument's gradient, of the result's gradient g and the argument x, or the result y, both
 * conjugated if complex, as PyTorch has it. */

#define RTI_ELEMENTWISE_BY(schema, flags, shape, formula, backward, saves, low, high) \
    { RTI_TEXT(schema), 1, (flags) | RTI_ANY_OUT, &formula, shape, rti_run_elementwise, NULL, backward, NULL, NULL, saves, low, high }
#define RTI_UNARY(name, flags, shape, backward, saves, low, high) \
    static const rt_op rti_op_##name = \
        RTI_ELEMENTWISE_BY(#name "(Tensor self) -> Tensor", flags, shape, rti_formula_##name, backward, saves, low, high); \
    RT_API rt_tensor *rt_##name(rt_tensor *x) { return rti_call1(&rti_op_##name, x); } \
    RT_API rt_tensor *rt_##name##_(rt_tensor *x) { return rti_inplace1(&rti_op_##name, x); }
#define RTI_OF_X(name, expression) \
    static rt_status rti_##name##_backward(rti_backward *b) \
    { \
        rt_tensor *g = rti_b_grad(b, 0), *x = rti_conj_of(rti_b_input(b, 0)); \
        return rti_b_set(b, 0, expression); \
    }
#define RTI_OF_Y(name, expression) \
    static rt_status rti_##name##_backward(rti_backward *b) \
    { \
        rt_tensor *g = rti_b_grad(b, 0), *y = rti_conj_of(rti_b_output(b, 0)); \
        return rti_b_set(b, 0, expression); \
    }

/* a x, x + a, a - x */
static rt_tensor *rti_scaled(rt_tensor *x, double a) { return rt_mul_scalar(x, rt_scalar_float(a)); }
static rt_tensor *rti_plus(rt_tensor *x, double a) { return rt_add_scalar(x, rt_scalar_float(a)); }
static rt_tensor *rti_from(double a, rt_tensor *x) { return rt_rsub_scalar(x, rt_scalar_float(a)); }
/* x where condition holds, else 0; and 0 where it holds, else x */
static rt_tensor *rti_where_else_0(rt_tensor *condition, rt_tensor *x) { return rt_where_scalar_other(condition, x, rt_scalar_int(0)); }
static rt_tensor *rti_0_where(rt_tensor *condition, rt_tensor *x) { return rt_where_scalar_self(condition, rt_scalar_int(0), x); }

/* Argument k of a call as a double, or what is taken in its place. */
static double rti_number_argument(const rt_value *arg, int n_args, int k, double normal)
{
    if (k >= n_args || !rti_value_is_number(&arg[k]))
        return normal;
    rt_scalar s = rti_scalar_of_value(&arg[k]);
    return s.kind == RT_SCALAR_FLOAT || s.kind == RT_SCALAR_COMPLEX ? s.re : (double)s.i;
}
static double rti_b_number(const rti_backward *b, int k, double normal) { return rti_number_argument(b->node->arg, b->node->n_args, k, normal); }

/* What a row made of others answers: y, which belongs to a scope. */
static rt_status rti_compose_answer(rt_value *results, rt_tensor *y)
{
    if (!y)
        return rti_pending_code();
    rti_retain(y);
    rti_box_tensor(&results[0], y);
    return RT_OK;
}

/* A tensor and numbers. */
static rt_tensor *rti_call_numbers(const rt_op *op, rt_tensor *x, const rt_scalar *number, int n, bool in_place)
{
    rt_value arg[4];
    rti_box_tensor(&arg[0], x);
    for (int k = 0; k < n; k++)
        arg[k + 1] = rti_value_scalar(&number[k]);
    return in_place ? rti_call_inplace(op, arg, n + 1) : rti_call_op(op, arg, n + 1);
}
static rt_tensor *rti_call_number(const rt_op *op, rt_tensor *x, double number, bool in_place)
{
    rt_scalar s = rt_scalar_float(number);
    return rti_call_numbers(op, x, &s, 1, in_place);
}

/* Of what is constant between steps: 0 for every tensor. */
static rt_status rti_zero_backward(rti_backward *b)
{
    rt_status status = RT_OK;
    for (int k = 0; k < b->node->n_args && status == RT_OK; k++)
        if (rti_b_needs(b, k))
            status = rti_b_set(b, k, rt_zeros_like(rti_b_grad(b, 0)));
    return status;
}
/* Of what passes the argument on. */
static rt_status rti_same_backward(rti_backward *b) { return rti_b_set(b, 0, rti_b_grad(b, 0)); }

/* ---- shape rules ---- */

static bool rti_is_eighth(rt_dtype dtype) { return rti_is_float(dtype) && rti_element_bytes(dtype) == 1; }

/* What PyTorch has no kernel for: bool as the common type, the float8 types, both, complex numbers. */
static rt_status rti_shape_no_bool(rti_call *c)
{
    rt_status status = rti_shape_elementwise(c);
    return status == RT_OK && c->common == RT_BOOL ? rti_refuse_dtype(c, RT_BOOL) : status;
}
static rt_status rti_shape_no_eighths(rti_call *c)
{
    rt_status status = rti_shape_elementwise(c);
    return status == RT_OK && rti_is_eighth(c->common) ? rti_refuse_dtype(c, c->common) : status;
}
static rt_status rti_shape_rounding(rti_call *c)
{
    rt_status status = rti_shape_no_eighths(c);
    return status == RT_OK && c->common == RT_BOOL ? rti_refuse_dtype(c, RT_BOOL) : status;
}
static rt_status rti_shape_real(rti_call *c)
{
    rt_status status = rti_shape_elementwise(c);
    return status == RT_OK && rt_dtype_is_complex(c->common) ? rti_refuse_dtype(c, c->common) : status;
}

/* Of the types that are not computed with, the float8 ones alone. */
static rt_status rti_shape_eighths(rti_call *c)
{
    rt_status status = rti_shape_elementwise(c);
    return status == RT_OK && rti_is_bare(c->common) && !rti_is_eighth(c->common) ? rti_refuse_dtype(c, c->common) : status;
}

/* One tensor and numbers that leave its type alone. */
static rt_status rti_shape_numbers(rti_call *c)
{
    const rt_tensor *x = rti_arg_tensor(c, 0);
    rt_status status = rti_result_like(c, 0, x);
    c->flat = false;
    if (status == RT_OK)
        status = rti_elementwise_class(c, 1, (rt_dtype)x->dtype);
    for (int k = 1; k < c->n_args && status == RT_OK; k++)
        if (c->arg[k].tag == RT_VALUE_COMPLEX && !rt_dtype_is_complex(c->common))
            return rti_refuse_dtype(c, RT_COMPLEX64);
    return status;
}

/* Hands the formula other operands than the arguments; those past the second may be NULL. */
static void rti_set_operands(rti_call *c, const rt_value *first, const rt_value *second, const rt_value *third)
{
    c->operand[0] = *first;
    c->operand[1] = *second;
    c->operand[2] = third ? *third : *second;
    c->arg = c->operand;
    c->n_args = third ? 3 : 2;
}

/* Another formula for operands whose type has been found. */
static rt_status rti_take_formula(rti_call *c, const rti_formula *formula)
{
    c->formula = formula;
    c->compute = rti_class_of(c->common);
    c->run = rti_formula_run(formula, c->compute);
    if (!c->run && c->compute == RTI_CLASS_F32)
        c->run = rti_formula_run(formula, c->compute = RTI_CLASS_F64);
    c->flat = true;
    for (int k = 0; k < formula->n_in && c->flat; k++) {
        const rt_tensor *x = rti_arg_tensor(c, k);
        c->flat = x && x->contiguous && x->numel == c->result[0].n && x->dtype == rti_class_dtype[c->compute];
    }
    return c->run ? RT_OK : rti_refuse_dtype(c, c->common);
}

/* A number in the place of operand k, the argument in the other. */
static rt_status rti_shape_with_number(rti_call *c, int k, double number)
{
    rt_value value = rt_value_float(number);
    rti_set_operands(c, k ? c->arg : &value, k ? &value : c->arg, NULL);
    return rti_shape_elementwise(c);
}

/* ---- sign and size ---- */

RTI_INTEGER1(neg, -(uint64_t)a)
RTI_COMPLEX1(neg, rti_c_neg(a))
RTI_DEFINE_FORMULA(neg, 1, rti_run_neg_i64, rti_run_neg_c128)
static rt_status rti_neg_backward(rti_backward *b) { return rti_b_set(b, 0, rt_neg(rti_b_grad(b, 0))); }
RTI_UNARY(neg, RTI_PROMOTE | RTI_NO_BOOL, rti_shape_elementwise, rti_neg_backward, 0, -10, 10)

static rt_status rti_run_positive(rti_call *c)
{
    rt_tensor *x = rti_arg_tensor(c, 0);
    if (x->dtype == RT_BOOL)
        return rti_refuse_dtype(c, RT_BOOL);
    c->out[0] = rti_tensor_view(x, x->size, x->stride, x->ndim, 0);
    return c->out[0] ? RT_OK : rti_pending_code();
}
static const rt_op rti_op_positive = { RTI_TEXT("positive(Tensor(a) self) -> Tensor(a)"),
                                       1, RTI_VIEW, NULL, NULL, rti_run_positive, NULL, rti_same_backward, NULL, NULL,
                                       0, -10, 10 };
RT_API rt_tensor *rt_positive(rt_tensor *x) { return rti_call1(&rti_op_positive, x); }

RTI_INTEGER1(abs, a < 0 ? -(uint64_t)a : (uint64_t)a)
RTI_COMPLEX1(abs, rti_complex_of(rti_c_abs(a), 0))
RTI_DEFINE_FORMULA(abs, 1, rti_run_abs_i64, rti_run_abs_c128)
static rt_status rti_abs_backward(rti_backward *b) { return rti_b_set(b, 0, rt_mul(rti_b_grad(b, 0), rt_sgn(rti_b_input(b, 0)))); }
RTI_UNARY(abs, RTI_PROMOTE | RTI_NO_BOOL | RTI_TO_REAL | RTI_BARE, rti_shape_eighths, rti_abs_backward, RTI_SAVE_IN(0), -10, 10)

RTI_INTEGER1(sign, (a > 0) - (a < 0))
RTI_COMPLEX1(sign, rti_c_sgn(a))
RTI_DEFINE_FORMULA(sign, 1, rti_run_sign_i64, rti_run_sign_c128)
RTI_UNARY(sign, RTI_PROMOTE, rti_shape_real, rti_zero_backward, 0, -10, 10)

/* of complex numbers: (g - Re(g conj y) y) / |x|, 0 at 0 */
static rt_status rti_sgn_backward(rti_backward *b)
{
    rt_tensor *g = rti_b_grad(b, 0), *x = rti_b_input(b, 0), *y = rti_b_output(b, 0);
    if (!x || !rt_dtype_is_complex((rt_dtype)x->dtype))
        return rti_zero_backward(b);
    rt_tensor *across = rt_sub(g, rt_mul(rt_real(rt_mul(g, rti_conj_of(y))), y)), *size = rt_abs(x);
    return rti_b_set(b, 0, rti_0_where(rt_eq_scalar(size, rt_scalar_int(0)), rt_div(across, size)));
}
static const rt_op rti_op_sgn = RTI_ELEMENTWISE("sgn(Tensor self) -> Tensor", RTI_PROMOTE, rti_formula_sign, rti_sgn_backward, NULL,
                                                RTI_SAVE_IN(0) | RTI_SAVE_OUT(0), -10, 10);
RT_API rt_tensor *rt_sgn(rt_tensor *x) { return rti_call1(&rti_op_sgn, x); }
RT_API rt_tensor *rt_sgn_(rt_tensor *x) { return rti_inplace1(&rti_op_sgn, x); }

RTI_COMPLEX1(angle, rti_complex_of(rti_c_arg(a), 0))
RTI_PLAIN1(angle, rti_is_nan(a) ? a : a < 0 ? RTI_PI : 0)
RTI_DEFINE_PLAIN(angle, 1, NULL, rti_run_angle_c128)
/* of complex numbers: g i x / |x|^2, 0 at 0 */
static rt_status rti_angle_backward(rti_backward *b)
{
    rt_tensor *x = rti_b_input(b, 0), *g = rti_b_grad(b, 0);
    if (!x || !rt_dtype_is_complex((rt_dtype)x->dtype))
        return rti_zero_backward(b);
    rt_tensor *size = rt_abs(x), *turned = rt_mul_scalar(rt_div(rt_sgn(x), size), rt_scalar_complex(0, 1));
    return rti_b_set(b, 0, rti_0_where(rt_eq_scalar(size, rt_scalar_int(0)), rt_mul(g, turned)));
}
static const rt_op rti_op_angle = RTI_ELEMENTWISE("angle(Tensor self) -> Tensor", RTI_TO_FLOAT | RTI_TO_REAL, rti_formula_angle, rti_angle_backward, NULL,
                                                  RTI_SAVE_IN(0), -10, 10);
RT_API rt_tensor *rt_angle(rt_tensor *x) { return rti_call1(&rti_op_angle, x); }

/* ---- rounding: integers are whole ---- */

RTI_INTEGER1(whole, a)
RTI_DEFINE_FORMULA(floor, 1, rti_run_whole_i64, NULL)
RTI_DEFINE_FORMULA(ceil, 1, rti_run_whole_i64, NULL)
RTI_DEFINE_FORMULA(round, 1, rti_run_whole_i64, NULL)
RTI_DEFINE_FORMULA(trunc, 1, rti_run_whole_i64, NULL)
RTI_UNARY(floor, RTI_PROMOTE | RTI_BARE, rti_shape_rounding, rti_zero_backward, 0, -10, 10)
RTI_UNARY(ceil, RTI_PROMOTE | RTI_BARE, rti_shape_rounding, rti_zero_backward, 0, -10, 10)
RTI_UNARY(round, RTI_PROMOTE | RTI_BARE, rti_shape_rounding, rti_zero_backward, 0, -10, 10)
RTI_UNARY(trunc, RTI_PROMOTE | RTI_BARE, rti_shape_rounding, rti_zero_backward, 0, -10, 10)

RTI_PLAIN1(frac, a - trunc(a))
RTI_DEFINE_PLAIN(frac, 1, NULL, NULL)
RTI_UNARY(frac, RTI_PROMOTE | RTI_NO_INTEGERS, rti_shape_elementwise, rti_same_backward, 0, -10, 10)

/* To decimals: in the operand's own precision, where 0.35 * 10 is 3.5. Behind the point the operand is first multiplied by b, then divided
 * by c; before it b is 1, and the places change. */
RTI_PLAIN3(round_decimals_f32, (double)((float)rint((double)((float)a * (float)b / (float)c)) * (float)c / (float)b))
RTI_PLAIN3(round_decimals, rint(a * b / c) * c / b)
RTI_DEFINE_PLAIN(round_decimals_f32, 3, NULL, NULL)
RTI_DEFINE_PLAIN(round_decimals, 3, NULL, NULL)
static rt_status rti_shape_round_decimals(rti_call *c)
{
    int64_t decimals = c->arg[1].as.i;
    rt_value up = rt_value_float(pow(10, decimals > 0 ? (double)decimals : 0)), down = rt_value_float(pow(10, decimals < 0 ? -(double)decimals : 0));
    rti_set_operands(c, c->arg, &up, &down);
    rt_status status = rti_shape_numbers(c);
    return status == RT_OK && c->common != RT_FLOAT64 ? rti_take_formula(c, &rti_formula_round_decimals_f32) : status;
}
static const rt_op rti_op_round_decimals =
    RTI_ELEMENTWISE_BY("round.decimals(Tensor self, *, int decimals) -> Tensor", RTI_PROMOTE | RTI_NO_INTEGERS, rti_shape_round_decimals,
                       rti_formula_round_decimals, rti_zero_backward, 0, -10, 10);
static rt_tensor *rti_round_decimals(rt_tensor *x, int decimals, bool in_place)
{
    rt_value arg[2];
    rti_box_tensor(&arg[0], x);
    arg[1] = rt_value_int(decimals);
    return in_place ? rti_call_inplace(&rti_op_round_decimals, arg, 2) : rti_call_op(&rti_op_round_decimals, arg, 2);
}
RT_API rt_tensor *rt_round_decimals(rt_tensor *x, int decimals) { return rti_round_decimals(x, decimals, false); }
RT_API rt_tensor *rt_round_decimals_(rt_tensor *x, int decimals) { return rti_round_decimals(x, decimals, true); }

/* ---- powers, exponentials, logarithms ---- */

RTI_COMPLEX1(exp, rti_c_exp(a))
RTI_COMPLEX1(log, rti_c_log(a))
RTI_COMPLEX1(sqrt, rti_c_sqrt(a))
RTI_DEFINE_FORMULA(exp, 1, NULL, rti_run_exp_c128)
RTI_DEFINE_FORMULA(log, 1, NULL, rti_run_log_c128)
RTI_DEFINE_FORMULA(sqrt, 1, NULL, rti_run_sqrt_c128)
RTI_OF_Y(exp, rt_mul(g, y))
RTI_OF_X(log, rt_div(g, x))
RTI_OF_Y(sqrt, rt_div(g, rt_mul_scalar(y, rt_scalar_int(2))))
RTI_UNARY(exp, RTI_TO_FLOAT, rti_shape_elementwise, rti_exp_backward, RTI_SAVE_OUT(0), -5, 5)
RTI_UNARY(log, RTI_TO_FLOAT, rti_shape_elementwise, rti_log_backward, RTI_SAVE_IN(0), 0.1, 10)
RTI_UNARY(sqrt, RTI_TO_FLOAT, rti_shape_elementwise, rti_sqrt_backward, RTI_SAVE_OUT(0), 0.1, 10)

/* A plain function of real and complex numbers, integers as floats. */
#define RTI_PLAIN_UNARY(name, real, complex, saves, low, high) \
    RTI_PLAIN1(name, real) \
    RTI_COMPLEX1(name, complex) \
    RTI_DEFINE_PLAIN(name, 1, NULL, rti_run_##name##_c128) \
    RTI_UNARY(name, RTI_TO_FLOAT, rti_shape_elementwise, rti_##name##_backward, saves, low, high)

RTI_OF_Y(exp2, rti_scaled(rt_mul(g, y), RTI_LN2))
RTI_OF_Y(expm1, rt_mul(g, rti_plus(y, 1)))
RTI_OF_X(log2, rt_div(g, rti_scaled(x, RTI_LN2)))
RTI_OF_X(log10, rt_div(g, rti_scaled(x, RTI_LN10)))
RTI_OF_X(log1p, rt_div(g, rti_plus(x, 1)))
RTI_OF_Y(rsqrt, rti_scaled(rt_mul(g, rt_mul(y, rt_mul(y, y))), -0.5))
RTI_PLAIN_UNARY(exp2, exp2(a), rti_c_exp(rti_c_scale(a, RTI_LN2)), RTI_SAVE_OUT(0), -5, 5)
RTI_PLAIN_UNARY(expm1, expm1(a), rti_c_expm1(a), RTI_SAVE_OUT(0), -5, 5)
RTI_PLAIN_UNARY(log2, log2(a), rti_c_scale(rti_c_log(a), 1 / RTI_LN2), RTI_SAVE_IN(0), 0.1, 10)
RTI_PLAIN_UNARY(log10, log10(a), rti_c_scale(rti_c_log(a), 1 / RTI_LN10), RTI_SAVE_IN(0), 0.1, 10)
RTI_PLAIN_UNARY(log1p, log1p(a), rti_c_log1p(a), RTI_SAVE_IN(0), -0.9, 10)
RTI_PLAIN_UNARY(rsqrt, 1 / sqrt(a), rti_c_reciprocal(rti_c_sqrt(a)), RTI_SAVE_OUT(0), 0.1, 10)

/* ---- trigonometric and hyperbolic functions, and their inverses ---- */

RTI_OF_X(sin, rt_mul(g, rt_cos(x)))
RTI_OF_X(cos, rt_neg(rt_mul(g, rt_sin(x))))
RTI_OF_Y(tan, rt_mul(g, rti_plus(rt_mul(y, y), 1)))
RTI_OF_X(asin, rt_mul(g, rt_rsqrt(rti_from(1, rt_mul(x, x)))))
RTI_OF_X(acos, rt_neg(rt_mul(g, rt_rsqrt(rti_from(1, rt_mul(x, x))))))
RTI_OF_X(atan, rt_div(g, rti_plus(rt_mul(x, x), 1)))
RTI_OF_X(sinh, rt_mul(g, rt_cosh(x)))
RTI_OF_X(cosh, rt_mul(g, rt_sinh(x)))
RTI_OF_Y(tanh, rt_mul(g, rti_from(1, rt_mul(y, y))))
RTI_OF_X(asinh, rt_mul(g, rt_rsqrt(rti_plus(rt_mul(x, x), 1))))
RTI_OF_X(acosh, rt_mul(g, rt_mul(rt_rsqrt(rti_plus(x, -1)), rt_rsqrt(rti_plus(x, 1)))))
RTI_OF_X(atanh, rt_div(g, rti_from(1, rt_mul(x, x))))
RTI_PLAIN_UNARY(sin, sin(a), rti_c_sin(a), RTI_SAVE_IN(0), -10, 10)
RTI_PLAIN_UNARY(cos, cos(a), rti_c_cos(a), RTI_SAVE_IN(0), -10, 10)
RTI_PLAIN_UNARY(tan, tan(a), rti_c_tan(a), RTI_SAVE_OUT(0), -1.5, 1.5)
RTI_PLAIN_UNARY(asin, asin(a), rti_c_asin(a), RTI_SAVE_IN(0), -0.9, 0.9)
RTI_PLAIN_UNARY(acos, acos(a), rti_c_acos(a), RTI_SAVE_IN(0), -0.9, 0.9)
RTI_PLAIN_UNARY(atan, atan(a), rti_c_atan(a), RTI_SAVE_IN(0), -10, 10)
RTI_PLAIN_UNARY(sinh, sinh(a), rti_c_sinh(a), RTI_SAVE_IN(0), -5, 5)
RTI_PLAIN_UNARY(cosh, cosh(a), rti_c_cosh(a), RTI_SAVE_IN(0), -5, 5)
RTI_PLAIN_UNARY(asinh, asinh(a), rti_c_asinh(a), RTI_SAVE_IN(0), -10, 10)
RTI_PLAIN_UNARY(acosh, acosh(a), rti_c_acosh(a), RTI_SAVE_IN(0), 1.1, 10)
RTI_PLAIN_UNARY(atanh, atanh(a), rti_c_atanh(a), RTI_SAVE_IN(0), -0.9, 0.9)

RTI_COMPLEX1(tanh, rti_c_tanh(a))
RTI_COMPLEX1(sigmoid, rti_c_sigmoid(a))
RTI_DEFINE_FORMULA(tanh, 1, NULL, rti_run_tanh_c128)
RTI_DEFINE_FORMULA(sigmoid, 1, NULL, rti_run_sigmoid_c128)
RTI_OF_Y(sigmoid, rt_mul(rt_mul(g, rti_from(1, y)), y))
RTI_UNARY(tanh, RTI_TO_FLOAT, rti_shape_elementwise, rti_tanh_backward, RTI_SAVE_OUT(0), -4, 4)
RTI_UNARY(sigmoid, RTI_TO_FLOAT, rti_shape_elementwise, rti_sigmoid_backward, RTI_SAVE_OUT(0), -4, 4)

/* (pi x cos(pi x) - sin(pi x)) / (pi x^2), 0 at 0 */
static rt_tensor *rti_sinc_slope(rt_tensor *x)
{
    rt_tensor *at = rti_scaled(x, RTI_PI), *slope = rt_div(rt_sub(rt_mul(at, rt_cos(at)), rt_sin(at)), rt_mul(at, x));
    return rti_0_where(rt_eq_scalar(x, rt_scalar_int(0)), slope);
}
RTI_OF_X(sinc, rt_mul(g, rti_sinc_slope(x)))
RTI_PLAIN_UNARY(sinc, a == 0 ? 1 : sin(RTI_PI * a) / (RTI_PI * a), rti_c_sinc(a), RTI_SAVE_IN(0), -4, 4)

/* ---- the error function ---- */

RTI_DEFINE_FORMULA(erf, 1, NULL, NULL)
/* e^(-x^2 scale) */
static rt_tensor *rti_gaussian(rt_tensor *x, double scale) { return rt_exp(rti_scaled(rt_mul(x, x), -scale)); }
RTI_OF_X(erf, rt_mul(g, rti_scaled(rti_gaussian(x, 1), 1.12837916709551257390)))
RTI_UNARY(erf, RTI_TO_FLOAT, rti_shape_elementwise, rti_erf_backward, RTI_SAVE_IN(0), -3, 3)

/* ---- questions: the answer is bool and has no gradient ---- */

RTI_INTEGER1(no, 0 * a)
RTI_INTEGER1(yes, 0 * a + 1)
RTI_INTEGER1(signbit, a < 0)
RTI_INTEGER1(logical_not, !a)
RTI_COMPLEX1(isnan, rti_complex_of(rti_c_is_nan(a), 0))
RTI_COMPLEX1(isinf, rti_complex_of(rti_c_is_inf(a), 0))
RTI_COMPLEX1(isfinite, rti_complex_of(rti_c_is_finite(a), 0))
RTI_COMPLEX1(logical_not, rti_complex_of(rti_c_is_zero(a), 0))
RTI_PLAIN1(isnan, rti_is_nan(a))
RTI_PLAIN1(isinf, rti_is_inf(a))
RTI_PLAIN1(isfinite, rti_is_finite(a))
RTI_PLAIN1(isposinf, rti_is_inf(a) && a > 0)
RTI_PLAIN1(isneginf, rti_is_inf(a) && a < 0)
RTI_PLAIN1(signbit, rti_is_negative(a))
RTI_PLAIN1(logical_not, a == 0)
RTI_DEFINE_PLAIN(isnan, 1, rti_run_no_i64, rti_run_isnan_c128)
RTI_DEFINE_PLAIN(isinf, 1, rti_run_no_i64, rti_run_isinf_c128)
RTI_DEFINE_PLAIN(isfinite, 1, rti_run_yes_i64, rti_run_isfinite_c128)
RTI_DEFINE_PLAIN(isposinf, 1, rti_run_no_i64, NULL)
RTI_DEFINE_PLAIN(isneginf, 1, rti_run_no_i64, NULL)
RTI_DEFINE_PLAIN(signbit, 1, rti_run_signbit_i64, NULL)
RTI_DEFINE_PLAIN(logical_not, 1, rti_run_logical_not_i64, rti_run_logical_not_c128)
#define RTI_QUESTION(name, flags, shape) \
    static const rt_op rti_op_##name = RTI_ELEMENTWISE_BY(#name "(Tensor self) -> Tensor", RTI_TO_BOOL | RTI_CONSTANT | (flags), shape, rti_formula_##name, \
                                                          NULL, 0, -10, 10); \
    RT_API rt_tensor *rt_##name(rt_tensor *x) { return rti_call1(&rti_op_##name, x); }
static rt_status rti_shape_signbit(rti_call *c)
{
    rt_status status = rti_shape_no_eighths(c);
    return status == RT_OK && c->common == RT_UINT64 ? rti_take_formula(c, &rti_formula_isposinf) : status;      /* never below zero */
}
RTI_QUESTION(isnan, RTI_BARE, rti_shape_elementwise)
RTI_QUESTION(isinf, RTI_BARE, rti_shape_elementwise)
RTI_QUESTION(isfinite, RTI_BARE, rti_shape_elementwise)
RTI_QUESTION(isposinf, RTI_BARE, rti_shape_no_eighths)
RTI_QUESTION(isneginf, RTI_BARE, rti_shape_no_eighths)
RTI_QUESTION(signbit, RTI_BARE, rti_shape_signbit)
RTI_QUESTION(logical_not, 0, rti_shape_elementwise)
#undef RTI_QUESTION
RT_API rt_tensor *rt_logical_not_(rt_tensor *x) { return rti_inplace1(&rti_op_logical_not, x); }

/* ---- nan_to_num ---- */

static double rti_number_for(double a, double nan, double above, double below) { return rti_is_nan(a) ? nan : !rti_is_inf(a) ? a : a > 0 ? above : below; }
RTI_INTEGER4(nan_to_num, ((void)b, (void)c, (void)d, a))
RTI_COMPLEX4(nan_to_num, rti_complex_of(rti_number_for(a.re, b.re, c.re, d.re), rti_number_for(a.im, b.re, c.re, d.re)))
RTI_PLAIN4(nan_to_num, rti_number_for(a, b, c, d))
RTI_DEFINE_PLAIN(nan_to_num, 4, rti_run_nan_to_num_i64, rti_run_nan_to_num_c128)

/* The largest number of a floating point type. */
static double rti_largest(rt_dtype dtype)
{
    switch (rti_real_dtype(dtype)) {
    case RT_FLOAT64: return 1.7976931348623157e308;
    case RT_FLOAT16: return 65504;
    case RT_BFLOAT16: return 3.3895313892515355e38;
    default: return 3.4028234663852886e38;
    }
}
static rt_status rti_shape_nan_to_num(rti_call *c)
{
    double largest = rti_largest((rt_dtype)rti_arg_tensor(c, 0)->dtype);
    const double normal[] = { 0, 0, largest, -largest };
    c->operand[0] = c->arg[0];
    for (int k = 1; k < 4; k++)
        c->operand[k] = k < c->n_args && rti_value_is_number(&c->arg[k]) ? c->arg[k] : rt_value_float(normal[k]);
    c->arg = c->operand;
    c->n_args = 4;
    rt_status status = rti_shape_numbers(c);
    return status == RT_OK && rti_is_eighth(c->common) ? rti_refuse_dtype(c, c->common) : status;
}
RTI_OF_X(nan_to_num, rti_where_else_0(rt_isfinite(x), g))
static const rt_op rti_op_nan_to_num =
    RTI_ELEMENTWISE_BY("nan_to_num(Tensor self, float? nan=None, float? posinf=None, float? neginf=None) -> Tensor", RTI_PROMOTE | RTI_BARE,
                       rti_shape_nan_to_num, rti_formula_nan_to_num, rti_nan_to_num_backward, RTI_SAVE_IN(0), -10, 10);
RT_API rt_nan_to_num_opts rt_nan_to_num_opts_default(void)
{
    rt_nan_to_num_opts o;
    memset((void *)&o, 0, sizeof o);
    o.exact = 1;
    o.posinf = o.neginf = (double)NAN;
    return o;
}
/* A replacement for infinities: none where the type's own end is asked for. */
static rt_value rti_infinity_option(double value, bool exact)
{
    value = rti_double_option(value, (double)NAN, exact);
    return rti_is_nan(value) ? rt_value_none() : rt_value_float(value);
}
static rt_tensor *rti_nan_to_num(rt_tensor *x, const rt_nan_to_num_opts *opts, bool in_place)
{
    rt_value arg[4];
    rti_box_tensor(&arg[0], x);
    arg[1] = opts ? rt_value_float(rti_double_option(opts->nan, 0, true)) : rt_value_none();
    arg[2] = opts ? rti_infinity_option(opts->posinf, opts->exact) : rt_value_none();
    arg[3] = opts ? rti_infinity_option(opts->neginf, opts->exact) : rt_value_none();
    return in_place ? rti_call_inplace(&rti_op_nan_to_num, arg, 4) : rti_call_op(&rti_op_nan_to_num, arg, 4);
}
RT_API rt_tensor *rt_nan_to_num(rt_tensor *x, const rt_nan_to_num_opts *opts) { return rti_nan_to_num(x, opts, false); }
RT_API rt_tensor *rt_nan_to_num_(rt_tensor *x, const rt_nan_to_num_opts *opts) { return rti_nan_to_num(x, opts, true); }

static const rt_op *const rti_unary_rows[] = {
    &rti_op_neg, &rti_op_positive, &rti_op_abs, &rti_op_sign, &rti_op_sgn, &rti_op_angle, &rti_op_floor, &rti_op_ceil, &rti_op_round, &rti_op_trunc,
    &rti_op_frac, &rti_op_round_decimals, &rti_op_exp, &rti_op_log, &rti_op_sqrt, &rti_op_exp2, &rti_op_expm1, &rti_op_log2, &rti_op_log10, &rti_op_log1p,
    &rti_op_rsqrt, &rti_op_sin, &rti_op_cos, &rti_op_tan, &rti_op_asin, &rti_op_acos, &rti_op_atan, &rti_op_sinh, &rti_op_cosh, &rti_op_asinh,
    &rti_op_acosh, &rti_op_atanh, &rti_op_tanh, &rti_op_sigmoid, &rti_op_sinc, &rti_op_erf, &rti_op_isnan, &rti_op_isinf, &rti_op_isfinite,
    &rti_op_isposinf, &rti_op_isneginf, &rti_op_signbit, &rti_op_logical_not, &rti_op_nan_to_num
};
#endif
