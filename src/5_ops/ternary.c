/* ---- elementwise with three operands: where, masked_fill, clamp, lerp, products added on -------------------------------------------------- */

#if RTI_PASS || RTI_ONE_PASS
RTI_FORMULA3(where, condition, a, b) { return rti_vselect(rti_veq(condition, rti_vset(0)), b, a); }
RTI_FORMULA3(clamp, x, low, high) { return RTI_FN(minimum)(high, RTI_FN(maximum)(low, x)); }
RTI_FORMULA3(addcmul, x, a, b) { return rti_vfma(a, b, x); }
/* from the end that is nearer, so that a weight of 1 gives b itself */
RTI_FORMULA3(lerp, a, b, weight)
{
    rti_vf way = rti_vsub(b, a), from_b = rti_vfma(rti_vneg(way), rti_vsub(rti_vset(1), weight), b);
    return rti_vselect(rti_vlt(rti_vabs(weight), rti_vset(0.5)), rti_vfma(way, weight, a), from_b);
}
#endif

#if !RTI_PASS

/* Of formulas whose first operands alone take part in promotion: what such a row names as its own, in front of the one that it computes. */
#define RTI_PROMOTES_FIRST(n) { "", n, 1, { NULL }, { NULL }, NULL, NULL, { NULL, NULL } }

/* ---- where ---- */

RTI_INTEGER3(where, a ? b : c)
RTI_COMPLEX3(where, rti_c_is_zero(a) ? c : b)
RTI_DEFINE_FORMULA(where, 3, rti_run_where_i64, rti_run_where_c128)
static rt_status rti_where_backward(rti_backward *b)
{
    rt_tensor *g = rti_b_grad(b, 0), *condition = rti_b_input(b, 0);
    rt_status status = rti_b_needs(b, 1) ? rti_b_set(b, 1, rti_where_else_0(condition, g)) : RT_OK;
    return status == RT_OK && rti_b_needs(b, 2) ? rti_b_set(b, 2, rti_0_where(condition, g)) : status;
}
#define RTI_WHERE(schema, flags, backward) \
    RTI_ELEMENTWISE(schema, RTI_PROMOTE | RTI_CONDITION | RTI_BARE | (flags), rti_formula_where, backward, NULL, RTI_SAVE_IN(0), -10, 10)
static const rt_op rti_op_where = RTI_WHERE("where.self(Tensor condition, Tensor self, Tensor other) -> Tensor", 0, rti_where_backward);
static const rt_op rti_op_where_scalar_self = RTI_WHERE("where.ScalarSelf(Tensor condition, Scalar self, Tensor other) -> Tensor", 0, rti_where_backward);
static const rt_op rti_op_where_scalar_other = RTI_WHERE("where.ScalarOther(Tensor condition, Tensor self, Scalar other) -> Tensor", 0, rti_where_backward);
static const rt_op rti_op_where_scalar = RTI_WHERE("where.Scalar(Tensor condition, Scalar self, Scalar other) -> Tensor", RTI_CONSTANT, NULL);

static rt_tensor *rti_call_where(const rt_op *op, rt_tensor *condition, rt_value a, rt_value b)
{
    rt_value arg[3];
    rti_box_tensor(&arg[0], condition);
    arg[1] = a;
    arg[2] = b;
    return rti_call_op(op, arg, 3);
}
RT_API rt_tensor *rt_where(rt_tensor *condition, rt_tensor *a, rt_tensor *b) { return rti_call3(&rti_op_where, condition, a, b); }
RT_API rt_tensor *rt_where_scalar_self(rt_tensor *condition, rt_scalar a, rt_tensor *b)
{
    return rti_call_where(&rti_op_where_scalar_self, condition, rti_value_scalar(&a), rti_value_tensor(b));
}
RT_API rt_tensor *rt_where_scalar_other(rt_tensor *condition, rt_tensor *a, rt_scalar b)
{
    return rti_call_where(&rti_op_where_scalar_other, condition, rti_value_tensor(a), rti_value_scalar(&b));
}
RT_API rt_tensor *rt_where_scalar(rt_tensor *condition, rt_scalar a, rt_scalar b)
{
    return rti_call_where(&rti_op_where_scalar, condition, rti_value_scalar(&a), rti_value_scalar(&b));
}

