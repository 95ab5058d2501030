/* ---- activations ------------------------------------------------------------------------------------------------------------------ */

#if RTI_PASS || RTI_ONE_PASS

RTI_FORMULA1(relu, x) { return rti_vselect(rti_vlt(x, rti_vset(0)), rti_vset(0), x); }
RTI_FORMULA2(relu_backward, g, y) { return rti_vselect(rti_vle(y, rti_vset(0)), rti_vset(0), g); }
RTI_FORMULA2(leaky_relu, x, slope) { return rti_vselect(rti_vlt(rti_vset(0), x), x, rti_vmul(x, slope)); }

/* above x for x > 0, else below (e^(rate x) - 1) */
RTI_FORMULA4(elu, x, below, above, rate)
{
    rti_vf curve = rti_vmul(below, RTI_FN(exp_less_one)(rti_vmul(x, rate)));
    return rti_vselect(rti_vle(x, rti_vset(0)), curve, rti_vmul(x, above));
}
RTI_FORMULA1(silu, x) { return rti_vdiv(x, rti_vadd(rti_vset(1), RTI_FN(exp)(rti_vneg(x)))); }

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

/* x / (1 + e^(-2u)) = x/2 (1 + tanh u), u = sqrt(2/pi) (x + 0.044715 x^3) */
RTI_FORMULA1(gelu_tanh, x)
{
    rti_vf minus_2u = rti_vmul(x, rti_vfma(rti_vmul(x, x), rti_vset(-0.07135481627260025), rti_vset(-1.5957691216057308)));
    return rti_vdiv(x, rti_vadd(rti_vset(1), RTI_FN(exp)(minus_2u)));
}

/* g s (1 + x (1 - s) 2u') with s = 1 / (1 + e^(-2u)); beyond 12 s is 0 or 1 */
RTI_FORMULA2(gelu_tanh_backward, g, x)
{
    rti_vf end = rti_vset(12), z = rti_vselect(rti_vlt(end, rti_vabs(x)), rti_vcopysign(end, x), x), square = rti_vmul(z, z), one = rti_vset(1);
    rti_vf e = RTI_FN(exp)(rti_vmul(z, rti_vfma(square, rti_vset(-0.07135481627260025), rti_vset(-1.5957691216057308))));
    rti_vf s = rti_vdiv(one, rti_vadd(one, e)), slope = rti_vmul(z, rti_vfma(square, rti_vset(0.21406444881780076), rti_vset(1.5957691216057308)));
    return rti_vmul(g, rti_vmul(s, rti_vfma(slope, rti_vmul(e, s), one)));
}
#endif

#if !RTI_PASS

/* A row of a tensor and numbers that leave its type alone. */
#define RTI_ACTIVATION(schema, flags, formula, backward, saves) \
    RTI_ELEMENTWISE_BY(schema, flags, rti_shape_numbers, formula, backward, saves, -4, 4)
#define RTI_FLOATS (RTI_PROMOTE | RTI_NO_INTEGERS)

/* ---- relu, leaky_relu, prelu ---- */

RTI_INTEGER1(relu, a < 0 ? 0 : a)
RTI_INTEGER2(relu_backward, b <= 0 ? 0 : a)
RTI_DEFINE_FORMULA(relu, 1, rti_run_relu_i64, NULL)
RTI_DEFINE_FORMULA(relu_backward, 2, rti_run_relu_backward_i64, NULL)
RTI_DEFINE_FORMULA(leaky_relu, 2, NULL, NULL)

static const rt_op rti_op_relu_backward = RTI_ELEMENTWISE("relu_backward(Tensor grad_output, Tensor result) -> Tensor", RTI_PROMOTE,
                                                          rti_formula_relu_backward, NULL, NULL, 0, -10, 10);
