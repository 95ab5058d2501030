/* ---- elementwise with two operands; shapes broadcast, types promote as PyTorch's ---------------------------------------------------------
 * f_scalar takes a number for b, f_scalar_self one for a; f_ works in place: a = f(a, b), answers a; f_out writes into out, of the result's
 * shape, answers out. any*, real*: with a star, integers and bool become float32. */

/* How a quotient is rounded. */
typedef enum rt_rounding_mode { RT_ROUNDING_NONE, RT_ROUNDING_TRUNC, RT_ROUNDING_FLOOR } rt_rounding_mode;

RTI_BEGIN_C
RT_API rt_tensor *rt_add(rt_tensor *a, rt_tensor *b);                                    /* y = a + b;  any;  grad a, b;  torch.add */
RT_API rt_tensor *rt_add_scalar(rt_tensor *a, rt_scalar b);                              /* y = a + b;  any;  grad a;  torch.add */
RT_API rt_tensor *rt_sub(rt_tensor *a, rt_tensor *b);                                    /* y = a - b;  any but bool;  grad a, b;  torch.sub */
RT_API rt_tensor *rt_sub_scalar(rt_tensor *a, rt_scalar b);                              /* y = a - b;  any but bool;  grad a;  torch.sub */
RT_API rt_tensor *rt_rsub(rt_tensor *a, rt_tensor *b);                                   /* y = b - a;  any but bool;  grad a, b;  torch.rsub */
RT_API rt_tensor *rt_rsub_scalar(rt_tensor *a, rt_scalar b);                             /* y = b - a;  any but bool;  grad a;  torch.rsub */
RT_API rt_tensor *rt_mul(rt_tensor *a, rt_tensor *b);                                    /* y = a b;  any;  grad a, b;  torch.mul */
RT_API rt_tensor *rt_mul_scalar(rt_tensor *a, rt_scalar b);                              /* y = a b;  any;  grad a;  torch.mul */
RT_API rt_tensor *rt_div(rt_tensor *a, rt_tensor *b);                                    /* y = a / b;  any*;  grad a, b;  torch.div */
RT_API rt_tensor *rt_div_scalar(rt_tensor *a, rt_scalar b);                              /* y = a / b;  any*;  grad a;  torch.div */
RT_API rt_tensor *rt_add_scaled(rt_tensor *a, rt_tensor *b, rt_scalar alpha);            /* y = a + alpha b;  any;  grad a, b;  torch.add with alpha */
RT_API rt_tensor *rt_sub_scaled(rt_tensor *a, rt_tensor *b, rt_scalar alpha);            /* y = a - alpha b;  any but bool;  grad a, b;  torch.sub with alpha */
RT_API rt_tensor *rt_add_(rt_tensor *a, rt_tensor *b);                                   /* rt_add in place;  torch.Tensor.add_ */
RT_API rt_tensor *rt_add_scalar_(rt_tensor *a, rt_scalar b);                             /* rt_add_scalar in place;  torch.Tensor.add_ */
RT_API rt_tensor *rt_sub_(rt_tensor *a, rt_tensor *b);                                   /* rt_sub in place;  torch.Tensor.sub_ */
RT_API rt_tensor *rt_sub_scalar_(rt_tensor *a, rt_scalar b);                             /* rt_sub_scalar in place;  torch.Tensor.sub_ */
RT_API rt_tensor *rt_mul_(rt_tensor *a, rt_tensor *b);                                   /* rt_mul in place;  torch.Tensor.mul_ */
RT_API rt_tensor *rt_mul_scalar_(rt_tensor *a, rt_scalar b);                             /* rt_mul_scalar in place;  torch.Tensor.mul_ */
RT_API rt_tensor *rt_div_(rt_tensor *a, rt_tensor *b);                                   /* rt_div in place;  torch.Tensor.div_ */
RT_API rt_tensor *rt_div_scalar_(rt_tensor *a, rt_scalar b);                             /* rt_div_scalar in place;  torch.Tensor.div_ */
RT_API rt_tensor *rt_add_scaled_(rt_tensor *a, rt_tensor *b, rt_scalar alpha);           /* rt_add_scaled in place;  torch.Tensor.add_ with alpha */
RT_API rt_tensor *rt_sub_scaled_(rt_tensor *a, rt_tensor *b, rt_scalar alpha);           /* rt_sub_scaled in place;  torch.Tensor.sub_ with alpha */
RT_API rt_tensor *rt_add_out(rt_tensor *out, rt_tensor *a, rt_tensor *b);                /* out = a + b;  not differentiable;  torch.add(out=) */
RT_API rt_tensor *rt_sub_out(rt_tensor *out, rt_tensor *a, rt_tensor *b);                /* out = a - b;  not differentiable;  torch.sub(out=) */
RT_API rt_tensor *rt_mul_out(rt_tensor *out, rt_tensor *a, rt_tensor *b);                /* out = a b;  not differentiable;  torch.mul(out=) */

