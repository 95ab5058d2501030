/* Products. See all.h. */

FROZEN("matmul")

ROW("mm", CLOSE, COMPLEX | NO_SCALAR, "f32[2,3] f32[3,4]", DIFFERENTIABLE, -2, 2,
    "x[3,4] x[4,2]|x[1,4] x[4,1]|x[3,1] x[1,2]|x[3,4] f64[4,2]|f64[3,4] x[4,2]|x[0,4] x[4,2]" "|x[3,0] x[0,2]|x[3,4] x[4,0]")
ROW("bmm", CLOSE, COMPLEX | NO_SCALAR, "f32[2,2,3] f32[2,3,4]", DIFFERENTIABLE, -2, 2,
    "x[2,3,4] x[2,4,2]|x[1,3,1] x[1,1,2]|f64[2,2,2] x[2,2,2]|x[0,3,4] x[0,4,2]|x[2,3,0] x[2,0,2]")
ROW("matmul", CLOSE, COMPLEX | NO_SCALAR | NO_FORMS, "f32[2,3] f32[3]", DIFFERENTIABLE, -2, 2,
    "x[3,4] x[4,2]|x[4] x[4]|x[3,4] x[4]|x[4] x[4,2]|x[2,3,4] x[4]|x[4] x[2,4,3]|x[2,3,4] x[4,2]|x[3,4] x[2,4,2]" "|x[2,3,4] x[2,4,2]"
    "|x[2,1,2,3] x[2,3,2]|x[0,4] x[4,2]|x[2,0,3] x[3,2]|x[2,2,0] x[0,3]")
ROW("linear", CLOSE, COMPLEX | NO_SCALAR, "f32[2,3] f32[4,3] f32[4]", DIFFERENTIABLE, -2, 2,
    "x[3,4] x[2,4] x[2]|x[3,4] x[2,4]|x[2,3,4] x[5,4] x[5]|x[4] x[2,4] x[2]|f64[3,4] x[2,4] x[2]" "|x[3,4] f64[2,4] none"
    "|f64[3,4] f64[2,4] x[2]|x[0,4] x[2,4] x[2]|x[3,0] x[2,0] x[2]")

ROW("mv", CLOSE, COMPLEX | NO_SCALAR, "f32[2,3] f32[3]", DIFFERENTIABLE, -2, 2, "x[3,4] x[4]|x[3,4] f64[4]|f64[3,4] x[4]|x[0,4] x[4]|x[3,0] x[0]")
ROW("dot", CLOSE, COMPLEX | NO_SCALAR, "f32[3] f32[3]", DIFFERENTIABLE, -2, 2, "x[4] x[4]|x[4] f64[4]|f64[4] x[4]|x[0] x[0]")
ROW("vdot", CLOSE, COMPLEX | NO_SCALAR | NO_FORMS, "f32[3] f32[3]", DIFFERENTIABLE, -2, 2, "x[4] x[4]|x[4] f64[4]|f64[4] x[4]|x[0] x[0]")
ROW("inner", CLOSE, COMPLEX | NO_FORMS, "f32[2,3] f32[3]", DIFFERENTIABLE, -2, 2, "x[4] x[4]|x[2,3] x[4,3]|x[] x[2]|x[2,0] x[0]|x[2,3] f64[3]")
ROW("outer", CLOSE, COMPLEX | NO_SCALAR | NO_FORMS, "f32[2] f32[3]", DIFFERENTIABLE, -2, 2, "x[3] x[4]|x[3] f64[2]|f64[2] x[3]|x[0] x[2]")
ROW("ger", CLOSE, COMPLEX | NO_SCALAR | NO_FORMS, "f32[2] f32[3]", DIFFERENTIABLE, -2, 2, "x[3] x[4]|x[0] x[2]")
ROW("addmm", CLOSE, COMPLEX, "f32[2,4] f32[2,3] f32[3,4]", DIFFERENTIABLE, -2, 2,
    "x[2,3] x[2,4] x[4,3]|x[3] x[2,4] x[4,3] 0.5 -2.0|x[] x[2,2] f64[2,3] 1 2|f64[2,1] x[2,2] x[2,3] 0 1|x[2,3] x[2,0] x[0,3] 2 3|x[2,0] x[2,2] x[2,0]")
