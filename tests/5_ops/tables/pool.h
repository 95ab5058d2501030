/* Pooling. See all.h. */

FROZEN("pool")

#define POOLS_1 "x[2,2,7] (3)|x[2,6] (2) (1)|x[1,1,7] (3) (2) (1)|x[1,2,8] (3) (2) (1) "
#define POOLS_2 "x[2,2,4,3] (2)|x[2,4,5] (2,3) (1,2)|x[1,1,5,6] (3,2) (2,1) (1,0)|x[1,1,6,7] (3,2) (2,3) (1,1) "
#define POOLS_3 "x[2,1,3,2,4] (2)|x[2,3,2,3] (2,1,2) (1,2,1)|x[1,1,3,3,4] (2,3,2) (1,2,2) (1,1,0)|x[1,1,3,4,4] (2,2,3) (2,3,2) (1,0,1) "
#define EMPTY_1 "|x[0,2,5] (2)"
#define EMPTY_2 "|x[0,2,4,4] (2)"
#define EMPTY_3 "|x[0,2,4,4,4] (2)"
#define DILATED "(2) true"
#define DILATED_3 "(1,2,1) true"

ROW("max_pool1d_with_indices", EXACT, NO_SCALAR, "f32[1,2,3] (2)", DIFFERENTIABLE, -4, 4, POOLS_1 DILATED EMPTY_1)
ROW("max_pool2d_with_indices", EXACT, NO_SCALAR, "f32[1,2,3,1] (2,1)", DIFFERENTIABLE, -4, 4, POOLS_2 DILATED EMPTY_2)
ROW("max_pool3d_with_indices", EXACT, NO_SCALAR, "f32[1,1,2,3,1] (2,2,1)", DIFFERENTIABLE, -4, 4, POOLS_3 DILATED_3 EMPTY_3)
ROW("max_pool1d", EXACT, NO_SCALAR | NO_FORMS, "f32[1,2,3] (2)", DIFFERENTIABLE, -4, 4, POOLS_1 DILATED EMPTY_1)
ROW("max_pool2d", EXACT, NO_SCALAR | NO_FORMS, "f32[1,2,3,1] (2,1)", DIFFERENTIABLE, -4, 4, POOLS_2 DILATED EMPTY_2)
ROW("max_pool3d", EXACT, NO_SCALAR | NO_FORMS, "f32[1,1,2,3,1] (2,2,1)", DIFFERENTIABLE, -4, 4, POOLS_3 DILATED_3 EMPTY_3)
ROW("max_pool_scatter", COVERED, NO_SCALAR | INTERNAL, "f32[1,2,3] i64[1,2,3]=0,2,4 (5)", DIFFERENTIABLE, -4, 4,
    "x[2,2,3] i64[2,2,3]=0,2,2 (4)|x[1,2,2,2] i64[1,2,2,2]=5,5,0,3 (2,3)|x[2,1,2,2] i64[2,1,2,2]=7,1,2,0 (2,2,2)|x[0,2,3] i64[0,2,3] (4)")
ROW("max_unpool2d", EXACT, NO_SCALAR, "f32[1,2,3,1] i64[1,2,3,1]=0,2,4 (2,3)", DIFFERENTIABLE, -4, 4,
    "x[1,2,2,2] i64[1,2,2,2]=5,4,0,3 (2,3)|x[2,2,2] i64[2,2,2]=5,11,0,3 (4,3)|x[0,1,2,2] i64[0,1,2,2] (3,3)")
ROW("max_unpool3d", EXACT, NO_SCALAR, "f32[1,2,3,1,1] i64[1,2,3,1,1]=0,2,4 (2,3,1) (1,1,1) (0,0,0)", DIFFERENTIABLE, -4, 4,
    "x[1,2,2,1,2] i64[1,2,2,1,2]=5,4,0,3 (2,3,2) (2,2,2) (0,0,0)|x[2,2,1,2] i64[2,2,1,2]=5,11,0,3 (2,2,3) (1) (1)|x[0,1,2,2,2] i64[0,1,2,2,2] (3,3,3) (1) (0)")