/* ---- whole quotients, remainders: of integers RT_ERR_VALUE where b is 0, and the least one over -1 wraps; real but bool ---- */

RT_API rt_tensor *rt_floor_divide(rt_tensor *a, rt_tensor *b);                           /* y = floor(a / b);  no gradient;  torch.floor_divide */
RT_API rt_tensor *rt_floor_divide_scalar(rt_tensor *a, rt_scalar b);                     /* y = floor(a / b);  no gradient;  torch.floor_divide */
RT_API rt_tensor *rt_remainder(rt_tensor *a, rt_tensor *b);                              /* y = a - b floor(a / b), of b's sign;  grad a: 1, b: -floor(a / b);  torch.remainder */
RT_API rt_tensor *rt_remainder_scalar(rt_tensor *a, rt_scalar b);                        /* y = a - b floor(a / b);  grad a;  torch.remainder */
RT_API rt_tensor *rt_remainder_scalar_self(rt_scalar a, rt_tensor *b);                   /* y = a - b floor(a / b);  grad b;  torch.remainder */
RT_API rt_tensor *rt_fmod(rt_tensor *a, rt_tensor *b);                                   /* y = a - b trunc(a / b), of a's sign;  grad a: 1, b: -trunc(a / b);  torch.fmod */
RT_API rt_tensor *rt_fmod_scalar(rt_tensor *a, rt_scalar b);                             /* y = a - b trunc(a / b);  grad a;  torch.fmod */
RT_API rt_tensor *rt_div_mode(rt_tensor *a, rt_tensor *b, rt_rounding_mode mode);        /* y = a / b rounded;  RT_ROUNDING_NONE: rt_div;  grad 0;  torch.div with rounding_mode */
RT_API rt_tensor *rt_div_mode_scalar(rt_tensor *a, rt_scalar b, rt_rounding_mode mode);  /* y = a / b rounded;  RT_ROUNDING_NONE: rt_div_scalar;  grad 0;  torch.div with rounding_mode */
RT_API rt_tensor *rt_floor_divide_(rt_tensor *a, rt_tensor *b);                          /* rt_floor_divide in place;  torch.Tensor.floor_divide_ */
RT_API rt_tensor *rt_floor_divide_scalar_(rt_tensor *a, rt_scalar b);                    /* rt_floor_divide_scalar in place;  torch.Tensor.floor_divide_ */
RT_API rt_tensor *rt_remainder_(rt_tensor *a, rt_tensor *b);                             /* rt_remainder in place;  torch.Tensor.remainder_ */
RT_API rt_tensor *rt_remainder_scalar_(rt_tensor *a, rt_scalar b);                       /* rt_remainder_scalar in place;  torch.Tensor.remainder_ */
RT_API rt_tensor *rt_fmod_(rt_tensor *a, rt_tensor *b);                                  /* rt_fmod in place;  torch.Tensor.fmod_ */
RT_API rt_tensor *rt_fmod_scalar_(rt_tensor *a, rt_scalar b);                            /* rt_fmod_scalar in place;  torch.Tensor.fmod_ */
RT_API rt_tensor *rt_div_mode_(rt_tensor *a, rt_tensor *b, rt_rounding_mode mode);       /* rt_div_mode in place;  torch.Tensor.div_ with rounding_mode */
RT_API rt_tensor *rt_div_mode_scalar_(rt_tensor *a, rt_scalar b, rt_rounding_mode mode); /* rt_div_mode_scalar in place;  torch.Tensor.div_ with rounding_mode */