ROW("addmv", CLOSE, COMPLEX, "f32[2] f32[2,3] f32[3]", DIFFERENTIABLE, -2, 2, "x[2] x[2,4] x[4]|x[] x[2,4] x[4] 0.5 -2.0|x[1] x[2,2] f64[2] 1 2|x[2] x[2,0] x[0]")
ROW("addr", CLOSE, COMPLEX | NO_FORMS, "f32[2,3] f32[2] f32[3]", DIFFERENTIABLE, -2, 2, "x[2,4] x[2] x[4]|x[] x[2] x[4] 0.5 -2.0|x[2,1] x[2] f64[2] 1 2|x[0,4] x[0] x[4]")
ROW("baddbmm", CLOSE, COMPLEX, "f32[2,2,4] f32[2,2,3] f32[2,3,4]", DIFFERENTIABLE, -2, 2,
    "x[2,2,3] x[2,2,4] x[2,4,3]|x[3] x[2,2,4] x[2,4,3] 0.5 -2.0|x[] x[1,2,2] f64[1,2,3] 1 2|x[0,2,3] x[0,2,2] x[0,2,3]")
ROW("addbmm", CLOSE, COMPLEX, "f32[2,4] f32[2,2,3] f32[2,3,4]", DIFFERENTIABLE, -2, 2,
    "x[2,3] x[2,2,4] x[2,4,3]|x[3] x[2,2,4] x[2,4,3] 0.5 -2.0|x[] x[1,2,2] f64[1,2,3] 1 2|x[2,3] x[0,2,2] x[0,2,3]")
ROW("tensordot", CLOSE, COMPLEX | NO_FORMS, "f32[2,3] f32[3,4] (1) (0)", DIFFERENTIABLE, -2, 2,
    "x[2,3,4] x[4,3,2] (1,2) (1,0)|x[2,3] x[2] () ()|x[] x[2] () ()|x[2,1] x[3,2] (0,1) (1,0)|x[2,0] x[0,3] (1) (0)")
ROW("kron", CLOSE, COMPLEX | NO_FORMS, "f32[2,2] f32[1,3]", DIFFERENTIABLE, -2, 2, "x[2,2] x[1,3]|x[2] x[2,2]|x[] x[2]|x[0,2] x[2]")
ROW("linalg_multi_dot", CLOSE, COMPLEX | NO_SCALAR | NO_FORMS, "{f32[2,3] f32[3,4] f32[4,2]}", DIFFERENTIABLE, -2, 2,
    "{x[2,3] x[3,4] x[4,2]}|{x[3] x[3,2]}|{x[3,1] x[1,4] x[4,2] x[2]}|{x[2,0] x[0,3] x[3,1]}")
ROW("chain_matmul", CLOSE, COMPLEX | NO_SCALAR | NO_FORMS, "{f32[2,3] f32[3,4] f32[4,2]}", DIFFERENTIABLE, -2, 2, "{x[2,3] x[3,4] x[4,2]}|{x[3,2]}|{x[2,0] x[0,3] x[3,1]}")

TYPED2("mm", PLAIN, mm, T, T, "")
TYPED2("bmm", PLAIN, bmm, T, T, "")
TYPED2("matmul", PLAIN, matmul, T, T, "f32[2,3,4] f32[4,2]")
TYPED3("linear", PLAIN, linear, T, T, O, "|f32[2,3] f32[4,3] none")

