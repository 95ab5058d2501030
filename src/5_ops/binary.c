/* ---- elementwise with several operands -------------------------------------------------------------------------------------------- */

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
RTI_FORMULA3(where, condition, a, b) { return rti_vselect(rti_veq(condition, rti_vset(0)), b, a); }
#endif

#if !RTI_PASS

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
RTI_INTEGER3(where, a ? b : c)
RTI_DEFINE_FORMULA(add, 2, rti_run_add_i64)
RTI_DEFINE_FORMULA(add_scaled, 3, rti_run_add_scaled_i64)
RTI_DEFINE_FORMULA(sub, 2, rti_run_sub_i64)
RTI_DEFINE_FORMULA(sub_scaled, 3, rti_run_sub_scaled_i64)
RTI_DEFINE_FORMULA(mul, 2, rti_run_mul_i64)
RTI_DEFINE_FORMULA(div, 2, NULL)
RTI_DEFINE_FORMULA(eq, 2, rti_run_eq_i64)
RTI_DEFINE_FORMULA(ne, 2, rti_run_ne_i64)
RTI_DEFINE_FORMULA(lt, 2, rti_run_lt_i64)
RTI_DEFINE_FORMULA(le, 2, rti_run_le_i64)
RTI_DEFINE_FORMULA(gt, 2, rti_run_gt_i64)
RTI_DEFINE_FORMULA(ge, 2, rti_run_ge_i64)
RTI_DEFINE_FORMULA(where, 3, rti_run_where_i64)

/* The gradient times an operand of the call, a tensor or a number. */
static rt_tensor *rti_times(rt_tensor *g, const rti_backward *b, int k)
{
    const rt_value *v = rti_b_arg(b, k);
    return v->tag == RT_VALUE_TENSOR ? rt_mul(g, rti_b_input(b, k)) : rt_mul_scalar(g, rti_scalar_of_value(v));
}

/* ---- add, sub: the third argument, alpha, scales the second ---- */

/* Whether argument k is a number other than 1. */
static bool rti_alpha(const rt_value *arg, int n_args, int k)
{
    if (n_args <= k || !rti_value_is_number(&arg[k]))
        return false;
    rt_scalar alpha = rti_scalar_of_value(&arg[k]);
    return alpha.kind == RT_SCALAR_FLOAT ? alpha.re != 1 : alpha.i != 1;
}

static rt_status rti_shape_add(rti_call *c)
{
    if (RTI_UNLIKELY(rti_alpha(c->arg, c->n_args, 2)))
        c->formula = c->op->formula == &rti_formula_add ? &rti_formula_add_scaled : &rti_formula_sub_scaled;
    rt_status status = rti_shape_elementwise(c);
    if (RTI_UNLIKELY(c->n_args > 2 && c->arg[2].tag == RT_VALUE_FLOAT) && status == RT_OK && rti_kind_rank(c->common) < 2)
        return rti_raise(RT_ERR_VALUE, "add", "alpha must be an integer for integer tensors, got %g", c->arg[2].as.f);
    return status;
}

static rt_status rti_add_backward_signed(rti_backward *b, bool negative)
{
    rt_tensor *g = rti_b_grad(b, 0);
    rt_status status = rti_b_needs(b, 0) ? rti_b_set(b, 0, g) : RT_OK;
    if (status != RT_OK || !rti_b_needs(b, 1))
        return status;
    if (rti_alpha(b->node->arg, b->node->n_args, 2))
        g = rti_times(g, b, 2);
    return rti_b_set(b, 1, negative ? rt_neg(g) : g);
}
static rt_status rti_add_backward(rti_backward *b) { return rti_add_backward_signed(b, false); }
static rt_status rti_sub_backward(rti_backward *b) { return rti_add_backward_signed(b, true); }

#define RTI_ADDITIVE(schema, flags, formula, backward) \
    { schema, 1, (flags) | RTI_ANY_OUT, &formula, rti_shape_add, rti_run_elementwise, NULL, backward, NULL, NULL, 0, -10, 10 }
static const rt_op rti_op_add =
    RTI_ADDITIVE("add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor", RTI_PROMOTE, rti_formula_add, rti_add_backward);
static const rt_op rti_op_add_scalar =
    RTI_ADDITIVE("add.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor", RTI_PROMOTE, rti_formula_add, rti_add_backward);
static const rt_op rti_op_sub =
    RTI_ADDITIVE("sub.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor", RTI_PROMOTE | RTI_NO_BOOL, rti_formula_sub, rti_sub_backward);
static const rt_op rti_op_sub_scalar =
    RTI_ADDITIVE("sub.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor", RTI_PROMOTE | RTI_NO_BOOL, rti_formula_sub, rti_sub_backward);