/* ---- masked_fill: where, but the value comes into the tensor's own type ---- */

static const rti_formula rti_promotes_one = RTI_PROMOTES_FIRST(1), rti_promotes_two = RTI_PROMOTES_FIRST(2), rti_promotes_three = RTI_PROMOTES_FIRST(3);

static rt_status rti_shape_masked_fill(rti_call *c)
{
    const rt_value x = c->arg[0], mask = c->arg[1], value = c->arg[2];
    const rt_tensor *filled = value.tag == RT_VALUE_TENSOR ? value.as.tensor : NULL;
    rti_shape_text text;
    if (mask.as.tensor->dtype != RT_BOOL)
        return rti_raise(RT_ERR_DTYPE, "masked_fill", "expected a bool mask, got %s", rt_dtype_name((rt_dtype)mask.as.tensor->dtype));
    if (filled && filled->ndim > 0)
        return rti_raise(RT_ERR_SHAPE, "masked_fill", "expected a value without dimensions, got shape %s", rti_shape_of_text(&text, filled));
    c->formula = &rti_formula_where;
    rt_status status = rti_shape_elementwise(c);
    if (status == RT_OK && !rt_dtype_is_complex(c->common) && (value.tag == RT_VALUE_COMPLEX || (filled && rt_dtype_is_complex((rt_dtype)filled->dtype))))
        return rti_raise(RT_ERR_DTYPE, "masked_fill", "a complex value does not fit into a %s tensor", rt_dtype_name(c->common));
    rti_set_operands(c, &mask, &value, &x);
    return status;
}
static rt_status rti_masked_fill_backward(rti_backward *b)
{
    rt_tensor *g = rti_b_grad(b, 0), *mask = rti_b_input(b, 1);
    rt_status status = rti_b_needs(b, 0) ? rti_b_set(b, 0, rti_0_where(mask, g)) : RT_OK;
    return status == RT_OK && rti_b_needs(b, 2) ? rti_b_set(b, 2, rti_where_else_0(mask, g)) : status;
}
#define RTI_MASKED_FILL(schema) \
    RTI_ELEMENTWISE_BY(schema, RTI_PROMOTE, rti_shape_masked_fill, rti_promotes_one, rti_masked_fill_backward, RTI_SAVE_IN(1), -10, 10)
static const rt_op rti_op_masked_fill = RTI_MASKED_FILL("masked_fill.Tensor(Tensor self, Tensor mask, Tensor value) -> Tensor");
static const rt_op rti_op_masked_fill_scalar = RTI_MASKED_FILL("masked_fill.Scalar(Tensor self, Tensor mask, Scalar value) -> Tensor");

static rt_tensor *rti_call_three(const rt_op *op, rt_tensor *a, rt_tensor *b, rt_value c, bool in_place)
{
    rt_value arg[3];
    rti_box_tensor(&arg[0], a);
    rti_box_tensor(&arg[1], b);
    arg[2] = c;
    return in_place ? rti_call_inplace(op, arg, 3) : rti_call_op(op, arg, 3);
}
RT_API rt_tensor *rt_masked_fill(rt_tensor *x, rt_tensor *mask, rt_tensor *value) { return rti_call_three(&rti_op_masked_fill, x, mask, rti_value_tensor(value), false); }
RT_API rt_tensor *rt_masked_fill_(rt_tensor *x, rt_tensor *mask, rt_tensor *value) { return rti_call_three(&rti_op_masked_fill, x, mask, rti_value_tensor(value), true); }
RT_API rt_tensor *rt_masked_fill_scalar(rt_tensor *x, rt_tensor *mask, rt_scalar value)
{
    return rti_call_three(&rti_op_masked_fill_scalar, x, mask, rti_value_scalar(&value), false);
}
RT_API rt_tensor *rt_masked_fill_scalar_(rt_tensor *x, rt_tensor *mask, rt_scalar value)
{
    return rti_call_three(&rti_op_masked_fill_scalar, x, mask, rti_value_scalar(&value), true);
}

