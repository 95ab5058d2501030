/* ---- elementwise with several operands; shapes broadcast, types promote as PyTorch's ---------------------------------------------------
 * f_scalar takes a number for b; f_ works in place: a = f(a, b), answers a; f_out writes into out, of the result's shape, answers out. */

RTI_BEGIN_C
RT_API rt_tensor *rt_add(rt_tensor *a, rt_tensor *b);                                /* y = a + b;  any;  grad a, b;  torch.add */
RT_API rt_tensor *rt_add_scaled(rt_tensor *a, rt_tensor *b, rt_scalar alpha);        /* y = a + alpha b;  any;  grad a, b;  torch.add with alpha */
RT_API rt_tensor *rt_add_scalar(rt_tensor *a, rt_scalar b);                          /* y = a + b;  any;  grad a;  torch.add */
RT_API rt_tensor *rt_sub(rt_tensor *a, rt_tensor *b);                                /* y = a - b;  any but bool;  grad a, b;  torch.sub */
RT_API rt_tensor *rt_sub_scalar(rt_tensor *a, rt_scalar b);                          /* y = a - b;  any but bool;  grad a;  torch.sub */
RT_API rt_tensor *rt_mul(rt_tensor *a, rt_tensor *b);                                /* y = a b;  any;  grad a, b;  torch.mul */
RT_API rt_tensor *rt_mul_scalar(rt_tensor *a, rt_scalar b);                          /* y = a b;  any;  grad a;  torch.mul */
RT_API rt_tensor *rt_div(rt_tensor *a, rt_tensor *b);                                /* y = a / b;  any, integers become float32;  grad a, b;  torch.div */
RT_API rt_tensor *rt_div_scalar(rt_tensor *a, rt_scalar b);                          /* y = a / b;  any, integers become float32;  grad a;  torch.div */
RT_API rt_tensor *rt_add_(rt_tensor *a, rt_tensor *b);                               /* rt_add in place;  torch.Tensor.add_ */
RT_API rt_tensor *rt_add_scalar_(rt_tensor *a, rt_scalar b);                         /* rt_add_scalar in place;  torch.Tensor.add_ */
RT_API rt_tensor *rt_sub_(rt_tensor *a, rt_tensor *b);                               /* rt_sub in place;  torch.Tensor.sub_ */
RT_API rt_tensor *rt_mul_(rt_tensor *a, rt_tensor *b);                               /* rt_mul in place;  torch.Tensor.mul_ */
RT_API rt_tensor *rt_mul_scalar_(rt_tensor *a, rt_scalar b);                         /* rt_mul_scalar in place;  torch.Tensor.mul_ */
RT_API rt_tensor *rt_div_(rt_tensor *a, rt_tensor *b);                               /* rt_div in place, a of floating point;  torch.Tensor.div_ */
RT_API rt_tensor *rt_add_out(rt_tensor *out, rt_tensor *a, rt_tensor *b);            /* out = a + b;  not differentiable;  torch.add(out=) */
RT_API rt_tensor *rt_sub_out(rt_tensor *out, rt_tensor *a, rt_tensor *b);            /* out = a - b;  not differentiable;  torch.sub(out=) */
RT_API rt_tensor *rt_mul_out(rt_tensor *out, rt_tensor *a, rt_tensor *b);            /* out = a b;  not differentiable;  torch.mul(out=) */

/* ---- comparisons: the result is bool and has no gradient ---- */

RT_API rt_tensor *rt_eq(rt_tensor *a, rt_tensor *b);             /* y = a == b;  any;  torch.eq */
RT_API rt_tensor *rt_ne(rt_tensor *a, rt_tensor *b);             /* y = a != b;  any;  torch.ne */
RT_API rt_tensor *rt_lt(rt_tensor *a, rt_tensor *b);             /* y = a < b;  any;  torch.lt */
RT_API rt_tensor *rt_le(rt_tensor *a, rt_tensor *b);             /* y = a <= b;  any;  torch.le */
RT_API rt_tensor *rt_gt(rt_tensor *a, rt_tensor *b);             /* y = a > b;  any;  torch.gt */
RT_API rt_tensor *rt_ge(rt_tensor *a, rt_tensor *b);             /* y = a >= b;  any;  torch.ge */
RT_API rt_tensor *rt_eq_scalar(rt_tensor *a, rt_scalar b);       /* y = a == b;  any;  torch.eq */
RT_API rt_tensor *rt_ne_scalar(rt_tensor *a, rt_scalar b);       /* y = a != b;  any;  torch.ne */
RT_API rt_tensor *rt_lt_scalar(rt_tensor *a, rt_scalar b);       /* y = a < b;  any;  torch.lt */
RT_API rt_tensor *rt_le_scalar(rt_tensor *a, rt_scalar b);       /* y = a <= b;  any;  torch.le */
RT_API rt_tensor *rt_gt_scalar(rt_tensor *a, rt_scalar b);       /* y = a > b;  any;  torch.gt */
RT_API rt_tensor *rt_ge_scalar(rt_tensor *a, rt_scalar b);       /* y = a >= b;  any;  torch.ge */

/* y = a where condition is not zero, else b.   condition, a, b broadcast;  a and b promote;  grad a, b;  torch.where */
RT_API rt_tensor *rt_where(rt_tensor *condition, rt_tensor *a, rt_tensor *b);
RT_API rt_tensor *rt_where_scalar_self(rt_tensor *condition, rt_scalar a, rt_tensor *b);    /* the same with a number for a;  torch.where */
RT_API rt_tensor *rt_where_scalar_other(rt_tensor *condition, rt_tensor *a, rt_scalar b);   /* the same with a number for b;  torch.where */
RTI_END_C
