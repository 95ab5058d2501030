/* ---- elementwise with two operands ------------------------------------------------------------------------------------------------ */

#if RTI_PASS || RTI_ONE_PASS
RTI_FORMULA2(add, a, b) { return rti_vadd(a, b); }
RTI_FORMULA3(add_scaled, a, b, alpha) { return rti_vfma(b, alpha, a); }
RTI_FORMULA2(sub, a, b) { return rti_vsub(a, b); }
RTI_FORMULA3(sub_scaled, a, b, alpha) { return rti_vfma(rti_vneg(b), alpha, a); }
RTI_FORMULA2(mul, a, b) { return rti_vmul(a, b); }
RTI_FORMULA2(div, a, b) { return rti_vdiv(a, b); }
RTI_FORMULA2(eq, a, b) { return rti_vflag(rti_veq(a, b)); }
RTI_FORMULA2(ne, a, b) { return rti_vflag(rti_vnot(rti_veq(a, b))); }
RTI_FORMULA2(lt, a, b) { return rti_vflag(rti_vlt(a, b)); }
RTI_FORMULA2(le, a, b) { return rti_vflag(rti_vle(a, b)); }
RTI_FORMULA2(gt, a, b) { return rti_vflag(rti_vlt(b, a)); }
RTI_FORMULA2(ge, a, b) { return rti_vflag(rti_vle(b, a)); }
/* NaN wins; of equal ones, as 0 and -0, the second */
RTI_FORMULA2(maximum, a, b) { return rti_vselect(rti_vor(rti_vlt(b, a), rti_visnan(a)), a, b); }
RTI_FORMULA2(minimum, a, b) { return rti_vselect(rti_vor(rti_vlt(a, b), rti_visnan(a)), a, b); }
#endif

#if !RTI_PASS

/* RTI_BINARY(name, overload, flags, shape rule, formula, derivative, what it saves, where tests draw inputs): the row of two tensors with its
 * functions; RTI_BINARY_SCALAR the one whose second operand is a number. */
