/* Reductions. See all.h. */

FROZEN("reduce")

#define REDUCTION "x[2,3,4] (0,2) false|x[2,3,4] (1) true|x[2,3,4] none|x[2,3,4] (-1,0) true|x[3,4] ()|x[7] (0)|x[]|x[] (0) true|x[0,3] (1)" \
    "|x[5,1] (0)"
#define ALL_OF_THEM "x[2,3,4]|x[7]|x[]|x[0]"
#define ALONG "x[2,3,4] 1 false|x[2,3,4] -1 true|x[7] 0|x[] 0 true|x[0,3] 1|x[5,1] 0"
#define SPREAD "x[2,3,4] (0,2) 1 false|x[2,3,4] (1) 0 true|x[3,4] none 2|x[7] (0) 0.5|x[] none 0 true|x[0,3] (1) 1"
#define SPREAD_DIM "x[2,3,4] (0,2) true false|x[2,3,4] (1) false true|x[3,4] none true|x[7] (0) true|x[] none false true|x[0,3] (1) true"
#define NORM(ord) "x[2,3,4] " ord " (0,2) false|x[3,4] " ord " (1) true|x[7] " ord " (0)|x[] " ord " (0)"

ROW("sum", CLOSE, COMPLEX, "f32[2,3]", DIFFERENTIABLE, -10, 10, ALL_OF_THEM)
ROW("sum.dim_IntList", CLOSE, COMPLEX, "f32[2,3] (1) true", DIFFERENTIABLE, -10, 10, REDUCTION "|x[0] ()|x[0,3] (0) true")
ROW("nansum", CLOSE, 0, "f32[2,3] (1) true", DIFFERENTIABLE, -10, 10, REDUCTION)
ROW("mean", CLOSE, COMPLEX, "f32[2,3]", DIFFERENTIABLE, -10, 10, ALL_OF_THEM)
ROW("mean.dim", CLOSE, COMPLEX, "f32[2,3] (1) true", DIFFERENTIABLE, -10, 10, REDUCTION)
ROW("prod", CLOSE, COMPLEX, "f32[2,3]", DIFFERENTIABLE, -2, 2, "x[2,3]|x[5]|x[]|x[0]")
ROW("prod.dim_int", CLOSE, COMPLEX, "f32[2,3] 1 true", DIFFERENTIABLE, -2, 2, ALONG)
ROW("var", CLOSE, COMPLEX, "f32[2,3] false", DIFFERENTIABLE, -3, 3, "x[2,3,4] true|x[7] false|x[] false|x[0] false")
ROW("var.dim", CLOSE, COMPLEX, "f32[2,3] (1) false true", DIFFERENTIABLE, -3, 3, SPREAD_DIM)
ROW("var.correction", CLOSE, COMPLEX, "f32[2,3] (1) 0 true", DIFFERENTIABLE, -3, 3, SPREAD)
ROW("std", CLOSE, COMPLEX | NO_SCALAR | NO_EMPTY, "f32[2,3] false", DIFFERENTIABLE, -3, 3, "x[2,3,4] true|x[3,2] false")
ROW("std.dim", CLOSE, COMPLEX | NO_SCALAR, "f32[2,3] (1) false true", DIFFERENTIABLE, -3, 3,
    "x[2,3,4] (0,2) true false|x[2,3,4] (1) false true|x[3,4] none true|x[0,3] (1) true")
ROW("std.correction", CLOSE, COMPLEX | NO_SCALAR, "f32[2,3] (1) 0 true", DIFFERENTIABLE, -3, 3,
    "x[2,3,4] (0,2) 1 false|x[2,3,4] (1) 0 true|x[3,4] none 2|x[0,3] (1) 1")
ROW("var_mean", CLOSE, COMPLEX, "f32[2,3] false", DIFFERENTIABLE, -3, 3, "x[2,3,4] true|x[7] false|x[] false|x[0] false")
ROW("var_mean.dim", CLOSE, COMPLEX, "f32[2,3] (1) false true", DIFFERENTIABLE, -3, 3, SPREAD_DIM)
ROW("var_mean.correction", CLOSE, COMPLEX, "f32[2,3] (1) 0 true", DIFFERENTIABLE, -3, 3, SPREAD)
ROW("std_mean", CLOSE, COMPLEX | NO_SCALAR | NO_EMPTY, "f32[2,3] false", DIFFERENTIABLE, -3, 3, "x[2,3,4] true|x[3,2] false")
ROW("std_mean.dim", CLOSE, COMPLEX | NO_SCALAR, "f32[2,3] (1) false true", DIFFERENTIABLE, -3, 3,
    "x[2,3,4] (0,2) true false|x[2,3,4] (1) false true|x[3,4] none true|x[0,3] (1) true")
