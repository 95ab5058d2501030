/* Normalisation. See all.h. */

FROZEN("norm")

#define OF_BATCH "x[4,3] x[3] x[3] none none true 0.1 1.0|x[2,3,2] x[3] none none none true 0.1 0.3|x[2,3,2,1] none x[3] none none true 0.1 1e-5" \
    "|x[4,3] x[3] x[3] f64[3] f64[3]=0.5,1,2 false 0.1 1e-5|x[1,2,17] x[2] x[2] none none true 0.1 1e-5|x[0,3] x[3] x[3] f64[3] f64[3]=0.5 false 0.1 1e-5"

ROW("native_layer_norm", CLOSE, INTERNAL | NO_SCALAR, "f32[2,3] (3) none none 1e-5", DIFFERENTIABLE, -2, 2,
    "x[3,4] (4) x[4] x[4] 1e-5|x[2,3,2] (3,2) x[3,2] none 0.1|x[2,19] (19) none x[19] 1e-5|x[5] (5) none none 1.0|x[0,3] (3) x[3] x[3] 1e-5|x[9,2] (2) x[2] x[2] 0.2")
ROW("native_layer_norm_backward", CLOSE, INTERNAL, "f32[2,3] f32[2,3] (3) f32[2,1] f32[2,1] f32[3] none (true,true,true)", REFUSED, -2, 2,
    "x[2,3] x[2,3] (3) f64[2,1] f64[2,1] f64[3] none (true,true,true)")
ROW("layer_norm", CLOSE, NO_FORMS | NO_SCALAR, "f32[2,3] (3)", DIFFERENTIABLE, -2, 2, "x[3,4] (4) x[4] x[4] 1e-5|x[5] (5) none none 1.0|x[0,3] (3) x[3] x[3]")
ROW("_fused_rms_norm", CLOSE, INTERNAL | NO_SCALAR, "f32[2,3] (3) none none", DIFFERENTIABLE, -2, 2,
    "x[3,4] (4) x[4] 1e-5|x[2,3,2] (3,2) x[3,2] 0.1|x[2,19] (19) none 1e-5|x[0,3] (3) x[3] 1e-5")
ROW("_fused_rms_norm_backward", CLOSE, INTERNAL | TAKES_MORE, "f32[2,3] f32[2,3] (3) f32[2,1] f32[3] (true,true)", REFUSED, -2, 2,
    "x[2,3] x[2,3] (3) f64[2,1] f64[3] (true,true)")
ROW("rms_norm", CLOSE, NO_FORMS | NO_SCALAR, "f32[2,3] (3)", DIFFERENTIABLE, -2, 2, "x[3,4] (4) x[4] 1e-5|x[5] (5) none 0.1|x[0,3] (3) x[3] 0.1")
ROW("native_group_norm", CLOSE, INTERNAL | NO_SCALAR, "f32[2,4,3] none none 2 4 3 2 1e-5", DIFFERENTIABLE, -2, 2,
    "x[2,4,3] x[4] x[4] 2 4 3 2 1e-5|x[2,6] x[6] none 2 6 1 3 0.1|x[1,2,17] none x[2] 1 2 17 1 1e-5|x[0,4,3] x[4] x[4] 0 4 3 2 1e-5")
ROW("native_group_norm_backward", CLOSE, INTERNAL, "f32[2,4,3] f32[2,4,3] f32[2,2] f32[2,2] f32[4] 2 4 3 2 (true,true,true)", REFUSED, -2, 2,
    "x[2,4,3] x[2,4,3] f64[2,2] f64[2,2] f64[4] 2 4 3 2 (true,true,true)")