/* ---- powers: an integer to a number below 0 is RT_ERR_VALUE, among tensors 0 (1 and -1 keep their powers) ---- */

RT_API rt_tensor *rt_pow(rt_tensor *a, rt_tensor *b);                                    /* y = a^b;  any but bool;  grad a: b a^(b-1), b: y ln a;  torch.pow */
RT_API rt_tensor *rt_pow_scalar(rt_tensor *a, rt_scalar b);                              /* y = a^b;  any but bool;  grad a: b a^(b-1);  torch.pow */
RT_API rt_tensor *rt_pow_scalar_self(rt_scalar a, rt_tensor *b);                         /* y = a^b;  any but bool;  grad b: y ln a;  torch.pow */
RT_API rt_tensor *rt_pow_(rt_tensor *a, rt_tensor *b);                                   /* rt_pow in place;  torch.Tensor.pow_ */
RT_API rt_tensor *rt_pow_scalar_(rt_tensor *a, rt_scalar b);                             /* rt_pow_scalar in place;  torch.Tensor.pow_ */

/* ---- comparisons and logic: the result is bool and has no gradient ---- */

RT_API rt_tensor *rt_eq(rt_tensor *a, rt_tensor *b);                                     /* y = a == b;  any;  torch.eq */
RT_API rt_tensor *rt_eq_scalar(rt_tensor *a, rt_scalar b);                               /* y = a == b;  any;  torch.eq */
RT_API rt_tensor *rt_ne(rt_tensor *a, rt_tensor *b);                                     /* y = a != b;  any;  torch.ne */
RT_API rt_tensor *rt_ne_scalar(rt_tensor *a, rt_scalar b);                               /* y = a != b;  any;  torch.ne */
RT_API rt_tensor *rt_lt(rt_tensor *a, rt_tensor *b);                                     /* y = a < b;  real;  torch.lt */
RT_API rt_tensor *rt_lt_scalar(rt_tensor *a, rt_scalar b);                               /* y = a < b;  real;  torch.lt */
RT_API rt_tensor *rt_le(rt_tensor *a, rt_tensor *b);                                     /* y = a <= b;  real;  torch.le */
RT_API rt_tensor *rt_le_scalar(rt_tensor *a, rt_scalar b);                               /* y = a <= b;  real;  torch.le */
RT_API rt_tensor *rt_gt(rt_tensor *a, rt_tensor *b);                                     /* y = a > b;  real;  torch.gt */
RT_API rt_tensor *rt_gt_scalar(rt_tensor *a, rt_scalar b);                               /* y = a > b;  real;  torch.gt */
RT_API rt_tensor *rt_ge(rt_tensor *a, rt_tensor *b);                                     /* y = a >= b;  real;  torch.ge */
RT_API rt_tensor *rt_ge_scalar(rt_tensor *a, rt_scalar b);                               /* y = a >= b;  real;  torch.ge */
RT_API rt_tensor *rt_logical_and(rt_tensor *a, rt_tensor *b);                            /* y = a and b are not 0;  any;  torch.logical_and */
RT_API rt_tensor *rt_logical_or(rt_tensor *a, rt_tensor *b);                             /* y = a or b is not 0;  any;  torch.logical_or */
RT_API rt_tensor *rt_logical_xor(rt_tensor *a, rt_tensor *b);                            /* y = one of a and b is 0, the other is not;  any;  torch.logical_xor */
RT_API rt_tensor *rt_eq_(rt_tensor *a, rt_tensor *b);                                    /* rt_eq in place;  torch.Tensor.eq_ */
RT_API rt_tensor *rt_eq_scalar_(rt_tensor *a, rt_scalar b);                              /* rt_eq_scalar in place;  torch.Tensor.eq_ */
RT_API rt_tensor *rt_ne_(rt_tensor *a, rt_tensor *b);                                    /* rt_ne in place;  torch.Tensor.ne_ */
RT_API rt_tensor *rt_ne_scalar_(rt_tensor *a, rt_scalar b);                              /* rt_ne_scalar in place;  torch.Tensor.ne_ */
RT_API rt_tensor *rt_lt_(rt_tensor *a, rt_tensor *b);                                    /* rt_lt in place;  torch.Tensor.lt_ */
RT_API rt_tensor *rt_lt_scalar_(rt_tensor *a, rt_scalar b);                              /* rt_lt_scalar in place;  torch.Tensor.lt_ */
RT_API rt_tensor *rt_le_(rt_tensor *a, rt_tensor *b);                                    /* rt_le in place;  torch.Tensor.le_ */
RT_API rt_tensor *rt_le_scalar_(rt_tensor *a, rt_scalar b);                              /* rt_le_scalar in place;  torch.Tensor.le_ */
RT_API rt_tensor *rt_gt_(rt_tensor *a, rt_tensor *b);                                    /* rt_gt in place;  torch.Tensor.gt_ */
RT_API rt_tensor *rt_gt_scalar_(rt_tensor *a, rt_scalar b);                              /* rt_gt_scalar in place;  torch.Tensor.gt_ */
RT_API rt_tensor *rt_ge_(rt_tensor *a, rt_tensor *b);                                    /* rt_ge in place;  torch.Tensor.ge_ */
RT_API rt_tensor *rt_ge_scalar_(rt_tensor *a, rt_scalar b);                              /* rt_ge_scalar in place;  torch.Tensor.ge_ */
RT_API rt_tensor *rt_logical_and_(rt_tensor *a, rt_tensor *b);                           /* rt_logical_and in place;  torch.Tensor.logical_and_ */
RT_API rt_tensor *rt_logical_or_(rt_tensor *a, rt_tensor *b);                            /* rt_logical_or in place;  torch.Tensor.logical_or_ */
RT_API rt_tensor *rt_logical_xor_(rt_tensor *a, rt_tensor *b);                           /* rt_logical_xor in place;  torch.Tensor.logical_xor_ */