static rt_status rti_relu_backward(rti_backward *b)
{
    rt_tensor *y = rti_b_output(b, 0), *g = rti_b_grad(b, 0);
    return rti_b_set(b, 0, rti_0_where(rt_le_scalar(y, rt_scalar_int(0)), g));
}
static const rt_op rti_op_relu = RTI_ELEMENTWISE("relu(Tensor self) -> Tensor", RTI_PROMOTE | RTI_NO_BOOL, rti_formula_relu, rti_relu_backward,
                                                 &rti_op_relu_backward, RTI_SAVE_OUT(0), -10, 10);
RT_API rt_tensor *rt_relu(rt_tensor *x) { return rti_call1(&rti_op_relu, x); }
RT_API rt_tensor *rt_relu_(rt_tensor *x) { return rti_inplace1(&rti_op_relu, x); }

static rt_status rti_leaky_relu_backward(rti_backward *b)
{
    rt_tensor *g = rti_b_grad(b, 0), *positive = rt_gt_scalar(rti_b_input(b, 0), rt_scalar_int(0));
    return rti_b_set(b, 0, rt_where(positive, g, rti_scaled(g, rti_b_number(b, 1, 0.01))));
}
static const rt_op rti_op_leaky_relu = RTI_ACTIVATION("leaky_relu(Tensor self, Scalar negative_slope=0.01) -> Tensor", RTI_FLOATS, rti_formula_leaky_relu,
                                                      rti_leaky_relu_backward, RTI_SAVE_IN(0));
RT_API rt_tensor *rt_leaky_relu(rt_tensor *x, double negative_slope) { return rti_call_number(&rti_op_leaky_relu, x, negative_slope, false); }
RT_API rt_tensor *rt_leaky_relu_(rt_tensor *x, double negative_slope) { return rti_call_number(&rti_op_leaky_relu, x, negative_slope, true); }

static rt_status rti_prelu_backward(rti_backward *b)
{
    rt_tensor *g = rti_b_grad(b, 0), *x = rti_b_input(b, 0), *positive = rt_gt_scalar(x, rt_scalar_int(0));
    rt_status status = rti_b_needs(b, 0) ? rti_b_set(b, 0, rt_where(positive, g, rt_mul(g, rti_b_input(b, 1)))) : RT_OK;
    return status == RT_OK && rti_b_needs(b, 1) ? rti_b_set(b, 1, rti_0_where(positive, rt_mul(g, x))) : status;
}
static const rt_op rti_op_prelu_kernel = RTI_ELEMENTWISE("_prelu_kernel(Tensor self, Tensor weight) -> Tensor", RTI_FLOATS, rti_formula_leaky_relu,
                                                         rti_prelu_backward, NULL, RTI_SAVE_IN(0) | RTI_SAVE_IN(1), -4, 4);

/* The weights, one for all or one a channel, stand along dimension 1. */
static rt_status rti_compose_prelu(const rt_value *arg, int n_args, rt_value *results)
{
    rt_tensor *x = arg[0].as.tensor, *weight = arg[1].as.tensor;
    rti_shape_text text, other;
    rt_value pair[2];
    (void)n_args;
    if (weight->dtype != x->dtype)
        return rti_raise(RT_ERR_DTYPE, "prelu", "expected weights of x's type %s, got %s", rt_dtype_name((rt_dtype)x->dtype),
                         rt_dtype_name((rt_dtype)weight->dtype));
    int64_t channels = x->ndim > 1 ? x->size[1] : 1;
    if (weight->ndim > 1 || (weight->numel != 1 && weight->numel != channels))
        return rti_raise(RT_ERR_SHAPE, "prelu", "expected one weight or one for each of the %lld channels of x, got shape %s for x of shape %s",
                         (long long)channels, rti_shape_of_text(&text, weight), rti_shape_of_text(&other, x));
    if (weight->numel != 1) {
        rt_shape along = rti_shape_copy(x->size, x->ndim);
        for (int d = 0; d < along.ndim; d++)
            along.dim[d] = d == 1 ? channels : 1;
        weight = rt_reshape(weight, along);
    } else if (weight->ndim > x->ndim) {
        weight = rt_reshape(weight, RT_SHAPE0);
    }
    if (!weight)
        return rti_pending_code();
    rti_box_tensor(&pair[0], x);
    rti_box_tensor(&pair[1], weight);
    return rti_door(&rti_op_prelu_kernel, pair, 2, NULL, results);
}
static const rt_op rti_op_prelu = { RTI_TEXT("prelu(Tensor self, Tensor weight) -> Tensor"),
                                    1, 0, NULL, NULL, NULL, rti_compose_prelu, NULL, NULL, NULL, 0, -4, 4 };