/* ---- clamp: bounds are tensors or numbers, either may be absent ---- */

RTI_INTEGER3(clamp, a > c || b > c ? c : a < b ? b : a)
RTI_DEFINE_FORMULA(clamp, 3, rti_run_clamp_i64, NULL)

static rt_status rti_shape_clamp(rti_call *c)
{
    const rt_value x = c->arg[0], low = c->n_args > 1 ? c->arg[1] : rt_value_none(), high = c->n_args > 2 ? c->arg[2] : rt_value_none();
    bool below = low.tag != RT_VALUE_NONE, above = high.tag != RT_VALUE_NONE, tensors = low.tag == RT_VALUE_TENSOR || high.tag == RT_VALUE_TENSOR;
    if (!below && !above)
        return rti_raise(RT_ERR_VALUE, "clamp", "min and max must not both be absent");
    if (below && above)
        return rti_shape_no_bool(c);
    c->formula = below ? &rti_formula_maximum : &rti_formula_minimum;
    rti_set_operands(c, below ? &low : &high, &x, below ? &low : &high);
    return tensors ? rti_shape_elementwise(c) : rti_shape_no_bool(c);
}
static rt_status rti_shape_clamp_one(rti_call *c)
{
    const rt_value x = c->arg[0], bound = c->arg[1];
    rti_set_operands(c, &bound, &x, NULL);
    return bound.tag == RT_VALUE_TENSOR ? rti_shape_elementwise(c) : rti_shape_no_bool(c);
}

/* x compared with argument k, a tensor or a number; above: x >= it, else x <= it */
static rt_tensor *rti_on_side(const rti_backward *b, rt_tensor *x, int k, bool above)
{
    const rt_value *v = rti_b_arg(b, k);
    if (v->tag != RT_VALUE_TENSOR)
        return above ? rt_ge_scalar(x, rti_scalar_of_value(v)) : rt_le_scalar(x, rti_scalar_of_value(v));
    return above ? rt_ge(x, rti_b_input(b, k)) : rt_le(x, rti_b_input(b, k));
}
/* The bounds are arguments low and high; 0: absent. A bound has the gradient where x lies beyond it; where they are crossed, the upper one. */
static rt_status rti_clamp_gradients(rti_backward *b, int low, int high)
{
    rt_tensor *g = rti_b_grad(b, 0), *x = rti_b_input(b, 0);
    rt_status status = RT_OK;
    if (rti_b_needs(b, 0)) {
        rt_tensor *within = low ? rti_on_side(b, x, low, true) : rti_on_side(b, x, high, false);
        if (low && high)
            within = rt_logical_and(within, rti_on_side(b, x, high, false));
        status = rti_b_set(b, 0, rti_where_else_0(within, g));
    }
    if (status == RT_OK && low && rti_b_needs(b, low)) {
        rt_tensor *beyond = rt_lt(x, rti_b_input(b, low));
        if (high)
            beyond = rt_logical_and(beyond, rt_lt(rti_b_input(b, low), rti_b_operand(b, high)));
        status = rti_b_set(b, low, rti_where_else_0(beyond, g));
    }
    if (status == RT_OK && high && rti_b_needs(b, high)) {
        rt_tensor *beyond = rt_gt(x, rti_b_input(b, high));
        if (low)
            beyond = rt_logical_or(beyond, rt_lt(rti_b_input(b, high), rti_b_operand(b, low)));
        status = rti_b_set(b, high, rti_where_else_0(beyond, g));
    }
    return status;
}
static rt_status rti_clamp_backward(rti_backward *b)
{
    int low = b->node->n_args > 1 && rti_b_arg(b, 1)->tag != RT_VALUE_NONE ? 1 : 0, high = b->node->n_args > 2 && rti_b_arg(b, 2)->tag != RT_VALUE_NONE ? 2 : 0;
    return rti_clamp_gradients(b, low, high);
}
static rt_status rti_clamp_min_backward(rti_backward *b) { return rti_clamp_gradients(b, 1, 0); }
static rt_status rti_clamp_max_backward(rti_backward *b) { return rti_clamp_gradients(b, 0, 1); }