/* y = |a - b| <= atol + rtol |b| and finite, or a == b, or both NaN if equal_nan.   any, one type;  RT_ERR_DTYPE, RT_ERR_VALUE for tolerances below 0;
 * torch.isclose; its defaults are rtol 1e-5, atol 1e-8, equal_nan false */
RT_API rt_tensor *rt_isclose(rt_tensor *a, rt_tensor *b, double rtol, double atol, bool equal_nan);
RT_API bool rt_allclose(rt_tensor *a, rt_tensor *b, double rtol, double atol, bool equal_nan);   /* whether rt_isclose holds everywhere; false and an error if it fails;  torch.allclose */
RT_API bool rt_equal(rt_tensor *a, rt_tensor *b);                                                /* whether shapes and all elements are equal; false and an error if it fails;  torch.equal */

/* ---- others ---- */

RT_API rt_tensor *rt_maximum(rt_tensor *a, rt_tensor *b);                                /* y = the larger, NaN if one is;  real;  grad to the larger, halves if equal;  torch.maximum */
RT_API rt_tensor *rt_minimum(rt_tensor *a, rt_tensor *b);                                /* y = the smaller, NaN if one is;  real;  grad to the smaller, halves if equal;  torch.minimum */
RT_API rt_tensor *rt_fmax(rt_tensor *a, rt_tensor *b);                                   /* y = the larger, or the one that is not NaN;  real;  grad a, b;  torch.fmax */
RT_API rt_tensor *rt_fmin(rt_tensor *a, rt_tensor *b);                                   /* y = the smaller, or the one that is not NaN;  real;  grad a, b;  torch.fmin */
RT_API rt_tensor *rt_atan2(rt_tensor *a, rt_tensor *b);                                  /* y = the angle of (b, a);  real*;  grad a: b/(a^2 + b^2), b: -a/(a^2 + b^2);  torch.atan2 */
RT_API rt_tensor *rt_hypot(rt_tensor *a, rt_tensor *b);                                  /* y = sqrt(a^2 + b^2);  float;  grad a/y, b/y;  torch.hypot */
RT_API rt_tensor *rt_copysign(rt_tensor *a, rt_tensor *b);                               /* y = |a| with b's sign;  real*;  grad a;  torch.copysign */
RT_API rt_tensor *rt_copysign_scalar(rt_tensor *a, rt_scalar b);                         /* y = |a| with b's sign;  real*;  grad a;  torch.copysign */
RT_API rt_tensor *rt_nextafter(rt_tensor *a, rt_tensor *b);                              /* y = the next number of the type from a towards b;  float;  grad a where a != b;  torch.nextafter */
RT_API rt_tensor *rt_logaddexp(rt_tensor *a, rt_tensor *b);                              /* y = ln(e^a + e^b);  float, complex;  grad a, b;  torch.logaddexp */
RT_API rt_tensor *rt_logaddexp2(rt_tensor *a, rt_tensor *b);                             /* y = log2(2^a + 2^b);  float;  grad a, b;  torch.logaddexp2 */
RT_API rt_tensor *rt_xlogy(rt_tensor *a, rt_tensor *b);                                  /* y = a ln b, 0 for a = 0, NaN for b NaN;  real*;  grad a: ln b, b: a/b;  torch.xlogy */
RT_API rt_tensor *rt_xlogy_scalar(rt_tensor *a, rt_scalar b);                            /* y = a ln b;  real*;  grad a: ln b;  torch.xlogy */
RT_API rt_tensor *rt_xlogy_scalar_self(rt_scalar a, rt_tensor *b);                       /* y = a ln b;  real*;  grad b: a/b;  torch.xlogy */
RT_API rt_tensor *rt_ldexp(rt_tensor *a, rt_tensor *b);                                  /* y = a 2^b;  any*;  grad a, b;  torch.ldexp */
RT_API rt_tensor *rt_heaviside(rt_tensor *x, rt_tensor *values);                         /* y = 0 below 0, 1 above, values at 0;  real, one type;  no gradient;  torch.heaviside */
RT_API rt_tensor *rt_maximum_(rt_tensor *a, rt_tensor *b);                               /* rt_maximum in place;  torch.Tensor.maximum_ */
RT_API rt_tensor *rt_minimum_(rt_tensor *a, rt_tensor *b);                               /* rt_minimum in place;  torch.Tensor.minimum_ */
RT_API rt_tensor *rt_fmax_(rt_tensor *a, rt_tensor *b);                                  /* rt_fmax in place;  torch.Tensor.fmax_ */
RT_API rt_tensor *rt_fmin_(rt_tensor *a, rt_tensor *b);                                  /* rt_fmin in place;  torch.Tensor.fmin_ */
RT_API rt_tensor *rt_atan2_(rt_tensor *a, rt_tensor *b);                                 /* rt_atan2 in place;  torch.Tensor.atan2_ */
RT_API rt_tensor *rt_hypot_(rt_tensor *a, rt_tensor *b);                                 /* rt_hypot in place;  torch.Tensor.hypot_ */
RT_API rt_tensor *rt_copysign_(rt_tensor *a, rt_tensor *b);                              /* rt_copysign in place;  torch.Tensor.copysign_ */
RT_API rt_tensor *rt_copysign_scalar_(rt_tensor *a, rt_scalar b);                        /* rt_copysign_scalar in place;  torch.Tensor.copysign_ */
RT_API rt_tensor *rt_nextafter_(rt_tensor *a, rt_tensor *b);                             /* rt_nextafter in place;  torch.Tensor.nextafter_ */
RT_API rt_tensor *rt_logaddexp_(rt_tensor *a, rt_tensor *b);                             /* rt_logaddexp in place;  torch.Tensor.logaddexp_ */
RT_API rt_tensor *rt_logaddexp2_(rt_tensor *a, rt_tensor *b);                            /* rt_logaddexp2 in place;  torch.Tensor.logaddexp2_ */
RT_API rt_tensor *rt_xlogy_(rt_tensor *a, rt_tensor *b);                                 /* rt_xlogy in place;  torch.Tensor.xlogy_ */
RT_API rt_tensor *rt_xlogy_scalar_(rt_tensor *a, rt_scalar b);                           /* rt_xlogy_scalar in place;  torch.Tensor.xlogy_ */
RT_API rt_tensor *rt_ldexp_(rt_tensor *a, rt_tensor *b);                                 /* rt_ldexp in place;  torch.Tensor.ldexp_ */
RT_API rt_tensor *rt_heaviside_(rt_tensor *x, rt_tensor *values);                        /* rt_heaviside in place;  torch.Tensor.heaviside_ */
RTI_END_C