ROW("group_norm", CLOSE, NO_FORMS | NO_SCALAR, "f32[2,4,3] 2", DIFFERENTIABLE, -2, 2, "x[2,4,3] 2 x[4] x[4]|x[2,4] 2|x[0,4,3] 2 x[4] x[4] 0.1")
ROW("native_batch_norm", CLOSE, INTERNAL | NO_SCALAR, "f32[4,3] none none none none true 0.1 1e-5", DIFFERENTIABLE, -2, 2, OF_BATCH)
ROW("native_batch_norm_backward", CLOSE, INTERNAL, "f32[4,3] f32[4,3] f32[3] none none f32[3] f32[3] true 1e-5 (true,true,true)", REFUSED, -2, 2,
    "x[4,3] x[4,3] f64[3] none none f64[3] f64[3] true 1e-5 (true,true,true)")
ROW("batch_norm", CLOSE, NO_FORMS | NO_SCALAR, "f32[4,3] none none none none true 0.1 1e-5 false", DIFFERENTIABLE, -2, 2,
    "x[4,3] x[3] x[3] none none true 0.1 1.0 false|x[0,3] x[3] x[3] f64[3] f64[3]=0.5 false 0.1 1e-5 false")
ROW("instance_norm", CLOSE, NO_FORMS | NO_SCALAR, "f32[2,3,4] none none none none true 0.1 1e-5 false", DIFFERENTIABLE, -2, 2,
    "x[2,3,4] x[3] x[3] none none true 0.1 1e-5 false|x[2,3,2] x[3] none f64[3] f64[3]=0.5 false 0.1 0.2 false|x[0,3,2] x[3] x[3] f64[3] f64[3]=0.5 false 0.1 1e-5 false")
ROW("cosine_similarity", CLOSE, NO_FORMS, "f32[2,3] f32[2,3]", DIFFERENTIABLE, -4, 4, "x[3,4] x[3,4]|x[2,3,2] x[3,1] 0|x[4] x[2,4] -1|x[] x[] 0|x[0,3] x[0,3]")
ROW("pairwise_distance", CLOSE, NO_FORMS | NO_SCALAR, "f32[2,3] f32[2,3]", DIFFERENTIABLE, -4, 4, "x[3,4] x[3,4]|x[3,4] x[4] 3.0 0.25 true|x[4] x[4] 1.0|x[0,3] x[0,3]")

/* no rows: typed functions */
FUNCTION("normalize", CLOSE, run_normalize)
FUNCTION("batch_norm_running", CLOSE, run_batch_norm_running)
FUNCTION("instance_norm_running", CLOSE, run_instance_norm_running)

TYPED_BY("layer_norm", PLAIN, call_layer_norm, "TLOOR", "|f32[2,3,2] (3,2) f32[3,2] f32[3,2] 0.25")
TYPED_BY("rms_norm", PLAIN, call_rms_norm, "TLOR", "|f32[2,3,2] (3,2) f32[3,2] 0.25")
TYPED_BY("group_norm", PLAIN, call_group_norm, "TIOOR", "|f32[2,4,2] 2 f32[4] f32[4] 0.25")
TYPED_BY("batch_norm", PLAIN, call_batch_norm, "TOOOOBRR-", "|f32[4,3] f32[3] f32[3] f32[3] f32[3]=0.5 false 0.3 0.25 false")
TYPED_BY("instance_norm", PLAIN, call_instance_norm, "TOOOOBRR-", "|f32[4,3,2] f32[3] f32[3] f32[3] f32[3]=0.5 false 0.3 0.25 false")
TYPED_BY("cosine_similarity", PLAIN, call_cosine_similarity, "TTIR", "|f32[2,3] f32[2,3] 0 3.0")
TYPED_BY("pairwise_distance", PLAIN, call_pairwise_distance, "TTRRB", "|f32[2,3] f32[2,3] 1.0 0.5 true")