/* ---- mul, div ---- */

static rt_status rti_mul_backward(rti_backward *b)
{
    rt_tensor *g = rti_b_grad(b, 0);
    rt_status status = rti_b_needs(b, 0) ? rti_b_set(b, 0, rti_times(g, b, 1)) : RT_OK;
    return status == RT_OK && rti_b_needs(b, 1) ? rti_b_set(b, 1, rti_times(g, b, 0)) : status;
}
static const rt_op rti_op_mul = RTI_ELEMENTWISE("mul.Tensor(Tensor self, Tensor other) -> Tensor", RTI_PROMOTE, rti_formula_mul, rti_mul_backward,
                                                NULL, RTI_SAVE_IN(0) | RTI_SAVE_IN(1), -10, 10);
static const rt_op rti_op_mul_scalar = RTI_ELEMENTWISE("mul.Scalar(Tensor self, Scalar other) -> Tensor", RTI_PROMOTE, rti_formula_mul,
                                                       rti_mul_backward, NULL, 0, -10, 10);

static rt_status rti_div_backward(rti_backward *b)
{
    rt_tensor *g = rti_b_grad(b, 0);
    const rt_value *by = rti_b_arg(b, 1);
    if (by->tag != RT_VALUE_TENSOR)
        return rti_b_set(b, 0, rt_div_scalar(g, rti_scalar_of_value(by)));
    rt_tensor *divisor = rti_b_input(b, 1), *share = rt_div(g, divisor);
    rt_status status = rti_b_needs(b, 0) ? rti_b_set(b, 0, share) : RT_OK;
    if (status != RT_OK || !rti_b_needs(b, 1))
        return status;
    return rti_b_set(b, 1, rt_neg(rt_mul(share, rt_div(rti_b_input(b, 0), divisor))));
}
static const rt_op rti_op_div = RTI_ELEMENTWISE("div.Tensor(Tensor self, Tensor other) -> Tensor", RTI_TO_FLOAT, rti_formula_div, rti_div_backward,
                                                NULL, RTI_SAVE_IN(0) | RTI_SAVE_IN(1), 0.5, 10);
static const rt_op rti_op_div_scalar = RTI_ELEMENTWISE("div.Scalar(Tensor self, Scalar other) -> Tensor", RTI_TO_FLOAT, rti_formula_div,
                                                       rti_div_backward, NULL, 0, 0.5, 10);

/* ---- comparisons ---- */

#define RTI_COMPARISON(name) \
    static const rt_op rti_op_##name = RTI_ELEMENTWISE(#name ".Tensor(Tensor self, Tensor other) -> Tensor", RTI_TO_BOOL | RTI_CONSTANT, \
                                                       rti_formula_##name, NULL, NULL, 0, -10, 10); \
    static const rt_op rti_op_##name##_scalar = RTI_ELEMENTWISE(#name ".Scalar(Tensor self, Scalar other) -> Tensor", RTI_TO_BOOL | RTI_CONSTANT, \
                                                                rti_formula_##name, NULL, NULL, 0, -10, 10); \
    RT_API rt_tensor *rt_##name(rt_tensor *a, rt_tensor *b) { return rti_call2(&rti_op_##name, a, b); } \
    RT_API rt_tensor *rt_##name##_scalar(rt_tensor *a, rt_scalar b) { return rti_call2_scalar(&rti_op_##name##_scalar, a, b); }
RTI_COMPARISON(eq)
RTI_COMPARISON(ne)
RTI_COMPARISON(lt)
RTI_COMPARISON(le)
RTI_COMPARISON(gt)
RTI_COMPARISON(ge)

/* ---- where ---- */

static rt_status rti_where_backward(rti_backward *b)
{
    rt_tensor *g = rti_b_grad(b, 0), *condition = rti_b_input(b, 0);
    rt_status status = rti_b_needs(b, 1) ? rti_b_set(b, 1, rt_where_scalar_other(condition, g, rt_scalar_int(0))) : RT_OK;
    return status == RT_OK && rti_b_needs(b, 2) ? rti_b_set(b, 2, rt_where_scalar_self(condition, rt_scalar_int(0), g)) : status;
}
static const rt_op rti_op_where = RTI_ELEMENTWISE("where.self(Tensor condition, Tensor self, Tensor other) -> Tensor", RTI_PROMOTE | RTI_CONDITION,
                                                  rti_formula_where, rti_where_backward, NULL, RTI_SAVE_IN(0), -10, 10);
