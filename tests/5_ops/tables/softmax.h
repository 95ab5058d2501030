/* Softmax and its like. See all.h. */

FROZEN("softmax")

#define SOFTMAX "x[3,4] 1|x[3,4] 0|x[2,3,4] -2|x[5] 0|x[1] 0|x[] 0|x[0,3] 1|x[2,3] -1 :float64|x[37] 0"

ROW("softmax.int", CLOSE, CASTS | KEEPS_DTYPE, "f32[2,3] 1", DIFFERENTIABLE, -4, 4, SOFTMAX)
ROW("_safe_softmax", CLOSE, CASTS | KEEPS_DTYPE, "f32[2,3] 1", DIFFERENTIABLE, -4, 4, SOFTMAX)
ROW("log_softmax.int", CLOSE, CASTS | KEEPS_DTYPE, "f32[2,3] 1", DIFFERENTIABLE, -4, 4, SOFTMAX)
ROW("_softmax_backward_data", CLOSE, INTERNAL | KEEPS_DTYPE, "f32[2,3] f32[2,3] 1 :float32", DIFFERENTIABLE, -2, 2,
    "x[3,4] x[3,4] 1 :float64|x[3,4] x[3,4] 0 :float64|x[] x[] 0 :float64|x[0,3] x[0,3] 1 :float64")
ROW("_log_softmax_backward_data", CLOSE, INTERNAL | KEEPS_DTYPE, "f32[2,3] f32[2,3] 1 :float32", DIFFERENTIABLE, -2, 2,
    "x[3,4] x[3,4] 1 :float64|x[3,4] x[3,4] 0 :float64|x[] x[] 0 :float64|x[0,3] x[0,3] 1 :float64")

/* no row: a typed function */
FUNCTION("softmin", CLOSE, run_softmin)

TYPED2("softmax.int", PLAIN, softmax, T, I, "f32[2,3] 1|f16[2,3] 0")
TYPED3("softmax.int", PLAIN, softmax_dtype, T, I, D, "i64[2,3] 1 :float32")
TYPED2("log_softmax.int", PLAIN, log_softmax, T, I, "f32[2,3] 1|bf16[2,3] 0")
TYPED3("log_softmax.int", PLAIN, log_softmax_dtype, T, I, D, "i64[2,3] 1 :float64")

BAD("log_softmax.int", "i64[2,3] 1", RT_ERR_DTYPE, "int64")
BAD("log_softmax.int", "f32[2,3] 2", RT_ERR_INDEX, "got 2")
BAD("softmax.int", "c64[2,3] 1", RT_ERR_DTYPE, "complex64")
BAD("softmax.int", "f32[2,3] 1 :int64", RT_ERR_DTYPE, "int64")
BAD("softmax.int", "f32[2,3] -3", RT_ERR_INDEX, "got -3")
BAD("_safe_softmax", "bool[2,3] 1", RT_ERR_DTYPE, "bool")
BAD("_softmax_backward_data", "f32[2,3] f32[3,2] 1 :float32", RT_ERR_SHAPE, "[2, 3]|[3, 2]")
BAD("_softmax_backward_data", "f32[2,3] f64[2,3] 1 :float32", RT_ERR_DTYPE, "float32|float64")
BAD("_softmax_backward_data", "f32[2,3] f32[2,3] 2 :float32", RT_ERR_INDEX, "got 2")
BAD("_log_softmax_backward_data", "i64[2,3] i64[2,3] 1 :int64", RT_ERR_DTYPE, "int64")

#undef SOFTMAX

#ifdef TABLES_FOR_ROWS
static rt_tensor *run_softmin(const rt_value *v) { return rt_softmin(v[0].as.tensor, (int)v[1].as.i); }
#endif
#ifdef TABLES_FOR_SCHEMA
static rt_tensor *call_safe_softmax(const rt_value *v)
{
    rt_value result;
    return rt_call(rt_op_find("_safe_softmax"), v, 2, &result) == RT_OK ? result.as.tensor : NULL;
}
#endif
TYPED_BY("_safe_softmax", PLAIN, call_safe_softmax, "TI", "")
