/* Random numbers; ../draws.c holds what they are at length. See all.h. */

FROZEN("random")

#define DRAWN "x[3,4]|x[]|x[0,3]"
ROW("uniform", EXACT, 0, "f32[2,3] 0.0 1.0", DIFFERENTIABLE, -4, 4, "x[3,4] 0.0 1.0|x[]|x[0,3]")
ROW("normal_functional", NORMAL, 0, "f32[2,3] 0.0 1.0", DIFFERENTIABLE, -4, 4, "x[3,4] 0.0 1.0|x[]|x[0,3]")
ROW("random", EXACT, 0, "f32[2,3]", DIFFERENTIABLE, -4, 4, DRAWN)
ROW("random.from", EXACT, 0, "f32[2,3] 3 5", DIFFERENTIABLE, -4, 4, "x[3,4] -3 5|x[] 0 2|x[0,3] 1 2")
ROW("random.to", EXACT, 0, "f32[2,3] 5", DIFFERENTIABLE, -4, 4, "x[3,4] 5|x[] 2|x[0,3] 2")
ROW("exponential", CLOSE, 0, "f32[2,3] 1.5", DIFFERENTIABLE, -4, 4, DRAWN)
ROW("geometric", EXACT, 0, "f32[2,3] 0.25", DIFFERENTIABLE, -4, 4, "x[3,4] 0.25|x[] 0.5|x[0,3] 0.5")
ROW("cauchy", CLOSE, 0, "f32[2,3] 0.5 2.0", DIFFERENTIABLE, -4, 4, DRAWN)
ROW("log_normal", CLOSE, 0, "f32[2,3] 0.5 0.25", DIFFERENTIABLE, -4, 4, DRAWN)
#undef DRAWN
ROW("bernoulli", EXACT, 0, "f32[3]=0.2,0.5,0.9", DIFFERENTIABLE, 0.1, 0.9, "x[3,4]|x[]|x[0,3]")
ROW("bernoulli.Tensor", EXACT, 0, "f32[3] f32[3]=0.2,0.5,0.9", DIFFERENTIABLE, 0.1, 0.9, "x[3,4] x[4]|x[] x[]|x[0,3] x[3]")
ROW("poisson", EXACT, 0, "f32[3]=0.5,3,20", DIFFERENTIABLE, 0.3, 20, "x[3,4]|x[]|x[0,3]")
ROW("binomial", EXACT, NO_SCALAR, "f32[3]=3,20,90 f32[3]=0.2,0.7,0.5", DIFFERENTIABLE, 0.1, 0.9, "x[0,3] x[3]|x[0] x[0]")
ROW("_standard_gamma", CLOSE, 0, "f32[3]=0.5,3,20", REFUSED, 0.3, 10, "x[3,4]")
ROW("normal.Tensor_float", NORMAL, 0, "f32[3] 0.5", REFUSED, 0.3, 2, "x[3,4] 0.5")
ROW("normal.float_Tensor", NORMAL, 0, "1.5 f32[3]=0.2,0.5,0.9", REFUSED, 0.3, 2, "1.5 x[3,4]")
ROW("normal.Tensor_Tensor", NORMAL, 0, "f32[2,3] f32[3]=0.2,0.5,0.9", REFUSED, 0.3, 2, "x[3,4] x[4]")
ROW("multinomial", EXACT, 0, "f32[3]=1,2,3 2", CONSTANT, 0.3, 10, "x[3,4] 2|x[4] 6 true")

