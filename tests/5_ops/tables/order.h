/* Sorting, and elements by their rank. See all.h. */

FROZEN("order")

#define ALONG "x[2,3,4] 1 false|x[2,3,4] -1 true|x[7] 0|x[] 0 true|x[0,3] 1|x[5,1] 0"

ROW("sort", EXACT, 0, "f32[2,3] 1 true", DIFFERENTIABLE, -10, 10, ALONG)
ROW("sort.stable", EXACT, 0, "f32[2,3] true 1 true", DIFFERENTIABLE, -10, 10, "x[2,3,4] true 1 false|x[7] none 0 true|x[] true|x[0,3] true 0")
ROW("argsort", EXACT, 0, "f32[2,3] 1 true", CONSTANT, -1, 1, "x[3,4] 1|x[]|x[0,3] 1")
ROW("argsort.stable", EXACT, 0, "f32[2,3] true 1 true", CONSTANT, -1, 1, "x[3,4] true 1|x[] true|x[0,3] true 1")
ROW("msort", EXACT, 0, "f32[2,3]", DIFFERENTIABLE, -10, 10, "x[2,3,4]|x[7]|x[]|x[0,3]")
ROW("topk", EXACT, 0, "f32[2,3] 2 1 false true", DIFFERENTIABLE, -10, 10, "x[2,3,4] 2 1|x[2,3,4] 3 -1 false|x[20] 2|x[] 1|x[0,3] 2|x[3,4] 0")
ROW("kthvalue", EXACT, 0, "f32[2,3] 2 1 true", DIFFERENTIABLE, -10, 10, "x[2,3,4] 2 1|x[2,3,4] 3 -1 true|x[20] 5|x[] 1|x[0,3] 2")
ROW("median", EXACT, NO_EMPTY, "f32[2,3]", DIFFERENTIABLE, -10, 10, "x[2,3,4]|x[7]|x[]")
ROW("median.dim", EXACT, 0, "f32[2,3] 1 true", DIFFERENTIABLE, -10, 10, ALONG)
ROW("nanmedian", EXACT, NO_EMPTY, "f32[2,3]", DIFFERENTIABLE, -10, 10, "x[2,3,4]|x[7]|x[]")
ROW("nanmedian.dim", EXACT, 0, "f32[2,3] 1 true", DIFFERENTIABLE, -10, 10, ALONG)
ROW("mode", EXACT, 0, "f32[2,3] 1 true", DIFFERENTIABLE, -10, 10, ALONG)

TYPED_BY("sort", PLAIN, call_sort, "TIB", "")
TYPED_BY("sort.stable", PLAIN, call_sort_stable, "TBIB", "|f32[2,3] false 0 false")
TYPED3("argsort", PLAIN, argsort, T, I, B, "")
TYPED4("argsort.stable", PLAIN, argsort_stable, T, B, I, B, "")
TYPED1("msort", PLAIN, msort, T, "")
TYPED_BY("topk", PLAIN, call_topk, "TIIBB", "")
TYPED_BY("kthvalue", PLAIN, call_kthvalue, "TIIB", "")
TYPED1("median", PLAIN, median, T, "")
TYPED_BY("median.dim", PLAIN, call_median_dim, "TIB", "")
TYPED1("nanmedian", PLAIN, nanmedian, T, "")
TYPED_BY("nanmedian.dim", PLAIN, call_nanmedian_dim, "TIB", "")
TYPED_BY("mode", PLAIN, call_mode_dim, "TIB", "")

BAD("sort", "f32[2,3] 2", RT_ERR_INDEX, "got 2")
BAD("sort", "c64[2]", RT_ERR_DTYPE, "complex64")
BAD("sort.stable", "f32[2,3] true -3", RT_ERR_INDEX, "got -3")
BAD("argsort", "f8e4m3[2]", RT_ERR_DTYPE, "float8_e4m3fn")
BAD("argsort.stable", "f32[] true 1", RT_ERR_INDEX, "got 1")
BAD("msort", "c128[2]", RT_ERR_DTYPE, "complex128")
BAD("topk", "f32[2,3] 4 1", RT_ERR_VALUE, "4|0 to 3")
BAD("topk", "f32[2,3] -1 1", RT_ERR_VALUE, "-1")
BAD("topk", "bool[2] 1", RT_ERR_DTYPE, "bool")
BAD("kthvalue", "f32[2,3] 0 1", RT_ERR_VALUE, "0|1 to 3")
BAD("kthvalue", "f32[2,3] 4 1", RT_ERR_VALUE, "4|1 to 3")
BAD("kthvalue", "f32[2,0] 1 1", RT_ERR_INDEX, "[2, 0]")
BAD("median", "c64[2]", RT_ERR_DTYPE, "complex64")
BAD("median.dim", "f32[2,0] 1", RT_ERR_INDEX, "[2, 0]")
BAD("median.dim", "bool[2] 0", RT_ERR_DTYPE, "bool")
BAD("nanmedian", "u16[2]", RT_ERR_DTYPE, "uint16")
BAD("nanmedian.dim", "f32[2] 1", RT_ERR_INDEX, "got 1")
BAD("mode", "f32[2,0] 1", RT_ERR_INDEX, "[2, 0]")

#undef ALONG

#ifdef TABLES_FOR_SCHEMA
static rt_tensor *call_sort(const rt_value *v) { return rt_sort(ARG_T(0), ARG_I(1), ARG_B(2), &also[1]); }
static rt_tensor *call_sort_stable(const rt_value *v) { return rt_sort_stable(ARG_T(0), ARG_B(1), ARG_I(2), ARG_B(3), &also[1]); }
static rt_tensor *call_topk(const rt_value *v) { return rt_topk(ARG_T(0), ARG_I(1), ARG_I(2), ARG_B(3), ARG_B(4), &also[1]); }
static rt_tensor *call_kthvalue(const rt_value *v) { return rt_kthvalue(ARG_T(0), ARG_I(1), ARG_I(2), ARG_B(3), &also[1]); }
static rt_tensor *call_median_dim(const rt_value *v) { return rt_median_dim(ARG_T(0), ARG_I(1), ARG_B(2), &also[1]); }
static rt_tensor *call_nanmedian_dim(const rt_value *v) { return rt_nanmedian_dim(ARG_T(0), ARG_I(1), ARG_B(2), &also[1]); }
static rt_tensor *call_mode_dim(const rt_value *v) { return rt_mode_dim(ARG_T(0), ARG_I(1), ARG_B(2), &also[1]); }
#endif
