/* Copies and casts. See all.h. */

FROZEN("copy")

ROW("to.dtype", EXACT, KEEPS_DTYPE | CASTS, "f32[2,3] :float64", DIFFERENTIABLE, -10, 10, "x[3,4] :float64|x[] :float64|x[0,3] :float64")
ROW("clone", EXACT, 0, "f32[2,3]", DIFFERENTIABLE, -10, 10, UNARY)
ROW("copy", EXACT, CASTS, "f32[2,3] f32[3]", DIFFERENTIABLE, -10, 10,
    "x[3,4] x[3,4]|x[3,4] x[4]|f64[3,4] x[3,1]|x[3] f64[3]|x[] x[]|x[2,3] x[]|x[0,3] x[0,3]")
ROW("fill.Scalar", EXACT, CASTS, "f32[2,3] 2.5", DIFFERENTIABLE, -10, 10, "x[3,4] 2.5|x[] 1|x[0,3] 1.0")

STRANGER("to.dtype", "always a copy: rt_to answers a tensor of that dtype itself")

TYPED2("to.dtype", PLAIN, to, T, D, "")
TYPED1("clone", PLAIN, clone, T, "f32[3,4;1,3]")
TYPED2("copy", IN_PLACE, copy_, T, T, "")
TYPED2("fill.Scalar", IN_PLACE, fill_, T, S, "")
TYPED1("fill.Scalar", IN_PLACE | FIXED, zero_, T, "f32[2,3] 0")

BAD("copy", "f32[3] f32[4]", RT_ERR_SHAPE, "[3]|[4]")
BAD("copy", "f32[3] f32[2,3]", RT_ERR_SHAPE, "[3]|[2, 3]")
BAD("clone", "f64[2305843009213693951;0]", RT_ERR_MEMORY, "")
BAD("to.dtype", "u8[4611686018427387903;0] :float64", RT_ERR_MEMORY, "")
