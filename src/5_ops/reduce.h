/* ---- reductions: over the dimensions named, or all; keepdim leaves them with size 1 ---------------------------------------------------- */

RTI_BEGIN_C
RT_API rt_tensor *rt_sum(rt_tensor *x);                                            /* y = sum of all elements, [*] -> [];  any, integers and bool become int64;  grad x;  torch.sum */
RT_API rt_tensor *rt_sum_dims(rt_tensor *x, rt_shape dims, bool keepdim);          /* the same over some dimensions; no dims: all;  grad x;  torch.sum */
RT_API rt_tensor *rt_sum_dim(rt_tensor *x, int dim, bool keepdim);                 /* the same over one;  grad x;  torch.sum */
RT_API rt_tensor *rt_mean(rt_tensor *x);                                           /* y = sum / number of elements, NaN for none;  float;  grad x;  torch.mean */
RT_API rt_tensor *rt_mean_dims(rt_tensor *x, rt_shape dims, bool keepdim);         /* the same over some dimensions; no dims: all;  grad x;  torch.mean */
RT_API rt_tensor *rt_argmax(rt_tensor *x);                                         /* index of the largest among all elements, in row-major order; the first of equals, a NaN above all;  int64;  torch.argmax */
RT_API rt_tensor *rt_argmax_dim(rt_tensor *x, int dim, bool keepdim);              /* the same along one dimension;  int64;  RT_ERR_INDEX if it is empty;  torch.argmax */
RTI_END_C