RT_API rt_tensor *rt_prelu(rt_tensor *x, rt_tensor *weight) { return rti_call2(&rti_op_prelu, x, weight); }

/* ---- elu, celu, selu: one formula ---- */

RTI_DEFINE_FORMULA(elu, 4, NULL, NULL)

#define RTI_SELU_ALPHA 1.6732632423543772848
#define RTI_SELU_SCALE 1.0507009873554804934

/* The formula's numbers, from the row's: below, above, rate. */
static void rti_elu_numbers(const rt_op *op, const rt_value *arg, int n_args, double number[3])
{
    bool selu = strncmp(op->schema, "selu", 4) == 0, celu = strncmp(op->schema, "celu", 4) == 0;
    double alpha = selu ? RTI_SELU_ALPHA : rti_number_argument(arg, n_args, 1, 1), scale = selu ? RTI_SELU_SCALE : 1;
    if (!selu && !celu)
        scale = rti_number_argument(arg, n_args, 2, 1);
    number[0] = alpha * scale;
    number[1] = scale;
    number[2] = selu ? 1 : celu ? 1 / alpha : rti_number_argument(arg, n_args, 3, 1);
}
static rt_status rti_shape_elu(rti_call *c)
{
    double number[3];
    for (int k = 1; k < c->n_args; k++)
        if (c->arg[k].tag == RT_VALUE_COMPLEX)
            return rti_refuse_dtype(c, RT_COMPLEX64);
    rti_elu_numbers(c->op, c->arg, c->n_args, number);
    if (number[0] == 0 && c->op->schema[0] == 'c')
        return rti_raise(RT_ERR_VALUE, "celu", "alpha must not be 0");
    c->operand[0] = c->arg[0];
    for (int k = 0; k < 3; k++)
        c->operand[k + 1] = rt_value_float(number[k]);
    c->arg = c->operand;
    c->n_args = 4;
    return rti_shape_numbers(c);
}
/* g above for x > 0, else g below rate e^(rate x) */
static rt_status rti_elu_backward(rti_backward *b)
{
    rt_tensor *g = rti_b_grad(b, 0), *x = rti_b_input(b, 0);
    double number[3];
    rti_elu_numbers(b->node->op, b->node->arg, b->node->n_args, number);
    rt_tensor *curve = rt_exp(rti_scaled(rt_clamp_max_scalar(x, rt_scalar_int(0)), number[2]));
    return rti_b_set(b, 0, rt_where(rt_le_scalar(x, rt_scalar_int(0)), rt_mul(rti_scaled(g, number[0] * number[2]), curve), rti_scaled(g, number[1])));
}
static const rt_op rti_op_elu = RTI_ELEMENTWISE_BY("elu(Tensor self, Scalar alpha=1, Scalar scale=1, Scalar input_scale=1) -> Tensor", RTI_FLOATS, rti_shape_elu,
                                                   rti_formula_elu, rti_elu_backward, RTI_SAVE_IN(0), -4, 4);
static const rt_op rti_op_celu = RTI_ELEMENTWISE_BY("celu(Tensor self, Scalar alpha=1.) -> Tensor", RTI_FLOATS, rti_shape_elu, rti_formula_elu,
                                                    rti_elu_backward, RTI_SAVE_IN(0), -4, 4);
static const rt_op rti_op_selu = RTI_ELEMENTWISE_BY("selu(Tensor self) -> Tensor", RTI_FLOATS, rti_shape_elu, rti_formula_elu, rti_elu_backward,
                                                    RTI_SAVE_IN(0), -4, 4);
