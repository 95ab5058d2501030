/* Activations. See all.h. */

FROZEN("activation")

ROW("relu_backward", EXACT, INTERNAL, "f32[2,3] f32[2,3]", REFUSED, -1, 1, "x[3] x[3]|f64[3] x[3]")
ROW("relu", EXACT, 0, "f32[2,3]", DIFFERENTIABLE, -10, 10, UNARY)
ROW("relu6", EXACT, 0, "f32[2,3]", DIFFERENTIABLE, -8, 8, UNARY)
ROW("leaky_relu", EXACT, 0, "f32[2,3] 0.2", DIFFERENTIABLE, -4, 4, "x[3,4]|x[37] 0.2|x[] -1|x[0,3] 0.5")
ROW("_prelu_kernel", EXACT, INTERNAL, "f32[2,3] f32[3]", DIFFERENTIABLE, -4, 4, "x[3,4] x[3,4]|x[3,4] x[4]|x[] x[]|x[0,3] x[3]")
ROW("prelu", EXACT, NO_FORMS, "f32[2,3] f32[3]", DIFFERENTIABLE, -4, 4, "x[2,3,4] x[3]|x[5] x[1]|x[2,3] x[]|x[] x[]|x[0,3] x[3]")
ROW("elu", CLOSE, 0, "f32[2,3] 0.7", DIFFERENTIABLE, -4, 4, "x[3,4]|x[37] 0.7|x[] 0.7 1.5 0.5|x[0,3] 2 3 2")
ROW("celu", CLOSE, 0, "f32[2,3] 0.7", DIFFERENTIABLE, -4, 4, "x[3,4]|x[37] 0.7|x[] -2|x[0,3] 2")
ROW("selu", CLOSE, 0, "f32[2,3]", DIFFERENTIABLE, -4, 4, UNARY)
ROW("gelu_backward", CLOSE, INTERNAL, "f32[2,3] f32[2,3]", REFUSED, -1, 1, "x[3] x[3]|f64[3] x[3]")
ROW("gelu_tanh_backward", CLOSE, INTERNAL, "f32[2,3] f32[2,3]", REFUSED, -1, 1, "x[3] x[3]|f64[3] x[3]")
ROW("gelu", TAIL, 0, "f32[2,3]", DIFFERENTIABLE, -4, 4, UNARY "|x[3,4] 'tanh'|x[37] 'tanh'|x[] 'none'")
ROW("silu", TAIL, COMPLEX, "f32[2,3]", DIFFERENTIABLE, -4, 4, UNARY)
ROW("mish", TAIL, 0, "f32[2,3]", DIFFERENTIABLE, -4, 4, UNARY)
ROW("softplus", CLOSE, 0, "f32[2,3] 2 3", DIFFERENTIABLE, -4, 4, "x[3,4]|x[37] 2|x[] 0.5 1|x[0,3] 2 3")
ROW("log_sigmoid", CLOSE, 0, "f32[2,3]", DIFFERENTIABLE, -4, 4, UNARY)
ROW("hardtanh", EXACT, 0, "f32[2,3] -1 1", DIFFERENTIABLE, -4, 4, "x[3,4]|x[37] -2 3|x[] 0.5 1.5|x[0,3] 0 6")
ROW("hardsigmoid", CLOSE, 0, "f32[2,3]", DIFFERENTIABLE, -6, 6, UNARY)
ROW("hardswish", CLOSE, 0, "f32[2,3]", DIFFERENTIABLE, -6, 6, UNARY)
ROW("hardshrink", EXACT, 0, "f32[2,3] 0.5", DIFFERENTIABLE, -4, 4, "x[3,4]|x[37] 2|x[] 0|x[0,3] 0.5")
ROW("softshrink", CLOSE, 0, "f32[2,3] 0.5", DIFFERENTIABLE, -4, 4, "x[3,4]|x[37] 2|x[] 0|x[0,3] 0.5")
ROW("threshold", EXACT, 0, "f32[2,3] 1 7", DIFFERENTIABLE, -4, 4, "x[3,4] 1 7|x[37] -0.5 0.25|x[] 0 0|x[0,3] 1 2")
ROW("glu", CLOSE, NO_FORMS | NO_SCALAR, "f32[2,4] 1", DIFFERENTIABLE, -4, 4, "x[3,4]|x[4,3] 0|x[2,6,2] 1|x[0,4]|x[4] -1")

/* no rows: typed functions */
#ifdef TABLES_FOR_ROWS
static rt_tensor *run_softsign(const rt_value *v) { return rt_softsign(v[0].as.tensor); }
static rt_tensor *run_tanhshrink(const rt_value *v) { return rt_tanhshrink(v[0].as.tensor); }
#endif
FUNCTION("softsign", CLOSE, run_softsign)
FUNCTION("tanhshrink", TAIL, run_tanhshrink)

STRANGER("relu_backward", "PyTorch's threshold_backward, on the result")
STRANGER("gelu_tanh_backward", "PyTorch's gelu_backward with approximate='tanh'")