ROW("avg_pool1d", CLOSE, NO_SCALAR, "f32[1,2,3] (2)", DIFFERENTIABLE, -4, 4, POOLS_1 "true false" EMPTY_1)
ROW("avg_pool2d", CLOSE, NO_SCALAR, "f32[1,2,3,1] (2,1)", DIFFERENTIABLE, -4, 4, POOLS_2 "true false|x[1,2,4,4] (2) (2) (1) true true -3" EMPTY_2)
ROW("avg_pool3d", CLOSE, NO_SCALAR, "f32[1,1,2,3,1] (2,2,1)", DIFFERENTIABLE, -4, 4, POOLS_3 "true false|x[1,2,3,3,3] (2) (2) (1) true true 5" EMPTY_3)
ROW("avg_pool_gradient", COVERED, NO_SCALAR | INTERNAL, "f32[1,2,3] (6) (2) (2) (0) false true", DIFFERENTIABLE, -4, 4,
    "x[2,2,3] (7) (3) (2) (0) false true|x[1,3,3] (4,5) (3,2) (2) (1,0) true false|x[1,2,2,3] (3,4) (2,2) (2) (1,1) false true 3"
    "|x[1,2,2,1,3] (3,1,4) (2,1,2) (1,2,1) (0,0,0) true true|x[0,2,3] (6) (2) (2) (0) false true")
ROW("_adaptive_avg_pool2d", CLOSE, NO_SCALAR | INTERNAL, "f32[1,2,3,1] (2,1)", DIFFERENTIABLE, -4, 4, "x[2,2,4,3] (2,2)|x[2,3,5] (4,2)|x[1,2,2,2] (3,5)|x[0,2,3,3] (2,2)")
ROW("_adaptive_avg_pool3d", CLOSE, NO_SCALAR | INTERNAL, "f32[1,1,2,3,1] (2,2,1)", DIFFERENTIABLE, -4, 4, "x[2,1,3,2,3] (2,1,2)|x[1,3,3,5] (2,4,3)|x[0,1,3,3,3] (2,2,2)")
ROW("adaptive_avg_pool_gradient", COVERED, NO_SCALAR | INTERNAL, "f32[1,2,3] (5)", DIFFERENTIABLE, -4, 4,
    "x[1,2,2,2] (3,5)|x[2,4,2] (3,5)|x[1,1,2,1,2] (3,2,3)|x[0,2,2,2] (3,3)")
ROW("adaptive_avg_pool1d", CLOSE, NO_SCALAR | NO_FORMS, "f32[1,2,3] (2)", DIFFERENTIABLE, -4, 4, "x[2,2,5] (3)|x[2,5] (1)|x[1,2,3] (5)|x[0,2,5] (2)")
ROW("adaptive_avg_pool2d", CLOSE, NO_SCALAR | NO_FORMS, "f32[1,2,3,1] (2,1)", DIFFERENTIABLE, -4, 4, "x[2,2,4,3] (3,2)|x[2,4,3] (1,1)|x[0,2,4,3] (2,2)")
ROW("adaptive_avg_pool3d", CLOSE, NO_SCALAR | NO_FORMS, "f32[1,1,2,3,1] (2,2,1)", DIFFERENTIABLE, -4, 4, "x[1,2,4,3,2] (3,2,1)|x[2,4,3,2] (1,1,1)|x[0,2,4,3,2] (2,2,2)")
ROW("adaptive_max_pool1d", EXACT, NO_SCALAR, "f32[1,2,3] (2)", DIFFERENTIABLE, -4, 4, "x[2,2,5] (3)|x[2,5] (1)|x[1,2,3] (5)|x[0,2,5] (2)")
ROW("adaptive_max_pool2d", EXACT, NO_SCALAR, "f32[1,2,3,1] (2,1)", DIFFERENTIABLE, -4, 4, "x[2,2,4,3] (3,2)|x[2,4,3] (1,1)|x[0,2,4,3] (2,2)")
ROW("adaptive_max_pool3d", EXACT, NO_SCALAR, "f32[1,1,2,3,1] (2,2,1)", DIFFERENTIABLE, -4, 4, "x[1,2,4,3,2] (3,2,1)|x[2,4,3,2] (1,1,1)|x[0,2,4,3,2] (2,2,2)")

STRANGER("max_pool_scatter", "the gradients of all max pools")
STRANGER("avg_pool_gradient", "the gradients of all average pools")
STRANGER("adaptive_avg_pool_gradient", "the gradients of all adaptive average pools")