RT_API rt_tensor *rt_elu(rt_tensor *x, double alpha) { return rti_call_number(&rti_op_elu, x, alpha, false); }
RT_API rt_tensor *rt_elu_(rt_tensor *x, double alpha) { return rti_call_number(&rti_op_elu, x, alpha, true); }
RT_API rt_tensor *rt_celu(rt_tensor *x, double alpha) { return rti_call_number(&rti_op_celu, x, alpha, false); }
RT_API rt_tensor *rt_celu_(rt_tensor *x, double alpha) { return rti_call_number(&rti_op_celu, x, alpha, true); }
RT_API rt_tensor *rt_selu(rt_tensor *x) { return rti_call1(&rti_op_selu, x); }
RT_API rt_tensor *rt_selu_(rt_tensor *x) { return rti_inplace1(&rti_op_selu, x); }

/* ---- gelu ---- */

RTI_DEFINE_FORMULA(gelu, 1, NULL, NULL)
RTI_DEFINE_FORMULA(gelu_backward, 2, NULL, NULL)
RTI_DEFINE_FORMULA(gelu_tanh, 1, NULL, NULL)
RTI_DEFINE_FORMULA(gelu_tanh_backward, 2, NULL, NULL)

static const rt_op rti_op_gelu_backward = RTI_ELEMENTWISE("gelu_backward(Tensor grad_output, Tensor self) -> Tensor", RTI_FLOATS,
                                                          rti_formula_gelu_backward, NULL, NULL, 0, -4, 4);
static const rt_op rti_op_gelu_tanh_backward = RTI_ELEMENTWISE("gelu_tanh_backward(Tensor grad_output, Tensor self) -> Tensor", RTI_FLOATS,
                                                               rti_formula_gelu_tanh_backward, NULL, NULL, 0, -4, 4);

/* Whether the call asks for the approximation by tanh. */
static bool rti_gelu_is_tanh(const rt_value *arg, int n_args) { return n_args > 1 && arg[1].tag == RT_VALUE_STRING && strcmp(arg[1].as.string, "tanh") == 0; }

static rt_status rti_shape_gelu(rti_call *c)
{
    if (rti_gelu_is_tanh(c->arg, c->n_args))
        c->formula = &rti_formula_gelu_tanh;
    else if (c->n_args > 1 && c->arg[1].tag == RT_VALUE_STRING && strcmp(c->arg[1].as.string, "none") != 0)
        return rti_raise(RT_ERR_VALUE, "gelu", "approximate must be 'none' or 'tanh', got '%s'", c->arg[1].as.string);
    return rti_shape_elementwise(c);
}

/* g (Phi(x) + x phi(x)) */
static rt_tensor *rti_gelu_slope(rt_tensor *x)
{
    rt_tensor *below = rti_scaled(rti_plus(rt_erf(rti_scaled(x, 0.70710678118654752440)), 1), 0.5);
    return rt_add(below, rt_mul(x, rti_scaled(rti_gaussian(x, 0.5), 0.39894228040143267794)));
}
/* s (1 + x (1 - s) 2u'), s = sigmoid(2u) */
static rt_tensor *rti_gelu_tanh_slope(rt_tensor *x)
{
    rt_tensor *square = rt_mul(x, x), *s = rt_sigmoid(rt_mul(x, rti_plus(rti_scaled(square, 0.07135481627260025), 1.5957691216057308)));
    rt_tensor *slope = rt_mul(x, rti_plus(rti_scaled(square, 0.21406444881780076), 1.5957691216057308));
    return rt_mul(s, rti_plus(rt_mul(slope, rti_from(1, s)), 1));
}
static rt_status rti_gelu_backward(rti_backward *b)
{
    rt_tensor *x = rti_b_input(b, 0), *g = rti_b_grad(b, 0);
    bool by_tanh = rti_gelu_is_tanh(b->node->arg, b->node->n_args);
    if (!b->engine->create_graph)
        return rti_b_set(b, 0, rti_call2(by_tanh ? &rti_op_gelu_tanh_backward : &rti_op_gelu_backward, g, x));
    return rti_b_set(b, 0, rt_mul(g, by_tanh ? rti_gelu_tanh_slope(x) : rti_gelu_slope(x)));
}
static const rt_op rti_op_gelu = RTI_ELEMENTWISE_BY("gelu(Tensor self, *, str approximate=\"none\") -> Tensor", RTI_FLOATS, rti_shape_gelu, rti_formula_gelu,
                                                    rti_gelu_backward, RTI_SAVE_IN(0), -4, 4);