#define RTI_CLAMP(schema, shape, formula, backward, saves) RTI_ELEMENTWISE_BY(schema, RTI_PROMOTE, shape, formula, backward, saves, -10, 10)
static const rt_op rti_op_clamp_scalar = RTI_CLAMP("clamp(Tensor self, Scalar? min=None, Scalar? max=None) -> Tensor", rti_shape_clamp, rti_formula_clamp,
                                                   rti_clamp_backward, RTI_SAVE_IN(0));
static const rt_op rti_op_clamp = RTI_CLAMP("clamp.Tensor(Tensor self, Tensor? min=None, Tensor? max=None) -> Tensor", rti_shape_clamp, rti_formula_clamp,
                                            rti_clamp_backward, RTI_SAVE_IN(0) | RTI_SAVE_IN(1) | RTI_SAVE_IN(2));
static const rt_op rti_op_clamp_min_scalar = RTI_CLAMP("clamp_min(Tensor self, Scalar min) -> Tensor", rti_shape_clamp_one, rti_formula_maximum,
                                                       rti_clamp_min_backward, RTI_SAVE_IN(0));
static const rt_op rti_op_clamp_min = RTI_CLAMP("clamp_min.Tensor(Tensor self, Tensor min) -> Tensor", rti_shape_clamp_one, rti_formula_maximum,
                                                rti_clamp_min_backward, RTI_SAVE_TWO);
static const rt_op rti_op_clamp_max_scalar = RTI_CLAMP("clamp_max(Tensor self, Scalar max) -> Tensor", rti_shape_clamp_one, rti_formula_minimum,
                                                       rti_clamp_max_backward, RTI_SAVE_IN(0));
static const rt_op rti_op_clamp_max = RTI_CLAMP("clamp_max.Tensor(Tensor self, Tensor max) -> Tensor", rti_shape_clamp_one, rti_formula_minimum,
                                                rti_clamp_max_backward, RTI_SAVE_TWO);

