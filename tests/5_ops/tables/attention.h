/* Attention. See all.h. */

FROZEN("attention")

ROW("scaled_dot_product_attention", CLOSE, NO_FORMS | NO_SCALAR, "f32[2,3,4] f32[2,5,4] f32[2,5,4]", DIFFERENTIABLE, -2, 2,
    "x[3,4] x[5,4] x[5,2]|x[2,3,2] x[2,3,2] x[2,3,2] none 0.0 true|x[2,2] x[3,2] x[3,2] x[2,3] 0.0 false 0.7|x[4,2,2] x[2,3,2] x[2,3,2] none 0.0 false none true"
    "|x[2,2] x[3,2] x[3,2] bool[2,3]=1,0,1,0,0,0|x[2,2] x[3,2] x[3,2] none 0.4|x[0,2] x[3,2] x[3,2]")

TYPED_BY("scaled_dot_product_attention", PLAIN, call_sdpa, "TTTORBRB", "|f32[4,2,2] f32[2,3,2] f32[2,3,2] f32[2,3] 0.5 false 0.0 true|f32[2,2] f32[3,2] f32[3,2] none 0.0 true none false")

BAD("scaled_dot_product_attention", "f32[2,3,4] f32[2,5,3] f32[2,5,4]", RT_ERR_SHAPE, "[2, 3, 4]|[2, 5, 3]")
BAD("scaled_dot_product_attention", "f32[4] f32[5,4] f32[5,4]", RT_ERR_SHAPE, "[4]")
BAD("scaled_dot_product_attention", "f32[3,4] f64[5,4] f32[5,4]", RT_ERR_DTYPE, "float32|float64")
BAD("scaled_dot_product_attention", "i64[3,4] i64[5,4] i64[5,4]", RT_ERR_DTYPE, "int64")
BAD("scaled_dot_product_attention", "f32[3,4] f32[5,4] f32[5,4] f32[3,5] 0.0 true", RT_ERR_VALUE, "is_causal")
BAD("scaled_dot_product_attention", "f32[3,4] f32[5,4] f32[5,4] i64[3,5]", RT_ERR_DTYPE, "int64")
BAD("scaled_dot_product_attention", "f32[3,4] f32[5,4] f32[5,4] none 1.5", RT_ERR_VALUE, "1.5")
BAD("scaled_dot_product_attention", "f32[4,3,4] f32[3,5,4] f32[3,5,4] none 0.0 false none true", RT_ERR_SHAPE, "[4, 3, 4]|[3, 5, 4]")

#ifdef TABLES_FOR_SCHEMA
static rt_tensor *call_sdpa(const rt_value *v)
{
    rt_scaled_dot_product_attention_opts o = rt_scaled_dot_product_attention_opts_default();
    if (v[4].tag == RT_VALUE_NONE)
        return rt_scaled_dot_product_attention(v[0].as.tensor, v[1].as.tensor, v[2].as.tensor, RT_NONE, NULL);
    o.dropout_p = v[4].as.f;
    o.is_causal = v[5].as.i != 0;
    if (v[6].tag == RT_VALUE_FLOAT)
        o.scale = v[6].as.f;
    o.enable_gqa = v[7].as.i != 0;
    return rt_scaled_dot_product_attention(v[0].as.tensor, v[1].as.tensor, v[2].as.tensor, v[3].tag == RT_VALUE_TENSOR ? v[3].as.tensor : RT_NONE, &o);
}
#endif
