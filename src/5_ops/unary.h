/* ---- unary elementwise: y = f(x), [*] -> [*]. f_ works in place: x = f(x), answers x --------------------------------------------------
 * any*, real*: with a star, integers and bool become float32. */

/* Options of rt_nan_to_num. */
typedef struct rt_nan_to_num_opts {
    int exact RTI_ZERO;
    double nan RTI_ZERO;                /* in NaN's place; default 0 */
    double posinf RTI_ZERO;             /* in infinity's place; default NaN: the type's largest number; RT_ZERO for 0 */
    double neginf RTI_ZERO;             /* in minus infinity's place; default NaN: minus the largest */
} rt_nan_to_num_opts;

RTI_BEGIN_C
RT_API rt_tensor *rt_neg(rt_tensor *x);                                        /* y = -x;  any but bool;  grad -1;  torch.neg */
RT_API rt_tensor *rt_abs(rt_tensor *x);                                        /* y = |x|, real for complex x;  any but bool;  grad x/|x|, 0 at 0;  torch.abs */
RT_API rt_tensor *rt_sign(rt_tensor *x);                                       /* y = 1 above 0, -1 below, else 0;  all but complex;  grad 0;  torch.sign */
RT_API rt_tensor *rt_sgn(rt_tensor *x);                                        /* y = x/|x|, 0 at 0;  any, rt_sign for real x;  grad of complex x;  torch.sgn */
RT_API rt_tensor *rt_angle(rt_tensor *x);                                      /* y = the angle of x in radians, pi for reals below 0;  any*, y is real;  grad of complex x;  torch.angle */
RT_API rt_tensor *rt_floor(rt_tensor *x);                                      /* y = the largest whole number not above x;  real but bool;  grad 0;  torch.floor */
RT_API rt_tensor *rt_ceil(rt_tensor *x);                                       /* y = the smallest whole number not below x;  real but bool;  grad 0;  torch.ceil */
RT_API rt_tensor *rt_round(rt_tensor *x);                                      /* y = the nearest whole number, the even one of two;  real but bool;  grad 0;  torch.round */
RT_API rt_tensor *rt_trunc(rt_tensor *x);                                      /* y = x without its decimals;  real but bool;  grad 0;  torch.trunc */
RT_API rt_tensor *rt_frac(rt_tensor *x);                                       /* y = x - trunc x;  float;  grad 1;  torch.frac */
RT_API rt_tensor *rt_exp(rt_tensor *x);                                        /* y = e^x;  any*;  grad y;  torch.exp */
RT_API rt_tensor *rt_exp2(rt_tensor *x);                                       /* y = 2^x;  any*;  grad y ln 2;  torch.exp2 */
RT_API rt_tensor *rt_expm1(rt_tensor *x);                                      /* y = e^x - 1, exact for small x;  any*;  grad y + 1;  torch.expm1 */
RT_API rt_tensor *rt_log(rt_tensor *x);                                        /* y = ln x, -inf at 0, NaN for reals below;  any*;  grad 1/x;  torch.log */
RT_API rt_tensor *rt_log2(rt_tensor *x);                                       /* y = ln x / ln 2;  any*;  grad 1/(x ln 2);  torch.log2 */
RT_API rt_tensor *rt_log10(rt_tensor *x);                                      /* y = ln x / ln 10;  any*;  grad 1/(x ln 10);  torch.log10 */
RT_API rt_tensor *rt_log1p(rt_tensor *x);                                      /* y = ln(1 + x), exact for small x;  any*;  grad 1/(1 + x);  torch.log1p */
RT_API rt_tensor *rt_sqrt(rt_tensor *x);                                       /* y = sqrt x, NaN for reals below 0;  any*;  grad 1/(2y);  torch.sqrt */
RT_API rt_tensor *rt_rsqrt(rt_tensor *x);                                      /* y = 1/sqrt x;  any*;  grad -y^3/2;  torch.rsqrt */
RT_API rt_tensor *rt_reciprocal(rt_tensor *x);                                 /* y = 1/x;  any*;  grad -y^2;  torch.reciprocal */
RT_API rt_tensor *rt_square(rt_tensor *x);                                     /* y = x^2;  any, bool becomes int64;  grad 2x;  torch.square */
RT_API rt_tensor *rt_sin(rt_tensor *x);                                        /* y = sin x;  any*;  grad cos x;  torch.sin */
RT_API rt_tensor *rt_cos(rt_tensor *x);                                        /* y = cos x;  any*;  grad -sin x;  torch.cos */
RT_API rt_tensor *rt_tan(rt_tensor *x);                                        /* y = tan x;  any*;  grad 1 + y^2;  torch.tan */
RT_API rt_tensor *rt_asin(rt_tensor *x);                                       /* y = arcsin x, NaN for reals beyond 1;  any*;  grad 1/sqrt(1 - x^2);  torch.asin */
RT_API rt_tensor *rt_acos(rt_tensor *x);                                       /* y = arccos x, NaN for reals beyond 1;  any*;  grad -1/sqrt(1 - x^2);  torch.acos */
RT_API rt_tensor *rt_atan(rt_tensor *x);                                       /* y = arctan x;  any*;  grad 1/(1 + x^2);  torch.atan */
RT_API rt_tensor *rt_sinh(rt_tensor *x);                                       /* y = (e^x - e^-x)/2;  any*;  grad cosh x;  torch.sinh */
RT_API rt_tensor *rt_cosh(rt_tensor *x);                                       /* y = (e^x + e^-x)/2;  any*;  grad sinh x;  torch.cosh */
RT_API rt_tensor *rt_tanh(rt_tensor *x);                                       /* y = sinh x / cosh x;  any*;  grad 1 - y^2;  torch.tanh */
RT_API rt_tensor *rt_asinh(rt_tensor *x);                                      /* y = the inverse of sinh;  any*;  grad 1/sqrt(x^2 + 1);  torch.asinh */
RT_API rt_tensor *rt_acosh(rt_tensor *x);                                      /* y = the inverse of cosh, NaN for reals below 1;  any*;  grad 1/sqrt(x^2 - 1);  torch.acosh */
RT_API rt_tensor *rt_atanh(rt_tensor *x);                                      /* y = the inverse of tanh, NaN for reals beyond 1;  any*;  grad 1/(1 - x^2);  torch.atanh */
RT_API rt_tensor *rt_sigmoid(rt_tensor *x);                                    /* y = 1/(1 + e^-x);  any*;  grad y (1 - y);  torch.sigmoid */
RT_API rt_tensor *rt_sinc(rt_tensor *x);                                       /* y = sin(pi x)/(pi x), 1 at 0;  any*;  grad x;  torch.sinc */
RT_API rt_tensor *rt_erf(rt_tensor *x);                                        /* y = 2/sqrt(pi) int_0^x e^(-t^2) dt;  real*;  grad 2/sqrt(pi) e^(-x^2);  torch.erf */
RT_API rt_tensor *rt_deg2rad(rt_tensor *x);                                    /* y = x pi/180;  real*;  grad pi/180;  torch.deg2rad */
RT_API rt_tensor *rt_rad2deg(rt_tensor *x);                                    /* y = x 180/pi;  real*;  grad 180/pi;  torch.rad2deg */
RT_API rt_tensor *rt_positive(rt_tensor *x);                                   /* x itself, as a view;  any but bool;  grad 1;  torch.positive */
RT_API rt_tensor *rt_round_decimals(rt_tensor *x, int decimals);               /* y = x rounded to that many decimals, before the point if below 0;  float;  grad 0;  torch.round */

