/* Dense linear algebra. The gradients of cholesky, whose input has to be Hermitian, are tested in ../linalg.c. See all.h. */

FROZEN("linalg")

#define MATRICES "x[2,2]|x[3,3]|x[2,2,2]|x[1,1]|x[0,2,2]|x[0,0]"
#define SYSTEMS "x[2,2] x[2,3]|x[3,3] f64[3,2]|f64[2,2]=2,1,-1,3 x[2,2,2]|x[2,2,2] x[2,1]|x[1,1] x[1,1]|x[0,0] x[0,2]|x[0,2,2] x[2,1]|x[2,2] x[2,0]"

ROW("linalg_cholesky", CLOSE, COMPLEX | NO_SCALAR | NO_FORMS, "f32[2,2]=4,1,1,3", DIFFERENTIABLE, 0.5, 2, "x[1,1]|x[2,1,1] true|x[0,0]|x[0,2,2]")
ROW("linalg_cholesky_ex", CLOSE, COMPLEX | NO_SCALAR, "f32[2,2]=4,1,1,3", DIFFERENTIABLE, 0.5, 2, "x[1,1]|x[2,1,1] true|x[0,0]|x[0,2,2]")
ROW("cholesky", CLOSE, COMPLEX | NO_SCALAR | NO_FORMS, "f32[2,2]=4,1,1,3", DIFFERENTIABLE, 0.5, 2, "x[1,1]|x[2,1,1] true|x[0,0]")
ROW("linalg_solve_triangular", CLOSE, COMPLEX | NO_SCALAR, "f32[2,2] f32[2,3] true", DIFFERENTIABLE, 0.5, 2,
    "x[2,2] x[2,3] true|x[3,3] x[3,2] false|x[2,2] x[2,2] true true true|x[2,2] x[3,2] false false|x[3,3] x[2,3] true false|x[2,2] f64[2,3,2] false false true|f64[2,2] x[2,2] true"
    "|x[2,2,2] x[2,1] true|x[5,5] x[5,5] false|x[0,0] x[0,2] true|x[0,2,2] x[2,1] false")
ROW("cholesky_solve", CLOSE, COMPLEX | NO_SCALAR | NO_FORMS, "f32[2,3] f32[2,2]", DIFFERENTIABLE, 0.5, 2, "x[2,3] x[2,2]|x[2,2,1] x[2,2] true|x[2,1] f64[2,2,2]|f64[2,1] x[2,2]|x[0,2] x[0,0]")
ROW("cholesky_inverse", CLOSE, COMPLEX | NO_SCALAR | NO_FORMS, "f32[2,2]", DIFFERENTIABLE, 0.5, 2, "x[2,2]|x[3,3] true|x[2,2,2]|x[0,0]")
ROW("linalg_lu_factor", CLOSE, ONE_LAYOUT | COMPLEX | NO_SCALAR | NO_FORMS, "f32[2,2]", DIFFERENTIABLE, -2, 2, MATRICES)
ROW("linalg_lu_factor_ex", CLOSE, ONE_LAYOUT | COMPLEX | NO_SCALAR, "f32[2,2]", DIFFERENTIABLE, -2, 2, MATRICES)
ROW("linalg_lu", CLOSE, COMPLEX | NO_SCALAR | NO_FORMS | ONE_LAYOUT, "f32[2,3]", CONSTANT, -2, 2, "x[2,2]|x[0,0]")
ROW("linalg_lu_solve", CLOSE, COMPLEX | NO_SCALAR | NO_FORMS, "f32[2,2] i32[2]=2,2 f32[2,3]", DIFFERENTIABLE, 0.5, 2,
    "x[2,2] i32[2]=2,2 x[2,3]|x[3,3] i32[3]=3,2,3 x[2,3] false|x[2,2] i32[2]=2,2 x[2,1] true true|x[2,2] i32[2]=1,2 f64[1,2] false true|x[2,2,2] i32[2,2]=2,2,1,2 x[2,1]|x[0,0] i32[0] x[0,2]")