TYPED2("mv", PLAIN, mv, T, T, "")
TYPED2("dot", PLAIN, dot, T, T, "")
TYPED2("vdot", PLAIN, vdot, T, T, "|c64[3] c64[3]")
TYPED2("inner", PLAIN, inner, T, T, "")
TYPED2("outer", PLAIN, outer, T, T, "")
TYPED2("ger", PLAIN, ger, T, T, "")
TYPED5("addmm", PLAIN, addmm, T, T, T, S, S, "f32[4] f32[2,3] f32[3,4] 0.5 2")
TYPED5("addmv", PLAIN, addmv, T, T, T, S, S, "f32[2] f32[2,3] f32[3] 0.5 2")
TYPED5("addr", PLAIN, addr, T, T, T, S, S, "f32[2,3] f32[2] f32[3] 0.5 2")
TYPED5("baddbmm", PLAIN, baddbmm, T, T, T, S, S, "f32[4] f32[2,2,3] f32[2,3,4] 0.5 2")
TYPED5("addbmm", PLAIN, addbmm, T, T, T, S, S, "f32[4] f32[2,2,3] f32[2,3,4] 0.5 2")
TYPED5("addmm", IN_PLACE, addmm_, T, T, T, S, S, "f32[2,4] f32[2,3] f32[3,4] 0.5 2")
TYPED5("addmv", IN_PLACE, addmv_, T, T, T, S, S, "f32[2] f32[2,3] f32[3] 0.5 2")
TYPED5("baddbmm", IN_PLACE, baddbmm_, T, T, T, S, S, "f32[2,2,4] f32[2,2,3] f32[2,3,4] 0.5 2")
TYPED5("addbmm", IN_PLACE, addbmm_, T, T, T, S, S, "f32[2,4] f32[2,2,3] f32[2,3,4] 0.5 2")
TYPED4("tensordot", PLAIN, tensordot, T, T, L, L, "")
TYPED2("kron", PLAIN, kron, T, T, "")
TYPED_BY("linalg_multi_dot", PLAIN, call_multi_dot, "A", "")
TYPED_BY("chain_matmul", PLAIN, call_chain_matmul, "A", "|{f32[2,3]}")

#ifdef TABLES_FOR_SCHEMA
static rt_tensor *call_multi_dot(const rt_value *v) { return rt_linalg_multi_dot(v[0].as.tensors, (int)v[0].count); }
static rt_tensor *call_chain_matmul(const rt_value *v) { return rt_chain_matmul(v[0].as.tensors, (int)v[0].count); }
#endif