/* A bound that is no tensor of the caller's: absent, or NULL, which the door refuses. */
static rt_value rti_bound(rt_tensor *x) { return rti_absent(x) ? rt_value_none() : rti_value_tensor(x); }
static rt_tensor *rti_call_clamp(const rt_op *op, rt_tensor *x, rt_value low, rt_value high, bool in_place)
{
    rt_value arg[3];
    rti_box_tensor(&arg[0], x);
    arg[1] = low;
    arg[2] = high;
    return in_place ? rti_call_inplace(op, arg, 3) : rti_call_op(op, arg, 3);
}
RT_API rt_tensor *rt_clamp(rt_tensor *x, rt_tensor *low, rt_tensor *high) { return rti_call_clamp(&rti_op_clamp, x, rti_bound(low), rti_bound(high), false); }
RT_API rt_tensor *rt_clamp_(rt_tensor *x, rt_tensor *low, rt_tensor *high) { return rti_call_clamp(&rti_op_clamp, x, rti_bound(low), rti_bound(high), true); }
RT_API rt_tensor *rt_clamp_scalar(rt_tensor *x, rt_scalar low, rt_scalar high)
{
    return rti_call_clamp(&rti_op_clamp_scalar, x, rti_value_scalar(&low), rti_value_scalar(&high), false);
}
RT_API rt_tensor *rt_clamp_scalar_(rt_tensor *x, rt_scalar low, rt_scalar high)
{
    return rti_call_clamp(&rti_op_clamp_scalar, x, rti_value_scalar(&low), rti_value_scalar(&high), true);
}
RT_API rt_tensor *rt_clamp_min(rt_tensor *x, rt_tensor *low) { return rti_call2(&rti_op_clamp_min, x, low); }
RT_API rt_tensor *rt_clamp_min_(rt_tensor *x, rt_tensor *low) { return rti_inplace2(&rti_op_clamp_min, x, low); }
RT_API rt_tensor *rt_clamp_min_scalar(rt_tensor *x, rt_scalar low) { return rti_call2_scalar(&rti_op_clamp_min_scalar, x, low); }
RT_API rt_tensor *rt_clamp_min_scalar_(rt_tensor *x, rt_scalar low) { return rti_inplace2_scalar(&rti_op_clamp_min_scalar, x, low); }
RT_API rt_tensor *rt_clamp_max(rt_tensor *x, rt_tensor *high) { return rti_call2(&rti_op_clamp_max, x, high); }
RT_API rt_tensor *rt_clamp_max_(rt_tensor *x, rt_tensor *high) { return rti_inplace2(&rti_op_clamp_max, x, high); }
RT_API rt_tensor *rt_clamp_max_scalar(rt_tensor *x, rt_scalar high) { return rti_call2_scalar(&rti_op_clamp_max_scalar, x, high); }
RT_API rt_tensor *rt_clamp_max_scalar_(rt_tensor *x, rt_scalar high) { return rti_inplace2_scalar(&rti_op_clamp_max_scalar, x, high); }

/* ---- lerp ---- */

static rti_complex rti_c_lerp(rti_complex a, rti_complex b, rti_complex weight)
{
    rti_complex way = rti_c_sub(b, a);
    return rti_c_abs(weight) < 0.5 ? rti_c_add(a, rti_c_mul(weight, way)) : rti_c_sub(b, rti_c_mul(way, rti_c_sub(rti_complex_of(1, 0), weight)));
}
RTI_COMPLEX3(lerp, rti_c_lerp(a, b, c))
RTI_DEFINE_FORMULA(lerp, 3, NULL, rti_run_lerp_c128)

/* Numbers behind the operands that promote: a complex one needs complex operands. */
static rt_status rti_shape_with_factor(rti_call *c, const rti_formula *formula, int k)
{
    c->formula = formula;
    rt_status status = rti_shape_no_bool(c);
    return status == RT_OK && c->arg[k].tag == RT_VALUE_COMPLEX && !rt_dtype_is_complex(c->common) ? rti_refuse_dtype(c, RT_COMPLEX64) : status;
}
static rt_status rti_shape_lerp(rti_call *c) { return rti_shape_with_factor(c, &rti_formula_lerp, 2); }
static rt_status rti_lerp_backward(rti_backward *b)
{
    rt_tensor *g = rti_b_grad(b, 0), *weight = rti_b_operand(b, 2), *share = rt_mul(g, rti_conj_of(weight));
    rt_status status = rti_b_needs(b, 0) ? rti_b_set(b, 0, rt_sub(g, share)) : RT_OK;
    if (status == RT_OK && rti_b_needs(b, 1))
        status = rti_b_set(b, 1, share);
    if (status == RT_OK && rti_b_needs(b, 2))
        status = rti_b_set(b, 2, rt_mul(g, rti_conj_of(rt_sub(rti_b_input(b, 1), rti_b_input(b, 0)))));
    return status;
}
static const rt_op rti_op_lerp = RTI_ELEMENTWISE("lerp.Tensor(Tensor self, Tensor end, Tensor weight) -> Tensor", RTI_PROMOTE | RTI_NO_INTEGERS, rti_formula_lerp,
                                                 rti_lerp_backward, NULL, RTI_SAVE_TWO | RTI_SAVE_IN(2), -10, 10);