/* ---- questions: the result is bool and has no gradient ---- */

RT_API rt_tensor *rt_isnan(rt_tensor *x);                                      /* whether x is NaN;  any;  torch.isnan */
RT_API rt_tensor *rt_isinf(rt_tensor *x);                                      /* whether x is infinite;  any;  torch.isinf */
RT_API rt_tensor *rt_isfinite(rt_tensor *x);                                   /* whether x is neither infinite nor NaN;  any;  torch.isfinite */
RT_API rt_tensor *rt_isposinf(rt_tensor *x);                                   /* whether x is +inf;  real;  torch.isposinf */
RT_API rt_tensor *rt_isneginf(rt_tensor *x);                                   /* whether x is -inf;  real;  torch.isneginf */
RT_API rt_tensor *rt_signbit(rt_tensor *x);                                    /* whether x has a minus, -0 and NaN included;  real;  torch.signbit */
RT_API rt_tensor *rt_logical_not(rt_tensor *x);                                /* y = x == 0;  any;  torch.logical_not */

/* y = x with other numbers for NaN and infinities, in both parts of complex ones.   [*] -> [*]   any;  grad 1 where x is finite;  opts NULL: 0 for NaN, the type's
 * largest numbers for infinities;  torch.nan_to_num */
RT_API rt_tensor *rt_nan_to_num(rt_tensor *x, const rt_nan_to_num_opts *opts);
RT_API rt_nan_to_num_opts rt_nan_to_num_opts_default(void);   /* PyTorch's defaults, exact set */

/* ---- in place ---- */