ROW("std_mean.correction", CLOSE, COMPLEX | NO_SCALAR, "f32[2,3] (1) 0 true", DIFFERENTIABLE, -3, 3,
    "x[2,3,4] (0,2) 1 false|x[2,3,4] (1) 0 true|x[3,4] none 2|x[0,3] (1) 1")
ROW("max", EXACT, NO_EMPTY, "f32[2,3]", DIFFERENTIABLE, -10, 10, "x[2,3,4]|x[7]|x[]|x[1,1]")
ROW("min", EXACT, NO_EMPTY, "f32[2,3]", DIFFERENTIABLE, -10, 10, "x[2,3,4]|x[7]|x[]|x[1,1]")
ROW("amax", EXACT, 0, "f32[2,3] (1) true", DIFFERENTIABLE, -10, 10, "x[2,3,4] (0,2) false|x[2,3,4] (1) true|x[2,3,4]|x[7] (0)|x[] (0) true|x[0,3] (1)")
ROW("amin", EXACT, 0, "f32[2,3] (1) true", DIFFERENTIABLE, -10, 10, "x[2,3,4] (0,2) false|x[2,3,4] (1) true|x[2,3,4]|x[7] (0)|x[] (0) true|x[0,3] (1)")
ROW("aminmax", EXACT, 0, "f32[2,3] 1 true", DIFFERENTIABLE, -10, 10, ALONG "|x[2,3,4]|x[]")
ROW("max.dim", EXACT, 0, "f32[2,3] 1 true", DIFFERENTIABLE, -10, 10, ALONG)
ROW("min.dim", EXACT, 0, "f32[2,3] 1 true", DIFFERENTIABLE, -10, 10, ALONG)
ROW("argmax", EXACT, 0, "f32[2,3] 1 true", CONSTANT, -1, 1, "x[3,4] 1|x[3]|x[]|x[0,3] 1")
ROW("argmin", EXACT, 0, "f32[2,3] 1 true", CONSTANT, -1, 1, "x[3,4] 1|x[3]|x[]|x[0,3] 1")
ROW("any", EXACT, 0, "f32[2,3]", CONSTANT, -1, 1, "x[3,4]|x[]|x[0]")
ROW("any.dim", EXACT, 0, "f32[2,3] 1 true", CONSTANT, -1, 1, "x[3,4] 1|x[] 0|x[0,3] 1")
ROW("any.dims", EXACT, 0, "f32[2,3] (1) true", CONSTANT, -1, 1, "x[3,4] (1)|x[]|x[0,3] (1)")
ROW("all", EXACT, 0, "f32[2,3]", CONSTANT, -1, 1, "x[3,4]|x[]|x[0]")
ROW("all.dim", EXACT, 0, "f32[2,3] 1 true", CONSTANT, -1, 1, "x[3,4] 1|x[] 0|x[0,3] 1")
ROW("all.dims", EXACT, 0, "f32[2,3] (1) true", CONSTANT, -1, 1, "x[3,4] (1)|x[]|x[0,3] (1)")
ROW("count_nonzero", EXACT, 0, "f32[2,3] 1", CONSTANT, -1, 1, "x[3,4] 1|x[]|x[0,3] 1")
ROW("count_nonzero.dim_IntList", EXACT, TAKES_MORE, "f32[2,3] (1)", CONSTANT, -1, 1, "x[3,4] (1)|x[] ()|x[0,3] (1)")
ROW("linalg_vector_norm", CLOSE, COMPLEX, "f32[2,3] 2 (1) true", DIFFERENTIABLE, 0.1, 3,
    NORM("2") "|" NORM("1") "|" NORM("inf") "|" NORM("-inf") "|" NORM("3.5") "|" NORM("1.5") "|" NORM("0.5") "|" NORM("-1") "|x[0,3] 2 (0)")