static const rt_op rti_op_where_scalar_self = RTI_ELEMENTWISE("where.ScalarSelf(Tensor condition, Scalar self, Tensor other) -> Tensor",
    RTI_PROMOTE | RTI_CONDITION, rti_formula_where, rti_where_backward, NULL, RTI_SAVE_IN(0), -10, 10);
static const rt_op rti_op_where_scalar_other = RTI_ELEMENTWISE("where.ScalarOther(Tensor condition, Tensor self, Scalar other) -> Tensor",
    RTI_PROMOTE | RTI_CONDITION, rti_formula_where, rti_where_backward, NULL, RTI_SAVE_IN(0), -10, 10);

RT_API rt_tensor *rt_add(rt_tensor *a, rt_tensor *b) { return rti_call2(&rti_op_add, a, b); }
RT_API rt_tensor *rt_add_scaled(rt_tensor *a, rt_tensor *b, rt_scalar alpha)
{
    rt_value arg[3];
    rti_box_tensor(&arg[0], a);
    rti_box_tensor(&arg[1], b);
    arg[2] = rti_value_scalar(&alpha);
    return rti_call_op(&rti_op_add, arg, 3);
}
RT_API rt_tensor *rt_add_scalar(rt_tensor *a, rt_scalar b) { return rti_call2_scalar(&rti_op_add_scalar, a, b); }
RT_API rt_tensor *rt_sub(rt_tensor *a, rt_tensor *b) { return rti_call2(&rti_op_sub, a, b); }
RT_API rt_tensor *rt_sub_scalar(rt_tensor *a, rt_scalar b) { return rti_call2_scalar(&rti_op_sub_scalar, a, b); }
RT_API rt_tensor *rt_mul(rt_tensor *a, rt_tensor *b) { return rti_call2(&rti_op_mul, a, b); }
RT_API rt_tensor *rt_mul_scalar(rt_tensor *a, rt_scalar b) { return rti_call2_scalar(&rti_op_mul_scalar, a, b); }
RT_API rt_tensor *rt_div(rt_tensor *a, rt_tensor *b) { return rti_call2(&rti_op_div, a, b); }
RT_API rt_tensor *rt_div_scalar(rt_tensor *a, rt_scalar b) { return rti_call2_scalar(&rti_op_div_scalar, a, b); }
RT_API rt_tensor *rt_add_(rt_tensor *a, rt_tensor *b) { return rti_inplace2(&rti_op_add, a, b); }
RT_API rt_tensor *rt_add_scalar_(rt_tensor *a, rt_scalar b) { return rti_inplace2_scalar(&rti_op_add_scalar, a, b); }
RT_API rt_tensor *rt_sub_(rt_tensor *a, rt_tensor *b) { return rti_inplace2(&rti_op_sub, a, b); }
RT_API rt_tensor *rt_mul_(rt_tensor *a, rt_tensor *b) { return rti_inplace2(&rti_op_mul, a, b); }
RT_API rt_tensor *rt_mul_scalar_(rt_tensor *a, rt_scalar b) { return rti_inplace2_scalar(&rti_op_mul_scalar, a, b); }
RT_API rt_tensor *rt_div_(rt_tensor *a, rt_tensor *b) { return rti_inplace2(&rti_op_div, a, b); }
RT_API rt_tensor *rt_add_out(rt_tensor *out, rt_tensor *a, rt_tensor *b) { return rti_out2(&rti_op_add, out, a, b); }
RT_API rt_tensor *rt_sub_out(rt_tensor *out, rt_tensor *a, rt_tensor *b) { return rti_out2(&rti_op_sub, out, a, b); }
RT_API rt_tensor *rt_mul_out(rt_tensor *out, rt_tensor *a, rt_tensor *b) { return rti_out2(&rti_op_mul, out, a, b); }
RT_API rt_tensor *rt_where(rt_tensor *condition, rt_tensor *a, rt_tensor *b) { return rti_call3(&rti_op_where, condition, a, b); }
RT_API rt_tensor *rt_where_scalar_self(rt_tensor *condition, rt_scalar a, rt_tensor *b)
{
    rt_value arg[3];
    rti_box_tensor(&arg[0], condition);
    arg[1] = rti_value_scalar(&a);
    rti_box_tensor(&arg[2], b);
    return rti_call_op(&rti_op_where_scalar_self, arg, 3);
}
RT_API rt_tensor *rt_where_scalar_other(rt_tensor *condition, rt_tensor *a, rt_scalar b)
{
    rt_value arg[3];
    rti_box_tensor(&arg[0], condition);
    rti_box_tensor(&arg[1], a);
    arg[2] = rti_value_scalar(&b);
    return rti_call_op(&rti_op_where_scalar_other, arg, 3);
}
#endif