static rt_tensor *rti_gelu_tanh(rt_tensor *x, bool in_place)
{
    rt_value arg[2];
    rti_box_tensor(&arg[0], x);
    arg[1] = rt_value_string("tanh");
    return in_place ? rti_call_inplace(&rti_op_gelu, arg, 2) : rti_call_op(&rti_op_gelu, arg, 2);
}
RT_API rt_tensor *rt_gelu(rt_tensor *x) { return rti_call1(&rti_op_gelu, x); }
RT_API rt_tensor *rt_gelu_(rt_tensor *x) { return rti_inplace1(&rti_op_gelu, x); }
RT_API rt_tensor *rt_gelu_tanh(rt_tensor *x) { return rti_gelu_tanh(x, false); }
RT_API rt_tensor *rt_gelu_tanh_(rt_tensor *x) { return rti_gelu_tanh(x, true); }

/* ---- silu, mish, softplus, log_sigmoid ---- */

RTI_COMPLEX1(silu, rti_c_mul(a, rti_c_sigmoid(a)))
RTI_DEFINE_FORMULA(silu, 1, NULL, rti_run_silu_c128)
static rt_tensor *rti_silu_slope(rt_tensor *x)
{
    rt_tensor *s = rt_sigmoid(x);
    return rt_mul(s, rti_plus(rt_mul(x, rti_from(1, s)), 1));
}
RTI_OF_X(silu, rt_mul(g, rti_silu_slope(x)))
RTI_UNARY(silu, RTI_FLOATS, rti_shape_elementwise, rti_silu_backward, RTI_SAVE_IN(0), -4, 4)

static double rti_softplus_of(double a) { return a > 36 ? a : log1p(exp(a)); }
RTI_PLAIN1(mish, a * tanh(rti_softplus_of(a)))
RTI_DEFINE_PLAIN(mish, 1, NULL, NULL)
static rt_tensor *rti_mish_slope(rt_tensor *x)
{
    rt_tensor *t = rt_tanh(rt_softplus(x, 1, 20));
    return rt_add(t, rt_mul(rt_mul(x, rt_sigmoid(x)), rti_from(1, rt_mul(t, t))));
}
RTI_OF_X(mish, rt_mul(g, rti_mish_slope(x)))
RTI_UNARY(mish, RTI_FLOATS, rti_shape_elementwise, rti_mish_backward, RTI_SAVE_IN(0), -4, 4)

RTI_PLAIN3(softplus, a * b > c ? a : log1p(exp(a * b)) / b)
RTI_DEFINE_PLAIN(softplus, 3, NULL, NULL)
static rt_status rti_softplus_backward(rti_backward *b)
{
    rt_tensor *g = rti_b_grad(b, 0), *at = rti_scaled(rti_b_input(b, 0), rti_b_number(b, 1, 1));
    return rti_b_set(b, 0, rt_where(rt_gt_scalar(at, rt_scalar_float(rti_b_number(b, 2, 20))), g, rt_mul(g, rt_sigmoid(at))));
}
static const rt_op rti_op_softplus = RTI_ACTIVATION("softplus(Tensor self, Scalar beta=1, Scalar threshold=20) -> Tensor", RTI_FLOATS, rti_formula_softplus,
                                                    rti_softplus_backward, RTI_SAVE_IN(0));
RT_API rt_tensor *rt_softplus(rt_tensor *x, double beta, double threshold)
{
    rt_scalar number[2];
    number[0] = rt_scalar_float(beta);
    number[1] = rt_scalar_float(threshold);
    return rti_call_numbers(&rti_op_softplus, x, number, 2, false);
}

