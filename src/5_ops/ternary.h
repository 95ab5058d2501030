/* ---- elementwise with three operands; shapes broadcast, types promote as PyTorch's -------------------------------------------------------
 * f_scalar takes numbers for some; f_ works in place on the first and answers it. */

RTI_BEGIN_C
/* y = a where condition is not zero, else b.   condition, a, b broadcast;  a and b promote;  grad a, b;  torch.where */
RT_API rt_tensor *rt_where(rt_tensor *condition, rt_tensor *a, rt_tensor *b);
RT_API rt_tensor *rt_where_scalar_self(rt_tensor *condition, rt_scalar a, rt_tensor *b);         /* the same with a number for a;  torch.where */
RT_API rt_tensor *rt_where_scalar_other(rt_tensor *condition, rt_tensor *a, rt_scalar b);        /* the same with a number for b;  torch.where */
RT_API rt_tensor *rt_where_scalar(rt_tensor *condition, rt_scalar a, rt_scalar b);               /* the same with two numbers;  torch.where */

/* y = value where mask is true, else x, in x's type.   x, mask broadcast;  mask bool, value [];  any;  grad x, value;  errors RT_ERR_DTYPE for another mask,
 * RT_ERR_SHAPE for a value with dimensions;  torch.Tensor.masked_fill */
RT_API rt_tensor *rt_masked_fill(rt_tensor *x, rt_tensor *mask, rt_tensor *value);
RT_API rt_tensor *rt_masked_fill_scalar(rt_tensor *x, rt_tensor *mask, rt_scalar value);         /* the same with a number;  torch.Tensor.masked_fill */
RT_API rt_tensor *rt_masked_fill_(rt_tensor *x, rt_tensor *mask, rt_tensor *value);              /* rt_masked_fill in place;  torch.Tensor.masked_fill_ */
RT_API rt_tensor *rt_masked_fill_scalar_(rt_tensor *x, rt_tensor *mask, rt_scalar value);        /* rt_masked_fill_scalar in place;  torch.Tensor.masked_fill_ */

/* y = min(max(x, low), high), NaN if one is.   x, low, high broadcast;  low or high may be RT_NONE, both RT_ERR_VALUE;  real but bool;  grad x within the
 * bounds, low and high where x lies beyond them;  torch.clamp */
RT_API rt_tensor *rt_clamp(rt_tensor *x, rt_tensor *low, rt_tensor *high);
RT_API rt_tensor *rt_clamp_scalar(rt_tensor *x, rt_scalar low, rt_scalar high);                  /* the same with numbers;  torch.clamp */
RT_API rt_tensor *rt_clamp_(rt_tensor *x, rt_tensor *low, rt_tensor *high);                      /* rt_clamp in place;  torch.Tensor.clamp_ */
RT_API rt_tensor *rt_clamp_scalar_(rt_tensor *x, rt_scalar low, rt_scalar high);                 /* rt_clamp_scalar in place;  torch.Tensor.clamp_ */
RT_API rt_tensor *rt_clamp_min(rt_tensor *x, rt_tensor *low);                                    /* y = max(x, low), NaN if one is;  real;  grad x, low;  torch.clamp_min */
RT_API rt_tensor *rt_clamp_min_scalar(rt_tensor *x, rt_scalar low);                              /* y = max(x, low), NaN if one is;  real but bool;  grad x;  torch.clamp_min */
RT_API rt_tensor *rt_clamp_min_(rt_tensor *x, rt_tensor *low);                                   /* rt_clamp_min in place;  torch.Tensor.clamp_min_ */
RT_API rt_tensor *rt_clamp_min_scalar_(rt_tensor *x, rt_scalar low);                             /* rt_clamp_min_scalar in place;  torch.Tensor.clamp_min_ */
RT_API rt_tensor *rt_clamp_max(rt_tensor *x, rt_tensor *high);                                   /* y = min(x, high), NaN if one is;  real;  grad x, high;  torch.clamp_max */
RT_API rt_tensor *rt_clamp_max_scalar(rt_tensor *x, rt_scalar high);                             /* y = min(x, high), NaN if one is;  real but bool;  grad x;  torch.clamp_max */
RT_API rt_tensor *rt_clamp_max_(rt_tensor *x, rt_tensor *high);                                  /* rt_clamp_max in place;  torch.Tensor.clamp_max_ */
RT_API rt_tensor *rt_clamp_max_scalar_(rt_tensor *x, rt_scalar high);                            /* rt_clamp_max_scalar in place;  torch.Tensor.clamp_max_ */

RT_API rt_tensor *rt_lerp(rt_tensor *a, rt_tensor *b, rt_tensor *weight);                        /* y = a + weight (b - a);  float, complex;  grad a, b, weight;  torch.lerp */
RT_API rt_tensor *rt_lerp_scalar(rt_tensor *a, rt_tensor *b, rt_scalar weight);                  /* y = a + weight (b - a);  float, complex;  grad a, b;  torch.lerp */
RT_API rt_tensor *rt_lerp_(rt_tensor *a, rt_tensor *b, rt_tensor *weight);                       /* rt_lerp in place;  torch.Tensor.lerp_ */
RT_API rt_tensor *rt_lerp_scalar_(rt_tensor *a, rt_tensor *b, rt_scalar weight);                 /* rt_lerp_scalar in place;  torch.Tensor.lerp_ */
RT_API rt_tensor *rt_addcmul(rt_tensor *x, rt_tensor *a, rt_tensor *b, rt_scalar value);         /* y = x + value a b;  any but bool;  grad x, a, b;  torch.addcmul */
RT_API rt_tensor *rt_addcdiv(rt_tensor *x, rt_tensor *a, rt_tensor *b, rt_scalar value);         /* y = x + value a / b;  float, complex;  grad x, a, b;  torch.addcdiv */
RT_API rt_tensor *rt_addcmul_(rt_tensor *x, rt_tensor *a, rt_tensor *b, rt_scalar value);        /* rt_addcmul in place;  torch.Tensor.addcmul_ */
RT_API rt_tensor *rt_addcdiv_(rt_tensor *x, rt_tensor *a, rt_tensor *b, rt_scalar value);        /* rt_addcdiv in place;  torch.Tensor.addcdiv_ */
RTI_END_C