RT_API rt_tensor *rt_neg_(rt_tensor *x);                                       /* rt_neg in place;  torch.Tensor.neg_ */
RT_API rt_tensor *rt_abs_(rt_tensor *x);                                       /* rt_abs in place;  torch.Tensor.abs_ */
RT_API rt_tensor *rt_sign_(rt_tensor *x);                                      /* rt_sign in place;  torch.Tensor.sign_ */
RT_API rt_tensor *rt_sgn_(rt_tensor *x);                                       /* rt_sgn in place;  torch.Tensor.sgn_ */
RT_API rt_tensor *rt_floor_(rt_tensor *x);                                     /* rt_floor in place;  torch.Tensor.floor_ */
RT_API rt_tensor *rt_ceil_(rt_tensor *x);                                      /* rt_ceil in place;  torch.Tensor.ceil_ */
RT_API rt_tensor *rt_round_(rt_tensor *x);                                     /* rt_round in place;  torch.Tensor.round_ */
RT_API rt_tensor *rt_trunc_(rt_tensor *x);                                     /* rt_trunc in place;  torch.Tensor.trunc_ */
RT_API rt_tensor *rt_frac_(rt_tensor *x);                                      /* rt_frac in place;  torch.Tensor.frac_ */
RT_API rt_tensor *rt_exp_(rt_tensor *x);                                       /* rt_exp in place;  torch.Tensor.exp_ */
RT_API rt_tensor *rt_exp2_(rt_tensor *x);                                      /* rt_exp2 in place;  torch.Tensor.exp2_ */
RT_API rt_tensor *rt_expm1_(rt_tensor *x);                                     /* rt_expm1 in place;  torch.Tensor.expm1_ */
RT_API rt_tensor *rt_log_(rt_tensor *x);                                       /* rt_log in place;  torch.Tensor.log_ */
RT_API rt_tensor *rt_log2_(rt_tensor *x);                                      /* rt_log2 in place;  torch.Tensor.log2_ */
RT_API rt_tensor *rt_log10_(rt_tensor *x);                                     /* rt_log10 in place;  torch.Tensor.log10_ */
RT_API rt_tensor *rt_log1p_(rt_tensor *x);                                     /* rt_log1p in place;  torch.Tensor.log1p_ */
RT_API rt_tensor *rt_sqrt_(rt_tensor *x);                                      /* rt_sqrt in place;  torch.Tensor.sqrt_ */
RT_API rt_tensor *rt_rsqrt_(rt_tensor *x);                                     /* rt_rsqrt in place;  torch.Tensor.rsqrt_ */
RT_API rt_tensor *rt_reciprocal_(rt_tensor *x);                                /* rt_reciprocal in place;  torch.Tensor.reciprocal_ */
RT_API rt_tensor *rt_square_(rt_tensor *x);                                    /* rt_square in place;  torch.Tensor.square_ */
RT_API rt_tensor *rt_sin_(rt_tensor *x);                                       /* rt_sin in place;  torch.Tensor.sin_ */
RT_API rt_tensor *rt_cos_(rt_tensor *x);                                       /* rt_cos in place;  torch.Tensor.cos_ */
RT_API rt_tensor *rt_tan_(rt_tensor *x);                                       /* rt_tan in place;  torch.Tensor.tan_ */
RT_API rt_tensor *rt_asin_(rt_tensor *x);                                      /* rt_asin in place;  torch.Tensor.asin_ */
RT_API rt_tensor *rt_acos_(rt_tensor *x);                                      /* rt_acos in place;  torch.Tensor.acos_ */
RT_API rt_tensor *rt_atan_(rt_tensor *x);                                      /* rt_atan in place;  torch.Tensor.atan_ */
RT_API rt_tensor *rt_sinh_(rt_tensor *x);                                      /* rt_sinh in place;  torch.Tensor.sinh_ */
RT_API rt_tensor *rt_cosh_(rt_tensor *x);                                      /* rt_cosh in place;  torch.Tensor.cosh_ */
RT_API rt_tensor *rt_tanh_(rt_tensor *x);                                      /* rt_tanh in place;  torch.Tensor.tanh_ */
RT_API rt_tensor *rt_asinh_(rt_tensor *x);                                     /* rt_asinh in place;  torch.Tensor.asinh_ */
RT_API rt_tensor *rt_acosh_(rt_tensor *x);                                     /* rt_acosh in place;  torch.Tensor.acosh_ */
RT_API rt_tensor *rt_atanh_(rt_tensor *x);                                     /* rt_atanh in place;  torch.Tensor.atanh_ */
RT_API rt_tensor *rt_sigmoid_(rt_tensor *x);                                   /* rt_sigmoid in place;  torch.Tensor.sigmoid_ */
RT_API rt_tensor *rt_sinc_(rt_tensor *x);                                      /* rt_sinc in place;  torch.Tensor.sinc_ */
RT_API rt_tensor *rt_erf_(rt_tensor *x);                                       /* rt_erf in place;  torch.Tensor.erf_ */
RT_API rt_tensor *rt_deg2rad_(rt_tensor *x);                                   /* rt_deg2rad in place;  torch.Tensor.deg2rad_ */
RT_API rt_tensor *rt_rad2deg_(rt_tensor *x);                                   /* rt_rad2deg in place;  torch.Tensor.rad2deg_ */
RT_API rt_tensor *rt_round_decimals_(rt_tensor *x, int decimals);              /* rt_round_decimals in place;  torch.Tensor.round_ */
RT_API rt_tensor *rt_logical_not_(rt_tensor *x);                               /* rt_logical_not in place;  torch.Tensor.logical_not_ */
RT_API rt_tensor *rt_nan_to_num_(rt_tensor *x, const rt_nan_to_num_opts *opts); /* rt_nan_to_num in place;  torch.Tensor.nan_to_num_ */
RTI_END_C