ROW("lu_solve", CLOSE, COMPLEX | NO_SCALAR | NO_FORMS, "f32[2,3] f32[2,2] i32[2]=2,2", DIFFERENTIABLE, 0.5, 2, "x[2,3] x[2,2] i32[2]=2,2|x[0,2] x[0,0] i32[0]")
ROW("linalg_solve", CLOSE, ONE_LAYOUT | COMPLEX | NO_SCALAR | NO_FORMS, "f32[2,2]=2,1,-1,3 f32[2,3]", DIFFERENTIABLE, -2, 2, SYSTEMS "|x[2,2] x[2]|x[2,2,2] x[2]|x[2,2,2] x[2,2]|x[2,2] x[3,2] false")
ROW("linalg_solve_ex", CLOSE, ONE_LAYOUT | COMPLEX | NO_SCALAR | NO_FORMS, "f32[2,2]=2,1,-1,3 f32[2,3]", DIFFERENTIABLE, -2, 2, SYSTEMS "|x[2,2] x[2]|x[2,2] x[3,2] false")
ROW("solve_matrix", COVERED, ONE_LAYOUT | COMPLEX | NO_SCALAR | INTERNAL, "f32[2,2]=2,1,-1,3 f32[2,3]", DIFFERENTIABLE, -2, 2, SYSTEMS)
ROW("linalg_inv", CLOSE, ONE_LAYOUT | COMPLEX | NO_SCALAR | NO_FORMS, "f32[2,2]=2,1,-1,3", DIFFERENTIABLE, -2, 2, MATRICES)
ROW("linalg_inv_ex", CLOSE, ONE_LAYOUT | COMPLEX | NO_SCALAR, "f32[2,2]=2,1,-1,3", DIFFERENTIABLE, -2, 2, MATRICES)
ROW("inverse", CLOSE, ONE_LAYOUT | COMPLEX | NO_SCALAR | NO_FORMS, "f32[2,2]=2,1,-1,3", DIFFERENTIABLE, -2, 2, MATRICES)
ROW("linalg_det", CLOSE, ONE_LAYOUT | COMPLEX | NO_SCALAR, "f32[2,2]=2,1,-1,3", DIFFERENTIABLE, -2, 2, MATRICES)
ROW("det", CLOSE, ONE_LAYOUT | COMPLEX | NO_SCALAR | NO_FORMS, "f32[2,2]=2,1,-1,3", DIFFERENTIABLE, -2, 2, MATRICES)
ROW("linalg_slogdet", CLOSE, ONE_LAYOUT | COMPLEX | NO_SCALAR, "f32[2,2]=2,1,-1,3", DIFFERENTIABLE, -2, 2, MATRICES)
ROW("slogdet", CLOSE, ONE_LAYOUT | COMPLEX | NO_SCALAR | NO_FORMS, "f32[2,2]=2,1,-1,3", DIFFERENTIABLE, -2, 2, MATRICES)
ROW("logdet", CLOSE, COMPLEX | NO_SCALAR | NO_FORMS, "f32[2,2]=2,1,-1,3", DIFFERENTIABLE, 0.5, 2, "x[1,1]|x[2,1,1]|x[0,2,2]|x[0,0]")
ROW("linalg_matrix_power", CLOSE, ONE_LAYOUT | COMPLEX | NO_SCALAR | NO_FORMS, "f32[2,2]=2,1,-1,3 3", DIFFERENTIABLE, -1, 1, "x[2,2] 3|x[2,2] 1|x[2,2,2] -2|x[2,2] 4|x[0,0] 2|x[0,2,2] -1")
ROW("matrix_power", CLOSE, ONE_LAYOUT | COMPLEX | NO_SCALAR | NO_FORMS, "f32[2,2]=2,1,-1,3 3", DIFFERENTIABLE, -1, 1, "x[2,2] 3|x[0,0] 2")
#undef MATRICES
#undef SYSTEMS

STRANGER("solve_matrix", "linalg_solve and linalg_solve_ex without vectors and the right side, which they are made of")