ROW("norm.Scalar", CLOSE, COMPLEX, "f32[2,3] 2", DIFFERENTIABLE, 0.1, 3, "x[2,3,4] 2|x[7] 3.0|x[] 1|x[0] 2")
ROW("norm.ScalarOpt_dim", CLOSE, COMPLEX, "f32[2,3] 2 (1) true", DIFFERENTIABLE, 0.1, 3, NORM("2") "|" NORM("3") "|x[2,3] none (1)|x[0,3] 2 (0)")
ROW("norm.ScalarOpt_dtype", CLOSE, KEEPS_DTYPE | CASTS | TAKES_MORE, "f32[2,3] 2 :float64", DIFFERENTIABLE, 0.1, 3,
    "x[2,3,4] 2 :float64|x[7] 3.0 :float64|x[] 1 :float64|x[0] 2 :float64")
ROW("norm.ScalarOpt_dim_dtype", CLOSE, KEEPS_DTYPE | CASTS | TAKES_MORE, "f32[2,3] 2 (1) true :float64", DIFFERENTIABLE, 0.1, 3,
    "x[2,3,4] 2 (0,2) false :float64|x[7] 3.0 (0) true :float64|x[] 1 (0) true :float64|x[0,3] 2 (0) true :float64")
ROW("logsumexp", CLOSE, COMPLEX, "f32[2,3] (1) true", DIFFERENTIABLE, -3, 3, "x[2,3,4] (0,2) false|x[2,3,4] (1) true|x[7] (0)|x[] (0) true|x[0,3] (1)")

TYPED1("sum", PLAIN, sum, T, "f32[2,3]")
TYPED3("sum.dim_IntList", PLAIN, sum_dims, T, L, B, "f32[2,3,4] (0,-1) true")
TYPED3("sum.dim_IntList", PLAIN, sum_dim, T, N, B, "f32[2,3] (1) false")
TYPED3("nansum", PLAIN, nansum, T, L, B, "")
TYPED1("mean", PLAIN, mean, T, "f32[2,3]")
TYPED3("mean.dim", PLAIN, mean_dims, T, L, B, "f32[2,3,4] (0,-1) true")
TYPED1("prod", PLAIN, prod, T, "")
TYPED3("prod.dim_int", PLAIN, prod_dim, T, I, B, "")
TYPED2("var", PLAIN, var, T, B, "|f32[2,3] true")
TYPED4("var.dim", PLAIN, var_dims, T, L, B, B, "")
TYPED4("var.correction", PLAIN, var_correction, T, L, S, B, "|f32[2,3] (0,1) 0.5 false")
TYPED2("std", PLAIN, std, T, B, "|f32[2,3] true")
TYPED4("std.dim", PLAIN, std_dims, T, L, B, B, "")
TYPED4("std.correction", PLAIN, std_correction, T, L, S, B, "|f32[2,3] (0,1) 0.5 false")
TYPED_BY("var_mean", PLAIN, call_var_mean, "TB", "")
TYPED_BY("var_mean.dim", PLAIN, call_var_mean_dims, "TLBB", "")
TYPED_BY("var_mean.correction", PLAIN, call_var_mean_correction, "TLSB", "")
TYPED_BY("std_mean", PLAIN, call_std_mean, "TB", "")
TYPED_BY("std_mean.dim", PLAIN, call_std_mean_dims, "TLBB", "")
TYPED_BY("std_mean.correction", PLAIN, call_std_mean_correction, "TLSB", "")
TYPED1("max", PLAIN, max, T, "")
TYPED1("min", PLAIN, min, T, "")
TYPED3("amax", PLAIN, amax, T, L, B, "")
TYPED3("amin", PLAIN, amin, T, L, B, "")
TYPED_BY("aminmax", PLAIN, call_aminmax, "T", "f32[2,3]")
TYPED_BY("aminmax", PLAIN, call_aminmax_dim, "TIB", "")
TYPED_BY("max.dim", PLAIN, call_max_dim, "TIB", "")
TYPED_BY("min.dim", PLAIN, call_min_dim, "TIB", "")
TYPED1("argmax", PLAIN, argmax, T, "f32[2,3]")
TYPED3("argmax", PLAIN, argmax_dim, T, I, B, "")
TYPED1("argmin", PLAIN, argmin, T, "f32[2,3]")
TYPED3("argmin", PLAIN, argmin_dim, T, I, B, "")
TYPED1("any", PLAIN, any, T, "")
TYPED3("any.dim", PLAIN, any_dim, T, I, B, "")
TYPED3("any.dims", PLAIN, any_dims, T, L, B, "|f32[2,3] () false")
TYPED1("all", PLAIN, all, T, "")
TYPED3("all.dim", PLAIN, all_dim, T, I, B, "")
TYPED3("all.dims", PLAIN, all_dims, T, L, B, "|f32[2,3] () false")
TYPED1("count_nonzero", PLAIN, count_nonzero, T, "f32[2,3]")
TYPED2("count_nonzero", PLAIN, count_nonzero_dim, T, I, "")
TYPED2("count_nonzero.dim_IntList", PLAIN, count_nonzero_dims, T, L, "")
TYPED4("linalg_vector_norm", PLAIN, linalg_vector_norm, T, S, L, B, "|f32[2,3] inf (0,1) false")
TYPED2("norm.Scalar", PLAIN, norm, T, S, "")
TYPED4("norm.ScalarOpt_dim", PLAIN, norm_dims, T, S, L, B, "")
TYPED3("norm.ScalarOpt_dtype", PLAIN, norm_dtype, T, S, D, "")
TYPED5("norm.ScalarOpt_dim_dtype", PLAIN, norm_dims_dtype, T, S, L, B, D, "")
TYPED3("logsumexp", PLAIN, logsumexp, T, L, B, "")

