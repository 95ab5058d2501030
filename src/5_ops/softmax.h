/* ---- softmax: along one dimension, [*] -> [*] ------------------------------------------------------------------------------------------
 * A row that is +infinity somewhere, or -infinity everywhere, is NaN. f_dtype converts x first. */

RTI_BEGIN_C
RT_API rt_tensor *rt_softmax(rt_tensor *x, int dim);                                   /* y = e^x / sum_j e^(x_j);  float;  grad x;  torch.nn.functional.softmax */
RT_API rt_tensor *rt_softmax_dtype(rt_tensor *x, int dim, rt_dtype dtype);             /* the same of x as dtype;  real;  grad x;  torch.nn.functional.softmax */
RT_API rt_tensor *rt_softmin(rt_tensor *x, int dim);                                   /* y = softmax(-x);  float;  grad x;  torch.nn.functional.softmin */
RT_API rt_tensor *rt_log_softmax(rt_tensor *x, int dim);                               /* y = x - log sum_j e^(x_j);  float;  grad x;  torch.nn.functional.log_softmax */
RT_API rt_tensor *rt_log_softmax_dtype(rt_tensor *x, int dim, rt_dtype dtype);         /* the same of x as dtype;  real;  grad x;  torch.nn.functional.log_softmax */
RTI_END_C
