/* Special functions. See all.h. */

FROZEN("special")

ROW("erfc", CLOSE, 0, "f32[2,3]", DIFFERENTIABLE, -3, 3, UNARY)
ROW("erfinv", CLOSE, 0, "f32[2,3]=0.5,-0.3", DIFFERENTIABLE, -0.8, 0.8, UNARY)
ROW("logit", CLOSE, 0, "f32[2,3]=0.5,0.3 0.1", DIFFERENTIABLE, 0.2, 0.8, "x[3,4]|x[37] 0.1|x[] 0.3|x[0,3] none")
ROW("lgamma", CLOSE, 0, "f32[2,3]", DIFFERENTIABLE, 0.3, 5, UNARY)
ROW("digamma", CLOSE, 0, "f32[2,3]", DIFFERENTIABLE, 0.5, 5, UNARY)
ROW("polygamma", CLOSE, NO_FORMS, "1 f32[2,3]=1,2,3", DIFFERENTIABLE, 0.7, 5, "1 x[3,4]|2 x[37]|0 x[]|1 x[0,3]")

TYPED1("erfc", PLAIN, erfc, T, "")
TYPED1("erfinv", PLAIN, erfinv, T, "")
TYPED1("lgamma", PLAIN, lgamma, T, "")
TYPED1("digamma", PLAIN, digamma, T, "")
TYPED1("erfc", IN_PLACE, erfc_, T, "")
TYPED1("erfinv", IN_PLACE, erfinv_, T, "")
TYPED1("lgamma", IN_PLACE, lgamma_, T, "")
TYPED1("digamma", IN_PLACE, digamma_, T, "")
TYPED2("logit", PLAIN, logit, T, R, "")
TYPED2("logit", IN_PLACE, logit_, T, R, "")
TYPED2("polygamma", PLAIN, polygamma, I, T, "")

BAD("erfc", "c64[2]", RT_ERR_DTYPE, "complex64")
BAD("erfinv", "c64[2]", RT_ERR_DTYPE, "complex64")
BAD("logit", "c64[2]", RT_ERR_DTYPE, "complex64")
BAD("lgamma", "f8e5m2[2]", RT_ERR_DTYPE, "float8_e5m2")
BAD("digamma", "c64[2]", RT_ERR_DTYPE, "complex64")
BAD("polygamma", "-1 f32[2]", RT_ERR_VALUE, "-1")