BAD("sum", "f8e4m3[2]", RT_ERR_DTYPE, "float8_e4m3fn")
BAD("sum", "f32[2] :float8_e5m2", RT_ERR_DTYPE, "float8_e5m2")
BAD("sum.dim_IntList", "f32[2,3] (2)", RT_ERR_INDEX, "-2|1|got 2")
BAD("sum.dim_IntList", "f32[2,3] (0,-3)", RT_ERR_INDEX, "got -3")
BAD("sum.dim_IntList", "f32[2,3] (0,-2)", RT_ERR_VALUE, "0|twice")
BAD("sum.dim_IntList", "f32[] (0,0)", RT_ERR_VALUE, "0|twice")
BAD("nansum", "c64[2]", RT_ERR_DTYPE, "complex64")
BAD("mean", "i64[2]", RT_ERR_DTYPE, "int64")
BAD("mean.dim", "f32[2,3] (2)", RT_ERR_INDEX, "-2|1|got 2")
BAD("mean.dim", "f32[2,3] (1,1)", RT_ERR_VALUE, "1|twice")
BAD("mean.dim", "i64[2]", RT_ERR_DTYPE, "int64")
BAD("prod", "f8e5m2[2]", RT_ERR_DTYPE, "float8_e5m2")
BAD("prod.dim_int", "f32[2,3] 2", RT_ERR_INDEX, "got 2")
BAD("var", "i64[2]", RT_ERR_DTYPE, "int64")
BAD("var.dim", "f32[2] (1)", RT_ERR_INDEX, "got 1")
BAD("var.correction", "f32[2] none 1+2j", RT_ERR_VALUE, "1+2j")
BAD("std", "bool[2]", RT_ERR_DTYPE, "bool")
BAD("std.dim", "f32[2] (1)", RT_ERR_INDEX, "got 1")
BAD("std.correction", "f32[2,2] (0,0)", RT_ERR_VALUE, "0|twice")
BAD("var_mean", "i64[2]", RT_ERR_DTYPE, "int64")
BAD("var_mean.dim", "f32[2] (1)", RT_ERR_INDEX, "got 1")
BAD("var_mean.correction", "f32[2] (-2)", RT_ERR_INDEX, "got -2")
BAD("std_mean", "u8[2]", RT_ERR_DTYPE, "uint8")
BAD("std_mean.dim", "f32[2] (1)", RT_ERR_INDEX, "got 1")
BAD("std_mean.correction", "f32[2] (-2)", RT_ERR_INDEX, "got -2")
BAD("max", "f32[0]", RT_ERR_INDEX, "[0]")
BAD("max", "c64[2]", RT_ERR_DTYPE, "complex64")
BAD("min", "u16[2]", RT_ERR_DTYPE, "uint16")
BAD("amax", "f32[2,0] (1)", RT_ERR_INDEX, "[2, 0]")
BAD("amax", "f32[2,0]", RT_ERR_INDEX, "[2, 0]")
BAD("amin", "f32[2] (1)", RT_ERR_INDEX, "got 1")
BAD("aminmax", "f32[2,0] 1", RT_ERR_INDEX, "[2, 0]")
BAD("max.dim", "f32[2,0] 1", RT_ERR_INDEX, "[2, 0]")
BAD("max.dim", "f32[] 1", RT_ERR_INDEX, "got 1")
BAD("min.dim", "c128[2] 0", RT_ERR_DTYPE, "complex128")
BAD("argmax", "f32[0]", RT_ERR_INDEX, "[0]")
BAD("argmax", "f32[2,0] 1", RT_ERR_INDEX, "[2, 0]")
BAD("argmax", "f32[2] 1", RT_ERR_INDEX, "got 1")
BAD("argmax", "bool[2]", RT_ERR_DTYPE, "bool")
BAD("argmin", "bool[2]", RT_ERR_DTYPE, "bool")
BAD("any.dim", "f32[2] 1", RT_ERR_INDEX, "got 1")
BAD("any.dims", "f32[2] (0,0)", RT_ERR_VALUE, "twice")
BAD("all.dim", "f32[2] 1", RT_ERR_INDEX, "got 1")
BAD("all.dims", "f32[2] (-2)", RT_ERR_INDEX, "got -2")
BAD("count_nonzero", "f32[2,3] 5", RT_ERR_INDEX, "got 5")
BAD("count_nonzero", "u16[2]", RT_ERR_DTYPE, "uint16")
BAD("count_nonzero.dim_IntList", "f32[2,3] (0,0)", RT_ERR_VALUE, "twice")
BAD("linalg_vector_norm", "i64[2]", RT_ERR_DTYPE, "int64")
BAD("linalg_vector_norm", "f32[0] inf", RT_ERR_INDEX, "[0]")
BAD("linalg_vector_norm", "f32[2,0] -1 (1)", RT_ERR_INDEX, "[2, 0]")
BAD("linalg_vector_norm", "f64[2] 2 none false :float32", RT_ERR_DTYPE, "float64|float32")
BAD("linalg_vector_norm", "f32[2] 2 none false :complex64", RT_ERR_DTYPE, "float32|complex64")
BAD("linalg_vector_norm", "f32[2] 1+2j", RT_ERR_VALUE, "1+2j")
BAD("norm.Scalar", "bool[2]", RT_ERR_DTYPE, "bool")
BAD("norm.ScalarOpt_dim", "f32[2] 2 (1)", RT_ERR_INDEX, "got 1")
BAD("norm.ScalarOpt_dtype", "f64[2] 2 :float32", RT_ERR_DTYPE, "float64|float32")
BAD("norm.ScalarOpt_dim_dtype", "f64[2] 2 (0) false :float16", RT_ERR_DTYPE, "float64|float16")
BAD("logsumexp", "f32[2] (1)", RT_ERR_INDEX, "got 1")
BAD("logsumexp", "f8e4m3[2] (0)", RT_ERR_DTYPE, "float8_e4m3fn")

