/* Running results. See all.h. */

FROZEN("scan")

#define ALONG "x[2,3,4] 1|x[3,4] 0|x[7] -1|x[] 0|x[0,3] 1|x[5,1] 0|x[3,20] 0"

ROW("cumsum", CLOSE, COMPLEX, "f32[2,3] 1", DIFFERENTIABLE, -10, 10, ALONG)
ROW("cumprod", CLOSE, COMPLEX, "f32[2,3] 1", DIFFERENTIABLE, -2, 2, ALONG)
ROW("logcumsumexp", CLOSE, COMPLEX, "f32[2,3] 1", DIFFERENTIABLE, -3, 3, ALONG)
ROW("cummax", EXACT, 0, "f32[2,3] 1", DIFFERENTIABLE, -10, 10, ALONG)
ROW("cummin", EXACT, 0, "f32[2,3] 1", DIFFERENTIABLE, -10, 10, ALONG)
ROW("linear_recurrence", COVERED, INTERNAL | COMPLEX, "f32[2,3] f32[2,3] 1 false", DIFFERENTIABLE, -1, 1,
    "x[2,3] x[2,3] 1 false|x[2,3,2] x[2,3,2] 1 true|x[4] x[4] 0 true|x[] x[] 0 false|x[0,3] x[0,3] 1 true|x[3,9] x[3,9] 0 true")

STRANGER("linear_recurrence", "what the derivatives of the others are made of")

TYPED2("cumsum", PLAIN, cumsum, T, I, "")
TYPED2("cumprod", PLAIN, cumprod, T, I, "")
TYPED2("logcumsumexp", PLAIN, logcumsumexp, T, I, "")
TYPED_BY("cummax", PLAIN, call_cummax, "TI", "")
TYPED_BY("cummin", PLAIN, call_cummin, "TI", "")

BAD("cumsum", "f32[2,3] 2", RT_ERR_INDEX, "-2|1|got 2")
BAD("cumsum", "f8e4m3[2] 0", RT_ERR_DTYPE, "float8_e4m3fn")
BAD("cumsum", "f32[2] 0 :bool", RT_ERR_DTYPE, "bool")
BAD("cumprod", "f32[2,3] -3", RT_ERR_INDEX, "got -3")
BAD("logcumsumexp", "i64[2] 0", RT_ERR_DTYPE, "int64")
BAD("cummax", "c64[2] 0", RT_ERR_DTYPE, "complex64")
BAD("cummin", "f32[] 1", RT_ERR_INDEX, "got 1")
BAD("linear_recurrence", "f32[2] f32[3] 0 false", RT_ERR_SHAPE, "")

#undef ALONG

#ifdef TABLES_FOR_SCHEMA
static rt_tensor *call_cummax(const rt_value *v) { return rt_cummax(ARG_T(0), ARG_I(1), &also[1]); }
static rt_tensor *call_cummin(const rt_value *v) { return rt_cummin(ARG_T(0), ARG_I(1), &also[1]); }
#endif