static const rt_op rti_op_lerp_scalar = RTI_ELEMENTWISE_BY("lerp.Scalar(Tensor self, Tensor end, Scalar weight) -> Tensor", RTI_PROMOTE | RTI_NO_INTEGERS,
                                                           rti_shape_lerp, rti_promotes_two, rti_lerp_backward, 0, -10, 10);
RT_API rt_tensor *rt_lerp(rt_tensor *a, rt_tensor *b, rt_tensor *weight) { return rti_call_three(&rti_op_lerp, a, b, rti_value_tensor(weight), false); }
RT_API rt_tensor *rt_lerp_(rt_tensor *a, rt_tensor *b, rt_tensor *weight) { return rti_call_three(&rti_op_lerp, a, b, rti_value_tensor(weight), true); }
RT_API rt_tensor *rt_lerp_scalar(rt_tensor *a, rt_tensor *b, rt_scalar weight) { return rti_call_three(&rti_op_lerp_scalar, a, b, rti_value_scalar(&weight), false); }
RT_API rt_tensor *rt_lerp_scalar_(rt_tensor *a, rt_tensor *b, rt_scalar weight) { return rti_call_three(&rti_op_lerp_scalar, a, b, rti_value_scalar(&weight), true); }

/* ---- addcmul, addcdiv: a fourth argument, value, scales the product ---- */

RTI_INTEGER3(addcmul, (uint64_t)a + (uint64_t)b * (uint64_t)c)
RTI_COMPLEX3(addcmul, rti_c_add(a, rti_c_mul(b, c)))
RTI_DEFINE_FORMULA(addcmul, 3, rti_run_addcmul_i64, rti_run_addcmul_c128)
RTI_INTEGER4(addcmul_scaled, (uint64_t)a + (uint64_t)d * (uint64_t)b * (uint64_t)c)
RTI_COMPLEX4(addcmul_scaled, rti_c_add(a, rti_c_mul(rti_c_mul(d, b), c)))
RTI_COMPLEX4(addcdiv, rti_c_add(a, rti_c_mul(d, rti_c_div(b, c))))
RTI_PLAIN4(addcmul_scaled, a + d * b * c)
RTI_PLAIN4(addcdiv, a + d * (b / c))
RTI_DEFINE_PLAIN(addcmul_scaled, 4, rti_run_addcmul_scaled_i64, rti_run_addcmul_scaled_c128)
RTI_DEFINE_PLAIN(addcdiv, 4, NULL, rti_run_addcdiv_c128)

static rt_status rti_shape_addc(rti_call *c, const rti_formula *formula)
{
    for (int k = 0; k < 3; k++)
        c->operand[k] = c->arg[k];
    c->operand[3] = c->n_args > 3 ? c->arg[3] : rt_value_int(1);
    c->arg = c->operand;
    c->n_args = 4;
    return rti_shape_with_factor(c, formula, 3);
}
static rt_status rti_shape_addcmul(rti_call *c)
{
    return rti_alpha(c->arg, c->n_args, 3) ? rti_shape_addc(c, &rti_formula_addcmul_scaled) : rti_shape_no_bool(c);
}
static rt_status rti_shape_addcdiv(rti_call *c) { return rti_shape_addc(c, &rti_formula_addcdiv); }