#undef REDUCTION
#undef ALL_OF_THEM
#undef ALONG
#undef SPREAD
#undef SPREAD_DIM
#undef NORM

#ifdef TABLES_FOR_SCHEMA
#define SPREADS(name) \
    static rt_tensor *call_##name##_mean(const rt_value *v) { return rt_##name##_mean(ARG_T(0), ARG_B(1), &also[1]); } \
    static rt_tensor *call_##name##_mean_dims(const rt_value *v) { return rt_##name##_mean_dims(ARG_T(0), ARG_L(1), ARG_B(2), ARG_B(3), &also[1]); } \
    static rt_tensor *call_##name##_mean_correction(const rt_value *v) \
    { \
        return rt_##name##_mean_correction(ARG_T(0), ARG_L(1), ARG_S(2), ARG_B(3), &also[1]); \
    }
SPREADS(var)
SPREADS(std)
#undef SPREADS
static rt_tensor *call_aminmax(const rt_value *v) { return rt_aminmax(ARG_T(0), &also[1]); }
static rt_tensor *call_aminmax_dim(const rt_value *v) { return rt_aminmax_dim(ARG_T(0), ARG_I(1), ARG_B(2), &also[1]); }
static rt_tensor *call_max_dim(const rt_value *v) { return rt_max_dim(ARG_T(0), ARG_I(1), ARG_B(2), &also[1]); }
static rt_tensor *call_min_dim(const rt_value *v) { return rt_min_dim(ARG_T(0), ARG_I(1), ARG_B(2), &also[1]); }
#endif
