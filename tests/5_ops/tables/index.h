/* Indexing. See all.h. */

FROZEN("index")

#define ROWS_5 "i64[5]=0,2,2,1,0"

ROW("index_select", EXACT, TAKES_MORE, "f32[2,3] 1 i64[2]=2,0", DIFFERENTIABLE, -10, 10,
    "x[3,4] 0 " ROWS_5 "|x[3,4] -1 i64[2]=3,0|x[2,3,2] 1 i64[4]=2,0,2,2|x[3] 0 i64[]=1" "|x[] 0 i64[1]=0|x[0,3] 1 i64[2]=2,0|x[3] 0 i64[0]")
ROW("index_add", CLOSE, 0, "f32[2,3] 0 i64[2]=1,1 f32[2,3]", DIFFERENTIABLE, -10, 10,
    "x[3,4] 0 " ROWS_5 " x[5,4]|x[4,3] 1 " ROWS_5 " x[4,5]|x[3,4] 0 " ROWS_5 " x[5,4] 2.5|f64[3] 0 i64[2]=1,1 x[2]"
    "|x[3] 0 i64[2]=1,1 f64[2]|x[] 0 i64[1]=0 x[]|x[3,0] 0 i64[2]=0,1 x[2,0]")
ROW("gather", EXACT, 0, "f32[2,3] 1 i64[2,2]=2,0", DIFFERENTIABLE, -10, 10,
    "x[3,4] 0 i64[2,4]=0,2,2,1,1|x[3,4] -1 i64[3,2]=3,0,0|x[2,3,4] 1 i64[2,5,3]=0,2,1,1|x[5] 0 i64[]=3" "|x[] 0 i64[]=0|x[] 0 i64[3]=0"
    "|x[3] 0 i64[0]|x[0,3] 1 i64[0,2]")
ROW("scatter.src", EXACT, 0, "f32[2,3] 1 i64[2,2]=2,0 f32[2,2]", DIFFERENTIABLE, -10, 10,
    "x[5,3] 0 i64[2,3]=0,1,2,4,3,1 x[2,3]|x[3,4] 1 i64[3,2]=3,0 x[3,2]|f64[5] 0 i64[2]=4,1 x[2]" "|x[5] 0 i64[2]=4,1 f64[3]"
    "|x[] 0 i64[]=0 x[]|x[3] 0 i64[0] x[0]|x[0,3] 1 i64[0,3] x[0,3]")
ROW("scatter.value", EXACT, 0, "f32[2,3] 1 i64[2,2]=2,0 2.5", DIFFERENTIABLE, -10, 10,
    "x[5,3] 0 i64[2,3]=0,1,2,4,3,1 2.5|x[3,4] -1 i64[3,2]=3,0 1|x[] 0 i64[]=0 1.0" "|x[3] 0 i64[0] 1.0|x[0,3] 1 i64[0,3] 1.0")
ROW("scatter_add", CLOSE, 0, "f32[2,3] 1 i64[2,2]=2,0 f32[2,2]", DIFFERENTIABLE, -10, 10,
    "x[3,4] 0 i64[6,4]=0,2,2,1,1 x[6,4]|x[3,4] 1 i64[3,2]=3,0,3,3 x[3,2]|f64[5] 0 i64[2]=4,4 x[2]|x[] 0 i64[]=0 x[]" "|x[3] 0 i64[0] x[0]"
    "|x[0,3] 1 i64[0,3] x[0,3]")

ROW("index_copy", EXACT, 0, "f32[2,3] 0 i64[2]=1,0 f32[2,3]", DIFFERENTIABLE, -10, 10,
    "x[3,4] 0 i64[2]=2,0 x[2,4]|x[4,3] -1 i64[2]=1,2 x[4,2]|x[3] 0 i64[]=1 x[]|f64[3] 0 i64[1]=1 x[1]|x[3] 0 i64[1]=1 f64[1]|x[] 0 i64[1]=0 x[]|x[3,0] 0 i64[2]=0,1 x[2,0]")