RTI_PLAIN1(log_sigmoid, (a < 0 ? a : rti_is_nan(a) ? a : 0) - log1p(exp(-fabs(a))))
RTI_DEFINE_PLAIN(log_sigmoid, 1, NULL, NULL)
RTI_OF_X(log_sigmoid, rt_mul(g, rt_sigmoid(rt_neg(x))))
static const rt_op rti_op_log_sigmoid = RTI_ELEMENTWISE("log_sigmoid(Tensor self) -> Tensor", RTI_FLOATS, rti_formula_log_sigmoid, rti_log_sigmoid_backward,
                                                        NULL, RTI_SAVE_IN(0), -4, 4);
RT_API rt_tensor *rt_log_sigmoid(rt_tensor *x) { return rti_call1(&rti_op_log_sigmoid, x); }

/* ---- hard ones: straight pieces ---- */

/* Inside the range the gradient passes. */
static rt_tensor *rti_within(rt_tensor *g, rt_tensor *x, rt_scalar low, rt_scalar high)
{
    return rti_0_where(rt_logical_or(rt_le_scalar(x, low), rt_ge_scalar(x, high)), g);
}
static rt_status rti_shape_hardtanh(rti_call *c)
{
    const rt_tensor *x = rti_arg_tensor(c, 0);
    rt_value low = c->n_args > 1 ? c->arg[1] : rt_value_int(-1), high = c->n_args > 2 ? c->arg[2] : rt_value_int(1);
    if (x->dtype == RT_UINT8 && (rti_number_argument(&low, 1, 0, 0) < 0 || rti_number_argument(&high, 1, 0, 0) < 0))
        return rti_raise(RT_ERR_VALUE, "hardtanh", "the limits of an unsigned tensor must not be below 0");
    rti_set_operands(c, c->arg, &low, &high);
    return rti_shape_numbers(c);
}
static rt_status rti_shape_relu6(rti_call *c)
{
    rt_value low = rt_value_int(0), high = rt_value_int(6);
    rti_set_operands(c, c->arg, &low, &high);
    return rti_shape_numbers(c);
}
static rt_status rti_hardtanh_backward(rti_backward *b)
{
    rt_scalar low = b->node->n_args > 1 ? rti_scalar_of_value(rti_b_arg(b, 1)) : rt_scalar_int(-1);
    rt_scalar high = b->node->n_args > 2 ? rti_scalar_of_value(rti_b_arg(b, 2)) : rt_scalar_int(1);
    return rti_b_set(b, 0, rti_within(rti_b_grad(b, 0), rti_b_input(b, 0), low, high));
}
RTI_OF_X(relu6, rti_within(g, x, rt_scalar_int(0), rt_scalar_int(6)))
static const rt_op rti_op_hardtanh = RTI_ELEMENTWISE_BY("hardtanh(Tensor self, Scalar min_val=-1, Scalar max_val=1) -> Tensor", RTI_PROMOTE | RTI_NO_BOOL,
                                                        rti_shape_hardtanh, rti_formula_clamp, rti_hardtanh_backward, RTI_SAVE_IN(0), -4, 4);
static const rt_op rti_op_relu6 = RTI_ELEMENTWISE_BY("relu6(Tensor self) -> Tensor", RTI_PROMOTE | RTI_NO_BOOL, rti_shape_relu6, rti_formula_clamp,
                                                     rti_relu6_backward, RTI_SAVE_IN(0), -8, 8);
static rt_tensor *rti_call_two_numbers(const rt_op *op, rt_tensor *x, rt_scalar first, rt_scalar second, bool in_place)
{
    rt_scalar number[2];
    number[0] = first;
    number[1] = second;
    return rti_call_numbers(op, x, number, 2, in_place);
}
RT_API rt_tensor *rt_hardtanh(rt_tensor *x, rt_scalar low, rt_scalar high) { return rti_call_two_numbers(&rti_op_hardtanh, x, low, high, false); }
RT_API rt_tensor *rt_hardtanh_(rt_tensor *x, rt_scalar low, rt_scalar high) { return rti_call_two_numbers(&rti_op_hardtanh, x, low, high, true); }
RT_API rt_tensor *rt_relu6(rt_tensor *x) { return rti_call1(&rti_op_relu6, x); }
RT_API rt_tensor *rt_relu6_(rt_tensor *x) { return rti_inplace1(&rti_op_relu6, x); }