BAD("layer_norm", "f32[2,3] (2)", RT_ERR_SHAPE, "[2]|[2, 3]")
BAD("layer_norm", "f32[2,3] ()", RT_ERR_SHAPE, "[2, 3]")
BAD("layer_norm", "f32[2,3] (3) f32[2]", RT_ERR_SHAPE, "[3]|[2]")
BAD("layer_norm", "f32[2,3] (3) f64[3]", RT_ERR_DTYPE, "float32|float64")
BAD("layer_norm", "i64[2,3] (3)", RT_ERR_DTYPE, "int64")
BAD("rms_norm", "f32[2,3] (4,3)", RT_ERR_SHAPE, "[4, 3]|[2, 3]")
BAD("native_layer_norm_backward", "f32[2,3] f32[3,2] (2) f32[3,1] f32[3,1] none none (true,true,true)", RT_ERR_SHAPE, "[3, 2]|[2, 3]")
BAD("native_layer_norm_backward", "f32[2,3] f32[2,3] (3) f32[3] f32[2] none none (true,true,true)", RT_ERR_SHAPE, "2 rows|[3]")
BAD("native_layer_norm_backward", "f32[2,3] f32[2,3] (3) f32[2] f32[2] none none (true,true)", RT_ERR_VALUE, "3|2")
BAD("_fused_rms_norm_backward", "f32[2,3] f32[2,3] (3) f32[3] none (true,true)", RT_ERR_SHAPE, "2 rows|[3]")
BAD("group_norm", "f32[2,6] 4", RT_ERR_VALUE, "4 groups|6 channels")
BAD("group_norm", "f32[6] 2", RT_ERR_SHAPE, "[6]")
BAD("group_norm", "f32[2,6] 2 f32[5]", RT_ERR_SHAPE, "[6]|[5]")
BAD("native_group_norm", "f32[2,4,3] none none 2 4 2 2 1e-5", RT_ERR_SHAPE, "2 by 4 by 2|[2, 4, 3]")
BAD("native_group_norm_backward", "f32[2,4] f32[2,4] f32[3] f32[4] none 2 4 1 2 (true,true,true)", RT_ERR_SHAPE, "2 by 2|[3]")
BAD("batch_norm", "f32[4,3] none none none none false 0.1 1e-5 false", RT_ERR_VALUE, "running_mean")
BAD("batch_norm", "f32[4,3] f32[4] none none none true 0.1 1e-5 false", RT_ERR_SHAPE, "[3]|[4]")
BAD("batch_norm", "f32[4] none none none none true 0.1 1e-5 false", RT_ERR_SHAPE, "[4]")
BAD("batch_norm", "i64[4,3] none none none none true 0.1 1e-5 false", RT_ERR_DTYPE, "int64")
BAD("native_batch_norm_backward", "f32[4,3] f32[4,3] none none none none none true 1e-5 (true,true,true)", RT_ERR_VALUE, "save_mean")
BAD("native_batch_norm_backward", "f32[4,2] f32[4,3] none none none f32[3] f32[3] true 1e-5 (true,true,true)", RT_ERR_SHAPE, "[4, 3]|[4, 2]")
BAD("instance_norm", "f32[4,3,2] none none none none false 0.1 1e-5 false", RT_ERR_VALUE, "running_mean")
BAD("instance_norm", "f32[4] none none none none true 0.1 1e-5 false", RT_ERR_SHAPE, "[4]")
BAD("cosine_similarity", "i64[4] i64[4] 0", RT_ERR_DTYPE, "int64")
BAD("cosine_similarity", "f32[4] f32[3] 0", RT_ERR_SHAPE, "[4]|[3]")
BAD("pairwise_distance", "f32[4] f32[3]", RT_ERR_SHAPE, "[4]|[3]")

#undef OF_BATCH

#if defined TABLES_FOR_ROWS || defined TABLES_FOR_SCHEMA
static rt_tensor *norm_tensor(const rt_value *v) { return v->tag == RT_VALUE_TENSOR ? v->as.tensor : RT_NONE; }
#endif