ROW("index_fill.int_Scalar", EXACT, 0, "f32[2,3] 1 i64[2]=2,0 2.5", DIFFERENTIABLE, -10, 10,
    "x[3,4] 0 i64[2]=2,0 2.5|x[3,4] -1 i64[]=1 1|x[] 0 i64[1]=0 1.0|x[3,0] 0 i64[2]=0,1 1.0")
ROW("index_fill.int_Tensor", EXACT, 0, "f32[2,3] 1 i64[2]=2,0 f32[]", DIFFERENTIABLE, -10, 10,
    "x[3,4] 0 i64[2]=2,0 x[]|f64[3,4] -1 i64[]=1 x[]|x[] 0 i64[1]=0 f64[]|x[3,0] 0 i64[2]=0,1 x[]")
#define REDUCED(how) "x[4] 0 i64[5]=0,2,0,3,2 x[5] '" how "'|x[3,4] 1 i64[3,3]=0,2,0,3,2,3,1,1,1 x[3,3] '" how "' false|f64[4] 0 i64[3]=0,2,0 x[5] '" how "'" \
    "|x[4] 0 i64[3]=0,2,0 f64[3] '" how "' false|"
ROW("scatter_reduce.two", CLOSE, 0, "f32[2,3] 1 i64[2,2]=2,0 f32[2,2] 'sum'", DIFFERENTIABLE, 0.5, 4, REDUCED("sum") REDUCED("prod") REDUCED("mean") REDUCED("amax") REDUCED("amin")
    "x[] 0 i64[]=0 x[] 'prod'|x[3] 0 i64[0] x[0] 'mean'|x[0,3] 1 i64[0,3] x[0,3] 'amax'")
ROW("scatter.reduce", CLOSE, NO_FORMS, "f32[2,3] 1 i64[2,2]=2,0 f32[2,2] 'add'", DIFFERENTIABLE, 0.5, 4, "x[4] 0 i64[3]=0,2,0 x[3] 'add'|x[4] 0 i64[3]=0,2,0 x[3] 'multiply'"
    "|x[] 0 i64[]=0 x[] 'add'|x[0,3] 1 i64[0,3] x[0,3] 'multiply'")
ROW("scatter.value_reduce", CLOSE, NO_FORMS, "f32[2,3] 1 i64[2,2]=2,0 2.0 'add'", DIFFERENTIABLE, 0.5, 4, "x[4] 0 i64[3]=0,2,0 2.0 'add'|x[4] 0 i64[3]=0,2,0 0.5 'multiply'"
    "|x[] 0 i64[]=0 2 'add'|x[0,3] 1 i64[0,3] 1 'multiply'")
ROW("take_along_dim", EXACT, NO_FORMS, "f32[2,3] i64[2,2]=2,0 1", DIFFERENTIABLE, -10, 10, "x[2,3] i64[2,2]=2,0 1|x[2,3] i64[1,3]=1,0,1 0|x[2,1] i64[2,3]=1,0 0|x[2,3] i64[4]=1,5,1,0"
    "|x[] i64[]=0|x[0,3] i64[0,2] 1")

#ifdef TABLES_FOR_SCHEMA
static rt_tensor *call_index_add_scaled(const rt_value *v) { return rt_index_add_scaled(v[0].as.tensor, (int)v[1].as.i, v[2].as.tensor, v[3].as.tensor, scalar_of(&v[4])); }
static rt_tensor *call_take_along_dim(const rt_value *v) { return rt_take_along_dim(v[0].as.tensor, v[1].as.tensor, v[2].tag == RT_VALUE_NONE ? RT_FLAT : (int)v[2].as.i); }
#endif