RTI_PLAIN1(hardsigmoid, a <= -3 ? 0 : a >= 3 ? 1 : (a + 3) / 6)
RTI_PLAIN1(hardswish, rti_is_inf(a) && a < 0 ? (double)NAN : a <= -3 ? 0 * a : a >= 3 ? a : a * (a + 3) / 6)
RTI_DEFINE_PLAIN(hardsigmoid, 1, NULL, NULL)
RTI_DEFINE_PLAIN(hardswish, 1, NULL, NULL)
RTI_OF_X(hardsigmoid, rti_where_else_0(rt_lt_scalar(rt_abs(x), rt_scalar_int(3)), rti_scaled(g, 1.0 / 6)))
static rt_status rti_hardswish_backward(rti_backward *b)
{
    rt_tensor *g = rti_b_grad(b, 0), *x = rti_b_input(b, 0);
    rt_tensor *middle = rt_mul(g, rti_plus(rti_scaled(x, 1.0 / 3), 0.5)), *above = rt_where(rt_ge_scalar(x, rt_scalar_int(3)), g, middle);
    return rti_b_set(b, 0, rti_0_where(rt_le_scalar(x, rt_scalar_int(-3)), above));
}
RTI_UNARY(hardsigmoid, RTI_FLOATS, rti_shape_elementwise, rti_hardsigmoid_backward, RTI_SAVE_IN(0), -6, 6)
RTI_UNARY(hardswish, RTI_FLOATS, rti_shape_elementwise, rti_hardswish_backward, RTI_SAVE_IN(0), -6, 6)

RTI_PLAIN2(hardshrink, a >= -b && a <= b ? 0 : a)
RTI_PLAIN2(softshrink, a > b ? a - b : a < -b ? a + b : a * 0)
RTI_DEFINE_PLAIN(hardshrink, 2, NULL, NULL)
RTI_DEFINE_PLAIN(softshrink, 2, NULL, NULL)
static rt_status rti_shape_softshrink(rti_call *c)
{
    double width = rti_number_argument(c->arg, c->n_args, 1, 0.5);
    return width >= 0 ? rti_shape_numbers(c) : rti_raise(RT_ERR_VALUE, "softshrink", "lambd must not be below 0, got %g", width);
}
static rt_status rti_shrink_backward(rti_backward *b)
{
    rt_tensor *within = rt_le_scalar(rt_abs(rti_b_input(b, 0)), rt_scalar_float(rti_b_number(b, 1, 0.5)));
    return rti_b_set(b, 0, rti_0_where(within, rti_b_grad(b, 0)));
}
static const rt_op rti_op_hardshrink = RTI_ACTIVATION("hardshrink(Tensor self, Scalar lambd=0.5) -> Tensor", RTI_FLOATS, rti_formula_hardshrink,
                                                      rti_shrink_backward, RTI_SAVE_IN(0));
static const rt_op rti_op_softshrink = RTI_ELEMENTWISE_BY("softshrink(Tensor self, Scalar lambd=0.5) -> Tensor", RTI_FLOATS, rti_shape_softshrink,
                                                          rti_formula_softshrink, rti_shrink_backward, RTI_SAVE_IN(0), -4, 4);
RT_API rt_tensor *rt_hardshrink(rt_tensor *x, double lambd) { return rti_call_number(&rti_op_hardshrink, x, lambd, false); }
RT_API rt_tensor *rt_softshrink(rt_tensor *x, double lambd) { return rti_call_number(&rti_op_softshrink, x, lambd, false); }

