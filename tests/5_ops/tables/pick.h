/* Picking by tensors of places and masks. See all.h. */

FROZEN("pick")

#define MASK_6 "bool[2,3]=1,0,1,1,0,0"

ROW("index.Tensor", EXACT, NO_SCALAR, "f32[2,3] {i64[2]=1,0}", DIFFERENTIABLE, -10, 10,
    "x[3,4] {i64[5]=0,2,2,1,-3}|x[3,4] {none i64[2]=3,0}|x[3,3] {i64[2,1]=1,0 i64[3]=2,0,0}|x[2,3,2] {i64[2]=1,0 none i64[2]=0,1}|x[2,3] {" MASK_6 "}|x[2,3,2] {bool[2]=1,0}"
    "|x[3] {i64[]=1}|x[0,3] {none i64[2]=2,0}|x[3] {i64[0]}|x[3,2] {i32[4]=0,2,2,1}")
ROW("index_put", CLOSE, NO_SCALAR, "f32[2,3] {i64[2]=1,0} f32[3]", DIFFERENTIABLE, -10, 10,
    "x[3,4] {i64[2]=0,2} x[2,4]|x[3,4] {i64[2]=0,2} x[4]|x[3,4] {none i64[2]=3,0} x[] false|x[3,3] {i64[3]=1,1,0 i64[3]=2,2,0} x[3] true|x[2,3] {" MASK_6 "} x[3]|f64[2,3] {" MASK_6 "} x[] true"
    "|x[2,3] {i64[2]=1,1} f64[2,3] true|x[2,3] {i64[2]=1,0} f64[2,3]|x[0,3] {none i64[2]=2,0} x[]|x[3] {i64[0]} x[1]")
ROW("take", EXACT, NO_FORMS, "f32[2,3] i64[2]=5,-6", DIFFERENTIABLE, -10, 10, "x[2,3] i64[2,2]=5,0,0,-1|x[] i64[2]=0|x[3] i64[]=1|x[0,2] i64[0]")
ROW("put", CLOSE, NO_FORMS, "f32[2,3] i64[2]=5,-6 f32[2]", DIFFERENTIABLE, -10, 10, "x[2,3] i64[2]=5,0 x[2]|x[2,3] i64[2,2]=5,0,0,-1 x[4] true|x[] i64[]=0 x[]|x[0,2] i64[0] x[0]|f64[3] i64[1]=1 x[1]|x[3] i64[1]=1 f64[1]")
ROW("masked_select", EXACT, NO_FORMS | TAKES_MORE, "f32[2,3] " MASK_6, DIFFERENTIABLE, -10, 10, "x[2,3] " MASK_6 "|x[3] " MASK_6 "|x[2,1] bool[3]=1,0,1|x[] bool[]=1|x[0,3] bool[1,3]=1,0,1")
ROW("masked_scatter", EXACT, NO_FORMS, "f32[2,3] " MASK_6 " f32[4]", DIFFERENTIABLE, -10, 10, "x[2,3] " MASK_6 " x[2,2]|x[3] " MASK_6 " f64[5]|f64[2,3] bool[3]=1,0,1 x[5]|x[] bool[]=1 x[]|x[0,3] bool[1,3]=1,0,1 x[2]")
ROW("nonzero", EXACT, 0, "f32[2,3]=1,0,2", CONSTANT, -10, 10, "x[2,3]|x[]")
ROW("argwhere", EXACT, NO_FORMS, "f32[2,3]=1,0,2", CONSTANT, -10, 10, "x[2,3]|x[]")
ROW("one_hot", EXACT, 0, "i64[3]=2,0,1", REFUSED, -10, 10, "x[3]")
ROW("embedding", EXACT, NO_SCALAR, "f32[3,2] i64[2]=2,0", DIFFERENTIABLE, -10, 10, "x[3,2] i64[5]=2,0,2,1,0|x[3,2] i64[2,3]=2,0,2,1,0,0|x[3,2] i32[5]=2,0,2,1,2|x[3,2] i64[]=1|x[3,0] i64[2]=2,0|x[3,2] i64[0]")
ROW("embedding_dense_backward", CLOSE, NO_FORMS | NO_SCALAR, "f32[2,3] i64[2]=2,0 4 -1 false", DIFFERENTIABLE, -10, 10, "x[5,2] i64[5]=2,0,2,1,0 4 -1 false|x[2,3,2] i64[2,3]=2,0,2,1,0,0 3 2 false|x[5,2] i32[5]=2,0,2,1,2 3 0 true"
    "|x[2] i64[]=1 3 -1 true|x[0,2] i64[0] 3 1 true")