TYPED2("linalg_cholesky", PLAIN, linalg_cholesky, T, B, "|f32[2,2]=4,1,1,3 true")
TYPED2("cholesky", PLAIN, cholesky, T, B, "|f32[2,2]=4,1,1,3 true")
TYPED_BY("linalg_cholesky_ex", PLAIN, call_cholesky_ex, "TB", "|f32[2,2]=1,2,2,1")
TYPED5("linalg_solve_triangular", PLAIN, linalg_solve_triangular, T, T, B, B, B, "f32[2,2] f32[2,3] true true true|f32[2,2] f32[3,2] false false false")
TYPED3("cholesky_solve", PLAIN, cholesky_solve, T, T, B, "|f32[2,3] f32[2,2] true")
TYPED2("cholesky_inverse", PLAIN, cholesky_inverse, T, B, "|f32[2,2] true")
TYPED_BY("linalg_lu_factor", PLAIN, call_lu_factor, "T", "|f32[2,2,3]")
TYPED_BY("linalg_lu_factor_ex", PLAIN, call_lu_factor_ex, "T", "|f32[2,2]=1,2,2,4")
TYPED_BY("linalg_lu", PLAIN, call_lu, "T", "|f32[3,2]")
TYPED5("linalg_lu_solve", PLAIN, linalg_lu_solve, T, T, T, B, B, "f32[2,2] i32[2]=2,2 f32[2,3] true false|f32[2,2] i32[2]=2,2 f32[3,2] false true")
TYPED3("lu_solve", PLAIN, lu_solve, T, T, T, "")
TYPED3("linalg_solve", PLAIN, linalg_solve, T, T, B, "f32[2,2]=2,1,-1,3 f32[2] true|f32[2,2]=2,1,-1,3 f32[3,2] false")
TYPED_BY("linalg_solve_ex", PLAIN, call_solve_ex, "TTB", "f32[2,2]=2,1,-1,3 f32[2] true|f32[2,2]=1,2,2,4 f32[2] true")
TYPED1("linalg_inv", PLAIN, linalg_inv, T, "")
TYPED_BY("linalg_inv_ex", PLAIN, call_inv_ex, "T", "|f32[2,2]=1,2,2,4")
TYPED1("inverse", PLAIN, inverse, T, "")
TYPED1("linalg_det", PLAIN, linalg_det, T, "")
TYPED1("det", PLAIN, det, T, "")
TYPED_BY("linalg_slogdet", PLAIN, call_linalg_slogdet, "T", "|f32[2,2]=1,2,2,4")
TYPED_BY("slogdet", PLAIN, call_slogdet, "T", "")
TYPED1("logdet", PLAIN, logdet, T, "")
TYPED_BY("linalg_matrix_power", PLAIN, call_linalg_matrix_power, "TI", "|f32[2,2]=2,1,-1,3 -2")
TYPED_BY("matrix_power", PLAIN, call_matrix_power, "TI", "")

#ifdef TABLES_FOR_SCHEMA
static rt_tensor *call_cholesky_ex(const rt_value *v) { return rt_linalg_cholesky_ex(v[0].as.tensor, v[1].as.i != 0, &also[1]); }
static rt_tensor *call_lu_factor(const rt_value *v) { return rt_linalg_lu_factor(v[0].as.tensor, &also[1]); }
static rt_tensor *call_lu_factor_ex(const rt_value *v) { return rt_linalg_lu_factor_ex(v[0].as.tensor, &also[1], &also[2]); }
static rt_tensor *call_lu(const rt_value *v) { return rt_linalg_lu(v[0].as.tensor, &also[1], &also[2]); }
static rt_tensor *call_solve_ex(const rt_value *v) { return rt_linalg_solve_ex(v[0].as.tensor, v[1].as.tensor, v[2].as.i != 0, &also[1]); }
static rt_tensor *call_inv_ex(const rt_value *v) { return rt_linalg_inv_ex(v[0].as.tensor, &also[1]); }
static rt_tensor *call_linalg_slogdet(const rt_value *v) { return rt_linalg_slogdet(v[0].as.tensor, &also[1]); }
static rt_tensor *call_slogdet(const rt_value *v) { return rt_slogdet(v[0].as.tensor, &also[1]); }
static rt_tensor *call_linalg_matrix_power(const rt_value *v) { return rt_linalg_matrix_power(v[0].as.tensor, v[1].as.i); }
static rt_tensor *call_matrix_power(const rt_value *v) { return rt_matrix_power(v[0].as.tensor, v[1].as.i); }
#endif