TYPED_BY("max_pool1d", PLAIN, call_max_pool1d, "TL", "|f32[1,2,9] (3) (2) (1) (2) true")
TYPED_BY("max_pool2d", PLAIN, call_max_pool2d, "TL", "|f32[1,2,9,8] (3,2) (2,1) (1,0) (2,1) true|f32[1,2,9,8] (3) none (1)")
TYPED_BY("max_pool3d", PLAIN, call_max_pool3d, "TL", "|f32[1,2,9,4,8] (3,2,2) (2,1,3) (1,0,1) (2,1,1) true")
TYPED_BY("max_pool1d_with_indices", PLAIN, call_max_pool1d_indices, "TL", "|f32[1,2,9] (3) (2) (1) (2) true")
TYPED_BY("max_pool2d_with_indices", PLAIN, call_max_pool2d_indices, "TL", "|f32[1,2,9,8] (3,2) (2,1) (1,0) (2,1) true")
TYPED_BY("max_pool3d_with_indices", PLAIN, call_max_pool3d_indices, "TL", "|f32[1,2,9,4,8] (3,2,2) (2,1,3) (1,0,1) (2,1,1) true")
TYPED_BY("avg_pool1d", PLAIN, call_avg_pool1d, "TL", "|f32[1,2,9] (3) (2) (1) true false")
TYPED_BY("avg_pool2d", PLAIN, call_avg_pool2d, "TL", "|f32[1,2,9,8] (3,2) (2,1) (1,0) true false|f32[1,2,9,8] (3) none (1) false true -2")
TYPED_BY("avg_pool3d", PLAIN, call_avg_pool3d, "TL", "|f32[1,2,9,4,8] (3,2,2) (2,1,3) (1,0,1) true true 7")
TYPED2("adaptive_avg_pool1d", PLAIN, adaptive_avg_pool1d, T, L, "|f32[2,5] (1)")
TYPED2("adaptive_avg_pool2d", PLAIN, adaptive_avg_pool2d, T, L, "|f32[2,5,4] (1,1)|f32[2,5,4] (3,3)")
TYPED2("adaptive_avg_pool3d", PLAIN, adaptive_avg_pool3d, T, L, "|f32[2,5,4,3] (1,1,1)|f32[2,5,4,3] (2,3,3)")
TYPED_BY("adaptive_max_pool1d", PLAIN, call_adaptive_max_pool1d, "TL", "")
TYPED_BY("adaptive_max_pool2d", PLAIN, call_adaptive_max_pool2d, "TL", "")
TYPED_BY("adaptive_max_pool3d", PLAIN, call_adaptive_max_pool3d, "TL", "")
TYPED3("max_unpool2d", PLAIN, max_unpool2d, T, T, L, "")
TYPED5("max_unpool3d", PLAIN, max_unpool3d, T, T, L, L, L, "")