RTI_INTEGER3(threshold, a <= b ? c : a)
RTI_PLAIN3(threshold, a <= b && !rti_is_nan(a) ? c : a)      /* under -ffast-math a NaN would be below */
RTI_DEFINE_PLAIN(threshold, 3, rti_run_threshold_i64, NULL)
static rt_status rti_threshold_backward(rti_backward *b)
{
    rt_scalar at = rti_scalar_of_value(rti_b_arg(b, 1));
    return rti_b_set(b, 0, rti_0_where(rt_le_scalar(rti_b_input(b, 0), at), rti_b_grad(b, 0)));
}
static const rt_op rti_op_threshold = RTI_ACTIVATION("threshold(Tensor self, Scalar threshold, Scalar value) -> Tensor", RTI_PROMOTE | RTI_NO_BOOL,
                                                     rti_formula_threshold, rti_threshold_backward, RTI_SAVE_IN(0));
RT_API rt_tensor *rt_threshold(rt_tensor *x, rt_scalar threshold, rt_scalar value) { return rti_call_two_numbers(&rti_op_threshold, x, threshold, value, false); }
RT_API rt_tensor *rt_threshold_(rt_tensor *x, rt_scalar threshold, rt_scalar value) { return rti_call_two_numbers(&rti_op_threshold, x, threshold, value, true); }

/* ---- compositions ---- */

static rt_status rti_compose_glu(const rt_value *arg, int n_args, rt_value *results)
{
    rt_tensor *x = arg[0].as.tensor;
    rti_shape_text text;
    int dim = rti_wrap_dim("glu", n_args > 1 ? arg[1].as.i : -1, x->ndim);
    if (x->ndim == 0)
        return rti_raise(RT_ERR_SHAPE, "glu", "a tensor without dimensions cannot be halved");
    if (dim < 0)
        return rti_pending_code();
    if (x->size[dim] % 2)
        return rti_raise(RT_ERR_SHAPE, "glu", "dimension %d of shape %s cannot be halved", dim, rti_shape_of_text(&text, x));
    int64_t half = x->size[dim] / 2;
    if (rti_kind_rank((rt_dtype)x->dtype) != 2 || rti_is_bare((rt_dtype)x->dtype))
        return rti_raise(RT_ERR_DTYPE, "glu", "not available for %s", rt_dtype_name((rt_dtype)x->dtype));
    rt_scope scope = rt_scope_begin();
    rt_tensor *y = rt_mul(rt_narrow(x, dim, 0, half), rt_sigmoid(rt_narrow(x, dim, half, half)));
    return rti_compose_answer(results, rt_return(scope, y));
}
static const rt_op rti_op_glu = { RTI_TEXT("glu(Tensor self, int dim=-1) -> Tensor"), 1, 0, NULL, NULL, NULL, rti_compose_glu, NULL, NULL, NULL, 0, -4, 4 };
RT_API rt_tensor *rt_glu(rt_tensor *x, int dim)
{
    rt_value arg[2];
    rti_box_tensor(&arg[0], x);
    arg[1] = rt_value_int(dim);
    return rti_call_op(&rti_op_glu, arg, 2);
}
RT_API rt_tensor *rt_softsign(rt_tensor *x)
{
    rt_scope scope = rt_scope_begin();
    return rt_return(scope, rt_div(x, rt_add_scalar(rt_abs(x), rt_scalar_int(1))));
}
RT_API rt_tensor *rt_tanhshrink(rt_tensor *x)
{
    rt_scope scope = rt_scope_begin();
    return rt_return(scope, rt_sub(x, rt_tanh(x)));
}

static const rt_op *const rti_activation_rows[] = {
    &rti_op_relu_backward, &rti_op_relu, &rti_op_leaky_relu, &rti_op_prelu_kernel, &rti_op_prelu, &rti_op_elu, &rti_op_celu, &rti_op_selu,
    &rti_op_gelu_backward, &rti_op_gelu_tanh_backward, &rti_op_gelu, &rti_op_silu, &rti_op_mish, &rti_op_softplus, &rti_op_log_sigmoid,
    &rti_op_hardtanh, &rti_op_relu6, &rti_op_hardsigmoid, &rti_op_hardswish, &rti_op_hardshrink, &rti_op_softshrink, &rti_op_threshold, &rti_op_glu
};
#endif