TYPED4("index_add", IN_PLACE, index_add_, T, I, T, T, "")
TYPED_BY("index_add", PLAIN, call_index_add_scaled, "TITTS", "f32[2,3] 0 i64[2]=1,1 f32[2,3] 2.5")
TYPED4("index_copy", PLAIN, index_copy, T, I, T, T, "")
TYPED4("index_copy", IN_PLACE, index_copy_, T, I, T, T, "")
TYPED4("index_fill.int_Scalar", PLAIN, index_fill, T, I, T, S, "")
TYPED4("index_fill.int_Scalar", IN_PLACE, index_fill_, T, I, T, S, "")
TYPED4("index_fill.int_Tensor", PLAIN, index_fill_tensor, T, I, T, T, "")
TYPED4("index_fill.int_Tensor", IN_PLACE, index_fill_tensor_, T, I, T, T, "")
TYPED4("scatter.src", IN_PLACE, scatter_, T, I, T, T, "")
TYPED4("scatter.value", IN_PLACE, scatter_scalar_, T, I, T, S, "")
TYPED4("scatter_add", IN_PLACE, scatter_add_, T, I, T, T, "")
TYPED6("scatter_reduce.two", PLAIN, scatter_reduce, T, I, T, T, C, B, "f32[2,3] 1 i64[2,2]=2,0 f32[2,2] 'mean' false")
TYPED5("scatter.reduce", PLAIN, scatter_how, T, I, T, T, C, "")
TYPED5("scatter.value_reduce", PLAIN, scatter_scalar_how, T, I, T, S, C, "")
TYPED_BY("take_along_dim", PLAIN, call_take_along_dim, "TTI", "|f32[2,3] i64[2]=5,0")
TYPED3("index_select", PLAIN, index_select, T, I, T, "")
TYPED4("index_add", PLAIN, index_add, T, I, T, T, "")
TYPED3("gather", PLAIN, gather, T, I, T, "")
TYPED4("scatter.src", PLAIN, scatter, T, I, T, T, "")
TYPED4("scatter.value", PLAIN, scatter_scalar, T, I, T, S, "")
TYPED4("scatter_add", PLAIN, scatter_add, T, I, T, T, "")