BAD("max_pool1d_with_indices", "f32[1,1,2,6] (2)", RT_ERR_SHAPE, "2|3|[1, 1, 2, 6]")
BAD("max_pool2d_with_indices", "f32[1,2,6,6] (2) (2) (2)", RT_ERR_VALUE, "half|2")
BAD("max_pool2d_with_indices", "f32[1,2,6,6] (2) (2) (-1)", RT_ERR_VALUE, "padding|-1")
BAD("max_pool2d_with_indices", "f32[1,2,6,6] (0,2)", RT_ERR_VALUE, "kernel|at least 1|0")
BAD("max_pool2d_with_indices", "f32[1,2,6,6] (2) (0)", RT_ERR_VALUE, "stride|0")
BAD("max_pool2d_with_indices", "f32[1,2,6,6] (2) (2) (0) (0)", RT_ERR_VALUE, "dilation|0")
BAD("max_pool2d_with_indices", "f32[1,2,6,6] (2,2,2)", RT_ERR_VALUE, "kernel|2|3")
BAD("max_pool2d_with_indices", "f32[1,2,6,6] ()", RT_ERR_VALUE, "kernel")
BAD("max_pool2d_with_indices", "f32[1,2,1,1] (2)", RT_ERR_SHAPE, "larger|2|1")
BAD("max_pool2d_with_indices", "f32[1,0,6,6] (2)", RT_ERR_SHAPE, "empty|[1, 0, 6, 6]")
BAD("max_pool2d_with_indices", "f32[6,6] (2)", RT_ERR_SHAPE, "3|4|[6, 6]")
BAD("max_pool2d_with_indices", "c64[1,2,6,6] (2)", RT_ERR_DTYPE, "complex64")
BAD("max_pool2d_with_indices", "bool[1,2,6,6] (2)", RT_ERR_DTYPE, "bool")
BAD("max_pool3d_with_indices", "f32[1,2,0,6,6] (2)", RT_ERR_SHAPE, "[1, 2, 0, 6, 6]")
BAD("max_pool3d_with_indices", "u32[1,2,6,6,6] (2)", RT_ERR_DTYPE, "uint32")
BAD("max_pool1d", "f32[1,2,6] (2) (1,1)", RT_ERR_VALUE, "stride|1|2")
BAD("max_pool2d", "f32[1,2,6,6] (3) (1) (0) (4)", RT_ERR_SHAPE, "9|6|dilation 4")
BAD("max_pool3d", "f32[2,6,6] (2)", RT_ERR_SHAPE, "4|5|[2, 6, 6]")
BAD("max_pool_scatter", "f32[1,1,2] i64[1,1,2]=0,5 (5)", RT_ERR_INDEX, "5")
BAD("max_pool_scatter", "f32[1,1,2] i64[1,1,2]=0,-1 (5)", RT_ERR_INDEX, "-1|5")
BAD("max_pool_scatter", "f32[1,1,2] i64[1,1,2] ()", RT_ERR_VALUE, "1 to 3")
BAD("max_unpool2d", "f32[1,1,2,2] i64[1,1,1,3] (4,4)", RT_ERR_SHAPE, "[1, 1, 2, 2]|[1, 1, 1, 3]")
BAD("max_unpool2d", "f32[1,1,2,2] i64[1,1,2,2]=0,1,2,16 (4,4)", RT_ERR_INDEX, "16")
BAD("max_unpool2d", "f32[1,1,2,2] i32[1,1,2,2] (4,4)", RT_ERR_DTYPE, "int64|int32")
BAD("max_unpool2d", "i64[1,1,2,2] i64[1,1,2,2]=0,1,2,3 (4,4)", RT_ERR_DTYPE, "int64")
BAD("max_unpool2d", "f32[1,1,2,2] i64[1,1,2,2]=0,1,2,3 (4)", RT_ERR_VALUE, "2|1")
BAD("max_unpool2d", "f32[2,2] i64[2,2]=0,1,2,3 (4,4)", RT_ERR_SHAPE, "3|4|[2, 2]")
BAD("max_unpool3d", "f32[1,1,2,1,1] i64[1,1,2,1,1]=0,1 (2,1,1) (0,1,1) (0)", RT_ERR_VALUE, "stride|0")
BAD("avg_pool1d", "f32[6] (2)", RT_ERR_SHAPE, "2|3|[6]")
BAD("avg_pool2d", "f32[1,2,6,6] (2) (2) (0) false true 0", RT_ERR_VALUE, "divisor")
BAD("avg_pool2d", "f32[1,2,6,6] (3) (1) (2)", RT_ERR_VALUE, "half|2|3")
BAD("avg_pool2d", "i32[1,2,6,6] (2)", RT_ERR_DTYPE, "int32")
BAD("avg_pool2d", "f32[1,2,6,6] (7,1)", RT_ERR_SHAPE, "7|6")
BAD("avg_pool3d", "f32[1,2,6,6] (2,2)", RT_ERR_VALUE, "kernel|3|2")
BAD("avg_pool_gradient", "f32[1,2,3] (7) (2) (2) (0) true true", RT_ERR_SHAPE, "[4]|[1, 2, 3]")
BAD("avg_pool_gradient", "f32[3] (6) (2) (2) (0) false true", RT_ERR_SHAPE, "1 to 3")
BAD("_adaptive_avg_pool2d", "f32[1,2,3,3] (2)", RT_ERR_VALUE, "2|1")
BAD("_adaptive_avg_pool2d", "f32[1,2,0,3] (2,2)", RT_ERR_SHAPE, "[1, 2, 0, 3]")
BAD("_adaptive_avg_pool3d", "i64[1,2,3,3,3] (2,2,2)", RT_ERR_DTYPE, "int64")
BAD("adaptive_avg_pool_gradient", "f32[1,2,3] (0)", RT_ERR_SHAPE, "[1, 2, 0]")
BAD("adaptive_avg_pool1d", "f32[5] (3)", RT_ERR_SHAPE, "2|3|[5]")
BAD("adaptive_avg_pool1d", "f32[1,2,5] (3,3)", RT_ERR_VALUE, "1|2")
BAD("adaptive_avg_pool2d", "f32[1,2,5,5] (3,-1)", RT_ERR_VALUE, "-1")
BAD("adaptive_avg_pool2d", "i64[1,2,5,5] (3,3)", RT_ERR_DTYPE, "int64")
BAD("adaptive_avg_pool3d", "f32[1,2,3,5,5,5] (3,3,3)", RT_ERR_SHAPE, "4|5|[1, 2, 3, 5, 5, 5]")
BAD("adaptive_max_pool1d", "f32[1,0,5] (3)", RT_ERR_SHAPE, "[1, 0, 5]")
BAD("adaptive_max_pool2d", "f32[1,2,5,5] (3)", RT_ERR_VALUE, "2|1")
BAD("adaptive_max_pool2d", "f32[1,2,5,5] (3,-1)", RT_ERR_VALUE, "-1")
BAD("adaptive_max_pool2d", "i64[1,2,5,5] (3,3)", RT_ERR_DTYPE, "int64")
BAD("adaptive_max_pool3d", "f32[5,5,5] (3,3,3)", RT_ERR_SHAPE, "4|5|[5, 5, 5]")