BAD("linalg_cholesky", "f32[2,3]", RT_ERR_SHAPE, "square|[2, 3]")
BAD("linalg_cholesky", "f32[3]", RT_ERR_SHAPE, "square|[3]")
BAD("linalg_cholesky", "i64[2,2]", RT_ERR_DTYPE, "int64")
BAD("linalg_cholesky", "f16[2,2]", RT_ERR_DTYPE, "float16")
BAD("linalg_cholesky", "f32[2,2]=1,2,2,1", RT_ERR_VALUE, "minor of order 2")
BAD("linalg_cholesky", "f32[2,2,2]=1,0,0,1,1,2,2,1", RT_ERR_VALUE, "Batch element 1|minor of order 2")
BAD("linalg_cholesky", "f32[2,2]=nan", RT_ERR_VALUE, "minor of order 1")
BAD("cholesky", "f32[2,2]=-1", RT_ERR_VALUE, "minor of order 1")
BAD("linalg_solve_triangular", "f32[2,2] f32[2] true", RT_ERR_SHAPE, "[2, 2]|[2]")
BAD("linalg_solve_triangular", "f32[2,2] f32[3,2] true", RT_ERR_SHAPE, "A X = B|[3, 2]")
BAD("linalg_solve_triangular", "f32[2,2] f32[2,3] true false", RT_ERR_SHAPE, "X A = B|[2, 3]")
BAD("linalg_solve_triangular", "f32[2,2] f64[2,2] true", RT_ERR_DTYPE, "float32|float64")
BAD("linalg_solve_triangular", "f32[2,2,2] f32[3,2,2] true", RT_ERR_SHAPE, "[2, 2, 2]|[3, 2, 2]")
BAD("cholesky_solve", "f32[3,2] f32[2,2]", RT_ERR_SHAPE, "[3, 2]")
BAD("cholesky_solve", "f32[2,2] f32[2]", RT_ERR_SHAPE, "[2]")
BAD("cholesky_inverse", "f32[2,3]", RT_ERR_SHAPE, "[2, 3]")
BAD("linalg_lu_factor", "f32[2,2]=1,2,2,4", RT_ERR_VALUE, "singular|pivot 2")
BAD("linalg_lu_factor", "f32[2,2] false", RT_ERR_UNSUPPORTED, "pivot=False")
BAD("linalg_lu_factor", "f32[3]", RT_ERR_SHAPE, "[3]")
BAD("linalg_lu_solve", "f32[2,2] i64[2]=1,2 f32[2,1]", RT_ERR_SHAPE, "int32|int64")
BAD("linalg_lu_solve", "f32[2,2] i32[1]=1 f32[2,1]", RT_ERR_SHAPE, "[1]")
BAD("linalg_lu_solve", "f32[2,2] i32[2]=1,3 f32[2,1]", RT_ERR_VALUE, "1 to 2|3")
BAD("linalg_solve", "f32[2,2]=1,2,2,4 f32[2]", RT_ERR_VALUE, "singular|pivot 2")
BAD("linalg_solve", "f32[2,2,2]=1,0,0,1,1,2,2,4 f32[2,1]", RT_ERR_VALUE, "Batch element 1|pivot 2")
BAD("linalg_solve", "f32[2,2] f32[3,2]", RT_ERR_SHAPE, "[2, 2]|[3, 2]")
BAD("linalg_solve", "f32[2,2] f32[2] false", RT_ERR_SHAPE, "X A = B|[2]")
BAD("linalg_solve", "f32[2,2] f32[]", RT_ERR_SHAPE, "[]")
BAD("linalg_solve", "f32[2,3] f32[2,3]", RT_ERR_SHAPE, "square|[2, 3]")
BAD("linalg_inv", "f32[2,2]=1,2,2,4", RT_ERR_VALUE, "singular|pivot 2")
BAD("linalg_inv", "i64[2,2]", RT_ERR_DTYPE, "int64")
BAD("linalg_det", "f32[2,3]", RT_ERR_SHAPE, "[2, 3]")
BAD("linalg_det", "bf16[2,2]", RT_ERR_DTYPE, "bfloat16")
BAD("linalg_slogdet", "f32[2]", RT_ERR_SHAPE, "[2]")
BAD("linalg_matrix_power", "f32[2,3] 2", RT_ERR_SHAPE, "[2, 3]")
BAD("linalg_matrix_power", "f32[2,2]=1,2,2,4 -1", RT_ERR_VALUE, "singular")
BAD("linalg_matrix_power", "i64[2,2] -1", RT_ERR_DTYPE, "int64")
