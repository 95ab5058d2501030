/* Complex numbers: their parts and makers. See all.h. */

FROZEN("complex")

ROW("real", EXACT, NO_FORMS | COMPLEX, "c64[2,3]", DIFFERENTIABLE, -4, 4, UNARY)
ROW("imag", EXACT, NO_FORMS | COMPLEX_ONLY, "c64[2,3]", DIFFERENTIABLE, -4, 4, UNARY)
ROW("conj_physical", EXACT, COMPLEX, "c64[2,3]", DIFFERENTIABLE, -4, 4, UNARY)
ROW("view_as_real", EXACT, NO_FORMS | COMPLEX_ONLY, "c64[2,3]", DIFFERENTIABLE, -4, 4, UNARY)
ROW("view_as_complex", EXACT, NO_FORMS | NO_SCALAR | ONE_LAYOUT, "f32[3,2]", DIFFERENTIABLE, -4, 4, "x[3,2]|x[2]|x[2,3,2]|x[0,2]")
ROW("complex", EXACT, 0, "f32[2,3] f32[3]", DIFFERENTIABLE, -4, 4, "x[3,4] x[3,4]|x[3,1] x[4]|x[] x[]|x[0,3] x[3]|x[3] f64[3]")
ROW("polar", CLOSE, 0, "f32[2,3] f32[3]", DIFFERENTIABLE, 0.5, 3, "x[3,4] x[3,4]|x[3,1] x[4]|x[] x[]|x[0,3] x[3]|x[3] f64[3]")

TYPED1("real", PLAIN, real, T, "")
TYPED1("imag", PLAIN, imag, T, "")
TYPED1("conj_physical", PLAIN, conj, T, "")
TYPED1("view_as_real", PLAIN, view_as_real, T, "")
TYPED1("view_as_complex", PLAIN, view_as_complex, T, "")
TYPED2("complex", PLAIN, complex, T, T, "")
TYPED2("polar", PLAIN, polar, T, T, "")

BAD("imag", "f32[2]", RT_ERR_DTYPE, "float32")
BAD("view_as_real", "f32[2]", RT_ERR_DTYPE, "float32")
BAD("view_as_complex", "f32[3]", RT_ERR_SHAPE, "[3]")
BAD("view_as_complex", "i64[2]", RT_ERR_DTYPE, "int64")
BAD("complex", "f32[2] f64[2]", RT_ERR_DTYPE, "float32|float64")
BAD("complex", "f32[2] f32[3]", RT_ERR_SHAPE, "[2]|[3]")
BAD("polar", "i64[2] i64[2]", RT_ERR_DTYPE, "int64")