/* numbers that the schemas call Scalar are doubles in C */
#ifdef TABLES_FOR_SCHEMA
static rt_tensor *call_leaky_relu(const rt_value *v) { return rt_leaky_relu(ARG_T(0), ARG_R(1)); }
static rt_tensor *call_leaky_relu_(const rt_value *v) { return rt_leaky_relu_(ARG_T(0), ARG_R(1)); }
static rt_tensor *call_elu(const rt_value *v) { return rt_elu(ARG_T(0), ARG_R(1)); }
static rt_tensor *call_elu_(const rt_value *v) { return rt_elu_(ARG_T(0), ARG_R(1)); }
static rt_tensor *call_celu(const rt_value *v) { return rt_celu(ARG_T(0), ARG_R(1)); }
static rt_tensor *call_celu_(const rt_value *v) { return rt_celu_(ARG_T(0), ARG_R(1)); }
static rt_tensor *call_softplus(const rt_value *v) { return rt_softplus(ARG_T(0), ARG_R(1), ARG_R(2)); }
static rt_tensor *call_hardshrink(const rt_value *v) { return rt_hardshrink(ARG_T(0), ARG_R(1)); }
static rt_tensor *call_softshrink(const rt_value *v) { return rt_softshrink(ARG_T(0), ARG_R(1)); }
static rt_tensor *call_gelu_tanh(const rt_value *v) { return rt_gelu_tanh(ARG_T(0)); }
static rt_tensor *call_gelu_tanh_(const rt_value *v) { return rt_gelu_tanh_(ARG_T(0)); }
#endif

TYPED1("relu", PLAIN, relu, T, "")
TYPED1("relu", IN_PLACE, relu_, T, "")
TYPED1("relu6", PLAIN, relu6, T, "")
TYPED1("relu6", IN_PLACE, relu6_, T, "")
TYPED1("selu", PLAIN, selu, T, "")
TYPED1("selu", IN_PLACE, selu_, T, "")
TYPED1("gelu", PLAIN, gelu, T, "")
TYPED1("gelu", IN_PLACE, gelu_, T, "")
TYPED1("silu", PLAIN, silu, T, "")
TYPED1("silu", IN_PLACE, silu_, T, "")
TYPED1("mish", PLAIN, mish, T, "")
TYPED1("mish", IN_PLACE, mish_, T, "")
TYPED1("hardsigmoid", PLAIN, hardsigmoid, T, "")
TYPED1("hardsigmoid", IN_PLACE, hardsigmoid_, T, "")
TYPED1("hardswish", PLAIN, hardswish, T, "")
TYPED1("hardswish", IN_PLACE, hardswish_, T, "")
TYPED1("log_sigmoid", PLAIN, log_sigmoid, T, "")
TYPED_BY("gelu", PLAIN, call_gelu_tanh, "TC", "f32[2,3] 'tanh'")
TYPED_BY("gelu", IN_PLACE, call_gelu_tanh_, "TC", "f32[2,3] 'tanh'")
TYPED_BY("leaky_relu", PLAIN, call_leaky_relu, "TS", "")
TYPED_BY("leaky_relu", IN_PLACE, call_leaky_relu_, "TS", "")
TYPED_BY("elu", PLAIN, call_elu, "TS", "")
TYPED_BY("elu", IN_PLACE, call_elu_, "TS", "")
TYPED_BY("celu", PLAIN, call_celu, "TS", "")
TYPED_BY("celu", IN_PLACE, call_celu_, "TS", "")
TYPED_BY("softplus", PLAIN, call_softplus, "TSS", "")
TYPED_BY("hardshrink", PLAIN, call_hardshrink, "TS", "")
TYPED_BY("softshrink", PLAIN, call_softshrink, "TS", "")
TYPED3("hardtanh", PLAIN, hardtanh, T, S, S, "|i64[3] 0 2")
TYPED3("hardtanh", IN_PLACE, hardtanh_, T, S, S, "")
TYPED3("threshold", PLAIN, threshold, T, S, S, "|i64[3] 0 2")
TYPED3("threshold", IN_PLACE, threshold_, T, S, S, "")
TYPED2("prelu", PLAIN, prelu, T, T, "")
TYPED2("glu", PLAIN, glu, T, I, "")

BAD("relu", "bool[2]", RT_ERR_DTYPE, "bool")
BAD("relu6", "c64[2]", RT_ERR_DTYPE, "complex64")
BAD("leaky_relu", "i64[2]", RT_ERR_DTYPE, "int64")
BAD("leaky_relu", "f32[2] 1+2j", RT_ERR_DTYPE, "complex64")
BAD("prelu", "f32[2,3] f32[2]", RT_ERR_SHAPE, "[2]|[2, 3]")
BAD("prelu", "f32[2,3] f32[3,1]", RT_ERR_SHAPE, "[3, 1]")
BAD("prelu", "f32[2] f64[1]", RT_ERR_DTYPE, "float32|float64")
BAD("elu", "i64[2]", RT_ERR_DTYPE, "int64")
BAD("celu", "f32[2] 0", RT_ERR_VALUE, "alpha")
BAD("gelu", "i64[2]", RT_ERR_DTYPE, "int64")
BAD("gelu", "bool[2]", RT_ERR_DTYPE, "bool")
BAD("gelu", "f32[2] 'other'", RT_ERR_VALUE, "'other'|'tanh'")
BAD("silu", "i64[2]", RT_ERR_DTYPE, "int64")
BAD("hardtanh", "u8[2]", RT_ERR_VALUE, "unsigned")
BAD("hardtanh", "bool[2] 0 1", RT_ERR_DTYPE, "bool")
BAD("softshrink", "f32[2] -1", RT_ERR_VALUE, "-1")
BAD("threshold", "bool[2] 0 1", RT_ERR_DTYPE, "bool")
BAD("glu", "f32[3]", RT_ERR_SHAPE, "[3]")
BAD("glu", "f32[4] 1", RT_ERR_INDEX, "1")
BAD("glu", "i64[4]", RT_ERR_DTYPE, "int64")
BAD("relu_backward", "f32[2] f32[3]", RT_ERR_SHAPE, "[2]|[3]")
BAD("gelu_backward", "f32[2] f32[3]", RT_ERR_SHAPE, "[2]|[3]")
BAD("relu", "f32[4611686018427387903;0]", RT_ERR_MEMORY, "")