ROW("searchsorted.Tensor", EXACT, 0, "f32[3]=1,2,4 f32[2]", CONSTANT, -10, 10, "f64[3]=1,2,4 x[2,3]|x[1] f64[2]")
ROW("bucketize.Tensor", EXACT, NO_FORMS, "f32[2] f32[3]=1,2,4", CONSTANT, -10, 10, "x[2,3] f64[3]=1,2,4|f64[2] x[1]")

#ifdef TABLES_FOR_SCHEMA
#define LIST(k) v[k].as.tensors, (int)v[k].count
static rt_tensor *call_index_tensors(const rt_value *v) { return rt_index_tensors(v[0].as.tensor, LIST(1)); }
static rt_tensor *call_index_put(const rt_value *v) { return rt_index_put(v[0].as.tensor, LIST(1), v[2].as.tensor, v[3].as.i != 0); }
static rt_tensor *call_index_put_(const rt_value *v) { return rt_index_put_(v[0].as.tensor, LIST(1), v[2].as.tensor, v[3].as.i != 0); }
static rt_tensor *call_one_hot(const rt_value *v) { return rt_one_hot(v[0].as.tensor, v[1].as.i); }
static rt_tensor *call_embedding(const rt_value *v)
{
    rt_embedding_opts o = rt_embedding_opts_default();
    o.padding_idx = v[2].tag == RT_VALUE_INT && v[2].as.i >= 0 ? v[2].as.i : RT_NO_INDEX;
    o.scale_grad_by_freq = v[3].as.i != 0;
    return rt_embedding(v[0].as.tensor, v[1].as.tensor, &o);
}
static rt_tensor *call_embedding_plain(const rt_value *v) { return rt_embedding(v[0].as.tensor, v[1].as.tensor, NULL); }
static rt_tensor *call_embedding_backward(const rt_value *v) { return rt_embedding_dense_backward(v[0].as.tensor, v[1].as.tensor, v[2].as.i, v[3].as.i, v[4].as.i != 0); }
static rt_tensor *call_searchsorted(const rt_value *v) { return rt_searchsorted(v[0].as.tensor, v[1].as.tensor, v[3].as.i != 0); }
static rt_tensor *call_searchsorted_by(const rt_value *v) { return rt_searchsorted_by(v[0].as.tensor, v[1].as.tensor, ARG_O(5), v[3].as.i != 0, v[2].as.i != 0); }
static rt_tensor *call_bucketize(const rt_value *v) { return rt_bucketize(v[0].as.tensor, v[1].as.tensor, v[3].as.i != 0); }
#undef LIST
#endif

TYPED_BY("index.Tensor", PLAIN, call_index_tensors, "TA", "|f32[2,3] {none i64[2]=1,0}")
TYPED_BY("index_put", PLAIN, call_index_put, "TATB", "")
TYPED_BY("index_put", IN_PLACE, call_index_put_, "TATB", "|f32[2,3] {i64[2]=1,1} f32[2,3] true")
TYPED2("take", PLAIN, take, T, T, "")
TYPED4("put", PLAIN, put, T, T, T, B, "f32[2,3] i64[2]=5,-1 f32[2] true")
TYPED2("masked_select", PLAIN, masked_select, T, T, "")
TYPED3("masked_scatter", PLAIN, masked_scatter, T, T, T, "")
TYPED1("nonzero", PLAIN, nonzero, T, "")
TYPED1("argwhere", PLAIN, argwhere, T, "")
TYPED_BY("one_hot", PLAIN, call_one_hot, "TI", "i64[3]=2,0,1 5")
TYPED_BY("embedding", PLAIN, call_embedding, "TTIB", "f32[3,2] i64[2]=2,0 1 true|f32[3,2] i64[2]=2,0 0 false")
TYPED_BY("embedding", PLAIN, call_embedding_plain, "TT", "")
TYPED_BY("embedding_dense_backward", PLAIN, call_embedding_backward, "TTIIB", "")
TYPED_BY("searchsorted.Tensor", PLAIN, call_searchsorted, "TT-B", "f32[3]=1,2,4 f32[2] false true")
TYPED_BY("searchsorted.Tensor", PLAIN, call_searchsorted_by, "TTBB-O", "f32[3]=1,2,4 f32[2] true true none i64[3]=0,1,2")
TYPED_BY("bucketize.Tensor", PLAIN, call_bucketize, "TT-B", "f32[2] f32[3]=1,2,4 false true")