BAD("index_select", "f32[3,4] 0 i64[2]=1,3", RT_ERR_INDEX, "3|size 3")
BAD("index_select", "f32[3,4] 0 i64[2]=1,-1", RT_ERR_INDEX, "-1|size 3")
BAD("index_select", "f32[3,4] 2 i64[2]=1,0", RT_ERR_INDEX, "got 2")
BAD("index_select", "f32[3,4] 0 i64[1,2]=1,0", RT_ERR_SHAPE, "[1, 2]")
BAD("index_select", "f32[3,4] 0 f32[2]", RT_ERR_DTYPE, "int64|float32")
BAD("index_select", "f32[] 0 i64[2]=0", RT_ERR_SHAPE, "[]|[2]")
BAD("index_select", "f32[] 0 i64[0]", RT_ERR_SHAPE, "[]|[0]")
BAD("index_select", "f32[0] 0 i64[1]=0", RT_ERR_INDEX, "0|size 0")
BAD("index_add", "f32[3,4] 0 i64[2]=1,3 f32[2,4]", RT_ERR_INDEX, "3|size 3")
BAD("index_add", "f32[3,4] 0 i64[2]=1,2 f32[3,4]", RT_ERR_SHAPE, "[2]|[3, 4]")
BAD("index_add", "f32[3,4] 0 i64[2]=1,2 f32[2,5]", RT_ERR_SHAPE, "[3, 4]|[2, 5]")
BAD("index_add", "f32[3,4] 0 i64[2]=1,2 f64[2,4]", RT_ERR_DTYPE, "float32|float64")
BAD("index_add", "f32[3,4] 0 u8[2]=1,2 f32[2,4]", RT_ERR_DTYPE, "int64|uint8")
BAD("index_add", "f32[3,4] -3 i64[2]=1,2 f32[2,4]", RT_ERR_INDEX, "got -3")
BAD("gather", "f32[3,4] 0 i64[1,4]=1,3", RT_ERR_INDEX, "3|size 3")
BAD("gather", "f32[3,4] 0 i64[2]=1,2", RT_ERR_SHAPE, "[3, 4]|[2]")
BAD("gather", "f32[3,4] 0 i64[2,5]=1,2", RT_ERR_SHAPE, "[3, 4]|[2, 5]")
BAD("gather", "f32[3,4] 0 bool[2,4]", RT_ERR_DTYPE, "int64|bool")
BAD("gather", "f32[3,4] 2 i64[2,4]=0", RT_ERR_INDEX, "got 2")
BAD("scatter.src", "f32[3,4] 0 i64[1,4]=1,3 f32[1,4]", RT_ERR_INDEX, "3|size 3")
BAD("scatter.src", "f32[3,4] 0 i64[2,4]=1,2 f32[1,4]", RT_ERR_SHAPE, "[2, 4]|[1, 4]")
BAD("scatter.src", "f32[3,4] 0 i64[2,5]=1,2 f32[2,5]", RT_ERR_SHAPE, "[3, 4]|[2, 5]")
BAD("scatter.src", "f32[3,4] 0 i64[1,4]=1,2 f64[1,4]", RT_ERR_DTYPE, "float32|float64")
BAD("scatter.value", "f32[3,4] 0 i64[1,4]=1,-1 1.0", RT_ERR_INDEX, "-1|size 3")
BAD("scatter.value", "f32[3,4] 0 i64[2]=1,2 1.0", RT_ERR_SHAPE, "[3, 4]|[2]")
BAD("scatter.value", "f32[3,4] 0 f32[1,4] 1.0", RT_ERR_DTYPE, "int64|float32")
BAD("scatter_add", "f32[3,4] 0 i64[1,4]=1,3 f32[1,4]", RT_ERR_INDEX, "3|size 3")
BAD("scatter_add", "f32[3,4] 0 i64[2,4]=1,2 f32[1,4]", RT_ERR_SHAPE, "[2, 4]|[1, 4]")
BAD("scatter_add", "f32[3,4] 0 i64[1,4]=1,2 i64[1,4]", RT_ERR_DTYPE, "float32|int64")
BAD("index_select", "f64[1,1152921504606846976;1,0] 0 i64[2]=0", RT_ERR_MEMORY, "")
BAD("index_copy", "f32[3] 0 i32[1]=1 f32[1]", RT_ERR_DTYPE, "int64|int32")
BAD("index_copy", "f32[3] 0 i64[1]=3 f32[1]", RT_ERR_INDEX, "3|size 3")
BAD("index_copy", "f32[3,2] 0 i64[1]=1 f32[2,2]", RT_ERR_SHAPE, "[3, 2]|[2, 2]")
BAD("index_copy", "u16[3] 0 i64[1]=1 u16[1]", RT_ERR_DTYPE, "uint16")
BAD("index_fill.int_Scalar", "f32[3] 0 i64[1]=3 1.0", RT_ERR_INDEX, "3|size 3")
BAD("index_fill.int_Scalar", "u8[3] 0 i64[1]=1 256", RT_ERR_VALUE, "256|uint8")
BAD("index_fill.int_Scalar", "f32[3] 0 i64[1]=1 1+2j", RT_ERR_VALUE, "complex|float32")
BAD("index_fill.int_Tensor", "f32[3] 0 i64[1]=1 f32[1]", RT_ERR_SHAPE, "[1]")
BAD("scatter_reduce.two", "f32[3] 0 i64[1]=1 f32[1] 'add'", RT_ERR_VALUE, "amax|add")
BAD("scatter_reduce.two", "c64[3] 0 i64[1]=1 c64[1] 'amax'", RT_ERR_DTYPE, "complex64")
BAD("scatter_reduce.two", "f32[3] 0 i64[1]=3 f32[1] 'sum'", RT_ERR_INDEX, "3|size 3")
BAD("scatter.reduce", "f32[3] 0 i64[1]=1 f32[1] 'mean'", RT_ERR_VALUE, "multiply|mean")
BAD("scatter.value_reduce", "u8[3] 0 i64[1]=1 -300 'add'", RT_ERR_VALUE, "-300")
BAD("scatter.value", "f32[3,4] 0 i64[1,4]=1 1+2j", RT_ERR_VALUE, "float32")
BAD("take_along_dim", "f32[3] i32[1]=1 0", RT_ERR_DTYPE, "int64|int32")
BAD("take_along_dim", "f32[3] i64[1,1]=1 0", RT_ERR_SHAPE, "[3]|[1, 1]")
BAD("take_along_dim", "f32[3,2] i64[1,3]=1 0", RT_ERR_SHAPE, "[3, 2]|[1, 3]")

#undef REDUCED
#undef ROWS_5
