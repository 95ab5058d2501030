/* ---- copies and casts --------------------------------------------------------------------------------------------------------------- */

RTI_BEGIN_C
RT_API rt_tensor *rt_to(rt_tensor *x, rt_dtype dtype);            /* y = x as another dtype, x itself if it has it already;  any;  grad x;  torch.Tensor.to */
RT_API rt_tensor *rt_clone(rt_tensor *x);                         /* y = x in contiguous memory of its own;  any;  grad x;  torch.clone */
RT_API rt_tensor *rt_contiguous(rt_tensor *x);                    /* x itself if its elements lie in row-major order, else a clone;  any;  grad x;  torch.Tensor.contiguous */
RT_API rt_tensor *rt_copy_(rt_tensor *x, rt_tensor *from);        /* x = from, broadcast and converted;  any;  grad from;  torch.Tensor.copy_ */
RT_API rt_tensor *rt_fill_(rt_tensor *x, rt_scalar value);        /* x = value;  any;  torch.Tensor.fill_ */
RT_API rt_tensor *rt_zero_(rt_tensor *x);                         /* x = 0;  any;  torch.Tensor.zero_ */
RTI_END_C