#undef POOLS_1
#undef POOLS_2
#undef POOLS_3
#undef EMPTY_1
#undef EMPTY_2
#undef EMPTY_3
#undef DILATED
#undef DILATED_3

#ifdef TABLES_FOR_SCHEMA
static rt_shape pool_list(const rt_value *v) { return v->tag == RT_VALUE_INTS ? list_of(v) : RT_SHAPE0; }
static rt_max_pool_opts max_pool_options(const rt_value *v)      /* zeros in the struct stand for the defaults */
{
    rt_max_pool_opts o;
    memset((void *)&o, 0, sizeof o);
    o.stride = pool_list(&v[2]);
    o.padding = pool_list(&v[3]);
    o.dilation = pool_list(&v[4]);
    o.ceil_mode = v[5].tag == RT_VALUE_BOOL && v[5].as.i;
    return o;
}
static rt_avg_pool_opts avg_pool_options(const rt_value *v, bool divisor)
{
    rt_avg_pool_opts o = rt_avg_pool_opts_default();
    o.stride = pool_list(&v[2]);
    if (v[3].tag == RT_VALUE_INTS)
        o.padding = list_of(&v[3]);
    o.ceil_mode = v[4].tag == RT_VALUE_BOOL && v[4].as.i;
    o.exclude_pad = v[5].tag == RT_VALUE_BOOL && !v[5].as.i;
    if (divisor && v[6].tag == RT_VALUE_INT)
        o.divisor_override = v[6].as.i;
    return o;
}
#define POOL_CALLS(d, divisor) \
    static rt_tensor *call_max_pool##d(const rt_value *v) \
    { \
        rt_max_pool_opts o = max_pool_options(v); \
        return rt_max_pool##d(ARG_T(0), ARG_L(1), v[2].tag || v[3].tag ? &o : NULL); \
    } \
    static rt_tensor *call_max_pool##d##_indices(const rt_value *v) \
    { \
        rt_max_pool_opts o = max_pool_options(v); \
        return rt_max_pool##d##_with_indices(ARG_T(0), ARG_L(1), &o, &also[1]); \
    } \
    static rt_tensor *call_avg_pool##d(const rt_value *v) \
    { \
        rt_avg_pool_opts o = avg_pool_options(v, divisor); \
        return rt_avg_pool##d(ARG_T(0), ARG_L(1), v[2].tag || v[3].tag ? &o : NULL); \
    } \
    static rt_tensor *call_adaptive_max_pool##d(const rt_value *v) { return rt_adaptive_max_pool##d(ARG_T(0), ARG_L(1), &also[1]); }
POOL_CALLS(1d, false)
POOL_CALLS(2d, true)
POOL_CALLS(3d, true)
#undef POOL_CALLS
#endif