/* g times the conjugate of the number value */
static rt_tensor *rti_by_value(const rti_backward *b, rt_tensor *g)
{
    return rti_alpha(b->node->arg, b->node->n_args, 3) ? rt_mul_scalar(g, rti_conj_number(rti_scalar_of_value(rti_b_arg(b, 3)))) : g;
}
static rt_status rti_addcmul_backward(rti_backward *b)
{
    rt_tensor *g = rti_b_grad(b, 0), *scaled = rti_by_value(b, g);
    rt_status status = rti_b_needs(b, 0) ? rti_b_set(b, 0, g) : RT_OK;
    if (status == RT_OK && rti_b_needs(b, 1))
        status = rti_b_set(b, 1, rti_times(scaled, b, 2));
    return status == RT_OK && rti_b_needs(b, 2) ? rti_b_set(b, 2, rti_times(scaled, b, 1)) : status;
}
static rt_status rti_addcdiv_backward(rti_backward *b)
{
    rt_tensor *g = rti_b_grad(b, 0), *by = rti_conj_of(rti_b_input(b, 2)), *share = rt_div(rti_by_value(b, g), by);
    rt_status status = rti_b_needs(b, 0) ? rti_b_set(b, 0, g) : RT_OK;
    if (status == RT_OK && rti_b_needs(b, 1))
        status = rti_b_set(b, 1, share);
    return status == RT_OK && rti_b_needs(b, 2) ? rti_b_set(b, 2, rt_neg(rt_mul(share, rt_div(rti_conj_of(rti_b_input(b, 1)), by)))) : status;
}
static const rt_op rti_op_addcmul = RTI_ELEMENTWISE_BY("addcmul(Tensor self, Tensor tensor1, Tensor tensor2, *, Scalar value=1) -> Tensor", RTI_PROMOTE,
                                                       rti_shape_addcmul, rti_formula_addcmul, rti_addcmul_backward, RTI_SAVE_IN(1) | RTI_SAVE_IN(2), -10, 10);
static const rt_op rti_op_addcdiv = RTI_ELEMENTWISE_BY("addcdiv(Tensor self, Tensor tensor1, Tensor tensor2, *, Scalar value=1) -> Tensor",
                                                       RTI_PROMOTE | RTI_NO_INTEGERS, rti_shape_addcdiv, rti_promotes_three, rti_addcdiv_backward,
                                                       RTI_SAVE_IN(1) | RTI_SAVE_IN(2), 0.5, 10);
static rt_tensor *rti_call_addc(const rt_op *op, rt_tensor *x, rt_tensor *a, rt_tensor *b, rt_scalar value, bool in_place)
{
    rt_value arg[4];
    rti_box_tensor(&arg[0], x);
    rti_box_tensor(&arg[1], a);
    rti_box_tensor(&arg[2], b);
    arg[3] = rti_value_scalar(&value);
    return in_place ? rti_call_inplace(op, arg, 4) : rti_call_op(op, arg, 4);
}
RT_API rt_tensor *rt_addcmul(rt_tensor *x, rt_tensor *a, rt_tensor *b, rt_scalar value) { return rti_call_addc(&rti_op_addcmul, x, a, b, value, false); }
RT_API rt_tensor *rt_addcmul_(rt_tensor *x, rt_tensor *a, rt_tensor *b, rt_scalar value) { return rti_call_addc(&rti_op_addcmul, x, a, b, value, true); }
RT_API rt_tensor *rt_addcdiv(rt_tensor *x, rt_tensor *a, rt_tensor *b, rt_scalar value) { return rti_call_addc(&rti_op_addcdiv, x, a, b, value, false); }
RT_API rt_tensor *rt_addcdiv_(rt_tensor *x, rt_tensor *a, rt_tensor *b, rt_scalar value) { return rti_call_addc(&rti_op_addcdiv, x, a, b, value, true); }

static const rt_op *const rti_ternary_rows[] = {
    &rti_op_where, &rti_op_where_scalar_self, &rti_op_where_scalar_other, &rti_op_where_scalar, &rti_op_masked_fill, &rti_op_masked_fill_scalar,
    &rti_op_clamp_scalar, &rti_op_clamp, &rti_op_clamp_min_scalar, &rti_op_clamp_min, &rti_op_clamp_max_scalar, &rti_op_clamp_max, &rti_op_lerp,
    &rti_op_lerp_scalar, &rti_op_addcmul, &rti_op_addcdiv
};
#endif