BAD("index.Tensor", "f32[3,4] {i64[2]=1,3}", RT_ERR_INDEX, "3|dimension 0|size 3")
BAD("index.Tensor", "f32[3,4] {none i64[2]=1,-5}", RT_ERR_INDEX, "-5|dimension 1|size 4")
BAD("index.Tensor", "f32[3] {none i64[1]=1}", RT_ERR_INDEX, "too many|[3]")
BAD("index.Tensor", "f32[3,4] {bool[4]}", RT_ERR_INDEX, "[4]|[3, 4]")
BAD("index.Tensor", "f32[3,4] {f32[2]}", RT_ERR_DTYPE, "int64|float32")
BAD("index.Tensor", "f32[3,4] {i64[2]=1 i64[3]=1}", RT_ERR_INDEX, "[2]|[3]")
BAD("index.Tensor", "f32[] {i64[1]=0}", RT_ERR_INDEX, "too many|[]")
BAD("index.Tensor", "f32[0] {i64[1]=0}", RT_ERR_INDEX, "size 0")
BAD("index_put", "f32[3,4] {i64[2]=1,3} f32[]", RT_ERR_INDEX, "3|size 3")
BAD("index_put", "f32[3,4] {i64[2]=1,2} f32[3]", RT_ERR_SHAPE, "[3]|[2, 4]")
BAD("index_put", "f32[3,4] {i64[2]=1,2} f64[4]", RT_ERR_DTYPE, "float32|float64")
BAD("index_put", "u16[3] {i64[2]=1,2} u16[]", RT_ERR_DTYPE, "uint16")
BAD("take", "f32[2,3] i64[1]=6", RT_ERR_INDEX, "6|size 6")
BAD("take", "f32[2,3] i32[1]=5", RT_ERR_DTYPE, "int64|int32")
BAD("put", "f32[2,3] i64[2]=1,2 f32[3]", RT_ERR_SHAPE, "[3]|[2]")
BAD("masked_select", "f32[2,3] bool[2]", RT_ERR_SHAPE, "[2]|[2, 3]")
BAD("masked_select", "f32[3] u8[3]", RT_ERR_DTYPE, "bool|uint8")
BAD("masked_scatter", "f32[3] bool[3]=1 f32[2]", RT_ERR_SHAPE, "3|2")
BAD("masked_scatter", "f32[3] bool[3]=1 f64[3]", RT_ERR_DTYPE, "float32|float64")
BAD("nonzero", "f8e5m2[3]", RT_ERR_DTYPE, "float8_e5m2")
BAD("one_hot", "i64[2]=1,-1", RT_ERR_INDEX, "-1")
BAD("one_hot", "i64[2]=1,3 3", RT_ERR_INDEX, "3|0 to 2")
BAD("one_hot", "i32[2]=1,3", RT_ERR_DTYPE, "int64|int32")
BAD("one_hot", "i64[0]", RT_ERR_VALUE, "classes")
BAD("embedding", "f32[3,2] i64[1]=3", RT_ERR_INDEX, "3|size 3")
BAD("embedding", "f32[3,2] i64[1]=-1", RT_ERR_INDEX, "-1|size 3")
BAD("embedding", "f32[3] i64[1]=1", RT_ERR_SHAPE, "[3]")
BAD("embedding_dense_backward", "f32[2,3] i64[3]=1 4 -1 false", RT_ERR_SHAPE, "[2, 3]|[3]")
BAD("embedding_dense_backward", "f32[2,3] i64[2]=4 4 -1 true", RT_ERR_INDEX, "4")
BAD("searchsorted.Tensor", "f32[2,3] f32[3,2]", RT_ERR_SHAPE, "[2, 3]|[3, 2]")
BAD("searchsorted.Tensor", "c64[3] f64[2]", RT_ERR_DTYPE, "complex64")
BAD("searchsorted.Tensor", "f32[3] f32[2] false true 'left'", RT_ERR_VALUE, "left")
BAD("searchsorted.Tensor", "f32[3] f32[2] false false none i64[3]=3", RT_ERR_INDEX, "3")
BAD("bucketize.Tensor", "f32[3] f32[2,2]", RT_ERR_SHAPE, "[2, 2]")

#undef MASK_6
