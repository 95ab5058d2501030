/* ---- running results along one dimension, [*] -> [*] ----------------------------------------------------------------------------------- */

RTI_BEGIN_C
RT_API rt_tensor *rt_cumsum(rt_tensor *x, int dim);                            /* y_i = x_0 + .. + x_i;  any but float8, integers become int64;  grad x;  torch.cumsum */
RT_API rt_tensor *rt_cumprod(rt_tensor *x, int dim);                           /* y_i = x_0 .. x_i;  any but float8, integers become int64;  grad x, with zeros too;  torch.cumprod */
RT_API rt_tensor *rt_logcumsumexp(rt_tensor *x, int dim);                      /* y_i = log(e^x_0 + .. + e^x_i), without overflow;  float, complex;  grad x;  torch.logcumsumexp */
RT_API rt_tensor *rt_cummax(rt_tensor *x, int dim, rt_tensor **index);         /* y_i = the largest of x_0 .. x_i, NaN from the first on; *index its place, int64, the last of equals;  float, integers;  grad x, to that place;  torch.cummax */
RT_API rt_tensor *rt_cummin(rt_tensor *x, int dim, rt_tensor **index);         /* y_i = the smallest of x_0 .. x_i, the same otherwise;  torch.cummin */
RTI_END_C
