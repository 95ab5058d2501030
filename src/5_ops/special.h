/* ---- special functions: y = f(x), [*] -> [*]; f_ works in place -------------------------------------------------------------------------
 * real*: integers and bool become float32. */

RTI_BEGIN_C
RT_API rt_tensor *rt_erfc(rt_tensor *x);                                 /* y = 1 - erf x, exact for large x;  real*;  grad -2/sqrt(pi) e^(-x^2);  torch.erfc */
RT_API rt_tensor *rt_erfinv(rt_tensor *x);                               /* y = the inverse of erf, infinite at -1 and 1, NaN beyond;  real*;  grad sqrt(pi)/2 e^(y^2);  torch.erfinv */
RT_API rt_tensor *rt_lgamma(rt_tensor *x);                               /* y = ln |Gamma(x)|;  real*;  grad digamma x;  torch.lgamma */
RT_API rt_tensor *rt_digamma(rt_tensor *x);                              /* y = Gamma'(x)/Gamma(x);  real*;  grad polygamma(1, x);  torch.digamma */
RT_API rt_tensor *rt_polygamma(int n, rt_tensor *x);                     /* y = the n-th derivative of digamma;  real*;  grad polygamma(n + 1, x);  RT_ERR_VALUE for n below 0;  torch.polygamma */
RT_API rt_tensor *rt_logit(rt_tensor *x, double eps);                    /* y = ln(x / (1 - x)), x first clamped to [eps, 1 - eps]; eps below 0: not;  real*;  grad 1/(x (1 - x));  torch.logit */
RT_API rt_tensor *rt_erfc_(rt_tensor *x);                                /* rt_erfc in place;  torch.Tensor.erfc_ */
RT_API rt_tensor *rt_erfinv_(rt_tensor *x);                              /* rt_erfinv in place;  torch.Tensor.erfinv_ */
RT_API rt_tensor *rt_lgamma_(rt_tensor *x);                              /* rt_lgamma in place;  torch.Tensor.lgamma_ */
RT_API rt_tensor *rt_digamma_(rt_tensor *x);                             /* rt_digamma in place;  torch.Tensor.digamma_ */
RT_API rt_tensor *rt_logit_(rt_tensor *x, double eps);                   /* rt_logit in place;  torch.Tensor.logit_ */
RTI_END_C
