/* Dropout. See all.h. */

FROZEN("dropout")

ROW("dropout", EXACT, NO_FORMS, "f32[2,3] 0.5 true", DIFFERENTIABLE, -4, 4, "x[3,4] 0.5 true|x[3,4] 0.0 true|x[3,4] 1.0 true|x[3,4] 0.5 false|x[] 0.5 true|x[0,3] 0.5 true")
ROW("feature_dropout", EXACT, NO_FORMS | NO_SCALAR, "f32[2,3,2] 0.5 true", DIFFERENTIABLE, -4, 4, "x[3,2,2] 0.5 true|x[3,2] 0.3 true|x[0,3] 0.5 true")
ROW("alpha_dropout", EXACT, NO_FORMS, "f32[2,3] 0.5 true", DIFFERENTIABLE, -4, 4, "x[3,4] 0.5 true|x[3,4] 1.0 true|x[3,4] 0.5 false|x[] 0.5 true|x[0,3] 0.5 true")
ROW("feature_alpha_dropout", EXACT, NO_FORMS | NO_SCALAR, "f32[2,3,2] 0.5 true", DIFFERENTIABLE, -4, 4, "x[3,2,2] 0.5 true|x[3,2] 0.3 true|x[0,3] 0.5 true")
ROW("bernoulli.p", EXACT, 0, "f32[2,3] 0.5", DIFFERENTIABLE, -4, 4, "x[3,4] 0.5|x[]  0.5|x[0,3] 0.5")

/* no rows: typed functions */
FUNCTION("dropout_turned", EXACT, run_dropout_turned)
FUNCTION("alpha_dropout_turned", EXACT, run_alpha_dropout_turned)
FUNCTION("dropout_", EXACT, run_dropout_)
FUNCTION("dropout1d", EXACT, run_dropout1d)
FUNCTION("dropout2d", EXACT, run_dropout2d)
FUNCTION("dropout3d", EXACT, run_dropout3d)

TYPED3("dropout", PLAIN, dropout, T, R, B, "f32[2,3] 0.5 true|f32[2,3] 0.5 false")
TYPED3("feature_dropout", PLAIN, feature_dropout, T, R, B, "")
TYPED3("alpha_dropout", PLAIN, alpha_dropout, T, R, B, "")
TYPED3("feature_alpha_dropout", PLAIN, feature_alpha_dropout, T, R, B, "")
TYPED_BY("bernoulli.p", IN_PLACE, call_bernoulli_p_, "TR", "f32[2,3] 0.5|u8[9] 0.3")

BAD("dropout", "f32[2] 1.5 true", RT_ERR_VALUE, "0|1|1.5")
BAD("dropout", "f32[2] nan false", RT_ERR_VALUE, "nan")
BAD("dropout", "i64[2] 0.5 true", RT_ERR_DTYPE, "int64")
BAD("alpha_dropout", "c64[2] 0.5 true", RT_ERR_DTYPE, "complex64")
BAD("feature_dropout", "f32[2] 0.5 true", RT_ERR_SHAPE, "[2]")
BAD("feature_alpha_dropout", "f32[] 0.5 true", RT_ERR_SHAPE, "[]")
BAD("bernoulli.p", "f32[2] 1.5", RT_ERR_VALUE, "1.5")
BAD("bernoulli.p", "c64[2] 0.5", RT_ERR_DTYPE, "complex64")

#ifdef TABLES_FOR_ROWS
static rt_tensor *turned(const rt_value *v)
{
    rt_tensor *x = v[0].as.tensor;
    switch (v[1].as.i) {
    case 0: return rt_transpose(x, 0, 1);
    case 1: return rt_permute(x, RT_SHAPE(2, 0, 1));
    case 2: return rt_slice(x, 1, 0, RT_END, 2);
    case 3: return rt_expand(rt_narrow(x, 0, 0, 1), RT_SHAPE(3, -1, -1));
    default: return rt_narrow(rt_permute(x, RT_SHAPE(1, 2, 0)), 2, 0, 1);
    }
}
static rt_tensor *run_dropout_turned(const rt_value *v) { return rt_dropout(turned(v), v[2].as.f, true); }
static rt_tensor *run_alpha_dropout_turned(const rt_value *v) { return rt_alpha_dropout(turned(v), v[2].as.f, true); }
static rt_tensor *run_dropout_(const rt_value *v) { return rt_dropout_(rt_clone(v[0].as.tensor), v[1].as.f, v[2].as.i != 0); }
static rt_tensor *run_dropout1d(const rt_value *v) { return rt_dropout1d(v[0].as.tensor, v[1].as.f, v[2].as.i != 0); }
static rt_tensor *run_dropout2d(const rt_value *v) { return rt_dropout2d(v[0].as.tensor, v[1].as.f, v[2].as.i != 0); }
static rt_tensor *run_dropout3d(const rt_value *v) { return rt_dropout3d(v[0].as.tensor, v[1].as.f, v[2].as.i != 0); }
#endif

#ifdef TABLES_FOR_SCHEMA
static rt_tensor *call_bernoulli_p_(const rt_value *v) { return rt_bernoulli_(ARG_T(0), ARG_R(1), NULL); }
#endif