BAD("mm", "f32[2,3] f32[2,3]", RT_ERR_SHAPE, "[2, 3]")
BAD("mm", "f32[3] f32[3,2]", RT_ERR_SHAPE, "[3]|[3, 2]")
BAD("mm", "f32[2,3] f64[3,2]", RT_ERR_DTYPE, "float32|float64")
BAD("bmm", "f32[2,3,4] f32[3,4,5]", RT_ERR_SHAPE, "[2, 3, 4]|[3, 4, 5]")
BAD("bmm", "f32[2,3,4] f32[2,3,4]", RT_ERR_SHAPE, "[2, 3, 4]")
BAD("bmm", "f32[3,4] f32[4,5]", RT_ERR_SHAPE, "[3, 4]|[4, 5]")
BAD("bmm", "f32[1,3,4] i64[1,4,3]", RT_ERR_DTYPE, "float32|int64")
BAD("matmul", "f32[] f32[3]", RT_ERR_SHAPE, "")
BAD("matmul", "f32[2,3] f32[2,3]", RT_ERR_SHAPE, "[2, 3]")
BAD("matmul", "f32[3] f32[4]", RT_ERR_SHAPE, "[3]|[4]")
BAD("matmul", "f32[2,2,3] f32[4]", RT_ERR_SHAPE, "[2, 2, 3]|[4]")
BAD("matmul", "f32[2,2,3] f32[3,3,2]", RT_ERR_SHAPE, "[2, 2, 3]|[3, 3, 2]")
BAD("matmul", "f32[2,3] f64[3,2]", RT_ERR_DTYPE, "float32|float64")
BAD("linear", "f32[2,3] f32[4,2]", RT_ERR_SHAPE, "[2, 3]|[4, 2]")
BAD("linear", "f32[] f32[4,2]", RT_ERR_SHAPE, "[]|[4, 2]")
BAD("linear", "f32[2,3] f32[4,3] f32[3]", RT_ERR_SHAPE, "[4]|[3]")
BAD("linear", "f32[2,3] f32[4,3] f32[1,4]", RT_ERR_SHAPE, "[4]|[1, 4]")
BAD("linear", "f32[2,3] f64[4,3]", RT_ERR_DTYPE, "float32|float64")
BAD("linear", "f32[2,3] f32[4,3] f64[4]", RT_ERR_DTYPE, "float32|float64")
BAD("mm", "f32[4294967296,1;0,1] f32[1,4294967296;1,0]", RT_ERR_MEMORY, "4294967296")
BAD("matmul", "f32[4294967296,1;0,1] f32[1,4294967296;1,0]", RT_ERR_MEMORY, "4294967296")
BAD("linear", "f32[4294967296,1;0,1] f32[4294967296,1;0,1]", RT_ERR_MEMORY, "4294967296")
BAD("mm", "bool[2,2] bool[2,2]", RT_ERR_DTYPE, "bool")
BAD("mv", "f32[2,3] f32[2]", RT_ERR_SHAPE, "[2, 3]|[2]")
BAD("mv", "f32[2,3] f64[3]", RT_ERR_DTYPE, "float32|float64")
BAD("dot", "f32[2] f32[3]", RT_ERR_SHAPE, "[2]|[3]")
BAD("dot", "f32[2,2] f32[2,2]", RT_ERR_SHAPE, "[2, 2]")
BAD("vdot", "f32[2] f64[2]", RT_ERR_DTYPE, "float32|float64")
BAD("inner", "f32[2,3] f32[2]", RT_ERR_SHAPE, "[2, 3]|[2]")
BAD("outer", "f32[2,3] f32[2]", RT_ERR_SHAPE, "[2, 3]|[2]")
BAD("addmm", "f32[3,2] f32[2,3] f32[3,4]", RT_ERR_SHAPE, "[3, 2]|[2, 4]")
BAD("addmm", "f32[2,2,4] f32[2,3] f32[3,4]", RT_ERR_SHAPE, "[2, 2, 4]|[2, 4]")
BAD("addmm", "f32[2,4] f32[2,3] f32[3,4] 2j 1", RT_ERR_DTYPE, "beta|float32")
BAD("addmm", "f64[2,4] f32[2,3] f32[3,4]", RT_ERR_DTYPE, "float32|float64")
BAD("addmv", "f32[2] f32[2,3] f32[3,1]", RT_ERR_SHAPE, "[2, 3]|[3, 1]")
BAD("addr", "f32[2,2] f32[2] f32[3]", RT_ERR_SHAPE, "[2, 2]|[2]|[3]")
BAD("addr", "i64[2,2] i64[2] i64[2] 1 0.5", RT_ERR_DTYPE, "alpha|int64")
BAD("baddbmm", "f32[2,2] f32[2,2,3] f32[1,3,4]", RT_ERR_SHAPE, "[2, 2, 3]|[1, 3, 4]")
BAD("addbmm", "f32[2,2,4] f32[2,2,3] f32[2,3,4]", RT_ERR_SHAPE, "[2, 2, 4]|[2, 4]")
BAD("tensordot", "f32[2,3] f32[2,3] (1) (0)", RT_ERR_SHAPE, "[2, 3]")
BAD("tensordot", "f32[2,3] f32[2,3] (1,1) (0,1)", RT_ERR_VALUE, "twice")
BAD("tensordot", "f32[2,3] f32[2,3] (1) (0,1)", RT_ERR_VALUE, "1|2")
BAD("tensordot", "f32[] f32[2,3] (0) (0)", RT_ERR_VALUE, "without dimensions")
BAD("kron", "f32[2305843009213693952;0] f32[4;0]", RT_ERR_MEMORY, "")
BAD("linalg_multi_dot", "{f32[2,3]}", RT_ERR_VALUE, "1")
BAD("linalg_multi_dot", "{f32[2,3] f32[2,3]}", RT_ERR_SHAPE, "[2, 3]")
BAD("linalg_multi_dot", "{f32[2,3] f32[3] f32[3]}", RT_ERR_SHAPE, "[3]")
BAD("chain_matmul", "{f32[3] f32[3,2]}", RT_ERR_SHAPE, "[3]")