TYPED_BY("uniform", IN_PLACE, call_uniform_, "TRR", "f32[2,3] -1.0 3.0")
TYPED_BY("normal_functional", IN_PLACE, call_normal_, "TRR", "f32[2,3] -1.0 3.0")
TYPED_BY("random", IN_PLACE, call_random_, "T", "|u8[7]")
TYPED_BY("random.from", IN_PLACE, call_random_from_, "TII", "|i64[7] -5 400000")
TYPED_BY("random.to", IN_PLACE, call_random_to_, "TI", "|i64[7] 400000000")
TYPED_BY("exponential", IN_PLACE, call_exponential_, "TR", "")
TYPED_BY("geometric", IN_PLACE, call_geometric_, "TR", "|i32[9] 0.1")
TYPED_BY("cauchy", IN_PLACE, call_cauchy_, "TRR", "")
TYPED_BY("log_normal", IN_PLACE, call_log_normal_, "TRR", "")

TYPED_BY("bernoulli", PLAIN, call_bernoulli, "T", "")
TYPED_BY("bernoulli.Tensor", IN_PLACE, call_bernoulli_tensor_, "TT", "")
TYPED_BY("poisson", PLAIN, call_draw_poisson, "T", "")
TYPED_BY("binomial", PLAIN, call_binomial, "TT", "")
TYPED_BY("_standard_gamma", PLAIN, call_standard_gamma, "T", "")
TYPED_BY("normal.Tensor_float", PLAIN, call_normal_float_std, "TR", "f32[3] 0.5")
TYPED_BY("normal.float_Tensor", PLAIN, call_normal_float_mean, "RT", "1.5 f32[3]=0.2,0.5,0.9")
TYPED_BY("normal.Tensor_Tensor", PLAIN, call_normal_of, "TT", "f32[2,3] f32[3]=0.2,0.5,0.9")
TYPED_BY("multinomial", PLAIN, call_multinomial, "TIB", "|f32[2,3]=1,2,3,0,1,0 5 true")

#ifdef TABLES_FOR_SCHEMA
static rt_tensor *call_bernoulli(const rt_value *v) { return rt_bernoulli(ARG_T(0), NULL); }
static rt_tensor *call_bernoulli_tensor_(const rt_value *v) { return rt_bernoulli_tensor_(ARG_T(0), ARG_T(1), NULL); }
static rt_tensor *call_draw_poisson(const rt_value *v) { return rt_poisson(ARG_T(0), NULL); }
static rt_tensor *call_binomial(const rt_value *v) { return rt_binomial(ARG_T(0), ARG_T(1), NULL); }
static rt_tensor *call_standard_gamma(const rt_value *v) { return rt_standard_gamma(ARG_T(0), NULL); }
static rt_tensor *call_multinomial(const rt_value *v) { return rt_multinomial(ARG_T(0), ARG_I(1), ARG_B(2), NULL); }
static rt_tensor *call_normal_float_std(const rt_value *v) { return rt_normal_float_std(ARG_T(0), ARG_R(1), NULL); }
static rt_tensor *call_normal_float_mean(const rt_value *v) { return rt_normal_float_mean(ARG_R(0), ARG_T(1), NULL); }
static rt_tensor *call_normal_of(const rt_value *v) { return rt_normal(ARG_T(0), ARG_T(1), NULL); }
static rt_tensor *call_uniform_(const rt_value *v) { return rt_uniform_(ARG_T(0), ARG_R(1), ARG_R(2), NULL); }
static rt_tensor *call_normal_(const rt_value *v) { return rt_normal_(ARG_T(0), ARG_R(1), ARG_R(2), NULL); }
static rt_tensor *call_random_(const rt_value *v) { return rt_random_(ARG_T(0), NULL); }
static rt_tensor *call_random_from_(const rt_value *v) { return rt_random_from_(ARG_T(0), ARG_I(1), ARG_I(2), NULL); }
static rt_tensor *call_random_to_(const rt_value *v) { return rt_random_to_(ARG_T(0), ARG_I(1), NULL); }
static rt_tensor *call_exponential_(const rt_value *v) { return rt_exponential_(ARG_T(0), ARG_R(1), NULL); }
static rt_tensor *call_geometric_(const rt_value *v) { return rt_geometric_(ARG_T(0), ARG_R(1), NULL); }
static rt_tensor *call_cauchy_(const rt_value *v) { return rt_cauchy_(ARG_T(0), ARG_R(1), ARG_R(2), NULL); }
static rt_tensor *call_log_normal_(const rt_value *v) { return rt_log_normal_(ARG_T(0), ARG_R(1), ARG_R(2), NULL); }
#endif