#define RTI_BINARY(name, overload, flags, shape, formula, backward, saves, low, high) \
    static const rt_op rti_op_##name = \
        RTI_ELEMENTWISE_BY(#name overload "(Tensor self, Tensor other) -> Tensor", flags, shape, formula, backward, saves, low, high); \
    RT_API rt_tensor *rt_##name(rt_tensor *a, rt_tensor *b) { return rti_call2(&rti_op_##name, a, b); } \
    RT_API rt_tensor *rt_##name##_(rt_tensor *a, rt_tensor *b) { return rti_inplace2(&rti_op_##name, a, b); }
#define RTI_BINARY_SCALAR(name, overload, flags, shape, formula, backward, saves, low, high) \
    static const rt_op rti_op_##name##_scalar = \
        RTI_ELEMENTWISE_BY(#name overload "(Tensor self, Scalar other) -> Tensor", flags, shape, formula, backward, saves, low, high); \
    RT_API rt_tensor *rt_##name##_scalar(rt_tensor *a, rt_scalar b) { return rti_call2_scalar(&rti_op_##name##_scalar, a, b); } \
    RT_API rt_tensor *rt_##name##_scalar_(rt_tensor *a, rt_scalar b) { return rti_inplace2_scalar(&rti_op_##name##_scalar, a, b); }

/* The number comes first. */
static rt_tensor *rti_call_scalar2(const rt_op *op, rt_scalar a, rt_tensor *b)
{
    rt_value arg[2];
    arg[0] = rti_value_scalar(&a);
    rti_box_tensor(&arg[1], b);
    return rti_call_op(op, arg, 2);
}

RTI_INTEGER2(add, (uint64_t)a + (uint64_t)b)
RTI_INTEGER3(add_scaled, (uint64_t)a + (uint64_t)b * (uint64_t)c)
RTI_INTEGER2(sub, (uint64_t)a - (uint64_t)b)
RTI_INTEGER3(sub_scaled, (uint64_t)a - (uint64_t)b * (uint64_t)c)
RTI_INTEGER2(mul, (uint64_t)a * (uint64_t)b)
RTI_INTEGER2(eq, a == b)
RTI_INTEGER2(ne, a != b)
RTI_INTEGER2(lt, a < b)
RTI_INTEGER2(le, a <= b)
RTI_INTEGER2(gt, a > b)
RTI_INTEGER2(ge, a >= b)
RTI_INTEGER2(maximum, a > b ? a : b)
RTI_INTEGER2(minimum, a < b ? a : b)
RTI_COMPLEX2(add, rti_c_add(a, b))
RTI_COMPLEX3(add_scaled, rti_c_add(a, rti_c_mul(b, c)))
RTI_COMPLEX2(sub, rti_c_sub(a, b))
RTI_COMPLEX3(sub_scaled, rti_c_sub(a, rti_c_mul(b, c)))
RTI_COMPLEX2(mul, rti_c_mul(a, b))
RTI_COMPLEX2(div, rti_c_div(a, b))
RTI_COMPLEX2(eq, rti_complex_of(rti_c_equal(a, b), 0))
RTI_COMPLEX2(ne, rti_complex_of(!rti_c_equal(a, b), 0))
RTI_DEFINE_FORMULA(add, 2, rti_run_add_i64, rti_run_add_c128)
RTI_DEFINE_FORMULA(add_scaled, 3, rti_run_add_scaled_i64, rti_run_add_scaled_c128)
RTI_DEFINE_FORMULA(sub, 2, rti_run_sub_i64, rti_run_sub_c128)
RTI_DEFINE_FORMULA(sub_scaled, 3, rti_run_sub_scaled_i64, rti_run_sub_scaled_c128)
RTI_DEFINE_FORMULA(mul, 2, rti_run_mul_i64, rti_run_mul_c128)
RTI_DEFINE_FORMULA(div, 2, NULL, rti_run_div_c128)
RTI_DEFINE_FORMULA(eq, 2, rti_run_eq_i64, rti_run_eq_c128)
RTI_DEFINE_FORMULA(ne, 2, rti_run_ne_i64, rti_run_ne_c128)
RTI_DEFINE_FORMULA(lt, 2, rti_run_lt_i64, NULL)
RTI_DEFINE_FORMULA(le, 2, rti_run_le_i64, NULL)
RTI_DEFINE_FORMULA(gt, 2, rti_run_gt_i64, NULL)
RTI_DEFINE_FORMULA(ge, 2, rti_run_ge_i64, NULL)
RTI_DEFINE_FORMULA(maximum, 2, rti_run_maximum_i64, NULL)
RTI_DEFINE_FORMULA(minimum, 2, rti_run_minimum_i64, NULL)

/* The gradient times the conjugate of an operand of the call, a tensor or a number. */
static rt_tensor *rti_times(rt_tensor *g, const rti_backward *b, int k)
{
    const rt_value *v = rti_b_arg(b, k);
    return v->tag == RT_VALUE_TENSOR ? rt_mul(g, rti_conj_of(rti_b_input(b, k))) : rt_mul_scalar(g, rti_conj_number(rti_scalar_of_value(v)));
}

/* Argument k as a tensor; a number becomes one without dimensions, of the gradient's type. */
static rt_tensor *rti_b_operand(const rti_backward *b, int k)
{
    const rt_value *v = rti_b_arg(b, k);
    return v->tag == RT_VALUE_TENSOR ? rti_b_input(b, k) : rt_scalar_tensor(rti_scalar_of_value(v), (rt_dtype)rti_b_grad(b, 0)->dtype);
}

/* Sets the gradients of two operands, each made only if it is wanted. */
#define RTI_SET_TWO(first, second) \
    rt_status status = rti_b_needs(b, 0) ? rti_b_set(b, 0, first) : RT_OK; \
    return status == RT_OK && rti_b_needs(b, 1) ? rti_b_set(b, 1, second) : status;
/* A derivative of two operands: their gradients, of the result's gradient g and the operands x and y, conjugated if complex. */
#define RTI_OF_X_Y(name, first, second) \
    static rt_status rti_##name##_backward(rti_backward *b) \
    { \
        rt_tensor *g = rti_b_grad(b, 0), *x = rti_conj_of(rti_b_operand(b, 0)), *y = rti_conj_of(rti_b_operand(b, 1)); \
        if (!x || !y) \
            return rti_pending_code(); \
        RTI_SET_TWO(first, second) \
    }
#define RTI_SAVE_TWO (RTI_SAVE_IN(0) | RTI_SAVE_IN(1))

/* ---- add, sub, rsub: the third argument, alpha, scales the second ---- */

/* Whether argument k is a number other than 1. */
static bool rti_alpha(const rt_value *arg, int n_args, int k)
{
    if (n_args <= k || !rti_value_is_number(&arg[k]))
        return false;
    rt_scalar alpha = rti_scalar_of_value(&arg[k]);
    return alpha.kind == RT_SCALAR_COMPLEX ? alpha.re != 1 || alpha.im != 0 : alpha.kind == RT_SCALAR_FLOAT ? alpha.re != 1 : alpha.i != 1;
}

static rt_status rti_shape_add(rti_call *c)
{
    rti_op_text name;
    if (RTI_UNLIKELY(rti_alpha(c->arg, c->n_args, 2)))
        c->formula = c->op->formula == &rti_formula_add ? &rti_formula_add_scaled : &rti_formula_sub_scaled;
    rt_status status = rti_shape_elementwise(c);
    if (RTI_UNLIKELY(c->n_args > 2 && c->arg[2].tag == RT_VALUE_FLOAT) && status == RT_OK && rti_kind_rank(c->common) < 2)
        return rti_raise(RT_ERR_VALUE, rti_op_base(c->op, &name), "alpha must be an integer for integer tensors, got %g", c->arg[2].as.f);
    return status;
}
static rt_status rti_shape_rsub(rti_call *c)
{
    rti_set_operands(c, &c->arg[1], &c->arg[0], c->n_args > 2 ? &c->arg[2] : NULL);
    return rti_shape_add(c);
}

static rt_status rti_additive_backward(rti_backward *b, int plain, int scaled, bool negative)
{
    rt_tensor *g = rti_b_grad(b, 0);
    rt_status status = rti_b_needs(b, plain) ? rti_b_set(b, plain, g) : RT_OK;
    if (status != RT_OK || !rti_b_needs(b, scaled))
        return status;
    if (rti_alpha(b->node->arg, b->node->n_args, 2))
        g = rti_times(g, b, 2);
    return rti_b_set(b, scaled, negative ? rt_neg(g) : g);
}
static rt_status rti_add_backward(rti_backward *b) { return rti_additive_backward(b, 0, 1, false); }
static rt_status rti_sub_backward(rti_backward *b) { return rti_additive_backward(b, 0, 1, true); }
static rt_status rti_rsub_backward(rti_backward *b) { return rti_additive_backward(b, 1, 0, true); }

#define RTI_ADDITIVE(schema, flags, shape, formula, backward) RTI_ELEMENTWISE_BY(schema, (flags) | RTI_ROUND_NUMBERS, shape, formula, backward, 0, -10, 10)
static const rt_op rti_op_add =
    RTI_ADDITIVE("add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor", RTI_PROMOTE, rti_shape_add, rti_formula_add, rti_add_backward);
static const rt_op rti_op_add_scalar =
    RTI_ADDITIVE("add.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor", RTI_PROMOTE, rti_shape_add, rti_formula_add, rti_add_backward);
static const rt_op rti_op_sub = RTI_ADDITIVE("sub.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor", RTI_PROMOTE | RTI_NO_BOOL, rti_shape_add,
                                             rti_formula_sub, rti_sub_backward);
static const rt_op rti_op_sub_scalar = RTI_ADDITIVE("sub.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor", RTI_PROMOTE | RTI_NO_BOOL,
                                                    rti_shape_add, rti_formula_sub, rti_sub_backward);
static const rt_op rti_op_rsub = RTI_ADDITIVE("rsub.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor", RTI_PROMOTE | RTI_NO_BOOL,
                                              rti_shape_rsub, rti_formula_sub, rti_rsub_backward);
static const rt_op rti_op_rsub_scalar = RTI_ADDITIVE("rsub.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor", RTI_PROMOTE | RTI_NO_BOOL,
                                                     rti_shape_rsub, rti_formula_sub, rti_rsub_backward);

static rt_tensor *rti_call_scaled(const rt_op *op, rt_tensor *a, rt_tensor *b, rt_scalar alpha, bool in_place)
{
    rt_value arg[3];
    rti_box_tensor(&arg[0], a);
    rti_box_tensor(&arg[1], b);
    arg[2] = rti_value_scalar(&alpha);
    return in_place ? rti_call_inplace(op, arg, 3) : rti_call_op(op, arg, 3);
}
RT_API rt_tensor *rt_add(rt_tensor *a, rt_tensor *b) { return rti_call2(&rti_op_add, a, b); }
RT_API rt_tensor *rt_add_scalar(rt_tensor *a, rt_scalar b) { return rti_call2_scalar(&rti_op_add_scalar, a, b); }
RT_API rt_tensor *rt_add_scaled(rt_tensor *a, rt_tensor *b, rt_scalar alpha) { return rti_call_scaled(&rti_op_add, a, b, alpha, false); }
RT_API rt_tensor *rt_sub(rt_tensor *a, rt_tensor *b) { return rti_call2(&rti_op_sub, a, b); }
RT_API rt_tensor *rt_sub_scalar(rt_tensor *a, rt_scalar b) { return rti_call2_scalar(&rti_op_sub_scalar, a, b); }
RT_API rt_tensor *rt_sub_scaled(rt_tensor *a, rt_tensor *b, rt_scalar alpha) { return rti_call_scaled(&rti_op_sub, a, b, alpha, false); }
RT_API rt_tensor *rt_rsub(rt_tensor *a, rt_tensor *b) { return rti_call2(&rti_op_rsub, a, b); }
RT_API rt_tensor *rt_rsub_scalar(rt_tensor *a, rt_scalar b) { return rti_call2_scalar(&rti_op_rsub_scalar, a, b); }
RT_API rt_tensor *rt_add_(rt_tensor *a, rt_tensor *b) { return rti_inplace2(&rti_op_add, a, b); }
RT_API rt_tensor *rt_add_scalar_(rt_tensor *a, rt_scalar b) { return rti_inplace2_scalar(&rti_op_add_scalar, a, b); }
RT_API rt_tensor *rt_add_scaled_(rt_tensor *a, rt_tensor *b, rt_scalar alpha) { return rti_call_scaled(&rti_op_add, a, b, alpha, true); }
RT_API rt_tensor *rt_sub_(rt_tensor *a, rt_tensor *b) { return rti_inplace2(&rti_op_sub, a, b); }
RT_API rt_tensor *rt_sub_scalar_(rt_tensor *a, rt_scalar b) { return rti_inplace2_scalar(&rti_op_sub_scalar, a, b); }
RT_API rt_tensor *rt_sub_scaled_(rt_tensor *a, rt_tensor *b, rt_scalar alpha) { return rti_call_scaled(&rti_op_sub, a, b, alpha, true); }
RT_API rt_tensor *rt_add_out(rt_tensor *out, rt_tensor *a, rt_tensor *b) { return rti_out2(&rti_op_add, out, a, b); }
RT_API rt_tensor *rt_sub_out(rt_tensor *out, rt_tensor *a, rt_tensor *b) { return rti_out2(&rti_op_sub, out, a, b); }

/* ---- mul, div, and what is one of them with a number: 1 / x, degrees ---- */

static rt_status rti_mul_backward(rti_backward *b)
{
    rt_tensor *g = rti_b_grad(b, 0);
    RTI_SET_TWO(rti_times(g, b, 1), rti_times(g, b, 0))
}
RTI_BINARY(mul, ".Tensor", RTI_PROMOTE | RTI_BARE, rti_shape_elementwise, rti_formula_mul, rti_mul_backward, RTI_SAVE_TWO, -10, 10)
RTI_BINARY_SCALAR(mul, ".Scalar", RTI_PROMOTE | RTI_BARE, rti_shape_no_eighths, rti_formula_mul, rti_mul_backward, 0, -10, 10)
RT_API rt_tensor *rt_mul_out(rt_tensor *out, rt_tensor *a, rt_tensor *b) { return rti_out2(&rti_op_mul, out, a, b); }

static rt_status rti_div_backward(rti_backward *b)
{
    rt_tensor *g = rti_b_grad(b, 0);
    const rt_value *by = rti_b_arg(b, 1);
    if (by->tag != RT_VALUE_TENSOR)
        return rti_b_set(b, 0, rt_div_scalar(g, rti_conj_number(rti_scalar_of_value(by))));
    rt_tensor *divisor = rti_conj_of(rti_b_input(b, 1)), *share = rt_div(g, divisor);
    RTI_SET_TWO(share, rt_neg(rt_mul(share, rt_div(rti_conj_of(rti_b_input(b, 0)), divisor))))
}
RTI_BINARY(div, ".Tensor", RTI_TO_FLOAT, rti_shape_elementwise, rti_formula_div, rti_div_backward, RTI_SAVE_TWO, 0.5, 10)
RTI_BINARY_SCALAR(div, ".Scalar", RTI_TO_FLOAT, rti_shape_elementwise, rti_formula_div, rti_div_backward, 0, 0.5, 10)

#define RTI_BY_NUMBER(name, shape, formula, saves, low, high) \
    static const rt_op rti_op_##name = \
        RTI_ELEMENTWISE_BY(#name "(Tensor self) -> Tensor", RTI_TO_FLOAT, shape, formula, rti_##name##_backward, saves, low, high); \
    RT_API rt_tensor *rt_##name(rt_tensor *x) { return rti_call1(&rti_op_##name, x); } \
    RT_API rt_tensor *rt_##name##_(rt_tensor *x) { return rti_inplace1(&rti_op_##name, x); }
static rt_status rti_shape_reciprocal(rti_call *c) { return rti_shape_with_number(c, 0, 1); }
RTI_OF_Y(reciprocal, rt_neg(rt_mul(g, rt_mul(y, y))))
static rt_status rti_shape_degrees(rti_call *c, double factor)
{
    rt_status status = rti_shape_with_number(c, 1, factor);
    return status == RT_OK && rt_dtype_is_complex(c->common) ? rti_refuse_dtype(c, c->common) : status;
}
static rt_status rti_shape_deg2rad(rti_call *c) { return rti_shape_degrees(c, RTI_PI / 180); }
static rt_status rti_shape_rad2deg(rti_call *c) { return rti_shape_degrees(c, 180 / RTI_PI); }
static rt_status rti_deg2rad_backward(rti_backward *b) { return rti_b_set(b, 0, rti_scaled(rti_b_grad(b, 0), RTI_PI / 180)); }
static rt_status rti_rad2deg_backward(rti_backward *b) { return rti_b_set(b, 0, rti_scaled(rti_b_grad(b, 0), 180 / RTI_PI)); }
RTI_BY_NUMBER(reciprocal, rti_shape_reciprocal, rti_formula_div, RTI_SAVE_OUT(0), 0.5, 10)
RTI_BY_NUMBER(deg2rad, rti_shape_deg2rad, rti_formula_mul, 0, -180, 180)
RTI_BY_NUMBER(rad2deg, rti_shape_rad2deg, rti_formula_mul, 0, -4, 4)
#undef RTI_BY_NUMBER

/* ---- whole quotients and remainders ----
 * No loop over integers divides by zero: it answers 0, and the kernel has refused the call. The least integer over -1 wraps. */

static int64_t rti_int_trunc(int64_t a, int64_t b) { return b == 0 ? 0 : b == -1 ? (int64_t)-(uint64_t)a : a / b; }
static int64_t rti_int_fmod(int64_t a, int64_t b) { return b == 0 || b == -1 ? 0 : a % b; }
static int64_t rti_int_floor(int64_t a, int64_t b)
{
    int64_t q = rti_int_trunc(a, b);
    return rti_int_fmod(a, b) != 0 && (a < 0) != (b < 0) ? q - 1 : q;
}
static int64_t rti_int_remainder(int64_t a, int64_t b)
{
    int64_t r = rti_int_fmod(a, b);
    return r != 0 && (r < 0) != (b < 0) ? r + b : r;
}
static double rti_remainder(double a, double b)
{
    double r = fmod(a, b);
    return r != 0 && (r < 0) != (b < 0) ? r + b : r;
}
/* Python's a // b, whose remainder has b's sign. */
static double rti_floor_div(double a, double b)
{
    if (b == 0)
        return a / b;
    double r = fmod(a, b), q = (a - r) / b, whole;
    if (r != 0 && (b < 0) != (r < 0))
        q -= 1;
    if (q == 0)
        return copysign(0, a / b);
    whole = floor(q);
    return q - whole > 0.5 ? whole + 1 : whole;
}
RTI_INTEGER2(div_floor, rti_int_floor(a, b))
RTI_INTEGER2(div_trunc, rti_int_trunc(a, b))
RTI_INTEGER2(remainder, rti_int_remainder(a, b))
RTI_INTEGER2(fmod, rti_int_fmod(a, b))
RTI_PLAIN2(div_floor, rti_floor_div(a, b))
/* The quotient is rounded to the operands' type first: in float32 0.3 / 0.1 is 3. */
RTI_PLAIN2(div_trunc, trunc(a / b))
RTI_PLAIN2(div_trunc_f32, trunc((double)(float)(a / b)))
RTI_PLAIN2(div_trunc_f16, trunc((double)rti_of_narrow(&rti_float16, rti_narrow_of(&rti_float16, (float)(a / b)))))
RTI_PLAIN2(div_trunc_bf16, trunc((double)rti_of_bfloat16(rti_bfloat16_of((float)(a / b)))))
RTI_PLAIN2(remainder, rti_remainder(a, b))
RTI_PLAIN2(fmod, fmod(a, b))
RTI_DEFINE_PLAIN(div_floor, 2, rti_run_div_floor_i64, NULL)
RTI_DEFINE_PLAIN(div_trunc, 2, rti_run_div_trunc_i64, NULL)
RTI_DEFINE_PLAIN(div_trunc_f32, 2, NULL, NULL)
RTI_DEFINE_PLAIN(div_trunc_f16, 2, NULL, NULL)
RTI_DEFINE_PLAIN(div_trunc_bf16, 2, NULL, NULL)
RTI_DEFINE_PLAIN(remainder, 2, rti_run_remainder_i64, NULL)
RTI_DEFINE_PLAIN(fmod, 2, rti_run_fmod_i64, NULL)

/* Whether a zero is among the divisors, as they are when they have been brought to the common type; a failure counts as one. */
static RTI_HOT bool rti_has_zero_divisor(const rti_call *c)
{
    rt_tensor *by = rti_arg_tensor(c, 1);
    if (!by)
        return c->result[0].n > 0 && rti_as_common(c, rti_scalar_of_value(&c->arg[1])).i == 0;
    rt_tensor *narrow = rti_contiguous_as(by, c->common), *wide = narrow ? rti_contiguous_as(narrow, RT_INT64) : NULL;
    bool zero = !wide;
    for (int64_t i = 0; wide && i < wide->numel && !zero; i++)
        zero = ((const int64_t *)(const void *)wide->data)[i] == 0;
    rti_release(wide);
    rti_release(narrow);
    return zero;
}
static rt_status rti_run_division(rti_call *c)
{
    rti_op_text name;
    if (c->compute == RTI_CLASS_I64 && c->out[0]->numel > 0 && rti_has_zero_divisor(c))
        return rti_raise(RT_ERR_VALUE, rti_op_base(c->op, &name), "an integer is divided by zero");
    return rti_run_elementwise(c);
}

#define RTI_DIVISION(schema, shape, formula, backward, saves) \
    { RTI_TEXT(schema), 1, RTI_PROMOTE | RTI_ANY_OUT, &formula, shape, rti_run_division, NULL, backward, NULL, NULL, saves, 0.5, 10 }
#define RTI_DIVISION_FUNCTIONS(name) \
    RT_API rt_tensor *rt_##name(rt_tensor *a, rt_tensor *b) { return rti_call2(&rti_op_##name, a, b); } \
    RT_API rt_tensor *rt_##name##_(rt_tensor *a, rt_tensor *b) { return rti_inplace2(&rti_op_##name, a, b); } \
    RT_API rt_tensor *rt_##name##_scalar(rt_tensor *a, rt_scalar b) { return rti_call2_scalar(&rti_op_##name##_scalar, a, b); } \
    RT_API rt_tensor *rt_##name##_scalar_(rt_tensor *a, rt_scalar b) { return rti_inplace2_scalar(&rti_op_##name##_scalar, a, b); }

/* rounding_mode: none, "floor" or "trunc" */
static rt_status rti_shape_div_mode(rti_call *c)
{
    const char *mode = c->n_args > 2 && c->arg[2].tag == RT_VALUE_STRING ? c->arg[2].as.string : NULL;
    if (!mode) {
        c->op = c->arg[1].tag == RT_VALUE_TENSOR ? &rti_op_div : &rti_op_div_scalar;
        c->formula = c->op->formula;
        return rti_shape_elementwise(c);
    }
    if (strcmp(mode, "trunc") == 0)
        c->formula = &rti_formula_div_trunc;
    else if (strcmp(mode, "floor") != 0)
        return rti_raise(RT_ERR_VALUE, "div", "rounding_mode must be none, 'trunc' or 'floor', got '%s'", mode);
    rt_status status = rti_shape_no_bool(c);
    if (status != RT_OK || *mode != 't' || !rti_is_float(c->common) || c->common == RT_FLOAT64)
        return status;
    return rti_take_formula(c, c->common == RT_FLOAT16 ? &rti_formula_div_trunc_f16 : c->common == RT_BFLOAT16 ? &rti_formula_div_trunc_bf16
                                                                                                              : &rti_formula_div_trunc_f32);
}
static rt_status rti_div_mode_backward(rti_backward *b)
{
    return b->node->n_args > 2 && rti_b_arg(b, 2)->tag == RT_VALUE_STRING ? rti_zero_backward(b) : rti_div_backward(b);
}
static const rt_op rti_op_div_mode = RTI_DIVISION("div.Tensor_mode(Tensor self, Tensor other, *, str? rounding_mode) -> Tensor", rti_shape_div_mode,
                                                  rti_formula_div_floor, rti_div_mode_backward, RTI_SAVE_TWO);
static const rt_op rti_op_div_mode_scalar = RTI_DIVISION("div.Scalar_mode(Tensor self, Scalar other, *, str? rounding_mode) -> Tensor", rti_shape_div_mode,
                                                         rti_formula_div_floor, rti_div_mode_backward, 0);
static rt_tensor *rti_div_mode(const rt_op *op, rt_tensor *a, rt_value b, rt_rounding_mode mode, bool in_place)
{
    rt_value arg[3];
    rti_box_tensor(&arg[0], a);
    arg[1] = b;
    arg[2] = mode == RT_ROUNDING_FLOOR ? rt_value_string("floor") : mode == RT_ROUNDING_TRUNC ? rt_value_string("trunc") : rt_value_none();
    return in_place ? rti_call_inplace(op, arg, 3) : rti_call_op(op, arg, 3);
}
RT_API rt_tensor *rt_div_mode(rt_tensor *a, rt_tensor *b, rt_rounding_mode mode) { return rti_div_mode(&rti_op_div_mode, a, rti_value_tensor(b), mode, false); }
RT_API rt_tensor *rt_div_mode_(rt_tensor *a, rt_tensor *b, rt_rounding_mode mode) { return rti_div_mode(&rti_op_div_mode, a, rti_value_tensor(b), mode, true); }
RT_API rt_tensor *rt_div_mode_scalar(rt_tensor *a, rt_scalar b, rt_rounding_mode mode)
{
    return rti_div_mode(&rti_op_div_mode_scalar, a, rti_value_scalar(&b), mode, false);
}
RT_API rt_tensor *rt_div_mode_scalar_(rt_tensor *a, rt_scalar b, rt_rounding_mode mode)
{
    return rti_div_mode(&rti_op_div_mode_scalar, a, rti_value_scalar(&b), mode, true);
}

static const rt_op rti_op_floor_divide =
    RTI_DIVISION("floor_divide(Tensor self, Tensor other) -> Tensor", rti_shape_no_bool, rti_formula_div_floor, NULL, 0);
static const rt_op rti_op_floor_divide_scalar =
    RTI_DIVISION("floor_divide.Scalar(Tensor self, Scalar other) -> Tensor", rti_shape_no_bool, rti_formula_div_floor, NULL, 0);
RTI_DIVISION_FUNCTIONS(floor_divide)

RTI_OF_X_Y(remainder, g, rt_neg(rt_mul(g, rt_div_mode(x, y, RT_ROUNDING_FLOOR))))
RTI_OF_X_Y(fmod, g, rt_neg(rt_mul(g, rt_div_mode(x, y, RT_ROUNDING_TRUNC))))
static const rt_op rti_op_remainder = RTI_DIVISION("remainder.Tensor(Tensor self, Tensor other) -> Tensor", rti_shape_no_bool, rti_formula_remainder,
                                                   rti_remainder_backward, RTI_SAVE_TWO);
static const rt_op rti_op_remainder_scalar =
    RTI_DIVISION("remainder.Scalar(Tensor self, Scalar other) -> Tensor", rti_shape_no_bool, rti_formula_remainder, rti_same_backward, 0);
static const rt_op rti_op_remainder_scalar_self = RTI_DIVISION("remainder.Scalar_Tensor(Scalar self, Tensor other) -> Tensor", rti_shape_no_bool,
                                                               rti_formula_remainder, rti_remainder_backward, RTI_SAVE_IN(1));
static const rt_op rti_op_fmod =
    RTI_DIVISION("fmod.Tensor(Tensor self, Tensor other) -> Tensor", rti_shape_no_bool, rti_formula_fmod, rti_fmod_backward, RTI_SAVE_TWO);
static const rt_op rti_op_fmod_scalar =
    RTI_DIVISION("fmod.Scalar(Tensor self, Scalar other) -> Tensor", rti_shape_no_bool, rti_formula_fmod, rti_same_backward, 0);
RTI_DIVISION_FUNCTIONS(remainder)
RTI_DIVISION_FUNCTIONS(fmod)
RT_API rt_tensor *rt_remainder_scalar_self(rt_scalar a, rt_tensor *b) { return rti_call_scalar2(&rti_op_remainder_scalar_self, a, b); }

/* ---- powers ---- */

/* a^b by squaring, wrapping; of a negative b 0, but for 1 and -1 */
static int64_t rti_int_pow(int64_t a, int64_t b)
{
    uint64_t power = 1, base = (uint64_t)a;
    if (b < 0)
        return a == 1 ? 1 : a == -1 ? (b % 2 ? -1 : 1) : 0;
    for (; b; b >>= 1, base *= base)
        if (b & 1)
            power *= base;
    return (int64_t)power;
}
RTI_INTEGER2(pow, rti_int_pow(a, b))
RTI_COMPLEX2(pow, rti_c_pow(a, b))
RTI_PLAIN2(pow, pow(a, b))
RTI_PLAIN1(cube, a * a * a)
RTI_DEFINE_PLAIN(pow, 2, rti_run_pow_i64, rti_run_pow_c128)
RTI_DEFINE_PLAIN(cube, 1, NULL, NULL)

/* Exponents that say products are computed as such, as PyTorch does: 1 is x, 2 is x x, 3 is x x x, -1 is 1 / x, 1/2 and -1/2 are roots. */
static rt_status rti_shape_pow_number(rti_call *c)
{
    const rt_value x = c->arg[0], one = rt_value_int(1);
    rt_scalar s = rti_scalar_of_value(&c->arg[1]);
    double e = s.kind == RT_SCALAR_FLOAT || s.kind == RT_SCALAR_COMPLEX ? s.re : (double)s.i;
    rt_status status = rti_shape_no_bool(c);
    if (status != RT_OK)
        return status;
    if (rti_kind_rank(c->common) < 2 && e < 0)
        return rti_raise(RT_ERR_VALUE, "pow", "an integer has no power of the negative integer %lld", (long long)s.i);
    if (s.kind == RT_SCALAR_COMPLEX && s.im != 0)
        return RT_OK;
    if (e == 2 || e == 1) {
        rti_set_operands(c, &x, e == 2 ? &x : &one, NULL);
        return rti_take_formula(c, &rti_formula_mul);
    }
    if (rti_kind_rank(c->common) == 2 && e == 3)
        return rti_take_formula(c, &rti_formula_cube);
    if (rti_kind_rank(c->common) > 1 && e == -1) {
        rti_set_operands(c, &one, &x, NULL);
        return rti_take_formula(c, &rti_formula_div);
    }
    if (rti_kind_rank(c->common) > 1 && (e == 0.5 || e == -0.5))
        return rti_take_formula(c, e > 0 ? &rti_formula_sqrt : &rti_formula_rsqrt);
    return RT_OK;
}
static rt_status rti_shape_square(rti_call *c)
{
    rt_value two = rt_value_int(2);
    rti_set_operands(c, c->arg, &two, NULL);
    return rti_shape_pow_number(c);
}

/* e x^(e-1), 0 for e = 0 */
static rt_tensor *rti_pow_slope_number(rt_tensor *x, rt_scalar e)
{
    double real = e.kind == RT_SCALAR_FLOAT || e.kind == RT_SCALAR_COMPLEX ? e.re : (double)e.i;
    if (real == 0 && (e.kind != RT_SCALAR_COMPLEX || e.im == 0))
        return rt_zeros_like(x);
    rt_scalar less = e.kind == RT_SCALAR_COMPLEX ? rt_scalar_complex(real - 1, e.im) : rt_scalar_float(real - 1);
    if (real == 1 || real == 2)
        return e.kind == RT_SCALAR_COMPLEX ? rt_mul_scalar(rt_pow_scalar(x, less), e) : real == 1 ? rt_ones_like(x) : rt_mul_scalar(x, e);
    return rt_mul_scalar(rt_pow_scalar(x, less), e);
}
static rt_tensor *rti_pow_slope(rt_tensor *x, rt_tensor *e)
{
    return rti_0_where(rt_eq_scalar(e, rt_scalar_int(0)), rt_mul(e, rt_pow(x, rt_sub_scalar(e, rt_scalar_int(1)))));
}
/* y ln x, 0 where x is 0 and the exponent not below 0 */
static rt_tensor *rti_pow_slope_of_exponent(rt_tensor *x, rt_tensor *e, rt_tensor *y)
{
    bool is_complex = rt_dtype_is_complex((rt_dtype)e->dtype);
    rt_tensor *zero = rt_eq_scalar(x, rt_scalar_int(0)), *whole = rt_ge_scalar(is_complex ? rt_real(e) : e, rt_scalar_int(0));
    if (is_complex)
        whole = rt_logical_and(whole, rt_eq_scalar(rt_imag(e), rt_scalar_int(0)));
    return rti_0_where(rt_logical_and(zero, whole), rt_mul(y, rt_log(x)));
}
static rt_status rti_pow_backward(rti_backward *b)
{
    rt_tensor *g = rti_b_grad(b, 0), *x = rti_b_operand(b, 0), *e = rti_b_operand(b, 1), *y = rti_b_output(b, 0);
    if (!x || !e || !y)
        return rti_pending_code();
    RTI_SET_TWO(rt_mul(g, rti_conj_of(rti_pow_slope(x, e))), rt_mul(g, rti_conj_of(rti_pow_slope_of_exponent(x, e, y))))
}
static rt_status rti_pow_number_backward(rti_backward *b)
{
    rt_scalar e = b->node->n_args > 1 ? rti_scalar_of_value(rti_b_arg(b, 1)) : rt_scalar_int(2);
    return rti_b_set(b, 0, rt_mul(rti_b_grad(b, 0), rti_conj_of(rti_pow_slope_number(rti_b_input(b, 0), e))));
}
static const rt_op rti_op_pow = RTI_ELEMENTWISE_BY("pow.Tensor_Tensor(Tensor self, Tensor exponent) -> Tensor", RTI_PROMOTE, rti_shape_no_bool, rti_formula_pow,
                                                   rti_pow_backward, RTI_SAVE_TWO | RTI_SAVE_OUT(0), 0.5, 3);
static const rt_op rti_op_pow_scalar = RTI_ELEMENTWISE_BY("pow.Tensor_Scalar(Tensor self, Scalar exponent) -> Tensor", RTI_PROMOTE | RTI_ROUND_NUMBERS,
                                                          rti_shape_pow_number, rti_formula_pow, rti_pow_number_backward, RTI_SAVE_IN(0), 0.5, 3);
static const rt_op rti_op_pow_scalar_self = RTI_ELEMENTWISE_BY("pow.Scalar(Scalar self, Tensor exponent) -> Tensor", RTI_PROMOTE, rti_shape_no_bool,
                                                               rti_formula_pow, rti_pow_backward, RTI_SAVE_IN(1) | RTI_SAVE_OUT(0), 0.5, 3);
static const rt_op rti_op_square = RTI_ELEMENTWISE_BY("square(Tensor self) -> Tensor", RTI_PROMOTE, rti_shape_square, rti_formula_pow, rti_pow_number_backward,
                                                      RTI_SAVE_IN(0), -10, 10);
RT_API rt_tensor *rt_pow(rt_tensor *a, rt_tensor *b) { return rti_call2(&rti_op_pow, a, b); }
RT_API rt_tensor *rt_pow_(rt_tensor *a, rt_tensor *b) { return rti_inplace2(&rti_op_pow, a, b); }
RT_API rt_tensor *rt_pow_scalar(rt_tensor *a, rt_scalar b) { return rti_call2_scalar(&rti_op_pow_scalar, a, b); }
RT_API rt_tensor *rt_pow_scalar_(rt_tensor *a, rt_scalar b) { return rti_inplace2_scalar(&rti_op_pow_scalar, a, b); }
RT_API rt_tensor *rt_pow_scalar_self(rt_scalar a, rt_tensor *b) { return rti_call_scalar2(&rti_op_pow_scalar_self, a, b); }
RT_API rt_tensor *rt_square(rt_tensor *x) { return rti_call1(&rti_op_square, x); }
RT_API rt_tensor *rt_square_(rt_tensor *x) { return rti_inplace1(&rti_op_square, x); }

/* ---- comparisons and logic: the result is bool and has no gradient ---- */

#define RTI_COMPARISON(name, flags) \
    RTI_BINARY(name, ".Tensor", RTI_TO_BOOL | RTI_CONSTANT | (flags), rti_shape_elementwise, rti_formula_##name, NULL, 0, -10, 10) \
    RTI_BINARY_SCALAR(name, ".Scalar", RTI_TO_BOOL | RTI_CONSTANT | (flags), rti_shape_elementwise, rti_formula_##name, NULL, 0, -10, 10)
RTI_COMPARISON(eq, RTI_BARE)
RTI_COMPARISON(ne, RTI_BARE)
RTI_COMPARISON(lt, 0)
RTI_COMPARISON(le, 0)
RTI_COMPARISON(gt, 0)
RTI_COMPARISON(ge, 0)
#undef RTI_COMPARISON

#define RTI_LOGICAL(name, joint) \
    RTI_INTEGER2(name, (a != 0) joint (b != 0)) \
    RTI_PLAIN2(name, (a != 0) joint (b != 0)) \
    RTI_COMPLEX2(name, rti_complex_of((!rti_c_is_zero(a)) joint (!rti_c_is_zero(b)), 0)) \
    RTI_DEFINE_PLAIN(name, 2, rti_run_##name##_i64, rti_run_##name##_c128) \
    RTI_BINARY(name, "", RTI_TO_BOOL | RTI_CONSTANT, rti_shape_elementwise, rti_formula_##name, NULL, 0, -10, 10)
RTI_LOGICAL(logical_and, &&)
RTI_LOGICAL(logical_or, ||)
RTI_LOGICAL(logical_xor, !=)
#undef RTI_LOGICAL

/* |a - b| <= atol + rtol |b|, or equal; a row of others, whose own ones answer for types and shapes */
static rt_tensor *rti_isclose(rt_tensor *a, rt_tensor *b, double rtol, double atol, bool equal_nan)
{
    rt_tensor *close = rt_eq(a, b);
    if (equal_nan)
        close = rt_logical_or(close, rt_logical_and(rt_ne(a, a), rt_ne(b, b)));
    if (!close || (rtol == 0 && atol == 0))
        return close;
    if (rti_kind_rank((rt_dtype)a->dtype) < 2) {      /* float32, as PyTorch takes the difference of integers */
        a = rt_to(a, RT_FLOAT32);
        b = rt_to(b, RT_FLOAT32);
    }
    rt_tensor *far = rt_abs(rt_sub(a, b)), *room = rti_plus(rt_abs(rti_scaled(b, rtol)), atol);
    return rt_logical_or(close, rt_logical_and(rt_isfinite(far), rt_le(far, room)));
}
static rt_status rti_compose_isclose(const rt_value *arg, int n_args, rt_value *results)
{
    rt_tensor *a = arg[0].as.tensor, *b = arg[1].as.tensor;
    double rtol = rti_number_argument(arg, n_args, 2, 1e-5), atol = rti_number_argument(arg, n_args, 3, 1e-8);
    if (a->dtype != b->dtype)
        return rti_raise(RT_ERR_DTYPE, "isclose", "expected two tensors of one type, got %s and %s", rt_dtype_name((rt_dtype)a->dtype),
                         rt_dtype_name((rt_dtype)b->dtype));
    if (!(rtol >= 0) || !(atol >= 0))
        return rti_raise(RT_ERR_VALUE, "isclose", "rtol and atol must not be below 0, got %g and %g", rtol, atol);
    rt_scope scope = rt_no_grad();
    rt_tensor *y = rt_return(scope, rti_isclose(a, b, rtol, atol, n_args > 4 && arg[4].tag == RT_VALUE_BOOL && arg[4].as.i));
    return rti_compose_answer(results, y);
}
static const rt_op rti_op_isclose = { "isclose(Tensor self, Tensor other, float rtol=1.0000000000000001e-05, float atol=1e-08, bool equal_nan=False) -> Tensor",
                                      1, RTI_CONSTANT, NULL, NULL, NULL, rti_compose_isclose, NULL, NULL, NULL, 0, -10, 10 };
RT_API rt_tensor *rt_isclose(rt_tensor *a, rt_tensor *b, double rtol, double atol, bool equal_nan)
{
    rt_value arg[5];
    rti_box_tensor(&arg[0], a);
    rti_box_tensor(&arg[1], b);
    arg[2] = rt_value_float(rtol);
    arg[3] = rt_value_float(atol);
    arg[4] = rt_value_bool(equal_nan);
    return rti_call_op(&rti_op_isclose, arg, 5);
}

/* Whether every element of a bool tensor is true; takes it out of the scope that was opened for it. */
static bool rti_all_true(rt_scope scope, rt_tensor *x)
{
    bool all = x && rti_settle(x) == RT_OK;
    rt_tensor *flat = all ? rti_contiguous_as(x, RT_BOOL) : NULL;
    all = flat && !memchr(flat->data, 0, (size_t)flat->numel);
    rti_release(flat);
    rt_scope_end(scope);
    return all;
}
RT_API bool rt_allclose(rt_tensor *a, rt_tensor *b, double rtol, double atol, bool equal_nan)
{
    rt_scope scope = rt_no_grad();
    return rti_all_true(scope, rt_isclose(a, b, rtol, atol, equal_nan));
}
RT_API bool rt_equal(rt_tensor *a, rt_tensor *b)
{
    if (!rti_is_tensor(a, "rt_equal", "a") || !rti_is_tensor(b, "rt_equal", "b") || !rti_same_shape(a, b))
        return false;
    rt_scope scope = rt_no_grad();
    return rti_all_true(scope, rt_eq(a, b));
}

/* ---- the larger, the smaller ---- */

/* Equal ones share the gradient. */
static rt_tensor *rti_larger_share(rt_tensor *g, rt_tensor *larger, rt_tensor *smaller)
{
    return rti_0_where(rt_lt(larger, smaller), rt_where(rt_eq(larger, smaller), rti_scaled(g, 0.5), g));
}
RTI_OF_X_Y(maximum, rti_larger_share(g, x, y), rti_larger_share(g, y, x))
RTI_OF_X_Y(minimum, rti_larger_share(g, y, x), rti_larger_share(g, x, y))
RTI_BINARY(maximum, "", RTI_PROMOTE, rti_shape_elementwise, rti_formula_maximum, rti_maximum_backward, RTI_SAVE_TWO, -10, 10)
RTI_BINARY(minimum, "", RTI_PROMOTE, rti_shape_elementwise, rti_formula_minimum, rti_minimum_backward, RTI_SAVE_TWO, -10, 10)

RTI_PLAIN2(fmax, rti_is_nan(a) || a < b ? b : rti_is_nan(b) || a > b ? a : b)
RTI_PLAIN2(fmin, rti_is_nan(a) || a > b ? b : rti_is_nan(b) || a < b ? a : b)
RTI_DEFINE_PLAIN(fmax, 2, rti_run_maximum_i64, NULL)
RTI_DEFINE_PLAIN(fmin, 2, rti_run_minimum_i64, NULL)
static rt_tensor *rti_first_wins(rt_tensor *larger, rt_tensor *smaller, rt_tensor *y) { return rt_logical_or(rt_ge(larger, smaller), rt_isnan(y)); }
RTI_OF_X_Y(fmax, rti_where_else_0(rti_first_wins(x, y, y), g), rti_0_where(rti_first_wins(x, y, y), g))
RTI_OF_X_Y(fmin, rti_where_else_0(rti_first_wins(y, x, y), g), rti_0_where(rti_first_wins(y, x, y), g))
RTI_BINARY(fmax, "", RTI_PROMOTE, rti_shape_elementwise, rti_formula_fmax, rti_fmax_backward, RTI_SAVE_TWO, -10, 10)
RTI_BINARY(fmin, "", RTI_PROMOTE, rti_shape_elementwise, rti_formula_fmin, rti_fmin_backward, RTI_SAVE_TWO, -10, 10)

/* ---- atan2, hypot ---- */

RTI_PLAIN2(atan2, atan2(a, b))
RTI_PLAIN2(hypot, hypot(a, b))
RTI_DEFINE_PLAIN(atan2, 2, NULL, NULL)
RTI_DEFINE_PLAIN(hypot, 2, NULL, NULL)
/* g / (x^2 + y^2), 0 at the origin */
static rt_tensor *rti_over_square(rt_tensor *g, rt_tensor *x, rt_tensor *y)
{
    rt_tensor *square = rt_add(rt_mul(x, x), rt_mul(y, y)), *origin = rt_eq_scalar(square, rt_scalar_int(0));
    return rt_div(g, rt_where_scalar_self(origin, rt_scalar_int(1), square));
}
RTI_OF_X_Y(atan2, rt_mul(rti_over_square(g, x, y), y), rt_neg(rt_mul(rti_over_square(g, x, y), x)))
RTI_OF_X_Y(hypot, rt_mul(g, rt_div(x, rti_b_output(b, 0))), rt_mul(g, rt_div(y, rti_b_output(b, 0))))
RTI_BINARY(atan2, "", RTI_TO_FLOAT, rti_shape_elementwise, rti_formula_atan2, rti_atan2_backward, RTI_SAVE_TWO, -10, 10)
RTI_BINARY(hypot, "", RTI_PROMOTE | RTI_NO_INTEGERS, rti_shape_elementwise, rti_formula_hypot, rti_hypot_backward, RTI_SAVE_TWO | RTI_SAVE_OUT(0), 0.5, 10)

/* ---- copysign, nextafter ---- */

RTI_PLAIN2(copysign, copysign(a, b))
RTI_DEFINE_PLAIN(copysign, 2, NULL, NULL)
static rt_status rti_copysign_backward(rti_backward *b)
{
    rt_tensor *g = rti_b_grad(b, 0), *x = rti_b_input(b, 0), *y = rti_b_output(b, 0);
    rt_tensor *turned = rt_logical_xor(rt_signbit(x), rt_signbit(y)), *slope = rt_where(turned, rt_neg(g), g);
    RTI_SET_TWO(rti_0_where(rt_eq_scalar(x, rt_scalar_int(0)), slope), rt_zeros_like(g))
}
RTI_BINARY(copysign, ".Tensor", RTI_TO_FLOAT, rti_shape_elementwise, rti_formula_copysign, rti_copysign_backward, RTI_SAVE_IN(0) | RTI_SAVE_OUT(0), -10, 10)
RTI_BINARY_SCALAR(copysign, ".Scalar", RTI_TO_FLOAT, rti_shape_elementwise, rti_formula_copysign, rti_copysign_backward, RTI_SAVE_IN(0) | RTI_SAVE_OUT(0), -10,
                  10)

/* One step of the type's own numbers: a bfloat16 is the upper half of a float32, and a float16 is stepped as it is stored. */
static double rti_next_float(double a, double b) { return (double)nextafterf((float)a, (float)b); }
static double rti_next_in_bits(double a, double b, const rti_narrow *f)
{
    if (rti_is_nan(a) || rti_is_nan(b) || a == b)
        return rti_is_nan(a) ? a : b;
    uint32_t bits = f ? rti_narrow_of(f, (float)a) : rti_bfloat16_of((float)a), sign = bits & 0x8000u;
    if (a == 0)
        bits = b < 0 ? 0x8001u : 1;
    else
        bits = (a < b) != (sign != 0) ? bits + 1 : bits - 1;
    return f ? (double)rti_of_narrow(f, bits) : (double)rti_of_bfloat16((uint16_t)bits);
}
RTI_PLAIN2(nextafter, nextafter(a, b))
RTI_PLAIN2(nextafter_f32, rti_next_float(a, b))
RTI_PLAIN2(nextafter_f16, rti_next_in_bits(a, b, &rti_float16))
RTI_PLAIN2(nextafter_bf16, rti_next_in_bits(a, b, NULL))
RTI_DEFINE_PLAIN(nextafter, 2, NULL, NULL)
RTI_DEFINE_PLAIN(nextafter_f32, 2, NULL, NULL)
RTI_DEFINE_PLAIN(nextafter_f16, 2, NULL, NULL)
RTI_DEFINE_PLAIN(nextafter_bf16, 2, NULL, NULL)
static rt_status rti_shape_nextafter(rti_call *c)
{
    rt_status status = rti_shape_elementwise(c);
    if (status != RT_OK || c->common == RT_FLOAT64)
        return status;
    return rti_take_formula(c, c->common == RT_FLOAT16 ? &rti_formula_nextafter_f16 : c->common == RT_BFLOAT16 ? &rti_formula_nextafter_bf16
                                                                                                              : &rti_formula_nextafter_f32);
}
RTI_OF_X_Y(nextafter, rti_0_where(rt_eq(x, y), g), rt_zeros_like(g))
RTI_BINARY(nextafter, "", RTI_PROMOTE | RTI_NO_INTEGERS, rti_shape_nextafter, rti_formula_nextafter, rti_nextafter_backward, RTI_SAVE_TWO, -10, 10)

/* ---- logarithms of sums, x ln y, x 2^y, a step ---- */

static double rti_logaddexp(double a, double b)
{
    return rti_is_inf(a) && a == b ? a : rti_is_nan(a) || rti_is_nan(b) ? a + b : fmax(a, b) + log1p(exp(-fabs(a - b)));
}
RTI_PLAIN2(logaddexp, rti_logaddexp(a, b))
RTI_PLAIN2(logaddexp2, rti_is_inf(a) && a == b ? a : rti_is_nan(a) || rti_is_nan(b) ? a + b : fmax(a, b) + log1p(exp2(-fabs(a - b))) * (1 / RTI_LN2))
RTI_COMPLEX2(logaddexp, rti_c_logaddexp(a, b))
RTI_DEFINE_PLAIN(logaddexp, 2, NULL, rti_run_logaddexp_c128)
RTI_DEFINE_PLAIN(logaddexp2, 2, NULL, NULL)
RTI_OF_X_Y(logaddexp, rt_mul(g, rt_sigmoid(rt_sub(x, y))), rt_mul(g, rt_sigmoid(rt_sub(y, x))))
RTI_OF_X_Y(logaddexp2, rt_mul(g, rt_sigmoid(rti_scaled(rt_sub(x, y), RTI_LN2))), rt_mul(g, rt_sigmoid(rti_scaled(rt_sub(y, x), RTI_LN2))))
RTI_BINARY(logaddexp, "", RTI_PROMOTE | RTI_NO_INTEGERS, rti_shape_elementwise, rti_formula_logaddexp, rti_logaddexp_backward, RTI_SAVE_TWO, -5, 5)
RTI_BINARY(logaddexp2, "", RTI_PROMOTE | RTI_NO_INTEGERS, rti_shape_elementwise, rti_formula_logaddexp2, rti_logaddexp2_backward, RTI_SAVE_TWO, -5, 5)

RTI_PLAIN2(xlogy, rti_is_nan(b) ? b : a == 0 ? 0 : a * log(b))
RTI_DEFINE_PLAIN(xlogy, 2, NULL, NULL)
static rt_tensor *rti_xlogy_slope(rt_tensor *x, rt_tensor *y)
{
    return rti_0_where(rt_logical_and(rt_eq_scalar(x, rt_scalar_int(0)), rt_le_scalar(y, rt_scalar_int(0))), rt_log(y));
}
RTI_OF_X_Y(xlogy, rt_mul(g, rti_xlogy_slope(x, y)), rt_mul(g, rt_div(x, y)))
RTI_BINARY(xlogy, ".Tensor", RTI_TO_FLOAT, rti_shape_elementwise, rti_formula_xlogy, rti_xlogy_backward, RTI_SAVE_TWO, 0.5, 10)
RTI_BINARY_SCALAR(xlogy, ".Scalar_Other", RTI_TO_FLOAT, rti_shape_elementwise, rti_formula_xlogy, rti_xlogy_backward, RTI_SAVE_IN(0), 0.5, 10)
static const rt_op rti_op_xlogy_scalar_self = RTI_ELEMENTWISE("xlogy.Scalar_Self(Scalar self, Tensor other) -> Tensor", RTI_TO_FLOAT, rti_formula_xlogy,
                                                              rti_xlogy_backward, NULL, RTI_SAVE_IN(1), 0.5, 10);
RT_API rt_tensor *rt_xlogy_scalar_self(rt_scalar a, rt_tensor *b) { return rti_call_scalar2(&rti_op_xlogy_scalar_self, a, b); }

/* 2^other in x's type, float32 for integers */
static rt_tensor *rti_power_of_2(const rt_tensor *x, rt_tensor *other)
{
    rt_dtype dtype = x && rti_kind_rank((rt_dtype)x->dtype) > 1 ? (rt_dtype)x->dtype : RT_FLOAT32;
    return rt_pow(rt_scalar_tensor(rt_scalar_int(2), dtype), other);
}
static rt_status rti_compose_ldexp(const rt_value *arg, int n_args, rt_value *results)
{
    (void)n_args;
    rt_scope scope = rt_scope_begin();
    return rti_compose_answer(results, rt_return(scope, rt_mul(arg[0].as.tensor, rti_power_of_2(arg[0].as.tensor, arg[1].as.tensor))));
}
static const rt_op rti_op_ldexp = { RTI_TEXT("ldexp.Tensor(Tensor self, Tensor other) -> Tensor"),
                                    1, 0, NULL, NULL, NULL, rti_compose_ldexp, NULL, NULL, NULL, 0, -3,
                                    3 };
RT_API rt_tensor *rt_ldexp(rt_tensor *a, rt_tensor *b) { return rti_call2(&rti_op_ldexp, a, b); }
RT_API rt_tensor *rt_ldexp_(rt_tensor *a, rt_tensor *b) { return rti_is_tensor(a, "ldexp", "a") ? rt_mul_(a, rti_power_of_2(a, b)) : NULL; }

RTI_INTEGER2(heaviside, a == 0 ? b : a > 0)
RTI_PLAIN2(heaviside, rti_is_nan(a) ? 0 : a == 0 ? b : a > 0)
RTI_DEFINE_PLAIN(heaviside, 2, rti_run_heaviside_i64, NULL)
static rt_status rti_shape_heaviside(rti_call *c)
{
    const rt_tensor *x = rti_arg_tensor(c, 0), *values = rti_arg_tensor(c, 1);
    if (x->dtype != values->dtype)
        return rti_raise(RT_ERR_DTYPE, "heaviside", "expected two tensors of one type, got %s and %s", rt_dtype_name((rt_dtype)x->dtype),
                         rt_dtype_name((rt_dtype)values->dtype));
    return rti_shape_elementwise(c);
}
static const rt_op rti_op_heaviside = RTI_ELEMENTWISE_BY("heaviside(Tensor self, Tensor values) -> Tensor", RTI_PROMOTE, rti_shape_heaviside,
                                                         rti_formula_heaviside, NULL, 0, -10, 10);
RT_API rt_tensor *rt_heaviside(rt_tensor *x, rt_tensor *values) { return rti_call2(&rti_op_heaviside, x, values); }
RT_API rt_tensor *rt_heaviside_(rt_tensor *x, rt_tensor *values) { return rti_inplace2(&rti_op_heaviside, x, values); }

static const rt_op *const rti_binary_rows[] = {
    &rti_op_add, &rti_op_add_scalar, &rti_op_sub, &rti_op_sub_scalar, &rti_op_rsub, &rti_op_rsub_scalar, &rti_op_mul, &rti_op_mul_scalar, &rti_op_div,
    &rti_op_div_scalar, &rti_op_reciprocal, &rti_op_deg2rad, &rti_op_rad2deg, &rti_op_div_mode, &rti_op_div_mode_scalar, &rti_op_floor_divide,
    &rti_op_floor_divide_scalar, &rti_op_remainder, &rti_op_remainder_scalar, &rti_op_remainder_scalar_self, &rti_op_fmod, &rti_op_fmod_scalar,
    &rti_op_pow, &rti_op_pow_scalar, &rti_op_pow_scalar_self, &rti_op_square, &rti_op_eq, &rti_op_eq_scalar, &rti_op_ne, &rti_op_ne_scalar, &rti_op_lt,
    &rti_op_lt_scalar, &rti_op_le, &rti_op_le_scalar, &rti_op_gt, &rti_op_gt_scalar, &rti_op_ge, &rti_op_ge_scalar, &rti_op_logical_and,
    &rti_op_logical_or, &rti_op_logical_xor, &rti_op_isclose, &rti_op_maximum, &rti_op_minimum, &rti_op_fmax, &rti_op_fmin, &rti_op_atan2,
    &rti_op_hypot, &rti_op_copysign, &rti_op_copysign_scalar, &rti_op_nextafter, &rti_op_logaddexp, &rti_op_logaddexp2, &rti_op_xlogy,
    &rti_op_xlogy_scalar, &rti_op_xlogy_scalar_self, &rti_op_ldexp, &rti_op_heaviside
};
#endif