#ifdef TABLES_FOR_ROWS
static rt_tensor *run_normalize(const rt_value *v) { return rt_normalize(v[0].as.tensor, v[1].as.f, (int)v[2].as.i, v[3].as.f); }
static rt_tensor *run_batch_norm_running(const rt_value *v)
{
    rt_tensor *mean = rt_clone(v[3].as.tensor), *var = rt_clone(v[4].as.tensor);
    rt_batch_norm_opts o = rt_batch_norm_opts_default();
    o.training = true;
    o.momentum = v[5].as.f;
    rt_tensor *y = rt_batch_norm(v[0].as.tensor, mean, var, norm_tensor(&v[1]), norm_tensor(&v[2]), &o);
    return v[6].as.i == 0 ? y : v[6].as.i == 1 ? mean : var;
}
static rt_tensor *run_instance_norm_running(const rt_value *v)
{
    rt_tensor *mean = rt_clone(v[1].as.tensor), *var = rt_clone(v[2].as.tensor);
    rt_instance_norm_opts o = rt_instance_norm_opts_default();
    o.momentum = v[3].as.f;
    rt_tensor *y = rt_instance_norm(v[0].as.tensor, mean, var, RT_NONE, RT_NONE, &o);
    return v[4].as.i == 0 ? y : v[4].as.i == 1 ? mean : var;
}
#endif

#ifdef TABLES_FOR_SCHEMA
static rt_shape norm_shape(const rt_value *v)
{
    rt_shape shape = RT_SHAPE0;
    shape.ndim = (int)v->count;
    for (int d = 0; d < shape.ndim; d++)
        shape.dim[d] = v->as.ints[d];
    return shape;
}
static double norm_number(const rt_value *v, double normal) { return v->tag == RT_VALUE_FLOAT ? v->as.f : normal; }
static rt_tensor *call_layer_norm(const rt_value *v)
{
    return rt_layer_norm(v[0].as.tensor, norm_shape(&v[1]), norm_tensor(&v[2]), norm_tensor(&v[3]), norm_number(&v[4], 1e-5));
}
static rt_tensor *call_rms_norm(const rt_value *v) { return rt_rms_norm(v[0].as.tensor, norm_shape(&v[1]), norm_tensor(&v[2]), norm_number(&v[3], -1)); }
static rt_tensor *call_group_norm(const rt_value *v)
{
    return rt_group_norm(v[0].as.tensor, (int)v[1].as.i, norm_tensor(&v[2]), norm_tensor(&v[3]), norm_number(&v[4], 1e-5));
}
static rt_tensor *call_batch_norm(const rt_value *v)
{
    rt_batch_norm_opts o = rt_batch_norm_opts_default();
    o.training = v[5].as.i != 0;
    o.momentum = v[6].as.f;
    o.eps = v[7].as.f;
    return rt_batch_norm(v[0].as.tensor, norm_tensor(&v[3]), norm_tensor(&v[4]), norm_tensor(&v[1]), norm_tensor(&v[2]), &o);
}
static rt_tensor *call_instance_norm(const rt_value *v)
{
    rt_instance_norm_opts o = rt_instance_norm_opts_default();
    o.use_running_stats = !v[5].as.i;
    o.momentum = v[6].as.f;
    o.eps = v[7].as.f;
    return rt_instance_norm(v[0].as.tensor, norm_tensor(&v[3]), norm_tensor(&v[4]), norm_tensor(&v[1]), norm_tensor(&v[2]), &o);
}
static rt_tensor *call_cosine_similarity(const rt_value *v)
{
    return rt_cosine_similarity(v[0].as.tensor, v[1].as.tensor, v[2].tag == RT_VALUE_INT ? (int)v[2].as.i : 1, norm_number(&v[3], 1e-8));
}
static rt_tensor *call_pairwise_distance(const rt_value *v)
{
    return rt_pairwise_distance(v[0].as.tensor, v[1].as.tensor, norm_number(&v[2], 2), norm_number(&v[3], 1e-6), v[4].tag == RT_VALUE_BOOL && v[4].as.i);
}
#endif
