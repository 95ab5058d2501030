/* ---- views: the result shares memory with x wherever strides allow it ------------------------------------------------------------------- */

RTI_BEGIN_C
RT_API rt_tensor *rt_reshape(rt_tensor *x, rt_shape shape);                    /* x's elements in row-major order under a shape of as many, one size may be -1; a view where possible, else a copy;  any;  grad x;  torch.reshape */
RT_API rt_tensor *rt_view(rt_tensor *x, rt_shape shape);                       /* the same, always a view; RT_ERR_SHAPE where strides do not allow it;  any;  grad x;  torch.Tensor.view */
RT_API rt_tensor *rt_flatten(rt_tensor *x, int start_dim, int end_dim);        /* dimensions start_dim to end_dim joined into one;  any;  grad x;  torch.flatten */
RT_API rt_tensor *rt_transpose(rt_tensor *x, int dim0, int dim1);              /* two dimensions swapped, a view;  any;  grad x;  torch.transpose */
RT_API rt_tensor *rt_t(rt_tensor *x);                                          /* a matrix transposed, a view; at most 2 dimensions;  any;  grad x;  torch.t */
RT_API rt_tensor *rt_permute(rt_tensor *x, rt_shape dims);                     /* dimension i of the result is dimension dims[i] of x, a view;  any;  grad x;  torch.permute */
RT_API rt_tensor *rt_expand(rt_tensor *x, rt_shape shape);                     /* sizes of 1, and missing leading ones, stretched without copying; -1 keeps a size;  any;  grad x;  torch.Tensor.expand */
RT_API rt_tensor *rt_squeeze(rt_tensor *x, int dim);                           /* a dimension of size 1 dropped, a view; other sizes stay;  any;  grad x;  torch.squeeze */
RT_API rt_tensor *rt_unsqueeze(rt_tensor *x, int dim);                         /* a dimension of size 1 put in before dim, a view;  any;  grad x;  torch.unsqueeze */
RTI_END_C
