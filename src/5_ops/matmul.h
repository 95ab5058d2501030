/* ---- matrix products ------------------------------------------------------------------------------------------------------------------ */

RTI_BEGIN_C
RT_API rt_tensor *rt_mm(rt_tensor *a, rt_tensor *b);        /* y = a b;  a [M,K], b [K,N] -> [M,N];  any but bool, of one dtype;  grad a, b;  torch.mm */
RT_API rt_tensor *rt_bmm(rt_tensor *a, rt_tensor *b);       /* y[i] = a[i] b[i];  a [B,M,K], b [B,K,N] -> [B,M,N];  any but bool, of one dtype;  grad a, b;  torch.bmm */

/* Product over the last dimension of a and the last but one of b, leading ones broadcast; a vector counts as a row on the left and as a column on the right.
 *   a [..,M,K] or [K]   b [..,K,N] or [K]  ->  [..,M,N], without M or N where that side was a vector
 *   dtypes  any but bool, of one dtype       grad  a, b       errors  RT_ERR_SHAPE, RT_ERR_DTYPE
 *   source  torch.matmul */
RT_API rt_tensor *rt_matmul(rt_tensor *a, rt_tensor *b);

/* y = x w^T + b
 *   x [..,in]   w [out,in]   b [out] or RT_NONE  ->  y [..,out]
 *   dtypes  any but bool, of one dtype       grad  x, w, b       errors  RT_ERR_SHAPE, RT_ERR_DTYPE
 *   source  torch.nn.functional.linear */
RT_API rt_tensor *rt_linear(rt_tensor *x, rt_tensor *w, rt_tensor *b);

/* ---- vectors ---- */

RT_API rt_tensor *rt_mv(rt_tensor *a, rt_tensor *v);        /* y = a v;  a [M,K], v [K] -> [M];  any but bool, of one dtype;  grad a, v;  torch.mv */
RT_API rt_tensor *rt_dot(rt_tensor *a, rt_tensor *b);       /* y = sum_i a_i b_i;  [K], [K] -> [];  any but bool, of one dtype;  grad a, b;  torch.dot */
RT_API rt_tensor *rt_vdot(rt_tensor *a, rt_tensor *b);      /* y = sum_i conj(a_i) b_i;  [K], [K] -> [];  any but bool, of one dtype;  grad a, b;  torch.vdot */
RT_API rt_tensor *rt_inner(rt_tensor *a, rt_tensor *b);     /* y = sum over the last dimensions;  [..,K], [*,K] -> [..,*], a scalar multiplies;  any but bool;  grad a, b;  torch.inner */
RT_API rt_tensor *rt_outer(rt_tensor *a, rt_tensor *b);     /* y_ij = a_i b_j;  [M], [N] -> [M,N];  any, promoted;  grad a, b;  torch.outer */
RT_API rt_tensor *rt_ger(rt_tensor *a, rt_tensor *b);       /* rt_outer by its older name;  torch.ger */

/* ---- products added to something: y = beta x + alpha a b; where beta is 0, x is not looked at. f_ works in place: x = f(x, ..), answers x.
 * x is broadcast to the product's shape; beta and alpha are whole numbers for integers, and real ones but for complex tensors (RT_ERR_DTYPE) ---- */

RT_API rt_tensor *rt_addmm(rt_tensor *x, rt_tensor *a, rt_tensor *b, rt_scalar beta, rt_scalar alpha);      /* a [M,K], b [K,N] -> [M,N];  any but bool, of one dtype;  grad x, a, b;  torch.addmm */
RT_API rt_tensor *rt_addmv(rt_tensor *x, rt_tensor *a, rt_tensor *v, rt_scalar beta, rt_scalar alpha);      /* a [M,K], v [K] -> [M];  any but bool, of one dtype;  grad x, a, v;  torch.addmv */
RT_API rt_tensor *rt_addr(rt_tensor *x, rt_tensor *a, rt_tensor *b, rt_scalar beta, rt_scalar alpha);       /* a [M], b [N], their outer product -> [M,N];  any, promoted;  grad x, a, b;  torch.addr */
RT_API rt_tensor *rt_baddbmm(rt_tensor *x, rt_tensor *a, rt_tensor *b, rt_scalar beta, rt_scalar alpha);    /* a [B,M,K], b [B,K,N] -> [B,M,N];  any but bool, of one dtype;  grad x, a, b;  torch.baddbmm */
RT_API rt_tensor *rt_addbmm(rt_tensor *x, rt_tensor *a, rt_tensor *b, rt_scalar beta, rt_scalar alpha);     /* the batch's products added up;  a [B,M,K], b [B,K,N] -> [M,N];  any but bool, of one dtype;  grad x, a, b;  torch.addbmm */
RT_API rt_tensor *rt_addmm_(rt_tensor *x, rt_tensor *a, rt_tensor *b, rt_scalar beta, rt_scalar alpha);     /* rt_addmm in place;  torch.Tensor.addmm_ */
RT_API rt_tensor *rt_addmv_(rt_tensor *x, rt_tensor *a, rt_tensor *v, rt_scalar beta, rt_scalar alpha);     /* rt_addmv in place;  torch.Tensor.addmv_ */
RT_API rt_tensor *rt_baddbmm_(rt_tensor *x, rt_tensor *a, rt_tensor *b, rt_scalar beta, rt_scalar alpha);   /* rt_baddbmm in place;  torch.Tensor.baddbmm_ */
RT_API rt_tensor *rt_addbmm_(rt_tensor *x, rt_tensor *a, rt_tensor *b, rt_scalar beta, rt_scalar alpha);    /* rt_addbmm in place;  torch.Tensor.addbmm_ */

/* ---- more than two dimensions, more than two operands ---- */

/* Sum over dims_a[i] of a together with dims_b[i] of b, for all i; the other dimensions stay, a's first. A contracted size of 1 serves for any.
 *   dtypes  any but bool, of one dtype       grad  a, b       errors  RT_ERR_SHAPE, RT_ERR_DTYPE, RT_ERR_VALUE for a dimension named twice
 *   source  torch.tensordot; its dims=n stands for the last n dimensions of a and the first n of b */
RT_API rt_tensor *rt_tensordot(rt_tensor *a, rt_tensor *b, rt_shape dims_a, rt_shape dims_b);

RT_API rt_tensor *rt_kron(rt_tensor *a, rt_tensor *b);                        /* each element of a times all of b, [M,..], [P,..] -> [M P,..];  any, promoted;  grad a, b;  torch.kron */
RT_API rt_tensor *rt_linalg_multi_dot(rt_tensor *const *x, int n);            /* x[0] x[1] .. in the cheapest order;  2 or more matrices, the outer ones may be vectors;  any but bool;  grad x;  torch.linalg.multi_dot */
RT_API rt_tensor *rt_chain_matmul(rt_tensor *const *x, int n);                /* the same for 1 or more matrices;  torch.chain_matmul */
RTI_END_C