BAD("uniform", "f32[2] 2.0 1.0", RT_ERR_VALUE, "2|1")
BAD("uniform", "f32[2] nan 1.0", RT_ERR_VALUE, "nan")
BAD("uniform", "f16[2] 0.0 70000.0", RT_ERR_VALUE, "70000|float16")
BAD("uniform", "i64[2] 0.0 1.0", RT_ERR_DTYPE, "int64")
BAD("normal_functional", "f32[2] 0.0 -1.0", RT_ERR_VALUE, "-1")
BAD("normal_functional", "u8[2] 0.0 1.0", RT_ERR_DTYPE, "uint8")
BAD("uniform", "f32[4611686018427387903;0]", RT_ERR_MEMORY, "")
BAD("random", "c64[2]", RT_ERR_DTYPE, "complex64")
BAD("random.from", "f32[2] 3 3", RT_ERR_VALUE, "3")
BAD("random.from", "u8[2] -1 3", RT_ERR_VALUE, "-1|uint8")
BAD("random.to", "i8[2] 129", RT_ERR_VALUE, "128|int8")
BAD("exponential", "f32[2] 0.0", RT_ERR_VALUE, "0")
BAD("exponential", "i64[2] 1.0", RT_ERR_DTYPE, "int64")
BAD("geometric", "f32[2] 1.0", RT_ERR_VALUE, "1")
BAD("geometric", "bool[2] 0.5", RT_ERR_DTYPE, "bool")
BAD("cauchy", "f32[2] 0.0 0.0", RT_ERR_VALUE, "0")
BAD("cauchy", "c64[2]", RT_ERR_DTYPE, "complex64")
BAD("log_normal", "f32[2] 0.0 -1.0", RT_ERR_VALUE, "-1")
BAD("log_normal", "i32[2]", RT_ERR_DTYPE, "int32")
BAD("bernoulli", "f32[2]=0.5,1.5", RT_ERR_VALUE, "1.5")
BAD("bernoulli", "i64[2]", RT_ERR_DTYPE, "int64")
BAD("bernoulli.Tensor", "f32[2] f32[3]=0.5,0.5,0.5", RT_ERR_SHAPE, "[2]|[3]")
BAD("poisson", "f32[1]=-1", RT_ERR_VALUE, "-1")
BAD("poisson", "i64[1]", RT_ERR_DTYPE, "int64")
BAD("normal.Tensor_Tensor", "f32[2] f32[3]", RT_ERR_SHAPE, "[2]|[3]")
BAD("normal.Tensor_Tensor", "f32[2] f32[2]=1,-2", RT_ERR_VALUE, "-2")
BAD("normal.Tensor_float", "i64[2] 1.0", RT_ERR_DTYPE, "int64")
BAD("binomial", "f32[2] f64[2]", RT_ERR_DTYPE, "float64")
BAD("binomial", "f32[2] f32[3]", RT_ERR_SHAPE, "[2]|[3]")
BAD("_standard_gamma", "f16[2]", RT_ERR_DTYPE, "float16")
BAD("multinomial", "f32[2]=1,2 3", RT_ERR_VALUE, "3|2")
BAD("multinomial", "f32[2]=0,0 1", RT_ERR_VALUE, "0")
BAD("multinomial", "f32[2]=-1,2 5 true", RT_ERR_VALUE, "-1")
BAD("multinomial", "f32[1,1,1]=1 1", RT_ERR_SHAPE, "3")
BAD("multinomial", "i64[2]=1,2 1", RT_ERR_DTYPE, "int64")
